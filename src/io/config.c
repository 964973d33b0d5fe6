/* GDAL configuration options, as --config of GDAL's own programs. */
#include "banjing/layer.h"
#include "base/base_int.h"

#include <cpl_conv.h>
#include <string.h>

enum bj_status bj_config_set(struct bj_ctx *ctx, const char *key_value)
{
    const char *equals = strchr(key_value, '=');
    char *key;

    if (!equals || equals == key_value)
        return bj_fail(ctx, BJ_EARG, _("configuration option '%s' is not KEY=VALUE"), key_value);
    key = bj_strndup(ctx, key_value, (size_t)(equals - key_value));
    if (!key)
        return BJ_ENOMEM;
    CPLSetConfigOption(key, equals + 1);
    bj_free(ctx, key);
    return BJ_OK;
}
