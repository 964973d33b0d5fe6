/* What looks wrong with a layer, though it can be read.
 *
 * Nothing here changes a result; each suspicion is a note that says what was seen and how to
 * put it right. They are made to stay silent on sound data: a layer is suspected only when
 * nearly none of its points lie where the county is, and nearly all would after one known
 * mistake is undone.
 *
 *   swapped_axes       latitude and longitude, or northing and easting, exchanged
 *   neighbouring_zone  3 or 6 degrees east or west of the county: the projection's zone is
 *                      another one than the layer says (a wrong central meridian moves points
 *                      by exactly its error in longitude); or eastings whose first two digits
 *                      are those of another zone
 *   zone_prefix        eastings with the zone in front in a CRS without it, or the reverse
 *   dmmss              numbers D.MMSS, minutes and seconds written as decimals: no fraction
 *                      ever has minutes or seconds of 60 or more (domain.md 5.5)
 *   zero_coordinates   rows at 0, 0
 *   far_outside        single points farther away than any use has for them
 *   mixed_geometry     points and areas in one layer
 *   township_mismatch, code_mismatch, code_length, township_type_mismatch
 *                      names, codes and polygons that contradict each other */
#include "study/study_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FAR_KM 100.0

/* ---- boxes ------------------------------------------------------------------------- */

static bool in_box(const struct bj_study *s, double lon, double lat, double margin)
{
    const double *box = s->own->box;

    return lon >= box[0] - margin && lon <= box[2] + margin && lat >= box[1] - margin &&
           lat <= box[3] + margin;
}

/* Degrees around the county in which the points of a layer are expected. */
static double margin_of(const struct bj_reading *r)
{
    return r->layer->role == BJ_ROLE_NEIGHBOURS ? 1.0 : 0.3;
}

static bool nearly_all(size_t part, size_t all)
{
    return part > 0 && part * 5 >= all * 4;
}

static bool nearly_none(size_t part, size_t all)
{
    return part * 5 <= all;
}

struct where {
    size_t n, here;  /* points with a position (or an impossible one), near the county */
    size_t swapped;  /* near the county if x and y were exchanged */
    size_t moved[4]; /* near the county if moved by -6, -3, 3, 6 degrees */
};
static const double moves_deg[4] = {-6, -3, 3, 6};

/* Exchanged source coordinates of up to 2,000 rows, as degrees. */
static enum bj_status count_swapped(struct bj_ctx *ctx, const struct bj_study *s,
                                    const struct bj_reading *r, const struct bj_positions *p,
                                    struct where *w)
{
    size_t step = p->n / 2000 + 1, n = 0, looked = 0;
    double *x = bj_alloc0(ctx, 2 * (p->n / step + 1), sizeof(*x)), *y;
    enum bj_status st;

    if (!x)
        return BJ_ENOMEM;
    y = x + p->n / step + 1;
    for (size_t i = 0; i < p->n; i += step)
        if (isfinite(p->source_x[i])) {
            x[n] = p->source_y[i];
            y[n++] = p->source_x[i];
        }
    st = bj_reading_to_lonlat(ctx, r, n, x, y);
    for (size_t i = 0; st == BJ_OK && i < n; i++)
        looked += in_box(s, x[i], y[i], margin_of(r));
    if (n > 0) /* as a share of all */
        w->swapped = (size_t)((double)looked / (double)n * (double)w->n + 0.5);
    bj_free(ctx, x);
    return st;
}

static void look_where(const struct bj_study *s, const struct bj_reading *r,
                       const struct bj_positions *p, struct where *w)
{
    double margin = margin_of(r);

    memset(w, 0, sizeof(*w));
    for (size_t i = 0; i < p->n; i++) {
        if (p->fault[i] != BJ_POS_FINE && p->fault[i] != BJ_POS_NOWHERE)
            continue;
        w->n++;
        w->here += in_box(s, p->lon_deg[i], p->lat_deg[i], margin);
        for (int k = 0; k < 4; k++)
            w->moved[k] += in_box(s, p->lon_deg[i] + moves_deg[k], p->lat_deg[i], margin);
    }
}

/* ---- axes and zones ----------------------------------------------------------------- */

static void exchange_fix(const char *path, char fix[500])
{
    snprintf(fix, 500,
             R_("exchange them: ogr2ogr -t_srs EPSG:4490 -ct '+proj=axisswap +order=2,1' "
                "fixed.gpkg %.200s"),
             path);
}

static enum bj_status note_swapped(struct bj_ctx *ctx, struct bj_study *s,
                                   const struct bj_reading *r, const struct bj_positions *p)
{
    const int *column = r->match.column;
    char fix[500];

    if (p->from_columns && column[BJ_COL_LON] >= 0 && column[BJ_COL_LAT] >= 0)
        snprintf(fix, sizeof(fix), "fields: {lon: %.100s, lat: %.100s}",
                 r->info->field[column[BJ_COL_LAT]].name, r->info->field[column[BJ_COL_LON]].name);
    else
        exchange_fix(r->layer->path_as_written, fix);
    return bj_study_note(ctx, s, "swapped_axes", r->layer->path_as_written, fix, "%s",
                         s->own->has_county
                             ? R_("the two coordinates look exchanged: the points fall into the "
                                  "county only the other way round")
                         : bj_crs_is_geographic(r->crs)
                             ? R_("the two coordinates look exchanged: no latitude is more than 90 "
                                  "degrees")
                             : R_("the two coordinates look exchanged: eastings have eight digits, "
                                  "northings seven"));
}

/* EPSG code of the CGCS2000 zone that lies d degrees of central meridian from that of `code`;
 * 0 when there is none. Tables of domain.md 5.1. */
static int zone_beside(int code, double d)
{
    static const struct {
        int first, last;
        double step;
    } table[] = {{4491, 4501, 6}, {4502, 4512, 6}, {4513, 4533, 3}, {4534, 4554, 3}};

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        int k = code + (int)(d / table[i].step);

        if (code >= table[i].first && code <= table[i].last)
            return fmod(d, table[i].step) == 0 && k >= table[i].first && k <= table[i].last ? k : 0;
    }
    return 0;
}

static int epsg_of(const struct bj_crs *crs)
{
    const char *code = bj_crs_code(crs);

    return strncmp(code, "EPSG:", 5) == 0 ? atoi(code + 5) : 0;
}

/* "crs: EPSG:4527", or what to do when the code has no such neighbour. */
static void zone_fix(int epsg, double d, char fix[200])
{
    int zone = zone_beside(epsg, d);

    if (zone)
        snprintf(fix, 200, "crs: EPSG:%d", zone);
    else
        snprintf(fix, 200, R_("give the right zone with crs:"));
}

static enum bj_status note_zone(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                                double d)
{
    char fix[200];

    zone_fix(epsg_of(r->crs), d, fix);
    return bj_study_note(
        ctx, s, "neighbouring_zone", r->layer->path_as_written, fix,
        R_("the points lie %g degrees of longitude %s of the county: the layer is in "
           "another zone than %s, which it says, or the boundary is"),
        fabs(d), d > 0 ? R_("west") : R_("east"), s->input[r->input].crs);
}

/* EPSG code that eastings, such as x, need instead of `code`; 0 when they fit. Codes without
 * the zone in front lie 11 (6 degrees) and 21 (3 degrees) above those with it (domain.md 5.1).
 * No county is needed to see this: a zone is not a thousand kilometres wide. */
static bool has_prefix(int code)
{
    return (code >= 4491 && code <= 4501) || (code >= 4513 && code <= 4533);
}

static int zone_of_easting(int code, double x, double y)
{
    bool bare = (code >= 4502 && code <= 4512) || (code >= 4534 && code <= 4554);
    int swapped = 0, guess = bj_crs_guess_zone(x, y, &swapped);

    if (has_prefix(code) && x > 0 && x < 1e6)
        return code + (code <= 4501 ? 11 : 21);
    return (has_prefix(code) || bare) && !swapped && guess != code ? guess : 0;
}

/* The zone's number in front of the easting: there but not in the CRS, or the reverse, or
 * another one. */
static enum bj_status note_prefix(struct bj_ctx *ctx, struct bj_study *s,
                                  const struct bj_reading *r, const struct bj_positions *p,
                                  bool *found)
{
    size_t n = 0, agree = 0, step = p->n / 1000 + 1;
    int code = epsg_of(r->crs), want = 0;
    double example = NAN;
    char fix[40];

    for (size_t i = 0; i < p->n; i += step) {
        int zone = 0;

        if (isfinite(p->source_x[i])) {
            zone = zone_of_easting(code, p->source_x[i], p->source_y[i]);
            n++;
        }
        if (zone && !want) {
            want = zone;
            example = p->source_x[i];
        }
        agree += zone && zone == want;
    }
    if (!nearly_all(agree, n))
        return BJ_OK;
    *found = true;
    snprintf(fix, sizeof(fix), "crs: EPSG:%d", want);
    if (has_prefix(code) && has_prefix(want))
        return bj_study_note(ctx, s, "neighbouring_zone", r->layer->path_as_written, fix,
                             R_("the eastings, such as %.8g, are of another zone than %s"), example,
                             s->input[r->input].crs);
    return bj_study_note(
        ctx, s, "zone_prefix", r->layer->path_as_written, fix,
        R_("the eastings, such as %.8g, do not fit %s: it is about whether the zone's "
           "number stands in front of them"),
        example, s->input[r->input].crs);
}

/* Without a county two things are still certain: no latitude is more than 90, and an easting has
 * eight digits with its zone in front, a northing seven. */
static bool only_exchanged_is_possible(const struct bj_reading *r, const struct bj_positions *p)
{
    bool geographic = bj_crs_is_geographic(r->crs);
    size_t n = 0, impossible = 0;

    for (size_t i = 0; i < p->n; i++) {
        double x = p->source_x[i], y = p->source_y[i];
        int swapped = 0;

        if (!isfinite(x) || !isfinite(y))
            continue;
        n++;
        if (geographic)
            swapped = fabs(y) > 90 && fabs(y) <= 180 && fabs(x) <= 90;
        else
            bj_crs_guess_zone(x, y, &swapped);
        impossible += swapped != 0;
    }
    return nearly_all(impossible, n);
}

/* Keeps count of what the layers say against the boundary. */
static enum bj_status note_place(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                                 const struct bj_positions *p, const struct where *w)
{
    s->own->n_held++;
    if (!nearly_none(w->here, w->n))
        return BJ_OK;
    if (nearly_all(w->swapped, w->n)) {
        s->own->n_swapped++;
        return note_swapped(ctx, s, r, p);
    }
    for (int k = 0; k < 4; k++)
        if (nearly_all(w->moved[k], w->n)) {
            s->own->n_moved[k]++;
            return note_zone(ctx, s, r, moves_deg[k]);
        }
    return BJ_OK;
}

enum bj_status bj_suspect_place(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                                const struct bj_positions *p)
{
    struct where w;
    bool prefix = false;
    enum bj_status st;

    st = note_prefix(ctx, s, r, p, &prefix);
    if (prefix && r->layer->role == BJ_ROLE_BOUNDARY)
        s->own->boundary_misplaced = true;
    if (st != BJ_OK || prefix || s->own->boundary_misplaced)
        return st;
    if (!s->own->has_county)
        return only_exchanged_is_possible(r, p) ? note_swapped(ctx, s, r, p) : BJ_OK;
    look_where(s, r, p, &w);
    if (w.n == 0)
        return BJ_OK;
    if (nearly_none(w.here, w.n))
        st = count_swapped(ctx, s, r, p, &w);
    return st == BJ_OK ? note_place(ctx, s, r, p, &w) : st;
}

/* When all other layers say the same of the boundary it is the likelier culprit. */
static enum bj_status suspect_boundary(struct bj_ctx *ctx, struct bj_study *s)
{
    const struct bj_study_own *own = s->own;
    const char *path;
    char fix[500];

    if (own->boundary_input < 0 || own->n_held < 2)
        return BJ_OK;
    path = s->input[own->boundary_input].path;
    if (own->n_swapped == own->n_held) {
        exchange_fix(path, fix);
        return bj_study_note(ctx, s, "swapped_axes", path, fix,
                             R_("the boundary's two coordinates look exchanged: all %zu other "
                                "layers fall into it only the other way round"),
                             own->n_held);
    }
    for (int k = 0; k < 4; k++) {
        double d = moves_deg[k];

        if (own->n_moved[k] != own->n_held)
            continue;
        zone_fix(epsg_of(s->out_crs), -d, fix);
        return bj_study_note(ctx, s, "neighbouring_zone", path, fix,
                             R_("all %zu other layers lie %g degrees of longitude %s of the "
                                "boundary: it is likely in another zone than it says"),
                             own->n_held, fabs(d), d > 0 ? R_("west") : R_("east"));
    }
    return BJ_OK;
}

/* ---- D.MMSS, zeros, far points --------------------------------------------------------- */

bool bj_may_be_dmmss(double v, bool *telling)
{
    double m = (fabs(v) - floor(fabs(v))) * 100 + 1e-7, sec;

    sec = (m - floor(m)) * 100;
    *telling = sec >= 0.5;
    return m < 60 && sec < 60;
}

static double from_dmmss(double v)
{
    double d = floor(fabs(v)), m = (fabs(v) - d) * 100 + 1e-7, sec = (m - floor(m)) * 100;

    return copysign(d + floor(m) / 60 + sec / 3600, v);
}

/* Three points or more, hardly any in the county as decimals and nearly all as D.MMSS: by chance
 * their numbers would be possible D.MMSS in 0.36^6 of all lists, and lie so in fewer. */
static bool dmmss_by_place(const struct bj_study *s, const struct bj_reading *r,
                           const struct bj_positions *p)
{
    size_t n = 0, decimal = 0, dmmss = 0;

    if (!s->own->has_county || r->layer->role == BJ_ROLE_NEIGHBOURS)
        return false;
    for (size_t i = 0; i < p->n; i++) {
        if (p->fault[i] != BJ_POS_FINE)
            continue;
        n++;
        decimal += in_box(s, p->source_x[i], p->source_y[i], 0.02);
        dmmss += in_box(s, from_dmmss(p->source_x[i]), from_dmmss(p->source_y[i]), 0.02);
    }
    return n >= 3 && nearly_none(decimal, n) && nearly_all(dmmss, n);
}

static enum bj_status suspect_dmmss(struct bj_ctx *ctx, struct bj_study *s,
                                    const struct bj_reading *r, const struct bj_positions *p)
{
    size_t n = 0, telling = 0;

    if (!p->from_columns || !bj_crs_is_geographic(r->crs))
        return BJ_OK;
    for (size_t i = 0; i < p->n; i++) {
        bool a, b;

        if (p->fault[i] != BJ_POS_FINE)
            continue;
        if (!bj_may_be_dmmss(p->source_x[i], &a) || !bj_may_be_dmmss(p->source_y[i], &b))
            return BJ_OK;
        n++;
        telling += a && b;
    }
    /* By chance seconds stay below 60 in 0.6^2 of all points: 12 points make it 5e-6. */
    if ((telling < 12 || telling * 2 < n) && !dmmss_by_place(s, r, p))
        return BJ_OK;
    return bj_study_note(
        ctx, s, "dmmss", r->layer->path_as_written,
        R_("write decimal degrees, or degrees, minutes and seconds with their marks: "
           "126°52′30″"),
        R_("no longitude or latitude has minutes or seconds of 60 or more: the "
           "numbers look like degrees, minutes and seconds written as D.MMSS, but "
           "were read as decimal degrees"));
}

static double km_to_box(const struct bj_study *s, double lon, double lat)
{
    const double *box = s->own->box;
    double x = fmin(fmax(lon, box[0]), box[2]), y = fmin(fmax(lat, box[1]), box[3]);

    return bj_geodesic_m(lon, lat, x, y) / 1000;
}

static enum bj_status suspect_points(struct bj_ctx *ctx, struct bj_study *s,
                                     const struct bj_reading *r, const struct bj_positions *p)
{
    const double *box = s->own->box;
    double limit = fmax(FAR_KM, bj_geodesic_m(box[0], box[1], box[2], box[3]) / 1000), most = 0;
    size_t zero = 0, far = 0, fine = 0;
    enum bj_status st = BJ_OK;

    for (size_t i = 0; i < p->n; i++) {
        double km;

        zero += p->fault[i] == BJ_POS_ZERO;
        if (p->fault[i] != BJ_POS_FINE || !s->own->has_county)
            continue;
        fine++;
        km = in_box(s, p->lon_deg[i], p->lat_deg[i], 0.5)
                 ? 0
                 : km_to_box(s, p->lon_deg[i], p->lat_deg[i]);
        far += km > limit;
        most = fmax(most, km);
    }
    if (zero > 0)
        st = bj_study_note(ctx, s, "zero_coordinates", r->layer->path_as_written, NULL,
                           R_("%zu rows lie at 0, 0 and are not used"), zero);
    /* When most are far the county is part of a larger layer, or another note says why. */
    if (st == BJ_OK && far > 0 && far * 2 < fine)
        st = bj_study_note(ctx, s, "far_outside", r->layer->path_as_written, NULL,
                           R_("%zu points lie more than %.0f km outside the county, the farthest "
                              "%.0f km"),
                           far, limit, most);
    return st;
}

static enum bj_status suspect_geometry(struct bj_ctx *ctx, struct bj_study *s,
                                       const struct bj_reading *r, const struct bj_positions *p)
{
    size_t points = 0, areas = 0;

    if (r->layer->role == BJ_ROLE_PARCELS) /* a row of them is an area or refused */
        return BJ_OK;
    for (size_t i = 0; !p->from_columns && i < p->n; i++) {
        points += r->table.state[i] == BJ_ROW_OK || r->table.state[i] == BJ_ROW_MULTI;
        areas += r->table.state[i] == BJ_ROW_FROM_AREA || r->table.state[i] == BJ_ROW_REPAIRED;
    }
    if (points == 0 || areas == 0)
        return BJ_OK;
    return bj_study_note(
        ctx, s, "mixed_geometry", r->layer->path_as_written, NULL,
        R_("%zu rows are points and %zu areas or lines, which stand as a point inside "
           "them"),
        points, areas);
}

enum bj_status bj_suspect_positions(struct bj_ctx *ctx, struct bj_study *s,
                                    const struct bj_reading *r, const struct bj_positions *p)
{
    enum bj_status st = bj_suspect_place(ctx, s, r, p);

    if (st == BJ_OK)
        st = suspect_dmmss(ctx, s, r, p);
    if (st == BJ_OK)
        st = suspect_points(ctx, s, r, p);
    return st == BJ_OK ? suspect_geometry(ctx, s, r, p) : st;
}

/* ---- names and codes ----------------------------------------------------------------- */

static bool all_digits(const char *s)
{
    return *s && strspn(s, "0123456789") == strlen(s);
}

/* Villages that lie in another township than they name (by_code: than their code names). */
static enum bj_status suspect_claims(struct bj_ctx *ctx, struct bj_study *s, bool by_code)
{
    const struct bj_places *p = &s->villages;
    size_t n = 0, first = 0;

    for (size_t i = 0; s->own->in_township && i < p->n; i++) {
        int32_t t = s->own->claimed[0][i];
        int64_t in = t >= 0 ? bj_locator_find(s->own->in_township, p->x[i], p->y[i]) : -1;

        if (in < 0 || in == t || by_code != (p->township_index[i] != t))
            continue;
        if (n++ == 0)
            first = i;
    }
    if (n == 0)
        return BJ_OK;
    return bj_study_note(
        ctx, s, "township_mismatch", s->input[p->input[first]].path, NULL,
        by_code ? R_("%zu villages lie in another township than their code says, first "
                     "'%s' (row %lld), coded as in '%s'; the area was taken")
                : R_("%zu villages lie in another township than they name, first "
                     "'%s' (row %lld), which names '%s'; the name was taken"),
        n, p->name[first], (long long)p->row[first], s->township[s->own->claimed[0][first]].name);
}

/* Villages whose code begins with another county's six digits. */
static enum bj_status suspect_codes(struct bj_ctx *ctx, struct bj_study *s)
{
    const struct bj_places *p = &s->villages;
    const char *county = s->info->county_code;
    size_t n = 0, first = 0;

    if (strlen(county) < 6 || !all_digits(county))
        return BJ_OK;
    for (size_t i = 0; i < p->n; i++) {
        if (strlen(p->code[i]) != 12 || !all_digits(p->code[i]) ||
            strncmp(p->code[i], county, 6) == 0)
            continue;
        if (n++ == 0)
            first = i;
    }
    if (n == 0)
        return BJ_OK;
    return bj_study_note(
        ctx, s, "code_mismatch", s->input[p->input[first]].path, NULL,
        R_("%zu villages have codes that do not begin with the county's %.6s, first "
           "'%s' (row %lld) with %s; all are used"),
        n, county, p->name[first], (long long)p->row[first], p->code[first]);
}

/* Villages whose code has digits only but not the twelve of the 统计用区划代码 that most have: a
 * leading or a last digit is lost, or it is a township's. */
static enum bj_status suspect_code_lengths(struct bj_ctx *ctx, struct bj_study *s)
{
    const struct bj_places *p = &s->villages;
    size_t n = 0, first = 0, n_full = 0;

    for (size_t i = 0; i < p->n; i++) {
        if (!*p->code[i] || !all_digits(p->code[i]))
            continue;
        if (strlen(p->code[i]) == 12)
            n_full++;
        else if (n++ == 0)
            first = i;
    }
    if (n == 0 || n_full <= n)
        return BJ_OK;
    return bj_study_note(
        ctx, s, "code_length", s->input[p->input[first]].path, NULL,
        R_("%zu villages have codes of digits, but not of 12, first '%s' (row %lld) "
           "with %s; all are used"),
        n, p->name[first], (long long)p->row[first], p->code[first]);
}

/* Townships whose code says 镇 and whose name says 乡, or the like. */
static enum bj_status suspect_types(struct bj_ctx *ctx, struct bj_study *s)
{
    for (size_t t = 0; t < s->n_townships; t++) {
        const struct bj_township *k = &s->township[t];
        const char *by_code = bj_township_type("", k->code, ""), *by_name;
        enum bj_status st;

        by_name = bj_township_type("", "", k->name);
        if (!*by_code || !*by_name || strcmp(by_code, by_name) == 0)
            continue;
        st = bj_study_note(ctx, s, "township_type_mismatch", s->input[s->own->townships_input].path,
                           NULL, R_("the code %s of '%s' is that of a %s; it was taken as %s"),
                           k->code, k->name, by_code, k->type);
        if (st != BJ_OK)
            return st;
    }
    return BJ_OK;
}

enum bj_status bj_suspect_study(struct bj_ctx *ctx, struct bj_study *s)
{
    enum bj_status st = suspect_boundary(ctx, s);

    if (st == BJ_OK)
        st = suspect_claims(ctx, s, false);
    if (st == BJ_OK)
        st = suspect_claims(ctx, s, true);
    if (st == BJ_OK)
        st = suspect_codes(ctx, s);
    if (st == BJ_OK)
        st = suspect_code_lengths(ctx, s);
    return st == BJ_OK ? suspect_types(ctx, s) : st;
}
