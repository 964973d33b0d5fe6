/* The ledger: what became of every input row that was not simply used.
 *
 * A row has one entry at most, under its gravest fate; the reason names all that was found.
 * A row that is not used carries its people into the ledger, so that
 *
 *     people in the layer = people of the demand points + people in the ledger
 *
 * holds to rounding. Both this and the count of rows are checked at the end of every run: a
 * difference is a bug of ours and stops the run, for a report that loses a village in silence
 * is worse than none. */
#include "study/study_int.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

const char *const bj_fate_names[] = {"no_population",
                                     "bad_population",
                                     "repaired",
                                     "interior_point",
                                     "first_of_multi",
                                     "code_repeated",
                                     "point_repeated",
                                     "neighbour",
                                     "duplicate",
                                     "no_geometry",
                                     "bad_coordinates",
                                     "outside_county",
                                     "class_unknown",
                                     "closed",
                                     "total_row",
                                     "bad_code",
                                     "wrong_geometry",
                                     "unit_unknown",
                                     NULL};

_Static_assert(sizeof(bj_fate_names) / sizeof(*bj_fate_names) == BJ_FATE_N + 1,
               "every fate has a name");

bool bj_fate_is_used(enum bj_fate fate)
{
    return fate <= BJ_FATE_LAST_USED || fate == BJ_FATE_N;
}

/* Which of two fates of a row that is used all the same is entered. What changes a number
 * comes first. */
static int gravity(enum bj_fate fate)
{
    static const enum bj_fate order[] = {BJ_FATE_INTERIOR_POINT, BJ_FATE_FIRST_OF_MULTI,
                                         BJ_FATE_REPAIRED,       BJ_FATE_POINT_REPEATED,
                                         BJ_FATE_CODE_REPEATED,  BJ_FATE_NO_POPULATION,
                                         BJ_FATE_BAD_POPULATION, BJ_FATE_NEIGHBOUR};

    if (fate == BJ_FATE_N)
        return -1;
    for (int i = 0; i < (int)(sizeof(order) / sizeof(*order)); i++)
        if (order[i] == fate)
            return i;
    return 100; /* not used */
}

void bj_row_fate(struct bj_verdict_of_row *v, enum bj_fate fate, const char *fmt, ...)
{
    size_t n = v->fate == BJ_FATE_N ? 0 : strlen(v->reason);
    char more[300];
    va_list args;

    va_start(args, fmt);
    vsnprintf(more, sizeof(more), fmt, args);
    va_end(args);
    if (n == 0)
        snprintf(v->reason, sizeof(v->reason), "%s", more);
    else if (n + strlen(more) + 3 < sizeof(v->reason))
        snprintf(v->reason + n, sizeof(v->reason) - n, "; %s", more);
    if (gravity(fate) > gravity(v->fate))
        v->fate = fate;
}

enum bj_status bj_ledger_add(struct bj_ctx *ctx, struct bj_study *s, uint32_t input, int64_t row,
                             const char *code, const struct bj_verdict_of_row *v, double population)
{
    struct bj_study_own *own = s->own;
    struct bj_ledger_row *l;
    const char *kept, *reason;
    void *p = s->ledger;

    if (v->fate == BJ_FATE_N)
        return BJ_OK;
    reason = own->last_reason[v->fate];
    if (!reason || strcmp(reason, v->reason) != 0)
        reason = bj_study_keep(ctx, s, v->reason);
    kept = bj_study_keep(ctx, s, code);
    if (!kept || !reason || !bj_grow(ctx, &p, &own->ledger_cap, s->n_ledger, sizeof(*l)))
        return BJ_ENOMEM;
    own->last_reason[v->fate] = reason;
    s->ledger = p;
    l = &s->ledger[s->n_ledger++];
    *l = (struct bj_ledger_row){input, row, kept, v->fate, reason, population, 0};
    return BJ_OK;
}

/* ---- conservation ----------------------------------------------------------- */

struct balance {
    int64_t used, not_used;
    double population, size; /* people, and the sum of their absolute values */
};

static void add_people(struct balance *b, double population)
{
    if (isfinite(population)) {
        b->population += population;
        b->size += fabs(population);
    }
}

static void add_places(struct balance *b, const struct bj_places *p)
{
    for (size_t i = 0; i < p->n; i++)
        add_people(&b[p->input[i]], p->population[i]);
}

enum bj_status bj_ledger_check(struct bj_ctx *ctx, const struct bj_study *s)
{
    struct balance *b = bj_alloc0(ctx, s->n_inputs, sizeof(*b));
    enum bj_status st = BJ_OK;

    if (!b)
        return BJ_ENOMEM;
    for (size_t i = 0; i < s->n_ledger; i++) {
        const struct bj_ledger_row *l = &s->ledger[i];

        if (!bj_fate_is_used(l->fate))
            b[l->input].not_used += 1 + l->n_more;
        add_people(&b[l->input], l->population);
    }
    add_places(b, &s->villages);
    add_places(b, &s->settlements);
    add_places(b, &s->population);
    add_places(b, &s->parcels);
    for (size_t i = 0; st == BJ_OK && i < s->n_inputs; i++) {
        const struct bj_input *in = &s->input[i];

        if (in->rows != in->used + b[i].not_used)
            st =
                bj_fail(ctx, BJ_EDATA,
                        _("%s '%s': %lld rows were read, but %lld used and %lld set aside; this is "
                          "a bug of banjing, please report it"),
                        in->role, in->path, (long long)in->rows, (long long)in->used,
                        (long long)b[i].not_used);
        else if (!(fabs(in->population - b[i].population) <= 1e-9 * fmax(1, b[i].size)))
            st = bj_fail(ctx, BJ_EDATA,
                         _("%s '%s': %.17g people were read, but %.17g used or set aside; this is "
                           "a bug of banjing, please report it"),
                         in->role, in->path, in->population, b[i].population);
    }
    bj_free(ctx, b);
    return st;
}
