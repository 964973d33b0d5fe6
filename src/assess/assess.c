/* A whole plan on one county, rule by rule.
 *
 * Every rule of the plan (or those asked for, with their parts) has one result, in the order of
 * the plan. Rules that stand for themselves are judged first, then any and all from the last to
 * the first, so that parts are ready before what they are parts of. Rules share what is costly:
 * the nearest facilities of one class, the drawing of one radius (assess_int.h: bj_judge). The
 * results own all their numbers; of the study they keep pointers, so it must outlive them. */
#include "assess/units_int.h"

#include <math.h>
#include <string.h>
#include <strings.h>
#include <time.h>

const char *const bj_verdict_names[] = {"met", "partly", "not_met", "not_evaluated", NULL};

double bj_clock_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

bool bj_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* ---- choosing ------------------------------------------------------------- */

static enum bj_status unknown_rule(struct bj_ctx *ctx, const struct bj_plan_info *plan,
                                   const char *id)
{
    const char **names = bj_alloc0(ctx, plan->n_rules + 1, sizeof(*names));
    const char *near;

    if (!names)
        return BJ_ENOMEM;
    for (size_t i = 0; i < plan->n_rules; i++)
        names[i] = plan->rule[i].id;
    near = bj_closest(id, names);
    bj_free(ctx, names);
    if (near)
        return bj_fail(ctx, BJ_EARG, _("plan '%s' has no rule '%s'; did you mean '%s'?"), plan->id,
                       id, near);
    return bj_fail(ctx, BJ_EARG, _("plan '%s' has no rule '%s'; `banjing plan show %s` lists them"),
                   plan->id, id, plan->id);
}

/* chosen[i]: rule i is judged. A part goes with what it is a part of. */
static enum bj_status choose_rules(struct bj_ctx *ctx, const struct bj_plan_info *plan,
                                   const struct bj_assess_options *opt, unsigned char *chosen)
{
    if (opt->n_rules == 0) {
        memset(chosen, 1, plan->n_rules);
        return BJ_OK;
    }
    for (size_t k = 0; k < opt->n_rules; k++) {
        size_t i = 0;

        while (i < plan->n_rules && strcasecmp(plan->rule[i].id, opt->rule[k]) != 0)
            i++;
        if (i == plan->n_rules)
            return unknown_rule(ctx, plan, opt->rule[k]);
        chosen[i] = 1;
    }
    for (size_t i = 0; i < plan->n_rules; i++)
        if (plan->rule[i].parent >= 0 && chosen[plan->rule[i].parent])
            chosen[i] = 1;
    return BJ_OK;
}

enum bj_status bj_result_init(struct bj_ctx *ctx, struct bj_rule_result *r,
                              const struct bj_rule *rule)
{
    r->rule = rule;
    r->verdict = BJ_NOT_EVALUATED;
    r->share_villages = r->share_population = r->share_area = r->share_land = NAN;
    r->area_km2 = r->covered_km2 = r->uncovered_km2 = NAN;
    r->farthest_m = r->mean_m = r->mean_s = r->with_clinic = NAN;
    r->reason = bj_strdup(ctx, "");
    return r->reason ? BJ_OK : BJ_ENOMEM;
}

static enum bj_status make_results(struct bj_judge *j)
{
    struct bj_assessment *a = j->a;
    unsigned char *chosen = bj_alloc0(j->ctx, j->plan->n_rules, 1);
    enum bj_status st = chosen ? choose_rules(j->ctx, j->plan, j->opt, chosen) : BJ_ENOMEM;
    size_t n = 0;

    for (size_t i = 0; st == BJ_OK && i < j->plan->n_rules; i++)
        n += chosen[i];
    if (st == BJ_OK) {
        a->result = bj_alloc0(j->ctx, n, sizeof(*a->result));
        j->scratch = bj_alloc0(j->ctx, n, sizeof(*j->scratch));
        if (!a->result || !j->scratch)
            st = BJ_ENOMEM;
    }
    for (size_t i = 0; st == BJ_OK && i < j->plan->n_rules; i++)
        if (chosen[i])
            st = bj_result_init(j->ctx, &a->result[a->n_rules++], &j->plan->rule[i]);
    bj_free(j->ctx, chosen);
    return st;
}

struct bj_rule_result *bj_judge_result(const struct bj_judge *j, size_t rule)
{
    for (size_t i = 0; i < j->a->n_rules; i++)
        if (j->a->result[i].rule == &j->plan->rule[rule])
            return &j->a->result[i];
    return NULL;
}

/* ---- judging -------------------------------------------------------------- */

static bool is_compound(const struct bj_rule *rule)
{
    return rule->kind == BJ_KIND_ANY || rule->kind == BJ_KIND_ALL;
}

static enum bj_status judge_one(struct bj_judge *j, struct bj_rule_result *r)
{
    switch (r->rule->kind) {
    case BJ_KIND_RADIUS:
        return bj_judge_radius(j, r);
    case BJ_KIND_TIME:
    case BJ_KIND_MEAN_TIME:
        return bj_judge_time(j, r);
    case BJ_KIND_ANY:
    case BJ_KIND_ALL:
        return bj_judge_parts(j, r);
    default:
        return bj_judge_units(j, r);
    }
}

static enum bj_status judge_all(struct bj_judge *j)
{
    struct bj_assessment *a = j->a;
    enum bj_status st = BJ_OK;

    for (size_t i = 0; st == BJ_OK && i < a->n_rules; i++) {
        st = bj_progress(j->ctx, _("judging rules"), (double)i / (double)a->n_rules);
        if (st == BJ_OK && !is_compound(a->result[i].rule))
            st = judge_one(j, &a->result[i]);
    }
    for (size_t i = a->n_rules; st == BJ_OK && i-- > 0;)
        if (is_compound(a->result[i].rule))
            st = judge_one(j, &a->result[i]);
    if (st == BJ_OK)
        st = bj_serve(j);
    if (st == BJ_OK)
        st = bj_judge_fitness(j);
    return st == BJ_OK ? bj_advise(j) : st;
}

static enum bj_status state_assumptions(struct bj_judge *j)
{
    bool drawn = false, villages = false, parcels = false;
    double tolerance = j->opt->tolerance_m > 0 ? j->opt->tolerance_m : 0.1;
    enum bj_status st = BJ_OK;

    for (size_t i = 0; i < j->a->n_rules; i++) {
        villages |= j->a->result[i].judged && j->a->result[i].demand == &j->study->villages;
        parcels |= j->a->result[i].judged && j->a->result[i].demand == &j->study->parcels;
        drawn |= j->a->result[i].has_area != 0 || j->a->result[i].cover_m2;
    }
    if (villages)
        st = bj_assess_assume(j, "demand", bj_demand_names[BJ_DEMAND_VILLAGES], "[A]",
                              R_("one point stands for a whole administrative village (行政村): "
                                 "the optimistic choice where it has several hamlets"));
    if (st == BJ_OK && parcels)
        st = bj_assess_assume(j, "parcels", bj_assess_text(j, "%g", tolerance), "[A]",
                              R_("of a parcel counts its part inside the boundary; its people are "
                                 "spread evenly over it; parts narrower than so many metres, the "
                                 "drawing tolerance, make a parcel neither covered nor uncovered; "
                                 "parcels that overlap each count"));
    if (st == BJ_OK && drawn)
        st = bj_assess_assume(j, "tolerance_m", bj_assess_text(j, "%g", tolerance), "[A]",
                              R_("drawn arcs lie within this distance of the circle"));
    return st;
}

static enum bj_status count_people(struct bj_judge *j)
{
    double *people = NULL;
    enum bj_status st = bj_people_by_unit(j, BJ_PEOPLE_RESIDENT, &people);

    if (st == BJ_OK)
        j->a->people = people[j->study->n_townships];
    bj_free(j->ctx, people);
    return st;
}

static void release_judge(struct bj_judge *j)
{
    for (size_t i = 0; j->scratch && i < j->a->n_rules; i++) {
        bj_free(j->ctx, j->scratch[i].own);
        bj_free(j->ctx, j->scratch[i].full);
    }
    for (int k = 0; k < 5; k++)
        bj_grouping_release(j->ctx, &j->grouping[k]);
    for (int k = 0; k < 3; k++)
        bj_polygons_release(j->ctx, &j->region[k].area);
    bj_polygons_release(j->ctx, &j->townships.area);
    bj_polygons_release(j->ctx, &j->parcels);
    for (size_t k = 0; k < j->n_inside; k++)
        bj_inside_release(j->ctx, &j->inside[k]);
    bj_free(j->ctx, j->inside);
    for (size_t k = 0; k < j->n_area; k++)
        bj_area_entry_release(j->ctx, &j->area[k]);
    for (size_t k = 0; k < j->n_near; k++) {
        bj_usable_release(j->ctx, &j->near[k].use);
        bj_nearest_release(j->ctx, &j->near[k].near);
    }
    bj_free(j->ctx, j->with_clinic);
    bj_free(j->ctx, j->service);
    bj_free(j->ctx, j->area);
    bj_free(j->ctx, j->near);
    bj_free(j->ctx, j->scratch);
}

struct bj_assessment *bj_assessment_new(struct bj_ctx *ctx)
{
    struct bj_assessment *a = bj_alloc0(ctx, 1, sizeof(*a));

    if (!a)
        return NULL;
    a->own = bj_alloc0(ctx, 1, sizeof(*a->own));
    if (!a->own) {
        bj_free(ctx, a);
        return NULL;
    }
    a->own->ctx = ctx;
    a->people = NAN;
    return a;
}

enum bj_status bj_assess(struct bj_ctx *ctx, const struct bj_plan *plan,
                         const struct bj_study *study, const struct bj_assess_options *opt,
                         struct bj_assessment **out)
{
    struct bj_judge j = {.ctx = ctx, .plan = bj_plan_info(plan), .study = study, .opt = opt};
    double start = bj_clock_s();
    enum bj_status st;

    j.a = bj_assessment_new(ctx);
    if (!j.a)
        return BJ_ENOMEM;
    st = make_results(&j);
    if (st == BJ_OK)
        st = judge_all(&j);
    if (st == BJ_OK)
        st = state_assumptions(&j);
    if (st == BJ_OK)
        st = count_people(&j);
    release_judge(&j);
    if (st) {
        bj_assessment_free(j.a);
        return st;
    }
    j.a->assess_s = bj_clock_s() - start - j.a->reach_s - j.a->cover_s;
    *out = j.a;
    return BJ_OK;
}

void bj_assessment_free(struct bj_assessment *a)
{
    struct bj_ctx *ctx;

    if (!a)
        return;
    ctx = a->own->ctx;
    for (size_t i = 0; i < a->n_rules; i++)
        bj_result_release(ctx, &a->result[i]);
    bj_free(ctx, a->result);
    bj_free(ctx, a->parcel_m2);
    bj_polygons_release(ctx, &a->parcels);
    bj_free(ctx, a->fitness);
    bj_free(ctx, a->note);
    bj_free(ctx, a->assumption);
    bj_strings_release(ctx, &a->own->strings);
    bj_free(ctx, a->own);
    bj_free(ctx, a);
}
