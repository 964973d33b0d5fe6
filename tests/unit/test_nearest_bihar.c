/* bj_nearest_find() on a real state: 92,423 habitations of Bihar and its medical facilities,
 * with the repeated points and codes they come with, against the twin. Half of the facilities
 * play neighbours. BANJING_DEEP=1 compares every habitation, else every 50th. */
#include "nearest_twin.h"

#include "banjing/layer.h"

#include <unistd.h>

#define DATA BANJING_SOURCE_DIR "/../shared/data/bihar/"

/* Points of one layer with the texts of one column; release t. */
static void read_points(const char *path, const char *where, const char *field, struct bj_table *t)
{
    const struct bj_source_spec spec = {.path = path, .where = where};
    const struct bj_source_info *info;
    struct bj_column_spec column = {-1, 0};
    struct bj_source *src = NULL;

    assert_ok(bj_source_open(ctx, &spec, &src));
    info = bj_source_info(src);
    for (size_t i = 0; i < info->n_fields; i++)
        if (strcmp(info->field[i].name, field) == 0)
            column.field = (int)i;
    assert_true(column.field >= 0);
    assert_ok(bj_source_read(ctx, src, BJ_WANT_POINTS, 1, &column, t));
    bj_source_close(src);
    for (size_t i = 0; i < t->n; i++)
        assert_true(fabs(t->x[i]) <= 180 && fabs(t->y[i]) <= 90);
}

static void bihar_equals_the_twin(void **state)
{
    struct bj_table villages = {0}, clinics = {0};
    struct bj_geopoints demand, facility;
    struct bj_nearest got = {0};
    uint32_t *order;
    unsigned char *neighbour;
    size_t step = getenv("BANJING_DEEP") ? 1 : 50;

    (void)state;
    if (access(DATA "habitation.zip", R_OK) || access(DATA "facilities.zip", R_OK)) {
        print_message("no " DATA ": skipped\n");
        skip();
    }
    read_points("/vsizip/" DATA "habitation.zip", NULL, "HAB_ID", &villages);
    read_points("/vsizip/" DATA "facilities.zip", "FAC_CATEGO = 'Medical'", "FACILITY_I", &clinics);
    print_message("%zu habitations, %zu medical facilities, every %zu.\n", villages.n, clinics.n,
                  step);
    assert_int_equal(villages.n, 92423);
    assert_true(clinics.n > 1000);
    demand = (struct bj_geopoints){villages.n, villages.x, villages.y};
    facility = (struct bj_geopoints){clinics.n, clinics.x, clinics.y};
    order = calloc(clinics.n, sizeof(*order));
    neighbour = calloc(clinics.n, 1);
    assert_true(order && neighbour);
    for (size_t i = 0; i < clinics.n; i++)
        neighbour[i] = (unsigned char)(i % 2);
    assert_ok(bj_facility_order(ctx, clinics.n, clinics.column[0].text, order));
    bj_ctx_set_threads(ctx, 2);
    assert_ok(bj_nearest_find(ctx, &demand, &facility, order, neighbour, &got));
    bj_ctx_set_threads(ctx, 1);
    assert_int_equal(twin_differences(&demand, &facility, order, neighbour, &got, step), 0);
    bj_nearest_release(ctx, &got);
    free(neighbour);
    free(order);
    bj_table_release(ctx, &clinics);
    bj_table_release(ctx, &villages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bihar_equals_the_twin),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
