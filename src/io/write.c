/* Layers out: all of a result's layers in one format.
 *
 *   ESRI Shapefile   shapefile.c, one layer after the other
 *   GPKG             one dataset result.gpkg, one transaction over all layers, its journal in
 *                    memory and no syncing (the folder is synced as a whole at commit, and a file
 *                    of a run that failed is never seen)
 *   OpenFileGDB      one File Geodatabase result.gdb, a folder of files; see "layer names" below
 *   FlatGeobuf, GeoJSON   one dataset a layer, made in GDAL's memory file system and then written
 *                    by outdir.c: GDAL 3.6's GeoJSON writer does not look whether its bytes
 *                    arrived, ours does. Costs the size of the largest layer in memory.
 *
 * Every row reuses one OGR feature; texts and geometries are what it allocates.
 *
 * Numbers of real fields are rounded to the field's places here (bj_round_fixed), so that all
 * formats hold the same double. NaN is written as null. GeoJSON is RFC 7946: longitude and
 * latitude with 7 places (1 cm), no CRS, shells counter-clockwise; the caller passes degrees.
 *
 * References: RFC 7946; OGC 12-128r18 (GeoPackage 1.3); gdal.org driver pages of 3.6. */
#include "io/io_int.h"
#include "io/out_int.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <ctype.h>
#include <gdal.h>
#include <math.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

const char *const bj_format_names[] = {"ESRI Shapefile", "GPKG",        "FlatGeobuf",
                                       "GeoJSON",        "OpenFileGDB", NULL};
static const char *const extensions[] = {"shp", "gpkg", "fgb", "geojson", "gdb"};

/* The name of one folder of layers ("LC-01") in a File Geodatabase. */
struct stem {
    char *folder, *name;
};

struct bj_writer {
    struct bj_outdir *o;
    enum bj_format format;
    char *wkt, *prj, *encoding, *date;
    char *joined; /* name of the one dataset, NULL: result.gpkg, result.gdb */
    char *label;  /* "LC-01/covered", in messages */
    char *file;   /* relative path of the current layer's file */
    char *memory; /* FlatGeobuf, GeoJSON: its name in /vsimem, NULL when none */
    enum bj_geometry geometry;
    size_t n_fields;
    struct bj_out_field *field; /* names are in `names` */
    const char **meaning;       /* of each field, in `names`, or NULL */
    struct bj_strings names;
    unsigned char *is_null;
    size_t n_rows;
    struct bj_shapefile *shapefile;
    GDALDatasetH dataset;
    OGRLayerH layer;
    OGRFeatureH feature;
    bool layer_open;
    size_t n_stems;
    struct stem *stem; /* OpenFileGDB: of every folder so far */
    size_t n_inserts;
    char **insert; /* GPKG: a statement a layer, for the end */
};

/* Whether all layers stand in one dataset, which stays open from the first to the last. */
static bool is_joined(const struct bj_writer *w)
{
    return w->format == BJ_FORMAT_GPKG || w->format == BJ_FORMAT_OPENFILEGDB;
}

static const char *joined_file(const struct bj_writer *w)
{
    if (w->joined)
        return w->joined;
    return w->format == BJ_FORMAT_GPKG ? "result.gpkg" : "result.gdb";
}

/* Ends what bj_gdal_begin() began: the sentence of what GDAL said since, if it said anything. */
static enum bj_status judge(struct bj_ctx *ctx, const struct bj_writer *w, struct bj_gdal *g,
                            bool failed)
{
    enum bj_status st = BJ_OK;

    if (failed || g->n_errors > 0)
        st = bj_fail(ctx, BJ_EIO, _("cannot write layer '%s': %s"),
                     w->label ? w->label : joined_file(w), bj_gdal_reason(g));
    bj_gdal_end(g);
    return st;
}

/* ---- new ---------------------------------------------------------------- */

/* WKT1 as ArcGIS writes it, NULL without a CRS; finds a bad one before any layer is made. */
static enum bj_status make_prj(struct bj_ctx *ctx, struct bj_writer *w)
{
    const char *const options[] = {"FORMAT=WKT1_ESRI", NULL};
    OGRSpatialReferenceH srs;
    char *wkt = NULL;
    struct bj_gdal gdal;
    enum bj_status st;
    bool failed;

    if (!w->wkt)
        return BJ_OK;
    bj_gdal_begin(ctx, &gdal);
    srs = OSRNewSpatialReference(w->wkt);
    failed = !srs || OSRExportToWktEx(srs, &wkt, options) != OGRERR_NONE;
    OSRDestroySpatialReference(srs);
    if (failed)
        st = bj_fail(ctx, BJ_ECRS, _("cannot write the coordinate system of the result: %s"),
                     bj_gdal_reason(&gdal));
    else {
        w->prj = bj_strdup(ctx, wkt);
        st = w->prj ? BJ_OK : BJ_ENOMEM;
    }
    CPLFree(wkt);
    bj_gdal_end(&gdal);
    return st;
}

static bool is_date(const char *s)
{
    for (int i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? s[i] != '-' : !isdigit((unsigned char)s[i]))
            return false;
    return s[10] == '\0';
}

enum bj_status bj_writer_new(struct bj_ctx *ctx, struct bj_outdir *o, enum bj_format format,
                             const char *crs_wkt, const char *encoding, const char *date,
                             struct bj_writer **out)
{
    const char *e = encoding ? encoding : "UTF-8";
    struct bj_writer *w;
    enum bj_status st = BJ_OK;

    if ((int)format < 0 || format > BJ_FORMAT_OPENFILEGDB)
        return bj_fail(ctx, BJ_EARG, _("unknown output format %d"), (int)format);
    if (strcasecmp(e, "UTF-8") != 0 && strcasecmp(e, "GB18030") != 0)
        return bj_fail(ctx, BJ_EARG, _("cannot write encoding '%s'; use UTF-8 or GB18030"), e);
    if (!date || !is_date(date))
        return bj_fail(ctx, BJ_EARG, _("'%s' is no date; write YYYY-MM-DD"), date ? date : "");
    w = bj_alloc0(ctx, 1, sizeof(*w));
    if (!w)
        return BJ_ENOMEM;
    w->o = o;
    w->format = format;
    w->encoding = bj_strdup(ctx, strcasecmp(e, "UTF-8") == 0 ? "UTF-8" : "GB18030");
    w->date = bj_strdup(ctx, date);
    w->wkt = crs_wkt && crs_wkt[0] ? bj_strdup(ctx, crs_wkt) : NULL;
    if (!w->encoding || !w->date || (crs_wkt && crs_wkt[0] && !w->wkt))
        st = BJ_ENOMEM;
    if (!st)
        st = make_prj(ctx, w);
    if (st)
        bj_writer_free(ctx, w);
    else
        *out = w;
    return st;
}

/* ---- layers ------------------------------------------------------------- */

static void forget_layer(struct bj_ctx *ctx, struct bj_writer *w)
{
    bj_free(ctx, w->is_null);
    bj_free(ctx, w->meaning);
    bj_free(ctx, w->field);
    bj_strings_release(ctx, &w->names);
    bj_free(ctx, w->memory);
    bj_free(ctx, w->file);
    bj_free(ctx, w->label);
    w->is_null = NULL;
    w->meaning = NULL;
    w->field = NULL;
    w->memory = w->file = w->label = NULL;
    w->n_fields = w->n_rows = 0;
    w->layer = NULL;
    w->layer_open = false;
}

static void drop_memory(struct bj_writer *w)
{
    if (w->memory)
        VSIUnlink(w->memory);
}

/* The bytes that GDAL made in memory, into the folder. */
static enum bj_status copy_memory(struct bj_ctx *ctx, struct bj_writer *w)
{
    vsi_l_offset n = 0;
    const GByte *data = VSIGetMemFileBuffer(w->memory, &n, FALSE);
    struct bj_outfile *f = NULL;
    enum bj_status st;

    if (!data)
        return bj_fail(ctx, BJ_EIO, _("cannot write layer '%s': GDAL made no file"), w->label);
    st = bj_outfile_new(ctx, w->o, w->file, &f);
    if (st)
        return st;
    bj_outfile_put(f, data, (size_t)n);
    return bj_outfile_close(ctx, f);
}

/* Ends the current layer; keep: its file is wanted. A joined dataset stays open. */
static enum bj_status end_layer(struct bj_ctx *ctx, struct bj_writer *w, bool keep)
{
    enum bj_status st = BJ_OK;

    if (w->feature)
        OGR_F_Destroy(w->feature);
    w->feature = NULL;
    if (w->shapefile) {
        struct bj_shapefile *s = w->shapefile;

        w->shapefile = NULL;
        if (keep)
            st = bj_shapefile_close(ctx, s);
        else
            bj_shapefile_free(ctx, s);
    }
    if (w->dataset && !is_joined(w)) {
        struct bj_gdal gdal;

        bj_gdal_begin(ctx, &gdal);
        GDALClose(w->dataset);
        w->dataset = NULL;
        st = judge(ctx, w, &gdal, false);
        if (!st && keep)
            st = copy_memory(ctx, w);
        drop_memory(w);
    }
    forget_layer(ctx, w);
    return st;
}

static enum bj_status check_fields(struct bj_ctx *ctx, const struct bj_writer *w, size_t n,
                                   const struct bj_out_field *field)
{
    for (size_t i = 0; i < n; i++) {
        const char *name = field[i].name;
        size_t length = strlen(name);
        bool good = length >= 1 && length <= 10 && !isdigit((unsigned char)name[0]);

        for (size_t k = 0; k < length; k++)
            good = good && (isalnum((unsigned char)name[k]) || name[k] == '_');
        for (size_t k = 0; k < i; k++)
            good = good && strcasecmp(name, field[k].name) != 0;
        good = good && field[i].type != BJ_FIELD_OTHER;
        good = good && field[i].decimals >= 0 && field[i].decimals <= 15;
        if (!good)
            return bj_fail(ctx, BJ_EARG, _("layer '%s': field '%s' cannot be written"), w->label,
                           name);
    }
    return BJ_OK;
}

static const char *keep_text(struct bj_ctx *ctx, struct bj_writer *w, const char *s)
{
    return bj_strings_add(ctx, &w->names, s, strlen(s));
}

static enum bj_status keep_fields(struct bj_ctx *ctx, struct bj_writer *w, size_t n,
                                  const struct bj_out_field *field, const char *const *meaning)
{
    w->field = bj_alloc0(ctx, n, sizeof(*w->field));
    w->meaning = bj_alloc0(ctx, n, sizeof(*w->meaning));
    w->is_null = bj_alloc0(ctx, n, 1);
    if (!w->field || !w->meaning || !w->is_null)
        return BJ_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        w->field[i] = field[i];
        w->field[i].name = keep_text(ctx, w, field[i].name);
        if (meaning && meaning[i])
            w->meaning[i] = keep_text(ctx, w, meaning[i]);
        if (!w->field[i].name || (meaning && meaning[i] && !w->meaning[i]))
            return BJ_ENOMEM;
    }
    w->n_fields = n;
    return BJ_OK;
}

/* No width: only shapefiles have one. A File Geodatabase has no whole numbers of 64 bits: its
 * doubles hold those up to 2^53. */
static OGRFieldDefnH new_field(const struct bj_writer *w, size_t i)
{
    const struct bj_out_field *f = &w->field[i];
    OGRFieldType type = f->type == BJ_FIELD_TEXT             ? OFTString
                        : f->type == BJ_FIELD_REAL           ? OFTReal
                        : f->width > 0 && f->width <= 9      ? OFTInteger
                        : w->format == BJ_FORMAT_OPENFILEGDB ? OFTReal
                                                             : OFTInteger64;
    OGRFieldDefnH made = OGR_Fld_Create(f->name, type);

    if (w->meaning[i])
        OGR_Fld_SetAlternativeName(made, w->meaning[i]);
    return made;
}

static OGRSpatialReferenceH new_srs(const struct bj_writer *w)
{
    OGRSpatialReferenceH srs = NULL;

    if (w->format == BJ_FORMAT_GEOJSON) {
        srs = OSRNewSpatialReference(NULL);
        OSRSetWellKnownGeogCS(srs, "WGS84");
    } else if (w->wkt)
        srs = OSRNewSpatialReference(w->wkt);
    if (srs)
        OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
    return srs;
}

/* Settings that GDAL 3.6 takes only from its configuration, for this thread and this call. */
struct setting {
    const char *key, *value;
    char *before;
};

static void set_all(struct setting *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *before = CPLGetThreadLocalConfigOption(s[i].key, NULL);

        s[i].before = before ? CPLStrdup(before) : NULL;
        CPLSetThreadLocalConfigOption(s[i].key, s[i].value);
    }
}

static void set_back(struct setting *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        CPLSetThreadLocalConfigOption(s[i].key, s[i].before);
        CPLFree(s[i].before);
    }
}

enum { N_SETTINGS = 4 };

static void format_settings(const struct bj_writer *w, char stamp[32], struct setting s[N_SETTINGS])
{
    snprintf(stamp, 32, "%sT00:00:00.000Z", w->date);
    memset(s, 0, N_SETTINGS * sizeof(*s));
    s[0].key = "OGR_CURRENT_DATE", s[0].value = stamp;
    s[1].key = "OGR_SQLITE_SYNCHRONOUS", s[1].value = "OFF";
    s[2].key = "OGR_SQLITE_JOURNAL", s[2].value = "MEMORY";
    /* Numbered instead of random: the same program call gives the same bytes. */
    s[3].key = "OPENFILEGDB_REPRODUCIBLE_UUID", s[3].value = "YES";
}

static GDALDatasetH create(const struct bj_writer *w, const char *path)
{
    GDALDriverH driver = GDALGetDriverByName(bj_format_names[w->format]);

    if (!driver) {
        CPLError(CE_Failure, CPLE_AppDefined, "this GDAL has no driver %s",
                 bj_format_names[w->format]);
        return NULL;
    }
    return GDALCreate(driver, path, 0, 0, 0, GDT_Unknown, NULL);
}

static enum bj_status open_dataset(struct bj_ctx *ctx, struct bj_writer *w)
{
    struct setting settings[N_SETTINGS];
    struct bj_gdal gdal;
    char stamp[32];
    const char *path = w->memory;
    bool failed;

    if (w->dataset)
        return BJ_OK;
    if (!path) {
        enum bj_status st = bj_outdir_lend(ctx, w->o, w->file, &path);

        if (st)
            return st;
    }
    bj_gdal_begin(ctx, &gdal);
    format_settings(w, stamp, settings);
    set_all(settings, N_SETTINGS);
    w->dataset = create(w, path);
    failed = !w->dataset || (w->format == BJ_FORMAT_GPKG &&
                             GDALDatasetStartTransaction(w->dataset, FALSE) != OGRERR_NONE);
    set_back(settings, N_SETTINGS);
    return judge(ctx, w, &gdal, failed);
}

/* FlatGeobuf and File Geodatabases hold one type a layer: all of their areas and lines are
 * multiple ones. */
static bool is_multiple(const struct bj_writer *w, size_t n_parts)
{
    return n_parts > 1 || w->format == BJ_FORMAT_FLATGEOBUF || w->format == BJ_FORMAT_OPENFILEGDB;
}

static OGRwkbGeometryType geometry_type(const struct bj_writer *w)
{
    bool multiple = is_multiple(w, 1);

    if (w->geometry == BJ_GEOM_POINT)
        return wkbPoint;
    if (w->geometry == BJ_GEOM_LINE)
        return multiple ? wkbMultiLineString : wkbLineString;
    return multiple ? wkbMultiPolygon : wkbPolygon;
}

/* title: the layer's name before it was fitted to the format; where GDAL keeps one. */
static enum bj_status open_layer(struct bj_ctx *ctx, struct bj_writer *w, const char *name,
                                 const char *title)
{
    const char *const json[] = {"RFC7946=YES", "COORDINATE_PRECISION=7", NULL};
    char alias[200];
    const char *const gdb[] = {alias, NULL};
    const char *const *options = w->format == BJ_FORMAT_GEOJSON       ? json
                                 : w->format == BJ_FORMAT_OPENFILEGDB ? gdb
                                                                      : NULL;
    struct setting settings[N_SETTINGS];
    struct bj_gdal gdal;
    OGRSpatialReferenceH srs;
    char stamp[32];
    bool failed;

    snprintf(alias, sizeof(alias), "LAYER_ALIAS=%s", title);
    bj_gdal_begin(ctx, &gdal);
    format_settings(w, stamp, settings);
    set_all(settings, N_SETTINGS);
    srs = new_srs(w);
    w->layer = GDALDatasetCreateLayer(w->dataset, name, srs, geometry_type(w), (char **)options);
    if (srs)
        OSRRelease(srs);
    failed = !w->layer;
    for (size_t i = 0; i < w->n_fields && !failed; i++) {
        OGRFieldDefnH f = new_field(w, i);

        failed = OGR_L_CreateField(w->layer, f, FALSE) != OGRERR_NONE;
        OGR_Fld_Destroy(f);
    }
    if (!failed) {
        w->feature = OGR_F_Create(OGR_L_GetLayerDefn(w->layer));
        failed = !w->feature;
    }
    set_back(settings, N_SETTINGS);
    return judge(ctx, w, &gdal, failed);
}

/* label, file and, where GDAL writes into memory, its name there. */
static enum bj_status name_layer(struct bj_ctx *ctx, struct bj_writer *w, const char *folder,
                                 const char *name)
{
    bool has_folder = folder && folder[0];

    w->label = has_folder ? bj_sprintf(ctx, "%s/%s", folder, name) : bj_strdup(ctx, name);
    if (!w->label)
        return BJ_ENOMEM;
    if (is_joined(w))
        w->file = bj_strdup(ctx, joined_file(w));
    else
        w->file = bj_sprintf(ctx, "%s.%s", w->label, extensions[w->format]);
    if (!w->file)
        return BJ_ENOMEM;
    if (w->format == BJ_FORMAT_FLATGEOBUF || w->format == BJ_FORMAT_GEOJSON) {
        w->memory = bj_sprintf(ctx, "/vsimem/banjing-%ld-%p/%s.%s", (long)getpid(), (void *)w, name,
                               extensions[w->format]);
        if (!w->memory)
            return BJ_ENOMEM;
    }
    return BJ_OK;
}

static enum bj_status begin_shapefile(struct bj_ctx *ctx, struct bj_writer *w)
{
    struct bj_shapefile_spec spec = {w->label,    w->encoding, w->date, w->prj,
                                     w->geometry, w->n_fields, w->field};

    return bj_shapefile_new(ctx, w->o, &spec, &w->shapefile);
}

/* ---- layer names of a File Geodatabase ---------------------------------- */

/* A name there begins with a letter and holds letters, digits and '_'; "gdb_" is kept for its
 * own tables. Other characters become '_', and "r_" (a rule's) goes before a bad beginning:
 * LC-01 -> LC_01, 5km -> r_5km. A folder whose name another one has got is numbered: LC.01 after
 * LC-01 -> LC_01_2. So the names depend on the folders before and on nothing else, all layers of
 * a folder begin alike, and what it was called stands in the layer's alias. */
static void fit_stem(const char *folder, int number, char *out, size_t cap)
{
    bool bad_start = !isalpha((unsigned char)folder[0]) || strncasecmp(folder, "gdb_", 4) == 0;
    char tail[16] = "";

    if (number > 1)
        snprintf(tail, sizeof(tail), "_%d", number);
    snprintf(out, cap, "%s%s%s", bad_start ? "r_" : "", folder, tail);
    for (char *p = out; *p; p++)
        if (!isalnum((unsigned char)*p) || (unsigned char)*p >= 0x80)
            *p = '_';
}

static bool stem_is_taken(const struct bj_writer *w, const char *name)
{
    for (size_t i = 0; i < w->n_stems; i++)
        if (strcasecmp(w->stem[i].name, name) == 0)
            return true;
    return false;
}

/* *out: borrowed from w. */
static enum bj_status stem_of(struct bj_ctx *ctx, struct bj_writer *w, const char *folder,
                              const char **out)
{
    struct stem *more, s;
    char name[160];
    int number = 1;

    for (size_t i = 0; i < w->n_stems; i++)
        if (strcmp(w->stem[i].folder, folder) == 0) {
            *out = w->stem[i].name;
            return BJ_OK;
        }
    do
        fit_stem(folder, number++, name, sizeof(name));
    while (stem_is_taken(w, name));
    more = bj_resize(ctx, w->stem, w->n_stems + 1, sizeof(*w->stem));
    if (!more)
        return BJ_ENOMEM;
    w->stem = more;
    s = (struct stem){bj_strdup(ctx, folder), bj_strdup(ctx, name)};
    if (!s.folder || !s.name) {
        bj_free(ctx, s.folder);
        bj_free(ctx, s.name);
        return BJ_ENOMEM;
    }
    w->stem[w->n_stems++] = s;
    *out = s.name;
    if (number > 2)
        bj_log(ctx, BJ_LOG_WARNING,
               _("layers of '%s' are called '%s' in result.gdb, where another name is the same "
                 "but for characters that a File Geodatabase does not allow"),
               folder, name);
    return BJ_OK;
}

/* ---- what the fields of a GeoPackage mean ------------------------------- */

/* GDAL 3.6 has no place for a field's alias in a GeoPackage, so the tables of the standard's
 * schema extension are written here. GDAL from 3.7 on and QGIS show `name` as the alias. At the
 * end, because GDAL 3.6 builds the spatial index of every layer before it runs a statement. */
static const char *const schema_sql[] = {
    "CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name "
    "TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc "
    "PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))",
    "CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type "
    "TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, "
    "max_is_inclusive BOOLEAN, description TEXT, CONSTRAINT gdcc_ntv UNIQUE (constraint_name, "
    "constraint_type, value))",
    "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, "
    "extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT "
    "ge_tce UNIQUE (table_name, column_name, extension_name))",
    "INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema', "
    "'http://www.geopackage.org/spec121/#extension_schema', 'read-write'), "
    "('gpkg_data_column_constraints', NULL, 'gpkg_schema', "
    "'http://www.geopackage.org/spec121/#extension_schema', 'read-write')"};

/* 'text' with its quotes doubled, and what follows. */
static bool put_sql_text(struct bj_ctx *ctx, struct bj_buf *b, const char *text, const char *after)
{
    bool good = bj_buf_puts(ctx, b, "'");

    for (; good && *text; text++)
        good = bj_buf_add(ctx, b, text, 1) && (*text != '\'' || bj_buf_puts(ctx, b, "'"));
    return good && bj_buf_puts(ctx, b, "'") && bj_buf_puts(ctx, b, after);
}

static enum bj_status note_meanings(struct bj_ctx *ctx, struct bj_writer *w, const char *layer)
{
    struct bj_buf b = {0};
    const char *lead = "INSERT INTO gpkg_data_columns (table_name, column_name, name, title) "
                       "VALUES (";
    bool good = true;
    char **more;

    for (size_t i = 0; good && i < w->n_fields; i++) {
        if (!w->meaning[i])
            continue;
        good = bj_buf_puts(ctx, &b, b.n ? ", (" : lead) && put_sql_text(ctx, &b, layer, ", ") &&
               put_sql_text(ctx, &b, w->field[i].name, ", ") &&
               put_sql_text(ctx, &b, w->meaning[i], ", ") &&
               put_sql_text(ctx, &b, w->meaning[i], ")");
    }
    more = good && b.n ? bj_resize(ctx, w->insert, w->n_inserts + 1, sizeof(*more)) : NULL;
    if (more) {
        w->insert = more;
        w->insert[w->n_inserts++] = b.s;
        return BJ_OK;
    }
    good = good && !b.n;
    bj_free(ctx, b.s);
    return good ? BJ_OK : BJ_ENOMEM;
}

/* Whether a statement failed. */
static bool run_sql(struct bj_writer *w, const struct bj_gdal *g, const char *sql)
{
    int errors = g->n_errors;
    OGRLayerH answer = GDALDatasetExecuteSQL(w->dataset, sql, NULL, NULL);

    if (answer)
        GDALDatasetReleaseResultSet(w->dataset, answer);
    return g->n_errors > errors;
}

static bool write_meanings(struct bj_writer *w, const struct bj_gdal *g)
{
    bool failed = false;

    for (size_t i = 0; !failed && w->n_inserts && i < sizeof(schema_sql) / sizeof(*schema_sql); i++)
        failed = run_sql(w, g, schema_sql[i]);
    for (size_t i = 0; !failed && i < w->n_inserts; i++)
        failed = run_sql(w, g, w->insert[i]);
    return !failed;
}

/* ---- the layer in its dataset ------------------------------------------- */

static enum bj_status begin_ogr(struct bj_ctx *ctx, struct bj_writer *w, const char *folder,
                                const char *name)
{
    bool joined = is_joined(w) && folder && folder[0];
    const char *stem = folder;
    char *title = joined ? bj_sprintf(ctx, "%s_%s", folder, name) : bj_strdup(ctx, name);
    char *layer = NULL;
    enum bj_status st = title ? BJ_OK : BJ_ENOMEM;

    if (!st && joined && w->format == BJ_FORMAT_OPENFILEGDB)
        st = stem_of(ctx, w, folder, &stem);
    if (!st) {
        layer = joined ? bj_sprintf(ctx, "%s_%s", stem, name) : bj_strdup(ctx, name);
        st = layer ? open_dataset(ctx, w) : BJ_ENOMEM;
    }
    if (!st)
        st = open_layer(ctx, w, layer, title);
    if (!st && w->format == BJ_FORMAT_GPKG)
        st = note_meanings(ctx, w, layer);
    bj_free(ctx, layer);
    bj_free(ctx, title);
    return st;
}

enum bj_status bj_writer_set_file(struct bj_ctx *ctx, struct bj_writer *w, const char *file)
{
    bj_free(ctx, w->joined);
    w->joined = bj_strdup(ctx, file);
    return w->joined ? BJ_OK : BJ_ENOMEM;
}

enum bj_status bj_writer_layer(struct bj_ctx *ctx, struct bj_writer *w, const char *folder,
                               const char *name, enum bj_geometry geometry, size_t n_fields,
                               const struct bj_out_field *field)
{
    return bj_writer_layer_with(ctx, w, folder, name, geometry, n_fields, field, NULL);
}

enum bj_status bj_writer_layer_with(struct bj_ctx *ctx, struct bj_writer *w, const char *folder,
                                    const char *name, enum bj_geometry geometry, size_t n_fields,
                                    const struct bj_out_field *field, const char *const *meaning)
{
    enum bj_status st = end_layer(ctx, w, true);

    if (!st)
        st = name_layer(ctx, w, folder, name);
    if (!st)
        st = check_fields(ctx, w, n_fields, field);
    if (!st)
        st = keep_fields(ctx, w, n_fields, field, meaning);
    if (!st) {
        w->geometry = geometry;
        st = w->format == BJ_FORMAT_SHAPEFILE ? begin_shapefile(ctx, w)
                                              : begin_ogr(ctx, w, folder, name);
    }
    if (!st)
        w->layer_open = true;
    return st;
}

/* ---- rows --------------------------------------------------------------- */

/* What is written as null, and what cannot be written at all. */
static enum bj_status check_row(struct bj_ctx *ctx, struct bj_writer *w,
                                const union bj_value *values, const unsigned char *is_null)
{
    if (!w->layer_open)
        return bj_fail(ctx, BJ_EARG, _("a row was given before its layer"));
    for (size_t i = 0; i < w->n_fields; i++) {
        const struct bj_out_field *f = &w->field[i];
        bool null = is_null && is_null[i];

        if (f->type == BJ_FIELD_TEXT && !null) {
            null = !values[i].text;
            if (!null && !bj_utf8_valid(values[i].text, strlen(values[i].text)))
                return bj_fail(ctx, BJ_EARG, _("layer '%s', row %zu: field '%s' is not UTF-8"),
                               w->label, w->n_rows + 1, f->name);
        } else if (f->type == BJ_FIELD_REAL && !null) {
            null = isnan(values[i].real);
            if (isinf(values[i].real))
                return bj_fail(ctx, BJ_EARG, _("layer '%s', row %zu: field '%s' is infinite"),
                               w->label, w->n_rows + 1, f->name);
        }
        w->is_null[i] = null;
    }
    return BJ_OK;
}

static enum bj_status check_shape(struct bj_ctx *ctx, const struct bj_writer *w,
                                  const struct bj_out_shape *s)
{
    bool finite = true;

    if (!s->p)
        finite = isfinite(s->x) && isfinite(s->y);
    else if (s->n > 0) {
        size_t k0 = s->p->point_start[s->p->ring_start[s->first]];
        size_t k1 = s->p->point_start[s->p->ring_start[s->first + s->n]];

        for (size_t k = k0; k < k1; k++)
            finite = finite && isfinite(s->p->x[k]) && isfinite(s->p->y[k]);
    }
    if (finite)
        return BJ_OK;
    return bj_fail(ctx, BJ_EDATA,
                   _("layer '%s', row %zu: a coordinate is not a finite number; the layer's "
                     "coordinate system may not hold this place"),
                   w->label, w->n_rows + 1);
}

static void set_ring(OGRGeometryH line, const struct bj_polygons *p, size_t ring)
{
    size_t k = p->point_start[ring], n = p->point_start[ring + 1] - k;

    OGR_G_SetPoints(line, (int)n, p->x + k, sizeof(double), p->y + k, sizeof(double), NULL, 0);
}

static OGRGeometryH make_polygon(const struct bj_writer *w, const struct bj_polygons *p, size_t i)
{
    OGRGeometryH g;

    if (w->geometry == BJ_GEOM_LINE) {
        g = OGR_G_CreateGeometry(wkbLineString);
        set_ring(g, p, p->ring_start[i]);
        return g;
    }
    g = OGR_G_CreateGeometry(wkbPolygon);
    for (size_t r = p->ring_start[i]; r < p->ring_start[i + 1]; r++) {
        OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing);

        set_ring(ring, p, r);
        OGR_G_AddGeometryDirectly(g, ring);
    }
    return g;
}

static OGRGeometryH make_geometry(const struct bj_writer *w, const struct bj_out_shape *s)
{
    OGRGeometryH g;

    if (!s->p) {
        g = OGR_G_CreateGeometry(wkbPoint);
        OGR_G_SetPoint_2D(g, 0, s->x, s->y);
        return g;
    }
    if (s->n == 0)
        return NULL;
    if (!is_multiple(w, s->n))
        return make_polygon(w, s->p, s->first);
    g = OGR_G_CreateGeometry(w->geometry == BJ_GEOM_LINE ? wkbMultiLineString : wkbMultiPolygon);
    for (size_t i = s->first; i < s->first + s->n; i++)
        OGR_G_AddGeometryDirectly(g, make_polygon(w, s->p, i));
    return g;
}

static void set_fields(const struct bj_writer *w, const union bj_value *values)
{
    for (size_t i = 0; i < w->n_fields; i++) {
        int k = (int)i;

        if (w->is_null[i])
            OGR_F_SetFieldNull(w->feature, k);
        else if (w->field[i].type == BJ_FIELD_TEXT)
            OGR_F_SetFieldString(w->feature, k, values[i].text);
        else if (w->field[i].type == BJ_FIELD_INTEGER)
            OGR_F_SetFieldInteger64(w->feature, k, values[i].integer);
        else
            OGR_F_SetFieldDouble(w->feature, k,
                                 bj_round_fixed(values[i].real, w->field[i].decimals));
    }
}

static enum bj_status write_feature(struct bj_ctx *ctx, struct bj_writer *w,
                                    const struct bj_out_shape *shape, const union bj_value *values)
{
    struct bj_gdal gdal;
    bool failed;

    bj_gdal_begin(ctx, &gdal);
    OGR_F_SetFID(w->feature, OGRNullFID);
    set_fields(w, values);
    if (!shape->p && OGR_F_GetGeometryRef(w->feature))
        OGR_G_SetPoint_2D(OGR_F_GetGeometryRef(w->feature), 0, shape->x, shape->y);
    else
        OGR_F_SetGeometryDirectly(w->feature, make_geometry(w, shape));
    failed = OGR_L_CreateFeature(w->layer, w->feature) != OGRERR_NONE;
    return judge(ctx, w, &gdal, failed);
}

static enum bj_status write_row(struct bj_ctx *ctx, struct bj_writer *w,
                                const struct bj_out_shape *shape, const union bj_value *values,
                                const unsigned char *is_null)
{
    enum bj_status st = check_row(ctx, w, values, is_null);

    if (!st && (shape->p == NULL) != (w->geometry == BJ_GEOM_POINT))
        st = bj_fail(ctx, BJ_EARG, _("layer '%s', row %zu: points and areas do not mix"), w->label,
                     w->n_rows + 1);
    if (!st)
        st = check_shape(ctx, w, shape);
    if (!st)
        st = w->shapefile ? bj_shapefile_row(ctx, w->shapefile, shape, values, w->is_null)
                          : write_feature(ctx, w, shape, values);
    if (!st)
        w->n_rows++;
    return st;
}

enum bj_status bj_writer_point(struct bj_ctx *ctx, struct bj_writer *w, double x, double y,
                               const union bj_value *values, const unsigned char *is_null)
{
    struct bj_out_shape shape = {x, y, NULL, 0, 0};

    return write_row(ctx, w, &shape, values, is_null);
}

enum bj_status bj_writer_polygons(struct bj_ctx *ctx, struct bj_writer *w,
                                  const struct bj_polygons *p, size_t first, size_t n,
                                  const union bj_value *values, const unsigned char *is_null)
{
    struct bj_out_shape shape = {0.0, 0.0, p, first, n};

    if (first > p->n_polygons || n > p->n_polygons - first)
        return bj_fail(ctx, BJ_EARG, _("polygons %zu to %zu of %zu were asked for"), first,
                       first + n, p->n_polygons);
    return write_row(ctx, w, &shape, values, is_null);
}

/* ---- end ---------------------------------------------------------------- */

/* The failure of the commit is told, not what closing a broken file says after it. */
static enum bj_status end_joined(struct bj_ctx *ctx, struct bj_writer *w, bool keep)
{
    struct setting settings[N_SETTINGS];
    struct bj_gdal gdal;
    enum bj_status committed = BJ_OK, closed;
    char stamp[32];

    if (!w->dataset)
        return BJ_OK;
    format_settings(w, stamp, settings);
    set_all(settings, N_SETTINGS);
    bj_gdal_begin(ctx, &gdal);
    if (w->format == BJ_FORMAT_OPENFILEGDB)
        bj_gdal_end(&gdal); /* no transaction: nobody sees the file before it is whole */
    else if (keep)
        committed = judge(ctx, w, &gdal,
                          !write_meanings(w, &gdal) ||
                              GDALDatasetCommitTransaction(w->dataset) != OGRERR_NONE);
    else {
        GDALDatasetRollbackTransaction(w->dataset);
        bj_gdal_end(&gdal);
    }
    bj_gdal_begin(ctx, &gdal);
    GDALClose(w->dataset); /* builds the spatial indexes, so it can fail too */
    w->dataset = NULL;
    if (committed) {
        bj_gdal_end(&gdal);
        closed = BJ_OK;
    } else
        closed = judge(ctx, w, &gdal, false);
    set_back(settings, N_SETTINGS);
    return committed ? committed : closed;
}

static void free_all(struct bj_ctx *ctx, struct bj_writer *w)
{
    for (size_t i = 0; i < w->n_stems; i++) {
        bj_free(ctx, w->stem[i].folder);
        bj_free(ctx, w->stem[i].name);
    }
    bj_free(ctx, w->stem);
    for (size_t i = 0; i < w->n_inserts; i++)
        bj_free(ctx, w->insert[i]);
    bj_free(ctx, w->insert);
    bj_free(ctx, w->wkt);
    bj_free(ctx, w->prj);
    bj_free(ctx, w->encoding);
    bj_free(ctx, w->joined);
    bj_free(ctx, w->date);
    bj_free(ctx, w);
}

enum bj_status bj_writer_close(struct bj_ctx *ctx, struct bj_writer *w)
{
    enum bj_status st = end_layer(ctx, w, true);

    if (st) {
        bj_writer_free(ctx, w);
        return st;
    }
    st = end_joined(ctx, w, true);
    free_all(ctx, w);
    return st;
}

void bj_writer_free(struct bj_ctx *ctx, struct bj_writer *w)
{
    char *kept;

    if (!w)
        return;
    /* Dropping must not replace the sentence of the failure that led here. */
    kept = bj_strdup(ctx, bj_ctx_message(ctx));
    if (end_layer(ctx, w, false) | end_joined(ctx, w, false))
        bj_log(ctx, BJ_LOG_DEBUG, "io: %s", bj_ctx_message(ctx));
    if (kept && kept[0])
        (void)bj_fail(ctx, BJ_EIO, "%s", kept);
    bj_free(ctx, kept);
    free_all(ctx, w);
}
