/* share: so much of the facilities of a class, or of the villages, townships or streets of a
 * county, are as the rule says.
 *
 * A row whose cell is blank is in neither numerator nor denominator: plans ask some things of
 * some facilities only (a geriatric ward of second-grade hospitals), and the column is left blank
 * for the others. Shortfall: how many more are needed. */
#include "assess/units_int.h"

#include <math.h>
#include <string.h>

struct counted {
    double yes, all;
};

static void count_row(const struct bj_attribute *column, size_t row, const struct bj_rule *rule,
                      struct counted *c)
{
    int says = bj_column_says(column, row, rule);

    c->yes += says > 0;
    c->all += says >= 0;
}

/* A facility's service population is computed when no column has it. */
static enum bj_status count_by_service(struct bj_judge *j, const struct bj_rule *rule,
                                       const struct bj_pick *pick, struct counted *c)
{
    const double *people;
    enum bj_status st = bj_service_people(j, &people);

    for (size_t k = 0; st == BJ_OK && k < pick->n; k++) {
        c->yes += people[pick->row[k]] >= rule->field_min;
        c->all += !isnan(people[pick->row[k]]);
    }
    return st;
}

static enum bj_status assume_standards(struct bj_judge *j, const struct bj_attribute *column,
                                       const char *field)
{
    if (!bj_column_says_standards(column, field))
        return BJ_OK;
    return bj_assess_assume(j, "standard_reached", column->field, "[A]",
                            R_("the column names the standard that each facility has reached; the "
                               "recommended one (推荐标准) includes the basic one (基本标准)"));
}

static enum bj_status count_facilities(struct bj_judge *j, const struct bj_rule *rule,
                                       struct counted *c, const char **why)
{
    const struct bj_attribute *column = bj_column_find(&j->study->facility_columns, rule->field);
    struct bj_pick pick = {0};
    enum bj_status st = bj_pick_facilities(j, rule, rule->facilities, &pick, why);
    bool service = !isnan(rule->field_min) && bj_field_role_of(rule->field) == BJ_COL_SERVICE;

    if (st == BJ_OK && !*why && column) {
        st = assume_standards(j, column, rule->field);
        for (size_t k = 0; k < pick.n; k++)
            count_row(column, (size_t)pick.row[k], rule, c);
    } else if (st == BJ_OK && !*why) {
        if (service)
            st = count_by_service(j, rule, &pick, c);
        else
            st = bj_need_column(j, rule->field, bj_role_names[BJ_ROLE_FACILITIES], why);
    }
    bj_pick_release(j->ctx, &pick);
    return st;
}

static enum bj_status count_villages(struct bj_judge *j, const struct bj_rule *rule,
                                     struct counted *c, const char **why)
{
    const struct bj_attribute *column = bj_column_find(&j->study->village_columns, rule->field);

    if (!column)
        return bj_need_column(j, rule->field, bj_role_names[BJ_ROLE_VILLAGES], why);
    for (size_t i = 0; i < j->study->villages.n; i++)
        count_row(column, i, rule, c);
    return BJ_OK;
}

/* Townships or streets by a column of theirs, or of the indicators. */
static enum bj_status count_units(struct bj_judge *j, const struct bj_rule *rule,
                                  const struct bj_unit_list *units, struct counted *c,
                                  const char **why)
{
    const struct bj_attribute *own = bj_column_find(&j->study->township_columns, rule->field);
    const struct bj_attribute *table = bj_column_find(&j->study->indicators.columns, rule->field);

    if (!own && !table)
        return bj_need_column(j, rule->field, "townships, indicators", why);
    for (size_t k = 0; k < units->n; k++) {
        int64_t row = bj_unit_indicator(j, &units->item[k]);

        if (own)
            count_row(own, (size_t)units->item[k].township, rule, c);
        else if (row >= 0)
            count_row(table, (size_t)row, rule, c);
    }
    return BJ_OK;
}

/* Units with at least field_min facilities of the classes in `that`. */
static enum bj_status count_furnished(struct bj_judge *j, const struct bj_rule *rule,
                                      const struct bj_unit_list *units, struct counted *c,
                                      const char **why)
{
    struct bj_pick pick = {0};
    double *count = NULL;
    enum bj_status st = bj_pick_facilities(j, rule, rule->facilities, &pick, why);

    if (st == BJ_OK && !*why)
        st = bj_pick_count(j, rule, &pick, &count);
    for (size_t k = 0; st == BJ_OK && !*why && k < units->n; k++) {
        c->yes += count[bj_unit_slot(j, &units->item[k])] >= rule->field_min;
        c->all += 1;
    }
    bj_free(j->ctx, count);
    bj_pick_release(j->ctx, &pick);
    return st;
}

/* The county itself by a column of the indicators. */
static enum bj_status count_indicator(struct bj_judge *j, const struct bj_rule *rule,
                                      struct counted *c, const char **why)
{
    const struct bj_attribute *column = bj_column_find(&j->study->indicators.columns, rule->field);
    struct bj_unit county = bj_county_unit(j);
    int64_t row = column ? bj_unit_indicator(j, &county) : -1;

    if (row < 0)
        return bj_need_column(j, rule->field, bj_role_names[BJ_ROLE_INDICATORS], why);
    count_row(column, (size_t)row, rule, c);
    return BJ_OK;
}

static enum bj_status count_all(struct bj_judge *j, const struct bj_rule *rule, struct counted *c,
                                const char **why)
{
    bool township = strcmp(rule->of, bj_per_names[BJ_PER_TOWNSHIP]) == 0;
    bool street = strcmp(rule->of, bj_per_names[BJ_PER_STREET]) == 0;
    struct bj_unit_list units = {0};
    enum bj_status st;

    if (strcmp(rule->of, bj_per_names[BJ_PER_VILLAGE]) == 0)
        return count_villages(j, rule, c, why);
    if (!township && !street)
        return count_facilities(j, rule, c, why);
    st = bj_units_list(j, rule, township ? BJ_PER_TOWNSHIP : BJ_PER_STREET, &units, why);
    if (st == BJ_OK && !*why)
        st = rule->field ? count_units(j, rule, &units, c, why)
                         : count_furnished(j, rule, &units, c, why);
    bj_free(j->ctx, units.item);
    return st;
}

void bj_unit_share(const struct bj_rule *rule, double numerator, double denominator,
                   struct bj_unit_result *u)
{
    u->numerator = numerator;
    u->denominator = denominator;
    u->required = rule->min;
    if (!(denominator > 0))
        return;
    u->value = numerator / denominator;
    u->verdict = bj_bounds_verdict(u->value, rule->min, NAN, NAN);
    u->shortfall = fmax(0, ceil(rule->min * denominator - numerator - 1e-9));
}

bool bj_share_is_of_counties(const struct bj_rule *rule)
{
    return strcmp(rule->of, bj_per_names[BJ_PER_COUNTY]) == 0;
}

/* One county of a share of counties: furnished with what `that` asks for, or not. */
static enum bj_status count_county(struct bj_judge *j, const struct bj_rule *rule,
                                   struct counted *c, const char **why)
{
    struct bj_unit county = {"", "", -1, NAN};
    struct bj_unit_list list = {1, &county};

    if (!rule->field)
        return count_furnished(j, rule, &list, c, why);
    return count_indicator(j, rule, c, why);
}

static enum bj_status share_in_city(struct bj_judge *j, struct bj_rule_result *r)
{
    struct counted c = {0, 0};
    const char *why = NULL;
    enum bj_status st = bj_share_is_of_counties(r->rule) ? count_county(j, r->rule, &c, &why)
                                                         : count_all(j, r->rule, &c, &why);

    return st ? st : bj_result_city(j, r, c.yes, c.all, why, NULL);
}

static enum bj_status share_in_county(struct bj_judge *j, struct bj_rule_result *r,
                                      const struct bj_unit *county, const char **why)
{
    struct counted c = {0, 0};
    enum bj_status st = count_all(j, r->rule, &c, why);

    if (st == BJ_OK && !*why && c.all == 0) {
        *why = bj_assess_text(j, R_("the column '%s' is blank in every row the rule is about"),
                              r->rule->field ? r->rule->field : "");
        st = *why ? BJ_OK : BJ_ENOMEM;
    }
    if (st == BJ_OK && !*why)
        st = bj_result_units_room(j, r, 1);
    if (st == BJ_OK && !*why) {
        bj_unit_share(r->rule, c.yes, c.all, bj_result_unit(r, county->code, county->name));
        bj_result_units_verdict(r);
    }
    return st;
}

enum bj_status bj_judge_share(struct bj_judge *j, struct bj_rule_result *r)
{
    const struct bj_rule *rule = r->rule;
    struct bj_unit_list county = {0};
    const char *why = NULL;
    enum bj_status st;

    /* Shares of counties are not one county's to judge. */
    if (rule->per == BJ_PER_CITY || bj_share_is_of_counties(rule))
        return share_in_city(j, r);
    st = bj_units_list(j, rule, BJ_PER_COUNTY, &county, &why);
    if (st == BJ_OK && !why)
        st = share_in_county(j, r, &county.item[0], &why);
    bj_free(j->ctx, county.item);
    return st == BJ_OK && why ? bj_result_open(j, r, "%s", why) : st;
}
