#!/usr/bin/env bash
# Holds the tree against the house's shape (style.md, "Architecture").
set -uo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." || exit 2

if [[ ${1-} == -h || ${1-} == --help ]]; then
    cat <<'EOF'
usage: scripts/layers.sh [TREE]

Fails, naming file and line, when in TREE (default: this source tree)
  - an #include points up or sideways: the folders stand in rows, each may use rows below it;
  - an outside library is used outside its one folder;
  - a public header needs an outside header;
  - the program (src/cli) looks behind the public headers;
  - the sources and unit tests named in CMakeLists.txt are not those in the tree.
EOF
    exit 0
fi
[[ $# -ge 1 ]] && { cd "$1" || exit 2; }

# Lowest first. plan stands over io for the digest of its file (bj_file_sha256).
rows="base:0 crs:1 io:2 plan:3 study:4 reach:5 cover:6 travel:6 assess:7 report:8 site:8 batch:9 cli:10"
# Public header to folder, where the names differ.
headers="layer:io banjing:cli"

# What may be included with <...> besides C11 and POSIX: header pattern, where it may stand.
outside() # header -> regular expression of files that may include it
{
    case $1 in
    gdal*.h | ogr*.h | cpl_*.h | gnm*.h) echo '^src/io/' ;;
    proj.h | proj_*.h | geodesic.h) echo '^src/crs/' ;;
    geos_c.h) echo '^src/(cover|travel)/' ;;
    yaml.h) echo '^src/base/yaml\.c$' ;;
    json-c/* | json.h) echo '^src/report/' ;;
    openssl/*) echo '^src/io/digest\.c$' ;;
    libintl.h | locale.h | langinfo.h) echo '^src/(base|cli)/' ;;
    getopt.h) echo '^src/cli/' ;;
    assert.h | complex.h | ctype.h | errno.h | float.h | inttypes.h | limits.h | math.h | \
        stdarg.h | stdatomic.h | stdbool.h | stddef.h | stdint.h | stdio.h | stdlib.h | \
        string.h | strings.h | time.h | dirent.h | fcntl.h | ftw.h | fnmatch.h | glob.h | \
        iconv.h | libgen.h | poll.h | pthread.h | regex.h | sched.h | setjmp.h | signal.h | \
        sys/*.h | unistd.h | wchar.h | wctype.h) echo '^src/' ;;
    *) echo 'nowhere' ;;
    esac
}

declare -A row
for pair in $rows; do row[${pair%:*}]=${pair#*:}; done

bad=0
complain() { echo "layers: $*" >&2; bad=1; }

owner_of_public() # base.h -> base
{
    local stem=${1%.h} pair
    for pair in $headers; do [[ ${pair%:*} == "$stem" ]] && stem=${pair#*:}; done
    echo "$stem"
}

check_quoted() # file line folder target
{
    local file=$1 line=$2 folder=$3 target=$4 to
    case $target in
    banjing/*) to=$(owner_of_public "${target#banjing/}") ;;
    */*) to=${target%%/*} ;;
    *) complain "$file:$line: \"$target\" names no folder"; return ;;
    esac
    if [[ -z ${row[$to]+x} ]]; then
        complain "$file:$line: \"$target\" belongs to no folder of the house"
    elif [[ $to == "$folder" ]]; then
        return
    elif [[ $folder == cli && $target != banjing/* ]]; then
        complain "$file:$line: cli uses public headers only, not \"$target\""
    elif ((row[$to] >= row[$folder])); then
        complain "$file:$line: $folder must not use $to (\"$target\")"
    elif [[ $target != banjing/* && $to != base ]]; then
        complain "$file:$line: \"$target\" is private to $to"
    fi
}

check_file() # file folder public
{
    local file=$1 folder=$2 public=$3 n=0 text header where
    while IFS=: read -r n text; do
        if [[ $text =~ \"(.*)\" ]]; then
            check_quoted "$file" "$n" "$folder" "${BASH_REMATCH[1]}"
        elif [[ $text =~ \<(.*)\> ]]; then
            header=${BASH_REMATCH[1]}
            where=$(outside "$header")
            if [[ $public == 1 ]]; then
                [[ $where == '^src/' ]] ||
                    complain "$file:$n: a public header includes <$header>"
            elif ! [[ $file =~ $where ]]; then
                complain "$file:$n: <$header> is not for src/$folder"
            fi
        fi
    done < <(grep -nE '^[[:space:]]*#[[:space:]]*include' "$file")
}

for file in include/banjing/*.h; do
    check_file "$file" "$(owner_of_public "$(basename "$file")")" 1
done
while read -r file; do
    folder=${file#src/}
    folder=${folder%%/*}
    if [[ -z ${row[$folder]+x} ]]; then
        complain "$file: no such folder in the house"
    else
        check_file "$file" "$folder" 0
    fi
done < <(find src -name '*.[ch]' | sort)

# compare WHAT LISTED PRESENT: two sorted lists, one name a line.
compare()
{
    local line
    while read -r line; do
        [[ -n $line ]] && complain "$1 and the tree differ: $line"
    done < <(diff <(echo "$2") <(echo "$3") |
        sed -n 's/^< \(.*\)/\1 is listed but not there/p; s/^> \(.*\)/\1 is there but not listed/p')
}

compare CMakeLists.txt \
    "$(sed 's/#.*//' CMakeLists.txt | grep -oE 'src/[A-Za-z0-9_/]+\.c\b' | sort -u)" \
    "$(find src -name '*.c' | sort)"
if [[ -f tests/CMakeLists.txt ]]; then
    compare tests/CMakeLists.txt \
        "$(sed 's/#.*//' tests/CMakeLists.txt | tr '\n' ' ' |
            sed -n 's/.*set(BANJING_UNIT_TESTS \([^)]*\)).*/\1/p' | xargs -n1 | sort)" \
        "$(find tests/unit -name 'test_*.c' | sed 's|.*/test_||; s|\.c$||' | sort)"
fi

exit $bad
