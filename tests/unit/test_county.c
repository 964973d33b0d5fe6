/* One county worked out by hand, in which every kind of rule gives each verdict that it can give,
 * with every boundary number from both sides.
 *
 * Four clusters 30 km from the centre or in it; "at" is the geodesic distance from the centre.
 *
 *      unit    people  at                          stands there
 *   0  甲镇     2,000  0                           K0 central clinic
 *   1  甲镇       800  2,500.000 m east
 *   2  甲镇       799  2,500.001 m west                                        甲镇    3,599
 *   3  乙乡     4,000  30,000 m north              K1 central clinic
 *   4  乙乡     4,001  31,000 m north              K2 central clinic
 *   5  乙乡     1,999  33,000 m north              K3 general clinic            乙乡   10,000
 *   6  丙乡     1,200  30,000 m east               K4 clinic, tier not said
 *   7  丙乡       500  32,000 m east               K5 service point
 *   8  丙乡       900  34,000 m east               township hospital            丙乡    2,600
 *   9  丁街道  20,000  30,000 m south              CHC, ambulance station (1 vehicle)
 *  10  丁街道  10,000  31,000 m south
 *  11  丁街道       0  32,000 m south                                          丁街道  30,000
 *                                                                       in all 46,199
 * The street is urban, all else rural. Village 11 is to be moved, village 2 has a joint clinic.
 *
 * What a kind cannot give: tier and share have no target, so they are never partly met; exclude and
 * alt break nothing, so they are never judged; travel times wait for roads. */
#include "county.h"

enum { N_VILLAGES = 12, N_FACILITIES = 9 };

static struct bj_attribute village_column[2], facility_column[2];
static double village_number[2][N_VILLAGES], facility_number[2][N_FACILITIES];
static const char *moved[N_VILLAGES] = {[11] = "搬迁撤并"}, *joint[N_VILLAGES] = {[2] = "联村"};
/* K0 K1 K2 K3 K4 K5 H CHC EMS: Chinese medicine in four of five clinics, one is blank. */
static const char *tcm[N_FACILITIES] = {"是", "是", "是", "是", "否", NULL, NULL, NULL, NULL};
static const char *cars[N_FACILITIES] = {[8] = "1"};

static void fill(struct bj_attribute *a, const char *field, double *number, const char **text,
                 size_t n)
{
    for (size_t i = 0; i < n; i++) {
        text[i] = text[i] ? text[i] : "";
        if (bj_text_number(text[i], &number[i]) != 1)
            number[i] = NAN;
    }
    *a = (struct bj_attribute){field, number, text};
}

static void add_columns(struct county *c)
{
    fill(&village_column[0], "村庄类型", village_number[0], moved, N_VILLAGES);
    fill(&village_column[1], "替代服务", village_number[1], joint, N_VILLAGES);
    fill(&facility_column[0], "中医药服务", facility_number[0], tcm, N_FACILITIES);
    fill(&facility_column[1], "救护车", facility_number[1], cars, N_FACILITIES);
    c->s.village_columns.n = c->s.facility_columns.n = 2;
    c->s.village_columns.item = village_column;
    c->s.facility_columns.item = facility_column;
}

static struct county *worked_county(void)
{
    static const struct {
        double azimuth_deg, at_m, people;
        int32_t township;
    } village[N_VILLAGES] = {
        {0, 0, 2000, 0},     {90, 2500, 800, 0},     {270, 2500.001, 799, 0}, {0, 30000, 4000, 1},
        {0, 31000, 4001, 1}, {0, 33000, 1999, 1},    {90, 30000, 1200, 2},    {90, 32000, 500, 2},
        {90, 34000, 900, 2}, {180, 30000, 20000, 3}, {180, 31000, 10000, 3},  {180, 32000, 0, 3}};
    static const struct {
        double azimuth_deg, at_m;
        enum bj_class class;
        const char *code;
        int32_t township;
    } facility[N_FACILITIES] = {{0, 0, BJ_CLASS_VILLAGE_CLINIC_CENTRAL, "K0", 0},
                                {0, 30000, BJ_CLASS_VILLAGE_CLINIC_CENTRAL, "K1", 1},
                                {0, 31000, BJ_CLASS_VILLAGE_CLINIC_CENTRAL, "K2", 1},
                                {0, 33000, BJ_CLASS_VILLAGE_CLINIC_GENERAL, "K3", 1},
                                {90, 30000, BJ_CLASS_VILLAGE_CLINIC, "K4", 2},
                                {90, 32000, BJ_CLASS_VILLAGE_SERVICE_POINT, "K5", 2},
                                {90, 34000, BJ_CLASS_TOWNSHIP_HOSPITAL, "H", 2},
                                {180, 30000, BJ_CLASS_CHC, "CHC", 3},
                                {180, 30000, BJ_CLASS_EMS_STATION, "EMS", 3}};
    static const char *const code[N_VILLAGES] = {"00", "01", "02", "03", "04", "05",
                                                 "06", "07", "08", "09", "10", "11"};
    struct county *c = county_new(80e3);

    c->info.county_code = "530403";
    c->info.county_name = "江川区";
    county_township(c, "100", "甲镇", "镇");
    county_township(c, "101", "乙乡", "乡");
    county_township(c, "102", "丙乡", "乡");
    county_township(c, "001", "丁街道", "街道");
    for (size_t i = 0; i < N_VILLAGES; i++) {
        county_village(c, village[i].azimuth_deg, village[i].at_m, village[i].people);
        c->s.villages.code[i] = c->s.villages.name[i] = code[i];
        c->s.villages.township_index[i] = village[i].township;
        c->s.villages.urban[i] = village[i].township == 3 ? BJ_URBAN_YES : BJ_URBAN_NO;
    }
    for (size_t i = 0; i < N_FACILITIES; i++) {
        county_facility(c, facility[i].azimuth_deg, facility[i].at_m, facility[i].class,
                        facility[i].code);
        c->s.facilities.name[i] = facility[i].code;
        c->s.facilities.township_index[i] = facility[i].township;
    }
    add_columns(c);
    return c;
}

#define RULE(id) "  - {id: " id ", clause: 一, quote: 试, level: must, "
#define PART(id) "      - {id: " id ", "
#define GROUP(id, kind)                                                                            \
    "  - id: " id "\n    clause: 一\n    quote: 试\n    level: must\n    kind: " kind "\n    "     \
    "of:\n"
#define CLINIC                                                                                     \
    "kind: radius, facilities: [village_clinic], demand: villages, where: rural, limit_m: "
/* 丙乡's hospital is 47.4 km from village 5 (34 km east, 33 km north), the farthest rural one. */
#define HOSPITAL                                                                                   \
    "kind: radius, facilities: [township_hospital], demand: villages, where: rural, limit_m: "     \
    "60000}\n"
#define DRIVE                                                                                      \
    "kind: time, facilities: [village_clinic], demand: villages, where: rural, limit_s: 900,"      \
    " mode: car, direction: to_facility}\n"
#define COUNTY     ", unit: county}\n"
#define CENTRAL    "kind: count, facilities: [village_clinic_central], "
#define BY_PEOPLE  "kind: tier, of: villages, by: resident_population, bands: "
#define AMBULANCES "kind: ratio, value: 救护车, per: {population: resident, people: "
#define TCM        "kind: share, of: village_clinic, that: {field: 中医药服务, equals: 是}, min: "

struct row {
    const char *id;
    enum bj_verdict verdict;
};

static void assert_verdicts(const struct county *c, const struct row *row, size_t n)
{
    assert_int_equal(c->a->n_rules, n);
    for (size_t i = 0; i < n; i++)
        if (county_result(c, row[i].id)->verdict != row[i].verdict)
            fail_msg("%s is %s, by hand it is %s (%s)", row[i].id,
                     bj_verdict_names[county_result(c, row[i].id)->verdict],
                     bj_verdict_names[row[i].verdict], county_result(c, row[i].id)->reason);
}

static void assert_unit(const struct county *c, const char *id, size_t i, double numerator,
                        double required, double shortfall, enum bj_verdict verdict)
{
    const struct bj_rule_result *r = county_result(c, id);

    assert_true(i < r->n_units);
    assert_near(r->unit[i].numerator, numerator, 0);
    assert_near(r->unit[i].required, required, 1e-12);
    assert_near(r->unit[i].shortfall, shortfall, 0);
    if (r->unit[i].verdict != verdict)
        fail_msg("%s: unit %zu is %s", id, i, bj_verdict_names[r->unit[i].verdict]);
}

/* Village 1 is at 2,500.000 m: covered by 2,500. Village 2 at 2,500.001 m: not, but by 2,500.001.
 */
static void distances_decide_to_the_millimetre(void **state)
{
    static const struct row want[] = {{"R-met", BJ_MET},     {"R-partly", BJ_PARTLY},
                                      {"R-not", BJ_NOT_MET}, {"R-open", BJ_NOT_EVALUATED},
                                      {"Y-met", BJ_MET},     {"Y1", BJ_NOT_MET},
                                      {"Y2", BJ_MET},        {"Y-partly", BJ_PARTLY},
                                      {"Y3", BJ_PARTLY},     {"Y4", BJ_NOT_MET},
                                      {"Y-not", BJ_NOT_MET}, {"Y5", BJ_NOT_MET},
                                      {"Y6", BJ_NOT_MET},    {"Y-open", BJ_NOT_EVALUATED},
                                      {"Y7", BJ_NOT_MET},    {"Y8", BJ_NOT_EVALUATED},
                                      {"L-met", BJ_MET},     {"L1", BJ_MET},
                                      {"L2", BJ_MET},        {"L-partly", BJ_PARTLY},
                                      {"L3", BJ_PARTLY},     {"L4", BJ_MET},
                                      {"L-not", BJ_NOT_MET}, {"L5", BJ_NOT_MET},
                                      {"L6", BJ_MET},        {"L-open", BJ_NOT_EVALUATED},
                                      {"L7", BJ_MET},        {"L8", BJ_NOT_EVALUATED}};
    struct county *c = worked_county();

    (void)state;
    county_judge(
        c, RULE("R-met") CLINIC "2500.001}\n" RULE("R-partly") CLINIC
        "2500.001, target_m: 2500}\n" RULE("R-not") CLINIC
        "2500}\n" RULE("R-open") "kind: radius, facilities: [cdc], demand: villages, where: rural,"
                                 " limit_m: 1}\n" GROUP("Y-met", "any") PART("Y1") CLINIC
        "2500}\n" PART("Y2") HOSPITAL GROUP("Y-partly", "any") PART("Y3") CLINIC
        "2500.001, target_m: 2500}\n" PART("Y4") CLINIC "2499}\n" GROUP("Y-not", "any") PART("Y5")
            CLINIC "2500}\n" PART("Y6") CLINIC "2499}\n" GROUP("Y-open", "any") PART("Y7") CLINIC
        "2500}\n" PART("Y8") DRIVE GROUP("L-met", "all") PART("L1") CLINIC "2500.001}\n" PART("L2")
            HOSPITAL GROUP("L-partly", "all") PART("L3") CLINIC
        "2500.001, target_m: 2500}\n" PART("L4") HOSPITAL GROUP("L-not", "all") PART("L5") CLINIC
        "2500}\n" PART("L6") HOSPITAL GROUP("L-open", "all") PART("L7") CLINIC
        "2500.001}\n" PART("L8") DRIVE);
    assert_verdicts(c, want, sizeof(want) / sizeof(*want));
    assert_int_equal(county_result(c, "R-not")->dist_mm[1], 2500000);
    assert_int_equal(county_result(c, "R-not")->dist_mm[2], 2500001);
    assert_status(county_result(c, "R-met"), "CCCCCCCCCOOO");
    assert_status(county_result(c, "R-partly"), "TTCTTTTTTOOO");
    assert_status(county_result(c, "R-not"), "CCUCCCCCCOOO");
    assert_status(county_result(c, "Y-open"), "CCNCCCCCCOOO"); /* 2 hangs on the drive */
    assert_status(county_result(c, "L-open"), "NNNNNNNNNOOO");
    /* Rural people: 3,599 + 10,000 + 2,600 = 16,199; all but village 2's 799 are 15,400. */
    assert_near(county_result(c, "R-not")->population.total, 16199, 0);
    assert_near(county_result(c, "R-not")->population.covered, 15400, 0);
    assert_near(county_result(c, "R-not")->share_population, 15400.0 / 16199, 1e-15);
    county_free(c);
}

static void times_wait_for_roads(void **state)
{
    static const struct row want[] = {{"T", BJ_NOT_EVALUATED}, {"M", BJ_NOT_EVALUATED}};
    struct county *c = worked_county();

    (void)state;
    county_judge(
        c, RULE("T") DRIVE RULE("M") "kind: mean_time, facilities: [ems_station], demand: villages,"
                                     " where: urban, limit_s: 900, mode: ambulance,"
                                     " direction: from_facility, turnout_s: 180}\n");
    assert_verdicts(c, want, 2);
    assert_true(*county_result(c, "T")->reason && *county_result(c, "M")->reason);
    county_free(c);
}

/* The joint clinic of village 2 stands in for the radius, and is counted apart: met it is not. */
static void substitutes_and_exclusions_are_never_judged(void **state)
{
    static const struct row want[] = {
        {"R", BJ_PARTLY}, {"A", BJ_NOT_EVALUATED}, {"X", BJ_NOT_EVALUATED}};
    struct county *c = worked_county();

    (void)state;
    county_judge(c, RULE("R") CLINIC "2500}\n" RULE("A") "kind: alt, of: R, kinds: [joint]}\n" RULE(
                        "X") "kind: exclude, what: candidates,"
                             " where: {field: 村庄类型, equals: 搬迁撤并}}\n");
    assert_verdicts(c, want, 3);
    assert_status(county_result(c, "R"), "CCACCCCCCOOO");
    assert_near(county_result(c, "R")->villages.covered, 8, 0);
    assert_near(county_result(c, "R")->villages.alt, 1, 0);
    assert_near(county_result(c, "R")->share_villages, 8.0 / 9, 1e-15); /* alt is not covered */
    assert_near(county_result(c, "A")->unit[0].value, 1, 0);
    assert_near(county_result(c, "X")->unit[0].value, 1, 0);
    assert_near(county_result(c, "X")->unit[0].denominator, 12, 0);
    county_free(c);
}

/* The street has exactly 30,000 people: "3万以上" has it, 30,001 does not. Three central clinics
 * are one more than "at most two": a warning. 甲镇 and 乙乡 have no hospital. */
static void presence_gives_each_verdict(void **state)
{
    static const struct row want[] = {{"met", BJ_MET},       {"open", BJ_NOT_EVALUATED},
                                      {"partly", BJ_PARTLY}, {"aim", BJ_PARTLY},
                                      {"not", BJ_NOT_MET},   {"none", BJ_NOT_EVALUATED}};
    struct county *c = worked_county();

    (void)state;
    county_judge(
        c, RULE("met") "kind: presence, facilities: [chc], per: street,"
                       " if: {population_min: 30000}, min: 1}\n" RULE(
                           "open") "kind: presence, facilities: [chc], per: street,"
                                   " if: {population_min: 30001}, min: 1}\n" RULE(
                                       "partly") "kind: presence, facilities: "
                                                 "[village_clinic_central], per: county,"
                                                 " min: 1, max: 2}\n" RULE(
                                                     "aim") "kind: presence, facilities: "
                                                            "[village_clinic_central], per: "
                                                            "county, min: 1,"
                                                            " target: 4}\n" RULE(
                                                                "not") "kind: presence, "
                                                                       "facilities: "
                                                                       "[township_hospital], "
                                                                       "per: township, min: "
                                                                       "1}\n" RULE("none") "ki"
                                                                                           "nd"
                                                                                           ": "
                                                                                           "pr"
                                                                                           "es"
                                                                                           "en"
                                                                                           "ce"
                                                                                           ", "
                                                                                           "fa"
                                                                                           "ci"
                                                                                           "li"
                                                                                           "ti"
                                                                                           "es"
                                                                                           ": "
                                                                                           "[c"
                                                                                           "dc"
                                                                                           "],"
                                                                                           " p"
                                                                                           "er"
                                                                                           ": "
                                                                                           "co"
                                                                                           "un"
                                                                                           "ty"
                                                                                           ", "
                                                                                           "mi"
                                                                                           "n:"
                                                                                           " 1"
                                                                                           "}"
                                                                                           "\n");
    assert_verdicts(c, want, sizeof(want) / sizeof(*want));
    assert_unit(c, "met", 0, 1, 1, 0, BJ_MET);
    assert_unit(c, "partly", 0, 3, 1, 0, BJ_PARTLY);
    assert_unit(c, "aim", 0, 3, 1, 0, BJ_PARTLY);
    assert_int_equal(county_result(c, "not")->n_units, 3); /* a street is no township */
    assert_unit(c, "not", 0, 0, 1, 1, BJ_NOT_MET);
    assert_unit(c, "not", 1, 0, 1, 1, BJ_NOT_MET);
    assert_unit(c, "not", 2, 1, 1, 0, BJ_MET);
    county_free(c);
}

/* Villages of 800 people and more: village 1 has exactly 800 and no clinic of its own, village 2
 * has 799 and is out; 8 is the hospital's seat. From 1,200 to 4,001 people all five have one. */
static void presence_in_villages_gives_each_verdict(void **state)
{
    static const struct row want[] = {{"not", BJ_NOT_MET},
                                      {"met", BJ_MET},
                                      {"partly", BJ_PARTLY},
                                      {"seat", BJ_MET},
                                      {"open", BJ_NOT_EVALUATED}};
    struct county *c = worked_county();

#define OF_VILLAGES                                                                                \
    "kind: presence, facilities: [village_clinic], per: village,"                                  \
    " exempt: seat_of_township_hospital, min: 1, if: "
    (void)state;
    county_judge(c, RULE("not") OF_VILLAGES "{population_min: 800}}\n" RULE("met") OF_VILLAGES
                 "{population_min: 1200, population_max: 4001}}\n" RULE("partly") OF_VILLAGES
                 "{population_min: 1200, population_max: 4001}, target: 2}\n" RULE("seat")
                     OF_VILLAGES "{population_min: 900, population_max: 900}}\n" RULE("open")
                         OF_VILLAGES "{population_min: 20001}}\n");
    assert_verdicts(c, want, sizeof(want) / sizeof(*want));
    assert_status(county_result(c, "not"), "CUOCCCCOEUUO");
    assert_status(county_result(c, "met"), "COOCCCCOOOOO");
    assert_status(county_result(c, "seat"), "OOOOOOOOEOOO");
    /* Nine villages in scope: five have one, one is exempt: 6 of 9. */
    assert_near(county_result(c, "not")->share_villages, 6.0 / 9, 1e-15);
    county_free(c);
}

/* 2,000 is in the band from 2,000 and not in that below 2,000; 4,000 needs ceil(4,000 / 4,000) = 1
 * central clinic, 4,001 two, 20,000 five, 10,000 three. 800 is in the band from 800, 799 is not. */
static void tiers_give_each_verdict(void **state)
{
    static const struct row want[] = {
        {"met", BJ_MET},     {"not", BJ_NOT_MET},        {"general", BJ_NOT_MET},
        {"few", BJ_NOT_MET}, {"open", BJ_NOT_EVALUATED}, {"no-number", BJ_NOT_EVALUATED}};
    struct county *c = worked_county();

    (void)state;
    county_judge(c, RULE("met") BY_PEOPLE
                 "[{min: 2000, below: 4000, needs: village_clinic_central}]}\n" RULE("not")
                     BY_PEOPLE "[{min: 2000, below: 4000, needs: village_clinic_central},"
                               " {min: 4000, needs: village_clinic_central}]}\n" RULE("general")
                                   BY_PEOPLE
                 "[{min: 800, below: 2000, needs: village_clinic_general}]}\n" RULE("few") BY_PEOPLE
                 "[{min: 0, below: 800, needs: village_service_point}]}\n" RULE("open") BY_PEOPLE
                 "[{min: 1200, below: 1201, needs: village_clinic_general}]}\n" RULE("no-number")
                     BY_PEOPLE "[]}\n");
    assert_verdicts(c, want, sizeof(want) / sizeof(*want));
    assert_int_equal(county_result(c, "met")->n_units, 1);
    assert_unit(c, "met", 0, 1, 1, 0, BJ_MET); /* village 0, 2,000 */
    assert_int_equal(county_result(c, "not")->n_units, 5);
    assert_unit(c, "not", 1, 1, 1, 0, BJ_MET);     /* 3: 4,000 */
    assert_unit(c, "not", 2, 1, 2, 1, BJ_NOT_MET); /* 4: 4,001 */
    assert_unit(c, "not", 3, 0, 5, 5, BJ_NOT_MET); /* 9: 20,000 */
    assert_unit(c, "not", 4, 0, 3, 3, BJ_NOT_MET); /* 10: 10,000 */
    assert_int_equal(county_result(c, "general")->n_units, 4);
    assert_unit(c, "general", 0, 0, 1, 1, BJ_NOT_MET);       /* 1: 800 */
    assert_unit(c, "general", 1, 1, 1, 0, BJ_MET);           /* 5: 1,999 */
    assert_unit(c, "general", 2, 0, 1, 1, BJ_NOT_EVALUATED); /* 6: a clinic of untold tier */
    assert_unit(c, "general", 3, 0, 1, 1, BJ_NOT_MET);       /* 8: 900 */
    assert_int_equal(county_result(c, "few")->n_units, 3);
    assert_unit(c, "few", 0, 0, 1, 1, BJ_NOT_MET); /* 2: 799 */
    assert_unit(c, "few", 1, 1, 1, 0, BJ_MET);     /* 7: 500 */
    assert_unit(c, "few", 2, 0, 1, 1, BJ_NOT_MET); /* 11: 0 */
    county_free(c);
}

/* One vehicle for 46,199 people. For each 46,199 that is exactly enough; for each 46,198 one is
 * short (46,199 / 46,198 = 1.00002, so two); for each 30,000 likewise (1.54, so two); for 30,000
 * at least 0.6 it is met (1 / 1.53997 = 0.649), and with a target of 1 partly. */
static void ratios_give_each_verdict(void **state)
{
    static const struct row want[] = {{"exact", BJ_MET},     {"short", BJ_NOT_MET},
                                      {"not", BJ_NOT_MET},   {"met", BJ_MET},
                                      {"partly", BJ_PARTLY}, {"open", BJ_NOT_EVALUATED}};
    struct county *c = worked_county();

    (void)state;
    county_judge(c, RULE("exact") AMBULANCES "46199}, min: 1" COUNTY RULE("short") AMBULANCES
                 "46198}, min: 1" COUNTY RULE("not") AMBULANCES "30000}, min: 1" COUNTY RULE("met")
                     AMBULANCES "30000}, min: 0.6" COUNTY RULE("partly") AMBULANCES
                 "30000}, min: 0.6, target: 1" COUNTY RULE(
                     "open") "kind: ratio, value: 床位, per: {population: resident, people: 1000},"
                             " min: 1" COUNTY);
    assert_verdicts(c, want, sizeof(want) / sizeof(*want));
    assert_unit(c, "exact", 0, 1, 1, 0, BJ_MET);
    assert_unit(c, "short", 0, 1, 1, 1, BJ_NOT_MET);
    assert_unit(c, "not", 0, 1, 1, 1, BJ_NOT_MET);
    assert_near(county_result(c, "not")->unit[0].denominator, 46199, 0);
    assert_near(county_result(c, "not")->unit[0].value, 30000.0 / 46199, 1e-15);
    assert_unit(c, "partly", 0, 1, 0.6, 0, BJ_PARTLY);
    county_free(c);
}

/* Four of five clinics with data: 0.8. 0.81 of 5 is 4.05, so one more. */
static void shares_give_each_verdict(void **state)
{
    static const struct row want[] = {
        {"met", BJ_MET}, {"not", BJ_NOT_MET}, {"open", BJ_NOT_EVALUATED}};
    struct county *c = worked_county();

    (void)state;
    county_judge(
        c, RULE("met") TCM "0.8" COUNTY RULE("not") TCM "0.81" COUNTY RULE(
               "open") "kind: share, of: chc, that: {field: 中医馆, equals: 是}, min: 1" COUNTY);
    assert_verdicts(c, want, sizeof(want) / sizeof(*want));
    assert_unit(c, "met", 0, 4, 0.8, 0, BJ_MET);
    assert_unit(c, "not", 0, 4, 0.81, 1, BJ_NOT_MET);
    assert_near(county_result(c, "met")->unit[0].denominator, 5, 0);
    county_free(c);
}

/* Three central clinics: enough for three, one short of four, one too many for two. */
static void counts_give_each_verdict(void **state)
{
    static const struct row want[] = {{"met", BJ_MET},
                                      {"partly", BJ_PARTLY},
                                      {"not", BJ_NOT_MET},
                                      {"above", BJ_NOT_MET},
                                      {"city", BJ_NOT_EVALUATED}};
    struct county *c = worked_county();

    (void)state;
    county_judge(c, RULE("met") CENTRAL "min: 3, max: 3" COUNTY RULE("partly") CENTRAL
                 "min: 1, target: 4" COUNTY RULE("not") CENTRAL "min: 4" COUNTY RULE("above")
                     CENTRAL "max: 2" COUNTY RULE("city") CENTRAL "min: 200, unit: city}\n");
    assert_verdicts(c, want, sizeof(want) / sizeof(*want));
    assert_unit(c, "met", 0, 3, 3, 0, BJ_MET);
    assert_unit(c, "partly", 0, 3, 1, 0, BJ_PARTLY);
    assert_unit(c, "not", 0, 3, 4, 1, BJ_NOT_MET);
    assert_unit(c, "above", 0, 3, 2, 0, BJ_NOT_MET);
    county_free(c);
}

/* any takes the best of whole-unit parts, all the worst; an open part decides nothing. */
static void groups_of_units_give_each_verdict(void **state)
{
#define MET    CENTRAL "min: 3" COUNTY
#define PARTLY CENTRAL "target: 4" COUNTY
#define NOT    CENTRAL "min: 4" COUNTY
#define OPEN   "kind: count, value: 无此列, min: 1" COUNTY
    static const struct row want[] = {
        {"y1", BJ_MET},           {"a", BJ_MET},     {"b", BJ_NOT_MET},
        {"y2", BJ_PARTLY},        {"c", BJ_PARTLY},  {"d", BJ_NOT_MET},
        {"y3", BJ_NOT_MET},       {"e", BJ_NOT_MET}, {"f", BJ_NOT_MET},
        {"y4", BJ_NOT_EVALUATED}, {"g", BJ_PARTLY},  {"h", BJ_NOT_EVALUATED},
        {"y5", BJ_MET},           {"i", BJ_MET},     {"j", BJ_NOT_EVALUATED},
        {"l1", BJ_NOT_MET},       {"k", BJ_MET},     {"l", BJ_NOT_MET},
        {"l2", BJ_PARTLY},        {"m", BJ_MET},     {"n", BJ_PARTLY},
        {"l3", BJ_MET},           {"o", BJ_MET},     {"p", BJ_MET},
        {"l4", BJ_NOT_EVALUATED}, {"q", BJ_MET},     {"r", BJ_NOT_EVALUATED},
        {"l5", BJ_NOT_MET},       {"s", BJ_NOT_MET}, {"t", BJ_NOT_EVALUATED}};
    struct county *c = worked_county();

    (void)state;
    county_judge(c,
                 GROUP("y1", "any") PART("a") MET PART("b") NOT GROUP("y2", "any") PART("c")
                     PARTLY PART("d") NOT GROUP("y3", "any") PART("e") NOT PART("f")
                         NOT GROUP("y4", "any") PART("g") PARTLY PART("h") OPEN GROUP("y5", "any")
                             PART("i") MET PART("j") OPEN GROUP("l1", "all") PART("k") MET PART("l")
                                 NOT GROUP("l2", "all") PART("m") MET PART("n")
                                     PARTLY GROUP("l3", "all") PART("o") MET PART("p")
                                         MET GROUP("l4", "all") PART("q") MET PART("r")
                                             OPEN GROUP("l5", "all") PART("s") NOT PART("t") OPEN);
    assert_verdicts(c, want, sizeof(want) / sizeof(*want));
    county_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_decide_to_the_millimetre),
        cmocka_unit_test(times_wait_for_roads),
        cmocka_unit_test(substitutes_and_exclusions_are_never_judged),
        cmocka_unit_test(presence_gives_each_verdict),
        cmocka_unit_test(presence_in_villages_gives_each_verdict),
        cmocka_unit_test(tiers_give_each_verdict),
        cmocka_unit_test(ratios_give_each_verdict),
        cmocka_unit_test(shares_give_each_verdict),
        cmocka_unit_test(counts_give_each_verdict),
        cmocka_unit_test(groups_of_units_give_each_verdict),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
