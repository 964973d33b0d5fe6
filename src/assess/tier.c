/* tier: which class of clinic each village (or each clinic) should have, by how many people.
 *
 * Bands include their lower bound; where a document lets two bands share one number, the plan
 * file gives it to the stricter one. A band without upper bound that follows one of the same class
 * continues it: one facility for each `min` people begun (above 4,000 people ceil(people / 4000)
 * central clinics; an assumption, printed).
 *
 * Classes of village clinics are ordered: central, general, service point; a higher one fills a
 * lower place. A clinic whose class does not say which it is (村卫生室) fills the place of a
 * service point; whether it is a central or a general one is not guessed: the unit stays
 * open.
 *
 * Units: villages that fall in a band, or the county's own clinics. value = people, numerator =
 * clinics of the class that are there, required = that should be, shortfall = missing. */
#include "assess/units_int.h"

#include <math.h>

#define BIT(c) (UINT64_C(1) << (c))

/* Classes that fill the place of `needs`. */
static uint64_t filling(int needs)
{
    switch (needs) {
    case BJ_CLASS_VILLAGE_CLINIC_CENTRAL:
        return BIT(BJ_CLASS_VILLAGE_CLINIC_CENTRAL);
    case BJ_CLASS_VILLAGE_CLINIC_GENERAL:
        return BIT(BJ_CLASS_VILLAGE_CLINIC_CENTRAL) | BIT(BJ_CLASS_VILLAGE_CLINIC_GENERAL);
    case BJ_CLASS_VILLAGE_SERVICE_POINT:
        return bj_class_set(BJ_CLASS_VILLAGE_CLINIC);
    default:
        return bj_class_set((enum bj_class)needs);
    }
}

/* A village clinic that does not say of what tier. */
static bool is_untold(uint64_t classes, int needs)
{
    uint64_t tiers = bj_class_set(BJ_CLASS_VILLAGE_CLINIC) & ~BIT(BJ_CLASS_VILLAGE_CLINIC);

    return (BIT(needs) & tiers) && (classes & BIT(BJ_CLASS_VILLAGE_CLINIC)) && !(classes & tiers);
}

static bool holds(const struct bj_band *band, double people)
{
    return people >= band->min && people < band->below;
}

static const struct bj_band *band_of(const struct bj_rule *rule, double people, double *n)
{
    for (size_t b = 0; b < rule->n_bands; b++) {
        const struct bj_band *band = &rule->band[b];

        if (!holds(band, people))
            continue;
        *n = 1;
        if (isinf(band->below) && b > 0 && band->min > 0 && rule->band[b - 1].needs == band->needs)
            *n = ceil(people / band->min);
        return band;
    }
    return NULL;
}

const struct bj_band *bj_tier_band(const struct bj_plan_info *plan, double people,
                                   const struct bj_rule **rule)
{
    for (size_t i = 0; i < plan->n_rules; i++) {
        const struct bj_rule *r = &plan->rule[i];

        for (size_t b = 0; r->kind == BJ_KIND_TIER && b < r->n_bands; b++) {
            const struct bj_band *band = &r->band[b];

            if (band->needs >= 0 && (BIT(band->needs) & bj_class_set(BJ_CLASS_VILLAGE_CLINIC)) &&
                holds(band, people)) {
                *rule = r;
                return band;
            }
        }
    }
    return NULL;
}

enum bj_verdict bj_tier_verdict(const struct bj_band *band, uint64_t classes)
{
    if (classes & filling(band->needs))
        return BJ_MET;
    return is_untold(classes, band->needs) ? BJ_NOT_EVALUATED : BJ_NOT_MET;
}

static void judge_unit(double people, double required, double have, double untold,
                       struct bj_unit_result *u)
{
    u->value = people;
    u->required = required;
    u->numerator = have;
    u->shortfall = fmax(0, required - have);
    if (have >= required)
        u->verdict = BJ_MET;
    else
        u->verdict = have + untold >= required ? BJ_NOT_EVALUATED : BJ_NOT_MET;
}

/* ---- villages ------------------------------------------------------------------ */

struct standing {
    size_t n;
    int32_t *row, *village; /* own clinics and the village each stands in */
    double *people;         /* one a village: by resident or service population */
};

static void standing_release(struct bj_ctx *ctx, struct standing *s)
{
    bj_free(ctx, s->people);
    bj_free(ctx, s->village);
    bj_free(ctx, s->row);
}

/* All own facilities of classes that any band asks for. */
static enum bj_status find_standing(struct bj_judge *j, const struct bj_rule *rule,
                                    struct standing *s)
{
    const struct bj_places *f = &j->study->facilities;
    uint64_t classes = 0;

    for (size_t b = 0; b < rule->n_bands; b++)
        classes |= filling(rule->band[b].needs) |
                   (bj_class_set(BJ_CLASS_VILLAGE_CLINIC) & BIT(rule->band[b].needs)
                        ? bj_class_set(BJ_CLASS_VILLAGE_CLINIC)
                        : 0);
    s->row = bj_alloc0(j->ctx, f->n, sizeof(*s->row));
    s->village = bj_alloc0(j->ctx, f->n, sizeof(*s->village));
    s->people = bj_alloc0(j->ctx, j->study->villages.n, sizeof(*s->people));
    if (!s->row || !s->village || !s->people)
        return BJ_ENOMEM;
    for (size_t i = 0; i < f->n; i++)
        if ((f->classes[i] & classes) && !(f->neighbour && f->neighbour[i]))
            s->row[s->n++] = (int32_t)i;
    return bj_village_of(j, s->n, s->row, s->village);
}

/* Service population of a village: its own column, else that of the clinics that stand in it,
 * else its residents. */
static enum bj_status village_people(struct bj_judge *j, const struct bj_rule *rule,
                                     struct standing *s)
{
    const struct bj_places *v = &j->study->villages;
    const struct bj_attribute *column =
        bj_column_of_role(&j->study->village_columns, BJ_COL_SERVICE);
    const double *service;
    enum bj_status st;

    for (size_t i = 0; i < v->n; i++)
        s->people[i] = rule->tier_by_service && column ? column->num[i] : v->population[i];
    if (!rule->tier_by_service || column)
        return BJ_OK;
    st = bj_service_people(j, &service);
    if (st)
        return st;
    for (size_t k = 0; k < s->n; k++)
        if (s->village[k] >= 0 && !isnan(service[s->row[k]]))
            s->people[s->village[k]] = 0;
    for (size_t k = 0; k < s->n; k++)
        if (s->village[k] >= 0 && !isnan(service[s->row[k]]))
            s->people[s->village[k]] += service[s->row[k]];
    return BJ_OK;
}

/* have and untold, one a village, for the band each village falls in. */
static void judge_villages(const struct bj_judge *j, struct bj_rule_result *r,
                           const struct standing *s, double *have, double *untold)
{
    const struct bj_places *v = &j->study->villages, *f = &j->study->facilities;
    double required;

    for (size_t k = 0; k < s->n; k++) {
        int32_t i = s->village[k];
        const struct bj_band *band = i < 0 ? NULL : band_of(r->rule, s->people[i], &required);

        if (!band)
            continue;
        have[i] += (f->classes[s->row[k]] & filling(band->needs)) != 0;
        untold[i] += is_untold(f->classes[s->row[k]], band->needs);
    }
    for (size_t i = 0; i < v->n; i++)
        if (band_of(r->rule, s->people[i], &required))
            judge_unit(s->people[i], required, have[i], untold[i],
                       bj_result_unit(r, v->code[i], v->name[i]));
}

static enum bj_status tier_of_villages(struct bj_judge *j, struct bj_rule_result *r)
{
    size_t n = j->study->villages.n;
    struct standing s = {0};
    double *have = bj_alloc0(j->ctx, n, sizeof(*have));
    double *untold = bj_alloc0(j->ctx, n, sizeof(*untold));
    enum bj_status st = have && untold ? find_standing(j, r->rule, &s) : BJ_ENOMEM;

    if (st == BJ_OK)
        st = village_people(j, r->rule, &s);
    if (st == BJ_OK)
        st = bj_result_units_room(j, r, n);
    if (st == BJ_OK)
        judge_villages(j, r, &s, have, untold);
    standing_release(j->ctx, &s);
    bj_free(j->ctx, untold);
    bj_free(j->ctx, have);
    return st;
}

/* ---- clinics ------------------------------------------------------------------- */

/* People of a clinic by residents: those of the village it stands in. */
static enum bj_status clinic_people(struct bj_judge *j, const struct bj_rule *rule,
                                    const struct bj_pick *p, double *people)
{
    const double *service = NULL;
    int32_t *village = NULL;
    enum bj_status st = BJ_OK;

    if (rule->tier_by_service) {
        st = bj_service_people(j, &service);
        for (size_t k = 0; st == BJ_OK && k < p->n; k++)
            people[k] = service[p->row[k]];
        return st;
    }
    village = bj_alloc0(j->ctx, p->n, sizeof(*village));
    st = village ? bj_village_of(j, p->n, p->row, village) : BJ_ENOMEM;
    for (size_t k = 0; st == BJ_OK && k < p->n; k++)
        people[k] = village[k] < 0 ? NAN : j->study->villages.population[village[k]];
    bj_free(j->ctx, village);
    return st;
}

static void judge_clinics(const struct bj_judge *j, struct bj_rule_result *r,
                          const struct bj_pick *p, const double *people)
{
    const struct bj_places *f = &j->study->facilities;

    for (size_t k = 0; k < p->n; k++) {
        size_t row = (size_t)p->row[k];
        double required;
        const struct bj_band *band = band_of(r->rule, people[k], &required);

        if (band)
            judge_unit(people[k], 1, (f->classes[row] & filling(band->needs)) != 0,
                       is_untold(f->classes[row], band->needs),
                       bj_result_unit(r, f->code[row], f->name[row]));
    }
}

static enum bj_status tier_of_clinics(struct bj_judge *j, struct bj_rule_result *r,
                                      const char **why)
{
    struct bj_pick p = {0};
    double *people = NULL;
    enum bj_status st =
        bj_pick_facilities(j, r->rule, bj_class_set(BJ_CLASS_VILLAGE_CLINIC), &p, why);

    if (st == BJ_OK && !*why) {
        people = bj_alloc0(j->ctx, p.n, sizeof(*people));
        st = people ? clinic_people(j, r->rule, &p, people) : BJ_ENOMEM;
        if (st == BJ_OK)
            st = bj_result_units_room(j, r, p.n);
        if (st == BJ_OK)
            judge_clinics(j, r, &p, people);
    }
    bj_free(j->ctx, people);
    bj_pick_release(j->ctx, &p);
    return st;
}

/* ---- the rule ------------------------------------------------------------------ */

/* Clinics of the tier exist, or the case says there are none: else a missing layer would look
 * like missing clinics. */
static enum bj_status check_clinics(struct bj_judge *j, const struct bj_rule *rule,
                                    const char **why)
{
    uint64_t clinics = bj_class_set(BJ_CLASS_VILLAGE_CLINIC);
    struct bj_usable use = {0};
    uint64_t classes = 0;
    enum bj_status st;

    for (size_t b = 0; b < rule->n_bands; b++)
        classes |= BIT(rule->band[b].needs) & clinics ? clinics : filling(rule->band[b].needs);
    st = bj_scope_facilities(j, classes, NULL, &use);
    if (st == BJ_OK)
        st = bj_scope_check(j, rule, &use, why);
    bj_usable_release(j->ctx, &use);
    return st;
}

static enum bj_status assume_ceiling(struct bj_judge *j, const struct bj_rule *rule)
{
    for (size_t b = 1; b < rule->n_bands; b++)
        if (isinf(rule->band[b].below) && rule->band[b - 1].needs == rule->band[b].needs)
            return bj_assess_assume(j, "tier_above",
                                    bj_assess_text(j, "ceil(people / %g)", rule->band[b].min),
                                    "[A]", R_("facilities of a village above the last band"));
    return BJ_OK;
}

static const char *nobody(struct bj_judge *j, const struct bj_rule_result *r)
{
    if (r->n_units == 0)
        return bj_assess_text(j,
                              R_("nobody falls in a band of the rule, or no population is known"));
    return bj_assess_text(j, R_("the clinics do not say of what tier they are (中心村卫生室, "
                                "一般村卫生室, 服务点): the class column must"));
}

enum bj_status bj_judge_tier(struct bj_judge *j, struct bj_rule_result *r)
{
    const char *why = NULL;
    enum bj_status st;

    if (r->rule->n_bands == 0)
        return bj_result_open(j, r,
                              R_("the document names the tier and gives no number of people"));
    st = check_clinics(j, r->rule, &why);
    if (st == BJ_OK && !why)
        st = r->rule->tier_of_clinics ? tier_of_clinics(j, r, &why) : tier_of_villages(j, r);
    if (st == BJ_OK && !why)
        st = assume_ceiling(j, r->rule);
    if (st)
        return st;
    bj_result_units_verdict(r);
    if (!why && r->verdict == BJ_NOT_EVALUATED) {
        why = nobody(j, r);
        if (!why)
            return BJ_ENOMEM;
    }
    return why ? bj_result_open(j, r, "%s", why) : BJ_OK;
}
