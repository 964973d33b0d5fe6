/* Talking to the user: messages, warnings and progress on stderr, results on stdout. */
#include "cli/cli.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int cli_fail(const struct bj_ctx *ctx)
{
    cli_clear_progress();
    fprintf(stderr, "banjing: %s\n", bj_ctx_message(ctx));
    return EXIT_FAILED;
}

void cli_print_note(FILE *to, const struct bj_note *n)
{
    if (n->layer && *n->layer && !strstr(n->text, n->layer))
        fprintf(to, "%s: ", n->layer);
    fputs(n->text, to);
}

void cli_notes(size_t n, const struct bj_note *note)
{
    cli_clear_progress();
    for (size_t i = 0; i < n; i++) {
        fprintf(stderr, _("warning: %s"), "");
        cli_print_note(stderr, &note[i]);
        if (note[i].fix && note[i].fix[0])
            fprintf(stderr, " (%s)", note[i].fix);
        fputc('\n', stderr);
    }
}

static void on_log(void *udata, enum bj_level level, const char *text)
{
    int quiet = *(const int *)udata;

    if (level == BJ_LOG_DEBUG && !getenv("BANJING_DEBUG"))
        return;
    if (level == BJ_LOG_INFO && quiet)
        return;
    cli_clear_progress();
    if (level == BJ_LOG_WARNING)
        fprintf(stderr, _("warning: %s"), text);
    else
        fputs(text, stderr);
    fputc('\n', stderr);
}

/* ---- progress ----------------------------------------------------------- */

static struct {
    double start_s, shown_s;
    int on_screen;
    const char *stage;
} progress;

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void cli_clear_progress(void)
{
    if (progress.on_screen)
        fputs("\r\033[K", stderr);
    progress.on_screen = 0;
}

/* Nothing is shown in the first second, then at most ten lines a second. */
static int on_progress(void *udata, const char *stage, double done)
{
    double t = now_s();

    (void)udata;
    if (t - progress.start_s < 1 || t - progress.shown_s < 0.1)
        return 0;
    progress.shown_s = t;
    cli_clear_progress();
    if (done >= 0)
        fprintf(stderr, "%s %3.0f %%", stage, 100 * done);
    else
        fprintf(stderr, "%s ...", stage);
    progress.on_screen = 1;
    fflush(stderr);
    return 0;
}

void cli_talk(struct bj_ctx *ctx, int quiet)
{
    static int is_quiet;

    is_quiet = quiet;
    bj_ctx_set_log(ctx, on_log, &is_quiet);
    progress.start_s = now_s();
    if (!quiet && isatty(STDERR_FILENO))
        bj_ctx_set_progress(ctx, on_progress, NULL);
}

/* ---- language ----------------------------------------------------------- */

static const char *wanted_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const char *v = getenv(names[i]);

        if (v && *v)
            return v;
    }
    return "C";
}

/* A catalogue is found under $BANJING_LOCALE_DIR (tests), beside the program, or where it was
 * built. */
static void bind_catalogue(void)
{
    static char dir[4200];
    const char *env = getenv("BANJING_LOCALE_DIR");
    char exe[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    char *slash;

    if (env && *env) {
        bindtextdomain("banjing", env);
    } else if (n > 0) {
        exe[n] = '\0';
        slash = strrchr(exe, '/');
        if (slash)
            *slash = '\0';
        snprintf(dir, sizeof(dir), "%s/../share/locale", exe);
        if (access(dir, R_OK) != 0)
            snprintf(dir, sizeof(dir), "%s/locale", exe);
        bindtextdomain("banjing", dir);
    }
    bind_textdomain_codeset("banjing", "UTF-8");
}

void cli_locale(void)
{
    const char *wanted = wanted_locale();

    setlocale(LC_ALL, "");
    /* Where zh_CN is asked for and not generated (a bare Debian), glibc falls back to "C" and
     * translates nothing: C.UTF-8 with LANGUAGE gives the same messages. */
    if (strncmp(wanted, "zh", 2) == 0 && strcmp(setlocale(LC_MESSAGES, NULL), "C") == 0) {
        setlocale(LC_CTYPE, "C.UTF-8");
        setlocale(LC_MESSAGES, "C.UTF-8");
        setenv("LANGUAGE", "zh_CN", 0);
    }
    setlocale(LC_NUMERIC, "C");
    bind_catalogue();
}
