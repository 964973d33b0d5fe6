/* The slow twin of bj_nearest_find(): every pair by geod that latitude alone does not rule out. */
#ifndef BANJING_TEST_NEAREST_TWIN_H
#define BANJING_TEST_NEAREST_TWIN_H

#include "banjing/crs.h"
#include "banjing/reach.h"
#include "support.h"

struct twin_row {
    double lat_deg;
    uint32_t id;
};

/* Facilities by latitude; own_only leaves the neighbours out. Caller frees *row with free(). */
static inline int twin_by_latitude(const void *a, const void *b)
{
    const struct twin_row *p = a, *q = b;

    return p->lat_deg < q->lat_deg ? -1 : p->lat_deg > q->lat_deg;
}

static inline size_t twin_rows(const struct bj_geopoints *facility, const unsigned char *neighbour,
                               struct twin_row **row)
{
    size_t n = 0;

    *row = malloc((facility->n + 1) * sizeof(**row));
    assert_non_null(*row);
    for (size_t i = 0; i < facility->n; i++)
        if (!neighbour || !neighbour[i]) {
            (*row)[n].lat_deg = facility->lat_deg[i];
            (*row)[n++].id = (uint32_t)i;
        }
    qsort(*row, n, sizeof(**row), twin_by_latitude);
    return n;
}

/* No two points are nearer than the arc of meridian between their latitudes where it is most
 * curved: a (1 - e2) pi / 180 = 110,574.3 m a degree. */
static inline int twin_too_far(double lat1, double lat2, int64_t best_mm)
{
    return best_mm >= 0 && fabs(lat1 - lat2) * 110574e3 > (double)best_mm + 10;
}

static inline void twin_try(double lon, double lat, const struct bj_geopoints *facility,
                            const uint32_t *order, uint32_t id, int32_t *best, int64_t *best_mm)
{
    int64_t mm = bj_geodesic_mm(lon, lat, facility->lon_deg[id], facility->lat_deg[id]);
    uint32_t rank = order ? order[id] : id;

    if (*best >= 0) {
        uint32_t best_rank = order ? order[*best] : (uint32_t)*best;

        if (mm > *best_mm || (mm == *best_mm && rank > best_rank))
            return;
    }
    *best = (int32_t)id;
    *best_mm = mm;
}

static inline void twin_nearest(double lon, double lat, const struct bj_geopoints *facility,
                                const uint32_t *order, size_t n, const struct twin_row *row,
                                int32_t *best, int64_t *best_mm)
{
    size_t up = 0, end = n, down;

    while (up < end) {
        size_t middle = (up + end) / 2;

        if (row[middle].lat_deg < lat)
            up = middle + 1;
        else
            end = middle;
    }
    *best = -1;
    *best_mm = -1;
    for (down = up; up < n && !twin_too_far(row[up].lat_deg, lat, *best_mm); up++)
        twin_try(lon, lat, facility, order, row[up].id, best, best_mm);
    for (; down > 0 && !twin_too_far(row[down - 1].lat_deg, lat, *best_mm); down--)
        twin_try(lon, lat, facility, order, row[down - 1].id, best, best_mm);
}

/* Every step-th demand point of `got` against the twin; returns how many differ. */
static inline size_t twin_differences(const struct bj_geopoints *demand,
                                      const struct bj_geopoints *facility, const uint32_t *order,
                                      const unsigned char *neighbour, const struct bj_nearest *got,
                                      size_t step)
{
    struct twin_row *all, *own;
    size_t n_all = twin_rows(facility, NULL, &all), n_own = twin_rows(facility, neighbour, &own);
    size_t differ = 0;

    for (size_t i = 0; i < demand->n; i += step) {
        double lon = demand->lon_deg[i], lat = demand->lat_deg[i];
        int32_t id[2];
        int64_t mm[2];

        twin_nearest(lon, lat, facility, order, n_all, all, &id[0], &mm[0]);
        twin_nearest(lon, lat, facility, order, n_own, own, &id[1], &mm[1]);
        if (got->any[i] == id[0] && got->any_mm[i] == mm[0] && got->own[i] == id[1] &&
            got->own_mm[i] == mm[1])
            continue;
        if (differ++ < 5)
            print_error(
                "demand %zu (%.9f, %.9f): any %d %lld, own %d %lld; twin %d %lld, %d %lld\n", i,
                lon, lat, got->any[i], (long long)got->any_mm[i], got->own[i],
                (long long)got->own_mm[i], id[0], (long long)mm[0], id[1], (long long)mm[1]);
    }
    free(own);
    free(all);
    return differ;
}

#endif
