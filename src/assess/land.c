/* The land that rules are about: the county, its urban part and its rural part, in the work CRS.
 *
 * Areas are those of polygons with geodesic edges. An edge that is cut (by a circle, or by the
 * urban area) gets a new corner on the straight line of the map, which lies beside the geodesic:
 * by L2 x / 8R2 for an edge of L metres x metres off the central meridian, 0.2 m on a 50 km edge
 * at the border of a county, 0.6 um on one of 2 km. So that the parts add up to the whole, edges
 * longer than EDGE_M are first divided by points of their geodesic. Real boundaries hardly have
 * such edges; rectangles have.
 *
 * A point of the geodesic is taken from the chord through the Earth, brought back to the
 * ellipsoid: at most millimetres beside it for 100 km (the plane through both ends and the
 * Earth's centre against the geodesic). */
#include "assess/assess_int.h"

#include <math.h>
#include <string.h>

#define EDGE_M 2000.0
#define DEG    0.017453292519943295769

static const double ellipsoid_e2 = (2 - 1 / BJ_ELLIPSOID_RF) / BJ_ELLIPSOID_RF;

/* ---- polygons ------------------------------------------------------------ */

double bj_polygon_lonlat_m2(const struct bj_polygons *p, size_t polygon)
{
    double sum = 0;

    for (size_t r = p->ring_start[polygon]; r < p->ring_start[polygon + 1]; r++) {
        size_t first = p->point_start[r], n = p->point_start[r + 1] - first;
        double ring = fabs(bj_geodesic_ring_area_m2(n, p->x + first, p->y + first));

        sum += r == p->ring_start[polygon] ? ring : -ring;
    }
    return sum;
}

/* ---- long edges ----------------------------------------------------------- */

static size_t pieces_of(const struct bj_polygons *p, size_t i)
{
    double d = hypot(p->x[i + 1] - p->x[i], p->y[i + 1] - p->y[i]);

    return d > EDGE_M ? (size_t)ceil(d / EDGE_M) : 1;
}

static void to_sphere_space(double lon_deg, double lat_deg, double x[3])
{
    double lon = lon_deg * DEG, lat = lat_deg * DEG, s = sin(lat);
    double n = 1 / sqrt(1 - ellipsoid_e2 * s * s);

    x[0] = n * cos(lat) * cos(lon);
    x[1] = n * cos(lat) * sin(lon);
    x[2] = n * (1 - ellipsoid_e2) * s;
}

/* Point at share t of the way from p to q (longitude, latitude in degrees). On the ellipsoid
 * tan(lat) = z / ((1 - e2) rho), and the ratio stays as the chord is pulled out from the
 * centre. */
static void between(const double p[2], const double q[2], double t, double out[2])
{
    double a[3], b[3];

    to_sphere_space(p[0], p[1], a);
    to_sphere_space(q[0], q[1], b);
    for (int k = 0; k < 3; k++)
        a[k] += t * (b[k] - a[k]);
    out[0] = atan2(a[1], a[0]) / DEG;
    out[1] = atan2(a[2], (1 - ellipsoid_e2) * hypot(a[0], a[1])) / DEG;
}

/* Fills x, y (longitude and latitude) of the points to come; then the map makes metres of them.
 * Corners that were there keep their own metres, to the bit. */
static enum bj_status fill_divided(struct bj_ctx *ctx, const struct bj_crs *work,
                                   const struct bj_polygons *in, const struct bj_polygons *lonlat,
                                   struct bj_polygons *out)
{
    size_t n = 0, k = 0;
    enum bj_status st;

    for (size_t r = 0; r < in->n_rings; r++) {
        out->point_start[r] = n;
        for (size_t i = in->point_start[r]; i < in->point_start[r + 1]; i++) {
            size_t m = i + 1 < in->point_start[r + 1] ? pieces_of(in, i) : 1;
            double p[2] = {lonlat->x[i], lonlat->y[i]}, q[2] = {0, 0}, at[2];

            out->x[n] = p[0];
            out->y[n++] = p[1];
            for (size_t piece = 1; piece < m; piece++) {
                q[0] = lonlat->x[i + 1];
                q[1] = lonlat->y[i + 1];
                between(p, q, (double)piece / (double)m, at);
                out->x[n] = at[0];
                out->y[n++] = at[1];
            }
        }
    }
    out->point_start[in->n_rings] = n;
    st = bj_crs_from_lonlat(ctx, work, n, out->x, out->y);
    if (st)
        return st;
    for (size_t r = 0; r < in->n_rings; r++)
        for (size_t i = in->point_start[r]; i < in->point_start[r + 1]; i++) {
            out->x[k] = in->x[i];
            out->y[k] = in->y[i];
            k += i + 1 < in->point_start[r + 1] ? pieces_of(in, i) : 1;
        }
    return BJ_OK;
}

/* A copy of `in` with its long edges divided. */
static enum bj_status divide_edges(struct bj_ctx *ctx, const struct bj_crs *work,
                                   const struct bj_polygons *in, struct bj_polygons *out)
{
    struct bj_polygons lonlat = {0}, p = {0};
    size_t n = 0;
    enum bj_status st = bj_polygons_copy(ctx, in, &lonlat);

    for (size_t r = 0; r < in->n_rings; r++)
        for (size_t i = in->point_start[r]; i < in->point_start[r + 1]; i++)
            n += i + 1 < in->point_start[r + 1] ? pieces_of(in, i) : 1;
    if (st == BJ_OK)
        st = bj_polygons_copy(ctx, in, &p);
    if (st || n == in->n_points)
        goto done;
    st = bj_crs_to_lonlat(ctx, work, lonlat.n_points, lonlat.x, lonlat.y);
    if (st)
        goto done;
    bj_free(ctx, p.x);
    bj_free(ctx, p.y);
    p.x = bj_alloc0(ctx, n, sizeof(*p.x));
    p.y = bj_alloc0(ctx, n, sizeof(*p.y));
    p.n_points = n;
    st = p.x && p.y ? fill_divided(ctx, work, in, &lonlat, &p) : BJ_ENOMEM;
done:
    if (st == BJ_OK) {
        *out = p;
        memset(&p, 0, sizeof(p)); /* now the caller's */
    }
    bj_polygons_release(ctx, &p);
    bj_polygons_release(ctx, &lonlat);
    return st;
}

/* ---- regions -------------------------------------------------------------- */

/* Ellipsoidal area of land in the work CRS. */
static enum bj_status area_km2(struct bj_judge *j, const struct bj_polygons *land, double *km2)
{
    struct bj_polygons lonlat = {0};
    double sum = 0;
    enum bj_status st = bj_polygons_copy(j->ctx, land, &lonlat);

    if (st == BJ_OK)
        st = bj_crs_to_lonlat(j->ctx, j->study->work, lonlat.n_points, lonlat.x, lonlat.y);
    if (st == BJ_OK) {
        for (size_t p = 0; p < lonlat.n_polygons; p++)
            sum += bj_polygon_lonlat_m2(&lonlat, p) / 1e6;
        *km2 = sum;
    }
    bj_polygons_release(j->ctx, &lonlat);
    return st;
}

static enum bj_status make_region(struct bj_judge *j, enum bj_where where, struct bj_region *g)
{
    const struct bj_study *s = j->study;
    const struct bj_region *county;
    enum bj_status st;

    if (where == BJ_WHERE_ALL) {
        g->km2 = s->county_area_m2 / 1e6;
        return divide_edges(j->ctx, s->work, &s->county, &g->area);
    }
    st = bj_judge_region(j, BJ_WHERE_ALL, &county);
    if (st == BJ_OK)
        st = bj_polygons_clip(j->ctx, &county->area, &s->urban_area, where == BJ_WHERE_URBAN,
                              &g->area);
    return st ? st : area_km2(j, &g->area, &g->km2);
}

enum bj_status bj_judge_region(struct bj_judge *j, enum bj_where where,
                               const struct bj_region **out)
{
    struct bj_region *g = &j->region[where];
    enum bj_status st;

    *out = NULL;
    if (where != BJ_WHERE_ALL && !j->study->has_urban_area)
        return BJ_OK;
    if (!g->made) {
        st = make_region(j, where, g);
        if (st)
            return st;
        g->made = true;
    }
    *out = g;
    return BJ_OK;
}

/* ---- townships ------------------------------------------------------------ */

/* Their polygons with long edges divided, as the land's are: the two must meet in the same line.
 * Polygons keep their places, so poly_start of the study still holds. */
static enum bj_status make_townships(struct bj_judge *j)
{
    enum bj_status st;

    if (j->townships.made)
        return BJ_OK;
    st = divide_edges(j->ctx, j->study->work, &j->study->townships_area, &j->townships.area);
    j->townships.made = st == BJ_OK;
    return st;
}

/* Part of the land in township k. */
static enum bj_status township_part(struct bj_judge *j, const struct bj_polygons *land, size_t k,
                                    double *km2)
{
    const struct bj_polygons *all = &j->townships.area;
    size_t first = j->study->townships_area.poly_start[k];
    struct bj_polygons mask = *all, part = {0}; /* a window on the polygons of k */
    enum bj_status st;

    mask.n_polygons = j->study->townships_area.poly_start[k + 1] - first;
    if (mask.n_polygons == 0)
        return BJ_OK;
    mask.ring_start += first;
    st = bj_polygons_clip(j->ctx, land, &mask, 1, &part);
    if (st == BJ_OK)
        st = area_km2(j, &part, km2);
    bj_polygons_release(j->ctx, &part);
    if (st == BJ_EGEOM) /* a polygon beyond repair must not stop the whole run */
        return bj_assess_note(j, "township_area", bj_role_names[BJ_ROLE_TOWNSHIPS],
                              R_("repair the polygon"),
                              R_("township '%s': its uncovered area cannot be cut out, as its "
                                 "polygon is not valid"),
                              j->study->township[k].name);
    return st;
}

enum bj_status bj_judge_township_km2(struct bj_judge *j, const struct bj_polygons *land,
                                     double **km2)
{
    const struct bj_study *s = j->study;
    enum bj_status st = BJ_OK;
    double *made = bj_alloc0(j->ctx, s->n_townships, sizeof(*made));

    if (!made)
        return BJ_ENOMEM;
    for (size_t k = 0; k < s->n_townships; k++)
        made[k] = NAN;
    if (s->n_townships > 0 && s->townships_area.n_features == s->n_townships) {
        st = make_townships(j);
        for (size_t k = 0; st == BJ_OK && k < s->n_townships; k++)
            st = township_part(j, land, k, &made[k]);
    }
    if (st) {
        bj_free(j->ctx, made);
        return st;
    }
    *km2 = made;
    return BJ_OK;
}
