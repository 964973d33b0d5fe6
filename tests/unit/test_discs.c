/* The union of discs against closed forms and against GEOS. */
#include "cover/cover_int.h"

#include "disc_sets.h"
#include "geos_twin.h"

static struct disc_set set; /* too large for the stack */

/* Area that two discs share. */
static double lens(double r, double d)
{
    return d >= 2 * r ? 0 : 2 * r * r * acos(d / (2 * r)) - d / 2 * sqrt(4 * r * r - d * d);
}

static struct bj_discs *unite(const struct disc_set *s, double tolerance_m)
{
    struct bj_discs *d = NULL;

    assert_ok(bj_discs_union(ctx, s->n, s->x, s->y, s->r, tolerance_m, &d));
    assert_non_null(d);
    return d;
}

static double area_of(const struct disc_set *s)
{
    struct bj_discs *d = unite(s, 0.1);
    double area = bj_discs_area_m2(d);

    bj_discs_free(d);
    return area;
}

/* How deep a point lies in the union: > 0 inside, < 0 its distance outside. */
static double depth(const struct disc_set *s, double x, double y)
{
    double most = -INFINITY;

    for (size_t i = 0; i < s->n; i++)
        most = fmax(most, s->r[i] - hypot(x - s->x[i], y - s->y[i]));
    return most;
}

static double ring_area(const struct bj_polygons *p, size_t ring)
{
    size_t a = p->point_start[ring];

    return 0.5 * bj_cover_ring_area2(p->point_start[ring + 1] - a, p->x + a, p->y + a);
}

/* Closed rings, shells counter-clockwise, holes clockwise, polygons in the promised order. */
static void check_shape(const struct bj_polygons *p)
{
    double last_x = -INFINITY, last_y = -INFINITY;

    for (size_t i = 0; i < p->n_polygons; i++) {
        double x = INFINITY, y = INFINITY;

        for (size_t r = p->ring_start[i]; r < p->ring_start[i + 1]; r++) {
            size_t a = p->point_start[r], b = p->point_start[r + 1] - 1;

            assert_true(b - a >= 3 && p->x[a] == p->x[b] && p->y[a] == p->y[b]);
            assert_true((ring_area(p, r) > 0) == (r == p->ring_start[i]));
            for (size_t k = a; k < b; k++)
                if (p->y[k] < y || (p->y[k] == y && p->x[k] < x))
                    x = p->x[k], y = p->y[k];
        }
        assert_true(y > last_y || (y == last_y && x >= last_x));
        last_x = x;
        last_y = y;
    }
}

/* Is the point within tol of the union's border: of a circle whose point towards it no other disc
 * covers? (Ties grow by half a millimetre at most.) */
static int near_border(const struct disc_set *s, double x, double y, double tol)
{
    for (size_t i = 0; i < s->n; i++) {
        double dx = x - s->x[i], dy = y - s->y[i], r = s->r[i], d2 = dx * dx + dy * dy, d;

        if (d2 > (r + tol) * (r + tol) || (r > tol && d2 < (r - tol) * (r - tol)))
            continue;
        d = sqrt(d2);
        if (d > 0 && depth(s, s->x[i] + dx / d * r, s->y[i] + dy / d * r) < 5e-4)
            return 1;
    }
    return 0;
}

/* No vertex and no middle of a drawn edge strays from the union's border. */
static void check_tolerance(const struct disc_set *s, const struct bj_polygons *p,
                            double tolerance_m)
{
    for (size_t r = 0; r < p->n_rings; r++)
        for (size_t k = p->point_start[r]; k + 1 < p->point_start[r + 1]; k++) {
            double mx = 0.5 * (p->x[k] + p->x[k + 1]), my = 0.5 * (p->y[k] + p->y[k + 1]);

            assert_true(near_border(s, p->x[k], p->y[k], tolerance_m));
            assert_true(near_border(s, mx, my, tolerance_m));
        }
}

/* Everything that holds for every union; gives the drawn polygons as a GEOS geometry. */
static GEOSGeometry *check_union(const struct disc_set *s, double tolerance_m, double area_rel)
{
    struct bj_discs *d = unite(s, tolerance_m);
    struct bj_polygons p = {0};
    GEOSGeometry *drawn;
    double area = bj_discs_area_m2(d);

    assert_ok(bj_discs_polygons(ctx, d, &p));
    check_shape(&p);
    check_tolerance(s, &p, tolerance_m + 1e-3);
    drawn = twin_of(&p);
    assert_true(twin_valid(drawn));
    assert_near(twin_area(drawn), area, area_rel * area);
    assert_int_equal(d->n_by_geos, 0);
    bj_polygons_release(ctx, &p);
    bj_discs_free(d);
    return drawn;
}

static void check_alone(double area_rel)
{
    GEOSGeom_destroy_r(twin, check_union(&set, 0.1, area_rel));
}

/* ---- closed forms ------------------------------------------------------------------ */

static void no_disc_gives_an_empty_union(void **state)
{
    struct bj_polygons p = {0};
    struct bj_discs *d;

    (void)state;
    set.n = 0;
    d = unite(&set, 0.1);
    assert_true(bj_discs_area_m2(d) == 0);
    assert_int_equal(bj_discs_exposed(d), 0);
    assert_ok(bj_discs_polygons(ctx, d, &p));
    assert_int_equal(p.n_polygons, 0);
    bj_polygons_release(ctx, &p);
    bj_discs_free(d);
    bj_discs_free(NULL);
}

static void one_disc_has_its_area(void **state)
{
    (void)state;
    set.n = 0;
    add_disc(&set, 5e5, 4e6, 2500);
    assert_near(area_of(&set), TEST_PI * 2500 * 2500, 1e-6);
    check_alone(1e-12);
}

static void two_discs_share_a_lens(void **state)
{
    (void)state;
    for (double d = 100; d < 2000; d += 100) {
        set.n = 0;
        add_disc(&set, 5e5, 4e6, 1000);
        add_disc(&set, 5e5 + d * cos(d), 4e6 + d * sin(d), 1000);
        assert_near(area_of(&set), 2 * TEST_PI * 1e6 - lens(1000, d), 1e-3);
        check_alone(1e-8);
    }
}

/* r1 = 900, r2 = 500, d = 1000: both segments by the law of cosines. */
static void unequal_discs_share_two_segments(void **state)
{
    double a = acos((1e6 + 810000 - 250000) / (2 * 1000 * 900.0));
    double b = acos((1e6 + 250000 - 810000) / (2 * 1000 * 500.0));
    double shared = 810000 * (a - sin(2 * a) / 2) + 250000 * (b - sin(2 * b) / 2);

    (void)state;
    set.n = 0;
    add_disc(&set, 5e5, 4e6, 900);
    add_disc(&set, 5e5 + 600, 4e6 - 800, 500);
    assert_near(area_of(&set), TEST_PI * (810000 + 250000) - shared, 1e-3);
    check_alone(1e-8);
}

/* Equal discs at the corners of an equilateral triangle of side d. The part all three share is
 * a triangle of side c with three segments (Fewell 2006). */
static double three_discs(double r, double d)
{
    double reach = sqrt(r * r - d * d / 4) - d / (2 * sqrt(3)), c = sqrt(3) * reach, common = 0;

    if (reach > 0)
        common =
            sqrt(3) / 4 * c * c + 3 * (r * r * asin(c / (2 * r)) - c / 4 * sqrt(4 * r * r - c * c));
    return 3 * TEST_PI * r * r - 3 * lens(r, d) + common;
}

static void three_discs_with_and_without_a_hole(void **state)
{
    struct bj_polygons p = {0};
    struct bj_discs *d;

    (void)state;
    for (double side = 300; side < 2000; side += 170) {
        set.n = 0;
        for (int k = 0; k < 3; k++)
            add_disc(&set, 5e5 + side / sqrt(3) * cos(2 * k * TEST_PI / 3 + 1),
                     4e6 + side / sqrt(3) * sin(2 * k * TEST_PI / 3 + 1), 1000);
        assert_near(area_of(&set), three_discs(1000, side), 1e-2);
        check_alone(1e-7);
        d = unite(&set, 0.1);
        assert_ok(bj_discs_polygons(ctx, d, &p));
        assert_int_equal(p.n_polygons, 1);
        assert_int_equal(p.n_rings, side > 1000 * sqrt(3) ? 2 : 1);
        bj_polygons_release(ctx, &p);
        bj_discs_free(d);
    }
}

static void a_ring_of_discs_has_a_hole(void **state)
{
    double r = 1000, big = 5000, chord;
    int n = 24;

    (void)state;
    set.n = 0;
    for (int k = 0; k < n; k++)
        add_disc(&set, 5e5 + big * cos(2 * TEST_PI * k / n), 4e6 + big * sin(2 * TEST_PI * k / n),
                 r);
    chord = 2 * big * sin(TEST_PI / n);
    assert_near(area_of(&set), n * (TEST_PI * r * r - lens(r, chord)), 0.05);
    check_alone(1e-8);
    add_disc(&set, 5e5, 4e6, 500); /* an island in it */
    assert_near(area_of(&set), n * (TEST_PI * r * r - lens(r, chord)) + TEST_PI * 250000, 0.05);
    check_alone(1e-8);
}

/* ---- lattices: thousands of ties ------------------------------------------------------ */

static void square_lattices_have_their_closed_form(void **state)
{
    double r = 1000;
    int n = 20;

    (void)state;
    /* Neighbours overlap, diagonals do not (or just meet): pairs only. */
    for (double d = r * sqrt(2); d <= 2 * r * (1 + 1e-12); d += (2 - sqrt(2)) * r / 4) {
        double want = n * n * TEST_PI * r * r - 2 * n * (n - 1) * lens(r, d);

        lattice(&set, n, n, d, 0, r);
        assert_near(area_of(&set), want, 1e-7 * want);
        check_alone(1e-7);
    }
    /* No hole left: the square of centres, and half rows and quarters around it. */
    for (double d = 100; d <= r * sqrt(2); d += 131) {
        double want = (n - 1) * d * (n - 1) * d + 2 * (n * TEST_PI * r * r - (n - 1) * lens(r, d)) -
                      TEST_PI * r * r;

        lattice(&set, n, n, d, 0, r);
        assert_near(area_of(&set), want, 1e-7 * want);
        check_alone(1e-7);
    }
}

static void hexagonal_lattices_have_their_closed_form(void **state)
{
    double r = 1000;
    int nx = 15, ny = 20;

    (void)state;
    for (double d = r * sqrt(3); d <= 2 * r * (1 + 1e-12); d += (2 - sqrt(3)) * r / 3) {
        int pairs = ny * (nx - 1) + (ny - 1) * (2 * nx - 1);
        double want = nx * ny * TEST_PI * r * r - pairs * lens(r, d);

        lattice(&set, nx, ny, d, 1, r);
        assert_near(area_of(&set), want, 1e-7 * want);
        check_alone(1e-7);
    }
}

/* ---- degenerate pairs and bundles -------------------------------------------------------- */

static void of_equal_discs_the_first_stays(void **state)
{
    struct bj_discs *d;

    (void)state;
    set.n = 0;
    for (int k = 0; k < 50; k++)
        add_disc(&set, 5e5, 4e6, 1000);
    assert_near(area_of(&set), TEST_PI * 1e6, 1e-6);
    d = unite(&set, 0.1);
    assert_int_equal(bj_discs_exposed(d), 1);
    assert_int_equal(d->n_arcs, 1);
    assert_int_equal(d->grid.id[d->arc[0].disc], 0);
    bj_discs_free(d);
    check_alone(1e-12);
}

static void a_disc_inside_another_counts_nothing(void **state)
{
    (void)state;
    set.n = 0;
    add_disc(&set, 5e5 + 10, 4e6, 300);
    add_disc(&set, 5e5, 4e6, 1000);
    add_disc(&set, 5e5, 4e6, 1e-3);
    assert_near(area_of(&set), TEST_PI * 1e6, 1e-6);
    check_alone(1e-12);
}

/* Touching from outside and inside, and so nearly that the arithmetic cannot tell. */
static void tangent_discs_are_valid_whatever_the_gap(void **state)
{
    static const double gap[] = {0,    1e-12, -1e-12, 1e-9,  -1e-9, 1e-8,  -1e-8, 1e-7, -1e-7,
                                 1e-6, -1e-6, 1e-4,   -1e-4, 1e-2,  -1e-2, 0.3,   -0.3};

    (void)state;
    for (size_t k = 0; k < sizeof(gap) / sizeof(*gap); k++) {
        double outside = 2000 + gap[k], inside = 600 + gap[k];

        set.n = 0;
        add_disc(&set, 5e5, 4e6, 1000);
        add_disc(&set, 5e5 + 0.6 * outside, 4e6 + 0.8 * outside, 1000);
        assert_near(area_of(&set), 2 * TEST_PI * 1e6 - lens(1000, outside), 1.0);
        check_alone(1e-7);
        set.n = 1;
        add_disc(&set, 5e5 - 0.6 * inside, 4e6 + 0.8 * inside, 400);
        assert_near(area_of(&set), TEST_PI * 1e6, gap[k] > 1e-3 ? 200 : 1.0);
        check_alone(1e-7);
    }
}

/* n circles through the origin with centres all around cover the disc of twice the radius but
 * for n notches; through one point, all of them. */
static void many_circles_through_one_point(void **state)
{
    (void)state;
    for (int n = 3; n <= 60; n += n < 12 ? 1 : 12) {
        double half = TEST_PI / n, want;

        set.n = 0;
        for (int k = 0; k < n; k++)
            add_disc(&set, 5e5 + 1000 * cos(2 * k * half), 4e6 + 1000 * sin(2 * k * half), 1000);
        /* Border in polar form 2000 cos(t - 2 k half), |t - 2 k half| <= half. */
        want = n * 2e6 * (half + sin(2 * half) / 2);
        assert_near(area_of(&set), want, 1e-7 * want);
        check_alone(1e-7);
    }
}

static void chains_of_clusters_joined_in_points(void **state)
{
    (void)state;
    set.n = 0;
    for (int k = 0; k < 40; k++) /* a closed chain of touching discs */
        add_disc(&set, 5e5 + 2000 * (k < 20 ? k : 39 - k), 4e6 + (k < 20 ? 0 : 2000), 1000);
    assert_near(area_of(&set), 40 * TEST_PI * 1e6, 20);
    check_alone(1e-7);
    for (int k = 0; k < 20; k++) /* and one touching four at once */
        add_disc(&set, 5e5 + 2000 * k + 1000, 4e6 + 1000, 1000 * (sqrt(2) - 1));
    check_alone(1e-7);
}

static void very_large_and_very_small(void **state)
{
    (void)state;
    set.n = 0;
    add_disc(&set, -1e9, 1e9, 1e7);
    assert_near(area_of(&set), TEST_PI * 1e14, 1e-9 * 1e14);
    GEOSGeom_destroy_r(twin, check_union(&set, 0.3, 1e-9)); /* doubles are 1e-7 m apart there */
    set.n = 0;
    add_disc(&set, 5e5, 4e6, 1e7);
    for (int k = 0; k < 1000; k++)
        add_disc(&set, 5e5 + 7e3 * k, 4e6 + 7e3 * k, 1e-2);
    assert_near(area_of(&set), TEST_PI * 1e14, 1e-9 * 1e14);
    set.n = 0;
    add_disc(&set, 5e5, 4e6, 0.5);
    add_disc(&set, 5e5, 4e6, 1e-5); /* too small to draw */
    assert_near(area_of(&set), TEST_PI * 0.25, 1e-6);
    GEOSGeom_destroy_r(twin, check_union(&set, 1000, 1e-6));
}

/* ---- bad input ------------------------------------------------------------------------- */

static void check_refused(double x, double y, double r, double tolerance_m, const char *word)
{
    double xs[] = {1, x, 3}, ys[] = {1, y, 3}, rs[] = {1, r, 1};
    struct bj_discs *d = NULL;

    assert_fails(bj_discs_union(ctx, 3, xs, ys, rs, tolerance_m, &d), BJ_EARG, word);
    assert_null(d);
}

static void nonsense_is_refused_by_its_index(void **state)
{
    (void)state;
    check_refused(NAN, 0, 1, 0.1, "circle 1");
    check_refused(INFINITY, 0, 1, 0.1, "circle 1");
    check_refused(0, NAN, 1, 0.1, "circle 1");
    check_refused(0, -INFINITY, 1, 0.1, "circle 1");
    check_refused(1.1e9, 0, 1, 0.1, "circle 1");
    check_refused(0, 0, NAN, 0.1, "circle 1");
    check_refused(0, 0, INFINITY, 0.1, "circle 1");
    check_refused(0, 0, 0, 0.1, "circle 1");
    check_refused(0, 0, -5, 0.1, "circle 1");
    check_refused(0, 0, 1.1e7, 0.1, "circle 1");
    check_refused(0, 0, 1, 0, "tolerance");
    check_refused(0, 0, 1, NAN, "tolerance");
    check_refused(0, 0, 1, 1001, "tolerance");
}

/* ---- against GEOS ------------------------------------------------------------------------- */

static void random_unions_agree_with_geos(void **state)
{
    struct support_random q;
    int n = how_many(20000);
    uint64_t seed = 20230004;

    (void)state;
    print_message("seed %llu, %d configurations\n", (unsigned long long)seed, n);
    support_seed(&q, seed);
    for (int k = 0; k < n; k++) {
        double tolerance = k % 4 ? 0.1 : pow(10, support_uniform(&q, -2, 0));
        GEOSGeometry *ours, *theirs;
        double length;

        random_set(&q, k, 25, &set);
        ours = check_union(&set, tolerance, 1e-5 * fmax(tolerance, 0.1));
        theirs = twin_union(set.n, set.x, set.y, set.r, tolerance);
        length = twin_length(theirs);
        assert_near(twin_difference(ours, theirs), 0, length * (tolerance + 1e-3));
        /* Both keep areas: far closer than their edges are. */
        assert_near(twin_area(ours), twin_area(theirs), length * (0.02 * tolerance + 1e-3));
        GEOSGeom_destroy_r(twin, theirs);
        GEOSGeom_destroy_r(twin, ours);
    }
}

/* The way out when arcs cannot be joined, which no input takes by itself. */
static void components_by_geos_agree_with_the_arcs(void **state)
{
    struct support_random q;

    (void)state;
    support_seed(&q, 7);
    for (int k = 0; k < 60; k++) {
        struct bj_discs *d = NULL;
        struct bj_polygons p = {0};
        GEOSGeometry *arcs, *polygons;

        random_set(&q, k, 40, &set);
        assert_ok(bj_cover_discs_make(ctx, set.n, set.x, set.y, set.r, 0.1, true, &d));
        assert_true(d->n_by_geos >= 1);
        assert_ok(bj_discs_polygons(ctx, d, &p));
        check_shape(&p);
        polygons = twin_of(&p);
        assert_true(twin_valid(polygons));
        arcs = check_union(&set, 0.1, 1e-6);
        assert_near(twin_difference(arcs, polygons), 0, 0.2 * twin_length(arcs));
        assert_near(bj_discs_area_m2(d), twin_area(polygons), 1e-9 * twin_area(polygons));
        GEOSGeom_destroy_r(twin, arcs);
        GEOSGeom_destroy_r(twin, polygons);
        bj_polygons_release(ctx, &p);
        bj_discs_free(d);
    }
}

/* ---- laws -------------------------------------------------------------------------------- */

static void a_larger_radius_never_covers_less(void **state)
{
    struct support_random q;

    (void)state;
    support_seed(&q, 11);
    for (int k = 0; k < 200; k++) {
        double small, sum = 0;

        random_set(&q, k, 60, &set);
        small = area_of(&set);
        for (size_t i = 0; i < set.n; i++) {
            sum += TEST_PI * set.r[i] * set.r[i];
            set.r[i] += support_uniform(&q, 0.01, 50);
        }
        assert_true(small <= sum * (1 + 1e-7));
        assert_true(area_of(&set) > small);
    }
}

/* The same discs in another order give the same area, but for the growth of ties. */
static void the_order_of_discs_does_not_matter(void **state)
{
    struct support_random q;

    (void)state;
    support_seed(&q, 12);
    for (int k = 0; k < 200; k++) {
        double area;

        random_set(&q, k, 60, &set);
        area = area_of(&set);
        for (size_t i = set.n; i > 1; i--) {
            size_t j = (size_t)support_uniform(&q, 0, (double)i);
            double x = set.x[j], y = set.y[j], r = set.r[j];

            set.x[j] = set.x[i - 1], set.y[j] = set.y[i - 1], set.r[j] = set.r[i - 1];
            set.x[i - 1] = x, set.y[i - 1] = y, set.r[i - 1] = r;
        }
        assert_near(area_of(&set), area, k % 3 == 0 ? 1e-6 * area : 1e-12 * area);
    }
}

static void assert_same_polygons(const struct bj_polygons *a, const struct bj_polygons *b)
{
    assert_int_equal(a->n_polygons, b->n_polygons);
    assert_int_equal(a->n_rings, b->n_rings);
    assert_int_equal(a->n_points, b->n_points);
    assert_memory_equal(a->ring_start, b->ring_start, (a->n_polygons + 1) * sizeof(size_t));
    assert_memory_equal(a->point_start, b->point_start, (a->n_rings + 1) * sizeof(size_t));
    assert_memory_equal(a->x, b->x, a->n_points * sizeof(double));
    assert_memory_equal(a->y, b->y, a->n_points * sizeof(double));
}

static void threads_change_no_bit(void **state)
{
    struct support_random q;

    (void)state;
    support_seed(&q, 13);
    for (int k = 0; k < 3; k++) {
        struct bj_polygons p[2] = {{0}, {0}};
        double area[2];

        set.n = 0;
        for (size_t i = 0; i < 10000; i++) /* some on a lattice, so that there are rounds */
            add_disc(&set, 5e5 + 100 * floor(support_uniform(&q, 0, 1500)),
                     4e6 + 100 * floor(support_uniform(&q, 0, 1500)),
                     k == 0 ? 1000 : support_uniform(&q, 900, 1500));
        for (int t = 0; t < 2; t++) {
            struct bj_discs *d;

            bj_ctx_set_threads(ctx, t == 0 ? 1 : 3);
            d = unite(&set, 0.1);
            area[t] = bj_discs_area_m2(d);
            assert_ok(bj_discs_polygons(ctx, d, &p[t]));
            bj_discs_free(d);
        }
        bj_ctx_set_threads(ctx, 1);
        assert_true(area[0] == area[1]);
        assert_same_polygons(&p[0], &p[1]);
        bj_polygons_release(ctx, &p[0]);
        bj_polygons_release(ctx, &p[1]);
    }
}

/* 2,000 discs within sight of each other, and one huge disc over a crowd of small ones. */
static void crowds_are_exact_too(void **state)
{
    struct support_random q;
    GEOSGeometry *ours, *theirs;

    (void)state;
    support_seed(&q, 14);
    set.n = 0;
    for (int i = 0; i < 2000; i++)
        add_disc(&set, 5e5 + support_uniform(&q, 0, 30000), 4e6 + support_uniform(&q, 0, 30000),
                 i % 100 ? support_uniform(&q, 5, 900) : 4000);
    ours = check_union(&set, 0.5, 1e-6);
    theirs = twin_union(set.n, set.x, set.y, set.r, 0.1);
    assert_near(twin_difference(ours, theirs), 0, 0.6 * twin_length(theirs));
    assert_near(twin_area(ours), twin_area(theirs), 1e-6 * twin_area(theirs));
    GEOSGeom_destroy_r(twin, theirs);
    GEOSGeom_destroy_r(twin, ours);
}

/* ---- memory ------------------------------------------------------------------------------- */

static enum bj_status unite_and_draw(struct bj_ctx *c, void *arg)
{
    struct disc_set *s = arg;
    struct bj_discs *d = NULL;
    struct bj_polygons p = {0};
    enum bj_status st = bj_discs_union(c, s->n, s->x, s->y, s->r, 1, &d);

    if (!st)
        st = bj_discs_polygons(c, d, &p);
    bj_polygons_release(c, &p);
    bj_discs_free(d);
    return st;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    lattice(&set, 4, 4, 2000, 0, 1000); /* ties, rounds and near circles */
    add_disc(&set, 5e5 + 1000, 4e6 + 1000, 700);
    assert_true(support_torture(unite_and_draw, &set) > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_disc_gives_an_empty_union),
        cmocka_unit_test(one_disc_has_its_area),
        cmocka_unit_test(two_discs_share_a_lens),
        cmocka_unit_test(unequal_discs_share_two_segments),
        cmocka_unit_test(three_discs_with_and_without_a_hole),
        cmocka_unit_test(a_ring_of_discs_has_a_hole),
        cmocka_unit_test(square_lattices_have_their_closed_form),
        cmocka_unit_test(hexagonal_lattices_have_their_closed_form),
        cmocka_unit_test(of_equal_discs_the_first_stays),
        cmocka_unit_test(a_disc_inside_another_counts_nothing),
        cmocka_unit_test(tangent_discs_are_valid_whatever_the_gap),
        cmocka_unit_test(many_circles_through_one_point),
        cmocka_unit_test(chains_of_clusters_joined_in_points),
        cmocka_unit_test(very_large_and_very_small),
        cmocka_unit_test(nonsense_is_refused_by_its_index),
        cmocka_unit_test(random_unions_agree_with_geos),
        cmocka_unit_test(components_by_geos_agree_with_the_arcs),
        cmocka_unit_test(a_larger_radius_never_covers_less),
        cmocka_unit_test(the_order_of_discs_does_not_matter),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(crowds_are_exact_too),
        cmocka_unit_test(every_allocation_may_fail),
    };
    int failed = cmocka_run_group_tests(tests, support_setup, support_teardown);

    if (twin)
        GEOS_finish_r(twin);
    return failed;
}
