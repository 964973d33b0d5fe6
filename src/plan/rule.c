/* Reading rules: one table of keys says, for each kind of rule, which keys it must and may
 * have, of what type and unit; everything else here turns one such value into a member of
 * struct bj_rule, or into a sentence that says what is wrong and where.
 *
 * A planner's most likely mistakes get their own sentences: a number in another unit
 * (limit_km, limit: 2.5km, limit_m: "2.5 km", 70 for 0.7), a misspelt key or class, bands
 * that overlap or leave a gap, a target beyond the limit. A rule never gets a number that its
 * file does not write: the only defaults are `nothing given` (NaN, NULL) and `where` the kind
 * has no such notion.
 *
 * It does not judge: whether the case at hand has the layers a rule needs is for assess. */
#include "plan/rule_int.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define K(kind) (1u << BJ_KIND_##kind)

enum {
    TIMES = K(TIME) | K(MEAN_TIME),
    POINTS = K(RADIUS) | TIMES,
    GROUPS = K(ANY) | K(ALL),
    PARTS = POINTS | GROUPS | K(PRESENCE) | K(RATIO) | K(SHARE) | K(COUNT),
    UNITS = K(PRESENCE) | K(RATIO) | K(SHARE) | K(COUNT),
    EVERY = (1u << BJ_KIND_N) - 1
};

typedef enum bj_status (*read_fn)(struct bj_rule_reader *r, const struct bj_yaml *node);

struct key {
    const char *name;
    unsigned must, may; /* kinds */
    enum bj_value_type type;
    size_t offset;            /* of the member; WORD: an enum, stored as int */
    const char *const *words; /* WORD */
    read_fn read;             /* OWN */
};

static enum bj_status read_tier_of(struct bj_rule_reader *r, const struct bj_yaml *node);
static enum bj_status read_tier_by(struct bj_rule_reader *r, const struct bj_yaml *node);
static enum bj_status read_bands(struct bj_rule_reader *r, const struct bj_yaml *node);
static enum bj_status read_if(struct bj_rule_reader *r, const struct bj_yaml *node);
static enum bj_status read_that(struct bj_rule_reader *r, const struct bj_yaml *node);
static enum bj_status read_share_of(struct bj_rule_reader *r, const struct bj_yaml *node);
static enum bj_status read_ratio_per(struct bj_rule_reader *r, const struct bj_yaml *node);
static enum bj_status read_exclude_where(struct bj_rule_reader *r, const struct bj_yaml *node);
static enum bj_status read_exempt(struct bj_rule_reader *r, const struct bj_yaml *node);
static enum bj_status read_alt_of(struct bj_rule_reader *r, const struct bj_yaml *node);
static enum bj_status read_alt_kinds(struct bj_rule_reader *r, const struct bj_yaml *node);
static enum bj_status read_excluded(struct bj_rule_reader *r, const struct bj_yaml *node);
static enum bj_status read_ownership(struct bj_rule_reader *r, const struct bj_yaml *node);
static enum bj_status leave_parts(struct bj_rule_reader *r, const struct bj_yaml *node);

/* Units that each kind can be judged by: prefixes of bj_per_names would not do. */
static const char *const presence_per[] = {"village", "township", "street", "county", "city", NULL};
static const char *const ratio_unit[] = {"", "township", "", "county", "city", "facility", NULL};
static const char *const county_or_city[] = {"", "", "", "county", "city", NULL};

#define AT(member) offsetof(struct bj_rule, member)
static const struct key keys[] = {
    {"id", EVERY, 0, TEXT, AT(id), NULL, NULL},
    {"clause", 0, EVERY, TEXT, AT(clause), NULL, NULL},
    {"quote", 0, EVERY, TEXT, AT(quote), NULL, NULL},
    {"level", 0, EVERY, WORD, AT(level), bj_rule_level_names, NULL},
    {"kind", EVERY, 0, WORD, AT(kind), bj_kind_names, NULL},
    {"note", 0, EVERY, TEXT, AT(note), NULL, NULL},
    {"facilities", POINTS | K(PRESENCE), K(RATIO) | K(COUNT) | K(EXCLUDE), CLASSES, AT(facilities),
     NULL, NULL},
    {"demand", POINTS, 0, WORD, AT(demand), bj_demand_names, NULL},
    {"where", POINTS, 0, WORD, AT(where), bj_where_names, NULL},
    {"target_m", 0, K(RADIUS), METRES, AT(target_m), NULL, NULL},
    {"limit_m", K(RADIUS), 0, METRES, AT(limit_m), NULL, NULL},
    {"target_s", 0, TIMES, SECONDS, AT(target_s), NULL, NULL},
    {"limit_s", TIMES, 0, SECONDS, AT(limit_s), NULL, NULL},
    {"mode", TIMES, 0, WORD, AT(mode), bj_mode_names, NULL},
    {"direction", TIMES, 0, WORD, AT(direction), bj_direction_names, NULL},
    {"turnout_s", 0, TIMES, SECONDS, AT(turnout_s), NULL, NULL},
    {"ownership", 0, POINTS | UNITS | K(EXCLUDE), OWN, 0, NULL, read_ownership},
    {"of", GROUPS, 0, OWN, 0, NULL, leave_parts},
    {"of", K(TIER), 0, OWN, 0, NULL, read_tier_of},
    {"by", K(TIER), 0, OWN, 0, NULL, read_tier_by},
    {"bands", K(TIER), 0, OWN, 0, NULL, read_bands},
    {"of", K(SHARE), 0, OWN, 0, NULL, read_share_of},
    {"of", K(ALT), 0, OWN, 0, NULL, read_alt_of},
    {"kinds", K(ALT), 0, OWN, 0, NULL, read_alt_kinds},
    {"what", K(EXCLUDE), 0, OWN, 0, NULL, read_excluded},
    {"where", 0, K(EXCLUDE), OWN, 0, NULL, read_exclude_where},
    {"value", K(RATIO), K(COUNT), TEXT, AT(value), NULL, NULL},
    {"per", K(PRESENCE), 0, WORD, AT(per), presence_per, NULL},
    {"per", 0, K(RATIO), OWN, 0, NULL, read_ratio_per},
    {"unit", K(RATIO), 0, WORD, AT(per), ratio_unit, NULL},
    {"unit", K(SHARE) | K(COUNT), 0, WORD, AT(per), county_or_city, NULL},
    {"if", 0, UNITS, OWN, 0, NULL, read_if},
    {"that", K(SHARE), K(PRESENCE) | K(RATIO) | K(COUNT), OWN, 0, NULL, read_that},
    {"min", K(PRESENCE), 0, WHOLE, AT(min), NULL, NULL},
    {"target", 0, K(PRESENCE), WHOLE, AT(target), NULL, NULL},
    {"max", 0, K(PRESENCE), WHOLE, AT(max), NULL, NULL},
    {"min", K(SHARE), 0, FRACTION, AT(min), NULL, NULL},
    {"min", 0, K(RATIO) | K(COUNT), NUMBER, AT(min), NULL, NULL},
    {"target", 0, K(RATIO) | K(COUNT), NUMBER, AT(target), NULL, NULL},
    {"max", 0, K(RATIO) | K(COUNT), NUMBER, AT(max), NULL, NULL},
    {"exempt", 0, K(PRESENCE), OWN, 0, NULL, read_exempt},
};
enum { N_KEYS = sizeof(keys) / sizeof(*keys) };

/* ---- keys of single kinds ------------------------------------------------------- */

static enum bj_status read_tier_of(struct bj_rule_reader *r, const struct bj_yaml *node)
{
    static const char *const words[] = {"villages", "clinics", NULL};

    return bj_rule_word(r, node, "of", words, &r->rule.tier_of_clinics);
}

static enum bj_status read_tier_by(struct bj_rule_reader *r, const struct bj_yaml *node)
{
    static const char *const words[] = {"resident_population", "service_population", NULL};

    return bj_rule_word(r, node, "by", words, &r->rule.tier_by_service);
}

static enum bj_status read_ownership(struct bj_rule_reader *r, const struct bj_yaml *node)
{
    static const char *const words[] = {"public", "private", NULL};
    int i;
    enum bj_status st = bj_rule_word(r, node, "ownership", words, &i);

    if (!st)
        r->rule.ownership = words[i];
    return st;
}

static enum bj_status read_exempt(struct bj_rule_reader *r, const struct bj_yaml *node)
{
    static const char *const words[] = {"seat_of_township_hospital", NULL};
    int i;
    enum bj_status st = bj_rule_word(r, node, "exempt", words, &i);

    if (!st)
        r->rule.exempt_hospital_seat = 1;
    return st;
}

static enum bj_status read_excluded(struct bj_rule_reader *r, const struct bj_yaml *node)
{
    static const char *const words[] = {"candidates", "beds", "facilities", NULL};
    int i;
    enum bj_status st = bj_rule_word(r, node, "what", words, &i);

    if (!st)
        r->rule.of = words[i];
    return st;
}

static enum bj_status read_band(const struct bj_rule_reader *r, const struct bj_yaml *node,
                                const struct bj_band *before, struct bj_band *band)
{
    static const char *const known[] = {"min", "below", "needs", NULL};
    const struct bj_yaml *needs;
    enum bj_status st = bj_rule_need_map(r, node, "bands", known);

    *band = (struct bj_band){NAN, INFINITY, -1};
    if (!st)
        st = bj_rule_amount(r, node, "min", &band->min);
    if (!st)
        st = bj_rule_amount(r, node, "below", &band->below);
    if (st)
        return st;
    needs = bj_yaml_get(node, "needs");
    if (isnan(band->min) || !needs)
        return bj_rule_fail(r, node, _("a band needs 'min' and 'needs'"));
    if (!(band->below > band->min))
        return bj_rule_fail(r, node, _("impossible band: 'below' %g is not more than 'min' %g"),
                            band->below, band->min);
    if (before && isinf(before->below))
        return bj_rule_fail(
            r, node,
            _("impossible bands: the band before this one has no 'below', so they overlap"));
    if (before && band->min < before->below)
        return bj_rule_fail(
            r, node,
            _("impossible bands: from %g to below %g people two bands overlap; put them in "
              "ascending order, each 'min' equal to the 'below' before it"),
            band->min, before->below);
    if (before && band->min > before->below)
        return bj_rule_fail(r, node,
                            _("impossible bands: there is a gap from %g to below %g people"),
                            before->below, band->min);
    return bj_rule_class(r, needs, "needs", &band->needs);
}

/* An array that lives as long as the plan; NULL when out of memory. */
static struct bj_band *new_bands(struct bj_plan *plan, size_t n)
{
    struct bj_band *band;

    if (!bj_grow(plan->ctx, (void **)&plan->bands, &plan->bands_cap, plan->n_bands,
                 sizeof(*plan->bands)))
        return NULL;
    band = bj_alloc0(plan->ctx, n, sizeof(*band));
    if (band)
        plan->bands[plan->n_bands++] = band;
    return band;
}

static const char **new_words(struct bj_plan *plan, size_t n)
{
    const char **word;

    if (!bj_grow(plan->ctx, (void **)&plan->words, &plan->words_cap, plan->n_words,
                 sizeof(*plan->words)))
        return NULL;
    word = bj_alloc0(plan->ctx, n, sizeof(const char *));
    if (word)
        plan->words[plan->n_words++] = word;
    return word;
}

/* An empty list is allowed: the document names a tier and gives no number. */
static enum bj_status read_bands(struct bj_rule_reader *r, const struct bj_yaml *node)
{
    struct bj_band *band;
    enum bj_status st = BJ_OK;

    if (node->kind != BJ_YAML_LIST)
        return bj_rule_fail(r, node, _("'bands' must be a list of {min, below, needs}"));
    band = new_bands(r->plan, node->n);
    if (!band)
        return BJ_ENOMEM;
    for (size_t i = 0; i < node->n && !st; i++)
        st = read_band(r, node->item[i], i ? &band[i - 1] : NULL, &band[i]);
    r->rule.band = band;
    r->rule.n_bands = node->n;
    return st;
}

static enum bj_status read_if(struct bj_rule_reader *r, const struct bj_yaml *node)
{
    static const char *const known[] = {"population_min", "population_max", "type", "name", NULL};
    struct bj_rule *rule = &r->rule;
    enum bj_status st = bj_rule_need_map(r, node, "if", known);

    if (!st)
        st = bj_rule_amount(r, node, "population_min", &rule->if_population_min);
    if (!st)
        st = bj_rule_amount(r, node, "population_max", &rule->if_population_max);
    if (!st)
        st = bj_rule_text(r, node, "type", &rule->if_type);
    if (!st)
        st = bj_rule_text(r, node, "name", &rule->if_name);
    if (!st && node->n == 0)
        st = bj_rule_fail(r, node, _("'if' is empty"));
    if (!st && rule->if_population_min > rule->if_population_max)
        st = bj_rule_fail(r, node,
                          _("impossible band: population_min %g is more than population_max %g"),
                          rule->if_population_min, rule->if_population_max);
    return st;
}

/* {field, equals | min}; a share of units may ask {facilities, min} instead. */
static enum bj_status read_that(struct bj_rule_reader *r, const struct bj_yaml *node)
{
    static const char *const known[] = {"field", "equals", "min", "facilities", NULL};
    struct bj_rule *rule = &r->rule;
    const struct bj_yaml *classes;
    bool equals, min;
    enum bj_status st = bj_rule_need_map(r, node, "that", known);

    if (st)
        return st;
    classes = bj_yaml_get(node, "facilities");
    equals = bj_yaml_get(node, "equals") != NULL;
    min = bj_yaml_get(node, "min") != NULL;
    if (classes && (rule->kind != BJ_KIND_SHARE || equals || bj_yaml_get(node, "field") || !min))
        return bj_rule_fail(r, node,
                            _("'that' with facilities is {facilities, min}, in a share of units"));
    if (!classes && !bj_yaml_get(node, "field"))
        return bj_rule_fail(r, node, _("'that' must name a field"));
    if (equals == min)
        return bj_rule_fail(r, node, _("'that' needs either 'equals' or 'min'"));
    st = bj_rule_text(r, node, "field", &rule->field);
    if (!st)
        st = bj_rule_text(r, node, "equals", &rule->equals);
    if (!st)
        st = bj_rule_amount(r, node, "min", &rule->field_min);
    if (!st && classes)
        st = bj_rule_classes(r, classes, "facilities", &rule->facilities);
    return st;
}

/* "a;b;c" of a list of texts, in the plan's strings. */
static const char *join_list(struct bj_plan *plan, const struct bj_yaml *list)
{
    struct bj_buf b = {0};
    const char *s = NULL;

    for (size_t i = 0; i < list->n; i++) {
        bj_buf_puts(plan->ctx, &b, i ? ";" : "");
        bj_buf_puts(plan->ctx, &b, list->item[i]->text);
    }
    if (!b.failed)
        s = bj_strings_add(plan->ctx, &plan->strings, b.s, b.n);
    bj_buf_release(plan->ctx, &b);
    return s;
}

/* A unit, a class or a list of classes. `that` is read later and may add classes to a unit. */
static enum bj_status read_share_of(struct bj_rule_reader *r, const struct bj_yaml *node)
{
    struct bj_rule *rule = &r->rule;
    enum bj_status st;

    if (node->kind == BJ_YAML_SCALAR && bj_word_find(node->text, presence_per) >= 0) {
        rule->of = node->text;
        return BJ_OK;
    }
    st = bj_rule_classes(r, node, "of", &rule->facilities);
    if (st)
        return st;
    rule->of = node->kind == BJ_YAML_LIST ? join_list(r->plan, node) : node->text;
    return rule->of ? BJ_OK : BJ_ENOMEM;
}

/* {population, people} or {field, amount?}. */
static enum bj_status read_ratio_per(struct bj_rule_reader *r, const struct bj_yaml *node)
{
    static const char *const known[] = {"population", "people", "field", "amount", NULL};
    struct bj_rule *rule = &r->rule;
    const struct bj_yaml *population, *people, *amount;
    int kind;
    enum bj_status st = bj_rule_need_map(r, node, "per", known);

    if (st)
        return st;
    population = bj_yaml_get(node, "population");
    people = bj_yaml_get(node, "people");
    amount = bj_yaml_get(node, "amount");
    if (bj_yaml_get(node, "field")) {
        if (population || people)
            return bj_rule_fail(r, node,
                                _("'per' is {population, people} or {field, amount}, not both"));
        rule->per_people = 1;
        st = bj_rule_text(r, node, "field", &rule->per_field);
        return st || !amount ? st : bj_rule_number(r, amount, "amount", NUMBER, &rule->per_people);
    }
    if (!population || !people || amount)
        return bj_rule_fail(r, node, _("'per' must say {population: resident, people: 1000}"));
    st = bj_rule_word(r, population, "population", bj_people_names, &kind);
    if (st)
        return st;
    rule->people = (enum bj_people)kind;
    return bj_rule_number(r, people, "people", NUMBER, &rule->per_people);
}

static enum bj_status read_exclude_where(struct bj_rule_reader *r, const struct bj_yaml *node)
{
    static const char *const known[] = {"field", "equals", "below", "above", NULL};
    struct bj_rule *rule = &r->rule;
    enum bj_status st = bj_rule_need_map(r, node, "where", known);

    if (st)
        return st;
    if (!bj_yaml_get(node, "field") || node->n != 2)
        return bj_rule_fail(r, node, _("'where' must be {field} with one of equals, below, above"));
    st = bj_rule_text(r, node, "field", &rule->field);
    if (!st)
        st = bj_rule_text(r, node, "equals", &rule->equals);
    if (!st)
        st = bj_rule_amount(r, node, "below", &rule->below);
    return st ? st : bj_rule_amount(r, node, "above", &rule->above);
}

/* `of: ~` says that the substitute stands for no rule of this plan; whether a name is a rule
 * is known when all are read. */
static enum bj_status read_alt_of(struct bj_rule_reader *r, const struct bj_yaml *node)
{
    if (bj_yaml_is_null(node))
        return BJ_OK;
    return bj_rule_text(r, r->map, "of", &r->rule.of);
}

static enum bj_status read_alt_kinds(struct bj_rule_reader *r, const struct bj_yaml *node)
{
    static const char *const known[] = {"joint", "outreach", "posted", NULL};
    const char **word;

    if (node->kind != BJ_YAML_LIST || node->n == 0)
        return bj_rule_fail(r, node, _("'kinds' must be a list of joint, outreach, posted"));
    word = new_words(r->plan, node->n);
    if (!word)
        return BJ_ENOMEM;
    for (size_t i = 0; i < node->n; i++) {
        int k;
        enum bj_status st = bj_rule_word(r, node->item[i], "kinds", known, &k);

        if (st)
            return st;
        word[i] = known[k];
    }
    r->rule.alt_kind = word;
    r->rule.n_alt_kinds = node->n;
    return BJ_OK;
}

/* The parts of any and all are rules of their own: read_rule() comes to them later. */
static enum bj_status leave_parts(struct bj_rule_reader *r, const struct bj_yaml *node)
{
    if (node->kind != BJ_YAML_LIST || node->n == 0)
        return bj_rule_fail(r, node, _("'of' must be a list of rules"));
    return BJ_OK;
}

/* ---- one rule -------------------------------------------------------------------- */

/* One key of the map that is none of the kind's. */
static enum bj_status fail_unknown(const struct bj_rule_reader *r, size_t i,
                                   const char *const *known)
{
    struct bj_yaml one = *r->map;
    enum bj_status st = BJ_OK;

    if ((1u << r->rule.kind) & POINTS)
        st = bj_rule_fail_unit(r, r->map->key[i], r->map->item[i]);
    if (st)
        return st;
    one.n = 1;
    one.key = &r->map->key[i];
    one.item = &r->map->item[i];
    st = bj_yaml_check_keys(r->ctx, r->doc, &one, known);
    return st ? bj_fail_in(r->ctx, BJ_EDATA, "%s (%s)", r->name, bj_kind_names[r->rule.kind]) : st;
}

static enum bj_status check_known(const struct bj_rule_reader *r)
{
    const char *known[N_KEYS + 1];
    unsigned kind = 1u << r->rule.kind;
    enum bj_status st = BJ_OK;
    size_t n = 0;

    for (size_t i = 0; i < N_KEYS; i++)
        if ((keys[i].must | keys[i].may) & kind)
            known[n++] = keys[i].name;
    known[n] = NULL;
    for (size_t i = 0; !st && i < r->map->n; i++)
        if (bj_word_find(r->map->key[i]->text, known) < 0)
            st = bj_plan_keep(r->plan, fail_unknown(r, i, known));
    return st;
}

static enum bj_status read_key(struct bj_rule_reader *r, const struct key *key,
                               const struct bj_yaml *node)
{
    char *member = (char *)&r->rule + key->offset;
    int word;
    enum bj_status st;

    switch (key->type) {
    case OWN:
        return key->read(r, node);
    case CLASSES:
        return bj_rule_classes(r, node, key->name, (uint64_t *)(void *)member);
    case WORD:
        st = bj_rule_word(r, node, key->name, key->words, &word);
        if (!st)
            memcpy(member, &word, sizeof(word));
        return st;
    case TEXT:
        st = bj_rule_need_scalar(r, node, key->name);
        if (!st)
            memcpy(member, &node->text, sizeof(node->text));
        return st;
    default:
        return bj_rule_number(r, node, key->name, key->type, (double *)(void *)member);
    }
}

_Static_assert(sizeof(enum bj_kind) == sizeof(int), "words are stored as int");

/* A key that nobody knows (limit_km) may be the one that is missing: one sentence is enough. */
static enum bj_status read_keys(struct bj_rule_reader *r, bool all_known)
{
    unsigned kind = 1u << r->rule.kind;
    enum bj_status st = BJ_OK;

    for (size_t i = 0; i < N_KEYS && !st; i++) {
        const struct bj_yaml *node;

        if (!((keys[i].must | keys[i].may) & kind))
            continue;
        node = bj_yaml_get(r->map, keys[i].name);
        if (node)
            st = read_key(r, &keys[i], node);
        else if ((keys[i].must & kind) && all_known)
            st = bj_rule_fail(r, NULL, _("%s is missing"), keys[i].name);
        st = bj_plan_keep(r->plan, st);
    }
    return st;
}

/* ---- what a rule's values must be together ------------------------------------- */

static enum bj_status check_order(const struct bj_rule_reader *r, const char *low, double low_v,
                                  const char *high, double high_v)
{
    if (!(low_v > high_v)) /* NaN: one is not given */
        return BJ_OK;
    return bj_rule_fail(r, bj_yaml_get(r->map, low), _("'%s' %g is more than '%s' %g"), low, low_v,
                        high, high_v);
}

static enum bj_status check_bounds(const struct bj_rule_reader *r)
{
    const struct bj_rule *u = &r->rule;
    enum bj_status st = check_order(r, "target_m", u->target_m, "limit_m", u->limit_m);

    if (!st)
        st = check_order(r, "target_s", u->target_s, "limit_s", u->limit_s);
    if (!st)
        st = check_order(r, "turnout_s", u->turnout_s, "limit_s", u->limit_s);
    if (!st)
        st = check_order(r, "min", u->min, "target", u->target);
    if (!st)
        st = check_order(r, "target", u->target, "max", u->max);
    return st ? st : check_order(r, "min", u->min, "max", u->max);
}

static enum bj_status check_resources(struct bj_rule_reader *r)
{
    struct bj_rule *u = &r->rule;
    int c = u->value ? bj_class_find(u->value) : -1;

    if (u->kind != BJ_KIND_RATIO && u->kind != BJ_KIND_COUNT)
        return BJ_OK;
    if (isnan(u->min) && isnan(u->target) && isnan(u->max))
        return bj_rule_fail(r, NULL, _("one of min, target and max is needed"));
    if (c >= 0 && u->facilities)
        return bj_rule_fail(
            r, NULL, _("'value' is the class '%s', so 'facilities' is one too many"), u->value);
    if (c >= 0)
        u->facilities = bj_class_set((enum bj_class)c);
    if (u->kind == BJ_KIND_COUNT)
        return u->facilities || u->value
                   ? BJ_OK
                   : bj_rule_fail(r, NULL, _("a count needs 'facilities', or a column as 'value'"));
    if (isnan(u->per_people) && u->per != BJ_PER_FACILITY)
        return bj_rule_fail(r, NULL, _("per is missing"));
    if (u->per == BJ_PER_FACILITY && (c >= 0 || !u->facilities))
        return bj_rule_fail(r, NULL,
                            _("with 'unit: facility' the rule needs 'facilities', and a column as "
                              "'value'"));
    return BJ_OK;
}

static enum bj_status check_share(const struct bj_rule_reader *r)
{
    const struct bj_rule *u = &r->rule;
    bool of_unit = u->kind == BJ_KIND_SHARE && bj_word_find(u->of, presence_per) >= 0;
    const struct bj_yaml *that = bj_yaml_get(r->map, "that");

    if (u->kind == BJ_KIND_SHARE && !of_unit && bj_yaml_get(that, "facilities"))
        return bj_rule_fail(r, that,
                            _("'that' can ask for facilities only where 'of' is a unit, such as "
                              "county"));
    if (of_unit && (int)u->per <= bj_word_find(u->of, bj_per_names))
        return bj_rule_fail(r, NULL, _("a share of each %s cannot be judged by %s"), u->of,
                            bj_per_names[u->per]);
    return BJ_OK;
}

/* Candidates are villages; of facilities a rule may name some, or say which by a column. */
static enum bj_status check_exclusion(const struct bj_rule_reader *r)
{
    const struct bj_rule *u = &r->rule;

    if (u->kind != BJ_KIND_EXCLUDE)
        return BJ_OK;
    if (strcmp(u->of, "candidates") == 0 && (u->facilities || u->ownership))
        return bj_rule_fail(r, bj_yaml_get(r->map, u->facilities ? "facilities" : "ownership"),
                            _("candidates are villages: facilities and ownership go with 'what: "
                              "beds' or 'what: facilities'"));
    if (u->field || (strcmp(u->of, "facilities") == 0 && u->facilities))
        return BJ_OK;
    return bj_rule_fail(r, NULL, _("where is missing"));
}

/* Ownership is a facility's: a rule that counts none cannot ask for it. */
static enum bj_status check_ownership(const struct bj_rule_reader *r)
{
    const struct bj_rule *u = &r->rule;

    if (!u->ownership || u->facilities || u->kind == BJ_KIND_EXCLUDE)
        return BJ_OK;
    return bj_rule_fail(r, bj_yaml_get(r->map, "ownership"),
                        _("'ownership' needs the 'facilities' whose it is"));
}

/* A rule that no case could ever give what it needs. */
static enum bj_status check_can_be_judged(const struct bj_rule_reader *r)
{
    const struct bj_rule *u = &r->rule;
    bool of_villages = u->kind == BJ_KIND_SHARE && strcmp(u->of, "village") == 0;

    if (of_villages && !u->field)
        return bj_rule_fail(r, bj_yaml_get(r->map, "that"),
                            _("this can never be judged: for facilities of each village use a "
                              "presence rule with 'per: village'"));
    return BJ_OK;
}

/* ---- reading in order ------------------------------------------------------------ */

static void set_unknown(struct bj_rule *u)
{
    u->target_m = u->limit_m = u->target_s = u->limit_s = u->turnout_s = NAN;
    u->if_population_min = u->if_population_max = NAN;
    u->min = u->target = u->max = u->per_people = NAN;
    u->field_min = u->above = u->below = NAN;
}

/* The id first: all other sentences use it. */
static enum bj_status read_id(struct bj_rule_reader *r, size_t position)
{
    const struct bj_yaml *node;

    snprintf(r->name, sizeof(r->name), _("rule %zu of the list"), position + 1);
    if (r->map->kind != BJ_YAML_MAP)
        return bj_rule_fail(r, NULL, _("a rule is a map of keys and values"));
    node = bj_yaml_get(r->map, "id");
    if (!node)
        return bj_rule_fail(r, NULL, _("id is missing"));
    if (bj_rule_need_scalar(r, node, "id"))
        return BJ_EDATA;
    if (!bj_plan_id_valid(node->text))
        return bj_rule_fail(
            r, node,
            _("'%.80s' is no id: it has 1 to 40 letters a-z, digits, '.', '_' or '-', and "
              "starts with a letter or digit"),
            node->text);
    r->rule.id = node->text;
    snprintf(r->name, sizeof(r->name), _("rule '%s'"), node->text);
    return BJ_OK;
}

static enum bj_status read_kind(struct bj_rule_reader *r)
{
    const struct bj_yaml *node = bj_yaml_get(r->map, "kind");
    int kind;
    enum bj_status st;

    if (!node)
        return bj_rule_fail(r, NULL, _("kind is missing"));
    st = bj_rule_word(r, node, "kind", bj_kind_names, &kind);
    if (st)
        return st;
    r->rule.kind = (enum bj_kind)kind;
    return BJ_OK;
}

/* Parts without clause, quotation or level have those of the rule that holds them. */
static enum bj_status inherit(struct bj_rule_reader *r, const struct bj_rule *holder)
{
    struct bj_rule *u = &r->rule;

    if (!bj_yaml_get(r->map, "level")) {
        if (!holder)
            return bj_rule_fail(r, NULL, _("level is missing"));
        u->level = holder->level;
    }
    if (!u->clause && !holder)
        return bj_rule_fail(r, NULL, _("clause is missing: say where the document has this rule"));
    if (!u->clause)
        u->clause = holder->clause;
    if (!u->quote)
        u->quote = holder ? holder->quote : "";
    if (bj_is_blank(u->clause))
        return bj_rule_fail(r, bj_yaml_get(r->map, "clause"), _("'clause' is empty"));
    if (holder && !((1u << u->kind) & PARTS))
        return bj_rule_fail(r, bj_yaml_get(r->map, "kind"),
                            _("a rule of kind %s cannot be a part of '%s'"), bj_kind_names[u->kind],
                            holder->id);
    return BJ_OK;
}

static enum bj_status append(struct bj_plan *plan, size_t source, const struct bj_rule *rule)
{
    size_t n = plan->info.n_rules, cap = plan->rules_cap;

    if (n == INT_MAX)
        return bj_fail(plan->ctx, BJ_EDATA, _("the plan has too many rules"));
    if (!bj_grow(plan->ctx, (void **)&plan->rules, &cap, n, sizeof(*plan->rules)))
        return BJ_ENOMEM;
    plan->info.rule = plan->rules;
    if (cap != plan->rules_cap) {
        unsigned char *p = bj_resize(plan->ctx, plan->source_of, cap, 1);

        if (!p)
            return BJ_ENOMEM;
        plan->source_of = p;
        plan->rules_cap = cap;
    }
    plan->rules[n] = *rule;
    plan->source_of[n] = (unsigned char)source;
    plan->info.n_rules++;
    return BJ_OK;
}

/* What the values are worth together; asked of rules whose single values are right. */
static enum bj_status check_together(struct bj_rule_reader *r)
{
    enum bj_status st = check_bounds(r);

    if (!st)
        st = check_resources(r);
    if (!st)
        st = check_exclusion(r);
    if (!st)
        st = check_ownership(r);
    if (!st)
        st = check_share(r);
    return st ? st : check_can_be_judged(r);
}

/* A failure here is one that leaves no rule to speak of: no id, no kind. */
static enum bj_status read_rule(struct bj_rule_reader *r, size_t position, int parent)
{
    const struct bj_rule *holder = parent >= 0 ? &r->plan->rules[parent] : NULL;
    size_t before = r->plan->n_faults;
    enum bj_status st;

    set_unknown(&r->rule);
    r->rule.parent = parent;
    r->rule.line = r->map->line;
    r->rule.column = r->map->column;
    st = read_id(r, position);
    if (!st)
        st = read_kind(r);
    if (!st)
        st = check_known(r);
    if (!st)
        st = read_keys(r, r->plan->n_faults == before);
    if (!st)
        st = bj_plan_keep(r->plan, inherit(r, holder));
    if (!st && r->plan->n_faults == before)
        st = bj_plan_keep(r->plan, check_together(r));
    return st;
}

/* Parts that judge points must judge the same points, else they cannot be combined. */
static enum bj_status check_parts(const struct bj_rule_reader *r, size_t index)
{
    const struct bj_plan *plan = r->plan;
    const struct bj_rule *first = NULL;

    for (size_t i = index + 1; i < plan->info.n_rules; i++) {
        const struct bj_rule *u = &plan->rules[i];

        if (!((1u << u->kind) & POINTS))
            continue;
        if (!first)
            first = u;
        if (u->demand != first->demand || u->where != first->where)
            return bj_rule_fail(r, NULL,
                                _("its parts '%s' and '%s' judge different demand (demand, where)"),
                                first->id, u->id);
    }
    return BJ_OK;
}

static enum bj_status read_one(struct bj_plan *plan, size_t source, const struct bj_yaml *map,
                               size_t position, int parent)
{
    struct bj_rule_reader r = {
        .plan = plan, .ctx = plan->ctx, .doc = plan->source[source].doc, .map = map};
    size_t index = plan->info.n_rules, before = plan->n_faults;
    const struct bj_yaml *of;
    enum bj_status st = read_rule(&r, position, parent);

    if (st)
        return bj_plan_keep(plan, st);
    st = append(plan, source, &r.rule);
    of = bj_yaml_get(map, "of");
    if (st || !((1u << r.rule.kind) & GROUPS) || !of || of->kind != BJ_YAML_LIST)
        return st;
    plan->rules[index].n_parts = of->n;
    st = bj_rules_read(plan, source, of, (int)index);
    if (!st && plan->n_faults == before)
        st = bj_plan_keep(plan, check_parts(&r, index));
    return st;
}

/* Recursion ends: YAML trees are at most 32 deep. */
enum bj_status bj_rules_read(struct bj_plan *plan, size_t source, const struct bj_yaml *list,
                             int parent)
{
    enum bj_status st = BJ_OK;

    if (list->kind != BJ_YAML_LIST)
        return bj_yaml_fail(plan->ctx, plan->source[source].doc, list, _("'rules' must be a list"));
    for (size_t i = 0; i < list->n && !st; i++)
        st = read_one(plan, source, list->item[i], i, parent);
    return st;
}
