#!/bin/sh
# Builds a plain release of the project, as somebody does who has a C compiler and CMake only, and installs it.
# tests/abi/install.sh PREFIX; the environment gives ATTAIN_SOURCE_DIR, ATTAIN_SCRATCH_DIR, CC, CMAKE.
set -eu
prefix=$1
build=$ATTAIN_SCRATCH_DIR/build

rm -rf "$prefix"
# Configured for another prefix than the one it is installed to: an installed tree must not depend on where it was meant to be.
"$CMAKE" -S "$ATTAIN_SOURCE_DIR" -B "$build" -DCMAKE_C_COMPILER="$CC" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_FLAGS_RELEASE="-O2 -DNDEBUG" -DATTAIN_BUILD_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_LIBDIR=lib
"$CMAKE" --build "$build" --parallel 2
"$CMAKE" --install "$build" --prefix "$prefix"

sqlite=
if grep -q "^SQLite3_LIBRARY:FILEPATH=/" "$build/CMakeCache.txt"; then
    sqlite="lib/libattain_sqlite.a lib/libattain_sqlite.so lib/attain/attain.so include/attain/sqlite.h
        lib/pkgconfig/attain-sqlite.pc lib/cmake/attain/attain-sqlite-targets.cmake"
fi
# The list is meant to be split into words.
# shellcheck disable=SC2086
for file in bin/attain lib/libattain.a lib/libattain.so include/attain/attain.h lib/pkgconfig/attain.pc \
    lib/cmake/attain/attain-config.cmake lib/cmake/attain/attain-config-version.cmake $sqlite; do
    [ -e "$prefix/$file" ] || { echo "install: $file is missing"; exit 1; }
done
if grep -rIl -e "$ATTAIN_SOURCE_DIR" -e "$build" "$prefix"; then
    echo "install: the files above hold a path of the build"
    exit 1
fi
"$prefix/bin/attain" --help >/dev/null
echo "install: the release is installed and its program runs"
