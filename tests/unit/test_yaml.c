/* YAML trees: places, refusals, typed reading. Expected lines and columns are counted by hand
 * in the texts below. */
#include "support.h"

static struct bj_yaml_doc *doc;

static enum bj_status parse(const char *text)
{
    bj_yaml_free(doc);
    doc = NULL;
    return bj_yaml_parse(ctx, "t.yaml", text, strlen(text), &doc);
}

static int free_doc(void **state)
{
    (void)state;
    bj_yaml_free(doc);
    doc = NULL;
    return 0;
}

static void nodes_know_their_place(void **state)
{
    const struct bj_yaml *root, *list;

    (void)state;
    assert_ok(parse("# a comment\n"
                    "名称: 江川区\n"
                    "rules:\n"
                    "  - {id: A, limit_m: 2500}\n"
                    "  - id: B\n"));
    root = bj_yaml_root(doc);
    assert_int_equal(root->kind, BJ_YAML_MAP);
    assert_int_equal(root->n, 2);
    assert_string_equal(root->key[0]->text, "名称");
    assert_string_equal(root->item[0]->text, "江川区");
    assert_int_equal(root->item[0]->line, 2);
    assert_int_equal(root->item[0]->column, 5); /* characters, not bytes */
    list = bj_yaml_get(root, "rules");
    assert_int_equal(list->kind, BJ_YAML_LIST);
    assert_int_equal(list->n, 2);
    assert_string_equal(bj_yaml_get(list->item[0], "limit_m")->text, "2500");
    assert_int_equal(bj_yaml_get(list->item[0], "limit_m")->line, 4);
    assert_int_equal(bj_yaml_get(list->item[0], "limit_m")->column, 22);
    assert_string_equal(bj_yaml_get(list->item[1], "id")->text, "B");
    assert_int_equal(bj_yaml_get(list->item[1], "id")->line, 5);
    assert_null(bj_yaml_get(root, "absent"));
    assert_null(bj_yaml_get(list, "rules"));
    assert_null(bj_yaml_get(NULL, "rules"));
    assert_string_equal(bj_yaml_path(doc), "t.yaml");
}

static void an_empty_file_is_an_empty_map(void **state)
{
    static const char *const text[] = {"", "\n\n", "# only a comment\n", "---\n", "\xEF\xBB\xBF"};

    (void)state;
    for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
        assert_ok(parse(text[i]));
        assert_int_equal(bj_yaml_root(doc)->kind, BJ_YAML_MAP);
        assert_int_equal(bj_yaml_root(doc)->n, 0);
    }
}

static void a_byte_order_mark_is_no_column(void **state)
{
    (void)state;
    assert_ok(parse("\xEF\xBB\xBFid: A\ntitle: B\n"));
    assert_int_equal(bj_yaml_root(doc)->n, 2);
    assert_int_equal(bj_yaml_root(doc)->key[0]->column, 1);
}

static void syntax_errors_name_line_and_column(void **state)
{
    (void)state;
    assert_fails(parse("a: 1\nb: [1, 2\nc: 3\n"), BJ_EDATA, "t.yaml:");
    assert_fails(parse("a: 1\nb: x: y\n"), BJ_EDATA, "(t.yaml:2:5)");
    assert_fails(parse("a:\n\tb: 1\n"), BJ_EDATA, "spaces, not tabs");
    assert_fails(parse("a: \"open\n"), BJ_EDATA, "quote is not closed");
    assert_fails(parse("a: b\x01\n"), BJ_EDATA, "control character (t.yaml:1:5)");
    assert_fails(parse("a: 1\nb: 中\x80\n"), BJ_EDATA, "not UTF-8");
    assert_fails(parse("a: 1\nb: 中\x80\n"), BJ_EDATA, "(t.yaml:2:5)");
    assert_fails(parse("\xB4\xE5\xC3\xFB: 1\n"), BJ_EDATA, "(t.yaml:1:1)"); /* 村名 in GBK */
    assert_null(doc);
}

static void what_we_do_not_read_is_refused(void **state)
{
    (void)state;
    assert_fails(parse("a: &x 1\nb: 2\n"), BJ_EDATA, "(t.yaml:1:4)");
    assert_fails(parse("a: 1\nb: *x\n"), BJ_EDATA, "anchors");
    assert_fails(parse("a: !!int 1\n"), BJ_EDATA, "tags");
    assert_fails(parse("a: !x [1]\n"), BJ_EDATA, "(t.yaml:1:4)");
    assert_fails(parse("[a, b]: 1\n"), BJ_EDATA, "a key must be a plain word");
    assert_fails(parse("a: 1\n---\nb: 2\n"), BJ_EDATA, "second document");
    assert_fails(parse("a: 1\nb: 2\na: 3\n"), BJ_EDATA,
                 "'a' is given twice, first in line 1 (t.yaml:3:1)");
    assert_fails(parse("x: {k: 1, 'k': 2}\n"), BJ_EDATA, "(t.yaml:1:11)");
    assert_fails(parse("a: \"x\\0y\"\n"), BJ_EDATA, "control characters (t.yaml:1:4)");
    assert_fails(parse("a: \"x\\ey\"\n"), BJ_EDATA, "control characters");
    assert_ok(parse("a: \"x\\ny\"\n"));
}

static void nesting_stops_at_32(void **state)
{
    char text[256] = "";

    (void)state;
    for (int i = 0; i < 32; i++)
        strcat(text, "[");
    for (int i = 0; i < 32; i++)
        strcat(text, "]");
    assert_ok(parse(text));
    text[0] = '\0';
    for (int i = 0; i < 100; i++)
        strcat(text, "[");
    assert_fails(parse(text), BJ_EDATA, "deeper than 32 (t.yaml:1:33)");
}

static void a_million_values_are_the_most(void **state)
{
    size_t n = 1100000;
    char *text = malloc(2 * n + 3);

    (void)state;
    assert_non_null(text);
    text[0] = '[';
    for (size_t i = 0; i < n; i++)
        memcpy(text + 1 + 2 * i, "1,", 2);
    memcpy(text + 1 + 2 * n, "]", 2);
    assert_fails(parse(text), BJ_EDATA, "more than a million values");
    free(text);
}

static double number_of(const char *text)
{
    double v = NAN;
    char line[64];

    snprintf(line, sizeof(line), "a: %s\n", text);
    assert_ok(parse(line));
    if (!bj_yaml_is_number(bj_yaml_get(bj_yaml_root(doc), "a"), &v))
        return NAN;
    return v;
}

static void only_plain_decimals_are_numbers(void **state)
{
    static const char *const none[] = {"'1'",   "\"2500\"", "2500m", "2.5km", "0x10", "010",
                                       "1_000", "1,000",    ".inf",  ".nan",  "inf",  "nan",
                                       "1e",    "1e999",    "--1",   "-+1",   "true", "约2",
                                       "２",    "1.2.3",    "~"};

    (void)state;
    assert_near(number_of("2500"), 2500, 0);
    assert_near(number_of("-0.5"), -0.5, 0);
    assert_near(number_of("+3"), 3, 0);
    assert_near(number_of("1e3"), 1000, 0);
    assert_near(number_of("0.1"), 0.1, 0);
    assert_near(number_of(".5"), 0.5, 0);
    assert_near(number_of("0"), 0, 0);
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
        if (!isnan(number_of(none[i])))
            fail_msg("'%s' was read as a number", none[i]);
}

static void typed_reading_says_what_is_wrong(void **state)
{
    const struct bj_yaml *root;
    const char *text = "before";
    double v = -1;

    (void)state;
    assert_ok(parse("s: hello\nn: 2.5\nq: \"2.5\"\nl: [1]\nz:\nz2: ~\n"));
    root = bj_yaml_root(doc);
    assert_ok(bj_yaml_text(ctx, doc, root, "absent", &text));
    assert_string_equal(text, "before");
    assert_ok(bj_yaml_number(ctx, doc, root, "absent", &v));
    assert_near(v, -1, 0);
    assert_ok(bj_yaml_text(ctx, doc, root, "s", &text));
    assert_string_equal(text, "hello");
    assert_ok(bj_yaml_number(ctx, doc, root, "n", &v));
    assert_near(v, 2.5, 0);
    assert_fails(bj_yaml_number(ctx, doc, root, "s", &v), BJ_EDATA, "'s' must be a number");
    assert_fails(bj_yaml_number(ctx, doc, root, "q", &v), BJ_EDATA, "without quotes");
    assert_fails(bj_yaml_number(ctx, doc, root, "l", &v), BJ_EDATA, "(t.yaml:4:4)");
    assert_fails(bj_yaml_number(ctx, doc, root, "z", &v), BJ_EDATA, "no value");
    assert_fails(bj_yaml_text(ctx, doc, root, "z2", &text), BJ_EDATA, "no value");
    assert_fails(bj_yaml_text(ctx, doc, root, "l", &text), BJ_EDATA, "one text");
    assert_near(v, 2.5, 0); /* failures leave the outputs as they were */
    assert_string_equal(text, "hello");
    assert_true(bj_yaml_is_null(bj_yaml_get(root, "z")));
    assert_true(bj_yaml_is_null(bj_yaml_get(root, "z2")));
    assert_false(bj_yaml_is_null(bj_yaml_get(root, "s")));
    assert_fails(bj_yaml_fail(ctx, doc, NULL, "'%s' and '%.2s'", "two\nlines", "中"), BJ_EDATA,
                 "'two lines' and '?\?' (t.yaml)");
    assert_fails(bj_yaml_fail(ctx, doc, NULL, "no place"), BJ_EDATA, "no place (t.yaml)");
}

static void unknown_keys_name_the_closest(void **state)
{
    static const char *const known[] = {"limit_m", "target_m", "id", NULL};

    (void)state;
    assert_ok(parse("id: A\nlimt_m: 3\n"));
    assert_fails(bj_yaml_check_keys(ctx, doc, bj_yaml_root(doc), known), BJ_EDATA,
                 "unknown key 'limt_m'; did you mean 'limit_m'? (t.yaml:2:1)");
    assert_ok(parse("id: A\nxyzzyxyzzy: 3\n"));
    assert_fails(bj_yaml_check_keys(ctx, doc, bj_yaml_root(doc), known), BJ_EDATA,
                 "unknown key 'xyzzyxyzzy' (t.yaml:2:1)");
    assert_ok(parse("id: A\n"));
    assert_ok(bj_yaml_check_keys(ctx, doc, bj_yaml_root(doc), known));
    assert_ok(parse("- id\n"));
    assert_fails(bj_yaml_check_keys(ctx, doc, bj_yaml_root(doc), known), BJ_EDATA, "(t.yaml:1:1)");
}

static void files_are_read_and_missed(void **state)
{
    const char *dir = support_tmpdir();
    struct bj_yaml_doc *d = NULL;

    (void)state;
    assert_ok(bj_yaml_read(ctx, support_write(dir, "a.yaml", "id: A\n"), &d));
    assert_string_equal(bj_yaml_get(bj_yaml_root(d), "id")->text, "A");
    bj_yaml_free(d);
    d = NULL;
    assert_fails(bj_yaml_read(ctx, support_path(dir, "b.yaml"), &d), BJ_EIO, "b.yaml");
    assert_null(d);
}

static enum bj_status read_all_kinds(struct bj_ctx *c, void *arg)
{
    static const char text[] = "a: 1\nb: [1, 'x', {c: d, e: f}]\n";
    struct bj_yaml_doc *d = NULL;
    enum bj_status st = bj_yaml_parse(c, "t.yaml", text, sizeof(text) - 1, &d);

    (void)arg;
    if (st)
        assert_null(d);
    bj_yaml_free(d);
    return st;
}

static void every_failed_allocation_is_survived(void **state)
{
    (void)state;
    assert_true(support_torture(read_all_kinds, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nodes_know_their_place, free_doc),
        cmocka_unit_test_teardown(an_empty_file_is_an_empty_map, free_doc),
        cmocka_unit_test_teardown(a_byte_order_mark_is_no_column, free_doc),
        cmocka_unit_test_teardown(syntax_errors_name_line_and_column, free_doc),
        cmocka_unit_test_teardown(what_we_do_not_read_is_refused, free_doc),
        cmocka_unit_test_teardown(nesting_stops_at_32, free_doc),
        cmocka_unit_test_teardown(a_million_values_are_the_most, free_doc),
        cmocka_unit_test_teardown(only_plain_decimals_are_numbers, free_doc),
        cmocka_unit_test_teardown(typed_reading_says_what_is_wrong, free_doc),
        cmocka_unit_test_teardown(unknown_keys_name_the_closest, free_doc),
        cmocka_unit_test(files_are_read_and_missed),
        cmocka_unit_test(every_failed_allocation_is_survived),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
