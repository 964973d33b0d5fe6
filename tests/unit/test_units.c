/* Presence, count, ratio, share, tier, exclude and alt on one county worked out by hand.
 *
 * Twelve villages stand in a row, 6 km apart, from west to east; each facility stands 100 m north
 * of its village.
 *
 *      township      people   stands there
 *   0  甲镇             800   general clinic
 *   1  甲镇             799
 *   2  甲镇           2,000   central clinic, township hospital
 *   3  甲镇           1,999   general clinic                       甲镇  5,598
 *   4  乙乡           4,000   central clinic
 *   5  乙乡           4,001   central clinic
 *   6  乙乡             500                                        乙乡  8,501
 *   7  丙乡           1,200   clinic (tier not said)
 *   8  丙乡               0
 *   9  丙乡             900   township hospital                    丙乡  2,100
 *  10  丁街道        20,000   community health centre, ems station
 *  11  丁街道        10,000                                        丁街道 30,000    all 46,199 */
#include "sheet.h"

static const double people[] = {800, 799, 2000, 1999, 4000, 4001, 500, 1200, 0, 900, 20000, 10000};
enum { N_VILLAGES = 12 };

struct world {
    struct county *c;
    struct sheet villages, facilities, townships, indicators;
    const char *indicator_code[2], *indicator_name[2];
};

/* A facility 100 m north of a village; its row. */
static size_t stand(struct county *c, size_t village, enum bj_class class, const char *code)
{
    double lon, lat;
    size_t i;

    bj_geodesic_direct(c->s.villages.lon_deg[village], c->s.villages.lat_deg[village], 0, 100, &lon,
                       &lat);
    i = county_add(c, &c->s.facilities, lon, lat);
    c->s.facilities.classes[i] = UINT64_C(1) << class;
    c->s.facilities.code[i] = code;
    c->s.facilities.name[i] = code;
    c->s.facilities.township_index[i] = c->s.villages.township_index[village];
    return i;
}

static struct world world_new(void)
{
    static const char *const code[] = {"00", "01", "02", "03", "04", "05",
                                       "06", "07", "08", "09", "10", "11"};
    struct world w;

    memset(&w, 0, sizeof(w));
    w.c = county_new(80e3);
    w.c->info.county_code = "530403";
    w.c->info.county_name = "江川区";
    county_township(w.c, "100", "甲镇", "镇");
    county_township(w.c, "101", "乙乡", "乡");
    county_township(w.c, "102", "丙乡", "乡");
    county_township(w.c, "103", "丁街道", "街道");
    for (size_t i = 0; i < N_VILLAGES; i++) {
        county_village(w.c, 90, 6000 * (double)i, people[i]);
        w.c->s.villages.code[i] = w.c->s.villages.name[i] = code[i];
        w.c->s.villages.township_index[i] = i < 4 ? 0 : i < 7 ? 1 : i < 10 ? 2 : 3;
    }
    stand(w.c, 0, BJ_CLASS_VILLAGE_CLINIC_GENERAL, "c0");
    stand(w.c, 2, BJ_CLASS_VILLAGE_CLINIC_CENTRAL, "c2");
    stand(w.c, 3, BJ_CLASS_VILLAGE_CLINIC_GENERAL, "c3");
    stand(w.c, 4, BJ_CLASS_VILLAGE_CLINIC_CENTRAL, "c4");
    stand(w.c, 5, BJ_CLASS_VILLAGE_CLINIC_CENTRAL, "c5");
    stand(w.c, 7, BJ_CLASS_VILLAGE_CLINIC, "c7");
    stand(w.c, 2, BJ_CLASS_TOWNSHIP_HOSPITAL, "h2");
    stand(w.c, 9, BJ_CLASS_TOWNSHIP_HOSPITAL, "h9");
    stand(w.c, 10, BJ_CLASS_CHC, "chc");
    stand(w.c, 10, BJ_CLASS_EMS_STATION, "ems");
    return w;
}

static void world_free(struct world *w)
{
    county_free(w->c);
}

#define RULE "  - {clause: 一, quote: 试, level: must, "

static const struct bj_rule_result *judge(struct world *w, const char *rules)
{
    county_judge(w->c, rules);
    return &w->c->a->result[0];
}

static void assert_unit(const struct bj_rule_result *r, size_t i, const char *code, double value,
                        double required, double shortfall, enum bj_verdict verdict)
{
    assert_true(i < r->n_units);
    assert_string_equal(r->unit[i].code, code);
    assert_near(r->unit[i].value, value, 1e-9 * fabs(value));
    assert_near(r->unit[i].required, required, 1e-12);
    assert_near(r->unit[i].shortfall, shortfall, 0);
    assert_int_equal(r->unit[i].verdict, verdict);
}

static void assert_open(const struct bj_rule_result *r, const char *word)
{
    assert_int_equal(r->verdict, BJ_NOT_EVALUATED);
    if (!strstr(r->reason, word))
        fail_msg("reason of %s lacks '%s': %s", r->rule->id, word, r->reason);
}

/* ---- presence --------------------------------------------------------------- */

static void presence_counts_in_each_township(void **state)
{
    struct world w = world_new();
    const struct bj_rule_result *r;

    (void)state;
    r = judge(&w, RULE "id: A, kind: presence, facilities: [township_hospital], per: township,"
                       " min: 1}\n");
    assert_int_equal(r->n_units, 3); /* the street is no township */
    assert_unit(r, 0, "100", 1, 1, 0, BJ_MET);
    assert_unit(r, 1, "101", 0, 1, 1, BJ_NOT_MET);
    assert_unit(r, 2, "102", 1, 1, 0, BJ_MET);
    assert_int_equal(r->verdict, BJ_NOT_MET);
    assert_int_equal(r->judged, 0);
    r = judge(&w, RULE "id: A, kind: presence, facilities: [township_hospital], per: township,"
                       " if: {type: 镇}, min: 1}\n");
    assert_int_equal(r->n_units, 1);
    assert_int_equal(r->verdict, BJ_MET);
    /* A neighbour's hospital beside 乙乡 does not make it up. */
    w.c->s.facilities.neighbour[stand(w.c, 5, BJ_CLASS_TOWNSHIP_HOSPITAL, "h5")] = 1;
    r = judge(&w, RULE "id: A, kind: presence, facilities: [township_hospital], per: township,"
                       " min: 1}\n");
    assert_unit(r, 1, "101", 0, 1, 1, BJ_NOT_MET);
    world_free(&w);
}

/* 30,000 people以上 includes 30,000; 30,001 would leave the rule without a street. */
static void a_population_bound_includes_its_number(void **state)
{
    struct world w = world_new();
    const struct bj_rule_result *r;

    (void)state;
    r = judge(&w, RULE "id: A, kind: presence, facilities: [chc], per: street,"
                       " if: {population_min: 30000}, min: 1}\n");
    assert_int_equal(r->n_units, 1);
    assert_unit(r, 0, "103", 1, 1, 0, BJ_MET);
    r = judge(&w, RULE "id: A, kind: presence, facilities: [chc], per: street,"
                       " if: {population_min: 30001}, min: 1}\n");
    assert_open(r, "street");
    r = judge(&w, RULE "id: A, kind: presence, facilities: [ems_station], per: county,"
                       " if: {population_max: 46199}, min: 1}\n");
    assert_unit(r, 0, "530403", 1, 1, 0, BJ_MET);
    r = judge(&w, RULE "id: A, kind: presence, facilities: [ems_station], per: county,"
                       " if: {population_max: 46198}, min: 1}\n");
    assert_open(r, "another population");
    world_free(&w);
}

static void more_than_one_is_only_a_warning(void **state)
{
    struct world w = world_new();
    const struct bj_rule_result *r;

    (void)state;
    r = judge(&w, RULE "id: A, kind: presence, facilities: [township_hospital], per: county,"
                       " min: 1, max: 1}\n");
    assert_unit(r, 0, "530403", 2, 1, 0, BJ_PARTLY);
    r = judge(&w, RULE "id: A, kind: presence, facilities: [township_hospital], per: county,"
                       " min: 1, target: 3}\n");
    assert_unit(r, 0, "530403", 2, 1, 0, BJ_PARTLY);
    r = judge(&w, RULE "id: A, kind: presence, facilities: [township_hospital], per: county,"
                       " min: 1, target: 2}\n");
    assert_int_equal(r->verdict, BJ_MET);
    world_free(&w);
}

static void presence_without_data_is_open(void **state)
{
    struct world w = world_new();

    (void)state;
    assert_open(judge(&w, RULE "id: A, kind: presence, facilities: [cdc], per: county, min: 1}\n"),
                "cdc");
    assert_open(judge(&w, RULE "id: A, kind: presence, facilities: [chc], per: city, min: 1}\n"),
                "batch"); /* where the counties come together */
    assert_open(judge(&w, RULE "id: A, kind: presence, facilities: [chc], that: {field: 全天服务,"
                               " equals: 是}, per: county, min: 1}\n"),
                "全天服务");
    w.c->info.none = UINT64_C(1) << BJ_CLASS_CDC;
    assert_int_equal(
        judge(&w, RULE "id: A, kind: presence, facilities: [cdc], per: county, min: 1}\n")->verdict,
        BJ_NOT_MET);
    w.c->s.n_townships = 0;
    assert_open(judge(&w, RULE "id: A, kind: presence, facilities: [chc], per: street, min: 1}\n"),
                "townships layer");
    world_free(&w);
}

static void that_picks_by_a_column(void **state)
{
    struct world w = world_new();
    /* c0 c2 c3 c4 c5 c7 h2 h9 chc ems */
    const char *grade[] = {NULL, NULL, NULL, NULL, NULL, NULL, "二级甲等", "一级", NULL, NULL};
    const char *yes[] = {NULL, NULL, NULL, NULL, NULL, NULL, "否", " 有 ", NULL, NULL};

    (void)state;
    add_column(&w.facilities, &w.c->s.facility_columns, "等级", 10, grade);
    add_column(&w.facilities, &w.c->s.facility_columns, "精神卫生服务", 10, yes);
    assert_unit(judge(&w,
                      RULE "id: A, kind: presence, facilities: [township_hospital],"
                           " that: {field: 等级, equals: 二级甲等;三级}, per: county, min: 1}\n"),
                0, "530403", 1, 1, 0, BJ_MET);
    assert_unit(judge(&w, RULE "id: A, kind: presence, facilities: [township_hospital],"
                               " that: {field: 精神卫生服务, equals: 是}, per: county, min: 2}\n"),
                0, "530403", 1, 2, 1, BJ_NOT_MET);
    /* 级别 (of which government) is not 等级 (grade). */
    assert_open(judge(&w, RULE "id: A, kind: presence, facilities: [township_hospital],"
                               " that: {field: 级别, equals: 市级}, per: county, min: 1}\n"),
                "级别");
    world_free(&w);
}

/* Nobody wrote anything into the column: that is no "no". A class column that holds the program's
 * own words says no more than the class. */
static void a_blank_column_is_no_answer(void **state)
{
    struct world w = world_new();
    /* c0 c2 c3 c4 c5 c7 h2 h9 chc ems */
    const char *ward[10] = {"是"};
    const char *class[10] = {[6] = "township_hospital;subcentre", [7] = "township_hospital"};
    const char *rules = RULE
        "id: A, kind: presence, facilities: [township_hospital], that: {field: 康复医学科,"
        " equals: 是}, per: county, min: 1}\n" RULE
        "id: B, kind: presence, facilities: [township_hospital], that: {field: 机构类别,"
        " equals: 中心卫生院}, per: county, min: 1}\n" RULE
        "id: C, kind: ratio, facilities: [township_hospital], value: 康复医学科, unit: facility,"
        " min: 1}\n" RULE
        "id: D, kind: count, facilities: [township_hospital], value: 康复医学科, unit: county,"
        " min: 1}\n";

    (void)state;
    add_column(&w.facilities, &w.c->s.facility_columns, "康复医学科", 10, ward);
    add_column(&w.facilities, &w.c->s.facility_columns, "机构类别", 10, class);
    assert_open(judge(&w, rules), "'康复医学科' is blank");
    assert_open(county_result(w.c, "B"), "'机构类别' does not say which facility is '中心卫生院'");
    assert_open(county_result(w.c, "C"), "'康复医学科' is blank");
    assert_open(county_result(w.c, "D"), "'康复医学科' is blank");
    /* One answer, and it is no: the county has none. */
    w.facilities.text[0][7] = "否";
    w.facilities.text[1][7] = "乡卫生院";
    assert_unit(judge(&w, rules), 0, "530403", 0, 1, 1, BJ_NOT_MET);
    assert_unit(county_result(w.c, "B"), 0, "530403", 0, 1, 1, BJ_NOT_MET);
    w.facilities.text[1][6] = "中心卫生院";
    judge(&w, rules);
    assert_unit(county_result(w.c, "B"), 0, "530403", 1, 1, 0, BJ_MET);
    world_free(&w);
}

/* 达标情况 names the standard reached: h2 the recommended one (and so the basic one), h9 the basic
 * one, chc none; a cell that names no standard counts for neither. */
static void a_column_of_standards_answers_for_each(void **state)
{
    struct world w = world_new();
    const char *reached[10] = {[6] = "国家推荐标准", [7] = "基本标准", [8] = "未达到基本标准"};
    const char *own[10] = {[6] = "否", [7] = "否", [8] = "否"};
    const char *rules = RULE
        "id: A, kind: share, of: [township_hospital, chc], that: {field: 推荐标准, equals: 是},"
        " min: 0.5, unit: county}\n" RULE
        "id: B, kind: share, of: [township_hospital, chc], that: {field: 基本标准, equals: 是},"
        " min: 1, unit: county}\n";

    (void)state;
    assert_open(judge(&w, rules), "推荐标准");
    add_column(&w.facilities, &w.c->s.facility_columns, "达标情况", 10, reached);
    /* 1 of 3; a half of 3 is 1.5, so one more is needed. */
    assert_unit(judge(&w, rules), 0, "530403", 1.0 / 3, 0.5, 1, BJ_NOT_MET);
    assert_unit(county_result(w.c, "B"), 0, "530403", 2.0 / 3, 1, 1, BJ_NOT_MET);
    w.facilities.text[0][8] = "是"; /* which standard? */
    assert_unit(judge(&w, rules), 0, "530403", 0.5, 0.5, 0, BJ_MET);
    assert_unit(county_result(w.c, "B"), 0, "530403", 1, 1, 0, BJ_MET);
    assert_near(county_result(w.c, "B")->unit[0].denominator, 2, 0);
    add_column(&w.facilities, &w.c->s.facility_columns, "推荐标准", 10, own); /* its own wins */
    assert_unit(judge(&w, rules), 0, "530403", 0, 0.5, 2, BJ_NOT_MET);
    world_free(&w);
}

/* ---- presence per village, alt, exempt ---------------------------------------- */

#define JC05                                                                                       \
    RULE "id: P, kind: presence, facilities: [village_clinic], per: village,"                      \
         " if: {population_min: 800}, min: 1, exempt: seat_of_township_hospital}\n"
#define JC06 RULE "id: L, kind: alt, of: P, kinds: [outreach]}\n"

static void villages_of_800_people_need_a_clinic(void **state)
{
    struct world w = world_new();
    const char *alt[N_VILLAGES] = {[10] = "巡诊点", [11] = "联村", [6] = "巡诊"};
    const struct bj_rule_result *r;

    (void)state;
    r = judge(&w, JC05 JC06);
    /* 1 has 799 people, 6 and 8 fewer; 9 is the hospital's seat. */
    assert_status(r, "COCCCCOCOEUU");
    assert_int_equal(r->verdict, BJ_NOT_MET);
    assert_near(r->villages.total, 9, 0);
    assert_near(r->villages.exempt, 1, 0);
    assert_near(r->population.covered, 800 + 2000 + 1999 + 4000 + 4001 + 1200, 0);
    assert_near(r->share_villages, 7.0 / 9, 1e-15);
    assert_int_equal(r->dist_mm[0], 100000);
    assert_open(county_result(w.c, "L"), "替代服务");
    add_column(&w.villages, &w.c->s.village_columns, "服务方式", N_VILLAGES, alt);
    r = judge(&w, JC05 JC06);
    assert_status(r, "COCCCCOCOEAU"); /* joint is no kind of this rule */
    assert_near(r->villages.alt, 1, 0);
    assert_near(r->population.alt, 20000, 0);
    assert_near(county_result(w.c, "L")->unit[0].value, 2, 0);
    w.c->s.villages.n = 11;
    assert_int_equal(judge(&w, JC05 JC06)->verdict, BJ_PARTLY); /* a substitute is not the thing */
    w.c->s.villages.n = 10;
    assert_int_equal(judge(&w, JC05 JC06)->verdict, BJ_MET);
    world_free(&w);
}

/* A joint clinic stands in for the radius, too, and its village is in no patch. */
static void substitutes_stand_in_for_a_radius(void **state)
{
    struct world w = world_new();
    const char *alt[N_VILLAGES] = {[0] = "联村", [11] = "联村", [10] = "巡诊"};
    const struct bj_rule_result *r;
    size_t in_patches = 0;

    (void)state;
    add_column(&w.villages, &w.c->s.village_columns, "替代服务", N_VILLAGES, alt);
    r = judge(&w, RADIUS("R", "2500", "") RULE "id: L, kind: alt, of: R, kinds: [joint]}\n");
    assert_status(r, "CUCCCCUCUUUA");
    for (size_t p = 0; p < r->n_patches; p++)
        in_patches += r->patch[p].villages;
    assert_int_equal(in_patches, 5);
    assert_near(r->share_villages, 6.0 / 12, 0);
    world_free(&w);
}

static void no_village_in_the_band_is_open(void **state)
{
    struct world w = world_new();

    (void)state;
    assert_open(judge(&w, RULE "id: P, kind: presence, facilities: [village_clinic], per: village,"
                               " if: {population_min: 20001}, min: 1}\n"),
                "no village");
    for (size_t i = 0; i < N_VILLAGES; i++)
        w.c->s.villages.population[i] = 0;
    assert_open(judge(&w, JC05), "population");
    world_free(&w);
}

/* ---- count -------------------------------------------------------------------- */

static void counts_have_both_bounds(void **state)
{
    struct world w = world_new();

    (void)state;
    assert_unit(judge(&w,
                      RULE "id: A, kind: count, facilities: [village_clinic_central], unit: county,"
                           " min: 1, max: 3}\n"),
                0, "530403", 3, 1, 0, BJ_MET);
    assert_unit(judge(&w,
                      RULE "id: A, kind: count, facilities: [village_clinic_central], unit: county,"
                           " min: 1, max: 2}\n"),
                0, "530403", 3, 1, 0, BJ_NOT_MET);
    assert_unit(judge(&w,
                      RULE "id: A, kind: count, facilities: [village_clinic_central], unit: county,"
                           " min: 5}\n"),
                0, "530403", 3, 5, 2, BJ_NOT_MET);
    assert_unit(judge(&w,
                      RULE "id: A, kind: count, facilities: [village_clinic_central], unit: county,"
                           " target: 4}\n"),
                0, "530403", 3, 4, 1, BJ_PARTLY);
    assert_open(judge(&w,
                      RULE "id: A, kind: count, facilities: [village_clinic_central], unit: city,"
                           " min: 200}\n"),
                "city");
    assert_open(
        judge(&w, RULE "id: A, kind: count, value: 县级应急队伍人数, unit: county, min: 30}\n"),
        "县级应急队伍人数");
    world_free(&w);
}

/* ---- ratio -------------------------------------------------------------------- */

#define AMBULANCES                                                                                   \
    RULE "id: A, kind: ratio, value: 救护车, per: {population: resident, people: 30000}, min: 1," \
         " unit: county}\n"

/* 46,199 people need two ambulances (46,199 / 30,000 = 1.54); 30,000 need one, 30,001 two. */
static void one_vehicle_short_is_short(void **state)
{
    struct world w = world_new();
    const char *cars[10] = {[7] = "1"};
    const struct bj_rule_result *r;

    (void)state;
    assert_open(judge(&w, AMBULANCES), "救护车");
    add_column(&w.facilities, &w.c->s.facility_columns, "救护车数", 10, cars); /* a synonym */
    r = judge(&w, AMBULANCES);
    assert_unit(r, 0, "530403", 1 / (46199.0 / 30000), 1, 1, BJ_NOT_MET);
    assert_near(r->unit[0].numerator, 1, 0);
    assert_near(r->unit[0].denominator, 46199, 0);
    w.facilities.num[0][9] = 1;
    assert_unit(judge(&w, AMBULANCES), 0, "530403", 2 / (46199.0 / 30000), 1, 0, BJ_MET);
    w.facilities.num[0][9] = NAN;
    w.c->s.villages.population[10] = 3801; /* 30,000 in all */
    assert_unit(judge(&w, AMBULANCES), 0, "530403", 1, 1, 0, BJ_MET);
    w.c->s.villages.population[10] = 3802;
    assert_unit(judge(&w, AMBULANCES), 0, "530403", 30000.0 / 30001, 1, 1, BJ_NOT_MET);
    w.c->s.facilities.neighbour[7] = 1; /* a neighbour's vehicle */
    assert_open(judge(&w, AMBULANCES), "救护车");
    world_free(&w);
}

/* 托位 may be called 托位数; of two hospitals only the public one's doctors count. */
static void amounts_have_other_names_and_owners(void **state)
{
    struct world w = world_new();
    const char *places[10] = {[6] = "90", [7] = "30"};
    const char *rules =
        RULE "id: A, kind: count, value: 托位, unit: county, min: 100}\n" RULE
             "id: B, kind: count, facilities: [township_hospital], ownership: public, value: 托位,"
             " unit: county, min: 100}\n";

    (void)state;
    add_column(&w.facilities, &w.c->s.facility_columns, "托位数（个）", 10, places);
    assert_unit(judge(&w, rules), 0, "530403", 120, 100, 0, BJ_MET);
    assert_open(county_result(w.c, "B"), "举办主体");
    w.c->s.facilities.ownership[6] = "政府";
    w.c->s.facilities.ownership[7] = "民营";
    judge(&w, rules);
    assert_unit(county_result(w.c, "B"), 0, "530403", 90, 100, 10, BJ_NOT_MET);
    world_free(&w);
}

/* 46.199 thousand people: 6.9 beds a thousand are 318.8; 300 are 19 short. */
static void a_county_table_wins_over_sums(void **state)
{
    struct world w = world_new();
    const char *beds[] = {"300"}, *all[] = {"50,000"}, *doctors[] = {"69"};
    const char *rules = RULE "id: A, kind: ratio, value: 床位, per: {population: resident,"
                             " people: 1000}, min: 6.9, unit: county}\n" RULE
                             "id: B, kind: ratio, value: 执业(助理)医师, per: {field: 床位},"
                             " min: 0.23, target: 0.3, unit: county}\n";
    const struct bj_rule_result *r;

    (void)state;
    w.indicator_code[0] = "530403";
    w.indicator_name[0] = "";
    w.c->s.indicators.n = 1;
    w.c->s.indicators.code = w.indicator_code;
    w.c->s.indicators.name = w.indicator_name;
    add_column(&w.indicators, &w.c->s.indicators.columns, "床位", 1, beds);
    add_column(&w.indicators, &w.c->s.indicators.columns, "执业（助理）医师", 1, doctors);
    r = judge(&w, rules);
    assert_unit(r, 0, "530403", 300 / 46.199, 6.9, 19, BJ_NOT_MET);
    assert_unit(county_result(w.c, "B"), 0, "530403", 0.23, 0.23, 0, BJ_PARTLY);
    add_column(&w.indicators, &w.c->s.indicators.columns, "常住人口", 1, all);
    r = judge(&w, rules);
    assert_unit(r, 0, "530403", 6, 6.9, 45, BJ_NOT_MET);
    assert_near(r->unit[0].denominator, 50000, 0);
    assert_open(judge(&w, RULE "id: A, kind: ratio, value: 床位, per: {population: aged65,"
                               " people: 1000}, min: 2.5, unit: county}\n"),
                "aged65");
    assert_open(judge(&w, RULE "id: A, kind: ratio, value: 床位, per: {population: resident,"
                               " people: 1000}, if: {name: 冠县}, min: 2.5, unit: county}\n"),
                "冠县");
    world_free(&w);
}

/* Staff of the central clinics that are 甲: none of them is, so there is none; nobody knows of a
 * column that is blank. */
static void an_amount_of_no_facility_is_nothing(void **state)
{
    struct world w = world_new();
    const char *grade[10] = {"甲", "乙", "甲", "乙", "乙", "甲"},
               *staff[10] = {"3", "4", "5", "6", "7"};
    const char *rules =
        RULE "id: A, kind: ratio, value: 人员, facilities: [village_clinic_central],"
             " that: {field: 级别, equals: 丙}, per: {population: resident, people:"
             " 46199}, min: 2, unit: county}\n" RULE
             "id: B, kind: ratio, value: 人员, facilities: [village_clinic],"
             " that: {field: 级别, equals: 甲}, per: {population: resident, people:"
             " 46199}, min: 2, unit: county}\n" RULE
             "id: C, kind: ratio, value: 人员, facilities: [chc],"
             " per: {population: resident, people: 46199}, min: 2, unit: county}\n";

    (void)state;
    add_column(&w.facilities, &w.c->s.facility_columns, "级别", 10, grade);
    add_column(&w.facilities, &w.c->s.facility_columns, "人员", 10, staff);
    assert_unit(judge(&w, rules), 0, "530403", 0, 2, 2, BJ_NOT_MET);
    /* c0 and c3 are 甲 with 3 and 5; c7's cell is blank. */
    assert_unit(county_result(w.c, "B"), 0, "530403", 8, 2, 0, BJ_MET);
    assert_open(county_result(w.c, "C"), "blank");
    world_free(&w);
}

/* A county of two types is of either; one that nobody gives a type is asked for it. */
static void rules_for_a_type_of_county_read_its_types(void **state)
{
    static const char *const types[] = {"农村大县;安宁疗护试点地区"}, *const blank[] = {NULL},
                             *const other[] = {"农村大县城"},
                             *const typed[] = {"安宁疗护试点地区 、农村大县"};
    const char *rules = RULE "id: A, kind: count, facilities: [township_hospital], unit: county,"
                             " if: {type: 农村大县}, min: 1}\n" RULE
                             "id: B, kind: count, facilities: [township_hospital], unit: county,"
                             " if: {type: 安宁疗护试点地区}, min: 3}\n";
    const char *const *cell[] = {types, blank, other, typed};

    (void)state;
    for (int k = 0; k < 4; k++) {
        struct world w = world_new();

        w.indicator_code[0] = "530403";
        w.indicator_name[0] = "江川区";
        w.c->s.indicators.n = 1;
        w.c->s.indicators.code = w.indicator_code;
        w.c->s.indicators.name = w.indicator_name;
        add_column(&w.indicators, &w.c->s.indicators.columns, "类型", 1, cell[k]);
        judge(&w, rules);
        if (k == 0 || k == 3) {
            assert_int_equal(county_result(w.c, "A")->verdict, BJ_MET); /* two stand there */
            assert_int_equal(county_result(w.c, "B")->verdict, BJ_NOT_MET);
        } else {
            assert_open(county_result(w.c, "A"), k == 1 ? "类型" : "of type '农村大县' only");
        }
        world_free(&w);
    }
}

static void facilities_are_a_unit_each(void **state)
{
    struct world w = world_new();
    const char *doctors[10] = {[6] = "2", [7] = "1"};
    const char *rules = RULE "id: A, kind: ratio, facilities: [township_hospital, chc],"
                             " value: 公共卫生医师, unit: facility, min: 1, target: 2}\n";
    const struct bj_rule_result *r;

    (void)state;
    assert_open(judge(&w, rules), "公共卫生医师");
    add_column(&w.facilities, &w.c->s.facility_columns, "公共卫生医师", 10, doctors);
    r = judge(&w, rules);
    assert_int_equal(r->n_units, 3);
    assert_unit(r, 0, "h2", 2, 1, 0, BJ_MET);
    assert_unit(r, 1, "h9", 1, 1, 0, BJ_PARTLY);
    assert_int_equal(r->unit[2].verdict, BJ_NOT_EVALUATED); /* a blank cell */
    assert_int_equal(r->verdict, BJ_PARTLY);
    world_free(&w);
}

static void a_class_can_be_counted_against_people(void **state)
{
    struct world w = world_new();

    (void)state;
    /* One chc for 46,199: enough for 100,000 each, short of one more for 30,000 each. */
    assert_unit(judge(&w, RULE "id: A, kind: ratio, value: chc, per: {population: resident,"
                               " people: 100000}, min: 1, unit: county}\n"),
                0, "530403", 1 / 0.46199, 1, 0, BJ_MET);
    assert_unit(judge(&w, RULE "id: A, kind: ratio, value: chc, per: {population: resident,"
                               " people: 30000}, target: 1, unit: county}\n"),
                0, "530403", 30000.0 / 46199, 1, 1, BJ_PARTLY);
    assert_unit(judge(&w, RULE "id: A, kind: ratio, value: chc, per: {population: resident,"
                               " people: 30000}, max: 0.5, unit: county}\n"),
                0, "530403", 30000.0 / 46199, 0.5, 0, BJ_NOT_MET);
    world_free(&w);
}

/* ---- share -------------------------------------------------------------------- */

static void shares_leave_blank_cells_out(void **state)
{
    struct world w = world_new();
    const char *tcm[10] = {"是", "1", "否", "是", "是", NULL, "是", "是", NULL, NULL};
    const char *rules = RULE "id: A, kind: share, of: village_clinic, that: {field: 中医药服务,"
                             " equals: 是}, min: 0.8, unit: county}\n" RULE
                             "id: B, kind: share, of: village_clinic, that: {field: 中医药服务,"
                             " equals: 是}, min: 0.85, unit: county}\n" RULE
                             "id: C, kind: share, of: chc, that: {field: 中医药服务,"
                             " equals: 是}, min: 0.85, unit: county}\n";

    (void)state;
    assert_open(judge(&w, rules), "中医药服务");
    add_column(&w.facilities, &w.c->s.facility_columns, "中医药服务", 10, tcm);
    /* Four of five clinics; the sixth is blank. 0.85 of 5 is 4.25: one short. */
    assert_unit(judge(&w, rules), 0, "530403", 0.8, 0.8, 0, BJ_MET);
    assert_unit(county_result(w.c, "B"), 0, "530403", 0.8, 0.85, 1, BJ_NOT_MET);
    assert_open(county_result(w.c, "C"), "blank");
    world_free(&w);
}

static void shares_of_units_count_their_facilities(void **state)
{
    struct world w = world_new();
    const char *room[N_VILLAGES] = {"是", "是", "是", "是", "是", "是",
                                    "否", "否", "否", "否", "否", "否"};

    (void)state;
    assert_unit(judge(&w, RULE "id: A, kind: share, of: township, that: {facilities:"
                               " [township_hospital], min: 1}, min: 0.5, unit: county}\n"),
                0, "530403", 2.0 / 3, 0.5, 0, BJ_MET);
    assert_open(judge(&w,
                      RULE "id: A, kind: share, of: county, that: {facilities: [rehab], min: 1},"
                           " min: 0.5, unit: city}\n"),
                "city");
    add_column(&w.villages, &w.c->s.village_columns, "心理咨询室", N_VILLAGES, room);
    assert_unit(judge(&w,
                      RULE "id: A, kind: share, of: village, that: {field: 心理咨询室, equals: 是},"
                           " min: 0.5, unit: county}\n"),
                0, "530403", 0.5, 0.5, 0, BJ_MET);
    world_free(&w);
}

/* ---- tier --------------------------------------------------------------------- */

#define TIER(id, by, bands)                                                                        \
    RULE "id: " id ", kind: tier, of: villages, by: " by ", bands: [" bands "]}\n"

static void villages_need_clinics_by_their_size(void **state)
{
    struct world w = world_new();
    const struct bj_rule_result *r;

    (void)state;
    r = judge(&w, TIER("A", "resident_population",
                       "{min: 2000, below: 4000, needs: village_clinic_central},"
                       " {min: 4000, needs: village_clinic_central}"));
    assert_int_equal(r->n_units, 5); /* 1,999 is below, 2,000 in */
    assert_unit(r, 0, "02", 2000, 1, 0, BJ_MET);
    assert_unit(r, 1, "04", 4000, 1, 0, BJ_MET);
    assert_unit(r, 2, "05", 4001, 2, 1, BJ_NOT_MET);
    assert_unit(r, 3, "10", 20000, 5, 5, BJ_NOT_MET);
    assert_unit(r, 4, "11", 10000, 3, 3, BJ_NOT_MET);
    r = judge(&w, TIER("A", "resident_population",
                       "{min: 800, below: 2000, needs: village_clinic_general}"));
    assert_int_equal(r->n_units, 4); /* 799 is out */
    assert_unit(r, 0, "00", 800, 1, 0, BJ_MET);
    assert_unit(r, 1, "03", 1999, 1, 0, BJ_MET);
    assert_unit(r, 2, "07", 1200, 1, 1, BJ_NOT_EVALUATED); /* a clinic of untold tier */
    assert_unit(r, 3, "09", 900, 1, 1, BJ_NOT_MET);
    assert_int_equal(r->verdict, BJ_NOT_MET);
    assert_open(judge(&w, TIER("A", "service_population", "")), "no number");
    world_free(&w);
}

/* Without the clinic of 7, village 6 goes to that of 5, 6,000.8 m away; 7 itself is 12 km from any
 * and keeps its own residents. */
static void service_population_is_computed_from_the_nearest_clinic(void **state)
{
    struct world w = world_new();
    const struct bj_rule_result *r;
    size_t said = 0;

    (void)state;
    w.c->s.villages.n = 10;
    w.c->s.facilities.classes[5] = UINT64_C(1) << BJ_CLASS_CDC;
    r = judge(&w, TIER("A", "service_population", "{min: 1, needs: village_clinic_central}")
                      RADIUS("R", "6200", ""));
    assert_unit(r, r->n_units - 1, "09", 900, 1, 1, BJ_NOT_MET); /* no clinic: its residents */
    for (size_t i = 0; i < r->n_units; i++) {
        if (strcmp(r->unit[i].code, "05") == 0)
            assert_near(r->unit[i].value, 4001 + 500, 0);
        if (strcmp(r->unit[i].code, "07") == 0)
            assert_near(r->unit[i].value, 1200, 0);
    }
    for (size_t i = 0; i < w.c->a->n_assumptions; i++)
        said += strcmp(w.c->a->assumption[i].key, "service_population") == 0;
    assert_int_equal(said, 1);
    world_free(&w);
}

static void clinics_are_held_to_the_people_they_serve(void **state)
{
    struct world w = world_new();
    const char *served[10] = {"2000", "2000", "1999", "700", "900", "900"};
    const char *rules = RULE
        "id: A, kind: tier, of: clinics, by: service_population, bands: [{min: 800, below: 2000,"
        " needs: village_clinic_general}, {min: 2000, needs: village_clinic_central}]}\n";
    const struct bj_rule_result *r;

    (void)state;
    add_column(&w.facilities, &w.c->s.facility_columns, "服务人口", 10, served);
    r = judge(&w, rules);
    assert_int_equal(r->n_units, 5);                      /* c4 serves 700 */
    assert_unit(r, 0, "c0", 2000, 1, 1, BJ_NOT_MET);      /* general, should be central */
    assert_unit(r, 1, "c2", 2000, 1, 0, BJ_MET);          /* central */
    assert_unit(r, 2, "c3", 1999, 1, 0, BJ_MET);          /* general */
    assert_unit(r, 3, "c5", 900, 1, 0, BJ_MET);           /* more than it needs */
    assert_unit(r, 4, "c7", 900, 1, 1, BJ_NOT_EVALUATED); /* untold */
    world_free(&w);
}

/* Under 6,200 m village 1 goes to the clinic of 2 and 6 to that of 7: north leans back towards the
 * west as the line of villages goes on, so the eastern clinic is nearer by decimetres. So c0 has
 * its 800, c2 799 + 2,000, c7 500 + 1,200 and the empty 8. */
static void a_clinic_should_be_of_the_class_for_whom_it_serves(void **state)
{
    static const struct {
        size_t villages;
        double people;
        int should_be;
        enum bj_verdict verdict;
    } want[] = {{1, 800, BJ_CLASS_VILLAGE_CLINIC_GENERAL, BJ_MET},
                {2, 2799, BJ_CLASS_VILLAGE_CLINIC_CENTRAL, BJ_MET},
                {1, 1999, BJ_CLASS_VILLAGE_CLINIC_CENTRAL, BJ_NOT_MET},
                {1, 4000, -1, BJ_NOT_EVALUATED}, /* a neighbour's */
                {1, 4001, BJ_CLASS_VILLAGE_CLINIC_CENTRAL, BJ_MET},
                {3, 1700, BJ_CLASS_VILLAGE_CLINIC_CENTRAL, BJ_NOT_EVALUATED}, /* untold */
                {0, 0, -1, BJ_NOT_EVALUATED}};                                /* a hospital */
    struct world w = world_new();
    const char *tier = TIER("T", "service_population",
                            "{min: 800, below: 1500, needs: village_clinic_general},"
                            " {min: 1500, needs: village_clinic_central}");
    char rules[2000];
    const struct bj_rule_result *r;

    (void)state;
    w.c->s.villages.n = 9;
    w.c->s.facilities.neighbour[3] = 1;
    snprintf(rules, sizeof(rules), "%s%s", RADIUS("R", "6200", ""), tier);
    r = judge(&w, rules);
    for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
        assert_int_equal(r->served[i].villages, want[i].villages);
        assert_near(r->served[i].population, want[i].people, 0);
        assert_int_equal(r->served[i].should_be, want[i].should_be);
        assert_int_equal(r->served[i].verdict, want[i].verdict);
        if (want[i].should_be >= 0)
            assert_string_equal(r->served[i].tier->id, "T");
        else
            assert_null(r->served[i].tier);
    }
    r = judge(&w, RADIUS("R", "6200", "")); /* a plan without tiers asks for none */
    assert_int_equal(r->served[0].should_be, -1);
    assert_near(r->served[0].population, 800, 0);
    world_free(&w);
}

/* Rooms and people: the worst word of the rules about single facilities. c2 has 150 m2, c4 149.9,
 * c5 a blank; h2 has two doctors, h9 one of two, the chc none. */
static void a_facility_is_fit_by_its_rooms_and_people(void **state)
{
    struct world w = world_new();
    const char *area[10] = {[0] = "60", [1] = "150", [3] = "149.9", [5] = "200"};
    const char *doctors[10] = {[1] = "1", [6] = "2", [7] = "1", [8] = "0"};
    const char *rules = RULE
        "id: A, kind: share, of: village_clinic_central, that: {field: 房屋面积, min: 150}, min: 1,"
        " unit: county}\n" RULE
        "id: B, kind: ratio, facilities: [township_hospital, chc], value: 医师, unit: facility,"
        " min: 1, target: 2}\n" RULE
        "id: C, kind: ratio, facilities: [village_clinic_central], value: 医师, unit: facility,"
        " min: 2}\n" RULE
        "id: D, kind: share, of: village_clinic, that: {field: 服务人口, min: 9000}, min: 1,"
        " unit: county}\n";
    /* c0 c2 c3 c4 c5 c7 h2 h9 chc ems */
    static const enum bj_verdict want[10] = {
        BJ_NOT_EVALUATED, BJ_NOT_MET, BJ_NOT_EVALUATED, BJ_NOT_MET, BJ_NOT_EVALUATED,
        BJ_NOT_EVALUATED, BJ_MET,     BJ_PARTLY,        BJ_NOT_MET, BJ_NOT_EVALUATED};
    static const char *const by[10] = {NULL, "C", NULL, "A", NULL, NULL, "B", "B", "B", NULL};

    (void)state;
    add_column(&w.facilities, &w.c->s.facility_columns, "房屋面积", 10, area);
    add_column(&w.facilities, &w.c->s.facility_columns, "医师", 10, doctors);
    judge(&w, rules);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(w.c->a->fitness[i].verdict, want[i]);
        if (by[i])
            assert_string_equal(w.c->a->fitness[i].rule->id, by[i]);
        else
            assert_null(w.c->a->fitness[i].rule);
    }
    assert_true(support_torture(county_judge_again, w.c) > 50);
    world_free(&w);
}

/* ---- exclude, groups ------------------------------------------------------------ */

static void exclusions_judge_nothing_and_count(void **state)
{
    struct world w = world_new();
    const char *type[N_VILLAGES] = {"搬迁撤并", "集聚提升", "搬迁撤并"};
    const char *rules =
        RULE "id: A, kind: exclude, what: candidates, where: {field: 村庄类型,"
             " equals: 搬迁撤并}}\n" RULE
             "id: B, kind: exclude, what: beds, where: {field: 床位使用率, below: 75}}\n";

    (void)state;
    assert_open(judge(&w, rules), "村庄类型");
    add_column(&w.villages, &w.c->s.village_columns, "规划类型", N_VILLAGES, type); /* a synonym */
    assert_near(judge(&w, rules)->unit[0].value, 2, 0);
    assert_open(county_result(w.c, "A"), "2 of 12");
    assert_open(county_result(w.c, "B"), "床位使用率");
    world_free(&w);
}

/* The same facilities by Chinese words and by banjing's names, as in the two demo counties. */
static void a_class_column_may_hold_either_name(void **state)
{
    struct world w = world_new();
    const char *type[10] = {"诊所",     "clinic_private", "chc; clinic_private", "诊所 ",
                            "村卫生室", "clinic",         "blood_site",          "一般诊所",
                            "",         "诊所;护理院"};
    const char *rules = RULE "id: A, kind: exclude, what: facilities, where: {field: 机构类别,"
                             " equals: 诊所}}\n";

    (void)state;
    add_column(&w.facilities, &w.c->s.facility_columns, "类别", 10, type); /* a synonym */
    assert_near(judge(&w, rules)->unit[0].value, 5, 0);
    world_free(&w);
}

/* Cut where the reader of classes cuts: a planner types ； and 、 before ';'. */
static void words_of_a_cell_are_cut_by_any_of_the_marks(void **state)
{
    struct world w = world_new();
    const char *type[10] = {
        "护理院；诊所", "护理院、诊所", "护理院|诊所",      "护理院,诊所", "护理院，诊所",
        "护理院; 诊所", "护理院诊所",   "护理院；中医诊所", "护理院/诊所", ""};

    (void)state;
    add_column(&w.facilities, &w.c->s.facility_columns, "类别", 10, type);
    assert_near(judge(&w, RULE "id: A, kind: exclude, what: facilities, where: {field: 机构类别,"
                               " equals: 诊所}}\n")
                    ->unit[0]
                    .value,
                6, 0);
    world_free(&w);
}

/* Beds of the public hospital only, the neighbour's never; a class alone needs no column. */
static void exclusions_keep_to_their_facilities(void **state)
{
    struct world w = world_new();
    const char *full[10] = {[6] = "74.9", [7] = "60", [8] = "50", [9] = "75"};
    const char *rules =
        RULE "id: A, kind: exclude, what: beds, facilities: [township_hospital], ownership: public,"
             " where: {field: 床位使用率, below: 75}}\n" RULE
             "id: B, kind: exclude, what: facilities, facilities: [village_clinic]}\n" RULE
             "id: C, kind: exclude, what: beds, where: {field: 床位使用率, below: 75}}\n";

    (void)state;
    add_column(&w.facilities, &w.c->s.facility_columns, "床位使用率", 10, full);
    w.c->s.facilities.ownership[6] = "政府";
    w.c->s.facilities.ownership[7] = "民营";
    w.c->s.facilities.neighbour[0] = 1;
    assert_open(judge(&w, rules), "1 of 1 ");
    assert_open(county_result(w.c, "B"), "5 of 5 ");
    assert_open(county_result(w.c, "C"), "3 of 9 "); /* 75 is not below 75 */
    world_free(&w);
}

static void any_takes_the_best_of_unit_rules(void **state)
{
    struct world w = world_new();
    const char *rules =
        "  - id: G\n    clause: 一\n    quote: 试\n    level: should\n    kind: any\n    of:\n"
        "      - {id: a, kind: presence, facilities: [chc], per: street, min: 2}\n"
        "      - {id: b, kind: ratio, value: chc, per: {population: resident, people: 100000},"
        " min: 1, unit: county}\n";

    (void)state;
    assert_int_equal(judge(&w, rules)->verdict, BJ_MET);
    assert_int_equal(county_result(w.c, "a")->verdict, BJ_NOT_MET);
    stand(w.c, 10, BJ_CLASS_CHC, "far");
    w.c->s.villages.population[10] = 300000;
    assert_int_equal(judge(&w, rules)->verdict, BJ_MET); /* a now */
    assert_int_equal(county_result(w.c, "b")->verdict, BJ_NOT_MET);
    w.c->s.n_townships = 0;
    assert_open(judge(&w, rules), "a: ");
    world_free(&w);
}

/* Every plan of the house, rule by rule: no error, and whatever is open says why. */
static void shipped_plans_are_judged_without_an_error(void **state)
{
    const struct bj_assess_options opt = {0};
    struct world w = world_new();
    size_t n_plans = 0, n_judged = 0;
    char **ids = NULL;

    (void)state;
    for (size_t i = 0; i < N_VILLAGES; i++)
        w.c->s.villages.urban[i] = i < 10 ? BJ_URBAN_NO : BJ_URBAN_YES;
    assert_ok(bj_plan_list(ctx, &ids));
    for (; ids[n_plans]; n_plans++) {
        county_forget(w.c);
        assert_ok(bj_plan_read(ctx, ids[n_plans], NULL, &w.c->plan));
        assert_ok(bj_assess(ctx, w.c->plan, &w.c->s, &opt, &w.c->a));
        for (size_t i = 0; i < w.c->a->n_rules; i++) {
            const struct bj_rule_result *r = &w.c->a->result[i];

            if ((r->verdict == BJ_NOT_EVALUATED) != (*r->reason != '\0'))
                fail_msg("rule %s: verdict %s, reason '%s'", r->rule->id,
                         bj_verdict_names[r->verdict], r->reason);
            n_judged += r->verdict != BJ_NOT_EVALUATED;
        }
    }
    assert_true(n_plans >= 5);
    assert_true(n_judged >= 15);
    print_message("%zu plans, %zu rules with a verdict\n", n_plans, n_judged);
    bj_plan_list_free(ctx, ids);
    world_free(&w);
}

static void every_failed_allocation_is_survived(void **state)
{
    struct world w = world_new();

    (void)state;
    judge(&w, JC05 JC06 AMBULANCES TIER("A2", "service_population",
                                        "{min: 1, needs: village_clinic_central}") RULE
          "id: A3, kind: share, of: township, that: {facilities: [township_hospital], min: 1},"
          " min: 0.5, unit: county}\n");
    assert_true(support_torture(county_judge_again, w.c) > 50);
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presence_counts_in_each_township),
        cmocka_unit_test(a_population_bound_includes_its_number),
        cmocka_unit_test(more_than_one_is_only_a_warning),
        cmocka_unit_test(presence_without_data_is_open),
        cmocka_unit_test(that_picks_by_a_column),
        cmocka_unit_test(a_blank_column_is_no_answer),
        cmocka_unit_test(a_column_of_standards_answers_for_each),
        cmocka_unit_test(villages_of_800_people_need_a_clinic),
        cmocka_unit_test(substitutes_stand_in_for_a_radius),
        cmocka_unit_test(no_village_in_the_band_is_open),
        cmocka_unit_test(counts_have_both_bounds),
        cmocka_unit_test(one_vehicle_short_is_short),
        cmocka_unit_test(amounts_have_other_names_and_owners),
        cmocka_unit_test(a_county_table_wins_over_sums),
        cmocka_unit_test(an_amount_of_no_facility_is_nothing),
        cmocka_unit_test(rules_for_a_type_of_county_read_its_types),
        cmocka_unit_test(facilities_are_a_unit_each),
        cmocka_unit_test(a_class_can_be_counted_against_people),
        cmocka_unit_test(shares_leave_blank_cells_out),
        cmocka_unit_test(shares_of_units_count_their_facilities),
        cmocka_unit_test(villages_need_clinics_by_their_size),
        cmocka_unit_test(service_population_is_computed_from_the_nearest_clinic),
        cmocka_unit_test(clinics_are_held_to_the_people_they_serve),
        cmocka_unit_test(a_clinic_should_be_of_the_class_for_whom_it_serves),
        cmocka_unit_test(a_facility_is_fit_by_its_rooms_and_people),
        cmocka_unit_test(exclusions_judge_nothing_and_count),
        cmocka_unit_test(a_class_column_may_hold_either_name),
        cmocka_unit_test(words_of_a_cell_are_cut_by_any_of_the_marks),
        cmocka_unit_test(exclusions_keep_to_their_facilities),
        cmocka_unit_test(any_takes_the_best_of_unit_rules),
        cmocka_unit_test(shipped_plans_are_judged_without_an_error),
        cmocka_unit_test(every_failed_allocation_is_survived),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
