/* Columns that a rule names by a field: 床位, 推荐标准, 村庄类型.
 *
 * A column is the field's if it has the same name (as headers are compared everywhere: letter
 * case, full-width forms and blanks do not count, nor does a unit in brackets), else if it is the
 * only one that means the same quantity by the synonyms of domain facts 6.4 (编制床位 for 床位).
 * Level and standard columns are not exchanged: 等级 (grade) is not 级别 (of which government),
 * nor 基本标准 推荐标准. A name cut short by a DBF is not completed: 精神科 may be beds or
 * doctors. What is not found is asked for, not guessed. */
#include "assess/units_int.h"

#include "base/synonyms.h"

#include <math.h>
#include <string.h>

enum { FOLDED = 160 };

static bool same_header(const char *a, const char *b)
{
    char x[FOLDED], y[FOLDED];

    bj_synonym_fold(a, x, sizeof(x));
    bj_synonym_fold(b, y, sizeof(y));
    if (strcmp(x, y) == 0)
        return true;
    bj_synonym_drop_unit(x);
    return strcmp(x, y) == 0;
}

static bool is_quantity(int role)
{
    switch (role) {
    case BJ_COL_POPULATION:
    case BJ_COL_REGISTERED:
    case BJ_COL_SERVICE:
    case BJ_COL_AGED65:
    case BJ_COL_CLASS:
    case BJ_COL_BEDS:
    case BJ_COL_DOCTORS:
    case BJ_COL_NURSES:
    case BJ_COL_VILLAGE_DOCTORS:
    case BJ_COL_AMBULANCES:
    case BJ_COL_FLOOR_AREA:
    case BJ_COL_PLAN_TYPE:
        return true;
    default:
        return false;
    }
}

const struct bj_attribute *bj_column_of_role(const struct bj_attributes *a, int role)
{
    const struct bj_attribute *found = NULL;

    for (size_t i = 0; i < a->n; i++)
        if (bj_field_role_of(a->item[i].field) == role) {
            if (found)
                return NULL; /* two of them: nobody said which */
            found = &a->item[i];
        }
    return found;
}

const struct bj_attribute *bj_column_find(const struct bj_attributes *a, const char *field)
{
    int role = bj_field_role_of(field);

    for (size_t i = 0; i < a->n; i++)
        if (same_header(a->item[i].field, field))
            return &a->item[i];
    return is_quantity(role) ? bj_column_of_role(a, role) : NULL;
}

/* ---- what a cell says ------------------------------------------------------ */

static bool in_list(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

/* 是 is also written 有, 1, √, 达标. */
static bool says_yes(const char *folded)
{
    static const char *const yes[] = {"是", "有", "1",  "y",    "yes",    "true",   "√",
                                      "✓",  "已", "设", "达标", "已达标", "已设置", NULL};

    return in_list(folded, yes);
}

/* The next word of a list joined by ';', folded, "" when it is too long; *list moves behind it.
 * False at the list's end. */
static bool next_word(const char **list, char out[FOLDED])
{
    size_t n = strcspn(*list, ";");
    char one[FOLDED] = "";

    if (!**list)
        return false;
    if (n < sizeof(one))
        memcpy(one, *list, n);
    bj_synonym_fold(one, out, FOLDED);
    *list += n + ((*list)[n] == ';');
    return true;
}

/* A class column may hold banjing's own class names; plans use the Chinese words. */
static bool is_class_word(const char *folded, const char *word)
{
    char label[FOLDED];
    int c = bj_class_find(folded);

    if (c < 0)
        return false;
    bj_synonym_fold(bj_class_label((enum bj_class)c, "zh"), label, sizeof(label));
    return strcmp(label, word) == 0;
}

/* One of the cell's words is one of the others; both are lists joined by ';'. */
static bool is_one_of(const char *cell, const char *words)
{
    char have[FOLDED], want[FOLDED];

    while (next_word(&cell, have))
        for (const char *w = words; next_word(&w, want);)
            if (*have && *want &&
                (strcmp(have, want) == 0 || is_class_word(have, want) ||
                 (strcmp(want, "是") == 0 && says_yes(have))))
                return true;
    return false;
}

int bj_column_says(const struct bj_attribute *a, size_t row, const struct bj_rule *rule)
{
    const char *text = a->text ? a->text[row] : "";
    double num = a->num ? a->num[row] : NAN;

    if (rule->equals)
        return bj_is_blank(text) ? -1 : is_one_of(text, rule->equals);
    if (isnan(num))
        return -1;
    if (isfinite(rule->field_min))
        return num >= rule->field_min;
    if (isfinite(rule->below))
        return num < rule->below;
    return isfinite(rule->above) ? num > rule->above : -1;
}
