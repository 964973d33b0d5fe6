/* Is a layer in GCJ-02 or BD-09 though the case does not say so, or not in it though it does?
 *
 * A map-service datum moves points by 18 to 1,480 m, always the same way at one place, so a
 * wrong one shows in no single distance but in all together (domain.md 5.5). For a layer
 * declared in datum A that is truly in B, what was read as q lies at
 *
 *     p = inverse_B(forward_A(q)),        displacement d = q - p.
 *
 * Each pair (layer, B) is held against three witnesses:
 *
 *   names       points of the layer and of others that share a name (石河村卫生室 and
 *               石河村民委员会; 江城镇卫生院 and 江城镇急救站): their mean offset must be
 *               clearly not zero (4.5 standard errors, after outliers are left out) and agree
 *               with d (3.5 standard errors and 10 %);
 *   townships   points that name their township: far fewer may lie outside it after the move;
 *   boundary    far fewer points of the layer may lie outside the county after it.
 *
 * The areas are held against the points the same way, and against each other: vertices of the
 * boundary, and of an urban area made of whole townships, lie on edges of the townships unless
 * one of the two has been moved. Roads are held against villages and facilities (roadside.c).
 *
 * "Far fewer" is at least four points and three in five. On sound data offsets point all ways
 * and a move in any one direction makes matters worse, so nothing is said. Where both of two
 * layers would explain an offset, both are named, unless one of them is suspected by areas or
 * roads as well and the other by its name's sake alone. Of two datums for one layer the one with
 * more kinds of witnesses is named. Nothing is ever moved: the planner declares `datum:`.
 * Outside 73.5-135.1 E, 18-53.6 N, where these datums are not in use, nothing is looked at. A few
 * points, such as two ambulance stations, are told from chance only by the hospitals that they
 * stand at (namesakes.c). */
#include "study/study_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_POINTS 20000 /* looked at in a layer; more add nothing */

enum bj_datum bj_declared_datum(const struct bj_study *s, size_t input)
{
    enum bj_datum d = s->own->more[input].layer->datum;

    return d == BJ_DATUM_WGS84 ? BJ_DATUM_CGCS2000 : d;
}

/* Candidates for the true datum of a layer declared `from`. */
bool bj_is_other_datum(enum bj_datum from, int to)
{
    return to != BJ_DATUM_WGS84 && to != (int)from;
}

static bool far_fewer(size_t before, size_t after)
{
    return before >= after + 4 && after * 5 <= before * 2;
}

/* ---- the notes ---------------------------------------------------------------------- */

struct bj_blame {
    size_t input;
    int datum;
    unsigned by;  /* set of enum bj_witness */
    size_t other; /* of BJ_BY_NAMES alone */
    const char *path, *role, *fix, *evidence;
};

static struct bj_blame *find_blame(const struct bj_study *s, size_t input, int datum)
{
    for (size_t i = 0; i < s->own->n_blames; i++)
        if (s->own->blame[i].input == input && s->own->blame[i].datum == datum &&
            s->own->blame[i].path == s->input[input].path)
            return &s->own->blame[i];
    return NULL;
}

enum bj_status bj_blame_datum(struct bj_ctx *ctx, struct bj_study *s, size_t input, int datum,
                              enum bj_witness by, size_t other, const char *evidence)
{
    struct bj_blame *b = find_blame(s, input, datum);
    void *p = s->own->blame;
    char fix[100];

    if (b) {
        b->by |= by;
        return BJ_OK;
    }
    if (!bj_grow(ctx, &p, &s->own->blame_cap, s->own->n_blames, sizeof(*b)))
        return BJ_ENOMEM;
    s->own->blame = p;
    if (datum == BJ_DATUM_CGCS2000)
        snprintf(fix, sizeof(fix), R_("%s: remove datum: %s"), s->input[input].role,
                 bj_datum_names[bj_declared_datum(s, input)]);
    else
        snprintf(fix, sizeof(fix), "%s: datum: %s", s->input[input].role, bj_datum_names[datum]);
    b = &s->own->blame[s->own->n_blames];
    *b = (struct bj_blame){input,
                           datum,
                           by,
                           other,
                           s->input[input].path,
                           s->input[input].role,
                           bj_study_keep(ctx, s, fix),
                           bj_study_keep(ctx, s, evidence)};
    if (!b->fix || !b->evidence)
        return BJ_ENOMEM;
    s->own->n_blames++;
    return BJ_OK;
}

static int count_witnesses(unsigned by)
{
    return (by & BJ_BY_AREAS ? 1 : 0) + (by & BJ_BY_ROADS ? 1 : 0) + (by & BJ_BY_NAMES ? 1 : 0);
}

/* Whether another blame explains this one away. */
static bool is_explained(const struct bj_study *s, const struct bj_blame *b)
{
    for (size_t i = 0; i < s->own->n_blames; i++) {
        const struct bj_blame *k = &s->own->blame[i];

        if (k->path == b->path && k->input == b->input &&
            count_witnesses(k->by) > count_witnesses(b->by))
            return true;
        if (b->by == BJ_BY_NAMES && k->input == b->other && k->by != BJ_BY_NAMES)
            return true;
    }
    return false;
}

enum bj_status bj_blame_notes(struct bj_ctx *ctx, struct bj_study *s)
{
    static const char *const code[BJ_DATUMS] = {"looks_unshifted", "", "looks_gcj02", "looks_bd09"};
    static const char *const name[BJ_DATUMS] = {"CGCS2000 / WGS 84", "", "GCJ-02 (国测局坐标)",
                                                "BD-09 (百度坐标)"};
    enum bj_status st = BJ_OK;

    for (size_t i = 0; st == BJ_OK && i < s->own->n_blames; i++) {
        const struct bj_blame *b = &s->own->blame[i];

        if (!is_explained(s, b))
            st = bj_study_note(ctx, s, code[b->datum], b->path, b->fix,
                               R_("the layer (%s) looks as if it were in %s: %s"), b->role,
                               name[b->datum], b->evidence);
    }
    return st;
}

/* ---- moving points --------------------------------------------------------------------- */

void bj_sample_release(struct bj_ctx *ctx, struct bj_sample *k)
{
    bj_free(ctx, k->claim);
    bj_free(ctx, k->lon);
    memset(k, 0, sizeof(*k));
}

enum bj_status bj_sample_init(struct bj_ctx *ctx, struct bj_sample *k, size_t cap)
{
    memset(k, 0, sizeof(*k));
    k->lon = bj_alloc0(ctx, cap ? 4 * cap : 1, sizeof(double));
    k->claim = bj_alloc0(ctx, cap, sizeof(*k->claim));
    if (!k->lon || !k->claim) {
        bj_sample_release(ctx, k);
        return BJ_ENOMEM;
    }
    k->lat = k->lon + cap;
    k->x = k->lat + cap;
    k->y = k->x + cap;
    return BJ_OK;
}

void bj_sample_add(struct bj_sample *k, double lon, double lat, int32_t claim)
{
    k->lon[k->n] = lon;
    k->lat[k->n] = lat;
    k->claim[k->n++] = claim;
}

enum bj_status bj_sample_move(struct bj_ctx *ctx, const struct bj_study *s, struct bj_sample *k,
                              enum bj_datum from, enum bj_datum to)
{
    memcpy(k->x, k->lon, k->n * sizeof(double));
    memcpy(k->y, k->lat, k->n * sizeof(double));
    bj_datum_shift(BJ_DATUM_CGCS2000, from, k->n, k->x, k->y);
    bj_datum_shift(to, BJ_DATUM_CGCS2000, k->n, k->x, k->y);
    return bj_crs_from_lonlat(ctx, s->work, k->n, k->x, k->y);
}

static size_t count_outside(const struct bj_study *s, const struct bj_sample *k)
{
    size_t n = 0;

    for (size_t i = 0; i < k->n; i++)
        n += bj_locator_find(s->own->in_county, k->x[i], k->y[i]) < 0;
    return n;
}

static size_t count_misplaced(const struct bj_study *s, const struct bj_sample *k)
{
    size_t n = 0;

    for (size_t i = 0; i < k->n; i++)
        n += k->claim[i] >= 0 &&
             bj_locator_find(s->own->in_township, k->x[i], k->y[i]) != k->claim[i];
    return n;
}

int bj_by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Distance to the edges of the townships that three in four points keep, at most 5 km. Not the
 * median: edges along the shift hide it. */
static double quartile_to_edges(const struct bj_study *s, struct bj_sample *k)
{
    for (size_t i = 0; i < k->n; i++)
        k->x[i] = fmin(bj_locator_distance(s->own->in_township, k->x[i], k->y[i], 5000), 5000);
    qsort(k->x, k->n, sizeof(double), bj_by_size);
    return k->n ? k->x[k->n * 3 / 4] : 0;
}

/* ---- the boundary as witness --------------------------------------------------------------- */

/* Villages outside the boundary are no places, so this is counted while the layer is read. */
static enum bj_status count_moves(struct bj_ctx *ctx, struct bj_study *s, struct bj_input_more *m,
                                  struct bj_sample *k, enum bj_datum layer, enum bj_datum boundary)
{
    enum bj_status st = bj_sample_move(ctx, s, k, BJ_DATUM_CGCS2000, BJ_DATUM_CGCS2000);

    m->n_seen = k->n;
    m->outside = count_outside(s, k);
    for (int d = 0; st == BJ_OK && d < BJ_DATUMS; d++) {
        m->outside_if[d] = m->outside_if_boundary[d] = m->outside;
        if (bj_is_other_datum(layer, d)) {
            st = bj_sample_move(ctx, s, k, layer, (enum bj_datum)d);
            m->outside_if[d] = count_outside(s, k);
        }
        if (st == BJ_OK && bj_is_other_datum(boundary, d)) {
            st = bj_sample_move(ctx, s, k, (enum bj_datum)d, boundary);
            m->outside_if_boundary[d] = count_outside(s, k);
        }
    }
    return st;
}

bool bj_datums_in_use(const struct bj_study *s)
{
    const double *box = s->own->box;

    return s->own->has_county && bj_datum_in_china((box[0] + box[2]) / 2, (box[1] + box[3]) / 2);
}

enum bj_status bj_suspect_count_outside(struct bj_ctx *ctx, struct bj_study *s,
                                        const struct bj_reading *r, const struct bj_positions *p)
{
    size_t step = p->n / MOST_POINTS + 1;
    struct bj_sample k;
    enum bj_status st;

    if (!bj_datums_in_use(s) || r->layer->role == BJ_ROLE_NEIGHBOURS)
        return BJ_OK;
    st = bj_sample_init(ctx, &k, p->n / step + 1);
    if (st != BJ_OK)
        return st;
    for (size_t i = 0; i < p->n; i += step)
        if (p->fault[i] == BJ_POS_FINE)
            bj_sample_add(&k, p->lon_deg[i], p->lat_deg[i], -1);
    st = count_moves(ctx, s, &s->own->more[r->input], &k, bj_declared_datum(s, r->input),
                     bj_declared_datum(s, (size_t)s->own->boundary_input));
    bj_sample_release(ctx, &k);
    return st;
}

static enum bj_status ask_boundary(struct bj_ctx *ctx, struct bj_study *s)
{
    enum bj_status st = BJ_OK;

    for (size_t i = 0; i < s->n_inputs; i++) {
        const struct bj_input_more *m = &s->own->more[i];
        char text[300];

        for (int d = 0; st == BJ_OK && d < BJ_DATUMS; d++) {
            if (m->n_seen > 0 && far_fewer(m->outside, m->outside_if[d])) {
                snprintf(
                    text, sizeof(text),
                    R_("%zu of its points lie outside the boundary, and %zu if that is undone"),
                    m->outside, m->outside_if[d]);
                st = bj_blame_datum(ctx, s, i, d, BJ_BY_AREAS, 0, text);
            }
            if (st == BJ_OK && m->n_seen > 0 && far_fewer(m->outside, m->outside_if_boundary[d])) {
                snprintf(text, sizeof(text),
                         R_("%zu points of %.150s lie outside it, and %zu if that is undone"),
                         m->outside, s->input[i].path, m->outside_if_boundary[d]);
                st =
                    bj_blame_datum(ctx, s, (size_t)s->own->boundary_input, d, BJ_BY_AREAS, 0, text);
            }
        }
        if (st != BJ_OK)
            return st;
    }
    return st;
}

/* ---- the townships as witnesses ---------------------------------------------------------- */

static enum bj_status sample_places(struct bj_ctx *ctx, const struct bj_places *p,
                                    const int32_t *claim, size_t input, struct bj_sample *k)
{
    size_t n = 0, step, at = 0;
    enum bj_status st;

    for (size_t i = 0; i < p->n; i++)
        n += p->input[i] == input && claim[i] >= 0;
    step = n / MOST_POINTS + 1;
    st = bj_sample_init(ctx, k, n / step + 1);
    for (size_t i = 0; st == BJ_OK && i < p->n; i++)
        if (p->input[i] == input && claim[i] >= 0 && at++ % step == 0)
            bj_sample_add(k, p->lon_deg[i], p->lat_deg[i], claim[i]);
    return st;
}

/* Points outside the township that they name, of all layers together: as read, and if the
 * townships were truly in that datum. */
struct misplaced {
    size_t before, after[BJ_DATUMS];
};

static enum bj_status ask_layer(struct bj_ctx *ctx, struct bj_study *s, size_t input,
                                struct bj_sample *k, struct misplaced *all)
{
    enum bj_datum layer = bj_declared_datum(s, input),
                  area = bj_declared_datum(s, (size_t)s->own->townships_input);
    enum bj_status st = bj_sample_move(ctx, s, k, BJ_DATUM_CGCS2000, BJ_DATUM_CGCS2000);
    size_t before = count_misplaced(s, k), after;
    char text[300];

    all->before += before;
    for (int d = 0; st == BJ_OK && d < BJ_DATUMS; d++) {
        if (bj_is_other_datum(area, d)) {
            st = bj_sample_move(ctx, s, k, (enum bj_datum)d, area);
            all->after[d] += count_misplaced(s, k);
        }
        if (st != BJ_OK || before < 4 || !bj_is_other_datum(layer, d))
            continue;
        st = bj_sample_move(ctx, s, k, layer, (enum bj_datum)d);
        after = count_misplaced(s, k);
        if (st != BJ_OK || !far_fewer(before, after))
            continue;
        snprintf(text, sizeof(text),
                 R_("%zu of its points lie outside the township that they name, and %zu if that is "
                    "undone"),
                 before, after);
        st = bj_blame_datum(ctx, s, input, d, BJ_BY_AREAS, 0, text);
    }
    return st;
}

static enum bj_status ask_all_layers(struct bj_ctx *ctx, struct bj_study *s, struct misplaced *all)
{
    const struct bj_places *places[] = {&s->villages, &s->settlements, &s->facilities, &s->parcels};
    enum bj_status st = BJ_OK;

    for (size_t input = 0; st == BJ_OK && input < s->n_inputs; input++)
        for (int i = 0; st == BJ_OK && i < 4; i++) {
            struct bj_sample k;

            if (places[i]->n == 0 || !s->own->claimed[i])
                continue;
            st = sample_places(ctx, places[i], s->own->claimed[i], input, &k);
            if (st == BJ_OK && k.n > 0)
                st = ask_layer(ctx, s, input, &k, all);
            bj_sample_release(ctx, &k);
        }
    return st;
}

static enum bj_status ask_townships(struct bj_ctx *ctx, struct bj_study *s)
{
    size_t townships = (size_t)s->own->townships_input;
    struct misplaced all = {0};
    enum bj_status st;

    if (s->own->townships_input < 0)
        return BJ_OK;
    st = ask_all_layers(ctx, s, &all);
    for (int d = 0; st == BJ_OK && d < BJ_DATUMS; d++) {
        char text[300];

        if (!bj_is_other_datum(bj_declared_datum(s, townships), d) ||
            !far_fewer(all.before, all.after[d]))
            continue;
        snprintf(
            text, sizeof(text),
            R_("%zu points lie outside the township that they name, and %zu if that is undone"),
            all.before, all.after[d]);
        st = bj_blame_datum(ctx, s, townships, d, BJ_BY_AREAS, 0, text);
    }
    return st;
}

/* ---- boundary and townships against each other ---------------------------------------------- */

/* k: vertices of the area of that input. */
static enum bj_status compare_areas(struct bj_ctx *ctx, struct bj_study *s, size_t area,
                                    struct bj_sample *k)
{
    size_t townships = (size_t)s->own->townships_input;
    enum bj_datum a = bj_declared_datum(s, area), t = bj_declared_datum(s, townships);
    enum bj_status st = bj_sample_move(ctx, s, k, BJ_DATUM_CGCS2000, BJ_DATUM_CGCS2000);
    double before, after;
    char text[300];

    if (st != BJ_OK)
        return st;
    before = quartile_to_edges(s, k);
    for (int d = 0; st == BJ_OK && before >= 60 && d < BJ_DATUMS; d++)
        for (int of_area = 1; st == BJ_OK && of_area >= 0; of_area--) {
            if (!bj_is_other_datum(of_area ? a : t, d))
                continue;
            st = of_area ? bj_sample_move(ctx, s, k, a, (enum bj_datum)d)
                         : bj_sample_move(ctx, s, k, (enum bj_datum)d, t);
            after = st == BJ_OK ? quartile_to_edges(s, k) : before;
            if (after > before / 4)
                continue;
            snprintf(text, sizeof(text),
                     area == (size_t)s->own->boundary_input
                         ? R_("the boundary runs up to %.0f m beside the edges of the townships "
                              "(upper quartile), and %.0f m if that is undone")
                         : R_("the urban area's edge runs up to %.0f m beside the edges of the "
                              "townships (upper quartile), and %.0f m if that is undone"),
                     before, after);
            st = bj_blame_datum(ctx, s, of_area ? area : townships, d, BJ_BY_AREAS, 0, text);
        }
    return st;
}

static enum bj_status ask_area(struct bj_ctx *ctx, struct bj_study *s, int input,
                               const struct bj_polygons *p, const struct bj_crs *crs)
{
    size_t step = p->n_points / 1000 + 1, n = 0;
    struct bj_sample k;
    enum bj_status st;

    if (input < 0 || s->own->townships_input < 0 || s->n_townships == 0)
        return BJ_OK;
    st = bj_sample_init(ctx, &k, p->n_points / step + 1);
    for (size_t i = 0; st == BJ_OK && i < p->n_points; i += step)
        bj_sample_add(&k, p->x[i], p->y[i], -1);
    if (st == BJ_OK && crs)
        st = bj_crs_to_lonlat(ctx, crs, k.n, k.lon, k.lat);
    for (size_t i = 0; st == BJ_OK && i < k.n; i++)
        n += isfinite(k.lon[i]);
    if (st == BJ_OK && n == k.n && n > 0)
        st = compare_areas(ctx, s, (size_t)input, &k);
    bj_sample_release(ctx, &k);
    return st;
}

enum bj_status bj_suspect_shifts(struct bj_ctx *ctx, struct bj_study *s)
{
    enum bj_status st;

    if (!bj_datums_in_use(s))
        return BJ_OK;
    st = ask_area(ctx, s, s->own->boundary_input, &s->county_lonlat, NULL);
    if (st == BJ_OK)
        st = ask_area(ctx, s, s->own->urban_input, &s->urban_area, s->work);
    if (st == BJ_OK)
        st = ask_townships(ctx, s);
    if (st == BJ_OK)
        st = ask_boundary(ctx, s);
    if (st == BJ_OK)
        st = bj_suspect_names(ctx, s);
    return st == BJ_OK ? bj_blame_notes(ctx, s) : st;
}
