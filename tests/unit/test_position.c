/* Coordinates as text: degrees, minutes and seconds, hemispheres, two in one cell. */
#include "support.h"

#include "study/study_int.h"

static void degrees_are_read_in_all_their_spellings(void **state)
{
    static const struct {
        const char *text;
        double want;
    } good[] = {
        {"115.98", 115.98},
        {" 115.98 ", 115.98},
        {"１１５．９８", 115.98},
        {"115.98°", 115.98},
        {"115.98E", 115.98},
        {"E115.98", 115.98},
        {"-115.98", -115.98},
        {"115.98W", -115.98},
        {"36.5S", -36.5},
        {"126°52′30″", 126.875},
        {"126°52'30\"", 126.875},
        {"126º52’30”", 126.875},
        {"126°52'30''", 126.875},
        {"126度52分30秒", 126.875},
        {"东经126度52分30秒", 126.875},
        {"东经：126°52′30″", 126.875},
        {"北纬36°30′", 36.5},
        {"126° 52′ 30″ E", 126.875},
        {"126°52.5′", 126.875},
        {"126°52ˊ30〞", 126.875},
        {"126°52‘30“", 126.875},
        {"126°52＇30＂", 126.875},
        {"126:52:30", 126.875},
        {"126-52-30.0", 126.875},
        {"１２６：５２：３０", 126.875},
        {"0", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        double v = -999;

        if (!bj_parse_degrees(good[i].text, &v))
            fail_msg("'%s' is not read", good[i].text);
        assert_near(v, good[i].want, 1e-12);
    }
}

static void what_is_no_coordinate_is_refused(void **state)
{
    static const char *const bad[] = {
        "",          "abc",         "126°60′0″", "126°52′60″", "126°52", "126°52′30", "115.98abc",
        "1,2",       "--5",         "°",         "126 52 30",  "126:52", "126-52:30", "126-60-30",
        "126:52:60", "126.5-52-30", "nan",       "inf",        "第5号"};
    double v = -999;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (bj_parse_degrees(bad[i], &v))
            fail_msg("'%s' is read as %g", bad[i], v);
    assert_true(v == -999); /* left as it was */
    assert_false(bj_parse_degrees(NULL, &v));
}

static void two_coordinates_in_one_cell_are_read_in_their_order(void **state)
{
    static const char *const good[] = {
        "115.98,36.45",     "115.98，36.45",           "115.98 36.45",
        "115.98;36.45",     "115.98、36.45",           "(115.98,36.45)",
        "[115.98, 36.45]",  "POINT(115.98 36.45)",     "E115.98 N36.45",
        "115.98/36.45",     "１１５．９８,３６．４５", "东经115°58′48″北纬36°27′00″",
        "115°58.8′ 36°27′", "115°58.8′36°27′"};
    static const char *const bad[] = {"", "115.98", "115.98,36.45,7", "a,b", "115.98,"};
    double a, b;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        if (!bj_parse_pair(good[i], &a, &b))
            fail_msg("'%s' is not read", good[i]);
        assert_near(a, 115.98, 1e-12);
        assert_near(b, 36.45, 1e-12);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (bj_parse_pair(bad[i], &a, &b))
            fail_msg("'%s' is read", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(degrees_are_read_in_all_their_spellings),
        cmocka_unit_test(what_is_no_coordinate_is_refused),
        cmocka_unit_test(two_coordinates_in_one_cell_are_read_in_their_order),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
