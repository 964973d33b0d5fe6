/* Attribute text from strangers: the bytes as a .dbf, with a .cpg chosen by the first byte, and
 * as a .csv. Whatever they are, reading ends with a status and a sentence, and every text that
 * comes out is UTF-8. Built as fuzz_plan.c is. */
#include "banjing/layer.h"

#include "base/base_int.h"

#include <cpl_error.h>
#include <cpl_vsi.h>
#include <gdal.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const cpg[] = {"", "UTF-8", "GBK", "ISO-8859-1", "BIG5", "nonsense"};

static void insist(bool ok)
{
    if (!ok)
        abort();
}

static void write_memory(const char *path, const void *data, size_t size)
{
    VSILFILE *f = VSIFOpenL(path, "wb");

    insist(f != NULL && VSIFWriteL(data, 1, size, f) == size);
    insist(VSIFCloseL(f) == 0);
}

static void check_texts(const struct bj_source_info *info, const struct bj_table *t)
{
    for (size_t i = 0; i < info->n_fields; i++)
        insist(bj_utf8_valid(info->field[i].name, strlen(info->field[i].name)));
    for (size_t c = 0; c < t->n_columns; c++)
        for (size_t r = 0; t->column[c].text && r < t->n; r++)
            insist(bj_utf8_valid(t->column[c].text[r], strlen(t->column[c].text[r])));
    for (size_t r = 1; r < t->n; r++)
        insist(t->row[r] > t->row[r - 1]);
}

static void read_layer(struct bj_ctx *ctx, const char *path)
{
    struct bj_source_spec spec = {.path = path};
    struct bj_column_spec columns[2] = {{0, 0}, {0, 1}};
    struct bj_source *src = NULL;
    struct bj_table t = {0};
    enum bj_status st = bj_source_open(ctx, &spec, &src);

    insist((st == BJ_OK) == (src != NULL));
    if (!st) {
        size_t n = bj_source_info(src)->n_fields > 0 ? 2 : 0;

        st = bj_source_read(ctx, src, BJ_WANT_POINTS, n, columns, &t);
        check_texts(bj_source_info(src), &t);
    }
    insist(st == BJ_OK || bj_ctx_message(ctx)[0] != '\0');
    bj_table_release(ctx, &t);
    bj_source_close(src);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bj_ctx *ctx = bj_ctx_new();
    const char *page = cpg[size > 0 ? data[0] % (sizeof(cpg) / sizeof(cpg[0])) : 0];

    insist(ctx != NULL);
    write_memory("/vsimem/fuzz/a.dbf", data, size);
    write_memory("/vsimem/fuzz/a.cpg", page, strlen(page));
    read_layer(ctx, "/vsimem/fuzz/a.dbf");
    write_memory("/vsimem/fuzz/b.csv", data, size);
    read_layer(ctx, "/vsimem/fuzz/b.csv");
    VSIUnlink("/vsimem/fuzz/a.dbf");
    VSIUnlink("/vsimem/fuzz/a.cpg");
    VSIUnlink("/vsimem/fuzz/b.csv");
    bj_ctx_free(ctx);
    return 0;
}
