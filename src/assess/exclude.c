/* exclude: what may not be added (a new clinic in a village that will move, beds in a hospital
 * that does not fill those it has), or what is never an error (private clinics).
 *
 * Nothing that exists can break such a rule, so it is never met or broken; how many rows it
 * speaks of is counted, and siting reads the same column for its candidates. */
#include "assess/units_int.h"

#include <math.h>
#include <string.h>

enum bj_status bj_judge_exclude(struct bj_judge *j, struct bj_rule_result *r)
{
    bool candidates = strcmp(r->rule->of, "candidates") == 0;
    const struct bj_study *s = j->study;
    const struct bj_attributes *columns = candidates ? &s->village_columns : &s->facility_columns;
    const struct bj_attribute *column = bj_column_find(columns, r->rule->field);
    size_t n = candidates ? s->villages.n : s->facilities.n;
    const char *layer = bj_role_names[candidates ? BJ_ROLE_VILLAGES : BJ_ROLE_FACILITIES];
    struct bj_unit_result *u;
    const char *why = NULL;
    double hits = 0;
    enum bj_status st;

    if (!column) {
        st = bj_need_column(j, r->rule->field, layer, &why);
        return st ? st : bj_result_open(j, r, "%s", why);
    }
    st = bj_result_units_room(j, r, 1);
    if (st)
        return st;
    for (size_t i = 0; i < n; i++)
        hits += bj_column_says(column, i, r->rule) == 1;
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
