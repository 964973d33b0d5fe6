/* Villages and the facilities that stand in them.
 *
 * Villages are points, so a facility stands in the village whose point is nearest (the cell of
 * the village in the Voronoi diagram; geodesic, ties by village code). That is an assumption, and
 * printed. A presence rule per village then marks each village that the rule's `if` is about:
 * covered (it has enough), exempt (the township hospital stands in it, and serves it: 乡镇卫生院
 * 所在地除外), alt (a substitute is entered for it: 联村, 巡诊, 派驻), else uncovered. The
 * distance given is that to the nearest own or neighbouring facility of the rule, for information.
 *
 * Service population, when no column has it: the residents of the villages whose nearest covering
 * village clinic it is; covering by the plan's own radius for village clinics, else at any
 * distance. */
#include "assess/units_int.h"

#include <math.h>
#include <string.h>

static enum bj_status assume_nearest(struct bj_judge *j)
{
    return bj_assess_assume(j, "facility_village", "nearest", "[A]",
                            R_("a facility stands in the village whose point is nearest"));
}

enum bj_status bj_village_of(struct bj_judge *j, size_t n, const int32_t *facility,
                             int32_t *village)
{
    const struct bj_places *f = &j->study->facilities, *v = &j->study->villages;
    double *lon = bj_alloc0(j->ctx, n, sizeof(*lon)), *lat = bj_alloc0(j->ctx, n, sizeof(*lat));
    uint32_t *order = bj_alloc0(j->ctx, v->n, sizeof(*order));
    const struct bj_geopoints villages = {v->n, v->lon_deg, v->lat_deg}, points = {n, lon, lat};
    struct bj_nearest near = {0};
    enum bj_status st = BJ_ENOMEM;

    if (!lon || !lat || !order)
        goto done;
    for (size_t k = 0; k < n; k++) {
        lon[k] = f->lon_deg[facility[k]];
        lat[k] = f->lat_deg[facility[k]];
    }
    st = bj_facility_order(j->ctx, v->n, v->code, order);
    if (st == BJ_OK)
        st = bj_nearest_find(j->ctx, &points, &villages, order, NULL, &near);
    if (st)
        goto done;
    memcpy(village, near.any, n * sizeof(*village));
    st = assume_nearest(j);
done:
    bj_nearest_release(j->ctx, &near);
    bj_free(j->ctx, order);
    bj_free(j->ctx, lat);
    bj_free(j->ctx, lon);
    return st;
}

/* ---- villages with a clinic --------------------------------------------------- */

static enum bj_status seek_clinics(struct bj_judge *j)
{
    uint64_t clinics = bj_class_set(BJ_CLASS_VILLAGE_CLINIC);
    size_t n = 0;
    struct bj_usable use = {0};
    int32_t *village = NULL;
    unsigned char *has = NULL;
    enum bj_status st = bj_scope_facilities(j, clinics, NULL, &use);

    if (st || (use.n_own == 0 && !bj_scope_says_none(j, clinics)))
        goto done;
    village = bj_alloc0(j->ctx, use.n, sizeof(*village));
    has = bj_alloc0(j->ctx, j->study->villages.n, 1);
    if (!village || !has) {
        st = BJ_ENOMEM;
        goto done;
    }
    for (size_t k = 0; k < use.n; k++)
        if (!use.neighbour[k])
            use.row[n++] = use.row[k];
    if (n > 0)
        st = bj_village_of(j, n, use.row, village);
    for (size_t k = 0; st == BJ_OK && k < n; k++)
        if (village[k] >= 0)
            has[village[k]] = 1;
done:
    if (st == BJ_OK) {
        j->with_clinic = has;
        has = NULL; /* now j's */
    }
    bj_free(j->ctx, has);
    bj_free(j->ctx, village);
    bj_usable_release(j->ctx, &use);
    return st;
}

enum bj_status bj_villages_with_clinic(struct bj_judge *j, const unsigned char **has)
{
    enum bj_status st = BJ_OK;

    if (!j->clinics_sought) {
        st = seek_clinics(j);
        j->clinics_sought = st == BJ_OK;
    }
    *has = j->with_clinic;
    return st;
}

/* ---- service population ------------------------------------------------------ */

/* The plan's radius for village clinics, INFINITY when it has none. */
static double clinic_limit_m(const struct bj_judge *j)
{
    for (size_t i = 0; i < j->plan->n_rules; i++) {
        const struct bj_rule *rule = &j->plan->rule[i];

        if (rule->kind == BJ_KIND_RADIUS && rule->demand == BJ_DEMAND_VILLAGES &&
            (rule->facilities >> BJ_CLASS_VILLAGE_CLINIC & 1))
            return rule->limit_m;
    }
    return INFINITY;
}

static enum bj_status assign_people(struct bj_judge *j, double limit_m, double *people)
{
    const struct bj_places *v = &j->study->villages;
    const struct bj_geopoints villages = {v->n, v->lon_deg, v->lat_deg};
    struct bj_usable use = {0};
    struct bj_nearest near = {0};
    enum bj_status st = bj_scope_facilities(j, bj_class_set(BJ_CLASS_VILLAGE_CLINIC), NULL, &use);

    if (st == BJ_OK) {
        const struct bj_geopoints clinics = {use.n, use.lon_deg, use.lat_deg};

        st = bj_nearest_find(j->ctx, &villages, &clinics, use.order, use.neighbour, &near);
    }
    for (size_t k = 0; st == BJ_OK && k < use.n; k++)
        people[use.row[k]] = 0;
    for (size_t i = 0; st == BJ_OK && i < v->n; i++)
        if (near.any[i] >= 0 && (double)near.any_mm[i] <= 1000 * limit_m)
            people[use.row[near.any[i]]] += v->population[i];
    bj_nearest_release(j->ctx, &near);
    bj_usable_release(j->ctx, &use);
    return st;
}

static enum bj_status say_computed(struct bj_judge *j, double limit_m)
{
    const char *how =
        isfinite(limit_m)
            ? bj_assess_text(j,
                             R_("computed: residents of the villages whose nearest "
                                "village clinic within %g m it is"),
                             limit_m)
            : bj_assess_text(j, R_("computed: residents of the villages whose nearest "
                                   "village clinic it is"));

    return bj_assess_assume(j, "service_population", how, "[A]",
                            R_("no column gives the service population (服务人口)"));
}

enum bj_status bj_service_people(struct bj_judge *j, const double **out)
{
    size_t n = j->study->facilities.n;
    const struct bj_attribute *column =
        bj_column_of_role(&j->study->facility_columns, BJ_COL_SERVICE);
    double limit_m = clinic_limit_m(j);
    enum bj_status st = BJ_OK;

    if (!j->service) {
        double *people = bj_alloc0(j->ctx, n, sizeof(*people));

        if (!people)
            return BJ_ENOMEM;
        for (size_t i = 0; i < n; i++)
            people[i] = column ? column->num[i] : NAN;
        if (!column)
            st = assign_people(j, limit_m, people);
        if (st == BJ_OK && !column)
            st = say_computed(j, limit_m);
        if (st) {
            bj_free(j->ctx, people);
            return st;
        }
        j->service = people;
    }
    *out = j->service;
    return BJ_OK;
}

/* ---- substitutes ------------------------------------------------------------- */

/* The column in which a village's substitute is entered, NULL when there is none. */
static const struct bj_attribute *alt_column(const struct bj_judge *j)
{
    static const char *const names[] = {"替代服务", "服务方式", "设置方式", "alt", NULL};
    const struct bj_attribute *found = NULL;

    for (int i = 0; names[i] && !found; i++)
        found = bj_column_find(&j->study->village_columns, names[i]);
    return found;
}

static bool is_kind(const char *text, const char *kind)
{
    static const char *const word[][4] = {{"joint", "联", "合并", "邻村"},
                                          {"outreach", "巡诊", "巡回", "流动"},
                                          {"posted", "派驻", "驻村", "下派"}};

    for (int k = 0; k < 3; k++)
        if (strcmp(word[k][0], kind) == 0)
            for (int i = 0; i < 4; i++)
                if (strstr(text, word[k][i]))
                    return true;
    return false;
}

static bool has_kind(const struct bj_attribute *column, const struct bj_rule *alt, size_t village)
{
    for (size_t k = 0; k < alt->n_alt_kinds; k++)
        if (is_kind(column->text[village], alt->alt_kind[k]))
            return true;
    return false;
}

enum bj_status bj_village_alts(struct bj_judge *j, const struct bj_rule *rule, unsigned char **has)
{
    const struct bj_attribute *column = alt_column(j);

    *has = bj_alloc0(j->ctx, j->study->villages.n, 1);
    if (!*has)
        return BJ_ENOMEM;
    for (size_t i = 0; column && i < j->plan->n_rules; i++) {
        const struct bj_rule *alt = &j->plan->rule[i];

        if (alt->kind != BJ_KIND_ALT || !alt->of || strcmp(alt->of, rule->id) != 0)
            continue;
        for (size_t v = 0; v < j->study->villages.n; v++)
            if (has_kind(column, alt, v))
                (*has)[v] = 1;
    }
    return BJ_OK;
}

enum bj_status bj_judge_alt(struct bj_judge *j, struct bj_rule_result *r)
{
    const struct bj_attribute *column = alt_column(j);
    const char *why = NULL;
    struct bj_unit_result *u;
    enum bj_status st;
    double n = 0;

    if (!column) {
        st = bj_need_column(j, "替代服务", bj_role_names[BJ_ROLE_VILLAGES], &why);
        return st ? st : bj_result_open(j, r, "%s", why);
    }
    st = bj_result_units_room(j, r, 1);
    if (st)
        return st;
    for (size_t i = 0; i < j->study->villages.n; i++)
        n += has_kind(column, r->rule, i);
    u = bj_result_unit(r, j->study->info->county_code ? j->study->info->county_code : "",
                       j->study->info->county_name ? j->study->info->county_name : "");
    u->value = u->numerator = n;
    u->denominator = (double)j->study->villages.n;
    return bj_result_open(
        j, r,
        R_("a substitute asks for nothing: %.0f villages have one, and are counted "
           "apart where it stands for another rule"),
        n);
}

/* ---- presence per village ----------------------------------------------------- */

struct presence {
    struct bj_pick pick, hospitals; /* own */
    double *count;                  /* of the rule's facilities, one a village */
    unsigned char *seat;            /* a township hospital stands in it */
    unsigned char *alt;             /* it has a substitute */
    int32_t *village;
    struct bj_usable use; /* with neighbours, for the distance */
    struct bj_nearest near;
};

static void presence_release(struct bj_ctx *ctx, struct presence *p)
{
    bj_nearest_release(ctx, &p->near);
    bj_usable_release(ctx, &p->use);
    bj_free(ctx, p->village);
    bj_free(ctx, p->alt);
    bj_free(ctx, p->seat);
    bj_free(ctx, p->count);
    bj_pick_release(ctx, &p->hospitals);
    bj_pick_release(ctx, &p->pick);
}

static enum bj_status find_seats(struct bj_judge *j, const struct bj_rule *rule, struct presence *p)
{
    struct bj_rule hospital = {.id = rule->id, .kind = BJ_KIND_COUNT};
    const char *why = NULL;
    enum bj_status st;

    if (!rule->exempt_hospital_seat)
        return BJ_OK;
    st = bj_pick_facilities(j, &hospital, bj_class_set(BJ_CLASS_TOWNSHIP_HOSPITAL), &p->hospitals,
                            &why);
    if (st == BJ_OK && why)
        return bj_assess_note(j, "exempt_unknown", "facilities", R_("give the township hospitals"),
                              R_("rule '%s' exempts the seat of the township hospital, and no "
                                 "township hospital is given: no village is exempt"),
                              rule->id);
    if (st == BJ_OK)
        st = bj_village_of(j, p->hospitals.n, p->hospitals.row, p->village);
    for (size_t k = 0; st == BJ_OK && k < p->hospitals.n; k++)
        if (p->village[k] >= 0)
            p->seat[p->village[k]] = 1;
    return st;
}

static enum bj_status find_presence(struct bj_judge *j, const struct bj_rule *rule,
                                    struct presence *p, const char **why)
{
    const struct bj_places *v = &j->study->villages;
    const struct bj_geopoints villages = {v->n, v->lon_deg, v->lat_deg};
    enum bj_status st = bj_pick_facilities(j, rule, rule->facilities, &p->pick, why);

    if (st || *why)
        return st;
    p->count = bj_alloc0(j->ctx, v->n, sizeof(*p->count));
    p->seat = bj_alloc0(j->ctx, v->n, 1);
    p->village = bj_alloc0(j->ctx, j->study->facilities.n, sizeof(*p->village));
    if (!p->count || !p->seat || !p->village)
        return BJ_ENOMEM;
    st = bj_village_of(j, p->pick.n, p->pick.row, p->village);
    for (size_t k = 0; st == BJ_OK && k < p->pick.n; k++)
        if (p->village[k] >= 0)
            p->count[p->village[k]] += 1;
    if (st == BJ_OK)
        st = find_seats(j, rule, p);
    if (st == BJ_OK)
        st = bj_village_alts(j, rule, &p->alt);
    if (st == BJ_OK)
        st = bj_scope_facilities(j, rule->facilities, rule->ownership, &p->use);
    if (st == BJ_OK) {
        const struct bj_geopoints facilities = {p->use.n, p->use.lon_deg, p->use.lat_deg};

        st = bj_nearest_find(j->ctx, &villages, &facilities, p->use.order, p->use.neighbour,
                             &p->near);
    }
    return st;
}

/* Whether the rule is about a village of so many people. */
static bool in_band(const struct bj_rule *rule, double people)
{
    return !(people < rule->if_population_min) && !(people > rule->if_population_max);
}

static void judge_village(const struct bj_judge *j, const struct presence *p, size_t i,
                          struct bj_rule_result *r)
{
    const struct bj_rule *rule = r->rule;
    struct bj_scratch *scratch = bj_judge_scratch(j, r);
    bool enough = p->count[i] >= rule->min;

    r->facility[i] = p->near.any[i] < 0 ? -1 : p->use.row[p->near.any[i]];
    r->dist_mm[i] = p->near.any_mm[i];
    if (!in_band(rule, r->demand->population[i])) {
        r->status[i] = BJ_POINT_OUT_OF_SCOPE;
        return;
    }
    scratch->own[i] = enough;
    scratch->full[i] = enough;
    if (enough) {
        bool over = !isnan(rule->max) && p->count[i] > rule->max;
        bool aim = isnan(rule->target) || p->count[i] >= rule->target;

        scratch->full[i] = aim && !over;
        r->status[i] =
            (unsigned char)(!isnan(rule->target) && aim ? BJ_POINT_TARGET : BJ_POINT_COVERED);
    } else if (p->seat[i]) {
        r->status[i] = BJ_POINT_EXEMPT;
        scratch->full[i] = 1;
    } else {
        r->status[i] = (unsigned char)(p->alt[i] ? BJ_POINT_ALT : BJ_POINT_UNCOVERED);
    }
}

/* The case has villages, and knows of their people if the rule asks. */
static enum bj_status check_villages(struct bj_judge *j, const struct bj_rule *rule,
                                     const char **why)
{
    const struct bj_places *v = &j->study->villages;
    bool bounded = !isnan(rule->if_population_min) || !isnan(rule->if_population_max);
    double people = 0;

    for (size_t i = 0; i < v->n; i++)
        people += v->population[i];
    if (v->n == 0)
        *why = bj_assess_text(j, R_("the case gives no %s: a layer of them is needed"),
                              bj_role_names[BJ_ROLE_VILLAGES]);
    else if (rule->if_type || rule->if_name)
        *why = bj_assess_text(j, R_("villages have no type that the rule could ask for"));
    else if (bounded && !(people > 0))
        *why = bj_assess_text(j, R_("the rule asks for the villages' population: a column of it is "
                                    "needed"));
    else
        return BJ_OK;
    return *why ? BJ_OK : BJ_ENOMEM;
}

enum bj_status bj_judge_villages(struct bj_judge *j, struct bj_rule_result *r)
{
    const struct bj_places *v = &j->study->villages;
    struct presence p = {0};
    const char *why = NULL;
    enum bj_status st = check_villages(j, r->rule, &why);

    if (st == BJ_OK && v->n > 0)
        st = bj_result_rows(j, r, v);
    if (st == BJ_OK && !why)
        st = find_presence(j, r->rule, &p, &why);
    for (size_t i = 0; st == BJ_OK && !why && i < v->n; i++)
        judge_village(j, &p, i, r);
    if (st == BJ_OK && r->judged)
        st = bj_result_sums(j, r);
    presence_release(j->ctx, &p);
    if (st)
        return st;
    if (why)
        return bj_result_open(j, r, "%s", why);
    r->verdict = bj_result_rows_verdict(j, r);
    if (r->verdict == BJ_NOT_EVALUATED)
        return bj_result_open(j, r, R_("the county has no village that the rule is about"));
    return BJ_OK;
}
