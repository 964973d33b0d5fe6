/* One county's layers in one frame: every row's fate, every figure of people.
 *
 * The county is a square of 0.4 by 0.4 degree around (116.0 E, 36.4 N), made here by hand; the
 * inputs are small CSV and GeoJSON files, so that each test shows what it reads. */
#include "support.h"

#include "banjing/study.h"
#include "raw_shape.h"

#include <unistd.h>

static char dir[300];

#define BOUNDARY                                                                                   \
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"       \
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[115.8,36.2],[116.2,36.2],[116.2,36.6]," \
    "[115.8,36.6],[115.8,36.2]]]}}]}"
/* West is a street (urban), east a town; a third lies outside the county. */
#define TOWNSHIPS                                                                                  \
    "{\"type\":\"FeatureCollection\",\"features\":["                                               \
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"西城街道\",\"code\":\"371502001\"},"     \
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[115.8,36.2],[116.0,36.2],[116.0,36.6]," \
    "[115.8,36.6],[115.8,36.2]]]}},"                                                               \
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"东关镇\",\"code\":\"371502100\"},"        \
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[116.0,36.2],[116.2,36.2],[116.2,36.6]," \
    "[116.0,36.6],[116.0,36.2]]]}},"                                                               \
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"邻县镇\",\"code\":\"371599100\"},"        \
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[116.2,36.2],[116.6,36.2],[116.6,36.6]," \
    "[116.2,36.6],[116.2,36.2]]]}}]}"

static void write_file(const char *name, const char *text)
{
    support_write(dir, name, text);
}

static void new_county(void)
{
    snprintf(dir, sizeof(dir), "%s", support_tmpdir());
    write_file("boundary.geojson", BOUNDARY);
    write_file("townships.geojson", TOWNSHIPS);
}

static struct bj_case *the_case;

static enum bj_status try_study(const char *yaml, int lenient, struct bj_study **s)
{
    bj_case_free(the_case);
    the_case = NULL;
    assert_ok(bj_case_read(ctx, support_write(dir, "case.yaml", yaml), &the_case));
    return bj_study_read(ctx, the_case, lenient, s);
}

static struct bj_study *read_study(const char *yaml)
{
    struct bj_study *s = NULL;

    assert_ok(try_study(yaml, 0, &s));
    return s;
}

static void refuses(const char *yaml, enum bj_status want, const char *word)
{
    struct bj_study *s = NULL;

    assert_fails(try_study(yaml, 0, &s), want, word);
    assert_null(s);
}

/* The ledger as "row:state(population) …" of one input. */
static void ledger_is(const struct bj_study *s, uint32_t input, const char *want)
{
    char got[2000] = "";

    for (size_t i = 0; i < s->n_ledger; i++) {
        const struct bj_ledger_row *l = &s->ledger[i];
        size_t n = strlen(got);

        if (l->input != input)
            continue;
        snprintf(got + n, sizeof(got) - n, "%s%lld:%s", n ? " " : "", (long long)l->row,
                 bj_fate_names[l->fate]);
        n = strlen(got);
        if (isfinite(l->population))
            snprintf(got + n, sizeof(got) - n, "(%g)", l->population);
    }
    if (strcmp(got, want) != 0)
        fail_msg("ledger\n  got  %s\n  want %s", got, want);
}

static const struct bj_input *input_of(const struct bj_study *s, const char *role, uint32_t *index)
{
    for (size_t i = 0; i < s->n_inputs; i++)
        if (strcmp(s->input[i].role, role) == 0) {
            if (index)
                *index = (uint32_t)i;
            return &s->input[i];
        }
    fail_msg("no input %s", role);
    return NULL;
}

static const struct bj_note *note_of(const struct bj_study *s, const char *code)
{
    for (size_t i = 0; i < s->n_notes; i++)
        if (strcmp(s->note[i].code, code) == 0)
            return &s->note[i];
    return NULL;
}

static const char *reason_of(const struct bj_study *s, int64_t row, enum bj_fate fate)
{
    for (size_t i = 0; i < s->n_ledger; i++)
        if (s->ledger[i].row == row && s->ledger[i].fate == fate)
            return s->ledger[i].reason;
    fail_msg("no ledger row %lld with %s", (long long)row, bj_fate_names[fate]);
    return NULL;
}

static double people(const struct bj_places *p)
{
    double sum = 0;

    for (size_t i = 0; i < p->n; i++)
        sum += p->population[i];
    return sum;
}

#define PLAIN                                                                                      \
    "villages: {path: villages.csv}\n"                                                             \
    "boundary: {path: boundary.geojson}\n"

static void a_plain_county_is_read(void **state)
{
    struct bj_study *s;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,行政村代码,经度,纬度,常住人口\n"
                               "甲村,371502100201,115.9,36.3,1200\n"
                               "乙村,371502100202,116.1,36.5,800\n");
    s = read_study("county: {code: 371502, name: 东昌府区}\n" PLAIN);
    assert_int_equal(s->villages.n, 2);
    assert_string_equal(s->villages.name[0], "甲村");
    assert_string_equal(s->villages.code[1], "371502100202");
    assert_near(s->villages.lon_deg[0], 115.9, 0);
    assert_near(s->villages.lat_deg[0], 36.3, 0);
    assert_near(s->villages.population[0], 1200, 0);
    assert_int_equal(s->villages.urban[0], BJ_URBAN_UNKNOWN);
    assert_int_equal(s->villages.township_index[0], -1);
    assert_string_equal(s->villages.township[0], "");
    assert_near(s->lon0_deg, 116.0, 1e-12);
    assert_int_equal(s->n_ledger, 0);
    assert_near(input_of(s, "villages", NULL)->population, 2000, 0);
    assert_int_equal(input_of(s, "villages", NULL)->rows, 2);
    assert_int_equal(input_of(s, "villages", NULL)->used, 2);
    assert_int_equal(s->has_urban_area, 0);
    bj_study_free(s);
}

/* ---- fates ------------------------------------------------------------------- */

static void every_odd_village_row_has_its_fate(void **state)
{
    struct bj_study *s;
    uint32_t in = 0;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,行政村代码,经度,纬度,常住人口\n"
                               "好村,371502100201,115.9,36.3,100\n"    /* 2 */
                               "空村,371502100202,115.91,36.3,\n"      /* 3 */
                               "负村,371502100203,115.92,36.3,-5\n"    /* 4 */
                               "文村,371502100204,115.93,36.3,不详\n"  /* 5 */
                               "好村,371502100201,115.9,36.3,30\n"     /* 6 duplicate */
                               "好村,371502100201,115.95,36.3,40\n"    /* 7 same code */
                               "异村,371502100205,115.9,36.3,50\n"     /* 8 same point */
                               "远村,371502100206,117.9,36.3,60\n"     /* 9 outside */
                               "零村,371502100207,0,0,70\n"            /* 10 */
                               "荒村,371502100208,515.9,36.3,80\n"     /* 11 */
                               "无村,371502100209,,,90\n"              /* 12 */
                               "错村,371502100210,abc,36.3,11\n"       /* 13 */
                               "坏码,3.71502E+11,115.96,36.3,12\n"     /* 14 */
                               "县码,371502000000,115.97,36.3,13\n"    /* 15 */
                               "合计,,,,9999\n"                        /* 16 */
                               "无限,371502100211,115.98,36.3,inf\n"); /* 17 */
    s = read_study(PLAIN);
    input_of(s, "villages", &in);
    ledger_is(s, in,
              "3:no_population 4:bad_population(-5) 5:bad_population 6:duplicate(30) "
              "7:code_repeated 8:point_repeated 9:outside_county(60) 10:bad_coordinates(70) "
              "11:bad_coordinates(80) 12:no_geometry(90) 13:bad_coordinates(11) 14:bad_code(12) "
              "15:bad_code(13) 16:total_row(9999) 17:bad_population");
    assert_int_equal(s->input[in].rows, 16);
    assert_int_equal(s->input[in].used, 7);
    assert_int_equal(s->villages.n, 7);
    assert_near(people(&s->villages), 100 + 40 + 50, 0);
    assert_near(s->input[in].population,
                100 - 5 + 30 + 40 + 50 + 60 + 70 + 80 + 90 + 11 + 12 + 13 + 9999, 0);
    assert_non_null(strstr(reason_of(s, 6, BJ_FATE_DUPLICATE), "row 2"));
    assert_non_null(strstr(reason_of(s, 7, BJ_FATE_CODE_REPEATED), "row 2"));
    assert_non_null(strstr(reason_of(s, 8, BJ_FATE_POINT_REPEATED), "row 2"));
    assert_non_null(strstr(reason_of(s, 14, BJ_FATE_BAD_CODE), "3.71502E+11"));
    assert_non_null(strstr(reason_of(s, 5, BJ_FATE_BAD_POPULATION), "不详"));
    assert_non_null(note_of(s, "no_population"));
    assert_non_null(note_of(s, "repeated_codes"));
    assert_non_null(note_of(s, "duplicate_points"));
    bj_study_free(s);
}

static void a_row_with_two_faults_has_one_entry_that_names_both(void **state)
{
    struct bj_study *s;
    uint32_t in = 0;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,lon,lat,pop\n"
                               "a,1,115.9,36.3,100\n"
                               "b,1,115.95,36.3,-7\n");
    s = read_study(PLAIN);
    input_of(s, "villages", &in);
    ledger_is(s, in, "3:bad_population(-7)");
    assert_non_null(strstr(reason_of(s, 3, BJ_FATE_BAD_POPULATION), "same code as row 2"));
    assert_non_null(strstr(reason_of(s, 3, BJ_FATE_BAD_POPULATION), "-7"));
    bj_study_free(s);
}

static void rows_without_a_code_are_never_duplicates(void **state)
{
    struct bj_study *s;
    uint32_t in = 0;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,lon,lat,pop\n"
                               "a,,115.9,36.3,1\n"
                               "a,,115.9,36.3,2\n"
                               "b,,115.95,36.3,4\n");
    s = read_study(PLAIN);
    input_of(s, "villages", &in);
    ledger_is(s, in, "3:point_repeated");
    assert_near(people(&s->villages), 7, 0);
    bj_study_free(s);
}

/* A duplicate of a row that is itself elsewhere: compared with every earlier row. */
static void a_duplicate_is_found_among_repeated_codes(void **state)
{
    struct bj_study *s;
    uint32_t in = 0;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,lon,lat,pop\n"
                               "a,7,115.9,36.3,1\n"
                               "a,7,115.95,36.3,2\n"
                               "a,7,115.95,36.30000000001,4\n" /* 1e-11 degree: the same point */
                               "a,7,115.95,36.3000001,8\n");   /* 1 cm: another */
    s = read_study(PLAIN);
    input_of(s, "villages", &in);
    ledger_is(s, in, "3:code_repeated 4:duplicate(4) 5:code_repeated");
    assert_non_null(strstr(reason_of(s, 4, BJ_FATE_DUPLICATE), "row 3"));
    bj_study_free(s);
}

/* One degree of longitude at 36.4 N is about 89,650 m, so 0.0005 degree is 45 m. */
static void villages_within_50_m_outside_the_boundary_belong_to_the_county(void **state)
{
    struct bj_study *s;
    uint32_t in = 0;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,lon,lat,pop\n"
                               "in,1,116.1999,36.4,1\n"
                               "on,2,116.2,36.4,2\n"
                               "near,3,116.2005,36.4,4\n"  /* 45 m */
                               "far,4,116.2006,36.4,8\n"); /* 54 m */
    s = read_study(PLAIN);
    input_of(s, "villages", &in);
    ledger_is(s, in, "5:outside_county(8)");
    assert_non_null(strstr(reason_of(s, 5, BJ_FATE_OUTSIDE_COUNTY), "54 m"));
    bj_study_free(s);
}

static void a_layer_without_population_says_so_once(void **state)
{
    struct bj_study *s;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,lon,lat\na,1,115.9,36.3\nb,2,115.95,36.3\n");
    s = read_study(PLAIN);
    assert_int_equal(s->n_ledger, 0);
    assert_non_null(note_of(s, "no_population"));
    assert_near(people(&s->villages), 0, 0);
    bj_study_free(s);
}

static void polygon_villages_stand_as_a_point_inside_never_in_the_hole(void **state)
{
    struct bj_study *s;
    uint32_t in = 0;

    (void)state;
    new_county();
    write_file(
        "villages.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{\"name\":\"ring\",\"pop\":5},\"geometry\":"
        "{\"type\":\"Polygon\",\"coordinates\":[[[115.9,36.3],[116.0,36.3],[116.0,36.4],"
        "[115.9,36.4],[115.9,36.3]],[[115.92,36.32],[115.98,36.32],[115.98,36.38],"
        "[115.92,36.38],[115.92,36.32]]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"name\":\"two\",\"pop\":6},\"geometry\":"
        "{\"type\":\"MultiPoint\",\"coordinates\":[[116.1,36.3],[116.11,36.3]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"name\":\"none\",\"pop\":7},\"geometry\":null},"
        "{\"type\":\"Feature\",\"properties\":{\"name\":\"z\",\"pop\":8},\"geometry\":"
        "{\"type\":\"Point\",\"coordinates\":[116.15,36.3,500]}}]}");
    s = read_study("villages: {path: villages.geojson}\nboundary: {path: boundary.geojson}\n");
    input_of(s, "villages", &in);
    ledger_is(s, in, "1:interior_point 2:first_of_multi 3:no_geometry(7)");
    assert_false(s->villages.lon_deg[0] > 115.92 && s->villages.lon_deg[0] < 115.98 &&
                 s->villages.lat_deg[0] > 36.32 && s->villages.lat_deg[0] < 36.38);
    assert_near(s->villages.lon_deg[1], 116.1, 1e-12);
    assert_near(s->villages.lon_deg[2], 116.15, 1e-12);
    bj_study_free(s);
}

/* ---- facilities ---------------------------------------------------------------- */

#define ONE_VILLAGE     "村名,code,lon,lat,pop\na,1,115.9,36.3,100\n"
#define WITH_FACILITIES PLAIN "facilities: {path: fac.csv}\n"

static void facility_rows_have_their_fates_and_classes(void **state)
{
    struct bj_study *s;
    uint32_t in = 0;

    (void)state;
    new_county();
    write_file("villages.csv", ONE_VILLAGE);
    write_file("fac.csv", "机构名称,机构代码,机构类别,状态,举办主体,经度,纬度\n"
                          "甲村卫生室,F1,D600,正常,集体,115.9,36.3\n" /* 2 */
                          "乙村卫生室,F2,,停业,,115.91,36.3\n"        /* 3 closed */
                          "某医院,F3,,,,115.92,36.3\n"                /* 4 unknown */
                          "邻县卫生院,F4,卫生院,,政府,116.3,36.3\n"   /* 5 neighbour */
                          "甲村卫生室,F1,D600,,,115.9,36.3\n"         /* 6 duplicate */
                          "丙镇卫生院,F5,village_clinic;ems_station,,,115.93,36.3\n" /* 7 */
                          "丁,F6,公办,,,115.94,36.3\n"                               /* 8 unknown */
                          "戊社区卫生服务中心（原戊镇卫生院）,F7,,,,115.95,36.3\n"   /* 9 */
                          "甲村卫生室,F1,急救站,,,115.9,36.3\n");                    /* 10 */
    s = read_study(WITH_FACILITIES);
    input_of(s, "facilities", &in);
    ledger_is(s, in,
              "3:closed 4:class_unknown 5:neighbour 6:duplicate 8:class_unknown 10:duplicate");
    assert_int_equal(s->facilities.n, 4);
    assert_true(s->facilities.classes[0] ==
                (1u << BJ_CLASS_VILLAGE_CLINIC | 1u << BJ_CLASS_EMS_STATION));
    assert_true(s->facilities.classes[1] == 1u << BJ_CLASS_TOWNSHIP_HOSPITAL);
    assert_true(s->facilities.classes[2] ==
                (1u << BJ_CLASS_VILLAGE_CLINIC | 1u << BJ_CLASS_EMS_STATION));
    assert_true(s->facilities.classes[3] == 1u << BJ_CLASS_CHC);
    assert_int_equal(s->facilities.neighbour[0], 0);
    assert_int_equal(s->facilities.neighbour[1], 1);
    assert_string_equal(s->facilities.ownership[0], "集体");
    assert_string_equal(s->facilities.ownership[1], "政府");
    assert_string_equal(s->facilities.ownership[2], "");
    assert_non_null(strstr(reason_of(s, 10, BJ_FATE_DUPLICATE), "takes over"));
    assert_non_null(note_of(s, "missing_class"));
    assert_int_equal(s->input[in].used, 4);
    bj_study_free(s);
}

static void a_class_given_for_the_layer_needs_no_column(void **state)
{
    struct bj_study *s;

    (void)state;
    new_county();
    write_file("villages.csv", ONE_VILLAGE);
    write_file("fac.csv", "name,lon,lat\nwhatever,115.9,36.3\n");
    s = read_study(PLAIN "facilities: [{path: fac.csv, class: chs}]\n");
    assert_int_equal(s->facilities.n, 1);
    assert_true(s->facilities.classes[0] == 1u << BJ_CLASS_CHS);
    bj_study_free(s);
}

static void neighbours_are_neighbours_wherever_they_lie(void **state)
{
    struct bj_study *s;
    uint32_t in = 0;

    (void)state;
    new_county();
    write_file("villages.csv", ONE_VILLAGE);
    write_file("fac.csv", "name,fac_id,class,lon,lat\nown,F1,chs,115.9,36.3\n");
    write_file("next.csv", "name,fac_id,class,lon,lat\n"
                           "inside,N1,chs,115.95,36.3\n"
                           "outside,N2,chs,116.3,36.3\n"
                           "own,F1,chs,115.9,36.3\n");
    s = read_study(WITH_FACILITIES "neighbours: {facilities: {path: next.csv}}\n");
    input_of(s, "neighbours", &in);
    ledger_is(s, in, "4:duplicate");
    assert_non_null(strstr(reason_of(s, 4, BJ_FATE_DUPLICATE), "row 2 of fac.csv"));
    assert_int_equal(s->facilities.n, 3);
    assert_int_equal(s->facilities.neighbour[0], 0);
    assert_int_equal(s->facilities.neighbour[1], 1);
    assert_int_equal(s->facilities.neighbour[2], 1);
    bj_study_free(s);
}

/* Each file has its own numbering: the same code in two files is no repetition. */
static void codes_of_two_files_are_not_compared(void **state)
{
    struct bj_study *s;

    (void)state;
    new_county();
    write_file("villages.csv", ONE_VILLAGE);
    write_file("a.csv", "name,code,class,lon,lat\na,1,chs,115.9,36.3\n");
    write_file("b.csv", "name,code,class,lon,lat\nb,1,chs,115.95,36.3\n");
    s = read_study(PLAIN "facilities: [{path: a.csv}, {path: b.csv}]\n");
    assert_int_equal(s->facilities.n, 2);
    assert_int_equal(s->n_ledger, 0);
    bj_study_free(s);
}

static void no_facilities_at_all_is_no_failure(void **state)
{
    struct bj_study *s;

    (void)state;
    new_county();
    write_file("villages.csv", ONE_VILLAGE);
    write_file("fac.csv", "name,code,class,lon,lat\n");
    s = read_study(PLAIN);
    assert_int_equal(s->facilities.n, 0);
    bj_study_free(s);
    s = read_study(WITH_FACILITIES);
    assert_int_equal(s->facilities.n, 0);
    assert_non_null(note_of(s, "empty_layer"));
    bj_study_free(s);
}

/* ---- townships, urban and rural -------------------------------------------------- */

#define WITH_TOWNSHIPS PLAIN "townships: {path: townships.geojson}\n"

static void townships_outside_the_county_are_left_out(void **state)
{
    struct bj_study *s;
    uint32_t in = 0;

    (void)state;
    new_county();
    write_file("villages.csv", ONE_VILLAGE);
    s = read_study(WITH_TOWNSHIPS);
    input_of(s, "townships", &in);
    ledger_is(s, in, "3:outside_county");
    assert_int_equal(s->n_townships, 2);
    assert_string_equal(s->township[0].name, "西城街道");
    assert_string_equal(s->township[0].type, "街道");
    assert_int_equal(s->township[0].urban, BJ_URBAN_YES);
    assert_string_equal(s->township[1].type, "镇");
    assert_int_equal(s->township[1].urban, BJ_URBAN_NO);
    assert_int_equal(s->has_urban_area, 1);
    assert_int_equal(s->urban_area.n_polygons, 1);
    assert_int_equal(s->townships_area.n_features, 2);
    bj_study_free(s);
}

static void the_township_comes_from_column_then_polygon_then_code(void **state)
{
    struct bj_study *s;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,行政村代码,所属乡镇,经度,纬度,人口\n"
                               "a,371502100201,东关镇,116.1,36.3,1\n"
                               "b,371502001001,西城,116.1,36.31,1\n" /* short name, other polygon */
                               "c,371502001002,,116.1,36.32,1\n"     /* polygon */
                               "d,371502001003,,116.2003,36.33,1\n"  /* outside all: code */
                               "e,9,不在表中的镇,116.1,36.34,1\n"    /* unknown name: polygon */
                               "f,9x,不在表中的镇,116.2003,36.35,1\n"); /* nothing but the text */
    s = read_study(WITH_TOWNSHIPS);
    assert_int_equal(s->villages.n, 6);
    assert_int_equal(s->villages.township_index[0], 1);
    assert_int_equal(s->villages.township_index[1], 0);
    assert_string_equal(s->villages.township[1], "西城街道");
    assert_int_equal(s->villages.township_index[2], 1);
    assert_int_equal(s->villages.township_index[3], 0);
    assert_int_equal(s->villages.township_index[4], 1);
    assert_string_equal(s->villages.township[4], "东关镇");
    assert_int_equal(s->villages.township_index[5], -1);
    assert_string_equal(s->villages.township[5], "不在表中的镇");
    bj_study_free(s);
}

static void urban_comes_from_column_then_township_then_area(void **state)
{
    static const char builtup[] =
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
        "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[116.05,36.25],[116.15,36.25],"
        "[116.15,36.35],[116.05,36.35],[116.05,36.25]]]}}]}";
    struct bj_study *s;

    (void)state;
    new_county();
    write_file("builtup.geojson", builtup);
    write_file("villages.csv", "村名,code,城乡分类代码,经度,纬度,人口\n"
                               "code,1,111,116.1,36.3,1\n"
                               "rural code,2,220,115.9,36.3,1\n"
                               "west,3,,115.9,36.31,1\n"
                               "east,4,,116.1,36.32,1\n"
                               "east far,5,,116.1,36.5,1\n");
    s = read_study(WITH_TOWNSHIPS);
    assert_int_equal(s->villages.urban[0], BJ_URBAN_YES);
    assert_int_equal(s->villages.urban[1], BJ_URBAN_NO);
    assert_int_equal(s->villages.urban[2], BJ_URBAN_YES);
    assert_int_equal(s->villages.urban[3], BJ_URBAN_NO);
    bj_study_free(s);
    s = read_study(PLAIN "urban_area: {path: builtup.geojson}\n");
    assert_int_equal(s->villages.urban[0], BJ_URBAN_YES);
    assert_int_equal(s->villages.urban[1], BJ_URBAN_NO);
    assert_int_equal(s->villages.urban[2], BJ_URBAN_NO);
    assert_int_equal(s->villages.urban[3], BJ_URBAN_YES);
    assert_int_equal(s->villages.urban[4], BJ_URBAN_NO);
    assert_int_equal(s->has_urban_area, 1);
    bj_study_free(s);
    /* Both: the built-up area decides, as it decides the areas; a code wins over it. */
    s = read_study(WITH_TOWNSHIPS "urban_area: {path: builtup.geojson}\n");
    assert_int_equal(s->villages.urban[0], BJ_URBAN_YES);
    assert_int_equal(s->villages.urban[1], BJ_URBAN_NO);
    assert_int_equal(s->villages.urban[2], BJ_URBAN_NO);
    assert_int_equal(s->villages.urban[3], BJ_URBAN_YES);
    bj_study_free(s);
    s = read_study(PLAIN "urban: [111, 112]\n");
    assert_int_equal(s->villages.urban[0], BJ_URBAN_YES);
    assert_int_equal(s->villages.urban[1], BJ_URBAN_NO);
    assert_int_equal(s->villages.urban[2], BJ_URBAN_UNKNOWN);
    bj_study_free(s);
}

static void parts_with_one_code_are_one_township(void **state)
{
    struct bj_study *s;
    uint32_t in = 0;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,lon,lat,pop\na,1,115.85,36.3,1\nb,2,116.15,36.3,2\n");
    write_file(
        "townships.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{\"乡镇名称\":\"环镇\",\"code\":\"371502101\"},"
        "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[115.8,36.2],[115.9,36.2],"
        "[115.9,36.6],[115.8,36.6],[115.8,36.2]]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"乡镇名称\":\"中乡\",\"code\":\"371502201\"},"
        "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[115.9,36.2],[116.1,36.2],"
        "[116.1,36.6],[115.9,36.6],[115.9,36.2]]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"乡镇名称\":\"环镇\",\"code\":\"371502101\"},"
        "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[116.1,36.2],[116.2,36.2],"
        "[116.2,36.6],[116.1,36.6],[116.1,36.2]]]}}]}");
    s = read_study(WITH_TOWNSHIPS);
    input_of(s, "townships", &in);
    ledger_is(s, in, "3:code_repeated");
    assert_int_equal(s->n_townships, 2);
    assert_int_equal(s->villages.township_index[0], 0);
    assert_int_equal(s->villages.township_index[1], 0);
    assert_string_equal(s->township[1].type, "乡");
    bj_study_free(s);
}

/* ---- coordinate systems ------------------------------------------------------------ */

/* The same three villages in many systems. Northings and eastings of 聊城 are those of
 * domain.md 5.1; the others came from them by adding metres, so that no projection code of
 * ours makes what it is tested with. */
static void the_zones_of_domain_51_give_the_same_place(void **state)
{
    static const struct {
        const char *crs, *e, *n;
    } same[] = {
        {"EPSG:4527", "39408556.925", "4035959.716"},
        {"4527", "39408556.925", "4035959.716"},
        {"EPSG:4548", "408556.925", "4035959.716"},
        {"EPSG:4498", "20408556.925", "4035959.716"},
        {"EPSG:4509", "408556.925", "4035959.716"},
        {"EPSG:4490", "115.98", "36.45"},
        {"EPSG:4326", "115.98", "36.45"},
    };
    char csv[300], yaml[300];

    (void)state;
    new_county();
    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
        struct bj_study *s;

        snprintf(csv, sizeof(csv), "村名,code,x,y,pop\na,1,%s,%s,100\n", same[i].e, same[i].n);
        write_file("villages.csv", csv);
        snprintf(yaml, sizeof(yaml),
                 "villages: {path: villages.csv, crs: '%s'}\nboundary: {path: boundary.geojson}\n",
                 same[i].crs);
        s = read_study(yaml);
        assert_near(s->villages.lon_deg[0], 115.98, 1e-8); /* 1 mm is 1.1e-8 degree */
        assert_near(s->villages.lat_deg[0], 36.45, 1e-8);
        bj_study_free(s);
    }
}

/* x = R lon, y = R ln tan(pi/4 + lat/2): the formula of Web Mercator itself. */
static void web_mercator_gives_the_same_place(void **state)
{
    double r = 6378137, lon = 115.98 * TEST_PI / 180, lat = 36.45 * TEST_PI / 180;
    char text[600];
    struct bj_study *s;

    (void)state;
    new_county();
    snprintf(text, sizeof(text),
             "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
             "\"urn:ogc:def:crs:EPSG::3857\"}},\"features\":[{\"type\":\"Feature\",\"properties\":"
             "{\"name\":\"a\",\"pop\":1},\"geometry\":{\"type\":\"Point\",\"coordinates\":[%.6f,%."
             "6f]}}]}",
             r * lon, r * log(tan(TEST_PI / 4 + lat / 2)));
    write_file("villages.geojson", text);
    s = read_study("villages: {path: villages.geojson}\nboundary: {path: boundary.geojson}\n");
    assert_near(s->villages.lon_deg[0], 115.98, 1e-9);
    assert_near(s->villages.lat_deg[0], 36.45, 1e-9);
    assert_string_equal(input_of(s, "villages", NULL)->crs, "EPSG:3857");
    bj_study_free(s);
}

static void eastings_of_eight_digits_name_their_zone(void **state)
{
    struct bj_study *s;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,x,y,pop\na,1,39408556.925,4035959.716,100\n");
    s = read_study(PLAIN);
    assert_near(s->villages.lon_deg[0], 115.98, 1e-8);
    assert_non_null(note_of(s, "crs_from_numbers"));
    bj_study_free(s);
    /* X is the northing, as surveyors head it */
    write_file("villages.csv", "村名,code,X坐标,Y坐标,pop\na,1,4035959.716,39408556.925,100\n");
    s = read_study(PLAIN);
    assert_near(s->villages.lon_deg[0], 115.98, 1e-8);
    assert_non_null(note_of(s, "swapped_axes"));
    bj_study_free(s);
    write_file("villages.csv", "村名,code,横坐标,纵坐标,pop\na,1,39408556.925,4035959.716,100\n");
    s = read_study(PLAIN);
    assert_near(s->villages.lon_deg[0], 115.98, 1e-8);
    assert_null(note_of(s, "swapped_axes"));
    bj_study_free(s);
}

static void numbers_without_a_zone_are_asked_for(void **state)
{
    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,x,y,pop\na,1,408556.925,4035959.716,100\n");
    refuses(PLAIN, BJ_ECRS, "villages.csv");
    assert_non_null(strstr(bj_ctx_message(ctx), "crs: "));
}

static void old_datums_are_refused_with_role_and_file(void **state)
{
    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,x,y,pop\na,1,39408556.925,4035959.716,100\n");
    refuses("villages: {path: villages.csv, crs: EPSG:2363}\nboundary: {path: boundary.geojson}\n",
            BJ_ECRS, "villages 'villages.csv'");
    refuses("villages: {path: villages.csv, crs: EPSG:2415}\nboundary: {path: boundary.geojson}\n",
            BJ_ECRS, "villages 'villages.csv'");
}

/* Test vectors of domain.md 5.3 and 5.4 for 聊城. */
static void map_service_datums_are_undone(void **state)
{
    struct bj_study *s;

    (void)state;
    new_county();
    write_file("villages.csv",
               "村名,code,lon,lat,pop\na,1,115.98566284159149,36.45006904548964,1\n");
    s = read_study(
        "villages: {path: villages.csv, datum: gcj02}\nboundary: {path: boundary.geojson}\n");
    assert_near(s->villages.lon_deg[0], 115.98, 1e-9);
    assert_near(s->villages.lat_deg[0], 36.45, 1e-9);
    assert_non_null(strstr(input_of(s, "villages", NULL)->crs, "gcj02"));
    bj_study_free(s);
    write_file("villages.csv",
               "村名,code,lon,lat,pop\na,1,115.99224833975065,36.45573027599464,1\n");
    s = read_study(
        "villages: {path: villages.csv, datum: bd09}\nboundary: {path: boundary.geojson}\n");
    assert_near(s->villages.lon_deg[0], 115.98, 1e-9);
    assert_near(s->villages.lat_deg[0], 36.45, 1e-9);
    bj_study_free(s);
}

/* ---- lists --------------------------------------------------------------------------- */

static void combined_and_sexagesimal_coordinates_are_read(void **state)
{
    struct bj_study *s;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,经纬度,人口\n"
                               "a,1,\"115.98,36.45\",\"1,200人\"\n"
                               "b,2,115.9 36.3,约８００\n"
                               "c,3,东经116°6′36″ 北纬36°30′,1\n"
                               "d,4,somewhere,2\n");
    s = read_study(PLAIN);
    assert_int_equal(s->villages.n, 3);
    assert_near(s->villages.lon_deg[0], 115.98, 1e-12);
    assert_near(s->villages.lat_deg[1], 36.3, 1e-12);
    assert_near(s->villages.lon_deg[2], 116.11, 1e-12);
    assert_near(s->villages.lat_deg[2], 36.5, 1e-12);
    assert_near(people(&s->villages), 2001, 0);
    bj_study_free(s);
    write_file("villages.csv", "村名,code,经度,纬度,人口\na,1,116°6′36″,36°30′0″,1\n");
    s = read_study(PLAIN);
    assert_near(s->villages.lon_deg[0], 116.11, 1e-12);
    bj_study_free(s);
    write_file("villages.csv", "村名,code,坐标,人口\na,1,\"36.45,115.98\",1\n");
    s = read_study(PLAIN);
    assert_near(s->villages.lon_deg[0], 115.98, 1e-12);
    assert_non_null(note_of(s, "swapped_axes"));
    bj_study_free(s);
}

static void a_tie_that_changes_numbers_is_asked_for(void **state)
{
    struct bj_study *s;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,lon,lat,人口,总人口\na,1,115.9,36.3,100,120\n");
    refuses(PLAIN, BJ_EDATA, "'人口', '总人口'");
    assert_non_null(strstr(bj_ctx_message(ctx), "fields: {population: "));
    s = read_study("villages: {path: villages.csv, fields: {population: 总人口}}\n"
                   "boundary: {path: boundary.geojson}\n");
    assert_near(people(&s->villages), 120, 0);
    bj_study_free(s);
}

static void a_given_field_that_is_missing_names_the_columns(void **state)
{
    (void)state;
    new_county();
    write_file("villages.csv", ONE_VILLAGE);
    refuses("villages: {path: villages.csv, fields: {population: 常住}}\n"
            "boundary: {path: boundary.geojson}\n",
            BJ_EDATA, "村名, code, lon, lat, pop");
}

static void a_list_without_coordinates_says_what_is_missing(void **state)
{
    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,地址,常住人口\na,1,somewhere,5\n");
    refuses(PLAIN, BJ_EDATA, "fields: {lon: ");
}

/* ---- bad layers ------------------------------------------------------------------------ */

static void layers_that_are_missing_or_empty_are_named(void **state)
{
    (void)state;
    new_county();
    write_file("villages.csv", ONE_VILLAGE);
    refuses("villages: {path: villages.csv}\n", BJ_EDATA, "boundary: {path: FILE}");
    refuses("boundary: {path: boundary.geojson}\n", BJ_EDATA, "villages: {path: FILE}");
    refuses("villages: {path: villages.csv}\nboundary: {path: nowhere.gpkg}\n", BJ_EIO,
            "nowhere.gpkg");
    write_file("villages.csv", "村名,code,lon,lat,pop\n");
    refuses(PLAIN, BJ_EDATA, "no rows");
    write_file("villages.csv", "村名,code,lon,lat,pop\na,1,,,5\n");
    refuses(PLAIN, BJ_EDATA, "no_geometry");
}

static void villages_of_another_county_are_refused_with_the_distance(void **state)
{
    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,lon,lat,pop\na,1,116.3,36.4,5\nb,2,117.3,36.4,5\n");
    refuses(PLAIN, BJ_EDATA, "9.0 km"); /* 0.1 degree at 89,650 m */
}

static void a_boundary_without_an_area_is_refused(void **state)
{
    (void)state;
    new_county();
    write_file("villages.csv", ONE_VILLAGE);
    write_file(
        "boundary.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
        "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[115.8,36.2],[116.2,36.2],"
        "[115.8,36.2],[115.8,36.2]]]}}]}");
    refuses(PLAIN, BJ_EDATA, "boundary");
    write_file(
        "boundary.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
        "\"geometry\":{\"type\":\"Point\",\"coordinates\":[116,36]}}]}");
    refuses(PLAIN, BJ_EDATA, "no polygon");
    write_file("boundary.geojson", "{\"type\":\"FeatureCollection\",\"features\":[]}");
    refuses(PLAIN, BJ_EDATA, "boundary");
}

/* A figure of eight: two triangles of equal size remain. Each is a quarter of the square. */
static void a_boundary_that_crosses_itself_is_repaired_and_says_so(void **state)
{
    struct bj_study *s;
    double square;
    uint32_t in = 0;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,lon,lat,pop\na,1,116.0,36.3,5\nb,2,115.85,36.4,7\n");
    s = read_study("villages: {path: villages.csv}\nboundary: {path: boundary.geojson}\n");
    square = s->county_area_m2;
    bj_study_free(s);
    write_file(
        "boundary.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
        "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[115.8,36.2],[116.2,36.2],"
        "[115.8,36.6],[116.2,36.6],[115.8,36.2]]]}}]}");
    s = read_study(PLAIN);
    input_of(s, "boundary", &in);
    ledger_is(s, in, "1:repaired");
    assert_near(s->county_area_m2, square / 2, 0.005 * square);
    assert_int_equal(s->county.n_polygons, 2);
    input_of(s, "villages", &in);
    ledger_is(s, in, "3:outside_county(7)");
    bj_study_free(s);
}

/* Sphere of the authalic radius: a quadrangle of dlon by lat1..lat2 has the area
 * dlon (sin b2 - sin b1) R^2 with authalic latitudes b; meridians are geodesics, parallels not,
 * so the tolerance is what 0.4 degree of parallel differ from their chords (1e-5). */
static void the_area_of_the_county_is_geodesic(void **state)
{
    double f = 1 / 298.257222101, a = 6378137, e2 = f * (2 - f), e = sqrt(e2), q[2], want;
    struct bj_study *s;

    (void)state;
    for (int i = 0; i < 2; i++) {
        double sin_lat = sin((i ? 36.6 : 36.2) * TEST_PI / 180);

        q[i] = (1 - e2) * (sin_lat / (1 - e2 * sin_lat * sin_lat) + atanh(e * sin_lat) / e);
    }
    want = a * a * (q[1] - q[0]) / 2 * (0.4 * TEST_PI / 180);
    new_county();
    write_file("villages.csv", ONE_VILLAGE);
    s = read_study(PLAIN);
    assert_near(s->county_area_m2 / want, 1, 1e-5);
    bj_study_free(s);
}

static void several_features_of_the_boundary_are_one_county(void **state)
{
    struct bj_study *s;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,lon,lat,pop\na,1,116.0,36.4,5\nb,2,117,36.45,7\n");
    write_file(
        "boundary.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":[[[115.8,36.2],[116.0,36.2],[116.0,36.6],[115.8,36.6],[115.8,36.2]]]}},"
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":[[[116.0,36.2],[116.2,36.2],[116.2,36.6],[116.0,36.6],[116.0,36.2]]]}},"
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":[[[116.9,36.4],[117.1,36.4],[117.1,36.5],[116.9,36.5],[116.9,36.4]]]}}]}");
    s = read_study(PLAIN);
    assert_int_equal(s->county.n_polygons, 2);
    assert_int_equal(s->villages.n, 2);
    assert_near(s->lon0_deg, (115.8 + 117.1) / 2, 1e-9);
    bj_study_free(s);
}

static void inspect_goes_on_after_a_layer_fails(void **state)
{
    struct bj_study *s = NULL;
    uint32_t in = 0;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,lon,lat,pop\na,1,117.3,36.4,5\nb,2,117.4,36.4,6\n");
    assert_ok(try_study(
        PLAIN "facilities: [{path: no.csv}]\ntownships: {path: townships.geojson}\n", 1, &s));
    assert_non_null(note_of(s, "unreadable_layer"));
    assert_non_null(strstr(note_of(s, "unreadable_layer")->text, "no.csv"));
    assert_non_null(note_of(s, "unusable_layer"));
    input_of(s, "villages", &in);
    ledger_is(s, in, "2:outside_county(5) 3:outside_county(6)");
    assert_int_equal(s->n_townships, 2);
    bj_study_free(s);
    s = NULL;
    assert_ok(try_study("villages: {path: villages.csv}\nboundary: {path: no.shp}\n", 1, &s));
    assert_int_equal(s->villages.n, 2);
    assert_int_equal(s->county.n_polygons, 0);
    bj_study_free(s);
}

static void layers_of_later_rules_are_named_as_not_used(void **state)
{
    struct bj_study *s;

    (void)state;
    new_county();
    write_file("villages.csv", ONE_VILLAGE);
    s = read_study(PLAIN "roads: {path: roads.osm.pbf}\n");
    assert_string_equal(note_of(s, "not_used")->layer, "roads.osm.pbf");
    bj_study_free(s);
}

/* ---- shapefiles -------------------------------------------------------------------------- */

static const char *const shape_fields[] = {"NAME", "CODE", "POP"};
static const int shape_widths[] = {30, 12, 10};

static void write_shape(const char *cpg, const char *name, double x, double y)
{
    const char *value[] = {name, "1", "100"};
    double xy[] = {x, y};
    struct raw_table t = {.cpg = cpg,
                          .n_fields = 3,
                          .name = shape_fields,
                          .width = shape_widths,
                          .n_rows = 1,
                          .value = value,
                          .xy = xy};

    raw_shapefile(dir, "villages", &t);
}

static const char plain_shape[] = "villages: {path: villages.shp}\n"
                                  "boundary: {path: boundary.geojson}\n";

static void a_shapefile_without_prj_is_asked_for_its_system(void **state)
{
    struct bj_study *s;

    (void)state;
    new_county();
    write_shape("UTF-8", "a", 115.98, 36.45);
    refuses(plain_shape, BJ_ECRS, "villages.shp");
    assert_non_null(strstr(bj_ctx_message(ctx), "crs: EPSG:4490"));
    s = read_study("villages: {path: villages.shp, crs: EPSG:4490}\n"
                   "boundary: {path: boundary.geojson}\n");
    assert_near(s->villages.lon_deg[0], 115.98, 1e-12);
    bj_study_free(s);
    write_shape("UTF-8", "a", 408556.925, 4035959.716);
    refuses(plain_shape, BJ_ECRS, "name no zone");
    write_shape("UTF-8", "a", 39408556.925, 4035959.716);
    s = read_study(plain_shape);
    assert_near(s->villages.lon_deg[0], 115.98, 1e-8);
    assert_non_null(note_of(s, "crs_from_numbers"));
    assert_string_equal(input_of(s, "villages", NULL)->crs, "EPSG:4527");
    bj_study_free(s);
    write_shape("UTF-8", "a", 4035959.716, 39408556.925);
    s = read_study(plain_shape);
    assert_near(s->villages.lon_deg[0], 115.98, 1e-8);
    assert_non_null(note_of(s, "swapped_axes"));
    bj_study_free(s);
}

static void a_cpg_that_lies_is_noted_and_the_names_are_right(void **state)
{
    struct bj_study *s;

    (void)state;
    new_county();
    write_shape("UTF-8", raw_text("石河村", "GBK"), 39408556.925, 4035959.716);
    s = read_study(plain_shape);
    assert_string_equal(s->villages.name[0], "石河村");
    assert_non_null(note_of(s, "encoding_mismatch"));
    bj_study_free(s);
    new_county(); /* a folder without the .cpg */
    write_shape(NULL, raw_text("石河村", "GBK"), 39408556.925, 4035959.716);
    s = read_study(plain_shape);
    assert_string_equal(s->villages.name[0], "石河村");
    assert_null(note_of(s, "encoding_mismatch"));
    bj_study_free(s);
}

/* ---- a real state ------------------------------------------------------------------------- */

struct twin_row {
    int64_t row;
    const char *code;
    int64_t lon, lat; /* 1e-9 degree */
};

static int by_code_then_row(const void *a, const void *b)
{
    const struct twin_row *x = a, *y = b;
    int c = strcmp(x->code, y->code);

    return c ? c : (x->row > y->row) - (x->row < y->row);
}

/* Duplicates of Bihar's 92,423 habitations by sorting, where the study hashes: a row is one
 * when an earlier row of its code lies at its point. Nothing else may be dropped but what lies
 * outside every block. */
static void duplicates_of_bihar_agree_with_sorting(void **state)
{
    static const char yaml[] =
        "villages: {path: '/vsizip/" BANJING_SOURCE_DIR "/../shared/data/bihar/habitation.zip',"
        " fields: {code: HAB_ID, name: HAB_NAME, population: TOT_POPULA}}\n"
        "boundary: {path: '/vsizip/" BANJING_SOURCE_DIR "/../shared/data/bihar/blocks.zip'}\n";
    struct bj_study *s;
    struct twin_row *row;
    size_t n = 0, want = 0, got = 0, outside = 0;
    uint32_t in = 0;

    (void)state;
    if (access(BANJING_SOURCE_DIR "/../shared/data/bihar/habitation.zip", R_OK) != 0) {
        print_message("shared/data/bihar is not here\n");
        skip();
    }
    new_county();
    s = read_study(yaml);
    input_of(s, "villages", &in);
    row = calloc(s->villages.n + s->n_ledger, sizeof(*row));
    assert_non_null(row);
    for (size_t i = 0; i < s->villages.n; i++)
        row[n++] = (struct twin_row){s->villages.row[i], s->villages.code[i],
                                     llround(s->villages.lon_deg[i] * 1e9),
                                     llround(s->villages.lat_deg[i] * 1e9)};
    qsort(row, n, sizeof(*row), by_code_then_row);
    for (size_t i = 0; i < n; i++) /* no two used rows are duplicates */
        for (size_t k = i + 1; k < n && strcmp(row[k].code, row[i].code) == 0; k++)
            assert_false(row[i].lon == row[k].lon && row[i].lat == row[k].lat);
    for (size_t i = 0; i < s->n_ledger; i++) {
        const struct bj_ledger_row *l = &s->ledger[i];
        bool found = false;

        outside += l->input == in && l->fate == BJ_FATE_OUTSIDE_COUNTY;
        if (l->input != in || l->fate != BJ_FATE_DUPLICATE)
            continue;
        got++;
        for (size_t k = 0; k < n && !found; k++)
            found = strcmp(row[k].code, l->code) == 0 && row[k].row < l->row;
        want += found; /* an earlier row of its code is used */
    }
    assert_int_equal(got, want);
    assert_true(got > 0);
    assert_int_equal(s->input[in].rows, 92423);
    assert_int_equal(s->villages.n + got + outside, 92423);
    free(row);
    bj_study_free(s);
}

/* ---- the whole ------------------------------------------------------------------------- */

static void a_sound_study_says_what_it_assumed(void **state)
{
    static const char *const want[] = {"border_m", "position_accuracy_m", "wgs84", "urban_codes",
                                       "population"};
    struct bj_study *s;

    (void)state;
    new_county();
    write_file("villages.csv", ONE_VILLAGE);
    s = read_study(PLAIN);
    assert_int_equal(s->n_assumptions, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(s->assumption[i].key, want[i]);
        assert_true(strcmp(s->assumption[i].mark, "[A]") == 0 ||
                    strcmp(s->assumption[i].mark, "[S]") == 0);
        assert_true(*s->assumption[i].source != 0);
    }
    assert_string_equal(s->assumption[4].value, "pop");
    assert_int_equal(strlen(input_of(s, "villages", NULL)->sha256), 64);
    assert_string_equal(input_of(s, "villages", NULL)->driver, "CSV");
    bj_study_free(s);
}

/* Random rows, many of them odd: the sums that the study keeps must equal sums made here. */
static void no_person_is_lost_in_a_random_layer(void **state)
{
    enum { ROWS = 3000 };
    struct support_random r;
    struct bj_study *s;
    double in = 0, ledger = 0;
    char *csv = malloc(ROWS * 100), *p = csv;
    uint32_t index = 0;
    size_t not_used = 0;

    (void)state;
    assert_non_null(csv);
    support_seed(&r, 77);
    new_county();
    p += sprintf(p, "name,code,lon,lat,pop\n");
    for (int i = 0; i < ROWS; i++) {
        double pop = floor(support_uniform(&r, -50, 1000)) / 8;
        int code = (int)support_uniform(&r, 0, 400);
        double lon = 115.7 + floor(support_uniform(&r, 0, 60)) / 100;
        double lat = 36.1 + floor(support_uniform(&r, 0, 60)) / 100;
        double kind = support_uniform(&r, 0, 1);

        if (kind < 0.05) {
            p += sprintf(p, "n%d,c%d,%.2f,%.2f,\n", i, code, lon, lat);
        } else if (kind < 0.1) {
            p += sprintf(p, "n%d,c%d,,,%.3f\n", i, code, pop);
            in += pop;
        } else {
            p += sprintf(p, "n%d,c%d,%.2f,%.2f,%.3f\n", i, code, lon, lat, pop);
            in += pop;
        }
    }
    write_file("villages.csv", csv);
    free(csv);
    s = read_study(PLAIN);
    input_of(s, "villages", &index);
    for (size_t i = 0; i < s->n_ledger; i++) {
        if (s->ledger[i].input != index)
            continue;
        not_used += s->ledger[i].fate > BJ_FATE_LAST_USED;
        if (isfinite(s->ledger[i].population))
            ledger += s->ledger[i].population;
    }
    assert_near(s->input[index].population, in, 1e-6);
    assert_near(people(&s->villages) + ledger, in, 1e-6);
    assert_int_equal(s->villages.n + not_used, ROWS);
    bj_study_free(s);
}

static void two_equal_runs_give_the_same_study(void **state)
{
    struct bj_study *a, *b;
    struct bj_case *first;

    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,lon,lat,pop\na,1,115.9,36.3,100\nb,1,115.95,36.3,\n"
                               "c,3,115.9,36.3,7\nd,4,0,0,7\n");
    a = read_study(WITH_TOWNSHIPS);
    first = the_case;
    the_case = NULL;
    b = read_study(WITH_TOWNSHIPS);
    assert_int_equal(a->n_ledger, b->n_ledger);
    for (size_t i = 0; i < a->n_ledger; i++) {
        assert_int_equal(a->ledger[i].row, b->ledger[i].row);
        assert_string_equal(a->ledger[i].reason, b->ledger[i].reason);
    }
    assert_int_equal(a->n_notes, b->n_notes);
    for (size_t i = 0; i < a->n_notes; i++)
        assert_string_equal(a->note[i].text, b->note[i].text);
    assert_memory_equal(a->villages.x, b->villages.x, a->villages.n * sizeof(double));
    bj_study_free(b);
    bj_study_free(a);
    bj_case_free(first);
}

static enum bj_status read_all(struct bj_ctx *c, void *arg)
{
    struct bj_case *k = NULL;
    struct bj_study *s = NULL;
    enum bj_status st = bj_case_read(c, arg, &k);

    if (st == BJ_OK)
        st = bj_study_read(c, k, 0, &s);
    bj_study_free(s);
    bj_case_free(k);
    return st;
}

static void running_out_of_memory_leaks_nothing(void **state)
{
    char path[400];

    (void)state;
    new_county();
    write_file("villages.csv", "村名,code,lon,lat,pop\na,1,115.9,36.3,100\nb,1,115.95,36.3,\n");
    write_file("fac.csv", "name,code,class,lon,lat\nf,1,chs,115.9,36.3\ng,2,chs,116.3,36.3\n");
    snprintf(path, sizeof(path), "%s",
             support_write(dir, "case.yaml", WITH_TOWNSHIPS "facilities: {path: fac.csv}\n"));
    assert_true(support_torture(read_all, path) > 50);
}

static int free_case_and_context(void **state)
{
    bj_case_free(the_case);
    return support_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_county_is_read),
        cmocka_unit_test(every_odd_village_row_has_its_fate),
        cmocka_unit_test(a_row_with_two_faults_has_one_entry_that_names_both),
        cmocka_unit_test(rows_without_a_code_are_never_duplicates),
        cmocka_unit_test(a_duplicate_is_found_among_repeated_codes),
        cmocka_unit_test(villages_within_50_m_outside_the_boundary_belong_to_the_county),
        cmocka_unit_test(a_layer_without_population_says_so_once),
        cmocka_unit_test(polygon_villages_stand_as_a_point_inside_never_in_the_hole),
        cmocka_unit_test(facility_rows_have_their_fates_and_classes),
        cmocka_unit_test(a_class_given_for_the_layer_needs_no_column),
        cmocka_unit_test(neighbours_are_neighbours_wherever_they_lie),
        cmocka_unit_test(codes_of_two_files_are_not_compared),
        cmocka_unit_test(no_facilities_at_all_is_no_failure),
        cmocka_unit_test(townships_outside_the_county_are_left_out),
        cmocka_unit_test(the_township_comes_from_column_then_polygon_then_code),
        cmocka_unit_test(urban_comes_from_column_then_township_then_area),
        cmocka_unit_test(parts_with_one_code_are_one_township),
        cmocka_unit_test(the_zones_of_domain_51_give_the_same_place),
        cmocka_unit_test(web_mercator_gives_the_same_place),
        cmocka_unit_test(eastings_of_eight_digits_name_their_zone),
        cmocka_unit_test(numbers_without_a_zone_are_asked_for),
        cmocka_unit_test(old_datums_are_refused_with_role_and_file),
        cmocka_unit_test(map_service_datums_are_undone),
        cmocka_unit_test(combined_and_sexagesimal_coordinates_are_read),
        cmocka_unit_test(a_tie_that_changes_numbers_is_asked_for),
        cmocka_unit_test(a_given_field_that_is_missing_names_the_columns),
        cmocka_unit_test(a_list_without_coordinates_says_what_is_missing),
        cmocka_unit_test(layers_that_are_missing_or_empty_are_named),
        cmocka_unit_test(villages_of_another_county_are_refused_with_the_distance),
        cmocka_unit_test(a_boundary_without_an_area_is_refused),
        cmocka_unit_test(a_boundary_that_crosses_itself_is_repaired_and_says_so),
        cmocka_unit_test(the_area_of_the_county_is_geodesic),
        cmocka_unit_test(several_features_of_the_boundary_are_one_county),
        cmocka_unit_test(inspect_goes_on_after_a_layer_fails),
        cmocka_unit_test(layers_of_later_rules_are_named_as_not_used),
        cmocka_unit_test(a_shapefile_without_prj_is_asked_for_its_system),
        cmocka_unit_test(a_cpg_that_lies_is_noted_and_the_names_are_right),
        cmocka_unit_test(duplicates_of_bihar_agree_with_sorting),
        cmocka_unit_test(a_sound_study_says_what_it_assumed),
        cmocka_unit_test(no_person_is_lost_in_a_random_layer),
        cmocka_unit_test(two_equal_runs_give_the_same_study),
        cmocka_unit_test(running_out_of_memory_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, support_setup, free_case_and_context);
}
