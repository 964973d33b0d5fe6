/* The bridge to GEOS: one handle a context, and the way between flat arrays and geometries.
 *
 * GEOS reports a failure by NULL and calls the error handler with a text; ours leaves that text
 * as the context's sentence. No global state is used: handles never cross threads. */
#include "cover/cover_int.h"

#include "base/base_int.h"

#include <string.h>

static void on_error(const char *message, void *udata)
{
    (void)bj_fail(udata, BJ_EGEOM, _("the geometry library gave up: %s"), message);
}

static void on_notice(const char *message, void *udata)
{
    bj_log(udata, BJ_LOG_DEBUG, "cover: GEOS: %s", message);
}

static void release(void *handle)
{
    GEOS_finish_r(handle);
}

GEOSContextHandle_t bj_cover_geos(struct bj_ctx *ctx)
{
    GEOSContextHandle_t g = bj_ctx_slot(ctx, BJ_SLOT_GEOS);

    if (g)
        return g;
    g = GEOS_init_r();
    if (!g) {
        (void)bj_fail(ctx, BJ_ENOMEM, _("not enough memory to start the geometry library"));
        return NULL;
    }
    GEOSContext_setErrorMessageHandler_r(g, on_error, ctx);
    GEOSContext_setNoticeMessageHandler_r(g, on_notice, ctx);
    bj_ctx_set_slot(ctx, BJ_SLOT_GEOS, g, release);
    return g;
}

static GEOSGeometry *ring_to_geos(GEOSContextHandle_t g, const struct bj_polygons *p, size_t ring)
{
    size_t first = p->point_start[ring], n = p->point_start[ring + 1] - first;
    GEOSCoordSequence *s =
        GEOSCoordSeq_copyFromArrays_r(g, p->x + first, p->y + first, NULL, NULL, (unsigned)n);

    return s ? GEOSGeom_createLinearRing_r(g, s) : NULL; /* takes s over, even when it fails */
}

static enum bj_status polygon_to_geos(struct bj_ctx *ctx, GEOSContextHandle_t g,
                                      const struct bj_polygons *p, size_t polygon,
                                      GEOSGeometry **out)
{
    size_t first = p->ring_start[polygon], n = p->ring_start[polygon + 1] - first, made = 0;
    GEOSGeometry *shell = NULL;
    GEOSGeometry **hole = bj_alloc0(ctx, n, sizeof(*hole));

    if (!hole)
        return BJ_ENOMEM;
    shell = ring_to_geos(g, p, first);
    for (; shell && made + 1 < n; made++) {
        hole[made] = ring_to_geos(g, p, first + 1 + made);
        if (!hole[made])
            break;
    }
    if (made + 1 == n) { /* takes shell and holes over, even when it fails */
        *out = GEOSGeom_createPolygon_r(g, shell, hole, (unsigned)made);
        shell = NULL;
        made = 0;
    }
    while (made > 0)
        GEOSGeom_destroy_r(g, hole[--made]);
    if (shell)
        GEOSGeom_destroy_r(g, shell);
    bj_free(ctx, hole);
    return *out ? BJ_OK : BJ_EGEOM;
}

enum bj_status bj_cover_to_geos(struct bj_ctx *ctx, const struct bj_polygons *p, size_t first,
                                size_t n, GEOSGeometry **out)
{
    GEOSContextHandle_t g = bj_cover_geos(ctx);
    GEOSGeometry **part = NULL, *whole;
    size_t made = 0;
    enum bj_status st = BJ_OK;

    if (!g)
        return BJ_ENOMEM;
    part = bj_alloc0(ctx, n, sizeof(*part));
    if (!part)
        return BJ_ENOMEM;
    for (; made < n; made++) {
        st = polygon_to_geos(ctx, g, p, first + made, &part[made]);
        if (st)
            goto done;
    }
    whole = GEOSGeom_createCollection_r(g, GEOS_MULTIPOLYGON, part, (unsigned)made);
    made = 0; /* taken over, even when it failed */
    if (whole)
        *out = whole;
    else
        st = BJ_EGEOM;
done:
    while (made > 0)
        GEOSGeom_destroy_r(g, part[--made]);
    bj_free(ctx, part);
    return st;
}

/* Counts, then copies: one walk over the polygons for each, with the same code. */
struct taker {
    struct bj_ctx *ctx;
    GEOSContextHandle_t g;
    struct bj_polygons *out;
    bool copy;
    size_t n_polygons, n_rings, n_points;
};

static bool take_ring(struct taker *t, const GEOSGeometry *ring, bool ccw)
{
    const GEOSCoordSequence *s = ring ? GEOSGeom_getCoordSeq_r(t->g, ring) : NULL;
    unsigned n = 0;

    if (!s || !GEOSCoordSeq_getSize_r(t->g, s, &n))
        return false;
    if (t->copy) {
        double *x = t->out->x + t->n_points, *y = t->out->y + t->n_points;

        if (!GEOSCoordSeq_copyToArrays_r(t->g, s, x, y, NULL, NULL))
            return false;
        if ((bj_cover_ring_area2(n, x, y) > 0) != ccw)
            bj_cover_ring_reverse(n, x, y);
        t->out->point_start[t->n_rings] = t->n_points;
    }
    t->n_rings++;
    t->n_points += n;
    return true;
}

static bool take_polygon(struct taker *t, const GEOSGeometry *polygon)
{
    int n = GEOSGetNumInteriorRings_r(t->g, polygon);

    if (GEOSisEmpty_r(t->g, polygon))
        return true;
    if (t->copy)
        t->out->ring_start[t->n_polygons] = t->n_rings;
    if (!take_ring(t, GEOSGetExteriorRing_r(t->g, polygon), true))
        return false;
    for (int i = 0; i < n; i++)
        if (!take_ring(t, GEOSGetInteriorRingN_r(t->g, polygon, i), false))
            return false;
    t->n_polygons++;
    return true;
}

static bool take_all(struct taker *t, const GEOSGeometry *geom)
{
    int type = GEOSGeomTypeId_r(t->g, geom);
    int n = GEOSGetNumGeometries_r(t->g, geom);

    if (type == GEOS_POLYGON)
        return take_polygon(t, geom);
    if (type != GEOS_MULTIPOLYGON && type != GEOS_GEOMETRYCOLLECTION)
        return true;
    for (int i = 0; i < n; i++)
        if (!take_all(t, GEOSGetGeometryN_r(t->g, geom, i)))
            return false;
    return true;
}

enum bj_status bj_cover_from_geos(struct bj_ctx *ctx, const GEOSGeometry *geom,
                                  struct bj_polygons *out)
{
    struct bj_polygons made = {0};
    struct taker t = {ctx, bj_cover_geos(ctx), &made, false, 0, 0, 0};
    enum bj_status st = BJ_OK;

    if (!t.g)
        return BJ_ENOMEM;
    if (!take_all(&t, geom))
        return BJ_EGEOM;
    st = bj_cover_polygons_alloc(ctx, &made, t.n_polygons, t.n_rings, t.n_points);
    if (st)
        return st;
    t.copy = true;
    t.n_polygons = t.n_rings = t.n_points = 0;
    if (!take_all(&t, geom)) {
        bj_polygons_release(ctx, &made);
        return BJ_EGEOM;
    }
    st = bj_cover_polygons_sort(ctx, &made);
    if (st) {
        bj_polygons_release(ctx, &made);
        return st;
    }
    *out = made;
    return BJ_OK;
}
