/* The k-d tree behind nearest.c: points of space, the nearest one, and all that rival it. */
#ifndef BANJING_REACH_INT_H
#define BANJING_REACH_INT_H

#include "banjing/reach.h"
#include "base/base_int.h"

struct bj_kd_point {
    double x[3]; /* m */
    uint32_t id; /* the caller's */
};

struct bj_kd_split {
    double at;
    int axis;
};

/* Balanced and implicit: node k has children 2k and 2k + 1, the root is 1; nodes from
 * n_leaves on are leaves, and leaf i holds the points n * i / n_leaves .. n * (i + 1) / n_leaves
 * - 1. Points left of a split have x[axis] <= at, those right of it >= at. */
struct bj_kdtree {
    size_t n, n_leaves; /* n_leaves: a power of two */
    struct bj_kd_point *point;
    struct bj_kd_split *split; /* n_leaves entries, the first unused */
};

/* Takes `point` over when it succeeds (allocated by bj_alloc0; reordered in any case). */
enum bj_status bj_kdtree_build(struct bj_ctx *ctx, size_t n, struct bj_kd_point *point,
                               struct bj_kdtree *out) BJ_MUST_CHECK;
void bj_kdtree_release(struct bj_ctx *ctx, struct bj_kdtree *t);

#define BJ_KD_RIVALS 24

/* What a search found: the points within the square distance r2, which is limit(c2) of the
 * nearest one's. More than BJ_KD_RIVALS of them: `many` is set and rival[] is not complete. */
struct bj_kd_found {
    double c2, r2; /* m2; INFINITY while the tree is empty */
    size_t n;
    bool many;
    struct {
        const struct bj_kd_point *point;
        double c2;
    } rival[BJ_KD_RIVALS];
};
/* limit(c2): square distance up to which a point rivals one at c2; >= c2. */
void bj_kdtree_near(const struct bj_kdtree *t, const double q[3], double (*limit)(double c2),
                    struct bj_kd_found *found);

/* visit(point, c2, arg) for every point with a square distance of at most r2. */
typedef void (*bj_kd_visit_fn)(const struct bj_kd_point *p, double c2, void *arg);
void bj_kdtree_walk(const struct bj_kdtree *t, const double q[3], double r2, bj_kd_visit_fn visit,
                    void *arg);

/* The distance that nearest.c takes from the chord, and the largest error it allows for, up to
 * 8000 km. Not used by the library itself: its test asks here. */
double bj_arc_estimate_m(double lon1_deg, double lat1_deg, double lon2_deg, double lat2_deg,
                         double *error_m);

#endif
