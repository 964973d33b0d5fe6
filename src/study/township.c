/* Which township of the study a text, a code or a facility's name means. */
#include "study/study_int.h"

#include "base/synonyms.h"

#include <string.h>

/* Name of a township without the word that says its type. */
static void bare_township(const char *name, char out[128])
{
    static const char *const tails[] = {"街道办事处", "街道办", "街道", "镇", "乡", NULL};

    bj_synonym_fold(name, out, 128);
    for (int i = 0; tails[i]; i++) {
        size_t n = strlen(out), k = strlen(tails[i]);

        if (n > k && strcmp(out + n - k, tails[i]) == 0) {
            out[n - k] = '\0';
            return;
        }
    }
}

int32_t bj_township_by_name(const struct bj_study *s, const char *text)
{
    char want[128], bare[128], have[128];
    int32_t found = -1;

    bj_synonym_fold(text, want, sizeof(want));
    for (size_t t = 0; t < s->n_townships; t++) {
        bj_synonym_fold(s->township[t].name, have, sizeof(have));
        if (strcmp(want, have) == 0)
            return (int32_t)t;
    }
    bare_township(text, bare);
    for (size_t t = 0; t < s->n_townships; t++) {
        bare_township(s->township[t].name, have);
        if (*bare && strcmp(bare, have) == 0) {
            if (found >= 0)
                return -1;
            found = (int32_t)t;
        }
    }
    return found;
}

int32_t bj_township_by_code(const struct bj_study *s, const char *code)
{
    if (strlen(code) < 9 || strspn(code, "0123456789") != strlen(code))
        return -1;
    for (size_t t = 0; t < s->n_townships; t++)
        if (strlen(s->township[t].code) >= 9 && strncmp(s->township[t].code, code, 9) == 0)
            return (int32_t)t;
    return -1;
}

int32_t bj_township_in_name(const struct bj_study *s, const char *name)
{
    for (size_t t = 0; t < s->n_townships; t++)
        if (strlen(s->township[t].name) >= 9 && strstr(name, s->township[t].name))
            return (int32_t)t;
    return -1;
}
