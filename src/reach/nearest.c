/* The nearest facility of each demand point, to the millimetre and to the last tie.
 *
 * What decides is mm = llround(1000 d), d the geodesic distance on the CGCS2000 ellipsoid as
 * PROJ's geod computes it (Karney 2013), and among equal mm the facility's rank. A geodesic
 * costs about a microsecond, a province has 3e9 pairs: so bounds decide wherever they can, and
 * geod where they cannot. The answer is always that of comparing all pairs by geod.
 *
 * Points are put into space, X = (N cos(lat) cos(lon), N cos(lat) sin(lon), N (1 - e2) sin(lat)),
 * and a k-d tree finds the facility with the shortest chord c (the straight line through the
 * Earth). Others matter only if d can still round to the same millimetre or less. Bounds:
 *
 *   (1) c <= d.
 *   (2) d <= 2 r asin(c / 2r), r = a (1 - e2), the smallest radius of curvature anywhere: the
 *       geodesic is nowhere more curved than 1/r, so its ends are at least as far apart as those
 *       of a circle's arc of that length (Schur's comparison theorem; d <= pi r).
 *   (3) 2b asin(c / 2a) <= b s <= d <= a s <= 2a asin(c / 2b), where s is the arc between the
 *       points on the unit sphere that the ellipsoid becomes when its axes are divided by a, a
 *       and b: that map stretches no curve by more than 1/b and no less than 1/a.
 *
 * At 2.5 km (1) and (2) are 16 micrometres apart, at 20 km 8 mm, at 1000 km 1 km.
 *
 * The distance itself follows from the chord and the curvature k of the normal section halfway
 * in its direction, d ~ (2/k) asin(k c / 2). On x'Dx = 1, D = diag(1/a2, 1/a2, 1/b2), with the
 * chord v and the midpoint m pulled out to the surface,
 *
 *       k = (v'Dv / c2) sqrt((1 - v'Dv / 4) / |Dm|2).
 *
 * Error: expanding c2 for a space curve about its middle, with curvature k(s) and torsion t,
 * the first term that differs from the circle is d^5 (k k''/480 + k'^2/1440 - k2 t2/720); on the
 * ellipsoid k'' is at most 3 e2 / a3 and k', t are of order e2, so the error is about
 * e2 d^5 / (160 a4): 1e-10 m at 20 km. ARC_ERROR uses six times that; 5.4 million random pairs
 * up to 12,000 km had at most 0.21 of it (test arc_formula_is_within_its_bound). Rounding adds
 * 1e-8 m (coordinates of 6.4e6 m in doubles) and geod's own error 1.5e-8 m: ROUNDING is 1e-6 m.
 *
 * So below 50 km, where all that is under 2e-6 m, the formula gives the millimetre, unless
 * 1000 d lies within 2e-3 of a half: then, and above 50 km, geod decides.
 *
 * Facilities at exactly one place are one point of the tree (that of lowest rank), so that a
 * million rows at the town hall's point cost nothing. Own facilities have a tree of their own,
 * asked only where the nearest of all is a neighbour.
 *
 * Karney: Algorithms for geodesics. J. Geodesy 87 (2013). Schur: Math. Annalen 83 (1921).
 * Rapp: Geometric geodesy, part I (1991), 4.1: the chord and its normal section. */
#include "banjing/crs.h"
#include "reach/reach_int.h"

#include <math.h>
#include <string.h>

#define SLICE      2048    /* demand points a piece of work */
#define NEAR_M     50000.0 /* up to here the formula alone gives most millimetres */
#define FORMULA_M  8000e3  /* up to here it is used as a bound */
#define ROUNDING_M 1e-6
#define HALF_PI    1.57079632679489661923
#define DEG        0.017453292519943295769
#define MM_M       0.001

static const double a_m = BJ_ELLIPSOID_A_M;
static const double b_m = BJ_ELLIPSOID_A_M * (1 - 1 / BJ_ELLIPSOID_RF);
static const double e2 = (2 - 1 / BJ_ELLIPSOID_RF) / BJ_ELLIPSOID_RF;

struct finder {
    const struct bj_geopoints *demand, *facility;
    const uint32_t *order;          /* rank of a facility; NULL: its index */
    const unsigned char *neighbour; /* NULL: none */
    struct bj_kdtree any, own;
    const uint32_t *sequence; /* demand points in spatial order */
    struct bj_nearest *out;
};

/* ---- bounds ------------------------------------------------------------- */

static void to_space(double lon_deg, double lat_deg, double x[3])
{
    double lon = lon_deg * DEG, lat = lat_deg * DEG;
    double sin_lat = sin(lat), cos_lat = cos(lat);
    double n = a_m / sqrt(1 - e2 * sin_lat * sin_lat);

    x[0] = n * cos_lat * cos(lon);
    x[1] = n * cos_lat * sin(lon);
    x[2] = n * (1 - e2) * sin_lat;
}

/* Upper bound of the distance for a chord: (2), and (3) where that is smaller or the only one.
 * asin(x) / x <= 1 + x2/6 (1 + x2) for x <= 1/2. */
static double longest(double c)
{
    double x = c / (2 * a_m * (1 - e2)), d = INFINITY;

    if (x <= 0.5)
        d = c * (1 + x * x / 6 * (1 + x * x));
    if (x > 0.1)
        d = fmin(d, 2 * a_m * asin(fmin(1, c / (2 * b_m))));
    return d;
}

/* Square chord up to which a facility may be as near, in mm, as one with the square chord c2:
 * chord <= distance <= longest() + 1 mm, turned back into a chord by (1) or (3). The second
 * millimetre is for rounding. */
static double rival_limit(double c2)
{
    double d = longest(sqrt(c2)) + 2 * MM_M, c = d;

    if (d > 500e3)
        c = fmin(d, 2 * a_m * (d < HALF_PI * 2 * b_m ? sin(d / (2 * b_m)) : 1) + 2 * MM_M);
    return c * c;
}

/* The formula of the opening comment, for points p and q of the surface. */
static double arc_m(const double p[3], const double q[3], double c2)
{
    double vx = p[0] - q[0], vy = p[1] - q[1], vz = p[2] - q[2];
    double mx = 0.5 * (p[0] + q[0]), my = 0.5 * (p[1] + q[1]), mz = 0.5 * (p[2] + q[2]);
    const double ia2 = 1 / (a_m * a_m), ib2 = 1 / (b_m * b_m);
    double v = (vx * vx + vy * vy) * ia2 + vz * vz * ib2;
    double g = (mx * mx + my * my) * ia2 * ia2 + mz * mz * ib2 * ib2;
    double k, x;

    if (!(c2 > 0 && g > 0))
        return 0;
    k = v / c2 * sqrt(fmax(0, 1 - v / 4) / g);
    x = k * sqrt(c2) / 2;
    if (x < 1e-2) /* asin(x)/x by its series, the next term is 35/1152 x^8 < 1e-17 */
        return sqrt(c2) * (1 + x * x * (1.0 / 6 + x * x * (3.0 / 40 + x * x * (15.0 / 336))));
    return 2 / k * asin(fmin(1, x));
}

static double arc_error_m(double d)
{
    double r = d / a_m;

    return ROUNDING_M + e2 * a_m / 24 * r * r * r * r * r;
}

double bj_arc_estimate_m(double lon1_deg, double lat1_deg, double lon2_deg, double lat2_deg,
                         double *error_m)
{
    double p[3], q[3], x, y, z, d;

    to_space(lon1_deg, lat1_deg, p);
    to_space(lon2_deg, lat2_deg, q);
    x = p[0] - q[0];
    y = p[1] - q[1];
    z = p[2] - q[2];
    d = arc_m(p, q, x * x + y * y + z * z);
    *error_m = arc_error_m(d);
    return d;
}

/* Lowest and highest value that the geodesic distance can have. */
static void distance_span(const double p[3], const double q[3], double c2, double *lo, double *hi)
{
    double c = sqrt(c2), d;

    *lo = fmax(c, 2 * b_m * asin(fmin(1, c / (2 * a_m)))) - ROUNDING_M;
    *hi = longest(c) + ROUNDING_M;
    d = arc_m(p, q, c2);
    if (d > FORMULA_M)
        return;
    *lo = fmax(*lo, d - arc_error_m(d));
    *hi = fmin(*hi, d + arc_error_m(d));
}

/* ---- one demand point --------------------------------------------------- */

struct query {
    const struct finder *f;
    double lon_deg, lat_deg, x[3];
    double least_hi; /* of all rivals: no distance above it wins */
    int64_t mm;      /* best so far; -1 none */
    uint32_t id;
};

static int64_t exact_mm(const struct query *q, const struct bj_kd_point *p, double c2)
{
    if (c2 <= NEAR_M * NEAR_M) {
        double t = 1000 * arc_m(p->x, q->x, c2), fraction = t - floor(t);

        if (fabs(fraction - 0.5) > 2000 * ROUNDING_M)
            return llround(t);
    }
    return bj_geodesic_mm(q->lon_deg, q->lat_deg, q->f->facility->lon_deg[p->id],
                          q->f->facility->lat_deg[p->id]);
}

static uint32_t rank_of(const struct finder *f, uint32_t id)
{
    return f->order ? f->order[id] : id;
}

/* Whether facility i stands before j among equals. */
static bool ranks_before(const struct finder *f, uint32_t i, uint32_t j)
{
    uint32_t ri = rank_of(f, i), rj = rank_of(f, j);

    return ri != rj ? ri < rj : i < j;
}

static void note_span(const struct bj_kd_point *p, double c2, void *arg)
{
    struct query *q = arg;
    double lo, hi;

    distance_span(p->x, q->x, c2, &lo, &hi);
    q->least_hi = fmin(q->least_hi, hi);
}

static void compete(const struct bj_kd_point *p, double c2, void *arg)
{
    struct query *q = arg;
    double lo, hi;
    int64_t mm;

    distance_span(p->x, q->x, c2, &lo, &hi);
    if (lo > q->least_hi + MM_M)
        return;
    mm = exact_mm(q, p, c2);
    if (q->mm < 0 || mm < q->mm || (mm == q->mm && ranks_before(q->f, p->id, q->id))) {
        q->mm = mm;
        q->id = p->id;
        q->least_hi = fmin(q->least_hi, (double)(mm + 1) * MM_M);
    }
}

static void ask(struct query *q, const struct bj_kdtree *tree, int32_t *id, int64_t *mm)
{
    struct bj_kd_found found;

    *id = -1;
    *mm = -1;
    bj_kdtree_near(tree, q->x, rival_limit, &found);
    if (found.n == 0)
        return;
    q->mm = -1;
    q->least_hi = INFINITY;
    if (found.many) {
        bj_kdtree_walk(tree, q->x, found.r2, note_span, q);
        bj_kdtree_walk(tree, q->x, found.r2, compete, q);
    } else if (found.n == 1) {
        q->id = found.rival[0].point->id;
        q->mm = exact_mm(q, found.rival[0].point, found.rival[0].c2);
    } else {
        for (size_t i = 0; i < found.n; i++)
            note_span(found.rival[i].point, found.rival[i].c2, q);
        for (size_t i = 0; i < found.n; i++)
            compete(found.rival[i].point, found.rival[i].c2, q);
    }
    *id = (int32_t)q->id;
    *mm = q->mm;
}

static enum bj_status find_slice(struct bj_ctx *ctx, size_t slice, void *arg)
{
    struct finder *f = arg;
    struct bj_nearest *out = f->out;
    size_t end = (slice + 1) * SLICE < f->demand->n ? (slice + 1) * SLICE : f->demand->n;

    (void)ctx;
    for (size_t k = slice * SLICE; k < end; k++) {
        size_t i = f->sequence[k];
        struct query q = {
            .f = f, .lon_deg = f->demand->lon_deg[i], .lat_deg = f->demand->lat_deg[i]};

        to_space(q.lon_deg, q.lat_deg, q.x);
        ask(&q, &f->any, &out->any[i], &out->any_mm[i]);
        /* The nearest of all is the nearest of its own kind. */
        if (out->any[i] < 0 || !f->neighbour || !f->neighbour[out->any[i]]) {
            out->own[i] = out->any[i];
            out->own_mm[i] = out->any_mm[i];
        } else {
            ask(&q, &f->own, &out->own[i], &out->own_mm[i]);
        }
    }
    return BJ_OK;
}

/* ---- preparing ---------------------------------------------------------- */

static enum bj_status check_points(struct bj_ctx *ctx, const struct bj_geopoints *p,
                                   const char *what)
{
    if (p->n > INT32_MAX)
        return bj_fail(ctx, BJ_EARG, _("%zu %s are too many: at most %d"), p->n, what, INT32_MAX);
    for (size_t i = 0; i < p->n; i++)
        if (!(fabs(p->lon_deg[i]) <= 360 && fabs(p->lat_deg[i]) <= 90))
            return bj_fail(ctx, BJ_EARG,
                           _("%s %zu is at no place on Earth: longitude %g, latitude %g"), what, i,
                           p->lon_deg[i], p->lat_deg[i]);
    return BJ_OK;
}

static uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdu;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53u;
    return h ^ (h >> 33);
}

static uint64_t hash_place(double lon_deg, double lat_deg)
{
    double lon = lon_deg + 0.0, lat = lat_deg + 0.0; /* -0 and 0 are one place */
    uint64_t u, v;

    memcpy(&u, &lon, sizeof(u));
    memcpy(&v, &lat, sizeof(v));
    return mix(u * 0x9e3779b97f4a7c15u ^ mix(v));
}

/* Puts facility i into the table of places: slot[] holds point number + 1. */
static void add_place(const struct finder *f, uint32_t *slot, size_t mask,
                      struct bj_kd_point *point, size_t *n, uint32_t i)
{
    const struct bj_geopoints *p = f->facility;
    size_t at = (size_t)hash_place(p->lon_deg[i], p->lat_deg[i]) & mask;

    for (; slot[at]; at = (at + 1) & mask) {
        struct bj_kd_point *known = &point[slot[at] - 1];

        if (p->lon_deg[known->id] == p->lon_deg[i] && p->lat_deg[known->id] == p->lat_deg[i]) {
            if (ranks_before(f, i, known->id))
                known->id = i;
            return;
        }
    }
    slot[at] = (uint32_t)*n + 1;
    to_space(p->lon_deg[i], p->lat_deg[i], point[*n].x);
    point[(*n)++].id = i;
}

/* The tree of all facilities, or of the own ones: one point a place, that of lowest rank. */
static enum bj_status build_tree(struct bj_ctx *ctx, const struct finder *f, bool own_only,
                                 struct bj_kdtree *out)
{
    size_t n = 0, size = 16;
    struct bj_kd_point *point = bj_alloc0(ctx, f->facility->n, sizeof(*point));
    uint32_t *slot = NULL;
    enum bj_status st = BJ_ENOMEM;

    while (size < 2 * f->facility->n)
        size *= 2;
    slot = bj_alloc0(ctx, size, sizeof(*slot));
    if (!point || !slot)
        goto done;
    for (size_t i = 0; i < f->facility->n; i++)
        if (!own_only || !f->neighbour[i])
            add_place(f, slot, size - 1, point, &n, (uint32_t)i);
    st = bj_kdtree_build(ctx, n, point, out);
    if (st == BJ_OK)
        point = NULL; /* now owned by *out */
done:
    bj_free(ctx, slot);
    bj_free(ctx, point);
    return st;
}

/* Bits of v (16 of them) to the even places. */
static uint32_t spread_bits(uint32_t v)
{
    v = (v | (v << 8)) & 0x00ff00ffu;
    v = (v | (v << 4)) & 0x0f0f0f0fu;
    v = (v | (v << 2)) & 0x33333333u;
    return (v | (v << 1)) & 0x55555555u;
}

/* Place of each point on the Z-curve (Morton 1966) over the points' own box. */
static void curve_keys(const struct bj_geopoints *p, uint32_t *key)
{
    double lo_x = 360, hi_x = -360, lo_y = 90, hi_y = -90, sx, sy;

    for (size_t i = 0; i < p->n; i++) {
        lo_x = fmin(lo_x, p->lon_deg[i]);
        hi_x = fmax(hi_x, p->lon_deg[i]);
        lo_y = fmin(lo_y, p->lat_deg[i]);
        hi_y = fmax(hi_y, p->lat_deg[i]);
    }
    sx = hi_x > lo_x ? 65535 / (hi_x - lo_x) : 0;
    sy = hi_y > lo_y ? 65535 / (hi_y - lo_y) : 0;
    for (size_t i = 0; i < p->n; i++)
        key[i] = spread_bits((uint32_t)((p->lon_deg[i] - lo_x) * sx)) |
                 spread_bits((uint32_t)((p->lat_deg[i] - lo_y) * sy)) << 1;
}

/* One pass of a radix sort: from -> to by the byte of the key at `shift`. */
static void sort_pass(size_t n, const uint32_t *key, int shift, const uint32_t *from, uint32_t *to)
{
    size_t start[257] = {0};

    for (size_t i = 0; i < n; i++)
        start[(key[i] >> shift & 255) + 1]++;
    for (int b = 0; b < 256; b++)
        start[b + 1] += start[b];
    for (size_t i = 0; i < n; i++)
        to[start[key[from[i]] >> shift & 255]++] = from[i];
}

/* Demand points in an order in which neighbours on the map follow one another, so that their
 * searches find their part of the tree in the cache. */
static enum bj_status spatial_sequence(struct bj_ctx *ctx, const struct bj_geopoints *p,
                                       uint32_t **sequence)
{
    uint32_t *key = bj_alloc0(ctx, p->n, sizeof(*key));
    uint32_t *a = bj_alloc0(ctx, p->n, sizeof(*a)), *b = bj_alloc0(ctx, p->n, sizeof(*b));

    if (!key || !a || !b) {
        bj_free(ctx, b);
        bj_free(ctx, a);
        bj_free(ctx, key);
        return BJ_ENOMEM;
    }
    curve_keys(p, key);
    for (size_t i = 0; i < p->n; i++)
        a[i] = (uint32_t)i;
    for (int shift = 0; shift < 32; shift += 16) {
        sort_pass(p->n, key, shift, a, b);
        sort_pass(p->n, key, shift + 8, b, a);
    }
    bj_free(ctx, b);
    bj_free(ctx, key);
    *sequence = a;
    return BJ_OK;
}

static enum bj_status new_nearest(struct bj_ctx *ctx, size_t n, struct bj_nearest *out)
{
    out->n = n;
    out->own = bj_alloc0(ctx, n, sizeof(*out->own));
    out->any = bj_alloc0(ctx, n, sizeof(*out->any));
    out->own_mm = bj_alloc0(ctx, n, sizeof(*out->own_mm));
    out->any_mm = bj_alloc0(ctx, n, sizeof(*out->any_mm));
    return out->own && out->any && out->own_mm && out->any_mm ? BJ_OK : BJ_ENOMEM;
}

static bool has_neighbour(const unsigned char *neighbour, size_t n)
{
    for (size_t i = 0; neighbour && i < n; i++)
        if (neighbour[i])
            return true;
    return false;
}

enum bj_status bj_nearest_find(struct bj_ctx *ctx, const struct bj_geopoints *demand,
                               const struct bj_geopoints *facility, const uint32_t *order,
                               const unsigned char *neighbour, struct bj_nearest *out)
{
    struct bj_nearest found = {0};
    struct finder f = {.demand = demand, .facility = facility, .order = order, .out = &found};
    uint32_t *sequence = NULL;
    enum bj_status st;

    st = check_points(ctx, demand, _("demand point"));
    if (st == BJ_OK)
        st = check_points(ctx, facility, _("facility"));
    if (st)
        return st;
    f.neighbour = has_neighbour(neighbour, facility->n) ? neighbour : NULL;
    st = new_nearest(ctx, demand->n, &found);
    if (st == BJ_OK)
        st = build_tree(ctx, &f, false, &f.any);
    if (st == BJ_OK && f.neighbour)
        st = build_tree(ctx, &f, true, &f.own);
    if (st == BJ_OK)
        st = spatial_sequence(ctx, demand, &sequence);
    if (st)
        goto done;
    f.sequence = sequence;
    st = bj_parallel(ctx, (demand->n + SLICE - 1) / SLICE, _("nearest facilities"), find_slice, &f);
    if (st)
        goto done;
    *out = found;
    memset(&found, 0, sizeof(found)); /* now the caller's */
done:
    bj_free(ctx, sequence);
    bj_kdtree_release(ctx, &f.own);
    bj_kdtree_release(ctx, &f.any);
    bj_nearest_release(ctx, &found);
    return st;
}

void bj_nearest_release(struct bj_ctx *ctx, struct bj_nearest *n)
{
    bj_free(ctx, n->own);
    bj_free(ctx, n->any);
    bj_free(ctx, n->own_mm);
    bj_free(ctx, n->any_mm);
    memset(n, 0, sizeof(*n));
}

/* ---- rank --------------------------------------------------------------- */

struct coded {
    const char *code;
    uint32_t index;
};

/* Merges the sorted halves a[0..m) and a[m..n) through spare. */
static void merge_codes(struct coded *a, size_t m, size_t n, struct coded *spare)
{
    size_t i = 0, j = m, k = 0;

    if (m == 0 || m == n || bj_code_compare(a[m - 1].code, a[m].code) <= 0)
        return; /* in order already, as most lists are */
    memcpy(spare, a, m * sizeof(*a));
    while (i < m && j < n)
        a[k++] = bj_code_compare(a[j].code, spare[i].code) < 0 ? a[j++] : spare[i++];
    while (i < m)
        a[k++] = spare[i++];
}

static void sort_codes(struct coded *a, size_t n, struct coded *spare)
{
    if (n < 2)
        return;
    sort_codes(a, n / 2, spare);
    sort_codes(a + n / 2, n - n / 2, spare);
    merge_codes(a, n / 2, n, spare);
}

/* A merge sort: it is stable, which keeps equal codes by index, and the same with every C
 * library. */
enum bj_status bj_facility_order(struct bj_ctx *ctx, size_t n, const char *const *code,
                                 uint32_t *order)
{
    struct coded *a = bj_alloc0(ctx, n, sizeof(*a)), *spare = bj_alloc0(ctx, n / 2 + 1, sizeof(*a));
    enum bj_status st = BJ_ENOMEM;

    if (!a || !spare)
        goto done;
    for (size_t i = 0; i < n; i++) {
        a[i].code = code[i];
        a[i].index = (uint32_t)i;
    }
    sort_codes(a, n, spare);
    for (size_t i = 0; i < n; i++)
        order[a[i].index] = (uint32_t)i;
    st = BJ_OK;
done:
    bj_free(ctx, spare);
    bj_free(ctx, a);
    return st;
}
