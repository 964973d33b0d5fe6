/* One layer of the case while it is read: its file, its columns, its coordinate system.
 *
 * The CRS is the layer's own, or the one that the case gives with `crs:`. Where there is none,
 * only one kind of number says what it is: an easting of eight digits, whose first two are the
 * zone (domain.md 5.1); that is used and said so. Columns of a list that hold numbers of the
 * size of degrees are longitude and latitude, since that is what their headers say. Everything
 * else is asked for: numbers that look like degrees in a shapefile without .prj may just as
 * well be in another datum, and a guess would move every village.
 *
 * A layer with `control:` is in an old system, which its control points tie (control.c). */
#include "study/study_int.h"

#include <math.h>
#include <string.h>

static const char *role_of(const struct bj_reading *r)
{
    return bj_role_names[r->layer->role];
}

/* ---- opening ---------------------------------------------------------------- */

static enum bj_status keep_fields(struct bj_ctx *ctx, struct bj_study *s, struct bj_input *in,
                                  const struct bj_source_info *info)
{
    const char **name = bj_alloc0(ctx, info->n_fields, sizeof(*name));

    if (!name)
        return BJ_ENOMEM;
    in->field_name = name;
    for (size_t i = 0; i < info->n_fields; i++) {
        name[i] = bj_study_keep(ctx, s, info->field[i].name);
        if (!name[i])
            return BJ_ENOMEM;
        in->n_field_names = i + 1;
    }
    return BJ_OK;
}

/* The entry in study.input. The match's "given", "name", "prefix" are constants. */
enum bj_status bj_reading_add_input(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r)
{
    const struct bj_source_info *info = r->info;
    struct bj_input *in;
    void *p = s->input;
    int known = 0;
    enum bj_status st;

    if (!bj_grow(ctx, &p, &s->own->input_cap, s->n_inputs, sizeof(*in)))
        return BJ_ENOMEM;
    s->input = p;
    p = s->own->more;
    if (!bj_grow(ctx, &p, &s->own->more_cap, s->n_inputs, sizeof(*s->own->more)))
        return BJ_ENOMEM;
    s->own->more = p;
    memset(&s->own->more[s->n_inputs], 0, sizeof(*s->own->more));
    s->own->more[s->n_inputs].layer = r->layer;
    in = &s->input[s->n_inputs];
    memset(in, 0, sizeof(*in));
    r->input = (uint32_t)s->n_inputs++;
    in->role = role_of(r);
    in->path = r->layer->path_as_written;
    in->fields = r->match;
    in->crs = "";
    in->driver = bj_study_keep(ctx, s, info->driver ? info->driver : "");
    in->layer = bj_study_keep(ctx, s, info->layer ? info->layer : "");
    in->encoding = bj_study_keep(ctx, s, info->encoding ? info->encoding : "");
    in->encoding_why = bj_study_keep(ctx, s, info->encoding_why ? info->encoding_why : "");
    if (!in->driver || !in->layer || !in->encoding || !in->encoding_why)
        return BJ_ENOMEM;
    st = keep_fields(ctx, s, in, info);
    return st == BJ_OK ? bj_file_sha256(ctx, r->layer->source.path, in->sha256, &known) : st;
}

/* True when text was made from the message fmt, whatever the language: its last literal part
 * stands in text. */
static bool made_from(const char *text, const char *fmt)
{
    const char *tail = fmt, *p;

    for (p = strstr(fmt, "%s"); p; p = strstr(p + 2, "%s"))
        tail = p + 2;
    return *tail && strstr(text, tail);
}

static enum bj_status note_encoding(struct bj_ctx *ctx, struct bj_study *s,
                                    const struct bj_reading *r)
{
    const char *why = r->info->encoding_why ? r->info->encoding_why : "";

    if (made_from(why, R_("the %s says %s but the bytes are not")))
        return bj_study_note(ctx, s, "encoding_mismatch", r->layer->path_as_written,
                             R_("write encoding: in the case file if the names come out wrong"),
                             R_("%s; the text was read as %s"), why, r->info->encoding);
    if (strcmp(why, R_("some values are UTF-8, the others GB18030; each was read as what it is")) ==
        0)
        return bj_study_note(ctx, s, "encoding_mixed", r->layer->path_as_written, NULL, "%s", why);
    return BJ_OK;
}

enum bj_status bj_reading_open(struct bj_ctx *ctx, struct bj_study *s,
                               const struct bj_case_layer *layer, struct bj_reading *r)
{
    enum bj_status st;

    memset(r, 0, sizeof(*r));
    r->layer = layer;
    r->first = -1;
    for (int i = 0; i < BJ_COL_N; i++)
        r->at[i] = -1;
    st = bj_source_open(ctx, &layer->source, &r->source);
    if (st != BJ_OK)
        return st;
    r->info = bj_source_info(r->source);
    bj_fields_clear(&r->match);
    st = bj_fields_given(ctx, r->info->n_fields, r->info->field, layer->fields, &r->match);
    if (st != BJ_OK)
        return st;
    if (layer->role == BJ_ROLE_CONTROL) {
        int64_t known = bj_control_input(s, layer);

        bj_control_match(r->info->n_fields, r->info->field, &r->match);
        if (known >= 0) {
            r->input = (uint32_t)known;
            return BJ_OK;
        }
    } else {
        bj_fields_match(r->info->n_fields, r->info->field, layer->role, &r->match);
    }
    st = bj_reading_add_input(ctx, s, r);
    return st == BJ_OK ? note_encoding(ctx, s, r) : st;
}

void bj_reading_close(struct bj_ctx *ctx, struct bj_reading *r)
{
    bj_crs_free(r->crs);
    bj_table_release(ctx, &r->table);
    bj_source_close(r->source);
    memset(r, 0, sizeof(*r));
}

/* ---- columns ---------------------------------------------------------------- */

enum bj_status bj_reading_ask(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                              uint32_t roles)
{
    for (int i = 0; i < BJ_COL_N; i++) {
        enum bj_status st = BJ_OK;

        if (r->match.column[i] >= 0 || !r->match.tie[i][0])
            continue;
        if ((roles & 1u << i) && !s->own->lenient)
            return bj_fail(ctx, BJ_EDATA,
                           _("each of the columns %s could be the %s; name the right one: "
                             "fields: {%s: …}"),
                           r->match.tie[i], bj_field_role_names[i], bj_field_role_names[i]);
        if ((roles & 1u << i) || i == BJ_COL_NAME || i == BJ_COL_TOWNSHIP)
            st = bj_study_note(ctx, s, "ambiguous_column", r->layer->path_as_written,
                               R_("name the right column under fields: in the case file"),
                               R_("each of the columns %s could be the %s; none was taken"),
                               r->match.tie[i], bj_field_role_names[i]);
        if (st != BJ_OK)
            return st;
    }
    return BJ_OK;
}

enum bj_status bj_reading_rows(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                               enum bj_want want, size_t n_roles,
                               const struct bj_reading_role *roles)
{
    struct bj_column_spec spec[BJ_COL_N + 1];
    size_t n = 0;
    enum bj_status st;

    for (size_t i = 0; i < n_roles; i++) {
        enum bj_field_role role = roles[i].role;

        if (r->match.column[role] < 0)
            continue;
        spec[n] = (struct bj_column_spec){r->match.column[role], roles[i].as_number};
        r->at[role] = (int)n++;
    }
    if (r->info->is_list && r->info->n_fields > 0) {
        spec[n] = (struct bj_column_spec){0, 0};
        r->first = (int)n++;
    }
    st = bj_source_read(ctx, r->source, want, n, spec, &r->table);
    if (st == BJ_OK)
        s->input[r->input].rows = (int64_t)r->table.n;
    return st;
}

const char *bj_reading_text(const struct bj_reading *r, enum bj_field_role role, size_t i)
{
    const struct bj_column *c;

    if (r->at[role] < 0)
        return "";
    c = &r->table.column[r->at[role]];
    return c->text && c->text[i] ? c->text[i] : "";
}

/* ---- coordinate system -------------------------------------------------------- */

/* What the numbers of a layer look like. */
struct look {
    size_t n, n_degrees;      /* points, and those within 180 by 180 */
    size_t n_zone, n_swapped; /* of the most frequent zone code */
    int code;
    double x, y; /* an example */
};

static void look_at(size_t n, const double *x, const double *y, struct look *look)
{
    size_t step = n / 1000 + 1;

    memset(look, 0, sizeof(*look));
    for (size_t i = 0; i < n; i += step) {
        int swapped = 0, code;

        if (!isfinite(x[i]) || !isfinite(y[i]) || (x[i] == 0 && y[i] == 0))
            continue;
        if (look->n++ == 0) {
            look->x = x[i];
            look->y = y[i];
        }
        look->n_degrees += fabs(x[i]) <= 180 && fabs(y[i]) <= 180;
        code = bj_crs_guess_zone(x[i], y[i], &swapped);
        if (code && !look->code)
            look->code = code;
        look->n_zone += code && code == look->code;
        look->n_swapped += code && code == look->code && swapped;
    }
}

static bool most(size_t part, size_t all)
{
    return part > 0 && part * 10 >= all * 9;
}

static enum bj_status exchange(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                               size_t n, double *x, double *y)
{
    for (size_t i = 0; i < n; i++) {
        double keep = x[i];

        x[i] = y[i];
        y[i] = keep;
    }
    return bj_study_note(ctx, s, "swapped_axes", r->layer->path_as_written, NULL,
                         R_("the first coordinate is the northing and the second, of eight digits, "
                            "the easting; they were exchanged"));
}

static enum bj_status fail_no_crs(struct bj_ctx *ctx, const struct bj_reading *r,
                                  const struct look *look)
{
    if (look->n > 0 && most(look->n_degrees, look->n))
        return bj_fail(ctx, BJ_ECRS,
                       _("'%s' does not say its coordinate system (no .prj); its numbers, such as "
                         "%.8g %.8g, look like degrees, but which datum is not to be guessed: add "
                         "crs: EPSG:4490 (CGCS2000) or crs: EPSG:4326 (WGS 84) to the layer"),
                       r->layer->path_as_written, look->x, look->y);
    return bj_fail(
        ctx, BJ_ECRS,
        _("'%s' does not say its coordinate system (no .prj), and its numbers, such as "
          "%.10g %.10g, name no zone: add crs: with an EPSG code to the layer (EPSG:4490 "
          "for degrees, EPSG:4527 for the 3 degree zone 39)"),
        r->layer->path_as_written, look->x, look->y);
}

static enum bj_status name_crs(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r)
{
    const char *code = bj_crs_code(r->crs), *name = *code ? code : bj_crs_name(r->crs);
    char text[300];

    if (r->layer->datum == BJ_DATUM_GCJ02 || r->layer->datum == BJ_DATUM_BD09)
        snprintf(text, sizeof(text), "%.200s (%s)", name, bj_datum_names[r->layer->datum]);
    else if (r->layer->control)
        snprintf(text, sizeof(text), "%.150s (%.120s)", name, r->layer->control->path_as_written);
    else
        snprintf(text, sizeof(text), "%.250s", name);
    s->input[r->input].crs = bj_study_keep(ctx, s, text);
    return s->input[r->input].crs ? BJ_OK : BJ_ENOMEM;
}

/* The zone that the eastings name, for a layer that says nothing. */
static enum bj_status zone_of_numbers(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                                      const struct look *look, char code[32])
{
    snprintf(code, 32, "EPSG:%d", look->code);
    return bj_study_note(ctx, s, "crs_from_numbers", r->layer->path_as_written,
                         R_("if they are of Beijing 1954 or Xian 1980, say so with crs: and give "
                            "control: points.csv; see `banjing help format`"),
                         R_("the layer does not say its coordinate system; its eastings of eight "
                            "digits name %s, which was used"),
                         code);
}

/* A layer with control points must say its system: the numbers do not tell which old one it is. */
static enum bj_status fail_no_old_crs(struct bj_ctx *ctx, const struct bj_reading *r)
{
    return bj_fail(
        ctx, BJ_ECRS,
        _("'%s' has control: but does not say its old coordinate system (no .prj): add "
          "crs: with its EPSG code to the layer, such as EPSG:4610 (Xian 1980, degrees), "
          "EPSG:2363 (its 3 degree zone 39) or EPSG:4214 (Beijing 1954, degrees)"),
        r->layer->path_as_written);
}

enum bj_status bj_reading_crs(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                              size_t n, double *x, double *y, int columns)
{
    const char *definition = r->info->crs;
    struct look look;
    char code[32];
    enum bj_status st = BJ_OK;

    look_at(n, x, y, &look);
    if (r->layer->control && (!definition || !*definition))
        return fail_no_old_crs(ctx, r);
    if (!definition || !*definition) {
        definition = code;
        if (look.n > 0 && most(look.n_zone, look.n))
            st = zone_of_numbers(ctx, s, r, &look, code);
        else if (look.n == 0 || (columns && 2 * look.n_degrees > look.n))
            snprintf(code, sizeof(code), "EPSG:4490");
        else
            st = fail_no_crs(ctx, r, &look);
    }
    /* In a geometry x is the easting by contract; only columns, and layers that say nothing,
     * may be headed the surveyor's way. */
    if (st == BJ_OK && (columns || definition == code) && look.n > 0 &&
        most(look.n_swapped, look.n))
        st = exchange(ctx, s, r, n, x, y);
    if (st == BJ_OK && r->layer->control) {
        st = bj_crs_new_untied(ctx, definition, &r->crs);
        if (st == BJ_OK)
            st = bj_control_tie(ctx, s, r, n, x, y);
    } else if (st == BJ_OK) {
        st = bj_crs_new(ctx, definition, &r->crs);
    }
    return st == BJ_OK ? name_crs(ctx, s, r) : st;
}

enum bj_status bj_reading_to_lonlat(struct bj_ctx *ctx, const struct bj_reading *r, size_t n,
                                    double *x, double *y)
{
    enum bj_status st;

    /* PROJ would wrap a longitude of 500 round the Earth. */
    for (size_t i = 0; bj_crs_is_geographic(r->crs) && i < n; i++)
        if (!(fabs(x[i]) <= 180 && fabs(y[i]) <= 90))
            x[i] = y[i] = NAN;
    st = bj_crs_to_lonlat(ctx, r->crs, n, x, y);
    if (st != BJ_OK)
        return st;
    if (r->layer->datum == BJ_DATUM_GCJ02 || r->layer->datum == BJ_DATUM_BD09)
        bj_datum_shift(r->layer->datum, BJ_DATUM_CGCS2000, n, x, y);
    for (size_t i = 0; i < n; i++)
        if (!(fabs(x[i]) <= 180 && fabs(y[i]) <= 90))
            x[i] = y[i] = NAN;
    return BJ_OK;
}
