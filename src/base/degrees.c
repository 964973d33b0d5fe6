/* Coordinates as planners write them: degrees with or without their marks, minutes, seconds,
 * hemispheres in both languages, full-width digits; one, or two in a cell. */
#include "base/base_int.h"

#include <stdlib.h>
#include <string.h>

static bool take_word(const char **s, const char *const *words)
{
    for (; *words; words++) {
        size_t n = strlen(*words);

        if (strncmp(*s, *words, n) == 0) {
            *s += n;
            return true;
        }
    }
    return false;
}

static void skip_space(const char **s)
{
    static const char *const spaces[] = {" ", "\t", "\n", "\r", "　", "\u00a0", NULL};

    while (take_word(s, spaces))
        ;
}

/* An unsigned decimal number; full-width digits were folded before. */
static bool take_number(const char **s, double *out)
{
    size_t n = strspn(*s, "0123456789");
    char *end;

    if (n == 0)
        return false;
    *out = strtod(*s, &end);
    *s = end;
    return true;
}

/* Marks as people find them on a keyboard; the double ones before the single. */
static const char *const degree_mark[] = {"°", "º", "˚", "度", "d", NULL};
static const char *const minute_mark[] = {"′", "'", "’", "‘", "`", "´", "ˊ", "分", NULL};
static const char *const second_mark[] = {"″",  "\"", "”",  "“",  "〞", "〃", "''",
                                          "’’", "′′", "´´", "ˊˊ", "秒", NULL};

/* Degrees, minutes, seconds with their marks; no mark at all is plain degrees. */
static bool take_degrees(const char **s, double *out)
{
    double d, m = 0, sec = 0;
    const char *before;

    if (!take_number(s, &d))
        return false;
    *out = d;
    skip_space(s);
    if (!take_word(s, degree_mark))
        return true;
    skip_space(s);
    if (!take_number(s, &m))
        return true;
    skip_space(s);
    if (!take_word(s, minute_mark) || m >= 60)
        return false;
    skip_space(s);
    before = *s;
    if (take_number(s, &sec)) {
        skip_space(s);
        if (take_word(s, degree_mark)) { /* of the next coordinate */
            *s = before;
            sec = 0;
        } else if (!take_word(s, second_mark) || sec >= 60) {
            return false;
        }
    }
    *out = d + m / 60 + sec / 3600;
    return true;
}

/* 126:52:30 and 126-52-30; degrees and minutes are whole. */
static bool parse_separated(const char *s, double *out)
{
    double part[3];
    char mark = '\0';

    for (int i = 0; i < 3; i++) {
        const char *from = s;

        if (!take_number(&s, &part[i]) || (i < 2 && memchr(from, '.', (size_t)(s - from))))
            return false;
        if (i == 0)
            mark = *s;
        if (i < 2 && ((mark != ':' && mark != '-') || *s++ != mark))
            return false;
    }
    if (*s || part[1] >= 60 || part[2] >= 60)
        return false;
    *out = part[0] + part[1] / 60 + part[2] / 3600;
    return true;
}

/* One coordinate with its sign or hemisphere, before or after. */
static bool take_coordinate(const char **s, double *out)
{
    static const char *const plus[] = {"东经", "北纬", "E", "e", "N", "n", "+", NULL};
    static const char *const minus[] = {"西经", "南纬", "W", "w", "S", "s", "-", "−", NULL};
    static const char *const after_plus[] = {"E", "e", "N", "n", NULL};
    static const char *const after_minus[] = {"W", "w", "S", "s", NULL};
    static const char *const colon[] = {":", "：", NULL};
    bool negative = false;

    skip_space(s);
    if (take_word(s, minus))
        negative = true;
    else
        take_word(s, plus);
    skip_space(s);
    take_word(s, colon);
    skip_space(s);
    if (!take_degrees(s, out))
        return false;
    skip_space(s);
    if (take_word(s, after_minus))
        negative = true;
    else
        take_word(s, after_plus);
    skip_space(s);
    if (negative)
        *out = -*out;
    return true;
}

/* Full-width digits and signs as ASCII; false when the text is too long for a coordinate. */
static bool narrow(const char *s, char *out, size_t room)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t n = 0;

    for (; p && *p; p++) {
        if (n + 1 >= room)
            return false;
        if (p[0] == 0xEF && p[1] == 0xBC && p[2] >= 0x81 && p[2] <= 0xBF) {
            out[n++] = (char)(p[2] - 0x81 + 0x21); /* U+FF01 to U+FF3F */
            p += 2;
        } else {
            out[n++] = (char)*p;
        }
    }
    out[n] = '\0';
    return true;
}

bool bj_parse_degrees(const char *s, double *out)
{
    char text[200];
    const char *p = text;
    double v;

    if (!narrow(s, text, sizeof(text)))
        return false;
    if (parse_separated(text, out))
        return true;
    if (!take_coordinate(&p, &v) || *p)
        return false;
    *out = v;
    return true;
}

bool bj_parse_pair(const char *s, double *first, double *second)
{
    static const char *const open[] = {"POINT", "Point", "(", "[", "{", NULL};
    static const char *const close[] = {")", "]", "}", NULL};
    static const char *const between[] = {",", ";", "/", "、", "|", NULL};
    char text[300];
    const char *p = text;
    double a, b;

    if (!narrow(s, text, sizeof(text)))
        return false;
    skip_space(&p);
    while (take_word(&p, open))
        skip_space(&p);
    if (!take_coordinate(&p, &a))
        return false;
    take_word(&p, between);
    if (!take_coordinate(&p, &b))
        return false;
    while (take_word(&p, close))
        skip_space(&p);
    if (*p)
        return false;
    *first = a;
    *second = b;
    return true;
}
