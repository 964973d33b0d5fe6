/* Copying one layer: what copy.c (rows, coordinates) and copy_out.c (the new file) share. */
#ifndef BANJING_IO_COPY_INT_H
#define BANJING_IO_COPY_INT_H

#include "io/io_int.h"

#include <ogr_srs_api.h>

/* What a format cannot hold. */
enum {
    LACKS_Z = 1,
    LACKS_M = 2,
    ONE_TYPE = 4,    /* areas and lines of a layer are all multiple or none */
    DOUBLE_64 = 8,   /* whole numbers of 64 bits become doubles */
    SHORT_TEXT = 16, /* 254 bytes a text */
    LACKS_NULL = 64, /* numbers that are missing */
    LACKS_EMPTY = 32 /* rows without a shape: GDAL leaves them out without a word */
};

struct copy_format {
    const char *extension, *driver;
    unsigned flags;
};

struct copy {
    struct bj_source *src;
    const struct bj_source_info *info;
    struct bj_table table; /* a list's cells; empty for layers */
    struct bj_crs *crs;    /* NULL: longitude/latitude */
    enum bj_datum from, to;
    int lon, lat, both; /* columns of a list, -1; both: "lon,lat" in one */
    const struct copy_format *format;
    char *folder; /* hidden */
    char *file;   /* in it */
    GDALDatasetH ds;
    OGRLayerH layer;
    OGRwkbGeometryType type; /* of the new layer */
    OGRSpatialReferenceH srs;
    int n_own;                      /* fields that the format itself began with */
    int *target;                    /* field of the new layer, for each of the old one */
    struct bj_buf text;             /* of one value */
    void *iconv;                    /* MapInfo: from UTF-8 to its code page; NULL for others */
    int64_t n_unread, first_unread; /* rows of a list with text that is no coordinate */
    int64_t n_curves, n_zeros;      /* features; missing numbers written as 0 */
    struct bj_shift_count count;
};

/* ---- copy_out.c --------------------------------------------------------- */

/* By the extension of path; NULL when it names no format. */
const struct copy_format *bj_copy_format(const char *path);
/* The hidden folder beside out_path, and in it the file with its layer and fields. */
enum bj_status bj_copy_begin(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g,
                             const char *out_path) BJ_MUST_CHECK;
/* Every attribute of a feature into f: null stays null, unset unset, empty empty. row: as the
 * user counts. */
enum bj_status bj_copy_values(struct bj_ctx *ctx, struct copy *c, OGRFeatureH old, int64_t row,
                              OGRFeatureH f) BJ_MUST_CHECK;
/* UTF-8 text into field k of the old layer's counting. */
enum bj_status bj_copy_text(struct bj_ctx *ctx, struct copy *c, size_t k, const char *text,
                            int64_t row, OGRFeatureH f) BJ_MUST_CHECK;
/* Closes the file and moves it to its place. */
enum bj_status bj_copy_finish(struct bj_ctx *ctx, struct copy *c, const struct bj_gdal *g,
                              const char *out_path) BJ_MUST_CHECK;
/* Closes what is open, removes the hidden folder, frees everything but src. */
void bj_copy_end(struct bj_ctx *ctx, struct copy *c);

#endif
