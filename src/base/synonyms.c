/* Column words, from the synonym table of the project's domain notes (6.4).
 *
 * A header is folded (see bj_synonym_fold) and then compared whole. If that fails, a unit in
 * brackets at its end is dropped and it is compared again; the first comparison comes first
 * because some words carry brackets of their own: 县(市、区).
 *
 * Not here: prefixes that a DBF cut off, and which role wins when a word has two; both need
 * the other columns and are done in study.
 *
 * 横坐标 is the easting and 纵坐标 the northing, against the X and Y of Chinese surveying;
 * a list headed X坐标 and Y坐标 may be either way round, which study judges by the values. */
#include "base/synonyms.h"

#include <string.h>

const struct bj_synonym bj_synonyms[] = {
    {BJ_SYN_NAME, "名称"},
    {BJ_SYN_NAME, "村名"},
    {BJ_SYN_NAME, "行政村"},
    {BJ_SYN_NAME, "行政村名称"},
    {BJ_SYN_NAME, "村(社区)名称"},
    {BJ_SYN_NAME, "社区名称"},
    {BJ_SYN_NAME, "地名"},
    {BJ_SYN_NAME, "单位名称"},
    {BJ_SYN_NAME, "机构名称"},
    {BJ_SYN_NAME, "医疗机构名称"},
    {BJ_SYN_NAME, "卫生室名称"},
    {BJ_SYN_NAME, "xzqmc"},
    {BJ_SYN_NAME, "zldwmc"},
    {BJ_SYN_NAME, "cunmc"},
    {BJ_SYN_NAME, "name"},
    {BJ_SYN_NAME, "name_zh"},
    {BJ_SYN_NAME, "village"},
    {BJ_SYN_NAME, "vill_name"},
    {BJ_SYN_NAME, "facility"},

    {BJ_SYN_CODE, "行政区划代码"},
    {BJ_SYN_CODE, "统计用区划代码"},
    {BJ_SYN_CODE, "区划代码"},
    {BJ_SYN_CODE, "村代码"},
    {BJ_SYN_CODE, "行政村代码"},
    {BJ_SYN_CODE, "xzqdm"},
    {BJ_SYN_CODE, "zldwdm"},
    {BJ_SYN_CODE, "qsdwdm"},
    {BJ_SYN_CODE, "cundm"},
    {BJ_SYN_CODE, "adcode"},
    {BJ_SYN_CODE, "code"},
    {BJ_SYN_CODE, "vcode"},
    {BJ_SYN_CODE, "pac"},
    {BJ_SYN_CODE, "region_code"},
    /* 代码 alone and the codes of institutions: not in domain.md 6.4, but what lists carry. */
    {BJ_SYN_CODE, "代码"},
    {BJ_SYN_CODE, "编码"},
    {BJ_SYN_CODE, "机构代码"},
    {BJ_SYN_CODE, "机构编码"},

    {BJ_SYN_URBAN, "城乡分类代码"},
    {BJ_SYN_URBAN, "城乡分类"},
    {BJ_SYN_URBAN, "城乡代码"},
    {BJ_SYN_URBAN, "城乡属性"},
    {BJ_SYN_URBAN, "cxfldm"},
    {BJ_SYN_URBAN, "urban_rural"},
    {BJ_SYN_URBAN, "type_code"},
    {BJ_SYN_URBAN, "ur_class"},

    {BJ_SYN_COUNTY, "县"},
    {BJ_SYN_COUNTY, "区县"},
    {BJ_SYN_COUNTY, "县(市、区)"},
    {BJ_SYN_COUNTY, "县区名称"},
    {BJ_SYN_COUNTY, "xianmc"},
    {BJ_SYN_COUNTY, "xzqmc"},
    {BJ_SYN_COUNTY, "county"},

    {BJ_SYN_TOWNSHIP, "乡镇"},
    {BJ_SYN_TOWNSHIP, "乡镇名称"},
    {BJ_SYN_TOWNSHIP, "镇街"},
    {BJ_SYN_TOWNSHIP, "街道"},
    {BJ_SYN_TOWNSHIP, "所属乡镇"},
    {BJ_SYN_TOWNSHIP, "xiangmc"},
    {BJ_SYN_TOWNSHIP, "xzmc"},
    {BJ_SYN_TOWNSHIP, "township"},
    {BJ_SYN_TOWNSHIP, "town"},
    {BJ_SYN_TOWNSHIP, "street"},

    {BJ_SYN_POPULATION, "常住人口"},
    {BJ_SYN_POPULATION, "常住人口数"},
    {BJ_SYN_POPULATION, "常住人口(人)"},
    {BJ_SYN_POPULATION, "总人口"},
    {BJ_SYN_POPULATION, "人口"},
    {BJ_SYN_POPULATION, "人口数"},
    {BJ_SYN_POPULATION, "czrk"},
    {BJ_SYN_POPULATION, "rk"},
    {BJ_SYN_POPULATION, "pop"},
    {BJ_SYN_POPULATION, "population"},
    {BJ_SYN_POPULATION, "resident_pop"},

    {BJ_SYN_REGISTERED, "户籍人口"},
    {BJ_SYN_REGISTERED, "户籍人口数"},
    {BJ_SYN_REGISTERED, "hjrk"},
    {BJ_SYN_REGISTERED, "hukou_pop"},
    {BJ_SYN_REGISTERED, "registered_pop"},

    {BJ_SYN_SERVICE, "服务人口"},
    {BJ_SYN_SERVICE, "服务人口数"},
    {BJ_SYN_SERVICE, "辖区人口"},
    {BJ_SYN_SERVICE, "fwrk"},
    {BJ_SYN_SERVICE, "served_pop"},

    {BJ_SYN_HOUSEHOLDS, "户数"},
    {BJ_SYN_HOUSEHOLDS, "总户数"},
    {BJ_SYN_HOUSEHOLDS, "hs"},
    {BJ_SYN_HOUSEHOLDS, "households"},

    {BJ_SYN_AGED65, "65岁及以上人口"},
    {BJ_SYN_AGED65, "老年人口"},
    {BJ_SYN_AGED65, "lnrk"},
    {BJ_SYN_AGED65, "pop65"},

    {BJ_SYN_LON, "经度"},
    {BJ_SYN_LON, "东经"},
    {BJ_SYN_LON, "x坐标"},
    {BJ_SYN_LON, "横坐标"},
    {BJ_SYN_LON, "jd"},
    {BJ_SYN_LON, "lon"},
    {BJ_SYN_LON, "lng"},
    {BJ_SYN_LON, "longitude"},
    {BJ_SYN_LON, "x"},
    {BJ_SYN_LON, "point_x"},

    {BJ_SYN_LAT, "纬度"},
    {BJ_SYN_LAT, "北纬"},
    {BJ_SYN_LAT, "y坐标"},
    {BJ_SYN_LAT, "纵坐标"},
    {BJ_SYN_LAT, "wd"},
    {BJ_SYN_LAT, "lat"},
    {BJ_SYN_LAT, "latitude"},
    {BJ_SYN_LAT, "y"},
    {BJ_SYN_LAT, "point_y"},

    {BJ_SYN_LONLAT, "经纬度"},
    {BJ_SYN_LONLAT, "坐标"},
    {BJ_SYN_LONLAT, "location"},
    {BJ_SYN_LONLAT, "lnglat"},

    {BJ_SYN_CLASS, "类型"},
    {BJ_SYN_CLASS, "机构类别"},
    {BJ_SYN_CLASS, "机构类型"},
    {BJ_SYN_CLASS, "机构类别代码"},
    {BJ_SYN_CLASS, "设置类型"},
    {BJ_SYN_CLASS, "类别"},
    {BJ_SYN_CLASS, "jglb"},
    {BJ_SYN_CLASS, "jglx"},
    {BJ_SYN_CLASS, "typecode"},
    {BJ_SYN_CLASS, "category"},
    {BJ_SYN_CLASS, "type"},
    {BJ_SYN_CLASS, "class"},
    {BJ_SYN_CLASS, "amenity"},
    {BJ_SYN_CLASS, "healthcare"},

    {BJ_SYN_LEVEL, "等级"},
    {BJ_SYN_LEVEL, "医院等级"},
    {BJ_SYN_LEVEL, "级别"},
    {BJ_SYN_LEVEL, "grade"},

    {BJ_SYN_OWNERSHIP, "举办主体"},
    {BJ_SYN_OWNERSHIP, "办医主体"},
    {BJ_SYN_OWNERSHIP, "经济类型"},
    {BJ_SYN_OWNERSHIP, "是否公立"},
    {BJ_SYN_OWNERSHIP, "ownership"},

    {BJ_SYN_STATUS, "状态"},
    {BJ_SYN_STATUS, "运营状态"},
    {BJ_SYN_STATUS, "机构状态"},
    {BJ_SYN_STATUS, "status"},

    {BJ_SYN_BEDS, "床位"},
    {BJ_SYN_BEDS, "床位数"},
    {BJ_SYN_BEDS, "编制床位"},
    {BJ_SYN_BEDS, "实有床位"},
    {BJ_SYN_BEDS, "cws"},
    {BJ_SYN_BEDS, "beds"},

    {BJ_SYN_DOCTORS, "医师数"},
    {BJ_SYN_DOCTORS, "执业(助理)医师"},
    {BJ_SYN_DOCTORS, "yss"},
    {BJ_SYN_DOCTORS, "doctors"},

    {BJ_SYN_NURSES, "护士数"},
    {BJ_SYN_NURSES, "注册护士"},
    {BJ_SYN_NURSES, "hss"},
    {BJ_SYN_NURSES, "nurses"},

    {BJ_SYN_VILLAGE_DOCTORS, "乡村医生"},
    {BJ_SYN_VILLAGE_DOCTORS, "村医数"},
    {BJ_SYN_VILLAGE_DOCTORS, "xcys"},

    {BJ_SYN_AMBULANCES, "救护车"},
    {BJ_SYN_AMBULANCES, "救护车数"},
    {BJ_SYN_AMBULANCES, "车辆数"},
    {BJ_SYN_AMBULANCES, "ambulances"},

    {BJ_SYN_FLOOR_AREA, "房屋面积"},
    {BJ_SYN_FLOOR_AREA, "建筑面积"},
    {BJ_SYN_FLOOR_AREA, "jzmj"},
    {BJ_SYN_FLOOR_AREA, "area_m2"},

    {BJ_SYN_STANDARD, "达标情况"},
    {BJ_SYN_STANDARD, "服务能力标准"},
    {BJ_SYN_STANDARD, "推荐标准"},
    {BJ_SYN_STANDARD, "基本标准"},

    {BJ_SYN_PLAN_TYPE, "村庄类型"},
    {BJ_SYN_PLAN_TYPE, "规划类型"},
    {BJ_SYN_PLAN_TYPE, "村庄分类"},

    {BJ_SYN_TYPE, "乡镇类型"},
    {BJ_SYN_TYPE, "乡级类型"},
    {BJ_SYN_TYPE, "township_type"},
    {BJ_SYN_TYPE, "town_type"},
};
const size_t bj_n_synonyms = sizeof(bj_synonyms) / sizeof(bj_synonyms[0]);

/* More words that lists carry, not in domain.md 6.4. Whole words only: as words that a DBF may cut
 * they would make more beginnings ambiguous (医疗机 is 医疗机构名称). */
const struct bj_synonym bj_whole_synonyms[] = {
    {BJ_SYN_NAME, "村名称"},           {BJ_SYN_NAME, "村庄名称"},
    {BJ_SYN_NAME, "村居名称"},         {BJ_SYN_NAME, "村(居)名称"},
    {BJ_SYN_NAME, "村委会"},           {BJ_SYN_NAME, "村委会名称"},
    {BJ_SYN_NAME, "村(居)委会"},       {BJ_SYN_NAME, "村(居)委会名称"},
    {BJ_SYN_NAME, "医疗卫生机构名称"}, {BJ_SYN_NAME, "卫生机构名称"},
    {BJ_SYN_CODE, "统计区划代码"},     {BJ_SYN_CODE, "区划编码"},
    {BJ_SYN_CODE, "村编码"},           {BJ_SYN_CODE, "行政村编码"},
    {BJ_SYN_CODE, "村级代码"},         {BJ_SYN_TOWNSHIP, "镇"},
    {BJ_SYN_TOWNSHIP, "乡(镇)"},       {BJ_SYN_TOWNSHIP, "乡(镇)名称"},
    {BJ_SYN_TOWNSHIP, "乡(镇、街道)"}, {BJ_SYN_TOWNSHIP, "乡镇街道"},
    {BJ_SYN_TOWNSHIP, "乡镇/街道"},    {BJ_SYN_TOWNSHIP, "所在乡镇"},
    {BJ_SYN_TOWNSHIP, "所属乡(镇)"},   {BJ_SYN_TOWNSHIP, "所属街道"},
    {BJ_SYN_TOWNSHIP, "镇街名称"},     {BJ_SYN_POPULATION, "总人口数"},
    {BJ_SYN_POPULATION, "人口总数"},   {BJ_SYN_POPULATION, "年末常住人口"},
    {BJ_SYN_POPULATION, "年末总人口"}, {BJ_SYN_LON, "地理经度"},
    {BJ_SYN_LON, "经度坐标"},          {BJ_SYN_LAT, "地理纬度"},
    {BJ_SYN_LAT, "纬度坐标"},          {BJ_SYN_LONLAT, "经纬度坐标"},
    {BJ_SYN_LONLAT, "地理坐标"},       {BJ_SYN_LONLAT, "gps坐标"},
    {BJ_SYN_CLASS, "机构类别名称"},    {BJ_SYN_CLASS, "医疗机构类别"},
    {BJ_SYN_CLASS, "医疗机构类型"},    {BJ_SYN_CLASS, "卫生机构类别"},
    {BJ_SYN_STATUS, "执业状态"},       {BJ_SYN_STATUS, "营业状态"},
    {BJ_SYN_STATUS, "经营状态"},       {BJ_SYN_STATUS, "使用状态"},
    {BJ_SYN_STATUS, "运行状态"},       {BJ_SYN_DOCTORS, "执业(助理)医师数"},
    {BJ_SYN_NURSES, "注册护士数"},     {BJ_SYN_VILLAGE_DOCTORS, "乡村医生数"},
};
const size_t bj_n_whole_synonyms = sizeof(bj_whole_synonyms) / sizeof(bj_whole_synonyms[0]);

/* Bytes of the character at s; 1 for what is no UTF-8. */
static size_t char_size(const unsigned char *s)
{
    size_t n = s[0] < 0xC2 ? 1 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : s[0] < 0xF5 ? 4 : 1;

    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 1;
    return n;
}

/* ASCII character that the one at s (size bytes) stands for; 0 = leave out, -1 = itself. */
static int fold_char(const unsigned char *s, size_t size)
{
    unsigned c = s[0];

    if (size == 2 && s[0] == 0xC2 && s[1] == 0xA0)
        return 0; /* U+00A0 */
    if (size == 3) {
        c = ((unsigned)(s[0] & 0x0F) << 12) | ((unsigned)(s[1] & 0x3F) << 6) | (s[2] & 0x3F);
        if (c == 0x3000 || c == 0xFEFF || c == 0x200B)
            return 0;
        if (c < 0xFF01 || c > 0xFF5E)
            return -1;
        c -= 0xFEE0; /* full-width forms mirror ASCII from 0x21 on */
    } else if (size != 1 || c >= 0x80) {
        return -1;
    }
    if (c <= ' ' || c == '*' || c == ':')
        return 0;
    return c >= 'A' && c <= 'Z' ? (int)(c - 'A' + 'a') : (int)c;
}

void bj_synonym_fold(const char *s, char *out, size_t cap)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t n = 0, size;

    for (; p && *p; p += size) {
        int c;

        size = char_size(p);
        c = fold_char(p, size);
        if (c == 0)
            continue;
        if (n + (c < 0 ? size : 1) >= cap)
            break;
        if (c < 0) {
            memcpy(out + n, p, size);
            n += size;
        } else {
            out[n++] = (char)c;
        }
    }
    if (cap > 0)
        out[n] = 0;
}

int bj_synonym_drop_unit(char *folded)
{
    size_t n = strlen(folded);
    char *open;

    if (n == 0 || folded[n - 1] != ')')
        return 0;
    open = strrchr(folded, '(');
    if (!open || open == folded)
        return 0;
    *open = 0;
    return 1;
}

/* First role with the folded word, role < 0 for any. */
static int find_role(const char *folded, int role)
{
    for (size_t i = 0; i < bj_n_synonyms + bj_n_whole_synonyms; i++) {
        const struct bj_synonym *s =
            i < bj_n_synonyms ? &bj_synonyms[i] : &bj_whole_synonyms[i - bj_n_synonyms];

        if ((role < 0 || s->role == role) && strcmp(s->synonym, folded) == 0)
            return s->role;
    }
    return -1;
}

static int find_header(const char *header, int role)
{
    char folded[128];
    int found;

    bj_synonym_fold(header, folded, sizeof(folded));
    if (!folded[0])
        return -1;
    found = find_role(folded, role);
    if (found < 0 && bj_synonym_drop_unit(folded))
        found = find_role(folded, role);
    return found;
}

int bj_synonym_is(const char *header, int role)
{
    return find_header(header, role) >= 0;
}

int bj_synonym_role(const char *header)
{
    return find_header(header, -1);
}
