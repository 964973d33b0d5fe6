/* Union of discs by its arcs: exact area, and rings that can be drawn.
 *
 * Method
 * 1. arcs.c finds, for each circle by itself, the parts that no other disc covers (in parallel;
 *    nine circles in ten drop out after a look at a few neighbours).
 * 2. Arcs are joined into rings by identity, never by comparing coordinates. Walking
 *    counter-clockwise on circle i, an arc ends where it enters disc k; the boundary goes on
 *    with the arc of k that starts where k leaves disc i: the point on the right of the way
 *    i -> k, which is the one on the left of k -> i. Each point is computed once, from the pair
 *    in rising order, so both arcs have the same bits.
 *        t = (d^2 + ri^2 - rk^2) / (2 d),   h = sqrt(ri^2 - t^2),   p = ci + t u +- h u'
 *    with u the direction ci -> ck and u' u turned left.
 * 3. The union lies on the left of its arcs, so shells come out counter-clockwise, holes
 *    clockwise. Area by Green's theorem: the polygon of the points, and a segment
 *    r^2 (F - sin F) / 2 for each arc of angle F.
 * 4. draw.c draws each arc within the tolerance, keeping its area.
 *
 * The rule for ties. Closer than eps = 1e-7 m (more for coordinates beyond 3.5e6 m) is a tie: the
 * sequence of arcs on a circle would change if its neighbours were so much larger or smaller.
 *    - Equal discs: the one with the lowest index stays.
 *    - Tangent circles, three or more through one point, a pair that meets at 1e-9 m, one just
 *      inside another: each disc that has a tie grows by a small amount, 0 .. 500 eps
 *      (0.05 mm), taken from a hash of its index and the round; then it and what is near it are
 *      looked at again, until no tie is left (Halperin & Shelton's controlled perturbation; a
 *      round leaves about one tie in 200). So clusters joined in one point come apart or are
 *      joined by a neck of at least eps, and the two outcomes differ in area by less than the
 *      neck. Growing never uncovers; what it adds is at most 0.5 mm at the edge of a tied disc.
 *    - A ring that cannot be joined counts as a tie of its discs. After MAX_ROUNDS rounds, the
 *      connected components of such discs are handed to GEOS as drawn polygons, and the number
 *      of them is logged ("cover: N components by GEOS"). No input is known that does so.
 *    - Discs with a radius below 1e4 eps (1 mm) are too small to draw and are left out, as are
 *      holes narrower than that; a tolerance below 1e4 eps is taken as 1e4 eps.
 *
 * What it does not do: exact arithmetic; circles on the ellipsoid (see bj_crs_map_circles).
 *
 * 1. M. Sharir: Intersection and closest-pair problems for a set of planar discs. SIAM J.
 *    Comput. 14 (1985) 448-468.
 * 2. F. Aurenhammer: Improved algorithms for discs and balls using power diagrams.
 *    J. Algorithms 9 (1988) 151-161.
 * 3. D. Halperin, C. R. Shelton: A perturbation scheme for spherical arrangements with
 *    application to molecular modeling. Comput. Geom. 10 (1998) 273-287. */
#include "cover/cover_int.h"

#include "base/base_int.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROUNDS = 10, CHUNK = 2048 };

#define EPS_M     1e-7
#define EPS_ULPS  128 /* of the largest coordinate: roundings that a drawn point may gather */
#define SHIFT_EPS 500 /* growth of a tied disc a round, at most */
#define SMALL_EPS 1e4 /* smallest radius and tolerance */

static enum bj_status check_discs(struct bj_ctx *ctx, size_t n, const double *x, const double *y,
                                  const double *r, double tolerance_m)
{
    if (!(tolerance_m > 0 && tolerance_m <= 1000))
        return bj_fail(ctx, BJ_EARG,
                       _("the tolerance of drawn arcs must be > 0 and at most 1000 m, got %g"),
                       tolerance_m);
    if (n >= UINT32_MAX / 8)
        return bj_fail(ctx, BJ_EARG, _("too many circles: %zu"), n);
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(x[i]) <= 1e9 && fabs(y[i]) <= 1e9))
            return bj_fail(
                ctx, BJ_EARG,
                _("the centre of circle %zu must be finite and within 1e9 m, got %g, %g"), i, x[i],
                y[i]);
        if (!(r[i] > 0 && r[i] <= 1e7))
            return bj_fail(ctx, BJ_EARG,
                           _("the radius of circle %zu must be > 0 and at most 1e7 m, got %g"), i,
                           r[i]);
    }
    return BJ_OK;
}

/* ---- rounds: exposed arcs without ties ------------------------------------------ */

static enum bj_status expose_chunk(struct bj_ctx *ctx, size_t k, void *arg)
{
    struct bj_cover_making *m = arg;
    size_t from = k * CHUNK, n = m->n_todo - from < CHUNK ? m->n_todo - from : CHUNK;

    return bj_cover_expose(ctx, &m->d->grid, n, m->todo + from, m->eps_m, m->slack_m, &m->chunk[k]);
}

/* A pool of new and kept arcs, disc by disc; marks ties. Returns how many. */
static size_t merge_chunks(struct bj_cover_making *m, struct bj_cover_exposed *pool)
{
    size_t n = 0, k = 0, n_tied = 0;

    for (uint32_t i = 0; i < m->d->grid.n; i++) {
        const struct bj_cover_exposed *from = m->pool ? m->pool + m->first[i] : NULL;

        m->tied[i] = 0;
        if (k < m->n_todo && m->todo[k] == i) {
            const struct bj_cover_exposure *e = &m->chunk[k / CHUNK];

            from = e->arc + e->first[k % CHUNK];
            m->count[i] = e->count[k % CHUNK];
            m->tied[i] = e->tied[k % CHUNK];
            n_tied += m->tied[i];
            k++;
        }
        if (m->count[i] > 0)
            memcpy(pool + n, from, m->count[i] * sizeof(*pool));
        m->first[i] = (uint32_t)n;
        n += m->count[i];
    }
    return n_tied;
}

static enum bj_status merge_near(struct bj_cover_making *m)
{
    struct bj_discs *d = m->d;
    size_t n = d->n_near;
    struct bj_cover_near *near;

    for (size_t k = 0; k < m->n_chunks; k++)
        n += m->chunk[k].n_near;
    near = bj_resize(m->ctx, d->near, n + 1, sizeof(*near));
    if (!near)
        return BJ_ENOMEM;
    d->near = near;
    for (size_t k = 0; k < m->n_chunks; k++) {
        if (m->chunk[k].n_near > 0)
            memcpy(near + d->n_near, m->chunk[k].near, m->chunk[k].n_near * sizeof(*near));
        d->n_near += m->chunk[k].n_near;
    }
    return BJ_OK;
}

/* Looks at the discs of m->todo. */
static enum bj_status expose_all(struct bj_cover_making *m, size_t *n_tied)
{
    struct bj_cover_exposed *pool = NULL;
    size_t n = 0;
    enum bj_status st;

    m->n_chunks = (m->n_todo + CHUNK - 1) / CHUNK;
    m->chunk = bj_alloc0(m->ctx, m->n_chunks, sizeof(*m->chunk));
    if (!m->chunk)
        return BJ_ENOMEM;
    st = bj_parallel(m->ctx, m->n_chunks, NULL, expose_chunk, m);
    for (size_t k = 0; k < m->n_chunks; k++)
        n += m->chunk[k].n_arcs;
    for (uint32_t i = 0; m->pool && i < m->d->grid.n; i++)
        n += m->count[i];
    if (!st && n >= UINT32_MAX / 8)
        st = bj_fail(m->ctx, BJ_EARG, _("too many arcs: %zu"), n);
    if (!st) {
        pool = bj_alloc0(m->ctx, n, sizeof(*pool));
        st = pool ? merge_near(m) : BJ_ENOMEM;
    }
    if (!st) {
        *n_tied = merge_chunks(m, pool);
        bj_free(m->ctx, m->pool);
        m->pool = pool;
        pool = NULL;
    }
    bj_free(m->ctx, pool);
    for (size_t k = 0; k < m->n_chunks; k++)
        bj_cover_exposure_release(m->ctx, &m->chunk[k]);
    bj_free(m->ctx, m->chunk);
    m->chunk = NULL;
    return st;
}

/* Uniform on 0 .. 1, never 0: splitmix64 of (index, round). */
static double hash01(uint32_t index, int round)
{
    uint64_t z = ((uint64_t)index << 8 | (uint64_t)round) + 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return ((double)(z >> 11) + 1) * 0x1.0p-53;
}

struct marking {
    struct bj_cover_making *m;
    double x, y, reach;
};

static bool mark_run(uint32_t first, uint32_t last, void *arg)
{
    struct marking *k = arg;
    const struct bj_cover_grid *g = &k->m->d->grid;

    for (uint32_t j = first; j < last; j++) {
        double dx = g->x[j] - k->x, dy = g->y[j] - k->y, reach = k->reach + g->r[j];

        if (dx * dx + dy * dy < reach * reach)
            k->m->again[j] = 1;
    }
    return true;
}

/* Grows the tied discs and lists, in m->todo, what is near them and still has arcs or ties. A
 * disc that others cover stays covered: they only grow. */
static void grow_tied(struct bj_cover_making *m, int round)
{
    struct bj_cover_grid *g = &m->d->grid;
    double shift = m->eps_m * SHIFT_EPS;

    for (uint32_t i = 0; i < g->n; i++)
        if (m->tied[i])
            g->r[i] += shift * hash01(g->id[i], round);
    for (size_t k = 0; k < g->n_levels; k++)
        g->level[k].r_max += shift;
    if (g->n > 0)
        memset(m->again, 0, g->n);
    for (uint32_t i = 0; i < g->n; i++)
        if (m->tied[i]) {
            struct marking k = {m, g->x[i], g->y[i], g->r[i] + 2 * m->slack_m};

            m->again[i] = 1;
            (void)bj_cover_grid_visit(g, k.x, k.y, k.reach, mark_run, &k);
        }
    m->n_todo = 0;
    for (uint32_t i = 0; i < g->n; i++)
        if (m->again[i] && (m->count[i] > 0 || m->tied[i]))
            m->todo[m->n_todo++] = i;
}

/* ---- the union --------------------------------------------------------------------- */

static enum bj_status making_alloc(struct bj_cover_making *m)
{
    size_t n = m->d->grid.n;

    m->first = bj_alloc0(m->ctx, n, sizeof(*m->first));
    m->count = bj_alloc0(m->ctx, n, sizeof(*m->count));
    m->todo = bj_alloc0(m->ctx, n, sizeof(*m->todo));
    m->tied = bj_alloc0(m->ctx, n, 1);
    m->again = bj_alloc0(m->ctx, n, 1);
    if (!m->first || !m->count || !m->todo || !m->tied || !m->again)
        return BJ_ENOMEM;
    for (uint32_t i = 0; i < n; i++)
        m->todo[i] = i;
    m->n_todo = n;
    return BJ_OK;
}

static void making_release(struct bj_cover_making *m)
{
    bj_free(m->ctx, m->next);
    bj_free(m->ctx, m->pool);
    bj_free(m->ctx, m->again);
    bj_free(m->ctx, m->tied);
    bj_free(m->ctx, m->todo);
    bj_free(m->ctx, m->count);
    bj_free(m->ctx, m->first);
}

/* Rounds until no tie and no loose arc is left; *n_left says how many discs still have one. */
static enum bj_status run_rounds(struct bj_cover_making *m, size_t *n_left)
{
    enum bj_status st = BJ_OK;

    for (int round = 0; round < MAX_ROUNDS && !st; round++) {
        if (round > 0)
            grow_tied(m, round);
        st = expose_all(m, n_left);
        if (!st && *n_left == 0)
            st = bj_cover_link_arcs(m, n_left);
        if (!st && *n_left == 0)
            break;
        bj_log(m->ctx, BJ_LOG_DEBUG, "cover: round %d: %zu ties", round + 1, *n_left);
    }
    return st;
}

static int compare_near(const void *pa, const void *pb)
{
    const struct bj_cover_near *a = pa, *b = pb;

    if (a->i != b->i)
        return a->i < b->i ? -1 : 1;
    return a->near < b->near ? -1 : a->near > b->near;
}

/* Sorts, drops what repeats and what does not show. */
static void tidy_near(struct bj_cover_making *m)
{
    struct bj_discs *d = m->d;
    size_t n = 0;

    if (d->n_near > 1)
        qsort(d->near, d->n_near, sizeof(*d->near), compare_near);
    for (size_t k = 0; k < d->n_near; k++) {
        const struct bj_cover_near *a = &d->near[k];

        if (m->count[a->i] > 0 && m->count[a->near] > 0 &&
            (n == 0 || compare_near(&d->near[n - 1], a) != 0))
            d->near[n++] = *a;
    }
    d->n_near = n;
}

static enum bj_status make_arcs(struct bj_cover_making *m, bool by_geos)
{
    size_t n_left = 0;
    enum bj_status st = making_alloc(m);

    if (!st)
        st = run_rounds(m, &n_left);
    if (!st && by_geos && m->d->grid.n > 0) {
        memset(m->tied, 1, m->d->grid.n);
        n_left = m->d->grid.n;
    }
    if (!st)
        st = bj_cover_by_geos(m, n_left);
    if (!st)
        st = bj_cover_lay_rings(m);
    if (!st)
        tidy_near(m);
    return st;
}

/* Largest number in play: its rounding sets what is a tie. */
static double largest(size_t n, const double *x, const double *y, const double *r)
{
    double most = 0;

    for (size_t i = 0; i < n; i++)
        most = fmax(most, fmax(fabs(x[i]), fabs(y[i])) + r[i]);
    return most;
}

enum bj_status bj_cover_discs_make(struct bj_ctx *ctx, size_t n, const double *x, const double *y,
                                   const double *r, double tolerance_m, bool by_geos,
                                   struct bj_discs **out)
{
    struct bj_cover_making m = {.ctx = ctx};
    enum bj_status st = check_discs(ctx, n, x, y, r, tolerance_m);

    if (st)
        return st;
    m.d = bj_alloc0(ctx, 1, sizeof(*m.d));
    if (!m.d)
        return BJ_ENOMEM;
    m.d->ctx = ctx;
    m.eps_m = fmax(EPS_M, EPS_ULPS * DBL_EPSILON * largest(n, x, y, r));
    m.d->tolerance_m = fmax(tolerance_m, SMALL_EPS * m.eps_m);
    m.small_m = SMALL_EPS * m.eps_m;
    m.slack_m = 2.2 * m.d->tolerance_m;
    m.d->clear_m = 3 * m.d->tolerance_m;
    m.d->touch_m = 10 * m.eps_m;
    st = bj_cover_grid_init(ctx, n, x, y, r, m.small_m, &m.d->grid);
    if (!st)
        st = make_arcs(&m, by_geos);
    if (!st)
        st = bj_cover_arc_grid_init(ctx, m.d);
    making_release(&m);
    if (st)
        bj_discs_free(m.d);
    else
        *out = m.d;
    return st;
}

enum bj_status bj_discs_union(struct bj_ctx *ctx, size_t n, const double *x, const double *y,
                              const double *r, double tolerance_m, struct bj_discs **out)
{
    return bj_cover_discs_make(ctx, n, x, y, r, tolerance_m, false, out);
}

void bj_discs_free(struct bj_discs *d)
{
    if (!d)
        return;
    bj_free(d->ctx, d->arcs.item);
    bj_free(d->ctx, d->arcs.start);
    bj_free(d->ctx, d->near);
    bj_free(d->ctx, d->ring_start);
    bj_free(d->ctx, d->arc);
    bj_cover_grid_release(d->ctx, &d->grid);
    bj_free(d->ctx, d);
}

double bj_discs_area_m2(const struct bj_discs *d)
{
    return d->area_m2;
}

size_t bj_discs_exposed(const struct bj_discs *d)
{
    return d->n_exposed;
}

/* Draws ring by ring. */
static enum bj_status draw_rings(struct bj_ctx *ctx, const struct bj_discs *d,
                                 struct bj_cover_rings *rings)
{
    enum bj_status st = BJ_OK;

    for (size_t ring = 0; !st && ring < d->n_rings; ring++) {
        for (size_t a = d->ring_start[ring]; !st && a < d->ring_start[ring + 1]; a++) {
            size_t n = bj_cover_arc_points(d, a);

            st = bj_cover_rings_reserve(ctx, rings, n);
            if (!st) {
                bj_cover_draw_arc(d, a, rings->x + rings->n_points, rings->y + rings->n_points);
                rings->n_points += n;
            }
        }
        if (!st)
            st = bj_cover_rings_close(ctx, rings);
    }
    return st;
}

enum bj_status bj_discs_polygons(struct bj_ctx *ctx, const struct bj_discs *d,
                                 struct bj_polygons *out)
{
    struct bj_cover_rings rings = {0};
    enum bj_status st = draw_rings(ctx, d, &rings);

    if (!st)
        st = bj_cover_rings_nest(ctx, &rings, out);
    bj_cover_rings_release(ctx, &rings);
    return st;
}
