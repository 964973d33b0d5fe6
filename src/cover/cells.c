/* Edges by place: slabs of y for rays, square cells for neighbourhoods.
 *
 * Both are one counting sort over the edges: an edge is entered in every cell of every row that
 * it touches, and a hair more. Linear in memory and time: cells are made for about two edges
 * each, and an edge much longer than the others is entered only where it passes. */
#include "cover/cover_int.h"

#include "base/base_int.h"

#include <math.h>

enum { MAX_SIDE = 2048, MAX_SLABS = 65536 };

size_t bj_cover_clamp(double v, size_t n)
{
    if (!(v > 0))
        return 0;
    return v >= (double)n ? n - 1 : (size_t)v;
}

void bj_cover_edges_release(struct bj_ctx *ctx, struct bj_cover_edges *e)
{
    bj_free(ctx, e->owner);
    bj_free(ctx, e->point);
    *e = (struct bj_cover_edges){0};
}

static enum bj_status edges_alloc(struct bj_ctx *ctx, size_t n_points, const double *x,
                                  const double *y, struct bj_cover_edges *e)
{
    *e = (struct bj_cover_edges){
        .x = x, .y = y, .x0 = INFINITY, .y0 = INFINITY, .x1 = -INFINITY, .y1 = -INFINITY};
    if (n_points >= UINT32_MAX / 4)
        return bj_fail(ctx, BJ_EARG, _("an area has too many points: %zu"), n_points);
    e->point = bj_alloc0(ctx, n_points, sizeof(*e->point));
    e->owner = bj_alloc0(ctx, n_points, sizeof(*e->owner));
    if (e->point && e->owner)
        return BJ_OK;
    bj_cover_edges_release(ctx, e);
    return BJ_ENOMEM;
}

static void add_ring(struct bj_cover_edges *e, size_t first, size_t last, size_t owner)
{
    for (size_t k = first; k + 1 < last; k++) {
        e->point[e->n] = (uint32_t)k;
        e->owner[e->n++] = (uint32_t)owner;
        e->x0 = fmin(e->x0, e->x[k]), e->x1 = fmax(e->x1, e->x[k]);
        e->y0 = fmin(e->y0, e->y[k]), e->y1 = fmax(e->y1, e->y[k]);
    }
}

enum bj_status bj_cover_edges_of_rings(struct bj_ctx *ctx, size_t n_rings,
                                       const size_t *point_start, const double *x, const double *y,
                                       struct bj_cover_edges *e)
{
    enum bj_status st = edges_alloc(ctx, n_rings ? point_start[n_rings] : 0, x, y, e);

    for (size_t r = 0; !st && r < n_rings; r++)
        add_ring(e, point_start[r], point_start[r + 1], r);
    return st;
}

enum bj_status bj_cover_edges_of_polygons(struct bj_ctx *ctx, const struct bj_polygons *p,
                                          struct bj_cover_edges *e)
{
    enum bj_status st = edges_alloc(ctx, p->n_points, p->x, p->y, e);

    for (size_t i = 0; !st && i < p->n_polygons; i++)
        for (size_t r = p->ring_start[i]; r < p->ring_start[i + 1]; r++)
            add_ring(e, p->point_start[r], p->point_start[r + 1], i);
    return st;
}

/* Columns a .. b of row iy that the edge touches. */
static void row_span(const struct bj_cover_edges *e, const struct bj_cover_cells *c, size_t edge,
                     size_t iy, size_t *a, size_t *b)
{
    const double *x = e->x + e->point[edge], *y = e->y + e->point[edge];
    double low = e->y0 + ((double)iy - 1e-6) * c->size_y;
    double high = e->y0 + ((double)iy + 1 + 1e-6) * c->size_y;
    double xa = x[0], xb = x[1];

    if (y[0] != y[1]) {
        double t0 = fmin(fmax((low - y[0]) / (y[1] - y[0]), 0), 1);
        double t1 = fmin(fmax((high - y[0]) / (y[1] - y[0]), 0), 1);

        xa = x[0] + t0 * (x[1] - x[0]);
        xb = x[0] + t1 * (x[1] - x[0]);
    }
    *a = bj_cover_clamp((fmin(xa, xb) - e->x0) / c->size_x - 1e-6, c->nx);
    *b = bj_cover_clamp((fmax(xa, xb) - e->x0) / c->size_x + 1e-6, c->nx);
}

/* One pass of the counting sort: counts while c->item is NULL, places otherwise. */
static void sort_pass(const struct bj_cover_edges *e, struct bj_cover_cells *c)
{
    for (size_t i = 0; i < e->n; i++) {
        const double *y = e->y + e->point[i];
        size_t from = bj_cover_clamp((fmin(y[0], y[1]) - e->y0) / c->size_y - 1e-6, c->ny);
        size_t to = bj_cover_clamp((fmax(y[0], y[1]) - e->y0) / c->size_y + 1e-6, c->ny);

        for (size_t iy = from; iy <= to; iy++) {
            size_t a = 0, b = 0;

            if (c->nx > 1)
                row_span(e, c, i, iy, &a, &b);
            for (size_t k = iy * c->nx + a; k <= iy * c->nx + b; k++) {
                if (c->item)
                    c->item[c->start[k]] = (uint32_t)i;
                c->start[k]++;
            }
        }
    }
}

void bj_cover_cells_release(struct bj_ctx *ctx, struct bj_cover_cells *c)
{
    bj_free(ctx, c->item);
    bj_free(ctx, c->start);
    *c = (struct bj_cover_cells){0};
}

static enum bj_status cells_init(struct bj_ctx *ctx, const struct bj_cover_edges *e, size_t nx,
                                 size_t ny, struct bj_cover_cells *c)
{
    size_t n = nx * ny;
    uint32_t sum = 0;

    *c = (struct bj_cover_cells){.nx = nx, .ny = ny};
    c->size_x = fmax((e->x1 - e->x0) / (double)nx, 1e-6);
    c->size_y = fmax((e->y1 - e->y0) / (double)ny, 1e-6);
    c->start = bj_alloc0(ctx, n + 1, sizeof(*c->start));
    if (!c->start)
        return BJ_ENOMEM;
    sort_pass(e, c);
    for (size_t k = 0; k <= n; k++) { /* counts become first places */
        uint32_t here = c->start[k];

        c->start[k] = sum;
        sum += here;
    }
    c->item = bj_alloc0(ctx, sum, sizeof(*c->item));
    if (!c->item) {
        bj_cover_cells_release(ctx, c);
        return BJ_ENOMEM;
    }
    sort_pass(e, c);
    for (size_t k = n; k > 0; k--) /* each start has moved on to the next one's */
        c->start[k] = c->start[k - 1];
    c->start[0] = 0;
    return BJ_OK;
}

enum bj_status bj_cover_slabs(struct bj_ctx *ctx, const struct bj_cover_edges *e,
                              struct bj_cover_cells *c)
{
    return cells_init(ctx, e, 1, 1 + bj_cover_clamp((double)e->n / 4, MAX_SLABS), c);
}

enum bj_status bj_cover_squares(struct bj_ctx *ctx, const struct bj_cover_edges *e,
                                struct bj_cover_cells *c)
{
    double w = e->n ? e->x1 - e->x0 : 0, h = e->n ? e->y1 - e->y0 : 0;
    double size = sqrt(w * h / (0.5 * (double)e->n + 1));

    size = fmax(fmax(size, fmax(w, h) / MAX_SIDE), 1e-6);
    return cells_init(ctx, e, 1 + bj_cover_clamp(w / size, MAX_SIDE),
                      1 + bj_cover_clamp(h / size, MAX_SIDE), c);
}

/* Does the ray from (x, y) to the right cross edge i? */
static bool ray_crosses(const struct bj_cover_edges *e, uint32_t i, double x, double y)
{
    const double *ex = e->x + e->point[i], *ey = e->y + e->point[i];

    return (ey[0] > y) != (ey[1] > y) &&
           x < ex[0] + (y - ey[0]) / (ey[1] - ey[0]) * (ex[1] - ex[0]);
}

static bool in_box(const struct bj_cover_edges *e, double x, double y)
{
    return x >= e->x0 && x <= e->x1 && y >= e->y0 && y <= e->y1;
}

int64_t bj_cover_inside(const struct bj_cover_edges *e, const struct bj_cover_cells *slabs,
                        double x, double y)
{
    size_t slab = bj_cover_clamp((y - e->y0) / slabs->size_y, slabs->ny);
    int64_t owner = -1;
    bool odd = false;

    if (!in_box(e, x, y))
        return -1;
    for (size_t k = slabs->start[slab]; k < slabs->start[slab + 1]; k++) {
        uint32_t i = slabs->item[k];

        if (owner != (int64_t)e->owner[i]) {
            if (odd)
                return owner;
            owner = e->owner[i];
        }
        odd ^= ray_crosses(e, i, x, y);
    }
    return odd ? owner : -1;
}

bool bj_cover_inside_any(const struct bj_cover_edges *e, const struct bj_cover_cells *slabs,
                         double x, double y)
{
    size_t slab = bj_cover_clamp((y - e->y0) / slabs->size_y, slabs->ny);
    bool odd = false;

    if (in_box(e, x, y))
        for (size_t k = slabs->start[slab]; k < slabs->start[slab + 1]; k++)
            odd ^= ray_crosses(e, slabs->item[k], x, y);
    return odd;
}
