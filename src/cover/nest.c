/* Rings that grow one after another, and which hole lies in which shell.
 *
 * Rings do not cross, so the parent of a hole shows at its leftmost point: go left from there
 * to the first edge of another ring. If that ring is a shell, it is the parent; if it is a
 * hole, both have the same parent. Edges are found in slabs of y: linear for real layers. */
#include "cover/cover_int.h"

#include "base/base_int.h"

#include <math.h>
#include <string.h>

void bj_cover_rings_release(struct bj_ctx *ctx, struct bj_cover_rings *r)
{
    bj_free(ctx, r->y);
    bj_free(ctx, r->x);
    bj_free(ctx, r->start);
    *r = (struct bj_cover_rings){0};
}

enum bj_status bj_cover_rings_reserve(struct bj_ctx *ctx, struct bj_cover_rings *r, size_t n)
{
    size_t need = r->n_points + n + 1, cap = need + need / 2 + 64;
    double *x, *y;

    if (need <= r->cap_points)
        return BJ_OK;
    x = bj_resize(ctx, r->x, cap, sizeof(*x));
    if (!x)
        return BJ_ENOMEM;
    r->x = x;
    y = bj_resize(ctx, r->y, cap, sizeof(*y));
    if (!y)
        return BJ_ENOMEM;
    r->y = y;
    r->cap_points = cap;
    return BJ_OK;
}

/* Drops points that repeat the one before. */
static size_t squeeze(double *x, double *y, size_t first, size_t last)
{
    size_t n = first;

    for (size_t k = first; k < last; k++)
        if (n == first || x[k] != x[n - 1] || y[k] != y[n - 1]) {
            x[n] = x[k];
            y[n++] = y[k];
        }
    while (n > first + 1 && x[n - 1] == x[first] && y[n - 1] == y[first])
        n--;
    return n;
}

enum bj_status bj_cover_rings_close(struct bj_ctx *ctx, struct bj_cover_rings *r)
{
    size_t first = r->n > 0 ? r->start[r->n] : 0, last;
    enum bj_status st = bj_cover_rings_reserve(ctx, r, 1);

    if (st)
        return st;
    if (r->n + 2 > r->cap) {
        size_t cap = 2 * r->cap + 16;
        size_t *start = bj_resize(ctx, r->start, cap, sizeof(*start));

        if (!start)
            return BJ_ENOMEM;
        r->start = start;
        r->cap = cap;
    }
    last = squeeze(r->x, r->y, first, r->n_points);
    r->n_points = first;
    if (last - first < 3)
        return BJ_OK;
    r->x[last] = r->x[first];
    r->y[last] = r->y[first];
    r->start[r->n++] = first;
    r->start[r->n] = r->n_points = last + 1;
    return BJ_OK;
}

/* First ring to the left of the leftmost point of ring h, COVER_NONE when there is none. */
static uint32_t left_of(const struct bj_cover_edges *e, const struct bj_cover_cells *slabs,
                        const struct bj_cover_rings *r, size_t h)
{
    size_t low = r->start[h], slab;
    double x, y, best = -INFINITY;
    uint32_t found = COVER_NONE;

    for (size_t k = r->start[h]; k < r->start[h + 1]; k++)
        if (r->x[k] < r->x[low])
            low = k;
    x = r->x[low];
    y = r->y[low];
    slab = bj_cover_clamp((y - e->y0) / slabs->size_y, slabs->ny);
    for (size_t k = slabs->start[slab]; k < slabs->start[slab + 1]; k++) {
        uint32_t i = slabs->item[k];
        const double *ex = e->x + e->point[i], *ey = e->y + e->point[i];
        double at;

        if (e->owner[i] == h || (ey[0] > y) == (ey[1] > y))
            continue;
        at = ex[0] + (y - ey[0]) / (ey[1] - ey[0]) * (ex[1] - ex[0]);
        if (at <= x && at > best) {
            best = at;
            found = e->owner[i];
        }
    }
    return found;
}

/* parent[i] of holes: the ring on their left, then the shell that this leads to. */
static enum bj_status find_shells(struct bj_ctx *ctx, const struct bj_cover_rings *r,
                                  uint32_t *parent)
{
    struct bj_cover_edges e = {0};
    struct bj_cover_cells slabs = {0};
    enum bj_status st = bj_cover_edges_of_rings(ctx, r->n, r->start, r->x, r->y, &e);

    if (!st)
        st = bj_cover_slabs(ctx, &e, &slabs);
    for (size_t i = 0; !st && i < r->n; i++)
        if (parent[i] == COVER_NONE)
            parent[i] = left_of(&e, &slabs, r, i);
    for (size_t i = 0; !st && i < r->n; i++) /* holes beside holes: follow to the shell */
        for (size_t k = 0; parent[i] != COVER_NONE && parent[parent[i]] != parent[i]; k++)
            parent[i] = k < r->n ? parent[parent[i]] : COVER_NONE;
    bj_cover_cells_release(ctx, &slabs);
    bj_cover_edges_release(ctx, &e);
    return st;
}

/* parent[i]: i itself for shells, the shell of a hole, COVER_NONE for a hole without one. */
static enum bj_status find_parents(struct bj_ctx *ctx, const struct bj_cover_rings *r,
                                   uint32_t *parent)
{
    size_t n_shells = 0;
    uint32_t shell = 0;

    for (size_t i = 0; i < r->n; i++) {
        size_t a = r->start[i];

        parent[i] = COVER_NONE;
        if (bj_cover_ring_area2(r->start[i + 1] - a, r->x + a, r->y + a) > 0) {
            parent[i] = shell = (uint32_t)i;
            n_shells++;
        }
    }
    if (n_shells != 1)
        return n_shells == r->n ? BJ_OK : find_shells(ctx, r, parent);
    for (size_t i = 0; i < r->n; i++)
        parent[i] = shell; /* there is but one */
    return BJ_OK;
}

/* Copies ring i to the end of p, which has room. */
static void append_ring(const struct bj_cover_rings *r, size_t i, struct bj_polygons *p)
{
    size_t a = r->start[i], n = r->start[i + 1] - a;

    p->point_start[p->n_rings++] = p->n_points;
    memcpy(p->x + p->n_points, r->x + a, n * sizeof(*p->x));
    memcpy(p->y + p->n_points, r->y + a, n * sizeof(*p->y));
    p->n_points += n;
}

/* Shells in order, each with its holes in order: child lists by counting. */
static enum bj_status gather(struct bj_ctx *ctx, const struct bj_cover_rings *r,
                             const uint32_t *parent, struct bj_polygons *p)
{
    uint32_t *first = bj_alloc0(ctx, r->n + 1, sizeof(*first));
    uint32_t *next = bj_alloc0(ctx, r->n + 1, sizeof(*next));

    if (!first || !next) {
        bj_free(ctx, next);
        bj_free(ctx, first);
        return BJ_ENOMEM;
    }
    for (size_t i = 0; i < r->n; i++)
        first[i] = COVER_NONE;
    for (size_t i = r->n; i-- > 0;)
        if (parent[i] != COVER_NONE && parent[i] != i) {
            next[i] = first[parent[i]];
            first[parent[i]] = (uint32_t)i;
        }
    for (size_t i = 0; i < r->n; i++) {
        if (parent[i] != i)
            continue;
        p->ring_start[p->n_polygons++] = p->n_rings;
        append_ring(r, i, p);
        for (uint32_t h = first[i]; h != COVER_NONE; h = next[h])
            append_ring(r, h, p);
    }
    p->ring_start[p->n_polygons] = p->n_rings;
    p->point_start[p->n_rings] = p->n_points;
    bj_free(ctx, next);
    bj_free(ctx, first);
    return BJ_OK;
}

enum bj_status bj_cover_rings_nest(struct bj_ctx *ctx, const struct bj_cover_rings *r,
                                   struct bj_polygons *out)
{
    struct bj_polygons made = {0};
    uint32_t *parent = bj_alloc0(ctx, r->n, sizeof(*parent));
    enum bj_status st = parent ? find_parents(ctx, r, parent) : BJ_ENOMEM;

    if (!st)
        st = bj_cover_polygons_alloc(ctx, &made, r->n, r->n, r->n_points);
    if (!st) {
        made.n_polygons = made.n_rings = made.n_points = 0;
        st = gather(ctx, r, parent, &made);
        if (!st)
            st = bj_cover_polygons_sort(ctx, &made);
        if (st)
            bj_polygons_release(ctx, &made);
        else
            *out = made;
    }
    bj_free(ctx, parent);
    return st;
}
