/* ledger.csv: every input row that was not simply used, and why. Column names are fixed, in
 * English, because programs read them; the reason is for people. */
#include "report/report_int.h"

#include <math.h>

static const char *const columns[] = {"file", "row", "code", "state", "reason", "population"};

enum bj_status bj_report_ledger(struct bj_ctx *ctx, const struct report *r, struct bj_outdir *o)
{
    const struct bj_study *s = r->study;
    struct csv c = {.buf.max = SIZE_MAX / 4}; /* a province's ledger may be long */
    char number[32];

    for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
        bj_csv_text(ctx, &c, columns[i]);
    bj_csv_end_row(ctx, &c);
    for (size_t i = 0; i < s->n_ledger; i++) {
        const struct bj_ledger_row *l = &s->ledger[i];

        bj_csv_text(ctx, &c, s->input[l->input].path);
        bj_csv_count(ctx, &c, l->row);
        bj_csv_text(ctx, &c, l->code ? l->code : "");
        bj_csv_text(ctx, &c, bj_fate_names[l->fate]);
        bj_csv_text(ctx, &c, l->reason ? l->reason : "");
        bj_csv_text(ctx, &c, isfinite(l->population) ? bj_double_text(l->population, number) : "");
        bj_csv_end_row(ctx, &c);
    }
    return bj_csv_finish(ctx, &c, o, "ledger.csv");
}
