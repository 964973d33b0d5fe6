/* Slow twin of src/crs/shift.c: the datums of web maps by the formulas of domain.md as they are
 * written, every sine by itself. */
#ifndef BANJING_TEST_MAP_DATUMS_H
#define BANJING_TEST_MAP_DATUMS_H

#include "support.h"

struct spot {
    double lon, lat;
};

/* domain.md 5.3 */
static inline struct spot gcj02(struct spot p)
{
    double pi = TEST_PI, x = p.lon - 105, y = p.lat - 35;
    double c = 20 * sin(6 * pi * x) + 20 * sin(2 * pi * x);
    double n = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x)) +
               2.0 / 3 *
                   (c + 20 * sin(pi * y) + 40 * sin(pi * y / 3) + 160 * sin(pi * y / 12) +
                    320 * sin(pi * y / 30));
    double e = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) +
               2.0 / 3 *
                   (c + 20 * sin(pi * x) + 40 * sin(pi * x / 3) + 150 * sin(pi * x / 12) +
                    300 * sin(pi * x / 30));
    double a = 6378245.0, ee = 0.00669342162296594323, phi = p.lat * pi / 180;
    double w = 1 - ee * sin(phi) * sin(phi);

    return (struct spot){p.lon + e * 180 / (pi * a * cos(phi) / sqrt(w)),
                         p.lat + n * 180 / (pi * a * (1 - ee) / pow(w, 1.5))};
}

/* domain.md 5.4 */
static inline struct spot bd09_of_gcj02(struct spot g)
{
    double k = 3000 * TEST_PI / 180;
    double r = hypot(g.lon, g.lat) + 2e-5 * sin(k * g.lat);
    double t = atan2(g.lat, g.lon) + 3e-6 * cos(k * g.lon);

    return (struct spot){r * cos(t) + 0.0065, r * sin(t) + 0.006};
}

static inline struct spot bd09(struct spot p)
{
    return bd09_of_gcj02(gcj02(p));
}

#endif
