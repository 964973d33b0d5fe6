/* Writing, inside src/io: files of a result folder, the shapefile writer. */
#ifndef BANJING_IO_OUT_INT_H
#define BANJING_IO_OUT_INT_H

#include "banjing/layer.h"
#include "base/base_int.h"

/* ---- a file of the result folder (outdir.c) ----------------------------- */

/* bj_outdir_path() with its status. */
enum bj_status bj_outdir_lend(struct bj_ctx *ctx, struct bj_outdir *o, const char *relative,
                              const char **out) BJ_MUST_CHECK;

/* The folders change places: in one step, or where the file system cannot (NFS, some FUSE) by way
 * of `aside`, a path of the same file system that is free. 0, or -1 and errno: then `to` stands as
 * before. */
int bj_folders_swap(const char *from, const char *to, const char *aside);

/* Bytes in order, through one large buffer. The first error sticks: later calls do nothing,
 * and bj_outfile_close() turns it into a sentence that names the file as the user will know
 * it (in the target folder, not in the hidden one). */
struct bj_outfile;

/* Caller closes it with bj_outfile_close() or drops it with bj_outfile_free(). */
enum bj_status bj_outfile_new(struct bj_ctx *ctx, struct bj_outdir *o, const char *relative,
                              struct bj_outfile **out) BJ_MUST_CHECK;
void bj_outfile_put(struct bj_outfile *f, const void *data, size_t n);
/* n bytes over what was put at offset before: headers that hold a count. */
void bj_outfile_patch(struct bj_outfile *f, size_t offset, const void *data, size_t n);
size_t bj_outfile_size(const struct bj_outfile *f);
/* BJ_EIO now, with its sentence, when something could not be written; f stays open. */
enum bj_status bj_outfile_check(struct bj_ctx *ctx, const struct bj_outfile *f) BJ_MUST_CHECK;
/* Frees f in any case. */
enum bj_status bj_outfile_close(struct bj_ctx *ctx, struct bj_outfile *f) BJ_MUST_CHECK;
void bj_outfile_free(struct bj_ctx *ctx, struct bj_outfile *f); /* takes NULL */

/* ---- numbers (shapefile.c) ---------------------------------------------- */

/* v with `decimals` places (0..15), rounded as printf does (half to even on the exact binary
 * value), '.' in every locale, never "-0". Returns its length; buf >= 400. */
size_t bj_format_fixed(double v, int decimals, char *buf);
/* The double nearest to that text. */
double bj_round_fixed(double v, int decimals);

/* ---- one shapefile (shapefile.c) ---------------------------------------- */

struct bj_shapefile_spec {
    const char *stem;     /* relative, without extension: "LC-01/covered" */
    const char *encoding; /* "UTF-8" or "GB18030" */
    const char *date;     /* YYYY-MM-DD */
    const char *prj;      /* ESRI WKT, or NULL */
    enum bj_geometry geometry;
    size_t n_fields;
    const struct bj_out_field *field; /* checked by the caller; copied */
};

/* Where a row is: a point, or polygons first .. first+n-1 of p (lines alike). */
struct bj_out_shape {
    double x, y;
    const struct bj_polygons *p; /* NULL: the point */
    size_t first, n;
};

struct bj_shapefile;
enum bj_status bj_shapefile_new(struct bj_ctx *ctx, struct bj_outdir *o,
                                const struct bj_shapefile_spec *spec,
                                struct bj_shapefile **out) BJ_MUST_CHECK;
enum bj_status bj_shapefile_row(struct bj_ctx *ctx, struct bj_shapefile *s,
                                const struct bj_out_shape *shape, const union bj_value *values,
                                const unsigned char *is_null) BJ_MUST_CHECK;
/* Frees s in any case. */
enum bj_status bj_shapefile_close(struct bj_ctx *ctx, struct bj_shapefile *s) BJ_MUST_CHECK;
void bj_shapefile_free(struct bj_ctx *ctx, struct bj_shapefile *s); /* takes NULL */

#endif
