/* Text: growing buffers, UTF-8, numbers and codes as planners write them. */
#include "base/base_int.h"

#include "base/synonyms.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BUF_MAX = 64 * 1024 * 1024 };

bool bj_buf_add(struct bj_ctx *ctx, struct bj_buf *b, const char *s, size_t n)
{
    size_t max = b->max ? b->max : BUF_MAX;

    if (b->failed)
        return false;
    if (n > max - b->n) {
        (void)bj_fail(ctx, BJ_EDATA, _("a text would be longer than %zu bytes"), max);
        b->failed = true;
        return false;
    }
    if (b->n + n + 1 > b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 256;
        char *p;

        while (cap < b->n + n + 1)
            cap *= 2;
        p = bj_resize(ctx, b->s, cap, 1);
        if (!p) {
            b->failed = true;
            return false;
        }
        b->s = p;
        b->cap = cap;
    }
    memcpy(b->s + b->n, s, n);
    b->n += n;
    b->s[b->n] = '\0';
    return true;
}

bool bj_buf_puts(struct bj_ctx *ctx, struct bj_buf *b, const char *s)
{
    return bj_buf_add(ctx, b, s, strlen(s));
}

bool bj_buf_printf(struct bj_ctx *ctx, struct bj_buf *b, const char *fmt, ...)
{
    char small[512], *big;
    va_list args;
    int n;
    bool ok;

    if (b->failed)
        return false;
    va_start(args, fmt);
    n = vsnprintf(small, sizeof(small), fmt, args);
    va_end(args);
    if (n < 0) {
        b->failed = true;
        return false;
    }
    if ((size_t)n < sizeof(small))
        return bj_buf_add(ctx, b, small, (size_t)n);
    big = bj_resize(ctx, NULL, (size_t)n + 1, 1);
    if (!big) {
        b->failed = true;
        return false;
    }
    va_start(args, fmt);
    vsnprintf(big, (size_t)n + 1, fmt, args);
    va_end(args);
    ok = bj_buf_add(ctx, b, big, (size_t)n);
    bj_free(ctx, big);
    return ok;
}

void bj_buf_release(struct bj_ctx *ctx, struct bj_buf *b)
{
    bj_free(ctx, b->s);
    *b = (struct bj_buf){.max = b->max};
}

static enum bj_status read_all(struct bj_ctx *ctx, FILE *f, const char *path, size_t max,
                               char **out, size_t *n_out)
{
    char *s = NULL;
    size_t n = 0, cap = 0, got;

    do {
        char *p;

        if (n > max) {
            bj_free(ctx, s);
            return bj_fail(ctx, BJ_EDATA, _("file '%s' is larger than %zu bytes"), path, max);
        }
        cap = cap ? cap * 2 : 16384;
        p = bj_resize(ctx, s, cap + 1, 1);
        if (!p) {
            bj_free(ctx, s);
            return BJ_ENOMEM;
        }
        s = p;
        got = fread(s + n, 1, cap - n, f);
        n += got;
    } while (n == cap);
    if (ferror(f)) {
        bj_free(ctx, s);
        return bj_fail(ctx, BJ_EIO, _("file '%s' cannot be read: %s"), path, strerror(errno));
    }
    if (n > max) {
        bj_free(ctx, s);
        return bj_fail(ctx, BJ_EDATA, _("file '%s' is larger than %zu bytes"), path, max);
    }
    s[n] = '\0';
    *out = s;
    *n_out = n;
    return BJ_OK;
}

enum bj_status bj_read_file(struct bj_ctx *ctx, const char *path, size_t max, char **out, size_t *n)
{
    FILE *f = fopen(path, "rbe");
    struct stat sb;
    enum bj_status st;

    if (!f)
        return bj_fail(ctx, BJ_EIO, _("file '%s' cannot be opened: %s"), path, strerror(errno));
    if (fstat(fileno(f), &sb) == 0 && S_ISDIR(sb.st_mode))
        st = bj_fail(ctx, BJ_EIO, _("'%s' is a folder, not a file"), path);
    else
        st = read_all(ctx, f, path, max, out, n);
    fclose(f);
    return st;
}

/* One character of UTF-8 at s (at most n bytes): its length, 0 when it is not valid. *cp
 * receives the code point. Overlong forms, surrogates and > U+10FFFF are not valid. */
static size_t utf8_char(const unsigned char *s, size_t n, uint32_t *cp)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len;
    uint32_t c;

    if (s[0] < 0x80) {
        *cp = s[0];
        return 1;
    }
    len = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || n < len)
        return 0;
    c = s[0] & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        c = (c << 6) | (s[i] & 0x3Fu);
    }
    if (c < least[len] || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF)
        return 0;
    *cp = c;
    return len;
}

bool bj_utf8_valid(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    uint32_t cp;

    while (n > 0) {
        size_t len = utf8_char(p, n, &cp);

        if (len == 0)
            return false;
        p += len;
        n -= len;
    }
    return true;
}

void bj_utf8_clean(char *s)
{
    char *to = s;
    size_t n = strlen(s);

    while (n > 0) {
        uint32_t cp;
        size_t len = utf8_char((const unsigned char *)s, n, &cp), skip = len ? len : 1;

        memmove(to, s, len);
        to += len;
        s += skip;
        n -= skip;
    }
    *to = '\0';
}

size_t bj_utf8_length(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

/* East Asian Wide and Fullwidth blocks (UAX #11), coarse: CJK, kana, hangul, full forms. */
static bool is_wide(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
           (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0xFE30 && c <= 0xFE4F) || (c >= 0xFF00 && c <= 0xFF60) ||
           (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x20000 && c <= 0x3FFFD);
}

size_t bj_utf8_width(const char *s)
{
    size_t width = 0, n = strlen(s);

    while (n > 0) {
        uint32_t cp;
        size_t len = utf8_char((const unsigned char *)s, n, &cp);

        if (len == 0) {
            len = 1;
            cp = '?';
        }
        width += is_wide(cp) ? 2 : 1;
        s += len;
        n -= len;
    }
    return width;
}

bool bj_ends_with(const char *s, const char *tail)
{
    size_t n = strlen(s), m = strlen(tail);

    return n >= m && strcmp(s + n - m, tail) == 0;
}

/* Length of white space at s: ASCII, U+00A0, U+3000; 0 when there is none. */
static size_t space_at(const char *s)
{
    if (*s == ' ' || (*s >= '\t' && *s <= '\r'))
        return 1;
    if (strncmp(s, "\xC2\xA0", 2) == 0)
        return 2;
    if (strncmp(s, "\xE3\x80\x80", 3) == 0 || strncmp(s, "\xEF\xBB\xBF", 3) == 0)
        return 3;
    return 0;
}

bool bj_is_blank(const char *s)
{
    size_t n;

    if (!s)
        return true;
    while ((n = space_at(s)) > 0)
        s += n;
    return *s == '\0';
}

static size_t edit_distance(const char *a, const char *b)
{
    enum { LONGEST = 63 };
    size_t row[LONGEST + 1], n = strlen(a), m = strlen(b);

    if (n > LONGEST || m > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t up = row[j];
            size_t change =
                diagonal + (tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]));

            row[j] = up + 1 < row[j - 1] + 1 ? up + 1 : row[j - 1] + 1;
            if (change < row[j])
                row[j] = change;
            diagonal = up;
        }
    }
    return row[m];
}

const char *bj_closest(const char *word, const char *const *list)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) / 3 + 2;

    for (; *list; list++) {
        size_t d = edit_distance(word, *list);

        if (d < best_distance) {
            best = *list;
            best_distance = d;
        }
    }
    return best;
}

static bool is_digit_at(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;

    return isdigit(u[0]) || (u[0] == 0xEF && u[1] == 0xBC && u[2] >= 0x90 && u[2] <= 0x99);
}

/* Copies s without white space and full-width forms: "１，２００ 人" -> "1,200人". A space
 * between digits separates thousands as a comma does: "1 200" is 1,200, and "102 45 30" (degrees,
 * minutes, seconds) no number. */
static bool fold_number(const char *s, char *out, size_t room)
{
    size_t n = 0;

    while (*s) {
        const unsigned char *u = (const unsigned char *)s;
        size_t space = space_at(s);

        if (n + 5 > room)
            return false;
        if (space) {
            for (s += space; (space = space_at(s)) > 0;)
                s += space;
            if (n > 0 && isdigit((unsigned char)out[n - 1]) && is_digit_at(s))
                out[n++] = ',';
        } else if (u[0] == 0xEF && u[1] == 0xBC && u[2] >= 0x81) { /* U+FF01.. = ASCII + 0xFEE0 */
            out[n++] = (char)(u[2] - 0x60);
            s += 3;
        } else {
            out[n++] = *s++;
        }
    }
    out[n] = '\0';
    return true;
}

static const char *skip_word(const char *s, const char *const *words)
{
    for (; *words; words++)
        if (strncmp(s, *words, strlen(*words)) == 0)
            return s + strlen(*words);
    return NULL;
}

/* Digits with thousands separators: a comma must have exactly three digits after it, so that
 * "1,2" is no number. Writes plain digits to out. */
static const char *take_digits(const char *s, char *out, size_t *n, size_t room)
{
    size_t since_comma = 0, n_digits = 0;
    bool comma = false;

    for (;; s++) {
        if (isdigit((unsigned char)*s)) {
            if (*n + 2 > room)
                return NULL;
            out[(*n)++] = *s;
            since_comma++;
            n_digits++;
        } else if (*s == ',' && n_digits > 0 && isdigit((unsigned char)s[1])) {
            if ((comma && since_comma != 3) || since_comma > 3)
                return NULL;
            comma = true;
            since_comma = 0;
        } else {
            break;
        }
    }
    return (comma && since_comma != 3) ? NULL : s;
}

int bj_text_number(const char *s, double *out)
{
    static const char *const about[] = {"约", "大约", "近", "~", "≈", NULL};
    static const char *const unit[] = {"人",     "个", "户", "所",   "张",   "辆", "名", "家",
                                       "平方米", "㎡", "米", "公里", "千米", "m",  "km", NULL};
    char folded[128], digits[128], *end;
    size_t n = 0;
    double scale = 1, v;
    const char *p, *q;

    if (bj_is_blank(s))
        return 0;
    if (!fold_number(s, folded, sizeof(folded)))
        return -1;
    p = folded;
    if ((q = skip_word(p, about)))
        p = q;
    if (*p == '+' || *p == '-')
        digits[n++] = *p++;
    if (!isdigit((unsigned char)*p) && *p != '.')
        return -1;
    p = take_digits(p, digits, &n, sizeof(digits));
    if (!p)
        return -1;
    if (*p == '.' || *p == 'e' || *p == 'E') { /* fraction and exponent as strtod reads them */
        size_t more = strspn(p, ".0123456789eE+-");

        if (n + more + 1 > sizeof(digits))
            return -1;
        memcpy(digits + n, p, more);
        n += more;
        p += more;
    }
    digits[n] = '\0';
    v = strtod(digits, &end);
    if (end == digits || *end != '\0' || !isfinite(v))
        return -1;
    if (strncmp(p, "万", 3) == 0) {
        scale = 1e4;
        p += 3;
    } else if (strncmp(p, "亿", 3) == 0) {
        scale = 1e8;
        p += 3;
    }
    if (*p && (q = skip_word(p, unit)))
        p = q;
    if (*p)
        return -1;
    *out = v * scale;
    return 1;
}

const char *bj_double_text(double v, char *buf)
{
    if (v == floor(v) && fabs(v) < 1e15) { /* "100", not the as short "1e+02" */
        snprintf(buf, 32, "%.0f", v == 0 ? 0.0 : v);
        return buf;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buf, 32, "%.*g", digits, v);
        if (strtod(buf, NULL) == v)
            break;
    }
    return buf;
}

static bool only_digits(const char *s)
{
    return *s && strspn(s, "0123456789") == strlen(s);
}

int bj_code_compare(const char *a, const char *b)
{
    bool a_digits, b_digits;

    if (!a)
        a = "";
    if (!b)
        b = "";
    a_digits = only_digits(a);
    b_digits = only_digits(b);
    /* Digits stand before all others, or "10" < "1x" < "2" < "10" would go in a circle. */
    if (a_digits != b_digits && *a && *b)
        return a_digits ? -1 : 1;
    if (a_digits && b_digits) {
        const char *p = a + strspn(a, "0"), *q = b + strspn(b, "0");
        size_t n = strlen(p), m = strlen(q);
        int c = n != m ? (n < m ? -1 : 1) : strcmp(p, q);

        if (c)
            return c;
    }
    return strcmp(a, b);
}

int bj_word_find(const char *word, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    return -1;
}

/* Bytes of the mark between two items that the text begins with, 0 none. */
static size_t cut_size(const char *s)
{
    static const char *const cuts[] = {";", "；", "、", "|", ",", "，", NULL};

    for (int i = 0; cuts[i]; i++)
        if (strncmp(s, cuts[i], strlen(cuts[i])) == 0)
            return strlen(cuts[i]);
    return 0;
}

bool bj_next_item(const char **list, char *out, size_t cap)
{
    const char *from = *list;
    size_t n = 0;

    if (!*from)
        return false;
    while (from[n] && cut_size(from + n) == 0)
        n++;
    snprintf(out, cap, "%.*s", n < cap ? (int)n : 0, from);
    *list = from + n + cut_size(from + n);
    return true;
}

bool bj_code_is_unit(const char *a, const char *b)
{
    enum { COUNTY = 6 };
    size_t n = a ? strlen(a) : 0, m = b ? strlen(b) : 0;

    if (n == 0 || m == 0)
        return false;
    if (n > m)
        return bj_code_is_unit(b, a);
    if (n == m || n < COUNTY || !only_digits(a) || !only_digits(b))
        return bj_code_compare(a, b) == 0;
    return strncmp(a, b, n) == 0 && strspn(b + n, "0") == m - n;
}

bool bj_name_is_unit(const char *a, const char *b)
{
    char x[256], y[256];

    bj_synonym_fold(a ? a : "", x, sizeof(x));
    bj_synonym_fold(b ? b : "", y, sizeof(y));
    return *x && strcmp(x, y) == 0;
}
