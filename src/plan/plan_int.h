/* Inside of src/plan: a plan while it is read, and its rules' words. */
#ifndef BANJING_PLAN_INT_H
#define BANJING_PLAN_INT_H

#include "banjing/plan.h"
#include "base/base_int.h"

/* Longest chain of `extends`. */
enum { BJ_PLAN_DEPTH_MAX = 8 };

/* The file itself first, then its parents in order; rules borrow their texts. */
struct bj_plan_source {
    struct bj_yaml_doc *doc;
    char *real; /* canonical path, for finding cycles */
};

struct bj_plan {
    struct bj_ctx *ctx;
    struct bj_plan_info info;
    struct bj_strings strings; /* texts that are in no document */
    struct bj_rule *rules;     /* == info.rule while it grows */
    unsigned char *source_of;  /* a rule's index in source */
    size_t rules_cap, source_cap;
    struct bj_band **bands; /* owned arrays that rules point to */
    size_t n_bands, bands_cap;
    const char ***words;
    size_t n_words, words_cap;
    struct bj_plan_source source[BJ_PLAN_DEPTH_MAX];
    size_t n_sources;
    bool checking; /* all faults are wanted, not the first */
    char **fault;  /* sentences, NULL-ended, when there are some */
    size_t n_faults, faults_cap;
};

/* What has become of a step of reading. While checking, a fault of the file (BJ_EDATA) is kept as a
 * sentence and reading goes on: BJ_OK. */
enum bj_status bj_plan_keep(struct bj_plan *plan, enum bj_status st) BJ_MUST_CHECK;

/* As bj_plan_read(), of text in memory. path stands in messages. base_dir is the folder that
 * a path in `extends` is relative to; NULL: the text has no folder, and `extends` may only
 * name the id of a shipped plan. info.sha256 is "". */
enum bj_status bj_plan_parse(struct bj_ctx *ctx, const char *path, const char *text, size_t n,
                             const char *base_dir, struct bj_plan **out) BJ_MUST_CHECK;

/* rule.c: appends the rules of a list node of source `source` to the plan; parent is the
 * index of the rule that holds them, or -1. */
enum bj_status bj_rules_read(struct bj_plan *plan, size_t source, const struct bj_yaml *list,
                             int parent) BJ_MUST_CHECK;

/* [A-Za-z0-9][A-Za-z0-9._-]{0,39} */
bool bj_plan_id_valid(const char *id);
bool bj_plan_in_english(const char *lang);
/* Index of a rule by its id, ignoring case; -1. */
int bj_plan_rule_find(const struct bj_plan *plan, const char *id);

#endif
