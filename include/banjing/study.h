/* One county: its case file, all its layers in one frame, and every input row's fate. */
#ifndef BANJING_STUDY_H
#define BANJING_STUDY_H

#include "banjing/base.h"
#include "banjing/crs.h"
#include "banjing/layer.h"
#include "banjing/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- case --------------------------------------------------------------- */

enum bj_role {
    BJ_ROLE_VILLAGES,
    BJ_ROLE_FACILITIES,
    BJ_ROLE_BOUNDARY,
    BJ_ROLE_TOWNSHIPS,
    BJ_ROLE_URBAN_AREA,
    BJ_ROLE_SETTLEMENTS,
    BJ_ROLE_PARCELS,
    BJ_ROLE_POPULATION,
    BJ_ROLE_ROADS,
    BJ_ROLE_FRICTION,
    BJ_ROLE_ELEVATION,
    BJ_ROLE_NEIGHBOURS,
    BJ_ROLE_INDICATORS,
    BJ_ROLE_N,
    BJ_ROLE_CONTROL = BJ_ROLE_N /* a layer's list of control points: no layer of the case */
};
extern const char *const bj_role_names[]; /* "villages" … "control"; order of enum bj_role */

/* What a column means; `fields:` of a layer names them so. */
enum bj_field_role {
    BJ_COL_NAME,
    BJ_COL_CODE,
    BJ_COL_URBAN,
    BJ_COL_COUNTY,
    BJ_COL_TOWNSHIP,
    BJ_COL_POPULATION,
    BJ_COL_REGISTERED,
    BJ_COL_SERVICE,
    BJ_COL_HOUSEHOLDS,
    BJ_COL_AGED65,
    BJ_COL_LON,
    BJ_COL_LAT,
    BJ_COL_LONLAT,
    BJ_COL_CLASS,
    BJ_COL_LEVEL,
    BJ_COL_OWNERSHIP,
    BJ_COL_STATUS,
    BJ_COL_BEDS,
    BJ_COL_DOCTORS,
    BJ_COL_NURSES,
    BJ_COL_VILLAGE_DOCTORS,
    BJ_COL_AMBULANCES,
    BJ_COL_FLOOR_AREA,
    BJ_COL_STANDARD,
    BJ_COL_PLAN_TYPE,
    BJ_COL_TYPE,
    BJ_COL_OLD_X, /* of control points: either coordinate of the pair may come first */
    BJ_COL_OLD_Y,
    BJ_COL_NEW_X,
    BJ_COL_NEW_Y,
    BJ_COL_N
};
/* "name", "code", "urban", "county", "township", "population", "registered", … */
extern const char *const bj_field_role_names[];

/* Column of each role found among the fields by the synonyms of domain.md 6.4 (exact name,
 * case-insensitive, then DBF-cut prefix of >= 2 Chinese characters); -1 where none. Roles
 * already set (>= 0) in column[] are kept. why[r] is "given", "name" or "prefix". On a tie the
 * role stays -1 and a sentence naming the candidates is left in tie[r] (static or in strings of
 * ctx: borrowed until the next call). */
struct bj_field_match {
    int column[BJ_COL_N];
    const char *why[BJ_COL_N];
    char tie[BJ_COL_N][200];
};
void bj_fields_match(size_t n_fields, const struct bj_field *field, enum bj_role role,
                     struct bj_field_match *m);
/* Role that a header text names, -1 when none: for finding the header row of a list. */
int bj_field_role_of(const char *header);

struct bj_case_layer {
    enum bj_role role;
    struct bj_source_spec source; /* path is resolved against the case's folder */
    const char *path_as_written;
    enum bj_datum datum;
    int datum_given;
    int class_given;              /* enum bj_class, or -1 */
    const char *fields[BJ_COL_N]; /* column names given in the case, NULL = find */
    int line, column;             /* in the case file, 0 from the command line */
    /* List of points known in the layer's old system and in CGCS2000, NULL = none. Its own
     * source.crs is the new system (`new_crs`), NULL = by the numbers. */
    const struct bj_case_layer *control;
    const char *old_crs; /* of a control list: system of its old coordinates, NULL = the layer's */
};

struct bj_case; /* owns its strings */
/* Plain data, borrowed from the case. */
struct bj_case_info {
    const char *path; /* NULL when only the command line gave layers */
    const char *county_code, *county_name, *plan, *base_dir, *lang;
    const char *city_name; /* county: {city: …}, "" when not given */
    char date[11];         /* case, SOURCE_DATE_EPOCH, today */
    size_t n_layers;
    const struct bj_case_layer *layer;
    size_t n_urban;
    const char *const *urban; /* values or prefixes of the urban column that are urban */
    uint64_t none;            /* classes of which the county truly has none */
};

/* path NULL gives an empty case. Unknown keys, wrong types: BJ_EDATA with line and column. */
enum bj_status bj_case_read(struct bj_ctx *ctx, const char *path,
                            struct bj_case **out) BJ_MUST_CHECK;
/* The command line wins: `data_source` replaces all layers of that role (facilities given
 * several times are all kept: pass replace = 0 from the second on). Paths are relative to the
 * working folder. */
enum bj_status bj_case_set_layer(struct bj_ctx *ctx, struct bj_case *c, enum bj_role role,
                                 const char *data_source, int replace) BJ_MUST_CHECK;
enum bj_status bj_case_set_plan(struct bj_ctx *ctx, struct bj_case *c,
                                const char *plan) BJ_MUST_CHECK;
const struct bj_case_info *bj_case_info(const struct bj_case *c);
void bj_case_free(struct bj_case *c);

/* Code of the city that a county's code (6 digits or more) belongs to: its first four digits and
 * 00; "" for any other code. */
void bj_city_code(const char *county_code, char out[7]);

/* ---- ledger ------------------------------------------------------------- */

/* Fate of an input row. Rows simply used have no entry. `_used` states are rows that are
 * used all the same (counted in inputs.used), the others are not. */
enum bj_fate {
    BJ_FATE_NO_POPULATION,  /* used, as 0 people: blank */
    BJ_FATE_BAD_POPULATION, /* used, as 0 people: negative, or not a number */
    BJ_FATE_REPAIRED,       /* used: invalid area made valid */
    BJ_FATE_INTERIOR_POINT, /* used: an area or line stands as a point inside it */
    BJ_FATE_FIRST_OF_MULTI, /* used: several points in a row, the first taken */
    BJ_FATE_CODE_REPEATED,  /* used: same code as row n, elsewhere */
    BJ_FATE_POINT_REPEATED, /* used: another code at the same point as row n */
    BJ_FATE_NEIGHBOUR,      /* facility used as a neighbour: it lies outside the boundary */
    BJ_FATE_LAST_USED = BJ_FATE_NEIGHBOUR,
    BJ_FATE_DUPLICATE, /* same code and same point as row n */
    BJ_FATE_NO_GEOMETRY,
    BJ_FATE_BAD_COORDINATES, /* not finite, zero/zero, or no place on Earth */
    BJ_FATE_OUTSIDE_COUNTY,  /* demand more than 50 m outside the boundary */
    BJ_FATE_CLASS_UNKNOWN,
    BJ_FATE_CLOSED,    /* status says closed or planned */
    BJ_FATE_TOTAL_ROW, /* 合计, 小计 */
    BJ_FATE_BAD_CODE,  /* a code destroyed by a spreadsheet (3.71502E+11) */
    BJ_FATE_WRONG_GEOMETRY,
    BJ_FATE_UNIT_UNKNOWN, /* indicators of neither the county nor one of its townships */
    BJ_FATE_N
};
extern const char *const bj_fate_names[]; /* "no_population" … */

struct bj_ledger_row {
    uint32_t input; /* index in study inputs */
    int64_t row;
    const char *code;
    enum bj_fate fate;
    const char *reason; /* a phrase in the user's language */
    double population;  /* people of the row that are NOT in the demand total; NaN = none */
    int64_t n_more;     /* further rows that this entry stands for: cells of a raster */
};

/* ---- study -------------------------------------------------------------- */

enum bj_urban { BJ_URBAN_UNKNOWN, BJ_URBAN_NO, BJ_URBAN_YES };

/* Demand points or facilities that are used, as columns of n rows. Texts are never NULL. */
struct bj_places {
    size_t n;
    double *lon_deg, *lat_deg;             /* CGCS2000 */
    double *x, *y;                         /* work CRS, m */
    const char **code, **name, **township; /* township: name, from the column or polygon */
    int32_t *township_index;               /* in study.townships, -1 unknown or no layer */
    uint32_t *input;
    int64_t *row;
    double *population;       /* demand: people >= 0 */
    unsigned char *urban;     /* demand: enum bj_urban */
    uint64_t *classes;        /* facilities: set of enum bj_class, without sub-class expansion */
    unsigned char *neighbour; /* facilities: 1 = neighbour */
    const char **ownership;   /* facilities: as written, "" unknown */
};

struct bj_township {
    const char *code, *name, *type; /* type: 街道, 镇, 乡 or "" */
    enum bj_urban urban;
};

struct bj_input {
    const char *role, *path; /* as written */
    char sha256[65];         /* "" when no file */
    const char *driver, *layer, *crs, *encoding, *encoding_why;
    int64_t rows, used;
    double population; /* sum of all finite numbers of its population column */
    struct bj_field_match fields;
    size_t n_field_names;
    const char *const *field_name;
};

struct bj_note {                    /* a warning or suspicion */
    const char *code;               /* "swapped_axes" … */
    const char *layer, *text, *fix; /* layer and fix may be "" */
};
struct bj_assumption {
    const char *key, *value, *mark, *source;
};

/* Columns of the used rows by the names that their files give them: rules of a plan may ask
 * for any (床位, 推荐标准). One value a row of the layer; columns of one name in several files
 * are one column. num is NaN where blank or no number, text "" where blank. */
struct bj_attribute {
    const char *field;
    double *num;
    const char **text;
};
struct bj_attributes {
    size_t n;
    struct bj_attribute *item;
};
/* Rows of the indicators layer by code or name: the county's, its townships' and its city's own,
 * one each at most. */
struct bj_indicators {
    size_t n;
    const char **code, **name;
    struct bj_attributes columns;
};

struct bj_study {
    const struct bj_case_info *info;
    struct bj_crs *work; /* transverse Mercator on the county's centre meridian */
    double lon0_deg;
    struct bj_crs *out_crs;            /* the boundary's */
    struct bj_polygons county;         /* work CRS, m: one multipolygon, valid */
    struct bj_polygons county_lonlat;  /* same points, degrees */
    double county_area_m2;             /* geodesic */
    struct bj_polygons townships_area; /* work CRS, grouped by township */
    size_t n_townships;
    struct bj_township *township;
    struct bj_polygons urban_area; /* work CRS; from urban_area, else the urban townships */
    int has_urban_area;
    struct bj_places villages, settlements, facilities;
    struct bj_places population;     /* cells of rasters; code "row,column", counted from 1 */
    struct bj_places parcels;        /* residential areas, each by a point inside it */
    struct bj_polygons parcels_area; /* work CRS, one feature a parcel; as read, also beyond the
                                        boundary */
    /* In the order of the rows above; n = 0 when the layer is not there. */
    struct bj_attributes village_columns, facility_columns, township_columns;
    struct bj_indicators indicators;
    size_t n_inputs;
    struct bj_input *input;
    size_t n_ledger;
    struct bj_ledger_row *ledger;
    size_t n_notes;
    struct bj_note *note;
    size_t n_assumptions;
    struct bj_assumption *assumption;
    struct bj_study_own *own; /* strings and capacities */
};

/* Reads every layer of the case. c must outlive the study. strict = 0; the study of
 * `inspect` passes lenient = 1: a layer that cannot be read becomes a note instead of a
 * failure. Checks rows in = rows used + rows in the ledger, and the same for people; a
 * difference is a bug and ends in BJ_EDATA. Caller frees with bj_study_free(). */
enum bj_status bj_study_read(struct bj_ctx *ctx, const struct bj_case *c, int lenient,
                             struct bj_study **out) BJ_MUST_CHECK;
void bj_study_free(struct bj_study *s);
/* As bj_study_read(), but only layers of these roles (a set of 1 << enum bj_role, with
 * BJ_ROLE_BOUNDARY in it) are read, and none is missed. */
enum bj_status bj_study_read_roles(struct bj_ctx *ctx, const struct bj_case *c, int lenient,
                                   uint32_t roles, struct bj_study **out) BJ_MUST_CHECK;

/* A facility of another county, as that county's study has it. Texts are borrowed. */
struct bj_neighbour {
    double lon_deg, lat_deg; /* CGCS2000 */
    const char *code, *name, *ownership;
    uint64_t classes;
};
/* Adds those within limit_m of the county as neighbours: an input of their own, one row a
 * facility, with a ledger row for each that the study has already (same code, same point). Call it
 * between reading and judging. BJ_EDATA: the ledger does not add up, a bug. */
enum bj_status bj_study_add_neighbours(struct bj_ctx *ctx, struct bj_study *s, double limit_m,
                                       size_t n, const struct bj_neighbour *f) BJ_MUST_CHECK;

/* ---- point in polygon --------------------------------------------------- */

/* Index of polygons for many points: slabs in y over all edges, even-odd rule. */
struct bj_locator;
enum bj_status bj_locator_new(struct bj_ctx *ctx, const struct bj_polygons *p,
                              struct bj_locator **out) BJ_MUST_CHECK;
void bj_locator_free(struct bj_locator *l);
/* Feature (or polygon, when not grouped) that holds the point, lowest index first; -1 none.
 * A point on an edge is inside. */
int64_t bj_locator_find(const struct bj_locator *l, double x, double y);
/* Distance to the nearest edge of any polygon, at most max_m (returns INFINITY beyond). */
double bj_locator_distance(const struct bj_locator *l, double x, double y, double max_m);

#ifdef __cplusplus
}
#endif
#endif
