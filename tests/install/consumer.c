/* Uses an installed banjing: its version, a closed-form distance and a shipped plan. */
#include <banjing/banjing.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    /* A quarter of the CGCS2000 meridian: 10 001 965.729 m (GB 22021-2008's ellipsoid). */
    double quarter_m = bj_geodesic_m(102.75, 0, 102.75, 90);
    struct bj_ctx *ctx = bj_ctx_new();
    struct bj_plan *plan = NULL;
    int failed = 0;

    if (!ctx)
        return 1;
    if (argc > 1 && strcmp(bj_version(), argv[1]) != 0) {
        fprintf(stderr, "consumer: version %s, expected %s\n", bj_version(), argv[1]);
        failed = 1;
    }
    if (fabs(quarter_m - 10001965.729) > 1e-3) {
        fprintf(stderr, "consumer: quarter meridian is %.4f m\n", quarter_m);
        failed = 1;
    }
    if (bj_plan_read(ctx, "liaocheng-2023", NULL, &plan)) {
        fprintf(stderr, "consumer: %s\n", bj_ctx_message(ctx));
        failed = 1;
    } else {
        printf("%s %s: %zu rules\n", bj_version(), bj_plan_info(plan)->id,
               bj_plan_info(plan)->n_rules);
    }
    bj_plan_free(plan);
    bj_ctx_free(ctx);
    return failed;
}
