/* Reading a plan: the head of the file, its rules (rule.c), the parents it extends, and what
 * must hold over all of them: ids that differ, substitutes that name a rule, speeds that name
 * a known road class.
 *
 * A plan is found by id in bj_data_dir()/plans, or by path. `extends` adds the parent's rules
 * behind the plan's own, in order, up to eight files long; a file that comes up twice is a
 * circle. The texts of rules are borrowed from the YAML documents, so the plan keeps them. */
#include "banjing/layer.h"
#include "plan/plan_int.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PLAN_MAX_BYTES = 4 * 1024 * 1024 };

bool bj_plan_id_valid(const char *id)
{
    size_t n = strlen(id);

    if (n < 1 || n > 40 || !isalnum((unsigned char)id[0]))
        return false;
    return strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

int bj_plan_rule_find(const struct bj_plan *plan, const char *id)
{
    for (size_t i = 0; i < plan->info.n_rules; i++)
        if (strcasecmp(plan->rules[i].id, id) == 0)
            return (int)i;
    return -1;
}

void bj_plan_free(struct bj_plan *plan)
{
    struct bj_ctx *ctx;

    if (!plan)
        return;
    ctx = plan->ctx;
    while (plan->n_words > 0)
        bj_free(ctx, plan->words[--plan->n_words]);
    bj_free(ctx, plan->words);
    while (plan->n_bands > 0)
        bj_free(ctx, plan->bands[--plan->n_bands]);
    bj_free(ctx, plan->bands);
    bj_plan_list_free(ctx, plan->fault);
    bj_free(ctx, plan->source_of);
    bj_free(ctx, plan->rules);
    bj_strings_release(ctx, &plan->strings);
    while (plan->n_sources > 0) {
        plan->n_sources--;
        bj_free(ctx, plan->source[plan->n_sources].real);
        bj_yaml_free(plan->source[plan->n_sources].doc);
    }
    bj_free(ctx, plan);
}

enum bj_status bj_plan_keep(struct bj_plan *plan, enum bj_status st)
{
    char *text;

    if (st != BJ_EDATA || !plan->checking)
        return st;
    if (!bj_grow(plan->ctx, (void **)&plan->fault, &plan->faults_cap, plan->n_faults + 1,
                 sizeof(*plan->fault)))
        return BJ_ENOMEM;
    plan->fault[plan->n_faults] = NULL; /* the list ends here, should the next line fail */
    text = bj_strdup(plan->ctx, bj_ctx_message(plan->ctx));
    if (!text)
        return BJ_ENOMEM;
    plan->fault[plan->n_faults++] = text;
    plan->fault[plan->n_faults] = NULL;
    return BJ_OK;
}

const struct bj_plan_info *bj_plan_info(const struct bj_plan *plan)
{
    return &plan->info;
}

/* ---- where plans are ----------------------------------------------------------- */

static bool is_path(const char *id_or_path)
{
    return strchr(id_or_path, '/') || bj_ends_with(id_or_path, ".yaml") ||
           bj_ends_with(id_or_path, ".yml");
}

static enum bj_status fail_no_plan(struct bj_ctx *ctx, const char *id)
{
    char **ids = NULL;
    const char *near;
    enum bj_status st;

    st = bj_plan_list(ctx, &ids);
    if (st)
        return st;
    near = bj_closest(id, (const char *const *)ids);
    if (near)
        st = bj_fail(ctx, BJ_EIO, _("there is no plan '%s'; did you mean '%s'?"), id, near);
    else
        st = bj_fail(
            ctx, BJ_EIO,
            _("there is no plan '%s'; 'banjing plan list' shows the ids, and a path has a '/' or "
              "ends in .yaml"),
            id);
    bj_plan_list_free(ctx, ids);
    return st;
}

/* Full path of a plan; caller frees. */
static enum bj_status locate(struct bj_ctx *ctx, const char *id_or_path, const char *base_dir,
                             char **path)
{
    const char *data = bj_data_dir();
    FILE *f;

    if (!*id_or_path)
        return bj_fail(ctx, BJ_EDATA,
                       _("no plan is given; add the line plan: ID to the case file, or --plan ID "
                         "('banjing plan list' shows the ids)"));
    if (is_path(id_or_path)) {
        if (base_dir && *base_dir && id_or_path[0] != '/')
            *path = bj_sprintf(ctx, "%s/%s", base_dir, id_or_path);
        else
            *path = bj_strdup(ctx, id_or_path);
        return *path ? BJ_OK : BJ_ENOMEM;
    }
    if (!bj_plan_id_valid(id_or_path))
        return bj_fail(ctx, BJ_EDATA,
                       _("'%.80s' is no plan id; a path needs a '/' in it or '.yaml' at its end"),
                       id_or_path);
    if (!data)
        return bj_fail(
            ctx, BJ_EIO,
            _("the folder with the plans was not found; set BANJING_DATA to the folder that "
              "holds plans/"));
    *path = bj_sprintf(ctx, "%s/plans/%s.yaml", data, id_or_path);
    if (!*path)
        return BJ_ENOMEM;
    f = fopen(*path, "rbe");
    if (f) {
        fclose(f);
        return BJ_OK;
    }
    bj_free(ctx, *path);
    *path = NULL;
    return fail_no_plan(ctx, id_or_path);
}

/* The folder of a path, "." when it has none; caller frees. */
static char *folder_of(struct bj_ctx *ctx, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return bj_strdup(ctx, ".");
    return bj_strndup(ctx, path, slash == path ? 1 : (size_t)(slash - path));
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum bj_status list_folder(struct bj_ctx *ctx, DIR *dir, char ***ids, size_t *n)
{
    const struct dirent *entry;
    size_t cap = 0;

    while ((entry = readdir(dir))) {
        size_t length = strlen(entry->d_name);

        if (entry->d_name[0] == '.' || !bj_ends_with(entry->d_name, ".yaml"))
            continue;
        if (!bj_grow(ctx, (void **)ids, &cap, *n + 1, sizeof(**ids)))
            return BJ_ENOMEM;
        (*ids)[*n] = bj_strndup(ctx, entry->d_name, length - strlen(".yaml"));
        if (!(*ids)[*n])
            return BJ_ENOMEM;
        ++*n;
    }
    return BJ_OK;
}

enum bj_status bj_plan_list(struct bj_ctx *ctx, char ***ids)
{
    const char *data = bj_data_dir();
    char *path = NULL, **found = NULL;
    size_t n = 0;
    DIR *dir = NULL;
    enum bj_status st = BJ_ENOMEM;

    found = bj_alloc0(ctx, 16, sizeof(*found));
    if (!found)
        goto done;
    path = bj_sprintf(ctx, "%s/plans", data ? data : ".");
    if (!path)
        goto done;
    dir = opendir(path);
    if (!data || !dir) {
        st = bj_fail(
            ctx, BJ_EIO,
            _("the folder with the plans was not found; set BANJING_DATA to the folder that holds "
              "plans/"));
        goto done;
    }
    st = list_folder(ctx, dir, &found, &n);
    if (st)
        goto done;
    qsort(found, n, sizeof(*found), compare_names);
    found[n] = NULL;
    *ids = found;
    found = NULL;
done:
    if (dir)
        closedir(dir);
    bj_free(ctx, path);
    while (found && n > 0)
        bj_free(ctx, found[--n]);
    bj_free(ctx, found);
    return st;
}

void bj_plan_list_free(struct bj_ctx *ctx, char **ids)
{
    for (size_t i = 0; ids && ids[i]; i++)
        bj_free(ctx, ids[i]);
    bj_free(ctx, ids);
}

/* ---- speeds --------------------------------------------------------------------- */

/* A speed: km/h, null (no way), or "walk" for what is done on foot; detour: a factor. */
static enum bj_status check_speed(struct bj_plan *plan, const struct bj_yaml_doc *doc,
                                  const struct bj_yaml *node, const char *key)
{
    bool factor = strncmp(key, "detour", 6) == 0;
    double v, low = factor ? 1 : 0, high = factor ? 10 : 300;

    if (strcmp(key, "turnout_s") == 0)
        high = 3600;
    else if (!factor && (bj_yaml_is_null(node) || (node->text && strcmp(node->text, "walk") == 0)))
        return BJ_OK;
    if (!bj_yaml_is_number(node, &v))
        return bj_yaml_fail(plan->ctx, doc, node,
                            _("'%s' must be a plain number (km/h), without a unit"), key);
    if (v < low || v > high || (v <= 0 && strcmp(key, "turnout_s") != 0))
        return bj_yaml_fail(plan->ctx, doc, node, _("'%s' is %g; it must be from %g to %g"), key, v,
                            low, high);
    return BJ_OK;
}

/* Keys of a map of profiles.yaml as a NULL-ended list; caller frees the array. */
static enum bj_status list_keys(struct bj_ctx *ctx, const struct bj_yaml *map, const char ***out)
{
    size_t n = map && map->kind == BJ_YAML_MAP ? map->n : 0;

    *out = bj_alloc0(ctx, n + 1, sizeof(const char *));
    if (!*out)
        return BJ_ENOMEM;
    for (size_t i = 0; i < n; i++)
        (*out)[i] = map->key[i]->text;
    return BJ_OK;
}

static enum bj_status check_profile(struct bj_plan *plan, const struct bj_yaml_doc *doc,
                                    const struct bj_yaml *own, const struct bj_yaml *shipped)
{
    const char **known = NULL;
    enum bj_status st = list_keys(plan->ctx, shipped, &known);

    if (!st)
        st = bj_yaml_check_keys(plan->ctx, doc, own, known);
    for (size_t i = 0; !st && i < own->n; i++)
        st = check_speed(plan, doc, own->item[i], own->key[i]->text);
    bj_free(plan->ctx, known);
    return st;
}

/* `speeds` may change what geodata/profiles.yaml has, and nothing else. */
static enum bj_status check_speeds(struct bj_plan *plan, const struct bj_yaml_doc *doc,
                                   const struct bj_yaml *speeds)
{
    struct bj_ctx *ctx = plan->ctx;
    const char *data = bj_data_dir();
    struct bj_yaml_doc *shipped = NULL;
    const struct bj_yaml *profiles;
    const char **known = NULL;
    char *path = bj_sprintf(ctx, "%s/profiles.yaml", data ? data : ".");
    enum bj_status st = path ? bj_yaml_read(ctx, path, &shipped) : BJ_ENOMEM;

    if (st)
        goto done;
    profiles = bj_yaml_get(bj_yaml_root(shipped), "profiles");
    st = list_keys(ctx, profiles, &known);
    if (!st)
        st = bj_yaml_check_keys(ctx, doc, speeds, known);
    for (size_t i = 0; !st && i < speeds->n; i++)
        st = check_profile(plan, doc, speeds->item[i], bj_yaml_get(profiles, speeds->key[i]->text));
done:
    bj_free(ctx, known);
    bj_yaml_free(shipped);
    bj_free(ctx, path);
    return st;
}

/* ---- the head of a file --------------------------------------------------------- */

static enum bj_status need_text(struct bj_plan *plan, const struct bj_yaml_doc *doc,
                                const char *key, const char **out)
{
    const struct bj_yaml *root = bj_yaml_root(doc);
    enum bj_status st = bj_yaml_text(plan->ctx, doc, root, key, out);

    if (!st && !*out)
        st = bj_yaml_fail(plan->ctx, doc, NULL, _("%s is missing"), key);
    if (!st && bj_is_blank(*out))
        st = bj_yaml_fail(plan->ctx, doc, bj_yaml_get(root, key), _("'%s' is empty"), key);
    return st;
}

static enum bj_status read_plan_id(struct bj_plan *plan, const struct bj_yaml_doc *doc,
                                   struct bj_plan_info *info)
{
    enum bj_status st = need_text(plan, doc, "id", &info->id);

    if (st || bj_plan_id_valid(info->id))
        return st;
    return bj_yaml_fail(
        plan->ctx, doc, bj_yaml_get(bj_yaml_root(doc), "id"),
        _("'%.80s' is no id: it has 1 to 40 letters a-z, digits, '.', '_' or '-', and "
          "starts with a letter or digit"),
        info->id);
}

static enum bj_status check_head_keys(struct bj_plan *plan, const struct bj_yaml_doc *doc,
                                      const char *const *known)
{
    const struct bj_yaml *root = bj_yaml_root(doc);
    enum bj_status st = BJ_OK;

    for (size_t i = 0; !st && i < root->n; i++) {
        struct bj_yaml one = *root;

        one.n = 1;
        one.key = &root->key[i];
        one.item = &root->item[i];
        st = bj_plan_keep(plan, bj_yaml_check_keys(plan->ctx, doc, &one, known));
    }
    return st;
}

static enum bj_status read_head(struct bj_plan *plan, const struct bj_yaml_doc *doc,
                                struct bj_plan_info *info)
{
    const struct {
        const char *key, **text;
    } optional[] = {{"date", &info->date},
                    {"scope", &info->scope},
                    {"notes", &info->notes},
                    {"extends", &info->extends},
                    {NULL, NULL}};
    static const char *const known[] = {"id",      "title", "document", "date",   "scope",
                                        "extends", "notes", "rules",    "speeds", NULL};
    struct bj_ctx *ctx = plan->ctx;
    const struct bj_yaml *root = bj_yaml_root(doc), *speeds;
    enum bj_status st;

    info->date = info->scope = info->notes = "";
    if (root->kind != BJ_YAML_MAP)
        return bj_yaml_fail(ctx, doc, root,
                            _("a plan file is a map: id, title, document, ..., rules"));
    st = check_head_keys(plan, doc, known);
    if (!st)
        st = bj_plan_keep(plan, read_plan_id(plan, doc, info));
    if (!st)
        st = bj_plan_keep(plan, need_text(plan, doc, "title", &info->title));
    if (!st)
        st = bj_plan_keep(plan, need_text(plan, doc, "document", &info->document));
    for (int i = 0; !st && optional[i].key; i++)
        st = bj_plan_keep(plan, bj_yaml_text(ctx, doc, root, optional[i].key, optional[i].text));
    speeds = bj_yaml_get(root, "speeds");
    return st || !speeds ? st : bj_plan_keep(plan, check_speeds(plan, doc, speeds));
}

/* ---- what must hold over all rules ----------------------------------------------- */

struct by_id {
    const struct bj_rule *rule;
    size_t index;
};

static int compare_ids(const void *a, const void *b)
{
    const struct by_id *p = a, *q = b;
    int order = strcasecmp(p->rule->id, q->rule->id);

    return order ? order : (p->index > q->index) - (p->index < q->index);
}

static enum bj_status fail_same_id(struct bj_plan *plan, const struct by_id *first,
                                   const struct by_id *second)
{
    const struct bj_yaml_doc *one = plan->source[plan->source_of[first->index]].doc;
    const struct bj_yaml_doc *two = plan->source[plan->source_of[second->index]].doc;
    const struct bj_yaml place = {.line = second->rule->line, .column = second->rule->column};

    return bj_yaml_fail(plan->ctx, two, &place,
                        _("rule '%s': '%s' in line %d of %s has the same id"), second->rule->id,
                        first->rule->id, first->rule->line,
                        one == two ? _("this file") : bj_yaml_path(one));
}

/* Repetitions in the order of the file: each rule in turn is looked up among those before it. */
static enum bj_status check_ids(struct bj_plan *plan)
{
    size_t n = plan->info.n_rules;
    struct by_id *list = bj_alloc0(plan->ctx, n, sizeof(*list));
    int32_t *before = bj_alloc0(plan->ctx, n, sizeof(*before)); /* the one before with this id */
    enum bj_status st = list && before ? BJ_OK : BJ_ENOMEM;

    for (size_t i = 0; !st && i < n; i++) {
        list[i] = (struct by_id){&plan->rules[i], i};
        before[i] = -1;
    }
    if (!st)
        qsort(list, n, sizeof(*list), compare_ids);
    for (size_t i = 1; !st && i < n; i++)
        if (strcasecmp(list[i - 1].rule->id, list[i].rule->id) == 0)
            before[list[i].index] = (int32_t)list[i - 1].index;
    for (size_t i = 0; !st && i < n; i++)
        if (before[i] >= 0) {
            struct by_id one = {&plan->rules[before[i]], (size_t)before[i]};
            struct by_id two = {&plan->rules[i], i};

            st = bj_plan_keep(plan, fail_same_id(plan, &one, &two));
        }
    bj_free(plan->ctx, before);
    bj_free(plan->ctx, list);
    return st;
}

static enum bj_status check_substitute(struct bj_plan *plan, size_t i)
{
    const struct bj_rule *u = &plan->rules[i];
    const struct bj_yaml place = {.line = u->line, .column = u->column};
    int of;

    if (u->kind != BJ_KIND_ALT || !u->of)
        return BJ_OK;
    of = bj_plan_rule_find(plan, u->of);
    if (of < 0)
        return bj_yaml_fail(plan->ctx, plan->source[plan->source_of[i]].doc, &place,
                            _("rule '%s': 'of' names '%s', which is no rule of this plan"), u->id,
                            u->of);
    if ((size_t)of == i)
        return bj_yaml_fail(plan->ctx, plan->source[plan->source_of[i]].doc, &place,
                            _("rule '%s': 'of' names the rule itself"), u->id);
    return BJ_OK;
}

static enum bj_status check_substitutes(struct bj_plan *plan)
{
    enum bj_status st = BJ_OK;

    for (size_t i = 0; !st && i < plan->info.n_rules; i++)
        st = bj_plan_keep(plan, check_substitute(plan, i));
    return st;
}

/* Two tiers of one plan that ask different classes of the same people: perhaps a slip, perhaps a
 * parent's looser rule. */
static void warn_of_overlaps(const struct bj_plan *plan)
{
    for (size_t i = 0; i < plan->info.n_rules; i++)
        for (size_t k = i + 1; k < plan->info.n_rules; k++) {
            const struct bj_rule *a = &plan->rules[i], *b = &plan->rules[k];

            if (a->kind != BJ_KIND_TIER || b->kind != BJ_KIND_TIER ||
                a->tier_of_clinics != b->tier_of_clinics ||
                a->tier_by_service != b->tier_by_service)
                continue;
            for (size_t x = 0; x < a->n_bands; x++)
                for (size_t y = 0; y < b->n_bands; y++) {
                    double low = fmax(a->band[x].min, b->band[y].min);

                    if (low < fmin(a->band[x].below, b->band[y].below) &&
                        a->band[x].needs != b->band[y].needs)
                        bj_log(plan->ctx, BJ_LOG_WARNING,
                               _("rules '%s' and '%s' ask for different classes of clinic from %g "
                                 "people on"),
                               a->id, b->id, low);
                }
        }
}

/* ---- a file and its parents ------------------------------------------------------- */

/* Takes doc over, also when it fails. path is NULL for text in memory. */
static enum bj_status add_source(struct bj_plan *plan, struct bj_yaml_doc *doc, const char *path)
{
    struct bj_ctx *ctx = plan->ctx;
    char *resolved = path ? realpath(path, NULL) : NULL;
    struct bj_plan_source *s;

    for (size_t i = 0; resolved && i < plan->n_sources; i++)
        if (plan->source[i].real && strcmp(plan->source[i].real, resolved) == 0) {
            enum bj_status st = bj_fail(ctx, BJ_EDATA, _("plan '%s' extends itself, through '%s'"),
                                        bj_yaml_path(plan->source[i].doc),
                                        bj_yaml_path(plan->source[plan->n_sources - 1].doc));

            free(resolved);
            bj_yaml_free(doc);
            return st;
        }
    s = &plan->source[plan->n_sources++];
    s->doc = doc;
    s->real = bj_strdup(ctx, resolved ? resolved : "");
    free(resolved);
    return s->real ? BJ_OK : BJ_ENOMEM;
}

static enum bj_status read_source(struct bj_plan *plan, size_t source, struct bj_plan_info *info)
{
    const struct bj_yaml_doc *doc = plan->source[source].doc;
    const struct bj_yaml *rules;
    enum bj_status st = read_head(plan, doc, info);

    if (st)
        return st;
    rules = bj_yaml_get(bj_yaml_root(doc), "rules");
    if (!rules)
        return bj_plan_keep(plan, bj_yaml_fail(plan->ctx, doc, NULL, _("rules is missing")));
    return bj_plan_keep(plan, bj_rules_read(plan, source, rules, -1));
}

/* The file that `extends` of the last source names, added as the next source. folder is
 * that source's, NULL for text in memory; *next receives the new one's, caller frees. */
static enum bj_status add_parent(struct bj_plan *plan, const char *extends, const char *folder,
                                 char **next)
{
    struct bj_ctx *ctx = plan->ctx;
    const struct bj_yaml_doc *child = plan->source[plan->n_sources - 1].doc;
    const struct bj_yaml *place = bj_yaml_get(bj_yaml_root(child), "extends");
    struct bj_yaml_doc *doc = NULL;
    char *path = NULL;
    enum bj_status st;

    if (plan->n_sources == BJ_PLAN_DEPTH_MAX)
        return bj_yaml_fail(ctx, child, place, _("'extends' is more than %d plans deep"),
                            BJ_PLAN_DEPTH_MAX);
    if (!folder && is_path(extends))
        return bj_yaml_fail(ctx, child, place,
                            _("'extends' can name only a shipped plan here, not '%s'"), extends);
    if (!is_path(extends) && !bj_plan_id_valid(extends))
        return bj_yaml_fail(ctx, child, place,
                            _("'extends' is neither a plan's id nor a path: '%s'"), extends);
    st = locate(ctx, extends, folder, &path);
    if (!st)
        st = bj_yaml_read(ctx, path, &doc);
    if (!st)
        st = add_source(plan, doc, path);
    if (!st) {
        *next = folder_of(ctx, path);
        st = *next ? BJ_OK : BJ_ENOMEM;
    } else if (st != BJ_ENOMEM) {
        st = bj_fail_in(ctx, st, _("%s:%d: extends '%s'"), bj_yaml_path(child), place->line,
                        extends);
    }
    bj_free(ctx, path);
    return st;
}

static enum bj_status read_parents(struct bj_plan *plan, const char *base_dir)
{
    struct bj_ctx *ctx = plan->ctx;
    const char *extends = plan->info.extends;
    char *folder = NULL;
    enum bj_status st = BJ_OK;

    if (extends && base_dir && !(folder = bj_strdup(ctx, base_dir)))
        st = BJ_ENOMEM;
    while (extends && !st) {
        struct bj_plan_info parent = {0};
        char *next = NULL;

        st = add_parent(plan, extends, folder, &next);
        bj_free(ctx, folder);
        folder = next;
        if (!st)
            st = read_source(plan, plan->n_sources - 1, &parent);
        extends = parent.extends;
    }
    bj_free(ctx, folder);
    return st;
}

/* The plan of a document; takes doc over. real_path is NULL for text in memory. Checking: *out is a
 * plan that has its faults with it. */
static enum bj_status plan_new(struct bj_ctx *ctx, struct bj_yaml_doc *doc, const char *real_path,
                               const char *base_dir, bool checking, struct bj_plan **out)
{
    struct bj_plan *plan = bj_alloc0(ctx, 1, sizeof(*plan));
    enum bj_status st;

    if (!plan) {
        bj_yaml_free(doc);
        return BJ_ENOMEM;
    }
    plan->ctx = ctx;
    plan->checking = checking;
    st = add_source(plan, doc, real_path);
    if (!st)
        st = read_source(plan, 0, &plan->info);
    if (!st)
        st = bj_plan_keep(plan, read_parents(plan, base_dir));
    if (!st && plan->info.n_rules == 0 && plan->n_faults == 0)
        st = bj_plan_keep(plan, bj_yaml_fail(ctx, doc, bj_yaml_get(bj_yaml_root(doc), "rules"),
                                             _("the plan has no rules")));
    if (!st)
        st = check_ids(plan);
    if (!st)
        st = check_substitutes(plan);
    if (!st && !plan->checking)
        warn_of_overlaps(plan);
    if (st) {
        bj_plan_free(plan);
        return st;
    }
    plan->info.path = bj_yaml_path(doc);
    plan->info.doc = doc;
    *out = plan;
    return BJ_OK;
}

enum bj_status bj_plan_parse(struct bj_ctx *ctx, const char *path, const char *text, size_t n,
                             const char *base_dir, struct bj_plan **out)
{
    struct bj_yaml_doc *doc = NULL;
    enum bj_status st = bj_yaml_parse(ctx, path, text, n, &doc);

    return st ? st : plan_new(ctx, doc, NULL, base_dir, false, out);
}

/* A shipped plan is found by its file's name, so the name must be its id. */
static enum bj_status check_file_id(struct bj_ctx *ctx, const struct bj_plan *plan,
                                    const char *asked)
{
    const struct bj_yaml_doc *doc = plan->info.doc;

    if (is_path(asked) || strcmp(asked, plan->info.id) == 0)
        return BJ_OK;
    return bj_yaml_fail(ctx, doc, bj_yaml_get(bj_yaml_root(doc), "id"),
                        _("id is '%s', but the file is named for '%s'"), plan->info.id, asked);
}

static enum bj_status read_plan(struct bj_ctx *ctx, const char *id_or_path, const char *base_dir,
                                bool checking, struct bj_plan **out)
{
    char *path = NULL, *folder = NULL, *text = NULL;
    struct bj_yaml_doc *doc = NULL;
    struct bj_plan *plan = NULL;
    size_t n = 0;
    int known = 0;
    enum bj_status st = locate(ctx, id_or_path, base_dir, &path);

    if (!st)
        st = bj_read_file(ctx, path, PLAN_MAX_BYTES, &text, &n);
    if (!st)
        st = bj_yaml_parse(ctx, path, text, n, &doc);
    if (!st && !(folder = folder_of(ctx, path))) {
        bj_yaml_free(doc);
        st = BJ_ENOMEM;
    }
    if (!st)
        st = plan_new(ctx, doc, path, folder, checking, &plan);
    if (!st && plan->n_faults == 0)
        st = bj_plan_keep(plan, check_file_id(ctx, plan, id_or_path));
    if (!st)
        st = bj_file_sha256(ctx, path, plan->info.sha256, &known);
    if (!st) {
        *out = plan;
        plan = NULL;
    }
    bj_plan_free(plan);
    bj_free(ctx, text);
    bj_free(ctx, folder);
    bj_free(ctx, path);
    return st;
}

enum bj_status bj_plan_read(struct bj_ctx *ctx, const char *id_or_path, const char *base_dir,
                            struct bj_plan **out)
{
    return read_plan(ctx, id_or_path, base_dir, false, out);
}

/* A list of one: the sentence that the context has. */
static enum bj_status only_fault(struct bj_ctx *ctx, char ***faults)
{
    char **list = bj_alloc0(ctx, 2, sizeof(*list));

    if (list)
        list[0] = bj_strdup(ctx, bj_ctx_message(ctx));
    if (!list || !list[0]) {
        bj_free(ctx, list);
        return BJ_ENOMEM;
    }
    *faults = list;
    return BJ_OK;
}

enum bj_status bj_plan_faults(struct bj_ctx *ctx, const char *id_or_path, const char *base_dir,
                              char ***faults)
{
    struct bj_plan *plan = NULL;
    enum bj_status st = read_plan(ctx, id_or_path, base_dir, true, &plan);
    char **list = NULL;

    if (st == BJ_EDATA) /* no YAML at all, or none that could be read on */
        return only_fault(ctx, faults);
    if (st)
        return st;
    if (plan->n_faults > 0) {
        list = plan->fault;
        plan->fault = NULL; /* now the caller's */
    } else {
        list = bj_alloc0(ctx, 1, sizeof(*list));
    }
    bj_plan_free(plan);
    if (!list)
        return BJ_ENOMEM;
    *faults = list;
    return BJ_OK;
}
