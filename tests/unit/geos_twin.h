/* The slow twin of src/cover: every disc drawn as a polygon, all united by GEOS, the county
 * overlaid with the whole. It shares no code with the arcs. */
#ifndef BANJING_TEST_GEOS_TWIN_H
#define BANJING_TEST_GEOS_TWIN_H

#include "banjing/cover.h"
#include "support.h"

#include <geos_c.h>

static GEOSContextHandle_t twin;

static __attribute__((unused)) void twin_message(const char *text, void *udata)
{
    (void)udata;
    print_error("GEOS: %s\n", text);
}

static __attribute__((unused)) void twin_start(void)
{
    if (twin)
        return;
    twin = GEOS_init_r();
    assert_non_null(twin);
    GEOSContext_setErrorMessageHandler_r(twin, twin_message, NULL);
}

/* A disc with n sides and the disc's area. */
static __attribute__((unused)) GEOSGeometry *twin_disc(double x, double y, double r, unsigned n)
{
    double step = 2 * TEST_PI / n, out = r * sqrt(step / sin(step));
    GEOSCoordSequence *s = GEOSCoordSeq_create_r(twin, n + 1, 2);

    for (unsigned i = 0; i <= n; i++)
        GEOSCoordSeq_setXY_r(twin, s, i, x + out * cos(step * (i % n)),
                             y + out * sin(step * (i % n)));
    return GEOSGeom_createPolygon_r(twin, GEOSGeom_createLinearRing_r(twin, s), NULL, 0);
}

/* Union of discs drawn so that vertices lie at most tolerance_m outside. Caller destroys it. */
static __attribute__((unused)) GEOSGeometry *twin_union(size_t n, const double *x, const double *y,
                                                        const double *r, double tolerance_m)
{
    GEOSGeometry **disc, *all, *merged;

    twin_start();
    disc = calloc(n + 1, sizeof(GEOSGeometry *));
    for (size_t i = 0; i < n; i++) {
        double ratio = fmin(tolerance_m / r[i], 0.05);

        disc[i] =
            twin_disc(x[i], y[i], r[i], (unsigned)fmax(12, ceil(2 * TEST_PI / sqrt(12 * ratio))));
    }
    all = GEOSGeom_createCollection_r(twin, GEOS_MULTIPOLYGON, disc, (unsigned)n);
    merged = GEOSUnaryUnion_r(twin, all);
    assert_non_null(merged);
    GEOSGeom_destroy_r(twin, all);
    free(disc);
    return merged;
}

/* Our polygons as a GEOS multipolygon, ring by ring. Caller destroys it. */
static __attribute__((unused)) GEOSGeometry *twin_of(const struct bj_polygons *p)
{
    GEOSGeometry **part = calloc(p->n_polygons + 1, sizeof(GEOSGeometry *)), *all;

    twin_start();
    for (size_t i = 0; i < p->n_polygons; i++) {
        size_t first = p->ring_start[i], n = p->ring_start[i + 1] - first;
        GEOSGeometry **ring = calloc(n, sizeof(GEOSGeometry *));

        for (size_t k = 0; k < n; k++) {
            size_t a = p->point_start[first + k], m = p->point_start[first + k + 1] - a;
            GEOSCoordSequence *s =
                GEOSCoordSeq_copyFromArrays_r(twin, p->x + a, p->y + a, NULL, NULL, (unsigned)m);

            ring[k] = GEOSGeom_createLinearRing_r(twin, s);
            assert_non_null(ring[k]);
        }
        part[i] = GEOSGeom_createPolygon_r(twin, ring[0], ring + 1, (unsigned)n - 1);
        assert_non_null(part[i]);
        free(ring);
    }
    all = GEOSGeom_createCollection_r(twin, GEOS_MULTIPOLYGON, part, (unsigned)p->n_polygons);
    free(part);
    return all;
}

static __attribute__((unused)) double twin_area(const GEOSGeometry *g)
{
    double area = -1;

    assert_int_equal(GEOSArea_r(twin, g, &area), 1);
    return area;
}

/* As one geometry, and each polygon by itself; says why not. */
static __attribute__((unused)) int twin_valid(const GEOSGeometry *g)
{
    char *reason;

    if (GEOSisValid_r(twin, g) == 1)
        return 1;
    reason = GEOSisValidReason_r(twin, g);
    print_error("not valid: %s\n", reason);
    GEOSFree_r(twin, reason);
    return 0;
}

/* Area that is in one and not in the other. */
static __attribute__((unused)) double twin_difference(const GEOSGeometry *a, const GEOSGeometry *b)
{
    GEOSGeometry *d = GEOSSymDifference_r(twin, a, b);
    double area;

    assert_non_null(d);
    area = twin_area(d);
    GEOSGeom_destroy_r(twin, d);
    return area;
}

static __attribute__((unused)) double twin_length(const GEOSGeometry *g)
{
    double length = -1;

    assert_int_equal(GEOSLength_r(twin, g, &length), 1);
    return length;
}

#endif
