/* Lists of control points: which columns are what, and one read from end to end. */
#include "headers.h"

#include "banjing/study.h"
#include "study/study_int.h"

static struct bj_field_match m;
static struct bj_field field[32];
static size_t n_fields;

/* Headers separated by '|'. */
static void match(const char *headers)
{
    n_fields = headers_split(headers, sizeof(field) / sizeof(*field), field);
    bj_fields_clear(&m);
    bj_control_match(n_fields, field, &m);
}

/* Columns, counted from 0, of name, old pair and new pair; -1 none. */
static void columns(const char *headers, int name, int old_1, int old_2, int new_1, int new_2)
{
    const int want[] = {name, old_1, old_2, new_1, new_2};
    const enum bj_field_role role[] = {BJ_COL_NAME, BJ_COL_OLD_X, BJ_COL_OLD_Y, BJ_COL_NEW_X,
                                       BJ_COL_NEW_Y};

    match(headers);
    for (int i = 0; i < 5; i++)
        if (m.column[role[i]] != want[i])
            fail_msg("'%s': %s is column %d, want %d", headers, bj_field_role_names[role[i]],
                     m.column[role[i]], want[i]);
}

static void surveyors_headers_are_understood(void **state)
{
    (void)state;
    columns("点名|旧X|旧Y|新X|新Y", 0, 1, 2, 3, 4);
    columns("点号|旧坐标X(北)|旧坐标Y(东)|新坐标X(北)|新坐标Y(东)", 0, 1, 2, 3, 4);
    columns("序号|点名|等级|西安80坐标X(m)|西安80坐标Y(m)|高程H(m)|CGCS2000坐标X(m)|CGCS2000坐标Y("
            "m)|备注",
            1, 3, 4, 6, 7);
    columns("点名|1980西安坐标系 X|1980西安坐标系 Y|2000国家大地坐标系 X|2000国家大地坐标系 Y", 0,
            1, 2, 3, 4);
    columns("控制点|北京54 X|北京54 Y|国家2000 X|国家2000 Y", 0, 1, 2, 3, 4);
    columns("点名|1954年北京坐标系X|1954年北京坐标系Y|经度|纬度", 0, 1, 2, 4, 3);
    columns("点名|新北京54坐标系x|新北京54坐标系y|2000坐标系x|2000坐标系y", 0, 1, 2, 3, 4);
    columns("点名|源坐标X|源坐标Y|目标坐标X|目标坐标Y", 0, 1, 2, 3, 4);
    columns("点名|原纵坐标|原横坐标|新纵坐标|新横坐标", 0, 1, 2, 3, 4);
    columns("name|old_x|old_y|new_x|new_y", 0, 1, 2, 3, 4);
    columns("id|Old Northing|Old Easting|lat|lon", 0, 1, 2, 3, 4);
    columns("点名|旧B|旧L|新B|新L", 0, 1, 2, 3, 4);
    columns("点名|Ｘ（西安８０）|Ｙ（西安８０）|Ｘ（ＣＧＣＳ２０００）|Ｙ（ＣＧＣＳ２０００）", 0,
            1, 2, 3, 4);
    columns("编号|点名|旧X|旧Y|新X|新Y", 1, 2, 3, 4, 5);
    columns("X|Y|新X|新Y", -1, 0, 1, 2, 3);
    columns("旧X|旧Y|X|Y|点名", 4, 0, 1, 2, 3);
    /* An unmarked pair beside two marked ones is of no concern. */
    columns("点名|西安80X|西安80Y|2000X|2000Y|经度|纬度", 0, 1, 2, 3, 4);
}

/* A column that the case names is no candidate for anything else. */
static void given_columns_are_kept(void **state)
{
    (void)state;
    match("点名|X|Y|经度|纬度");
    m.column[BJ_COL_OLD_X] = 1;
    m.column[BJ_COL_OLD_Y] = 2;
    bj_control_match(n_fields, field, &m);
    assert_int_equal(m.column[BJ_COL_OLD_X], 1);
    assert_int_equal(m.column[BJ_COL_NEW_X], 4);
    assert_int_equal(m.column[BJ_COL_NEW_Y], 3);
    match("点名|X|Y");
    m.column[BJ_COL_OLD_X] = 1;
    m.column[BJ_COL_OLD_Y] = 2;
    bj_control_match(n_fields, field, &m);
    assert_int_equal(m.column[BJ_COL_NEW_X], -1);
}

static void what_is_open_is_not_guessed(void **state)
{
    (void)state;
    columns("点名|X|Y|X|Y", 0, -1, -1, -1, -1);
    columns("点名|X|Y|经度|纬度", 0, -1, -1, -1, -1);
    columns("点名|X1|Y1|X2|Y2", 0, -1, -1, -1, -1);
    columns("点名|旧X|旧Y", 0, 1, 2, -1, -1);
    columns("点名|旧X|旧Y|新X|新Y|新经度|新纬度", 0, 1, 2, -1, -1); /* two new pairs */
    columns("点名|旧X|旧X|新X|新Y", 0, -1, -1, 3, 4);
}

/* ---- one from end to end ---------------------------------------------------- */

static char dir[300];

#define BOUNDARY                                                                                   \
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"       \
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[115.8,36.2],[116.2,36.2],[116.2,36.6]," \
    "[115.8,36.6],[115.8,36.2]]]}}]}"

static const char *make_case(void)
{
    snprintf(dir, sizeof(dir), "%s", support_tmpdir());
    support_write(dir, "boundary.geojson", BOUNDARY);
    support_write(dir, "v.csv", "村名,code,lon,lat,pop\na,1,115.9,36.3,100\nb,2,116.1,36.5,50\n");
    support_write(dir, "p.csv",
                  "点名,西安80,,CGCS2000,\n,经度,纬度,经度,纬度\n"
                  "A,115.8,36.2,115.801,36.2\nB,116.2,36.25,116.201,36.25\n"
                  "C,116.0,36.6,116.001,36.6\n说明：虚构数据\n");
    return support_write(dir, "case.yaml",
                         "boundary: {path: boundary.geojson}\n"
                         "villages: {path: v.csv, crs: 4610, control: p.csv}\n"
                         "settlements: {path: v.csv, crs: 4610, control: p.csv}\n");
}

/* Control points 0.001 degree east of their old places: so are the villages then. Both
 * ellipsoids are within 3 m of each other, and the fit takes that up. */
static void a_constant_shift_is_a_constant_shift(void **state)
{
    struct bj_case *c = NULL;
    struct bj_study *s = NULL;

    (void)state;
    assert_ok(bj_case_read(ctx, make_case(), &c));
    assert_ok(bj_study_read(ctx, c, 0, &s));
    assert_int_equal(s->villages.n, 2);
    assert_near(bj_geodesic_m(s->villages.lon_deg[0], s->villages.lat_deg[0], 115.901, 36.3), 0,
                0.01);
    assert_near(bj_geodesic_m(s->villages.lon_deg[1], s->villages.lat_deg[1], 116.101, 36.5), 0,
                0.01);
    /* boundary, control, villages, settlements: the list is one input. */
    assert_int_equal(s->n_inputs, 4);
    for (size_t i = 0; i < s->n_inputs; i++)
        if (strcmp(s->input[i].role, "control") == 0) {
            assert_string_equal(s->input[i].path, "p.csv");
            assert_int_equal(strlen(s->input[i].sha256), 64);
            assert_int_equal(s->input[i].rows, 4);
            assert_int_equal(s->input[i].used, 3);
        }
    assert_int_equal(s->n_ledger, 1);
    assert_int_equal(s->ledger[0].fate, BJ_FATE_NO_GEOMETRY);
    bj_study_free(s);
    bj_case_free(c);
}

static enum bj_status read_all(struct bj_ctx *c, void *arg)
{
    struct bj_case *one = NULL;
    struct bj_study *s = NULL;
    enum bj_status st = bj_case_read(c, arg, &one);

    if (st == BJ_OK)
        st = bj_study_read(c, one, 0, &s);
    bj_study_free(s);
    bj_case_free(one);
    return st;
}

static void running_out_of_memory_leaks_nothing(void **state)
{
    char path[400];

    (void)state;
    snprintf(path, sizeof(path), "%s", make_case());
    assert_true(support_torture(read_all, path) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(surveyors_headers_are_understood),
        cmocka_unit_test(given_columns_are_kept),
        cmocka_unit_test(what_is_open_is_not_guessed),
        cmocka_unit_test(a_constant_shift_is_a_constant_shift),
        cmocka_unit_test(running_out_of_memory_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
