/* banjing batch: many counties, one after the other, with the sums of their cities. */
#include "cli/cli.h"

#include <stdio.h>

static const struct usage usage = {
    N_("batch CASES... -o DIR [OPTIONS]"),
    N_("Checks many counties and puts those of one city together. CASES are case files, folders\n"
       "of them (*.yaml, or a case.yaml in each sub-folder), or a manifest, a CSV with a column\n"
       "`case`. DIR gets a folder a county code, as of check, and batch.json, batch.csv (a row a\n"
       "county and rule, a row a city and rule, a row for each county that failed) and\n"
       "uncovered.gpkg (all patches). The facilities of the other counties within the plan's\n"
       "largest limit are each county's neighbours. A city is that of `county: {city: ...}` or\n"
       "of the first four digits of the county code. One county's failure does not stop the\n"
       "others; the exit code is then 1. Counties are judged one after the other: --jobs, --by,\n"
       "--resume, --site and --shard are not in this version."),
    "  banjing batch counties/ -o result\n"
    "  banjing batch a/case.yaml b/case.yaml -o result --plan liaocheng-2023\n"};

struct batch {
    struct common common;
    struct judging judging;
};

static void print_county(void *udata, size_t i, size_t n, const struct bj_batch_county *c)
{
    const size_t *v = c->n_verdicts;

    (void)udata;
    cli_clear_progress();
    printf("%zu/%zu %s%s%s: ", i + 1, n, *c->code ? c->code : c->path, *c->name ? " " : "",
           c->name);
    if (c->done)
        printf(_("%zu met, %zu partly, %zu not met, %zu not evaluated; %zu warnings\n"), v[BJ_MET],
               v[BJ_PARTLY], v[BJ_NOT_MET], v[BJ_NOT_EVALUATED], c->n_warnings);
    else
        printf(_("failed: %s\n"), c->reason);
    fflush(stdout);
}

static enum bj_status run(struct bj_ctx *ctx, const struct batch *k, const char *const *cases,
                          int *failed, int *missed)
{
    struct bj_batch_options opt = {
        .run = judging_run(&k->judging), .plan = k->common.plan, .finished = print_county};
    struct bj_batch *b = NULL;
    enum bj_status st = bj_batch_run(ctx, cases, k->judging.out, &opt, &b);
    size_t n_failed = 0;

    if (st)
        return st;
    for (size_t i = 0; i < b->n; i++) {
        n_failed += !b->county[i].done;
        *missed |= b->county[i].missed_must;
    }
    *failed = n_failed > 0;
    cli_clear_progress();
    printf(_("%zu counties done, %zu failed, %zu cities put together\nresults: %s\n"),
           b->n - n_failed, n_failed, b->n_cities, k->judging.out);
    bj_batch_free(b);
    return BJ_OK;
}

int cmd_batch(struct bj_ctx *ctx, int argc, char **argv)
{
    struct batch k = {.judging = JUDGING_DEFAULTS};
    int n, failed = 0, missed = 0;
    char **cases = NULL;
    enum bj_status st;
    const struct opt opts[] = {
        OPT_TEXT('o', "output", &k.judging.out, N_("DIR"), N_("result folder (required)")),
        OPT_FLAG(0, "overwrite", &k.judging.overwrite, N_("replace an earlier result in DIR")),
        OPT_TEXT(0, "plan", &k.common.plan, N_("ID|FILE"),
                 N_("plan to judge all by: an id or a path; default each case's own")),
        JUDGING_OPTIONS(k.judging),
        COMMON_OPTIONS(k.common),
        OPT_END};
    enum opt_answer answer = opt_parse(&usage, opts, argc, argv, &n);

    if (answer != OPT_GO_ON)
        return answer == OPT_HELP_SHOWN ? EXIT_DONE : EXIT_USAGE;
    if (n == 0)
        return opt_wrong("batch", _("give case files, folders of them, or a manifest"));
    if (judging_check("batch", &k.judging))
        return EXIT_USAGE;
    if (common_apply(ctx, &k.common) ||
        bj_case_paths(ctx, (size_t)n, (const char *const *)argv + 1, &cases))
        return cli_fail(ctx);
    st = run(ctx, &k, (const char *const *)cases, &failed, &missed);
    bj_case_paths_free(ctx, cases);
    if (st) {
        cli_fail(ctx);
        return st == BJ_EARG ? EXIT_USAGE : EXIT_FAILED;
    }
    return failed ? EXIT_FAILED : k.judging.strict && missed ? EXIT_NOT_MET : EXIT_DONE;
}
