/* Result folders: whatever happens, the target is the old result or the new one, whole. */
#include "support.h"

#include "banjing/layer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MARKER "summary.json"

/* The library's renameat2 is this one: file systems that cannot exchange are rare. */
static bool no_exchange;

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    if (no_exchange && flags != 0) {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

static size_t count_entries(const char *dir)
{
    DIR *d = opendir(dir);
    size_t n = 0;

    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

static void assert_text(const char *path, const char *want)
{
    char *text = support_read(path);

    assert_string_equal(text, want);
    free(text);
}

static bool exists(const char *path)
{
    struct stat sb;

    return lstat(path, &sb) == 0;
}

/* A result with `text` in its marker and in a/b.txt. */
static enum bj_status make_result(const char *dir, int overwrite, const char *text)
{
    struct bj_outdir *o = NULL;
    enum bj_status st = bj_outdir_begin(ctx, dir, MARKER, overwrite, &o);

    if (st)
        return st;
    st = bj_outdir_write(ctx, o, MARKER, text, strlen(text));
    if (!st)
        st = bj_outdir_write(ctx, o, "a/b.txt", text, strlen(text));
    if (!st)
        return bj_outdir_commit(ctx, o);
    bj_outdir_abandon(ctx, o);
    return st;
}

static void a_result_is_there_after_commit_and_only_then(void **state)
{
    const char *parent = support_tmpdir(), *dir = support_path(parent, "结果");
    struct bj_outdir *o = NULL;
    const char *path;
    struct stat sb;
    mode_t mask = umask(022);

    (void)state;
    umask(mask);
    assert_ok(bj_outdir_begin(ctx, dir, MARKER, 0, &o));
    assert_ok(bj_outdir_write(ctx, o, MARKER, "{}", 2));
    path = bj_outdir_path(ctx, o, "LC-01/x/covered.shp");
    assert_non_null(path);
    support_write("/", path + 1, "shape");
    assert_false(exists(dir));
    assert_ok(bj_outdir_commit(ctx, o));
    assert_text(support_path(dir, MARKER), "{}");
    assert_text(support_path(dir, "LC-01/x/covered.shp"), "shape");
    assert_int_equal(count_entries(parent), 1);
    assert_int_equal(stat(dir, &sb), 0);
    assert_int_equal(sb.st_mode & 0777, 0777 & ~mask);
}

static void abandoning_leaves_nothing(void **state)
{
    const char *parent = support_tmpdir(), *dir = support_path(parent, "out");
    struct bj_outdir *o = NULL;

    (void)state;
    assert_ok(bj_outdir_begin(ctx, dir, MARKER, 0, &o));
    assert_ok(bj_outdir_write(ctx, o, "a/b/c.txt", "x", 1));
    bj_outdir_abandon(ctx, o);
    bj_outdir_abandon(ctx, NULL);
    assert_int_equal(count_entries(parent), 0);
}

static void an_earlier_result_needs_overwrite(void **state)
{
    const char *parent = support_tmpdir(), *dir = support_path(parent, "out");

    (void)state;
    for (int round = 0; round < 2; round++) {
        no_exchange = round == 1;
        assert_ok(make_result(dir, 1, "old"));
        assert_fails(make_result(dir, 0, "new"), BJ_EIO, "--overwrite");
        assert_text(support_path(dir, "a/b.txt"), "old");
        assert_ok(make_result(dir, 1, "new"));
        assert_text(support_path(dir, "a/b.txt"), "new");
        assert_int_equal(count_entries(parent), 1);
    }
    no_exchange = false;
}

static void an_empty_folder_is_taken(void **state)
{
    const char *parent = support_tmpdir(), *dir = support_path(parent, "out");

    (void)state;
    assert_int_equal(mkdir(dir, 0777), 0);
    assert_ok(make_result(support_path(parent, "out///"), 0, "new"));
    assert_text(support_path(dir, MARKER), "new");
    assert_int_equal(count_entries(parent), 1);
}

static void other_peoples_files_are_never_replaced(void **state)
{
    const char *parent = support_tmpdir(), *dir = support_path(parent, "thesis");

    (void)state;
    assert_int_equal(mkdir(dir, 0777), 0);
    support_write(dir, "chapter1.txt", "years of work");
    for (int overwrite = 0; overwrite < 2; overwrite++)
        assert_fails(make_result(dir, overwrite, "new"), BJ_EIO, "not replaced");
    assert_text(support_path(dir, "chapter1.txt"), "years of work");
    assert_fails(make_result(support_path(dir, "chapter1.txt"), 1, "new"), BJ_EIO, "is a file");
    assert_int_equal(count_entries(parent), 1);
}

static void a_folder_that_fills_during_the_run_is_not_replaced(void **state)
{
    const char *parent = support_tmpdir(), *dir = support_path(parent, "out");
    struct bj_outdir *o = NULL;

    (void)state;
    assert_ok(bj_outdir_begin(ctx, dir, MARKER, 0, &o));
    assert_ok(bj_outdir_write(ctx, o, MARKER, "new", 3));
    assert_int_equal(mkdir(dir, 0777), 0);
    support_write(dir, "mine.txt", "mine");
    assert_fails(bj_outdir_commit(ctx, o), BJ_EIO, "not replaced");
    assert_text(support_path(dir, "mine.txt"), "mine");
    assert_int_equal(count_entries(parent), 1);
}

static void links_are_not_followed(void **state)
{
    const char *parent = support_tmpdir(), *dir = support_path(parent, "out");
    const char *precious = support_path(parent, "precious"), *link = support_path(parent, "link");

    (void)state;
    assert_int_equal(mkdir(precious, 0777), 0);
    support_write(precious, "x", "x");
    assert_ok(make_result(dir, 0, "old"));
    assert_int_equal(symlink("../precious", support_path(dir, "inside")), 0);
    assert_ok(make_result(dir, 1, "new")); /* removes the old result with its link */
    assert_text(support_path(precious, "x"), "x");
    assert_int_equal(symlink("out", link), 0);
    assert_fails(make_result(link, 1, "newer"), BJ_EIO, "symbolic link");
    assert_text(support_path(dir, MARKER), "new");
    assert_int_equal(symlink("nowhere", support_path(parent, "dangling")), 0);
    assert_fails(make_result(support_path(parent, "dangling"), 1, "newer"), BJ_EIO,
                 "symbolic link");
}

static void bad_places_end_in_a_sentence(void **state)
{
    const char *parent = support_tmpdir();
    const char *nameless[] = {".", "..", "/", "", "x/..", "x/."};
    char name[300];

    (void)state;
    assert_fails(make_result(support_path(parent, "no/such/out"), 0, "x"), BJ_EIO,
                 "does not exist; make it first");
    support_write(parent, "file", "");
    assert_fails(make_result(support_path(parent, "file/out"), 0, "x"), BJ_EIO, "");
    for (size_t i = 0; i < sizeof(nameless) / sizeof(*nameless); i++)
        assert_int_equal(make_result(nameless[i], 0, "x"), BJ_EIO);
    memset(name, 'x', 250);
    name[250] = '\0';
    assert_fails(make_result(support_path(parent, name), 0, "x"), BJ_EIO, "beside");
    assert_int_equal(count_entries(parent), 1);
}

static void paths_stay_inside(void **state)
{
    const char *outside[] = {"../x", "a/../../x", "/etc/x", "", "a//b", "a/"};
    const char *parent = support_tmpdir();
    struct bj_outdir *o = NULL;

    (void)state;
    assert_ok(bj_outdir_begin(ctx, support_path(parent, "out"), MARKER, 0, &o));
    for (size_t i = 0; i < sizeof(outside) / sizeof(*outside); i++) {
        assert_null(bj_outdir_path(ctx, o, outside[i]));
        assert_fails(bj_outdir_write(ctx, o, outside[i], "x", 1), BJ_EARG, outside[i]);
    }
    assert_non_null(bj_outdir_path(ctx, o, "a..b/c"));
    bj_outdir_abandon(ctx, o);
}

/* In a child that is not root: 0 when the run was refused in the right words. */
static void a_folder_without_permission_is_refused(void **state)
{
    const char *parent = support_tmpdir();
    int status = -1;
    pid_t child;

    (void)state;
    assert_int_equal(chmod(parent, 0555), 0);
    child = fork();
    if (child == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(2);
        if (make_result(support_path(parent, "out"), 0, "x") != BJ_EIO)
            _exit(1);
        _exit(strstr(bj_ctx_message(ctx), "not writable") ? 0 : 3);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(chmod(parent, 0755), 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(count_entries(parent), 0);
}

static void leftovers_of_dead_runs_go_and_live_ones_stay(void **state)
{
    const char *parent = support_tmpdir(), *dir = support_path(parent, "out");
    const char *stranger = support_path(parent, ".out.banjing-notes.txt");
    struct bj_outdir *live = NULL;
    int status;
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        struct bj_outdir *dead = NULL;

        if (bj_outdir_begin(ctx, dir, MARKER, 0, &dead) ||
            bj_outdir_write(ctx, dead, "a/b.txt", "x", 1))
            _exit(1);
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(count_entries(parent), 2); /* hidden folder and its lock */
    support_write(parent, ".out.banjing-notes.txt", "not ours");
    assert_ok(bj_outdir_begin(ctx, dir, MARKER, 0, &live));
    assert_int_equal(count_entries(parent), 3);
    assert_ok(bj_outdir_write(ctx, live, MARKER, "live", 4));
    assert_ok(make_result(dir, 0, "other")); /* beside a live run, which must not notice */
    assert_fails(bj_outdir_commit(ctx, live), BJ_EIO, "--overwrite");
    assert_text(support_path(dir, MARKER), "other");
    assert_text(stranger, "not ours");
    assert_int_equal(count_entries(parent), 2);
}

static void a_result_that_a_killed_run_set_aside_comes_back(void **state)
{
    const char *parent = support_tmpdir(), *dir = support_path(parent, "out");
    struct bj_outdir *o = NULL;

    (void)state;
    assert_ok(make_result(dir, 0, "old"));
    assert_int_equal(rename(dir, support_path(parent, ".out.banjing-abcdef.old")), 0);
    assert_int_equal(mkdir(support_path(parent, ".out.banjing-abcdef"), 0777), 0);
    support_write(parent, ".out.banjing-abcdef/half.txt", "half");
    assert_fails(bj_outdir_begin(ctx, dir, MARKER, 0, &o), BJ_EIO, "--overwrite");
    assert_text(support_path(dir, "a/b.txt"), "old");
    assert_int_equal(count_entries(parent), 1);
}

static void a_full_disk_ends_in_a_sentence(void **state)
{
    const char *parent = support_tmpdir(), *dir = support_path(parent, "out");
    struct rlimit before, small;
    char *big = calloc(1, 3000000);
    struct bj_outdir *o = NULL;
    enum bj_status st;

    (void)state;
    assert_non_null(big);
    signal(SIGXFSZ, SIG_IGN);
    assert_ok(make_result(dir, 0, "old"));
    assert_ok(bj_outdir_begin(ctx, dir, MARKER, 1, &o));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 1000000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    st = bj_outdir_write(ctx, o, "big.csv", big, 3000000);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_fails(st, BJ_EIO, "big.csv");
    assert_non_null(strstr(bj_ctx_message(ctx), "free some space"));
    assert_null(strstr(bj_ctx_message(ctx), ".banjing-"));
    bj_outdir_abandon(ctx, o);
    assert_text(support_path(dir, MARKER), "old");
    assert_int_equal(count_entries(parent), 1);
    free(big);
}

/* ---- killed at any moment ----------------------------------------------- */

enum { N_FILES = 5, FILE_BYTES = 60000 };

/* Results one after the other, each file full of its letter, until killed. */
static void write_for_ever(const char *dir, int letter)
{
    static char text[FILE_BYTES];
    static const char *const name[N_FILES] = {"a/1", "a/2", "b/1", "c", MARKER};

    for (;; letter++) {
        struct bj_outdir *o = NULL;

        memset(text, 'a' + letter % 26, sizeof(text));
        if (bj_outdir_begin(ctx, dir, MARKER, 1, &o))
            _exit(1);
        for (int i = 0; i < N_FILES; i++)
            if (bj_outdir_write(ctx, o, name[i], text, sizeof(text)))
                _exit(1);
        if (bj_outdir_commit(ctx, o))
            _exit(1);
    }
}

/* The letter of a whole result, 0 for no result; fails on a half one. */
static int whole_result(const char *dir)
{
    const char *name[N_FILES] = {"a/1", "a/2", "b/1", "c", MARKER};
    int letter = 0;

    if (!exists(dir))
        return 0;
    for (int i = 0; i < N_FILES; i++) {
        char *text = support_read(support_path(dir, name[i]));

        if (i == 0)
            letter = text[0];
        assert_int_equal(strlen(text), FILE_BYTES);
        for (int k = 0; k < FILE_BYTES; k++)
            assert_int_equal(text[k], letter);
        free(text);
    }
    return letter;
}

static void kill_at_random(const char *dir, struct support_random *r, int letter, double max_us)
{
    struct timespec pause = {0, (long)(1000.0 * support_uniform(r, 0.0, max_us))};
    pid_t child = fork();
    int status;

    if (child == 0)
        write_for_ever(dir, letter);
    assert_true(child > 0);
    nanosleep(&pause, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status))
        fail_msg("the writer ended by itself with %d", WEXITSTATUS(status));
}

static void killing_at_any_moment_leaves_a_whole_result(void **state)
{
    const char *parent = support_tmpdir(), *dir = support_path(parent, "out");
    char path[1024];
    struct support_random r;
    uint64_t seed = 20261122;
    int n_whole = 0, had = 0;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    support_seed(&r, seed);
    snprintf(path, sizeof(path), "%s", dir);
    for (int i = 0; i < 120; i++) {
        struct bj_outdir *o = NULL;
        int letter;

        no_exchange = i % 3 == 2;
        kill_at_random(path, &r, i, 12000.0);
        if (no_exchange) { /* its window of no target is mended by the next begin */
            assert_ok(bj_outdir_begin(ctx, path, MARKER, 1, &o));
            bj_outdir_abandon(ctx, o);
        }
        letter = whole_result(path);
        assert_true(letter || !had);
        had = had || letter;
        n_whole += letter != 0;
        if (i % 10 == 9) {
            assert_ok(bj_outdir_begin(ctx, path, MARKER, 1, &o));
            bj_outdir_abandon(ctx, o);
            assert_int_equal(count_entries(parent), exists(path) ? 1 : 0);
        }
    }
    no_exchange = false;
    print_message("%d of 120 kills left a result, all of them whole\n", n_whole);
}

static enum bj_status one_result(struct bj_ctx *c, void *dir)
{
    struct bj_outdir *o = NULL;
    enum bj_status st = bj_outdir_begin(c, dir, MARKER, 1, &o);

    if (st)
        return st;
    st = bj_outdir_write(c, o, MARKER, "x", 1);
    if (!st)
        return bj_outdir_commit(c, o);
    bj_outdir_abandon(c, o);
    return st;
}

static void running_out_of_memory_is_reported(void **state)
{
    const char *parent = support_tmpdir();
    char dir[1024];

    (void)state;
    snprintf(dir, sizeof(dir), "%s", support_path(parent, "out"));
    assert_true(support_torture(one_result, dir) > 5);
    assert_text(support_path(dir, MARKER), "x");
    assert_int_equal(count_entries(parent), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_is_there_after_commit_and_only_then),
        cmocka_unit_test(abandoning_leaves_nothing),
        cmocka_unit_test(an_earlier_result_needs_overwrite),
        cmocka_unit_test(an_empty_folder_is_taken),
        cmocka_unit_test(other_peoples_files_are_never_replaced),
        cmocka_unit_test(a_folder_that_fills_during_the_run_is_not_replaced),
        cmocka_unit_test(links_are_not_followed),
        cmocka_unit_test(bad_places_end_in_a_sentence),
        cmocka_unit_test(paths_stay_inside),
        cmocka_unit_test(a_folder_without_permission_is_refused),
        cmocka_unit_test(leftovers_of_dead_runs_go_and_live_ones_stay),
        cmocka_unit_test(a_result_that_a_killed_run_set_aside_comes_back),
        cmocka_unit_test(a_full_disk_ends_in_a_sentence),
        cmocka_unit_test(killing_at_any_moment_leaves_a_whole_result),
        cmocka_unit_test(running_out_of_memory_is_reported),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
