/* A raster of people (WorldPop and the like) as demand: a point a cell.
 *
 * Every cell with people whose centre lies within the boundary is one demand point at that
 * centre, its value its people, fractions kept. Cells beyond the boundary are no single rows of
 * anybody's list: they stand in the ledger as one entry a layer, with their number and their
 * people, so that
 *
 *     people in the raster = people of the cells used + people in the ledger
 *
 * A cell is in a township and urban or rural by where its centre lies. There is no margin of
 * 50 m as for villages: cells come without a name that could belong to the county. */
#include "study/study_int.h"

#include "banjing/layer.h"

#include <math.h>
#include <string.h>

#define MAX_CELLS ((size_t)4000000)
#define PAD_DEG   0.02 /* round the county: more than any map-service shift */
#define N_EDGE    50   /* points an edge of the box */

/* The county's box in the raster's system: the box of its edge's points. */
static enum bj_status source_box(struct bj_ctx *ctx, const struct bj_study *s,
                                 const struct bj_reading *r, double box[4])
{
    double x[4 * N_EDGE], y[4 * N_EDGE], *b = s->own->box;
    double w = b[2] - b[0] + 2 * PAD_DEG, h = b[3] - b[1] + 2 * PAD_DEG;
    enum bj_status st;

    for (int i = 0; i < N_EDGE; i++) {
        double t = (double)i / N_EDGE;
        const double fx[] = {t, 1, 1 - t, 0}, fy[] = {0, t, 1, 1 - t};

        for (int k = 0; k < 4; k++) {
            x[4 * i + k] = b[0] - PAD_DEG + w * fx[k];
            y[4 * i + k] = b[1] - PAD_DEG + h * fy[k];
        }
    }
    st = bj_crs_from_lonlat(ctx, r->crs, 4 * N_EDGE, x, y);
    box[0] = box[1] = INFINITY;
    box[2] = box[3] = -INFINITY;
    for (int i = 0; i < 4 * N_EDGE; i++) {
        box[0] = fmin(box[0], x[i]);
        box[1] = fmin(box[1], y[i]);
        box[2] = fmax(box[2], x[i]);
        box[3] = fmax(box[3], y[i]);
    }
    return st;
}

static enum bj_status add_cell(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                               const struct bj_cells *c, size_t i, int n_columns)
{
    struct bj_places *to = &s->population;
    size_t k = to->n;
    int32_t t = -1;
    enum bj_urban u = BJ_URBAN_UNKNOWN;
    char code[40];

    snprintf(code, sizeof(code), "%d,%d", c->row[i] + 1, c->column[i] + 1);
    to->code[k] = bj_study_keep(ctx, s, code);
    if (!to->code[k])
        return BJ_ENOMEM;
    if (s->own->in_township)
        t = (int32_t)bj_locator_find(s->own->in_township, to->x[k], to->y[k]);
    if (t >= 0)
        u = s->township[t].urban;
    if (u == BJ_URBAN_UNKNOWN && s->own->in_urban)
        u = bj_locator_find(s->own->in_urban, to->x[k], to->y[k]) >= 0 ? BJ_URBAN_YES : BJ_URBAN_NO;
    to->township_index[k] = t;
    to->township[k] = t >= 0 ? s->township[t].name : "";
    to->name[k] = to->ownership[k] = "";
    to->urban[k] = (unsigned char)u;
    to->population[k] = c->value[i];
    to->input[k] = r->input;
    to->row[k] = (int64_t)c->row[i] * n_columns + c->column[i] + 1;
    to->n++;
    return BJ_OK;
}

/* Cells to places; what lies outside is added to the cells' sums of that. */
static enum bj_status take_cells(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                                 struct bj_cells *c, int n_columns)
{
    struct bj_places *to = &s->population;
    double *x = bj_alloc0(ctx, c->n, sizeof(*x)), *y = bj_alloc0(ctx, c->n, sizeof(*y));
    enum bj_status st = x && y ? BJ_OK : BJ_ENOMEM;

    if (st == BJ_OK)
        st = bj_reading_to_lonlat(ctx, r, c->n, c->x, c->y);
    if (st == BJ_OK) {
        memcpy(x, c->x, c->n * sizeof(*x));
        memcpy(y, c->y, c->n * sizeof(*y));
        st = bj_crs_from_lonlat(ctx, s->work, c->n, x, y);
    }
    if (st == BJ_OK)
        st = bj_places_reserve(ctx, to, to->n + c->n);
    for (size_t i = 0; st == BJ_OK && i < c->n; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i]) ||
            bj_locator_find(s->own->in_county, x[i], y[i]) < 0) {
            c->n_outside++;
            c->sum_outside += c->value[i];
            continue;
        }
        to->lon_deg[to->n] = c->x[i];
        to->lat_deg[to->n] = c->y[i];
        to->x[to->n] = x[i];
        to->y[to->n] = y[i];
        st = add_cell(ctx, s, r, c, i, n_columns);
    }
    bj_free(ctx, y);
    bj_free(ctx, x);
    return st;
}

static enum bj_status enter_outside(struct bj_ctx *ctx, struct bj_study *s,
                                    const struct bj_reading *r, const struct bj_cells *c)
{
    struct bj_verdict_of_row v = {.fate = BJ_FATE_N};
    enum bj_status st;

    if (c->n_outside == 0)
        return BJ_OK;
    bj_row_fate(&v, BJ_FATE_OUTSIDE_COUNTY,
                R_("%zu cells of the raster have their centre outside the boundary"), c->n_outside);
    st = bj_ledger_add(ctx, s, r->input, 0, "", &v, c->sum_outside);
    if (st == BJ_OK)
        s->ledger[s->n_ledger - 1].n_more = (int64_t)c->n_outside - 1;
    return st;
}

static enum bj_status note_cells(struct bj_ctx *ctx, struct bj_study *s,
                                 const struct bj_case_layer *layer, size_t used, size_t n_negative)
{
    enum bj_status st = BJ_OK;

    if (n_negative > 0)
        st = bj_study_note(ctx, s, "negative_cells", layer->path_as_written,
                           R_("declare the value that means no data, for example with "
                              "gdal_edit.py -a_nodata"),
                           R_("%zu cells of the raster are below 0 and were counted as no people"),
                           n_negative);
    if (st == BJ_OK && used == 0)
        st = bj_study_note(ctx, s, "none_used", layer->path_as_written,
                           R_("check that the raster covers the county, and its crs"),
                           R_("no cell of the raster with people lies in the county"));
    return st;
}

static enum bj_status read_grid(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                                struct bj_grid *grid)
{
    const struct bj_grid_info *info = bj_grid_info(grid);
    size_t first = s->population.n;
    struct bj_cells c = {0};
    double box[4], sum;
    enum bj_status st;

    st = bj_reading_crs(ctx, s, r, 0, NULL, NULL, 0);
    if (st == BJ_OK)
        st = source_box(ctx, s, r, box);
    if (st == BJ_OK)
        st = bj_grid_read(grid, box, MAX_CELLS, &c);
    if (st == BJ_OK) {
        sum = c.sum + c.sum_outside;
        s->input[r->input].rows = (int64_t)(c.n + c.n_outside);
        s->input[r->input].population = sum;
        st = take_cells(ctx, s, r, &c, info->n_columns);
    }
    s->input[r->input].used = (int64_t)(s->population.n - first);
    if (st == BJ_OK)
        st = enter_outside(ctx, s, r, &c);
    if (st == BJ_OK)
        st = note_cells(ctx, s, r->layer, s->population.n - first, c.n_negative);
    bj_cells_release(ctx, &c);
    return st;
}

enum bj_status bj_population_read(struct bj_ctx *ctx, struct bj_study *s,
                                  const struct bj_case_layer *layer)
{
    struct bj_reading r = {.layer = layer};
    struct bj_source_info info = {0};
    struct bj_grid *grid = NULL;
    enum bj_status st;

    if (!s->own->in_county) /* a lenient study without a boundary: said already */
        return BJ_OK;
    st = bj_grid_open(ctx, layer->source.path, layer->source.crs, &grid);
    if (st != BJ_OK)
        return st;
    info.driver = bj_grid_info(grid)->driver;
    info.crs = bj_grid_info(grid)->crs;
    r.info = &info;
    bj_fields_clear(&r.match);
    st = bj_reading_add_input(ctx, s, &r);
    if (st == BJ_OK)
        st = read_grid(ctx, s, &r, grid);
    bj_crs_free(r.crs);
    bj_grid_close(grid);
    return st;
}
