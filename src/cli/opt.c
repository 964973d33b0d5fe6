/* One option table over getopt_long: parsing, range checks and the help page. */
#include "cli/cli.h"

#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OPTIONS = 64, FIRST_LONG = 1000, HELP_LONG = 999 };

int opt_wrong(const char *command, const char *fmt, ...)
{
    va_list args;

    fputs("banjing: ", stderr);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    if (command)
        fprintf(stderr, _("; see `banjing %s --help`\n"), command);
    else
        fputs(_("; see `banjing --help`\n"), stderr);
    return EXIT_USAGE;
}

static void print_words(const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        printf("%s%s", i ? "|" : "", words[i]);
}

static void print_option(const struct opt *o)
{
    if (o->letter)
        printf("  -%c, --%s", o->letter, o->name);
    else
        printf("      --%s", o->name);
    if (o->type == OPT_T_ENUM) {
        putchar(' ');
        print_words(o->words);
    } else if (o->metavar) {
        printf(" %s", _(o->metavar));
    }
    printf("\n            %s\n", _(o->help));
}

static void print_page(const struct usage *u, const struct opt *opts)
{
    printf(_("usage: banjing %s\n\n%s\n\noptions:\n"), _(u->synopsis), _(u->text));
    for (; opts->type != OPT_T_END; opts++)
        print_option(opts);
    printf("  -h, --help\n            %s\n", _("this page"));
    if (u->examples)
        printf(_("\nexamples:\n%s"), u->examples);
}

static bool read_number(const struct opt *o, const char *arg, double *v)
{
    char *end;

    *v = strtod(arg, &end);
    return end != arg && *end == '\0' && isfinite(*v) && *v >= o->min && *v <= o->max &&
           (o->type == OPT_T_REAL || *v == floor(*v));
}

static int wrong_word(const char *command, const struct opt *o, const char *arg)
{
    char words[256] = "";
    size_t n = 0;

    for (size_t i = 0; o->words[i] && n < sizeof(words); i++)
        n += (size_t)snprintf(words + n, sizeof(words) - n, "%s%s", i ? ", " : "", o->words[i]);
    return opt_wrong(command, _("option --%s: '%s' is none of: %s"), o->name, arg, words);
}

/* 0 or the exit code of wrong usage. */
static int set(const char *command, const struct opt *o, const char *arg)
{
    double v;

    switch (o->type) {
    case OPT_T_FLAG:
        *(int *)o->value = 1;
        return 0;
    case OPT_T_TEXT:
        *(const char **)o->value = arg;
        return 0;
    case OPT_T_LIST: {
        struct opt_list *l = o->value;

        if (l->n == sizeof(l->item) / sizeof(*l->item))
            return opt_wrong(command, _("option --%s is given more than %zu times"), o->name, l->n);
        l->item[l->n++] = arg;
        return 0;
    }
    case OPT_T_INT:
    case OPT_T_REAL:
        if (!read_number(o, arg, &v))
            return opt_wrong(command, _("option --%s: '%s' is no number from %g to %g"), o->name,
                             arg, o->min, o->max);
        if (o->type == OPT_T_INT)
            *(int *)o->value = (int)v;
        else
            *(double *)o->value = v;
        return 0;
    case OPT_T_ENUM:
        for (int i = 0; o->words[i]; i++)
            if (strcasecmp(o->words[i], arg) == 0) {
                *(int *)o->value = i;
                return 0;
            }
        return wrong_word(command, o, arg);
    default:
        return 0;
    }
}

static void long_table(const struct opt *opts, struct option *table, char *letters)
{
    size_t n = 0, m = 0;

    letters[m++] = ':'; /* getopt stays silent; a missing argument is told from an unknown name */
    for (; opts[n].type != OPT_T_END; n++) {
        int arg = opts[n].type == OPT_T_FLAG ? no_argument : required_argument;

        table[n] = (struct option){opts[n].name, arg, NULL, FIRST_LONG + (int)n};
        if (opts[n].letter) {
            letters[m++] = opts[n].letter;
            if (arg == required_argument)
                letters[m++] = ':';
        }
    }
    table[n++] = (struct option){"help", no_argument, NULL, HELP_LONG};
    table[n] = (struct option){NULL, 0, NULL, 0};
    letters[m++] = 'h';
    letters[m] = '\0';
}

static const struct opt *find(const struct opt *opts, int c)
{
    for (int i = 0; opts[i].type != OPT_T_END; i++)
        if (c == FIRST_LONG + i || (opts[i].letter && c == opts[i].letter))
            return &opts[i];
    return NULL;
}

enum opt_answer opt_parse(const struct usage *u, const struct opt *opts, int argc, char **argv,
                          int *n_operands)
{
    struct option table[MAX_OPTIONS + 2];
    char letters[2 * MAX_OPTIONS + 4];
    int c;

    long_table(opts, table, letters);
    opterr = 0;
    optind = 1;
    while ((c = getopt_long(argc, argv, letters, table, NULL)) != -1) {
        if (c == 'h' || c == HELP_LONG) {
            print_page(u, opts);
            return OPT_HELP_SHOWN;
        }
        if (c == ':') {
            opt_wrong(argv[0], _("option %s needs a value"), argv[optind - 1]);
            return OPT_WRONG;
        }
        if (c == '?') {
            opt_wrong(argv[0], _("there is no option %s"), argv[optind - 1]);
            return OPT_WRONG;
        }
        if (set(argv[0], find(opts, c), optarg))
            return OPT_WRONG;
    }
    /* getopt_long has moved the operands behind the options. */
    *n_operands = argc - optind;
    memmove(argv + 1, argv + optind, (size_t)*n_operands * sizeof(*argv));
    return OPT_GO_ON;
}
