/* Case paths, facilities of other counties, and a batch of two tiny counties under failed
 * allocations. What a batch writes is held by tests/cli/batch.case. */
#include "banjing/batch.h"
#include "study/study_int.h"
#include "support.h"

#include <stdlib.h>
#include <sys/stat.h>

static const char plan[] =
    "id: p\ntitle: 试\ndocument: 试 1号\ndate: '2025-01-01'\nscope: 试\nrules:\n"
    "  - {id: R, clause: 一, quote: 试, level: must, kind: radius, facilities: [village_clinic],"
    " demand: villages, where: all, limit_m: 2500}\n"
    "  - {id: N, clause: 二, quote: 试, level: must, kind: count, facilities: [village_clinic],"
    " unit: city, min: 2}\n";

/* A square of 0.1 degrees from west; one village in its middle with a clinic, one clinic 0.001
 * degrees inside its eastern border. */
static void write_county(const char *dir, const char *name, double west, const char *code)
{
    char folder[600], text[1000];

    snprintf(folder, sizeof(folder), "%s/%s", dir, name);
    assert_int_equal(mkdir(folder, 0777), 0);
    snprintf(text, sizeof(text),
             "{\"type\": \"FeatureCollection\", \"features\": [{\"type\": \"Feature\", "
             "\"properties\": {}, \"geometry\": {\"type\": \"Polygon\", \"coordinates\": [[[%g, "
             "24], [%g, 24], [%g, 24.1], [%g, 24.1], [%g, 24]]]}}]}",
             west, west + 0.1, west + 0.1, west, west);
    support_write(folder, "county.geojson", text);
    snprintf(text, sizeof(text), "code,name,lon,lat,pop\nv%s,村,%g,24.05,100\n", code, west + 0.05);
    support_write(folder, "villages.csv", text);
    snprintf(text, sizeof(text),
             "code,name,class,lon,lat\nm%s,甲卫生室,village_clinic,%g,24.05\n"
             "e%s,乙卫生室,village_clinic,%g,24.05\n",
             code, west + 0.05, code, west + 0.099);
    support_write(folder, "clinics.csv", text);
    snprintf(text, sizeof(text),
             "county: {code: '%s', name: 县}\nplan: ../plan.yaml\ndate: '2026-01-01'\n"
             "villages: {path: villages.csv}\nfacilities: {path: clinics.csv}\n"
             "boundary: {path: county.geojson}\n",
             code);
    support_write(folder, "case.yaml", text);
}

static const char *two_counties(void)
{
    static char dir[500];

    snprintf(dir, sizeof(dir), "%s", support_tmpdir());
    support_write(dir, "plan.yaml", plan);
    write_county(dir, "a", 102.0, "530421");
    write_county(dir, "b", 102.1, "530422");
    return dir;
}

/* ---- paths ------------------------------------------------------------------- */

static void operands_name_cases(void **state)
{
    const char *dir = two_counties(), *manifest;
    const char *operand[3];
    char **paths;

    (void)state;
    manifest = support_write(dir, "list.csv", "name,case\n乙,b/case.yaml\n,\n甲,a/case.yaml\n");
    operand[0] = support_path(dir, "a/case.yaml");
    operand[1] = manifest;
    assert_ok(bj_case_paths(ctx, 2, operand, &paths));
    assert_string_equal(paths[0], operand[0]);
    assert_string_equal(paths[1], support_path(dir, "b/case.yaml"));
    assert_string_equal(paths[2], support_path(dir, "a/case.yaml"));
    assert_null(paths[3]);
    bj_case_paths_free(ctx, paths);
    /* A folder: its own cases (here plan.yaml is taken for one) and those of its folders. */
    operand[0] = dir;
    assert_ok(bj_case_paths(ctx, 1, operand, &paths));
    assert_string_equal(paths[0], support_path(dir, "a/case.yaml"));
    assert_string_equal(paths[1], support_path(dir, "b/case.yaml"));
    assert_string_equal(paths[2], support_path(dir, "plan.yaml"));
    assert_null(paths[3]);
    bj_case_paths_free(ctx, paths);
}

static void operands_that_name_none_are_refused(void **state)
{
    const char *dir = support_tmpdir(), *operand = support_path(dir, "gone.yaml");
    char **paths;

    (void)state;
    assert_fails(bj_case_paths(ctx, 1, &operand, &paths), BJ_EIO, "gone.yaml");
    operand = dir;
    assert_fails(bj_case_paths(ctx, 1, &operand, &paths), BJ_EDATA, "no case file");
    operand = support_write(dir, "m.csv", "name\nx\n");
    assert_fails(bj_case_paths(ctx, 1, &operand, &paths), BJ_EDATA, "no column 'case'");
    operand = support_write(dir, "m.csv", "case,name\n,x\n");
    assert_fails(bj_case_paths(ctx, 1, &operand, &paths), BJ_EDATA, "names no case");
    assert_fails(bj_case_paths(ctx, 0, &operand, &paths), BJ_EARG, "no case");
}

/* ---- neighbours --------------------------------------------------------------- */

/* The border runs at 102.1 E; 0.02 degrees are 2,034 m at 24.05 N, 0.03 degrees 3,051 m. */
static void facilities_within_the_limit_become_neighbours(void **state)
{
    const uint64_t clinic = UINT64_C(1) << BJ_CLASS_VILLAGE_CLINIC;
    const struct bj_neighbour others[] = {{102.12, 24.05, "x1", "近", "公立", clinic},
                                          {102.13, 24.05, "x2", "远", "", clinic},
                                          {102.05, 24.05, "m530421", "甲卫生室", "", clinic}};
    struct bj_case *c = NULL;
    struct bj_study *s = NULL;
    const struct bj_input *in;

    (void)state;
    assert_ok(bj_case_read(ctx, support_path(two_counties(), "a/case.yaml"), &c));
    assert_ok(bj_study_read(ctx, c, 0, &s));
    assert_int_equal(s->facilities.n, 2);
    assert_ok(bj_study_add_neighbours(ctx, s, 2500, 3, others));
    /* The far one is no row at all; the third is the county's own. */
    assert_int_equal(s->facilities.n, 3);
    assert_string_equal(s->facilities.code[2], "x1");
    assert_string_equal(s->facilities.ownership[2], "公立");
    assert_int_equal(s->facilities.neighbour[2], 1);
    assert_int_equal(s->facilities.township_index[2], -1);
    in = &s->input[s->n_inputs - 1];
    assert_string_equal(in->role, "neighbours");
    assert_string_equal(in->sha256, "");
    assert_int_equal(in->rows, 2);
    assert_int_equal(in->used, 1);
    assert_int_equal(s->ledger[s->n_ledger - 1].fate, BJ_FATE_DUPLICATE);
    assert_string_equal(s->ledger[s->n_ledger - 1].code, "m530421");
    /* Columns reach over the new row, blank. */
    for (size_t k = 0; k < s->facility_columns.n; k++)
        assert_string_equal(s->facility_columns.item[k].text[2], "");
    bj_study_free(s);
    /* Nothing within reach: no input. */
    s = NULL;
    assert_ok(bj_study_read(ctx, c, 0, &s));
    assert_ok(bj_study_add_neighbours(ctx, s, 100, 2, others));
    assert_int_equal(s->facilities.n, 2);
    assert_string_equal(s->input[s->n_inputs - 1].role, "facilities");
    bj_study_free(s);
    bj_case_free(c);
}

/* ---- a batch -------------------------------------------------------------------- */

struct job {
    const char *cases[3], *out;
};

static enum bj_status run_batch(struct bj_ctx *x, void *arg)
{
    struct job *job = arg;
    struct bj_batch_options opt = {
        .run = {.report = {.outputs = BJ_OUTPUT_ALL, .encoding = "UTF-8", .lang = "en"},
                .overwrite = 1}};
    struct bj_batch *b = NULL;
    enum bj_status st = bj_batch_run(x, job->cases, job->out, &opt, &b);

    if (st == BJ_OK) {
        assert_int_equal(b->n, 2);
        assert_int_equal(b->n_cities, 1);
        assert_true(b->county[0].done && b->county[1].done);
    }
    bj_batch_free(b);
    return st;
}

static void failed_allocations_leave_nothing(void **state)
{
    char dir[500], a[600], b[600], out[600], summary[700];
    struct job job = {{a, b, NULL}, out};
    struct stat st;

    (void)state;
    snprintf(dir, sizeof(dir), "%s", two_counties());
    snprintf(a, sizeof(a), "%s/a/case.yaml", dir);
    snprintf(b, sizeof(b), "%s/b/case.yaml", dir);
    snprintf(out, sizeof(out), "%s/out", dir);
    assert_true(support_torture_by(getenv("BANJING_DEEP") ? 1 : 53, run_batch, &job) > 500);
    snprintf(summary, sizeof(summary), "%s/530422/summary.json", out);
    assert_int_equal(stat(summary, &st), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operands_name_cases),
        cmocka_unit_test(operands_that_name_none_are_refused),
        cmocka_unit_test(facilities_within_the_limit_become_neighbours),
        cmocka_unit_test(failed_allocations_leave_nothing),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
