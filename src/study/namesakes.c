/* Points that share a name, as witnesses of a shifted layer (shifted.c has the idea).
 *
 * A name's root is what is left without the words that say what stands there: 石河村卫生室 and
 * 石河村民委员会 both have 石河. A point's namesake is the only point of another layer with the
 * same root, or with the longest tail of it (大街街道石河 finds 石河). An ambulance station's is
 * the hospital that it stands at (hosts.c). Offsets farther from their median than four times the
 * median distance are wrong namesakes and left out; of the rest the mean must be 4.5 standard
 * errors from zero, and within 3.5 standard errors and a tenth of its size of what the datum
 * would make. That needs eight offsets.
 *
 * With fewer, single offsets are counted. A datum would make D of them; one agrees when it ends
 * within t = min(100 m, |D| / 6) of D. How often would one do so on sound data? Say offsets point
 * any way, and no length is rarer than a longer one. Then lengths of r metres have a density of
 * at most 1 / r, offsets of that length one of 1 / (2 pi r^2) a square metre, and over the disc
 * of radius t around D that makes
 *
 *     p <= -log(1 - (t / |D|)^2) / 2 <= 1/71,
 *
 * whatever the law of the lengths. That k of m do, for any of h datums, has a chance of at most
 * h C(m, k) p^k. A layer is named when this is below 1 in 1,000, two and three in five at least
 * agree, and no two have the same namesake: two of two suffice (h = 4, two datums looked at with
 * the hosts alone and with all namesakes: 4 / 71^2 = 0.0008), one of one never does. What agrees
 * lies 5/6 |D| from zero at least, so stations in the yards of their hospitals never look
 * shifted. */
#include "study/study_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define M_PER_DEG 111320.0 /* a thousandth is enough here */
#define RADIAN    0.017453292519943295

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* A point with the root of its name. Sorted by root, then layer. */
struct named {
    const char *root, *name;
    uint64_t classes; /* 0 = no facility */
    uint32_t input;
    double lon, lat;
};

static int by_root(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int c = strcmp(x->root, y->root);

    return c ? c : (x->input > y->input) - (x->input < y->input);
}

static enum bj_status add_named(struct bj_ctx *ctx, struct bj_strings *texts,
                                const struct bj_places *p, int is_facility, struct named *to,
                                size_t *n)
{
    for (size_t i = 0; i < p->n; i++) {
        char root[128];

        bj_place_root(p->name[i], is_facility, root, sizeof(root));
        /* A station's host may be named where its root is not: 120急救中心(江城镇卫生院). */
        if (!*root && !(is_facility && p->classes[i] & BJ_EMS_CLASSES))
            continue;
        to[*n].root = bj_strings_add(ctx, texts, root, strlen(root));
        if (!to[*n].root)
            return BJ_ENOMEM;
        to[*n].name = p->name[i];
        to[*n].classes = is_facility ? p->classes[i] : 0;
        to[*n].input = p->input[i];
        to[*n].lon = p->lon_deg[i];
        to[(*n)++].lat = p->lat_deg[i];
    }
    return BJ_OK;
}

/* First of the rows with this root, NULL when none. */
static const struct named *find_root(const struct named *row, size_t n, const char *root)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (strcmp(row[mid].root, root) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n && strcmp(row[low].root, root) == 0 ? &row[low] : NULL;
}

/* The only row of another layer than `input` that has the root, NULL when none or several in
 * one layer. With several layers the first counts. */
static const struct named *only_match(const struct named *row, size_t n, const char *root,
                                      uint32_t input)
{
    const struct named *k = find_root(row, n, root), *found = NULL, *end = row + n;

    for (; k && k < end && strcmp(k->root, root) == 0; k++) {
        bool alone = (k == row || strcmp(k[-1].root, root) != 0 || k[-1].input != k->input) &&
                     (k + 1 == end || strcmp(k[1].root, root) != 0 || k[1].input != k->input);

        if (k->input != input && alone && !found)
            found = k;
    }
    return found;
}

/* Whole root, else its longest tail of at least two characters that is a root elsewhere:
 * 大街街道石河 finds 石河. */
static const struct named *find_match(const struct named *row, size_t n, const struct named *k)
{
    const char *p = k->root;

    for (; strlen(p) >= 6; p++) {
        const struct named *m;

        if (((unsigned char)*p & 0xC0) == 0x80)
            continue; /* inside a character */
        m = only_match(row, n, p, k->input);
        if (m)
            return m;
    }
    return NULL;
}

/* Offsets of one layer's points from their namesakes, metres east and north. */
struct offsets {
    size_t n, n_hosts; /* the first n_hosts are stations and their hospitals */
    double *e, *n_m;
    double *lon, *lat;       /* of the points */
    double *at_lon, *at_lat; /* of the namesakes */
    uint32_t other;          /* layer of the last namesake */
};

static double median_of(size_t n, const double *v, double *scratch)
{
    memcpy(scratch, v, n * sizeof(*v));
    qsort(scratch, n, sizeof(*scratch), by_size);
    return scratch[n / 2];
}

/* Leaves out offsets far from the median (wrong namesakes), at four times the median distance. */
static enum bj_status drop_outliers(struct bj_ctx *ctx, struct offsets *o)
{
    double *scratch = bj_alloc0(ctx, 2 * o->n, sizeof(*scratch)), *far, me, mn, limit;
    size_t kept = 0;

    if (!scratch)
        return BJ_ENOMEM;
    far = scratch + o->n;
    me = median_of(o->n, o->e, scratch);
    mn = median_of(o->n, o->n_m, scratch);
    for (size_t i = 0; i < o->n; i++)
        far[i] = hypot(o->e[i] - me, o->n_m[i] - mn);
    limit = 4 * median_of(o->n, far, scratch) + 1;
    for (size_t i = 0; i < o->n; i++)
        if (hypot(o->e[i] - me, o->n_m[i] - mn) <= limit) {
            o->e[kept] = o->e[i];
            o->n_m[kept++] = o->n_m[i];
        }
    o->n = kept;
    bj_free(ctx, scratch);
    return BJ_OK;
}

struct mean {
    double e, n, error; /* metres; standard error of each component, the larger */
};

static struct mean mean_of(const struct offsets *o)
{
    struct mean m = {0, 0, 0};
    double ve = 0, vn = 0, n = (double)o->n;

    for (size_t i = 0; i < o->n; i++) {
        m.e += o->e[i] / n;
        m.n += o->n_m[i] / n;
    }
    for (size_t i = 0; i < o->n; i++) {
        ve += (o->e[i] - m.e) * (o->e[i] - m.e);
        vn += (o->n_m[i] - m.n) * (o->n_m[i] - m.n);
    }
    m.error = sqrt(fmax(ve, vn) / (n * (n - 1)));
    return m;
}

/* Displacement q - p of a layer declared `from` and truly in `to`, at q. */
static void expected(enum bj_datum from, enum bj_datum to, double lon, double lat, double *e,
                     double *n)
{
    double x = lon, y = lat;

    bj_datum_shift(BJ_DATUM_CGCS2000, from, 1, &x, &y);
    bj_datum_shift(to, BJ_DATUM_CGCS2000, 1, &x, &y);
    *e = (lon - x) * M_PER_DEG * cos(lat * RADIAN);
    *n = (lat - y) * M_PER_DEG;
}

static enum bj_status blame(struct bj_ctx *ctx, struct bj_study *s, size_t input, int datum,
                            const struct offsets *o, size_t n, const double mean[2],
                            const double want[2])
{
    char text[400];

    snprintf(text, sizeof(text),
             R_("%zu points that share a name with points of %.120s and others lie on average "
                "%.0f m east and %.0f m north of them, where that would make %.0f and %.0f m"),
             n, s->input[o->other].path, mean[0], mean[1], want[0], want[1]);
    return bj_blame_datum(ctx, s, input, datum, BJ_BY_NAMES, o->other, text);
}

/* Eight offsets and more. */
static enum bj_status judge_mean(struct bj_ctx *ctx, struct bj_study *s, size_t input,
                                 struct offsets *o)
{
    struct mean m;
    size_t given = o->n;
    double lon = o->lon[o->n - 1], lat = o->lat[o->n - 1], size;
    enum bj_status st = drop_outliers(ctx, o);

    if (st != BJ_OK || o->n < 8)
        return st;
    m = mean_of(o);
    size = hypot(m.e, m.n);
    /* Standard errors are of one component; a metre keeps copies of points from dividing by 0. */
    if (size < 4.5 * (m.error + 1) || 2 * o->n < given)
        return BJ_OK;
    for (int d = 0; st == BJ_OK && d < BJ_DATUMS; d++) {
        double want[2];

        if (!bj_is_other_datum(bj_declared_datum(s, input), d))
            continue;
        expected(bj_declared_datum(s, input), (enum bj_datum)d, lon, lat, &want[0], &want[1]);
        size = hypot(want[0], want[1]);
        if (size < 15 || hypot(m.e - want[0], m.n - want[1]) > 3.5 * m.error + 0.1 * size)
            continue;
        st = blame(ctx, s, input, d, o, o->n, (const double[]){m.e, m.n}, want);
    }
    return st;
}

/* A point whose namesake was one before tells nothing new. */
static bool is_repeated(const struct offsets *o, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (o->at_lon[k] == o->at_lon[i] && o->at_lat[k] == o->at_lat[i])
            return true;
    return false;
}

enum { FEW = 8, LOOKS = 2 };
#define CHANCE 1e-3

/* The first n offsets, each for itself: see the essay. */
static enum bj_status judge_few(struct bj_ctx *ctx, struct bj_study *s, size_t input,
                                const struct offsets *o, size_t n)
{
    enum bj_datum from = bj_declared_datum(s, input);
    enum bj_status st = BJ_OK;

    for (int d = 0; st == BJ_OK && d < BJ_DATUMS; d++) {
        double chance = LOOKS * (BJ_DATUMS - 2), mean[2] = {0, 0}, want[2] = {0, 0};
        size_t k = 0, m = 0;

        for (size_t i = 0; bj_is_other_datum(from, d) && i < n; i++) {
            double e, nn, size, reach;

            if (is_repeated(o, i))
                continue;
            m++;
            expected(from, (enum bj_datum)d, o->lon[i], o->lat[i], &e, &nn);
            size = hypot(e, nn);
            reach = fmin(100, size / 6);
            if (size < 15 || hypot(o->e[i] - e, o->n_m[i] - nn) > reach)
                continue;
            k++;
            chance *= -log1p(-reach * reach / (size * size)) / 2;
            mean[0] += o->e[i];
            mean[1] += o->n_m[i];
            want[0] += e;
            want[1] += nn;
        }
        for (size_t i = 0; i < k; i++) /* C(m, k), and sums to means */
            chance *= (double)(m - i) / (double)(i + 1);
        if (k < 2 || 5 * k < 3 * m || chance > CHANCE)
            continue;
        for (int i = 0; i < 2; i++) {
            mean[i] /= (double)k;
            want[i] /= (double)k;
        }
        st = blame(ctx, s, input, d, o, k, mean, want);
    }
    return st;
}

static void add_offset(struct offsets *o, const struct named *k, const struct named *m)
{
    size_t i = o->n++;

    o->e[i] = (k->lon - m->lon) * M_PER_DEG * cos(m->lat * RADIAN);
    o->n_m[i] = (k->lat - m->lat) * M_PER_DEG;
    o->lon[i] = k->lon;
    o->lat[i] = k->lat;
    o->at_lon[i] = m->lon;
    o->at_lat[i] = m->lat;
    o->other = m->input;
}

/* Hosts come first; a station that has one asks no other namesake. */
static void find_offsets(const struct bj_hosts *hosts, uint32_t input, const struct named *row,
                         size_t n, struct offsets *o)
{
    struct named host = {0};

    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < n; i++) {
            bool has_host =
                row[i].input == input && row[i].classes & BJ_EMS_CLASSES &&
                bj_hosts_find(hosts, row[i].name, input, &host.input, &host.lon, &host.lat);
            const struct named *m = has_host ? &host : NULL;

            if (row[i].input == input && pass == 1 && !has_host)
                m = find_match(row, n, &row[i]);
            if (m && (pass == 0) == has_host)
                add_offset(o, &row[i], m);
        }
        if (pass == 0)
            o->n_hosts = o->n;
    }
}

static enum bj_status ask_names_of(struct bj_ctx *ctx, struct bj_study *s,
                                   const struct bj_hosts *hosts, size_t input,
                                   const struct named *row, size_t n)
{
    struct offsets o = {0};
    enum bj_status st = BJ_OK;

    o.e = bj_alloc0(ctx, 6 * n, sizeof(*o.e));
    if (!o.e)
        return BJ_ENOMEM;
    o.n_m = o.e + n;
    o.lon = o.n_m + n;
    o.lat = o.lon + n;
    o.at_lon = o.lat + n;
    o.at_lat = o.at_lon + n;
    find_offsets(hosts, (uint32_t)input, row, n, &o);
    if (o.n_hosts < FEW)
        st = judge_few(ctx, s, input, &o, o.n_hosts);
    if (st == BJ_OK && o.n < FEW && o.n > o.n_hosts)
        st = judge_few(ctx, s, input, &o, o.n);
    if (st == BJ_OK && o.n >= FEW)
        st = judge_mean(ctx, s, input, &o);
    bj_free(ctx, o.e);
    return st;
}

enum bj_status bj_suspect_names(struct bj_ctx *ctx, struct bj_study *s)
{
    size_t n = 0, most = s->villages.n + s->settlements.n + s->facilities.n;
    struct named *row;
    struct bj_strings texts = {0};
    struct bj_hosts hosts = {0};
    enum bj_status st = BJ_ENOMEM;

    if (s->facilities.n + s->settlements.n == 0)
        return BJ_OK; /* no two layers */
    row = bj_alloc0(ctx, most, sizeof(*row));
    if (row)
        st = add_named(ctx, &texts, &s->villages, 0, row, &n);
    if (st == BJ_OK)
        st = add_named(ctx, &texts, &s->settlements, 0, row, &n);
    if (st == BJ_OK)
        st = add_named(ctx, &texts, &s->facilities, 1, row, &n);
    if (st == BJ_OK)
        st = bj_hosts_init(ctx, &s->facilities, &hosts);
    if (st == BJ_OK)
        qsort(row, n, sizeof(*row), by_root);
    for (size_t i = 0; st == BJ_OK && i < s->n_inputs; i++)
        st = ask_names_of(ctx, s, &hosts, i, row, n);
    bj_hosts_release(ctx, &hosts);
    bj_strings_release(ctx, &texts);
    bj_free(ctx, row);
    return st;
}
