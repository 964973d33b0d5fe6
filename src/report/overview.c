/* What a terminal shows of an assessment: a row a judged rule, and the reasons of the others. */
#include "report/report_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OVERVIEW_COLUMNS = 5, CELL = 80, IDS_SHOWN = 6, REASONS_SHOWN = 5 };

/* A rule has a row of its own when it was judged. */
static bool has_row(const struct bj_rule_result *res)
{
    return res->verdict != BJ_NOT_EVALUATED;
}

/* Units that meet the rule, of all, for rules that judge units and not points. */
static void unit_cell(const struct bj_rule_result *res, char *cell)
{
    size_t met = 0;

    for (size_t i = 0; i < res->n_units; i++)
        met += res->unit[i].verdict == BJ_MET;
    if (res->n_units)
        snprintf(cell, CELL, _("%zu / %zu units"), met, res->n_units);
}

/* Covered of evaluated; what could not be evaluated is in neither. */
static void tally_cell(const struct bj_tally *t, char *cell)
{
    int n = snprintf(cell, CELL, "%.0f / %.0f", t->covered, t->total - t->not_evaluated);

    if (t->not_evaluated > 0)
        snprintf(cell + n, (size_t)(CELL - n), _(" (+%.0f not evaluated)"), t->not_evaluated);
}

/* Parcels wholly covered, and the share of all residential land. */
static void land_cell(const struct bj_rule_result *res, char *cell)
{
    size_t n = strlen(cell);

    snprintf(cell + n, CELL - n, _(" parcels, %.2f %% of their area"), 100 * res->share_land);
}

static void overview_cells(const struct bj_rule_result *res, char cell[OVERVIEW_COLUMNS][CELL])
{
    static const char *const words[] = {N_("met"), N_("partly met"), N_("not met"),
                                        N_("not evaluated")};

    for (int j = 1; j < OVERVIEW_COLUMNS; j++)
        strcpy(cell[j], "-");
    snprintf(cell[0], CELL, "%s", res->rule->id);
    if (res->judged) {
        tally_cell(&res->villages, cell[1]);
        if (isfinite(res->share_land))
            land_cell(res, cell[1]);
        tally_cell(&res->population, cell[2]);
        if (isfinite(res->uncovered_km2))
            snprintf(cell[3], CELL, "%.2f", res->uncovered_km2);
    } else {
        unit_cell(res, cell[1]);
    }
    snprintf(cell[4], CELL, "%s", _(words[res->verdict]));
}

static void pad(struct bj_ctx *ctx, struct bj_buf *b, const char *s, size_t width)
{
    bj_buf_puts(ctx, b, s);
    for (size_t n = bj_utf8_width(s); n < width; n++)
        bj_buf_add(ctx, b, " ", 1);
}

static void overview_rows(struct bj_ctx *ctx, struct bj_buf *b,
                          char (*cell)[OVERVIEW_COLUMNS][CELL], size_t n_rows)
{
    size_t width[OVERVIEW_COLUMNS] = {0};

    for (size_t i = 0; i < n_rows; i++)
        for (int j = 0; j < OVERVIEW_COLUMNS; j++)
            if (bj_utf8_width(cell[i][j]) > width[j])
                width[j] = bj_utf8_width(cell[i][j]);
    for (size_t i = 0; i < n_rows; i++) {
        for (int j = 0; j < OVERVIEW_COLUMNS; j++)
            pad(ctx, b, cell[i][j], j + 1 < OVERVIEW_COLUMNS ? width[j] + 2 : 0);
        bj_buf_add(ctx, b, "\n", 1);
    }
}

/* The first rule before i that is open for the same reason, i when there is none. */
static size_t first_with_reason(const struct bj_assessment *a, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (!has_row(&a->result[k]) && strcmp(a->result[k].reason, a->result[i].reason) == 0)
            return k;
    return i;
}

/* One line: the rules that are open for the reason of rule i. Returns how many. */
static size_t overview_reason(struct bj_ctx *ctx, struct bj_buf *b, const struct bj_assessment *a,
                              size_t i, size_t shown)
{
    size_t n = 0;

    bj_buf_puts(ctx, b, _("not evaluated: "));
    for (size_t k = i; k < a->n_rules; k++) {
        if (has_row(&a->result[k]) || strcmp(a->result[k].reason, a->result[i].reason) != 0)
            continue;
        if (n++ < shown)
            bj_buf_printf(ctx, b, "%s%s", n > 1 ? ", " : "", a->result[k].rule->id);
    }
    if (n > shown)
        bj_buf_printf(ctx, b, _(" and %zu more"), n - shown);
    bj_buf_printf(ctx, b, ": %s\n", a->result[i].reason);
    return n;
}

/* What was not evaluated, one line a reason; a plan of a hundred rules has too many for a
 * terminal, and all of them are in the tables. */
static void overview_reasons(struct bj_ctx *ctx, struct bj_buf *b, const struct bj_assessment *a,
                             size_t ids_shown, size_t reasons_shown)
{
    size_t n_open = 0, n_said = 0, n_lines = 0;

    for (size_t i = 0; i < a->n_rules; i++) {
        if (has_row(&a->result[i]))
            continue;
        n_open++;
        if (n_lines < reasons_shown && first_with_reason(a, i) == i) {
            n_said += overview_reason(ctx, b, a, i, ids_shown);
            n_lines++;
        }
    }
    if (n_open > n_said)
        bj_buf_printf(
            ctx, b,
            _("not evaluated: %zu more rules; the reasons are in tables/8-quality.csv and "
              "summary.json\n"),
            n_open - n_said);
}

/* The text as the caller's; releases b. */
static enum bj_status finish_text(struct bj_ctx *ctx, struct bj_buf *b, char **out)
{
    char *text = b->failed ? NULL : strdup(b->s ? b->s : "");
    enum bj_status st = text ? BJ_OK : BJ_ENOMEM;

    if (text)
        *out = text;
    else if (!b->failed)
        st = bj_fail(ctx, BJ_ENOMEM, _("out of memory while writing the table"));
    bj_buf_release(ctx, b);
    return st;
}

enum bj_status bj_report_overview(struct bj_ctx *ctx, const struct bj_assessment *a, char **out)
{
    struct bj_buf b = {0};
    char(*cell)[OVERVIEW_COLUMNS][CELL] = bj_alloc0(ctx, a->n_rules + 1, sizeof(*cell));
    enum bj_status st;
    size_t n = 1;

    if (!cell)
        return BJ_ENOMEM;
    snprintf(cell[0][0], CELL, "%s", _("rule"));
    snprintf(cell[0][1], CELL, "%s", _("villages covered"));
    snprintf(cell[0][2], CELL, "%s", _("people covered"));
    snprintf(cell[0][3], CELL, "%s", _("km2 uncovered"));
    snprintf(cell[0][4], CELL, "%s", _("verdict"));
    for (size_t i = 0; i < a->n_rules; i++)
        if (has_row(&a->result[i]))
            overview_cells(&a->result[i], cell[n++]);
    overview_rows(ctx, &b, cell, n);
    overview_reasons(ctx, &b, a, IDS_SHOWN, REASONS_SHOWN);
    st = finish_text(ctx, &b, out);
    bj_free(ctx, cell);
    return st;
}

enum bj_status bj_report_open_rules(struct bj_ctx *ctx, const struct bj_assessment *a, char **out)
{
    struct bj_buf b = {0};

    overview_reasons(ctx, &b, a, SIZE_MAX, SIZE_MAX);
    return finish_text(ctx, &b, out);
}
