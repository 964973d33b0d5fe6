/* Facility classes and the words of plan files: names as files write them, and the labels
 * that reports print. Names are those of the contract and never change; labels follow the
 * terms of the plan documents. A class in a rule stands for its sub-classes too. */
#include "banjing/plan.h"
#include "plan/plan_int.h"

#include <string.h>

const char *const bj_class_names[] = {"village_clinic",
                                      "village_clinic_central",
                                      "village_clinic_general",
                                      "village_service_point",
                                      "township_hospital",
                                      "township_hospital_central",
                                      "chc",
                                      "chs",
                                      "community_hospital",
                                      "subcentre",
                                      "ems_station",
                                      "ems_centre",
                                      "hospital_general",
                                      "hospital_tcm",
                                      "hospital_combined",
                                      "hospital_specialist",
                                      "psychiatric",
                                      "infectious",
                                      "mch",
                                      "cdc",
                                      "blood_site",
                                      "rehab",
                                      "nursing",
                                      "hospice",
                                      "childcare",
                                      "occupational",
                                      "clinic_private",
                                      "health_supervision",
                                      NULL};

_Static_assert(sizeof(bj_class_names) / sizeof(*bj_class_names) == BJ_CLASS_N + 1,
               "one name a class");

static const char *const label[BJ_CLASS_N][2] = {
    {"村卫生室", "village clinic"},
    {"中心村卫生室", "central village clinic"},
    {"一般村卫生室", "ordinary village clinic"},
    {"村卫生室服务点", "clinic service point"},
    {"乡镇卫生院", "township hospital"},
    {"中心卫生院", "central township hospital"},
    {"社区卫生服务中心", "community health centre"},
    {"社区卫生服务站", "community health station"},
    {"社区医院", "community hospital"},
    {"县域医疗服务次中心", "county medical sub-centre"},
    {"急救站", "ambulance station"},
    {"急救中心", "emergency centre"},
    {"综合医院", "general hospital"},
    {"中医医院", "hospital of Chinese medicine"},
    {"中西医结合医院", "hospital of integrated medicine"},
    {"专科医院", "specialist hospital"},
    {"精神卫生机构", "psychiatric institution"},
    {"传染病医院", "infectious disease hospital"},
    {"妇幼保健机构", "maternal and child health institution"},
    {"疾病预防控制中心", "centre for disease control"},
    {"采供血点", "blood site"},
    {"康复医院", "rehabilitation hospital"},
    {"护理院", "nursing home"},
    {"安宁疗护病区", "hospice ward"},
    {"托育机构", "childcare institution"},
    {"职业健康机构", "occupational health institution"},
    {"诊所", "private clinic"},
    {"卫生监督机构", "health supervision institution"},
};

const char *const bj_kind_names[] = {"radius",   "time", "mean_time", "any",   "all",
                                     "presence", "tier", "ratio",     "share", "count",
                                     "exclude",  "alt",  NULL};
const char *const bj_rule_level_names[] = {"must", "should", "may", NULL};
const char *const bj_demand_names[] = {"villages", "settlements", "parcels", "population", NULL};
const char *const bj_where_names[] = {"all", "urban", "rural", NULL};
const char *const bj_mode_names[] = {"walk", "ebike", "car", "ambulance", NULL};
const char *const bj_direction_names[] = {"to_facility", "from_facility", NULL};
const char *const bj_per_names[] = {"village", "township", "street", "county",
                                    "city",    "facility", NULL};
const char *const bj_people_names[] = {"resident", "registered", "service",
                                       "children", "aged65",     NULL};

int bj_class_find(const char *name)
{
    return bj_word_find(name, bj_class_names);
}

uint64_t bj_class_set(enum bj_class c)
{
    uint64_t set = UINT64_C(1) << c;

    if (c == BJ_CLASS_VILLAGE_CLINIC)
        set |= UINT64_C(1) << BJ_CLASS_VILLAGE_CLINIC_CENTRAL |
               UINT64_C(1) << BJ_CLASS_VILLAGE_CLINIC_GENERAL |
               UINT64_C(1) << BJ_CLASS_VILLAGE_SERVICE_POINT;
    else if (c == BJ_CLASS_TOWNSHIP_HOSPITAL)
        set |= UINT64_C(1) << BJ_CLASS_TOWNSHIP_HOSPITAL_CENTRAL;
    else if (c == BJ_CLASS_EMS_STATION)
        set |= UINT64_C(1) << BJ_CLASS_EMS_CENTRE;
    return set;
}

const char *bj_class_label(enum bj_class c, const char *lang)
{
    if ((unsigned)c >= BJ_CLASS_N)
        return "";
    return label[c][bj_plan_in_english(lang)];
}

const char *bj_people_label(enum bj_people p, const char *lang)
{
    static const char *const words[][2] = {{"常住人口", "residents"},
                                           {"户籍人口", "registered people"},
                                           {"服务人口", "people served"},
                                           {"儿童", "children"},
                                           {"65岁及以上人口", "people aged 65 and over"}};

    return words[p][bj_plan_in_english(lang)];
}

bool bj_plan_in_english(const char *lang)
{
    return lang && strncmp(lang, "en", 2) == 0;
}
