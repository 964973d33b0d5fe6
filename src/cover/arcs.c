/* Which parts of a circle no other disc covers.
 *
 * Disc j with centre at distance d and in direction m of disc i covers, of circle i, the angles
 * m - a .. m + a with
 *     cos a = (d^2 + ri^2 - rj^2) / (2 d ri)
 * when the circles meet (|ri - rj| < d < ri + rj), all of it when d + ri <= rj, nothing when
 * d >= ri + rj or d + rj <= ri. What the union of these intervals leaves is exposed.
 *
 * Most circles are wholly inside others, so the work is ordered to find that out early:
 * neighbours come nearest cells first, and each sets the sectors (64 a turn) that it covers for
 * sure in a mask, with angles good to 4e-4 rad; a full mask ends the search. What survives
 * keeps only neighbours that touch a sector which the others leave open, and these get exact
 * angles and a sweep.
 *
 * Ties (tangent circles, three through one point, one just inside another) are found by
 * sweeping three times: with all neighbours' radii as they are, smaller and larger by eps_m.
 * When the three do not give the same sequence of arcs, the disc is reported as tied, and
 * discs.c grows its radius a hair. Equal discs are no tie: the one with the lowest index stays.
 *
 * What this does not do: shortest possible arcs in the worst case. A thousand circles that all
 * show cost a thousand times a thousand; the union's boundary is linear (Kedem et al. 1986), and
 * a power diagram (Aurenhammer 1988) would find it in n log n.
 *
 * 1. K. Kedem, R. Livne, J. Pach, M. Sharir: On the union of Jordan regions and
 *    collision-free translational motion amidst polygonal obstacles. Discrete Comput. Geom. 1
 *    (1986) 59-71: at most 6n - 12 points of pairs of n discs lie on the boundary of their union.
 * 2. F. Aurenhammer: Improved algorithms for discs and balls using power diagrams.
 *    J. Algorithms 9 (1988) 151-161. */
#include "cover/cover_int.h"

#include "base/base_int.h"

#include <math.h>
#include <stdlib.h>

/* What is allowed for the error of an interval's rough end, in sectors: rough_angle() is off by
 * at most 0.0021 (1e7 directions compared with atan2), and an end is the sum of two. */
#define ROUGH 0.02f

/* Neighbour that may matter: its rough interval in sectors (64 a turn), and the sectors that
 * the candidates after it cover for sure. */
struct candidate {
    uint32_t j;
    float low, high;
    uint64_t after;
};

/* Covered angles of one circle: from s to e, 0 <= s < 2 pi. */
struct interval {
    double s, e;
    uint32_t j;
};

/* Arcs of one sweep. */
struct sweep {
    struct interval *item; /* n_items in use, then the gaps */
    struct bj_cover_exposed *gap;
    size_t n_items, n_gaps;
    bool all; /* one disc covers the whole circle */
};

enum { SMALLER, AS_IS, LARGER, N_SWEEPS };

/* One circle while it is looked at; the buffers serve one after the other. */
struct look {
    struct bj_ctx *ctx;
    const struct bj_cover_grid *g;
    double eps_m, slack_m;
    uint32_t i;
    double x, y, r;
    uint64_t mask; /* sectors that are covered for sure */
    bool covered;
    size_t n, cap, cap_sweep;
    struct candidate *candidate;
    struct sweep sweep[N_SWEEPS];
    enum bj_status st;
};

/* atan2(y, x) in sectors, 0 <= angle <= 64; polynomial for atan on 0..1, error < 2.1e-4 rad. */
static float rough_angle(float y, float x)
{
    float ax = fabsf(x), ay = fabsf(y), big = ax > ay ? ax : ay, small = ax > ay ? ay : ax;
    float t = big > 0 ? small / big : 0, s = t * t;
    float a = ((-0.0464964749f * s + 0.15931422f) * s - 0.327622764f) * s * t + t;

    a *= (float)(32 / COVER_PI);
    if (ay > ax)
        a = 16 - a;
    if (x < 0)
        a = 32 - a;
    return y < 0 ? 64 - a : a;
}

/* Sectors from..to-1 (to - from <= 64, from may be < 0) as a mask. */
static uint64_t sectors(int from, int to)
{
    uint64_t m;

    if (to - from >= 64)
        return UINT64_MAX;
    if (to <= from)
        return 0;
    m = ((uint64_t)1 << (to - from)) - 1;
    from &= 63;
    return from ? m << from | m >> (64 - from) : m;
}

static uint64_t surely_covered(const struct candidate *c)
{
    return sectors((int)ceilf(c->low + ROUGH), (int)floorf(c->high - ROUGH));
}

static uint64_t perhaps_touched(const struct candidate *c)
{
    return sectors((int)floorf(c->low - ROUGH), (int)floorf(c->high + ROUGH) + 1);
}

/* False when nothing more needs to be looked at. */
static bool look_at(struct look *l, uint32_t j)
{
    const struct bj_cover_grid *g = l->g;
    double dx = g->x[j] - l->x, dy = g->y[j] - l->y, d2 = dx * dx + dy * dy, rj = g->r[j];
    double reach = l->r + rj + l->slack_m, d, cosine;
    struct candidate c = {j, 0, 0, 0};
    float half, middle;

    if (d2 >= reach * reach || j == l->i)
        return true;
    d = sqrt(d2);
    if (d == 0 && rj == l->r) { /* equal discs: the one with the lowest index stays */
        l->covered = g->id[j] < g->id[l->i];
        return !l->covered;
    }
    if (rj - l->r - d > l->eps_m) { /* i is well inside j */
        l->covered = true;
        return false;
    }
    if (d + rj < l->r - l->eps_m)
        return true; /* j is well inside */
    cosine = d > 0 ? (d2 + l->r * l->r - rj * rj) / (2 * d * l->r) : rj > l->r ? -1 : 1;
    cosine = fmin(fmax(cosine, -1), 1);
    half = rough_angle((float)sqrt(1 - cosine * cosine), (float)cosine);
    middle = rough_angle((float)dy, (float)dx);
    c.low = middle - half;
    c.high = middle + half;
    if (!(perhaps_touched(&c) & ~l->mask))
        return true;
    if (l->n == l->cap && !bj_grow(l->ctx, (void **)&l->candidate, &l->cap, l->n, sizeof(c))) {
        l->st = BJ_ENOMEM;
        return false;
    }
    l->mask |= surely_covered(&c);
    l->covered = l->mask == UINT64_MAX;
    l->candidate[l->n++] = c;
    return !l->covered;
}

static bool look_at_run(uint32_t first, uint32_t last, void *arg)
{
    for (uint32_t j = first; j < last; j++)
        if (!look_at(arg, j))
            return false;
    return true;
}

static int compare_intervals(const void *pa, const void *pb)
{
    const struct interval *a = pa, *b = pb;

    if (a->s != b->s)
        return a->s < b->s ? -1 : 1;
    return a->j < b->j ? -1 : a->j > b->j;
}

/* Enters what j covers when its radius is rj. */
static void bj_cover_by(const struct look *l, struct sweep *s, uint32_t j, double middle, double d,
                        double rj)
{
    double cosine, half;

    if (rj <= 0 || d >= l->r + rj || d + rj <= l->r)
        return;
    if (d + l->r <= rj) {
        s->all = true;
        return;
    }
    cosine = (d * d + l->r * l->r - rj * rj) / (2 * d * l->r);
    half = acos(fmin(fmax(cosine, -1), 1));
    middle -= half;
    if (middle < 0)
        middle += 2 * COVER_PI;
    s->item[s->n_items++] = (struct interval){middle, middle + 2 * half, j};
}

/* What the intervals leave: before the first of them what the last end of all has not reached,
 * then wherever a start lies behind all ends before it. */
static void run_sweep(struct sweep *s)
{
    double end = -INFINITY;
    uint32_t j = COVER_NONE;

    s->n_gaps = 0;
    if (s->all)
        return;
    if (s->n_items == 0) {
        s->gap[s->n_gaps++] = (struct bj_cover_exposed){0, 2 * COVER_PI, COVER_NONE, COVER_NONE};
        return;
    }
    qsort(s->item, s->n_items, sizeof(*s->item), compare_intervals);
    for (size_t k = 0; k < s->n_items; k++)
        if (s->item[k].e - 2 * COVER_PI > end) {
            end = s->item[k].e - 2 * COVER_PI;
            j = s->item[k].j;
        }
    for (size_t k = 0; k < s->n_items; k++) {
        const struct interval *v = &s->item[k];

        if (v->s > end)
            s->gap[s->n_gaps++] = (struct bj_cover_exposed){end, v->s, j, v->j};
        if (v->e > end) {
            end = v->e;
            j = v->j;
        }
    }
}

/* The same partners in the same order around the circle, wherever the count starts? */
static bool same_sequence(const struct sweep *a, const struct sweep *b)
{
    size_t n = a->n_gaps, turn = 0;

    if (n != b->n_gaps)
        return false;
    while (turn < n && (b->gap[turn].from != a->gap[0].from || b->gap[turn].to != a->gap[0].to))
        turn++;
    if (turn == n)
        return n == 0;
    for (size_t k = 0; k < n; k++)
        if (b->gap[(k + turn) % n].from != a->gap[k].from ||
            b->gap[(k + turn) % n].to != a->gap[k].to)
            return false;
    return true;
}

/* Room for n candidates in each sweep. */
static enum bj_status reserve_sweeps(struct look *l, size_t n)
{
    size_t cap = 2 * n + 16;

    if (n + 1 <= l->cap_sweep)
        return BJ_OK;
    l->cap_sweep = 0;
    for (int k = 0; k < N_SWEEPS; k++) {
        bj_free(l->ctx, l->sweep[k].item);
        bj_free(l->ctx, l->sweep[k].gap);
        l->sweep[k].item = bj_alloc0(l->ctx, cap, sizeof(struct interval));
        l->sweep[k].gap = bj_alloc0(l->ctx, cap, sizeof(struct bj_cover_exposed));
        if (!l->sweep[k].item || !l->sweep[k].gap)
            return BJ_ENOMEM;
    }
    l->cap_sweep = cap;
    return BJ_OK;
}

/* Drawing near a tangent point must mind the other circle: the line of equal power between
 * them lies within a few slacks of circle i. See draw.c. */
static bool nearly_tangent(const struct look *l, double d, double rj)
{
    double t = d > 0 ? (d * d + l->r * l->r - rj * rj) / (2 * d) : -1;

    return t > 0 && t > l->r - 4 * l->slack_m && d + rj > l->r;
}

static enum bj_status add_near(struct look *l, struct bj_cover_exposure *out, uint32_t j)
{
    if (!bj_grow(l->ctx, (void **)&out->near, &out->cap_near, out->n_near, sizeof(*out->near)))
        return BJ_ENOMEM;
    out->near[out->n_near++] = (struct bj_cover_near){l->i, j};
    return BJ_OK;
}

/* Drops candidates that touch only sectors which the others cover: with `after`, the sectors
 * that all kept ones cover stay the same whatever is dropped. */
static void thin_out(struct look *l)
{
    uint64_t covered = 0;
    size_t n = 0;

    for (size_t k = l->n; k-- > 0;) {
        l->candidate[k].after = covered;
        covered |= surely_covered(&l->candidate[k]);
    }
    covered = 0;
    for (size_t k = 0; k < l->n; k++) {
        const struct candidate *c = &l->candidate[k];

        if (!(perhaps_touched(c) & ~(covered | c->after)))
            continue;
        covered |= surely_covered(c);
        l->candidate[n++] = *c;
    }
    l->n = n;
}

/* Exact angles of the candidates, for all three sweeps. */
static enum bj_status enter_candidates(struct look *l, struct bj_cover_exposure *out)
{
    enum bj_status st = reserve_sweeps(l, l->n);

    for (int k = 0; k < N_SWEEPS; k++) {
        l->sweep[k].n_items = 0;
        l->sweep[k].all = false;
    }
    for (size_t k = 0; !st && k < l->n; k++) {
        const struct candidate *c = &l->candidate[k];
        double dx = l->g->x[c->j] - l->x, dy = l->g->y[c->j] - l->y, rj = l->g->r[c->j];
        double d = sqrt(dx * dx + dy * dy), middle;

        middle = atan2(dy, dx);
        bj_cover_by(l, &l->sweep[SMALLER], c->j, middle, d, rj - l->eps_m);
        bj_cover_by(l, &l->sweep[AS_IS], c->j, middle, d, rj);
        bj_cover_by(l, &l->sweep[LARGER], c->j, middle, d, rj + l->eps_m);
        if (nearly_tangent(l, d, rj))
            st = add_near(l, out, c->j);
    }
    return st;
}

static enum bj_status expose_one(struct look *l, size_t k, struct bj_cover_exposure *out)
{
    const struct sweep *s = &l->sweep[AS_IS];
    size_t n_near = out->n_near;
    enum bj_status st;

    l->x = l->g->x[l->i];
    l->y = l->g->y[l->i];
    l->r = l->g->r[l->i];
    l->mask = 0;
    l->n = 0;
    l->covered = false;
    (void)bj_cover_grid_visit(l->g, l->x, l->y, l->r + l->slack_m, look_at_run, l);
    out->first[k] = (uint32_t)out->n_arcs;
    if (l->st || l->covered)
        return l->st;
    thin_out(l);
    st = enter_candidates(l, out);
    if (st)
        return st;
    for (int v = 0; v < N_SWEEPS; v++)
        run_sweep(&l->sweep[v]);
    out->tied[k] = !same_sequence(s, &l->sweep[SMALLER]) || !same_sequence(s, &l->sweep[LARGER]);
    out->count[k] = (uint32_t)s->n_gaps;
    if (s->n_gaps == 0)
        out->n_near = n_near;
    for (size_t a = 0; a < s->n_gaps; a++) {
        if (!bj_grow(l->ctx, (void **)&out->arc, &out->cap_arcs, out->n_arcs, sizeof(*out->arc)))
            return BJ_ENOMEM;
        out->arc[out->n_arcs++] = s->gap[a];
    }
    return BJ_OK;
}

void bj_cover_exposure_release(struct bj_ctx *ctx, struct bj_cover_exposure *e)
{
    bj_free(ctx, e->tied);
    bj_free(ctx, e->count);
    bj_free(ctx, e->first);
    bj_free(ctx, e->near);
    bj_free(ctx, e->arc);
    *e = (struct bj_cover_exposure){0};
}

enum bj_status bj_cover_expose(struct bj_ctx *ctx, const struct bj_cover_grid *g, size_t n,
                               const uint32_t *disc, double eps_m, double slack_m,
                               struct bj_cover_exposure *out)
{
    struct look l = {.ctx = ctx, .g = g, .eps_m = eps_m, .slack_m = slack_m};
    struct bj_cover_exposure made = {0};
    enum bj_status st = BJ_ENOMEM;

    made.first = bj_alloc0(ctx, n, sizeof(*made.first));
    made.count = bj_alloc0(ctx, n, sizeof(*made.count));
    made.tied = bj_alloc0(ctx, n, sizeof(*made.tied));
    if (made.first && made.count && made.tied)
        st = BJ_OK;
    for (size_t k = 0; !st && k < n; k++) {
        l.i = disc[k];
        st = expose_one(&l, k, &made);
    }
    for (int k = N_SWEEPS; k-- > 0;) {
        bj_free(ctx, l.sweep[k].gap);
        bj_free(ctx, l.sweep[k].item);
    }
    bj_free(ctx, l.candidate);
    if (st)
        bj_cover_exposure_release(ctx, &made);
    else
        *out = made;
    return st;
}
