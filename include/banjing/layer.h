/* Layers in and out: any OGR data source, lists in spreadsheets, result folders. */
#ifndef BANJING_LAYER_H
#define BANJING_LAYER_H

#include "banjing/base.h"
#include "banjing/crs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Polygons with holes as flat arrays; the one form in which areas travel between folders.
 * Polygon p has rings ring_start[p] .. ring_start[p+1]-1, its shell first; ring r has
 * points point_start[r] .. point_start[r+1]-1. Rings are closed (last point = first) and
 * have at least 4 points. A multipolygon is several polygons in a row: a feature f of a
 * layer has polygons poly_start[f] .. poly_start[f+1]-1. Zeroed struct = nothing.
 * Lines use the same arrays: a "polygon" is one line, with one ring that need not be closed. */
struct bj_polygons {
    size_t n_features, n_polygons, n_rings, n_points;
    size_t *poly_start;  /* n_features + 1, NULL when the polygons are not grouped */
    size_t *ring_start;  /* n_polygons + 1 */
    size_t *point_start; /* n_rings + 1 */
    double *x, *y;       /* n_points; CRS as the holder says */
};
void bj_polygons_release(struct bj_ctx *ctx, struct bj_polygons *p);

/* ---- reading ------------------------------------------------------------ */

/* What to read. Strings are borrowed; NULL = not given. path is any GDAL data source
 * string. With several layers and none named, the only one with the geometry of `prefer` is
 * taken, else the only one with any geometry (sheets: the only one with rows). */
struct bj_source_spec {
    const char *path, *layer, *where, *encoding, *crs;
    int prefer; /* enum bj_want; BJ_WANT_ATTRIBUTES = no preference */
    /* Lists whose header repeats its words (X Y X Y): the captions in the row above (西安80,
     * CGCS2000) are put before them. */
    int captions;
};

enum bj_field_type { BJ_FIELD_TEXT, BJ_FIELD_INTEGER, BJ_FIELD_REAL, BJ_FIELD_OTHER };
struct bj_field {
    const char *name; /* UTF-8, whatever the file's encoding */
    enum bj_field_type type;
};

struct bj_source; /* an opened layer */

/* Opened read-only; the schema is known, no row read. For lists (CSV, TXT, XLSX, XLS, ODS)
 * the header row has been found (first of the first 10 rows with the most known field
 * synonyms), and lon/lat columns are not yet geometry.
 * BJ_EIO: missing, unreadable, truncated. BJ_EDATA: no such layer, several layers and none
 * named, bad `where`, no header. */
enum bj_status bj_source_open(struct bj_ctx *ctx, const struct bj_source_spec *spec,
                              struct bj_source **out) BJ_MUST_CHECK;
void bj_source_close(struct bj_source *src);

struct bj_source_info {
    const char *driver;       /* GDAL short name: "ESRI Shapefile", "CSV" */
    const char *layer;        /* name of the layer */
    const char *crs;          /* WKT of the layer's CRS, or the spec's crs; NULL = none */
    const char *encoding;     /* what the text was read as: "UTF-8", "GB18030", … */
    const char *encoding_why; /* a phrase: "from .cpg", "bytes are not UTF-8", "as given" */
    int64_t n_rows;           /* -1 when the driver would have to count */
    int is_list;              /* rows of a sheet: geometry, if any, is in columns */
    int has_geometry;
    int has_z;
    int header_row;         /* lists: 1-based row where the header begins, else 0 */
    const char *said_datum; /* lists: "gcj02", "bd09" when title or header say so, else NULL, */
    const char *said_in;    /* and the cell that does */
    size_t n_fields;
    const struct bj_field *field;
};
/* Borrowed; as long as src lives. */
const struct bj_source_info *bj_source_info(const struct bj_source *src);

enum bj_want { BJ_WANT_ATTRIBUTES, BJ_WANT_POINTS, BJ_WANT_AREAS, BJ_WANT_LINES };

/* What a row's geometry was. */
enum bj_row_state {
    BJ_ROW_OK,        /* as wanted */
    BJ_ROW_FROM_AREA, /* point taken inside an area (or on a line) */
    BJ_ROW_MULTI,     /* several points in one row: the first was taken */
    BJ_ROW_REPAIRED,  /* area was invalid and has been made valid */
    BJ_ROW_EMPTY,     /* null or empty geometry */
    BJ_ROW_WRONG      /* a geometry that is not of the wanted kind (a point in an area layer) */
};

/* One column, n rows. A number column has num, NaN where there is none; a text column has
 * text (never NULL, "" where null). number_state (number columns only): 1 number, 0 blank,
 * -1 text that is no number; raw keeps such text (else NULL; raw itself may be NULL). */
struct bj_column {
    int field; /* index in bj_source_info.field */
    const char **text;
    double *num;
    signed char *number_state;
    const char **raw;
};

struct bj_table {
    size_t n;
    int64_t *row;            /* as the user counts: 1-based feature position; sheet row for lists */
    unsigned char *state;    /* enum bj_row_state */
    double *x, *y;           /* BJ_WANT_POINTS: source CRS, x east first, NaN when empty */
    struct bj_polygons area; /* BJ_WANT_AREAS, _LINES: source CRS, grouped by row */
    size_t n_columns;
    struct bj_column *column;
    struct bj_table_strings *strings; /* owns every text above */
};

/* Columns to read: field index and whether as a number. */
struct bj_column_spec {
    int field;
    int as_number;
};

/* Reads all rows that pass `where`. Areas come repaired (valid, polygons only) in source
 * coordinates; a point of an area is an interior point, never in a hole. Z is dropped.
 * Lists: points come from the caller, which reads lon/lat as columns (or one combined
 * column) itself.
 * Rows of a list whose name column is 合计/小计/总计 are kept; the study drops them with a
 * ledger row. Caller releases with bj_table_release(). */
enum bj_status bj_source_read(struct bj_ctx *ctx, struct bj_source *src, enum bj_want want,
                              size_t n_columns, const struct bj_column_spec *columns,
                              struct bj_table *out) BJ_MUST_CHECK;
void bj_table_release(struct bj_ctx *ctx, struct bj_table *t);

/* ---- grids of people ---------------------------------------------------- */

struct bj_grid; /* an opened raster */
struct bj_grid_info {
    const char *driver, *crs; /* WKT, or the crs given; never NULL */
    int n_rows, n_columns;
};
/* Cells with a value above 0, as columns of n rows; centres in the raster's CRS. */
struct bj_cells {
    size_t n;
    int *row, *column; /* from 0, the raster's first line and column */
    double *value, *x, *y;
    double sum;         /* of the values */
    size_t n_outside;   /* cells above 0 outside the box, not kept */
    double sum_outside; /* their values */
    size_t n_negative;  /* cells below 0, not counted anywhere else */
};

/* Any raster that GDAL reads. crs NULL: the raster's own. BJ_EIO: missing or unreadable;
 * BJ_EDATA: not georeferenced; BJ_ECRS: no CRS. Caller frees with bj_grid_close(). */
enum bj_status bj_grid_open(struct bj_ctx *ctx, const char *path, const char *crs,
                            struct bj_grid **out) BJ_MUST_CHECK;
void bj_grid_close(struct bj_grid *grid);
/* Borrowed; as long as the grid lives. */
const struct bj_grid_info *bj_grid_info(const struct bj_grid *grid);
/* Cells of the first band whose centre lies in the box (x0, y0, x1, y1). BJ_EDATA when they are
 * more than max. Caller releases with bj_cells_release(). */
enum bj_status bj_grid_read(struct bj_grid *grid, const double box[4], size_t max,
                            struct bj_cells *out) BJ_MUST_CHECK;
void bj_cells_release(struct bj_ctx *ctx, struct bj_cells *c);

/* A deep copy, not grouped. */
enum bj_status bj_polygons_copy(struct bj_ctx *ctx, const struct bj_polygons *in,
                                struct bj_polygons *out) BJ_MUST_CHECK;
/* One polygon of `in` at the end of `to`, whose arrays have room for it; its grouping is left. */
void bj_polygons_append(struct bj_polygons *to, const struct bj_polygons *in, size_t polygon);
/* One multipolygon out of all polygons of `in` (their union, valid), same CRS. */
enum bj_status bj_polygons_union(struct bj_ctx *ctx, const struct bj_polygons *in,
                                 struct bj_polygons *out) BJ_MUST_CHECK;

/* A point inside each feature of `in` (grouped), never in a hole: on the horizontal line through
 * the middle of it. x, y: one a feature; NaN where it has no area or is not finite. */
enum bj_status bj_polygons_points(struct bj_ctx *ctx, const struct bj_polygons *in, double *x,
                                  double *y) BJ_MUST_CHECK;

/* SHA-256 of a file as 64 hex digits + NUL. For a folder (.gdb) of its files in name order.
 * *known = 0 and "" for what is no file (database strings, /vsi…). */
enum bj_status bj_file_sha256(struct bj_ctx *ctx, const char *path, char hex[65],
                              int *known) BJ_MUST_CHECK;

/* A GDAL configuration option for the whole process: "OGR_SQLITE_CACHE=512". BJ_EARG when the
 * text is not KEY=VALUE. */
enum bj_status bj_config_set(struct bj_ctx *ctx, const char *key_value) BJ_MUST_CHECK;

/* ---- writing ------------------------------------------------------------ */

/* A result folder, all or nothing. Files are made in a hidden folder beside `dir`
 * (".<name>.banjing-XXXXXX"); commit renames it to dir. */
struct bj_outdir;

/* dir must not exist, or be an empty folder, or be an earlier result (has `marker` in it)
 * and overwrite be set; else BJ_EIO. The parent must exist and be writable. Left-overs of
 * killed runs beside dir are removed. */
enum bj_status bj_outdir_begin(struct bj_ctx *ctx, const char *dir, const char *marker,
                               int overwrite, struct bj_outdir **out) BJ_MUST_CHECK;
/* Full path of a file in the hidden folder; missing sub-folders are made. Caller frees with
 * bj_free of base, or lets bj_outdir own it: borrowed until commit or abandon. */
const char *bj_outdir_path(struct bj_ctx *ctx, struct bj_outdir *o, const char *relative);
/* A whole file at once. */
enum bj_status bj_outdir_write(struct bj_ctx *ctx, struct bj_outdir *o, const char *relative,
                               const char *data, size_t n) BJ_MUST_CHECK;
/* fsyncs, swaps in, removes the earlier result last; frees o also when it fails (then the
 * earlier result stands and the hidden folder is gone). */
enum bj_status bj_outdir_commit(struct bj_ctx *ctx, struct bj_outdir *o) BJ_MUST_CHECK;
/* Removes the hidden folder; takes NULL. */
void bj_outdir_abandon(struct bj_ctx *ctx, struct bj_outdir *o);

enum bj_format {
    BJ_FORMAT_SHAPEFILE,
    BJ_FORMAT_GPKG,
    BJ_FORMAT_FLATGEOBUF,
    BJ_FORMAT_GEOJSON,
    BJ_FORMAT_OPENFILEGDB
};
/* GDAL's names: "ESRI Shapefile", "GPKG", "FlatGeobuf", "GeoJSON", "OpenFileGDB", NULL. */
extern const char *const bj_format_names[];

enum bj_geometry { BJ_GEOM_POINT, BJ_GEOM_POLYGON, BJ_GEOM_LINE };

struct bj_out_field {
    const char *name; /* ASCII, <= 10 bytes */
    enum bj_field_type type;
    int width;    /* text: bytes to reserve (cut is an error); numbers: digits in all */
    int decimals; /* real: places */
};

struct bj_writer; /* all layers of one result */

/* encoding: "UTF-8" or "GB18030" for shapefiles, else ignored. date: "YYYY-MM-DD" put where
 * formats store a modification date, so that equal runs give equal bytes. */
enum bj_status bj_writer_new(struct bj_ctx *ctx, struct bj_outdir *o, enum bj_format format,
                             const char *crs_wkt, const char *encoding, const char *date,
                             struct bj_writer **out) BJ_MUST_CHECK;
/* Another name than result.gpkg or result.gdb for the one dataset of those formats, before its
 * first layer. */
enum bj_status bj_writer_set_file(struct bj_ctx *ctx, struct bj_writer *w,
                                  const char *file) BJ_MUST_CHECK;
/* folder "LC-01", name "covered": LC-01/covered.shp, layer LC-01_covered of result.gpkg, or layer
 * LC_01_covered of result.gdb (alias LC-01_covered; a File Geodatabase allows letters, digits and
 * '_' in names: the rest becomes '_', and a folder whose name is taken is numbered, with a
 * warning). */
enum bj_status bj_writer_layer(struct bj_ctx *ctx, struct bj_writer *w, const char *folder,
                               const char *name, enum bj_geometry geometry, size_t n_fields,
                               const struct bj_out_field *field) BJ_MUST_CHECK;
/* The same with what each field means, in the reader's words (NULL = nothing): GPKG, OpenFileGDB
 * and FlatGeobuf keep it as the field's alias, other formats have no place for it. Two of one
 * layer must differ. */
enum bj_status bj_writer_layer_with(struct bj_ctx *ctx, struct bj_writer *w, const char *folder,
                                    const char *name, enum bj_geometry geometry, size_t n_fields,
                                    const struct bj_out_field *field,
                                    const char *const *meaning) BJ_MUST_CHECK;
/* One row of the current layer. values[i] by the field's type; is_null wins. Text is UTF-8. */
union bj_value {
    const char *text;
    int64_t integer;
    double real;
};
enum bj_status bj_writer_point(struct bj_ctx *ctx, struct bj_writer *w, double x, double y,
                               const union bj_value *values,
                               const unsigned char *is_null) BJ_MUST_CHECK;
/* Polygons first .. first+n-1 of p as one feature (POLYGON when n is 1, else MULTIPOLYGON). */
enum bj_status bj_writer_polygons(struct bj_ctx *ctx, struct bj_writer *w,
                                  const struct bj_polygons *p, size_t first, size_t n,
                                  const union bj_value *values,
                                  const unsigned char *is_null) BJ_MUST_CHECK;
/* Flushes and closes all; a write error (disk full) comes out here at the latest. Frees w in
 * any case. */
enum bj_status bj_writer_close(struct bj_ctx *ctx, struct bj_writer *w) BJ_MUST_CHECK;
void bj_writer_free(struct bj_ctx *ctx, struct bj_writer *w); /* without flushing, takes NULL */

/* ---- datum shift of a whole layer ---------------------------------------- */

struct bj_shift_count {
    int64_t rows;    /* features written, all of the input's */
    int64_t empty;   /* of them without geometry or coordinates: written as they are */
    int64_t outside; /* of them with a point outside 73.5-135.1 E, 18-53.6 N */
};

/* Copies a layer (points, lines, areas, any multi or collection of them; or a list with lon/lat
 * columns) with all attributes to out_path, every coordinate shifted from datum to datum. The
 * extension of out_path picks the format; names and texts are written in UTF-8. A projected
 * layer is un-projected, shifted, projected again. Z and M are kept, curves become lines. Every
 * value keeps its type, null stays apart from empty text where the format can tell the two; what
 * a format cannot hold is BJ_EDATA or a warning, never lost. An existing out_path is BJ_EIO
 * unless overwrite. The file (or .gdb folder) appears only when it is whole. */
enum bj_status bj_layer_shift(struct bj_ctx *ctx, const struct bj_source_spec *in,
                              const char *out_path, int overwrite, enum bj_datum from,
                              enum bj_datum to, struct bj_shift_count *count) BJ_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
