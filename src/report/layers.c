/* Result layers: a folder a rule with covered, uncovered and its demand points. */
#include "report/report_int.h"

#include <math.h>
#include <string.h>

/* A field of a layer and what it means, in both languages: the names themselves must be ASCII
 * of at most 10 bytes, so the key to them is written beside the layers (fields.csv). */
struct layer_field {
    struct bj_out_field out;
    const char *zh, *en;
};

/* Decimals and widths of interface.md: metres and seconds three places, km2 six. */
static const struct layer_field covered_fields[] = {
    {{"rule", BJ_FIELD_TEXT, 40, 0}, "规则编号", "rule"},
    {{"area_km2", BJ_FIELD_REAL, 18, 6}, "面积（平方公里，椭球面）", "ellipsoidal area, km2"}};
static const struct layer_field uncovered_fields[] = {
    {{"rule", BJ_FIELD_TEXT, 40, 0}, "规则编号", "rule"},
    {{"patch", BJ_FIELD_INTEGER, 9, 0}, "空白区序号（1为人口最多）", "patch, 1 = most people"},
    {{"area_km2", BJ_FIELD_REAL, 18, 6}, "面积（平方公里，椭球面）", "ellipsoidal area, km2"},
    {{"villages", BJ_FIELD_INTEGER, 9, 0}, "未覆盖村数", "uncovered villages"},
    {{"population", BJ_FIELD_REAL, 16, 3}, "未覆盖人口", "uncovered people"},
    {{"far_m", BJ_FIELD_REAL, 14, 3},
     "最远村到机构的距离（米）",
     "distance of its farthest village, m"},
    {{"township", BJ_FIELD_TEXT, 120, 0},
     "所属乡镇（人口最多者）",
     "township of most of its people"},
    {{"land_km2", BJ_FIELD_REAL, 18, 6},
     "其地块在服务半径外的居住用地（平方公里）；仅居住用地",
     "parcels only: residential land of its parcels outside the circles, km2"}};
/* Demand points; parcels have all of them, others those before the land. */
static const struct layer_field point_fields[] = {
    {{"code", BJ_FIELD_TEXT, 40, 0}, "代码", "code"},
    {{"name", BJ_FIELD_TEXT, 120, 0}, "名称", "name"},
    {{"township", BJ_FIELD_TEXT, 120, 0}, "所属乡镇", "township"},
    {{"urban", BJ_FIELD_INTEGER, 1, 0},
     "城镇为1，乡村为0，不明为空",
     "1 urban, 0 rural, null unknown"},
    {{"pop", BJ_FIELD_REAL, 16, 3}, "人口", "people"},
    {{"fac_id", BJ_FIELD_TEXT, 40, 0}, "最近机构代码", "code of the nearest facility"},
    {{"fac_name", BJ_FIELD_TEXT, 120, 0}, "最近机构名称", "name of the nearest facility"},
    {{"dist_m", BJ_FIELD_REAL, 14, 3}, "测地线距离（米）", "geodesic distance, m"},
    {{"time_s", BJ_FIELD_REAL, 14, 3}, "出行时间（秒）", "travel time, s"},
    {{"status", BJ_FIELD_TEXT, 16, 0}, "状态", "status"},
    {{"margin_m", BJ_FIELD_REAL, 14, 3},
     "限值减去本值（米或秒）",
     "limit minus value, m (s for times)"},
    {{"border", BJ_FIELD_INTEGER, 1, 0},
     "距限值50米（60秒）以内为1",
     "1 within 50 m (60 s) of the limit"},
    {{"via_nbr", BJ_FIELD_INTEGER, 1, 0},
     "仅由邻县机构覆盖为1",
     "1 where a neighbour alone covers"},
    {{"area_km2", BJ_FIELD_REAL, 18, 6},
     "居住用地面积（平方公里，椭球面，县界内部分）",
     "ellipsoidal area of the part inside the boundary, km2"},
    {{"cover_km2", BJ_FIELD_REAL, 18, 6},
     "其中在服务半径内的面积（平方公里）",
     "area of it inside the circles, km2"},
    {{"in_share", BJ_FIELD_REAL, 12, 9},
     "在服务半径内的面积占比",
     "share of its area inside the circles"}};
enum { LAND_FIELDS = 3 };

#define N_OF(a)  (sizeof(a) / sizeof(*(a)))
#define N_POINTS (N_OF(point_fields) - LAND_FIELDS)

/* Bytes that text may take in either encoding of a shapefile: GB18030 has up to four for what
 * is two or three in UTF-8. */
static size_t text_bytes(const struct report *r, const char *s)
{
    size_t n = 0;

    if (!r->opt->encoding || strcmp(r->opt->encoding, "GB18030") != 0)
        return strlen(s);
    for (; *s; s++)
        n += ((unsigned char)*s & 0xC0) == 0x80 ? 0 : (unsigned char)*s < 0x80 ? 1 : 4;
    return n;
}

enum { SHAPE_TEXT = 254 };

/* Makes a text field wider when one of the n texts needs it; beyond what a shapefile holds the
 * writer cuts between characters and says so (width 0). One long name must not end the run. */
static void widen(const struct report *r, struct bj_out_field *f, size_t n, const char *const *text)
{
    size_t most = (size_t)f->width;

    for (size_t i = 0; f->width > 0 && i < n; i++) {
        size_t bytes = text[i] ? text_bytes(r, text[i]) : 0;

        most = bytes > most ? bytes : most;
    }
    if (f->width > 0)
        f->width = most > SHAPE_TEXT ? 0 : (int)most;
}

static enum bj_status open_layer(struct bj_ctx *ctx, const struct report *r, struct bj_writer *w,
                                 const char *folder, const char *name, enum bj_geometry geometry,
                                 size_t n, const struct layer_field *field)
{
    struct bj_out_field out[N_OF(point_fields)];
    const char *meaning[N_OF(point_fields)];

    for (size_t i = 0; i < n; i++) {
        out[i] = field[i].out;
        meaning[i] = r->zh ? field[i].zh : field[i].en;
    }
    return bj_writer_layer_with(ctx, w, folder, name, geometry, n, out, meaning);
}

static void key_rows(struct bj_ctx *ctx, struct csv *c, const char *layer, size_t n,
                     const struct layer_field *field)
{
    for (size_t i = 0; i < n; i++) {
        bj_csv_text(ctx, c, layer);
        bj_csv_text(ctx, c, field[i].out.name);
        bj_csv_text(ctx, c, field[i].zh);
        bj_csv_text(ctx, c, field[i].en);
        bj_csv_end_row(ctx, c);
    }
}

static enum bj_status write_key(struct bj_ctx *ctx, struct bj_outdir *o)
{
    static const char *const head[] = {"layer", "field", "中文", "meaning"};
    struct csv c = {0};

    for (size_t i = 0; i < N_OF(head); i++)
        bj_csv_text(ctx, &c, head[i]);
    bj_csv_end_row(ctx, &c);
    key_rows(ctx, &c, "covered", N_OF(covered_fields), covered_fields);
    key_rows(ctx, &c, "uncovered", N_OF(uncovered_fields), uncovered_fields);
    key_rows(ctx, &c, "villages", N_POINTS, point_fields);
    key_rows(ctx, &c, "parcels", LAND_FIELDS, point_fields + N_POINTS);
    return bj_csv_finish(ctx, &c, o, "fields.csv");
}

static enum bj_status write_covered(struct bj_ctx *ctx, const struct report *r, struct bj_writer *w,
                                    const struct bj_rule_result *res)
{
    enum bj_status st = open_layer(ctx, r, w, res->rule->id, "covered", BJ_GEOM_POLYGON,
                                   N_OF(covered_fields), covered_fields);

    for (size_t p = 0; st == BJ_OK && p < res->covered.n_polygons; p++) {
        union bj_value v[N_OF(covered_fields)] = {{.text = res->rule->id},
                                                  {.real = res->covered_part_km2[p]}};

        st = bj_writer_polygons(ctx, w, &res->covered, p, 1, v, NULL);
    }
    return st;
}

static enum bj_status write_uncovered(struct bj_ctx *ctx, const struct report *r,
                                      struct bj_writer *w, const struct bj_rule_result *res)
{
    size_t n = N_OF(uncovered_fields) - !res->cover_m2;
    struct layer_field field[N_OF(uncovered_fields)];
    enum bj_status st;

    memcpy(field, uncovered_fields, sizeof(field));
    for (size_t i = 0; i < res->n_patches; i++)
        widen(r, &field[6].out, 1, &res->patch[i].township);
    st = open_layer(ctx, r, w, res->rule->id, "uncovered", BJ_GEOM_POLYGON, n, field);
    for (size_t i = 0; st == BJ_OK && i < res->n_patches; i++) {
        const struct bj_patch *p = &res->patch[i];
        union bj_value v[N_OF(uncovered_fields)] = {
            {.text = res->rule->id}, {.integer = (int64_t)i + 1},
            {.real = p->area_km2},   {.integer = (int64_t)p->villages},
            {.real = p->population}, {.real = p->far_m},
            {.text = p->township},   {.real = p->parcel_km2}};
        unsigned char null[N_OF(uncovered_fields)] = {0};
        if (!isfinite(p->far_m))
            null[5] = 1;
        st = bj_writer_polygons(ctx, w, &res->uncovered, p->polygon, 1, v, null);
    }
    return st;
}

/* Distance or time left to the limit; false when the rule has no such limit for the row. */
static bool margin_of(const struct bj_rule_result *res, size_t i, double *margin)
{
    if (isfinite(res->rule->limit_m) && res->dist_mm[i] >= 0)
        *margin = res->rule->limit_m - (double)res->dist_mm[i] / 1000;
    else if (isfinite(res->rule->limit_s) && res->time_ms[i] >= 0)
        *margin = res->rule->limit_s - (double)res->time_ms[i] / 1000;
    else
        return false;
    return true;
}

/* Values of demand point i, its land included. */
static void point_values(const struct report *r, const struct bj_rule_result *res, size_t i,
                         char id[32], union bj_value v[N_OF(point_fields)],
                         unsigned char null[N_OF(point_fields)])
{
    const struct bj_study *s = r->study;
    const struct bj_places *d = res->demand;
    int32_t f = res->facility[i];
    enum bj_point_status status = (enum bj_point_status)res->status[i];
    bool judged = status != BJ_POINT_NOT_EVALUATED && status != BJ_POINT_OUT_OF_SCOPE;
    double margin = 0;
    bool has_margin = margin_of(res, i, &margin);
    const union bj_value values[] = {{.text = d->code[i]},
                                     {.text = d->name[i]},
                                     {.text = d->township[i]},
                                     {.integer = d->urban[i] == BJ_URBAN_YES},
                                     {.real = d->population[i]},
                                     {.text = bj_report_facility_id(&s->facilities, f, id)},
                                     {.text = f >= 0 ? s->facilities.name[f] : ""},
                                     {.real = (double)res->dist_mm[i] / 1000},
                                     {.real = (double)res->time_ms[i] / 1000},
                                     {.text = bj_point_status_names[status]},
                                     {.real = margin},
                                     {.integer = res->border[i]},
                                     {.integer = res->via_nbr[i]}};

    memcpy(v, values, sizeof(values));
    memset(null, 0, N_OF(point_fields) * sizeof(*null));
    null[3] = d->urban[i] == BJ_URBAN_UNKNOWN;
    null[7] = res->dist_mm[i] < 0;
    null[8] = res->time_ms[i] < 0;
    null[10] = !has_margin;
    null[11] = null[12] = !judged;
    if (res->cover_m2) {
        double all = r->a->parcel_m2[i], cover = res->cover_m2[i];

        v[N_POINTS].real = all / 1e6;
        v[N_POINTS + 1].real = cover / 1e6;
        v[N_POINTS + 2].real = all > 0 ? cover / all : NAN;
        null[N_POINTS + 1] = (unsigned char)!isfinite(cover);
        null[N_POINTS + 2] = !isfinite(cover) || !(all > 0);
    }
}

/* The layer of a rule's demand, with the first n of point_fields. */
static enum bj_status open_demand(struct bj_ctx *ctx, const struct report *r, struct bj_writer *w,
                                  const struct bj_rule_result *res, enum bj_geometry geometry,
                                  size_t n)
{
    const struct bj_places *d = res->demand, *fac = &r->study->facilities;
    struct layer_field field[N_OF(point_fields)];

    memcpy(field, point_fields, sizeof(field));
    widen(r, &field[0].out, d->n, d->code);
    widen(r, &field[1].out, d->n, d->name);
    widen(r, &field[2].out, d->n, d->township);
    widen(r, &field[5].out, fac->n, fac->code);
    widen(r, &field[6].out, fac->n, fac->name);
    return open_layer(ctx, r, w, res->rule->id, bj_demand_names[res->rule->demand], geometry, n,
                      field);
}

static enum bj_status write_parcels(struct bj_ctx *ctx, const struct report *r, struct bj_writer *w,
                                    const struct bj_rule_result *res)
{
    const struct bj_polygons *p = &r->a->parcels;
    enum bj_status st = open_demand(ctx, r, w, res, BJ_GEOM_POLYGON, N_OF(point_fields));

    for (size_t i = 0; st == BJ_OK && i < res->demand->n; i++) {
        size_t first = p->poly_start[i];
        union bj_value v[N_OF(point_fields)];
        unsigned char null[N_OF(point_fields)];
        char id[32];

        point_values(r, res, i, id, v, null);
        st = bj_writer_polygons(ctx, w, p, first, p->poly_start[i + 1] - first, v, null);
        if (st == BJ_OK && i % 100000 == 99999)
            st = bj_progress(ctx, _("writing results"), (double)i / (double)res->demand->n);
    }
    return st;
}

static enum bj_status write_points(struct bj_ctx *ctx, const struct report *r, struct bj_writer *w,
                                   const struct bj_rule_result *res)
{
    const struct bj_places *d = res->demand;
    enum bj_status st = BJ_ENOMEM;
    double *x = bj_alloc0(ctx, d->n, sizeof(*x)), *y = bj_alloc0(ctx, d->n, sizeof(*y));

    if (!x || !y)
        goto done;
    memcpy(x, d->lon_deg, d->n * sizeof(*x));
    memcpy(y, d->lat_deg, d->n * sizeof(*y));
    st = bj_crs_from_lonlat(ctx, r->opt->out_crs, d->n, x, y);
    if (st == BJ_OK)
        st = open_demand(ctx, r, w, res, BJ_GEOM_POINT, N_POINTS);
    for (size_t i = 0; st == BJ_OK && i < d->n; i++) {
        union bj_value v[N_OF(point_fields)];
        unsigned char null[N_OF(point_fields)];
        char id[32];

        point_values(r, res, i, id, v, null);
        st = bj_writer_point(ctx, w, x[i], y[i], v, null);
        if (st == BJ_OK && i % 100000 == 99999)
            st = bj_progress(ctx, _("writing results"), (double)i / (double)d->n);
    }
done:
    bj_free(ctx, y);
    bj_free(ctx, x);
    return st;
}

enum bj_status bj_report_layers(struct bj_ctx *ctx, const struct report *r, struct bj_outdir *o)
{
    struct bj_writer *w = NULL;
    enum bj_status st;

    st = bj_writer_new(ctx, o, r->opt->format, bj_crs_wkt(r->opt->out_crs), r->opt->encoding,
                       r->study->info->date, &w);
    if (st != BJ_OK)
        return st;
    for (size_t i = 0; st == BJ_OK && i < r->a->n_rules; i++) {
        const struct bj_rule_result *res = &r->a->result[i];

        if (!res->judged)
            continue;
        if (res->has_area) {
            st = write_covered(ctx, r, w, res);
            if (st == BJ_OK)
                st = write_uncovered(ctx, r, w, res);
        }
        if (st == BJ_OK)
            st = res->cover_m2 ? write_parcels(ctx, r, w, res) : write_points(ctx, r, w, res);
    }
    if (st != BJ_OK) {
        bj_writer_free(ctx, w);
        return st;
    }
    st = bj_writer_close(ctx, w);
    return st == BJ_OK ? write_key(ctx, o) : st;
}
