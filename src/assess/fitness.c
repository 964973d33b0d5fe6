/* Rooms and people of each facility (面积/人员达标): the worst that the plan's rules about single
 * facilities say of it. These are ratio rules by facility (公共卫生医师 1-2 each), and shares of
 * facilities whose column must reach a number (房屋面积 150 m2); whom a clinic serves is its
 * class's business (served.c). A facility whose cells are blank has no word. */
#include "assess/units_int.h"

#include <math.h>

static bool is_worse(enum bj_verdict v, enum bj_verdict than)
{
    if (v == BJ_NOT_EVALUATED)
        return false;
    return than == BJ_NOT_EVALUATED || v > than; /* MET < PARTLY < NOT_MET */
}

/* Rules whose verdict is that of single facilities. */
static bool is_about_each(const struct bj_rule *u)
{
    if (u->kind == BJ_KIND_RATIO)
        return u->per == BJ_PER_FACILITY;
    return u->kind == BJ_KIND_SHARE && u->facilities && u->field && !isnan(u->field_min) &&
           bj_field_role_of(u->field) != BJ_COL_SERVICE;
}

static enum bj_verdict verdict_of(const struct bj_rule_result *r, const struct bj_attribute *column,
                                  size_t k, size_t row)
{
    int says;

    if (r->rule->kind == BJ_KIND_RATIO)
        return r->unit[k].verdict; /* units stand in the order of the pick */
    says = column ? bj_column_says(column, row, r->rule) : -1;
    return says < 0 ? BJ_NOT_EVALUATED : says ? BJ_MET : BJ_NOT_MET;
}

static enum bj_status hold_to(struct bj_judge *j, const struct bj_rule_result *r)
{
    const struct bj_attribute *column =
        r->rule->field ? bj_column_find(&j->study->facility_columns, r->rule->field) : NULL;
    struct bj_pick p = {0};
    const char *why = NULL;
    enum bj_status st = bj_pick_facilities(j, r->rule, r->rule->facilities, &p, &why);

    for (size_t k = 0; st == BJ_OK && !why && k < p.n; k++) {
        struct bj_fitness *f = &j->a->fitness[p.row[k]];
        enum bj_verdict v = verdict_of(r, column, k, (size_t)p.row[k]);

        if (is_worse(v, f->verdict)) {
            f->verdict = v;
            f->rule = r->rule;
        }
    }
    bj_pick_release(j->ctx, &p);
    return st;
}

enum bj_status bj_judge_fitness(struct bj_judge *j)
{
    size_t n = j->study->facilities.n;
    enum bj_status st = BJ_OK;

    j->a->fitness = bj_alloc0(j->ctx, n, sizeof(*j->a->fitness));
    if (!j->a->fitness)
        return BJ_ENOMEM;
    for (size_t i = 0; i < n; i++)
        j->a->fitness[i].verdict = BJ_NOT_EVALUATED;
    for (size_t k = 0; st == BJ_OK && k < j->a->n_rules; k++)
        if (j->a->result[k].verdict != BJ_NOT_EVALUATED && is_about_each(j->a->result[k].rule))
            st = hold_to(j, &j->a->result[k]);
    return st;
}
