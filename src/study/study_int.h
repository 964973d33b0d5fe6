/* What the files of src/study share. */
#ifndef BANJING_STUDY_INT_H
#define BANJING_STUDY_INT_H

#include "banjing/study.h"
#include "base/base_int.h"

/* ---- fields.c ------------------------------------------------------------- */

/* All roles open: what bj_fields_match() starts from. */
void bj_fields_clear(struct bj_field_match *m);
/* Columns that the case names. BJ_EDATA, listing the columns, when one is not there. */
enum bj_status bj_fields_given(struct bj_ctx *ctx, size_t n_fields, const struct bj_field *field,
                               const char *const given[BJ_COL_N],
                               struct bj_field_match *m) BJ_MUST_CHECK;

/* ---- code.c --------------------------------------------------------------- */

/* "—", "无", "不详": in a column of codes or numbers, none. */
bool bj_cell_says_none(const char *text);
/* Code without what a spreadsheet puts round it to keep its digits ('5304…, ="5304…"), and if
 * it is all digits then without the ".0" of a column of real numbers and without spaces, and in
 * ASCII; "" for a dash or 无. */
void bj_code_clean(const char *text, char out[128]);
/* 3.71502E+11: what a spreadsheet leaves of a code of twelve digits. */
bool bj_code_is_scientific(const char *code);
/* A village's code of 12 digits whose township and village parts are gone. */
bool bj_code_lost_its_end(const char *code);

/* ---- classify.c ----------------------------------------------------------- */

/* Classes that the text of a class column names: canonical names, WS 218-2002 codes, Chinese
 * and English words; several separated by ';'. Parts that are not understood are left out. */
uint64_t bj_classify_text(const char *text);
/* Class that the name of a facility gives away; 0 when it does not. */
uint64_t bj_classify_name(const char *name);
/* Classes of a facility: its class column, made narrower by its name where the column only
 * gives the general class (D600 + 中心村卫生室), else its name. *from_name is set when the
 * column had a text that was not understood and the name decided. 0 = unknown. */
uint64_t bj_classify(const char *text, const char *name, int *from_name);
/* What is left of a facility's or village's name when the words that say what it is are taken
 * off: 石河村卫生室, 石河村民委员会 -> 石河. "" when nothing telling is left. cap >= 8. */
void bj_place_root(const char *name, int is_facility, char *out, size_t cap);
/* Status text: 1 = closed, not yet open or only planned. */
int bj_status_is_closed(const char *status);

/* 街道, 镇, 乡 or "" from a type column, a code (9 or more digits), or the end of a name. */
const char *bj_township_type(const char *text, const char *code, const char *name);
/* Urban or rural by the text of an urban column: codes and words that begin with one of the
 * prefixes (the case's `urban`) are urban. BJ_URBAN_UNKNOWN when blank or not understood. */
enum bj_urban bj_urban_of(const char *text, size_t n_prefixes, const char *const *prefix);

/* ---- the study under construction (study.c) --------------------------------- */

/* What the suspicions need to know of an input beyond bj_input. */
struct bj_input_more {
    const struct bj_case_layer *layer;
    /* Points looked at, and how many of them lie outside the boundary: as read, and if the
     * layer (or the boundary) were truly in that datum. */
    size_t n_seen, outside, outside_if[4], outside_if_boundary[4];
};

struct bj_study_own {
    struct bj_ctx *ctx;
    struct bj_strings strings; /* every text of the study */
    size_t input_cap, ledger_cap, note_cap, assumption_cap;
    const char *last_reason[BJ_FATE_N]; /* so that equal reasons are stored once */
    const char *last_ownership;
    struct bj_locator *in_county, *in_township, *in_urban; /* work CRS; NULL = no such layer */
    double box[4]; /* of the county: lon0, lat0, lon1, lat1, degrees */
    int has_county;
    int lenient;
    struct bj_input_more *more; /* one an input */
    size_t more_cap;
    int boundary_input, townships_input, urban_input; /* -1 = none */
    /* Township that a place's own column, name or code names, -1 = none; beside
     * villages, settlements, facilities, parcels. */
    int32_t *claimed[4];
    size_t n_interior;      /* areas and lines that stand as points */
    struct bj_blame *blame; /* shifts found so far (shifted.c) */
    size_t n_blames, blame_cap;
    bool boundary_misplaced; /* its own numbers say so: nothing can be held against it */
    /* Layers held against the boundary, and those that would fall into it after a move. */
    size_t n_held, n_swapped, n_moved[4];
    uint32_t roles;                   /* 1 << enum bj_role: those that are read */
    struct bj_case_layer batch_layer; /* stands for facilities that no file of the case gives */
};

/* Copy of s in the study's block, NULL when out of memory. */
const char *bj_study_keep(struct bj_ctx *ctx, struct bj_study *s, const char *text);
/* A warning; layer may be NULL, fix may be NULL. code must be a constant. */
enum bj_status bj_study_note(struct bj_ctx *ctx, struct bj_study *s, const char *code,
                             const char *layer, const char *fix, const char *fmt, ...)
    BJ_PRINTF(6, 7) BJ_MUST_CHECK;

/* What every report prints beside its numbers. key and mark must be constants. */
enum bj_status bj_study_assume(struct bj_ctx *ctx, struct bj_study *s, const char *key,
                               const char *value, const char *mark,
                               const char *source) BJ_MUST_CHECK;

/* ---- ledger.c ------------------------------------------------------------- */

/* What is said of one row while it is judged: the gravest fate, and all reasons. */
struct bj_verdict_of_row {
    enum bj_fate fate; /* BJ_FATE_N = simply used */
    char reason[600];
};
void bj_row_fate(struct bj_verdict_of_row *v, enum bj_fate fate, const char *fmt, ...)
    BJ_PRINTF(3, 4);
bool bj_fate_is_used(enum bj_fate fate);
/* Writes v down, unless the row is simply used. code is copied. */
enum bj_status bj_ledger_add(struct bj_ctx *ctx, struct bj_study *s, uint32_t input, int64_t row,
                             const char *code, const struct bj_verdict_of_row *v,
                             double population) BJ_MUST_CHECK;
/* Rows in = rows used + rows in the ledger; people likewise to 1e-9. BJ_EDATA: our own bug. */
enum bj_status bj_ledger_check(struct bj_ctx *ctx, const struct bj_study *s) BJ_MUST_CHECK;

/* ---- control points (control.c) ---------------------------------------------- */

/* Columns of a list of control points by their headers; those already set are kept. */
void bj_control_match(size_t n_fields, const struct bj_field *field, struct bj_field_match *m);
/* The entry that the list has among the inputs, -1 = none yet: layers may share one. */
int64_t bj_control_input(const struct bj_study *s, const struct bj_case_layer *list);

/* ---- one layer being read (reading.c) --------------------------------------- */

struct bj_reading {
    const struct bj_case_layer *layer;
    struct bj_source *source;
    const struct bj_source_info *info;
    struct bj_field_match match;
    struct bj_table table;
    int at[BJ_COL_N]; /* column of table.column with that role, -1 = not read */
    int first;        /* that of a list's first column, where 合计 may stand; -1 = not read */
    uint32_t input;   /* its entry in study.input */
    struct bj_crs *crs;
    size_t n_bad_from_name; /* class texts not understood whose name decided */
};
/* A column to read. */
struct bj_reading_role {
    enum bj_field_role role;
    int as_number;
};
/* Opens the layer, finds its fields, makes its entry in study.input. */
enum bj_status bj_reading_open(struct bj_ctx *ctx, struct bj_study *s,
                               const struct bj_case_layer *layer,
                               struct bj_reading *r) BJ_MUST_CHECK;
/* The entry alone, by r->layer, r->info and r->match. */
enum bj_status bj_reading_add_input(struct bj_ctx *ctx, struct bj_study *s,
                                    struct bj_reading *r) BJ_MUST_CHECK;
/* A tie on one of the roles (a set) is a failure that asks for `fields:`; in a lenient study a
 * note. */
enum bj_status bj_reading_ask(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                              uint32_t roles) BJ_MUST_CHECK;
enum bj_status bj_reading_rows(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                               enum bj_want want, size_t n_roles,
                               const struct bj_reading_role *roles) BJ_MUST_CHECK;
/* Settles r->crs for n points of the source (x, y; some may be NaN). When only the numbers can
 * tell (no CRS, 8-digit easting) it is said in a note; x and y are exchanged if they were the
 * wrong way round. columns: the points come from columns of a list, which may be degrees. */
enum bj_status bj_reading_crs(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                              size_t n, double *x, double *y, int columns) BJ_MUST_CHECK;
/* n points of the source, in place, to CGCS2000 degrees: CRS, then datum. NaN where none. */
enum bj_status bj_reading_to_lonlat(struct bj_ctx *ctx, const struct bj_reading *r, size_t n,
                                    double *x, double *y) BJ_MUST_CHECK;
/* Reads the layer's list of control points and ties r->crs, of bj_crs_new_untied(), by it. n
 * points of the layer, source coordinates (some may be NaN), say how far it reaches. (control.c) */
enum bj_status bj_control_tie(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                              size_t n, const double *x, const double *y) BJ_MUST_CHECK;
/* Text of a role's column in row i, "" when there is none. */
const char *bj_reading_text(const struct bj_reading *r, enum bj_field_role role, size_t i);
void bj_reading_close(struct bj_ctx *ctx, struct bj_reading *r);

/* ---- where the rows are (position.c) ---------------------------------------- */

enum bj_position_fault {
    BJ_POS_FINE,
    BJ_POS_NONE,
    BJ_POS_WRONG,
    BJ_POS_NOT_FINITE,
    BJ_POS_ZERO,
    BJ_POS_NOWHERE,
    BJ_POS_UNREADABLE
};
struct bj_positions {
    size_t n;
    double *source_x, *source_y; /* as in the layer */
    double *lon_deg, *lat_deg;   /* CGCS2000; NaN unless fine */
    double *x, *y;               /* work CRS; NaN where it has none */
    unsigned char *fault;        /* enum bj_position_fault */
    int from_columns;
};
/* Reads the rows' columns (n_roles) and positions. */
enum bj_status bj_positions_read(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                                 size_t n_roles, const struct bj_reading_role *roles,
                                 struct bj_positions *out) BJ_MUST_CHECK;
/* Room for n of them, all zero. */
enum bj_status bj_positions_init(struct bj_ctx *ctx, size_t n,
                                 struct bj_positions *p) BJ_MUST_CHECK;
void bj_positions_release(struct bj_ctx *ctx, struct bj_positions *p);
/* A number of a column, with or without degree marks: 1 and *out, 0 blank, -1 unreadable. */
int bj_position_number(const struct bj_column *c, size_t i, double *out);

/* ---- areas (frame.c) -------------------------------------------------------- */

enum bj_status bj_frame_boundary(struct bj_ctx *ctx, struct bj_study *s,
                                 const struct bj_case_layer *layer) BJ_MUST_CHECK;
enum bj_status bj_frame_townships(struct bj_ctx *ctx, struct bj_study *s,
                                  const struct bj_case_layer *layer) BJ_MUST_CHECK;
enum bj_status bj_frame_urban_area(struct bj_ctx *ctx, struct bj_study *s,
                                   const struct bj_case_layer *layer) BJ_MUST_CHECK;
/* Areas and lines far from the county or in another zone: looks at some vertices, in the source's
 * coordinates, as at points. */
enum bj_status bj_frame_suspect(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                                const struct bj_polygons *p) BJ_MUST_CHECK;
/* Urban area out of the townships when no layer gave it. */
enum bj_status bj_frame_finish(struct bj_ctx *ctx, struct bj_study *s) BJ_MUST_CHECK;

/* ---- points (places.c) ------------------------------------------------------- */

/* Villages, settlements, parcels, facilities or neighbours, appended to their places. */
enum bj_status bj_places_read(struct bj_ctx *ctx, struct bj_study *s,
                              const struct bj_case_layer *layer) BJ_MUST_CHECK;
void bj_places_release(struct bj_ctx *ctx, struct bj_places *p);
/* The whole cell says 合计, 小计 or 总计: a row of totals. */
bool bj_is_total_cell(const char *text);
/* Room for n rows in all; the new ones are zero and not counted. */
enum bj_status bj_places_reserve(struct bj_ctx *ctx, struct bj_places *p, size_t n) BJ_MUST_CHECK;

/* ---- residential land (parcels.c) --------------------------------------------- */

/* As bj_positions_read(), of rows that are areas: a point inside each. r->table.area goes to the
 * work CRS. */
enum bj_status bj_parcels_positions(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                                    size_t n_roles, const struct bj_reading_role *roles,
                                    struct bj_positions *out) BJ_MUST_CHECK;
/* Appends the areas of n_kept rows of the layer to study.parcels_area. */
enum bj_status bj_parcels_keep(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                               size_t n_kept, const uint32_t *kept) BJ_MUST_CHECK;

/* ---- rasters of people (population.c) ------------------------------------------ */

/* Cells within the boundary, appended to study.population. */
enum bj_status bj_population_read(struct bj_ctx *ctx, struct bj_study *s,
                                  const struct bj_case_layer *layer) BJ_MUST_CHECK;

/* ---- other columns (columns.c) ------------------------------------------------ */

/* All columns of the source as text. */
enum bj_status bj_columns_text(struct bj_ctx *ctx, struct bj_reading *r,
                               struct bj_table *t) BJ_MUST_CHECK;
/* All columns of the layer for n_kept rows of it (kept: indices of table rows), as values of the
 * places first, first + 1, … of `to`. */
enum bj_status bj_columns_add(struct bj_ctx *ctx, struct bj_study *s, struct bj_reading *r,
                              size_t n_kept, const uint32_t *kept, size_t first,
                              struct bj_attributes *to) BJ_MUST_CHECK;
/* Every column gets room for n_rows, those from first on blank. */
enum bj_status bj_columns_widen(struct bj_ctx *ctx, struct bj_attributes *a, size_t first,
                                size_t n_rows) BJ_MUST_CHECK;
void bj_attributes_release(struct bj_ctx *ctx, struct bj_attributes *a);

/* ---- indicators.c --------------------------------------------------------------- */

enum bj_status bj_indicators_read(struct bj_ctx *ctx, struct bj_study *s,
                                  const struct bj_case_layer *layer) BJ_MUST_CHECK;
void bj_indicators_release(struct bj_ctx *ctx, struct bj_indicators *in);

/* ---- equal rows (twins.c) ------------------------------------------------------ */

enum bj_twin_key { BJ_TWIN_BOTH, BJ_TWIN_CODE, BJ_TWIN_POINT, BJ_TWIN_N };
struct bj_twins {
    const struct bj_places *p;
    size_t mask;
    uint32_t *slot[BJ_TWIN_N];
};
/* Tables for up to n places, with those of p entered; released by the caller even when it
 * fails. p's arrays may move, p may not. */
enum bj_status bj_twins_init(struct bj_ctx *ctx, struct bj_twins *t, const struct bj_places *p,
                             size_t n) BJ_MUST_CHECK;
void bj_twins_release(struct bj_ctx *ctx, struct bj_twins *t);
/* First entered place equal to place i (which need not be counted yet), -1 when none. */
int64_t bj_twins_find(struct bj_twins *t, size_t i, enum bj_twin_key key);
void bj_twins_enter(struct bj_twins *t, size_t i);

/* ---- townships by name and code (township.c) ------------------------------------- */

/* The township that a text names: the whole name, else the only one whose name is the same
 * without 街道, 镇, 乡. -1 when none. */
int32_t bj_township_by_name(const struct bj_study *s, const char *text);
/* By the first nine of a code's digits. */
int32_t bj_township_by_code(const struct bj_study *s, const char *code);
/* The one whose whole name stands in a facility's name: 前卫镇中心卫生院. */
int32_t bj_township_in_name(const struct bj_study *s, const char *name);

/* ---- suspicions (suspect.c) -------------------------------------------------- */

/* Whether |v| could be D.MMSS: minutes and seconds below 60; *telling when it has seconds. */
bool bj_may_be_dmmss(double v, bool *telling);
/* What a layer's positions alone give away: exchanged axes, a neighbouring zone, zone prefix,
 * D.MMSS, zeros, points far away. */
enum bj_status bj_suspect_positions(struct bj_ctx *ctx, struct bj_study *s,
                                    const struct bj_reading *r,
                                    const struct bj_positions *p) BJ_MUST_CHECK;
/* The part of it that needs no rows, only points: exchanged axes, zones. */
enum bj_status bj_suspect_place(struct bj_ctx *ctx, struct bj_study *s, const struct bj_reading *r,
                                const struct bj_positions *p) BJ_MUST_CHECK;
/* What names and codes say against each other and against the townships. */
enum bj_status bj_suspect_study(struct bj_ctx *ctx, struct bj_study *s) BJ_MUST_CHECK;

enum { BJ_DATUMS = 4 }; /* enum bj_datum; CGCS2000 and WGS84 are one */
/* Datum that the case declares for an input, CGCS2000 for WGS84. */
enum bj_datum bj_declared_datum(const struct bj_study *s, size_t input);
/* Whether `to` is another datum, to be weighed against the declared one. */
bool bj_is_other_datum(enum bj_datum declared, int to);
/* Who says so; a set. */
enum bj_witness { BJ_BY_AREAS = 1, BJ_BY_ROADS = 2, BJ_BY_NAMES = 4 };
/* An input looks as if it were in that datum. other: for names, the input that the namesakes are
 * of. Kept until bj_blame_notes(), which weighs the witnesses against each other. */
enum bj_status bj_blame_datum(struct bj_ctx *ctx, struct bj_study *s, size_t input, int datum,
                              enum bj_witness by, size_t other, const char *evidence) BJ_MUST_CHECK;
/* The notes of all that was blamed: see the essay of shifted.c. */
enum bj_status bj_blame_notes(struct bj_ctx *ctx, struct bj_study *s) BJ_MUST_CHECK;

/* ---- hospitals that ambulance stations stand at (hosts.c) ---------------------- */

#define BJ_EMS_CLASSES ((uint64_t)1 << BJ_CLASS_EMS_STATION | (uint64_t)1 << BJ_CLASS_EMS_CENTRE)

struct bj_host;
struct bj_hosts {
    struct bj_strings texts;
    size_t n_names, n_roots;
    struct bj_host *by_name, *by_root; /* sorted by name, then layer */
};
/* Of all facilities that are more than an ambulance station; their names are borrowed. Released
 * by the caller even when it fails. */
enum bj_status bj_hosts_init(struct bj_ctx *ctx, const struct bj_places *facilities,
                             struct bj_hosts *out) BJ_MUST_CHECK;
void bj_hosts_release(struct bj_ctx *ctx, struct bj_hosts *h);
/* The hospital of another layer than `input` that a station's name names; false when none, or
 * more than one. */
bool bj_hosts_find(const struct bj_hosts *h, const char *station, uint32_t input, uint32_t *layer,
                   double *lon_deg, double *lat_deg);

/* A few of a layer's points, and room to move them (shifted.c). */
struct bj_sample {
    size_t n;
    double *lon, *lat; /* as read */
    double *x, *y;     /* moved, work CRS */
    int32_t *claim;    /* township that the point names, -1 = none */
};
/* Room for cap points. */
enum bj_status bj_sample_init(struct bj_ctx *ctx, struct bj_sample *k, size_t cap) BJ_MUST_CHECK;
void bj_sample_release(struct bj_ctx *ctx, struct bj_sample *k);
void bj_sample_add(struct bj_sample *k, double lon, double lat, int32_t claim);
/* Where the points are if what was read under `from` had been declared `to`. A layer declared
 * A and truly in B: (A, B) moves its points to their place. An area so: (B, A) moves true
 * points as the area was moved. */
enum bj_status bj_sample_move(struct bj_ctx *ctx, const struct bj_study *s, struct bj_sample *k,
                              enum bj_datum from, enum bj_datum to) BJ_MUST_CHECK;
/* Doubles, ascending, for qsort(). */
int bj_by_size(const void *a, const void *b);
/* Whether the county lies where GCJ-02 and BD-09 are in use. */
bool bj_datums_in_use(const struct bj_study *s);

/* Looks at a roads layer, which is not kept: its place, and a shift against villages and
 * facilities (roadside.c). What cannot be read is a note, no failure. */
enum bj_status bj_suspect_roads(struct bj_ctx *ctx, struct bj_study *s,
                                const struct bj_case_layer *layer) BJ_MUST_CHECK;
/* Points of one name (namesakes.c). */
enum bj_status bj_suspect_names(struct bj_ctx *ctx, struct bj_study *s) BJ_MUST_CHECK;
/* Layers in an undeclared map-service datum (shifted.c), domain.md 5.5. */
enum bj_status bj_suspect_shifts(struct bj_ctx *ctx, struct bj_study *s) BJ_MUST_CHECK;
/* Counts for it while the positions of a layer are at hand. */
enum bj_status bj_suspect_count_outside(struct bj_ctx *ctx, struct bj_study *s,
                                        const struct bj_reading *r,
                                        const struct bj_positions *p) BJ_MUST_CHECK;

#endif
