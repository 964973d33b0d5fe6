/* Digests against the published vectors of FIPS 180-4 (NIST, SHA256ShortMsg and the million a's).
 */
#include "support.h"

#include "banjing/layer.h"

#include <sys/stat.h>
#include <unistd.h>

static const char *const empty_sum =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char *const abc_sum =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char *const million_sum =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void assert_sum(const char *path, const char *want)
{
    char hex[65] = "?";
    int known = 7;

    assert_ok(bj_file_sha256(ctx, path, hex, &known));
    assert_int_equal(known, 1);
    assert_string_equal(hex, want);
}

static void published_vectors_are_met(void **state)
{
    const char *dir = support_tmpdir();
    char *million = malloc(1000001);

    (void)state;
    assert_non_null(million);
    memset(million, 'a', 1000000);
    million[1000000] = '\0';
    assert_sum(support_write(dir, "empty", ""), empty_sum);
    assert_sum(support_write(dir, "abc", "abc"), abc_sum);
    assert_sum(support_write(dir, "million", million), million_sum);
    free(million);
}

static void a_folder_is_its_files_in_name_order(void **state)
{
    char dir[300];

    (void)state;
    snprintf(dir, sizeof(dir), "%s/a.gdb", support_tmpdir());
    assert_int_equal(mkdir(dir, 0777), 0);
    assert_sum(dir, empty_sum);
    support_write(dir, "b", "c");
    support_write(dir, "a1", "b");
    support_write(dir, "B", "a");
    support_write(dir, "x.lock", "of another program");
    assert_int_equal(mkdir(support_path(dir, "sub"), 0777), 0);
    assert_sum(dir, abc_sum);
}

static void what_is_no_file_is_not_known(void **state)
{
    const char *none[] = {"PG:dbname=county", "/vsizip/a.zip/b.shp", "/no/such/file", "",
                          "/dev/null"};

    (void)state;
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
        char hex[65] = "?";
        int known = 7;

        assert_ok(bj_file_sha256(ctx, none[i], hex, &known));
        assert_int_equal(known, 0);
        assert_string_equal(hex, "");
    }
}

static void an_unreadable_file_is_an_error(void **state)
{
    const char *path = support_write(support_tmpdir(), "secret", "abc");
    char hex[65] = "?";
    int known = 7;

    (void)state;
    assert_int_equal(chmod(path, 0), 0);
    if (access(path, R_OK) == 0) {
        print_message("root reads everything: nothing to test\n");
        skip();
    }
    assert_fails(bj_file_sha256(ctx, path, hex, &known), BJ_EIO, "secret");
    assert_string_equal(hex, "?");
    assert_int_equal(known, 7);
}

static enum bj_status digest_of(struct bj_ctx *c, void *path)
{
    char hex[65];
    int known = 0;

    return bj_file_sha256(c, path, hex, &known);
}

static void running_out_of_memory_is_reported(void **state)
{
    char path[300];

    (void)state;
    snprintf(path, sizeof(path), "%s", support_write(support_tmpdir(), "abc", "abc"));
    assert_true(support_torture(digest_of, path) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors_are_met),
        cmocka_unit_test(a_folder_is_its_files_in_name_order),
        cmocka_unit_test(what_is_no_file_is_not_known),
        cmocka_unit_test(an_unreadable_file_is_an_error),
        cmocka_unit_test(running_out_of_memory_is_reported),
    };

    return cmocka_run_group_tests(tests, support_setup, support_teardown);
}
