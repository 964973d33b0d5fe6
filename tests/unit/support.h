/* What every unit test uses: cmocka, a context, closeness of doubles, temp folders. */
#ifndef BANJING_TEST_SUPPORT_H
#define BANJING_TEST_SUPPORT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "banjing/base.h"
#include "base/base_int.h"

#ifndef BANJING_SOURCE_DIR
#error "BANJING_SOURCE_DIR must be defined"
#endif

#define TEST_PI 3.14159265358979323846

/* The context of the group: made by support_setup, freed by support_teardown. */
extern struct bj_ctx *ctx;
int support_setup(void **state);
int support_teardown(void **state);

/* |got - want| <= tol, with all three printed when it fails (cmocka's own rounds to float). */
#define assert_near(got, want, tol) support_near((got), (want), (tol), #got, __FILE__, __LINE__)
void support_near(double got, double want, double tol, const char *what, const char *file,
                  int line);

/* The call succeeded, else its sentence is printed and the test fails. */
#define assert_ok(call) support_ok((call), #call, __FILE__, __LINE__)
void support_ok(enum bj_status st, const char *what, const char *file, int line);

/* The call failed with this status and its sentence contains each word. */
#define assert_fails(call, st, word) support_fails((call), (st), (word), #call, __FILE__, __LINE__)
void support_fails(enum bj_status got, enum bj_status want, const char *word, const char *what,
                   const char *file, int line);

/* A new folder under $TMPDIR or /tmp, removed with all it holds at exit. Static buffer of the
 * call's own: copy it when two are needed. */
const char *support_tmpdir(void);
/* "<dir>/<name>" in one of eight rotating static buffers. */
const char *support_path(const char *dir, const char *name);
/* Writes text into dir/name; returns its path (as support_path). */
const char *support_write(const char *dir, const char *name, const char *text);
/* Whole file as text, caller frees with free(). Fails the test when it cannot be read. */
char *support_read(const char *path);

/* Repeatable random numbers (xoshiro256**), the seed printed by the test. */
struct support_random {
    uint64_t s[4];
};
void support_seed(struct support_random *r, uint64_t seed);
double support_uniform(struct support_random *r, double low, double high);

/* Runs call repeatedly with the n-th allocation failing, n = 1, 2, …, until it succeeds.
 * Every failure must be BJ_ENOMEM and leak nothing (ASan, valgrind). call gets a fresh
 * context. Returns how many allocations it took. */
size_t support_torture(enum bj_status (*call)(struct bj_ctx *c, void *arg), void *arg);
/* The same for every step-th allocation: for calls that take long. */
size_t support_torture_by(size_t step, enum bj_status (*call)(struct bj_ctx *c, void *arg),
                          void *arg);

#endif
