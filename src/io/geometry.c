/* OGR geometries as flat arrays: areas repaired, lines, points that stand for areas.
 *
 * An area is first copied as it is. Coordinates that are not finite end there, before GEOS
 * (which OGR calls for validity) sees them. A valid area stays as copied. Any other is rebuilt
 * without rings of fewer than four points and made valid by structure: every ring is made
 * valid by itself, shells are merged, holes are taken away. So two copies of one shell stay
 * that shell, where the older method (by linework, even-odd) would leave nothing, and both
 * lobes of a figure of eight are kept. What is no polygon afterwards is dropped.
 *
 * Z and M are dropped, arcs become lines (OGR's default, 4 degrees a step). The point of an
 * area is GEOS's: on the horizontal line through the middle of the area, in the middle of the
 * widest piece inside; never in a hole. */
#include "io/io_int.h"

#include <ogr_api.h>

#include <math.h>
#include <string.h>

enum shape_fault { SHAPE_FINE, SHAPE_BAD_RING, SHAPE_NOT_FINITE };

/* Copying one geometry: what was met on the way. */
struct copying {
    struct bj_ctx *ctx;
    struct bj_polygons_maker *m;
    bool lines;    /* lines are wanted, not polygons */
    size_t n_seen; /* parts of the wanted kind */
    enum shape_fault fault;
};

static OGRwkbGeometryType flat_type(OGRGeometryH g)
{
    return wkbFlatten(OGR_G_GetGeometryType(g));
}

static bool grow_points(struct bj_ctx *ctx, struct bj_polygons_maker *m, size_t n)
{
    size_t need = m->p.n_points + n, cap = m->cap_points ? m->cap_points : 1024;
    double *x, *y;

    if (need <= m->cap_points)
        return true;
    while (cap < need)
        cap *= 2;
    x = bj_resize(ctx, m->p.x, cap, sizeof(*x));
    if (!x)
        return false;
    m->p.x = x;
    y = bj_resize(ctx, m->p.y, cap, sizeof(*y));
    if (!y)
        return false;
    m->p.y = y;
    m->cap_points = cap;
    return true;
}

/* Notes that feature, polygon or ring number n begins at `at`. */
static bool put_start(struct bj_ctx *ctx, size_t **start, size_t *cap, size_t n, size_t at)
{
    if (!bj_grow(ctx, (void **)start, cap, n, sizeof(**start)))
        return false;
    (*start)[n] = at;
    return true;
}

/* Copies the points of a ring or line; false when out of memory. */
static bool copy_ring(struct copying *c, OGRGeometryH ring)
{
    struct bj_polygons_maker *m = c->m;
    struct bj_polygons *p = &m->p;
    size_t n = (size_t)OGR_G_GetPointCount(ring), at = p->n_points;

    if (!put_start(c->ctx, &p->point_start, &m->cap_rings, p->n_rings, at) ||
        !grow_points(c->ctx, m, n))
        return false;
    OGR_G_GetPoints(ring, p->x + at, (int)sizeof(double), p->y + at, (int)sizeof(double), NULL, 0);
    for (size_t i = at; i < at + n; i++)
        if (!isfinite(p->x[i]) || !isfinite(p->y[i]))
            c->fault = SHAPE_NOT_FINITE;
    if (!c->lines && c->fault == SHAPE_FINE &&
        (n < 4 || p->x[at] != p->x[at + n - 1] || p->y[at] != p->y[at + n - 1]))
        c->fault = SHAPE_BAD_RING;
    p->n_rings++;
    p->n_points += n;
    return true;
}

static bool copy_polygon(struct copying *c, OGRGeometryH polygon)
{
    struct bj_polygons_maker *m = c->m;
    int n = OGR_G_GetGeometryCount(polygon);

    if (n == 0 || OGR_G_GetPointCount(OGR_G_GetGeometryRef(polygon, 0)) == 0)
        return true; /* empty */
    if (!put_start(c->ctx, &m->p.ring_start, &m->cap_polygons, m->p.n_polygons, m->p.n_rings))
        return false;
    for (int i = 0; i < n; i++) {
        OGRGeometryH ring = OGR_G_GetGeometryRef(polygon, i);

        if (OGR_G_GetPointCount(ring) > 0 && !copy_ring(c, ring))
            return false;
    }
    m->p.n_polygons++;
    return true;
}

static bool copy_line(struct copying *c, OGRGeometryH line)
{
    struct bj_polygons_maker *m = c->m;

    if (OGR_G_GetPointCount(line) < 2)
        return true;
    if (!put_start(c->ctx, &m->p.ring_start, &m->cap_polygons, m->p.n_polygons, m->p.n_rings) ||
        !copy_ring(c, line))
        return false;
    m->p.n_polygons++;
    return true;
}

/* All parts of the wanted kind in g, collections included. False when out of memory. */
static bool copy_parts(struct copying *c, OGRGeometryH g)
{
    OGRwkbGeometryType type = flat_type(g);

    if (type == wkbPolygon || type == wkbTriangle) {
        c->n_seen += !c->lines;
        return c->lines || copy_polygon(c, g);
    }
    if (type == wkbLineString) {
        c->n_seen += c->lines;
        return !c->lines || copy_line(c, g);
    }
    if (type == wkbPoint)
        return true;
    for (int i = 0, n = OGR_G_GetGeometryCount(g); i < n; i++)
        if (!copy_parts(c, OGR_G_GetGeometryRef(g, i)))
            return false;
    return true;
}

/* ---- repair ------------------------------------------------------------- */

/* A copy of ring without its Z, closed; NULL when it has too few points to bound an area. */
static OGRGeometryH clean_ring(OGRGeometryH ring)
{
    OGRGeometryH copy;

    if (OGR_G_GetPointCount(ring) < 3)
        return NULL;
    copy = OGR_G_Clone(ring);
    OGR_G_FlattenTo2D(copy);
    OGR_G_CloseRings(copy);
    if (OGR_G_GetPointCount(copy) >= 4)
        return copy;
    OGR_G_DestroyGeometry(copy);
    return NULL;
}

static void add_clean_polygon(OGRGeometryH polygon, OGRGeometryH multi)
{
    OGRGeometryH out = OGR_G_CreateGeometry(wkbPolygon);

    for (int i = 0, n = OGR_G_GetGeometryCount(polygon); i < n; i++) {
        OGRGeometryH ring = clean_ring(OGR_G_GetGeometryRef(polygon, i));

        if (ring)
            OGR_G_AddGeometryDirectly(out, ring);
        else if (i == 0)
            break; /* no shell, no polygon */
    }
    if (OGR_G_IsEmpty(out))
        OGR_G_DestroyGeometry(out);
    else
        OGR_G_AddGeometryDirectly(multi, out);
}

static void collect_clean(OGRGeometryH g, OGRGeometryH multi)
{
    OGRwkbGeometryType type = flat_type(g);

    if (type == wkbPolygon || type == wkbTriangle) {
        add_clean_polygon(g, multi);
        return;
    }
    if (type == wkbPoint || type == wkbLineString)
        return;
    for (int i = 0, n = OGR_G_GetGeometryCount(g); i < n; i++)
        collect_clean(OGR_G_GetGeometryRef(g, i), multi);
}

/* A valid geometry with the same area; caller destroys it. NULL when GEOS gives up. */
static OGRGeometryH make_valid(OGRGeometryH g)
{
    static const char *const options[] = {"METHOD=STRUCTURE", NULL};
    OGRGeometryH multi = OGR_G_CreateGeometry(wkbMultiPolygon), out;

    collect_clean(g, multi);
    if (OGR_G_IsEmpty(multi))
        return multi;
    out = OGR_G_MakeValidEx(multi, (CSLConstList)options);
    if (!out)
        out = OGR_G_MakeValid(multi);
    OGR_G_DestroyGeometry(multi);
    return out;
}

/* ---- features ----------------------------------------------------------- */

/* g, or a copy of it with arcs as lines in *made, which the caller destroys. */
static OGRGeometryH linear(OGRGeometryH g, OGRGeometryH *made)
{
    *made = NULL;
    if (!OGR_G_HasCurveGeometry(g, 1))
        return g;
    *made = OGR_G_GetLinearGeometry(g, 0, NULL);
    return *made;
}

static void roll_back(struct bj_polygons_maker *m, const struct bj_polygons *before)
{
    m->p.n_polygons = before->n_polygons;
    m->p.n_rings = before->n_rings;
    m->p.n_points = before->n_points;
}

static enum bj_status repair(struct copying *c, OGRGeometryH g, const struct bj_polygons *before,
                             enum bj_row_state *state)
{
    OGRGeometryH valid = make_valid(g);
    enum bj_status st = BJ_OK;

    roll_back(c->m, before);
    c->fault = SHAPE_FINE;
    *state = BJ_ROW_EMPTY;
    if (valid && OGR_G_Area(valid) > 0) {
        if (!copy_parts(c, valid))
            st = BJ_ENOMEM;
        else if (c->m->p.n_polygons > before->n_polygons)
            *state = BJ_ROW_REPAIRED;
    }
    OGR_G_DestroyGeometry(valid);
    return st;
}

static enum bj_status make_feature(struct bj_ctx *ctx, struct bj_polygons_maker *m, OGRGeometryH g,
                                   bool lines, enum bj_row_state *state)
{
    struct copying c = {.ctx = ctx, .m = m, .lines = lines};
    struct bj_polygons before = m->p;
    OGRGeometryH made = NULL;
    enum bj_status st = BJ_OK;

    if (!put_start(ctx, &m->p.poly_start, &m->cap_features, m->p.n_features, m->p.n_polygons))
        return BJ_ENOMEM;
    *state = BJ_ROW_EMPTY;
    if (g && !OGR_G_IsEmpty(g)) {
        g = linear(g, &made);
        if (g && !copy_parts(&c, g))
            st = BJ_ENOMEM;
        else if (c.fault == SHAPE_NOT_FINITE || c.n_seen == 0) {
            roll_back(m, &before);
            *state = BJ_ROW_WRONG;
        } else if (!lines && m->p.n_polygons > before.n_polygons &&
                   (c.fault != SHAPE_FINE || !OGR_G_IsValid(g)))
            st = repair(&c, g, &before, state);
        else if (m->p.n_polygons > before.n_polygons)
            *state = BJ_ROW_OK;
    }
    OGR_G_DestroyGeometry(made);
    if (!st)
        m->p.n_features++;
    return st;
}

enum bj_status bj_make_areas(struct bj_ctx *ctx, struct bj_polygons_maker *m, OGRGeometryH g,
                             enum bj_row_state *state)
{
    return make_feature(ctx, m, g, false, state);
}

enum bj_status bj_make_lines(struct bj_ctx *ctx, struct bj_polygons_maker *m, OGRGeometryH g,
                             enum bj_row_state *state)
{
    return make_feature(ctx, m, g, true, state);
}

enum bj_status bj_make_finish(struct bj_ctx *ctx, struct bj_polygons_maker *m,
                              struct bj_polygons *out)
{
    struct bj_polygons *p = &m->p;

    if (!put_start(ctx, &p->poly_start, &m->cap_features, p->n_features, p->n_polygons) ||
        !put_start(ctx, &p->ring_start, &m->cap_polygons, p->n_polygons, p->n_rings) ||
        !put_start(ctx, &p->point_start, &m->cap_rings, p->n_rings, p->n_points) ||
        !grow_points(ctx, m, 1))
        return BJ_ENOMEM;
    *out = *p;
    *m = (struct bj_polygons_maker){.cap_points = 0};
    return BJ_OK;
}

void bj_polygons_release(struct bj_ctx *ctx, struct bj_polygons *p)
{
    bj_free(ctx, p->poly_start);
    bj_free(ctx, p->ring_start);
    bj_free(ctx, p->point_start);
    bj_free(ctx, p->x);
    bj_free(ctx, p->y);
    *p = (struct bj_polygons){.n_features = 0};
}

void bj_make_release(struct bj_ctx *ctx, struct bj_polygons_maker *m)
{
    bj_polygons_release(ctx, &m->p);
    *m = (struct bj_polygons_maker){.cap_points = 0};
}

/* ---- union -------------------------------------------------------------- */

/* Polygons first .. end-1. */
static OGRGeometryH multi_of(const struct bj_polygons *p, size_t first, size_t end)
{
    OGRGeometryH multi = OGR_G_CreateGeometry(wkbMultiPolygon);

    for (size_t i = first; i < end; i++) {
        OGRGeometryH polygon = OGR_G_CreateGeometry(wkbPolygon);

        for (size_t r = p->ring_start[i]; r < p->ring_start[i + 1]; r++) {
            OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing);
            size_t at = p->point_start[r], n = p->point_start[r + 1] - at;

            OGR_G_SetPoints(ring, (int)n, p->x + at, (int)sizeof(double), p->y + at,
                            (int)sizeof(double), NULL, 0);
            OGR_G_AddGeometryDirectly(polygon, ring);
        }
        OGR_G_AddGeometryDirectly(multi, polygon);
    }
    return multi;
}

/* The union of multi's polygons; inputs that GEOS stumbles over are made valid first. */
static OGRGeometryH union_of(OGRGeometryH multi)
{
    OGRGeometryH out = OGR_G_UnionCascaded(multi), valid;

    if (out && OGR_G_IsValid(out))
        return out;
    OGR_G_DestroyGeometry(out);
    valid = make_valid(multi);
    out = valid ? OGR_G_UnionCascaded(valid) : NULL;
    OGR_G_DestroyGeometry(valid);
    return out;
}

enum bj_status bj_polygons_union(struct bj_ctx *ctx, const struct bj_polygons *in,
                                 struct bj_polygons *out)
{
    struct bj_polygons_maker m = {.cap_points = 0};
    struct bj_gdal gdal;
    OGRGeometryH multi = NULL, merged = NULL;
    enum bj_row_state state;
    enum bj_status st;

    for (size_t i = 0; i < in->n_points; i++)
        if (!isfinite(in->x[i]) || !isfinite(in->y[i]))
            return bj_fail(ctx, BJ_EGEOM,
                           _("areas with coordinates that are not finite cannot be "
                             "merged"));
    bj_gdal_begin(ctx, &gdal);
    if (in->n_polygons > 0) {
        multi = multi_of(in, 0, in->n_polygons);
        merged = union_of(multi);
        if (!merged) {
            st = bj_fail(ctx, BJ_EGEOM, _("%zu areas cannot be merged: %s"), in->n_polygons,
                         bj_gdal_reason(&gdal));
            goto done;
        }
    }
    st = bj_make_areas(ctx, &m, merged, &state);
    if (!st)
        st = bj_make_finish(ctx, &m, out);
done:
    bj_make_release(ctx, &m);
    OGR_G_DestroyGeometry(merged);
    OGR_G_DestroyGeometry(multi);
    bj_gdal_end(&gdal);
    return st;
}

/* ---- points ------------------------------------------------------------- */

static bool all_finite(OGRGeometryH g)
{
    OGREnvelope e;
    int n = OGR_G_GetPointCount(g);

    for (int i = 0; i < n; i++)
        if (!isfinite(OGR_G_GetX(g, i)) || !isfinite(OGR_G_GetY(g, i)))
            return false;
    for (int i = 0, parts = OGR_G_GetGeometryCount(g); i < parts; i++)
        if (!all_finite(OGR_G_GetGeometryRef(g, i)))
            return false;
    OGR_G_GetEnvelope(g, &e);
    return isfinite(e.MinX) && isfinite(e.MaxX) && isfinite(e.MinY) && isfinite(e.MaxY);
}

/* First vertex anywhere in g. */
static void first_vertex(OGRGeometryH g, double *x, double *y)
{
    while (g && OGR_G_GetGeometryCount(g) > 0)
        g = OGR_G_GetGeometryRef(g, 0);
    if (g && OGR_G_GetPointCount(g) > 0) {
        *x = OGR_G_GetX(g, 0);
        *y = OGR_G_GetY(g, 0);
    }
}

/* The longest line in g, NULL when there is none. */
static OGRGeometryH longest_line(OGRGeometryH g)
{
    OGRGeometryH best = NULL;

    if (flat_type(g) == wkbLineString)
        return g;
    for (int i = 0, n = OGR_G_GetGeometryCount(g); i < n; i++) {
        OGRGeometryH line = longest_line(OGR_G_GetGeometryRef(g, i));

        if (line && (!best || OGR_G_Length(line) > OGR_G_Length(best)))
            best = line;
    }
    return best;
}

static void point_inside(OGRGeometryH g, double *x, double *y)
{
    OGRGeometryH made, point = NULL, line;
    int dimension = OGR_G_GetDimension(g);

    first_vertex(g, x, y);
    if (!all_finite(g)) {
        *x = *y = NAN;
        return;
    }
    g = linear(g, &made);
    line = g && dimension == 1 ? longest_line(g) : NULL;
    if (line)
        point = OGR_G_Value(line, OGR_G_Length(line) / 2);
    else if (g && dimension == 2)
        point = OGR_G_PointOnSurface(g);
    if (point && !OGR_G_IsEmpty(point) && isfinite(OGR_G_GetX(point, 0))) {
        *x = OGR_G_GetX(point, 0);
        *y = OGR_G_GetY(point, 0);
    }
    OGR_G_DestroyGeometry(point);
    OGR_G_DestroyGeometry(made);
}

enum bj_status bj_polygons_copy(struct bj_ctx *ctx, const struct bj_polygons *in,
                                struct bj_polygons *out)
{
    struct bj_polygons p = {0,    in->n_polygons, in->n_rings, in->n_points, NULL,
                            NULL, NULL,           NULL,        NULL};

    p.ring_start = bj_alloc0(ctx, p.n_polygons + 1, sizeof(*p.ring_start));
    p.point_start = bj_alloc0(ctx, p.n_rings + 1, sizeof(*p.point_start));
    p.x = bj_alloc0(ctx, p.n_points, sizeof(*p.x));
    p.y = bj_alloc0(ctx, p.n_points, sizeof(*p.y));
    if (!p.ring_start || !p.point_start || !p.x || !p.y) {
        bj_polygons_release(ctx, &p);
        return BJ_ENOMEM;
    }
    if (p.n_polygons > 0) {
        memcpy(p.ring_start, in->ring_start, (p.n_polygons + 1) * sizeof(*p.ring_start));
        memcpy(p.point_start, in->point_start, (p.n_rings + 1) * sizeof(*p.point_start));
        memcpy(p.x, in->x, p.n_points * sizeof(*p.x));
        memcpy(p.y, in->y, p.n_points * sizeof(*p.y));
    }
    *out = p;
    return BJ_OK;
}

void bj_polygons_append(struct bj_polygons *to, const struct bj_polygons *in, size_t polygon)
{
    for (size_t r = in->ring_start[polygon]; r < in->ring_start[polygon + 1]; r++) {
        size_t from = in->point_start[r], n = in->point_start[r + 1] - from;

        memcpy(to->x + to->n_points, in->x + from, n * sizeof(*to->x));
        memcpy(to->y + to->n_points, in->y + from, n * sizeof(*to->y));
        to->n_points += n;
        to->point_start[++to->n_rings] = to->n_points;
    }
    to->ring_start[++to->n_polygons] = to->n_rings;
}

enum bj_status bj_polygons_points(struct bj_ctx *ctx, const struct bj_polygons *in, double *x,
                                  double *y)
{
    struct bj_gdal gdal;

    bj_gdal_begin(ctx, &gdal);
    for (size_t f = 0; f < in->n_features; f++) {
        OGRGeometryH multi;

        x[f] = y[f] = NAN;
        if (in->poly_start[f] == in->poly_start[f + 1])
            continue;
        multi = multi_of(in, in->poly_start[f], in->poly_start[f + 1]);
        point_inside(multi, &x[f], &y[f]);
        OGR_G_DestroyGeometry(multi);
    }
    bj_gdal_end(&gdal);
    return BJ_OK;
}

void bj_point_of(OGRGeometryH g, double *x, double *y, enum bj_row_state *state)
{
    OGRwkbGeometryType type = g ? flat_type(g) : wkbUnknown;

    *x = *y = NAN;
    *state = BJ_ROW_EMPTY;
    if (!g || OGR_G_IsEmpty(g))
        return;
    if (type == wkbPoint || type == wkbMultiPoint) {
        first_vertex(g, x, y);
        *state = OGR_G_GetGeometryCount(g) > 1 ? BJ_ROW_MULTI : BJ_ROW_OK;
    } else {
        *state = BJ_ROW_FROM_AREA;
        point_inside(g, x, y);
    }
}
