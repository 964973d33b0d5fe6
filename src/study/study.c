/* All layers of one county, in one frame.
 *
 * Order: the boundary, which sets the work CRS and says what is inside; townships and urban
 * area, which say what a village belongs to; then villages, settlements, facilities, neighbours
 * and parcels, each row judged once (places.c); then what only the whole can tell: suspicions,
 * assumptions, and the check that no row and no person was lost (ledger.c).
 *
 * Not used here: roads and travel surfaces, which rules of other kinds ask for. A case that names
 * them is told so; `inspect` looks whether the roads are where they should be.
 *
 * A lenient study (`inspect`) turns the failure of a layer into a note and goes on, so that
 * one look shows everything that is wrong. */
#include "study/study_int.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define ALL_ROLES ((UINT32_C(1) << BJ_ROLE_N) - 1)

const char *bj_study_keep(struct bj_ctx *ctx, struct bj_study *s, const char *text)
{
    return bj_strings_add(ctx, &s->own->strings, text ? text : "", text ? strlen(text) : 0);
}

enum bj_status bj_study_note(struct bj_ctx *ctx, struct bj_study *s, const char *code,
                             const char *layer, const char *fix, const char *fmt, ...)
{
    struct bj_note *n;
    void *p = s->note;
    char text[2000];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    bj_utf8_clean(text);
    if (!bj_grow(ctx, &p, &s->own->note_cap, s->n_notes, sizeof(*n)))
        return BJ_ENOMEM;
    s->note = p;
    n = &s->note[s->n_notes];
    n->code = code;
    n->layer = bj_study_keep(ctx, s, layer);
    n->fix = bj_study_keep(ctx, s, fix);
    n->text = bj_study_keep(ctx, s, text);
    if (!n->layer || !n->fix || !n->text)
        return BJ_ENOMEM;
    s->n_notes++;
    bj_log(ctx, BJ_LOG_DEBUG, "study: %s: %s", code, text);
    return BJ_OK;
}

/* ---- assumptions ---------------------------------------------------------------- */

enum bj_status bj_study_assume(struct bj_ctx *ctx, struct bj_study *s, const char *key,
                               const char *value, const char *mark, const char *source)
{
    struct bj_assumption *a;
    void *p = s->assumption;

    if (!bj_grow(ctx, &p, &s->own->assumption_cap, s->n_assumptions, sizeof(*a)))
        return BJ_ENOMEM;
    s->assumption = p;
    a = &s->assumption[s->n_assumptions];
    *a = (struct bj_assumption){key, bj_study_keep(ctx, s, value), mark,
                                bj_study_keep(ctx, s, source)};
    if (!a->value || !a->source)
        return BJ_ENOMEM;
    s->n_assumptions++;
    return BJ_OK;
}

static enum bj_status assume_urban(struct bj_ctx *ctx, struct bj_study *s)
{
    char value[300] = "";
    size_t n = 0;

    for (size_t i = 0; i < s->info->n_urban && n + 60 < sizeof(value); i++)
        n += (size_t)snprintf(value + n, sizeof(value) - n, "%s%.50s", i ? ", " : "",
                              s->info->urban[i]);
    return bj_study_assume(
        ctx, s, "urban_codes", value, "[A]",
        R_("urban are the values of the urban/rural column that are or begin with these; "
           "1 is 城镇 of the statistics bureau's 城乡分类代码 (国函〔2008〕60号)"));
}

/* Which column the people come from. */
static enum bj_status assume_population(struct bj_ctx *ctx, struct bj_study *s)
{
    for (size_t i = 0; i < s->n_inputs; i++) {
        const struct bj_input *in = &s->input[i];
        int column = in->fields.column[BJ_COL_POPULATION];

        if (strcmp(in->role, bj_role_names[BJ_ROLE_VILLAGES]) != 0 || column < 0)
            continue;
        return bj_study_assume(ctx, s, "population", in->field_name[column], "[A]",
                               R_("people are the resident population of this column, as given"));
    }
    return BJ_OK;
}

static enum bj_status list_assumptions(struct bj_ctx *ctx, struct bj_study *s)
{
    char number[40];
    enum bj_status st;

    st = bj_study_assume(
        ctx, s, "border_m", "50", "[A]",
        R_("villages up to this far outside the boundary belong to the county: borders and "
           "points are drawn by different hands"));
    if (st == BJ_OK)
        st = bj_study_assume(
            ctx, s, "position_accuracy_m", "50", "[A]",
            R_("positions are taken to be right within this; villages as near to a limit "
               "are listed as borderline"));
    if (st == BJ_OK)
        st = bj_study_assume(
            ctx, s, "wgs84", "CGCS2000", "[S]",
            R_("WGS 84 and CGCS2000 are taken as equal; they differ by decimetres, and no "
               "published transformation between them exists"));
    if (st == BJ_OK)
        st = assume_urban(ctx, s);
    if (st == BJ_OK)
        st = assume_population(ctx, s);
    if (st == BJ_OK && s->population.n > 0)
        st = bj_study_assume(
            ctx, s, "population_cells", "centre", "[A]",
            R_("the people of a raster's cell are judged at its centre; cells whose centre "
               "lies outside the boundary do not belong to the county"));
    if (st == BJ_OK && s->own->n_interior > 0) {
        snprintf(number, sizeof(number), "%zu", s->own->n_interior);
        st =
            bj_study_assume(ctx, s, "interior_points", number, "[A]",
                            R_("rows given as areas or lines are judged by one point inside them"));
    }
    return st;
}

/* ---- reading ---------------------------------------------------------------------- */

typedef enum bj_status (*read_fn)(struct bj_ctx *ctx, struct bj_study *s,
                                  const struct bj_case_layer *layer);

/* What a failing layer has left behind is taken back, except the entry among the inputs. */
struct mark {
    size_t n_ledger, n_inputs, n_villages, n_settlements, n_facilities, n_cells, n_parcels;
};

static void take_back(struct bj_study *s, const struct mark *m)
{
    s->n_ledger = m->n_ledger;
    s->villages.n = m->n_villages;
    s->settlements.n = m->n_settlements;
    s->facilities.n = m->n_facilities;
    s->population.n = m->n_cells;
    s->parcels.n = m->n_parcels;
    for (size_t i = m->n_inputs; i < s->n_inputs; i++) {
        s->input[i].rows = s->input[i].used = 0;
        s->input[i].population = 0;
    }
}

/* Puts role and file before the sentence, unless it names the file itself. */
static enum bj_status say_where(struct bj_ctx *ctx, enum bj_status st,
                                const struct bj_case_layer *layer)
{
    const char *role = bj_role_names[layer->role], *path = layer->path_as_written;

    if (st == BJ_ENOMEM || st == BJ_ECANCEL)
        return st;
    if (strstr(bj_ctx_message(ctx), path))
        return bj_fail_in(ctx, st, "%s", role);
    return bj_fail_in(ctx, st, "%s '%s'", role, path);
}

static enum bj_status read_one(struct bj_ctx *ctx, struct bj_study *s,
                               const struct bj_case_layer *layer, read_fn read)
{
    struct mark m = {s->n_ledger,     s->n_inputs,     s->villages.n, s->settlements.n,
                     s->facilities.n, s->population.n, s->parcels.n};
    enum bj_status st = read(ctx, s, layer);

    if (st == BJ_OK)
        return st;
    st = say_where(ctx, st, layer);
    if (!s->own->lenient || st == BJ_ENOMEM || st == BJ_ECANCEL)
        return st;
    take_back(s, &m);
    return bj_study_note(ctx, s, "unreadable_layer", layer->path_as_written, NULL, "%s",
                         bj_ctx_message(ctx));
}

static enum bj_status read_role(struct bj_ctx *ctx, struct bj_study *s, enum bj_role role,
                                read_fn read)
{
    enum bj_status st = BJ_OK;

    for (size_t i = 0; st == BJ_OK && i < s->info->n_layers; i++)
        if (s->info->layer[i].role == role && (s->own->roles >> role & 1))
            st = read_one(ctx, s, &s->info->layer[i], read);
    return st;
}

static enum bj_status note_unused(struct bj_ctx *ctx, struct bj_study *s,
                                  const struct bj_case_layer *layer)
{
    return bj_study_note(ctx, s, "not_used", layer->path_as_written, NULL,
                         R_("the layer '%s' is not used by this version"),
                         bj_role_names[layer->role]);
}

/* Not used, but `inspect` sees a mistake before they are. Not `check`: reading the roads of
 * OpenStreetMap costs as much as all the rest (Ngazidja: 0.39 s of processor become 0.65). */
static enum bj_status look_at_roads(struct bj_ctx *ctx, struct bj_study *s,
                                    const struct bj_case_layer *layer)
{
    enum bj_status st = note_unused(ctx, s, layer);

    return st == BJ_OK && s->own->lenient ? bj_suspect_roads(ctx, s, layer) : st;
}

static bool has_role(const struct bj_study *s, enum bj_role role)
{
    for (size_t i = 0; i < s->info->n_layers; i++)
        if (s->info->layer[i].role == role)
            return true;
    return false;
}

static enum bj_status need_role(struct bj_ctx *ctx, struct bj_study *s, enum bj_role role)
{
    const char *name = bj_role_names[role], *where = s->info->path;

    if (has_role(s, role))
        return BJ_OK;
    if (s->own->lenient)
        return bj_study_note(ctx, s, "missing_layer", NULL, NULL, R_("the case gives no %s"), name);
    if (where)
        return bj_fail(ctx, BJ_EDATA, _("'%s' gives no %s; add the line %s: {path: FILE}"), where,
                       name, name);
    return bj_fail(ctx, BJ_EDATA, _("no %s is given; add --%s FILE"), name, name);
}

static enum bj_status check_layers(struct bj_ctx *ctx, struct bj_study *s)
{
    enum bj_status st = need_role(ctx, s, BJ_ROLE_BOUNDARY);

    if (st == BJ_OK && s->own->roles != ALL_ROLES)
        return BJ_OK;
    if (st == BJ_OK && !has_role(s, BJ_ROLE_SETTLEMENTS) && !has_role(s, BJ_ROLE_PARCELS) &&
        !has_role(s, BJ_ROLE_POPULATION))
        st = need_role(ctx, s, BJ_ROLE_VILLAGES);
    return st;
}

static enum bj_status read_layers(struct bj_ctx *ctx, struct bj_study *s)
{
    static const struct {
        enum bj_role role;
        read_fn read;
    } step[] = {
        {BJ_ROLE_BOUNDARY, bj_frame_boundary},     {BJ_ROLE_TOWNSHIPS, bj_frame_townships},
        {BJ_ROLE_URBAN_AREA, bj_frame_urban_area}, {BJ_ROLE_VILLAGES, bj_places_read},
        {BJ_ROLE_SETTLEMENTS, bj_places_read},     {BJ_ROLE_FACILITIES, bj_places_read},
        {BJ_ROLE_NEIGHBOURS, bj_places_read},      {BJ_ROLE_PARCELS, bj_places_read},
        {BJ_ROLE_POPULATION, bj_population_read},  {BJ_ROLE_ROADS, look_at_roads},
        {BJ_ROLE_FRICTION, note_unused},           {BJ_ROLE_ELEVATION, note_unused},
        {BJ_ROLE_INDICATORS, bj_indicators_read},
    };
    enum bj_status st = check_layers(ctx, s);

    for (size_t i = 0; st == BJ_OK && i < sizeof(step) / sizeof(*step); i++)
        st = read_role(ctx, s, step[i].role, step[i].read);
    return st;
}

static enum bj_status read_study(struct bj_ctx *ctx, struct bj_study *s)
{
    enum bj_status st = read_layers(ctx, s);

    if (st == BJ_OK)
        st = bj_frame_finish(ctx, s);
    if (st == BJ_OK)
        st = bj_suspect_study(ctx, s);
    if (st == BJ_OK)
        st = bj_suspect_shifts(ctx, s);
    if (st == BJ_OK)
        st = list_assumptions(ctx, s);
    return st == BJ_OK ? bj_ledger_check(ctx, s) : st;
}

enum bj_status bj_study_read(struct bj_ctx *ctx, const struct bj_case *c, int lenient,
                             struct bj_study **out)
{
    return bj_study_read_roles(ctx, c, lenient, ALL_ROLES, out);
}

enum bj_status bj_study_read_roles(struct bj_ctx *ctx, const struct bj_case *c, int lenient,
                                   uint32_t roles, struct bj_study **out)
{
    struct bj_study *s = bj_alloc0(ctx, 1, sizeof(*s));
    enum bj_status st = BJ_ENOMEM;

    if (!s)
        return BJ_ENOMEM;
    s->info = bj_case_info(c);
    s->own = bj_alloc0(ctx, 1, sizeof(*s->own));
    if (s->own) {
        s->own->ctx = ctx;
        s->own->lenient = lenient;
        s->own->boundary_input = s->own->townships_input = s->own->urban_input = -1;
        s->own->roles = roles;
        st = read_study(ctx, s);
    } else {
        bj_free(ctx, s);
        return st;
    }
    if (st != BJ_OK) {
        bj_study_free(s);
        return st;
    }
    *out = s;
    return BJ_OK;
}

void bj_study_free(struct bj_study *s)
{
    struct bj_study_own *own;
    struct bj_ctx *ctx;

    if (!s)
        return;
    own = s->own;
    ctx = own->ctx;
    bj_free(ctx, s->assumption);
    bj_free(ctx, s->note);
    bj_free(ctx, s->ledger);
    for (size_t i = s->n_inputs; i > 0; i--)
        bj_free(ctx, (void *)s->input[i - 1].field_name);
    bj_free(ctx, s->input);
    bj_indicators_release(ctx, &s->indicators);
    bj_attributes_release(ctx, &s->township_columns);
    bj_attributes_release(ctx, &s->facility_columns);
    bj_attributes_release(ctx, &s->village_columns);
    bj_polygons_release(ctx, &s->parcels_area);
    bj_places_release(ctx, &s->parcels);
    bj_places_release(ctx, &s->population);
    bj_places_release(ctx, &s->facilities);
    bj_places_release(ctx, &s->settlements);
    bj_places_release(ctx, &s->villages);
    bj_locator_free(own->in_urban);
    bj_locator_free(own->in_township);
    bj_locator_free(own->in_county);
    for (int i = 0; i < 4; i++)
        bj_free(ctx, own->claimed[i]);
    bj_free(ctx, own->blame);
    bj_free(ctx, own->more);
    bj_polygons_release(ctx, &s->urban_area);
    bj_free(ctx, s->township);
    bj_polygons_release(ctx, &s->townships_area);
    bj_polygons_release(ctx, &s->county_lonlat);
    bj_polygons_release(ctx, &s->county);
    bj_crs_free(s->out_crs);
    bj_crs_free(s->work);
    bj_strings_release(ctx, &own->strings);
    bj_free(ctx, own);
    bj_free(ctx, s);
}
