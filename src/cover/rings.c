/* Exposed arcs joined into rings, measured and laid one after another. The method is at the top
 * of discs.c. */
#include "cover/cover_int.h"

#include "base/base_int.h"

#include <math.h>

/* The point on the left of the way from the centre of a to that of b where the circles meet.
 * Computed from the pair in rising order: the same bits whoever asks. */
static void meeting_point(const struct bj_cover_grid *g, uint32_t a, uint32_t b, double *x,
                          double *y)
{
    uint32_t i = a < b ? a : b, k = a < b ? b : a;
    double dx = g->x[k] - g->x[i], dy = g->y[k] - g->y[i], d2 = dx * dx + dy * dy, d = sqrt(d2);
    double sum = g->r[i] + g->r[k], difference = g->r[i] - g->r[k];
    double t = (d2 + sum * difference) / (2 * d);
    double h2 = (sum - d) * (sum + d) * (d - difference) * (d + difference);
    double h = sqrt(fmax(h2, 0)) / (2 * d);

    if (a > b)
        h = -h;
    *x = g->x[i] + (t * dx - h * dy) / d;
    *y = g->y[i] + (t * dy + h * dx) / d;
}

/* Finds each arc's next; discs of arcs without one become tied. Returns how many. */
static size_t link_arcs(struct bj_cover_making *m)
{
    const struct bj_cover_grid *g = &m->d->grid;
    size_t n_broken = 0;

    for (uint32_t i = 0; i < g->n; i++)
        for (uint32_t a = m->first[i]; a < m->first[i] + m->count[i]; a++) {
            uint32_t to = m->pool[a].to, b;

            m->next[a] = a;
            if (to == COVER_NONE)
                continue;
            for (b = m->first[to]; b < m->first[to] + m->count[to]; b++)
                if (m->pool[b].from == i)
                    break;
            m->next[a] = b;
            if (b == m->first[to] + m->count[to]) {
                m->next[a] = COVER_NONE;
                n_broken += (size_t)!m->tied[i] + (size_t)!m->tied[to];
                m->tied[i] = m->tied[to] = 1;
            }
        }
    return n_broken;
}

/* An arc that no other leads to hangs loose as well: its disc is tied too. */
static size_t find_loose(struct bj_cover_making *m)
{
    const struct bj_cover_grid *g = &m->d->grid;
    size_t n_loose = 0;

    for (uint32_t i = 0; i < g->n; i++)
        for (uint32_t a = m->first[i]; a < m->first[i] + m->count[i]; a++) {
            uint32_t from = m->pool[a].from, b;

            if (from == COVER_NONE)
                continue;
            for (b = m->first[from]; b < m->first[from] + m->count[from]; b++)
                if (m->pool[b].to == i)
                    break;
            if (b == m->first[from] + m->count[from]) {
                n_loose += (size_t)!m->tied[i] + (size_t)!m->tied[from];
                m->tied[i] = m->tied[from] = 1;
            }
        }
    return n_loose;
}

static size_t count_pool(const struct bj_cover_making *m)
{
    uint32_t n = m->d->grid.n;

    return n ? (size_t)m->first[n - 1] + m->count[n - 1] : 0;
}

enum bj_status bj_cover_link_arcs(struct bj_cover_making *m, size_t *n_broken)
{
    size_t n = count_pool(m);
    uint32_t *next = bj_resize(m->ctx, m->next, n + 1, sizeof(*next));

    if (!next)
        return BJ_ENOMEM;
    m->next = next;
    *n_broken = link_arcs(m);
    *n_broken += find_loose(m);
    return BJ_OK;
}

/* Area (signed) and length of the ring of arcs first .. last-1 that has just been laid. */
static void measure_ring(const struct bj_discs *d, size_t first, size_t last, double *area_m2,
                         double *length_m)
{
    const struct bj_cover_arc *a = d->arc;
    double area2 = 0;

    *area_m2 = *length_m = 0;
    for (size_t k = first + 1; k + 1 < last; k++)
        area2 += (a[k].x - a[first].x) * (a[k + 1].y - a[first].y) -
                 (a[k + 1].x - a[first].x) * (a[k].y - a[first].y);
    for (size_t k = first; k < last; k++) {
        *area_m2 += bj_cover_arc_bulge(d, k);
        *length_m += bj_cover_arc_length(d, k);
    }
    *area_m2 += 0.5 * area2;
}

/* Keeps the ring of arcs from n_arcs to `last`, unless it is a hole too small to draw. Its area
 * counts in any case. */
static void finish_ring(struct bj_cover_making *m, size_t last)
{
    struct bj_discs *d = m->d;
    double area, length, small = m->small_m;

    d->ring_start[d->n_rings + 1] = (uint32_t)last;
    measure_ring(d, d->n_arcs, last, &area, &length);
    d->area_m2 += area;
    if (area < 0.5 * COVER_PI * small * small && 2 * fabs(area) < small * length)
        return;
    d->n_arcs = last;
    d->n_rings++;
}

/* Room for all arcs of the pool behind what fallback.c has left. */
static enum bj_status reserve_rings(struct bj_cover_making *m)
{
    struct bj_discs *d = m->d;
    size_t n = count_pool(m);
    struct bj_cover_arc *arc = bj_resize(m->ctx, d->arc, d->n_arcs + n + 1, sizeof(*arc));
    uint32_t *start;

    if (!arc)
        return BJ_ENOMEM;
    d->arc = arc;
    start = bj_resize(m->ctx, d->ring_start, d->n_rings + n + 1, sizeof(*start));
    if (!start)
        return BJ_ENOMEM;
    d->ring_start = start;
    start[d->n_rings] = (uint32_t)d->n_arcs;
    return BJ_OK;
}

/* Lays the arcs of all closed rings one after another. */
enum bj_status bj_cover_lay_rings(struct bj_cover_making *m)
{
    struct bj_discs *d = m->d;
    const struct bj_cover_grid *g = &d->grid;
    enum bj_status st = reserve_rings(m);

    if (st)
        return st;
    for (uint32_t i = 0; i < g->n; i++) {
        d->n_exposed += m->count[i] > 0;
        for (uint32_t a = m->first[i]; a < m->first[i] + m->count[i]; a++) {
            uint32_t at = a, disc = i;
            size_t last = d->n_arcs;

            while (m->next[at] != COVER_NONE) {
                const struct bj_cover_exposed *e = &m->pool[at];
                struct bj_cover_arc *arc = &d->arc[last++];
                uint32_t follow = m->next[at];

                *arc = (struct bj_cover_arc){
                    g->x[disc] + g->r[disc], g->y[disc], e->a0, e->a1, disc, (uint32_t)d->n_rings};
                if (e->from != COVER_NONE)
                    meeting_point(g, disc, e->from, &arc->x, &arc->y);
                m->next[at] = COVER_NONE; /* laid */
                disc = e->to;
                at = follow;
            }
            if (last > d->n_arcs)
                finish_ring(m, last);
        }
    }
    return BJ_OK;
}
