/* Is a roads layer where it says it is?
 *
 * This version uses no roads; `inspect` looks at them so that a mistake is seen before they are.
 * Their vertices are held against the county as those of areas are (suspect.c: exchanged axes,
 * neighbouring zone). For a map-service datum (shifted.c) roads and places are each other's
 * witnesses, since people live and build at roads:
 *
 *     m(v) = median distance to the nearest road after a move by v
 *
 * of up to 300 points of one layer (is the layer shifted?), or of all layers (are the roads?).
 * The datum's displacement D undone is believed when m(D) is at most 150 m and a third of m(0),
 * and at most half of m(D + |D| u) for u in each of eight directions: the fit must be sharp. A
 * single road through a valley with all villages on one side of it could be slid along, so it
 * tells nothing; nor do roads so few that villages lie a kilometre beside them, nor fewer than
 * 24 points. Were the distances of 24 points exponential and drawn anew for each move, all that
 * would happen by chance in 3 of 10,000 looks (20,000 simulated).
 *
 * A layer that cannot be read is a note: nothing is judged by it. Of a layer that covers more
 * than the county only what lies within 0.05 degree of its box counts. */
#include "study/study_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN_DEG 0.05
#define FAR_M      1000.0 /* beyond this a road is no witness */

enum { MOST_POINTS = 300, FEWEST_POINTS = 24, DIRECTIONS = 8 };

/* ---- the lines of the county ------------------------------------------------------------ */

static bool is_near(const struct bj_study *s, double lon, double lat)
{
    const double *box = s->own->box;

    return lon >= box[0] - MARGIN_DEG && lon <= box[2] + MARGIN_DEG && lat >= box[1] - MARGIN_DEG &&
           lat <= box[3] + MARGIN_DEG;
}

/* Vertices near the county, in place, as lines of their own; far ones end a line. lines is in
 * degrees and has room for as many lines as it has points. */
static void crop(const struct bj_study *s, struct bj_polygons *lines, size_t *start)
{
    size_t n = 0, n_lines = 0;

    for (size_t r = 0; r < lines->n_rings; r++) {
        size_t first = n;

        for (size_t i = lines->point_start[r]; i < lines->point_start[r + 1]; i++) {
            if (is_near(s, lines->x[i], lines->y[i])) { /* NaN is not */
                lines->x[n] = lines->x[i];
                lines->y[n++] = lines->y[i];
            } else if (n > first) {
                start[++n_lines] = first = n;
            }
        }
        if (n > first)
            start[++n_lines] = n;
    }
    lines->n_points = n;
    lines->n_rings = lines->n_polygons = n_lines;
}

/* Index of the lines near the county; *out stays NULL when there are none. */
static enum bj_status index_lines(struct bj_ctx *ctx, const struct bj_study *s,
                                  const struct bj_reading *r, struct bj_polygons *lines,
                                  struct bj_locator **out)
{
    struct bj_polygons p = *lines; /* same points; one ring a line */
    size_t *start = bj_alloc0(ctx, 2 * (p.n_points + 1), sizeof(*start));
    enum bj_status st;

    if (!start)
        return BJ_ENOMEM;
    st = bj_reading_to_lonlat(ctx, r, p.n_points, p.x, p.y);
    if (st == BJ_OK) {
        crop(s, &p, start);
        p.poly_start = NULL;
        p.n_features = 0;
        p.point_start = start;
        p.ring_start = start + lines->n_points + 1;
        for (size_t i = 0; i <= p.n_polygons; i++)
            p.ring_start[i] = i;
        st = bj_crs_from_lonlat(ctx, s->work, p.n_points, p.x, p.y);
    }
    if (st == BJ_OK && p.n_points > 0)
        st = bj_locator_new(ctx, &p, out);
    bj_free(ctx, start);
    return st;
}

/* ---- distances to them ------------------------------------------------------------------ */

/* Of the sample's moved points, moved once more by (east, north). scratch: k->n. */
static double median_to_road(const struct bj_locator *roads, const struct bj_sample *k, double east,
                             double north, double *scratch)
{
    for (size_t i = 0; i < k->n; i++)
        scratch[i] =
            fmin(bj_locator_distance(roads, k->x[i] + east, k->y[i] + north, FAR_M), FAR_M);
    qsort(scratch, k->n, sizeof(*scratch), bj_by_size);
    return scratch[k->n / 2];
}

/* Whether the points fit the roads sharply where bj_sample_move() put them; before: median as
 * read; length_m: of the move. */
static bool fits(const struct bj_locator *roads, const struct bj_sample *k, double before,
                 double length_m, double *scratch, double *after)
{
    *after = median_to_road(roads, k, 0, 0, scratch);
    if (*after > 150 || 3 * *after > before)
        return false;
    for (int u = 0; u < DIRECTIONS; u++) {
        double angle = 2 * 3.141592653589793 * u / DIRECTIONS;

        if (2 * *after >
            median_to_road(roads, k, length_m * cos(angle), length_m * sin(angle), scratch))
            return false;
    }
    return true;
}

static double length_of_move(struct bj_ctx *ctx, const struct bj_study *s,
                             const struct bj_sample *k)
{
    double x = k->lon[0], y = k->lat[0];

    if (bj_crs_from_lonlat(ctx, s->work, 1, &x, &y) != BJ_OK)
        return 0;
    return hypot(k->x[0] - x, k->y[0] - y);
}

/* Points of one layer, or of all (roads) when the roads are in question. */
static enum bj_status ask(struct bj_ctx *ctx, struct bj_study *s, const struct bj_locator *roads,
                          struct bj_sample *k, size_t input, bool of_roads)
{
    enum bj_datum declared = bj_declared_datum(s, input);
    double before, after = 0, *scratch = bj_alloc0(ctx, k->n, sizeof(*scratch));
    enum bj_status st;
    char text[200];

    if (!scratch)
        return BJ_ENOMEM;
    st = bj_sample_move(ctx, s, k, BJ_DATUM_CGCS2000, BJ_DATUM_CGCS2000);
    before = st == BJ_OK ? median_to_road(roads, k, 0, 0, scratch) : 0;
    for (int d = 0; st == BJ_OK && d < BJ_DATUMS; d++) {
        if (!bj_is_other_datum(declared, d))
            continue;
        st = of_roads ? bj_sample_move(ctx, s, k, (enum bj_datum)d, declared)
                      : bj_sample_move(ctx, s, k, declared, (enum bj_datum)d);
        if (st != BJ_OK || !fits(roads, k, before, length_of_move(ctx, s, k), scratch, &after))
            continue;
        snprintf(text, sizeof(text),
                 of_roads
                     ? R_("villages and facilities lie %.0f m beside the roads (median), and "
                          "%.0f m if that is undone")
                     : R_("its points lie %.0f m beside the roads (median), and %.0f m if that "
                          "is undone"),
                 before, after);
        st = bj_blame_datum(ctx, s, input, d, BJ_BY_ROADS, 0, text);
    }
    bj_free(ctx, scratch);
    return st;
}

/* Up to MOST_POINTS of an input, or of all inputs (input = SIZE_MAX). */
static enum bj_status gather(struct bj_ctx *ctx, const struct bj_study *s, size_t input,
                             struct bj_sample *k)
{
    const struct bj_places *places[] = {&s->villages, &s->settlements, &s->facilities};
    size_t n = 0, at = 0, step;
    enum bj_status st;

    for (int j = 0; j < 3; j++)
        for (size_t i = 0; i < places[j]->n; i++)
            n += input == SIZE_MAX || places[j]->input[i] == input;
    step = n / MOST_POINTS + 1;
    st = bj_sample_init(ctx, k, n / step + 1);
    for (int j = 0; st == BJ_OK && j < 3; j++)
        for (size_t i = 0; i < places[j]->n; i++)
            if ((input == SIZE_MAX || places[j]->input[i] == input) && at++ % step == 0)
                bj_sample_add(k, places[j]->lon_deg[i], places[j]->lat_deg[i], -1);
    return st;
}

static enum bj_status ask_all(struct bj_ctx *ctx, struct bj_study *s, size_t roads_input,
                              const struct bj_locator *roads)
{
    enum bj_status st = BJ_OK;

    for (size_t i = 0; st == BJ_OK && i <= roads_input; i++) {
        struct bj_sample k;

        st = gather(ctx, s, i == roads_input ? SIZE_MAX : i, &k);
        if (st == BJ_OK && k.n >= FEWEST_POINTS)
            st = ask(ctx, s, roads, &k, i, i == roads_input);
        bj_sample_release(ctx, &k);
    }
    return st;
}

/* ---- the layer --------------------------------------------------------------------------- */

/* An OpenStreetMap file has five layers; roads are its `lines`. */
static bool is_osm(const char *path)
{
    size_t n = strlen(path);

    return (n > 4 && strcmp(path + n - 4, ".pbf") == 0) ||
           (n > 4 && strcmp(path + n - 4, ".osm") == 0);
}

static enum bj_status look(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r)
{
    struct bj_polygons *lines = &r->table.area;
    size_t n_notes = s->n_notes;
    struct bj_locator *roads = NULL;
    enum bj_status st = bj_reading_rows(ctx, s, r, BJ_WANT_LINES, 0, NULL);

    if (st == BJ_OK && lines->n_points > 0)
        st = bj_reading_crs(ctx, s, r, lines->n_points, lines->x, lines->y, 0);
    if (st == BJ_OK && lines->n_points > 0)
        st = bj_frame_suspect(ctx, s, r, lines);
    /* Whoever is in another zone need not be asked for a shift of metres. */
    if (st != BJ_OK || lines->n_points == 0 || s->n_notes > n_notes || !bj_datums_in_use(s))
        return st;
    st = index_lines(ctx, s, r, lines, &roads);
    if (st == BJ_OK && roads)
        st = ask_all(ctx, s, r->input, roads);
    bj_locator_free(roads);
    return st;
}

/* The layer stands among the inputs only while it is looked at. */
static void leave_inputs(struct bj_ctx *ctx, struct bj_study *s, size_t n_inputs)
{
    while (s->n_inputs > n_inputs) {
        s->n_inputs--;
        bj_free(ctx, (void *)s->input[s->n_inputs].field_name);
    }
}

enum bj_status bj_suspect_roads(struct bj_ctx *ctx, struct bj_study *s,
                                const struct bj_case_layer *layer)
{
    struct bj_case_layer osm = *layer;
    struct bj_reading r;
    size_t n_inputs = s->n_inputs;
    enum bj_status st;

    if (!s->own->has_county)
        return BJ_OK;
    osm.source.prefer = BJ_WANT_LINES;
    if (is_osm(osm.source.path) && !osm.source.layer)
        osm.source.layer = "lines";
    st = bj_reading_open(ctx, s, &osm, &r);
    if (st == BJ_OK)
        st = look(ctx, s, &r);
    bj_reading_close(ctx, &r);
    leave_inputs(ctx, s, n_inputs);
    if (st == BJ_OK || st == BJ_ENOMEM || st == BJ_ECANCEL)
        return st;
    return bj_study_note(ctx, s, "unreadable_layer", layer->path_as_written, NULL, "%s",
                         bj_ctx_message(ctx));
}
