/* What the subcommands share: exit codes, the option table, talking to the user. */
#ifndef BANJING_CLI_H
#define BANJING_CLI_H

#include "banjing/banjing.h"

#include <libintl.h>
#include <stdio.h>

#define _(s)  dgettext("banjing", (s))
#define N_(s) s

enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOT_MET = 3 };

/* ---- options (opt.c) ---------------------------------------------------- */

enum opt_type { OPT_T_END, OPT_T_FLAG, OPT_T_TEXT, OPT_T_LIST, OPT_T_INT, OPT_T_REAL, OPT_T_ENUM };

/* Values of an option that may be given several times. Zeroed = none. */
struct opt_list {
    const char *item[64];
    size_t n;
};

/* One row gives parsing, range checks and help. */
struct opt {
    char letter; /* 0 = long only */
    const char *name;
    enum opt_type type;
    void *value;              /* int, const char *, struct opt_list, int, double, int */
    const char *metavar;      /* what the help calls the argument */
    const char *help;         /* N_() */
    const char *const *words; /* OPT_T_ENUM: NULL-ended; value receives the index */
    double min, max;          /* OPT_T_INT, OPT_T_REAL: inclusive */
};
#define OPT_FLAG(l, n, v, h)                                                                       \
    {                                                                                              \
        (l), (n), OPT_T_FLAG, (v), NULL, (h), NULL, 0, 0                                           \
    }
#define OPT_TEXT(l, n, v, m, h)                                                                    \
    {                                                                                              \
        (l), (n), OPT_T_TEXT, (v), (m), (h), NULL, 0, 0                                            \
    }
#define OPT_LIST(l, n, v, m, h)                                                                    \
    {                                                                                              \
        (l), (n), OPT_T_LIST, (v), (m), (h), NULL, 0, 0                                            \
    }
#define OPT_INT(l, n, v, m, lo, hi, h)                                                             \
    {                                                                                              \
        (l), (n), OPT_T_INT, (v), (m), (h), NULL, (lo), (hi)                                       \
    }
#define OPT_REAL(l, n, v, m, lo, hi, h)                                                            \
    {                                                                                              \
        (l), (n), OPT_T_REAL, (v), (m), (h), NULL, (lo), (hi)                                      \
    }
#define OPT_ENUM(l, n, v, w, h)                                                                    \
    {                                                                                              \
        (l), (n), OPT_T_ENUM, (v), NULL, (h), (w), 0, 0                                            \
    }
#define OPT_END                                                                                    \
    {                                                                                              \
        0, NULL, OPT_T_END, NULL, NULL, NULL, NULL, 0, 0                                           \
    }

/* A subcommand's page: synopsis after "banjing ", what it does, examples. */
struct usage {
    const char *synopsis, *text, *examples;
};

enum opt_answer { OPT_GO_ON, OPT_HELP_SHOWN, OPT_WRONG };

/* Parses argv (argv[0] is the subcommand). Operands are moved to the front of argv[1..] and
 * *n_operands receives their number. Wrong options are reported on stderr; --help prints the
 * page on stdout. */
enum opt_answer opt_parse(const struct usage *u, const struct opt *opts, int argc, char **argv,
                          int *n_operands);
/* Reports wrong usage in one sentence and says where help is. Returns EXIT_USAGE. */
int opt_wrong(const char *command, const char *fmt, ...) BJ_PRINTF(2, 3);

/* ---- talking (talk.c) --------------------------------------------------- */

/* "banjing: <message>" on stderr; returns EXIT_FAILED. */
int cli_fail(const struct bj_ctx *ctx);
/* Log and progress hooks; progress only on a terminal and not when quiet. */
void cli_talk(struct bj_ctx *ctx, int quiet);
/* Ends a progress line that is still on the screen. */
void cli_clear_progress(void);
/* The layer's file, unless the text has it, and the text of a note; without its fix. */
void cli_print_note(FILE *to, const struct bj_note *n);
/* Prints the notes of a study on stderr, "warning: …". */
void cli_notes(size_t n, const struct bj_note *note);
/* Language of messages from the locale, also where that locale is not installed. */
void cli_locale(void);

/* ---- what several subcommands take (common.c) --------------------------- */

/* Layers on the command line, and common switches. */
struct common {
    const char *plan, *boundary, *townships, *urban_area, *roads, *surface, *population;
    struct opt_list villages, settlements, parcels, facilities, neighbours, config;
    int quiet, threads, json;
    const char *lang_text;
};
#define COMMON_LAYER_OPTIONS(c)                                                                    \
    OPT_TEXT(0, "plan", &(c).plan, N_("ID|FILE"), N_("plan to judge by: an id or a path")),        \
        OPT_LIST(0, "villages", &(c).villages, N_("SOURCE"), N_("villages layer")),                \
        OPT_LIST(0, "settlements", &(c).settlements, N_("SOURCE"),                                 \
                 N_("settlements (natural villages) layer")),                                      \
        OPT_LIST(0, "parcels", &(c).parcels, N_("SOURCE"), N_("residential polygons")),            \
        OPT_LIST(0, "facilities", &(c).facilities, N_("SOURCE"),                                   \
                 N_("facilities layer; may be given several times")),                              \
        OPT_TEXT(0, "boundary", &(c).boundary, N_("SOURCE"), N_("county boundary layer")),         \
        OPT_TEXT(0, "townships", &(c).townships, N_("SOURCE"), N_("townships layer")),             \
        OPT_TEXT(0, "urban-area", &(c).urban_area, N_("SOURCE"), N_("built-up area layer")),       \
        OPT_TEXT(0, "roads", &(c).roads, N_("SOURCE"), N_("roads layer")),                         \
        OPT_TEXT(0, "surface", &(c).surface, N_("SOURCE"), N_("friction raster")),                 \
        OPT_TEXT(0, "population", &(c).population, N_("SOURCE"), N_("population raster")),         \
        OPT_LIST(0, "neighbours", &(c).neighbours, N_("SOURCE"),                                   \
                 N_("facilities of the neighbour counties"))
#define COMMON_OPTIONS(c)                                                                          \
    OPT_INT(0, "threads", &(c).threads, N_("N"), 1, 256,                                           \
            N_("worker threads (default: all cores)")),                                            \
        OPT_FLAG('q', "quiet", &(c).quiet, N_("no progress and no remarks, only warnings")),       \
        OPT_LIST(0, "config", &(c).config, N_("KEY=VALUE"), N_("GDAL configuration option"))

/* How counties are judged and written: check and batch alike. */
struct judging {
    const char *out, *outputs, *out_crs;
    struct opt_list rule;
    int overwrite, strict, lang, format, encoding;
    double tolerance_m;
};
#define JUDGING_DEFAULTS                                                                           \
    {                                                                                              \
        .lang = -1, .tolerance_m = 0.1                                                             \
    }
extern const char *const lang_names[], *const encoding_names[];
#define JUDGING_OPTIONS(j)                                                                         \
    OPT_LIST(0, "rule", &(j).rule, N_("ID"),                                                       \
             N_("judge this rule only; may be given several times")),                              \
        OPT_TEXT(0, "outputs", &(j).outputs, N_("LIST"),                                           \
                 N_("of layers,tables,report,map; default all")),                                  \
        OPT_ENUM('f', "format", &(j).format, bj_format_names, N_("format of the layers")),         \
        OPT_ENUM(0, "encoding", &(j).encoding, encoding_names, N_("text in written shapefiles")),  \
        OPT_TEXT(0, "out-crs", &(j).out_crs, N_("CRS"),                                            \
                 N_("CRS of the layers, as EPSG:4490; default the boundary's")),                   \
        OPT_REAL(0, "tolerance", &(j).tolerance_m, N_("M"), 0.001, 100,                            \
                 N_("drawn arcs stay this near to the circle, metres; default 0.1")),              \
        OPT_ENUM(0, "lang", &(j).lang, lang_names,                                                 \
                 N_("language of tables; default the case's, else zh")),                           \
        OPT_FLAG(0, "strict", &(j).strict, N_("exit 3 when a must-rule is not met"))

/* Whether -o and --outputs are as they must be; else says so: EXIT_USAGE. */
int judging_check(const char *command, const struct judging *j);
/* What they mean for a run; report.lang is NULL where the case decides. */
struct bj_run_options judging_run(const struct judging *j);

/* Applies --config, --threads, --quiet to ctx. */
enum bj_status common_apply(struct bj_ctx *ctx, const struct common *c);
/* Case file (NULL = none) with the command line's layers over it. */
enum bj_status common_case(struct bj_ctx *ctx, const struct common *c, const char *path,
                           struct bj_case **out);

/* ---- subcommands -------------------------------------------------------- */

int cmd_batch(struct bj_ctx *ctx, int argc, char **argv);
int cmd_check(struct bj_ctx *ctx, int argc, char **argv);
int cmd_inspect(struct bj_ctx *ctx, int argc, char **argv);
int cmd_plan(struct bj_ctx *ctx, int argc, char **argv);
int cmd_shift(struct bj_ctx *ctx, int argc, char **argv);
int cmd_help(struct bj_ctx *ctx, int argc, char **argv);

#endif
