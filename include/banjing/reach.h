/* Who is nearest: one row a demand point. Verdicts read only this. */
#ifndef BANJING_REACH_H
#define BANJING_REACH_H

#include "banjing/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Points on the CGCS2000 ellipsoid; degrees; borrowed arrays, all finite. */
struct bj_geopoints {
    size_t n;
    const double *lon_deg, *lat_deg;
};

/* Nearest facility of each demand point, own only and with neighbours. Index into the
 * facilities given, -1 when there is none; mm = llround(1000 * geodesic metres), -1 when none. */
struct bj_nearest {
    size_t n;
    int32_t *own, *any;
    int64_t *own_mm, *any_mm;
};

/* Exact nearest by geodesic distance in millimetres; ties: lower order[] (a rank by facility
 * code, then row), or lower index when order is NULL. neighbour[i] != 0 marks facilities that
 * `own` must not use; NULL = none. Method: k-d tree on geocentric coordinates with the chord
 * as a safe bound, geodesics only where they can decide (see nearest.c). Result does not
 * depend on the number of threads. BJ_EARG for a coordinate that is not finite or no place
 * on Earth. Caller releases with bj_nearest_release(). */
enum bj_status bj_nearest_find(struct bj_ctx *ctx, const struct bj_geopoints *demand,
                               const struct bj_geopoints *facility, const uint32_t *order,
                               const unsigned char *neighbour,
                               struct bj_nearest *out) BJ_MUST_CHECK;
void bj_nearest_release(struct bj_ctx *ctx, struct bj_nearest *n);

/* Rank of each facility by (code as bj_code_compare, then index): order[] for the above. */
enum bj_status bj_facility_order(struct bj_ctx *ctx, size_t n, const char *const *code,
                                 uint32_t *order) BJ_MUST_CHECK;

/* Status of a demand point under a rule. */
enum bj_point_status {
    BJ_POINT_TARGET,
    BJ_POINT_COVERED,
    BJ_POINT_UNCOVERED,
    BJ_POINT_UNREACHABLE,
    BJ_POINT_EXEMPT,
    BJ_POINT_ALT,
    BJ_POINT_NOT_EVALUATED,
    BJ_POINT_OUT_OF_SCOPE,
    BJ_POINT_N
};
extern const char *const bj_point_status_names[];

/* Sums by status. covered includes target. Invariant, checked by bj_tally_holds():
 * total = covered + uncovered + unreachable + exempt + alt + not_evaluated. */
struct bj_tally {
    double total, target, covered, uncovered, unreachable, exempt, alt, not_evaluated;
};
void bj_tally_add(struct bj_tally *t, enum bj_point_status status, double amount);
int bj_tally_holds(const struct bj_tally *t);
/* (covered + exempt) / (total - not_evaluated); NaN when that is 0 / 0. */
double bj_tally_share(const struct bj_tally *t);

#ifdef __cplusplus
}
#endif
#endif
