/* any and all: rules made of rules.
 *
 * Point by point, over the parts whose `where` has the point in scope:
 *   any   covered if one part covers it, uncovered if all parts leave it uncovered,
 *   all   covered if every part covers it, uncovered if one part leaves it uncovered,
 * else not evaluated. The distance and facility are those of the first part that has one, the
 * time likewise; the rows of the parts say the rest.
 *
 * Parcels are covered in part, and from two parts' shares of a parcel the share of both or of
 * either does not follow, but for the plain cases: any is whole where one part is, all is
 * nothing where one part is nothing, and where every other part has nothing (any) or the whole
 * (all) it is what the last one has. In every other case the parcel is not evaluated.
 *
 * The verdict follows the points as it does for any rule. Parts that give one verdict for the
 * whole unit (a mean time, a presence) then join in: any takes the best, all the worst.
 * An outcome that hangs on a part nobody could judge is not_evaluated: if a village is beyond
 * the radius of an `any` and its time is not known, the rule is neither met nor broken. */
#include "assess/assess_int.h"

#include <math.h>

enum { MOST_PARTS = 16 }; /* whose land is looked at; more than any plan has */

struct parts {
    size_t n;
    const struct bj_rule_result **item;
};

/* The parts of a rule that are judged in this run, in the order of the plan. Caller frees
 * item. */
static enum bj_status find_parts(struct bj_judge *j, const struct bj_rule *parent, struct parts *p)
{
    p->n = 0;
    p->item = bj_alloc0(j->ctx, j->a->n_rules, sizeof(*p->item));
    if (!p->item)
        return BJ_ENOMEM;
    for (size_t i = 0; i < j->a->n_rules; i++) {
        int up = j->a->result[i].rule->parent;

        if (up >= 0 && &j->plan->rule[up] == parent)
            p->item[p->n++] = &j->a->result[i];
    }
    return BJ_OK;
}

/* One part's word on a point. */
enum word { WORD_NONE, WORD_NO, WORD_OPEN, WORD_YES };

static enum word word_of(enum bj_point_status status)
{
    switch (status) {
    case BJ_POINT_TARGET:
    case BJ_POINT_COVERED:
    case BJ_POINT_EXEMPT:
    case BJ_POINT_ALT:
        return WORD_YES;
    case BJ_POINT_UNCOVERED:
    case BJ_POINT_UNREACHABLE:
        return WORD_NO;
    case BJ_POINT_NOT_EVALUATED:
        return WORD_OPEN;
    case BJ_POINT_OUT_OF_SCOPE:
    case BJ_POINT_N:
        break;
    }
    return WORD_NONE;
}

/* What has been heard of a point so far. */
struct hearing {
    bool yes, no, open, waits; /* waits: open because a part could not be judged at all */
    bool every_yes_full, one_full, one_target, all_unreachable;
    bool own_any, own_all, border;
    enum bj_point_status exempt; /* EXEMPT or ALT when that is all there is, else N */
    bool really;                 /* covered by a facility, not exempt */
};

static void hear(struct hearing *h, const struct bj_judge *j, const struct bj_rule_result *part,
                 size_t i)
{
    const struct bj_scratch *scratch = bj_judge_scratch(j, part);
    enum bj_point_status status = (enum bj_point_status)part->status[i];
    enum word word = word_of(status);

    if (word == WORD_NONE)
        return;
    h->yes |= word == WORD_YES;
    h->no |= word == WORD_NO;
    h->open |= word == WORD_OPEN;
    h->waits |= word == WORD_OPEN && part->verdict == BJ_NOT_EVALUATED;
    h->all_unreachable &= status == BJ_POINT_UNREACHABLE || word != WORD_NO;
    h->own_any |= scratch->own[i];
    h->own_all &= scratch->own[i] != 0;
    h->border |= part->border[i] != 0;
    if (word != WORD_YES)
        return;
    h->every_yes_full &= scratch->full[i] != 0;
    h->one_full |= scratch->full[i] != 0;
    h->one_target |= status == BJ_POINT_TARGET;
    if (status == BJ_POINT_EXEMPT || status == BJ_POINT_ALT)
        h->exempt = status;
    else
        h->really = true;
}

/* Status of a point that the parts cover. */
static enum bj_point_status covered_status(const struct hearing *h, bool full)
{
    if (!h->really)
        return h->exempt;
    return full && h->one_target ? BJ_POINT_TARGET : BJ_POINT_COVERED;
}

static enum bj_point_status conclude(const struct hearing *h, bool any, bool *full)
{
    bool covered = any ? h->yes : h->yes && !h->no && !h->open;
    bool uncovered = any ? h->no && !h->yes && !h->open : h->no;

    *full = covered && (any ? h->one_full : h->every_yes_full);
    if (covered)
        return covered_status(h, *full);
    if (uncovered)
        return h->all_unreachable ? BJ_POINT_UNREACHABLE : BJ_POINT_UNCOVERED;
    return h->open ? BJ_POINT_NOT_EVALUATED : BJ_POINT_OUT_OF_SCOPE;
}

/* Land of a parcel out of the parts' values, square metres; NaN when it does not follow. */
static double join_land(bool any, size_t n, const double *m2, size_t n_open, double all)
{
    double decisive = any ? all : 0, neutral = any ? 0 : all, rest = neutral;
    size_t n_rest = 0;

    for (size_t k = 0; k < n; k++) {
        if (m2[k] == decisive)
            return decisive;
        if (m2[k] != neutral) {
            rest = m2[k];
            n_rest++;
        }
    }
    return n_open == 0 && n_rest <= 1 ? rest : NAN;
}

enum land { LAND_COVER, LAND_TARGET, LAND_OWN };

/* What a part has of a parcel. A part without a target has nothing in it for any, and for all
 * the whole of what it covers, if another part has a target. */
static double land_of(const struct bj_rule_result *part, size_t i, enum land what, bool any,
                      bool targets)
{
    if (what == LAND_OWN)
        return part->own_m2[i];
    if (what == LAND_TARGET && (isfinite(part->rule->target_m) || any || !targets))
        return part->target_m2[i];
    return part->cover_m2[i];
}

/* Fills the land of parcel i; false when it does not follow from the parts. */
static bool combine_land(const struct bj_judge *j, struct bj_rule_result *r,
                         const struct parts *parts, size_t i)
{
    double *to[] = {r->cover_m2, r->target_m2, r->own_m2}, m2[MOST_PARTS];
    bool any = r->rule->kind == BJ_KIND_ANY, targets = false, follows = true;

    for (size_t k = 0; k < parts->n; k++)
        targets |= isfinite(parts->item[k]->rule->target_m);
    for (int what = LAND_COVER; what <= LAND_OWN; what++) {
        size_t n = 0, n_open = 0;

        for (size_t k = 0; k < parts->n; k++) {
            const struct bj_rule_result *part = parts->item[k];

            if (!part->judged || part->status[i] == BJ_POINT_OUT_OF_SCOPE)
                continue;
            if (!part->cover_m2 || !isfinite(part->cover_m2[i]) || n == MOST_PARTS)
                n_open++;
            else
                m2[n++] = land_of(part, i, (enum land)what, any, targets);
        }
        to[what][i] = join_land(any, n, m2, n_open, j->a->parcel_m2[i]);
        follows = follows && isfinite(to[what][i]);
    }
    for (int what = LAND_COVER; !follows && what <= LAND_OWN; what++)
        to[what][i] = NAN;
    return follows;
}

/* Distance and time of the parts, and what each says; true when the point waits for a part that
 * could not be judged. */
static bool combine_row(const struct bj_judge *j, struct bj_rule_result *r,
                        const struct parts *parts, size_t i)
{
    bool any = r->rule->kind == BJ_KIND_ANY, full;
    struct hearing h = {
        .every_yes_full = true, .all_unreachable = true, .own_all = true, .exempt = BJ_POINT_N};
    struct bj_scratch *scratch = bj_judge_scratch(j, r);

    for (size_t k = 0; k < parts->n; k++) {
        const struct bj_rule_result *part = parts->item[k];

        if (!part->judged)
            continue;
        hear(&h, j, part, i);
        if (r->dist_mm[i] < 0 && part->dist_mm[i] >= 0) {
            r->dist_mm[i] = part->dist_mm[i];
            r->facility[i] = part->facility[i];
        }
        if (r->time_ms[i] < 0)
            r->time_ms[i] = part->time_ms[i];
    }
    r->status[i] = (unsigned char)conclude(&h, any, &full);
    if (r->cover_m2 && r->status[i] <= BJ_POINT_UNCOVERED && !combine_land(j, r, parts, i)) {
        r->status[i] = BJ_POINT_NOT_EVALUATED;
        full = false;
        h.waits = true;
    }
    scratch->full[i] = full;
    scratch->own[i] =
        word_of((enum bj_point_status)r->status[i]) == WORD_YES && (any ? h.own_any : h.own_all);
    r->via_nbr[i] =
        h.really && word_of((enum bj_point_status)r->status[i]) == WORD_YES && !scratch->own[i];
    r->border[i] =
        h.border && r->status[i] != BJ_POINT_NOT_EVALUATED && r->status[i] != BJ_POINT_OUT_OF_SCOPE;
    return r->status[i] == BJ_POINT_NOT_EVALUATED && h.waits;
}

/* ---- verdict -------------------------------------------------------------- */

/* Order of merit for any and all; not_evaluated stands for itself. */
static int merit(enum bj_verdict v)
{
    return v == BJ_MET ? 3 : v == BJ_PARTLY ? 2 : 1;
}

static enum bj_verdict join(bool any, enum bj_verdict a, enum bj_verdict b)
{
    enum bj_verdict decisive = any ? BJ_MET : BJ_NOT_MET;

    if (a == decisive || b == decisive)
        return decisive;
    if (a == BJ_NOT_EVALUATED || b == BJ_NOT_EVALUATED)
        return BJ_NOT_EVALUATED;
    return (merit(a) > merit(b)) == any ? a : b;
}

/* A part that has one verdict for the whole unit, not one a point. */
static bool is_unit_part(const struct bj_rule_result *part)
{
    return !part->judged || part->rule->kind == BJ_KIND_MEAN_TIME;
}

/* Parts that could not be judged, and why: for the reason of the whole. */
static const char *open_parts(struct bj_judge *j, const struct parts *parts)
{
    struct bj_buf b = {0};
    const char *text = NULL;

    for (size_t k = 0; k < parts->n; k++)
        if (parts->item[k]->verdict == BJ_NOT_EVALUATED)
            bj_buf_printf(j->ctx, &b, "%s%s: %s", b.n ? "; " : "", parts->item[k]->rule->id,
                          parts->item[k]->reason);
    if (!b.failed)
        text = bj_assess_text(j, "%s", b.s ? b.s : "");
    bj_buf_release(j->ctx, &b);
    return text;
}

static enum bj_status set_verdict(struct bj_judge *j, struct bj_rule_result *r,
                                  const struct parts *parts, size_t waiting)
{
    bool any = r->rule->kind == BJ_KIND_ANY, first = true;
    enum bj_verdict v = BJ_NOT_EVALUATED;
    const char *why;

    if (r->judged) {
        v = bj_result_rows_verdict(j, r);
        if (waiting > 0 && v != BJ_NOT_MET)
            v = BJ_NOT_EVALUATED;
        first = false;
    }
    for (size_t k = 0; k < parts->n; k++)
        if (is_unit_part(parts->item[k])) {
            v = first ? parts->item[k]->verdict : join(any, v, parts->item[k]->verdict);
            first = false;
        }
    r->verdict = v;
    if (v != BJ_NOT_EVALUATED)
        return BJ_OK;
    why = open_parts(j, parts);
    if (!why)
        return BJ_ENOMEM;
    if (waiting > 0 && r->cover_m2)
        return bj_result_open(j, r,
                              R_("%zu parcels lie partly in the circles of several parts, or hang "
                                 "on a part that could not be judged: their share does not follow "
                                 "from the parts' (%s)"),
                              waiting, *why ? why : "-");
    if (*why && waiting > 0)
        return bj_result_open(j, r, R_("%zu points hang on a part that could not be judged (%s)"),
                              waiting, why);
    return bj_result_open(j, r, "%s", *why ? why : R_("no part of the rule could be judged"));
}

/* Demand points of the parts; false when they have different ones. */
static bool common_demand(const struct parts *parts, const struct bj_places **demand)
{
    *demand = NULL;
    for (size_t k = 0; k < parts->n; k++) {
        if (!parts->item[k]->judged)
            continue;
        if (*demand && *demand != parts->item[k]->demand)
            return false;
        *demand = parts->item[k]->demand;
    }
    return true;
}

static enum bj_status judge_with(struct bj_judge *j, struct bj_rule_result *r,
                                 const struct parts *parts)
{
    const struct bj_places *demand;
    size_t waiting = 0;
    enum bj_status st = BJ_OK;

    if (!common_demand(parts, &demand))
        return bj_result_open(j, r,
                              R_("its parts are about different demand points: villages and "
                                 "settlements cannot be joined"));
    if (demand)
        st = bj_result_rows(j, r, demand);
    for (size_t i = 0; st == BJ_OK && demand && i < demand->n; i++)
        waiting += combine_row(j, r, parts, i);
    if (st == BJ_OK && demand)
        st = bj_result_sums(j, r);
    return st ? st : set_verdict(j, r, parts, waiting);
}

enum bj_status bj_judge_parts(struct bj_judge *j, struct bj_rule_result *r)
{
    struct parts parts;
    enum bj_status st = find_parts(j, r->rule, &parts);

    if (st == BJ_OK)
        st = judge_with(j, r, &parts);
    bj_free(j->ctx, parts.item);
    return st;
}
