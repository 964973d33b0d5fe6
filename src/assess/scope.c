/* Whom a rule is about, and which facilities it may use.
 *
 * Demand: all points of the layer (of a population raster: all cells with people, at their
 * centres; of parcels: their inner points), or its urban or rural ones. A point whose side is
 * not known is not evaluated under an urban or rural rule; one on the other side is out of scope
 * and in no total.
 *
 * Facilities: any class of the rule's set (sub-classes are in the set already; a facility of
 * several classes counts once), and the ownership asked for. 公立 follows the statistics of the
 * health ministry: run by the state or a collective (国有, 集体) or by the government. A text
 * that says neither is not guessed: such facilities are left out and counted in a note.
 *
 * Nothing is concluded from data that are not there: a class with no facility makes the rule
 * not_evaluated, unless the case says with `none:` that the county truly has none. */
#include "assess/assess_int.h"

#include <math.h>
#include <string.h>

/* ---- demand ------------------------------------------------------------- */

const struct bj_places *bj_scope_demand(const struct bj_judge *j, const struct bj_rule *rule)
{
    if (rule->demand == BJ_DEMAND_VILLAGES)
        return &j->study->villages;
    if (rule->demand == BJ_DEMAND_SETTLEMENTS)
        return &j->study->settlements;
    if (rule->demand == BJ_DEMAND_POPULATION)
        return &j->study->population;
    if (rule->demand == BJ_DEMAND_PARCELS)
        return &j->study->parcels;
    return NULL;
}

enum bj_point_status bj_scope_of(const struct bj_rule *rule, const struct bj_places *demand,
                                 size_t i)
{
    unsigned char urban = demand->urban ? demand->urban[i] : BJ_URBAN_UNKNOWN;

    if (rule->where == BJ_WHERE_ALL)
        return BJ_POINT_N;
    if (urban == BJ_URBAN_UNKNOWN)
        return BJ_POINT_NOT_EVALUATED;
    return (urban == BJ_URBAN_YES) == (rule->where == BJ_WHERE_URBAN) ? BJ_POINT_N
                                                                      : BJ_POINT_OUT_OF_SCOPE;
}

/* ---- ownership ---------------------------------------------------------- */

static bool has_word(const char *text, const char *const *word)
{
    for (; *word; word++)
        if (strstr(text, *word))
            return true;
    return false;
}

/* ASCII letters small, blanks at both ends away; at most 127 bytes are looked at. */
static void normalise(const char *s, char out[128])
{
    size_t n = 0;

    while (*s == ' ' || *s == '\t')
        s++;
    for (; *s && n < 127; s++)
        out[n++] = *s >= 'A' && *s <= 'Z' ? (char)(*s + 32) : *s;
    while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == '\t'))
        n--;
    out[n] = '\0';
}

/* 1 public, 0 private, -1 neither is said. Private words go first: 非公立 holds 公立. */
static int is_public(const char *text)
{
    static const char *const private_word[] = {
        "非公",       "非政府",         "非国有",        "民营", "民办", "私",
        "个体",       "社会",           "外资",          "合资", "股份", "private",
        "non-public", "non-government", "nongovernment", NULL};
    static const char *const public_word[] = {
        "政府", "公立",     "公办",   "公有",       "国有",  "国营",       "全民",
        "集体", "卫生行政", "public", "government", "state", "collective", NULL};
    static const char *const no[] = {"否", "0",     "n",
                                     "no", "false", NULL}; /* of a column 是否公立 */
    static const char *const yes[] = {"是", "1", "y", "yes", "true", NULL};

    if (has_word(text, private_word) || bj_word_find(text, no) >= 0)
        return 0;
    if (has_word(text, public_word) || bj_word_find(text, yes) >= 0)
        return 1;
    return -1;
}

int bj_ownership_matches(const char *text, const char *wanted)
{
    char have[128], want[128];
    int public;

    if (bj_is_blank(text))
        return -1;
    normalise(text, have);
    normalise(wanted, want);
    public = is_public(have);
    if (strcmp(want, "public") == 0)
        return public;
    if (strcmp(want, "private") == 0)
        return public < 0 ? -1 : !public;
    return strstr(have, want) != NULL;
}

/* ---- facilities --------------------------------------------------------- */

void bj_usable_release(struct bj_ctx *ctx, struct bj_usable *u)
{
    bj_free(ctx, u->neighbour);
    bj_free(ctx, u->order);
    bj_free(ctx, u->lat_deg);
    bj_free(ctx, u->lon_deg);
    bj_free(ctx, u->row);
    memset(u, 0, sizeof(*u));
}

static enum bj_status usable_init(struct bj_ctx *ctx, size_t room, struct bj_usable *u)
{
    u->row = bj_alloc0(ctx, room, sizeof(*u->row));
    u->lon_deg = bj_alloc0(ctx, room, sizeof(*u->lon_deg));
    u->lat_deg = bj_alloc0(ctx, room, sizeof(*u->lat_deg));
    u->order = bj_alloc0(ctx, room, sizeof(*u->order));
    u->neighbour = bj_alloc0(ctx, room, sizeof(*u->neighbour));
    return u->row && u->lon_deg && u->lat_deg && u->order && u->neighbour ? BJ_OK : BJ_ENOMEM;
}

static void take_facility(const struct bj_places *f, size_t i, const char *ownership,
                          struct bj_usable *u)
{
    unsigned char neighbour = f->neighbour && f->neighbour[i];

    u->n_of_class++;
    if (ownership) {
        int match = bj_ownership_matches(f->ownership ? f->ownership[i] : "", ownership);

        u->n_unknown += match < 0;
        if (match <= 0)
            return;
    }
    u->row[u->n] = (int32_t)i;
    u->lon_deg[u->n] = f->lon_deg[i];
    u->lat_deg[u->n] = f->lat_deg[i];
    u->neighbour[u->n++] = neighbour;
    u->n_own += !neighbour;
}

enum bj_status bj_scope_facilities(struct bj_judge *j, uint64_t classes, const char *ownership,
                                   struct bj_usable *out)
{
    const struct bj_places *f = &j->study->facilities;
    struct bj_usable u = {.classes = classes, .ownership = ownership};
    const char **code = bj_alloc0(j->ctx, f->n, sizeof(*code));
    enum bj_status st = usable_init(j->ctx, f->n, &u);

    if (st || !code) {
        st = BJ_ENOMEM;
        goto done;
    }
    for (size_t i = 0; i < f->n; i++)
        if (f->classes[i] & classes)
            take_facility(f, i, ownership, &u);
    for (size_t k = 0; k < u.n; k++)
        code[k] = f->code[u.row[k]];
    st = bj_facility_order(j->ctx, u.n, code, u.order);
    if (st)
        goto done;
    *out = u;
    memset(&u, 0, sizeof(u)); /* now the caller's */
done:
    bj_usable_release(j->ctx, &u);
    bj_free(j->ctx, code);
    return st;
}

/* ---- what is missing ---------------------------------------------------- */

bool bj_scope_says_none(const struct bj_judge *j, uint64_t classes)
{
    uint64_t none = 0;

    for (int c = 0; j->study->info && c < BJ_CLASS_N; c++)
        if (j->study->info->none >> c & 1)
            none |= bj_class_set((enum bj_class)c);
    return classes && (classes & ~none) == 0;
}

/* c is in the set, and not only as a sub-class of another one. */
static bool is_top_class(uint64_t set, int c)
{
    if (!(set >> c & 1))
        return false;
    for (int k = 0; k < BJ_CLASS_N; k++)
        if (k != c && (set >> k & 1) && (bj_class_set((enum bj_class)k) >> c & 1))
            return false;
    return true;
}

const char *bj_scope_class_names(struct bj_judge *j, uint64_t classes, bool labels)
{
    /* The language of reports: the label of a class is no message. */
    const char *lang = R_("en");
    struct bj_buf b = {0};
    const char *text = NULL;

    for (int c = 0; c < BJ_CLASS_N; c++) {
        if (!is_top_class(classes, c))
            continue;
        bj_buf_puts(j->ctx, &b, b.n ? ", " : "");
        if (labels)
            bj_buf_printf(j->ctx, &b, "%s ", bj_class_label((enum bj_class)c, lang));
        bj_buf_printf(j->ctx, &b, labels ? "(%s)" : "%s", bj_class_names[c]);
    }
    if (!b.failed)
        text = bj_assess_text(j, "%s", b.s ? b.s : "");
    bj_buf_release(j->ctx, &b);
    return text;
}

static enum bj_status no_facility(struct bj_judge *j, const struct bj_usable *use, const char **why)
{
    const char *names = bj_scope_class_names(j, use->classes, true);
    const char *keys = bj_scope_class_names(j, use->classes, false);
    const char *owner = "";

    if (!names || !keys)
        return BJ_ENOMEM;
    if (use->ownership)
        owner = strcmp(use->ownership, "public") == 0 ? R_("public") : R_("private");
    if (use->n_of_class == 0)
        *why = bj_assess_text(j,
                              R_("no facility of class %s is given: add a layer with some, or "
                                 "`none: [%s]` to the case if the county truly has none"),
                              names, keys);
    else if (use->n_unknown == use->n_of_class)
        *why = bj_assess_text(j,
                              R_("the rule asks for %s facilities of class %s, and no ownership is "
                                 "known of any of them: an ownership column (举办主体) is needed"),
                              owner, names);
    else
        *why = bj_assess_text(j,
                              R_("the rule asks for %s facilities of class %s: of the %zu given, "
                                 "none is known to be so and %zu have no known ownership"),
                              owner, names, use->n_of_class, use->n_unknown);
    return *why ? BJ_OK : BJ_ENOMEM;
}

/* Facilities of one ownership are truly none when every facility of the class says otherwise. */
static bool truly_none(const struct bj_judge *j, const struct bj_usable *use)
{
    if (use->n_of_class == 0)
        return bj_scope_says_none(j, use->classes);
    return use->n_unknown == 0;
}

enum bj_status bj_scope_check(struct bj_judge *j, const struct bj_rule *rule,
                              const struct bj_usable *use, const char **why)
{
    *why = NULL;
    if (use->n == 0 && !truly_none(j, use))
        return no_facility(j, use, why);
    if (use->n > 0 && use->n_unknown > 0)
        return bj_assess_note(j, "ownership_unknown", "facilities",
                              R_("fill in the ownership column"),
                              R_("rule '%s': %zu facilities of its classes have no known ownership "
                                 "and are not counted"),
                              rule->id, use->n_unknown);
    return BJ_OK;
}
