/* A province or a nation through the library, for scripts/bench: what `banjing batch` will do.
 *
 *   driver VILLAGES CLINICS COUNTIES FOLDER [--radius M] [--threads N] [--tolerance M]
 *          [--clinics-where SQL] [--geodesic-area]
 *
 * Nearest clinic of each village (geodesic, exact), one union of all circles, covered and uncovered
 * of each county, one feature a part, written as shapefiles: the same three layers with the same
 * fields as geos_twin. Areas are those of the map, as the twin's, or geodesic when asked.
 *
 * Where the counties' own CRS is transverse Mercator like the work CRS with their central meridian,
 * their coordinates are used as they are.
 *
 * Prints "name value" lines: seconds of each stage, core (nearest + union + difference), counts,
 * areas. */
#include "banjing/banjing.h"
#include "base/base_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static struct bj_ctx *ctx;
static double radius_m = 2500.0, tolerance_m = 0.1;
static bool geodesic_area;

static double clock_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "driver: %s\n", what);
    exit(1);
}

static void check(enum bj_status st)
{
    if (st)
        die(bj_ctx_message(ctx));
}

static void *need(void *p)
{
    if (!p)
        die(bj_ctx_message(ctx));
    return p;
}

/* ---- reading -------------------------------------------------------------- */

struct layer {
    struct bj_table table;
    char *wkt;
    struct bj_crs *crs;
    double *lon_deg, *lat_deg; /* points only */
    const char **code;         /* NULL: none */
};

/* First field whose name looks like a code, -1 when none does. */
static int code_field(const struct bj_source_info *info)
{
    const char *names[] = {"code", "FACILITY_I", "HAB_ID", "BLOCK_ID"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        for (size_t f = 0; f < info->n_fields; f++)
            if (strcmp(info->field[f].name, names[i]) == 0)
                return (int)f;
    return -1;
}

/* One CRS for layers of the same definition: PROJ takes 40 ms to look one up. */
static struct bj_crs *crs_of(struct layer *l, const struct layer *before)
{
    struct bj_crs *crs = NULL;

    if (before && strcmp(before->wkt, l->wkt) == 0)
        return before->crs;
    check(bj_crs_new(ctx, l->wkt, &crs));
    return crs;
}

static void read_layer(const char *path, const char *where, enum bj_want want, struct layer *l,
                       const struct layer *before)
{
    struct bj_source_spec spec = {.path = path, .where = where};
    struct bj_source *src = NULL;
    struct bj_column_spec column;

    check(bj_source_open(ctx, &spec, &src));
    column = (struct bj_column_spec){code_field(bj_source_info(src)), 0};
    check(bj_source_read(ctx, src, want, column.field >= 0, &column, &l->table));
    if (!bj_source_info(src)->crs)
        die("a layer has no coordinate system");
    l->wkt = need(bj_strdup(ctx, bj_source_info(src)->crs));
    l->crs = crs_of(l, before);
    l->code = l->table.n_columns ? l->table.column[0].text : NULL;
    bj_source_close(src);
}

static const char *code_of(const struct layer *l, size_t i)
{
    return l->code ? l->code[i] : "";
}

/* Rows without a point are left out of everything, as in the twin. */
static void drop_empty(struct layer *l)
{
    struct bj_table *t = &l->table;
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++)
        if (isfinite(t->x[i]) && isfinite(t->y[i])) {
            t->x[n] = t->x[i];
            t->y[n] = t->y[i];
            if (l->code)
                l->code[n] = l->code[i];
            n++;
        }
    t->n = n;
}

static void to_degrees(struct layer *l)
{
    size_t n = l->table.n;

    l->lon_deg = need(bj_alloc0(ctx, n, sizeof(double)));
    l->lat_deg = need(bj_alloc0(ctx, n, sizeof(double)));
    memcpy(l->lon_deg, l->table.x, n * sizeof(double));
    memcpy(l->lat_deg, l->table.y, n * sizeof(double));
    check(bj_crs_to_lonlat(ctx, l->crs, n, l->lon_deg, l->lat_deg));
}

/* ---- the work CRS ---------------------------------------------------------- */

static struct bj_crs *work;
static bool same_plane; /* counties are in it already */

/* The central meridian of a projected CRS, else the middle of the villages. */
static double pick_lon0(const struct layer *counties, const struct layer *villages)
{
    const char *key = "\"central_meridian\",", *at = strstr(bj_crs_wkt(counties->crs), key);
    double west = INFINITY, east = -INFINITY;

    if (at)
        return strtod(at + strlen(key), NULL);
    for (size_t i = 0; i < villages->table.n; i++) {
        west = fmin(west, villages->lon_deg[i]);
        east = fmax(east, villages->lon_deg[i]);
    }
    return (west + east) / 2.0;
}

/* Do a few vertices keep their coordinates on the way to degrees and into the work CRS? */
static bool is_same_plane(const struct layer *counties)
{
    const struct bj_polygons *p = &counties->table.area;
    size_t step = p->n_points / 50 + 1;

    for (size_t k = 0; k < p->n_points; k += step) {
        double x = p->x[k], y = p->y[k];

        check(bj_crs_to_lonlat(ctx, counties->crs, 1, &x, &y));
        check(bj_crs_from_lonlat(ctx, work, 1, &x, &y));
        if (!(hypot(x - p->x[k], y - p->y[k]) < 1e-5))
            return false;
    }
    return true;
}

static void project(struct layer *villages, struct layer *clinics, struct layer *counties,
                    double *x, double *y, double *r)
{
    struct bj_polygons *p = &counties->table.area;

    check(bj_crs_work_new(ctx, pick_lon0(counties, villages), &work));
    same_plane = is_same_plane(counties);
    if (!same_plane) {
        check(bj_crs_to_lonlat(ctx, counties->crs, p->n_points, p->x, p->y));
        check(bj_crs_from_lonlat(ctx, work, p->n_points, p->x, p->y));
    }
    check(bj_crs_map_circles(ctx, work, clinics->table.n, clinics->lon_deg, clinics->lat_deg,
                             radius_m, x, y, r));
}

/* ---- cover ----------------------------------------------------------------- */

struct county {
    struct bj_cover cover;
    double *covered_km2, *uncovered_km2; /* one a polygon */
    size_t *patch;                       /* uncovered polygons, largest first */
};

struct job {
    const struct bj_discs *discs;
    const struct layer *counties;
    struct county *county;
};

/* Polygons of feature f as polygons of their own. */
static enum bj_status copy_feature(struct bj_ctx *c, const struct bj_polygons *in, size_t f,
                                   struct bj_polygons *out)
{
    size_t p0 = in->poly_start[f], p1 = in->poly_start[f + 1];
    size_t r0 = in->ring_start[p0], r1 = in->ring_start[p1];
    size_t k0 = in->point_start[r0], k1 = in->point_start[r1];
    struct bj_polygons p = {.n_polygons = p1 - p0, .n_rings = r1 - r0, .n_points = k1 - k0};

    p.ring_start = bj_alloc0(c, p.n_polygons + 1, sizeof(size_t));
    p.point_start = bj_alloc0(c, p.n_rings + 1, sizeof(size_t));
    p.x = bj_alloc0(c, p.n_points, sizeof(double));
    p.y = bj_alloc0(c, p.n_points, sizeof(double));
    if (!p.ring_start || !p.point_start || !p.x || !p.y) {
        bj_polygons_release(c, &p);
        return BJ_ENOMEM;
    }
    for (size_t i = 0; i <= p.n_polygons; i++)
        p.ring_start[i] = in->ring_start[p0 + i] - r0;
    for (size_t i = 0; i <= p.n_rings; i++)
        p.point_start[i] = in->point_start[r0 + i] - k0;
    memcpy(p.x, in->x + k0, p.n_points * sizeof(double));
    memcpy(p.y, in->y + k0, p.n_points * sizeof(double));
    *out = p;
    return BJ_OK;
}

static enum bj_status cover_one(struct bj_ctx *c, size_t i, void *arg)
{
    struct job *j = arg;
    struct bj_polygons one = {0};
    enum bj_status st = copy_feature(c, &j->counties->table.area, i, &one);

    if (!st)
        st = bj_cover_county(c, j->discs, &one, &j->county[i].cover);
    bj_polygons_release(c, &one);
    return st;
}

/* ---- areas, order, back to the counties' CRS ------------------------------- */

static double map_ring_m2(const double *x, const double *y, size_t n)
{
    double sum = 0.0;

    for (size_t i = 1; i + 1 < n; i++)
        sum += (x[i] - x[0]) * (y[i + 1] - y[0]) - (x[i + 1] - x[0]) * (y[i] - y[0]);
    return sum / 2.0;
}

static double *areas_of(struct bj_ctx *c, const struct bj_polygons *p)
{
    double *km2 = bj_alloc0(c, p->n_polygons, sizeof(double));

    for (size_t i = 0; km2 && i < p->n_polygons; i++)
        for (size_t r = p->ring_start[i]; r < p->ring_start[i + 1]; r++) {
            size_t k = p->point_start[r], n = p->point_start[r + 1] - k;
            double m2 = fabs(geodesic_area ? bj_geodesic_ring_area_m2(n, p->x + k, p->y + k)
                                           : map_ring_m2(p->x + k, p->y + k, n));

            km2[i] += (r == p->ring_start[i] ? m2 : -m2) / 1e6;
        }
    return km2;
}

static enum bj_status finish_polygons(struct bj_ctx *c, const struct job *j, struct bj_polygons *p,
                                      double **km2)
{
    enum bj_status st = BJ_OK;

    if (!geodesic_area) {
        *km2 = areas_of(c, p);
        if (same_plane || !*km2)
            return *km2 ? BJ_OK : BJ_ENOMEM;
    }
    if (same_plane) { /* degrees for the area only */
        struct bj_polygons degrees = *p;

        degrees.x = bj_alloc0(c, p->n_points, sizeof(double));
        degrees.y = bj_alloc0(c, p->n_points, sizeof(double));
        if (degrees.x && degrees.y && p->n_points) {
            memcpy(degrees.x, p->x, p->n_points * sizeof(double));
            memcpy(degrees.y, p->y, p->n_points * sizeof(double));
        }
        st = degrees.x && degrees.y ? bj_crs_to_lonlat(c, work, p->n_points, degrees.x, degrees.y)
                                    : BJ_ENOMEM;
        if (!st)
            *km2 = areas_of(c, &degrees);
        bj_free(c, degrees.x);
        bj_free(c, degrees.y);
        return st ? st : *km2 ? BJ_OK : BJ_ENOMEM;
    }
    st = bj_crs_to_lonlat(c, work, p->n_points, p->x, p->y);
    if (!st && geodesic_area) {
        *km2 = areas_of(c, p);
        st = *km2 ? BJ_OK : BJ_ENOMEM;
    }
    return st ? st : bj_crs_from_lonlat(c, j->counties->crs, p->n_points, p->x, p->y);
}

static int larger_first(const void *a, const void *b, void *km2)
{
    double d = ((double *)km2)[*(const size_t *)b] - ((double *)km2)[*(const size_t *)a];

    return d > 0 ? 1 : d < 0 ? -1 : 0;
}

static enum bj_status finish_one(struct bj_ctx *c, size_t i, void *arg)
{
    struct job *j = arg;
    struct county *o = &j->county[i];
    size_t n = o->cover.uncovered.n_polygons;
    enum bj_status st = finish_polygons(c, j, &o->cover.covered, &o->covered_km2);

    if (!st)
        st = finish_polygons(c, j, &o->cover.uncovered, &o->uncovered_km2);
    if (st)
        return st;
    o->patch = bj_alloc0(c, n, sizeof(size_t));
    if (!o->patch)
        return BJ_ENOMEM;
    for (size_t k = 0; k < n; k++)
        o->patch[k] = k;
    qsort_r(o->patch, n, sizeof(size_t), larger_first, o->uncovered_km2);
    return BJ_OK;
}

/* ---- writing --------------------------------------------------------------- */

static void write_villages(struct bj_writer *w, const struct layer *villages,
                           const struct layer *clinics, const struct bj_nearest *near)
{
    const struct bj_out_field field[] = {{"code", BJ_FIELD_TEXT, 20, 0},
                                         {"fac_id", BJ_FIELD_TEXT, 20, 0},
                                         {"dist_m", BJ_FIELD_REAL, 12, 3},
                                         {"status", BJ_FIELD_TEXT, 12, 0}};
    size_t n_covered = 0;

    check(bj_writer_layer(ctx, w, "", "villages", BJ_GEOM_POINT, 4, field));
    for (size_t i = 0; i < villages->table.n; i++) {
        int64_t mm = near->any_mm[i];
        bool covered = mm >= 0 && (double)mm <= 1000.0 * radius_m;
        unsigned char is_null[4] = {0, mm < 0, mm < 0, 0};
        union bj_value v[4] = {{.text = code_of(villages, i)},
                               {.text = mm < 0 ? "" : code_of(clinics, (size_t)near->any[i])},
                               {.real = (double)mm / 1000.0},
                               {.text = covered ? "covered" : "uncovered"}};

        n_covered += covered;
        check(bj_writer_point(ctx, w, villages->table.x[i], villages->table.y[i], v, is_null));
    }
    printf("villages_covered %zu\n", n_covered);
}

static void write_areas(struct bj_writer *w, const struct job *j, size_t n_counties, bool patches)
{
    const struct bj_out_field field[] = {{"rule", BJ_FIELD_TEXT, 16, 0},
                                         {"county", BJ_FIELD_TEXT, 12, 0},
                                         {"area_km2", BJ_FIELD_REAL, 16, 6},
                                         {"patch", BJ_FIELD_INTEGER, 8, 0}};
    const char *name = patches ? "uncovered" : "covered";
    double sum = 0.0;
    size_t n = 0;

    check(bj_writer_layer(ctx, w, "", name, BJ_GEOM_POLYGON, patches ? 4 : 3, field));
    for (size_t c = 0; c < n_counties; c++) {
        const struct county *o = &j->county[c];
        const struct bj_polygons *p = patches ? &o->cover.uncovered : &o->cover.covered;

        for (size_t k = 0; k < p->n_polygons; k++, n++) {
            size_t q = patches ? o->patch[k] : k;
            double km2 = patches ? o->uncovered_km2[q] : o->covered_km2[q];
            union bj_value v[4] = {{.text = "LC-01"},
                                   {.text = code_of(j->counties, c)},
                                   {.real = km2},
                                   {.integer = (int64_t)k + 1}};

            sum += km2;
            check(bj_writer_polygons(ctx, w, p, q, 1, v, NULL));
        }
    }
    printf("%s_parts %zu\n%s_km2 %.6f\n", name, n, name, sum);
}

static void write_all(const char *dir, const struct layer *villages, const struct layer *clinics,
                      const struct bj_nearest *near, const struct job *j, size_t n_counties)
{
    struct bj_outdir *o = NULL;
    struct bj_writer *w = NULL;

    check(bj_outdir_begin(ctx, dir, "villages.shp", 1, &o));
    check(bj_writer_new(ctx, o, BJ_FORMAT_SHAPEFILE, bj_crs_wkt(j->counties->crs), NULL,
                        "2026-11-22", &w));
    write_villages(w, villages, clinics, near);
    write_areas(w, j, n_counties, false);
    write_areas(w, j, n_counties, true);
    check(bj_writer_close(ctx, w));
    check(bj_outdir_commit(ctx, o));
}

/* ---- main ------------------------------------------------------------------ */

static void run(char *const file[4], const char *where)
{
    struct layer villages = {0}, clinics = {0}, counties = {0};
    struct bj_nearest near = {0};
    struct bj_discs *discs = NULL;
    struct job j = {.counties = &counties};
    double t[8], *x, *y, *r;
    struct rusage usage;
    size_t n;

    t[0] = clock_s();
    read_layer(file[0], NULL, BJ_WANT_POINTS, &villages, NULL);
    read_layer(file[1], where, BJ_WANT_POINTS, &clinics, &villages);
    read_layer(file[2], NULL, BJ_WANT_AREAS, &counties, &clinics);
    drop_empty(&villages);
    drop_empty(&clinics);
    t[1] = clock_s();
    n = clinics.table.n;
    x = need(bj_alloc0(ctx, n, sizeof(double)));
    y = need(bj_alloc0(ctx, n, sizeof(double)));
    r = need(bj_alloc0(ctx, n, sizeof(double)));
    to_degrees(&villages);
    to_degrees(&clinics);
    project(&villages, &clinics, &counties, x, y, r);
    t[2] = clock_s();
    {
        struct bj_geopoints demand = {villages.table.n, villages.lon_deg, villages.lat_deg};
        struct bj_geopoints facility = {n, clinics.lon_deg, clinics.lat_deg};

        check(bj_nearest_find(ctx, &demand, &facility, NULL, NULL, &near));
    }
    t[3] = clock_s();
    check(bj_discs_union(ctx, n, x, y, r, bj_crs_arc_tolerance_m(tolerance_m, radius_m), &discs));
    t[4] = clock_s();
    j.discs = discs;
    j.county = need(bj_alloc0(ctx, counties.table.n, sizeof(*j.county)));
    check(bj_parallel(ctx, counties.table.n, NULL, cover_one, &j));
    t[5] = clock_s();
    check(bj_parallel(ctx, counties.table.n, NULL, finish_one, &j));
    t[6] = clock_s();
    write_all(file[3], &villages, &clinics, &near, &j, counties.table.n);
    t[7] = clock_s();
    getrusage(RUSAGE_SELF, &usage);
    printf("read_s %.3f\nproject_s %.3f\nnearest_s %.3f\nunion_s %.3f\ndifference_s %.3f\n",
           t[1] - t[0], t[2] - t[1], t[3] - t[2], t[4] - t[3], t[5] - t[4]);
    printf("finish_s %.3f\nwrite_s %.3f\ncore_s %.3f\ntotal_s %.3f\npeak_mb %.1f\n", t[6] - t[5],
           t[7] - t[6], t[5] - t[2], t[7] - t[0], (double)usage.ru_maxrss / 1024.0);
    printf("same_plane %d\nexposed %zu\n", same_plane, bj_discs_exposed(discs));
}

int main(int argc, char **argv)
{
    const char *where = NULL;
    char *file[4] = {NULL};
    int n = 0, n_threads = 1;

    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;

        if (strcmp(argv[i], "--radius") == 0 && more)
            radius_m = atof(argv[++i]);
        else if (strcmp(argv[i], "--threads") == 0 && more)
            n_threads = atoi(argv[++i]);
        else if (strcmp(argv[i], "--tolerance") == 0 && more)
            tolerance_m = atof(argv[++i]);
        else if (strcmp(argv[i], "--clinics-where") == 0 && more)
            where = argv[++i];
        else if (strcmp(argv[i], "--geodesic-area") == 0)
            geodesic_area = true;
        else if (n < 4)
            file[n++] = argv[i];
    }
    if (n < 4)
        die("usage: driver VILLAGES CLINICS COUNTIES FOLDER [--radius M] [--threads N]");
    ctx = bj_ctx_new();
    if (!ctx)
        die("out of memory");
    bj_ctx_set_threads(ctx, n_threads);
    run(file, where);
    fflush(stdout);
    _Exit(0); /* as the twin: freeing is not part of the work */
}
