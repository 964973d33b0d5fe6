/* What every folder of the library uses: failing, memory, text, YAML, threads. */
#ifndef BANJING_BASE_INT_H
#define BANJING_BASE_INT_H

#include "banjing/base.h"

#include <libintl.h>
#include <stdbool.h>
#include <stdio.h>

/* Messages that a user sees are marked _("..."); N_() marks table entries. The text
 * domain is "banjing", translations are in src/po. */
#define _(s)  dgettext("banjing", (s))
#define N_(s) s
/* Texts that end in results (notes, reasons, assumptions) are in the report's language, which
 * may be another than that of the messages: R_("..."). catalog.c */
#define R_(s) bj_report_text(s)
const char *bj_report_text(const char *text) __attribute__((format_arg(1)));

/* ---- failing (ctx.c) ---------------------------------------------------- */

/* Leaves the sentence in ctx and returns st: `return bj_fail(ctx, BJ_EDATA, _("…"), …)`. */
enum bj_status bj_fail(struct bj_ctx *ctx, enum bj_status st, const char *fmt, ...) BJ_PRINTF(3, 4);

/* Puts "<prefix>: " before the sentence that is in ctx and returns st. For callers
 * that know the file or layer: `if (st) return bj_fail_in(ctx, st, "villages '%s'", path)`. */
enum bj_status bj_fail_in(struct bj_ctx *ctx, enum bj_status st, const char *fmt, ...)
    BJ_PRINTF(3, 4);

void bj_log(struct bj_ctx *ctx, enum bj_level level, const char *fmt, ...) BJ_PRINTF(3, 4);

/* Calls the progress hook; BJ_ECANCEL (with its sentence) when it asks to stop. */
enum bj_status bj_progress(struct bj_ctx *ctx, const char *stage, double done) BJ_MUST_CHECK;

/* Per-context handles of outside libraries, kept as opaque pointers and released
 * with the context, in the reverse of this order. */
enum bj_slot { BJ_SLOT_PROJ, BJ_SLOT_GEOS, BJ_SLOT_CRS, BJ_SLOT_CODES, BJ_SLOT_N };
void *bj_ctx_slot(const struct bj_ctx *ctx, enum bj_slot slot);
void bj_ctx_set_slot(struct bj_ctx *ctx, enum bj_slot slot, void *handle, void (*release)(void *));

/* ---- memory (mem.c) ----------------------------------------------------- */

/* n * size zeroed bytes; n or size 0 gives a valid pointer. On failure NULL, and ctx
 * holds the BJ_ENOMEM sentence. Free with bj_free(), which takes NULL. */
void *bj_alloc0(struct bj_ctx *ctx, size_t n, size_t size);
/* As realloc; on failure p is untouched and stays the caller's. */
void *bj_resize(struct bj_ctx *ctx, void *p, size_t n, size_t size);
void bj_free(struct bj_ctx *ctx, void *p);
char *bj_strdup(struct bj_ctx *ctx, const char *s);
char *bj_strndup(struct bj_ctx *ctx, const char *s, size_t n);
char *bj_sprintf(struct bj_ctx *ctx, const char *fmt, ...) BJ_PRINTF(2, 3);
/* Room for one more item in a growing array: *p has *cap items of `size` bytes and n in
 * use. Doubles. False (and ctx holds the sentence) when out of memory. */
bool bj_grow(struct bj_ctx *ctx, void **p, size_t *cap, size_t n, size_t size);

/* Strings that live and die together (a layer's codes and names): one block, appended
 * to; pointers stay valid because chunks never move. Zeroed struct = empty. */
struct bj_strings {
    struct bj_strings_chunk *chunk;
};
/* A copy of s (n bytes, no NUL inside) in the block; NULL when out of memory. "" gives a
 * shared constant. */
const char *bj_strings_add(struct bj_ctx *ctx, struct bj_strings *b, const char *s, size_t n);
void bj_strings_release(struct bj_ctx *ctx, struct bj_strings *b);

/* ---- text (text.c) ------------------------------------------------------ */

/* Growing text with a maximum size. Zeroed struct = empty with the maximum of 64 MiB.
 * Appending returns false after the first failure, and stays false. */
struct bj_buf {
    char *s; /* NUL-terminated, NULL while empty */
    size_t n, cap, max;
    bool failed;
};
bool bj_buf_add(struct bj_ctx *ctx, struct bj_buf *b, const char *s, size_t n);
bool bj_buf_puts(struct bj_ctx *ctx, struct bj_buf *b, const char *s);
bool bj_buf_printf(struct bj_ctx *ctx, struct bj_buf *b, const char *fmt, ...) BJ_PRINTF(3, 4);
void bj_buf_release(struct bj_ctx *ctx, struct bj_buf *b);

/* Whole file into *out (NUL appended, not counted), at most max bytes. Caller frees with
 * bj_free(). BJ_EIO when it cannot be read, BJ_EDATA when it is larger. */
enum bj_status bj_read_file(struct bj_ctx *ctx, const char *path, size_t max, char **out,
                            size_t *n) BJ_MUST_CHECK;

bool bj_utf8_valid(const char *s, size_t n);
/* Characters (code points) of valid UTF-8. */
size_t bj_utf8_length(const char *s);
/* Columns on a terminal: wide East Asian characters count two. */
size_t bj_utf8_width(const char *s);
/* Takes out bytes that are no valid UTF-8: what is left of a character cut in the middle. */
void bj_utf8_clean(char *s);
bool bj_ends_with(const char *s, const char *tail);
/* Index of a word in a NULL-ended list, -1 when it is not there. */
int bj_word_find(const char *word, const char *const *words);
/* The next item of a list in one cell, as planners write them: cut at ; ； 、 | , or ，. "" when it
 * does not fit in cap; *list moves behind it. False at the end. */
bool bj_next_item(const char **list, char *out, size_t cap);
/* Degrees from "126°52′30″", "东经126度52分30秒", "126.875"; false for anything else. */
bool bj_parse_degrees(const char *s, double *out);
/* Two of them: "115.98,36.45"; in the order of the text. */
bool bj_parse_pair(const char *s, double *first, double *second);
bool bj_is_blank(const char *s); /* NULL, "" or white space only (U+3000 included) */

/* Closest word of a NULL-ended list by edit distance, NULL when none is near: "did you
 * mean …?". */
const char *bj_closest(const char *word, const char *const *list);

/* Number from text as planners write it: full-width digits, thousands separators, 约,
 * trailing 人/个/户/km…, 万 (x 10,000), 亿; decimal point '.'. Gives 1 and *out for a
 * number, 0 for blank text, -1 for anything else. Never reads "-" as 0. */
int bj_text_number(const char *s, double *out);

/* Shortest decimal text that reads back as the same double ("0.1", "1e+300"); buf >= 32. */
const char *bj_double_text(double v, char *buf);

/* Two codes name one unit: equal, or of digits and the longer one ends in nothing but zeros:
 * 530403, 530403000 and 530403000000; 530403100 and 530403100000. Never for "" or NULL. */
bool bj_code_is_unit(const char *a, const char *b);
/* Two names are one, blanks, letter case and full-width forms apart. Never for "" or NULL. */
bool bj_name_is_unit(const char *a, const char *b);
/* Order of codes: "" (and NULL) first, then codes of digits only, as numbers of any length,
 * then all others as bytes. */
int bj_code_compare(const char *a, const char *b);

/* ---- YAML (yaml.c) ------------------------------------------------------ */

/* A YAML document as a tree. Every node knows its line and column (1-based). */
enum bj_yaml_kind { BJ_YAML_SCALAR, BJ_YAML_LIST, BJ_YAML_MAP };
struct bj_yaml {
    enum bj_yaml_kind kind;
    int line, column;
    bool quoted;                 /* scalar written in quotes: never a number, bool or null */
    const char *text;            /* scalar: its text, UTF-8; else NULL */
    size_t n;                    /* list items, or map pairs */
    struct bj_yaml *const *item; /* list: n items; map: n values */
    struct bj_yaml *const *key;  /* map: n scalar keys, unique */
};
struct bj_yaml_doc;

/* Reads one document. path is used in messages only. Refused with line and column:
 * syntax errors, text that is not UTF-8, duplicate keys, anchors and aliases, tags,
 * keys that are not scalars, a second document, nesting deeper than 32, more than 1e6
 * nodes. An empty file gives an empty map. */
enum bj_status bj_yaml_parse(struct bj_ctx *ctx, const char *path, const char *text, size_t n,
                             struct bj_yaml_doc **out) BJ_MUST_CHECK;
enum bj_status bj_yaml_read(struct bj_ctx *ctx, const char *path,
                            struct bj_yaml_doc **out) BJ_MUST_CHECK;
void bj_yaml_free(struct bj_yaml_doc *doc);
const struct bj_yaml *bj_yaml_root(const struct bj_yaml_doc *doc);
const char *bj_yaml_path(const struct bj_yaml_doc *doc);

/* Value of a key in a map, NULL when absent (or node is no map). */
const struct bj_yaml *bj_yaml_get(const struct bj_yaml *map, const char *key);
/* "path:line:column" sentence: leaves "<what> (path:line:column)" in ctx, returns BJ_EDATA. */
enum bj_status bj_yaml_fail(struct bj_ctx *ctx, const struct bj_yaml_doc *doc,
                            const struct bj_yaml *node, const char *fmt, ...) BJ_PRINTF(4, 5);
/* Every key of the map must be in the NULL-ended list; else BJ_EDATA naming the key, its
 * place and the closest known key. */
enum bj_status bj_yaml_check_keys(struct bj_ctx *ctx, const struct bj_yaml_doc *doc,
                                  const struct bj_yaml *map,
                                  const char *const *known) BJ_MUST_CHECK;
/* Typed reading of map[key]. Absent key: BJ_OK and *out as it was. Wrong type: BJ_EDATA
 * with place. `node` may be any map of doc. */
enum bj_status bj_yaml_text(struct bj_ctx *ctx, const struct bj_yaml_doc *doc,
                            const struct bj_yaml *map, const char *key,
                            const char **out) BJ_MUST_CHECK;
enum bj_status bj_yaml_number(struct bj_ctx *ctx, const struct bj_yaml_doc *doc,
                              const struct bj_yaml *map, const char *key,
                              double *out) BJ_MUST_CHECK;
/* Scalar node as a number: false when quoted or not a plain decimal number. */
bool bj_yaml_is_number(const struct bj_yaml *node, double *out);
bool bj_yaml_is_null(const struct bj_yaml *node); /* ~, null or empty, not quoted */

/* ---- threads (parallel.c) ----------------------------------------------- */

/* work(worker_ctx, i, arg) for i = 0..n-1, each i once, on up to bj_ctx_threads(ctx)
 * threads. Each worker has its own context (same allocator, no hooks; its handles are
 * kept and used again by the next call). The first failure by index wins and its
 * message is left in ctx. With one thread it runs on ctx itself. work must write only
 * to its own slice. Progress is reported as `stage` when it is not NULL. */
typedef enum bj_status (*bj_work_fn)(struct bj_ctx *ctx, size_t i, void *arg);
enum bj_status bj_parallel(struct bj_ctx *ctx, size_t n, const char *stage, bj_work_fn work,
                           void *arg) BJ_MUST_CHECK;

#endif
