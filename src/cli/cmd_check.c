/* banjing check: judge one county's layers against a plan and write everything. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct usage usage = {
    N_("check [CASE.yaml] -o DIR [OPTIONS]"),
    N_("Judges every rule of a plan on one county and writes a result folder: covered and\n"
       "uncovered areas, every village with its nearest facility, tables, ledger and\n"
       "summary.json. The case file names the layers and the plan; a layer given on the\n"
       "command line wins. DIR appears only when everything has been written."),
    "  banjing check case.yaml -o result\n"
    "  banjing check case.yaml -o result --overwrite --rule LC-01 -f GPKG\n"
    "  banjing check -o result --plan zaozhuang-2020 --villages villages.shp \\\n"
    "      --facilities clinics.csv --boundary county.gpkg\n"};

struct check {
    struct common common;
    struct judging judging;
    int json;
};

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int missed_must(const struct bj_assessment *a)
{
    for (size_t i = 0; i < a->n_rules; i++)
        if (a->result[i].rule->level == BJ_LEVEL_MUST && a->result[i].verdict == BJ_NOT_MET)
            return 1;
    return 0;
}

static enum bj_status print_result(struct bj_ctx *ctx, const struct check *k,
                                   const struct bj_plan *plan, const struct bj_study *s,
                                   const struct bj_assessment *a,
                                   const struct bj_report_options *opt)
{
    char *text = NULL;
    enum bj_status st = k->json ? bj_report_summary(ctx, plan, s, a, opt, 0, &text)
                                : bj_report_overview(ctx, a, &text);

    if (st != BJ_OK)
        return st;
    cli_clear_progress();
    fputs(text, stdout);
    if (!k->json)
        printf(_("results: %s\n"), k->judging.out);
    free(text);
    return BJ_OK;
}

/* With the study read: judge, write, say. */
static enum bj_status judge(struct bj_ctx *ctx, const struct check *k, const struct bj_plan *plan,
                            const struct bj_study *s, double read_s, int *missed)
{
    struct bj_run_options run = judging_run(&k->judging);
    struct bj_assessment *a = NULL;
    enum bj_status st;

    run.report.read_s = read_s;
    st = bj_run_county(ctx, plan, s, &run, k->judging.out, &a);
    if (st == BJ_OK) {
        cli_notes(a->n_notes, a->note);
        st = print_result(ctx, k, plan, s, a, &run.report);
    }
    if (st == BJ_OK)
        *missed = missed_must(a);
    bj_assessment_free(a);
    return st;
}

static enum bj_status check(struct bj_ctx *ctx, const struct check *k, const char *path,
                            int *missed)
{
    struct bj_case *c = NULL;
    struct bj_plan *plan = NULL;
    struct bj_study *s = NULL;
    struct bj_run_options run = judging_run(&k->judging);
    double start_s = now_s();
    enum bj_status st = common_case(ctx, &k->common, path, &c);

    if (st == BJ_OK)
        st = bj_plan_read(ctx, bj_case_info(c)->plan ? bj_case_info(c)->plan : "",
                          bj_case_info(c)->base_dir, &plan);
    if (st == BJ_OK) {
        const char *own = bj_case_info(c)->lang;

        bj_set_report_lang(run.report.lang ? run.report.lang : own ? own : "zh");
        st = bj_study_read(ctx, c, 0, &s);
    }
    if (st == BJ_OK) {
        cli_notes(s->n_notes, s->note);
        st = judge(ctx, k, plan, s, now_s() - start_s, missed);
    }
    bj_study_free(s);
    bj_plan_free(plan);
    bj_case_free(c);
    return st;
}

int cmd_check(struct bj_ctx *ctx, int argc, char **argv)
{
    struct check k = {.judging = JUDGING_DEFAULTS};
    int n, missed = 0;
    const struct opt opts[] = {
        OPT_TEXT('o', "output", &k.judging.out, N_("DIR"), N_("result folder (required)")),
        OPT_FLAG(0, "overwrite", &k.judging.overwrite, N_("replace an earlier result in DIR")),
        COMMON_LAYER_OPTIONS(k.common),
        JUDGING_OPTIONS(k.judging),
        OPT_FLAG(0, "json", &k.json, N_("summary.json on stdout")),
        COMMON_OPTIONS(k.common),
        OPT_END};
    enum opt_answer answer = opt_parse(&usage, opts, argc, argv, &n);

    if (answer != OPT_GO_ON)
        return answer == OPT_HELP_SHOWN ? EXIT_DONE : EXIT_USAGE;
    if (n > 1)
        return opt_wrong("check", _("one case file at most, got %d"), n);
    if (n == 0 && !k.common.boundary)
        return opt_wrong("check", _("give a case file, or layers by --villages, --facilities, "
                                    "--boundary and a --plan"));
    if (judging_check("check", &k.judging))
        return EXIT_USAGE;
    if (common_apply(ctx, &k.common) || check(ctx, &k, n ? argv[1] : NULL, &missed))
        return cli_fail(ctx);
    return k.judging.strict && missed ? EXIT_NOT_MET : EXIT_DONE;
}
