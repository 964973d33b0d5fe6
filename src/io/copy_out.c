/* The new file of a copied layer: where it is made, what its fields are called and can hold.
 *
 * It is made in a hidden folder beside its place and moved in when it is whole.
 *
 * Fields keep their type. Where the format has no such type, text takes its place (and is said);
 * whole numbers of 64 bits go into doubles where a format has nothing else (MapInfo, File
 * Geodatabase), up to 2^53, beyond which the copy is refused. Names stay but where the format
 * forbids them: a shapefile's have at most 10 bytes and are cut between characters, numbered
 * until unique; a name that the format keeps for itself (the X of a CSV of points) is numbered;
 * GDAL 3.6 cannot write a MapInfo field's name in Chinese, so it is called FIELD_n. The old name
 * is the alias where the format has aliases. Text longer than a format holds is refused, never
 * cut. MapInfo text is written in code page 936, which is what its Chinese edition reads. */
#include "base/synonyms.h"
#include "io/copy_int.h"
#include "io/out_int.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 255, SHAPE_NAME = 10, MAPINFO_NAME = 31, GDB_NAME = 64, TEXT_MAX = 254 };

static bool is_driver(const struct copy *c, const char *driver)
{
    return strcmp(c->format->driver, driver) == 0;
}

const struct copy_format *bj_copy_format(const char *path)
{
    static const struct copy_format known[] = {
        {".shp", "ESRI Shapefile", SHORT_TEXT},
        {".gpkg", "GPKG", ONE_TYPE},
        {".gdb", "OpenFileGDB", ONE_TYPE | DOUBLE_64},
        {".geojson", "GeoJSON", LACKS_M},
        {".json", "GeoJSON", LACKS_M},
        {".fgb", "FlatGeobuf", ONE_TYPE | LACKS_EMPTY},
        {".csv", "CSV", 0},
        {".tab", "MapInfo File", LACKS_Z | LACKS_M | LACKS_NULL | DOUBLE_64 | SHORT_TEXT},
        {".kml", "KML", LACKS_M}};
    const char *dot = strrchr(bj_base_name(path), '.');

    for (size_t i = 0; dot && i < sizeof(known) / sizeof(*known); i++)
        if (strcasecmp(dot, known[i].extension) == 0)
            return &known[i];
    return NULL;
}

/* ---- the folder and the layer ------------------------------------------- */

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

/* The one kind of geometry of a layer that does not say (GeoJSON, KML), multiple where one row
 * is; wkbNone without any. *mixed is set when there are several. */
static OGRwkbGeometryType look_for_type(const struct copy *c, bool *mixed)
{
    OGRwkbGeometryType found = wkbUnknown;
    bool z = false, m = false, multiple = false;
    OGRFeatureH f;

    OGR_L_ResetReading(c->src->layer);
    while (!*mixed && (f = OGR_L_GetNextFeature(c->src->layer))) {
        OGRGeometryH g = OGR_F_GetGeometryRef(f);
        OGRwkbGeometryType type = g ? OGR_GT_GetLinear(OGR_G_GetGeometryType(g)) : wkbUnknown;

        if (type != wkbUnknown) {
            *mixed = bj_want_of(type) < 0 || (found && bj_want_of(found) != bj_want_of(type));
            found = found ? found : type;
            multiple = multiple || wkbFlatten(type) == wkbMultiPoint;
            z = z || OGR_GT_HasZ(type);
            m = m || OGR_GT_HasM(type);
        }
        OGR_F_Destroy(f);
    }
    found = multiple ? wkbMultiPoint : wkbFlatten(found);
    return found == wkbUnknown ? wkbNone : OGR_GT_SetModifier(found, z, m);
}

/* Shapefiles, MapInfo tables and File Geodatabases do not tell single from multiple. */
static OGRwkbGeometryType as_multiple(const struct copy *c, OGRwkbGeometryType type)
{
    static const char *const vague[] = {"ESRI Shapefile", "MapInfo File", "OpenFileGDB", NULL};
    int want = bj_want_of(type);
    bool promote = is_driver(c, "OpenFileGDB") || bj_word_find(c->info->driver, vague) >= 0;

    if (promote && (c->format->flags & ONE_TYPE) &&
        (want == BJ_WANT_AREAS || want == BJ_WANT_LINES))
        type = OGR_GT_SetModifier(want == BJ_WANT_AREAS ? wkbMultiPolygon : wkbMultiLineString,
                                  OGR_GT_HasZ(type), OGR_GT_HasM(type));
    return type;
}

static enum bj_status settle_type(struct bj_ctx *ctx, struct copy *c)
{
    OGRwkbGeometryType type =
        c->src->list ? wkbPoint : OGR_GT_GetLinear(OGR_L_GetGeomType(c->src->layer));
    bool mixed = false;

    if (wkbFlatten(type) == wkbUnknown && is_driver(c, "OpenFileGDB"))
        type = look_for_type(c, &mixed);
    if (mixed)
        return bj_fail(ctx, BJ_EDATA,
                       _("'%s' has points, lines or areas in one layer, and a File Geodatabase "
                         "holds one kind a layer; write .gpkg"),
                       c->src->path);
    c->type = as_multiple(c, type);
    return BJ_OK;
}

/* A name for a column of the format's own that no field of the layer has. */
static void free_name(const struct copy *c, const char *wanted, char *out, size_t cap)
{
    for (int number = 0; number < 1000; number++) {
        bool taken = false;

        snprintf(out, cap, number ? "%s_%d" : "%s", wanted, number);
        for (size_t i = 0; i < c->info->n_fields; i++)
            taken = taken || strcasecmp(c->info->field[i].name, out) == 0;
        if (!taken)
            return;
    }
}

/* A box that holds the layer after the shift, for MapInfo: its numbers are 32 bits of it, and
 * what lies outside is moved to its edge. A shift is below 2 km, or 0.02 degrees. */
static char **bounds_option(const struct copy *c, char **options)
{
    bool metres = c->crs && !bj_crs_is_geographic(c->crs);
    double around = metres ? 2000 : 0.02;
    OGREnvelope box;

    if (c->src->list || OGR_L_GetExtent(c->src->layer, &box, TRUE) != OGRERR_NONE)
        return options;
    return CSLAddNameValue(options, "BOUNDS",
                           CPLSPrintf("%.17g,%.17g,%.17g,%.17g", box.MinX - around,
                                      box.MinY - around, box.MaxX + around, box.MaxY + around));
}

static char **layer_options(const struct copy *c)
{
    char **options = NULL, name[NAME_MAX_BYTES + 1];

    if (is_driver(c, "ESRI Shapefile"))
        options = CSLAddNameValue(options, "ENCODING", "UTF-8");
    if (is_driver(c, "MapInfo File")) {
        options = CSLAddNameValue(options, "ENCODING", "CP936");
        options = bounds_option(c, options);
    }
    if (is_driver(c, "GPKG") || is_driver(c, "OpenFileGDB")) {
        free_name(c, is_driver(c, "GPKG") ? "fid" : "OBJECTID", name, sizeof(name));
        options = CSLAddNameValue(options, "FID", name);
        free_name(c, is_driver(c, "GPKG") ? "geom" : "SHAPE", name, sizeof(name));
        options = CSLAddNameValue(options, "GEOMETRY_NAME", name);
    }
    if (!is_driver(c, "CSV"))
        return options;
    options = CSLAddNameValue(options, "STRING_QUOTING", "IF_NEEDED");
    /* A list stays a list; points of another layer become X and Y columns, areas WKT. */
    if (!c->src->list)
        options = CSLAddNameValue(options, "GEOMETRY",
                                  wkbFlatten(c->type) != wkbPoint ? "AS_WKT"
                                  : OGR_GT_HasZ(c->type)          ? "AS_XYZ"
                                                                  : "AS_XY");
    return options;
}

static void tell_lost_dimensions(struct bj_ctx *ctx, const struct copy *c)
{
    if (OGR_GT_HasZ(c->type) && (c->format->flags & LACKS_Z))
        bj_log(ctx, BJ_LOG_WARNING, _("'%s' has no heights: the format does not keep them"),
               bj_base_name(c->file));
    if (OGR_GT_HasM(c->type) && (c->format->flags & LACKS_M))
        bj_log(ctx, BJ_LOG_WARNING, _("'%s' has no measures (M): the format does not keep them"),
               bj_base_name(c->file));
}

/* ---- fields ------------------------------------------------------------- */

/* Columns that the format makes beside the fields. */
static bool is_reserved(const struct copy *c, const char *name)
{
    bool point = wkbFlatten(c->type) == wkbPoint;

    if (!is_driver(c, "CSV") || c->src->list)
        return false;
    return point ? strcasecmp(name, "X") == 0 || strcasecmp(name, "Y") == 0 ||
                       (OGR_GT_HasZ(c->type) && strcasecmp(name, "Z") == 0)
                 : strcasecmp(name, "WKT") == 0;
}

static size_t name_room(const struct copy *c)
{
    return is_driver(c, "ESRI Shapefile") ? SHAPE_NAME
           : is_driver(c, "MapInfo File") ? MAPINFO_NAME
           : is_driver(c, "OpenFileGDB")  ? GDB_NAME
                                          : NAME_MAX_BYTES;
}

/* As a File Geodatabase has it: letters of any script, digits, '_', no digit first. */
static void fit_gdb_name(char *name)
{
    for (char *p = name; *p; p++)
        if ((unsigned char)*p < 0x80 && !isalnum((unsigned char)*p) && *p != '_')
            *p = '_';
    if (isdigit((unsigned char)name[0]) && strlen(name) + 1 < NAME_MAX_BYTES) {
        memmove(name + 1, name, strlen(name) + 1);
        name[0] = '_';
    }
}

/* Name i of the old layer as the new one can have it: cut at a character, numbered until
 * unique. */
static void field_name(const struct copy *c, size_t i, char *out, size_t cap)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(c->layer);
    size_t room = name_room(c), n;
    char name[NAME_MAX_BYTES + 1];

    snprintf(name, sizeof(name), "%s", c->info->field[i].name);
    if (is_driver(c, "MapInfo File") && !bj_is_ascii(name, strlen(name)))
        snprintf(name, sizeof(name), "FIELD_%zu", i + 1);
    if (is_driver(c, "OpenFileGDB"))
        fit_gdb_name(name);
    n = strlen(name);
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
        if (OGR_FD_GetFieldIndex(defn, out) < 0 && !is_reserved(c, out))
            return;
    }
}

static void tell_name(struct bj_ctx *ctx, const struct copy *c, const char *old, const char *name)
{
    if (strcmp(name, old) == 0)
        return;
    if (is_driver(c, "ESRI Shapefile"))
        bj_log(ctx, BJ_LOG_WARNING,
               _("field '%s' is called '%s' in '%s': names of a shapefile "
                 "have at most 10 bytes"),
               old, name, bj_base_name(c->file));
    else
        bj_log(ctx, BJ_LOG_WARNING,
               _("field '%s' is called '%s' in '%s': the format does not allow its name"), old,
               name, bj_base_name(c->file));
}

/* The driver lists the types it can make, by name, with blanks between. */
static bool has_type(const struct copy *c, OGRFieldType type)
{
    GDALDriverH driver = GDALGetDriverByName(c->format->driver);
    const char *list =
        driver ? GDALGetMetadataItem(driver, GDAL_DMD_CREATIONFIELDDATATYPES, NULL) : NULL;
    const char *name = OGR_GetFieldTypeName(type);
    char **words = CSLTokenizeString2(list ? list : "", " ", 0);
    bool found = false;

    for (int i = 0; words && words[i] && !found; i++)
        found = strcmp(words[i], name) == 0;
    CSLDestroy(words);
    return found;
}

static OGRFieldType type_for(struct bj_ctx *ctx, const struct copy *c, OGRFieldType type,
                             const char *name)
{
    if (type == OFTInteger64 && (c->format->flags & DOUBLE_64))
        return OFTReal;
    if (type == OFTString || has_type(c, type))
        return type;
    if (type == OFTInteger64) /* KML, where all is text anyway */
        return OFTString;
    bj_log(ctx, BJ_LOG_WARNING, _("field '%s' is text in '%s': the format has no type %s"), name,
           bj_base_name(c->file), OGR_GetFieldTypeName(type));
    return OFTString;
}

/* Bytes that text of a field of width w may need in UTF-8: two of GB18030 become three; other
 * formats count characters. */
static int text_width(const struct copy *c, int w)
{
    bool in_bytes = strcmp(c->info->driver, "ESRI Shapefile") == 0;

    if (w <= 0 || w >= TEXT_MAX)
        return TEXT_MAX;
    w = !in_bytes                                   ? 4 * w
        : strcmp(c->info->encoding, "UTF-8") == 0   ? w
        : strcmp(c->info->encoding, "GB18030") == 0 ? (3 * w + 1) / 2
                                                    : 3 * w;
    return w < TEXT_MAX ? w : TEXT_MAX;
}

static OGRFieldDefnH new_field(struct bj_ctx *ctx, const struct copy *c, size_t i, const char *name)
{
    OGRFieldDefnH old =
        c->src->list ? NULL : OGR_FD_GetFieldDefn(OGR_L_GetLayerDefn(c->src->layer), (int)i);
    OGRFieldType from = old ? OGR_Fld_GetType(old) : OFTString;
    OGRFieldType type = type_for(ctx, c, from, c->info->field[i].name);
    OGRFieldDefnH made = OGR_Fld_Create(name, type);
    const char *alias;

    if (old && type == from && type != OFTString) {
        OGR_Fld_SetSubType(made, OGR_Fld_GetSubType(old));
        OGR_Fld_SetWidth(made, OGR_Fld_GetWidth(old));
        OGR_Fld_SetPrecision(made, OGR_Fld_GetPrecision(old));
    } else if (type == OFTString && (c->format->flags & SHORT_TEXT)) {
        OGR_Fld_SetWidth(made, text_width(c, old ? OGR_Fld_GetWidth(old) : 0));
    }
    alias = old ? OGR_Fld_GetAlternativeNameRef(old) : "";
    if (alias[0] && bj_utf8_valid(alias, strlen(alias)))
        OGR_Fld_SetAlternativeName(made, alias);
    else if (strcmp(name, c->info->field[i].name) != 0)
        OGR_Fld_SetAlternativeName(made, c->info->field[i].name);
    return made;
}

static enum bj_status make_field(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g,
                                 size_t i)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(c->layer);
    char name[NAME_MAX_BYTES + 1];
    OGRFieldDefnH made;
    OGRErr error;
    int n = OGR_FD_GetFieldCount(defn);

    c->target[i] = OGR_FD_GetFieldIndex(defn, c->info->field[i].name);
    if (c->target[i] >= 0 && c->target[i] < c->n_own) /* KML's Name and Description */
        return BJ_OK;
    field_name(c, i, name, sizeof(name));
    made = new_field(ctx, c, i, name);
    error = OGR_L_CreateField(c->layer, made, TRUE);
    OGR_Fld_Destroy(made);
    if (error != OGRERR_NONE)
        return bj_fail(ctx, BJ_EIO, _("field '%s' cannot be made in '%s': %s"), name,
                       bj_base_name(c->file), bj_gdal_reason(g));
    c->target[i] = OGR_FD_GetFieldCount(defn) > n ? n : OGR_FD_GetFieldIndex(defn, name);
    if (c->target[i] < 0)
        return bj_fail(ctx, BJ_EIO, _("field '%s' cannot be made in '%s': %s"), name,
                       bj_base_name(c->file), bj_gdal_reason(g));
    /* GDAL changes some more, as OBJECTID in a File Geodatabase. */
    tell_name(ctx, c, c->info->field[i].name,
              OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, c->target[i])));
    return BJ_OK;
}

/* Coordinates that stand in the attributes beside the geometry are not shifted: said, for two
 * positions that differ are a trap. */
static void tell_coordinates(struct bj_ctx *ctx, const struct copy *c)
{
    for (size_t i = 0; !c->src->list && i < c->info->n_fields; i++) {
        int role = bj_synonym_role(c->info->field[i].name);

        if (role == BJ_SYN_LON || role == BJ_SYN_LAT || role == BJ_SYN_LONLAT)
            bj_log(ctx, BJ_LOG_WARNING,
                   _("field '%s' looks like a coordinate and is copied as it is: only the "
                     "geometry is shifted"),
                   c->info->field[i].name);
    }
}

static enum bj_status make_layer(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g)
{
    GDALDriverH driver = GDALGetDriverByName(c->format->driver);
    bool plain_list = is_driver(c, "CSV") && c->src->list;
    enum bj_status st = make_srs(ctx, c);
    char **options;

    if (st == BJ_OK)
        st = settle_type(ctx, c);
    if (st != BJ_OK)
        return st;
    options = layer_options(c);
    c->ds = driver ? GDALCreate(driver, c->file, 0, 0, 0, GDT_Unknown, NULL) : NULL;
    if (c->ds)
        c->layer = GDALDatasetCreateLayer(c->ds, c->info->layer ? c->info->layer : "layer", c->srs,
                                          plain_list ? wkbNone : c->type, options);
    CSLDestroy(options);
    if (!c->layer)
        return bj_fail(ctx, BJ_EIO, _("'%s' cannot be made: %s"), c->file, bj_gdal_reason(g));
    c->n_own = OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(c->layer));
    tell_lost_dimensions(ctx, c);
    tell_coordinates(ctx, c);
    for (size_t i = 0; st == BJ_OK && i < c->info->n_fields; i++)
        st = make_field(ctx, c, g, i);
    return st;
}

enum bj_status bj_copy_begin(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g,
                             const char *out_path)
{
    enum bj_status st = make_folder(ctx, c, out_path);

    if (st != BJ_OK)
        return st;
    c->target = bj_alloc0(ctx, c->info->n_fields, sizeof(*c->target));
    if (!c->target)
        return BJ_ENOMEM;
    if (is_driver(c, "MapInfo File")) {
        iconv_t to = iconv_open("CP936", "UTF-8");

        if (to == (iconv_t)-1)
            return bj_fail(ctx, BJ_EIO, _("this system cannot write %s; use UTF-8"), "CP936");
        c->iconv = to;
    }
    return make_layer(ctx, c, g);
}

/* ---- values ------------------------------------------------------------- */

static const char *old_name(const struct copy *c, size_t k)
{
    return c->info->field[k].name;
}

/* *n: its bytes in code page 936; false when it has a character that is not in it. */
static bool fits_page(const struct copy *c, const char *text, size_t *n)
{
    size_t left = strlen(text);
    char out[1024], *from = (char *)text; /* iconv does not write to it */

    *n = 0;
    while (left > 0) {
        char *to = out;
        size_t room = sizeof(out);

        if (iconv(c->iconv, &from, &left, &to, &room) == (size_t)-1 && errno != E2BIG) {
            iconv(c->iconv, NULL, NULL, NULL, NULL);
            return false;
        }
        *n += (size_t)(to - out);
    }
    return true;
}

enum bj_status bj_copy_text(struct bj_ctx *ctx, struct copy *c, size_t k, const char *text,
                            int64_t row, OGRFeatureH f)
{
    size_t n = strlen(text);

    if (c->iconv && !fits_page(c, text, &n))
        return bj_fail(ctx, BJ_EDATA,
                       _("row %lld: the text of field '%s' has a character that MapInfo's code "
                         "page 936 lacks; write .gpkg or .shp"),
                       (long long)row, old_name(c, k));
    if ((c->format->flags & SHORT_TEXT) && n > TEXT_MAX)
        return bj_fail(ctx, BJ_EDATA,
                       _("row %lld: the text of field '%s' has %zu bytes, and '%s' holds %d; write "
                         ".gpkg"),
                       (long long)row, old_name(c, k), n, bj_base_name(c->file), TEXT_MAX);
    OGR_F_SetFieldString(f, c->target[k], text);
    return BJ_OK;
}

/* A value as text: strings from the file's encoding, others as GDAL writes them. */
static enum bj_status copy_as_text(struct bj_ctx *ctx, struct copy *c, OGRFeatureH old, size_t k,
                                   int64_t row, OGRFeatureH f)
{
    const char *raw = OGR_F_GetFieldAsString(old, (int)k), *text;
    enum bj_status st;
    size_t n;

    text = bj_decode(ctx, &c->src->decoder, raw, strlen(raw), &n, &st);
    if (!text)
        return st == BJ_EDATA
                   ? bj_fail(ctx, st,
                             _("text in row %lld, field '%s' of '%s' is not %s; give the layer's "
                               "encoding:"),
                             (long long)row, old_name(c, k), c->src->path, c->info->encoding)
                   : st;
    c->text.n = 0;
    if (!bj_buf_add(ctx, &c->text, text, n) || !bj_buf_puts(ctx, &c->text, ""))
        return BJ_ENOMEM;
    return bj_copy_text(ctx, c, k, n ? c->text.s : "", row, f);
}

/* 2^53: a double holds every whole number up to it. */
static enum bj_status copy_as_double(struct bj_ctx *ctx, struct copy *c, OGRFeatureH old, size_t k,
                                     int64_t row, OGRFeatureH f)
{
    int64_t v = (int64_t)OGR_F_GetFieldAsInteger64(old, (int)k), most = (int64_t)1 << 53;

    if (v > most || v < -most)
        return bj_fail(ctx, BJ_EDATA,
                       _("row %lld: field '%s' is %lld, more digits than '%s' holds; write .gpkg"),
                       (long long)row, old_name(c, k), (long long)v, bj_base_name(c->file));
    OGR_F_SetFieldDouble(f, c->target[k], (double)v);
    return BJ_OK;
}

static enum bj_status copy_value(struct bj_ctx *ctx, struct copy *c, OGRFeatureH old, size_t k,
                                 int64_t row, OGRFeatureH f)
{
    OGRFieldType from =
        OGR_Fld_GetType(OGR_FD_GetFieldDefn(OGR_L_GetLayerDefn(c->src->layer), (int)k));
    OGRFieldType to = OGR_Fld_GetType(OGR_F_GetFieldDefnRef(f, c->target[k]));

    if (!OGR_F_IsFieldSetAndNotNull(old, (int)k) && (to == OFTInteger || to == OFTReal) &&
        (c->format->flags & LACKS_NULL))
        c->n_zeros++;
    if (!OGR_F_IsFieldSet(old, (int)k))
        return BJ_OK;
    if (OGR_F_IsFieldNull(old, (int)k)) {
        OGR_F_SetFieldNull(f, c->target[k]);
        return BJ_OK;
    }
    if (to == OFTString)
        return copy_as_text(ctx, c, old, k, row, f);
    if (from == OFTInteger64 && to == OFTReal)
        return copy_as_double(ctx, c, old, k, row, f);
    OGR_F_SetFieldRaw(f, c->target[k], OGR_F_GetRawFieldRef(old, (int)k));
    return BJ_OK;
}

enum bj_status bj_copy_values(struct bj_ctx *ctx, struct copy *c, OGRFeatureH old, int64_t row,
                              OGRFeatureH f)
{
    bool keeps_ids = is_driver(c, "GPKG") || is_driver(c, "OpenFileGDB");
    bool has_ids =
        strcmp(c->info->driver, "GPKG") == 0 || strcmp(c->info->driver, "OpenFileGDB") == 0;
    enum bj_status st = BJ_OK;

    if (keeps_ids && has_ids && OGR_F_GetFID(old) > 0)
        OGR_F_SetFID(f, OGR_F_GetFID(old));
    for (size_t k = 0; st == BJ_OK && k < c->info->n_fields; k++)
        st = copy_value(ctx, c, old, k, row, f);
    return st;
}

/* ---- into its place ----------------------------------------------------- */

static int is_entry(const struct dirent *e)
{
    return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

/* Whether path is a folder that GDAL or ArcGIS made as a geodatabase; only such a one may give
 * its place to another. */
static bool is_geodatabase(const char *path)
{
    return access(CPLFormFilename(path, "a00000001.gdbtable", NULL), F_OK) == 0;
}

/* A folder cannot be renamed over one that is not empty: the two change places, and the old one
 * goes with the hidden folder. */
static int swap_in(struct bj_ctx *ctx, const struct copy *c, const char *from, const char *to)
{
    struct stat sb;
    char *aside;
    int failed;

    if (lstat(to, &sb) != 0 || !S_ISDIR(sb.st_mode))
        return rename(from, to);
    if (!is_driver(c, "OpenFileGDB") || !is_geodatabase(to)) {
        errno = EISDIR;
        return -1;
    }
    aside = bj_sprintf(ctx, "%s/old", c->folder);
    if (!aside) {
        errno = ENOMEM;
        return -1;
    }
    failed = bj_folders_swap(from, to, aside) ? errno : 0;
    bj_free(ctx, aside);
    errno = failed;
    return failed ? -1 : 0;
}

/* Files of an earlier shapefile or table that the new one has not: an old .prj or index would
 * belong to other coordinates. */
static void remove_stale(struct bj_ctx *ctx, const struct copy *c, const char *out_path)
{
    static const char *const shape[] = {"prj", "qpj", "qix", "sbn", "sbx",
                                        "fbn", "fbx", "ain", "aih", NULL};
    static const char *const table[] = {"ind", NULL};
    const char *const *extension = is_driver(c, "ESRI Shapefile") ? shape
                                   : is_driver(c, "MapInfo File") ? table
                                                                  : NULL;
    const char *dot = strrchr(out_path, '.');

    for (; extension && *extension; extension++) {
        char *made = bj_sprintf(ctx, "%s/%.*s.%s", c->folder, (int)(dot - bj_base_name(out_path)),
                                bj_base_name(out_path), *extension);
        char *old = bj_sprintf(ctx, "%.*s.%s", (int)(dot - out_path), out_path, *extension);

        if (made && old && access(made, F_OK) != 0)
            unlink(old);
        bj_free(ctx, old);
        bj_free(ctx, made);
    }
}

/* Every file that the driver made, the named one last: when it is there, all are. */
static enum bj_status move_in(struct bj_ctx *ctx, const struct copy *c, const char *out_path)
{
    const char *base = bj_base_name(out_path);
    struct dirent **entry = NULL;
    int n = scandir(c->folder, &entry, is_entry, alphasort);
    enum bj_status st = BJ_OK;

    remove_stale(ctx, c, out_path);
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; st == BJ_OK && i < n; i++) {
            char *from, *to;

            if ((strcmp(entry[i]->d_name, base) == 0) != (pass == 1))
                continue;
            from = bj_sprintf(ctx, "%s/%s", c->folder, entry[i]->d_name);
            to = bj_sprintf(ctx, "%.*s%s", (int)(base - out_path), out_path, entry[i]->d_name);
            if (!from || !to)
                st = BJ_ENOMEM;
            else if (swap_in(ctx, c, from, to) != 0)
                st = bj_fail(ctx, BJ_EIO, _("'%s' cannot be written: %s"), to, strerror(errno));
            bj_free(ctx, to);
            bj_free(ctx, from);
        }
    for (int i = 0; i < n; i++)
        free(entry[i]);
    free(entry);
    return st;
}

enum bj_status bj_copy_finish(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g,
                              const char *out_path)
{
    int errors = g->n_errors;

    GDALClose(c->ds);
    c->ds = NULL;
    if (g->n_errors > errors)
        return bj_fail(ctx, BJ_EIO, _("'%s' cannot be written: %s"), bj_base_name(c->file),
                       bj_gdal_reason(g));
    return move_in(ctx, c, out_path);
}

void bj_copy_end(struct bj_ctx *ctx, struct copy *c)
{
    if (c->ds)
        GDALClose(c->ds);
    if (c->folder)
        VSIRmdirRecursive(c->folder);
    if (c->iconv)
        iconv_close(c->iconv);
    OSRDestroySpatialReference(c->srs);
    bj_crs_free(c->crs);
    bj_table_release(ctx, &c->table);
    bj_buf_release(ctx, &c->text);
    bj_free(ctx, c->target);
    bj_free(ctx, c->file);
    bj_free(ctx, c->folder);
}
