/* banjing plan list | show ID | validate FILE [--case CASE.yaml] */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct usage usage = {
    N_("plan list | show ID|FILE | validate FILE [--case CASE.yaml]"),
    N_("list      the plans that come with banjing\n"
       "show      a plan as a page: every rule with its clause, quotation and threshold\n"
       "validate  read a plan file and say what is wrong, with line and column; with a case,\n"
       "          say which rules cannot be evaluated with its layers, and why"),
    "  banjing plan show liaocheng-2023 --lang en\n"
    "  banjing plan validate my-plan.yaml\n"
    "  banjing plan validate my-plan.yaml --case case.yaml\n"};

static enum bj_status list(struct bj_ctx *ctx)
{
    char **ids = NULL;
    enum bj_status st = bj_plan_list(ctx, &ids);

    for (size_t i = 0; st == BJ_OK && ids[i]; i++) {
        struct bj_plan *plan = NULL;

        st = bj_plan_read(ctx, ids[i], NULL, &plan);
        if (st == BJ_OK) {
            const struct bj_plan_info *p = bj_plan_info(plan);

            printf("%-20s %s\n", p->id, p->title ? p->title : "");
        }
        bj_plan_free(plan);
    }
    bj_plan_list_free(ctx, ids);
    return st;
}

static enum bj_status show(struct bj_ctx *ctx, const char *id, const char *lang)
{
    struct bj_plan *plan = NULL;
    char *text = NULL;
    enum bj_status st = bj_plan_read(ctx, id, NULL, &plan);

    if (st == BJ_OK)
        st = bj_plan_show(ctx, plan, lang, &text);
    if (st == BJ_OK)
        fputs(text, stdout);
    free(text);
    bj_plan_free(plan);
    return st;
}

static size_t open_rules(const struct bj_assessment *a)
{
    size_t n = 0;

    for (size_t i = 0; i < a->n_rules; i++)
        n += a->result[i].verdict == BJ_NOT_EVALUATED;
    return n;
}

static enum bj_status print_open(struct bj_ctx *ctx, const char *path,
                                 const struct bj_assessment *a)
{
    size_t n = open_rules(a);
    char *text = NULL;
    enum bj_status st = bj_report_open_rules(ctx, a, &text);

    if (st)
        return st;
    cli_clear_progress();
    if (n == 0)
        printf(_("%s: every rule of the plan can be evaluated\n"), path);
    else
        printf(_("%s: %zu of %zu rules cannot be evaluated\n%s"), path, n, a->n_rules, text);
    free(text);
    return BJ_OK;
}

/* Judges the plan on a case and keeps the reasons only. A layer that cannot be read is a note: the
 * rules that ask for it then say so. */
static enum bj_status try_case(struct bj_ctx *ctx, const struct bj_plan *plan, const char *path)
{
    const struct bj_assess_options how = {.no_areas = 1};
    struct bj_case *c = NULL;
    struct bj_study *s = NULL;
    struct bj_assessment *a = NULL;
    enum bj_status st = bj_case_read(ctx, path, &c);

    if (st == BJ_OK)
        st = bj_study_read(ctx, c, 1, &s);
    if (st == BJ_OK) {
        cli_notes(s->n_notes, s->note);
        st = bj_assess(ctx, plan, s, &how, &a);
    }
    if (st == BJ_OK)
        st = print_open(ctx, path, a);
    bj_assessment_free(a);
    bj_study_free(s);
    bj_case_free(c);
    return st;
}

/* Says all faults of a plan file, each in a line; *n how many. */
static enum bj_status say_faults(struct bj_ctx *ctx, const char *path, size_t *n)
{
    char **fault = NULL;
    enum bj_status st = bj_plan_faults(ctx, path, NULL, &fault);

    *n = 0;
    if (st)
        return st;
    while (fault[*n])
        ++*n;
    cli_clear_progress();
    for (size_t i = 0; i < *n; i++)
        fprintf(stderr, "banjing: %s\n", fault[i]);
    if (*n > 1)
        fprintf(stderr, _("banjing: %s: %zu faults\n"), path, *n);
    bj_plan_list_free(ctx, fault);
    return BJ_OK;
}

/* A file in the working folder must not need "./" here: what is validated is a file. *n_faults:
 * said already. */
static enum bj_status validate(struct bj_ctx *ctx, const char *path, const char *case_path,
                               size_t *n_faults)
{
    struct bj_plan *plan = NULL;
    enum bj_status st = say_faults(ctx, path, n_faults);

    if (st || *n_faults > 0)
        return st;
    st = bj_plan_read(ctx, path, NULL, &plan);
    if (st == BJ_OK)
        printf(_("%s: plan '%s' with %zu rules is valid\n"), path, bj_plan_info(plan)->id,
               bj_plan_info(plan)->n_rules);
    if (st == BJ_OK && case_path)
        st = try_case(ctx, plan, case_path);
    bj_plan_free(plan);
    return st;
}

int cmd_plan(struct bj_ctx *ctx, int argc, char **argv)
{
    struct common common = {0};
    const char *case_path = NULL;
    size_t n_faults = 0;
    int n, lang = 0;
    const struct opt opts[] = {
        OPT_ENUM(0, "lang", &lang, lang_names, N_("language of the page; default zh")),
        OPT_TEXT(0, "case", &case_path, N_("CASE.yaml"),
                 N_("validate: say which rules this case leaves open")),
        OPT_FLAG('q', "quiet", &common.quiet, N_("no remarks")), OPT_END};
    enum opt_answer answer = opt_parse(&usage, opts, argc, argv, &n);
    enum bj_status st;

    if (answer != OPT_GO_ON)
        return answer == OPT_HELP_SHOWN ? EXIT_DONE : EXIT_USAGE;
    if (case_path && !(n == 2 && strcmp(argv[1], "validate") == 0))
        return opt_wrong("plan", _("--case goes with validate FILE"));
    cli_talk(ctx, common.quiet);
    if (n == 1 && strcmp(argv[1], "list") == 0)
        st = list(ctx);
    else if (n == 2 && strcmp(argv[1], "show") == 0)
        st = show(ctx, argv[2], lang_names[lang]);
    else if (n == 2 && strcmp(argv[1], "validate") == 0)
        st = validate(ctx, argv[2], case_path, &n_faults);
    else
        return opt_wrong("plan", _("say list, show ID or validate FILE"));
    if (st)
        return cli_fail(ctx);
    return n_faults > 0 ? EXIT_FAILED : EXIT_DONE;
}
