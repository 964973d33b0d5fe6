/* banjing inspect: what was read, how, and what is suspicious; nothing is judged. */
#include "cli/cli.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct usage usage = {
    N_("inspect [CASE.yaml] [OPTIONS]"),
    N_("Reads every layer as `check` would and says how: driver, CRS, encoding, the column\n"
       "taken for each role and why, rows used and not used, and what looks wrong."),
    "  banjing inspect case.yaml\n"
    "  banjing inspect case.yaml --json\n"};

static void print_fields(const struct bj_input *in)
{
    for (int r = 0; r < BJ_COL_N; r++) {
        int c = in->fields.column[r];

        if (c >= 0 && (size_t)c < in->n_field_names)
            printf(_("    %s: column '%s' (%s)\n"), bj_field_role_names[r], in->field_name[c],
                   in->fields.why[r] ? in->fields.why[r] : "");
        else if (in->fields.tie[r][0])
            printf("    %s: %s\n", bj_field_role_names[r], in->fields.tie[r]);
    }
}

static void print_ledger(const struct bj_study *s, size_t input)
{
    size_t n[BJ_FATE_N] = {0};

    for (size_t i = 0; i < s->n_ledger; i++)
        if (s->ledger[i].input == input)
            n[s->ledger[i].fate] += (size_t)(1 + s->ledger[i].n_more);
    for (int f = 0; f < BJ_FATE_N; f++)
        if (n[f])
            printf(_("    ledger: %s, %zu rows\n"), bj_fate_names[f], n[f]);
}

static void print_study(const struct bj_study *s)
{
    if (s->work)
        printf(_("county: %s %s, %.3f km2, work CRS %s\n"),
               s->info->county_code ? s->info->county_code : "",
               s->info->county_name ? s->info->county_name : "", s->county_area_m2 / 1e6,
               bj_crs_name(s->work));
    for (size_t i = 0; i < s->n_inputs; i++) {
        const struct bj_input *in = &s->input[i];

        printf(_("%s: %s\n"), in->role, in->path);
        printf(_("    %s, layer '%s', %lld rows, %lld used\n"), in->driver ? in->driver : "?",
               in->layer ? in->layer : "", (long long)in->rows, (long long)in->used);
        printf(_("    CRS: %s\n"), in->crs ? in->crs : _("none"));
        if (in->encoding && *in->encoding) /* a raster has no text */
            printf(_("    encoding: %s (%s)\n"), in->encoding ? in->encoding : "?",
                   in->encoding_why ? in->encoding_why : "");
        print_fields(in);
        print_ledger(s, i);
    }
    for (size_t i = 0; i < s->n_assumptions; i++)
        if (strcmp(s->assumption[i].key, "control_points") == 0)
            printf(_("control points: %s\n"), s->assumption[i].value);
    if (s->n_notes == 0)
        puts(_("nothing suspicious"));
    for (size_t i = 0; i < s->n_notes; i++) {
        printf(_("suspicious (%s): "), s->note[i].code);
        cli_print_note(stdout, &s->note[i]);
        if (s->note[i].fix && s->note[i].fix[0])
            printf("; %s", s->note[i].fix);
        putchar('\n');
    }
}

static enum bj_status inspect(struct bj_ctx *ctx, const struct common *common, const char *path)
{
    struct bj_case *c = NULL;
    struct bj_study *s = NULL;
    char *json = NULL;
    enum bj_status st = common_case(ctx, common, path, &c);

    if (st == BJ_OK)
        st = bj_study_read(ctx, c, 1, &s);
    if (st == BJ_OK && common->json)
        st = bj_report_inspect(ctx, s, &json);
    if (st == BJ_OK) {
        cli_clear_progress();
        if (common->json)
            fputs(json, stdout);
        else
            print_study(s);
    }
    free(json);
    bj_study_free(s);
    bj_case_free(c);
    return st;
}

int cmd_inspect(struct bj_ctx *ctx, int argc, char **argv)
{
    struct common common = {0};
    int n;
    const struct opt opts[] = {COMMON_LAYER_OPTIONS(common),
                               OPT_FLAG(0, "json", &common.json, N_("as JSON")),
                               COMMON_OPTIONS(common), OPT_END};
    enum opt_answer answer = opt_parse(&usage, opts, argc, argv, &n);

    if (answer != OPT_GO_ON)
        return answer == OPT_HELP_SHOWN ? EXIT_DONE : EXIT_USAGE;
    if (n > 1)
        return opt_wrong("inspect", _("one case file at most, got %d"), n);
    if (n == 0 && !common.boundary)
        return opt_wrong("inspect", _("give a case file, or at least --boundary"));
    if (common_apply(ctx, &common) || inspect(ctx, &common, n ? argv[1] : NULL))
        return cli_fail(ctx);
    return EXIT_DONE;
}
