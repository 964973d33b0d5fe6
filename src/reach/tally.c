/* Sums by status.
 *
 * A point in scope has exactly one status, so total = covered + uncovered + unreachable +
 * exempt + alt + not_evaluated, for villages and for people; target is a part of covered.
 * Counts of villages are exact in a double. People may be fractional (a raster's cells), and
 * sums of doubles in different order differ by rounding: bj_tally_holds() allows 1e-9 of the
 * total. */
#include "banjing/reach.h"

#include <math.h>

const char *const bj_point_status_names[] = {"target",        "covered",      "uncovered",
                                             "unreachable",   "exempt",       "alt",
                                             "not_evaluated", "out_of_scope", (const char *)0};

void bj_tally_add(struct bj_tally *t, enum bj_point_status status, double amount)
{
    switch (status) {
    case BJ_POINT_TARGET:
        t->target += amount;
        t->covered += amount;
        break;
    case BJ_POINT_COVERED:
        t->covered += amount;
        break;
    case BJ_POINT_UNCOVERED:
        t->uncovered += amount;
        break;
    case BJ_POINT_UNREACHABLE:
        t->unreachable += amount;
        break;
    case BJ_POINT_EXEMPT:
        t->exempt += amount;
        break;
    case BJ_POINT_ALT:
        t->alt += amount;
        break;
    case BJ_POINT_NOT_EVALUATED:
        t->not_evaluated += amount;
        break;
    case BJ_POINT_OUT_OF_SCOPE:
    case BJ_POINT_N:
        return; /* in no total */
    }
    t->total += amount;
}

int bj_tally_holds(const struct bj_tally *t)
{
    double parts =
        t->covered + t->uncovered + t->unreachable + t->exempt + t->alt + t->not_evaluated;
    double slack = 1e-9 * fmax(1, fabs(t->total));

    return fabs(t->total - parts) <= slack && t->target <= t->covered + slack;
}

double bj_tally_share(const struct bj_tally *t)
{
    double evaluated = t->total - t->not_evaluated;

    return evaluated > 0 ? (t->covered + t->exempt) / evaluated : NAN;
}
