/* A city: the counties of one plan put together.
 *
 * The county's side. A rule about the whole city (per or unit: city; a share of counties) is not
 * one county's to judge. The county adds its part, a numerator and a denominator made with the
 * same code as for a rule of counties: facilities counted, beds and people summed, rows that are
 * as the rule says out of all.
 *
 *     presence, count   numerator = facilities, or the amount of a field
 *     ratio             numerator = the amount, denominator = people (or another field)
 *     share             numerator = facilities (counties) that are so, denominator = all
 *
 * The city's side. Parts are summed and judged by the bounds of the rule. A row of the city itself
 * in the indicators (calls of its one dispatch centre) wins over the sum, as a county's row does
 * in a county. A county that holds no facility of the classes adds nothing: the city's one blood
 * centre stands in one county. When no county holds one, nobody knows; nor when a county that is
 * needed could not say. Rules of counties are not judged again: a city has the sums of their
 * points, a unit a county, and the worst verdict.
 *
 * People of each county are residents as its ratios count them; their sum decides `if`. */
#include "assess/units_int.h"

#include <math.h>
#include <string.h>

/* ---- the county's side -------------------------------------------------------- */

static int64_t city_row(const struct bj_judge *j)
{
    const struct bj_case_info *info = j->study->info;
    char code[7];
    struct bj_unit city = {code, info && info->city_name ? info->city_name : "", -1, NAN};

    bj_city_code(info ? info->county_code : "", code);
    return bj_unit_indicator(j, &city);
}

static double city_cell(const struct bj_judge *j, const struct bj_attribute *column)
{
    int64_t row = column ? city_row(j) : -1;

    return row >= 0 ? column->num[row] : NAN;
}

/* What the city's own row says of the rule's two figures. */
static void take_city_row(const struct bj_judge *j, const struct bj_rule *rule,
                          struct bj_city_part *part)
{
    const struct bj_attributes *table = &j->study->indicators.columns;

    part->city_numerator = part->city_denominator = NAN;
    if (rule->kind == BJ_KIND_SHARE || rule->facilities || rule->field)
        return; /* the row is of all facilities, the rule of some */
    if (rule->value && bj_class_find(rule->value) < 0)
        part->city_numerator = city_cell(j, bj_column_find(table, rule->value));
    if (rule->kind != BJ_KIND_RATIO)
        return;
    if (rule->per_field)
        part->city_denominator = city_cell(j, bj_column_find(table, rule->per_field));
    else if (!isnan(rule->per_people))
        part->city_denominator = city_cell(j, bj_people_column(table, rule->people));
}

/* The county's facilities are given, and none is of the rule's classes. */
static bool is_absent(const struct bj_judge *j, const struct bj_rule *rule)
{
    const struct bj_places *f = &j->study->facilities;
    uint64_t classes = rule->facilities;
    int value = rule->value ? bj_class_find(rule->value) : -1;

    if (!classes && value >= 0)
        classes = bj_class_set((enum bj_class)value);
    for (size_t i = 0; i < f->n; i++)
        if (f->classes[i] & classes)
            return false;
    return classes && f->n > 0;
}

static enum bj_status part_unit(struct bj_judge *j, struct bj_rule_result *r)
{
    struct bj_unit county = bj_county_unit(j);
    struct bj_unit_result *u;
    enum bj_status st = bj_result_units_room(j, r, 1);

    if (st)
        return st;
    u = bj_result_unit(r, county.code, county.name);
    u->numerator = r->city.numerator;
    u->denominator = r->city.denominator;
    return BJ_OK;
}

enum bj_status bj_result_city(struct bj_judge *j, struct bj_rule_result *r, double numerator,
                              double denominator, const char *why_numerator,
                              const char *why_denominator)
{
    struct bj_city_part *part = &r->city;
    enum bj_status st;

    *part = (struct bj_city_part){BJ_CITY_GIVEN, numerator, denominator, NAN, NAN, NULL};
    take_city_row(j, r->rule, part);
    if (why_numerator && is_absent(j, r->rule)) {
        part->state = BJ_CITY_ABSENT;
        part->numerator = 0;
        if (r->rule->kind == BJ_KIND_SHARE)
            part->denominator = bj_share_is_of_counties(r->rule);
    } else if (why_numerator) {
        part->state = BJ_CITY_OPEN;
        part->numerator = NAN;
        if (r->rule->kind == BJ_KIND_SHARE)
            part->denominator = NAN; /* counted with the numerator */
    }
    if (why_denominator) {
        part->state = BJ_CITY_OPEN;
        part->denominator = NAN;
    }
    if (part->state == BJ_CITY_GIVEN) {
        st = part_unit(j, r);
        return st ? st
                  : bj_result_open(j, r,
                                   R_("the rule is for a whole city: `banjing batch` puts its "
                                      "counties together; the unit is this county's part"));
    }
    part->why = part->state == BJ_CITY_OPEN && why_denominator ? why_denominator : why_numerator;
    return bj_result_open(j, r,
                          R_("the rule is for a whole city (`banjing batch`), and this county's "
                             "part is not known: %s"),
                          part->why);
}

/* ---- what is kept of a county --------------------------------------------------- */

/* One county's result of one rule. */
struct part {
    bool there, points, has_area;
    enum bj_verdict verdict;
    const char *reason;
    struct bj_city_part city;
    struct bj_tally villages, population, land_km2;
    double area_km2, covered_km2, uncovered_km2, own_villages, own_population, own_land_km2,
        farthest_m, mean_m, with_clinic;
    size_t borderline, n_via_nbr, n_patches;
    size_t n_units, n_evaluated, n_good;
    double shortfall;
    struct bj_unit_result only; /* its unit, when it has just one */
};

struct county {
    const char *code, *name;
    const char *failed; /* why it could not be judged; NULL: it was */
    double people;
    struct part *part; /* one a rule of the plan; NULL when failed */
};

struct bj_city {
    struct bj_ctx *ctx;
    const struct bj_plan_info *plan;
    const char *code, *name;
    size_t n, cap;
    struct county *county;
    struct bj_strings strings;
};

static const char *keep(struct bj_city *c, const char *text)
{
    return bj_strings_add(c->ctx, &c->strings, text ? text : "", text ? strlen(text) : 0);
}

enum bj_status bj_city_new(struct bj_ctx *ctx, const struct bj_plan *plan, const char *code,
                           const char *name, struct bj_city **out)
{
    struct bj_city *c = bj_alloc0(ctx, 1, sizeof(*c));

    if (!c)
        return BJ_ENOMEM;
    c->ctx = ctx;
    c->plan = bj_plan_info(plan);
    c->code = keep(c, code);
    c->name = keep(c, name);
    if (!c->code || !c->name) {
        bj_city_free(c);
        return BJ_ENOMEM;
    }
    *out = c;
    return BJ_OK;
}

void bj_city_free(struct bj_city *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++)
        bj_free(c->ctx, c->county[i].part);
    bj_free(c->ctx, c->county);
    bj_strings_release(c->ctx, &c->strings);
    bj_free(c->ctx, c);
}

size_t bj_city_counties(const struct bj_city *c)
{
    return c->n;
}

static void keep_units(const struct bj_rule_result *r, struct part *p)
{
    p->n_units = r->n_units;
    for (size_t i = 0; i < r->n_units; i++) {
        const struct bj_unit_result *u = &r->unit[i];

        if (u->verdict == BJ_NOT_EVALUATED)
            continue;
        p->n_evaluated++;
        p->n_good += u->verdict != BJ_NOT_MET;
        if (!isnan(u->shortfall))
            p->shortfall += u->shortfall;
    }
    if (r->n_units == 1)
        p->only = r->unit[0];
}

static enum bj_status keep_result(struct bj_city *c, const struct bj_rule_result *r, struct part *p)
{
    p->there = true;
    p->verdict = r->verdict;
    p->reason = keep(c, r->city.why ? r->city.why : r->reason);
    p->city = r->city;
    p->city.why = NULL; /* the assessment's own */
    p->points = r->judged;
    p->villages = r->villages;
    p->population = r->population;
    p->has_area = !isnan(r->area_km2);
    p->area_km2 = r->area_km2;
    p->covered_km2 = r->covered_km2;
    p->uncovered_km2 = r->uncovered_km2;
    p->own_villages = r->own_villages;
    p->own_population = r->own_population;
    p->land_km2 = r->land_km2;
    p->own_land_km2 = r->own_land_km2;
    p->farthest_m = r->farthest_m;
    p->mean_m = r->mean_m;
    p->with_clinic = r->with_clinic;
    p->borderline = r->borderline;
    p->n_via_nbr = r->n_via_nbr;
    p->n_patches = r->n_patches;
    keep_units(r, p);
    return p->reason ? BJ_OK : BJ_ENOMEM;
}

static enum bj_status new_county(struct bj_city *c, const char *code, const char *name,
                                 struct county **out)
{
    void *grown = c->county;

    if (!bj_grow(c->ctx, &grown, &c->cap, c->n, sizeof(*c->county)))
        return BJ_ENOMEM;
    c->county = grown;
    *out = &c->county[c->n];
    **out = (struct county){keep(c, code), keep(c, name), NULL, NAN, NULL};
    return (*out)->code && (*out)->name ? BJ_OK : BJ_ENOMEM;
}

enum bj_status bj_city_add(struct bj_city *c, const char *code, const char *name,
                           const struct bj_assessment *a)
{
    struct county *k;
    enum bj_status st = new_county(c, code, name, &k);

    if (st)
        return st;
    k->people = a->people;
    k->part = bj_alloc0(c->ctx, c->plan->n_rules, sizeof(*k->part));
    if (!k->part)
        return BJ_ENOMEM;
    for (size_t i = 0; st == BJ_OK && i < a->n_rules; i++) {
        size_t rule = 0;

        while (rule < c->plan->n_rules && a->result[i].rule != &c->plan->rule[rule])
            rule++;
        st = rule < c->plan->n_rules
                 ? keep_result(c, &a->result[i], &k->part[rule])
                 : bj_fail(c->ctx, BJ_EARG, "county '%s' was judged by another plan", k->name);
    }
    if (st)
        bj_free(c->ctx, k->part);
    else
        c->n++;
    return st;
}

enum bj_status bj_city_add_failed(struct bj_city *c, const char *code, const char *name,
                                  const char *reason)
{
    struct county *k;
    enum bj_status st = new_county(c, code, name, &k);

    if (st == BJ_OK)
        k->failed = keep(c, reason);
    if (st || !k->failed)
        return BJ_ENOMEM;
    c->n++;
    return BJ_OK;
}

/* ---- the city's side --------------------------------------------------------------- */

/* Counties that a result must name, with a word on each: "A (why); B (why)". */
struct names {
    struct bj_buf text;
    size_t n;
};
enum { NAMES_SHOWN = 3 };

static void name_county(const struct bj_city *c, struct names *list, const struct county *k,
                        const char *why)
{
    if (list->n++ < NAMES_SHOWN)
        bj_buf_printf(c->ctx, &list->text, "%s%s (%s)", list->n > 1 ? "; " : "",
                      *k->name ? k->name : k->code, why);
}

/* The result's reason; fmt as of printf, with the list of names as its last %s. Releases it. */
static enum bj_status say_names(const struct bj_city *c, struct bj_rule_result *r,
                                struct names *list, const char *what)
{
    struct bj_buf b = {0};
    enum bj_status st = BJ_ENOMEM;

    bj_buf_printf(c->ctx, &b, "%s: %s", what, list->text.s ? list->text.s : "");
    if (list->n > NAMES_SHOWN)
        bj_buf_printf(c->ctx, &b, R_("; and %zu more"), list->n - NAMES_SHOWN);
    if (!b.failed && !list->text.failed) {
        bj_free(c->ctx, r->reason);
        r->reason = bj_strdup(c->ctx, b.s);
        st = r->reason ? BJ_OK : BJ_ENOMEM;
    }
    bj_buf_release(c->ctx, &b);
    bj_buf_release(c->ctx, &list->text);
    return st;
}

static enum bj_status leave_open(const struct bj_city *c, struct bj_rule_result *r, const char *why)
{
    bj_free(c->ctx, r->reason);
    r->reason = bj_strdup(c->ctx, why);
    r->verdict = BJ_NOT_EVALUATED;
    return r->reason ? BJ_OK : BJ_ENOMEM;
}

/* Sums of the parts; a figure of the city's own row stands for its sum. */
struct sums {
    double numerator, denominator;
    bool row_numerator, row_denominator; /* they are the city's own */
    size_t n_given;
    struct names open;  /* counties whose part is needed and not known */
    const char *absent; /* reason of a county without such facilities */
};

static void take_row(const struct part *p, struct sums *s)
{
    if (!s->row_numerator && !isnan(p->city.city_numerator)) {
        s->row_numerator = true;
        s->numerator = p->city.city_numerator;
    }
    if (!s->row_denominator && !isnan(p->city.city_denominator)) {
        s->row_denominator = true;
        s->denominator = p->city.city_denominator;
    }
}

static bool has_denominator(const struct bj_rule *rule)
{
    return rule->kind == BJ_KIND_SHARE ||
           (rule->kind == BJ_KIND_RATIO && (rule->per_field || !isnan(rule->per_people)));
}

static void add_part(const struct bj_city *c, const struct county *k, const struct bj_rule *rule,
                     size_t i, struct sums *s)
{
    const struct part *p = k->part ? &k->part[i] : NULL;
    bool numerator = !s->row_numerator, denominator = has_denominator(rule) && !s->row_denominator;

    if (!numerator && !denominator)
        return; /* nothing is needed of the county */
    if (!p || (numerator && isnan(p->city.numerator)) ||
        (denominator && isnan(p->city.denominator))) {
        name_county(c, &s->open, k, p ? p->reason : k->failed);
        return;
    }
    if (p->city.state == BJ_CITY_ABSENT)
        s->absent = p->reason;
    else
        s->n_given++;
    if (numerator)
        s->numerator += p->city.numerator;
    if (denominator)
        s->denominator += p->city.denominator;
}

static double people_of(const struct bj_city *c)
{
    double sum = 0;

    for (size_t k = 0; k < c->n; k++)
        sum += c->county[k].failed ? NAN : c->county[k].people;
    return sum;
}

/* Whether the rule's `if` lets the city pass; else *why. */
static enum bj_status pass_if(const struct bj_city *c, const struct bj_rule *rule,
                              struct bj_buf *why)
{
    bool bounded = !isnan(rule->if_population_min) || !isnan(rule->if_population_max);
    double people = people_of(c);

    if (rule->if_name && !*c->name)
        bj_buf_printf(
            c->ctx, why,
            R_("the rule is for %s only: the case must name its city (county: {city: %s})"),
            rule->if_name, rule->if_name);
    else if (rule->if_name && strcmp(rule->if_name, c->name) != 0)
        bj_buf_printf(c->ctx, why, R_("the rule is for %s only"), rule->if_name);
    else if (rule->if_type)
        bj_buf_printf(c->ctx, why,
                      R_("the rule is for cities of type '%s' only, and nobody says "
                         "of what type this one is"),
                      rule->if_type);
    else if (bounded && isnan(people))
        bj_buf_printf(c->ctx, why, R_("the population of the city is not known"));
    else if (bounded && (people < rule->if_population_min || people > rule->if_population_max))
        bj_buf_printf(c->ctx, why, R_("the rule is for cities of another population"));
    return why->failed ? BJ_ENOMEM : BJ_OK;
}

static void judge_sums(const struct bj_rule *rule, const struct sums *s, struct bj_unit_result *u)
{
    switch (rule->kind) {
    case BJ_KIND_RATIO:
        bj_unit_ratio(rule, s->numerator, has_denominator(rule) ? s->denominator : NAN, u);
        break;
    case BJ_KIND_SHARE:
        bj_unit_share(rule, s->numerator, s->denominator, u);
        break;
    default:
        bj_unit_presence(rule, s->numerator, u);
    }
}

static enum bj_status judge_city_unit(const struct bj_city *c, struct bj_rule_result *r,
                                      const struct sums *s)
{
    r->unit = bj_alloc0(c->ctx, 1, sizeof(*r->unit));
    if (!r->unit)
        return BJ_ENOMEM;
    judge_sums(r->rule, s, bj_result_unit(r, c->code, c->name));
    bj_result_units_verdict(r);
    if (r->verdict == BJ_NOT_EVALUATED)
        return leave_open(c, r, R_("no county has a row that the rule is about"));
    return BJ_OK;
}

static enum bj_status judge_city_rule(const struct bj_city *c, size_t i, struct bj_rule_result *r)
{
    struct sums s = {0};
    struct bj_buf why = {0};
    enum bj_status st = pass_if(c, r->rule, &why);
    bool row;

    for (size_t k = 0; k < c->n; k++)
        if (c->county[k].part)
            take_row(&c->county[k].part[i], &s);
    row = s.row_numerator;
    for (size_t k = 0; k < c->n; k++)
        add_part(c, &c->county[k], r->rule, i, &s);
    if (st == BJ_OK && why.n > 0)
        st = leave_open(c, r, why.s);
    else if (st == BJ_OK && s.open.n > 0)
        st = say_names(c, r, &s.open, R_("the parts of some counties are not known"));
    else if (st == BJ_OK && !row && s.n_given == 0)
        st = leave_open(c, r, s.absent ? s.absent : R_("no county was judged by the rule"));
    else if (st == BJ_OK)
        st = judge_city_unit(c, r, &s);
    bj_buf_release(c->ctx, &s.open.text);
    bj_buf_release(c->ctx, &why);
    return st;
}

/* ---- rules of counties --------------------------------------------------------------- */

static void add_tally(const struct bj_tally *part, struct bj_tally *sum)
{
    sum->total += part->total;
    sum->target += part->target;
    sum->covered += part->covered;
    sum->uncovered += part->uncovered;
    sum->unreachable += part->unreachable;
    sum->exempt += part->exempt;
    sum->alt += part->alt;
    sum->not_evaluated += part->not_evaluated;
}

static void add_points(const struct county *k, const struct part *p, struct bj_rule_result *r)
{
    add_tally(&p->villages, &r->villages);
    add_tally(&p->population, &r->population);
    add_tally(&p->land_km2, &r->land_km2);
    /* One county without areas leaves the city without: NaN stays. */
    r->area_km2 += p->area_km2;
    r->covered_km2 += p->covered_km2;
    r->uncovered_km2 += p->uncovered_km2;
    r->own_villages += p->own_villages;
    r->own_population += p->own_population;
    r->own_land_km2 += p->own_land_km2;
    r->farthest_m = fmax(r->farthest_m, p->farthest_m); /* NaN gives way */
    r->with_clinic += p->with_clinic;
    r->borderline += p->borderline;
    r->n_via_nbr += p->n_via_nbr;
    r->n_patches += p->n_patches;
    r->has_area |= p->has_area;
    r->township[r->n_townships++] = (struct bj_township_tally){.township = -1,
                                                               .code = k->code,
                                                               .name = k->name,
                                                               .villages = p->villages,
                                                               .population = p->population,
                                                               .land_km2 = p->land_km2,
                                                               .uncovered_km2 = p->uncovered_km2,
                                                               .farthest_m = p->farthest_m,
                                                               .mean_m = p->mean_m,
                                                               .via_nbr = p->n_via_nbr,
                                                               .with_clinic = p->with_clinic};
}

static void add_unit(const struct county *k, const struct part *p, struct bj_rule_result *r)
{
    struct bj_unit_result *u = bj_result_unit(r, k->code, k->name);

    if (p->n_units == 1) {
        *u = p->only;
        u->code = k->code;
        u->name = k->name;
    } else if (p->n_evaluated > 0) {
        u->numerator = (double)p->n_good;
        u->denominator = (double)p->n_evaluated;
        u->value = u->numerator / u->denominator;
        u->shortfall = p->shortfall;
    } else if (p->points) {
        u->numerator = p->villages.covered + p->villages.exempt;
        u->denominator = p->villages.total - p->villages.not_evaluated;
        u->value = bj_tally_share(&p->villages);
        u->shortfall = u->denominator - u->numerator;
    }
    u->verdict = p->verdict;
}

static enum bj_status sum_counties(const struct bj_city *c, size_t i, struct bj_rule_result *r)
{
    struct names open = {0};
    char what[200];

    r->unit = bj_alloc0(c->ctx, c->n, sizeof(*r->unit));
    r->township = bj_alloc0(c->ctx, c->n, sizeof(*r->township));
    if (!r->unit || !r->township)
        return BJ_ENOMEM;
    r->area_km2 = r->covered_km2 = r->uncovered_km2 = r->with_clinic = 0;
    for (size_t k = 0; k < c->n; k++) {
        const struct county *county = &c->county[k];
        const struct part *p = county->part ? &county->part[i] : NULL;

        if (p && p->points)
            add_points(county, p, r);
        if (p && p->there)
            add_unit(county, p, r);
        if (!p || p->verdict == BJ_NOT_EVALUATED)
            name_county(c, &open, county, p ? p->reason : county->failed);
    }
    if (r->n_townships == 0)
        r->area_km2 = r->covered_km2 = r->uncovered_km2 = r->with_clinic = NAN;
    r->share_villages = bj_tally_share(&r->villages);
    r->share_population = bj_tally_share(&r->population);
    r->share_land = bj_tally_share(&r->land_km2); /* null but for parcels */
    r->share_area = r->covered_km2 / r->area_km2;
    bj_result_units_verdict(r);
    if (open.n == 0)
        return BJ_OK;
    snprintf(what, sizeof(what), R_("%zu of %zu counties are not evaluated"), open.n, c->n);
    return say_names(c, r, &open, what);
}

/* Whether any county judged rule i, and as a rule of a city. */
static bool is_there(const struct bj_city *c, size_t i, bool *of_city)
{
    bool there = false;

    *of_city = false;
    for (size_t k = 0; k < c->n; k++)
        if (c->county[k].part && c->county[k].part[i].there) {
            there = true;
            *of_city |= c->county[k].part[i].city.state != BJ_CITY_NO;
        }
    return there;
}

enum bj_status bj_city_judge(const struct bj_city *c, struct bj_assessment **out)
{
    struct bj_assessment *a = bj_assessment_new(c->ctx);
    enum bj_status st = a ? BJ_OK : BJ_ENOMEM;

    if (a) {
        a->result = bj_alloc0(c->ctx, c->plan->n_rules, sizeof(*a->result));
        a->people = people_of(c);
        st = a->result ? BJ_OK : BJ_ENOMEM;
    }
    for (size_t i = 0; st == BJ_OK && i < c->plan->n_rules; i++) {
        struct bj_rule_result *r = &a->result[a->n_rules];
        bool of_city;

        if (!is_there(c, i, &of_city))
            continue;
        a->n_rules++;
        st = bj_result_init(c->ctx, r, &c->plan->rule[i]);
        if (st == BJ_OK)
            st = of_city ? judge_city_rule(c, i, r) : sum_counties(c, i, r);
    }
    if (st) {
        bj_assessment_free(a);
        return st;
    }
    *out = a;
    return BJ_OK;
}
