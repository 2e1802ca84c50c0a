#!/bin/sh
# No SQL is made from data: whatever src/sqlite gives to SQLite as SQL is a literal, and data is bound. tests/lint/sql.sh [ROOT]
#
#   - SQLite's own functions that take SQL are called in store_sql.c alone, by functions that have a parameter `sql`
#   - who calls a function with a parameter `sql` passes a literal, one of two literals, a text of the file that is `static const`, one of an
#     array of such texts, or a parameter `sql` of its own; and `*sql`, which walks over such an array, in store_schema.c
#   - no text that is formatted begins like SQL
set -eu
cd "${1:-$(dirname "$0")/../..}"

files=$(find src/sqlite -name '*.[ch]' 2>/dev/null | LC_ALL=C sort)
[ -n "$files" ] || { echo "sql: no sources were read"; exit 1; }
# Twice: the first time for the functions that take SQL.
awk '
function say(text) { print file ": " text; n_bad++ }

# The text of a file without comments, each literal one word: L, or SQL if it begins like SQL.
function flat(text,    out, at, c, literal) {
    out = ""
    while (length(text) > 0) {
        at = match(text, /"|\/\*|\/\/|\047/)
        if (at == 0) { out = out text; break }
        out = out substr(text, 1, at - 1)
        c = substr(text, at, 2)
        text = substr(text, at)
        if (c == "/*") { at = index(text, "*/"); text = substr(text, at + 2) }
        else if (c == "//") { at = index(text, "\n"); text = substr(text, at) }
        else if (substr(c, 1, 1) == "\047") { match(text, /^\047(\\.|[^\047\\])+\047/); text = substr(text, RLENGTH + 1); out = out "0" }
        else {
            match(text, /^"(\\.|[^"\\])*"/)
            literal = substr(text, 2, RLENGTH - 2)
            text = substr(text, RLENGTH + 1)
            out = out (literal ~ /^[ ]*(SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|PRAGMA|ATTACH|DETACH|VACUUM|REINDEX|ANALYZE|BEGIN|SAVEPOINT|WITH|EXPLAIN) / ? " SQL " : " L ")
        }
    }
    gsub(/[ \t\n]+/, " ", out)
    return out
}

# The arguments of the call whose parenthesis opens at the beginning of text; n_arguments of them in argument[].
function split_call(text,    i, c, depth) {
    depth = 0; n_arguments = 1; argument[1] = ""
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (c == ")" && --depth == 0) return
        if (depth > 1 || (depth == 1 && c != ",")) argument[n_arguments] = argument[n_arguments] c
        else if (depth == 1) argument[++n_arguments] = ""
        if (c == "(") depth++
    }
}

function is_constant(a, text) {
    gsub(/^ +| +$/, "", a)
    if (a ~ /^((SQL|L) *)+$/) return 1
    if (a ~ /^[^?]+\? *((SQL|L) *)+: *((SQL|L) *)+$/) return 1
    if (a == "sql") return 1
    if (a == "*sql") return file == "src/sqlite/store_schema.c"
    if (a ~ /^[a-z_0-9]+\[[a-z]\]$/) { sub(/\[.*/, "", a); return index(text, "static const char *const " a "[") > 0 }
    return a ~ /^[a-z_0-9]+$/ && index(text, "static const char " a "[] =") > 0
}

function finish(    rest, name, i, k, n, formatter) {
    content = flat(content)
    if (pass == 1) {
        rest = content
        while (match(rest, /[a-z_0-9]+\([^(){};]*const char \*sql[,)]/)) {
            name = substr(rest, RSTART, RLENGTH)
            n = split(substr(name, index(name, "(") + 1), part, ",")
            for (i = 1; i <= n; i++) if (part[i] ~ /const char \*sql\)?$/) { sub(/\(.*/, "", name); takes[name] = i }
            rest = substr(rest, RSTART + RLENGTH)
        }
        return
    }
    for (name in takes) {
        rest = content
        while (match(rest, "(^|[^a-z_0-9])" name "\\(")) {
            rest = substr(rest, RSTART + RLENGTH - 1)
            split_call(rest)
            if (argument[takes[name]] ~ /const char \*sql/) continue
            n_calls++
            if (!is_constant(argument[takes[name]], content)) say(name "(" argument[takes[name]] "): SQL is a literal, and data is bound")
        }
    }
    if (file != "src/sqlite/store_sql.c" && match(content, /sqlite3_(prepare|exec|get_table)[a-z0-9_]*\(/))
        say(substr(content, RSTART, RLENGTH - 1) " is called in store_sql.c alone")
    rest = content
    while (match(rest, /(printf|appendf|append|appendall|strcat|strcpy|memcpy)\(/)) {
        formatter = substr(rest, RSTART, RLENGTH - 1)
        rest = substr(rest, RSTART + RLENGTH - 1)
        split_call(rest)
        for (k = 1; k <= n_arguments; k++) if (argument[k] ~ /SQL/) say(formatter "(...): SQL is put together")
    }
}

BEGIN { pass = 1 }
FNR == 1 {
    if (NR > 1) finish()
    if (FILENAME == ARGV[1] && NR > 1) pass = 2
    content = ""; file = FILENAME
}
{ content = content $0 "\n" }
END {
    finish()
    if (n_calls == 0) { print "sql: no calls that take SQL were found"; exit 1 }
    if (n_bad) exit 1
    print "sql: " n_calls " calls take constant SQL"
}' $files $files
