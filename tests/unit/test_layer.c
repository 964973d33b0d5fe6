/* Reading layers: geometry, numbers, rows, and every kind of file that is not as it should be. */
#include "raw_shape.h"

#include "banjing/layer.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include <sys/stat.h>
#include <unistd.h>

/* ---- making and reading ------------------------------------------------- */

struct sample_row {
    const char *wkt; /* NULL = no geometry */
    const char *name;
};

/* A layer with a text field "name", made by GDAL. epsg 0 = no CRS. */
static const char *make_layer(const char *dir, const char *file, const char *driver, int epsg,
                              OGRwkbGeometryType type, size_t n, const struct sample_row *row)
{
    const char *path = support_path(dir, file);
    OGRSpatialReferenceH srs = NULL;
    char *in_order[] = {(char *)"SPATIAL_INDEX=NO", NULL}; /* the index sorts the rows */
    OGRFieldDefnH field = OGR_Fld_Create("name", OFTString);
    GDALDatasetH ds;
    OGRLayerH layer;

    GDALAllRegister();
    if (epsg) {
        srs = OSRNewSpatialReference(NULL);
        assert_int_equal(OSRImportFromEPSG(srs, epsg), OGRERR_NONE);
        OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
    }
    ds = GDALCreate(GDALGetDriverByName(driver), path, 0, 0, 0, GDT_Unknown, NULL);
    assert_non_null(ds);
    layer = GDALDatasetCreateLayer(ds, "sample", srs, type,
                                   strcmp(driver, "FlatGeobuf") == 0 ? in_order : NULL);
    assert_non_null(layer);
    assert_int_equal(OGR_L_CreateField(layer, field, 1), OGRERR_NONE);
    for (size_t i = 0; i < n; i++) {
        OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(layer));
        OGRGeometryH g = NULL;
        char *wkt = (char *)row[i].wkt;

        if (wkt) {
            assert_int_equal(OGR_G_CreateFromWkt(&wkt, NULL, &g), OGRERR_NONE);
            OGR_F_SetGeometryDirectly(f, g);
        }
        OGR_F_SetFieldString(f, 0, row[i].name ? row[i].name : "");
        assert_int_equal(OGR_L_CreateFeature(layer, f), OGRERR_NONE);
        OGR_F_Destroy(f);
    }
    GDALClose(ds);
    OGR_Fld_Destroy(field);
    if (srs)
        OSRDestroySpatialReference(srs);
    return path;
}

/* Opens and reads everything; field 0 as text. */
static void read_all(const struct bj_source_spec *spec, enum bj_want want, struct bj_source **src,
                     struct bj_table *t)
{
    const struct bj_column_spec column = {0, 0};

    *src = NULL;
    *t = (struct bj_table){0};
    assert_ok(bj_source_open(ctx, spec, src));
    assert_ok(bj_source_read(ctx, *src, want, bj_source_info(*src)->n_fields ? 1 : 0, &column, t));
}

static void drop(struct bj_source *src, struct bj_table *t)
{
    bj_table_release(ctx, t);
    bj_source_close(src);
}

/* Shoelace. */
static double ring_area(const struct bj_polygons *p, size_t r)
{
    double sum = 0;

    for (size_t i = p->point_start[r]; i + 1 < p->point_start[r + 1]; i++)
        sum += p->x[i] * p->y[i + 1] - p->x[i + 1] * p->y[i];
    return fabs(sum) / 2;
}

/* Shells minus holes. */
static double feature_area(const struct bj_polygons *p, size_t f)
{
    double sum = 0;

    for (size_t k = p->poly_start[f]; k < p->poly_start[f + 1]; k++)
        for (size_t r = p->ring_start[k]; r < p->ring_start[k + 1]; r++)
            sum += (r == p->ring_start[k] ? 1 : -1) * ring_area(p, r);
    return sum;
}

static void check_arrays(const struct bj_polygons *p)
{
    assert_int_equal(p->poly_start[p->n_features], p->n_polygons);
    assert_int_equal(p->ring_start[p->n_polygons], p->n_rings);
    assert_int_equal(p->point_start[p->n_rings], p->n_points);
}

/* Writes the rows as a GPKG and reads them back as areas. */
static void read_areas(size_t n, const struct sample_row *row, struct bj_source **src,
                       struct bj_table *t)
{
    struct bj_source_spec spec = {0};

    spec.path = make_layer(support_tmpdir(), "a.gpkg", "GPKG", 4527, wkbUnknown, n, row);
    read_all(&spec, BJ_WANT_AREAS, src, t);
    check_arrays(&t->area);
    assert_int_equal(t->area.n_features, n);
}

/* ---- formats ------------------------------------------------------------ */

static void every_format_gives_the_same_points(void **state)
{
    static const struct {
        const char *file, *driver;
    } format[] = {{"a.gpkg", "GPKG"},
                  {"a.fgb", "FlatGeobuf"},
                  {"a.geojson", "GeoJSON"},
                  {"a.gdb", "OpenFileGDB"},
                  {"a.kml", "KML"}}; /* shapefiles: test_encoding.c */
    static const struct sample_row row[] = {{"POINT (102.75 24.29)", "大村"},
                                            {"POINT (102.76 24.30)", "Beta"},
                                            {"POINT (102.77 24.31)", "李家庄村"}};

    (void)state;
    for (size_t i = 0; i < sizeof(format) / sizeof(format[0]); i++) {
        struct bj_source_spec spec = {0};
        struct bj_source *src;
        struct bj_table t;

        spec.path =
            make_layer(support_tmpdir(), format[i].file, format[i].driver, 4326, wkbPoint, 3, row);
        read_all(&spec, BJ_WANT_POINTS, &src, &t);
        assert_int_equal(t.n, 3);
        for (size_t r = 0; r < 3; r++) {
            assert_int_equal(t.row[r], r + 1);
            assert_int_equal(t.state[r], BJ_ROW_OK);
            assert_string_equal(t.column[0].text[r], row[r].name);
            assert_near(t.x[r], 102.75 + 0.01 * (double)r, 1e-9);
            assert_near(t.y[r], 24.29 + 0.01 * (double)r, 1e-9);
        }
        assert_string_equal(bj_source_info(src)->encoding, "UTF-8");
        assert_non_null(strstr(bj_source_info(src)->crs, "WGS 84"));
        assert_false(bj_source_info(src)->is_list);
        drop(src, &t);
    }
}

static void coordinates_are_read_bit_for_bit_even_when_not_finite(void **state)
{
    static const char *const name[] = {"N"}, *const value[] = {"a", "b", "c", "d"};
    static const int width[] = {4};
    const double xy[] = {39408556.925, 4035959.716, NAN, 4, INFINITY, -INFINITY, 0, -0.0};
    struct raw_table raw = {0, NULL, 1, name, width, 4, value, xy};
    struct bj_source_spec spec = {.path = raw_shapefile(support_tmpdir(), "a", &raw)};
    struct bj_source *src;
    struct bj_table t;

    (void)state;
    read_all(&spec, BJ_WANT_POINTS, &src, &t);
    assert_int_equal(t.n, 4);
    assert_true(t.x[0] == xy[0] && t.y[0] == xy[1]);
    assert_true(isnan(t.x[1]));
    assert_true(isinf(t.x[2]) && isinf(t.y[2]) && t.y[2] < 0);
    assert_true(t.x[3] == 0);
    drop(src, &t);
}

static void a_missing_prj_leaves_the_crs_open(void **state)
{
    static const char *const name[] = {"N"}, *const value[] = {"a"};
    static const int width[] = {4};
    struct raw_table raw = {0, NULL, 1, name, width, 1, value, NULL};
    struct bj_source_spec spec = {.path = raw_shapefile(support_tmpdir(), "a", &raw)};
    struct bj_source *src;
    struct bj_table t;

    (void)state;
    read_all(&spec, BJ_WANT_POINTS, &src, &t);
    assert_null(bj_source_info(src)->crs);
    drop(src, &t);
    spec.path = make_layer(support_tmpdir(), "a.gpkg", "GPKG", 0, wkbPoint, 0, NULL);
    read_all(&spec, BJ_WANT_POINTS, &src, &t);
    assert_null(bj_source_info(src)->crs); /* "Undefined geographic SRS" */
    drop(src, &t);
    spec.crs = "EPSG:4527";
    read_all(&spec, BJ_WANT_POINTS, &src, &t);
    assert_string_equal(bj_source_info(src)->crs, "EPSG:4527");
    drop(src, &t);
}

static void an_empty_layer_has_no_rows(void **state)
{
    struct bj_source_spec spec = {0};
    struct bj_source *src;
    struct bj_table t;

    (void)state;
    spec.path = make_layer(support_tmpdir(), "a.gpkg", "GPKG", 4490, wkbPolygon, 0, NULL);
    read_all(&spec, BJ_WANT_AREAS, &src, &t);
    assert_int_equal(t.n, 0);
    assert_int_equal(bj_source_info(src)->n_rows, 0);
    check_arrays(&t.area);
    drop(src, &t);
}

/* ---- columns ------------------------------------------------------------ */

static void codes_and_numbers_keep_every_digit(void **state)
{
    const char *path = support_write(
        support_tmpdir(), "a.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{\"i\":530403100201,\"r\":530403100201.0,\"p\":0.1,"
        "\"s\":\"约1,200人\"},\"geometry\":null},"
        "{\"type\":\"Feature\",\"properties\":{\"i\":7,\"r\":0.5,\"p\":null,\"s\":\"many\"},"
        "\"geometry\":null},"
        "{\"type\":\"Feature\",\"properties\":{\"i\":null,\"r\":-0.0,\"p\":3,\"s\":\" \"},"
        "\"geometry\":null}]}");
    struct bj_source_spec spec = {.path = path};
    const struct bj_column_spec columns[] = {{0, 0}, {1, 0}, {0, 1}, {2, 1}, {3, 1}, {3, 0}};
    struct bj_source *src = NULL;
    struct bj_table t = {0};

    (void)state;
    assert_ok(bj_source_open(ctx, &spec, &src));
    assert_int_equal(bj_source_info(src)->field[0].type, BJ_FIELD_INTEGER);
    assert_int_equal(bj_source_info(src)->field[1].type, BJ_FIELD_REAL);
    assert_int_equal(bj_source_info(src)->field[3].type, BJ_FIELD_TEXT);
    assert_ok(bj_source_read(ctx, src, BJ_WANT_POINTS, 6, columns, &t));
    assert_string_equal(t.column[0].text[0], "530403100201");
    assert_string_equal(t.column[0].text[2], "");
    assert_string_equal(t.column[1].text[0], "530403100201");
    assert_string_equal(t.column[1].text[1], "0.5");
    assert_string_equal(t.column[1].text[2], "0");
    assert_true(t.column[2].num[0] == 530403100201.0 && t.column[2].number_state[0] == 1);
    assert_true(isnan(t.column[2].num[2]) && t.column[2].number_state[2] == 0);
    assert_true(t.column[3].num[0] == 0.1);
    assert_int_equal(t.column[3].number_state[1], 0);
    assert_true(t.column[4].num[0] == 1200 && t.column[4].number_state[0] == 1);
    assert_true(isnan(t.column[4].num[1]) && t.column[4].number_state[1] == -1);
    assert_string_equal(t.column[4].raw[1], "many");
    assert_null(t.column[4].raw[0]);
    assert_int_equal(t.column[4].number_state[2], 0);
    assert_string_equal(t.column[5].text[1], "many");
    assert_int_equal(t.state[0], BJ_ROW_EMPTY);
    assert_true(isnan(t.x[0]));
    drop(src, &t);
}

static void row_numbers_stay_under_a_condition(void **state)
{
    static const struct {
        const char *file, *driver;
    } format[] = {{"a.gpkg", "GPKG"}, {"a.fgb", "FlatGeobuf"}, {"a.gdb", "OpenFileGDB"}};
    static const struct sample_row row[] = {
        {"POINT (0 0)", "a"}, {"POINT (1 0)", "b"}, {"POINT (2 0)", "a"}, {"POINT (3 0)", "c"}};

    (void)state;
    for (size_t i = 0; i < sizeof(format) / sizeof(format[0]); i++) {
        struct bj_source_spec spec = {.where = "name <> 'a'"};
        struct bj_source *src;
        struct bj_table t;

        spec.path =
            make_layer(support_tmpdir(), format[i].file, format[i].driver, 4490, wkbPoint, 4, row);
        read_all(&spec, BJ_WANT_POINTS, &src, &t);
        assert_int_equal(t.n, 2);
        assert_true(t.x[0] == 1 && t.x[1] == 3);
        assert_int_equal(t.row[0], 2);
        assert_int_equal(t.row[1], 4);
        drop(src, &t);
    }
}

static void a_bad_condition_is_one_sentence(void **state)
{
    static const char *const file[] = {"a.gpkg", "a.fgb", "a.geojson"};
    static const char *const driver[] = {"GPKG", "FlatGeobuf", "GeoJSON"};
    static const struct sample_row row[] = {{"POINT (0 0)", "a"}};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bj_source_spec spec = {.where = "name = = 'a'"};
        struct bj_source *src = NULL;

        spec.path = make_layer(support_tmpdir(), file[i], driver[i], 4326, wkbPoint, 1, row);
        assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "where: name = = 'a'");
        assert_null(strchr(bj_ctx_message(ctx), '\n'));
        spec.where = "no_such_field = 3";
        assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "no_such_field");
        assert_null(src);
    }
}

/* ---- points ------------------------------------------------------------- */

static void points_stand_for_areas_and_lines(void **state)
{
    static const struct sample_row row[] = {
        {"POINT Z (1 2 3)", ""},
        {"MULTIPOINT (5 6)", ""},
        {"MULTIPOINT (5 6, 7 8)", ""},
        {"POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (1 1, 9 1, 9 9, 1 9, 1 1))", ""},
        {"POLYGON ((0 0, 10 0, 10 1, 1 1, 1 9, 10 9, 10 10, 0 10, 0 0))", ""},
        {"LINESTRING (0 0, 10 0)", ""},
        {"POINT EMPTY", ""},
        {NULL, ""},
    };
    struct bj_source_spec spec = {0};
    struct bj_source *src;
    struct bj_table t;

    (void)state;
    spec.path = make_layer(support_tmpdir(), "a.gpkg", "GPKG", 4527, wkbUnknown, 8, row);
    read_all(&spec, BJ_WANT_POINTS, &src, &t);
    assert_int_equal(t.state[0], BJ_ROW_OK);
    assert_true(t.x[0] == 1 && t.y[0] == 2);
    assert_int_equal(t.state[1], BJ_ROW_OK);
    assert_true(t.x[1] == 5 && t.y[1] == 6);
    assert_int_equal(t.state[2], BJ_ROW_MULTI);
    assert_true(t.x[2] == 5 && t.y[2] == 6);
    for (int i = 3; i < 5; i++) {
        assert_int_equal(t.state[i], BJ_ROW_FROM_AREA);
        assert_true(t.x[i] > 0 && t.x[i] < 10 && t.y[i] > 0 && t.y[i] < 10);
    }
    assert_false(t.x[3] > 1 && t.x[3] < 9 && t.y[3] > 1 && t.y[3] < 9); /* not in the hole */
    assert_false(t.x[4] > 1 && t.y[4] > 1 && t.y[4] < 9);               /* not in the bay */
    assert_int_equal(t.state[5], BJ_ROW_FROM_AREA);
    assert_true(t.x[5] == 5 && t.y[5] == 0);
    assert_int_equal(t.state[6], BJ_ROW_EMPTY);
    assert_int_equal(t.state[7], BJ_ROW_EMPTY);
    assert_true(isnan(t.x[7]) && isnan(t.y[7]));
    drop(src, &t);
}

/* ---- areas -------------------------------------------------------------- */

static void areas_come_valid(void **state)
{
    static const struct sample_row row[] = {
        {"POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (1 1, 1 9, 9 9, 9 1, 1 1))", "ring"},
        {"MULTIPOLYGON (((0 0, 1 0, 1 1, 0 1, 0 0)), ((5 5, 6 5, 6 7, 5 7, 5 5)))", "two"},
        {"POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))", "figure of eight"},
        {"MULTIPOLYGON (((0 0, 2 0, 2 2, 0 2, 0 0)), ((1 1, 3 1, 3 3, 1 3, 1 1)))", "overlap"},
        {"MULTIPOLYGON (((0 0, 2 0, 2 2, 0 2, 0 0)), ((0 0, 2 0, 2 2, 0 2, 0 0)))", "twice"},
        {"POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (10 10, 12 10, 12 12, 10 12, 10 10))",
         "hole outside"},
        {"GEOMETRYCOLLECTION (POINT (9 9), LINESTRING (0 0, 1 1), POLYGON ((0 0, 3 0, 3 3, 0 3, 0 "
         "0)))",
         "collection"},
        {"POLYGON Z ((0 0 5, 2 0 5, 2 2 5, 0 2 5, 0 0 5))", "with z"},
    };
    static const double area[] = {36, 3, 2, 7, 4, 20, 9, 4};
    static const int want[] = {BJ_ROW_OK,       BJ_ROW_OK,       BJ_ROW_REPAIRED, BJ_ROW_REPAIRED,
                               BJ_ROW_REPAIRED, BJ_ROW_REPAIRED, BJ_ROW_OK,       BJ_ROW_OK};
    struct bj_source *src;
    struct bj_table t;

    (void)state;
    read_areas(8, row, &src, &t);
    for (size_t i = 0; i < 8; i++) {
        if (t.state[i] != want[i])
            fail_msg("row %zu (%s): state %d, want %d", i, row[i].name, t.state[i], want[i]);
        assert_near(feature_area(&t.area, i), area[i], 1e-12);
    }
    for (size_t r = 0; r < t.area.n_rings; r++) {
        size_t a = t.area.point_start[r], b = t.area.point_start[r + 1];

        assert_true(b - a >= 4);
        assert_true(t.area.x[a] == t.area.x[b - 1] && t.area.y[a] == t.area.y[b - 1]);
    }
    drop(src, &t);
}

static void what_is_no_area_is_said_and_never_crashes(void **state)
{
    static const struct sample_row row[] = {
        {"POINT (1 1)", "point"},
        {"LINESTRING (0 0, 1 1)", "line"},
        {"POLYGON ((0 0, 1 1, 2 2, 0 0))", "zero area"},
        {"POLYGON ((1 1, 1 1, 1 1, 1 1))", "one place"},
        {"POLYGON ((0 0, 1 1, 0 0))", "three points"},
        {"POLYGON EMPTY", "empty"},
        {NULL, "none"},
        {"POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))", "good"},
    };
    static const int want[] = {BJ_ROW_WRONG, BJ_ROW_WRONG, BJ_ROW_EMPTY, BJ_ROW_EMPTY,
                               BJ_ROW_EMPTY, BJ_ROW_EMPTY, BJ_ROW_EMPTY, BJ_ROW_OK};
    struct bj_source *src;
    struct bj_table t;

    (void)state;
    read_areas(8, row, &src, &t);
    for (size_t i = 0; i < 8; i++) {
        if (t.state[i] != want[i])
            fail_msg("row %zu (%s): state %d, want %d", i, row[i].name, t.state[i], want[i]);
        if (t.state[i] != BJ_ROW_OK)
            assert_int_equal(t.area.poly_start[i], t.area.poly_start[i + 1]);
    }
    assert_near(feature_area(&t.area, 7), 4, 0);
    drop(src, &t);
}

static void areas_with_coordinates_that_are_not_finite_are_wrong(void **state)
{
    const char *dir = support_tmpdir(), *path = support_path(dir, "a.gpkg");
    static const struct sample_row row[] = {{"POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))", "a"}};
    const double bad[] = {NAN, INFINITY};
    struct bj_source_spec spec = {.path = path};
    struct bj_source *src;
    struct bj_table t;
    GDALDatasetH ds;

    (void)state;
    make_layer(dir, "a.gpkg", "GPKG", 4490, wkbPolygon, 1, row);
    CPLPushErrorHandler(CPLQuietErrorHandler); /* GPKG cannot note an infinite extent */
    ds = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_UPDATE, NULL, NULL, NULL);
    for (int i = 0; i < 2; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(ds, 0);
        OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(layer));
        OGRGeometryH g = OGR_G_CreateGeometry(wkbPolygon);
        OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing);

        OGR_G_AddPoint_2D(ring, 0, 0);
        OGR_G_AddPoint_2D(ring, bad[i], 0);
        OGR_G_AddPoint_2D(ring, 1, 1);
        OGR_G_AddPoint_2D(ring, 0, 0);
        OGR_G_AddGeometryDirectly(g, ring);
        OGR_F_SetGeometryDirectly(f, g);
        assert_int_equal(OGR_L_CreateFeature(layer, f), OGRERR_NONE);
        OGR_F_Destroy(f);
    }
    GDALClose(ds);
    CPLPopErrorHandler();
    read_all(&spec, BJ_WANT_AREAS, &src, &t);
    assert_int_equal(t.n, 3);
    assert_int_equal(t.state[0], BJ_ROW_OK);
    assert_int_equal(t.state[1], BJ_ROW_WRONG);
    assert_int_equal(t.state[2], BJ_ROW_WRONG);
    check_arrays(&t.area);
    drop(src, &t);
    read_all(&spec, BJ_WANT_POINTS, &src, &t);
    assert_true(t.x[0] > 0 && t.x[0] < 1);
    assert_true(isnan(t.x[1]) && isnan(t.y[2]));
    drop(src, &t);
}

static void arcs_become_lines(void **state)
{
    static const struct sample_row row[] = {
        {"CURVEPOLYGON (CIRCULARSTRING (-1 0, 0 1, 1 0, 0 -1, -1 0))", "circle"}};
    struct bj_source *src;
    struct bj_table t;

    (void)state;
    read_areas(1, row, &src, &t);
    assert_int_equal(t.state[0], BJ_ROW_OK);
    assert_near(feature_area(&t.area, 0), TEST_PI, 0.01); /* 4 degrees a step: 0.08 % too small */
    drop(src, &t);
}

static void lines_are_read_part_by_part(void **state)
{
    static const struct sample_row row[] = {{"LINESTRING (0 0, 3 4)", "a"},
                                            {"MULTILINESTRING ((0 0, 1 0), (5 5, 6 6, 7 7))", "b"},
                                            {"POLYGON ((0 0, 1 0, 1 1, 0 0))", "c"},
                                            {NULL, "d"}};
    struct bj_source_spec spec = {0};
    struct bj_source *src;
    struct bj_table t;

    (void)state;
    spec.path = make_layer(support_tmpdir(), "a.gpkg", "GPKG", 4527, wkbUnknown, 4, row);
    read_all(&spec, BJ_WANT_LINES, &src, &t);
    check_arrays(&t.area);
    assert_int_equal(t.area.n_polygons, 3);
    assert_int_equal(t.area.poly_start[1], 1);
    assert_int_equal(t.area.poly_start[2], 3);
    assert_int_equal(t.area.n_points, 7);
    assert_true(t.area.x[1] == 3 && t.area.y[1] == 4);
    assert_int_equal(t.state[1], BJ_ROW_OK);
    assert_int_equal(t.state[2], BJ_ROW_WRONG);
    assert_int_equal(t.state[3], BJ_ROW_EMPTY);
    drop(src, &t);
}

static void the_union_counts_every_place_once(void **state)
{
    static const struct sample_row row[] = {{"POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))", "a"},
                                            {"POLYGON ((1 1, 3 1, 3 3, 1 3, 1 1))", "b"},
                                            {"POLYGON ((10 0, 11 0, 11 1, 10 1, 10 0))", "c"},
                                            {"POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))", "a again"}};
    struct bj_source *src;
    struct bj_table t;
    struct bj_polygons all = {0}, none = {0}, out = {0};

    (void)state;
    read_areas(4, row, &src, &t);
    assert_ok(bj_polygons_union(ctx, &t.area, &all));
    check_arrays(&all);
    assert_int_equal(all.n_features, 1);
    assert_int_equal(all.n_polygons, 2);
    assert_near(feature_area(&all, 0), 8, 1e-12);
    assert_ok(bj_polygons_union(ctx, &none, &out));
    assert_int_equal(out.n_polygons, 0);
    check_arrays(&out);
    bj_polygons_release(ctx, &out);
    t.area.x[0] = NAN;
    assert_fails(bj_polygons_union(ctx, &t.area, &out), BJ_EGEOM, "finite");
    bj_polygons_release(ctx, &all);
    drop(src, &t);
}

/* ---- layers of a data source -------------------------------------------- */

static void missing_and_foreign_files_are_one_sentence(void **state)
{
    const char *dir = support_tmpdir();
    struct bj_source_spec spec = {.path = support_path(dir, "none.shp")};
    struct bj_source *src = NULL;

    (void)state;
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EIO, "none.shp' does not exist");
    spec.path = support_path(dir, "none.gpkg");
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EIO, "none.gpkg' does not exist");
    spec.path = support_write(dir, "text.gpkg", "this is no GeoPackage");
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EIO, "text.gpkg' cannot be opened");
    spec.path = support_write(dir, "a.zip", "PK");
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EIO, "/vsizip/");
    spec.path = dir;
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EIO, "cannot be opened");
    spec.path = "";
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "no path");
    assert_null(src);
}

static void one_of_several_layers_must_be_named(void **state)
{
    static const char *const name[] = {"county", "villages", "clinics"};
    static const OGRwkbGeometryType type[] = {wkbMultiPolygon, wkbPoint, wkbPoint};
    const char *path = support_path(support_tmpdir(), "a.gpkg");
    struct bj_source_spec spec = {.path = path};
    struct bj_source *src = NULL;
    GDALDatasetH ds;

    (void)state;
    GDALAllRegister();
    ds = GDALCreate(GDALGetDriverByName("GPKG"), path, 0, 0, 0, GDT_Unknown, NULL);
    for (int i = 0; i < 3; i++)
        assert_non_null(GDALDatasetCreateLayer(ds, name[i], NULL, type[i], NULL));
    GDALClose(ds);
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "county, villages, clinics");
    spec.prefer = BJ_WANT_POINTS;
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "name one with layer:");
    spec.prefer = BJ_WANT_AREAS;
    assert_ok(bj_source_open(ctx, &spec, &src));
    assert_string_equal(bj_source_info(src)->layer, "county");
    bj_source_close(src);
    src = NULL;
    spec.layer = "villages";
    assert_ok(bj_source_open(ctx, &spec, &src));
    assert_string_equal(bj_source_info(src)->layer, "villages");
    bj_source_close(src);
    src = NULL;
    spec.layer = "village";
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "no layer 'village'; it has: county");
    assert_null(src);
}

static void a_folder_of_shapefiles_has_each_as_a_layer(void **state)
{
    static const char *const name[] = {"N"}, *const value[] = {"\xC0\xEE\xBC\xD2", "b"};
    static const int width[] = {4};
    struct raw_table one = {0, NULL, 1, name, width, 1, value, NULL};
    struct raw_table two = {0, NULL, 1, name, width, 2, value, NULL};
    const char *dir = support_tmpdir();
    struct bj_source_spec spec = {.path = dir, .layer = "one"};
    struct bj_source *src;
    struct bj_table t;

    (void)state;
    raw_shapefile(dir, "one", &one);
    raw_shapefile(dir, "two", &two);
    read_all(&spec, BJ_WANT_POINTS, &src, &t);
    assert_int_equal(t.n, 1);
    assert_string_equal(t.column[0].text[0], "李家");
    drop(src, &t);
}

static void osm_files_are_read_layer_by_layer(void **state)
{
    const char *path = BANJING_SOURCE_DIR "/../shared/data/ngazidja/ngazidja.osm.pbf";
    struct bj_source_spec spec = {
        .path = path, .layer = "multipolygons", .where = "admin_level='4'"};
    struct bj_source *src;
    struct bj_table t;
    struct stat sb;

    (void)state;
    if (stat(path, &sb)) {
        print_message("no %s\n", path);
        skip();
    }
    read_all(&spec, BJ_WANT_AREAS, &src, &t);
    assert_int_equal(t.n, 1);
    assert_int_equal(t.state[0], BJ_ROW_OK);
    assert_true(feature_area(&t.area, 0) > 0.08 && feature_area(&t.area, 0) < 0.1); /* degrees² */
    drop(src, &t);
    spec.layer = "lines";
    spec.where = "highway IS NOT NULL";
    read_all(&spec, BJ_WANT_LINES, &src, &t);
    assert_true(t.n > 1000);
    assert_int_equal(t.row[t.n - 1], t.n);
    drop(src, &t);
    spec.where = "no_such_key = 'x'";
    src = NULL;
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "no_such_key");
    spec.layer = NULL;
    spec.where = NULL;
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "points, lines, multilinestrings");
}

/* MapInfo without a character set gives raw bytes as well. */
static void raw_text_of_other_formats_is_decoded(void **state)
{
    const char *dir = support_tmpdir();
    struct bj_source_spec spec = {0};
    struct bj_source *src;
    struct bj_table t;

    (void)state;
    support_write(dir, "a.mid", "\"\xC0\xEE\xBC\xD2\xD7\xAF\xB4\xE5\"\n");
    spec.path = support_write(dir, "a.mif",
                              "Version 300\nCharset \"Neutral\"\nDelimiter \",\"\n"
                              "CoordSys Earth Projection 1, 104\nColumns 1\n  \xB4\xE5\xC3\xFB "
                              "Char(20)\nData\nPoint 102.75 24.29\n");
    read_all(&spec, BJ_WANT_POINTS, &src, &t);
    assert_string_equal(bj_source_info(src)->encoding, "GB18030");
    assert_string_equal(bj_source_info(src)->field[0].name, "村名");
    assert_string_equal(t.column[0].text[0], "李家庄村");
    drop(src, &t);
}

/* ---- files cut short ---------------------------------------------------- */

static void cut_to(const char *path, long size)
{
    assert_int_equal(truncate(path, size), 0);
}

static void files_cut_short_are_refused_with_file_and_row(void **state)
{
    static const char *const name[] = {"N"}, *const value[] = {"a", "b", "c", "d"};
    static const int width[] = {9};
    struct raw_table raw = {0, NULL, 1, name, width, 4, value, NULL};
    struct bj_source *src = NULL;
    static const struct {
        const char *file;
        long size;
        const char *said;
    } cut[] = {
        {"a.shp", 100 + 28 * 2 + 5, "a.shp' is cut short: it ends within row 3"},
        {"a.shp", 100, "a.shp' is cut short: it ends within row 1"},
        {"a.shp", 40, "a.shp' is cut short"},
        {"a.shx", 100 + 8 * 3 + 2, "a.shx' is cut short: it ends within row 4"},
        {"a.shx", 10, "a.shx' is cut short"},
        {"a.dbf", 65 + 10 * 1 + 9, "a.dbf' is cut short: it ends within row 2"},
        {"a.dbf", 65 + 10 * 3, "a.dbf' is cut short: it ends within row 4"},
        {"a.dbf", 40, "a.dbf' is cut short"},
        {"a.dbf", 0, "a.dbf"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
        const char *dir = support_tmpdir();
        struct bj_source_spec spec = {.path = raw_shapefile(dir, "a", &raw)};

        cut_to(support_path(dir, cut[i].file), cut[i].size);
        assert_fails(bj_source_open(ctx, &spec, &src), BJ_EIO, cut[i].said);
        assert_null(src);
    }
}

static void a_dbf_without_its_end_mark_is_whole(void **state)
{
    static const char *const name[] = {"N"}, *const value[] = {"a", "b"};
    static const int width[] = {9};
    struct raw_table raw = {0, NULL, 1, name, width, 2, value, NULL};
    const char *dir = support_tmpdir();
    struct bj_source_spec spec = {.path = raw_shapefile(dir, "a", &raw)};
    struct bj_source *src;
    struct bj_table t;

    (void)state;
    cut_to(support_path(dir, "a.dbf"), 65 + 10 * 2);
    read_all(&spec, BJ_WANT_POINTS, &src, &t);
    assert_int_equal(t.n, 2);
    drop(src, &t);
}

static void files_that_do_not_belong_together_are_refused(void **state)
{
    static const char *const name[] = {"N"}, *const value[] = {"a", "b", "c"};
    static const int width[] = {9};
    struct raw_table three = {0, NULL, 1, name, width, 3, value, NULL};
    struct raw_table two = {0, NULL, 1, name, width, 2, value, NULL};
    const char *dir = support_tmpdir();
    struct bj_source_spec spec = {.path = raw_shapefile(dir, "a", &three)};
    struct bj_source *src = NULL;

    (void)state;
    raw_dbf(dir, "a", &two);
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EIO, "has 3 rows but");
    assert_int_equal(unlink(support_path(dir, "a.shx")), 0);
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EIO, "a.shx");
}

static void other_formats_cut_short_are_refused(void **state)
{
    static const char *const file[] = {"a.gpkg", "a.fgb", "a.geojson"};
    static const char *const driver[] = {"GPKG", "FlatGeobuf", "GeoJSON"};
    enum { N = 3000 };
    struct sample_row *row = calloc(N, sizeof(*row));

    (void)state;
    for (int i = 0; i < N; i++)
        row[i] = (struct sample_row){"POINT (102.75 24.29)", "a village with a rather long name"};
    for (int i = 0; i < 3; i++) {
        struct bj_source_spec spec = {0};
        struct bj_column_spec column = {0, 0};
        struct bj_source *src = NULL;
        struct bj_table t = {0};
        struct stat sb;
        enum bj_status st;

        spec.path = make_layer(support_tmpdir(), file[i], driver[i], 4326, wkbPoint, N, row);
        assert_int_equal(stat(spec.path, &sb), 0);
        cut_to(spec.path, (long)sb.st_size * 6 / 10);
        st = bj_source_open(ctx, &spec, &src);
        if (!st)
            st = bj_source_read(ctx, src, BJ_WANT_POINTS, 1, &column, &t);
        if (st != BJ_EIO)
            fail_msg("%s: status %d, %zu rows", file[i], (int)st, t.n);
        assert_non_null(strstr(bj_ctx_message(ctx), file[i]));
        assert_int_equal(t.n, 0);
        bj_source_close(src);
    }
    free(row);
}

/* ---- size, stopping, memory --------------------------------------------- */

static int count_calls(void *udata, const char *stage, double done)
{
    int *n = udata;

    assert_string_equal(stage, "reading a.shp");
    assert_true(done > 0 && done <= 1);
    return ++*n == 2;
}

static void reading_reports_progress_and_can_be_stopped(void **state)
{
    enum { N = 120000 };
    static const char *const name[] = {"N"};
    static const int width[] = {1};
    const char **value = calloc(N, sizeof(*value));
    struct raw_table raw = {0, NULL, 1, name, width, N, value, NULL};
    struct bj_source_spec spec = {0};
    struct bj_source *src;
    struct bj_table t;
    int calls = 0;

    (void)state;
    for (int i = 0; i < N; i++)
        value[i] = "a";
    spec.path = raw_shapefile(support_tmpdir(), "a", &raw);
    free(value);
    read_all(&spec, BJ_WANT_POINTS, &src, &t);
    assert_int_equal(t.n, N);
    assert_true(t.x[N - 1] == N - 1);
    bj_table_release(ctx, &t);
    bj_ctx_set_progress(ctx, count_calls, &calls);
    assert_fails(bj_source_read(ctx, src, BJ_WANT_POINTS, 0, NULL, &t), BJ_ECANCEL, NULL);
    bj_ctx_set_progress(ctx, NULL, NULL);
    assert_int_equal(calls, 2);
    assert_int_equal(t.n, 0);
    bj_source_close(src);
}

static void a_column_that_is_not_there_is_a_bug_of_the_caller(void **state)
{
    static const struct sample_row row[] = {{"POINT (0 0)", "a"}};
    struct bj_source_spec spec = {0};
    struct bj_column_spec column = {5, 0};
    struct bj_source *src = NULL;
    struct bj_table t = {0};

    (void)state;
    spec.path = make_layer(support_tmpdir(), "a.gpkg", "GPKG", 4490, wkbPoint, 1, row);
    assert_ok(bj_source_open(ctx, &spec, &src));
    assert_fails(bj_source_read(ctx, src, BJ_WANT_POINTS, 1, &column, &t), BJ_EARG, "number 5");
    bj_source_close(src);
}

static enum bj_status read_once(struct bj_ctx *c, void *arg)
{
    const struct bj_column_spec columns[] = {{0, 0}, {0, 1}};
    struct bj_source_spec spec = {.path = arg};
    struct bj_source *src = NULL;
    struct bj_table t = {0};
    struct bj_polygons merged = {0};
    enum bj_status st = bj_source_open(c, &spec, &src);

    if (!st)
        st = bj_source_read(c, src, BJ_WANT_AREAS, 2, columns, &t);
    if (!st)
        st = bj_polygons_union(c, &t.area, &merged);
    bj_polygons_release(c, &merged);
    bj_table_release(c, &t);
    bj_source_close(src);
    return st;
}

static void every_allocation_may_fail(void **state)
{
    static const struct sample_row row[] = {{"POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))", "大村"},
                                            {"POLYGON ((5 0, 6 0, 6 1, 5 1, 5 0))", "7"}};
    char path[512];

    (void)state;
    snprintf(path, sizeof(path), "%s",
             make_layer(support_tmpdir(), "a.gpkg", "GPKG", 4490, wkbPolygon, 2, row));
    assert_true(support_torture(read_once, path) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_gives_the_same_points),
        cmocka_unit_test(coordinates_are_read_bit_for_bit_even_when_not_finite),
        cmocka_unit_test(a_missing_prj_leaves_the_crs_open),
        cmocka_unit_test(an_empty_layer_has_no_rows),
        cmocka_unit_test(codes_and_numbers_keep_every_digit),
        cmocka_unit_test(row_numbers_stay_under_a_condition),
        cmocka_unit_test(a_bad_condition_is_one_sentence),
        cmocka_unit_test(points_stand_for_areas_and_lines),
        cmocka_unit_test(areas_come_valid),
        cmocka_unit_test(what_is_no_area_is_said_and_never_crashes),
        cmocka_unit_test(areas_with_coordinates_that_are_not_finite_are_wrong),
        cmocka_unit_test(arcs_become_lines),
        cmocka_unit_test(lines_are_read_part_by_part),
        cmocka_unit_test(the_union_counts_every_place_once),
        cmocka_unit_test(missing_and_foreign_files_are_one_sentence),
        cmocka_unit_test(one_of_several_layers_must_be_named),
        cmocka_unit_test(a_folder_of_shapefiles_has_each_as_a_layer),
        cmocka_unit_test(osm_files_are_read_layer_by_layer),
        cmocka_unit_test(raw_text_of_other_formats_is_decoded),
        cmocka_unit_test(files_cut_short_are_refused_with_file_and_row),
        cmocka_unit_test(a_dbf_without_its_end_mark_is_whole),
        cmocka_unit_test(files_that_do_not_belong_together_are_refused),
        cmocka_unit_test(other_formats_cut_short_are_refused),
        cmocka_unit_test(reading_reports_progress_and_can_be_stopped),
        cmocka_unit_test(a_column_that_is_not_there_is_a_bug_of_the_caller),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
