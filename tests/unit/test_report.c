/* CSV cells of the tables. Whole reports are held by tests/cli. */
#include "report/report_int.h"
#include "support.h"

static void cells_are_quoted_when_they_must_be(void **state)
{
    struct csv c = {0};

    (void)state;
    bj_csv_text(ctx, &c, "江川区");
    bj_csv_text(ctx, &c, "a,b");
    bj_csv_text(ctx, &c, "say \"so\"");
    bj_csv_text(ctx, &c, "two\nlines");
    bj_csv_text(ctx, &c, "");
    bj_csv_end_row(ctx, &c);
    bj_csv_count(ctx, &c, -7);
    bj_csv_end_row(ctx, &c);
    assert_string_equal(c.buf.s, "江川区,\"a,b\",\"say \"\"so\"\"\",\"two\nlines\",\r\n-7\r\n");
    bj_buf_release(ctx, &c.buf);
}

static void numbers_have_their_decimals_and_nothing_stands_for_null(void **state)
{
    struct csv c = {0};

    (void)state;
    bj_csv_fixed(ctx, &c, 2500.0005, 3);
    bj_csv_fixed(ctx, &c, NAN, 3);
    bj_csv_people(ctx, &c, 1234);
    bj_csv_people(ctx, &c, 0.5);
    bj_csv_people(ctx, &c, NAN);
    bj_csv_end_row(ctx, &c);
    assert_string_equal(c.buf.s, "2500.001,,1234,0.500,\r\n");
    bj_buf_release(ctx, &c.buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_quoted_when_they_must_be),
        cmocka_unit_test(numbers_have_their_decimals_and_nothing_stands_for_null),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
