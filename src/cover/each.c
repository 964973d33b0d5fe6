/* Many small areas (parcels) against one large one: the union of discs, or a county.
 *
 * Against discs each area goes through bj_cover_county() by itself, which looks at what is near
 * it only: most areas meet no arc and are in or out as a whole, at the price of a look into the
 * grid. "As a whole" is said up to slivers: a part narrower than the drawing tolerance (twice
 * its area over the length of its edge) goes to the other side, as it does for patches. That is
 * what keeps an area that lies within the true circles from being failed by a drawn arc: the
 * drawn edge is within the tolerance of the circle, so what it cuts off such an area is a strip
 * of less than that width.
 *
 * Against a county: edges of the county are sorted into squares; an area whose box no edge comes
 * near is in or out by any of its corners. The others, a ribbon along the border, are cut by
 * GEOS.
 *
 * An area that cannot be cut (an outline that is not valid and GEOS stumbles over) is said so,
 * and the rest go on. Areas are shared out to threads in chunks; each leaves its piece in a place
 * of its own, so any number of threads gives the same bytes. */
#include "cover/cover_int.h"

#include "base/base_int.h"

#include <math.h>
#include <string.h>

enum { CHUNK = 128 };

struct each {
    const struct bj_polygons *areas;
    /* one of the two */
    const struct bj_discs *d;
    const struct bj_polygons *mask;
    struct bj_cover_edges edges; /* of the mask, owned by polygon */
    struct bj_cover_cells squares, slabs;
    unsigned char *side;
    struct bj_polygons *piece; /* one a feature */
};

/* ---- one feature ------------------------------------------------------------------- */

/* Feature f as polygons that start at 0; coordinates are borrowed, the starts are made. */
static enum bj_status window(struct bj_ctx *ctx, const struct bj_polygons *p, size_t f,
                             struct bj_polygons *w)
{
    size_t polygon = p->poly_start[f], ring = p->ring_start[polygon];
    size_t point = p->point_start[ring];

    memset(w, 0, sizeof(*w));
    w->n_polygons = p->poly_start[f + 1] - polygon;
    w->n_rings = p->ring_start[polygon + w->n_polygons] - ring;
    w->n_points = p->point_start[ring + w->n_rings] - point;
    w->ring_start = bj_alloc0(ctx, w->n_polygons + 1, sizeof(*w->ring_start));
    w->point_start = bj_alloc0(ctx, w->n_rings + 1, sizeof(*w->point_start));
    if (!w->ring_start || !w->point_start)
        return BJ_ENOMEM;
    for (size_t i = 0; i <= w->n_polygons; i++)
        w->ring_start[i] = p->ring_start[polygon + i] - ring;
    for (size_t i = 0; i <= w->n_rings; i++)
        w->point_start[i] = p->point_start[ring + i] - point;
    w->x = p->x + point;
    w->y = p->y + point;
    return BJ_OK;
}

static void close_window(struct bj_ctx *ctx, struct bj_polygons *w)
{
    bj_free(ctx, w->point_start);
    bj_free(ctx, w->ring_start);
}

static enum bj_status cover_feature(struct bj_ctx *ctx, struct each *e, size_t f,
                                    const struct bj_polygons *w)
{
    struct bj_cover cover = {{0}, {0}};
    enum bj_status st = bj_cover_county(ctx, e->d, w, &cover);

    if (st)
        return st;
    if (cover.covered.n_polygons == 0) {
        e->side[f] = BJ_SIDE_OUT;
    } else if (cover.uncovered.n_polygons == 0) {
        e->side[f] = BJ_SIDE_IN;
    } else {
        e->side[f] = BJ_SIDE_CUT;
        e->piece[f] = cover.covered;
        memset(&cover.covered, 0, sizeof(cover.covered)); /* now the piece's */
    }
    bj_cover_release(ctx, &cover);
    return BJ_OK;
}

/* Whether an edge of the mask comes into the box of the feature. */
static bool meets_edge(const struct each *e, const struct bj_polygons *w)
{
    const struct bj_cover_edges *d = &e->edges;
    const struct bj_cover_cells *s = &e->squares;
    double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
    size_t from_x, to_x, from_y, to_y;

    for (size_t k = 0; k < w->n_points; k++) {
        x0 = fmin(x0, w->x[k]), x1 = fmax(x1, w->x[k]);
        y0 = fmin(y0, w->y[k]), y1 = fmax(y1, w->y[k]);
    }
    from_x = bj_cover_clamp((x0 - d->x0) / s->size_x - 1e-6, s->nx);
    to_x = bj_cover_clamp((x1 - d->x0) / s->size_x + 1e-6, s->nx);
    from_y = bj_cover_clamp((y0 - d->y0) / s->size_y - 1e-6, s->ny);
    to_y = bj_cover_clamp((y1 - d->y0) / s->size_y + 1e-6, s->ny);
    for (size_t iy = from_y; iy <= to_y; iy++)
        for (size_t k = s->start[iy * s->nx + from_x]; k < s->start[iy * s->nx + to_x + 1]; k++) {
            const double *x = d->x + d->point[s->item[k]], *y = d->y + d->point[s->item[k]];

            if (fmax(x[0], x[1]) >= x0 && fmin(x[0], x[1]) <= x1 && fmax(y[0], y[1]) >= y0 &&
                fmin(y[0], y[1]) <= y1)
                return true;
        }
    return false;
}

static enum bj_status clip_feature(struct bj_ctx *ctx, struct each *e, size_t f,
                                   const struct bj_polygons *w)
{
    enum bj_status st;

    if (!meets_edge(e, w)) {
        bool in = bj_cover_inside_any(&e->edges, &e->slabs, w->x[0], w->y[0]);

        e->side[f] = (unsigned char)(in ? BJ_SIDE_IN : BJ_SIDE_OUT);
        return BJ_OK;
    }
    st = bj_polygons_clip(ctx, w, e->mask, 1, &e->piece[f]);
    if (st)
        return st;
    e->side[f] = (unsigned char)(e->piece[f].n_polygons > 0 ? BJ_SIDE_CUT : BJ_SIDE_OUT);
    return BJ_OK;
}

static enum bj_status do_feature(struct bj_ctx *ctx, struct each *e, size_t f)
{
    struct bj_polygons w;
    enum bj_status st = BJ_OK;

    e->side[f] = BJ_SIDE_OUT;
    if (e->areas->poly_start[f] == e->areas->poly_start[f + 1])
        return BJ_OK;
    st = window(ctx, e->areas, f, &w);
    if (st == BJ_OK)
        st = e->d ? cover_feature(ctx, e, f, &w) : clip_feature(ctx, e, f, &w);
    close_window(ctx, &w);
    if (st != BJ_EGEOM)
        return st;
    e->side[f] = BJ_SIDE_UNKNOWN;
    return BJ_OK;
}

static enum bj_status do_chunk(struct bj_ctx *ctx, size_t i, void *arg)
{
    struct each *e = arg;
    size_t last = (i + 1) * CHUNK < e->areas->n_features ? (i + 1) * CHUNK : e->areas->n_features;
    enum bj_status st = BJ_OK;

    for (size_t f = i * CHUNK; st == BJ_OK && f < last; f++)
        st = do_feature(ctx, e, f);
    return st;
}

/* ---- all of them --------------------------------------------------------------------- */

/* The pieces one after another, grouped by feature. */
static enum bj_status join(struct bj_ctx *ctx, const struct each *e, struct bj_polygons *out)
{
    size_t n = e->areas->n_features, polygons = 0, rings = 0, points = 0;
    struct bj_polygons p = {0};
    enum bj_status st;

    for (size_t f = 0; f < n; f++) {
        polygons += e->piece[f].n_polygons;
        rings += e->piece[f].n_rings;
        points += e->piece[f].n_points;
    }
    st = bj_cover_polygons_alloc(ctx, &p, polygons, rings, points);
    if (st == BJ_OK && !(p.poly_start = bj_alloc0(ctx, n + 1, sizeof(*p.poly_start))))
        st = BJ_ENOMEM;
    if (st) {
        bj_polygons_release(ctx, &p);
        return st;
    }
    polygons = rings = points = 0;
    for (size_t f = 0; f < n; f++) {
        const struct bj_polygons *q = &e->piece[f];

        for (size_t i = 0; i < q->n_polygons; i++)
            p.ring_start[polygons++] = rings + q->ring_start[i];
        for (size_t i = 0; i < q->n_rings; i++)
            p.point_start[rings + i] = points + q->point_start[i];
        if (q->n_points > 0) {
            memcpy(p.x + points, q->x, q->n_points * sizeof(*p.x));
            memcpy(p.y + points, q->y, q->n_points * sizeof(*p.y));
        }
        rings += q->n_rings;
        points += q->n_points;
        p.poly_start[f + 1] = polygons;
    }
    p.ring_start[polygons] = rings;
    p.point_start[rings] = points;
    p.n_features = n;
    *out = p;
    return BJ_OK;
}

static enum bj_status run(struct bj_ctx *ctx, struct each *e, struct bj_polygons *out)
{
    size_t n = e->areas->n_features;
    enum bj_status st = BJ_ENOMEM;

    e->piece = bj_alloc0(ctx, n, sizeof(*e->piece));
    if (e->piece)
        st = bj_parallel(ctx, (n + CHUNK - 1) / CHUNK, NULL, do_chunk, e);
    if (st == BJ_OK)
        st = join(ctx, e, out);
    for (size_t f = 0; e->piece && f < n; f++)
        bj_polygons_release(ctx, &e->piece[f]);
    bj_free(ctx, e->piece);
    return st;
}

enum bj_status bj_cover_each(struct bj_ctx *ctx, const struct bj_discs *d,
                             const struct bj_polygons *areas, unsigned char *side,
                             struct bj_polygons *covered)
{
    struct each e = {.areas = areas, .d = d, .side = side};

    return run(ctx, &e, covered);
}

enum bj_status bj_polygons_clip_each(struct bj_ctx *ctx, const struct bj_polygons *areas,
                                     const struct bj_polygons *mask, unsigned char *side,
                                     struct bj_polygons *inside)
{
    struct each e = {.areas = areas, .mask = mask, .side = side};
    enum bj_status st = bj_cover_edges_of_polygons(ctx, mask, &e.edges);

    if (st == BJ_OK)
        st = bj_cover_squares(ctx, &e.edges, &e.squares);
    if (st == BJ_OK)
        st = bj_cover_slabs(ctx, &e.edges, &e.slabs);
    if (st == BJ_OK)
        st = run(ctx, &e, inside);
    bj_cover_cells_release(ctx, &e.slabs);
    bj_cover_cells_release(ctx, &e.squares);
    bj_cover_edges_release(ctx, &e.edges);
    return st;
}
