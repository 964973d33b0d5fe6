/* Reading plans: every kind of rule, every refusal. Texts and expected values are written here
 * by hand. */
#include "support.h"

#include "plan/plan_int.h"

#include <unistd.h>

#define HEAD  "id: t\ntitle: T\ndocument: D\nrules:\n"
#define RULE  "  - {id: A, clause: c, quote: q, level: must, "
#define POINT "facilities: [village_clinic], demand: villages, where: all, "

static struct bj_plan *plan;

static enum bj_status parse(const char *text)
{
    bj_plan_free(plan);
    plan = NULL;
    return bj_plan_parse(ctx, "t.yaml", text, strlen(text), NULL, &plan);
}

/* One rule whose keys after id, clause, quote and level are `rest`; it stands in line 5. */
static enum bj_status parse_rule(const char *rest)
{
    char text[2048];

    snprintf(text, sizeof(text), HEAD RULE "%s}\n", rest);
    return parse(text);
}

static const struct bj_rule *rule(size_t i)
{
    assert_non_null(plan);
    assert_true(i < bj_plan_info(plan)->n_rules);
    return &bj_plan_info(plan)->rule[i];
}

static int free_plan(void **state)
{
    (void)state;
    bj_plan_free(plan);
    plan = NULL;
    return 0;
}

/* ---- each kind -------------------------------------------------------------- */

static void a_radius_rule_is_read(void **state)
{
    const struct bj_rule *u;

    (void)state;
    assert_ok(
        parse("id: my-plan\ntitle: 标题\ndocument: 文号\ndate: \"2024-01-02\"\nscope: 某县\n"
              "notes: n\nrules:\n"
              "  - id: R-1\n    clause: 三(一)2\n    quote: 服务半径\n    level: should\n"
              "    kind: radius\n    facilities: [village_clinic, chc]\n    demand: settlements\n"
              "    where: rural\n    target_m: 1000\n    limit_m: 2500.5\n    ownership: public\n"
              "    note: 备注\n"));
    assert_string_equal(bj_plan_info(plan)->id, "my-plan");
    assert_string_equal(bj_plan_info(plan)->title, "标题");
    assert_string_equal(bj_plan_info(plan)->document, "文号");
    assert_string_equal(bj_plan_info(plan)->date, "2024-01-02");
    assert_string_equal(bj_plan_info(plan)->scope, "某县");
    assert_string_equal(bj_plan_info(plan)->notes, "n");
    assert_null(bj_plan_info(plan)->extends);
    assert_int_equal(bj_plan_info(plan)->n_rules, 1);
    u = rule(0);
    assert_string_equal(u->id, "R-1");
    assert_string_equal(u->clause, "三(一)2");
    assert_string_equal(u->quote, "服务半径");
    assert_string_equal(u->note, "备注");
    assert_int_equal(u->level, BJ_LEVEL_SHOULD);
    assert_int_equal(u->kind, BJ_KIND_RADIUS);
    assert_int_equal(u->line, 8);
    assert_int_equal(u->column, 5);
    assert_int_equal(u->parent, -1);
    assert_true(u->facilities ==
                (bj_class_set(BJ_CLASS_VILLAGE_CLINIC) | UINT64_C(1) << BJ_CLASS_CHC));
    assert_int_equal(u->demand, BJ_DEMAND_SETTLEMENTS);
    assert_int_equal(u->where, BJ_WHERE_RURAL);
    assert_near(u->target_m, 1000, 0);
    assert_near(u->limit_m, 2500.5, 0);
    assert_string_equal(u->ownership, "public");
    assert_true(isnan(u->limit_s) && isnan(u->target_s) && isnan(u->min) && isnan(u->max));
}

static void time_rules_are_read(void **state)
{
    (void)state;
    assert_ok(parse_rule("kind: mean_time, " POINT "limit_s: 900, target_s: 600, mode: ambulance, "
                         "direction: from_facility, turnout_s: 180"));
    assert_int_equal(rule(0)->kind, BJ_KIND_MEAN_TIME);
    assert_near(rule(0)->limit_s, 900, 0);
    assert_near(rule(0)->target_s, 600, 0);
    assert_near(rule(0)->turnout_s, 180, 0);
    assert_int_equal(rule(0)->mode, BJ_MODE_AMBULANCE);
    assert_int_equal(rule(0)->direction, BJ_FROM_FACILITY);
    assert_ok(parse_rule("kind: time, " POINT "limit_s: 900, mode: walk, direction: to_facility, "
                         "turnout_s: 0"));
    assert_int_equal(rule(0)->mode, BJ_MODE_WALK);
    assert_true(isnan(rule(0)->limit_m));
}

static void groups_stand_before_their_parts(void **state)
{
    (void)state;
    assert_ok(parse(
        HEAD
        "  - id: A\n    clause: c\n    quote: q\n    level: should\n    kind: any\n    of:\n"
        "      - {id: A1, kind: radius, " POINT "limit_m: 5000}\n"
        "      - id: A2\n        kind: all\n        clause: own\n        level: may\n        of:\n"
        "          - {id: A2x, kind: radius, " POINT "limit_m: 9000}\n"
        "          - {id: A2y, kind: time, " POINT "limit_s: 60, mode: car, direction: "
        "to_facility}\n"
        "  - {id: B, clause: c, quote: q, level: must, kind: radius, " POINT "limit_m: 1000}\n"));
    assert_int_equal(bj_plan_info(plan)->n_rules, 6);
    assert_string_equal(rule(0)->id, "A");
    assert_int_equal(rule(0)->n_parts, 2);
    assert_string_equal(rule(1)->id, "A1");
    assert_int_equal(rule(1)->parent, 0);
    assert_int_equal(rule(1)->level, BJ_LEVEL_SHOULD); /* inherited */
    assert_string_equal(rule(1)->clause, "c");
    assert_string_equal(rule(1)->quote, "q");
    assert_string_equal(rule(2)->id, "A2");
    assert_int_equal(rule(2)->parent, 0);
    assert_int_equal(rule(2)->n_parts, 2);
    assert_string_equal(rule(3)->id, "A2x");
    assert_int_equal(rule(3)->parent, 2);
    assert_int_equal(rule(3)->level, BJ_LEVEL_MAY);
    assert_string_equal(rule(3)->clause, "own");
    assert_string_equal(rule(4)->id, "A2y");
    assert_int_equal(rule(4)->parent, 2);
    assert_string_equal(rule(5)->id, "B");
    assert_int_equal(rule(5)->parent, -1);
}

static void presence_is_read(void **state)
{
    (void)state;
    assert_ok(
        parse_rule("kind: presence, facilities: village_clinic, per: village, "
                   "if: {population_min: 800, population_max: 5000, type: 镇, name: 甲}, min: 1, "
                   "target: 2, max: 3, exempt: seat_of_township_hospital, "
                   "that: {field: 等级, equals: 甲;乙}"));
    assert_int_equal(rule(0)->per, BJ_PER_VILLAGE);
    assert_near(rule(0)->if_population_min, 800, 0);
    assert_near(rule(0)->if_population_max, 5000, 0);
    assert_string_equal(rule(0)->if_type, "镇");
    assert_string_equal(rule(0)->if_name, "甲");
    assert_near(rule(0)->min, 1, 0);
    assert_near(rule(0)->target, 2, 0);
    assert_near(rule(0)->max, 3, 0);
    assert_int_equal(rule(0)->exempt_hospital_seat, 1);
    assert_string_equal(rule(0)->field, "等级");
    assert_string_equal(rule(0)->equals, "甲;乙");
    assert_fails(parse_rule("kind: presence, facilities: [chc], per: county, min: 2, max: 1"),
                 BJ_EDATA, "'min' 2 is more than 'max' 1");
    assert_fails(parse_rule("kind: presence, facilities: [chc], per: county, min: 1.5"), BJ_EDATA,
                 "a whole number");
    assert_fails(parse_rule("kind: presence, facilities: [chc], per: facility, min: 1"), BJ_EDATA,
                 "it is one of: village, township, street, county, city");
    assert_fails(parse_rule("kind: presence, facilities: [chc], per: county, min: 1, "
                            "if: {population_min: 9, population_max: 8}"),
                 BJ_EDATA, "impossible band");
    assert_fails(parse_rule("kind: presence, facilities: [chc], per: county, min: 1, if: {}"),
                 BJ_EDATA, "'if' is empty");
}

static void tiers_are_read_and_impossible_bands_refused(void **state)
{
#define TIER "kind: tier, of: villages, by: service_population, bands: "
    (void)state;
    assert_ok(parse_rule(TIER "[{min: 0, below: 800, needs: village_service_point}, "
                              "{min: 800, needs: village_clinic_general}]"));
    assert_int_equal(rule(0)->tier_of_clinics, 0);
    assert_int_equal(rule(0)->tier_by_service, 1);
    assert_int_equal(rule(0)->n_bands, 2);
    assert_near(rule(0)->band[0].min, 0, 0);
    assert_near(rule(0)->band[0].below, 800, 0);
    assert_int_equal(rule(0)->band[0].needs, BJ_CLASS_VILLAGE_SERVICE_POINT);
    assert_true(isinf(rule(0)->band[1].below));
    assert_int_equal(rule(0)->band[1].needs, BJ_CLASS_VILLAGE_CLINIC_GENERAL);
    assert_ok(parse_rule("kind: tier, of: clinics, by: resident_population, bands: []"));
    assert_int_equal(rule(0)->tier_of_clinics, 1);
    assert_int_equal(rule(0)->tier_by_service, 0);
    assert_int_equal(rule(0)->n_bands, 0);
    assert_fails(parse_rule(TIER "[{min: 0, below: 900, needs: chs}, {min: 800, needs: chc}]"),
                 BJ_EDATA, "from 800 to below 900 people two bands overlap");
    assert_fails(parse_rule(TIER "[{min: 0, below: 800, needs: chs}, {min: 900, needs: chc}]"),
                 BJ_EDATA, "gap from 800 to below 900");
    assert_fails(parse_rule(TIER "[{min: 0, needs: chs}, {min: 900, needs: chc}]"), BJ_EDATA,
                 "has no 'below'");
    assert_fails(parse_rule(TIER "[{min: 800, below: 800, needs: chs}]"), BJ_EDATA,
                 "impossible band");
    assert_fails(parse_rule(TIER "[{min: 800, needs: clinic}]"), BJ_EDATA,
                 "unknown facility class 'clinic'");
    assert_fails(parse_rule(TIER "[{below: 800, needs: chs}]"), BJ_EDATA, "'min' and 'needs'");
    assert_fails(parse_rule(TIER "[{min: -1, needs: chs}]"), BJ_EDATA, "0 or more");
    assert_fails(parse_rule(TIER "[{min: 1, below: 5, need: chs}]"), BJ_EDATA,
                 "did you mean 'needs'?");
}

static void ratios_are_read(void **state)
{
    (void)state;
    assert_ok(parse_rule("kind: ratio, value: 救护车, per: {population: service, people: 30000}, "
                         "min: 1, target: 1.5, max: 2, unit: county"));
    assert_string_equal(rule(0)->value, "救护车");
    assert_int_equal(rule(0)->people, BJ_PEOPLE_SERVICE);
    assert_near(rule(0)->per_people, 30000, 0);
    assert_near(rule(0)->target, 1.5, 0);
    assert_int_equal(rule(0)->per, BJ_PER_COUNTY);
    assert_true(rule(0)->facilities == 0);
    assert_ok(parse_rule("kind: ratio, value: ems_station, per: {field: 人, amount: 10}, max: 2, "
                         "unit: city"));
    assert_true(rule(0)->facilities == bj_class_set(BJ_CLASS_EMS_STATION));
    assert_string_equal(rule(0)->per_field, "人");
    assert_near(rule(0)->per_people, 10, 0);
    assert_ok(parse_rule(
        "kind: ratio, facilities: [chc], value: 医师, unit: facility, min: 1, that: {field: "
        "a, min: 2}"));
    assert_true(isnan(rule(0)->per_people));
    assert_near(rule(0)->field_min, 2, 0);
    assert_fails(parse_rule("kind: ratio, value: x, unit: county, min: 1"), BJ_EDATA,
                 "per is missing");
    assert_fails(parse_rule("kind: ratio, value: x, unit: facility, min: 1"), BJ_EDATA,
                 "needs 'facilities'");
    assert_fails(
        parse_rule(
            "kind: ratio, value: x, per: {population: resident, people: 1000}, unit: county"),
        BJ_EDATA, "one of min, target and max is needed");
    assert_fails(parse_rule("kind: ratio, value: x, per: {population: residents, people: 1000}, "
                            "unit: county, min: 1"),
                 BJ_EDATA, "did you mean 'resident'?");
    assert_fails(parse_rule("kind: ratio, value: x, per: {population: resident, people: 0}, "
                            "unit: county, min: 1"),
                 BJ_EDATA, "more than 0");
    assert_fails(parse_rule("kind: ratio, value: x, per: {population: resident, people: 5}, "
                            "unit: village, min: 1"),
                 BJ_EDATA, "it is one of: township, county, city, facility");
    assert_fails(parse_rule("kind: ratio, value: chc, facilities: [chs], "
                            "per: {population: resident, people: 5}, unit: county, min: 1"),
                 BJ_EDATA, "one too many");
}

static void shares_and_counts_are_read(void **state)
{
    (void)state;
    assert_ok(parse_rule("kind: share, of: [township_hospital, chc], that: {field: f, equals: 是}, "
                         "min: 0.7, unit: city"));
    assert_string_equal(rule(0)->of, "township_hospital;chc");
    assert_true(rule(0)->facilities ==
                (bj_class_set(BJ_CLASS_TOWNSHIP_HOSPITAL) | bj_class_set(BJ_CLASS_CHC)));
    assert_string_equal(rule(0)->field, "f");
    assert_string_equal(rule(0)->equals, "是");
    assert_near(rule(0)->min, 0.7, 0);
    assert_int_equal(rule(0)->per, BJ_PER_CITY);
    assert_ok(parse_rule("kind: share, of: county, that: {facilities: [rehab, nursing], min: 1}, "
                         "min: 0.5, unit: city"));
    assert_string_equal(rule(0)->of, "county");
    assert_true(rule(0)->facilities ==
                (bj_class_set(BJ_CLASS_REHAB) | bj_class_set(BJ_CLASS_NURSING)));
    assert_near(rule(0)->field_min, 1, 0);
    assert_ok(parse_rule("kind: count, facilities: [subcentre], unit: county, min: 1, max: 3"));
    assert_ok(parse_rule("kind: count, value: 床位, unit: county, target: 430"));
    assert_fails(parse_rule("kind: count, unit: county, min: 1"), BJ_EDATA, "needs 'facilities'");
    assert_fails(parse_rule("kind: count, facilities: [chc], unit: county"), BJ_EDATA,
                 "min, target");
    assert_fails(
        parse_rule("kind: share, of: chc, that: {field: f, equals: y}, min: 70, unit: city"),
        BJ_EDATA, "0.7 for 70 %");
    assert_fails(
        parse_rule("kind: share, of: chc, that: {field: f, equals: y}, min: 70%, unit: city"),
        BJ_EDATA, "write 0.7, not '70%'");
    assert_fails(parse_rule("kind: share, of: chc, that: {field: f}, min: 0.7, unit: city"),
                 BJ_EDATA, "either 'equals' or 'min'");
    assert_fails(parse_rule("kind: share, of: chc, that: {equals: 1}, min: 0.7, unit: city"),
                 BJ_EDATA, "must name a field");
    assert_fails(
        parse_rule("kind: share, of: chc, that: {facilities: [chc], min: 1}, min: 0.7, unit: city"),
        BJ_EDATA, "where 'of' is a unit");
    assert_fails(
        parse_rule("kind: share, of: city, that: {field: f, min: 1}, min: 0.7, unit: county"),
        BJ_EDATA, "cannot be judged by county");
}

static void exclusions_and_substitutes_are_read(void **state)
{
    (void)state;
    assert_ok(parse_rule("kind: exclude, what: beds, where: {field: 床位使用率, below: 75}"));
    assert_string_equal(rule(0)->of, "beds");
    assert_string_equal(rule(0)->field, "床位使用率");
    assert_near(rule(0)->below, 75, 0);
    assert_true(isnan(rule(0)->above));
    assert_ok(parse_rule("kind: alt, of: ~, kinds: [outreach, joint]"));
    assert_null(rule(0)->of);
    assert_int_equal(rule(0)->n_alt_kinds, 2);
    assert_string_equal(rule(0)->alt_kind[0], "outreach");
    assert_string_equal(rule(0)->alt_kind[1], "joint");
    assert_ok(parse(HEAD RULE "kind: alt, of: b, kinds: [posted]}\n"
                              "  - {id: B, clause: c, level: may, kind: radius, " POINT
                              "limit_m: 100}\n"));
    assert_string_equal(rule(0)->of, "b"); /* ids do not mind case */
    assert_string_equal(rule(1)->quote, "");
    assert_fails(parse_rule("kind: alt, of: LC-99, kinds: [joint]"), BJ_EDATA,
                 "'LC-99', which is no rule of this plan (t.yaml:5:5)");
    assert_fails(parse_rule("kind: alt, of: A, kinds: [joint]"), BJ_EDATA, "the rule itself");
    assert_fails(parse_rule("kind: alt, of: ~, kinds: []"), BJ_EDATA, "'kinds' must be a list");
    assert_fails(parse_rule("kind: alt, of: ~, kinds: [join]"), BJ_EDATA, "did you mean 'joint'?");
    assert_fails(parse_rule("kind: exclude, what: beds, where: {field: f}"), BJ_EDATA,
                 "one of equals");
    assert_fails(parse_rule("kind: exclude, what: bed, where: {field: f, below: 2}"), BJ_EDATA,
                 "did you mean 'beds'?");
}

/* ---- what planners get wrong ---------------------------------------------------- */

static void unknown_keys_name_place_and_closest(void **state)
{
    (void)state;
    assert_fails(parse_rule("kind: radius, " POINT "limt_m: 2500"), BJ_EDATA,
                 "unknown key 'limt_m'; did you mean 'limit_m'? (t.yaml:5:");
    assert_fails(parse_rule("kind: radius, " POINT "limt_m: 2500"), BJ_EDATA, "rule 'A'");
    assert_fails(parse_rule("kind: radius, " POINT "limit_m: 2500, mode: walk"), BJ_EDATA,
                 "unknown key 'mode'");
    assert_fails(parse("id: t\ntitle: T\ndocment: D\nrules: []\n"), BJ_EDATA,
                 "unknown key 'docment'; did you mean 'document'? (t.yaml:3:1)");
}

static void wrong_units_are_told(void **state)
{
    static const char *const wrong[][2] = {
        {"kind: radius, " POINT "limit_km: 2.5",
         "limited in metres: write limit_m: 2500 (t.yaml:5:"},
        {"kind: radius, " POINT "limit: 2.5km", "limited in metres: write limit_m: 2500"},
        {"kind: radius, " POINT "limit: 2500", "limited in metres: use limit_m"},
        {"kind: radius, " POINT "limit_s: 900", "limited in metres: use limit_m"},
        {"kind: radius, " POINT "limit_min: 15", "limited in metres: use limit_m"},
        {"kind: radius, " POINT "radius_km: 5", "write limit_m: 5000"},
        {"kind: radius, " POINT "target_km: 1, limit_m: 2000", "write target_m: 1000"},
        {"kind: radius, " POINT "limit_m: \"2.5 km\"", "a plain number of metres: write 2500"},
        {"kind: radius, " POINT "limit_m: 2.5公里", "a plain number of metres: write 2500"},
        {"kind: radius, " POINT "limit_m: \"2500\"", "without quotes"},
        {"kind: radius, " POINT "limit_m: far", "a plain number of metres, not 'far'"},
        {"kind: radius, " POINT "limit_m: [1]", "not a list or a map"},
        {"kind: radius, " POINT "limit_m: ~", "no value"},
        {"kind: radius, " POINT "limit_m: 0", "more than 0"},
        {"kind: radius, " POINT "limit_m: -5", "more than 0"},
        {"kind: radius, " POINT "limit_m: .inf", "plain number of metres, not '.inf'"},
        {"kind: radius, " POINT "limit_m: 1e9", "half around the Earth"},
        {"kind: radius, " POINT "limit_m: 100, target_m: 200",
         "'target_m' 200 is more than 'limit_m' 100"},
        {"kind: time, " POINT "mode: walk, direction: to_facility, limit_min: 15",
         "limited in seconds: write limit_s: 900"},
        {"kind: time, " POINT "mode: walk, direction: to_facility, limit_m: 2500",
         "limited in seconds: use limit_s"},
        {"kind: time, " POINT "mode: walk, direction: to_facility, limit: 15 min",
         "write limit_s: 900"},
        {"kind: time, " POINT "mode: walk, direction: to_facility, limit_s: 15分钟", "write 900"},
        {"kind: time, " POINT "mode: walk, direction: to_facility, limit_s: 1e6",
         "more than a week"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_fails(parse_rule(wrong[i][0]), BJ_EDATA, wrong[i][1]);
}

static void warn(void *udata, enum bj_level level, const char *text)
{
    if (level == BJ_LOG_WARNING && strstr(text, "were kilometres meant?"))
        ++*(int *)udata;
}

static void kilometres_in_a_metre_key_are_suspected(void **state)
{
    int n = 0;

    (void)state;
    bj_ctx_set_log(ctx, warn, &n);
    assert_ok(parse_rule("kind: radius, " POINT "limit_m: 2500"));
    assert_int_equal(n, 0);
    assert_ok(parse_rule("kind: radius, " POINT "limit_m: 2.5"));
    bj_ctx_set_log(ctx, NULL, NULL);
    assert_int_equal(n, 1);
}

static void missing_and_unknown_words_are_told(void **state)
{
    static const char *const wrong[][2] = {
        {"kind: radius, facilities: [chc], where: all, limit_m: 9",
         "demand is missing (t.yaml:5:5)"},
        {"kind: radius, facilities: [chc], demand: villages, limit_m: 9", "where is missing"},
        {"kind: radius, " POINT "target_m: 3", "limit_m is missing"},
        {"kind: radius, facilities: [], demand: villages, where: all, limit_m: 9", "is empty"},
        {"kind: radius, facilities: [village_clinc], demand: villages, where: all, limit_m: 9",
         "did you mean 'village_clinic'?"},
        {"kind: radius, facilities: [chc, chc], demand: villages, where: all, limit_m: 9",
         "named twice"},
        {"kind: radius, facilities: [chc], demand: village, where: all, limit_m: 9",
         "did you mean 'villages'?"},
        {"kind: radius, facilities: [chc], demand: villages, where: city, limit_m: 9",
         "it is one of: all, urban, rural"},
        {"kind: raduis", "did you mean 'radius'?"},
        {"kind: buffer", "'buffer' is no kind"},
        {"note: x", "kind is missing"},
        {"kind: any", "of is missing"},
        {"kind: any, of: []", "'of' must be a list of rules"},
        {"kind: any, of: [3]", "a rule is a map"},
        {"kind: any, of: [{id: B, kind: exclude, what: beds, where: {field: f, below: 1}}]",
         "a rule of kind exclude cannot be a part of 'A'"},
        {"kind: radius, " POINT "limit_m: 5, ownership: state", "it is one of: public, private"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_fails(parse_rule(wrong[i][0]), BJ_EDATA, wrong[i][1]);
    assert_fails(parse(HEAD "  - {id: A, clause: c, kind: alt, of: ~, kinds: [joint]}\n"), BJ_EDATA,
                 "level is missing");
    assert_fails(parse(HEAD "  - {id: A, level: may, kind: alt, of: ~, kinds: [joint]}\n"),
                 BJ_EDATA, "clause is missing");
    assert_fails(parse(HEAD "  - {clause: c, level: may, kind: alt}\n"), BJ_EDATA,
                 "rule 1 of the list: id is missing (t.yaml:5:5)");
    assert_fails(parse("id: t\ntitle: T\ndocument: D\n"), BJ_EDATA, "rules is missing (t.yaml)");
    assert_fails(parse("id: t\ntitle: T\ndocument: D\nrules: []\n"), BJ_EDATA, "no rules");
    assert_fails(parse("id: t\ntitle: T\ndocument: D\nrules: x\n"), BJ_EDATA, "must be a list");
    assert_fails(parse("id: t\ndocument: D\nrules: []\n"), BJ_EDATA, "title is missing");
    assert_fails(parse("- a\n"), BJ_EDATA, "a plan file is a map");
    assert_fails(parse(""), BJ_EDATA, "id is missing");
}

static void parts_of_a_group_judge_the_same_demand(void **state)
{
    (void)state;
    assert_fails(
        parse_rule("kind: any, of: [{id: B, kind: radius, " POINT "limit_m: 10}, "
                   "{id: C, kind: radius, facilities: [chc], demand: villages, where: rural, "
                   "limit_m: 10}]"),
        BJ_EDATA, "'B' and 'C' judge different demand");
}

static void two_rules_with_one_id_are_refused(void **state)
{
    (void)state;
    assert_fails(parse(HEAD RULE
                       "kind: radius, " POINT "limit_m: 100}\n"
                       "  - {id: B, clause: c, level: may, kind: radius, " POINT "limit_m: 100}\n"
                       "  - {id: a, clause: c, level: may, kind: radius, " POINT "limit_m: 100}\n"),
                 BJ_EDATA, "rule 'a': 'A' in line 5 of this file has the same id (t.yaml:7:5)");
    assert_fails(parse_rule("kind: any, of: [{id: A, kind: radius, " POINT "limit_m: 10}]"),
                 BJ_EDATA, "has the same id");
}

static void ids_follow_the_pattern(void **state)
{
    static const char *const good[] = {"A", "9", "LC-01a", "a.b_c-d",
                                       "a234567890123456789012345678901234567890"};
    static const char *const bad[] = {
        "-a", ".a", "_a", "a b", "中", "a/b", "\"\"", "a2345678901234567890123456789012345678901"};
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        snprintf(text, sizeof(text),
                 HEAD "  - {id: %s, clause: c, level: may, kind: alt, of: ~, kinds: "
                      "[joint]}\n",
                 good[i]);
        assert_ok(parse(text));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        snprintf(text, sizeof(text),
                 HEAD "  - {id: %s, clause: c, level: may, kind: alt, of: ~, kinds: "
                      "[joint]}\n",
                 bad[i]);
        assert_fails(parse(text), BJ_EDATA, "is no id");
    }
    assert_fails(parse("id: a/b\ntitle: T\ndocument: D\nrules: []\n"), BJ_EDATA, "is no id");
}

/* ---- files and parents ------------------------------------------------------------- */

#define CHILD(id, rule, extends)                                                                   \
    "id: " id "\ntitle: T\ndocument: D\nextends: " extends "\nrules:\n  - {id: " rule              \
    ", clause: c, level: may, kind: alt, of: ~, kinds: [joint]}\n"
#define LAST(id, rule)                                                                             \
    "id: " id "\ntitle: T\ndocument: D\nrules:\n  - {id: " rule                                    \
    ", clause: c, level: may, kind: alt, of: ~, kinds: [joint]}\n"

static void parents_come_after_the_plans_own_rules(void **state)
{
    const char *dir = support_tmpdir();

    (void)state;
    support_write(dir, "c.yaml", LAST("c", "C"));
    support_write(dir, "b.yaml", CHILD("b", "B", "c.yaml"));
    support_write(dir, "a.yaml", CHILD("a", "A", "./b.yaml"));
    bj_plan_free(plan);
    plan = NULL;
    assert_ok(bj_plan_read(ctx, "a.yaml", dir, &plan));
    assert_string_equal(bj_plan_info(plan)->id, "a");
    assert_string_equal(bj_plan_info(plan)->extends, "./b.yaml");
    assert_int_equal(bj_plan_info(plan)->n_rules, 3);
    assert_string_equal(rule(0)->id, "A");
    assert_string_equal(rule(1)->id, "B");
    assert_string_equal(rule(2)->id, "C");
    assert_int_equal(strlen(bj_plan_info(plan)->sha256), 64);
}

static enum bj_status read_in(const char *dir, const char *name)
{
    bj_plan_free(plan);
    plan = NULL;
    return bj_plan_read(ctx, name, dir, &plan);
}

static void circles_clashes_and_long_chains_are_refused(void **state)
{
    const char *dir = support_tmpdir();
    char name[32], text[512];

    (void)state;
    support_write(dir, "a.yaml", CHILD("a", "A", "b.yaml"));
    support_write(dir, "b.yaml", CHILD("b", "B", "./a.yaml"));
    assert_fails(read_in(dir, "a.yaml"), BJ_EDATA, "extends itself");
    support_write(dir, "s.yaml", CHILD("s", "S", "s.yaml"));
    assert_fails(read_in(dir, "s.yaml"), BJ_EDATA, "extends itself");
    support_write(dir, "p.yaml", LAST("p", "x-1"));
    support_write(dir, "q.yaml", CHILD("q", "X-1", "p.yaml"));
    assert_fails(read_in(dir, "q.yaml"), BJ_EDATA, "q.yaml has the same id");
    support_write(dir, "m.yaml", CHILD("m", "M", "none.yaml"));
    assert_fails(read_in(dir, "m.yaml"), BJ_EIO, "m.yaml:4: extends 'none.yaml'");
    for (int i = 0; i < 9; i++) {
        snprintf(name, sizeof(name), "d%d.yaml", i);
        snprintf(text, sizeof(text), CHILD("d%d", "D%d", "d%d.yaml"), i, i + 1, i);
        support_write(dir, name, text);
    }
    support_write(dir, "d8.yaml", LAST("d8", "D8"));
    assert_ok(read_in(dir, "d1.yaml")); /* d1 … d8: eight files */
    assert_int_equal(bj_plan_info(plan)->n_rules, 8);
    assert_fails(read_in(dir, "d0.yaml"), BJ_EDATA, "more than 8 plans deep");
}

static void text_in_memory_cannot_name_files(void **state)
{
    (void)state;
    assert_fails(parse(CHILD("a", "A", "/etc/passwd")), BJ_EDATA, "only a shipped plan");
    assert_ok(parse(CHILD("a", "A", "shandong-2020")));
    assert_string_equal(rule(1)->id, "SD-01");
}

static void plans_that_are_not_there_are_told(void **state)
{
    (void)state;
    assert_fails(read_in(NULL, "liaochen-2023"), BJ_EIO, "did you mean 'liaocheng-2023'?");
    assert_fails(read_in(NULL, "zzzzzzzzzzzzzzz"), BJ_EIO, "banjing plan list");
    assert_fails(read_in("/nonexistent", "a.yaml"), BJ_EIO, "/nonexistent/a.yaml");
    assert_fails(read_in(NULL, "聊城"), BJ_EDATA, "no plan id");
    assert_null(plan);
}

static void speeds_may_only_change_what_is_shipped(void **state)
{
#define SPEEDS(s)                                                                                  \
    "id: t\ntitle: T\ndocument: D\nspeeds: " s "\nrules:\n" RULE "kind: radius, " POINT            \
    "limit_m: 100}\n"
    (void)state;
    assert_ok(parse(SPEEDS("{walk: {village: 5, motorway: ~}, ebike: {off_road: walk}, "
                           "ambulance: {turnout_s: 0, detour: 1.5}}")));
    assert_non_null(bj_yaml_get(bj_yaml_root(bj_plan_info(plan)->doc), "speeds"));
    assert_fails(parse(SPEEDS("{bike: {village: 5}}")), BJ_EDATA, "did you mean 'ebike'?");
    assert_fails(parse(SPEEDS("{walk: {vilage: 5}}")), BJ_EDATA, "did you mean 'village'?");
    assert_fails(parse(SPEEDS("{walk: {village: 5km/h}}")), BJ_EDATA, "plain number");
    assert_fails(parse(SPEEDS("{walk: {village: 0}}")), BJ_EDATA, "must be from");
    assert_fails(parse(SPEEDS("{walk: {detour: 0.9}}")), BJ_EDATA, "from 1 to 10");
    assert_fails(parse(SPEEDS("{walk: {detour: ~}}")), BJ_EDATA, "plain number");
    assert_fails(parse(SPEEDS("{walk: 5}")), BJ_EDATA, "(t.yaml:4:16)");
    assert_fails(parse(SPEEDS("[walk]")), BJ_EDATA, "(t.yaml:4:9)");
}

/* ---- all faults of a file ----------------------------------------------------------- */

static char **faults_of(const char *text)
{
    const char *path = support_write(support_tmpdir(), "f.yaml", text);
    char **faults = NULL;

    assert_ok(bj_plan_faults(ctx, path, NULL, &faults));
    return faults;
}

/* One line a fault: the words it must hold, in the order of reading. */
static void assert_faults(const char *text, const char *const *want)
{
    char **got = faults_of(text);
    size_t i = 0;

    for (; want[i] && got[i]; i++)
        if (!strstr(got[i], want[i]))
            fail_msg("fault %zu lacks '%s': %s", i + 1, want[i], got[i]);
    if (want[i] || got[i])
        fail_msg("fault %zu: %s", i + 1, got[i] ? got[i] : "is not found");
    bj_plan_list_free(ctx, got);
}

static void all_faults_of_a_file_are_found(void **state)
{
    static const char text[] =
        "id: t t\ntitel: T\ntitle: T\ndocument: D\nrules:\n"
        "  - {id: A, clause: c, level: must, kind: radius, " POINT "limit_km: 2.5, colour: red}\n"
        "  - {id: B, clause: c, level: perhaps, kind: radius, facilities: [clinic], demand: all}\n"
        "  - {id: C, clause: c, level: must, kind: radius, " POINT "target_m: 900, limit_m: 800}\n"
        "  - {clause: c, level: must, kind: radius}\n"
        "  - {id: D, clause: c, level: must, kind: colour}\n"
        "  - nothing\n"
        "  - {id: a, clause: c, level: must, kind: radius, " POINT "limit_m: 800}\n"
        "  - {id: E, clause: c, level: must, kind: any, of: [{id: F, kind: count, unit: county},\n"
        "     {id: G, kind: presence, facilities: [chc], per: county, min: 3, max: 2}]}\n"
        "  - {id: H, clause: c, level: may, kind: alt, of: X, kinds: [joint]}\n";
    static const char *const want[] = {"unknown key 'titel'",
                                       "'t t' is no id",
                                       "write limit_m: 2500", /* and not: limit_m is missing */
                                       "unknown key 'colour'",
                                       "'perhaps' is no level",
                                       "unknown facility class 'clinic'",
                                       "'all' is no demand",
                                       "where is missing",
                                       "limit_m is missing",
                                       "'target_m' 900 is more than 'limit_m' 800",
                                       "id is missing",
                                       "'colour' is no kind",
                                       "a rule is a map",
                                       "one of min, target and max is needed",
                                       "'min' 3 is more than 'max' 2",
                                       "'A' in line 6 of this file has the same id",
                                       "'of' names 'X'",
                                       NULL};
    static const char *const none[] = {NULL};
    static const char *const no_yaml[] = {"f.yaml:2:1", NULL};

    (void)state;
    assert_faults(text, want);
    assert_faults(HEAD RULE "kind: radius, " POINT "limit_m: 800}\n", none);
    assert_faults("id: [\n", no_yaml);
}

static enum bj_status seek_faults(struct bj_ctx *c, void *path)
{
    char **faults = NULL;
    enum bj_status st = bj_plan_faults(c, path, NULL, &faults);

    bj_plan_list_free(c, faults);
    return st;
}

static void seeking_faults_survives_failed_allocations(void **state)
{
    char path[256];

    (void)state;
    snprintf(path, sizeof(path), "%s",
             support_write(support_tmpdir(), "f.yaml",
                           HEAD RULE "kind: radius, " POINT "limit_km: 2.5, colour: red}\n"
                                     "  - {id: a, clause: c, kind: radius}\n"));
    assert_true(support_torture(seek_faults, path) > 10);
}

/* Rules that no case could ever give what they need. */
static void rules_that_can_never_be_judged_are_refused(void **state)
{
    (void)state;
    assert_fails(parse_rule("kind: share, of: village, that: {facilities: [chc], min: 1}, min: 0.5,"
                            " unit: county"),
                 BJ_EDATA, "per: village");
    assert_fails(parse_rule("kind: exclude, what: candidates, facilities: [chc],"
                            " where: {field: f, equals: x}"),
                 BJ_EDATA, "candidates are villages");
    assert_fails(parse_rule("kind: exclude, what: beds, facilities: [chc]"), BJ_EDATA,
                 "where is missing");
    assert_ok(parse_rule("kind: exclude, what: facilities, facilities: [clinic_private]"));
    assert_null(rule(0)->field);
    assert_fails(parse_rule("kind: count, value: f, unit: county, min: 1, ownership: public"),
                 BJ_EDATA, "needs the 'facilities'");
    assert_ok(parse_rule("kind: ratio, value: chc, per: {population: resident, people: 1000},"
                         " unit: county, min: 1, ownership: public"));
}

/* ---- classes and pages --------------------------------------------------------------- */

static void classes_have_names_labels_and_subclasses(void **state)
{
    (void)state;
    for (int c = 0; c < BJ_CLASS_N; c++) {
        assert_int_equal(bj_class_find(bj_class_names[c]), c);
        assert_true(bj_class_set((enum bj_class)c) & UINT64_C(1) << c);
        assert_true(strlen(bj_class_label((enum bj_class)c, "zh")) > 0);
        assert_true(bj_utf8_length(bj_class_label((enum bj_class)c, "en")) ==
                    strlen(bj_class_label((enum bj_class)c, "en")));
    }
    assert_null(bj_class_names[BJ_CLASS_N]);
    assert_int_equal(bj_class_find("hospital"), -1);
    assert_int_equal(bj_class_find(""), -1);
    assert_string_equal(bj_class_label(BJ_CLASS_VILLAGE_CLINIC, "zh"), "村卫生室");
    assert_string_equal(bj_class_label(BJ_CLASS_VILLAGE_CLINIC, NULL), "村卫生室");
    assert_string_equal(bj_class_label(BJ_CLASS_HEALTH_SUPERVISION, "en"),
                        "health supervision institution");
    assert_true(bj_class_set(BJ_CLASS_VILLAGE_CLINIC) == 0xF);     /* 0..3 */
    assert_true(bj_class_set(BJ_CLASS_TOWNSHIP_HOSPITAL) == 0x30); /* 4, 5 */
    assert_true(bj_class_set(BJ_CLASS_EMS_STATION) == 0xC00);      /* 10, 11 */
    assert_true(bj_class_set(BJ_CLASS_EMS_CENTRE) == UINT64_C(1) << 11);
}

static void a_page_says_all_of_a_rule(void **state)
{
    char *zh = NULL, *en = NULL;

    (void)state;
    assert_ok(parse_rule("kind: radius, " POINT "target_m: 800, limit_m: 2500, note: 备注文字"));
    assert_ok(bj_plan_show(ctx, plan, "zh", &zh));
    assert_ok(bj_plan_show(ctx, plan, "en", &en));
    assert_non_null(strstr(zh, "必须"));
    assert_non_null(strstr(zh, "「q」"));
    assert_non_null(strstr(zh, "村卫生室"));
    assert_non_null(strstr(zh, "达标 800 米 以内；基本达标 2.5 公里 以内"));
    assert_non_null(strstr(zh, "备注文字"));
    assert_non_null(strstr(en, "must"));
    assert_non_null(strstr(en, "target 800 m or less"));
    assert_non_null(strstr(en, "village clinic"));
    free(zh);
    free(en);
}

/* What one rule asks, in both languages. */
static void assert_page(const char *rest, const char *zh, const char *en)
{
    static const char *const lang[] = {"zh", "en"};
    const char *const want[] = {zh, en};

    assert_ok(parse_rule(rest));
    for (int i = 0; i < 2; i++) {
        char *page = NULL;

        assert_ok(bj_plan_show(ctx, plan, lang[i], &page));
        if (!strstr(page, want[i]))
            fail_msg("the page lacks '%s':\n%s", want[i], page);
        free(page);
    }
}

static void pages_read_as_people_speak(void **state)
{
    (void)state;
    assert_page("kind: presence, facilities: [chc], per: county, min: 1, max: 1, ownership: public",
                "每个县（市、区）：正好 1 个（多于此数只作提示）",
                "each county: exactly 1 (more is only a warning)");
    assert_page("kind: count, value: f, unit: county, min: 20, if: {population_min: 100000,"
                " population_max: 300000}",
                "常住人口 100,000 至 300,000（均含）",
                "population 100,000 to 300,000, both included");
    assert_page("kind: tier, of: villages, by: service_population, bands: [{min: 0, below: 800,"
                " needs: village_service_point}, {min: 800, needs: village_clinic_general}]",
                "不满 800 人 → 村卫生室服务点；800 人及以上 → 一般村卫生室",
                "below 800 people → clinic service");
    assert_page("kind: tier, of: villages, by: service_population, bands: [{min: 1, below: 4000,"
                " needs: village_clinic}, {min: 4000, needs: village_clinic}]",
                "每 4,000 人 1 个，余数也算 1 个 [A]", "begun [A]");
    assert_page("kind: share, of: [chc], that: {field: 甲, equals: 是}, min: 1, unit: county",
                "全部社区卫生服务中心，“甲”为“是”",
                "at least 100 % of all community health centre: “甲” is");
    assert_page("kind: share, of: [chc], that: {field: 甲, equals: 是}, min: 0.5, unit: county,"
                " ownership: public",
                "社区卫生服务中心（公立）中“甲”为“是”的占比不低于 50%",
                "at least 50 % of all community health centre (public):");
    assert_page("kind: ratio, value: 甲, per: {field: 乙}, min: 0.95, unit: county",
                "“甲”与“乙”之比：至少 0.95（95%）", "“甲” divided by “乙”: at least 0.95 (95 %)");
    assert_page("kind: exclude, what: facilities, facilities: [clinic_private]",
                "下列设施：多少都不算超出", "the facilities below: never too many");
}

/* Every line of a page fits 92 columns. */
static void pages_are_wrapped(void **state)
{
    static const char *const langs[] = {"zh", "en"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        char *page = NULL, *line;

        assert_ok(read_in(NULL, "liaocheng-2023"));
        assert_ok(bj_plan_show(ctx, plan, langs[i], &page));
        assert_true(bj_utf8_valid(page, strlen(page)));
        for (line = strtok(page, "\n"); line; line = strtok(NULL, "\n"))
            if (bj_utf8_width(line) > 92)
                fail_msg("a line of %zu columns: %s", bj_utf8_width(line), line);
        free(page);
    }
}

/* ---- memory ---------------------------------------------------------------------------- */

static enum bj_status read_and_show(struct bj_ctx *c, void *arg)
{
    static const char text[] = HEAD
        "  - {id: A, clause: c, level: may, kind: alt, of: B, kinds: [joint]}\n"
        "  - {id: B, clause: c, level: may, kind: any, of: [{id: C, kind: radius, " POINT
        "limit_m: 99}]}\n"
        "  - {id: D, clause: c, level: may, kind: tier, of: villages, by: service_population, "
        "bands: "
        "[{min: 0, needs: chc}]}\n"
        "  - {id: E, clause: c, level: may, kind: share, of: [chc, chs], that: {field: f, min: 1}, "
        "min: 0.5, unit: county}\n";
    struct bj_plan *p = NULL;
    char *page = NULL;
    enum bj_status st = bj_plan_parse(c, "t.yaml", text, sizeof(text) - 1, NULL, &p);

    (void)arg;
    if (!st)
        st = bj_plan_show(c, p, "zh", &page);
    free(page);
    bj_plan_free(p);
    return st;
}

static enum bj_status list_and_read(struct bj_ctx *c, void *arg)
{
    char **ids = NULL;
    struct bj_plan *p = NULL;
    enum bj_status st = bj_plan_list(c, &ids);

    (void)arg;
    if (!st)
        st = bj_plan_read(c, "shandong-2020", NULL, &p);
    bj_plan_free(p);
    bj_plan_list_free(c, ids);
    return st;
}

static void every_failed_allocation_is_survived(void **state)
{
    (void)state;
    assert_true(support_torture(read_and_show, NULL) > 10);
    assert_true(support_torture(list_and_read, NULL) > 10);
}

#define TEST(f) cmocka_unit_test_teardown(f, free_plan)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_radius_rule_is_read),
        TEST(time_rules_are_read),
        TEST(groups_stand_before_their_parts),
        TEST(presence_is_read),
        TEST(tiers_are_read_and_impossible_bands_refused),
        TEST(ratios_are_read),
        TEST(shares_and_counts_are_read),
        TEST(exclusions_and_substitutes_are_read),
        TEST(unknown_keys_name_place_and_closest),
        TEST(wrong_units_are_told),
        TEST(kilometres_in_a_metre_key_are_suspected),
        TEST(missing_and_unknown_words_are_told),
        TEST(parts_of_a_group_judge_the_same_demand),
        TEST(two_rules_with_one_id_are_refused),
        TEST(ids_follow_the_pattern),
        TEST(parents_come_after_the_plans_own_rules),
        TEST(circles_clashes_and_long_chains_are_refused),
        TEST(text_in_memory_cannot_name_files),
        TEST(plans_that_are_not_there_are_told),
        TEST(speeds_may_only_change_what_is_shipped),
        TEST(all_faults_of_a_file_are_found),
        TEST(seeking_faults_survives_failed_allocations),
        TEST(rules_that_can_never_be_judged_are_refused),
        TEST(classes_have_names_labels_and_subclasses),
        TEST(a_page_says_all_of_a_rule),
        TEST(pages_read_as_people_speak),
        TEST(pages_are_wrapped),
        TEST(every_failed_allocation_is_survived),
    };

    setenv("BANJING_DATA", BANJING_SOURCE_DIR "/geodata", 1);
    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
