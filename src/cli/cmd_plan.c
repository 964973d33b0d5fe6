/* banjing plan list | show ID | validate FILE */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct usage usage = {
    N_("plan list | show ID|FILE | validate FILE"),
    N_("list      the plans that come with banjing\n"
       "show      a plan as a page: every rule with its clause, quotation and threshold\n"
       "validate  read a plan file and say what is wrong, with line and column"),
    "  banjing plan show liaocheng-2023 --lang en\n"
    "  banjing plan validate my-plan.yaml\n"};

static const char *const lang_names[] = {"zh", "en", NULL};

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

/* A file in the working folder must not need "./" here: what is validated is a file. */
static enum bj_status validate(struct bj_ctx *ctx, const char *path)
{
    struct bj_plan *plan = NULL;
    enum bj_status st = bj_plan_read(ctx, path, NULL, &plan);

    if (st == BJ_OK)
        printf(_("%s: plan '%s' with %zu rules is valid\n"), path, bj_plan_info(plan)->id,
               bj_plan_info(plan)->n_rules);
    bj_plan_free(plan);
    return st;
}

int cmd_plan(struct bj_ctx *ctx, int argc, char **argv)
{
    struct common common = {0};
    int n, lang = 0;
    const struct opt opts[] = {
        OPT_ENUM(0, "lang", &lang, lang_names, N_("language of the page; default zh")),
        OPT_FLAG('q', "quiet", &common.quiet, N_("no remarks")), OPT_END};
    enum opt_answer answer = opt_parse(&usage, opts, argc, argv, &n);
    enum bj_status st;

    if (answer != OPT_GO_ON)
        return answer == OPT_HELP_SHOWN ? EXIT_DONE : EXIT_USAGE;
    cli_talk(ctx, common.quiet);
    if (n == 1 && strcmp(argv[1], "list") == 0)
        st = list(ctx);
    else if (n == 2 && strcmp(argv[1], "show") == 0)
        st = show(ctx, argv[2], lang_names[lang]);
    else if (n == 2 && strcmp(argv[1], "validate") == 0)
        st = validate(ctx, argv[2]);
    else
        return opt_wrong("plan", _("say list, show ID or validate FILE"));
    return st == BJ_OK ? EXIT_DONE : cli_fail(ctx);
}
