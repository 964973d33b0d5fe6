/* Facility classes, status, township types and urban codes from text (domain.md 6.3, 6.5). */
#include "support.h"

#include "study/study_int.h"

#define BIT(c) ((uint64_t)1 << BJ_CLASS_##c)

static void name_means(const char *name, uint64_t want)
{
    uint64_t got = bj_classify_name(name);

    if (got != want)
        fail_msg("name '%s': %llx, want %llx", name ? name : "(null)", (unsigned long long)got,
                 (unsigned long long)want);
}

static void text_means(const char *text, uint64_t want)
{
    uint64_t got = bj_classify_text(text);

    if (got != want)
        fail_msg("class '%s': %llx, want %llx", text ? text : "(null)", (unsigned long long)got,
                 (unsigned long long)want);
}

static void names_that_differ_by_one_character(void **state)
{
    (void)state;
    name_means("前卫镇卫生院", BIT(TOWNSHIP_HOSPITAL));
    name_means("前卫镇中心卫生院", BIT(TOWNSHIP_HOSPITAL_CENTRAL));
    name_means("石河村卫生室", BIT(VILLAGE_CLINIC));
    name_means("石河村中心卫生室", BIT(VILLAGE_CLINIC_CENTRAL));
    name_means("石河中心村卫生室", BIT(VILLAGE_CLINIC_CENTRAL));
    name_means("石河村卫生所", BIT(VILLAGE_CLINIC));
    name_means("石河村一组卫生所", BIT(VILLAGE_CLINIC));
    name_means("机械厂卫生所", 0);
    name_means("石河村卫生室服务点", BIT(VILLAGE_SERVICE_POINT));
    name_means("星云社区卫生服务中心", BIT(CHC));
    name_means("星云社区卫生服务站", BIT(CHS));
    name_means("街道社区医院", BIT(CHC) | BIT(COMMUNITY_HOSPITAL));
}

static void a_former_name_in_brackets_does_not_count(void **state)
{
    (void)state;
    name_means("大街街道社区卫生服务中心（原大街镇卫生院）", BIT(CHC));
    name_means("大街街道社区卫生服务中心(原大街镇卫生院)", BIT(CHC));
    name_means("大街街道社区卫生服务中心〔原大街镇卫生院〕", BIT(CHC));
    name_means("大街（原大街镇卫生院）", 0);
    name_means("江城镇（镇卫生院）", BIT(TOWNSHIP_HOSPITAL));
    name_means("某某镇卫生院（社区卫生服务中心）", BIT(TOWNSHIP_HOSPITAL));
}

static void the_last_word_says_what_it_is(void **state)
{
    (void)state;
    name_means("江川区人民医院急救站", BIT(EMS_STATION));
    name_means("江城镇卫生院石河村卫生室", BIT(VILLAGE_CLINIC));
    name_means("区人民医院安宁疗护病区", BIT(HOSPICE));
    name_means("江城镇中心卫生院保安分院", BIT(TOWNSHIP_HOSPITAL));
    name_means("江城镇卫生院家属院", 0);
    name_means("卫生院停车场", 0);
    name_means("第一小学卫生室", BIT(CLINIC_PRIVATE));
    name_means("大学村卫生室", BIT(VILLAGE_CLINIC));
}

static void hospitals_and_others(void **state)
{
    (void)state;
    name_means("江川区人民医院", BIT(HOSPITAL_GENERAL));
    name_means("前卫镇县域医疗卫生次中心", BIT(SUBCENTRE));
    name_means("江川区中医医院", BIT(HOSPITAL_TCM));
    name_means("某某县中医院", BIT(HOSPITAL_TCM));
    name_means("某某中西医结合医院", BIT(HOSPITAL_COMBINED));
    name_means("江川区妇幼保健院", BIT(MCH));
    name_means("江川区疾病预防控制中心", BIT(CDC));
    name_means("市120急救分站", BIT(EMS_STATION));
    name_means("玉溪市急救中心", BIT(EMS_CENTRE));
    name_means("爱心献血屋", BIT(BLOOD_SITE));
    name_means("张氏口腔诊所", BIT(CLINIC_PRIVATE));
    name_means("精神卫生中心", BIT(PSYCHIATRIC));
    name_means("县康复医院", BIT(REHAB));
    name_means("星云医院", 0);
    name_means("Hospital", 0);
    name_means("", 0);
    name_means(NULL, 0);
    name_means("Shihe Village Clinic", BIT(VILLAGE_CLINIC));
    name_means("Jiangcheng township hospital", BIT(TOWNSHIP_HOSPITAL));
}

static void class_columns_take_names_codes_and_words(void **state)
{
    (void)state;
    for (int c = 0; c < BJ_CLASS_N; c++)
        text_means(bj_class_names[c], (uint64_t)1 << c);
    text_means("Village_Clinic", BIT(VILLAGE_CLINIC));
    text_means("township hospital", BIT(TOWNSHIP_HOSPITAL));
    text_means("village_clinic; ems_station", BIT(VILLAGE_CLINIC) | BIT(EMS_STATION));
    text_means("综合医院；急救站", BIT(HOSPITAL_GENERAL) | BIT(EMS_STATION));
    text_means("综合医院、药店", BIT(HOSPITAL_GENERAL));
    text_means("D600", BIT(VILLAGE_CLINIC));
    text_means("Ｄ６００", BIT(VILLAGE_CLINIC));
    text_means("D600村卫生室", BIT(VILLAGE_CLINIC));
    text_means("C2", BIT(TOWNSHIP_HOSPITAL));
    text_means("C220", BIT(TOWNSHIP_HOSPITAL));
    text_means("C210", BIT(TOWNSHIP_HOSPITAL_CENTRAL));
    text_means("B100", BIT(CHC));
    text_means("B200", BIT(CHS));
    text_means("E100", BIT(EMS_CENTRE));
    text_means("E200", BIT(EMS_STATION));
    text_means("E300", BIT(EMS_STATION));
    text_means("A100", BIT(HOSPITAL_GENERAL));
    text_means("A210", BIT(HOSPITAL_TCM));
    text_means("A300", BIT(HOSPITAL_COMBINED));
    text_means("A710", BIT(NURSING));
    text_means("G", 0);
    text_means("G100", BIT(MCH));
    text_means("J100", BIT(CDC));
    text_means("F100", BIT(BLOOD_SITE));
    text_means("D211", BIT(CLINIC_PRIVATE));
    text_means("D100", BIT(CLINIC_PRIVATE));
    text_means("D400", BIT(CLINIC_PRIVATE));
    text_means("Z900", 0);
    text_means("120", BIT(EMS_STATION));
    text_means("服务点", BIT(VILLAGE_SERVICE_POINT));
    text_means("卫生所", 0);
    text_means("医院", 0);
    text_means("Medical", 0);
    text_means("", 0);
}

static void the_name_makes_a_general_class_narrower(void **state)
{
    int from_name = 1;

    (void)state;
    assert_true(bj_classify("D600", "石河中心村卫生室", &from_name) == BIT(VILLAGE_CLINIC_CENTRAL));
    assert_int_equal(from_name, 0);
    assert_true(bj_classify("村卫生室", "石河村卫生室服务点", &from_name) ==
                BIT(VILLAGE_SERVICE_POINT));
    assert_true(bj_classify("卫生院", "江城镇中心卫生院", &from_name) ==
                BIT(TOWNSHIP_HOSPITAL_CENTRAL));
    /* what the user wrote in banjing's own words stands */
    assert_true(bj_classify("village_clinic", "石河中心村卫生室", &from_name) ==
                BIT(VILLAGE_CLINIC));
    /* a name never turns a class into another */
    assert_true(bj_classify("D600", "江城镇卫生院", &from_name) == BIT(VILLAGE_CLINIC));
}

static void a_class_that_is_not_understood_leaves_it_to_the_name(void **state)
{
    int from_name = 0;

    (void)state;
    assert_true(bj_classify("公办", "石河村卫生室", &from_name) == BIT(VILLAGE_CLINIC));
    assert_int_equal(from_name, 1);
    assert_true(bj_classify("", "石河村卫生室", &from_name) == BIT(VILLAGE_CLINIC));
    assert_int_equal(from_name, 0);
    assert_true(bj_classify("Education", "Primary school", &from_name) == 0);
    assert_int_equal(from_name, 0);
}

static void closed_and_planned_facilities_are_seen(void **state)
{
    static const char *const closed[] = {
        "停业",     "已关闭", "在建", "规划",     "拟建", "Planned", "closed", "under construction",
        "停止营业", "未建成", "注销", "暂停服务", NULL};
    static const char *const open[] = {"",     "正常", "营业",        "在营业", "开业", "规划保留",
                                       "现状", "open", "operational", "未停业", "1",    NULL};

    (void)state;
    for (int i = 0; closed[i]; i++)
        if (!bj_status_is_closed(closed[i]))
            fail_msg("'%s' is closed", closed[i]);
    for (int i = 0; open[i]; i++)
        if (bj_status_is_closed(open[i]))
            fail_msg("'%s' is open", open[i]);
    assert_int_equal(bj_status_is_closed(NULL), 0);
}

static void township_types_from_column_code_and_name(void **state)
{
    (void)state;
    assert_string_equal(bj_township_type("街道", "530403100", "江城镇"), "街道");
    assert_string_equal(bj_township_type("", "530403001", "大街街道"), "街道");
    assert_string_equal(bj_township_type("", "530403099000", ""), "街道");
    assert_string_equal(bj_township_type("", "530403100", ""), "镇");
    assert_string_equal(bj_township_type("", "530403199000", ""), "镇");
    assert_string_equal(bj_township_type("", "530403200", ""), "乡");
    assert_string_equal(bj_township_type("", "530403399000", ""), "乡");
    assert_string_equal(bj_township_type("", "530403400", "某某农场"), "");
    assert_string_equal(bj_township_type("", "7", "前卫镇"), "镇");
    assert_string_equal(bj_township_type("", "", "安化彝族乡"), "乡");
    assert_string_equal(bj_township_type(NULL, NULL, "宁海街道办事处"), "街道");
    assert_string_equal(bj_township_type(NULL, NULL, "West"), "");
}

static void urban_codes_words_and_prefixes(void **state)
{
    static const char *const usual[] = {"1"}, *const strict[] = {"111", "112"};
    static const char *const osm[] = {"city", "town"}, *const word[] = {"村庄"};

    (void)state;
    assert_int_equal(bj_urban_of("111", 1, usual), BJ_URBAN_YES);
    assert_int_equal(bj_urban_of(" 122 ", 1, usual), BJ_URBAN_YES);
    assert_int_equal(bj_urban_of("220", 1, usual), BJ_URBAN_NO);
    assert_int_equal(bj_urban_of("", 1, usual), BJ_URBAN_UNKNOWN);
    assert_int_equal(bj_urban_of(NULL, 1, usual), BJ_URBAN_UNKNOWN);
    assert_int_equal(bj_urban_of("城镇", 1, usual), BJ_URBAN_YES);
    assert_int_equal(bj_urban_of("乡村", 1, usual), BJ_URBAN_NO);
    assert_int_equal(bj_urban_of("不详", 1, usual), BJ_URBAN_UNKNOWN);
    assert_int_equal(bj_urban_of("0", 1, usual), BJ_URBAN_NO);
    assert_int_equal(bj_urban_of("9", 1, usual), BJ_URBAN_UNKNOWN);
    assert_int_equal(bj_urban_of("111", 2, strict), BJ_URBAN_YES);
    assert_int_equal(bj_urban_of("121", 2, strict), BJ_URBAN_NO);
    assert_int_equal(bj_urban_of("城镇", 2, strict), BJ_URBAN_UNKNOWN);
    assert_int_equal(bj_urban_of("农村", 2, strict), BJ_URBAN_NO);
    assert_int_equal(bj_urban_of("镇区", 1, usual), BJ_URBAN_YES);
    assert_int_equal(bj_urban_of("镇区", 2, strict), BJ_URBAN_UNKNOWN);
    /* the names of the codes, alone and behind them (domain.md 6.3) */
    assert_int_equal(bj_urban_of("镇中心区", 1, usual), BJ_URBAN_YES);
    assert_int_equal(bj_urban_of("镇中心区", 2, strict), BJ_URBAN_NO);
    assert_int_equal(bj_urban_of("城乡结合区", 2, strict), BJ_URBAN_YES);
    assert_int_equal(bj_urban_of("特殊区域", 1, usual), BJ_URBAN_YES);
    assert_int_equal(bj_urban_of("乡中心区", 1, usual), BJ_URBAN_NO);
    assert_int_equal(bj_urban_of("220 村庄", 1, usual), BJ_URBAN_NO);
    assert_int_equal(bj_urban_of("220-村庄", 2, strict), BJ_URBAN_NO);
    assert_int_equal(bj_urban_of("111（主城区）", 2, strict), BJ_URBAN_YES);
    assert_int_equal(bj_urban_of("111村庄", 2, strict), BJ_URBAN_YES); /* the code, not the name */
    assert_int_equal(bj_urban_of("村庄", 1, word), BJ_URBAN_YES);
    assert_int_equal(bj_urban_of("主城区", 1, word), BJ_URBAN_NO);
    assert_int_equal(bj_urban_of("town", 2, osm), BJ_URBAN_YES);
    assert_int_equal(bj_urban_of("village", 2, osm), BJ_URBAN_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_differ_by_one_character),
        cmocka_unit_test(a_former_name_in_brackets_does_not_count),
        cmocka_unit_test(the_last_word_says_what_it_is),
        cmocka_unit_test(hospitals_and_others),
        cmocka_unit_test(class_columns_take_names_codes_and_words),
        cmocka_unit_test(the_name_makes_a_general_class_narrower),
        cmocka_unit_test(a_class_that_is_not_understood_leaves_it_to_the_name),
        cmocka_unit_test(closed_and_planned_facilities_are_seen),
        cmocka_unit_test(township_types_from_column_code_and_name),
        cmocka_unit_test(urban_codes_words_and_prefixes),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
