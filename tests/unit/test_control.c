/* Control points: what they bring back, against PROJ's own seven parameters in space, and what is
 * refused. */
#include "support.h"

#include "banjing/crs.h"

#include <proj.h>

/* IOGP 9603 and 9606 by PROJ: from the old datum to CGCS2000. The shift is EPSG's for Beijing 1954
 * in the Ordos basin (domain facts 5.1); rotations and scale are made up, of the size that
 * seven-parameter sets have. */
#define ORDOS     "+x=12.646 +y=-155.176 +z=-80.863"
#define SEVEN     ORDOS " +rx=0.9 +ry=-1.3 +rz=1.1 +s=4.2 +convention=position_vector"
#define KRASOVSKY "+a=6378245 +rf=298.3"
#define IAG75     "+a=6378140 +rf=298.257"
#define TO_OLD(helmert, ellipsoid)                                                                 \
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "                               \
    "+step +proj=cart +a=6378137 +rf=298.257222101 "                                               \
    "+step +inv +proj=helmert " helmert " +step +inv +proj=cart " ellipsoid                        \
    " +step +proj=unitconvert +xy_in=rad +xy_out=deg"

enum { MOST = 40 };

/* A county: control points first, then others, in both systems. */
struct county {
    double lon[MOST], lat[MOST], old_lon[MOST], old_lat[MOST];
    char text[MOST][8];
    const char *name[MOST];
    size_t n;
};

static void add_point(struct county *c, PJ *to_old, double lon, double lat, double height_m)
{
    PJ_COORD p = proj_trans(to_old, PJ_FWD, proj_coord(lon, lat, height_m, 0));
    size_t i = c->n++;

    assert_true(i < MOST && isfinite(p.xyz.x));
    c->lon[i] = lon;
    c->lat[i] = lat;
    c->old_lon[i] = p.xyz.x;
    c->old_lat[i] = p.xyz.y;
    snprintf(c->text[i], sizeof(c->text[i]), "P%zu", i + 1);
    c->name[i] = c->text[i];
}

/* Five control points around (lon, lat) and 30 other points within 45 km of it, all between 900
 * and 1500 m above the ellipsoid. */
static void make_county(struct county *c, const char *to_old_text, double lon, double lat)
{
    static const double at[5][2] = {
        {-0.3, -0.2}, {0.32, -0.25}, {0.28, 0.3}, {-0.25, 0.28}, {0, 0}};
    PJ *to_old = proj_create(NULL, to_old_text);
    struct support_random r;

    assert_non_null(to_old);
    support_seed(&r, 4);
    memset(c, 0, sizeof(*c));
    for (int i = 0; i < 5; i++)
        add_point(c, to_old, lon + at[i][0], lat + at[i][1], 1000 + 80 * i);
    for (int i = 0; i < 30; i++)
        add_point(c, to_old, lon + support_uniform(&r, -0.35, 0.35),
                  lat + support_uniform(&r, -0.32, 0.32), support_uniform(&r, 900, 1500));
    proj_destroy(to_old);
}

static struct bj_control first_of(const struct county *c, size_t n)
{
    return (struct bj_control){n, c->old_lon, c->old_lat, c->lon, c->lat, c->name};
}

static struct bj_crs *untied(const char *definition)
{
    struct bj_crs *crs = NULL;

    assert_ok(bj_crs_new_untied(ctx, definition, &crs));
    return crs;
}

/* Farthest that any point of the county comes to lie from its true place. */
static double worst_error_m(const struct bj_crs *crs, const struct county *c)
{
    double x[MOST], y[MOST], worst = 0;

    memcpy(x, c->old_lon, sizeof(x));
    memcpy(y, c->old_lat, sizeof(y));
    assert_ok(bj_crs_to_lonlat(ctx, crs, c->n, x, y));
    for (size_t i = 0; i < c->n; i++)
        worst = fmax(worst, bj_geodesic_m(x[i], y[i], c->lon[i], c->lat[i]));
    return worst;
}

/* n control points of a county of Beijing 1954 or Xian 1980 bring all of it back. */
static void bring_back(const char *definition, const char *to_old, double lon, double lat, size_t n,
                       double within_m)
{
    struct county c;
    struct bj_crs *crs = untied(definition);
    struct bj_control control;
    struct bj_control_fit fit;
    double x, y, move_m;

    make_county(&c, to_old, lon, lat);
    control = first_of(&c, n);
    assert_true(bj_geodesic_m(c.old_lon[0], c.old_lat[0], c.lon[0], c.lat[0]) > 10);
    assert_ok(bj_crs_tie(ctx, crs, &control, &fit));
    assert_near(worst_error_m(crs, &c), 0, within_m);
    if (n > 2)
        assert_true(fit.error_m < within_m && fit.worst_m <= fit.error_m * sqrt((double)n));
    else
        assert_true(isnan(fit.error_m) && isnan(fit.worst_m));
    move_m = bj_geodesic_m(c.old_lon[4], c.old_lat[4], c.lon[4], c.lat[4]);
    assert_near(fit.move_m, move_m, 2);
    assert_near(bj_geodesic_m(fit.lon_deg, fit.lat_deg, lon, lat), 0, 30000);
    assert_true(fit.reach_m > 10000 && fit.reach_m < 60000);
    /* And back to the old numbers. */
    x = c.lon[9];
    y = c.lat[9];
    assert_ok(bj_crs_from_lonlat(ctx, crs, 1, &x, &y));
    assert_near(bj_geodesic_m(x, y, c.old_lon[9], c.old_lat[9]), 0, within_m);
    assert_ok(bj_crs_to_lonlat(ctx, crs, 1, &x, &y));
    assert_near(bj_geodesic_m(x, y, c.lon[9], c.lat[9]), 0, 1e-7);
    bj_crs_free(crs);
}

static void a_county_comes_back_within_a_centimetre(void **state)
{
    static const double place[5][2] = {
        {115.98, 36.45}, {117.32, 34.81}, {102.75, 24.29}, {120.38, 36.07}, {126.80, 42.39}};

    /* "Beijing 1954 to WGS 84 (2)" to "(6)" of EPSG; (1) is the Ordos one. */
    static const char *const published[] = {
        TO_OLD("+x=15.53 +y=-113.82 +z=-41.38 +rz=0.814 +s=-0.38 +convention=position_vector",
               KRASOVSKY),
        TO_OLD("+x=31.4 +y=-144.3 +z=-74.8 +rz=0.814 +s=-0.38 +convention=position_vector",
               KRASOVSKY),
        TO_OLD("+x=15.8 +y=-154.4 +z=-82.3", KRASOVSKY),
        TO_OLD("+x=18 +y=-136.8 +z=-73.7 +rz=0.814 +s=-0.38 +convention=position_vector",
               KRASOVSKY),
        TO_OLD("+x=11.911 +y=-154.833 +z=-80.079", KRASOVSKY)};

    (void)state;
    for (int i = 0; i < 5; i++) {
        double lon = place[i][0], lat = place[i][1];

        for (size_t n = 3; n <= 5; n++) {
            bring_back("EPSG:4214", TO_OLD(ORDOS, KRASOVSKY), lon, lat, n, 0.01);
            bring_back("EPSG:4214", TO_OLD(SEVEN, KRASOVSKY), lon, lat, n, 0.01);
            bring_back("EPSG:4555", TO_OLD(SEVEN, KRASOVSKY), lon, lat, n, 0.01);
            bring_back("EPSG:4610", TO_OLD(SEVEN, IAG75), lon, lat, n, 0.01);
        }
        for (size_t k = 0; k < sizeof(published) / sizeof(*published); k++)
            bring_back("EPSG:4214", published[k], lon, lat, 4, 0.01);
        bring_back("EPSG:4214", TO_OLD(SEVEN, KRASOVSKY), lon, lat, 2, 0.01);
    }
}

/* A similarity that is known: the fit must find its scale and rotation, and the residuals that
 * were put in. Hand-worked: four points of a square with the residuals +r, -r, +r, -r to the east
 * leave shift, scale and rotation as they are (their sums with 1, x and y are 0). */
static void scale_rotation_and_residuals_are_found(void **state)
{
    struct bj_crs *crs = untied("EPSG:4610"), *map = untied("EPSG:2384"), *work = NULL;
    const double side = 20000, scale = 3e-6, turn = 1.5 / 3600 * TEST_PI / 180, r = 0.4;
    static const char *const names[] = {"A", "B", "C", "D"};
    double old_x[4], old_y[4], new_x[4], new_y[4], mid_x = 500000, mid_y = 4000000;
    struct county c = {.n = 4};
    struct bj_control control;
    struct bj_control_fit fit;

    (void)state;
    assert_ok(bj_crs_work_new(ctx, 117, &work));
    for (int i = 0; i < 4; i++) {
        double x = i == 0 || i == 3 ? -side : side, y = i < 2 ? -side : side;

        c.name[i] = names[i];
        old_x[i] = mid_x + x;
        old_y[i] = mid_y + y;
        new_x[i] = mid_x + 60 + (1 + scale) * (x - turn * y) + (i % 2 ? -r : r);
        new_y[i] = mid_y - 30 + (1 + scale) * (y + turn * x);
        assert_ok(bj_crs_to_lonlat(ctx, map, 1, &old_x[i], &old_y[i]));
        assert_ok(bj_crs_to_lonlat(ctx, work, 1, &new_x[i], &new_y[i]));
    }
    control = (struct bj_control){4, old_x, old_y, new_x, new_y, c.name};
    assert_ok(bj_crs_tie(ctx, crs, &control, &fit));
    assert_near(fit.scale_ppm, 3, 0.01);
    assert_near(fit.rotation_s, 1.5, 0.01);
    assert_near(fit.worst_m, r, 0.001);
    assert_near(fit.error_m, sqrt(4 * r * r / 2), 0.001);
    assert_near(fit.reach_m, side * sqrt(2), 3);
    bj_crs_free(work);
    bj_crs_free(map);
    bj_crs_free(crs);
}

/* ---- what is refused ------------------------------------------------------- */

/* Points of a good county, changed by the caller. */
static struct county good;

static void refused(size_t n, const char *word)
{
    struct bj_crs *crs = untied("EPSG:4214");
    struct bj_control control = first_of(&good, n);
    double x = 116, y = 36;

    assert_fails(bj_crs_tie(ctx, crs, &control, NULL), BJ_EDATA, word);
    /* As it was: still without a tie. */
    assert_ok(bj_crs_to_lonlat(ctx, crs, 1, &x, &y));
    assert_true(x == 116 && y == 36);
    bj_crs_free(crs);
    make_county(&good, TO_OLD(SEVEN, KRASOVSKY), 115.98, 36.45);
}

static void bad_points_are_named(void **state)
{
    (void)state;
    make_county(&good, TO_OLD(SEVEN, KRASOVSKY), 115.98, 36.45);
    refused(0, "too few control points (0)");
    refused(1, "too few control points (1)");
    /* Mistyped by 0.01 degree. */
    good.old_lat[2] += 0.01;
    refused(5, "'P3' lies 1");
    /* A digit of 100 m: within what a datum may move, but against the others. */
    good.lat[1] += 100 / 111000.0;
    refused(5, "most likely 'P2' is mistyped");
    good.lon[3] -= 150 / 89500.0;
    refused(4, "most likely 'P4' is mistyped");
    /* Two points: only their distance and direction tell. */
    good.lat[1] += 100 / 111000.0;
    refused(2, "ppm between the systems");
    /* One point given twice; one old point for two new ones. */
    good.lon[4] = good.lon[2];
    good.lat[4] = good.lat[2];
    good.old_lon[4] = good.old_lon[2];
    good.old_lat[4] = good.old_lat[2];
    refused(5, "'P3' and 'P5' are one place");
    good.old_lon[1] = good.old_lon[0];
    good.old_lat[1] = good.old_lat[0];
    good.lon[1] = good.lon[0] + 0.0005;
    good.lat[1] = good.lat[0];
    refused(3, "'P1' and 'P2' are one place");
    /* Exchanged, not finite, another country. */
    good.lon[0] = 36.45;
    good.lat[0] = 115.98;
    refused(3, "'P1' lies outside China");
    good.old_lon[2] = NAN;
    refused(3, "'P3' lies outside China");
    for (size_t i = 0; i < good.n; i++) {
        good.lon[i] -= 60;
        good.old_lon[i] -= 60;
    }
    refused(3, "'P1' lies outside China");
    /* Points 20 m apart whose centimetres make up a rotation. */
    good.lon[1] = good.lon[0] + 20 / 89500.0;
    good.lat[1] = good.lat[0];
    good.old_lon[1] = good.old_lon[0] + 20 / 89500.0;
    good.old_lat[1] = good.old_lat[0] + 0.05 / 111000.0;
    refused(2, "too near to each other");
}

static void too_many_points_are_refused(void **state)
{
    enum { N = 2001 };
    static double lon[N], lat[N];
    static const char *name[N];
    struct bj_crs *crs = untied("EPSG:4214");
    struct bj_control control = {N, lon, lat, lon, lat, name};

    (void)state;
    for (int i = 0; i < N; i++) {
        lon[i] = 116 + 0.0001 * i;
        lat[i] = 36;
        name[i] = "p";
    }
    assert_fails(bj_crs_tie(ctx, crs, &control, NULL), BJ_EDATA, "at most 2000");
    control.n = 2000;
    assert_ok(bj_crs_tie(ctx, crs, &control, NULL));
    bj_crs_free(crs);
}

/* ---- systems --------------------------------------------------------------- */

static void not_untied(const char *definition, const char *word)
{
    struct bj_crs *crs = NULL;

    assert_fails(bj_crs_new_untied(ctx, definition, &crs), BJ_ECRS, word);
    assert_null(crs);
}

#define PRJ(name, datum, spheroid)                                                                 \
    "GEOGCS[\"" name "\",DATUM[\"" datum "\",SPHEROID[" spheroid                                   \
    "]],PRIMEM[\"Greenwich\",0],UNIT[\"Degree\",0.0174532925199433]]"

static void only_old_systems_take_control_points(void **state)
{
    struct bj_crs *crs, *other;

    (void)state;
    not_untied("EPSG:4490", "already");
    not_untied("EPSG:4527", "already");
    not_untied("EPSG:4326", "EPSG:4610");
    not_untied("+proj=longlat +ellps=GRS80", "already");
    not_untied("+proj=longlat +ellps=krass +towgs84=12.646,-155.176,-80.863", "leave one of them");
    not_untied("北京54", "EPSG:4214");
    not_untied("", "missing");
    not_untied("EPSG:5737", "height");
    crs = untied("EPSG:4214");
    assert_string_equal(bj_crs_old_datum(crs), "Beijing 1954");
    other = untied("EPSG:2422");
    assert_true(bj_crs_same_datum(crs, other));
    bj_crs_free(other);
    /* ArcGIS's .prj of an unnamed datum on Krasovsky's ellipsoid stands for the same. */
    other = untied(PRJ("GCS_Krasovsky_1940", "D_Krasovsky_1940", "\"Krasovsky\",6378245,298.3"));
    assert_true(bj_crs_same_datum(crs, other));
    bj_crs_free(other);
    other = untied("+proj=longlat +ellps=krass");
    assert_true(bj_crs_same_datum(crs, other));
    bj_crs_free(other);
    other = untied("EPSG:4610");
    assert_string_equal(bj_crs_old_datum(other), "Xian 1980");
    assert_false(bj_crs_same_datum(crs, other));
    bj_crs_free(other);
    other = untied("EPSG:4555"); /* on the same ellipsoid */
    assert_string_equal(bj_crs_old_datum(other), "New Beijing");
    assert_false(bj_crs_same_datum(crs, other));
    bj_crs_free(other);
    bj_crs_free(crs);
    /* An old program's shift in a .prj does not count beside control points. */
    crs = untied("GEOGCS[\"Beijing 1954\",DATUM[\"Beijing_1954\",SPHEROID[\"Krassowsky 1940\","
                 "6378245,298.3],TOWGS84[15.8,-154.4,-82.3,0,0,0,0]],PRIMEM[\"Greenwich\",0],"
                 "UNIT[\"degree\",0.0174532925199433]]");
    assert_null(strstr(bj_crs_wkt(crs), "TOWGS84"));
    bj_crs_free(crs);
    crs = NULL;
    assert_ok(bj_crs_new(ctx, "EPSG:4490", &crs));
    assert_string_equal(bj_crs_old_datum(crs), "");
    make_county(&good, TO_OLD(SEVEN, KRASOVSKY), 115.98, 36.45);
    assert_fails(bj_crs_tie(ctx, crs, &(struct bj_control){0}, NULL), BJ_EARG, "control points");
    bj_crs_free(crs);
}

/* The .prj that ArcGIS writes for that code (Xian_1980_3_Degree_GK_Zone_39): names, no codes. */
static void prj_holds(int code, const char *datum, int lon0_deg)
{
    PJ_CONTEXT *pj = proj_context_create();
    char text[24];
    struct bj_crs *crs = NULL;
    const char *prj;
    PJ *p;

    snprintf(text, sizeof(text), "EPSG:%d", code);
    p = proj_create(pj, text);
    prj = p ? proj_as_wkt(pj, p, PJ_WKT1_ESRI, NULL) : NULL;
    assert_non_null(prj);
    assert_null(strstr(prj, "AUTHORITY"));
    if (datum) {
        assert_fails(bj_crs_new(ctx, prj, &crs), BJ_ECRS, datum);
        crs = untied(prj);
        assert_string_equal(bj_crs_old_datum(crs), datum);
    } else {
        assert_ok(bj_crs_new(ctx, prj, &crs));
        assert_string_equal(bj_crs_code(crs), text);
    }
    if (lon0_deg)
        assert_near(bj_crs_meridian_deg(crs), lon0_deg, 0);
    bj_crs_free(crs);
    proj_destroy(p);
    proj_context_destroy(pj);
}

/* Codes first..last are zones whose meridians begin at lon0_deg; zone: number in front of the first
 * one's eastings, 0 = none. The map of each, against PROJ's. */
static void zones_hold(const char *datum, const char *ellipsoid, int first, int last, int step_deg,
                       int lon0_deg, int zone)
{
    for (int code = first; code <= last; code++, lon0_deg += step_deg, zone += zone > 0) {
        char text[200];
        struct bj_crs *crs;
        PJ *map;
        PJ_COORD p;
        double x, y, u, v;

        snprintf(text, sizeof(text), "EPSG:%d", code);
        crs = untied(text);
        assert_string_equal(bj_crs_old_datum(crs), datum);
        assert_near(bj_crs_meridian_deg(crs), lon0_deg, 0);
        snprintf(text, sizeof(text), "+proj=tmerc +lon_0=%d +x_0=%d500000 %s", lon0_deg, zone,
                 ellipsoid);
        map = proj_create(NULL, text);
        p = proj_trans(map, PJ_FWD,
                       proj_coord((lon0_deg + 0.7) * TEST_PI / 180, 36 * TEST_PI / 180, 0, 0));
        u = x = p.xy.x;
        v = y = p.xy.y;
        assert_ok(bj_crs_to_lonlat(ctx, crs, 1, &x, &y));
        assert_near(x, lon0_deg + 0.7, 1e-11);
        assert_near(y, 36, 1e-11);
        bj_crs_gauss_to_lonlat(crs, lon0_deg, &u, &v);
        assert_near(u, x, 1e-12);
        assert_near(v, y, 1e-12);
        proj_destroy(map);
        bj_crs_free(crs);
        if (code == first || code == last)
            prj_holds(code, datum, lon0_deg);
    }
}

/* The code table of domain facts 5.1. */
static void every_zone_of_the_old_systems_takes_them(void **state)
{
    static const char xian[] = "Xian 1980", beijing[] = "Beijing 1954", newer[] = "New Beijing";

    (void)state;
    zones_hold(xian, IAG75, 2327, 2337, 6, 75, 13);
    zones_hold(xian, IAG75, 2338, 2348, 6, 75, 0);
    zones_hold(xian, IAG75, 2349, 2369, 3, 75, 25);
    zones_hold(xian, IAG75, 2370, 2390, 3, 75, 0);
    zones_hold(beijing, KRASOVSKY, 21413, 21423, 6, 75, 13);
    zones_hold(beijing, KRASOVSKY, 21453, 21463, 6, 75, 0);
    zones_hold(beijing, KRASOVSKY, 2401, 2421, 3, 75, 25);
    zones_hold(beijing, KRASOVSKY, 2422, 2442, 3, 75, 0);
    zones_hold(newer, KRASOVSKY, 4568, 4578, 6, 75, 13);
    zones_hold(newer, KRASOVSKY, 4579, 4589, 6, 75, 0);
    zones_hold(newer, KRASOVSKY, 4652, 4656, 3, 75, 25);
    zones_hold(newer, KRASOVSKY, 4766, 4781, 3, 90, 30);
    zones_hold(newer, KRASOVSKY, 4782, 4800, 3, 75, 0);
    zones_hold(newer, KRASOVSKY, 4812, 4812, 3, 132, 0);
    zones_hold(newer, KRASOVSKY, 4822, 4822, 3, 135, 0);
}

/* All of CGCS2000, and the geographic old ones, by ArcGIS's names. */
static void prj_files_without_codes_are_known(void **state)
{
    (void)state;
    prj_holds(4490, NULL, 0);
    prj_holds(4610, "Xian 1980", 0);
    prj_holds(4214, "Beijing 1954", 0);
    prj_holds(4555, "New Beijing", 0);
    for (int z = 13; z <= 23; z++) {
        prj_holds(4478 + z, NULL, 6 * z - 3);
        prj_holds(4489 + z, NULL, 6 * z - 3);
    }
    for (int n = 25; n <= 45; n++) {
        prj_holds(4488 + n, NULL, 3 * n);
        prj_holds(4509 + n, NULL, 3 * n);
    }
}

static void eastings_name_their_meridian(void **state)
{
    struct bj_crs *crs;
    double x = 39408556.925, y = 4035959.716; /* domain facts 5.1, Liaocheng in 4527 */

    (void)state;
    assert_near(bj_crs_zone_meridian_deg(x, y), 117, 0);
    bj_crs_gauss_to_lonlat(NULL, 117, &x, &y);
    assert_near(bj_geodesic_m(x, y, 115.98, 36.45), 0, 0.001);
    x = 408556.925, y = 4035959.716;
    bj_crs_gauss_to_lonlat(NULL, 117, &x, &y);
    assert_near(bj_geodesic_m(x, y, 115.98, 36.45), 0, 0.001);
    assert_near(bj_crs_zone_meridian_deg(18271535.347, 2689255.081), 105, 0);
    assert_true(isnan(bj_crs_zone_meridian_deg(408556.925, 4035959.716)));
    assert_true(isnan(bj_crs_zone_meridian_deg(4035959.716, 39408556.925)));
    crs = untied("EPSG:4610");
    assert_true(isnan(bj_crs_meridian_deg(crs)));
    bj_crs_free(crs);
    crs = untied("+proj=tmerc +lon_0=117 +k=0.9996 +x_0=500000 +ellps=krass");
    assert_true(isnan(bj_crs_meridian_deg(crs)));
    bj_crs_free(crs);
    crs = untied("+proj=tmerc +lon_0=117 +x_0=400000 +ellps=krass");
    assert_true(isnan(bj_crs_meridian_deg(crs)));
    bj_crs_free(crs);
}

static enum bj_status tie_one(struct bj_ctx *c, void *arg)
{
    const struct bj_control control = first_of(arg, 4);
    struct bj_crs *crs = NULL;
    double x = 115.9, y = 36.4;
    enum bj_status st = bj_crs_new_untied(c, "EPSG:2384", &crs);

    if (!st)
        st = bj_crs_tie(c, crs, &control, NULL);
    if (!st)
        st = bj_crs_from_lonlat(c, crs, 1, &x, &y);
    bj_crs_free(crs);
    return st;
}

static void running_out_of_memory_is_said(void **state)
{
    (void)state;
    make_county(&good, TO_OLD(SEVEN, KRASOVSKY), 115.98, 36.45);
    assert_true(support_torture(tie_one, &good) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_county_comes_back_within_a_centimetre),
        cmocka_unit_test(scale_rotation_and_residuals_are_found),
        cmocka_unit_test(bad_points_are_named),
        cmocka_unit_test(too_many_points_are_refused),
        cmocka_unit_test(only_old_systems_take_control_points),
        cmocka_unit_test(every_zone_of_the_old_systems_takes_them),
        cmocka_unit_test(prj_files_without_codes_are_known),
        cmocka_unit_test(eastings_name_their_meridian),
        cmocka_unit_test(running_out_of_memory_is_said),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
