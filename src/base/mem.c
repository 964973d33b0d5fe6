/* Memory: every allocation of the library goes through the context's allocator, so that
 * tests can make the n-th one fail. */
#include "base/ctx_int.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void *no_memory(struct bj_ctx *ctx, size_t n, size_t size)
{
    (void)bj_fail(ctx, BJ_ENOMEM, _("out of memory: %zu items of %zu bytes were asked for"), n,
                  size);
    return NULL;
}

void *bj_resize(struct bj_ctx *ctx, void *p, size_t n, size_t size)
{
    void *q;

    if (n == 0 || size == 0)
        n = size = 1;
    if (n > SIZE_MAX / size)
        return no_memory(ctx, n, size);
    q = ctx->alloc.resize(ctx->alloc.udata, p, n * size);
    return q ? q : no_memory(ctx, n, size);
}

void *bj_alloc0(struct bj_ctx *ctx, size_t n, size_t size)
{
    void *p = bj_resize(ctx, NULL, n, size);

    if (p)
        memset(p, 0, n && size ? n * size : 1);
    return p;
}

void bj_free(struct bj_ctx *ctx, void *p)
{
    if (p)
        ctx->alloc.release(ctx->alloc.udata, p);
}

char *bj_strndup(struct bj_ctx *ctx, const char *s, size_t n)
{
    char *p = bj_resize(ctx, NULL, n + 1, 1);

    if (!p)
        return NULL;
    memcpy(p, s, n);
    p[n] = '\0';
    return p;
}

char *bj_strdup(struct bj_ctx *ctx, const char *s)
{
    return bj_strndup(ctx, s, strlen(s));
}

char *bj_sprintf(struct bj_ctx *ctx, const char *fmt, ...)
{
    va_list args;
    int n;
    char *p;

    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0) {
        (void)bj_fail(ctx, BJ_EARG, _("a text cannot be formatted"));
        return NULL;
    }
    p = bj_resize(ctx, NULL, (size_t)n + 1, 1);
    if (!p)
        return NULL;
    va_start(args, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, args);
    va_end(args);
    return p;
}

bool bj_grow(struct bj_ctx *ctx, void **p, size_t *cap, size_t n, size_t size)
{
    size_t bigger;
    void *q;

    if (n < *cap)
        return true;
    bigger = *cap ? *cap * 2 : 16;
    q = bj_resize(ctx, *p, bigger, size);
    if (!q)
        return false;
    *p = q;
    *cap = bigger;
    return true;
}

struct bj_strings_chunk {
    struct bj_strings_chunk *next;
    size_t used, size;
    char data[];
};

enum { CHUNK_BYTES = 64 * 1024 };

const char *bj_strings_add(struct bj_ctx *ctx, struct bj_strings *b, const char *s, size_t n)
{
    struct bj_strings_chunk *c = b->chunk;
    char *p;

    if (n == 0)
        return "";
    if (!c || c->size - c->used < n + 1) {
        size_t size = n + 1 > CHUNK_BYTES ? n + 1 : CHUNK_BYTES;

        c = bj_resize(ctx, NULL, sizeof(*c) + size, 1);
        if (!c)
            return NULL;
        c->next = b->chunk;
        c->used = 0;
        c->size = size;
        b->chunk = c;
    }
    p = c->data + c->used;
    memcpy(p, s, n);
    p[n] = '\0';
    c->used += n + 1;
    return p;
}

void bj_strings_release(struct bj_ctx *ctx, struct bj_strings *b)
{
    while (b->chunk) {
        struct bj_strings_chunk *next = b->chunk->next;

        bj_free(ctx, b->chunk);
        b->chunk = next;
    }
}
