/* What the files of src/assess share: one run over a plan, and the steps of judging a rule. */
#ifndef BANJING_ASSESS_INT_H
#define BANJING_ASSESS_INT_H

#include "banjing/assess.h"
#include "banjing/cover.h"
#include "base/base_int.h"

/* Everything of a bj_assessment that has no place in the public struct. */
struct bj_assess_own {
    struct bj_ctx *ctx;
    struct bj_strings strings;
    size_t notes_cap, assumptions_cap;
};

/* Facilities that a rule may use, as columns of n rows. */
struct bj_usable {
    uint64_t classes;
    const char *ownership; /* NULL: any */
    size_t n, n_own;
    int32_t *row; /* in study.facilities */
    double *lon_deg, *lat_deg;
    uint32_t *order; /* rank by code, then row */
    unsigned char *neighbour;
    size_t n_unknown; /* of the classes, left out because their ownership is not known */
    size_t n_of_class;
};

/* Nearest usable facility of each demand point, kept for the next rule that asks the same. */
struct bj_near_entry {
    const struct bj_places *demand;
    struct bj_usable use;
    struct bj_nearest near;
};

/* Covered and uncovered of one (facilities, radius, where), kept likewise. */
struct bj_area_entry {
    uint64_t classes;
    const char *ownership;
    double limit_m;
    enum bj_where where;
    struct bj_polygons uncovered_work;     /* work CRS, for finding patches */
    struct bj_polygons covered, uncovered; /* CRS of the output */
    double *covered_km2, *uncovered_km2;   /* one a polygon */
    double *township_km2;                  /* uncovered, one a township of the study */
    double total_km2;
};

/* Square metres of each parcel inside the circles of one (facilities, radius), kept likewise. */
struct bj_inside {
    uint64_t classes;
    const char *ownership;
    double limit_m;
    bool own_only;
    double *m2;
};

/* Land that a rule is about: the county, or its urban or rural part. */
struct bj_region {
    bool made;
    struct bj_polygons area; /* work CRS, long edges divided */
    double km2;
};

/* Units of the township tables, and the unit of each demand point. */
struct bj_grouping {
    const struct bj_places *demand;
    size_t n;
    struct bj_township_tally *unit; /* tallies zero */
    uint32_t *of;                   /* demand.n */
};

/* What judging a rule leaves for the rules that contain it; n = demand points. */
struct bj_scratch {
    unsigned char *own;  /* covered by own facilities alone */
    unsigned char *full; /* within the target, or the limit where there is none */
};

struct bj_judge {
    struct bj_ctx *ctx;
    const struct bj_plan_info *plan;
    const struct bj_study *study;
    const struct bj_assess_options *opt;
    struct bj_assessment *a;
    struct bj_scratch *scratch; /* one a result */
    size_t n_near, near_cap, n_area, area_cap;
    struct bj_near_entry *near;
    struct bj_area_entry *area;
    struct bj_region region[3]; /* by enum bj_where */
    struct bj_region townships; /* their polygons, in the study's order; km2 not used */
    size_t n_inside, inside_cap;
    struct bj_inside *inside;
    struct bj_polygons parcels;     /* work CRS: what counts of each of the study's */
    struct bj_grouping grouping[5]; /* villages, settlements, facilities, population, parcels */
    double *service;                /* people who go to each facility; NULL not made yet */
    bool clinics_sought;            /* with_clinic was made, or cannot be */
    unsigned char *with_clinic;     /* one a village; NULL: nobody knows the clinics */
};

/* ---- result.c: filling in results ----------------------------------------- */

/* An assessment without results; NULL when out of memory. */
struct bj_assessment *bj_assessment_new(struct bj_ctx *ctx);
/* A zeroed result of that rule: not_evaluated, no reason, all figures null. */
enum bj_status bj_result_init(struct bj_ctx *ctx, struct bj_rule_result *r,
                              const struct bj_rule *rule) BJ_MUST_CHECK;
/* Verdict not_evaluated with this reason; BJ_ENOMEM or BJ_OK. */
enum bj_status bj_result_open(struct bj_judge *j, struct bj_rule_result *r, const char *fmt, ...)
    BJ_PRINTF(3, 4) BJ_MUST_CHECK;
/* Room for a row a demand point; all of them not_evaluated (or out of scope by the rule's
 * where), without facility or distance. */
enum bj_status bj_result_rows(struct bj_judge *j, struct bj_rule_result *r,
                              const struct bj_places *demand) BJ_MUST_CHECK;
/* Sums, shares, own-only, farthest, borderline, townships of r out of its rows; then checks
 * that they hold (BJ_EDATA: a bug). Leaves the verdict alone. */
enum bj_status bj_result_sums(struct bj_judge *j, struct bj_rule_result *r) BJ_MUST_CHECK;
/* Verdict by the rows: every evaluated one full / within the limit / not. NOT_EVALUATED when no
 * row is. */
enum bj_verdict bj_result_rows_verdict(const struct bj_judge *j, const struct bj_rule_result *r);
void bj_result_release(struct bj_ctx *ctx, struct bj_rule_result *r);

/* A text kept as long as the assessment; NULL when out of memory. */
const char *bj_assess_text(struct bj_judge *j, const char *fmt, ...) BJ_PRINTF(2, 3);
enum bj_status bj_assess_note(struct bj_judge *j, const char *code, const char *layer,
                              const char *fix, const char *fmt, ...) BJ_PRINTF(5, 6) BJ_MUST_CHECK;
enum bj_status bj_assess_assume(struct bj_judge *j, const char *key, const char *value,
                                const char *mark, const char *source) BJ_MUST_CHECK;

/* The result of rule number `rule` of the plan, NULL when it is not judged in this run. */
struct bj_rule_result *bj_judge_result(const struct bj_judge *j, size_t rule);
static inline struct bj_scratch *bj_judge_scratch(const struct bj_judge *j,
                                                  const struct bj_rule_result *r)
{
    return &j->scratch[r - j->a->result];
}
/* Units of the demand's townships, made at the first call; borrowed from j. */
enum bj_status bj_judge_grouping(struct bj_judge *j, const struct bj_places *demand,
                                 const struct bj_grouping **out) BJ_MUST_CHECK;
void bj_grouping_release(struct bj_ctx *ctx, struct bj_grouping *g);

/* ---- scope.c: whom and what a rule is about -------------------------------- */

/* Demand points of a rule; NULL when they are none that this version judges. */
const struct bj_places *bj_scope_demand(const struct bj_judge *j, const struct bj_rule *rule);
/* Status of a demand point before judging: OUT_OF_SCOPE, NOT_EVALUATED (urban or rural is not
 * known) or BJ_POINT_N (in scope). */
enum bj_point_status bj_scope_of(const struct bj_rule *rule, const struct bj_places *demand,
                                 size_t i);
/* Whether an ownership text is what a rule asks for ("public", or a text of its own): 1 yes,
 * 0 no, -1 not known. */
int bj_ownership_matches(const char *text, const char *wanted);
/* Facilities that a rule may use. Caller releases with bj_usable_release(). */
enum bj_status bj_scope_facilities(struct bj_judge *j, uint64_t classes, const char *ownership,
                                   struct bj_usable *out) BJ_MUST_CHECK;
void bj_usable_release(struct bj_ctx *ctx, struct bj_usable *u);
/* All classes of the set are such that the case says the county has none. */
bool bj_scope_says_none(const struct bj_judge *j, uint64_t classes);
/* Names of a set's classes as a case file has them, sub-classes of others left out, joined by ", ";
 * with labels in the language of reports before them: "hospice ward (hospice)". NULL when out of
 * memory. Kept as long as the assessment. */
const char *bj_scope_class_names(struct bj_judge *j, uint64_t classes, bool labels);
/* Whether the rule can be judged with the facilities at hand; else *why is the reason (kept as
 * long as the assessment). */
enum bj_status bj_scope_check(struct bj_judge *j, const struct bj_rule *rule,
                              const struct bj_usable *use, const char **why) BJ_MUST_CHECK;

/* ---- the kinds -------------------------------------------------------------- */

enum bj_status bj_judge_radius(struct bj_judge *j, struct bj_rule_result *r) BJ_MUST_CHECK;
enum bj_status bj_judge_time(struct bj_judge *j, struct bj_rule_result *r) BJ_MUST_CHECK;
enum bj_status bj_judge_parts(struct bj_judge *j,
                              struct bj_rule_result *r) BJ_MUST_CHECK; /* any, all */
enum bj_status bj_judge_units(struct bj_judge *j,
                              struct bj_rule_result *r) BJ_MUST_CHECK; /* the others */

/* Which villages have a substitute by an alt rule that stands for `rule`: (*has)[i] = 1. Caller
 * frees *has. (village.c) */
enum bj_status bj_village_alts(struct bj_judge *j, const struct bj_rule *rule,
                               unsigned char **has) BJ_MUST_CHECK;

/* Villages in which an own village clinic stands: (*has)[i] = 1. *has NULL: the case gives no
 * clinic and does not say that there is none. Borrowed from j. (village.c) */
enum bj_status bj_villages_with_clinic(struct bj_judge *j, const unsigned char **has) BJ_MUST_CHECK;

/* ---- parcels.c: residential land as demand ------------------------------------ */

/* Room for the land of each parcel, all NaN; the parcels themselves are made at the first
 * call. */
enum bj_status bj_result_land(struct bj_judge *j, struct bj_rule_result *r) BJ_MUST_CHECK;
/* Status of every parcel of a radius rule in scope, by how much of it lies in the circles. */
enum bj_status bj_judge_parcels(struct bj_judge *j, struct bj_rule_result *r,
                                const struct bj_usable *use) BJ_MUST_CHECK;
/* Share of an evaluated parcel inside the circles. */
double bj_result_share(const struct bj_judge *j, const struct bj_rule_result *r, size_t i);
/* Adds an amount of an evaluated parcel, split by its share. */
void bj_tally_split(struct bj_tally *t, const struct bj_judge *j, const struct bj_rule_result *r,
                    size_t i, double amount);
/* People of an uncovered point: all of them, but of a parcel those outside the circles. */
double bj_result_lost_people(const struct bj_judge *j, const struct bj_rule_result *r, size_t i);
void bj_inside_release(struct bj_ctx *ctx, struct bj_inside *in);

/* ---- served.c ---------------------------------------------------------------- */

/* What each facility serves, and its class by the plan's tiers, for every radius rule. */
enum bj_status bj_serve(struct bj_judge *j) BJ_MUST_CHECK;

/* ---- land.c: what land a rule is about --------------------------------------- */

/* Area of one polygon whose x, y are degrees: its shell less its holes, edges geodesics. */
double bj_polygon_lonlat_m2(const struct bj_polygons *p, size_t polygon);
/* Made at the first call; borrowed from j. *out NULL: nobody knows what land is urban. */
enum bj_status bj_judge_region(struct bj_judge *j, enum bj_where where,
                               const struct bj_region **out) BJ_MUST_CHECK;
/* How much of some land (work CRS) each township of the study has; NaN where it has no polygon.
 * Caller frees *km2. */
enum bj_status bj_judge_township_km2(struct bj_judge *j, const struct bj_polygons *land,
                                     double **km2) BJ_MUST_CHECK;

/* ---- shade.c: areas and patches --------------------------------------------- */

/* Covered and uncovered land of a radius rule that has been judged, and its patches. */
enum bj_status bj_judge_area(struct bj_judge *j, struct bj_rule_result *r,
                             const struct bj_usable *use) BJ_MUST_CHECK;
/* The union of the circles of the facilities that can reach the land; own_only leaves neighbours
 * out. Caller frees with bj_discs_free(). */
enum bj_status bj_judge_discs(struct bj_judge *j, const struct bj_usable *use, bool own_only,
                              double limit_m, const struct bj_polygons *land,
                              struct bj_discs **out) BJ_MUST_CHECK;
void bj_area_entry_release(struct bj_ctx *ctx, struct bj_area_entry *e);

/* Seconds of the wall clock, from some start. */
double bj_clock_s(void);
/* Both NULL, or the same text. */
bool bj_same_text(const char *a, const char *b);

#endif
