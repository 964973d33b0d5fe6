/* Parts of the report folder: each writes its own files from the one assessment. */
#ifndef BANJING_REPORT_INT_H
#define BANJING_REPORT_INT_H

#include "banjing/report.h"
#include "base/base_int.h"

/* What every part reads. */
struct report {
    const struct bj_plan_info *plan;
    const struct bj_study *study;
    const struct bj_assessment *a;
    const struct bj_report_options *opt;
    bool zh; /* language of headings */
};

/* Heading or word in the report's language: both stand side by side where they are used. */
static inline const char *say(const struct report *r, const char *zh, const char *en)
{
    return r->zh ? zh : en;
}

enum bj_status bj_report_layers(struct bj_ctx *ctx, const struct report *r, struct bj_outdir *o);
enum bj_status bj_report_ledger(struct bj_ctx *ctx, const struct report *r, struct bj_outdir *o);
enum bj_status bj_report_tables(struct bj_ctx *ctx, const struct report *r, struct bj_outdir *o);

/* Names that several parts print. */
const char *bj_report_verdict_word(const struct report *r, enum bj_verdict v);
const char *bj_report_status_word(const struct report *r, enum bj_point_status s);
const char *bj_report_fate_word(const struct report *r, enum bj_fate f);
/* Code of a facility, or "#<row>" when it has none; buf >= 32. */
const char *bj_report_facility_id(const struct bj_places *fac, int32_t i, char *buf);

/* CSV text: cells are quoted when they must be, rows end in CR LF (RFC 4180). */
struct csv {
    struct bj_buf buf;
    bool in_row;
};
void bj_csv_text(struct bj_ctx *ctx, struct csv *c, const char *s);
void bj_csv_count(struct bj_ctx *ctx, struct csv *c, int64_t v);
/* Fixed decimals; NaN gives an empty cell. */
void bj_csv_fixed(struct bj_ctx *ctx, struct csv *c, double v, int decimals);
/* People: whole when whole, else three decimals. */
void bj_csv_people(struct bj_ctx *ctx, struct csv *c, double v);
void bj_csv_end_row(struct bj_ctx *ctx, struct csv *c);
/* Writes it with a byte-order mark, as spreadsheets want it, and releases c. */
enum bj_status bj_csv_finish(struct bj_ctx *ctx, struct csv *c, struct bj_outdir *o,
                             const char *relative);

#endif
