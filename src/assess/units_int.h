/* What the files share that judge units (a county, townships, streets, facilities, villages)
 * rather than distances. */
#ifndef BANJING_UNITS_INT_H
#define BANJING_UNITS_INT_H

#include "assess/assess_int.h"

/* Functions here that may find a rule impossible to judge leave the reason in *why (kept as
 * long as the assessment; NULL: go on) and return BJ_OK. */

/* ---- column.c --------------------------------------------------------------- */

/* Column that a rule calls `field`; NULL when there is none, or none that is surely it. */
const struct bj_attribute *bj_column_find(const struct bj_attributes *a, const char *field);
/* Whether the column found for a standard (推荐标准) is one that names the standard reached. */
bool bj_column_says_standards(const struct bj_attribute *a, const char *field);
/* The same for something counted: 托位数 for 托位, and the other way round. */
const struct bj_attribute *bj_column_amount(const struct bj_attributes *a, const char *field);
/* The one column of that role (enum bj_field_role), NULL when none or several. */
const struct bj_attribute *bj_column_of_role(const struct bj_attributes *a, int role);
/* One of the cell's words is one of the others, both lists as bj_next_item() cuts them: 是 is also
 * written 有, and a class by its name or its word. */
bool bj_words_meet(const char *cell, const char *words);
/* Whether a row is as the rule's `that` or `where` says: 1 yes, 0 no, -1 the cell is blank. */
int bj_column_says(const struct bj_attribute *a, size_t row, const struct bj_rule *rule);

/* ---- units.c ---------------------------------------------------------------- */

struct bj_unit {
    const char *code, *name;
    int32_t township; /* in study, -1: the county */
    double people;    /* resident, NaN unknown */
};
struct bj_unit_list {
    size_t n;
    struct bj_unit *item;
};

/* Units of that kind that pass the rule's `if`: the county; townships that are no street;
 * streets. None at all is a reason, too. Caller frees item. */
enum bj_status bj_units_list(struct bj_judge *j, const struct bj_rule *rule, enum bj_per per,
                             struct bj_unit_list *out, const char **why) BJ_MUST_CHECK;

struct bj_unit bj_county_unit(const struct bj_judge *j);
/* Row of the indicators layer for a unit, -1 none. */
int64_t bj_unit_indicator(const struct bj_judge *j, const struct bj_unit *u);
/* The column of that kind of people, NULL when there is none. */
const struct bj_attribute *bj_people_column(const struct bj_attributes *a, enum bj_people kind);

/* People of one kind by township, the county at [n_townships]; NaN unknown. Caller frees *sum.
 * The villages' columns; an indicators row wins for its unit. */
enum bj_status bj_people_by_unit(struct bj_judge *j, enum bj_people kind,
                                 double **sum) BJ_MUST_CHECK;
/* Entry of a unit in such an array. */
size_t bj_unit_slot(const struct bj_judge *j, const struct bj_unit *u);

/* Own facilities that a rule counts: class, ownership, `that`. Where the column of `that` is blank
 * in all of them, nobody knows which count: a reason. */
struct bj_pick {
    size_t n, n_outside; /* n_outside: likewise, but neighbours */
    int32_t *row;        /* in study.facilities */
};
enum bj_status bj_pick_facilities(struct bj_judge *j, const struct bj_rule *rule, uint64_t classes,
                                  struct bj_pick *out, const char **why) BJ_MUST_CHECK;
void bj_pick_release(struct bj_ctx *ctx, struct bj_pick *p);
/* How many of them stand in each township, the county at [n_townships]. Caller frees *count. */
enum bj_status bj_pick_count(struct bj_judge *j, const struct bj_rule *rule,
                             const struct bj_pick *p, double **count) BJ_MUST_CHECK;

/* MET, PARTLY or NOT_MET of a value under min, target, max (NaN: none). Above max is NOT_MET. */
enum bj_verdict bj_bounds_verdict(double value, double min, double target, double max);
/* One more unit at the end (room was made by bj_result_units_room). */
struct bj_unit_result *bj_result_unit(struct bj_rule_result *r, const char *code, const char *name);
enum bj_status bj_result_units_room(struct bj_judge *j, struct bj_rule_result *r,
                                    size_t n) BJ_MUST_CHECK;
/* Verdict of the rule by its units: the worst that was evaluated. */
void bj_result_units_verdict(struct bj_rule_result *r);
/* *why = the column that is needed, and where. */
enum bj_status bj_need_column(struct bj_judge *j, const char *field, const char *layers,
                              const char **why) BJ_MUST_CHECK;
/* *why = that column is there, and blank wherever the rule looks. */
enum bj_status bj_blank_column(struct bj_judge *j, const char *field,
                               const char **why) BJ_MUST_CHECK;

/* A unit's figures and verdict under a rule of that kind; NaN = not known. */
void bj_unit_presence(const struct bj_rule *rule, double value, struct bj_unit_result *u);
void bj_unit_ratio(const struct bj_rule *rule, double numerator, double denominator,
                   struct bj_unit_result *u);
void bj_unit_share(const struct bj_rule *rule, double numerator, double denominator,
                   struct bj_unit_result *u);
bool bj_share_is_of_counties(const struct bj_rule *rule);

/* ---- city.c ------------------------------------------------------------------ */

/* A rule about the city: the county adds numerator and denominator; why_numerator, why_denominator
 * (NULL: it is known, or the rule has none) say why it cannot. The verdict stays open; a part that
 * is known is the result's one unit. */
enum bj_status bj_result_city(struct bj_judge *j, struct bj_rule_result *r, double numerator,
                              double denominator, const char *why_numerator,
                              const char *why_denominator) BJ_MUST_CHECK;

/* ---- village.c -------------------------------------------------------------- */

/* Village that each of n facilities stands in: the nearest one; -1 when there is no village. */
enum bj_status bj_village_of(struct bj_judge *j, size_t n, const int32_t *facility,
                             int32_t *village) BJ_MUST_CHECK;
/* People who go to each facility (study.facilities): the column that says so, else the
 * residents of the villages whose nearest covering village clinic it is. Made at the first
 * call, borrowed from j. */
enum bj_status bj_service_people(struct bj_judge *j, const double **people) BJ_MUST_CHECK;
/* Village rows under `presence` per village. */
enum bj_status bj_judge_villages(struct bj_judge *j, struct bj_rule_result *r) BJ_MUST_CHECK;

/* ---- tier.c ------------------------------------------------------------------ */

/* Band of the plan's tier rules that says which village clinic so many people should have, and
 * its rule; NULL when no band holds them. */
const struct bj_band *bj_tier_band(const struct bj_plan_info *plan, double people,
                                   const struct bj_rule **rule);
/* Whether a facility of these classes fills the place of a band: MET, NOT_MET, or NOT_EVALUATED
 * when it is a village clinic that does not say of what tier. */
enum bj_verdict bj_tier_verdict(const struct bj_band *band, uint64_t classes);

/* ---- fitness.c --------------------------------------------------------------- */

/* Rooms and people of each facility, when all rules have been judged. */
enum bj_status bj_judge_fitness(struct bj_judge *j) BJ_MUST_CHECK;

/* ---- advice.c --------------------------------------------------------------- */

/* Suggestions for every uncovered village of the rules about village clinics. */
enum bj_status bj_advise(struct bj_judge *j) BJ_MUST_CHECK;

/* ---- one file a kind --------------------------------------------------------- */

enum bj_status bj_judge_presence(struct bj_judge *j, struct bj_rule_result *r) BJ_MUST_CHECK;
enum bj_status bj_judge_count(struct bj_judge *j, struct bj_rule_result *r) BJ_MUST_CHECK;
enum bj_status bj_judge_ratio(struct bj_judge *j, struct bj_rule_result *r) BJ_MUST_CHECK;
enum bj_status bj_judge_share(struct bj_judge *j, struct bj_rule_result *r) BJ_MUST_CHECK;
enum bj_status bj_judge_tier(struct bj_judge *j, struct bj_rule_result *r) BJ_MUST_CHECK;
enum bj_status bj_judge_exclude(struct bj_judge *j, struct bj_rule_result *r) BJ_MUST_CHECK;
enum bj_status bj_judge_alt(struct bj_judge *j, struct bj_rule_result *r) BJ_MUST_CHECK;

/* Amount of a field by township, the county at [n_townships]: its indicators rows, else the sum
 * over the facilities that the rule counts (`facilities`, `that`), else the township column.
 * NaN where nobody says. Caller frees *amount. */
enum bj_status bj_amount_by_unit(struct bj_judge *j, const struct bj_rule *rule, const char *field,
                                 double **amount, const char **why) BJ_MUST_CHECK;

#endif
