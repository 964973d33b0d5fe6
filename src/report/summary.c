/* summary.json and inspect --json (interface.md "summary.json"), built with json-c.
 *
 * Numbers are written with fixed rules, so that equal runs give equal bytes: measures as the
 * layers carry them (m and s three decimals, km2 six), shares and people as the shortest text
 * that reads back as the same double. NaN is null. */
#include "report/report_int.h"

#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct json_object json;

/* json-c answers NULL for null and for out of memory alike; strings and numbers are small, so
 * the one check is made on the finished text. */
static json *text(const char *s)
{
    return s ? json_object_new_string(s) : NULL;
}

static json *number(double v)
{
    char buf[32];

    return isfinite(v) ? json_object_new_double_s(v, bj_double_text(v, buf)) : NULL;
}

static json *fixed(double v, int decimals)
{
    char buf[64];

    if (!isfinite(v))
        return NULL;
    snprintf(buf, sizeof(buf), "%.*f", decimals, v);
    return json_object_new_double_s(v, buf);
}

static json *count(size_t n)
{
    return json_object_new_int64((int64_t)n);
}

static void put(json *o, const char *key, json *value)
{
    json_object_object_add(o, key, value);
}

static json *tally(const struct bj_tally *t)
{
    json *o = json_object_new_object();

    put(o, "total", number(t->total));
    put(o, "target", number(t->target));
    put(o, "covered", number(t->covered));
    put(o, "uncovered", number(t->uncovered));
    put(o, "unreachable", number(t->unreachable));
    put(o, "exempt", number(t->exempt));
    put(o, "alt", number(t->alt));
    put(o, "not_evaluated", number(t->not_evaluated));
    return o;
}

static json *notes(const struct bj_study *s, const struct bj_assessment *a)
{
    json *list = json_object_new_array();
    size_t n = s->n_notes + (a ? a->n_notes : 0);

    for (size_t i = 0; i < n; i++) {
        const struct bj_note *note = i < s->n_notes ? &s->note[i] : &a->note[i - s->n_notes];
        json *o = json_object_new_object();

        put(o, "code", text(note->code));
        put(o, "layer", text(note->layer ? note->layer : ""));
        put(o, "text", text(note->text));
        put(o, "fix", text(note->fix ? note->fix : ""));
        json_object_array_add(list, o);
    }
    return list;
}

static json *assumptions(const struct bj_study *s, const struct bj_assessment *a)
{
    json *list = json_object_new_array();
    size_t n = s->n_assumptions + (a ? a->n_assumptions : 0);

    for (size_t i = 0; i < n; i++) {
        const struct bj_assumption *as =
            i < s->n_assumptions ? &s->assumption[i] : &a->assumption[i - s->n_assumptions];
        json *o = json_object_new_object();

        put(o, "key", text(as->key));
        put(o, "value", text(as->value));
        put(o, "mark", text(as->mark));
        put(o, "source", text(as->source));
        json_object_array_add(list, o);
    }
    return list;
}

/* Fields found and why, by role: what a reader needs to trust a column. */
static json *fields(const struct bj_input *in)
{
    json *o = json_object_new_object();

    for (int r = 0; r < BJ_COL_N; r++) {
        int c = in->fields.column[r];
        json *f;

        if (c < 0 || (size_t)c >= in->n_field_names)
            continue;
        f = json_object_new_object();
        put(f, "field", text(in->field_name[c]));
        put(f, "why", text(in->fields.why[r]));
        put(o, bj_field_role_names[r], f);
    }
    return o;
}

static json *inputs(const struct bj_study *s)
{
    json *list = json_object_new_array();

    for (size_t i = 0; i < s->n_inputs; i++) {
        const struct bj_input *in = &s->input[i];
        json *o = json_object_new_object();

        put(o, "role", text(in->role));
        put(o, "path", text(in->path));
        put(o, "sha256", in->sha256[0] ? text(in->sha256) : NULL);
        put(o, "driver", text(in->driver));
        put(o, "layer", text(in->layer));
        put(o, "crs", text(in->crs));
        put(o, "encoding", text(in->encoding));
        put(o, "encoding_why", text(in->encoding_why));
        put(o, "rows", json_object_new_int64(in->rows));
        put(o, "used", json_object_new_int64(in->used));
        put(o, "population", number(in->population));
        put(o, "fields", fields(in));
        json_object_array_add(list, o);
    }
    return list;
}

static json *county(const struct bj_study *s)
{
    json *o = json_object_new_object();

    put(o, "code", text(s->info->county_code));
    put(o, "name", text(s->info->county_name));
    put(o, "area_km2", fixed(s->county_area_m2 / 1e6, 6));
    return o;
}

static json *units(const struct bj_rule_result *res)
{
    json *list = json_object_new_array();

    for (size_t i = 0; i < res->n_units; i++) {
        const struct bj_unit_result *u = &res->unit[i];
        json *o = json_object_new_object();

        put(o, "code", text(u->code));
        put(o, "name", text(u->name));
        put(o, "value", number(u->value));
        put(o, "numerator", number(u->numerator));
        put(o, "denominator", number(u->denominator));
        put(o, "required", number(u->required));
        put(o, "shortfall", number(u->shortfall));
        put(o, "verdict", text(bj_verdict_names[u->verdict]));
        json_object_array_add(list, o);
    }
    return list;
}

static json *townships(const struct bj_rule_result *res)
{
    json *list = json_object_new_array();

    for (size_t i = 0; i < res->n_townships; i++) {
        const struct bj_township_tally *t = &res->township[i];
        json *o = json_object_new_object();

        put(o, "code", text(t->code));
        put(o, "name", text(t->name));
        put(o, bj_demand_names[res->rule->demand], tally(&t->villages));
        put(o, "population", tally(&t->population));
        put(o, "uncovered_km2", fixed(t->uncovered_km2, 6));
        json_object_array_add(list, o);
    }
    return list;
}

static void put_limits(json *o, const struct bj_rule *rule)
{
    if (isfinite(rule->limit_m))
        put(o, "limit_m", number(rule->limit_m));
    if (isfinite(rule->limit_s))
        put(o, "limit_s", number(rule->limit_s));
    if (isfinite(rule->target_m))
        put(o, "target_m", number(rule->target_m));
    if (isfinite(rule->target_s))
        put(o, "target_s", number(rule->target_s));
}

/* What a rule of units compares: interface words of its plan file. */
static void put_bounds(json *o, const struct bj_rule *rule)
{
    json *per;

    if (rule->value)
        put(o, "value", text(rule->value));
    if (isfinite(rule->per_people)) {
        per = json_object_new_object();
        put(per, rule->per_field ? "field" : "population",
            text(rule->per_field ? rule->per_field : bj_people_names[rule->people]));
        put(per, rule->per_field ? "amount" : "people", number(rule->per_people));
        put(o, "per", per);
    }
    if (isfinite(rule->min))
        put(o, "min", number(rule->min));
    if (isfinite(rule->target))
        put(o, "target", number(rule->target));
    if (isfinite(rule->max))
        put(o, "max", number(rule->max));
}

static void put_points(json *o, const struct bj_rule_result *res)
{
    json *area = json_object_new_object(), *share = json_object_new_object(),
         *own = json_object_new_object();

    put(o, bj_demand_names[res->rule->demand], tally(&res->villages));
    put(o, "population", tally(&res->population));
    put(area, "total", fixed(res->area_km2, 6));
    put(area, "covered", fixed(res->covered_km2, 6));
    put(area, "uncovered", fixed(res->uncovered_km2, 6));
    put(o, "area_km2", area);
    put(share, bj_demand_names[res->rule->demand], number(res->share_villages));
    put(share, "population", number(res->share_population));
    put(share, "area", number(res->share_area));
    put(o, "share", share);
    put(own, "villages_covered", number(res->own_villages));
    put(own, "population_covered", number(res->own_population));
    put(o, "own_only", own);
    put(o, "patches", res->has_area ? count(res->n_patches) : NULL);
    put(o, "farthest_m", fixed(res->farthest_m, 3));
    put(o, "borderline", count(res->borderline));
    put(o, "mean_s", fixed(res->mean_s, 3));
}

static json *rule_result(const struct bj_rule_result *res)
{
    const struct bj_rule *rule = res->rule;
    json *o = json_object_new_object();

    put(o, "id", text(rule->id));
    put(o, "kind", text(bj_kind_names[rule->kind]));
    put(o, "level", text(bj_rule_level_names[rule->level]));
    put(o, "clause", text(rule->clause));
    put(o, "quote", text(rule->quote));
    put_limits(o, rule);
    put_bounds(o, rule);
    put(o, "verdict", text(bj_verdict_names[res->verdict]));
    put(o, "reason", text(res->reason ? res->reason : ""));
    if (res->judged)
        put_points(o, res);
    put(o, "units", units(res));
    put(o, "townships", townships(res));
    return o;
}

/* The finished text; takes root over. */
static enum bj_status finish(struct bj_ctx *ctx, json *root, char **out)
{
    const char *s = root ? json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
                                                                    JSON_C_TO_STRING_NOSLASHESCAPE)
                         : NULL;
    size_t n = s ? strlen(s) : 0;
    char *copy = s ? malloc(n + 2) : NULL;

    if (copy) {
        memcpy(copy, s, n);
        memcpy(copy + n, "\n", 2);
    }
    json_object_put(root);
    if (!copy)
        return bj_fail(ctx, BJ_ENOMEM, _("out of memory while writing the summary"));
    *out = copy;
    return BJ_OK;
}

enum bj_status bj_report_summary(struct bj_ctx *ctx, const struct bj_plan *plan,
                                 const struct bj_study *study, const struct bj_assessment *a,
                                 const struct bj_report_options *opt, double write_s, char **out)
{
    const struct bj_plan_info *p = bj_plan_info(plan);
    json *root = json_object_new_object(), *o = json_object_new_object(),
         *rules = json_object_new_array(), *seconds = json_object_new_object();

    put(root, "banjing", text(bj_version()));
    put(root, "schema", json_object_new_int(1));
    put(root, "date", text(study->info->date));
    put(root, "warnings", notes(study, a));
    put(root, "assumptions", assumptions(study, a));
    put(root, "county", county(study));
    put(o, "id", text(p->id));
    put(o, "title", text(p->title));
    put(o, "document", text(p->document));
    put(o, "sha256", text(p->sha256));
    put(root, "plan", o);
    put(root, "work_crs", text(bj_crs_wkt(study->work)));
    put(root, "inputs", inputs(study));
    for (size_t i = 0; i < a->n_rules; i++)
        json_object_array_add(rules, rule_result(&a->result[i]));
    put(root, "rules", rules);
    put(seconds, "read", fixed(opt->read_s, 6));
    put(seconds, "reach", fixed(a->reach_s, 6));
    put(seconds, "cover", fixed(a->cover_s, 6));
    put(seconds, "assess", fixed(a->assess_s, 6));
    put(seconds, "write", fixed(write_s, 6));
    put(seconds, "total", fixed(opt->read_s + a->reach_s + a->cover_s + a->assess_s + write_s, 6));
    put(root, "seconds", seconds);
    return finish(ctx, root, out);
}

enum bj_status bj_report_inspect(struct bj_ctx *ctx, const struct bj_study *study, char **out)
{
    json *root = json_object_new_object(), *rows = json_object_new_array();

    put(root, "banjing", text(bj_version()));
    put(root, "schema", json_object_new_int(1));
    put(root, "county", county(study));
    put(root, "work_crs", study->work ? text(bj_crs_wkt(study->work)) : NULL);
    put(root, "inputs", inputs(study));
    for (size_t i = 0; i < study->n_ledger; i++) {
        const struct bj_ledger_row *l = &study->ledger[i];
        json *o = json_object_new_object();

        put(o, "file", text(study->input[l->input].path));
        put(o, "row", json_object_new_int64(l->row));
        put(o, "code", text(l->code ? l->code : ""));
        put(o, "state", text(bj_fate_names[l->fate]));
        put(o, "reason", text(l->reason ? l->reason : ""));
        put(o, "population", number(l->population));
        json_object_array_add(rows, o);
    }
    put(root, "ledger", rows);
    put(root, "suspicions", notes(study, NULL));
    put(root, "assumptions", assumptions(study, NULL));
    return finish(ctx, root, out);
}
