/* Values of a rule: words, texts, facility classes, and numbers with their units, each with
 * the sentence that says what is wrong with it.
 *
 * Numbers in plan files are plain and their keys carry the unit (limit_m, limit_s), so that
 * nobody has to guess. When a planner writes another unit (limit_km: 2.5, limit_m: "2.5 km",
 * min: 70%), the sentence says which unit is expected, and the value in it. */
#include "plan/rule_int.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- sentences ------------------------------------------------------------ */

enum bj_status bj_rule_fail(const struct bj_rule_reader *r, const struct bj_yaml *node,
                            const char *fmt, ...)
{
    char what[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);
    return bj_yaml_fail(r->ctx, r->doc, node ? node : r->map, "%s: %s", r->name, what);
}

/* "a, b, c" of a word list, its empty places left out. */
static const char *join_words(const char *const *words, char *buf, size_t size)
{
    size_t n = 0;

    buf[0] = '\0';
    for (; *words && n < size; words++)
        if (**words)
            n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? ", " : "", *words);
    return buf;
}

static enum bj_status fail_word(const struct bj_rule_reader *r, const struct bj_yaml *node,
                                const char *key, const char *const *words)
{
    const char *near = bj_closest(node->text, words);
    char all[512];

    join_words(words, all, sizeof(all));
    if (near && *near)
        return bj_rule_fail(r, node, _("'%s' is no %s; did you mean '%s'? (one of: %s)"),
                            node->text, key, near, all);
    return bj_rule_fail(r, node, _("'%s' is no %s; it is one of: %s"), node->text, key, all);
}

enum bj_status bj_rule_need_scalar(const struct bj_rule_reader *r, const struct bj_yaml *node,
                                   const char *key)
{
    if (node->kind != BJ_YAML_SCALAR)
        return bj_rule_fail(r, node, _("'%s' must be one value, not a list or a map"), key);
    if (bj_yaml_is_null(node))
        return bj_rule_fail(r, node, _("'%s' has no value; give one or remove the line"), key);
    return BJ_OK;
}

enum bj_status bj_rule_need_map(const struct bj_rule_reader *r, const struct bj_yaml *node,
                                const char *key, const char *const *known)
{
    if (node->kind != BJ_YAML_MAP)
        return bj_rule_fail(r, node, _("'%s' must be a map of keys and values"), key);
    if (bj_yaml_check_keys(r->ctx, r->doc, node, known))
        return bj_fail_in(r->ctx, BJ_EDATA, "%s", r->name);
    return BJ_OK;
}

/* ---- numbers and units ------------------------------------------------------- */

/* What a planner may write behind a number, and how much of the key's unit it is. */
static const struct unit {
    const char *text;
    enum bj_value_type type;
    double scale;
} units[] = {
    {"m", METRES, 1},        {"米", METRES, 1},        {"metres", METRES, 1},
    {"meters", METRES, 1},   {"km", METRES, 1000},     {"公里", METRES, 1000},
    {"千米", METRES, 1000},  {"s", SECONDS, 1},        {"秒", SECONDS, 1},
    {"seconds", SECONDS, 1}, {"sec", SECONDS, 1},      {"min", SECONDS, 60},
    {"mins", SECONDS, 60},   {"minutes", SECONDS, 60}, {"分钟", SECONDS, 60},
    {"分", SECONDS, 60},     {"h", SECONDS, 3600},     {"hours", SECONDS, 3600},
    {"小时", SECONDS, 3600}, {"%", FRACTION, 0.01},    {"percent", FRACTION, 0.01},
};

static const struct unit *find_unit(const char *text)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (strcmp(units[i].text, text) == 0)
            return &units[i];
    return NULL;
}

/* "2.5 km" as 2500 for METRES; false when it is no number with a unit of this type. */
static bool convert(const char *text, enum bj_value_type type, double *out)
{
    const struct unit *u;
    char *end;
    double v = strtod(text, &end);

    if (end == text || !isfinite(v))
        return false;
    end += strspn(end, " ");
    u = find_unit(end);
    if (!u || u->type != type)
        return false;
    *out = v * u->scale;
    return true;
}

static const char *unit_name(enum bj_value_type type)
{
    switch (type) {
    case METRES:
        return _("a plain number of metres");
    case SECONDS:
        return _("a plain number of seconds");
    case FRACTION:
        return _("a fraction between 0 and 1 (0.7 for 70 %)");
    case WHOLE:
        return _("a whole number");
    default:
        return _("a plain number");
    }
}

static enum bj_status fail_number(const struct bj_rule_reader *r, const struct bj_yaml *node,
                                  const char *key, enum bj_value_type type)
{
    double v;

    if (node->kind != BJ_YAML_SCALAR)
        return bj_rule_fail(r, node, _("'%s' must be %s, not a list or a map"), key,
                            unit_name(type));
    if (convert(node->text, type, &v))
        return bj_rule_fail(r, node, _("'%s' must be %s: write %.10g, not '%s'"), key,
                            unit_name(type), v, node->text);
    if (node->quoted)
        return bj_rule_fail(r, node, _("'%s' must be %s, without quotes, not \"%s\""), key,
                            unit_name(type), node->text);
    return bj_rule_fail(r, node, _("'%s' must be %s, not '%s'"), key, unit_name(type), node->text);
}

/* Half the Earth's girth, and a week: beyond them a limit limits nothing. */
static const double metres_max = 20037508, seconds_max = 604800;

/* A number that a slip would explain. Said when the plan is read, not when faults are sought. */
static void warn_of_unit(const struct bj_rule_reader *r, const struct bj_yaml *node,
                         const char *key, enum bj_value_type type, double v)
{
    if (r->plan->checking)
        return;
    if (type == METRES && v < 10)
        bj_log(r->ctx, BJ_LOG_WARNING, _("%s: '%s' is %s metres; were kilometres meant?"), r->name,
               key, node->text);
    if (type == SECONDS && v < 60 && strcmp(key, "turnout_s") != 0)
        bj_log(r->ctx, BJ_LOG_WARNING, _("%s: '%s' is %s seconds; were minutes meant?"), r->name,
               key, node->text);
    if (strcmp(key, "people") == 0 && v < 100)
        bj_log(r->ctx, BJ_LOG_WARNING, _("%s: '%s' is %s people; were ten thousands (万) meant?"),
               r->name, key, node->text);
}

static enum bj_status check_range(const struct bj_rule_reader *r, const struct bj_yaml *node,
                                  const char *key, enum bj_value_type type, double v)
{
    if (v <= 0 && strcmp(key, "turnout_s") != 0)
        return bj_rule_fail(r, node, _("'%s' must be more than 0, not %s"), key, node->text);
    if (v < 0)
        return bj_rule_fail(r, node, _("'%s' must be 0 or more, not %s"), key, node->text);
    if (type == FRACTION && v > 1)
        return bj_rule_fail(r, node, _("'%s' must be %s, not %s"), key, unit_name(type),
                            node->text);
    if (type == WHOLE && (v != floor(v) || v > 1e9))
        return bj_rule_fail(r, node, _("'%s' must be %s, not %s"), key, unit_name(type),
                            node->text);
    if (type == METRES && v > metres_max)
        return bj_rule_fail(r, node, _("'%s' is %s m, more than half around the Earth"), key,
                            node->text);
    if (type == SECONDS && v > seconds_max)
        return bj_rule_fail(r, node, _("'%s' is %s s, more than a week"), key, node->text);
    warn_of_unit(r, node, key, type, v);
    return BJ_OK;
}

enum bj_status bj_rule_number(const struct bj_rule_reader *r, const struct bj_yaml *node,
                              const char *key, enum bj_value_type type, double *out)
{
    double v;
    enum bj_status st;

    if (bj_yaml_is_null(node))
        return bj_rule_need_scalar(r, node, key);
    if (!bj_yaml_is_number(node, &v))
        return fail_number(r, node, key, type);
    st = check_range(r, node, key, type, v);
    if (!st)
        *out = v;
    return st;
}

/* map[key] as a number >= 0; absent: *out stays. */
enum bj_status bj_rule_amount(const struct bj_rule_reader *r, const struct bj_yaml *map,
                              const char *key, double *out)
{
    const struct bj_yaml *node = bj_yaml_get(map, key);
    double v;

    if (!node)
        return BJ_OK;
    if (!bj_yaml_is_number(node, &v))
        return fail_number(r, node, key, NUMBER);
    if (v < 0)
        return bj_rule_fail(r, node, _("'%s' must be 0 or more, not %s"), key, node->text);
    *out = v;
    return BJ_OK;
}

/* map[key] as a text that is not blank; absent: *out stays. */
enum bj_status bj_rule_text(const struct bj_rule_reader *r, const struct bj_yaml *map,
                            const char *key, const char **out)
{
    const struct bj_yaml *node = bj_yaml_get(map, key);
    enum bj_status st;

    if (!node)
        return BJ_OK;
    st = bj_rule_need_scalar(r, node, key);
    if (st)
        return st;
    if (bj_is_blank(node->text))
        return bj_rule_fail(r, node, _("'%s' is empty"), key);
    *out = node->text;
    return BJ_OK;
}

/* ---- words and classes -------------------------------------------------------- */

enum bj_status bj_rule_word(const struct bj_rule_reader *r, const struct bj_yaml *node,
                            const char *key, const char *const *words, int *out)
{
    enum bj_status st = bj_rule_need_scalar(r, node, key);
    int i;

    if (st)
        return st;
    i = *node->text ? bj_word_find(node->text, words) : -1;
    if (i < 0)
        return fail_word(r, node, key, words);
    *out = i;
    return BJ_OK;
}

enum bj_status bj_rule_class(const struct bj_rule_reader *r, const struct bj_yaml *node,
                             const char *key, int *out)
{
    const char *near;

    if (node->kind != BJ_YAML_SCALAR || bj_yaml_is_null(node))
        return bj_rule_fail(r, node, _("'%s' must be a list of facility classes"), key);
    *out = bj_class_find(node->text);
    if (*out >= 0)
        return BJ_OK;
    near = bj_closest(node->text, bj_class_names);
    if (near)
        return bj_rule_fail(r, node, _("unknown facility class '%s'; did you mean '%s'?"),
                            node->text, near);
    return bj_rule_fail(r, node,
                        _("unknown facility class '%s'; 'banjing help format' lists the classes"),
                        node->text);
}

/* A list of classes, or one alone, as a set with their sub-classes. */
enum bj_status bj_rule_classes(const struct bj_rule_reader *r, const struct bj_yaml *node,
                               const char *key, uint64_t *out)
{
    uint64_t set = 0, named = 0;
    size_t n = node->kind == BJ_YAML_LIST ? node->n : 1;

    if (node->kind == BJ_YAML_MAP)
        return bj_rule_fail(r, node, _("'%s' must be a list of facility classes"), key);
    if (n == 0)
        return bj_rule_fail(r, node, _("'%s' is empty; name at least one facility class"), key);
    for (size_t i = 0; i < n; i++) {
        const struct bj_yaml *item = node->kind == BJ_YAML_LIST ? node->item[i] : node;
        int c = 0;
        enum bj_status st = bj_rule_class(r, item, key, &c);

        if (st)
            return st;
        if (named & UINT64_C(1) << c)
            return bj_rule_fail(r, item, _("facility class '%s' is named twice"), item->text);
        named |= UINT64_C(1) << c;
        set |= bj_class_set((enum bj_class)c);
    }
    *out = set;
    return BJ_OK;
}

/* A key in a unit that rules do not use: which one they do. */
enum bj_status bj_rule_fail_unit(const struct bj_rule_reader *r, const struct bj_yaml *key,
                                 const struct bj_yaml *value)
{
    static const char *const stem[] = {"limit",    "target", "turnout", "radius",
                                       "distance", "time",   NULL};
    bool timed = r->rule.kind != BJ_KIND_RADIUS;
    enum bj_value_type type = timed ? SECONDS : METRES;
    const char *bar = strrchr(key->text, '_');
    const struct unit *u = bar ? find_unit(bar + 1) : NULL;
    size_t n = bar ? (size_t)(bar - key->text) : strlen(key->text);
    char right[32];
    double v;
    int s = -1;

    for (int i = 0; stem[i] && s < 0; i++)
        if (strlen(stem[i]) == n && strncmp(stem[i], key->text, n) == 0)
            s = i;
    if (s < 0 || (bar && !u) || (s == 2 && !timed))
        return BJ_OK;
    snprintf(right, sizeof(right), "%s_%s", s == 1 || (s == 2 && timed) ? stem[s] : "limit",
             timed ? "s" : "m");
    if (u && u->type == type && bj_yaml_is_number(value, &v))
        v *= u->scale;
    else if (value->kind != BJ_YAML_SCALAR || !convert(value->text, type, &v))
        return bj_rule_fail(
            r, key, _("'%s' is no key of a %s rule, which is limited in %s: use %s"), key->text,
            bj_kind_names[r->rule.kind], timed ? _("seconds") : _("metres"), right);
    return bj_rule_fail(
        r, key, _("'%s' is no key of a %s rule, which is limited in %s: write %s: %.10g"),
        key->text, bj_kind_names[r->rule.kind], timed ? _("seconds") : _("metres"), right, v);
}
