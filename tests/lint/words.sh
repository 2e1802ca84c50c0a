#!/bin/sh
# What has no place in a tracked file: marks of unfinished work, paths of somebody's machine, hosts of package
# registries; and tabs in C. tests/lint/words.sh [ROOT]
set -eu
cd "${1:-$(dirname "$0")/../..}"

# In pieces, so that this file does not find itself.
marks='\b(TO''DO|FIX''ME|XX''X|HA''CK|st''ub|not imple''mented|place''holder)\b'
paths='/wo''rk/|/ro''ot/|/ho''me/|/tm''p/|/fa''rm|\.lib''rary'
hosts='pypi\.o''rg|registry\.np''mjs|deb\.debi''an\.org|crates\.i''o|repo1?\.ma''ven'

# Files that git knows or would add; without git (a source archive) all but the build folder.
list=$(mktemp)
trap 'rm -f "$list"' EXIT
if ! git ls-files -z --cached --others --exclude-standard >"$list" 2>/dev/null || [ ! -s "$list" ]; then
    find . \( -path ./build -o -path ./.git \) -prune -o -type f -print0 >"$list"
fi

status=0
# refuse WHAT PATTERN NAMES: prints each line that matches in the files whose name does, as file:line:text. What grep
# printed decides, not what it returned: xargs may start it more than once. -I passes over binary files.
refuse() {
    found=$(tr '\0' '\n' <"$list" | grep -E -e "$3" | tr '\n' '\0' | xargs -0 grep -nIE -e "$2" -- /dev/null || true)
    if [ -n "$found" ]; then
        printf '%s\nwords: the lines above hold %s\n' "$found" "$1"
        status=1
    fi
}
refuse "a mark of unfinished work" "$marks" .
refuse "a path of one machine" "$paths" .
refuse "the host of a package registry" "$hosts" .
refuse "tabs; C is indented with blanks" "$(printf '\t')" '\.[ch]$'

n_files=$(tr '\0' '\n' <"$list" | wc -l)
[ "$n_files" -gt 0 ] || { echo "words: no files were read"; exit 1; }
[ "$status" = 0 ] && echo "words: $n_files files are clean"
exit "$status"
