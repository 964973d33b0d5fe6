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
#include "base/base_int.h"

#include <stdlib.h>
#include <string.h>

enum { MO_MAGIC = (int)0x950412deu, MO_MAX = 16 * 1024 * 1024 };

/* The catalogue of the report's language. Like gettext's it belongs to the process: set before
 * the work begins, only read after. */
static struct {
    int is_set;
    char *data; /* NULL: the source texts */
    size_t n, n_strings, originals, translations;
} catalog;

static uint32_t word_at(size_t offset)
{
    uint32_t w;

    memcpy(&w, catalog.data + offset, sizeof(w));
    return w;
}

/* String i of the table at `table`, NULL when it does not lie in the file. */
static const char *string_at(size_t table, size_t i)
{
    size_t length = word_at(table + 8 * i), offset = word_at(table + 8 * i + 4);

    return offset < catalog.n && length < catalog.n - offset &&
                   catalog.data[offset + length] == '\0'
               ? catalog.data + offset
               : NULL;
}

static bool is_usable(void)
{
    if (catalog.n < 28 || word_at(0) != (uint32_t)MO_MAGIC)
        return false;
    catalog.n_strings = word_at(8);
    catalog.originals = word_at(12);
    catalog.translations = word_at(16);
    return catalog.n_strings < catalog.n / 16 &&
           catalog.originals < catalog.n - 8 * catalog.n_strings &&
           catalog.translations < catalog.n - 8 * catalog.n_strings;
}

/* Reads with stdio: no context is at hand, and a missing catalogue is no failure. */
static void load(const char *path)
{
    FILE *f = fopen(path, "rbe");
    char *data = f ? malloc(MO_MAX) : NULL;

    if (data) {
        catalog.n = fread(data, 1, MO_MAX, f);
        catalog.data = realloc(data, catalog.n ? catalog.n : 1);
        if (!catalog.data)
            catalog.data = data;
        if (!is_usable()) {
            free(catalog.data);
            catalog.data = NULL;
        }
    }
    if (f)
        fclose(f);
}

void bj_set_report_lang(const char *lang)
{
    const char *dir = bindtextdomain("banjing", NULL);
    char path[4300];

    free(catalog.data);
    memset(&catalog, 0, sizeof(catalog));
    catalog.is_set = lang != NULL;
    if (!lang || strcmp(lang, "zh") != 0 || !dir)
        return;
    snprintf(path, sizeof(path), "%s/zh_CN/LC_MESSAGES/banjing.mo", dir);
    load(path);
}

const char *bj_report_text(const char *text)
{
    size_t low = 0, high = catalog.data ? catalog.n_strings : 0;

    if (!catalog.is_set)
        return _(text);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const char *original = string_at(catalog.originals, mid), *found;
        int order = original ? strcmp(text, original) : -1;

        if (order == 0) {
            found = string_at(catalog.translations, mid);
            return found && *found ? found : text;
        }
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return text;
}
