/* Control points: from an old datum to CGCS2000 by points that are known in both.
 *
 * Method: a similarity of the plane (四参数: two shifts, a rotation, a scale) between two
 * transverse Mercators, that of the old ellipsoid and that of CGCS2000, both of scale 1 on one
 * meridian through the middle of the points. With z and w the complex coordinates (east + i north)
 * of a point on the two maps, and d = w - z,
 *
 *     d = d0 + e (z - z0),    e = sum of d' conj(z') / sum of |z'|^2,
 *
 * z0, d0 the means, z' and d' without them: least squares in closed form. Differences are fitted,
 * not coordinates, so that no digit is lost. The real part of e is the scale less 1, the imaginary
 * part the rotation.
 *
 * Why not three or seven parameters in space. Planners' points have no ellipsoidal heights, and the
 * points of one county (0.01 of the earth's radius apart) cannot tell three rotations from three
 * shifts: the seven come out strongly correlated and bring nothing. A shift in space, seen on the
 * surface, is conformal but for the ellipsoid's flattening: the field t = T - (T n) n of a constant
 * vector T on a sphere has the gradient -(T n)/R, a pure change of scale. What a similarity leaves
 * over is of second order: |T| x^2 / 2R^2, 5 mm at 50 km from the middle, and strains of the order
 * of e^2 |T| / R, 1e-7. test_control.c holds it to 0.01 m within 50 km, with a seven-parameter set
 * of the size that is published for Beijing 1954. Over a province it is not enough: split the case.
 *
 * Limits, all [A]: a point moves by at most 300 m (the six that EPSG has for Beijing 1954 are
 * 122 to 176 m long in space; GCJ-02, a wrong zone or exchanged columns move more, or turn), scale
 * and rotation stay within 1e-4 (datums: a few ppm and a few seconds), an error above 20 m is a
 * mistyped number. With three points or more the error of a point is
 * sqrt(sum of v^2 / (n - 2)), as 2n observations stand against four unknowns; with two there is no
 * check but scale and rotation.
 *
 * References: C. D. Ghilani, Adjustment Computations, 6th ed. (2017), ch. 18.2 (two-dimensional
 * conformal coordinate transformation); IOGP Guidance Note 7-2, methods 9621 (similarity) and 9603
 * (geocentric translations), which the tests use. */
#include "crs/crs_int.h"

#include <math.h>
#include <string.h>

enum { MOST_POINTS = 2000 };
static const double most_move_m = 300, most_strain = 1e-4, most_error_m = 20, same_place_m = 1;

/* ---- applying ------------------------------------------------------------ */

void bj_tie_apply(const struct bj_tie *t, size_t n, double *lon_deg, double *lat_deg)
{
    bj_tm_forward(&t->from, n, lon_deg, lat_deg);
    for (size_t i = 0; i < n; i++) {
        double x = lon_deg[i] - t->z0x, y = lat_deg[i] - t->z0y;

        lon_deg[i] = t->w0x + x + (t->ex * x - t->ey * y);
        lat_deg[i] = t->w0y + y + (t->ex * y + t->ey * x);
    }
    bj_tm_inverse(&t->to, n, lon_deg, lat_deg);
}

void bj_tie_undo(const struct bj_tie *t, size_t n, double *lon_deg, double *lat_deg)
{
    double cx = 1 + t->ex, cy = t->ey, norm = cx * cx + cy * cy;

    bj_tm_forward(&t->to, n, lon_deg, lat_deg);
    for (size_t i = 0; i < n; i++) {
        double x = lon_deg[i] - t->w0x, y = lat_deg[i] - t->w0y;

        lon_deg[i] = t->z0x + (x * cx + y * cy) / norm;
        lat_deg[i] = t->z0y + (y * cx - x * cy) / norm;
    }
    bj_tm_inverse(&t->from, n, lon_deg, lat_deg);
}

/* ---- fitting ------------------------------------------------------------- */

/* Points on the two maps. */
struct plane {
    size_t n;
    double *x, *y, *dx, *dy; /* old, and new less old */
};

/* Mean of v without the point `skip` (n = none). */
static double mean_of(size_t n, const double *v, size_t skip)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += i == skip ? 0 : v[i];
    return sum / (double)(skip < n ? n - 1 : n);
}

/* The similarity of all points but `skip`. */
static void solve(const struct plane *p, size_t skip, struct bj_tie *t)
{
    double dx0 = mean_of(p->n, p->dx, skip), dy0 = mean_of(p->n, p->dy, skip);
    double re = 0, im = 0, square = 0;

    t->z0x = mean_of(p->n, p->x, skip);
    t->z0y = mean_of(p->n, p->y, skip);
    t->w0x = t->z0x + dx0;
    t->w0y = t->z0y + dy0;
    for (size_t i = 0; i < p->n; i++) {
        double x = p->x[i] - t->z0x, y = p->y[i] - t->z0y;
        double dx = p->dx[i] - dx0, dy = p->dy[i] - dy0;

        if (i == skip)
            continue;
        re += dx * x + dy * y;
        im += dy * x - dx * y;
        square += x * x + y * y;
    }
    t->ex = re / square;
    t->ey = im / square;
}

static double residual_m(const struct plane *p, const struct bj_tie *t, size_t i)
{
    double x = p->x[i] - t->z0x, y = p->y[i] - t->z0y;

    return hypot(p->dx[i] - (t->w0x - t->z0x) - (t->ex * x - t->ey * y),
                 p->dy[i] - (t->w0y - t->z0y) - (t->ex * y + t->ey * x));
}

static double sum_of_squares(const struct plane *p, const struct bj_tie *t, size_t skip)
{
    double sum = 0;

    for (size_t i = 0; i < p->n; i++) {
        double v = i == skip ? 0 : residual_m(p, t, i);

        sum += v * v;
    }
    return sum;
}

/* The point without which the others fit best; with three, where any two fit, the one with the
 * largest residual. */
static size_t culprit(const struct plane *p, const struct bj_tie *all)
{
    double best = INFINITY;
    size_t found = 0;

    for (size_t i = 0; i < p->n; i++) {
        struct bj_tie t = *all;
        double score = -residual_m(p, all, i);

        if (p->n > 3) {
            solve(p, i, &t);
            score = sum_of_squares(p, &t, i);
        }
        if (score < best) {
            best = score;
            found = i;
        }
    }
    return found;
}

static void sum_up(const struct plane *p, const struct bj_tie *t, struct bj_control_fit *f)
{
    f->scale_ppm = (hypot(1 + t->ex, t->ey) - 1) * 1e6;
    f->rotation_s = atan2(t->ey, 1 + t->ex) * DEG_PER_RAD * 3600;
    f->error_m = f->worst_m = NAN;
    f->worst = 0;
    if (p->n > 2) {
        f->error_m = sqrt(sum_of_squares(p, t, p->n) / (double)(p->n - 2));
        f->worst_m = 0;
        for (size_t i = 0; i < p->n; i++)
            if (residual_m(p, t, i) > f->worst_m) {
                f->worst_m = residual_m(p, t, i);
                f->worst = i;
            }
    }
    f->lon_deg = t->w0x;
    f->lat_deg = t->w0y;
    bj_tm_inverse(&t->to, 1, &f->lon_deg, &f->lat_deg);
}

/* ---- judging ------------------------------------------------------------- */

/* Latitudes first: pairs are many. */
static bool at_one_place(const double *lon, const double *lat, size_t a, size_t b)
{
    return fabs(lat[a] - lat[b]) < 1e-4 &&
           bj_geodesic_m(lon[a], lat[a], lon[b], lat[b]) < same_place_m;
}

static enum bj_status judge_point(struct bj_ctx *ctx, const struct bj_control *c, size_t i)
{
    double move_m;

    if (!bj_datum_in_china(c->lon_deg[i], c->lat_deg[i]) ||
        !bj_datum_in_china(c->old_lon_deg[i], c->old_lat_deg[i]))
        return bj_fail(ctx, BJ_EDATA,
                       _("control point '%s' lies outside China, at %.5f, %.5f in the old system "
                         "and %.5f, %.5f in CGCS2000: check its numbers and its zone"),
                       c->name[i], c->old_lon_deg[i], c->old_lat_deg[i], c->lon_deg[i],
                       c->lat_deg[i]);
    move_m = bj_geodesic_m(c->old_lon_deg[i], c->old_lat_deg[i], c->lon_deg[i], c->lat_deg[i]);
    if (move_m > most_move_m)
        return bj_fail(ctx, BJ_EDATA,
                       _("control point '%s' lies %.0f m apart in the two systems; datums differ "
                         "by less than %.0f m, so a number is mistyped, or a zone or a coordinate "
                         "system is another one"),
                       c->name[i], move_m, most_move_m);
    for (size_t k = 0; k < i; k++)
        if (at_one_place(c->lon_deg, c->lat_deg, k, i) ||
            at_one_place(c->old_lon_deg, c->old_lat_deg, k, i))
            return bj_fail(ctx, BJ_EDATA,
                           _("control points '%s' and '%s' are one place; keep one of them"),
                           c->name[k], c->name[i]);
    return BJ_OK;
}

static enum bj_status judge_points(struct bj_ctx *ctx, const struct bj_control *c)
{
    enum bj_status st = BJ_OK;

    if (c->n < 2)
        return bj_fail(
            ctx, BJ_EDATA,
            _("too few control points (%zu): two are needed, and from three on they check "
              "each other"),
            c->n);
    if (c->n > MOST_POINTS)
        return bj_fail(ctx, BJ_EDATA, _("too many control points (%zu): give at most %d"), c->n,
                       (int)MOST_POINTS);
    for (size_t i = 0; st == BJ_OK && i < c->n; i++)
        st = judge_point(ctx, c, i);
    return st;
}

static enum bj_status judge_fit(struct bj_ctx *ctx, const struct bj_control *c,
                                const struct plane *p, const struct bj_tie *t,
                                const struct bj_control_fit *f)
{
    if (f->error_m > most_error_m) {
        size_t i = culprit(p, t);

        return bj_fail(ctx, BJ_EDATA,
                       _("the control points contradict each other by %.1f m (more than %.0f m); "
                         "most likely '%s' is mistyped, which lies %.1f m off the others: correct "
                         "it or leave it out"),
                       f->error_m, most_error_m, c->name[i], residual_m(p, t, i));
    }
    if (hypot(t->ex, t->ey) > most_strain)
        return bj_fail(ctx, BJ_EDATA,
                       _("by the control points lengths differ by %.0f ppm between the systems, "
                         "and directions by %.0f seconds, which no datum does (100 ppm, 20 "
                         "seconds): a number is mistyped, or the points lie too near to each "
                         "other"),
                       f->scale_ppm, f->rotation_s);
    return BJ_OK;
}

/* ---- tying --------------------------------------------------------------- */

/* The points on both maps. block: room for four columns of n. */
static void to_plane(const struct bj_control *c, const struct bj_tie *t, double *block,
                     struct plane *p)
{
    size_t n = c->n, size = n * sizeof(double);

    *p = (struct plane){n, block, block + n, block + 2 * n, block + 3 * n};
    memcpy(p->x, c->old_lon_deg, size);
    memcpy(p->y, c->old_lat_deg, size);
    memcpy(p->dx, c->lon_deg, size);
    memcpy(p->dy, c->lat_deg, size);
    bj_tm_forward(&t->from, n, p->x, p->y);
    bj_tm_forward(&t->to, n, p->dx, p->dy);
    for (size_t i = 0; i < n; i++) {
        p->dx[i] -= p->x[i];
        p->dy[i] -= p->y[i];
    }
}

enum bj_status bj_crs_tie(struct bj_ctx *ctx, struct bj_crs *crs, const struct bj_control *control,
                          struct bj_control_fit *fit)
{
    struct bj_control_fit f = {0};
    struct bj_tie t;
    struct plane p;
    double *block, lon0;
    enum bj_status st;

    if (!crs->old_datum)
        return bj_fail(ctx, BJ_EARG, _("'%s' was not made for control points"), crs->name);
    st = judge_points(ctx, control);
    if (st != BJ_OK)
        return st;
    block = bj_alloc0(ctx, 4 * control->n, sizeof(*block));
    if (!block)
        return BJ_ENOMEM;
    lon0 = mean_of(control->n, control->lon_deg, control->n);
    bj_tm_init(&t.from, crs->a_m, crs->rf, lon0, 0, 1, 500000, 0);
    bj_tm_init(&t.to, BJ_ELLIPSOID_A_M, BJ_ELLIPSOID_RF, lon0, 0, 1, 500000, 0);
    to_plane(control, &t, block, &p);
    solve(&p, p.n, &t);
    sum_up(&p, &t, &f);
    for (size_t i = 0; i < p.n; i++) {
        f.move_m += bj_geodesic_m(control->old_lon_deg[i], control->old_lat_deg[i],
                                  control->lon_deg[i], control->lat_deg[i]) /
                    (double)p.n;
        f.reach_m = fmax(f.reach_m, bj_geodesic_m(f.lon_deg, f.lat_deg, control->lon_deg[i],
                                                  control->lat_deg[i]));
    }
    st = judge_fit(ctx, control, &p, &t, &f);
    bj_free(ctx, block);
    if (st != BJ_OK)
        return st;
    crs->tie = t;
    crs->tied = true;
    if (fit)
        *fit = f;
    return BJ_OK;
}

/* ---- Gauss-Kruger numbers ------------------------------------------------ */

double bj_crs_meridian_deg(const struct bj_crs *crs)
{
    const struct bj_tm *m = &crs->tm;
    struct bj_tm plain;

    if (crs->map != BJ_MAP_TM || fmod(m->x0_m, 1e6) != 500000 || fabs(m->y0_m) > 1e-6)
        return NAN;
    bj_tm_init(&plain, m->a_m, m->e2 > 0 ? 1 / (1 - sqrt(1 - m->e2)) : 0, m->lon0_deg, 0, 1, 500000,
               0);
    return fabs(plain.radius_m - m->radius_m) < 1e-3 ? m->lon0_deg : NAN;
}

double bj_crs_zone_meridian_deg(double easting_m, double northing_m)
{
    int swapped = 0, code = bj_crs_guess_zone(easting_m, northing_m, &swapped);

    if (!code || swapped)
        return NAN;
    return code < 4513 ? 6 * (code - 4478) - 3 : 3 * (code - 4488);
}

void bj_crs_gauss_to_lonlat(const struct bj_crs *like, double meridian_deg, double *x, double *y)
{
    struct bj_tm m;
    double zone = *x >= 1e6 ? floor(*x / 1e6) * 1e6 : 0;

    bj_tm_init(&m, like ? like->a_m : BJ_ELLIPSOID_A_M, like ? like->rf : BJ_ELLIPSOID_RF,
               meridian_deg, 0, 1, zone + 500000, 0);
    bj_tm_inverse(&m, 1, x, y);
}
