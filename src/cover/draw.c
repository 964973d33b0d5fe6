/* Drawing the arcs of a union, and finding them by place.
 *
 * An arc of angle F and radius r is drawn as m chords of equal angle t = F / m. Its ends are the
 * exact points where circles meet, which its neighbours share; the vertices between lie a little
 * outside, at q r, so that the polygon's area is the sector's area:
 *     (m - 2) q^2 + 2 q = m k,   k = t / sin t     (a whole circle: q^2 = k)
 * For small t that puts vertices r t^2 m / (12 (m - 1)) outside and the middles of chords
 * r t^2 / 24 inside (r t^2 / 12 beside the ends); m is the least for which both stay within the
 * tolerance.
 *
 * Why drawn rings never cross. The discs' power diagram (pow_i(p) = |p - ci|^2 - ri^2) has
 * convex cells, and an exposed arc lies in its own disc's cell. So does every chord between two
 * of its points, and every chord to a vertex outside the circle as long as that vertex is in
 * the cell too. The cells' interiors are disjoint, so chains of different discs meet only at
 * shared ends; chains of one disc lie in separate sectors. A vertex leaves its cell only where
 * another circle is nearly tangent (its line of equal power is within the tolerance of the
 * arc): those pairs are kept (struct bj_cover_near), the vertex stays half the way to that line,
 * and the arc's other vertices move out to make up for it, as far as the tolerance allows.
 *
 * An arc is drawn from its own numbers alone, whoever draws it: two counties that share it get
 * the same bits. */
#include "cover/cover_int.h"

#include "base/base_int.h"

#include <math.h>

size_t bj_cover_next_arc(const struct bj_discs *d, size_t arc)
{
    uint32_t ring = d->arc[arc].ring;

    return arc + 1 < d->ring_start[ring + 1] ? arc + 1 : d->ring_start[ring];
}

static bool is_whole(const struct bj_discs *d, size_t arc)
{
    return bj_cover_next_arc(d, arc) == arc;
}

/* How an arc is drawn: m chords, vertices at q radii. */
struct shape {
    size_t m;
    double q;
};

static double vertex_ratio(double angle, size_t m, bool whole)
{
    double t = angle / (double)m, k = t / sin(t), rest = (double)m - 2;

    if (whole)
        return sqrt(k);
    return m == 2 ? k : (sqrt(1 + rest * (double)m * k) - 1) / rest;
}

/* Do m chords keep the tolerance (in radii)? The deepest chord is between two vertices, or at
 * the ends from radius 1 to radius q: its line's distance from the centre. */
static bool shape_fits(double angle, size_t m, double q, bool whole, double tolerance)
{
    double t = angle / (double)m;
    double end = whole ? q * cos(t / 2) : q * sin(t) / sqrt(1 + q * q - 2 * q * cos(t));

    return q - 1 <= tolerance && 1 - end <= tolerance && 1 - q * cos(t / 2) <= tolerance;
}

/* First entry of d->near for the disc, n_near when it has none. */
static size_t first_near(const struct bj_discs *d, uint32_t disc)
{
    size_t low = 0, high = d->n_near;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (d->near[mid].i < disc)
            low = mid + 1;
        else
            high = mid;
    }
    return low < d->n_near && d->near[low].i == disc ? low : d->n_near;
}

static struct shape shape_of(const struct bj_discs *d, size_t arc)
{
    const struct bj_cover_arc *a = &d->arc[arc];
    bool whole = is_whole(d, arc);
    double angle, tolerance, least;
    struct shape s = {1, 1};

    if (a->disc == COVER_NONE)
        return s;
    angle = a->a1 - a->a0;
    tolerance = d->tolerance_m / d->grid.r[a->disc];
    if (angle * angle < 8e-4 * tolerance)
        return s; /* the chord is within 1e-4 tolerances of the arc */
    least = fmax(0.5 + sqrt(0.25 + angle * angle / (12 * tolerance)), angle / (COVER_PI / 4));
    if (whole)
        least = fmax(8, angle / sqrt(12 * tolerance));
    if (first_near(d, a->disc) < d->n_near) /* vertices may be drawn in to the circle itself */
        least = fmax(least, angle / sqrt(8 * tolerance));
    s.m = (size_t)ceil(fmax(least, 2));
    s.q = vertex_ratio(angle, s.m, whole);
    while (!shape_fits(angle, s.m, s.q, whole, tolerance) && s.m < 100000000)
        s.q = vertex_ratio(angle, ++s.m, whole);
    return s;
}

size_t bj_cover_arc_points(const struct bj_discs *d, size_t arc)
{
    return shape_of(d, arc).m;
}

/* One arc under the pen. */
struct pen {
    const struct bj_discs *d;
    uint32_t disc;
    size_t m, near; /* chords; its first entry in d->near, or n_near */
    bool whole;
    double r, a0, step;
};

/* Ratio q for the vertex in direction (ux, uy), drawn in where a near circle asks for it. */
static double kept_ratio(const struct pen *p, double ux, double uy, double q)
{
    const struct bj_discs *d = p->d;
    const struct bj_cover_grid *g = &d->grid;

    for (size_t k = p->near; k < d->n_near && d->near[k].i == p->disc; k++) {
        uint32_t j = d->near[k].near;
        double dx = g->x[j] - g->x[p->disc], dy = g->y[j] - g->y[p->disc];
        double d2 = dx * dx + dy * dy, toward = ux * dx + uy * dy;
        double line; /* ratio at which the ray meets the line of equal power */

        if (toward <= 0)
            continue;
        line = (d2 + p->r * p->r - g->r[j] * g->r[j]) / (2 * p->r * toward);
        q = fmax(fmin(q, 1 + 0.5 * (line - 1)), 1);
    }
    return q;
}

/* Vertices at q radii, or where they are kept, into x, y (NULL: none). Returns the sum of the
 * products of neighbours' ratios: the drawn sector's area in r^2 sin(step) / 2. */
static double draw_vertices(const struct pen *p, double q, double *x, double *y)
{
    double c = cos(p->a0), n = sin(p->a0), cs = cos(p->step), sn = sin(p->step);
    double first = 1, last = 1, sum = 0;
    const struct bj_cover_grid *g = &p->d->grid;

    for (size_t k = 0; k < p->m; k++) {
        double ratio = 1;

        if (k > 0) { /* turn by one step */
            double turned = c * cs - n * sn;

            n = n * cs + c * sn;
            c = turned;
        }
        if (k > 0 || p->whole)
            ratio = p->near < p->d->n_near ? kept_ratio(p, c, n, q) : q;
        if (k == 0)
            first = ratio;
        else
            sum += last * ratio;
        last = ratio;
        if (x && (k > 0 || p->whole)) {
            x[k] = g->x[p->disc] + ratio * p->r * c;
            y[k] = g->y[p->disc] + ratio * p->r * n;
        }
    }
    return sum + last * first;
}

/* Ratio for the free vertices that makes up for what the kept ones lose, as far as the
 * tolerance allows: false position between q and q_max. */
static double make_up(const struct pen *p, double q, double q_max, double want)
{
    double low = q, high = q_max, f_low = draw_vertices(p, low, NULL, NULL) - want;
    double f_high = draw_vertices(p, high, NULL, NULL) - want;

    if (f_low >= 0 || f_high <= 0)
        return f_low >= 0 ? low : high;
    for (int k = 0; k < 4; k++) {
        double f;

        q = low - f_low * (high - low) / (f_high - f_low);
        f = draw_vertices(p, q, NULL, NULL) - want;
        if (f < 0)
            low = q, f_low = f;
        else
            high = q, f_high = f;
    }
    return q;
}

void bj_cover_draw_arc(const struct bj_discs *d, size_t arc, double *x, double *y)
{
    const struct bj_cover_arc *a = &d->arc[arc];
    struct shape s = shape_of(d, arc);
    struct pen p = {d, a->disc, s.m, d->n_near, is_whole(d, arc), 0, a->a0, 0};

    x[0] = a->x;
    y[0] = a->y;
    if (s.m == 1)
        return;
    p.r = d->grid.r[a->disc];
    p.step = (a->a1 - a->a0) / (double)s.m;
    p.near = first_near(d, a->disc);
    if (p.near < d->n_near) {
        double want = (double)s.m * p.step / sin(p.step) * (1 - 1e-14);

        s.q = make_up(&p, s.q, fmax(s.q, 1 + d->tolerance_m / p.r), want);
    }
    (void)draw_vertices(&p, s.q, x, y);
}

double bj_cover_arc_length(const struct bj_discs *d, size_t arc)
{
    const struct bj_cover_arc *a = &d->arc[arc], *b = &d->arc[bj_cover_next_arc(d, arc)];

    if (a->disc == COVER_NONE)
        return hypot(b->x - a->x, b->y - a->y);
    return d->grid.r[a->disc] * (a->a1 - a->a0);
}

double bj_cover_arc_bulge(const struct bj_discs *d, size_t arc)
{
    const struct bj_cover_arc *a = &d->arc[arc];
    double t = a->a1 - a->a0, r, excess = t - sin(t);

    if (a->disc == COVER_NONE)
        return 0;
    if (t < 0.01) /* t - sin t would lose its digits */
        excess = t * t * t / 6 * (1 - t * t / 20);
    r = d->grid.r[a->disc];
    return 0.5 * r * r * excess;
}

void bj_cover_arc_box(const struct bj_discs *d, size_t arc, double box[4])
{
    const struct bj_cover_arc *a = &d->arc[arc], *b = &d->arc[bj_cover_next_arc(d, arc)];
    double grow = d->tolerance_m;

    box[0] = fmin(a->x, b->x);
    box[1] = fmin(a->y, b->y);
    box[2] = fmax(a->x, b->x);
    box[3] = fmax(a->y, b->y);
    if (a->disc != COVER_NONE) {
        double x = d->grid.x[a->disc], y = d->grid.y[a->disc], r = d->grid.r[a->disc];
        int first = (int)ceil(a->a0 / (COVER_PI / 2)), last = (int)floor(a->a1 / (COVER_PI / 2));

        for (int k = first; k <= last; k++) { /* east, north, west, south ends of the circle */
            if ((k & 3) == 0)
                box[2] = x + r;
            else if ((k & 3) == 1)
                box[3] = y + r;
            else if ((k & 3) == 2)
                box[0] = x - r;
            else
                box[1] = y - r;
        }
    }
    box[0] -= grow;
    box[1] -= grow;
    box[2] += grow;
    box[3] += grow;
}

/* ---- arcs by place ----------------------------------------------------------- */

static void shape_arc_grid(struct bj_discs *d)
{
    struct bj_cover_arc_grid *g = &d->arcs;
    double x1 = -INFINITY, y1 = -INFINITY, sides = 0, w, h, size;

    g->x0 = g->y0 = INFINITY;
    for (size_t a = 0; a < d->n_arcs; a++) {
        double b[4];

        bj_cover_arc_box(d, a, b);
        g->x0 = fmin(g->x0, b[0]), x1 = fmax(x1, b[2]);
        g->y0 = fmin(g->y0, b[1]), y1 = fmax(y1, b[3]);
        sides += fmax(b[2] - b[0], b[3] - b[1]);
    }
    w = x1 - g->x0;
    h = y1 - g->y0;
    size = fmax(sides / (double)d->n_arcs, sqrt(w * h / (double)d->n_arcs));
    g->size = fmax(size, fmax(w, h) / (double)d->n_arcs);
    g->nx = (size_t)(w / g->size) + 1;
    g->ny = (size_t)(h / g->size) + 1;
}

static void arc_grid_pass(struct bj_discs *d)
{
    struct bj_cover_arc_grid *g = &d->arcs;

    for (size_t a = 0; a < d->n_arcs; a++) {
        double b[4];
        size_t x0, x1, y1;

        bj_cover_arc_box(d, a, b);
        x0 = bj_cover_clamp((b[0] - g->x0) / g->size, g->nx);
        x1 = bj_cover_clamp((b[2] - g->x0) / g->size, g->nx);
        y1 = bj_cover_clamp((b[3] - g->y0) / g->size, g->ny);
        for (size_t iy = bj_cover_clamp((b[1] - g->y0) / g->size, g->ny); iy <= y1; iy++)
            for (size_t c = iy * g->nx + x0; c <= iy * g->nx + x1; c++) {
                if (g->item)
                    g->item[g->start[c]] = (uint32_t)a;
                g->start[c]++;
            }
    }
}

enum bj_status bj_cover_arc_grid_init(struct bj_ctx *ctx, struct bj_discs *d)
{
    struct bj_cover_arc_grid *g = &d->arcs;
    size_t n_cells;
    uint32_t sum = 0;

    if (d->n_arcs == 0)
        return BJ_OK;
    shape_arc_grid(d);
    n_cells = g->nx * g->ny;
    g->start = bj_alloc0(ctx, n_cells + 1, sizeof(*g->start));
    if (!g->start)
        return BJ_ENOMEM;
    arc_grid_pass(d);
    for (size_t c = 0; c <= n_cells; c++) {
        uint32_t here = g->start[c];

        g->start[c] = sum;
        sum += here;
    }
    g->item = bj_alloc0(ctx, sum, sizeof(*g->item));
    if (!g->item)
        return BJ_ENOMEM; /* bj_discs_free() frees start */
    arc_grid_pass(d);
    for (size_t c = n_cells; c > 0; c--)
        g->start[c] = g->start[c - 1];
    g->start[0] = 0;
    return BJ_OK;
}
