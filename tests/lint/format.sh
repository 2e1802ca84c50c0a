#!/bin/sh
# Every C file stands as .clang-format says: tests/lint/format.sh [ROOT]. CLANG_FORMAT names the program.
set -eu
cd "${1:-$(dirname "$0")/../..}"

files=$(find . \( -path ./build -o -path ./.git \) -prune -o -name '*.[ch]' -print | LC_ALL=C sort)
[ -n "$files" ] || { echo "format: no files were read"; exit 1; }
echo "$files" | xargs "${CLANG_FORMAT:-clang-format}" --dry-run -Werror
echo "format: $(echo "$files" | wc -l) files stand as .clang-format says"
