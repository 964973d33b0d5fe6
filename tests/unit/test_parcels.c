/* Residential land as demand: shares by closed formulas and against a twin made with GEOS. */
#include "county.h"
#include "geos_twin.h"

#include "base/base_int.h"

#define ROOM 600

/* Parcels drawn on the map, metres from the middle of the county (116 E 36 N). */
struct land {
    struct county *c;
    struct county_places places;
    size_t poly_start[ROOM + 1], ring_start[ROOM + 1], point_start[ROOM + 1];
    double x[12 * ROOM], y[12 * ROOM];
    double x0, y0;
};

static struct land *land_new(double half_m)
{
    struct land *l = calloc(1, sizeof(*l));

    assert_non_null(l);
    l->c = county_new(half_m);
    l->x0 = LON0;
    l->y0 = LAT0;
    assert_ok(bj_crs_from_lonlat(ctx, l->c->s.work, 1, &l->x0, &l->y0));
    county_bind(&l->c->s.parcels, &l->places);
    l->c->s.parcels_area =
        (struct bj_polygons){0, 0, 0, 0, l->poly_start, l->ring_start, l->point_start, l->x, l->y};
    return l;
}

static void land_free(struct land *l)
{
    county_free(l->c);
    free(l);
}

/* A ring of n corners; shell = 0 makes it a hole of the last polygon. */
static void ring(struct land *l, int shell, size_t n, double (*at)[2])
{
    struct bj_polygons *p = &l->c->s.parcels_area;

    for (size_t k = 0; k <= n; k++) {
        l->x[p->n_points] = l->x0 + at[k % n][0];
        l->y[p->n_points++] = l->y0 + at[k % n][1];
    }
    l->point_start[++p->n_rings] = p->n_points;
    p->n_polygons += shell != 0;
    l->ring_start[p->n_polygons] = p->n_rings;
}

static void box(struct land *l, int shell, double x0, double y0, double x1, double y1)
{
    double at[][2] = {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}};

    ring(l, shell, 4, at);
}

/* The rings since the last call are one parcel, with its point at x, y. */
static size_t parcel(struct land *l, double x, double y, double people)
{
    struct bj_polygons *p = &l->c->s.parcels_area;
    double lon = l->x0 + x, lat = l->y0 + y;
    size_t i;

    assert_ok(bj_crs_to_lonlat(ctx, l->c->s.work, 1, &lon, &lat));
    i = county_add(l->c, &l->c->s.parcels, lon, lat);
    l->c->s.parcels.population[i] = people;
    l->poly_start[++p->n_features] = p->n_polygons;
    return i;
}

/* A facility at x, y metres of the map. */
static size_t clinic(struct land *l, double x, double y, const char *code)
{
    double lon = l->x0 + x, lat = l->y0 + y;
    struct bj_places *f = &l->c->s.facilities;
    size_t i;

    assert_ok(bj_crs_to_lonlat(ctx, l->c->s.work, 1, &lon, &lat));
    i = county_add(l->c, f, lon, lat);
    f->classes[i] = (uint64_t)1 << BJ_CLASS_VILLAGE_CLINIC;
    f->code[i] = code;
    return i;
}

#define PARCELS(id, limit, more)                                                                   \
    "  - {id: " id ", clause: 一, quote: 试, level: must, kind: radius, facilities: "            \
    "[village_clinic], demand: parcels, where: all, limit_m: " limit more "}\n"

/* ---- closed formulas -------------------------------------------------------------------- */

/* A rectangle that holds all of the circle beyond x = 2400: the segment R2 acos(d/R) - d half
 * chord, half chord 700. */
static void a_cut_parcel_has_the_segment_of_the_circle(void **state)
{
    const double r = 2500, d = 2400, segment = r * r * acos(d / r) - d * 700, all = 1000 * 2000;
    struct land *l = land_new(20e3);
    const struct bj_rule_result *res;

    (void)state;
    clinic(l, 0, 0, "1");
    box(l, 1, d, -1000, d + 1000, 1000);
    parcel(l, d + 500, 0, 1000);
    county_judge(l->c, PARCELS("R", "2500", ""));
    res = county_result(l->c, "R");
    assert_status(res, "U");
    assert_near(l->c->a->parcel_m2[0], all, 1);
    assert_near(res->cover_m2[0], segment, 2);
    assert_near(res->share_land, segment / all, 2e-6);
    assert_near(res->population.covered, 1000 * segment / all, 2e-3);
    assert_near(res->population.total, 1000, 0);
    assert_near(res->population.covered + res->population.uncovered, 1000, 1e-9);
    assert_near(res->villages.total, 1, 0);
    assert_near(res->villages.uncovered, 1, 0);
    assert_near(res->land_km2.total, all / 1e6, 1e-6);
    assert_near(res->land_km2.covered, segment / 1e6, 2e-6);
    assert_int_equal(res->verdict, BJ_NOT_MET);
    assert_near((double)res->dist_mm[0], 2.9e6, 2);
    /* The patch has the parcel, the people outside and the land they live on. */
    assert_int_equal(res->patch[0].villages, 1);
    assert_near(res->patch[0].population, 1000 * (1 - segment / all), 2e-3);
    assert_near(res->patch[0].parcel_km2, (all - segment) / 1e6, 2e-6);
    /* and the clinic the people inside */
    assert_near(res->served[0].population, 1000 * segment / all, 2e-3);
    assert_int_equal(res->served[0].villages, 0);
    land_free(l);
}

static void a_parcel_in_two_circles_and_in_none_alone_is_covered(void **state)
{
    struct land *l = land_new(20e3);
    const struct bj_rule_result *res;

    (void)state;
    clinic(l, -1500, 0, "1");
    clinic(l, 1500, 0, "2");
    box(l, 1, -2000, -500, 2000, 500); /* its corners lie 3536 m from the other clinic */
    parcel(l, 0, 0, 7);
    county_judge(l->c, PARCELS("R", "2500", ""));
    res = county_result(l->c, "R");
    assert_status(res, "C");
    assert_near(res->cover_m2[0], l->c->a->parcel_m2[0], 0);
    assert_int_equal(res->verdict, BJ_MET);
    assert_near(res->population.covered, 7, 0);
    assert_near(res->share_land, 1, 0);
    land_free(l);
}

static void holes_and_several_polygons_are_one_parcel(void **state)
{
    struct land *l = land_new(20e3);
    const struct bj_rule_result *res;

    (void)state;
    clinic(l, 0, 0, "1");
    box(l, 1, -500, -500, 500, 500); /* with a hole, all inside */
    box(l, 0, -100, -200, 100, 200);
    parcel(l, 400, 400, 1);
    box(l, 1, -4000, -4000, 4000, 4000); /* the whole circle lies in its hole */
    box(l, 0, -2600, -2600, 2600, 2600);
    parcel(l, 3000, 3000, 10);
    box(l, 1, 1000, 0, 1100, 200); /* 20 000 m2 inside, 60 000 m2 outside */
    box(l, 1, 5000, 0, 5300, 200);
    parcel(l, 5100, 100, 100);
    county_judge(l->c, PARCELS("R", "2500", ""));
    res = county_result(l->c, "R");
    assert_status(res, "CUU");
    assert_near(l->c->a->parcel_m2[0], 1e6 - 8e4, 1);
    assert_near(l->c->a->parcel_m2[1], 64e6 - 27.04e6, 40);
    assert_near(res->cover_m2[1], 0, 0);
    assert_near(res->cover_m2[2], 2e4, 0.1);
    assert_near(l->c->a->parcel_m2[2], 8e4, 0.5);
    assert_near(res->population.covered, 1 + 25, 1e-4);
    land_free(l);
}

/* Corners at exactly so many metres of the clinic, by geodesic; the parcel is the triangle of
 * two of them and the clinic's neighbourhood. */
static size_t triangle(struct land *l, double azimuth, double far_m)
{
    double at[3][2] = {{0, 0}, {0, 0}, {0, 0}};

    for (int k = 1; k < 3; k++) {
        double lon, lat;

        bj_geodesic_direct(LON0, LAT0, azimuth + k, far_m, &lon, &lat);
        assert_ok(bj_crs_from_lonlat(ctx, l->c->s.work, 1, &lon, &lat));
        at[k][0] = lon - l->x0;
        at[k][1] = lat - l->y0;
    }
    ring(l, 1, 3, at);
    return parcel(l, (at[1][0] + at[2][0]) / 3, (at[1][1] + at[2][1]) / 3, 1);
}

static void the_limit_itself_is_inside_and_slivers_decide_nothing(void **state)
{
    struct land *l = land_new(20e3);
    const struct bj_rule_result *res;

    (void)state;
    clinic(l, 0, 0, "1");
    for (int k = 0; k < 36; k++)
        triangle(l, 10 * k, 2500);
    for (int k = 0; k < 36; k++)
        triangle(l, 10 * k + 3, 2500.05);
    for (int k = 0; k < 36; k++)
        triangle(l, 10 * k + 6, 2502);
    county_judge(l->c, PARCELS("R", "2500", ""));
    res = county_result(l->c, "R");
    for (size_t i = 0; i < 108; i++) {
        assert_int_equal(res->status[i], i < 72 ? BJ_POINT_COVERED : BJ_POINT_UNCOVERED);
        if (i < 72)
            assert_near(res->cover_m2[i], l->c->a->parcel_m2[i], 0);
        else /* a strip of 2 m less what the chord of 1 degree is off its arc */
            assert_true(l->c->a->parcel_m2[i] - res->cover_m2[i] < 2.1 * 2500 * TEST_PI / 180);
    }
    land_free(l);
}

static void only_what_lies_in_the_county_counts(void **state)
{
    struct land *l = land_new(20e3);
    const struct bj_rule_result *res;

    (void)state;
    clinic(l, 0, 0, "1");
    box(l, 1, 19900, -100, 20100, 100); /* half of it */
    parcel(l, 19950, 0, 1);
    box(l, 1, 20010, 500, 20030, 600); /* beyond, within the 50 m: whole */
    parcel(l, 20020, 550, 1);
    box(l, 1, 100, 100, 200, 200);
    parcel(l, 150, 150, 1);
    county_judge(l->c, PARCELS("R", "2500", ", target_m: 2000"));
    res = county_result(l->c, "R");
    assert_status(res, "UUT");
    assert_near(l->c->a->parcel_m2[0], 2e4, 0.5);
    assert_near(l->c->a->parcel_m2[1], 2e3, 0.05);
    assert_near(res->land_km2.total, 0.032, 1e-6);
    assert_near(res->land_km2.target, 0.01, 1e-7);
    assert_int_equal(l->c->a->parcels.n_features, 3);
    land_free(l);
}

static void target_and_neighbours_are_told_apart(void **state)
{
    /* Of parcel 2 the own circle has the strip from 2300 m to the arc. */
    const double r = 2500, arc = 100 * sqrt(r * r - 1e4) + r * r * asin(100 / r);
    const double strip = arc - 2300 * 200;
    struct land *l = land_new(20e3);
    const struct bj_rule_result *res;

    (void)state;
    clinic(l, 0, 0, "1");
    l->c->s.facilities.neighbour[clinic(l, 4000, 0, "2")] = 1;
    box(l, 1, -100, -100, 100, 100);
    parcel(l, 0, 0, 1);
    box(l, 1, 1900, -100, 2100, 100); /* own limit; the two targets touch at 2000 m, leaving */
    parcel(l, 2000, 0, 2);            /* slits up to 5 m wide at its ends */
    box(l, 1, 2300, -100, 2900, 100); /* only the neighbour has all of it */
    parcel(l, 2600, 0, 4);
    box(l, 1, 5000, -100, 5100, 100); /* only the neighbour */
    parcel(l, 5050, 0, 8);
    box(l, 1, -2450, -10, -2400, 10); /* within the limit only */
    parcel(l, -2425, 0, 16);
    county_judge(l->c, PARCELS("R", "2500", ", target_m: 2000"));
    res = county_result(l->c, "R");
    assert_status(res, "TCTTC");
    assert_int_equal(res->verdict, BJ_PARTLY);
    assert_int_equal(res->via_nbr[0] + res->via_nbr[1] + res->via_nbr[4], 0);
    assert_int_equal(res->via_nbr[2] + res->via_nbr[3], 2);
    assert_near(res->own_villages, 3, 0);
    assert_near(res->population.covered, 31, 0);
    assert_near(res->own_population, 19 + 4 * strip / 12e4, 1e-4);
    assert_near(res->own_land_km2, (4e4 + 4e4 + 1e3 + strip) / 1e6, 3e-6);
    assert_near(res->target_m2[4], 0, 0);
    assert_near(res->share_population, 1, 0);
    land_free(l);
}

/* ---- any and all ------------------------------------------------------------------------- */

#define PART(id, class, limit)                                                                     \
    "      - {id: " id                                                                             \
    ", kind: radius, facilities: [" class "], demand: parcels, where: all, limit_m: " limit "}\n"
#define JOINED(id, kind)                                                                           \
    "  - id: " id "\n    clause: 一\n    quote: 试\n    level: must\n    kind: " kind              \
    "\n    of:\n" PART(id "1", "village_clinic", "2500") PART(id "2", "chc", "2500")

static void shares_are_joined_only_where_they_follow(void **state)
{
    struct land *l = land_new(20e3);
    const struct bj_rule_result *any, *all;
    size_t chc;

    (void)state;
    clinic(l, 0, 0, "1");
    chc = clinic(l, 4000, 0, "2");
    l->c->s.facilities.classes[chc] = (uint64_t)1 << BJ_CLASS_CHC;
    box(l, 1, 1900, -100, 2100, 100); /* all of it in both */
    parcel(l, 2000, 0, 1);
    box(l, 1, -100, -100, 100, 100); /* in the first alone */
    parcel(l, 0, 0, 2);
    box(l, 1, -2600, -10, -2400, 10); /* half in the first, none in the second */
    parcel(l, -2500, 0, 4);
    box(l, 1, 2400, -10, 2600, 10); /* half in the first, all in the second */
    parcel(l, 2500, 0, 8);
    box(l, 1, 1400, -2400, 2600, -1000); /* part in both */
    parcel(l, 2000, -1500, 16);
    box(l, 1, 9000, 0, 9100, 100); /* none */
    parcel(l, 9050, 50, 32);
    county_judge(l->c, JOINED("ANY", "any") JOINED("ALL", "all"));
    any = county_result(l->c, "ANY");
    all = county_result(l->c, "ALL");
    assert_status(any, "CCUCNU");
    assert_status(all, "CUUUNU");
    /* The arc within 0.1 m of 20 m, of 4000 m2. */
    assert_near(any->cover_m2[2] / l->c->a->parcel_m2[2], 0.5, 5e-4);
    assert_near(all->cover_m2[2], 0, 0);
    assert_near(all->cover_m2[3] / l->c->a->parcel_m2[3], 0.5, 5e-4);
    assert_true(isnan(any->cover_m2[4]));
    assert_near(any->population.covered, 1 + 2 + 2 + 8, 2e-3);
    assert_near(all->population.covered, 1 + 4, 4e-3);
    assert_near(any->population.not_evaluated, 16, 0);
    assert_int_equal(any->verdict, BJ_NOT_MET);
    assert_int_equal(all->verdict, BJ_NOT_MET);
    land_free(l);
}

/* ---- the twin ----------------------------------------------------------------------------- */

/* Geodesic circles of 4096 corners, united by GEOS. */
static GEOSGeometry *twin_circles(const struct county *c, double limit_m)
{
    enum { SIDES = 4096 };
    const struct bj_places *f = &c->s.facilities;
    GEOSGeometry **disc = calloc(f->n, sizeof(GEOSGeometry *)), *all, *merged;
    double *x = calloc(SIDES + 1, sizeof(*x)), *y = calloc(SIDES + 1, sizeof(*y));

    twin_start();
    for (size_t i = 0; i < f->n; i++) {
        GEOSCoordSequence *s = GEOSCoordSeq_create_r(twin, SIDES + 1, 2);

        for (int k = 0; k < SIDES; k++)
            bj_geodesic_direct(f->lon_deg[i], f->lat_deg[i], 360.0 * k / SIDES, limit_m, &x[k],
                               &y[k]);
        x[SIDES] = x[0];
        y[SIDES] = y[0];
        assert_ok(bj_crs_from_lonlat(ctx, c->s.work, SIDES + 1, x, y));
        for (unsigned k = 0; k <= SIDES; k++)
            GEOSCoordSeq_setXY_r(twin, s, k, x[k], y[k]);
        disc[i] = GEOSGeom_createPolygon_r(twin, GEOSGeom_createLinearRing_r(twin, s), NULL, 0);
    }
    all = GEOSGeom_createCollection_r(twin, GEOS_MULTIPOLYGON, disc, (unsigned)f->n);
    merged = GEOSUnaryUnion_r(twin, all);
    GEOSGeom_destroy_r(twin, all);
    free(disc);
    free(y);
    free(x);
    return merged;
}

/* The twin's parcel: one ring. */
static GEOSGeometry *twin_parcel(const struct land *l, size_t i)
{
    size_t a = l->point_start[i], n = l->point_start[i + 1] - a;
    GEOSCoordSequence *s = GEOSCoordSeq_create_r(twin, (unsigned)n, 2);

    for (size_t k = 0; k < n; k++)
        GEOSCoordSeq_setXY_r(twin, s, (unsigned)k, l->x[a + k], l->y[a + k]);
    return GEOSGeom_createPolygon_r(twin, GEOSGeom_createLinearRing_r(twin, s), NULL, 0);
}

static void compare_with_twin(const struct land *l, const GEOSGeometry *circles, size_t i)
{
    const struct bj_rule_result *r = county_result(l->c, "R");
    GEOSGeometry *p = twin_parcel(l, i), *in = GEOSIntersection_r(twin, p, circles);
    double all = 0, inside = 0, length = 0, m2 = l->c->a->parcel_m2[i], want;

    assert_true(GEOSArea_r(twin, p, &all) && GEOSArea_r(twin, in, &inside) &&
                GEOSLength_r(twin, p, &length));
    want = inside / all * m2;
    /* A drawn arc is within 0.1 m, and keeps the area of the whole arc; a sliver is less wide. */
    assert_near(r->cover_m2[i], want, 0.05 * length);
    if (all - inside <= 1e-9 * all)
        assert_int_equal(r->status[i], BJ_POINT_COVERED);
    if (all - inside > 0.1 * length)
        assert_int_equal(r->status[i], BJ_POINT_UNCOVERED);
    if (inside == 0)
        assert_near(r->cover_m2[i], 0, 0);
    GEOSGeom_destroy_r(twin, in);
    GEOSGeom_destroy_r(twin, p);
}

/* A star-shaped ring of up to ten corners. */
static void random_parcel(struct land *l, struct support_random *random)
{
    size_t n = 3 + (size_t)support_uniform(random, 0, 7);
    double at[10][2], x = support_uniform(random, -9000, 9000);
    double y = support_uniform(random, -9000, 9000), size = exp(support_uniform(random, 3, 7));

    for (size_t k = 0; k < n; k++) {
        double r = size * support_uniform(random, 0.3, 1), a = 2 * TEST_PI * (double)k / (double)n;

        at[k][0] = x + r * cos(a);
        at[k][1] = y + r * sin(a);
    }
    ring(l, 1, n, at);
    parcel(l, x, y, support_uniform(random, 0, 500));
}

static void check_sums(const struct county *c)
{
    const struct bj_rule_result *r = county_result(c, "R");
    double land = 0, inside = 0, people = 0, in_people = 0;

    for (size_t i = 0; i < r->demand->n; i++) {
        land += c->a->parcel_m2[i] / 1e6;
        inside += r->cover_m2[i] / 1e6;
        people += r->demand->population[i];
        in_people += r->demand->population[i] * r->cover_m2[i] / c->a->parcel_m2[i];
    }
    assert_near(r->land_km2.total, land, 1e-9);
    assert_near(r->land_km2.covered, inside, 1e-9);
    assert_near(r->land_km2.covered + r->land_km2.uncovered, land, 1e-9);
    assert_near(r->share_land, inside / land, 1e-12);
    assert_near(r->population.total, people, 1e-9);
    assert_near(r->population.covered, in_people, 1e-9 * people);
}

static void shares_agree_with_a_twin_of_geos(void **state)
{
    struct support_random random;

    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct land *l = land_new(20e3);
        double limit = seed % 2 ? 2500 : 800;
        GEOSGeometry *circles;
        char rules[300];
        size_t cut = 0;

        print_message("seed %llu\n", (unsigned long long)seed);
        support_seed(&random, seed);
        for (int k = 0; k < (limit < 1000 ? 30 : 8); k++)
            clinic(l, support_uniform(&random, -9000, 9000), support_uniform(&random, -9000, 9000),
                   "");
        for (int k = 0; k < 400; k++)
            random_parcel(l, &random);
        snprintf(rules, sizeof(rules), PARCELS("R", "%g", ""), limit);
        county_judge(l->c, rules);
        circles = twin_circles(l->c, limit);
        for (size_t i = 0; i < 400; i++) {
            double share = county_result(l->c, "R")->cover_m2[i] / l->c->a->parcel_m2[i];

            compare_with_twin(l, circles, i);
            cut += share > 0 && share < 1;
        }
        assert_true(cut > 20); /* the test must have something to test */
        check_sums(l->c);
        GEOSGeom_destroy_r(twin, circles);
        land_free(l);
    }
}

static void threads_change_no_bit(void **state)
{
    struct support_random random;
    struct land *l = land_new(20e3);
    double one[500];

    (void)state;
    support_seed(&random, 7);
    for (int k = 0; k < 30; k++)
        clinic(l, support_uniform(&random, -9000, 9000), support_uniform(&random, -9000, 9000), "");
    for (int k = 0; k < 500; k++)
        random_parcel(l, &random);
    county_judge(l->c, PARCELS("R", "2500", ""));
    memcpy(one, county_result(l->c, "R")->cover_m2, sizeof(one));
    bj_ctx_set_threads(ctx, 3);
    county_judge(l->c, PARCELS("R", "2500", ""));
    bj_ctx_set_threads(ctx, 1);
    assert_memory_equal(one, county_result(l->c, "R")->cover_m2, sizeof(one));
    land_free(l);
}

static void running_out_of_memory_leaks_nothing(void **state)
{
    struct land *l = land_new(20e3);

    (void)state;
    clinic(l, 0, 0, "1");
    l->c->s.facilities.neighbour[clinic(l, 3000, 0, "2")] = 1;
    box(l, 1, 2400, -100, 2600, 100);
    parcel(l, 2500, 0, 1);
    box(l, 1, -2600, -100, -2400, 100);
    parcel(l, -2500, 0, 1);
    box(l, 1, 19900, -100, 20100, 100);
    parcel(l, 19950, 0, 1);
    county_judge(l->c, PARCELS("R", "2500", ", target_m: 2000") JOINED("ANY", "any"));
    assert_true(support_torture(county_judge_again, l->c) > 50);
    land_free(l);
}

/* ---- reading ------------------------------------------------------------------------------ */

/* GeoJSON with ' for ". Row a: the middle line runs through the hole. */
static const char boundary_json[] = "{'type':'FeatureCollection','features':["
                                    "{'type':'Feature','properties':{'code':'1','population':5},"
                                    "'geometry':{'type':'Polygon','coordinates':"
                                    "[[[116,36],[116.2,36],[116.2,36.2],[116,36.2],[116,36]]]"
                                    "}}]}";
static const char parcels_json[] =
    "{'type':'FeatureCollection','features':["
    "{'type':'Feature','properties':{'code':'a','population':5},"
    "'geometry':{'type':'Polygon','coordinates':"
    "[[[116.01,36.01],[116.05,36.01],[116.05,36.05],[116.01,36.05],[116.01,36.01]],"
    "[[116.02,36.02],[116.045,36.02],[116.045,36.045],[116.02,36.045],[116.02,36.02]]]"
    "}},"
    "{'type':'Feature','properties':{'code':'b','population':5},"
    "'geometry':{'type':'MultiPolygon','coordinates':"
    "[[[[116.1,36.1],[116.11,36.1],[116.11,36.11],[116.1,36.11],[116.1,36.1]]],"
    "[[[116.12,36.12],[116.15,36.12],[116.15,36.15],[116.12,36.15],[116.12,36.12]]]]"
    "}},"
    "{'type':'Feature','properties':{'code':'c','population':5},"
    "'geometry':{'type':'Point','coordinates':"
    "[116.1,36.1]"
    "}},"
    "{'type':'Feature','properties':{'code':'d','population':5},"
    "'geometry':{'type':'Polygon','coordinates':"
    "[[[116.1,36.1],[116.11,36.1],[116.1,36.1],[116.1,36.1]]]"
    "}},"
    "{'type':'Feature','properties':{'code':'e','population':5},"
    "'geometry':{'type':'Polygon','coordinates':"
    "[[[116.3,36.1],[116.31,36.1],[116.31,36.11],[116.3,36.11],[116.3,36.1]]]"
    "}}]}";

static void write_json(const char *dir, const char *name, const char *text)
{
    char *copy = strdup(text);

    assert_non_null(copy);
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    support_write(dir, name, copy);
    free(copy);
}

static enum bj_status read_case(struct bj_ctx *x, void *arg)
{
    struct bj_case *c = NULL;
    struct bj_study *s = NULL;
    enum bj_status st = bj_case_read(x, arg, &c);

    if (st == BJ_OK)
        st = bj_study_read(x, c, 0, &s);
    bj_study_free(s);
    bj_case_free(c);
    return st;
}

static void rows_become_parcels_or_stand_in_the_ledger(void **state)
{
    const char *dir = support_tmpdir();
    struct bj_case *c = NULL;
    struct bj_study *s = NULL;
    char path[500];

    (void)state;
    write_json(dir, "b.geojson", boundary_json);
    write_json(dir, "p.geojson", parcels_json);
    snprintf(path, sizeof(path), "%s",
             support_write(dir, "case.yaml",
                           "boundary: {path: b.geojson}\nparcels: {path: p.geojson}\n"));
    assert_ok(bj_case_read(ctx, path, &c));
    assert_ok(bj_study_read(ctx, c, 0, &s));
    assert_int_equal(s->parcels.n, 2);
    assert_int_equal(s->parcels_area.n_features, 2);
    assert_int_equal(s->parcels_area.n_polygons, 3);
    assert_int_equal(s->parcels_area.n_rings, 4);
    assert_string_equal(s->parcels.code[1], "b");
    assert_near(s->parcels.population[1], 5, 0);
    /* inside the shell, outside the hole */
    assert_near(s->parcels.lon_deg[0], 116.015, 0.00501);
    assert_true(s->parcels.lon_deg[0] < 116.02);
    /* midway between the corners next to the middle, so that no corner is met */
    assert_near(s->parcels.lat_deg[0], (36.02 + 36.045) / 2, 0.0001);
    /* in the wider polygon */
    assert_near(s->parcels.lon_deg[1], 116.135, 0.0001);
    assert_int_equal(s->n_ledger, 3);
    assert_int_equal(s->ledger[0].fate, BJ_FATE_WRONG_GEOMETRY);
    assert_int_equal(s->ledger[1].fate, BJ_FATE_NO_GEOMETRY);
    assert_int_equal(s->ledger[2].fate, BJ_FATE_OUTSIDE_COUNTY);
    assert_near(s->ledger[2].population, 5, 0);
    bj_study_free(s);
    bj_case_free(c);
    assert_true(support_torture(read_case, path) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_parcel_has_the_segment_of_the_circle),
        cmocka_unit_test(a_parcel_in_two_circles_and_in_none_alone_is_covered),
        cmocka_unit_test(holes_and_several_polygons_are_one_parcel),
        cmocka_unit_test(the_limit_itself_is_inside_and_slivers_decide_nothing),
        cmocka_unit_test(only_what_lies_in_the_county_counts),
        cmocka_unit_test(target_and_neighbours_are_told_apart),
        cmocka_unit_test(shares_are_joined_only_where_they_follow),
        cmocka_unit_test(shares_agree_with_a_twin_of_geos),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(running_out_of_memory_leaks_nothing),
        cmocka_unit_test(rows_become_parcels_or_stand_in_the_ledger),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
