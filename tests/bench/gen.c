/* Made-up counties for scripts/bench: villages, clinics and a tiling of counties as shapefiles.
 *
 *   gen county|province|nation FOLDER [SEED]
 *
 * Scale (issue B): about one village per 2 km2 around 115.9 E 36.4 N, in transverse Mercator
 * metres on CGCS2000 with that central meridian.
 *   county    1,000 villages    600 clinics      1 county
 *   province  70,000            45,000           136
 *   nation    690,000           550,000          2,850
 *
 * Counties are the cells of a grid whose inner corners are moved by up to 0.15 of a cell and whose
 * edges wiggle: a sum of sines across the chord, under sin^2 so that edges leave a corner straight
 * and cannot cross. Both neighbours use the same vertices, so counties do not overlap and leave no
 * gap. Edges on the outside only bulge outwards: every village is in some county. A county has 500
 * to 3,000 vertices.
 *
 * Villages: townships of 25 on average, eight of ten villages normal around the township's seat
 * (sigma 2.2 km), the rest anywhere in the cell: one circle in eleven of the nation keeps an
 * exposed arc at 2.5 km, as in issue B's figures. Clinics: at villages drawn without replacement,
 * up to 300 m aside. Everything follows from the seed; the files are equal byte by byte between
 * runs.
 */
#include "banjing/banjing.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PI            3.14159265358979323846
#define LON0_DEG      115.9
#define LAT0_DEG      36.4
#define KM2_A_VILLAGE 2.0

enum { VILLAGES_A_TOWNSHIP = 25, N_SINES = 12, EDGE_MIN = 125, EDGE_MAX = 750 };

struct scenario {
    const char *name;
    size_t nx, ny, n_villages, n_clinics;
};

static const struct scenario scenarios[] = {{"county", 1, 1, 1000, 600},
                                            {"province", 8, 17, 70000, 45000},
                                            {"nation", 50, 57, 690000, 550000}};

/* ---- random numbers: splitmix64 ------------------------------------------ */

static uint64_t state;

static uint64_t next_u64(void)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double uniform(double low, double high)
{
    return low + (high - low) * ((double)(next_u64() >> 11) * 0x1.0p-53);
}

static double normal(double sigma)
{
    double r = sqrt(-2.0 * log(1.0 - uniform(0.0, 1.0)));

    return sigma * r * cos(2.0 * PI * uniform(0.0, 1.0));
}

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "gen: %s\n", what);
    exit(1);
}

static void *need(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);

    if (!p)
        die("out of memory");
    return p;
}

/* ---- tiling --------------------------------------------------------------- */

struct line {
    size_t n;
    double *x, *y;
};

struct tiling {
    size_t nx, ny;
    double cell, west, south;
    double *node_x, *node_y; /* (nx + 1) (ny + 1) */
    struct line *across;     /* nx (ny + 1): from node (i, j) to (i + 1, j) */
    struct line *up;         /* (nx + 1) ny: from node (i, j) to (i, j + 1) */
};

static size_t node(const struct tiling *t, size_t i, size_t j)
{
    return j * (t->nx + 1) + i;
}

/* side: 0 inside; -1, +1: the outside is on the right, left of the way from a to b. */
static struct line wiggle(const struct tiling *t, size_t a, size_t b, int side)
{
    double ax = t->node_x[a], ay = t->node_y[a], dx = t->node_x[b] - ax, dy = t->node_y[b] - ay;
    double amplitude[N_SINES], phase[N_SINES], frequency[N_SINES], length = hypot(dx, dy);
    struct line l;

    l.n = EDGE_MIN + (size_t)uniform(0.0, EDGE_MAX - EDGE_MIN);
    l.x = need(l.n + 1, sizeof(double));
    l.y = need(l.n + 1, sizeof(double));
    for (int k = 0; k < N_SINES; k++) {
        frequency[k] = pow(1.6, k);
        amplitude[k] = 0.04 * t->cell / frequency[k] * uniform(0.3, 1.0);
        phase[k] = uniform(0.0, 2.0 * PI);
    }
    for (size_t i = 0; i <= l.n; i++) {
        double s = (double)i / (double)l.n, d = 0.0, env = sin(PI * s) * sin(PI * s);

        for (int k = 0; k < N_SINES; k++)
            d += amplitude[k] * sin(2.0 * PI * frequency[k] * s + phase[k]);
        d = env * (side ? side * fabs(d) : d);
        l.x[i] = ax + s * dx - d * dy / length;
        l.y[i] = ay + s * dy + d * dx / length;
    }
    l.x[l.n] = t->node_x[b]; /* corners exactly */
    l.y[l.n] = t->node_y[b];
    return l;
}

static void make_nodes(struct tiling *t)
{
    for (size_t j = 0; j <= t->ny; j++)
        for (size_t i = 0; i <= t->nx; i++) {
            bool inner = i > 0 && i < t->nx && j > 0 && j < t->ny;
            double dx = uniform(-0.15, 0.15), dy = uniform(-0.15, 0.15);

            t->node_x[node(t, i, j)] = t->west + t->cell * ((double)i + (inner ? dx : 0.0));
            t->node_y[node(t, i, j)] = t->south + t->cell * ((double)j + (inner ? dy : 0.0));
        }
}

static void make_tiling(struct tiling *t, const struct scenario *s, double x0, double y0)
{
    double area = 1e6 * KM2_A_VILLAGE * (double)s->n_villages;

    t->nx = s->nx;
    t->ny = s->ny;
    t->cell = sqrt(area / (double)(t->nx * t->ny));
    t->west = x0 - t->cell * (double)t->nx / 2.0;
    t->south = y0 - t->cell * (double)t->ny / 2.0;
    t->node_x = need((t->nx + 1) * (t->ny + 1), sizeof(double));
    t->node_y = need((t->nx + 1) * (t->ny + 1), sizeof(double));
    t->across = need(t->nx * (t->ny + 1), sizeof(*t->across));
    t->up = need((t->nx + 1) * t->ny, sizeof(*t->up));
    make_nodes(t);
    for (size_t j = 0; j <= t->ny; j++)
        for (size_t i = 0; i < t->nx; i++)
            t->across[j * t->nx + i] = wiggle(t, node(t, i, j), node(t, i + 1, j),
                                              j == 0       ? -1
                                              : j == t->ny ? 1
                                                           : 0);
    for (size_t j = 0; j < t->ny; j++)
        for (size_t i = 0; i <= t->nx; i++)
            t->up[j * (t->nx + 1) + i] = wiggle(t, node(t, i, j), node(t, i, j + 1),
                                                i == 0       ? 1
                                                : i == t->nx ? -1
                                                             : 0);
}

static size_t append(const struct line *l, bool backwards, double *x, double *y, size_t n)
{
    for (size_t i = 0; i < l->n; i++, n++) { /* without the last point: the next line has it */
        x[n] = l->x[backwards ? l->n - i : i];
        y[n] = l->y[backwards ? l->n - i : i];
    }
    return n;
}

/* Ring of cell (i, j), counter-clockwise, closed; x, y have room for 4 EDGE_MAX + 1. */
static size_t cell_ring(const struct tiling *t, size_t i, size_t j, double *x, double *y)
{
    size_t n = append(&t->across[j * t->nx + i], false, x, y, 0);

    n = append(&t->up[j * (t->nx + 1) + i + 1], false, x, y, n);
    n = append(&t->across[(j + 1) * t->nx + i], true, x, y, n);
    n = append(&t->up[j * (t->nx + 1) + i], true, x, y, n);
    x[n] = x[0];
    y[n] = y[0];
    return n + 1;
}

/* ---- places --------------------------------------------------------------- */

struct place {
    double x, y;
    unsigned county, number; /* number within the county, 1.. */
};

static double clamp(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

/* Villages cell by cell, as a code sorts them; sums to n exactly. */
static void make_villages(const struct tiling *t, struct place *p, size_t n)
{
    size_t n_cells = t->nx * t->ny, k = 0;
    double width = t->cell * (double)t->nx, height = t->cell * (double)t->ny;

    for (size_t c = 0; c < n_cells; c++) {
        size_t until = n * (c + 1) / n_cells, number = 1;
        double x0 = t->west + t->cell * (double)(c % t->nx), sx = 0.0, sy = 0.0;
        double y0 = t->south + t->cell * (double)(c / t->nx);

        for (; k < until; k++, number++) {
            if (number % VILLAGES_A_TOWNSHIP == 1) {
                sx = x0 + uniform(0.0, t->cell);
                sy = y0 + uniform(0.0, t->cell);
            }
            if (uniform(0.0, 1.0) < 0.8) {
                p[k].x = sx + normal(2200.0);
                p[k].y = sy + normal(2200.0);
            } else {
                p[k].x = x0 + uniform(0.0, t->cell);
                p[k].y = y0 + uniform(0.0, t->cell);
            }
            p[k].x = clamp(p[k].x, t->west + 1.0, t->west + width - 1.0);
            p[k].y = clamp(p[k].y, t->south + 1.0, t->south + height - 1.0);
            p[k].county = (unsigned)c;
            p[k].number = (unsigned)number;
        }
    }
}

/* n of the n_villages, each with equal chance, in order (Knuth's algorithm S). */
static void make_clinics(const struct place *v, size_t n_villages, struct place *c, size_t n)
{
    size_t k = 0;

    for (size_t i = 0; i < n_villages && k < n; i++) {
        double angle, far;

        if (uniform(0.0, (double)(n_villages - i)) >= (double)(n - k))
            continue;
        angle = uniform(0.0, 2.0 * PI);
        far = uniform(0.0, 300.0);
        c[k] = v[i];
        c[k].x += far * cos(angle);
        c[k].y += far * sin(angle);
        k++;
    }
}

/* ---- writing -------------------------------------------------------------- */

static struct bj_ctx *ctx;

static void check(enum bj_status st)
{
    if (st)
        die(bj_ctx_message(ctx));
}

static void county_code(size_t county, char *code, size_t cap)
{
    snprintf(code, cap, "%06u", (unsigned)(370000 + county));
}

static void write_places(struct bj_writer *w, const char *layer, const struct place *p, size_t n,
                         bool clinics)
{
    const struct bj_out_field village_fields[] = {{"code", BJ_FIELD_TEXT, 14, 0},
                                                  {"name", BJ_FIELD_TEXT, 36, 0},
                                                  {"pop", BJ_FIELD_INTEGER, 6, 0}};
    const struct bj_out_field clinic_fields[] = {{"code", BJ_FIELD_TEXT, 14, 0},
                                                 {"name", BJ_FIELD_TEXT, 36, 0},
                                                 {"class", BJ_FIELD_TEXT, 16, 0}};

    check(bj_writer_layer(ctx, w, "", layer, BJ_GEOM_POINT, 3,
                          clinics ? clinic_fields : village_fields));
    for (size_t i = 0; i < n; i++) {
        char code[32], name[64];
        union bj_value v[3];

        snprintf(code, sizeof(code), "%s%06u%06u", clinics ? "C" : "", 370000 + p[i].county,
                 p[i].number);
        snprintf(name, sizeof(name), "第%u%s", p[i].number, clinics ? "村卫生室" : "村");
        v[0].text = code;
        v[1].text = name;
        if (clinics)
            v[2].text = "village_clinic";
        else
            v[2].integer = 200 + (int64_t)(p[i].number * 37u % 1800u);
        check(bj_writer_point(ctx, w, p[i].x, p[i].y, v, NULL));
    }
}

static void write_counties(struct bj_writer *w, const struct tiling *t)
{
    const struct bj_out_field fields[] = {{"code", BJ_FIELD_TEXT, 6, 0},
                                          {"name", BJ_FIELD_TEXT, 24, 0}};
    size_t ring_start[2] = {0, 1}, point_start[2] = {0, 0};
    double *x = need(4 * EDGE_MAX + 1, sizeof(*x)), *y = need(4 * EDGE_MAX + 1, sizeof(*y));

    check(bj_writer_layer(ctx, w, "", "counties", BJ_GEOM_POLYGON, 2, fields));
    for (size_t c = 0; c < t->nx * t->ny; c++) {
        struct bj_polygons p = {.n_polygons = 1,
                                .n_rings = 1,
                                .ring_start = ring_start,
                                .point_start = point_start,
                                .x = x,
                                .y = y};
        char code[32], name[64];
        union bj_value v[2] = {{.text = code}, {.text = name}};

        p.n_points = point_start[1] = cell_ring(t, c % t->nx, c / t->nx, x, y);
        county_code(c, code, sizeof(code));
        snprintf(name, sizeof(name), "第%zu县", c + 1);
        check(bj_writer_polygons(ctx, w, &p, 0, 1, v, NULL));
    }
    free(x);
    free(y);
}

int main(int argc, char **argv)
{
    const struct scenario *s = NULL;
    struct bj_outdir *o = NULL;
    struct bj_writer *w = NULL;
    struct bj_crs *crs = NULL;
    struct place *village, *clinic;
    double x0 = LON0_DEG, y0 = LAT0_DEG;
    struct tiling t = {0};

    for (size_t i = 0; argc >= 3 && i < sizeof(scenarios) / sizeof(*scenarios); i++)
        if (strcmp(argv[1], scenarios[i].name) == 0)
            s = &scenarios[i];
    if (!s)
        die("usage: gen county|province|nation FOLDER [SEED]");
    state = argc > 3 ? strtoull(argv[3], NULL, 10) : 20261122u;
    ctx = bj_ctx_new();
    if (!ctx)
        die("out of memory");
    check(bj_crs_work_new(ctx, LON0_DEG, &crs));
    check(bj_crs_from_lonlat(ctx, crs, 1, &x0, &y0));
    make_tiling(&t, s, x0, y0);
    village = need(s->n_villages, sizeof(*village));
    clinic = need(s->n_clinics, sizeof(*clinic));
    make_villages(&t, village, s->n_villages);
    make_clinics(village, s->n_villages, clinic, s->n_clinics);
    check(bj_outdir_begin(ctx, argv[2], "counties.shp", 1, &o));
    check(bj_writer_new(ctx, o, BJ_FORMAT_SHAPEFILE, bj_crs_wkt(crs), NULL, "2026-11-22", &w));
    write_places(w, "villages", village, s->n_villages, false);
    write_places(w, "clinics", clinic, s->n_clinics, true);
    write_counties(w, &t);
    check(bj_writer_close(ctx, w));
    check(bj_outdir_commit(ctx, o));
    bj_crs_free(crs);
    bj_ctx_free(ctx);
    return 0; /* what is left goes with the process */
}
