/* banjing: contexts, status codes, messages, hooks.
 *
 * Every call that can fail returns enum bj_status and, when it fails, leaves one
 * sentence in the context: what is wrong, in which file, layer, row or line, why,
 * and what to do. The library prints nothing and never exits. */
#ifndef BANJING_BASE_H
#define BANJING_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define BJ_MUST_CHECK   __attribute__((warn_unused_result))
#define BJ_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define BJ_MUST_CHECK
#define BJ_PRINTF(f, a)
#endif

/* What the caller can do about a failure. BJ_OK is 0, so `if (call())` reads as
 * "if it failed". */
enum bj_status {
    BJ_OK = 0,
    BJ_EARG,    /* the caller passed nonsense: a bug in the calling program */
    BJ_EIO,     /* a file cannot be opened, read or written */
    BJ_EDATA,   /* a file was read, and what it says is wrong */
    BJ_ECRS,    /* a coordinate system is unknown, missing or refused */
    BJ_EGEOM,   /* GEOS gave up, or a geometry has no meaning */
    BJ_EMODEL,  /* a siting model has no feasible answer */
    BJ_ECANCEL, /* the progress hook asked to stop */
    BJ_ENOMEM   /* out of memory */
};

/* A context: last message, hooks, allocator, GEOS and PROJ handles. Only one
 * thread at a time may use it; it must outlive all it made. */
struct bj_ctx;

/* New context with malloc, no hooks, one thread. NULL when out of memory.
 * Caller frees it with bj_ctx_free(), which takes NULL. */
struct bj_ctx *bj_ctx_new(void);
void bj_ctx_free(struct bj_ctx *ctx);

/* The sentence of the last failure, "" when none. Borrowed; valid until the next
 * failing call on this context. */
const char *bj_ctx_message(const struct bj_ctx *ctx);

enum bj_level { BJ_LOG_DEBUG, BJ_LOG_INFO, BJ_LOG_WARNING };

/* Log hook: one call a message, no newline at the end. NULL switches it off. */
typedef void (*bj_log_fn)(void *udata, enum bj_level level, const char *text);
void bj_ctx_set_log(struct bj_ctx *ctx, bj_log_fn fn, void *udata);

/* Progress hook: stage is a short phrase in the user's language ("reading
 * villages.shp"), done is 0..1, or < 0 when the end is not known. Returning
 * non-zero asks the library to stop: the running call ends with BJ_ECANCEL. */
typedef int (*bj_progress_fn)(void *udata, const char *stage, double done);
void bj_ctx_set_progress(struct bj_ctx *ctx, bj_progress_fn fn, void *udata);

/* Worker threads for the outer loops, >= 1 (smaller is taken as 1). Results do not
 * depend on it. */
void bj_ctx_set_threads(struct bj_ctx *ctx, int n_threads);
int bj_ctx_threads(const struct bj_ctx *ctx);

/* Language of texts that end in results (reasons, warnings, assumptions): "zh" or "en"; NULL =
 * that of the messages. For the process, like gettext's own: call it before the work begins.
 * The catalogue is looked for where bindtextdomain() of domain "banjing" points; without one
 * the texts are English. */
void bj_set_report_lang(const char *lang);

/* Allocator for everything the library allocates itself (not what GDAL, PROJ and
 * GEOS allocate). Must be set before the first call that allocates, and be safe to
 * call from several threads. resize(udata, NULL, n) allocates. */
struct bj_allocator {
    void *(*resize)(void *udata, void *p, size_t n_bytes);
    void (*release)(void *udata, void *p);
    void *udata;
};
void bj_ctx_set_allocator(struct bj_ctx *ctx, const struct bj_allocator *a);

/* "1.2.3" of the library at run time. */
const char *bj_version(void);

/* Folder with plans/ and profiles.yaml: $BANJING_DATA, then ../share/banjing beside
 * the running program, then the source tree it was built from. NULL when none of
 * them has a plans folder. Borrowed, set once for the process. */
const char *bj_data_dir(void);

#ifdef __cplusplus
}
#endif
#endif
