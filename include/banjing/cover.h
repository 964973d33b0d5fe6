/* Area within a service radius (服务半径) of at least one facility, and what is left of a
 * county outside it. Coordinates in metres of one work CRS. */
#ifndef BANJING_COVER_H
#define BANJING_COVER_H

#include "banjing/base.h"
#include "banjing/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bj_discs; /* the union of discs, kept by its arcs */

/* Union of n discs with centres x, y and radii r, metres (circles on the map: see
 * bj_crs_map_circles). tolerance_m (0 < t <= 1000): the largest distance between a drawn edge and
 * its arc; less than 1 mm (0.3 m at coordinates of 1e9 m) is taken as that much. n = 0 gives an
 * empty union. Discs of less than 1 mm are left out; where circles touch within 1e-7 m, some grow
 * by up to 0.5 mm (the rule for ties: discs.c). BJ_EARG: a centre or radius that is not finite, a
 * radius <= 0 or > 1e7, or a centre beyond 1e9; the sentence has the index. Arrays are
 * borrowed for the call. Caller frees with bj_discs_free(). */
enum bj_status bj_discs_union(struct bj_ctx *ctx, size_t n, const double *x, const double *y,
                              const double *r, double tolerance_m,
                              struct bj_discs **out) BJ_MUST_CHECK;
void bj_discs_free(struct bj_discs *d);

/* Exact area of the union (of true arcs), m2 on the map. */
double bj_discs_area_m2(const struct bj_discs *d);
/* Discs with at least one exposed arc. */
size_t bj_discs_exposed(const struct bj_discs *d);
/* The whole union as drawn polygons, valid, shells counter-clockwise, holes clockwise. */
enum bj_status bj_discs_polygons(struct bj_ctx *ctx, const struct bj_discs *d,
                                 struct bj_polygons *out) BJ_MUST_CHECK;

/* What of a county is covered and what is not. Each is computed by itself from the drawn
 * union; all polygons valid. Not grouped: one entry a part; order: by their lowest y, then
 * lowest x, then n_points (deterministic). Slivers narrower than the tolerance are no patches:
 * they stay with the other side, so that covered + uncovered = county. */
struct bj_cover {
    struct bj_polygons covered, uncovered;
};
/* county: a valid multipolygon in the same CRS (all its polygons). Only what is near the
 * county is looked at; d may be a whole nation's. */
enum bj_status bj_cover_county(struct bj_ctx *ctx, const struct bj_discs *d,
                               const struct bj_polygons *county,
                               struct bj_cover *out) BJ_MUST_CHECK;
void bj_cover_release(struct bj_ctx *ctx, struct bj_cover *c);

/* Part of `in` inside `mask` (both valid multipolygons): for urban and rural areas.
 * inside = 0 gives the part outside. */
enum bj_status bj_polygons_clip(struct bj_ctx *ctx, const struct bj_polygons *in,
                                const struct bj_polygons *mask, int inside,
                                struct bj_polygons *out) BJ_MUST_CHECK;

/* Where a small area lies by a large one. */
enum bj_side {
    BJ_SIDE_OUT,
    BJ_SIDE_CUT,
    BJ_SIDE_IN,
    BJ_SIDE_UNKNOWN /* it cannot be cut: its outline is not valid */
};
/* Each feature of `areas` (grouped, valid) by the drawn union of d: side[f] (enum bj_side), and
 * of those that are cut the covered part; *covered is grouped by the same features, empty for
 * all others. Parts narrower than the tolerance of d (2 area / perimeter) belong to the other
 * side, so an area that lies in the true discs is in, and one beyond them out. Runs on the
 * threads of ctx. Caller releases covered. */
enum bj_status bj_cover_each(struct bj_ctx *ctx, const struct bj_discs *d,
                             const struct bj_polygons *areas, unsigned char *side,
                             struct bj_polygons *covered) BJ_MUST_CHECK;
/* The same by a mask, a valid multipolygon: the parts inside of those that its edge cuts. */
enum bj_status bj_polygons_clip_each(struct bj_ctx *ctx, const struct bj_polygons *areas,
                                     const struct bj_polygons *mask, unsigned char *side,
                                     struct bj_polygons *inside) BJ_MUST_CHECK;

/* Patch (polygon index) in which each of n points lies, or the nearest one; -1 when there is
 * no patch at all. */
enum bj_status bj_patch_of_points(struct bj_ctx *ctx, const struct bj_polygons *patches, size_t n,
                                  const double *x, const double *y, int64_t *patch) BJ_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
