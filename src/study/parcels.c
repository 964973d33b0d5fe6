/* Residential land (居住用地) as demand: areas, each with a point inside that stands for it.
 *
 * A parcel is a row of a polygon layer; several polygons of one row are one parcel. The point
 * inside is found in the work CRS, so that one parcel has one point in whatever system it is
 * delivered, and goes the way of every other point (position.c, places.c): it says whether the
 * parcel belongs to the county, which township it is in, whether it is urban, and how far the
 * nearest facility is. The polygon is kept beside it in the work CRS, for the share of its area
 * that lies inside the circles (assess/parcels.c), whole even where it crosses the boundary: what
 * of it counts is decided there.
 *
 * The land survey (三调) has all classes of land in one layer; which rows are residential is the
 * planner's business (where: "DLBM IN ('0701','0702')"). A layer that has a column of land
 * classes and is read without a condition is most likely a mistake, so a note says it. */
#include "study/study_int.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* ---- reading --------------------------------------------------------------------- */

static enum bj_status note_land_classes(struct bj_ctx *ctx, struct bj_study *s,
                                        const struct bj_reading *r)
{
    static const char *const words[] = {"DLBM", "DLMC", "地类编码", "地类名称", "地类代码", "地类"};

    for (size_t i = 0; !r->layer->source.where && i < r->info->n_fields; i++)
        for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++)
            if (strcasecmp(r->info->field[i].name, words[k]) == 0)
                return bj_study_note(
                    ctx, s, "land_classes", r->layer->path_as_written,
                    R_("if it holds other land than residential, choose the rows: where: \"DLBM IN "
                       "('0701','0702')\""),
                    R_("the layer has a column of land classes, '%s', and the case chooses no rows "
                       "by where: every row counts as residential land"),
                    r->info->field[i].name);
    return BJ_OK;
}

/* First corner of row i; false when it has none. */
static bool first_corner(const struct bj_polygons *a, size_t i, size_t *point)
{
    if (a->poly_start[i] == a->poly_start[i + 1])
        return false;
    *point = a->point_start[a->ring_start[a->poly_start[i]]];
    return true;
}

/* The corner stands for the row while the coordinate system is in doubt. */
static void find_faults(const struct bj_table *t, struct bj_positions *p)
{
    for (size_t i = 0; i < p->n; i++) {
        size_t k = 0;
        bool has = first_corner(&t->area, i, &k);

        if (t->state[i] == BJ_ROW_WRONG)
            p->fault[i] = BJ_POS_WRONG;
        else if (!has)
            p->fault[i] = BJ_POS_NONE;
        p->source_x[i] = has ? t->area.x[k] : NAN;
        p->source_y[i] = has ? t->area.y[k] : NAN;
    }
}

/* A parcel is nowhere when one of its corners is. */
static void find_nowhere(const struct bj_polygons *a, struct bj_positions *p)
{
    for (size_t i = 0; i < p->n; i++) {
        bool finite = true;
        size_t k = 0;

        for (size_t g = a->poly_start[i]; g < a->poly_start[i + 1]; g++)
            for (size_t r = a->ring_start[g]; r < a->ring_start[g + 1]; r++)
                for (k = a->point_start[r]; finite && k < a->point_start[r + 1]; k++)
                    finite = isfinite(a->x[k]) && isfinite(a->y[k]);
        if (p->fault[i] == BJ_POS_FINE && !finite)
            p->fault[i] = BJ_POS_NOWHERE;
        finite = p->fault[i] == BJ_POS_FINE && first_corner(a, i, &k);
        p->lon_deg[i] = finite ? a->x[k] : NAN;
        p->lat_deg[i] = finite ? a->y[k] : NAN;
    }
}

/* Points inside, found in the work CRS; a parcel that has no place there (the other side of the
 * Earth) keeps its corner. */
static enum bj_status points_inside(struct bj_ctx *ctx, const struct bj_study *s,
                                    const struct bj_polygons *a, struct bj_positions *p)
{
    size_t bytes = p->n * sizeof(double);
    double *lon = bj_alloc0(ctx, p->n, sizeof(*lon)), *lat = bj_alloc0(ctx, p->n, sizeof(*lat));
    enum bj_status st = lon && lat ? BJ_OK : BJ_ENOMEM;

    if (st == BJ_OK)
        st = bj_polygons_points(ctx, a, p->x, p->y);
    if (st == BJ_OK) {
        memcpy(lon, p->x, bytes);
        memcpy(lat, p->y, bytes);
        st = bj_crs_to_lonlat(ctx, s->work, p->n, lon, lat);
    }
    for (size_t i = 0; st == BJ_OK && i < p->n; i++) {
        if (p->fault[i] != BJ_POS_FINE) {
            p->x[i] = p->y[i] = NAN;
        } else if (isfinite(lon[i]) && isfinite(lat[i])) {
            p->lon_deg[i] = lon[i];
            p->lat_deg[i] = lat[i];
        }
    }
    bj_free(ctx, lat);
    bj_free(ctx, lon);
    return st;
}

static enum bj_status project(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                              struct bj_polygons *a, struct bj_positions *p)
{
    enum bj_status st = bj_reading_crs(ctx, s, r, a->n_points, a->x, a->y, 0);

    if (st)
        return st;
    find_faults(&r->table, p);
    st = bj_reading_to_lonlat(ctx, r, a->n_points, a->x, a->y);
    if (st)
        return st;
    find_nowhere(a, p);
    if (!s->work) { /* lenient, without a boundary */
        s->lon0_deg = p->n > 0 && isfinite(p->lon_deg[0]) ? p->lon_deg[0] : 0;
        st = bj_crs_work_new(ctx, s->lon0_deg, &s->work);
    }
    if (st == BJ_OK)
        st = bj_crs_from_lonlat(ctx, s->work, a->n_points, a->x, a->y);
    return st ? st : points_inside(ctx, s, a, p);
}

enum bj_status bj_parcels_positions(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                                    size_t n_roles, const struct bj_reading_role *roles,
                                    struct bj_positions *out)
{
    struct bj_positions p = {0};
    enum bj_status st;

    if (!r->info->has_geometry)
        return bj_fail(ctx, BJ_EDATA,
                       _("'%s' has no geometry; parcels are areas of residential land: give a "
                         "layer of polygons"),
                       r->layer->path_as_written);
    st = bj_reading_rows(ctx, s, r, BJ_WANT_AREAS, n_roles, roles);
    if (st == BJ_OK)
        st = note_land_classes(ctx, s, r);
    if (st == BJ_OK)
        st = bj_positions_init(ctx, r->table.n, &p);
    if (st == BJ_OK)
        st = project(ctx, s, r, &r->table.area, &p);
    if (st != BJ_OK) {
        bj_positions_release(ctx, &p);
        return st;
    }
    *out = p;
    return BJ_OK;
}

/* ---- keeping ---------------------------------------------------------------------- */

/* Arrays of p with room for so much more; what is there stays. */
static enum bj_status make_room(struct bj_ctx *ctx, struct bj_polygons *p, size_t features,
                                size_t polygons, size_t rings, size_t points)
{
    struct {
        void **array;
        size_t n, size;
    } grow[] = {{(void **)&p->poly_start, p->n_features + features + 1, sizeof(size_t)},
                {(void **)&p->ring_start, p->n_polygons + polygons + 1, sizeof(size_t)},
                {(void **)&p->point_start, p->n_rings + rings + 1, sizeof(size_t)},
                {(void **)&p->x, p->n_points + points + 1, sizeof(double)},
                {(void **)&p->y, p->n_points + points + 1, sizeof(double)}};

    for (size_t i = 0; i < sizeof(grow) / sizeof(*grow); i++) {
        void *made = bj_resize(ctx, *grow[i].array, grow[i].n, grow[i].size);

        if (!made)
            return BJ_ENOMEM;
        *grow[i].array = made;
    }
    return BJ_OK;
}

static void append_feature(struct bj_polygons *to, const struct bj_polygons *in, size_t feature)
{
    for (size_t g = in->poly_start[feature]; g < in->poly_start[feature + 1]; g++)
        bj_polygons_append(to, in, g);
    to->poly_start[++to->n_features] = to->n_polygons;
}

enum bj_status bj_parcels_keep(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                               size_t n_kept, const uint32_t *kept)
{
    struct bj_polygons *to = &s->parcels_area;
    const struct bj_polygons *in = &r->table.area;
    bool is_new = !to->poly_start;
    enum bj_status st = make_room(ctx, to, n_kept, in->n_polygons, in->n_rings, in->n_points);

    if (st)
        return st;
    if (is_new)
        to->poly_start[0] = to->ring_start[0] = to->point_start[0] = 0;
    for (size_t k = 0; k < n_kept; k++)
        append_feature(to, in, kept[k]);
    return BJ_OK;
}
