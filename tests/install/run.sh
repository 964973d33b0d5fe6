#!/usr/bin/env bash
# Installs a build into a fresh folder and uses it as others would: the program from its bin
# folder, the library by find_package and by pkg-config.
set -euo pipefail

if [[ ${1-} == -h || ${1-} == --help ]]; then
    cat <<'EOF'
usage: tests/install/run.sh [BUILD_FOLDER]

Without BUILD_FOLDER: the build folder that holds the working folder (as ctest runs it).
EOF
    exit 0
fi
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$(realpath "${1:-$PWD}")
while [[ ! -f $build/CMakeCache.txt && $build != / ]]; do build=$(dirname "$build"); done
if [[ $build == / ]]; then
    echo "install: no build folder at ${1:-$PWD}" >&2
    exit 1
fi
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
version=$(cached CMAKE_PROJECT_VERSION)
CC=$(cached CMAKE_C_COMPILER)
export CC
flags=
# Leaks are looked for in the unit tests; here outside libraries would only add their own.
[[ $(cached BANJING_SANITIZE) == ON ]] && flags=-fsanitize=address,undefined
export ASAN_OPTIONS=detect_leaks=0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
unset BANJING_DATA # the installed program must find its own plans
export DESTDIR=

cmake --install "$build" --prefix "$prefix" >"$work/install.log" 2>&1 || {
    cat "$work/install.log" >&2
    exit 1
}
# What others read must not name the folders it was built in: they may be gone.
if grep -rlF --include='*.cmake' --include='*.pc' -e "$build" -e "$(realpath "$here/../..")" \
    "$prefix"; then
    echo "install: the files above name the source or build folder" >&2
    exit 1
fi

echo "program"
"$prefix/bin/banjing" --version | grep -qF "$version"
"$prefix/bin/banjing" plan list >"$work/plans"
grep -q liaocheng-2023 "$work/plans"
test -f "$prefix/share/banjing/plans/liaocheng-2023.yaml"

echo "find_package"
cmake -S "$here" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_FLAGS="$flags" \
    -DCMAKE_BUILD_TYPE=Release >"$work/cmake.log" 2>&1 &&
    cmake --build "$work/cmake" >>"$work/cmake.log" 2>&1 || {
    cat "$work/cmake.log" >&2
    exit 1
}
export BANJING_DATA=$prefix/share/banjing # the consumer does not stand beside share/
"$work/cmake/consumer" "$version"

echo "pkg-config"
pc=$(find "$prefix" -name banjing.pc)
libdir=$(dirname "$(dirname "$pc")")
export PKG_CONFIG_PATH=$libdir/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
test "$(pkg-config --modversion banjing)" = "$version"
# shellcheck disable=SC2046,SC2086 # they are lists of words
"$CC" -std=c11 -Wall -Wextra -Werror $flags "$here/consumer.c" -o "$work/consumer" \
    $(pkg-config --define-prefix --cflags --libs banjing)
LD_LIBRARY_PATH=$libdir "$work/consumer" "$version"
