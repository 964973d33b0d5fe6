/* A result folder, all or nothing.
 *
 * Everything is written into a hidden folder beside the target, `.<name>.banjing-XXXXXX`, so
 * that the last step is a rename within one file system:
 *
 *   begin    make and lock  .<name>.banjing-XXXXXX.lock, then the hidden folder
 *   commit   fsync every file and folder of it
 *            no target, or an empty one:  rename(hidden, target)
 *            an earlier result:           renameat2(hidden, target, RENAME_EXCHANGE)
 *            fsync the parent, remove what is now in the hidden folder, then the lock file
 *
 * A run killed at any moment therefore leaves the old result or the new one, whole, and at
 * worst a hidden folder. File systems without RENAME_EXCHANGE (NFS, some FUSE) get two
 * renames: the target aside to `.<name>.banjing-XXXXXX.old`, the new one in, and back when that
 * fails. Between the two there is no target; a run killed just there leaves the `.old`
 * folder, and the next begin puts it back.
 *
 * Left-overs: the lock is held (flock) as long as the run lives and the kernel drops it with the
 * process, so a hidden folder whose lock can be taken belongs to a dead run. A lock file that was
 * removed between its making and its locking by such a sweep is noticed (its link count is 0) and
 * made again under another name. Where flock does not work nothing is swept.
 *
 * What it does not do: it never writes through a symbolic link that stands where the target should
 * be, and never replaces a folder it cannot recognise (by its marker file) as a result.
 *
 * fsync at the end costs little, because every file has asked the kernel to start writing as soon
 * as it was filled (sync_file_range).
 *
 * References: rename(2), flock(2), open(2) of Linux man-pages 6.03; T. Pillai et al., All File
 * Systems Are Not Created Equal, OSDI 2014 (why files and folders are synced before renaming). */
#include "io/out_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define INFIX ".banjing-"

enum { RANDOM_LETTERS = 6, MAX_TRIES = 100, BUFFER_BYTES = 1 << 18, WRITEBACK_BYTES = 1 << 23 };

struct bj_outdir {
    char *dir;    /* target as the user wrote it, without slashes at its end */
    char *parent; /* "." when dir has no slash */
    char *name;   /* last part of dir */
    char *marker, *marker_path;
    char *hidden, *lock; /* full paths; NULL while they do not exist */
    int lock_fd;         /* -1: none */
    int overwrite;
    struct bj_strings paths; /* lent by bj_outdir_path() */
};

/* ---- trees -------------------------------------------------------------- */

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Removes what `name` in the folder `at` is, and what is in it; links are removed, not followed.
 * 0, or -1 and errno of the first failure; goes on after a failure. */
static int remove_tree(int at, const char *name)
{
    int fd, failed = 0;
    DIR *d;

    if (unlinkat(at, name, 0) == 0)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -1;
    fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (!is_dots(e->d_name) && remove_tree(dirfd(d), e->d_name) && !failed)
            failed = errno;
    closedir(d);
    if (unlinkat(at, name, AT_REMOVEDIR) && !failed)
        failed = errno;
    errno = failed;
    return failed ? -1 : 0;
}

/* fsync of everything in the folder and of itself. 0, or -1 and errno. */
static int sync_tree(int at, const char *name)
{
    int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    int failed = 0;
    struct stat sb;
    DIR *d;

    if (fd < 0)
        return -1;
    if (fstat(fd, &sb) || fsync(fd))
        failed = errno;
    if (failed || !S_ISDIR(sb.st_mode)) {
        close(fd);
        errno = failed;
        return failed ? -1 : 0;
    }
    d = fdopendir(fd);
    if (!d) {
        failed = errno;
        close(fd);
        errno = failed;
        return -1;
    }
    for (struct dirent *e; !failed && (e = readdir(d)) != NULL;)
        if (!is_dots(e->d_name) && sync_tree(dirfd(d), e->d_name))
            failed = errno;
    closedir(d);
    errno = failed;
    return failed ? -1 : 0;
}

static void sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        (void)fsync(fd); /* a file system that cannot sync a folder has nothing better */
        close(fd);
    }
}

static bool is_empty_folder(const char *path)
{
    DIR *d = opendir(path);
    bool empty = d != NULL;

    for (struct dirent *e; empty && (e = readdir(d)) != NULL;)
        empty = is_dots(e->d_name);
    if (d)
        closedir(d);
    return empty;
}

/* ---- what stands at the target ------------------------------------------ */

enum target { TARGET_ABSENT, TARGET_EMPTY, TARGET_RESULT };

static bool has_marker(const struct bj_outdir *o)
{
    struct stat sb;

    return lstat(o->marker_path, &sb) == 0 && S_ISREG(sb.st_mode);
}

static enum bj_status look_at_target(struct bj_ctx *ctx, const struct bj_outdir *o,
                                     enum target *out)
{
    struct stat sb;

    if (lstat(o->dir, &sb) != 0) {
        if (errno != ENOENT)
            return bj_fail(ctx, BJ_EIO, _("cannot look at the output folder '%s': %s"), o->dir,
                           strerror(errno));
        *out = TARGET_ABSENT;
        return BJ_OK;
    }
    if (S_ISLNK(sb.st_mode))
        return bj_fail(ctx, BJ_EIO,
                       _("output folder '%s' is a symbolic link; give the folder it points to"),
                       o->dir);
    if (!S_ISDIR(sb.st_mode))
        return bj_fail(ctx, BJ_EIO, _("output folder '%s' is a file; give another name"), o->dir);
    if (is_empty_folder(o->dir)) {
        *out = TARGET_EMPTY;
        return BJ_OK;
    }
    if (!has_marker(o))
        return bj_fail(ctx, BJ_EIO,
                       _("output folder '%s' holds other files (there is no %s in it) and is not "
                         "replaced; give a new or empty folder"),
                       o->dir, o->marker);
    if (!o->overwrite)
        return bj_fail(ctx, BJ_EIO,
                       _("output folder '%s' holds an earlier result; add --overwrite to replace "
                         "it, or give another folder"),
                       o->dir);
    *out = TARGET_RESULT;
    return BJ_OK;
}

static enum bj_status look_at_parent(struct bj_ctx *ctx, const struct bj_outdir *o)
{
    struct stat sb;

    if (stat(o->parent, &sb) != 0)
        return bj_fail(ctx, BJ_EIO, _("cannot write '%s': the folder '%s' %s"), o->dir, o->parent,
                       errno == ENOENT ? _("does not exist; make it first") : strerror(errno));
    if (!S_ISDIR(sb.st_mode))
        return bj_fail(ctx, BJ_EIO, _("cannot write '%s': '%s' is not a folder"), o->dir,
                       o->parent);
    if (access(o->parent, W_OK | X_OK) != 0)
        return bj_fail(ctx, BJ_EIO,
                       _("cannot write '%s': the folder '%s' is not writable (%s); give another "
                         "folder or change its permissions"),
                       o->dir, o->parent, strerror(errno));
    return BJ_OK;
}

/* ---- locks and left-overs ----------------------------------------------- */

/* Takes the lock file at path, making it. -1 and errno when it cannot be had: EWOULDBLOCK for a
 * living owner, ESTALE when a sweep removed it meanwhile. */
static int take_lock(const char *path, int flags)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0666);
    struct stat sb;
    int failed = 0;

    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        failed = errno;
    else if (fstat(fd, &sb) != 0 || sb.st_nlink == 0)
        failed = ESTALE;
    if (!failed)
        return fd;
    close(fd);
    errno = failed;
    return -1;
}

/* ".<name>.banjing-XXXXXX", its lock or its aside folder; *stem: length of the first. */
static bool is_hidden_name(const struct bj_outdir *o, const char *entry, size_t *stem)
{
    size_t n = strlen(o->name), infix = strlen(INFIX);
    const char *tail;

    *stem = 1 + n + infix + RANDOM_LETTERS;
    if (entry[0] != '.' || strncmp(entry + 1, o->name, n) != 0 ||
        strncmp(entry + 1 + n, INFIX, infix) != 0 || strlen(entry) < *stem)
        return false;
    tail = entry + *stem;
    return tail[0] == '\0' || strcmp(tail, ".lock") == 0 || strcmp(tail, ".old") == 0;
}

/* One dead run: its aside folder goes back when there is no target, the rest goes. */
static void sweep_one(struct bj_ctx *ctx, const struct bj_outdir *o, const char *hidden)
{
    char *lock = bj_sprintf(ctx, "%s.lock", hidden), *old = bj_sprintf(ctx, "%s.old", hidden);
    struct stat sb;
    int fd = lock && old ? take_lock(lock, 0) : -1;

    if (fd >= 0) {
        if (lstat(old, &sb) == 0 && S_ISDIR(sb.st_mode)) {
            if (lstat(o->dir, &sb) != 0 && errno == ENOENT && rename(old, o->dir) == 0)
                bj_log(ctx, BJ_LOG_WARNING, _("put back '%s', which a killed run had set aside"),
                       o->dir);
            else
                (void)remove_tree(AT_FDCWD, old);
        }
        (void)remove_tree(AT_FDCWD, hidden);
        unlink(lock);
        close(fd);
        bj_log(ctx, BJ_LOG_DEBUG, "io: removed %s, left over from a killed run", hidden);
    }
    bj_free(ctx, old);
    bj_free(ctx, lock);
}

static void sweep(struct bj_ctx *ctx, const struct bj_outdir *o)
{
    DIR *d = opendir(o->parent);
    size_t stem;

    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        char *hidden;

        if (!is_hidden_name(o, e->d_name, &stem))
            continue;
        hidden = bj_sprintf(ctx, "%s/%.*s", o->parent, (int)stem, e->d_name);
        if (hidden)
            sweep_one(ctx, o, hidden);
        bj_free(ctx, hidden);
    }
    if (d)
        closedir(d);
}

static void random_letters(char *s)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
    unsigned char r[RANDOM_LETTERS] = {0};

    (void)!getrandom(r, sizeof(r), 0); /* no randomness: the name is taken, and we fail */
    for (int i = 0; i < RANDOM_LETTERS; i++)
        s[i] = letters[r[i] % 32];
    s[RANDOM_LETTERS] = '\0';
}

/* Makes the lock and the hidden folder under a name nobody has. mkdir, not mkdtemp: the result
 * gets the permissions that the user's umask gives. */
static enum bj_status make_hidden(struct bj_ctx *ctx, struct bj_outdir *o)
{
    char letters[RANDOM_LETTERS + 1];

    for (int i = 0; i < MAX_TRIES; i++) {
        char *hidden, *lock;
        int failed;

        random_letters(letters);
        hidden = bj_sprintf(ctx, "%s/.%s" INFIX "%s", o->parent, o->name, letters);
        lock = hidden ? bj_sprintf(ctx, "%s.lock", hidden) : NULL;
        if (!lock) {
            bj_free(ctx, hidden);
            return BJ_ENOMEM;
        }
        o->lock_fd = take_lock(lock, O_EXCL);
        failed = o->lock_fd < 0 ? errno : 0;
        if (failed == ENOLCK || failed == EOPNOTSUPP || failed == ENOSYS || failed == EINVAL)
            failed = 0; /* no flock here: go on without */
        if (!failed && mkdir(hidden, 0777) == 0) {
            o->hidden = hidden;
            o->lock = lock;
            return BJ_OK;
        }
        if (!failed) {
            failed = errno;
            unlink(lock);
        }
        if (o->lock_fd >= 0)
            close(o->lock_fd);
        o->lock_fd = -1;
        bj_free(ctx, lock);
        bj_free(ctx, hidden);
        if (failed != EEXIST && failed != ESTALE && failed != EWOULDBLOCK)
            return bj_fail(ctx, BJ_EIO, _("cannot make a folder beside '%s': %s"), o->dir,
                           strerror(failed));
    }
    return bj_fail(ctx, BJ_EIO, _("cannot make a folder beside '%s': no free name"), o->dir);
}

/* ---- begin, paths, abandon ---------------------------------------------- */

static void outdir_free(struct bj_ctx *ctx, struct bj_outdir *o)
{
    if (o->lock)
        unlink(o->lock); /* before the lock falls, so that nobody sweeps a name in use */
    if (o->lock_fd >= 0)
        close(o->lock_fd);
    bj_strings_release(ctx, &o->paths);
    bj_free(ctx, o->lock);
    bj_free(ctx, o->hidden);
    bj_free(ctx, o->marker_path);
    bj_free(ctx, o->marker);
    bj_free(ctx, o->name);
    bj_free(ctx, o->parent);
    bj_free(ctx, o->dir);
    bj_free(ctx, o);
}

/* dir, parent, name from the user's words. */
static enum bj_status split(struct bj_ctx *ctx, struct bj_outdir *o, const char *dir)
{
    size_t n = strlen(dir);
    const char *slash;

    while (n > 1 && dir[n - 1] == '/')
        n--;
    o->dir = bj_strndup(ctx, dir, n);
    if (!o->dir)
        return BJ_ENOMEM;
    slash = strrchr(o->dir, '/');
    o->name = bj_strdup(ctx, slash ? slash + 1 : o->dir);
    if (!slash)
        o->parent = bj_strdup(ctx, ".");
    else
        o->parent = bj_strndup(ctx, o->dir, slash == o->dir ? 1 : (size_t)(slash - o->dir));
    if (!o->name || !o->parent)
        return BJ_ENOMEM;
    if (o->name[0] == '\0' || is_dots(o->name))
        return bj_fail(ctx, BJ_EIO,
                       _("output folder '%s' has no name of its own; give a folder to be made, as "
                         "in -o result"),
                       dir);
    return BJ_OK;
}

enum bj_status bj_outdir_begin(struct bj_ctx *ctx, const char *dir, const char *marker,
                               int overwrite, struct bj_outdir **out)
{
    struct bj_outdir *o = bj_alloc0(ctx, 1, sizeof(*o));
    enum target target;
    enum bj_status st;

    if (!o)
        return BJ_ENOMEM;
    o->lock_fd = -1;
    o->overwrite = overwrite;
    o->marker = bj_strdup(ctx, marker);
    st = o->marker ? split(ctx, o, dir) : BJ_ENOMEM;
    if (!st) {
        o->marker_path = bj_sprintf(ctx, "%s/%s", o->dir, marker);
        st = o->marker_path ? BJ_OK : BJ_ENOMEM;
    }
    if (!st)
        st = look_at_parent(ctx, o);
    if (!st) {
        sweep(ctx, o);
        st = look_at_target(ctx, o, &target);
    }
    if (!st)
        st = make_hidden(ctx, o);
    if (st)
        outdir_free(ctx, o);
    else
        *out = o;
    return st;
}

/* "a/b.shp": relative, and never out of the folder. */
static bool is_inside(const char *relative)
{
    const char *p = relative;

    if (p[0] == '\0' || p[0] == '/')
        return false;
    while (p) {
        size_t n = strcspn(p, "/");

        if (n == 0 || (n == 2 && p[0] == '.' && p[1] == '.'))
            return false;
        p = p[n] ? p + n + 1 : NULL;
    }
    return true;
}

static enum bj_status make_folders(struct bj_ctx *ctx, const struct bj_outdir *o, char *path)
{
    for (char *p = path + strlen(o->hidden) + 1; (p = strchr(p, '/')) != NULL; p++) {
        int failed;

        *p = '\0';
        failed = mkdir(path, 0777) != 0 && errno != EEXIST ? errno : 0;
        *p = '/';
        if (failed)
            return bj_fail(ctx, BJ_EIO, _("cannot make the folder of '%s/%s': %s"), o->dir,
                           path + strlen(o->hidden) + 1, strerror(failed));
    }
    return BJ_OK;
}

enum bj_status bj_outdir_lend(struct bj_ctx *ctx, struct bj_outdir *o, const char *relative,
                              const char **out)
{
    enum bj_status st;
    char *path;

    if (!is_inside(relative))
        return bj_fail(ctx, BJ_EARG, _("'%s' is no path inside the output folder"), relative);
    path = bj_sprintf(ctx, "%s/%s", o->hidden, relative);
    st = path ? make_folders(ctx, o, path) : BJ_ENOMEM;
    if (!st) {
        *out = bj_strings_add(ctx, &o->paths, path, strlen(path));
        st = *out ? BJ_OK : BJ_ENOMEM;
    }
    bj_free(ctx, path);
    return st;
}

const char *bj_outdir_path(struct bj_ctx *ctx, struct bj_outdir *o, const char *relative)
{
    const char *path = NULL;

    return bj_outdir_lend(ctx, o, relative, &path) ? NULL : path;
}

void bj_outdir_abandon(struct bj_ctx *ctx, struct bj_outdir *o)
{
    if (!o)
        return;
    (void)remove_tree(AT_FDCWD, o->hidden);
    outdir_free(ctx, o);
}

/* ---- commit ------------------------------------------------------------- */

static bool cannot_exchange(int error)
{
    return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
}

/* The old way: aside, in, and back again when that fails. */
static int swap_in_steps(const char *from, const char *to, const char *aside)
{
    int failed;

    if (rename(to, aside) != 0)
        return -1;
    if (rename(from, to) == 0) {
        (void)!rename(aside, from);
        return 0;
    }
    failed = errno;
    (void)!rename(aside, to);
    errno = failed;
    return -1;
}

int bj_folders_swap(const char *from, const char *to, const char *aside)
{
#ifdef RENAME_EXCHANGE
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) == 0)
        return 0;
    if (!cannot_exchange(errno))
        return -1;
#endif
    return swap_in_steps(from, to, aside);
}

static int move_in(struct bj_ctx *ctx, const struct bj_outdir *o, enum target target)
{
    char *aside;
    int failed;

    if (target != TARGET_RESULT)
        return rename(o->hidden, o->dir); /* takes an empty folder's place, and nothing else's */
    aside = bj_sprintf(ctx, "%s.old", o->hidden);
    if (!aside) {
        errno = ENOMEM;
        return -1;
    }
    failed = bj_folders_swap(o->hidden, o->dir, aside) ? errno : 0;
    bj_free(ctx, aside);
    errno = failed;
    return failed ? -1 : 0;
}

enum bj_status bj_outdir_commit(struct bj_ctx *ctx, struct bj_outdir *o)
{
    enum target target;
    enum bj_status st = look_at_target(ctx, o, &target);

    if (!st && sync_tree(AT_FDCWD, o->hidden) != 0)
        st = bj_fail(ctx, BJ_EIO, _("cannot write '%s' to the disk: %s"), o->dir, strerror(errno));
    if (!st && move_in(ctx, o, target) != 0)
        st = bj_fail(ctx, BJ_EIO, _("cannot move the result to '%s': %s"), o->dir, strerror(errno));
    if (!st) {
        sync_folder(o->parent);
        if (target != TARGET_RESULT) { /* nothing is hidden any more */
            outdir_free(ctx, o);
            return BJ_OK;
        }
    }
    if (remove_tree(AT_FDCWD, o->hidden) != 0)
        bj_log(ctx, BJ_LOG_WARNING, _("cannot remove '%s': %s; remove it by hand"), o->hidden,
               strerror(errno));
    outdir_free(ctx, o);
    return st;
}

/* ---- files -------------------------------------------------------------- */

struct bj_outfile {
    char *shown; /* path in the target */
    char *buf;
    size_t n;     /* bytes in buf */
    size_t size;  /* bytes put */
    size_t asked; /* bytes whose writing the kernel was asked to start */
    int fd;
    int error; /* errno of the first failure */
};

enum bj_status bj_outfile_new(struct bj_ctx *ctx, struct bj_outdir *o, const char *relative,
                              struct bj_outfile **out)
{
    const char *path = NULL;
    enum bj_status st = bj_outdir_lend(ctx, o, relative, &path);
    struct bj_outfile *f;

    if (st)
        return st;
    f = bj_alloc0(ctx, 1, sizeof(*f));
    if (!f)
        return BJ_ENOMEM;
    f->fd = -1;
    f->shown = bj_sprintf(ctx, "%s/%s", o->dir, relative);
    f->buf = bj_resize(ctx, NULL, BUFFER_BYTES, 1);
    if (!f->shown || !f->buf) {
        bj_outfile_free(ctx, f);
        return BJ_ENOMEM;
    }
    f->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (f->fd < 0) {
        f->error = errno;
        return bj_outfile_close(ctx, f);
    }
    *out = f;
    return BJ_OK;
}

static void write_all(struct bj_outfile *f, const char *data, size_t n)
{
    while (n > 0 && !f->error) {
        ssize_t wrote = write(f->fd, data, n);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            f->error = wrote < 0 ? errno : ENOSPC;
            return;
        }
        data += wrote;
        n -= (size_t)wrote;
    }
}

static void flush(struct bj_outfile *f, bool last)
{
    write_all(f, f->buf, f->n);
    f->n = 0;
    if (!f->error && f->size - f->asked >= (last ? 1 : WRITEBACK_BYTES)) {
        /* A hint: fsync comes at commit, and reports what goes wrong. */
        (void)sync_file_range(f->fd, (off_t)f->asked, (off_t)(f->size - f->asked),
                              SYNC_FILE_RANGE_WRITE);
        f->asked = f->size;
    }
}

void bj_outfile_put(struct bj_outfile *f, const void *data, size_t n)
{
    if (f->error)
        return;
    f->size += n;
    if (n > BUFFER_BYTES - f->n) {
        write_all(f, f->buf, f->n);
        f->n = 0;
        if (n >= BUFFER_BYTES) {
            write_all(f, data, n);
            flush(f, false);
            return;
        }
        flush(f, false);
    }
    memcpy(f->buf + f->n, data, n);
    f->n += n;
}

void bj_outfile_patch(struct bj_outfile *f, size_t offset, const void *data, size_t n)
{
    const char *p = data;

    write_all(f, f->buf, f->n);
    f->n = 0;
    while (n > 0 && !f->error) {
        ssize_t wrote = pwrite(f->fd, p, n, (off_t)offset);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            f->error = wrote < 0 ? errno : ENOSPC;
            return;
        }
        p += wrote;
        offset += (size_t)wrote;
        n -= (size_t)wrote;
    }
}

size_t bj_outfile_size(const struct bj_outfile *f)
{
    return f->size;
}

enum bj_status bj_outfile_check(struct bj_ctx *ctx, const struct bj_outfile *f)
{
    const char *advice = "";

    if (!f->error)
        return BJ_OK;
    if (f->error == ENOSPC || f->error == EDQUOT || f->error == EFBIG)
        advice = _("; free some space or choose another output folder");
    return bj_fail(ctx, BJ_EIO, _("cannot write '%s': %s%s"), f->shown, strerror(f->error), advice);
}

enum bj_status bj_outfile_close(struct bj_ctx *ctx, struct bj_outfile *f)
{
    enum bj_status st;

    if (f->fd >= 0) {
        flush(f, true);
        if (close(f->fd) != 0 && !f->error)
            f->error = errno;
        f->fd = -1;
    }
    st = bj_outfile_check(ctx, f);
    bj_outfile_free(ctx, f);
    return st;
}

void bj_outfile_free(struct bj_ctx *ctx, struct bj_outfile *f)
{
    if (!f)
        return;
    if (f->fd >= 0)
        close(f->fd);
    bj_free(ctx, f->buf);
    bj_free(ctx, f->shown);
    bj_free(ctx, f);
}

enum bj_status bj_outdir_write(struct bj_ctx *ctx, struct bj_outdir *o, const char *relative,
                               const char *data, size_t n)
{
    struct bj_outfile *f = NULL;
    enum bj_status st = bj_outfile_new(ctx, o, relative, &f);

    if (st)
        return st;
    bj_outfile_put(f, data, n);
    return bj_outfile_close(ctx, f);
}
