/* One county: judge, write, swap in. */
#include "batch/batch_int.h"

/* GeoJSON is longitude/latitude by RFC 7946; else the one asked for, else the boundary's. */
enum bj_status bj_run_out_crs(struct bj_ctx *ctx, const struct bj_run_options *opt,
                              const struct bj_study *s, struct bj_crs **own,
                              const struct bj_crs **crs)
{
    const char *wanted = opt->report.format == BJ_FORMAT_GEOJSON ? "EPSG:4326" : opt->out_crs;
    enum bj_status st = wanted ? bj_crs_new(ctx, wanted, own) : BJ_OK;

    *crs = wanted ? *own : s->out_crs;
    return st;
}

enum bj_status bj_run_county(struct bj_ctx *ctx, const struct bj_plan *plan,
                             const struct bj_study *study, const struct bj_run_options *opt,
                             const char *dir, struct bj_assessment **out)
{
    struct bj_assess_options how = opt->assess;
    struct bj_report_options report = opt->report;
    struct bj_crs *own_crs = NULL;
    struct bj_assessment *a = NULL;
    struct bj_outdir *o = NULL;
    enum bj_status st = bj_run_out_crs(ctx, opt, study, &own_crs, &report.out_crs);

    how.out_crs = report.out_crs;
    if (!report.lang)
        report.lang = study->info->lang ? study->info->lang : "zh";
    if (st == BJ_OK)
        st = bj_outdir_begin(ctx, dir, "summary.json", opt->overwrite, &o);
    if (st == BJ_OK)
        st = bj_assess(ctx, plan, study, &how, &a);
    if (st == BJ_OK)
        st = bj_report_write(ctx, plan, study, a, &report, o);
    if (st == BJ_OK) {
        st = bj_outdir_commit(ctx, o);
        o = NULL;
    }
    bj_outdir_abandon(ctx, o);
    bj_crs_free(own_crs);
    if (st) {
        bj_assessment_free(a);
        return st;
    }
    *out = a;
    return BJ_OK;
}
