/* summary.json and inspect --json (interface.md "summary.json"). */
#include "report/json_int.h"

#include <string.h>

static json *notes(const struct bj_study *s, const struct bj_assessment *a)
{
    json *list = json_object_new_array();
    size_t n = s->n_notes + (a ? a->n_notes : 0);

    for (size_t i = 0; i < n; i++) {
        const struct bj_note *note = i < s->n_notes ? &s->note[i] : &a->note[i - s->n_notes];
        json *o = json_object_new_object();

        bj_json_put(o, "code", bj_json_text(note->code));
        bj_json_put(o, "layer", bj_json_text(note->layer ? note->layer : ""));
        bj_json_put(o, "text", bj_json_text(note->text));
        bj_json_put(o, "fix", bj_json_text(note->fix ? note->fix : ""));
        json_object_array_add(list, o);
    }
    return list;
}

static json *assumptions(const struct bj_study *s, const struct bj_assessment *a)
{
    json *list = json_object_new_array();
    size_t n = s->n_assumptions + (a ? a->n_assumptions : 0);

    for (size_t i = 0; i < n; i++) {
        const struct bj_assumption *as =
            i < s->n_assumptions ? &s->assumption[i] : &a->assumption[i - s->n_assumptions];
        json *o = json_object_new_object();

        bj_json_put(o, "key", bj_json_text(as->key));
        bj_json_put(o, "value", bj_json_text(as->value));
        bj_json_put(o, "mark", bj_json_text(as->mark));
        bj_json_put(o, "source", bj_json_text(as->source));
        json_object_array_add(list, o);
    }
    return list;
}

/* Fields found and why, by role: what a reader needs to trust a column. */
static json *fields(const struct bj_input *in)
{
    json *o = json_object_new_object();

    for (int r = 0; r < BJ_COL_N; r++) {
        int c = in->fields.column[r];
        json *f;

        if (c < 0 || (size_t)c >= in->n_field_names)
            continue;
        f = json_object_new_object();
        bj_json_put(f, "field", bj_json_text(in->field_name[c]));
        bj_json_put(f, "why", bj_json_text(in->fields.why[r]));
        bj_json_put(o, bj_field_role_names[r], f);
    }
    return o;
}

static json *inputs(const struct bj_study *s)
{
    json *list = json_object_new_array();

    for (size_t i = 0; i < s->n_inputs; i++) {
        const struct bj_input *in = &s->input[i];
        json *o = json_object_new_object();

        bj_json_put(o, "role", bj_json_text(in->role));
        bj_json_put(o, "path", bj_json_text(in->path));
        bj_json_put(o, "sha256", in->sha256[0] ? bj_json_text(in->sha256) : NULL);
        bj_json_put(o, "driver", bj_json_text(in->driver));
        bj_json_put(o, "layer", bj_json_text(in->layer));
        bj_json_put(o, "crs", bj_json_text(in->crs));
        bj_json_put(o, "encoding", bj_json_text(in->encoding));
        bj_json_put(o, "encoding_why", bj_json_text(in->encoding_why));
        bj_json_put(o, "rows", json_object_new_int64(in->rows));
        bj_json_put(o, "used", json_object_new_int64(in->used));
        bj_json_put(o, "population", bj_json_number(in->population));
        bj_json_put(o, "fields", fields(in));
        json_object_array_add(list, o);
    }
    return list;
}

static json *county(const struct bj_study *s)
{
    json *o = json_object_new_object();

    bj_json_put(o, "code", bj_json_text(s->info->county_code));
    bj_json_put(o, "name", bj_json_text(s->info->county_name));
    bj_json_put(o, "area_km2", bj_json_fixed(s->county_area_m2 / 1e6, 6));
    return o;
}

enum bj_status bj_report_summary(struct bj_ctx *ctx, const struct bj_plan *plan,
                                 const struct bj_study *study, const struct bj_assessment *a,
                                 const struct bj_report_options *opt, double write_s, char **out)
{
    const struct bj_plan_info *p = bj_plan_info(plan);
    json *root = json_object_new_object(), *o = json_object_new_object(),
         *rules = json_object_new_array(), *seconds = json_object_new_object();

    bj_json_put(root, "banjing", bj_json_text(bj_version()));
    bj_json_put(root, "schema", json_object_new_int(1));
    bj_json_put(root, "date", bj_json_text(study->info->date));
    bj_json_put(root, "warnings", notes(study, a));
    bj_json_put(root, "assumptions", assumptions(study, a));
    bj_json_put(root, "county", county(study));
    bj_json_put(o, "id", bj_json_text(p->id));
    bj_json_put(o, "title", bj_json_text(p->title));
    bj_json_put(o, "document", bj_json_text(p->document));
    bj_json_put(o, "sha256", bj_json_text(p->sha256));
    bj_json_put(root, "plan", o);
    bj_json_put(root, "work_crs", bj_json_text(bj_crs_wkt(study->work)));
    bj_json_put(root, "inputs", inputs(study));
    for (size_t i = 0; i < a->n_rules; i++)
        json_object_array_add(rules, bj_json_rule(&a->result[i], "townships"));
    bj_json_put(root, "rules", rules);
    bj_json_put(seconds, "read", bj_json_fixed(opt->read_s, 6));
    bj_json_put(seconds, "reach", bj_json_fixed(a->reach_s, 6));
    bj_json_put(seconds, "cover", bj_json_fixed(a->cover_s, 6));
    bj_json_put(seconds, "assess", bj_json_fixed(a->assess_s, 6));
    bj_json_put(seconds, "write", bj_json_fixed(write_s, 6));
    bj_json_put(seconds, "total",
                bj_json_fixed(opt->read_s + a->reach_s + a->cover_s + a->assess_s + write_s, 6));
    bj_json_put(root, "seconds", seconds);
    return bj_json_finish(ctx, root, out);
}

enum bj_status bj_report_inspect(struct bj_ctx *ctx, const struct bj_study *study, char **out)
{
    json *root = json_object_new_object(), *rows = json_object_new_array();

    bj_json_put(root, "banjing", bj_json_text(bj_version()));
    bj_json_put(root, "schema", json_object_new_int(1));
    bj_json_put(root, "county", county(study));
    bj_json_put(root, "work_crs", study->work ? bj_json_text(bj_crs_wkt(study->work)) : NULL);
    bj_json_put(root, "inputs", inputs(study));
    for (size_t i = 0; i < study->n_ledger; i++) {
        const struct bj_ledger_row *l = &study->ledger[i];
        json *o = json_object_new_object();

        bj_json_put(o, "file", bj_json_text(study->input[l->input].path));
        bj_json_put(o, "row", json_object_new_int64(l->row));
        bj_json_put(o, "code", bj_json_text(l->code ? l->code : ""));
        bj_json_put(o, "state", bj_json_text(bj_fate_names[l->fate]));
        bj_json_put(o, "reason", bj_json_text(l->reason ? l->reason : ""));
        bj_json_put(o, "population", bj_json_number(l->population));
        json_object_array_add(rows, o);
    }
    bj_json_put(root, "ledger", rows);
    bj_json_put(root, "suspicions", notes(study, NULL));
    bj_json_put(root, "assumptions", assumptions(study, NULL));
    return bj_json_finish(ctx, root, out);
}
