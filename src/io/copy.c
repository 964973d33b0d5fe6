/* A whole layer copied with every coordinate shifted from one datum to another.
 *
 * The attributes come through bj_source_read(), which settles encodings and lists; the
 * geometries come from GDAL's features in the same order, so that every kind and dimension is
 * kept. The new file is made in a hidden folder beside its place and moved in when it is
 * whole. Curves become lines: a datum shift does not keep arcs. */
#include "base/synonyms.h"
#include "io/io_int.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct copy {
    struct bj_source *src;
    const struct bj_source_info *info;
    struct bj_table table; /* attributes */
    struct bj_crs *crs;    /* NULL: longitude/latitude */
    enum bj_datum from, to;
    int lon, lat, both; /* columns of a list, -1; both: "lon,lat" in one */
    const char *driver;
    char *folder; /* hidden */
    char *file;   /* in it */
    GDALDatasetH ds;
    OGRLayerH layer;
    OGRSpatialReferenceH srs;
    struct bj_shift_count count;
};

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

/* ---- the new layer ------------------------------------------------------ */

static const char *driver_of(const char *path)
{
    static const struct {
        const char *extension, *driver;
    } known[] = {{".shp", "ESRI Shapefile"}, {".gpkg", "GPKG"},      {".geojson", "GeoJSON"},
                 {".json", "GeoJSON"},       {".fgb", "FlatGeobuf"}, {".csv", "CSV"},
                 {".tab", "MapInfo File"},   {".kml", "KML"}};
    const char *dot = strrchr(bj_base_name(path), '.');

    for (size_t i = 0; dot && i < sizeof(known) / sizeof(*known); i++)
        if (strcasecmp(dot, known[i].extension) == 0)
            return known[i].driver;
    return NULL;
}

static enum bj_status make_folder(struct bj_ctx *ctx, struct copy *c, const char *out_path)
{
    const char *base = bj_base_name(out_path);

    c->folder = bj_sprintf(ctx, "%.*s.%s.banjing-XXXXXX", (int)(base - out_path), out_path, base);
    if (!c->folder)
        return BJ_ENOMEM;
    if (!mkdtemp(c->folder)) {
        int error = errno;

        bj_free(ctx, c->folder);
        c->folder = NULL;
        return bj_fail(ctx, BJ_EIO, _("'%s' cannot be written: its folder: %s"), out_path,
                       strerror(error));
    }
    c->file = bj_sprintf(ctx, "%s/%s", c->folder, base);
    return c->file ? BJ_OK : BJ_ENOMEM;
}

/* Keeps the layer's CRS; plain longitude/latitude gets the name of its new datum. */
static enum bj_status make_srs(struct bj_ctx *ctx, struct copy *c)
{
    bool plain = !c->crs || bj_crs_is_geographic(c->crs);
    int code = c->to == BJ_DATUM_CGCS2000 ? 4490 : c->to == BJ_DATUM_WGS84 ? 4326 : 0;

    if (!c->info->crs && !code)
        return BJ_OK;
    c->srs = OSRNewSpatialReference(NULL);
    OSRSetAxisMappingStrategy(c->srs, OAMS_TRADITIONAL_GIS_ORDER);
    if ((plain && code ? OSRImportFromEPSG(c->srs, code)
                       : OSRSetFromUserInput(c->srs, c->info->crs)) != OGRERR_NONE)
        return bj_fail(ctx, BJ_ECRS, _("the CRS of '%s' is not understood by GDAL"),
                       bj_base_name(c->file));
    return BJ_OK;
}

/* A shapefile's names have at most 10 bytes: cut at a character, numbered until unique. */
static void field_name(const struct copy *c, OGRFeatureDefnH defn, const char *name, char *out,
                       size_t cap)
{
    size_t room = strcmp(c->driver, "ESRI Shapefile") == 0 ? 10 : cap - 1, n = strlen(name);

    for (int number = 0; number < 1000; number++) {
        char tail[8] = "";
        size_t keep = n;

        if (number > 0)
            snprintf(tail, sizeof(tail), "%d", number);
        if (keep > room - strlen(tail))
            keep = room - strlen(tail);
        while (keep > 0 && keep < n && ((unsigned char)name[keep] & 0xC0) == 0x80)
            keep--;
        snprintf(out, cap, "%.*s%s", (int)keep, name, tail);
        if (OGR_FD_GetFieldIndex(defn, out) < 0)
            return;
    }
}

static enum bj_status make_fields(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g)
{
    OGRFeatureDefnH from = c->src->list ? NULL : OGR_L_GetLayerDefn(c->src->layer);

    for (size_t i = 0; i < c->info->n_fields; i++) {
        OGRFieldDefnH old = from ? OGR_FD_GetFieldDefn(from, (int)i) : NULL, made;
        char name[256];
        OGRErr error;

        field_name(c, OGR_L_GetLayerDefn(c->layer), c->info->field[i].name, name, sizeof(name));
        if (strcmp(name, c->info->field[i].name) != 0)
            bj_log(ctx, BJ_LOG_WARNING,
                   _("field '%s' is called '%s' in '%s': names of a shapefile "
                     "have at most 10 bytes"),
                   c->info->field[i].name, name, bj_base_name(c->file));
        made = OGR_Fld_Create(name, old ? OGR_Fld_GetType(old) : OFTString);
        /* Text may need more bytes in UTF-8 than it had: the format's own width. */
        if (old && OGR_Fld_GetType(old) != OFTString) {
            OGR_Fld_SetSubType(made, OGR_Fld_GetSubType(old));
            OGR_Fld_SetWidth(made, OGR_Fld_GetWidth(old));
            OGR_Fld_SetPrecision(made, OGR_Fld_GetPrecision(old));
        } else if (strcmp(c->driver, "ESRI Shapefile") == 0) {
            OGR_Fld_SetWidth(made, 254);
        }
        error = OGR_L_CreateField(c->layer, made, TRUE);
        OGR_Fld_Destroy(made);
        if (error != OGRERR_NONE)
            return bj_fail(ctx, BJ_EIO, _("field '%s' cannot be made in '%s': %s"), name,
                           bj_base_name(c->file), bj_gdal_reason(g));
    }
    return BJ_OK;
}

static enum bj_status make_layer(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g)
{
    GDALDriverH driver = GDALGetDriverByName(c->driver);
    bool shape = strcmp(c->driver, "ESRI Shapefile") == 0;
    bool csv = strcmp(c->driver, "CSV") == 0;
    OGRwkbGeometryType type = c->src->list ? wkbPoint : OGR_L_GetGeomType(c->src->layer);
    char **options = NULL;
    enum bj_status st = make_srs(ctx, c);

    if (st != BJ_OK)
        return st;
    if (shape)
        options = CSLAddNameValue(options, "ENCODING", "UTF-8");
    if (csv)
        options = CSLAddNameValue(options, "STRING_QUOTING", "IF_NEEDED");
    /* A list stays a list; points of another layer become X and Y columns, areas WKT. */
    if (csv && !c->src->list)
        options =
            CSLAddNameValue(options, "GEOMETRY", wkbFlatten(type) == wkbPoint ? "AS_XY" : "AS_WKT");
    c->ds = driver ? GDALCreate(driver, c->file, 0, 0, 0, GDT_Unknown, NULL) : NULL;
    if (c->ds)
        c->layer = GDALDatasetCreateLayer(c->ds, c->info->layer ? c->info->layer : "layer", c->srs,
                                          csv && c->src->list ? wkbNone : type, options);
    CSLDestroy(options);
    if (!c->layer)
        return bj_fail(ctx, BJ_EIO, _("'%s' cannot be made: %s"), c->file, bj_gdal_reason(g));
    return make_fields(ctx, c, g);
}

/* ---- rows --------------------------------------------------------------- */

static void set_attributes(const struct copy *c, size_t row, OGRFeatureH f)
{
    for (size_t k = 0; k < c->table.n_columns; k++) {
        const struct bj_column *col = &c->table.column[k];

        if (col->num) {
            if (isfinite(col->num[row]))
                OGR_F_SetFieldDouble(f, (int)k, col->num[row]);
        } else if (col->text[row][0]) {
            OGR_F_SetFieldString(f, (int)k, col->text[row]);
        }
    }
}

/* "115.98,36.45" or the other way round (*swapped): two numbers between which stands anything
 * that is no part of a number. A latitude of China is below 54, a longitude above 73. */
static bool read_both(const char *text, double *x, double *y, bool *swapped)
{
    char *end, *last;
    double a = strtod(text, &end), b;

    if (end == text)
        return false;
    while (*end && !strchr("+-.0123456789", *end))
        end++;
    b = strtod(end, &last);
    if (last == end || !bj_is_blank(last))
        return false;
    *swapped = fabs(a) < 54 && fabs(b) > 73;
    *x = *swapped ? b : a;
    *y = *swapped ? a : b;
    return true;
}

static bool read_position(const struct copy *c, size_t row, double *x, double *y, bool *swapped)
{
    const struct bj_column *col = c->table.column;

    *swapped = false;
    if (c->lon >= 0 && c->lat >= 0)
        return bj_text_number(col[c->lon].text[row], x) == 1 &&
               bj_text_number(col[c->lat].text[row], y) == 1;
    return read_both(col[c->both].text[row], x, y, swapped);
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
        *empty = true;
        return BJ_OK;
    }
    st = shift_points(ctx, c, 1, &x, &y, outside);
    if (st != BJ_OK)
        return st;
    if (c->lon >= 0 && c->lat >= 0) {
        snprintf(text, sizeof(text), "%.*f", decimals, x);
        OGR_F_SetFieldString(f, c->lon, text);
        snprintf(text, sizeof(text), "%.*f", decimals, y);
        OGR_F_SetFieldString(f, c->lat, text);
    } else {
        snprintf(text, sizeof(text), "%.*f,%.*f", decimals, swapped ? y : x, decimals,
                 swapped ? x : y);
        OGR_F_SetFieldString(f, c->both, text);
    }
    if (strcmp(c->driver, "CSV") == 0)
        return BJ_OK;
    point = OGR_G_CreateGeometry(wkbPoint);
    OGR_G_SetPoint_2D(point, 0, x, y);
    OGR_F_SetGeometryDirectly(f, point);
    return BJ_OK;
}

static enum bj_status shift_feature(struct bj_ctx *ctx, struct copy *c, OGRFeatureH old,
                                    OGRFeatureH f, bool *outside, bool *empty)
{
    OGRGeometryH g = OGR_F_GetGeometryRef(old);
    enum bj_status st;

    if (!g || OGR_G_IsEmpty(g)) {
        *empty = true;
        return BJ_OK;
    }
    g = OGR_G_HasCurveGeometry(g, FALSE) ? OGR_G_GetLinearGeometry(g, 0, NULL) : OGR_G_Clone(g);
    st = shift_geometry(ctx, c, g, outside);
    if (st == BJ_OK)
        OGR_F_SetGeometryDirectly(f, g);
    else
        OGR_G_DestroyGeometry(g);
    return st;
}

static enum bj_status copy_row(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g,
                               size_t i)
{
    OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(c->layer)), old = NULL;
    bool outside = false, empty = false;
    enum bj_status st;

    set_attributes(c, i, f);
    if (c->src->list) {
        st = shift_list_row(ctx, c, i, f, &outside, &empty);
    } else {
        old = OGR_L_GetNextFeature(c->src->layer);
        st = old ? shift_feature(ctx, c, old, f, &outside, &empty)
                 : bj_fail(ctx, BJ_EIO, _("'%s' ends at row %zu when read again"), c->src->path, i);
    }
    if (st == BJ_OK && OGR_L_CreateFeature(c->layer, f) != OGRERR_NONE)
        st = bj_fail(ctx, BJ_EIO, _("row %zu cannot be written to '%s': %s"), i + 1,
                     bj_base_name(c->file), bj_gdal_reason(g));
    OGR_F_Destroy(old);
    OGR_F_Destroy(f);
    c->count.rows++;
    c->count.outside += outside;
    c->count.empty += empty;
    return st;
}

static enum bj_status copy_rows(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g)
{
    enum bj_status st = BJ_OK;
    /* Without a transaction a GPKG syncs after each row. */
    bool in_transaction = OGR_L_StartTransaction(c->layer) == OGRERR_NONE;

    if (!c->src->list) {
        /* Reading the attributes has told the driver to leave geometry out. */
        OGR_L_SetIgnoredFields(c->src->layer, NULL);
        OGR_L_ResetReading(c->src->layer);
    }
    for (size_t i = 0; st == BJ_OK && i < c->table.n; i++) {
        st = copy_row(ctx, c, g, i);
        if (st == BJ_OK && i % 20000 == 19999)
            st = bj_progress(ctx, _("shifting"), (double)i / (double)c->table.n);
    }
    if (st == BJ_OK && in_transaction && OGR_L_CommitTransaction(c->layer) != OGRERR_NONE)
        st = bj_fail(ctx, BJ_EIO, _("'%s' cannot be written: %s"), c->file, bj_gdal_reason(g));
    return st;
}

/* ---- all together ------------------------------------------------------- */

static enum bj_status read_attributes(struct bj_ctx *ctx, struct copy *c)
{
    size_t n = c->info->n_fields;
    struct bj_column_spec *spec = bj_alloc0(ctx, n, sizeof(*spec));
    enum bj_status st;

    if (!spec)
        return BJ_ENOMEM;
    c->lon = c->lat = c->both = -1;
    for (size_t i = 0; i < n; i++) {
        enum bj_field_type type = c->info->field[i].type;
        int role = c->src->list ? bj_synonym_role(c->info->field[i].name) : -1;

        spec[i].field = (int)i;
        spec[i].as_number = type == BJ_FIELD_INTEGER || type == BJ_FIELD_REAL;
        if (role == BJ_SYN_LON && c->lon < 0)
            c->lon = (int)i;
        if (role == BJ_SYN_LAT && c->lat < 0)
            c->lat = (int)i;
        if (role == BJ_SYN_LONLAT && c->both < 0)
            c->both = (int)i;
    }
    /* Sheets give text; their numbers are read where they are needed. */
    if (c->src->list)
        for (size_t i = 0; i < n; i++)
            spec[i].as_number = 0;
    st = bj_source_read(ctx, c->src, BJ_WANT_ATTRIBUTES, n, spec, &c->table);
    bj_free(ctx, spec);
    if (st == BJ_OK && c->src->list && c->both < 0 && (c->lon < 0 || c->lat < 0))
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

static int is_entry(const struct dirent *e)
{
    return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

/* Every file that the driver made, the named one last: when it is there, all are. */
static enum bj_status move_in(struct bj_ctx *ctx, const struct copy *c, const char *out_path)
{
    const char *base = bj_base_name(out_path);
    struct dirent **entry = NULL;
    int n = scandir(c->folder, &entry, is_entry, alphasort);
    enum bj_status st = BJ_OK;

    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; st == BJ_OK && i < n; i++) {
            char *from, *to;

            if ((strcmp(entry[i]->d_name, base) == 0) != (pass == 1))
                continue;
            from = bj_sprintf(ctx, "%s/%s", c->folder, entry[i]->d_name);
            to = bj_sprintf(ctx, "%.*s%s", (int)(base - out_path), out_path, entry[i]->d_name);
            if (!from || !to)
                st = BJ_ENOMEM;
            else if (rename(from, to) != 0)
                st = bj_fail(ctx, BJ_EIO, _("'%s' cannot be written: %s"), to, strerror(errno));
            bj_free(ctx, to);
            bj_free(ctx, from);
        }
    for (int i = 0; i < n; i++)
        free(entry[i]);
    free(entry);
    return st;
}

static void remove_folder(const struct copy *c)
{
    char **names = c->folder ? VSIReadDir(c->folder) : NULL;

    for (int i = 0; names && names[i]; i++)
        if (strcmp(names[i], ".") != 0 && strcmp(names[i], "..") != 0)
            VSIUnlink(CPLFormFilename(c->folder, names[i], NULL));
    CSLDestroy(names);
    if (c->folder)
        rmdir(c->folder);
}

static enum bj_status close_file(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g)
{
    int errors = g->n_errors;

    GDALClose(c->ds);
    c->ds = NULL;
    return g->n_errors > errors ? bj_fail(ctx, BJ_EIO, _("'%s' cannot be written: %s"),
                                          bj_base_name(c->file), bj_gdal_reason(g))
                                : BJ_OK;
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
    if (st == BJ_OK)
        st = read_attributes(ctx, c);
    if (st == BJ_OK)
        st = make_folder(ctx, c, out_path);
    if (st == BJ_OK)
        st = make_layer(ctx, c, &g);
    if (st == BJ_OK)
        st = copy_rows(ctx, c, &g);
    if (c->ds) {
        enum bj_status closed = close_file(ctx, c, &g);

        st = st == BJ_OK ? closed : st;
    }
    if (st == BJ_OK)
        st = move_in(ctx, c, out_path);
    bj_gdal_end(&g);
    return st;
}

enum bj_status bj_layer_shift(struct bj_ctx *ctx, const struct bj_source_spec *in,
                              const char *out_path, int overwrite, enum bj_datum from,
                              enum bj_datum to, struct bj_shift_count *count)
{
    struct copy c = {.from = from, .to = to, .driver = driver_of(out_path)};
    enum bj_status st;

    if (!c.driver)
        return bj_fail(ctx, BJ_EARG,
                       _("'%s': the extension names no format; use .shp, .gpkg, "
                         ".geojson, .fgb, .csv, .tab or .kml"),
                       out_path);
    if (!overwrite && access(out_path, F_OK) == 0)
        return bj_fail(ctx, BJ_EIO, _("'%s' exists: give --overwrite to replace it"), out_path);
    st = run(ctx, &c, in, out_path);
    if (st == BJ_OK)
        *count = c.count;
    remove_folder(&c);
    OSRDestroySpatialReference(c.srs);
    bj_crs_free(c.crs);
    bj_table_release(ctx, &c.table);
    bj_source_close(c.src);
    bj_free(ctx, c.file);
    bj_free(ctx, c.folder);
    return st;
}
