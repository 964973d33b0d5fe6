/* Results on disk: summary.json, ledger.csv, tables, layers. */
#ifndef BANJING_REPORT_H
#define BANJING_REPORT_H

#include "banjing/assess.h"
#include "banjing/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

enum bj_output {
    BJ_OUTPUT_LAYERS = 1,
    BJ_OUTPUT_TABLES = 2,
    BJ_OUTPUT_REPORT = 4,
    BJ_OUTPUT_MAP = 8,
    BJ_OUTPUT_ALL = 15
};

struct bj_report_options {
    unsigned outputs; /* enum bj_output, or-ed */
    enum bj_format format;
    const char *encoding;         /* "UTF-8", "GB18030" */
    const char *lang;             /* "zh", "en" */
    const struct bj_crs *out_crs; /* that the assessment was made with */
    double read_s;                /* wall time of reading, for "seconds" */
};

/* Everything of `check` into o (not committed). */
enum bj_status bj_report_write(struct bj_ctx *ctx, const struct bj_plan *plan,
                               const struct bj_study *study, const struct bj_assessment *a,
                               const struct bj_report_options *opt,
                               struct bj_outdir *o) BJ_MUST_CHECK;

/* summary.json as text; caller frees *text with free(). */
enum bj_status bj_report_summary(struct bj_ctx *ctx, const struct bj_plan *plan,
                                 const struct bj_study *study, const struct bj_assessment *a,
                                 const struct bj_report_options *opt, double write_s,
                                 char **text) BJ_MUST_CHECK;
/* Short table for a terminal: rule, villages and people covered of total, km2 uncovered, verdict
 * and reason; in the language of the messages. Caller frees *text with free(). */
enum bj_status bj_report_overview(struct bj_ctx *ctx, const struct bj_assessment *a,
                                  char **text) BJ_MUST_CHECK;
/* The rules that were not evaluated, all of them, a line a reason; "" when there is none. Caller
 * frees *text with free(). */
enum bj_status bj_report_open_rules(struct bj_ctx *ctx, const struct bj_assessment *a,
                                    char **text) BJ_MUST_CHECK;
/* inspect --json. */
enum bj_status bj_report_inspect(struct bj_ctx *ctx, const struct bj_study *study,
                                 char **text) BJ_MUST_CHECK;

/* ---- many counties --------------------------------------------------------- */

/* batch.json, batch.csv and uncovered.gpkg, gathered county by county. */
struct bj_batch_report;

/* A county of a batch, as it is printed. Texts are borrowed for the call. */
struct bj_batch_head {
    const char *code, *name, *city, *path, *plan_id;
    size_t n_warnings;
};

/* Into o (not committed). lang: "zh" or "en", of headings. date: "YYYY-MM-DD". with_layers: also
 * uncovered.gpkg. Caller frees with bj_batch_report_free(). */
enum bj_status bj_batch_report_new(struct bj_ctx *ctx, struct bj_outdir *o, const char *lang,
                                   const char *date, int with_layers,
                                   struct bj_batch_report **out) BJ_MUST_CHECK;
void bj_batch_report_free(struct bj_ctx *ctx, struct bj_batch_report *b);
/* A county that was judged; its areas are in the system `crs`. */
enum bj_status bj_batch_report_county(struct bj_ctx *ctx, struct bj_batch_report *b,
                                      const struct bj_batch_head *head,
                                      const struct bj_assessment *a,
                                      const struct bj_crs *crs) BJ_MUST_CHECK;
enum bj_status bj_batch_report_failed(struct bj_ctx *ctx, struct bj_batch_report *b,
                                      const struct bj_batch_head *head,
                                      const char *reason) BJ_MUST_CHECK;
/* A city's sums over n counties with these codes; head->path is "". */
enum bj_status bj_batch_report_city(struct bj_ctx *ctx, struct bj_batch_report *b,
                                    const struct bj_batch_head *head, size_t n,
                                    const char *const *codes,
                                    const struct bj_assessment *a) BJ_MUST_CHECK;
/* Writes the files. */
enum bj_status bj_batch_report_write(struct bj_ctx *ctx, struct bj_batch_report *b) BJ_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
