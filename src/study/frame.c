/* The areas of a county: its boundary, its townships, its urban area.
 *
 * The boundary comes first, for it sets the frame: the work CRS (transverse Mercator on the
 * meridian in the middle of the boundary's box), the CRS of the results, and what is inside.
 * All features of the layer are one county; they are united, and a feature that was invalid
 * has been repaired in reading and stands in the ledger. The area is that of the ellipsoid,
 * with edges taken as geodesics.
 *
 * Townships: features with one code (or, without codes, one name) are one township. A layer
 * may cover more than the county; a township belongs to it when at least a quarter of a grid
 * of 16 by 16 points over it falls into the county, so that borders drawn by different hands
 * do not pull in the neighbours. The type (街道, 镇, 乡) comes from a column, the code or the
 * name; a 街道 is urban, 镇 and 乡 are rural (domain.md 6.3).
 *
 * Urban area: the layer given, else the urban townships; when a township's type is unknown
 * there is none, since an area with a hole of unknown ground has no honest figure. */
#include "study/study_int.h"

#include <math.h>
#include <string.h>

/* ---- polygons ------------------------------------------------------------------ */

/* The features of `in` (grouped) in the order of their group 0 .. n_groups-1; group[f] < 0
 * leaves a feature out. out is grouped by group. */
static enum bj_status gather(struct bj_ctx *ctx, const struct bj_polygons *in, const int32_t *group,
                             size_t n_groups, struct bj_polygons *out)
{
    struct bj_polygons p = {0};

    p.poly_start = bj_alloc0(ctx, n_groups + 1, sizeof(*p.poly_start));
    p.ring_start = bj_alloc0(ctx, in->n_polygons + 1, sizeof(*p.ring_start));
    p.point_start = bj_alloc0(ctx, in->n_rings + 1, sizeof(*p.point_start));
    p.x = bj_alloc0(ctx, in->n_points, sizeof(*p.x));
    p.y = bj_alloc0(ctx, in->n_points, sizeof(*p.y));
    if (!p.poly_start || !p.ring_start || !p.point_start || !p.x || !p.y) {
        bj_polygons_release(ctx, &p);
        return BJ_ENOMEM;
    }
    p.n_features = n_groups;
    for (size_t g = 0; g < n_groups; g++) {
        for (size_t f = 0; f < in->n_features; f++) {
            if (group[f] != (int32_t)g)
                continue;
            for (size_t i = in->poly_start[f]; i < in->poly_start[f + 1]; i++)
                bj_polygons_append(&p, in, i);
        }
        p.poly_start[g + 1] = p.n_polygons;
    }
    *out = p;
    return BJ_OK;
}

enum bj_status bj_frame_suspect(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                                const struct bj_polygons *p)
{
    size_t step = p->n_points / 1000 + 1, n = (p->n_points + step - 1) / step;
    struct bj_positions some = {0};
    enum bj_status st;

    st = bj_positions_init(ctx, n, &some);
    for (size_t i = 0; st == BJ_OK && i < n; i++) {
        some.source_x[i] = some.lon_deg[i] = p->x[i * step];
        some.source_y[i] = some.lat_deg[i] = p->y[i * step];
    }
    if (st == BJ_OK)
        st = bj_reading_to_lonlat(ctx, r, n, some.lon_deg, some.lat_deg);
    if (st == BJ_OK)
        st = bj_suspect_place(ctx, s, r, &some);
    bj_positions_release(ctx, &some);
    return st;
}

/* In place from the layer's coordinates to degrees. */
static enum bj_status to_degrees(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                                 struct bj_polygons *p)
{
    enum bj_status st = bj_reading_crs(ctx, s, r, p->n_points, p->x, p->y, 0);

    if (st == BJ_OK)
        st = bj_frame_suspect(ctx, s, r, p);
    if (st == BJ_OK)
        st = bj_reading_to_lonlat(ctx, r, p->n_points, p->x, p->y);
    for (size_t i = 0; st == BJ_OK && i < p->n_points; i++)
        if (!isfinite(p->x[i]))
            st = bj_fail(ctx, BJ_EDATA,
                         _("'%s' has a vertex that is no place on Earth in %s; its coordinate "
                           "system is another one, or longitude and latitude are exchanged: "
                           "correct the file, or give crs: in the case file"),
                         r->layer->path_as_written, s->input[r->input].crs);
    return st;
}

static void box_of(const struct bj_polygons *p, double box[4])
{
    box[0] = box[1] = INFINITY;
    box[2] = box[3] = -INFINITY;
    for (size_t i = 0; i < p->n_points; i++) {
        box[0] = fmin(box[0], p->x[i]);
        box[1] = fmin(box[1], p->y[i]);
        box[2] = fmax(box[2], p->x[i]);
        box[3] = fmax(box[3], p->y[i]);
    }
}

static double geodesic_area_m2(const struct bj_polygons *lonlat)
{
    double sum = 0;

    for (size_t i = 0; i < lonlat->n_polygons; i++)
        for (size_t r = lonlat->ring_start[i]; r < lonlat->ring_start[i + 1]; r++) {
            size_t from = lonlat->point_start[r], n = lonlat->point_start[r + 1] - from;
            double a = fabs(bj_geodesic_ring_area_m2(n, lonlat->x + from, lonlat->y + from));

            sum += r == lonlat->ring_start[i] ? a : -a;
        }
    return sum;
}

/* What is wrong with a row of an area layer. */
static void judge_area_row(const struct bj_reading *r, size_t i, struct bj_verdict_of_row *v)
{
    v->fate = BJ_FATE_N;
    if (r->table.state[i] == BJ_ROW_EMPTY)
        bj_row_fate(v, BJ_FATE_NO_GEOMETRY, R_("no geometry"));
    else if (r->table.state[i] == BJ_ROW_WRONG)
        bj_row_fate(v, BJ_FATE_WRONG_GEOMETRY, R_("no area: the layer needs polygons"));
    else if (r->table.state[i] == BJ_ROW_REPAIRED)
        bj_row_fate(v, BJ_FATE_REPAIRED,
                    R_("invalid area (it crosses itself, or the like) repaired"));
}

static enum bj_status enter(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                            size_t i, const struct bj_verdict_of_row *v)
{
    s->input[r->input].used += bj_fate_is_used(v->fate);
    return bj_ledger_add(ctx, s, r->input, r->table.row[i], bj_reading_text(r, BJ_COL_CODE, i), v,
                         NAN);
}

/* ---- boundary ------------------------------------------------------------------ */

static enum bj_status set_frame(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                                struct bj_polygons *united)
{
    enum bj_status st = to_degrees(ctx, s, r, united);

    if (st != BJ_OK)
        return st;
    box_of(united, s->own->box);
    s->county_area_m2 = geodesic_area_m2(united);
    if (!(s->county_area_m2 > 0))
        return bj_fail(ctx, BJ_EDATA,
                       _("the area of '%s' is zero; the boundary must be a polygon "
                         "with an inside"),
                       r->layer->path_as_written);
    /* To 1e-6 degree: a name that can be read and typed. */
    s->lon0_deg = round((s->own->box[0] + s->own->box[2]) / 2 * 1e6) / 1e6;
    st = bj_crs_work_new(ctx, s->lon0_deg, &s->work);
    if (st == BJ_OK)
        st = bj_polygons_copy(ctx, united, &s->county);
    if (st == BJ_OK)
        st = bj_crs_from_lonlat(ctx, s->work, s->county.n_points, s->county.x, s->county.y);
    for (size_t i = 0; st == BJ_OK && i < s->county.n_points; i++)
        if (!isfinite(s->county.x[i]))
            st = bj_fail(ctx, BJ_EDATA, _("'%s' is larger than a county can be"),
                         r->layer->path_as_written);
    if (st == BJ_OK)
        st = bj_locator_new(ctx, &s->county, &s->own->in_county);
    if (st != BJ_OK)
        return st;
    s->county_lonlat = *united;
    memset(united, 0, sizeof(*united));
    s->out_crs = r->crs;
    r->crs = NULL; /* now the study's */
    s->own->has_county = 1;
    s->own->boundary_input = (int)r->input;
    if (!r->layer->control)
        return BJ_OK;
    return bj_study_note(ctx, s, "old_system_results", r->layer->path_as_written,
                         R_("add --out-crs EPSG:4490"),
                         R_("the boundary is in %s, so layers of results come back in it, by the "
                            "same control points; in CGCS2000 with --out-crs"),
                         bj_crs_old_datum(s->out_crs));
}

static enum bj_status read_boundary(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r)
{
    static const struct bj_reading_role roles[] = {{BJ_COL_CODE, 0}};
    struct bj_polygons united = {0};
    enum bj_status st = bj_reading_rows(ctx, s, r, BJ_WANT_AREAS, 1, roles);

    for (size_t i = 0; st == BJ_OK && i < r->table.n; i++) {
        struct bj_verdict_of_row v;

        judge_area_row(r, i, &v);
        st = enter(ctx, s, r, i, &v);
    }
    if (st != BJ_OK)
        return st;
    if (r->table.n == 0)
        return bj_fail(ctx, BJ_EDATA,
                       _("'%s' has no rows; the boundary must be one polygon or more"),
                       r->layer->path_as_written);
    if (r->table.area.n_polygons == 0)
        return bj_fail(ctx, BJ_EDATA,
                       _("'%s' has no polygon with an area (its rows are points, "
                         "lines, empty, or areas of zero)"),
                       r->layer->path_as_written);
    st = bj_polygons_union(ctx, &r->table.area, &united);
    if (st == BJ_OK && united.n_polygons == 0)
        st = bj_fail(ctx, BJ_EDATA,
                     _("the area of '%s' is zero; the boundary must be a polygon "
                       "with an inside"),
                     r->layer->path_as_written);
    if (st == BJ_OK)
        st = set_frame(ctx, s, r, &united);
    bj_polygons_release(ctx, &united);
    return st;
}

enum bj_status bj_frame_boundary(struct bj_ctx *ctx, struct bj_study *s,
                                 const struct bj_case_layer *layer)
{
    struct bj_reading r;
    enum bj_status st = bj_reading_open(ctx, s, layer, &r);

    if (st == BJ_OK)
        st = read_boundary(ctx, s, &r);
    bj_reading_close(ctx, &r);
    return st;
}

/* ---- townships ----------------------------------------------------------------- */

/* Share of the grid points over feature f that are in the county; 1 when no grid point hits
 * the feature, for then nothing is known against it. */
static double share_in_county(const struct bj_study *s, const struct bj_polygons *p,
                              const struct bj_locator *in_feature, size_t f)
{
    enum { GRID = 16 };
    double box[4] = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    size_t hits = 0, inside = 0;

    for (size_t i = p->poly_start[f]; i < p->poly_start[f + 1]; i++) {
        size_t shell = p->ring_start[i];

        for (size_t k = p->point_start[shell]; k < p->point_start[shell + 1]; k++) {
            box[0] = fmin(box[0], p->x[k]);
            box[1] = fmin(box[1], p->y[k]);
            box[2] = fmax(box[2], p->x[k]);
            box[3] = fmax(box[3], p->y[k]);
        }
    }
    for (int i = 0; i < GRID * GRID; i++) {
        double x = box[0] + (box[2] - box[0]) * (i % GRID + 0.5) / GRID;
        double y = box[1] + (box[3] - box[1]) * (i / GRID + 0.5) / GRID;

        if (bj_locator_find(in_feature, x, y) != (int64_t)f)
            continue;
        hits++;
        inside += bj_locator_find(s->own->in_county, x, y) >= 0;
    }
    return hits ? (double)inside / (double)hits : 1;
}

static const char *township_name(const struct bj_reading *r, size_t i)
{
    const char *name;

    if (r->layer->fields[BJ_COL_NAME])
        return bj_reading_text(r, BJ_COL_NAME, i);
    name = bj_reading_text(r, BJ_COL_TOWNSHIP, i);
    return bj_is_blank(name) ? bj_reading_text(r, BJ_COL_NAME, i) : name;
}

/* The township that row i is another part of, -1 when it is new. */
static int32_t same_township(const struct bj_study *s, const char *code, const char *name)
{
    for (size_t t = 0; t < s->n_townships; t++) {
        const struct bj_township *k = &s->township[t];

        if (*code ? strcmp(k->code, code) == 0 : *name && !*k->code && strcmp(k->name, name) == 0)
            return (int32_t)t;
    }
    return -1;
}

static enum bj_status add_township(struct bj_ctx *ctx, struct bj_study *s,
                                   const struct bj_reading *r, size_t i, const char *code)
{
    const char *name = township_name(r, i);
    const char *type = bj_reading_text(r, BJ_COL_TYPE, i);
    struct bj_township *t = &s->township[s->n_townships];

    if (bj_is_blank(type))
        type = bj_reading_text(r, BJ_COL_CLASS, i);
    t->type = bj_township_type(type, code, name);
    t->urban = bj_urban_of(bj_reading_text(r, BJ_COL_URBAN, i), s->info->n_urban, s->info->urban);
    if (t->urban == BJ_URBAN_UNKNOWN && *t->type)
        t->urban = strcmp(t->type, "街道") == 0 ? BJ_URBAN_YES : BJ_URBAN_NO;
    t->code = bj_study_keep(ctx, s, code);
    t->name = bj_study_keep(ctx, s, name);
    if (!t->code || !t->name)
        return BJ_ENOMEM;
    s->n_townships++;
    return BJ_OK;
}

static enum bj_status sort_township_row(struct bj_ctx *ctx, struct bj_study *s,
                                        struct bj_reading *r, const struct bj_locator *in_row,
                                        size_t i, int32_t *group)
{
    const char *name = township_name(r, i);
    struct bj_verdict_of_row v;
    enum bj_status st = BJ_OK;
    char code[128];

    bj_code_clean(bj_reading_text(r, BJ_COL_CODE, i), code);
    judge_area_row(r, i, &v);
    group[i] = -1;
    if (bj_fate_is_used(v.fate) && s->own->in_county &&
        share_in_county(s, &r->table.area, in_row, i) < 0.25)
        bj_row_fate(&v, BJ_FATE_OUTSIDE_COUNTY, R_("township outside the boundary"));
    if (bj_fate_is_used(v.fate)) {
        group[i] = same_township(s, code, name);
        if (group[i] >= 0) {
            bj_row_fate(&v, BJ_FATE_CODE_REPEATED, R_("another part of the township '%s'"), name);
        } else {
            group[i] = (int32_t)s->n_townships;
            st = add_township(ctx, s, r, i, code);
        }
    }
    return st == BJ_OK ? enter(ctx, s, r, i, &v) : st;
}

/* Columns of a township are those of its first row. */
static enum bj_status township_columns(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                                       const int32_t *group)
{
    uint32_t *row = bj_alloc0(ctx, s->n_townships, sizeof(*row));
    enum bj_status st;

    if (!row)
        return BJ_ENOMEM;
    for (size_t i = r->table.n; i-- > 0;)
        if (group[i] >= 0)
            row[group[i]] = (uint32_t)i;
    st = bj_columns_add(ctx, s, r, s->n_townships, row, 0, &s->township_columns);
    bj_free(ctx, row);
    return st;
}

static enum bj_status sort_townships(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r)
{
    struct bj_locator *in_row = NULL;
    int32_t *group = bj_alloc0(ctx, r->table.n, sizeof(*group));
    enum bj_status st = BJ_ENOMEM;

    s->township = bj_alloc0(ctx, r->table.n, sizeof(*s->township));
    if (group && s->township)
        st = bj_locator_new(ctx, &r->table.area, &in_row);
    for (size_t i = 0; st == BJ_OK && i < r->table.n; i++)
        st = sort_township_row(ctx, s, r, in_row, i, group);
    if (st == BJ_OK)
        st = gather(ctx, &r->table.area, group, s->n_townships, &s->townships_area);
    if (st == BJ_OK)
        st = bj_locator_new(ctx, &s->townships_area, &s->own->in_township);
    if (st == BJ_OK) {
        s->own->townships_input = (int)r->input;
        st = township_columns(ctx, s, r, group);
    }
    bj_locator_free(in_row);
    bj_free(ctx, group);
    return st;
}

static enum bj_status note_townships(struct bj_ctx *ctx, struct bj_study *s,
                                     const struct bj_reading *r)
{
    size_t untyped = 0;

    if (s->n_townships == 0)
        return bj_study_note(ctx, s, "empty_layer", r->layer->path_as_written, NULL,
                             R_("no township of the layer lies in the county"));
    for (size_t t = 0; t < s->n_townships; t++)
        untyped += s->township[t].urban == BJ_URBAN_UNKNOWN;
    if (untyped == 0)
        return BJ_OK;
    return bj_study_note(ctx, s, "township_type", r->layer->path_as_written,
                         R_("give the column with 街道, 镇 or 乡: fields: {type: …}"),
                         R_("%zu of %zu townships have no type that code, name or column tells, so "
                            "whether they are urban is unknown"),
                         untyped, s->n_townships);
}

static enum bj_status areas_to_work(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                                    struct bj_polygons *p)
{
    enum bj_status st = to_degrees(ctx, s, r, p);

    if (st == BJ_OK && !s->work) { /* lenient, without a boundary */
        s->lon0_deg = p->n_points ? p->x[0] : 0;
        st = bj_crs_work_new(ctx, s->lon0_deg, &s->work);
    }
    return st == BJ_OK ? bj_crs_from_lonlat(ctx, s->work, p->n_points, p->x, p->y) : st;
}

enum bj_status bj_frame_townships(struct bj_ctx *ctx, struct bj_study *s,
                                  const struct bj_case_layer *layer)
{
    static const struct bj_reading_role roles[] = {{BJ_COL_NAME, 0},     {BJ_COL_CODE, 0},
                                                   {BJ_COL_TOWNSHIP, 0}, {BJ_COL_TYPE, 0},
                                                   {BJ_COL_CLASS, 0},    {BJ_COL_URBAN, 0}};
    struct bj_reading r;
    enum bj_status st = bj_reading_open(ctx, s, layer, &r);

    if (st == BJ_OK)
        st = bj_reading_ask(ctx, s, &r, 1u << BJ_COL_CODE | 1u << BJ_COL_URBAN);
    if (st == BJ_OK)
        st = bj_reading_rows(ctx, s, &r, BJ_WANT_AREAS, sizeof(roles) / sizeof(*roles), roles);
    if (st == BJ_OK)
        st = areas_to_work(ctx, s, &r, &r.table.area);
    if (st == BJ_OK)
        st = sort_townships(ctx, s, &r);
    if (st == BJ_OK)
        st = note_townships(ctx, s, &r);
    bj_reading_close(ctx, &r);
    return st;
}

/* ---- urban area ---------------------------------------------------------------- */

static enum bj_status set_urban(struct bj_ctx *ctx, struct bj_study *s)
{
    s->has_urban_area = 1;
    return bj_locator_new(ctx, &s->urban_area, &s->own->in_urban);
}

enum bj_status bj_frame_urban_area(struct bj_ctx *ctx, struct bj_study *s,
                                   const struct bj_case_layer *layer)
{
    struct bj_reading r;
    enum bj_status st = bj_reading_open(ctx, s, layer, &r);

    if (st == BJ_OK)
        st = bj_reading_rows(ctx, s, &r, BJ_WANT_AREAS, 0, NULL);
    for (size_t i = 0; st == BJ_OK && i < r.table.n; i++) {
        struct bj_verdict_of_row v;

        judge_area_row(&r, i, &v);
        st = enter(ctx, s, &r, i, &v);
    }
    if (st == BJ_OK && r.table.area.n_polygons == 0)
        st = bj_study_note(ctx, s, "empty_layer", layer->path_as_written, NULL,
                           R_("the layer holds no area; nothing is taken as urban by it"));
    else if (st == BJ_OK)
        st = bj_polygons_union(ctx, &r.table.area, &s->urban_area);
    if (st == BJ_OK)
        st = areas_to_work(ctx, s, &r, &s->urban_area);
    if (st == BJ_OK)
        st = set_urban(ctx, s);
    if (st == BJ_OK)
        s->own->urban_input = (int)r.input;
    bj_reading_close(ctx, &r);
    return st;
}

/* The urban area is only known as a whole: see the essay above. */
enum bj_status bj_frame_finish(struct bj_ctx *ctx, struct bj_study *s)
{
    struct bj_polygons urban = {0};
    int32_t *group;
    enum bj_status st;

    if (s->has_urban_area || s->n_townships == 0)
        return BJ_OK;
    for (size_t t = 0; t < s->n_townships; t++)
        if (s->township[t].urban == BJ_URBAN_UNKNOWN)
            return BJ_OK;
    group = bj_alloc0(ctx, s->n_townships, sizeof(*group));
    if (!group)
        return BJ_ENOMEM;
    for (size_t t = 0; t < s->n_townships; t++)
        group[t] = s->township[t].urban == BJ_URBAN_YES ? 0 : -1;
    st = gather(ctx, &s->townships_area, group, 1, &urban);
    if (st == BJ_OK && urban.n_polygons > 0)
        st = bj_polygons_union(ctx, &urban, &s->urban_area);
    bj_polygons_release(ctx, &urban);
    bj_free(ctx, group);
    if (st == BJ_OK)
        s->has_urban_area = 1; /* possibly empty: a county without streets */
    return st;
}
