/* Texts that end in results, in the language of the report.
 *
 * Messages on the terminal follow the locale (gettext). A result must not: the same case gives
 * the same summary.json under any locale, and a Chinese report made by a cron job in the C
 * locale is Chinese. glibc's gettext knows one language a process, so for this the compiled
 * catalogue (GNU .mo, "The Format of GNU MO Files" in the gettext manual) is looked up here:
 *
 *     0 magic 0x950412de | 4 revision | 8 N | 12 offset of N originals | 16 of N translations
 *
 * each table being N pairs (length, offset); originals are sorted as strings, so a binary
 * search finds them. Only catalogues of this machine's byte order are taken. The source texts
 * are English, so "en" needs no catalogue. */
#include "base/ctx_int.h"

#include <stdlib.h>
#include <string.h>

enum { MO_MAGIC = (int)0x950412deu, MO_MAX = 16 * 1024 * 1024 };

static uint32_t word_at(const struct bj_catalog *c, size_t offset)
{
    uint32_t w;

    memcpy(&w, c->data + offset, sizeof(w));
    return w;
}

/* String i of the table at `table`, NULL when it does not lie in the file. */
static const char *string_at(const struct bj_catalog *c, size_t table, size_t i)
{
    size_t length = word_at(c, table + 8 * i), offset = word_at(c, table + 8 * i + 4);

    return offset < c->n && length < c->n - offset && c->data[offset + length] == '\0'
               ? c->data + offset
               : NULL;
}

static bool usable(struct bj_catalog *c)
{
    if (c->n < 28 || word_at(c, 0) != (uint32_t)MO_MAGIC)
        return false;
    c->n_strings = word_at(c, 8);
    c->originals = word_at(c, 12);
    c->translations = word_at(c, 16);
    return c->n_strings < c->n / 16 && c->originals < c->n - 8 * c->n_strings &&
           c->translations < c->n - 8 * c->n_strings;
}

void bj_catalog_release(struct bj_ctx *ctx, struct bj_catalog *c)
{
    bj_free(ctx, c->data);
    *c = (struct bj_catalog){0};
}

void bj_ctx_set_report_lang(struct bj_ctx *ctx, const char *lang)
{
    const char *dir = bindtextdomain("banjing", NULL);
    char path[4300], message[sizeof(ctx->message)];

    bj_catalog_release(ctx, &ctx->catalog);
    ctx->report_lang_set = lang != NULL;
    if (!lang || strcmp(lang, "zh") != 0 || !dir)
        return;
    snprintf(path, sizeof(path), "%s/zh_CN/LC_MESSAGES/banjing.mo", dir);
    /* No catalogue means English texts; that is no failure and must leave no sentence. */
    memcpy(message, ctx->message, sizeof(message));
    if (bj_read_file(ctx, path, MO_MAX, &ctx->catalog.data, &ctx->catalog.n) != BJ_OK)
        memcpy(ctx->message, message, sizeof(message));
    else if (!usable(&ctx->catalog))
        bj_catalog_release(ctx, &ctx->catalog);
}

const char *bj_report_text(const struct bj_ctx *ctx, const char *text)
{
    const struct bj_catalog *c = &ctx->catalog;
    size_t low = 0, high = c->n_strings;

    if (!ctx->report_lang_set)
        return _(text);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const char *original = string_at(c, c->originals, mid), *found;
        int order = original ? strcmp(text, original) : -1;

        if (order == 0) {
            found = string_at(c, c->translations, mid);
            return found && *found ? found : text;
        }
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return text;
}
