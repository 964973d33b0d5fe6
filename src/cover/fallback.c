/* Components by GEOS: what is done with discs whose arcs cannot be joined.
 *
 * All discs connected with such a disc (nearer than the drawing tolerance counts) are drawn as
 * polygons of the same area and united by GEOS; the rings of the result stand in the union as
 * straight arcs. Slow, and never needed by any input we know: the tests force it. */
#include "cover/cover_int.h"

#include "base/base_int.h"

#include <math.h>
#include <string.h>

enum { SEEN = 1 };

struct flood {
    struct bj_cover_making *m;
    uint32_t i;
};

static bool flood_run(uint32_t first, uint32_t last, void *arg)
{
    const struct flood *f = arg;
    struct bj_cover_making *m = f->m;
    const struct bj_cover_grid *g = &m->d->grid;

    for (uint32_t j = first; j < last; j++) {
        double dx = g->x[j] - g->x[f->i], dy = g->y[j] - g->y[f->i];
        double reach = g->r[f->i] + g->r[j] + 2 * m->slack_m;

        if (m->again[j] == SEEN || dx * dx + dy * dy >= reach * reach)
            continue;
        m->again[j] = SEEN;
        m->todo[m->n_todo++] = j;
    }
    return true;
}

/* Lists the component of disc i in m->todo. */
static void flood(struct bj_cover_making *m, uint32_t i)
{
    const struct bj_cover_grid *g = &m->d->grid;

    m->again[i] = SEEN;
    m->todo[0] = i;
    m->n_todo = 1;
    for (size_t k = 0; k < m->n_todo; k++) {
        struct flood f = {m, m->todo[k]};

        (void)bj_cover_grid_visit(g, g->x[f.i], g->y[f.i], g->r[f.i] + 2 * m->slack_m, flood_run,
                                  &f);
    }
}

/* A disc as a polygon of the same area, within the tolerance. */
static GEOSGeometry *draw_disc(GEOSContextHandle_t g, double x, double y, double r,
                               double tolerance_m)
{
    unsigned n = (unsigned)fmax(8, ceil(2 * COVER_PI / sqrt(12 * fmin(tolerance_m / r, 0.05))));
    double step = 2 * COVER_PI / n, out = r * sqrt(step / sin(step));
    GEOSCoordSequence *s = GEOSCoordSeq_create_r(g, n + 1, 2);
    GEOSGeometry *ring;

    if (!s)
        return NULL;
    for (unsigned i = 0; i <= n; i++)
        GEOSCoordSeq_setXY_r(g, s, i, x + out * cos(step * (i % n)), y + out * sin(step * (i % n)));
    ring = GEOSGeom_createLinearRing_r(g, s); /* takes s over */
    return ring ? GEOSGeom_createPolygon_r(g, ring, NULL, 0) : NULL;
}

/* The union of the component in m->todo as polygons. */
static enum bj_status unite(struct bj_cover_making *m, struct bj_polygons *out)
{
    GEOSContextHandle_t g = bj_cover_geos(m->ctx);
    const struct bj_cover_grid *discs = &m->d->grid;
    GEOSGeometry *all = NULL, *merged = NULL;
    GEOSGeometry **disc = bj_alloc0(m->ctx, m->n_todo, sizeof(*disc));
    size_t made = 0;
    enum bj_status st = BJ_EGEOM;

    if (!g || !disc) {
        bj_free(m->ctx, disc);
        return BJ_ENOMEM;
    }
    for (; made < m->n_todo; made++) {
        uint32_t i = m->todo[made];

        disc[made] = draw_disc(g, discs->x[i], discs->y[i], discs->r[i], m->d->tolerance_m);
        if (!disc[made])
            goto done;
    }
    all = GEOSGeom_createCollection_r(g, GEOS_MULTIPOLYGON, disc, (unsigned)made);
    made = 0; /* taken over, even when it failed */
    merged = all ? GEOSUnaryUnion_r(g, all) : NULL;
    if (merged)
        st = bj_cover_from_geos(m->ctx, merged, out);
done:
    GEOSGeom_destroy_r(g, merged);
    GEOSGeom_destroy_r(g, all);
    while (made > 0)
        GEOSGeom_destroy_r(g, disc[--made]);
    bj_free(m->ctx, disc);
    return st;
}

/* The polygons' rings as rings of straight arcs. */
static enum bj_status add_straight(struct bj_cover_making *m, const struct bj_polygons *p)
{
    struct bj_discs *d = m->d;
    size_t n_arcs = d->n_arcs + p->n_points, n_rings = d->n_rings + p->n_rings;
    struct bj_cover_arc *arc = bj_resize(m->ctx, d->arc, n_arcs + 1, sizeof(*arc));
    uint32_t *start;

    if (!arc)
        return BJ_ENOMEM;
    d->arc = arc;
    start = bj_resize(m->ctx, d->ring_start, n_rings + 1, sizeof(*start));
    if (!start)
        return BJ_ENOMEM;
    d->ring_start = start;
    start[d->n_rings] = (uint32_t)d->n_arcs;
    for (size_t r = 0; r < p->n_rings; r++) {
        for (size_t k = p->point_start[r]; k + 1 < p->point_start[r + 1]; k++)
            arc[d->n_arcs++] =
                (struct bj_cover_arc){p->x[k], p->y[k], 0, 0, COVER_NONE, (uint32_t)d->n_rings};
        start[++d->n_rings] = (uint32_t)d->n_arcs;
    }
    d->area_m2 += bj_cover_polygons_area(p, 0, p->n_polygons);
    return BJ_OK;
}

/* Every component with a tied disc; its discs lose their arcs. */
static enum bj_status unite_tied(struct bj_cover_making *m)
{
    enum bj_status st = BJ_OK;

    for (uint32_t i = 0; i < m->d->grid.n && !st; i++) {
        struct bj_polygons p = {0};

        if (!m->tied[i] || m->again[i] == SEEN)
            continue;
        flood(m, i);
        st = unite(m, &p);
        if (!st)
            st = add_straight(m, &p);
        bj_polygons_release(m->ctx, &p);
        for (size_t k = 0; k < m->n_todo; k++) {
            m->d->n_exposed += m->count[m->todo[k]] > 0;
            m->count[m->todo[k]] = 0;
        }
        m->d->n_by_geos++;
    }
    return st;
}

enum bj_status bj_cover_by_geos(struct bj_cover_making *m, size_t n_left)
{
    enum bj_status st = BJ_OK;

    if (n_left == 0)
        return BJ_OK;
    memset(m->again, 0, m->d->grid.n);
    while (!st && n_left > 0) { /* each turn takes discs away, so it ends */
        st = unite_tied(m);
        memset(m->tied, 0, m->d->grid.n);
        if (!st)
            st = bj_cover_link_arcs(m, &n_left);
    }
    bj_log(m->ctx, BJ_LOG_DEBUG, "cover: %zu components by GEOS", m->d->n_by_geos);
    return st;
}
