/* Private to src/cover: the union of discs by its arcs, indexes, flat polygons, and the bridge
 * to GEOS. */
#ifndef BANJING_COVER_INT_H
#define BANJING_COVER_INT_H

#include "banjing/cover.h"

#include <stdbool.h>

#include <geos_c.h>

#define COVER_PI   3.14159265358979323846
#define COVER_NONE UINT32_MAX

/* ---- flat polygons (polygons.c) ------------------------------------------ */

/* Twice the signed area of a closed ring of n points, counter-clockwise positive; taken about
 * its first point, so that no digits are lost far from the origin. */
double bj_cover_ring_area2(size_t n, const double *x, const double *y);
void bj_cover_ring_reverse(size_t n, double *x, double *y);
/* Area and length of the edges of polygons first .. first+n-1. */
double bj_cover_polygons_area(const struct bj_polygons *p, size_t first, size_t n);
double bj_cover_polygons_length(const struct bj_polygons *p, size_t first, size_t n);
/* Arrays for so many polygons (no groups), all zero but the last starts. */
enum bj_status bj_cover_polygons_alloc(struct bj_ctx *ctx, struct bj_polygons *p, size_t n_polygons,
                                       size_t n_rings, size_t n_points) BJ_MUST_CHECK;
/* Into the order that cover.h promises. */
enum bj_status bj_cover_polygons_sort(struct bj_ctx *ctx, struct bj_polygons *p) BJ_MUST_CHECK;

/* Closed rings that grow, one after another. Zeroed struct = none. */
struct bj_cover_rings {
    size_t n, n_points, cap, cap_points; /* ring i: points start[i] .. start[i + 1] - 1 */
    size_t *start;
    double *x, *y;
};
void bj_cover_rings_release(struct bj_ctx *ctx, struct bj_cover_rings *r);
/* Room for n more points; they are written at x + n_points and counted by the caller. */
enum bj_status bj_cover_rings_reserve(struct bj_ctx *ctx, struct bj_cover_rings *r,
                                      size_t n) BJ_MUST_CHECK;
/* Closes the ring under way (all points since the last close) with its first point; a ring of
 * fewer than three different points is forgotten. */
enum bj_status bj_cover_rings_close(struct bj_ctx *ctx, struct bj_cover_rings *r) BJ_MUST_CHECK;
/* Polygons in order: counter-clockwise rings are shells, clockwise ones holes of the shell that
 * is around them. */
enum bj_status bj_cover_rings_nest(struct bj_ctx *ctx, const struct bj_cover_rings *r,
                                   struct bj_polygons *out) BJ_MUST_CHECK;

/* ---- edges by place (cells.c) -------------------------------------------- */

/* Edges of rings: edge e runs from point[e] to point[e] + 1 and belongs to owner[e]. The
 * coordinates are borrowed. */
struct bj_cover_edges {
    const double *x, *y;
    size_t n;
    uint32_t *point, *owner;
    double x0, y0, x1, y1; /* box of all */
};

/* Edges by cell: cell iy * nx + ix holds item[start[cell]] .. item[start[cell + 1] - 1], in
 * rising order, so that the edges of one owner stand together. nx = 1 gives slabs of y. */
struct bj_cover_cells {
    size_t nx, ny;
    double size_x, size_y;
    uint32_t *start, *item;
};

/* All edges of n_rings rings (ring r: points point_start[r] .. point_start[r+1]-1), owned by
 * their ring; bj_cover_edges_of_polygons: by their polygon. */
enum bj_status bj_cover_edges_of_rings(struct bj_ctx *ctx, size_t n_rings,
                                       const size_t *point_start, const double *x, const double *y,
                                       struct bj_cover_edges *e) BJ_MUST_CHECK;
enum bj_status bj_cover_edges_of_polygons(struct bj_ctx *ctx, const struct bj_polygons *p,
                                          struct bj_cover_edges *e) BJ_MUST_CHECK;
void bj_cover_edges_release(struct bj_ctx *ctx, struct bj_cover_edges *e);
/* Slabs for rays, or square cells for neighbourhoods; sized by the number of edges. */
enum bj_status bj_cover_slabs(struct bj_ctx *ctx, const struct bj_cover_edges *e,
                              struct bj_cover_cells *c) BJ_MUST_CHECK;
enum bj_status bj_cover_squares(struct bj_ctx *ctx, const struct bj_cover_edges *e,
                                struct bj_cover_cells *c) BJ_MUST_CHECK;
void bj_cover_cells_release(struct bj_ctx *ctx, struct bj_cover_cells *c);
/* v in cells, clamped to 0 .. n-1 (NaN gives 0). */
size_t bj_cover_clamp(double v, size_t n);
/* Owner whose edges enclose the point by the even-odd rule (slabs), -1 none. */
int64_t bj_cover_inside(const struct bj_cover_edges *e, const struct bj_cover_cells *slabs,
                        double x, double y);
/* The same over all edges, whatever their owner. */
bool bj_cover_inside_any(const struct bj_cover_edges *e, const struct bj_cover_cells *slabs,
                         double x, double y);

/* ---- discs by place (grid.c) ---------------------------------------------- */

/* Discs of like radius (within a factor of 4) share a grid of square cells. */
struct bj_cover_level {
    double r_max, x0, y0, size;
    uint32_t nx, ny;
    size_t first_cell; /* of cell_start */
};
enum { COVER_LEVELS = 26 }; /* radii from 1e-8 to 1e7 */

/* All discs, sorted by level, cell and index: what is near stands near. */
struct bj_cover_grid {
    uint32_t n;
    double *x, *y, *r;
    uint32_t *id; /* index as given */
    size_t n_levels;
    struct bj_cover_level level[COVER_LEVELS];
    uint32_t *cell_start;
};
/* Discs with r < r_min are left out. */
enum bj_status bj_cover_grid_init(struct bj_ctx *ctx, size_t n, const double *x, const double *y,
                                  const double *r, double r_min,
                                  struct bj_cover_grid *g) BJ_MUST_CHECK;
void bj_cover_grid_release(struct bj_ctx *ctx, struct bj_cover_grid *g);

/* Calls visit(first, last, arg) for runs first .. last-1 of discs that together hold all whose
 * circle comes within reach of (x, y): distance of centres < reach + radius; and farther ones.
 * Nearest cells first, the level of the largest discs first. visit returns false to stop; then
 * so does this. */
bool bj_cover_grid_visit(const struct bj_cover_grid *g, double x, double y, double reach,
                         bool (*visit)(uint32_t first, uint32_t last, void *arg), void *arg);

/* ---- exposed arcs (arcs.c) ------------------------------------------------ */

/* Part of a circle that no other disc covers, counter-clockwise from angle a0 to a1 > a0. It
 * starts where the circle leaves disc `from` and ends where it enters disc `to`; both
 * COVER_NONE for a whole circle. */
struct bj_cover_exposed {
    double a0, a1;
    uint32_t from, to;
};
/* Discs i and near whose circles are so nearly tangent that drawing i must mind near. */
struct bj_cover_near {
    uint32_t i, near;
};

struct bj_cover_exposure {
    struct bj_cover_exposed *arc;
    struct bj_cover_near *near;
    size_t n_arcs, cap_arcs, n_near, cap_near;
    uint32_t *first, *count; /* one a disc of the chunk looked at */
    unsigned char *tied;     /* a change of eps_m would change the sequence of arcs */
};

/* Exposed arcs of n discs of the grid. eps_m: closer than this is a tie. slack_m: how far a
 * drawn edge strays from its arc at most. Buffers belong to the caller. */
enum bj_status bj_cover_expose(struct bj_ctx *ctx, const struct bj_cover_grid *g, size_t n,
                               const uint32_t *disc, double eps_m, double slack_m,
                               struct bj_cover_exposure *out) BJ_MUST_CHECK;
void bj_cover_exposure_release(struct bj_ctx *ctx, struct bj_cover_exposure *e);

/* ---- the union ------------------------------------------------------------- */

/* Arc of a ring of the union: from (x, y) along the circle of `disc` from angle a0 to a1; a
 * straight line when disc is COVER_NONE. It ends where the next arc of its ring starts. */
struct bj_cover_arc {
    double x, y, a0, a1;
    uint32_t disc, ring;
};

/* Arcs by place: cell c holds arcs item[start[c]] .. . */
struct bj_cover_arc_grid {
    double x0, y0, size;
    size_t nx, ny;
    uint32_t *start, *item;
};

struct bj_discs {
    struct bj_ctx *ctx; /* whose allocator frees it */
    double tolerance_m; /* of drawing */
    double touch_m;     /* edges nearer than this are not clearly crossed */
    double clear_m;     /* this far from all arcs a point is surely in or out of the drawn union */
    double area_m2;
    size_t n_exposed, n_by_geos;
    struct bj_cover_grid grid;
    size_t n_arcs, n_rings;
    struct bj_cover_arc *arc; /* ring by ring */
    uint32_t *ring_start;     /* n_rings + 1 */
    size_t n_near;
    struct bj_cover_near *near; /* sorted by i */
    struct bj_cover_arc_grid arcs;
};

/* Union as bj_discs_union(); by_geos: for tests, every component goes the way of one whose
 * arcs cannot be joined. */
enum bj_status bj_cover_discs_make(struct bj_ctx *ctx, size_t n, const double *x, const double *y,
                                   const double *r, double tolerance_m, bool by_geos,
                                   struct bj_discs **out) BJ_MUST_CHECK;

/* The union while it is made (discs.c, rings.c, fallback.c). */
struct bj_cover_making {
    struct bj_ctx *ctx;
    struct bj_discs *d;
    double eps_m;   /* closer is a tie */
    double slack_m; /* circles nearer than this are drawn with care */
    double small_m; /* smaller discs and narrower holes are left out */
    /* one a disc of the grid */
    uint32_t *first, *count; /* its arcs: pool[first] .. */
    unsigned char *tied, *again;
    /* discs to look at in this round, in chunks */
    uint32_t *todo;
    size_t n_todo, n_chunks;
    struct bj_cover_exposure *chunk;
    struct bj_cover_exposed *pool;
    uint32_t *next; /* arc after each arc of the pool */
};
/* Finds which arc follows which. Discs of arcs that hang loose become tied; *n_loose counts
 * them. */
enum bj_status bj_cover_link_arcs(struct bj_cover_making *m, size_t *n_loose) BJ_MUST_CHECK;
/* Adds the linked arcs to d as rings, and their area and discs to its sums. */
enum bj_status bj_cover_lay_rings(struct bj_cover_making *m) BJ_MUST_CHECK;
/* Hands the components of all tied discs to GEOS, and adds what it gives to d. */
enum bj_status bj_cover_by_geos(struct bj_cover_making *m, size_t n_left) BJ_MUST_CHECK;

/* ---- drawing (draw.c) ------------------------------------------------------ */

/* The arc after this one in its ring. */
size_t bj_cover_next_arc(const struct bj_discs *d, size_t arc);
/* Points that the arc is drawn with: its start and what follows, without its end. */
size_t bj_cover_arc_points(const struct bj_discs *d, size_t arc);
void bj_cover_draw_arc(const struct bj_discs *d, size_t arc, double *x, double *y);
/* Box {x0, y0, x1, y1} that holds the drawn arc. */
void bj_cover_arc_box(const struct bj_discs *d, size_t arc, double box[4]);
/* Area between the arc and its chord, and the arc's length. */
double bj_cover_arc_bulge(const struct bj_discs *d, size_t arc);
double bj_cover_arc_length(const struct bj_discs *d, size_t arc);
enum bj_status bj_cover_arc_grid_init(struct bj_ctx *ctx, struct bj_discs *d) BJ_MUST_CHECK;

/* ---- overlay (overlay.c) ---------------------------------------------------- */

/* covered = county AND union, uncovered = county AND NOT union, both drawn. *clear is false,
 * and out untouched, when an edge of the county and one of the union meet too nearly in a
 * vertex, or along a line, to tell safely which crosses which. */
enum bj_status bj_cover_overlay(struct bj_ctx *ctx, const struct bj_discs *d,
                                const struct bj_polygons *county, bool *clear,
                                struct bj_cover *out) BJ_MUST_CHECK;

/* ---- bridge to GEOS (geos.c) -------------------------------------------- */

/* The context's own GEOS handle, made at the first call. Its error handler leaves GEOS's
 * reason in ctx, so that a NULL from GEOS is answered with BJ_EGEOM. NULL (sentence in
 * ctx, BJ_ENOMEM) when GEOS cannot be started. */
GEOSContextHandle_t bj_cover_geos(struct bj_ctx *ctx);

/* Polygons first .. first+n-1 of p as one MULTIPOLYGON; caller destroys it. */
enum bj_status bj_cover_to_geos(struct bj_ctx *ctx, const struct bj_polygons *p, size_t first,
                                size_t n, GEOSGeometry **out) BJ_MUST_CHECK;
/* Every polygon of geom (parts of any collection; lines and points are left out), shells
 * counter-clockwise, holes clockwise, in the order that cover.h promises. */
enum bj_status bj_cover_from_geos(struct bj_ctx *ctx, const GEOSGeometry *geom,
                                  struct bj_polygons *out) BJ_MUST_CHECK;

#endif
