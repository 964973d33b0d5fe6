/* A whole plan judged on one county: every number that any table, map, page or JSON shows
 * is computed once, here. */
#ifndef BANJING_ASSESS_H
#define BANJING_ASSESS_H

#include "banjing/base.h"
#include "banjing/plan.h"
#include "banjing/reach.h"
#include "banjing/study.h"

#ifdef __cplusplus
extern "C" {
#endif

enum bj_verdict { BJ_MET, BJ_PARTLY, BJ_NOT_MET, BJ_NOT_EVALUATED };
extern const char *const bj_verdict_names[]; /* "met", "partly", "not_met", "not_evaluated" */

/* What the plan's own clauses suggest for an uncovered village (建议). */
enum bj_advice_kind {
    BJ_ADVICE_NONE,
    BJ_ADVICE_MOVED,         /* 迁并不建: excluded from new clinics */
    BJ_ADVICE_SERVICE_POINT, /* 服务点 */
    BJ_ADVICE_OUTREACH,      /* 巡诊 */
    BJ_ADVICE_JOINT,         /* 联村: with a covered village near by */
    BJ_ADVICE_NEW            /* 新建 */
};
struct bj_advice {
    enum bj_advice_kind kind;
    int to_build;             /* enum bj_class, -1 none */
    const struct bj_rule *by; /* the clause it follows from */
    int32_t partner;          /* JOINT: row of the demand, else -1 */
};

struct bj_patch {
    double area_km2;
    size_t villages;
    double population;
    double far_m;         /* farthest village of the patch, NaN when none */
    const char *township; /* of most of its people; "" unknown; borrowed from the study */
    size_t polygon;       /* index in uncovered */
    double parcel_km2;    /* residential land that its parcels lack; 0 for other demand */
};

struct bj_unit_result {
    const char *code, *name;
    double value, numerator, denominator, required, shortfall; /* NaN = null */
    enum bj_verdict verdict;
};

struct bj_township_tally {
    int32_t township; /* in study, or -1: unknown */
    const char *code, *name;
    struct bj_tally villages, population;
    struct bj_tally land_km2;  /* demand parcels: residential land; else 0 */
    double uncovered_km2;      /* NaN: the rule has no areas, or the township no polygon */
    double farthest_m, mean_m; /* of the evaluated points, NaN when none */
    size_t via_nbr;            /* points that a neighbour alone covers */
    double with_clinic;        /* villages in which an own village clinic stands; NaN unknown */
};

/* What one facility serves under a radius rule: the covered points that are nearest to it. */
struct bj_served {
    size_t villages;
    double population;
    int should_be;              /* enum bj_class by the plan's tiers for so many people, -1 none */
    const struct bj_rule *tier; /* the rule that says so, NULL none */
    enum bj_verdict verdict;    /* whether its class is that, where there is one */
};

/* What a county knows of a rule about its whole city (per or unit: city); bj_city_add() puts the
 * counties together. The rule itself stays not_evaluated in the county. */
enum bj_city_state {
    BJ_CITY_NO,     /* the rule is about the county and what is in it */
    BJ_CITY_GIVEN,  /* the county's part is known */
    BJ_CITY_ABSENT, /* no facility of the rule's classes is given here: a part of nothing, once
                     * another county's layers hold some */
    BJ_CITY_OPEN    /* not known; the result's reason says what is needed */
};
struct bj_city_part {
    enum bj_city_state state;
    double numerator, denominator; /* the county's; NaN: the rule has none */
    /* Of the city's own row in the indicators layer, which wins over the sum; NaN: none. */
    double city_numerator, city_denominator;
    const char *why; /* ABSENT, OPEN: what is missing; borrowed from the assessment */
};

/* Rooms and people of one facility, by the rules of the plan about single facilities. */
struct bj_fitness {
    enum bj_verdict verdict;    /* the worst; NOT_EVALUATED: no rule, or blank cells */
    const struct bj_rule *rule; /* that says so first, NULL none */
};

struct bj_rule_result {
    const struct bj_rule *rule;
    enum bj_verdict verdict;
    char *reason; /* why not evaluated; else "" */
    struct bj_city_part city;
    int judged;                     /* has demand rows below */
    const struct bj_places *demand; /* villages, settlements, parcels or population */

    /* one row a demand point */
    unsigned char *status;  /* enum bj_point_status */
    int32_t *facility;      /* row in study.facilities, -1 none */
    int64_t *dist_mm;       /* -1 none */
    int64_t *time_ms;       /* -1 none */
    unsigned char *border;  /* within 50 m (60 s) of the limit */
    unsigned char *via_nbr; /* a neighbour alone covers */

    /* one a parcel, NULL for other demand: area inside the circles of the limit, of the target
     * (0 without one), and of the limit around own facilities only; NaN = not evaluated. The
     * whole area is in bj_assessment.parcel_m2. */
    double *cover_m2, *target_m2, *own_m2;

    struct bj_advice *advice; /* one a demand point; NULL: the rule gives none */

    /* With demand parcels people and land are split by the share of each parcel inside the
     * circles; villages counts parcels, as whole ones. */
    struct bj_tally villages, population;
    struct bj_tally land_km2;                            /* parcels: residential land; else 0 */
    double share_villages, share_population, share_area; /* NaN = null */
    double share_land; /* 居住用地覆盖率: land covered / land evaluated; NaN = null */
    double area_km2, covered_km2, uncovered_km2; /* NaN = null */
    double own_villages, own_population;         /* covered by own facilities only */
    double own_land_km2;
    double farthest_m, mean_m, mean_s; /* NaN = null */
    size_t borderline;
    size_t n_via_nbr;   /* evaluated points that a neighbour alone covers */
    double with_clinic; /* as of the townships */

    int has_area;
    struct bj_polygons covered, uncovered; /* in the study's out CRS */
    double *covered_part_km2;              /* one a polygon of covered */
    size_t n_patches;
    struct bj_patch *patch; /* patch[0] has most people */

    size_t n_units;
    struct bj_unit_result *unit;
    size_t n_townships;
    struct bj_township_tally *township;
    struct bj_served *served; /* one a facility of the study; NULL: no radius rule with rows */
};

struct bj_assessment {
    size_t n_rules;
    struct bj_rule_result *result;
    /* Parts of the study's parcels that count (inside the boundary), one feature a parcel, in the
     * CRS of the areas, and their ellipsoidal areas; nothing unless a rule asks for them. */
    struct bj_polygons parcels;
    double *parcel_m2;
    double people;              /* residents of the county, as ratios count them; NaN unknown */
    struct bj_fitness *fitness; /* one a facility of the study */
    size_t n_notes;             /* warnings that judging added to the study's */
    struct bj_note *note;
    size_t n_assumptions;
    struct bj_assumption *assumption;
    double reach_s, cover_s, assess_s; /* wall time */
    struct bj_assess_own *own;
};

struct bj_assess_options {
    double tolerance_m; /* drawn arcs; 0 = 0.1 */
    size_t n_rules;
    const char *const *rule;      /* ids to judge; none = all */
    const struct bj_crs *out_crs; /* of the areas; NULL = the boundary's */
    int no_areas;                 /* skip drawing */
};

/* BJ_EARG when an asked rule id is not in the plan. Caller frees with bj_assessment_free(). */
enum bj_status bj_assess(struct bj_ctx *ctx, const struct bj_plan *plan,
                         const struct bj_study *study, const struct bj_assess_options *opt,
                         struct bj_assessment **out) BJ_MUST_CHECK;
void bj_assessment_free(struct bj_assessment *a);

/* ---- a city of several counties ------------------------------------------- */

/* Counties judged by one plan, put together. Rules about a city (per or unit: city; share of
 * counties) are judged here, on the sums of their counties; all other rules get the sums of their
 * points and one unit a county. Only what the sums need is kept of a county. */
struct bj_city;

/* plan must outlive the city. code and name: of the city, "" unknown; copied. Caller frees with
 * bj_city_free(), which takes NULL. */
enum bj_status bj_city_new(struct bj_ctx *ctx, const struct bj_plan *plan, const char *code,
                           const char *name, struct bj_city **out) BJ_MUST_CHECK;
void bj_city_free(struct bj_city *city);

/* One county's assessment, made with the city's plan (BJ_EARG otherwise). Everything is copied:
 * assessment and study may go. code and name as in the case. */
enum bj_status bj_city_add(struct bj_city *city, const char *code, const char *name,
                           const struct bj_assessment *a) BJ_MUST_CHECK;
/* A county that could not be judged at all: sums that would need it stay open, and say so. */
enum bj_status bj_city_add_failed(struct bj_city *city, const char *code, const char *name,
                                  const char *reason) BJ_MUST_CHECK;
size_t bj_city_counties(const struct bj_city *city);

/* The city's assessment, rules in the order of the plan (those that any county judged), judged =
 * 0 throughout. Of a result hold: verdict, reason; the tallies, shares, km2, own_*, farthest_m,
 * borderline, n_via_nbr, n_patches as sums over the counties that have them; `township` is one
 * entry a county with such sums; `unit` is the city itself for a rule about the city, else one a
 * county: its only unit where it has one, else numerator = units met or partly met of denominator
 * evaluated, value their quotient, shortfall the sum. The verdict is the worst of the evaluated
 * counties; `reason` names those that are not. Caller frees with bj_assessment_free(); texts of
 * codes and names are borrowed from the city. */
enum bj_status bj_city_judge(const struct bj_city *city, struct bj_assessment **out) BJ_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
