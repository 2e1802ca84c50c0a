#!/bin/sh
# Builds and runs the small project tests/abi/consumer/WAY against the installed library (or, for the way subdirectory,
# with attain inside it): tests/abi/consume.sh PREFIX WAY
set -eu
prefix=$1
way=$2
build=$ATTAIN_SCRATCH_DIR/build

rm -rf "$build"
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
case $way in
pkg_config)
    command -v pkg-config >/dev/null || { echo "consume: pkg-config is needed"; exit 1; }
    mkdir -p "$build"
    # The flags are meant to be split into words.
    # shellcheck disable=SC2046
    "$CC" -std=c11 "$ATTAIN_SOURCE_DIR/tests/abi/consumer/main.c" $(pkg-config --cflags --libs attain) -o "$build/shared"
    # shellcheck disable=SC2046
    "$CC" -std=c11 "$ATTAIN_SOURCE_DIR/tests/abi/consumer/main.c" $(pkg-config --cflags attain) \
        -Wl,-Bstatic $(pkg-config --libs --static attain) -Wl,-Bdynamic -o "$build/static"
    LD_LIBRARY_PATH="$prefix/lib" "$build/shared"
    "$build/static"
    [ "$("$build/static")" = "attain $(pkg-config --modversion attain)" ]
    if [ -e "$prefix/lib/pkgconfig/attain-sqlite.pc" ]; then
        # shellcheck disable=SC2046
        "$CC" -std=c11 "$ATTAIN_SOURCE_DIR/tests/abi/consumer/store.c" $(pkg-config --cflags --libs attain-sqlite) -o "$build/store"
        (cd "$build" && LD_LIBRARY_PATH="$prefix/lib" ./store store.db)
        [ -e "$(pkg-config --variable=extension attain-sqlite).so" ]
        case " $(pkg-config --libs --static attain-sqlite) " in
        *" -lattain_sqlite -lattain "*"-lsqlite3 "*) ;;
        *) echo "consume: attain-sqlite.pc does not name its libraries in the order of a static link"; exit 1 ;;
        esac
    fi
    ;;
*)
    "$CMAKE" -S "$ATTAIN_SOURCE_DIR/tests/abi/consumer/$way" -B "$build" -DCMAKE_C_COMPILER="$CC" \
        -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" -DATTAIN_SOURCE_DIR="$ATTAIN_SOURCE_DIR"
    "$CMAKE" --build "$build" --parallel 2
    for program in "$build"/consumer_*; do
        echo "$program"
        (cd "$build" && "$program")
    done
    ;;
esac
