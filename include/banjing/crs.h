/* Coordinate reference systems: where metres come from, and geodesic measures.
 *
 * The library's one geographic frame is longitude/latitude in degrees on CGCS2000
 * (EPSG:4490), longitude first, to which WGS 84 is taken as equal (the difference is
 * decimetres and PROJ has no operation for it). Every source CRS is brought there; a
 * datum for which no published operation exists is refused, never passed through in
 * silence. */
#ifndef BANJING_CRS_H
#define BANJING_CRS_H

#include "banjing/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CGCS2000 ellipsoid (GB 22021-2008). */
#define BJ_ELLIPSOID_A_M 6378137.0
#define BJ_ELLIPSOID_RF  298.257222101

/* Datum that coordinates are in. GCJ02 and BD09 are the map-service shifts. */
enum bj_datum { BJ_DATUM_CGCS2000, BJ_DATUM_WGS84, BJ_DATUM_GCJ02, BJ_DATUM_BD09 };
/* "cgcs2000", "wgs84", "gcj02", "bd09", NULL. Order of enum bj_datum. */
extern const char *const bj_datum_names[];

struct bj_crs;

/* A CRS from an authority code ("EPSG:4527"), WKT 1 or 2, ESRI WKT (.prj), PROJJSON or a
 * PROJ string. Axis order is always x = east or longitude first. Longitude/latitude must
 * be in degrees for geographic ones.
 * BJ_ECRS: not understood; vertical/local/engineering; or a datum without a published
 * operation to CGCS2000 (Beijing 1954, Xian 1980, New Beijing): the sentence names the
 * system and says what to do. Caller frees it with bj_crs_free(). */
enum bj_status bj_crs_new(struct bj_ctx *ctx, const char *definition,
                          struct bj_crs **out) BJ_MUST_CHECK;
void bj_crs_free(struct bj_crs *crs);

/* Transverse Mercator on CGCS2000 with its own central meridian lon0_deg (-180..180),
 * scale 1, false easting 500 000 m, false northing 0: the work CRS of a county whose
 * centre is at lon0_deg. */
enum bj_status bj_crs_work_new(struct bj_ctx *ctx, double lon0_deg,
                               struct bj_crs **out) BJ_MUST_CHECK;

/* Borrowed texts. code is "EPSG:4527" or "" when it has none. wkt is WKT1 (GDAL flavour)
 * that any OGR driver accepts. */
const char *bj_crs_name(const struct bj_crs *crs);
const char *bj_crs_code(const struct bj_crs *crs);
const char *bj_crs_wkt(const struct bj_crs *crs);
int bj_crs_is_geographic(const struct bj_crs *crs);

/* n points in place: source coordinates -> lon_deg, lat_deg, or back. A point that has no
 * image (not finite, outside the projection) becomes NaN, NaN; no failure. */
enum bj_status bj_crs_to_lonlat(struct bj_ctx *ctx, const struct bj_crs *crs, size_t n, double *x,
                                double *y) BJ_MUST_CHECK;
enum bj_status bj_crs_from_lonlat(struct bj_ctx *ctx, const struct bj_crs *crs, size_t n,
                                  double *lon_deg, double *lat_deg) BJ_MUST_CHECK;

/* ---- old datums tied by control points ----------------------------------- */

/* As bj_crs_new(), for a system in an old datum (Beijing 1954, Xian 1980, New Beijing, or one
 * without a name on an old ellipsoid) that control points are to tie to CGCS2000. Until
 * bj_crs_tie() it gives longitude and latitude on its own datum. BJ_ECRS: a system that is
 * CGCS2000 or WGS 84 already, or brings its own +towgs84. */
enum bj_status bj_crs_new_untied(struct bj_ctx *ctx, const char *definition,
                                 struct bj_crs **out) BJ_MUST_CHECK;
/* "Xian 1980" …, else the datum's own name; "" for systems that are not of
 * bj_crs_new_untied(). Borrowed. */
const char *bj_crs_old_datum(const struct bj_crs *crs);
/* Two such systems are in one datum: the same old one, on the same ellipsoid. */
int bj_crs_same_datum(const struct bj_crs *a, const struct bj_crs *b);

/* Points known in both systems, degrees: n of each, finite; name for messages, never NULL.
 * All borrowed. */
struct bj_control {
    size_t n;
    const double *old_lon_deg, *old_lat_deg; /* on the old datum */
    const double *lon_deg, *lat_deg;         /* CGCS2000 */
    const char *const *name;
};
/* What the points say. */
struct bj_control_fit {
    double scale_ppm;        /* new lengths against old ones, less 1, in millionths */
    double rotation_s;       /* seconds of arc, counter-clockwise */
    double move_m;           /* mean distance between the two positions of a point */
    double error_m;          /* of a point: sqrt(sum of v^2 / (n - 2)); NaN with two points */
    double worst_m;          /* largest residual v; NaN with two points */
    size_t worst;            /* its point */
    double lon_deg, lat_deg; /* middle of the points */
    double reach_m;          /* from there to the farthest of them */
};
/* Ties crs, of bj_crs_new_untied(), to CGCS2000 by at least two points; method and limits in
 * src/crs/control.c. BJ_EDATA, naming the point: fewer than two or more than 2,000 points, two
 * at one place, one outside 73.5-135.1 E 18-53.6 N, one that moves by more than 300 m, an error
 * above 20 m, a scale or rotation that no datum has. fit may be NULL. crs is as it was when it
 * fails; after success it is read-only again. */
enum bj_status bj_crs_tie(struct bj_ctx *ctx, struct bj_crs *crs, const struct bj_control *control,
                          struct bj_control_fit *fit) BJ_MUST_CHECK;

/* Central meridian of a Gauss-Kruger system (scale 1, false easting 500 000 with or without the
 * zone's number); NaN for any other. */
double bj_crs_meridian_deg(const struct bj_crs *crs);
/* Meridian that an easting of eight digits names by its first two, NaN when it names none. */
double bj_crs_zone_meridian_deg(double easting_m, double northing_m);
/* One Gauss-Kruger point in place, easting and northing to longitude and latitude, whether or
 * not the zone's number stands before the easting, on the ellipsoid of `like` (of
 * bj_crs_new_untied(); NULL = CGCS2000). */
void bj_crs_gauss_to_lonlat(const struct bj_crs *like, double meridian_deg, double *x, double *y);

/* Missing .prj: the EPSG code of the CGCS2000 zone that an easting with 8 digits names by
 * its first two (13-23: 6 degree zones 4491-4501; 25-45: 3 degree zones 4513-4533), 0 when
 * the numbers are no such coordinates. x, y: one typical point. *swapped is set when x is
 * the northing. */
int bj_crs_guess_zone(double x, double y, int *swapped);

/* Geodesic distance in metres on the CGCS2000 ellipsoid (Karney 2013, PROJ's geodesic.h). */
double bj_geodesic_m(double lon1_deg, double lat1_deg, double lon2_deg, double lat2_deg);
/* llround(1000 * distance): what every verdict compares. */
int64_t bj_geodesic_mm(double lon1_deg, double lat1_deg, double lon2_deg, double lat2_deg);
/* Point at distance_m in direction azimuth_deg (clockwise from north). */
void bj_geodesic_direct(double lon_deg, double lat_deg, double azimuth_deg, double distance_m,
                        double *lon2_deg, double *lat2_deg);
/* Signed area in m2 of a ring of n points (closed or not; counter-clockwise positive) whose
 * edges are geodesics. Agrees with PROJ's geod_polygon_* within 1e-3 m2 an edge shorter than
 * 100 km, and is faster on short edges. */
double bj_geodesic_ring_area_m2(size_t n, const double *lon_deg, const double *lat_deg);

/* The circle of the map that lies on a geodesic circle: centre and radius in work CRS metres
 * such that points of the geodesic circle of radius_m around (lon, lat) lie within about
 * radius^3/(24 R^2) of it (0.02 m at 20 km, 0.2 mm at 2.5 km). n circles; crs must be one
 * of bj_crs_work_new(). */
enum bj_status bj_crs_map_circles(struct bj_ctx *ctx, const struct bj_crs *crs, size_t n,
                                  const double *lon_deg, const double *lat_deg, double radius_m,
                                  double *x, double *y, double *r) BJ_MUST_CHECK;

/* How near to such a map circle an arc must be drawn so that it lies within tolerance_m of the
 * geodesic circle: the tolerance less the deviation above (at most 0.05 m at 20 km, growing with
 * the cube of the radius; within 7 degrees of the central meridian). Never less than a quarter
 * of the tolerance, so that beyond 25 km at 0.1 m the map circle itself is the larger error. */
double bj_crs_arc_tolerance_m(double tolerance_m, double radius_m);

/* Datum shift of n points in place (degrees). CGCS2000 and WGS84 are equal. Inverses are
 * iterated to 1e-10 degree. NaN stays NaN. */
void bj_datum_shift(enum bj_datum from, enum bj_datum to, size_t n, double *lon_deg,
                    double *lat_deg);
/* 1 when the point is where GCJ-02 is used: 73.5-135.1 E, 18-53.6 N. */
int bj_datum_in_china(double lon_deg, double lat_deg);

#ifdef __cplusplus
}
#endif
#endif
