/* exclude: what may not be added (a new clinic in a village that will move, beds in a hospital
 * that does not fill those it has), or what is never an error (private clinics).
 *
 * Nothing that exists can break such a rule, so it is never met or broken; how many rows it
 * speaks of is counted, and siting reads the same column for its candidates. */
#include "assess/units_int.h"

#include <math.h>
#include <string.h>

/* Rows that the rule speaks of: villages, or the county's own facilities of its classes (all of
 * them when it names none). Caller frees *row. */
static enum bj_status find_rows(struct bj_judge *j, const struct bj_rule *rule, int32_t **row,
                                size_t *n, const char **why)
{
    uint64_t all = (UINT64_C(1) << BJ_CLASS_N) - 1;
    struct bj_pick p = {0};
    enum bj_status st;

    if (strcmp(rule->of, "candidates") == 0) {
        *n = j->study->villages.n;
        *row = bj_alloc0(j->ctx, *n, sizeof(**row));
        for (size_t i = 0; *row && i < *n; i++)
            (*row)[i] = (int32_t)i;
        return *row ? BJ_OK : BJ_ENOMEM;
    }
    st = bj_pick_facilities(j, rule, rule->facilities ? rule->facilities : all, &p, why);
    *row = p.row; /* now the caller's */
    *n = p.n;
    return st;
}

enum bj_status bj_judge_exclude(struct bj_judge *j, struct bj_rule_result *r)
{
    bool candidates = strcmp(r->rule->of, "candidates") == 0;
    const struct bj_study *s = j->study;
    const struct bj_attributes *columns = candidates ? &s->village_columns : &s->facility_columns;
    const struct bj_attribute *column =
        r->rule->field ? bj_column_find(columns, r->rule->field) : NULL;
    const char *layer = bj_role_names[candidates ? BJ_ROLE_VILLAGES : BJ_ROLE_FACILITIES];
    struct bj_unit_result *u;
    const char *why = NULL;
    int32_t *row = NULL;
    size_t n = 0;
    double hits = 0;
    enum bj_status st = find_rows(j, r->rule, &row, &n, &why);

    if (st == BJ_OK && !why && r->rule->field && !column)
        st = bj_need_column(j, r->rule->field, layer, &why);
    if (st == BJ_OK && !why)
        st = bj_result_units_room(j, r, 1);
    for (size_t i = 0; st == BJ_OK && !why && i < n; i++)
        hits += !column || bj_column_says(column, (size_t)row[i], r->rule) == 1;
    bj_free(j->ctx, row);
    if (st)
        return st;
    if (why)
        return bj_result_open(j, r, "%s", why);
    u = bj_result_unit(r, s->info->county_code ? s->info->county_code : "",
                       s->info->county_name ? s->info->county_name : "");
    u->value = u->numerator = hits;
    u->denominator = (double)n;
    return bj_result_open(
        j, r,
        R_("the rule limits what is added, not what is there: it speaks of %.0f of "
           "%zu rows (%s)"),
        hits, n, layer);
}
