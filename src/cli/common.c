/* Options that several subcommands share: layers on the command line, threads, quiet, and how
 * counties are judged. */
#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

enum bj_status common_apply(struct bj_ctx *ctx, const struct common *c)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    enum bj_status st = BJ_OK;

    cli_talk(ctx, c->quiet);
    bj_ctx_set_threads(ctx, c->threads > 0 ? c->threads : cores > 0 ? (int)cores : 1);
    for (size_t i = 0; st == BJ_OK && i < c->config.n; i++)
        st = bj_config_set(ctx, c->config.item[i]);
    return st;
}

static enum bj_status set_list(struct bj_ctx *ctx, struct bj_case *c, enum bj_role role,
                               const struct opt_list *l)
{
    enum bj_status st = BJ_OK;

    for (size_t i = 0; st == BJ_OK && i < l->n; i++)
        st = bj_case_set_layer(ctx, c, role, l->item[i], i == 0);
    return st;
}

enum bj_status common_case(struct bj_ctx *ctx, const struct common *c, const char *path,
                           struct bj_case **out)
{
    const struct {
        enum bj_role role;
        const char *path;
    } one[] = {{BJ_ROLE_BOUNDARY, c->boundary},     {BJ_ROLE_TOWNSHIPS, c->townships},
               {BJ_ROLE_URBAN_AREA, c->urban_area}, {BJ_ROLE_ROADS, c->roads},
               {BJ_ROLE_FRICTION, c->surface},      {BJ_ROLE_POPULATION, c->population}};
    struct bj_case *made = NULL;
    enum bj_status st = bj_case_read(ctx, path, &made);

    if (st == BJ_OK && c->plan)
        st = bj_case_set_plan(ctx, made, c->plan);
    if (st == BJ_OK)
        st = set_list(ctx, made, BJ_ROLE_VILLAGES, &c->villages);
    if (st == BJ_OK)
        st = set_list(ctx, made, BJ_ROLE_SETTLEMENTS, &c->settlements);
    if (st == BJ_OK)
        st = set_list(ctx, made, BJ_ROLE_PARCELS, &c->parcels);
    if (st == BJ_OK)
        st = set_list(ctx, made, BJ_ROLE_FACILITIES, &c->facilities);
    if (st == BJ_OK)
        st = set_list(ctx, made, BJ_ROLE_NEIGHBOURS, &c->neighbours);
    for (size_t i = 0; st == BJ_OK && i < sizeof(one) / sizeof(*one); i++)
        if (one[i].path)
            st = bj_case_set_layer(ctx, made, one[i].role, one[i].path, 1);
    if (st != BJ_OK) {
        bj_case_free(made);
        return st;
    }
    *out = made;
    return BJ_OK;
}

/* ---- judging ---------------------------------------------------------------- */

const char *const lang_names[] = {"zh", "en", NULL};
const char *const encoding_names[] = {"utf-8", "gb18030", NULL};

/* "layers,tables" -> bits; 0 when a word is unknown. */
static unsigned outputs_of(const char *text)
{
    static const char *const words[] = {"layers", "tables", "report", "map", "all"};
    static const unsigned bits[] = {BJ_OUTPUT_LAYERS, BJ_OUTPUT_TABLES, BJ_OUTPUT_REPORT,
                                    BJ_OUTPUT_MAP, BJ_OUTPUT_ALL};
    unsigned all = 0;

    if (!text)
        return BJ_OUTPUT_ALL;
    while (*text) {
        size_t n = strcspn(text, ","), i = 0;

        while (i < 5 && !(strlen(words[i]) == n && strncmp(words[i], text, n) == 0))
            i++;
        if (i == 5)
            return 0;
        all |= bits[i];
        text += n + (text[n] == ',');
    }
    return all;
}

int judging_check(const char *command, const struct judging *j)
{
    if (!j->out)
        return opt_wrong(command, _("give the result folder with -o DIR"));
    if (!outputs_of(j->outputs))
        return opt_wrong(command,
                         _("option --outputs: '%s' is no list of layers, tables, report, map"),
                         j->outputs);
    return EXIT_DONE;
}

struct bj_run_options judging_run(const struct judging *j)
{
    return (struct bj_run_options){
        .assess = {.tolerance_m = j->tolerance_m, .n_rules = j->rule.n, .rule = j->rule.item},
        .report = {.outputs = outputs_of(j->outputs),
                   .format = (enum bj_format)j->format,
                   .encoding = j->encoding == 1 ? "GB18030" : "UTF-8",
                   .lang = j->lang >= 0 ? lang_names[j->lang] : NULL},
        .out_crs = j->out_crs,
        .overwrite = j->overwrite};
}
