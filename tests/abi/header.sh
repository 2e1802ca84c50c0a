#!/bin/sh
# attain.h compiles alone and without a warning, as C99, C11 and C17, and as C++ where there is a C++ compiler; a C++
# program links. tests/abi/header.sh PREFIX
set -eu
prefix=$1
here=$ATTAIN_SOURCE_DIR/tests/abi/consumer
cd "${ATTAIN_SCRATCH_DIR:?}"
warnings="-Wall -Wextra -Wpedantic -Werror"

for header in attain arrow sqlite; do
    [ -e "$prefix/include/attain/$header.h" ] || continue
    echo "#include <attain/$header.h>" >alone.c
    for standard in c99 c11 c17; do
        "$CC" -std=$standard $warnings -Wconversion -Wshadow -Wstrict-prototypes -I"$prefix/include" -fsyntax-only alone.c
    done
done

for cxx in ${CXX:-c++ g++ clang++}; do
    if command -v "$cxx" >/dev/null 2>&1; then
        for standard in c++11 c++17; do
            "$cxx" -std=$standard $warnings -I"$prefix/include" "$here/main.cpp" "$prefix/lib/libattain.a" -o from_cxx
            ./from_cxx
            "$cxx" -std=$standard $warnings -I"$prefix/include" -fsyntax-only -x c++ alone.c
        done
        echo "header: C99, C11, C17, C++11 and C++17 ($cxx)"
        exit 0
    fi
done
echo "header: C99, C11 and C17; no C++ compiler was found"
