/* bj_nearest_find() against comparing all pairs by geod, and where that is hardest: ties,
 * coincident points, half millimetres, the other side of the Earth. */
#include "nearest_twin.h"
#include "reach/reach_int.h"

struct world {
    struct bj_geopoints demand, facility;
    double *dx, *dy, *fx, *fy;
    uint32_t *order;
    unsigned char *neighbour;
};

static struct world world_new(size_t n_demand, size_t n_facility)
{
    struct world w;

    w.dx = calloc(n_demand + 1, sizeof(double));
    w.dy = calloc(n_demand + 1, sizeof(double));
    w.fx = calloc(n_facility + 1, sizeof(double));
    w.fy = calloc(n_facility + 1, sizeof(double));
    w.order = calloc(n_facility + 1, sizeof(*w.order));
    w.neighbour = calloc(n_facility + 1, 1);
    assert_true(w.dx && w.dy && w.fx && w.fy && w.order && w.neighbour);
    for (size_t i = 0; i < n_facility; i++)
        w.order[i] = (uint32_t)i;
    w.demand = (struct bj_geopoints){n_demand, w.dx, w.dy};
    w.facility = (struct bj_geopoints){n_facility, w.fx, w.fy};
    return w;
}

static void world_free(struct world *w)
{
    free(w->dx);
    free(w->dy);
    free(w->fx);
    free(w->fy);
    free(w->order);
    free(w->neighbour);
}

/* Points spread over a disc of radius_m, many near its middle. */
static void scatter(struct support_random *r, double lon, double lat, double radius_m, size_t n,
                    double *x, double *y)
{
    for (size_t i = 0; i < n; i++)
        bj_geodesic_direct(lon, lat, support_uniform(r, 0, 360), support_uniform(r, 0, radius_m),
                           &x[i], &y[i]);
}

static void shuffle_order(struct support_random *r, struct world *w)
{
    for (size_t i = w->facility.n; i > 1; i--) {
        size_t j = (size_t)support_uniform(r, 0, (double)i);
        uint32_t t = w->order[i - 1];

        w->order[i - 1] = w->order[j];
        w->order[j] = t;
    }
}

static void mark_neighbours(struct support_random *r, struct world *w, double share)
{
    for (size_t i = 0; i < w->facility.n; i++)
        w->neighbour[i] = support_uniform(r, 0, 1) < share;
}

static void assert_same_as_twin(const struct world *w)
{
    struct bj_nearest got = {0};

    assert_ok(bj_nearest_find(ctx, &w->demand, &w->facility, w->order, w->neighbour, &got));
    assert_int_equal(got.n, w->demand.n);
    assert_int_equal(twin_differences(&w->demand, &w->facility, w->order, w->neighbour, &got, 1),
                     0);
    bj_nearest_release(ctx, &got);
}

/* ---- small -------------------------------------------------------------- */

static void no_facility_gives_none(void **state)
{
    struct world w = world_new(3, 0);
    struct bj_nearest got = {0};

    (void)state;
    assert_ok(bj_nearest_find(ctx, &w.demand, &w.facility, NULL, NULL, &got));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(got.any[i], -1);
        assert_int_equal(got.own[i], -1);
        assert_int_equal(got.any_mm[i], -1);
        assert_int_equal(got.own_mm[i], -1);
    }
    bj_nearest_release(ctx, &got);
    world_free(&w);
}

static void no_demand_gives_no_rows(void **state)
{
    struct world w = world_new(0, 2);
    struct bj_nearest got = {0};

    (void)state;
    assert_ok(bj_nearest_find(ctx, &w.demand, &w.facility, NULL, NULL, &got));
    assert_int_equal(got.n, 0);
    bj_nearest_release(ctx, &got);
    world_free(&w);
}

/* A quarter of the equator is a pi / 2 = 10,018,754.171 m. */
static void one_facility_serves_all(void **state)
{
    struct world w = world_new(2, 1);
    struct bj_nearest got = {0};

    (void)state;
    w.dx[1] = 90;
    assert_ok(bj_nearest_find(ctx, &w.demand, &w.facility, NULL, NULL, &got));
    assert_int_equal(got.any[0], 0);
    assert_int_equal(got.any_mm[0], 0);
    assert_int_equal(got.any_mm[1], 10018754171);
    assert_int_equal(got.own_mm[1], 10018754171);
    bj_nearest_release(ctx, &got);
    world_free(&w);
}

static void only_neighbours_leave_own_empty(void **state)
{
    struct world w = world_new(1, 2);
    struct bj_nearest got = {0};

    (void)state;
    w.fx[1] = 0.01;
    w.neighbour[0] = w.neighbour[1] = 7; /* any value but 0 */
    assert_ok(bj_nearest_find(ctx, &w.demand, &w.facility, NULL, w.neighbour, &got));
    assert_int_equal(got.any[0], 0);
    assert_int_equal(got.own[0], -1);
    assert_int_equal(got.own_mm[0], -1);
    bj_nearest_release(ctx, &got);
    world_free(&w);
}

static void a_nearer_neighbour_does_not_hide_the_own_one(void **state)
{
    struct world w = world_new(1, 2);
    struct bj_nearest got = {0};

    (void)state;
    bj_geodesic_direct(0, 0, 30, 900, &w.fx[0], &w.fy[0]);
    bj_geodesic_direct(0, 0, 200, 1200, &w.fx[1], &w.fy[1]);
    w.neighbour[0] = 1;
    assert_ok(bj_nearest_find(ctx, &w.demand, &w.facility, NULL, w.neighbour, &got));
    assert_int_equal(got.any[0], 0);
    assert_int_equal(got.any_mm[0], 900000);
    assert_int_equal(got.own[0], 1);
    assert_int_equal(got.own_mm[0], 1200000);
    bj_nearest_release(ctx, &got);
    world_free(&w);
}

static void a_place_off_the_earth_is_refused(void **state)
{
    const double bad[][2] = {{NAN, 0}, {0, NAN}, {INFINITY, 0}, {0, 90.0001}, {0, -91}, {360.5, 0}};
    struct world w = world_new(2, 2);
    struct bj_nearest got = {.n = 77};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        w.dx[1] = bad[i][0];
        w.dy[1] = bad[i][1];
        assert_fails(bj_nearest_find(ctx, &w.demand, &w.facility, NULL, NULL, &got), BJ_EARG,
                     "demand point 1");
        w.dx[1] = w.dy[1] = 0;
        w.fx[1] = bad[i][0];
        w.fy[1] = bad[i][1];
        assert_fails(bj_nearest_find(ctx, &w.demand, &w.facility, NULL, NULL, &got), BJ_EARG,
                     "facility 1");
        w.fx[1] = w.fy[1] = 0;
    }
    assert_int_equal(got.n, 77); /* left as it was */
    world_free(&w);
}

/* ---- twins -------------------------------------------------------------- */

static void random_counties_equal_the_twin(void **state)
{
    /* Liaocheng, the equator, both poles, the date line, the far south, a big county. */
    const double at[][3] = {{115.98, 36.45, 40e3}, {30, 0, 30e3},      {0, 90, 60e3},
                            {45, -90, 20e3},       {180, 52, 50e3},    {-70, -54, 25e3},
                            {100, 32, 400e3},      {-179.99, 0, 30e3}, {116, 36, 300}};

    (void)state;
    for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
        struct support_random r;
        struct world w = i == 0 ? world_new(1000, 600) : world_new(400, 250);

        print_message("county %zu, seed %zu\n", i, 1000 + i);
        support_seed(&r, 1000 + i);
        scatter(&r, at[i][0], at[i][1], at[i][2], w.demand.n, w.dx, w.dy);
        scatter(&r, at[i][0], at[i][1], at[i][2], w.facility.n, w.fx, w.fy);
        shuffle_order(&r, &w);
        mark_neighbours(&r, &w, 0.3);
        assert_same_as_twin(&w);
        world_free(&w);
    }
}

static void the_whole_earth_equals_the_twin(void **state)
{
    struct support_random r;
    struct world w = world_new(300, 300);

    (void)state;
    print_message("seed 7\n");
    support_seed(&r, 7);
    for (size_t i = 0; i < 300; i++) {
        w.dx[i] = support_uniform(&r, -180, 180);
        w.dy[i] = support_uniform(&r, -90, 90);
        w.fx[i] = support_uniform(&r, 0, 360);
        w.fy[i] = support_uniform(&r, -90, 90);
    }
    mark_neighbours(&r, &w, 0.97); /* own ones are few and far */
    assert_same_as_twin(&w);
    world_free(&w);
}

/* Facilities close together and demand 100 km to 19,990 km away: bounds hardly tell them apart. */
static void far_facilities_equal_the_twin(void **state)
{
    const double away_m[] = {100e3, 700e3, 3000e3, 7900e3, 12500e3, 19990e3};

    (void)state;
    for (size_t i = 0; i < sizeof(away_m) / sizeof(*away_m); i++) {
        struct support_random r;
        struct world w = world_new(60, 200);
        double x, y;

        print_message("%g km, seed %zu\n", away_m[i] / 1e3, 50 + i);
        support_seed(&r, 50 + i);
        bj_geodesic_direct(115.98, 36.45, 200, away_m[i], &x, &y);
        scatter(&r, 115.98, 36.45, 10e3, w.facility.n, w.fx, w.fy);
        scatter(&r, x, y, 10e3, w.demand.n, w.dx, w.dy);
        mark_neighbours(&r, &w, 0.5);
        assert_same_as_twin(&w);
        world_free(&w);
    }
}

static void demand_opposite_a_facility_equals_the_twin(void **state)
{
    struct support_random r;
    struct world w = world_new(40, 50);

    (void)state;
    support_seed(&r, 5);
    scatter(&r, 20, 10, 30e3, w.facility.n, w.fx, w.fy);
    scatter(&r, -160, -10, 60e3, w.demand.n, w.dx, w.dy);
    assert_same_as_twin(&w);
    world_free(&w);
}

/* ---- ties --------------------------------------------------------------- */

/* Demand on the equator and on a meridian midway between facilities placed as mirror images:
 * geod gives both the same bits, the code decides. */
static void mirror_images_go_by_rank(void **state)
{
    struct world w = world_new(2, 4);
    struct bj_nearest got = {0};

    (void)state;
    w.fx[0] = w.fx[1] = w.fx[2] = w.fx[3] = 0.02;
    w.fx[1] = w.fx[3] = -0.02;
    w.fy[2] = w.fy[3] = -0.01;
    w.fy[0] = w.fy[1] = 0.01;
    w.dy[1] = 0.005;
    for (uint32_t i = 0; i < 4; i++)
        w.order[i] = 3 - i;
    assert_ok(bj_nearest_find(ctx, &w.demand, &w.facility, w.order, NULL, &got));
    assert_int_equal(got.any[0], 3);
    assert_int_equal(got.any[1], 1);
    bj_nearest_release(ctx, &got);
    assert_ok(bj_nearest_find(ctx, &w.demand, &w.facility, NULL, NULL, &got));
    assert_int_equal(got.any[0], 0);
    assert_int_equal(got.any[1], 0);
    bj_nearest_release(ctx, &got);
    world_free(&w);
}

/* A nearer facility by 0.4 mm that rounds to the same millimetre loses to the lower code. */
static void equal_millimetres_go_by_rank(void **state)
{
    struct world w = world_new(1, 2);
    struct bj_nearest got = {0};

    (void)state;
    for (double d = 100; d < 3e6; d *= 3) {
        bj_geodesic_direct(0, 0, 77, d + 0.0003, &w.fx[0], &w.fy[0]);
        bj_geodesic_direct(0, 0, 190, d - 0.0001, &w.fx[1], &w.fy[1]);
        assert_int_equal(bj_geodesic_mm(0, 0, w.fx[0], w.fy[0]), llround(1000 * d));
        assert_int_equal(bj_geodesic_mm(0, 0, w.fx[1], w.fy[1]), llround(1000 * d));
        assert_ok(bj_nearest_find(ctx, &w.demand, &w.facility, NULL, NULL, &got));
        assert_int_equal(got.any[0], 0);
        assert_int_equal(got.any_mm[0], llround(1000 * d));
        bj_nearest_release(ctx, &got);
    }
    world_free(&w);
}

static void lattices_equal_the_twin(void **state)
{
    struct world w = world_new(21 * 21, 11 * 11);
    size_t n = 0;

    (void)state;
    for (int i = -10; i <= 10; i++)
        for (int j = -10; j <= 10; j++) {
            w.dx[n] = 0.01 * i;
            w.dy[n++] = 0.01 * j;
        }
    n = 0;
    for (int i = -5; i <= 5; i++)
        for (int j = -5; j <= 5; j++) {
            w.fx[n] = 0.02 * i;
            w.fy[n] = 0.02 * j;
            w.neighbour[n] = (i + j) % 3 == 0;
            w.order[n] = (uint32_t)((n * 50) % 121); /* 50 and 121 have no common factor */
            n++;
        }
    assert_same_as_twin(&w);
    world_free(&w);
}

/* Distances placed within 3e-6 mm of a half: only geod's own rounding is right. */
static void half_millimetres_round_as_geod(void **state)
{
    struct support_random r;
    struct world w = world_new(2000, 1);

    (void)state;
    print_message("seed 11\n");
    support_seed(&r, 11);
    w.fx[0] = 115.98;
    w.fy[0] = 36.45;
    for (size_t i = 0; i < w.demand.n; i++)
        bj_geodesic_direct(115.98, 36.45, support_uniform(&r, 0, 360),
                           floor(support_uniform(&r, 0, 60e3)) + 0.0005 +
                               support_uniform(&r, -3e-9, 3e-9),
                           &w.dx[i], &w.dy[i]);
    assert_same_as_twin(&w);
    world_free(&w);
}

/* 40,000 x 40,000 at one place: 1.6e9 pairs if points were not seen to coincide. */
static void many_rows_at_one_place_are_one_point(void **state)
{
    struct world w = world_new(40000, 40000);
    struct bj_nearest got = {0};

    (void)state;
    for (size_t i = 0; i < 40000; i++) {
        w.fx[i] = 116;
        w.fy[i] = 36;
        w.dx[i] = 116.001;
        w.dy[i] = 36;
        w.order[i] = (uint32_t)((i + 30000) % 40000); /* 10000 has rank 0 */
        w.neighbour[i] = i >= 10000 && i < 20000;     /* 20000 is the first own one */
    }
    assert_ok(bj_nearest_find(ctx, &w.demand, &w.facility, w.order, w.neighbour, &got));
    for (size_t i = 0; i < 40000; i += 999) {
        assert_int_equal(got.any[i], 10000);
        assert_int_equal(got.own[i], 20000);
        assert_int_equal(got.own_mm[i], got.any_mm[i]);
    }
    bj_nearest_release(ctx, &got);
    world_free(&w);
}

/* A hundred facilities within a micrometre: more rivals than a search keeps. */
static void more_rivals_than_fit_equal_the_twin(void **state)
{
    struct support_random r;
    struct world w = world_new(50, 400);

    (void)state;
    print_message("seed 13\n");
    support_seed(&r, 13);
    scatter(&r, 116, 36, 1e-6, 200, w.fx, w.fy);
    scatter(&r, 116, 36, 3000, 200, w.fx + 200, w.fy + 200);
    scatter(&r, 116, 36, 3000, w.demand.n, w.dx, w.dy);
    for (size_t i = 0; i < 100; i++) /* and a hundred on a circle around a village */
        bj_geodesic_direct(w.dx[0], w.dy[0], 3.6 * (double)i, 1.25, &w.fx[100 + i], &w.fy[100 + i]);
    shuffle_order(&r, &w);
    mark_neighbours(&r, &w, 0.2);
    assert_same_as_twin(&w);
    world_free(&w);
}

/* ---- the formula, threads, memory --------------------------------------- */

static void arc_formula_is_within_its_bound(void **state)
{
    struct support_random r;

    (void)state;
    print_message("seed 17\n");
    support_seed(&r, 17);
    for (double d = 0.5; d < 8e6; d *= 1.7)
        for (int i = 0; i < 1500; i++) {
            double lat = asin(support_uniform(&r, -1, 1)) * 180 / TEST_PI, x, y, error, got, want;

            if (i % 4 == 0)
                lat = 90 - support_uniform(&r, 0, 0.5);
            bj_geodesic_direct(0, lat, support_uniform(&r, 0, 360), d, &x, &y);
            want = bj_geodesic_m(0, lat, x, y);
            got = bj_arc_estimate_m(0, lat, x, y, &error);
            if (d < 50000)
                assert_true(error < 2e-6);
            assert_near(got, want, error / 2);
        }
}

static void threads_do_not_change_the_answer(void **state)
{
    struct support_random r;
    struct world w = world_new(9000, 30000);
    struct bj_nearest one = {0}, two = {0};

    (void)state;
    support_seed(&r, 19);
    scatter(&r, 115.98, 36.45, 60e3, w.demand.n, w.dx, w.dy);
    scatter(&r, 115.98, 36.45, 60e3, w.facility.n, w.fx, w.fy);
    mark_neighbours(&r, &w, 0.5);
    bj_ctx_set_threads(ctx, 1);
    assert_ok(bj_nearest_find(ctx, &w.demand, &w.facility, w.order, w.neighbour, &one));
    bj_ctx_set_threads(ctx, 3);
    assert_ok(bj_nearest_find(ctx, &w.demand, &w.facility, w.order, w.neighbour, &two));
    bj_ctx_set_threads(ctx, 1);
    assert_memory_equal(one.any, two.any, one.n * sizeof(*one.any));
    assert_memory_equal(one.own, two.own, one.n * sizeof(*one.own));
    assert_memory_equal(one.any_mm, two.any_mm, one.n * sizeof(*one.any_mm));
    assert_memory_equal(one.own_mm, two.own_mm, one.n * sizeof(*one.own_mm));
    assert_int_equal(twin_differences(&w.demand, &w.facility, w.order, w.neighbour, &one, 450), 0);
    bj_nearest_release(ctx, &two);
    bj_nearest_release(ctx, &one);
    world_free(&w);
}

static enum bj_status find_some(struct bj_ctx *c, void *arg)
{
    const struct world *w = arg;
    struct bj_nearest got = {0};
    enum bj_status st = bj_nearest_find(c, &w->demand, &w->facility, w->order, w->neighbour, &got);

    bj_nearest_release(c, &got);
    return st;
}

static void every_failed_allocation_is_survived(void **state)
{
    struct support_random r;
    struct world w = world_new(100, 100);

    (void)state;
    support_seed(&r, 23);
    scatter(&r, 115.98, 36.45, 20e3, w.demand.n, w.dx, w.dy);
    scatter(&r, 115.98, 36.45, 20e3, w.facility.n, w.fx, w.fy);
    w.neighbour[3] = 1;
    assert_true(support_torture(find_some, &w) >= 12);
    world_free(&w);
}

static int stop(void *udata, const char *stage, double done)
{
    (void)udata;
    (void)stage;
    (void)done;
    return 1;
}

static void a_search_can_be_stopped(void **state)
{
    struct world w = world_new(5000, 5);
    struct bj_nearest got = {0};

    (void)state;
    bj_ctx_set_progress(ctx, stop, NULL);
    assert_int_equal(bj_nearest_find(ctx, &w.demand, &w.facility, NULL, NULL, &got), BJ_ECANCEL);
    bj_ctx_set_progress(ctx, NULL, NULL);
    assert_null(got.any);
    world_free(&w);
}

/* ---- rank --------------------------------------------------------------- */

static void codes_rank_as_numbers_then_by_row(void **state)
{
    const char *code[] = {"10", "9", "0009", "9", "371502000000001", "1"};
    const uint32_t want[] = {4, 2, 1, 3, 5, 0};
    uint32_t order[6];

    (void)state;
    assert_ok(bj_facility_order(ctx, 6, code, order));
    for (int i = 0; i < 6; i++)
        assert_int_equal(order[i], want[i]);
}

static void missing_codes_rank_by_row(void **state)
{
    const char *code[] = {"", NULL, "b", "", "a"};
    const uint32_t want[] = {0, 1, 4, 2, 3};
    uint32_t order[5];

    (void)state;
    assert_ok(bj_facility_order(ctx, 5, code, order));
    for (int i = 0; i < 5; i++)
        assert_int_equal(order[i], want[i]);
    assert_ok(bj_facility_order(ctx, 0, NULL, order));
}

/* ---- deep --------------------------------------------------------------- */

/* Issue B's nation: 690,000 villages, 550,000 clinics, in clusters. */
static void a_nation_equals_the_twin(void **state)
{
    struct support_random r;
    struct world w;
    struct bj_nearest got = {0};

    (void)state;
    if (!getenv("BANJING_DEEP")) {
        print_message("nation: set BANJING_DEEP=1 to run it\n");
        skip();
    }
    w = world_new(690000, 550000);
    support_seed(&r, 29);
    for (size_t i = 0; i < w.demand.n; i++) {
        w.dx[i] = support_uniform(&r, 105, 120);
        w.dy[i] = support_uniform(&r, 26, 40);
    }
    for (size_t i = 0; i < w.facility.n; i++) {
        w.fx[i] = w.dx[i] + support_uniform(&r, -0.02, 0.02);
        w.fy[i] = w.dy[i] + support_uniform(&r, -0.02, 0.02);
    }
    bj_ctx_set_threads(ctx, 2);
    assert_ok(bj_nearest_find(ctx, &w.demand, &w.facility, NULL, NULL, &got));
    bj_ctx_set_threads(ctx, 1);
    assert_int_equal(twin_differences(&w.demand, &w.facility, NULL, NULL, &got, 997), 0);
    bj_nearest_release(ctx, &got);
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_facility_gives_none),
        cmocka_unit_test(no_demand_gives_no_rows),
        cmocka_unit_test(one_facility_serves_all),
        cmocka_unit_test(only_neighbours_leave_own_empty),
        cmocka_unit_test(a_nearer_neighbour_does_not_hide_the_own_one),
        cmocka_unit_test(a_place_off_the_earth_is_refused),
        cmocka_unit_test(random_counties_equal_the_twin),
        cmocka_unit_test(the_whole_earth_equals_the_twin),
        cmocka_unit_test(far_facilities_equal_the_twin),
        cmocka_unit_test(demand_opposite_a_facility_equals_the_twin),
        cmocka_unit_test(mirror_images_go_by_rank),
        cmocka_unit_test(equal_millimetres_go_by_rank),
        cmocka_unit_test(lattices_equal_the_twin),
        cmocka_unit_test(half_millimetres_round_as_geod),
        cmocka_unit_test(many_rows_at_one_place_are_one_point),
        cmocka_unit_test(more_rivals_than_fit_equal_the_twin),
        cmocka_unit_test(arc_formula_is_within_its_bound),
        cmocka_unit_test(threads_do_not_change_the_answer),
        cmocka_unit_test(every_failed_allocation_is_survived),
        cmocka_unit_test(a_search_can_be_stopped),
        cmocka_unit_test(codes_rank_as_numbers_then_by_row),
        cmocka_unit_test(missing_codes_rank_by_row),
        cmocka_unit_test(a_nation_equals_the_twin),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
