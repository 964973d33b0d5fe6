# shellcheck shell=bash disable=SC2154
# Read by scripts/test --deep: what takes long. Uses its step, ctest_in, build_tree, checked,
# names, select and jobs.

fuzz_seconds=${FUZZ_SECONDS:-60}

# The sanitizers' build ran with BANJING_DEEP=1 already; here the same twins without them, as
# users run them, and valgrind, which cannot run sanitized programs.
echo "test: deep: optimised build" >&2
step "build for valgrind" build_tree build/valgrind "${checked[@]}" -DCMAKE_C_COMPILER=gcc \
    -DBANJING_TESTS=ON -DBANJING_WERROR=ON
ctest_in build/valgrind -E '^gate\.' "${select[@]}"

echo "test: deep: valgrind" >&2
while read -r program; do
    name=$(basename "$program")
    [[ ${#names[@]} -eq 0 || $name =~ $(IFS='|'; echo "${names[*]}") ]] || continue
    # The short tests only: the long twins would take hours here.
    step "valgrind $name" env -u BANJING_DEEP valgrind --quiet --error-exitcode=99 \
        --leak-check=full --errors-for-leak-kinds=definite \
        --suppressions=scripts/valgrind.supp "$program"
done < <(find build/valgrind -type f -perm -u+x -name 'test_*' | sort)

echo "test: deep: cppcheck" >&2
step "cppcheck" cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
    --enable=warning,portability --suppress=missingIncludeSystem --suppress=unmatchedSuppression \
    -Iinclude -Isrc -j "$jobs" src

echo "test: deep: fuzzing, $fuzz_seconds s each" >&2
step "build the fuzzers" build_tree build/fuzz "${checked[@]}" -DCMAKE_C_COMPILER=clang \
    -DBANJING_TESTS=ON -DBANJING_FUZZ=ON
while read -r program; do
    name=$(basename "$program")
    corpus=build/fuzz/found/$name
    mkdir -p "$corpus"
    seeds=()
    [[ -d tests/fuzz/corpus/${name#fuzz_} ]] && seeds=("tests/fuzz/corpus/${name#fuzz_}")
    step "$name" "$program" -max_total_time="$fuzz_seconds" -timeout=20 -rss_limit_mb=1500 \
        -artifact_prefix="build/fuzz/found/$name-" "$corpus" "${seeds[@]}"
done < <(find build/fuzz -maxdepth 3 -type f -perm -u+x -name 'fuzz_*' | sort)
