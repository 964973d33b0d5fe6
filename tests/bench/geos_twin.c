/* The peer of scripts/bench: what a careful C program does with GEOS and GDAL as they are.
 *
 *   geos_twin VILLAGES CLINICS COUNTIES FOLDER [--radius M] [--threads N] [--clinics-where SQL]
 *
 * For each county: buffer every clinic within reach of it (16 segments a quarter), unite the
 * buffers (GEOSUnaryUnion), intersect with the county, subtract from the county; one feature a
 * part. Nearest clinic of each village: rings of a grid on the map until nothing nearer can come,
 * geodesic distance (PROJ geod) to the candidates within 0.5 % of the nearest on the map. Areas are
 * those of the map. Threads share out villages and counties. Reads and writes with OGR, a dataset a
 * layer. Uses nothing of banjing.
 *
 * Layers in longitude and latitude are worked in transverse Mercator on their own middle meridian
 * and written back.
 *
 * Prints "name value" lines: seconds of each stage, core (nearest + union + difference), counts,
 * areas. */
#include <cpl_string.h>
#include <gdal.h>
#include <geodesic.h>
#include <geos_c.h>
#include <math.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <proj.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { QUARTER_SEGMENTS = 16, MAX_THREADS = 64, CODE_BYTES = 24 };

static double clock_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static _Noreturn void die(const char *what, const char *which)
{
    fprintf(stderr, "geos_twin: %s %s\n", what, which);
    exit(1);
}

static void *need(void *p)
{
    if (!p)
        die("out of memory or no result from GEOS:", "");
    return p;
}

/* ---- input ---------------------------------------------------------------- */

struct points {
    size_t n, cap;
    double *x, *y;     /* map, m */
    double *lon, *lat; /* degrees */
    char (*code)[CODE_BYTES];
};

struct county {
    char code[CODE_BYTES];
    GEOSGeometry *geom; /* map, m */
    GEOSGeometry *covered, *uncovered;
};

static struct points village, clinic;
static struct county *county;
static size_t n_counties;
static double radius_m = 2500.0;
static int n_threads = 1;
static OGRSpatialReferenceH file_srs; /* of all layers */
static PJ *to_lonlat;                 /* map -> degrees, x first */
static bool geographic;               /* files are in degrees */

static void on_geos(const char *text, void *udata)
{
    (void)udata;
    fprintf(stderr, "geos_twin: GEOS: %s\n", text);
}

static GEOSContextHandle_t new_geos(void)
{
    GEOSContextHandle_t g = need(GEOS_init_r());

    GEOSContext_setErrorMessageHandler_r(g, on_geos, NULL);
    return g;
}

static const char *code_of(OGRFeatureH f, int field)
{
    return field >= 0 ? OGR_F_GetFieldAsString(f, field) : "";
}

static OGRLayerH open_layer(const char *path, GDALDatasetH *ds)
{
    *ds = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY, NULL, NULL, NULL);
    if (!*ds)
        die("cannot open", path);
    return GDALDatasetGetLayer(*ds, 0);
}

/* First field whose name looks like a code. */
static int code_field(OGRLayerH layer)
{
    const char *names[] = {"code", "FACILITY_I", "HAB_ID", "BLOCK_ID"};
    OGRFeatureDefnH d = OGR_L_GetLayerDefn(layer);

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (OGR_FD_GetFieldIndex(d, names[i]) >= 0)
            return OGR_FD_GetFieldIndex(d, names[i]);
    return -1;
}

static void read_points(const char *path, const char *where, struct points *p)
{
    GDALDatasetH ds;
    OGRLayerH layer = open_layer(path, &ds);
    int field = code_field(layer);
    OGRFeatureH f;

    if (where && OGR_L_SetAttributeFilter(layer, where) != OGRERR_NONE)
        die("bad filter", where);
    while ((f = OGR_L_GetNextFeature(layer)) != NULL) {
        OGRGeometryH g = OGR_F_GetGeometryRef(f);

        if (g && wkbFlatten(OGR_G_GetGeometryType(g)) == wkbMultiPoint)
            g = OGR_G_GetGeometryRef(g, 0);
        if (g && !OGR_G_IsEmpty(g)) {
            if (p->n == p->cap) {
                p->cap = p->cap ? 2 * p->cap : 1024;
                p->x = need(realloc(p->x, p->cap * sizeof(double)));
                p->y = need(realloc(p->y, p->cap * sizeof(double)));
                p->code = need(realloc(p->code, p->cap * CODE_BYTES));
            }
            p->x[p->n] = OGR_G_GetX(g, 0);
            p->y[p->n] = OGR_G_GetY(g, 0);
            snprintf(p->code[p->n], CODE_BYTES, "%s", code_of(f, field));
            p->n++;
        }
        OGR_F_Destroy(f);
    }
    GDALClose(ds);
}

static void read_counties(const char *path)
{
    GEOSContextHandle_t g = new_geos();
    GDALDatasetH ds;
    OGRLayerH layer = open_layer(path, &ds);
    int field = code_field(layer);
    GEOSWKBReader *reader = GEOSWKBReader_create_r(g);
    unsigned char *wkb = NULL;
    size_t cap = 0, cap_counties = 0;
    OGRFeatureH f;

    if (OGR_L_GetSpatialRef(layer)) {
        file_srs = OSRClone(OGR_L_GetSpatialRef(layer));
        OSRSetAxisMappingStrategy(file_srs, OAMS_TRADITIONAL_GIS_ORDER);
        geographic = OSRIsGeographic(file_srs);
    }
    while ((f = OGR_L_GetNextFeature(layer)) != NULL) {
        OGRGeometryH o = OGR_F_GetGeometryRef(f);
        size_t n = o ? (size_t)OGR_G_WkbSize(o) : 0;

        if (n > cap)
            wkb = need(realloc(wkb, cap = 2 * n));
        if (o && OGR_G_ExportToWkb(o, wkbNDR, wkb) == OGRERR_NONE) {
            GEOSGeometry *geom = need(GEOSWKBReader_read_r(g, reader, wkb, n));

            if (GEOSisValid_r(g, geom) != 1) {
                GEOSGeometry *valid = need(GEOSMakeValid_r(g, geom));

                GEOSGeom_destroy_r(g, geom);
                geom = valid;
            }
            if (n_counties == cap_counties) {
                cap_counties = cap_counties ? 2 * cap_counties : 64;
                county = need(realloc(county, cap_counties * sizeof(*county)));
            }
            county[n_counties] = (struct county){.geom = geom};
            snprintf(county[n_counties].code, CODE_BYTES, "%s", code_of(f, field));
            n_counties++;
        }
        OGR_F_Destroy(f);
    }
    free(wkb);
    GEOSWKBReader_destroy_r(g, reader);
    GDALClose(ds); /* geometries outlive the handle they were made with */
    GEOS_finish_r(g);
}

/* ---- projection ------------------------------------------------------------ */

static void to_degrees(struct points *p)
{
    p->lon = need(malloc(p->n * sizeof(double) + 1));
    p->lat = need(malloc(p->n * sizeof(double) + 1));
    memcpy(p->lon, p->x, p->n * sizeof(double));
    memcpy(p->lat, p->y, p->n * sizeof(double));
    if (geographic)
        proj_trans_generic(to_lonlat, PJ_INV, p->x, sizeof(double), p->n, p->y, sizeof(double),
                           p->n, NULL, 0, 0, NULL, 0, 0);
    else
        proj_trans_generic(to_lonlat, PJ_FWD, p->lon, sizeof(double), p->n, p->lat, sizeof(double),
                           p->n, NULL, 0, 0, NULL, 0, 0);
}

static int one_to_map(double *x, double *y, void *udata)
{
    PJ_COORD c = proj_trans(to_lonlat, PJ_INV, proj_coord(*x, *y, 0, 0));

    (void)udata;
    *x = c.xy.x;
    *y = c.xy.y;
    return 1;
}

static int one_to_degrees(double *x, double *y, void *udata)
{
    PJ_COORD c = proj_trans(to_lonlat, PJ_FWD, proj_coord(*x, *y, 0, 0));

    (void)udata;
    *x = c.xy.x;
    *y = c.xy.y;
    return 1;
}

static void project(void)
{
    char map[1024], *wkt = NULL;
    double west = INFINITY, east = -INFINITY;
    PJ *pj;

    if (geographic) {
        for (size_t i = 0; i < village.n; i++) {
            west = fmin(west, village.x[i]);
            east = fmax(east, village.x[i]);
        }
        snprintf(map, sizeof(map), "+proj=tmerc +lon_0=%.17g +x_0=500000 +ellps=GRS80 +type=crs",
                 (west + east) / 2.0);
    } else if (!file_srs || OSRExportToWkt(file_srs, &wkt) != OGRERR_NONE)
        die("counties have no coordinate system", "");
    pj = need(proj_create_crs_to_crs(NULL, wkt ? wkt : map, "+proj=longlat +ellps=GRS80 +type=crs",
                                     NULL));
    to_lonlat = need(proj_normalize_for_visualization(NULL, pj));
    proj_destroy(pj);
    CPLFree(wkt);
    to_degrees(&village);
    to_degrees(&clinic);
    if (geographic) {
        GEOSContextHandle_t g = new_geos();

        for (size_t i = 0; i < n_counties; i++) {
            GEOSGeometry *m = need(GEOSGeom_transformXY_r(g, county[i].geom, one_to_map, NULL));

            GEOSGeom_destroy_r(g, county[i].geom);
            county[i].geom = m;
        }
        GEOS_finish_r(g);
    }
}

/* ---- threads --------------------------------------------------------------- */

typedef void (*work_fn)(GEOSContextHandle_t g, size_t i);

struct job {
    work_fn work;
    size_t n, chunk;
    atomic_size_t next;
};

static void *run(void *arg)
{
    struct job *j = arg;
    GEOSContextHandle_t g = new_geos();
    size_t i;

    while ((i = atomic_fetch_add(&j->next, j->chunk)) < j->n)
        for (size_t k = i; k < i + j->chunk && k < j->n; k++)
            j->work(g, k);
    GEOS_finish_r(g);
    return NULL;
}

static void parallel(work_fn work, size_t n, size_t chunk)
{
    struct job j = {.work = work, .n = n, .chunk = chunk};
    pthread_t thread[MAX_THREADS];

    for (int i = 1; i < n_threads; i++)
        pthread_create(&thread[i], NULL, run, &j);
    run(&j);
    for (int i = 1; i < n_threads; i++)
        pthread_join(thread[i], NULL);
}

/* ---- grid of clinics ------------------------------------------------------- */

static struct {
    double west, south, cell;
    size_t nx, ny;
    size_t *start; /* nx ny + 1 */
    size_t *item;
} grid;

static size_t grid_column(double x)
{
    double c = floor((x - grid.west) / grid.cell);

    return c < 0 ? 0 : c >= (double)grid.nx ? grid.nx - 1 : (size_t)c;
}

static size_t grid_line(double y)
{
    double c = floor((y - grid.south) / grid.cell);

    return c < 0 ? 0 : c >= (double)grid.ny ? grid.ny - 1 : (size_t)c;
}

static size_t cell_of(size_t i)
{
    return grid_line(clinic.y[i]) * grid.nx + grid_column(clinic.x[i]);
}

static void make_grid(void)
{
    double east = -INFINITY, north = -INFINITY;

    grid.west = grid.south = INFINITY;
    for (size_t i = 0; i < clinic.n; i++) {
        grid.west = fmin(grid.west, clinic.x[i]);
        grid.south = fmin(grid.south, clinic.y[i]);
        east = fmax(east, clinic.x[i]);
        north = fmax(north, clinic.y[i]);
    }
    grid.cell = fmax(1.0, sqrt((east - grid.west) * (north - grid.south) * 2.0 / (double)clinic.n));
    grid.nx = (size_t)((east - grid.west) / grid.cell) + 1;
    grid.ny = (size_t)((north - grid.south) / grid.cell) + 1;
    grid.start = need(calloc(grid.nx * grid.ny + 2, sizeof(size_t)));
    grid.item = need(malloc(clinic.n * sizeof(size_t) + 1));
    for (size_t i = 0; i < clinic.n; i++)
        grid.start[cell_of(i) + 2]++;
    for (size_t c = 2; c < grid.nx * grid.ny + 2; c++)
        grid.start[c] += grid.start[c - 1];
    for (size_t i = 0; i < clinic.n; i++)
        grid.item[grid.start[cell_of(i) + 1]++] = i;
}

/* ---- nearest --------------------------------------------------------------- */

struct near {
    int64_t mm;
    size_t clinic;
};
static struct near *nearest;
static struct geod_geodesic earth;

static void try_cell(size_t v, size_t c, double margin, double *best, struct near *out)
{
    for (size_t k = grid.start[c]; k < grid.start[c + 1]; k++) {
        size_t i = grid.item[k];
        double d = hypot(clinic.x[i] - village.x[v], clinic.y[i] - village.y[v]), s;
        int64_t mm;

        if (d > *best * margin + 0.01)
            continue;
        *best = fmin(*best, d);
        geod_inverse(&earth, village.lat[v], village.lon[v], clinic.lat[i], clinic.lon[i], &s, NULL,
                     NULL);
        mm = llround(1000.0 * s);
        if (out->mm < 0 || mm < out->mm || (mm == out->mm && i < out->clinic)) {
            out->mm = mm;
            out->clinic = i;
        }
    }
}

/* Square rings of cells around the village's; ring r is at least (r - 1) cells away. */
static void find_nearest(GEOSContextHandle_t g, size_t v)
{
    long cx = (long)grid_column(village.x[v]), cy = (long)grid_line(village.y[v]);
    long nx = (long)grid.nx, ny = (long)grid.ny, far = nx > ny ? nx : ny;
    double best = INFINITY,
           away = fmax(0.0, fmax(fmax(grid.west - village.x[v], grid.south - village.y[v]), 0.0));

    (void)g;
    nearest[v].mm = -1;
    for (long r = 0; r <= far; r++) {
        if ((double)(r - 1) * grid.cell - away > best * 1.005)
            break;
        for (long y = cy - r; y <= cy + r; y++) {
            long step = y == cy - r || y == cy + r ? 1 : 2 * r;

            if (y < 0 || y >= ny)
                continue;
            for (long x = cx - r; x <= cx + r; x += step ? step : 1)
                if (x >= 0 && x < nx)
                    try_cell(v, (size_t)(y * nx + x), 1.005, &best, &nearest[v]);
        }
    }
}

/* ---- cover ----------------------------------------------------------------- */

static GEOSGeometry *unite(GEOSContextHandle_t g, size_t c)
{
    double west, south, east, north;
    GEOSGeometry **disc = NULL, *all, *united;
    size_t n = 0, cap = 0;

    GEOSGeom_getXMin_r(g, county[c].geom, &west);
    GEOSGeom_getYMin_r(g, county[c].geom, &south);
    GEOSGeom_getXMax_r(g, county[c].geom, &east);
    GEOSGeom_getYMax_r(g, county[c].geom, &north);
    west -= radius_m, south -= radius_m, east += radius_m, north += radius_m;
    for (size_t j = grid_line(south); j <= grid_line(north); j++)
        for (size_t i = grid_column(west); i <= grid_column(east); i++)
            for (size_t k = grid.start[j * grid.nx + i]; k < grid.start[j * grid.nx + i + 1]; k++) {
                size_t f = grid.item[k];
                GEOSGeometry *p;

                if (clinic.x[f] < west || clinic.x[f] > east || clinic.y[f] < south ||
                    clinic.y[f] > north)
                    continue;
                if (n == cap)
                    disc = need(realloc(disc, (cap = cap ? 2 * cap : 256) * sizeof(*disc)));
                p = need(GEOSGeom_createPointFromXY_r(g, clinic.x[f], clinic.y[f]));
                disc[n++] = need(GEOSBuffer_r(g, p, radius_m, QUARTER_SEGMENTS));
                GEOSGeom_destroy_r(g, p);
            }
    all = need(GEOSGeom_createCollection_r(g, GEOS_MULTIPOLYGON, disc, (unsigned)n));
    united = need(GEOSUnaryUnion_r(g, all));
    GEOSGeom_destroy_r(g, all);
    free(disc);
    return united;
}

static void cover(GEOSContextHandle_t g, size_t c)
{
    GEOSGeometry *united = unite(g, c);

    county[c].covered = need(GEOSIntersection_r(g, county[c].geom, united));
    county[c].uncovered = need(GEOSDifference_r(g, county[c].geom, united));
    GEOSGeom_destroy_r(g, united);
}

/* ---- output ---------------------------------------------------------------- */

struct field {
    const char *name;
    OGRFieldType type;
    int width, decimals;
};

static OGRLayerH new_layer(const char *dir, const char *name, OGRwkbGeometryType type,
                           const struct field *field, int n, GDALDatasetH *ds)
{
    char path[4096];
    char **options = CSLSetNameValue(NULL, "ENCODING", "UTF-8");
    OGRLayerH layer;

    snprintf(path, sizeof(path), "%s/%s.shp", dir, name);
    *ds = need(GDALCreate(GDALGetDriverByName("ESRI Shapefile"), path, 0, 0, 0, GDT_Unknown, NULL));
    layer = need(GDALDatasetCreateLayer(*ds, name, file_srs, type, options));
    CSLDestroy(options);
    for (int i = 0; i < n; i++) {
        OGRFieldDefnH d = OGR_Fld_Create(field[i].name, field[i].type);

        OGR_Fld_SetWidth(d, field[i].width);
        OGR_Fld_SetPrecision(d, field[i].decimals);
        OGR_L_CreateField(layer, d, FALSE);
        OGR_Fld_Destroy(d);
    }
    return layer;
}

static void write_villages(const char *dir)
{
    const struct field field[] = {{"code", OFTString, 20, 0},
                                  {"fac_id", OFTString, 20, 0},
                                  {"dist_m", OFTReal, 14, 3},
                                  {"status", OFTString, 12, 0}};
    GDALDatasetH ds;
    OGRLayerH layer = new_layer(dir, "villages", wkbPoint, field, 4, &ds);
    OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    OGRGeometryH p = OGR_G_CreateGeometry(wkbPoint);
    size_t n_covered = 0;

    OGR_F_SetGeometryDirectly(f, p);
    for (size_t i = 0; i < village.n; i++) {
        bool covered = nearest[i].mm >= 0 && (double)nearest[i].mm <= 1000.0 * radius_m;

        n_covered += covered;
        OGR_F_SetFID(f, OGRNullFID);
        OGR_F_SetFieldString(f, 0, village.code[i]);
        OGR_F_SetFieldString(f, 1, nearest[i].mm < 0 ? "" : clinic.code[nearest[i].clinic]);
        OGR_F_SetFieldDouble(f, 2, (double)nearest[i].mm / 1000.0);
        OGR_F_SetFieldString(f, 3, covered ? "covered" : "uncovered");
        OGR_G_SetPoint_2D(p, 0, geographic ? village.lon[i] : village.x[i],
                          geographic ? village.lat[i] : village.y[i]);
        if (OGR_L_CreateFeature(layer, f) != OGRERR_NONE)
            die("cannot write", "villages");
    }
    OGR_F_Destroy(f);
    GDALClose(ds);
    printf("villages_covered %zu\n", n_covered);
}

struct part {
    const GEOSGeometry *geom;
    double area;
};

static int larger_first(const void *a, const void *b)
{
    double d = ((const struct part *)b)->area - ((const struct part *)a)->area;

    return d > 0 ? 1 : d < 0 ? -1 : 0;
}

struct out {
    OGRLayerH layer;
    OGRFeatureH f;
    GEOSContextHandle_t g;
    GEOSWKBWriter *wkb;
    bool patches;
    size_t n;
    double area_km2;
};

static void write_part(struct out *o, const char *code, size_t patch, const struct part *p)
{
    OGRGeometryH geom = NULL;
    GEOSGeometry *back = NULL;
    unsigned char *bytes;
    size_t n;

    if (geographic)
        back = need(GEOSGeom_transformXY_r(o->g, p->geom, one_to_degrees, NULL));
    bytes = need(GEOSWKBWriter_write_r(o->g, o->wkb, back ? back : p->geom, &n));
    if (OGR_G_CreateFromWkb(bytes, NULL, &geom, (int)n) != OGRERR_NONE)
        die("cannot make a geometry", "");
    OGR_F_SetFID(o->f, OGRNullFID);
    OGR_F_SetFieldString(o->f, 0, "LC-01");
    OGR_F_SetFieldString(o->f, 1, code);
    OGR_F_SetFieldDouble(o->f, 2, p->area / 1e6);
    if (o->patches)
        OGR_F_SetFieldInteger(o->f, 3, (int)patch);
    OGR_F_SetGeometryDirectly(o->f, geom);
    if (OGR_L_CreateFeature(o->layer, o->f) != OGRERR_NONE)
        die("cannot write", "areas");
    GEOSFree_r(o->g, bytes);
    GEOSGeom_destroy_r(o->g, back);
    o->n++;
    o->area_km2 += p->area / 1e6;
}

/* Polygons only; a touching overlay may leave points and lines in a collection. */
static void write_parts(struct out *o, const char *code, const GEOSGeometry *geom)
{
    int n = GEOSGetNumGeometries_r(o->g, geom), k = 0;
    struct part *part = need(malloc(((size_t)n + 1) * sizeof(*part)));

    for (int i = 0; i < n; i++) {
        const GEOSGeometry *p = GEOSGetGeometryN_r(o->g, geom, i);

        if (GEOSGeomTypeId_r(o->g, p) != GEOS_POLYGON || GEOSisEmpty_r(o->g, p))
            continue;
        part[k].geom = p;
        GEOSArea_r(o->g, p, &part[k].area);
        k++;
    }
    qsort(part, (size_t)k, sizeof(*part), larger_first);
    for (int i = 0; i < k; i++)
        write_part(o, code, (size_t)i + 1, &part[i]);
    free(part);
}

static void write_areas(const char *dir, const char *name, bool patches)
{
    const struct field field[] = {{"rule", OFTString, 16, 0},
                                  {"county", OFTString, 12, 0},
                                  {"area_km2", OFTReal, 18, 6},
                                  {"patch", OFTInteger, 8, 0}};
    struct out o = {.g = new_geos(), .patches = patches};
    GDALDatasetH ds;

    o.layer = new_layer(dir, name, wkbPolygon, field, patches ? 4 : 3, &ds);
    o.f = OGR_F_Create(OGR_L_GetLayerDefn(o.layer));
    o.wkb = GEOSWKBWriter_create_r(o.g);
    for (size_t c = 0; c < n_counties; c++)
        write_parts(&o, county[c].code, patches ? county[c].uncovered : county[c].covered);
    OGR_F_Destroy(o.f);
    GDALClose(ds);
    GEOSWKBWriter_destroy_r(o.g, o.wkb);
    GEOS_finish_r(o.g);
    printf("%s_parts %zu\n%s_km2 %.6f\n", name, o.n, name, o.area_km2);
}

int main(int argc, char **argv)
{
    const char *where = NULL, *file[4] = {NULL};
    double t0 = clock_s(), t1, t2, t3, t4, t5;
    struct rusage usage;
    int n = 0;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--radius") == 0 && i + 1 < argc)
            radius_m = atof(argv[++i]);
        else if (strcmp(argv[i], "--threads") == 0 && i + 1 < argc)
            n_threads = atoi(argv[++i]);
        else if (strcmp(argv[i], "--clinics-where") == 0 && i + 1 < argc)
            where = argv[++i];
        else if (n < 4)
            file[n++] = argv[i];
    }
    if (n < 4 || n_threads < 1 || n_threads > MAX_THREADS)
        die("usage: geos_twin VILLAGES CLINICS COUNTIES FOLDER [--radius M] [--threads N]", "");
    GDALAllRegister();
    geod_init(&earth, 6378137.0, 1 / 298.257222101);
    read_points(file[0], NULL, &village);
    read_points(file[1], where, &clinic);
    read_counties(file[2]);
    t1 = clock_s();
    project();
    t2 = clock_s();
    make_grid();
    nearest = need(malloc(village.n * sizeof(*nearest) + 1));
    parallel(find_nearest, village.n, 256);
    t3 = clock_s();
    parallel(cover, n_counties, 1);
    t4 = clock_s();
    VSIMkdir(file[3], 0777);
    write_villages(file[3]);
    write_areas(file[3], "covered", false);
    write_areas(file[3], "uncovered", true);
    t5 = clock_s();
    getrusage(RUSAGE_SELF, &usage);
    printf("read_s %.3f\nproject_s %.3f\nnearest_s %.3f\ncover_s %.3f\nwrite_s %.3f\n", t1 - t0,
           t2 - t1, t3 - t2, t4 - t3, t5 - t4);
    printf("core_s %.3f\ntotal_s %.3f\npeak_mb %.1f\n", t4 - t2, t5 - t0,
           (double)usage.ru_maxrss / 1024.0);
    fflush(stdout);
    _Exit(0); /* freeing a nation takes seconds that belong to nobody */
}
