/* Codes as lists carry them: what a spreadsheet did to them, and what it destroyed. */
#include "study/study_int.h"

#include "base/synonyms.h"

#include <string.h>

static bool all_digits(const char *s, size_t n)
{
    return n > 0 && strspn(s, "0123456789") >= n;
}

bool bj_cell_says_none(const char *text)
{
    static const char *const words[] = {"-",  "--",   "—",    "——",   "/",   "\\",
                                        "无", "暂无", "不详", "none", "n/a", NULL};

    char s[32];

    bj_synonym_fold(text, s, sizeof(s));
    return bj_word_find(s, words) >= 0;
}

/* Code without what a spreadsheet puts round it to keep its digits ('5304…, ="5304…"), and if
 * it is all digits then without the ".0" of a column of real numbers and without spaces, and in
 * ASCII. */
void bj_code_clean(const char *text, char out[128])
{
    char s[128];
    size_t from, n;
    const char *dot;

    bj_synonym_fold(text, s, sizeof(s));
    from = strspn(s, "=\"'`");
    n = strlen(s + from);
    while (n > 0 && strchr("\"'", s[from + n - 1]))
        n--;
    dot = memchr(s + from, '.', n);
    if (dot && strspn(dot + 1, "0") == (size_t)(s + from + n - dot - 1) && dot[1])
        n = (size_t)(dot - (s + from));
    if (all_digits(s + from, n))
        snprintf(out, 128, "%.*s", (int)n, s + from);
    else
        snprintf(out, 128, "%s", bj_cell_says_none(text) ? "" : text + (text[0] == '\''));
}

/* 3.71502E+11: what a spreadsheet leaves of a code of twelve digits. */
bool bj_code_is_scientific(const char *code)
{
    size_t n = strspn(code, "0123456789");
    const char *p = code + n;

    if (n == 0)
        return false;
    if (*p == '.')
        p += 1 + strspn(p + 1, "0123456789");
    if (*p != 'e' && *p != 'E')
        return false;
    p++;
    p += *p == '+' || *p == '-';
    return all_digits(p, strlen(p));
}

void bj_city_code(const char *county_code, char out[7])
{
    size_t n = county_code ? strspn(county_code, "0123456789") : 0;

    out[0] = '\0';
    if (n >= 6 && county_code[n] == '\0')
        snprintf(out, 7, "%.4s00", county_code);
}

/* A village's code of 12 digits whose township and village parts are gone. */
bool bj_code_lost_its_end(const char *code)
{
    return strlen(code) == 12 && all_digits(code, 12) && strcmp(code + 6, "000000") == 0;
}
