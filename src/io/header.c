/* The header of a list: which rows it is, and each column's name.
 *
 * The main row is the first of rows 1 to 10 with at least three known column words
 * (base/synonyms.h), else the row with the most, two at least, else the first row that is filled
 * from the first column on with different texts, none of them a number.
 *
 * Headers of two or three rows, with cells merged across (坐标 over 经度 and 纬度) and down
 * (村名 beside them), keep the text of a merged cell in its upper left corner; the other cells are
 * blank. So rows below the main one belong to the header while they hold at least two known words,
 * none of them under a cell that stands for its own column alone; rows above it (at most two, of
 * two cells at least, so no titles) belong to it when they name every column that it leaves blank.
 * A column's name is its lowest text. Where that is no known word, or stands twice, the group's
 * word is put to it: 常住 under 人口 is 常住人口, and 名称 under 乡镇 and under 村 are two names.
 *
 * Where the caller asks for captions (control points), a header that repeats its words (X Y X Y)
 * takes those of the row above before them, if that tells the columns apart.
 *
 * Directly below, rows of units or of column numbers (甲 乙 1 2) are left out. */
#include "io/list_int.h"

#include "base/synonyms.h"

#include <string.h>

enum {
    HEADER_ROWS = 10, /* the header is looked for so far down */
    SAMPLE_ROWS = 50, /* how wide the sheet is, is seen by so many */
    STRONG = 3,       /* known words that make a header for certain */
    MORE_ROWS = 2,    /* of a header, above and below its main row */
    NAME_BYTES = 180  /* of a name; longer is none */
};

/* ---- which row ------------------------------------------------------------ */

/* Known column words in a row. */
static int known_words(const struct bj_list *l, size_t row)
{
    int n = 0;

    for (size_t c = 0; c < row_width(l, row); c++)
        n += bj_synonym_role(cell_at(l, row, c)) >= 0;
    return n;
}

bool bj_list_has_header(const struct bj_list *l)
{
    for (size_t r = 0; r < l->n_rows && l->line[r] <= HEADER_ROWS; r++)
        if (known_words(l, r) >= STRONG)
            return true;
    return false;
}

/* Cells from the first column on, all filled with different texts that are no numbers. */
static bool is_plain_header(const struct bj_list *l, size_t row, size_t width)
{
    size_t n = row_width(l, row);

    while (n > 0 && is_blank_at(l, row, n - 1))
        n--;
    if (n == 0 || n * 5 < width * 4)
        return false;
    for (size_t c = 0; c < n; c++) {
        if (is_blank_at(l, row, c) || is_number(cell_at(l, row, c)))
            return false;
        for (size_t b = 0; b < c; b++)
            if (strcmp(cell_at(l, row, b), cell_at(l, row, c)) == 0)
                return false;
    }
    return true;
}

/* Columns up to the last with a text in rows from ... to. */
static size_t named_width(const struct bj_list *l, size_t from, size_t to)
{
    size_t width = 0;

    for (size_t r = from; r <= to; r++) {
        size_t n = row_width(l, r);

        while (n > width && is_blank_at(l, r, n - 1))
            n--;
        if (n > width)
            width = n;
    }
    return width;
}

/* Index of the header row, -1 when there is none. */
static int64_t find_header(const struct bj_list *l)
{
    int most = 0;
    int64_t best = -1;
    size_t n_sample = l->n_rows < SAMPLE_ROWS ? l->n_rows : SAMPLE_ROWS;
    size_t width = n_sample > 0 ? named_width(l, 0, n_sample - 1) : 0;

    for (size_t r = 0; r < l->n_rows && l->line[r] <= HEADER_ROWS; r++) {
        int n = known_words(l, r);

        if (n >= STRONG)
            return (int64_t)r;
        if (n > most) {
            most = n;
            best = (int64_t)r;
        }
    }
    if (most >= 2)
        return best;
    for (size_t r = 0; r < l->n_rows && l->line[r] <= HEADER_ROWS; r++)
        if (is_plain_header(l, r, width))
            return (int64_t)r;
    return -1;
}

/* ---- rows below: units ----------------------------------------------------- */

/* A unit as it stands under a header: 人, (人), 平方米, km. */
static bool is_unit(const char *cell)
{
    static const char *const unit[] = {"人", "万人", "户",   "个",   "张",       "辆",     "名",
                                       "所", "家",   "米",   "公里", "千米",     "平方米", "㎡",
                                       "m2", "m",    "km",   "度",   "°",        "元",     "万元",
                                       "%",  "°e",   "°n",   "km2",  "平方公里", "公顷",   "亩",
                                       "岁", "年",   "人次", "单位", "deg",      NULL};
    char s[64];
    size_t n;

    bj_synonym_fold(cell, s, sizeof(s));
    n = strlen(s);
    if (n >= 2 && s[0] == '(' && s[n - 1] == ')') {
        s[n - 1] = 0;
        memmove(s, s + 1, n - 1);
    }
    if (strncmp(s, "单位", strlen("单位")) == 0 && strlen(s) > strlen("单位"))
        memmove(s, s + strlen("单位"), strlen(s) - strlen("单位") + 1);
    return bj_word_find(s, unit) >= 0;
}

/* 甲 乙 1 2 3: the column numbers of a statistical form. */
static bool is_form_number(const char *cell, bool *stem)
{
    static const char *const stems[] = {"甲", "乙", "丙", "丁", "戊"};
    size_t n = strlen(cell);

    for (size_t i = 0; i < sizeof(stems) / sizeof(stems[0]); i++) {
        if (strcmp(cell, stems[i]) == 0) {
            *stem = true;
            return true;
        }
    }
    return n <= 2 && strspn(cell, "0123456789") == n;
}

/* What stands in the cells of a unit row that have no unit. */
static bool is_dash(const char *cell)
{
    static const char *const dash[] = {"-", "--", "—", "——", "－", "/", "／", "\\", NULL};

    return bj_word_find(cell, dash) >= 0;
}

/* Rows below the header that are neither header nor data. */
static bool is_filler(const struct bj_list *l, size_t row)
{
    bool units = true, numbers = true, stem = false;
    size_t n_units = 0;

    for (size_t c = 0; c < row_width(l, row); c++) {
        const char *cell = cell_at(l, row, c);

        if (bj_is_blank(cell))
            continue;
        units = units && (is_unit(cell) || is_dash(cell));
        n_units += is_unit(cell);
        numbers = numbers && is_form_number(cell, &stem);
    }
    return (units && n_units > 0) || (numbers && stem);
}

/* ---- headers of several rows ------------------------------------------------- */

struct header {
    size_t top, main, bottom; /* rows, inclusive */
};

/* The cell that stands over (row, c): in the row above, there or merged from the left. */
static const char *group_over(const struct bj_list *l, size_t top, size_t row, size_t c)
{
    while (row > top) {
        row--;
        for (size_t k = c + 1; k > 0; k--)
            if (!is_blank_at(l, row, k - 1))
                return cell_at(l, row, k - 1);
    }
    return "";
}

/* "ab" when that is a known column word. */
static bool join(const char *a, const char *b, char out[NAME_BYTES + 1])
{
    if (strlen(a) + strlen(b) > NAME_BYTES)
        return false;
    snprintf(out, NAME_BYTES + 1, "%s%s", a, b);
    return bj_synonym_role(out) >= 0;
}

/* Known word of a leaf, alone or with its group: into out. */
static bool known_leaf(const char *leaf, const char *group, char out[NAME_BYTES + 1])
{
    return join(leaf, "", out) || (*group && (join(leaf, group, out) || join(group, leaf, out)));
}

/* A further header row: known words, no numbers, and only where the row above is blank or has a
 * cell that may be merged over them. */
static bool is_next_header(const struct bj_list *l, size_t top, size_t row)
{
    char name[NAME_BYTES + 1];
    int known = 0;

    for (size_t c = 0; c < row_width(l, row); c++) {
        const char *cell = cell_at(l, row, c);
        bool is_known;

        if (bj_is_blank(cell))
            continue;
        if (is_number(cell))
            return false;
        is_known = known_leaf(cell, group_over(l, top, row, c), name);
        if (!is_blank_at(l, row - 1, c) && !is_blank_at(l, row - 1, c + 1) &&
            strcmp(cell_at(l, row - 1, c), cell) != 0 && !(is_known && strcmp(name, cell) != 0))
            return false; /* but 常住 under 人口 alone is 常住人口 */
        known += is_known;
    }
    return known >= 2;
}

/* Two texts at least, and no number: the upper row of a header, no title. */
static bool may_be_above(const struct bj_list *l, size_t row)
{
    size_t n = 0;

    for (size_t c = 0; c < row_width(l, row); c++) {
        if (is_blank_at(l, row, c))
            continue;
        if (is_number(cell_at(l, row, c)))
            return false;
        n++;
    }
    return n >= 2;
}

static bool names_all(const struct bj_list *l, size_t top, size_t bottom)
{
    size_t width = named_width(l, top, bottom);

    for (size_t c = 0; c < width; c++) {
        bool named = false;

        for (size_t r = top; r <= bottom; r++)
            named = named || !is_blank_at(l, r, c);
        if (!named)
            return false;
    }
    return true;
}

static struct header spread(const struct bj_list *l, size_t main)
{
    struct header h = {main, main, main};

    while (h.bottom < main + MORE_ROWS && h.bottom + 1 < l->n_rows &&
           is_next_header(l, main, h.bottom + 1))
        h.bottom++;
    if (names_all(l, main, h.bottom))
        return h;
    for (size_t top = main; top > 0 && main - top < MORE_ROWS; top--) {
        if (l->line[top] - l->line[top - 1] != 1 || !may_be_above(l, top - 1))
            return h;
        if (names_all(l, top - 1, h.bottom)) {
            h.top = top - 1;
            return h;
        }
    }
    return h;
}

/* Row of a column's lowest text, bottom + 1 when it has none. */
static size_t leaf_row(const struct bj_list *l, const struct header *h, size_t c)
{
    for (size_t r = h->bottom + 1; r > h->top; r--)
        if (!is_blank_at(l, r - 1, c))
            return r - 1;
    return h->bottom + 1;
}

static const char *leaf_of(const struct bj_list *l, const struct header *h, size_t c)
{
    size_t r = leaf_row(l, h, c);

    return r <= h->bottom ? cell_at(l, r, c) : "";
}

static bool stands_twice(const struct bj_list *l, const struct header *h, size_t c, size_t width)
{
    const char *leaf = leaf_of(l, h, c);

    for (size_t k = 0; k < width; k++)
        if (k != c && strcmp(leaf_of(l, h, k), leaf) == 0)
            return true;
    return false;
}

/* ---- names ------------------------------------------------------------------- */

/* The text that names a column, in out or in a cell. */
static const char *name_text(const struct bj_list *l, const struct header *h, size_t c,
                             char out[NAME_BYTES + 1])
{
    const char *leaf = leaf_of(l, h, c), *group;

    if (h->top == h->bottom || bj_is_blank(leaf))
        return leaf;
    group = group_over(l, h->top, leaf_row(l, h, c), c);
    if (stands_twice(l, h, c, l->n_columns) && *group && strcmp(group, leaf) != 0 &&
        strlen(group) + strlen(leaf) <= NAME_BYTES) {
        snprintf(out, NAME_BYTES + 1, "%s%s", group, leaf);
        return out;
    }
    return known_leaf(leaf, group, out) ? out : leaf;
}

/* One line, at most NAME_BYTES, cut between characters. */
static const char *column_name(struct bj_source *src, size_t column, const char *text)
{
    char name[NAME_BYTES + 1];
    size_t n;

    if (bj_is_blank(text)) {
        n = (size_t)snprintf(name, sizeof(name), "Field%zu", column + 1);
        return bj_strings_add(src->ctx, &src->strings, name, n);
    }
    n = strlen(text);
    text = bj_trim(text, &n);
    if (n > NAME_BYTES) {
        n = NAME_BYTES;
        while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
            n--;
    }
    for (size_t i = 0; i < n; i++)
        name[i] = text[i] == '\n' || text[i] == '\r' ? ' ' : text[i];
    return bj_strings_add(src->ctx, &src->strings, name, n);
}

/* Text over column c in the row of captions, carried to the right over blank cells. */
static const char *caption_of(const struct bj_list *l, size_t captions, size_t c)
{
    while (c > 0 && is_blank_at(l, captions, c))
        c--;
    return cell_at(l, captions, c);
}

/* The row of captions over `words` tells apart the columns that the words do not. */
static bool captions_tell(const struct bj_list *l, size_t captions, size_t words)
{
    bool repeated = false;

    for (size_t c = 0; c < l->n_columns; c++)
        for (size_t b = 0; b < c; b++) {
            if (is_blank_at(l, words, c) || strcmp(cell_at(l, words, b), cell_at(l, words, c)) != 0)
                continue;
            repeated = true;
            if (strcmp(caption_of(l, captions, b), caption_of(l, captions, c)) == 0)
                return false;
        }
    return repeated;
}

/* 西安80 over X and Y, CGCS2000 over X and Y: "西安80 X", "西安80 Y", … */
static enum bj_status name_by_captions(struct bj_ctx *ctx, struct bj_source *src, size_t captions,
                                       size_t words)
{
    const struct bj_list *l = src->list;

    for (size_t c = 0; c < l->n_columns; c++) {
        bool blank = is_blank_at(l, words, c);
        const char *over = blank ? cell_at(l, captions, c) : caption_of(l, captions, c);
        char *text = bj_sprintf(ctx, "%s%s%s", over, blank ? "" : " ", cell_at(l, words, c));

        if (!text)
            return BJ_ENOMEM;
        src->field[c].name = column_name(src, c, text);
        bj_free(ctx, text);
        if (!src->field[c].name)
            return BJ_ENOMEM;
    }
    return BJ_OK;
}

static enum bj_status name_columns(struct bj_ctx *ctx, struct bj_source *src,
                                   const struct header *h)
{
    struct bj_list *l = src->list;
    char text[NAME_BYTES + 1];

    src->field = bj_alloc0(ctx, l->n_columns, sizeof(*src->field));
    if (!src->field)
        return BJ_ENOMEM;
    for (size_t c = 0; c < l->n_columns; c++) {
        src->field[c].type = BJ_FIELD_TEXT;
        src->field[c].name = column_name(src, c, name_text(l, h, c, text));
        if (!src->field[c].name)
            return BJ_ENOMEM;
    }
    src->info.field = src->field;
    src->info.n_fields = l->n_columns;
    return BJ_OK;
}

/* Columns up to the last with a name or, in any row, a value. */
static size_t count_columns(struct bj_ctx *ctx, const struct bj_source *src, const struct header *h)
{
    const struct bj_list *l = src->list;
    size_t width = named_width(l, h->top, h->bottom);

    for (size_t r = h->bottom + 1; r < l->n_rows; r++) {
        size_t n = row_width(l, r);

        while (n > width && is_blank_at(l, r, n - 1))
            n--;
        if (n > width) {
            bj_log(ctx, BJ_LOG_WARNING, _("row %lld of '%s' has more cells than the header"),
                   (long long)l->line[r], src->path);
            width = n;
        }
    }
    return width;
}

/* ---- what system title and header speak of --------------------------------------- */

/* Datum that a text names, NULL for none: web maps by the system that they use (domain.md 5.2). */
static const char *datum_in(const char *cell)
{
    static const char *const word[][2] = {
        {"gcj", "gcj02"},      {"火星坐标", "gcj02"}, {"国测局", "gcj02"},   {"高德", "gcj02"},
        {"腾讯", "gcj02"},     {"bd09", "bd09"},      {"bd-09", "bd09"},     {"百度", "bd09"},
        {"wgs84", "wgs84"},    {"wgs-84", "wgs84"},   {"cgcs2000", "wgs84"}, {"天地图", "wgs84"},
        {"国家2000", "wgs84"}, {"2000国家", "wgs84"}, {"西安80", "wgs84"},   {"北京54", "wgs84"}};
    char folded[256];
    const char *found = NULL;

    bj_synonym_fold(cell, folded, sizeof(folded));
    for (size_t i = 0; i < sizeof(word) / sizeof(*word); i++)
        if (strstr(folded, word[i][0])) {
            if (found && strcmp(found, word[i][1]) != 0)
                return "several";
            found = word[i][1];
        }
    return found;
}

/* Columns in two systems, or a note of both, say nothing about the layer. */
static enum bj_status find_datum(struct bj_source *src, size_t bottom)
{
    const struct bj_list *l = src->list;
    const char *found = NULL, *in = NULL;

    for (size_t r = 0; r <= bottom; r++)
        for (size_t c = 0; c < row_width(l, r); c++) {
            const char *datum = datum_in(cell_at(l, r, c));

            if (datum && found && strcmp(datum, found) != 0)
                return BJ_OK;
            if (datum && !found) {
                found = datum;
                in = cell_at(l, r, c);
            }
        }
    if (!found || (strcmp(found, "gcj02") != 0 && strcmp(found, "bd09") != 0))
        return BJ_OK;
    src->info.said_datum = found;
    src->info.said_in = bj_source_text(src, in);
    return src->info.said_in ? BJ_OK : BJ_ENOMEM;
}

enum bj_status bj_list_header(struct bj_ctx *ctx, struct bj_source *src, bool captions)
{
    struct bj_list *l = src->list;
    int64_t main = find_header(l);
    struct header h;
    size_t row;
    enum bj_status st;

    if (main < 0)
        return bj_fail(ctx, BJ_EDATA,
                       _("'%s' ('%s') has no row of column names in its first %d rows; name the "
                         "columns, such as 名称, 代码, 经度, 纬度"),
                       src->path, src->info.layer, HEADER_ROWS);
    h = spread(l, (size_t)main);
    l->n_columns = count_columns(ctx, src, &h);
    st = name_columns(ctx, src, &h);
    if (st == BJ_OK && captions && h.bottom > 0 && captions_tell(l, h.bottom - 1, h.bottom))
        st = name_by_captions(ctx, src, h.bottom - 1, h.bottom);
    if (st)
        return st;
    src->info.header_row = (int)l->line[h.top];
    for (row = h.bottom + 1; row < l->n_rows && is_filler(l, row); row++)
        bj_log(ctx, BJ_LOG_DEBUG, "io: row %lld of '%s' holds units or column numbers",
               (long long)l->line[row], src->path);
    l->first = row;
    src->info.n_rows = (int64_t)(l->n_rows - l->first);
    return find_datum(src, h.bottom);
}
