#include "support.h"

#include <ftw.h>
#include <unistd.h>

struct bj_ctx *ctx;

int support_setup(void **state)
{
    (void)state;
    ctx = bj_ctx_new();
    return ctx ? 0 : -1;
}

int support_teardown(void **state)
{
    (void)state;
    bj_ctx_free(ctx);
    ctx = NULL;
    return 0;
}

void support_near(double got, double want, double tol, const char *what, const char *file, int line)
{
    if (fabs(got - want) <= tol)
        return;
    print_error("%s: got %.17g, want %.17g +- %g (off by %g)\n", what, got, want, tol, got - want);
    _fail(file, line);
}

void support_ok(enum bj_status st, const char *what, const char *file, int line)
{
    if (st == BJ_OK)
        return;
    print_error("%s: status %d: %s\n", what, (int)st, bj_ctx_message(ctx));
    _fail(file, line);
}

void support_fails(enum bj_status got, enum bj_status want, const char *word, const char *what,
                   const char *file, int line)
{
    if (got == want && (!word || strstr(bj_ctx_message(ctx), word)))
        return;
    print_error("%s: status %d, want %d with '%s' in its message: %s\n", what, (int)got, (int)want,
                word ? word : "", bj_ctx_message(ctx));
    _fail(file, line);
}

static int remove_entry(const char *path, const struct stat *sb, int flag, struct FTW *f)
{
    (void)sb;
    (void)flag;
    (void)f;
    return remove(path);
}

static char made[256][256];
static size_t n_made;

static void remove_made(void)
{
    while (n_made > 0)
        nftw(made[--n_made], remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *support_tmpdir(void)
{
    const char *root = getenv("TMPDIR");

    if (n_made == sizeof(made) / sizeof(*made))
        fail_msg("too many temporary folders in one test program");
    if (n_made == 0)
        atexit(remove_made);
    snprintf(made[n_made], sizeof(made[n_made]), "%s/banjing-test-XXXXXX", root ? root : "/tmp");
    if (!mkdtemp(made[n_made]))
        fail_msg("cannot make a temporary folder %s", made[n_made]);
    return made[n_made++];
}

const char *support_path(const char *dir, const char *name)
{
    static char path[8][1024];
    static unsigned next;
    char *p = path[next++ % 8];

    snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
    return p;
}

const char *support_write(const char *dir, const char *name, const char *text)
{
    const char *path = support_path(dir, name);
    FILE *f = fopen(path, "wb");

    if (!f || fputs(text, f) < 0 || fclose(f))
        fail_msg("cannot write %s", path);
    return path;
}

char *support_read(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *s = NULL;
    size_t n = 0, cap = 0, got;

    if (!f)
        fail_msg("cannot open %s", path);
    do {
        cap += 65536;
        s = realloc(s, cap + 1);
        assert_non_null(s);
        got = fread(s + n, 1, cap - n, f);
        n += got;
    } while (n == cap);
    fclose(f);
    s[n] = '\0';
    return s;
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

/* splitmix64 fills the state, as its authors advise. */
void support_seed(struct support_random *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        uint64_t z = (seed += 0x9e3779b97f4a7c15u);

        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        r->s[i] = z ^ (z >> 31);
    }
}

double support_uniform(struct support_random *r, double low, double high)
{
    uint64_t *s = r->s, result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return low + (high - low) * ((double)(result >> 11) * 0x1.0p-53);
}

struct failing {
    size_t left; /* allocations that still succeed */
    size_t n;
};

static void *failing_resize(void *udata, void *p, size_t n)
{
    struct failing *f = udata;

    f->n++;
    if (f->left == 0)
        return NULL;
    f->left--;
    return realloc(p, n);
}

static void failing_release(void *udata, void *p)
{
    (void)udata;
    free(p);
}

size_t support_torture(enum bj_status (*call)(struct bj_ctx *c, void *arg), void *arg)
{
    return support_torture_by(1, call, arg);
}

size_t support_torture_by(size_t step, enum bj_status (*call)(struct bj_ctx *c, void *arg),
                          void *arg)
{
    for (size_t n = 0; n < 1000000; n += step) {
        struct failing f = {n, 0};
        struct bj_allocator a = {failing_resize, failing_release, &f};
        struct bj_ctx *c = bj_ctx_new();
        enum bj_status st;

        assert_non_null(c);
        bj_ctx_set_allocator(c, &a);
        st = call(c, arg);
        bj_ctx_free(c);
        if (st == BJ_OK)
            return n;
        if (st != BJ_ENOMEM)
            fail_msg("allocation %zu failed, and the call ended with status %d", n + 1, (int)st);
    }
    fail_msg("a million allocations and no end");
    return 0;
}
