/* Map circles, union and drawing together: what is drawn lies on the geodesic circle. PROJ's
 * geodesic (through bj_geodesic_m) is the judge; it takes no part in the drawing. */
#include "support.h"

#include "banjing/cover.h"
#include "banjing/crs.h"

enum { N_FACILITIES = 40 };

static double lon[N_FACILITIES], lat[N_FACILITIES];

/* Distance to the nearest facility: on the union's edge it is the radius. */
static double nearest_m(double x, double y)
{
    double best = INFINITY;

    for (int i = 0; i < N_FACILITIES; i++)
        best = fmin(best, bj_geodesic_m(lon[i], lat[i], x, y));
    return best;
}

static struct bj_polygons draw(const struct bj_crs *crs, double radius_m, double tolerance_m)
{
    double x[N_FACILITIES], y[N_FACILITIES], r[N_FACILITIES];
    struct bj_discs *d = NULL;
    struct bj_polygons p = {0};

    assert_ok(bj_crs_map_circles(ctx, crs, N_FACILITIES, lon, lat, radius_m, x, y, r));
    tolerance_m = bj_crs_arc_tolerance_m(tolerance_m, radius_m);
    assert_ok(bj_discs_union(ctx, N_FACILITIES, x, y, r, tolerance_m, &d));
    assert_ok(bj_discs_polygons(ctx, d, &p));
    bj_discs_free(d);
    return p;
}

/* Largest distance of a drawn vertex, and of the middle of a drawn edge, from the circle. */
static void measure(const struct bj_crs *crs, struct bj_polygons *p, double radius_m,
                    double *vertex_m, double *edge_m)
{
    double *mid_x = malloc(p->n_points * sizeof(*mid_x));
    double *mid_y = malloc(p->n_points * sizeof(*mid_y));

    assert_non_null(mid_x);
    assert_non_null(mid_y);
    *vertex_m = *edge_m = 0;
    for (size_t i = 0; i + 1 < p->n_points; i++) {
        mid_x[i] = (p->x[i] + p->x[i + 1]) / 2;
        mid_y[i] = (p->y[i] + p->y[i + 1]) / 2;
    }
    assert_ok(bj_crs_to_lonlat(ctx, crs, p->n_points, p->x, p->y));
    assert_ok(bj_crs_to_lonlat(ctx, crs, p->n_points - 1, mid_x, mid_y));
    for (size_t k = 0; k < p->n_rings; k++)
        for (size_t i = p->point_start[k]; i < p->point_start[k + 1]; i++) {
            *vertex_m = fmax(*vertex_m, fabs(nearest_m(p->x[i], p->y[i]) - radius_m));
            if (i + 1 < p->point_start[k + 1])
                *edge_m = fmax(*edge_m, fabs(nearest_m(mid_x[i], mid_y[i]) - radius_m));
        }
    free(mid_y);
    free(mid_x);
}

/* Facilities within spread_deg of a centre that lies off_deg east of the central meridian. */
static void circles_lie_right(double off_deg, double spread_deg, double radius_m)
{
    struct support_random random;
    struct bj_crs *crs = NULL;
    struct bj_polygons p;
    double vertex_m, edge_m;

    support_seed(&random, 42);
    assert_ok(bj_crs_work_new(ctx, 115.9, &crs));
    for (int i = 0; i < N_FACILITIES; i++) {
        lon[i] = 115.9 + off_deg + support_uniform(&random, -spread_deg, spread_deg);
        lat[i] = 36.4 + support_uniform(&random, -spread_deg, spread_deg);
    }
    p = draw(crs, radius_m, 0.1);
    assert_true(p.n_points > 100);
    measure(crs, &p, radius_m, &vertex_m, &edge_m);
    if (vertex_m > 0.1 || edge_m > 0.1)
        fail_msg("%g m at %g deg off: vertices %g m, edges %g m from the circle", radius_m, off_deg,
                 vertex_m, edge_m);
    bj_polygons_release(ctx, &p);
    bj_crs_free(crs);
}

static void every_vertex_and_edge_is_within_the_tolerance(void **state)
{
    (void)state;
    circles_lie_right(0, 0.2, 2500);
    circles_lie_right(0, 0.8, 5000);
    circles_lie_right(0.9, 0.6, 20000);
    circles_lie_right(6, 0.6, 2500); /* the edge of a nation in one projection */
    circles_lie_right(6, 0.6, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vertex_and_edge_is_within_the_tolerance),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
