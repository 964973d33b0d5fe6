#include "cases.h"
#include "map_datums.h"

#include "banjing/crs.h"

#define GCJ BJ_DATUM_GCJ02
#define BD  BJ_DATUM_BD09
#define WGS BJ_DATUM_WGS84

/* One in the 17th digit of a longitude; "the same digits" allows two. */
#define SAME_DIGITS_DEG 3e-14

static void check(enum bj_datum from, enum bj_datum to, const double *a, const double *b,
                  double tol_deg, double tol_m)
{
    double lon = a[0], lat = a[1];

    bj_datum_shift(from, to, 1, &lon, &lat);
    if (tol_m > 0) {
        assert_near(bj_geodesic_m(lon, lat, b[0], b[1]), 0, tol_m);
    } else {
        assert_near(lon, b[0], tol_deg);
        assert_near(lat, b[1], tol_deg);
    }
}

static void vector_holds(const char *line)
{
    char from[8];
    double v[6], tol_m;

    assert_int_equal(
        sscanf(line, "%7s %lf %lf %lf %lf %lf %lf", from, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5]),
        7);
    tol_m = from[0] == 'D' ? 1.0 : 0;
    check(WGS, GCJ, v, v + 2, SAME_DIGITS_DEG, tol_m);
    check(BJ_DATUM_CGCS2000, GCJ, v, v + 2, SAME_DIGITS_DEG, tol_m);
    check(WGS, BD, v, v + 4, SAME_DIGITS_DEG, tol_m);
    /* Service data carry 7 digits: 0.02 m between its own GCJ-02 and BD-09. */
    check(GCJ, BD, v + 2, v + 4, SAME_DIGITS_DEG, tol_m > 0 ? 0.02 : 0);
    check(BD, GCJ, v + 4, v + 2, 1e-10, tol_m > 0 ? 0.02 : 0);
    check(GCJ, WGS, v + 2, v, 1e-10, tol_m);
    check(BD, WGS, v + 4, v, 2e-10, tol_m);
    check(BD, BJ_DATUM_CGCS2000, v + 4, v, 2e-10, tol_m);
}

static void published_vectors_hold(void **state)
{
    (void)state;
    cases_each("shift.txt", 11, vector_holds);
}

/* coordtransform's published answer is the one-step inverse 2 g - F(g). */
static void one_step_inverse_of_gcj_is_the_published_one(void **state)
{
    double lon = 116.404, lat = 39.915;

    (void)state;
    bj_datum_shift(WGS, GCJ, 1, &lon, &lat);
    assert_near(2 * 116.404 - lon, 116.39775550083061, SAME_DIGITS_DEG);
    assert_near(2 * 39.915 - lat, 39.91359571849836, SAME_DIGITS_DEG);
    lon = 116.404, lat = 39.915;
    bj_datum_shift(GCJ, WGS, 1, &lon, &lat);
    assert_near(bj_geodesic_m(lon, lat, 116.39775550083061, 39.91359571849836), 0, 4.8);
}

static void one_step_inverse_of_bd_is_near_the_exact_one(void **state)
{
    double lon = 116.404, lat = 39.915;
    struct spot back;

    (void)state;
    bj_datum_shift(BD, GCJ, 1, &lon, &lat);
    assert_near(bj_geodesic_m(lon, lat, 116.39762729119315, 39.90865673957631), 0, 0.23);
    back = bd09_of_gcj02((struct spot){lon, lat});
    assert_near(back.lon, 116.404, 1e-10);
    assert_near(back.lat, 39.915, 1e-10);
}

static void forward_equals_the_plain_formula(void **state)
{
    struct support_random r;

    (void)state;
    support_seed(&r, 53);
    for (size_t i = 0; i < 50000; i++) {
        double p[2] = {support_uniform(&r, 73.5, 135.1), support_uniform(&r, 18, 53.6)};
        struct spot gcj = gcj02((struct spot){p[0], p[1]}), bd = bd09_of_gcj02(gcj);
        double g[2] = {gcj.lon, gcj.lat}, b[2] = {bd.lon, bd.lat};

        check(WGS, GCJ, p, g, 1.2e-13, 0); /* 0.01 um: four in the last bit of a longitude */
        check(GCJ, BD, g, b, 1.2e-13, 0);
    }
}

static double round_trip_m(enum bj_datum datum, const double *lon, const double *lat, size_t n)
{
    double *x = malloc(n * sizeof(*x)), *y = malloc(n * sizeof(*y)), worst_m = 0;

    assert_non_null(x);
    assert_non_null(y);
    memcpy(x, lon, n * sizeof(*x));
    memcpy(y, lat, n * sizeof(*y));
    bj_datum_shift(WGS, datum, n, x, y);
    bj_datum_shift(datum, WGS, n, x, y);
    for (size_t i = 0; i < n; i++) {
        double east_m = (x[i] - lon[i]) * 111320, north_m = (y[i] - lat[i]) * 111320;

        assert_true(isfinite(x[i]) && isfinite(y[i]));
        worst_m = fmax(worst_m, hypot(east_m, north_m));
    }
    free(x);
    free(y);
    return worst_m;
}

/* Issue D: a million points. */
static void round_trips_are_under_a_micrometre_over_china(void **state)
{
    size_t n = 1000000;
    double *lon = malloc(n * sizeof(*lon)), *lat = malloc(n * sizeof(*lat));
    struct support_random r;

    (void)state;
    assert_non_null(lon);
    assert_non_null(lat);
    support_seed(&r, 54);
    for (size_t i = 0; i < n; i++) {
        lon[i] = support_uniform(&r, 73.5, 135.1);
        lat[i] = support_uniform(&r, 18, 53.6);
    }
    assert_near(round_trip_m(GCJ, lon, lat, n), 0, 1e-6);
    assert_near(round_trip_m(BD, lon, lat, n), 0, 1e-6);
    free(lon);
    free(lat);
}

/* sqrt|lon - 105| has an endless slope at 105 E, where a round gains little. */
static void round_trips_hold_at_105_degrees(void **state)
{
    double lon[64], lat[64];

    (void)state;
    for (int i = 0; i < 32; i++) {
        lon[i] = 105 + pow(10, -i / 2.0);
        lon[32 + i] = 105 - pow(10, -i / 2.0);
        lat[i] = lat[32 + i] = 30 + i * 0.1;
    }
    lon[31] = 105;
    assert_near(round_trip_m(GCJ, lon, lat, 64), 0, 1e-6);
    assert_near(round_trip_m(BD, lon, lat, 64), 0, 1e-6);
}

/* 18-716 m over the box (domain facts 5.3). */
static void offsets_have_the_known_size(void **state)
{
    struct support_random r;
    double least_m = HUGE_VAL, most_m = 0;

    (void)state;
    support_seed(&r, 55);
    for (int i = 0; i < 50000; i++) {
        double lon = support_uniform(&r, 73.6, 134.8), lat = support_uniform(&r, 18, 53.6);
        double x = lon, y = lat, d_m;

        bj_datum_shift(WGS, GCJ, 1, &x, &y);
        d_m = bj_geodesic_m(lon, lat, x, y);
        least_m = fmin(least_m, d_m);
        most_m = fmax(most_m, d_m);
    }
    assert_true(least_m > 17 && least_m < 60);
    assert_true(most_m > 690 && most_m < 717);
}

static void equal_datums_change_nothing(void **state)
{
    double lon = 116.404, lat = 39.915;

    (void)state;
    bj_datum_shift(WGS, BJ_DATUM_CGCS2000, 1, &lon, &lat);
    bj_datum_shift(BJ_DATUM_CGCS2000, WGS, 1, &lon, &lat);
    bj_datum_shift(GCJ, GCJ, 1, &lon, &lat);
    bj_datum_shift(BD, BD, 1, &lon, &lat);
    assert_true(lon == 116.404 && lat == 39.915);
}

static void what_is_no_place_becomes_nan(void **state)
{
    double lon[] = {NAN, 116, INFINITY, 500000, 116, 0}, lat[] = {39, NAN, 39, 4000000, 91, 90};

    (void)state;
    for (int way = 0; way < 3; way++) {
        double x[5], y[5];

        memcpy(x, lon, sizeof(x));
        memcpy(y, lat, sizeof(y));
        bj_datum_shift(way == 0 ? WGS : way == 1 ? GCJ : BD, way == 0 ? BD : WGS, 5, x, y);
        for (int i = 0; i < 5; i++)
            assert_true(isnan(x[i]) && isnan(y[i]));
    }
}

/* At the pole the east shift is endless: the call must end all the same. */
static void inverse_ends_near_the_poles(void **state)
{
    double lon[] = {116, 116, -60}, lat[] = {90, 89.9999, -89.999999};

    (void)state;
    bj_datum_shift(BD, WGS, 3, lon, lat);
    for (int i = 0; i < 3; i++)
        assert_true(isnan(lon[i]) == isnan(lat[i]));
}

static void the_box_of_china_is_that_of_the_facts(void **state)
{
    (void)state;
    assert_true(bj_datum_in_china(115.98, 36.45));
    assert_true(bj_datum_in_china(73.5, 18) && bj_datum_in_china(135.1, 53.6));
    assert_false(bj_datum_in_china(73.4, 36) || bj_datum_in_china(135.2, 36));
    assert_false(bj_datum_in_china(110, 17.9) || bj_datum_in_china(110, 53.7));
    assert_false(bj_datum_in_china(43.3, -11.7)); /* Ngazidja */
    assert_false(bj_datum_in_china(NAN, 36) || bj_datum_in_china(36.45, 115.98));
}

static void datum_names_are_in_the_order_of_the_enum(void **state)
{
    (void)state;
    assert_string_equal(bj_datum_names[BJ_DATUM_CGCS2000], "cgcs2000");
    assert_string_equal(bj_datum_names[BJ_DATUM_WGS84], "wgs84");
    assert_string_equal(bj_datum_names[BJ_DATUM_GCJ02], "gcj02");
    assert_string_equal(bj_datum_names[BJ_DATUM_BD09], "bd09");
    assert_null(bj_datum_names[4]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors_hold),
        cmocka_unit_test(one_step_inverse_of_gcj_is_the_published_one),
        cmocka_unit_test(one_step_inverse_of_bd_is_near_the_exact_one),
        cmocka_unit_test(forward_equals_the_plain_formula),
        cmocka_unit_test(round_trips_are_under_a_micrometre_over_china),
        cmocka_unit_test(round_trips_hold_at_105_degrees),
        cmocka_unit_test(offsets_have_the_known_size),
        cmocka_unit_test(equal_datums_change_nothing),
        cmocka_unit_test(what_is_no_place_becomes_nan),
        cmocka_unit_test(inverse_ends_near_the_poles),
        cmocka_unit_test(the_box_of_china_is_that_of_the_facts),
        cmocka_unit_test(datum_names_are_in_the_order_of_the_enum),
    };

    return cmocka_run_group_tests_name("shift", tests, support_setup, support_teardown);
}
