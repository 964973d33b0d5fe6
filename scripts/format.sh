#!/usr/bin/env bash
# Holds the C sources against .clang-format.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

if [[ ${1-} == -h || ${1-} == --help ]]; then
    cat <<'EOF'
usage: scripts/format.sh [--check | --fix]

Fails when clang-format 14 would change a C file of include, src or tests, naming the places;
--fix changes them.
EOF
    exit 0
fi
mapfile -t files < <(find include src tests -name '*.[ch]' | sort)
tool=$(command -v clang-format-14 || command -v clang-format) || {
    echo "format: clang-format is missing (scripts/install test)" >&2
    exit 1
}
if [[ ${1-} == --fix ]]; then
    exec "$tool" --style=file -i "${files[@]}"
fi
exec "$tool" --style=file --dry-run -Werror "${files[@]}"
