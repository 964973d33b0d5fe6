/* Layers out. What was written is read back with GDAL itself, and where bytes matter with fread. */
#include "support.h"

#include "banjing/layer.h"
#include "io/out_int.h"

#include <cpl_conv.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <signal.h>
#include <sys/resource.h>

#define DATE "2026-11-22"

static const char *const wkt_4490 =
    "GEOGCS[\"China Geodetic Coordinate System 2000\",DATUM[\"China_2000\",SPHEROID[\"CGCS2000\","
    "6378137,298.257222101]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433],"
    "AUTHORITY[\"EPSG\",\"4490\"]]";
static const char *const wkt_4527 =
    "PROJCS[\"CGCS2000 / 3-degree Gauss-Kruger zone 39\",GEOGCS[\"China Geodetic Coordinate System "
    "2000\",DATUM[\"China_2000\",SPHEROID[\"CGCS2000\",6378137,298.257222101]],PRIMEM["
    "\"Greenwich\","
    "0],UNIT[\"degree\",0.0174532925199433],AUTHORITY[\"EPSG\",\"4490\"]],PROJECTION["
    "\"Transverse_Mercator\"],PARAMETER[\"latitude_of_origin\",0],PARAMETER[\"central_meridian\","
    "117],PARAMETER[\"scale_factor\",1],PARAMETER[\"false_easting\",39500000],PARAMETER["
    "\"false_northing\",0],UNIT[\"metre\",1],AUTHORITY[\"EPSG\",\"4527\"]]";

static const struct bj_out_field village_fields[] = {
    {"code", BJ_FIELD_TEXT, 20, 0},   {"name", BJ_FIELD_TEXT, 60, 0},
    {"rank", BJ_FIELD_INTEGER, 6, 0}, {"pop", BJ_FIELD_REAL, 12, 3},
    {"id", BJ_FIELD_INTEGER, 15, 0},  {"note", BJ_FIELD_TEXT, 0, 0},
};
enum { N_VILLAGE_FIELDS = 6, N_VILLAGES = 5 };

struct village {
    double x, y;
    union bj_value value[N_VILLAGE_FIELDS];
    unsigned char is_null[N_VILLAGE_FIELDS];
};

/* Rare characters of domain.md 6.1: 𠮷 is outside the BMP and GBK, 濛 outside GB 2312. */
static const struct village villages[N_VILLAGES] = {
    {115.9876543,
     36.4012345,
     {{.text = "371502100201"},
      {.text = "𠮷家村"},
      {.integer = 1},
      {.real = 1234.5678},
      {.integer = 123456789012345},
      {.text = "a,\"b\";c"}},
     {0}},
    {115.5,
     36.25,
     {{.text = "371502100202"},
      {.text = "濛江乡"},
      {.integer = -12},
      {.real = -0.0004},
      {.integer = 0},
      {.text = "第二行"}},
     {0}},
    {-0.5,
     -36.25,
     {{.text = "3"},
      {.text = NULL},
      {.integer = 999999},
      {.real = 0.1},
      {.integer = -5},
      {.text = "x"}},
     {0, 1, 0, 0, 0, 0}},
    {115.75,
     36.125,
     {{.text = "4"},
      {.text = "Zürich é"},
      {.integer = 7},
      {.real = 0.0},
      {.integer = 7},
      {.text = ""}},
     {0, 0, 1, 1, 1, 1}},
    {115.125,
     36.0625,
     {{.text = "5"},
      {.text = "李家庄村"},
      {.integer = 0},
      {.real = 99999999.999},
      {.integer = 999999999999999},
      {.text = "y"}},
     {0}},
};
static const double pop_read_back[N_VILLAGES] = {1234.568, 0.0, 0.1, 0.0, 99999999.999};

static enum bj_status write_villages(struct bj_ctx *c, const char *dir, enum bj_format format,
                                     const char *encoding)
{
    struct bj_outdir *o = NULL;
    struct bj_writer *w = NULL;
    enum bj_status st = bj_outdir_begin(c, dir, "marker", 1, &o);

    if (st)
        return st;
    st = bj_outdir_write(c, o, "marker", "", 0);
    if (!st)
        st = bj_writer_new(c, o, format, wkt_4490, encoding, DATE, &w);
    if (!st)
        st = bj_writer_layer(c, w, "LC-01", "villages", BJ_GEOM_POINT, N_VILLAGE_FIELDS,
                             village_fields);
    for (int i = 0; i < N_VILLAGES && !st; i++)
        st = bj_writer_point(c, w, villages[i].x, villages[i].y, villages[i].value,
                             villages[i].is_null);
    if (!st) {
        st = bj_writer_close(c, w);
        w = NULL;
    }
    bj_writer_free(c, w);
    if (st)
        bj_outdir_abandon(c, o);
    else
        st = bj_outdir_commit(c, o);
    return st;
}

static const char *file_of(enum bj_format format, const char *folder, const char *name)
{
    static char path[300];
    static const char *const ext[] = {"shp", "gpkg", "fgb", "geojson"};

    if (format == BJ_FORMAT_GPKG)
        return "result.gpkg";
    if (format == BJ_FORMAT_OPENFILEGDB)
        return "result.gdb";
    snprintf(path, sizeof(path), "%s/%s.%s", folder, name, ext[format]);
    return path;
}

static GDALDatasetH open_result(const char *dir, enum bj_format format, const char *folder,
                                const char *name, OGRLayerH *layer)
{
    char full[300];
    GDALDatasetH ds;

    GDALAllRegister();
    ds = GDALOpenEx(support_path(dir, file_of(format, folder, name)), GDAL_OF_VECTOR, NULL, NULL,
                    NULL);
    assert_non_null(ds);
    snprintf(full, sizeof(full), "%s_%s", folder, name);
    if (format == BJ_FORMAT_OPENFILEGDB) /* the folder is "LC-01" throughout */
        full[2] = '_';
    *layer = format == BJ_FORMAT_GPKG || format == BJ_FORMAT_OPENFILEGDB
                 ? GDALDatasetGetLayerByName(ds, full)
                 : GDALDatasetGetLayer(ds, 0);
    assert_non_null(*layer);
    return ds;
}

/* A shapefile knows no empty text: it reads as null. */
static void assert_field(OGRFeatureH f, const char *name, const struct village *v, int k)
{
    int field = OGR_F_GetFieldIndex(f, name);
    enum bj_field_type type = village_fields[k].type;

    assert_true(field >= 0);
    if (v->is_null[k]) {
        assert_false(OGR_F_IsFieldSetAndNotNull(f, field));
        return;
    }
    if (type == BJ_FIELD_TEXT)
        assert_string_equal(OGR_F_GetFieldAsString(f, field), v->value[k].text);
    else if (type == BJ_FIELD_INTEGER)
        assert_true(OGR_F_GetFieldAsInteger64(f, field) == v->value[k].integer);
}

static void assert_villages(const char *dir, enum bj_format format)
{
    /* GeoJSON has 7 places; a File Geodatabase counts billionths of a degree. */
    double tol = format == BJ_FORMAT_GEOJSON       ? 5.1e-8
                 : format == BJ_FORMAT_OPENFILEGDB ? 5.1e-10
                                                   : 0.0;
    OGRLayerH layer;
    GDALDatasetH ds = open_result(dir, format, "LC-01", "villages", &layer);
    OGRFeatureH f;
    int n = 0;

    while ((f = OGR_L_GetNextFeature(layer)) != NULL) {
        const char *code = OGR_F_GetFieldAsString(f, OGR_F_GetFieldIndex(f, "code"));
        OGRGeometryH g = OGR_F_GetGeometryRef(f);
        int i = 0; /* FlatGeobuf sorts its rows along a curve */

        while (i < N_VILLAGES && strcmp(code, villages[i].value[0].text) != 0)
            i++;
        assert_true(i < N_VILLAGES);
        assert_true(i == n || format == BJ_FORMAT_FLATGEOBUF);
        for (int k = 0; k < N_VILLAGE_FIELDS; k++)
            assert_field(f, village_fields[k].name, &villages[i], k);
        if (!villages[i].is_null[3])
            assert_near(OGR_F_GetFieldAsDouble(f, OGR_F_GetFieldIndex(f, "pop")), pop_read_back[i],
                        0.0);
        assert_near(OGR_G_GetX(g, 0), villages[i].x, tol);
        assert_near(OGR_G_GetY(g, 0), villages[i].y, tol);
        OGR_F_Destroy(f);
        n++;
    }
    assert_int_equal(n, N_VILLAGES);
    GDALClose(ds);
}

static void every_format_reads_back_equal(void **state)
{
    const char *parent = support_tmpdir();

    (void)state;
    for (int format = BJ_FORMAT_SHAPEFILE; format <= BJ_FORMAT_OPENFILEGDB; format++) {
        const char *dir = support_path(parent, bj_format_names[format]);

        assert_ok(write_villages(ctx, dir, format, "UTF-8"));
        assert_villages(dir, format);
    }
}

static void gb18030_shapefiles_read_back_equal(void **state)
{
    const char *dir = support_path(support_tmpdir(), "out");
    char *cpg;

    (void)state;
    assert_ok(write_villages(ctx, dir, BJ_FORMAT_SHAPEFILE, "gb18030"));
    assert_villages(dir, BJ_FORMAT_SHAPEFILE);
    cpg = support_read(support_path(dir, "LC-01/villages.cpg"));
    assert_string_equal(cpg, "GB18030");
    free(cpg);
}

static size_t read_bytes(const char *path, unsigned char *to, size_t cap)
{
    FILE *f = fopen(path, "rb");
    size_t n;

    assert_non_null(f);
    n = fread(to, 1, cap, f);
    fclose(f);
    assert_true(n < cap);
    return n;
}

static void assert_same_bytes(const char *a, const char *b)
{
    static unsigned char ba[1 << 20], bb[1 << 20];
    size_t na = read_bytes(a, ba, sizeof(ba)), nb = read_bytes(b, bb, sizeof(bb));

    assert_int_equal(na, nb);
    assert_memory_equal(ba, bb, na);
}

static void equal_runs_give_equal_bytes(void **state)
{
    const char *files[] = {"villages.shp", "villages.shx", "villages.dbf",
                           "villages.cpg", "villages.prj", "villages.geojson"};
    char a[1024], b[1024], name[100];

    (void)state;
    snprintf(a, sizeof(a), "%s/a", support_tmpdir());
    snprintf(b, sizeof(b), "%s/b", support_tmpdir());
    for (int i = 0; i < 6; i++) {
        enum bj_format format = i < 5 ? BJ_FORMAT_SHAPEFILE : BJ_FORMAT_GEOJSON;

        assert_ok(write_villages(ctx, a, format, "UTF-8"));
        assert_ok(write_villages(ctx, b, format, "UTF-8"));
        snprintf(name, sizeof(name), "LC-01/%s", files[i]);
        assert_same_bytes(support_path(a, name), support_path(b, name));
    }
}

static void the_dbf_has_the_date_and_no_language(void **state)
{
    const char *dir = support_path(support_tmpdir(), "out");
    unsigned char h[4096];
    char *cpg;

    (void)state;
    assert_ok(write_villages(ctx, dir, BJ_FORMAT_SHAPEFILE, "UTF-8"));
    read_bytes(support_path(dir, "LC-01/villages.dbf"), h, sizeof(h));
    assert_int_equal(h[1], 126);
    assert_int_equal(h[2], 11);
    assert_int_equal(h[3], 22);
    assert_int_equal(h[29], 0);
    cpg = support_read(support_path(dir, "LC-01/villages.cpg"));
    assert_string_equal(cpg, "UTF-8");
    free(cpg);
}

/* ---- areas -------------------------------------------------------------- */

/* Two squares, the first with two holes; every second ring turned the wrong way when asked. */
struct areas {
    size_t ring_start[3], point_start[5];
    double x[20], y[20];
    struct bj_polygons p;
};

static void add_square(struct areas *a, size_t ring, double x, double y, double side,
                       bool clockwise)
{
    const double dx[] = {0, 1, 1, 0, 0}, dy[] = {0, 0, 1, 1, 0};

    for (size_t i = 0; i < 5; i++) {
        size_t k = clockwise ? 4 - i : i;

        a->x[5 * ring + i] = x + side * dx[k];
        a->y[5 * ring + i] = y + side * dy[k];
    }
    a->point_start[ring + 1] = 5 * ring + 5;
}

static void make_areas(struct areas *a, bool turned)
{
    memset(a, 0, sizeof(*a));
    add_square(a, 0, 0.0, 0.0, 10.0, turned);
    add_square(a, 1, 1.0, 1.0, 2.0, !turned);
    add_square(a, 2, 5.0, 5.0, 3.0, !turned);
    add_square(a, 3, 20.0, 0.0, 4.0, turned);
    a->ring_start[1] = 3;
    a->ring_start[2] = 4;
    a->p = (struct bj_polygons){.n_polygons = 2,
                                .n_rings = 4,
                                .n_points = 20,
                                .ring_start = a->ring_start,
                                .point_start = a->point_start,
                                .x = a->x,
                                .y = a->y};
}

static const struct bj_out_field patch_fields[] = {{"patch", BJ_FIELD_INTEGER, 6, 0},
                                                   {"area_km2", BJ_FIELD_REAL, 14, 6}};

/* Polygon 0, polygon 1, then (multi) both as one row. */
static enum bj_status write_areas(const char *dir, enum bj_format format, bool turned, bool multi)
{
    struct bj_outdir *o = NULL;
    struct bj_writer *w = NULL;
    struct areas a;
    enum bj_status st;

    make_areas(&a, turned);
    assert_ok(bj_outdir_begin(ctx, dir, "marker", 1, &o));
    assert_ok(bj_outdir_write(ctx, o, "marker", "", 0));
    assert_ok(bj_writer_new(ctx, o, format, wkt_4527, NULL, DATE, &w));
    assert_ok(bj_writer_layer(ctx, w, "LC-01", "covered", BJ_GEOM_POLYGON, 2, patch_fields));
    for (size_t i = 0; i < (multi ? 3u : 2u); i++) {
        union bj_value v[2] = {{.integer = (int64_t)i + 1}, {.real = 0.5}};

        assert_ok(bj_writer_polygons(ctx, w, &a.p, i % 2, i == 2 ? 0 : 1, v, NULL));
    }
    assert_ok(bj_writer_layer(ctx, w, "LC-01", "uncovered", BJ_GEOM_POLYGON, 2, patch_fields));
    if (multi) {
        union bj_value v[2] = {{.integer = 1}, {.real = 104.0 - 13.0}};

        assert_ok(bj_writer_polygons(ctx, w, &a.p, 0, 2, v, NULL));
    }
    st = bj_writer_close(ctx, w);
    if (st)
        bj_outdir_abandon(ctx, o);
    else
        st = bj_outdir_commit(ctx, o);
    return st;
}

/* *n_rings: rings of a polygon (or of the only one of a multipolygon), else polygons. */
static double area_of_row(OGRLayerH layer, int patch, int *n_rings)
{
    double area = -1.0;
    OGRFeatureH f;

    OGR_L_ResetReading(layer);
    while ((f = OGR_L_GetNextFeature(layer)) != NULL) {
        OGRGeometryH g = OGR_F_GetGeometryRef(f);

        if (OGR_F_GetFieldAsInteger(f, OGR_F_GetFieldIndex(f, "patch")) == patch && g) {
            area = OGR_G_Area(g);
            if (OGR_G_GetGeometryCount(g) == 1 && OGR_G_GetGeometryType(g) == wkbMultiPolygon)
                *n_rings = OGR_G_GetGeometryCount(OGR_G_GetGeometryRef(g, 0));
            else
                *n_rings = OGR_G_GetGeometryCount(g);
            assert_true(OGR_G_IsValid(g));
        }
        OGR_F_Destroy(f);
    }
    return area;
}

/* 100 - 4 - 9 = 87 and 16 by hand. */
static void areas_keep_their_holes(void **state)
{
    const char *parent = support_tmpdir();

    (void)state;
    for (int i = 0; i < 10; i++) {
        enum bj_format format = (enum bj_format)(i / 2);
        const char *dir = support_path(parent, bj_format_names[format]);
        int n_rings = 0;
        OGRLayerH layer;
        GDALDatasetH ds;

        assert_ok(write_areas(dir, format, i % 2 == 1, true));
        ds = open_result(dir, format, "LC-01", "covered", &layer);
        assert_near(area_of_row(layer, 1, &n_rings), 87.0, 1e-9);
        assert_int_equal(n_rings, 3);
        assert_near(area_of_row(layer, 2, &n_rings), 16.0, 1e-9);
        assert_int_equal(n_rings, 1);
        GDALClose(ds);
        ds = open_result(dir, format, "LC-01", "uncovered", &layer);
        assert_int_equal(OGR_L_GetFeatureCount(layer, TRUE), 1);
        assert_near(area_of_row(layer, 1, &n_rings), 103.0, 1e-9);
        assert_int_equal(n_rings, 2);
        GDALClose(ds);
    }
}

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t le32(const unsigned char *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static double double_at(const unsigned char *p)
{
    double v;

    memcpy(&v, p, sizeof(v)); /* the tests run where the library does: little-endian is checked */
    return v;
}

/* The first row's shell must turn clockwise and its holes counter-clockwise (ESRI 1998, p. 8),
 * whichever way they came; lengths and offsets of .shp and .shx must agree. */
static void shapefile_rings_turn_as_esri_says(void **state)
{
    const char *dir = support_path(support_tmpdir(), "out");
    static unsigned char shp[4096], shx[4096];

    (void)state;
    for (int turned = 0; turned < 2; turned++) {
        size_t n, n_index;

        assert_ok(write_areas(dir, BJ_FORMAT_SHAPEFILE, turned, true));
        n = read_bytes(support_path(dir, "LC-01/covered.shp"), shp, sizeof(shp));
        n_index = read_bytes(support_path(dir, "LC-01/covered.shx"), shx, sizeof(shx));
        assert_int_equal(2 * be32(shp + 24), n);
        assert_int_equal(2 * be32(shx + 24), n_index);
        assert_int_equal(n_index, 100 + 3 * 8);
        assert_near(double_at(shp + 36), 0.0, 0.0);
        assert_near(double_at(shp + 52), 24.0, 0.0);
        assert_int_equal(2 * be32(shx + 100), 100);
        assert_int_equal(be32(shx + 104), be32(shp + 104));
        assert_int_equal(le32(shp + 108 + 36), 3);
        assert_int_equal(le32(shp + 108 + 40), 15);
        for (uint32_t ring = 0; ring < 3; ring++) {
            const unsigned char *p = shp + 108 + 44 + 12 + 16 * 5 * ring;
            double turn = 0.0;

            assert_int_equal(le32(shp + 108 + 44 + 4 * ring), 5 * ring);
            for (int i = 0; i < 4; i++)
                turn += double_at(p + 16 * i) * double_at(p + 16 * i + 24) -
                        double_at(p + 16 * i + 16) * double_at(p + 16 * i + 8);
            assert_true(ring == 0 ? turn < 0.0 : turn > 0.0);
        }
    }
}

static void geojson_is_rfc_7946(void **state)
{
    const char *dir = support_path(support_tmpdir(), "out");
    char *text;

    (void)state;
    assert_ok(write_areas(dir, BJ_FORMAT_GEOJSON, true, true));
    text = support_read(support_path(dir, "LC-01/covered.geojson"));
    assert_null(strstr(text, "\"crs\""));
    assert_non_null(strstr(text, "[ [ [ 0.0, 0.0 ], [ 10.0, 0.0 ], [ 10.0, 10.0 ]"));
    free(text);
    assert_ok(write_villages(ctx, dir, BJ_FORMAT_GEOJSON, NULL));
    text = support_read(support_path(dir, "LC-01/villages.geojson"));
    assert_non_null(strstr(text, "[ 115.9876543, 36.4012345 ]"));
    assert_non_null(strstr(text, "\"pop\": 1234.568,"));
    assert_non_null(strstr(text, "\"pop\": 0.1,"));
    assert_non_null(strstr(text, "\"name\": null"));
    free(text);
}

static void the_coordinate_system_is_written(void **state)
{
    const char *parent = support_tmpdir();

    (void)state;
    for (int format = BJ_FORMAT_SHAPEFILE; format <= BJ_FORMAT_OPENFILEGDB; format++) {
        const char *dir = support_path(parent, bj_format_names[format]);
        OGRSpatialReferenceH want = OSRNewSpatialReference(wkt_4527);
        OGRLayerH layer;
        GDALDatasetH ds;
        char *got = NULL, *expected = NULL;

        if (format == BJ_FORMAT_GEOJSON) { /* longitude and latitude by its standard */
            OSRDestroySpatialReference(want);
            continue;
        }
        assert_ok(write_areas(dir, format, false, false));
        ds = open_result(dir, format, "LC-01", "covered", &layer);
        assert_non_null(OGR_L_GetSpatialRef(layer));
        OSRExportToProj4(OGR_L_GetSpatialRef(layer), &got);
        OSRExportToProj4(want, &expected);
        assert_string_equal(got, expected);
        assert_non_null(strstr(got, "+lon_0=117"));
        CPLFree(got);
        CPLFree(expected);
        GDALClose(ds);
        OSRDestroySpatialReference(want);
    }
}

/* A county with many holes: GDAL's own writer compares every ring with every other. */
static void many_holes_are_written_in_one_row(void **state)
{
    enum { SIDE = 40, N = SIDE * SIDE };
    const char *dir = support_path(support_tmpdir(), "out");
    struct bj_outdir *o = NULL;
    struct bj_writer *w = NULL;
    struct areas a;
    static double x[5 * (N + 1)], y[5 * (N + 1)];
    static size_t point_start[N + 2];
    size_t ring_start[2] = {0, N + 1};
    struct bj_polygons p = {.n_polygons = 1,
                            .n_rings = N + 1,
                            .n_points = 5 * (N + 1),
                            .ring_start = ring_start,
                            .point_start = point_start,
                            .x = x,
                            .y = y};
    union bj_value v[2] = {{.integer = 1}, {.real = 1.0}};
    int n_rings = 0;
    OGRLayerH layer;
    GDALDatasetH ds;

    (void)state;
    for (size_t r = 0; r <= N; r++) {
        size_t h = r - 1;

        add_square(&a, 0, r ? (double)(h % SIDE) + 0.25 : 0.0, r ? (double)(h / SIDE) + 0.25 : 0.0,
                   r ? 0.5 : SIDE, r > 0);
        memcpy(x + 5 * r, a.x, 5 * sizeof(double));
        memcpy(y + 5 * r, a.y, 5 * sizeof(double));
        point_start[r + 1] = 5 * (r + 1);
    }
    assert_ok(bj_outdir_begin(ctx, dir, "marker", 0, &o));
    assert_ok(bj_writer_new(ctx, o, BJ_FORMAT_SHAPEFILE, NULL, NULL, DATE, &w));
    assert_ok(bj_writer_layer(ctx, w, "LC-01", "covered", BJ_GEOM_POLYGON, 2, patch_fields));
    assert_ok(bj_writer_polygons(ctx, w, &p, 0, 1, v, NULL));
    assert_ok(bj_writer_close(ctx, w));
    assert_ok(bj_outdir_commit(ctx, o));
    ds = open_result(dir, BJ_FORMAT_SHAPEFILE, "LC-01", "covered", &layer);
    assert_near(area_of_row(layer, 1, &n_rings), 0.75 * N, 1e-9);
    assert_int_equal(n_rings, N + 1);
    GDALClose(ds);
}

static void lines_and_layers_without_folder_are_written(void **state)
{
    const char *parent = support_tmpdir();
    double x[] = {0, 1, 2, 5, 5}, y[] = {0, 1, 0, 0, 3};
    size_t ring_start[] = {0, 1, 2}, point_start[] = {0, 3, 5};
    struct bj_polygons p = {.n_polygons = 2,
                            .n_rings = 2,
                            .n_points = 5,
                            .ring_start = ring_start,
                            .point_start = point_start,
                            .x = x,
                            .y = y};

    (void)state;
    for (int format = BJ_FORMAT_SHAPEFILE; format <= BJ_FORMAT_OPENFILEGDB; format++) {
        const char *names[] = {"roads.shp", "result.gpkg", "roads.fgb", "roads.geojson",
                               "result.gdb"};
        const char *dir = support_path(parent, bj_format_names[format]);
        union bj_value v[2] = {{.integer = 1}, {.real = 1.0}};
        struct bj_outdir *o = NULL;
        struct bj_writer *w = NULL;
        GDALDatasetH ds;
        OGRFeatureH f;

        assert_ok(bj_outdir_begin(ctx, dir, "marker", 0, &o));
        assert_ok(bj_writer_new(ctx, o, format, NULL, NULL, DATE, &w));
        assert_ok(bj_writer_layer(ctx, w, "", "roads", BJ_GEOM_LINE, 2, patch_fields));
        assert_ok(bj_writer_polygons(ctx, w, &p, 1, 1, v, NULL));
        assert_ok(bj_writer_close(ctx, w));
        assert_ok(bj_outdir_commit(ctx, o));
        ds = GDALOpenEx(support_path(dir, names[format]), GDAL_OF_VECTOR, NULL, NULL, NULL);
        assert_non_null(ds);
        assert_string_equal(OGR_L_GetName(GDALDatasetGetLayer(ds, 0)), "roads");
        f = OGR_L_GetNextFeature(GDALDatasetGetLayer(ds, 0));
        assert_near(OGR_G_Length(OGR_F_GetGeometryRef(f)), 3.0, 1e-12);
        OGR_F_Destroy(f);
        GDALClose(ds);
    }
}

static void empty_layers_are_layers(void **state)
{
    const char *parent = support_tmpdir();

    (void)state;
    for (int format = BJ_FORMAT_SHAPEFILE; format <= BJ_FORMAT_OPENFILEGDB; format++) {
        const char *dir = support_path(parent, bj_format_names[format]);
        struct bj_outdir *o = NULL;
        struct bj_writer *w = NULL;
        OGRLayerH layer;
        GDALDatasetH ds;

        assert_ok(bj_outdir_begin(ctx, dir, "marker", 0, &o));
        assert_ok(bj_writer_new(ctx, o, format, wkt_4490, NULL, DATE, &w));
        assert_ok(bj_writer_layer(ctx, w, "LC-01", "villages", BJ_GEOM_POINT, N_VILLAGE_FIELDS,
                                  village_fields));
        assert_ok(bj_writer_close(ctx, w));
        assert_ok(bj_outdir_commit(ctx, o));
        ds = open_result(dir, format, "LC-01", "villages", &layer);
        assert_int_equal(OGR_L_GetFeatureCount(layer, TRUE), 0);
        GDALClose(ds);
    }
}

/* ---- names and meanings ------------------------------------------------- */

static char warnings[2000];

static void keep_warnings(void *udata, enum bj_level level, const char *text)
{
    size_t n = strlen(warnings);

    (void)udata;
    if (level == BJ_LOG_WARNING)
        snprintf(warnings + n, sizeof(warnings) - n, "%s\n", text);
}

/* Rules whose ids differ only in characters that a File Geodatabase does not allow, begin with
 * a digit, or meet a numbered name: every layer is there under its own name, in this order. */
static void geodatabase_names_are_legal_and_distinct(void **state)
{
    static const char *const folder[] = {"LC-01", "LC.01", "LC_01",   "5km",
                                         "gdb_x", "LC-02", "LC-01-2", ""};
    static const char *const want[] = {"LC_01_villages",     "LC_01_2_villages", "LC_01_3_villages",
                                       "r_5km_villages",     "r_gdb_x_villages", "LC_02_villages",
                                       "LC_01_2_2_villages", "villages"};
    enum { N = sizeof(want) / sizeof(*want) };
    const char *dir = support_path(support_tmpdir(), "out");
    struct bj_outdir *o = NULL;
    struct bj_writer *w = NULL;
    GDALDatasetH ds;

    (void)state;
    warnings[0] = '\0';
    bj_ctx_set_log(ctx, keep_warnings, NULL);
    assert_ok(bj_outdir_begin(ctx, dir, "marker", 0, &o));
    assert_ok(bj_writer_new(ctx, o, BJ_FORMAT_OPENFILEGDB, wkt_4490, NULL, DATE, &w));
    for (int i = 0; i < N; i++)
        assert_ok(bj_writer_layer(ctx, w, folder[i], "villages", BJ_GEOM_POINT, N_VILLAGE_FIELDS,
                                  village_fields));
    assert_ok(bj_writer_layer(ctx, w, "LC.01", "covered", BJ_GEOM_POLYGON, 2, patch_fields));
    assert_ok(bj_writer_close(ctx, w));
    assert_ok(bj_outdir_commit(ctx, o));
    bj_ctx_set_log(ctx, NULL, NULL);
    ds = GDALOpenEx(support_path(dir, "result.gdb"), GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(ds);
    assert_int_equal(GDALDatasetGetLayerCount(ds), N + 1);
    for (int i = 0; i < N; i++)
        assert_string_equal(OGR_L_GetName(GDALDatasetGetLayer(ds, i)), want[i]);
    assert_string_equal(OGR_L_GetName(GDALDatasetGetLayer(ds, N)), "LC_01_2_covered");
    GDALClose(ds);
    assert_non_null(strstr(warnings, "'LC.01' are called 'LC_01_2'"));
    assert_non_null(strstr(warnings, "'LC_01' are called 'LC_01_3'"));
    assert_null(strstr(warnings, "'LC-01'"));
    assert_null(strstr(warnings, "5km"));
}

static const char *const meanings[N_VILLAGE_FIELDS] = {"村代码",     "村's 名称", "rank, \"first\"",
                                                       "人口（人）", NULL,        "备注"};

static void write_meanings(const char *dir, enum bj_format format)
{
    struct bj_outdir *o = NULL;
    struct bj_writer *w = NULL;

    assert_ok(bj_outdir_begin(ctx, dir, "marker", 0, &o));
    assert_ok(bj_writer_new(ctx, o, format, wkt_4490, NULL, DATE, &w));
    for (int i = 0; i < 2; i++) {
        assert_ok(bj_writer_layer_with(ctx, w, i ? "LC-02" : "LC-01", "villages", BJ_GEOM_POINT,
                                       N_VILLAGE_FIELDS, village_fields, meanings));
        assert_ok(bj_writer_point(ctx, w, 1.0, 2.0, villages[0].value, NULL));
    }
    assert_ok(bj_writer_close(ctx, w));
    assert_ok(bj_outdir_commit(ctx, o));
}

static void fields_carry_what_they_mean(void **state)
{
    const char *parent = support_tmpdir();

    (void)state;
    for (int format = BJ_FORMAT_FLATGEOBUF; format <= BJ_FORMAT_OPENFILEGDB; format++) {
        const char *dir = support_path(parent, bj_format_names[format]);
        OGRFeatureDefnH defn;
        OGRLayerH layer;
        GDALDatasetH ds;

        write_meanings(dir, format);
        ds = open_result(dir, format, "LC-01", "villages", &layer);
        defn = OGR_L_GetLayerDefn(layer);
        assert_int_equal(OGR_FD_GetFieldCount(defn), N_VILLAGE_FIELDS);
        for (int i = 0; format != BJ_FORMAT_GEOJSON && i < N_VILLAGE_FIELDS; i++)
            assert_string_equal(OGR_Fld_GetAlternativeNameRef(OGR_FD_GetFieldDefn(defn, i)),
                                meanings[i] ? meanings[i] : "");
        GDALClose(ds);
    }
}

/* The one text that a statement answers with. */
static void assert_sql(GDALDatasetH ds, const char *sql, const char *want)
{
    OGRLayerH answer = GDALDatasetExecuteSQL(ds, sql, NULL, NULL);
    OGRFeatureH f;

    assert_non_null(answer);
    f = OGR_L_GetNextFeature(answer);
    assert_non_null(f);
    assert_string_equal(OGR_F_GetFieldAsString(f, 0), want);
    OGR_F_Destroy(f);
    GDALDatasetReleaseResultSet(ds, answer);
}

/* Tables and rows of the GeoPackage schema extension, OGC 12-128r18 clause F.9. */
static void a_geopackage_has_its_meanings_in_the_schema_extension(void **state)
{
    const char *dir = support_path(support_tmpdir(), "out");
    OGRLayerH layer;
    GDALDatasetH ds;

    (void)state;
    write_meanings(dir, BJ_FORMAT_GPKG);
    ds = open_result(dir, BJ_FORMAT_GPKG, "LC-02", "villages", &layer);
    assert_int_equal(OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(layer)), N_VILLAGE_FIELDS);
    assert_sql(ds, "SELECT count(*) FROM gpkg_data_columns", "10");
    for (int i = 0; i < N_VILLAGE_FIELDS; i++) {
        char sql[300];

        if (!meanings[i])
            continue;
        snprintf(sql, sizeof(sql),
                 "SELECT name FROM gpkg_data_columns WHERE table_name = 'LC-02_villages' AND "
                 "column_name = '%s'",
                 village_fields[i].name);
        assert_sql(ds, sql, meanings[i]);
    }
    assert_sql(ds,
               "SELECT group_concat(table_name) FROM gpkg_extensions WHERE extension_name = "
               "'gpkg_schema' AND scope = 'read-write' AND column_name IS NULL",
               "gpkg_data_columns,gpkg_data_column_constraints");
    assert_sql(ds, "SELECT count(*) FROM gpkg_data_column_constraints", "0");
    /* Every table and column named there is one, and every layer has its spatial index. */
    assert_sql(ds,
               "SELECT count(*) FROM gpkg_data_columns d JOIN gpkg_contents c ON c.table_name = "
               "d.table_name JOIN pragma_table_info(d.table_name) p ON p.name = d.column_name",
               "10");
    assert_sql(ds, "SELECT count(*) FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'",
               "2");
    assert_sql(ds, "SELECT count(*) FROM \"rtree_LC-02_villages_geom\"", "1");
    assert_sql(ds, "PRAGMA integrity_check", "ok");
    GDALClose(ds);
}

/* ---- what does not fit -------------------------------------------------- */

static char last_warning[1000];

static void keep_warning(void *udata, enum bj_level level, const char *text)
{
    (void)udata;
    if (level == BJ_LOG_WARNING)
        snprintf(last_warning, sizeof(last_warning), "%s", text);
}

struct one_row {
    struct bj_outdir *o;
    struct bj_writer *w;
    char dir[1024];
};

static void begin_villages(struct one_row *r, enum bj_format format, const char *encoding)
{
    *r = (struct one_row){0};
    snprintf(r->dir, sizeof(r->dir), "%s/out", support_tmpdir());
    assert_ok(bj_outdir_begin(ctx, r->dir, "marker", 0, &r->o));
    assert_ok(bj_writer_new(ctx, r->o, format, wkt_4490, encoding, DATE, &r->w));
    assert_ok(bj_writer_layer(ctx, r->w, "LC-01", "villages", BJ_GEOM_POINT, N_VILLAGE_FIELDS,
                              village_fields));
}

static void drop(struct one_row *r)
{
    bj_writer_free(ctx, r->w);
    bj_outdir_abandon(ctx, r->o);
}

/* 252 bytes of "县" are 84 characters, and the next does not fit in 254; GB18030 holds 127. */
static void a_long_note_is_cut_between_characters_and_said(void **state)
{
    const char *encodings[] = {"UTF-8", "GB18030"};
    const size_t kept[] = {84, 127};
    char text[3 * 200 + 1];

    (void)state;
    for (int i = 0; i < 200; i++)
        memcpy(text + 3 * i, "县", 4);
    bj_ctx_set_log(ctx, keep_warning, NULL);
    for (int e = 0; e < 2; e++) {
        struct village v = villages[0];
        struct one_row r;
        OGRLayerH layer;
        OGRFeatureH f;
        GDALDatasetH ds;

        last_warning[0] = '\0';
        begin_villages(&r, BJ_FORMAT_SHAPEFILE, encodings[e]);
        assert_ok(bj_writer_point(ctx, r.w, 1.0, 2.0, v.value, v.is_null));
        v.value[5].text = text;
        assert_ok(bj_writer_point(ctx, r.w, 1.0, 2.0, v.value, v.is_null));
        assert_ok(bj_writer_close(ctx, r.w));
        assert_non_null(strstr(last_warning, "'note'"));
        assert_non_null(strstr(last_warning, "row 2"));
        assert_ok(bj_outdir_commit(ctx, r.o));
        ds = open_result(r.dir, BJ_FORMAT_SHAPEFILE, "LC-01", "villages", &layer);
        f = OGR_L_GetFeature(layer, 1);
        assert_int_equal(bj_utf8_length(OGR_F_GetFieldAsString(f, 5)), kept[e]);
        assert_memory_equal(OGR_F_GetFieldAsString(f, 5), text, 3 * kept[e]);
        OGR_F_Destroy(f);
        GDALClose(ds);
    }
    bj_ctx_set_log(ctx, NULL, NULL);
}

static void a_value_wider_than_its_field_is_an_error(void **state)
{
    struct village v = villages[0];
    struct one_row r;

    (void)state;
    begin_villages(&r, BJ_FORMAT_SHAPEFILE, "UTF-8");
    assert_ok(bj_writer_point(ctx, r.w, 1.0, 2.0, v.value, v.is_null));
    v.value[0].text = "123456789012345678901"; /* 21 bytes */
    assert_fails(bj_writer_point(ctx, r.w, 1.0, 2.0, v.value, v.is_null), BJ_EDATA, "row 2");
    assert_non_null(strstr(bj_ctx_message(ctx), "'code'"));
    v = villages[0];
    v.value[2].integer = 1000000; /* 7 digits */
    assert_fails(bj_writer_point(ctx, r.w, 1.0, 2.0, v.value, v.is_null), BJ_EDATA, "'rank'");
    v = villages[0];
    v.value[3].real = -999999999.999; /* 12 digits fit, with sign */
    assert_ok(bj_writer_point(ctx, r.w, 1.0, 2.0, v.value, v.is_null));
    v.value[3].real = -9999999999.999;
    assert_fails(bj_writer_point(ctx, r.w, 1.0, 2.0, v.value, v.is_null), BJ_EDATA, "'pop'");
    drop(&r);
}

static void nonsense_is_refused(void **state)
{
    const struct bj_out_field bad[] = {
        {"12345678901", BJ_FIELD_TEXT, 5, 0}, {"", BJ_FIELD_TEXT, 5, 0},
        {"名称", BJ_FIELD_TEXT, 5, 0},        {"a b", BJ_FIELD_TEXT, 5, 0},
        {"x", BJ_FIELD_REAL, 5, 16},          {"x", BJ_FIELD_OTHER, 5, 0}};
    const struct bj_out_field twice[] = {{"pop", BJ_FIELD_REAL, 5, 0},
                                         {"POP", BJ_FIELD_TEXT, 5, 0}};
    struct village v = villages[0];
    struct bj_writer *w = NULL;
    struct one_row r;

    (void)state;
    begin_villages(&r, BJ_FORMAT_SHAPEFILE, "UTF-8");
    assert_fails(bj_writer_new(ctx, r.o, 9, NULL, NULL, DATE, &w), BJ_EARG, "format");
    assert_fails(bj_writer_new(ctx, r.o, 0, NULL, "GB2312", DATE, &w), BJ_EARG, "GB2312");
    assert_fails(bj_writer_new(ctx, r.o, 0, NULL, NULL, "22.11.2026", &w), BJ_EARG, "date");
    for (int format = BJ_FORMAT_SHAPEFILE; format <= BJ_FORMAT_OPENFILEGDB; format++)
        assert_fails(bj_writer_new(ctx, r.o, format, "no CRS", NULL, DATE, &w), BJ_ECRS,
                     "coordinate");
    assert_null(w);
    v.value[1].text = "\xC0\xEE";
    assert_fails(bj_writer_point(ctx, r.w, 1.0, 2.0, v.value, v.is_null), BJ_EARG, "UTF-8");
    v = villages[0];
    v.value[3].real = INFINITY;
    assert_fails(bj_writer_point(ctx, r.w, 1.0, 2.0, v.value, v.is_null), BJ_EARG, "infinite");
    v = villages[0];
    assert_fails(bj_writer_point(ctx, r.w, NAN, 2.0, v.value, v.is_null), BJ_EDATA, "finite");
    {
        struct areas a;

        make_areas(&a, false);
        assert_fails(bj_writer_polygons(ctx, r.w, &a.p, 0, 1, v.value, v.is_null), BJ_EARG, "mix");
        assert_fails(bj_writer_polygons(ctx, r.w, &a.p, 1, 2, v.value, v.is_null), BJ_EARG, "of 2");
    }
    assert_ok(bj_writer_point(ctx, r.w, 1.0, 2.0, v.value, v.is_null));
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_fails(bj_writer_layer(ctx, r.w, "A", "b", BJ_GEOM_POINT, 1, &bad[i]), BJ_EARG,
                     "A/b");
    assert_fails(bj_writer_layer(ctx, r.w, "A", "b", BJ_GEOM_POINT, 2, twice), BJ_EARG, "POP");
    assert_fails(bj_writer_point(ctx, r.w, 1.0, 2.0, v.value, v.is_null), BJ_EARG, "before");
    drop(&r);
}

static void a_nan_is_a_null(void **state)
{
    struct village v = villages[0];
    struct one_row r;
    OGRLayerH layer;
    OGRFeatureH f;
    GDALDatasetH ds;

    (void)state;
    v.value[3].real = NAN;
    begin_villages(&r, BJ_FORMAT_SHAPEFILE, "UTF-8");
    assert_ok(bj_writer_point(ctx, r.w, 1.0, 2.0, v.value, NULL));
    assert_ok(bj_writer_close(ctx, r.w));
    assert_ok(bj_outdir_commit(ctx, r.o));
    ds = open_result(r.dir, BJ_FORMAT_SHAPEFILE, "LC-01", "villages", &layer);
    f = OGR_L_GetNextFeature(layer);
    assert_false(OGR_F_IsFieldSetAndNotNull(f, OGR_F_GetFieldIndex(f, "pop")));
    OGR_F_Destroy(f);
    GDALClose(ds);
}

/* Files may grow to 300 kB, as on a disk that is full by then. */
static void a_full_disk_ends_in_a_sentence(void **state)
{
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    for (int format = BJ_FORMAT_SHAPEFILE; format <= BJ_FORMAT_OPENFILEGDB; format++) {
        struct rlimit before, small;
        enum bj_status st = BJ_OK;
        struct one_row r;

        begin_villages(&r, format, "UTF-8");
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
        small = before;
        small.rlim_cur = 300000;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        for (int i = 0; i < 10000 && !st; i++)
            st = bj_writer_point(ctx, r.w, i, 0.5, villages[0].value, villages[0].is_null);
        if (!st) {
            st = bj_writer_close(ctx, r.w);
            r.w = NULL;
        }
        bj_writer_free(ctx, r.w);
        r.w = NULL;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_fails(st, BJ_EIO, format == BJ_FORMAT_GPKG ? "result.gpkg" : "villages");
        print_message("%s: %s\n", bj_format_names[format], bj_ctx_message(ctx));
        drop(&r);
    }
}

/* ---- numbers ------------------------------------------------------------ */

/* printf rounds the exact binary value half to even; so must we, ties and all. */
static void numbers_round_as_printf_does(void **state)
{
    const double special[] = {0.0,    -0.0,  0.5,        1.5,       2.5,         0.125,     0.375,
                              -0.125, 1e-9,  -1e-9,      0.0005,    1.0005,      2.675,     1.005,
                              1e15,   1e300, 123456.785, 0.9999999, 999999.9995, 1e11 + .5, -7.0};
    struct support_random r;
    uint64_t seed = 42;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    support_seed(&r, seed);
    for (int i = 0; i < 200000; i++) {
        size_t n_special = sizeof(special) / sizeof(*special);
        double v = (size_t)i < n_special ? special[i]
                                         : support_uniform(&r, -1.0, 1.0) *
                                               pow(10.0, support_uniform(&r, -3.0, 14.0));
        int decimals = i % 10;
        char got[400], want[400];
        const char *expected = want;
        size_t n;

        if (i % 7 == 3)
            v = (floor(v * 1000.0) + 0.5) / 1000.0; /* near a tie of three places */
        snprintf(want, sizeof(want), "%.*f", decimals, v);
        if (want[0] == '-' && strspn(want + 1, "0.") == strlen(want + 1))
            expected = want + 1;
        n = bj_format_fixed(v, decimals, got);
        assert_int_equal(n, strlen(got));
        assert_string_equal(got, expected);
        assert_near(bj_round_fixed(v, decimals), strtod(expected, NULL), 0.0);
    }
}

struct torture {
    const char *dir;
    enum bj_format format;
};

static enum bj_status write_for_torture(struct bj_ctx *c, void *arg)
{
    struct torture *t = arg;

    return write_villages(c, t->dir, t->format, "UTF-8");
}

static void running_out_of_memory_is_reported(void **state)
{
    const char *parent = support_tmpdir();

    (void)state;
    for (int format = BJ_FORMAT_SHAPEFILE; format <= BJ_FORMAT_OPENFILEGDB; format++) {
        struct torture t = {support_path(parent, bj_format_names[format]), format};

        assert_true(support_torture(write_for_torture, &t) > 10);
        assert_villages(t.dir, format);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_reads_back_equal),
        cmocka_unit_test(gb18030_shapefiles_read_back_equal),
        cmocka_unit_test(equal_runs_give_equal_bytes),
        cmocka_unit_test(the_dbf_has_the_date_and_no_language),
        cmocka_unit_test(areas_keep_their_holes),
        cmocka_unit_test(shapefile_rings_turn_as_esri_says),
        cmocka_unit_test(geojson_is_rfc_7946),
        cmocka_unit_test(the_coordinate_system_is_written),
        cmocka_unit_test(many_holes_are_written_in_one_row),
        cmocka_unit_test(lines_and_layers_without_folder_are_written),
        cmocka_unit_test(empty_layers_are_layers),
        cmocka_unit_test(geodatabase_names_are_legal_and_distinct),
        cmocka_unit_test(fields_carry_what_they_mean),
        cmocka_unit_test(a_geopackage_has_its_meanings_in_the_schema_extension),
        cmocka_unit_test(a_long_note_is_cut_between_characters_and_said),
        cmocka_unit_test(a_value_wider_than_its_field_is_an_error),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(a_nan_is_a_null),
        cmocka_unit_test(a_full_disk_ends_in_a_sentence),
        cmocka_unit_test(numbers_round_as_printf_does),
        cmocka_unit_test(running_out_of_memory_is_reported),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
