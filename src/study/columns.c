/* The other columns of a layer: what rules of a plan may ask for by name (床位, 推荐标准, 救护车).
 *
 * Which of them a plan wants is not known here, so all are kept, for the rows that are used.
 * They are read in a second pass over the layer, as text: what a cell says is a number only
 * where a rule wants one. Columns of one name in several files of a role are one column; rows
 * of a file without it are blank. A layer of more rows than a province has villages is no list
 * of facilities: its columns are left out, and a note says so. */
#include "study/study_int.h"

#include "base/synonyms.h"

#include <math.h>
#include <string.h>

enum { MAX_ROWS = 200000 };

void bj_attributes_release(struct bj_ctx *ctx, struct bj_attributes *a)
{
    for (size_t i = a->n; i > 0; i--) {
        bj_free(ctx, (void *)a->item[i - 1].text);
        bj_free(ctx, a->item[i - 1].num);
    }
    bj_free(ctx, a->item);
    *a = (struct bj_attributes){0};
}

static bool same_name(const char *a, const char *b)
{
    char x[160], y[160];

    bj_synonym_fold(a, x, sizeof(x));
    bj_synonym_fold(b, y, sizeof(y));
    return strcmp(x, y) == 0;
}

/* Column of that name, made (all blank, n_rows) when it is not there. NULL: out of memory. */
static struct bj_attribute *column_of(struct bj_ctx *ctx, struct bj_study *s,
                                      struct bj_attributes *a, const char *name, size_t n_rows)
{
    struct bj_attribute *item;

    for (size_t i = 0; i < a->n; i++)
        if (same_name(a->item[i].field, name))
            return &a->item[i];
    item = bj_resize(ctx, a->item, a->n + 1, sizeof(*item));
    if (!item)
        return NULL;
    a->item = item;
    item = &a->item[a->n];
    *item = (struct bj_attribute){.field = bj_study_keep(ctx, s, name),
                                  .num = bj_alloc0(ctx, n_rows, sizeof(*item->num)),
                                  .text = bj_alloc0(ctx, n_rows, sizeof(*item->text))};
    a->n++; /* released with the others, whatever it has */
    if (!item->field || !item->num || !item->text)
        return NULL;
    for (size_t i = 0; i < n_rows; i++) {
        item->num[i] = NAN;
        item->text[i] = "";
    }
    return item;
}

enum bj_status bj_columns_widen(struct bj_ctx *ctx, struct bj_attributes *a, size_t first,
                                size_t n_rows)
{
    for (size_t k = 0; k < a->n; k++) {
        double *num = bj_resize(ctx, a->item[k].num, n_rows, sizeof(*num));
        const char **text;

        if (!num)
            return BJ_ENOMEM;
        a->item[k].num = num;
        text = bj_resize(ctx, (void *)a->item[k].text, n_rows, sizeof(*text));
        if (!text)
            return BJ_ENOMEM;
        a->item[k].text = text;
        for (size_t i = first; i < n_rows; i++) {
            num[i] = NAN;
            text[i] = "";
        }
    }
    return BJ_OK;
}

static enum bj_status keep_cell(struct bj_ctx *ctx, struct bj_study *s, struct bj_attribute *to,
                                size_t at, const char *cell)
{
    double v;

    if (bj_is_blank(cell))
        return BJ_OK;
    to->text[at] = bj_study_keep(ctx, s, cell);
    if (bj_text_number(cell, &v) == 1)
        to->num[at] = v;
    return to->text[at] ? BJ_OK : BJ_ENOMEM;
}

enum bj_status bj_columns_text(struct bj_ctx *ctx, struct bj_reading *r, struct bj_table *t)
{
    size_t n = r->info->n_fields;
    struct bj_column_spec *spec = bj_alloc0(ctx, n, sizeof(*spec));
    enum bj_status st;

    if (!spec)
        return BJ_ENOMEM;
    for (size_t i = 0; i < n; i++)
        spec[i].field = (int)i;
    st = bj_source_read(ctx, r->source, BJ_WANT_ATTRIBUTES, n, spec, t);
    bj_free(ctx, spec);
    return st;
}

enum bj_status bj_columns_add(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                              size_t n_kept, const uint32_t *kept, size_t first,
                              struct bj_attributes *to)
{
    struct bj_table t = {0};
    size_t n_rows = first + n_kept;
    enum bj_status st;

    if (n_kept > MAX_ROWS)
        return bj_study_note(ctx, s, "columns_left_out", r->layer->path_as_written, NULL,
                             R_("the layer has %zu rows; columns that rules might ask for are kept "
                                "up to %d rows only"),
                             n_kept, MAX_ROWS);
    st = bj_columns_text(ctx, r, &t);
    if (st == BJ_OK)
        st = bj_columns_widen(ctx, to, first, n_rows);
    for (size_t c = 0; st == BJ_OK && c < t.n_columns; c++) {
        struct bj_attribute *column = column_of(ctx, s, to, r->info->field[c].name, n_rows);

        if (!column)
            st = BJ_ENOMEM;
        for (size_t i = 0; st == BJ_OK && i < n_kept; i++)
            if (kept[i] < t.n)
                st = keep_cell(ctx, s, column, first + i, t.column[c].text[kept[i]]);
    }
    bj_table_release(ctx, &t);
    return st;
}
