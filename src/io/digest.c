/* SHA-256 of inputs, so that a result says from which bytes it was made.
 *
 * A file is digested as it is: `sha256sum FILE` gives the same 64 digits. A folder (a file
 * geodatabase) is the digest of its regular files one after the other in byte order of their
 * names, without *.lock, which come and go while another program has the folder open:
 * `(cd FOLDER; cat *) | sha256sum` in the C locale when there are none. Sub-folders do not count.
 * A shapefile is its .shp alone; whoever needs the .dbf too asks for it.
 *
 * Reference: FIPS 180-4. The computation is OpenSSL's. */
#include "banjing/layer.h"
#include "base/base_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_BYTES = 1 << 18 };

static enum bj_status digest_fd(struct bj_ctx *ctx, EVP_MD_CTX *md, int fd, const char *path)
{
    char *chunk = bj_resize(ctx, NULL, CHUNK_BYTES, 1);
    enum bj_status st = BJ_OK;
    ssize_t got;

    if (!chunk)
        return BJ_ENOMEM;
    while ((got = read(fd, chunk, CHUNK_BYTES)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            st = bj_fail(ctx, BJ_EIO, _("cannot read '%s': %s"), path, strerror(errno));
            break;
        }
        if (!EVP_DigestUpdate(md, chunk, (size_t)got)) {
            st = bj_fail(ctx, BJ_EIO, _("cannot compute the SHA-256 of '%s'"), path);
            break;
        }
    }
    bj_free(ctx, chunk);
    return st;
}

/* Regular files only: a pipe or device would have no end, and is no input to digest. */
static enum bj_status digest_file(struct bj_ctx *ctx, EVP_MD_CTX *md, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    enum bj_status st;

    if (fd < 0)
        return bj_fail(ctx, BJ_EIO, _("cannot read '%s': %s"), path, strerror(errno));
    st = digest_fd(ctx, md, fd, path);
    close(fd);
    return st;
}

static int is_data_file(const struct dirent *e)
{
    return e->d_name[0] != '.' && !bj_ends_with(e->d_name, ".lock");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static enum bj_status digest_folder(struct bj_ctx *ctx, EVP_MD_CTX *md, const char *path)
{
    struct dirent **entry = NULL;
    int n = scandir(path, &entry, is_data_file, by_bytes);
    enum bj_status st = BJ_OK;

    if (n < 0)
        return bj_fail(ctx, BJ_EIO, _("cannot read the folder '%s': %s"), path, strerror(errno));
    for (int i = 0; i < n; i++) {
        char *file = st ? NULL : bj_sprintf(ctx, "%s/%s", path, entry[i]->d_name);
        struct stat sb;

        if (!st && !file)
            st = BJ_ENOMEM;
        if (file && stat(file, &sb) == 0 && S_ISREG(sb.st_mode))
            st = digest_file(ctx, md, file);
        bj_free(ctx, file);
        free(entry[i]);
    }
    free(entry);
    return st;
}

static enum bj_status digest(struct bj_ctx *ctx, const char *path, bool folder, char hex[65])
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    enum bj_status st;

    if (!md || !EVP_DigestInit_ex(md, EVP_sha256(), NULL)) {
        EVP_MD_CTX_free(md);
        return bj_fail(ctx, BJ_ENOMEM, _("cannot start a SHA-256 for '%s'"), path);
    }
    st = folder ? digest_folder(ctx, md, path) : digest_file(ctx, md, path);
    if (!st && (!EVP_DigestFinal_ex(md, sum, &n) || n != 32))
        st = bj_fail(ctx, BJ_EIO, _("cannot compute the SHA-256 of '%s'"), path);
    EVP_MD_CTX_free(md);
    if (st)
        return st;
    for (size_t i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", sum[i]);
    return BJ_OK;
}

enum bj_status bj_file_sha256(struct bj_ctx *ctx, const char *path, char hex[65], int *known)
{
    struct stat sb;
    bool folder;

    if (strncmp(path, "/vsi", 4) == 0 || stat(path, &sb) != 0 ||
        !(S_ISREG(sb.st_mode) || S_ISDIR(sb.st_mode))) {
        hex[0] = '\0';
        *known = 0;
        return BJ_OK;
    }
    folder = S_ISDIR(sb.st_mode);
    enum bj_status st = digest(ctx, path, folder, hex);

    if (!st)
        *known = 1;
    return st;
}
