/* Covered and uncovered parts of a county, clipping and patches: closed forms, and GEOS on the
 * whole drawn union. */
#include "cover/cover_int.h"

#include "disc_sets.h"
#include "geos_twin.h"

static struct disc_set set; /* too large for the stack */

/* ---- counties ---------------------------------------------------------------------------- */

enum { MAX_POINTS = 4000, MAX_RINGS = 16 };

struct county {
    struct bj_polygons p;
    size_t ring_start[MAX_RINGS + 1], point_start[MAX_RINGS + 1];
    double x[MAX_POINTS], y[MAX_POINTS];
};

static void county_clear(struct county *c)
{
    c->p = (struct bj_polygons){
        .ring_start = c->ring_start, .point_start = c->point_start, .x = c->x, .y = c->y};
    c->ring_start[0] = c->point_start[0] = 0;
}

static void add_point(struct county *c, double x, double y)
{
    assert_true(c->p.n_points < MAX_POINTS);
    c->x[c->p.n_points] = x;
    c->y[c->p.n_points++] = y;
}

/* Ends a ring; a shell begins a new polygon. */
static void close_ring(struct county *c, bool shell)
{
    size_t first = c->point_start[c->p.n_rings];

    assert_true(c->p.n_rings < MAX_RINGS);
    add_point(c, c->x[first], c->y[first]);
    c->point_start[++c->p.n_rings] = c->p.n_points;
    c->p.n_polygons += shell;
    c->ring_start[c->p.n_polygons] = c->p.n_rings;
}

static void add_box(struct county *c, double x0, double y0, double x1, double y1, bool shell)
{
    add_point(c, x0, y0);
    add_point(c, x1, y0);
    add_point(c, x1, y1);
    add_point(c, x0, y1);
    close_ring(c, shell);
}

/* A jagged ring of n points between 0.6 r and r around (x, y), either way round. */
static void add_star(struct county *c, struct support_random *q, double x, double y, double r,
                     bool clockwise, bool shell)
{
    int n = (int)support_uniform(q, 4, 300);

    for (int k = 0; k < n; k++) {
        double a = 2 * TEST_PI * k / n * (clockwise ? -1 : 1), s = support_uniform(q, 0.6, 1) * r;

        add_point(c, x + s * cos(a), y + s * sin(a));
    }
    close_ring(c, shell);
}

/* County k of a series: stars, with holes, islands in them, second parts, or boxes on the
 * lattice that random_set() uses. */
static void random_county(struct support_random *q, int k, struct county *c)
{
    double x = 5e5 + support_uniform(q, 0, 10000), y = 4e6 + support_uniform(q, 0, 10000);
    double r = support_uniform(q, 100, 8000);

    county_clear(c);
    if (k % 5 == 4) {
        x = 250 * floor(x / 250), y = 250 * floor(y / 250);
        add_box(c, x, y, x + 250 * ceil(r / 250), y + 250 * ceil(r / 500), true);
        return;
    }
    add_star(c, q, x, y, r, k % 3 == 0, true);
    if (k % 2)
        add_star(c, q, x, y, 0.4 * r, k % 7 == 0, false);
    if (k % 4 == 1)
        add_star(c, q, x, y, 0.2 * r, false, true);
    if (k % 3 == 1)
        add_star(c, q, x + 2.2 * r, y, r, true, true);
}

static double area_of(const struct bj_polygons *p)
{
    return bj_cover_polygons_area(p, 0, p->n_polygons);
}

static struct bj_discs *unite(double tolerance_m)
{
    struct bj_discs *d = NULL;

    assert_ok(bj_discs_union(ctx, set.n, set.x, set.y, set.r, tolerance_m, &d));
    return d;
}

/* The county's cover by `set`; both sides valid, no patch a sliver, and the sum right. */
static struct bj_cover cover(const struct bj_polygons *county, double tolerance_m)
{
    struct bj_cover c = {0};
    struct bj_discs *d = unite(tolerance_m);
    GEOSGeometry *covered, *uncovered;
    double area = area_of(county);

    assert_ok(bj_cover_county(ctx, d, county, &c));
    covered = twin_of(&c.covered);
    uncovered = twin_of(&c.uncovered);
    assert_true(twin_valid(covered) && twin_valid(uncovered));
    assert_near(twin_area(covered) + twin_area(uncovered), area, 1e-9 * area + 1e-5);
    for (size_t i = 0; i < c.uncovered.n_polygons; i++)
        assert_true(2 * bj_cover_polygons_area(&c.uncovered, i, 1) >=
                    tolerance_m * bj_cover_polygons_length(&c.uncovered, i, 1));
    GEOSGeom_destroy_r(twin, covered);
    GEOSGeom_destroy_r(twin, uncovered);
    bj_discs_free(d);
    return c;
}

static void check_parts(const struct bj_polygons *county, size_t n_covered, size_t n_uncovered,
                        double covered_m2, double tol_m2)
{
    struct bj_cover c = cover(county, 0.1);

    assert_int_equal(c.covered.n_polygons, n_covered);
    assert_int_equal(c.uncovered.n_polygons, n_uncovered);
    assert_near(area_of(&c.covered), covered_m2, tol_m2);
    bj_cover_release(ctx, &c);
}

/* ---- closed forms -------------------------------------------------------------------------- */

static struct county box;

static void box_county(void)
{
    county_clear(&box);
    add_box(&box, 5e5, 4e6, 5e5 + 10000, 4e6 + 8000, true);
}

static void without_discs_all_is_uncovered(void **state)
{
    (void)state;
    box_county();
    set.n = 0;
    check_parts(&box.p, 0, 1, 0, 0);
}

static void a_far_county_is_uncovered(void **state)
{
    (void)state;
    box_county();
    set.n = 0;
    add_disc(&set, 9e5, 4e6, 2500);
    add_disc(&set, 5e5 + 10000 + 2500 + 1, 4e6, 2500); /* a metre away */
    check_parts(&box.p, 0, 1, 0, 0);
}

static void a_county_within_one_radius_is_covered(void **state)
{
    (void)state;
    box_county();
    set.n = 0;
    add_disc(&set, 5e5 + 3000, 4e6 + 3000, 20000);
    check_parts(&box.p, 1, 0, 8e7, 1e-6);
    for (int k = 0; k < 50; k++)
        add_disc(&set, 5e5 + 100 * k, 4e6, 3000);
    check_parts(&box.p, 1, 0, 8e7, 1e-6);
}

static void a_disc_inside_leaves_a_hole(void **state)
{
    (void)state;
    box_county();
    set.n = 0;
    add_disc(&set, 5e5 + 5000, 4e6 + 4000, 2500);
    check_parts(&box.p, 1, 1, TEST_PI * 6.25e6, 1e-3);
}

static void halves_and_quarters_at_the_border(void **state)
{
    (void)state;
    box_county();
    set.n = 0;
    add_disc(&set, 5e5 + 5000, 4e6, 1000); /* half: centre on an edge */
    check_parts(&box.p, 1, 1, TEST_PI * 1e6 / 2, 1);
    add_disc(&set, 5e5, 4e6 + 8000, 1000); /* quarter: centre on a corner */
    check_parts(&box.p, 2, 1, TEST_PI * 1e6 * 0.75, 1);
}

/* A band of discs across the county leaves two patches. */
static void a_band_leaves_two_patches(void **state)
{
    double lens = 2 * 1e6 * acos(0.5) - 500 * sqrt(3e6);

    (void)state;
    box_county();
    set.n = 0;
    for (int k = 0; k <= 12; k++)
        add_disc(&set, 5e5 - 1000 + 1000 * k, 4e6 + 4000, 1000);
    /* Cut at the second and the last but one centre: ten pitches of an endless band, each a
     * disc less a lens. */
    check_parts(&box.p, 1, 2, 10 * (TEST_PI * 1e6 - lens), 5);
}

static void a_hole_of_the_coverage_is_a_patch_with_its_island(void **state)
{
    double chord = 2 * 5000 * sin(TEST_PI / 24);
    double lens = 2e6 * acos(chord / 2000) - chord / 2 * sqrt(4e6 - chord * chord);
    struct county c;

    (void)state;
    county_clear(&c);
    add_box(&c, 4e5, 3.9e6, 6e5, 4.1e6, true);
    set.n = 0;
    for (int k = 0; k < 24; k++)
        add_disc(&set, 5e5 + 5000 * cos(2 * TEST_PI * k / 24),
                 4e6 + 5000 * sin(2 * TEST_PI * k / 24), 1000);
    check_parts(&c.p, 1, 2, 24 * (TEST_PI * 1e6 - lens), 1);
    add_disc(&set, 5e5, 4e6, 500);
    check_parts(&c.p, 2, 2, 24 * (TEST_PI * 1e6 - lens) + TEST_PI * 250000, 1);
}

static void counties_with_holes_and_islands(void **state)
{
    struct county c;

    (void)state;
    county_clear(&c);
    add_box(&c, 5e5, 4e6, 5e5 + 10000, 4e6 + 8000, true);
    add_box(&c, 5e5 + 4000, 4e6 + 3000, 5e5 + 6000, 4e6 + 5000, false);
    add_box(&c, 5e5 + 4900, 4e6 + 3900, 5e5 + 5100, 4e6 + 4100, true); /* island in the hole */
    set.n = 0;
    add_disc(&set, 5e5 + 5000, 4e6 + 4000, 2500); /* swallows both */
    check_parts(&c.p, 2, 1, TEST_PI * 6.25e6 - 4e6 + 4e4, 1);
    set.n = 0;
    add_disc(&set, 5e5 + 5000, 4e6 + 4000, 500); /* swallows the island only */
    check_parts(&c.p, 1, 1, 4e4, 1e-6);
}

/* A hole that touches its shell in a corner is valid, and stays so. */
static void a_county_whose_hole_touches_its_shell(void **state)
{
    struct county c;

    (void)state;
    county_clear(&c);
    add_box(&c, 5e5, 4e6, 5e5 + 10000, 4e6 + 8000, true);
    add_point(&c, 5e5, 4e6);
    add_point(&c, 5e5 + 2000, 4e6 + 1000);
    add_point(&c, 5e5 + 1000, 4e6 + 2000);
    close_ring(&c, false);
    set.n = 0;
    check_parts(&c.p, 0, 1, 0, 0);
    add_disc(&set, 5e5 + 3000, 4e6 + 3000, 2000); /* 121 m short of the hole */
    check_parts(&c.p, 1, 1, TEST_PI * 4e6, 1e-3);
}

/* ---- slivers -------------------------------------------------------------------------------- */

/* The corners of a square stand 3 cm out of a disc. */
static void uncovered_slivers_are_no_patches(void **state)
{
    double r = 5000, half = (r + 0.03) / sqrt(2);
    struct county c;

    (void)state;
    county_clear(&c);
    add_box(&c, 5e5 - half, 4e6 - half, 5e5 + half, 4e6 + half, true);
    set.n = 0;
    add_disc(&set, 5e5, 4e6, r);
    check_parts(&c.p, 1, 0, 4 * half * half, 1e-3);
    half = (r + 300) / sqrt(2); /* and now 300 m */
    county_clear(&c);
    add_box(&c, 5e5 - half, 4e6 - half, 5e5 + half, 4e6 + half, true);
    check_parts(&c.p, 1, 4,
                TEST_PI * r * r - 4 * (r * r * acos(half / r) - half * sqrt(r * r - half * half)),
                2);
}

/* Discs reach 4 cm over the border. */
static void covered_slivers_belong_to_the_patch(void **state)
{
    (void)state;
    box_county();
    set.n = 0;
    for (int k = 1; k < 5; k++)
        add_disc(&set, 5e5 + 2000 * k, 4e6 - 1000 + 0.04, 1000);
    check_parts(&box.p, 0, 1, 0, 0);
}

/* A county that is itself a sliver has no patch to give it to. */
static void a_sliver_of_a_county_stays_where_it_is(void **state)
{
    struct county c;

    (void)state;
    county_clear(&c);
    add_box(&c, 5e5, 4e6, 5e5 + 1000, 4e6 + 0.05, true);
    set.n = 0;
    add_disc(&set, 5e5, 4e6, 5000);
    check_parts(&c.p, 1, 0, 50, 1e-4);
}

/* ---- degenerate borders --------------------------------------------------------------------- */

/* The county is the coverage itself, as an earlier run wrote it. */
static void a_county_that_follows_the_coverage(void **state)
{
    struct support_random q;

    (void)state;
    support_seed(&q, 5);
    for (int k = 0; k < 20; k++) {
        struct bj_discs *d;
        struct bj_polygons all = {0};
        struct bj_cover c;

        random_set(&q, k, 30, &set);
        d = unite(0.1);
        assert_ok(bj_discs_polygons(ctx, d, &all));
        bj_discs_free(d);
        c = cover(&all, 0.1);
        assert_int_equal(c.uncovered.n_polygons, 0);
        assert_near(area_of(&c.covered), area_of(&all), 1e-9 * area_of(&all));
        bj_cover_release(ctx, &c);
        bj_polygons_release(ctx, &all);
    }
}

/* Borders along centres, tangents and through the points where four circles meet. */
static void borders_on_the_lattice(void **state)
{
    struct county c;

    (void)state;
    for (int k = 0; k < 2; k++) {
        double d = k ? 1000 * sqrt(2) : 2000, n = 6, share;

        lattice(&set, 12, 12, d, 0, 1000);
        share = k ? 1 : TEST_PI / 4; /* of each square between four centres */
        for (int shift = 0; shift < 2; shift++) {
            double from = (2 - 0.5 * shift) * d, to = from + n * d;
            struct bj_cover got;

            county_clear(&c);
            add_box(&c, 5e5 + from, 4e6 + from, 5e5 + to, 4e6 + to, true);
            got = cover(&c.p, 0.1);
            assert_near(area_of(&got.covered), share * n * n * d * d, 40);
            bj_cover_release(ctx, &got);
        }
    }
}

/* ---- against GEOS ---------------------------------------------------------------------------- */

static double sliver_area(const GEOSGeometry *g, double width)
{
    double sum = 0;

    for (int i = 0; i < GEOSGetNumGeometries_r(twin, g); i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(twin, g, i);

        if (2 * twin_area(part) < 1.000001 * width * twin_length(part))
            sum += twin_area(part);
    }
    return sum;
}

static void random_counties_agree_with_geos(void **state)
{
    struct support_random q;
    int n = how_many(20000), n_seen = 0;
    uint64_t seed = 20230901;
    static struct county c;

    (void)state;
    print_message("seed %llu, %d configurations\n", (unsigned long long)seed, n);
    support_seed(&q, seed);
    for (int k = 0; k < n; k++) {
        double tolerance = k % 4 ? 0.1 : pow(10, support_uniform(&q, -2, 1)), allowed;
        struct bj_discs *d;
        struct bj_polygons all = {0};
        struct bj_cover got;
        GEOSGeometry *county, *drawn, *covered, *uncovered, *in, *out;

        random_set(&q, k, 40, &set);
        random_county(&q, k, &c);
        county = twin_of(&c.p);
        if (GEOSisValid_r(twin, county) != 1) { /* jagged hole over jagged shell: rare */
            GEOSGeom_destroy_r(twin, county);
            continue;
        }
        n_seen++;
        d = unite(tolerance);
        assert_ok(bj_discs_polygons(ctx, d, &all));
        bj_discs_free(d);
        got = cover(&c.p, tolerance);
        drawn = twin_of(&all);
        in = GEOSIntersection_r(twin, county, drawn);
        out = GEOSDifference_r(twin, county, drawn);
        covered = twin_of(&got.covered);
        uncovered = twin_of(&got.uncovered);
        allowed = 1e-3 + sliver_area(in, tolerance) + sliver_area(out, tolerance);
        assert_near(twin_difference(in, covered), 0, allowed);
        assert_near(twin_difference(out, uncovered), 0, allowed);
        GEOSGeom_destroy_r(twin, uncovered);
        GEOSGeom_destroy_r(twin, covered);
        GEOSGeom_destroy_r(twin, out);
        GEOSGeom_destroy_r(twin, in);
        GEOSGeom_destroy_r(twin, drawn);
        GEOSGeom_destroy_r(twin, county);
        bj_cover_release(ctx, &got);
        bj_polygons_release(ctx, &all);
    }
    assert_true(n_seen > n * 9 / 10);
}

/* ---- laws --------------------------------------------------------------------------------------
 */

/* Counties that tile a rectangle cover together what the rectangle covers. */
static void neighbours_add_up(void **state)
{
    struct support_random q;
    struct county c;

    (void)state;
    support_seed(&q, 21);
    for (int k = 0; k < 50; k++) {
        double sum = 0, sum_out = 0, cut = 5e5 + support_uniform(&q, 1000, 9000);
        struct bj_cover part;

        random_set(&q, k, 60, &set);
        for (int side = 0; side < 3; side++) {
            county_clear(&c);
            add_box(&c, side == 1 ? cut : 5e5, 4e6, side == 0 ? cut : 5e5 + 10000, 4e6 + 10000,
                    true);
            part = cover(&c.p, 0.1);
            sum += (side == 2 ? -1 : 1) * area_of(&part.covered);
            sum_out += (side == 2 ? -1 : 1) * area_of(&part.uncovered);
            bj_cover_release(ctx, &part);
        }
        assert_near(sum, 0, 0.5);
        assert_near(sum_out, 0, 0.5);
    }
}

static void a_larger_radius_never_uncovers(void **state)
{
    struct support_random q;
    static struct county c;

    (void)state;
    support_seed(&q, 22);
    for (int k = 0; k < 100; k++) {
        double before = INFINITY;

        random_set(&q, k, 40, &set);
        random_county(&q, 30 * k, &c); /* one star */
        for (int step = 0; step < 4; step++) {
            struct bj_cover got = cover(&c.p, 0.1);

            assert_true(area_of(&got.uncovered) <= before + 0.1);
            before = area_of(&got.uncovered);
            bj_cover_release(ctx, &got);
            for (size_t i = 0; i < set.n; i++)
                set.r[i] *= 1.2;
        }
    }
}

static void assert_same_polygons(const struct bj_polygons *a, const struct bj_polygons *b)
{
    assert_int_equal(a->n_polygons, b->n_polygons);
    assert_int_equal(a->n_rings, b->n_rings);
    assert_int_equal(a->n_points, b->n_points);
    assert_memory_equal(a->x, b->x, a->n_points * sizeof(double));
    assert_memory_equal(a->y, b->y, a->n_points * sizeof(double));
}

struct many {
    const struct bj_discs *d;
    struct county county[24];
    struct bj_cover cover[24];
};

static enum bj_status cover_one(struct bj_ctx *c, size_t i, void *arg)
{
    struct many *m = arg;

    return bj_cover_county(c, m->d, &m->county[i].p, &m->cover[i]);
}

/* One union, many counties at once: the same bits with one thread and three. */
static void threads_change_no_bit(void **state)
{
    static struct many m, twice;
    struct support_random q;
    struct bj_discs *d;

    (void)state;
    support_seed(&q, 23);
    set.n = 0;
    for (int i = 0; i < 3000; i++)
        add_disc(&set, 5e5 + support_uniform(&q, 0, 40000), 4e6 + support_uniform(&q, 0, 40000),
                 700);
    d = unite(0.1);
    m.d = twice.d = d;
    for (int i = 0; i < 24; i++) {
        random_county(&q, 10 * i, &m.county[i]);
        twice.county[i] = m.county[i];
    }
    assert_ok(bj_parallel(ctx, 24, NULL, cover_one, &m));
    bj_ctx_set_threads(ctx, 3);
    assert_ok(bj_parallel(ctx, 24, NULL, cover_one, &twice));
    bj_ctx_set_threads(ctx, 1);
    for (int i = 0; i < 24; i++) {
        assert_same_polygons(&m.cover[i].covered, &twice.cover[i].covered);
        assert_same_polygons(&m.cover[i].uncovered, &twice.cover[i].uncovered);
        bj_cover_release(ctx, &m.cover[i]);
        bj_cover_release(ctx, &twice.cover[i]);
    }
    bj_discs_free(d);
}

/* ---- clip --------------------------------------------------------------------------------------
 */

static void clipping_splits_without_loss(void **state)
{
    struct bj_polygons inside = {0}, outside = {0}, none = {0};
    struct county mask;

    (void)state;
    box_county();
    county_clear(&mask);
    add_box(&mask, 5e5 + 9000, 4e6 - 100, 5e5 + 12000, 4e6 + 1000, true);
    add_box(&mask, 5e5 + 2000, 4e6 + 2000, 5e5 + 3000, 4e6 + 3000, true);
    assert_ok(bj_polygons_clip(ctx, &box.p, &mask.p, 1, &inside));
    assert_ok(bj_polygons_clip(ctx, &box.p, &mask.p, 0, &outside));
    assert_int_equal(inside.n_polygons, 2);
    assert_int_equal(outside.n_polygons, 1);
    assert_int_equal(outside.n_rings, 2);
    assert_near(area_of(&inside), 2e6, 1e-6);
    assert_near(area_of(&outside), 7.8e7, 1e-6);
    assert_true(inside.y[0] < inside.y[inside.n_points - 1]); /* lowest first */
    bj_polygons_release(ctx, &inside);
    bj_polygons_release(ctx, &outside);
    assert_ok(bj_polygons_clip(ctx, &box.p, &none, 1, &inside));
    assert_ok(bj_polygons_clip(ctx, &box.p, &none, 0, &outside));
    assert_int_equal(inside.n_polygons, 0);
    assert_near(area_of(&outside), 8e7, 1e-6);
    bj_polygons_release(ctx, &inside);
    bj_polygons_release(ctx, &outside);
}

/* A ring of two points: GEOS gives up, its reason comes back, out is untouched. */
static void clipping_nonsense_fails_with_a_reason(void **state)
{
    struct bj_polygons out = {0};
    struct county line;

    (void)state;
    box_county();
    county_clear(&line);
    add_point(&line, 5e5, 4e6);
    add_point(&line, 5e5 + 5000, 4e6 + 5000);
    close_ring(&line, true);
    assert_fails(bj_polygons_clip(ctx, &box.p, &line.p, 1, &out), BJ_EGEOM, "geometry library");
    assert_null(out.x);
}

/* ---- patches of points
 * ---------------------------------------------------------------------------- */

static void no_patch_gives_minus_one(void **state)
{
    struct bj_polygons none = {0};
    double x = 1, y = 2;
    int64_t patch = 5;

    (void)state;
    assert_ok(bj_patch_of_points(ctx, &none, 1, &x, &y, &patch));
    assert_int_equal(patch, -1);
    assert_ok(bj_patch_of_points(ctx, &none, 0, NULL, NULL, NULL));
}

static double distance_to(const GEOSGeometry *part, double x, double y)
{
    GEOSGeometry *point = GEOSGeom_createPointFromXY_r(twin, x, y);
    double d = -1;

    assert_int_equal(GEOSDistance_r(twin, part, point, &d), 1);
    GEOSGeom_destroy_r(twin, point);
    return d;
}

static void points_find_the_patch_they_lie_in_or_near(void **state)
{
    struct support_random q;

    (void)state;
    support_seed(&q, 31);
    for (int k = 0; k < 20; k++) {
        static double x[300], y[300];
        static int64_t patch[300];
        struct bj_cover c;
        GEOSGeometry *patches;

        random_set(&q, 4, 60, &set);
        box_county();
        c = cover(&box.p, 0.1);
        patches = twin_of(&c.uncovered);
        for (int i = 0; i < 300; i++) {
            double far = i % 10 ? 0 : 50000;

            x[i] = 5e5 + support_uniform(&q, -500 - far, 10500 + far);
            y[i] = 4e6 + support_uniform(&q, -500 - far, 8500 + far);
        }
        assert_ok(bj_patch_of_points(ctx, &c.uncovered, 300, x, y, patch));
        for (int i = 0; i < 300; i++) {
            double best = INFINITY;

            for (int p = 0; p < GEOSGetNumGeometries_r(twin, patches); p++)
                best = fmin(best, distance_to(GEOSGetGeometryN_r(twin, patches, p), x[i], y[i]));
            if (best < INFINITY)
                assert_near(
                    distance_to(GEOSGetGeometryN_r(twin, patches, (int)patch[i]), x[i], y[i]), best,
                    1e-6);
            else
                assert_int_equal(patch[i], -1);
        }
        GEOSGeom_destroy_r(twin, patches);
        bj_cover_release(ctx, &c);
    }
}

/* Not judged by time, but a slow way would be noticed: 200,000 points, 900 patches. */
static void many_points_and_patches(void **state)
{
    size_t n = 200000;
    double *x = calloc(n, sizeof(*x)), *y = calloc(n, sizeof(*y));
    int64_t *patch = calloc(n, sizeof(*patch));
    struct support_random q;
    struct bj_discs *d;
    struct bj_cover c = {0};
    struct county county;

    (void)state;
    lattice(&set, 31, 31, 2000, 0, 1000);
    county_clear(&county);
    add_box(&county, 5e5, 4e6, 5e5 + 60000, 4e6 + 60000, true);
    d = unite(0.1);
    assert_ok(bj_cover_county(ctx, d, &county.p, &c));
    assert_int_equal(c.uncovered.n_polygons, 900);
    support_seed(&q, 32);
    for (size_t i = 0; i < n; i++) {
        x[i] = 5e5 + support_uniform(&q, 0, 60000);
        y[i] = 4e6 + support_uniform(&q, 0, 60000);
    }
    assert_ok(bj_patch_of_points(ctx, &c.uncovered, n, x, y, patch));
    for (size_t i = 0; i < n; i++) { /* patch of the square between four centres, if inside it */
        double fx = fmod(x[i] - 5e5, 2000) - 1000, fy = fmod(y[i] - 4e6, 2000) - 1000;
        size_t ring = c.uncovered.ring_start[patch[i]], a = c.uncovered.point_start[ring];

        if (hypot(1000 - fabs(fx), 1000 - fabs(fy)) > 1001) {
            assert_true(floor((c.uncovered.x[a] - 5e5) / 2000) == floor((x[i] - 5e5) / 2000));
            assert_true(floor((c.uncovered.y[a] - 4e6) / 2000) == floor((y[i] - 4e6) / 2000));
        }
    }
    bj_cover_release(ctx, &c);
    bj_discs_free(d);
    free(patch);
    free(y);
    free(x);
}

/* ---- memory
 * ----------------------------------------------------------------------------------------- */

static enum bj_status cover_and_ask(struct bj_ctx *c, void *arg)
{
    const struct bj_polygons *county = arg;
    struct bj_discs *d = NULL;
    struct bj_cover cover = {0};
    struct bj_polygons clipped = {0};
    double x[] = {5e5, 5e5 + 5000}, y[] = {4e6, 4e6 + 4000};
    int64_t patch[2];
    enum bj_status st = bj_discs_union(c, set.n, set.x, set.y, set.r, 5, &d);

    if (!st)
        st = bj_cover_county(c, d, county, &cover);
    if (!st)
        st = bj_polygons_clip(c, &cover.uncovered, county, 1, &clipped);
    if (!st)
        st = bj_patch_of_points(c, &clipped, 2, x, y, patch);
    bj_polygons_release(c, &clipped);
    bj_cover_release(c, &cover);
    bj_discs_free(d);
    return st;
}

static void every_allocation_may_fail(void **state)
{
    struct county c;

    (void)state;
    box_county();
    set.n = 0;
    add_disc(&set, 5e5 + 5000, 4e6 + 4000, 2500);
    add_disc(&set, 5e5 + 9000, 4e6 + 4000, 2600);
    add_disc(&set, 5e5 + 2000, 4e6 - 1000 + 0.04, 1000); /* a sliver */
    assert_true(support_torture(cover_and_ask, &box.p) > 50);
    county_clear(&c); /* and by GEOS: a corner on a circle */
    add_box(&c, 5e5 + 7500, 4e6 + 4000, 5e5 + 20000, 4e6 + 9000, true);
    assert_true(support_torture(cover_and_ask, &c.p) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_discs_all_is_uncovered),
        cmocka_unit_test(a_far_county_is_uncovered),
        cmocka_unit_test(a_county_within_one_radius_is_covered),
        cmocka_unit_test(a_disc_inside_leaves_a_hole),
        cmocka_unit_test(halves_and_quarters_at_the_border),
        cmocka_unit_test(a_band_leaves_two_patches),
        cmocka_unit_test(a_hole_of_the_coverage_is_a_patch_with_its_island),
        cmocka_unit_test(counties_with_holes_and_islands),
        cmocka_unit_test(a_county_whose_hole_touches_its_shell),
        cmocka_unit_test(uncovered_slivers_are_no_patches),
        cmocka_unit_test(covered_slivers_belong_to_the_patch),
        cmocka_unit_test(a_sliver_of_a_county_stays_where_it_is),
        cmocka_unit_test(a_county_that_follows_the_coverage),
        cmocka_unit_test(borders_on_the_lattice),
        cmocka_unit_test(random_counties_agree_with_geos),
        cmocka_unit_test(neighbours_add_up),
        cmocka_unit_test(a_larger_radius_never_uncovers),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(clipping_splits_without_loss),
        cmocka_unit_test(clipping_nonsense_fails_with_a_reason),
        cmocka_unit_test(no_patch_gives_minus_one),
        cmocka_unit_test(points_find_the_patch_they_lie_in_or_near),
        cmocka_unit_test(many_points_and_patches),
        cmocka_unit_test(every_allocation_may_fail),
    };
    int failed = cmocka_run_group_tests(tests, support_setup, support_teardown);

    if (twin)
        GEOS_finish_r(twin);
    return failed;
}
