#!/bin/sh
# The plans in examples/ are what their READMEs say: canonical, sound, every commitment T1 to T16 and every milestone with a
# row, every open verdict with its reason, every target explained by its words, its promise and one line of arithmetic.
set -eu
cd "${ATTAIN_SOURCE_DIR:?}"
work=${ATTAIN_SCRATCH_DIR:?}
social=examples/social-work
n_failed=0
fail() {
    echo "examples: $*"
    n_failed=$((n_failed + 1))
}

for plan in examples/*/*.attain; do
    "$ATTAIN_CLI" fmt --check "$plan" >/dev/null || fail "$plan is not canonical; attain fmt --write $plan"
done
for folder in $social/programmes.attain examples/made-up/plan.attain; do
    "$ATTAIN_CLI" check "$folder" >"$work/check" 2>"$work/findings" || fail "$folder has errors: $(cat "$work/findings")"
done
"$ATTAIN_CLI" score $social/programmes.attain $social/facts/*.csv --format csv >"$work/score.csv" 2>"$work/findings" ||
    fail "the scorecard: $(cat "$work/findings")"
"$ATTAIN_CLI" explain $social/programmes.attain $social/facts/*.csv >"$work/explain.txt" 2>"$work/findings" ||
    fail "the explanations: $(cat "$work/findings")"
"$ATTAIN_CLI" score examples/made-up/plan.attain examples/made-up/facts.csv --format csv >"$work/made-up.csv" 2>"$work/findings" ||
    fail "the invented province: $(cat "$work/findings")"

# "# T7. ..." stands above the target of T7.
awk '/^# T[0-9]+[. ]/ { t = $2; sub(/[^T0-9].*/, "", t) } /^target / && t != "" { print t, $2; t = "" }' $social/*.attain |
    sort -u >"$work/commitments"
n=1
while [ $n -le 16 ]; do
    id=$(awk -v t="T$n" '$1 == t { print $2; exit }' "$work/commitments")
    if [ -z "$id" ]; then
        fail "no target stands under the comment '# T$n'"
    elif ! grep -q "^$id," "$work/score.csv"; then
        fail "T$n ($id) has no row in the scorecard"
    fi
    n=$((n + 1))
done
awk '/^(target|milestone) / { print $2 }' $social/*.attain | while read -r id; do
    grep -q "^$id," "$work/score.csv" || echo "$id"
done >"$work/without-row"
[ ! -s "$work/without-row" ] || fail "without a row: $(tr '\n' ' ' <"$work/without-row")"

# Columns of the scorecard: 19 verdict, 20 reason. No field of these files holds a comma.
for card in score made-up; do
    awk -F, 'NR > 1 && $19 == "undetermined" && $20 == "" { print $1 }' "$work/$card.csv" >"$work/without-reason"
    [ ! -s "$work/without-reason" ] || fail "open without a reason: $(tr '\n' ' ' <"$work/without-reason")"
    for verdict in met not_met undetermined not_applicable; do
        awk -F, -v v=$verdict '$19 == v { found = 1 } END { exit !found }' "$work/$card.csv" ||
            fail "$card.csv has no verdict $verdict"
    done
done

# Each explanation: a heading, then at least a promise, readings or a milestone's line, and the arithmetic.
awk '
function close_one() {
    if (id != "" && (!promise || !sum)) print id
    promise = sum = 0
}
/^[^ ]/ { close_one(); id = $1 }
/^  (promise|reading) / { promise = 1; if (/not quantified/) sum = 1 }
/^  sum / { sum = 1; if (/evidence|done on|all of/) promise = 1 }
END { close_one() }' "$work/explain.txt" >"$work/unexplained"
[ ! -s "$work/unexplained" ] || fail "not explained in full: $(tr '\n' ' ' <"$work/unexplained")"
n_settled=$(grep -c '^  settled by' "$work/explain.txt" || true)
n_open=$(grep -c '· undetermined$' "$work/explain.txt" || true)
[ "$n_settled" -ge "$n_open" ] || fail "$n_open open verdicts, but only $n_settled lines that say what would settle one"

[ $n_failed -eq 0 ] || exit 1
echo "examples: $(($(wc -l <"$work/score.csv") - 1)) rows of real plans, $(($(wc -l <"$work/made-up.csv") - 1)) of the invented one"
