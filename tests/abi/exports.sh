#!/bin/sh
# What the installed libraries show to the outside: tests/abi/exports.sh PREFIX.
#
# The shared library exports the functions that stand behind ATTAIN_API (at column 0) in the header, and nothing else; it
# needs libc alone, has no data that can be written to, and stays small. The static one has no writable data either.
set -eu
export LC_ALL=C
prefix=$1
cd "${ATTAIN_SCRATCH_DIR:?}"
so=$prefix/lib/libattain.so
status=0
complain() {
    echo "exports: $*"
    status=1
}

# Functions that a header declares; a declaration may be broken over lines before its parenthesis; the name is the last word in front of it.
declared_in() {
    awk '
/^ATTAIN_API / { text = ""; open = 1 }
open {
    text = text " " $0
    if (text ~ /\(/) {
        sub(/ *\(.*/, "", text)
        sub(/.*[ *]/, "", text)
        print text
        open = 0
    }
}' "$1" | sort
}
# compare HEADER LIBRARY: the one declares what the other exports.
compare() {
    declared_in "$prefix/include/attain/$1" >declared
    nm -D --defined-only "$2" | awk '{ print $NF }' | sort >exported
    [ -s declared ] || complain "no ATTAIN_API declarations were found in $1"
    duplicated=$(uniq -d declared)
    [ -z "$duplicated" ] || complain "declared twice in $1:" $duplicated
    for name in $(comm -23 declared exported); do complain "declared in $1, not exported: $name"; done
    for name in $(comm -13 declared exported); do complain "exported, not declared in $1: $name"; done
    for name in $(grep -v '^attain_[a-z0-9_]*$' exported | grep -v '^sqlite3_attain_init$'); do
        complain "exported, does not begin with attain_: $name"
    done
    for name in $(nm -D --defined-only "$2" | awk '$(NF - 1) !~ /^[TW]$/ { print $NF }'); do
        complain "exported, but no function: $name"
    done
}
compare attain.h "$so"
n_functions=$(wc -l <exported)

# The sections decide, not nm's letters: constants with addresses in them (.data.rel.ro) are written by the loader only.
writable() {
    objdump -t "$1" | awk '
    /^[0-9a-f]+ / && NF >= 4 {
        section = $(NF - 2)
        if (section ~ /^(\.data|\.bss|\.tdata|\.tbss|\.sdata|\.sbss|\*COM\*)/ && section !~ /^\.data\.rel\.ro/ &&
            $(NF - 1) !~ /^0+$/ && $NF != section)
            print $NF "(" section ")"
    }'
}
for name in $(writable "$prefix/lib/libattain.a"); do
    complain "writable global: $name"
done

needed_by() {
    readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^libc\.so' || true
}
soname_of() {
    readelf -d "$1" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p'
}
needed=$(needed_by "$so")
[ -z "$needed" ] || complain "needs more than libc:" $needed
soname=$(soname_of "$so")
version=$(awk '/^#define ATTAIN_VERSION_(MAJOR|MINOR) / { printf "%s%s", dot, $3; dot = "." }' "$prefix/include/attain/attain.h")
case $version in
0.*) ;;
*) version=${version%%.*} ;;
esac
[ "$soname" = "libattain.so.$version" ] || complain "SONAME is '$soname', libattain.so.$version is required"

strip -o stripped.so "$so"
size_bytes=$(($(wc -c <stripped.so)))
[ "$size_bytes" -lt 720000 ] || complain "stripped size is $size_bytes bytes, less than 720000 is required"

# The store: its header and nothing else, attain and SQLite and nothing else, and nothing that can be written to. The extension shows its entry
# point alone and reaches SQLite only through the table that it is given.
store=$prefix/lib/libattain_sqlite.so
extension=$prefix/lib/attain/attain.so
if [ -e "$store" ]; then
    compare sqlite.h "$store"
    for name in $(writable "$prefix/lib/libattain_sqlite.a"); do
        complain "writable global of the store: $name"
    done
    for library in $(needed_by "$store"); do
        case $library in
        libattain.so.* | libsqlite3.so.*) ;;
        *) complain "the store needs more than attain and SQLite: $library" ;;
        esac
    done
    soname=$(soname_of "$store")
    [ "$soname" = "libattain_sqlite.so.$version" ] || complain "SONAME is '$soname', libattain_sqlite.so.$version is required"
    [ "$(nm -D --defined-only "$extension" | awk '{ print $NF }')" = sqlite3_attain_init ] ||
        complain "the extension exports more or less than sqlite3_attain_init"
    for name in $(nm -D --undefined-only "$extension" | awk '{ print $NF }' | grep '^sqlite3_' || true); do
        complain "the extension needs a symbol of SQLite: $name"
    done
    needed=$(needed_by "$extension")
    [ -z "$needed" ] || complain "the extension needs more than libc:" $needed
fi

[ "$status" = 0 ] && echo "exports: $n_functions functions, libc only, no writable globals, $size_bytes bytes stripped"
exit "$status"
