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

static const char *const lang_names[] = {"zh", "en", NULL};
static const char *const encoding_names[] = {"utf-8", "gb18030", NULL};

struct check {
    struct common common;
    const char *out, *outputs, *out_crs;
    struct opt_list rule;
    int overwrite, strict, json, lang, format, encoding;
    double tolerance_m;
};

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* "layers,tables" -> bits; 0 when a word is unknown. */
static unsigned outputs_of(const char *text)
{
    static const char *const words[] = {"layers", "tables", "report", "map", "all"};
    static const unsigned bits[] = {BJ_OUTPUT_LAYERS, BJ_OUTPUT_TABLES, BJ_OUTPUT_REPORT,
                                    BJ_OUTPUT_MAP, BJ_OUTPUT_ALL};
    unsigned all = 0;

    if (!text)
        return BJ_OUTPUT_ALL;
    while (*text) {
        size_t n = strcspn(text, ","), i = 0;

        while (i < 5 && !(strlen(words[i]) == n && strncmp(words[i], text, n) == 0))
            i++;
        if (i == 5)
            return 0;
        all |= bits[i];
        text += n + (text[n] == ',');
    }
    return all;
}

static const char *report_lang(const struct check *k, const struct bj_case_info *c)
{
    return k->lang >= 0 ? lang_names[k->lang] : c->lang ? c->lang : "zh";
}

static int missed_must(const struct bj_assessment *a)
{
    for (size_t i = 0; i < a->n_rules; i++)
        if (a->result[i].rule->level == BJ_LEVEL_MUST && a->result[i].verdict == BJ_NOT_MET)
            return 1;
    return 0;
}

/* GeoJSON is longitude/latitude by RFC 7946; else --out-crs, else the boundary's CRS. */
static enum bj_status pick_out_crs(struct bj_ctx *ctx, const struct check *k,
                                   const struct bj_study *s, struct bj_crs **own,
                                   const struct bj_crs **crs)
{
    const char *wanted = k->format == BJ_FORMAT_GEOJSON ? "EPSG:4326" : k->out_crs;
    enum bj_status st = BJ_OK;

    if (wanted)
        st = bj_crs_new(ctx, wanted, own);
    *crs = wanted ? *own : s->out_crs;
    return st;
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
        printf(_("results: %s\n"), k->out);
    free(text);
    return BJ_OK;
}

/* With the study read: judge, write, swap in. */
static enum bj_status judge(struct bj_ctx *ctx, const struct check *k, const struct bj_plan *plan,
                            const struct bj_study *s, double read_s, int *missed)
{
    struct bj_crs *own_crs = NULL;
    struct bj_assessment *a = NULL;
    struct bj_outdir *o = NULL;
    struct bj_assess_options how = {
        .tolerance_m = k->tolerance_m, .n_rules = k->rule.n, .rule = k->rule.item};
    struct bj_report_options opt = {.outputs = outputs_of(k->outputs),
                                    .format = (enum bj_format)k->format,
                                    .encoding = k->encoding == 1 ? "GB18030" : "UTF-8",
                                    .lang = report_lang(k, s->info),
                                    .read_s = read_s};
    enum bj_status st = pick_out_crs(ctx, k, s, &own_crs, &opt.out_crs);

    how.out_crs = opt.out_crs;
    if (st == BJ_OK)
        st = bj_outdir_begin(ctx, k->out, "summary.json", k->overwrite, &o);
    if (st == BJ_OK)
        st = bj_assess(ctx, plan, s, &how, &a);
    if (st == BJ_OK)
        cli_notes(a->n_notes, a->note);
    if (st == BJ_OK)
        st = bj_report_write(ctx, plan, s, a, &opt, o);
    if (st == BJ_OK) {
        st = bj_outdir_commit(ctx, o);
        o = NULL;
    }
    if (st == BJ_OK)
        st = print_result(ctx, k, plan, s, a, &opt);
    if (st == BJ_OK)
        *missed = missed_must(a);
    bj_outdir_abandon(ctx, o);
    bj_assessment_free(a);
    bj_crs_free(own_crs);
    return st;
}

static enum bj_status check(struct bj_ctx *ctx, const struct check *k, const char *path,
                            int *missed)
{
    struct bj_case *c = NULL;
    struct bj_plan *plan = NULL;
    struct bj_study *s = NULL;
    double start_s = now_s();
    enum bj_status st = common_case(ctx, &k->common, path, &c);

    if (st == BJ_OK)
        st = bj_plan_read(ctx, bj_case_info(c)->plan ? bj_case_info(c)->plan : "",
                          bj_case_info(c)->base_dir, &plan);
    if (st == BJ_OK) {
        bj_set_report_lang(report_lang(k, bj_case_info(c)));
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
    struct check k = {.lang = -1, .tolerance_m = 0.1};
    int n, missed = 0;
    const struct opt opts[] = {
        OPT_TEXT('o', "output", &k.out, N_("DIR"), N_("result folder (required)")),
        OPT_FLAG(0, "overwrite", &k.overwrite, N_("replace an earlier result in DIR")),
        COMMON_LAYER_OPTIONS(k.common),
        OPT_LIST(0, "rule", &k.rule, N_("ID"),
                 N_("judge this rule only; may be given several times")),
        OPT_TEXT(0, "outputs", &k.outputs, N_("LIST"),
                 N_("of layers,tables,report,map; default all")),
        OPT_ENUM('f', "format", &k.format, bj_format_names, N_("format of the layers")),
        OPT_ENUM(0, "encoding", &k.encoding, encoding_names, N_("text in written shapefiles")),
        OPT_TEXT(0, "out-crs", &k.out_crs, N_("CRS"),
                 N_("CRS of the layers, as EPSG:4490; default the boundary's")),
        OPT_REAL(0, "tolerance", &k.tolerance_m, N_("M"), 0.001, 100,
                 N_("drawn arcs stay this near to the circle, metres; default 0.1")),
        OPT_ENUM(0, "lang", &k.lang, lang_names,
                 N_("language of tables; default the case's, else zh")),
        OPT_FLAG(0, "strict", &k.strict, N_("exit 3 when a must-rule is not met")),
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
    if (!k.out)
        return opt_wrong("check", _("give the result folder with -o DIR"));
    if (!outputs_of(k.outputs))
        return opt_wrong("check",
                         _("option --outputs: '%s' is no list of layers, tables, report, map"),
                         k.outputs);
    if (common_apply(ctx, &k.common) || check(ctx, &k, n ? argv[1] : NULL, &missed))
        return cli_fail(ctx);
    return k.strict && missed ? EXIT_NOT_MET : EXIT_DONE;
}
