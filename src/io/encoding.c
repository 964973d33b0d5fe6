/* Which encoding a layer's text is in, and turning it into UTF-8.
 *
 * Chinese layers come as UTF-8 or as GBK with its superset GB18030, and what the file says
 * about itself (.cpg, language byte of the DBF) is often missing or wrong. So the bytes decide:
 * all text of a layer is tallied first, then one encoding is chosen for the whole layer.
 *
 *   strict UTF-8 throughout              -> UTF-8: other text is practically never valid UTF-8
 *   else valid GB18030 throughout        -> GB18030, which reads GBK and GB 2312 alike
 *   else each value valid in one of both -> each as what it is
 *   else                                 -> refused, with the row
 *
 * What is given by hand or declared by the file comes first where the bytes allow it:
 * - given by hand: always taken, refused where a value is not valid in it;
 * - declared GBK and all valid UTF-8: a few GBK characters can look like UTF-8 of two bytes
 *   (一 is D2 BB), so UTF-8 wins only when most values have characters of three bytes;
 * - declared Western (GDAL's reading of language byte 0x57 and of code page numbers): nearly
 *   any bytes are valid in it. GBK text shows itself by pairs in GB 2312's part of the code
 *   table (A1-F7, A1-FE); Western text by high bytes followed by ASCII letters.
 * - declared Big5, Japanese or Korean: believed unless nearly all pairs are GB 2312's. (So Korean
 * text, which cannot be told from GB 2312, must be given by hand.) Mixed: three GBK characters can
 * by accident be two of UTF-8 (about one value in 10,000), so single values count as UTF-8 in a
 * GB18030 layer only from 2 % of the values on.
 *
 * Decoding is iconv's. Not here: Big5 or Shift-JIS are never guessed, only believed. */
#include "io/io_int.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <string.h>

enum { TAIL_MAX = 3 }; /* bytes of an unfinished character */

bool bj_is_ascii(const char *s, size_t n)
{
    uint64_t word;

    for (; n >= sizeof(word); s += sizeof(word), n -= sizeof(word)) {
        memcpy(&word, s, sizeof(word));
        if (word & UINT64_C(0x8080808080808080))
            return false;
    }
    for (; n > 0; s++, n--)
        if ((unsigned char)*s & 0x80)
            return false;
    return true;
}

/* Bytes of UTF-8 left when an unfinished last character is taken off. */
static size_t utf8_whole(const char *s, size_t n)
{
    size_t tail = 0, want;
    unsigned char lead;

    while (tail < n && tail <= TAIL_MAX && ((unsigned char)s[n - 1 - tail] & 0xC0) == 0x80)
        tail++;
    if (tail == n || tail > TAIL_MAX)
        return n;
    lead = (unsigned char)s[n - 1 - tail];
    want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
    return want > tail + 1 ? n - tail - 1 : n;
}

static bool has_wide_char(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] >= 0xE0)
            return true;
    return false;
}

struct gb_count {
    int64_t pairs, common, letters;
};

/* Size of the GB18030 character at s; 0 when it is none, n + 1 when it is cut off by the end. */
static size_t gb_char(const unsigned char *s, size_t n)
{
    if (s[0] < 0x80)
        return 1;
    if (s[0] == 0x80 || s[0] == 0xFF)
        return 0;
    if (n < 2)
        return n + 1;
    if (s[1] >= 0x40 && s[1] != 0x7F && s[1] != 0xFF)
        return 2;
    if (s[1] < 0x30 || s[1] > 0x39)
        return 0;
    if (n < 3)
        return n + 1;
    if (s[2] < 0x81 || s[2] > 0xFE)
        return 0;
    if (n < 4)
        return n + 1;
    return s[3] >= 0x30 && s[3] <= 0x39 ? 4 : 0;
}

static bool gb_valid(const char *text, size_t n, bool may_be_cut, struct gb_count *c)
{
    const unsigned char *s = (const unsigned char *)text;

    while (n > 0) {
        size_t size = gb_char(s, n);

        if (size > n)
            return may_be_cut;
        if (size == 0)
            return false;
        if (size > 1) {
            c->pairs++;
            c->common += size == 4 || (s[0] >= 0xA1 && s[0] <= 0xF7 && s[1] >= 0xA1);
            c->letters += size == 2 && isascii(s[1]) && isalpha(s[1]);
        }
        s += size;
        n -= size;
    }
    return true;
}

void bj_text_tally_add(struct bj_text_tally *t, const char *s, size_t n, bool may_be_cut,
                       int64_t row)
{
    struct gb_count c = {0, 0, 0};
    bool utf8, wide, gb;

    if (!t->started) {
        t->started = 1;
        t->not_utf8 = t->not_gb = t->neither = -1;
    }
    if (bj_is_ascii(s, n))
        return;
    utf8 = bj_utf8_valid(s, may_be_cut ? utf8_whole(s, n) : n);
    wide = utf8 && has_wide_char(s, n);
    gb = gb_valid(s, n, may_be_cut, &c);
    t->n_high++;
    t->n_utf8 += utf8;
    t->n_wide += wide;
    t->n_gb += gb;
    t->n_either += gb || wide;
    t->n_pairs += c.pairs;
    t->n_common += c.common;
    t->n_letters += c.letters;
    if (!utf8 && t->not_utf8 < 0)
        t->not_utf8 = row;
    if (!gb && t->not_gb < 0)
        t->not_gb = row;
    if (!utf8 && !gb && t->neither < 0)
        t->neither = row;
}

/* ---- names of encodings ------------------------------------------------- */

/* As written, in capitals, without blanks, '-' and '_': "ANSI 936" -> "ANSI936". */
static void squeeze(const char *s, char *out, size_t cap)
{
    size_t n = 0;

    for (; *s && n + 1 < cap; s++)
        if (isalnum((unsigned char)*s))
            out[n++] = (char)toupper((unsigned char)*s);
    out[n] = 0;
}

/* The name under which iconv knows an encoding as people write it; false when unknown. */
static bool canonical(const char *written, char *out, size_t cap)
{
    static const char *const utf8[] = {"UTF8", "65001", "CP65001", "UTF8BOM", NULL};
    static const char *const gb[] = {"GB18030", "GBK", "GB2312", "EUCCN", "XGBK", "CHINESE", NULL};
    char s[64];
    const char *digits;
    iconv_t probe;

    squeeze(written, s, sizeof(s));
    if (bj_word_find(s, utf8) >= 0)
        return snprintf(out, cap, "UTF-8") > 0;
    if (bj_word_find(s, gb) >= 0)
        return snprintf(out, cap, "GB18030") > 0;
    digits = s + strcspn(s, "0123456789");
    if (strcmp(digits, "936") == 0 || strcmp(digits, "54936") == 0 || strcmp(digits, "20936") == 0)
        return snprintf(out, cap, "GB18030") > 0;
    if (strncmp(s, "ISO8859", 7) == 0 || strncmp(s, "8859", 4) == 0)
        snprintf(out, cap, "ISO-8859-%s", strstr(s, "8859") + 4);
    else if (strcmp(s, "LATIN1") == 0)
        snprintf(out, cap, "ISO-8859-1");
    else if (*digits && strspn(digits, "0123456789") == strlen(digits))
        snprintf(out, cap, "CP%s", digits);
    else
        snprintf(out, cap, "%s", written);
    probe = iconv_open("UTF-8", out);
    if (probe == (iconv_t)-1)
        return false;
    iconv_close(probe);
    return true;
}

/* Language byte of a DBF (dBase and FoxPro manuals; the table GDAL uses); 0 = not known. */
static int ldid_code_page(int ldid)
{
    static const short table[][2] = {
        {0x01, 437},  {0x02, 850},  {0x03, 1252}, {0x08, 865},  {0x09, 437},  {0x0A, 850},
        {0x0B, 437},  {0x0D, 437},  {0x0E, 850},  {0x0F, 437},  {0x10, 850},  {0x11, 437},
        {0x12, 850},  {0x13, 932},  {0x14, 850},  {0x15, 437},  {0x16, 850},  {0x17, 865},
        {0x18, 437},  {0x19, 437},  {0x1A, 850},  {0x1B, 437},  {0x1C, 863},  {0x1D, 850},
        {0x1F, 852},  {0x22, 852},  {0x23, 852},  {0x24, 860},  {0x25, 850},  {0x26, 866},
        {0x37, 850},  {0x40, 852},  {0x4D, 936},  {0x4E, 949},  {0x4F, 950},  {0x50, 874},
        {0x57, 1252}, {0x58, 1252}, {0x59, 1252}, {0x64, 852},  {0x65, 866},  {0x66, 865},
        {0x67, 861},  {0x6A, 737},  {0x6B, 857},  {0x6C, 863},  {0x78, 950},  {0x79, 949},
        {0x7A, 936},  {0x7B, 932},  {0x7C, 874},  {0x86, 737},  {0x87, 852},  {0x88, 857},
        {0xC8, 1250}, {0xC9, 1251}, {0xCA, 1254}, {0xCB, 1253}, {0xCC, 1257},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i][0] == ldid)
            return table[i][1];
    return 0;
}

static bool is_multibyte(const char *name)
{
    static const char *const list[] = {"BIG5", "BIG5-HKSCS", "CP950",  "CP932", "CP949",
                                       "SJIS", "EUC-JP",     "EUC-KR", NULL};

    return bj_word_find(name, list) >= 0;
}

/* ---- choosing ----------------------------------------------------------- */

static bool all_utf8(const struct bj_text_tally *t)
{
    return t->n_utf8 == t->n_high;
}

/* GBK text that a Western declaration hides; see the top of this file. */
static bool looks_gb(const struct bj_text_tally *t)
{
    return t->n_gb == t->n_high && t->n_common * 2 >= t->n_pairs;
}

static bool looks_western(const struct bj_text_tally *t)
{
    return t->n_pairs > 0 && t->n_letters == t->n_pairs;
}

static enum bj_status refuse(struct bj_ctx *ctx, const char *what, int64_t row, const char *why)
{
    if (row == 0)
        return bj_fail(ctx, BJ_EDATA, _("a field name of '%s' %s; give the layer's encoding:"),
                       what, why);
    return bj_fail(ctx, BJ_EDATA,
                   _("text in row %lld of '%s' %s; give the layer's encoding:, or save its table "
                     "again in one encoding"),
                   (long long)row, what, why);
}

static enum bj_status choose_given(struct bj_ctx *ctx, const char *what,
                                   const struct bj_text_tally *t, const char *given,
                                   struct bj_encoding *out)
{
    if (!canonical(given, out->name, sizeof(out->name)))
        return bj_fail(ctx, BJ_EDATA,
                       _("encoding '%s' given for '%s' is not known; give utf-8, gb18030 or "
                         "another name that iconv knows"),
                       given, what);
    snprintf(out->why, sizeof(out->why), "%s", R_("as given"));
    if (strcmp(out->name, "UTF-8") == 0 && !all_utf8(t))
        return refuse(ctx, what, t->not_utf8, _("is not valid in the encoding given, UTF-8"));
    if (strcmp(out->name, "GB18030") == 0 && t->n_gb < t->n_high)
        return refuse(ctx, what, t->not_gb, _("is not valid in the encoding given, GB18030"));
    return BJ_OK;
}

/* By the bytes alone. */
static enum bj_status detect(struct bj_ctx *ctx, const char *what, const struct bj_text_tally *t,
                             struct bj_encoding *out)
{
    if (all_utf8(t)) {
        snprintf(out->name, sizeof(out->name), "UTF-8");
        snprintf(out->why, sizeof(out->why), "%s", R_("the bytes are valid UTF-8"));
        return BJ_OK;
    }
    if (t->n_either < t->n_high && t->neither >= 0)
        return refuse(ctx, what, t->neither, _("is neither UTF-8 nor GB18030"));
    if (t->n_either < t->n_high)
        return refuse(ctx, what, t->not_gb, _("is not GB18030, and other rows are not UTF-8"));
    if (looks_western(t)) {
        snprintf(out->name, sizeof(out->name), "CP1252");
        snprintf(out->why, sizeof(out->why), "%s",
                 R_("the bytes are not UTF-8 and look like Western text"));
        return BJ_OK;
    }
    snprintf(out->name, sizeof(out->name), "GB18030");
    out->mixed = t->n_gb < t->n_high || (t->n_wide >= 3 && t->n_wide * 50 >= t->n_high);
    snprintf(out->why, sizeof(out->why), "%s",
             out->mixed
                 ? R_("some values are UTF-8, the others GB18030; each was read as what it is")
                 : R_("the bytes are not UTF-8"));
    return BJ_OK;
}

/* Six pairs in seven in GB 2312's part of the table: Big5 text has two in five elsewhere,
 * Shift-JIS nearly all, GBK the few characters that GB 2312 lacks. */
static bool is_nearly_all_common(const struct bj_text_tally *t)
{
    return t->n_gb == t->n_high && t->n_common * 7 >= t->n_pairs * 6;
}

/* Whether the bytes allow what the file declares. */
static bool fits(const struct bj_text_tally *t, const char *name)
{
    if (strcmp(name, "UTF-8") == 0)
        return all_utf8(t);
    if (all_utf8(t) && t->n_wide * 2 >= t->n_high)
        return false;
    if (strcmp(name, "GB18030") == 0)
        return t->n_gb == t->n_high && !(t->n_wide >= 3 && t->n_wide * 50 >= t->n_high);
    if (is_multibyte(name))
        return !is_nearly_all_common(t);
    return !all_utf8(t) && !looks_gb(t);
}

enum bj_status bj_encoding_choose(struct bj_ctx *ctx, const char *what,
                                  const struct bj_text_tally *t, const char *given, const char *cpg,
                                  int ldid, struct bj_encoding *out)
{
    int page = ldid_code_page(ldid);
    char page_text[16], declared[40] = "", contradiction[120] = "";
    const char *source = cpg && *cpg ? ".cpg" : R_("language byte of the .dbf");
    const char *written = cpg && *cpg ? cpg : page ? page_text : NULL;
    struct bj_encoding e = {"UTF-8", "", false};
    enum bj_status st;

    snprintf(page_text, sizeof(page_text), "%d", page);
    if (given) {
        st = choose_given(ctx, what, t, given, &e);
        if (!st)
            *out = e;
        return st;
    }
    if (t->n_high == 0) {
        snprintf(e.why, sizeof(e.why), "%s", R_("all text is ASCII"));
        *out = e;
        return BJ_OK;
    }
    if (written && canonical(written, declared, sizeof(declared))) {
        if (fits(t, declared)) {
            snprintf(e.name, sizeof(e.name), "%s", declared);
            snprintf(e.why, sizeof(e.why), R_("from the %s"), source);
            *out = e;
            return BJ_OK;
        }
        snprintf(contradiction, sizeof(contradiction), R_("the %s says %s but the bytes are not"),
                 source, declared);
    }
    st = detect(ctx, what, t, &e);
    if (st)
        return st;
    if (contradiction[0] && !e.mixed)
        snprintf(e.why, sizeof(e.why), "%s", contradiction);
    *out = e;
    return BJ_OK;
}

/* ---- decoding ----------------------------------------------------------- */

enum bj_status bj_decoder_init(struct bj_ctx *ctx, const struct bj_encoding *e,
                               struct bj_decoder *out)
{
    struct bj_decoder d = {.utf8 = strcmp(e->name, "UTF-8") == 0, .mixed = e->mixed};

    if (!d.utf8) {
        d.iconv = iconv_open("UTF-8", e->name);
        if (d.iconv == (iconv_t)-1)
            return bj_fail(ctx, BJ_EDATA, _("encoding '%s' is not known to this system"), e->name);
    }
    *out = d;
    return BJ_OK;
}

void bj_decoder_release(struct bj_ctx *ctx, struct bj_decoder *d)
{
    if (d->iconv)
        iconv_close(d->iconv);
    bj_free(ctx, d->buf);
    *d = (struct bj_decoder){.utf8 = false};
}

static const char *convert(struct bj_ctx *ctx, struct bj_decoder *d, const char *s, size_t n,
                           size_t *n_out, enum bj_status *st)
{
    size_t need = n * 3 + 16, left_in = n, left_out; /* two bytes never give more than four */
    char *in = (char *)s, *to;                       /* iconv does not write to it */

    if (need > d->cap) {
        char *bigger = bj_resize(ctx, d->buf, need, 1);

        if (!bigger) {
            *st = BJ_ENOMEM;
            return NULL;
        }
        d->buf = bigger;
        d->cap = need;
    }
    to = d->buf;
    left_out = d->cap;
    iconv(d->iconv, NULL, NULL, NULL, NULL);
    if (iconv(d->iconv, &in, &left_in, &to, &left_out) == (size_t)-1 && errno != EINVAL)
        return NULL;
    *n_out = (size_t)(to - d->buf);
    return d->buf;
}

const char *bj_decode(struct bj_ctx *ctx, struct bj_decoder *d, const char *s, size_t n,
                      size_t *n_out, enum bj_status *st)
{
    const char *text = s;

    *st = BJ_OK;
    *n_out = n;
    if (bj_is_ascii(s, n))
        return s;
    if (d->iconv && !(d->mixed && bj_utf8_valid(s, n) && has_wide_char(s, n))) {
        text = convert(ctx, d, s, n, n_out, st);
    } else {
        *n_out = utf8_whole(s, n);
        if (!bj_utf8_valid(s, *n_out))
            text = NULL;
    }
    if (!text && *st == BJ_OK)
        *st = bj_fail(ctx, BJ_EDATA, _("text cannot be decoded"));
    return text;
}

const char *bj_trim(const char *s, size_t *n)
{
    static const char *const space[] = {" ",  "\t",       "\r",           "\n",          "\v",
                                        "\f", "\xC2\xA0", "\xE3\x80\x80", "\xEF\xBB\xBF"};
    bool found;

    do {
        found = false;
        for (size_t i = 0; i < sizeof(space) / sizeof(space[0]); i++) {
            size_t m = strlen(space[i]);

            if (*n >= m && memcmp(s, space[i], m) == 0) {
                s += m;
                *n -= m;
                found = true;
            }
            if (*n >= m && memcmp(s + *n - m, space[i], m) == 0) {
                *n -= m;
                found = true;
            }
        }
    } while (found);
    return s;
}
