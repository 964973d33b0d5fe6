/* Covered and uncovered parts of a county, and clipping by a mask.
 *
 * A county goes the fast way of overlay.c. Where its boundary touches the drawn union too
 * nearly, GEOS overlays it instead, with the coverage around it only: overlay.c cuts that out
 * along a rectangle a little larger than the county, whose sides are moved until they cross the
 * union clearly.
 *
 * A polygon narrower than the tolerance (2 area / perimeter, the width of a long strip) is no
 * patch: it goes to the other side, by GEOS, so that covered + uncovered stays the county. At
 * the end the areas must add up to SUM_TOLERANCE, or the call fails: a wrong area never leaves
 * in silence. */
#include "cover/cover_int.h"

#include "base/base_int.h"

#include <math.h>
#include <string.h>

enum { MAX_TRIES = 16 };

#define SUM_TOLERANCE 1e-7 /* relative; the promise to users is 1e-6 */

/* in AND mask, or in AND NOT mask. */
static enum bj_status overlay_by_geos(struct bj_ctx *ctx, const struct bj_polygons *in,
                                      const struct bj_polygons *mask, int inside,
                                      struct bj_polygons *out)
{
    GEOSContextHandle_t g = bj_cover_geos(ctx);
    GEOSGeometry *a = NULL, *b = NULL, *c = NULL;
    enum bj_status st;

    if (!g)
        return BJ_ENOMEM;
    st = bj_cover_to_geos(ctx, in, 0, in->n_polygons, &a);
    if (!st)
        st = bj_cover_to_geos(ctx, mask, 0, mask->n_polygons, &b);
    if (!st) {
        c = inside ? GEOSIntersection_r(g, a, b) : GEOSDifference_r(g, a, b);
        st = c ? bj_cover_from_geos(ctx, c, out) : BJ_EGEOM;
    }
    GEOSGeom_destroy_r(g, c);
    GEOSGeom_destroy_r(g, b);
    GEOSGeom_destroy_r(g, a);
    return st;
}

enum bj_status bj_polygons_clip(struct bj_ctx *ctx, const struct bj_polygons *in,
                                const struct bj_polygons *mask, int inside, struct bj_polygons *out)
{
    return overlay_by_geos(ctx, in, mask, inside, out);
}

/* ---- the slow way ---------------------------------------------------------------- */

static void box_of(const struct bj_polygons *p, double box[4])
{
    box[0] = box[1] = INFINITY;
    box[2] = box[3] = -INFINITY;
    for (size_t k = 0; k < p->n_points; k++) {
        box[0] = fmin(box[0], p->x[k]), box[2] = fmax(box[2], p->x[k]);
        box[1] = fmin(box[1], p->y[k]), box[3] = fmax(box[3], p->y[k]);
    }
}

/* The coverage in a rectangle around the county, as polygons. */
static enum bj_status cut_out(struct bj_ctx *ctx, const struct bj_discs *d,
                              const struct bj_polygons *county, struct bj_polygons *out)
{
    double box[4];
    size_t ring_start[2] = {0, 1}, point_start[2] = {0, 5};

    box_of(county, box);
    for (int k = 0; k < MAX_TRIES; k++) {
        double grow = 10 * d->clear_m + 1 + 0.618 * k * d->clear_m;
        double x0 = box[0] - grow, y0 = box[1] - 1.1 * grow;
        double x1 = box[2] + 1.2 * grow, y1 = box[3] + 1.3 * grow;
        double x[] = {x0, x1, x1, x0, x0}, y[] = {y0, y0, y1, y1, y0};
        struct bj_polygons rectangle = {0, 1, 1, 5, NULL, ring_start, point_start, x, y};
        struct bj_cover cover = {0};
        bool clear = false;
        enum bj_status st = bj_cover_overlay(ctx, d, &rectangle, &clear, &cover);

        if (st)
            return st;
        if (!clear)
            continue;
        bj_polygons_release(ctx, &cover.uncovered);
        *out = cover.covered;
        return BJ_OK;
    }
    return bj_fail(ctx, BJ_EGEOM, _("the coverage around a county could not be cut out"));
}

static enum bj_status county_by_geos(struct bj_ctx *ctx, const struct bj_discs *d,
                                     const struct bj_polygons *county, struct bj_cover *out)
{
    struct bj_polygons around = {0};
    struct bj_cover made = {0};
    enum bj_status st = cut_out(ctx, d, county, &around);

    bj_log(ctx, BJ_LOG_DEBUG, "cover: a county overlaid by GEOS");
    if (!st)
        st = overlay_by_geos(ctx, county, &around, 1, &made.covered);
    if (!st)
        st = overlay_by_geos(ctx, county, &around, 0, &made.uncovered);
    if (st)
        bj_cover_release(ctx, &made);
    else
        *out = made;
    bj_polygons_release(ctx, &around);
    return st;
}

/* ---- slivers ------------------------------------------------------------------------ */

static bool is_sliver(const struct bj_polygons *p, size_t polygon, double width_m)
{
    return 2 * bj_cover_polygons_area(p, polygon, 1) <
           width_m * bj_cover_polygons_length(p, polygon, 1);
}

static size_t count_slivers(const struct bj_polygons *p, double width_m)
{
    size_t n = 0;

    for (size_t i = 0; i < p->n_polygons; i++)
        n += is_sliver(p, i, width_m);
    return n;
}

/* The slivers of p (or all that are none) as polygons. */
static enum bj_status pick(struct bj_ctx *ctx, const struct bj_polygons *p, bool slivers,
                           double width_m, struct bj_polygons *out)
{
    enum bj_status st = bj_cover_polygons_alloc(ctx, out, p->n_polygons, p->n_rings, p->n_points);

    if (st)
        return st;
    out->n_polygons = out->n_rings = out->n_points = 0;
    for (size_t i = 0; i < p->n_polygons; i++) {
        if (is_sliver(p, i, width_m) != slivers)
            continue;
        out->ring_start[out->n_polygons++] = out->n_rings;
        for (size_t r = p->ring_start[i]; r < p->ring_start[i + 1]; r++) {
            size_t a = p->point_start[r], n = p->point_start[r + 1] - a;

            out->point_start[out->n_rings++] = out->n_points;
            memcpy(out->x + out->n_points, p->x + a, n * sizeof(*p->x));
            memcpy(out->y + out->n_points, p->y + a, n * sizeof(*p->y));
            out->n_points += n;
        }
    }
    out->ring_start[out->n_polygons] = out->n_rings;
    out->point_start[out->n_rings] = out->n_points;
    return BJ_OK;
}

/* a OR b. */
static enum bj_status unite(struct bj_ctx *ctx, const struct bj_polygons *a,
                            const struct bj_polygons *b, struct bj_polygons *out)
{
    GEOSContextHandle_t g = bj_cover_geos(ctx);
    GEOSGeometry *ga = NULL, *gb = NULL, *gc = NULL;
    enum bj_status st;

    if (!g)
        return BJ_ENOMEM;
    st = bj_cover_to_geos(ctx, a, 0, a->n_polygons, &ga);
    if (!st)
        st = bj_cover_to_geos(ctx, b, 0, b->n_polygons, &gb);
    if (!st) {
        gc = GEOSUnion_r(g, ga, gb);
        st = gc ? bj_cover_from_geos(ctx, gc, out) : BJ_EGEOM;
    }
    GEOSGeom_destroy_r(g, gc);
    GEOSGeom_destroy_r(g, gb);
    GEOSGeom_destroy_r(g, ga);
    return st;
}

/* p = p OR more; more is released. */
static enum bj_status absorb(struct bj_ctx *ctx, struct bj_polygons *p, struct bj_polygons *more)
{
    struct bj_polygons made = {0};
    enum bj_status st = BJ_OK;

    if (more->n_polygons > 0) {
        st = unite(ctx, p, more, &made);
        if (!st) {
            bj_polygons_release(ctx, p);
            *p = made;
        }
    }
    bj_polygons_release(ctx, more);
    return st;
}

/* Slivers change sides: covered ones to uncovered where they touch a patch, uncovered ones
 * always (covered ones that touch none come back with them). */
static enum bj_status move_slivers(struct bj_ctx *ctx, double width_m, struct bj_cover *c)
{
    struct bj_polygons thin = {0}, back = {0};
    struct bj_cover made = {0}, kept = {0};
    enum bj_status st;

    if (count_slivers(&c->covered, width_m) + count_slivers(&c->uncovered, width_m) == 0)
        return BJ_OK;
    st = pick(ctx, &c->covered, false, width_m, &made.covered);
    if (!st)
        st = pick(ctx, &c->uncovered, false, width_m, &made.uncovered);
    if (!st)
        st = pick(ctx, &c->covered, true, width_m, &thin);
    if (!st)
        st = absorb(ctx, &made.uncovered, &thin);
    if (!st)
        st = pick(ctx, &made.uncovered, true, width_m, &back);
    if (!st)
        st = pick(ctx, &made.uncovered, false, width_m, &kept.uncovered);
    if (!st)
        st = pick(ctx, &c->uncovered, true, width_m, &thin);
    if (!st)
        st = absorb(ctx, &made.covered, &thin);
    if (!st)
        st = absorb(ctx, &made.covered, &back);
    if (!st) {
        bj_cover_release(ctx, c);
        c->covered = made.covered;
        c->uncovered = kept.uncovered;
        made.covered = kept.uncovered = (struct bj_polygons){0};
    }
    bj_polygons_release(ctx, &back);
    bj_polygons_release(ctx, &thin);
    bj_cover_release(ctx, &kept);
    bj_cover_release(ctx, &made);
    return st;
}

/* ---- the county ------------------------------------------------------------------- */

/* How much covered + uncovered misses the county, relative to it. */
static double misses(const struct bj_polygons *county, const struct bj_cover *c)
{
    double want = bj_cover_polygons_area(county, 0, county->n_polygons);
    double got = bj_cover_polygons_area(&c->covered, 0, c->covered.n_polygons) +
                 bj_cover_polygons_area(&c->uncovered, 0, c->uncovered.n_polygons);

    return want > 0 ? fabs(got - want) / want : 0;
}

enum bj_status bj_cover_county(struct bj_ctx *ctx, const struct bj_discs *d,
                               const struct bj_polygons *county, struct bj_cover *out)
{
    struct bj_cover made = {0};
    bool clear = false;
    enum bj_status st = bj_cover_overlay(ctx, d, county, &clear, &made);

    if (!st && (!clear || misses(county, &made) > SUM_TOLERANCE)) {
        bj_cover_release(ctx, &made);
        st = county_by_geos(ctx, d, county, &made);
    }
    if (!st)
        st = move_slivers(ctx, d->tolerance_m, &made);
    if (!st && misses(county, &made) > SUM_TOLERANCE)
        st = bj_fail(ctx, BJ_EGEOM,
                     _("covered and uncovered area miss the county by %.3g of it: is its boundary "
                       "valid?"),
                     misses(county, &made));
    if (st)
        bj_cover_release(ctx, &made);
    else
        *out = made;
    return st;
}

void bj_cover_release(struct bj_ctx *ctx, struct bj_cover *c)
{
    bj_polygons_release(ctx, &c->covered);
    bj_polygons_release(ctx, &c->uncovered);
}
