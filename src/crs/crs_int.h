/* Inside of src/crs. Only this folder sees PROJ. */
#ifndef BANJING_CRS_INT_H
#define BANJING_CRS_INT_H

#include "banjing/crs.h"
#include "base/base_int.h"

#include <proj.h>

#define DEG_PER_RAD 57.295779513082320877
#define RAD_PER_DEG 0.017453292519943295769

/* ---- transverse Mercator (tm.c) ----------------------------------------- */

/* A transverse Mercator (Gauss-Kruger) map. Read-only after bj_tm_init(), so any thread may use
 * it. Metres, degrees. */
struct bj_tm {
    double a_m, e2;   /* ellipsoid: equatorial radius, eccentricity squared */
    double lon0_deg;  /* central meridian */
    double x0_m;      /* false easting */
    double y0_m;      /* false northing less the origin's own northing */
    double radius_m;  /* scale on the meridian x rectifying radius */
    double to_chi[6]; /* geographic -> conformal latitude, sin 2j */
    double to_phi[6]; /* conformal -> geographic latitude, sin 2j */
    double alpha[6];  /* sphere -> ellipsoid, sin 2j cosh 2j */
    double beta[6];   /* ellipsoid -> sphere */
};
/* rf: reciprocal flattening, 0 for a sphere. k0: scale on the central meridian. */
void bj_tm_init(struct bj_tm *m, double a_m, double rf, double lon0_deg, double lat0_deg, double k0,
                double false_e_m, double false_n_m);
/* In place: lon, lat in degrees -> x, y in metres, and back. NaN, NaN where the series has no
 * meaning (more than about 80 degrees from the meridian, not finite, |lat| > 90). */
void bj_tm_forward(const struct bj_tm *m, size_t n, double *lon_x, double *lat_y);
void bj_tm_inverse(const struct bj_tm *m, size_t n, double *x_lon, double *y_lat);
/* Local scale (map metres per metre on the ground) at a point; also gives its image. */
double bj_tm_scale(const struct bj_tm *m, double lon_deg, double lat_deg, double *x, double *y);

/* ---- similarity of the plane (control.c) -------------------------------- */

/* From the map of the old ellipsoid to that of CGCS2000, both on one meridian:
 *     w = w0 + (z - z0) (1 + e),   z = x + i y,   e = ex + i ey. */
struct bj_tie {
    struct bj_tm from, to;
    double z0x, z0y, w0x, w0y, ex, ey;
};
/* Longitude, latitude on the old datum <-> CGCS2000, in place; NaN stays NaN. */
void bj_tie_apply(const struct bj_tie *t, size_t n, double *lon_deg, double *lat_deg);
void bj_tie_undo(const struct bj_tie *t, size_t n, double *lon_deg, double *lat_deg);

/* ---- a coordinate system ------------------------------------------------ */

enum bj_crs_map { BJ_MAP_LONLAT, BJ_MAP_TM, BJ_MAP_WEB_MERCATOR, BJ_MAP_PROJ };

/* Read-only once made; any thread may use it with its own context. */
struct bj_crs {
    struct bj_ctx *owner;
    enum bj_crs_map map;
    bool geographic;
    bool shifted;    /* its datum needs a PROJ operation */
    bool work;       /* made by bj_crs_work_new() */
    bool tied;       /* by control points: tie is set */
    struct bj_tm tm; /* of BJ_MAP_TM */
    struct bj_tie tie;
    double a_m, rf;  /* ellipsoid, of bj_crs_new_untied() */
    char *old_datum; /* of bj_crs_new_untied(), else NULL */
    char *name, *code, *wkt;
    char *source; /* WKT 2 of the horizontal system, for PROJ objects in other threads */
};

/* ---- PROJ objects of a context (proj.c) --------------------------------- */

/* PROJ objects of one source text in one context; owned by the context. */
struct bj_proj_tools;

/* PROJ's context, made at the first call; NULL (and ctx holds the sentence) when it cannot. */
PJ_CONTEXT *bj_proj_context(struct bj_ctx *ctx);
/* "'name' cannot be transformed …" with PROJ's reason; returns BJ_ECRS. */
enum bj_status bj_proj_fail(struct bj_ctx *ctx, PJ_CONTEXT *pj, const char *name);

/* What crs needs of PROJ in this context: *out is NULL when it needs nothing. BJ_ECRS when
 * PROJ has no such thing: bj_crs_new() asks once, so that later calls find it. */
enum bj_status bj_proj_tools_get(struct bj_ctx *ctx, const struct bj_crs *crs,
                                 struct bj_proj_tools **out) BJ_MUST_CHECK;
/* Source coordinates <-> longitude, latitude on the source's datum; and that <-> WGS 84. */
void bj_proj_map(const struct bj_proj_tools *t, PJ_DIRECTION way, size_t n, double *x, double *y);
void bj_proj_shift(const struct bj_proj_tools *t, PJ_DIRECTION way, size_t n, double *lon_deg,
                   double *lat_deg);

/* ---- datums (datum.c) --------------------------------------------------- */

/* Name of the old Chinese system that text says ("Beijing 1954"), NULL when it says none. */
const char *bj_datum_refused(const char *text);
/* Coordinates on this datum are CGCS2000's within decimetres. */
bool bj_datum_is_modern(const char *datum);
/* "unknown", "unnamed", "": text that names no datum (or no system). */
bool bj_datum_is_nameless(const char *datum);

/* ---- definitions (define.c) --------------------------------------------- */

/* a and 1/f of GRS 1980, CGCS2000 or WGS 84: between them 0.1 mm. */
bool bj_proj_modern_ellipsoid(PJ_CONTEXT *pj, const PJ *crs);

#endif
