/* Coordinate systems: the work CRS, transforming points, zones, circles of the map.
 *
 * A system is two steps that are kept apart, because only the second can be wrong in silence:
 *   map    source coordinates <-> longitude, latitude on the source's own datum. Longitude and
 *          latitude as they are, transverse Mercator (tm.c) and Web Mercator are our own code,
 *          which any thread may run; every other projection is a PROJ object (proj.c).
 *   datum  that longitude, latitude <-> CGCS2000. CGCS2000, WGS 84, ITRF and ETRS89 are taken
 *          as equal; others need an operation (datum.c, proj.c), control points (control.c), or
 *          are refused (define.c).
 *
 * Circles of the map. A geodesic circle is a circle of the stereographic projection around its
 * centre, of radius rho = 2 R tan(r / 2R). From there to the work CRS is a conformal map
 *     w(z) = k (z + a z^2 + ...),   2 a = the conjugate of the gradient of ln k.
 * The Mobius map k z / (1 - a z) has the same two terms and takes that circle to a circle, with
 * its centre k |a| rho^2 / (1 - |a|^2 rho^2) up the gradient and radius k rho / (1 - |a|^2 rho^2).
 * What is left is the Schwarzian derivative: k^2 r^3 / (12 R^2), 0.016 m at 20 km. For a
 * transverse Mercator of scale 1 the gradient is tanh(x / R) / R to the east, x the distance from
 * the central meridian, R the Gaussian radius of curvature.
 *
 * References: IOGP Guidance Note 7-2, methods 9807 (transverse Mercator) and 1024 (Web
 * Mercator). */
#include "crs/crs_int.h"

#include <math.h>

/* ---- objects ------------------------------------------------------------ */

void bj_crs_free(struct bj_crs *crs)
{
    if (!crs)
        return;
    bj_free(crs->owner, crs->old_datum);
    bj_free(crs->owner, crs->source);
    bj_free(crs->owner, crs->wkt);
    bj_free(crs->owner, crs->code);
    bj_free(crs->owner, crs->name);
    bj_free(crs->owner, crs);
}

/* Written by hand: no PROJ, so that a program that reads no file starts at once. */
static char *work_wkt(struct bj_ctx *ctx, const char *name, const char *lon0)
{
    return bj_sprintf(
        ctx,
        "PROJCS[\"%s\",GEOGCS[\"China Geodetic Coordinate System 2000\",DATUM[\"China_2000\","
        "SPHEROID[\"CGCS2000\",6378137,298.257222101,AUTHORITY[\"EPSG\",\"1024\"]],"
        "AUTHORITY[\"EPSG\",\"1043\"]],PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\",\"8901\"]],"
        "UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]],"
        "AUTHORITY[\"EPSG\",\"4490\"]],PROJECTION[\"Transverse_Mercator\"],"
        "PARAMETER[\"latitude_of_origin\",0],PARAMETER[\"central_meridian\",%s],"
        "PARAMETER[\"scale_factor\",1],PARAMETER[\"false_easting\",500000],"
        "PARAMETER[\"false_northing\",0],UNIT[\"metre\",1,AUTHORITY[\"EPSG\",\"9001\"]],"
        "AXIS[\"Easting\",EAST],AXIS[\"Northing\",NORTH]]",
        name, lon0);
}

enum bj_status bj_crs_work_new(struct bj_ctx *ctx, double lon0_deg, struct bj_crs **out)
{
    struct bj_crs *c;
    char lon0[32];

    if (!(fabs(lon0_deg) <= 180))
        return bj_fail(ctx, BJ_EARG, _("central meridian %g is not within -180 to 180"), lon0_deg);
    c = bj_alloc0(ctx, 1, sizeof(*c));
    if (!c)
        return BJ_ENOMEM;
    c->owner = ctx;
    c->map = BJ_MAP_TM;
    c->work = true;
    bj_tm_init(&c->tm, BJ_ELLIPSOID_A_M, BJ_ELLIPSOID_RF, lon0_deg, 0, 1, 500000, 0);
    bj_double_text(lon0_deg, lon0);
    c->code = bj_strdup(ctx, "");
    c->name = bj_sprintf(ctx, "CGCS2000 / TM %s", lon0);
    c->wkt = c->name ? work_wkt(ctx, c->name, lon0) : NULL;
    c->source = c->wkt ? bj_strdup(ctx, c->wkt) : NULL;
    if (!c->code || !c->source) {
        bj_crs_free(c);
        return BJ_ENOMEM;
    }
    *out = c;
    return BJ_OK;
}

const char *bj_crs_name(const struct bj_crs *crs)
{
    return crs->name;
}

const char *bj_crs_code(const struct bj_crs *crs)
{
    return crs->code;
}

const char *bj_crs_wkt(const struct bj_crs *crs)
{
    return crs->wkt;
}

int bj_crs_is_geographic(const struct bj_crs *crs)
{
    return crs->geographic;
}

/* ---- transforming ------------------------------------------------------- */

/* Longitudes to 360 are let pass as they are written; anything larger is no longitude. */
static void check_lonlat(size_t n, double *lon_deg, double *lat_deg)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(lon_deg[i]) <= 360 && fabs(lat_deg[i]) <= 90))
            lon_deg[i] = lat_deg[i] = NAN;
}

/* Sphere of radius a, geographic latitude as if it were the sphere's. */
static void from_web_mercator(size_t n, double *x, double *y)
{
    for (size_t i = 0; i < n; i++) {
        x[i] *= DEG_PER_RAD / BJ_ELLIPSOID_A_M;
        y[i] = atan(sinh(y[i] / BJ_ELLIPSOID_A_M)) * DEG_PER_RAD;
        if (!(fabs(x[i]) <= 360 && fabs(y[i]) < 90))
            x[i] = y[i] = NAN;
    }
}

static void to_web_mercator(size_t n, double *lon_deg, double *lat_deg)
{
    for (size_t i = 0; i < n; i++) {
        bool ok = fabs(lon_deg[i]) <= 360 && fabs(lat_deg[i]) < 90;

        lon_deg[i] = ok ? lon_deg[i] * RAD_PER_DEG * BJ_ELLIPSOID_A_M : NAN;
        lat_deg[i] = ok ? asinh(tan(lat_deg[i] * RAD_PER_DEG)) * BJ_ELLIPSOID_A_M : NAN;
    }
}

enum bj_status bj_crs_to_lonlat(struct bj_ctx *ctx, const struct bj_crs *crs, size_t n, double *x,
                                double *y)
{
    struct bj_proj_tools *tools;
    enum bj_status st = bj_proj_tools_get(ctx, crs, &tools);

    if (st)
        return st;
    switch (crs->map) {
    case BJ_MAP_LONLAT:
        check_lonlat(n, x, y);
        break;
    case BJ_MAP_TM:
        bj_tm_inverse(&crs->tm, n, x, y);
        break;
    case BJ_MAP_WEB_MERCATOR:
        from_web_mercator(n, x, y);
        break;
    case BJ_MAP_PROJ:
        bj_proj_map(tools, PJ_FWD, n, x, y);
        break;
    }
    if (crs->shifted)
        bj_proj_shift(tools, PJ_FWD, n, x, y);
    if (crs->tied)
        bj_tie_apply(&crs->tie, n, x, y);
    return BJ_OK;
}

enum bj_status bj_crs_from_lonlat(struct bj_ctx *ctx, const struct bj_crs *crs, size_t n,
                                  double *lon_deg, double *lat_deg)
{
    struct bj_proj_tools *tools;
    enum bj_status st = bj_proj_tools_get(ctx, crs, &tools);

    if (st)
        return st;
    if (crs->tied)
        bj_tie_undo(&crs->tie, n, lon_deg, lat_deg);
    if (crs->shifted)
        bj_proj_shift(tools, PJ_INV, n, lon_deg, lat_deg);
    switch (crs->map) {
    case BJ_MAP_LONLAT:
        check_lonlat(n, lon_deg, lat_deg);
        break;
    case BJ_MAP_TM:
        bj_tm_forward(&crs->tm, n, lon_deg, lat_deg);
        break;
    case BJ_MAP_WEB_MERCATOR:
        to_web_mercator(n, lon_deg, lat_deg);
        break;
    case BJ_MAP_PROJ:
        bj_proj_map(tools, PJ_INV, n, lon_deg, lat_deg);
        break;
    }
    return BJ_OK;
}

/* ---- zones and circles -------------------------------------------------- */

/* Zone of an easting with its prefix, 0 when it is none: at most 400 km from the meridian. */
static int prefixed_zone(double easting_m, double northing_m)
{
    double zone = floor(easting_m / 1e6);
    bool known = (zone >= 13 && zone <= 23) || (zone >= 25 && zone <= 45);

    if (!known || fabs(easting_m - zone * 1e6 - 500000) > 400000)
        return 0;
    /* China lies between 1.9 and 6.0 million metres north of the equator. */
    return northing_m > 1.8e6 && northing_m < 6.1e6 ? (int)zone : 0;
}

int bj_crs_guess_zone(double x, double y, int *swapped)
{
    int zone = prefixed_zone(x, y);

    *swapped = 0;
    if (!zone) {
        zone = prefixed_zone(y, x);
        *swapped = zone != 0;
    }
    if (!zone)
        return 0;
    return zone <= 23 ? 4478 + zone : 4488 + zone;
}

double bj_crs_arc_tolerance_m(double tolerance_m, double radius_m)
{
    double part = radius_m / 20000, error_m = 0.05 * part * part * part;

    return fmax(tolerance_m - error_m, tolerance_m / 4);
}

enum bj_status bj_crs_map_circles(struct bj_ctx *ctx, const struct bj_crs *crs, size_t n,
                                  const double *lon_deg, const double *lat_deg, double radius_m,
                                  double *x, double *y, double *r)
{
    const struct bj_tm *tm = &crs->tm;

    if (!crs->work)
        return bj_fail(ctx, BJ_EARG, _("circles are drawn in a work CRS, not in '%s'"), crs->name);
    if (!(radius_m > 0 && isfinite(radius_m)))
        return bj_fail(ctx, BJ_EARG, _("service radius must be > 0 m, got %g"), radius_m);
    for (size_t i = 0; i < n; i++) {
        double k = bj_tm_scale(tm, lon_deg[i], lat_deg[i], &x[i], &y[i]);
        double s = sin(lat_deg[i] * RAD_PER_DEG);
        /* Gaussian radius sqrt(M N) = a sqrt(1 - e^2) / (1 - e^2 sin^2 phi). */
        double gauss_m = tm->a_m * sqrt(1 - tm->e2) / (1 - tm->e2 * s * s);
        double h = radius_m / (2 * gauss_m);
        double rho = radius_m * (1 + h * h / 3);                    /* 2 R tan(r / 2R) */
        double slope = tanh((x[i] - tm->x0_m) / gauss_m) / gauss_m; /* of ln k */
        double a = 0.5 * k * slope;
        double grow = 1 / (1 - a * a * rho * rho);

        x[i] += k * a * rho * rho * grow;
        r[i] = k * rho * grow;
    }
    return BJ_OK;
}
