/* Flat polygons: areas, orientation, room, and the one order in which all results come.
 *
 * The order is by lowest y, then lowest x, then number of points of a polygon, so that equal
 * inputs give equal files whatever the threads did. Each ring also starts at its lowest (then
 * leftmost) point: two runs that trace a ring from different places give the same bytes. */
#include "cover/cover_int.h"

#include "base/base_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double bj_cover_ring_area2(size_t n, const double *x, const double *y)
{
    double sum = 0;

    for (size_t i = 1; i + 1 < n; i++)
        sum += (x[i] - x[0]) * (y[i + 1] - y[0]) - (x[i + 1] - x[0]) * (y[i] - y[0]);
    return sum;
}

void bj_cover_ring_reverse(size_t n, double *x, double *y)
{
    for (size_t i = 0, j = n; i + 1 < j; i++) {
        double t;

        j--;
        t = x[i], x[i] = x[j], x[j] = t;
        t = y[i], y[i] = y[j], y[j] = t;
    }
}

double bj_cover_polygons_area(const struct bj_polygons *p, size_t first, size_t n)
{
    double sum = 0;

    for (size_t i = first; i < first + n; i++) {
        for (size_t r = p->ring_start[i]; r < p->ring_start[i + 1]; r++) {
            size_t a = p->point_start[r];
            double ring =
                0.5 * fabs(bj_cover_ring_area2(p->point_start[r + 1] - a, p->x + a, p->y + a));

            sum += r == p->ring_start[i] ? ring : -ring;
        }
    }
    return sum;
}

double bj_cover_polygons_length(const struct bj_polygons *p, size_t first, size_t n)
{
    double sum = 0;

    for (size_t r = p->ring_start[first]; r < p->ring_start[first + n]; r++)
        for (size_t k = p->point_start[r]; k + 1 < p->point_start[r + 1]; k++)
            sum += hypot(p->x[k + 1] - p->x[k], p->y[k + 1] - p->y[k]);
    return sum;
}

enum bj_status bj_cover_polygons_alloc(struct bj_ctx *ctx, struct bj_polygons *p, size_t n_polygons,
                                       size_t n_rings, size_t n_points)
{
    struct bj_polygons made = {0};

    made.n_polygons = n_polygons;
    made.n_rings = n_rings;
    made.n_points = n_points;
    made.ring_start = bj_alloc0(ctx, n_polygons + 1, sizeof(*made.ring_start));
    made.point_start = bj_alloc0(ctx, n_rings + 1, sizeof(*made.point_start));
    made.x = bj_alloc0(ctx, n_points, sizeof(*made.x));
    made.y = bj_alloc0(ctx, n_points, sizeof(*made.y));
    if (!made.ring_start || !made.point_start || !made.x || !made.y) {
        bj_polygons_release(ctx, &made);
        return BJ_ENOMEM;
    }
    made.ring_start[n_polygons] = n_rings;
    made.point_start[n_rings] = n_points;
    *p = made;
    return BJ_OK;
}

struct rank {
    double y, x;
    size_t n_points, polygon;
};

static int compare_rank(const void *pa, const void *pb)
{
    const struct rank *a = pa, *b = pb;

    if (a->y != b->y)
        return a->y < b->y ? -1 : 1;
    if (a->x != b->x)
        return a->x < b->x ? -1 : 1;
    if (a->n_points != b->n_points)
        return a->n_points < b->n_points ? -1 : 1;
    return a->polygon < b->polygon ? -1 : a->polygon > b->polygon;
}

/* Index of the lowest, then leftmost, of n points. */
static size_t lowest(size_t n, const double *x, const double *y)
{
    size_t best = 0;

    for (size_t i = 1; i < n; i++)
        if (y[i] < y[best] || (y[i] == y[best] && x[i] < x[best]))
            best = i;
    return best;
}

/* A closed ring, copied so that it starts at point `start`. */
static void copy_turned(size_t n, size_t start, const double *from, double *to)
{
    memcpy(to, from + start, (n - 1 - start) * sizeof(*to));
    memcpy(to + (n - 1 - start), from, start * sizeof(*to));
    to[n - 1] = to[0];
}

static void rank_polygons(const struct bj_polygons *p, struct rank *rank)
{
    for (size_t i = 0; i < p->n_polygons; i++) {
        size_t first = p->ring_start[i], last = p->ring_start[i + 1], a = p->point_start[first];
        size_t low = a + lowest(p->point_start[first + 1] - a, p->x + a, p->y + a);

        rank[i] = (struct rank){p->y[low], p->x[low], p->point_start[last] - a, i};
    }
    if (p->n_polygons > 1)
        qsort(rank, p->n_polygons, sizeof(*rank), compare_rank);
}

enum bj_status bj_cover_polygons_sort(struct bj_ctx *ctx, struct bj_polygons *p)
{
    struct bj_polygons made = {0};
    struct rank *rank = bj_alloc0(ctx, p->n_polygons, sizeof(*rank));
    size_t n_rings = 0, n_points = 0;
    enum bj_status st;

    if (!rank)
        return BJ_ENOMEM;
    st = bj_cover_polygons_alloc(ctx, &made, p->n_polygons, p->n_rings, p->n_points);
    if (st)
        goto done;
    rank_polygons(p, rank);
    for (size_t i = 0; i < p->n_polygons; i++) {
        made.ring_start[i] = n_rings;
        for (size_t r = p->ring_start[rank[i].polygon]; r < p->ring_start[rank[i].polygon + 1];
             r++) {
            size_t a = p->point_start[r], n = p->point_start[r + 1] - a;
            size_t start = lowest(n - 1, p->x + a, p->y + a);

            made.point_start[n_rings++] = n_points;
            copy_turned(n, start, p->x + a, made.x + n_points);
            copy_turned(n, start, p->y + a, made.y + n_points);
            n_points += n;
        }
    }
    bj_polygons_release(ctx, p);
    *p = made;
done:
    bj_free(ctx, rank);
    return st;
}
