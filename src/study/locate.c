/* Which polygon holds a point, and how far is the nearest edge: for a million points.
 *
 * Idea: the plane is cut into horizontal slabs of equal height; each slab lists the edges that
 * touch it, in the order of their polygons. A query looks at one slab only and counts, polygon
 * by polygon, the edges to the right of the point (even-odd rule, so holes come out right).
 *
 * Every edge is stored with its lower end first. Two polygons that share an edge therefore
 * compute the very same sign for it, and a point near a common border is never lost between
 * the two by rounding. A point exactly on an edge is inside.
 *
 * Number of slabs: one an edge, at most 65,536, halved until the lists together hold no more
 * than eight entries an edge; for a county border that is a handful of edges a slab.
 *
 * Distance: slabs are visited outwards from the point's own one until they are farther away
 * than the best edge so far. It is the plane's distance, in the unit of the polygons; the
 * caller chooses a frame in which that means metres.
 *
 * Reference: Preparata & Shamos, Computational Geometry (1985), 2.2 (slab method). */
#include "study/study_int.h"

#include <math.h>

#define MAX_SLABS 65536u

struct edge {
    double ax, ay, bx, by; /* ay <= by */
    uint32_t polygon;
};

struct bj_locator {
    struct bj_ctx *ctx;
    double x0, y0, x1, y1; /* box of all edges */
    double height;         /* of a slab, > 0 */
    size_t n_slabs;
    size_t *start;   /* n_slabs + 1 */
    uint32_t *entry; /* edges of each slab, ascending */
    size_t n_edges;
    struct edge *edge;
    size_t n_polygons;
    uint32_t *feature; /* of each polygon; NULL = the polygon itself */
};

static void add_ring(struct bj_locator *l, const struct bj_polygons *p, size_t ring,
                     uint32_t polygon)
{
    for (size_t i = p->point_start[ring]; i + 1 < p->point_start[ring + 1]; i++) {
        double ax = p->x[i], ay = p->y[i], bx = p->x[i + 1], by = p->y[i + 1];
        struct edge *e = &l->edge[l->n_edges];

        if (ax == bx && ay == by)
            continue;
        if (ay < by || (ay == by && ax < bx))
            *e = (struct edge){ax, ay, bx, by, polygon};
        else
            *e = (struct edge){bx, by, ax, ay, polygon};
        l->x0 = fmin(l->x0, fmin(ax, bx));
        l->x1 = fmax(l->x1, fmax(ax, bx));
        l->y0 = fmin(l->y0, e->ay);
        l->y1 = fmax(l->y1, e->by);
        l->n_edges++;
    }
}

static size_t slab_of(const struct bj_locator *l, double y)
{
    double k = floor((y - l->y0) / l->height);

    if (!(k > 0))
        return 0;
    return k >= (double)(l->n_slabs - 1) ? l->n_slabs - 1 : (size_t)k;
}

/* Entries that all slabs together would have with n slabs. */
static size_t count_entries(struct bj_locator *l, size_t n)
{
    size_t total = 0;

    l->n_slabs = n;
    l->height = (l->y1 - l->y0) / (double)n;
    if (!(l->height > 0))
        l->height = 1;
    for (size_t i = 0; i < l->n_edges; i++)
        total += slab_of(l, l->edge[i].by) - slab_of(l, l->edge[i].ay) + 1;
    return total;
}

static size_t choose_slabs(struct bj_locator *l)
{
    size_t n = l->n_edges < 1 ? 1 : l->n_edges > MAX_SLABS ? MAX_SLABS : l->n_edges, total;

    while ((total = count_entries(l, n)) > 8 * l->n_edges + 1024 && n > 1)
        n /= 2;
    return total;
}

static enum bj_status fill_slabs(struct bj_ctx *ctx, struct bj_locator *l)
{
    size_t total = choose_slabs(l), *at;

    l->start = bj_alloc0(ctx, l->n_slabs + 1, sizeof(*l->start));
    l->entry = bj_alloc0(ctx, total, sizeof(*l->entry));
    at = bj_alloc0(ctx, l->n_slabs, sizeof(*at));
    if (!l->start || !l->entry || !at) {
        bj_free(ctx, at);
        return BJ_ENOMEM;
    }
    for (size_t i = 0; i < l->n_edges; i++)
        for (size_t k = slab_of(l, l->edge[i].ay); k <= slab_of(l, l->edge[i].by); k++)
            l->start[k + 1]++;
    for (size_t k = 0; k < l->n_slabs; k++) {
        l->start[k + 1] += l->start[k];
        at[k] = l->start[k];
    }
    for (size_t i = 0; i < l->n_edges; i++)
        for (size_t k = slab_of(l, l->edge[i].ay); k <= slab_of(l, l->edge[i].by); k++)
            l->entry[at[k]++] = (uint32_t)i;
    bj_free(ctx, at);
    return BJ_OK;
}

static enum bj_status take_features(struct bj_ctx *ctx, struct bj_locator *l,
                                    const struct bj_polygons *p)
{
    if (!p->poly_start)
        return BJ_OK;
    l->feature = bj_alloc0(ctx, p->n_polygons, sizeof(*l->feature));
    if (!l->feature)
        return BJ_ENOMEM;
    for (size_t f = 0; f < p->n_features; f++)
        for (size_t i = p->poly_start[f]; i < p->poly_start[f + 1]; i++)
            l->feature[i] = (uint32_t)f;
    return BJ_OK;
}

enum bj_status bj_locator_new(struct bj_ctx *ctx, const struct bj_polygons *p,
                              struct bj_locator **out)
{
    struct bj_locator *l;
    enum bj_status st = BJ_ENOMEM;

    if (p->n_points >= UINT32_MAX || p->n_polygons >= UINT32_MAX)
        return bj_fail(ctx, BJ_EARG, "too many points in the polygons of a locator");
    l = bj_alloc0(ctx, 1, sizeof(*l));
    if (!l)
        return BJ_ENOMEM;
    l->ctx = ctx;
    l->x0 = l->y0 = INFINITY;
    l->x1 = l->y1 = -INFINITY;
    l->n_polygons = p->n_polygons;
    l->edge = bj_alloc0(ctx, p->n_points, sizeof(*l->edge));
    if (!l->edge)
        goto done;
    for (size_t i = 0; i < p->n_polygons; i++)
        for (size_t r = p->ring_start[i]; r < p->ring_start[i + 1]; r++)
            add_ring(l, p, r, (uint32_t)i);
    st = fill_slabs(ctx, l);
    if (st == BJ_OK)
        st = take_features(ctx, l, p);
done:
    if (st != BJ_OK) {
        bj_locator_free(l);
        return st;
    }
    *out = l;
    return BJ_OK;
}

void bj_locator_free(struct bj_locator *l)
{
    if (!l)
        return;
    bj_free(l->ctx, l->feature);
    bj_free(l->ctx, l->entry);
    bj_free(l->ctx, l->start);
    bj_free(l->ctx, l->edge);
    bj_free(l->ctx, l);
}

/* 0 the edge does not matter, 1 it lies to the right of the point, -1 the point is on it. */
static int edge_side(const struct edge *e, double x, double y)
{
    double cross;

    if (y < e->ay || y > e->by)
        return 0;
    if (e->ay == e->by)
        return x >= e->ax && x <= e->bx ? -1 : 0;
    cross = (e->bx - e->ax) * (y - e->ay) - (e->by - e->ay) * (x - e->ax);
    if (cross == 0)
        return -1;
    /* The upper end belongs to the next edge, so that a vertex counts once. */
    return cross > 0 && y < e->by;
}

int64_t bj_locator_find(const struct bj_locator *l, double x, double y)
{
    size_t k;
    uint32_t polygon = 0;
    bool inside = false, on_edge = false;

    if (l->n_edges == 0 || !(x >= l->x0 && x <= l->x1 && y >= l->y0 && y <= l->y1))
        return -1;
    k = slab_of(l, y);
    for (size_t i = l->start[k]; i < l->start[k + 1]; i++) {
        const struct edge *e = &l->edge[l->entry[i]];
        int side;

        if (e->polygon != polygon) {
            if (inside || on_edge)
                break;
            polygon = e->polygon;
        }
        side = edge_side(e, x, y);
        if (side < 0)
            on_edge = true;
        else if (side > 0)
            inside = !inside;
    }
    if (!inside && !on_edge)
        return -1;
    return l->feature ? (int64_t)l->feature[polygon] : (int64_t)polygon;
}

static double squared_to_edge(const struct edge *e, double x, double y)
{
    double dx = e->bx - e->ax, dy = e->by - e->ay;
    double t = ((x - e->ax) * dx + (y - e->ay) * dy) / (dx * dx + dy * dy);
    double qx, qy;

    t = t < 0 ? 0 : t > 1 ? 1 : t;
    qx = e->ax + t * dx - x;
    qy = e->ay + t * dy - y;
    return qx * qx + qy * qy;
}

struct nearest {
    double d2; /* best squared distance so far, or the limit */
    bool found;
};

static void nearest_in_slab(const struct bj_locator *l, size_t k, double x, double y,
                            struct nearest *best)
{
    for (size_t i = l->start[k]; i < l->start[k + 1]; i++) {
        const struct edge *e = &l->edge[l->entry[i]];
        double gap = fmax(fmin(e->ax, e->bx) - x, x - fmax(e->ax, e->bx)), d2;

        if (gap > 0 && gap * gap > best->d2)
            continue;
        d2 = squared_to_edge(e, x, y);
        if (d2 <= best->d2) {
            best->d2 = d2;
            best->found = true;
        }
    }
}

/* Whether slab k can hold something nearer than the best. Half a slab of slack on both sides,
 * since slab_of() rounds. */
static bool slab_matters(const struct bj_locator *l, size_t k, double y, const struct nearest *best)
{
    double low = l->y0 + ((double)k - 0.5) * l->height, high = low + 2 * l->height;
    double gap = fmax(fmax(low - y, y - high), 0);

    return gap * gap <= best->d2;
}

double bj_locator_distance(const struct bj_locator *l, double x, double y, double max_m)
{
    struct nearest best = {max_m * max_m, false};
    size_t home;
    bool more = true;

    if (l->n_edges == 0 || !isfinite(x) || !isfinite(y) || !(max_m >= 0))
        return INFINITY;
    home = slab_of(l, y);
    if (slab_matters(l, home, y, &best))
        nearest_in_slab(l, home, x, y, &best);
    for (size_t step = 1; more && step < l->n_slabs; step++) {
        more = false;
        if (home >= step && slab_matters(l, home - step, y, &best)) {
            nearest_in_slab(l, home - step, x, y, &best);
            more = true;
        }
        if (home + step < l->n_slabs && slab_matters(l, home + step, y, &best)) {
            nearest_in_slab(l, home + step, x, y, &best);
            more = true;
        }
    }
    return best.found ? sqrt(best.d2) : INFINITY;
}
