/* Radius rules: the nearest facility's geodesic distance against the limit, in millimetres.
 *
 * mm <= 1000 limit_m is covered, mm <= 1000 target_m is within the target; nothing drawn on a
 * map has a say. Own facilities and neighbours decide together; what own ones do alone is kept
 * beside it. A point within BORDER_MM of the limit is marked: village points are seldom more
 * exact than that (domain facts, section 4, 7).
 *
 * Parcels are areas: their inner point is looked up likewise, but what decides is how much of
 * them lies inside the circles (parcels.c).
 *
 * Time rules come here too for now: without travel times every point stays not_evaluated. */
#include "assess/assess_int.h"

#include <math.h>
#include <stdlib.h>

#define BORDER_MM 50000

/* Nearest usable facilities of the demand, from an earlier rule or new. Borrowed from j until
 * the next call. */
static enum bj_status nearest_of(struct bj_judge *j, const struct bj_rule *rule,
                                 const struct bj_places *demand, const struct bj_near_entry **out)
{
    const struct bj_geopoints points = {demand->n, demand->lon_deg, demand->lat_deg};
    struct bj_near_entry e = {.demand = demand};
    struct bj_geopoints facilities;
    double start;
    enum bj_status st;

    for (size_t k = 0; k < j->n_near; k++)
        if (j->near[k].demand == demand && j->near[k].use.classes == rule->facilities &&
            bj_same_text(j->near[k].use.ownership, rule->ownership)) {
            *out = &j->near[k];
            return BJ_OK;
        }
    if (!bj_grow(j->ctx, (void **)&j->near, &j->near_cap, j->n_near, sizeof(e)))
        return BJ_ENOMEM;
    st = bj_scope_facilities(j, rule->facilities, rule->ownership, &e.use);
    if (st)
        return st;
    facilities = (struct bj_geopoints){e.use.n, e.use.lon_deg, e.use.lat_deg};
    start = bj_clock_s();
    st = bj_nearest_find(j->ctx, &points, &facilities, e.use.order, e.use.neighbour, &e.near);
    j->a->reach_s += bj_clock_s() - start;
    if (st) {
        bj_usable_release(j->ctx, &e.use);
        return bj_fail_in(j->ctx, st, _("rule '%s'"), rule->id);
    }
    j->near[j->n_near] = e;
    *out = &j->near[j->n_near++];
    return BJ_OK;
}

/* Millimetres of a rule's metres; -1 when it has none. */
static int64_t limit_mm(double limit_m)
{
    return isfinite(limit_m) ? llround(1000 * limit_m) : -1;
}

static bool within(int64_t mm, int64_t limit)
{
    return mm >= 0 && mm <= limit;
}

static void judge_row(const struct bj_rule *rule, const struct bj_near_entry *e, size_t i,
                      struct bj_rule_result *r, struct bj_scratch *scratch)
{
    int64_t limit = limit_mm(rule->limit_m), target = limit_mm(rule->target_m);
    int64_t mm = e->near.any_mm[i];
    bool covered = within(mm, limit), own = within(e->near.own_mm[i], limit);

    r->facility[i] = e->near.any[i] < 0 ? -1 : e->use.row[e->near.any[i]];
    r->dist_mm[i] = mm;
    if (bj_scope_of(rule, r->demand, i) != BJ_POINT_N)
        return;
    if (within(mm, target))
        r->status[i] = BJ_POINT_TARGET;
    else
        r->status[i] = (unsigned char)(covered ? BJ_POINT_COVERED : BJ_POINT_UNCOVERED);
    r->border[i] = mm >= 0 && llabs(limit - mm) <= BORDER_MM;
    r->via_nbr[i] = covered && !own;
    scratch->own[i] = own;
    scratch->full[i] = covered && (target < 0 || within(mm, target));
}

/* An uncovered village with a substitute (joint clinic, outreach) is counted apart. */
static enum bj_status mark_substitutes(struct bj_judge *j, struct bj_rule_result *r)
{
    unsigned char *has;
    enum bj_status st;

    if (r->demand != &j->study->villages)
        return BJ_OK;
    st = bj_village_alts(j, r->rule, &has);
    for (size_t i = 0; st == BJ_OK && i < r->demand->n; i++)
        if (has[i] && r->status[i] == BJ_POINT_UNCOVERED)
            r->status[i] = BJ_POINT_ALT;
    bj_free(j->ctx, has);
    return st;
}

/* Why no point of the demand could be evaluated. */
static enum bj_status nobody_in_scope(struct bj_judge *j, struct bj_rule_result *r)
{
    const char *side = r->rule->where == BJ_WHERE_URBAN ? R_("urban") : R_("rural");

    if (r->villages.not_evaluated > 0)
        return bj_result_open(
            j, r,
            R_("the rule is for %s points, and no point is known to be so "
               "(%.0f are not marked): a 城乡分类代码 column, township types or an "
               "urban_area layer are needed"),
            side, r->villages.not_evaluated);
    return bj_result_open(j, r, R_("the rule is for %s points, and the county has none"), side);
}

/* Demand that this version judges; else the rule is open, and *demand NULL. */
static enum bj_status demand_of(struct bj_judge *j, struct bj_rule_result *r,
                                const struct bj_places **demand)
{
    *demand = bj_scope_demand(j, r->rule);
    if (!*demand)
        return bj_result_open(j, r, R_("demand: %s is not judged by this version"),
                              bj_demand_names[r->rule->demand]);
    if ((*demand)->n == 0) {
        *demand = NULL;
        return bj_result_open(j, r, R_("the case gives no %s: a layer of them is needed"),
                              bj_demand_names[r->rule->demand]);
    }
    return BJ_OK;
}

static enum bj_status note_neighbours_only(struct bj_judge *j, const struct bj_rule *rule,
                                           const struct bj_usable *use)
{
    if (use->n == 0 || use->n_own > 0)
        return BJ_OK;
    return bj_assess_note(j, "only_neighbours", "facilities",
                          R_("check that the county's own facilities are given"),
                          R_("rule '%s': all %zu facilities of its classes are neighbours or lie "
                             "outside the boundary"),
                          rule->id, use->n);
}

enum bj_status bj_judge_radius(struct bj_judge *j, struct bj_rule_result *r)
{
    const struct bj_places *demand;
    const struct bj_near_entry *e = NULL;
    const char *why = NULL;
    enum bj_status st = demand_of(j, r, &demand);

    if (st || !demand)
        return st;
    st = nearest_of(j, r->rule, demand, &e);
    if (st == BJ_OK)
        st = bj_result_rows(j, r, demand);
    if (st == BJ_OK)
        st = bj_scope_check(j, r->rule, &e->use, &why);
    if (st == BJ_OK && !why)
        st = note_neighbours_only(j, r->rule, &e->use);
    if (st)
        return st;
    for (size_t i = 0; !why && i < demand->n; i++)
        judge_row(r->rule, e, i, r, bj_judge_scratch(j, r));
    if (!why && r->cover_m2)
        st = bj_judge_parcels(j, r, &e->use);
    if (st == BJ_OK)
        st = mark_substitutes(j, r);
    if (st == BJ_OK)
        st = bj_result_sums(j, r);
    if (st)
        return st;
    if (why)
        return bj_result_open(j, r, "%s", why);
    r->verdict = bj_result_rows_verdict(j, r);
    if (r->verdict == BJ_NOT_EVALUATED)
        return nobody_in_scope(j, r);
    return bj_judge_area(j, r, &e->use);
}

enum bj_status bj_judge_time(struct bj_judge *j, struct bj_rule_result *r)
{
    const struct bj_places *demand;
    enum bj_status st = demand_of(j, r, &demand);

    if (st || !demand)
        return st;
    st = bj_result_rows(j, r, demand);
    if (st == BJ_OK)
        st = bj_result_sums(j, r);
    if (st)
        return st;
    return bj_result_open(j, r,
                          R_("travel times are not computed by this version (needs roads or a "
                             "friction surface)"));
}
