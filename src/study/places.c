/* Rows to places: villages, settlements, parcels and facilities, each row judged once.
 *
 * In this order, the first that applies deciding: a total row (合计), no geometry, no place on
 * Earth, a code that a spreadsheet destroyed; then for demand more than 50 m outside the
 * boundary, for facilities an unknown class or a status that says closed; then a duplicate.
 * What is left is used, with a word in the ledger where something is odd about it.
 *
 * Duplicates: same code and same point, in any layer of the role: the first is kept. A
 * facility that comes back with another class is one facility with both classes: the kept row
 * takes them over. Rows without a code are never duplicates. Within one layer, the same code
 * elsewhere and another code (or none) at the same point are kept and named (twins.c). Parcels
 * often carry the code of their village, so one code on many of them says nothing; a parcel at
 * the point of another does: it is most likely drawn twice.
 *
 * Inside the boundary is judged in the work CRS, whose plane is true to 1e-4 within a county:
 * 50 m to half a centimetre.
 *
 * Urban or rural, first that knows: the row's own column, the urban area layer, its township's
 * type (domain.md 6.3). A layer of the built-up area is given to say what is urban, and the areas
 * of a rule are drawn by it; a township layer may be there for the tables alone. A village's
 * township: its column when that names one of the layer's, else the polygon it lies in, else the
 * first nine digits of its code. */
#include "study/study_int.h"

#include "base/synonyms.h"

#include <math.h>
#include <string.h>

#define BORDER_M 50.0 /* interface.md, "Verdicts" */
#define FAR_M    2000.0
#define BIT(c)   (1u << (c))

/* ---- storage --------------------------------------------------------------------- */

/* Every array of a bj_places. Demand has no classes, facilities no people: those stay 0. */
/* clang-format off */
#define EACH_ARRAY(X)                                                                              \
    X(lon_deg) X(lat_deg) X(x) X(y) X(code) X(name) X(township) X(township_index) X(input)         \
    X(row) X(population) X(urban) X(classes) X(neighbour) X(ownership)
/* clang-format on */

void bj_places_release(struct bj_ctx *ctx, struct bj_places *p)
{
#define RELEASE(array) bj_free(ctx, (void *)p->array);
    EACH_ARRAY(RELEASE)
#undef RELEASE
    memset(p, 0, sizeof(*p));
}

/* An array made longer, the new rows zero; when out of memory the old one, and *ok = false. */
static void *grown(struct bj_ctx *ctx, void *old, size_t n_old, size_t n, size_t size, bool *ok)
{
    void *p = *ok ? bj_resize(ctx, old, n ? n : 1, size) : NULL;

    if (!p) {
        *ok = false;
        return old;
    }
    memset((char *)p + n_old * size, 0, (n - n_old) * size);
    return p;
}

enum bj_status bj_places_reserve(struct bj_ctx *ctx, struct bj_places *p, size_t n)
{
    bool ok = true;

#define GROW(array) p->array = grown(ctx, (void *)p->array, p->n, n, sizeof(*p->array), &ok);
    EACH_ARRAY(GROW)
#undef GROW
    return ok ? BJ_OK : BJ_ENOMEM;
}

/* Room for n rows in all, here and in the array beside them. */
static enum bj_status reserve(struct bj_ctx *ctx, struct bj_places *p, int32_t **claimed, size_t n)
{
    bool ok = true;

    *claimed = grown(ctx, *claimed, p->n, n, sizeof(**claimed), &ok);
    return ok ? bj_places_reserve(ctx, p, n) : BJ_ENOMEM;
}

/* ---- texts of a row ---------------------------------------------------------------- */

static const char *const total_words[] = {"合计", "小计", "总计", "共计", NULL};

/* Folded, without 人 or 76个村 in brackets behind it. */
static void fold_total(const char *text, char out[128])
{
    bj_synonym_fold(text, out, 128);
    bj_synonym_drop_unit(out);
}

static bool is_total_word(const char *text)
{
    char s[128];

    fold_total(text, s);
    for (int i = 0; total_words[i]; i++)
        if (bj_ends_with(s, total_words[i]))
            return true;
    return strcmp(s, "total") == 0 || strcmp(s, "subtotal") == 0;
}

bool bj_is_total_cell(const char *text)
{
    char s[128];

    fold_total(text, s);
    return bj_word_find(s, total_words) >= 0;
}

/* 合计 stands in a list's first column, or where the name is, or where the name's unit is when
 * there is no name. */
static bool is_total_row(const struct bj_reading *r, size_t i)
{
    const char *name = bj_reading_text(r, BJ_COL_NAME, i);

    if (r->first >= 0 && bj_is_total_cell(r->table.column[r->first].text[i]))
        return true;
    if (!bj_is_blank(name))
        return is_total_word(name);
    return is_total_word(bj_reading_text(r, BJ_COL_TOWNSHIP, i)) ||
           is_total_word(bj_reading_text(r, BJ_COL_COUNTY, i)) ||
           is_total_word(bj_reading_text(r, BJ_COL_CODE, i));
}

/* ---- judging ----------------------------------------------------------------------- */

/* All that reading one layer of places needs. */
struct job {
    struct bj_study *s;
    struct bj_reading r;
    struct bj_positions pos;
    struct bj_places *to;
    int32_t **claimed; /* beside `to`: see bj_study_own */
    struct bj_twins twins;
    size_t first, n_kept; /* places before this layer; rows of it that are used, */
    uint32_t *kept;       /* and which */
    bool demand, village, parcel;
    const char *last_name; /* township text last looked up, and what it was */
    int32_t last_township;
    size_t n_blank, n_bad, n_code, n_point, n_unknown_class, n_from_name;
    size_t n_odd_urban, n_no_township;
    char examples[200]; /* class texts not understood, or texts of urban and rural */
};

/* The other way round the row lies in the county. */
static bool look_exchanged(const struct job *j, size_t i)
{
    const double *box = j->s->own->box;
    double x = j->pos.source_y[i], y = j->pos.source_x[i];

    return j->pos.from_columns && j->s->own->has_county && bj_crs_is_geographic(j->r.crs) &&
           x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3];
}

/* The cell that could not be read. */
static const char *unreadable_text(const struct job *j, size_t i)
{
    static const enum bj_field_role roles[] = {BJ_COL_LON, BJ_COL_LAT};

    for (int k = 0; k < 2; k++) {
        int at = j->r.at[roles[k]];
        const struct bj_column *c = at >= 0 ? &j->r.table.column[at] : NULL;
        double v;

        if (c && c->number_state && c->number_state[i] < 0 && c->raw && c->raw[i] &&
            !bj_parse_degrees(c->raw[i], &v))
            return c->raw[i];
    }
    return bj_reading_text(&j->r, BJ_COL_LONLAT, i);
}

static void judge_position(const struct job *j, size_t i, struct bj_verdict_of_row *v)
{
    switch (j->pos.fault[i]) {
    case BJ_POS_NONE:
        bj_row_fate(v, BJ_FATE_NO_GEOMETRY,
                    j->pos.from_columns ? R_("no coordinates")
                    : j->parcel         ? R_("no geometry, or an area of zero")
                                        : R_("no geometry"));
        break;
    case BJ_POS_WRONG:
        bj_row_fate(v, BJ_FATE_WRONG_GEOMETRY,
                    j->parcel ? R_("no area: the layer needs polygons")
                              : R_("a geometry that cannot stand as a point"));
        break;
    case BJ_POS_NOT_FINITE:
        bj_row_fate(v, BJ_FATE_BAD_COORDINATES, R_("coordinates are not finite numbers"));
        break;
    case BJ_POS_ZERO:
        bj_row_fate(v, BJ_FATE_BAD_COORDINATES, R_("coordinates are 0, 0"));
        break;
    case BJ_POS_NOWHERE:
        if (look_exchanged(j, i))
            bj_row_fate(v, BJ_FATE_BAD_COORDINATES,
                        R_("longitude and latitude are exchanged: %.9g is no latitude"),
                        j->pos.source_y[i]);
        else
            bj_row_fate(v, BJ_FATE_BAD_COORDINATES, R_("coordinates are no place on Earth"));
        break;
    case BJ_POS_UNREADABLE:
        bj_row_fate(v, BJ_FATE_BAD_COORDINATES,
                    R_("'%s' is no coordinate; write degrees as 126.875 or 126°52′30″"),
                    unreadable_text(j, i));
        break;
    default:
        break;
    }
}

static void judge_code(const struct job *j, const char *code, struct bj_verdict_of_row *v)
{
    if (bj_code_is_scientific(code))
        bj_row_fate(
            v, BJ_FATE_BAD_CODE,
            R_("the code '%s' was destroyed by a spreadsheet; format the column as text and "
               "enter the codes anew"),
            code);
    else if (j->village && bj_code_lost_its_end(code))
        bj_row_fate(v, BJ_FATE_BAD_CODE,
                    R_("the code '%s' is a county's: its township and village digits are lost, as "
                       "when a spreadsheet wrote it as a number"),
                    code);
}

static bool is_inside(const struct bj_study *s, double x, double y)
{
    return !s->own->in_county || bj_locator_find(s->own->in_county, x, y) >= 0;
}

static void judge_place(const struct job *j, size_t i, struct bj_verdict_of_row *v)
{
    const struct bj_study *s = j->s;
    double x = j->pos.x[i], y = j->pos.y[i], far;

    if (is_inside(s, x, y))
        return;
    if (!j->demand) {
        if (!isfinite(x))
            bj_row_fate(v, BJ_FATE_BAD_COORDINATES,
                        R_("on the other side of the Earth from the county"));
        else if (j->r.layer->role == BJ_ROLE_FACILITIES)
            bj_row_fate(v, BJ_FATE_NEIGHBOUR, R_("outside the boundary: used as a neighbour"));
        return;
    }
    if (bj_locator_distance(s->own->in_county, x, y, BORDER_M) <= BORDER_M)
        return;
    /* How far is of use near the border only; farther away it costs a search of all edges. */
    far = bj_locator_distance(s->own->in_county, x, y, FAR_M);
    if (isfinite(far))
        bj_row_fate(v, BJ_FATE_OUTSIDE_COUNTY, R_("%.0f m outside the boundary"), far);
    else
        bj_row_fate(v, BJ_FATE_OUTSIDE_COUNTY, R_("more than %.0f km outside the boundary"),
                    FAR_M / 1000);
}

/* Remembers up to a few class texts that were not understood. */
static void remember(struct job *j, const char *text)
{
    size_t n = strlen(j->examples);

    if (bj_is_blank(text) || strstr(j->examples, text) ||
        n + strlen(text) + 4 > sizeof(j->examples))
        return;
    snprintf(j->examples + n, sizeof(j->examples) - n, "%s%s", n ? ", " : "", text);
}

static uint64_t judge_class(struct job *j, size_t i, struct bj_verdict_of_row *v)
{
    const char *text = bj_reading_text(&j->r, BJ_COL_CLASS, i);
    const char *name = bj_reading_text(&j->r, BJ_COL_NAME, i);
    const char *status = bj_reading_text(&j->r, BJ_COL_STATUS, i);
    uint64_t set = 0;
    int from_name = 0;

    if (j->r.layer->class_given >= 0)
        set = (uint64_t)1 << j->r.layer->class_given;
    else
        set = bj_classify(text, name, &from_name);
    if (!set) {
        j->n_unknown_class++;
        remember(j, bj_is_blank(text) ? name : text);
        bj_row_fate(
            v, BJ_FATE_CLASS_UNKNOWN,
            R_("neither the class '%s' nor the name '%s' says which kind of facility it is"), text,
            name);
    }
    j->n_from_name += from_name != 0;
    if (bj_status_is_closed(status))
        bj_row_fate(v, BJ_FATE_CLOSED, R_("status '%s': closed or not yet open"), status);
    return set;
}

/* Raw number of the row's people for the sums, NaN when there is none; *people >= 0. */
static double judge_people(struct job *j, size_t i, double *people, struct bj_verdict_of_row *v)
{
    const struct bj_column *c;
    double raw;

    *people = 0;
    if (j->r.at[BJ_COL_POPULATION] < 0)
        return NAN;
    c = &j->r.table.column[j->r.at[BJ_COL_POPULATION]];
    raw = c->number_state[i] > 0 ? c->num[i] : NAN;
    if (isfinite(raw) && raw >= 0) {
        *people = raw;
    } else if (c->number_state[i] == 0) {
        bj_row_fate(v, BJ_FATE_NO_POPULATION, R_("no population: counted as 0 people"));
    } else if (isfinite(raw)) {
        bj_row_fate(v, BJ_FATE_BAD_POPULATION, R_("population is %.17g: counted as 0 people"), raw);
    } else {
        bj_row_fate(v, BJ_FATE_BAD_POPULATION,
                    R_("population '%s' is no number: counted as 0 people"),
                    c->raw && c->raw[i] ? c->raw[i] : "?");
    }
    return isfinite(raw) ? raw : NAN;
}

/* ---- township and urban ------------------------------------------------------------- */

static enum bj_status set_township(struct bj_ctx *ctx, struct job *j, size_t i, size_t k)
{
    struct bj_study *s = j->s;
    struct bj_places *to = j->to;
    const char *text = bj_reading_text(&j->r, BJ_COL_TOWNSHIP, i);
    int32_t t = -1;

    if (!bj_is_blank(text)) { /* rows of one township mostly follow each other */
        if (!j->last_name || strcmp(j->last_name, text) != 0) {
            j->last_name = bj_study_keep(ctx, s, text);
            if (!j->last_name)
                return BJ_ENOMEM;
            j->last_township = bj_township_by_name(s, text);
        }
        t = j->last_township;
    }
    (*j->claimed)[k] = t >= 0      ? t
                       : j->demand ? bj_township_by_code(s, to->code[k])
                                   : bj_township_in_name(s, to->name[k]);
    if (t < 0 && s->own->in_township)
        t = (int32_t)bj_locator_find(s->own->in_township, to->x[k], to->y[k]);
    if (t < 0)
        t = bj_township_by_code(s, to->code[k]);
    to->township_index[k] = t;
    to->township[k] = t >= 0 ? s->township[t].name : bj_is_blank(text) ? "" : j->last_name;
    j->n_no_township += !*to->township[k];
    return BJ_OK;
}

static void set_urban(struct job *j, size_t i, size_t k)
{
    const struct bj_study *s = j->s;
    struct bj_places *to = j->to;
    const char *text = bj_reading_text(&j->r, BJ_COL_URBAN, i);
    enum bj_urban u = bj_urban_of(text, s->info->n_urban, s->info->urban);

    if (u == BJ_URBAN_UNKNOWN && !bj_is_blank(text)) {
        j->n_odd_urban++;
        remember(j, text);
    }

    if (u == BJ_URBAN_UNKNOWN && s->own->in_urban)
        u = bj_locator_find(s->own->in_urban, to->x[k], to->y[k]) >= 0 ? BJ_URBAN_YES : BJ_URBAN_NO;
    else if (u == BJ_URBAN_UNKNOWN && to->township_index[k] >= 0)
        u = s->township[to->township_index[k]].urban;
    to->urban[k] = (unsigned char)u;
}

/* ---- one row ------------------------------------------------------------------------- */

static enum bj_status set_texts(struct bj_ctx *ctx, struct job *j, size_t i, size_t k,
                                const char *code)
{
    struct bj_places *to = j->to;
    const char *ownership = bj_reading_text(&j->r, BJ_COL_OWNERSHIP, i);
    const char **last = &j->s->own->last_ownership;

    to->code[k] = bj_study_keep(ctx, j->s, code);
    to->name[k] = bj_study_keep(ctx, j->s, bj_reading_text(&j->r, BJ_COL_NAME, i));
    if (!*last || strcmp(*last, ownership) != 0)
        *last = bj_study_keep(ctx, j->s, ownership);
    to->ownership[k] = *last;
    to->township[k] = "";
    return to->code[k] && to->name[k] && *last ? BJ_OK : BJ_ENOMEM;
}

/* Puts the row at the end of the places, not counted yet. */
static enum bj_status stage(struct bj_ctx *ctx, struct job *j, size_t i, const char *code)
{
    struct bj_places *to = j->to;
    size_t k = to->n;
    enum bj_status st;

    to->lon_deg[k] = j->pos.lon_deg[i];
    to->lat_deg[k] = j->pos.lat_deg[i];
    to->x[k] = j->pos.x[i];
    to->y[k] = j->pos.y[i];
    to->input[k] = j->r.input;
    to->row[k] = j->r.table.row[i];
    st = set_texts(ctx, j, i, k, code);
    if (st != BJ_OK)
        return st;
    st = set_township(ctx, j, i, k);
    if (st == BJ_OK)
        set_urban(j, i, k);
    return st;
}

static void name_row(const struct job *j, int64_t k, char out[200])
{
    const struct bj_places *to = j->to;

    if (to->input[k] == j->r.input)
        snprintf(out, 200, R_("row %lld"), (long long)to->row[k]);
    else
        snprintf(out, 200, R_("row %lld of %.150s"), (long long)to->row[k],
                 j->s->input[to->input[k]].path);
}

/* Compares the staged row with the earlier ones; a duplicate leaves its classes to the first. */
static void judge_twins(struct job *j, uint64_t set, struct bj_verdict_of_row *v)
{
    struct bj_places *to = j->to;
    int64_t k = bj_twins_find(&j->twins, to->n, BJ_TWIN_BOTH);
    char where[200];

    if (k >= 0) {
        name_row(j, k, where);
        if (set & ~to->classes[k])
            bj_row_fate(v, BJ_FATE_DUPLICATE,
                        R_("same code and same point as %s, which takes over its class"), where);
        else
            bj_row_fate(v, BJ_FATE_DUPLICATE, R_("same code and same point as %s"), where);
        to->classes[k] |= set;
        return;
    }
    k = j->parcel ? -1 : bj_twins_find(&j->twins, to->n, BJ_TWIN_CODE);
    if (k >= 0) {
        j->n_code++;
        name_row(j, k, where);
        bj_row_fate(v, BJ_FATE_CODE_REPEATED, R_("same code as %s, at another point"), where);
    }
    k = bj_twins_find(&j->twins, to->n, BJ_TWIN_POINT);
    if (k >= 0) {
        j->n_point++;
        name_row(j, k, where);
        bj_row_fate(v, BJ_FATE_POINT_REPEATED, R_("same point as %s, with another code"), where);
    }
}

static void judge_shape(struct job *j, size_t i, struct bj_verdict_of_row *v)
{
    if (j->pos.from_columns || j->pos.fault[i] != BJ_POS_FINE)
        return;
    if (j->parcel) {
        if (j->r.table.state[i] == BJ_ROW_REPAIRED)
            bj_row_fate(v, BJ_FATE_REPAIRED,
                        R_("invalid area (it crosses itself, or the like) repaired"));
    } else if (j->r.table.state[i] == BJ_ROW_FROM_AREA || j->r.table.state[i] == BJ_ROW_REPAIRED) {
        j->s->own->n_interior++;
        bj_row_fate(v, BJ_FATE_INTERIOR_POINT, R_("area or line: a point inside it stands for it"));
    } else if (j->r.table.state[i] == BJ_ROW_MULTI) {
        bj_row_fate(v, BJ_FATE_FIRST_OF_MULTI, R_("several points: the first was taken"));
    }
}

static enum bj_status judge_row(struct bj_ctx *ctx, struct job *j, size_t i)
{
    struct bj_places *to = j->to;
    struct bj_verdict_of_row v = {.fate = BJ_FATE_N}, people = {.fate = BJ_FATE_N};
    char code[128];
    double raw, population = 0;
    uint64_t set = 0;
    enum bj_status st = BJ_OK;

    bj_code_clean(bj_reading_text(&j->r, BJ_COL_CODE, i), code);
    raw = j->demand ? judge_people(j, i, &population, &people) : NAN;
    if (isfinite(raw))
        j->s->input[j->r.input].population += raw;
    if (is_total_row(&j->r, i))
        bj_row_fate(&v, BJ_FATE_TOTAL_ROW, R_("a row of totals"));
    if (bj_fate_is_used(v.fate))
        judge_position(j, i, &v);
    if (bj_fate_is_used(v.fate))
        judge_code(j, code, &v);
    if (bj_fate_is_used(v.fate) && !j->demand)
        set = judge_class(j, i, &v);
    if (bj_fate_is_used(v.fate))
        judge_place(j, i, &v);
    if (bj_fate_is_used(v.fate)) {
        st = stage(ctx, j, i, code);
        if (st != BJ_OK)
            return st;
        judge_twins(j, set, &v);
    }
    if (!bj_fate_is_used(v.fate))
        return bj_ledger_add(ctx, j->s, j->r.input, j->r.table.row[i], code, &v, raw);
    judge_shape(j, i, &v);
    if (people.fate != BJ_FATE_N) {
        j->n_blank += people.fate == BJ_FATE_NO_POPULATION;
        j->n_bad += people.fate == BJ_FATE_BAD_POPULATION;
        bj_row_fate(&v, people.fate, "%s", people.reason);
    }
    to->population[to->n] = j->demand ? population : 0;
    to->classes[to->n] = set;
    to->neighbour[to->n] = j->r.layer->role == BJ_ROLE_NEIGHBOURS || v.fate == BJ_FATE_NEIGHBOUR;
    bj_twins_enter(&j->twins, to->n);
    to->n++;
    j->kept[j->n_kept++] = (uint32_t)i;
    j->s->input[j->r.input].used++;
    /* Used people are in the total; only a refused number goes to the ledger. */
    return bj_ledger_add(ctx, j->s, j->r.input, j->r.table.row[i], code, &v,
                         people.fate == BJ_FATE_BAD_POPULATION ? raw : NAN);
}

/* ---- a layer ------------------------------------------------------------------------- */

static enum bj_status note_counts(struct bj_ctx *ctx, const struct job *j)
{
    struct bj_study *s = j->s;
    const char *path = j->r.layer->path_as_written;
    enum bj_status st = BJ_OK;

    if (j->n_code > 0)
        st = bj_study_note(
            ctx, s, "repeated_codes", path, NULL,
            R_("%zu rows have the code of an earlier row at another point; all are used"),
            j->n_code);
    if (st == BJ_OK && j->n_point > 0)
        st = bj_study_note(
            ctx, s, "duplicate_points", path, NULL,
            R_("%zu rows lie at the point of an earlier row with another code; all are "
               "used"),
            j->n_point);
    if (st == BJ_OK && j->n_unknown_class > 0)
        st = bj_study_note(ctx, s, "missing_class", path,
                           R_("give class: for the whole layer, or a column with one of banjing's "
                              "class names"),
                           R_("%zu rows are of no class that is known and are not used: %s"),
                           j->n_unknown_class, j->examples);
    if (st == BJ_OK && j->n_from_name > 0)
        st = bj_study_note(ctx, s, "class_from_name", path, NULL,
                           R_("%zu rows have a class text that says nothing; their names decided"),
                           j->n_from_name);
    return st;
}

static enum bj_status note_units(struct bj_ctx *ctx, const struct job *j)
{
    struct bj_study *s = j->s;
    const char *path = j->r.layer->path_as_written;
    enum bj_status st = BJ_OK;

    if ((j->village || !j->demand) && j->r.at[BJ_COL_NAME] < 0 && !j->r.match.tie[BJ_COL_NAME][0] &&
        j->r.table.n > 0)
        st = bj_study_note(ctx, s, "no_name", path, R_("name the column: fields: {name: …}"),
                           R_("no column of names was found"));
    if (st != BJ_OK || !j->demand)
        return st;
    if (j->n_odd_urban > 0)
        st = bj_study_note(
            ctx, s, "urban_not_understood", path,
            R_("write 城乡分类代码 (111 to 220), or 城镇 and 乡村; or name the values "
               "that are urban: urban: [...]"),
            R_("%zu rows have a text that does not say whether they are urban or "
               "rural: %s"),
            j->n_odd_urban, j->examples);
    if (st == BJ_OK && j->n_no_township > 0 && j->r.at[BJ_COL_TOWNSHIP] >= 0)
        st = bj_study_note(
            ctx, s, "no_township", path,
            R_("fill in every row: text files keep a merged cell's text in its first "
               "row only; or give the layer townships:"),
            R_("%zu rows have no township in '%s', and neither code nor place tells "
               "it"),
            j->n_no_township, j->r.info->field[j->r.match.column[BJ_COL_TOWNSHIP]].name);
    return st;
}

/* What the list itself says of its coordinates is a reason to ask, never to guess. */
static enum bj_status note_datum(struct bj_ctx *ctx, const struct job *j)
{
    const struct bj_source_info *info = j->r.info;

    if (!info->said_datum || j->r.layer->datum_given || !j->pos.from_columns ||
        !bj_crs_is_geographic(j->r.crs))
        return BJ_OK;
    return bj_study_note(ctx, j->s, "says_datum", j->r.layer->path_as_written,
                         strcmp(info->said_datum, "bd09") == 0
                             ? R_("write datum: bd09 if so, else datum: cgcs2000")
                             : R_("write datum: gcj02 if so, else datum: cgcs2000"),
                         R_("the list says '%.200s', but the case gives no datum: its coordinates "
                            "were taken as they stand"),
                         info->said_in);
}

static enum bj_status note_population(struct bj_ctx *ctx, const struct job *j)
{
    const char *path = j->r.layer->path_as_written;

    if (!j->demand || j->r.table.n == 0)
        return BJ_OK;
    if (j->village && j->r.at[BJ_COL_POPULATION] < 0)
        return bj_study_note(ctx, j->s, "no_population", path,
                             R_("name the column: fields: {population: …}"),
                             R_("no column of resident population was found: all figures of people "
                                "are 0"));
    if (j->n_blank + j->n_bad == 0)
        return BJ_OK;
    return bj_study_note(ctx, j->s, "no_population", path, NULL,
                         R_("%zu rows without population and %zu with a negative number or a text "
                            "count as 0 people"),
                         j->n_blank, j->n_bad);
}

/* Fate of most rows that were not used, and how many it was. */
static enum bj_fate main_fate(const struct job *j, size_t *n)
{
    const struct bj_study *s = j->s;
    size_t count[BJ_FATE_N] = {0};
    enum bj_fate most = BJ_FATE_N;

    *n = 0;
    for (size_t i = 0; i < s->n_ledger; i++)
        if (s->ledger[i].input == j->r.input && ++count[s->ledger[i].fate] > *n) {
            *n = count[s->ledger[i].fate];
            most = s->ledger[i].fate;
        }
    return most;
}

/* The layer's first row of that fate, which there is. */
static const struct bj_ledger_row *first_of(const struct job *j, enum bj_fate fate)
{
    const struct bj_ledger_row *l = j->s->ledger;

    while (l->input != j->r.input || l->fate != fate)
        l++;
    return l;
}

/* The suspicion already voiced about the layer or the boundary, "" when none: it is the likely
 * reason. */
static void likely_reason(const struct job *j, char out[1600])
{
    static const char *const codes[] = {"swapped_axes", "neighbouring_zone", "zone_prefix", "dmmss",
                                        NULL};
    const struct bj_study *s = j->s;
    const char *layer = j->r.layer->path_as_written;
    int b = s->own->boundary_input;

    out[0] = '\0';
    for (size_t i = 0; i < s->n_notes; i++) {
        const struct bj_note *n = &s->note[i];

        for (int k = 0; codes[k]; k++)
            if (strcmp(n->code, codes[k]) == 0 &&
                (strcmp(n->layer, layer) == 0 ||
                 (b >= 0 && strcmp(n->layer, s->input[b].path) == 0)))
                snprintf(out, 1600, "; '%.300s': %.800s%s%.400s", n->layer, n->text,
                         *n->fix ? ": " : "", n->fix);
    }
}

static double nearest_km(const struct job *j)
{
    double best = INFINITY;

    for (size_t i = 0; i < j->pos.n; i++) {
        double d = bj_locator_distance(j->s->own->in_county, j->pos.x[i], j->pos.y[i],
                                       isfinite(best) ? best : 1e7);

        best = fmin(best, d);
    }
    return best / 1000;
}

static enum bj_status fail_none_used(struct bj_ctx *ctx, const struct job *j)
{
    const char *path = j->r.layer->path_as_written;
    const struct bj_ledger_row *first;
    enum bj_fate fate;
    size_t n;
    char why[1600];

    if (j->r.table.n == 0)
        return bj_fail(ctx, BJ_EDATA,
                       _("'%s' has no rows; there is nothing to judge: check the "
                         "file, layer: and where:"),
                       path);
    fate = main_fate(j, &n);
    likely_reason(j, why);
    if (fate == BJ_FATE_OUTSIDE_COUNTY)
        return bj_fail(ctx, BJ_EDATA,
                       _("all %zu villages of '%s' lie outside the boundary, the nearest %.1f km "
                         "away%s; villages and boundary are of different counties, or one of them "
                         "is in another coordinate system than it says"),
                       n, path, nearest_km(j), why);
    first = first_of(j, fate);
    return bj_fail(ctx, BJ_EDATA,
                   _("no row of '%s' can be used: %zu of %zu are '%s', first row %lld: %s%s"), path,
                   n, j->r.table.n, bj_fate_names[fate], (long long)first->row, first->reason, why);
}

/* A layer of villages without a village is a mistake, whatever it is. */
static enum bj_status check_any_used(struct bj_ctx *ctx, const struct job *j)
{
    enum bj_status st;

    if (j->s->input[j->r.input].used > 0)
        return BJ_OK;
    if (!j->village)
        return j->r.table.n > 0
                   ? BJ_OK
                   : bj_study_note(ctx, j->s, "empty_layer", j->r.layer->path_as_written, NULL,
                                   R_("the layer has no rows"));
    st = fail_none_used(ctx, j);
    if (st == BJ_EDATA && j->s->own->lenient) /* the ledger tells more than a failure */
        st = bj_study_note(ctx, j->s, "unusable_layer", j->r.layer->path_as_written, NULL, "%s",
                           bj_ctx_message(ctx));
    return st;
}

static enum bj_status read_rows(struct bj_ctx *ctx, struct job *j)
{
    enum bj_status st = reserve(ctx, j->to, j->claimed, j->to->n + j->pos.n + 1);

    if (st == BJ_OK)
        st = bj_twins_init(ctx, &j->twins, j->to, j->to->n + j->pos.n);
    j->first = j->to->n;
    j->kept = bj_alloc0(ctx, j->pos.n, sizeof(*j->kept));
    if (st == BJ_OK && !j->kept)
        st = BJ_ENOMEM;
    for (size_t i = 0; st == BJ_OK && i < j->pos.n; i++)
        st = judge_row(ctx, j, i);
    return st;
}

static const struct bj_reading_role demand_roles[] = {{BJ_COL_NAME, 0},     {BJ_COL_CODE, 0},
                                                      {BJ_COL_TOWNSHIP, 0}, {BJ_COL_URBAN, 0},
                                                      {BJ_COL_COUNTY, 0},   {BJ_COL_POPULATION, 1}};
static const struct bj_reading_role facility_roles[] = {
    {BJ_COL_NAME, 0},  {BJ_COL_CODE, 0},   {BJ_COL_TOWNSHIP, 0}, {BJ_COL_COUNTY, 0},
    {BJ_COL_CLASS, 0}, {BJ_COL_STATUS, 0}, {BJ_COL_OWNERSHIP, 0}};

static enum bj_status read_layer(struct bj_ctx *ctx, struct job *j)
{
    uint32_t asked = BIT(BJ_COL_LON) | BIT(BJ_COL_LAT);
    enum bj_status st;

    if (j->demand)
        asked |= BIT(BJ_COL_CODE) | BIT(BJ_COL_URBAN) | BIT(BJ_COL_POPULATION);
    else
        asked |= BIT(BJ_COL_STATUS) | (j->r.layer->class_given < 0 ? BIT(BJ_COL_CLASS) : 0);
    if (!j->r.info->is_list && j->r.info->has_geometry)
        asked &= ~(BIT(BJ_COL_LON) | BIT(BJ_COL_LAT));
    st = bj_reading_ask(ctx, j->s, &j->r, asked);
    if (st == BJ_OK && j->parcel)
        st = bj_parcels_positions(ctx, j->s, &j->r, sizeof(demand_roles) / sizeof(*demand_roles),
                                  demand_roles, &j->pos);
    else if (st == BJ_OK && j->demand)
        st = bj_positions_read(ctx, j->s, &j->r, sizeof(demand_roles) / sizeof(*demand_roles),
                               demand_roles, &j->pos);
    else if (st == BJ_OK)
        st = bj_positions_read(ctx, j->s, &j->r, sizeof(facility_roles) / sizeof(*facility_roles),
                               facility_roles, &j->pos);
    if (st == BJ_OK)
        st = bj_suspect_positions(ctx, j->s, &j->r, &j->pos);
    if (st == BJ_OK)
        st = bj_suspect_count_outside(ctx, j->s, &j->r, &j->pos);
    if (st == BJ_OK)
        st = read_rows(ctx, j);
    if (st == BJ_OK)
        st = check_any_used(ctx, j);
    if (st == BJ_OK)
        st = note_counts(ctx, j);
    if (st == BJ_OK)
        st = note_units(ctx, j);
    if (st == BJ_OK)
        st = note_datum(ctx, j);
    return st == BJ_OK ? note_population(ctx, j) : st;
}

enum bj_status bj_places_read(struct bj_ctx *ctx, struct bj_study *s,
                              const struct bj_case_layer *layer)
{
    struct job j = {.s = s};
    enum bj_status st;

    j.village = layer->role == BJ_ROLE_VILLAGES;
    j.parcel = layer->role == BJ_ROLE_PARCELS;
    j.demand = j.village || j.parcel || layer->role == BJ_ROLE_SETTLEMENTS;
    j.to = j.village  ? &s->villages
           : j.parcel ? &s->parcels
           : j.demand ? &s->settlements
                      : &s->facilities;
    j.claimed = &s->own->claimed[j.village ? 0 : j.parcel ? 3 : j.demand ? 1 : 2];
    st = bj_reading_open(ctx, s, layer, &j.r);
    if (st == BJ_OK)
        st = read_layer(ctx, &j);
    if (st == BJ_OK && j.parcel)
        st = bj_parcels_keep(ctx, s, &j.r, j.n_kept, j.kept);
    else if (st == BJ_OK && layer->role != BJ_ROLE_SETTLEMENTS)
        st = bj_columns_add(ctx, s, &j.r, j.n_kept, j.kept, j.first,
                            j.village ? &s->village_columns : &s->facility_columns);
    bj_free(ctx, j.kept);
    bj_twins_release(ctx, &j.twins);
    bj_positions_release(ctx, &j.pos);
    bj_reading_close(ctx, &j.r);
    return st;
}
