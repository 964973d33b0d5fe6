/* Encodings of shapefiles: every row of the table in domain.md 6.1, byte by byte. */
#include "raw_shape.h"

#include "banjing/layer.h"

#include "io/io_int.h"

enum { N_FIELDS = 2, N_ROWS = 6 };

static const char *const utf8_name[N_FIELDS] = {"村名", "代码"};
static const int width[N_FIELDS] = {40, 12};
static const char *const utf8_value[N_ROWS * N_FIELDS] = {
    "李家庄村", "530403100201", "濛江乡", "530403100202",     "Ahir Tola", "530403100203", "一",
    "",         "涪陵",         "1",      "大街街道（江川）", "2"};

/* The sample county in one encoding; mixed: every second row in GB18030, the others UTF-8. */
static const char *sample(const char *dir, const char *encoding, int ldid, const char *cpg,
                          bool mixed)
{
    const char *name[N_FIELDS], *value[N_ROWS * N_FIELDS];
    struct raw_table t = {ldid, cpg, N_FIELDS, name, width, N_ROWS, value, NULL};

    for (int i = 0; i < N_FIELDS; i++)
        name[i] = raw_text(utf8_name[i], encoding);
    for (int i = 0; i < N_ROWS * N_FIELDS; i++)
        value[i] =
            raw_text(utf8_value[i], mixed ? (i / N_FIELDS % 2 ? "UTF-8" : "GB18030") : encoding);
    return raw_shapefile(dir, "villages", &t);
}

/* Reads all columns as text and holds them against the sample; gives what was chosen. */
static void check_sample(const char *path, const char *given, char *encoding, char *why)
{
    struct bj_source_spec spec = {.path = path, .encoding = given};
    const struct bj_column_spec columns[N_FIELDS] = {{0, 0}, {1, 0}};
    struct bj_source *src = NULL;
    struct bj_table t = {0};

    assert_ok(bj_source_open(ctx, &spec, &src));
    for (int i = 0; i < N_FIELDS; i++)
        assert_string_equal(bj_source_info(src)->field[i].name, utf8_name[i]);
    assert_ok(bj_source_read(ctx, src, BJ_WANT_POINTS, N_FIELDS, columns, &t));
    assert_int_equal(t.n, N_ROWS);
    for (size_t i = 0; i < N_ROWS * N_FIELDS; i++)
        assert_string_equal(t.column[i % N_FIELDS].text[i / N_FIELDS], utf8_value[i]);
    strcpy(encoding, bj_source_info(src)->encoding);
    strcpy(why, bj_source_info(src)->encoding_why);
    bj_table_release(ctx, &t);
    bj_source_close(src);
}

static void every_row_of_the_table_gives_no_wrong_character(void **state)
{
    static const struct {
        const char *bytes, *cpg;
        int ldid;
        const char *encoding, *why;
    } row[] = {
        {"GB18030", "GBK", 0, "GB18030", "from the .cpg"},
        {"GB18030", "CP936", 0, "GB18030", "from the .cpg"},
        {"GB18030", "936", 0, "GB18030", "from the .cpg"},
        {"GB18030", "cp936", 0, "GB18030", "from the .cpg"},
        {"GB18030", "GB18030\r\n", 0, "GB18030", "from the .cpg"},
        {"GB18030", NULL, 0x4D, "GB18030", "from the language byte"},
        {"GB18030", NULL, 0, "GB18030", "the bytes are not UTF-8"},
        {"GB18030", "OEM", 0, "GB18030", "the bytes are not UTF-8"},
        {"GB18030", "65001", 0, "GB18030", "the .cpg says UTF-8 but the bytes are not"},
        {"GB18030", "ANSI 936", 0, "GB18030", "from the .cpg"},
        {"GB18030", NULL, 0x57, "GB18030", "the language byte of the .dbf says CP1252"},
        {"GB18030", "UTF-8", 0, "GB18030", "the .cpg says UTF-8 but the bytes are not"},
        {"GB18030", "UTF-8", 0x4D, "GB18030", "the .cpg says UTF-8 but the bytes are not"},
        {"GB18030", "ISO-8859-1", 0, "GB18030", "the .cpg says ISO-8859-1"},
        {"UTF-8", NULL, 0, "UTF-8", "the bytes are valid UTF-8"},
        {"UTF-8", "UTF-8", 0, "UTF-8", "from the .cpg"},
        {"UTF-8", "65001", 0, "UTF-8", "from the .cpg"},
        {"UTF-8", "OEM", 0, "UTF-8", "the bytes are valid UTF-8"},
        {"UTF-8", "ANSI 936", 0, "UTF-8", "the .cpg says GB18030 but the bytes are not"},
        {"UTF-8", "GBK", 0x4D, "UTF-8", "the .cpg says GB18030 but the bytes are not"},
        {"UTF-8", NULL, 0x57, "UTF-8", "the language byte of the .dbf says CP1252"},
        {"UTF-8", "UTF-8", 0x4D, "UTF-8", "from the .cpg"},
        {"UTF-8", "no such encoding", 0, "UTF-8", "the bytes are valid UTF-8"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        char encoding[40], why[160];

        check_sample(sample(support_tmpdir(), row[i].bytes, row[i].ldid, row[i].cpg, false), NULL,
                     encoding, why);
        assert_string_equal(encoding, row[i].encoding);
        if (!strstr(why, row[i].why))
            fail_msg("row %zu: '%s' is not in '%s'", i, row[i].why, why);
    }
}

static void any_language_byte_gives_no_wrong_character(void **state)
{
    const char *dir = support_tmpdir();

    (void)state;
    for (int ldid = 0; ldid < 256; ldid++) {
        char encoding[40], why[160];

        check_sample(sample(dir, "GB18030", ldid, NULL, false), NULL, encoding, why);
        assert_string_equal(encoding, "GB18030");
        check_sample(sample(dir, "UTF-8", ldid, NULL, false), NULL, encoding, why);
        assert_string_equal(encoding, "UTF-8");
    }
}

/* A layer with one text field, opened and read. */
struct one {
    struct bj_source *src;
    struct bj_table t;
};

static void read_one(const char *dir, const struct raw_table *raw, struct one *one)
{
    struct bj_source_spec spec = {.path = raw_shapefile(dir, "a", raw)};
    const struct bj_column_spec column = {0, 0};

    *one = (struct one){NULL, {0}};
    assert_ok(bj_source_open(ctx, &spec, &one->src));
    assert_ok(bj_source_read(ctx, one->src, BJ_WANT_POINTS, 1, &column, &one->t));
}

static void drop_one(struct one *one)
{
    bj_table_release(ctx, &one->t);
    bj_source_close(one->src);
}

/* Bytes that a layer without .cpg has as its only value, and what is read. */
static void check_value(int ldid, const char *bytes, const char *want)
{
    static const char *const name[] = {"MC"};
    static const int w[] = {20};
    struct raw_table raw = {ldid, NULL, 1, name, w, 1, &bytes, NULL};
    struct one one;

    read_one(support_tmpdir(), &raw, &one);
    assert_string_equal(one.t.column[0].text[0], want);
    drop_one(&one);
}

/* The bytes of 李家庄村 in GBK, from the table, not from iconv. */
static void known_bytes_of_gbk_are_read(void **state)
{
    (void)state;
    check_value(0x57, "\xC0\xEE\xBC\xD2\xD7\xAF\xB4\xE5", "李家庄村");
}

static void rare_characters_of_four_bytes_are_read(void **state)
{
    (void)state;
    check_value(0, raw_text("𠮷村", "GB18030"), "𠮷村");
}

static void rows_in_two_encodings_are_each_read_as_what_they_are(void **state)
{
    char encoding[40], why[160];

    (void)state;
    check_sample(sample(support_tmpdir(), "GB18030", 0, NULL, true), NULL, encoding, why);
    assert_string_equal(encoding, "GB18030");
    assert_non_null(strstr(why, "some values are UTF-8"));
}

static void an_encoding_given_by_hand_wins(void **state)
{
    char encoding[40], why[160];

    (void)state;
    check_sample(sample(support_tmpdir(), "GB18030", 0x57, "UTF-8", false), "gbk", encoding, why);
    assert_string_equal(encoding, "GB18030");
    assert_string_equal(why, "as given");
}

static void an_encoding_given_wrongly_is_refused_with_the_row(void **state)
{
    struct bj_source_spec spec = {.encoding = "utf-8"};
    struct bj_source *src = NULL;

    (void)state;
    spec.path = sample(support_tmpdir(), "GB18030", 0, NULL, false);
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "field name");
    spec.encoding = "klingon";
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "encoding 'klingon'");
    assert_null(src);
}

static void bytes_of_no_encoding_are_refused_with_the_row(void **state)
{
    static const char *const name[] = {"MC"};
    static const char *const value[] = {"ok", "\xC0\xEE", "\xFF\xFE\xFF"};
    static const int w[] = {10};
    struct raw_table t = {0, NULL, 1, name, w, 3, value, NULL};
    struct bj_source_spec spec = {.path = raw_shapefile(support_tmpdir(), "a", &t)};
    struct bj_source *src = NULL;

    (void)state;
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "row 3");
}

/* Names are cut at 10 bytes and values at their width, in the middle of a character. */
static void characters_cut_by_the_field_width_are_dropped(void **state)
{
    static const char *const encoding[] = {"UTF-8", "GB18030"};
    static const char *const want_name[] = {"常住人", "a常住人口"};
    static const char *const want_value[] = {"李家", "a李家庄"};
    static const int w[] = {8};

    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *name[] = {raw_text(i ? "a常住人口数" : "常住人口数", encoding[i])};
        const char *value[] = {raw_text(i ? "a李家庄村" : "李家庄村", encoding[i]),
                               raw_text("大村", encoding[i])};
        struct raw_table raw = {0, NULL, 1, name, w, 2, value, NULL};
        struct one one;

        read_one(support_tmpdir(), &raw, &one);
        assert_string_equal(bj_source_info(one.src)->encoding, encoding[i]);
        assert_string_equal(bj_source_info(one.src)->field[0].name, want_name[i]);
        assert_string_equal(one.t.column[0].text[0], want_value[i]);
        assert_string_equal(one.t.column[0].text[1], "大村");
        drop_one(&one);
    }
}

static void western_text_is_not_taken_for_chinese(void **state)
{
    static const int ldid[] = {0, 0x57, 0x03};

    (void)state;
    for (int i = 0; i < 3; i++)
        check_value(ldid[i], raw_text("Hôpital de Mitsa", "CP1252"), "Hôpital de Mitsa");
}

static void text_of_deleted_rows_does_not_count(void **state)
{
    static const char *const name[] = {"MC"};
    static const char *const value[] = {"ok", "\xFF\xFF", "fine"};
    static const int w[] = {10};
    struct raw_table raw = {0, NULL, 1, name, w, 3, value, NULL};
    const char *dir = support_tmpdir();
    struct bj_source_spec spec = {.path = raw_shapefile(dir, "a", &raw)};
    const struct bj_column_spec column = {0, 0};
    struct one one = {NULL, {0}};
    FILE *f = fopen(support_path(dir, "a.dbf"), "r+b");

    (void)state;
    assert_non_null(f);
    fseek(f, 65 + 11, SEEK_SET); /* header of one field, one row of 11 bytes */
    fputc('*', f);
    fclose(f);
    assert_ok(bj_source_open(ctx, &spec, &one.src));
    assert_ok(bj_source_read(ctx, one.src, BJ_WANT_POINTS, 1, &column, &one.t));
    assert_int_equal(one.t.n, 2);
    assert_int_equal(one.t.row[1], 3);
    assert_string_equal(one.t.column[0].text[1], "fine");
    drop_one(&one);
}

/* The condition must meet decoded text, whatever the file holds. */
static void a_condition_in_chinese_works_in_any_encoding(void **state)
{
    static const char *const encoding[] = {"UTF-8", "GB18030"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bj_source_spec spec = {.where = "\"村名\" = '濛江乡' OR 村名 LIKE '大街%'"};
        const struct bj_column_spec columns[] = {{0, 0}};
        struct bj_source *src = NULL;
        struct bj_table t = {0};

        spec.path = sample(support_tmpdir(), encoding[i], 0x57, NULL, false);
        assert_ok(bj_source_open(ctx, &spec, &src));
        assert_string_equal(bj_source_info(src)->encoding, encoding[i]);
        assert_string_equal(bj_source_info(src)->field[0].name, "村名");
        assert_ok(bj_source_read(ctx, src, BJ_WANT_POINTS, 1, columns, &t));
        assert_int_equal(t.n, 2);
        assert_int_equal(t.row[0], 2);
        assert_int_equal(t.row[1], 6);
        assert_string_equal(t.column[0].text[1], "大街街道（江川）");
        bj_table_release(ctx, &t);
        bj_source_close(src);
    }
}

static void every_gb18030_character_of_gb2312_comes_back(void **state)
{
    struct bj_encoding e = {"GB18030", "", false};
    struct bj_decoder d = {0};
    int n = 0;

    (void)state;
    assert_ok(bj_decoder_init(ctx, &e, &d));
    for (int lead = 0xB0; lead <= 0xF7; lead++) {
        for (int trail = 0xA1; trail <= 0xFE; trail++) {
            char in[3] = {(char)lead, (char)trail, 0};
            size_t length;
            enum bj_status st;
            const char *text = bj_decode(ctx, &d, in, 2, &length, &st);
            char utf8[8];

            assert_non_null(text);
            assert_int_equal(length, 3);
            snprintf(utf8, sizeof(utf8), "%.*s", (int)length, text);
            assert_string_equal(raw_text(utf8, "GB18030"), in);
            n++;
        }
    }
    assert_int_equal(n, 72 * 94);
    bj_decoder_release(ctx, &d);
}

static void white_space_at_both_ends_is_trimmed(void **state)
{
    static const char text[] = "\xE3\x80\x80 \t大 村\xC2\xA0\r\n";
    size_t n = sizeof(text) - 1;
    const char *s = bj_trim(text, &n);

    (void)state;
    assert_int_equal(n, strlen("大 村"));
    assert_memory_equal(s, "大 村", n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_table_gives_no_wrong_character),
        cmocka_unit_test(any_language_byte_gives_no_wrong_character),
        cmocka_unit_test(known_bytes_of_gbk_are_read),
        cmocka_unit_test(rare_characters_of_four_bytes_are_read),
        cmocka_unit_test(rows_in_two_encodings_are_each_read_as_what_they_are),
        cmocka_unit_test(an_encoding_given_by_hand_wins),
        cmocka_unit_test(an_encoding_given_wrongly_is_refused_with_the_row),
        cmocka_unit_test(bytes_of_no_encoding_are_refused_with_the_row),
        cmocka_unit_test(characters_cut_by_the_field_width_are_dropped),
        cmocka_unit_test(western_text_is_not_taken_for_chinese),
        cmocka_unit_test(text_of_deleted_rows_does_not_count),
        cmocka_unit_test(a_condition_in_chinese_works_in_any_encoding),
        cmocka_unit_test(every_gb18030_character_of_gb2312_comes_back),
        cmocka_unit_test(white_space_at_both_ends_is_trimmed),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
