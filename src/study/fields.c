/* Which column holds what: names, codes, people, coordinates.
 *
 * A header is compared with the synonym table of base/synonyms.c (domain.md 6.4) in a folded
 * form (case, width and spaces left out). Whole words come first; then, for roles still open,
 * headers that a DBF cut off: a prefix of at least two Chinese characters. English words must
 * be whole: "name" and "names" are different things.
 *
 * On a tie nothing is picked: the role stays open and the tie names the candidates. What does
 * settle a tie is the layer itself, since some words say what they name: in a layer of
 * facilities 机构名称 is the name and 行政村 the village it stands in, and a village's code
 * (村代码, XZQDM) is no code of the facility; in a layer of villages it is the other way round.
 * A word with two roles (XZQMC: name, county) takes the one that no other column has; if both
 * are open it is the name in layers of administrative units, and a tie elsewhere.
 *
 * The outcome depends on the headers and their order only. */
#include "study/study_int.h"

#include "base/synonyms.h"

#include <string.h>
#include <strings.h>

_Static_assert((int)BJ_SYN_N == (int)BJ_COL_N, "base/synonyms.h and enum bj_field_role differ");

#define HEADER_BYTES 128

/* Headers of facility codes; not in the synonym table, where a code is that of a place. */
static const char *const facility_codes[] = {
    "机构代码",     "机构编码", "机构编号",         "医疗机构代码",  "医疗机构编码",
    "组织机构代码", "登记号",   "统一社会信用代码", "编码",          "编号",
    "fac_id",       "fac_code", "facility_id",      "facility_code", NULL};

/* Words of the table that name villages, or codes of places. */
static const char *const village_words[] = {
    "村名",       "行政村",     "行政村名称",     "村(社区)名称",
    "社区名称",   "xzqmc",      "zldwmc",         "cunmc",
    "village",    "vill_name",  "行政区划代码",   "统计用区划代码",
    "区划代码",   "村代码",     "行政村代码",     "xzqdm",
    "zldwdm",     "qsdwdm",     "cundm",          "adcode",
    "vcode",      "pac",        "region_code",    "村名称",
    "村庄名称",   "村居名称",   "村(居)名称",     "村委会",
    "村委会名称", "村(居)委会", "村(居)委会名称", "统计区划代码",
    "区划编码",   "村编码",     "行政村编码",     "村级代码",
    NULL};
static const char *const facility_words[] = {"单位名称",     "机构名称", "医疗机构名称",
                                             "卫生室名称",   "facility", "医疗卫生机构名称",
                                             "卫生机构名称", NULL};

int bj_field_role_of(const char *header)
{
    return bj_synonym_role(header);
}

void bj_fields_clear(struct bj_field_match *m)
{
    memset(m, 0, sizeof(*m));
    for (int r = 0; r < BJ_COL_N; r++)
        m->column[r] = -1;
}

static bool is_facility_layer(enum bj_role role)
{
    return role == BJ_ROLE_FACILITIES || role == BJ_ROLE_NEIGHBOURS;
}

/* Layers whose rows are administrative units, which XZQMC names. */
static bool is_unit_layer(enum bj_role role)
{
    return role == BJ_ROLE_VILLAGES || role == BJ_ROLE_SETTLEMENTS || role == BJ_ROLE_TOWNSHIPS ||
           role == BJ_ROLE_BOUNDARY || role == BJ_ROLE_URBAN_AREA;
}

/* ---- what one header may be ------------------------------------------------ */

struct header {
    char whole[HEADER_BYTES]; /* folded */
    char bare[HEADER_BYTES];  /* without its unit, "" when it has none */
    uint32_t exact, prefix;   /* sets of roles */
    bool used;
};

static int chinese_count(const char *s)
{
    int n = 0;

    /* CJK ideographs of the basic plane are E3 to E9 in the first of three bytes. */
    for (; *s; s++)
        n += (unsigned char)*s >= 0xE3 && (unsigned char)*s <= 0xE9;
    return n;
}

static bool equals_header(const struct header *h, const char *word)
{
    return strcmp(h->whole, word) == 0 || (h->bare[0] && strcmp(h->bare, word) == 0);
}

static void find_roles(struct header *h, const struct bj_field *field, enum bj_role role)
{
    size_t n;

    memset(h, 0, sizeof(*h));
    bj_synonym_fold(field->name, h->whole, sizeof(h->whole));
    memcpy(h->bare, h->whole, sizeof(h->bare));
    if (!bj_synonym_drop_unit(h->bare))
        h->bare[0] = '\0';
    n = strlen(h->whole);
    for (size_t i = 0; n > 0 && i < bj_n_synonyms; i++) {
        const struct bj_synonym *s = &bj_synonyms[i];

        if (is_facility_layer(role) && s->role == BJ_SYN_CODE &&
            bj_word_find(s->synonym, village_words) >= 0)
            continue;
        if (equals_header(h, s->synonym))
            h->exact |= 1u << s->role;
        else if (strncmp(s->synonym, h->whole, n) == 0)
            h->prefix |= 1u << s->role;
    }
    for (size_t i = 0; n > 0 && i < bj_n_whole_synonyms; i++) {
        const struct bj_synonym *s = &bj_whole_synonyms[i];

        if (equals_header(h, s->synonym) && !(is_facility_layer(role) && s->role == BJ_SYN_CODE &&
                                              bj_word_find(s->synonym, village_words) >= 0))
            h->exact |= 1u << s->role;
    }
    for (const char *const *code = facility_codes; is_facility_layer(role) && *code; code++)
        if (equals_header(h, *code))
            h->exact |= 1u << BJ_COL_CODE;
    if (chinese_count(h->whole) < 2)
        h->prefix = 0;
}

/* How well a header fits the kind of layer: 2 its own word, 1 a general one, 0 another kind's. */
static int fit_of(const struct header *h, enum bj_role role)
{
    const char *word = h->bare[0] ? h->bare : h->whole;
    bool village =
        bj_word_find(h->whole, village_words) >= 0 || bj_word_find(word, village_words) >= 0;
    bool facility =
        bj_word_find(h->whole, facility_words) >= 0 || bj_word_find(word, facility_words) >= 0;

    if (is_facility_layer(role))
        return facility ? 2 : village ? 0 : 1;
    return village ? 2 : facility ? 0 : 1;
}

/* ---- choosing -------------------------------------------------------------- */

static void name_tie(char tie[200], const char *first, const char *next)
{
    size_t n = strlen(tie);

    if (n == 0)
        n = strlen(first) < 90 ? (size_t)snprintf(tie, 200, "'%s'", first) : 0;
    if (n > 0 && n + strlen(next) + 5 < 200)
        snprintf(tie + n, 200 - n, ", '%s'", next);
}

/* Best column for a role among those whose set holds it alone; a tie is written down. */
static void choose(size_t n, const struct bj_field *field, struct header *h, bool exact, int r,
                   enum bj_role role, struct bj_field_match *m)
{
    int best = -1, best_fit = -1;

    if (m->column[r] >= 0 || m->tie[r][0])
        return;
    for (size_t i = 0; i < n; i++) {
        int fit;

        /* A whole word that is left over, as in a tie, is no cut one besides. */
        if (h[i].used || (!exact && h[i].exact) || (exact ? h[i].exact : h[i].prefix) != 1u << r)
            continue;
        fit = fit_of(&h[i], role);
        if (fit > best_fit) {
            best = (int)i;
            best_fit = fit;
            m->tie[r][0] = '\0';
        } else if (fit == best_fit) {
            name_tie(m->tie[r], field[best].name, field[i].name);
        }
    }
    if (best < 0 || m->tie[r][0])
        return;
    m->column[r] = best;
    m->why[r] = exact ? "name" : "prefix";
    h[best].used = true;
}

static uint32_t roles_open(const struct bj_field_match *m)
{
    uint32_t open = 0;

    for (int r = 0; r < BJ_COL_N; r++)
        if (m->column[r] < 0 && !m->tie[r][0])
            open |= 1u << r;
    return open;
}

/* Headers with several roles: leave them the roles that are still open; if that is more than
 * one, the layer may say which. */
static void settle_ambiguous(size_t n, const struct bj_field *field, struct header *h, bool exact,
                             enum bj_role role, struct bj_field_match *m)
{
    uint32_t open = roles_open(m);
    const uint32_t name_or_county = 1u << BJ_COL_NAME | 1u << BJ_COL_COUNTY;

    for (size_t i = 0; i < n; i++) {
        uint32_t *set = exact ? &h[i].exact : &h[i].prefix;

        if (h[i].used || !(*set & (*set - 1)))
            continue;
        *set &= open;
        if (*set == name_or_county && is_unit_layer(role))
            *set = 1u << BJ_COL_NAME;
        /* A cut word that may be several things ("服务") is no candidate for any. */
        for (int r = 0; exact && *set & (*set - 1) && r < BJ_COL_N; r++)
            if ((*set & 1u << r) && !m->tie[r][0] && strlen(field[i].name) < 190)
                snprintf(m->tie[r], sizeof(m->tie[r]), "'%s'", field[i].name);
    }
}

static void match_phase(size_t n, const struct bj_field *field, struct header *h, bool exact,
                        enum bj_role role, struct bj_field_match *m)
{
    for (int r = 0; r < BJ_COL_N; r++)
        choose(n, field, h, exact, r, role, m);
    settle_ambiguous(n, field, h, exact, role, m);
    for (int r = 0; r < BJ_COL_N; r++)
        choose(n, field, h, exact, r, role, m);
}

void bj_fields_match(size_t n_fields, const struct bj_field *field, enum bj_role role,
                     struct bj_field_match *m)
{
    /* Fixed room, for this function cannot fail: tables of planners have tens of columns, and
     * those beyond the 256th are not looked at. */
    enum { MOST = 256 };
    struct header h[MOST];
    size_t n = n_fields < MOST ? n_fields : MOST;

    for (size_t i = 0; i < n; i++)
        find_roles(&h[i], &field[i], role);
    for (int r = 0; r < BJ_COL_N; r++)
        if (m->column[r] >= 0 && (size_t)m->column[r] < n)
            h[m->column[r]].used = true;
    match_phase(n, field, h, true, role, m);
    match_phase(n, field, h, false, role, m);
}

/* ---- columns that the case names ------------------------------------------- */

static bool same_folded(const char *a, const char *b)
{
    char fa[HEADER_BYTES], fb[HEADER_BYTES];

    bj_synonym_fold(a, fa, sizeof(fa));
    bj_synonym_fold(b, fb, sizeof(fb));
    return fa[0] && strcmp(fa, fb) == 0;
}

static int find_given(size_t n, const struct bj_field *field, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(field[i].name, name) == 0)
            return (int)i;
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(field[i].name, name) == 0)
            return (int)i;
    for (size_t i = 0; i < n; i++)
        if (same_folded(field[i].name, name))
            return (int)i;
    return -1;
}

static enum bj_status fail_given(struct bj_ctx *ctx, size_t n, const struct bj_field *field, int r,
                                 const char *name)
{
    struct bj_buf list = {0};
    enum bj_status st;

    for (size_t i = 0; i < n && i < 40; i++)
        bj_buf_printf(ctx, &list, "%s%s", i ? ", " : "", field[i].name);
    if (n > 40)
        bj_buf_puts(ctx, &list, ", …");
    if (list.failed)
        st = BJ_ENOMEM;
    else
        st = bj_fail(ctx, BJ_EDATA,
                     _("the column '%s' given as %s is not there; the columns are: %s"), name,
                     bj_field_role_names[r], list.s ? list.s : _("none"));
    bj_buf_release(ctx, &list);
    return st;
}

enum bj_status bj_fields_given(struct bj_ctx *ctx, size_t n_fields, const struct bj_field *field,
                               const char *const given[BJ_COL_N], struct bj_field_match *m)
{
    for (int r = 0; r < BJ_COL_N; r++) {
        int i;

        if (!given[r])
            continue;
        i = find_given(n_fields, field, given[r]);
        if (i < 0)
            return fail_given(ctx, n_fields, field, r, given[r]);
        m->column[r] = i;
        m->why[r] = "given";
    }
    return BJ_OK;
}
