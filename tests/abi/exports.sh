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

# A declaration may be broken over lines before its parenthesis; the name is the last word in front of it.
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
}' "$prefix/include/attain/attain.h" | sort >declared
nm -D --defined-only "$so" | awk '{ print $NF }' | sort >exported
[ -s declared ] || complain "no ATTAIN_API declarations were found in attain.h"
duplicated=$(uniq -d declared)
[ -z "$duplicated" ] || complain "declared twice in attain.h:" $duplicated
for name in $(comm -23 declared exported); do complain "declared in attain.h, not exported: $name"; done
for name in $(comm -13 declared exported); do complain "exported, not declared in attain.h: $name"; done
for name in $(grep -v '^attain_[a-z0-9_]*$' exported); do complain "exported, does not begin with attain_: $name"; done
for name in $(nm -D --defined-only "$so" | awk '$(NF - 1) !~ /^[TW]$/ { print $NF }'); do
    complain "exported, but no function: $name"
done

# The sections decide, not nm's letters: constants with addresses in them (.data.rel.ro) are written by the loader only.
for name in $(objdump -t "$prefix/lib/libattain.a" | awk '
    /^[0-9a-f]+ / && NF >= 4 {
        section = $(NF - 2)
        if (section ~ /^(\.data|\.bss|\.tdata|\.tbss|\.sdata|\.sbss|\*COM\*)/ && section !~ /^\.data\.rel\.ro/ &&
            $(NF - 1) !~ /^0+$/ && $NF != section)
            print $NF "(" section ")"
    }'); do
    complain "writable global: $name"
done

needed=$(readelf -d "$so" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^libc\.so' || true)
[ -z "$needed" ] || complain "needs more than libc:" $needed
soname=$(readelf -d "$so" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
version=$(awk '/^#define ATTAIN_VERSION_(MAJOR|MINOR) / { printf "%s%s", dot, $3; dot = "." }' "$prefix/include/attain/attain.h")
case $version in
0.*) ;;
*) version=${version%%.*} ;;
esac
[ "$soname" = "libattain.so.$version" ] || complain "SONAME is '$soname', libattain.so.$version is required"

strip -o stripped.so "$so"
size_bytes=$(($(wc -c <stripped.so)))
[ "$size_bytes" -lt 720000 ] || complain "stripped size is $size_bytes bytes, less than 720000 is required"

[ "$status" = 0 ] && echo "exports: $(wc -l <exported) functions, libc only, no writable globals, $size_bytes bytes stripped"
exit "$status"
