/* Sums by status and the shares made of them. */
#include "banjing/reach.h"
#include "support.h"

static void every_status_has_a_name(void **state)
{
    const char *want[] = {"target", "covered", "uncovered",     "unreachable",
                          "exempt", "alt",     "not_evaluated", "out_of_scope"};

    (void)state;
    for (int i = 0; i < BJ_POINT_N; i++)
        assert_string_equal(bj_point_status_names[i], want[i]);
    assert_null(bj_point_status_names[BJ_POINT_N]);
}

/* One point a status, of 1, 2, 4 ... people: each sum shows what went into it. */
static void each_status_goes_to_its_sum(void **state)
{
    struct bj_tally t = {0};

    (void)state;
    for (int i = 0; i < BJ_POINT_N; i++)
        bj_tally_add(&t, (enum bj_point_status)i, 1 << i);
    assert_near(t.target, 1, 0);
    assert_near(t.covered, 1 + 2, 0);
    assert_near(t.uncovered, 4, 0);
    assert_near(t.unreachable, 8, 0);
    assert_near(t.exempt, 16, 0);
    assert_near(t.alt, 32, 0);
    assert_near(t.not_evaluated, 64, 0);
    assert_near(t.total, 127, 0); /* without the 128 out of scope */
    assert_true(bj_tally_holds(&t));
    /* (covered + exempt) / (total - not evaluated) = 19 / 63 */
    assert_near(bj_tally_share(&t), 19.0 / 63.0, 1e-15);
}

static void a_broken_sum_is_seen(void **state)
{
    struct bj_tally t = {0};

    (void)state;
    bj_tally_add(&t, BJ_POINT_COVERED, 10);
    t.total += 1;
    assert_false(bj_tally_holds(&t));
    t.total -= 1;
    assert_true(bj_tally_holds(&t));
    t.target = 11; /* more than covered */
    assert_false(bj_tally_holds(&t));
}

static void fractions_of_people_hold(void **state)
{
    struct support_random r;
    struct bj_tally t = {0};

    (void)state;
    print_message("seed 3\n");
    support_seed(&r, 3);
    for (int i = 0; i < 1000000; i++)
        bj_tally_add(&t, (enum bj_point_status)(i % BJ_POINT_N), support_uniform(&r, 0, 3.7));
    assert_true(bj_tally_holds(&t));
}

static void a_share_of_nothing_is_null(void **state)
{
    struct bj_tally t = {0};

    (void)state;
    assert_true(isnan(bj_tally_share(&t)));
    bj_tally_add(&t, BJ_POINT_NOT_EVALUATED, 5);
    assert_true(isnan(bj_tally_share(&t)));
    bj_tally_add(&t, BJ_POINT_UNCOVERED, 0); /* a village of 0 people */
    assert_true(isnan(bj_tally_share(&t)));
    bj_tally_add(&t, BJ_POINT_UNCOVERED, 2);
    assert_near(bj_tally_share(&t), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name),    cmocka_unit_test(each_status_goes_to_its_sum),
        cmocka_unit_test(a_broken_sum_is_seen),       cmocka_unit_test(fractions_of_people_hold),
        cmocka_unit_test(a_share_of_nothing_is_null),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
