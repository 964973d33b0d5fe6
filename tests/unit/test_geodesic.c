#include "support.h"

#include "banjing/crs.h"

#include <geodesic.h>

static struct geod_geodesic ellipsoid(void)
{
    struct geod_geodesic g;

    geod_init(&g, 6378137, 1 / 298.257222101);
    return g;
}

static double slow_area_m2(size_t n, const double *lon, const double *lat)
{
    struct geod_geodesic g = ellipsoid();
    double area_m2;

    geod_polygonarea(&g, (double *)lat, (double *)lon, (int)n, &area_m2, NULL);
    return area_m2;
}

/* ---- distance ------------------------------------------------------------ */

/* Along the equator a geodesic is an arc of radius a. */
static void a_degree_of_the_equator(void **state)
{
    double one_m = 6378137 * TEST_PI / 180;

    (void)state;
    assert_near(bj_geodesic_m(115, 0, 116, 0), one_m, 1e-8);
    assert_near(bj_geodesic_m(179.5, 0, -179.5, 0), one_m, 1e-8);
    assert_int_equal(bj_geodesic_mm(115, 0, 116, 0), llround(one_m * 1000));
}

/* The rectifying radius's series: pi/2 a / (1 + n) (1 + n^2/4 + n^4/64 + ...). */
static void the_quarter_meridian_has_its_length(void **state)
{
    double f = 1 / 298.257222101, n = f / (2 - f), n2 = n * n;
    double quarter_m = TEST_PI / 2 * 6378137 / (1 + n) * (1 + n2 / 4 + n2 * n2 / 64);

    (void)state;
    assert_near(quarter_m, 10001965.729, 1e-3);
    assert_near(bj_geodesic_m(117, 0, 117, 90), quarter_m, 1e-8);
    assert_int_equal(bj_geodesic_mm(117, 0, 117, 90), 10001965729);
}

static void millimetres_are_rounded_to_the_nearest(void **state)
{
    struct support_random r;

    (void)state;
    support_seed(&r, 1);
    for (int i = 0; i < 1000; i++) {
        double lon = support_uniform(&r, 73, 135), lat = support_uniform(&r, 18, 54), lon2, lat2;
        double d_m = floor(support_uniform(&r, 0, 20000)) + 0.0004;

        bj_geodesic_direct(lon, lat, support_uniform(&r, -180, 360), d_m, &lon2, &lat2);
        assert_int_equal(bj_geodesic_mm(lon, lat, lon2, lat2), (int64_t)floor(d_m) * 1000);
        assert_int_equal(bj_geodesic_mm(lon2, lat2, lon, lat), (int64_t)floor(d_m) * 1000);
    }
}

static void the_same_point_is_no_distance_away(void **state)
{
    (void)state;
    assert_int_equal(bj_geodesic_mm(115.98, 36.45, 115.98, 36.45), 0);
    assert_true(bj_geodesic_m(115.98, 36.45, 115.98, 36.45) == 0);
    assert_true(isnan(bj_geodesic_m(NAN, 36.45, 115.98, 36.45)));
}

static void azimuth_is_clockwise_from_north(void **state)
{
    double lon, lat;

    (void)state;
    bj_geodesic_direct(117, 36, 0, 1000, &lon, &lat);
    assert_near(lon, 117, 1e-12);
    assert_true(lat > 36);
    bj_geodesic_direct(117, 36, 90, 1000, &lon, &lat);
    assert_true(lon > 117);
    assert_near(lat, 36, 1e-5);
}

/* ---- ring area ----------------------------------------------------------- */

/* A triangle with two long sides and one of length_m, of any direction. */
static void random_triangle(struct support_random *r, double length_m, double max_lat, double *lon,
                            double *lat)
{
    double azimuth = support_uniform(r, 0, 360);

    lon[0] = support_uniform(r, 73, 135);
    lat[0] = support_uniform(r, -max_lat, max_lat);
    bj_geodesic_direct(lon[0], lat[0], azimuth, length_m, &lon[1], &lat[1]);
    bj_geodesic_direct(lon[0], lat[0], azimuth + support_uniform(r, -120, 120),
                       length_m * support_uniform(r, 0.01, 1), &lon[2], &lat[2]);
}

/* 1e-3 m2 an edge: below, around and above the length where the method changes (3 km). */
static void triangles_of_any_size_agree_with_proj(void **state)
{
    static const double length_m[] = {1, 30, 300, 1000, 2000, 2990, 3010, 6000, 30000, 99000};
    struct support_random r;

    (void)state;
    support_seed(&r, 2);
    for (size_t k = 0; k < sizeof(length_m) / sizeof(*length_m); k++) {
        for (int i = 0; i < 3000; i++) {
            double lon[3], lat[3];

            random_triangle(&r, length_m[k], 72, lon, lat);
            assert_near(bj_geodesic_ring_area_m2(3, lon, lat), slow_area_m2(3, lon, lat), 3e-3);
        }
    }
}

/* Near the poles an edge spans many degrees, and PROJ's own sum keeps only 0.004 m2. */
static void triangles_of_the_arctic_agree_with_proj(void **state)
{
    struct support_random r;

    (void)state;
    support_seed(&r, 4);
    for (int i = 0; i < 3000; i++) {
        double lon[3], lat[3];

        random_triangle(&r, support_uniform(&r, 1, 20000), 89, lon, lat);
        assert_near(bj_geodesic_ring_area_m2(3, lon, lat), slow_area_m2(3, lon, lat), 0.02);
    }
}

/* North-south and east-west edges, where a formula over longitude could break. */
static void quadrangles_of_the_grid_agree_with_proj(void **state)
{
    (void)state;
    for (int lat0 = -80; lat0 <= 80; lat0 += 5) {
        for (double step = 1e-4; step < 1; step *= 10) {
            double lon[] = {117, 117 + step, 117 + step, 117};
            double lat[] = {lat0, lat0, lat0 + step, lat0 + step};

            assert_near(bj_geodesic_ring_area_m2(4, lon, lat), slow_area_m2(4, lon, lat), 4e-3);
        }
    }
}

/* Cutting an edge at points of its own geodesic changes no area, but every way of computing. */
static void cutting_edges_changes_nothing(void **state)
{
    enum { N = 400 }; /* pieces of 150 m */
    static double lon[3 * N], lat[3 * N];
    struct geod_geodesic g = ellipsoid();
    double a_lon[] = {115.5, 116.1, 115.9}, a_lat[] = {36.2, 36.3, 36.7};

    (void)state;
    for (int e = 0; e < 3; e++) {
        struct geod_geodesicline line;
        int f = (e + 1) % 3;

        geod_inverseline(&line, &g, a_lat[e], a_lon[e], a_lat[f], a_lon[f], 0);
        for (int i = 0; i < N; i++)
            geod_position(&line, line.s13 * i / N, &lat[e * N + i], &lon[e * N + i], NULL);
    }
    assert_near(bj_geodesic_ring_area_m2(3 * N, lon, lat), slow_area_m2(3, a_lon, a_lat), 2e-2);
    assert_near(bj_geodesic_ring_area_m2(3, a_lon, a_lat), slow_area_m2(3, a_lon, a_lat), 3e-3);
}

/* Total area of GRS 1980: 510 065 621.724 km2. */
static void an_octant_is_an_eighth_of_the_earth(void **state)
{
    double lon[] = {0, 90, 0}, lat[] = {0, 0, 90};

    (void)state;
    assert_near(bj_geodesic_ring_area_m2(3, lon, lat), 510065621.724e6 / 8, 1e3);
}

static void direction_gives_the_sign(void **state)
{
    double lon[] = {117, 117.01, 117.01, 117}, lat[] = {36, 36, 36.01, 36.01};
    double back_lon[] = {117, 117.01, 117.01, 117}, back_lat[] = {36.01, 36.01, 36, 36};
    double area_m2 = bj_geodesic_ring_area_m2(4, lon, lat);

    (void)state;
    assert_near(area_m2, 901.2 * 1109.7, 1500); /* side lengths by hand */
    assert_near(bj_geodesic_ring_area_m2(4, back_lon, back_lat), -area_m2, 1e-6);
}

static void a_closing_vertex_changes_nothing(void **state)
{
    double lon[] = {117, 117.3, 117.1, 117}, lat[] = {36, 36.1, 36.4, 36};

    (void)state;
    assert_true(bj_geodesic_ring_area_m2(3, lon, lat) == bj_geodesic_ring_area_m2(4, lon, lat));
}

static void rings_without_inside_have_no_area(void **state)
{
    double lon[] = {117, 117.1, 117}, lat[] = {36, 36.1, 36};

    (void)state;
    assert_true(bj_geodesic_ring_area_m2(0, NULL, NULL) == 0);
    assert_true(bj_geodesic_ring_area_m2(2, lon, lat) == 0);
    assert_near(bj_geodesic_ring_area_m2(3, lon, lat), 0, 1e-6);
}

static void the_date_line_is_no_edge(void **state)
{
    double lon[] = {179.99, -179.99, -179.99, 179.99}, lat[] = {-17, -17, -16.98, -16.98};
    double shifted[] = {116.99, 117.01, 117.01, 116.99};

    (void)state;
    assert_near(bj_geodesic_ring_area_m2(4, lon, lat), bj_geodesic_ring_area_m2(4, shifted, lat),
                1e-3);
}

static void a_ring_around_the_pole_holds_the_pole(void **state)
{
    double lon[] = {0, 120, -120}, lat[] = {80, 80, 80};

    (void)state;
    assert_near(bj_geodesic_ring_area_m2(3, lon, lat), slow_area_m2(3, lon, lat), 1);
    assert_true(bj_geodesic_ring_area_m2(3, lon, lat) > 1e12);
}

/* A county of 40 000 edges, 60 km across: the sum must not lose what the edges have. */
static void a_whole_county_agrees_with_proj(void **state)
{
    enum { N = 40000 };
    double *lon = malloc(N * sizeof(*lon)), *lat = malloc(N * sizeof(*lat)), area_m2;
    struct support_random r;

    (void)state;
    assert_non_null(lon);
    assert_non_null(lat);
    support_seed(&r, 3);
    for (int i = 0; i < N; i++) {
        double t = 2 * TEST_PI * i / N,
               d_m = 30000 * (1 + 0.1 * sin(7 * t)) + support_uniform(&r, -3, 3);

        bj_geodesic_direct(115.98, 36.45, 90 - t * 180 / TEST_PI, d_m, &lon[i], &lat[i]);
    }
    area_m2 = bj_geodesic_ring_area_m2(N, lon, lat);
    assert_near(area_m2, slow_area_m2(N, lon, lat), 0.05);
    /* Of the plane: pi r^2 (1 + 0.1^2 / 2); the earth's curvature takes r^2 / 12 R^2 of it. */
    assert_near(area_m2 / (TEST_PI * 9e8 * 1.005), 1, 1e-5);
    free(lon);
    free(lat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_degree_of_the_equator),
        cmocka_unit_test(the_quarter_meridian_has_its_length),
        cmocka_unit_test(millimetres_are_rounded_to_the_nearest),
        cmocka_unit_test(the_same_point_is_no_distance_away),
        cmocka_unit_test(azimuth_is_clockwise_from_north),
        cmocka_unit_test(triangles_of_any_size_agree_with_proj),
        cmocka_unit_test(triangles_of_the_arctic_agree_with_proj),
        cmocka_unit_test(quadrangles_of_the_grid_agree_with_proj),
        cmocka_unit_test(cutting_edges_changes_nothing),
        cmocka_unit_test(an_octant_is_an_eighth_of_the_earth),
        cmocka_unit_test(direction_gives_the_sign),
        cmocka_unit_test(a_closing_vertex_changes_nothing),
        cmocka_unit_test(rings_without_inside_have_no_area),
        cmocka_unit_test(the_date_line_is_no_edge),
        cmocka_unit_test(a_ring_around_the_pole_holds_the_pole),
        cmocka_unit_test(a_whole_county_agrees_with_proj),
    };

    return cmocka_run_group_tests_name("geodesic", tests, support_setup, support_teardown);
}
