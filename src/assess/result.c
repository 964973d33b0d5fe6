/* A rule's result: its rows, and every sum made of them.
 *
 * The rows come first (status, facility, distance of each demand point), all else is added up
 * from them here, once: totals of villages and people, by township too, shares, what own
 * facilities alone cover, the farthest point. Each sum is then checked against the rows: the
 * statuses add up to the total, the townships to the rule. A difference is a bug and ends the
 * run, as no number may be printed that does not hold.
 *
 * Townships are those of the study in its order; then names that only the points' own column
 * has, in the order of their first point; then, under the name "", the points without one. */
#include "assess/assess_int.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

/* ---- texts -------------------------------------------------------------- */

static const char *keep_text(struct bj_judge *j, const char *fmt, va_list args)
{
    const char *text = NULL;
    char *s;
    va_list again;
    int n;

    va_copy(again, args);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    s = bj_alloc0(j->ctx, (size_t)(n < 0 ? 0 : n) + 1, 1);
    if (s) {
        vsnprintf(s, (size_t)(n < 0 ? 0 : n) + 1, fmt, args);
        text = bj_strings_add(j->ctx, &j->a->own->strings, s, strlen(s));
        bj_free(j->ctx, s);
    }
    return text;
}

const char *bj_assess_text(struct bj_judge *j, const char *fmt, ...)
{
    va_list args;
    const char *text;

    va_start(args, fmt);
    text = keep_text(j, fmt, args);
    va_end(args);
    return text;
}

enum bj_status bj_assess_note(struct bj_judge *j, const char *code, const char *layer,
                              const char *fix, const char *fmt, ...)
{
    struct bj_assessment *a = j->a;
    struct bj_note note = {.code = code, .layer = layer, .fix = fix};
    va_list args;

    va_start(args, fmt);
    note.text = keep_text(j, fmt, args);
    va_end(args);
    if (!note.text ||
        !bj_grow(j->ctx, (void **)&a->note, &a->own->notes_cap, a->n_notes, sizeof(note)))
        return BJ_ENOMEM;
    /* Rules with the same facilities and the same gap say it once. */
    for (size_t i = 0; i < a->n_notes; i++)
        if (strcmp(a->note[i].code, code) == 0 && strcmp(a->note[i].text, note.text) == 0)
            return BJ_OK;
    a->note[a->n_notes++] = note;
    return BJ_OK;
}

enum bj_status bj_assess_assume(struct bj_judge *j, const char *key, const char *value,
                                const char *mark, const char *source)
{
    struct bj_assessment *a = j->a;

    if (!value || !bj_grow(j->ctx, (void **)&a->assumption, &a->own->assumptions_cap,
                           a->n_assumptions, sizeof(*a->assumption)))
        return BJ_ENOMEM;
    for (size_t i = 0; i < a->n_assumptions; i++)
        if (strcmp(a->assumption[i].key, key) == 0)
            return BJ_OK;
    a->assumption[a->n_assumptions++] = (struct bj_assumption){key, value, mark, source};
    return BJ_OK;
}

enum bj_status bj_result_open(struct bj_judge *j, struct bj_rule_result *r, const char *fmt, ...)
{
    va_list args;
    const char *text;
    char *copy;

    va_start(args, fmt);
    text = keep_text(j, fmt, args);
    va_end(args);
    copy = text ? bj_strdup(j->ctx, text) : NULL;
    if (!copy)
        return BJ_ENOMEM;
    bj_free(j->ctx, r->reason);
    r->reason = copy;
    r->verdict = BJ_NOT_EVALUATED;
    return BJ_OK;
}

/* ---- rows --------------------------------------------------------------- */

enum bj_status bj_result_rows(struct bj_judge *j, struct bj_rule_result *r,
                              const struct bj_places *demand)
{
    struct bj_scratch *scratch = bj_judge_scratch(j, r);
    size_t n = demand->n;

    r->status = bj_alloc0(j->ctx, n, sizeof(*r->status));
    r->facility = bj_alloc0(j->ctx, n, sizeof(*r->facility));
    r->dist_mm = bj_alloc0(j->ctx, n, sizeof(*r->dist_mm));
    r->time_ms = bj_alloc0(j->ctx, n, sizeof(*r->time_ms));
    r->border = bj_alloc0(j->ctx, n, sizeof(*r->border));
    r->via_nbr = bj_alloc0(j->ctx, n, sizeof(*r->via_nbr));
    scratch->own = bj_alloc0(j->ctx, n, 1);
    scratch->full = bj_alloc0(j->ctx, n, 1);
    if (!r->status || !r->facility || !r->dist_mm || !r->time_ms || !r->border || !r->via_nbr ||
        !scratch->own || !scratch->full)
        return BJ_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        bool out = bj_scope_of(r->rule, demand, i) == BJ_POINT_OUT_OF_SCOPE;

        r->status[i] = (unsigned char)(out ? BJ_POINT_OUT_OF_SCOPE : BJ_POINT_NOT_EVALUATED);
        r->facility[i] = -1;
        r->dist_mm[i] = r->time_ms[i] = -1;
    }
    r->demand = demand;
    r->judged = 1;
    return demand == &j->study->parcels ? bj_result_land(j, r) : BJ_OK;
}

void bj_result_release(struct bj_ctx *ctx, struct bj_rule_result *r)
{
    bj_free(ctx, r->served);
    bj_free(ctx, r->township);
    bj_free(ctx, r->unit);
    bj_free(ctx, r->patch);
    bj_free(ctx, r->covered_part_km2);
    bj_polygons_release(ctx, &r->uncovered);
    bj_polygons_release(ctx, &r->covered);
    bj_free(ctx, r->advice);
    bj_free(ctx, r->own_m2);
    bj_free(ctx, r->target_m2);
    bj_free(ctx, r->cover_m2);
    bj_free(ctx, r->via_nbr);
    bj_free(ctx, r->border);
    bj_free(ctx, r->time_ms);
    bj_free(ctx, r->dist_mm);
    bj_free(ctx, r->facility);
    bj_free(ctx, r->status);
    bj_free(ctx, r->reason);
    memset(r, 0, sizeof(*r));
}

/* ---- townships ---------------------------------------------------------- */

static uint64_t hash_text(const char *s) /* FNV-1a */
{
    uint64_t h = 0xcbf29ce484222325u;

    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 0x100000001b3u;
    return h;
}

struct name_table {
    uint32_t *slot; /* unit + 1 */
    size_t mask;
};

static void set_unit(struct bj_township_tally *unit, int32_t township, const char *code,
                     const char *name)
{
    unit->township = township;
    unit->code = code;
    unit->name = name;
}

/* Unit of that name; a new one at the end when there is none. */
static uint32_t unit_of_name(struct name_table *t, struct bj_grouping *g, const char *name)
{
    size_t at = (size_t)hash_text(name) & t->mask;

    for (; t->slot[at]; at = (at + 1) & t->mask)
        if (strcmp(g->unit[t->slot[at] - 1].name, name) == 0)
            return t->slot[at] - 1;
    t->slot[at] = (uint32_t)g->n + 1;
    set_unit(&g->unit[g->n], -1, "", name);
    return (uint32_t)g->n++;
}

static const char *township_name(const struct bj_places *p, size_t i)
{
    return p->township && p->township[i] ? p->township[i] : "";
}

static enum bj_status make_grouping(struct bj_judge *j, const struct bj_places *demand,
                                    struct bj_grouping *g)
{
    const struct bj_study *s = j->study;
    struct name_table t = {.mask = 15};
    uint32_t nameless = UINT32_MAX;
    enum bj_status st = BJ_ENOMEM;

    /* At most one unit a township of the study and one a demand point, and "". */
    while (t.mask < 2 * (s->n_townships + demand->n + 1))
        t.mask = 2 * t.mask + 1;
    t.slot = bj_alloc0(j->ctx, t.mask + 1, sizeof(*t.slot));
    g->unit = bj_alloc0(j->ctx, s->n_townships + demand->n + 1, sizeof(*g->unit));
    g->of = bj_alloc0(j->ctx, demand->n, sizeof(*g->of));
    if (!t.slot || !g->unit || !g->of)
        goto done;
    for (size_t k = 0; k < s->n_townships; k++) {
        if (*s->township[k].name)
            (void)unit_of_name(&t, g, s->township[k].name);
        g->n = k + 1; /* a repeated name keeps a row of its own; the first takes the points */
        set_unit(&g->unit[k], (int32_t)k, s->township[k].code, s->township[k].name);
    }
    for (size_t i = 0; i < demand->n; i++) {
        const char *name = township_name(demand, i);
        int32_t k = demand->township_index ? demand->township_index[i] : -1;

        if (k >= 0 && (size_t)k < s->n_townships)
            g->of[i] = (uint32_t)k;
        else
            g->of[i] = *name ? unit_of_name(&t, g, name) : nameless;
    }
    /* The points without a township stand last. */
    for (size_t i = 0; i < demand->n; i++)
        if (g->of[i] == nameless) {
            if (g->n == 0 || g->unit[g->n - 1].township >= 0 || *g->unit[g->n - 1].name)
                set_unit(&g->unit[g->n++], -1, "", "");
            g->of[i] = (uint32_t)g->n - 1;
        }
    g->demand = demand;
    st = BJ_OK;
done:
    bj_free(j->ctx, t.slot);
    if (st)
        bj_grouping_release(j->ctx, g);
    return st;
}

void bj_grouping_release(struct bj_ctx *ctx, struct bj_grouping *g)
{
    bj_free(ctx, g->of);
    bj_free(ctx, g->unit);
    memset(g, 0, sizeof(*g));
}

enum bj_status bj_judge_grouping(struct bj_judge *j, const struct bj_places *demand,
                                 const struct bj_grouping **out)
{
    const struct bj_study *s = j->study;
    struct bj_grouping *g = &j->grouping[demand == &s->parcels       ? 4
                                         : demand == &s->population  ? 3
                                         : demand == &s->facilities  ? 2
                                         : demand == &s->settlements ? 1
                                                                     : 0];

    if (!g->demand) {
        enum bj_status st = make_grouping(j, demand, g);

        if (st)
            return st;
    }
    *out = g;
    return BJ_OK;
}

/* ---- sums --------------------------------------------------------------- */

static double people_of(const struct bj_places *p, size_t i)
{
    return p->population ? p->population[i] : 0;
}

static bool is_evaluated(unsigned char status)
{
    return status != BJ_POINT_NOT_EVALUATED && status != BJ_POINT_OUT_OF_SCOPE;
}

/* People or land of point i to the rule's sum and its township's; of an evaluated parcel by the
 * share of it inside the circles. */
static void add_amount(const struct bj_judge *j, const struct bj_rule_result *r, size_t i,
                       double amount, struct bj_tally *all, struct bj_tally *township)
{
    if (r->cover_m2 && is_evaluated(r->status[i])) {
        bj_tally_split(all, j, r, i, amount);
        bj_tally_split(township, j, r, i, amount);
    } else {
        bj_tally_add(all, (enum bj_point_status)r->status[i], amount);
        bj_tally_add(township, (enum bj_point_status)r->status[i], amount);
    }
}

static void add_own_land(const struct bj_judge *j, struct bj_rule_result *r, size_t i,
                         double people)
{
    double all = j->a->parcel_m2[i];

    r->own_land_km2 += r->own_m2[i] / 1e6;
    if (all > 0)
        r->own_population += people * r->own_m2[i] / all;
}

static void sum_rows(const struct bj_judge *j, struct bj_rule_result *r,
                     const struct bj_grouping *g)
{
    const struct bj_scratch *scratch = bj_judge_scratch(j, r);

    for (size_t i = 0; i < r->demand->n; i++) {
        enum bj_point_status status = (enum bj_point_status)r->status[i];
        double people = people_of(r->demand, i);
        struct bj_township_tally *t = &r->township[g->of[i]];

        bj_tally_add(&r->villages, status, 1);
        bj_tally_add(&t->villages, status, 1);
        add_amount(j, r, i, people, &r->population, &t->population);
        if (r->cover_m2)
            add_amount(j, r, i, j->a->parcel_m2[i] / 1e6, &r->land_km2, &t->land_km2);
        if (!is_evaluated(r->status[i]))
            continue;
        r->borderline += r->border[i] != 0;
        r->own_villages += scratch->own[i] != 0;
        if (r->cover_m2)
            add_own_land(j, r, i, people);
        else if (scratch->own[i])
            r->own_population += people;
    }
    r->share_villages = bj_tally_share(&r->villages);
    r->share_population = bj_tally_share(&r->population);
    r->share_land = r->cover_m2 ? bj_tally_share(&r->land_km2) : NAN;
}

/* Metres of the evaluated points, by unit and the whole at [g->n]. */
struct metres {
    size_t n;
    int64_t sum_mm, far_mm;
};

static double farthest_m(const struct metres *m)
{
    return m->n ? (double)m->far_mm / 1000 : NAN;
}

static double mean_m(const struct metres *m)
{
    return m->n ? (double)m->sum_mm / (double)m->n / 1000 : NAN;
}

static void add_metres(struct metres *m, int64_t mm)
{
    m->n++;
    m->sum_mm += mm;
    if (mm > m->far_mm)
        m->far_mm = mm;
}

static enum bj_status sum_metres(struct bj_judge *j, struct bj_rule_result *r,
                                 const struct bj_grouping *g)
{
    struct metres *m = bj_alloc0(j->ctx, g->n + 1, sizeof(*m));

    if (!m)
        return BJ_ENOMEM;
    for (size_t i = 0; i < r->demand->n; i++) {
        if (!is_evaluated(r->status[i]))
            continue;
        r->n_via_nbr += r->via_nbr[i] != 0;
        r->township[g->of[i]].via_nbr += r->via_nbr[i] != 0;
        if (r->dist_mm[i] < 0)
            continue;
        add_metres(&m[g->of[i]], r->dist_mm[i]);
        add_metres(&m[g->n], r->dist_mm[i]);
    }
    for (size_t k = 0; k < g->n; k++) {
        r->township[k].farthest_m = farthest_m(&m[k]);
        r->township[k].mean_m = mean_m(&m[k]);
    }
    r->farthest_m = farthest_m(&m[g->n]);
    r->mean_m = mean_m(&m[g->n]);
    bj_free(j->ctx, m);
    return BJ_OK;
}

/* Villages of the rule's total in which a clinic stands. */
static enum bj_status sum_clinics(struct bj_judge *j, struct bj_rule_result *r,
                                  const struct bj_grouping *g)
{
    const unsigned char *has = NULL;
    enum bj_status st = BJ_OK;

    if (r->demand == &j->study->villages)
        st = bj_villages_with_clinic(j, &has);
    if (st || !has)
        return st;
    r->with_clinic = 0;
    for (size_t k = 0; k < g->n; k++)
        r->township[k].with_clinic = 0;
    for (size_t i = 0; i < r->demand->n; i++)
        if (has[i] && r->status[i] != BJ_POINT_OUT_OF_SCOPE) {
            r->with_clinic += 1;
            r->township[g->of[i]].with_clinic += 1;
        }
    return BJ_OK;
}

static bool same_sum(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(1, fmax(fabs(a), fabs(b)));
}

static bool tallies_hold(const struct bj_rule_result *r)
{
    struct bj_tally v = {0}, p = {0}, land = {0};

    for (size_t k = 0; k < r->n_townships; k++) {
        const struct bj_township_tally *t = &r->township[k];

        if (!bj_tally_holds(&t->villages) || !bj_tally_holds(&t->population) ||
            !bj_tally_holds(&t->land_km2))
            return false;
        land.total += t->land_km2.total;
        land.covered += t->land_km2.covered;
        v.total += t->villages.total;
        v.covered += t->villages.covered;
        p.total += t->population.total;
        p.covered += t->population.covered;
    }
    return bj_tally_holds(&r->villages) && bj_tally_holds(&r->population) &&
           bj_tally_holds(&r->land_km2) && same_sum(land.total, r->land_km2.total) &&
           same_sum(land.covered, r->land_km2.covered) && same_sum(v.total, r->villages.total) &&
           same_sum(v.covered, r->villages.covered) && same_sum(p.total, r->population.total) &&
           same_sum(p.covered, r->population.covered);
}

enum bj_status bj_result_sums(struct bj_judge *j, struct bj_rule_result *r)
{
    const struct bj_grouping *g;
    enum bj_status st = bj_judge_grouping(j, r->demand, &g);

    if (st)
        return st;
    r->township = bj_alloc0(j->ctx, g->n, sizeof(*r->township));
    if (!r->township)
        return BJ_ENOMEM;
    memcpy(r->township, g->unit, g->n * sizeof(*g->unit));
    r->n_townships = g->n;
    for (size_t k = 0; k < g->n; k++)
        r->township[k].uncovered_km2 = r->township[k].with_clinic = NAN;
    sum_rows(j, r, g);
    st = sum_metres(j, r, g);
    if (st == BJ_OK)
        st = sum_clinics(j, r, g);
    if (st)
        return st;
    if (!tallies_hold(r))
        return bj_fail(j->ctx, BJ_EDATA,
                       _("rule '%s': the sums by status do not add up to the total: this is a bug "
                         "in banjing, please report it"),
                       r->rule->id);
    return BJ_OK;
}

enum bj_verdict bj_result_rows_verdict(const struct bj_judge *j, const struct bj_rule_result *r)
{
    const struct bj_scratch *scratch = bj_judge_scratch(j, r);
    bool any = false, all_full = true;

    for (size_t i = 0; i < r->demand->n; i++) {
        if (r->status[i] == BJ_POINT_UNCOVERED || r->status[i] == BJ_POINT_UNREACHABLE)
            return BJ_NOT_MET;
        if (!is_evaluated(r->status[i]))
            continue;
        any = true;
        all_full = all_full && scratch->full[i];
    }
    if (!any)
        return BJ_NOT_EVALUATED;
    return all_full ? BJ_MET : BJ_PARTLY;
}
