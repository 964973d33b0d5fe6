/* Everything that `check` writes, in one result folder. */
#include "report/report_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

const char *bj_report_verdict_word(const struct report *r, enum bj_verdict v)
{
    static const char *const zh[] = {"达标", "基本达标", "不达标", "未评价"};

    return r->zh ? zh[v] : bj_verdict_names[v];
}

const char *bj_report_status_word(const struct report *r, enum bj_point_status s)
{
    static const char *const zh[] = {"达到目标", "覆盖",     "未覆盖", "不可达",
                                     "豁免",     "替代服务", "未评价", "不适用"};

    return r->zh ? zh[s] : bj_point_status_names[s];
}

const char *bj_report_fate_word(const struct report *r, enum bj_fate f)
{
    static const char *const zh[] = {"人口缺失（按0人使用）",
                                     "人口无效（按0人使用）",
                                     "图形已修复",
                                     "面取内部点",
                                     "多点取第一点",
                                     "代码重复",
                                     "点位重复",
                                     "县外机构（邻县）",
                                     "重复行",
                                     "无图形",
                                     "坐标无效",
                                     "在县界外",
                                     "类别不明",
                                     "已停业或未建成",
                                     "合计行",
                                     "代码损坏",
                                     "图形类型不符",
                                     "不是本县或其乡镇"};

    _Static_assert(sizeof(zh) / sizeof(*zh) == BJ_FATE_N, "a word for every fate");
    /* BJ_FATE_LAST_USED shares the number of BJ_FATE_NEIGHBOUR. */
    return r->zh ? zh[f] : bj_fate_names[f];
}

const char *bj_report_facility_id(const struct bj_places *fac, int32_t i, char *buf)
{
    if (i < 0)
        return "";
    if (fac->code[i][0])
        return fac->code[i];
    snprintf(buf, 32, "#%lld", (long long)fac->row[i]);
    return buf;
}

static struct report report_of(const struct bj_plan *plan, const struct bj_study *study,
                               const struct bj_assessment *a, const struct bj_report_options *opt)
{
    struct report r = {.study = study, .a = a, .opt = opt};

    r.plan = plan ? bj_plan_info(plan) : NULL;
    r.zh = !opt->lang || strcmp(opt->lang, "en") != 0;
    return r;
}

enum bj_status bj_report_write(struct bj_ctx *ctx, const struct bj_plan *plan,
                               const struct bj_study *study, const struct bj_assessment *a,
                               const struct bj_report_options *opt, struct bj_outdir *o)
{
    struct report r = report_of(plan, study, a, opt);
    double start_s = now_s();
    enum bj_status st;
    char *json = NULL;

    st = bj_progress(ctx, _("writing results"), -1);
    if (st == BJ_OK && (opt->outputs & BJ_OUTPUT_LAYERS))
        st = bj_report_layers(ctx, &r, o);
    if (st == BJ_OK)
        st = bj_report_ledger(ctx, &r, o);
    if (st == BJ_OK && (opt->outputs & BJ_OUTPUT_TABLES))
        st = bj_report_tables(ctx, &r, o);
    if (st == BJ_OK)
        st = bj_report_summary(ctx, plan, study, a, opt, now_s() - start_s, &json);
    if (st == BJ_OK)
        st = bj_outdir_write(ctx, o, "summary.json", json, strlen(json));
    free(json);
    return st;
}
