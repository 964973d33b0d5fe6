/* From a definition to a coordinate system: reading it, judging its datum, choosing its map.
 *
 * PROJ reads the text. What comes out is refused when it has no place on the earth (heights,
 * local plans), when its datum is an old Chinese one (datum.c), or when its datum is unknown and
 * its ellipsoid is an old one. A nameless datum on the ellipsoid of GRS 1980, CGCS2000 or WGS 84
 * is what a PROJ string for CGCS2000 looks like; it is taken as CGCS2000, with a warning.
 *
 * Free text is not given to PROJ: it would look for a system with a similar name. */
#include "crs/crs_int.h"

#include <ctype.h>
#include <math.h>
#include <proj_experimental.h> /* proj_crs_demote_to_2D(), which GDAL stands on as well */
#include <string.h>

#define HOW_TO_GIVE                                                                                \
    N_("give crs: as an EPSG code such as EPSG:4490 or EPSG:4527, as WKT or as a PROJ string")
#define HOW_TO_CONVERT                                                                             \
    N_("for which no published transformation to CGCS2000 exists: convert the layer to CGCS2000 "  \
       "(EPSG:4490), or give your department's 3 or 7 parameters in crs: as a PROJ string with "   \
       "+ellps= and +towgs84=, or give the layer a list of points known in both systems with "     \
       "control: points.csv")
#define HOW_TO_NAME_OLD                                                                            \
    N_("give crs: as the EPSG code of the old system, such as EPSG:4610 (Xian 1980, degrees), "    \
       "EPSG:2363 (its 3 degree zone 39) or EPSG:4214 (Beijing 1954, degrees)")

/* ---- the text ----------------------------------------------------------- */

/* A definition as a message shows it: its first characters on one line. */
static const char *shown(const char *definition, char *buf, size_t room)
{
    size_t n = strcspn(definition, "\r\n");

    if (n + 1 > room) {
        n = room - 4;
        while (n > 0 && ((unsigned char)definition[n] & 0xC0) == 0x80)
            n--;
        snprintf(buf, room, "%.*s...", (int)n, definition);
    } else {
        snprintf(buf, room, "%.*s", (int)n, definition);
    }
    return buf;
}

static enum bj_status fail_definition(struct bj_ctx *ctx, PJ_CONTEXT *pj, const char *definition,
                                      bool untied)
{
    const char *system = bj_datum_refused(definition);
    char text[64];

    shown(definition, text, sizeof(text));
    if (system && !untied)
        return bj_fail(ctx, BJ_ECRS, _("coordinate system '%s' is %s, %s"), text, system,
                       _(HOW_TO_CONVERT));
    if (!proj_context_get_database_path(pj))
        return bj_fail(ctx, BJ_ECRS,
                       _("PROJ finds no proj.db, without which '%s' cannot be read: install "
                         "proj-data or set PROJ_LIB to its folder"),
                       text);
    return bj_fail(ctx, BJ_ECRS, _("coordinate system '%s' is not understood: %s"), text,
                   untied ? _(HOW_TO_NAME_OLD) : _(HOW_TO_GIVE));
}

/* A pipeline is none: it leads from one system to another. */
static bool is_proj_string(const char *definition)
{
    return strstr(definition, "proj=") && !strpbrk(definition, "[{") && !strstr(definition, "step");
}

/* A copy without white space around it, and a PROJ string said to be a system, not a step. */
static char *clean(struct bj_ctx *ctx, const char *definition)
{
    size_t n;

    while (isspace((unsigned char)*definition))
        definition++;
    for (n = strlen(definition); n > 0 && isspace((unsigned char)definition[n - 1]);)
        n--;
    if (n > 1 << 20)
        n = 1 << 20; /* a megabyte is no definition; PROJ will say so */
    return bj_sprintf(ctx, "%.*s%s", (int)n, definition,
                      is_proj_string(definition) && !strstr(definition, "type=crs") ? " +type=crs"
                                                                                    : "");
}

static enum bj_status parse(struct bj_ctx *ctx, PJ_CONTEXT *pj, const char *definition, bool untied,
                            PJ **out)
{
    char *text;
    PJ *crs = NULL;

    if (bj_is_blank(definition))
        return bj_fail(ctx, BJ_ECRS, _("coordinate system is missing: %s"), _(HOW_TO_GIVE));
    if (!is_proj_string(definition) && !strpbrk(definition, "[{:"))
        return fail_definition(ctx, pj, definition, untied);
    text = clean(ctx, definition);
    if (!text)
        return BJ_ENOMEM;
    crs = proj_create(pj, text);
    bj_free(ctx, text);
    if (crs && proj_is_crs(crs)) {
        *out = crs;
        return BJ_OK;
    }
    proj_destroy(crs);
    return fail_definition(ctx, pj, definition, untied);
}

/* Takes crs over; gives its horizontal, two-dimensional part. */
static PJ *horizontal(PJ_CONTEXT *pj, PJ *crs)
{
    PJ *flat;

    if (proj_get_type(crs) == PJ_TYPE_COMPOUND_CRS) {
        PJ *first = proj_crs_get_sub_crs(pj, crs, 0);

        proj_destroy(crs);
        crs = first;
    }
    if (!crs || proj_get_type(crs) == PJ_TYPE_BOUND_CRS)
        return crs;
    flat = proj_crs_demote_to_2D(pj, NULL, crs);
    if (!flat)
        return crs;
    proj_destroy(crs);
    return flat;
}

/* ---- its parts ---------------------------------------------------------- */

struct parts {
    PJ *crs;   /* projected, geographic, or one of them bound to a shift */
    PJ *plain; /* crs without the shift */
    PJ *base;  /* geographic */
    PJ *datum;
};

static void close_parts(struct parts *p)
{
    proj_destroy(p->datum);
    proj_destroy(p->base);
    proj_destroy(p->plain);
    proj_destroy(p->crs);
}

static enum bj_status fail_placeless(struct bj_ctx *ctx, const PJ *crs, const char *what)
{
    return bj_fail(ctx, BJ_ECRS,
                   _("coordinate system '%s' is %s and says no place on the earth: %s"),
                   proj_get_name(crs), what, _(HOW_TO_GIVE));
}

static enum bj_status open_parts(struct bj_ctx *ctx, PJ_CONTEXT *pj, struct parts *p)
{
    PJ_TYPE type = proj_get_type(p->crs);

    if (type == PJ_TYPE_VERTICAL_CRS)
        return fail_placeless(ctx, p->crs, _("a height system"));
    if (type == PJ_TYPE_ENGINEERING_CRS || type == PJ_TYPE_TEMPORAL_CRS ||
        type == PJ_TYPE_OTHER_CRS)
        return fail_placeless(ctx, p->crs, _("a local one"));
    if (type == PJ_TYPE_GEOCENTRIC_CRS)
        return bj_fail(ctx, BJ_ECRS,
                       _("coordinate system '%s' is geocentric X, Y, Z: convert the layer to "
                         "longitude and latitude (EPSG:4490)"),
                       proj_get_name(p->crs));
    p->plain = type == PJ_TYPE_BOUND_CRS ? proj_get_source_crs(pj, p->crs) : proj_clone(pj, p->crs);
    p->base = proj_crs_get_geodetic_crs(pj, p->crs);
    p->datum = p->base ? proj_crs_get_datum_forced(pj, p->base) : NULL;
    if (!p->plain || !p->base || !p->datum)
        return bj_proj_fail(ctx, pj, proj_get_name(p->crs));
    return BJ_OK;
}

/* ---- its datum ---------------------------------------------------------- */

/* Datum, geographic and projected system: one that names an old datum is enough, and so is a
 * file's +towgs84 no permission: old programs wrote values into .prj files that fit nowhere. */
static enum bj_status refuse_old_datum(struct bj_ctx *ctx, const struct parts *p)
{
    const PJ *named[] = {p->datum, p->base, p->plain};

    for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++) {
        const char *system = bj_datum_refused(proj_get_name(named[i]));

        if (system)
            return bj_fail(ctx, BJ_ECRS, _("coordinate system '%s' is in %s, %s"),
                           proj_get_name(p->plain), system, _(HOW_TO_CONVERT));
    }
    return BJ_OK;
}

bool bj_proj_modern_ellipsoid(PJ_CONTEXT *pj, const PJ *crs)
{
    PJ *e = proj_get_ellipsoid(pj, crs);
    double a_m = 0, rf = 0;
    bool ok = e && proj_ellipsoid_get_parameters(pj, e, &a_m, NULL, NULL, &rf) &&
              fabs(a_m - BJ_ELLIPSOID_A_M) < 1e-3 && fabs(rf - BJ_ELLIPSOID_RF) < 1e-5;

    proj_destroy(e);
    return ok;
}

static bool is_greenwich(PJ_CONTEXT *pj, const PJ *base)
{
    PJ *pm = proj_get_prime_meridian(pj, base);
    double lon = NAN;
    bool ok = pm && proj_prime_meridian_get_parameters(pj, pm, &lon, NULL, NULL) && lon == 0;

    proj_destroy(pm);
    return ok;
}

static enum bj_status judge_nameless(struct bj_ctx *ctx, PJ_CONTEXT *pj, const struct parts *p,
                                     const char *name)
{
    if (!is_greenwich(pj, p->base) || !bj_proj_modern_ellipsoid(pj, p->base))
        return bj_fail(ctx, BJ_ECRS,
                       _("coordinate system '%s' names no datum ('%s'): give crs: as an EPSG code "
                         "such as EPSG:4490, or as a PROJ string with +ellps=, +towgs84= and your "
                         "department's 3 or 7 parameters, or give the layer a list of points known "
                         "in both systems with control: points.csv"),
                       name, proj_get_name(p->datum));
    bj_log(ctx, BJ_LOG_WARNING,
           _("coordinate system '%s' names no datum; by its ellipsoid it is taken as CGCS2000"),
           name);
    return BJ_OK;
}

static enum bj_status judge_datum(struct bj_ctx *ctx, PJ_CONTEXT *pj, const struct parts *p,
                                  struct bj_crs *c)
{
    const char *datum = proj_get_name(p->datum);
    enum bj_status st = refuse_old_datum(ctx, p);
    struct bj_proj_tools *tools;

    if (st)
        return st;
    if (bj_datum_is_modern(datum) && is_greenwich(pj, p->base))
        return BJ_OK;
    if (bj_datum_is_nameless(datum) && proj_get_type(p->crs) != PJ_TYPE_BOUND_CRS)
        return judge_nameless(ctx, pj, p, c->name);
    c->shifted = true;
    st = bj_proj_tools_get(ctx, c, &tools);
    if (!st)
        bj_log(ctx, BJ_LOG_WARNING,
               _("coordinate system '%s' is brought to CGCS2000 by a transformation that may be "
                 "metres wrong"),
               c->name);
    return st;
}

/* ---- its map ------------------------------------------------------------ */

/* Two axes, east and north in any order, in this unit (metres or radians an axis unit). */
static bool axes_are(PJ_CONTEXT *pj, const PJ *crs, double unit)
{
    PJ *cs = proj_crs_get_coordinate_system(pj, crs);
    int n = cs ? proj_cs_get_axis_count(pj, cs) : 0, east = 0, north = 0;

    for (int i = 0; i < n; i++) {
        const char *direction = NULL;
        double factor = 0;

        if (!proj_cs_get_axis_info(pj, cs, i, NULL, NULL, &direction, &factor, NULL, NULL, NULL) ||
            fabs(factor - unit) > 1e-12 * unit)
            continue;
        east += strcmp(direction, "east") == 0;
        north += strcmp(direction, "north") == 0;
    }
    proj_destroy(cs);
    return n == 2 && east == 1 && north == 1;
}

/* A parameter by its EPSG code, in metres, degrees or as a ratio. */
static bool parameter(PJ_CONTEXT *pj, const PJ *op, const char *epsg, double *out)
{
    for (int i = 0; i < proj_coordoperation_get_param_count(pj, op); i++) {
        const char *code = NULL, *kind = NULL;
        double value, factor;

        if (!proj_coordoperation_get_param(pj, op, i, NULL, NULL, &code, &value, NULL, &factor,
                                           NULL, NULL, NULL, &kind) ||
            !code || strcmp(code, epsg) != 0)
            continue;
        if (kind && strcmp(kind, "angular") == 0)
            *out = fabs(factor - RAD_PER_DEG) < 1e-14 ? value : value * factor * DEG_PER_RAD;
        else
            *out = value * factor;
        return true;
    }
    return false;
}

static bool read_tm(PJ_CONTEXT *pj, const PJ *crs, const PJ *op, struct bj_tm *tm)
{
    PJ *e = proj_get_ellipsoid(pj, crs);
    double a_m, rf, lat0, lon0, k0, x0, y0;
    bool ok = e && proj_ellipsoid_get_parameters(pj, e, &a_m, NULL, NULL, &rf) &&
              parameter(pj, op, "8801", &lat0) && parameter(pj, op, "8802", &lon0) &&
              parameter(pj, op, "8805", &k0) && parameter(pj, op, "8806", &x0) &&
              parameter(pj, op, "8807", &y0) && k0 > 0;

    if (ok)
        bj_tm_init(tm, a_m, rf, lon0, lat0, k0, x0, y0);
    proj_destroy(e);
    return ok;
}

/* Web Mercator as everybody has it: no parameter other than 0. */
static bool is_plain_web_mercator(PJ_CONTEXT *pj, const PJ *crs, const PJ *op)
{
    static const char *const zero[] = {"8801", "8802", "8806", "8807"};
    bool ok = bj_proj_modern_ellipsoid(pj, crs);

    for (size_t i = 0; i < sizeof(zero) / sizeof(*zero); i++) {
        double v = 0;

        ok = ok && (!parameter(pj, op, zero[i], &v) || v == 0);
    }
    return ok;
}

/* EPSG methods 9807 (transverse Mercator) and 1024 (Web Mercator); the rest is PROJ's. */
static enum bj_crs_map projected_map(PJ_CONTEXT *pj, const struct parts *p, struct bj_tm *tm)
{
    PJ *op = proj_crs_get_coordoperation(pj, p->plain);
    const char *method = NULL;
    enum bj_crs_map map = BJ_MAP_PROJ;

    if (op && axes_are(pj, p->plain, 1.0) && is_greenwich(pj, p->base) &&
        proj_coordoperation_get_method_info(pj, op, NULL, NULL, &method) && method) {
        if (strcmp(method, "9807") == 0 && read_tm(pj, p->plain, op, tm))
            map = BJ_MAP_TM;
        else if (strcmp(method, "1024") == 0 && is_plain_web_mercator(pj, p->plain, op))
            map = BJ_MAP_WEB_MERCATOR;
    }
    proj_destroy(op);
    return map;
}

static enum bj_status choose_map(struct bj_ctx *ctx, PJ_CONTEXT *pj, const struct parts *p,
                                 struct bj_crs *c)
{
    PJ_TYPE type = proj_get_type(p->plain);
    struct bj_proj_tools *tools;

    c->geographic = type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_GEOGRAPHIC_3D_CRS;
    if (c->geographic) {
        c->map = BJ_MAP_LONLAT;
        /* A rotated pole is "geographic" too; only its text tells. */
        if (axes_are(pj, p->plain, RAD_PER_DEG) && !strstr(c->source, "DERIVINGCONVERSION["))
            return BJ_OK;
        return bj_fail(ctx, BJ_ECRS,
                       _("coordinate system '%s' is not plain longitude and latitude in degrees: "
                         "convert the layer to EPSG:4490"),
                       c->name);
    }
    c->map = projected_map(pj, p, &c->tm);
    return bj_proj_tools_get(ctx, c, &tools);
}

/* ---- its texts ---------------------------------------------------------- */

/* The code written in the system, else the one that EPSG's list has for the very same. */
static char *code_of(struct bj_ctx *ctx, PJ_CONTEXT *pj, const PJ *crs)
{
    const char *auth = proj_get_id_auth_name(crs, 0), *id = proj_get_id_code(crs, 0);
    PJ_OBJ_LIST *same = NULL;
    int *confidence = NULL;
    PJ *first = NULL;
    char *code;

    /* Nameless systems resemble hundreds; PROJ would compare them all. */
    if ((!auth || !id) && !bj_datum_is_nameless(proj_get_name(crs)))
        same = proj_identify(pj, crs, "EPSG", NULL, &confidence);
    if (same && proj_list_get_count(same) > 0 && confidence[0] >= 90)
        first = proj_list_get(pj, same, 0);
    if (first) {
        auth = proj_get_id_auth_name(first, 0);
        id = proj_get_id_code(first, 0);
    }
    code = auth && id ? bj_sprintf(ctx, "%s:%s", auth, id) : bj_strdup(ctx, "");
    proj_destroy(first);
    proj_int_list_destroy(confidence);
    proj_list_destroy(same);
    return code;
}

/* In this WKT where the system can be written so, else in WKT 2, which OGR reads as well. */
static enum bj_status wkt_of(struct bj_ctx *ctx, PJ_CONTEXT *pj, const PJ *crs, PJ_WKT_TYPE type,
                             char **out)
{
    const char *const one_line[] = {"MULTILINE=NO", NULL};
    const char *wkt = proj_as_wkt(pj, crs, type, one_line);

    if (!wkt)
        wkt = proj_as_wkt(pj, crs, PJ_WKT2_2019, one_line);
    if (!wkt)
        return bj_proj_fail(ctx, pj, proj_get_name(crs));
    *out = bj_strdup(ctx, wkt);
    return *out ? BJ_OK : BJ_ENOMEM;
}

/* A PROJ string has no name but itself. */
static char *name_of(struct bj_ctx *ctx, const PJ *crs, const char *definition)
{
    const char *name = proj_get_name(crs);
    char text[128];

    if (is_proj_string(definition) && bj_datum_is_nameless(name))
        name = shown(definition, text, sizeof(text));
    return bj_strdup(ctx, name ? name : "");
}

/* Codes found before. Looking for a .prj's twin in EPSG's list takes up to 50 ms, and the layers
 * of a county mostly share one system. */
enum { N_CODES = 4 };
struct codes {
    struct bj_ctx *ctx;
    size_t next;
    char *source[N_CODES], *code[N_CODES];
};

static void release_codes(void *handle)
{
    struct codes *m = handle;

    for (size_t i = 0; i < N_CODES; i++) {
        bj_free(m->ctx, m->code[i]);
        bj_free(m->ctx, m->source[i]);
    }
    bj_free(m->ctx, m);
}

/* Remembering is a convenience: without memory for it nothing is lost. */
static void remember_code(struct bj_ctx *ctx, struct codes *m, const char *source, const char *code)
{
    size_t i = m->next;
    char *key = bj_strdup(ctx, source), *value = key ? bj_strdup(ctx, code) : NULL;

    if (!value) {
        bj_free(ctx, key);
        return;
    }
    bj_free(ctx, m->code[i]);
    bj_free(ctx, m->source[i]);
    m->source[i] = key;
    m->code[i] = value;
    m->next = (i + 1) % N_CODES;
}

static char *known_code(struct bj_ctx *ctx, PJ_CONTEXT *pj, const PJ *crs, const char *source)
{
    struct codes *m = bj_ctx_slot(ctx, BJ_SLOT_CODES);
    char *code;

    if (!m) {
        m = bj_alloc0(ctx, 1, sizeof(*m));
        if (!m)
            return NULL;
        m->ctx = ctx;
        bj_ctx_set_slot(ctx, BJ_SLOT_CODES, m, release_codes);
    }
    for (size_t i = 0; i < N_CODES; i++)
        if (m->source[i] && strcmp(m->source[i], source) == 0)
            return bj_strdup(ctx, m->code[i]);
    code = code_of(ctx, pj, crs);
    if (code)
        remember_code(ctx, m, source, code);
    return code;
}

static enum bj_status describe(struct bj_ctx *ctx, PJ_CONTEXT *pj, const struct parts *p,
                               const char *definition, struct bj_crs *c)
{
    enum bj_status st = wkt_of(ctx, pj, p->crs, PJ_WKT2_2019, &c->source);

    if (!st)
        st = wkt_of(ctx, pj, p->crs, PJ_WKT1_GDAL, &c->wkt);
    if (st)
        return st;
    c->name = name_of(ctx, p->plain, definition);
    c->code = c->name ? known_code(ctx, pj, p->plain, c->source) : NULL;
    return c->code ? BJ_OK : BJ_ENOMEM;
}

/* ---- systems for control points ------------------------------------------ */

/* A shift that an old program wrote into a file counts for nothing beside control points; one
 * that the user wrote counts as much as they do. */
static enum bj_status drop_shift(struct bj_ctx *ctx, PJ_CONTEXT *pj, struct parts *p)
{
    PJ *plain;

    if (proj_get_type(p->crs) != PJ_TYPE_BOUND_CRS)
        return BJ_OK;
    if (!bj_datum_refused(proj_get_name(p->datum)) && !bj_datum_refused(proj_get_name(p->base)))
        return bj_fail(ctx, BJ_ECRS,
                       _("coordinate system '%s' brings its own +towgs84= and the layer has "
                         "control: as well: leave one of them out"),
                       proj_get_name(p->plain));
    plain = proj_clone(pj, p->plain);
    if (!plain)
        return bj_proj_fail(ctx, pj, proj_get_name(p->plain));
    proj_destroy(p->crs);
    p->crs = plain;
    return BJ_OK;
}

static enum bj_status judge_untied(struct bj_ctx *ctx, PJ_CONTEXT *pj, const struct parts *p,
                                   struct bj_crs *c)
{
    const char *datum = proj_get_name(p->datum), *old = bj_datum_refused(datum);
    PJ *e;
    bool known;

    if (!old)
        old = bj_datum_refused(proj_get_name(p->base));
    if (!old)
        old = bj_datum_refused(proj_get_name(p->plain));
    if (!old && (bj_datum_is_modern(datum) ||
                 (bj_datum_is_nameless(datum) && bj_proj_modern_ellipsoid(pj, p->base))))
        return bj_fail(ctx, BJ_ECRS,
                       _("coordinate system '%s' is CGCS2000 or WGS 84 already and needs no "
                         "control: points; leave control: out, or %s"),
                       c->name, _(HOW_TO_NAME_OLD));
    e = proj_get_ellipsoid(pj, p->base);
    known = e && proj_ellipsoid_get_parameters(pj, e, &c->a_m, NULL, NULL, &c->rf);
    proj_destroy(e);
    if (!known || !is_greenwich(pj, p->base))
        return bj_fail(
            ctx, BJ_ECRS,
            _("coordinate system '%s' has no ellipsoid or does not count from Greenwich; "
              "%s"),
            c->name, _(HOW_TO_NAME_OLD));
    c->old_datum = bj_strdup(ctx, old ? old : datum);
    return c->old_datum ? BJ_OK : BJ_ENOMEM;
}

const char *bj_crs_old_datum(const struct bj_crs *crs)
{
    return crs->old_datum ? crs->old_datum : "";
}

/* Of datums without a name only the ellipsoid can be compared. */
int bj_crs_same_datum(const struct bj_crs *a, const struct bj_crs *b)
{
    const char *x = bj_crs_old_datum(a), *y = bj_crs_old_datum(b);
    bool told = !bj_datum_is_nameless(x) && !bj_datum_is_nameless(y);

    return fabs(a->a_m - b->a_m) < 1e-3 && fabs(a->rf - b->rf) < 1e-5 &&
           (!told || strcmp(x, y) == 0);
}

/* ---- the whole ----------------------------------------------------------- */

static enum bj_status judge(struct bj_ctx *ctx, PJ_CONTEXT *pj, struct parts *p,
                            const char *definition, bool untied, struct bj_crs *c)
{
    enum bj_status st = open_parts(ctx, pj, p);

    if (!st && untied)
        st = drop_shift(ctx, pj, p);
    if (!st)
        st = describe(ctx, pj, p, definition, c);
    if (!st)
        st = untied ? judge_untied(ctx, pj, p, c) : judge_datum(ctx, pj, p, c);
    return st ? st : choose_map(ctx, pj, p, c);
}

static enum bj_status make(struct bj_ctx *ctx, const char *definition, bool untied,
                           struct bj_crs **out)
{
    PJ_CONTEXT *pj = bj_proj_context(ctx);
    struct parts p = {NULL, NULL, NULL, NULL};
    struct bj_crs *c = NULL;
    enum bj_status st;

    if (!pj)
        return BJ_ENOMEM;
    st = parse(ctx, pj, definition ? definition : "", untied, &p.crs);
    if (st)
        return st;
    p.crs = horizontal(pj, p.crs);
    if (!p.crs)
        return fail_definition(ctx, pj, definition, untied);
    c = bj_alloc0(ctx, 1, sizeof(*c));
    if (!c) {
        st = BJ_ENOMEM;
        goto done;
    }
    c->owner = ctx;
    st = judge(ctx, pj, &p, definition, untied, c);
    if (st)
        goto done;
    *out = c;
    c = NULL; /* now the caller's */
done:
    bj_crs_free(c);
    close_parts(&p);
    return st;
}

enum bj_status bj_crs_new(struct bj_ctx *ctx, const char *definition, struct bj_crs **out)
{
    return make(ctx, definition, false, out);
}

enum bj_status bj_crs_new_untied(struct bj_ctx *ctx, const char *definition, struct bj_crs **out)
{
    return make(ctx, definition, true, out);
}
