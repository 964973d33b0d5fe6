/* Lists: every form of CSV, text file and sheet that domain.md 6.2 names, made here. */
#include "raw_shape.h"

#include "banjing/layer.h"

#include "base/synonyms.h"

#include <cpl_conv.h>
#include <cpl_vsi.h>
#include <gdal.h>

#include <sys/stat.h>
#include <unistd.h>

/* ---- reading ------------------------------------------------------------ */

struct list {
    struct bj_source *src;
    struct bj_table t;
};

/* Opens a list and reads every column as text. */
static void read_list(const struct bj_source_spec *spec, struct list *l)
{
    struct bj_column_spec columns[32];
    size_t n;

    *l = (struct list){NULL, {0}};
    assert_ok(bj_source_open(ctx, spec, &l->src));
    n = bj_source_info(l->src)->n_fields;
    assert_true(n <= 32);
    for (size_t c = 0; c < n; c++)
        columns[c] = (struct bj_column_spec){(int)c, 0};
    assert_ok(bj_source_read(ctx, l->src, BJ_WANT_ATTRIBUTES, n, columns, &l->t));
    assert_true(bj_source_info(l->src)->is_list);
}

static void drop(struct list *l)
{
    bj_table_release(ctx, &l->t);
    bj_source_close(l->src);
}

static void assert_names(const struct list *l, size_t n, const char *const *name)
{
    const struct bj_source_info *info = bj_source_info(l->src);

    assert_int_equal(info->n_fields, n);
    for (size_t c = 0; c < n; c++)
        assert_string_equal(info->field[c].name, name[c]);
}

static void assert_row(const struct list *l, size_t row, int64_t number, const char *const *cell)
{
    assert_int_equal(l->t.row[row], number);
    for (size_t c = 0; c < l->t.n_columns; c++)
        assert_string_equal(l->t.column[c].text[row], cell[c]);
}

/* The list that most tests write: title, unit line, blank line, header, units, rows, sum, note. */
#define PLANNER_LIST                                                                               \
    "2024年江川区村卫生室一览表,,,,,\n"                                                 \
    "填表单位：江川区卫生健康局,,,,2024-11-30,\n"                                     \
    "\n"                                                                                           \
    "序号,机构名称,行政区划代码,常住人口（人）,经度,纬度\n"                 \
    ",,,(人),度,度\n"                                                                           \
    "1,大村卫生室,530403100201,\"1,200\",102.75,24.29\n"                                      \
    ",,,,,\n"                                                                                      \
    "2, 小村卫生室 ,530403100202,约３００人,102.76,24.30\n"                              \
    ",合计,,1500,,\n"                                                                            \
    "备注：人口为年末数,,,,,\n"

static void check_planner_list(const struct bj_source_spec *spec, const char *encoding)
{
    static const char *const name[] = {"序号",           "机构名称", "行政区划代码",
                                       "常住人口（人）", "经度",     "纬度"};
    static const char *const first[] = {"1",     "大村卫生室", "530403100201",
                                        "1,200", "102.75",     "24.29"};
    static const char *const second[] = {"2",          "小村卫生室", "530403100202",
                                         "约３００人", "102.76",     "24.30"};
    static const char *const sum[] = {"", "合计", "", "1500", "", ""};
    const struct bj_column_spec population = {3, 1};
    struct bj_table numbers = {0};
    struct list l;

    read_list(spec, &l);
    assert_string_equal(bj_source_info(l.src)->encoding, encoding);
    assert_int_equal(bj_source_info(l.src)->header_row, 4);
    assert_names(&l, 6, name);
    assert_int_equal(l.t.n, 4);
    assert_int_equal(bj_source_info(l.src)->n_rows, 4);
    assert_row(&l, 0, 6, first);
    assert_row(&l, 1, 8, second);
    assert_row(&l, 2, 9, sum);
    assert_int_equal(l.t.row[3], 10);
    assert_ok(bj_source_read(ctx, l.src, BJ_WANT_ATTRIBUTES, 1, &population, &numbers));
    assert_true(numbers.column[0].num[0] == 1200 && numbers.column[0].num[1] == 300);
    assert_int_equal(numbers.column[0].number_state[3], 0);
    bj_table_release(ctx, &numbers);
    drop(&l);
}

/* ---- text files --------------------------------------------------------- */

static const char *write_bytes(const char *dir, const char *name, const char *s, size_t n)
{
    const char *path = support_path(dir, name);
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(s, 1, n, f), n);
    fclose(f);
    return path;
}

/* text in another encoding, with bytes before it. */
static const char *write_encoded(const char *name, const char *text, const char *encoding,
                                 const char *mark)
{
    char buf[8192], *to = buf, *in = (char *)text;
    size_t left_in = strlen(text), left_out;
    iconv_t cd = iconv_open(encoding, "UTF-8");

    memcpy(to, mark, strlen(mark));
    to += strlen(mark);
    left_out = sizeof(buf) - strlen(mark);
    assert_int_equal(iconv(cd, &in, &left_in, &to, &left_out), 0);
    iconv_close(cd);
    return write_bytes(support_tmpdir(), name, buf, (size_t)(to - buf));
}

static void csv_is_read_in_every_encoding_it_comes_in(void **state)
{
    static const struct {
        const char *encoding, *mark, *said;
    } form[] = {{"UTF-8", "", "UTF-8"},
                {"UTF-8", "\xEF\xBB\xBF", "UTF-8"},
                {"GB18030", "", "GB18030"},
                {"GBK", "", "GB18030"},
                {"UTF-16LE", "\xFF\xFE", "UTF-16"},
                {"UTF-16BE", "\xFE\xFF", "UTF-16"}};

    (void)state;
    for (size_t i = 0; i < sizeof(form) / sizeof(form[0]); i++) {
        struct bj_source_spec spec = {0};

        spec.path = write_encoded("clinics.csv", PLANNER_LIST, form[i].encoding, form[i].mark);
        check_planner_list(&spec, form[i].said);
    }
}

static void any_separator_and_line_end_is_found(void **state)
{
    static const char separator[] = {',', ';', '\t', '|'};

    (void)state;
    for (int i = 0; i < 4; i++) {
        char text[sizeof(PLANNER_LIST) * 2];
        size_t n = 0;
        bool quoted = false;
        struct bj_source_spec spec = {0};

        for (const char *s = PLANNER_LIST; *s; s++) {
            quoted = quoted != (*s == '"');
            if (*s == '\n' && i % 2)
                text[n++] = '\r';
            text[n++] = *s == ',' && !quoted ? separator[i] : *s;
        }
        spec.path = write_bytes(support_tmpdir(), "clinics.txt", text, n);
        check_planner_list(&spec, "UTF-8");
    }
}

static void quoted_cells_keep_separators_quotes_and_line_breaks(void **state)
{
    struct bj_source_spec spec = {0};
    static const char *const name[] = {"名称", "经纬度", "备注"};
    static const char *const first[] = {"大村", "115.98,36.45", "says \"hello\""};
    static const char *const second[] = {"小村", "", "two\nlines"};
    static const char *const third[] = {"新村", "", ""};
    struct list l;

    (void)state;
    spec.path = support_write(support_tmpdir(), "a.csv",
                              "名称,经纬度,备注\r\n大村,\"115.98,36.45\",\"says \"\"hello\"\"\"\r\n"
                              "小村,,\"two\nlines\"\r\n新村");
    read_list(&spec, &l);
    assert_names(&l, 3, name);
    assert_int_equal(l.t.n, 3);
    assert_row(&l, 0, 2, first);
    assert_row(&l, 1, 3, second);
    assert_row(&l, 2, 4, third);
    drop(&l);
}

static void a_combined_column_does_not_fool_the_separator(void **state)
{
    struct bj_source_spec spec = {0};
    struct list l;

    (void)state;
    spec.path =
        support_write(support_tmpdir(), "a.txt",
                      "名称\t类型\t经纬度\n甲村\t卫生室\t115.98,36.45\n乙村\t卫生室\t115.9,36.4\n");
    read_list(&spec, &l);
    assert_int_equal(bj_source_info(l.src)->n_fields, 3);
    assert_string_equal(l.t.column[2].text[0], "115.98,36.45");
    drop(&l);
}

static void unknown_names_in_row_one_are_a_header(void **state)
{
    struct bj_source_spec spec = {0};
    static const char *const name[] = {"alpha", "beta", "gamma"};
    struct list l;

    (void)state;
    spec.path = support_write(support_tmpdir(), "a.csv", "alpha,beta,gamma\n1,2,3\n4,5,6\n");
    read_list(&spec, &l);
    assert_names(&l, 3, name);
    assert_int_equal(bj_source_info(l.src)->header_row, 1);
    assert_int_equal(l.t.n, 2);
    drop(&l);
}

static void a_list_without_a_header_is_refused(void **state)
{
    const char *dir = support_tmpdir();
    struct bj_source_spec spec = {.path = support_write(dir, "a.csv", "1,2,3\n4,5,6\n")};
    struct bj_source *src = NULL;

    (void)state;
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "no row of column names");
    spec.path = support_write(dir, "b.csv", "");
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "is empty");
    spec.path = support_write(dir, "c.csv", "\n\n , \n");
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "is empty");
    spec.path = support_path(dir, "none.csv");
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EIO, "none.csv' does not exist");
    spec.path = support_path(dir, "none.xlsx");
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EIO, "none.xlsx' does not exist");
    spec.path = support_write(dir, "d.xlsx", "this is no workbook");
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EIO, "d.xlsx' cannot be opened");
    spec.path = write_bytes(dir, "e.csv", "a,b\n\0\1\2,c\n", 11);
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "no text file");
    spec.path = support_write(dir, "f.csv", "name,lon,lat\nok,1,2\n\xFF\xFE\xFF,1,2\n");
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "row 3");
    assert_null(src);
}

static void the_header_may_be_in_any_of_the_first_ten_rows(void **state)
{
    (void)state;
    for (int row = 1; row <= 11; row++) {
        struct bj_source_spec spec = {0};
        struct bj_source *src = NULL;
        char text[600] = "";

        for (int i = 1; i < row; i++)
            strcat(text, "2024年一览表,,,\n");
        strcat(text, "村名,代码,经度,纬度\n大村,1,102.75,24.29\n");
        spec.path = support_write(support_tmpdir(), "a.csv", text);
        if (row > 10) {
            assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "first 10 rows");
            continue;
        }
        assert_ok(bj_source_open(ctx, &spec, &src));
        assert_int_equal(bj_source_info(src)->header_row, row);
        assert_int_equal(bj_source_info(src)->n_rows, 1);
        bj_source_close(src);
    }
}

static void two_header_rows_become_one(void **state)
{
    struct bj_source_spec spec = {0};
    static const char *const name[] = {"村名", "代码", "常住人口", "经度", "纬度", "备注"};
    struct list l;

    (void)state;
    spec.path = support_write(support_tmpdir(), "a.csv",
                              "村名,代码,常住人口,坐标,,备注\n,,,经度,纬度,\n甲,乙,1,2,3,4\n"
                              "大村,1,5,102.75,24.29,\n");
    read_list(&spec, &l);
    assert_names(&l, 6, name);
    assert_int_equal(l.t.n, 1);
    assert_int_equal(l.t.row[0], 4);
    drop(&l);
}

/* Headers as forms have them: merged cells keep their text in the upper left corner. */
static void headers_of_several_rows_keep_every_name(void **state)
{
    static const struct {
        const char *text, *name[7]; /* the names end the list */
        int header_row;
        int64_t row;
    } form[] = {
        {"某县村庄一览表,,,,\n序号,村庄,人口情况,,位置,\n,,户籍人口,常住人口,经度,纬度\n"
         "1,大村,7,5,102.75,24.29\n",
         {"序号", "村庄", "户籍人口", "常住人口", "经度", "纬度"},
         2,
         4},
        {"村名,代码,基本情况,,,\n,,人口,,坐标,\n,,户籍人口,常住人口,经度,纬度\n"
         "大村,1,7,5,102.75,24.29\n",
         {"村名", "代码", "户籍人口", "常住人口", "经度", "纬度"},
         1,
         4},
        {"村名,代码,位置,,人口,\n,,经度,纬度,总人口,65岁及以上人口\n大村,1,102.75,24.29,5,1\n",
         {"村名", "代码", "经度", "纬度", "总人口", "65岁及以上人口"},
         1,
         3},
        {"村名,代码,经度,纬度,人口,\n,,,,户籍,常住\n大村,1,102.75,24.29,7,5\n",
         {"村名", "代码", "经度", "纬度", "户籍人口", "常住人口"},
         1,
         3},
        {"代码,村名,人口,位置,\n,,常住,经度,纬度\n1,大村,5,102.75,24.29\n",
         {"代码", "村名", "常住人口", "经度", "纬度"},
         1,
         3},
        {"乡镇,,村,,经度,纬度\n名称,代码,名称,代码,,\n甲镇,1,大村,2,102.75,24.29\n",
         {"乡镇名称", "乡镇代码", "村名称", "村代码", "经度", "纬度"},
         1,
         3},
        /* no header of two rows: a form's head line, and a first row of data */
        {"填报单位：某局,,日期：2024年,,,\n序号,村名,代码,经度,纬度,\n1,大村,1,102.75,24.29,x\n",
         {"序号", "村名", "代码", "经度", "纬度", "Field6"},
         2,
         3},
        {"村名,类型,代码,经度,纬度\n街道,社区名称,,,\n",
         {"村名", "类型", "代码", "经度", "纬度"},
         1,
         2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(form) / sizeof(*form); i++) {
        struct bj_source_spec spec = {0};
        struct list l;
        size_t n = 0;

        while (form[i].name[n])
            n++;
        spec.path = support_write(support_tmpdir(), "a.csv", form[i].text);
        read_list(&spec, &l);
        assert_names(&l, n, form[i].name);
        assert_int_equal(bj_source_info(l.src)->header_row, form[i].header_row);
        assert_int_equal(l.t.n, 1);
        assert_int_equal(l.t.row[0], form[i].row);
        drop(&l);
    }
}

static void only_rows_of_units_are_left_out_below_the_header(void **state)
{
    struct bj_source_spec spec = {0};
    struct list l;

    (void)state;
    spec.path = support_write(support_tmpdir(), "a.csv", "name,lon,lat\n人民村,,\n1,2,3\n人,,\n");
    read_list(&spec, &l);
    assert_int_equal(l.t.n, 3); /* a name, plain numbers, and a unit that is not at the top */
    drop(&l);
    spec.path = support_write(support_tmpdir(), "a.csv", "name,pop,lat\n,（万人）,度\n大村,3,4\n");
    read_list(&spec, &l);
    assert_int_equal(l.t.n, 1);
    assert_int_equal(l.t.row[0], 3);
    drop(&l);
    spec.path = support_write(support_tmpdir(), "a.csv",
                              "村名,人口,经度,纬度\n—,人,°E,°N\n大村,3,102.75,24.29\n—,—,—,—\n");
    read_list(&spec, &l);
    assert_int_equal(l.t.n, 2); /* dashes alone are a row */
    assert_int_equal(l.t.row[0], 3);
    drop(&l);
}

static void a_condition_works_on_lists(void **state)
{
    static const struct {
        const char *where;
        size_t n;
        int64_t first;
    } query[] = {{"村名 = '大村'", 1, 2},
                 {"人口 > 100", 2, 2},
                 {"代码 LIKE '530403100%' AND 人口 < 1000", 1, 3},
                 {"代码 = '530403101203'", 1, 5}};
    struct bj_source_spec spec = {0};
    struct bj_source *src = NULL;
    struct list l;

    (void)state;
    spec.path = write_encoded("a.csv",
                              "村名,代码,人口\n大村,530403100201,1200\n小村,530403100202,300\n\n"
                              "新村,530403101203,7\n",
                              "GBK", "");
    for (size_t i = 0; i < sizeof(query) / sizeof(query[0]); i++) {
        spec.where = query[i].where;
        read_list(&spec, &l);
        assert_int_equal(l.t.n, query[i].n);
        assert_int_equal(bj_source_info(l.src)->n_rows, query[i].n);
        assert_int_equal(l.t.row[0], query[i].first);
        drop(&l);
    }
    spec.where = "没有 = 1";
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "没有");
    assert_null(src);
}

static void geometry_in_a_text_column_is_read(void **state)
{
    struct bj_source_spec spec = {0};
    struct bj_source *src = NULL;
    struct bj_table t = {0};

    (void)state;
    spec.path = support_write(support_tmpdir(), "a.csv",
                              "WKT,name\nPOINT (102.75 24.29),a\n,b\nnonsense,c\n");
    assert_ok(bj_source_open(ctx, &spec, &src));
    assert_true(bj_source_info(src)->has_geometry);
    assert_ok(bj_source_read(ctx, src, BJ_WANT_POINTS, 0, NULL, &t));
    assert_true(t.x[0] == 102.75 && t.y[0] == 24.29);
    assert_int_equal(t.state[1], BJ_ROW_EMPTY);
    assert_int_equal(t.state[2], BJ_ROW_EMPTY);
    bj_table_release(ctx, &t);
    bj_source_close(src);
}

/* ---- XLSX and ODS ------------------------------------------------------- */

static void put_part(const char *archive, const char *name, const char *text)
{
    char path[600];
    VSILFILE *f;

    snprintf(path, sizeof(path), "/vsizip/{%s}/%s", archive, name);
    f = VSIFOpenL(path, "wb");
    assert_non_null(f);
    assert_int_equal(VSIFWriteL(text, 1, strlen(text), f), strlen(text));
    VSIFCloseL(f);
}

struct sheet {
    const char *name, *rows, *after; /* XML of the rows, and what follows them */
};

#define XLSX_NS    "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define REL_NS     "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE_NS "http://schemas.openxmlformats.org/package/2006/"

static const char *make_xlsx(const char *dir, size_t n, const struct sheet *sheet)
{
    const char *path = support_path(dir, "clinics.xlsx");
    char zip[512], part[16384], types[2048], book[2048], relations[2048];

    GDALAllRegister();
    /* GDAL writes into archives named .zip only */
    snprintf(zip, sizeof(zip), "%s/clinics.zip", dir);
    snprintf(types, sizeof(types),
             "<Types xmlns=\"" PACKAGE_NS "content-types\">"
             "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
             "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/"
             "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>");
    snprintf(book, sizeof(book), "<workbook xmlns=\"" XLSX_NS "\" xmlns:r=\"" REL_NS "\"><sheets>");
    snprintf(relations, sizeof(relations), "<Relationships xmlns=\"" PACKAGE_NS "relationships\">");
    for (size_t i = 0; i < n; i++) {
        char line[512], name[64];

        snprintf(line, sizeof(line), "<sheet name=\"%s\" sheetId=\"%zu\" r:id=\"rId%zu\"/>",
                 sheet[i].name, i + 1, i + 1);
        strcat(book, line);
        snprintf(line, sizeof(line),
                 "<Relationship Id=\"rId%zu\" Type=\"" REL_NS "/worksheet\" "
                 "Target=\"worksheets/sheet%zu.xml\"/>",
                 i + 1, i + 1);
        strcat(relations, line);
        snprintf(line, sizeof(line),
                 "<Override PartName=\"/xl/worksheets/sheet%zu.xml\" ContentType=\"application/"
                 "vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>",
                 i + 1);
        strcat(types, line);
        snprintf(part, sizeof(part),
                 "<worksheet xmlns=\"" XLSX_NS "\"><sheetData>%s</sheetData>%s</worksheet>",
                 sheet[i].rows, sheet[i].after ? sheet[i].after : "");
        snprintf(name, sizeof(name), "xl/worksheets/sheet%zu.xml", i + 1);
        put_part(zip, name, part);
    }
    strcat(book, "</sheets></workbook>");
    strcat(relations, "</Relationships>");
    strcat(types, "</Types>");
    put_part(zip, "[Content_Types].xml", types);
    put_part(zip, "_rels/.rels",
             "<Relationships xmlns=\"" PACKAGE_NS "relationships\"><Relationship Id=\"rId1\" "
             "Type=\"" REL_NS "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
    put_part(zip, "xl/workbook.xml", book);
    put_part(zip, "xl/_rels/workbook.xml.rels", relations);
    assert_int_equal(rename(zip, path), 0);
    return path;
}

#define T(ref, text)     "<c r=\"" ref "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"
#define N(ref, number)   "<c r=\"" ref "\"><v>" number "</v></c>"
#define R(number, cells) "<row r=\"" number "\">" cells "</row>"

#define SHEET_ROWS                                                                                 \
    R("1", T("A1", "2024年江川区村卫生室一览表"))                                                  \
    R("3", T("A3", "乡镇") T("B3", "机构名称") T("C3", "行政区划代码") T("D3", "常住人口")         \
               T("E3", "经度") T("F3", "纬度"))                                                    \
    R("4", T("D4", "（人）"))                                                                      \
    R("5", T("A5", "大街街道") T("B5", "大村卫生室") N("C5", "530403100201") N("D5", "1200")       \
               N("E5", "102.75123456") N("F5", "24.29"))                                           \
    R("6", T("B6", "小村卫生室") N("C6", "5.30403100202E11") T("D6", "约３００人")                 \
               N("E6", "102.76") N("F6", "24.3"))                                                  \
    R("9", T("A9", "江城镇") T("B9", "新村卫生室") T("C9", "3.71502E+11") T("D9", "1.2万")         \
               N("E9", "102.77") N("F9", "24.31"))                                                 \
    R("10", T("B10", "合计") N("D10", "13500"))

#define MERGES                                                                                     \
    "<mergeCells count=\"3\"><mergeCell ref=\"A1:F1\"/><mergeCell ref=\"A5:A6\"/>"                 \
    "<mergeCell ref=\"D9:D10\"/></mergeCells>"

static void check_sheet(struct bj_source_spec *spec, const char *township)
{
    static const char *const name[] = {"乡镇",     "机构名称", "行政区划代码",
                                       "常住人口", "经度",     "纬度"};
    const char *const first[] = {"大街街道", "大村卫生室",   "530403100201",
                                 "1200",     "102.75123456", "24.29"};
    const char *const second[] = {township,     "小村卫生室", "530403100202",
                                  "约３００人", "102.76",     "24.3"};
    const char *const third[] = {"江城镇", "新村卫生室", "3.71502E+11", "1.2万", "102.77", "24.31"};
    const char *const sum[] = {"", "合计", "", "13500", "", ""};
    const struct bj_column_spec population = {3, 1};
    struct bj_table numbers = {0};
    struct list l;

    read_list(spec, &l);
    assert_int_equal(bj_source_info(l.src)->header_row, 3);
    assert_string_equal(bj_source_info(l.src)->layer, "卫生室");
    assert_names(&l, 6, name);
    assert_int_equal(l.t.n, 4);
    assert_row(&l, 0, 5, first);
    assert_row(&l, 1, 6, second);
    assert_row(&l, 2, 9, third);
    assert_row(&l, 3, 10, sum);
    assert_ok(bj_source_read(ctx, l.src, BJ_WANT_ATTRIBUTES, 1, &population, &numbers));
    assert_true(numbers.column[0].num[0] == 1200 && numbers.column[0].num[1] == 300 &&
                numbers.column[0].num[2] == 12000);
    bj_table_release(ctx, &numbers);
    drop(&l);
}

static void a_workbook_is_read_as_planners_fill_it_in(void **state)
{
    static const struct sheet sheets[] = {{"卫生室", SHEET_ROWS, MERGES},
                                          {"Sheet2", "", NULL},
                                          {"说明", R("1", T("A1", "数据来自卫健局")), NULL}};
    struct bj_source_spec spec = {0};

    (void)state;
    spec.path = make_xlsx(support_tmpdir(), 3, sheets);
    check_sheet(&spec, "大街街道");
    spec.layer = "卫生室";
    check_sheet(&spec, "大街街道");
}

static void one_of_several_full_sheets_must_be_named(void **state)
{
    static const struct sheet sheets[] = {{"卫生室", SHEET_ROWS, NULL}, {"诊所", SHEET_ROWS, NULL}};
    struct bj_source_spec spec = {0};
    struct bj_source *src = NULL;

    (void)state;
    spec.path = make_xlsx(support_tmpdir(), 2, sheets);
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "卫生室, 诊所");
    spec.layer = "医院";
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EDATA, "no sheet '医院'");
    spec.layer = "卫生室";
    check_sheet(&spec, "");
}

#define OT(text)                                                                                   \
    "<table:table-cell office:value-type=\"string\"><text:p>" text "</text:p></table:table-cell>"
#define ON(number)                                                                                 \
    "<table:table-cell office:value-type=\"float\" office:value=\"" number "\"><text:p>" number    \
    "</text:p></table:table-cell>"
#define OB        "<table:table-cell/>"
#define OR(cells) "<table:table-row>" cells "</table:table-row>"
#define ODS_NS    "urn:oasis:names:tc:opendocument:xmlns:"

static void an_open_document_sheet_gives_the_same(void **state)
{
    const char *dir = support_tmpdir(), *path = support_path(dir, "clinics.ods");
    struct bj_source_spec spec = {.path = path};
    char zip[512];

    (void)state;
    GDALAllRegister();
    snprintf(zip, sizeof(zip), "%s/clinics.zip", dir);
    put_part(zip, "mimetype", "application/vnd.oasis.opendocument.spreadsheet");
    put_part(
        zip, "content.xml",
        "<office:document-content xmlns:office=\"" ODS_NS "office:1.0\" xmlns:table=\"" ODS_NS
        "table:1.0\" xmlns:text=\"" ODS_NS "text:1.0\"><office:body><office:spreadsheet>"
        "<table:table table:name=\"卫生室\">"
        "<table:table-row>" OT(
            "2024年一览表") "<table:covered-table-cell "
                            "table:number-columns-repeated=\"5\"/></table:table-row>" OR(OB) OR(
                                OT("乡镇") OT("机构名称") OT("行政区划代码") OT("常住人口")
                                    OT("经度") OT("纬度")) OR(OB OB OB OT("（人）") OB OB)
                                OR(OT("大街街道") OT("大村卫生室") ON("530403100201") ON("1200")
                                       ON("102.75123456") ON("24.29"))
                                    OR("<table:covered-table-cell/>" OT("小村卫生室")
                                           ON("530403100202") OT("约３００人") ON("102.76")
                                               ON("24.3")) "<table:table-row "
                                                           "table:number-rows-repeated=\"2\">" OB
                                                           "</table:table-row>" OR(
                                                               OT("江城镇") OT("新村卫生室")
                                                                   OT("3.71502E+11") OT("1.2万")
                                                                       ON("102.77") ON("24.31"))
                                                               OR(OB OT("合计") OB ON(
                                                                   "13500")) "</table:table></"
                                                                             "office:spreadsheet><"
                                                                             "/office:body></"
                                                                             "office:document-"
                                                                             "content>");
    assert_int_equal(rename(zip, path), 0);
    check_sheet(&spec, "");
}

/* tests/unit/data/clinics.xls: written with Python's xlwt, no program at hand writes this form. */
static void an_old_excel_sheet_is_read(void **state)
{
    static const char *const name[] = {"机构名称", "行政区划代码", "常住人口",
                                       "经度",     "纬度",         "备注"};
    static const char *const first[] = {"大村卫生室",  "530403100201", "1200",
                                        "102.7512345", "24.29",        ""};
    static const char *const second[] = {"小村卫生室",  "530403100202", "约３００人",
                                         "3.71502E+11", "24.3",         "新建"};
    struct bj_source_spec spec = {.path = BANJING_SOURCE_DIR "/tests/unit/data/clinics.xls"};
    struct list l;

    (void)state;
    GDALAllRegister();
    if (!GDALGetDriverByName("XLS")) {
        print_message("GDAL has no XLS driver\n");
        skip();
    }
    read_list(&spec, &l);
    assert_int_equal(bj_source_info(l.src)->header_row, 4);
    assert_names(&l, 6, name);
    assert_int_equal(l.t.n, 3);
    assert_row(&l, 0, 6, first);
    assert_row(&l, 1, 8, second);
    drop(&l);
}

static void a_workbook_cut_short_is_refused(void **state)
{
    static const struct sheet sheets[] = {{"卫生室", SHEET_ROWS, MERGES}};
    struct bj_source_spec spec = {0};
    struct bj_source *src = NULL;
    struct stat sb;

    (void)state;
    spec.path = make_xlsx(support_tmpdir(), 1, sheets);
    assert_int_equal(stat(spec.path, &sb), 0);
    assert_int_equal(truncate(spec.path, sb.st_size / 2), 0);
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EIO, "clinics.xlsx");
    assert_null(src);
}

static void files_under_a_wrong_name_are_explained_or_read(void **state)
{
    static const struct sheet sheets[] = {{"卫生室", SHEET_ROWS, MERGES}};
    const char *dir = support_tmpdir(), *book = make_xlsx(dir, 1, sheets);
    struct bj_source_spec spec = {.path = support_path(dir, "a.xls")};
    struct bj_source *src = NULL;

    (void)state;
    assert_int_equal(rename(book, spec.path), 0);
    check_sheet(&spec, "大街街道");
    spec.path = support_write(dir, "b.xls", "<html><table><tr><td>名称</td></tr></table></html>");
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EIO, "web page");
    spec.path = write_bytes(dir, "c.xlsx", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    assert_fails(bj_source_open(ctx, &spec, &src), BJ_EIO, "password");
    assert_null(src);
    spec.path = support_write(dir, "d.xls", PLANNER_LIST);
    check_planner_list(&spec, "UTF-8");
}

static void a_long_header_is_cut_between_characters(void **state)
{
    struct bj_source_spec spec = {0};
    struct list l;
    char text[1200] = "a,";

    (void)state;
    for (int i = 0; i < 100; i++)
        strcat(text, "村");
    strcat(text, ",c\n1,2,3\n");
    spec.path = support_write(support_tmpdir(), "a.csv", text);
    read_list(&spec, &l);
    assert_int_equal(strlen(bj_source_info(l.src)->field[1].name), 180);
    assert_true(bj_utf8_valid(bj_source_info(l.src)->field[1].name, 180));
    drop(&l);
}

/* The caller's own GDAL settings are as before. */
static void settings_of_gdal_are_put_back(void **state)
{
    static const struct sheet sheets[] = {{"卫生室", SHEET_ROWS, MERGES}};
    struct bj_source_spec spec = {0};

    (void)state;
    CPLSetThreadLocalConfigOption("OGR_XLSX_HEADERS", "FORCE");
    spec.path = make_xlsx(support_tmpdir(), 1, sheets);
    check_sheet(&spec, "大街街道");
    assert_string_equal(CPLGetThreadLocalConfigOption("OGR_XLSX_HEADERS", ""), "FORCE");
    CPLSetThreadLocalConfigOption("OGR_XLSX_HEADERS", NULL);
    assert_string_equal(CPLGetThreadLocalConfigOption("OGR_XLSX_FIELD_TYPES", "none"), "none");
}

/* ---- words -------------------------------------------------------------- */

static void headers_are_known_in_every_spelling(void **state)
{
    static const struct {
        const char *header;
        int role;
    } word[] = {{"常住人口", BJ_SYN_POPULATION},
                {"常住人口（人）", BJ_SYN_POPULATION},
                {" 常住 人口\n(万人)", BJ_SYN_POPULATION},
                {"Pop", BJ_SYN_POPULATION},
                {"ＰＯＰ", BJ_SYN_POPULATION},
                {"*机构名称：", BJ_SYN_NAME},
                {"村（社区）名称", BJ_SYN_NAME},
                {"县（市、区）", BJ_SYN_COUNTY},
                {"Ｘ坐标", BJ_SYN_LON},
                {"经　度", BJ_SYN_LON},
                {"建筑面积(㎡)", BJ_SYN_FLOOR_AREA},
                {"65岁及以上人口", BJ_SYN_AGED65},
                {"统计用区划代码", BJ_SYN_CODE},
                {"城乡分类代码", BJ_SYN_URBAN},
                {"序号", -1},
                {"", -1},
                {"(人)", -1},
                {"2024年一览表", -1},
                {"常住人口增长", -1}};

    (void)state;
    for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
        if (bj_synonym_role(word[i].header) != word[i].role)
            fail_msg("'%s': %d, want %d", word[i].header, bj_synonym_role(word[i].header),
                     word[i].role);
    assert_true(bj_synonym_is("XZQMC", BJ_SYN_NAME));
    assert_true(bj_synonym_is("XZQMC", BJ_SYN_COUNTY));
    assert_false(bj_synonym_is("XZQMC", BJ_SYN_CODE));
    for (size_t i = 0; i < bj_n_synonyms; i++) {
        char folded[128];

        bj_synonym_fold(bj_synonyms[i].synonym, folded, sizeof(folded));
        assert_string_equal(folded, bj_synonyms[i].synonym); /* the table is in folded form */
        assert_true(bj_synonym_is(bj_synonyms[i].synonym, bj_synonyms[i].role));
    }
}

static enum bj_status read_once(struct bj_ctx *c, void *arg)
{
    const struct bj_column_spec columns[] = {{0, 0}, {1, 1}};
    const char *const *given = arg;
    struct bj_source_spec spec = {.path = given[0], .where = given[1]};
    struct bj_source *src = NULL;
    struct bj_table t = {0};
    enum bj_status st = bj_source_open(c, &spec, &src);

    if (!st)
        st = bj_source_read(c, src, BJ_WANT_ATTRIBUTES, 2, columns, &t);
    bj_table_release(c, &t);
    bj_source_close(src);
    return st;
}

static void every_allocation_may_fail(void **state)
{
    static const struct sheet sheets[] = {{"卫生室", SHEET_ROWS, MERGES}, {"Sheet2", "", NULL}};
    const char *text[] = {write_encoded("a.csv", PLANNER_LIST, "GBK", ""), "机构名称 <> 'x'"};
    const char *book[] = {make_xlsx(support_tmpdir(), 2, sheets), NULL};

    (void)state;
    assert_true(support_torture(read_once, text) > 10);
    assert_true(support_torture(read_once, book) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_is_read_in_every_encoding_it_comes_in),
        cmocka_unit_test(any_separator_and_line_end_is_found),
        cmocka_unit_test(quoted_cells_keep_separators_quotes_and_line_breaks),
        cmocka_unit_test(a_combined_column_does_not_fool_the_separator),
        cmocka_unit_test(unknown_names_in_row_one_are_a_header),
        cmocka_unit_test(a_list_without_a_header_is_refused),
        cmocka_unit_test(the_header_may_be_in_any_of_the_first_ten_rows),
        cmocka_unit_test(two_header_rows_become_one),
        cmocka_unit_test(headers_of_several_rows_keep_every_name),
        cmocka_unit_test(only_rows_of_units_are_left_out_below_the_header),
        cmocka_unit_test(a_condition_works_on_lists),
        cmocka_unit_test(geometry_in_a_text_column_is_read),
        cmocka_unit_test(a_workbook_is_read_as_planners_fill_it_in),
        cmocka_unit_test(one_of_several_full_sheets_must_be_named),
        cmocka_unit_test(an_open_document_sheet_gives_the_same),
        cmocka_unit_test(an_old_excel_sheet_is_read),
        cmocka_unit_test(a_workbook_cut_short_is_refused),
        cmocka_unit_test(files_under_a_wrong_name_are_explained_or_read),
        cmocka_unit_test(a_long_header_is_cut_between_characters),
        cmocka_unit_test(settings_of_gdal_are_put_back),
        cmocka_unit_test(headers_are_known_in_every_spelling),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
