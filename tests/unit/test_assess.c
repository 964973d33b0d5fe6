/* bj_assess() on counties built by hand: boundary cases, sums, areas, any and all. */
#include "county.h"

#include "banjing/crs.h"

/* ---- radius --------------------------------------------------------------- */

/* Villages around the clinic at distances that end a millimetre beside the limit and the border
 * band of 50 m. */
static void the_limit_is_decided_by_the_millimetre(void **state)
{
    const struct {
        double m;
        char status;
        int border;
    } v[] = {
        {0, 'C', 0},    {2449.999, 'C', 0},  {2450, 'C', 1},      {2499.999, 'C', 1},
        {2500, 'C', 1}, {2500.0004, 'C', 1}, {2500.0006, 'U', 1}, {2500.001, 'U', 1},
        {2550, 'U', 1}, {2550.001, 'U', 0},  {9000, 'U', 0},
    };
    const size_t n = sizeof(v) / sizeof(*v);
    struct county *c = county_new(20e3);
    const struct bj_rule_result *r;

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC, "1");
    for (size_t i = 0; i < n; i++)
        county_village(c, 30 * (double)i, v[i].m, 100);
    county_judge(c, RADIUS("R", "2500", ""));
    r = county_result(c, "R");
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(r->dist_mm[i], llround(1000 * v[i].m));
        assert_int_equal(r->status[i], v[i].status == 'C' ? BJ_POINT_COVERED : BJ_POINT_UNCOVERED);
        assert_int_equal(r->border[i], v[i].border);
        assert_int_equal(r->facility[i], 0);
        assert_int_equal(r->time_ms[i], -1);
    }
    assert_near(r->villages.total, 11, 0);
    assert_near(r->villages.covered, 6, 0);
    assert_near(r->villages.target, 0, 0);
    assert_near(r->villages.uncovered, 5, 0);
    assert_near(r->population.covered, 600, 0);
    assert_near(r->share_villages, 6.0 / 11, 1e-15);
    assert_int_equal(r->borderline, 7);
    assert_near(r->farthest_m, 9000, 0);
    assert_int_equal(r->verdict, BJ_NOT_MET);
    assert_string_equal(r->reason, "");
    county_free(c);
}

static void target_and_limit_give_three_verdicts(void **state)
{
    struct county *c = county_new(30e3);
    const char *rules = "  - {id: A, clause: 一, quote: 试, level: must, kind: radius, facilities: "
                        "[ems_station], demand: villages,"
                        " where: all, target_m: 10000, limit_m: 20000}\n"
                        "  - {id: B, clause: 一, quote: 试, level: must, kind: radius, facilities: "
                        "[ems_station], demand: villages,"
                        " where: all, target_m: 15000, limit_m: 20000}\n"
                        "  - {id: C, clause: 一, quote: 试, level: must, kind: radius, facilities: "
                        "[ems_station], demand: villages,"
                        " where: all, target_m: 10000, limit_m: 14999.999}\n";

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_EMS_CENTRE, "1"); /* a sub-class of ems_station */
    county_village(c, 10, 10000, 1.5);
    county_village(c, 200, 15000, 2.25);
    county_judge(c, rules);
    assert_status(county_result(c, "A"), "TC");
    assert_int_equal(county_result(c, "A")->verdict, BJ_PARTLY);
    assert_near(county_result(c, "A")->population.target, 1.5, 0);
    assert_near(county_result(c, "A")->population.covered, 3.75, 0);
    assert_status(county_result(c, "B"), "TT");
    assert_int_equal(county_result(c, "B")->verdict, BJ_MET);
    assert_status(county_result(c, "C"), "TU");
    assert_int_equal(county_result(c, "C")->verdict, BJ_NOT_MET);
    county_free(c);
}

static void neighbours_count_and_are_told_apart(void **state)
{
    struct county *c = county_new(20e3);
    const struct bj_rule_result *r;
    size_t f;

    (void)state;
    county_facility(c, 90, 8000, BJ_CLASS_VILLAGE_CLINIC, "1");
    f = county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC, "2");
    c->s.facilities.neighbour[f] = 1;
    county_village(c, 0, 1000, 10);   /* neighbour only */
    county_village(c, 90, 8000, 20);  /* own */
    county_village(c, 90, 5600, 40);  /* own at 2.4 km; the neighbour is 5.6 km away */
    county_village(c, 180, 6000, 80); /* nobody; the neighbour is nearer */
    county_judge(c, RADIUS("R", "2500", ""));
    r = county_result(c, "R");
    assert_status(r, "CCCU");
    assert_int_equal(r->via_nbr[0], 1);
    assert_int_equal(r->via_nbr[1] + r->via_nbr[2] + r->via_nbr[3], 0);
    assert_int_equal(r->facility[0], 1);
    assert_int_equal(r->facility[3], 1);
    assert_near(r->population.covered, 70, 0);
    assert_near(r->own_villages, 2, 0);
    assert_near(r->own_population, 60, 0);
    assert_false(county_has_note(c, "only_neighbours"));
    c->s.facilities.neighbour[0] = 1;
    county_judge(c, RADIUS("R", "2500", ""));
    assert_near(county_result(c, "R")->own_villages, 0, 0);
    assert_true(county_has_note(c, "only_neighbours"));
    county_free(c);
}

/* Between two clinics at one distance the lower code wins, whatever the row. */
static void ties_go_to_the_lower_code(void **state)
{
    struct county *c = county_new(20e3);

    (void)state;
    county_facility(c, 90, 1000, BJ_CLASS_VILLAGE_CLINIC, "10");
    county_facility(c, 270, 1000, BJ_CLASS_VILLAGE_CLINIC, "9");
    county_facility(c, 90, 1000, BJ_CLASS_CHC, "1"); /* another class */
    county_village(c, 0, 0, 1);
    county_judge(c, RADIUS("R", "2500", ""));
    assert_int_equal(county_result(c, "R")->facility[0], 1);
    county_free(c);
}

static void a_facility_of_two_classes_serves_both(void **state)
{
    struct county *c = county_new(20e3);

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_CHC, "1");
    c->s.facilities.classes[0] |= UINT64_C(1) << BJ_CLASS_VILLAGE_CLINIC_GENERAL;
    county_village(c, 0, 100, 1);
    county_judge(c, RADIUS("R", "2500", ""));
    assert_status(county_result(c, "R"), "C");
    county_free(c);
}

static void settlements_are_judged_like_villages(void **state)
{
    struct county *c = county_new(20e3);
    double lon, lat;

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC, "1");
    county_village(c, 0, 100, 1);
    bj_geodesic_direct(LON0, LAT0, 45, 3000, &lon, &lat);
    county_add(c, &c->s.settlements, lon, lat);
    county_add(c, &c->s.settlements, LON0, LAT0);
    county_judge(c, "  - {id: S, clause: 一, quote: 试, level: must, kind: radius, facilities: "
                    "[village_clinic],"
                    " demand: settlements, where: all, limit_m: 2500}\n" RADIUS("V", "2500", ""));
    assert_status(county_result(c, "S"), "UC");
    assert_ptr_equal(county_result(c, "S")->demand, &c->s.settlements);
    assert_status(county_result(c, "V"), "C");
    county_free(c);
}

/* ---- scope ---------------------------------------------------------------- */

#define SIDE(id, where)                                                                            \
    "  - {id: " id ", clause: 一, quote: 试, level: must, kind: radius, facilities: "            \
    "[village_clinic], demand: villages,"                                                          \
    " where: " where ", limit_m: 2500}\n"

static void urban_and_rural_rules_keep_to_their_side(void **state)
{
    struct county *c = county_new(20e3);
    const unsigned char urban[] = {BJ_URBAN_YES, BJ_URBAN_NO, BJ_URBAN_UNKNOWN, BJ_URBAN_YES,
                                   BJ_URBAN_NO};
    const struct bj_rule_result *u, *r;

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC, "1");
    for (size_t i = 0; i < 5; i++)
        c->s.villages.urban[county_village(c, 70 * (double)i, 100 + 1000 * (double)i, 10)] =
            urban[i];
    county_judge(c, SIDE("U", "urban") SIDE("R", "rural"));
    u = county_result(c, "U");
    r = county_result(c, "R");
    assert_status(u, "CONUO");
    assert_status(r, "OCNOU");
    assert_near(u->villages.total, 3, 0);
    assert_near(u->villages.not_evaluated, 1, 0);
    assert_near(u->share_villages, 0.5, 0);
    assert_near(u->population.total, 30, 0);
    assert_near(u->farthest_m, 3100, 0);      /* the point out of scope is farther */
    assert_int_equal(u->dist_mm[4], 4100000); /* and yet has its distance */
    assert_int_equal(u->verdict, BJ_NOT_MET);
    county_free(c);
}

static void sides_that_nobody_knows_are_not_guessed(void **state)
{
    struct county *c = county_new(20e3);
    const struct bj_rule_result *r;

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC, "1");
    county_village(c, 0, 100, 1);
    county_village(c, 0, 200, 1);
    county_judge(c, SIDE("U", "urban"));
    r = county_result(c, "U");
    assert_status(r, "NN");
    assert_int_equal(r->verdict, BJ_NOT_EVALUATED);
    assert_non_null(strstr(r->reason, "urban"));
    assert_true(isnan(r->share_villages));
    assert_true(isnan(r->farthest_m));
    assert_int_equal(r->has_area, 0);
    c->s.villages.urban[0] = c->s.villages.urban[1] = BJ_URBAN_NO;
    county_judge(c, SIDE("U", "urban"));
    r = county_result(c, "U");
    assert_status(r, "OO");
    assert_int_equal(r->verdict, BJ_NOT_EVALUATED);
    assert_non_null(strstr(r->reason, "none"));
    assert_near(r->villages.total, 0, 0);
    county_free(c);
}

static void a_class_without_facility_is_not_evaluated(void **state)
{
    struct county *c = county_new(20e3);
    const struct bj_rule_result *r;

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_CHC, "1");
    county_village(c, 0, 100, 7);
    county_judge(c, RADIUS("R", "2500", ""));
    r = county_result(c, "R");
    assert_int_equal(r->verdict, BJ_NOT_EVALUATED);
    assert_non_null(strstr(r->reason, "village_clinic"));
    assert_null(strstr(r->reason, "village_clinic_central")); /* a sub-class of what is named */
    assert_status(r, "N");
    assert_near(r->population.not_evaluated, 7, 0);
    assert_int_equal(r->has_area, 0);
    county_free(c);
}

static void a_class_the_county_truly_lacks_leaves_all_uncovered(void **state)
{
    struct county *c = county_new(20e3);
    const struct bj_rule_result *r;

    (void)state;
    county_village(c, 0, 100, 7);
    county_village(c, 0, 900, 3);
    c->info.none = UINT64_C(1) << BJ_CLASS_VILLAGE_CLINIC; /* with its sub-classes */
    county_judge(c, RADIUS("R", "2500", ""));
    r = county_result(c, "R");
    assert_status(r, "UU");
    assert_int_equal(r->verdict, BJ_NOT_MET);
    assert_int_equal(r->dist_mm[0], -1);
    assert_int_equal(r->facility[0], -1);
    assert_int_equal(r->border[0], 0);
    assert_true(isnan(r->farthest_m));
    assert_int_equal(r->n_patches, 1);
    assert_int_equal(r->patch[0].villages, 2);
    assert_near(r->patch[0].population, 10, 0);
    assert_true(isnan(r->patch[0].far_m));
    assert_near(r->uncovered_km2, c->s.county_area_m2 / 1e6, 1e-6 * r->area_km2);
    assert_near(r->covered_km2, 0, 0);
    /* Only one of two classes: still unknown. */
    c->info.none = UINT64_C(1) << BJ_CLASS_VILLAGE_CLINIC_CENTRAL;
    county_judge(c, RADIUS("R", "2500", ""));
    assert_int_equal(county_result(c, "R")->verdict, BJ_NOT_EVALUATED);
    county_free(c);
}

#define PUBLIC                                                                                     \
    "  - {id: P, clause: 一, quote: 试, level: must, kind: radius, facilities: "                 \
    "[township_hospital], demand: villages,"                                                       \
    " where: all, limit_m: 2500, ownership: public}\n"

static void ownership_is_asked_of_each_facility(void **state)
{
    struct county *c = county_new(20e3);
    const struct bj_rule_result *r;

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_TOWNSHIP_HOSPITAL, "1");
    county_facility(c, 90, 4000, BJ_CLASS_TOWNSHIP_HOSPITAL_CENTRAL, "2");
    county_facility(c, 90, 9000, BJ_CLASS_TOWNSHIP_HOSPITAL, "3");
    county_village(c, 0, 0, 1);
    county_village(c, 90, 4000, 1);
    county_village(c, 90, 9000, 1);
    county_judge(c, PUBLIC);
    r = county_result(c, "P");
    assert_int_equal(r->verdict, BJ_NOT_EVALUATED); /* no column at all */
    assert_non_null(strstr(r->reason, "ownership"));
    c->s.facilities.ownership[0] = "民营";
    c->s.facilities.ownership[1] = "县政府";
    county_judge(c, PUBLIC);
    assert_status(county_result(c, "P"), "UCU"); /* the third is not known: not counted, noted */
    assert_true(county_has_note(c, "ownership_unknown"));
    c->s.facilities.ownership[1] = "非公立";
    c->s.facilities.ownership[2] = "Private";
    county_judge(c, PUBLIC);
    r = county_result(c, "P");
    assert_status(r, "UUU"); /* all known, none public: truly none */
    assert_int_equal(r->verdict, BJ_NOT_MET);
    county_free(c);
}

static void demand_that_is_not_there_is_named(void **state)
{
    struct county *c = county_new(20e3);

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC, "1");
    county_judge(c, RADIUS("V", "2500", "") "  - {id: P, clause: 一, quote: 试, level: must, kind: "
                                            "radius, facilities: [village_clinic],"
                                            " demand: parcels, where: all, limit_m: 2500}\n");
    assert_int_equal(county_result(c, "V")->verdict, BJ_NOT_EVALUATED);
    assert_int_equal(county_result(c, "V")->judged, 0);
    assert_non_null(strstr(county_result(c, "V")->reason, "villages"));
    assert_int_equal(county_result(c, "P")->verdict, BJ_NOT_EVALUATED);
    assert_non_null(strstr(county_result(c, "P")->reason, "parcels"));
    county_free(c);
}

/* ---- sums ----------------------------------------------------------------- */

static const struct bj_township_tally *township(const struct bj_rule_result *r, const char *name)
{
    for (size_t i = 0; i < r->n_townships; i++)
        if (strcmp(r->township[i].name, name) == 0)
            return &r->township[i];
    fail_msg("no township %s", name);
    return NULL;
}

/* By index, by name, by a name the layer does not have, and by none. */
static void townships_add_up_to_the_rule(void **state)
{
    struct county *c = county_new(20e3);
    const struct bj_rule_result *r;
    size_t i;

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC, "1");
    county_township(c, "100", "甲镇", "镇");
    county_township(c, "101", "乙乡", "乡");
    county_township(c, "102", "丙街道", "街道");
    i = county_village(c, 0, 100, 0.25);
    c->s.villages.township_index[i] = 1;
    c->s.villages.township[i] = "甲镇"; /* the polygon wins over the column */
    i = county_village(c, 0, 3000, 0.5);
    c->s.villages.township[i] = "乙乡";
    i = county_village(c, 0, 200, 1.125);
    c->s.villages.township[i] = "丁镇";
    county_village(c, 0, 300, 2.0625);
    i = county_village(c, 0, 4000, 4.03125);
    c->s.villages.township[i] = "甲镇";
    county_judge(c, RADIUS("R", "2500", ""));
    r = county_result(c, "R");
    assert_int_equal(r->n_townships, 5);
    assert_string_equal(r->township[0].name, "甲镇");
    assert_string_equal(r->township[0].code, "100");
    assert_string_equal(r->township[2].name, "丙街道");
    assert_string_equal(r->township[3].name, "丁镇");
    assert_string_equal(r->township[4].name, "");
    assert_int_equal(r->township[1].township, 1);
    assert_int_equal(r->township[3].township, -1);
    assert_near(township(r, "甲镇")->villages.uncovered, 1, 0);
    assert_near(township(r, "甲镇")->population.uncovered, 4.03125, 0);
    assert_near(township(r, "乙乡")->villages.total, 2, 0);
    assert_near(township(r, "乙乡")->population.covered, 0.25, 0);
    assert_near(township(r, "乙乡")->population.uncovered, 0.5, 0);
    assert_near(township(r, "丙街道")->villages.total, 0, 0);
    assert_near(township(r, "丁镇")->population.covered, 1.125, 0);
    assert_near(township(r, "")->population.covered, 2.0625, 0);
    assert_near(r->population.total, 7.96875, 0);
    assert_near(r->population.uncovered, 4.53125, 0);
    county_free(c);
}

/* Distances of the evaluated points only, and where a clinic stands: in the nearest village. */
static void townships_have_distances_and_clinics_of_their_own(void **state)
{
    struct county *c = county_new(20e3);
    const struct bj_rule_result *r;
    size_t f;

    (void)state;
    county_township(c, "100", "甲镇", "镇");
    county_township(c, "101", "乙乡", "乡");
    county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC_GENERAL, "1");
    f = county_facility(c, 180, 9000, BJ_CLASS_VILLAGE_CLINIC, "2");
    c->s.facilities.neighbour[f] = 1;
    for (int i = 0; i < 6; i++)
        county_village(c, i < 4 ? 0 : 180, (double[]){100, 1500, 2600, 5000, 7000, 3000}[i], 1);
    for (size_t i = 0; i < 6; i++) {
        c->s.villages.township_index[i] = i > 2;
        c->s.villages.urban[i] = i == 3 ? BJ_URBAN_YES : BJ_URBAN_NO;
    }
    county_judge(c, SIDE("R", "rural") RADIUS("W", "2500", "")
                        RADIUS("X", "2500", ", ownership: public"));
    r = county_result(c, "R");
    assert_near(township(r, "甲镇")->farthest_m, 2600, 0);
    assert_near(township(r, "甲镇")->mean_m, (100 + 1500 + 2600) / 3.0, 1e-9);
    assert_near(township(r, "甲镇")->with_clinic, 1, 0); /* village 0 alone */
    assert_int_equal(township(r, "甲镇")->via_nbr, 0);
    assert_near(township(r, "乙乡")->farthest_m, 3000, 0); /* 5,000 is the urban village */
    assert_near(township(r, "乙乡")->mean_m, 2500, 1e-9);
    assert_near(township(r, "乙乡")->with_clinic, 0, 0); /* the neighbour's clinic is not its own */
    assert_int_equal(township(r, "乙乡")->via_nbr, 1);
    assert_near(r->farthest_m, 3000, 0);
    assert_near(r->mean_m, (100 + 1500 + 2600 + 2000 + 3000) / 5.0, 1e-9);
    assert_int_equal(r->n_via_nbr, 1);
    assert_near(r->with_clinic, 1, 0);
    assert_near(township(county_result(c, "W"), "乙乡")->farthest_m, 5000, 0);
    r = county_result(c, "X"); /* nobody knows who owns them */
    assert_true(isnan(township(r, "甲镇")->farthest_m) && isnan(r->mean_m));
    assert_near(r->with_clinic, 1, 0);
    c->s.facilities.neighbour[0] = 1; /* no clinic of its own is given: not "none has one" */
    county_judge(c, RADIUS("W", "2500", ""));
    assert_true(isnan(county_result(c, "W")->with_clinic));
    assert_true(isnan(township(county_result(c, "W"), "甲镇")->with_clinic));
    county_free(c);
}

/* Laws on random counties: all statuses make the whole, a larger radius covers no less, own
 * facilities cover no more than all. */
static void random_counties_keep_the_laws(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct support_random r;
        struct county *c = county_new(25e3);
        double before = -1;

        print_message("seed %d\n", (int)seed);
        support_seed(&r, seed);
        for (int i = 0; i < 60; i++) {
            size_t f = county_facility(c, support_uniform(&r, 0, 360), support_uniform(&r, 0, 25e3),
                                       BJ_CLASS_VILLAGE_CLINIC, "");
            c->s.facilities.neighbour[f] = support_uniform(&r, 0, 1) < 0.3;
        }
        for (int i = 0; i < 300; i++)
            county_village(c, support_uniform(&r, 0, 360), support_uniform(&r, 0, 24e3),
                           support_uniform(&r, 0, 900));
        county_judge(c, RADIUS("A", "1000", "") RADIUS("B", "2500", "") RADIUS("C", "4000", "")
                            RADIUS("D", "30000", ""));
        for (size_t k = 0; k < 4; k++) {
            const struct bj_rule_result *x = &c->a->result[k];
            double villages = 0, people = 0, km2 = 0;

            assert_near(x->villages.covered + x->villages.uncovered, 300, 0);
            assert_true(x->population.covered >= before);
            before = x->population.covered;
            assert_true(x->own_population <= x->population.covered + 1e-6);
            assert_near(x->covered_km2 + x->uncovered_km2, x->area_km2, 1e-6 * x->area_km2);
            for (size_t p = 0; p < x->n_patches; p++) {
                villages += (double)x->patch[p].villages;
                people += x->patch[p].population;
                km2 += x->patch[p].area_km2;
                if (p > 0)
                    assert_true(x->patch[p].population <= x->patch[p - 1].population);
            }
            assert_near(villages, x->villages.uncovered, 0);
            assert_near(people, x->population.uncovered, 1e-6);
            assert_near(km2, x->uncovered_km2, 1e-9);
        }
        assert_int_equal(county_result(c, "D")->verdict, BJ_MET);
        assert_int_equal(county_result(c, "D")->n_patches, 0);
        county_free(c);
    }
}

/* ---- areas ---------------------------------------------------------------- */

/* A small geodesic circle of radius r has the area pi r2 (1 - K r2 / 12 + ...), K = 1 / (M N). */
static double circle_km2(double r)
{
    double f = 1 / BJ_ELLIPSOID_RF, e2 = f * (2 - f), s = sin(LAT0 * TEST_PI / 180);
    double w = 1 - e2 * s * s, m = BJ_ELLIPSOID_A_M * (1 - e2) / pow(w, 1.5);
    double n = BJ_ELLIPSOID_A_M / sqrt(w);

    return TEST_PI * r * r * (1 - r * r / (12 * m * n)) / 1e6;
}

static void one_circle_has_its_closed_form(void **state)
{
    struct county *c = county_new(20e3);
    const struct bj_rule_result *r;

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC, "1");
    county_village(c, 0, 6000, 30);
    county_village(c, 0, 100, 50);
    county_judge(c, RADIUS("R", "5000", ""));
    r = county_result(c, "R");
    assert_int_equal(r->has_area, 1);
    assert_int_equal(r->covered.n_polygons, 1);
    assert_int_equal(r->uncovered.n_polygons, 1);
    assert_int_equal(r->uncovered.n_rings, 2); /* the county with a hole */
    assert_near(r->area_km2, c->s.county_area_m2 / 1e6, 1e-9);
    assert_near(r->covered_km2, circle_km2(5000), 2e-6 * r->covered_km2);
    assert_near(r->covered_part_km2[0], r->covered_km2, 0);
    assert_near(r->covered_km2 + r->uncovered_km2, r->area_km2, 1e-6 * r->area_km2);
    assert_near(r->share_area, circle_km2(5000) / r->area_km2, 1e-7);
    assert_int_equal(r->n_patches, 1);
    assert_int_equal(r->patch[0].villages, 1);
    assert_near(r->patch[0].population, 30, 0);
    assert_near(r->patch[0].far_m, 6000, 0);
    /* In the output's CRS: degrees here, every corner of the covered land 5 km from the clinic. */
    for (size_t i = 0; i < r->covered.n_points; i++)
        assert_near(bj_geodesic_m(LON0, LAT0, r->covered.x[i], r->covered.y[i]), 5000, 0.11);
    county_free(c);
}

struct halves {
    size_t poly[4], ring[3], point[3];
    double x[10], y[10];
};

/* Two townships that meet in the central meridian, a straight line on the map and on the ground,
 * and reach beyond the county: each has half of it. A third has no polygon. */
static void add_halves(struct county *c, struct halves *h)
{
    const struct halves starts = {{0, 1, 2, 2}, {0, 1, 2}, {0, 5, 10}, {0}, {0}};
    struct bj_polygons *p = &c->s.townships_area;
    size_t ring[2], point[2];
    double x = LON0, y = LAT0;

    *h = starts;
    assert_ok(bj_crs_from_lonlat(ctx, c->s.work, 1, &x, &y));
    county_rectangle(p, ring, point, h->x, h->y, x - 5e4, y - 5e4, x, y + 5e4);
    county_rectangle(p, ring, point, h->x + 5, h->y + 5, x, y - 5e4, x + 5e4, y + 5e4);
    *p = (struct bj_polygons){3, 2, 2, 10, h->poly, h->ring, h->point, h->x, h->y};
    county_township(c, "100", "西镇", "镇");
    county_township(c, "101", "东镇", "镇");
    county_township(c, "102", "无图镇", "镇");
}

/* One circle lies wholly in the west. */
static void each_township_has_its_part_of_the_uncovered_land(void **state)
{
    struct county *c = county_new(20e3);
    const struct bj_assess_options undrawn = {.no_areas = 1};
    const struct bj_rule_result *r;
    struct halves halves;

    (void)state;
    add_halves(c, &halves);
    county_facility(c, 270, 10000, BJ_CLASS_VILLAGE_CLINIC, "1");
    c->s.villages.township_index[county_village(c, 270, 6000, 1)] = 0;
    c->s.villages.township_index[county_village(c, 90, 6000, 1)] = 1;
    county_village(c, 0, 100, 1);
    county_judge(c, RADIUS("R", "5000", "") RADIUS("S", "5000", "") RADIUS("U", "3000", ""));
    for (int k = 0; k < 2; k++) { /* S shares the drawing of R */
        r = county_result(c, k ? "S" : "R");
        assert_int_equal(r->n_townships, 4);
        assert_near(township(r, "东镇")->uncovered_km2, r->area_km2 / 2, 1e-6);
        assert_near(township(r, "西镇")->uncovered_km2, r->area_km2 / 2 - circle_km2(5000),
                    2e-6 * circle_km2(5000));
        assert_near(township(r, "东镇")->uncovered_km2 + township(r, "西镇")->uncovered_km2,
                    r->uncovered_km2, 1e-6);
        assert_true(isnan(township(r, "无图镇")->uncovered_km2));
        assert_true(isnan(township(r, "")->uncovered_km2));
    }
    assert_near(township(county_result(c, "U"), "西镇")->uncovered_km2,
                r->area_km2 / 2 - circle_km2(3000), 2e-6 * circle_km2(3000));
    county_judge_with(c, RADIUS("R", "5000", ""), &undrawn);
    assert_true(isnan(township(county_result(c, "R"), "东镇")->uncovered_km2));
    county_free(c);
}

/* The demo's townships tile its county, curved edges, urban rules and all. */
static void uncovered_land_of_the_demo_adds_up_by_township(void **state)
{
    const struct bj_assess_options opt = {0};
    struct bj_case *demo = NULL;
    struct bj_study *s = NULL;
    struct bj_plan *plan = NULL;
    struct bj_assessment *a = NULL;
    size_t drawn = 0, cut = 0;

    (void)state;
    assert_ok(
        bj_case_read(ctx, BANJING_SOURCE_DIR "/geodata/jiangchuan-demo/clean/case.yaml", &demo));
    assert_ok(bj_study_read(ctx, demo, 0, &s));
    assert_ok(
        bj_plan_read(ctx, BANJING_SOURCE_DIR "/geodata/plans/liaocheng-2023.yaml", NULL, &plan));
    assert_ok(bj_assess(ctx, plan, s, &opt, &a));
    for (size_t i = 0; i < a->n_rules; i++) {
        const struct bj_rule_result *r = &a->result[i];
        double km2 = 0;

        if (!r->has_area)
            continue;
        for (size_t k = 0; k < r->n_townships; k++)
            if (r->township[k].township >= 0)
                km2 += r->township[k].uncovered_km2;
        assert_near(km2, r->uncovered_km2, 1e-6);
        drawn++;
        cut += r->uncovered_km2 > 1;
    }
    assert_true(drawn > 2 && cut > 0);
    bj_assessment_free(a);
    bj_plan_free(plan);
    bj_study_free(s);
    bj_case_free(demo);
}

/* A county of four edges of 80 km: straight lines of the map and geodesics part by metres there.
 * Circles that cut its edges must not make the sum of areas differ from the county's. */
static void long_straight_borders_lose_no_area(void **state)
{
    struct county *c = county_new(40e3);
    const struct bj_rule_result *r;

    (void)state;
    for (int i = 0; i < 8; i++)
        county_facility(c, 45 * i, 39e3, BJ_CLASS_VILLAGE_CLINIC, "");
    county_village(c, 0, 100, 50);
    county_judge(c, RADIUS("R", "9000", ""));
    r = county_result(c, "R");
    assert_true(r->covered_km2 > 500);
    assert_near(r->covered_km2 + r->uncovered_km2, r->area_km2, 1e-7 * r->area_km2);
    county_free(c);
}

/* Three facilities in a row cut a narrow county into uncovered patches; people decide their
 * numbers, then the area. */
static void patches_are_numbered_by_people_then_area(void **state)
{
    struct county *c = county_new(10e3);
    const struct bj_rule_result *r;
    double x = LON0, y = LAT0;
    size_t i;

    (void)state;
    assert_ok(bj_crs_from_lonlat(ctx, c->s.work, 1, &x, &y));
    county_rectangle(&c->s.county, c->ring_start, c->point_start, c->ring_x, c->ring_y, x - 20e3,
                     y - 1000, x + 20e3, y + 1000);
    county_facility(c, 270, 13000, BJ_CLASS_VILLAGE_CLINIC, "1");
    county_facility(c, 270, 3000, BJ_CLASS_VILLAGE_CLINIC, "2");
    county_facility(c, 90, 10000, BJ_CLASS_VILLAGE_CLINIC, "3");
    /* Uncovered from west to east: -20..-16, -10..-6, 0..7, 13..20 km. */
    i = county_village(c, 270, 18000, 5);
    c->s.villages.township[i] = "甲";
    i = county_village(c, 270, 19000, 6);
    c->s.villages.township[i] = "乙";
    i = county_village(c, 270, 19500, 5);
    c->s.villages.township[i] = "甲";
    i = county_village(c, 90, 15000, 15);
    c->s.villages.township[i] = "丙";
    county_judge(c, RADIUS("R", "3000", ""));
    r = county_result(c, "R");
    assert_int_equal(r->n_patches, 4);
    assert_near(r->patch[0].population, 16, 0);
    assert_int_equal(r->patch[0].villages, 3);
    assert_string_equal(r->patch[0].township, "甲"); /* 10 people against 6 */
    /* The village farthest from its nearest facility, which stands at -13 km. */
    assert_near(r->patch[0].far_m, 6500, 2);
    assert_near(r->patch[1].population, 15, 0);
    assert_string_equal(r->patch[1].township, "丙");
    assert_near(r->patch[2].population, 0, 0);
    assert_near(r->patch[3].population, 0, 0);
    assert_true(r->patch[2].area_km2 > r->patch[3].area_km2);
    assert_near(r->patch[2].area_km2, 7 * 2, 0.7); /* 0 .. 7 km, 2 km wide, less the caps */
    assert_string_equal(r->patch[2].township, "");
    assert_true(isnan(r->patch[2].far_m));
    county_free(c);
}

static void neighbours_shade_the_map_too(void **state)
{
    struct county *c = county_new(10e3);
    size_t f;

    (void)state;
    f = county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC, "1");
    c->s.facilities.neighbour[f] = 1;
    county_facility(c, 0, 3e6, BJ_CLASS_VILLAGE_CLINIC, "2"); /* far: not drawn, no harm */
    county_village(c, 0, 100, 50);
    county_judge(c, RADIUS("R", "2500", ""));
    assert_near(county_result(c, "R")->covered_km2, circle_km2(2500), 2e-6 * circle_km2(2500));
    county_free(c);
}

static void urban_land_is_cut_out_for_urban_rules(void **state)
{
    struct county *c = county_new(20e3);
    const struct bj_rule_result *u, *r;
    double x = LON0, y = LAT0;

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC, "1");
    c->s.villages.urban[county_village(c, 90, 6000, 50)] = BJ_URBAN_YES;
    c->s.villages.urban[county_village(c, 270, 6000, 70)] = BJ_URBAN_NO;
    county_judge(c, SIDE("U", "urban") SIDE("R", "rural"));
    u = county_result(c, "U");
    assert_int_equal(u->has_area, 0);
    assert_true(isnan(u->area_km2));
    assert_true(isnan(u->share_area));
    assert_true(county_has_note(c, "no_urban_area"));
    assert_int_equal(u->verdict, BJ_NOT_MET);
    /* The east half of the county is urban, and the urban area goes on beyond the border. */
    assert_ok(bj_crs_from_lonlat(ctx, c->s.work, 1, &x, &y));
    county_rectangle(&c->s.urban_area, c->urban_ring_start, c->urban_point_start, c->urban_x,
                     c->urban_y, x, y - 30e3, x + 50e3, y + 30e3);
    c->s.has_urban_area = 1;
    county_judge(c, SIDE("U", "urban") SIDE("R", "rural"));
    u = county_result(c, "U");
    r = county_result(c, "R");
    assert_near(u->area_km2, c->s.county_area_m2 / 2e6, 1e-6 * u->area_km2);
    assert_near(r->area_km2, c->s.county_area_m2 / 2e6, 1e-6 * u->area_km2);
    assert_near(u->covered_km2, circle_km2(2500) / 2, 3e-6 * u->covered_km2);
    assert_near(u->covered_km2 + u->uncovered_km2, u->area_km2, 1e-6 * u->area_km2);
    assert_int_equal(u->n_patches, 1);
    assert_near(u->patch[0].population, 50, 0);
    assert_near(r->patch[0].population, 70, 0);
    assert_false(county_has_note(c, "no_urban_area"));
    /* An urban area that misses the county leaves no urban land. */
    county_rectangle(&c->s.urban_area, c->urban_ring_start, c->urban_point_start, c->urban_x,
                     c->urban_y, x + 1e5, y, x + 1.1e5, y + 1e4);
    county_judge(c, SIDE("U", "urban"));
    u = county_result(c, "U");
    assert_near(u->area_km2, 0, 0);
    assert_true(isnan(u->share_area));
    county_free(c);
}

/* The county is a speck within the circle; the village (placed outside it by hand) is not. */
static void uncovered_villages_without_a_patch_are_noted(void **state)
{
    struct county *c = county_new(100);

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC, "1");
    county_village(c, 0, 2600, 50);
    county_judge(c, RADIUS("R", "2500", ""));
    assert_int_equal(county_result(c, "R")->n_patches, 0);
    assert_near(county_result(c, "R")->villages.uncovered, 1, 0);
    assert_true(county_has_note(c, "uncovered_without_area"));
    county_free(c);
}

static void areas_can_be_left_out(void **state)
{
    const struct bj_assess_options opt = {.no_areas = 1};
    struct county *c = county_new(10e3);

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC, "1");
    county_village(c, 0, 2600, 50);
    county_judge_with(c, RADIUS("R", "2500", ""), &opt);
    assert_int_equal(county_result(c, "R")->has_area, 0);
    assert_true(isnan(county_result(c, "R")->covered_km2));
    assert_near(county_result(c, "R")->villages.uncovered, 1, 0);
    county_free(c);
}

static void areas_come_in_the_asked_crs(void **state)
{
    struct bj_assess_options opt = {0};
    struct county *c = county_new(10e3);
    struct bj_crs *zone = NULL;
    double km2, x = LON0, y = LAT0;

    (void)state;
    county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC, "1");
    county_village(c, 0, 2600, 50);
    county_judge_with(c, RADIUS("R", "2500", ""), &opt);
    km2 = county_result(c, "R")->covered_km2;
    assert_ok(bj_crs_new(ctx, "EPSG:4527", &zone));
    opt.out_crs = zone;
    county_judge_with(c, RADIUS("R", "2500", ""), &opt);
    assert_near(county_result(c, "R")->covered_km2, km2, 0);
    assert_ok(bj_crs_from_lonlat(ctx, zone, 1, &x, &y));
    for (size_t i = 0; i < county_result(c, "R")->covered.n_points; i++)
        assert_near(
            hypot(county_result(c, "R")->covered.x[i] - x, county_result(c, "R")->covered.y[i] - y),
            2500, 1.5);
    bj_crs_free(zone);
    county_free(c);
}

/* ---- any and all ----------------------------------------------------------- */

#define PART(id, class, limit)                                                                     \
    "      - {id: " id ", kind: radius, facilities: [" class "], demand: villages, where: all,"    \
                                                             " limit_m: " limit "}\n"
#define TIME_PART                                                                                  \
    "      - {id: t, kind: time, facilities: [ems_station], demand: villages, where: all,"         \
    " limit_s: 900, mode: ambulance, direction: from_facility}\n"
#define GROUP(id, kind)                                                                            \
    "  - id: " id "\n    clause: 一\n    quote: 试\n    level: must\n    kind: " kind "\n    "     \
    "of:\n"

static struct county *county_of_two_kinds(void)
{
    struct county *c = county_new(30e3);

    county_facility(c, 0, 0, BJ_CLASS_VILLAGE_CLINIC, "1");
    county_facility(c, 0, 10000, BJ_CLASS_CHC, "2");
    county_village(c, 0, 1000, 1);    /* clinic 1 km, chc 9 km */
    county_village(c, 0, 9000, 2);    /* clinic 9 km, chc 1 km */
    county_village(c, 0, 5000, 4);    /* both 5 km */
    county_village(c, 180, 10000, 8); /* clinic 10 km, chc 20 km */
    return c;
}

static void any_is_covered_by_one_part(void **state)
{
    struct county *c = county_of_two_kinds();
    const struct bj_rule_result *r;

    (void)state;
    county_judge(c, GROUP("G", "any") PART("a", "village_clinic", "2500") PART("b", "chc", "2500"));
    r = county_result(c, "G");
    assert_status(r, "CCUU");
    assert_int_equal(r->verdict, BJ_NOT_MET);
    assert_near(r->population.covered, 3, 0);
    assert_near(r->own_villages, 2, 0);
    assert_int_equal(r->dist_mm[1], 9000000); /* of the first part */
    assert_int_equal(r->facility[1], 0);
    assert_int_equal(r->has_area, 0);
    assert_ptr_equal(c->a->result[0].rule, r->rule); /* before its parts, as in the file */
    assert_status(county_result(c, "b"), "UCUU");
    county_judge(c,
                 GROUP("G", "any") PART("a", "village_clinic", "5000") PART("b", "chc", "20000"));
    assert_int_equal(county_result(c, "G")->verdict, BJ_MET);
    county_free(c);
}

static void all_is_covered_by_every_part(void **state)
{
    struct county *c = county_of_two_kinds();
    const struct bj_rule_result *r;

    (void)state;
    county_judge(c, GROUP("G", "all") PART("a", "village_clinic", "5000") PART("b", "chc", "5000"));
    r = county_result(c, "G");
    assert_status(r, "UUCU");
    assert_int_equal(r->verdict, BJ_NOT_MET);
    county_judge(c,
                 GROUP("G", "all") PART("a", "village_clinic", "10000") PART("b", "chc", "20000"));
    assert_status(county_result(c, "G"), "CCCC");
    assert_int_equal(county_result(c, "G")->verdict, BJ_MET);
    county_free(c);
}

/* The time part cannot be judged: what the radius settles is settled, the rest waits. */
static void what_hangs_on_an_unknown_time_is_not_evaluated(void **state)
{
    struct county *c = county_of_two_kinds();
    const struct bj_rule_result *r;

    (void)state;
    county_judge(c, GROUP("G", "any") PART("a", "village_clinic", "5000") TIME_PART);
    assert_status(county_result(c, "t"), "NNNN");
    assert_int_equal(county_result(c, "t")->verdict, BJ_NOT_EVALUATED);
    r = county_result(c, "G");
    assert_status(r, "CNCN");
    assert_int_equal(r->verdict, BJ_NOT_EVALUATED); /* two villages hang on the time */
    assert_non_null(strstr(r->reason, "2 points"));
    assert_non_null(strstr(r->reason, "t: "));
    county_judge(c, GROUP("G", "any") PART("a", "village_clinic", "10000") TIME_PART);
    assert_int_equal(county_result(c, "G")->verdict, BJ_MET); /* whatever the times are */
    county_judge(c, GROUP("G", "all") PART("a", "village_clinic", "5000") TIME_PART);
    r = county_result(c, "G");
    assert_status(r, "NUNU");
    assert_int_equal(r->verdict, BJ_NOT_MET); /* whatever the times are */
    county_judge(c, GROUP("G", "all") PART("a", "village_clinic", "10000") TIME_PART);
    assert_status(county_result(c, "G"), "NNNN");
    assert_int_equal(county_result(c, "G")->verdict, BJ_NOT_EVALUATED);
    county_free(c);
}

static void parts_keep_targets_and_neighbours(void **state)
{
    struct county *c = county_of_two_kinds();
    const struct bj_rule_result *r;
    const char *rules =
        GROUP("G", "any") "      - {id: a, kind: radius, facilities: [village_clinic], demand: "
                          "villages, where: all,"
                          " target_m: 1000, limit_m: 5000}\n" PART("b", "chc", "2500");

    (void)state;
    c->s.facilities.neighbour[1] = 1; /* the chc */
    county_judge(c, rules);
    r = county_result(c, "G");
    /* 0: within a's target. 1: within b's limit, which has no target. 2: within a's limit. */
    assert_status(r, "TCCU");
    assert_int_equal(r->via_nbr[0], 0);
    assert_int_equal(r->via_nbr[1], 1);
    assert_near(r->own_villages, 2, 0);
    c->s.villages.n = 3;
    county_judge(c, rules);
    assert_int_equal(county_result(c, "G")->verdict, BJ_PARTLY);
    c->s.villages.n = 2;
    county_judge(c, rules);
    assert_int_equal(county_result(c, "G")->verdict, BJ_MET);
    county_free(c);
}

/* ---- choosing, notes, memory ------------------------------------------------ */

static void only_asked_rules_are_judged(void **state)
{
    struct county *c = county_of_two_kinds();
    const char *ids[] = {"g", "Z"}, *part[] = {"b"}, *wrong[] = {"Gg"};
    struct bj_assess_options opt = {.n_rules = 2, .rule = ids};
    struct bj_assessment *a = NULL;
    const char *rules =
        RADIUS("X", "2500", "") GROUP("G", "any") PART("a", "village_clinic", "2500")
            PART("b", "chc", "2500") RADIUS("Y", "2500", "") RADIUS("Z", "2500", "");

    (void)state;
    county_judge_with(c, rules, &opt);
    assert_int_equal(c->a->n_rules, 4);
    assert_string_equal(c->a->result[0].rule->id, "G");
    assert_string_equal(c->a->result[2].rule->id, "b");
    assert_string_equal(c->a->result[3].rule->id, "Z");
    opt.n_rules = 1;
    opt.rule = part;
    county_judge_with(c, rules, &opt);
    assert_int_equal(c->a->n_rules, 1);
    opt.rule = wrong;
    assert_fails(bj_assess(ctx, c->plan, &c->s, &opt, &a), BJ_EARG, "'Gg'");
    assert_null(a);
    county_free(c);
}

static void equal_rules_give_equal_results(void **state)
{
    struct county *c = county_of_two_kinds();
    const struct bj_rule_result *x, *y;

    (void)state;
    county_judge(c, RADIUS("X", "2500", "") RADIUS("Y", "2500", ""));
    x = county_result(c, "X");
    y = county_result(c, "Y");
    assert_memory_equal(x->status, y->status, c->s.villages.n);
    assert_near(x->covered_km2, y->covered_km2, 0);
    assert_int_equal(x->covered.n_points, y->covered.n_points);
    assert_ptr_not_equal(x->covered.x, y->covered.x);
    county_free(c);
}

static void what_is_assumed_is_said(void **state)
{
    struct county *c = county_of_two_kinds();
    size_t demand = 0, tolerance = 0;

    (void)state;
    county_judge(c, RADIUS("X", "2500", ""));
    for (size_t i = 0; i < c->a->n_assumptions; i++) {
        demand += strcmp(c->a->assumption[i].key, "demand") == 0;
        tolerance += strcmp(c->a->assumption[i].key, "tolerance_m") == 0;
    }
    assert_int_equal(demand, 1);
    assert_int_equal(tolerance, 1);
    assert_true(c->a->reach_s >= 0 && c->a->cover_s >= 0 && c->a->assess_s >= 0);
    county_free(c);
}

static void every_failed_allocation_is_survived(void **state)
{
    struct county *c = county_of_two_kinds();
    struct halves halves;

    (void)state;
    c->s.villages.township[1] = "甲";
    add_halves(c, &halves);
    county_judge(c, GROUP("G", "any") PART("a", "village_clinic", "2500")
                        TIME_PART SIDE("U", "urban"));
    assert_true(township(county_result(c, "a"), "西镇")->uncovered_km2 > 1);
    assert_true(support_torture(county_judge_again, c) > 50);
    county_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limit_is_decided_by_the_millimetre),
        cmocka_unit_test(target_and_limit_give_three_verdicts),
        cmocka_unit_test(neighbours_count_and_are_told_apart),
        cmocka_unit_test(ties_go_to_the_lower_code),
        cmocka_unit_test(a_facility_of_two_classes_serves_both),
        cmocka_unit_test(settlements_are_judged_like_villages),
        cmocka_unit_test(urban_and_rural_rules_keep_to_their_side),
        cmocka_unit_test(sides_that_nobody_knows_are_not_guessed),
        cmocka_unit_test(a_class_without_facility_is_not_evaluated),
        cmocka_unit_test(a_class_the_county_truly_lacks_leaves_all_uncovered),
        cmocka_unit_test(ownership_is_asked_of_each_facility),
        cmocka_unit_test(demand_that_is_not_there_is_named),
        cmocka_unit_test(townships_add_up_to_the_rule),
        cmocka_unit_test(townships_have_distances_and_clinics_of_their_own),
        cmocka_unit_test(random_counties_keep_the_laws),
        cmocka_unit_test(one_circle_has_its_closed_form),
        cmocka_unit_test(each_township_has_its_part_of_the_uncovered_land),
        cmocka_unit_test(uncovered_land_of_the_demo_adds_up_by_township),
        cmocka_unit_test(long_straight_borders_lose_no_area),
        cmocka_unit_test(patches_are_numbered_by_people_then_area),
        cmocka_unit_test(neighbours_shade_the_map_too),
        cmocka_unit_test(urban_land_is_cut_out_for_urban_rules),
        cmocka_unit_test(uncovered_villages_without_a_patch_are_noted),
        cmocka_unit_test(areas_can_be_left_out),
        cmocka_unit_test(areas_come_in_the_asked_crs),
        cmocka_unit_test(any_is_covered_by_one_part),
        cmocka_unit_test(all_is_covered_by_every_part),
        cmocka_unit_test(what_hangs_on_an_unknown_time_is_not_evaluated),
        cmocka_unit_test(parts_keep_targets_and_neighbours),
        cmocka_unit_test(only_asked_rules_are_judged),
        cmocka_unit_test(equal_rules_give_equal_results),
        cmocka_unit_test(what_is_assumed_is_said),
        cmocka_unit_test(every_failed_allocation_is_survived),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
