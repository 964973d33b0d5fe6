/* Outer loops on several threads.
 *
 * Items are taken one by one from a shared counter, so uneven items balance; every item
 * writes to its own slice, so the result does not depend on who ran it. Each thread has a
 * context of its own, made once and kept in the caller's context. Progress is called only
 * on the calling thread. */
#include "base/ctx_int.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct job {
    size_t n;
    bj_work_fn work;
    void *arg;
    atomic_size_t next;
    atomic_size_t first_failed; /* lowest failed index, n when none */
};

struct worker {
    pthread_t thread;
    bool started;
    struct bj_ctx *ctx;
    struct job *job;
    size_t failed; /* lowest index that failed here, n when none */
    enum bj_status st;
    char message[sizeof(((struct bj_ctx *)0)->message)];
};

/* Items below a failed index must still run: the first failure by index wins. */
static bool take(struct job *job, size_t *i)
{
    *i = atomic_fetch_add(&job->next, 1);
    return *i < job->n && *i < atomic_load(&job->first_failed);
}

static void note_failure(struct worker *w, size_t i, enum bj_status st)
{
    size_t seen = atomic_load(&w->job->first_failed);

    while (i < seen && !atomic_compare_exchange_weak(&w->job->first_failed, &seen, i)) {
    }
    if (i < w->failed) {
        w->failed = i;
        w->st = st;
        memcpy(w->message, w->ctx->message, sizeof(w->message));
    }
}

static void run_items(struct worker *w, struct bj_ctx *reporter, const char *stage)
{
    struct job *job = w->job;
    size_t i;

    while (take(job, &i)) {
        enum bj_status st = job->work(w->ctx, i, job->arg);

        if (st == BJ_OK && reporter && stage)
            st = bj_progress(reporter, stage, (double)i / (double)job->n);
        if (st != BJ_OK) {
            if (st == BJ_ECANCEL && reporter && w->ctx != reporter)
                memcpy(w->ctx->message, reporter->message, sizeof(w->ctx->message));
            note_failure(w, i, st);
        }
    }
}

static void *thread_main(void *arg)
{
    run_items(arg, NULL, NULL);
    return NULL;
}

static bool have_workers(struct bj_ctx *ctx, size_t n)
{
    struct bj_ctx **more;

    if (ctx->n_workers >= n)
        return true;
    more = realloc(ctx->worker, n * sizeof(*more));
    if (!more)
        return false;
    ctx->worker = more;
    while (ctx->n_workers < n) {
        struct bj_ctx *w = bj_ctx_new();

        if (!w)
            return false;
        w->alloc = ctx->alloc;
        ctx->worker[ctx->n_workers++] = w;
    }
    return true;
}

static enum bj_status run_here(struct bj_ctx *ctx, size_t n, const char *stage, bj_work_fn work,
                               void *arg)
{
    for (size_t i = 0; i < n; i++) {
        enum bj_status st = work(ctx, i, arg);

        if (st == BJ_OK && stage)
            st = bj_progress(ctx, stage, (double)i / (double)n);
        if (st != BJ_OK)
            return st;
    }
    return BJ_OK;
}

enum bj_status bj_parallel(struct bj_ctx *ctx, size_t n, const char *stage, bj_work_fn work,
                           void *arg)
{
    size_t n_threads = (size_t)ctx->n_threads;
    struct worker *w;
    struct job job = {.n = n, .work = work, .arg = arg};
    const struct worker *first = NULL;
    enum bj_status st = BJ_OK;

    /* Said once before any item: short loops may end before this thread gets one. */
    if (stage && n > 0)
        st = bj_progress(ctx, stage, 0);
    if (st != BJ_OK)
        return st;
    if (n_threads > n)
        n_threads = n;
    if (n_threads <= 1)
        return run_here(ctx, n, stage, work, arg);
    if (!have_workers(ctx, n_threads))
        return bj_fail(ctx, BJ_ENOMEM, _("out of memory: no context for %zu threads"), n_threads);
    w = bj_alloc0(ctx, n_threads, sizeof(*w));
    if (!w)
        return BJ_ENOMEM;
    atomic_init(&job.next, 0);
    atomic_init(&job.first_failed, n);
    for (size_t t = 0; t < n_threads; t++) {
        w[t].ctx = ctx->worker[t];
        w[t].job = &job;
        w[t].failed = n;
    }
    /* A thread that cannot be started is no failure: the others do its share. */
    for (size_t t = 1; t < n_threads; t++)
        w[t].started = pthread_create(&w[t].thread, NULL, thread_main, &w[t]) == 0;
    run_items(&w[0], ctx, stage);
    for (size_t t = 1; t < n_threads; t++)
        if (w[t].started)
            pthread_join(w[t].thread, NULL);
    for (size_t t = 0; t < n_threads; t++)
        if (w[t].failed < n && (!first || w[t].failed < first->failed))
            first = &w[t];
    if (first)
        st = bj_fail(ctx, first->st, "%s", first->message);
    bj_free(ctx, w);
    return st;
}
