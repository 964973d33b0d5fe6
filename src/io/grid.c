/* A raster of people as points: the centre of every cell that has some.
 *
 * Cell (row r, column c, from 0) has its centre at
 *
 *     x = t0 + (c + 0.5) t1 + (r + 0.5) t2,   y = t3 + (c + 0.5) t4 + (r + 0.5) t5
 *
 * with the dataset's geotransform t, which may be turned or upside down. The first band is read,
 * a line at a time, so that a raster of a whole country fits; only cells in the box asked for are
 * kept, the others are added up. Cells without data, not finite, or 0 hold nobody; negative ones
 * are counted, for a raster that forgot to declare its "no data" shows there.
 *
 * Not done: rasters placed by control points (warp them first), people a square kilometre
 * instead of people a cell (nothing in a file says which it is). */
#include "io/io_int.h"

#include <math.h>
#include <string.h>

struct bj_grid {
    struct bj_ctx *ctx;
    GDALDatasetH ds;
    GDALRasterBandH band;
    char *path, *crs;
    double t[6];
    struct bj_grid_info info;
};

static enum bj_status read_frame(struct bj_ctx *ctx, const char *crs, struct bj_grid *g)
{
    const char *wkt = crs && *crs ? crs : GDALGetProjectionRef(g->ds);

    if (GDALGetRasterCount(g->ds) < 1)
        return bj_fail(ctx, BJ_EDATA, _("'%s' has no raster band; give a raster of people a cell"),
                       g->path);
    if (GDALGetGeoTransform(g->ds, g->t) != CE_None || g->t[1] * g->t[5] == g->t[2] * g->t[4])
        return bj_fail(
            ctx, BJ_EDATA,
            _("'%s' does not say where its cells lie (no geotransform); georeference it, "
              "for example with gdalwarp"),
            g->path);
    if (!wkt || !*wkt)
        return bj_fail(ctx, BJ_ECRS,
                       _("'%s' does not say its coordinate system; add crs: with an EPSG code to "
                         "the layer"),
                       g->path);
    g->crs = bj_strdup(ctx, wkt);
    g->band = GDALGetRasterBand(g->ds, 1);
    g->info.crs = g->crs;
    g->info.driver = GDALGetDriverShortName(GDALGetDatasetDriver(g->ds));
    g->info.n_rows = GDALGetRasterYSize(g->ds);
    g->info.n_columns = GDALGetRasterXSize(g->ds);
    return g->crs ? BJ_OK : BJ_ENOMEM;
}

enum bj_status bj_grid_open(struct bj_ctx *ctx, const char *path, const char *crs,
                            struct bj_grid **out)
{
    struct bj_grid *grid;
    struct bj_gdal g;
    enum bj_status st = BJ_ENOMEM;

    if (bj_is_missing(path))
        return bj_no_file(ctx, path);
    grid = bj_alloc0(ctx, 1, sizeof(*grid));
    if (!grid)
        return BJ_ENOMEM;
    bj_gdal_begin(ctx, &g);
    grid->ctx = ctx;
    grid->path = bj_strdup(ctx, path);
    if (!grid->path)
        goto done;
    grid->ds = GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY, NULL, NULL, NULL);
    if (grid->ds)
        st = read_frame(ctx, crs, grid);
    else
        st = bj_fail(ctx, BJ_EIO, _("'%s' cannot be read as a raster: %s"), path,
                     bj_gdal_reason(&g));
done:
    bj_gdal_end(&g);
    if (st == BJ_OK)
        *out = grid;
    else
        bj_grid_close(grid);
    return st;
}

void bj_grid_close(struct bj_grid *grid)
{
    struct bj_gdal g;

    if (!grid)
        return;
    if (grid->ds) {
        bj_gdal_begin(grid->ctx, &g);
        GDALClose(grid->ds);
        bj_gdal_end(&g);
    }
    bj_free(grid->ctx, grid->crs);
    bj_free(grid->ctx, grid->path);
    bj_free(grid->ctx, grid);
}

const struct bj_grid_info *bj_grid_info(const struct bj_grid *grid)
{
    return &grid->info;
}

/* ---- cells ---------------------------------------------------------------- */

struct band {
    int has_no_data, is_float;
    double no_data, scale, offset;
};

static struct band look_at_band(GDALRasterBandH h)
{
    struct band b = {.scale = 1};
    int has_scale = 0, has_offset = 0;
    double scale = GDALGetRasterScale(h, &has_scale), offset = GDALGetRasterOffset(h, &has_offset);

    b.no_data = GDALGetRasterNoDataValue(h, &b.has_no_data);
    b.is_float = GDALGetRasterDataType(h) == GDT_Float32;
    if (has_scale && scale != 0)
        b.scale = scale;
    if (has_offset)
        b.offset = offset;
    return b;
}

/* People of a cell; 0 where there is no data. */
static double people_of(const struct band *b, double raw)
{
    double v = raw * b->scale + b->offset;

    if (b->has_no_data && (raw == b->no_data || (b->is_float && (float)raw == (float)b->no_data)))
        return 0;
    return isfinite(raw) && isfinite(v) ? v : 0;
}

void bj_cells_release(struct bj_ctx *ctx, struct bj_cells *c)
{
    bj_free(ctx, c->y);
    bj_free(ctx, c->x);
    bj_free(ctx, c->value);
    bj_free(ctx, c->column);
    bj_free(ctx, c->row);
    memset(c, 0, sizeof(*c));
}

/* An array of n; when out of memory the old one, and *ok = false. */
static void *longer(struct bj_ctx *ctx, void *old, size_t n, size_t size, bool *ok)
{
    void *p = bj_resize(ctx, old, n, size);

    *ok = *ok && p;
    return p ? p : old;
}

/* Room for one cell more. */
static enum bj_status room(struct bj_ctx *ctx, struct bj_cells *c, size_t *cap)
{
    size_t n = *cap ? 2 * *cap : 4096;
    bool ok = true;

    if (c->n < *cap)
        return BJ_OK;
    c->row = longer(ctx, c->row, n, sizeof(*c->row), &ok);
    c->column = longer(ctx, c->column, n, sizeof(*c->column), &ok);
    c->value = longer(ctx, c->value, n, sizeof(*c->value), &ok);
    c->x = longer(ctx, c->x, n, sizeof(*c->x), &ok);
    c->y = longer(ctx, c->y, n, sizeof(*c->y), &ok);
    if (ok)
        *cap = n;
    return ok ? BJ_OK : BJ_ENOMEM;
}

/* One line of cells; sums go by lines, which keeps them exact over very many cells. */
static enum bj_status take_line(const struct bj_grid *g, const struct band *b, int row,
                                const double *line, const double box[4], size_t max, size_t *cap,
                                struct bj_cells *c)
{
    double in = 0, out = 0;

    for (int k = 0; k < g->info.n_columns; k++) {
        double v = people_of(b, line[k]);
        double x = g->t[0] + (k + 0.5) * g->t[1] + (row + 0.5) * g->t[2];
        double y = g->t[3] + (k + 0.5) * g->t[4] + (row + 0.5) * g->t[5];

        c->n_negative += v < 0;
        if (!(v > 0))
            continue;
        if (x < box[0] || x > box[2] || y < box[1] || y > box[3]) {
            c->n_outside++;
            out += v;
            continue;
        }
        if (c->n >= max)
            return bj_fail(g->ctx, BJ_EDATA,
                           _("'%s' has more than %zu cells with people around the county; make its "
                             "cells coarser, for example with gdalwarp -r sum -tr"),
                           g->path, max);
        if (room(g->ctx, c, cap))
            return BJ_ENOMEM;
        c->row[c->n] = row;
        c->column[c->n] = k;
        c->value[c->n] = v;
        c->x[c->n] = x;
        c->y[c->n++] = y;
        in += v;
    }
    c->sum += in;
    c->sum_outside += out;
    return BJ_OK;
}

enum bj_status bj_grid_read(struct bj_grid *grid, const double box[4], size_t max,
                            struct bj_cells *out)
{
    struct bj_ctx *ctx = grid->ctx;
    int width = grid->info.n_columns;
    double *line = bj_alloc0(ctx, (size_t)width, sizeof(*line));
    struct bj_cells c = {0};
    struct bj_gdal g;
    struct band b;
    size_t cap = 0;
    enum bj_status st = line ? BJ_OK : BJ_ENOMEM;

    bj_gdal_begin(ctx, &g);
    b = look_at_band(grid->band);
    for (int row = 0; st == BJ_OK && row < grid->info.n_rows; row++) {
        if (GDALRasterIO(grid->band, GF_Read, 0, row, width, 1, line, width, 1, GDT_Float64, 0,
                         0) != CE_None)
            st = bj_fail(ctx, BJ_EIO, _("'%s', line %d of cells cannot be read: %s"), grid->path,
                         row + 1, bj_gdal_reason(&g));
        else
            st = take_line(grid, &b, row, line, box, max, &cap, &c);
        if (st == BJ_OK && row % 1000 == 999)
            st = bj_progress(ctx, bj_base_name(grid->path), (double)row / grid->info.n_rows);
    }
    bj_gdal_end(&g);
    if (st == BJ_OK) {
        *out = c;
        memset(&c, 0, sizeof(c)); /* now the caller's */
    }
    bj_cells_release(ctx, &c);
    bj_free(ctx, line);
    return st;
}
