/* What kind of facility a text names; what kind of township; urban or rural; closed or open.
 *
 * Facility classes (domain.md 6.5). Chinese names end in what they are: 人民医院急救站 is an
 * ambulance station, 卫生院王村卫生室 a village clinic. So among the known words the one that
 * ends last wins, and of two that end together the longer: 社区卫生服务中心 over 卫生服务中心,
 * 中心卫生院 over 卫生院. The traps:
 *   - brackets are looked into only when nothing stands outside them, and never when they say
 *     原… (formerly): 社区卫生服务中心（原某某卫生院）is a community health centre;
 *   - 分院, a branch: of a central township hospital it is a plain one;
 *   - 卫生所 alone may be a village's, a school's or a factory's: a village's only with 村;
 *   - 卫生室 right after 小学, 公司… is the sick room of a school or firm;
 *   - words after the facility that make it something else (家属院, 停车场) end the guess.
 * What is not understood is unknown (a row of the ledger), never the nearest guess: a bare
 * 医院 or "hospital" has no class.
 *
 * Codes: WS 218-2002, as far as domain.md 6.5 lists them, by their longest known beginning.
 *
 * Urban codes: 城乡分类代码, domain.md 6.3; township numbers: the seventh to ninth digit of
 * the 统计用区划代码, same place. */
#include "study/study_int.h"

#include "base/synonyms.h"

#include <string.h>

#define TEXT_BYTES 512
#define BIT(c)     ((uint64_t)1 << BJ_CLASS_##c)

struct word {
    const char *text;
    uint64_t set;
};

/* Words in names and class columns. */
static const struct word words[] = {
    {"村卫生室", BIT(VILLAGE_CLINIC)},
    {"村级卫生室", BIT(VILLAGE_CLINIC)},
    {"一体化卫生室", BIT(VILLAGE_CLINIC)},
    {"村卫生所", BIT(VILLAGE_CLINIC)},
    {"村卫生站", BIT(VILLAGE_CLINIC)},
    {"卫生室", BIT(VILLAGE_CLINIC)},
    {"一般村卫生室", BIT(VILLAGE_CLINIC_GENERAL)},
    {"一般卫生室", BIT(VILLAGE_CLINIC_GENERAL)},
    {"中心村卫生室", BIT(VILLAGE_CLINIC_CENTRAL)},
    {"中心卫生室", BIT(VILLAGE_CLINIC_CENTRAL)},
    {"卫生室服务点", BIT(VILLAGE_SERVICE_POINT)},
    {"卫生服务点", BIT(VILLAGE_SERVICE_POINT)},
    {"医疗服务点", BIT(VILLAGE_SERVICE_POINT)},
    {"巡诊点", BIT(VILLAGE_SERVICE_POINT)},
    {"卫生院", BIT(TOWNSHIP_HOSPITAL)},
    {"中心卫生院", BIT(TOWNSHIP_HOSPITAL_CENTRAL)},
    {"社区卫生服务中心", BIT(CHC)},
    {"社区卫生中心", BIT(CHC)},
    {"社区医院", BIT(CHC) | BIT(COMMUNITY_HOSPITAL)},
    {"社区卫生服务站", BIT(CHS)},
    {"社区卫生站", BIT(CHS)},
    {"医疗服务次中心", BIT(SUBCENTRE)},
    {"医疗服务副中心", BIT(SUBCENTRE)},
    {"医疗卫生次中心", BIT(SUBCENTRE)},
    {"医疗卫生副中心", BIT(SUBCENTRE)},
    {"医疗次中心", BIT(SUBCENTRE)},
    {"医疗副中心", BIT(SUBCENTRE)},
    {"急救中心", BIT(EMS_CENTRE)},
    {"急救医疗中心", BIT(EMS_CENTRE)},
    {"紧急救援中心", BIT(EMS_CENTRE)},
    {"急救中心站", BIT(EMS_STATION)},
    {"急救站", BIT(EMS_STATION)},
    {"急救分站", BIT(EMS_STATION)},
    {"急救中心分站", BIT(EMS_STATION)},
    {"急救分中心", BIT(EMS_STATION)},
    {"急救点", BIT(EMS_STATION)},
    {"120分站", BIT(EMS_STATION)},
    {"综合医院", BIT(HOSPITAL_GENERAL)},
    {"人民医院", BIT(HOSPITAL_GENERAL)},
    {"中医医院", BIT(HOSPITAL_TCM)},
    {"中医院", BIT(HOSPITAL_TCM)},
    {"中西医结合医院", BIT(HOSPITAL_COMBINED)},
    {"专科医院", BIT(HOSPITAL_SPECIALIST)},
    {"口腔医院", BIT(HOSPITAL_SPECIALIST)},
    {"眼科医院", BIT(HOSPITAL_SPECIALIST)},
    {"骨科医院", BIT(HOSPITAL_SPECIALIST)},
    {"肿瘤医院", BIT(HOSPITAL_SPECIALIST)},
    {"儿童医院", BIT(HOSPITAL_SPECIALIST)},
    {"妇产医院", BIT(HOSPITAL_SPECIALIST)},
    {"妇产科医院", BIT(HOSPITAL_SPECIALIST)},
    {"皮肤病医院", BIT(HOSPITAL_SPECIALIST)},
    {"精神卫生中心", BIT(PSYCHIATRIC)},
    {"精神病医院", BIT(PSYCHIATRIC)},
    {"精神病院", BIT(PSYCHIATRIC)},
    {"精神专科医院", BIT(PSYCHIATRIC)},
    {"传染病医院", BIT(INFECTIOUS)},
    {"传染病院", BIT(INFECTIOUS)},
    {"妇幼保健院", BIT(MCH)},
    {"妇幼保健所", BIT(MCH)},
    {"妇幼保健站", BIT(MCH)},
    {"妇幼保健中心", BIT(MCH)},
    {"妇幼保健服务中心", BIT(MCH)},
    {"妇幼健康服务中心", BIT(MCH)},
    {"妇幼保健计划生育服务中心", BIT(MCH)},
    {"疾病预防控制中心", BIT(CDC)},
    {"疾控中心", BIT(CDC)},
    {"疾控", BIT(CDC)},
    {"血站", BIT(BLOOD_SITE)},
    {"血液中心", BIT(BLOOD_SITE)},
    {"献血屋", BIT(BLOOD_SITE)},
    {"献血点", BIT(BLOOD_SITE)},
    {"采血点", BIT(BLOOD_SITE)},
    {"储血点", BIT(BLOOD_SITE)},
    {"康复医院", BIT(REHAB)},
    {"护理院", BIT(NURSING)},
    {"安宁疗护", BIT(HOSPICE)},
    {"安宁疗护病区", BIT(HOSPICE)},
    {"安宁疗护中心", BIT(HOSPICE)},
    {"托育机构", BIT(CHILDCARE)},
    {"托育中心", BIT(CHILDCARE)},
    {"托育园", BIT(CHILDCARE)},
    {"托育服务中心", BIT(CHILDCARE)},
    {"托儿所", BIT(CHILDCARE)},
    {"职业病防治院", BIT(OCCUPATIONAL)},
    {"职业病防治所", BIT(OCCUPATIONAL)},
    {"职业病医院", BIT(OCCUPATIONAL)},
    {"诊所", BIT(CLINIC_PRIVATE)},
    {"门诊部", BIT(CLINIC_PRIVATE)},
    {"医务室", BIT(CLINIC_PRIVATE)},
    {"卫生监督所", BIT(HEALTH_SUPERVISION)},
    {"卫生监督局", BIT(HEALTH_SUPERVISION)},
    /* English, in the squeezed form of squeeze() */
    {"villageclinic", BIT(VILLAGE_CLINIC)},
    {"villagehealthclinic", BIT(VILLAGE_CLINIC)},
    {"villagehealthroom", BIT(VILLAGE_CLINIC)},
    {"centralvillageclinic", BIT(VILLAGE_CLINIC_CENTRAL)},
    {"townshiphospital", BIT(TOWNSHIP_HOSPITAL)},
    {"townshiphealthcentre", BIT(TOWNSHIP_HOSPITAL)},
    {"townshiphealthcenter", BIT(TOWNSHIP_HOSPITAL)},
    {"centraltownshiphospital", BIT(TOWNSHIP_HOSPITAL_CENTRAL)},
    {"communityhealthcentre", BIT(CHC)},
    {"communityhealthcenter", BIT(CHC)},
    {"communityhealthservicecentre", BIT(CHC)},
    {"communityhealthservicecenter", BIT(CHC)},
    {"communityhealthstation", BIT(CHS)},
    {"communityhealthservicestation", BIT(CHS)},
    {"communityhospital", BIT(COMMUNITY_HOSPITAL)},
    {"emsstation", BIT(EMS_STATION)},
    {"ambulancestation", BIT(EMS_STATION)},
    {"emergencystation", BIT(EMS_STATION)},
    {"emergencymedicalcentre", BIT(EMS_CENTRE)},
    {"emergencymedicalcenter", BIT(EMS_CENTRE)},
    {"generalhospital", BIT(HOSPITAL_GENERAL)},
    {"peopleshospital", BIT(HOSPITAL_GENERAL)},
    {"tcmhospital", BIT(HOSPITAL_TCM)},
    {"traditionalchinesemedicinehospital", BIT(HOSPITAL_TCM)},
    {"hospitaloftraditionalchinesemedicine", BIT(HOSPITAL_TCM)},
    {"specialisthospital", BIT(HOSPITAL_SPECIALIST)},
    {"psychiatrichospital", BIT(PSYCHIATRIC)},
    {"infectiousdiseaseshospital", BIT(INFECTIOUS)},
    {"infectiousdiseasehospital", BIT(INFECTIOUS)},
    {"maternalandchildhealthhospital", BIT(MCH)},
    {"maternalandchildhealthcentre", BIT(MCH)},
    {"maternalandchildhealthcenter", BIT(MCH)},
    {"centerfordiseasecontrol", BIT(CDC)},
    {"centrefordiseasecontrol", BIT(CDC)},
    {"bloodstation", BIT(BLOOD_SITE)},
    {"rehabilitationhospital", BIT(REHAB)},
    {"nursinghome", BIT(NURSING)},
    {"privateclinic", BIT(CLINIC_PRIVATE)},
};

/* Whole texts of a class column that would say too little inside a name. */
static const struct word whole_words[] = {
    {"服务点", BIT(VILLAGE_SERVICE_POINT)},
    {"中心室", BIT(VILLAGE_CLINIC_CENTRAL)},
    {"次中心", BIT(SUBCENTRE)},
    {"副中心", BIT(SUBCENTRE)},
    {"120", BIT(EMS_STATION)},
    {"急救", BIT(EMS_STATION)},
    {"院前急救", BIT(EMS_STATION)},
    {"综合", BIT(HOSPITAL_GENERAL)},
    {"托育", BIT(CHILDCARE)},
};

/* WS 218-2002, small letters; the longest beginning counts. */
static const struct word codes[] = {
    {"a1", BIT(HOSPITAL_GENERAL)},
    {"a2", BIT(HOSPITAL_TCM)},
    {"a3", BIT(HOSPITAL_COMBINED)},
    {"a7", BIT(NURSING)},
    {"b1", BIT(CHC)},
    {"b2", BIT(CHS)},
    {"c2", BIT(TOWNSHIP_HOSPITAL)},
    {"c210", BIT(TOWNSHIP_HOSPITAL_CENTRAL)},
    {"d1", BIT(CLINIC_PRIVATE)},
    {"d2", BIT(CLINIC_PRIVATE)},
    {"d4", BIT(CLINIC_PRIVATE)},
    {"d6", BIT(VILLAGE_CLINIC)},
    {"e1", BIT(EMS_CENTRE)},
    {"e2", BIT(EMS_STATION)},
    {"e3", BIT(EMS_STATION)},
    {"f", BIT(BLOOD_SITE)},
    {"g", BIT(MCH)},
    {"j", BIT(CDC)},
};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static bool ends_in(const char *s, size_t n, const char *const *list)
{
    for (; *list; list++) {
        size_t k = strlen(*list);

        if (k <= n && memcmp(s + n - k, *list, k) == 0)
            return true;
    }
    return false;
}

static bool contains_any(const char *s, const char *const *list)
{
    for (; *list; list++)
        if (strstr(s, *list))
            return true;
    return false;
}

/* Small ASCII without spaces, quotes, dots, '_' and '-'; full-width forms and the other
 * brackets as ASCII. */
static void squeeze(const char *text, char out[TEXT_BYTES])
{
    static const char *const brackets[] = {"【", "】", "〔", "〕", "[", "]"};
    char folded[TEXT_BYTES];
    size_t n = 0;

    bj_synonym_fold(text ? text : "", folded, sizeof(folded));
    for (const char *p = folded; *p; p++) {
        bool bracket = false;

        for (size_t i = 0; !bracket && i < COUNT(brackets); i++) {
            size_t k = strlen(brackets[i]);

            if (strncmp(p, brackets[i], k) != 0)
                continue;
            out[n++] = i % 2 ? ')' : '(';
            p += k - 1;
            bracket = true;
        }
        if (!bracket && !strchr("_-'.", *p))
            out[n++] = *p;
    }
    out[n] = '\0';
}

/* Splits at brackets: outside gets the text without them, inside what stands in them unless
 * it says "formerly". Both have room for all of s. */
static void split_brackets(const char *s, char *outside, char *inside)
{
    int depth = 0;
    bool formerly = false;
    size_t n_out = 0, n_in = 0;

    for (; *s; s++) {
        if (*s == '(') {
            if (depth++ == 0)
                formerly = strncmp(s + 1, "原", strlen("原")) == 0 ||
                           strncmp(s + 1, "曾用名", strlen("曾用名")) == 0;
        } else if (*s == ')') {
            depth -= depth > 0;
        } else if (depth == 0) {
            outside[n_out++] = *s;
        } else if (!formerly) {
            inside[n_in++] = *s;
        }
    }
    outside[n_out] = inside[n_in] = '\0';
}

/* ---- classes --------------------------------------------------------------- */

/* The word that ends last in s, the longest of those; *at is where it begins. */
static const struct word *last_word(const char *s, size_t *at)
{
    const struct word *best = NULL;
    size_t best_end = 0, best_length = 0;

    for (size_t i = 0; i < COUNT(words); i++) {
        size_t length = strlen(words[i].text);

        for (const char *p = strstr(s, words[i].text); p; p = strstr(p + 1, words[i].text)) {
            size_t end = (size_t)(p - s) + length;

            if (end > best_end || (end == best_end && length > best_length)) {
                best = &words[i];
                best_end = end;
                best_length = length;
                *at = (size_t)(p - s);
            }
        }
    }
    return best;
}

static uint64_t class_of_words(const char *s)
{
    static const char *const institutions[] = {"小学", "中学",   "学校",   "大学",
                                               "学院", "幼儿园", "监狱",   "看守所",
                                               "公司", "敬老院", "养老院", NULL};
    static const char *const not_the_place[] = {"家属", "宿舍", "停车", "小学", "中学",
                                                "学校", "旧址", "原址", "药店", "药房",
                                                "超市", "食堂", NULL};
    size_t at = 0;
    const struct word *w = last_word(s, &at);
    const char *tail;

    if (!w) /* 村…卫生所 */
        return strstr(s, "村") && bj_ends_with(s, "卫生所") ? BIT(VILLAGE_CLINIC) : 0;
    tail = s + at + strlen(w->text);
    if (contains_any(tail, not_the_place))
        return 0;
    if (strcmp(w->text, "卫生室") == 0 && ends_in(s, at, institutions))
        return BIT(CLINIC_PRIVATE);
    if (w->set == BIT(TOWNSHIP_HOSPITAL_CENTRAL) && strstr(tail, "分院"))
        return BIT(TOWNSHIP_HOSPITAL);
    return w->set;
}

uint64_t bj_classify_name(const char *name)
{
    char s[TEXT_BYTES], outside[TEXT_BYTES], inside[TEXT_BYTES];
    uint64_t set;

    squeeze(name, s);
    split_brackets(s, outside, inside);
    set = class_of_words(outside);
    return set ? set : class_of_words(inside);
}

/* "D600", or "D600村卫生室", whose code is dropped from *rest. */
static uint64_t class_of_code(const char *s, const char **rest)
{
    size_t n = 1, best = 0;
    uint64_t set = 0;

    if (s[0] < 'a' || s[0] > 'z')
        return 0;
    n += strspn(s + 1, "0123456789");
    if (n < 2 || n > 5 || (s[n] >= 'a' && s[n] <= 'z'))
        return 0;
    for (size_t i = 0; i < COUNT(codes); i++) {
        size_t k = strlen(codes[i].text);

        if (k <= n && k > best && strncmp(s, codes[i].text, k) == 0) {
            best = k;
            set = codes[i].set;
        }
    }
    *rest = s + n;
    return set;
}

static uint64_t class_of_part(const char *part, bool *exact)
{
    char s[TEXT_BYTES];
    const char *rest = NULL;
    uint64_t set, more;

    squeeze(part, s);
    for (int c = 0; c < BJ_CLASS_N; c++) {
        char name[TEXT_BYTES];

        squeeze(bj_class_names[c], name);
        if (strcmp(s, name) == 0) {
            *exact = true;
            return (uint64_t)1 << c;
        }
    }
    for (size_t i = 0; i < COUNT(whole_words); i++)
        if (strcmp(s, whole_words[i].text) == 0)
            return whole_words[i].set;
    set = class_of_code(s, &rest);
    if (!rest)
        return bj_classify_name(part);
    more = *rest ? bj_classify_name(rest) : 0;
    return more ? more : set;
}

static uint64_t class_of_text(const char *text, bool *exact)
{
    char part[TEXT_BYTES];
    uint64_t set = 0;

    while (text && bj_next_item(&text, part, sizeof(part)))
        set |= class_of_part(part, exact);
    return set;
}

uint64_t bj_classify_text(const char *text)
{
    bool exact = false;

    return class_of_text(text, &exact);
}

/* Sub-classes of a class that a column may give without saying which. */
static uint64_t subclasses(uint64_t set)
{
    if (set == BIT(VILLAGE_CLINIC))
        return BIT(VILLAGE_CLINIC_CENTRAL) | BIT(VILLAGE_CLINIC_GENERAL) |
               BIT(VILLAGE_SERVICE_POINT);
    return set == BIT(TOWNSHIP_HOSPITAL) ? BIT(TOWNSHIP_HOSPITAL_CENTRAL) : 0;
}

uint64_t bj_classify(const char *text, const char *name, int *from_name)
{
    bool exact = false;
    uint64_t set = class_of_text(text, &exact), by_name;

    *from_name = 0;
    if (set && exact)
        return set;
    by_name = bj_classify_name(name);
    if (set)
        return by_name & subclasses(set) ? by_name : set;
    *from_name = by_name && !bj_is_blank(text);
    return by_name;
}

/* ---- roots of names --------------------------------------------------------- */

/* Takes the longest matching tail off; false when none matches or nothing would be left. */
static bool cut_tail(char *s, const char *const *tails)
{
    size_t n = strlen(s), best = 0;

    for (; *tails; tails++) {
        size_t k = strlen(*tails);

        if (k > best && k < n && strcmp(s + n - k, *tails) == 0)
            best = k;
    }
    s[n - best] = '\0';
    return best > 0;
}

void bj_place_root(const char *name, int is_facility, char *out, size_t cap)
{
    static const char *const committees[] = {"村民委员会", "居民委员会", "村委会", "居委会", NULL};
    static const char *const units[] = {"社区", "村", NULL};
    char s[TEXT_BYTES], outside[TEXT_BYTES], inside[TEXT_BYTES], whole[TEXT_BYTES];
    size_t at = 0;

    squeeze(name, s);
    split_brackets(s, outside, inside);
    if (is_facility) {
        if (last_word(outside, &at))
            outside[at] = '\0';
    } else {
        cut_tail(outside, committees);
    }
    memcpy(whole, outside, sizeof(whole));
    cut_tail(outside, units);
    /* One character ("李") names too many places: keep 李村. */
    if (strlen(outside) < 6)
        memcpy(outside, whole, sizeof(outside));
    snprintf(out, cap, "%s", strlen(outside) >= 6 && strlen(outside) < cap ? outside : "");
}

/* ---- status ---------------------------------------------------------------- */

int bj_status_is_closed(const char *status)
{
    static const char *const not_closed[] = {"未停业", "未关闭", "未注销", "notclosed", NULL};
    static const char *const closed[] = {
        "停业", "停止",   "关闭",    "关停",      "注销",      "撤销",      "吊销",   "歇业",
        "停诊", "停用",   "停办",    "暂停",      "废弃",      "未营业",    "未运营", "未开业",
        "未投", "closed", "disused", "abandoned", "cancelled", "suspended", NULL};
    static const char *const open[] = {"保留", "现状", "已建", "建成", "正常",
                                       "营业", "运营", "在用", NULL};
    static const char *const planned[] = {"在建",     "规划",         "拟建",     "筹建", "筹备",
                                          "待建",     "未建",         "建设中",   "计划", "planned",
                                          "proposed", "construction", "notbuilt", NULL};
    char s[TEXT_BYTES];

    squeeze(status, s);
    if (!s[0] || contains_any(s, not_closed))
        return 0;
    if (contains_any(s, closed) || strstr(s, "未建"))
        return 1;
    return !contains_any(s, open) && contains_any(s, planned);
}

/* ---- townships ------------------------------------------------------------- */

static const char *type_of_text(const char *text)
{
    char s[TEXT_BYTES];

    squeeze(text, s);
    if (strstr(s, "街道") || strcmp(s, "subdistrict") == 0 || strcmp(s, "street") == 0)
        return "街道";
    if (strcmp(s, "镇") == 0 || strcmp(s, "建制镇") == 0 || strcmp(s, "town") == 0)
        return "镇";
    if (strcmp(s, "乡") == 0 || strcmp(s, "民族乡") == 0 || strcmp(s, "township") == 0)
        return "乡";
    return "";
}

static bool all_digits(const char *s)
{
    return strspn(s, "0123456789") == strlen(s);
}

static const char *type_of_code(const char *code)
{
    int n;

    if (!code || strlen(code) < 9 || !all_digits(code))
        return "";
    n = (code[6] - '0') * 100 + (code[7] - '0') * 10 + (code[8] - '0');
    return n >= 1 && n <= 99      ? "街道"
           : n >= 100 && n <= 199 ? "镇"
           : n >= 200 && n <= 399 ? "乡"
                                  : "";
}

static const char *type_of_name(const char *name)
{
    static const char *const streets[] = {"街道", "街道办事处", "街道办", NULL};
    static const char *const towns[] = {"镇", "镇人民政府", NULL};
    static const char *const rural[] = {"乡", "乡人民政府", "苏木", NULL};
    char s[TEXT_BYTES];
    size_t n;

    squeeze(name, s);
    n = strlen(s);
    return ends_in(s, n, streets) ? "街道"
           : ends_in(s, n, towns) ? "镇"
           : ends_in(s, n, rural) ? "乡"
                                  : "";
}

const char *bj_township_type(const char *text, const char *code, const char *name)
{
    const char *type = type_of_text(text);

    if (!*type)
        type = type_of_code(code);
    return *type ? type : type_of_name(name);
}

/* ---- urban or rural -------------------------------------------------------- */

/* "220村庄" and "村庄" to "220": the names of the 城乡分类代码. */
static void code_of_label(char s[TEXT_BYTES])
{
    static const char *const labels[][2] = {
        {"111", "主城区"},   {"112", "城乡结合区"}, {"121", "镇中心区"}, {"122", "镇乡结合区"},
        {"123", "特殊区域"}, {"210", "乡中心区"},   {"220", "村庄"}};
    const char *name = s + strspn(s, "0123456789");

    for (size_t i = 0; i < COUNT(labels); i++)
        if (strcmp(name, labels[i][1]) == 0 &&
            (name == s || strncmp(s, labels[i][0], strlen(labels[i][0])) == 0)) {
            memcpy(s, labels[i][0], 4);
            return;
        }
}

enum bj_urban bj_urban_of(const char *text, size_t n_prefixes, const char *const *prefix)
{
    static const char *const urban[] = {"城镇",  "城市", "城区", "镇区",
                                        "urban", "city", "town", NULL};
    static const char *const rural[] = {"乡村", "农村", "rural", "village", "hamlet", NULL};
    bool digits = true, standard = n_prefixes == 1 && strcmp(prefix[0], "1") == 0;
    char s[TEXT_BYTES], p[TEXT_BYTES];

    squeeze(text, s);
    if (!s[0])
        return BJ_URBAN_UNKNOWN;
    for (size_t i = 0; i < n_prefixes; i++) {
        squeeze(prefix[i], p);
        digits = digits && all_digits(p);
    }
    if (digits)
        code_of_label(s);
    for (size_t i = 0; i < n_prefixes; i++) {
        squeeze(prefix[i], p);
        if (p[0] && strncmp(s, p, strlen(p)) == 0)
            return BJ_URBAN_YES;
    }
    if (!digits)
        return BJ_URBAN_NO;
    if (all_digits(s)) /* 0 is the "no" of a 0/1 column */
        return s[0] == '1' || s[0] == '2' || strcmp(s, "0") == 0 ? BJ_URBAN_NO : BJ_URBAN_UNKNOWN;
    if (bj_word_find(s, rural) >= 0)
        return BJ_URBAN_NO;
    /* 城镇 does not say whether it is the strict city of urban: [111, 112]. */
    return standard && bj_word_find(s, urban) >= 0 ? BJ_URBAN_YES : BJ_URBAN_UNKNOWN;
}
