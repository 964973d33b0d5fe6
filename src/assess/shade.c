/* Covered and uncovered land of a radius rule, and the patches of what is left.
 *
 * The circles are those that decided the points: the geodesic circle of limit_m around each
 * facility that the rule may use, neighbours too, laid on the map (bj_crs_map_circles), united
 * by their arcs and cut by the rule's land. Only facilities that can reach the land's box go in.
 * The polygons then go to the CRS of the output, and their areas are measured on the ellipsoid,
 * on the way, in longitude and latitude; so is each township's part of the uncovered land. Rules
 * that differ in neither facilities, radius nor land share one drawing.
 *
 * A patch is one polygon of the uncovered land. The points that the rule found uncovered belong
 * to the patch they lie in, or the nearest: drawn edges are within the tolerance of the circles,
 * so a village a hand's breadth beyond the limit may stand outside every patch, and yet it is
 * counted. So the patches' villages are exactly the rule's. Where no patch is left at all (the
 * uncovered land is narrower than the tolerance) there is nothing to count them in; a note says
 * so. Of a parcel that is cut, the point inside says which patch it belongs to, and what it lacks
 * (land and people outside the circles) is what counts there. */
#include "assess/assess_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void bj_area_entry_release(struct bj_ctx *ctx, struct bj_area_entry *e)
{
    bj_free(ctx, e->township_km2);
    bj_free(ctx, e->uncovered_km2);
    bj_free(ctx, e->covered_km2);
    bj_polygons_release(ctx, &e->uncovered);
    bj_polygons_release(ctx, &e->covered);
    bj_polygons_release(ctx, &e->uncovered_work);
    memset(e, 0, sizeof(*e));
}

/* ---- drawing -------------------------------------------------------------- */

struct box {
    double x0, y0, x1, y1;
};

static struct box box_of(const struct bj_polygons *p)
{
    struct box b = {INFINITY, INFINITY, -INFINITY, -INFINITY};

    for (size_t i = 0; i < p->n_points; i++) {
        b.x0 = fmin(b.x0, p->x[i]);
        b.y0 = fmin(b.y0, p->y[i]);
        b.x1 = fmax(b.x1, p->x[i]);
        b.y1 = fmax(b.y1, p->y[i]);
    }
    return b;
}

/* Whether a facility at x, y can reach the box. The map's scale is within 1 % of 1 up to 900 km
 * off its meridian; not finite: the other side of the Earth. */
static bool can_reach(const struct box *b, double x, double y, double limit_m)
{
    double margin = 1.02 * limit_m + 1000;

    return x >= b->x0 - margin && x <= b->x1 + margin && y >= b->y0 - margin && y <= b->y1 + margin;
}

enum bj_status bj_judge_discs(struct bj_judge *j, const struct bj_usable *use, bool own_only,
                              double limit_m, const struct bj_polygons *land, struct bj_discs **out)
{
    const struct bj_places *f = &j->study->facilities;
    struct box box = box_of(land);
    double tolerance = j->opt->tolerance_m > 0 ? j->opt->tolerance_m : 0.1;
    double *lon = bj_alloc0(j->ctx, use->n, sizeof(*lon));
    double *lat = bj_alloc0(j->ctx, use->n, sizeof(*lat)),
           *x = bj_alloc0(j->ctx, use->n, sizeof(*x));
    double *y = bj_alloc0(j->ctx, use->n, sizeof(*y)), *r = bj_alloc0(j->ctx, use->n, sizeof(*r));
    enum bj_status st = BJ_ENOMEM;
    size_t n = 0;

    if (!lon || !lat || !x || !y || !r)
        goto done;
    for (size_t k = 0; k < use->n; k++)
        if (!(own_only && use->neighbour[k]) &&
            can_reach(&box, f->x[use->row[k]], f->y[use->row[k]], limit_m)) {
            lon[n] = use->lon_deg[k];
            lat[n++] = use->lat_deg[k];
        }
    st = bj_crs_map_circles(j->ctx, j->study->work, n, lon, lat, limit_m, x, y, r);
    if (st == BJ_OK)
        st = bj_discs_union(j->ctx, n, x, y, r, bj_crs_arc_tolerance_m(tolerance, limit_m), out);
done:
    bj_free(j->ctx, r);
    bj_free(j->ctx, y);
    bj_free(j->ctx, x);
    bj_free(j->ctx, lat);
    bj_free(j->ctx, lon);
    return st;
}

/* ---- measuring ------------------------------------------------------------ */

/* Polygons of the work CRS to the CRS of the output, in place, and their areas. */
static enum bj_status measure(struct bj_judge *j, struct bj_polygons *p, double **km2)
{
    const struct bj_crs *to = j->opt->out_crs ? j->opt->out_crs : j->study->out_crs;
    enum bj_status st;

    *km2 = bj_alloc0(j->ctx, p->n_polygons, sizeof(**km2));
    if (!*km2)
        return BJ_ENOMEM;
    st = bj_crs_to_lonlat(j->ctx, j->study->work, p->n_points, p->x, p->y);
    if (st)
        return st;
    for (size_t i = 0; i < p->n_polygons; i++)
        (*km2)[i] = bj_polygon_lonlat_m2(p, i) / 1e6;
    if (to)
        st = bj_crs_from_lonlat(j->ctx, to, p->n_points, p->x, p->y);
    for (size_t i = 0; st == BJ_OK && i < p->n_points; i++)
        if (!isfinite(p->x[i]) || !isfinite(p->y[i]))
            st = bj_fail(j->ctx, BJ_ECRS,
                         _("the county lies outside the coordinate system '%s' of the output: "
                           "give another --out-crs"),
                         to ? bj_crs_name(to) : "");
    return st;
}

static enum bj_status draw(struct bj_judge *j, const struct bj_usable *use, double limit_m,
                           const struct bj_region *land, struct bj_area_entry *e)
{
    struct bj_discs *discs = NULL;
    struct bj_cover cover = {{0}, {0}};
    enum bj_status st = bj_judge_discs(j, use, false, limit_m, &land->area, &discs);

    if (st == BJ_OK && land->area.n_polygons > 0)
        st = bj_cover_county(j->ctx, discs, &land->area, &cover);
    if (st == BJ_OK)
        st = bj_polygons_copy(j->ctx, &cover.uncovered, &e->uncovered_work);
    if (st == BJ_OK) {
        e->covered = cover.covered;
        e->uncovered = cover.uncovered;
        memset(&cover, 0, sizeof(cover)); /* now e's */
        st = measure(j, &e->covered, &e->covered_km2);
    }
    if (st == BJ_OK)
        st = measure(j, &e->uncovered, &e->uncovered_km2);
    if (st == BJ_OK)
        st = bj_judge_township_km2(j, &e->uncovered_work, &e->township_km2);
    e->total_km2 = land->km2;
    bj_cover_release(j->ctx, &cover);
    bj_discs_free(discs);
    return st;
}

/* The drawing of an earlier rule, or a new one. Borrowed from j until the next call. */
static enum bj_status drawing_of(struct bj_judge *j, const struct bj_rule *rule,
                                 const struct bj_usable *use, const struct bj_region *land,
                                 const struct bj_area_entry **out)
{
    struct bj_area_entry e = {.classes = rule->facilities,
                              .ownership = rule->ownership,
                              .limit_m = rule->limit_m,
                              .where = rule->where};
    enum bj_status st;

    for (size_t k = 0; k < j->n_area; k++)
        if (j->area[k].classes == e.classes && j->area[k].limit_m == e.limit_m &&
            j->area[k].where == e.where && bj_same_text(j->area[k].ownership, e.ownership)) {
            *out = &j->area[k];
            return BJ_OK;
        }
    if (!bj_grow(j->ctx, (void **)&j->area, &j->area_cap, j->n_area, sizeof(e)))
        return BJ_ENOMEM;
    st = draw(j, use, rule->limit_m, land, &e);
    if (st) {
        bj_area_entry_release(j->ctx, &e);
        return bj_fail_in(j->ctx, st, _("rule '%s': areas"), rule->id);
    }
    j->area[j->n_area] = e;
    *out = &j->area[j->n_area++];
    return BJ_OK;
}

/* ---- patches -------------------------------------------------------------- */

static int compare_patches(const void *a, const void *b)
{
    const struct bj_patch *p = a, *q = b;

    if (p->population != q->population)
        return p->population > q->population ? -1 : 1;
    if (p->area_km2 != q->area_km2)
        return p->area_km2 > q->area_km2 ? -1 : 1;
    return p->polygon < q->polygon ? -1 : p->polygon > q->polygon;
}

/* Uncovered demand points, by patch. */
struct lost {
    size_t n;
    size_t *point;  /* in the demand */
    int64_t *patch; /* polygon of uncovered, -1: there is no patch */
};

static bool is_lost(unsigned char status)
{
    return status == BJ_POINT_UNCOVERED || status == BJ_POINT_UNREACHABLE;
}

static enum bj_status find_lost(struct bj_judge *j, const struct bj_rule_result *r,
                                const struct bj_area_entry *e, struct lost *lost)
{
    const struct bj_places *d = r->demand;
    double *x = bj_alloc0(j->ctx, d->n, sizeof(*x)), *y = bj_alloc0(j->ctx, d->n, sizeof(*y));
    enum bj_status st = BJ_ENOMEM;

    lost->point = bj_alloc0(j->ctx, d->n, sizeof(*lost->point));
    lost->patch = bj_alloc0(j->ctx, d->n, sizeof(*lost->patch));
    if (!x || !y || !lost->point || !lost->patch)
        goto done;
    for (size_t i = 0; i < d->n; i++)
        if (is_lost(r->status[i])) {
            x[lost->n] = d->x[i];
            y[lost->n] = d->y[i];
            lost->point[lost->n++] = i;
        }
    st = bj_patch_of_points(j->ctx, &e->uncovered_work, lost->n, x, y, lost->patch);
done:
    bj_free(j->ctx, y);
    bj_free(j->ctx, x);
    return st;
}

/* Township of most of each patch's people; among equals that of more villages, then the first
 * in the table. Patch after patch, so that one array of sums a township is enough. */
static enum bj_status name_patches(struct bj_judge *j, struct bj_rule_result *r,
                                   const struct bj_grouping *g, const struct lost *lost,
                                   const size_t *start, const size_t *sorted)
{
    double *people = bj_alloc0(j->ctx, g->n, sizeof(*people));
    size_t *villages = bj_alloc0(j->ctx, g->n, sizeof(*villages));

    if (!people || !villages) {
        bj_free(j->ctx, villages);
        bj_free(j->ctx, people);
        return BJ_ENOMEM;
    }
    for (size_t p = 0; p < r->n_patches; p++) {
        size_t best = SIZE_MAX;

        for (size_t k = start[p]; k < start[p + 1]; k++) {
            size_t i = lost->point[sorted[k]], u = g->of[i];

            people[u] += bj_result_lost_people(j, r, i);
            villages[u]++;
        }
        for (size_t k = start[p]; k < start[p + 1]; k++) {
            size_t u = g->of[lost->point[sorted[k]]];

            if (best == SIZE_MAX || people[u] > people[best] ||
                (people[u] == people[best] &&
                 (villages[u] > villages[best] || (u < best && villages[u] == villages[best]))))
                best = u;
        }
        r->patch[p].township = best == SIZE_MAX ? "" : g->unit[best].name;
        for (size_t k = start[p]; k < start[p + 1]; k++) {
            people[g->of[lost->point[sorted[k]]]] = 0;
            villages[g->of[lost->point[sorted[k]]]] = 0;
        }
    }
    bj_free(j->ctx, villages);
    bj_free(j->ctx, people);
    return BJ_OK;
}

static void add_to_patch(const struct bj_judge *j, struct bj_patch *p,
                         const struct bj_rule_result *r, size_t i)
{
    p->villages++;
    p->population += bj_result_lost_people(j, r, i);
    if (r->cover_m2)
        p->parcel_km2 += (j->a->parcel_m2[i] - r->cover_m2[i]) / 1e6;
    if (r->dist_mm[i] >= 0)
        p->far_m = isnan(p->far_m) ? (double)r->dist_mm[i] / 1000
                                   : fmax(p->far_m, (double)r->dist_mm[i] / 1000);
}

/* Patches in the order of their polygons; their points sorted by patch. */
static enum bj_status fill_patches(struct bj_judge *j, struct bj_rule_result *r,
                                   const struct bj_area_entry *e, const struct lost *lost)
{
    size_t *start = bj_alloc0(j->ctx, r->n_patches + 2, sizeof(*start));
    size_t *sorted = bj_alloc0(j->ctx, lost->n, sizeof(*sorted));
    const struct bj_grouping *g;
    enum bj_status st = start && sorted ? bj_judge_grouping(j, r->demand, &g) : BJ_ENOMEM;

    if (st)
        goto done;
    for (size_t p = 0; p < r->n_patches; p++)
        r->patch[p] = (struct bj_patch){e->uncovered_km2[p], 0, 0, NAN, "", p, 0};
    for (size_t k = 0; k < lost->n; k++) {
        add_to_patch(j, &r->patch[lost->patch[k]], r, lost->point[k]);
        start[lost->patch[k] + 2]++;
    }
    for (size_t p = 1; p < r->n_patches + 2; p++)
        start[p] += start[p - 1];
    for (size_t k = 0; k < lost->n; k++)
        sorted[start[lost->patch[k] + 1]++] = k;
    st = name_patches(j, r, g, lost, start, sorted);
done:
    bj_free(j->ctx, sorted);
    bj_free(j->ctx, start);
    return st;
}

static enum bj_status check_patches(struct bj_judge *j, const struct bj_rule_result *r)
{
    size_t villages = 0;
    double people = 0, want = r->population.uncovered + r->population.unreachable;

    for (size_t p = 0; p < r->n_patches; p++) {
        villages += r->patch[p].villages;
        people += r->patch[p].population;
    }
    if ((double)villages == r->villages.uncovered + r->villages.unreachable &&
        fabs(people - want) <= 1e-9 * fmax(1, want))
        return BJ_OK;
    return bj_fail(j->ctx, BJ_EDATA,
                   _("rule '%s': the patches do not add up to the rule: this is a bug in banjing, "
                     "please report it"),
                   r->rule->id);
}

static enum bj_status make_patches(struct bj_judge *j, struct bj_rule_result *r,
                                   const struct bj_area_entry *e)
{
    struct lost lost = {0};
    enum bj_status st = find_lost(j, r, e, &lost);

    if (st)
        goto done;
    if (e->uncovered.n_polygons == 0) {
        if (lost.n > 0)
            st =
                bj_assess_note(j, "uncovered_without_area", "", "",
                               R_("rule '%s': %zu points are uncovered, yet no land is: the gap is "
                                  "narrower than the drawing tolerance; no patch shows them"),
                               r->rule->id, lost.n);
        goto done;
    }
    r->n_patches = e->uncovered.n_polygons;
    r->patch = bj_alloc0(j->ctx, r->n_patches, sizeof(*r->patch));
    st = r->patch ? fill_patches(j, r, e, &lost) : BJ_ENOMEM;
    if (st == BJ_OK)
        st = check_patches(j, r);
    if (st == BJ_OK)
        qsort(r->patch, r->n_patches, sizeof(*r->patch), compare_patches);
done:
    bj_free(j->ctx, lost.patch);
    bj_free(j->ctx, lost.point);
    return st;
}

/* ---- the rule ------------------------------------------------------------- */

static enum bj_status take_areas(struct bj_judge *j, struct bj_rule_result *r,
                                 const struct bj_area_entry *e)
{
    enum bj_status st = bj_polygons_copy(j->ctx, &e->covered, &r->covered);

    if (st == BJ_OK)
        st = bj_polygons_copy(j->ctx, &e->uncovered, &r->uncovered);
    if (st)
        return st;
    r->covered_part_km2 = bj_alloc0(j->ctx, e->covered.n_polygons, sizeof(*r->covered_part_km2));
    if (!r->covered_part_km2)
        return BJ_ENOMEM;
    r->has_area = 1;
    r->area_km2 = e->total_km2;
    r->covered_km2 = r->uncovered_km2 = 0;
    for (size_t p = 0; p < e->covered.n_polygons; p++)
        r->covered_km2 += r->covered_part_km2[p] = e->covered_km2[p];
    for (size_t p = 0; p < e->uncovered.n_polygons; p++)
        r->uncovered_km2 += e->uncovered_km2[p];
    for (size_t k = 0; k < r->n_townships; k++)
        if (r->township[k].township >= 0)
            r->township[k].uncovered_km2 = e->township_km2[r->township[k].township];
    if (r->area_km2 > 0)
        r->share_area = r->covered_km2 / r->area_km2;
    return BJ_OK;
}

enum bj_status bj_judge_area(struct bj_judge *j, struct bj_rule_result *r,
                             const struct bj_usable *use)
{
    const struct bj_region *land = NULL;
    const struct bj_area_entry *e;
    double start = bj_clock_s();
    enum bj_status st;

    if (j->opt->no_areas)
        return BJ_OK;
    st = bj_judge_region(j, r->rule->where, &land);
    if (st == BJ_OK && !land)
        return bj_assess_note(j, "no_urban_area", "urban_area",
                              R_("give townships with a type, or an urban_area layer"),
                              R_("rule '%s' is for %s land, and the case says nowhere what land is "
                                 "urban: its areas are not drawn"),
                              r->rule->id, bj_where_names[r->rule->where]);
    if (st == BJ_OK)
        st = drawing_of(j, r->rule, use, land, &e);
    if (st == BJ_OK)
        st = take_areas(j, r, e);
    if (st == BJ_OK)
        st = make_patches(j, r, e);
    j->a->cover_s += bj_clock_s() - start;
    return st;
}
