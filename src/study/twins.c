/* Rows that repeat an earlier one: by code and point, by code, by point.
 *
 * "Same point" is equality after rounding to 1e-9 degree (0.1 mm): finer than any survey,
 * coarser than what a format or a projection does to the last digits. Rows without a code
 * repeat no code. Codes alone and points alone are compared within one layer only: each file
 * has its own numbering.
 *
 * Open addressing with linear probing, at most half full; a slot holds a row's index + 1. */
#include "study/study_int.h"

#include <math.h>
#include <string.h>

static uint64_t mix(uint64_t h, uint64_t v)
{
    h ^= v + 0x9e3779b97f4a7c15u + (h << 6) + (h >> 2);
    h *= 0xbf58476d1ce4e5b9u;
    return h ^ (h >> 31);
}

static int64_t nano(double deg)
{
    return llround(deg * 1e9);
}

static uint64_t hash_of(const struct bj_places *p, size_t i, enum bj_twin_key key)
{
    uint64_t h = 1469598103934665603u;

    if (key != BJ_TWIN_POINT)
        for (const char *c = p->code[i]; *c; c++)
            h = (h ^ (unsigned char)*c) * 1099511628211u;
    if (key != BJ_TWIN_CODE)
        h = mix(mix(h, (uint64_t)nano(p->lon_deg[i])), (uint64_t)nano(p->lat_deg[i]));
    return mix(h, key == BJ_TWIN_BOTH ? 0 : p->input[i] + 1u);
}

static bool same(const struct bj_places *p, size_t i, size_t k, enum bj_twin_key key)
{
    if (key != BJ_TWIN_POINT && strcmp(p->code[i], p->code[k]) != 0)
        return false;
    if (key != BJ_TWIN_BOTH && p->input[i] != p->input[k])
        return false;
    return key == BJ_TWIN_CODE || (nano(p->lon_deg[i]) == nano(p->lon_deg[k]) &&
                                   nano(p->lat_deg[i]) == nano(p->lat_deg[k]));
}

/* Slot of row i, or of the first row equal to it. */
static uint32_t *find_slot(struct bj_twins *t, size_t i, enum bj_twin_key key)
{
    size_t at = (size_t)hash_of(t->p, i, key) & t->mask;

    while (t->slot[key][at] && !same(t->p, i, t->slot[key][at] - 1, key))
        at = (at + 1) & t->mask;
    return &t->slot[key][at];
}

int64_t bj_twins_find(struct bj_twins *t, size_t i, enum bj_twin_key key)
{
    if (key != BJ_TWIN_POINT && !*t->p->code[i])
        return -1;
    return (int64_t)*find_slot(t, i, key) - 1;
}

void bj_twins_enter(struct bj_twins *t, size_t i)
{
    for (int key = 0; key < BJ_TWIN_N; key++) {
        uint32_t *slot;

        if (key != BJ_TWIN_POINT && !*t->p->code[i])
            continue;
        slot = find_slot(t, i, (enum bj_twin_key)key);
        if (!*slot)
            *slot = (uint32_t)i + 1;
    }
}

void bj_twins_release(struct bj_ctx *ctx, struct bj_twins *t)
{
    for (int key = BJ_TWIN_N; key > 0; key--)
        bj_free(ctx, t->slot[key - 1]);
}

enum bj_status bj_twins_init(struct bj_ctx *ctx, struct bj_twins *t, const struct bj_places *p,
                             size_t n)
{
    size_t size = 64;

    memset(t, 0, sizeof(*t));
    while (size < 2 * n)
        size *= 2;
    t->p = p;
    t->mask = size - 1;
    for (int key = 0; key < BJ_TWIN_N; key++) {
        t->slot[key] = bj_alloc0(ctx, size, sizeof(uint32_t));
        if (!t->slot[key])
            return BJ_ENOMEM; /* the caller releases */
    }
    for (size_t i = 0; i < p->n; i++)
        bj_twins_enter(t, i);
    return BJ_OK;
}
