#!/usr/bin/env bash
# Every symbol that the library exports must start with bj_.
set -uo pipefail

if [[ $# -ne 1 || $1 == -h || $1 == --help ]]; then
    cat <<'EOF'
usage: scripts/symbols.sh LIBRARY

Fails, naming them, when LIBRARY (libbanjing.a or .so) defines global symbols that do not
start with bj_. Names of the compiler's own (__asan…) do not count.
EOF
    [[ ${1-} == -h || ${1-} == --help ]] && exit 0 || exit 2
fi
dynamic=()
[[ $1 == *.so* ]] && dynamic=(-D)
names=$(nm "${dynamic[@]}" --defined-only --extern-only --format=posix "$1") || exit 1
strange=$(awk 'NF >= 2 && $1 !~ /^(bj_|_)/ && $1 !~ /:$/ {print "symbols: " $1}' <<<"$names")
if ! grep -q '^bj_' <<<"$names"; then
    echo "symbols: $1 exports nothing that starts with bj_" >&2
    exit 1
fi
[[ -z $strange ]] || { echo "$strange" >&2; exit 1; }
