/* Columns of a layer for the hand-built county, by the texts of their cells. */
#ifndef BANJING_TEST_SHEET_H
#define BANJING_TEST_SHEET_H

#include "county.h"

#define SHEET_ROOM 16

struct sheet {
    struct bj_attribute column[8];
    double num[8][SHEET_ROOM];
    const char *text[8][SHEET_ROOM];
};

/* One more column; cells are n texts, NULL = blank. */
static inline void add_column(struct sheet *s, struct bj_attributes *a, const char *field, size_t n,
                              const char *const *cell)
{
    size_t k = a->n++;

    assert_true(k < 8 && n <= SHEET_ROOM);
    for (size_t i = 0; i < n; i++) {
        s->text[k][i] = cell[i] ? cell[i] : "";
        if (bj_text_number(s->text[k][i], &s->num[k][i]) != 1)
            s->num[k][i] = NAN;
    }
    s->column[k] = (struct bj_attribute){field, s->num[k], s->text[k]};
    a->item = s->column;
}

#endif
