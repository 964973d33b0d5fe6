/* Which patch a point belongs to: the one it lies in, else the nearest.
 *
 * Inside: even-odd rule along a horizontal ray, edges sorted into slabs of y. Nearest (a village
 * within the drawing tolerance of a patch): edges sorted into square cells, searched ring by
 * ring around the point until no unseen cell can be nearer. On a tie the lowest polygon wins. */
#include "cover/cover_int.h"

#include "base/base_int.h"

#include <math.h>

static double edge_distance2(const struct bj_cover_edges *e, size_t i, double x, double y)
{
    const double *ex = e->x + e->point[i], *ey = e->y + e->point[i];
    double dx = ex[1] - ex[0], dy = ey[1] - ey[0], px = x - ex[0], py = y - ey[0];
    double len2 = dx * dx + dy * dy;
    double t = len2 > 0 ? fmin(fmax((px * dx + py * dy) / len2, 0), 1) : 0;

    px -= t * dx;
    py -= t * dy;
    return px * px + py * py;
}

struct best {
    double d2;
    int64_t polygon;
};

static void look_in_cell(const struct bj_cover_edges *e, const struct bj_cover_cells *c,
                         size_t cell, double x, double y, struct best *best)
{
    for (size_t k = c->start[cell]; k < c->start[cell + 1]; k++) {
        uint32_t i = c->item[k];
        double d2 = edge_distance2(e, i, x, y);

        if (d2 < best->d2 || (d2 == best->d2 && (int64_t)e->owner[i] < best->polygon))
            *best = (struct best){d2, e->owner[i]};
    }
}

/* Cells at Chebyshev distance `ring` of (cx, cy). */
static void look_in_ring(const struct bj_cover_edges *e, const struct bj_cover_cells *c, size_t cx,
                         size_t cy, size_t ring, double x, double y, struct best *best)
{
    size_t y_from = cy > ring ? cy - ring : 0, y_to = cy + ring < c->ny ? cy + ring : c->ny - 1;

    for (size_t iy = y_from; iy <= y_to; iy++) {
        bool whole = iy + ring == cy || iy == cy + ring;

        if (!whole) {
            if (cx >= ring)
                look_in_cell(e, c, iy * c->nx + cx - ring, x, y, best);
            if (ring > 0 && cx + ring < c->nx)
                look_in_cell(e, c, iy * c->nx + cx + ring, x, y, best);
            continue;
        }
        for (size_t ix = cx > ring ? cx - ring : 0; ix < c->nx && ix <= cx + ring; ix++)
            look_in_cell(e, c, iy * c->nx + ix, x, y, best);
    }
}

static int64_t nearest(const struct bj_cover_edges *e, const struct bj_cover_cells *c, double x,
                       double y)
{
    struct best best = {INFINITY, -1};
    size_t cx = bj_cover_clamp((x - e->x0) / c->size_x, c->nx);
    size_t cy = bj_cover_clamp((y - e->y0) / c->size_y, c->ny);
    size_t last = c->nx > c->ny ? c->nx : c->ny;
    double size = fmin(c->size_x, c->size_y);

    if (!isfinite(x) || !isfinite(y))
        return -1;
    /* What lies beyond ring k is at least k cells away from the point, or from its foot on the
     * box when it is outside, and so from the point. */
    for (size_t ring = 0; ring <= last; ring++) {
        double reach = ((double)ring - 1) * size;

        if (reach > 0 && best.d2 <= reach * reach)
            break;
        look_in_ring(e, c, cx, cy, ring, x, y, &best);
    }
    return best.polygon;
}

enum bj_status bj_patch_of_points(struct bj_ctx *ctx, const struct bj_polygons *patches, size_t n,
                                  const double *x, const double *y, int64_t *patch)
{
    struct bj_cover_edges e = {0};
    struct bj_cover_cells slabs = {0}, squares = {0};
    enum bj_status st = bj_cover_edges_of_polygons(ctx, patches, &e);

    if (!st)
        st = bj_cover_slabs(ctx, &e, &slabs);
    if (!st)
        st = bj_cover_squares(ctx, &e, &squares);
    for (size_t i = 0; !st && i < n; i++) {
        int64_t found = bj_cover_inside(&e, &slabs, x[i], y[i]);

        patch[i] = found >= 0 ? found : nearest(&e, &squares, x[i], y[i]);
    }
    bj_cover_cells_release(ctx, &squares);
    bj_cover_cells_release(ctx, &slabs);
    bj_cover_edges_release(ctx, &e);
    return st;
}
