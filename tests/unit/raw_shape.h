/* Point shapefiles byte by byte, so that a test decides every byte of their text. */
#ifndef BANJING_TEST_RAW_SHAPE_H
#define BANJING_TEST_RAW_SHAPE_H

#include "support.h"

#include <iconv.h>

struct raw_table {
    int ldid;
    const char *cpg; /* content of the .cpg, NULL = no such file */
    size_t n_fields;
    const char *const *name; /* at most 10 bytes are kept */
    const int *width;
    size_t n_rows;
    const char *const *value; /* n_rows * n_fields, cut at the width */
    const double *xy;         /* 2 * n_rows; NULL = row i at (i, i) */
};

static inline void raw_little(FILE *f, uint32_t v, int n)
{
    for (int i = 0; i < n; i++)
        fputc((int)(v >> (8 * i)) & 0xFF, f);
}

static inline void raw_big(FILE *f, uint32_t v)
{
    for (int i = 3; i >= 0; i--)
        fputc((int)(v >> (8 * i)) & 0xFF, f);
}

static inline FILE *raw_open(const char *dir, const char *stem, const char *extension)
{
    char name[128];
    FILE *f;

    snprintf(name, sizeof(name), "%s.%s", stem, extension);
    f = fopen(support_path(dir, name), "wb");
    assert_non_null(f);
    return f;
}

static inline void raw_padded(FILE *f, const char *s, size_t width, int pad)
{
    size_t n = strnlen(s, width);

    fwrite(s, 1, n, f);
    for (; n < width; n++)
        fputc(pad, f);
}

static inline void raw_dbf(const char *dir, const char *stem, const struct raw_table *t)
{
    FILE *f = raw_open(dir, stem, "dbf");
    uint32_t length = 1;

    for (size_t i = 0; i < t->n_fields; i++)
        length += (uint32_t)t->width[i];
    raw_little(f, 0x01017803, 4); /* dBase III, 1 January 2020 */
    raw_little(f, (uint32_t)t->n_rows, 4);
    raw_little(f, (uint32_t)(33 + 32 * t->n_fields), 2);
    raw_little(f, length, 2);
    raw_padded(f, "", 17, 0);
    raw_little(f, (uint32_t)t->ldid, 1);
    raw_little(f, 0, 2);
    for (size_t i = 0; i < t->n_fields; i++) {
        raw_padded(f, t->name[i], 10, 0);
        raw_padded(f, "", 1, 0);
        fputc('C', f);
        raw_little(f, 0, 4);
        raw_little(f, (uint32_t)t->width[i], 1);
        raw_padded(f, "", 15, 0);
    }
    fputc(0x0D, f);
    for (size_t i = 0; i < t->n_rows * t->n_fields; i++) {
        if (i % t->n_fields == 0)
            fputc(' ', f);
        raw_padded(f, t->value[i], (size_t)t->width[i % t->n_fields], ' ');
    }
    fputc(0x1A, f);
    fclose(f);
}

static inline void raw_shape_header(FILE *f, uint32_t n_words)
{
    raw_big(f, 9994);
    for (int i = 0; i < 5; i++)
        raw_big(f, 0);
    raw_big(f, n_words);
    raw_little(f, 1000, 4);
    raw_little(f, 1, 4); /* points */
    for (int i = 0; i < 64; i++)
        fputc(0, f);
}

/* dir/stem.shp, .shx, .dbf and .cpg; returns the path of the .shp. */
static inline const char *raw_shapefile(const char *dir, const char *stem,
                                        const struct raw_table *t)
{
    FILE *shp = raw_open(dir, stem, "shp"), *shx = raw_open(dir, stem, "shx");
    char name[128];

    raw_shape_header(shp, (uint32_t)(50 + 14 * t->n_rows));
    raw_shape_header(shx, (uint32_t)(50 + 4 * t->n_rows));
    for (size_t i = 0; i < t->n_rows; i++) {
        double xy[2] = {(double)i, (double)i};

        if (t->xy)
            memcpy(xy, t->xy + 2 * i, sizeof(xy));
        raw_big(shx, (uint32_t)(50 + 14 * i));
        raw_big(shx, 10);
        raw_big(shp, (uint32_t)i + 1);
        raw_big(shp, 10);
        raw_little(shp, 1, 4);
        fwrite(xy, sizeof(double), 2, shp); /* little endian hosts only, as the tests */
    }
    fclose(shp);
    fclose(shx);
    raw_dbf(dir, stem, t);
    if (t->cpg) {
        FILE *f = raw_open(dir, stem, "cpg");

        fputs(t->cpg, f);
        fclose(f);
    }
    snprintf(name, sizeof(name), "%s.shp", stem);
    return support_path(dir, name);
}

/* UTF-8 text in another encoding, in one of 64 rotating static buffers. */
static inline const char *raw_text(const char *utf8, const char *encoding)
{
    static char buffers[64][256];
    static size_t next;
    char *out = buffers[next++ % 64], *to = out, *in = (char *)utf8;
    size_t left_in = strlen(utf8), left_out = sizeof(buffers[0]) - 1;
    iconv_t cd = iconv_open(encoding, "UTF-8");

    assert_true(cd != (iconv_t)-1);
    assert_int_equal(iconv(cd, &in, &left_in, &to, &left_out), 0);
    iconv_close(cd);
    *to = 0;
    return out;
}

#endif
