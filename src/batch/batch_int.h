/* What the files of src/batch share. */
#ifndef BANJING_BATCH_INT_H
#define BANJING_BATCH_INT_H

#include "banjing/batch.h"
#include "base/base_int.h"

/* CRS of a run's layers: GeoJSON's, the one asked for, or the boundary's. *own is to be freed by
 * the caller (NULL: *crs is borrowed from the study). */
enum bj_status bj_run_out_crs(struct bj_ctx *ctx, const struct bj_run_options *opt,
                              const struct bj_study *s, struct bj_crs **own,
                              const struct bj_crs **crs) BJ_MUST_CHECK;

#endif
