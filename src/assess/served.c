/* What each facility serves under a radius rule, and the class that it should have.
 *
 * A covered point is served by the facility that is nearest to it, so the facilities' people add
 * up to the people that the rule covers (of a parcel: the people on its part in the circles). A
 * village clinic of the county that serves somebody is then held to the plan's tiers (tier.c) by
 * the people it serves here. That need not be the number a tier rule itself goes by (a column of
 * service population, residents of one village): the rule's own verdict stands in its units. What
 * serves people outside the county (a neighbour) is not held to anything. */
#include "assess/units_int.h"

static void serve_point(const struct bj_judge *j, const struct bj_rule_result *r, size_t i,
                        struct bj_served *s)
{
    double people = r->demand->population ? r->demand->population[i] : 0;

    s->villages += r->status[i] <= BJ_POINT_COVERED;
    if (r->cover_m2)
        s->population += people - bj_result_lost_people(j, r, i);
    else if (r->status[i] <= BJ_POINT_COVERED)
        s->population += people;
}

static enum bj_status serve_rule(struct bj_judge *j, struct bj_rule_result *r)
{
    const struct bj_places *f = &j->study->facilities;

    r->served = bj_alloc0(j->ctx, f->n, sizeof(*r->served));
    if (!r->served)
        return BJ_ENOMEM;
    for (size_t i = 0; i < f->n; i++) {
        r->served[i].should_be = -1;
        r->served[i].verdict = BJ_NOT_EVALUATED;
    }
    for (size_t i = 0; i < r->demand->n; i++)
        if (r->facility[i] >= 0 && r->status[i] <= BJ_POINT_UNCOVERED)
            serve_point(j, r, i, &r->served[r->facility[i]]);
    return BJ_OK;
}

static void class_clinics(const struct bj_judge *j, struct bj_rule_result *r)
{
    const struct bj_places *f = &j->study->facilities;
    uint64_t clinics = bj_class_set(BJ_CLASS_VILLAGE_CLINIC);

    for (size_t i = 0; (r->rule->facilities & clinics) && i < f->n; i++) {
        struct bj_served *s = &r->served[i];
        const struct bj_band *band;

        if (!(f->classes[i] & clinics) || f->neighbour[i] || !(s->population > 0))
            continue;
        band = bj_tier_band(j->plan, s->population, &s->tier);
        if (!band)
            continue;
        s->should_be = band->needs;
        s->verdict = bj_tier_verdict(band, f->classes[i]);
    }
}

enum bj_status bj_serve(struct bj_judge *j)
{
    enum bj_status st = BJ_OK;

    for (size_t k = 0; st == BJ_OK && k < j->a->n_rules; k++) {
        struct bj_rule_result *r = &j->a->result[k];

        if (!r->judged || r->rule->kind != BJ_KIND_RADIUS)
            continue;
        st = serve_rule(j, r);
        if (st == BJ_OK)
            class_clinics(j, r);
    }
    return st;
}
