/* presence: so many facilities in each unit. count: so many in the county, or so much of a
 * field.
 *
 * Fewer than `min` is not met. More than `max` breaks a count, but in a presence rule ("only one
 * in each county, as a principle") it is a warning: within the limit, not on the target. Own
 * facilities count, each once. Presence per village is judged point by point (village.c). */
#include "assess/units_int.h"

#include <math.h>

void bj_unit_presence(const struct bj_rule *rule, double value, struct bj_unit_result *u)
{
    bool above = !isnan(rule->max) && value > rule->max;

    u->value = u->numerator = value;
    u->required = isnan(rule->min) ? (isnan(rule->target) ? rule->max : rule->target) : rule->min;
    u->verdict = bj_bounds_verdict(value, rule->min, rule->target,
                                   rule->kind == BJ_KIND_PRESENCE ? NAN : rule->max);
    if (rule->kind == BJ_KIND_PRESENCE && above && u->verdict == BJ_MET)
        u->verdict = BJ_PARTLY;
    /* Only a max: nothing can be short. */
    u->shortfall = isnan(rule->min) && isnan(rule->target) ? 0 : fmax(0, u->required - value);
}

static enum bj_status presence_in_city(struct bj_judge *j, struct bj_rule_result *r)
{
    struct bj_pick pick = {0};
    const char *why = NULL;
    enum bj_status st = bj_pick_facilities(j, r->rule, r->rule->facilities, &pick, &why);

    if (st == BJ_OK)
        st = bj_result_city(j, r, (double)pick.n, NAN, why, NULL);
    bj_pick_release(j->ctx, &pick);
    return st;
}

enum bj_status bj_judge_presence(struct bj_judge *j, struct bj_rule_result *r)
{
    struct bj_unit_list units = {0};
    struct bj_pick pick = {0};
    double *count = NULL;
    const char *why = NULL;
    enum bj_status st;

    if (r->rule->per == BJ_PER_CITY)
        return presence_in_city(j, r);
    if (r->rule->per == BJ_PER_VILLAGE)
        return bj_judge_villages(j, r);
    st = bj_units_list(j, r->rule, r->rule->per, &units, &why);
    if (st == BJ_OK && !why)
        st = bj_pick_facilities(j, r->rule, r->rule->facilities, &pick, &why);
    if (st == BJ_OK && !why)
        st = bj_pick_count(j, r->rule, &pick, &count);
    if (st == BJ_OK && !why)
        st = bj_result_units_room(j, r, units.n);
    for (size_t k = 0; st == BJ_OK && !why && k < units.n; k++)
        bj_unit_presence(r->rule, count[bj_unit_slot(j, &units.item[k])],
                         bj_result_unit(r, units.item[k].code, units.item[k].name));
    bj_free(j->ctx, count);
    bj_pick_release(j->ctx, &pick);
    bj_free(j->ctx, units.item);
    if (st == BJ_OK && why)
        return bj_result_open(j, r, "%s", why);
    bj_result_units_verdict(r);
    return st;
}

/* Facilities in the county, or the amount of the rule's field. */
static enum bj_status county_value(struct bj_judge *j, const struct bj_rule *rule, double *value,
                                   const char **why)
{
    size_t n = j->study->n_townships;
    struct bj_pick pick = {0};
    double *amount = NULL;
    enum bj_status st;

    if (rule->value) {
        st = bj_amount_by_unit(j, rule, rule->value, &amount, why);
        if (st == BJ_OK && !*why)
            *value = amount[n];
    } else {
        st = bj_pick_facilities(j, rule, rule->facilities, &pick, why);
        *value = (double)pick.n;
    }
    bj_pick_release(j->ctx, &pick);
    bj_free(j->ctx, amount);
    return st;
}

enum bj_status bj_judge_count(struct bj_judge *j, struct bj_rule_result *r)
{
    struct bj_unit_list units = {0};
    const char *why = NULL;
    double value = NAN;
    enum bj_status st;

    if (r->rule->per == BJ_PER_CITY) {
        st = county_value(j, r->rule, &value, &why);
        return st ? st : bj_result_city(j, r, value, NAN, why, NULL);
    }
    st = bj_units_list(j, r->rule, BJ_PER_COUNTY, &units, &why);
    if (st == BJ_OK && !why)
        st = county_value(j, r->rule, &value, &why);
    if (st == BJ_OK && !why)
        st = bj_result_units_room(j, r, 1);
    if (st == BJ_OK && !why) {
        bj_unit_presence(r->rule, value, bj_result_unit(r, units.item[0].code, units.item[0].name));
        bj_result_units_verdict(r);
    }
    bj_free(j->ctx, units.item);
    return st == BJ_OK && why ? bj_result_open(j, r, "%s", why) : st;
}
