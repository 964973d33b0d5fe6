/* A k-d tree over points of space.
 *
 * The points lie in one array, halved at the median of their widest axis until a leaf has at
 * most LEAF_SIZE of them; a node is only its splitting plane (Friedman, Bentley and Finkel
 * 1977). A search goes down to the query's own leaf and, on the way back, into the other half
 * only when the box of that half is near enough. The square distance to the box is kept up to
 * date axis by axis (Arya and Mount 1993), so that no box is stored.
 *
 * Unlike a plain nearest-neighbour search it keeps every point that the caller's limit() cannot
 * tell from the nearest one: distances are chords here, and the caller measures on the
 * ellipsoid.
 *
 * Many points with one coordinate are harmless (Hoare's partition stops at equal keys); many
 * points at one place make many rivals: the caller should give one for all.
 *
 * Friedman, Bentley, Finkel: An algorithm for finding best matches in logarithmic expected
 * time. ACM TOMS 3 (1977). Arya, Mount: Algorithms for fast vector quantization. DCC 1993. */
#include "reach/reach_int.h"

#include <math.h>
#include <string.h>

#define LEAF_SIZE      8
#define PARALLEL_LEVEL 3 /* the top of the tree is built on one thread, then 2^3 sub-trees */
#define PARALLEL_MIN   20000

/* ---- building ----------------------------------------------------------- */

static double median3(double a, double b, double c)
{
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

static void swap_points(struct bj_kd_point *a, struct bj_kd_point *b)
{
    struct bj_kd_point t = *a;

    *a = *b;
    *b = t;
}

/* Puts the k-th smallest by axis to its place, no larger ones before it, no smaller ones after.
 * The pivot is the median of three picked by a fixed sequence, so that no order of the input is
 * a bad one by habit. */
static void select_nth(struct bj_kd_point *p, size_t n, size_t k, int axis)
{
    ptrdiff_t lo = 0, hi = (ptrdiff_t)n - 1, at = (ptrdiff_t)k;
    uint64_t seed = 88172645463325252u + n;

    while (lo < hi) {
        ptrdiff_t i = lo, j = hi, len = hi - lo + 1, pick;
        double pivot;

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        pick = lo + (ptrdiff_t)((seed >> 33) % (uint64_t)len);
        pivot = median3(p[lo + len / 4].x[axis], p[pick].x[axis], p[hi - len / 4].x[axis]);
        do {
            while (p[i].x[axis] < pivot)
                i++;
            while (p[j].x[axis] > pivot)
                j--;
            if (i <= j)
                swap_points(&p[i++], &p[j--]);
        } while (i <= j);
        if (at <= j)
            hi = j;
        else if (at >= i)
            lo = i;
        else
            return;
    }
}

static int widest_axis(const struct bj_kd_point *p, size_t n)
{
    double lo[3], hi[3];
    int widest = 0;

    memcpy(lo, p[0].x, sizeof(lo));
    memcpy(hi, p[0].x, sizeof(hi));
    for (size_t i = 1; i < n; i++)
        for (int a = 0; a < 3; a++) {
            lo[a] = p[i].x[a] < lo[a] ? p[i].x[a] : lo[a];
            hi[a] = p[i].x[a] > hi[a] ? p[i].x[a] : hi[a];
        }
    for (int a = 1; a < 3; a++)
        if (hi[a] - lo[a] > hi[widest] - lo[widest])
            widest = a;
    return widest;
}

/* First point of node k, whose level has `width` nodes. */
static size_t node_start(const struct bj_kdtree *t, size_t k, size_t width)
{
    return (size_t)((uint64_t)t->n * (k - width) / width);
}

/* Splits node k, and what is below it when deep is set. */
static void split_node(struct bj_kdtree *t, size_t k, size_t width, bool deep)
{
    size_t first = node_start(t, k, width), end = node_start(t, k + 1, width);
    size_t middle = node_start(t, 2 * k + 1, 2 * width);
    int axis = widest_axis(t->point + first, end - first);

    select_nth(t->point + first, end - first, middle - first, axis);
    t->split[k].axis = axis;
    t->split[k].at = t->point[middle].x[axis];
    if (deep && 2 * width < t->n_leaves) {
        split_node(t, 2 * k, 2 * width, true);
        split_node(t, 2 * k + 1, 2 * width, true);
    }
}

static enum bj_status build_part(struct bj_ctx *ctx, size_t i, void *arg)
{
    (void)ctx;
    split_node(arg, ((size_t)1 << PARALLEL_LEVEL) + i, (size_t)1 << PARALLEL_LEVEL, true);
    return BJ_OK;
}

static enum bj_status split_all(struct bj_ctx *ctx, struct bj_kdtree *t)
{
    if (t->n_leaves == 1)
        return BJ_OK;
    if (t->n < PARALLEL_MIN) {
        split_node(t, 1, 1, true);
        return BJ_OK;
    }
    for (size_t width = 1; width < (size_t)1 << PARALLEL_LEVEL; width *= 2)
        for (size_t k = width; k < 2 * width; k++)
            split_node(t, k, width, false);
    return bj_parallel(ctx, (size_t)1 << PARALLEL_LEVEL, NULL, build_part, t);
}

enum bj_status bj_kdtree_build(struct bj_ctx *ctx, size_t n, struct bj_kd_point *point,
                               struct bj_kdtree *out)
{
    struct bj_kdtree t = {.n = n, .n_leaves = 1, .point = point};
    enum bj_status st;

    while (n > t.n_leaves * LEAF_SIZE)
        t.n_leaves *= 2;
    t.split = bj_alloc0(ctx, t.n_leaves, sizeof(*t.split));
    if (!t.split)
        return BJ_ENOMEM;
    st = split_all(ctx, &t);
    if (st) {
        bj_free(ctx, t.split);
        return st;
    }
    *out = t;
    return BJ_OK;
}

void bj_kdtree_release(struct bj_ctx *ctx, struct bj_kdtree *t)
{
    bj_free(ctx, t->split);
    bj_free(ctx, t->point);
    memset(t, 0, sizeof(*t));
}

/* ---- searching ---------------------------------------------------------- */

static double square_distance(const double p[3], const double q[3])
{
    double x = p[0] - q[0], y = p[1] - q[1], z = p[2] - q[2];

    return x * x + y * y + z * z;
}

struct search {
    const struct bj_kdtree *t;
    const double *q;
    double (*limit)(double c2); /* near */
    struct bj_kd_found *found;
    double r2; /* walk */
    bj_kd_visit_fn visit;
    void *arg;
};

/* Rivals that the nearest point known now has left behind are dropped. */
static void drop_beaten(struct bj_kd_found *f)
{
    size_t kept = 0;

    for (size_t i = 0; i < f->n; i++)
        if (f->rival[i].c2 <= f->r2)
            f->rival[kept++] = f->rival[i];
    f->n = kept;
}

static void keep_rival(const struct search *s, const struct bj_kd_point *p, double c2)
{
    struct bj_kd_found *f = s->found;

    if (c2 < f->c2) {
        f->c2 = c2;
        f->r2 = s->limit(c2);
        drop_beaten(f);
    }
    if (f->n == BJ_KD_RIVALS)
        drop_beaten(f);
    if (f->n == BJ_KD_RIVALS) {
        f->many = true;
        return;
    }
    f->rival[f->n].point = p;
    f->rival[f->n++].c2 = c2;
}

static void scan_leaf(const struct search *s, size_t leaf)
{
    const struct bj_kdtree *t = s->t;
    const struct bj_kd_point *p = t->point + node_start(t, t->n_leaves + leaf, t->n_leaves);
    const struct bj_kd_point *end = t->point + node_start(t, t->n_leaves + leaf + 1, t->n_leaves);

    for (; p < end; p++) {
        double c2 = square_distance(p->x, s->q);

        if (s->visit) {
            if (c2 <= s->r2)
                s->visit(p, c2, s->arg);
        } else if (c2 <= s->found->r2) {
            keep_rival(s, p, c2);
        }
    }
}

/* d2: square distance from the query to the box of node k; off: its part on each axis. Rounding
 * of d2 is 1e-15 of it; limit() adds a millimetre, which is far more on Earth. */
static void descend(const struct search *s, size_t k, double d2, const double off[3])
{
    const struct bj_kdtree *t = s->t;
    int axis;
    double diff, far_d2, far_off[3];
    size_t near;

    if (k >= t->n_leaves) {
        scan_leaf(s, k - t->n_leaves);
        return;
    }
    axis = t->split[k].axis;
    diff = s->q[axis] - t->split[k].at;
    near = 2 * k + (diff > 0 ? 1 : 0);
    descend(s, near, d2, off);
    far_d2 = d2 - off[axis] * off[axis] + diff * diff;
    if (far_d2 > (s->visit ? s->r2 : s->found->r2))
        return;
    memcpy(far_off, off, sizeof(far_off));
    far_off[axis] = diff;
    descend(s, near ^ 1, far_d2, far_off);
}

void bj_kdtree_near(const struct bj_kdtree *t, const double q[3], double (*limit)(double c2),
                    struct bj_kd_found *found)
{
    const double off[3] = {0, 0, 0};
    struct search s = {.t = t, .q = q, .limit = limit, .found = found};

    found->n = 0;
    found->many = false;
    found->c2 = found->r2 = INFINITY;
    if (t->n == 0)
        return;
    descend(&s, 1, 0, off);
    drop_beaten(found);
}

void bj_kdtree_walk(const struct bj_kdtree *t, const double q[3], double r2, bj_kd_visit_fn visit,
                    void *arg)
{
    const double off[3] = {0, 0, 0};
    struct search s = {.t = t, .q = q, .r2 = r2, .visit = visit, .arg = arg};

    if (t->n > 0)
        descend(&s, 1, 0, off);
}
