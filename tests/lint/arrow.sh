#!/bin/sh
# The arrow: which room may include which. tests/lint/arrow.sh [ROOT]
#
#     base <- number, calendar, csv <- model <- language
#                                      model <- facts <- score <- api
#                                                   include/ <- sqlite, cli
#
# language and facts do not see each other, score sees no text, the store and the program see the public headers alone. The core
# includes headers of C11 only, and none that reads the locale or the clock: a number means the same everywhere. What is beyond
# C11, threads, pages, the processor's name and its instructions, has one file each.
set -eu
cd "${1:-$(dirname "$0")/../..}"

find src include -name '*.[ch]' | LC_ALL=C sort | xargs awk '
BEGIN {
    below["base"] = "base"
    below["number"] = "base number"
    below["calendar"] = "base calendar"
    below["csv"] = "base csv"
    below["model"] = "base number calendar csv model"
    below["language"] = below["model"] " language"
    below["facts"] = below["model"] " facts"
    below["score"] = below["facts"] " score"
    below["api"] = below["score"] " language api"
    below["cli"] = "cli"
    below["sqlite"] = "sqlite"
    below["include"] = "attain"
    split("assert errno float inttypes limits math stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib string", c11)
    for (i in c11) allowed["<" c11[i] ".h>"] = 1
    split("team.c:pthread team.c:signal workspace.c:pthread workspace.c:sys/mman workspace.c:unistd cpu.c:cpuid", beyond)
    # The store: files and clocks of POSIX in a file each, and SQLite itself in one.
    split("api.h:sqlite3 api.h:sqlite3ext store_care.c:fcntl store_care.c:sys/stat store_care.c:unistd store_handle.c:sys/stat store_handle.c:unistd store_handle.h:sys/types store_sql.c:time", posix)
    for (i in posix) { split(posix[i], one, ":"); allowed["src/sqlite/" one[1] " <" one[2] ".h>"] = 1 }
    for (i in beyond) { split(beyond[i], one, ":"); allowed["src/base/" one[1] " <" one[2] ".h>"] = 1 }
    allowed["src/base/stream.h <emmintrin.h>"] = allowed["src/csv/marks.c <emmintrin.h>"] = allowed["src/facts/kernel_runs_avx512.c <immintrin.h>"] = allowed["src/facts/kernel_arrow_avx512.c <immintrin.h>"] = 1
}
FNR == 1 {
    n_files++
    n = split(FILENAME, part, "/")
    room = part[1] == "include" ? "include" : part[2]
    if (!(room in below) || (room != "include" && n != 3)) say("is in no room of the house")
}
/^[ \t]*#[ \t]*include/ {
    n_includes++
    what = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", what)
    if (what ~ /^"/) {
        split(what, quoted, "\"")
        if (split(quoted[2], path, "/") != 2) say("include \"" quoted[2] "\": write it as \"room/file.h\"")
        else if (index(" " below[room] " ", " " path[1] " ") == 0)
            say("include \"" quoted[2] "\": " room " may not see " path[1] " (it may see: " below[room] ")")
    } else {
        sub(/>.*/, ">", what)
        if (what ~ /^<attain\//) next
        if (room != "cli" && !(what in allowed) && !((FILENAME " " what) in allowed)) say("include " what ": not a header the core may use")
    }
}
function say(text) { print FILENAME ":" FNR ": " text; n_bad++ }
END {
    if (n_files == 0 || n_includes == 0) { print "arrow: no sources were read"; exit 1 }
    if (n_bad) exit 1
    print "arrow: " n_includes " includes in " n_files " files point the right way"
}'
