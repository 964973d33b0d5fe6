/* A plan as a page for a person: the document's head, then each rule with its level, where
 * the document has it, its words, and what the program will check, in the reader's language.
 *
 * The language is the caller's choice (a Chinese page on an English machine is usual), so the
 * words stand in pairs here and do not pass through gettext. Numbers are printed with their
 * units as people say them: 2.5 km, 15 minutes, 70 %. Lines are wrapped by terminal columns,
 * of which a Chinese character takes two. */
#include "plan/plan_int.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_COLUMNS = 92, LABEL_COLUMNS = 14 };

struct page {
    struct bj_ctx *ctx;
    const struct bj_plan_info *info;
    struct bj_buf out;
    struct bj_buf line; /* text of one labelled paragraph while it grows */
    bool en;
    size_t indent; /* of the rule, columns */
    size_t inset;  /* of a label under its rule's id */
};

static const char *pick(const struct page *p, const char *zh, const char *en)
{
    return p->en ? en : zh;
}

static const char *lang_of(const struct page *p)
{
    return p->en ? "en" : "zh";
}

static void say(struct page *p, const char *text)
{
    bj_buf_puts(p->ctx, &p->line, text);
}

static void say_of(struct page *p, const char *zh, const char *en)
{
    say(p, pick(p, zh, en));
}

/* ---- numbers -------------------------------------------------------------------- */

/* Up to six decimals, none that are zero, thousands set off: 30,000; 2.5; 0.13. */
static const char *number_text(double v, char *buf, size_t size)
{
    char plain[64];
    size_t n = 0, whole;
    char *dot;

    snprintf(plain, sizeof(plain), "%.6f", v);
    dot = strchr(plain, '.');
    if (dot && fabs(v) < 1e15) {
        char *end = plain + strlen(plain);

        while (end[-1] == '0')
            *--end = '\0';
        if (end[-1] == '.')
            *--end = '\0';
    }
    whole = strcspn(plain, ".");
    for (size_t i = 0; plain[i] && n + 2 < size; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0 && plain[i - 1] != '-')
            buf[n++] = ',';
        buf[n++] = plain[i];
    }
    buf[n] = '\0';
    return buf;
}

static void say_number(struct page *p, double v)
{
    char buf[96];

    say(p, number_text(v, buf, sizeof(buf)));
}

static void say_metres(struct page *p, double m)
{
    bool km = m >= 1000;

    say_number(p, km ? m / 1000 : m);
    if (km)
        say_of(p, " 公里", " km");
    else
        say_of(p, " 米", " m");
}

static void say_seconds(struct page *p, double s)
{
    bool minutes = s >= 60 && fmod(s, 60) == 0;

    say_number(p, minutes ? s / 60 : s);
    if (minutes)
        say_of(p, " 分钟", " min");
    else
        say_of(p, " 秒", " s");
}

static void say_percent(struct page *p, double share)
{
    say_number(p, share * 100);
    say(p, p->en ? " %" : "%");
}

/* ---- paragraphs ------------------------------------------------------------------- */

static void put_spaces(struct page *p, size_t n)
{
    while (n-- > 0)
        bj_buf_puts(p->ctx, &p->out, " ");
}

static size_t char_bytes(const char *s)
{
    size_t n = 1;

    while (((unsigned char)s[n] & 0xC0) == 0x80)
        n++;
    return n;
}

/* The first character of s is one of the (non-ASCII) characters. */
static bool starts_with_any(const char *s, const char *characters)
{
    char one[8] = "";
    size_t len = *s ? char_bytes(s) : 0;

    if (len < 2 || len >= sizeof(one))
        return false;
    memcpy(one, s, len);
    return strstr(characters, one) != NULL;
}

/* Bytes of s that fit in `columns`: up to a space in Latin text, else up to any character;
 * but a closing mark is never the first of a line, nor an opening one the last. */
static size_t fit(const char *s, size_t columns)
{
    static const char *const closing = "，。、；：）」』】”’";
    static const char *const opening = "（「『【“‘";
    size_t n = 0, used = 0, good = 0;

    while (s[n] && s[n] != '\n') {
        size_t len = char_bytes(s + n);
        char one[8] = "";
        size_t width;

        memcpy(one, s + n, len < sizeof(one) ? len : sizeof(one) - 1);
        width = bj_utf8_width(one);
        if (used + width > columns)
            break;
        used += width;
        n += len;
        if (!(len > 1 && strstr(opening, one)) &&
            (len > 1 || one[0] == ' ' || ((unsigned char)s[n] & 0x80)) &&
            !starts_with_any(s + n, closing))
            good = n;
    }
    if (!s[n] || s[n] == '\n')
        return n;
    return good ? good : n ? n : char_bytes(s);
}

static const char *skip_spaces(const char *s)
{
    return s + strspn(s, " ");
}

/* "label  text", wrapped, later lines under the text. */
static void put_paragraph(struct page *p, const char *label, const char *text)
{
    size_t width = bj_utf8_width(label), left = p->indent + LABEL_COLUMNS;

    put_spaces(p, p->indent + p->inset);
    bj_buf_puts(p->ctx, &p->out, label);
    width += p->inset;
    put_spaces(p, width < LABEL_COLUMNS ? LABEL_COLUMNS - width : 1);
    for (bool first = true; *text || first; first = false) {
        size_t n = fit(text, PAGE_COLUMNS - left);
        size_t shown = n;

        while (shown > 0 && text[shown - 1] == ' ')
            shown--;
        if (!first)
            put_spaces(p, left);
        bj_buf_add(p->ctx, &p->out, text, shown);
        bj_buf_puts(p->ctx, &p->out, "\n");
        text += n;
        if (*text == '\n')
            text++;
        text = skip_spaces(text);
    }
}

/* The line that say() has filled. */
static void put_line(struct page *p, const char *zh, const char *en)
{
    if (p->line.n > 0)
        put_paragraph(p, pick(p, zh, en), p->line.s);
    p->line.n = 0;
    if (p->line.s)
        p->line.s[0] = '\0';
}

/* ---- words --------------------------------------------------------------------------- */

static const char *const level_words[][2] = {{"必须", "must"}, {"应当", "should"}, {"可以", "may"}};
static const char *const kind_words[BJ_KIND_N][2] = {
    {"服务半径", "service radius"},
    {"出行时间", "travel time"},
    {"平均时间", "mean travel time"},
    {"任一成立", "any of"},
    {"全部成立", "all of"},
    {"设置", "presence"},
    {"分级设置", "tier by population"},
    {"资源配置", "ratio"},
    {"占比", "share"},
    {"数量", "count"},
    {"不列入", "exclusion"},
    {"替代方式", "accepted substitute"},
};
static const char *const demand_words[][2] = {{"行政村（点）", "administrative villages (points)"},
                                              {"自然村（点）", "natural villages (points)"},
                                              {"居住用地", "residential parcels"},
                                              {"人口栅格", "population grid"}};
static const char *const where_words[][2] = {
    {"城乡全部", "urban and rural"}, {"城市地区", "urban"}, {"农村地区", "rural"}};
static const char *const mode_words[][2] = {
    {"步行", "walking"}, {"电动自行车", "e-bike"}, {"汽车", "car"}, {"救护车", "ambulance"}};
static const char *const per_words[][2] = {{"村", "village"},  {"乡镇", "township"},
                                           {"街道", "street"}, {"县（市、区）", "county"},
                                           {"市", "city"},     {"机构", "facility"}};

static const char *word(const struct page *p, const char *const pair[2])
{
    return pair[p->en];
}

/* Classes of a set, without those that a named class brings along. */
static void say_class_list(struct page *p, uint64_t set, const char *between)
{
    uint64_t brought = 0;
    bool first = true;

    for (int c = 0; c < BJ_CLASS_N; c++)
        if (set & UINT64_C(1) << c)
            brought |= bj_class_set((enum bj_class)c) & ~(UINT64_C(1) << c);
    for (int c = 0; c < BJ_CLASS_N; c++) {
        if (!(set & UINT64_C(1) << c) || (brought & UINT64_C(1) << c))
            continue;
        if (!first)
            say(p, between);
        say(p, bj_class_label((enum bj_class)c, lang_of(p)));
        first = false;
    }
}

static void say_classes(struct page *p, uint64_t set)
{
    say_class_list(p, set, pick(p, "、", ", "));
}

static void say_any_class(struct page *p, uint64_t set)
{
    say_class_list(p, set, pick(p, "或", " or "));
}

static void say_owner(struct page *p, const struct bj_rule *u)
{
    bool public = strcmp(u->ownership, "public") == 0;

    say_of(p, public ? "（公立）" : "（非公立）", public ? " (public)" : " (private)");
}

/* ---- what each kind asks ----------------------------------------------------------- */

static void say_demand(struct page *p, const struct bj_rule *u)
{
    say(p, word(p, where_words[u->where]));
    say_of(p, "，", ", ");
    say(p, word(p, demand_words[u->demand]));
}

static void say_two(struct page *p, double target, double limit,
                    void (*say_value)(struct page *, double))
{
    if (!isnan(target)) {
        say_of(p, "达标 ", "target ");
        say_value(p, target);
        say_of(p, " 以内；基本达标 ", " or less; limit ");
        say_value(p, limit);
        say_of(p, " 以内", " or less");
        return;
    }
    say_of(p, "不超过 ", "at most ");
    say_value(p, limit);
}

static void say_radius(struct page *p, const struct bj_rule *u)
{
    say_of(p, "到最近设施的直线距离：", "straight-line distance to the nearest: ");
    say_two(p, u->target_m, u->limit_m, say_metres);
}

static void say_time(struct page *p, const struct bj_rule *u)
{
    if (u->kind == BJ_KIND_MEAN_TIME)
        say_of(p, "按人口加权的平均时间，", "population-weighted mean, ");
    if (u->direction == BJ_TO_FACILITY)
        say_of(p, "居民到设施，", "from people to the facility, ");
    else
        say_of(p, "设施到居民，", "from the facility to people, ");
    say(p, word(p, mode_words[u->mode]));
    say_of(p, "：", ": ");
    say_two(p, u->target_s, u->limit_s, say_seconds);
    if (!isnan(u->turnout_s)) {
        say_of(p, "（含出车时间 ", " (with turnout of ");
        say_seconds(p, u->turnout_s);
        say_of(p, "）", ")");
    }
}

static void say_some(struct page *p, double n)
{
    say_number(p, n);
    say_of(p, " 个", "");
}

/* A part of a whole, 0.95（95%）; a ratio of two things may be above 1 and stays plain. */
static void say_part(struct page *p, double share)
{
    say_number(p, share);
    if (share > 1)
        return;
    say_of(p, "（", " (");
    say_percent(p, share);
    say_of(p, "）", ")");
}

/* "至少 1，目标 2，至多 3" */
static void say_bounds(struct page *p, const struct bj_rule *u,
                       void (*say_value)(struct page *, double))
{
    static const char *const words[3][2] = {
        {"至少 ", "at least "}, {"目标 ", "target "}, {"至多 ", "at most "}};
    const double v[3] = {u->min, u->target, u->max};
    bool first = true;

    if (u->min == u->max) {
        say_of(p, "正好 ", "exactly ");
        say_value(p, u->min);
        return;
    }
    for (int i = 0; i < 3; i++) {
        if (isnan(v[i]))
            continue;
        if (!first)
            say_of(p, "，", ", ");
        say(p, word(p, words[i]));
        say_value(p, v[i]);
        first = false;
    }
}

static void say_presence(struct page *p, const struct bj_rule *u)
{
    say_of(p, "每个", "each ");
    say(p, word(p, per_words[u->per]));
    say_of(p, "：", ": ");
    say_bounds(p, u, say_some);
    if (!isnan(u->max))
        say_of(p, "（多于此数只作提示）", " (more is only a warning)");
    if (u->exempt_hospital_seat)
        say_of(p, "；乡镇卫生院所在地除外", "; the seat of the township hospital is exempt");
}

static void say_tier(struct page *p, const struct bj_rule *u)
{
    say_of(p, "按", "by ");
    say_of(p, u->tier_by_service ? "服务人口" : "常住人口",
           u->tier_by_service ? "people served" : "residents");
    say_of(p, u->tier_of_clinics ? "，逐个卫生室：" : "，逐村：",
           u->tier_of_clinics ? ", clinic by clinic: " : ", village by village: ");
    if (u->n_bands == 0)
        say_of(p, "文件未给出人数", "the document gives no number");
    for (size_t i = 0; i < u->n_bands; i++) {
        const struct bj_band *b = &u->band[i];

        if (i)
            say_of(p, "；", "; ");
        if (!isinf(b->below) && b->min == 0) {
            say_of(p, "不满 ", "below ");
            say_number(p, b->below);
            say_of(p, " 人", " people");
        } else if (isinf(b->below)) {
            say_number(p, b->min);
            say_of(p, " 人及以上", " people and over");
        } else {
            say_number(p, b->min);
            say_of(p, " 人以上、不满 ", " to below ");
            say_number(p, b->below);
            say_of(p, " 人", " people");
        }
        say(p, " → ");
        say(p, bj_class_label((enum bj_class)b->needs, lang_of(p)));
        if (i > 0 && isinf(b->below) && b[-1].needs == b->needs) {
            say_of(p, "，每 ", ", one for each ");
            say_number(p, b->min);
            say_of(p, " 人 1 个，余数也算 1 个 [A]", " people begun [A]");
        }
    }
}

static void say_quoted(struct page *p, const char *text)
{
    say(p, "“");
    say(p, text);
    say(p, "”");
}

/* "a;b;c" as "a"、"b"或"c" */
static void say_any_of(struct page *p, const char *words)
{
    while (*words) {
        size_t n = strcspn(words, ";");

        say(p, "“");
        bj_buf_add(p->ctx, &p->line, words, n);
        say(p, "”");
        words += n + (words[n] == ';');
        if (*words)
            say_of(p, strchr(words, ';') ? "、" : "或", strchr(words, ';') ? ", " : " or ");
    }
}

static void say_value_name(struct page *p, const struct bj_rule *u)
{
    int c = u->value ? bj_class_find(u->value) : -1;

    if (!u->value)
        say_of(p, "机构数", "number of facilities");
    else if (c >= 0)
        say(p, bj_class_label((enum bj_class)c, lang_of(p)));
    else
        say_quoted(p, u->value);
}

static void say_ratio(struct page *p, const struct bj_rule *u)
{
    say_of(p, "以", "by ");
    say(p, word(p, per_words[u->per]));
    say_of(p, "计，", ", ");
    if (u->per_field && u->per_people == 1) {
        say_value_name(p, u);
        say_of(p, "与", " divided by ");
        say_quoted(p, u->per_field);
        say_of(p, "之比：", ": ");
        say_bounds(p, u, say_part);
        return;
    }
    if (u->per_field) {
        say_of(p, "每 ", "for each ");
        say_number(p, u->per_people);
        say_of(p, " 个", " of ");
        say_quoted(p, u->per_field);
        say_of(p, "，", ", ");
    } else if (!isnan(u->per_people)) {
        say_of(p, "每 ", "for each ");
        say_number(p, u->per_people);
        say(p, " ");
        say(p, bj_people_label(u->people, lang_of(p)));
        say_of(p, "，", ", ");
    }
    say_value_name(p, u);
    say_of(p, "：", ": ");
    say_bounds(p, u, say_number);
}

static void say_count(struct page *p, const struct bj_rule *u)
{
    say_of(p, "每个", "each ");
    say(p, word(p, per_words[u->per]));
    say_of(p, "，", ", ");
    say_value_name(p, u);
    say_of(p, "：", ": ");
    say_bounds(p, u, u->value ? say_number : say_some);
}

static void say_that(struct page *p, const struct bj_rule *u)
{
    if (!u->field) {
        say_of(p, "有至少 ", "there is at least ");
        say_number(p, u->field_min);
        say_of(p, " 所", " ");
        say_any_class(p, u->facilities);
        return;
    }
    say_quoted(p, u->field);
    if (u->equals) {
        say_of(p, "为", " is ");
        say_any_of(p, u->equals);
    } else {
        say_of(p, "不少于 ", " is at least ");
        say_number(p, u->field_min);
        say_of(p, " ", "");
    }
}

static void say_share_of(struct page *p, const struct bj_rule *u)
{
    int unit = bj_word_find(u->of, bj_per_names);

    if (unit >= 0)
        say(p, word(p, per_words[unit]));
    else
        say_classes(p, u->facilities);
    if (u->ownership)
        say_owner(p, u);
}

static void say_share(struct page *p, const struct bj_rule *u)
{
    say_of(p, "以", "by ");
    say(p, word(p, per_words[u->per]));
    say_of(p, "计，", ", at least ");
    if (p->en) {
        say_percent(p, u->min);
        say(p, " of all ");
    } else if (u->min == 1) {
        say(p, "全部");
    }
    say_share_of(p, u);
    say_of(p, u->min == 1 ? "，" : "中", ": ");
    say_that(p, u);
    if (!p->en && u->min < 1) {
        say(p, "的占比不低于 ");
        say_percent(p, u->min);
    }
}

static void say_exclusion(struct page *p, const struct bj_rule *u)
{
    if (u->field)
        say_quoted(p, u->field);
    if (!u->field) {
        say_of(p, "下列设施", "the facilities below");
    } else if (u->equals) {
        say_of(p, "为", " is ");
        say_any_of(p, u->equals);
    } else if (!isnan(u->below)) {
        say_of(p, "低于 ", " is below ");
        say_number(p, u->below);
    } else {
        say_of(p, "高于 ", " is above ");
        say_number(p, u->above);
    }
    if (strcmp(u->of, "candidates") == 0)
        say_of(p, "：不作为新建备选点", ": no candidate site");
    else if (strcmp(u->of, "beds") == 0)
        say_of(p, "：不新增床位", ": no new beds");
    else
        say_of(p, "：多少都不算超出", ": never too many");
}

static void say_substitute(struct page *p, const struct bj_rule *u)
{
    static const char *const words[][2] = {
        {"联村设置", "joint clinic"}, {"巡诊", "outreach"}, {"派驻", "posting"}};
    static const char *const names[] = {"joint", "outreach", "posted", NULL};

    for (size_t i = 0; i < u->n_alt_kinds; i++) {
        if (i)
            say_of(p, "、", ", ");
        say(p, word(p, words[bj_word_find(u->alt_kind[i], names)]));
    }
    if (!u->of) {
        say_of(p, "（不对应本规划的某一条）", " (for no single rule of this plan)");
        return;
    }
    say_of(p, "，可替代 ", ", instead of ");
    say(p, u->of);
}

static void say_group(struct page *p, const struct bj_rule *u)
{
    if (u->kind == BJ_KIND_ANY)
        say_of(p, "下列各项有一项成立即可：", "one of these is enough:");
    else
        say_of(p, "下列各项须全部成立：", "all of these must hold:");
}

static void say_requirement(struct page *p, const struct bj_rule *u)
{
    static void (*const by_kind[BJ_KIND_N])(struct page *, const struct bj_rule *) = {
        say_radius, say_time,  say_time,  say_group, say_group,     say_presence,
        say_tier,   say_ratio, say_share, say_count, say_exclusion, say_substitute};

    by_kind[u->kind](p, u);
}

/* "人口 100,000 至 300,000（均含）" */
static void say_people(struct page *p, double low, double high)
{
    say_of(p, "常住人口 ", "population ");
    say_number(p, isnan(low) ? high : low);
    if (isnan(high)) {
        say_of(p, " 及以上", " and over");
    } else if (isnan(low)) {
        say_of(p, " 及以下", " and under");
    } else {
        say_of(p, " 至 ", " to ");
        say_number(p, high);
        say_of(p, "（均含）", ", both included");
    }
}

/* Which units a rule is about. */
static void put_condition(struct page *p, const struct bj_rule *u)
{
    bool more = false;

    if (!isnan(u->if_population_min) || !isnan(u->if_population_max)) {
        say_people(p, u->if_population_min, u->if_population_max);
        more = true;
    }
    if (u->if_type) {
        say_of(p, more ? "，类型为" : "类型为", more ? ", type " : "type ");
        say_quoted(p, u->if_type);
        more = true;
    }
    if (u->if_name) {
        say_of(p, more ? "，仅" : "仅", more ? ", only " : "only ");
        say_quoted(p, u->if_name);
    }
    put_line(p, "适用", "applies to");
}

static bool has_points(const struct bj_rule *u)
{
    return u->kind == BJ_KIND_RADIUS || u->kind == BJ_KIND_TIME || u->kind == BJ_KIND_MEAN_TIME;
}

static void put_facilities(struct page *p, const struct bj_rule *u)
{
    if (!u->facilities || u->kind == BJ_KIND_SHARE)
        return;
    say_classes(p, u->facilities);
    if (u->ownership)
        say_owner(p, u);
    if (u->field && u->kind != BJ_KIND_EXCLUDE) {
        say_of(p, "，其中", ", only where ");
        say_that(p, u);
    }
    put_line(p, "设施", "facilities");
}

static void put_rule(struct page *p, const struct bj_rule *u)
{
    const struct bj_rule *holder = u->parent >= 0 ? &p->info->rule[u->parent] : NULL;

    p->indent = p->inset = 0;
    for (int i = u->parent; i >= 0; i = p->info->rule[i].parent)
        p->indent += 4;
    bj_buf_puts(p->ctx, &p->out, "\n");
    say(p, word(p, level_words[u->level]));
    say_of(p, "　", "  ");
    say(p, word(p, kind_words[u->kind]));
    put_line(p, u->id, u->id);
    p->inset = 2;
    if (!holder || strcmp(holder->clause, u->clause) != 0) {
        say(p, u->clause);
        put_line(p, "条款", "clause");
    }
    if (*u->quote && (!holder || strcmp(holder->quote, u->quote) != 0)) {
        say(p, "「");
        say(p, u->quote);
        say(p, "」");
        put_line(p, "原文", "quotation");
    }
    say_requirement(p, u);
    put_line(p, "要求", "requires");
    if (has_points(u)) {
        say_demand(p, u);
        put_line(p, "对象", "judged");
    }
    put_facilities(p, u);
    put_condition(p, u);
    if (u->note && !bj_is_blank(u->note)) {
        say(p, u->note);
        put_line(p, "备注", "note");
    }
}

static void put_head_line(struct page *p, const char *zh, const char *en, const char *text)
{
    if (!text || bj_is_blank(text))
        return;
    say(p, text);
    put_line(p, zh, en);
}

static void put_head(struct page *p)
{
    size_t n[3] = {0};
    size_t width = bj_utf8_width(p->info->title);

    bj_buf_puts(p->ctx, &p->out, p->info->title);
    bj_buf_puts(p->ctx, &p->out, "\n");
    for (size_t i = 0; i < width && i < PAGE_COLUMNS; i++)
        bj_buf_puts(p->ctx, &p->out, "=");
    bj_buf_puts(p->ctx, &p->out, "\n");
    put_head_line(p, "编号", "id", p->info->id);
    put_head_line(p, "文件", "document", p->info->document);
    put_head_line(p, "日期", "date", p->info->date);
    put_head_line(p, "范围", "scope", p->info->scope);
    put_head_line(p, "上级规划", "extends", p->info->extends);
    put_head_line(p, "说明", "notes", p->info->notes);
    put_head_line(p, "校验值", "SHA-256", p->info->sha256);
    for (size_t i = 0; i < p->info->n_rules; i++)
        n[p->info->rule[i].level] += p->info->rule[i].parent < 0;
    for (int i = 0; i < 3; i++) {
        say_of(p, i ? "，" : "", i ? ", " : "");
        say(p, word(p, level_words[i]));
        say(p, " ");
        say_number(p, (double)n[i]);
    }
    put_line(p, "条数", "rules");
}

enum bj_status bj_plan_show(struct bj_ctx *ctx, const struct bj_plan *plan, const char *lang,
                            char **text)
{
    struct page p = {.ctx = ctx, .info = &plan->info, .en = bj_plan_in_english(lang)};
    enum bj_status st = BJ_OK;
    char *copy = NULL;

    put_head(&p);
    for (size_t i = 0; i < plan->info.n_rules; i++)
        put_rule(&p, &plan->info.rule[i]);
    if (p.out.failed || p.line.failed)
        st = BJ_ENOMEM;
    /* The caller's free() must fit, so this copy does not come from the context's allocator. */
    else if (!(copy = strdup(p.out.s)))
        st = bj_fail(ctx, BJ_ENOMEM, _("out of memory: a page of %zu bytes"), p.out.n);
    if (!st)
        *text = copy;
    bj_buf_release(ctx, &p.line);
    bj_buf_release(ctx, &p.out);
    return st;
}
