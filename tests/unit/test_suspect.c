/* Layers with a known mistake are found out, sound ones left in peace.
 *
 * The county is a square around (116.0 E, 36.4 N) with two townships; villages with real-looking
 * names stand at random places, clinics within a few hundred metres of them. The map-service
 * shifts come from a copy of domain.md 5.3 and 5.4 written down here once more, so that no
 * formula of the library is tested with itself. */
#include "map_datums.h"
#include "support.h"

#include "banjing/study.h"

#include <unistd.h>

static char dir[300];
static struct bj_case *the_case;

/* ---- a county ---------------------------------------------------------------------- */

enum { VILLAGES = 60 };

static struct spot village[VILLAGES], clinic[VILLAGES];

static struct spot exchanged(struct spot p)
{
    return (struct spot){p.lat, p.lon};
}

static struct spot one_zone_east(struct spot p)
{
    return (struct spot){p.lon + 3, p.lat};
}

static struct spot as_it_is(struct spot p)
{
    return p;
}

typedef struct spot (*warp)(struct spot);

static void write_file(const char *name, const char *text)
{
    support_write(dir, name, text);
}

/* n different two-character roots: 甲乙村 … */
static const char *root_of(int i)
{
    static const char *const sign[] = {"柳", "杨", "槐", "榆", "松", "柏", "桃", "杏"};
    static char name[16];

    snprintf(name, sizeof(name), "%s%s", sign[i / 8 % 8], sign[i % 8]);
    return name;
}

/* Polygons with a vertex every 0.02 degree, each moved by f. */
static void write_square(FILE *o, warp f, double x0, double y0, double x1, double y1)
{
    const double x[] = {x0, x1, x1, x0, x0}, y[] = {y0, y0, y1, y1, y0};

    fprintf(o, "[[");
    for (int side = 0; side < 4; side++)
        for (int i = 0; i < 10; i++) {
            struct spot p = f((struct spot){x[side] + (x[side + 1] - x[side]) * i / 10,
                                            y[side] + (y[side + 1] - y[side]) * i / 10});

            fprintf(o, "[%.9f,%.9f],", p.lon, p.lat);
        }
    fprintf(o, "[%.9f,%.9f]]]", f((struct spot){x0, y0}).lon, f((struct spot){x0, y0}).lat);
}

static void write_boundary(warp f)
{
    FILE *o = fopen(support_path(dir, "boundary.geojson"), "w");

    assert_non_null(o);
    fprintf(o,
            "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
            "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":");
    write_square(o, f, 115.8, 36.2, 116.2, 36.6);
    fprintf(o, "}}]}");
    fclose(o);
}

static void write_townships(warp f)
{
    FILE *o = fopen(support_path(dir, "townships.geojson"), "w");

    assert_non_null(o);
    fprintf(o, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (int i = 0; i < 2; i++) {
        fprintf(o,
                "%s{\"type\":\"Feature\",\"properties\":{\"name\":\"%s\",\"code\":\"37150210%d\"},"
                "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":",
                i ? "," : "", i ? "东关镇" : "西关镇", i);
        write_square(o, f, 115.8 + 0.2 * i, 36.2, 116.0 + 0.2 * i, 36.6);
        fprintf(o, "}}");
    }
    fprintf(o, "]}");
    fclose(o);
}

static const char *township_of(struct spot p)
{
    return p.lon < 116 ? "西关镇" : "东关镇";
}

static void write_villages(warp f)
{
    FILE *o = fopen(support_path(dir, "villages.csv"), "w");

    assert_non_null(o);
    fprintf(o, "村名,行政村代码,所属乡镇,经度,纬度,常住人口\n");
    for (int i = 0; i < VILLAGES; i++)
        fprintf(o, "%s村民委员会,3715021%02d%03d,%s,%.6f,%.6f,100\n", root_of(i),
                village[i].lon < 116 ? 0 : 1, 201 + i, township_of(village[i]), f(village[i]).lon,
                f(village[i]).lat);
    fclose(o);
}

static void write_clinics(warp f)
{
    FILE *o = fopen(support_path(dir, "fac.csv"), "w");

    assert_non_null(o);
    fprintf(o, "机构名称,机构代码,机构类别,经度,纬度\n");
    for (int i = 0; i < VILLAGES; i++)
        fprintf(o, "%s%s村卫生室,F%d,D600,%.6f,%.6f\n", i % 3 ? "" : township_of(clinic[i]),
                root_of(i), i, f(clinic[i]).lon, f(clinic[i]).lat);
    fclose(o);
}

/* A tree of roads: each village's place at the road, up to beside_m away from the village, is
 * joined with the nearest earlier one by a line with a bend. */
static void write_roads(warp f, struct support_random *r, double beside_m)
{
    FILE *o = fopen(support_path(dir, "roads.geojson"), "w");
    struct spot at[VILLAGES];

    assert_non_null(o);
    fprintf(o, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (int i = 0; i < VILLAGES; i++) {
        double a = support_uniform(r, 0, 2 * TEST_PI), d = support_uniform(r, 0, beside_m);
        int near = 0;
        struct spot bend;

        at[i].lon = village[i].lon + d * cos(a) / 89650;
        at[i].lat = village[i].lat + d * sin(a) / 110960;
        for (int k = 1; k < i; k++)
            if (hypot(at[k].lon - at[i].lon, at[k].lat - at[i].lat) <
                hypot(at[near].lon - at[i].lon, at[near].lat - at[i].lat))
                near = k;
        d = support_uniform(r, -0.2, 0.2);
        bend.lon = (at[i].lon + at[near].lon) / 2 + d * (at[i].lat - at[near].lat);
        bend.lat = (at[i].lat + at[near].lat) / 2 - d * (at[i].lon - at[near].lon);
        fprintf(o,
                "%s{\"type\":\"Feature\",\"properties\":{\"highway\":\"tertiary\"},\"geometry\":"
                "{\"type\":\"LineString\",\"coordinates\":[[%.9f,%.9f],[%.9f,%.9f],[%.9f,%.9f]]}}",
                i ? "," : "", f(at[i]).lon, f(at[i]).lat, f(bend).lon, f(bend).lat, f(at[near]).lon,
                f(at[near]).lat);
    }
    fprintf(o, "]}");
    fclose(o);
}

/* One road from south to north, east_m beside all the villages. */
static void write_valley(double lon)
{
    char text[500];

    snprintf(
        text, sizeof(text),
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
        "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[%.9f,36.2],[%.9f,36.6]]}}]}",
        lon, lon);
    write_file("roads.geojson", text);
}

static void write_settlements(warp f)
{
    FILE *o = fopen(support_path(dir, "settlements.csv"), "w");

    assert_non_null(o);
    fprintf(o, "名称,所属乡镇,经度,纬度\n");
    for (int i = 0; i < VILLAGES; i++)
        fprintf(o, "%s村,%s,%.6f,%.6f\n", root_of(i), township_of(clinic[i]), f(clinic[i]).lon,
                f(clinic[i]).lat);
    fclose(o);
}

/* The western township, or a built-up area in the middle of it. */
static void write_urban(warp f, bool built_up)
{
    FILE *o = fopen(support_path(dir, "urban.geojson"), "w");

    assert_non_null(o);
    fprintf(o,
            "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
            "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":");
    if (built_up)
        write_square(o, f, 115.88, 36.38, 115.91, 36.41);
    else
        write_square(o, f, 115.8, 36.2, 116.0, 36.6);
    fprintf(o, "}}]}");
    fclose(o);
}

/* Township hospitals in their own layer, an ambulance station near each. */
static void write_stations(warp f, struct support_random *r, double far_m)
{
    FILE *o = fopen(support_path(dir, "hospitals.csv"), "w"),
         *p = fopen(support_path(dir, "stations.csv"), "w");

    assert_non_null(o);
    assert_non_null(p);
    fprintf(o, "机构名称,机构代码,机构类别,经度,纬度\n");
    fprintf(p, "机构名称,机构代码,机构类别,经度,纬度\n");
    for (int i = 0; i < 2; i++) {
        double a = support_uniform(r, 0, 2 * TEST_PI), d = support_uniform(r, far_m / 2, far_m);
        struct spot h = {115.9 + 0.2 * i, support_uniform(r, 36.3, 36.5)}, q = h;

        q.lon += d * cos(a) / 89650;
        q.lat += d * sin(a) / 110960;
        fprintf(o, "%s卫生院,H%d,乡镇卫生院,%.6f,%.6f\n", township_of(h), i, h.lon, h.lat);
        fprintf(p, "%s卫生院急救站,S%d,急救站,%.6f,%.6f\n", township_of(h), i, f(q).lon, f(q).lat);
    }
    fclose(o);
    fclose(p);
}

/* A sound county. spread_m: how far a clinic may stand from its village's point. */
static void make_county(uint64_t seed, double spread_m)
{
    struct support_random r;

    support_seed(&r, seed);
    if (!*dir) /* one for all: each county overwrites the last */
        snprintf(dir, sizeof(dir), "%s", support_tmpdir());
    for (int i = 0; i < VILLAGES; i++) {
        double a = support_uniform(&r, 0, 2 * TEST_PI), d = support_uniform(&r, 0, spread_m);

        do {
            village[i].lon = support_uniform(&r, 115.802, 116.198);
            village[i].lat = support_uniform(&r, 36.202, 36.598);
            clinic[i].lon = village[i].lon + d * cos(a) / 89650;
            clinic[i].lat = village[i].lat + d * sin(a) / 110960;
        } while ((village[i].lon < 116) != (clinic[i].lon < 116));
    }
    write_boundary(as_it_is);
    write_townships(as_it_is);
    write_villages(as_it_is);
    write_clinics(as_it_is);
}

#define CASE(villages, facilities)                                                                 \
    "county: {code: 371502}\n"                                                                     \
    "villages: {path: villages.csv" villages "}\n"                                                 \
    "facilities: {path: fac.csv" facilities "}\n"                                                  \
    "boundary: {path: boundary.geojson}\n"                                                         \
    "townships: {path: townships.geojson}\n"

/* With everything that a county may have. */
#define FULL(roads, urban, settlements)                                                            \
    "county: {code: 371502}\n"                                                                     \
    "villages: {path: villages.csv}\n"                                                             \
    "settlements: {path: settlements.csv" settlements "}\n"                                        \
    "facilities: [{path: fac.csv}, {path: hospitals.csv}, {path: stations.csv}]\n"                 \
    "boundary: {path: boundary.geojson}\n"                                                         \
    "townships: {path: townships.geojson}\n"                                                       \
    "urban_area: {path: urban.geojson" urban "}\n"                                                 \
    "roads: {path: roads.geojson" roads "}\n"

static void make_full_county(uint64_t seed)
{
    struct support_random r;

    support_seed(&r, seed);
    make_county(seed, support_uniform(&r, 50, 900));
    write_roads(as_it_is, &r, support_uniform(&r, 0, 150));
    write_settlements(as_it_is);
    write_urban(as_it_is, seed % 2);
    write_stations(as_it_is, &r, support_uniform(&r, 20, 600));
}

static struct bj_study *inspect(const char *yaml)
{
    struct bj_study *s = NULL;

    bj_case_free(the_case);
    the_case = NULL;
    assert_ok(bj_case_read(ctx, support_write(dir, "case.yaml", yaml), &the_case));
    assert_ok(bj_study_read(ctx, the_case, 1, &s));
    return s;
}

static const struct bj_note *find_note(const struct bj_study *s, const char *code,
                                       const char *layer)
{
    for (size_t i = 0; i < s->n_notes; i++)
        if (strcmp(s->note[i].code, code) == 0 && (!layer || strcmp(s->note[i].layer, layer) == 0))
            return &s->note[i];
    return NULL;
}

static void print_notes(const struct bj_study *s)
{
    for (size_t i = 0; i < s->n_notes; i++)
        print_error("  %s %s: %s [%s]\n", s->note[i].code, s->note[i].layer, s->note[i].text,
                    s->note[i].fix);
}

/* The study suspects this of this layer, and says what to do. */
static void suspects(struct bj_study *s, const char *code, const char *layer, const char *fix)
{
    const struct bj_note *n = find_note(s, code, layer);

    if (!n || !strstr(n->fix, fix)) {
        print_notes(s);
        fail_msg("%s of %s with '%s' is missing", code, layer, fix);
    }
    bj_study_free(s);
}

static void suspects_nothing(struct bj_study *s, const char *what)
{
    if (s->n_notes > 0) {
        print_notes(s);
        fail_msg("a false alarm on %s", what);
    }
    bj_study_free(s);
}

/* ---- map services -------------------------------------------------------------------- */

static void sound_counties_are_left_in_peace(void **state)
{
    char what[40];

    (void)state;
    for (unsigned seed = 1; seed <= 12; seed++) {
        make_county(seed, 100.0 * seed);
        snprintf(what, sizeof(what), "seed %u", seed);
        suspects_nothing(inspect(CASE("", "")), what);
    }
}

static void a_shifted_clinic_list_is_found(void **state)
{
    struct bj_study *s;

    (void)state;
    for (unsigned seed = 1; seed <= 4; seed++) {
        make_county(seed, 600);
        write_clinics(gcj02);
        s = inspect(CASE("", ""));
        assert_null(find_note(s, "looks_gcj02", "villages.csv"));
        suspects(s, "looks_gcj02", "fac.csv", "datum: gcj02");
        write_clinics(bd09);
        suspects(inspect(CASE("", "")), "looks_bd09", "fac.csv", "datum: bd09");
    }
}

static void a_shifted_village_layer_is_found(void **state)
{
    (void)state;
    make_county(5, 600);
    write_villages(gcj02);
    suspects(inspect(CASE("", "")), "looks_gcj02", "villages.csv", "datum: gcj02");
    write_villages(bd09);
    suspects(inspect(CASE("", "")), "looks_bd09", "villages.csv", "datum: bd09");
}

static void a_shifted_boundary_or_township_layer_is_found(void **state)
{
    (void)state;
    make_county(6, 600);
    write_boundary(gcj02);
    suspects(inspect(CASE("", "")), "looks_gcj02", "boundary.geojson", "datum: gcj02");
    write_boundary(bd09);
    suspects(inspect(CASE("", "")), "looks_bd09", "boundary.geojson", "datum: bd09");
    write_boundary(as_it_is);
    write_townships(gcj02);
    suspects(inspect(CASE("", "")), "looks_gcj02", "townships.geojson", "datum: gcj02");
    write_townships(bd09);
    suspects(inspect(CASE("", "")), "looks_bd09", "townships.geojson", "datum: bd09");
}

static void what_is_declared_rightly_is_no_suspicion(void **state)
{
    (void)state;
    make_county(7, 600);
    write_clinics(gcj02);
    suspects_nothing(inspect(CASE("", ", datum: gcj02")), "a declared GCJ-02 list");
    write_clinics(bd09);
    suspects_nothing(inspect(CASE("", ", datum: bd09")), "a declared BD-09 list");
}

static void what_is_declared_wrongly_is_found(void **state)
{
    (void)state;
    make_county(8, 400);
    suspects(inspect(CASE("", ", datum: gcj02")), "looks_unshifted", "fac.csv",
             "remove datum: gcj02");
    write_clinics(bd09);
    suspects(inspect(CASE("", ", datum: gcj02")), "looks_bd09", "fac.csv", "datum: bd09");
}

/* All layers from one map service agree with each other; that they are shifted against the
 * world cannot be seen, and harms little (domain.md 5.3). */
static void a_county_that_is_shifted_as_a_whole_cannot_be_told(void **state)
{
    (void)state;
    make_county(9, 600);
    write_boundary(gcj02);
    write_townships(gcj02);
    write_villages(gcj02);
    write_clinics(gcj02);
    suspects_nothing(inspect(CASE("", "")), "a whole county in GCJ-02");
}

static enum bj_status read_all(struct bj_ctx *c, void *arg)
{
    struct bj_case *k = NULL;
    struct bj_study *s = NULL;
    enum bj_status st = bj_case_read(c, arg, &k);

    if (st == BJ_OK)
        st = bj_study_read(c, k, 1, &s);
    bj_study_free(s);
    bj_case_free(k);
    return st;
}

static void suspecting_without_memory_leaks_nothing(void **state)
{
    char path[400];

    (void)state;
    make_county(18, 600);
    write_clinics(gcj02);
    write_townships(bd09);
    snprintf(path, sizeof(path), "%s", support_write(dir, "case.yaml", CASE("", "")));
    assert_true(support_torture(read_all, path) > 50);
}

/* ---- every other layer ----------------------------------------------------------------- */

/* Notes that blame a layer for its place, "" none, "several" more than one layer. */
static const char *blamed(const struct bj_study *s)
{
    static const char *const codes[] = {"looks_unshifted",   "looks_gcj02", "looks_bd09",
                                        "swapped_axes",      "dmmss",       "far_outside",
                                        "neighbouring_zone", "zone_prefix", "zero_coordinates"};
    const char *layer = "";

    for (size_t i = 0; i < s->n_notes; i++)
        for (size_t k = 0; k < sizeof(codes) / sizeof(*codes); k++)
            if (strcmp(s->note[i].code, codes[k]) == 0) {
                if (*layer && strcmp(layer, s->note[i].layer) != 0)
                    return "several";
                layer = s->note[i].layer;
            }
    return layer;
}

/* 200 random counties, each with roads, settlements, urban area, hospitals and stations. */
static void two_hundred_sound_counties_raise_no_alarm(void **state)
{
    (void)state;
    for (unsigned seed = 1001; seed <= 1200; seed++) {
        struct bj_study *s;

        make_full_county(seed);
        s = inspect(FULL("", "", ""));
        if (*blamed(s)) {
            print_notes(s);
            fail_msg("a false alarm, seed %u", seed);
        }
        bj_study_free(s);
    }
}

static void only_this_layer_is_blamed(const char *code, const char *layer, const char *fix,
                                      unsigned seed)
{
    struct bj_study *s = inspect(FULL("", "", ""));

    if (strcmp(blamed(s), layer) != 0) {
        print_notes(s);
        fail_msg("%s: '%s' is blamed, not %s; seed %u", code, blamed(s), layer, seed);
    }
    suspects(s, code, layer, fix);
}

static void roads_out_of_place_are_found(void **state)
{
    static const struct {
        warp f;
        const char *code, *fix;
    } row[] = {{gcj02, "looks_gcj02", "roads: datum: gcj02"},
               {bd09, "looks_bd09", "roads: datum: bd09"},
               {exchanged, "swapped_axes", "axisswap"},
               {one_zone_east, "neighbouring_zone", "crs:"}};
    struct support_random r;

    (void)state;
    for (unsigned seed = 21; seed <= 25; seed++)
        for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
            make_full_county(seed);
            support_seed(&r, seed);
            write_roads(row[i].f, &r, 100);
            only_this_layer_is_blamed(row[i].code, "roads.geojson", row[i].fix, seed);
        }
    write_roads(gcj02, &r, 100);
    suspects(inspect(FULL(", datum: bd09", "", "")), "looks_gcj02", "roads.geojson",
             "datum: gcj02");
}

/* Villages that lie beside the only road just as far as the datum would move them: the road could
 * be slid along, and nothing follows. */
static void a_single_road_is_no_witness(void **state)
{
    struct bj_study *s;

    (void)state;
    make_full_county(26);
    for (int i = 0; i < VILLAGES; i++) {
        village[i].lon = 115.9;
        village[i].lat = 36.21 + 0.006 * i;
        clinic[i] = village[i];
    }
    write_villages(as_it_is);
    write_clinics(as_it_is);
    write_settlements(as_it_is);
    write_valley(115.9 - (gcj02(village[0]).lon - village[0].lon));
    s = inspect(FULL("", "", ""));
    assert_string_equal(blamed(s), "");
    bj_study_free(s);
}

/* Roads are not used, so what is wrong with them stops nothing; `check` does not even look. */
static void roads_that_cannot_be_read_are_a_note(void **state)
{
    struct bj_study *s;
    size_t n;

    (void)state;
    make_full_county(27);
    write_file("roads.geojson", "{");
    s = inspect(FULL("", "", ""));
    assert_non_null(find_note(s, "not_used", "roads.geojson"));
    assert_non_null(find_note(s, "unreadable_layer", "roads.geojson"));
    n = s->n_inputs;
    bj_study_free(s);
    assert_int_equal(n, 8); /* roads are no input */
    assert_ok(bj_study_read(ctx, the_case, 0, &s));
    assert_null(find_note(s, "unreadable_layer", NULL));
    bj_study_free(s);
    write_file("roads.geojson", "{\"type\":\"FeatureCollection\",\"features\":[]}");
    s = inspect(FULL("", "", ""));
    assert_string_equal(blamed(s), "");
    bj_study_free(s);
}

static void shifted_stations_are_found_in_a_county(void **state)
{
    struct support_random r;

    (void)state;
    for (unsigned seed = 31; seed <= 35; seed++) {
        make_full_county(seed);
        support_seed(&r, seed);
        write_stations(gcj02, &r, 50);
        only_this_layer_is_blamed("looks_gcj02", "stations.csv", "datum: gcj02", seed);
        write_stations(bd09, &r, 50);
        only_this_layer_is_blamed("looks_bd09", "stations.csv", "datum: bd09", seed);
        write_stations(exchanged, &r, 50);
        only_this_layer_is_blamed("swapped_axes", "stations.csv", "lon: 纬度", seed);
        write_stations(one_zone_east, &r, 50);
        only_this_layer_is_blamed("neighbouring_zone", "stations.csv", "crs:", seed);
    }
}

static void settlements_out_of_place_are_found(void **state)
{
    (void)state;
    make_full_county(41);
    write_settlements(gcj02);
    only_this_layer_is_blamed("looks_gcj02", "settlements.csv", "datum: gcj02", 41);
    write_settlements(bd09);
    only_this_layer_is_blamed("looks_bd09", "settlements.csv", "datum: bd09", 41);
    write_settlements(exchanged);
    only_this_layer_is_blamed("swapped_axes", "settlements.csv", "lon: 纬度", 41);
    write_settlements(one_zone_east);
    only_this_layer_is_blamed("neighbouring_zone", "settlements.csv", "crs:", 41);
}

/* An urban area made of townships shares their edges; a built-up area has no such witness, and is
 * found only where it is far away. */
static void an_urban_area_out_of_place_is_found(void **state)
{
    (void)state;
    for (int built_up = 0; built_up < 2; built_up++) {
        make_full_county(42);
        if (!built_up) {
            write_urban(gcj02, false);
            only_this_layer_is_blamed("looks_gcj02", "urban.geojson", "datum: gcj02", 42);
            write_urban(bd09, false);
            only_this_layer_is_blamed("looks_bd09", "urban.geojson", "datum: bd09", 42);
        }
        write_urban(exchanged, built_up);
        only_this_layer_is_blamed("swapped_axes", "urban.geojson", "axisswap", 42);
        write_urban(one_zone_east, built_up);
        only_this_layer_is_blamed("neighbouring_zone", "urban.geojson", "crs:", 42);
    }
}

static struct spot elsewhere(struct spot p)
{
    return (struct spot){p.lon - 30, p.lat + 10};
}

static struct spot elsewhere_exchanged(struct spot p)
{
    return exchanged(elsewhere(p));
}

/* When every layer misses the boundary the same way it is the boundary that is named. */
static void a_boundary_out_of_place_is_named(void **state)
{
    (void)state;
    make_full_county(43);
    write_boundary(one_zone_east);
    suspects(inspect(FULL("", "", "")), "neighbouring_zone", "boundary.geojson", "crs:");
    write_boundary(exchanged); /* latitude 116: no other layer is needed */
    suspects(inspect(FULL("", "", "")), "swapped_axes", "boundary.geojson", "axisswap");
    /* 86 E 46 N exchanged is a place on Earth, in the Arctic Ocean */
    write_boundary(elsewhere_exchanged);
    write_townships(elsewhere);
    write_villages(elsewhere);
    write_clinics(elsewhere);
    suspects(inspect(CASE("", "")), "swapped_axes", "boundary.geojson", "axisswap");
}

/* ---- axes and zones -------------------------------------------------------------------- */

static void exchanged_columns_are_found_with_the_fix(void **state)
{
    struct bj_study *s;

    (void)state;
    make_county(10, 600);
    write_clinics(exchanged);
    s = inspect(CASE("", ""));
    assert_int_equal(s->facilities.n, 0); /* no latitude is 116 */
    suspects(s, "swapped_axes", "fac.csv", "fields: {lon: 纬度, lat: 经度}");
    s = inspect(CASE("", ", fields: {lon: 纬度, lat: 经度}"));
    assert_int_equal(s->facilities.n, VILLAGES);
    suspects_nothing(s, "a list whose columns are named the right way round");
    write_clinics(as_it_is);
    write_villages(exchanged);
    suspects(inspect(CASE("", "")), "swapped_axes", "villages.csv",
             "fields: {lon: 纬度, lat: 经度}");
}

static void an_exchanged_geometry_is_found(void **state)
{
    struct bj_study *s;

    (void)state;
    make_county(11, 600);
    write_townships(exchanged);
    s = inspect(CASE("", ""));
    suspects(s, "swapped_axes", "townships.geojson", "axisswap");
}

static void check_refuses_exchanged_villages_with_the_reason(void **state)
{
    struct bj_study *s = NULL;

    (void)state;
    make_county(12, 600);
    write_villages(exchanged);
    bj_case_free(the_case);
    assert_ok(bj_case_read(ctx, support_write(dir, "case.yaml", CASE("", "")), &the_case));
    assert_fails(bj_study_read(ctx, the_case, 0, &s), BJ_EDATA, "exchanged");
    assert_non_null(strstr(bj_ctx_message(ctx), "fields: {lon: 纬度, lat: 经度}"));
}

static void a_layer_three_degrees_away_is_of_a_neighbouring_zone(void **state)
{
    (void)state;
    make_county(13, 600);
    write_clinics(one_zone_east);
    suspects(inspect(CASE("", "")), "neighbouring_zone", "fac.csv", "crs:");
    write_clinics(as_it_is);
    write_townships(one_zone_east);
    suspects(inspect(CASE("", "")), "neighbouring_zone", "townships.geojson", "crs:");
    write_townships(as_it_is);
    write_boundary(one_zone_east);
    suspects(inspect(CASE("", "")), "neighbouring_zone", "villages.csv", "crs:");
}

/* 聊城 in zone 39 (domain.md 5.1): easting 39408556.925, or 408556.925 without the zone. */
static void the_right_zone_is_named(void **state)
{
    (void)state;
    make_county(14, 600);
    write_file("fac.csv", "name,code,class,x,y\na,1,chs,408556.925,4035959.716\n");
    suspects(inspect(CASE("", ", crs: EPSG:4549")), "neighbouring_zone", "fac.csv",
             "crs: EPSG:4548");
    suspects(inspect(CASE("", ", crs: EPSG:4527")), "zone_prefix", "fac.csv", "crs: EPSG:4548");
    suspects(inspect(CASE("", ", crs: EPSG:4498")), "zone_prefix", "fac.csv", "crs: EPSG:4509");
    write_file("fac.csv", "name,code,class,x,y\na,1,chs,39408556.925,4035959.716\n");
    suspects(inspect(CASE("", ", crs: EPSG:4548")), "zone_prefix", "fac.csv", "crs: EPSG:4527");
    suspects(inspect(CASE("", ", crs: EPSG:4528")), "neighbouring_zone", "fac.csv",
             "crs: EPSG:4527");
    suspects(inspect(CASE("", ", crs: EPSG:4498")), "neighbouring_zone", "fac.csv",
             "crs: EPSG:4527");
}

/* The boundary's own eastings give it away, and `check` says so where the villages are missed. */
static void a_boundary_in_the_wrong_zone_is_the_reason_given(void **state)
{
    struct bj_study *s = NULL;

    (void)state;
    make_county(19, 600);
    write_file("boundary.geojson",
               "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{"
               "\"name\":\"EPSG:4528\"}},\"features\":[{\"type\":\"Feature\",\"properties\":{},"
               "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[39390000,4010000],"
               "[39430000,4010000],[39430000,4050000],[39390000,4050000],[39390000,4010000]]]}}]}");
    suspects(inspect(CASE("", "")), "neighbouring_zone", "boundary.geojson", "crs: EPSG:4527");
    bj_case_free(the_case);
    the_case = NULL;
    assert_ok(bj_case_read(ctx, support_write(dir, "case.yaml", CASE("", "")), &the_case));
    assert_fails(bj_study_read(ctx, the_case, 0, &s), BJ_EDATA, "crs: EPSG:4527");
}

/* ---- numbers ------------------------------------------------------------------------------ */

static struct spot dmmss(struct spot p)
{
    double in[2] = {p.lon, p.lat}, out[2];

    for (int i = 0; i < 2; i++) {
        double m = (in[i] - floor(in[i])) * 60, sec = (m - floor(m)) * 60;

        out[i] = floor(in[i]) + floor(m) / 100 + floor(sec) / 10000;
    }
    return (struct spot){out[0], out[1]};
}

static void degrees_minutes_seconds_as_decimals_are_found(void **state)
{
    (void)state;
    make_county(15, 600);
    write_clinics(dmmss);
    suspects(inspect(CASE("", "")), "dmmss", "fac.csv", "126°52′30″");
}

/* Too few for chance to be ruled out by their digits; but read so they lie in the county, and as
 * decimals (36.17) they do not. */
static void a_few_are_found_by_where_they_lie(void **state)
{
    struct bj_study *s = NULL;

    (void)state;
    make_county(20, 600);
    write_file("fac.csv", "name,code,class,经度,纬度\na,1,chs,116.0300,36.1700\n"
                          "b,2,chs,115.5730,36.1630\nc,3,chs,116.0100,36.1500\n");
    suspects(inspect(CASE("", "")), "dmmss", "fac.csv", "126°52′30″");
    write_file("fac.csv", "name,code,class,经度,纬度\na,1,chs,116.0300,36.2700\n"
                          "b,2,chs,115.8730,36.2630\nc,3,chs,116.0100,36.2500\n");
    s = inspect(CASE("", ""));
    assert_null(find_note(s, "dmmss", "fac.csv"));
    bj_study_free(s);
    s = NULL;
    write_file("villages.csv", "村名,村代码,经度,纬度\na,1,116.0300,36.1700\n"
                               "b,2,115.5730,36.1630\nc,3,116.0100,36.1500\n");
    bj_case_free(the_case);
    the_case = NULL;
    assert_ok(bj_case_read(ctx, support_write(dir, "case.yaml", CASE("", "")), &the_case));
    assert_fails(bj_study_read(ctx, the_case, 0, &s), BJ_EDATA, "D.MMSS");
}

static void zeros_far_points_and_mixed_geometry_are_named(void **state)
{
    struct bj_study *s;

    (void)state;
    make_county(16, 600);
    write_file("fac.csv", "name,code,class,lon,lat\na,1,chs,116,36.4\nb,2,chs,116.1,36.4\n"
                          "c,3,chs,116.1,36.5\nd,4,chs,0,0\ne,5,chs,126,36.4\n");
    s = inspect(CASE("", ""));
    assert_non_null(find_note(s, "zero_coordinates", "fac.csv"));
    assert_non_null(find_note(s, "far_outside", "fac.csv"));
    assert_int_equal(s->facilities.n, 4);
    bj_study_free(s);
    write_file(
        "fac.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{\"name\":\"a\"},\"geometry\":{\"type\":\"Point\","
        "\"coordinates\":[116,36.4]}},"
        "{\"type\":\"Feature\",\"properties\":{\"name\":\"b\"},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":[[[116,36.4],[116.01,36.4],[116.01,36.41],[116,36.4]]]}}]}");
    s = inspect("villages: {path: villages.csv}\nfacilities: {path: fac.geojson, class: chs}\n"
                "boundary: {path: boundary.geojson}\n");
    assert_non_null(find_note(s, "mixed_geometry", "fac.geojson"));
    bj_study_free(s);
}

/* ---- names and codes ------------------------------------------------------------------------- */

static void names_codes_and_areas_that_disagree_are_named(void **state)
{
    struct bj_study *s;

    (void)state;
    make_county(17, 600);
    write_file("villages.csv", "村名,行政村代码,所属乡镇,经度,纬度,常住人口\n"
                               "甲村,371502100201,西关镇,116.1,36.3,1\n" /* lies in the east */
                               "乙村,371502100202,,116.1,36.31,1\n"      /* code says west */
                               "丙村,371599101203,,116.1,36.32,1\n"      /* another county */
                               "丁村,371502101204,东关镇,116.1,36.33,1\n");
    s = inspect(CASE("", ""));
    assert_non_null(find_note(s, "township_mismatch", "villages.csv"));
    assert_non_null(strstr(find_note(s, "township_mismatch", "villages.csv")->text, "甲村"));
    assert_non_null(find_note(s, "code_mismatch", "villages.csv"));
    assert_non_null(strstr(find_note(s, "code_mismatch", "villages.csv")->text, "丙村"));
    assert_int_equal(s->villages.township_index[0], 0);
    assert_int_equal(s->villages.township_index[1], 1);
    bj_study_free(s);
    write_file(
        "townships.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"
        "{\"name\":\"西关乡\",\"code\":\"371502100\"},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":[[[115.8,36.2],[116.2,36.2],[116.2,36.6],[115.8,36.6],[115.8,36.2]]]}}]}");
    s = inspect(CASE("", ""));
    assert_non_null(find_note(s, "township_type_mismatch", "townships.geojson"));
    bj_study_free(s);
}

/* ---- the shipped counties -----------------------------------------------------------------------
 */

static void the_shipped_counties_are_left_in_peace(void **state)
{
    static const char *const cases[] = {"jiangchuan-demo/clean", "jiangchuan-demo/messy",
                                        "ngazidja"};
    static const char *const alarms[] = {
        "swapped_axes",     "neighbouring_zone", "zone_prefix",     "dmmss",
        "looks_gcj02",      "looks_bd09",        "looks_unshifted", "far_outside",
        "zero_coordinates", "township_mismatch"};
    size_t seen = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct bj_study *s = NULL;
        char path[1000];

        snprintf(path, sizeof(path), "%s/geodata/%s/case.yaml", BANJING_SOURCE_DIR, cases[i]);
        if (access(path, R_OK) != 0)
            continue;
        bj_case_free(the_case);
        the_case = NULL;
        assert_ok(bj_case_read(ctx, path, &the_case));
        assert_ok(bj_study_read(ctx, the_case, 1, &s));
        for (size_t k = 0; k < sizeof(alarms) / sizeof(*alarms); k++)
            if (find_note(s, alarms[k], NULL)) {
                print_notes(s);
                fail_msg("a false alarm on %s: %s", cases[i], alarms[k]);
            }
        bj_study_free(s);
        seen++;
    }
    if (seen == 0)
        skip();
}

static int free_case_and_context(void **state)
{
    bj_case_free(the_case);
    return support_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_counties_are_left_in_peace),
        cmocka_unit_test(a_shifted_clinic_list_is_found),
        cmocka_unit_test(a_shifted_village_layer_is_found),
        cmocka_unit_test(a_shifted_boundary_or_township_layer_is_found),
        cmocka_unit_test(what_is_declared_rightly_is_no_suspicion),
        cmocka_unit_test(what_is_declared_wrongly_is_found),
        cmocka_unit_test(a_county_that_is_shifted_as_a_whole_cannot_be_told),
        cmocka_unit_test(suspecting_without_memory_leaks_nothing),
        cmocka_unit_test(two_hundred_sound_counties_raise_no_alarm),
        cmocka_unit_test(roads_out_of_place_are_found),
        cmocka_unit_test(a_single_road_is_no_witness),
        cmocka_unit_test(roads_that_cannot_be_read_are_a_note),
        cmocka_unit_test(shifted_stations_are_found_in_a_county),
        cmocka_unit_test(settlements_out_of_place_are_found),
        cmocka_unit_test(an_urban_area_out_of_place_is_found),
        cmocka_unit_test(a_boundary_out_of_place_is_named),
        cmocka_unit_test(exchanged_columns_are_found_with_the_fix),
        cmocka_unit_test(an_exchanged_geometry_is_found),
        cmocka_unit_test(check_refuses_exchanged_villages_with_the_reason),
        cmocka_unit_test(a_layer_three_degrees_away_is_of_a_neighbouring_zone),
        cmocka_unit_test(the_right_zone_is_named),
        cmocka_unit_test(a_boundary_in_the_wrong_zone_is_the_reason_given),
        cmocka_unit_test(degrees_minutes_seconds_as_decimals_are_found),
        cmocka_unit_test(a_few_are_found_by_where_they_lie),
        cmocka_unit_test(zeros_far_points_and_mixed_geometry_are_named),
        cmocka_unit_test(names_codes_and_areas_that_disagree_are_named),
        cmocka_unit_test(the_shipped_counties_are_left_in_peace),
    };

    return cmocka_run_group_tests(tests, support_setup, free_case_and_context);
}
