/* Reading, inside src/io: GDAL's messages, encodings, geometry, lists. */
#ifndef BANJING_IO_INT_H
#define BANJING_IO_INT_H

#include "banjing/layer.h"
#include "base/base_int.h"

#include <gdal.h>

/* ---- GDAL (gdal.c) ------------------------------------------------------ */

/* What GDAL said between begin and end. Warnings and debug lines go to ctx's log; the last
 * error is kept here, one line, for the sentence of whoever failed. */
struct bj_gdal {
    struct bj_ctx *ctx;
    int n_errors;
    char message[500];
};
/* Registers the drivers (once a process) and pushes the error handler. g must stay where it is
 * until bj_gdal_end(). */
void bj_gdal_begin(struct bj_ctx *ctx, struct bj_gdal *g);
void bj_gdal_end(struct bj_gdal *g);
/* GDAL's last error, or "GDAL gives no reason". */
const char *bj_gdal_reason(const struct bj_gdal *g);
/* Part of path after the last slash: for stages of progress and messages. */
const char *bj_base_name(const char *path);
/* Whole file by GDAL's virtual file system, NUL appended; caller frees with bj_free(). */
enum bj_status bj_vsi_read(struct bj_ctx *ctx, const char *path, size_t max, char **out,
                           size_t *n) BJ_MUST_CHECK;

/* ---- encodings (encoding.c) --------------------------------------------- */

/* Whether no byte of s is 0x80 or above. */
bool bj_is_ascii(const char *s, size_t n);

/* Evidence about the bytes of a layer's text, value by value. Zeroed struct = none. */
struct bj_text_tally {
    int64_t n_high;    /* values with a byte >= 0x80 */
    int64_t n_utf8;    /* of these: valid UTF-8 */
    int64_t n_wide;    /* of these: with a character of three or more bytes */
    int64_t n_gb;      /* of n_high: valid GB18030 */
    int64_t n_either;  /* valid GB18030, or UTF-8 with such a character */
    int64_t n_pairs;   /* two- and four-byte characters when read as GB18030 */
    int64_t n_common;  /* of these: in GB 2312, or four bytes */
    int64_t n_letters; /* of these: second byte is an ASCII letter, as in Western text */
    int64_t not_utf8, not_gb, neither; /* first row of each kind, 0 = a field name, -1 = none */
    int started;
};
/* may_be_cut: a character may end in the middle, as a DBF cuts it at the field's width. */
void bj_text_tally_add(struct bj_text_tally *t, const char *s, size_t n, bool may_be_cut,
                       int64_t row);

struct bj_encoding {
    char name[40]; /* as iconv and GDAL know it: "UTF-8", "GB18030", "CP1252" */
    char why[160];
    bool mixed; /* GB18030, but values that are Chinese in UTF-8 are UTF-8 */
};
/* given, cpg: as written, NULL = none. ldid: language byte of a DBF, 0 = none.
 * BJ_EDATA names `what` (a file) and the row that no encoding fits. */
enum bj_status bj_encoding_choose(struct bj_ctx *ctx, const char *what,
                                  const struct bj_text_tally *t, const char *given, const char *cpg,
                                  int ldid, struct bj_encoding *out) BJ_MUST_CHECK;

/* Turns bytes into UTF-8. Zeroed struct = UTF-8 in, checked. */
struct bj_decoder {
    bool utf8, mixed;
    void *iconv;
    char *buf;
    size_t cap;
};
enum bj_status bj_decoder_init(struct bj_ctx *ctx, const struct bj_encoding *e,
                               struct bj_decoder *out) BJ_MUST_CHECK;
/* n bytes at s as *n_out bytes of UTF-8, borrowed until the next call (or s itself). A
 * character cut off at the end is dropped. NULL: not decodable (BJ_EDATA without its place) or
 * out of memory; the status is in *st. */
const char *bj_decode(struct bj_ctx *ctx, struct bj_decoder *d, const char *s, size_t n,
                      size_t *n_out, enum bj_status *st);
void bj_decoder_release(struct bj_ctx *ctx, struct bj_decoder *d);

/* Without white space at both ends (ASCII, U+00A0, U+3000, U+FEFF). */
const char *bj_trim(const char *s, size_t *n);

/* ---- shapefiles (dbf.c) ------------------------------------------------- */

/* Compares what the headers of .shp, .shx and .dbf promise with the sizes of the files.
 * BJ_EIO: one is cut; the sentence says which and from which row on. */
enum bj_status bj_shape_check(struct bj_ctx *ctx, CSLConstList files) BJ_MUST_CHECK;
/* Tallies all text of a .dbf, deleted rows left out, and gives its language byte. */
enum bj_status bj_dbf_tally(struct bj_ctx *ctx, const char *path, struct bj_text_tally *t,
                            int *ldid) BJ_MUST_CHECK;
/* First line of a .cpg, trimmed, "" when there is none. */
void bj_cpg_read(const char *path, char *out, size_t cap);

/* ---- geometry (geometry.c) ---------------------------------------------- */

/* Polygons (or lines) being put together, grouped by feature. */
struct bj_polygons_maker {
    struct bj_polygons p;
    size_t cap_features, cap_polygons, cap_rings, cap_points;
};
/* One feature more, with the polygons (or lines) of g, which may be NULL; *state says what it
 * was. Polygons are repaired. */
enum bj_status bj_make_areas(struct bj_ctx *ctx, struct bj_polygons_maker *m, OGRGeometryH g,
                             enum bj_row_state *state) BJ_MUST_CHECK;
enum bj_status bj_make_lines(struct bj_ctx *ctx, struct bj_polygons_maker *m, OGRGeometryH g,
                             enum bj_row_state *state) BJ_MUST_CHECK;
/* Arrays get their last entry, also when there is no feature; *out takes them over. */
enum bj_status bj_make_finish(struct bj_ctx *ctx, struct bj_polygons_maker *m,
                              struct bj_polygons *out) BJ_MUST_CHECK;
void bj_make_release(struct bj_ctx *ctx, struct bj_polygons_maker *m);
/* A point that stands for g: itself, the first of several, one inside an area (never in a
 * hole), the middle of a line. NaN when empty. */
void bj_point_of(OGRGeometryH g, double *x, double *y, enum bj_row_state *state);

/* ---- opened layers (layer.c) -------------------------------------------- */

struct bj_list;

struct bj_table_strings {
    struct bj_strings block;
};

struct bj_source {
    struct bj_ctx *ctx;
    struct bj_source_info info;
    struct bj_field *field;
    struct bj_strings strings; /* every text of info */
    char *path, *where;
    GDALDatasetH ds;
    OGRLayerH layer;
    bool is_result;  /* layer is the result of a query of ds, to be released */
    bool row_is_fid; /* the user's row number is the FID plus fid_base, else a running count */
    int64_t fid_base;
    struct bj_decoder decoder;
    struct bj_list *list; /* rows of a sheet, else NULL */
};

/* Copies into src->strings; NULL (and the sentence in ctx) when out of memory. */
const char *bj_source_text(struct bj_source *src, const char *s);
/* "a, b, c" of all layers. */
void bj_layer_names(GDALDatasetH ds, char *out, size_t cap);
/* Whether path is that of a file (not a database string) and there is none; its sentence. */
bool bj_is_missing(const char *path);
enum bj_status bj_no_file(struct bj_ctx *ctx, const char *path);
/* A geometry type in one of bj_want's classes; -1 when it has none or any. */
int bj_want_of(OGRwkbGeometryType type);

/* Growing table: room for one more row. */
struct bj_table_maker {
    struct bj_table t;
    size_t cap;
    enum bj_want want;
    struct bj_polygons_maker area;
};
enum bj_status bj_table_begin(struct bj_ctx *ctx, const struct bj_source *src, enum bj_want want,
                              size_t n_columns, const struct bj_column_spec *columns,
                              size_t expected, struct bj_table_maker *m) BJ_MUST_CHECK;
enum bj_status bj_table_room(struct bj_ctx *ctx, struct bj_table_maker *m) BJ_MUST_CHECK;
/* Geometry of row t.n, by want; g may be NULL. */
enum bj_status bj_table_geometry(struct bj_ctx *ctx, struct bj_table_maker *m,
                                 OGRGeometryH g) BJ_MUST_CHECK;
/* Text of column c in row t.n: as it is, or as a number. text is UTF-8. */
enum bj_status bj_table_text(struct bj_ctx *ctx, struct bj_table_maker *m, size_t c,
                             const char *text, size_t n) BJ_MUST_CHECK;
void bj_table_number(struct bj_table_maker *m, size_t c, double v, bool is_null);
void bj_table_abandon(struct bj_ctx *ctx, struct bj_table_maker *m);
/* *out takes the table over. */
enum bj_status bj_table_finish(struct bj_ctx *ctx, struct bj_table_maker *m,
                               struct bj_table *out) BJ_MUST_CHECK;

/* ---- lists (list.c) ----------------------------------------------------- */

/* 1 when the data source is a list by its name: .csv .txt .tsv .xlsx .xlsm .xls .ods. */
int bj_list_is(const char *path);
enum bj_status bj_list_open(struct bj_ctx *ctx, struct bj_gdal *g,
                            const struct bj_source_spec *spec, struct bj_source *src) BJ_MUST_CHECK;
enum bj_status bj_list_read(struct bj_ctx *ctx, struct bj_source *src,
                            struct bj_table_maker *m) BJ_MUST_CHECK;
void bj_list_free(struct bj_ctx *ctx, struct bj_list *list);

#endif
