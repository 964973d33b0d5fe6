/* Words that planners write over their columns, by what the column means. */
#ifndef BANJING_SYNONYMS_H
#define BANJING_SYNONYMS_H

#include <stddef.h>

/* What a column means, in the order of enum bj_field_role (banjing/study.h), which lies
 * above this folder and so cannot be named here; a test of study holds the two together. */
enum bj_synonym_role {
    BJ_SYN_NAME,
    BJ_SYN_CODE,
    BJ_SYN_URBAN,
    BJ_SYN_COUNTY,
    BJ_SYN_TOWNSHIP,
    BJ_SYN_POPULATION,
    BJ_SYN_REGISTERED,
    BJ_SYN_SERVICE,
    BJ_SYN_HOUSEHOLDS,
    BJ_SYN_AGED65,
    BJ_SYN_LON,
    BJ_SYN_LAT,
    BJ_SYN_LONLAT,
    BJ_SYN_CLASS,
    BJ_SYN_LEVEL,
    BJ_SYN_OWNERSHIP,
    BJ_SYN_STATUS,
    BJ_SYN_BEDS,
    BJ_SYN_DOCTORS,
    BJ_SYN_NURSES,
    BJ_SYN_VILLAGE_DOCTORS,
    BJ_SYN_AMBULANCES,
    BJ_SYN_FLOOR_AREA,
    BJ_SYN_STANDARD,
    BJ_SYN_PLAN_TYPE,
    BJ_SYN_TYPE,
    /* Columns of a list of control points: no words of their own, study/control.c finds them. */
    BJ_SYN_OLD_X,
    BJ_SYN_OLD_Y,
    BJ_SYN_NEW_X,
    BJ_SYN_NEW_Y,
    BJ_SYN_N
};

struct bj_synonym {
    int role;            /* enum bj_synonym_role */
    const char *synonym; /* in the form that bj_synonym_fold() gives */
};

/* All words, grouped by role; a word may stand under two roles (XZQMC: name and county). */
extern const struct bj_synonym bj_synonyms[];
extern const size_t bj_n_synonyms;
/* More words, never completed from a beginning that a DBF left. */
extern const struct bj_synonym bj_whole_synonyms[];
extern const size_t bj_n_whole_synonyms;

/* The form in which headers are compared: ASCII letters small, full-width forms (U+FF01 to
 * U+FF5E) as ASCII, white space (also U+3000 and U+00A0), line breaks and the marks * and :
 * left out. Writes at most cap - 1 bytes and a NUL, whole characters only. s is UTF-8;
 * other bytes are copied as they are. */
void bj_synonym_fold(const char *s, char *out, size_t cap);

/* Drops a unit at the end of a folded header: "人口(人)" becomes "人口". Returns 1 when
 * there was one and something is left. */
int bj_synonym_drop_unit(char *folded);

/* 1 when header names the role: exactly, or without its unit in brackets. */
int bj_synonym_is(const char *header, int role);

/* First role that header names, -1 when none. */
int bj_synonym_role(const char *header);

#endif
