/* County and union laid over each other without GEOS.
 *
 * Both are sets of rings with their inside on the left. Only edges near each other are compared:
 * arcs come from a grid over the county's box, and an arc is drawn only if a cell of county
 * edges lies under it. At each crossing the union either enters or leaves the county; sorted
 * along both boundaries, these alternate. Then, as Weiler and Atherton do it:
 *    covered    from where the union leaves the county, follow the county to the next
 *               crossing, there the union (inside the county) to the next, and so on;
 *    uncovered  from where it enters, follow the county to the next crossing, there the union
 *               backwards.
 * Rings that cross nothing are taken whole or left: a county ring by a point that is clearly
 * in or out of the discs, a union ring by a point's place in the county. Covered and uncovered
 * are traced each by itself from the same crossings.
 *
 * Everything rests on crossings being clear. Two edges of which one's end lies within touch_m
 * (1e-6 m) of the other, or two crossings that near to each other, are not judged here: *clear
 * comes back false and area.c lets GEOS overlay the county with the coverage around it.
 *
 * K. Weiler, P. Atherton: Hidden surface removal using polygon area sorting. SIGGRAPH Comput.
 * Graph. 11 (1977) 214-222. */
#include "cover/cover_int.h"

#include "base/base_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where an edge of the county and one of the union cross: at u of county edge `edge`, at t of
 * chord `chord` of arc `arc`. */
struct crossing {
    uint32_t edge, arc, chord;
    bool enters; /* the union enters the county */
    bool visited;
    double u, t, x, y;
    uint32_t next_county; /* crossing after this one along the county's ring */
    uint32_t next_union, previous_union;
};

struct overlay {
    struct bj_ctx *ctx;
    const struct bj_discs *d;
    struct bj_cover_rings county; /* shells counter-clockwise, holes clockwise */
    struct bj_cover_edges edges;  /* of county, owned by ring */
    struct bj_cover_cells squares, slabs;
    uint32_t *near; /* arcs near the county, rising */
    size_t n_near, cap_near;
    struct crossing *crossing; /* sorted along the county */
    size_t n, cap;
    double *x, *y; /* one drawn arc and its end */
    size_t cap_points;
    bool clear;
    struct bj_cover_rings covered, uncovered;
};

/* ---- the county --------------------------------------------------------------- */

static enum bj_status add_county_ring(struct overlay *o, const struct bj_polygons *p, size_t ring,
                                      bool shell)
{
    size_t a = p->point_start[ring], n = p->point_start[ring + 1] - a;
    struct bj_cover_rings *r = &o->county;
    enum bj_status st = bj_cover_rings_reserve(o->ctx, r, n);

    if (st)
        return st;
    memcpy(r->x + r->n_points, p->x + a, n * sizeof(*r->x));
    memcpy(r->y + r->n_points, p->y + a, n * sizeof(*r->y));
    if ((bj_cover_ring_area2(n, p->x + a, p->y + a) > 0) != shell)
        bj_cover_ring_reverse(n, r->x + r->n_points, r->y + r->n_points);
    r->n_points += n;
    return bj_cover_rings_close(o->ctx, r);
}

static enum bj_status take_county(struct overlay *o, const struct bj_polygons *p)
{
    enum bj_status st = BJ_OK;

    for (size_t i = 0; !st && i < p->n_polygons; i++)
        for (size_t r = p->ring_start[i]; !st && r < p->ring_start[i + 1]; r++)
            st = add_county_ring(o, p, r, r == p->ring_start[i]);
    if (!st)
        st = bj_cover_edges_of_rings(o->ctx, o->county.n, o->county.start, o->county.x, o->county.y,
                                     &o->edges);
    return st;
}

/* Edges of a ring of n + 1 points: n, numbered ring by ring. */
static uint32_t first_edge(const struct overlay *o, uint32_t ring)
{
    return (uint32_t)(o->county.start[ring] - ring);
}

static uint32_t next_edge(const struct overlay *o, uint32_t edge)
{
    uint32_t ring = o->edges.owner[edge];

    return edge + 1 < first_edge(o, ring + 1) ? edge + 1 : first_edge(o, ring);
}

/* ---- arcs near the county ------------------------------------------------------- */

static int compare_uint32(const void *pa, const void *pb)
{
    uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;

    return a < b ? -1 : a > b;
}

static bool boxes_meet(const double box[4], const struct bj_cover_edges *e)
{
    return box[0] <= e->x1 && box[2] >= e->x0 && box[1] <= e->y1 && box[3] >= e->y0;
}

static enum bj_status add_near_cell(struct overlay *o, size_t cell)
{
    const struct bj_cover_arc_grid *g = &o->d->arcs;

    for (uint32_t k = g->start[cell]; k < g->start[cell + 1]; k++) {
        double box[4];

        bj_cover_arc_box(o->d, g->item[k], box);
        if (!boxes_meet(box, &o->edges))
            continue;
        if (!bj_grow(o->ctx, (void **)&o->near, &o->cap_near, o->n_near, sizeof(*o->near)))
            return BJ_ENOMEM;
        o->near[o->n_near++] = g->item[k];
    }
    return BJ_OK;
}

static enum bj_status find_near(struct overlay *o)
{
    const struct bj_cover_arc_grid *g = &o->d->arcs;
    const struct bj_cover_edges *e = &o->edges;
    size_t x0, x1, y0, y1, n = 0;
    enum bj_status st = BJ_OK;

    if (o->d->n_arcs == 0 || e->n == 0)
        return BJ_OK;
    x0 = bj_cover_clamp((e->x0 - g->x0) / g->size, g->nx);
    x1 = bj_cover_clamp((e->x1 - g->x0) / g->size, g->nx);
    y0 = bj_cover_clamp((e->y0 - g->y0) / g->size, g->ny);
    y1 = bj_cover_clamp((e->y1 - g->y0) / g->size, g->ny);
    for (size_t iy = y0; iy <= y1; iy++)
        for (size_t ix = x0; !st && ix <= x1; ix++)
            st = add_near_cell(o, iy * g->nx + ix);
    if (o->n_near > 1)
        qsort(o->near, o->n_near, sizeof(*o->near), compare_uint32);
    for (size_t k = 0; k < o->n_near; k++)
        if (n == 0 || o->near[n - 1] != o->near[k])
            o->near[n++] = o->near[k];
    o->n_near = n;
    return st;
}

/* ---- crossings ------------------------------------------------------------------- */

/* Distance of p from the line a b, positive on its left. */
static double beside(const double a[2], const double b[2], const double p[2], double length)
{
    return ((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])) / length;
}

static bool apart(double a0, double a1, double b0, double b1, double touch)
{
    return fmax(a0, a1) + touch < fmin(b0, b1) || fmax(b0, b1) + touch < fmin(a0, a1);
}

/* Compares chord p q with county edge a b; 1 and c filled when they cross, 0 when not, -1
 * when it is not clear. */
static int cross(const double a[2], const double b[2], const double p[2], const double q[2],
                 double touch, struct crossing *c)
{
    double ab, pq, to_p, to_q, to_a, to_b;

    if (apart(a[0], b[0], p[0], q[0], touch) || apart(a[1], b[1], p[1], q[1], touch))
        return 0;
    ab = hypot(b[0] - a[0], b[1] - a[1]);
    to_p = beside(a, b, p, ab);
    to_q = beside(a, b, q, ab);
    if (fmin(to_p, to_q) > touch || fmax(to_p, to_q) < -touch)
        return 0;
    pq = hypot(q[0] - p[0], q[1] - p[1]);
    to_a = beside(p, q, a, pq);
    to_b = beside(p, q, b, pq);
    if (fmin(to_a, to_b) > touch || fmax(to_a, to_b) < -touch)
        return 0;
    if (!(fmin(fabs(to_p), fabs(to_q)) > touch && fmin(fabs(to_a), fabs(to_b)) > touch))
        return -1;
    c->enters = to_q > 0;
    c->t = to_p / (to_p - to_q);
    c->u = to_a / (to_a - to_b);
    c->x = p[0] + c->t * (q[0] - p[0]);
    c->y = p[1] + c->t * (q[1] - p[1]);
    return 1;
}

static enum bj_status cross_cell(struct overlay *o, size_t cell, const double p[2],
                                 const double q[2], struct crossing *c)
{
    for (uint32_t k = o->squares.start[cell]; k < o->squares.start[cell + 1]; k++) {
        const double *x = o->edges.x + o->edges.point[o->squares.item[k]];
        const double *y = o->edges.y + o->edges.point[o->squares.item[k]];
        double a[2] = {x[0], y[0]}, b[2] = {x[1], y[1]};
        int found = cross(a, b, p, q, o->d->touch_m, c);

        o->clear = o->clear && found >= 0;
        if (found <= 0)
            continue;
        if (!bj_grow(o->ctx, (void **)&o->crossing, &o->cap, o->n, sizeof(*o->crossing)))
            return BJ_ENOMEM;
        c->edge = o->squares.item[k];
        o->crossing[o->n++] = *c;
    }
    return BJ_OK;
}

/* Columns (x) or rows of squares under low .. high. */
static void under(double low, double high, double origin, double size, size_t n, size_t *from,
                  size_t *to)
{
    *from = bj_cover_clamp((low - origin) / size - 1e-6, n);
    *to = bj_cover_clamp((high - origin) / size + 1e-6, n);
}

static enum bj_status cross_chord(struct overlay *o, const double p[2], const double q[2],
                                  struct crossing *c)
{
    const struct bj_cover_cells *s = &o->squares;
    size_t x0, x1, y0, y1;
    enum bj_status st = BJ_OK;

    under(fmin(p[0], q[0]), fmax(p[0], q[0]), o->edges.x0, s->size_x, s->nx, &x0, &x1);
    under(fmin(p[1], q[1]), fmax(p[1], q[1]), o->edges.y0, s->size_y, s->ny, &y0, &y1);
    for (size_t iy = y0; iy <= y1; iy++)
        for (size_t ix = x0; !st && ix <= x1; ix++)
            st = cross_cell(o, iy * s->nx + ix, p, q, c);
    return st;
}

/* Does any county edge stand in the squares under the arc's box? */
static bool over_edges(const struct overlay *o, uint32_t arc)
{
    const struct bj_cover_cells *s = &o->squares;
    size_t x0, x1, y0, y1;
    double box[4];

    bj_cover_arc_box(o->d, arc, box);
    under(box[0], box[2], o->edges.x0, s->size_x, s->nx, &x0, &x1);
    under(box[1], box[3], o->edges.y0, s->size_y, s->ny, &y0, &y1);
    for (size_t iy = y0; iy <= y1; iy++)
        if (s->start[iy * s->nx + x0] != s->start[iy * s->nx + x1 + 1])
            return true;
    return false;
}

/* Draws the arc and its end into o->x, o->y; *n points. */
static enum bj_status draw_whole(struct overlay *o, uint32_t arc, size_t *n)
{
    const struct bj_cover_arc *end = &o->d->arc[bj_cover_next_arc(o->d, arc)];
    size_t points = bj_cover_arc_points(o->d, arc);

    if (points + 1 > o->cap_points) {
        bj_free(o->ctx, o->x);
        bj_free(o->ctx, o->y);
        o->cap_points = 0;
        o->x = bj_alloc0(o->ctx, 2 * points + 2, sizeof(*o->x));
        o->y = bj_alloc0(o->ctx, 2 * points + 2, sizeof(*o->y));
        if (!o->x || !o->y)
            return BJ_ENOMEM;
        o->cap_points = 2 * points + 2;
    }
    bj_cover_draw_arc(o->d, arc, o->x, o->y);
    o->x[points] = end == &o->d->arc[arc] ? o->x[0] : end->x;
    o->y[points] = end == &o->d->arc[arc] ? o->y[0] : end->y;
    *n = points + 1;
    return BJ_OK;
}

static enum bj_status cross_arc(struct overlay *o, uint32_t arc)
{
    struct crossing c = {.arc = arc};
    size_t n;
    enum bj_status st;

    if (!over_edges(o, arc))
        return BJ_OK;
    st = draw_whole(o, arc, &n);
    for (size_t k = 0; !st && k + 1 < n; k++) {
        double p[2] = {o->x[k], o->y[k]}, q[2] = {o->x[k + 1], o->y[k + 1]};

        c.chord = (uint32_t)k;
        st = cross_chord(o, p, q, &c);
    }
    return st;
}

static int compare_county(const void *pa, const void *pb)
{
    const struct crossing *a = pa, *b = pb;

    if (a->edge != b->edge)
        return a->edge < b->edge ? -1 : 1;
    if (a->u != b->u)
        return a->u < b->u ? -1 : 1;
    if (a->arc != b->arc)
        return a->arc < b->arc ? -1 : 1;
    return a->chord < b->chord ? -1 : a->chord > b->chord;
}

/* Where a crossing is on the union, for sorting. */
struct along {
    uint32_t arc, chord, crossing;
    double t;
};

static int compare_union(const void *pa, const void *pb)
{
    const struct along *a = pa, *b = pb;

    if (a->arc != b->arc)
        return a->arc < b->arc ? -1 : 1;
    if (a->chord != b->chord)
        return a->chord < b->chord ? -1 : 1;
    return a->t < b->t ? -1 : a->t > b->t;
}

static bool too_near(const struct overlay *o, const struct crossing *a, const struct crossing *b)
{
    return fabs(a->x - b->x) < o->d->touch_m && fabs(a->y - b->y) < o->d->touch_m;
}

/* Sorts along the county, drops what was found from two squares, links ring by ring. */
static void link_county(struct overlay *o)
{
    size_t n = 0;

    if (o->n > 1)
        qsort(o->crossing, o->n, sizeof(*o->crossing), compare_county);
    for (size_t k = 0; k < o->n; k++) {
        const struct crossing *c = &o->crossing[k], *last = n > 0 ? &o->crossing[n - 1] : NULL;

        if (last && last->edge == c->edge && last->arc == c->arc && last->chord == c->chord)
            continue;
        if (last && last->edge == c->edge && too_near(o, last, c))
            o->clear = false;
        o->crossing[n++] = *c;
    }
    o->n = n;
    for (size_t first = 0, k = 0; k < n; k++) {
        uint32_t ring = o->edges.owner[o->crossing[k].edge];
        bool last = k + 1 == n || o->edges.owner[o->crossing[k + 1].edge] != ring;

        o->crossing[k].next_county = (uint32_t)(last ? first : k + 1);
        if (last)
            first = k + 1;
    }
}

static enum bj_status link_union(struct overlay *o)
{
    const struct bj_cover_arc *arc = o->d->arc;
    struct along *by = bj_alloc0(o->ctx, o->n, sizeof(*by));

    if (!by)
        return BJ_ENOMEM;
    for (size_t k = 0; k < o->n; k++) {
        const struct crossing *c = &o->crossing[k];

        by[k] = (struct along){c->arc, c->chord, (uint32_t)k, c->t};
    }
    if (o->n > 1)
        qsort(by, o->n, sizeof(*by), compare_union);
    for (size_t first = 0, k = 0; k < o->n; k++) {
        bool last = k + 1 == o->n || arc[by[k + 1].arc].ring != arc[by[k].arc].ring;
        struct crossing *c = &o->crossing[by[k].crossing], *next;

        next = &o->crossing[by[last ? first : k + 1].crossing];
        if (!last && by[k].arc == by[k + 1].arc && by[k].chord == by[k + 1].chord &&
            too_near(o, c, next))
            o->clear = false;
        c->next_union = by[last ? first : k + 1].crossing;
        next->previous_union = by[k].crossing;
        if (last)
            first = k + 1;
    }
    bj_free(o->ctx, by);
    return BJ_OK;
}

/* In and out must take turns along both boundaries. */
static void check_turns(struct overlay *o)
{
    for (size_t k = 0; k < o->n; k++) {
        const struct crossing *c = &o->crossing[k];

        if (c->enters == o->crossing[c->next_county].enters ||
            c->enters == o->crossing[c->next_union].enters)
            o->clear = false;
    }
}

static enum bj_status find_crossings(struct overlay *o)
{
    enum bj_status st = BJ_OK;

    if (o->n_near == 0) /* no border of the coverage near: all in or all out */
        return BJ_OK;
    st = bj_cover_squares(o->ctx, &o->edges, &o->squares);
    if (!st)
        st = bj_cover_slabs(o->ctx, &o->edges, &o->slabs);
    for (size_t k = 0; !st && o->clear && k < o->n_near; k++)
        st = cross_arc(o, o->near[k]);
    if (st || !o->clear)
        return st;
    link_county(o);
    st = link_union(o);
    if (!st)
        check_turns(o);
    return st;
}

/* ---- tracing ----------------------------------------------------------------------- */

static enum bj_status emit(struct overlay *o, struct bj_cover_rings *r, double x, double y)
{
    enum bj_status st = bj_cover_rings_reserve(o->ctx, r, 1);

    if (!st) {
        r->x[r->n_points] = x;
        r->y[r->n_points++] = y;
    }
    return st;
}

/* Corners of the county between two crossings of a ring. */
static enum bj_status emit_county(struct overlay *o, struct bj_cover_rings *r,
                                  const struct crossing *from, const struct crossing *to)
{
    uint32_t edge = from->edge;
    enum bj_status st = BJ_OK;

    if (edge == to->edge && to->u > from->u)
        return BJ_OK;
    do {
        size_t p;

        edge = next_edge(o, edge);
        p = o->edges.point[edge];
        st = emit(o, r, o->county.x[p], o->county.y[p]);
    } while (!st && edge != to->edge);
    return st;
}

/* Points first .. last of the drawn arc. */
static enum bj_status emit_arc(struct overlay *o, struct bj_cover_rings *r, size_t arc,
                               size_t first, size_t last)
{
    size_t n;
    enum bj_status st = draw_whole(o, (uint32_t)arc, &n);

    for (size_t k = first; !st && k <= last && k + 1 < n; k++)
        st = emit(o, r, o->x[k], o->y[k]);
    return st;
}

/* Points of the union between two crossings of a ring. */
static enum bj_status emit_union(struct overlay *o, struct bj_cover_rings *r,
                                 const struct crossing *from, const struct crossing *to)
{
    size_t arc = from->arc;
    enum bj_status st;

    if (arc == to->arc &&
        (to->chord > from->chord || (to->chord == from->chord && to->t > from->t)))
        return emit_arc(o, r, arc, from->chord + 1, to->chord);
    st = emit_arc(o, r, arc, from->chord + 1, SIZE_MAX);
    for (arc = bj_cover_next_arc(o->d, arc); !st && arc != to->arc;
         arc = bj_cover_next_arc(o->d, arc))
        st = emit_arc(o, r, arc, 0, SIZE_MAX);
    return st ? st : emit_arc(o, r, arc, 0, to->chord);
}

static enum bj_status emit_union_back(struct overlay *o, struct bj_cover_rings *r,
                                      const struct crossing *from, const struct crossing *to)
{
    size_t first = r->n_points;
    enum bj_status st = emit_union(o, r, to, from);

    if (!st)
        bj_cover_ring_reverse(r->n_points - first, r->x + first, r->y + first);
    return st;
}

/* One ring of the covered (or uncovered) part through crossing `start`. */
static enum bj_status trace(struct overlay *o, bool covered, uint32_t start)
{
    struct bj_cover_rings *r = covered ? &o->covered : &o->uncovered;
    uint32_t at = start;
    enum bj_status st;

    do {
        struct crossing *c = &o->crossing[at], *turn = &o->crossing[c->next_county];

        c->visited = true;
        st = emit(o, r, c->x, c->y);
        if (!st)
            st = emit_county(o, r, c, turn);
        if (!st)
            st = emit(o, r, turn->x, turn->y);
        at = covered ? turn->next_union : turn->previous_union;
        if (!st)
            st = covered ? emit_union(o, r, turn, &o->crossing[at])
                         : emit_union_back(o, r, turn, &o->crossing[at]);
    } while (!st && at != start);
    return st ? st : bj_cover_rings_close(o->ctx, r);
}

static enum bj_status trace_all(struct overlay *o)
{
    enum bj_status st = BJ_OK;

    for (uint32_t k = 0; !st && k < o->n; k++)
        if (!o->crossing[k].visited)
            st = trace(o, !o->crossing[k].enters, k);
    return st;
}

/* ---- rings that cross nothing ---------------------------------------------------- */

struct probe {
    const struct bj_discs *d;
    double x, y;
    bool in, unclear;
};

static bool probe_run(uint32_t first, uint32_t last, void *arg)
{
    struct probe *p = arg;
    const struct bj_cover_grid *g = &p->d->grid;

    for (uint32_t j = first; j < last; j++) {
        double depth = g->r[j] - hypot(g->x[j] - p->x, g->y[j] - p->y);

        p->in |= depth > p->d->clear_m;
        p->unclear |= fabs(depth) <= p->d->clear_m;
    }
    return !p->in;
}

/* 1 in the union, 0 outside, -1 too near its border to say from the discs. */
static int in_discs(const struct bj_discs *d, double x, double y)
{
    struct probe p = {d, x, y, false, false};

    (void)bj_cover_grid_visit(&d->grid, x, y, d->clear_m, probe_run, &p);
    return p.in ? 1 : p.unclear ? -1 : 0;
}

static enum bj_status copy_ring(struct overlay *o, const double *x, const double *y, size_t n,
                                struct bj_cover_rings *to)
{
    enum bj_status st = bj_cover_rings_reserve(o->ctx, to, n);

    if (st)
        return st;
    memcpy(to->x + to->n_points, x, n * sizeof(*x));
    memcpy(to->y + to->n_points, y, n * sizeof(*y));
    to->n_points += n;
    return bj_cover_rings_close(o->ctx, to);
}

static enum bj_status place_county_ring(struct overlay *o, size_t ring)
{
    size_t a = o->county.start[ring], n = o->county.start[ring + 1] - a;
    const double *x = o->county.x + a, *y = o->county.y + a;
    int in = -1;

    for (size_t k = 0; k < n && in < 0; k++)
        in = in_discs(o->d, x[k], y[k]);
    if (in < 0) {
        o->clear = false;
        return BJ_OK;
    }
    return copy_ring(o, x, y, n, in ? &o->covered : &o->uncovered);
}

static enum bj_status place_county_rings(struct overlay *o)
{
    enum bj_status st = BJ_OK;
    size_t k = 0;

    for (size_t ring = 0; !st && ring < o->county.n; ring++) {
        if (k < o->n && o->edges.owner[o->crossing[k].edge] == ring)
            while (k < o->n && o->edges.owner[o->crossing[k].edge] == ring)
                k++;
        else
            st = place_county_ring(o, ring);
    }
    return st;
}

static enum bj_status place_union_ring(struct overlay *o, uint32_t ring)
{
    const struct bj_discs *d = o->d;
    struct bj_cover_rings *r = &o->covered;
    size_t first = r->n_points, n;
    enum bj_status st = BJ_OK;

    for (size_t a = d->ring_start[ring]; !st && a < d->ring_start[ring + 1]; a++)
        st = emit_arc(o, r, a, 0, SIZE_MAX);
    if (!st)
        st = bj_cover_rings_close(o->ctx, r);
    n = r->n_points - first;
    if (st || n == 0)
        return st;
    first = r->start[r->n - 1];
    st = bj_cover_rings_reserve(o->ctx, &o->uncovered, n);
    if (st)
        return st;
    memcpy(o->uncovered.x + o->uncovered.n_points, r->x + first, n * sizeof(*r->x));
    memcpy(o->uncovered.y + o->uncovered.n_points, r->y + first, n * sizeof(*r->y));
    bj_cover_ring_reverse(n, o->uncovered.x + o->uncovered.n_points,
                          o->uncovered.y + o->uncovered.n_points);
    o->uncovered.n_points += n;
    return bj_cover_rings_close(o->ctx, &o->uncovered);
}

/* Rings with an arc near the county and no crossing lie in it or outside as a whole. */
static enum bj_status place_union_rings(struct overlay *o, const unsigned char *crossed)
{
    enum bj_status st = BJ_OK;
    uint32_t done = COVER_NONE;

    for (size_t k = 0; !st && k < o->n_near; k++) {
        const struct bj_cover_arc *a = &o->d->arc[o->near[k]];

        if (a->ring == done)
            continue;
        done = a->ring;
        if (!crossed[k] && bj_cover_inside_any(&o->edges, &o->slabs, a->x, a->y))
            st = place_union_ring(o, a->ring);
    }
    return st;
}

static int compare_arc_ring(const void *key, const void *item)
{
    uint32_t a = *(const uint32_t *)key, b = *(const uint32_t *)item;

    return a < b ? -1 : a > b;
}

/* crossed[k]: the ring of near arc k has a crossing. */
static enum bj_status mark_crossed(struct overlay *o, unsigned char **out)
{
    unsigned char *crossed = bj_alloc0(o->ctx, o->n_near, 1);
    uint32_t *ring = bj_alloc0(o->ctx, o->n, sizeof(*ring));

    if (!crossed || !ring) {
        bj_free(o->ctx, ring);
        bj_free(o->ctx, crossed);
        return BJ_ENOMEM;
    }
    for (size_t k = 0; k < o->n; k++)
        ring[k] = o->d->arc[o->crossing[k].arc].ring;
    if (o->n > 1)
        qsort(ring, o->n, sizeof(*ring), compare_uint32);
    for (size_t k = 0; k < o->n_near && o->n > 0; k++)
        crossed[k] = bsearch(&o->d->arc[o->near[k]].ring, ring, o->n, sizeof(*ring),
                             compare_arc_ring) != NULL;
    bj_free(o->ctx, ring);
    *out = crossed;
    return BJ_OK;
}

static enum bj_status place_rings(struct overlay *o)
{
    unsigned char *crossed = NULL;
    enum bj_status st = place_county_rings(o);

    if (!st)
        st = mark_crossed(o, &crossed);
    if (!st)
        st = place_union_rings(o, crossed);
    bj_free(o->ctx, crossed);
    return st;
}

/* ---- all -------------------------------------------------------------------------- */

static void release(struct overlay *o)
{
    bj_cover_rings_release(o->ctx, &o->uncovered);
    bj_cover_rings_release(o->ctx, &o->covered);
    bj_free(o->ctx, o->y);
    bj_free(o->ctx, o->x);
    bj_free(o->ctx, o->crossing);
    bj_free(o->ctx, o->near);
    bj_cover_cells_release(o->ctx, &o->slabs);
    bj_cover_cells_release(o->ctx, &o->squares);
    bj_cover_edges_release(o->ctx, &o->edges);
    bj_cover_rings_release(o->ctx, &o->county);
}

enum bj_status bj_cover_overlay(struct bj_ctx *ctx, const struct bj_discs *d,
                                const struct bj_polygons *county, bool *clear, struct bj_cover *out)
{
    struct overlay o = {.ctx = ctx, .d = d, .clear = true};
    struct bj_cover made = {0};
    enum bj_status st = take_county(&o, county);

    if (!st)
        st = find_near(&o);
    if (!st)
        st = find_crossings(&o);
    if (!st && o.clear)
        st = trace_all(&o);
    if (!st && o.clear)
        st = place_rings(&o);
    if (!st && o.clear)
        st = bj_cover_rings_nest(ctx, &o.covered, &made.covered);
    if (!st && o.clear)
        st = bj_cover_rings_nest(ctx, &o.uncovered, &made.uncovered);
    if (st)
        bj_cover_release(ctx, &made);
    else
        *clear = o.clear;
    if (!st && o.clear)
        *out = made;
    release(&o);
    return st;
}
