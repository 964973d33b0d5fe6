/* One rule while it is read: rule.c knows the keys, value.c the values. */
#ifndef BANJING_RULE_INT_H
#define BANJING_RULE_INT_H

#include "plan/plan_int.h"

struct bj_rule_reader {
    struct bj_plan *plan;
    struct bj_ctx *ctx;
    const struct bj_yaml_doc *doc;
    const struct bj_yaml *map; /* of the rule */
    struct bj_rule rule;
    char name[96]; /* "rule 'LC-01'", for sentences */
};

/* Types of a key's value; OWN has a function of its own. */
enum bj_value_type { TEXT, WORD, CLASSES, METRES, SECONDS, NUMBER, WHOLE, FRACTION, OWN };

/* "rule 'LC-01': <what> (path:line:column)"; node NULL: the place of the rule. */
enum bj_status bj_rule_fail(const struct bj_rule_reader *r, const struct bj_yaml *node,
                            const char *fmt, ...) BJ_PRINTF(3, 4);
/* A key in a unit that radius and time rules do not use (limit_km): says which they do. BJ_OK
 * when the key is nothing of the sort. */
enum bj_status bj_rule_fail_unit(const struct bj_rule_reader *r, const struct bj_yaml *key,
                                 const struct bj_yaml *value) BJ_MUST_CHECK;

enum bj_status bj_rule_need_scalar(const struct bj_rule_reader *r, const struct bj_yaml *node,
                                   const char *key) BJ_MUST_CHECK;
/* A map whose keys are all in the NULL-ended list. */
enum bj_status bj_rule_need_map(const struct bj_rule_reader *r, const struct bj_yaml *node,
                                const char *key, const char *const *known) BJ_MUST_CHECK;

/* The node as a number > 0 (turnout_s: >= 0) in the range of its type. */
enum bj_status bj_rule_number(const struct bj_rule_reader *r, const struct bj_yaml *node,
                              const char *key, enum bj_value_type type, double *out) BJ_MUST_CHECK;
/* map[key] as a number >= 0, as a text that is not blank; absent: *out stays. */
enum bj_status bj_rule_amount(const struct bj_rule_reader *r, const struct bj_yaml *map,
                              const char *key, double *out) BJ_MUST_CHECK;
enum bj_status bj_rule_text(const struct bj_rule_reader *r, const struct bj_yaml *map,
                            const char *key, const char **out) BJ_MUST_CHECK;
/* The node as the index of a word; empty words of the list are never matched. */
enum bj_status bj_rule_word(const struct bj_rule_reader *r, const struct bj_yaml *node,
                            const char *key, const char *const *words, int *out) BJ_MUST_CHECK;
enum bj_status bj_rule_class(const struct bj_rule_reader *r, const struct bj_yaml *node,
                             const char *key, int *out) BJ_MUST_CHECK;
/* A list of classes, or one alone, as a set with their sub-classes. */
enum bj_status bj_rule_classes(const struct bj_rule_reader *r, const struct bj_yaml *node,
                               const char *key, uint64_t *out) BJ_MUST_CHECK;

#endif
