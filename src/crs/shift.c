/* GCJ-02 and BD-09, the shifts of Chinese map services, both ways.
 *
 * Forward GCJ-02: with x = lon - 105, y = lat - 35 in degrees, north and east offsets in metres
 * are polynomials of x, y and sqrt|x| plus sines of pi x and pi y over 1/6, 1/2, 1, 3, 12 and 30
 * degrees (domain facts of the project, 5.3); they become degrees on the Krasovsky ellipsoid.
 * All those sines, and the sine of the latitude, come from sin and cos of pi x / 60 and
 * pi y / 180 by the formulas for double and triple angles and for sums: two calls a point in
 * place of twelve. What that rounds off is 1e-12 m.
 *
 * Forward BD-09 over GCJ-02: the angle is turned by d = 3e-6 cos(k x) and the radius made longer
 * by 2e-5 sin(k y). cos(atan2(y, x) + d) is (x cos d - y sin d) / r, so no atan2 is needed.
 *
 * The inverses p <- p - (F(p) - g) gain a factor of 100 a round, because a shift changes by less
 * than 1 % of the way; they end when no coordinate moved by 1e-11 degrees (1e-6 m). 1e-10 would do
 * but for the corner of sqrt|x| at 105 E, where a round gains next to nothing. A point where
 * they do not end (near the poles) has no image: NaN.
 *
 * CGCS2000 and WGS 84 are equal here. Nothing is limited to China: the caller says what a layer
 * is in, and bj_datum_in_china() is for the warning. */
#include "crs/crs_int.h"

#include <math.h>

const char *const bj_datum_names[] = {"cgcs2000", "wgs84", "gcj02", "bd09", NULL};

#define PI 3.14159265358979323846
/* Krasovsky 1940, as the formula has it. */
#define KRASOVSKY_A_M 6378245.0
#define KRASOVSKY_EE  0.00669342162296594323
#define SIN_35_DEG    0.57357643635104609611
#define COS_35_DEG    0.81915204428899178968
#define BD_K          (3000 * PI / 180)
#define BD_LON_DEG    0.0065
#define BD_LAT_DEG    0.006

#define STOP_DEG   1e-11
#define MAX_ROUNDS 20

struct lonlat {
    double lon, lat; /* degrees */
};

struct turn {
    double s, c; /* sine and cosine of one angle */
};

static inline struct turn twice(struct turn a)
{
    struct turn b = {2 * a.s * a.c, (a.c - a.s) * (a.c + a.s)};

    return b;
}

static inline struct turn thrice(struct turn a)
{
    struct turn b = {a.s * (3 - 4 * a.s * a.s), a.c * (4 * a.c * a.c - 3)};

    return b;
}

static inline struct turn sum(struct turn a, struct turn b)
{
    struct turn c = {a.s * b.c + a.c * b.s, a.c * b.c - a.s * b.s};

    return c;
}

/* Sines of pi t over 1, 3, 12 and 30 degrees, from the angle pi t / 60. */
struct waves {
    double s1, s3, s12, s30;
    struct turn t1; /* angle pi t, for the faster ones */
};

static inline struct waves waves_of(struct turn t60)
{
    struct turn t30 = twice(t60);
    struct turn t12 = sum(twice(t30), t60);
    struct turn t3 = twice(twice(t12));
    struct waves w;

    w.t1 = thrice(t3);
    w.s1 = w.t1.s;
    w.s3 = t3.s;
    w.s12 = t12.s;
    w.s30 = t30.s;
    return w;
}

static inline struct lonlat gcj_from_wgs(struct lonlat p)
{
    double x = p.lon - 105, y = p.lat - 35, root = sqrt(fabs(x));
    double ax = x * (PI / 60), ay = y * (PI / 180);
    struct turn x60 = {sin(ax), cos(ax)}, y180 = {sin(ay), cos(ay)};
    struct turn at35 = {SIN_35_DEG, COS_35_DEG}, phi = sum(y180, at35);
    struct waves wx = waves_of(x60), wy = waves_of(thrice(y180));
    double s2 = 2 * wx.t1.s * wx.t1.c;           /* sin 2 pi x */
    double common = 20 * s2 * (4 - 4 * s2 * s2); /* 20 sin 6 pi x + 20 sin 2 pi x */
    double north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root +
                     (common + 20 * wy.s1 + 40 * wy.s3 + 160 * wy.s12 + 320 * wy.s30) * (2.0 / 3);
    double east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root +
                    (common + 20 * wx.s1 + 40 * wx.s3 + 150 * wx.s12 + 300 * wx.s30) * (2.0 / 3);
    double w = 1 - KRASOVSKY_EE * phi.s * phi.s, sw = sqrt(w);
    double per_m = 180 * sw / (PI * KRASOVSKY_A_M);
    struct lonlat q;

    q.lat = p.lat + north_m * per_m * w / (1 - KRASOVSKY_EE);
    q.lon = p.lon + east_m * per_m / phi.c;
    return q;
}

static inline struct lonlat bd_from_gcj(struct lonlat p)
{
    double x = p.lon, y = p.lat, r = sqrt(x * x + y * y);
    double d = 3e-6 * cos(BD_K * x), cd = 1 - d * d / 2, sd = d * (1 - d * d / 6);
    double grow = 1 + 2e-5 * sin(BD_K * y) / r;
    struct lonlat q;

    q.lon = grow * (x * cd - y * sd) + BD_LON_DEG;
    q.lat = grow * (y * cd + x * sd) + BD_LAT_DEG;
    return q;
}

/* p <- p - (forward(p) - g), see the top. One function a datum, so that forward is inlined. */
#define DEFINE_INVERSE(name, forward)                                                              \
    static inline struct lonlat name(struct lonlat g)                                              \
    {                                                                                              \
        struct lonlat p = g, none = {NAN, NAN};                                                    \
                                                                                                   \
        for (int round = 0; round < MAX_ROUNDS; round++) {                                         \
            struct lonlat f = forward(p);                                                          \
            double dlon = f.lon - g.lon, dlat = f.lat - g.lat;                                     \
                                                                                                   \
            p.lon -= dlon;                                                                         \
            p.lat -= dlat;                                                                         \
            if (fabs(dlon) < STOP_DEG && fabs(dlat) < STOP_DEG)                                    \
                return p;                                                                          \
        }                                                                                          \
        return none;                                                                               \
    }
DEFINE_INVERSE(wgs_from_gcj, gcj_from_wgs)
DEFINE_INVERSE(gcj_from_bd, bd_from_gcj)

/* Steps from the earth's datum: 0 CGCS2000 or WGS 84, 1 GCJ-02, 2 BD-09. */
static int level_of(enum bj_datum datum)
{
    return datum == BJ_DATUM_BD09 ? 2 : datum == BJ_DATUM_GCJ02 ? 1 : 0;
}

static struct lonlat shift_one(struct lonlat p, int from, int to)
{
    for (; from < to; from++)
        p = from == 0 ? gcj_from_wgs(p) : bd_from_gcj(p);
    for (; from > to; from--)
        p = from == 2 ? gcj_from_bd(p) : wgs_from_gcj(p);
    return p;
}

void bj_datum_shift(enum bj_datum from, enum bj_datum to, size_t n, double *lon_deg,
                    double *lat_deg)
{
    int a = level_of(from), b = level_of(to);

    if (a == b)
        return;
    for (size_t i = 0; i < n; i++) {
        struct lonlat p = {lon_deg[i], lat_deg[i]};

        /* Not a place: NaN goes in here too, and would go round in vain. */
        if (!(fabs(p.lon) <= 360 && fabs(p.lat) <= 90))
            p.lon = p.lat = NAN;
        else
            p = shift_one(p, a, b);
        lon_deg[i] = p.lon;
        lat_deg[i] = p.lat;
    }
}

int bj_datum_in_china(double lon_deg, double lat_deg)
{
    return lon_deg >= 73.5 && lon_deg <= 135.1 && lat_deg >= 18 && lat_deg <= 53.6;
}
