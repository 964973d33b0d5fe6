/* Measures on the ellipsoid: geodesics and ring areas.
 *
 * Distances are Karney's (PROJ's geodesic.h), good to 15 nanometres.
 *
 * Ring area. The area between an edge and the equator is S = integral of q(phi) d(lambda)
 * along the geodesic, with
 *     q(phi) = integral of M N cos(phi) = b^2 (s + 2/3 e^2 s^3 + 3/5 e^4 s^5 + ...), s = sin phi,
 * M, N the radii of curvature, e the eccentricity, b the polar radius. For an edge of at most
 * SHORT_EDGE metres it is Simpson's rule over longitude: both ends, and the geodesic's latitude
 * at the middle longitude,
 *     phi_m = (phi1 + phi2)/2 - phi'' dlambda^2 / 8,
 *     -phi'' dlambda^2 = (2 (1-e^2)/w^2 s/c + 3 e^2 s c/w^2) dphi^2 + w^2 s c/(1-e^2) dlambda^2
 * with w^2 = 1 - e^2 s^2, c = cos phi: the equation of geodesics on a surface of revolution,
 * from Clairaut's r sin(azimuth) = const. No division by dlambda, so a meridian edge is no
 * special case. The error grows with the fifth power of the length: below 1e-5 m2 at 3 km up to
 * 72 degrees of latitude (test_geodesic.c holds it against geod_geninverse). Longer edges
 * and higher latitudes use geod_geninverse's S12 (10 times slower). q is taken less q at the
 * ring's first vertex: that adds nothing to a closed ring and keeps nine more digits. Rings
 * around a pole are left to geod_polygonarea.
 *
 * Reference: C. F. F. Karney, Algorithms for geodesics, J. Geodesy 87 (2013). */
#include "crs/crs_int.h"

#include <geodesic.h>
#include <math.h>
#include <pthread.h>

static const double f_cgcs2000 = 1.0 / BJ_ELLIPSOID_RF;

static struct geod_geodesic earth;
static pthread_once_t earth_once = PTHREAD_ONCE_INIT;

static void earth_init(void)
{
    geod_init(&earth, BJ_ELLIPSOID_A_M, f_cgcs2000);
}

static const struct geod_geodesic *ellipsoid(void)
{
    pthread_once(&earth_once, earth_init);
    return &earth;
}

/* ---- geodesics ---------------------------------------------------------- */

double bj_geodesic_m(double lon1_deg, double lat1_deg, double lon2_deg, double lat2_deg)
{
    double s12_m = NAN;

    geod_inverse(ellipsoid(), lat1_deg, lon1_deg, lat2_deg, lon2_deg, &s12_m, NULL, NULL);
    return s12_m;
}

int64_t bj_geodesic_mm(double lon1_deg, double lat1_deg, double lon2_deg, double lat2_deg)
{
    return llround(1000.0 * bj_geodesic_m(lon1_deg, lat1_deg, lon2_deg, lat2_deg));
}

void bj_geodesic_direct(double lon_deg, double lat_deg, double azimuth_deg, double distance_m,
                        double *lon2_deg, double *lat2_deg)
{
    geod_direct(ellipsoid(), lat_deg, lon_deg, azimuth_deg, distance_m, lat2_deg, lon2_deg, NULL);
}

/* ---- ring area ---------------------------------------------------------- */

/* (3000 m / a)^2: where the error of Simpson's rule is still 100 times below 1e-3 m2. */
#define SHORT_EDGE_RAD2 (3000.0 / BJ_ELLIPSOID_A_M * (3000.0 / BJ_ELLIPSOID_A_M))
/* sin 72 degrees: tan phi, which the error grows with, is still about 3. */
#define SHORT_EDGE_SIN 0.951

struct vertex {
    double lon_deg, lat_deg;
    double s, c; /* sin, cos of latitude */
    double q;    /* area per radian of longitude down to the equator, m2 */
};

/* Series in e^2 s^2; the eighth term is below 1e-16 of the first. */
static double area_to_equator(double s)
{
    const double e2 = f_cgcs2000 * (2 - f_cgcs2000);
    const double b2 = BJ_ELLIPSOID_A_M * BJ_ELLIPSOID_A_M * (1 - e2);
    double t = e2 * s * s;
    double sum = 7.0 / 13;

    sum = 6.0 / 11 + t * sum;
    sum = 5.0 / 9 + t * sum;
    sum = 4.0 / 7 + t * sum;
    sum = 3.0 / 5 + t * sum;
    sum = 2.0 / 3 + t * sum;
    return b2 * s * (1 + t * sum);
}

static struct vertex vertex_at(double lon_deg, double lat_deg)
{
    double phi = lat_deg * RAD_PER_DEG;
    struct vertex v = {lon_deg, lat_deg, sin(phi), cos(phi), 0};

    v.q = area_to_equator(v.s);
    return v;
}

/* Simpson's rule over longitude, see the top. q0 is the ring's reference. */
static double short_edge_m2(const struct vertex *p, const struct vertex *r, double dphi,
                            double dlam, double q0)
{
    const double e2 = f_cgcs2000 * (2 - f_cgcs2000);
    double h2 = dphi * dphi / 4;
    double sec = 0.5 * (1 + h2 * (0.5 + h2 * (5.0 / 24)));   /* 1 / (2 cos(dphi/2)) */
    double s = (p->s + r->s) * sec, c = (p->c + r->c) * sec; /* of the mean latitude */
    double w2 = 1 - e2 * s * s, ec2 = 1 - e2;
    double bend =
        (2 * ec2 * s / c + 3 * e2 * s * c) / w2 * dphi * dphi + w2 * s * c / ec2 * dlam * dlam;
    double d = bend / 8; /* the geodesic's mid point lies this far poleward, radians */
    double q_mid = area_to_equator(s + d * (c - 0.5 * d * s));

    return dlam / 6 * ((p->q - q0) + 4 * (q_mid - q0) + (r->q - q0));
}

static double long_edge_m2(const struct vertex *p, const struct vertex *r, double dlam, double q0)
{
    double s12_m2 = NAN;

    geod_geninverse(ellipsoid(), p->lat_deg, p->lon_deg, r->lat_deg, r->lon_deg, NULL, NULL, NULL,
                    NULL, NULL, NULL, &s12_m2);
    return s12_m2 - q0 * dlam;
}

static double edge_m2(const struct vertex *p, const struct vertex *r, double dlon_deg, double q0)
{
    double dphi = (r->lat_deg - p->lat_deg) * RAD_PER_DEG, dlam = dlon_deg * RAD_PER_DEG;
    double x = dlam * p->c;

    if (x * x + dphi * dphi < SHORT_EDGE_RAD2 && fabs(p->s) < SHORT_EDGE_SIN)
        return short_edge_m2(p, r, dphi, dlam, q0);
    return long_edge_m2(p, r, dlam, q0);
}

static double polar_ring_m2(size_t n, const double *lon_deg, const double *lat_deg)
{
    struct geod_polygon ring;
    double area_m2 = NAN;

    geod_polygon_init(&ring, 0);
    for (size_t i = 0; i < n; i++)
        geod_polygon_addpoint(ellipsoid(), &ring, lat_deg[i], lon_deg[i]);
    geod_polygon_compute(ellipsoid(), &ring, 0, 1, &area_m2, NULL);
    return area_m2;
}

double bj_geodesic_ring_area_m2(size_t n, const double *lon_deg, const double *lat_deg)
{
    struct vertex first, p, r;
    double sum = 0, lost = 0, turn_deg = 0;

    if (n < 3)
        return 0;
    first = p = vertex_at(lon_deg[0], lat_deg[0]);
    for (size_t i = 1; i <= n; i++, p = r) {
        double dlon_deg, edge, next;

        r = i < n ? vertex_at(lon_deg[i], lat_deg[i]) : first;
        dlon_deg = r.lon_deg - p.lon_deg;
        if (fabs(dlon_deg) > 180)
            dlon_deg = remainder(dlon_deg, 360);
        turn_deg += dlon_deg;
        if (dlon_deg == 0)
            continue;
        edge = edge_m2(&p, &r, dlon_deg, first.q);
        /* Neumaier's sum: what the addition rounds off is kept aside. */
        next = sum + edge;
        lost += fabs(sum) >= fabs(edge) ? (sum - next) + edge : (edge - next) + sum;
        sum = next;
    }
    if (fabs(turn_deg) > 180)
        return polar_ring_m2(n, lon_deg, lat_deg);
    return -(sum + lost);
}
