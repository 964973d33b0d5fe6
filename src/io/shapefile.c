/* Shapefiles, written straight from our arrays.
 *
 * Why not through GDAL: GDAL 3.6 seeks and writes for every row of the .dbf and the .shp and turns
 * every number into text by its own printf: 3.3 microseconds a village of 13 fields on the machine
 * of issue B (690,000 villages: 2.3 s, where everything else takes 4 s), and it compares every ring
 * of a feature with every other to find which are holes, although our rings come with shells first.
 * Here a row is put together in one buffer and appended to three files (a tenth of the time),
 * rings are turned the right way by their own signed area in one pass, and the first byte that a
 * full disk refuses is noticed at once. Reading stays GDAL's; test_write reads everything back
 * with it.
 *
 * Layout (all counts known at the end are patched into the headers when closing):
 *   .shp  100-byte header; a row: number and length (big-endian, 16-bit words), then type, box,
 *         parts, points (little-endian). Shells clockwise, holes counter-clockwise.
 *   .shx  the same header; offset and length of each row, in words.
 *   .dbf  32-byte header (version 3, date, counts), 32 bytes a field, 0x0D; a row: a blank, then
 *         the fields side by side: texts to the left, numbers as text to the right; a null is
 *         blank. 0x1A ends the file. Language id 0: the .cpg names the encoding (domain.md 6.1).
 *   .cpg, .prj
 * The date in the .dbf is the caller's, so equal runs give equal bytes.
 *
 * Limits: 2^31 - 1 bytes a file (what ArcGIS reads), 254 bytes a text, 65,535 bytes a row: beyond
 * them a sentence, never a truncated file.
 *
 * References: ESRI Shapefile Technical Description, July 1998; dBASE III file structure as in
 * shapelib's dbfopen.c. */
#include "io/out_int.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <errno.h>
#include <iconv.h>
#include <math.h>
#include <string.h>

enum {
    SHAPE_NULL = 0,
    SHAPE_POINT = 1,
    SHAPE_LINE = 3,
    SHAPE_POLYGON = 5,
    HEADER_BYTES = 100,
    TEXT_MAX = 254,
    NUMBER_MAX = 32,
    ROW_MAX = 65535,
    DEFAULT_INTEGER = 18,
    DEFAULT_REAL = 24
};
#define FILE_MAX ((size_t)INT32_MAX)

/* ---- numbers ------------------------------------------------------------ */

static const double power_of_ten[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

/* |v| * 10^decimals rounded, when that is certain: the product is wrong by less than 2e-4 (half a
 * unit in the last place below 1e12), so any fraction farther than that from 1/2 rounds as the
 * exact product would. */
static bool scaled(double v, int decimals, uint64_t *out)
{
    double s, whole, part;

    if (decimals < 0 || decimals > 9)
        return false;
    s = fabs(v) * power_of_ten[decimals];
    if (!(s < 1e12))
        return false;
    whole = floor(s);
    part = s - whole;
    if (fabs(part - 0.5) < 2e-4)
        return false;
    *out = (uint64_t)whole + (part > 0.5);
    return true;
}

static size_t put_digits(uint64_t u, int at_least, char *end)
{
    char *p = end;

    while (u > 0 || at_least > 0) {
        *--p = (char)('0' + u % 10);
        u /= 10;
        at_least--;
    }
    return (size_t)(end - p);
}

static size_t drop_minus_zero(char *buf, size_t n)
{
    if (buf[0] != '-' || strspn(buf + 1, "0.") < n - 1)
        return n;
    memmove(buf, buf + 1, n);
    return n - 1;
}

size_t bj_format_fixed(double v, int decimals, char *buf)
{
    char digits[32], *end = digits + sizeof(digits);
    size_t n, head, k = 0;
    uint64_t u;

    if (!scaled(v, decimals, &u)) {
        n = (size_t)CPLsnprintf(buf, 400, "%.*f", decimals, v);
        return drop_minus_zero(buf, n);
    }
    n = put_digits(u, decimals + 1, end);
    head = n - (size_t)decimals;
    if (v < 0 && u > 0)
        buf[k++] = '-';
    memcpy(buf + k, end - n, head);
    k += head;
    if (decimals > 0) {
        buf[k++] = '.';
        memcpy(buf + k, end - decimals, (size_t)decimals);
        k += (size_t)decimals;
    }
    buf[k] = '\0';
    return k;
}

double bj_round_fixed(double v, int decimals)
{
    char buf[400];
    uint64_t u;

    if (scaled(v, decimals, &u)) {
        double r = (double)u / power_of_ten[decimals]; /* both exact: correctly rounded */

        return v < 0 && u > 0 ? -r : r;
    }
    bj_format_fixed(v, decimals, buf);
    return CPLAtof(buf);
}

static size_t format_integer(int64_t v, char *buf)
{
    char digits[24], *end = digits + sizeof(digits);
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    size_t n = put_digits(u, 1, end), k = 0;

    if (v < 0)
        buf[k++] = '-';
    memcpy(buf + k, end - n, n);
    buf[k + n] = '\0';
    return k + n;
}

/* ---- the layer ---------------------------------------------------------- */

struct column {
    char name[11];
    enum bj_field_type type;
    size_t width;  /* bytes in the row */
    size_t offset; /* in the row */
    int decimals;
    bool may_cut; /* text of width 0: 254 bytes, longer ones are cut and warned of */
    size_t n_cut;
    int64_t first_cut;
};

struct bj_shapefile {
    char *stem;
    enum bj_geometry geometry;
    struct bj_outfile *shp, *shx, *dbf;
    iconv_t iconv; /* to GB18030; (iconv_t)-1: UTF-8 as it is */
    char date[11];
    size_t n_columns;
    struct column *column;
    size_t row_bytes;
    char *row;
    unsigned char *shape; /* content of one row of the .shp */
    size_t shape_cap;
    size_t n_rows;
    bool has_box;
    double box[4]; /* west, south, east, north */
};

static void put_be32(unsigned char *p, size_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (unsigned char)(v >> (24 - 8 * i));
}

static void put_le16(unsigned char *p, size_t v)
{
    p[0] = (unsigned char)v;
    p[1] = (unsigned char)(v >> 8);
}

static void put_le32(unsigned char *p, size_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (unsigned char)(v >> (8 * i));
}

static void put_double(unsigned char *p, double v)
{
    uint64_t u;

    memcpy(&u, &v, sizeof(u));
    for (int i = 0; i < 8; i++)
        p[i] = (unsigned char)(u >> (8 * i));
}

static size_t shape_type(const struct bj_shapefile *s)
{
    return s->geometry == BJ_GEOM_POINT  ? SHAPE_POINT
           : s->geometry == BJ_GEOM_LINE ? SHAPE_LINE
                                         : SHAPE_POLYGON;
}

static void shape_header(const struct bj_shapefile *s, size_t file_bytes, unsigned char *h)
{
    memset(h, 0, HEADER_BYTES);
    put_be32(h, 9994);
    put_be32(h + 24, file_bytes / 2);
    put_le32(h + 28, 1000);
    put_le32(h + 32, shape_type(s));
    for (int i = 0; i < 4; i++)
        put_double(h + 36 + 8 * i, s->has_box ? s->box[i] : 0.0);
}

static void table_header(const struct bj_shapefile *s, unsigned char *h)
{
    int year = 1900, month = 1, day = 1;

    if (sscanf(s->date, "%d-%d-%d", &year, &month, &day) != 3 || year < 1900 || year > 2155)
        year = 1900, month = day = 1;
    memset(h, 0, 32);
    h[0] = 3;
    h[1] = (unsigned char)(year - 1900);
    h[2] = (unsigned char)month;
    h[3] = (unsigned char)day;
    put_le32(h + 4, s->n_rows);
    put_le16(h + 8, 32 * (s->n_columns + 1) + 1);
    put_le16(h + 10, s->row_bytes);
}

static void put_headers(struct bj_shapefile *s)
{
    unsigned char h[HEADER_BYTES], end = 0x0D;

    shape_header(s, HEADER_BYTES, h);
    bj_outfile_put(s->shp, h, HEADER_BYTES);
    bj_outfile_put(s->shx, h, HEADER_BYTES);
    table_header(s, h);
    bj_outfile_put(s->dbf, h, 32);
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct column *c = &s->column[i];

        memset(h, 0, 32);
        memcpy(h, c->name, strlen(c->name));
        h[11] = c->type == BJ_FIELD_TEXT ? 'C' : 'N';
        h[16] = (unsigned char)c->width;
        h[17] = (unsigned char)c->decimals;
        bj_outfile_put(s->dbf, h, 32);
    }
    bj_outfile_put(s->dbf, &end, 1);
}

/* Bytes that a field takes: a real field gets room for its point and its sign beside its digits. */
static size_t field_bytes(const struct bj_out_field *f)
{
    int w;

    if (f->type == BJ_FIELD_TEXT)
        w = f->width > 0 ? f->width : TEXT_MAX;
    else if (f->type == BJ_FIELD_INTEGER)
        w = f->width > 0 ? f->width : DEFAULT_INTEGER;
    else
        w = f->width > 0 ? f->width + 1 + (f->decimals > 0) : DEFAULT_REAL;
    if (f->type == BJ_FIELD_TEXT)
        return w > TEXT_MAX ? TEXT_MAX : (size_t)w;
    return w > NUMBER_MAX ? NUMBER_MAX : (size_t)w;
}

static enum bj_status set_columns(struct bj_ctx *ctx, struct bj_shapefile *s,
                                  const struct bj_shapefile_spec *spec)
{
    s->column = bj_alloc0(ctx, spec->n_fields, sizeof(*s->column));
    if (!s->column)
        return BJ_ENOMEM;
    s->n_columns = spec->n_fields;
    s->row_bytes = 1;
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct bj_out_field *f = &spec->field[i];
        struct column *c = &s->column[i];

        snprintf(c->name, sizeof(c->name), "%s", f->name);
        c->type = f->type;
        c->decimals = f->type == BJ_FIELD_REAL ? f->decimals : 0;
        c->width = field_bytes(f);
        c->may_cut = f->type == BJ_FIELD_TEXT && f->width <= 0;
        c->offset = s->row_bytes;
        s->row_bytes += c->width;
    }
    if (s->row_bytes > ROW_MAX || 32 * (s->n_columns + 1) + 1 > ROW_MAX)
        return bj_fail(ctx, BJ_EARG,
                       _("layer '%s': its fields take %zu bytes a row; a shapefile "
                         "holds %d"),
                       spec->stem, s->row_bytes, ROW_MAX);
    s->row = bj_resize(ctx, NULL, s->row_bytes, 1);
    return s->row ? BJ_OK : BJ_ENOMEM;
}

static enum bj_status open_part(struct bj_ctx *ctx, struct bj_outdir *o, const char *stem,
                                const char *extension, struct bj_outfile **out)
{
    char *name = bj_sprintf(ctx, "%s.%s", stem, extension);
    enum bj_status st = name ? bj_outfile_new(ctx, o, name, out) : BJ_ENOMEM;

    bj_free(ctx, name);
    return st;
}

static enum bj_status write_part(struct bj_ctx *ctx, struct bj_outdir *o, const char *stem,
                                 const char *extension, const char *text)
{
    struct bj_outfile *f = NULL;
    enum bj_status st = open_part(ctx, o, stem, extension, &f);

    if (st)
        return st;
    bj_outfile_put(f, text, strlen(text));
    return bj_outfile_close(ctx, f);
}

static enum bj_status set_encoding(struct bj_ctx *ctx, struct bj_shapefile *s, const char *encoding)
{
    if (strcmp(encoding, "UTF-8") == 0)
        return BJ_OK;
    s->iconv = iconv_open(encoding, "UTF-8");
    if (s->iconv == (iconv_t)-1)
        return bj_fail(ctx, BJ_EIO, _("this system cannot write %s; use UTF-8"), encoding);
    return BJ_OK;
}

enum bj_status bj_shapefile_new(struct bj_ctx *ctx, struct bj_outdir *o,
                                const struct bj_shapefile_spec *spec, struct bj_shapefile **out)
{
    struct bj_shapefile *s = bj_alloc0(ctx, 1, sizeof(*s));
    enum bj_status st;

    if (!s)
        return BJ_ENOMEM;
    s->iconv = (iconv_t)-1;
    s->geometry = spec->geometry;
    snprintf(s->date, sizeof(s->date), "%s", spec->date);
    s->stem = bj_strdup(ctx, spec->stem);
    st = s->stem ? set_encoding(ctx, s, spec->encoding) : BJ_ENOMEM;
    if (!st)
        st = set_columns(ctx, s, spec);
    if (!st)
        st = write_part(ctx, o, s->stem, "cpg", spec->encoding);
    if (!st && spec->prj)
        st = write_part(ctx, o, s->stem, "prj", spec->prj);
    if (!st)
        st = open_part(ctx, o, s->stem, "shp", &s->shp);
    if (!st)
        st = open_part(ctx, o, s->stem, "shx", &s->shx);
    if (!st)
        st = open_part(ctx, o, s->stem, "dbf", &s->dbf);
    if (!st) {
        put_headers(s);
        *out = s;
    } else
        bj_shapefile_free(ctx, s);
    return st;
}

/* ---- attributes --------------------------------------------------------- */

/* text into at most width bytes at `to`, in the file's encoding, never half a character. Returns
 * the bytes used; *whole is false when there was more. text is valid UTF-8. */
static size_t encode(const struct bj_shapefile *s, const char *text, size_t width, char *to,
                     bool *whole)
{
    size_t n = strlen(text), left = width;
    char *from = (char *)text, *p = to;

    if (s->iconv != (iconv_t)-1) {
        iconv(s->iconv, NULL, NULL, NULL, NULL);
        *whole = iconv(s->iconv, &from, &n, &p, &left) != (size_t)-1;
        return width - left;
    }
    *whole = n <= width;
    if (n > width)
        for (n = width; n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80;)
            n--;
    memcpy(to, text, n);
    return n;
}

static enum bj_status put_text(struct bj_ctx *ctx, struct bj_shapefile *s, struct column *c,
                               const char *text)
{
    bool whole = true;
    size_t n = encode(s, text, c->width, s->row + c->offset, &whole);

    if (whole)
        return BJ_OK;
    if (!c->may_cut)
        return bj_fail(
            ctx, BJ_EDATA,
            _("layer '%s', row %zu: the text of field '%s' is longer than its %zu bytes"), s->stem,
            s->n_rows + 1, c->name, c->width);
    memset(s->row + c->offset + n, ' ', c->width - n); /* iconv may have left a part behind */
    if (c->n_cut++ == 0)
        c->first_cut = (int64_t)s->n_rows + 1;
    return BJ_OK;
}

static enum bj_status put_number(struct bj_ctx *ctx, struct bj_shapefile *s, const struct column *c,
                                 const union bj_value *v)
{
    char buf[400];
    size_t n;

    if (c->type == BJ_FIELD_INTEGER)
        n = format_integer(v->integer, buf);
    else
        n = bj_format_fixed(v->real, c->decimals, buf);
    if (n > c->width)
        return bj_fail(ctx, BJ_EDATA,
                       _("layer '%s', row %zu: %s does not fit field '%s' of %zu characters"),
                       s->stem, s->n_rows + 1, buf, c->name, c->width);
    memcpy(s->row + c->offset + c->width - n, buf, n);
    return BJ_OK;
}

static enum bj_status put_attributes(struct bj_ctx *ctx, struct bj_shapefile *s,
                                     const union bj_value *values, const unsigned char *is_null)
{
    enum bj_status st = BJ_OK;

    memset(s->row, ' ', s->row_bytes);
    for (size_t i = 0; i < s->n_columns && !st; i++) {
        struct column *c = &s->column[i];

        if (is_null && is_null[i])
            continue;
        st = c->type == BJ_FIELD_TEXT ? put_text(ctx, s, c, values[i].text)
                                      : put_number(ctx, s, c, &values[i]);
    }
    return st;
}

/* ---- shapes ------------------------------------------------------------- */

static void widen(double box[4], bool *has_box, double west, double south, double east,
                  double north)
{
    if (!*has_box) {
        box[0] = west, box[1] = south, box[2] = east, box[3] = north;
        *has_box = true;
        return;
    }
    box[0] = fmin(box[0], west);
    box[1] = fmin(box[1], south);
    box[2] = fmax(box[2], east);
    box[3] = fmax(box[3], north);
}

static bool shape_room(struct bj_ctx *ctx, struct bj_shapefile *s, size_t n)
{
    size_t cap = s->shape_cap ? s->shape_cap : 4096;
    void *p;

    if (n <= s->shape_cap)
        return true;
    while (cap < n)
        cap *= 2;
    p = bj_resize(ctx, s->shape, cap, 1);
    if (!p)
        return false;
    s->shape = p;
    s->shape_cap = cap;
    return true;
}

/* Twice the signed area, counter-clockwise positive; the first point is the origin, so that large
 * northings lose no digits. */
static double ring_turn(const double *x, const double *y, size_t n)
{
    double sum = 0.0;

    for (size_t i = 1; i + 1 < n; i++)
        sum += (x[i] - x[0]) * (y[i + 1] - y[0]) - (x[i + 1] - x[0]) * (y[i] - y[0]);
    return sum;
}

/* Points of one ring from `to` on; backwards when that puts it the way shapefiles want. */
static void put_ring(const struct bj_polygons *p, size_t ring, bool backwards, unsigned char *to)
{
    size_t first = p->point_start[ring], n = p->point_start[ring + 1] - first;

    for (size_t i = 0; i < n; i++) {
        size_t k = first + (backwards ? n - 1 - i : i);

        put_double(to + 16 * i, p->x[k]);
        put_double(to + 16 * i + 8, p->y[k]);
    }
}

/* Content of a row with parts: type, box, counts, where each part starts, points. */
static enum bj_status put_parts(struct bj_ctx *ctx, struct bj_shapefile *s,
                                const struct bj_out_shape *shape, size_t *n_bytes)
{
    const struct bj_polygons *p = shape->p;
    size_t r0 = p->ring_start[shape->first], r1 = p->ring_start[shape->first + shape->n];
    size_t k0 = p->point_start[r0], n_points = p->point_start[r1] - k0, n_parts = r1 - r0;
    double box[4] = {0};
    bool has_box = false;
    unsigned char *to;

    if (n_points > FILE_MAX / 16 || n_parts > FILE_MAX / 4)
        return bj_fail(ctx, BJ_EDATA,
                       _("layer '%s', row %zu: %zu points are too many for a "
                         "shapefile; write GPKG"),
                       s->stem, s->n_rows + 1, n_points);
    *n_bytes = 44 + 4 * n_parts + 16 * n_points;
    if (!shape_room(ctx, s, *n_bytes))
        return BJ_ENOMEM;
    for (size_t i = k0; i < k0 + n_points; i++)
        widen(box, &has_box, p->x[i], p->y[i], p->x[i], p->y[i]);
    widen(s->box, &s->has_box, box[0], box[1], box[2], box[3]);
    put_le32(s->shape, shape_type(s));
    for (int i = 0; i < 4; i++)
        put_double(s->shape + 4 + 8 * i, box[i]);
    put_le32(s->shape + 36, n_parts);
    put_le32(s->shape + 40, n_points);
    to = s->shape + 44 + 4 * n_parts;
    for (size_t q = shape->first; q < shape->first + shape->n; q++) {
        for (size_t r = p->ring_start[q]; r < p->ring_start[q + 1]; r++) {
            size_t first = p->point_start[r], n = p->point_start[r + 1] - first;
            bool shell = r == p->ring_start[q];
            double turn =
                s->geometry == BJ_GEOM_LINE ? 0.0 : ring_turn(p->x + first, p->y + first, n);

            put_le32(s->shape + 44 + 4 * (r - r0), first - k0);
            put_ring(p, r, shell ? turn > 0.0 : turn < 0.0, to);
            to += 16 * n;
        }
    }
    return BJ_OK;
}

static enum bj_status put_shape(struct bj_ctx *ctx, struct bj_shapefile *s,
                                const struct bj_out_shape *shape, size_t *n_bytes)
{
    if (shape->p && shape->n > 0)
        return put_parts(ctx, s, shape, n_bytes);
    if (!shape_room(ctx, s, 20))
        return BJ_ENOMEM;
    if (shape->p) {
        put_le32(s->shape, SHAPE_NULL);
        *n_bytes = 4;
        return BJ_OK;
    }
    put_le32(s->shape, SHAPE_POINT);
    put_double(s->shape + 4, shape->x);
    put_double(s->shape + 12, shape->y);
    widen(s->box, &s->has_box, shape->x, shape->y, shape->x, shape->y);
    *n_bytes = 20;
    return BJ_OK;
}

enum bj_status bj_shapefile_row(struct bj_ctx *ctx, struct bj_shapefile *s,
                                const struct bj_out_shape *shape, const union bj_value *values,
                                const unsigned char *is_null)
{
    unsigned char head[8], index[8];
    size_t n = 0, at = bj_outfile_size(s->shp);
    enum bj_status st = put_attributes(ctx, s, values, is_null);

    if (!st)
        st = put_shape(ctx, s, shape, &n);
    if (st)
        return st;
    if (n + 8 > FILE_MAX - at || s->row_bytes + 1 > FILE_MAX - bj_outfile_size(s->dbf))
        return bj_fail(ctx, BJ_EDATA,
                       _("layer '%s' is larger than the 2 GB that a shapefile holds; write GPKG"),
                       s->stem);
    put_be32(head, s->n_rows + 1);
    put_be32(head + 4, n / 2);
    put_be32(index, at / 2);
    put_be32(index + 4, n / 2);
    bj_outfile_put(s->shp, head, 8);
    bj_outfile_put(s->shp, s->shape, n);
    bj_outfile_put(s->shx, index, 8);
    bj_outfile_put(s->dbf, s->row, s->row_bytes);
    s->n_rows++;
    st = bj_outfile_check(ctx, s->shp);
    return st ? st : bj_outfile_check(ctx, s->dbf);
}

/* ---- end ---------------------------------------------------------------- */

static void patch_headers(struct bj_shapefile *s)
{
    unsigned char h[HEADER_BYTES], end = 0x1A;

    shape_header(s, bj_outfile_size(s->shp), h);
    bj_outfile_patch(s->shp, 0, h, HEADER_BYTES);
    shape_header(s, bj_outfile_size(s->shx), h);
    bj_outfile_patch(s->shx, 0, h, HEADER_BYTES);
    bj_outfile_put(s->dbf, &end, 1);
    table_header(s, h);
    bj_outfile_patch(s->dbf, 0, h, 32);
}

static void tell_cuts(struct bj_ctx *ctx, const struct bj_shapefile *s)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct column *c = &s->column[i];

        if (c->n_cut > 0)
            bj_log(
                ctx, BJ_LOG_WARNING,
                _("layer '%s': %zu texts of field '%s' are longer than the %d bytes that a "
                  "shapefile holds and were cut, the first in row %lld; write GPKG to keep them"),
                s->stem, c->n_cut, c->name, TEXT_MAX, (long long)c->first_cut);
    }
}

static enum bj_status close_part(struct bj_ctx *ctx, struct bj_outfile **f, enum bj_status st)
{
    enum bj_status closed = BJ_OK;

    if (st)
        bj_outfile_free(ctx, *f);
    else
        closed = bj_outfile_close(ctx, *f);
    *f = NULL;
    return st ? st : closed;
}

enum bj_status bj_shapefile_close(struct bj_ctx *ctx, struct bj_shapefile *s)
{
    enum bj_status st;

    patch_headers(s);
    tell_cuts(ctx, s);
    st = close_part(ctx, &s->shp, BJ_OK);
    st = close_part(ctx, &s->shx, st);
    st = close_part(ctx, &s->dbf, st);
    bj_shapefile_free(ctx, s);
    return st;
}

void bj_shapefile_free(struct bj_ctx *ctx, struct bj_shapefile *s)
{
    if (!s)
        return;
    bj_outfile_free(ctx, s->dbf);
    bj_outfile_free(ctx, s->shx);
    bj_outfile_free(ctx, s->shp);
    if (s->iconv != (iconv_t)-1)
        iconv_close(s->iconv);
    bj_free(ctx, s->shape);
    bj_free(ctx, s->row);
    bj_free(ctx, s->column);
    bj_free(ctx, s->stem);
    bj_free(ctx, s);
}
