/* The door to GDAL: drivers registered once, errors caught instead of printed.
 *
 * GDAL reports by a stack of handlers, one stack a thread. Every public call of this folder
 * pushes one for its own duration, so that a program that uses GDAL itself keeps its own. */
#include "io/io_int.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>

#include <errno.h>
#include <pthread.h>
#include <string.h>

static void register_all(void)
{
    GDALAllRegister();
}

/* GDAL breaks long messages into lines (an SQL error draws an arrow): the first says it all. */
static void CPL_STDCALL catch_error(CPLErr level, CPLErrorNum number, const char *text)
{
    struct bj_gdal *g = CPLGetErrorHandlerUserData();
    const char *arrow = strstr(text, ". Occurred around");
    int n = (int)strcspn(text, "\r\n");

    (void)number;
    if (arrow && arrow - text < n)
        n = (int)(arrow - text);
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '.' || text[n - 1] == ':'))
        n--;
    if (level == CE_Failure || level == CE_Fatal) {
        g->n_errors++;
        snprintf(g->message, sizeof(g->message), "%.*s", n, text);
    } else {
        bj_log(g->ctx, level == CE_Warning ? BJ_LOG_INFO : BJ_LOG_DEBUG, "io: GDAL: %.*s", n, text);
    }
}

void bj_gdal_begin(struct bj_ctx *ctx, struct bj_gdal *g)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    *g = (struct bj_gdal){.ctx = ctx};
    pthread_once(&once, register_all);
    CPLPushErrorHandlerEx(catch_error, g);
    /* GDAL would look through the whole EPSG database for the twin of every .prj (0.1 s a layer);
     * its own words are enough, crs recognises what it has to. */
    CPLSetThreadLocalConfigOption("USE_OSR_FIND_MATCHES", "NO");
}

void bj_gdal_end(struct bj_gdal *g)
{
    CPLSetThreadLocalConfigOption("USE_OSR_FIND_MATCHES", NULL);
    CPLPopErrorHandler();
    CPLErrorReset();
    g->ctx = NULL;
}

const char *bj_gdal_reason(const struct bj_gdal *g)
{
    return g->message[0] ? g->message : _("GDAL gives no reason");
}

const char *bj_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash && slash[1] ? slash + 1 : path;
}

enum bj_status bj_vsi_read(struct bj_ctx *ctx, const char *path, size_t max, char **out, size_t *n)
{
    VSILFILE *f;
    VSIStatBufL sb;
    enum bj_status st = BJ_ENOMEM;
    vsi_l_offset size;
    char *s = NULL;

    if (VSIStatExL(path, &sb, VSI_STAT_NATURE_FLAG) == 0 && VSI_ISDIR(sb.st_mode))
        return bj_fail(ctx, BJ_EIO, _("'%s' is a folder, not a file"), path);
    errno = 0;
    f = VSIFOpenL(path, "rb");
    if (!f && errno)
        return bj_fail(ctx, BJ_EIO, _("file '%s' cannot be opened: %s"), path, strerror(errno));
    if (!f)
        return bj_fail(ctx, BJ_EIO, _("file '%s' cannot be opened"), path);
    if (VSIFSeekL(f, 0, SEEK_END)) {
        st = bj_fail(ctx, BJ_EIO, _("file '%s' cannot be read"), path);
        goto done;
    }
    size = VSIFTellL(f);
    VSIFSeekL(f, 0, SEEK_SET);
    if (size > max) {
        st = bj_fail(ctx, BJ_EDATA, _("file '%s' is larger than %zu bytes"), path, max);
        goto done;
    }
    s = bj_resize(ctx, NULL, (size_t)size + 1, 1);
    if (!s)
        goto done;
    if (VSIFReadL(s, 1, (size_t)size, f) != (size_t)size) {
        st = bj_fail(ctx, BJ_EIO, _("file '%s' cannot be read to its end"), path);
        goto done;
    }
    s[size] = 0;
    *out = s;
    *n = (size_t)size;
    s = NULL;
    st = BJ_OK;
done:
    bj_free(ctx, s);
    VSIFCloseL(f);
    return st;
}
