/* The case file: which layers one county has, and how to read them.
 *
 * One YAML map (contract: interface.md, "Case file"). Unknown keys and wrong types are errors
 * with line and column, for a misspelt key that is passed over would change a verdict. Nothing
 * is opened here: whether the layers exist and hold what they should is the study's business.
 *
 * Paths are relative to the case file. A path that is absolute, a GDAL connection string
 * ("PG:dbname=…", "GPKG:…", an URL) or inline text of a layer ("{…", "<…") is taken as it is;
 * `path_as_written` keeps what the user wrote, for messages and summary.json. Layers given on
 * the command line are relative to the working folder and replace those of the file.
 *
 * The date printed in reports: the case's, else SOURCE_DATE_EPOCH in UTC
 * (reproducible-builds.org), else today. */
#include "study/study_int.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const char *const bj_role_names[] = {"villages",   "facilities",  "boundary",  "townships",
                                     "urban_area", "settlements", "parcels",   "population",
                                     "roads",      "friction",    "elevation", "neighbours",
                                     "indicators", "control",     NULL};

const char *const bj_field_role_names[] = {
    "name",       "code",    "urban",           "county",     "township",   "population",
    "registered", "service", "households",      "aged65",     "lon",        "lat",
    "lonlat",     "class",   "level",           "ownership",  "status",     "beds",
    "doctors",    "nurses",  "village_doctors", "ambulances", "floor_area", "standard",
    "plan_type",  "type",    "old_x",           "old_y",      "new_x",      "new_y",
    NULL};

struct bj_case {
    struct bj_ctx *ctx;
    struct bj_yaml_doc *doc; /* holds most texts */
    struct bj_strings strings;
    struct bj_case_info info;
    struct bj_case_layer *layer;
    size_t layer_cap;
    struct bj_case_layer *
        *control; /* lists of control points, each by itself: layers point there */
    size_t n_control, control_cap;
    const char **urban;
};

static const char *keep(struct bj_case *c, const char *s)
{
    return bj_strings_add(c->ctx, &c->strings, s, strlen(s));
}

/* ---- paths ---------------------------------------------------------------- */

/* "PG:", "GPKG:", "https:": two or more letters or digits and a colon. */
static bool is_connection(const char *path)
{
    size_t n = 0;

    while (isalnum((unsigned char)path[n]) || path[n] == '_' || path[n] == '+')
        n++;
    return (n >= 2 && path[n] == ':') || path[0] == '{' || path[0] == '<';
}

static const char *resolve(struct bj_case *c, const char *path)
{
    const char *base = c->info.base_dir, *kept;
    char *full;

    if (path[0] == '/' || is_connection(path) || strcmp(base, ".") == 0)
        return keep(c, path);
    full = bj_sprintf(c->ctx, "%s/%s", base, path);
    kept = full ? keep(c, full) : NULL;
    bj_free(c->ctx, full);
    return kept;
}

static const char *folder_of(struct bj_case *c, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return ".";
    return bj_strings_add(c->ctx, &c->strings, path, slash == path ? 1 : (size_t)(slash - path));
}

/* ---- date ----------------------------------------------------------------- */

static bool is_date(const char *s)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int y, m, d;

    if (strlen(s) != 10 || s[4] != '-' || s[7] != '-')
        return false;
    for (int i = 0; i < 10; i++)
        if (i != 4 && i != 7 && !isdigit((unsigned char)s[i]))
            return false;
    y = atoi(s);
    m = atoi(s + 5);
    d = atoi(s + 8);
    if (y < 1 || m < 1 || m > 12 || d < 1)
        return false;
    return d <= days[m - 1] || (m == 2 && d == 29 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
}

static enum bj_status set_default_date(struct bj_case *c)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    time_t now = time(NULL);
    struct tm tm = {0};
    bool ok;

    if (epoch && *epoch) {
        char *end;
        long long seconds;

        errno = 0;
        seconds = strtoll(epoch, &end, 10);
        now = (time_t)seconds;
        ok = !errno && !*end && seconds >= 0 && gmtime_r(&now, &tm) && tm.tm_year < 8100;
        if (!ok)
            return bj_fail(c->ctx, BJ_EDATA,
                           _("SOURCE_DATE_EPOCH is '%s', which is no number of seconds since "
                             "1970; correct or unset it"),
                           epoch);
    } else {
        localtime_r(&now, &tm);
    }
    strftime(c->info.date, sizeof(c->info.date), "%Y-%m-%d", &tm);
    return BJ_OK;
}

static enum bj_status read_date(struct bj_case *c, const struct bj_yaml *root)
{
    const char *date = NULL;
    enum bj_status st = bj_yaml_text(c->ctx, c->doc, root, "date", &date);

    if (st != BJ_OK)
        return st;
    if (!date)
        return set_default_date(c);
    if (!is_date(date))
        return bj_yaml_fail(c->ctx, c->doc, bj_yaml_get(root, "date"),
                            _("date is '%s'; it must be a day written as 2026-11-22"), date);
    memcpy(c->info.date, date, 11);
    return BJ_OK;
}

/* ---- layers --------------------------------------------------------------- */

static struct bj_case_layer *new_layer(struct bj_case *c, enum bj_role role)
{
    void *p = c->layer;
    struct bj_case_layer *l;

    if (!bj_grow(c->ctx, &p, &c->layer_cap, c->info.n_layers, sizeof(*c->layer)))
        return NULL;
    c->layer = p;
    c->info.layer = c->layer;
    l = &c->layer[c->info.n_layers];
    memset(l, 0, sizeof(*l));
    l->role = role;
    l->class_given = -1;
    return l;
}

static enum bj_status set_path(struct bj_case *c, struct bj_case_layer *l, const char *path)
{
    l->path_as_written = path;
    l->source.path = resolve(c, path);
    return l->source.path ? BJ_OK : BJ_ENOMEM;
}

static enum bj_status read_crs(struct bj_case *c, const struct bj_yaml *map, const char *key,
                               const char **out)
{
    enum bj_status st = bj_yaml_text(c->ctx, c->doc, map, key, out);
    const char *crs = *out;
    char code[32];

    if (st != BJ_OK || !crs || !*crs || strspn(crs, "0123456789") != strlen(crs))
        return st;
    /* 4490 alone can only be EPSG's. */
    snprintf(code, sizeof(code), "EPSG:%.20s", crs);
    *out = keep(c, code);
    return *out ? BJ_OK : BJ_ENOMEM;
}

static enum bj_status read_datum(struct bj_case *c, const struct bj_yaml *map,
                                 struct bj_case_layer *l)
{
    const char *word = NULL;
    enum bj_status st = bj_yaml_text(c->ctx, c->doc, map, "datum", &word);
    int i;

    if (st != BJ_OK || !word)
        return st;
    i = bj_word_find(word, bj_datum_names);
    if (i < 0)
        return bj_yaml_fail(c->ctx, c->doc, bj_yaml_get(map, "datum"),
                            _("unknown datum '%s'; it is cgcs2000, wgs84, gcj02 or bd09"), word);
    l->datum = (enum bj_datum)i;
    l->datum_given = 1;
    return BJ_OK;
}

static enum bj_status fail_class(struct bj_case *c, const struct bj_yaml *node)
{
    const char *near = bj_closest(node->text, bj_class_names);

    if (near)
        return bj_yaml_fail(c->ctx, c->doc, node,
                            _("unknown facility class '%s'; did you mean '%s'?"), node->text, near);
    return bj_yaml_fail(c->ctx, c->doc, node, _("unknown facility class '%s'"), node->text);
}

static enum bj_status read_class(struct bj_case *c, const struct bj_yaml *map,
                                 struct bj_case_layer *l)
{
    const char *word = NULL;
    enum bj_status st = bj_yaml_text(c->ctx, c->doc, map, "class", &word);

    if (st != BJ_OK || !word)
        return st;
    l->class_given = bj_class_find(word);
    return l->class_given < 0 ? fail_class(c, bj_yaml_get(map, "class")) : BJ_OK;
}

static enum bj_status read_fields(struct bj_case *c, const struct bj_yaml *map,
                                  struct bj_case_layer *l)
{
    const struct bj_yaml *fields = bj_yaml_get(map, "fields");
    const char *known[BJ_COL_N + 1] = {NULL};
    size_t n = 0;
    enum bj_status st;

    if (!fields)
        return BJ_OK;
    for (int i = 0; i < BJ_COL_N; i++) {
        bool of_control = i >= BJ_COL_OLD_X;

        if (i == BJ_COL_NAME || of_control == (l->role == BJ_ROLE_CONTROL))
            known[n++] = bj_field_role_names[i];
    }
    st = bj_yaml_check_keys(c->ctx, c->doc, fields, known);
    for (int i = 0; st == BJ_OK && i < BJ_COL_N; i++)
        st = bj_yaml_text(c->ctx, c->doc, fields, bj_field_role_names[i], &l->fields[i]);
    return st;
}

static enum bj_status read_path(struct bj_case *c, const struct bj_yaml *map,
                                struct bj_case_layer *l)
{
    const char *path = NULL;
    enum bj_status st = bj_yaml_text(c->ctx, c->doc, map, "path", &path);

    if (st != BJ_OK)
        return st;
    if (!path || bj_is_blank(path))
        return bj_yaml_fail(c->ctx, c->doc, map, _("the layer '%s' has no path"),
                            bj_role_names[l->role]);
    return set_path(c, l, path);
}

/* `control: points.csv`, or a map when there is more to say than the path. */
static enum bj_status read_control_list(struct bj_case *c, const struct bj_yaml *node,
                                        struct bj_case_layer *l)
{
    static const char *const known[] = {"path",    "layer",   "where",  "encoding",
                                        "old_crs", "new_crs", "fields", NULL};
    enum bj_status st;

    l->role = BJ_ROLE_CONTROL;
    l->class_given = -1;
    l->source.captions = 1;
    l->line = node->line;
    l->column = node->column;
    if (node->kind == BJ_YAML_SCALAR && !bj_yaml_is_null(node) && !bj_is_blank(node->text))
        return set_path(c, l, node->text);
    if (node->kind != BJ_YAML_MAP)
        return bj_yaml_fail(c->ctx, c->doc, node,
                            _("'control' must be a list of points known in both systems: control: "
                              "points.csv"));
    if ((st = bj_yaml_check_keys(c->ctx, c->doc, node, known)) || (st = read_path(c, node, l)) ||
        (st = bj_yaml_text(c->ctx, c->doc, node, "layer", &l->source.layer)) ||
        (st = bj_yaml_text(c->ctx, c->doc, node, "where", &l->source.where)) ||
        (st = bj_yaml_text(c->ctx, c->doc, node, "encoding", &l->source.encoding)) ||
        (st = read_crs(c, node, "old_crs", &l->old_crs)) ||
        (st = read_crs(c, node, "new_crs", &l->source.crs)))
        return st;
    return read_fields(c, node, l);
}

static enum bj_status read_control(struct bj_case *c, const struct bj_yaml *map,
                                   struct bj_case_layer *l)
{
    const struct bj_yaml *node = bj_yaml_get(map, "control");
    struct bj_case_layer *list;
    void *p = c->control;

    if (!node)
        return BJ_OK;
    if (l->role == BJ_ROLE_INDICATORS)
        return bj_yaml_fail(c->ctx, c->doc, node,
                            _("indicators have no coordinates: leave control: out"));
    if (l->datum_given)
        return bj_yaml_fail(c->ctx, c->doc, node,
                            _("datum: and control: exclude each other: datum: is for map services' "
                              "coordinates (gcj02, bd09), control: for layers in an old system "
                              "that crs: or the .prj names"));
    if (!bj_grow(c->ctx, &p, &c->control_cap, c->n_control, sizeof(struct bj_case_layer *)))
        return BJ_ENOMEM;
    c->control = p;
    list = bj_alloc0(c->ctx, 1, sizeof(*list));
    if (!list)
        return BJ_ENOMEM;
    c->control[c->n_control++] = list;
    l->control = list;
    return read_control_list(c, node, list);
}

static enum bj_status read_layer(struct bj_case *c, const struct bj_yaml *node, enum bj_role role)
{
    static const char *const known[] = {"path", "layer",  "where", "encoding", "datum",
                                        "crs",  "fields", "class", "control",  NULL};
    struct bj_case_layer *l = new_layer(c, role);
    enum bj_status st;

    if (!l)
        return BJ_ENOMEM;
    if (node->kind != BJ_YAML_MAP)
        return bj_yaml_fail(c->ctx, c->doc, node, _("'%s' must be a layer: {path: FILE}"),
                            bj_role_names[role]);
    l->line = node->line;
    l->column = node->column;
    if ((st = bj_yaml_check_keys(c->ctx, c->doc, node, known)) || (st = read_path(c, node, l)) ||
        (st = bj_yaml_text(c->ctx, c->doc, node, "layer", &l->source.layer)) ||
        (st = bj_yaml_text(c->ctx, c->doc, node, "where", &l->source.where)) ||
        (st = bj_yaml_text(c->ctx, c->doc, node, "encoding", &l->source.encoding)) ||
        (st = read_crs(c, node, "crs", &l->source.crs)) || (st = read_datum(c, node, l)) ||
        (st = read_class(c, node, l)) || (st = read_fields(c, node, l)) ||
        (st = read_control(c, node, l)))
        return st;
    c->info.n_layers++;
    return BJ_OK;
}

/* Facilities: one layer or several. */
static enum bj_status read_layers(struct bj_case *c, const struct bj_yaml *node, enum bj_role role)
{
    enum bj_status st = BJ_OK;

    if (node->kind != BJ_YAML_LIST)
        return read_layer(c, node, role);
    if (node->n == 0)
        return bj_yaml_fail(c->ctx, c->doc, node, _("the list of '%s' is empty"),
                            bj_role_names[role]);
    for (size_t i = 0; st == BJ_OK && i < node->n; i++)
        st = read_layer(c, node->item[i], role);
    return st;
}

/* A grid may be given by its path alone: {friction: f.tif}. */
static enum bj_status read_grid(struct bj_case *c, const struct bj_yaml *node, enum bj_role role)
{
    struct bj_case_layer *l;
    enum bj_status st;

    if (node->kind != BJ_YAML_SCALAR || bj_yaml_is_null(node))
        return read_layer(c, node, role);
    l = new_layer(c, role);
    if (!l)
        return BJ_ENOMEM;
    l->line = node->line;
    l->column = node->column;
    st = set_path(c, l, node->text);
    if (st == BJ_OK)
        c->info.n_layers++;
    return st;
}

static enum bj_status read_surface(struct bj_case *c, const struct bj_yaml *root)
{
    static const char *const known[] = {"friction", "elevation", NULL};
    const struct bj_yaml *map = bj_yaml_get(root, "surface"), *node;
    enum bj_status st = map ? bj_yaml_check_keys(c->ctx, c->doc, map, known) : BJ_OK;

    if (st == BJ_OK && (node = bj_yaml_get(map, "friction")))
        st = read_grid(c, node, BJ_ROLE_FRICTION);
    if (st == BJ_OK && (node = bj_yaml_get(map, "elevation")))
        st = read_grid(c, node, BJ_ROLE_ELEVATION);
    return st;
}

static enum bj_status read_neighbours(struct bj_case *c, const struct bj_yaml *root)
{
    static const char *const known[] = {"facilities", NULL};
    const struct bj_yaml *map = bj_yaml_get(root, "neighbours"), *node;
    enum bj_status st = map ? bj_yaml_check_keys(c->ctx, c->doc, map, known) : BJ_OK;

    if (st == BJ_OK && (node = bj_yaml_get(map, "facilities")))
        st = read_layers(c, node, BJ_ROLE_NEIGHBOURS);
    return st;
}

static enum bj_status read_all_layers(struct bj_case *c, const struct bj_yaml *root)
{
    static const enum bj_role plain[] = {
        BJ_ROLE_VILLAGES,   BJ_ROLE_BOUNDARY,    BJ_ROLE_TOWNSHIPS,
        BJ_ROLE_URBAN_AREA, BJ_ROLE_SETTLEMENTS, BJ_ROLE_PARCELS,
        BJ_ROLE_POPULATION, BJ_ROLE_ROADS,       BJ_ROLE_INDICATORS};
    const struct bj_yaml *node;
    enum bj_status st = BJ_OK;

    for (size_t i = 0; st == BJ_OK && i < sizeof(plain) / sizeof(*plain); i++)
        if ((node = bj_yaml_get(root, bj_role_names[plain[i]])))
            st = read_layer(c, node, plain[i]);
    if (st == BJ_OK && (node = bj_yaml_get(root, "facilities")))
        st = read_layers(c, node, BJ_ROLE_FACILITIES);
    if (st == BJ_OK)
        st = read_surface(c, root);
    if (st == BJ_OK)
        st = read_neighbours(c, root);
    return st;
}

/* ---- the rest ------------------------------------------------------------- */

static enum bj_status read_county(struct bj_case *c, const struct bj_yaml *root)
{
    static const char *const known[] = {"code", "name", "city", NULL};
    const struct bj_yaml *map = bj_yaml_get(root, "county");
    enum bj_status st;

    if (!map)
        return BJ_OK;
    if ((st = bj_yaml_check_keys(c->ctx, c->doc, map, known)) ||
        (st = bj_yaml_text(c->ctx, c->doc, map, "code", &c->info.county_code)) ||
        (st = bj_yaml_text(c->ctx, c->doc, map, "city", &c->info.city_name)))
        return st;
    return bj_yaml_text(c->ctx, c->doc, map, "name", &c->info.county_name);
}

static enum bj_status read_lang(struct bj_case *c, const struct bj_yaml *root)
{
    enum bj_status st = bj_yaml_text(c->ctx, c->doc, root, "lang", &c->info.lang);

    if (st == BJ_OK && c->info.lang && strcmp(c->info.lang, "zh") != 0 &&
        strcmp(c->info.lang, "en") != 0)
        return bj_yaml_fail(c->ctx, c->doc, bj_yaml_get(root, "lang"),
                            _("lang is '%s'; it must be zh or en"), c->info.lang);
    return st;
}

/* A list of scalars (or one scalar) of root[key]; *n = 0 and no item when absent. */
static enum bj_status scalars_of(struct bj_case *c, const struct bj_yaml *root, const char *key,
                                 size_t *n, const struct bj_yaml *const **item,
                                 const struct bj_yaml **one)
{
    const struct bj_yaml *node = bj_yaml_get(root, key);

    *n = 0;
    if (!node)
        return BJ_OK;
    *one = node;
    *n = node->kind == BJ_YAML_LIST ? node->n : 1;
    *item = node->kind == BJ_YAML_LIST ? (const struct bj_yaml *const *)node->item : one;
    for (size_t i = 0; i < *n; i++)
        if ((*item)[i]->kind != BJ_YAML_SCALAR || bj_yaml_is_null((*item)[i]))
            return bj_yaml_fail(c->ctx, c->doc, (*item)[i],
                                _("'%s' must be a list of words or numbers"), key);
    return BJ_OK;
}

static enum bj_status read_urban(struct bj_case *c, const struct bj_yaml *root)
{
    const struct bj_yaml *const *item = NULL;
    const struct bj_yaml *one = NULL;
    size_t n;
    enum bj_status st = scalars_of(c, root, "urban", &n, &item, &one);

    if (st != BJ_OK)
        return st;
    if (one && n == 0)
        return bj_yaml_fail(c->ctx, c->doc, one,
                            _("'urban' is empty; give the codes that are urban, or leave it out "
                              "for [1]"));
    c->urban = bj_alloc0(c->ctx, n ? n : 1, sizeof(*c->urban));
    if (!c->urban)
        return BJ_ENOMEM;
    c->urban[0] = "1"; /* 1xx of the 城乡分类代码: domain.md 6.3 */
    for (size_t i = 0; i < n; i++)
        c->urban[i] = item[i]->text;
    c->info.n_urban = n ? n : 1;
    c->info.urban = c->urban;
    return BJ_OK;
}

static enum bj_status read_none(struct bj_case *c, const struct bj_yaml *root)
{
    const struct bj_yaml *const *item = NULL;
    const struct bj_yaml *one = NULL;
    size_t n;
    enum bj_status st = scalars_of(c, root, "none", &n, &item, &one);

    for (size_t i = 0; st == BJ_OK && i < n; i++) {
        int k = bj_class_find(item[i]->text);

        if (k < 0)
            return fail_class(c, item[i]);
        c->info.none |= bj_class_set((enum bj_class)k);
    }
    return st;
}

static enum bj_status read_root(struct bj_case *c)
{
    static const char *const known[] = {"county",     "plan",        "date",       "lang",
                                        "villages",   "facilities",  "boundary",   "townships",
                                        "urban_area", "settlements", "parcels",    "population",
                                        "roads",      "surface",     "neighbours", "indicators",
                                        "urban",      "none",        NULL};
    const struct bj_yaml *root = bj_yaml_root(c->doc);
    enum bj_status st;

    if ((st = bj_yaml_check_keys(c->ctx, c->doc, root, known)) || (st = read_county(c, root)) ||
        (st = bj_yaml_text(c->ctx, c->doc, root, "plan", &c->info.plan)) ||
        (st = read_date(c, root)) || (st = read_lang(c, root)) || (st = read_all_layers(c, root)) ||
        (st = read_urban(c, root)))
        return st;
    return read_none(c, root);
}

static enum bj_status fill(struct bj_case *c, const char *path)
{
    enum bj_status st;

    c->info.county_code = c->info.county_name = c->info.city_name = "";
    c->info.base_dir = ".";
    if (!path) {
        st = set_default_date(c);
        return st == BJ_OK ? read_urban(c, NULL) : st;
    }
    c->info.path = keep(c, path);
    c->info.base_dir = folder_of(c, path);
    if (!c->info.path || !c->info.base_dir)
        return BJ_ENOMEM;
    st = bj_yaml_read(c->ctx, path, &c->doc);
    return st == BJ_OK ? read_root(c) : st;
}

enum bj_status bj_case_read(struct bj_ctx *ctx, const char *path, struct bj_case **out)
{
    struct bj_case *c = bj_alloc0(ctx, 1, sizeof(*c));
    enum bj_status st;

    if (!c)
        return BJ_ENOMEM;
    c->ctx = ctx;
    st = fill(c, path);
    if (st != BJ_OK) {
        bj_case_free(c);
        return st;
    }
    *out = c;
    return BJ_OK;
}

static void drop_role(struct bj_case *c, enum bj_role role)
{
    size_t n = 0;

    for (size_t i = 0; i < c->info.n_layers; i++)
        if (c->layer[i].role != role)
            c->layer[n++] = c->layer[i];
    c->info.n_layers = n;
}

enum bj_status bj_case_set_layer(struct bj_ctx *ctx, struct bj_case *c, enum bj_role role,
                                 const char *data_source, int replace)
{
    struct bj_case_layer *l;
    const char *path;

    if (role < 0 || role >= BJ_ROLE_N || !data_source || bj_is_blank(data_source))
        return bj_fail(ctx, BJ_EARG, _("a layer needs a path"));
    path = keep(c, data_source);
    l = path ? new_layer(c, role) : NULL;
    if (!l)
        return BJ_ENOMEM;
    if (replace) {
        drop_role(c, role);
        l = new_layer(c, role); /* has room: one was there before */
    }
    l->path_as_written = path;
    l->source.path = path;
    c->info.n_layers++;
    return BJ_OK;
}

/* Plans are looked for relative to the case; one from the command line is relative to the
 * working folder, so its path is made absolute. */
enum bj_status bj_case_set_plan(struct bj_ctx *ctx, struct bj_case *c, const char *plan)
{
    char cwd[4096], *full = NULL;
    const char *kept;

    if (!plan || bj_is_blank(plan))
        return bj_fail(ctx, BJ_EARG, _("a plan needs an id or a path"));
    if (plan[0] != '/' && (strchr(plan, '/') || bj_ends_with(plan, ".yaml"))) {
        if (!getcwd(cwd, sizeof(cwd)))
            return bj_fail(ctx, BJ_EIO, _("the working folder cannot be found: %s"),
                           strerror(errno));
        full = bj_sprintf(ctx, "%s/%s", cwd, plan);
        if (!full)
            return BJ_ENOMEM;
    }
    kept = keep(c, full ? full : plan);
    bj_free(ctx, full);
    if (!kept)
        return BJ_ENOMEM;
    c->info.plan = kept;
    return BJ_OK;
}

const struct bj_case_info *bj_case_info(const struct bj_case *c)
{
    return &c->info;
}

void bj_case_free(struct bj_case *c)
{
    if (!c)
        return;
    while (c->n_control > 0)
        bj_free(c->ctx, c->control[--c->n_control]);
    bj_free(c->ctx, c->control);
    bj_free(c->ctx, c->urban);
    bj_free(c->ctx, c->layer);
    bj_strings_release(c->ctx, &c->strings);
    bj_yaml_free(c->doc);
    bj_free(c->ctx, c);
}
