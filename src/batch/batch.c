/* Many counties, one after the other, and their cities.
 *
 * First every case and plan is read, so that wrong codes end the run before any work; then each
 * county's facilities (with its boundary, nothing else), because a county's neighbours are the
 * others' own facilities within the plan's largest limit; then county by county everything as
 * `check` does it, into a folder of its own inside the batch's hidden folder. A county that fails
 * leaves a row with its reason, and its city's sums that would need it stay open. What is kept of
 * a county that is done is what the cities' sums need; its rows and areas go.
 *
 * A plan file that several cases name is read once and is one plan; the same rules in two files
 * are two. */
#include "batch/batch_int.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* A county on its way. */
struct work {
    struct bj_case *c;
    const struct bj_plan *plan; /* of struct run */
    char city_code[7];
};

struct group { /* counties of one city under one plan */
    const struct bj_plan *plan;
    struct bj_city *city;
    struct bj_batch_head head;
    size_t n_codes;
    const char **code;
};

struct bj_batch_own {
    struct bj_ctx *ctx;
    struct bj_strings strings;
};

struct run {
    struct bj_ctx *ctx;
    const struct bj_batch_options *opt;
    struct bj_batch *b;
    struct work *work;
    size_t n_plans;
    struct bj_plan **plan;
    size_t n_neighbours, neighbours_cap;
    struct bj_neighbour *neighbour; /* all own facilities of all counties, county by county */
    size_t *neighbour_start;        /* n + 1 */
    size_t n_groups;
    struct group *group;
    struct bj_outdir *o;
    struct bj_batch_report *report;
    char date[11]; /* of the first case that could be read, else today */
};

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static const char *keep(struct run *k, const char *text)
{
    return bj_strings_add(k->ctx, &k->b->own->strings, text ? text : "", text ? strlen(text) : 0);
}

/* A county's own failure is its row; out of memory and a user who stops end the batch. */
static enum bj_status fail_county(struct run *k, size_t i, enum bj_status st)
{
    struct bj_batch_county *county = &k->b->county[i];

    if (st == BJ_ENOMEM || st == BJ_ECANCEL)
        return st;
    county->reason = keep(k, bj_ctx_message(k->ctx));
    bj_case_free(k->work[i].c);
    k->work[i].c = NULL;
    return county->reason ? BJ_OK : BJ_ENOMEM;
}

/* ---- cases and plans -------------------------------------------------------------- */

static enum bj_status read_case(struct run *k, size_t i)
{
    struct bj_batch_county *county = &k->b->county[i];
    struct work *w = &k->work[i];
    const struct bj_case_info *info;
    enum bj_status st = bj_case_read(k->ctx, county->path, &w->c);

    if (st == BJ_OK && k->opt->plan)
        st = bj_case_set_plan(k->ctx, w->c, k->opt->plan);
    if (st)
        return fail_county(k, i, st);
    info = bj_case_info(w->c);
    if (!*k->date)
        snprintf(k->date, sizeof(k->date), "%s", info->date);
    bj_city_code(info->county_code, w->city_code);
    county->code = keep(k, info->county_code);
    county->name = keep(k, info->county_name);
    county->city = keep(k, *info->city_name ? info->city_name : w->city_code);
    return county->code && county->name && county->city ? BJ_OK : BJ_ENOMEM;
}

static bool is_folder_name(const char *code)
{
    return *code && *code != '.' && !strchr(code, '/');
}

static enum bj_status check_codes(struct run *k)
{
    for (size_t i = 0; i < k->b->n; i++) {
        const struct bj_batch_county *a = &k->b->county[i];

        if (!k->work[i].c)
            continue;
        if (!is_folder_name(a->code))
            return bj_fail(k->ctx, BJ_EARG,
                           _("case '%s' has '%s' as its county's code, which cannot name a folder: "
                             "write county: {code: \"530403\", name: …}"),
                           a->path, a->code);
        for (size_t j = 0; j < i; j++)
            if (k->work[j].c && strcmp(a->code, k->b->county[j].code) == 0)
                return bj_fail(k->ctx, BJ_EARG, _("cases '%s' and '%s' have the same code %s"),
                               k->b->county[j].path, a->path, a->code);
    }
    return BJ_OK;
}

/* Both paths lead to one file, by whatever way each case goes to it. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;

    return strcmp(a, b) == 0 ||
           (stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

/* The same file read before, NULL when it is new. */
static struct bj_plan *known_plan(const struct run *k, const struct bj_plan *plan)
{
    const struct bj_plan_info *a = bj_plan_info(plan);

    for (size_t i = 0; i < k->n_plans; i++) {
        const struct bj_plan_info *b = bj_plan_info(k->plan[i]);

        if (strcmp(a->sha256, b->sha256) == 0 && is_same_file(a->path, b->path))
            return k->plan[i];
    }
    return NULL;
}

static enum bj_status read_plan(struct run *k, size_t i)
{
    const struct bj_case_info *info = bj_case_info(k->work[i].c);
    struct bj_plan *plan = NULL, *known;
    enum bj_status st = bj_plan_read(k->ctx, info->plan ? info->plan : "", info->base_dir, &plan);

    if (st)
        return fail_county(k, i, st);
    known = known_plan(k, plan);
    if (known)
        bj_plan_free(plan);
    else
        known = k->plan[k->n_plans++] = plan;
    k->work[i].plan = known;
    return BJ_OK;
}

/* ---- neighbours ------------------------------------------------------------------- */

static enum bj_status keep_facility(struct run *k, const struct bj_places *f, size_t i)
{
    struct bj_neighbour *n;

    if (!bj_grow(k->ctx, (void **)&k->neighbour, &k->neighbours_cap, k->n_neighbours, sizeof(*n)))
        return BJ_ENOMEM;
    n = &k->neighbour[k->n_neighbours];
    *n = (struct bj_neighbour){f->lon_deg[i],
                               f->lat_deg[i],
                               keep(k, f->code[i]),
                               keep(k, f->name[i]),
                               keep(k, f->ownership[i]),
                               f->classes[i]};
    if (!n->code || !n->name || !n->ownership)
        return BJ_ENOMEM;
    k->n_neighbours++;
    return BJ_OK;
}

/* What county i gives to the others. A layer that cannot be read gives nothing here, and fails the
 * county when its turn comes. */
static enum bj_status read_facilities(struct run *k, size_t i)
{
    uint32_t roles = UINT32_C(1) << BJ_ROLE_BOUNDARY | UINT32_C(1) << BJ_ROLE_FACILITIES;
    struct bj_study *s = NULL;
    enum bj_status st = bj_study_read_roles(k->ctx, k->work[i].c, 1, roles, &s);

    for (size_t f = 0; st == BJ_OK && f < s->facilities.n; f++)
        if (!s->facilities.neighbour[f])
            st = keep_facility(k, &s->facilities, f);
    bj_study_free(s);
    return st == BJ_ENOMEM || st == BJ_ECANCEL ? st : BJ_OK;
}

static enum bj_status read_all_facilities(struct run *k)
{
    enum bj_status st = BJ_OK;

    for (size_t i = 0; st == BJ_OK && i < k->b->n; i++) {
        k->neighbour_start[i] = k->n_neighbours;
        st = bj_progress(k->ctx, _("reading facilities of all counties"),
                         (double)i / (double)k->b->n);
        if (st == BJ_OK && k->work[i].c)
            st = read_facilities(k, i);
    }
    k->neighbour_start[k->b->n] = k->n_neighbours;
    return st;
}

static double largest_limit_m(const struct bj_plan *plan)
{
    const struct bj_plan_info *p = bj_plan_info(plan);
    double most = 0;

    for (size_t i = 0; i < p->n_rules; i++)
        if (p->rule[i].kind == BJ_KIND_RADIUS && p->rule[i].limit_m > most)
            most = p->rule[i].limit_m;
    return most;
}

static enum bj_status add_neighbours(struct run *k, size_t i, struct bj_study *s)
{
    size_t before = k->neighbour_start[i], after = k->neighbour_start[i + 1];
    size_t n = before + (k->n_neighbours - after);
    struct bj_neighbour *others = bj_alloc0(k->ctx, n, sizeof(*others));
    enum bj_status st;

    if (!others)
        return BJ_ENOMEM;
    if (before > 0)
        memcpy(others, k->neighbour, before * sizeof(*others));
    if (k->n_neighbours > after)
        memcpy(others + before, k->neighbour + after, (k->n_neighbours - after) * sizeof(*others));
    st = bj_study_add_neighbours(k->ctx, s, largest_limit_m(k->work[i].plan), n, others);
    bj_free(k->ctx, others);
    return st;
}

/* ---- cities ----------------------------------------------------------------------- */

/* A name that any case gives the city of that code; names of other cities do not matter. */
static const char *city_name(const struct run *k, size_t i)
{
    const struct bj_case_info *own = bj_case_info(k->work[i].c);

    if (*own->city_name || !*k->work[i].city_code)
        return own->city_name;
    for (size_t j = 0; j < k->b->n; j++)
        if (k->work[j].c && strcmp(k->work[j].city_code, k->work[i].city_code) == 0 &&
            *bj_case_info(k->work[j].c)->city_name)
            return bj_case_info(k->work[j].c)->city_name;
    return "";
}

static struct group *find_group(struct run *k, const struct bj_plan *plan, const char *code,
                                const char *name)
{
    for (size_t g = 0; g < k->n_groups; g++)
        if (k->group[g].plan == plan &&
            (*code ? strcmp(k->group[g].head.code, code) == 0
                   : !*k->group[g].head.code && strcmp(k->group[g].head.name, name) == 0))
            return &k->group[g];
    return NULL;
}

/* The group of county i, made when it is the first; *out NULL: nobody says of what city it is. */
static enum bj_status group_of(struct run *k, size_t i, struct group **out)
{
    const struct work *w = &k->work[i];
    const char *name = city_name(k, i);
    struct group *g = find_group(k, w->plan, w->city_code, name);
    enum bj_status st;

    *out = g;
    if (g || (!*w->city_code && !*name))
        return BJ_OK;
    g = &k->group[k->n_groups];
    g->plan = w->plan;
    g->code = bj_alloc0(k->ctx, k->b->n, sizeof(*g->code));
    g->head = (struct bj_batch_head){
        keep(k, w->city_code), keep(k, name), "", "", bj_plan_info(w->plan)->id, 0};
    if (!g->code || !g->head.code || !g->head.name)
        return BJ_ENOMEM;
    g->head.city = *g->head.name ? g->head.name : g->head.code;
    st = bj_city_new(k->ctx, w->plan, g->head.code, g->head.name, &g->city);
    if (st)
        return st;
    k->n_groups++;
    *out = g;
    return BJ_OK;
}

static enum bj_status report_cities(struct run *k)
{
    enum bj_status st = BJ_OK;

    for (size_t i = 0; st == BJ_OK && i < k->n_groups; i++) {
        struct group *g = &k->group[i];
        struct bj_assessment *a = NULL;

        st = bj_city_judge(g->city, &a);
        if (st == BJ_OK)
            st = bj_batch_report_city(k->ctx, k->report, &g->head, g->n_codes, g->code, a);
        bj_assessment_free(a);
    }
    k->b->n_cities = k->n_groups;
    return st;
}

/* ---- one county --------------------------------------------------------------------- */

static struct bj_batch_head head_of(const struct run *k, size_t i)
{
    const struct bj_batch_county *c = &k->b->county[i];

    return (struct bj_batch_head){c->code,
                                  c->name,
                                  c->city,
                                  c->path,
                                  k->work[i].plan ? bj_plan_info(k->work[i].plan)->id : "",
                                  c->n_warnings};
}

static void count_verdicts(const struct bj_assessment *a, struct bj_batch_county *c)
{
    for (size_t i = 0; i < a->n_rules; i++) {
        const struct bj_rule_result *r = &a->result[i];

        c->n_verdicts[r->verdict]++;
        if (r->rule->level == BJ_LEVEL_MUST && r->verdict == BJ_NOT_MET)
            c->missed_must = 1;
    }
}

/* Enters a finished county in the report and its city. */
static enum bj_status enter(struct run *k, size_t i, const struct bj_study *s,
                            const struct bj_assessment *a)
{
    struct bj_batch_county *c = &k->b->county[i];
    const struct bj_crs *crs;
    struct bj_crs *own = NULL;
    struct bj_batch_head head;
    struct group *g = NULL;
    enum bj_status st = bj_run_out_crs(k->ctx, &k->opt->run, s, &own, &crs);

    c->done = 1;
    c->n_warnings = s->n_notes + a->n_notes;
    count_verdicts(a, c);
    head = head_of(k, i);
    if (st == BJ_OK)
        st = bj_batch_report_county(k->ctx, k->report, &head, a, crs);
    if (st == BJ_OK)
        st = group_of(k, i, &g);
    if (st == BJ_OK && g) {
        st = bj_city_add(g->city, c->code, c->name, a);
        g->code[g->n_codes++] = c->code;
    }
    bj_crs_free(own);
    return st;
}

/* *ours: the failure is the batch's, not the county's. */
static enum bj_status judge_county(struct run *k, size_t i, bool *ours)
{
    const struct bj_case_info *info = bj_case_info(k->work[i].c);
    struct bj_run_options run = k->opt->run;
    const char *dir = bj_outdir_path(k->ctx, k->o, k->b->county[i].code);
    struct bj_assessment *a = NULL;
    struct bj_study *s = NULL;
    double start_s = now_s();
    enum bj_status st;

    *ours = !dir;
    if (!dir)
        return BJ_ENOMEM;
    if (!run.report.lang)
        run.report.lang = info->lang ? info->lang : "zh";
    bj_set_report_lang(run.report.lang);
    run.overwrite = 0;
    st = bj_study_read(k->ctx, k->work[i].c, 0, &s);
    run.report.read_s = now_s() - start_s;
    if (st == BJ_OK)
        st = add_neighbours(k, i, s);
    if (st == BJ_OK)
        st = bj_run_county(k->ctx, k->work[i].plan, s, &run, dir, &a);
    if (st == BJ_OK) {
        *ours = true;
        st = enter(k, i, s, a);
    }
    bj_assessment_free(a);
    bj_study_free(s);
    return st;
}

static enum bj_status report_failed(struct run *k, size_t i, bool in_city)
{
    struct bj_batch_county *c = &k->b->county[i];
    struct bj_batch_head head = head_of(k, i);
    struct group *g = NULL;
    enum bj_status st = bj_batch_report_failed(k->ctx, k->report, &head, c->reason);

    if (st == BJ_OK && in_city)
        st = group_of(k, i, &g);
    if (st == BJ_OK && g) {
        st = bj_city_add_failed(g->city, c->code, c->name, c->reason);
        g->code[g->n_codes++] = c->code;
    }
    return st;
}

static enum bj_status do_county(struct run *k, size_t i)
{
    struct bj_batch_county *c = &k->b->county[i];
    bool ours = false, failed = !k->work[i].c;
    enum bj_status st = failed ? BJ_OK : judge_county(k, i, &ours);

    if (st && (ours || st == BJ_ENOMEM || st == BJ_ECANCEL))
        return st;
    if (st) {
        c->reason = keep(k, bj_ctx_message(k->ctx));
        failed = true;
        if (!c->reason)
            return BJ_ENOMEM;
    }
    if (failed) {
        st = report_failed(k, i, k->work[i].c != NULL);
        if (st)
            return st;
    }
    if (k->opt->finished)
        k->opt->finished(k->opt->udata, i, k->b->n, c);
    return BJ_OK;
}

/* ---- the run -------------------------------------------------------------------------- */

static enum bj_status read_all(struct run *k)
{
    enum bj_status st = BJ_OK;

    for (size_t i = 0; st == BJ_OK && i < k->b->n; i++)
        st = read_case(k, i);
    if (st == BJ_OK)
        st = check_codes(k);
    for (size_t i = 0; st == BJ_OK && i < k->b->n; i++)
        if (k->work[i].c)
            st = read_plan(k, i);
    return st == BJ_OK ? read_all_facilities(k) : st;
}

/* No case could be read: the date that an empty one has. */
static enum bj_status settle_date(struct run *k)
{
    struct bj_case *none = NULL;
    enum bj_status st = *k->date ? BJ_OK : bj_case_read(k->ctx, NULL, &none);

    if (none)
        snprintf(k->date, sizeof(k->date), "%s", bj_case_info(none)->date);
    bj_case_free(none);
    return st;
}

static enum bj_status write_all(struct run *k, const char *dir)
{
    const char *lang = k->opt->run.report.lang ? k->opt->run.report.lang : "zh";
    unsigned outputs = k->opt->run.report.outputs;
    enum bj_status st = settle_date(k);

    if (st == BJ_OK)
        st = bj_outdir_begin(k->ctx, dir, "batch.json", k->opt->run.overwrite, &k->o);
    if (st == BJ_OK)
        st = bj_batch_report_new(k->ctx, k->o, lang, k->date, (outputs & BJ_OUTPUT_LAYERS) != 0,
                                 &k->report);
    for (size_t i = 0; st == BJ_OK && i < k->b->n; i++)
        st = do_county(k, i);
    bj_set_report_lang(lang);
    if (st == BJ_OK)
        st = report_cities(k);
    if (st == BJ_OK)
        st = bj_batch_report_write(k->ctx, k->report);
    if (st == BJ_OK) {
        st = bj_outdir_commit(k->ctx, k->o);
        k->o = NULL;
    }
    return st;
}

static void release(struct run *k)
{
    bj_batch_report_free(k->ctx, k->report);
    bj_outdir_abandon(k->ctx, k->o);
    for (size_t g = 0; g < k->n_groups; g++)
        bj_city_free(k->group[g].city);
    for (size_t g = 0; k->group && g <= k->n_groups && g < k->b->n; g++)
        bj_free(k->ctx, k->group[g].code);
    for (size_t i = 0; k->work && i < k->b->n; i++)
        bj_case_free(k->work[i].c);
    for (size_t i = 0; i < k->n_plans; i++)
        bj_plan_free(k->plan[i]);
    bj_free(k->ctx, k->group);
    bj_free(k->ctx, k->neighbour_start);
    bj_free(k->ctx, k->neighbour);
    bj_free(k->ctx, k->plan);
    bj_free(k->ctx, k->work);
}

void bj_batch_free(struct bj_batch *b)
{
    struct bj_ctx *ctx;

    if (!b)
        return;
    ctx = b->own->ctx;
    bj_free(ctx, b->county);
    bj_strings_release(ctx, &b->own->strings);
    bj_free(ctx, b->own);
    bj_free(ctx, b);
}

static struct bj_batch *new_batch(struct bj_ctx *ctx)
{
    struct bj_batch *b = bj_alloc0(ctx, 1, sizeof(*b));

    if (!b)
        return NULL;
    b->own = bj_alloc0(ctx, 1, sizeof(*b->own));
    if (!b->own) {
        bj_free(ctx, b);
        return NULL;
    }
    b->own->ctx = ctx;
    return b;
}

static enum bj_status make_room(struct run *k, const char *const *cases)
{
    struct bj_batch *b = k->b;

    while (cases[b->n])
        b->n++;
    b->county = bj_alloc0(k->ctx, b->n, sizeof(*b->county));
    k->work = bj_alloc0(k->ctx, b->n, sizeof(*k->work));
    k->plan = bj_alloc0(k->ctx, b->n, sizeof(*k->plan));
    k->group = bj_alloc0(k->ctx, b->n, sizeof(*k->group));
    k->neighbour_start = bj_alloc0(k->ctx, b->n + 1, sizeof(*k->neighbour_start));
    if (!b->county || !k->work || !k->plan || !k->group || !k->neighbour_start)
        return BJ_ENOMEM;
    for (size_t i = 0; i < b->n; i++) {
        b->county[i] = (struct bj_batch_county){.code = "", .name = "", .city = "", .reason = ""};
        b->county[i].path = keep(k, cases[i]);
        if (!b->county[i].path)
            return BJ_ENOMEM;
    }
    return BJ_OK;
}

enum bj_status bj_batch_run(struct bj_ctx *ctx, const char *const *cases, const char *dir,
                            const struct bj_batch_options *opt, struct bj_batch **out)
{
    struct run k = {.ctx = ctx, .opt = opt, .b = new_batch(ctx)};
    enum bj_status st = k.b ? make_room(&k, cases) : BJ_ENOMEM;

    if (!k.b)
        return BJ_ENOMEM;
    if (st == BJ_OK)
        st = read_all(&k);
    if (st == BJ_OK)
        st = write_all(&k, dir);
    release(&k);
    if (st) {
        bj_batch_free(k.b);
        return st;
    }
    *out = k.b;
    return BJ_OK;
}
