/* The hospital in whose yard an ambulance station stands, by the station's name.
 *
 * Stations are mostly set up at hospitals and called after them, and then lie within tens of
 * metres of them: the best witnesses that a layer of three points can have. Two ways to be
 * named, the first that knows:
 *
 *   name   the hospital's whole name stands in the station's, the longest counts:
 *          江川区人民医院急救站, 急救中心(江川区人民医院); four characters at least
 *   root   the names are alike but for what stands there and 镇, 乡, 街道: 江城急救站 and
 *          江城镇中心卫生院. Only hospitals, health centres of townships and of communities
 *          count here; a village's clinic is no place for ambulances
 *
 * When two facilities elsewhere could be meant, none is. Facilities that are both, a hospital
 * with a station (综合医院；急救站), are hosts for stations of other layers. */
#include "study/study_int.h"

#include <stdlib.h>
#include <string.h>

#define BIT(c)   ((uint64_t)1 << BJ_CLASS_##c)
#define SHORTEST 12 /* bytes of a whole name: four Chinese characters */

static const uint64_t hospitals =
    BIT(TOWNSHIP_HOSPITAL) | BIT(TOWNSHIP_HOSPITAL_CENTRAL) | BIT(CHC) | BIT(COMMUNITY_HOSPITAL) |
    BIT(SUBCENTRE) | BIT(HOSPITAL_GENERAL) | BIT(HOSPITAL_TCM) | BIT(HOSPITAL_COMBINED);

struct bj_host {
    const char *name; /* or root */
    uint32_t input;
    double lon, lat;
};

static int by_name(const void *a, const void *b)
{
    const struct bj_host *x = a, *y = b;
    int c = strcmp(x->name, y->name);

    return c ? c : (x->input > y->input) - (x->input < y->input);
}

/* Root without the word for a township, unless less than two characters would be left. */
static void bare_root(const char *name, char out[128])
{
    static const char *const tails[] = {"街道办事处", "街道", "民族乡", "镇", "乡", NULL};
    size_t n;

    bj_place_root(name, 1, out, 128);
    n = strlen(out);
    for (int i = 0; tails[i]; i++) {
        size_t k = strlen(tails[i]);

        if (n >= k + 6 && strcmp(out + n - k, tails[i]) == 0) {
            out[n - k] = '\0';
            return;
        }
    }
}

static enum bj_status add_host(struct bj_ctx *ctx, struct bj_hosts *h, const struct bj_places *p,
                               size_t i)
{
    struct bj_host host = {p->name[i], p->input[i], p->lon_deg[i], p->lat_deg[i]};
    char root[128];

    if (strlen(p->name[i]) >= SHORTEST)
        h->by_name[h->n_names++] = host;
    if (!(p->classes[i] & hospitals))
        return BJ_OK;
    bare_root(p->name[i], root);
    if (!*root)
        return BJ_OK;
    host.name = bj_strings_add(ctx, &h->texts, root, strlen(root));
    if (!host.name)
        return BJ_ENOMEM;
    h->by_root[h->n_roots++] = host;
    return BJ_OK;
}

static bool any_station(const struct bj_places *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->classes[i] & BJ_EMS_CLASSES)
            return true;
    return false;
}

enum bj_status bj_hosts_init(struct bj_ctx *ctx, const struct bj_places *p, struct bj_hosts *h)
{
    enum bj_status st = BJ_OK;

    memset(h, 0, sizeof(*h));
    if (!any_station(p))
        return BJ_OK;
    h->by_name = bj_alloc0(ctx, p->n, sizeof(*h->by_name));
    h->by_root = bj_alloc0(ctx, p->n, sizeof(*h->by_root));
    if (!h->by_name || !h->by_root)
        return BJ_ENOMEM;
    for (size_t i = 0; st == BJ_OK && i < p->n; i++)
        if (p->classes[i] & ~BJ_EMS_CLASSES)
            st = add_host(ctx, h, p, i);
    if (st != BJ_OK)
        return st;
    qsort(h->by_name, h->n_names, sizeof(*h->by_name), by_name);
    qsort(h->by_root, h->n_roots, sizeof(*h->by_root), by_name);
    return BJ_OK;
}

void bj_hosts_release(struct bj_ctx *ctx, struct bj_hosts *h)
{
    bj_free(ctx, h->by_root);
    bj_free(ctx, h->by_name);
    bj_strings_release(ctx, &h->texts);
    memset(h, 0, sizeof(*h));
}

/* The only row of another layer with the name; *several when there are more. name is n bytes. */
static const struct bj_host *only_one(const struct bj_host *row, size_t n_rows, const char *name,
                                      size_t n, uint32_t input, bool *several)
{
    const struct bj_host *found = NULL;
    size_t low = 0, high = n_rows;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = strncmp(row[mid].name, name, n);

        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < n_rows && strncmp(row[low].name, name, n) == 0 && !row[low].name[n]; low++) {
        if (row[low].input == input)
            continue;
        *several = found != NULL;
        if (*several)
            return NULL;
        found = &row[low];
    }
    return found;
}

static bool is_inside_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* The longest whole name that stands in the station's. */
static const struct bj_host *find_name(const struct bj_hosts *h, const char *station,
                                       uint32_t input)
{
    size_t all = strlen(station);

    for (size_t n = all < 200 ? all : 200; n >= SHORTEST; n--)
        for (size_t at = 0; at + n <= all; at++) {
            const struct bj_host *found;
            bool several = false;

            if (is_inside_character(station[at]) || is_inside_character(station[at + n]))
                continue;
            found = only_one(h->by_name, h->n_names, station + at, n, input, &several);
            if (found || several)
                return found;
        }
    return NULL;
}

bool bj_hosts_find(const struct bj_hosts *h, const char *station, uint32_t input, uint32_t *layer,
                   double *lon_deg, double *lat_deg)
{
    const struct bj_host *found = h->n_names ? find_name(h, station, input) : NULL;
    bool several = false;
    char root[128];

    if (!found && h->n_roots) {
        bare_root(station, root);
        found =
            *root ? only_one(h->by_root, h->n_roots, root, strlen(root), input, &several) : NULL;
    }
    if (!found)
        return false;
    *layer = found->input;
    *lon_deg = found->lon;
    *lat_deg = found->lat;
    return true;
}
