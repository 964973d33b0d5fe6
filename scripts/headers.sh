#!/usr/bin/env bash
# Compiles every header alone: each must bring what it needs.
set -uo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." || exit 2

if [[ ${1-} == -h || ${1-} == --help ]]; then
    cat <<'EOF'
usage: scripts/headers.sh

Fails, with the compiler's words, when a header of include/ or src/ does not compile alone as
C11, or a public one as C++17. CC and CXX choose the compilers.
EOF
    exit 0
fi
cc=${CC:-cc}
cxx=${CXX:-c++}
# -isystem: the warnings of others' headers are not ours.
read -ra flags < <(pkg-config --cflags gdal proj yaml-0.1 json-c | sed 's/-I/-isystem /g')
warn=(-Wall -Wextra -Wpedantic -Werror)
bad=0
for header in include/banjing/*.h; do
    "$cc" -std=c11 "${warn[@]}" -fsyntax-only -Iinclude -x c "$header" || bad=1
    if command -v "$cxx" >/dev/null; then
        "$cxx" -std=c++17 "${warn[@]}" -fsyntax-only -Iinclude -x c++ "$header" || bad=1
    fi
done
while read -r header; do
    "$cc" -std=c11 -D_GNU_SOURCE "${warn[@]}" -Wno-unused-function -fsyntax-only \
        -Iinclude -Isrc "${flags[@]}" -x c "$header" || bad=1
done < <(find src -name '*.h' | sort)
exit $bad
