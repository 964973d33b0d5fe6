/* Pieces of summary.json and batch.json. Values are json-c's: NULL is null; what is put into an
 * object or array is owned by it. */
#ifndef BANJING_JSON_INT_H
#define BANJING_JSON_INT_H

#include "report/report_int.h"

#include <json-c/json.h>

typedef struct json_object json;

json *bj_json_text(const char *s); /* NULL gives null */
json *bj_json_number(double v);    /* shortest text that reads back the same */
json *bj_json_fixed(double v, int decimals);
json *bj_json_count(size_t n);
void bj_json_put(json *o, const char *key, json *value);
json *bj_json_tally(const struct bj_tally *t);
/* A rule's result; `parts` names the list of what its sums are made of: "townships", "counties". */
json *bj_json_rule(const struct bj_rule_result *res, const char *parts);
/* The text of root, which is taken over; BJ_ENOMEM also when a piece could not be made. Caller
 * frees *out with free(). */
enum bj_status bj_json_finish(struct bj_ctx *ctx, json *root, char **out) BJ_MUST_CHECK;

#endif
