/* A city of three counties put together, worked out by hand.
 *
 *   county    people   facilities (own)                               rows of its indicators
 *   甲县      30,000   2 central clinics, 1 general hospital (三级),   床位 90
 *                      1 township hospital 推荐标准 是, 1 rehab
 *   乙县      60,000   3 central clinics, 2 township hospitals:       床位 120
 *                      推荐标准 否, 否
 *   丙区      10,000   1 central clinic, 1 township hospital:         床位 40
 *                      推荐标准 是; 1 mental hospital
 *
 *   city     100,000   6 central clinics; 三级 hospitals 1; 推荐标准 2 of 4; counties with a rehab
 *                      hospital 1 of 3; 250 beds = 2.5 per 1,000
 *
 * Villages stand east of 116 E 36 N at metres that the tests say; the county's people are spread
 * over them. */
#include "sheet.h"

struct member {
    struct county *c;
    struct sheet facilities, indicators;
    const char *row_code[2], *row_name[2];
};

struct world {
    struct member m[3];
    struct bj_city *city;
    struct bj_assessment *a; /* the city's */
};

static const char *const codes[] = {"530401", "530402", "530403"};
static const char *const names[] = {"甲县", "乙县", "丙区"};

static void stand(struct member *m, size_t n, enum bj_class class)
{
    static const char *const code[] = {"f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7"};

    for (size_t i = 0; i < n; i++) {
        assert_true(m->c->s.facilities.n < 8);
        county_facility(m->c, 90, 1000 + 10 * (double)m->c->s.facilities.n, class,
                        code[m->c->s.facilities.n]);
    }
}

/* Two villages: half of the people each, near_m and far_m from the first facility's parallel. */
static void settle(struct member *m, size_t k, double people)
{
    m->c = county_new(40e3);
    m->c->info.county_code = codes[k];
    m->c->info.county_name = names[k];
    county_village(m->c, 90, 1000, people / 2);
    county_village(m->c, 90, k == 1 ? 8000 : 2000, people / 2);
}

static void add_beds(struct member *m, size_t k, const char *const *beds)
{
    struct bj_indicators *in = &m->c->s.indicators;

    m->row_code[0] = codes[k];
    m->row_name[0] = names[k];
    in->n = 1;
    in->code = m->row_code;
    in->name = m->row_name;
    add_column(&m->indicators, &in->columns, "床位", 1, beds);
}

static struct world *world_new(void)
{
    static const char *const standard[3][6] = {
        {NULL, NULL, NULL, "是", NULL}, {NULL, NULL, NULL, "否", "否"}, {NULL, "是", NULL}};
    static const char *const grade[3][6] = {
        {NULL, NULL, "三级", NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}, {NULL, NULL, "三级"}};
    static const char *const beds[3] = {"90", "120", "40"};
    struct world *w = calloc(1, sizeof(*w));

    assert_non_null(w);
    settle(&w->m[0], 0, 30000);
    stand(&w->m[0], 2, BJ_CLASS_VILLAGE_CLINIC_CENTRAL);
    stand(&w->m[0], 1, BJ_CLASS_HOSPITAL_GENERAL);
    stand(&w->m[0], 1, BJ_CLASS_TOWNSHIP_HOSPITAL);
    stand(&w->m[0], 1, BJ_CLASS_REHAB);
    settle(&w->m[1], 1, 60000);
    stand(&w->m[1], 3, BJ_CLASS_VILLAGE_CLINIC_CENTRAL);
    stand(&w->m[1], 2, BJ_CLASS_TOWNSHIP_HOSPITAL);
    settle(&w->m[2], 2, 10000);
    stand(&w->m[2], 1, BJ_CLASS_VILLAGE_CLINIC_CENTRAL);
    stand(&w->m[2], 1, BJ_CLASS_TOWNSHIP_HOSPITAL);
    stand(&w->m[2], 1, BJ_CLASS_PSYCHIATRIC);
    for (size_t k = 0; k < 3; k++) {
        struct bj_study *s = &w->m[k].c->s;

        add_column(&w->m[k].facilities, &s->facility_columns, "推荐标准", s->facilities.n,
                   standard[k]);
        add_column(&w->m[k].facilities, &s->facility_columns, "等级", s->facilities.n, grade[k]);
        add_beds(&w->m[k], k, &beds[k]);
    }
    return w;
}

static void world_forget(struct world *w)
{
    bj_assessment_free(w->a);
    bj_city_free(w->city);
    w->a = NULL;
    w->city = NULL;
    for (int k = 1; k < 3; k++) {
        bj_assessment_free(w->m[k].c->a);
        w->m[k].c->a = NULL;
    }
}

static void world_free(struct world *w)
{
    world_forget(w);
    for (int k = 0; k < 3; k++)
        county_free(w->m[k].c);
    free(w);
}

/* Judges all three by one plan; the first county holds it. */
static void judge_counties(struct world *w, const char *rules)
{
    const struct bj_assess_options opt = {0};

    world_forget(w);
    county_judge(w->m[0].c, rules);
    for (int k = 1; k < 3; k++)
        assert_ok(bj_assess(ctx, w->m[0].c->plan, &w->m[k].c->s, &opt, &w->m[k].c->a));
    assert_ok(bj_city_new(ctx, w->m[0].c->plan, "530400", "玉溪市", &w->city));
}

static void put_together(struct world *w)
{
    for (size_t k = 0; k < 3; k++)
        assert_ok(bj_city_add(w->city, codes[k], names[k], w->m[k].c->a));
    assert_int_equal(bj_city_counties(w->city), 3);
    assert_ok(bj_city_judge(w->city, &w->a));
}

static const struct bj_rule_result *judge(struct world *w, const char *rules)
{
    judge_counties(w, rules);
    put_together(w);
    return &w->a->result[0];
}

static void assert_figures(const struct bj_unit_result *u, double value, double numerator,
                           double denominator, double shortfall, enum bj_verdict verdict)
{
    assert_near(u->value, value, 1e-12);
    assert_near(u->numerator, numerator, 0);
    if (isnan(denominator))
        assert_true(isnan(u->denominator));
    else
        assert_near(u->denominator, denominator, 0);
    assert_near(u->shortfall, shortfall, 0);
    assert_int_equal(u->verdict, verdict);
}

static void assert_says(const struct bj_rule_result *r, const char *word)
{
    if (!strstr(r->reason, word))
        fail_msg("reason of %s lacks '%s': %s", r->rule->id, word, r->reason);
}

#define RULE "  - {id: R, clause: 一, quote: 试, level: must, "

/* ---- the county's side ---------------------------------------------------------- */

static void a_county_adds_its_part_and_judges_nothing(void **state)
{
    struct world *w = world_new();
    const struct bj_rule_result *r;

    (void)state;
    judge_counties(w,
                   RULE "kind: count, facilities: [village_clinic_central], unit: city, min: 6}\n");
    r = county_result(w->m[1].c, "R");
    assert_int_equal(r->verdict, BJ_NOT_EVALUATED);
    assert_int_equal(r->city.state, BJ_CITY_GIVEN);
    assert_says(r, "banjing batch");
    assert_int_equal(r->n_units, 1);
    assert_string_equal(r->unit[0].code, "530402");
    assert_near(r->unit[0].numerator, 3, 0);
    assert_int_equal(r->unit[0].verdict, BJ_NOT_EVALUATED);
    world_free(w);
}

/* ---- rules of the city ------------------------------------------------------------ */

static void counts_are_summed_over_the_counties(void **state)
{
    struct world *w = world_new();
    const struct bj_rule_result *r;

    (void)state;
    r = judge(w, RULE "kind: count, facilities: [village_clinic_central], unit: city, min: 6}\n");
    assert_int_equal(r->verdict, BJ_MET);
    assert_int_equal(r->n_units, 1);
    assert_string_equal(r->unit[0].code, "530400");
    assert_string_equal(r->unit[0].name, "玉溪市");
    assert_figures(&r->unit[0], 6, 6, NAN, 0, BJ_MET);
    r = judge(w, RULE "kind: count, facilities: [village_clinic_central], unit: city, min: 7}\n");
    assert_figures(&r->unit[0], 6, 6, NAN, 1, BJ_NOT_MET);
    assert_int_equal(r->verdict, BJ_NOT_MET);
    assert_string_equal(r->reason, "");
    world_free(w);
}

/* The one mental hospital stands in 丙区; the others hold none, which is no gap. */
static void a_class_that_one_county_holds_counts_for_the_city(void **state)
{
    struct world *w = world_new();
    const struct bj_rule_result *r;

    (void)state;
    r = judge(w, RULE "kind: presence, facilities: [psychiatric], per: city, min: 1, max: 1,"
                      " that: {field: 等级, equals: 三级}}\n");
    assert_figures(&r->unit[0], 1, 1, NAN, 0, BJ_MET);
    assert_int_equal(w->m[0].c->a->result[0].city.state, BJ_CITY_ABSENT);
    /* More than one is a warning in a presence rule. */
    r = judge(w,
              RULE "kind: presence, facilities: [township_hospital], per: city, min: 1, max: 1}\n");
    assert_figures(&r->unit[0], 4, 4, NAN, 0, BJ_PARTLY);
    /* Nobody holds a blood site: not known, never 0. */
    r = judge(w, RULE "kind: presence, facilities: [blood_site], per: city, min: 1}\n");
    assert_int_equal(r->verdict, BJ_NOT_EVALUATED);
    assert_says(r, "blood_site");
    /* ... unless all of them say that they have none. */
    for (int k = 0; k < 3; k++)
        w->m[k].c->info.none = UINT64_C(1) << BJ_CLASS_BLOOD_SITE;
    r = judge(w, RULE "kind: presence, facilities: [blood_site], per: city, min: 1}\n");
    assert_figures(&r->unit[0], 0, 0, NAN, 1, BJ_NOT_MET);
    world_free(w);
}

/* 2 of the 4 township hospitals; the general rows' cells are blank and in no denominator. */
static void shares_are_those_of_all_rows_together(void **state)
{
    struct world *w = world_new();
    const struct bj_rule_result *r;

    (void)state;
    r = judge(w, RULE "kind: share, of: township_hospital, that: {field: 推荐标准, equals: 是},"
                      " min: 0.5, unit: city}\n");
    assert_figures(&r->unit[0], 0.5, 2, 4, 0, BJ_MET);
    r = judge(w, RULE "kind: share, of: township_hospital, that: {field: 推荐标准, equals: 是},"
                      " min: 0.7, unit: city}\n");
    /* 0.7 of 4 is 2.8: three are needed, one is missing. */
    assert_figures(&r->unit[0], 0.5, 2, 4, 1, BJ_NOT_MET);
    r = judge(w, RULE "kind: share, of: county, that: {facilities: [rehab, nursing], min: 1},"
                      " min: 0.5, unit: city}\n");
    assert_int_equal(r->verdict, BJ_NOT_MET);
    assert_figures(&r->unit[0], 1.0 / 3, 1, 3, 1, BJ_NOT_MET);
    world_free(w);
}

/* 250 beds for 100,000 people: 2.5 per 1,000; at 2.6 260 are needed. */
static void ratios_are_sums_over_sums(void **state)
{
    struct world *w = world_new();
    const struct bj_rule_result *r;

    (void)state;
    r = judge(w, RULE "kind: ratio, value: 床位, per: {population: resident, people: 1000},"
                      " min: 2.5, unit: city}\n");
    assert_figures(&r->unit[0], 2.5, 250, 100000, 0, BJ_MET);
    r = judge(w, RULE "kind: ratio, value: 床位, per: {population: resident, people: 1000},"
                      " min: 2.6, unit: city}\n");
    assert_figures(&r->unit[0], 2.5, 250, 100000, 10, BJ_NOT_MET);
    /* One hospital of the third grade for 100,000: the people of counties without one count. */
    r = judge(w, RULE "kind: ratio, value: hospital_general, that: {field: 等级, equals: 三级},"
                      " per: {population: resident, people: 50000}, min: 1, unit: city}\n");
    assert_figures(&r->unit[0], 0.5, 1, 100000, 1, BJ_NOT_MET);
    assert_near(w->a->people, 100000, 0);
    world_free(w);
}

/* The dispatch centre's figures stand in the city's own row; no county has any. */
static void the_citys_own_row_wins(void **state)
{
    static const char *const calls[] = {NULL, "1000"}, *const answered[] = {NULL, "950"},
                             *const beds[] = {"90", "240"};
    struct world *w = world_new();
    struct bj_indicators *in = &w->m[0].c->s.indicators;
    const struct bj_rule_result *r;

    (void)state;
    in->n = 2;
    in->columns.n = 0; /* anew, with two rows */
    w->m[0].row_code[1] = "530400";
    w->m[0].row_name[1] = "玉溪市";
    add_column(&w->m[0].indicators, &in->columns, "急救呼叫数", 2, calls);
    add_column(&w->m[0].indicators, &in->columns, "满足的急救呼叫数", 2, answered);
    add_column(&w->m[0].indicators, &in->columns, "床位", 2, beds);
    r = judge(w, RULE "kind: ratio, value: 满足的急救呼叫数, per: {field: 急救呼叫数},"
                      " min: 0.95, unit: city}\n");
    assert_figures(&r->unit[0], 0.95, 950, 1000, 0, BJ_MET);
    /* 240 beds, not 250, for the counties' 100,000 people. */
    r = judge(w, RULE "kind: ratio, value: 床位, per: {population: resident, people: 1000},"
                      " min: 2.5, unit: city}\n");
    assert_figures(&r->unit[0], 2.4, 240, 100000, 10, BJ_NOT_MET);
    world_free(w);
}

static void a_part_that_is_not_known_leaves_the_rule_open(void **state)
{
    struct world *w = world_new();
    const struct bj_rule_result *r;

    (void)state;
    w->m[1].c->s.facility_columns.n = 0; /* 乙县's list lacks the column */
    r = judge(w, RULE "kind: share, of: township_hospital, that: {field: 推荐标准, equals: 是},"
                      " min: 0.5, unit: city}\n");
    assert_int_equal(r->verdict, BJ_NOT_EVALUATED);
    assert_says(r, "乙县");
    assert_says(r, "推荐标准");
    assert_int_equal(r->n_units, 0);
    world_free(w);
}

static void a_county_that_failed_is_named(void **state)
{
    static const char rules[] =
        RULE "kind: count, facilities: [village_clinic_central], unit: city, min: 1}\n" RADIUS(
            "V", "2500", "");
    struct world *w = world_new();
    const struct bj_rule_result *r;

    (void)state;
    judge_counties(w, rules);
    assert_ok(bj_city_add(w->city, codes[0], names[0], w->m[0].c->a));
    assert_ok(bj_city_add_failed(w->city, codes[1], names[1], "its boundary cannot be read"));
    assert_ok(bj_city_judge(w->city, &w->a));
    r = &w->a->result[0];
    assert_int_equal(r->verdict, BJ_NOT_EVALUATED);
    assert_says(r, "乙县 (its boundary cannot be read)");
    r = &w->a->result[1];
    assert_int_equal(r->verdict, BJ_MET); /* of the counties that were judged */
    assert_says(r, "1 of 2 counties");
    assert_true(isnan(w->a->people));
    world_free(w);
}

static void if_is_asked_of_the_city(void **state)
{
    struct world *w = world_new();
    const struct bj_rule_result *r;

    (void)state;
#define BEDS(more)                                                                                 \
    RULE "kind: ratio, value: 床位, per: {population: resident, people: 1000}, min: 1, unit: "   \
         "city, if: {" more "}}\n"
    r = judge(w, BEDS("name: 玉溪市"));
    assert_int_equal(r->verdict, BJ_MET);
    r = judge(w, BEDS("name: 聊城市"));
    assert_says(r, "聊城市");
    assert_int_equal(r->verdict, BJ_NOT_EVALUATED);
    world_free(w);
}

/* ---- rules of counties -------------------------------------------------------------- */

/* Clinics stand at 1,000 m and on; 甲县 and 丙区 have their villages at 1,000 and 2,000 m, 乙县 at
 * 1,000 and 8,000 m: 5 of 6 villages, 70,000 of 100,000 people within 2.5 km. */
static void points_are_summed_and_the_worst_county_decides(void **state)
{
    struct world *w = world_new();
    const struct bj_rule_result *r;
    double total = 0, covered = 0;

    (void)state;
    r = judge(w, RADIUS("V", "2500", ""));
    assert_int_equal(r->verdict, BJ_NOT_MET);
    assert_near(r->villages.total, 6, 0);
    assert_near(r->villages.covered, 5, 0);
    assert_near(r->population.total, 100000, 0);
    assert_near(r->population.covered, 70000, 0);
    assert_near(r->share_villages, 5.0 / 6, 1e-15);
    assert_near(r->share_population, 0.7, 1e-15);
    assert_near(r->own_population, 70000, 0);
    assert_int_equal(r->n_townships, 3);
    assert_string_equal(r->township[1].name, "乙县");
    assert_near(r->township[1].villages.uncovered, 1, 0);
    assert_int_equal(r->n_units, 3);
    assert_figures(&r->unit[0], 1, 2, 2, 0, BJ_MET);
    assert_figures(&r->unit[1], 0.5, 1, 2, 1, BJ_NOT_MET);
    /* Areas are the sums of the counties' own. */
    for (int k = 0; k < 3; k++) {
        const struct bj_rule_result *own = &w->m[k].c->a->result[0];

        total += own->area_km2;
        covered += own->covered_km2;
    }
    assert_near(r->area_km2, total, 1e-9 * total);
    assert_near(r->covered_km2, covered, 1e-9 * covered);
    assert_near(r->share_area, covered / total, 1e-12);
    /* The last of 乙县's three clinics stands at 1,020 m, its far village at 8,000 m. */
    assert_near(r->farthest_m, 6980, 1e-3);
    world_free(w);
}

/* 床位 of each county for its own people: 3.0, 2.0 and 4.0 per 1,000. */
static void units_of_a_county_rule_are_the_counties(void **state)
{
    struct world *w = world_new();
    const struct bj_rule_result *r;

    (void)state;
    r = judge(w, RULE "kind: ratio, value: 床位, per: {population: resident, people: 1000},"
                      " min: 2.5, target: 3.5, unit: county}\n");
    assert_int_equal(r->n_units, 3);
    assert_string_equal(r->unit[2].name, "丙区");
    assert_figures(&r->unit[0], 3, 90, 30000, 0, BJ_PARTLY);
    assert_figures(&r->unit[1], 2, 120, 60000, 30, BJ_NOT_MET);
    assert_figures(&r->unit[2], 4, 40, 10000, 0, BJ_MET);
    assert_int_equal(r->verdict, BJ_NOT_MET);
    world_free(w);
}

static void another_plan_is_refused(void **state)
{
    struct world *w = world_new(), *other = world_new();

    (void)state;
    judge_counties(w, RADIUS("V", "2500", ""));
    judge_counties(other, RADIUS("V", "3000", ""));
    assert_fails(bj_city_add(w->city, codes[0], names[0], other->m[0].c->a), BJ_EARG, "another");
    world_free(other);
    world_free(w);
}

static void codes_of_counties_give_their_city(void **state)
{
    char code[7];

    (void)state;
    bj_city_code("371502", code);
    assert_string_equal(code, "371500");
    bj_city_code("371502000000", code);
    assert_string_equal(code, "371500");
    bj_city_code("3715", code);
    assert_string_equal(code, "");
    bj_city_code("KM-G", code);
    assert_string_equal(code, "");
    bj_city_code(NULL, code);
    assert_string_equal(code, "");
}

/* ---- memory ------------------------------------------------------------------------ */

static enum bj_status judge_again(struct bj_ctx *x, void *arg)
{
    struct world *w = arg;
    struct bj_city *city = NULL;
    struct bj_assessment *a = NULL;
    enum bj_status st = bj_city_new(x, w->m[0].c->plan, "530400", "玉溪市", &city);

    for (size_t k = 0; st == BJ_OK && k < 2; k++)
        st = bj_city_add(city, codes[k], names[k], w->m[k].c->a);
    if (st == BJ_OK)
        st = bj_city_add_failed(city, codes[2], names[2], "gone");
    if (st == BJ_OK)
        st = bj_city_judge(city, &a);
    bj_assessment_free(a);
    bj_city_free(city);
    return st;
}

static void failed_allocations_are_reported(void **state)
{
    struct world *w = world_new();

    (void)state;
    judge_counties(
        w, RULE "kind: count, facilities: [village_clinic_central], unit: city, min: 1}\n" RADIUS(
               "V", "2500", ""));
    support_torture(judge_again, w);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_county_adds_its_part_and_judges_nothing),
        cmocka_unit_test(counts_are_summed_over_the_counties),
        cmocka_unit_test(a_class_that_one_county_holds_counts_for_the_city),
        cmocka_unit_test(shares_are_those_of_all_rows_together),
        cmocka_unit_test(ratios_are_sums_over_sums),
        cmocka_unit_test(the_citys_own_row_wins),
        cmocka_unit_test(a_part_that_is_not_known_leaves_the_rule_open),
        cmocka_unit_test(a_county_that_failed_is_named),
        cmocka_unit_test(if_is_asked_of_the_city),
        cmocka_unit_test(points_are_summed_and_the_worst_county_decides),
        cmocka_unit_test(units_of_a_county_rule_are_the_counties),
        cmocka_unit_test(another_plan_is_refused),
        cmocka_unit_test(codes_of_counties_give_their_city),
        cmocka_unit_test(failed_allocations_are_reported),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
