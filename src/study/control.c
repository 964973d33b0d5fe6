/* The list of control points of a layer in an old system: `control: points.csv` (控制点).
 *
 * What surveyors hand out is a table of names, the old coordinates and the new ones. A column is
 * known by its header: words for the system (旧, 原, 西安80, 北京54, old, … against 新, 2000, new,
 * …) and for the axis (X, Y, 北, 东, 经度, 纬度, B, L, …); where the header repeats X and Y the
 * captions over them say the system (io/list.c). A pair without a word for its system is the other
 * one; where neither says it, the columns are asked for: the wrong way round a county would move by
 * twice the shift.
 *
 * Which of two columns is the northing is not believed but seen, because surveyors' X is the
 * northing: northings in China are 1.8 to 6.1 million metres, eastings below one million or eight
 * digits with the zone in front; longitudes are above 60 degrees, latitudes below. All rows must
 * say the same.
 *
 * Old coordinates are degrees on the layer's datum, or Gauss-Kruger: of the zone whose number they
 * carry, else on the layer's own meridian, or in old_crs. New ones are CGCS2000: degrees, a zone by
 * its number, else on the meridian of the old ones, or in new_crs. A wrong meridian moves points by
 * whole degrees: bj_crs_tie() refuses two systems more than 300 m apart, and a list all of whose
 * layer lies 150 km away [A] is refused here. So nothing is taken that is not checked.
 *
 * Rows without both pairs are no points and go into the ledger. What the fit says is an assumption
 * (control_points) in every report; notes warn when an error exceeds 1 m [A], when there is nothing
 * to check two points by, and when the layer reaches beyond twice the points' own extent [A]. */
#include "study/study_int.h"

#include "base/synonyms.h"

#include <math.h>
#include <string.h>

static const double warn_error_m = 1, other_place_m = 150e3;

/* ---- which columns ------------------------------------------------------------- */

/* What a header says. */
struct heading {
    enum { NO_SYSTEM, OLD, NEW } system;
    enum { NO_AXIS, NORTH, EAST } axis;
};

/* Takes every word of the list out of s; true when there was one. */
static bool take_out(char *s, const char *const *words)
{
    bool found = false;

    for (; *words; words++) {
        size_t n = strlen(*words);
        char *at;

        while ((at = strstr(s, *words))) {
            memmove(at, at + n, strlen(at + n) + 1);
            found = true;
        }
    }
    return found;
}

/* Letters and whatever is not ASCII. */
static void drop_marks(char *s)
{
    char *to = s;

    for (; *s; s++)
        if ((unsigned char)*s >= 0x80 || (*s >= 'a' && *s <= 'z'))
            *to++ = *s;
    *to = '\0';
}

static struct heading read_heading(const char *header)
{
    /* Old before new: 新北京54 is an old system. */
    static const char *const old[] = {"新北京", "newbeijing", "北京", "西安",   "beijing", "xian",
                                      "bj",     "1954",       "1980", "54",     "80",      "旧",
                                      "原",     "源",         "old",  "source", NULL};
    static const char *const new[] = {"新", "目标", "2000", "cgcs", "new", "target", NULL};
    static const char *const around[] = {"坐标系", "坐标", "国家", "大地", "平面", "成果", "年",
                                         "方向",   "(m)",  "(米)", "(度)", "(°)",  NULL};
    static const char *const north[] = {
        "x",    "n", "北",    "x北",   "北x", "纵",       "纵x",   "x纵",      "纬", "纬度",
        "北纬", "b", "纬度b", "b纬度", "lat", "latitude", "north", "northing", NULL};
    static const char *const east[] = {
        "y",    "e", "东",    "y东",   "东y", "横",        "横y", "y横",  "经",      "经度",
        "东经", "l", "经度l", "l经度", "lon", "longitude", "lng", "east", "easting", NULL};
    struct heading h = {NO_SYSTEM, NO_AXIS};
    char s[160];

    bj_synonym_fold(header, s, sizeof(s));
    if (take_out(s, old))
        h.system = OLD;
    if (take_out(s, new) && h.system == NO_SYSTEM)
        h.system = NEW;
    take_out(s, around);
    drop_marks(s);
    h.axis = bj_word_find(s, north) >= 0 ? NORTH : bj_word_find(s, east) >= 0 ? EAST : NO_AXIS;
    return h;
}

static bool is_taken(const struct bj_field_match *m, size_t i)
{
    for (int r = BJ_COL_OLD_X; r <= BJ_COL_NEW_Y; r++)
        if (m->column[r] == (int)i)
            return true;
    return false;
}

/* The only free column of that system and axis: its index, -1 none, -2 several. */
static int only_column(size_t n, const struct bj_field *field, const struct bj_field_match *m,
                       int system, int axis)
{
    int found = -1;

    for (size_t i = 0; i < n; i++) {
        struct heading h = read_heading(field[i].name);

        if ((int)h.system == system && (int)h.axis == axis && !is_taken(m, i))
            found = found == -1 ? (int)i : -2;
    }
    return found;
}

static void set_pair(struct bj_field_match *m, enum bj_field_role first, const int pair[2])
{
    if (m->column[first] >= 0 || m->column[first + 1] >= 0 || pair[0] < 0 || pair[1] < 0)
        return;
    for (int k = 0; k < 2; k++) {
        m->column[first + k] = pair[k];
        m->why[first + k] = "name";
    }
}

/* A name rather than a number: 点名 before 编号. */
static void find_name(size_t n, const struct bj_field *field, struct bj_field_match *m)
{
    static const char *const words[] = {"点名",   "控制点名", "控制点名称", "名称", "name", "point",
                                        "控制点", "点",       "点号",       "编号", "id",   NULL};
    char s[160];

    for (size_t w = 0; words[w]; w++)
        for (size_t i = 0; i < n && m->column[BJ_COL_NAME] < 0; i++) {
            bj_synonym_fold(field[i].name, s, sizeof(s));
            if (strcmp(s, words[w]) != 0)
                continue;
            m->column[BJ_COL_NAME] = (int)i;
            m->why[BJ_COL_NAME] = "name";
        }
}

void bj_control_match(size_t n_fields, const struct bj_field *field, struct bj_field_match *m)
{
    int pair[3][2]; /* by system: north, east */
    bool told[3] = {false, false, false};

    for (int s = NO_SYSTEM; s <= NEW; s++) {
        pair[s][0] = only_column(n_fields, field, m, s, NORTH);
        pair[s][1] = only_column(n_fields, field, m, s, EAST);
        told[s] = pair[s][0] != -1 || pair[s][1] != -1;
    }
    told[OLD] = told[OLD] || m->column[BJ_COL_OLD_X] >= 0;
    told[NEW] = told[NEW] || m->column[BJ_COL_NEW_X] >= 0;
    set_pair(m, BJ_COL_OLD_X, told[OLD] || !told[NEW] ? pair[OLD] : pair[NO_SYSTEM]);
    set_pair(m, BJ_COL_NEW_X, told[NEW] || !told[OLD] ? pair[NEW] : pair[NO_SYSTEM]);
    find_name(n_fields, field, m);
}

static enum bj_status need_columns(struct bj_ctx *ctx, const struct bj_reading *c)
{
    struct bj_buf list = {0};
    bool all = true;
    enum bj_status st;

    for (int r = BJ_COL_OLD_X; r <= BJ_COL_NEW_Y; r++) {
        all = all && c->match.column[r] >= 0;
        for (int k = BJ_COL_OLD_X; k < r; k++) /* one column named for two */
            all = all && c->match.column[k] != c->match.column[r];
    }
    if (all)
        return BJ_OK;
    for (size_t i = 0; i < c->info->n_fields && i < 40; i++)
        bj_buf_printf(ctx, &list, "%s%s", i ? ", " : "", c->info->field[i].name);
    st = list.failed
             ? BJ_ENOMEM
             : bj_fail(ctx, BJ_EDATA,
                       _("its columns (%s) do not say which are the old and which the new "
                         "coordinates: head them 旧X, 旧Y, 新X, 新Y, or name them: control: {path: "
                         "…, fields: {old_x: …, old_y: …, new_x: …, new_y: …}}"),
                       list.s ? list.s : _("none"));
    bj_buf_release(ctx, &list);
    return st;
}

/* The old system that a header names, NULL when it names none. */
static const char *named_system(const char *header)
{
    static const char *const newer[] = {"新北京", "newbeijing", NULL};
    static const char *const xian[] = {"西安", "xian", "80", NULL};
    static const char *const beijing[] = {"北京", "beijing", "54", "bj", NULL};
    char s[160];

    bj_synonym_fold(header, s, sizeof(s));
    if (take_out(s, newer))
        return "New Beijing";
    return take_out(s, xian) ? "Xian 1980" : take_out(s, beijing) ? "Beijing 1954" : NULL;
}

/* A list of 西安80 does not tie a layer of 北京54, though it would fit: tens of metres off. */
static enum bj_status check_systems(struct bj_ctx *ctx, const struct bj_reading *r,
                                    const struct bj_reading *c)
{
    const char *layer = bj_crs_old_datum(r->crs), *known = named_system(layer);

    for (int k = BJ_COL_OLD_X; known && k <= BJ_COL_OLD_Y; k++) {
        const char *header = c->info->field[c->match.column[k]].name;
        const char *list = named_system(header);

        if (list && strcmp(list, known) != 0)
            return bj_fail(ctx, BJ_EDATA,
                           _("its column '%s' is of %s, but the layer is in %s: give the points in "
                             "the layer's system, or correct its crs:"),
                           header, list, layer);
    }
    return BJ_OK;
}

/* ---- rows ------------------------------------------------------------------------ */

/* What the two numbers of a system are. */
enum kind { DEGREES, ZONED, BARE, OTHER, SENSELESS };

/* The points that have both pairs; index 0 old, 1 new. */
struct points {
    size_t n;
    double *x[2], *y[2];  /* as written, then east first, then degrees */
    double *meridian_deg; /* that a point was last read on, NaN = none */
    const char **name;
    int64_t *row;
    enum kind kind[2];
};

static enum bj_status points_init(struct bj_ctx *ctx, size_t n, struct points *p)
{
    double **column[] = {&p->x[0], &p->y[0], &p->x[1], &p->y[1], &p->meridian_deg};

    for (size_t i = 0; i < sizeof(column) / sizeof(*column); i++) {
        *column[i] = bj_alloc0(ctx, n, sizeof(**column[i]));
        if (!*column[i])
            return BJ_ENOMEM;
    }
    p->name = bj_alloc0(ctx, n, sizeof(*p->name));
    p->row = bj_alloc0(ctx, n, sizeof(*p->row));
    return p->name && p->row ? BJ_OK : BJ_ENOMEM;
}

static void points_release(struct bj_ctx *ctx, struct points *p)
{
    bj_free(ctx, p->row);
    bj_free(ctx, (void *)p->name);
    bj_free(ctx, p->meridian_deg);
    for (int k = 1; k >= 0; k--) {
        bj_free(ctx, p->y[k]);
        bj_free(ctx, p->x[k]);
    }
}

/* The four numbers of row i; *n_there of them are there. */
static enum bj_status take_numbers(struct bj_ctx *ctx, const struct bj_reading *c, size_t i,
                                   double v[4], int *n_there)
{
    *n_there = 0;
    for (int k = 0; k < 4; k++) {
        const struct bj_column *column = &c->table.column[c->at[BJ_COL_OLD_X + k]];
        int state = bj_position_number(column, i, &v[k]);

        if (state < 0)
            return bj_fail(ctx, BJ_EDATA, _("row %lld: '%s' in the column '%s' is no coordinate"),
                           (long long)c->table.row[i],
                           column->raw && column->raw[i] ? column->raw[i] : "",
                           c->info->field[column->field].name);
        *n_there += state > 0;
    }
    return BJ_OK;
}

static enum bj_status name_point(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *c,
                                 size_t i, const char **name)
{
    char text[60];

    *name = bj_reading_text(c, BJ_COL_NAME, i);
    if (!bj_is_blank(*name))
        return BJ_OK;
    snprintf(text, sizeof(text), R_("row %lld"), (long long)c->table.row[i]);
    *name = bj_study_keep(ctx, s, text);
    return *name ? BJ_OK : BJ_ENOMEM;
}

/* The rows as points; rows that are none go into the ledger, once a list. */
static enum bj_status take_rows(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *c,
                                bool again, struct points *p)
{
    enum bj_status st = points_init(ctx, c->table.n, p);

    for (size_t i = 0; st == BJ_OK && i < c->table.n; i++) {
        struct bj_verdict_of_row verdict = {.fate = BJ_FATE_N};
        double v[4];
        int there;

        st = take_numbers(ctx, c, i, v, &there);
        if (st == BJ_OK && there == 4) {
            for (int k = 0; k < 2; k++) {
                p->x[k][p->n] = v[2 * k];
                p->y[k][p->n] = v[2 * k + 1];
            }
            p->row[p->n] = c->table.row[i];
            st = name_point(ctx, s, c, i, &p->name[p->n++]);
        } else if (st == BJ_OK && !again) {
            bj_row_fate(&verdict, BJ_FATE_NO_GEOMETRY,
                        there ? R_("the point is not known in both systems")
                              : R_("no coordinates: no control point"));
            st = bj_ledger_add(ctx, s, c->input, c->table.row[i],
                               bj_reading_text(c, BJ_COL_NAME, i), &verdict, NAN);
        }
    }
    s->input[c->input].used = (int64_t)p->n;
    return st;
}

/* ---- degrees and metres -------------------------------------------------------------- */

static bool is_northing(double v)
{
    return v > 1.8e6 && v < 6.1e6;
}

/* a is the easting or longitude, b the northing or latitude? */
static enum kind kind_of(double a, double b)
{
    if (fabs(a) <= 180 && fabs(b) <= 180)
        return a > 60 && b > 0 && b < 60 ? DEGREES : SENSELESS;
    if (!is_northing(b))
        return SENSELESS;
    if (isfinite(bj_crs_zone_meridian_deg(a, b)))
        return ZONED;
    return a > 0 && a < 1e6 ? BARE : SENSELESS;
}

/* What most rows are: their kind, and whether their northing comes first. */
static enum kind most_rows(const struct points *p, int k, bool *swapped)
{
    size_t count[2][SENSELESS] = {{0}}, most = 0;
    enum kind found = SENSELESS;

    *swapped = false;
    for (size_t i = 0; i < p->n; i++)
        for (int turned = 0; turned < 2; turned++) {
            double a = p->x[k][i], b = p->y[k][i];
            enum kind kind = turned ? kind_of(b, a) : kind_of(a, b);

            if (kind != SENSELESS && ++count[turned][kind] > most) {
                most = count[turned][kind];
                found = kind;
                *swapped = turned;
            }
        }
    return found;
}

/* Puts the easting first in all rows, which must be of one kind and order. plain: metres are of
 * a projection of its own, x the easting. */
static enum bj_status settle_axes(struct bj_ctx *ctx, struct points *p, int k, bool plain)
{
    bool swapped;

    p->kind[k] = most_rows(p, k, &swapped);
    if (plain && p->kind[k] != DEGREES) {
        p->kind[k] = OTHER;
        return BJ_OK;
    }
    for (size_t i = 0; i < p->n; i++) {
        double a = p->x[k][i], b = p->y[k][i];

        if ((swapped ? kind_of(b, a) : kind_of(a, b)) != p->kind[k] || p->kind[k] == SENSELESS)
            return bj_fail(ctx, BJ_EDATA,
                           _("row %lld ('%s'): %.10g and %.10g are no coordinates in China, or not "
                             "of the kind and order of the other rows: degrees (longitude 73-135, "
                             "latitude 18-54), or northings of seven digits with eastings of six, "
                             "or of eight with the zone's number"),
                           (long long)p->row[i], p->name[i], a, b);
        p->x[k][i] = swapped ? b : a;
        p->y[k][i] = swapped ? a : b;
    }
    return BJ_OK;
}

/* A list whose new numbers are a copy of the old ones would tie the systems by nothing. */
static enum bj_status refuse_copies(struct bj_ctx *ctx, const struct points *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->x[0][i] != p->x[1][i] || p->y[0][i] != p->y[1][i])
            return BJ_OK;
    if (p->n == 0)
        return BJ_OK;
    return bj_fail(ctx, BJ_EDATA,
                   _("its new coordinates are the same numbers as the old ones, so they do not say "
                     "how the systems differ"));
}

/* Numbers such as 36.3012 in both degrees columns that could all be D.MMSS (surveyors' pocket
 * calculators): taken as decimals they give a shift that looks right and is not. With a degree
 * sign they are what they say. */
static enum bj_status refuse_dmmss(struct bj_ctx *ctx, const struct bj_reading *c,
                                   const struct points *p)
{
    size_t n = 0, telling = 0;

    for (size_t i = 0; i < c->table.n; i++)
        for (int k = 0; k < 4; k++) {
            const struct bj_column *column = &c->table.column[c->at[BJ_COL_OLD_X + k]];
            bool seconds;

            if (p->kind[k / 2] != DEGREES || column->number_state[i] <= 0)
                continue;
            if (!bj_may_be_dmmss(column->num[i], &seconds))
                return BJ_OK;
            n++;
            telling += seconds;
        }
    if (n < 4 || telling * 2 <= n)
        return BJ_OK;
    return bj_fail(
        ctx, BJ_EDATA,
        _("its degrees, such as %.8g, all look like degrees, minutes and seconds written "
          "as D.MMSS: write them with their marks (36°30′12″), or decimal degrees with a "
          "degree sign (36.5033°)"),
        p->x[p->kind[0] == DEGREES ? 0 : 1][0]);
}

/* ---- to longitude and latitude --------------------------------------------------------- */

/* The old system of the list when it says one: else NULL, and the layer's is used. */
static enum bj_status open_old(struct bj_ctx *ctx, const struct bj_reading *r, struct bj_crs **own)
{
    const char *definition = r->layer->control->old_crs;
    enum bj_status st = definition ? bj_crs_new_untied(ctx, definition, own) : BJ_OK;

    if (st != BJ_OK || !definition || bj_crs_same_datum(*own, r->crs))
        return st;
    return bj_fail(ctx, BJ_ECRS,
                   _("old_crs is in %s, but the layer is in %s: the list must hold the points in "
                     "the layer's own system"),
                   bj_crs_old_datum(*own), bj_crs_old_datum(r->crs));
}

/* One system's points to degrees: by the zone that a point carries, else on the meridian of the
 * system `own`, else (new points, without own) on that of the old point; or by own's projection
 * when it is no Gauss-Kruger. like: as bj_crs_gauss_to_lonlat(). */
static enum bj_status side_to_lonlat(struct bj_ctx *ctx, struct points *p, int k,
                                     const struct bj_crs *own, const struct bj_crs *like)
{
    for (size_t i = 0; i < p->n && p->kind[k] != DEGREES; i++) {
        double *x = &p->x[k][i], *y = &p->y[k][i];

        if (p->kind[k] == OTHER) {
            enum bj_status st = bj_crs_to_lonlat(ctx, own, 1, x, y);

            if (st != BJ_OK)
                return st;
            continue;
        }
        if (p->kind[k] == ZONED)
            p->meridian_deg[i] = bj_crs_zone_meridian_deg(*x, *y);
        else if (own)
            p->meridian_deg[i] = bj_crs_meridian_deg(own);
        if (!isfinite(p->meridian_deg[i]))
            return bj_fail(ctx, BJ_EDATA,
                           _("the new eastings, such as %.10g, name no zone: say it with control: "
                             "{path: …, new_crs: EPSG:4548} (CGCS2000, central meridian 117)"),
                           *x);
        bj_crs_gauss_to_lonlat(like, p->meridian_deg[i], x, y);
    }
    return BJ_OK;
}

/* Metres need to be of a map: the layer's own, or one that the list names. */
static enum bj_status need_old_map(struct bj_ctx *ctx, const struct bj_crs *crs,
                                   const struct points *p)
{
    if (p->kind[0] != BARE || !bj_crs_is_geographic(crs))
        return BJ_OK;
    return bj_fail(
        ctx, BJ_EDATA,
        _("the old eastings, such as %.10g, name no zone and the layer is in degrees: say "
          "it with control: {path: …, old_crs: EPSG:2384} (Xian 1980, central meridian "
          "117; EPSG:2436 for Beijing 1954)"),
        p->x[0][0]);
}

static bool has_own_map(const struct bj_crs *crs)
{
    return crs && !bj_crs_is_geographic(crs) && !isfinite(bj_crs_meridian_deg(crs));
}

static enum bj_status to_lonlat(struct bj_ctx *ctx, const struct bj_reading *r,
                                const struct bj_reading *c, struct points *p)
{
    const char *new_crs = r->layer->control->source.crs;
    struct bj_crs *own[2] = {NULL, NULL};
    const struct bj_crs *old;
    enum bj_status st = open_old(ctx, r, &own[0]);

    if (st == BJ_OK && new_crs)
        st = bj_crs_new(ctx, new_crs, &own[1]);
    for (int k = 0; k < 2; k++) { /* degrees name no map; the numbers themselves may */
        if (own[k] && bj_crs_is_geographic(own[k])) {
            bj_crs_free(own[k]);
            own[k] = NULL;
        }
    }
    old = own[0] ? own[0] : r->crs;
    if (st == BJ_OK)
        st = settle_axes(ctx, p, 0, has_own_map(old));
    if (st == BJ_OK)
        st = settle_axes(ctx, p, 1, has_own_map(own[1]));
    if (st == BJ_OK)
        st = refuse_copies(ctx, p);
    if (st == BJ_OK)
        st = refuse_dmmss(ctx, c, p);
    if (st == BJ_OK)
        st = need_old_map(ctx, old, p);
    for (size_t i = 0; i < p->n; i++)
        p->meridian_deg[i] = bj_crs_meridian_deg(old);
    if (st == BJ_OK)
        st = side_to_lonlat(ctx, p, 0, old, old);
    if (st == BJ_OK)
        st = side_to_lonlat(ctx, p, 1, own[1], NULL);
    bj_crs_free(own[1]);
    bj_crs_free(own[0]);
    return st;
}

/* ---- what is said of it -------------------------------------------------------------------- */

/* A note that is not there yet: several layers share a list. */
static enum bj_status note_once(struct bj_ctx *ctx, struct bj_study *s, const char *code,
                                const char *layer, const char *fix, const char *text)
{
    for (size_t i = 0; i < s->n_notes; i++)
        if (strcmp(s->note[i].code, code) == 0 && strcmp(s->note[i].layer, layer) == 0 &&
            strcmp(s->note[i].text, text) == 0)
            return BJ_OK;
    return bj_study_note(ctx, s, code, layer, fix, "%s", text);
}

static enum bj_status say_error(struct bj_ctx *ctx, struct bj_study *s, const char *path,
                                const struct points *p, const struct bj_control_fit *f)
{
    char text[600];

    if (p->n == 2)
        return note_once(ctx, s, "control_unchecked", path,
                         R_("give a third point, so that they check each other"),
                         R_("two control points: a mistyped number would not show"));
    if (!(f->error_m > warn_error_m))
        return BJ_OK;
    snprintf(text, sizeof(text),
             R_("the control points agree only within %.2f m (error of a point); the largest "
                "residual is %.2f m, at '%.100s'"),
             f->error_m, f->worst_m, p->name[f->worst]);
    return note_once(
        ctx, s, "control_residual", path,
        R_("check the numbers of that point, and whether all points are of one system"), text);
}

static enum bj_status assume_fit(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                                 const struct points *p, const struct bj_control_fit *f)
{
    char text[800];
    int n =
        snprintf(text, sizeof(text),
                 R_("%.200s: %.60s to CGCS2000 by %zu points, moved by %.1f m, scale %+.2f ppm, "
                    "rotation %+.2f seconds"),
                 r->layer->control->path_as_written, bj_crs_old_datum(r->crs), p->n, f->move_m,
                 f->scale_ppm, f->rotation_s);

    if (p->n > 2 && n > 0 && (size_t)n < sizeof(text))
        snprintf(text + n, sizeof(text) - (size_t)n,
                 R_("; error of a point %.3f m, largest residual %.3f m at '%.100s'"), f->error_m,
                 f->worst_m, p->name[f->worst]);
    bj_utf8_clean(text);
    for (size_t i = 0; i < s->n_assumptions; i++)
        if (strcmp(s->assumption[i].value, text) == 0)
            return BJ_OK;
    return bj_study_assume(
        ctx, s, "control_points", text, "[M]",
        R_("a similarity of the plane (shift, rotation, scale) between two "
           "transverse Mercators, by least squares on the control points given"));
}

/* The layer's points, or the county's corners for a raster, against the reach of the control. */
static enum bj_status say_reach(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                                const struct bj_control_fit *f, size_t n, const double *x,
                                const double *y)
{
    size_t step = n / 1000 + 1, looked = 0, elsewhere = 0;
    double farthest = 0;
    enum bj_status st = BJ_OK;

    for (size_t i = 0; st == BJ_OK && i < n; i += step) {
        double lon = x[i], lat = y[i], d;

        if (!isfinite(lon) || !isfinite(lat))
            continue;
        st = bj_crs_to_lonlat(ctx, r->crs, 1, &lon, &lat);
        if (st != BJ_OK)
            break;
        d = isfinite(lon) ? bj_geodesic_m(lon, lat, f->lon_deg, f->lat_deg) : INFINITY;
        looked++;
        elsewhere += d > other_place_m;
        if (d <= other_place_m)
            farthest = fmax(farthest, d);
    }
    if (st == BJ_OK && looked > 0 && elsewhere == looked)
        return bj_fail(
            ctx, BJ_EDATA,
            _("all of the layer lies more than %.0f km from the control points: they are "
              "another county's, or crs: names another zone than the layer's"),
            other_place_m / 1000);
    if (st != BJ_OK || farthest <= 2 * f->reach_m)
        return st;
    return bj_study_note(
        ctx, s, "control_far", r->layer->path_as_written, R_("add control points on the far side"),
        R_("the layer reaches %.0f km from the middle of the control points, which "
           "themselves reach %.1f km: beyond twice that their errors grow"),
        farthest / 1000, f->reach_m / 1000);
}

static enum bj_status name_systems(struct bj_ctx *ctx, struct bj_study *s, uint32_t input,
                                   const struct bj_crs *crs)
{
    char text[200];

    snprintf(text, sizeof(text), "%.150s → CGCS2000", bj_crs_old_datum(crs));
    s->input[input].crs = bj_study_keep(ctx, s, text);
    return s->input[input].crs ? BJ_OK : BJ_ENOMEM;
}

/* ---- the whole ----------------------------------------------------------------------------- */

int64_t bj_control_input(const struct bj_study *s, const struct bj_case_layer *list)
{
    for (size_t i = 0; i < s->n_inputs; i++) {
        const struct bj_source_spec *a = &list->source, *b = &s->own->more[i].layer->source;

        if (s->own->more[i].layer->role == BJ_ROLE_CONTROL && strcmp(a->path, b->path) == 0 &&
            strcmp(a->layer ? a->layer : "", b->layer ? b->layer : "") == 0 &&
            strcmp(a->where ? a->where : "", b->where ? b->where : "") == 0)
            return (int64_t)i;
    }
    return -1;
}

static enum bj_status read_points(struct bj_ctx *ctx, struct bj_study *s,
                                  const struct bj_reading *r, struct bj_reading *c,
                                  struct points *p)
{
    static const struct bj_reading_role roles[] = {{BJ_COL_NAME, 0},
                                                   {BJ_COL_OLD_X, 1},
                                                   {BJ_COL_OLD_Y, 1},
                                                   {BJ_COL_NEW_X, 1},
                                                   {BJ_COL_NEW_Y, 1}};
    int64_t known = bj_control_input(s, r->layer->control);
    bool again = known >= 0 && s->input[known].rows > 0; /* 0: taken back with a failed layer */
    enum bj_status st = bj_reading_open(ctx, s, r->layer->control, c);

    if (st == BJ_OK)
        st = need_columns(ctx, c);
    if (st == BJ_OK)
        st = check_systems(ctx, r, c);
    if (st == BJ_OK)
        st = bj_reading_rows(ctx, s, c, BJ_WANT_ATTRIBUTES, sizeof(roles) / sizeof(*roles), roles);
    if (st == BJ_OK)
        st = take_rows(ctx, s, c, again, p);
    if (st == BJ_OK)
        st = name_systems(ctx, s, c->input, r->crs);
    return st == BJ_OK ? to_lonlat(ctx, r, c, p) : st;
}

enum bj_status bj_control_tie(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                              size_t n, const double *x, const double *y)
{
    const char *path = r->layer->control->path_as_written;
    struct bj_control_fit fit;
    struct bj_reading c = {0};
    struct points p = {0};
    enum bj_status st = read_points(ctx, s, r, &c, &p);

    if (st == BJ_OK) {
        const struct bj_control control = {p.n, p.x[0], p.y[0], p.x[1], p.y[1], p.name};

        st = bj_crs_tie(ctx, r->crs, &control, &fit);
    }
    if (st == BJ_OK)
        st = say_error(ctx, s, path, &p, &fit);
    if (st == BJ_OK)
        st = assume_fit(ctx, s, r, &p, &fit);
    if (st == BJ_OK)
        st = say_reach(ctx, s, r, &fit, n, x, y);
    points_release(ctx, &p);
    bj_reading_close(ctx, &c);
    if (st != BJ_OK && st != BJ_ENOMEM && st != BJ_ECANCEL)
        return bj_fail_in(ctx, st, "control '%s'", path);
    return st;
}
