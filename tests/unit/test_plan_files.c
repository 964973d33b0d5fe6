/* The shipped plan files against the facts they were written from: ../shared/domain.md beside
 * the tree (skipped with a word where it is absent). Its tables are read here anew, with a
 * reader of numbers that knows units (km, min, %, 万, "30 000", "10–20 km"):
 *
 *   each row of section 2 is in its plan, with its section as clause, its quotation and its
 *   level; each number of its threshold column is in the rules, and each number of the rules
 *   is in the row;
 *   each cell of section 3 has its rules with the 2025 value, and no rule has another number;
 *   no plan has a clause, a quotation or an id that the page lacks.
 *
 * Rules S (section 2.6) are short enough to be written out by hand below. */
#include "support.h"

#include "banjing/plan.h"

#include <ctype.h>

static const char *const plans[][2] = {{"LC", "liaocheng-2023"},
                                       {"ZZ", "zaozhuang-2020"},
                                       {"JC", "jiangchuan-2025"},
                                       {"QD", "qingdao-2024"},
                                       {"JY", "jingyu-2025"}};
enum { N_PLANS = 5, CELLS = 10 };

static struct bj_plan *plan[N_PLANS];
static char *domain; /* text of domain.md, NULL when absent */

static int setup(void **state)
{
    const char *path = BANJING_SOURCE_DIR "/../shared/domain.md";
    FILE *f = fopen(path, "rb");

    if (support_setup(state))
        return -1;
    if (f) {
        fclose(f);
        domain = support_read(path);
    }
    for (int i = 0; i < N_PLANS; i++)
        if (bj_plan_read(ctx, plans[i][1], NULL, &plan[i])) {
            print_error("%s: %s\n", plans[i][1], bj_ctx_message(ctx));
            return -1;
        }
    return 0;
}

static int teardown(void **state)
{
    for (int i = 0; i < N_PLANS; i++)
        bj_plan_free(plan[i]);
    free(domain);
    return support_teardown(state);
}

static void need_domain(void)
{
    if (domain)
        return;
    print_message("../shared/domain.md is not beside the tree: skipped\n");
    skip();
}

/* ---- numbers in text ----------------------------------------------------------- */

struct numbers {
    size_t n;
    double v[400];
};

static void add(struct numbers *set, double v)
{
    assert_true(set->n < sizeof(set->v) / sizeof(*set->v));
    if (!isnan(v) && isfinite(v))
        set->v[set->n++] = v;
}

static bool has(const struct numbers *set, double v)
{
    for (size_t i = 0; i < set->n; i++)
        if (fabs(set->v[i] - v) <= 1e-9 * fabs(v))
            return true;
    return false;
}

/* What the words after a number make of it; 0 when they are no unit. */
static double unit_scale(const char *s)
{
    static const struct {
        const char *text;
        double scale;
    } units[] = {{"km", 1000}, {"公里", 1000}, {"千米", 1000}, {"min", 60},
                 {"分钟", 60}, {"小时", 3600}, {"%", 0.01},    {"million", 1e6},
                 {"万", 1e4},  {"k", 1000},    {"m", 1}};

    while (*s == ' ')
        s++;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (strncmp(s, units[i].text, strlen(units[i].text)) == 0)
            return units[i].scale;
    return 0;
}

/* "30 000", "2.5", "100": the value, *end behind it. */
static double read_number(const char *s, const char **end)
{
    char plain[32];
    size_t n = 0;

    while (n + 4 < sizeof(plain)) {
        if (isdigit((unsigned char)*s) || (*s == '.' && isdigit((unsigned char)s[1])))
            plain[n++] = *s++;
        else if (*s == ' ' && n <= 3 + 4 * (n > 3) && isdigit((unsigned char)s[1]) &&
                 isdigit((unsigned char)s[2]) && isdigit((unsigned char)s[3]) &&
                 !isdigit((unsigned char)s[4]))
            s++;
        else
            break;
    }
    plain[n] = '\0';
    *end = s;
    return strtod(plain, NULL);
}

static const char *skip_range_mark(const char *s)
{
    static const char *const mark[] = {"–", "—", "-", "<"};

    for (size_t i = 0; i < sizeof(mark) / sizeof(*mark); i++)
        if (strncmp(s, mark[i], strlen(mark[i])) == 0)
            return skip_range_mark(s + strlen(mark[i]));
    return s;
}

/* The unit of a number: its own, else that of the range it opens ("10–20 km"). */
static double scale_at(const char *end)
{
    const char *next = skip_range_mark(end);
    double scale = unit_scale(end);

    if (scale > 0 || next == end || !isdigit((unsigned char)*next))
        return scale;
    (void)read_number(next, &end);
    return unit_scale(end);
}

/* All numbers of a text. The plain value is kept beside the scaled one when `both`. Text in
 * round brackets is left out when `outside`; after_arrow: only what follows "→". */
static void collect(const char *s, struct numbers *set, bool both, bool outside, bool after_arrow)
{
    int depth = 0;

    while (*s) {
        bool arrow = strncmp(s, "→", strlen("→")) == 0;
        const char *number = arrow ? s + strlen("→") : s, *end;
        double v, scale;

        depth += (*s == '(') - (*s == ')');
        if (strncmp(s, "‰", strlen("‰")) == 0)
            add(set, 1000);
        if (!isdigit((unsigned char)*number) || (outside && depth > 0) || (after_arrow && !arrow)) {
            s = isdigit((unsigned char)*s) ? (read_number(s, &end), end) : s + 1;
            continue;
        }
        v = read_number(number, &end);
        scale = scale_at(end);
        if (scale > 0)
            add(set, v * scale);
        if (both || scale <= 0)
            add(set, v);
        s = end;
    }
}

static void rule_numbers(const struct bj_rule *u, struct numbers *set)
{
    const double v[] = {
        u->target_m, u->limit_m,   u->target_s,          u->limit_s,           u->min,   u->target,
        u->max,      u->field_min, u->if_population_min, u->if_population_max, u->above, u->below};

    for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++)
        add(set, v[i]);
    if (!u->per_field || u->per_people != 1) /* 1 of a column is no number of the document */
        add(set, u->per_people);
    for (size_t i = 0; i < u->n_bands; i++) {
        add(set, u->band[i].min);
        add(set, u->band[i].below);
    }
}

/* ---- rows of the page ------------------------------------------------------------ */

struct row {
    char text[1500];       /* the whole row */
    char cell[CELLS][800]; /* trimmed */
    size_t n;
};

/* Splits "| a | b |" into cells; false when the line is no table row. */
static bool split(const char *line, size_t length, struct row *row)
{
    const char *p = line + 1, *stop = line + length;

    memset(row, 0, sizeof(*row));
    if (line[0] != '|' || length >= sizeof(row->text))
        return false;
    memcpy(row->text, line, length);
    while (p < stop && row->n < CELLS) {
        const char *bar = memchr(p, '|', (size_t)(stop - p));
        const char *a = p, *b = bar ? bar : stop;

        while (a < b && *a == ' ')
            a++;
        while (b > a && b[-1] == ' ')
            b--;
        if (!bar)
            break;
        assert_true((size_t)(b - a) < sizeof(row->cell[0]));
        memcpy(row->cell[row->n++], a, (size_t)(b - a));
        p = bar + 1;
    }
    return row->n > 0;
}

static int plan_of(const char *id)
{
    for (int i = 0; i < N_PLANS; i++)
        if (strncmp(id, plans[i][0], 2) == 0 && id[2] == '-')
            return i;
    return -1;
}

/* "LC-01": the id of a row of section 2. */
static bool is_row_id(const char *s)
{
    return plan_of(s) >= 0 && isdigit((unsigned char)s[3]) && isdigit((unsigned char)s[4]) && !s[5];
}

/* The rule is the row's, or one of the checks the row became: LC-14, LC-14a. */
static bool belongs(const struct bj_rule *u, const char *id)
{
    size_t n = strlen(id);

    return strncmp(u->id, id, n) == 0 &&
           (!u->id[n] || (islower((unsigned char)u->id[n]) && !u->id[n + 1]));
}

typedef void (*row_fn)(const struct row *row);

/* Calls fn for each row of section 2; returns their number. */
static size_t each_row(row_fn fn)
{
    static struct row row;
    size_t n = 0;

    for (const char *line = domain; *line;) {
        size_t length = strcspn(line, "\n");

        if (split(line, length, &row) && row.n == 6 && is_row_id(row.cell[0])) {
            fn(&row);
            n++;
        }
        line += length + (line[length] == '\n');
    }
    return n;
}

#define EACH_RULE(u, row, i)                                                                       \
    for (size_t i = 0; i < bj_plan_info(plan[plan_of((row)->cell[0])])->n_rules; i++)              \
        if (belongs(u = &bj_plan_info(plan[plan_of((row)->cell[0])])->rule[i], (row)->cell[0]))

/* ---- section 2 ------------------------------------------------------------------------ */

static void main_quotation(const struct row *row, char *out, size_t size)
{
    const char *a = strstr(row->cell[2], "「"), *b = strstr(row->cell[2], "」");

    out[0] = '\0';
    if (a && b)
        snprintf(out, size, "%.*s", (int)(b - a - (long)strlen("「")), a + strlen("「"));
}

static void row_is_there_with_its_words(const struct row *row)
{
    char want[800], quoted[840];
    const struct bj_rule *u;
    size_t n = 0, n_main = 0;

    main_quotation(row, want, sizeof(want));
    EACH_RULE(u, row, i)
    {
        n++;
        if (!strstr(row->cell[1], u->clause) && !strstr(row->cell[4], u->clause) &&
            !strstr(row->cell[3], u->clause))
            fail_msg("%s: clause '%s' is not that of '%s'", u->id, u->clause, row->text);
        snprintf(quoted, sizeof(quoted), "「%s」", u->quote);
        if (*u->quote && !strstr(row->text, quoted))
            fail_msg("%s: quotation '%s' is not in '%s'", u->id, u->quote, row->text);
        n_main += strcmp(u->quote, want) == 0 && strcmp(u->clause, row->cell[1]) == 0;
    }
    if (n == 0)
        fail_msg("%s is in no plan", row->cell[0]);
    if (n_main == 0)
        fail_msg("%s: no rule has the quotation '%s' and clause '%s'", row->cell[0], want,
                 row->cell[1]);
}

/* The level words of the row; the first in the level column, or else in the threshold's. */
static const char *level_words(const struct row *row, bool *allowed)
{
    static const char *const word[] = {"must", "should", "may", "INFO"};
    const char *first = NULL;

    for (int c = 5; c >= 4; c--) {
        const char *at = NULL;

        for (int w = 0; w < 4; w++) {
            const char *p = strstr(row->cell[c], word[w]);

            allowed[w < 3 ? w : 2] |= p != NULL;
            if (p && (!at || p < at) && !first)
                at = p;
        }
        if (!first)
            first = at;
    }
    allowed[BJ_LEVEL_SHOULD] |= strstr(row->cell[3], "原则上") != NULL;
    return first;
}

static void row_has_its_level(const struct row *row)
{
    bool allowed[3] = {false, false, false}, first_done = false;
    const char *first = level_words(row, allowed);
    const struct bj_rule *u;

    if (strstr(row->cell[5], "as LC-02"))
        first = "must", allowed[0] = true; /* LC-02's level */
    EACH_RULE(u, row, i)
    {
        const char *name = bj_rule_level_names[u->level];

        if (!first) { /* the page gives none: the file must own up to its assumption */
            assert_true(u->level == BJ_LEVEL_MAY || (u->note && strstr(u->note, "[A]")));
            continue;
        }
        if (!first_done && strncmp(first, name, strlen(name)) != 0 &&
            !(u->level == BJ_LEVEL_MAY && strncmp(first, "INFO", 4) == 0))
            fail_msg("%s is %s, the page says '%s'", u->id, name, row->cell[5]);
        if (!allowed[u->level])
            fail_msg("%s is %s, which is not in '%s | %s'", u->id, name, row->cell[4],
                     row->cell[5]);
        first_done = true;
    }
}

/* Years are no thresholds. */
static bool is_year(double v)
{
    return v >= 2018 && v <= 2035;
}

static void thresholds_are_in_the_rules(const struct row *row)
{
    struct numbers want = {0}, got = {0};
    const struct bj_rule *u;

    collect(row->cell[4], &want, false, true, false);
    EACH_RULE(u, row, i)
    {
        rule_numbers(u, &got);
        if (u->note)
            collect(u->note, &got, true, false, false);
    }
    for (size_t i = 0; i < want.n; i++)
        if (!has(&got, want.v[i]) && !has(&got, want.v[i] * 100) && !is_year(want.v[i]))
            fail_msg("%s: %g of the threshold '%s' is in no rule", row->cell[0], want.v[i],
                     row->cell[4]);
}

/* 1 is also what "each" and "all" say, and 0 is where a first band begins. */
static bool is_implied(double v, const struct row *row)
{
    static const char *const words[] = {"each", "every", "全", "每", "设立", "至少", "1", NULL};

    if (v == 0)
        return true;
    for (int i = 0; v == 1 && words[i]; i++)
        if (strstr(row->text, words[i]))
            return true;
    return false;
}

static void rules_have_no_other_numbers(const struct row *row)
{
    struct numbers page = {0};
    const struct bj_rule *u;

    collect(row->text, &page, true, false, false);
    EACH_RULE(u, row, i)
    {
        struct numbers got = {0};

        rule_numbers(u, &got);
        for (size_t k = 0; k < got.n; k++)
            if (!has(&page, got.v[k]) && !is_implied(got.v[k], row))
                fail_msg("%s: %.9g is not in '%s'", u->id, got.v[k], row->text);
        if (!isnan(u->turnout_s)) /* 3分钟出车率: JC-11 */
            assert_near(u->turnout_s, 180, 0);
    }
}

/* Rows whose kind the schema says better with another: a sum or an attribute that the page
 * calls a tier (beds, CT), calls and visits as numerator and
 * denominator, six kinds of centres counted. */
static bool is_other_kind(const char *id)
{
    static const char *const other[] = {"LC-17", "LC-34", "ZZ-14", "ZZ-19", "JC-11",
                                        "QD-01", "QD-03", "JY-05", "JY-10", "LC-13"};

    for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
        if (strcmp(other[i], id) == 0)
            return true;
    return false;
}

static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);

    for (const char *p = text; (p = strstr(p, word)); p += n)
        if ((p == text || !isalpha((unsigned char)p[-1])) && !isalpha((unsigned char)p[n]))
            return true;
    return false;
}

static void row_is_of_its_kind(const struct row *row)
{
    const struct bj_rule *u;
    size_t n = 0;

    EACH_RULE(u, row, i)
    {
        n += has_word(row->cell[3], bj_kind_names[u->kind]);
    }
    if ((n == 0) != is_other_kind(row->cell[0]))
        fail_msg("%s: %zu rules are of the kind '%s'", row->cell[0], n, row->cell[3]);
}

static void every_rule_is_of_the_kind_of_the_page(void **state)
{
    (void)state;
    need_domain();
    assert_true(each_row(row_is_of_its_kind) > 0);
}

static void every_row_of_the_page_is_in_its_plan(void **state)
{
    (void)state;
    need_domain();
    assert_int_equal(each_row(row_is_there_with_its_words), 36 + 20 + 19 + 9 + 12);
}

static void every_rule_has_the_level_of_the_page(void **state)
{
    (void)state;
    need_domain();
    assert_true(each_row(row_has_its_level) > 0);
}

static void every_threshold_of_the_page_is_in_a_rule(void **state)
{
    (void)state;
    need_domain();
    assert_true(each_row(thresholds_are_in_the_rules) > 0);
}

static void no_rule_has_a_number_of_its_own(void **state)
{
    (void)state;
    need_domain();
    assert_true(each_row(rules_have_no_other_numbers) > 0);
}

/* ---- nothing invented -------------------------------------------------------------------- */

static bool is_extra(const struct bj_rule *u, char letter)
{
    return u->id[3] == letter && isdigit((unsigned char)u->id[4]) &&
           isdigit((unsigned char)u->id[5]);
}

static void no_plan_has_a_clause_that_the_page_lacks(void **state)
{
    (void)state;
    need_domain();
    for (int p = 0; p < N_PLANS; p++) {
        const struct bj_plan_info *info = bj_plan_info(plan[p]);

        for (size_t i = 0; i < info->n_rules; i++) {
            const struct bj_rule *u = &info->rule[i];
            char row_id[6] = "", line[16];

            assert_int_equal(plan_of(u->id), p);
            snprintf(row_id, sizeof(row_id), "%.5s", u->id);
            snprintf(line, sizeof(line), "\n| %s |", row_id);
            if (is_extra(u, 'S')) /* the page has neither section nor words of these */
                assert_string_equal(u->clause, "正文（条款号未摘录）");
            else if (is_extra(u, 'T'))
                assert_true(strcmp(u->clause, "指标表") == 0 || strcmp(u->clause, "表2") == 0);
            else if (!is_row_id(row_id) || !strstr(domain, line))
                fail_msg("%s is in no row of the page", u->id);
            if (*u->quote && !strstr(domain, u->quote))
                fail_msg("%s: the page has no quotation '%s'", u->id, u->quote);
        }
    }
}

static void qingdao_and_jingyu_have_no_radius(void **state)
{
    static const int none[2] = {3, 4};

    (void)state;
    for (int k = 0; k < 2; k++) {
        const struct bj_plan_info *info = bj_plan_info(plan[none[k]]);
        size_t n_time = 0;

        assert_null(info->extends);
        for (size_t i = 0; i < info->n_rules; i++) {
            assert_int_not_equal(info->rule[i].kind, BJ_KIND_RADIUS);
            n_time += info->rule[i].kind == BJ_KIND_TIME || info->rule[i].kind == BJ_KIND_MEAN_TIME;
        }
        assert_int_equal(n_time, none[k] == 4); /* the two hours of JY-01 */
    }
}

/* ---- section 3 ------------------------------------------------------------------------------ */

static void check_cell(int p, size_t number, const char *label, const char *cell)
{
    const struct bj_plan_info *info = bj_plan_info(plan[p]);
    struct numbers page = {0}, want = {0}, got = {0};
    bool arrow = strstr(cell, "→") != NULL;
    char id[16];
    size_t n = 0;

    snprintf(id, sizeof(id), "%s-T%02zu", plans[p][0], number);
    collect(cell, &page, true, false, false);
    collect(label, &page, true, false, false);
    collect(cell, &want, false, true, arrow);
    for (size_t i = 0; i < info->n_rules; i++) {
        struct numbers own = {0};

        if (!belongs(&info->rule[i], id))
            continue;
        n++;
        rule_numbers(&info->rule[i], &own);
        if (info->rule[i].per_field)
            add(&got, 1); /* the 1 of "1:1.2" */
        for (size_t k = 0; k < own.n; k++) {
            double v = own.v[k];

            add(&got, v);
            if (v != 1000 && v != 1 && !has(&page, v) && !has(&page, v * 100) && !has(&page, v + 1))
                fail_msg("%s: %g is not in '%s | %s'", info->rule[i].id, v, label, cell);
        }
    }
    if (n == 0 && (page.n > 0 || strstr(cell, "all") || strstr(cell, "全")) &&
        strpbrk(cell, "0123456789al"))
        fail_msg("%s: no rule for '%s | %s'", id, label, cell);
    for (size_t k = 0; n > 0 && k < want.n; k++)
        if (!has(&got, want.v[k]) && !has(&got, want.v[k] / 100))
            fail_msg("%s: %g of '%s | %s' is in no rule", id, want.v[k], label, cell);
}

static void indicator_tables_are_in_the_plans(void **state)
{
    static const int column[4] = {0, 2, 4, 3}; /* LC, JC, JY, QD */
    static struct row row;
    size_t number = 0;
    const char *line;

    (void)state;
    need_domain();
    line = strstr(domain, "\n| indicator | LC | JC | JY | QD |");
    assert_non_null(line);
    line++;
    for (;;) {
        size_t length = strcspn(line, "\n");

        if (!split(line, length, &row) || row.n < 5)
            break;
        if (strcmp(row.cell[0], "indicator") != 0 && strncmp(row.cell[0], "---", 3) != 0) {
            number++;
            for (int c = 0; c < 4; c++)
                check_cell(column[c], number, row.cell[0], row.cell[c + 1]);
        }
        line += length + 1;
    }
    assert_int_equal(number, 25);
}

/* 约束性 rows of LC are must, all other indicators should. */
static void binding_indicators_are_must(void **state)
{
    (void)state;
    for (int p = 0; p < N_PLANS; p++) {
        const struct bj_plan_info *info = bj_plan_info(plan[p]);

        for (size_t i = 0; i < info->n_rules; i++) {
            const struct bj_rule *u = &info->rule[i];
            bool binding = strcmp(u->id, "LC-T09") == 0 || strcmp(u->id, "LC-T10") == 0;

            if (is_extra(u, 'T'))
                assert_int_equal(u->level, binding ? BJ_LEVEL_MUST : BJ_LEVEL_SHOULD);
        }
    }
}

static const struct bj_rule *find(const char *id)
{
    const struct bj_plan_info *info = bj_plan_info(plan[plan_of(id)]);

    for (size_t i = 0; i < info->n_rules; i++)
        if (strcmp(info->rule[i].id, id) == 0)
            return &info->rule[i];
    fail_msg("there is no rule %s", id);
    return NULL;
}

/* Beds per 1000 in each county of Liaocheng (table 2), and the bed rules under the tables. */
static void the_other_tables_are_in_the_plans(void **state)
{
    static const struct {
        const char *id, *name;
        double min;
    } beds[] = {
        {"LC-T26a", "聊城市", 6.9},  {"LC-T26b", "东昌府区", 12.65}, {"LC-T26c", "临清市", 4.97},
        {"LC-T26d", "冠县", 4.78},   {"LC-T26e", "莘县", 4.46},      {"LC-T26f", "阳谷县", 5.94},
        {"LC-T26g", "东阿县", 5.07}, {"LC-T26h", "茌平区", 4.69},    {"LC-T26i", "高唐县", 5.19}};
    static const struct {
        const char *id;
        double min, target;
    } share[] = {{"LC-T27", 0.02, 0.03}, {"JC-T27", 0.02, 0.03}, {"JY-T27", 0.02, 0.03},
                 {"LC-T28", 0.05, NAN},  {"JC-T28", 0.05, NAN},  {"LC-T29", 0.80, NAN},
                 {"LC-T30", NAN, 0.15},  {"JY-T30", NAN, 0.15}};

    (void)state;
    for (size_t i = 0; i < sizeof(beds) / sizeof(*beds); i++) {
        const struct bj_rule *u = find(beds[i].id);

        assert_string_equal(u->if_name, beds[i].name);
        assert_near(u->min, beds[i].min, 0);
        assert_near(u->per_people, 1000, 0);
    }
    for (size_t i = 0; i < sizeof(share) / sizeof(*share); i++) {
        const struct bj_rule *u = find(share[i].id);

        assert_non_null(u->per_field);
        assert_true(u->min == share[i].min || (isnan(u->min) && isnan(share[i].min)));
        assert_true(u->target == share[i].target || (isnan(u->target) && isnan(share[i].target)));
    }
}

/* ---- section 2.6, by hand ----------------------------------------------------------------------
 */

static void staffing_rules_are_in_the_plans(void **state)
{
    static const struct {
        const char *id;
        enum bj_kind kind;
        double min, target, max;
    } want[] = {
        {"LC-S01", BJ_KIND_RATIO, 1, 2, NAN},        {"ZZ-S01", BJ_KIND_RATIO, 1, 2, NAN},
        {"JC-S01", BJ_KIND_RATIO, 1, NAN, NAN},      {"JY-S01", BJ_KIND_RATIO, 1, NAN, NAN},
        {"LC-S02a", BJ_KIND_RATIO, 1, NAN, NAN},     {"LC-S02b", BJ_KIND_RATIO, 1, NAN, NAN},
        {"LC-S03", BJ_KIND_RATIO, 1, NAN, NAN},      {"LC-S04", BJ_KIND_RATIO, 2, NAN, NAN},
        {"JY-S04", BJ_KIND_RATIO, 2, NAN, NAN},      {"JC-S05", BJ_KIND_RATIO, 0.25, NAN, NAN},
        {"JY-S05", BJ_KIND_RATIO, 0.25, NAN, NAN},   {"LC-S06a", BJ_KIND_RATIO, 0.85, NAN, NAN},
        {"LC-S06b", BJ_KIND_RATIO, 0.7, NAN, NAN},   {"JC-S06a", BJ_KIND_RATIO, 0.85, NAN, NAN},
        {"JC-S06b", BJ_KIND_RATIO, 0.7, NAN, NAN},   {"JY-S06a", BJ_KIND_RATIO, 0.85, NAN, NAN},
        {"JY-S06b", BJ_KIND_RATIO, 0.7, NAN, NAN},   {"LC-S07", BJ_KIND_COUNT, 20, NAN, NAN},
        {"JC-S07", BJ_KIND_COUNT, 30, NAN, NAN},     {"JY-S07", BJ_KIND_COUNT, 1, NAN, NAN},
        {"LC-S08a", BJ_KIND_COUNT, 2, NAN, NAN},     {"LC-S08b", BJ_KIND_COUNT, 3, NAN, NAN},
        {"JC-S09", BJ_KIND_RATIO, 1, NAN, NAN},      {"JC-S10", BJ_KIND_RATIO, 0.2, NAN, NAN},
        {"LC-S10", BJ_KIND_RATIO, 0.6, NAN, NAN},    {"ZZ-S11", BJ_KIND_RATIO, NAN, NAN, 0.05},
        {"LC-S14", BJ_KIND_RATIO, 1, NAN, NAN},      {"JC-S14", BJ_KIND_RATIO, 1, NAN, NAN},
        {"LC-S15", BJ_KIND_RATIO, 0.45, NAN, NAN},   {"JC-S15", BJ_KIND_RATIO, 0.5, NAN, NAN},
        {"ZZ-S15", BJ_KIND_RATIO, 0.5, NAN, NAN},    {"JC-S12a", BJ_KIND_EXCLUDE, NAN, NAN, NAN},
        {"JC-S12b", BJ_KIND_EXCLUDE, NAN, NAN, NAN}, {"JY-S12a", BJ_KIND_EXCLUDE, NAN, NAN, NAN},
        {"JY-S12b", BJ_KIND_EXCLUDE, NAN, NAN, NAN}, {"JC-S13", BJ_KIND_EXCLUDE, NAN, NAN, NAN},
        {"JY-S13", BJ_KIND_EXCLUDE, NAN, NAN, NAN}};
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
        const struct bj_rule *u = find(want[i].id);

        assert_int_equal(u->kind, want[i].kind);
        assert_true(u->min == want[i].min || (isnan(u->min) && isnan(want[i].min)));
        assert_true(u->target == want[i].target || (isnan(u->target) && isnan(want[i].target)));
        assert_true(u->max == want[i].max || (isnan(u->max) && isnan(want[i].max)));
    }
    for (int p = 0; p < N_PLANS; p++)
        for (size_t i = 0; i < bj_plan_info(plan[p])->n_rules; i++)
            n += is_extra(&bj_plan_info(plan[p])->rule[i], 'S');
    assert_int_equal(n, sizeof(want) / sizeof(*want));
}

/* ---- the radius rules, by hand: needs no page ---------------------------------------------------
 */

static void the_radius_rules_are_what_the_documents_say(void **state)
{
    static const struct {
        const char *id;
        enum bj_rule_level level;
        enum bj_class facility;
        enum bj_where where;
        double target_m, limit_m;
    } want[] = {
        {"LC-01", BJ_LEVEL_MUST, BJ_CLASS_VILLAGE_CLINIC, BJ_WHERE_ALL, NAN, 2500},
        {"LC-03", BJ_LEVEL_MUST, BJ_CLASS_EMS_STATION, BJ_WHERE_URBAN, NAN, 5000},
        {"LC-04", BJ_LEVEL_MUST, BJ_CLASS_EMS_STATION, BJ_WHERE_RURAL, 10000, 20000},
        {"ZZ-01", BJ_LEVEL_SHOULD, BJ_CLASS_VILLAGE_CLINIC, BJ_WHERE_ALL, NAN, 2500},
        {"JC-01a", BJ_LEVEL_SHOULD, BJ_CLASS_EMS_STATION, BJ_WHERE_URBAN, NAN, 5000},
        {"JC-02a", BJ_LEVEL_SHOULD, BJ_CLASS_EMS_STATION, BJ_WHERE_RURAL, NAN, 20000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
        const struct bj_rule *u = find(want[i].id);

        assert_int_equal(u->kind, BJ_KIND_RADIUS);
        assert_int_equal(u->level, want[i].level);
        assert_true(u->facilities == bj_class_set(want[i].facility));
        assert_int_equal(u->where, want[i].where);
        assert_int_equal(u->demand, BJ_DEMAND_VILLAGES);
        assert_near(u->limit_m, want[i].limit_m, 0);
        assert_true(u->target_m == want[i].target_m ||
                    (isnan(u->target_m) && isnan(want[i].target_m)));
    }
    assert_int_equal(find("JC-01")->kind, BJ_KIND_ANY);
    assert_int_equal(find("JC-01")->n_parts, 2);
    assert_int_equal(find("JC-01b")->kind, BJ_KIND_MEAN_TIME);
    assert_near(find("JC-01b")->limit_s, 15 * 60, 0);
    assert_int_equal(find("JC-02")->kind, BJ_KIND_ALL);
    assert_int_equal(find("JC-02b")->kind, BJ_KIND_TIME);
    assert_near(find("JC-02b")->limit_s, 30 * 60, 0);
    assert_near(find("JC-02b")->turnout_s, 3 * 60, 0);
    assert_int_equal(find("JC-02b")->direction, BJ_FROM_FACILITY);
}

static void all_shipped_plans_are_listed_read_and_shown(void **state)
{
    static const char *const want[] = {
        "jiangchuan-2025", "jingyu-2025",   "liaocheng-2023", "national-ems-2020",
        "qingdao-2024",    "shandong-2020", "zaozhuang-2020", NULL};
    char **ids = NULL;

    (void)state;
    assert_ok(bj_plan_list(ctx, &ids));
    for (int i = 0; want[i] || ids[i]; i++) {
        struct bj_plan *p = NULL;
        char *page = NULL;

        assert_non_null(ids[i]);
        assert_non_null(want[i]);
        assert_string_equal(ids[i], want[i]);
        assert_ok(bj_plan_read(ctx, ids[i], NULL, &p));
        assert_string_equal(bj_plan_info(p)->id, ids[i]);
        assert_ok(bj_plan_show(ctx, p, "zh", &page));
        assert_non_null(strstr(page, bj_plan_info(p)->title));
        free(page);
        bj_plan_free(p);
    }
    bj_plan_list_free(ctx, ids);
}

/* The table of default profiles in section 7, cell by cell. */
static void profiles_are_those_of_the_page(void **state)
{
    static const char *const key[] = {"motorway", "national", "provincial", "county", "township",
                                      "village",  "other",    "off_road",   "detour"};
    static const char *const mode[] = {"walk", "ebike", "car", "ambulance"};
    static struct row row;
    struct bj_yaml_doc *doc = NULL;
    const struct bj_yaml *profiles;

    (void)state;
    need_domain();
    assert_ok(bj_yaml_read(ctx, BANJING_SOURCE_DIR "/geodata/profiles.yaml", &doc));
    profiles = bj_yaml_get(bj_yaml_root(doc), "profiles");
    assert_non_null(profiles);
    assert_int_equal(profiles->n, 4);
    for (int m = 0; m < 4; m++) {
        const struct bj_yaml *own = bj_yaml_get(profiles, mode[m]);
        const char *line;
        char start[32];

        assert_non_null(own);
        snprintf(start, sizeof(start), "\n| %s | ", mode[m]);
        line = strstr(domain, start);
        assert_non_null(line);
        assert_true(split(line + 1, strcspn(line + 1, "\n"), &row) && row.n == 10);
        for (int k = 0; k < 9; k++) {
            const char *cell = row.cell[k + 1];
            const struct bj_yaml *node = bj_yaml_get(own, key[k]);
            double v = NAN;

            assert_non_null(node);
            if (isdigit((unsigned char)cell[0])) {
                assert_true(bj_yaml_is_number(node, &v));
                assert_near(v, strtod(cell, NULL), 0);
            } else if (strcmp(cell, "walk") == 0) {
                assert_string_equal(node->text, "walk");
            } else {
                assert_true(bj_yaml_is_null(node));
            }
        }
    }
    bj_yaml_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_page_is_in_its_plan),
        cmocka_unit_test(every_rule_is_of_the_kind_of_the_page),
        cmocka_unit_test(every_rule_has_the_level_of_the_page),
        cmocka_unit_test(every_threshold_of_the_page_is_in_a_rule),
        cmocka_unit_test(no_rule_has_a_number_of_its_own),
        cmocka_unit_test(no_plan_has_a_clause_that_the_page_lacks),
        cmocka_unit_test(qingdao_and_jingyu_have_no_radius),
        cmocka_unit_test(indicator_tables_are_in_the_plans),
        cmocka_unit_test(binding_indicators_are_must),
        cmocka_unit_test(the_other_tables_are_in_the_plans),
        cmocka_unit_test(staffing_rules_are_in_the_plans),
        cmocka_unit_test(the_radius_rules_are_what_the_documents_say),
        cmocka_unit_test(all_shipped_plans_are_listed_read_and_shown),
        cmocka_unit_test(profiles_are_those_of_the_page),
    };

    setenv("BANJING_DATA", BANJING_SOURCE_DIR "/geodata", 1);
    return cmocka_run_group_tests(tests, setup, teardown);
}
