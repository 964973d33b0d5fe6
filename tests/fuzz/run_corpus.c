/* Feeds every file of the folders (or files) it is given to a fuzz target, in name order: the
 * corpus as a plain test, without libFuzzer. A target that finds a fault aborts. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t n_passed, n_failed;

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = NULL;
    struct stat sb;

    if (!f)
        return NULL;
    if (fstat(fileno(f), &sb) == 0 && S_ISREG(sb.st_mode) &&
        (data = malloc((size_t)sb.st_size + 1)) != NULL)
        *size = fread(data, 1, (size_t)sb.st_size, f);
    fclose(f);
    return data;
}

static void run_file(const char *path)
{
    size_t size = 0;
    uint8_t *data = read_file(path, &size);

    /* Said before, so that an abort shows which file it was. */
    fprintf(stderr, "%s\n", path);
    if (data && LLVMFuzzerTestOneInput(data, size) == 0) {
        n_passed++;
    } else {
        fprintf(stderr, "FAILED %s\n", path);
        n_failed++;
    }
    free(data);
}

static int no_dots(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void run(const char *path)
{
    struct dirent **entry = NULL;
    int n = scandir(path, &entry, no_dots, alphasort);

    if (n < 0) {
        run_file(path);
        return;
    }
    for (int i = 0; i < n; i++) {
        char inside[4096];

        snprintf(inside, sizeof(inside), "%s/%s", path, entry[i]->d_name);
        run_file(inside);
        free(entry[i]);
    }
    free(entry);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        run(argv[i]);
    if (n_passed + n_failed == 0) {
        fprintf(stderr, "usage: %s FOLDER...: no file was found\n", argv[0]);
        return 2;
    }
    printf("%zu passed, %zu failed\n", n_passed, n_failed);
    return n_failed > 0;
}
