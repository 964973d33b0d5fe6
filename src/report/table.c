/* The report's tables as CSV (domain.md 8): by township, uncovered villages, what each
 * facility serves, data quality. */
#include "report/report_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- CSV ---------------------------------------------------------------- */

static void separate(struct bj_ctx *ctx, struct csv *c)
{
    if (c->in_row)
        bj_buf_add(ctx, &c->buf, ",", 1);
    c->in_row = true;
}

void bj_csv_text(struct bj_ctx *ctx, struct csv *c, const char *s)
{
    separate(ctx, c);
    if (!strpbrk(s, ",\"\r\n")) {
        bj_buf_puts(ctx, &c->buf, s);
        return;
    }
    bj_buf_add(ctx, &c->buf, "\"", 1);
    for (; *s; s++) {
        if (*s == '"')
            bj_buf_add(ctx, &c->buf, "\"", 1);
        bj_buf_add(ctx, &c->buf, s, 1);
    }
    bj_buf_add(ctx, &c->buf, "\"", 1);
}

void bj_csv_count(struct bj_ctx *ctx, struct csv *c, int64_t v)
{
    separate(ctx, c);
    bj_buf_printf(ctx, &c->buf, "%lld", (long long)v);
}

void bj_csv_fixed(struct bj_ctx *ctx, struct csv *c, double v, int decimals)
{
    separate(ctx, c);
    if (isfinite(v))
        bj_buf_printf(ctx, &c->buf, "%.*f", decimals, v);
}

void bj_csv_people(struct bj_ctx *ctx, struct csv *c, double v)
{
    bj_csv_fixed(ctx, c, v, isfinite(v) && v != round(v) ? 3 : 0);
}

void bj_csv_end_row(struct bj_ctx *ctx, struct csv *c)
{
    bj_buf_add(ctx, &c->buf, "\r\n", 2);
    c->in_row = false;
}

enum bj_status bj_csv_finish(struct bj_ctx *ctx, struct csv *c, struct bj_outdir *o,
                             const char *relative)
{
    struct bj_buf whole = {.max = SIZE_MAX / 4};
    enum bj_status st = BJ_ENOMEM;

    if (!c->buf.failed && bj_buf_puts(ctx, &whole, "\xEF\xBB\xBF") &&
        bj_buf_add(ctx, &whole, c->buf.s ? c->buf.s : "", c->buf.n))
        st = bj_outdir_write(ctx, o, relative, whole.s, whole.n);
    bj_buf_release(ctx, &whole);
    bj_buf_release(ctx, &c->buf);
    return st;
}

static void heads(struct bj_ctx *ctx, struct csv *c, const struct report *r, size_t n,
                  const char *const (*pair)[2])
{
    for (size_t i = 0; i < n; i++)
        bj_csv_text(ctx, c, pair[i][r->zh ? 0 : 1]);
    bj_csv_end_row(ctx, c);
}
#define HEADS(ctx, c, r, a) heads((ctx), (c), (r), sizeof(a) / sizeof(*(a)), (a))

/* ---- 1: by township ----------------------------------------------------- */

static const char *const township_heads[][2] = {
    {"规则编号", "rule"},
    {"乡镇代码", "township code"},
    {"乡镇", "township"},
    {"行政村数", "villages"},
    {"已设卫生室村数", "villages with a clinic"},
    {"覆盖村数", "villages covered"},
    {"未覆盖村数", "villages uncovered"},
    {"村庄覆盖率%", "village coverage %"},
    {"常住人口", "resident population"},
    {"覆盖人口", "people covered"},
    {"人口覆盖率%", "population coverage %"},
    {"未覆盖面积km²", "uncovered area km2"},
    {"最远距离m", "farthest m"},
    {"平均距离m", "mean distance m"},
    {"县外覆盖村数", "villages covered only by neighbours"},
    {"需求点", "demand"},
    {"居住用地面积km²", "residential land km2"},
    {"覆盖居住用地km²", "residential land covered km2"},
    {"居住用地覆盖率%", "residential land coverage %"}};

/* What a rule counts where this table says villages; one village point for all hamlets is the
 * optimistic choice. */
static const char *demand_word(const struct report *r, const struct bj_rule_result *res)
{
    if (res->demand == &r->study->villages)
        return say(r, "行政村（乐观口径）", "administrative villages (the optimistic measure)");
    if (res->demand == &r->study->settlements)
        return say(r, "自然村", "natural villages");
    if (res->demand == &r->study->parcels)
        return say(r, "居住用地", "residential parcels");
    return say(r, "人口栅格", "population raster cells");
}

static void township_row(struct bj_ctx *ctx, struct csv *c, const struct report *r,
                         const struct bj_rule_result *res, const struct bj_township_tally *t,
                         const char *name)
{
    const struct bj_tally *land = t ? &t->land_km2 : &res->land_km2;
    const struct bj_tally *v = t ? &t->villages : &res->villages;
    const struct bj_tally *p = t ? &t->population : &res->population;

    bj_csv_text(ctx, c, res->rule->id);
    bj_csv_text(ctx, c, t ? t->code : "");
    bj_csv_text(ctx, c, name);
    bj_csv_people(ctx, c, v->total);
    bj_csv_people(ctx, c, t ? t->with_clinic : res->with_clinic);
    bj_csv_people(ctx, c, v->covered);
    bj_csv_people(ctx, c, v->uncovered + v->unreachable);
    bj_csv_fixed(ctx, c, 100 * bj_tally_share(v), 2);
    bj_csv_people(ctx, c, p->total);
    bj_csv_people(ctx, c, p->covered);
    bj_csv_fixed(ctx, c, 100 * bj_tally_share(p), 2);
    bj_csv_fixed(ctx, c, t ? t->uncovered_km2 : res->uncovered_km2, 6);
    bj_csv_fixed(ctx, c, t ? t->farthest_m : res->farthest_m, 3);
    bj_csv_fixed(ctx, c, t ? t->mean_m : res->mean_m, 3);
    bj_csv_count(ctx, c, (int64_t)(t ? t->via_nbr : res->n_via_nbr));
    bj_csv_text(ctx, c, demand_word(r, res));
    bj_csv_fixed(ctx, c, res->cover_m2 ? land->total : NAN, 6);
    bj_csv_fixed(ctx, c, res->cover_m2 ? land->covered : NAN, 6);
    bj_csv_fixed(ctx, c, res->cover_m2 ? 100 * bj_tally_share(land) : NAN, 2);
    bj_csv_end_row(ctx, c);
}

static enum bj_status table_townships(struct bj_ctx *ctx, const struct report *r,
                                      struct bj_outdir *o)
{
    struct csv c = {0};

    HEADS(ctx, &c, r, township_heads);
    for (size_t i = 0; i < r->a->n_rules; i++) {
        const struct bj_rule_result *res = &r->a->result[i];

        if (!res->judged)
            continue;
        for (size_t t = 0; t < res->n_townships; t++)
            township_row(ctx, &c, r, res, &res->township[t],
                         res->township[t].name[0] ? res->township[t].name
                                                  : say(r, "（未知）", "(unknown)"));
        township_row(ctx, &c, r, res, NULL, say(r, "合计", "total"));
    }
    return bj_csv_finish(ctx, &c, o, "tables/1-townships.csv");
}

/* ---- 2: uncovered villages ---------------------------------------------- */

static const char *const uncovered_heads[][2] = {
    {"规则编号", "rule"},
    {"乡镇", "township"},
    {"村名", "village"},
    {"代码", "code"},
    {"城乡", "urban or rural"},
    {"常住人口", "resident population"},
    {"最近机构", "nearest facility"},
    {"距离m", "distance m"},
    {"时间min", "time min"},
    {"状态", "status"},
    {"建议", "suggestion"},
    {"依据", "by rule"},
    {"居住用地面积km²", "residential land km2"},
    {"未覆盖居住用地km²", "residential land uncovered km2"}};

static const char *urban_word(const struct report *r, unsigned char urban)
{
    return urban == BJ_URBAN_YES  ? say(r, "城镇", "urban")
           : urban == BJ_URBAN_NO ? say(r, "乡村", "rural")
                                  : "";
}

static void advice_cells(struct bj_ctx *ctx, struct csv *c, const struct report *r,
                         const struct bj_rule_result *res, size_t i)
{
    static const char *const words[][2] = {{"", ""},
                                           {"迁并不建", "moving: build none"},
                                           {"服务点", "service point"},
                                           {"巡诊", "outreach"},
                                           {"联村", "joint clinic"},
                                           {"新建", "new"}};
    const struct bj_advice *a = res->advice ? &res->advice[i] : NULL;
    char text[400];

    if (!a || a->kind == BJ_ADVICE_NONE) {
        bj_csv_text(ctx, c, "");
        bj_csv_text(ctx, c, "");
        return;
    }
    snprintf(text, sizeof(text), "%s", words[a->kind][r->zh ? 0 : 1]);
    if (a->kind == BJ_ADVICE_JOINT)
        snprintf(text, sizeof(text), say(r, "联村（%s）", "joint clinic (%s)"),
                 res->demand->name[a->partner]);
    else if (a->kind == BJ_ADVICE_NEW)
        snprintf(text, sizeof(text), say(r, "新建%s", "new %s"),
                 bj_class_label((enum bj_class)a->to_build, r->zh ? "zh" : "en"));
    bj_csv_text(ctx, c, text);
    bj_csv_text(ctx, c, a->by->id);
}

static enum bj_status table_uncovered(struct bj_ctx *ctx, const struct report *r,
                                      struct bj_outdir *o)
{
    struct csv c = {.buf.max = SIZE_MAX / 4};

    HEADS(ctx, &c, r, uncovered_heads);
    for (size_t k = 0; k < r->a->n_rules; k++) {
        const struct bj_rule_result *res = &r->a->result[k];

        /* A list of places with names: the cells of a raster are in the layers. */
        if (res->demand == &r->study->population)
            continue;
        for (size_t i = 0; res->judged && i < res->demand->n; i++) {
            const struct bj_places *d = res->demand;
            enum bj_point_status s = (enum bj_point_status)res->status[i];

            if (s != BJ_POINT_UNCOVERED && s != BJ_POINT_UNREACHABLE)
                continue;
            bj_csv_text(ctx, &c, res->rule->id);
            bj_csv_text(ctx, &c, d->township[i]);
            bj_csv_text(ctx, &c, d->name[i]);
            bj_csv_text(ctx, &c, d->code[i]);
            bj_csv_text(ctx, &c, urban_word(r, d->urban[i]));
            bj_csv_people(ctx, &c, d->population[i]);
            bj_csv_text(ctx, &c,
                        res->facility[i] >= 0 ? r->study->facilities.name[res->facility[i]] : "");
            bj_csv_fixed(ctx, &c, res->dist_mm[i] < 0 ? NAN : (double)res->dist_mm[i] / 1000, 3);
            bj_csv_fixed(ctx, &c, res->time_ms[i] < 0 ? NAN : (double)res->time_ms[i] / 60000, 2);
            bj_csv_text(ctx, &c, bj_report_status_word(r, s));
            advice_cells(ctx, &c, r, res, i);
            bj_csv_fixed(ctx, &c, res->cover_m2 ? r->a->parcel_m2[i] / 1e6 : NAN, 6);
            bj_csv_fixed(ctx, &c,
                         res->cover_m2 ? (r->a->parcel_m2[i] - res->cover_m2[i]) / 1e6 : NAN, 6);
            bj_csv_end_row(ctx, &c);
        }
    }
    return bj_csv_finish(ctx, &c, o, "tables/2-uncovered.csv");
}

/* ---- 3: what each facility serves --------------------------------------- */

static const char *const facility_heads[][2] = {{"规则编号", "rule"},
                                                {"机构代码", "facility code"},
                                                {"机构", "facility"},
                                                {"类别", "class"},
                                                {"县外", "neighbour"},
                                                {"服务村数", "villages served"},
                                                {"服务人口", "people served"},
                                                {"应设类别", "class it should be"},
                                                {"类别是否达标", "class verdict"},
                                                {"依据", "by rule"},
                                                {"面积/人员达标", "rooms and people"},
                                                {"面积/人员依据", "rooms and people by rule"}};

static void class_text(struct bj_ctx *ctx, struct csv *c, const struct report *r, uint64_t classes)
{
    char text[512];
    size_t n = 0;

    text[0] = '\0';
    for (int k = 0; k < BJ_CLASS_N; k++)
        if (classes >> k & 1)
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? ";" : "",
                                  bj_class_label((enum bj_class)k, r->zh ? "zh" : "en"));
    bj_csv_text(ctx, c, text);
}

static void served_row(struct bj_ctx *ctx, struct csv *c, const struct report *r,
                       const struct bj_rule_result *res, size_t i)
{
    const struct bj_places *f = &r->study->facilities;
    const struct bj_served *s = &res->served[i];
    const struct bj_fitness *fit = &r->a->fitness[i];
    char id[32];

    bj_csv_text(ctx, c, res->rule->id);
    bj_csv_text(ctx, c, bj_report_facility_id(f, (int32_t)i, id));
    bj_csv_text(ctx, c, f->name[i]);
    class_text(ctx, c, r, f->classes[i]);
    bj_csv_count(ctx, c, f->neighbour[i]);
    bj_csv_count(ctx, c, (int64_t)s->villages);
    bj_csv_people(ctx, c, s->population);
    bj_csv_text(ctx, c,
                s->tier ? bj_class_label((enum bj_class)s->should_be, r->zh ? "zh" : "en") : "");
    bj_csv_text(ctx, c, s->tier ? bj_report_verdict_word(r, s->verdict) : "");
    bj_csv_text(ctx, c, s->tier ? s->tier->id : "");
    bj_csv_text(ctx, c, fit->rule ? bj_report_verdict_word(r, fit->verdict) : "");
    bj_csv_text(ctx, c, fit->rule ? fit->rule->id : "");
    bj_csv_end_row(ctx, c);
}

static void facility_rows(struct bj_ctx *ctx, struct csv *c, const struct report *r,
                          const struct bj_rule_result *res)
{
    const struct bj_places *f = &r->study->facilities;

    /* A neighbour that serves nobody here is none of this county's business. */
    for (size_t i = 0; i < f->n; i++)
        if ((f->classes[i] & res->rule->facilities) &&
            !(f->neighbour[i] && res->served[i].villages == 0))
            served_row(ctx, c, r, res, i);
}

static enum bj_status table_facilities(struct bj_ctx *ctx, const struct report *r,
                                       struct bj_outdir *o)
{
    struct csv c = {.buf.max = SIZE_MAX / 4};

    HEADS(ctx, &c, r, facility_heads);
    for (size_t k = 0; k < r->a->n_rules; k++)
        if (r->a->result[k].served)
            facility_rows(ctx, &c, r, &r->a->result[k]);
    return bj_csv_finish(ctx, &c, o, "tables/3-facilities.csv");
}

/* ---- 5 and 6: units ----------------------------------------------------- */

static const char *const unit_heads[][2] = {
    {"规则编号", "rule"},      {"条款", "clause"},      {"指标", "indicator"},
    {"单元代码", "unit code"}, {"单元", "unit"},        {"现状值", "value"},
    {"分子", "numerator"},     {"分母", "denominator"}, {"分母口径", "denominator is"},
    {"要求", "required"},      {"目标", "target"},      {"差额", "shortfall"},
    {"是否达标", "verdict"}};

/* Labels of a set's classes, those left out that a named class brings along. */
static void put_classes(struct bj_ctx *ctx, struct bj_buf *b, const struct report *r, uint64_t set)
{
    uint64_t brought = 0;

    for (int k = 0; k < BJ_CLASS_N; k++)
        if (set >> k & 1)
            brought |= bj_class_set((enum bj_class)k) & ~(UINT64_C(1) << k);
    for (int k = 0, n = 0; k < BJ_CLASS_N; k++)
        if ((set >> k & 1) && !(brought >> k & 1))
            bj_buf_printf(ctx, b, "%s%s", n++ ? say(r, "、", ", ") : "",
                          bj_class_label((enum bj_class)k, r->zh ? "zh" : "en"));
}

/* What a rule counts: a column, or facilities of classes. */
static void put_indicator(struct bj_ctx *ctx, struct bj_buf *b, const struct report *r,
                          const struct bj_rule *u)
{
    bool of_unit = u->kind == BJ_KIND_SHARE && !u->facilities;

    if (u->value && bj_class_find(u->value) < 0)
        bj_buf_puts(ctx, b, u->value);
    else if (of_unit)
        bj_buf_puts(ctx, b, u->field ? u->field : "");
    else
        put_classes(ctx, b, r, u->facilities);
    if (!of_unit && u->field)
        bj_buf_printf(ctx, b, say(r, "（%s）", " (%s)"), u->field);
}

/* What the denominator is: people of a kind, a column, or how many were looked at. */
static void put_denominator(struct bj_ctx *ctx, struct bj_buf *b, const struct report *r,
                            const struct bj_rule *u)
{
    char number[32];
    bool people = u->kind == BJ_KIND_RATIO && !u->per_field && isfinite(u->per_people);

    if (u->kind == BJ_KIND_SHARE)
        bj_buf_puts(ctx, b, say(r, "有数据的行数", "rows with data"));
    else if (u->kind == BJ_KIND_EXCLUDE || u->kind == BJ_KIND_ALT)
        bj_buf_puts(ctx, b, say(r, "行数", "rows"));
    else if (u->per_field)
        bj_buf_puts(ctx, b, u->per_field);
    else if (people)
        bj_buf_puts(ctx, b, bj_people_label(u->people, r->zh ? "zh" : "en"));
    if (u->kind == BJ_KIND_RATIO && isfinite(u->per_people) && u->per_people != 1)
        bj_buf_printf(ctx, b, say(r, "（每%s）", " (for each %s)"),
                      bj_double_text(u->per_people, number));
}

static void cell_of(struct bj_ctx *ctx, struct csv *c, const struct report *r,
                    const struct bj_rule *u,
                    void (*put)(struct bj_ctx *, struct bj_buf *, const struct report *,
                                const struct bj_rule *))
{
    struct bj_buf b = {0};

    put(ctx, &b, r, u);
    c->buf.failed |= b.failed;
    bj_csv_text(ctx, c, b.s ? b.s : "");
    bj_buf_release(ctx, &b);
}

static void unit_row(struct bj_ctx *ctx, struct csv *c, const struct report *r,
                     const struct bj_rule *rule, const struct bj_unit_result *u)
{
    const double v[] = {u->value,    u->numerator, u->denominator,
                        u->required, rule->target, u->shortfall};
    char number[32];

    bj_csv_text(ctx, c, rule->id);
    bj_csv_text(ctx, c, rule->clause ? rule->clause : "");
    cell_of(ctx, c, r, rule, put_indicator);
    bj_csv_text(ctx, c, u->code ? u->code : "");
    bj_csv_text(ctx, c, u->name ? u->name : "");
    for (size_t j = 0; j < sizeof(v) / sizeof(*v); j++) {
        bj_csv_text(ctx, c, isfinite(v[j]) ? bj_double_text(v[j], number) : "");
        if (j == 2)
            cell_of(ctx, c, r, rule, put_denominator);
    }
    bj_csv_text(ctx, c, bj_report_verdict_word(r, u->verdict));
    bj_csv_end_row(ctx, c);
}

static enum bj_status table_units(struct bj_ctx *ctx, const struct report *r, struct bj_outdir *o,
                                  bool ratios, const char *relative)
{
    struct csv c = {0};

    HEADS(ctx, &c, r, unit_heads);
    for (size_t k = 0; k < r->a->n_rules; k++) {
        const struct bj_rule_result *res = &r->a->result[k];
        bool is_ratio = res->rule->kind == BJ_KIND_RATIO || res->rule->kind == BJ_KIND_SHARE;

        if (is_ratio != ratios)
            continue;
        for (size_t i = 0; i < res->n_units; i++)
            unit_row(ctx, &c, r, res->rule, &res->unit[i]);
    }
    return bj_csv_finish(ctx, &c, o, relative);
}

/* ---- 8: data quality ---------------------------------------------------- */

static const char *const quality_heads[][2] = {
    {"项目", "item"}, {"对象", "subject"}, {"内容", "content"}, {"说明", "remark"}};

static void quality_row(struct bj_ctx *ctx, struct csv *c, const char *a, const char *b,
                        const char *d, const char *e)
{
    bj_csv_text(ctx, c, a);
    bj_csv_text(ctx, c, b ? b : "");
    bj_csv_text(ctx, c, d ? d : "");
    bj_csv_text(ctx, c, e ? e : "");
    bj_csv_end_row(ctx, c);
}

static void quality_inputs(struct bj_ctx *ctx, struct csv *c, const struct report *r)
{
    const struct bj_study *s = r->study;
    char text[200];

    for (size_t i = 0; i < s->n_inputs; i++) {
        const struct bj_input *in = &s->input[i];

        snprintf(text, sizeof(text), say(r, "共%lld行，使用%lld行", "%lld rows, %lld used"),
                 (long long)in->rows, (long long)in->used);
        quality_row(ctx, c, say(r, "输入", "input"), in->path, text, in->driver);
        quality_row(ctx, c, say(r, "坐标系", "CRS"), in->path, in->crs, "");
        quality_row(ctx, c, say(r, "编码", "encoding"), in->path, in->encoding, in->encoding_why);
    }
    /* Ledger by input and fate. */
    for (size_t i = 0; i < s->n_inputs; i++)
        for (int f = 0; f < BJ_FATE_N; f++) {
            size_t n = 0;

            for (size_t k = 0; k < s->n_ledger; k++)
                if (s->ledger[k].input == i && (int)s->ledger[k].fate == f)
                    n += 1 + s->ledger[k].n_more;
            if (n == 0)
                continue;
            snprintf(text, sizeof(text), say(r, "%zu行", "%zu rows"), n);
            quality_row(ctx, c, say(r, "台账", "ledger"), s->input[i].path,
                        bj_report_fate_word(r, (enum bj_fate)f), text);
        }
}

static enum bj_status table_quality(struct bj_ctx *ctx, const struct report *r, struct bj_outdir *o)
{
    struct csv c = {0};
    const struct bj_study *s = r->study;
    const struct bj_assessment *a = r->a;

    HEADS(ctx, &c, r, quality_heads);
    quality_row(ctx, &c, say(r, "程序", "program"), "banjing", bj_version(), "");
    quality_row(ctx, &c, say(r, "日期", "date"), "", s->info->date, "");
    quality_row(ctx, &c, say(r, "规划", "plan"), r->plan->id, r->plan->title, r->plan->document);
    quality_row(ctx, &c, say(r, "工作坐标系", "work CRS"), "", bj_crs_name(s->work), "");
    quality_inputs(ctx, &c, r);
    for (size_t i = 0; i < s->n_notes; i++)
        quality_row(ctx, &c, say(r, "警告", "warning"), s->note[i].layer, s->note[i].text,
                    s->note[i].fix);
    for (size_t i = 0; i < a->n_notes; i++)
        quality_row(ctx, &c, say(r, "警告", "warning"), a->note[i].layer, a->note[i].text,
                    a->note[i].fix);
    for (size_t i = 0; i < s->n_assumptions; i++)
        quality_row(ctx, &c, say(r, "假设", "assumption"), s->assumption[i].key,
                    s->assumption[i].value, s->assumption[i].source);
    for (size_t i = 0; i < a->n_assumptions; i++)
        quality_row(ctx, &c, say(r, "假设", "assumption"), a->assumption[i].key,
                    a->assumption[i].value, a->assumption[i].source);
    for (size_t i = 0; i < a->n_rules; i++)
        if (a->result[i].judged)
            quality_row(ctx, &c, say(r, "需求点", "demand"), a->result[i].rule->id,
                        demand_word(r, &a->result[i]), "");
    for (size_t i = 0; i < a->n_rules; i++)
        if (a->result[i].verdict == BJ_NOT_EVALUATED)
            quality_row(ctx, &c, say(r, "未评价", "not evaluated"), a->result[i].rule->id,
                        a->result[i].reason, "");
    return bj_csv_finish(ctx, &c, o, "tables/8-quality.csv");
}

enum bj_status bj_report_tables(struct bj_ctx *ctx, const struct report *r, struct bj_outdir *o)
{
    enum bj_status st = table_townships(ctx, r, o);

    if (st == BJ_OK)
        st = table_uncovered(ctx, r, o);
    if (st == BJ_OK)
        st = table_facilities(ctx, r, o);
    if (st == BJ_OK)
        st = table_units(ctx, r, o, false, "tables/5-presence.csv");
    if (st == BJ_OK)
        st = table_units(ctx, r, o, true, "tables/6-resources.csv");
    if (st == BJ_OK)
        st = table_quality(ctx, r, o);
    return st;
}
