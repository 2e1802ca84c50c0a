#!/bin/sh
# No function over 60 lines, unless the comment right above it says that it is a table, a dispatch or a parser.
# tests/lint/functions.sh [ROOT]
#
# By the house's format a function body opens and closes with a brace at column 0, and nothing else does. The length is
# counted from the first line of the signature to the closing brace.
set -eu
cd "${1:-$(dirname "$0")/../..}"

find src bindings -name '*.c' -o -name '*.h' | LC_ALL=C sort | xargs awk -v most=60 '
FNR == 1 { start = 0; comment = ""; in_comment = 0; in_body = 0 }
in_body {
    if ($0 ~ /^}/) {
        n_functions++
        length_lines = FNR - start + 1
        if (length_lines > most && tolower(comment) !~ /table|dispatch|parser/) {
            print FILENAME ":" start ": " name " has " length_lines " lines; at most " most \
                " unless its comment says that it is a table, a dispatch or a parser"
            n_bad++
        }
        in_body = 0; start = 0; comment = ""
    }
    next
}
in_comment { comment = comment " " $0; if ($0 ~ /\*\//) in_comment = 0; next }
/^\/\*/ || /^\/\// {
    comment = (start ? "" : comment) " " $0
    start = 0
    if ($0 ~ /^\/\*/ && $0 !~ /\*\//) in_comment = 1
    next
}
/^{/ { in_body = 1; next }
/^[ \t]*$/ || /^#/ || /[;}][ \t]*(\/\*.*\*\/)?$/ { start = 0; comment = ""; next }
!start { start = FNR; name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
END {
    if (n_functions == 0) { print "functions: none were read"; exit 1 }
    if (n_bad) exit 1
    print "functions: " n_functions " of at most " most " lines, or a table, a dispatch or a parser"
}'
