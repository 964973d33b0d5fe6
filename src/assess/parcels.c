/* Residential land (居住用地) as demand: how much of each parcel lies inside the circles.
 *
 * What counts of a parcel is its part inside the county's boundary. One that lies outside as a
 * whole, though its point is within the 50 m that make it the county's, counts whole: then the
 * boundary was drawn by another hand, and a village there counts too.
 *
 * For each rule the circles of its limit (and of its target) are laid on the map as for the
 * rule's areas (shade.c), and each parcel is cut by them (cover/each.c). Areas are measured on
 * the ellipsoid, in longitude and latitude, edges taken as geodesics, so that
 *
 *     in_share = area of the parcel inside the circles / area of the parcel
 *     居住用地覆盖率 = sum of the areas inside / sum of the areas
 *
 * and the people of a parcel are thought to be spread evenly over it: in_share of them are
 * covered. A parcel is covered when in_share is 1, within the target when that is so of the
 * target's circles, and uncovered otherwise; "when it is 1" leaves out parts narrower than the
 * drawing tolerance, on either side, because the drawn arc is only that exact: no parcel that
 * lies in the true circles is failed by a drawn one, and none that lies beyond them gains.
 *
 * The nearest facility and its distance are those of the parcel's inner point. They say where
 * to look; they decide nothing here. Parcels that overlap each other are each counted. */
#include "assess/assess_int.h"

#include <math.h>
#include <string.h>

void bj_inside_release(struct bj_ctx *ctx, struct bj_inside *in)
{
    bj_free(ctx, in->m2);
    memset(in, 0, sizeof(*in));
}

/* Ellipsoidal area of each feature of p, which comes in the work CRS. */
static enum bj_status measure(struct bj_judge *j, const struct bj_polygons *p, double *m2)
{
    struct bj_polygons lonlat = *p;
    enum bj_status st = BJ_ENOMEM;

    lonlat.x = bj_alloc0(j->ctx, p->n_points, sizeof(*lonlat.x));
    lonlat.y = bj_alloc0(j->ctx, p->n_points, sizeof(*lonlat.y));
    if (!lonlat.x || !lonlat.y)
        goto done;
    if (p->n_points > 0) {
        memcpy(lonlat.x, p->x, p->n_points * sizeof(*p->x));
        memcpy(lonlat.y, p->y, p->n_points * sizeof(*p->y));
    }
    st = bj_crs_to_lonlat(j->ctx, j->study->work, p->n_points, lonlat.x, lonlat.y);
    for (size_t f = 0; st == BJ_OK && f < p->n_features; f++) {
        m2[f] = 0;
        for (size_t i = p->poly_start[f]; i < p->poly_start[f + 1]; i++)
            m2[f] += bj_polygon_lonlat_m2(&lonlat, i);
    }
done:
    bj_free(j->ctx, lonlat.y);
    bj_free(j->ctx, lonlat.x);
    return st;
}

/* ---- the parcels themselves ------------------------------------------------------------ */

static void append(struct bj_polygons *to, const struct bj_polygons *in, size_t feature)
{
    for (size_t g = in->poly_start[feature]; g < in->poly_start[feature + 1]; g++)
        bj_polygons_append(to, in, g);
    to->poly_start[++to->n_features] = to->n_polygons;
}

/* The pieces where there are some, else the whole parcel. */
static enum bj_status put_together(struct bj_ctx *ctx, const struct bj_polygons *whole,
                                   const struct bj_polygons *piece, struct bj_polygons *out)
{
    struct bj_polygons p = {0};

    p.poly_start = bj_alloc0(ctx, whole->n_features + 1, sizeof(*p.poly_start));
    p.ring_start = bj_alloc0(ctx, whole->n_polygons + piece->n_polygons + 1, sizeof(*p.ring_start));
    p.point_start = bj_alloc0(ctx, whole->n_rings + piece->n_rings + 1, sizeof(*p.point_start));
    p.x = bj_alloc0(ctx, whole->n_points + piece->n_points, sizeof(*p.x));
    p.y = bj_alloc0(ctx, whole->n_points + piece->n_points, sizeof(*p.y));
    if (!p.poly_start || !p.ring_start || !p.point_start || !p.x || !p.y) {
        bj_polygons_release(ctx, &p);
        return BJ_ENOMEM;
    }
    for (size_t f = 0; f < whole->n_features; f++)
        append(&p, piece->poly_start[f] < piece->poly_start[f + 1] ? piece : whole, f);
    *out = p;
    return BJ_OK;
}

static enum bj_status note_uncut(struct bj_judge *j, const unsigned char *side, size_t n)
{
    size_t unknown = 0;

    for (size_t f = 0; f < n; f++)
        unknown += side[f] == BJ_SIDE_UNKNOWN;
    if (unknown == 0)
        return BJ_OK;
    return bj_assess_note(j, "parcel_not_cut", bj_role_names[BJ_ROLE_PARCELS],
                          R_("repair the layer's outlines"),
                          R_("%zu parcels on the boundary cannot be cut by it, as their outlines "
                             "are not valid; they count whole"),
                          unknown);
}

/* Copies for the report, in the CRS of the output. */
static enum bj_status to_output(struct bj_judge *j, struct bj_polygons *p)
{
    const struct bj_crs *to = j->opt->out_crs ? j->opt->out_crs : j->study->out_crs;
    enum bj_status st = bj_crs_to_lonlat(j->ctx, j->study->work, p->n_points, p->x, p->y);

    return st || !to ? st : bj_crs_from_lonlat(j->ctx, to, p->n_points, p->x, p->y);
}

static enum bj_status make_parcels(struct bj_judge *j)
{
    const struct bj_polygons *whole = &j->study->parcels_area;
    struct bj_polygons piece = {0};
    unsigned char *side = bj_alloc0(j->ctx, whole->n_features, 1);
    double *m2 = bj_alloc0(j->ctx, whole->n_features, sizeof(*m2));
    enum bj_status st = BJ_ENOMEM;

    if (!side || !m2)
        goto done;
    st = bj_polygons_clip_each(j->ctx, whole, &j->study->county, side, &piece);
    if (st == BJ_OK)
        st = note_uncut(j, side, whole->n_features);
    if (st == BJ_OK)
        st = put_together(j->ctx, whole, &piece, &j->parcels);
    if (st == BJ_OK)
        st = measure(j, &j->parcels, m2);
    if (st == BJ_OK)
        st = put_together(j->ctx, whole, &piece, &j->a->parcels);
    if (st == BJ_OK)
        st = to_output(j, &j->a->parcels);
    if (st == BJ_OK) {
        j->a->parcel_m2 = m2;
        m2 = NULL; /* now the assessment's */
    }
done:
    bj_polygons_release(j->ctx, &piece);
    bj_free(j->ctx, m2);
    bj_free(j->ctx, side);
    return st;
}

/* ---- what lies inside --------------------------------------------------------------------- */

/* Square metres of each parcel inside the circles; NaN where it cannot be cut. */
static enum bj_status cut(struct bj_judge *j, const struct bj_usable *use, bool own_only,
                          double limit_m, double *m2)
{
    size_t n = j->parcels.n_features;
    unsigned char *side = bj_alloc0(j->ctx, n, 1);
    struct bj_polygons covered = {0};
    struct bj_discs *discs = NULL;
    enum bj_status st = BJ_ENOMEM;

    if (!side)
        goto done;
    st = bj_judge_discs(j, use, own_only, limit_m, &j->parcels, &discs);
    if (st == BJ_OK)
        st = bj_cover_each(j->ctx, discs, &j->parcels, side, &covered);
    if (st == BJ_OK)
        st = measure(j, &covered, m2);
    for (size_t f = 0; st == BJ_OK && f < n; f++) {
        if (side[f] == BJ_SIDE_IN)
            m2[f] = j->a->parcel_m2[f];
        else if (side[f] == BJ_SIDE_CUT)
            m2[f] = fmin(m2[f], j->a->parcel_m2[f]);
        else
            m2[f] = side[f] == BJ_SIDE_OUT ? 0 : NAN;
    }
done:
    bj_polygons_release(j->ctx, &covered);
    bj_discs_free(discs);
    bj_free(j->ctx, side);
    return st;
}

/* Of an earlier rule, or new; borrowed from j. */
static enum bj_status inside_of(struct bj_judge *j, const struct bj_usable *use, bool own_only,
                                double limit_m, const double **m2)
{
    struct bj_inside in = {.classes = use->classes,
                           .ownership = use->ownership,
                           .limit_m = limit_m,
                           .own_only = own_only && use->n_own < use->n};
    enum bj_status st;

    for (size_t k = 0; k < j->n_inside; k++)
        if (j->inside[k].classes == in.classes && j->inside[k].limit_m == in.limit_m &&
            j->inside[k].own_only == in.own_only &&
            bj_same_text(j->inside[k].ownership, in.ownership)) {
            *m2 = j->inside[k].m2;
            return BJ_OK;
        }
    if (!bj_grow(j->ctx, (void **)&j->inside, &j->inside_cap, j->n_inside, sizeof(in)))
        return BJ_ENOMEM;
    in.m2 = bj_alloc0(j->ctx, j->parcels.n_features, sizeof(*in.m2));
    st = in.m2 ? cut(j, use, in.own_only, limit_m, in.m2) : BJ_ENOMEM;
    if (st) {
        bj_inside_release(j->ctx, &in);
        return st;
    }
    *m2 = in.m2;
    j->inside[j->n_inside++] = in;
    return BJ_OK;
}

enum bj_status bj_result_land(struct bj_judge *j, struct bj_rule_result *r)
{
    size_t n = r->demand->n;

    r->cover_m2 = bj_alloc0(j->ctx, n, sizeof(*r->cover_m2));
    r->target_m2 = bj_alloc0(j->ctx, n, sizeof(*r->target_m2));
    r->own_m2 = bj_alloc0(j->ctx, n, sizeof(*r->own_m2));
    if (!r->cover_m2 || !r->target_m2 || !r->own_m2)
        return BJ_ENOMEM;
    for (size_t i = 0; i < n; i++)
        r->cover_m2[i] = r->target_m2[i] = r->own_m2[i] = NAN;
    return j->a->parcel_m2 ? BJ_OK : make_parcels(j);
}

static void judge_parcel(struct bj_judge *j, struct bj_rule_result *r, size_t i, double cover,
                         double target, double own)
{
    struct bj_scratch *scratch = bj_judge_scratch(j, r);
    double all = j->a->parcel_m2[i];
    bool has_target = isfinite(r->rule->target_m);

    if (bj_scope_of(r->rule, r->demand, i) != BJ_POINT_N)
        return;
    if (!isfinite(cover) || !isfinite(own) || !isfinite(target)) {
        r->status[i] = BJ_POINT_NOT_EVALUATED;
        r->border[i] = 0;
        return;
    }
    /* Smaller circles cannot have more: what they do is a sliver's doing. */
    r->cover_m2[i] = fmax(cover, fmax(target, own));
    r->target_m2[i] = target;
    r->own_m2[i] = own;
    scratch->own[i] = own >= all;
    if (r->cover_m2[i] < all)
        r->status[i] = BJ_POINT_UNCOVERED;
    else
        r->status[i] =
            (unsigned char)(has_target && target >= all ? BJ_POINT_TARGET : BJ_POINT_COVERED);
    r->via_nbr[i] = r->status[i] != BJ_POINT_UNCOVERED && !scratch->own[i];
    scratch->full[i] =
        r->status[i] == BJ_POINT_TARGET || (r->status[i] == BJ_POINT_COVERED && !has_target);
}

enum bj_status bj_judge_parcels(struct bj_judge *j, struct bj_rule_result *r,
                                const struct bj_usable *use)
{
    const double *cover = NULL, *own = NULL, *target = NULL;
    double start = bj_clock_s();
    size_t unknown = 0;
    enum bj_status st = inside_of(j, use, false, r->rule->limit_m, &cover);

    if (st == BJ_OK)
        st = inside_of(j, use, true, r->rule->limit_m, &own);
    if (st == BJ_OK && isfinite(r->rule->target_m))
        st = inside_of(j, use, false, r->rule->target_m, &target);
    j->a->cover_s += bj_clock_s() - start;
    if (st)
        return bj_fail_in(j->ctx, st, _("rule '%s': parcels"), r->rule->id);
    for (size_t i = 0; i < r->demand->n; i++) {
        judge_parcel(j, r, i, cover[i], target ? target[i] : 0, own[i]);
        unknown += !isfinite(cover[i]);
    }
    if (unknown == 0)
        return BJ_OK;
    return bj_assess_note(j, "parcel_not_cut", bj_role_names[BJ_ROLE_PARCELS],
                          R_("repair the layer's outlines"),
                          R_("rule '%s': %zu parcels cannot be cut by the circles, as their "
                             "outlines are not valid; they are not evaluated"),
                          r->rule->id, unknown);
}

/* ---- sums ------------------------------------------------------------------------------------ */

double bj_result_share(const struct bj_judge *j, const struct bj_rule_result *r, size_t i)
{
    double all = j->a->parcel_m2 ? j->a->parcel_m2[i] : 0;

    return all > 0 ? r->cover_m2[i] / all : 1;
}

void bj_tally_split(struct bj_tally *t, const struct bj_judge *j, const struct bj_rule_result *r,
                    size_t i, double amount)
{
    double all = j->a->parcel_m2[i];
    double cover = bj_result_share(j, r, i), target = all > 0 ? r->target_m2[i] / all : 0;

    t->total += amount;
    t->target += amount * target;
    t->covered += amount * cover;
    t->uncovered += amount * (1 - cover);
}

double bj_result_lost_people(const struct bj_judge *j, const struct bj_rule_result *r, size_t i)
{
    double people = r->demand->population ? r->demand->population[i] : 0;

    return r->cover_m2 ? people * (1 - bj_result_share(j, r, i)) : people;
}
