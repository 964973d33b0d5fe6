/* Which column holds what (domain.md 6.4). */
#include "headers.h"

#include "base/synonyms.h"
#include "study/study_int.h"

static struct bj_field_match m;
static struct bj_field field[64];
static size_t n_fields;

/* Headers separated by '|'. */
static void match(enum bj_role role, const char *headers)
{
    n_fields = headers_split(headers, sizeof(field) / sizeof(*field), field);
    bj_fields_clear(&m);
    bj_fields_match(n_fields, field, role, &m);
}

static void is_column(enum bj_field_role r, const char *want)
{
    const char *got = m.column[r] < 0 ? "none" : field[m.column[r]].name;

    if (strcmp(got, want) != 0)
        fail_msg("%s: '%s', want '%s'", bj_field_role_names[r], got, want);
}

static void every_synonym_finds_its_role(void **state)
{
    (void)state;
    for (size_t i = 0; i < bj_n_synonyms; i++) {
        const struct bj_synonym *s = &bj_synonyms[i];
        enum bj_role layer = BJ_ROLE_VILLAGES;

        match(layer, s->synonym);
        if (strcmp(s->synonym, "xzqmc") == 0)
            is_column(BJ_COL_NAME, "xzqmc");
        else
            is_column((enum bj_field_role)s->role, s->synonym);
    }
    for (size_t i = 0; i < bj_n_whole_synonyms; i++) {
        char folded[128];

        bj_synonym_fold(bj_whole_synonyms[i].synonym, folded, sizeof(folded));
        assert_string_equal(folded, bj_whole_synonyms[i].synonym);
        match(BJ_ROLE_VILLAGES, bj_whole_synonyms[i].synonym);
        is_column((enum bj_field_role)bj_whole_synonyms[i].role, bj_whole_synonyms[i].synonym);
        for (size_t k = 0; k < bj_n_synonyms; k++)
            assert_string_not_equal(folded, bj_synonyms[k].synonym);
    }
}

/* 医疗机 is what three characters of UTF-8 leave of 医疗机构名称; 医疗机构类别 is no candidate. */
static void further_words_must_be_whole(void **state)
{
    (void)state;
    match(BJ_ROLE_FACILITIES, "医疗机|医疗机构类别|执业状态|所在乡镇");
    is_column(BJ_COL_NAME, "医疗机");
    is_column(BJ_COL_CLASS, "医疗机构类别");
    is_column(BJ_COL_STATUS, "执业状态");
    is_column(BJ_COL_TOWNSHIP, "所在乡镇");
    match(BJ_ROLE_VILLAGES, "村(居)委会名称|村委会|区划编码");
    assert_string_equal(m.tie[BJ_COL_NAME], "'村(居)委会名称', '村委会'");
    match(BJ_ROLE_FACILITIES, "医疗卫生机构名称|村委会|村编码");
    is_column(BJ_COL_NAME, "医疗卫生机构名称");
    is_column(BJ_COL_CODE, "none"); /* the village's code is not the facility's */
}

static void the_role_names_stand_in_the_order_of_both_tables(void **state)
{
    (void)state;
    assert_string_equal(bj_field_role_names[BJ_SYN_TYPE], "type");
    assert_int_equal(bj_field_role_of("常住人口"), BJ_COL_POPULATION);
    assert_int_equal(bj_field_role_of("经度"), BJ_COL_LON);
    assert_int_equal(bj_field_role_of("床位数"), BJ_COL_BEDS);
    assert_int_equal(bj_field_role_of("救护车"), BJ_COL_AMBULANCES);
    assert_int_equal(bj_field_role_of("备注"), -1);
    assert_string_equal(bj_field_role_names[BJ_COL_POPULATION], "population");
    assert_string_equal(bj_field_role_names[BJ_COL_VILLAGE_DOCTORS], "village_doctors");
}

static void case_width_and_spaces_do_not_matter(void **state)
{
    (void)state;
    match(BJ_ROLE_VILLAGES, "Name|CODE|常住人口（人）|Ｘ坐标| 纬 度 ");
    is_column(BJ_COL_NAME, "Name");
    is_column(BJ_COL_CODE, "CODE");
    is_column(BJ_COL_POPULATION, "常住人口（人）");
    is_column(BJ_COL_LON, "Ｘ坐标");
    is_column(BJ_COL_LAT, " 纬 度 ");
    assert_string_equal(m.why[BJ_COL_NAME], "name");
}

static void words_cut_by_a_dbf_are_found(void **state)
{
    (void)state;
    match(BJ_ROLE_VILLAGES, "村名|统计用|常住人|户籍人");
    is_column(BJ_COL_CODE, "统计用");
    is_column(BJ_COL_POPULATION, "常住人");
    is_column(BJ_COL_REGISTERED, "户籍人");
    assert_string_equal(m.why[BJ_COL_CODE], "prefix");
    match(BJ_ROLE_VILLAGES, "常|populat|na|vill");
    for (int r = 0; r < BJ_COL_N; r++)
        is_column((enum bj_field_role)r, "none");
}

static void a_whole_word_beats_a_cut_one(void **state)
{
    (void)state;
    match(BJ_ROLE_VILLAGES, "常住人|人口");
    is_column(BJ_COL_POPULATION, "人口");
    assert_string_equal(m.tie[BJ_COL_POPULATION], "");
}

static void a_cut_word_with_several_meanings_is_not_used(void **state)
{
    (void)state;
    match(BJ_ROLE_FACILITIES, "服务");
    is_column(BJ_COL_SERVICE, "none");
    is_column(BJ_COL_STANDARD, "none");
    match(BJ_ROLE_FACILITIES, "名称|机构");
    is_column(BJ_COL_NAME, "名称");
    is_column(BJ_COL_CLASS, "none");
}

static void on_a_tie_nothing_is_picked(void **state)
{
    (void)state;
    match(BJ_ROLE_VILLAGES, "村名|人口|常住人口|总人口");
    is_column(BJ_COL_POPULATION, "none");
    assert_string_equal(m.tie[BJ_COL_POPULATION], "'人口', '常住人口', '总人口'");
    assert_string_equal(m.tie[BJ_COL_NAME], "");
    /* 行政村 begins 行政村代码, but holds the villages' names: asked for, and no code. */
    match(BJ_ROLE_VILLAGES, "村名|行政村|常住人口");
    is_column(BJ_COL_NAME, "none");
    assert_string_equal(m.tie[BJ_COL_NAME], "'村名', '行政村'");
    is_column(BJ_COL_CODE, "none");
}

static void xzqmc_is_the_name_unless_another_column_is(void **state)
{
    (void)state;
    match(BJ_ROLE_VILLAGES, "XZQMC|XZQDM");
    is_column(BJ_COL_NAME, "XZQMC");
    is_column(BJ_COL_COUNTY, "none");
    match(BJ_ROLE_VILLAGES, "XZQMC|XZQDM|村名");
    is_column(BJ_COL_NAME, "村名");
    is_column(BJ_COL_COUNTY, "XZQMC");
    match(BJ_ROLE_VILLAGES, "XZQMC|县");
    is_column(BJ_COL_NAME, "XZQMC");
    is_column(BJ_COL_COUNTY, "县");
    match(BJ_ROLE_FACILITIES, "XZQMC|经度|纬度");
    is_column(BJ_COL_NAME, "none");
    assert_string_equal(m.tie[BJ_COL_NAME], "'XZQMC'");
}

static void the_layer_says_which_name_is_meant(void **state)
{
    (void)state;
    match(BJ_ROLE_FACILITIES, "机构名称|乡镇|行政村|行政村代码|机构类别|机构代码");
    is_column(BJ_COL_NAME, "机构名称");
    is_column(BJ_COL_TOWNSHIP, "乡镇");
    is_column(BJ_COL_CLASS, "机构类别");
    is_column(BJ_COL_CODE, "机构代码");
    match(BJ_ROLE_FACILITIES, "名称|村代码");
    is_column(BJ_COL_CODE, "none");
    match(BJ_ROLE_VILLAGES, "名称|村代码|code|卫生室名称|行政村");
    is_column(BJ_COL_NAME, "行政村");
    is_column(BJ_COL_CODE, "村代码");
}

static void columns_given_by_the_case_stand(void **state)
{
    const char *given[BJ_COL_N] = {NULL};

    (void)state;
    match(BJ_ROLE_VILLAGES, "村名|人口|常住人口|note");
    given[BJ_COL_POPULATION] = "常住人口";
    given[BJ_COL_NAME] = "NOTE";
    bj_fields_clear(&m);
    assert_ok(bj_fields_given(ctx, n_fields, field, given, &m));
    bj_fields_match(n_fields, field, BJ_ROLE_VILLAGES, &m);
    is_column(BJ_COL_POPULATION, "常住人口");
    is_column(BJ_COL_NAME, "note");
    assert_string_equal(m.why[BJ_COL_NAME], "given");
    assert_string_equal(m.tie[BJ_COL_POPULATION], "");
}

static void a_given_column_that_is_missing_is_an_error_with_the_list(void **state)
{
    const char *given[BJ_COL_N] = {NULL};

    (void)state;
    match(BJ_ROLE_VILLAGES, "村名|人口");
    given[BJ_COL_CODE] = "vcode";
    assert_fails(bj_fields_given(ctx, n_fields, field, given, &m), BJ_EDATA, "村名, 人口");
    assert_non_null(strstr(bj_ctx_message(ctx), "vcode"));
}

static void many_columns_are_no_trouble(void **state)
{
    static struct bj_field many[400];
    static char name[400][16];

    (void)state;
    for (int i = 0; i < 400; i++) {
        snprintf(name[i], sizeof(name[i]), "f%d", i);
        many[i].name = name[i];
    }
    many[200].name = "pop";
    bj_fields_clear(&m);
    bj_fields_match(400, many, BJ_ROLE_VILLAGES, &m);
    assert_int_equal(m.column[BJ_COL_POPULATION], 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_synonym_finds_its_role),
        cmocka_unit_test(further_words_must_be_whole),
        cmocka_unit_test(the_role_names_stand_in_the_order_of_both_tables),
        cmocka_unit_test(case_width_and_spaces_do_not_matter),
        cmocka_unit_test(words_cut_by_a_dbf_are_found),
        cmocka_unit_test(a_whole_word_beats_a_cut_one),
        cmocka_unit_test(a_cut_word_with_several_meanings_is_not_used),
        cmocka_unit_test(on_a_tie_nothing_is_picked),
        cmocka_unit_test(xzqmc_is_the_name_unless_another_column_is),
        cmocka_unit_test(the_layer_says_which_name_is_meant),
        cmocka_unit_test(columns_given_by_the_case_stand),
        cmocka_unit_test(a_given_column_that_is_missing_is_an_error_with_the_list),
        cmocka_unit_test(many_columns_are_no_trouble),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
