/* Inside of a context; only src/base sees it. */
#ifndef BANJING_CTX_INT_H
#define BANJING_CTX_INT_H

#include "base/base_int.h"

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
    size_t n_workers; /* contexts of bj_parallel's workers, kept between calls */
    struct bj_ctx **worker;
};

#endif
