/* PROJ objects, one set a context.
 *
 * A PROJ object belongs to one thread, a bj_crs to all. So a bj_crs holds only text; each context
 * makes its own objects from that text when it first needs them, and keeps those of the last
 * few texts (BJ_SLOT_CRS): the layers of a county share one or two systems, and so do the counties
 * of a batch.
 *
 * Operations between datums are those that EPSG publishes and this computer can run (no grid is
 * fetched), or the one that the definition carries (+towgs84). Each point uses the first, in
 * PROJ's order, whose area of use holds it, and has no image outside of all. PROJ's own choice
 * (proj_create_crs_to_crs) is not used, because it falls back on an operation of another place.
 * Its "ballpark" operations, which return the numbers as they are, are never used. */
#include "crs/crs_int.h"

#include <math.h>
#include <string.h>

#define MAX_OPERATIONS 64
#define MAX_TOOLS      8

struct operation {
    PJ *op; /* own lon, lat -> WGS 84 lon, lat, degrees */
    double west_deg, south_deg, east_deg, north_deg;
};

struct bj_proj_tools {
    char *source;
    PJ *map; /* source coordinates -> own lon, lat in degrees; NULL until needed */
    size_t n_op;
    struct operation op[MAX_OPERATIONS]; /* best first */
};

/* Tools of the last texts used, the latest first. */
struct shelf {
    struct bj_ctx *ctx;
    size_t n;
    struct bj_proj_tools *tools[MAX_TOOLS];
};

static void log_proj(void *udata, int level, const char *text)
{
    (void)level;
    bj_log(udata, BJ_LOG_DEBUG, "crs: PROJ: %s", text);
}

static void release_proj(void *handle)
{
    proj_context_destroy(handle);
}

PJ_CONTEXT *bj_proj_context(struct bj_ctx *ctx)
{
    PJ_CONTEXT *pj = bj_ctx_slot(ctx, BJ_SLOT_PROJ);

    if (pj)
        return pj;
    pj = proj_context_create();
    if (!pj) {
        bj_fail(ctx, BJ_ENOMEM, _("out of memory: PROJ cannot start"));
        return NULL;
    }
    proj_log_func(pj, ctx, log_proj);
    /* Offline whatever PROJ_NETWORK says: the same input must give the same answer. */
    proj_context_set_enable_network(pj, 0);
    bj_ctx_set_slot(ctx, BJ_SLOT_PROJ, pj, release_proj);
    return pj;
}

enum bj_status bj_proj_fail(struct bj_ctx *ctx, PJ_CONTEXT *pj, const char *name)
{
    int err = proj_context_errno(pj);

    return bj_fail(ctx, BJ_ECRS,
                   _("coordinate system '%s' cannot be transformed to CGCS2000 (PROJ: %s): "
                     "convert the layer to EPSG:4490 first"),
                   name, err ? proj_context_errno_string(pj, err) : _("no reason given"));
}

/* ---- the shelf ---------------------------------------------------------- */

static void free_tools(struct bj_ctx *ctx, struct bj_proj_tools *t)
{
    if (!t)
        return;
    while (t->n_op > 0)
        proj_destroy(t->op[--t->n_op].op);
    proj_destroy(t->map);
    bj_free(ctx, t->source);
    bj_free(ctx, t);
}

static void release_shelf(void *handle)
{
    struct shelf *s = handle;

    while (s->n > 0)
        free_tools(s->ctx, s->tools[--s->n]);
    bj_free(s->ctx, s);
}

static struct shelf *shelf_of(struct bj_ctx *ctx)
{
    struct shelf *s = bj_ctx_slot(ctx, BJ_SLOT_CRS);

    if (s)
        return s;
    s = bj_alloc0(ctx, 1, sizeof(*s));
    if (!s)
        return NULL;
    s->ctx = ctx;
    bj_ctx_set_slot(ctx, BJ_SLOT_CRS, s, release_shelf);
    return s;
}

static struct bj_proj_tools *new_tools(struct bj_ctx *ctx, const char *source)
{
    struct bj_proj_tools *t = bj_alloc0(ctx, 1, sizeof(*t));

    if (!t)
        return NULL;
    t->source = bj_strdup(ctx, source);
    if (!t->source) {
        bj_free(ctx, t);
        return NULL;
    }
    return t;
}

/* The tools of a source text, moved to the front; new and empty ones when it has none. */
static struct bj_proj_tools *tools_of(struct bj_ctx *ctx, const char *source)
{
    struct shelf *s = shelf_of(ctx);
    struct bj_proj_tools *t = NULL;
    size_t i = 0;

    if (!s)
        return NULL;
    while (i < s->n && strcmp(s->tools[i]->source, source) != 0)
        i++;
    if (i < s->n) {
        t = s->tools[i];
    } else {
        t = new_tools(ctx, source);
        if (!t)
            return NULL;
        if (s->n == MAX_TOOLS)
            free_tools(ctx, s->tools[--s->n]);
        i = s->n++;
    }
    memmove(s->tools + 1, s->tools, i * sizeof(*s->tools));
    s->tools[0] = t;
    return t;
}

/* ---- making them -------------------------------------------------------- */

/* Takes op over; NULL when it cannot be brought to lon, lat order. */
static PJ *normalized(PJ_CONTEXT *pj, PJ *op)
{
    PJ *n = op ? proj_normalize_for_visualization(pj, op) : NULL;

    proj_destroy(op);
    return n;
}

static enum bj_status make_map(struct bj_ctx *ctx, PJ_CONTEXT *pj, struct bj_proj_tools *t,
                               const char *name)
{
    PJ *crs, *base;

    if (t->map)
        return BJ_OK;
    crs = proj_create(pj, t->source);
    if (crs && proj_get_type(crs) == PJ_TYPE_BOUND_CRS) { /* its shift is another step */
        PJ *plain = proj_get_source_crs(pj, crs);

        proj_destroy(crs);
        crs = plain;
    }
    base = crs ? proj_crs_get_geodetic_crs(pj, crs) : NULL;
    if (base)
        t->map = normalized(pj, proj_create_crs_to_crs_from_pj(pj, crs, base, NULL, NULL));
    proj_destroy(base);
    proj_destroy(crs);
    return t->map ? BJ_OK : bj_proj_fail(ctx, pj, name);
}

/* Takes op over; keeps it when it is a published one that this computer can run. */
static void keep_operation(PJ_CONTEXT *pj, PJ *op, struct bj_proj_tools *t)
{
    struct operation *o = &t->op[t->n_op];

    if (!op || t->n_op == MAX_OPERATIONS ||
        proj_coordoperation_has_ballpark_transformation(pj, op) ||
        !proj_coordoperation_is_instantiable(pj, op)) {
        proj_destroy(op);
        return;
    }
    o->op = normalized(pj, op);
    if (!o->op)
        return;
    if (!proj_get_area_of_use(pj, o->op, &o->west_deg, &o->south_deg, &o->east_deg, &o->north_deg,
                              NULL) ||
        o->west_deg < -180) { /* -1000: not known, so anywhere */
        o->west_deg = -180, o->east_deg = 180;
        o->south_deg = -90, o->north_deg = 90;
    }
    t->n_op++;
}

/* A shift of nothing from an old ellipsoid is the silence that we refuse elsewhere. */
static bool is_real_shift(PJ_CONTEXT *pj, const PJ *crs, const PJ *op)
{
    double v[7] = {0};

    if (bj_proj_modern_ellipsoid(pj, crs))
        return true;
    if (!proj_coordoperation_get_towgs84_values(pj, op, v, 7, 0))
        return true; /* a grid */
    for (int i = 0; i < 7; i++)
        if (v[i] != 0)
            return true;
    return false;
}

/* A bound system brings its own operation (+towgs84, +nadgrids); it must lead to WGS 84. */
static void keep_own_operation(PJ_CONTEXT *pj, const PJ *crs, struct bj_proj_tools *t)
{
    PJ *hub = proj_get_target_crs(pj, crs);
    PJ *datum = hub ? proj_crs_get_datum_forced(pj, hub) : NULL;
    PJ *op = proj_crs_get_coordoperation(pj, crs);

    if (op && datum && bj_datum_is_modern(proj_get_name(datum)) && is_real_shift(pj, crs, op))
        keep_operation(pj, op, t);
    else
        proj_destroy(op);
    proj_destroy(datum);
    proj_destroy(hub);
}

/* What EPSG publishes, best first; nothing that needs a grid this computer has not. */
static void keep_published_operations(PJ_CONTEXT *pj, const PJ *crs, struct bj_proj_tools *t)
{
    PJ *from = proj_crs_get_geodetic_crs(pj, crs), *to = proj_create(pj, "EPSG:4326");
    PJ_OPERATION_FACTORY_CONTEXT *how = proj_create_operation_factory_context(pj, NULL);
    PJ_OBJ_LIST *ops = NULL;

    if (from && to && how) {
        proj_operation_factory_context_set_allow_ballpark_transformations(pj, how, 0);
        proj_operation_factory_context_set_spatial_criterion(
            pj, how, PROJ_SPATIAL_CRITERION_PARTIAL_INTERSECTION);
        proj_operation_factory_context_set_grid_availability_use(
            pj, how, PROJ_GRID_AVAILABILITY_DISCARD_OPERATION_IF_MISSING_GRID);
        ops = proj_create_operations(pj, from, to, how);
    }
    for (int i = 0; ops && i < proj_list_get_count(ops); i++)
        keep_operation(pj, proj_list_get(pj, ops, i), t);
    proj_list_destroy(ops);
    proj_operation_factory_context_destroy(how);
    proj_destroy(to);
    proj_destroy(from);
}

static enum bj_status make_operations(struct bj_ctx *ctx, PJ_CONTEXT *pj, struct bj_proj_tools *t,
                                      const char *name)
{
    PJ *crs;

    if (t->n_op > 0)
        return BJ_OK;
    crs = proj_create(pj, t->source);
    if (crs && proj_get_type(crs) == PJ_TYPE_BOUND_CRS)
        keep_own_operation(pj, crs, t);
    else if (crs)
        keep_published_operations(pj, crs, t);
    proj_destroy(crs);
    if (t->n_op > 0)
        return BJ_OK;
    return bj_fail(ctx, BJ_ECRS,
                   _("no published transformation leads from the datum of '%s' to CGCS2000: "
                     "convert the layer to CGCS2000 (EPSG:4490), or give your department's 3 or "
                     "7 parameters in crs: as a PROJ string with +ellps= and +towgs84=, or give "
                     "the layer a list of points known in both systems with control: points.csv"),
                   name);
}

enum bj_status bj_proj_tools_get(struct bj_ctx *ctx, const struct bj_crs *crs,
                                 struct bj_proj_tools **out)
{
    PJ_CONTEXT *pj;
    struct bj_proj_tools *t;
    enum bj_status st = BJ_OK;

    *out = NULL;
    if (crs->map != BJ_MAP_PROJ && !crs->shifted)
        return BJ_OK;
    pj = bj_proj_context(ctx);
    t = pj ? tools_of(ctx, crs->source) : NULL;
    if (!t)
        return BJ_ENOMEM;
    if (crs->map == BJ_MAP_PROJ)
        st = make_map(ctx, pj, t, crs->name);
    if (!st && crs->shifted)
        st = make_operations(ctx, pj, t, crs->name);
    if (!st)
        *out = t;
    return st;
}

/* ---- using them --------------------------------------------------------- */

/* One point through a PROJ object; false when it has no image. */
static bool trans_one(PJ *op, PJ_DIRECTION way, double *x, double *y)
{
    PJ_COORD c = proj_coord(*x, *y, 0, HUGE_VAL);

    if (!isfinite(*x) || !isfinite(*y))
        return false;
    proj_errno_reset(op);
    c = proj_trans(op, way, c);
    if (!isfinite(c.xy.x) || !isfinite(c.xy.y))
        return false;
    *x = c.xy.x;
    *y = c.xy.y;
    return true;
}

void bj_proj_map(const struct bj_proj_tools *t, PJ_DIRECTION way, size_t n, double *x, double *y)
{
    for (size_t i = 0; i < n; i++)
        if (!trans_one(t->map, way, &x[i], &y[i]))
            x[i] = y[i] = NAN;
}

static bool holds(const struct operation *o, double lon_deg, double lat_deg)
{
    bool in_lon = o->west_deg <= o->east_deg
                      ? lon_deg >= o->west_deg && lon_deg <= o->east_deg
                      : lon_deg >= o->west_deg || lon_deg <= o->east_deg; /* over 180 degrees */

    return in_lon && lat_deg >= o->south_deg && lat_deg <= o->north_deg;
}

void bj_proj_shift(const struct bj_proj_tools *t, PJ_DIRECTION way, size_t n, double *lon_deg,
                   double *lat_deg)
{
    for (size_t i = 0; i < n; i++) {
        bool ok = false;

        for (size_t k = 0; k < t->n_op && !ok; k++)
            ok = holds(&t->op[k], lon_deg[i], lat_deg[i]) &&
                 trans_one(t->op[k].op, way, &lon_deg[i], &lat_deg[i]);
        if (!ok)
            lon_deg[i] = lat_deg[i] = NAN;
    }
}
