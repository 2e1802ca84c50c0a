#!/bin/sh
# README.md does what it says: tests/abi/readme.sh PREFIX.
#
#   ```c     every block is a whole program: compiled against the installed library, run, and must return 0
#   ```sh    run if the line in front of it is <!-- test --> (or <!-- test: exit 1 -->, for a command that is to fail)
#   ```text  if the line in front of it is <!-- output -->: what the last block before it printed, to the letter
#
# Blocks run in order in one folder that holds the examples, with the installed attain first on the path.
set -eu
prefix=$1
cd "${ATTAIN_SCRATCH_DIR:?}"
rm -rf run blocks
mkdir run blocks
ln -s "$ATTAIN_SOURCE_DIR/examples" run/examples

# A file per block, blocks/<line>.<kind>[.<exit code>]; the line in the name is that of README.md, with leading zeros.
awk '
/^```/ && open { open = 0; if (file != "") close(file); mark = ""; next }
open { if (file != "") print >file; next }
/^```/ {
    open = 1
    kind = substr($0, 4)
    file = sprintf("blocks/%05d.%s", NR, kind)
    if (kind == "sh" && mark ~ /^<!-- test(: exit [0-9]+)? -->$/) {
        code = mark
        gsub(/[^0-9]/, "", code)
        file = file "." (code == "" ? 0 : code)
    } else if (kind == "c") file = file ".0"
    else if (!(kind == "text" && mark == "<!-- output -->")) file = ""
    if (file != "") printf "" >file
    next
}
/[^ \t]/ { mark = $0 }
END { if (open) { print "README.md: the last code block is not closed"; exit 1 } }
' "$ATTAIN_SOURCE_DIR/README.md"

PATH=$prefix/bin:$PATH
export PATH
n_programs=0
n_scripts=0
n_outputs=0
fail() {
    echo "README.md:$line: $1"
    [ ! -s printed ] || cat printed
    exit 1
}
for block in blocks/*; do
    [ -e "$block" ] || continue
    name=${block#blocks/}
    line=$(echo "${name%%.*}" | sed 's/^0*//')
    case $name in
    *.c.0)
        n_programs=$((n_programs + 1))
        cp "$block" program.c
        "$CC" -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$prefix/include" program.c "$prefix/lib/libattain.a" -o program \
            >printed 2>&1 || fail "the program does not compile"
        (cd run && ../program) >printed 2>&1 </dev/null || fail "the program returns $?"
        ;;
    *.sh.*)
        n_scripts=$((n_scripts + 1))
        code=0
        (cd run && sh -eu "../$block") >printed 2>&1 </dev/null || code=$?
        [ "$code" = "${name##*.}" ] || fail "the commands return $code, ${name##*.} is expected"
        ;;
    *.text)
        n_outputs=$((n_outputs + 1))
        [ -e printed ] || fail "an output, but nothing ran before it"
        diff -u "$block" printed >differs || { cat differs; rm printed; fail "prints something else (- README, + now)"; }
        ;;
    esac
done
[ "$n_programs" -gt 0 ] || { echo "README.md: a C program is expected, none was found"; exit 1; }
[ "$n_scripts" -gt 0 ] || { echo "README.md: tested commands are expected, none were found"; exit 1; }
echo "readme: $n_programs programs and $n_scripts blocks of commands run, $n_outputs outputs are as printed"
