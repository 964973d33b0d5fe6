#include "cases.h"

#include "banjing/crs.h"

#include <proj.h>

#define ALBERS          "+proj=aea +lat_0=0 +lon_0=105 +lat_1=25 +lat_2=47 "
#define KRASOVSKY_SHIFT "+ellps=krass +towgs84=12.646,-155.176,-80.863"

static struct bj_crs *new_crs(const char *definition)
{
    struct bj_crs *crs = NULL;

    assert_ok(bj_crs_new(ctx, definition, &crs));
    return crs;
}

static struct bj_crs *new_epsg(int code)
{
    char text[32];

    snprintf(text, sizeof(text), "EPSG:%d", code);
    return new_crs(text);
}

static void forward(const struct bj_crs *crs, double lon, double lat, double *x, double *y)
{
    *x = lon;
    *y = lat;
    assert_ok(bj_crs_from_lonlat(ctx, crs, 1, x, y));
}

static void inverse(const struct bj_crs *crs, double x, double y, double *lon, double *lat)
{
    *lon = x;
    *lat = y;
    assert_ok(bj_crs_to_lonlat(ctx, crs, 1, lon, lat));
}

/* definition is refused, and the sentence holds both words. */
static void refused(const char *definition, const char *word, const char *advice)
{
    struct bj_crs *crs = (struct bj_crs *)ctx;

    assert_fails(bj_crs_new(ctx, definition, &crs), BJ_ECRS, word);
    if (!strstr(bj_ctx_message(ctx), advice))
        fail_msg("no '%s' in: %s", advice, bj_ctx_message(ctx));
    assert_ptr_equal(crs, ctx); /* left as it was */
}

/* ---- CGCS2000 zones ------------------------------------------------------ */

/* The same place in a zone without its number: easting less the zone's millions. */
static void zone_holds(int code, int no_prefix_by, const double *lonlat, double north_m,
                       double east_m)
{
    for (int prefix = 1; prefix >= 0; prefix--) {
        struct bj_crs *crs = new_epsg(prefix ? code : code + no_prefix_by);
        double east = prefix ? east_m : fmod(east_m, 1e6), x, y, lon, lat;

        forward(crs, lonlat[0], lonlat[1], &x, &y);
        assert_near(x, east, 0.0006); /* the digits given, and half of the last one */
        assert_near(y, north_m, 0.0006);
        inverse(crs, east, north_m, &lon, &lat);
        assert_int_equal(bj_geodesic_mm(lon, lat, lonlat[0], lonlat[1]) > 1, 0);
        bj_crs_free(crs);
    }
}

static void vector_holds(const char *line)
{
    double lonlat[2], n3, e3, n6, e6;
    int code3, code6;

    assert_int_equal(sscanf(line, "%*s %lf %lf %d %lf %lf %d %lf %lf", &lonlat[0], &lonlat[1],
                            &code3, &n3, &e3, &code6, &n6, &e6),
                     8);
    zone_holds(code3, 21, lonlat, n3, e3);
    zone_holds(code6, 11, lonlat, n6, e6);
}

static void the_facts_vectors_hold(void **state)
{
    (void)state;
    cases_each("crs.txt", 5, vector_holds);
}

/* A point of the central meridian has the false easting and the meridian's own length. */
static void meridian_holds(int code, double lon0, double false_e_m)
{
    struct bj_crs *crs = new_epsg(code);
    char text[16];
    double x, y;

    snprintf(text, sizeof(text), "EPSG:%d", code);
    assert_string_equal(bj_crs_code(crs), text);
    assert_false(bj_crs_is_geographic(crs));
    forward(crs, lon0, 36, &x, &y);
    assert_near(x, false_e_m, 1e-6);
    assert_near(y, bj_geodesic_m(lon0, 0, lon0, 36), 1e-6);
    bj_crs_free(crs);
}

static void every_zone_of_cgcs2000_is_known(void **state)
{
    (void)state;
    for (int z = 13; z <= 23; z++) {
        meridian_holds(4478 + z, 6 * z - 3, z * 1e6 + 5e5);
        meridian_holds(4489 + z, 6 * z - 3, 5e5);
    }
    for (int n = 25; n <= 45; n++) {
        meridian_holds(4488 + n, 3 * n, n * 1e6 + 5e5);
        meridian_holds(4509 + n, 3 * n, 5e5);
    }
}

/* Issue A: whatever the layer is in, a place comes out the same to the millimetre. */
static void every_system_gives_the_same_place(void **state)
{
    static const char *const system[] = {
        "EPSG:3857",
        "EPSG:900913",
        "EPSG:3785",
        "EPSG:4490",
        "EPSG:4480",
        "EPSG:4326",
        "EPSG:4979",
        "EPSG:4527",
        "EPSG:4548",
        "EPSG:4498",
        "EPSG:4509",
        "EPSG:32650",
        "OGC:CRS84",
        "ESRI:102025",
        "EPSG:4258",
        "EPSG:9000",
        "EPSG:4527+5737",
        "urn:ogc:def:crs:EPSG::4527",
        "  epsg:4527\n",
        "+proj=tmerc +lon_0=117 +x_0=500000 +ellps=GRS80",
        "+proj=utm +zone=50 +datum=WGS84 +units=us-ft",
        "+proj=longlat +ellps=GRS80 +towgs84=0,0,0",
        "+proj=tmerc +lon_0=117 +ellps=GRS80 +towgs84=0,0,0,0,0,0,0"};
    struct support_random r;

    (void)state;
    support_seed(&r, 5);
    for (size_t k = 0; k < sizeof(system) / sizeof(*system); k++) {
        struct bj_crs *crs = new_crs(system[k]);

        for (int i = 0; i < 200; i++) {
            double lon = support_uniform(&r, 115, 118), lat = support_uniform(&r, 34, 38), x, y;

            forward(crs, lon, lat, &x, &y);
            inverse(crs, x, y, &x, &y);
            assert_near(x, lon, 2e-9);
            assert_near(y, lat, 2e-9);
        }
        bj_crs_free(crs);
    }
}

/* PROJ's own way from longitude, latitude to the system, which for these is a map and nothing
 * more: within a millimetre, and in degrees 1e-8. */
static void every_map_agrees_with_proj(void **state)
{
    static const char *const system[] = {"EPSG:3857", "EPSG:4490",   "EPSG:4527", "EPSG:4548",
                                         "EPSG:4498", "EPSG:4509",   "EPSG:4496", "EPSG:32650",
                                         "EPSG:4326", "ESRI:102025", "EPSG:3395"};

    (void)state;
    for (size_t k = 0; k < sizeof(system) / sizeof(*system); k++) {
        struct bj_crs *crs = new_crs(system[k]);
        PJ *raw = proj_create_crs_to_crs(NULL, "OGC:CRS84", system[k], NULL);
        PJ *op = proj_normalize_for_visualization(NULL, raw);

        assert_non_null(op);
        for (int i = 0; i < 25; i++) {
            double lon = 115 + 0.1 * i, lat = 34 + 0.13 * i, x, y;
            PJ_COORD c = proj_trans(op, PJ_FWD, proj_coord(lon, lat, 0, HUGE_VAL));

            forward(crs, lon, lat, &x, &y);
            assert_near(x, c.xy.x, bj_crs_is_geographic(crs) ? 1e-8 : 1e-3);
            assert_near(y, c.xy.y, bj_crs_is_geographic(crs) ? 1e-8 : 1e-3);
        }
        proj_destroy(op);
        proj_destroy(raw);
        bj_crs_free(crs);
    }
    proj_cleanup();
}

/* Spherical formulas with the geographic latitude: x = a lon, y = a asinh(tan lat). */
static void web_mercator_is_everybodys(void **state)
{
    struct bj_crs *crs = new_crs("EPSG:3857");
    double x, y;

    (void)state;
    forward(crs, 180, 85.05112877980659, &x, &y); /* the corner of the tile square */
    assert_near(x, 20037508.342789244, 1e-6);
    assert_near(y, 20037508.342789244, 1e-6);
    forward(crs, 115.98, 36.45, &x, &y);
    assert_near(x, 6378137 * 115.98 * TEST_PI / 180, 1e-6);
    assert_near(y, 6378137 * log(tan(TEST_PI / 4 + 36.45 * TEST_PI / 360)), 1e-6);
    bj_crs_free(crs);
}

/* ---- what files say ------------------------------------------------------ */

#define ESRI_GCS                                                                                   \
    "GEOGCS[\"GCS_China_Geodetic_Coordinate_System_2000\",DATUM[\"D_China_2000\","                 \
    "SPHEROID[\"CGCS2000\",6378137.0,298.257222101]],PRIMEM[\"Greenwich\",0.0],"                   \
    "UNIT[\"Degree\",0.0174532925199433]]"
#define ESRI_GK(name, gcs, lon0, x0)                                                               \
    "PROJCS[\"" name "\"," gcs ",PROJECTION[\"Gauss_Kruger\"],PARAMETER[\"False_Easting\"," x0     \
    "],PARAMETER[\"False_Northing\",0.0],PARAMETER[\"Central_Meridian\"," lon0                     \
    "],PARAMETER[\"Scale_Factor\",1.0],PARAMETER[\"Latitude_Of_Origin\",0.0],UNIT[\"Meter\",1.0]]"
#define ESRI_OLD(gcs, datum, spheroid)                                                             \
    "GEOGCS[\"" gcs "\",DATUM[\"" datum "\",SPHEROID[" spheroid "]],PRIMEM[\"Greenwich\",0.0],"    \
    "UNIT[\"Degree\",0.0174532925199433]]"
#define KRASOVSKY "\"Krasovsky_1940\",6378245.0,298.3"
#define IAG75     "\"Xian_1980\",6378140.0,298.257"

static void arcgis_prj_files_are_understood(void **state)
{
    static const struct {
        const char *wkt, *code;
        double x;
    } prj[] = {{ESRI_GCS, "EPSG:4490", 116.5},
               {ESRI_GK("CGCS2000_3_Degree_GK_Zone_39", ESRI_GCS, "117.0", "39500000.0"),
                "EPSG:4527", 39455204.2819},
               {ESRI_GK("CGCS2000_3_Degree_GK_CM_117E", ESRI_GCS, "117.0", "500000.0"), "EPSG:4548",
                455204.2819},
               {ESRI_GK("CGCS2000_GK_Zone_20", ESRI_GCS, "117.0", "20500000.0"), "EPSG:4498",
                20455204.2819}};

    (void)state;
    for (size_t i = 0; i < sizeof(prj) / sizeof(*prj); i++) {
        struct bj_crs *crs = new_crs(prj[i].wkt);
        double x, y;

        assert_string_equal(bj_crs_code(crs), prj[i].code);
        forward(crs, 116.5, 36.5, &x, &y);
        assert_near(x, prj[i].x, 1e-4);
        bj_crs_free(crs);
    }
}

/* Names of modern datums that PROJ's list has not: by their beginning. */
static void modern_datums_are_known_by_name(void **state)
{
    static const char *const datum[] = {"D_ITRF_2042", "ITRF2042",           "WGS_1984_(G9999)",
                                        "IGS42",       "CGCS2000 town copy", "D_ETRS_1989x"};

    (void)state;
    for (size_t i = 0; i < sizeof(datum) / sizeof(*datum); i++) {
        char wkt[512];
        struct bj_crs *crs;
        double x, y;

        snprintf(wkt, sizeof(wkt),
                 "GEOGCS[\"g\",DATUM[\"%s\",SPHEROID[\"s\",6378137,298.257222101]],"
                 "PRIMEM[\"Greenwich\",0],UNIT[\"Degree\",0.0174532925199433]]",
                 datum[i]);
        crs = new_crs(wkt);
        inverse(crs, 116.5, 36.5, &x, &y);
        assert_true(x == 116.5 && y == 36.5);
        bj_crs_free(crs);
    }
}

/* Old GDAL wrote a sphere and a PROJ string for what is EPSG:3857. */
static void old_web_mercator_files_are_understood(void **state)
{
    static const char *const old[] = {
        "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m "
        "+nadgrids=@null +wktext +no_defs",
        "PROJCS[\"WGS_1984_Web_Mercator_Auxiliary_Sphere\",GEOGCS[\"GCS_WGS_1984\","
        "DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],"
        "PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],"
        "PROJECTION[\"Mercator_Auxiliary_Sphere\"],PARAMETER[\"False_Easting\",0.0],"
        "PARAMETER[\"False_Northing\",0.0],PARAMETER[\"Central_Meridian\",0.0],"
        "PARAMETER[\"Standard_Parallel_1\",0.0],PARAMETER[\"Auxiliary_Sphere_Type\",0.0],"
        "UNIT[\"Meter\",1.0]]",
        "PROJCS[\"WGS 84 / Pseudo-Mercator\",GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\","
        "SPHEROID[\"WGS 84\",6378137,298.257223563]],PRIMEM[\"Greenwich\",0],"
        "UNIT[\"degree\",0.0174532925199433]],PROJECTION[\"Mercator_1SP\"],"
        "PARAMETER[\"central_meridian\",0],PARAMETER[\"scale_factor\",1],"
        "PARAMETER[\"false_easting\",0],PARAMETER[\"false_northing\",0],UNIT[\"metre\",1],"
        "EXTENSION[\"PROJ4\",\"+proj=merc +a=6378137 +b=6378137 +lat_ts=0.0 +lon_0=0.0 +x_0=0.0 "
        "+y_0=0 +k=1.0 +units=m +nadgrids=@null +wktext +no_defs\"]]"};

    (void)state;
    for (size_t i = 0; i < sizeof(old) / sizeof(*old); i++) {
        struct bj_crs *crs = new_crs(old[i]);
        double x, y;

        forward(crs, 116.5, 36.5, &x, &y);
        assert_near(x, 6378137 * 116.5 * TEST_PI / 180, 1e-3);
        assert_near(y, 6378137 * asinh(tan(36.5 * TEST_PI / 180)), 1e-3);
        bj_crs_free(crs);
    }
}

/* WKT 2, WKT 1 and PROJJSON of one system, as GDAL and PROJ export them. */
static void exported_texts_come_back(void **state)
{
    static const int code[] = {4490, 4326, 4527, 4498, 3857, 32650, 2326, 4471};
    static const double lon[] = {116, 116, 116, 116, 116, 116, 114.2, 45.1};
    static const double lat[] = {36, 36, 36, 36, 36, 36, 22.3, -12.8};
    PJ_CONTEXT *pj = proj_context_create();

    (void)state;
    for (size_t i = 0; i < sizeof(code) / sizeof(*code); i++) {
        struct bj_crs *first = new_epsg(code[i]);
        int geographic = bj_crs_is_geographic(first);
        char number[16];
        PJ *p;

        snprintf(number, sizeof(number), "%d", code[i]);
        p = proj_create_from_database(pj, "EPSG", number, PJ_CATEGORY_CRS, 0, NULL);
        assert_non_null(p);
        for (int form = 0; form < 4; form++) {
            const char *text = form == 0   ? proj_as_wkt(pj, p, PJ_WKT2_2019, NULL)
                               : form == 1 ? proj_as_wkt(pj, p, PJ_WKT1_GDAL, NULL)
                               : form == 2 ? proj_as_projjson(pj, p, NULL)
                                           : bj_crs_wkt(first);
            struct bj_crs *again = new_crs(text);
            double x, y, u, v;

            assert_string_equal(bj_crs_code(again), bj_crs_code(first));
            assert_string_equal(bj_crs_name(again), bj_crs_name(first));
            forward(first, lon[i], lat[i], &x, &y);
            forward(again, lon[i], lat[i], &u, &v);
            assert_near(u, x, geographic ? 1e-12 : 1e-6); /* WKT 1 has 15 digits */
            assert_near(v, y, geographic ? 1e-12 : 1e-6);
            bj_crs_free(again);
        }
        proj_destroy(p);
        bj_crs_free(first);
    }
    proj_context_destroy(pj);
}

/* ---- refusals ------------------------------------------------------------ */

static void refuse_codes(int first, int last, const char *system)
{
    for (int code = first; code <= last; code++) {
        char text[16];

        snprintf(text, sizeof(text), "EPSG:%d", code);
        refused(text, system, "convert the layer to CGCS2000");
    }
}

/* The code table of domain facts 5.1. */
static void every_code_of_the_old_systems_is_refused(void **state)
{
    (void)state;
    refuse_codes(4610, 4610, "Xian 1980");
    refuse_codes(2327, 2390, "Xian 1980");
    refuse_codes(4214, 4214, "Beijing 1954");
    refuse_codes(21413, 21423, "Beijing 1954");
    refuse_codes(21453, 21463, "Beijing 1954");
    refuse_codes(2401, 2442, "Beijing 1954");
    refuse_codes(4555, 4555, "New Beijing");
    refuse_codes(4568, 4589, "New Beijing");
    refuse_codes(4652, 4656, "New Beijing");
    refuse_codes(4766, 4800, "New Beijing");
    refuse_codes(4812, 4812, "New Beijing");
    refuse_codes(4822, 4822, "New Beijing");
}

static void old_systems_in_files_are_refused(void **state)
{
    (void)state;
    refused(ESRI_OLD("GCS_Beijing_1954", "D_Beijing_1954", KRASOVSKY), "Beijing 1954", "+towgs84=");
    refused(ESRI_OLD("GCS_Xian_1980", "D_Xian_1980", IAG75), "Xian 1980", "+towgs84=");
    refused(ESRI_OLD("GCS_New_Beijing", "D_New_Beijing", KRASOVSKY), "New Beijing", "+towgs84=");
    refused(ESRI_GK("Beijing_1954_3_Degree_GK_Zone_39",
                    ESRI_OLD("GCS_Beijing_1954", "D_Beijing_1954", KRASOVSKY), "117.0",
                    "39500000.0"),
            "Beijing 1954", "+towgs84=");
    refused(ESRI_GK("Xian_1980_3_Degree_GK_Zone_39",
                    ESRI_OLD("GCS_Xian_1980", "D_Xian_1980", IAG75), "117.0", "39500000.0"),
            "Xian 1980", "+towgs84=");
    /* Names that only people know. */
    refused(ESRI_OLD("my gcs", "北京54", KRASOVSKY), "Beijing 1954", "+towgs84=");
    refused(ESRI_OLD("1980西安坐标系", "local", IAG75), "Xian 1980", "+towgs84=");
    refused(ESRI_OLD("Xi'an 1980", "local", IAG75), "Xian 1980", "+towgs84=");
    refused("北京54", "Beijing 1954", "+towgs84=");
    refused("西安80坐标系", "Xian 1980", "+towgs84=");
    refused("xian-80", "Xian 1980", "+towgs84=");
    refused("BJ54", "Beijing 1954", "+towgs84=");
    refused("国家80", "Xian 1980", "+towgs84=");
    refused("新北京54", "New Beijing", "+towgs84=");
    refused("Beijing 1954", "Beijing 1954", "+towgs84=");
    /* Old GDAL wrote a shift that is right in one sea only. */
    refused("GEOGCS[\"Beijing 1954\",DATUM[\"Beijing_1954\",SPHEROID[\"Krassowsky 1940\",6378245,"
            "298.3],TOWGS84[15.8,-154.4,-82.3,0,0,0,0]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\","
            "0.0174532925199433]]",
            "Beijing 1954", "+towgs84=");
}

static void what_has_no_place_is_refused(void **state)
{
    (void)state;
    refused("", "missing", "EPSG:4490");
    refused(" \n", "missing", "EPSG:4490");
    refused(NULL, "missing", "EPSG:4490");
    refused("4527", "'4527' is not understood", "EPSG:4490");
    refused("CGCS", "not understood", "EPSG:4490");
    refused("EPSG:999999", "not understood", "EPSG:4490");
    refused("GEOGCS[\"broken", "not understood", "EPSG:4490");
    refused("+proj=nothing", "not understood", "EPSG:4490");
    refused("+proj=pipeline +step +proj=utm +zone=50", "not understood", "EPSG:4490");
    refused("LOCAL_CS[\"town grid\",UNIT[\"metre\",1]]", "'town grid' is a local one", "crs:");
    refused("ENGCRS[\"town grid\",EDATUM[\"a stone\"],CS[Cartesian,2],AXIS[\"x\",east],"
            "AXIS[\"y\",north],LENGTHUNIT[\"metre\",1]]",
            "'town grid' is a local one", "crs:");
    refused("EPSG:5737", "height", "crs:");
    refused("EPSG:4479", "geocentric", "EPSG:4490");
    refused("EPSG:7789", "geocentric", "EPSG:4490"); /* ITRF2014, X Y Z */
    refused("EPSG:4807", "degrees", "EPSG:4490");    /* grads from Paris */
    refused("+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=30 +lon_0=10 +datum=WGS84",
            "not plain longitude", "EPSG:4490");
}

static void unknown_datums_are_refused(void **state)
{
    (void)state;
    refused("+proj=tmerc +lon_0=117 +x_0=500000 +ellps=krass", "names no datum", "+towgs84=");
    refused("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=krass", "names no datum", "crs:");
    refused("+proj=tmerc +lon_0=117 +x_0=500000 +a=6378140 +rf=298.257", "names no datum", "crs:");
    refused(ESRI_OLD("GCS_Krasovsky_1940", "D_Krasovsky_1940", KRASOVSKY), "names no datum",
            "crs:");
    refused(ESRI_OLD("town", "town datum", KRASOVSKY), "no published transformation", "crs:");
    refused(ESRI_OLD("town", "town datum", "\"CGCS2000\",6378137,298.257222101"),
            "no published transformation", "crs:");
    /* A shift of nothing is no shift. */
    refused("+proj=longlat +ellps=krass +towgs84=0,0,0", "no published transformation", "crs:");
}

static void a_long_definition_is_shown_on_one_line(void **state)
{
    char text[4000];

    (void)state;
    memset(text, 'x', sizeof(text));
    text[3999] = '\0';
    text[10] = '[';
    refused(text, "xxx...' is not understood", "EPSG:4490");
    assert_true(strlen(bj_ctx_message(ctx)) < 300);
    for (int i = 0; i + 3 < (int)sizeof(text); i += 3)
        memcpy(text + i, "坐", 3);
    refused(text, "坐...' is not understood", "EPSG:4490");
    assert_true(bj_utf8_valid(bj_ctx_message(ctx), strlen(bj_ctx_message(ctx))));
}

/* ---- other datums -------------------------------------------------------- */

/* Domain facts 5.1: the Ordos values move 40 N 116 E by 57 m east and 34 m north. */
static void a_users_own_shift_is_used(void **state)
{
    struct bj_crs *crs = new_crs("+proj=longlat " KRASOVSKY_SHIFT);
    struct bj_crs *gk = new_crs("+proj=tmerc +lon_0=117 +x_0=500000 " KRASOVSKY_SHIFT);
    struct bj_crs *albers = new_crs(ALBERS KRASOVSKY_SHIFT);
    PJ *plain = proj_create(NULL, ALBERS "+ellps=krass");
    PJ_COORD c;
    double lon, lat, x, y;

    (void)state;
    inverse(crs, 116, 40, &lon, &lat);
    assert_near(bj_geodesic_m(116, 40, lon, 40), 57, 0.5);
    assert_near(bj_geodesic_m(116, 40, 116, lat), 34, 0.5);
    assert_true(lon > 116 && lat > 40);
    forward(gk, lon, lat, &x, &y);
    inverse(gk, x, y, &x, &y);
    assert_near(bj_geodesic_m(x, y, lon, lat), 0, 0.002); /* the height is not carried along */
    /* The same shift over a map that is PROJ's: the two steps must not shift twice. */
    forward(albers, lon, lat, &x, &y);
    inverse(albers, x, y, &x, &y);
    assert_near(bj_geodesic_m(x, y, lon, lat), 0, 0.002);
    c = proj_trans(plain, PJ_FWD, proj_coord(116 * TEST_PI / 180, 40 * TEST_PI / 180, 0, 0));
    inverse(albers, c.xy.x, c.xy.y, &x, &y);
    assert_near(bj_geodesic_m(x, y, lon, lat), 0, 1e-6);
    proj_destroy(plain);
    proj_cleanup();
    bj_crs_free(albers);
    bj_crs_free(gk);
    bj_crs_free(crs);
}

/* Hong Kong 1980: EPSG has one operation, for Hong Kong only. The Lands Department's explanatory
 * notes on geodetic datums (1995) give its size: latitude -5.5", longitude +8.8". */
static void a_published_operation_serves_its_own_area(void **state)
{
    struct bj_crs *crs = new_crs("EPSG:4611");
    double lon, lat;

    (void)state;
    inverse(crs, 114.2, 22.35, &lon, &lat);
    assert_near((lon - 114.2) * 3600, 8.8, 0.2);
    assert_near((lat - 22.35) * 3600, -5.5, 0.2);
    inverse(crs, 116, 40, &lon, &lat);
    assert_true(isnan(lon) && isnan(lat));
    forward(crs, 116, 40, &lon, &lat);
    assert_true(isnan(lon) && isnan(lat));
    bj_crs_free(crs);
}

struct heard {
    char text[4096];
    int n;
};

static void hear(void *udata, enum bj_level level, const char *text)
{
    struct heard *h = udata;

    if (level != BJ_LOG_WARNING)
        return;
    snprintf(h->text, sizeof(h->text), "%s", text);
    h->n++;
}

static void doubtful_datums_are_taken_with_a_warning(void **state)
{
    struct heard h = {"", 0};

    (void)state;
    bj_ctx_set_log(ctx, hear, &h);
    bj_crs_free(new_crs("EPSG:4527"));
    assert_int_equal(h.n, 0);
    bj_crs_free(new_crs("+proj=tmerc +lon_0=117 +x_0=39500000 +ellps=GRS80"));
    assert_int_equal(h.n, 1);
    assert_non_null(strstr(h.text, "taken as CGCS2000"));
    assert_non_null(strstr(h.text, "+x_0=39500000"));
    bj_crs_free(new_crs("EPSG:4611"));
    assert_int_equal(h.n, 2);
    assert_non_null(strstr(h.text, "Hong Kong 1980"));
    bj_ctx_set_log(ctx, NULL, NULL);
}

/* ---- the map itself ------------------------------------------------------ */

/* Issue: within 1e-6 m of PROJ; other ellipsoid, scale, origin and hemisphere as well. */
static void transverse_mercator_agrees_with_proj(void **state)
{
    static const char *const map[] = {
        "+proj=tmerc +lat_0=0 +lon_0=117 +k=1 +x_0=39500000 +y_0=0 +ellps=GRS80",
        "+proj=utm +zone=50 +datum=WGS84", "+proj=utm +zone=38 +south +datum=WGS84",
        "+proj=tmerc +lat_0=22.5 +lon_0=114.2 +k=0.99995 +x_0=836694 +y_0=819069 +ellps=WGS84",
        "+proj=tmerc +lat_0=0 +lon_0=179 +k=1 +x_0=500000 +ellps=GRS80"};
    static const double lon0[] = {117, 117, 45, 114.2, 179};
    struct support_random r;
    double degree = TEST_PI / 180;

    (void)state;
    support_seed(&r, 6);
    for (size_t k = 0; k < sizeof(map) / sizeof(*map); k++) {
        struct bj_crs *crs = new_crs(map[k]);
        PJ *proj = proj_create(NULL, map[k]);

        assert_non_null(proj);
        for (int i = 0; i < 20000; i++) {
            double lon = lon0[k] + support_uniform(&r, i % 2 ? -6 : -30, i % 2 ? 6 : 30);
            double lat = support_uniform(&r, -89, 89), x, y;
            PJ_COORD c = proj_trans(proj, PJ_FWD, proj_coord(lon * degree, lat * degree, 0, 0));

            forward(crs, lon, lat, &x, &y);
            assert_near(x, c.xy.x, 1e-6);
            assert_near(y, c.xy.y, 1e-6);
            inverse(crs, x, y, &x, &y);
            assert_near(remainder(x - lon, 360) * cos(lat * degree), 0, 1e-11);
            assert_near(y, lat, 1e-11);
        }
        proj_destroy(proj);
        bj_crs_free(crs);
    }
    proj_cleanup();
}

/* A map that is not our own code: PROJ's conversion with nothing added. */
static void other_projections_are_projs(void **state)
{
    struct bj_crs *crs = new_crs(ALBERS "+datum=WGS84");
    PJ *proj = proj_create(NULL, ALBERS "+ellps=WGS84");
    PJ_COORD c =
        proj_trans(proj, PJ_FWD, proj_coord(116.5 * TEST_PI / 180, 36.5 * TEST_PI / 180, 0, 0));
    double x, y;

    (void)state;
    forward(crs, 116.5, 36.5, &x, &y);
    assert_near(x, c.xy.x, 1e-6);
    assert_near(y, c.xy.y, 1e-6);
    inverse(crs, x, y, &x, &y);
    assert_near(x, 116.5, 1e-11);
    assert_near(y, 36.5, 1e-11);
    proj_destroy(proj);
    proj_cleanup();
    bj_crs_free(crs);
}

static void points_without_an_image_become_nan(void **state)
{
    static const char *const system[] = {"EPSG:4490", "EPSG:4527", "EPSG:3857", "ESRI:102025",
                                         "EPSG:4611"};
    static const double bad[][2] = {{NAN, 36}, {116, NAN}, {INFINITY, 36}, {1e300, 1e300}};

    (void)state;
    for (size_t k = 0; k < sizeof(system) / sizeof(*system); k++) {
        struct bj_crs *crs = new_crs(system[k]);

        for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
            double x, y;

            inverse(crs, bad[i][0], bad[i][1], &x, &y);
            assert_true(isnan(x) && isnan(y));
            forward(crs, bad[i][0], bad[i][1], &x, &y);
            assert_true(isnan(x) && isnan(y));
        }
        bj_crs_free(crs);
    }
}

/* A layer that says one thing and holds another. */
static void coordinates_of_another_system_become_nan(void **state)
{
    struct bj_crs *lonlat = new_crs("EPSG:4490"), *zone = new_crs("EPSG:4527"), *work = NULL;
    double x, y;

    (void)state;
    inverse(lonlat, 39408556.925, 4035959.716, &x, &y);
    assert_true(isnan(x) && isnan(y));
    inverse(zone, 408556.925, 4035959.716, &x, &y); /* without the zone's number */
    assert_true(isnan(x) && isnan(y));
    inverse(zone, 4035959.716, 39408556.925, &x, &y); /* swapped */
    assert_true(isnan(x) && isnan(y));
    assert_ok(bj_crs_work_new(ctx, 116, &work));
    forward(work, -64, 36, &x, &y); /* the other side of the earth */
    assert_true(isnan(x) && isnan(y));
    bj_crs_free(work);
    bj_crs_free(zone);
    bj_crs_free(lonlat);
}

/* ---- work CRS ------------------------------------------------------------ */

static void the_work_crs_is_a_transverse_mercator_of_its_meridian(void **state)
{
    static const double lon0[] = {115.98, 43.345678901234567, -179.5, 0, 180};

    (void)state;
    for (size_t i = 0; i < sizeof(lon0) / sizeof(*lon0); i++) {
        struct bj_crs *crs = NULL;
        double x, y;

        assert_ok(bj_crs_work_new(ctx, lon0[i], &crs));
        assert_string_equal(bj_crs_code(crs), "");
        assert_false(bj_crs_is_geographic(crs));
        forward(crs, lon0[i], 36.45, &x, &y);
        assert_near(x, 500000, 1e-8);
        assert_near(y, bj_geodesic_m(lon0[i], 0, lon0[i], 36.45), 1e-7);
        forward(crs, lon0[i], -11.7, &x, &y);
        assert_near(y, -bj_geodesic_m(lon0[i], 0, lon0[i], -11.7), 1e-7);
        bj_crs_free(crs);
    }
}

/* What a .prj of it says is the same map. */
static void the_work_crs_comes_back_from_its_wkt(void **state)
{
    struct bj_crs *crs = NULL, *again;
    double x, y, u, v;

    (void)state;
    assert_ok(bj_crs_work_new(ctx, 115.97979512345, &crs));
    again = new_crs(bj_crs_wkt(crs));
    assert_string_equal(bj_crs_name(again), bj_crs_name(crs));
    assert_non_null(strstr(bj_crs_name(crs), "115.97979512345"));
    forward(crs, 116.4, 36.9, &x, &y);
    forward(again, 116.4, 36.9, &u, &v);
    assert_true(x == u && y == v);
    bj_crs_free(again);
    bj_crs_free(crs);
}

static void a_meridian_must_be_one(void **state)
{
    struct bj_crs *crs = NULL;

    (void)state;
    assert_fails(bj_crs_work_new(ctx, NAN, &crs), BJ_EARG, "meridian");
    assert_fails(bj_crs_work_new(ctx, 181, &crs), BJ_EARG, "meridian");
    assert_null(crs);
}

/* ---- circles of the map -------------------------------------------------- */

/* Largest distance between the map's circle and the geodesic one, sampled all around. */
static double circle_misfit_m(const struct bj_crs *work, double lon, double lat, double radius_m)
{
    double x, y, r, worst_m = 0;

    assert_ok(bj_crs_map_circles(ctx, work, 1, &lon, &lat, radius_m, &x, &y, &r));
    for (int i = 0; i < 72; i++) {
        double px, py;

        bj_geodesic_direct(lon, lat, 5.0 * i, radius_m, &px, &py);
        assert_ok(bj_crs_from_lonlat(ctx, work, 1, &px, &py));
        worst_m = fmax(worst_m, fabs(hypot(px - x, py - y) - r));
    }
    return worst_m;
}

static void map_circles_lie_on_geodesic_ones(void **state)
{
    struct bj_crs *work = NULL;
    struct support_random r;

    (void)state;
    support_seed(&r, 7);
    assert_ok(bj_crs_work_new(ctx, 117, &work));
    for (int i = 0; i < 2000; i++) {
        double near = 117 + support_uniform(&r, -1, 1), far = 117 + support_uniform(&r, -7, 7);
        double lat = support_uniform(&r, -54, 54);

        assert_near(circle_misfit_m(work, near, lat, 20000), 0, 0.03);
        assert_near(circle_misfit_m(work, near, lat, 5000), 0, 0.0005);
        assert_near(circle_misfit_m(work, near, lat, 2500), 0, 0.0001);
        assert_near(circle_misfit_m(work, far, lat, 20000), 0, 0.05);
        assert_near(circle_misfit_m(work, far, lat, 2500), 0, 0.001);
    }
    bj_crs_free(work);
}

/* Without the shift of the centre the circle 7 degrees away would be metres off. */
static void the_centre_of_a_circle_is_moved_up_the_scale(void **state)
{
    struct bj_crs *work = NULL;
    double lon[] = {110, 117, 124}, lat[] = {36, 36, 36}, x[3], y[3], r[3];
    double moved_m[3];

    (void)state;
    assert_ok(bj_crs_work_new(ctx, 117, &work));
    assert_ok(bj_crs_map_circles(ctx, work, 3, lon, lat, 20000, x, y, r));
    assert_ok(bj_crs_from_lonlat(ctx, work, 3, lon, lat));
    for (int i = 0; i < 3; i++)
        moved_m[i] = x[i] - lon[i];
    /* r^2 x / (2 R^2), x = 630 km: 3.1 m. */
    assert_near(moved_m[0], -3.1, 0.1);
    assert_near(moved_m[1], 0, 1e-9);
    assert_near(moved_m[2], 3.1, 0.1);
    assert_near(r[1], 20000 + 0.0164, 0.001); /* 2 R tan(r / 2R) = r + r^3 / 12 R^2 */
    assert_true(r[0] > 20090 && fabs(r[0] - r[2]) < 1e-8);
    bj_crs_free(work);
}

static void circles_want_a_work_crs_and_a_radius(void **state)
{
    struct bj_crs *work = NULL, *zone = new_crs("EPSG:4527");
    double lon[] = {117, NAN}, lat[] = {36, 36}, x[2] = {-1, -1}, y[2], r[2];

    (void)state;
    assert_ok(bj_crs_work_new(ctx, 117, &work));
    assert_fails(bj_crs_map_circles(ctx, zone, 1, lon, lat, 2500, x, y, r), BJ_EARG, "work CRS");
    assert_fails(bj_crs_map_circles(ctx, work, 1, lon, lat, 0, x, y, r), BJ_EARG, "radius");
    assert_fails(bj_crs_map_circles(ctx, work, 1, lon, lat, NAN, x, y, r), BJ_EARG, "radius");
    assert_true(x[0] == -1);
    assert_ok(bj_crs_map_circles(ctx, work, 2, lon, lat, 2500, x, y, r));
    assert_true(isfinite(x[0]) && isnan(x[1]) && isnan(y[1]) && isnan(r[1]));
    bj_crs_free(zone);
    bj_crs_free(work);
}

/* ---- missing .prj -------------------------------------------------------- */

static void an_easting_of_eight_digits_names_its_zone(void **state)
{
    int swapped = -1;

    (void)state;
    assert_int_equal(bj_crs_guess_zone(39408556.925, 4035959.716, &swapped), 4527);
    assert_int_equal(swapped, 0);
    assert_int_equal(bj_crs_guess_zone(4035959.716, 39408556.925, &swapped), 4527);
    assert_int_equal(swapped, 1);
    assert_int_equal(bj_crs_guess_zone(20408556.925, 4035959.716, &swapped), 4498);
    assert_int_equal(swapped, 0);
    for (int z = 13; z <= 45; z++) {
        int want = z <= 23 ? 4478 + z : z == 24 ? 0 : 4488 + z;

        assert_int_equal(bj_crs_guess_zone(z * 1e6 + 4.1e5, 3.2e6, &swapped), want);
    }
}

static void other_numbers_name_no_zone(void **state)
{
    static const double xy[][2] = {{408556.925, 4035959.716},   /* six digits */
                                   {115.98, 36.45},             /* degrees */
                                   {12910834, 4363000},         /* Web Mercator in Shandong */
                                   {13358338, 4363000},         /* and where it begins with 13 */
                                   {39408556.925, 40359597.16}, /* no northing of China */
                                   {39950001, 4035959},         /* 450 km off the meridian */
                                   {24500000, 4035959},         /* between the two families */
                                   {46500000, 4035959},
                                   {NAN, 4035959},
                                   {39408556.925, NAN}};
    int swapped = -1;

    (void)state;
    for (size_t i = 0; i < sizeof(xy) / sizeof(*xy); i++) {
        bool web = xy[i][0] == 13358338;

        /* Nothing in the numbers tells Web Mercator at 120 E from 6 degree zone 13 (75 E): the
         * caller knows where its county is. */
        assert_int_equal(bj_crs_guess_zone(xy[i][0], xy[i][1], &swapped), web ? 4491 : 0);
        assert_int_equal(swapped, 0);
    }
}

/* ---- threads and memory -------------------------------------------------- */

#define JOBS       64
#define JOB_POINTS 50

struct jobs {
    const struct bj_crs *crs[4];
    double x[JOBS][JOB_POINTS], y[JOBS][JOB_POINTS];
};

static enum bj_status transform_job(struct bj_ctx *c, size_t i, void *arg)
{
    struct jobs *j = arg;

    for (int k = 0; k < JOB_POINTS; k++) {
        j->x[i][k] = 114 + 0.001 * (double)i + 0.01 * k;
        j->y[i][k] = 22.2 + 0.003 * k;
    }
    return bj_crs_from_lonlat(c, j->crs[i % 4], JOB_POINTS, j->x[i], j->y[i]);
}

static void threads_share_a_system(void **state)
{
    static struct jobs one, many;
    struct bj_crs *crs[4] = {new_crs("EPSG:4526"), new_crs("ESRI:102025"), new_crs("EPSG:2326"),
                             new_crs("EPSG:3857")};

    (void)state;
    for (int i = 0; i < 4; i++)
        one.crs[i] = many.crs[i] = crs[i];
    assert_ok(bj_parallel(ctx, JOBS, NULL, transform_job, &one));
    bj_ctx_set_threads(ctx, 4);
    assert_ok(bj_parallel(ctx, JOBS, NULL, transform_job, &many));
    bj_ctx_set_threads(ctx, 1);
    assert_memory_equal(one.x, many.x, sizeof(one.x));
    assert_memory_equal(one.y, many.y, sizeof(one.y));
    for (int i = 0; i < 4; i++)
        bj_crs_free(crs[i]);
}

/* More systems with PROJ objects than a context keeps. */
static void many_systems_take_turns(void **state)
{
    struct bj_crs *crs[20];
    double first[20], x, y;

    (void)state;
    for (int i = 0; i < 20; i++) {
        char text[128];

        snprintf(text, sizeof(text), "+proj=aea +lat_1=25 +lat_2=47 +lon_0=%d +datum=WGS84",
                 100 + i);
        crs[i] = new_crs(text);
        forward(crs[i], 110, 35, &first[i], &y);
    }
    for (int round = 0; round < 2; round++) {
        for (int i = 19; i >= 0; i--) {
            forward(crs[i], 110, 35, &x, &y);
            assert_true(x == first[i]);
        }
    }
    for (int i = 0; i < 20; i++)
        bj_crs_free(crs[i]);
}

static enum bj_status use_system(struct bj_ctx *c, void *arg)
{
    struct bj_crs *crs = NULL, *work = NULL;
    double x = 114.1, y = 22.3;
    enum bj_status st = bj_crs_new(c, arg, &crs);

    if (!st)
        st = bj_crs_from_lonlat(c, crs, 1, &x, &y);
    if (!st)
        st = bj_crs_work_new(c, 114, &work);
    bj_crs_free(work);
    bj_crs_free(crs);
    return st;
}

static void running_out_of_memory_is_said(void **state)
{
    static const char *const system[] = {"EPSG:4490", "EPSG:4526", "ESRI:102025", "EPSG:2326",
                                         ("+proj=longlat " KRASOVSKY_SHIFT)};

    (void)state;
    for (size_t i = 0; i < sizeof(system) / sizeof(*system); i++)
        assert_true(support_torture(use_system, (void *)system[i]) > 5);
}

static void freeing_nothing_is_fine(void **state)
{
    (void)state;
    bj_crs_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_facts_vectors_hold),
        cmocka_unit_test(every_zone_of_cgcs2000_is_known),
        cmocka_unit_test(every_system_gives_the_same_place),
        cmocka_unit_test(every_map_agrees_with_proj),
        cmocka_unit_test(web_mercator_is_everybodys),
        cmocka_unit_test(arcgis_prj_files_are_understood),
        cmocka_unit_test(modern_datums_are_known_by_name),
        cmocka_unit_test(old_web_mercator_files_are_understood),
        cmocka_unit_test(exported_texts_come_back),
        cmocka_unit_test(every_code_of_the_old_systems_is_refused),
        cmocka_unit_test(old_systems_in_files_are_refused),
        cmocka_unit_test(what_has_no_place_is_refused),
        cmocka_unit_test(unknown_datums_are_refused),
        cmocka_unit_test(a_long_definition_is_shown_on_one_line),
        cmocka_unit_test(a_users_own_shift_is_used),
        cmocka_unit_test(a_published_operation_serves_its_own_area),
        cmocka_unit_test(doubtful_datums_are_taken_with_a_warning),
        cmocka_unit_test(transverse_mercator_agrees_with_proj),
        cmocka_unit_test(other_projections_are_projs),
        cmocka_unit_test(points_without_an_image_become_nan),
        cmocka_unit_test(coordinates_of_another_system_become_nan),
        cmocka_unit_test(the_work_crs_is_a_transverse_mercator_of_its_meridian),
        cmocka_unit_test(the_work_crs_comes_back_from_its_wkt),
        cmocka_unit_test(a_meridian_must_be_one),
        cmocka_unit_test(map_circles_lie_on_geodesic_ones),
        cmocka_unit_test(the_centre_of_a_circle_is_moved_up_the_scale),
        cmocka_unit_test(circles_want_a_work_crs_and_a_radius),
        cmocka_unit_test(an_easting_of_eight_digits_names_its_zone),
        cmocka_unit_test(other_numbers_name_no_zone),
        cmocka_unit_test(threads_share_a_system),
        cmocka_unit_test(many_systems_take_turns),
        cmocka_unit_test(running_out_of_memory_is_said),
        cmocka_unit_test(freeing_nothing_is_fine),
    };

    return cmocka_run_group_tests_name("crs", tests, support_setup, support_teardown);
}
