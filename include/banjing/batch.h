/* From a case to its results: one county, or many with the roll-up of their cities. */
#ifndef BANJING_BATCH_H
#define BANJING_BATCH_H

#include "banjing/assess.h"
#include "banjing/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a county is judged and written. */
struct bj_run_options {
    struct bj_assess_options assess; /* out_crs is set by the run */
    struct bj_report_options report; /* out_crs is set by the run; lang NULL: the case's, else zh */
    const char *out_crs;             /* of the layers; NULL the boundary's; GeoJSON has its own */
    int overwrite;                   /* replace an earlier result */
};

/* Judges a study that has been read and writes its result folder `dir`, all or nothing. *out
 * receives the assessment; caller frees it with bj_assessment_free(). report->read_s is passed on
 * to "seconds". */
enum bj_status bj_run_county(struct bj_ctx *ctx, const struct bj_plan *plan,
                             const struct bj_study *study, const struct bj_run_options *opt,
                             const char *dir, struct bj_assessment **out) BJ_MUST_CHECK;

/* Case files of a list of operands: a case file itself; a folder (its *.yaml and *.yml, and
 * case.yaml of the folders in it); or a manifest, a CSV file with a column `case` whose paths are
 * relative to it. In the order given, files of a folder by name. BJ_EIO when one is not there,
 * BJ_EDATA when a folder or manifest names none. NULL-ended; caller frees with
 * bj_case_paths_free(). */
enum bj_status bj_case_paths(struct bj_ctx *ctx, size_t n, const char *const *operand,
                             char ***out) BJ_MUST_CHECK;
void bj_case_paths_free(struct bj_ctx *ctx, char **paths);

/* One county of a batch. Texts are never NULL. */
struct bj_batch_county {
    const char *path, *code, *name, *city; /* city: name, or code where there is no name; or "" */
    int done;                              /* else it failed, and reason says why */
    const char *reason;
    size_t n_verdicts[4]; /* rules by enum bj_verdict */
    size_t n_warnings;
    int missed_must; /* a must-rule is not met */
};

struct bj_batch_options {
    struct bj_run_options run;
    const char *plan; /* of all counties; NULL: each case's own */
    /* Called when a county is finished, in order; NULL: not called. */
    void (*finished)(void *udata, size_t i, size_t n, const struct bj_batch_county *county);
    void *udata;
};

struct bj_batch {
    size_t n;
    struct bj_batch_county *county; /* in the order of the cases */
    size_t n_cities;
    struct bj_batch_own *own;
};

/* Judges every case, one after the other, into the folder `dir`, which appears when all has been
 * written: <code>/ as of check for each county that could be judged, batch.json, batch.csv,
 * uncovered.gpkg (all counties' patches). A county that fails is a row with its reason; the
 * others go on. Counties of one city (county: {city: …}, else the first four digits of the code)
 * judged by one plan are put together by bj_city_judge(). Facilities of the other counties within
 * a plan's largest limit are each county's neighbours.
 *
 * BJ_EARG: two cases have one code, or one has none. Caller frees with bj_batch_free(). */
enum bj_status bj_batch_run(struct bj_ctx *ctx, const char *const *cases, const char *dir,
                            const struct bj_batch_options *opt,
                            struct bj_batch **out) BJ_MUST_CHECK;
void bj_batch_free(struct bj_batch *b);

#ifdef __cplusplus
}
#endif
#endif
