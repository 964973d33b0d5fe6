/* Context, memory, text, threads. */
#include "support.h"

static void a_failure_leaves_its_sentence(void **state)
{
    (void)state;
    assert_int_equal(bj_fail(ctx, BJ_EDATA, "row %d is bad", 7), BJ_EDATA);
    assert_string_equal(bj_ctx_message(ctx), "row 7 is bad");
    assert_int_equal(bj_fail_in(ctx, BJ_EDATA, "villages '%s'", "a.shp"), BJ_EDATA);
    assert_string_equal(bj_ctx_message(ctx), "villages 'a.shp': row 7 is bad");
}

static void a_sentence_that_is_too_long_is_cut_between_characters(void **state)
{
    char text[6001];

    (void)state;
    for (size_t i = 0; i < 2000; i++)
        memcpy(text + 3 * i, "村", 3);
    text[6000] = '\0';
    (void)bj_fail(ctx, BJ_EDATA, "x%s", text);
    assert_true(bj_utf8_valid(bj_ctx_message(ctx), strlen(bj_ctx_message(ctx))));
    assert_true(strlen(bj_ctx_message(ctx)) > 4000);
}

struct number_case {
    const char *text;
    int state;
    double value;
};

static void numbers_are_read_as_planners_write_them(void **state)
{
    static const struct number_case cases[] = {{"1200", 1, 1200},
                                               {" 1,200 ", 1, 1200},
                                               {"１２００", 1, 1200},
                                               {"１，２００人", 1, 1200},
                                               {"约800", 1, 800},
                                               {"约 1.2万人", 1, 12000},
                                               {"3.5", 1, 3.5},
                                               {"-5", 1, -5},
                                               {"1e3", 1, 1000},
                                               {"2亿", 1, 2e8},
                                               {"12,345,678", 1, 12345678},
                                               {"", 0, 0},
                                               {"  \xE3\x80\x80", 0, 0},
                                               {"-", -1, 0},
                                               {"无", -1, 0},
                                               {"1,2", -1, 0},
                                               {"12,34,567", -1, 0},
                                               {"1200左右", -1, 0},
                                               {"1 234", 1, 1234},
                                               {"1　234 567 人", 1, 1234567},
                                               {"１ ２３４", 1, 1234},
                                               {"102 45 30", -1, 0},
                                               {"12 3", -1, 0},
                                               {"1 2345", -1, 0},
                                               {"24.3 5", -1, 0},
                                               {"nan", -1, 0},
                                               {"inf", -1, 0},
                                               {"1..2", -1, 0},
                                               {"0x10", -1, 0},
                                               {"1e999", -1, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        double v = 0;

        if (bj_text_number(cases[i].text, &v) != cases[i].state || v != cases[i].value)
            fail_msg("'%s' read as %d, %g", cases[i].text, bj_text_number(cases[i].text, &v), v);
    }
}

static void codes_of_digits_compare_as_numbers(void **state)
{
    (void)state;
    assert_true(bj_code_compare("9", "10") < 0);
    assert_true(bj_code_compare("530403100201", "530403100202") < 0);
    assert_true(bj_code_compare("a9", "a10") > 0);
    assert_true(bj_code_compare("007", "7") < 0); /* equal numbers: by bytes, never 0 */
    assert_int_equal(bj_code_compare("7", "7"), 0);
    assert_true(bj_code_compare("10", "1x") < 0 && bj_code_compare("2", "1x") < 0);
    assert_true(bj_code_compare(NULL, "7") < 0);
    assert_int_equal(bj_code_compare(NULL, ""), 0);
}

static void utf8_is_checked_strictly(void **state)
{
    (void)state;
    assert_true(bj_utf8_valid("村𠮷", 7));
    assert_false(bj_utf8_valid("\xC0\x80", 2));         /* overlong */
    assert_false(bj_utf8_valid("\xED\xA0\x80", 3));     /* surrogate */
    assert_false(bj_utf8_valid("\xF4\x90\x80\x80", 4)); /* > U+10FFFF */
    assert_false(bj_utf8_valid("\xC0\xEE\xBC\xD2", 4)); /* GBK 李家 */
    assert_int_equal(bj_utf8_length("村𠮷a"), 3);
    {
        char cut[] = "a村\xE6\x9D"
                     "b\xFF";

        bj_utf8_clean(cut);
        assert_string_equal(cut, "a村b");
    }
    assert_int_equal(bj_utf8_width("村𠮷a"), 5);
}

static void a_near_word_is_suggested(void **state)
{
    static const char *const words[] = {"villages", "facilities", "boundary", NULL};

    (void)state;
    assert_string_equal(bj_closest("vilages", words), "villages");
    assert_null(bj_closest("zzzzzzz", words));
}

static void a_cell_may_list_several_items(void **state)
{
    static const char *const items[] = {"甲", " 乙", "", "丙丁", "", "a", "b", ""};
    const char *list = "甲; 乙；、丙丁|一二三四五六七八,a，b,,";
    char item[16];

    (void)state;
    for (int i = 0; i < 8; i++) { /* eight characters of three bytes each do not fit */
        assert_true(bj_next_item(&list, item, sizeof(item)));
        assert_string_equal(item, items[i]);
    }
    assert_false(bj_next_item(&list, item, sizeof(item)));
    assert_false(bj_next_item(&list, item, sizeof(item)));
}

static void double_text_reads_back(void **state)
{
    char buf[32];

    (void)state;
    assert_string_equal(bj_double_text(0.1, buf), "0.1");
    assert_string_equal(bj_double_text(1e300, buf), "1e+300");
    assert_string_equal(bj_double_text(100, buf), "100");
    assert_string_equal(bj_double_text(-0.0, buf), "0");
    assert_string_equal(bj_double_text(123456789012, buf), "123456789012");
    assert_true(strtod(bj_double_text(1.0 / 3, buf), NULL) == 1.0 / 3);
}

static enum bj_status square(struct bj_ctx *c, size_t i, void *arg)
{
    (void)c;
    ((size_t *)arg)[i] = i * i;
    return BJ_OK;
}

static enum bj_status fail_from_ten(struct bj_ctx *c, size_t i, void *arg)
{
    (void)arg;
    return i >= 10 ? bj_fail(c, BJ_EDATA, "item %zu", i) : BJ_OK;
}

static void every_item_runs_once_on_any_number_of_threads(void **state)
{
    size_t out[1000];

    (void)state;
    for (int t = 1; t <= 4; t++) {
        memset(out, 0xff, sizeof(out));
        bj_ctx_set_threads(ctx, t);
        assert_ok(bj_parallel(ctx, 1000, "squares", square, out));
        for (size_t i = 0; i < 1000; i++)
            assert_int_equal(out[i], i * i);
    }
    assert_ok(bj_parallel(ctx, 0, NULL, square, out));
    bj_ctx_set_threads(ctx, 1);
}

static void the_first_failure_by_index_wins(void **state)
{
    (void)state;
    for (int t = 1; t <= 4; t++) {
        bj_ctx_set_threads(ctx, t);
        assert_fails(bj_parallel(ctx, 1000, NULL, fail_from_ten, NULL), BJ_EDATA, "item 10");
    }
    bj_ctx_set_threads(ctx, 1);
}

static int stop_at_once(void *udata, const char *stage, double done)
{
    (void)udata;
    (void)stage;
    (void)done;
    return 1;
}

static void the_progress_hook_can_stop_a_loop(void **state)
{
    size_t out[1000];

    (void)state;
    bj_ctx_set_progress(ctx, stop_at_once, NULL);
    for (int t = 1; t <= 3; t++) {
        bj_ctx_set_threads(ctx, t);
        assert_fails(bj_parallel(ctx, 1000, "squares", square, out), BJ_ECANCEL, "squares");
    }
    bj_ctx_set_progress(ctx, NULL, NULL);
    bj_ctx_set_threads(ctx, 1);
}

static void a_file_over_its_maximum_is_refused(void **state)
{
    const char *dir = support_tmpdir(), *path = support_write(dir, "a.txt", "0123456789");
    char *text = NULL;
    size_t n = 0;

    (void)state;
    assert_ok(bj_read_file(ctx, path, 10, &text, &n));
    assert_int_equal(n, 10);
    assert_string_equal(text, "0123456789");
    bj_free(ctx, text);
    assert_fails(bj_read_file(ctx, path, 9, &text, &n), BJ_EDATA, "a.txt");
    assert_fails(bj_read_file(ctx, dir, 9, &text, &n), BJ_EIO, "folder");
    assert_fails(bj_read_file(ctx, support_path(dir, "none"), 9, &text, &n), BJ_EIO, "none");
}

static void strings_stay_where_they_are(void **state)
{
    struct bj_strings block = {0};
    const char *first = bj_strings_add(ctx, &block, "村卫生室", 12), *big;
    char text[100000];

    (void)state;
    memset(text, 'x', sizeof(text));
    big = bj_strings_add(ctx, &block, text, sizeof(text));
    for (int i = 0; i < 20000; i++)
        assert_non_null(bj_strings_add(ctx, &block, "abcdefgh", 8));
    assert_string_equal(first, "村卫生室");
    assert_int_equal(strlen(big), sizeof(text));
    bj_strings_release(ctx, &block);
}

static enum bj_status use_memory(struct bj_ctx *c, void *arg)
{
    struct bj_buf b = {0};
    struct bj_strings s = {0};
    char *p = bj_sprintf(c, "%d", 5);
    bool ok = p && bj_buf_printf(c, &b, "%0600d", 1) && bj_strings_add(c, &s, "a", 1);

    (void)arg;
    bj_strings_release(c, &s);
    bj_buf_release(c, &b);
    bj_free(c, p);
    return ok ? BJ_OK : BJ_ENOMEM;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(support_torture(use_memory, NULL) >= 3);
}

static void codes_and_names_of_one_unit(void **state)
{
    (void)state;
    assert_true(bj_code_is_unit("530403", "530403"));
    assert_true(bj_code_is_unit("530403", "530403000000"));
    assert_true(bj_code_is_unit("530403100000", "530403100"));
    assert_true(bj_code_is_unit("KM-G", "KM-G"));
    assert_false(bj_code_is_unit("530403", "530403100"));
    assert_false(bj_code_is_unit("530403100", "530403101000"));
    assert_false(bj_code_is_unit("1", "1000"));
    assert_false(bj_code_is_unit("", ""));
    assert_false(bj_code_is_unit(NULL, "530403"));
    assert_true(bj_name_is_unit("江城镇", " 江 城镇　"));
    assert_false(bj_name_is_unit("江城镇", "江城"));
    assert_false(bj_name_is_unit("", ""));
    assert_false(bj_name_is_unit(NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_and_names_of_one_unit),
        cmocka_unit_test(a_failure_leaves_its_sentence),
        cmocka_unit_test(a_sentence_that_is_too_long_is_cut_between_characters),
        cmocka_unit_test(numbers_are_read_as_planners_write_them),
        cmocka_unit_test(codes_of_digits_compare_as_numbers),
        cmocka_unit_test(utf8_is_checked_strictly),
        cmocka_unit_test(a_near_word_is_suggested),
        cmocka_unit_test(a_cell_may_list_several_items),
        cmocka_unit_test(double_text_reads_back),
        cmocka_unit_test(every_item_runs_once_on_any_number_of_threads),
        cmocka_unit_test(the_first_failure_by_index_wins),
        cmocka_unit_test(the_progress_hook_can_stop_a_loop),
        cmocka_unit_test(a_file_over_its_maximum_is_refused),
        cmocka_unit_test(strings_stay_where_they_are),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
