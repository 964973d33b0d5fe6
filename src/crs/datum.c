/* What the name of a datum tells: a modern one, an old Chinese one, or nothing.
 *
 * Names, not codes: a .prj from ArcGIS has no codes, EPSG spreads one datum over eighty codes,
 * and every code carries the name. Names are compared without case, blanks and punctuation, so
 * that "D_Xian_1980", "Xi'an 1980" and "xian 1980" are one.
 *
 * Modern are the datums that follow the earth's centre of mass as CGCS2000 does: coordinates
 * differ by decimetres, and PROJ has no operation between them but a shift of zero. Beijing 1954,
 * Xian 1980 and New Beijing are refused whatever PROJ offers: EPSG has nothing for Xian 1980 and
 * New Beijing, and its five boxes for Beijing 1954 are tens of metres wrong outside of them. */
#include "crs/crs_int.h"

#include <ctype.h>
#include <string.h>

/* Lower case; letters, digits and whatever is not ASCII. */
static void squash(const char *s, char *out, size_t room)
{
    size_t n = 0;

    for (; s && *s && n + 1 < room; s++) {
        unsigned char c = (unsigned char)*s;

        if (c >= 0x80)
            out[n++] = *s;
        else if (isalnum(c))
            out[n++] = (char)tolower(c);
    }
    out[n] = '\0';
}

static bool starts_with_any(const char *name, const char *const *start)
{
    char text[256];

    squash(name, text, sizeof(text));
    for (; *start; start++)
        if (strncmp(text, *start, strlen(*start)) == 0)
            return true;
    return false;
}

const char *bj_datum_refused(const char *text)
{
    /* New Beijing first: its name holds the other's. */
    static const struct {
        const char *part, *system;
    } known[] = {{"newbeijing", "New Beijing"},  {"新北京", "New Beijing"},
                 {"新1954", "New Beijing"},      {"beijing1954", "Beijing 1954"},
                 {"beijing54", "Beijing 1954"},  {"bj54", "Beijing 1954"},
                 {"bj1954", "Beijing 1954"},     {"北京54", "Beijing 1954"},
                 {"北京1954", "Beijing 1954"},   {"1954北京", "Beijing 1954"},
                 {"1954年北京", "Beijing 1954"}, {"xian1980", "Xian 1980"},
                 {"xian80", "Xian 1980"},        {"西安80", "Xian 1980"},
                 {"西安1980", "Xian 1980"},      {"1980西安", "Xian 1980"},
                 {"1980年西安", "Xian 1980"},    {"国家80", "Xian 1980"},
                 {"1980国家", "Xian 1980"}};
    char s[256];

    squash(text, s, sizeof(s));
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (strstr(s, known[i].part))
            return known[i].system;
    return NULL;
}

bool bj_datum_is_modern(const char *datum)
{
    static const char *const modern[] = {
        "china2000", "dchina2000", "chinageodeticcoordinatesystem2000", "cgcs2000", "dcgcs2000",
        "worldgeodeticsystem1984", "wgs1984", "dwgs1984", "wgs84", "dwgs84",
        "internationalterrestrialreferenceframe", "itrf", "ditrf", "igs",
        "europeanterrestrialreference", "etrs89", "detrs1989",
        /* EPSG:3785, Web Mercator's code before 3857: WGS 84
         * latitudes on a sphere. */
        "popularvisualisation", NULL};

    return starts_with_any(datum, modern);
}

bool bj_datum_is_nameless(const char *datum)
{
    static const char *const nameless[] = {"unknown",   "dunknown",    "unnamed", "notspecified",
                                           "undefined", "userdefined", NULL};
    char text[256];

    squash(datum, text, sizeof(text));
    return !text[0] || starts_with_any(datum, nameless);
}
