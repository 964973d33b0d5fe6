/* Indicators: a table with a row for the county, each of its townships and its city, whose figures
 * win over what is counted of the layers.
 *
 * A row finds its unit by code, then by name; a unit has one row, the first. All other rows go to
 * the ledger. A cell that is no amount in a column of amounts is as blank, and a note says so:
 * what is counted of the layers stands in its place. */
#include "study/study_int.h"

#include <math.h>

/* Text of a role's column, "" when the table has none. */
static const char *cell_of(const struct bj_reading *r, const struct bj_table *t,
                           enum bj_field_role role, size_t i)
{
    int c = r->match.column[role];

    return c >= 0 ? t->column[c].text[i] : "";
}

/* Name of a row's unit: tables by township or county often have no column called 名称. */
static const char *name_of(const struct bj_reading *r, const struct bj_table *t, size_t i)
{
    const char *name = cell_of(r, t, BJ_COL_NAME, i);

    if (bj_is_blank(name))
        name = cell_of(r, t, BJ_COL_TOWNSHIP, i);
    return bj_is_blank(name) ? cell_of(r, t, BJ_COL_COUNTY, i) : name;
}

static enum bj_status name_units(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                                 const struct bj_table *t, size_t n_kept, const uint32_t *kept)
{
    struct bj_indicators *in = &s->indicators;

    in->code = bj_alloc0(ctx, n_kept, sizeof(*in->code));
    in->name = bj_alloc0(ctx, n_kept, sizeof(*in->name));
    if (!in->code || !in->name)
        return BJ_ENOMEM;
    for (size_t i = 0; i < n_kept; i++) {
        char code[128];

        bj_code_clean(cell_of(r, t, BJ_COL_CODE, kept[i]), code);
        in->code[i] = bj_study_keep(ctx, s, code);
        in->name[i] = bj_study_keep(ctx, s, name_of(r, t, kept[i]));
        if (!in->code[i] || !in->name[i])
            return BJ_ENOMEM;
    }
    in->n = n_kept;
    return BJ_OK;
}

static bool is_total(const struct bj_reading *r, const struct bj_table *t, size_t i)
{
    static const enum bj_field_role roles[] = {BJ_COL_NAME, BJ_COL_TOWNSHIP, BJ_COL_COUNTY,
                                               BJ_COL_CODE};

    for (size_t k = 0; k < sizeof(roles) / sizeof(*roles); k++)
        if (bj_is_total_cell(cell_of(r, t, roles[k], i)))
            return true;
    return false;
}

/* 0 the county, 1 + a township's index, 1 + n_townships the city (of all counties: its row is for
 * rules about the city), -1 for none of them. Codes first, as the rules look them up. */
static int64_t find_unit(const struct bj_study *s, const char *code, const char *name)
{
    const int64_t city = (int64_t)s->n_townships + 1;
    char city_code[7];

    bj_city_code(s->info->county_code, city_code);
    if (bj_code_is_unit(code, s->info->county_code))
        return 0;
    for (size_t t = 0; t < s->n_townships; t++)
        if (bj_code_is_unit(code, s->township[t].code))
            return (int64_t)t + 1;
    if (bj_code_is_unit(code, city_code))
        return city;
    if (bj_name_is_unit(name, s->info->county_name))
        return 0;
    for (size_t t = 0; t < s->n_townships; t++)
        if (bj_name_is_unit(name, s->township[t].name))
            return (int64_t)t + 1;
    return bj_name_is_unit(name, s->info->city_name) ? city : -1;
}

static bool names_unit(const struct bj_reading *r, const struct bj_table *t, size_t i)
{
    char code[128];

    bj_code_clean(cell_of(r, t, BJ_COL_CODE, i), code);
    return *code || !bj_is_blank(name_of(r, t, i));
}

/* What keeps row i from being used. row_of_unit: 1-based row that has the unit already, 0 none. */
static void judge_unit_row(const struct bj_study *s, const struct bj_reading *r,
                           const struct bj_table *t, size_t i, int64_t *row_of_unit,
                           struct bj_verdict_of_row *v)
{
    const char *name = name_of(r, t, i);
    char code[128];
    int64_t unit;

    bj_code_clean(cell_of(r, t, BJ_COL_CODE, i), code);
    unit = find_unit(s, code, name);
    if (is_total(r, t, i))
        bj_row_fate(v, BJ_FATE_TOTAL_ROW, R_("a row of totals"));
    else if (!names_unit(r, t, i))
        bj_row_fate(v, BJ_FATE_TOTAL_ROW, R_("a row that names no unit"));
    else if (unit >= 0 && row_of_unit[unit])
        bj_row_fate(v, BJ_FATE_DUPLICATE, R_("same unit as row %lld"),
                    (long long)row_of_unit[unit]);
    else if (unit >= 0)
        row_of_unit[unit] = t->row[i];
    else if (bj_code_is_scientific(code))
        bj_row_fate(
            v, BJ_FATE_BAD_CODE,
            R_("the code '%s' was destroyed by a spreadsheet; format the column as text and "
               "enter the codes anew"),
            code);
    else
        bj_row_fate(v, BJ_FATE_UNIT_UNKNOWN,
                    R_("'%s' is neither the county nor one of its townships"),
                    bj_is_blank(name) ? code : name);
}

static enum bj_status note_units(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                                 size_t n_unknown, size_t n_repeated)
{
    const char *path = r->layer->path_as_written;
    enum bj_status st = BJ_OK;

    if (n_unknown > 0)
        st = bj_study_note(ctx, s, "indicators_unmatched", path,
                           R_("write the codes or names of the layer townships:, and of the case's "
                              "county:"),
                           R_("%zu rows name neither the county nor one of its townships and are "
                              "not used"),
                           n_unknown);
    if (st == BJ_OK && n_repeated > 0)
        st = bj_study_note(ctx, s, "indicators_repeated", path, R_("keep one row a unit"),
                           R_("%zu rows name a unit that an earlier row has, and are not used"),
                           n_repeated);
    return st;
}

/* A table without a column of units is not one of indicators. */
static enum bj_status check_names(struct bj_ctx *ctx, const struct bj_reading *r,
                                  const struct bj_table *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (names_unit(r, t, i))
            return BJ_OK;
    return t->n == 0 ? BJ_OK
                     : bj_fail(ctx, BJ_EDATA,
                               _("no row of '%s' names a unit: indicators need a column with the "
                                 "codes or names of the county and its townships"),
                               r->layer->path_as_written);
}

/* Rows of the county, its townships and its city, one each; the others go to the ledger. */
static enum bj_status choose_rows(struct bj_ctx *ctx, struct bj_study *s,
                                  const struct bj_reading *r, const struct bj_table *t,
                                  uint32_t *kept, size_t *n_kept)
{
    int64_t *row_of_unit = bj_alloc0(ctx, s->n_townships + 2, sizeof(*row_of_unit));
    enum bj_status st = row_of_unit ? BJ_OK : BJ_ENOMEM;
    size_t n_unknown = 0, n_repeated = 0;

    for (size_t i = 0; st == BJ_OK && i < t->n; i++) {
        struct bj_verdict_of_row v = {.fate = BJ_FATE_N};

        judge_unit_row(s, r, t, i, row_of_unit, &v);
        n_unknown += v.fate == BJ_FATE_UNIT_UNKNOWN;
        n_repeated += v.fate == BJ_FATE_DUPLICATE;
        if (v.fate == BJ_FATE_N) {
            kept[(*n_kept)++] = (uint32_t)i;
            s->input[r->input].used++;
        }
        st = bj_ledger_add(ctx, s, r->input, t->row[i], cell_of(r, t, BJ_COL_CODE, i), &v, NAN);
    }
    bj_free(ctx, row_of_unit);
    return st == BJ_OK ? note_units(ctx, s, r, n_unknown, n_repeated) : st;
}

/* People, beds, staff, vehicles, floor area: roles whose column holds amounts. */
static bool is_amount_role(int role)
{
    return (role >= BJ_COL_POPULATION && role <= BJ_COL_AGED65) ||
           (role >= BJ_COL_BEDS && role <= BJ_COL_FLOOR_AREA);
}

/* By what it is called, or by the numbers in it. */
static bool is_of_amounts(const struct bj_attribute *a, size_t n)
{
    int role = bj_field_role_of(a->field);
    bool any = is_amount_role(role);

    for (size_t i = 0; i < n && role < 0 && !any; i++)
        any = !isnan(a->num[i]);
    return any;
}

/* A role's amounts begin at 0; what other columns mean is the plan's, and may fall below. */
static bool is_no_amount(const struct bj_attribute *a, size_t i)
{
    if (isnan(a->num[i]))
        return *a->text[i] && !bj_cell_says_none(a->text[i]);
    return a->num[i] < 0 && is_amount_role(bj_field_role_of(a->field));
}

static enum bj_status take_out_no_amounts(struct bj_ctx *ctx, struct bj_study *s,
                                          const struct bj_reading *r, const struct bj_table *t,
                                          const uint32_t *kept)
{
    struct bj_indicators *in = &s->indicators;
    const struct bj_attribute *first = NULL;
    size_t n = 0, first_row = 0;

    for (size_t c = 0; c < in->columns.n; c++) {
        struct bj_attribute *a = &in->columns.item[c];

        if (!is_of_amounts(a, in->n))
            continue;
        for (size_t i = 0; i < in->n; i++) {
            if (!is_no_amount(a, i))
                continue;
            a->num[i] = NAN;
            if (n++ == 0) {
                first = a;
                first_row = i;
            }
        }
    }
    if (!first)
        return BJ_OK;
    return bj_study_note(
        ctx, s, "indicators_no_amount", r->layer->path_as_written, R_("write the number alone"),
        R_("%zu cells are no amount and are not used; the first is '%s' in the "
           "column '%s', row %lld"),
        n, first->text[first_row], first->field, (long long)t->row[kept[first_row]]);
}

enum bj_status bj_indicators_read(struct bj_ctx *ctx, struct bj_study *s,
                                  const struct bj_case_layer *layer)
{
    struct bj_reading r;
    struct bj_table t = {0};
    uint32_t *kept = NULL;
    size_t n_kept = 0;
    enum bj_status st = bj_reading_open(ctx, s, layer, &r);

    if (st == BJ_OK && s->indicators.n > 0)
        st = bj_fail(ctx, BJ_EDATA,
                     _("indicators are given more than once; put them into one table"));
    if (st == BJ_OK)
        st = bj_columns_text(ctx, &r, &t);
    if (st == BJ_OK)
        st = check_names(ctx, &r, &t);
    if (st == BJ_OK) {
        s->input[r.input].rows = (int64_t)t.n;
        kept = bj_alloc0(ctx, t.n, sizeof(*kept));
        st = kept ? choose_rows(ctx, s, &r, &t, kept, &n_kept) : BJ_ENOMEM;
    }
    if (st == BJ_OK)
        st = name_units(ctx, s, &r, &t, n_kept, kept);
    if (st == BJ_OK)
        st = bj_columns_add(ctx, s, &r, n_kept, kept, 0, &s->indicators.columns);
    if (st == BJ_OK)
        st = take_out_no_amounts(ctx, s, &r, &t, kept);
    bj_free(ctx, kept);
    bj_table_release(ctx, &t);
    bj_reading_close(ctx, &r);
    return st;
}

void bj_indicators_release(struct bj_ctx *ctx, struct bj_indicators *in)
{
    bj_attributes_release(ctx, &in->columns);
    bj_free(ctx, (void *)in->name);
    bj_free(ctx, (void *)in->code);
    *in = (struct bj_indicators){0};
}
