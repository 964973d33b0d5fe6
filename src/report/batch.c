/* What a batch writes beside its counties' folders: batch.json and batch.csv, one row a county
 * and rule, a row for each county that failed, and the cities' sums; uncovered.gpkg with all
 * counties' patches in one layer (EPSG:4490). Everything is gathered county by county, so that no
 * county's rows are kept. Of a county the same numbers stand in its own summary.json. */
#include "report/json_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct bj_batch_report {
    struct report r; /* language and words only */
    struct bj_report_options opt;
    struct bj_outdir *o;
    struct csv csv;
    json *root, *counties, *rows, *cities;
    struct bj_writer *patches; /* NULL: no layers */
    char date[16];
};

/* ---- the layer of patches -------------------------------------------------------- */

static const struct bj_out_field patch_fields[] = {
    {"county", BJ_FIELD_TEXT, 40, 0},     {"county_nam", BJ_FIELD_TEXT, 120, 0},
    {"rule", BJ_FIELD_TEXT, 40, 0},       {"patch", BJ_FIELD_INTEGER, 9, 0},
    {"area_km2", BJ_FIELD_REAL, 18, 6},   {"villages", BJ_FIELD_INTEGER, 9, 0},
    {"population", BJ_FIELD_REAL, 16, 3}, {"far_m", BJ_FIELD_REAL, 14, 3},
    {"township", BJ_FIELD_TEXT, 120, 0}};
enum { N_PATCH_FIELDS = sizeof(patch_fields) / sizeof(*patch_fields), FAR_FIELD = 7 };

static enum bj_status open_patches(struct bj_ctx *ctx, struct bj_batch_report *b)
{
    static const char *const meaning[N_PATCH_FIELDS][2] = {
        {"县区代码", "county code"},
        {"县区名称", "county name"},
        {"规则编号", "rule"},
        {"空白区序号（1为人口最多）", "patch, 1 = most people"},
        {"面积（平方公里，椭球面）", "ellipsoidal area, km2"},
        {"未覆盖村数", "uncovered villages"},
        {"未覆盖人口", "uncovered people"},
        {"最远村到机构的距离（米）", "distance of its farthest village, m"},
        {"所属乡镇（人口最多者）", "township of most of its people"}};
    const char *words[N_PATCH_FIELDS];
    struct bj_crs *crs = NULL;
    enum bj_status st = bj_crs_new(ctx, "EPSG:4490", &crs);

    for (size_t i = 0; i < N_PATCH_FIELDS; i++)
        words[i] = say(&b->r, meaning[i][0], meaning[i][1]);
    if (st == BJ_OK)
        st = bj_writer_new(ctx, b->o, BJ_FORMAT_GPKG, bj_crs_wkt(crs), "UTF-8", b->date,
                           &b->patches);
    if (st == BJ_OK)
        st = bj_writer_set_file(ctx, b->patches, "uncovered.gpkg");
    if (st == BJ_OK)
        st = bj_writer_layer_with(ctx, b->patches, "", "uncovered", BJ_GEOM_POLYGON, N_PATCH_FIELDS,
                                  patch_fields, words);
    bj_crs_free(crs);
    return st;
}

static enum bj_status write_patches(struct bj_ctx *ctx, struct bj_batch_report *b,
                                    const struct bj_batch_head *head,
                                    const struct bj_rule_result *res, const struct bj_crs *crs)
{
    struct bj_polygons p = res->uncovered; /* a window: rings borrowed, points our own */
    double *x = bj_alloc0(ctx, p.n_points, sizeof(*x)), *y = bj_alloc0(ctx, p.n_points, sizeof(*y));
    enum bj_status st = x && y ? BJ_OK : BJ_ENOMEM;

    if (st == BJ_OK && p.n_points > 0) {
        memcpy(x, p.x, p.n_points * sizeof(*x));
        memcpy(y, p.y, p.n_points * sizeof(*y));
        st = bj_crs_to_lonlat(ctx, crs, p.n_points, x, y);
    }
    p.x = x;
    p.y = y;
    for (size_t i = 0; st == BJ_OK && i < res->n_patches; i++) {
        const struct bj_patch *q = &res->patch[i];
        union bj_value v[N_PATCH_FIELDS] = {
            {.text = head->code},        {.text = head->name},  {.text = res->rule->id},
            {.integer = (int64_t)i + 1}, {.real = q->area_km2}, {.integer = (int64_t)q->villages},
            {.real = q->population},     {.real = q->far_m},    {.text = q->township}};
        unsigned char null[N_PATCH_FIELDS] = {0};

        null[FAR_FIELD] = (unsigned char)!isfinite(q->far_m);
        st = bj_writer_polygons(ctx, b->patches, &p, q->polygon, 1, v, null);
    }
    bj_free(ctx, y);
    bj_free(ctx, x);
    return st;
}

/* ---- batch.csv --------------------------------------------------------------------- */

static const char *const heads[][2] = {{"层级", "level"},
                                       {"代码", "code"},
                                       {"名称", "name"},
                                       {"所属市", "city"},
                                       {"状态", "state"},
                                       {"规划", "plan"},
                                       {"规则编号", "rule"},
                                       {"类型", "kind"},
                                       {"约束程度", "level of the rule"},
                                       {"判定", "verdict"},
                                       {"总数", "total"},
                                       {"覆盖数", "covered"},
                                       {"未覆盖数", "uncovered"},
                                       {"覆盖率%", "coverage %"},
                                       {"人口", "people"},
                                       {"覆盖人口", "people covered"},
                                       {"人口覆盖率%", "population coverage %"},
                                       {"面积km²", "area km2"},
                                       {"未覆盖面积km²", "uncovered area km2"},
                                       {"最远距离m", "farthest m"},
                                       {"县外覆盖数", "covered only by neighbours"},
                                       {"现状值", "value"},
                                       {"分子", "numerator"},
                                       {"分母", "denominator"},
                                       {"要求", "required"},
                                       {"差额", "shortfall"},
                                       {"原因", "reason"}};
enum { N_HEADS = sizeof(heads) / sizeof(*heads), POINT_CELLS = 11, UNIT_CELLS = 5 };

static void number_cell(struct bj_ctx *ctx, struct csv *c, double v)
{
    char buf[32];

    bj_csv_text(ctx, c, isfinite(v) ? bj_double_text(v, buf) : "");
}

static void blank_cells(struct bj_ctx *ctx, struct csv *c, int n)
{
    for (int i = 0; i < n; i++)
        bj_csv_text(ctx, c, "");
}

static void head_cells(struct bj_ctx *ctx, struct bj_batch_report *b, const char *level,
                       const struct bj_batch_head *head, const char *state)
{
    bj_csv_text(ctx, &b->csv, level);
    bj_csv_text(ctx, &b->csv, head->code);
    bj_csv_text(ctx, &b->csv, head->name);
    bj_csv_text(ctx, &b->csv, head->city);
    bj_csv_text(ctx, &b->csv, state);
    bj_csv_text(ctx, &b->csv, head->plan_id);
}

static void point_cells(struct bj_ctx *ctx, struct csv *c, const struct bj_rule_result *res)
{
    const struct bj_tally *v = &res->villages, *p = &res->population;

    bj_csv_people(ctx, c, v->total);
    bj_csv_people(ctx, c, v->covered);
    bj_csv_people(ctx, c, v->uncovered + v->unreachable);
    bj_csv_fixed(ctx, c, 100 * res->share_villages, 2);
    bj_csv_people(ctx, c, p->total);
    bj_csv_people(ctx, c, p->covered);
    bj_csv_fixed(ctx, c, 100 * res->share_population, 2);
    bj_csv_fixed(ctx, c, res->area_km2, 6);
    bj_csv_fixed(ctx, c, res->uncovered_km2, 6);
    bj_csv_fixed(ctx, c, res->farthest_m, 3);
    bj_csv_count(ctx, c, (int64_t)res->n_via_nbr);
}

/* The only unit of a rule: the county or the city itself. */
static const struct bj_unit_result *only_unit(const struct bj_rule_result *res)
{
    return res->n_units == 1 ? &res->unit[0] : NULL;
}

static void rule_row(struct bj_ctx *ctx, struct bj_batch_report *b, const char *level,
                     const struct bj_batch_head *head, const struct bj_rule_result *res)
{
    const struct bj_unit_result *u = only_unit(res);

    head_cells(ctx, b, level, head, say(&b->r, "完成", "done"));
    bj_csv_text(ctx, &b->csv, res->rule->id);
    bj_csv_text(ctx, &b->csv, bj_kind_names[res->rule->kind]);
    bj_csv_text(ctx, &b->csv, bj_rule_level_names[res->rule->level]);
    bj_csv_text(ctx, &b->csv, bj_report_verdict_word(&b->r, res->verdict));
    if (res->judged || res->n_townships > 0)
        point_cells(ctx, &b->csv, res);
    else
        blank_cells(ctx, &b->csv, POINT_CELLS);
    if (u) {
        number_cell(ctx, &b->csv, u->value);
        number_cell(ctx, &b->csv, u->numerator);
        number_cell(ctx, &b->csv, u->denominator);
        number_cell(ctx, &b->csv, u->required);
        number_cell(ctx, &b->csv, u->shortfall);
    } else {
        blank_cells(ctx, &b->csv, UNIT_CELLS);
    }
    bj_csv_text(ctx, &b->csv, res->reason ? res->reason : "");
    bj_csv_end_row(ctx, &b->csv);
}

/* ---- batch.json -------------------------------------------------------------------- */

static json *head_json(const struct bj_batch_head *head, const char *state, const char *reason)
{
    json *o = json_object_new_object();

    bj_json_put(o, "code", bj_json_text(head->code));
    bj_json_put(o, "name", bj_json_text(head->name));
    bj_json_put(o, "city", bj_json_text(head->city));
    bj_json_put(o, "case", bj_json_text(head->path));
    bj_json_put(o, "plan", bj_json_text(head->plan_id));
    bj_json_put(o, "state", bj_json_text(state));
    bj_json_put(o, "reason", bj_json_text(reason));
    return o;
}

static json *verdicts_json(const struct bj_assessment *a)
{
    json *o = json_object_new_object();

    for (int v = BJ_MET; v <= BJ_NOT_EVALUATED; v++) {
        size_t n = 0;

        for (size_t i = 0; i < a->n_rules; i++)
            n += a->result[i].verdict == (enum bj_verdict)v;
        bj_json_put(o, bj_verdict_names[v], bj_json_count(n));
    }
    return o;
}

static json *unit_json(const struct bj_unit_result *u)
{
    json *o;

    if (!u)
        return NULL;
    o = json_object_new_object();
    bj_json_put(o, "value", bj_json_number(u->value));
    bj_json_put(o, "numerator", bj_json_number(u->numerator));
    bj_json_put(o, "denominator", bj_json_number(u->denominator));
    bj_json_put(o, "required", bj_json_number(u->required));
    bj_json_put(o, "shortfall", bj_json_number(u->shortfall));
    return o;
}

/* A county and rule: the figures of summary.json without its lists; `unit` when it has just one. */
static json *row_json(const struct bj_batch_head *head, const struct bj_rule_result *res)
{
    json *o = bj_json_rule(res, "townships");

    json_object_object_del(o, "townships");
    json_object_object_del(o, "units");
    json_object_object_del(o, "quote");
    bj_json_put(o, "county", bj_json_text(head->code));
    bj_json_put(o, "n_units", bj_json_count(res->n_units));
    bj_json_put(o, "unit", unit_json(only_unit(res)));
    return o;
}

/* ---- the parts ----------------------------------------------------------------------- */

enum bj_status bj_batch_report_new(struct bj_ctx *ctx, struct bj_outdir *o, const char *lang,
                                   const char *date, int with_layers, struct bj_batch_report **out)
{
    struct bj_batch_report *b = bj_alloc0(ctx, 1, sizeof(*b));
    enum bj_status st = BJ_OK;

    if (!b)
        return BJ_ENOMEM;
    b->o = o;
    b->r.opt = &b->opt;
    b->r.zh = strcmp(lang, "en") != 0;
    snprintf(b->date, sizeof(b->date), "%s", date);
    b->root = json_object_new_object();
    b->counties = json_object_new_array();
    b->rows = json_object_new_array();
    b->cities = json_object_new_array();
    for (size_t i = 0; i < N_HEADS; i++)
        bj_csv_text(ctx, &b->csv, heads[i][b->r.zh ? 0 : 1]);
    bj_csv_end_row(ctx, &b->csv);
    if (!b->root || !b->counties || !b->rows || !b->cities)
        st = BJ_ENOMEM;
    if (st == BJ_OK && with_layers)
        st = open_patches(ctx, b);
    if (st) {
        bj_batch_report_free(ctx, b);
        return st;
    }
    *out = b;
    return BJ_OK;
}

void bj_batch_report_free(struct bj_ctx *ctx, struct bj_batch_report *b)
{
    if (!b)
        return;
    bj_writer_free(ctx, b->patches);
    json_object_put(b->cities);
    json_object_put(b->rows);
    json_object_put(b->counties);
    json_object_put(b->root);
    bj_buf_release(ctx, &b->csv.buf);
    bj_free(ctx, b);
}

enum bj_status bj_batch_report_county(struct bj_ctx *ctx, struct bj_batch_report *b,
                                      const struct bj_batch_head *head,
                                      const struct bj_assessment *a, const struct bj_crs *crs)
{
    json *o = head_json(head, "done", "");
    enum bj_status st = BJ_OK;

    bj_json_put(o, "folder", bj_json_text(head->code));
    bj_json_put(o, "warnings", bj_json_count(head->n_warnings));
    bj_json_put(o, "people", bj_json_number(a->people));
    bj_json_put(o, "rules", verdicts_json(a));
    json_object_array_add(b->counties, o);
    for (size_t i = 0; st == BJ_OK && i < a->n_rules; i++) {
        const struct bj_rule_result *res = &a->result[i];

        rule_row(ctx, b, say(&b->r, "县", "county"), head, res);
        json_object_array_add(b->rows, row_json(head, res));
        if (b->patches && res->has_area)
            st = write_patches(ctx, b, head, res, crs);
    }
    return st;
}

enum bj_status bj_batch_report_failed(struct bj_ctx *ctx, struct bj_batch_report *b,
                                      const struct bj_batch_head *head, const char *reason)
{
    head_cells(ctx, b, say(&b->r, "县", "county"), head, say(&b->r, "失败", "failed"));
    blank_cells(ctx, &b->csv, 4 + POINT_CELLS + UNIT_CELLS);
    bj_csv_text(ctx, &b->csv, reason);
    bj_csv_end_row(ctx, &b->csv);
    json_object_array_add(b->counties, head_json(head, "failed", reason));
    return BJ_OK;
}

enum bj_status bj_batch_report_city(struct bj_ctx *ctx, struct bj_batch_report *b,
                                    const struct bj_batch_head *head, size_t n,
                                    const char *const *codes, const struct bj_assessment *a)
{
    json *o = json_object_new_object(), *list = json_object_new_array(),
         *rules = json_object_new_array();

    bj_json_put(o, "code", bj_json_text(head->code));
    bj_json_put(o, "name", bj_json_text(head->name));
    bj_json_put(o, "plan", bj_json_text(head->plan_id));
    for (size_t i = 0; i < n; i++)
        json_object_array_add(list, bj_json_text(codes[i]));
    bj_json_put(o, "counties", list);
    bj_json_put(o, "people", bj_json_number(a->people));
    bj_json_put(o, "verdicts", verdicts_json(a));
    for (size_t i = 0; i < a->n_rules; i++) {
        rule_row(ctx, b, say(&b->r, "市", "city"), head, &a->result[i]);
        json_object_array_add(rules, bj_json_rule(&a->result[i], "counties"));
    }
    bj_json_put(o, "rules", rules);
    json_object_array_add(b->cities, o);
    return BJ_OK;
}

enum bj_status bj_batch_report_write(struct bj_ctx *ctx, struct bj_batch_report *b)
{
    json *root = b->root;
    char *text = NULL;
    enum bj_status st;

    bj_json_put(root, "banjing", bj_json_text(bj_version()));
    bj_json_put(root, "schema", json_object_new_int(1));
    bj_json_put(root, "date", bj_json_text(b->date));
    bj_json_put(root, "counties", b->counties);
    bj_json_put(root, "rows", b->rows);
    bj_json_put(root, "cities", b->cities);
    b->root = b->counties = b->rows = b->cities = NULL; /* root is taken over */
    st = bj_json_finish(ctx, root, &text);
    if (st == BJ_OK)
        st = bj_outdir_write(ctx, b->o, "batch.json", text, strlen(text));
    free(text);
    if (st == BJ_OK)
        st = bj_csv_finish(ctx, &b->csv, b->o, "batch.csv");
    if (st == BJ_OK && b->patches) {
        st = bj_writer_close(ctx, b->patches);
        b->patches = NULL;
    }
    return st;
}
