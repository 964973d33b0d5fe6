/* Facilities of other counties, brought by a batch: neighbours of this one.
 *
 * Only those within reach of the county's border matter: a rule's largest limit says how far that
 * is, measured in the work CRS with a margin for its scale (1e-3; the map is true to 1e-4 in the
 * county, and to a few 1e-4 at 20 km beside it). One that is there already, by code and point, is
 * the same facility; it stays what it is, and the ledger says so. Names and classes are as the
 * other county's study understood them. */
#include "study/study_int.h"

#include <math.h>

#define SCALE_MARGIN 1.001

/* Entry among the inputs: no file of this case. */
static enum bj_status add_input(struct bj_ctx *ctx, struct bj_study *s, size_t n, uint32_t *input)
{
    struct bj_case_layer *layer = &s->own->batch_layer;
    struct bj_source_info info = {0};
    struct bj_reading r = {.layer = layer, .info = &info};
    enum bj_status st;

    layer->role = BJ_ROLE_NEIGHBOURS;
    layer->datum = BJ_DATUM_CGCS2000;
    layer->path_as_written = layer->source.path = R_("(other counties of the batch)");
    bj_fields_clear(&r.match);
    st = bj_reading_add_input(ctx, s, &r);
    *input = r.input;
    if (st == BJ_OK)
        s->input[r.input].rows = (int64_t)n;
    return st;
}

static enum bj_status enter(struct bj_ctx *ctx, struct bj_study *s, uint32_t input, size_t row,
                            const struct bj_neighbour *f, struct bj_twins *twins)
{
    struct bj_places *p = &s->facilities;
    struct bj_verdict_of_row v = {.fate = BJ_FATE_N};
    size_t i = p->n;

    p->lon_deg[i] = p->x[i] = f->lon_deg;
    p->lat_deg[i] = p->y[i] = f->lat_deg;
    p->code[i] = bj_study_keep(ctx, s, f->code);
    p->name[i] = bj_study_keep(ctx, s, f->name);
    p->ownership[i] = bj_study_keep(ctx, s, f->ownership);
    p->township[i] = "";
    p->township_index[i] = -1;
    p->input[i] = input;
    p->row[i] = (int64_t)row;
    p->classes[i] = f->classes;
    p->neighbour[i] = 1;
    if (!p->code[i] || !p->name[i] || !p->ownership[i])
        return BJ_ENOMEM;
    if (bj_twins_find(twins, i, BJ_TWIN_BOTH) >= 0) {
        bj_row_fate(&v, BJ_FATE_DUPLICATE, R_("the county's own layers have this facility"));
        return bj_ledger_add(ctx, s, input, (int64_t)row, p->code[i], &v, NAN);
    }
    bj_twins_enter(twins, i);
    p->n++;
    s->input[input].used++;
    return bj_crs_from_lonlat(ctx, s->work, 1, &p->x[i], &p->y[i]);
}

static bool is_near(const struct bj_study *s, double x, double y, double limit_m)
{
    double reach = limit_m * SCALE_MARGIN;

    return isfinite(x) && isfinite(y) &&
           (bj_locator_find(s->own->in_county, x, y) >= 0 ||
            bj_locator_distance(s->own->in_county, x, y, reach) <= reach);
}

/* near[0 .. *n_near): those of f within limit_m of the county. */
static enum bj_status choose(struct bj_ctx *ctx, const struct bj_study *s, double limit_m, size_t n,
                             const struct bj_neighbour *f, uint32_t *near, size_t *n_near)
{
    double *x = bj_alloc0(ctx, n, sizeof(*x)), *y = bj_alloc0(ctx, n, sizeof(*y));
    enum bj_status st = x && y ? BJ_OK : BJ_ENOMEM;

    for (size_t i = 0; st == BJ_OK && i < n; i++) {
        x[i] = f[i].lon_deg;
        y[i] = f[i].lat_deg;
    }
    if (st == BJ_OK)
        st = bj_crs_from_lonlat(ctx, s->work, n, x, y);
    for (size_t i = 0; st == BJ_OK && i < n; i++)
        if (is_near(s, x[i], y[i], limit_m))
            near[(*n_near)++] = (uint32_t)i;
    bj_free(ctx, y);
    bj_free(ctx, x);
    return st;
}

enum bj_status bj_study_add_neighbours(struct bj_ctx *ctx, struct bj_study *s, double limit_m,
                                       size_t n, const struct bj_neighbour *f)
{
    uint32_t *near = bj_alloc0(ctx, n, sizeof(*near)), input = 0;
    size_t first = s->facilities.n, n_near = 0;
    struct bj_twins twins = {0};
    enum bj_status st = near ? choose(ctx, s, limit_m, n, f, near, &n_near) : BJ_ENOMEM;

    if (st == BJ_OK && n_near > 0) {
        st = bj_places_reserve(ctx, &s->facilities, first + n_near);
        if (st == BJ_OK)
            st = add_input(ctx, s, n_near, &input);
        if (st == BJ_OK)
            st = bj_twins_init(ctx, &twins, &s->facilities, first + n_near);
        for (size_t i = 0; st == BJ_OK && i < n_near; i++)
            st = enter(ctx, s, input, i + 1, &f[near[i]], &twins);
        if (st == BJ_OK)
            st = bj_columns_widen(ctx, &s->facility_columns, first, s->facilities.n);
    }
    bj_twins_release(ctx, &twins);
    bj_free(ctx, near);
    return st == BJ_OK ? bj_ledger_check(ctx, s) : st;
}
