/* A list while it is read: its rows, shared by list.c (cells) and header.c (column names). */
#ifndef BJ_IO_LIST_INT_H
#define BJ_IO_LIST_INT_H

#include "io/io_int.h"

struct bj_list {
    char *text;                /* a text file, split in place */
    struct bj_strings strings; /* cells of a sheet, names */
    const char **cell;         /* all cells, row after row */
    size_t n_cells, cap_cells;
    size_t *start; /* n_rows + 1: first cell of each row */
    int64_t *line; /* n_rows: row number in the sheet */
    size_t n_rows, cap_start, cap_line;
    size_t first; /* first row below the header */
    size_t n_columns;
    unsigned char *left_out; /* by `where`; NULL = none */
    int wkt;                 /* column with geometry as WKT, -1 = none */
};

static inline size_t row_width(const struct bj_list *l, size_t row)
{
    return l->start[row + 1] - l->start[row];
}

/* "" beyond the row's end. */
static inline const char *cell_at(const struct bj_list *l, size_t row, size_t column)
{
    return column < row_width(l, row) ? l->cell[l->start[row] + column] : "";
}

static inline bool is_blank_at(const struct bj_list *l, size_t row, size_t column)
{
    return bj_is_blank(cell_at(l, row, column));
}

static inline bool is_number(const char *s)
{
    double v;

    return bj_text_number(s, &v) == 1;
}

/* ---- header.c ----------------------------------------------------------- */

/* Whether one of the first rows is a header for certain. */
bool bj_list_has_header(const struct bj_list *l);
/* Finds the header of src->list: fills in info.field, info.n_fields, info.header_row and
 * info.n_rows, and the list's n_columns and first. captions: as in struct bj_source_spec. BJ_EDATA
 * when there is none. */
enum bj_status bj_list_header(struct bj_ctx *ctx, struct bj_source *src,
                              bool captions) BJ_MUST_CHECK;

#endif
