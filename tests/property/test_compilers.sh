#!/bin/sh
# One digest over more than a million scored cells from gcc and clang, without optimisation and with all of it.
set -eu
cd "${ATTAIN_SOURCE_DIR:?}"
work=${ATTAIN_SCRATCH_DIR:?}
n_built=0
: >"$work/digests"
for compiler in gcc clang clang-19 clang-14; do
    command -v "$compiler" >/dev/null 2>&1 || continue
    case $compiler in clang-*) grep -q ' clang ' "$work/digests" && continue ;; esac
    for level in -O0 -O3; do
        objects=$work/$compiler$level
        mkdir -p "$objects"
        for source in src/base src/number src/calendar src/csv src/model src/language src/facts src/score src/api; do
            ls "$source"/*.c
        done | xargs -P 2 -n 8 sh -c '
            compiler=$1 level=$2 objects=$3 && shift 3
            for file in "$@"; do
                "$compiler" "$level" -std=c11 -ffp-contract=off -w -Iinclude -Isrc -c "$file" \
                    -o "$objects/$(echo "$file" | tr / _).o" || exit 255
            done' compile "$compiler" "$level" "$objects"
        "$compiler" "$level" -std=c11 -ffp-contract=off -w -D_POSIX_C_SOURCE=200809L -Iinclude -Itests \
            tests/property/programs/digest.c tests/property/campaign.c "$objects"/*.o -o "$work/digest"
        echo "$("$work/digest") $compiler $level" >>"$work/digests"
        n_built=$((n_built + 1))
    done
done
cat "$work/digests"
[ $n_built -ge 2 ] || { echo "neither gcc nor clang was found"; exit 1; }
[ "$(cut -d' ' -f1-6 "$work/digests" | sort -u | wc -l)" -eq 1 ] || { echo "the digests differ"; exit 1; }
