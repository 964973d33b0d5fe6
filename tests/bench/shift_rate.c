/* How many points a second one thread shifts between datums: 1,000,000 seeded points over
 * China, forward and inverse (to 1e-10 degree), median of five. Prints "what points_per_second"
 * and the worst round trip in metres. */
#include "banjing/crs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { N = 1000000, RUNS = 5 };

static double lon0[N], lat0[N], lon[N], lat[N];

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Leaves the shifted points in lon, lat. */
static void rate(const char *what, enum bj_datum from, enum bj_datum to, const double *x,
                 const double *y)
{
    double seconds[RUNS];

    for (int r = 0; r < RUNS; r++) {
        memcpy(lon, x, sizeof(lon));
        memcpy(lat, y, sizeof(lat));
        seconds[r] = now_s();
        bj_datum_shift(from, to, N, lon, lat);
        seconds[r] = now_s() - seconds[r];
    }
    qsort(seconds, RUNS, sizeof(*seconds), by_size);
    printf("%-22s %6.1f million points/s\n", what, N / seconds[RUNS / 2] / 1e6);
}

static void pair(const char *name, enum bj_datum datum)
{
    static double x[N], y[N];
    char what[64];
    double worst = 0;

    snprintf(what, sizeof(what), "%s forward", name);
    rate(what, BJ_DATUM_CGCS2000, datum, lon0, lat0);
    memcpy(x, lon, sizeof(x));
    memcpy(y, lat, sizeof(y));
    snprintf(what, sizeof(what), "%s inverse", name);
    rate(what, datum, BJ_DATUM_CGCS2000, x, y);
    for (size_t i = 0; i < N; i++)
        worst = fmax(worst, bj_geodesic_m(lon0[i], lat0[i], lon[i], lat[i]));
    printf("%-22s %.2g m worst of %d there and back\n", name, worst, N);
}

int main(void)
{
    uint64_t s = 20261123;

    for (size_t i = 0; i < N; i++) {
        s = s * 6364136223846793005u + 1442695040888963407u;
        lon0[i] = 73.6 + 61.2 * ((double)(s >> 11) * 0x1p-53);
        s = s * 6364136223846793005u + 1442695040888963407u;
        lat0[i] = 18 + 35.6 * ((double)(s >> 11) * 0x1p-53);
    }
    pair("GCJ-02", BJ_DATUM_GCJ02);
    pair("BD-09", BJ_DATUM_BD09);
    return 0;
}
