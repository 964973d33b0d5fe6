/* Texts in the report's language: a catalogue made byte by byte from the gettext manual. */
#include "support.h"

#include <libintl.h>
#include <sys/stat.h>

/* Two messages, "apple" and "pear", sorted, with their translations. */
static size_t make_mo(unsigned char *out)
{
    static const char *const original[] = {"apple", "pear"}, *const translated[] = {"苹果", "梨"};
    uint32_t head[7] = {0x950412deu, 0, 2, 28, 44, 0, 60}, at = 60;

    memset(out, 0, 256);
    memcpy(out, head, sizeof(head));
    for (int table = 0; table < 2; table++)
        for (uint32_t i = 0; i < 2; i++) {
            const char *s = table ? translated[i] : original[i];
            uint32_t pair[2] = {(uint32_t)strlen(s), at};

            memcpy(out + 28 + 16 * table + 8 * (int)i, pair, sizeof(pair));
            strcpy((char *)out + at, s);
            at += (uint32_t)strlen(s) + 1;
        }
    return at;
}

static const char *put_catalogue(const unsigned char *data, size_t n)
{
    static char dir[256];
    char path[512];
    FILE *f;

    snprintf(dir, sizeof(dir), "%s", support_tmpdir());
    snprintf(path, sizeof(path), "%s/zh_CN", dir);
    mkdir(path, 0700);
    strcat(path, "/LC_MESSAGES");
    mkdir(path, 0700);
    strcat(path, "/banjing.mo");
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    fclose(f);
    bindtextdomain("banjing", dir);
    return dir;
}

static void a_report_in_chinese_is_chinese_under_any_locale(void **state)
{
    unsigned char mo[256];
    size_t n = make_mo(mo);

    (void)state;
    put_catalogue(mo, n);
    bj_set_report_lang("zh");
    assert_string_equal(bj_report_text("apple"), "苹果");
    assert_string_equal(bj_report_text("pear"), "梨");
    assert_string_equal(bj_report_text("plum"), "plum");
    bj_set_report_lang("en");
    assert_string_equal(bj_report_text("apple"), "apple");
    bj_set_report_lang(NULL);
    assert_string_equal(bj_report_text("apple"), "apple");
}

static void a_broken_catalogue_gives_the_source_texts(void **state)
{
    unsigned char mo[256];
    size_t n = make_mo(mo);

    (void)state;
    for (size_t cut = 0; cut < n; cut++) {
        put_catalogue(mo, cut);
        bj_set_report_lang("zh");
        assert_non_null(bj_report_text("apple"));
        if (cut < 28)
            assert_string_equal(bj_report_text("apple"), "apple");
        if (cut % 16 == 15) /* folders are few; the last one is enough to look at */
            break;
    }
    memset(mo + 28, 0xff, 32); /* offsets far outside the file */
    put_catalogue(mo, n);
    bj_set_report_lang("zh");
    assert_string_equal(bj_report_text("apple"), "apple");
    bj_set_report_lang(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_in_chinese_is_chinese_under_any_locale),
        cmocka_unit_test(a_broken_catalogue_gives_the_source_texts),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
