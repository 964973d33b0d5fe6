/* The case files that the operands of a batch name. */
#include "banjing/batch.h"
#include "base/base_int.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

struct list {
    char **item; /* NULL-ended once it has an item */
    size_t n, cap;
};

static enum bj_status add(struct bj_ctx *ctx, struct list *l, const char *path)
{
    if (!bj_grow(ctx, (void **)&l->item, &l->cap, l->n + 1, sizeof(*l->item)))
        return BJ_ENOMEM;
    l->item[l->n] = bj_strdup(ctx, path);
    if (!l->item[l->n])
        return BJ_ENOMEM;
    l->item[++l->n] = NULL;
    return BJ_OK;
}

void bj_case_paths_free(struct bj_ctx *ctx, char **paths)
{
    for (size_t i = 0; paths && paths[i]; i++)
        bj_free(ctx, paths[i]);
    bj_free(ctx, paths);
}

static bool ends_in(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);

    return n > m && strcasecmp(s + n - m, end) == 0;
}

static bool is_case(const char *name)
{
    return ends_in(name, ".yaml") || ends_in(name, ".yml");
}

/* ---- folders ----------------------------------------------------------------- */

static bool is_file(const char *path)
{
    struct stat s;

    return stat(path, &s) == 0 && S_ISREG(s.st_mode);
}

/* A name in a folder: a case file, or a folder with case.yaml in it. */
static enum bj_status add_entry(struct bj_ctx *ctx, struct list *l, const char *folder,
                                const char *name)
{
    char *path = bj_sprintf(ctx, "%s/%s", folder, name),
         *inner = bj_sprintf(ctx, "%s/%s/case.yaml", folder, name);
    enum bj_status st = path && inner ? BJ_OK : BJ_ENOMEM;

    if (st == BJ_OK && is_case(name) && is_file(path))
        st = add(ctx, l, path);
    else if (st == BJ_OK && is_file(inner))
        st = add(ctx, l, inner);
    bj_free(ctx, inner);
    bj_free(ctx, path);
    return st;
}

static enum bj_status add_folder(struct bj_ctx *ctx, struct list *l, const char *folder)
{
    struct dirent **entry = NULL;
    int n = scandir(folder, &entry, NULL, alphasort);
    size_t before = l->n;
    enum bj_status st = BJ_OK;

    if (n < 0)
        return bj_fail(ctx, BJ_EIO, _("cannot read folder '%s': %s"), folder, strerror(errno));
    for (int i = 0; i < n; i++) {
        if (st == BJ_OK && entry[i]->d_name[0] != '.')
            st = add_entry(ctx, l, folder, entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    if (st == BJ_OK && l->n == before)
        st = bj_fail(ctx, BJ_EDATA,
                     _("folder '%s' has no case file (*.yaml) and no folder with a case.yaml"),
                     folder);
    return st;
}

/* ---- manifests ----------------------------------------------------------------- */

static enum bj_status add_relative(struct bj_ctx *ctx, struct list *l, const char *manifest,
                                   const char *path)
{
    const char *slash = strrchr(manifest, '/');
    char *whole = path[0] == '/' || !slash
                      ? bj_strdup(ctx, path)
                      : bj_sprintf(ctx, "%.*s/%s", (int)(slash - manifest), manifest, path);
    enum bj_status st = whole ? add(ctx, l, whole) : BJ_ENOMEM;

    bj_free(ctx, whole);
    return st;
}

static enum bj_status add_rows(struct bj_ctx *ctx, struct list *l, const char *manifest,
                               const struct bj_table *t)
{
    enum bj_status st = BJ_OK;
    size_t before = l->n;

    for (size_t i = 0; st == BJ_OK && i < t->n; i++)
        if (!bj_is_blank(t->column[0].text[i]))
            st = add_relative(ctx, l, manifest, t->column[0].text[i]);
    if (st == BJ_OK && l->n == before)
        st = bj_fail(ctx, BJ_EDATA, _("manifest '%s' names no case"), manifest);
    return st;
}

static enum bj_status add_manifest(struct bj_ctx *ctx, struct list *l, const char *manifest)
{
    struct bj_source_spec spec = {.path = manifest};
    struct bj_column_spec column = {-1, 0};
    struct bj_source *source = NULL;
    struct bj_table t = {0};
    const struct bj_source_info *info;
    enum bj_status st = bj_source_open(ctx, &spec, &source);

    if (st)
        return st;
    info = bj_source_info(source);
    for (size_t i = 0; i < info->n_fields; i++)
        if (strcasecmp(info->field[i].name, "case") == 0)
            column.field = (int)i;
    if (column.field < 0)
        st = bj_fail(ctx, BJ_EDATA, _("manifest '%s' has no column 'case'"), manifest);
    if (st == BJ_OK)
        st = bj_source_read(ctx, source, BJ_WANT_ATTRIBUTES, 1, &column, &t);
    if (st == BJ_OK)
        st = add_rows(ctx, l, manifest, &t);
    bj_table_release(ctx, &t);
    bj_source_close(source);
    return st;
}

enum bj_status bj_case_paths(struct bj_ctx *ctx, size_t n, const char *const *operand, char ***out)
{
    struct list l = {0};
    enum bj_status st = BJ_OK;

    for (size_t i = 0; st == BJ_OK && i < n; i++) {
        struct stat s;

        if (stat(operand[i], &s) != 0)
            st = bj_fail(ctx, BJ_EIO, _("cannot open '%s': %s"), operand[i], strerror(errno));
        else if (S_ISDIR(s.st_mode))
            st = add_folder(ctx, &l, operand[i]);
        else if (is_case(operand[i]))
            st = add(ctx, &l, operand[i]);
        else
            st = add_manifest(ctx, &l, operand[i]);
    }
    if (st == BJ_OK && l.n == 0)
        st = bj_fail(ctx, BJ_EARG, _("no case is given"));
    if (st) {
        bj_case_paths_free(ctx, l.item);
        return st;
    }
    *out = l.item;
    return BJ_OK;
}
