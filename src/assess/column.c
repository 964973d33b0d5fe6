/* Columns that a rule names by a field: 床位, 推荐标准, 村庄类型.
 *
 * A column is the field's if it has the same name (as headers are compared everywhere: letter
 * case, full-width forms and blanks do not count, nor does a unit in brackets), else if it is the
 * only one that means the same quantity by the synonyms of domain facts 6.4 (编制床位 for 床位).
 * Level and standard columns are not exchanged: 等级 (grade) is not 级别 (of which government),
 * nor 基本标准 推荐标准. But one column that says which standard each facility has reached
 * (达标情况: 推荐标准, 基本标准, 未达标) answers for both; who has reached the recommended one has
 * the basic one, too. An amount may be called 托位 or 托位数. A name cut short by a DBF is not
 * completed: 精神科 may be beds or doctors. What is not found is asked for, not guessed.
 *
 * A class column that holds the program's own words (blood_site) says the class and no more: asked
 * whether a blood site is a 固定献血屋, it is blank. */
#include "assess/units_int.h"

#include "base/synonyms.h"

#include <math.h>
#include <stdio.h>
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

/* 2 the recommended standard, 1 the basic one, 0 neither. */
static int standard_of(const char *text)
{
    return strstr(text, "推荐") ? 2 : strstr(text, "基本") ? 1 : 0;
}

static bool is_standard_field(const char *field)
{
    return standard_of(field) > 0 && bj_ends_with(field, "标准");
}

/* The one column that says which standard was reached; NULL when none or several. */
static const struct bj_attribute *standard_column(const struct bj_attributes *a)
{
    const struct bj_attribute *found = NULL;

    for (size_t i = 0; i < a->n; i++)
        if (same_header(a->item[i].field, "达标情况") ||
            same_header(a->item[i].field, "服务能力标准")) {
            if (found)
                return NULL;
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
    if (is_standard_field(field))
        return standard_column(a);
    return is_quantity(role) ? bj_column_of_role(a, role) : NULL;
}

const struct bj_attribute *bj_column_amount(const struct bj_attributes *a, const char *field)
{
    const struct bj_attribute *found = bj_column_find(a, field);
    char counted[FOLDED];
    size_t n = strlen(field), tail = strlen("数");

    if (found || n + tail >= sizeof(counted))
        return found;
    if (bj_ends_with(field, "数"))
        snprintf(counted, sizeof(counted), "%.*s", (int)(n - tail), field);
    else
        snprintf(counted, sizeof(counted), "%s数", field);
    for (size_t i = 0; i < a->n; i++)
        if (same_header(a->item[i].field, counted))
            return &a->item[i];
    return NULL;
}

/* ---- what a cell says ------------------------------------------------------ */

/* 是 is also written 有, 1, √, 达标. */
static bool says_yes(const char *folded)
{
    static const char *const yes[] = {"是", "有", "1",  "y",    "yes",    "true",   "√",
                                      "✓",  "已", "设", "达标", "已达标", "已设置", NULL};

    return bj_word_find(folded, yes) >= 0;
}

/* bj_next_item(), folded. */
static bool next_word(const char **list, char out[FOLDED])
{
    char one[FOLDED];

    if (!bj_next_item(list, one, sizeof(one)))
        return false;
    bj_synonym_fold(one, out, FOLDED);
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

bool bj_words_meet(const char *cell, const char *words)
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

/* What a cell of 达标情况 says of one standard. */
static int says_standard(const char *cell, const char *field)
{
    int reached = standard_of(cell);

    if (strstr(cell, "未") || strstr(cell, "不") || strcmp(cell, "否") == 0)
        return 0;
    return reached == 0 ? -1 : reached >= standard_of(field);
}

bool bj_column_says_standards(const struct bj_attribute *a, const char *field)
{
    return is_standard_field(field) && !same_header(a->field, field);
}

/* All words of the cell are class names of the program's own. */
static bool is_class_key(const char *cell)
{
    char word[FOLDED];

    while (next_word(&cell, word))
        if (bj_class_find(word) < 0)
            return false;
    return true;
}

int bj_column_says(const struct bj_attribute *a, size_t row, const struct bj_rule *rule)
{
    const char *text = a->text ? a->text[row] : "";
    double num = a->num ? a->num[row] : NAN;

    if (rule->equals && bj_is_blank(text))
        return -1;
    if (rule->equals && bj_column_says_standards(a, rule->field))
        return says_standard(text, rule->field);
    if (rule->equals)
        return bj_words_meet(text, rule->equals) ? 1 : is_class_key(text) ? -1 : 0;
    if (isnan(num))
        return -1;
    if (isfinite(rule->field_min))
        return num >= rule->field_min;
    if (isfinite(rule->below))
        return num < rule->below;
    return isfinite(rule->above) ? num > rule->above : -1;
}
