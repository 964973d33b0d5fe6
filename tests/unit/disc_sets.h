/* Sets of discs for the tests of src/cover: random ones, and regular ones full of ties. */
#ifndef BANJING_TEST_DISC_SETS_H
#define BANJING_TEST_DISC_SETS_H

#include "support.h"

enum { MAX_DISCS = 12000 };

struct disc_set {
    size_t n;
    double x[MAX_DISCS], y[MAX_DISCS], r[MAX_DISCS];
};

static __attribute__((unused)) void add_disc(struct disc_set *s, double x, double y, double r)
{
    assert_true(s->n < MAX_DISCS);
    s->x[s->n] = x;
    s->y[s->n] = y;
    s->r[s->n++] = r;
}

/* nx * ny discs, d apart; hex: rows shifted by half, sqrt(3) / 2 d apart. */
static __attribute__((unused)) void lattice(struct disc_set *s, int nx, int ny, double d, int hex,
                                            double r)
{
    s->n = 0;
    for (int j = 0; j < ny; j++)
        for (int i = 0; i < nx; i++)
            add_disc(s, 5e5 + i * d + (hex && (j & 1) ? d / 2 : 0),
                     4e6 + j * d * (hex ? sqrt(3) / 2 : 1), r);
}

/* Configuration k of a seeded series: equal or mixed radii, clusters, and every third on a
 * lattice of a quarter radius, where circles touch, coincide and meet three in a point. Not
 * all discs meet. Coordinates as in a county's work CRS. */
static __attribute__((unused)) void random_set(struct support_random *q, int k, size_t most,
                                               struct disc_set *s)
{
    size_t n = (size_t)support_uniform(q, 1, (double)most + 1);
    double span = support_uniform(q, 0.5, 12) * 1000, x = 0, y = 0;

    s->n = 0;
    for (size_t i = 0; i < n; i++) {
        double r = k % 2 ? 1000 : support_uniform(q, 100, 2000);

        if (k % 5 == 2 && i % 6 > 0) { /* clustered */
            x += support_uniform(q, -300, 300);
            y += support_uniform(q, -300, 300);
        } else {
            x = support_uniform(q, 0, span);
            y = support_uniform(q, 0, span);
        }
        if (k % 3 == 0)
            add_disc(s, 5e5 + 250 * floor(x / 250), 4e6 + 250 * floor(y / 250),
                     250 * ceil(r / 250));
        else
            add_disc(s, 5e5 + x, 4e6 + y, r);
    }
}

/* 1,000 in the normal run, `deep` with BANJING_DEEP=1. */
static __attribute__((unused)) int how_many(int deep)
{
    return getenv("BANJING_DEEP") ? deep : 1000;
}

#endif
