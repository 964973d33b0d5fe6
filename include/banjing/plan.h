/* A plan's clauses as rules that a program checks. Read-only after reading. */
#ifndef BANJING_PLAN_H
#define BANJING_PLAN_H

#include "banjing/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Facility classes; a set of them is a uint64_t with bit (1 << class). Names are those of
 * interface.md, in this order, in bj_class_names. */
enum bj_class {
    BJ_CLASS_VILLAGE_CLINIC,
    BJ_CLASS_VILLAGE_CLINIC_CENTRAL,
    BJ_CLASS_VILLAGE_CLINIC_GENERAL,
    BJ_CLASS_VILLAGE_SERVICE_POINT,
    BJ_CLASS_TOWNSHIP_HOSPITAL,
    BJ_CLASS_TOWNSHIP_HOSPITAL_CENTRAL,
    BJ_CLASS_CHC,
    BJ_CLASS_CHS,
    BJ_CLASS_COMMUNITY_HOSPITAL,
    BJ_CLASS_SUBCENTRE,
    BJ_CLASS_EMS_STATION,
    BJ_CLASS_EMS_CENTRE,
    BJ_CLASS_HOSPITAL_GENERAL,
    BJ_CLASS_HOSPITAL_TCM,
    BJ_CLASS_HOSPITAL_COMBINED,
    BJ_CLASS_HOSPITAL_SPECIALIST,
    BJ_CLASS_PSYCHIATRIC,
    BJ_CLASS_INFECTIOUS,
    BJ_CLASS_MCH,
    BJ_CLASS_CDC,
    BJ_CLASS_BLOOD_SITE,
    BJ_CLASS_REHAB,
    BJ_CLASS_NURSING,
    BJ_CLASS_HOSPICE,
    BJ_CLASS_CHILDCARE,
    BJ_CLASS_OCCUPATIONAL,
    BJ_CLASS_CLINIC_PRIVATE,
    BJ_CLASS_HEALTH_SUPERVISION,
    BJ_CLASS_N
};
extern const char *const bj_class_names[]; /* BJ_CLASS_N names, then NULL */
/* Class of that name, -1 when there is none. */
int bj_class_find(const char *name);
/* The class and its sub-classes (village_clinic: itself, central, general, service point). */
uint64_t bj_class_set(enum bj_class c);
/* Chinese name of a class for reports: 村卫生室. Borrowed. */
const char *bj_class_label(enum bj_class c, const char *lang);

enum bj_kind {
    BJ_KIND_RADIUS,
    BJ_KIND_TIME,
    BJ_KIND_MEAN_TIME,
    BJ_KIND_ANY,
    BJ_KIND_ALL,
    BJ_KIND_PRESENCE,
    BJ_KIND_TIER,
    BJ_KIND_RATIO,
    BJ_KIND_SHARE,
    BJ_KIND_COUNT,
    BJ_KIND_EXCLUDE,
    BJ_KIND_ALT,
    BJ_KIND_N
};
extern const char *const bj_kind_names[];
enum bj_rule_level { BJ_LEVEL_MUST, BJ_LEVEL_SHOULD, BJ_LEVEL_MAY };
extern const char *const bj_rule_level_names[];
enum bj_demand {
    BJ_DEMAND_VILLAGES,
    BJ_DEMAND_SETTLEMENTS,
    BJ_DEMAND_PARCELS,
    BJ_DEMAND_POPULATION,
    BJ_DEMAND_N
};
extern const char *const bj_demand_names[];
enum bj_where { BJ_WHERE_ALL, BJ_WHERE_URBAN, BJ_WHERE_RURAL };
extern const char *const bj_where_names[];
enum bj_mode { BJ_MODE_WALK, BJ_MODE_EBIKE, BJ_MODE_CAR, BJ_MODE_AMBULANCE };
extern const char *const bj_mode_names[];
enum bj_direction { BJ_TO_FACILITY, BJ_FROM_FACILITY };
extern const char *const bj_direction_names[];
enum bj_per {
    BJ_PER_VILLAGE,
    BJ_PER_TOWNSHIP,
    BJ_PER_STREET,
    BJ_PER_COUNTY,
    BJ_PER_CITY,
    BJ_PER_FACILITY
};
extern const char *const bj_per_names[];
enum bj_people {
    BJ_PEOPLE_RESIDENT,
    BJ_PEOPLE_REGISTERED,
    BJ_PEOPLE_SERVICE,
    BJ_PEOPLE_CHILDREN,
    BJ_PEOPLE_AGED65
};
extern const char *const bj_people_names[];
/* A kind of people for reports: 常住人口, residents. Borrowed. */
const char *bj_people_label(enum bj_people p, const char *lang);

struct bj_band {
    double min, below; /* people; below = INFINITY when open */
    int needs;         /* enum bj_class */
};

/* One rule. Numbers that a rule does not have are NaN, texts NULL. Rules stand in the order
 * of the file, a parent (any, all) directly before its parts. */
struct bj_rule {
    const char *id, *clause, *quote, *note;
    enum bj_rule_level level;
    enum bj_kind kind;
    int line, column;
    int parent;     /* index of the rule that holds it in `of`, or -1 */
    size_t n_parts; /* any, all: parts are the rules that name this one as parent */

    uint64_t facilities; /* classes and their sub-classes; 0 when the kind has none */
    enum bj_demand demand;
    enum bj_where where;
    double target_m, limit_m, target_s, limit_s, turnout_s;
    enum bj_mode mode;
    enum bj_direction direction;
    const char *ownership; /* "public" … or NULL */

    enum bj_per per;                             /* presence per; ratio, share, count: unit */
    double if_population_min, if_population_max; /* presence: only units in this band */
    const char *if_type; /* presence: only units of this type (街道, 镇, 乡) */
    double min, target, max;
    int exempt_hospital_seat;

    int tier_of_clinics; /* tier: 1 clinics, 0 villages */
    int tier_by_service; /* tier: 1 service population, 0 resident */
    size_t n_bands;
    const struct bj_band *band;

    const char *value;     /* ratio: a field, or a class name */
    enum bj_people people; /* ratio */
    double per_people;     /* ratio: 30000 */

    const char *of;             /* share: class(es, joined by ';') or unit; alt: rule id, NULL = of
                                 * none in this plan; exclude: what */
    const char *field, *equals; /* share, exclude (NULL: all of its facilities); `that` of presence,
                                 * ratio and count: only such facilities count. equals may hold
                                 * several words, joined by ';' */
    double field_min, above, below; /* share that.min (facilities of that class a unit, when
                                     * that.facilities is given); exclude */
    size_t n_alt_kinds;
    const char *const *alt_kind;

    const char *if_name;   /* presence, ratio, count, share: only the unit of this name */
    const char *per_field; /* ratio: the denominator is this column's sum; per_people of it */
};

struct bj_plan;

/* Reads a plan by id (looked for in bj_data_dir()/plans) or by path (has '/' or ends in
 * .yaml; relative to base_dir, NULL = the working folder). `extends` is followed: the
 * parent's rules come after the plan's own. BJ_EDATA with path, line and column. Caller frees with
 * bj_plan_free(). */
enum bj_status bj_plan_read(struct bj_ctx *ctx, const char *id_or_path, const char *base_dir,
                            struct bj_plan **out) BJ_MUST_CHECK;
void bj_plan_free(struct bj_plan *plan);

/* All that is wrong with a plan file, one sentence a fault with path, line and column, in the order
 * of reading; an empty list when bj_plan_read() would take it. A key that cannot be understood
 * hides what else its rule may lack. Other failures (no such file) as bj_plan_read(). Caller frees
 * with bj_plan_list_free(). */
enum bj_status bj_plan_faults(struct bj_ctx *ctx, const char *id_or_path, const char *base_dir,
                              char ***faults) BJ_MUST_CHECK;

struct bj_plan_info {
    const char *id, *title, *document, *date, *scope, *notes, *extends, *path;
    char sha256[65];
    size_t n_rules;
    const struct bj_rule *rule;
    struct bj_yaml_doc *doc; /* for `speeds` */
};
const struct bj_plan_info *bj_plan_info(const struct bj_plan *plan);

/* Ids of the shipped plans, sorted; NULL-ended. Caller frees with bj_plan_list_free(). */
enum bj_status bj_plan_list(struct bj_ctx *ctx, char ***ids) BJ_MUST_CHECK;
void bj_plan_list_free(struct bj_ctx *ctx, char **ids);

/* The plan as a page for a person, lang "zh" or "en". Caller frees *text with free(). */
enum bj_status bj_plan_show(struct bj_ctx *ctx, const struct bj_plan *plan, const char *lang,
                            char **text) BJ_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
