/* Discs by place: a grid of square cells for each octave pair of radii.
 *
 * Discs are sorted by (level, cell, index), so that a cell is a run of neighbours in memory and
 * a row of cells is one run too. A level holds radii within a factor of 4: one huge disc among
 * many small ones does not make every search as wide as itself. About two discs fill a cell. */
#include "cover/cover_int.h"

#include "base/base_int.h"

#include <math.h>

enum { DISCS_A_CELL = 2 };

/* Sorting key of one disc while the grid is made. */
struct place {
    uint32_t level, cell;
};

static uint32_t level_of(double r, double r_max)
{
    double level = floor(0.5 * log2(r_max / r));

    return level < COVER_LEVELS - 1 ? (uint32_t)level : COVER_LEVELS - 1;
}

/* Boxes and sizes of the levels; returns how many discs are kept. */
struct extent {
    double x0, y0, x1, y1;
    size_t n;
};

static void grow_extent(struct extent *e, double x, double y)
{
    if (e->n++ == 0) {
        e->x0 = e->x1 = x;
        e->y0 = e->y1 = y;
    }
    e->x0 = fmin(e->x0, x), e->x1 = fmax(e->x1, x);
    e->y0 = fmin(e->y0, y), e->y1 = fmax(e->y1, y);
}

static void shape_level(struct bj_cover_level *l, const struct extent *e)
{
    double w = e->x1 - e->x0, h = e->y1 - e->y0, share = (double)DISCS_A_CELL / (double)e->n;
    double size = fmax(fmax(sqrt(w * h * share), fmax(w, h) * share), 1e-3);

    l->x0 = e->x0;
    l->y0 = e->y0;
    l->size = size;
    l->nx = (uint32_t)(w / size) + 1;
    l->ny = (uint32_t)(h / size) + 1;
}

static void place_discs(struct bj_cover_grid *g, size_t n, const double *x, const double *y,
                        const double *r, double r_min, double r_max, struct place *place)
{
    struct extent extent[COVER_LEVELS] = {{0}};
    size_t n_cells = 0;

    for (size_t i = 0; i < n; i++) {
        place[i].level = COVER_NONE;
        if (r[i] < r_min)
            continue;
        place[i].level = level_of(r[i], r_max);
        grow_extent(&extent[place[i].level], x[i], y[i]);
        g->level[place[i].level].r_max = fmax(g->level[place[i].level].r_max, r[i]);
    }
    g->n_levels = COVER_LEVELS;
    for (size_t k = 0; k < COVER_LEVELS; k++) {
        if (extent[k].n > 0)
            shape_level(&g->level[k], &extent[k]);
        g->level[k].first_cell = n_cells;
        n_cells += (size_t)g->level[k].nx * g->level[k].ny;
        g->n += (uint32_t)extent[k].n;
    }
    for (size_t i = 0; i < n; i++) {
        const struct bj_cover_level *l;

        if (place[i].level == COVER_NONE)
            continue;
        l = &g->level[place[i].level];
        place[i].cell =
            (uint32_t)(l->first_cell + bj_cover_clamp((y[i] - l->y0) / l->size, l->ny) * l->nx +
                       bj_cover_clamp((x[i] - l->x0) / l->size, l->nx));
    }
}

static size_t count_cells(const struct bj_cover_grid *g)
{
    const struct bj_cover_level *last = &g->level[g->n_levels - 1];

    return last->first_cell + (size_t)last->nx * last->ny;
}

static void sort_discs(struct bj_cover_grid *g, size_t n, const double *x, const double *y,
                       const double *r, const struct place *place)
{
    size_t n_cells = count_cells(g);
    uint32_t sum = 0;

    for (size_t i = 0; i < n; i++)
        if (place[i].level != COVER_NONE)
            g->cell_start[place[i].cell]++;
    for (size_t k = 0; k <= n_cells; k++) {
        uint32_t here = g->cell_start[k];

        g->cell_start[k] = sum;
        sum += here;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t k;

        if (place[i].level == COVER_NONE)
            continue;
        k = g->cell_start[place[i].cell]++;
        g->x[k] = x[i];
        g->y[k] = y[i];
        g->r[k] = r[i];
        g->id[k] = (uint32_t)i;
    }
    for (size_t k = n_cells; k > 0; k--) /* each start has moved on to the next one's */
        g->cell_start[k] = g->cell_start[k - 1];
    g->cell_start[0] = 0;
}

void bj_cover_grid_release(struct bj_ctx *ctx, struct bj_cover_grid *g)
{
    bj_free(ctx, g->cell_start);
    bj_free(ctx, g->id);
    bj_free(ctx, g->r);
    bj_free(ctx, g->y);
    bj_free(ctx, g->x);
    *g = (struct bj_cover_grid){0};
}

enum bj_status bj_cover_grid_init(struct bj_ctx *ctx, size_t n, const double *x, const double *y,
                                  const double *r, double r_min, struct bj_cover_grid *g)
{
    struct place *place = bj_alloc0(ctx, n, sizeof(*place));
    double r_max = r_min;
    enum bj_status st = BJ_ENOMEM;

    *g = (struct bj_cover_grid){0};
    if (!place)
        return BJ_ENOMEM;
    for (size_t i = 0; i < n; i++)
        r_max = fmax(r_max, r[i]);
    place_discs(g, n, x, y, r, r_min, r_max, place);
    g->x = bj_alloc0(ctx, g->n, sizeof(*g->x));
    g->y = bj_alloc0(ctx, g->n, sizeof(*g->y));
    g->r = bj_alloc0(ctx, g->n, sizeof(*g->r));
    g->id = bj_alloc0(ctx, g->n, sizeof(*g->id));
    g->cell_start = bj_alloc0(ctx, count_cells(g) + 1, sizeof(*g->cell_start));
    if (g->x && g->y && g->r && g->id && g->cell_start) {
        sort_discs(g, n, x, y, r, place);
        st = BJ_OK;
    } else {
        bj_cover_grid_release(ctx, g);
    }
    bj_free(ctx, place);
    return st;
}

/* The query and the cell it starts from. */
struct search {
    const struct bj_cover_grid *g;
    const struct bj_cover_level *l;
    uint32_t cx, cy;
    bool (*visit)(uint32_t first, uint32_t last, void *arg);
    void *arg;
};

/* Cells ix0 .. ix1 of row iy: one run of discs. */
static bool visit_row(const struct search *s, uint32_t iy, uint32_t ix0, uint32_t ix1)
{
    const uint32_t *start = s->g->cell_start + s->l->first_cell + (size_t)iy * s->l->nx;

    return start[ix0] == start[ix1 + 1] || s->visit(start[ix0], start[ix1 + 1], s->arg);
}

/* The square ring of cells at Chebyshev distance k. */
static bool visit_ring(const struct search *s, uint32_t k)
{
    uint32_t x0 = s->cx > k ? s->cx - k : 0, y0 = s->cy > k ? s->cy - k : 0;
    uint32_t x1 = s->l->nx - 1 - s->cx > k ? s->cx + k : s->l->nx - 1;
    uint32_t y1 = s->l->ny - 1 - s->cy > k ? s->cy + k : s->l->ny - 1;

    for (uint32_t iy = y0; iy <= y1; iy++) {
        bool whole = iy + k == s->cy || iy == s->cy + k;

        if (whole) {
            if (!visit_row(s, iy, x0, x1))
                return false;
            continue;
        }
        if (s->cx >= k && !visit_row(s, iy, s->cx - k, s->cx - k))
            return false;
        if (s->l->nx - 1 - s->cx >= k && !visit_row(s, iy, s->cx + k, s->cx + k))
            return false;
    }
    return true;
}

static bool visit_level(struct search *s, double x, double y, double reach)
{
    const struct bj_cover_level *l = s->l;
    double fx = (x - l->x0) / l->size, fy = (y - l->y0) / l->size, inner;
    uint32_t n_rings = l->nx > l->ny ? l->nx : l->ny;

    s->cx = (uint32_t)bj_cover_clamp(fx, l->nx);
    s->cy = (uint32_t)bj_cover_clamp(fy, l->ny);
    /* From the point (or its foot on the grid's box, which is no farther from any centre) to
     * the sides of its cell. */
    fx -= s->cx;
    fy -= s->cy;
    inner = fmax(fmin(fmin(fx, 1 - fx), fmin(fy, 1 - fy)), 0);
    for (uint32_t k = 0; k < n_rings; k++) {
        if (k > 0 && ((double)k - 1 + inner) * l->size > (reach + l->r_max) * (1 + 1e-12))
            break;
        if (!visit_ring(s, k))
            return false;
    }
    return true;
}

bool bj_cover_grid_visit(const struct bj_cover_grid *g, double x, double y, double reach,
                         bool (*visit)(uint32_t first, uint32_t last, void *arg), void *arg)
{
    struct search s = {.g = g, .visit = visit, .arg = arg};

    for (size_t k = 0; k < g->n_levels; k++) {
        s.l = &g->level[k];
        if (s.l->nx > 0 && !visit_level(&s, x, y, reach))
            return false;
    }
    return true;
}
