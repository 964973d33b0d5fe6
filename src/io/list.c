/* Lists: CSV and text files, sheets of XLSX, XLS and ODS, as planners fill them in.
 *
 * A sheet is taken as rows of text. GDAL reads the spreadsheet formats, told to see no header
 * and only text (its guess takes a title row for the header). Text files are split here,
 * because GDAL's CSV driver takes the number of columns from the first line, which is often a
 * title of one cell.
 *
 * The header is found by header.c. Blank rows are no rows. All else below it, also sums (合计) and
 * notes, stays.
 *
 * Cells: numbers in scientific notation that a program wrote (5.30403100201E11, no plus sign)
 * are written out when that loses nothing; 3.71502E+11 is what a spreadsheet displays, its
 * digits are lost, and it stays as it is for the study to refuse. Text in a cell that an XLSX
 * sheet merges downwards (a township beside its villages) holds for all rows it covers; numbers
 * do not, for they would be counted several times. GDAL does not tell what is merged, so the
 * sheet's own XML is looked at.
 *
 * A `where` is put to a memory layer with the header's names; columns of plain numbers are
 * numbers there, unless they look like codes (a leading zero, or nine digits and more). */
#include "io/list_int.h"

#include <cpl_conv.h>
#include <cpl_minixml.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <iconv.h>
#include <ogr_api.h>

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAMPLE_LINES = 20, /* lines that the separator is taken from */
    PROGRESS_ROWS = 50000,
    CODE_DIGITS = 9
};
static const size_t max_file_bytes = (size_t)4 << 30;

int bj_list_is(const char *path)
{
    static const char *const extension[] = {"csv", "txt", "tsv", "xlsx", "xlsm", "xls", "ods"};
    const char *e = CPLGetExtension(path);

    for (size_t i = 0; i < sizeof(extension) / sizeof(extension[0]); i++)
        if (EQUAL(e, extension[i]))
            return 1;
    return 0;
}

/* By its first bytes; a web page is none. */
static bool is_text(const char *path)
{
    unsigned char b[512];
    VSILFILE *f = VSIFOpenL(path, "rb");
    size_t n;

    if (!f)
        return false;
    n = VSIFReadL(b, 1, sizeof(b), f);
    VSIFCloseL(f);
    for (size_t i = 0; i < n; i++)
        if (b[i] < '\t')
            return false;
    return n > 0 && b[0] != '<';
}

/* By its name; but web systems also export text under the name .xls. */
static bool is_text_file(const char *path)
{
    const char *e = CPLGetExtension(path);

    return EQUAL(e, "csv") || EQUAL(e, "txt") || EQUAL(e, "tsv") ||
           (EQUAL(e, "xls") && is_text(path));
}

void bj_list_free(struct bj_ctx *ctx, struct bj_list *list)
{
    if (!list)
        return;
    bj_free(ctx, list->text);
    bj_strings_release(ctx, &list->strings);
    bj_free(ctx, list->cell);
    bj_free(ctx, list->start);
    bj_free(ctx, list->line);
    bj_free(ctx, list->left_out);
    bj_free(ctx, list);
}

/* ---- rows --------------------------------------------------------------- */

static bool begin_row(struct bj_ctx *ctx, struct bj_list *l, int64_t line)
{
    if (!bj_grow(ctx, (void **)&l->start, &l->cap_start, l->n_rows + 1, sizeof(*l->start)) ||
        !bj_grow(ctx, (void **)&l->line, &l->cap_line, l->n_rows, sizeof(*l->line)))
        return false;
    l->start[l->n_rows] = l->n_cells;
    l->start[l->n_rows + 1] = l->n_cells;
    l->line[l->n_rows] = line;
    return true;
}

static bool put_cell(struct bj_ctx *ctx, struct bj_list *l, const char *text)
{
    if (!bj_grow(ctx, (void **)&l->cell, &l->cap_cells, l->n_cells, sizeof(*l->cell)))
        return false;
    l->cell[l->n_cells++] = text;
    return true;
}

/* Keeps the row that was begun unless all of it is blank. */
static void end_row(struct bj_list *l)
{
    size_t first = l->start[l->n_rows];

    for (size_t i = first; i < l->n_cells; i++) {
        if (!bj_is_blank(l->cell[i])) {
            l->start[++l->n_rows] = l->n_cells;
            return;
        }
    }
    l->n_cells = first;
}

/* ---- text files --------------------------------------------------------- */

/* The separator with the largest middle count in the first lines, outside quotes; one column
 * when none has any. */
static char find_separator(const char *s)
{
    static const char candidates[] = {',', '\t', ';', '|'};
    int count[4][SAMPLE_LINES] = {{0}}, best = 0;
    size_t n = 0, chosen = 0;
    bool quoted = false, blank = true;

    for (; *s && n < SAMPLE_LINES; s++) {
        if (*s == '"')
            quoted = !quoted;
        if (*s == '\n' && !quoted) {
            n += !blank;
            blank = true;
            continue;
        }
        blank = blank && (*s == ' ' || *s == '\r');
        for (size_t k = 0; k < 4 && !quoted; k++)
            count[k][n] += *s == candidates[k];
    }
    n += n < SAMPLE_LINES && !blank;
    for (size_t k = 0; k < 4 && n > 0; k++) {
        for (size_t i = 1; i < n; i++) /* insertion sort of at most 20 */
            for (size_t j = i; j > 0 && count[k][j - 1] > count[k][j]; j--) {
                int t = count[k][j];

                count[k][j] = count[k][j - 1];
                count[k][j - 1] = t;
            }
        if (count[k][n / 2] > best) {
            best = count[k][n / 2];
            chosen = k;
        }
    }
    return candidates[chosen];
}

/* Splits one cell in place (RFC 4180: quotes doubled inside quotes); *s moves behind it, *last
 * says whether it ended the row. NULL: its quotation mark is never closed. */
static char *take_cell(char **s, char separator, bool *last)
{
    char *from = *s, *to, *cell;

    while (*from == ' ')
        from++;
    if (*from != '"')
        from = *s;
    cell = to = from;
    if (*from == '"') {
        from++;
        while (*from && !(*from == '"' && from[1] != '"')) {
            from += *from == '"';
            *to++ = *from++;
        }
        if (!*from)
            return NULL;
        from++;
    }
    while (*from && *from != separator && *from != '\n' && *from != '\r')
        *to++ = *from++;
    *last = *from != separator;
    if (*from == '\r' && from[1] == '\n')
        from++;
    *s = *from ? from + 1 : from;
    *to = 0;
    return cell;
}

static enum bj_status split_text(struct bj_ctx *ctx, const char *path, struct bj_list *l)
{
    char *s = l->text, separator = find_separator(s);

    for (int64_t line = 1; *s; line++) {
        bool last = false;

        if (!begin_row(ctx, l, line))
            return BJ_ENOMEM;
        while (!last) {
            char *cell = take_cell(&s, separator, &last);

            if (!cell)
                return bj_fail(ctx, BJ_EDATA,
                               _("a quotation mark that opens a cell in row %lld of '%s' is never "
                                 "closed; close or remove it"),
                               (long long)line, path);
            if (!put_cell(ctx, l, cell))
                return BJ_ENOMEM;
        }
        end_row(l);
    }
    return BJ_OK;
}

static void tally_lines(const char *s, size_t n, struct bj_text_tally *t)
{
    for (int64_t row = 1; n > 0; row++) {
        const char *end = memchr(s, '\n', n);
        size_t size = end ? (size_t)(end - s) : n;

        bj_text_tally_add(t, s, size, false, row);
        s += size + (end != NULL);
        n -= size + (end != NULL);
    }
}

/* Line by line, so that in a mixed file each is read as what it is. */
static enum bj_status decode_lines(struct bj_ctx *ctx, const char *path,
                                   const struct bj_encoding *e, const char *s, size_t n,
                                   struct bj_buf *out)
{
    struct bj_decoder d = {0};
    enum bj_status st = bj_decoder_init(ctx, e, &d);

    for (int64_t row = 1; !st && n > 0; row++) {
        const char *end = memchr(s, '\n', n), *text;
        size_t size = end ? (size_t)(end - s) + 1 : n, length;

        text = bj_decode(ctx, &d, s, size, &length, &st);
        if (st == BJ_EDATA)
            st = bj_fail(ctx, st, _("row %lld of '%s' is not %s; give the layer's encoding:"),
                         (long long)row, path, e->name);
        if (!st && !bj_buf_add(ctx, out, text, length))
            st = BJ_ENOMEM;
        s += size;
        n -= size;
    }
    bj_decoder_release(ctx, &d);
    return st;
}

/* Spreadsheets save "Unicode text" as UTF-16 with a byte order mark. */
static enum bj_status decode_utf16(struct bj_ctx *ctx, const char *path, const char *s, size_t n,
                                   struct bj_buf *out)
{
    size_t cap = n * 2 + 16, left_in = n, left_out = cap;
    char *buf = bj_resize(ctx, NULL, cap, 1), *in = (char *)s, *to = buf;
    iconv_t cd = iconv_open("UTF-8", "UTF-16");
    enum bj_status st = BJ_ENOMEM;

    if (!buf)
        goto done;
    if (cd == (iconv_t)-1 || iconv(cd, &in, &left_in, &to, &left_out) == (size_t)-1)
        st = bj_fail(ctx, BJ_EDATA, _("'%s' begins as UTF-16 but is not"), path);
    else if (bj_buf_add(ctx, out, buf, (size_t)(to - buf)))
        st = BJ_OK;
done:
    if (cd != (iconv_t)-1)
        iconv_close(cd);
    bj_free(ctx, buf);
    return st;
}

/* The bytes s as UTF-8 in *out, and what they were in *e. */
static enum bj_status decode_file(struct bj_ctx *ctx, const struct bj_source_spec *spec,
                                  const char *s, size_t n, struct bj_encoding *e,
                                  struct bj_buf *out)
{
    struct bj_text_tally tally = {0};
    const char *given = spec->encoding;
    enum bj_status st;

    if (n >= 2 && (memcmp(s, "\xFF\xFE", 2) == 0 || memcmp(s, "\xFE\xFF", 2) == 0)) {
        snprintf(e->name, sizeof(e->name), "UTF-16");
        snprintf(e->why, sizeof(e->why), "%s", R_("from the byte order mark"));
        return decode_utf16(ctx, spec->path, s, n, out);
    }
    if (memchr(s, 0, n))
        return bj_fail(ctx, BJ_EDATA, _("'%s' is no text file: it holds zero bytes"), spec->path);
    if (n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
        s += 3;
        n -= 3;
        given = given ? given : "UTF-8";
    }
    tally_lines(s, n, &tally);
    st = bj_encoding_choose(ctx, spec->path, &tally, given, NULL, 0, e);
    if (!st && given && !spec->encoding)
        snprintf(e->why, sizeof(e->why), "%s", R_("from the byte order mark"));
    return st ? st : decode_lines(ctx, spec->path, e, s, n, out);
}

static enum bj_status note_encoding(struct bj_source *src, const struct bj_encoding *e)
{
    src->info.encoding = bj_source_text(src, e->name);
    src->info.encoding_why = bj_source_text(src, e->why);
    return src->info.encoding && src->info.encoding_why ? BJ_OK : BJ_ENOMEM;
}

static enum bj_status open_text(struct bj_ctx *ctx, const struct bj_source_spec *spec,
                                struct bj_source *src, struct bj_list *l)
{
    struct bj_encoding e = {"UTF-8", "", false};
    struct bj_buf decoded = {.max = max_file_bytes * 3};
    char *bytes = NULL;
    size_t n = 0;
    enum bj_status st;

    if (bj_is_missing(spec->path))
        return bj_no_file(ctx, spec->path);
    src->info.driver = "CSV";
    src->info.layer = bj_source_text(src, CPLGetBasename(spec->path));
    if (!src->info.layer)
        return BJ_ENOMEM;
    if (spec->layer && strcmp(spec->layer, src->info.layer) != 0)
        return bj_fail(ctx, BJ_EDATA, _("'%s' has no layer '%s'; it has: %s"), spec->path,
                       spec->layer, src->info.layer);
    st = bj_vsi_read(ctx, spec->path, max_file_bytes, &bytes, &n);
    if (!st)
        st = decode_file(ctx, spec, bytes, n, &e, &decoded);
    bj_free(ctx, bytes);
    if (!st)
        st = note_encoding(src, &e);
    if (st || !decoded.s) {
        bj_buf_release(ctx, &decoded);
        return st ? st : bj_fail(ctx, BJ_EDATA, _("'%s' is empty"), spec->path);
    }
    l->text = decoded.s; /* now owned by l */
    return split_text(ctx, spec->path, l);
}

/* ---- sheets ------------------------------------------------------------- */

/* What a program wrote as 5.30403100201E11 is 530403100201; with a plus sign it is text that a
 * spreadsheet displayed. *buf is for the new text. */
static const char *plain_number(const char *s, char *buf, size_t cap)
{
    const char *e = strchr(s, 'E');
    char *end;
    double v;

    if (!e || !isdigit((unsigned char)e[1]) || strspn(s, "-.0123456789E") != strlen(s))
        return s;
    v = CPLStrtod(s, &end);
    if (*end || floor(v) != v || fabs(v) >= 1e15)
        return s;
    snprintf(buf, cap, "%.0f", v);
    return buf;
}

static const char *copy_cell(struct bj_ctx *ctx, struct bj_list *l, OGRFeatureH f, int i)
{
    char buf[32];
    const char *s;
    size_t n;

    if (!OGR_F_IsFieldSetAndNotNull(f, i))
        return "";
    s = plain_number(OGR_F_GetFieldAsString(f, i), buf, sizeof(buf));
    n = strlen(s);
    s = bj_trim(s, &n);
    return bj_strings_add(ctx, &l->strings, s, n);
}

static enum bj_status load_sheet(struct bj_ctx *ctx, OGRLayerH layer, struct bj_list *l)
{
    int n = OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(layer));
    enum bj_status st = BJ_OK;
    OGRFeatureH f;

    OGR_L_ResetReading(layer);
    while (!st && (f = OGR_L_GetNextFeature(layer))) {
        if (!begin_row(ctx, l, (int64_t)OGR_F_GetFID(f)))
            st = BJ_ENOMEM;
        for (int i = 0; !st && i < n; i++) {
            const char *text = copy_cell(ctx, l, f, i);

            if (!text || !put_cell(ctx, l, text))
                st = BJ_ENOMEM;
        }
        if (!st)
            end_row(l);
        OGR_F_Destroy(f);
    }
    return st;
}

/* A list for one sheet in *out (NULL while out of memory). */
static enum bj_status sheet_list(struct bj_ctx *ctx, OGRLayerH layer, struct bj_list **out)
{
    struct bj_list *l = bj_alloc0(ctx, 1, sizeof(*l));
    enum bj_status st;

    if (!l)
        return BJ_ENOMEM;
    l->wkt = -1;
    st = load_sheet(ctx, layer, l);
    if (st)
        bj_list_free(ctx, l);
    else
        *out = l;
    return st;
}

/* The only sheet with a certain header, else the only one with rows. -1: not one. */
static enum bj_status choose_sheet(struct bj_ctx *ctx, GDALDatasetH ds, int *chosen)
{
    int strong = -1, n_strong = 0, filled = -1, n_filled = 0;
    int n = GDALDatasetGetLayerCount(ds);

    for (int i = 0; n > 1 && i < n; i++) {
        struct bj_list *l = NULL;

        if (sheet_list(ctx, GDALDatasetGetLayer(ds, i), &l))
            return BJ_ENOMEM;
        if (l->n_rows > 0) {
            filled = i;
            n_filled++;
        }
        if (bj_list_has_header(l)) {
            strong = i;
            n_strong++;
        }
        bj_list_free(ctx, l);
    }
    *chosen = n == 1 ? 0 : n_strong == 1 ? strong : n_filled == 1 ? filled : -1;
    return BJ_OK;
}

static enum bj_status pick_sheet(struct bj_ctx *ctx, const struct bj_source_spec *spec,
                                 struct bj_source *src)
{
    char names[600];
    int i = 0;

    bj_layer_names(src->ds, names, sizeof(names));
    if (spec->layer) {
        src->layer = GDALDatasetGetLayerByName(src->ds, spec->layer);
        return src->layer ? BJ_OK
                          : bj_fail(ctx, BJ_EDATA, _("'%s' has no sheet '%s'; it has: %s"),
                                    spec->path, spec->layer, names);
    }
    if (GDALDatasetGetLayerCount(src->ds) == 0)
        return bj_fail(ctx, BJ_EDATA, _("'%s' has no sheet"), spec->path);
    if (choose_sheet(ctx, src->ds, &i))
        return BJ_ENOMEM;
    if (i < 0)
        return bj_fail(ctx, BJ_EDATA, _("'%s' has %d sheets; name one with layer: (it has: %s)"),
                       spec->path, GDALDatasetGetLayerCount(src->ds), names);
    src->layer = GDALDatasetGetLayer(src->ds, i);
    return BJ_OK;
}

/* GDAL options under which a sheet comes as plain rows of text; set for this thread only. */
static const char *const sheet_options[][2] = {
    {"OGR_XLSX_HEADERS", "DISABLE"}, {"OGR_XLSX_FIELD_TYPES", "STRING"},
    {"OGR_XLS_HEADERS", "DISABLE"},  {"OGR_XLS_FIELD_TYPES", "STRING"},
    {"OGR_ODS_HEADERS", "DISABLE"},  {"OGR_ODS_FIELD_TYPES", "STRING"},
};
enum { N_SHEET_OPTIONS = sizeof(sheet_options) / sizeof(sheet_options[0]) };

static void set_sheet_options(char **before)
{
    for (size_t i = 0; i < N_SHEET_OPTIONS; i++) {
        const char *old = CPLGetThreadLocalConfigOption(sheet_options[i][0], NULL);

        before[i] = old ? CPLStrdup(old) : NULL;
        CPLSetThreadLocalConfigOption(sheet_options[i][0], sheet_options[i][1]);
    }
}

static void restore_sheet_options(char **before)
{
    for (size_t i = 0; i < N_SHEET_OPTIONS; i++) {
        CPLSetThreadLocalConfigOption(sheet_options[i][0], before[i]);
        CPLFree(before[i]);
    }
}

/* Why GDAL could not open a workbook, by its first bytes. */
static enum bj_status not_a_workbook(struct bj_ctx *ctx, const struct bj_gdal *g, const char *path)
{
    const char *e = CPLGetExtension(path);
    char b[5] = "";
    VSILFILE *f = VSIFOpenL(path, "rb");

    if (f) {
        if (VSIFReadL(b, 1, 4, f) == 0 && VSIFEofL(f)) {
            VSIFCloseL(f);
            return bj_fail(ctx, BJ_EDATA, _("'%s' is empty"), path);
        }
        VSIFCloseL(f);
    }
    if (memcmp(b, "\xD0\xCF\x11\xE0", 4) == 0 && !EQUAL(e, "xls"))
        return bj_fail(ctx, BJ_EIO,
                       _("'%s' is locked with a password, or an old .xls under another name; save "
                         "it again without a password"),
                       path);
    if (b[0] == '<')
        return bj_fail(ctx, BJ_EIO,
                       _("'%s' is a web page, no workbook; open it in a spreadsheet program and "
                         "save it as .xlsx"),
                       path);
    if (is_text(path))
        return bj_fail(ctx, BJ_EIO,
                       _("'%s' cannot be opened as a spreadsheet: it is a text file; name it .csv, "
                         "or save it again as .xlsx"),
                       path);
    if (memcmp(b, "PK\x03\x04", 4) == 0)
        return bj_fail(
            ctx, BJ_EIO,
            _("'%s' cannot be opened as a spreadsheet: it is damaged or not whole; get a "
              "whole copy of it"),
            path);
    return bj_fail(ctx, BJ_EIO, _("'%s' cannot be opened as a spreadsheet: %s"), path,
                   bj_gdal_reason(g));
}

static enum bj_status load_workbook(struct bj_ctx *ctx, struct bj_gdal *g,
                                    const struct bj_source_spec *spec, struct bj_source *src)
{
    struct bj_encoding e = {"UTF-8", "", false};
    enum bj_status st;

    if (bj_is_missing(spec->path))
        return bj_no_file(ctx, spec->path);
    src->ds = GDALOpenEx(spec->path, GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR,
                         NULL, NULL, NULL);
    if (!src->ds)
        return not_a_workbook(ctx, g, spec->path);
    src->info.driver = bj_source_text(src, GDALGetDriverShortName(GDALGetDatasetDriver(src->ds)));
    if (!src->info.driver)
        return BJ_ENOMEM;
    st = pick_sheet(ctx, spec, src);
    if (st)
        return st;
    src->info.layer = bj_source_text(src, OGR_L_GetName(src->layer));
    if (!src->info.layer)
        return BJ_ENOMEM;
    snprintf(e.why, sizeof(e.why), "%s", R_("the format is always UTF-8"));
    st = note_encoding(src, &e);
    return st ? st : load_sheet(ctx, src->layer, src->list);
}

static enum bj_status open_workbook(struct bj_ctx *ctx, struct bj_gdal *g,
                                    const struct bj_source_spec *spec, struct bj_source *src)
{
    char *before[N_SHEET_OPTIONS];
    int errors = g->n_errors;
    enum bj_status st;

    set_sheet_options(before);
    st = load_workbook(ctx, g, spec, src);
    restore_sheet_options(before);
    if (!st && src->list->n_rows == 0 && g->n_errors > errors)
        st = bj_fail(ctx, BJ_EIO, _("'%s' cannot be read as a spreadsheet: %s"), spec->path,
                     bj_gdal_reason(g));
    return st;
}

/* ---- merged cells of XLSX ----------------------------------------------- */

/* Row of that number in the sheet, n_rows when it is blank or beyond. */
static size_t row_of_line(const struct bj_list *l, int64_t line)
{
    size_t low = 0, high = l->n_rows;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (l->line[middle] < line)
            low = middle + 1;
        else
            high = middle;
    }
    return low < l->n_rows && l->line[low] == line ? low : l->n_rows;
}

/* "B5:C9" in numbers from 1; false when it is no such range. */
static bool parse_range(const char *s, int64_t *column, int64_t *from, int64_t *to)
{
    char *end;

    for (*column = 0; isupper((unsigned char)*s) && *column < 100000; s++)
        *column = *column * 26 + (*s - 'A' + 1);
    *from = strtol(s, &end, 10);
    if (*end != ':')
        return false;
    for (s = end + 1; isupper((unsigned char)*s); s++)
        ;
    *to = strtol(s, &end, 10);
    return *column > 0 && *from > 0 && *to > *from;
}

static void fill_down(struct bj_list *l, int64_t column, int64_t from, int64_t to)
{
    size_t top = row_of_line(l, from), c = (size_t)column - 1;
    const char *text = top >= l->first && top < l->n_rows ? cell_at(l, top, c) : "";

    if (bj_is_blank(text) || is_number(text))
        return;
    for (size_t r = top + 1; r < l->n_rows && l->line[r] <= to; r++)
        if (c < row_width(l, r) && is_blank_at(l, r, c))
            l->cell[l->start[r] + c] = text;
}

/* A part of the workbook's archive in *out, which stays NULL when there is none; caller frees
 * it. BJ_ENOMEM is the only failure. */
static enum bj_status read_part(struct bj_ctx *ctx, const char *path, const char *part, char **out)
{
    char *name = bj_sprintf(ctx, "/vsizip/{%s}/%s%s", path, part[0] == '/' ? "" : "xl/",
                            part[0] == '/' ? part + 1 : part);
    size_t n;
    enum bj_status st = name ? bj_vsi_read(ctx, name, max_file_bytes, out, &n) : BJ_ENOMEM;

    bj_free(ctx, name);
    return st == BJ_ENOMEM ? st : BJ_OK;
}

/* Attribute of the element of that name whose attribute `key` is `value`. */
static const char *find_attribute(const CPLXMLNode *list, const char *key, const char *value,
                                  const char *wanted)
{
    for (const CPLXMLNode *n = list ? list->psChild : NULL; n; n = n->psNext)
        if (n->eType == CXT_Element && strcmp(CPLGetXMLValue(n, key, ""), value) == 0)
            return CPLGetXMLValue(n, wanted, NULL);
    return NULL;
}

/* The XML of a sheet: workbook.xml knows its id, the relations know the id's file. */
static enum bj_status read_sheet_xml(struct bj_ctx *ctx, const char *path, const char *sheet,
                                     char **out)
{
    char *book = NULL, *relations = NULL;
    CPLXMLNode *b = NULL, *r = NULL;
    const char *id = NULL, *part = NULL;
    enum bj_status st = read_part(ctx, path, "workbook.xml", &book);

    if (!st)
        st = read_part(ctx, path, "_rels/workbook.xml.rels", &relations);
    if (!st && book && relations) {
        b = CPLParseXMLString(book);
        r = CPLParseXMLString(relations);
        if (b)
            id = find_attribute(CPLGetXMLNode(b, "=workbook.sheets"), "name", sheet, "r:id");
        if (id && r)
            part = find_attribute(CPLGetXMLNode(r, "=Relationships"), "Id", id, "Target");
        if (part)
            st = read_part(ctx, path, part, out);
    }
    CPLDestroyXMLNode(b);
    CPLDestroyXMLNode(r);
    bj_free(ctx, book);
    bj_free(ctx, relations);
    return st;
}

/* Merges that cannot be read are left as blanks: GDAL has read the cells themselves. */
static enum bj_status fill_merged(struct bj_ctx *ctx, const struct bj_source *src)
{
    static const char mark[] = "<mergeCell ref=\"";
    struct bj_list *l = src->list;
    char *xml = NULL;
    const char *s;
    int64_t column, from, to;
    enum bj_status st = BJ_OK;

    if (strcmp(src->info.driver, "XLSX") == 0)
        st = read_sheet_xml(ctx, src->path, src->info.layer, &xml);
    s = xml ? strstr(xml, "</sheetData>") : NULL;
    for (s = s ? strstr(s, mark) : NULL; s; s = strstr(s, mark)) {
        s += sizeof(mark) - 1;
        if (parse_range(s, &column, &from, &to))
            fill_down(l, column, from, to);
    }
    bj_free(ctx, xml);
    return st;
}

/* ---- where -------------------------------------------------------------- */

/* Whether a condition should see this column as numbers; see the top of this file. */
static bool is_number_column(const struct bj_list *l, size_t column)
{
    bool any = false;

    for (size_t r = l->first; r < l->n_rows; r++) {
        const char *s = cell_at(l, r, column);
        size_t n = strlen(s);

        if (bj_is_blank(s))
            continue;
        if (strspn(s, "+-.0123456789") != n || !is_number(s))
            return false;
        if (!strchr(s, '.') && (n >= CODE_DIGITS || (n > 1 && s[0] == '0')))
            return false;
        any = true;
    }
    return any;
}

static OGRLayerH memory_layer(GDALDatasetH ds, const struct bj_source *src)
{
    const struct bj_list *l = src->list;
    OGRLayerH layer = GDALDatasetCreateLayer(ds, "list", NULL, wkbNone, NULL);

    for (size_t c = 0; layer && c < l->n_columns; c++) {
        OGRFieldDefnH field =
            OGR_Fld_Create(src->field[c].name, is_number_column(l, c) ? OFTReal : OFTString);

        OGR_L_CreateField(layer, field, 1);
        OGR_Fld_Destroy(field);
    }
    return layer;
}

static void fill_layer(OGRLayerH layer, const struct bj_list *l)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(layer);

    for (size_t r = l->first; r < l->n_rows; r++) {
        OGRFeatureH f = OGR_F_Create(defn);

        for (size_t c = 0; c < l->n_columns; c++)
            if (!is_blank_at(l, r, c))
                OGR_F_SetFieldString(f, (int)c, cell_at(l, r, c));
        OGR_F_SetFID(f, (GIntBig)r);
        if (OGR_L_CreateFeature(layer, f) != OGRERR_NONE)
            CPLError(CE_Failure, CPLE_AppDefined, "row cannot be stored");
        OGR_F_Destroy(f);
    }
}

static enum bj_status apply_where(struct bj_ctx *ctx, struct bj_gdal *g, struct bj_source *src)
{
    struct bj_list *l = src->list;
    GDALDriverH driver = GDALGetDriverByName("Memory");
    GDALDatasetH ds = GDALCreate(driver ? driver : GDALGetDriverByName("MEM"), "", 0, 0, 0,
                                 GDT_Unknown, NULL); /* GDAL 3.11 calls it MEM */
    OGRLayerH layer = ds ? memory_layer(ds, src) : NULL;
    enum bj_status st = BJ_OK;
    OGRFeatureH f;

    if (!layer) {
        st = bj_fail(ctx, BJ_EIO, _("where: cannot be used on '%s': %s"), src->path,
                     bj_gdal_reason(g));
        goto done;
    }
    fill_layer(layer, l);
    if (OGR_L_SetAttributeFilter(layer, src->where) != OGRERR_NONE) {
        st = bj_fail(ctx, BJ_EDATA,
                     _("the condition where: %s cannot be used on '%s': %s; write it as in SQL: "
                       "name = 'text' AND size > 3"),
                     src->where, src->path, bj_gdal_reason(g));
        goto done;
    }
    l->left_out = bj_alloc0(ctx, l->n_rows, 1);
    if (!l->left_out) {
        st = BJ_ENOMEM;
        goto done;
    }
    memset(l->left_out, 1, l->n_rows);
    src->info.n_rows = 0;
    OGR_L_ResetReading(layer);
    while ((f = OGR_L_GetNextFeature(layer))) {
        l->left_out[OGR_F_GetFID(f)] = 0;
        src->info.n_rows++;
        OGR_F_Destroy(f);
    }
done:
    if (ds)
        GDALClose(ds);
    return st;
}

/* ---- opening and reading ------------------------------------------------ */

/* A column of geometry as GDAL and PostGIS export it. */
static int find_wkt(const struct bj_source *src)
{
    static const char *const names[] = {"wkt", "geometry", "geom", "the_geom"};
    static const char *const starts[] = {"POINT", "MULTI", "POLYGON", "LINESTRING", "GEOMETRYC"};
    const struct bj_list *l = src->list;

    for (size_t c = 0; c < l->n_columns && l->first < l->n_rows; c++)
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            for (size_t k = 0; k < sizeof(starts) / sizeof(starts[0]); k++)
                if (EQUAL(src->field[c].name, names[i]) &&
                    EQUALN(cell_at(l, l->first, c), starts[k], strlen(starts[k])))
                    return (int)c;
    return -1;
}

enum bj_status bj_list_open(struct bj_ctx *ctx, struct bj_gdal *g,
                            const struct bj_source_spec *spec, struct bj_source *src)
{
    enum bj_status st;

    src->list = bj_alloc0(ctx, 1, sizeof(*src->list));
    if (!src->list)
        return BJ_ENOMEM;
    src->list->wkt = -1;
    src->info.is_list = 1;
    st = is_text_file(spec->path) ? open_text(ctx, spec, src, src->list)
                                  : open_workbook(ctx, g, spec, src);
    if (!st && src->list->n_rows == 0)
        st = bj_fail(ctx, BJ_EDATA, _("'%s' ('%s') is empty"), spec->path, src->info.layer);
    if (!st)
        st = bj_list_header(ctx, src, spec->captions);
    if (!st)
        st = fill_merged(ctx, src);
    if (!st && spec->crs && !(src->info.crs = bj_source_text(src, spec->crs)))
        st = BJ_ENOMEM;
    if (!st && src->where)
        st = apply_where(ctx, g, src);
    if (!st) {
        src->list->wkt = find_wkt(src);
        src->info.has_geometry = src->list->wkt >= 0;
    }
    return st;
}

static enum bj_status read_geometry(struct bj_ctx *ctx, const struct bj_list *l, size_t row,
                                    struct bj_table_maker *m)
{
    OGRGeometryH g = NULL;
    enum bj_status st;

    if (l->wkt >= 0 && m->want != BJ_WANT_ATTRIBUTES) {
        char *wkt = (char *)cell_at(l, row, (size_t)l->wkt); /* OGR only moves its own pointer */

        if (OGR_G_CreateFromWkt(&wkt, NULL, &g) != OGRERR_NONE)
            g = NULL;
    }
    st = bj_table_geometry(ctx, m, g);
    OGR_G_DestroyGeometry(g);
    return st;
}

enum bj_status bj_list_read(struct bj_ctx *ctx, struct bj_source *src, struct bj_table_maker *m)
{
    const struct bj_list *l = src->list;
    struct bj_table *t = &m->t;
    enum bj_status st = BJ_OK;
    char stage[256];

    snprintf(stage, sizeof(stage), R_("reading %s"), bj_base_name(src->path));
    for (size_t r = l->first; !st && r < l->n_rows; r++) {
        if (l->left_out && l->left_out[r])
            continue;
        st = bj_table_room(ctx, m);
        if (!st) {
            t->row[t->n] = l->line[r];
            st = read_geometry(ctx, l, r, m);
        }
        for (size_t c = 0; !st && c < t->n_columns; c++) {
            const char *text = cell_at(l, r, (size_t)t->column[c].field);

            st = bj_table_text(ctx, m, c, text, strlen(text));
        }
        if (st)
            break;
        t->n++;
        if (t->n % PROGRESS_ROWS == 0)
            st = bj_progress(ctx, stage, (double)t->n / (double)(l->n_rows - l->first));
    }
    return st;
}
