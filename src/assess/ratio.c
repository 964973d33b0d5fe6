/* ratio: facilities, or an amount of a field, for so many people (or for so much of another
 * field), by county, township or facility.
 *
 *     value = numerator / (denominator / per)
 *
 * one ambulance per 30,000 people: numerator vehicles, denominator people, per 30,000. The
 * baselines that documents print are never used: both numbers come from the rows of the case, and
 * both are given with the result. Shortfall is in units of the numerator, rounded up to whole
 * ones (vehicles, beds, doctors): 90,001 people need a fourth ambulance. */
#include "assess/units_int.h"

#include <math.h>

void bj_unit_ratio(const struct bj_rule *rule, double numerator, double denominator,
                   struct bj_unit_result *u)
{
    double bound = isnan(rule->min) ? rule->target : rule->min;
    double per = isnan(rule->per_people) ? 1 : rule->per_people;
    double parts = isnan(denominator) ? 1 : denominator / per;

    u->numerator = numerator;
    u->denominator = denominator;
    u->required = isnan(bound) ? rule->max : bound;
    if (isnan(numerator) || !(parts > 0))
        return;
    u->value = numerator / parts;
    u->verdict = bj_bounds_verdict(u->value, rule->min, rule->target, rule->max);
    /* 1e-9: 0.3 of 10 is three, not four. */
    u->shortfall = isnan(bound) ? 0 : fmax(0, ceil(bound * parts - numerator - 1e-9));
}

/* The denominator of a rule with people or a field of its own; *sum NULL when it has none. */
static enum bj_status denominators(struct bj_judge *j, const struct bj_rule *rule, double **sum,
                                   const char **why)
{
    *why = NULL;
    *sum = NULL;
    if (rule->per_field)
        return bj_amount_by_unit(j, rule, rule->per_field, sum, why);
    if (isnan(rule->per_people))
        return BJ_OK;
    return bj_people_by_unit(j, rule->people, sum);
}

static enum bj_status numerators(struct bj_judge *j, const struct bj_rule *rule, double **sum,
                                 const char **why)
{
    int class = bj_class_find(rule->value);
    struct bj_pick pick = {0};
    enum bj_status st;

    if (class < 0)
        return bj_amount_by_unit(j, rule, rule->value, sum, why);
    st = bj_pick_facilities(j, rule, bj_class_set((enum bj_class) class), &pick, why);
    if (st == BJ_OK && !*why)
        st = bj_pick_count(j, rule, &pick, sum);
    bj_pick_release(j->ctx, &pick);
    return st;
}

static const char *no_number(struct bj_judge *j, const char *field, const char *unit)
{
    return bj_assess_text(j, R_("the column '%s' has no number for '%s'"), field, unit);
}

static const char *no_people(struct bj_judge *j, const struct bj_rule *rule)
{
    static const char *const column[] = {"常住人口", "户籍人口", "服务人口", "儿童人口",
                                         "65岁及以上人口"};

    return bj_assess_text(
        j, R_("the %s population is not known: a column '%s' is needed (villages, indicators)"),
        bj_people_names[rule->people], column[rule->people]);
}

/* Why no unit could be judged: its number is missing, or its people are. */
static const char *why_open(struct bj_judge *j, const struct bj_rule_result *r)
{
    const struct bj_rule *rule = r->rule;
    size_t k = 0;

    while (k < r->n_units && isnan(r->unit[k].numerator))
        k++;
    if (r->n_units > 0 && k == r->n_units)
        return no_number(j, rule->value, r->unit[0].name);
    return no_people(j, rule);
}

static enum bj_status judge_areas(struct bj_judge *j, struct bj_rule_result *r, const char **why)
{
    struct bj_unit_list units = {0};
    double *above = NULL, *below = NULL;
    enum bj_status st = bj_units_list(j, r->rule, r->rule->per, &units, why);

    if (st == BJ_OK && !*why)
        st = numerators(j, r->rule, &above, why);
    if (st == BJ_OK && !*why)
        st = denominators(j, r->rule, &below, why);
    if (st == BJ_OK && !*why)
        st = bj_result_units_room(j, r, units.n);
    for (size_t k = 0; st == BJ_OK && !*why && k < units.n; k++) {
        size_t slot = bj_unit_slot(j, &units.item[k]);

        /* A unit without denominator stays open, as 0 people are no people. */
        bj_unit_ratio(r->rule, above[slot], below ? (isnan(below[slot]) ? 0 : below[slot]) : NAN,
                      bj_result_unit(r, units.item[k].code, units.item[k].name));
    }
    if (st == BJ_OK && !*why) {
        bj_result_units_verdict(r);
        if (r->verdict == BJ_NOT_EVALUATED && !r->rule->per_field) {
            *why = why_open(j, r);
            st = *why ? BJ_OK : BJ_ENOMEM;
        }
    }
    bj_free(j->ctx, below);
    bj_free(j->ctx, above);
    bj_free(j->ctx, units.item);
    return st;
}

/* Each facility by itself: its own cell, for so much of its own other cell if the rule says. */
static enum bj_status judge_facilities(struct bj_judge *j, struct bj_rule_result *r,
                                       const char **why)
{
    const struct bj_rule *rule = r->rule;
    const struct bj_places *f = &j->study->facilities;
    const struct bj_attribute *value = bj_column_amount(&j->study->facility_columns, rule->value);
    const struct bj_attribute *per =
        rule->per_field ? bj_column_amount(&j->study->facility_columns, rule->per_field) : NULL;
    struct bj_pick pick = {0};
    enum bj_status st = bj_pick_facilities(j, rule, rule->facilities, &pick, why);

    if (st == BJ_OK && !*why && (!value || (rule->per_field && !per)))
        st = bj_need_column(j, value ? rule->per_field : rule->value,
                            bj_role_names[BJ_ROLE_FACILITIES], why);
    if (st == BJ_OK && !*why)
        st = bj_result_units_room(j, r, pick.n);
    for (size_t k = 0; st == BJ_OK && !*why && k < pick.n; k++) {
        size_t row = (size_t)pick.row[k];

        bj_unit_ratio(rule, value->num[row], per ? per->num[row] : NAN,
                      bj_result_unit(r, f->code[row], f->name[row]));
    }
    if (st == BJ_OK && !*why) {
        bj_result_units_verdict(r);
        if (pick.n == 0) {
            *why = bj_assess_text(j, R_("the county has no facility that the rule is about"));
            st = *why ? BJ_OK : BJ_ENOMEM;
        } else if (r->verdict == BJ_NOT_EVALUATED) {
            st = bj_blank_column(j, value->field, why);
        }
    }
    bj_pick_release(j->ctx, &pick);
    return st;
}

/* What is said of a figure of the county that a column should have; BJ_ENOMEM when nothing. */
static enum bj_status need_number(struct bj_judge *j, const char *field, const char **why)
{
    *why = no_number(j, field, bj_county_unit(j).name);
    return *why ? BJ_OK : BJ_ENOMEM;
}

/* The county's own two sums. */
static enum bj_status ratio_in_city(struct bj_judge *j, struct bj_rule_result *r)
{
    size_t county = j->study->n_townships;
    double *above = NULL, *below = NULL;
    const char *why_above = NULL, *why_below = NULL;
    enum bj_status st = numerators(j, r->rule, &above, &why_above);

    if (st == BJ_OK && above && isnan(above[county]))
        st = need_number(j, r->rule->value, &why_above);
    /* Where no hospital stands the people count all the same. */
    if (st == BJ_OK)
        st = denominators(j, r->rule, &below, &why_below);
    if (st == BJ_OK && below && isnan(below[county])) {
        if (r->rule->per_field)
            st = need_number(j, r->rule->per_field, &why_below);
        else if (!(why_below = no_people(j, r->rule)))
            st = BJ_ENOMEM;
    }
    if (st == BJ_OK)
        st = bj_result_city(j, r, above ? above[county] : NAN, below ? below[county] : NAN,
                            why_above, why_below);
    bj_free(j->ctx, below);
    bj_free(j->ctx, above);
    return st;
}

/* Why no unit has a value: the numerator, or a denominator that is a column, is not known of any,
 * or nothing is there to divide by. */
static enum bj_status no_value(struct bj_judge *j, const struct bj_rule_result *r, const char **why)
{
    const char *field = r->rule->value;

    for (size_t k = 0; r->rule->per_field && k < r->n_units; k++)
        if (!isnan(r->unit[k].numerator))
            field = r->rule->per_field;
    if (field == r->rule->value)
        return bj_need_column(j, field, "facilities, indicators", why);
    *why = bj_assess_text(j, R_("'%s' is 0 or not given for every unit that the rule is about"),
                          field);
    return *why ? BJ_OK : BJ_ENOMEM;
}

enum bj_status bj_judge_ratio(struct bj_judge *j, struct bj_rule_result *r)
{
    const char *why = NULL;
    enum bj_status st;

    if (r->rule->per == BJ_PER_CITY)
        return ratio_in_city(j, r);
    st = r->rule->per == BJ_PER_FACILITY ? judge_facilities(j, r, &why) : judge_areas(j, r, &why);
    if (st == BJ_OK && !why && r->verdict == BJ_NOT_EVALUATED)
        st = no_value(j, r, &why);
    return st == BJ_OK && why ? bj_result_open(j, r, "%s", why) : st;
}
