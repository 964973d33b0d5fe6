/* The context: status sentence, hooks, allocator, handles of outside libraries.
 *
 * A context belongs to one thread at a time. Worker contexts for bj_parallel() are made
 * from it (parallel.c) and kept, because a PROJ or GEOS handle costs milliseconds. */
#include "base/ctx_int.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void *plain_resize(void *udata, void *p, size_t n_bytes)
{
    (void)udata;
    return realloc(p, n_bytes);
}

static void plain_release(void *udata, void *p)
{
    (void)udata;
    free(p);
}

struct bj_ctx *bj_ctx_new(void)
{
    struct bj_ctx *ctx = calloc(1, sizeof(*ctx));

    if (!ctx)
        return NULL;
    ctx->alloc = (struct bj_allocator){plain_resize, plain_release, NULL};
    ctx->n_threads = 1;
    return ctx;
}

void bj_ctx_free(struct bj_ctx *ctx)
{
    if (!ctx)
        return;
    for (size_t i = 0; i < ctx->n_workers; i++)
        bj_ctx_free(ctx->worker[i]);
    free(ctx->worker);
    for (int s = BJ_SLOT_N - 1; s >= 0; s--)
        bj_ctx_set_slot(ctx, (enum bj_slot)s, NULL, NULL);
    free(ctx);
}

const char *bj_ctx_message(const struct bj_ctx *ctx)
{
    return ctx->message;
}

void bj_ctx_set_log(struct bj_ctx *ctx, bj_log_fn fn, void *udata)
{
    ctx->log = fn;
    ctx->log_udata = udata;
}

void bj_ctx_set_progress(struct bj_ctx *ctx, bj_progress_fn fn, void *udata)
{
    ctx->progress = fn;
    ctx->progress_udata = udata;
}

void bj_ctx_set_threads(struct bj_ctx *ctx, int n_threads)
{
    ctx->n_threads = n_threads < 1 ? 1 : n_threads;
}

int bj_ctx_threads(const struct bj_ctx *ctx)
{
    return ctx->n_threads;
}

void bj_ctx_set_allocator(struct bj_ctx *ctx, const struct bj_allocator *a)
{
    ctx->alloc = *a;
}

enum bj_status bj_fail(struct bj_ctx *ctx, enum bj_status st, const char *fmt, ...)
{
    char text[sizeof(ctx->message)];
    va_list args;

    /* Into a copy first: an argument may be the old message itself. */
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    bj_utf8_clean(text); /* a long sentence may end in half a character */
    memcpy(ctx->message, text, sizeof(text));
    return st;
}

enum bj_status bj_fail_in(struct bj_ctx *ctx, enum bj_status st, const char *fmt, ...)
{
    char text[sizeof(ctx->message)];
    va_list args;
    size_t n;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    n = strlen(text);
    snprintf(text + n, sizeof(text) - n, ": %s", ctx->message);
    bj_utf8_clean(text); /* a long sentence may end in half a character */
    memcpy(ctx->message, text, sizeof(text));
    return st;
}

void bj_log(struct bj_ctx *ctx, enum bj_level level, const char *fmt, ...)
{
    char text[2048];
    va_list args;

    if (!ctx->log)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    bj_utf8_clean(text); /* a long sentence may end in half a character */
    ctx->log(ctx->log_udata, level, text);
}

enum bj_status bj_progress(struct bj_ctx *ctx, const char *stage, double done)
{
    if (ctx->progress && ctx->progress(ctx->progress_udata, stage, done))
        return bj_fail(ctx, BJ_ECANCEL, _("stopped while %s, as asked"), stage);
    return BJ_OK;
}

void *bj_ctx_slot(const struct bj_ctx *ctx, enum bj_slot slot)
{
    return ctx->slot[slot].handle;
}

void bj_ctx_set_slot(struct bj_ctx *ctx, enum bj_slot slot, void *handle, void (*release)(void *))
{
    if (ctx->slot[slot].handle && ctx->slot[slot].release)
        ctx->slot[slot].release(ctx->slot[slot].handle);
    ctx->slot[slot].handle = handle;
    ctx->slot[slot].release = release;
}

const char *bj_version(void)
{
    return BANJING_VERSION;
}

static bool has_plans(const char *dir)
{
    char path[4200];
    struct stat sb;

    snprintf(path, sizeof(path), "%s/plans", dir);
    return stat(path, &sb) == 0 && S_ISDIR(sb.st_mode);
}

const char *bj_data_dir(void)
{
    static char found[4096];
    const char *env = getenv("BANJING_DATA");
    char exe[3072];
    ssize_t n;

    if (found[0])
        return found;
    if (env && *env) {
        /* A folder that was named and is not there must not be replaced in silence. */
        snprintf(found, sizeof(found), "%s", env);
        return found;
    }
    n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    if (n > 0) {
        char *slash;

        exe[n] = '\0';
        slash = strrchr(exe, '/');
        if (slash)
            *slash = '\0';
        snprintf(found, sizeof(found), "%s/../share/banjing", exe);
        if (has_plans(found))
            return found;
    }
#ifdef BANJING_GEODATA_DIR
    snprintf(found, sizeof(found), "%s", BANJING_GEODATA_DIR);
    if (has_plans(found))
        return found;
#endif
    found[0] = '\0';
    return NULL;
}
