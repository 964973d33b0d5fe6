/* The case file (interface.md, "Case file"). */
#include "support.h"

#include <unistd.h>

#include "study/study_int.h"

static struct bj_case *read_case(const char *text)
{
    struct bj_case *c = NULL;

    assert_ok(bj_case_read(ctx, support_write(support_tmpdir(), "case.yaml", text), &c));
    return c;
}

static void refuses(const char *text, const char *word, const char *place)
{
    static const char *dir;
    struct bj_case *c = NULL;

    if (!dir)
        dir = support_tmpdir();
    assert_fails(bj_case_read(ctx, support_write(dir, "case.yaml", text), &c), BJ_EDATA, word);
    assert_null(c);
    if (!strstr(bj_ctx_message(ctx), place))
        fail_msg("no '%s' in: %s", place, bj_ctx_message(ctx));
}

static const struct bj_case_layer *layer_of(const struct bj_case *c, enum bj_role role)
{
    const struct bj_case_info *info = bj_case_info(c);

    for (size_t i = 0; i < info->n_layers; i++)
        if (info->layer[i].role == role)
            return &info->layer[i];
    fail_msg("no layer %s", bj_role_names[role]);
    return NULL;
}

static const char whole_case[] =
    "county:     {code: 530403, name: 江川区}\n"
    "plan:       jiangchuan-2025\n"
    "date:       \"2026-11-22\"\n"
    "lang: zh\n"
    "villages:   {path: villages.shp, fields: {name: 村名, population: 常住人口}}\n"
    "facilities:\n"
    "  - {path: clinics.xlsx, datum: gcj02, class: village_clinic}\n"
    "  - {path: /data/stations.csv, crs: 4527, encoding: GBK}\n"
    "boundary:   {path: county.gpkg, layer: county, where: \"CODE = '530403'\"}\n"
    "townships:  {path: townships.shp}\n"
    "urban_area: {path: builtup.gpkg}\n"
    "settlements: {path: hamlets.shp}\n"
    "parcels:    {path: parcels.shp}\n"
    "population: {path: worldpop.tif}\n"
    "roads:      {path: roads.osm.pbf}\n"
    "surface:    {friction: f.tif, elevation: {path: dem.tif}}\n"
    "neighbours: {facilities: [{path: next.shp}, {path: 'PG:dbname=x'}]}\n"
    "indicators: {path: indicators.xlsx}\n"
    "urban:      [111, '112']\n"
    "none:       [ems_station]\n";

static void a_whole_case_is_read(void **state)
{
    struct bj_case *c = read_case(whole_case);
    const struct bj_case_info *info = bj_case_info(c);
    char want[1200];

    (void)state;
    assert_string_equal(info->county_code, "530403");
    assert_string_equal(info->county_name, "江川区");
    assert_string_equal(info->plan, "jiangchuan-2025");
    assert_string_equal(info->date, "2026-11-22");
    assert_string_equal(info->lang, "zh");
    assert_int_equal(info->n_layers, 15);
    assert_string_equal(layer_of(c, BJ_ROLE_VILLAGES)->path_as_written, "villages.shp");
    snprintf(want, sizeof(want), "%s/villages.shp", info->base_dir);
    assert_string_equal(layer_of(c, BJ_ROLE_VILLAGES)->source.path, want);
    assert_string_equal(layer_of(c, BJ_ROLE_VILLAGES)->fields[BJ_COL_NAME], "村名");
    assert_null(layer_of(c, BJ_ROLE_VILLAGES)->fields[BJ_COL_CODE]);
    assert_int_equal(layer_of(c, BJ_ROLE_VILLAGES)->line, 5);
    assert_string_equal(layer_of(c, BJ_ROLE_BOUNDARY)->source.layer, "county");
    assert_string_equal(layer_of(c, BJ_ROLE_BOUNDARY)->source.where, "CODE = '530403'");
    snprintf(want, sizeof(want), "%s/dem.tif", info->base_dir);
    assert_string_equal(layer_of(c, BJ_ROLE_ELEVATION)->source.path, want);
    snprintf(want, sizeof(want), "%s/f.tif", info->base_dir);
    assert_string_equal(layer_of(c, BJ_ROLE_FRICTION)->source.path, want);
    assert_int_equal(info->n_urban, 2);
    assert_string_equal(info->urban[1], "112");
    assert_true(info->none == bj_class_set(BJ_CLASS_EMS_STATION));
    bj_case_free(c);
}

static void facilities_may_be_several_with_options_each(void **state)
{
    struct bj_case *c = read_case(whole_case);
    const struct bj_case_info *info = bj_case_info(c);
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < info->n_layers; i++) {
        const struct bj_case_layer *l = &info->layer[i];

        if (l->role == BJ_ROLE_FACILITIES && n++ == 0) {
            assert_int_equal(l->datum, BJ_DATUM_GCJ02);
            assert_int_equal(l->datum_given, 1);
            assert_int_equal(l->class_given, BJ_CLASS_VILLAGE_CLINIC);
        } else if (l->role == BJ_ROLE_FACILITIES) {
            assert_string_equal(l->source.path, "/data/stations.csv");
            assert_string_equal(l->source.crs, "EPSG:4527");
            assert_string_equal(l->source.encoding, "GBK");
            assert_int_equal(l->datum_given, 0);
            assert_int_equal(l->class_given, -1);
        }
    }
    assert_int_equal(n, 2);
    bj_case_free(c);
}

static void connection_strings_and_vsi_paths_are_left_alone(void **state)
{
    static const char *const as_is[] = {"PG:dbname=x", "/vsizip/a.zip", "GPKG:a.gpkg:b",
                                        "https://example.org/a.geojson", "/abs/a.shp"};
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof(as_is) / sizeof(*as_is); i++) {
        struct bj_case *c;

        snprintf(text, sizeof(text), "boundary: {path: '%s'}\n", as_is[i]);
        c = read_case(text);
        assert_string_equal(layer_of(c, BJ_ROLE_BOUNDARY)->source.path, as_is[i]);
        bj_case_free(c);
    }
}

static void urban_codes_default_to_one(void **state)
{
    struct bj_case *c = read_case("boundary: {path: b.shp}\n");
    const struct bj_case_info *info = bj_case_info(c);

    (void)state;
    assert_int_equal(info->n_urban, 1);
    assert_string_equal(info->urban[0], "1");
    assert_string_equal(info->county_code, "");
    assert_null(info->plan);
    assert_null(info->lang);
    assert_true(info->none == 0);
    bj_case_free(c);
}

static void the_date_is_the_cases_then_source_date_epoch_then_today(void **state)
{
    struct bj_case *c;

    (void)state;
    setenv("SOURCE_DATE_EPOCH", "951782400", 1); /* 2000-02-29 00:00 UTC */
    c = read_case("date: 2024-02-29\n");
    assert_string_equal(bj_case_info(c)->date, "2024-02-29");
    bj_case_free(c);
    c = read_case("lang: en\n");
    assert_string_equal(bj_case_info(c)->date, "2000-02-29");
    bj_case_free(c);
    setenv("SOURCE_DATE_EPOCH", "soon", 1);
    assert_fails(bj_case_read(ctx, NULL, &c), BJ_EDATA, "SOURCE_DATE_EPOCH");
    unsetenv("SOURCE_DATE_EPOCH");
    assert_ok(bj_case_read(ctx, NULL, &c));
    assert_int_equal(strlen(bj_case_info(c)->date), 10);
    bj_case_free(c);
}

static void mistakes_are_named_with_line_and_column(void **state)
{
    (void)state;
    refuses("plan: x\nvilages: {path: a}\n", "villages", "case.yaml:2:1");
    refuses("villages: {path: a, layr: b}\n", "layer", "case.yaml:1:21");
    refuses("villages: a.shp\n", "{path: FILE}", "case.yaml:1:11");
    refuses("villages: [{path: a}]\n", "villages", "case.yaml:1:11");
    refuses("villages: {layer: a}\n", "path", "case.yaml:1:11");
    refuses("villages: {path: [a]}\n", "path", "case.yaml:1:18");
    refuses("villages: {path: a, fields: {nme: b}}\n", "name", "case.yaml:1:30");
    refuses("villages: {path: a, fields: [b]}\n", "", "case.yaml:1:29");
    refuses("villages: {path: a, datum: gjc02}\n", "gcj02", "case.yaml:1:28");
    refuses("facilities: {path: a, class: vilage_clinic}\n", "village_clinic", "case.yaml:1:30");
    refuses("facilities: []\n", "empty", "case.yaml:1:13");
    refuses("facilities:\n- {path: a}\n- b\n", "facilities", "case.yaml:3:3");
    refuses("date: 2026-02-29\n", "2026-11-22", "case.yaml:1:7");
    refuses("date: 22.11.2026\n", "2026-11-22", "case.yaml:1:7");
    refuses("lang: de\n", "zh or en", "case.yaml:1:7");
    refuses("county: 530403\n", "", "case.yaml:1:9");
    refuses("county: {cod: 1}\n", "code", "case.yaml:1:10");
    refuses("urban: []\n", "urban", "case.yaml:1:8");
    refuses("urban: [[1]]\n", "urban", "case.yaml:1:9");
    refuses("none: [ems_staton]\n", "ems_station", "case.yaml:1:8");
    refuses("surface: f.tif\n", "", "case.yaml:1:10");
    refuses("surface: {fricton: f.tif}\n", "friction", "case.yaml:1:11");
    refuses("neighbours: {path: f.shp}\n", "path", "case.yaml:1:14");
    refuses("- a\n", "", "case.yaml:1:1");
}

static void a_missing_case_file_is_an_io_error(void **state)
{
    struct bj_case *c = NULL;

    (void)state;
    assert_fails(bj_case_read(ctx, "/no/such/case.yaml", &c), BJ_EIO, "/no/such/case.yaml");
}

static void the_command_line_wins(void **state)
{
    struct bj_case *c = read_case(whole_case);
    size_t n = 0;

    (void)state;
    assert_ok(bj_case_set_layer(ctx, c, BJ_ROLE_FACILITIES, "a.csv", 1));
    assert_ok(bj_case_set_layer(ctx, c, BJ_ROLE_FACILITIES, "b.csv", 0));
    for (size_t i = 0; i < bj_case_info(c)->n_layers; i++) {
        const struct bj_case_layer *l = &bj_case_info(c)->layer[i];

        if (l->role != BJ_ROLE_FACILITIES)
            continue;
        assert_string_equal(l->source.path, n++ ? "b.csv" : "a.csv");
        assert_int_equal(l->class_given, -1);
        assert_int_equal(l->line, 0);
    }
    assert_int_equal(n, 2);
    assert_ok(bj_case_set_plan(ctx, c, "zaozhuang-2020"));
    assert_string_equal(bj_case_info(c)->plan, "zaozhuang-2020");
    bj_case_free(c);
}

/* The case lies elsewhere, so a plan of the working folder needs its whole path. */
static void a_plan_path_of_the_command_line_is_made_absolute(void **state)
{
    struct bj_case *c = read_case(whole_case);
    char cwd[4096], want[5000];

    (void)state;
    assert_non_null(getcwd(cwd, sizeof(cwd)));
    snprintf(want, sizeof(want), "%s/plans/my.yaml", cwd);
    assert_ok(bj_case_set_plan(ctx, c, "plans/my.yaml"));
    assert_string_equal(bj_case_info(c)->plan, want);
    assert_ok(bj_case_set_plan(ctx, c, "/p/my.yaml"));
    assert_string_equal(bj_case_info(c)->plan, "/p/my.yaml");
    bj_case_free(c);
}

static void a_case_may_come_from_the_command_line_alone(void **state)
{
    struct bj_case *c = NULL;

    (void)state;
    assert_ok(bj_case_read(ctx, NULL, &c));
    for (int r = 0; r < BJ_ROLE_N; r++)
        assert_ok(bj_case_set_layer(ctx, c, (enum bj_role)r, "x", 1));
    assert_int_equal(bj_case_info(c)->n_layers, BJ_ROLE_N);
    assert_null(bj_case_info(c)->path);
    assert_fails(bj_case_set_layer(ctx, c, BJ_ROLE_VILLAGES, "", 1), BJ_EARG, "path");
    bj_case_free(c);
}

static enum bj_status read_once(struct bj_ctx *c, void *arg)
{
    struct bj_case *k = NULL;
    enum bj_status st = bj_case_read(c, arg, &k);

    bj_case_free(k);
    return st;
}

static void running_out_of_memory_leaks_nothing(void **state)
{
    char path[1100];

    (void)state;
    snprintf(path, sizeof(path), "%s", support_write(support_tmpdir(), "case.yaml", whole_case));
    assert_true(support_torture(read_once, path) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_case_is_read),
        cmocka_unit_test(facilities_may_be_several_with_options_each),
        cmocka_unit_test(connection_strings_and_vsi_paths_are_left_alone),
        cmocka_unit_test(urban_codes_default_to_one),
        cmocka_unit_test(the_date_is_the_cases_then_source_date_epoch_then_today),
        cmocka_unit_test(mistakes_are_named_with_line_and_column),
        cmocka_unit_test(a_missing_case_file_is_an_io_error),
        cmocka_unit_test(the_command_line_wins),
        cmocka_unit_test(a_plan_path_of_the_command_line_is_made_absolute),
        cmocka_unit_test(a_case_may_come_from_the_command_line_alone),
        cmocka_unit_test(running_out_of_memory_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
