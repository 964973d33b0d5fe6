/* Where the rows of a layer are: from their geometry, or from the columns of a list.
 *
 * Lists carry longitude and latitude in two columns, or both in one ("115.98,36.45"), as
 * decimal degrees or as degrees, minutes and seconds (126°52′30″); or easting and northing of
 * a zone. A combined column says nowhere which comes first; longitude is taken first (that is
 * what map services give) unless the second number cannot be a latitude, or only the other
 * order falls on the county; the note swapped_axes says so.
 *
 * A position of exactly (0, 0) is what software writes for "none", and is refused, as are
 * numbers that are not finite or name no place on Earth. */
#include "study/study_int.h"

#include <math.h>
#include <string.h>

/* ---- positions out of columns -------------------------------------------------- */

int bj_position_number(const struct bj_column *c, size_t i, double *out)
{
    if (c->number_state[i] > 0) {
        *out = c->num[i];
        return 1;
    }
    if (c->number_state[i] == 0)
        return 0;
    return c->raw && c->raw[i] && bj_parse_degrees(c->raw[i], out) ? 1 : -1;
}

static void from_two_columns(const struct bj_reading *r, struct bj_positions *p)
{
    const struct bj_column *lon = &r->table.column[r->at[BJ_COL_LON]];
    const struct bj_column *lat = &r->table.column[r->at[BJ_COL_LAT]];

    for (size_t i = 0; i < p->n; i++) {
        int a = bj_position_number(lon, i, &p->source_x[i]),
            b = bj_position_number(lat, i, &p->source_y[i]);

        p->fault[i] = a < 0 || b < 0     ? BJ_POS_UNREADABLE
                      : a == 0 || b == 0 ? BJ_POS_NONE
                                         : BJ_POS_FINE;
    }
}

static bool in_box(const struct bj_study *s, double lon, double lat)
{
    const double *box = s->own->box;

    return lon >= box[0] - 1 && lon <= box[2] + 1 && lat >= box[1] - 1 && lat <= box[3] + 1;
}

/* Whether a combined column has latitude first: see the essay above. */
static bool latitude_first(const struct bj_study *s, const struct bj_positions *p)
{
    size_t n = 0, impossible = 0, here = 0, there = 0;

    for (size_t i = 0; i < p->n; i++) {
        if (p->fault[i] != BJ_POS_FINE)
            continue;
        n++;
        impossible += fabs(p->source_y[i]) > 90 && fabs(p->source_x[i]) <= 90;
        here += in_box(s, p->source_x[i], p->source_y[i]);
        there += in_box(s, p->source_y[i], p->source_x[i]);
    }
    if (n > 0 && impossible == n)
        return true;
    return s->own->has_county && here == 0 && there * 2 > n;
}

static enum bj_status from_one_column(struct bj_ctx *ctx, struct bj_study *s,
                                      const struct bj_reading *r, struct bj_positions *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const char *text = bj_reading_text(r, BJ_COL_LONLAT, i);

        p->fault[i] = bj_is_blank(text)                                       ? BJ_POS_NONE
                      : bj_parse_pair(text, &p->source_x[i], &p->source_y[i]) ? BJ_POS_FINE
                                                                              : BJ_POS_UNREADABLE;
    }
    if (!latitude_first(s, p))
        return BJ_OK;
    for (size_t i = 0; i < p->n; i++) {
        double keep = p->source_x[i];

        p->source_x[i] = p->source_y[i];
        p->source_y[i] = keep;
    }
    return bj_study_note(ctx, s, "swapped_axes", r->layer->path_as_written, NULL,
                         R_("the column '%s' gives latitude before longitude; it was read so"),
                         r->info->field[r->match.column[BJ_COL_LONLAT]].name);
}

static enum bj_status fail_no_position(struct bj_ctx *ctx, const struct bj_reading *r)
{
    struct bj_buf list = {0};
    enum bj_status st;

    for (size_t i = 0; i < r->info->n_fields && i < 40; i++)
        bj_buf_printf(ctx, &list, "%s%s", i ? ", " : "", r->info->field[i].name);
    st = list.failed ? BJ_ENOMEM
                     : bj_fail(ctx, BJ_EDATA,
                               _("'%s' has no geometry, and no columns of longitude and latitude "
                                 "were found among: %s; name them: fields: {lon: …, lat: …}"),
                               r->layer->path_as_written, list.s ? list.s : _("none"));
    bj_buf_release(ctx, &list);
    return st;
}

static enum bj_status from_columns(struct bj_ctx *ctx, struct bj_study *s,
                                   const struct bj_reading *r, struct bj_positions *p)
{
    if (r->at[BJ_COL_LON] < 0 || r->at[BJ_COL_LAT] < 0)
        return from_one_column(ctx, s, r, p);
    from_two_columns(r, p);
    return BJ_OK;
}

/* ---- positions ---------------------------------------------------------------- */

static void from_geometry(const struct bj_reading *r, struct bj_positions *p)
{
    for (size_t i = 0; i < p->n; i++) {
        p->source_x[i] = r->table.x[i];
        p->source_y[i] = r->table.y[i];
        p->fault[i] = r->table.state[i] == BJ_ROW_EMPTY   ? BJ_POS_NONE
                      : r->table.state[i] == BJ_ROW_WRONG ? BJ_POS_WRONG
                                                          : BJ_POS_FINE;
    }
}

enum bj_status bj_positions_init(struct bj_ctx *ctx, size_t n, struct bj_positions *p)
{
    double **column[] = {&p->source_x, &p->source_y, &p->lon_deg, &p->lat_deg, &p->x, &p->y};

    p->n = n;
    for (size_t i = 0; i < sizeof(column) / sizeof(*column); i++) {
        *column[i] = bj_alloc0(ctx, n, sizeof(**column[i]));
        if (!*column[i])
            return BJ_ENOMEM;
    }
    p->fault = bj_alloc0(ctx, n, 1);
    return p->fault ? BJ_OK : BJ_ENOMEM;
}

static void find_faults(struct bj_positions *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->fault[i] == BJ_POS_FINE) {
            if (!isfinite(p->source_x[i]) || !isfinite(p->source_y[i]))
                p->fault[i] = BJ_POS_NOT_FINITE;
            else if (p->source_x[i] == 0 && p->source_y[i] == 0)
                p->fault[i] = BJ_POS_ZERO;
        }
        if (p->fault[i] != BJ_POS_FINE)
            p->source_x[i] = p->source_y[i] = NAN;
    }
}

/* A lenient study without a boundary has no work CRS yet: one in the middle of the points. */
static enum bj_status need_work_crs(struct bj_ctx *ctx, struct bj_study *s,
                                    const struct bj_positions *p)
{
    double low = INFINITY, high = -INFINITY;

    if (s->work)
        return BJ_OK;
    for (size_t i = 0; i < p->n; i++)
        if (isfinite(p->lon_deg[i])) {
            low = fmin(low, p->lon_deg[i]);
            high = fmax(high, p->lon_deg[i]);
        }
    s->lon0_deg = low <= high ? (low + high) / 2 : 0;
    return bj_crs_work_new(ctx, s->lon0_deg, &s->work);
}

static enum bj_status project(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                              struct bj_positions *p)
{
    enum bj_status st = bj_reading_crs(ctx, s, r, p->n, p->source_x, p->source_y, p->from_columns);

    if (st != BJ_OK)
        return st;
    memcpy(p->lon_deg, p->source_x, p->n * sizeof(double));
    memcpy(p->lat_deg, p->source_y, p->n * sizeof(double));
    st = bj_reading_to_lonlat(ctx, r, p->n, p->lon_deg, p->lat_deg);
    if (st == BJ_OK)
        st = need_work_crs(ctx, s, p);
    if (st != BJ_OK)
        return st;
    for (size_t i = 0; i < p->n; i++)
        if (p->fault[i] == BJ_POS_FINE && !isfinite(p->lon_deg[i]))
            p->fault[i] = BJ_POS_NOWHERE;
    memcpy(p->x, p->lon_deg, p->n * sizeof(double));
    memcpy(p->y, p->lat_deg, p->n * sizeof(double));
    return bj_crs_from_lonlat(ctx, s->work, p->n, p->x, p->y);
}

enum bj_status bj_positions_read(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                                 size_t n_roles, const struct bj_reading_role *roles,
                                 struct bj_positions *out)
{
    struct bj_reading_role all[BJ_COL_N];
    const int *column = r->match.column;
    bool two = column[BJ_COL_LON] >= 0 && column[BJ_COL_LAT] >= 0, one = column[BJ_COL_LONLAT] >= 0;
    struct bj_positions p = {0};
    enum bj_status st;

    p.from_columns = (r->info->is_list || !r->info->has_geometry) && (two || one);
    memcpy(all, roles, n_roles * sizeof(*roles));
    if (p.from_columns && two) {
        all[n_roles++] = (struct bj_reading_role){BJ_COL_LON, 1};
        all[n_roles++] = (struct bj_reading_role){BJ_COL_LAT, 1};
    } else if (p.from_columns) {
        all[n_roles++] = (struct bj_reading_role){BJ_COL_LONLAT, 0};
    } else if (!r->info->has_geometry) {
        const uint32_t asked = 1u << BJ_COL_LON | 1u << BJ_COL_LAT | 1u << BJ_COL_LONLAT;

        st = bj_reading_ask(ctx, s, r, asked);
        return st == BJ_OK ? fail_no_position(ctx, r) : st;
    }
    st = bj_reading_rows(ctx, s, r, p.from_columns ? BJ_WANT_ATTRIBUTES : BJ_WANT_POINTS, n_roles,
                         all);
    if (st == BJ_OK)
        st = bj_positions_init(ctx, r->table.n, &p);
    if (st == BJ_OK && p.from_columns)
        st = from_columns(ctx, s, r, &p);
    else if (st == BJ_OK)
        from_geometry(r, &p);
    if (st == BJ_OK) {
        find_faults(&p);
        st = project(ctx, s, r, &p);
    }
    if (st != BJ_OK) {
        bj_positions_release(ctx, &p);
        return st;
    }
    *out = p;
    return BJ_OK;
}

void bj_positions_release(struct bj_ctx *ctx, struct bj_positions *p)
{
    bj_free(ctx, p->fault);
    bj_free(ctx, p->y);
    bj_free(ctx, p->x);
    bj_free(ctx, p->lat_deg);
    bj_free(ctx, p->lon_deg);
    bj_free(ctx, p->source_y);
    bj_free(ctx, p->source_x);
    memset(p, 0, sizeof(*p));
}
