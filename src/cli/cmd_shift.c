/* banjing shift: a layer from one datum to another. */
#include "cli/cli.h"

#include <stdio.h>

static const struct usage usage = {
    N_("shift -i IN -o OUT --from DATUM --to DATUM [OPTIONS]"),
    N_("Shifts every coordinate of a layer between GCJ-02 (Amap, Tencent), BD-09 (Baidu) and\n"
       "CGCS2000 / WGS 84, keeping all attributes. For internal analysis: published maps must\n"
       "use protected coordinates and be reviewed."),
    "  banjing shift -i clinics.shp -o clinics-cgcs2000.gpkg --from gcj02 --to cgcs2000\n"};

static void remark(const struct bj_shift_count *n, const char *out)
{
    if (n->outside > 0)
        fprintf(stderr,
                _("warning: %lld of %lld features lie outside 73.5-135.1 E, 18-53.6 N, where "
                  "GCJ-02 and BD-09 are not used\n"),
                (long long)n->outside, (long long)n->rows);
    if (n->empty > 0)
        fprintf(stderr, _("warning: %lld of %lld features have no coordinates\n"),
                (long long)n->empty, (long long)n->rows);
    printf(_("%lld features: %s\n"), (long long)n->rows, out);
}

int cmd_shift(struct bj_ctx *ctx, int argc, char **argv)
{
    struct common common = {0};
    struct bj_source_spec in = {0};
    struct bj_shift_count count = {0};
    const char *out = NULL;
    int n, from = -1, to = -1, overwrite = 0;
    const struct opt opts[] = {
        OPT_TEXT('i', "input", &in.path, N_("IN"), N_("layer to shift, any format GDAL reads")),
        OPT_TEXT('o', "output", &out, N_("OUT"),
                 N_("file to write; the extension picks the format")),
        OPT_ENUM(0, "from", &from, bj_datum_names, N_("datum that the coordinates are in")),
        OPT_ENUM(0, "to", &to, bj_datum_names, N_("datum to give")),
        OPT_TEXT(0, "layer", &in.layer, N_("NAME"), N_("layer of IN when it has several")),
        OPT_TEXT(0, "where", &in.where, N_("SQL"), N_("only these features")),
        OPT_TEXT(0, "encoding", &in.encoding, N_("NAME"), N_("encoding of IN's text")),
        OPT_TEXT(0, "crs", &in.crs, N_("CRS"), N_("CRS of IN when the file does not say")),
        OPT_FLAG(0, "overwrite", &overwrite, N_("replace OUT")),
        COMMON_OPTIONS(common),
        OPT_END};
    enum opt_answer answer = opt_parse(&usage, opts, argc, argv, &n);

    if (answer != OPT_GO_ON)
        return answer == OPT_HELP_SHOWN ? EXIT_DONE : EXIT_USAGE;
    if (n > 0)
        return opt_wrong("shift", _("'%s' is not understood: give the layers with -i and -o"),
                         argv[1]);
    if (!in.path || !out || from < 0 || to < 0)
        return opt_wrong("shift", _("-i IN, -o OUT, --from and --to are all needed"));
    if (common_apply(ctx, &common) ||
        bj_layer_shift(ctx, &in, out, overwrite, (enum bj_datum)from, (enum bj_datum)to, &count))
        return cli_fail(ctx);
    cli_clear_progress();
    remark(&count, out);
    return EXIT_DONE;
}
