#!/usr/bin/env bash
# scripts/layers.sh and scripts/symbols.sh must see a fault when there is one: each is planted
# in a small tree of its own.
set -uo pipefail
root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

new_tree()
{
    rm -rf "$work/tree"
    mkdir -p "$work"/tree/{include/banjing,src/base,src/io,src/cover,src/cli}
    cd "$work/tree" || exit 1
    echo '#include <stddef.h>' >include/banjing/base.h
    echo '#include "banjing/base.h"' >include/banjing/layer.h
    echo '#include "banjing/base.h"' >src/base/ctx.c
    printf '#include "banjing/layer.h"\n#include <gdal.h>\n' >src/io/layer.c
    echo '#include "banjing/layer.h"' >src/cli/main.c
    echo 'add_library(b src/base/ctx.c src/io/layer.c src/cli/main.c)' >CMakeLists.txt
}

expect() # what, words that layers.sh must say ("" = nothing, success)
{
    local said
    said=$("$root/scripts/layers.sh" "$work/tree" 2>&1)
    local code=$?
    if [[ -z $2 && $code -eq 0 && -z $said ]]; then return; fi
    if [[ -n $2 && $code -ne 0 && $said == *"$2"* ]]; then return; fi
    echo "faults: $1: got code $code and: $said" >&2
    failed=1
}

new_tree
expect "a clean tree" ""
echo '#include "banjing/layer.h"' >>src/base/ctx.c
expect "an include that points up" "src/base/ctx.c:2: base must not use io"
new_tree
echo '#include <geos_c.h>' >>src/io/layer.c
expect "a library in the wrong folder" "src/io/layer.c:3: <geos_c.h> is not for src/io"
new_tree
echo '#include <curl/curl.h>' >>src/io/layer.c
expect "an unknown library" "<curl/curl.h> is not for src/io"
new_tree
echo '#include <gdal.h>' >>include/banjing/layer.h
expect "an outside header in a public one" "a public header includes <gdal.h>"
new_tree
echo '#include "io/layer_int.h"' >>src/cli/main.c
expect "cli behind the public headers" "cli uses public headers only"
new_tree
echo '#include "io/layer_int.h"' >src/cover/area.c
echo 'target_sources(b PRIVATE src/cover/area.c)' >>CMakeLists.txt
expect "another folder's private header" "\"io/layer_int.h\" is private to io"
new_tree
touch src/base/stray.c
expect "a source not listed" "src/base/stray.c is there but not listed"
new_tree
rm src/io/layer.c
expect "a source listed but gone" "src/io/layer.c is listed but not there"
new_tree
mkdir -p tests/unit
echo 'set(BANJING_UNIT_TESTS area' >tests/CMakeLists.txt
echo '  base)' >>tests/CMakeLists.txt
touch tests/unit/test_{area,base}.c
expect "tests as listed" ""
touch tests/unit/test_crs.c
expect "a test not listed" "crs is there but not listed"

cd "$work" || exit 1
printf 'int bj_good(void);\nint bj_good(void) { return 1; }\n' >good.c
printf 'int stray(void);\nint stray(void) { return 1; }\n' >stray.c
"${CC:-cc}" -c good.c stray.c && ar rc libgood.a good.o && ar rc libstray.a good.o stray.o
"$root/scripts/symbols.sh" libgood.a || { echo "faults: a clean library" >&2; failed=1; }
if "$root/scripts/symbols.sh" libstray.a 2>/dev/null; then
    echo "faults: a stray symbol was not seen" >&2
    failed=1
fi
exit $failed
