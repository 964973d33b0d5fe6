/* Point in polygon and distance to the edges, against a slow twin and hand-drawn shapes. */
#include "support.h"

#include "banjing/study.h"

/* A bj_polygons in fixed arrays, made ring by ring. */
struct drawing {
    struct bj_polygons p;
    size_t poly[64], ring[256], point[1024];
    double x[8192], y[8192];
};

static void draw_begin(struct drawing *d)
{
    memset(d, 0, sizeof(*d));
    d->p.ring_start = d->ring;
    d->p.point_start = d->point;
    d->p.x = d->x;
    d->p.y = d->y;
}

static void draw_ring(struct drawing *d, bool new_polygon, size_t n, const double *xy)
{
    if (new_polygon)
        d->p.n_polygons++;
    for (size_t i = 0; i <= n; i++) { /* closed */
        d->x[d->p.n_points] = xy[2 * (i % n)];
        d->y[d->p.n_points++] = xy[2 * (i % n) + 1];
    }
    d->p.n_rings++;
    d->ring[d->p.n_polygons] = d->p.n_rings;
    d->point[d->p.n_rings] = d->p.n_points;
}

static const double square[] = {0, 0, 10, 0, 10, 10, 0, 10};
static const double hole[] = {4, 4, 4, 6, 6, 6, 6, 4};
static const double right_of_it[] = {10, 0, 20, 0, 20, 10, 10, 10};

static void a_hole_is_outside_and_its_edge_inside(void **state)
{
    struct drawing d;
    struct bj_locator *l = NULL;

    (void)state;
    draw_begin(&d);
    draw_ring(&d, true, 4, square);
    draw_ring(&d, false, 4, hole);
    assert_ok(bj_locator_new(ctx, &d.p, &l));
    assert_int_equal(bj_locator_find(l, 1, 1), 0);
    assert_int_equal(bj_locator_find(l, 5, 5), -1);
    assert_int_equal(bj_locator_find(l, 4, 5), 0);
    assert_int_equal(bj_locator_find(l, 6, 6), 0);
    assert_int_equal(bj_locator_find(l, 0, 0), 0);
    assert_int_equal(bj_locator_find(l, 10, 10), 0);
    assert_int_equal(bj_locator_find(l, 5, 10), 0);
    assert_int_equal(bj_locator_find(l, 10.0001, 5), -1);
    assert_int_equal(bj_locator_find(l, NAN, 5), -1);
    bj_locator_free(l);
}

static void a_common_edge_belongs_to_the_lower_index(void **state)
{
    struct drawing d;
    struct bj_locator *l = NULL;

    (void)state;
    draw_begin(&d);
    draw_ring(&d, true, 4, square);
    draw_ring(&d, true, 4, right_of_it);
    assert_ok(bj_locator_new(ctx, &d.p, &l));
    assert_int_equal(bj_locator_find(l, 10, 3), 0);
    assert_int_equal(bj_locator_find(l, 10.5, 3), 1);
    assert_int_equal(bj_locator_find(l, 20, 10), 1);
    bj_locator_free(l);
}

static void grouped_polygons_give_their_feature(void **state)
{
    struct drawing d;
    struct bj_locator *l = NULL;

    (void)state;
    draw_begin(&d);
    draw_ring(&d, true, 4, hole);
    draw_ring(&d, true, 4, (const double[]){100, 0, 110, 0, 110, 10, 100, 10});
    draw_ring(&d, true, 4, right_of_it);
    d.p.poly_start = d.poly;
    d.p.n_features = 3; /* the first has no polygon, the second has two */
    d.poly[1] = 0;
    d.poly[2] = 2;
    d.poly[3] = 3;
    assert_ok(bj_locator_new(ctx, &d.p, &l));
    assert_int_equal(bj_locator_find(l, 5, 5), 1);
    assert_int_equal(bj_locator_find(l, 105, 5), 1);
    assert_int_equal(bj_locator_find(l, 15, 5), 2);
    bj_locator_free(l);
}

static void nothing_holds_no_point(void **state)
{
    struct bj_polygons none = {0};
    struct bj_locator *l = NULL;

    (void)state;
    assert_ok(bj_locator_new(ctx, &none, &l));
    assert_int_equal(bj_locator_find(l, 0, 0), -1);
    assert_true(isinf(bj_locator_distance(l, 0, 0, INFINITY)));
    bj_locator_free(l);
}

static void distance_is_to_the_nearest_edge_up_to_a_limit(void **state)
{
    struct drawing d;
    struct bj_locator *l = NULL;

    (void)state;
    draw_begin(&d);
    draw_ring(&d, true, 4, square);
    assert_ok(bj_locator_new(ctx, &d.p, &l));
    assert_near(bj_locator_distance(l, 13, 14, INFINITY), 5, 1e-12);
    assert_near(bj_locator_distance(l, 13, 14, 5), 5, 1e-12);
    assert_true(isinf(bj_locator_distance(l, 13, 14, 4.999)));
    assert_near(bj_locator_distance(l, 5, 3, 50), 3, 1e-12);
    assert_near(bj_locator_distance(l, 5, -1e6, INFINITY), 1e6, 1e-6);
    assert_true(bj_locator_distance(l, 10, 7, 50) == 0);
    assert_true(isinf(bj_locator_distance(l, NAN, 7, 50)));
    bj_locator_free(l);
}

/* ---- slow twin ------------------------------------------------------------ */

/* Winding number of a polygon's rings, an edge being inside; another method on purpose. */
static bool twin_inside(const struct bj_polygons *p, size_t polygon, double x, double y)
{
    bool inside = false;

    for (size_t r = p->ring_start[polygon]; r < p->ring_start[polygon + 1]; r++) {
        double turn = 0;

        for (size_t i = p->point_start[r]; i + 1 < p->point_start[r + 1]; i++) {
            double ax = p->x[i] - x, ay = p->y[i] - y, bx = p->x[i + 1] - x, by = p->y[i + 1] - y;

            turn += atan2(ax * by - ay * bx, ax * bx + ay * by);
        }
        if (fabs(turn) > TEST_PI)
            inside = !inside;
    }
    return inside;
}

static double twin_distance(const struct bj_polygons *p, double x, double y)
{
    double best = INFINITY;

    for (size_t r = 0; r < p->n_rings; r++)
        for (size_t i = p->point_start[r]; i + 1 < p->point_start[r + 1]; i++) {
            double dx = p->x[i + 1] - p->x[i], dy = p->y[i + 1] - p->y[i];
            double t = ((x - p->x[i]) * dx + (y - p->y[i]) * dy) / (dx * dx + dy * dy);

            t = fmax(0, fmin(1, t));
            best = fmin(best, hypot(p->x[i] + t * dx - x, p->y[i] + t * dy - y));
        }
    return best;
}

/* A star-shaped ring of n points around (cx, cy), radius low..high. */
static void draw_star(struct drawing *d, struct support_random *r, bool new_polygon, size_t n,
                      double cx, double cy, double low, double high)
{
    double xy[2 * 1000];

    for (size_t i = 0; i < n; i++) {
        double a = 2 * TEST_PI * (double)i / (double)n, k = support_uniform(r, low, high);

        xy[2 * i] = cx + k * cos(a);
        xy[2 * i + 1] = cy + k * sin(a);
    }
    draw_ring(d, new_polygon, n, xy);
}

static void random_points_agree_with_the_slow_twin(void **state)
{
    static struct drawing d;
    struct support_random r;
    struct bj_locator *l = NULL;
    size_t inside = 0;

    (void)state;
    support_seed(&r, 20261122);
    draw_begin(&d);
    for (int i = 0; i < 6; i++) {
        draw_star(&d, &r, true, 700, 2500 * i, 300 * i, 500, 1000);
        draw_star(&d, &r, false, 150, 2500 * i, 300 * i, 100, 400);
    }
    assert_ok(bj_locator_new(ctx, &d.p, &l));
    for (int i = 0; i < 4000; i++) {
        double x = support_uniform(&r, -1500, 14000), y = support_uniform(&r, -1500, 3000);
        double near = twin_distance(&d.p, x, y), limit = support_uniform(&r, 0, 800);
        int64_t want = -1;

        for (size_t k = 0; want < 0 && k < d.p.n_polygons; k++)
            if (twin_inside(&d.p, k, x, y))
                want = (int64_t)k;
        inside += want >= 0;
        assert_int_equal(bj_locator_find(l, x, y), want);
        assert_near(bj_locator_distance(l, x, y, INFINITY), near, 1e-9);
        if (near < limit)
            assert_near(bj_locator_distance(l, x, y, limit), near, 1e-9);
        else
            assert_true(isinf(bj_locator_distance(l, x, y, limit)));
    }
    assert_true(inside > 400 && inside < 3600);
    bj_locator_free(l);
}

/* Long thin polygons touch every slab: the lists must not grow with their square. */
static void many_tall_edges_stay_small(void **state)
{
    static struct drawing d;
    struct bj_locator *l = NULL;

    (void)state;
    draw_begin(&d);
    for (int i = 0; i < 60; i++)
        draw_ring(&d, true, 4,
                  (const double[]){2 * i, 0, 2 * i + 1, 0, 2 * i + 1, 1e6, 2 * i, 1e6});
    assert_ok(bj_locator_new(ctx, &d.p, &l));
    for (int i = 0; i < 60; i++) {
        assert_int_equal(bj_locator_find(l, 2 * i + 0.5, 654321), i);
        assert_int_equal(bj_locator_find(l, 2 * i + 1.5, 654321), -1);
    }
    bj_locator_free(l);
}

static enum bj_status build_twice(struct bj_ctx *c, void *arg)
{
    struct bj_locator *l = NULL;
    enum bj_status st = bj_locator_new(c, arg, &l);

    bj_locator_free(l);
    return st;
}

static void running_out_of_memory_leaks_nothing(void **state)
{
    struct drawing d;

    (void)state;
    draw_begin(&d);
    draw_ring(&d, true, 4, square);
    assert_true(support_torture(build_twice, &d.p) >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hole_is_outside_and_its_edge_inside),
        cmocka_unit_test(a_common_edge_belongs_to_the_lower_index),
        cmocka_unit_test(grouped_polygons_give_their_feature),
        cmocka_unit_test(nothing_holds_no_point),
        cmocka_unit_test(distance_is_to_the_nearest_edge_up_to_a_limit),
        cmocka_unit_test(random_points_agree_with_the_slow_twin),
        cmocka_unit_test(many_tall_edges_stay_small),
        cmocka_unit_test(running_out_of_memory_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
