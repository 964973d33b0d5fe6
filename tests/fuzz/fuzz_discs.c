/* Discs and a county from strangers: whatever the numbers, the union ends with a status and a
 * sentence, and what it draws is valid and keeps its sums. Built with -fsanitize=fuzzer by
 * BANJING_FUZZ, or with run_corpus.c as a plain test.
 *
 * Bytes: 1 tolerance, 1 mode, 8 the county's box, then 6 a disc: two coordinates and a radius
 * of 16 bits each. The mode says what a step of a coordinate is worth, from a micrometre to
 * 30 km, so that ties of all kinds are found; or that three doubles follow a disc, raw. */
#include "cover/cover_int.h"

#include <geos_c.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_DISCS = 48 };

static void insist(bool ok)
{
    if (!ok)
        abort();
}

static double take16(const uint8_t **p)
{
    double v = (double)((*p)[0] | (*p)[1] << 8);

    *p += 2;
    return v;
}

static void insist_valid(struct bj_ctx *ctx, const struct bj_polygons *p)
{
    GEOSContextHandle_t g = bj_cover_geos(ctx);
    GEOSGeometry *geom = NULL;

    insist(bj_cover_to_geos(ctx, p, 0, p->n_polygons, &geom) == BJ_OK);
    insist(GEOSisValid_r(g, geom) == 1);
    GEOSGeom_destroy_r(g, geom);
}

static double area_of(const struct bj_polygons *p)
{
    return bj_cover_polygons_area(p, 0, p->n_polygons);
}

static void check_drawing(struct bj_ctx *ctx, const struct bj_discs *d, double length)
{
    struct bj_polygons p = {0};
    double area = bj_discs_area_m2(d);

    insist(isfinite(area) && area >= 0);
    insist(bj_discs_polygons(ctx, d, &p) == BJ_OK);
    insist_valid(ctx, &p);
    insist(fabs(area_of(&p) - area) <= d->tolerance_m * length + 1e-9 * area + 1e-3);
    bj_polygons_release(ctx, &p);
}

static void check_county(struct bj_ctx *ctx, const struct bj_discs *d, double *x, double *y)
{
    size_t ring_start[2] = {0, 1}, point_start[2] = {0, 5};
    struct bj_polygons county = {0, 1, 1, 5, NULL, ring_start, point_start, x, y};
    struct bj_cover c = {0};
    double area = area_of(&county);

    insist(bj_cover_county(ctx, d, &county, &c) == BJ_OK);
    insist_valid(ctx, &c.covered);
    insist_valid(ctx, &c.uncovered);
    insist(fabs(area_of(&c.covered) + area_of(&c.uncovered) - area) <= 1e-6 * area);
    bj_cover_release(ctx, &c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bj_ctx *ctx;
    struct bj_discs *d = NULL;
    double x[MAX_DISCS], y[MAX_DISCS], r[MAX_DISCS], bx[5], by[5], step, tolerance, length = 0;
    const uint8_t *p = data + 2, *end = data + size;
    size_t n = 0;
    bool raw;

    if (size < 10)
        return 0;
    tolerance = pow(10, data[0] % 64 / 8.0 - 3); /* 1 mm .. 10 km: too much is refused */
    raw = data[1] >= 240;
    step = pow(10, data[1] % 24 / 2.0 - 6);
    bx[0] = bx[3] = bx[4] = 5e5 + step * take16(&p);
    by[0] = by[1] = by[4] = 4e6 + step * take16(&p);
    bx[1] = bx[2] = bx[0] + 1 + step * take16(&p);
    by[2] = by[3] = by[0] + 1 + step * take16(&p);
    for (; n < MAX_DISCS && end - p >= (raw ? 24 : 6); n++) {
        if (raw) {
            memcpy(&x[n], p, 8);
            memcpy(&y[n], p + 8, 8);
            memcpy(&r[n], p + 16, 8);
            p += 24;
        } else {
            x[n] = 5e5 + step * take16(&p);
            y[n] = 4e6 + step * take16(&p);
            r[n] = step * take16(&p);
        }
        length += 2 * COVER_PI * fabs(r[n]);
        /* At most about 5,000 chords a circle: the fuzzer looks for other things. */
        if (r[n] < 1e7)
            tolerance = fmax(tolerance, r[n] * 1e-7);
    }
    ctx = bj_ctx_new();
    insist(ctx != NULL);
    if (bj_discs_union(ctx, n, x, y, r, tolerance, &d) == BJ_OK) {
        check_drawing(ctx, d, length);
        check_county(ctx, d, bx, by);
    } else {
        insist(d == NULL && bj_ctx_message(ctx)[0] != '\0' && !strchr(bj_ctx_message(ctx), '\n'));
    }
    bj_discs_free(d);
    bj_ctx_free(ctx);
    return 0;
}
