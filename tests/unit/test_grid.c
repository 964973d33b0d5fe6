/* Rasters of people: cells of GeoTIFFs that the test writes, and what a study makes of them. */
#include "support.h"

#include "banjing/layer.h"
#include "banjing/study.h"

#include <gdal.h>

static char dir[300];

#define WGS84                                                                                      \
    "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563]],"            \
    "PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433],AUTHORITY[\"EPSG\",\"4326\"]]"

/* Writes dir/name: `width` by `height` cells; t or wkt NULL leaves them out. */
static const char *write_tiff(const char *name, int width, int height, GDALDataType type,
                              const double *value, const double *t, const char *wkt,
                              const double *no_data)
{
    const char *path = support_path(dir, name);
    double frame[6];
    GDALDatasetH ds;

    GDALAllRegister();
    ds = GDALCreate(GDALGetDriverByName("GTiff"), path, width, height, 1, type, NULL);
    assert_non_null(ds);
    if (t) {
        memcpy(frame, t, sizeof(frame));
        assert_int_equal(GDALSetGeoTransform(ds, frame), CE_None);
    }
    if (wkt)
        assert_int_equal(GDALSetProjection(ds, wkt), CE_None);
    if (no_data)
        GDALSetRasterNoDataValue(GDALGetRasterBand(ds, 1), *no_data);
    assert_int_equal(GDALRasterIO(GDALGetRasterBand(ds, 1), GF_Write, 0, 0, width, height,
                                  (void *)(uintptr_t)value, width, height, GDT_Float64, 0, 0),
                     CE_None);
    GDALClose(ds);
    return path;
}

static const double everywhere[4] = {-1e9, -1e9, 1e9, 1e9};

static void centres_follow_a_turned_geotransform(void **state)
{
    const double t[6] = {100, 2, 0.5, 50, 0.25, -4}, v[6] = {1, 0, 2.5, 4, 8, NAN};
    struct bj_grid *g = NULL;
    struct bj_cells c = {0};

    (void)state;
    assert_ok(bj_grid_open(ctx, write_tiff("turned.tif", 3, 2, GDT_Float64, v, t, WGS84, NULL),
                           NULL, &g));
    assert_int_equal(bj_grid_info(g)->n_rows, 2);
    assert_int_equal(bj_grid_info(g)->n_columns, 3);
    assert_string_equal(bj_grid_info(g)->driver, "GTiff");
    assert_ok(bj_grid_read(g, everywhere, 4, &c));
    assert_int_equal(c.n, 4);
    /* Row 0, column 2: 100 + 2.5 * 2 + 0.5 * 0.5, 50 + 2.5 * 0.25 - 0.5 * 4. */
    assert_int_equal(c.row[1], 0);
    assert_int_equal(c.column[1], 2);
    assert_near(c.value[1], 2.5, 0);
    assert_near(c.x[1], 105.25, 1e-12);
    assert_near(c.y[1], 48.625, 1e-12);
    /* Row 1, column 0: 100 + 0.5 * 2 + 1.5 * 0.5, 50 + 0.5 * 0.25 - 1.5 * 4. */
    assert_near(c.x[2], 101.75, 1e-12);
    assert_near(c.y[2], 44.125, 1e-12);
    assert_near(c.sum, 15.5, 1e-12);
    assert_near(c.sum_outside, 0, 0);
    bj_cells_release(ctx, &c);
    bj_grid_close(g);
}

static void no_data_of_a_float_raster_is_nobody(void **state)
{
    const double t[6] = {0, 1, 0, 3, 0, -1}, no_data = -3.4e38;
    const double v[3] = {-3.4e38, 7, -1};
    struct bj_grid *g = NULL;
    struct bj_cells c = {0};

    (void)state;
    assert_ok(bj_grid_open(ctx, write_tiff("float.tif", 1, 3, GDT_Float32, v, t, WGS84, &no_data),
                           NULL, &g));
    assert_ok(bj_grid_read(g, everywhere, 10, &c));
    assert_int_equal(c.n, 1);
    assert_int_equal(c.n_negative, 1);
    assert_near(c.sum, 7, 0);
    bj_cells_release(ctx, &c);
    bj_grid_close(g);
}

static void cells_outside_the_box_are_only_added_up(void **state)
{
    const double t[6] = {0, 1, 0, 1, 0, -1}, v[4] = {1, 2, 4, 8}, box[4] = {1, 0, 3, 1};
    struct bj_grid *g = NULL;
    struct bj_cells c = {0};

    (void)state;
    assert_ok(
        bj_grid_open(ctx, write_tiff("box.tif", 4, 1, GDT_Byte, v, t, WGS84, NULL), NULL, &g));
    assert_fails(bj_grid_read(g, box, 1, &c), BJ_EDATA, "more than 1 cells");
    assert_int_equal(c.n, 0);
    assert_ok(bj_grid_read(g, box, 2, &c));
    assert_int_equal(c.n, 2);
    assert_near(c.sum, 6, 0);
    assert_int_equal(c.n_outside, 2);
    assert_near(c.sum_outside, 9, 0);
    bj_cells_release(ctx, &c);
    bj_grid_close(g);
}

static void rasters_without_a_place_are_refused(void **state)
{
    const double t[6] = {0, 1, 0, 1, 0, -1}, v[1] = {1};
    struct bj_grid *g = NULL;
    const char *path = write_tiff("nocrs.tif", 1, 1, GDT_Byte, v, t, NULL, NULL);

    (void)state;
    assert_fails(bj_grid_open(ctx, path, NULL, &g), BJ_ECRS, "crs:");
    assert_ok(bj_grid_open(ctx, path, "EPSG:4490", &g));
    assert_string_equal(bj_grid_info(g)->crs, "EPSG:4490");
    bj_grid_close(g);
    g = NULL;
    assert_fails(bj_grid_open(ctx, write_tiff("nowhere.tif", 1, 1, GDT_Byte, v, NULL, WGS84, NULL),
                              NULL, &g),
                 BJ_EDATA, "geotransform");
    assert_fails(bj_grid_open(ctx, support_path(dir, "none.tif"), NULL, &g), BJ_EIO, "none.tif");
    assert_fails(bj_grid_open(ctx, support_write(dir, "text.tif", "no raster"), NULL, &g), BJ_EIO,
                 "text.tif");
    assert_null(g);
}

/* ---- in a study ------------------------------------------------------------- */

#define SQUARE(x0, x1)                                                                             \
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[" x0 ",36.2],[" x1 ",36.2],[" x1        \
    ",36.6],[" x0 ",36.6],[" x0 ",36.2]]]}}"

static const char the_case[] = "county: {code: '1'}\n"
                               "boundary: {path: boundary.geojson}\n"
                               "townships: {path: townships.geojson}\n"
                               "population: {path: people.tif}\n";

/* 4 by 4 cells of 0.2 degree; the boundary holds the centres of the middle four. The first
 * three are no data, nobody, and below 0; cell k (from 1) else has k + 0.25 people. */
static void write_county(void)
{
    const double t[6] = {115.6, 0.2, 0, 36.8, 0, -0.2}, no_data = -9;
    double v[16];

    for (int k = 0; k < 16; k++)
        v[k] = k + 1.25;
    v[0] = no_data;
    v[1] = 0;
    v[2] = -1;
    write_tiff("people.tif", 4, 4, GDT_Float32, v, t, WGS84, &no_data);
    support_write(dir, "boundary.geojson",
                  "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
                  "\"properties\":{}," SQUARE("115.8", "116.2") "]}");
    support_write(dir, "townships.geojson",
                  "{\"type\":\"FeatureCollection\",\"features\":["
                  "{\"type\":\"Feature\",\"properties\":{\"name\":\"西城街道\"}," SQUARE(
                      "115.8", "116.0") ",{\"type\":\"Feature\",\"properties\":{\"name\":"
                                        "\"东关镇\"}," SQUARE("116.0", "116.2") "]}");
}

static enum bj_status read_and_free(struct bj_ctx *c, void *arg)
{
    struct bj_case *k = NULL;
    struct bj_study *s = NULL;
    enum bj_status st = bj_case_read(c, arg, &k);

    if (st == BJ_OK)
        st = bj_study_read(c, k, 0, &s);
    bj_study_free(s);
    bj_case_free(k);
    return st;
}

static void cells_within_the_boundary_are_demand_and_the_others_one_ledger_row(void **state)
{
    static const double people[4] = {6.25, 7.25, 10.25, 11.25};
    static const char *const code[4] = {"2,2", "2,3", "3,2", "3,3"};
    struct bj_case *k = NULL;
    struct bj_study *s = NULL;
    const struct bj_input *in;

    (void)state;
    write_county();
    assert_ok(bj_case_read(ctx, support_write(dir, "case.yaml", the_case), &k));
    assert_ok(bj_study_read(ctx, k, 0, &s));
    assert_int_equal(s->population.n, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(s->population.code[i], code[i]);
        assert_near(s->population.population[i], people[i], 0);
        assert_near(s->population.lon_deg[i], i % 2 ? 116.1 : 115.9, 1e-9);
        assert_near(s->population.lat_deg[i], i < 2 ? 36.5 : 36.3, 1e-9);
        assert_string_equal(s->population.township[i], i % 2 ? "东关镇" : "西城街道");
        assert_int_equal(s->population.urban[i], i % 2 ? BJ_URBAN_NO : BJ_URBAN_YES);
    }
    assert_int_equal(s->population.row[3], 11);
    /* 13 cells from 4.25 to 16.25: 133.25 people, 35 of them within. */
    in = &s->input[s->population.input[0]];
    assert_string_equal(in->role, "population");
    assert_string_equal(in->crs, "EPSG:4326");
    assert_int_equal(in->rows, 13);
    assert_int_equal(in->used, 4);
    assert_near(in->population, 133.25, 1e-9);
    assert_int_equal(s->n_ledger, 1);
    assert_int_equal(s->ledger[0].fate, BJ_FATE_OUTSIDE_COUNTY);
    assert_near(s->ledger[0].population, 98.25, 1e-9);
    assert_int_equal(s->ledger[0].n_more, 8);
    assert_int_equal(s->n_notes, 1);
    assert_string_equal(s->note[0].code, "negative_cells");
    bj_study_free(s);
    bj_case_free(k);
}

static void running_out_of_memory_leaks_nothing(void **state)
{
    char path[400];

    (void)state;
    write_county();
    snprintf(path, sizeof(path), "%s", support_write(dir, "case.yaml", the_case));
    assert_true(support_torture(read_and_free, path) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(centres_follow_a_turned_geotransform),
        cmocka_unit_test(no_data_of_a_float_raster_is_nobody),
        cmocka_unit_test(cells_outside_the_box_are_only_added_up),
        cmocka_unit_test(rasters_without_a_place_are_refused),
        cmocka_unit_test(cells_within_the_boundary_are_demand_and_the_others_one_ledger_row),
        cmocka_unit_test(running_out_of_memory_leaks_nothing),
    };

    snprintf(dir, sizeof(dir), "%s", support_tmpdir());
    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
