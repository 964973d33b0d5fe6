/* The program: a table of subcommands over the library. */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct command {
    const char *name, *help;
    int (*run)(struct bj_ctx *ctx, int argc, char **argv); /* NULL: planned, not in this version */
};

static const struct command commands[] = {
    {"check", N_("judge one county's layers against a plan: the main job"), cmd_check},
    {"inspect", N_("read everything, judge nothing: CRS, encoding, fields, suspicions"),
     cmd_inspect},
    {"plan", N_("list, show or validate plans"), cmd_plan},
    {"shift", N_("shift a layer between GCJ-02, BD-09 and CGCS2000/WGS 84"), cmd_shift},
    {"help", N_("this page, or `banjing help format`: files and fields"), cmd_help},
    {"site", N_("propose sites for what a rule leaves uncovered"), NULL},
    {"reach", N_("service areas and a demand x facility table"), NULL},
    {"batch", N_("check many counties, and their cities"), cmd_batch},
    {"diff", N_("what changed between two results"), NULL},
};
enum { N_COMMANDS = sizeof(commands) / sizeof(*commands) };

/* The page in parts, so that a change of one leaves the translations of the others. */
static const char *const format_page[] = {
    N_("Result folder of `banjing check`\n"
       "  summary.json           every number of the run\n"
       "  ledger.csv             each input row that was not simply used, and why\n"
       "  tables/*.csv           1 by township, 2 uncovered villages, 3 facilities,\n"
       "                         5 presence, 6 resources, 8 data quality (UTF-8 with BOM)\n"
       "  RULE/covered.*         polygons: rule, area_km2\n"
       "  RULE/uncovered.*       patches: rule, patch (1 = most people), area_km2, villages,\n"
       "                         population, far_m (its farthest village), township\n"
       "  RULE/villages.*        points: code, name, township, urban (1, 0, null), pop,\n"
       "                         fac_id, fac_name, dist_m, time_s, status, margin_m (limit minus\n"
       "                         value), border (within 50 m of the limit), via_nbr (only a\n"
       "                         facility outside the county covers it)\n"
       "  RULE/settlements.*, population.*  the same, where the rule's demand is one of these;\n"
       "                         population: a point a raster cell with people, code row,column;\n"
       "                         summary.json then has the people under population, no count of\n"
       "                         cells; villages of a patch is its cells\n"
       "  RULE/parcels.*         polygons (the part inside the boundary): the same, and area_km2,\n"
       "                         cover_km2 (of it inside the circles), in_share; covered when all "
       "of\n"
       "                         it lies inside, up to parts narrower than --tolerance; dist_m is\n"
       "                         that of a point inside; uncovered.* has land_km2, the land that\n"
       "                         the patch's parcels lack\n"
       "  fields.csv             what each field of the layers means, 中文 and English\n"
       "With GPKG all layers are in result.gpkg as RULE_covered, RULE_uncovered, RULE_villages.\n"
       "With OpenFileGDB (a File Geodatabase) they are in result.gdb under the same names, where\n"
       "each character but letters, digits and '_' becomes '_' (LC-01: LC_01_covered), a name "
       "that\n"
       "begins with a digit gets \"r_\" before it, and a rule whose name is taken then is "
       "numbered\n"
       "(LC_01_2_covered, with a warning); the layer's alias is the name without these changes.\n"
       "Coordinates there are rounded to 0.1 mm or 1e-9 degrees. GPKG, OpenFileGDB and FlatGeobuf\n"
       "also hold fields.csv's meaning as each field's alias, in the report's language.\n"),
    N_("Result folder of `banjing batch`: CODE/ as above for each county; batch.csv, a row a "
       "county\n"
       "and rule, a row a city and rule, a row a county that failed; batch.json: counties, rows "
       "(the\n"
       "figures of summary.json), cities (rules as in summary.json; counties instead of "
       "townships;\n"
       "units: the city for rules about it, else its counties); uncovered.gpkg: all patches, with\n"
       "county and county_nam. A rule about the city (per or unit: city) has this county's part "
       "as\n"
       "its unit in summary.json. The city's own row in the indicators wins over the counties' "
       "sum.\n"),
    N_("Beyond the contract summary.json also has: inputs[].layer, encoding_why, population and\n"
       "fields (the column taken for each role and why); warnings[].layer and fix; plan.title;\n"
       "rules[].townships[].uncovered_km2 (null without a township polygon or without areas);\n"
       "rules[].demand; with demand parcels: parcel_area_km2 (as the counts, also by township),\n"
       "population split by the share inside, share.parcels (residential land covered / all of "
       "it),\n"
       "share.parcel_count, own_only.parcel_km2_covered.\n"
       "Table 1: villages with a clinic are those nearest to one of the county's own. Table 3: "
       "the\n"
       "class it should be follows from the people served in the same row, by the plan's tiers.\n"),
    N_("Plan files may use, beyond the contract: presence: target, that: {field, equals|min} "
       "(also\n"
       "in ratio and count); if: {name, ...} (also in ratio, share, count); several words of "
       "equals\n"
       "joined by ';'; ratio: unit: city, per: {field, amount}, facilities; count: value (a "
       "column\n"
       "to sum); share.of: a list, that: {facilities, min}; exclude.what: facilities; alt.of: ~;\n"
       "tier.bands: []; ownership: public|private.\n"),
    N_("Status of a village: target, covered, uncovered, unreachable, exempt, alt,\n"
       "not_evaluated, out_of_scope. A village is judged by its geodesic distance in\n"
       "millimetres, never by lying inside a drawn polygon.\n"),
    N_("A layer in Beijing 1954, Xian 1980 or New Beijing says in the case file how it lies to\n"
       "CGCS2000, with 3 or 7 parameters or with points that are known in both systems:\n"
       "  crs: \"+proj=tmerc +lon_0=117 +x_0=39500000 +ellps=krass +towgs84=DX,DY,DZ,RX,RY,RZ,S\"\n"
       "                         RX, RY, RZ in seconds, as of a position vector (EPSG method\n"
       "                         9606); of a coordinate frame (9607) their signs change\n"
       "  control: points.csv    beside a crs: or .prj that names the old system; or control:\n"
       "                         {path, layer, where, encoding, old_crs, new_crs, fields: {name,\n"
       "                         old_x, old_y, new_x, new_y}}\n"
       "The list has a name and two coordinates in each system: 点名 旧X 旧Y 新X 新Y, or 西安80 "
       "and\n"
       "CGCS2000 over X and Y, or 经度 纬度 for the new ones. They are degrees or Gauss-Kruger, "
       "with\n"
       "the zone's number or without; which one is the northing is seen by its size. Two points\n"
       "are needed, three check each other: the error is printed (assumptions: control_points),\n"
       "warned of above 1 m, and above 20 m refused with the name of the point. Results come back\n"
       "in the boundary's system, or in CGCS2000 with --out-crs EPSG:4490.\n"),
    NULL};

static void print_help(void)
{
    printf(_("banjing %s: who is within reach of a clinic or an ambulance\n\n"
             "usage: banjing COMMAND [OPTIONS]\n\ncommands:\n"),
           bj_version());
    for (int i = 0; i < N_COMMANDS; i++)
        if (commands[i].run)
            printf("  %-8s %s\n", commands[i].name, _(commands[i].help));
    printf(_("\nnot in this version:"));
    for (int i = 0; i < N_COMMANDS; i++)
        if (!commands[i].run)
            printf(" %s", commands[i].name);
    printf(_("\n\n`banjing COMMAND --help` teaches each; start with\n"
             "  banjing check case.yaml -o result\n"
             "exit codes: 0 done, 1 failed, 2 wrong usage, 3 done and with --strict a must-rule is "
             "not met\n"));
}

int cmd_help(struct bj_ctx *ctx, int argc, char **argv)
{
    (void)ctx;
    if (argc > 1 && strcmp(argv[1], "format") == 0) {
        for (size_t i = 0; format_page[i]; i++)
            printf("%s%s", i ? "\n" : "", _(format_page[i]));
        return EXIT_DONE;
    }
    if (argc > 1 && strcmp(argv[1], "--help") != 0 && strcmp(argv[1], "-h") != 0)
        return opt_wrong(NULL, _("there is no help page '%s'; there is `banjing help format`"),
                         argv[1]);
    print_help();
    return EXIT_DONE;
}

static const struct command *find_command(const char *name)
{
    for (int i = 0; i < N_COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int run(int argc, char **argv)
{
    const struct command *c;
    struct bj_ctx *ctx;
    int code;

    if (argc < 2) {
        print_help();
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("banjing %s\n", bj_version());
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help();
        return EXIT_DONE;
    }
    c = find_command(argv[1]);
    if (!c)
        return opt_wrong(NULL, _("there is no command '%s'"), argv[1]);
    if (!c->run)
        return opt_wrong(NULL, _("the command '%s' is not in this version"), argv[1]);
    ctx = bj_ctx_new();
    if (!ctx) {
        fprintf(stderr, "banjing: %s\n", _("out of memory"));
        return EXIT_FAILED;
    }
    code = c->run(ctx, argc - 1, argv + 1);
    cli_clear_progress();
    bj_ctx_free(ctx);
    return code;
}

int main(int argc, char **argv)
{
    int code;

    /* Writing past a file-size limit is an error to report, not a signal to die of. */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    cli_locale();
    code = run(argc, argv);
    /* A full disk behind stdout must not pass as success. */
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "banjing: %s: %s\n", _("standard output cannot be written"),
                strerror(errno));
        return EXIT_FAILED;
    }
    return code;
}
