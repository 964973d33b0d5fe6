/* A hand-built county for tests of src/assess: no file is read but the plan. */
#ifndef BANJING_TEST_COUNTY_H
#define BANJING_TEST_COUNTY_H

#include "banjing/assess.h"
#include "support.h"

#define COUNTY_ROOM 2000
#define LON0        116.0
#define LAT0        36.0

struct county_places {
    double lon[COUNTY_ROOM], lat[COUNTY_ROOM], x[COUNTY_ROOM], y[COUNTY_ROOM], people[COUNTY_ROOM];
    const char *code[COUNTY_ROOM], *name[COUNTY_ROOM], *township[COUNTY_ROOM],
        *ownership[COUNTY_ROOM];
    int32_t township_index[COUNTY_ROOM];
    uint32_t input[COUNTY_ROOM];
    int64_t row[COUNTY_ROOM];
    unsigned char urban[COUNTY_ROOM], neighbour[COUNTY_ROOM];
    uint64_t classes[COUNTY_ROOM];
};

struct county {
    struct bj_study s;
    struct bj_case_info info;
    struct county_places villages, settlements, facilities;
    struct bj_township township[16];
    size_t ring_start[2], point_start[2];
    double ring_x[8], ring_y[8];
    size_t urban_ring_start[2], urban_point_start[2];
    double urban_x[8], urban_y[8];
    struct bj_plan *plan;
    struct bj_assessment *a;
};

static inline void county_bind(struct bj_places *p, struct county_places *c)
{
    p->lon_deg = c->lon;
    p->lat_deg = c->lat;
    p->x = c->x;
    p->y = c->y;
    p->code = c->code;
    p->name = c->name;
    p->township = c->township;
    p->township_index = c->township_index;
    p->input = c->input;
    p->row = c->row;
    p->population = c->people;
    p->urban = c->urban;
    p->classes = c->classes;
    p->neighbour = c->neighbour;
    p->ownership = c->ownership;
}

/* One rectangle of the work CRS as polygons. */
static inline void county_rectangle(struct bj_polygons *p, size_t ring_start[2],
                                    size_t point_start[2], double *x, double *y, double x0,
                                    double y0, double x1, double y1)
{
    const double xs[] = {x0, x1, x1, x0, x0}, ys[] = {y0, y0, y1, y1, y0};

    ring_start[0] = point_start[0] = 0;
    ring_start[1] = 1;
    point_start[1] = 5;
    memcpy(x, xs, sizeof(xs));
    memcpy(y, ys, sizeof(ys));
    *p = (struct bj_polygons){0, 1, 1, 5, NULL, ring_start, point_start, x, y};
}

/* A square of half_m around 116 E 36 N, its edges along the map's axes. */
static inline void county_boundary(struct county *c, double half_m)
{
    double x = LON0, y = LAT0, lon[5], lat[5];

    assert_ok(bj_crs_from_lonlat(ctx, c->s.work, 1, &x, &y));
    county_rectangle(&c->s.county, c->ring_start, c->point_start, c->ring_x, c->ring_y, x - half_m,
                     y - half_m, x + half_m, y + half_m);
    memcpy(lon, c->ring_x, sizeof(lon));
    memcpy(lat, c->ring_y, sizeof(lat));
    assert_ok(bj_crs_to_lonlat(ctx, c->s.work, 5, lon, lat));
    c->s.county_area_m2 = bj_geodesic_ring_area_m2(5, lon, lat);
}

static inline struct county *county_new(double half_m)
{
    struct county *c = calloc(1, sizeof(*c));

    assert_non_null(c);
    c->s.info = &c->info;
    c->s.lon0_deg = LON0;
    c->s.township = c->township;
    county_bind(&c->s.villages, &c->villages);
    county_bind(&c->s.settlements, &c->settlements);
    county_bind(&c->s.facilities, &c->facilities);
    assert_ok(bj_crs_work_new(ctx, LON0, &c->s.work));
    assert_ok(bj_crs_new(ctx, "EPSG:4490", &c->s.out_crs));
    county_boundary(c, half_m);
    return c;
}

static inline void county_forget(struct county *c)
{
    bj_assessment_free(c->a);
    bj_plan_free(c->plan);
    c->a = NULL;
    c->plan = NULL;
}

static inline void county_free(struct county *c)
{
    county_forget(c);
    bj_crs_free(c->s.work);
    bj_crs_free(c->s.out_crs);
    free(c);
}

static inline size_t county_add(struct county *c, struct bj_places *p, double lon, double lat)
{
    size_t i = p->n++;

    assert_true(i < COUNTY_ROOM);
    p->lon_deg[i] = p->x[i] = lon;
    p->lat_deg[i] = p->y[i] = lat;
    assert_ok(bj_crs_from_lonlat(ctx, c->s.work, 1, &p->x[i], &p->y[i]));
    p->code[i] = p->name[i] = p->township[i] = p->ownership[i] = "";
    p->township_index[i] = -1;
    p->row[i] = (int64_t)i + 1;
    return i;
}

/* Village at distance_m of 116 E 36 N, exact to nanometres; its index. */
static inline size_t county_village(struct county *c, double azimuth_deg, double distance_m,
                                    double people)
{
    double lon, lat;
    size_t i;

    bj_geodesic_direct(LON0, LAT0, azimuth_deg, distance_m, &lon, &lat);
    i = county_add(c, &c->s.villages, lon, lat);
    c->s.villages.population[i] = people;
    return i;
}

static inline size_t county_facility(struct county *c, double azimuth_deg, double distance_m,
                                     enum bj_class class, const char *code)
{
    double lon, lat;
    size_t i;

    bj_geodesic_direct(LON0, LAT0, azimuth_deg, distance_m, &lon, &lat);
    i = county_add(c, &c->s.facilities, lon, lat);
    c->s.facilities.classes[i] = UINT64_C(1) << class;
    c->s.facilities.code[i] = code;
    return i;
}

static inline int32_t county_township(struct county *c, const char *code, const char *name,
                                      const char *type)
{
    size_t k = c->s.n_townships++;

    c->township[k] = (struct bj_township){code, name, type, BJ_URBAN_UNKNOWN};
    return (int32_t)k;
}

/* Judges the rules (YAML list items, indented by two) of a plan made for the test. */
static inline void county_judge_with(struct county *c, const char *rules,
                                     const struct bj_assess_options *opt)
{
    static const char head[] = "id: test\ntitle: 试\ndocument: 试 1号\ndate: '2025-01-01'\n"
                               "scope: 试\nrules:\n";
    char *text = malloc(sizeof(head) + strlen(rules));
    const char *path;

    assert_non_null(text);
    strcpy(text, head);
    strcat(text, rules);
    county_forget(c);
    path = support_write(support_tmpdir(), "test.yaml", text);
    free(text);
    assert_ok(bj_plan_read(ctx, path, NULL, &c->plan));
    assert_ok(bj_assess(ctx, c->plan, &c->s, opt, &c->a));
}

static inline void county_judge(struct county *c, const char *rules)
{
    const struct bj_assess_options opt = {0};

    county_judge_with(c, rules, &opt);
}

static inline const struct bj_rule_result *county_result(const struct county *c, const char *id)
{
    for (size_t i = 0; i < c->a->n_rules; i++)
        if (strcmp(c->a->result[i].rule->id, id) == 0)
            return &c->a->result[i];
    fail_msg("no result of rule %s", id);
    return NULL;
}

static inline int county_has_note(const struct county *c, const char *code)
{
    for (size_t i = 0; i < c->a->n_notes; i++)
        if (strcmp(c->a->note[i].code, code) == 0)
            return 1;
    return 0;
}

/* For support_torture(): judges the county's plan again; arg is the county. */
static inline enum bj_status county_judge_again(struct bj_ctx *x, void *arg)
{
    struct county *c = arg;
    const struct bj_assess_options opt = {0};
    struct bj_assessment *a = NULL;
    enum bj_status st = bj_assess(x, c->plan, &c->s, &opt, &a);

    bj_assessment_free(a);
    return st;
}

/* A letter a demand point: T target, C covered, U uncovered, R unreachable, E exempt, A alt,
 * N not evaluated, O out of scope. */
static inline void assert_status(const struct bj_rule_result *r, const char *want)
{
    static const char letter[] = "TCUREANO";
    char got[COUNTY_ROOM + 1] = "";

    assert_true(r->judged);
    for (size_t i = 0; i < r->demand->n; i++)
        got[i] = letter[r->status[i]];
    assert_string_equal(got, want);
}

#define RADIUS(id, limit, more)                                                                    \
    "  - {id: " id                                                                                 \
    ", clause: 一, quote: 试, level: must, kind: radius, facilities: [village_clinic],"          \
    " demand: villages, where: all, limit_m: " limit more "}\n"

#endif
