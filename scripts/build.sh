# shellcheck shell=bash
# Read by scripts/demo, scripts/test (source scripts/build.sh): one way to configure and build.
# Shell functions only; the caller has set -euo pipefail and stands in the source tree.

jobs=${JOBS:-$(nproc)}

# build_tree FOLDER [CMAKE OPTION...]: configures when needed and builds, quiet but for errors.
# A folder that was made for another place or compiler is made anew.
build_tree()
{
    local dir=$1 cache="$1/CMakeCache.txt" home fresh=()
    shift
    if [[ -f $cache ]]; then
        home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$cache")
        [[ $home == "$PWD" && $(cat "$dir/options" 2>/dev/null) == "$*" ]] || fresh=(--fresh)
    fi
    mkdir -p "$dir"
    cmake "${fresh[@]}" -S . -B "$dir" -G Ninja "$@" >"$dir/configure.log" 2>&1 || {
        cat "$dir/configure.log" >&2
        return 1
    }
    echo "$*" >"$dir/options"
    cmake --build "$dir" --parallel "$jobs" >"$dir/build.log" 2>&1 || {
        grep -v '^\[[0-9]*/[0-9]*\] ' "$dir/build.log" | tail -n 60 >&2
        return 1
    }
}
