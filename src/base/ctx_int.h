/* Inside of a context; only src/base sees it. */
#ifndef BANJING_CTX_INT_H
#define BANJING_CTX_INT_H

#include "base/base_int.h"

/* A compiled gettext catalogue in memory; zeroed = none. */
struct bj_catalog {
    char *data;
    size_t n, n_strings, originals, translations; /* bytes; offsets of the two tables */
};
void bj_catalog_release(struct bj_ctx *ctx, struct bj_catalog *c);

struct bj_ctx {
    char message[4096];
    bj_log_fn log;
    void *log_udata;
    bj_progress_fn progress;
    void *progress_udata;
    struct bj_allocator alloc;
    int n_threads;
    struct {
        void *handle;
        void (*release)(void *);
    } slot[BJ_SLOT_N];
    bool report_lang_set;
    struct bj_catalog catalog; /* of the report's language */
    size_t n_workers;          /* contexts of bj_parallel's workers, kept between calls */
    struct bj_ctx **worker;
};

#endif
