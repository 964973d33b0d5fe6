/* Tables of tests/cases: one case a line, columns by blanks, # starts a comment line. */
#ifndef BANJING_TEST_CASES_H
#define BANJING_TEST_CASES_H

#include "support.h"

#define CASES_LINE 512

/* Calls test(line) for each case of tests/cases/<name>; fails when there are fewer than want. */
static void cases_each(const char *name, size_t want, void (*test)(const char *line))
{
    char path[1024], line[CASES_LINE];
    size_t n = 0;
    FILE *f;

    snprintf(path, sizeof(path), "%s/tests/cases/%s", BANJING_SOURCE_DIR, name);
    f = fopen(path, "r");
    if (!f)
        fail_msg("cannot open %s", path);
    while (fgets(line, sizeof(line), f)) {
        if (line[0] == '#' || line[0] == '\n')
            continue;
        test(line);
        n++;
    }
    fclose(f);
    if (n < want)
        fail_msg("%s: %zu cases, want %zu", path, n, want);
}

#endif
