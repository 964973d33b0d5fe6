/* What looks wrong with the layers. */
#include "study/study_int.h"

enum bj_status bj_suspect_positions(struct bj_ctx *ctx, struct bj_study *s,
                                    const struct bj_reading *r, const struct bj_positions *p)
{
    (void)ctx;
    (void)s;
    (void)r;
    (void)p;
    return BJ_OK;
}

enum bj_status bj_suspect_study(struct bj_ctx *ctx, struct bj_study *s)
{
    (void)ctx;
    (void)s;
    return BJ_OK;
}
