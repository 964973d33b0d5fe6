/* A slow second opinion on `banjing check`: reads the inputs and the written villages layer with
 * GDAL by itself, finds each village's nearest facility by PROJ's geodesic over all pairs, and
 * counts differences of facility, distance in mm and status. Shares no code with banjing.
 *
 *   twin VILLAGES.shp FACILITIES FAC_CODE_FIELD FAC_WHERE LIMIT_M TARGET_M [SPOT]
 *
 * Pairs are skipped only by the latitude bound: no path between two parallels is shorter than
 * the meridian arc, and that is at least 6 335 439 m (the smallest meridian radius of
 * curvature, at the equator) times the difference of latitude. SPOT > 1 looks at every SPOT-th
 * village. TARGET_M 0 means none. Layers must be in longitude/latitude. Ends with
 * "N passed, N failed". */
#include <gdal.h>
#include <geodesic.h>
#include <math.h>
#include <ogr_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct facility {
    double lon, lat;
    char code[64];
};

static struct facility *fac;
static size_t n_fac;

static void die(const char *what, const char *which)
{
    fprintf(stderr, "twin: %s: %s\n", what, which);
    exit(2);
}

static OGRLayerH layer_of(const char *path, GDALDatasetH *ds)
{
    OGRLayerH layer;

    *ds = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    layer = *ds ? GDALDatasetGetLayer(*ds, 0) : NULL;
    if (!layer)
        die("cannot open", path);
    return layer;
}

static void read_facilities(const char *path, const char *code_field, const char *where)
{
    GDALDatasetH ds;
    OGRLayerH layer = layer_of(path, &ds);
    OGRFeatureH f;
    size_t cap = 0;

    if (*where && OGR_L_SetAttributeFilter(layer, where) != OGRERR_NONE)
        die("bad where", where);
    while ((f = OGR_L_GetNextFeature(layer))) {
        OGRGeometryH g = OGR_F_GetGeometryRef(f);
        int k = OGR_F_GetFieldIndex(f, code_field);

        if (k < 0)
            die("no field", code_field);
        if (g) {
            if (n_fac == cap) {
                cap = cap ? 2 * cap : 1024;
                fac = realloc(fac, cap * sizeof(*fac));
                if (!fac)
                    die("out of memory", path);
            }
            fac[n_fac].lon = OGR_G_GetX(g, 0);
            fac[n_fac].lat = OGR_G_GetY(g, 0);
            snprintf(fac[n_fac].code, sizeof(fac->code), "%s", OGR_F_GetFieldAsString(f, k));
            n_fac++;
        }
        OGR_F_Destroy(f);
    }
    GDALClose(ds);
}

/* Lower code: as numbers when both are digits of different length, else as bytes. */
static int lower(const char *a, const char *b)
{
    int digits = a[strspn(a, "0123456789")] == '\0' && b[strspn(b, "0123456789")] == '\0';

    if (digits && strlen(a) != strlen(b))
        return strlen(a) < strlen(b);
    return strcmp(a, b) < 0;
}

static size_t nearest(const struct geod_geodesic *g, double lon, double lat, long long *best_mm)
{
    const double bound_m = 6335439.0 * acos(-1) / 180;
    size_t best = n_fac;

    *best_mm = -1;
    for (size_t i = 0; i < n_fac; i++) {
        double m;
        long long mm;

        if (*best_mm >= 0 && fabs(fac[i].lat - lat) * bound_m > (double)*best_mm / 1000 + 1)
            continue;
        geod_inverse(g, lat, lon, fac[i].lat, fac[i].lon, &m, NULL, NULL);
        mm = llround(1000 * m);
        if (*best_mm < 0 || mm < *best_mm ||
            (mm == *best_mm && lower(fac[i].code, fac[best].code))) {
            *best_mm = mm;
            best = i;
        }
    }
    return best;
}

static int differs(OGRFeatureH f, const struct geod_geodesic *g, double limit_m, double target_m)
{
    OGRGeometryH p = OGR_F_GetGeometryRef(f);
    long long mm, got_mm = -1;
    size_t best = nearest(g, OGR_G_GetX(p, 0), OGR_G_GetY(p, 0), &mm);
    int k = OGR_F_GetFieldIndex(f, "dist_m");
    const char *status = OGR_F_GetFieldAsString(f, OGR_F_GetFieldIndex(f, "status"));
    const char *id = OGR_F_GetFieldAsString(f, OGR_F_GetFieldIndex(f, "fac_id"));
    const char *want = "uncovered";

    if (strcmp(status, "out_of_scope") == 0)
        return 0;
    if (OGR_F_IsFieldSetAndNotNull(f, k))
        got_mm = llround(1000 * OGR_F_GetFieldAsDouble(f, k));
    if (best < n_fac && (double)mm <= 1000 * limit_m)
        want = target_m > 0 && (double)mm <= 1000 * target_m ? "target" : "covered";
    if (target_m <= 0 && strcmp(status, "target") == 0)
        status = "covered";
    if (got_mm == mm && strcmp(status, want) == 0 &&
        (best == n_fac || strcmp(id, fac[best].code) == 0))
        return 0;
    printf("village %s: got %s %lld mm %s, want %s %lld mm %s\n",
           OGR_F_GetFieldAsString(f, OGR_F_GetFieldIndex(f, "code")), id, got_mm, status,
           best < n_fac ? fac[best].code : "", mm, want);
    return 1;
}

int main(int argc, char **argv)
{
    struct geod_geodesic g;
    GDALDatasetH ds;
    OGRLayerH layer;
    OGRFeatureH f;
    long long n = 0, passed = 0, failed = 0, spot = argc > 7 ? atoll(argv[7]) : 1;

    if (argc < 7)
        die("usage", "VILLAGES.shp FACILITIES FAC_CODE_FIELD FAC_WHERE LIMIT_M TARGET_M [SPOT]");
    GDALAllRegister();
    geod_init(&g, 6378137.0, 1 / 298.257222101);
    read_facilities(argv[2], argv[3], argv[4]);
    layer = layer_of(argv[1], &ds);
    while ((f = OGR_L_GetNextFeature(layer))) {
        if (n++ % spot == 0) {
            if (differs(f, &g, atof(argv[5]), atof(argv[6])))
                failed++;
            else
                passed++;
        }
        OGR_F_Destroy(f);
    }
    GDALClose(ds);
    free(fac);
    printf("twin: %lld villages, %zu facilities\n%lld passed, %lld failed\n", n, n_fac, passed,
           failed);
    return failed || !passed;
}
