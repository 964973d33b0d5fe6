/* Plan files from strangers: whatever the bytes, reading ends with a status and a sentence, and
 * what was read can be shown. Built with -fsanitize=fuzzer by BANJING_FUZZ, or with run_corpus.c
 * as a plain test. */
#include "plan/plan_int.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool ok)
{
    if (!ok)
        abort();
}

static void show(struct bj_ctx *ctx, const struct bj_plan *plan, const char *lang)
{
    char *page = NULL;

    insist(bj_plan_show(ctx, plan, lang, &page) == BJ_OK);
    insist(bj_utf8_valid(page, strlen(page)));
    free(page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bj_ctx *ctx = bj_ctx_new();
    struct bj_yaml_doc *doc = NULL;
    struct bj_plan *plan = NULL;
    enum bj_status st;

    insist(ctx != NULL);
    st = bj_yaml_parse(ctx, "fuzz.yaml", (const char *)data, size, &doc);
    insist((st == BJ_OK) == (doc != NULL));
    bj_yaml_free(doc);
    st = bj_plan_parse(ctx, "fuzz.yaml", (const char *)data, size, NULL, &plan);
    insist((st == BJ_OK) == (plan != NULL));
    if (plan) {
        insist(bj_plan_info(plan)->n_rules > 0);
        show(ctx, plan, "zh");
        show(ctx, plan, "en");
    } else {
        insist(bj_ctx_message(ctx)[0] != '\0' && !strchr(bj_ctx_message(ctx), '\n'));
    }
    bj_plan_free(plan);
    bj_ctx_free(ctx);
    return 0;
}
