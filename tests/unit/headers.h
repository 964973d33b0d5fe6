/* Columns of a layer for tests of what they mean. */
#ifndef BANJING_TEST_HEADERS_H
#define BANJING_TEST_HEADERS_H

#include "support.h"

#include "banjing/layer.h"

/* Fields of these headers, separated by '|'; returns how many. Their names stand until the next
 * call. */
static inline size_t headers_split(const char *headers, size_t room, struct bj_field *field)
{
    static char text[2048];
    char *save = NULL;
    size_t n = 0;

    snprintf(text, sizeof(text), "%s", headers);
    for (char *h = strtok_r(text, "|", &save); h; h = strtok_r(NULL, "|", &save)) {
        assert_true(n < room);
        field[n++].name = h;
    }
    return n;
}

#endif
