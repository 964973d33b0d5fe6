/* What the JSON files share, built with json-c.
 *
 * Numbers are written with fixed rules, so that equal runs give equal bytes: measures as the
 * layers carry them (m and s three decimals, km2 six), shares and people as the shortest text
 * that reads back as the same double. NaN is null. */
#include "report/json_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* json-c answers NULL for null and for out of memory alike; strings and numbers are small, so
 * the one check is made on the finished text. */
json *bj_json_text(const char *s)
{
    return s ? json_object_new_string(s) : NULL;
}

json *bj_json_number(double v)
{
    char buf[32];

    return isfinite(v) ? json_object_new_double_s(v, bj_double_text(v, buf)) : NULL;
}

json *bj_json_fixed(double v, int decimals)
{
    char buf[64];

    if (!isfinite(v))
        return NULL;
    snprintf(buf, sizeof(buf), "%.*f", decimals, v);
    return json_object_new_double_s(v, buf);
}

json *bj_json_count(size_t n)
{
    return json_object_new_int64((int64_t)n);
}

void bj_json_put(json *o, const char *key, json *value)
{
    json_object_object_add(o, key, value);
}

json *bj_json_tally(const struct bj_tally *t)
{
    json *o = json_object_new_object();

    bj_json_put(o, "total", bj_json_number(t->total));
    bj_json_put(o, "target", bj_json_number(t->target));
    bj_json_put(o, "covered", bj_json_number(t->covered));
    bj_json_put(o, "uncovered", bj_json_number(t->uncovered));
    bj_json_put(o, "unreachable", bj_json_number(t->unreachable));
    bj_json_put(o, "exempt", bj_json_number(t->exempt));
    bj_json_put(o, "alt", bj_json_number(t->alt));
    bj_json_put(o, "not_evaluated", bj_json_number(t->not_evaluated));
    return o;
}

/* Residential land in km2, six places as in the layers. */
static json *land(const struct bj_tally *t)
{
    json *o = json_object_new_object();

    bj_json_put(o, "total", bj_json_fixed(t->total, 6));
    bj_json_put(o, "target", bj_json_fixed(t->target, 6));
    bj_json_put(o, "covered", bj_json_fixed(t->covered, 6));
    bj_json_put(o, "uncovered", bj_json_fixed(t->uncovered, 6));
    bj_json_put(o, "unreachable", bj_json_fixed(t->unreachable, 6));
    bj_json_put(o, "exempt", bj_json_fixed(t->exempt, 6));
    bj_json_put(o, "alt", bj_json_fixed(t->alt, 6));
    bj_json_put(o, "not_evaluated", bj_json_fixed(t->not_evaluated, 6));
    return o;
}

static json *units(const struct bj_rule_result *res)
{
    json *list = json_object_new_array();

    for (size_t i = 0; i < res->n_units; i++) {
        const struct bj_unit_result *u = &res->unit[i];
        json *o = json_object_new_object();

        bj_json_put(o, "code", bj_json_text(u->code));
        bj_json_put(o, "name", bj_json_text(u->name));
        bj_json_put(o, "value", bj_json_number(u->value));
        bj_json_put(o, "numerator", bj_json_number(u->numerator));
        bj_json_put(o, "denominator", bj_json_number(u->denominator));
        bj_json_put(o, "required", bj_json_number(u->required));
        bj_json_put(o, "shortfall", bj_json_number(u->shortfall));
        bj_json_put(o, "verdict", bj_json_text(bj_verdict_names[u->verdict]));
        json_object_array_add(list, o);
    }
    return list;
}

/* A county has the parcels at hand, a city their sums. */
static bool has_parcels(const struct bj_rule_result *res)
{
    return res->cover_m2 || res->land_km2.total > 0;
}

/* What a judged rule counts: parts of `any` and `all` have parcels alike. */
static const char *demand_name(const struct bj_rule_result *res)
{
    return bj_demand_names[has_parcels(res) ? BJ_DEMAND_PARCELS : res->rule->demand];
}

/* Townships of a county, counties of a city. */
static json *townships(const struct bj_rule_result *res)
{
    json *list = json_object_new_array();

    for (size_t i = 0; i < res->n_townships; i++) {
        const struct bj_township_tally *t = &res->township[i];
        json *o = json_object_new_object();

        bj_json_put(o, "code", bj_json_text(t->code));
        bj_json_put(o, "name", bj_json_text(t->name));
        bj_json_put(o, demand_name(res), bj_json_tally(&t->villages));
        bj_json_put(o, "population", bj_json_tally(&t->population));
        if (has_parcels(res))
            bj_json_put(o, "parcel_area_km2", land(&t->land_km2));
        bj_json_put(o, "uncovered_km2", bj_json_fixed(t->uncovered_km2, 6));
        json_object_array_add(list, o);
    }
    return list;
}

static void put_limits(json *o, const struct bj_rule *rule)
{
    if (isfinite(rule->limit_m))
        bj_json_put(o, "limit_m", bj_json_number(rule->limit_m));
    if (isfinite(rule->limit_s))
        bj_json_put(o, "limit_s", bj_json_number(rule->limit_s));
    if (isfinite(rule->target_m))
        bj_json_put(o, "target_m", bj_json_number(rule->target_m));
    if (isfinite(rule->target_s))
        bj_json_put(o, "target_s", bj_json_number(rule->target_s));
}

/* What a rule of units compares: interface words of its plan file. */
static void put_bounds(json *o, const struct bj_rule *rule)
{
    json *per;

    if (rule->value)
        bj_json_put(o, "value", bj_json_text(rule->value));
    if (isfinite(rule->per_people)) {
        per = json_object_new_object();
        bj_json_put(
            per, rule->per_field ? "field" : "population",
            bj_json_text(rule->per_field ? rule->per_field : bj_people_names[rule->people]));
        bj_json_put(per, rule->per_field ? "amount" : "people", bj_json_number(rule->per_people));
        bj_json_put(o, "per", per);
    }
    if (isfinite(rule->min))
        bj_json_put(o, "min", bj_json_number(rule->min));
    if (isfinite(rule->target))
        bj_json_put(o, "target", bj_json_number(rule->target));
    if (isfinite(rule->max))
        bj_json_put(o, "max", bj_json_number(rule->max));
}

static void put_points(json *o, const struct bj_rule_result *res)
{
    json *area = json_object_new_object(), *share = json_object_new_object(),
         *own = json_object_new_object();

    bj_json_put(o, "demand", bj_json_text(demand_name(res)));
    bj_json_put(o, demand_name(res), bj_json_tally(&res->villages));
    bj_json_put(o, "population", bj_json_tally(&res->population));
    if (has_parcels(res))
        bj_json_put(o, "parcel_area_km2", land(&res->land_km2));
    bj_json_put(area, "total", bj_json_fixed(res->area_km2, 6));
    bj_json_put(area, "covered", bj_json_fixed(res->covered_km2, 6));
    bj_json_put(area, "uncovered", bj_json_fixed(res->uncovered_km2, 6));
    bj_json_put(o, "area_km2", area);
    bj_json_put(share, has_parcels(res) ? "parcel_count" : demand_name(res),
                bj_json_number(res->share_villages));
    bj_json_put(share, "population", bj_json_number(res->share_population));
    bj_json_put(share, "area", bj_json_number(res->share_area));
    if (has_parcels(res)) { /* 居住用地覆盖率 */
        bj_json_put(share, "parcels", bj_json_number(res->share_land));
        bj_json_put(
            share, "parcels_is",
            bj_json_text(
                "parcel_area_km2: covered / (total - not_evaluated): residential land inside the "
                "circles / all residential land"));
    }
    bj_json_put(o, "share", share);
    bj_json_put(own, "villages_covered", bj_json_number(res->own_villages));
    bj_json_put(own, "population_covered", bj_json_number(res->own_population));
    if (has_parcels(res))
        bj_json_put(own, "parcel_km2_covered", bj_json_fixed(res->own_land_km2, 6));
    bj_json_put(o, "own_only", own);
    bj_json_put(o, "patches", res->has_area ? bj_json_count(res->n_patches) : NULL);
    bj_json_put(o, "farthest_m", bj_json_fixed(res->farthest_m, 3));
    bj_json_put(o, "borderline", bj_json_count(res->borderline));
    bj_json_put(o, "mean_s", bj_json_fixed(res->mean_s, 3));
}

json *bj_json_rule(const struct bj_rule_result *res, const char *parts)
{
    const struct bj_rule *rule = res->rule;
    json *o = json_object_new_object();

    bj_json_put(o, "id", bj_json_text(rule->id));
    bj_json_put(o, "kind", bj_json_text(bj_kind_names[rule->kind]));
    bj_json_put(o, "level", bj_json_text(bj_rule_level_names[rule->level]));
    bj_json_put(o, "clause", bj_json_text(rule->clause));
    bj_json_put(o, "quote", bj_json_text(rule->quote));
    put_limits(o, rule);
    put_bounds(o, rule);
    bj_json_put(o, "verdict", bj_json_text(bj_verdict_names[res->verdict]));
    bj_json_put(o, "reason", bj_json_text(res->reason ? res->reason : ""));
    if (res->judged || res->n_townships > 0)
        put_points(o, res);
    bj_json_put(o, "units", units(res));
    bj_json_put(o, parts, townships(res));
    return o;
}

/* The finished text; takes root over. */
enum bj_status bj_json_finish(struct bj_ctx *ctx, json *root, char **out)
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
