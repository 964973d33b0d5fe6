/* Reading layers: any OGR data source as columns of numbers, text and geometry.
 *
 * Opening decides everything that does not need the rows: the layer, its CRS, its fields, and
 * the encoding, for which the text of a shapefile is tallied once (dbf.c). Shapefiles are
 * opened with GDAL's own recoding off (open option ENCODING=""), because what GDAL believes
 * about their encoding is often wrong and loses characters. Only when the layer has a `where`
 * in other than ASCII or UTF-8 text is GDAL told the encoding that was found, for the condition
 * must meet decoded values.
 *
 * Reading is one pass in FID order with the fields that are not needed switched off. The
 * user's row number is the FID where the format numbers rows by position (with 1 added where
 * it starts at 0), so it stays the same under a `where`; else a running count.
 *
 * OSM files have five layers that come out of one pass interleaved; a query on one of them
 * makes the driver skip the others.
 *
 * CSV files and sheets have no fixed schema and are read by list.c. */
#include "io/io_int.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include <ctype.h>
#include <math.h>
#include <string.h>

enum {
    PROGRESS_ROWS = 50000,
    NAMES_MAX = 600,
    FIRST_ROWS = 1024,
    EXPECTED_MAX = 4000000 /* a count beyond is not believed until the rows are there */
};

const char *bj_source_text(struct bj_source *src, const char *s)
{
    return bj_strings_add(src->ctx, &src->strings, s, strlen(s));
}

/* ---- opening: data set and layer ---------------------------------------- */

static bool is_shapefile(const struct bj_source *src)
{
    return src->info.driver && strcmp(src->info.driver, "ESRI Shapefile") == 0;
}

static bool is_osm(const struct bj_source *src)
{
    return strcmp(src->info.driver, "OSM") == 0;
}

bool bj_is_missing(const char *path)
{
    VSIStatBufL sb;

    return !strchr(path, ':') && VSIStatExL(path, &sb, VSI_STAT_EXISTS_FLAG) != 0;
}

enum bj_status bj_no_file(struct bj_ctx *ctx, const char *path)
{
    return bj_fail(ctx, BJ_EIO, _("'%s' does not exist; check the path of the layer"), path);
}

/* Opens path; shapefiles with the text encoding given ("" = raw bytes). */
static GDALDatasetH open_vector(const char *path, const char *encoding)
{
    char option[64];
    const char *const options[] = {option, NULL};
    GDALDriverH driver = GDALIdentifyDriverEx(path, GDAL_OF_VECTOR, NULL, NULL);
    bool shapefile = driver && strcmp(GDALGetDriverShortName(driver), "ESRI Shapefile") == 0;

    snprintf(option, sizeof(option), "ENCODING=%s", encoding);
    return GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, NULL,
                      shapefile ? options : NULL, NULL);
}

/* The files of the shapefile that path is one of, those that exist; caller frees with
 * CSLDestroy(). GDAL's own list leaves out a .dbf that it cannot read, and the .cpg when the
 * .dbf has a language byte. */
static char **shape_files(const char *path)
{
    static const char *const extension[] = {"shp", "shx", "dbf", "cpg"};
    char *folder = CPLStrdup(CPLGetPath(path)), *stem = CPLStrdup(CPLGetBasename(path));
    char **files = NULL;
    VSIStatBufL sb;

    for (int i = 0; i < 4; i++) {
        const char *file = CPLFormCIFilename(folder, stem, extension[i]);

        if (VSIStatExL(file, &sb, VSI_STAT_EXISTS_FLAG) == 0)
            files = CSLAddString(files, file);
    }
    CPLFree(folder);
    CPLFree(stem);
    return files;
}

static const char *file_with(char **files, const char *extension)
{
    for (; files && *files; files++)
        if (EQUAL(CPLGetExtension(*files), extension))
            return *files;
    return NULL;
}

/* Why GDAL could not open path: a shapefile cut short may not even open. */
static enum bj_status not_opened(struct bj_ctx *ctx, const struct bj_gdal *g, const char *path)
{
    enum bj_status st = BJ_OK;

    if (bj_is_missing(path))
        return bj_no_file(ctx, path);
    if (EQUAL(CPLGetExtension(path), "zip"))
        return bj_fail(
            ctx, BJ_EIO,
            _("'%s' is an archive; write /vsizip/ before its path to read the layer in it"), path);
    if (EQUAL(CPLGetExtension(path), "shp")) {
        char **files = shape_files(path);

        if (!file_with(files, "shx"))
            st = bj_fail(ctx, BJ_EIO,
                         _("'%s' is not there; copy all parts of the shapefile (.shp, .shx, .dbf, "
                           ".prj) into one folder"),
                         CPLResetExtension(path, "shx"));
        else
            st = bj_shape_check(ctx, (CSLConstList)files);
        CSLDestroy(files);
    }
    return st ? st
              : bj_fail(ctx, BJ_EIO, _("'%s' cannot be opened as a layer: %s"), path,
                        bj_gdal_reason(g));
}

static enum bj_status open_dataset(struct bj_ctx *ctx, struct bj_gdal *g, struct bj_source *src)
{
    GDALDriverH driver;

    src->ds = open_vector(src->path, "");
    if (!src->ds)
        return not_opened(ctx, g, src->path);
    driver = GDALGetDatasetDriver(src->ds);
    src->info.driver = bj_source_text(src, driver ? GDALGetDriverShortName(driver) : "");
    return src->info.driver ? BJ_OK : BJ_ENOMEM;
}

void bj_layer_names(GDALDatasetH ds, char *out, size_t cap)
{
    size_t n = 0;

    out[0] = 0;
    for (int i = 0; i < GDALDatasetGetLayerCount(ds) && n + 4 < cap; i++) {
        int k = snprintf(out + n, cap - n, "%s%s", i ? ", " : "",
                         OGR_L_GetName(GDALDatasetGetLayer(ds, i)));

        n += k > 0 ? (size_t)k : 0;
    }
}

int bj_want_of(OGRwkbGeometryType type)
{
    switch (OGR_GT_GetLinear(wkbFlatten(type))) {
    case wkbPoint:
    case wkbMultiPoint:
        return BJ_WANT_POINTS;
    case wkbPolygon:
    case wkbMultiPolygon:
        return BJ_WANT_AREAS;
    case wkbLineString:
    case wkbMultiLineString:
        return BJ_WANT_LINES;
    default:
        return -1;
    }
}

/* With several layers and none named: the only one with the preferred geometry, else the
 * only one with any. -1 when that is not one. */
static int only_layer(GDALDatasetH ds, int prefer)
{
    int found = -1, n_found = 0, any = -1, n_any = 0;

    for (int i = 0; i < GDALDatasetGetLayerCount(ds); i++) {
        OGRwkbGeometryType type = OGR_L_GetGeomType(GDALDatasetGetLayer(ds, i));

        if (type == wkbNone)
            continue;
        any = i;
        n_any++;
        if (prefer != BJ_WANT_ATTRIBUTES && bj_want_of(type) == prefer) {
            found = i;
            n_found++;
        }
    }
    return n_found == 1 ? found : n_any == 1 ? any : -1;
}

static enum bj_status pick_layer(struct bj_ctx *ctx, const struct bj_source_spec *spec,
                                 struct bj_source *src)
{
    int n = GDALDatasetGetLayerCount(src->ds), i = 0;
    char names[NAMES_MAX];

    bj_layer_names(src->ds, names, sizeof(names));
    if (spec->layer) {
        src->layer = GDALDatasetGetLayerByName(src->ds, spec->layer);
        return src->layer ? BJ_OK
                          : bj_fail(ctx, BJ_EDATA, _("'%s' has no layer '%s'; it has: %s"),
                                    src->path, spec->layer, names);
    }
    if (n == 0)
        return bj_fail(ctx, BJ_EDATA, _("'%s' has no layer"), src->path);
    if (n > 1)
        i = only_layer(src->ds, spec->prefer);
    if (i < 0)
        return bj_fail(
            ctx, BJ_EDATA,
            _("'%s' has %d layers; name one with layer: in the case file, or --layer (it "
              "has: %s)"),
            src->path, n, names);
    src->layer = GDALDatasetGetLayer(src->ds, i);
    return BJ_OK;
}

static enum bj_status bad_where(struct bj_ctx *ctx, const struct bj_gdal *g,
                                const struct bj_source *src)
{
    return bj_fail(ctx, BJ_EDATA,
                   _("the condition where: %s cannot be used on layer '%s' of '%s': %s; write it "
                     "as in SQL: name = 'text' AND size > 3"),
                   src->where, src->info.layer, src->path, bj_gdal_reason(g));
}

/* A query on one layer, so that the OSM driver leaves out the others. */
static enum bj_status query_osm(struct bj_ctx *ctx, struct bj_gdal *g, struct bj_source *src)
{
    char *sql =
        bj_sprintf(ctx, "SELECT * FROM \"%s\"%s%s%s", src->info.layer, src->where ? " WHERE (" : "",
                   src->where ? src->where : "", src->where ? ")" : "");

    if (!sql)
        return BJ_ENOMEM;
    src->layer = GDALDatasetExecuteSQL(src->ds, sql, NULL, NULL);
    src->is_result = src->layer != NULL;
    bj_free(ctx, sql);
    if (src->layer)
        return BJ_OK;
    return src->where ? bad_where(ctx, g, src)
                      : bj_fail(ctx, BJ_EIO, _("layer '%s' of '%s' cannot be read: %s"),
                                src->info.layer, src->path, bj_gdal_reason(g));
}

/* Some drivers see that a condition is wrong only when the first row is asked for. */
static enum bj_status set_where(struct bj_ctx *ctx, struct bj_gdal *g, struct bj_source *src)
{
    int before = g->n_errors;
    OGRFeatureH first;

    if (is_osm(src))
        return query_osm(ctx, g, src);
    if (!src->where)
        return BJ_OK;
    if (OGR_L_SetAttributeFilter(src->layer, src->where) != OGRERR_NONE)
        return bad_where(ctx, g, src);
    OGR_L_ResetReading(src->layer);
    first = OGR_L_GetNextFeature(src->layer);
    if (!first && g->n_errors > before)
        return bad_where(ctx, g, src);
    OGR_F_Destroy(first);
    OGR_L_ResetReading(src->layer);
    return BJ_OK;
}

/* ---- opening: encoding -------------------------------------------------- */

/* Files of the layer itself: those of its name, when the data source is a folder. */
static char **layer_files(const struct bj_source *src)
{
    char **all = GDALGetFileList(src->ds), **own = NULL;

    for (char **f = all; f && *f && !own; f++)
        if (strcmp(CPLGetBasename(*f), src->info.layer) == 0)
            own = shape_files(*f);
    CSLDestroy(all);
    return own;
}

/* Other drivers that give raw bytes (MapInfo without a character set): all text is read once. */
static enum bj_status raw_encoding(struct bj_ctx *ctx, const struct bj_source_spec *spec,
                                   struct bj_source *src, struct bj_encoding *e)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(src->layer);
    struct bj_text_tally tally = {0};
    OGRFeatureH f;
    int64_t row = 0;
    int n = OGR_FD_GetFieldCount(defn);

    for (int i = 0; i < n; i++) {
        const char *name = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, i));

        bj_text_tally_add(&tally, name, strlen(name), true, 0);
    }
    OGR_L_ResetReading(src->layer);
    while ((f = OGR_L_GetNextFeature(src->layer))) {
        row++;
        for (int i = 0; i < n; i++) {
            const char *text = OGR_F_GetFieldAsString(f, i);

            bj_text_tally_add(&tally, text, strlen(text), true, row);
        }
        OGR_F_Destroy(f);
    }
    OGR_L_ResetReading(src->layer);
    return bj_encoding_choose(ctx, src->path, &tally, spec->encoding, NULL, 0, e);
}

static enum bj_status shapefile_encoding(struct bj_ctx *ctx, const struct bj_source_spec *spec,
                                         struct bj_source *src, struct bj_encoding *e)
{
    char **files = layer_files(src);
    const char *dbf = file_with(files, "dbf"), *cpg = file_with(files, "cpg");
    struct bj_text_tally tally = {0};
    char word[64] = "";
    int ldid = 0;
    enum bj_status st = bj_shape_check(ctx, (CSLConstList)files);

    if (!st && !dbf) { /* inside an archive, or without a table */
        if (file_with(files, "shp"))
            bj_log(ctx, BJ_LOG_WARNING,
                   _("'%s' is not there: names, codes and numbers are missing; copy all parts of "
                     "the shapefile into one folder"),
                   CPLResetExtension(file_with(files, "shp"), "dbf"));
        CSLDestroy(files);
        return raw_encoding(ctx, spec, src, e);
    }
    if (!st)
        st = bj_dbf_tally(ctx, dbf, &tally, &ldid);
    if (!st && cpg)
        bj_cpg_read(cpg, word, sizeof(word));
    if (!st)
        st = bj_encoding_choose(ctx, dbf, &tally, spec->encoding, word, ldid, e);
    CSLDestroy(files);
    return st;
}

/* Opens the shapefile again with the encoding told to GDAL, so that `where` meets UTF-8. */
static enum bj_status reopen_decoded(struct bj_ctx *ctx, struct bj_gdal *g, struct bj_source *src,
                                     const char *encoding)
{
    GDALDatasetH ds = open_vector(src->path, encoding);

    if (!ds)
        return bj_fail(ctx, BJ_EIO, _("'%s' cannot be opened as a layer: %s"), src->path,
                       bj_gdal_reason(g));
    GDALClose(src->ds);
    src->ds = ds;
    src->layer = GDALDatasetGetLayerByName(ds, src->info.layer);
    if (!src->layer)
        return bj_fail(ctx, BJ_EIO, _("layer '%s' of '%s' is gone"), src->info.layer, src->path);
    return BJ_OK;
}

static enum bj_status settle_encoding(struct bj_ctx *ctx, struct bj_gdal *g,
                                      const struct bj_source_spec *spec, struct bj_source *src)
{
    struct bj_encoding e = {"UTF-8", "", false};
    bool raw = is_shapefile(src) || !OGR_L_TestCapability(src->layer, OLCStringsAsUTF8);
    enum bj_status st = BJ_OK;

    snprintf(e.why, sizeof(e.why), "%s", R_("the format is always UTF-8"));
    if (is_shapefile(src))
        st = shapefile_encoding(ctx, spec, src, &e);
    else if (raw && !is_osm(src))
        st = raw_encoding(ctx, spec, src, &e);
    if (st)
        return st;
    src->info.encoding = bj_source_text(src, e.name);
    src->info.encoding_why = bj_source_text(src, e.why);
    if (!src->info.encoding || !src->info.encoding_why)
        return BJ_ENOMEM;
    if (src->where && e.mixed)
        return bj_fail(ctx, BJ_EDATA,
                       _("'%s' mixes UTF-8 and GB18030 text, so where: cannot be used on it; save "
                         "its table again in one encoding"),
                       src->path);
    if (is_shapefile(src) && src->where && strcmp(e.name, "UTF-8") != 0) {
        st = reopen_decoded(ctx, g, src, e.name);
        if (st)
            return st;
        e = (struct bj_encoding){"UTF-8", "", false};
    }
    return bj_decoder_init(ctx, &e, &src->decoder);
}

/* ---- opening: schema ---------------------------------------------------- */

static enum bj_field_type field_type(OGRFieldDefnH defn)
{
    switch (OGR_Fld_GetType(defn)) {
    case OFTString:
        return BJ_FIELD_TEXT;
    case OFTInteger:
    case OFTInteger64:
        return BJ_FIELD_INTEGER;
    case OFTReal:
        return BJ_FIELD_REAL;
    default:
        return BJ_FIELD_OTHER;
    }
}

static enum bj_status read_fields(struct bj_ctx *ctx, struct bj_source *src)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(src->layer);
    size_t n = (size_t)OGR_FD_GetFieldCount(defn);

    src->field = bj_alloc0(ctx, n, sizeof(*src->field));
    if (!src->field)
        return BJ_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(defn, (int)i);
        const char *raw = OGR_Fld_GetNameRef(field), *name;
        enum bj_status st;
        size_t length;

        name = bj_decode(ctx, &src->decoder, raw, strlen(raw), &length, &st);
        if (!name)
            return bj_fail_in(ctx, st, _("name of field %zu of '%s'"), i + 1, src->path);
        name = bj_trim(name, &length);
        src->field[i].type = field_type(field);
        src->field[i].name = bj_strings_add(ctx, &src->strings, name, length);
        if (!src->field[i].name)
            return BJ_ENOMEM;
    }
    src->info.field = src->field;
    src->info.n_fields = n;
    return BJ_OK;
}

static enum bj_status read_crs(struct bj_ctx *ctx, const char *given, struct bj_source *src)
{
    static const char *const options[] = {"FORMAT=WKT2_2019", NULL};
    OGRSpatialReferenceH srs = OGR_L_GetSpatialRef(src->layer);
    char *wkt = NULL;

    if (given) {
        src->info.crs = bj_source_text(src, given);
    } else if (srs && EQUALN(OSRGetName(srs) ? OSRGetName(srs) : "", "Undefined", 9)) {
        return BJ_OK; /* a GeoPackage's way to say that it has none */
    } else if (srs && OSRExportToWktEx(srs, &wkt, options) == OGRERR_NONE && wkt && *wkt) {
        src->info.crs = bj_source_text(src, wkt);
    } else {
        CPLFree(wkt);
        return BJ_OK;
    }
    CPLFree(wkt);
    return src->info.crs ? BJ_OK : bj_fail(ctx, BJ_ENOMEM, _("out of memory"));
}

/* Formats that number rows by position, and from where. */
static void settle_rows(struct bj_source *src)
{
    static const struct {
        const char *driver;
        int base;
    } table[] = {{"ESRI Shapefile", 1},
                 {"FlatGeobuf", 1},
                 {"GPKG", 0},
                 {"OpenFileGDB", 0},
                 {"MapInfo File", 0}};

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcmp(table[i].driver, src->info.driver) == 0) {
            src->row_is_fid = true;
            src->fid_base = table[i].base;
        }
    }
}

static enum bj_status describe(struct bj_ctx *ctx, const struct bj_source_spec *spec,
                               struct bj_source *src)
{
    OGRwkbGeometryType type = OGR_L_GetGeomType(src->layer);
    enum bj_status st = read_fields(ctx, src);

    if (!st)
        st = read_crs(ctx, spec->crs, src);
    src->info.has_geometry = type != wkbNone;
    src->info.has_z = OGR_GT_HasZ(type);
    src->info.n_rows = is_osm(src) ? -1 : OGR_L_GetFeatureCount(src->layer, 0);
    settle_rows(src);
    return st;
}

static enum bj_status open_layer(struct bj_ctx *ctx, struct bj_gdal *g,
                                 const struct bj_source_spec *spec, struct bj_source *src)
{
    enum bj_status st = open_dataset(ctx, g, src);

    if (!st)
        st = pick_layer(ctx, spec, src);
    if (st)
        return st;
    src->info.layer = bj_source_text(src, OGR_L_GetName(src->layer));
    if (!src->info.layer)
        return BJ_ENOMEM;
    st = settle_encoding(ctx, g, spec, src);
    if (!st)
        st = set_where(ctx, g, src);
    if (!st)
        st = describe(ctx, spec, src);
    return st;
}

static bool is_name_byte(char c)
{
    return (unsigned char)c >= 0x80 || isalnum((unsigned char)c) || c == '_';
}

/* OGR SQL knows bare names in ASCII only: other names get the quotes that it wants, so that
 * `where: 村名 = '大村'` works as written. False when out of memory. */
static bool quote_names(struct bj_ctx *ctx, const char *where, struct bj_buf *out)
{
    for (const char *s = where; *s;) {
        size_t n = 1;
        bool foreign = false;

        if (*s == '\'' || *s == '"') {
            n += strcspn(s + 1, *s == '"' ? "\"" : "'");
            n += s[n] != 0;
        } else if (is_name_byte(*s)) {
            for (n = 0; is_name_byte(s[n]); n++)
                foreign = foreign || (unsigned char)s[n] >= 0x80;
        }
        if ((foreign && !bj_buf_puts(ctx, out, "\"")) || !bj_buf_add(ctx, out, s, n) ||
            (foreign && !bj_buf_puts(ctx, out, "\"")))
            return false;
        s += n;
    }
    return true;
}

enum bj_status bj_source_open(struct bj_ctx *ctx, const struct bj_source_spec *spec,
                              struct bj_source **out)
{
    struct bj_source *src;
    struct bj_gdal g;
    enum bj_status st = BJ_ENOMEM;

    if (!spec->path || !*spec->path)
        return bj_fail(ctx, BJ_EDATA, _("a layer has no path"));
    src = bj_alloc0(ctx, 1, sizeof(*src));
    if (!src)
        return BJ_ENOMEM;
    bj_gdal_begin(ctx, &g);
    src->ctx = ctx;
    src->path = bj_strdup(ctx, spec->path);
    if (!src->path)
        goto done;
    if (spec->where && !bj_is_blank(spec->where)) {
        struct bj_buf where = {0};
        bool quoted = quote_names(ctx, spec->where, &where);

        src->where = where.s;
        if (!quoted)
            goto done;
    }
    src->info.n_rows = -1;
    if (bj_list_is(spec->path))
        st = bj_list_open(ctx, &g, spec, src);
    else
        st = open_layer(ctx, &g, spec, src);
done:
    bj_gdal_end(&g);
    if (st)
        bj_source_close(src);
    else
        *out = src;
    return st;
}

void bj_source_close(struct bj_source *src)
{
    struct bj_gdal g;
    struct bj_ctx *ctx;

    if (!src)
        return;
    ctx = src->ctx;
    bj_gdal_begin(ctx, &g);
    if (src->is_result)
        GDALDatasetReleaseResultSet(src->ds, src->layer);
    if (src->ds)
        GDALClose(src->ds);
    bj_gdal_end(&g);
    bj_list_free(ctx, src->list);
    bj_decoder_release(ctx, &src->decoder);
    bj_free(ctx, src->field);
    bj_strings_release(ctx, &src->strings);
    bj_free(ctx, src->where);
    bj_free(ctx, src->path);
    bj_free(ctx, src);
}

const struct bj_source_info *bj_source_info(const struct bj_source *src)
{
    return &src->info;
}

/* ---- tables ------------------------------------------------------------- */

static enum bj_status room_columns(struct bj_ctx *ctx, struct bj_table *t, size_t cap)
{
    for (size_t c = 0; c < t->n_columns; c++) {
        struct bj_column *column = &t->column[c];
        void *p;

        if (column->text) {
            if (!(p = bj_resize(ctx, column->text, cap, sizeof(*column->text))))
                return BJ_ENOMEM;
            column->text = p;
            continue;
        }
        if (!(p = bj_resize(ctx, column->num, cap, sizeof(*column->num))))
            return BJ_ENOMEM;
        column->num = p;
        if (!(p = bj_resize(ctx, column->number_state, cap, sizeof(*column->number_state))))
            return BJ_ENOMEM;
        column->number_state = p;
        if (column->raw) {
            if (!(p = bj_resize(ctx, column->raw, cap, sizeof(*column->raw))))
                return BJ_ENOMEM;
            column->raw = p;
        }
    }
    return BJ_OK;
}

/* Makes room for cap rows in every array. */
static enum bj_status room_rows(struct bj_ctx *ctx, struct bj_table_maker *m, size_t cap)
{
    struct bj_table *t = &m->t;
    void *p;

    if (!(p = bj_resize(ctx, t->row, cap, sizeof(*t->row))))
        return BJ_ENOMEM;
    t->row = p;
    if (!(p = bj_resize(ctx, t->state, cap, sizeof(*t->state))))
        return BJ_ENOMEM;
    t->state = p;
    if (m->want == BJ_WANT_POINTS) {
        if (!(p = bj_resize(ctx, t->x, cap, sizeof(*t->x))))
            return BJ_ENOMEM;
        t->x = p;
        if (!(p = bj_resize(ctx, t->y, cap, sizeof(*t->y))))
            return BJ_ENOMEM;
        t->y = p;
    }
    if (room_columns(ctx, t, cap))
        return BJ_ENOMEM;
    m->cap = cap;
    return BJ_OK;
}

enum bj_status bj_table_begin(struct bj_ctx *ctx, const struct bj_source *src, enum bj_want want,
                              size_t n_columns, const struct bj_column_spec *columns,
                              size_t expected, struct bj_table_maker *m)
{
    struct bj_table *t = &m->t;

    *m = (struct bj_table_maker){.want = want};
    for (size_t c = 0; c < n_columns; c++)
        if (columns[c].field < 0 || (size_t)columns[c].field >= src->info.n_fields)
            return bj_fail(ctx, BJ_EARG, _("layer '%s' has no field number %d"), src->info.layer,
                           columns[c].field);
    t->strings = bj_alloc0(ctx, 1, sizeof(*t->strings));
    t->column = bj_alloc0(ctx, n_columns, sizeof(*t->column));
    if (!t->strings || !t->column)
        return BJ_ENOMEM;
    t->n_columns = n_columns;
    for (size_t c = 0; c < n_columns; c++) {
        t->column[c].field = columns[c].field;
        if (!columns[c].as_number && !(t->column[c].text = bj_alloc0(ctx, 1, sizeof(char *))))
            return BJ_ENOMEM;
    }
    return room_rows(ctx, m, expected > 0 ? expected : FIRST_ROWS);
}

enum bj_status bj_table_room(struct bj_ctx *ctx, struct bj_table_maker *m)
{
    return m->t.n < m->cap ? BJ_OK : room_rows(ctx, m, m->cap * 2);
}

enum bj_status bj_table_geometry(struct bj_ctx *ctx, struct bj_table_maker *m, OGRGeometryH g)
{
    struct bj_table *t = &m->t;
    enum bj_row_state state = BJ_ROW_OK;
    enum bj_status st = BJ_OK;

    if (m->want == BJ_WANT_POINTS)
        bj_point_of(g, &t->x[t->n], &t->y[t->n], &state);
    else if (m->want == BJ_WANT_AREAS)
        st = bj_make_areas(ctx, &m->area, g, &state);
    else if (m->want == BJ_WANT_LINES)
        st = bj_make_lines(ctx, &m->area, g, &state);
    t->state[t->n] = (unsigned char)state;
    return st;
}

void bj_table_number(struct bj_table_maker *m, size_t c, double v, bool is_null)
{
    struct bj_column *column = &m->t.column[c];
    size_t n = m->t.n;

    column->num[n] = is_null ? NAN : v;
    column->number_state[n] = is_null || isnan(v) ? 0 : 1;
    if (column->raw)
        column->raw[n] = NULL;
}

/* Text that is no number is kept; the array for it is made when the first one comes. */
static enum bj_status keep_raw(struct bj_ctx *ctx, struct bj_table_maker *m, size_t c,
                               const char *text, size_t n)
{
    struct bj_column *column = &m->t.column[c];

    if (!column->raw) {
        column->raw = bj_alloc0(ctx, m->cap, sizeof(*column->raw));
        if (!column->raw)
            return BJ_ENOMEM;
    }
    column->raw[m->t.n] = bj_strings_add(ctx, &m->t.strings->block, text, n);
    return column->raw[m->t.n] ? BJ_OK : BJ_ENOMEM;
}

/* Number in text: plain decimal text in any locale (also with an exponent), else as planners
 * write it. */
static int number_of(const char *text, double *v)
{
    if (*text && strspn(text, "+-.0123456789eE") == strlen(text) && strpbrk(text, "0123456789")) {
        char *end;

        *v = CPLStrtod(text, &end);
        return *end || !isfinite(*v) ? -1 : 1;
    }
    return bj_text_number(text, v);
}

enum bj_status bj_table_text(struct bj_ctx *ctx, struct bj_table_maker *m, size_t c,
                             const char *text, size_t n)
{
    struct bj_column *column = &m->t.column[c];
    const char *copy;
    double v = NAN;
    int state;
    char small[256];

    text = bj_trim(text, &n);
    if (column->text) {
        copy = bj_strings_add(ctx, &m->t.strings->block, text, n);
        column->text[m->t.n] = copy;
        return copy ? BJ_OK : BJ_ENOMEM;
    }
    snprintf(small, sizeof(small), "%.*s", (int)(n < sizeof(small) ? n : sizeof(small) - 1), text);
    state = n < sizeof(small) ? number_of(small, &v) : -1;
    column->num[m->t.n] = state == 1 ? v : NAN;
    column->number_state[m->t.n] = (signed char)state;
    if (column->raw)
        column->raw[m->t.n] = NULL;
    return state < 0 ? keep_raw(ctx, m, c, text, n) : BJ_OK;
}

void bj_table_release(struct bj_ctx *ctx, struct bj_table *t)
{
    for (size_t c = 0; c < t->n_columns; c++) {
        bj_free(ctx, t->column[c].text);
        bj_free(ctx, t->column[c].num);
        bj_free(ctx, t->column[c].number_state);
        bj_free(ctx, t->column[c].raw);
    }
    bj_free(ctx, t->column);
    bj_polygons_release(ctx, &t->area);
    bj_free(ctx, t->row);
    bj_free(ctx, t->state);
    bj_free(ctx, t->x);
    bj_free(ctx, t->y);
    if (t->strings)
        bj_strings_release(ctx, &t->strings->block);
    bj_free(ctx, t->strings);
    *t = (struct bj_table){.n = 0};
}

void bj_table_abandon(struct bj_ctx *ctx, struct bj_table_maker *m)
{
    bj_make_release(ctx, &m->area);
    bj_table_release(ctx, &m->t);
}

enum bj_status bj_table_finish(struct bj_ctx *ctx, struct bj_table_maker *m, struct bj_table *out)
{
    if (m->want == BJ_WANT_AREAS || m->want == BJ_WANT_LINES)
        if (bj_make_finish(ctx, &m->area, &m->t.area))
            return BJ_ENOMEM;
    *out = m->t;
    *m = (struct bj_table_maker){.cap = 0};
    return BJ_OK;
}

/* ---- reading ------------------------------------------------------------ */

static bool is_needed(const struct bj_source *src, const struct bj_table *t, const char *name)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(src->layer);

    for (size_t c = 0; c < t->n_columns; c++)
        if (EQUAL(name, OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, t->column[c].field))))
            return true;
    return false;
}

/* Switches off what is not needed. Not with a condition, which may look at any field. */
static void ignore_fields(struct bj_source *src, const struct bj_table_maker *m)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(src->layer);
    char **ignored = NULL;

    OGR_L_SetIgnoredFields(src->layer, NULL);
    if (src->where || src->is_result || !OGR_L_TestCapability(src->layer, OLCIgnoreFields))
        return;
    for (int i = 0; i < OGR_FD_GetFieldCount(defn); i++) {
        const char *name = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, i));

        if (!is_needed(src, &m->t, name))
            ignored = CSLAddString(ignored, name);
    }
    if (m->want == BJ_WANT_ATTRIBUTES)
        ignored = CSLAddString(ignored, "OGR_GEOMETRY");
    ignored = CSLAddString(ignored, "OGR_STYLE");
    OGR_L_SetIgnoredFields(src->layer, (const char **)ignored);
    CSLDestroy(ignored);
}

/* A real number as text: whole ones without exponent or fraction, for codes. */
static size_t real_text(double v, char *buf, size_t cap)
{
    if (isfinite(v) && floor(v) == v && fabs(v) < 1e15)
        snprintf(buf, cap, "%.0f", v == 0 ? 0.0 : v);
    else
        bj_double_text(v, buf);
    return strlen(buf);
}

static enum bj_status read_value(struct bj_ctx *ctx, struct bj_source *src,
                                 struct bj_table_maker *m, size_t c, OGRFeatureH f)
{
    int field = m->t.column[c].field;
    enum bj_field_type type = src->field[field].type;
    bool is_null = !OGR_F_IsFieldSetAndNotNull(f, field);
    bool as_number = m->t.column[c].num != NULL;
    const char *text = "";
    char buf[64];
    size_t n = 0;
    enum bj_status st = BJ_OK;

    if (as_number && (is_null || type == BJ_FIELD_INTEGER || type == BJ_FIELD_REAL)) {
        bj_table_number(m, c, is_null ? NAN : OGR_F_GetFieldAsDouble(f, field), is_null);
        return BJ_OK;
    }
    if (!is_null && type == BJ_FIELD_REAL) {
        n = real_text(OGR_F_GetFieldAsDouble(f, field), buf, sizeof(buf));
        text = buf;
    } else if (!is_null) {
        text = OGR_F_GetFieldAsString(f, field);
        text = bj_decode(ctx, &src->decoder, text, strlen(text), &n, &st);
        if (!text)
            return st;
    }
    return bj_table_text(ctx, m, c, text, n);
}

static enum bj_status read_row(struct bj_ctx *ctx, struct bj_source *src, struct bj_table_maker *m,
                               OGRFeatureH f)
{
    struct bj_table *t = &m->t;
    enum bj_status st = bj_table_room(ctx, m);

    if (st)
        return st;
    t->row[t->n] = src->row_is_fid ? (int64_t)OGR_F_GetFID(f) + src->fid_base : (int64_t)t->n + 1;
    st = bj_table_geometry(ctx, m, OGR_F_GetGeometryRef(f));
    for (size_t c = 0; !st && c < t->n_columns; c++) {
        st = read_value(ctx, src, m, c, f);
        if (st == BJ_EDATA)
            st = bj_fail(ctx, st,
                         _("text in row %lld, field '%s' of '%s' is not %s; give the layer's "
                           "encoding:"),
                         (long long)t->row[t->n], src->field[t->column[c].field].name, src->path,
                         src->info.encoding);
    }
    if (!st)
        t->n++;
    return st;
}

static enum bj_status report_progress(struct bj_ctx *ctx, const struct bj_source *src, size_t n)
{
    char stage[256];

    if (n % PROGRESS_ROWS != 0)
        return BJ_OK;
    snprintf(stage, sizeof(stage), R_("reading %s"), bj_base_name(src->path));
    return bj_progress(ctx, stage,
                       src->info.n_rows > 0 ? (double)n / (double)src->info.n_rows : -1);
}

static enum bj_status read_rows(struct bj_ctx *ctx, struct bj_gdal *g, struct bj_source *src,
                                struct bj_table_maker *m)
{
    enum bj_status st = BJ_OK;

    OGR_L_ResetReading(src->layer);
    while (!st) {
        int errors = g->n_errors;
        OGRFeatureH f = OGR_L_GetNextFeature(src->layer);

        if (!f && g->n_errors > errors)
            return bj_fail(ctx, BJ_EIO, _("'%s' cannot be read after row %zu: %s"), src->path,
                           m->t.n, bj_gdal_reason(g));
        if (!f)
            break;
        st = read_row(ctx, src, m, f);
        OGR_F_Destroy(f);
        if (!st)
            st = report_progress(ctx, src, m->t.n);
    }
    return st;
}

enum bj_status bj_source_read(struct bj_ctx *ctx, struct bj_source *src, enum bj_want want,
                              size_t n_columns, const struct bj_column_spec *columns,
                              struct bj_table *out)
{
    struct bj_table_maker m;
    struct bj_gdal g;
    size_t expected = src->info.n_rows > 0 && src->info.n_rows < EXPECTED_MAX && !src->where
                          ? (size_t)src->info.n_rows
                          : 0;
    enum bj_status st = bj_table_begin(ctx, src, want, n_columns, columns, expected, &m);

    bj_gdal_begin(ctx, &g);
    if (!st && src->list) {
        st = bj_list_read(ctx, src, &m);
    } else if (!st) {
        ignore_fields(src, &m);
        st = read_rows(ctx, &g, src, &m);
    }
    bj_gdal_end(&g);
    if (!st)
        st = bj_table_finish(ctx, &m, out);
    bj_table_abandon(ctx, &m);
    return st;
}
