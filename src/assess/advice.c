/* What to do about a village without a clinic (建议): a decision table made of the plan's own
 * clauses. The first row that applies decides; a row whose clause the plan does not have is
 * passed over, because a plan file never lends a rule to another plan.
 *
 *   1  the plan excludes the village from new clinics (搬迁撤并)      迁并不建  exclude rule
 *   2  fewer people than the plan's smallest clinic needs, and the
 *      plan has a service point for so few                           服务点    tier rule
 *   3  likewise, and the plan accepts outreach or posting            巡诊      alt rule
 *   4  the plan accepts joint clinics, and a covered village lies
 *      within the limit                                              联村      alt rule
 *   5  otherwise                                                     新建      tier rule, or the
 *                                                                              rule not met
 *
 * "The plan's smallest clinic" is the least population that a tier band for a village clinic
 * or a presence rule per village names (800 in 枣庄 and 江川); people are the village's
 * residents. Remoteness has no number in any plan and decides nothing. Advice is given for
 * rules about village clinics only, and only where a village is uncovered. */
#include "assess/units_int.h"

#include <math.h>
#include <string.h>

/* What the plan says, found once. */
struct clauses {
    const struct bj_rule *exclude;          /* villages that get no new clinic */
    const struct bj_attribute *excluded_by; /* the villages' column it asks for */
    const struct bj_rule *outreach, *joint;
    double smallest; /* people, NaN: the plan names none */
    double joint_m;  /* how near a joint clinic's village is; NaN: no radius in the plan */
};

static bool is_clinic(uint64_t classes)
{
    return (classes & bj_class_set(BJ_CLASS_VILLAGE_CLINIC)) != 0;
}

static bool accepts(const struct bj_rule *rule, const char *kind)
{
    for (size_t i = 0; i < rule->n_alt_kinds; i++)
        if (strcmp(rule->alt_kind[i], kind) == 0)
            return true;
    return false;
}

/* A band that asks for a real clinic, not for a service point. */
static bool wants_clinic(const struct bj_band *b)
{
    return b->needs >= 0 && b->needs != BJ_CLASS_VILLAGE_SERVICE_POINT &&
           is_clinic((uint64_t)1 << b->needs);
}

static void note_smallest(struct clauses *c, double people)
{
    if (people > 0 && !(people >= c->smallest))
        c->smallest = people;
}

static struct clauses find_clauses(const struct bj_judge *j)
{
    struct clauses c = {.smallest = NAN, .joint_m = NAN};

    for (size_t i = 0; i < j->plan->n_rules; i++) {
        const struct bj_rule *r = &j->plan->rule[i];

        if (r->kind == BJ_KIND_EXCLUDE && r->of && strcmp(r->of, "candidates") == 0 && !c.exclude) {
            c.exclude = r;
            c.excluded_by = bj_column_find(&j->study->village_columns, r->field);
        }
        if (r->kind == BJ_KIND_ALT && !c.outreach &&
            (accepts(r, "outreach") || accepts(r, "posted")))
            c.outreach = r;
        if (r->kind == BJ_KIND_ALT && !c.joint && accepts(r, "joint"))
            c.joint = r;
        for (size_t k = 0; r->kind == BJ_KIND_TIER && k < r->n_bands; k++)
            if (wants_clinic(&r->band[k]))
                note_smallest(&c, r->band[k].min);
        if (r->kind == BJ_KIND_PRESENCE && r->per == BJ_PER_VILLAGE && is_clinic(r->facilities))
            note_smallest(&c, r->if_population_min);
        if (r->kind == BJ_KIND_RADIUS && is_clinic(r->facilities) && isfinite(r->limit_m) &&
            !(r->limit_m >= c.joint_m))
            c.joint_m = r->limit_m;
    }
    return c;
}

static bool is_excluded(const struct clauses *c, const struct bj_judge *j,
                        const struct bj_rule_result *res, size_t i)
{
    return c->exclude && c->excluded_by && res->demand == &j->study->villages &&
           bj_column_says(c->excluded_by, i, c->exclude) == 1;
}

/* Nearest covered village of each uncovered one, as a row of the demand; -1 none near enough. */
static enum bj_status find_partners(struct bj_judge *j, const struct bj_rule_result *res,
                                    double within_m, int32_t *partner)
{
    const struct bj_places *d = res->demand;
    size_t n_lost = 0, n_covered = 0;
    uint32_t *lost = bj_alloc0(j->ctx, d->n, sizeof(*lost));
    uint32_t *covered = bj_alloc0(j->ctx, d->n, sizeof(*covered));
    double *at = bj_alloc0(j->ctx, 4 * d->n, sizeof(*at));
    double *lost_lon = at, *lost_lat = at + d->n, *lon = at + 2 * d->n, *lat = at + 3 * d->n;
    struct bj_nearest near = {0};
    enum bj_status st = lost && covered && at ? BJ_OK : BJ_ENOMEM;

    for (size_t i = 0; st == BJ_OK && i < d->n; i++) {
        partner[i] = -1;
        if (res->status[i] == BJ_POINT_UNCOVERED) {
            lost_lon[n_lost] = d->lon_deg[i];
            lost_lat[n_lost] = d->lat_deg[i];
            lost[n_lost++] = (uint32_t)i;
        } else if (res->status[i] == BJ_POINT_TARGET || res->status[i] == BJ_POINT_COVERED) {
            lon[n_covered] = d->lon_deg[i];
            lat[n_covered] = d->lat_deg[i];
            covered[n_covered++] = (uint32_t)i;
        }
    }
    if (st == BJ_OK) {
        struct bj_geopoints from = {n_lost, lost_lon, lost_lat}, to = {n_covered, lon, lat};

        st = bj_nearest_find(j->ctx, &from, &to, NULL, NULL, &near);
    }
    for (size_t k = 0; st == BJ_OK && k < n_lost; k++)
        if (near.any[k] >= 0 && (double)near.any_mm[k] <= 1000 * within_m)
            partner[lost[k]] = (int32_t)covered[near.any[k]];
    bj_nearest_release(j->ctx, &near);
    bj_free(j->ctx, at);
    bj_free(j->ctx, covered);
    bj_free(j->ctx, lost);
    return st;
}

static struct bj_advice advise(const struct bj_judge *j, const struct clauses *c,
                               const struct bj_rule_result *res, size_t i, int32_t partner)
{
    double people = res->demand->population[i];
    bool few = isfinite(c->smallest) && people < c->smallest;
    struct bj_advice a = {BJ_ADVICE_NEW, BJ_CLASS_VILLAGE_CLINIC, res->rule, -1};
    const struct bj_rule *tier = NULL;
    const struct bj_band *band = bj_tier_band(j->plan, people, &tier);

    if (is_excluded(c, j, res, i)) {
        a = (struct bj_advice){BJ_ADVICE_MOVED, -1, c->exclude, -1};
    } else if (few && band && band->needs == BJ_CLASS_VILLAGE_SERVICE_POINT) {
        a = (struct bj_advice){BJ_ADVICE_SERVICE_POINT, band->needs, tier, -1};
    } else if (few && c->outreach) {
        a = (struct bj_advice){BJ_ADVICE_OUTREACH, -1, c->outreach, -1};
    } else if (partner >= 0) {
        a = (struct bj_advice){BJ_ADVICE_JOINT, -1, c->joint, partner};
    } else if (band) {
        a.to_build = band->needs;
        a.by = tier;
    }
    return a;
}

static enum bj_status advise_rule(struct bj_judge *j, const struct clauses *c,
                                  struct bj_rule_result *res)
{
    int32_t *partner = bj_alloc0(j->ctx, res->demand->n, sizeof(*partner));
    double within_m = isfinite(res->rule->limit_m) ? res->rule->limit_m : c->joint_m;
    enum bj_status st = partner ? BJ_OK : BJ_ENOMEM;

    for (size_t i = 0; st == BJ_OK && i < res->demand->n; i++)
        partner[i] = -1;
    res->advice = bj_alloc0(j->ctx, res->demand->n, sizeof(*res->advice));
    if (!res->advice)
        st = BJ_ENOMEM;
    if (st == BJ_OK && c->joint && isfinite(within_m))
        st = find_partners(j, res, within_m, partner);
    for (size_t i = 0; st == BJ_OK && i < res->demand->n; i++)
        if (res->status[i] == BJ_POINT_UNCOVERED)
            res->advice[i] = advise(j, c, res, i, partner[i]);
    bj_free(j->ctx, partner);
    return st;
}

enum bj_status bj_advise(struct bj_judge *j)
{
    struct clauses c = find_clauses(j);
    bool given = false;
    enum bj_status st = BJ_OK;

    for (size_t i = 0; st == BJ_OK && i < j->a->n_rules; i++) {
        struct bj_rule_result *res = &j->a->result[i];

        /* A cell of a raster is no place to which a clause could give a clinic. */
        if (!res->judged || !is_clinic(res->rule->facilities) || !res->demand ||
            res->demand == &j->study->population || res->demand == &j->study->parcels)
            continue;
        st = advise_rule(j, &c, res);
        given = true;
    }
    if (st == BJ_OK && given)
        st =
            bj_assess_assume(j, "advice", bj_assess_text(j, "%s", j->plan->id), "[A]",
                             R_("suggestions follow the plan's own clauses in a fixed order: moved "
                                "villages, service point or outreach for few people, joint clinic "
                                "near a covered village, else a new clinic of its tier"));
    return st;
}
