#!/bin/sh
# The sqlite3 program with attain.so prints the rows that the program attain prints, byte for byte. tests/sql/shell.sh EXTENSION SQLITE3
# ATTAIN_CLI is the program attain, ATTAIN_SOURCE_DIR the repository; it works in the folder it is started in.
set -eu
extension=${1%.*}
sqlite3=$2
status=0
n_rows=0

# sql DATABASE: statements from standard input, results as CSV as the program writes it.
sql() {
    { printf '%s\n' ".bail on" ".load '$extension'" ".headers on" ".mode csv" ".separator , \"\\n\""; cat; } | "$sqlite3" -batch "$1"
}

# same NAME: compares got and wanted.
same() {
    n=$(wc -l <wanted)
    if ! cmp -s got wanted; then
        echo "$1: the shell (<) and the program (>) differ"
        diff got wanted | head -n 20
        status=1
    elif [ "$n" -lt 2 ]; then
        echo "$1: there are no rows"
        status=1
    fi
    n_rows=$((n_rows + n - 1))
}

# compare NAME PLAN FACTS...: a store of them against the files themselves.
compare() {
    name=$1
    plan=$2
    shift 2
    rm -f "$name.db"
    "$ATTAIN_CLI" print "$plan" >plan.attain 2>/dev/null
    {
        echo "SELECT attain_store_init();"
        echo "SELECT attain_store_put_plan(readfile('plan.attain'));"
        for file; do echo "SELECT attain_store_import_csv(readfile('$file'), '$file');"; done
    } | sql "$name.db" >/dev/null

    for as_of in 2020 2024 2025 2025-H1; do
        "$ATTAIN_CLI" score "$plan" "$@" --as-of $as_of --format csv >wanted 2>/dev/null
        echo "SELECT * FROM attain_scorecard('$as_of') WHERE digits = 6;" | sql "$name.db" >got
        same "$name, scorecard as of $as_of"
    done
    "$ATTAIN_CLI" score "$plan" "$@" --format csv >wanted 2>/dev/null
    echo "SELECT * FROM attain_scorecard WHERE digits = 6;" | sql "$name.db" >got
    same "$name, scorecard as of the last period"
    "$ATTAIN_CLI" score "$plan" "$@" --all-units --digits 9 --format csv >wanted 2>/dev/null
    echo "SELECT * FROM attain_scorecard(NULL, '*', NULL, 9);" | sql "$name.db" >got
    same "$name, scorecard of all units"
    "$ATTAIN_CLI" score "$plan" "$@" --readings --format csv >wanted 2>/dev/null
    echo "SELECT * FROM attain_scorecard(NULL, NULL, NULL, 6, 1);" | sql "$name.db" >got
    same "$name, readings"

    # Doubles: each is the nearest to the fraction that the program prints.
    "$ATTAIN_CLI" score "$plan" "$@" --exact --format csv 2>/dev/null | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "target,unit,period,value_exact,low_exact,high_exact"; next }
        { print $at["target"] "," $at["unit"] "," $at["period"] "," $at["value_exact"] "," $at["low_exact"] "," $at["high_exact"] }' >wanted
    echo "SELECT target, unit, period, value_exact, low_exact, high_exact FROM attain_scorecard;" | sql "$name.db" >got
    same "$name, exact values"
    echo "SELECT count(*) AS n FROM attain_scorecard WHERE value IS NOT attain_ratio(value_exact, 1) OR low IS NOT attain_ratio(low_exact, 1)
        OR high IS NOT attain_ratio(high_exact, 1);" | sql "$name.db" >got
    printf 'n\n0\n' >wanted
    same "$name, doubles"

    "$ATTAIN_CLI" compute "$plan" "$@" --period 2024 --all-units --format csv >wanted 2>/dev/null
    echo "SELECT indicator, unit, period, numerator, denominator, value, low, high, state, flags, reported, expected
        FROM attain_values('2024') WHERE digits = 6;" | sql "$name.db" >got
    same "$name, values"
    "$ATTAIN_CLI" units "$plan" --format csv 2>/dev/null | cut -d, -f1 >wanted
    echo "SELECT unit FROM attain_units;" | sql "$name.db" >got
    same "$name, units"
    "$ATTAIN_CLI" targets "$plan" --format csv >wanted 2>/dev/null
    echo "SELECT target, kind, programme, due, CASE vision WHEN 1 THEN 'vision' END AS vision, phrase, title, source, words, note FROM attain_targets;" |
        sql "$name.db" >got
    sed -e 's/"//g' got >got_plain && mv got_plain got
    sed -e 's/"//g' wanted >wanted_plain && mv wanted_plain wanted
    same "$name, targets"

    # One unit at a time, from parts of the facts, gives what all of them give.
    echo "SELECT * FROM attain_scorecard(NULL, '*', NULL, 6);" | sql "$name.db" | sort >wanted
    echo "SELECT s.* FROM (SELECT DISTINCT unit FROM attain_units) u CROSS JOIN attain_scorecard s WHERE s.at = u.unit AND s.digits = 6;" |
        sql "$name.db" | sort >got
    same "$name, unit by unit"
    echo "SELECT * FROM attain_scorecard WHERE digits = 6;" | sql "$name.db" | sort >wanted
    echo "SELECT s.* FROM (SELECT DISTINCT unit FROM attain_units) u CROSS JOIN attain_scorecard s WHERE s.unit = u.unit AND s.digits = 6;" |
        sql "$name.db" | sort >got
    same "$name, the rows of each unit"
    echo "SELECT * FROM attain_values('2024') WHERE digits = 6;" | sql "$name.db" | sort >wanted
    echo "SELECT v.* FROM attain_units u CROSS JOIN attain_values v WHERE v.unit = u.unit AND v.for_period = '2024' AND v.digits = 6;" |
        sql "$name.db" | sort >got
    same "$name, the values of each unit"
}

examples=$ATTAIN_SOURCE_DIR/examples
compare made-up "$examples/made-up/plan.attain" "$examples/made-up/facts.csv"
compare social-work "$examples/social-work/programmes.attain" $(find "$examples/social-work/facts" -name '*.csv' | LC_ALL=C sort)

[ "$status" = 0 ] && echo "shell: $n_rows rows are the same ($("$sqlite3" --version | cut -c 1-6))"
exit $status
