/* Units: the county, its townships and streets; what stands and who lives in each.
 *
 * A township is a unit of the townships layer of type 镇 or 乡, a street one of type 街道; a unit
 * whose type is not known is neither, and said so. Population bounds in `if` include the bound
 * (民法典 第1259条: 以上, 以下 include the number).
 *
 * People of a unit are those of its villages, unless the indicators layer has a row for the unit
 * with that column: a county's own total knows the streets that a village layer leaves out. Only
 * own facilities are counted in units; neighbours serve, but do not make up a county's
 * establishment.
 *
 * Rules of a city wait for all its counties (city.c). */
#include "assess/units_int.h"

#include <math.h>
#include <string.h>

/* ---- verdicts --------------------------------------------------------------- */

/* Ratios of whole numbers meet bounds like 0.3 only up to rounding. */
static bool at_least(double value, double bound)
{
    return value >= bound - 1e-12 * fabs(bound);
}

enum bj_verdict bj_bounds_verdict(double value, double min, double target, double max)
{
    if (isnan(value))
        return BJ_NOT_EVALUATED;
    if (!isnan(min) && !at_least(value, min))
        return BJ_NOT_MET;
    if (!isnan(max) && !at_least(max, value))
        return BJ_NOT_MET;
    return isnan(target) || at_least(value, target) ? BJ_MET : BJ_PARTLY;
}

enum bj_status bj_result_units_room(struct bj_judge *j, struct bj_rule_result *r, size_t n)
{
    r->unit = bj_alloc0(j->ctx, n, sizeof(*r->unit));
    return r->unit ? BJ_OK : BJ_ENOMEM;
}

struct bj_unit_result *bj_result_unit(struct bj_rule_result *r, const char *code, const char *name)
{
    struct bj_unit_result *u = &r->unit[r->n_units++];

    *u = (struct bj_unit_result){code, name, NAN, NAN, NAN, NAN, NAN, BJ_NOT_EVALUATED};
    return u;
}

void bj_result_units_verdict(struct bj_rule_result *r)
{
    r->verdict = BJ_NOT_EVALUATED;
    for (size_t i = 0; i < r->n_units; i++) {
        enum bj_verdict v = r->unit[i].verdict;

        if (v == BJ_NOT_EVALUATED)
            continue;
        if (r->verdict == BJ_NOT_EVALUATED || v > r->verdict)
            r->verdict = v; /* MET < PARTLY < NOT_MET */
    }
}

enum bj_status bj_need_column(struct bj_judge *j, const char *field, const char *layers,
                              const char **why)
{
    *why = bj_assess_text(j, R_("a column '%s' is needed (%s)"), field, layers);
    return *why ? BJ_OK : BJ_ENOMEM;
}

enum bj_status bj_blank_column(struct bj_judge *j, const char *field, const char **why)
{
    *why = bj_assess_text(j, R_("the column '%s' is blank in every row the rule is about"), field);
    return *why ? BJ_OK : BJ_ENOMEM;
}

/* None of the rows says whether it is what the rule counts: blank, or a class and no more. */
static enum bj_status untold(struct bj_judge *j, const struct bj_rule *rule,
                             const struct bj_attribute *column, const char **why)
{
    if (!rule->equals || bj_field_role_of(column->field) != BJ_COL_CLASS)
        return bj_blank_column(j, column->field, why);
    *why = bj_assess_text(j,
                          R_("the column '%s' does not say which facility is '%s': write that word "
                             "behind its class, after a ';'"),
                          column->field, rule->equals);
    return *why ? BJ_OK : BJ_ENOMEM;
}

/* ---- people ----------------------------------------------------------------- */

size_t bj_unit_slot(const struct bj_judge *j, const struct bj_unit *u)
{
    return u->township < 0 ? j->study->n_townships : (size_t)u->township;
}

int64_t bj_unit_indicator(const struct bj_judge *j, const struct bj_unit *u)
{
    const struct bj_indicators *in = &j->study->indicators;

    for (size_t i = 0; i < in->n; i++)
        if (bj_code_is_unit(in->code[i], u->code))
            return (int64_t)i;
    for (size_t i = 0; i < in->n; i++)
        if (bj_name_is_unit(in->name[i], u->name))
            return (int64_t)i;
    return -1;
}

struct bj_unit bj_county_unit(const struct bj_judge *j)
{
    const struct bj_case_info *info = j->study->info;

    return (struct bj_unit){info && info->county_code ? info->county_code : "",
                            info && info->county_name ? info->county_name : "", -1, NAN};
}

static struct bj_unit township_unit(const struct bj_judge *j, size_t k)
{
    return (struct bj_unit){j->study->township[k].code, j->study->township[k].name, (int32_t)k,
                            NAN};
}

static struct bj_unit unit_of_slot(const struct bj_judge *j, size_t k)
{
    return k < j->study->n_townships ? township_unit(j, k) : bj_county_unit(j);
}

const struct bj_attribute *bj_people_column(const struct bj_attributes *a, enum bj_people kind)
{
    static const char *const children[] = {
        "儿童人口", "0-14岁人口", "0—14岁人口", "少年儿童人口", "14岁及以下人口", "children", NULL};
    const struct bj_attribute *found = NULL;

    switch (kind) {
    case BJ_PEOPLE_RESIDENT:
        return bj_column_of_role(a, BJ_COL_POPULATION);
    case BJ_PEOPLE_REGISTERED:
        return bj_column_of_role(a, BJ_COL_REGISTERED);
    case BJ_PEOPLE_SERVICE:
        return bj_column_of_role(a, BJ_COL_SERVICE);
    case BJ_PEOPLE_AGED65:
        return bj_column_of_role(a, BJ_COL_AGED65);
    case BJ_PEOPLE_CHILDREN:
        for (int i = 0; children[i] && !found; i++)
            found = bj_column_find(a, children[i]);
        return found;
    }
    return NULL;
}

static void add_amount(double *sum, double amount)
{
    if (!isnan(amount))
        *sum = (isnan(*sum) ? 0 : *sum) + amount;
}

/* Adds a value of a place to its township and to the county. */
static void add_to_units(const struct bj_judge *j, const struct bj_grouping *g, size_t i,
                         double amount, double *sum)
{
    size_t n = j->study->n_townships;

    if (g->of[i] < n)
        add_amount(&sum[g->of[i]], amount);
    add_amount(&sum[n], amount);
}

/* Residents come with the villages themselves. A layer that has none of them at all (a sum of 0)
 * has no population column. */
static enum bj_status sum_villages(struct bj_judge *j, enum bj_people kind, double *sum)
{
    const struct bj_places *v = &j->study->villages;
    const struct bj_attribute *column = bj_people_column(&j->study->village_columns, kind);
    size_t n = j->study->n_townships;
    const struct bj_grouping *g;
    enum bj_status st = bj_judge_grouping(j, v, &g);

    if (st || (!column && kind != BJ_PEOPLE_RESIDENT))
        return st;
    for (size_t i = 0; i < v->n; i++)
        add_to_units(j, g, i, kind == BJ_PEOPLE_RESIDENT ? v->population[i] : column->num[i], sum);
    if (kind == BJ_PEOPLE_RESIDENT && !(sum[n] > 0))
        for (size_t k = 0; k <= n; k++)
            sum[k] = NAN;
    return BJ_OK;
}

/* Without a column: the people who go to the unit's own village clinics. */
static enum bj_status sum_service(struct bj_judge *j, double *sum)
{
    const struct bj_places *f = &j->study->facilities;
    uint64_t clinics = bj_class_set(BJ_CLASS_VILLAGE_CLINIC);
    const struct bj_grouping *g = NULL;
    const double *people = NULL;
    enum bj_status st = bj_service_people(j, &people);

    if (st == BJ_OK)
        st = bj_judge_grouping(j, f, &g);
    for (size_t i = 0; st == BJ_OK && i < f->n; i++)
        if ((f->classes[i] & clinics) && !(f->neighbour && f->neighbour[i]))
            add_to_units(j, g, i, people[i], sum);
    return st;
}

enum bj_status bj_people_by_unit(struct bj_judge *j, enum bj_people kind, double **out)
{
    size_t n = j->study->n_townships;
    const struct bj_attribute *column = bj_people_column(&j->study->indicators.columns, kind);
    double *sum = bj_alloc0(j->ctx, n + 1, sizeof(*sum));
    enum bj_status st;

    if (!sum)
        return BJ_ENOMEM;
    for (size_t k = 0; k <= n; k++)
        sum[k] = NAN;
    st = sum_villages(j, kind, sum);
    if (st == BJ_OK && kind == BJ_PEOPLE_SERVICE && isnan(sum[n]))
        st = sum_service(j, sum);
    for (size_t k = 0; st == BJ_OK && column && k <= n; k++) {
        struct bj_unit u = unit_of_slot(j, k);
        int64_t row = bj_unit_indicator(j, &u);

        if (row >= 0 && !isnan(column->num[row]))
            sum[k] = column->num[row];
    }
    if (st) {
        bj_free(j->ctx, sum);
        return st;
    }
    *out = sum;
    return BJ_OK;
}

/* ---- lists of units --------------------------------------------------------- */

/* The column of indicators that says of what type a unit is. 类型 alone is a facility's class
 * elsewhere; in a table of units it can only be theirs. */
static const struct bj_attribute *type_column(const struct bj_attributes *a)
{
    const struct bj_attribute *found = bj_column_find(a, "类型");

    return found ? found : bj_column_of_role(a, BJ_COL_TYPE);
}

/* Whether a unit passes `if`: 1, 0, or -1 when what it asks is not known. */
static int passes_if(const struct bj_judge *j, const struct bj_rule *rule, const struct bj_unit *u)
{
    const struct bj_attribute *types = type_column(&j->study->indicators.columns);
    bool bounded = !isnan(rule->if_population_min) || !isnan(rule->if_population_max);

    if (rule->if_name && strcmp(rule->if_name, u->name) != 0)
        return 0;
    if (rule->if_type) {
        int64_t row = bj_unit_indicator(j, u);
        const char *type = u->township >= 0    ? j->study->township[u->township].type
                           : types && row >= 0 ? types->text[row]
                                               : "";

        if (bj_is_blank(type))
            return -1;
        if (!bj_words_meet(type, rule->if_type))
            return 0; /* a county may be of several types */
    }
    if (bounded && isnan(u->people))
        return -1;
    return !(u->people < rule->if_population_min) && !(u->people > rule->if_population_max);
}

/* 1 the unit is of that kind, 0 not, -1 its type is not known. */
static int is_kind(const struct bj_judge *j, const struct bj_unit *u, enum bj_per per)
{
    const char *type;

    if (per == BJ_PER_COUNTY)
        return u->township < 0;
    if (u->township < 0)
        return 0;
    type = j->study->township[u->township].type;
    if (bj_is_blank(type))
        return -1;
    return (strcmp(type, "街道") == 0) == (per == BJ_PER_STREET);
}

static const char *no_unit(struct bj_judge *j, const struct bj_rule *rule, enum bj_per per,
                           size_t n_unknown)
{
    static const char *const words[] = {N_("village"), N_("township"), N_("street"),
                                        N_("county"),  N_("city"),     N_("facility")};
    const char *what = R_(words[per]);

    if (n_unknown > 0 && rule->if_type && per == BJ_PER_COUNTY)
        return bj_assess_text(j,
                              R_("the rule is for counties of type '%s' only: a type column (类型) "
                                 "in the indicators layer must say whether this is one"),
                              rule->if_type);
    if (n_unknown > 0)
        return bj_assess_text(j,
                              R_("nobody says which units are meant: types of the townships (街道, "
                                 "镇, 乡) and populations of the villages are needed"));
    if (rule->if_type && per == BJ_PER_COUNTY)
        return bj_assess_text(j, R_("the rule is for counties of type '%s' only"), rule->if_type);
    if (rule->if_name && per == BJ_PER_COUNTY)
        return bj_assess_text(j, R_("the rule is for %s only"), rule->if_name);
    if (per == BJ_PER_COUNTY)
        return bj_assess_text(j, R_("the rule is for counties of another population"));
    return bj_assess_text(j, R_("the county has no %s that the rule is about"), what);
}

static enum bj_status note_unknown_units(struct bj_judge *j, const struct bj_rule *rule, size_t n)
{
    return bj_assess_note(j, "unit_unknown", "townships", R_("give type and population"),
                          R_("rule '%s': of %zu units it is not known whether the rule is about "
                             "them; they are not judged"),
                          rule->id, n);
}

enum bj_status bj_units_list(struct bj_judge *j, const struct bj_rule *rule, enum bj_per per,
                             struct bj_unit_list *out, const char **why)
{
    size_t n = j->study->n_townships, n_unknown = 0;
    struct bj_unit_list list = {0, bj_alloc0(j->ctx, n + 1, sizeof(*list.item))};
    double *people = NULL;
    enum bj_status st = list.item ? bj_people_by_unit(j, BJ_PEOPLE_RESIDENT, &people) : BJ_ENOMEM;

    *why = NULL;
    for (size_t k = 0; st == BJ_OK && k <= n; k++) {
        struct bj_unit u = unit_of_slot(j, k);
        int kind = is_kind(j, &u, per);

        u.people = people[k];
        if (kind > 0)
            kind = passes_if(j, rule, &u);
        n_unknown += kind < 0;
        if (kind > 0)
            list.item[list.n++] = u;
    }
    if (st == BJ_OK && n == 0 && per != BJ_PER_COUNTY)
        *why = bj_assess_text(j, R_("a townships layer is needed, with types (街道, 镇, 乡)"));
    else if (st == BJ_OK && list.n == 0)
        *why = no_unit(j, rule, per, n_unknown);
    else if (st == BJ_OK && n_unknown > 0)
        st = note_unknown_units(j, rule, n_unknown);
    if (st == BJ_OK && list.n == 0 && !*why)
        st = BJ_ENOMEM;
    bj_free(j->ctx, people);
    if (st || *why) {
        bj_free(j->ctx, list.item);
        return st;
    }
    *out = list;
    return BJ_OK;
}

/* ---- facilities ------------------------------------------------------------- */

void bj_pick_release(struct bj_ctx *ctx, struct bj_pick *p)
{
    bj_free(ctx, p->row);
    memset(p, 0, sizeof(*p));
}

/* Counts a facility that the rule's `that` accepts, or that has none. Returns whether it is known
 * of the facility. */
static bool pick_one(const struct bj_rule *rule, const struct bj_attribute *column,
                     const struct bj_usable *use, size_t k, struct bj_pick *p)
{
    int says = column ? bj_column_says(column, (size_t)use->row[k], rule) : 1;

    if (says == 1 && use->neighbour[k])
        p->n_outside++;
    else if (says == 1)
        p->row[p->n++] = use->row[k];
    return says >= 0 && !use->neighbour[k];
}

enum bj_status bj_pick_facilities(struct bj_judge *j, const struct bj_rule *rule, uint64_t classes,
                                  struct bj_pick *out, const char **why)
{
    /* `that` of a share and `where` of an exclusion are what is measured, not what is counted. */
    bool measured = rule->kind == BJ_KIND_SHARE || rule->kind == BJ_KIND_EXCLUDE;
    const char *field = measured ? NULL : rule->field;
    const struct bj_attribute *column = NULL;
    struct bj_usable use = {0};
    struct bj_pick p = {0};
    size_t n_known = 0;
    enum bj_status st = bj_scope_facilities(j, classes, rule->ownership, &use);

    *why = NULL;
    if (st == BJ_OK)
        st = bj_scope_check(j, rule, &use, why);
    if (st == BJ_OK && !*why && field && use.n > 0) {
        column = bj_column_find(&j->study->facility_columns, field);
        if (!column)
            st = bj_need_column(j, field, bj_role_names[BJ_ROLE_FACILITIES], why);
    }
    if (st == BJ_OK && !*why) {
        p.row = bj_alloc0(j->ctx, use.n, sizeof(*p.row));
        if (!p.row)
            st = BJ_ENOMEM;
        for (size_t k = 0; p.row && k < use.n; k++)
            n_known += pick_one(rule, column, &use, k, &p);
        if (p.row && column && n_known == 0 && use.n_own > 0)
            st = untold(j, rule, column, why);
    }
    bj_usable_release(j->ctx, &use);
    if (st == BJ_OK && !*why && p.n == 0 && p.n_outside > 0)
        st =
            bj_assess_note(j, "only_neighbours", "facilities",
                           R_("check that the county's own facilities are given"),
                           R_("rule '%s': all %zu facilities that it could count are neighbours or "
                              "lie outside the boundary"),
                           rule->id, p.n_outside);
    if (st || *why)
        bj_pick_release(j->ctx, &p);
    else
        *out = p;
    return st;
}

enum bj_status bj_pick_count(struct bj_judge *j, const struct bj_rule *rule,
                             const struct bj_pick *p, double **out)
{
    size_t n = j->study->n_townships, astray = 0;
    const struct bj_grouping *g;
    double *count = bj_alloc0(j->ctx, n + 1, sizeof(*count));
    enum bj_status st = count ? bj_judge_grouping(j, &j->study->facilities, &g) : BJ_ENOMEM;

    for (size_t k = 0; st == BJ_OK && k < p->n; k++) {
        astray += g->of[p->row[k]] >= n;
        add_to_units(j, g, (size_t)p->row[k], 1, count);
    }
    if (st == BJ_OK && n > 0 && astray > 0)
        st =
            bj_assess_note(j, "facility_without_township", "facilities",
                           R_("give them a township column or a place inside one"),
                           R_("rule '%s': %zu of its facilities lie in no known township and count "
                              "for the county only"),
                           rule->id, astray);
    if (st) {
        bj_free(j->ctx, count);
        return st;
    }
    *out = count;
    return BJ_OK;
}

/* ---- amounts ---------------------------------------------------------------- */

/* The indicators layer's own number for each unit. */
static void take_indicators(const struct bj_judge *j, const char *field, double *amount)
{
    const struct bj_attribute *column = bj_column_amount(&j->study->indicators.columns, field);

    for (size_t k = 0; column && k <= j->study->n_townships; k++) {
        struct bj_unit u = unit_of_slot(j, k);
        int64_t row = bj_unit_indicator(j, &u);

        if (row >= 0 && !isnan(column->num[row]))
            amount[k] = column->num[row];
    }
}

/* Sums over the facilities that count; a rule without classes counts all own ones. */
static enum bj_status sum_facilities(struct bj_judge *j, const struct bj_rule *rule,
                                     const struct bj_attribute *column, double *sum,
                                     const char **why)
{
    uint64_t all = (UINT64_C(1) << BJ_CLASS_N) - 1;
    struct bj_pick p = {0};
    const struct bj_grouping *g = NULL;
    enum bj_status st =
        bj_pick_facilities(j, rule, rule->facilities ? rule->facilities : all, &p, why);

    if (st == BJ_OK && !*why)
        st = bj_judge_grouping(j, &j->study->facilities, &g);
    for (size_t k = 0; st == BJ_OK && !*why && k < p.n; k++)
        add_to_units(j, g, (size_t)p.row[k], column->num[p.row[k]], sum);
    /* That there is none is known: no staff, not unknown staff. */
    for (size_t k = 0; st == BJ_OK && !*why && p.n == 0 && k <= j->study->n_townships; k++)
        sum[k] = 0;
    bj_pick_release(j->ctx, &p);
    return st;
}

static void sum_townships(const struct bj_judge *j, const struct bj_attribute *column, double *sum)
{
    size_t n = j->study->n_townships;

    for (size_t k = 0; k < n; k++) {
        add_amount(&sum[k], column->num[k]);
        add_amount(&sum[n], column->num[k]);
    }
}

enum bj_status bj_amount_by_unit(struct bj_judge *j, const struct bj_rule *rule, const char *field,
                                 double **out, const char **why)
{
    const struct bj_study *s = j->study;
    const struct bj_attribute *of_facilities = bj_column_amount(&s->facility_columns, field);
    const struct bj_attribute *of_townships = bj_column_amount(&s->township_columns, field);
    size_t n = s->n_townships;
    double *amount = bj_alloc0(j->ctx, n + 1, sizeof(*amount));
    bool none = true;
    enum bj_status st = BJ_OK;

    *why = NULL;
    if (!amount)
        return BJ_ENOMEM;
    for (size_t k = 0; k <= n; k++)
        amount[k] = NAN;
    if (of_facilities)
        st = sum_facilities(j, rule, of_facilities, amount, why);
    else if (of_townships && !rule->facilities)
        sum_townships(j, of_townships, amount);
    if (st == BJ_OK && !*why && !rule->facilities && !rule->field)
        take_indicators(j, field, amount);
    for (size_t k = 0; k <= n; k++)
        none = none && isnan(amount[k]);
    if (st == BJ_OK && !*why && none && !rule->facilities &&
        bj_column_find(&s->indicators.columns, field))
        *why = bj_assess_text(j,
                              R_("the column '%s' of indicators has no number in a row of the "
                                 "county or of one of its townships"),
                              field);
    else if (st == BJ_OK && !*why && none && of_facilities)
        st = bj_blank_column(j, of_facilities->field, why);
    else if (st == BJ_OK && !*why && none)
        st = bj_need_column(j, field, rule->facilities ? "facilities" : "facilities, indicators",
                            why);
    if (st || *why) {
        bj_free(j->ctx, amount);
        return st;
    }
    *out = amount;
    return BJ_OK;
}

/* ---- kinds ------------------------------------------------------------------ */

enum bj_status bj_judge_units(struct bj_judge *j, struct bj_rule_result *r)
{
    switch (r->rule->kind) {
    case BJ_KIND_PRESENCE:
        return bj_judge_presence(j, r);
    case BJ_KIND_COUNT:
        return bj_judge_count(j, r);
    case BJ_KIND_RATIO:
        return bj_judge_ratio(j, r);
    case BJ_KIND_SHARE:
        return bj_judge_share(j, r);
    case BJ_KIND_TIER:
        return bj_judge_tier(j, r);
    case BJ_KIND_EXCLUDE:
        return bj_judge_exclude(j, r);
    case BJ_KIND_ALT:
        return bj_judge_alt(j, r);
    default:
        return bj_result_open(j, r, R_("rules of kind %s are not judged by this version"),
                              bj_kind_names[r->rule->kind]);
    }
}
