/* Shapefiles before GDAL sees them: are the files whole, and what bytes is their text.
 *
 * GDAL reads what is there of a file cut short and says little or nothing, so a county would
 * lose villages in silence. The headers say how long each file must be:
 *   .shp  bytes 24-27, big endian: length in 16-bit words
 *   .shx  the same; then 8 bytes a row: offset and length of its record, in 16-bit words
 *   .dbf  bytes 4-7 rows, 8-9 header length, 10-11 row length, little endian;
 *         then 32 bytes a field: name 0-10, type 11, width 16; 0x0D ends them
 * Text is tallied from the bytes of the .dbf itself, which is many times faster than asking
 * GDAL for each value, and needs no decision about the encoding beforehand.
 *
 * References: ESRI Shapefile Technical Description, 1998; dBase III+ file structure. */
#include "io/io_int.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>

#include <string.h>

enum { SHP_HEADER = 100, DBF_FIELD = 32, BLOCK = 1 << 20 };

static uint32_t big_endian(const unsigned char *b)
{
    return ((uint32_t)b[0] << 24) | ((uint32_t)b[1] << 16) | ((uint32_t)b[2] << 8) | b[3];
}

static uint32_t little_endian(const unsigned char *b, int n)
{
    uint32_t v = 0;

    while (n-- > 0)
        v = (v << 8) | b[n];
    return v;
}

static int64_t file_size(VSILFILE *f)
{
    return VSIFSeekL(f, 0, SEEK_END) ? -1 : (int64_t)VSIFTellL(f);
}

static bool read_at(VSILFILE *f, int64_t offset, void *to, size_t n)
{
    return VSIFSeekL(f, (vsi_l_offset)offset, SEEK_SET) == 0 && VSIFReadL(to, 1, n, f) == n;
}

static enum bj_status cut(struct bj_ctx *ctx, const char *path, int64_t row)
{
    return bj_fail(ctx, BJ_EIO,
                   _("file '%s' is cut short: it ends within row %lld; get a whole copy of it"),
                   path, (long long)row);
}

/* First row whose record reaches past the end of the .shp, or n_rows + 1. */
static int64_t first_lost_row(VSILFILE *shx, int64_t n_rows, int64_t shp_size)
{
    unsigned char b[8];

    for (int64_t i = 0; i < n_rows; i++) {
        if (!read_at(shx, SHP_HEADER + 8 * i, b, sizeof(b)))
            return i + 1;
        if (2 * ((int64_t)big_endian(b) + 4 + (int64_t)big_endian(b + 4)) > shp_size)
            return i + 1;
    }
    return n_rows + 1;
}

/* .shp and .shx; *n_rows from the .shx. Either path may be NULL. */
static enum bj_status check_shp(struct bj_ctx *ctx, const char *shp_path, const char *shx_path,
                                int64_t *n_rows)
{
    VSILFILE *shp = VSIFOpenL(shp_path, "rb"), *shx = shx_path ? VSIFOpenL(shx_path, "rb") : NULL;
    unsigned char b[SHP_HEADER];
    int64_t size, promised;
    enum bj_status st = BJ_OK;

    if (shx) {
        size = file_size(shx);
        if (!read_at(shx, 0, b, sizeof(b))) {
            st = cut(ctx, shx_path, 1);
            goto done;
        }
        promised = 2 * (int64_t)big_endian(b + 24);
        if (size < promised) {
            st = cut(ctx, shx_path, size < SHP_HEADER ? 1 : (size - SHP_HEADER) / 8 + 1);
            goto done;
        }
        *n_rows = promised < SHP_HEADER ? 0 : (promised - SHP_HEADER) / 8;
    }
    if (shp) {
        size = file_size(shp);
        if (!read_at(shp, 0, b, sizeof(b))) {
            st = cut(ctx, shp_path, 1);
            goto done;
        }
        if (size < 2 * (int64_t)big_endian(b + 24))
            st = cut(ctx, shp_path, shx ? first_lost_row(shx, *n_rows, size) : 1);
    }
done:
    if (shx)
        VSIFCloseL(shx);
    if (shp)
        VSIFCloseL(shp);
    return st;
}

static enum bj_status check_dbf(struct bj_ctx *ctx, const char *path, int64_t *n_rows)
{
    VSILFILE *f = VSIFOpenL(path, "rb");
    unsigned char b[DBF_FIELD];
    int64_t size, header, length;
    enum bj_status st = BJ_OK;

    if (!f)
        return bj_fail(ctx, BJ_EIO, _("file '%s' cannot be opened"), path);
    size = file_size(f);
    if (!read_at(f, 0, b, sizeof(b))) {
        st = cut(ctx, path, 1);
        goto done;
    }
    *n_rows = little_endian(b + 4, 4);
    header = little_endian(b + 8, 2);
    length = little_endian(b + 10, 2);
    if (header < DBF_FIELD || length < 1)
        st = bj_fail(ctx, BJ_EIO, _("file '%s' is no dBase table"), path);
    else if (size < header + *n_rows * length)
        st = cut(ctx, path, size < header ? 1 : (size - header) / length + 1);
done:
    VSIFCloseL(f);
    return st;
}

static const char *with_extension(CSLConstList files, const char *extension)
{
    for (; files && *files; files++)
        if (EQUAL(CPLGetExtension(*files), extension))
            return *files;
    return NULL;
}

enum bj_status bj_shape_check(struct bj_ctx *ctx, CSLConstList files)
{
    const char *shp = with_extension(files, "shp"), *shx = with_extension(files, "shx");
    const char *dbf = with_extension(files, "dbf");
    int64_t n_shapes = -1, n_rows = -1;
    enum bj_status st = shp ? check_shp(ctx, shp, shx, &n_shapes) : BJ_OK;

    if (!st && dbf)
        st = check_dbf(ctx, dbf, &n_rows);
    if (!st && n_shapes >= 0 && n_rows >= 0 && n_shapes != n_rows)
        st = bj_fail(ctx, BJ_EIO,
                     _("'%s' has %lld rows but '%s' has %lld: they do not belong together, or one "
                       "is cut short"),
                     shx, (long long)n_shapes, dbf, (long long)n_rows);
    return st;
}

void bj_cpg_read(const char *path, char *out, size_t cap)
{
    VSILFILE *f = VSIFOpenL(path, "rb");
    char line[64];
    size_t n = 0;
    const char *s;

    out[0] = 0;
    if (!f)
        return;
    n = VSIFReadL(line, 1, sizeof(line) - 1, f);
    VSIFCloseL(f);
    line[n] = 0;
    n = strcspn(line, "\r\n");
    s = bj_trim(line, &n);
    snprintf(out, cap, "%.*s", (int)n, s);
}

/* ---- text of a .dbf ----------------------------------------------------- */

struct text_field {
    int64_t offset, width; /* within a row */
};

struct dbf_text {
    int64_t n_rows, header, length;
    size_t n_fields;
    struct text_field *field;
};

/* Tallies the name of each field and notes where the text fields are. */
static enum bj_status dbf_fields(struct bj_ctx *ctx, VSILFILE *f, struct dbf_text *d,
                                 struct bj_text_tally *t)
{
    int64_t offset = 1; /* the deletion mark */
    size_t cap = 0;
    unsigned char b[DBF_FIELD];

    for (int64_t at = DBF_FIELD; at + DBF_FIELD <= d->header; at += DBF_FIELD) {
        if (!read_at(f, at, b, sizeof(b)) || b[0] == 0x0D)
            break;
        bj_text_tally_add(t, (const char *)b, strnlen((const char *)b, 11), true, 0);
        if (offset + b[16] > d->length)
            break;
        if (b[11] == 'C') {
            if (!bj_grow(ctx, (void **)&d->field, &cap, d->n_fields, sizeof(*d->field)))
                return BJ_ENOMEM;
            d->field[d->n_fields++] = (struct text_field){offset, b[16]};
        }
        offset += b[16];
    }
    return BJ_OK;
}

static void tally_row(const struct dbf_text *d, const char *row_bytes, int64_t row,
                      struct bj_text_tally *t)
{
    if (row_bytes[0] == '*' || bj_is_ascii(row_bytes, (size_t)d->length))
        return;
    for (size_t i = 0; i < d->n_fields; i++) {
        const char *s = row_bytes + d->field[i].offset;
        size_t n = strnlen(s, (size_t)d->field[i].width);
        bool full = n == (size_t)d->field[i].width && n > 0 && s[n - 1] != ' ';

        bj_text_tally_add(t, s, n, full, row);
    }
}

static enum bj_status tally_rows(struct bj_ctx *ctx, VSILFILE *f, const char *path,
                                 const struct dbf_text *d, struct bj_text_tally *t)
{
    int64_t per_block = BLOCK / d->length + 1;
    char *block = bj_alloc0(ctx, (size_t)per_block, (size_t)d->length);
    enum bj_status st = block ? BJ_OK : BJ_ENOMEM;

    for (int64_t row = 0; !st && row < d->n_rows; row += per_block) {
        int64_t n = d->n_rows - row < per_block ? d->n_rows - row : per_block;

        if (!read_at(f, d->header + row * d->length, block, (size_t)(n * d->length)))
            st = bj_fail(ctx, BJ_EIO, _("file '%s' cannot be read at row %lld"), path,
                         (long long)row + 1);
        for (int64_t i = 0; !st && i < n; i++)
            tally_row(d, block + i * d->length, row + i + 1, t);
    }
    bj_free(ctx, block);
    return st;
}

enum bj_status bj_dbf_tally(struct bj_ctx *ctx, const char *path, struct bj_text_tally *t,
                            int *ldid)
{
    VSILFILE *f = VSIFOpenL(path, "rb");
    struct dbf_text d = {0, 0, 0, 0, NULL};
    unsigned char b[DBF_FIELD];
    enum bj_status st;

    if (!f)
        return bj_fail(ctx, BJ_EIO, _("file '%s' cannot be opened"), path);
    if (!read_at(f, 0, b, sizeof(b))) {
        st = cut(ctx, path, 1);
        goto done;
    }
    *ldid = b[29];
    d.n_rows = little_endian(b + 4, 4);
    d.header = little_endian(b + 8, 2);
    d.length = little_endian(b + 10, 2);
    st = dbf_fields(ctx, f, &d, t);
    if (!st && d.n_fields > 0)
        st = tally_rows(ctx, f, path, &d, t);
done:
    bj_free(ctx, d.field);
    VSIFCloseL(f);
    return st;
}
