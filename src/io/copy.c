/* A whole layer copied with every coordinate shifted from one datum to another.
 *
 * A layer is copied feature by feature: every kind and dimension of geometry is kept, and every
 * value with its type, null apart from empty, text turned into UTF-8 (copy_out.c). A list's cells
 * come through bj_source_read(), which has found its header; they are text, and a blank cell is
 * null. Curves become lines, for a datum shift does not keep arcs: a point every half degree of
 * an arc, so that a line leaves it by less than 1/100,000 of its radius. */
#include "base/synonyms.h"
#include "io/copy_int.h"

#include <cpl_conv.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define CURVE_STEP_DEG 0.5

/* ---- coordinates -------------------------------------------------------- */

/* n points in place. *outside is set when one lies where GCJ-02 is not used. */
static enum bj_status shift_points(struct bj_ctx *ctx, const struct copy *c, size_t n, double *x,
                                   double *y, bool *outside)
{
    enum bj_status st = c->crs ? bj_crs_to_lonlat(ctx, c->crs, n, x, y) : BJ_OK;

    if (st != BJ_OK)
        return st;
    for (size_t i = 0; i < n; i++)
        if (!bj_datum_in_china(x[i], y[i]))
            *outside = true;
    bj_datum_shift(c->from, c->to, n, x, y);
    return c->crs ? bj_crs_from_lonlat(ctx, c->crs, n, x, y) : BJ_OK;
}

/* Points of one line, ring or point. */
static enum bj_status shift_path(struct bj_ctx *ctx, const struct copy *c, OGRGeometryH g,
                                 bool *outside)
{
    int n = OGR_G_GetPointCount(g);
    bool has_z = OGR_G_Is3D(g) != 0, has_m = OGR_G_IsMeasured(g) != 0;
    double *x = bj_alloc0(ctx, (size_t)n, sizeof(*x)), *y = bj_alloc0(ctx, (size_t)n, sizeof(*y));
    enum bj_status st = x && y ? BJ_OK : BJ_ENOMEM;

    for (int i = 0; st == BJ_OK && i < n; i++) {
        x[i] = OGR_G_GetX(g, i);
        y[i] = OGR_G_GetY(g, i);
    }
    if (st == BJ_OK)
        st = shift_points(ctx, c, (size_t)n, x, y, outside);
    for (int i = 0; st == BJ_OK && i < n; i++) {
        double z = OGR_G_GetZ(g, i), m = OGR_G_GetM(g, i);

        if (has_z && has_m)
            OGR_G_SetPointZM(g, i, x[i], y[i], z, m);
        else if (has_m)
            OGR_G_SetPointM(g, i, x[i], y[i], m);
        else if (has_z)
            OGR_G_SetPoint(g, i, x[i], y[i], z);
        else
            OGR_G_SetPoint_2D(g, i, x[i], y[i]);
    }
    bj_free(ctx, y);
    bj_free(ctx, x);
    return st;
}

static enum bj_status shift_geometry(struct bj_ctx *ctx, const struct copy *c, OGRGeometryH g,
                                     bool *outside)
{
    int n = OGR_G_GetGeometryCount(g);
    enum bj_status st = BJ_OK;

    if (n == 0)
        return OGR_G_IsEmpty(g) ? BJ_OK : shift_path(ctx, c, g, outside);
    for (int i = 0; st == BJ_OK && i < n; i++)
        st = shift_geometry(ctx, c, OGR_G_GetGeometryRef(g, i), outside);
    return st;
}

/* ---- rows --------------------------------------------------------------- */

/* Cells of a list. */
static enum bj_status set_cells(struct bj_ctx *ctx, struct copy *c, size_t row, OGRFeatureH f)
{
    enum bj_status st = BJ_OK;

    for (size_t k = 0; st == BJ_OK && k < c->table.n_columns; k++)
        if (c->table.column[k].text[row][0])
            st = bj_copy_text(ctx, c, k, c->table.column[k].text[row], c->table.row[row], f);
    return st;
}

/* A number, or degrees in any spelling; false for blank cells and other text. */
static bool read_number(const struct copy *c, const char *text, double *v)
{
    if (bj_text_number(text, v) == 1)
        return true;
    return (!c->crs || bj_crs_is_geographic(c->crs)) && bj_parse_degrees(text, v);
}

/* *swapped: one column has the latitude first. That of China is below 54, a longitude above 73. */
static bool read_position(const struct copy *c, size_t row, double *x, double *y, bool *swapped)
{
    const struct bj_column *col = c->table.column;
    double a, b;

    *swapped = false;
    if (c->lon >= 0 && c->lat >= 0)
        return read_number(c, col[c->lon].text[row], x) && read_number(c, col[c->lat].text[row], y);
    if (!bj_parse_pair(col[c->both].text[row], &a, &b))
        return false;
    *swapped = fabs(a) < 54 && fabs(b) > 73;
    *x = *swapped ? b : a;
    *y = *swapped ? a : b;
    return true;
}

/* Whether the row has no text at all where its coordinates should stand. */
static bool is_blank_row(const struct copy *c, size_t row)
{
    const struct bj_column *col = c->table.column;

    if (c->lon >= 0 && c->lat >= 0)
        return bj_is_blank(col[c->lon].text[row]) && bj_is_blank(col[c->lat].text[row]);
    return bj_is_blank(col[c->both].text[row]);
}

static void note_unread(struct copy *c, size_t row)
{
    if (c->n_unread++ == 0)
        c->first_unread = c->table.row[row];
}

/* A list's own columns get the new numbers: 9 decimals of a degree are 0.1 mm. */
static enum bj_status shift_list_row(struct bj_ctx *ctx, struct copy *c, size_t row, OGRFeatureH f,
                                     bool *outside, bool *empty)
{
    double x = 0, y = 0;
    bool swapped;
    int decimals = c->crs && !bj_crs_is_geographic(c->crs) ? 4 : 9;
    char text[64];
    enum bj_status st;
    OGRGeometryH point;

    if (!read_position(c, row, &x, &y, &swapped)) {
        if (is_blank_row(c, row))
            *empty = true;
        else
            note_unread(c, row);
        return BJ_OK;
    }
    st = shift_points(ctx, c, 1, &x, &y, outside);
    if (st != BJ_OK)
        return st;
    if (!isfinite(x) || !isfinite(y)) {
        note_unread(c, row);
        return BJ_OK;
    }
    if (c->lon >= 0 && c->lat >= 0) {
        snprintf(text, sizeof(text), "%.*f", decimals, x);
        OGR_F_SetFieldString(f, c->target[c->lon], text);
        snprintf(text, sizeof(text), "%.*f", decimals, y);
        OGR_F_SetFieldString(f, c->target[c->lat], text);
    } else {
        snprintf(text, sizeof(text), "%.*f,%.*f", decimals, swapped ? y : x, decimals,
                 swapped ? x : y);
        OGR_F_SetFieldString(f, c->target[c->both], text);
    }
    if (strcmp(c->format->driver, "CSV") == 0)
        return BJ_OK;
    point = OGR_G_CreateGeometry(wkbPoint);
    OGR_G_SetPoint_2D(point, 0, x, y);
    OGR_F_SetGeometryDirectly(f, point);
    return BJ_OK;
}

/* Single shapes in a layer of multiple ones become such. Takes g over. */
static OGRGeometryH as_layer(const struct copy *c, OGRGeometryH g)
{
    OGRwkbGeometryType has = wkbFlatten(OGR_G_GetGeometryType(g)), wants = wkbFlatten(c->type);

    if ((has == wkbPoint && wants == wkbMultiPoint) ||
        (has == wkbPolygon && wants == wkbMultiPolygon) ||
        (has == wkbLineString && wants == wkbMultiLineString))
        return OGR_G_ForceTo(g, c->type, NULL);
    return g;
}

/* A shift gives NaN for what is no place on Earth. */
static bool is_finite(OGRGeometryH g)
{
    bool finite = true;

    for (int i = 0; finite && i < OGR_G_GetGeometryCount(g); i++)
        finite = is_finite(OGR_G_GetGeometryRef(g, i));
    for (int i = 0; finite && OGR_G_GetGeometryCount(g) == 0 && i < OGR_G_GetPointCount(g); i++)
        finite = isfinite(OGR_G_GetX(g, i)) && isfinite(OGR_G_GetY(g, i));
    return finite;
}

static enum bj_status shift_feature(struct bj_ctx *ctx, struct copy *c, OGRFeatureH old,
                                    int64_t row, OGRFeatureH f, bool *outside, bool *empty)
{
    OGRGeometryH g = OGR_F_GetGeometryRef(old);
    enum bj_status st;

    if (!g || OGR_G_IsEmpty(g)) {
        *empty = true;
        return BJ_OK;
    }
    c->n_curves += OGR_G_HasCurveGeometry(g, TRUE);
    g = OGR_G_HasCurveGeometry(g, FALSE) ? OGR_G_GetLinearGeometry(g, CURVE_STEP_DEG, NULL)
                                         : OGR_G_Clone(g);
    st = shift_geometry(ctx, c, g, outside);
    if (st == BJ_OK && !is_finite(g))
        st = bj_fail(ctx, BJ_EDATA,
                     _("row %lld of '%s' has a coordinate that is no longitude and latitude; "
                       "correct it, or leave it out with --where"),
                     (long long)row, c->src->path);
    if (st == BJ_OK)
        OGR_F_SetGeometryDirectly(f, as_layer(c, g));
    else
        OGR_G_DestroyGeometry(g);
    return st;
}

/* Counts, progress and the write, common to lists and layers. row: as the user counts. */
static enum bj_status put_row(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g,
                              OGRFeatureH f, int64_t row, int64_t n_rows)
{
    OGRGeometryH shape = OGR_F_GetGeometryRef(f);

    if ((c->format->flags & LACKS_EMPTY) && c->type != wkbNone && (!shape || OGR_G_IsEmpty(shape)))
        return bj_fail(ctx, BJ_EDATA,
                       _("row %lld has no coordinates, and '%s' cannot hold such a row; write "
                         ".gpkg"),
                       (long long)row, bj_base_name(c->file));
    if (OGR_L_CreateFeature(c->layer, f) != OGRERR_NONE)
        return bj_fail(ctx, BJ_EIO, _("row %lld cannot be written to '%s': %s"), (long long)row,
                       bj_base_name(c->file), bj_gdal_reason(g));
    c->count.rows++;
    return c->count.rows % 20000 == 0
               ? bj_progress(ctx, _("shifting"),
                             n_rows > 0 ? (double)c->count.rows / (double)n_rows : -1)
               : BJ_OK;
}

static enum bj_status copy_cells(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g)
{
    enum bj_status st = BJ_OK;

    for (size_t i = 0; st == BJ_OK && i < c->table.n; i++) {
        OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(c->layer));
        bool outside = false, empty = false;

        st = set_cells(ctx, c, i, f);
        if (st == BJ_OK)
            st = shift_list_row(ctx, c, i, f, &outside, &empty);
        if (st == BJ_OK)
            st = put_row(ctx, c, g, f, c->table.row[i], (int64_t)c->table.n);
        c->count.outside += outside;
        c->count.empty += empty;
        OGR_F_Destroy(f);
    }
    if (st == BJ_OK && c->n_unread > 0)
        bj_log(ctx, BJ_LOG_WARNING,
               _("%lld rows of '%s' have coordinates that cannot be read and are NOT shifted, the "
                 "first is row %lld"),
               (long long)c->n_unread, c->src->path, (long long)c->first_unread);
    return st;
}

static enum bj_status copy_feature(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g,
                                   OGRFeatureH old)
{
    OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(c->layer));
    int64_t row =
        c->src->row_is_fid ? (int64_t)OGR_F_GetFID(old) + c->src->fid_base : c->count.rows + 1;
    bool outside = false, empty = false;
    enum bj_status st = bj_copy_values(ctx, c, old, row, f);

    if (st == BJ_OK)
        st = shift_feature(ctx, c, old, row, f, &outside, &empty);
    if (st == BJ_OK)
        st = put_row(ctx, c, g, f, row, c->info->n_rows);
    c->count.outside += outside;
    c->count.empty += empty;
    OGR_F_Destroy(f);
    return st;
}

static enum bj_status copy_features(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g)
{
    enum bj_status st = BJ_OK;
    OGRFeatureH old;
    int errors = g->n_errors;

    OGR_L_SetIgnoredFields(c->src->layer, NULL);
    OGR_L_ResetReading(c->src->layer);
    while (st == BJ_OK && (old = OGR_L_GetNextFeature(c->src->layer))) {
        st = copy_feature(ctx, c, g, old);
        OGR_F_Destroy(old);
    }
    if (st == BJ_OK && g->n_errors > errors)
        st = bj_fail(ctx, BJ_EIO, _("'%s' cannot be read after row %zu: %s"), c->src->path,
                     (size_t)c->count.rows, bj_gdal_reason(g));
    if (st == BJ_OK && c->n_curves > 0)
        bj_log(ctx, BJ_LOG_WARNING,
               _("curves of %lld features are drawn as lines with a point every half degree"),
               (long long)c->n_curves);
    if (st == BJ_OK && c->n_zeros > 0)
        bj_log(ctx, BJ_LOG_WARNING,
               _("%lld missing numbers are 0 in '%s', which cannot leave a number empty"),
               (long long)c->n_zeros, bj_base_name(c->file));
    return st;
}

static enum bj_status copy_rows(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g)
{
    /* Without a transaction a GPKG syncs after each row. */
    bool in_transaction = OGR_L_StartTransaction(c->layer) == OGRERR_NONE;
    enum bj_status st = c->src->list ? copy_cells(ctx, c, g) : copy_features(ctx, c, g);

    if (st == BJ_OK && in_transaction && OGR_L_CommitTransaction(c->layer) != OGRERR_NONE)
        st = bj_fail(ctx, BJ_EIO, _("'%s' cannot be written: %s"), c->file, bj_gdal_reason(g));
    return st;
}

/* ---- all together ------------------------------------------------------- */

/* A list's cells as text (its numbers are read where they are needed), and its columns of
 * coordinates. */
static enum bj_status read_cells(struct bj_ctx *ctx, struct copy *c)
{
    size_t n = c->info->n_fields;
    struct bj_column_spec *spec = bj_alloc0(ctx, n, sizeof(*spec));
    enum bj_status st;

    if (!spec)
        return BJ_ENOMEM;
    c->lon = c->lat = c->both = -1;
    for (size_t i = 0; i < n; i++) {
        int role = bj_synonym_role(c->info->field[i].name);

        spec[i].field = (int)i;
        if (role == BJ_SYN_LON && c->lon < 0)
            c->lon = (int)i;
        if (role == BJ_SYN_LAT && c->lat < 0)
            c->lat = (int)i;
        if (role == BJ_SYN_LONLAT && c->both < 0)
            c->both = (int)i;
    }
    st = bj_source_read(ctx, c->src, BJ_WANT_ATTRIBUTES, n, spec, &c->table);
    bj_free(ctx, spec);
    if (st == BJ_OK && c->both < 0 && (c->lon < 0 || c->lat < 0))
        st = bj_fail(ctx, BJ_EDATA,
                     _("'%s' has no columns of longitude and latitude: name them "
                       "经度 and 纬度, or lon and lat"),
                     c->src->path);
    return st;
}

static enum bj_status settle_crs(struct bj_ctx *ctx, struct copy *c)
{
    OGREnvelope box;

    if (c->info->crs) {
        enum bj_status st = bj_crs_new(ctx, c->info->crs, &c->crs);

        return st == BJ_OK ? st : bj_fail_in(ctx, st, "'%s'", c->src->path);
    }
    if (c->src->list || OGR_L_GetExtent(c->src->layer, &box, TRUE) != OGRERR_NONE ||
        (box.MinX >= -180 && box.MaxX <= 180 && box.MinY >= -90 && box.MaxY <= 90))
        return BJ_OK;
    return bj_fail(ctx, BJ_ECRS,
                   _("'%s' has no CRS and its numbers are no longitudes and "
                     "latitudes: give it with --crs EPSG:n"),
                   c->src->path);
}

static enum bj_status run(struct bj_ctx *ctx, struct copy *c, const struct bj_source_spec *in,
                          const char *out_path)
{
    struct bj_gdal g;
    enum bj_status st = bj_source_open(ctx, in, &c->src);

    if (st != BJ_OK)
        return st;
    c->info = bj_source_info(c->src);
    bj_gdal_begin(ctx, &g);
    st = settle_crs(ctx, c);
    if (st == BJ_OK && c->src->list)
        st = read_cells(ctx, c);
    if (st == BJ_OK)
        st = bj_copy_begin(ctx, c, &g, out_path);
    if (st == BJ_OK)
        st = copy_rows(ctx, c, &g);
    if (st == BJ_OK)
        st = bj_copy_finish(ctx, c, &g, out_path);
    bj_copy_end(ctx, c);
    bj_gdal_end(&g);
    return st;
}

enum bj_status bj_layer_shift(struct bj_ctx *ctx, const struct bj_source_spec *in,
                              const char *out_path, int overwrite, enum bj_datum from,
                              enum bj_datum to, struct bj_shift_count *count)
{
    struct copy c = {.from = from, .to = to};
    size_t n = strlen(out_path);
    enum bj_status st = BJ_OK;
    char *path;

    while (n > 1 && out_path[n - 1] == '/') /* "out.gdb/" */
        n--;
    path = bj_strndup(ctx, out_path, n);
    if (!path)
        return BJ_ENOMEM;
    c.format = bj_copy_format(path);
    if (!c.format)
        st = bj_fail(ctx, BJ_EARG,
                     _("'%s': the extension names no format; use .shp, .gpkg, .gdb, "
                       ".geojson, .fgb, .csv, .tab or .kml"),
                     out_path);
    else if (!overwrite && access(path, F_OK) == 0)
        st = bj_fail(ctx, BJ_EIO, _("'%s' exists: give --overwrite to replace it"), out_path);
    if (st == BJ_OK)
        st = run(ctx, &c, in, path);
    if (st == BJ_OK)
        *count = c.count;
    bj_source_close(c.src);
    bj_free(ctx, path);
    return st;
}
