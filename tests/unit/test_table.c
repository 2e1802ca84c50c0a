/* Tables as a program reads them: columns, cells as text, windows, single rows and summaries. */
#include "score/table.h"
#include "support/alloc_fault.h"
#include "support/build_plan.h"
#include "support/check.h"

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

typedef struct scene {
    attain_plan *plan;
    attain_facts *facts;
    attain_table *card, *values;
} scene;

/* A: 45 of 60 in need; B: nobody has reported; P: both. */
#define PLAN                                                                       \
    "category sex: female, male\n"                                                 \
    "attribute kind: rural, urban\n"                                               \
    "unit P province\n"                                                            \
    "unit A commune in P\n  kind rural\n"                                          \
    "unit B commune in P\n  kind urban\n"                                          \
    "programme g \"G\"\n  period 2021..2025  horizon 2030\n  unit P\n"             \
    "measure helped\n  flow persons  reported yearly by commune\n"                 \
    "measure need\n  flow persons  reported yearly by commune\n"                   \
    "measure net\n  stock VND  any sign  decimals 2  reported yearly by commune\n" \
    "measure staff\n  stock persons  by sex\n"                                     \
    "indicator part = helped / need\n"                                             \
    "indicator shown = helped / need\n  share\n"                                   \
    "indicator mille = helped / need\n  shown as per 1000\n"                       \
    "indicator one_per = helped / need\n  shown as 1 per N\n"                      \
    "indicator total = net\n"                                                      \
    "indicator all_staff = staff\n"                                                \
    "target g.shown\n  shown up at least 50% over 40% stated for 2020 by 2025\n"   \
    "target g.mille\n  mille at least 1/2 by 2025\n"                               \
    "target g.one_per\n  one_per at most 1 per 2 by 2025\n"                        \
    "target g.total\n  total at least 1 by 2025\n"                                 \
    "target g.two\n  reading low: part at least 1/2 by 2025\n"                     \
    "  reading high: part at least 9/10 by 2025\n"                                 \
    "target g.later\n  part at least 2/3 by 2030\n  vision\n"                      \
    "target g.next\n  part at least 3/4 by 2028\n"                                 \
    "milestone g.done \"D\" by 2025\n  done 2025-01-01 \"x\"\n"
#define FACTS                                                 \
    "unit,measure,period,sex,value\n"                         \
    "A,helped,2025,,45\nA,need,2025,,60\nA,net,2025,,-1.50\n" \
    "A,staff,2025,female,3\nA,staff,2025,male,1\nB,staff,2025,female,2\n"

static scene scene_of(const attain_allocator *a)
{
    scene s = {.plan = build_plan(PLAN, a)};
    s.facts = build_facts(s.plan);
    build_add(s.facts, FACTS);
    return s;
}

static void scene_end(scene *s)
{
    attain_table_free(s->card);
    attain_table_free(s->values);
    attain_facts_free(s->facts);
    build_plan_free(s->plan);
}

static attain_table *card_of(const scene *s, const attain_score_options *options)
{
    attain_error err;
    attain_table *table = NULL;
    check_ok(attain_score(s->plan, s->facts, options, &table, &err), &err);
    return table;
}

static attain_table *values_of(const scene *s, const attain_compute_options *options)
{
    attain_error err;
    attain_table *table = NULL;
    check_ok(attain_compute(s->plan, s->facts, options, &table, &err), &err);
    return table;
}

static scene scene_of_both(void)
{
    static const attain_str by[] = {{"sex", 3}, {"kind", 4}};
    scene s = scene_of(NULL);
    const attain_compute_options options = {.struct_size = sizeof options,
                                            .all_units = 1,
                                            .by = by,
                                            .n_by = N_OF(by)};
    s.card = card_of(&s, NULL);
    s.values = values_of(&s, &options);
    return s;
}

static uint32_t target_of(const scene *s, const char *id)
{
    return attain_plan_find(s->plan, ATTAIN_KIND_TARGET, id, strlen(id));
}

static size_t row_of(const scene *s, const char *target)
{
    attain_error err;
    size_t row = SIZE_MAX;
    check_ok(attain_table_find(s->card, target_of(s, target), build_unit(s->plan, "P"), build_period("2025"),
                               &row, &err),
             &err);
    assert_true(row < attain_table_rows(s->card));
    return row;
}

static void check_cell(const attain_table *table, size_t row, attain_column column,
                       const attain_print_options *options, const char *wanted)
{
    char buf[160];
    size_t len = 0;
    attain_error err;
    check_ok(attain_table_print(table, row, column, options, buf, sizeof buf, &len, &err), &err);
    check_text(buf, len, wanted);
    assert_int_equal(buf[len], '\0');
}

/* ---- columns ---- */

static void test_column_names(void **state)
{
    (void)state;
    scene s = scene_of_both();
    const attain_column *columns = NULL;
    char names[512] = "";
    for (size_t i = 0, n = attain_table_columns(s.values, &columns); i < n; i++) {
        strcat(strcat(names, i == 0 ? "" : " "), attain_table_column_name(s.values, columns[i]));
    }
    assert_string_equal(names,
                        "indicator unit period sex kind numerator denominator value low high state flags "
                        "reported expected");
    names[0] = '\0';
    for (size_t i = 0, n = attain_table_columns(s.card, &columns); i < n; i++) {
        strcat(strcat(names, i == 0 ? "" : " "), attain_table_column_name(s.card, columns[i]));
    }
    assert_string_equal(names,
                        "target unit period reading numerator denominator value low high baseline level "
                        "level_high attainment progress change change_relative gap path verdict reason flags "
                        "pace due reported expected missing");
    assert_string_equal(attain_table_column_name(s.card, ATTAIN_COL_STATE), "");
    assert_string_equal(attain_table_column_name(s.values, ATTAIN_COL_VERDICT), "");
    assert_string_equal(attain_table_column_name(s.values, (attain_column)1000), "");
    assert_string_equal(attain_table_column_name(NULL, ATTAIN_COL_STATE), "");
    assert_int_equal(attain_table_columns(NULL, &columns), 0);
    assert_int_equal(attain_table_columns(s.card, NULL), 0);
    assert_int_equal(attain_table_rows(NULL), 0);
    scene_end(&s);
}

static void test_doubles(void **state)
{
    (void)state;
    scene s = scene_of_both();
    attain_error err;
    const double *values = NULL;
    const uint8_t *valid = NULL;
    check_ok(attain_table_doubles(s.card, ATTAIN_COL_VALUE, &values, &valid, &err), &err);
    check_double(values[row_of(&s, "g.shown")], 0.75);
    assert_int_equal(valid[row_of(&s, "g.shown")], 1);
    check_double(values[row_of(&s, "g.done")], 0.0);
    assert_int_equal(valid[row_of(&s, "g.done")], 0);
    const double *again = NULL;
    check_ok(attain_table_doubles(s.card, ATTAIN_COL_VALUE, &again, &valid, &err), &err);
    assert_ptr_equal(values, again);
    /* B's money may be anything. */
    const size_t total = row_of(&s, "g.total");
    check_double(values[total], -1.5);
    check_ok(attain_table_doubles(s.card, ATTAIN_COL_LOW, &values, &valid, &err), &err);
    assert_int_equal(valid[total], 2);
    check_double(values[total], -1.0);
    check_ok(attain_table_doubles(s.card, ATTAIN_COL_HIGH, &values, &valid, &err), &err);
    assert_int_equal(valid[total], 2);
    check_double(values[total], 1.0);
    check_fails(attain_table_doubles(s.card, ATTAIN_COL_UNIT, &values, &valid, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_contains(err.message, "not a number column of a scorecard");
    check_fails(attain_table_doubles(s.values, ATTAIN_COL_GAP, &values, &valid, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_contains(err.message, "of a table of values");
    check_fails(attain_table_doubles(s.card, ATTAIN_COL_STATE, &values, &valid, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_fails(attain_table_doubles(NULL, ATTAIN_COL_VALUE, &values, &valid, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_table_doubles(s.card, ATTAIN_COL_VALUE, &values, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    scene_end(&s);
}

static void check_integer(const attain_table *table, size_t row, attain_column column, int64_t wanted)
{
    attain_error err;
    const int64_t *values = NULL;
    check_ok(attain_table_integers(table, column, &values, &err), &err);
    assert_int_equal(values[row], wanted);
}

static void test_integers_and_periods(void **state)
{
    (void)state;
    scene s = scene_of_both();
    attain_error err;
    const size_t row = row_of(&s, "g.shown");
    check_integer(s.card, row, ATTAIN_COL_TARGET, target_of(&s, "g.shown"));
    check_integer(s.card, row, ATTAIN_COL_UNIT, build_unit(s.plan, "P"));
    check_integer(s.card, row, ATTAIN_COL_VERDICT, ATTAIN_UNDETERMINED);
    check_integer(s.card, row, ATTAIN_COL_REASON, ATTAIN_BECAUSE_DEPENDS_ON_MISSING);
    check_integer(s.card, row, ATTAIN_COL_FLAGS, 0);
    check_integer(s.card, row, ATTAIN_COL_PACE, ATTAIN_PACE_NONE);
    check_integer(s.card, row, ATTAIN_COL_REPORTED, 2);
    check_integer(s.card, row, ATTAIN_COL_EXPECTED, 4);
    check_integer(s.card, row, ATTAIN_COL_MISSING, 2);
    check_integer(s.card, row_of(&s, "g.done"), ATTAIN_COL_MISSING, -1);
    check_integer(s.values, 0, ATTAIN_COL_INDICATOR, 0);
    check_integer(s.values, 0, ATTAIN_COL_STATE, ATTAIN_STATE_NO_DATA);
    const int64_t *integers = NULL;
    check_fails(attain_table_integers(s.card, ATTAIN_COL_DUE, &integers, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_table_integers(s.card, ATTAIN_COL_STATE, &integers, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_table_integers(s.card, ATTAIN_COL_VERDICT, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    const attain_period *periods = NULL;
    check_ok(attain_table_periods(s.card, ATTAIN_COL_PERIOD, &periods, &err), &err);
    assert_true(atn_period_equal(periods[row_of(&s, "g.later")], build_period("2025")));
    check_ok(attain_table_periods(s.card, ATTAIN_COL_DUE, &periods, &err), &err);
    assert_true(atn_period_equal(periods[row_of(&s, "g.later")], build_period("2030")));
    check_fails(attain_table_periods(s.values, ATTAIN_COL_DUE, &periods, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_table_periods(s.card, ATTAIN_COL_UNIT, &periods, &err), ATTAIN_E_ARGUMENT, &err);
    size_t found = 77;
    check_fails(attain_table_find(s.card, 0, 0, build_period("1999"), &found, &err), ATTAIN_E_ARGUMENT, &err);
    assert_int_equal(found, 77);
    check_fails(attain_table_find(NULL, 0, 0, build_period("1999"), &found, &err), ATTAIN_E_ARGUMENT, &err);
    scene_end(&s);
}

/* ---- cells as text ---- */

static attain_print_options print_options(int digits)
{
    return (attain_print_options){.struct_size = sizeof(attain_print_options), .digits = digits};
}

static void test_print_numbers(void **state)
{
    (void)state;
    scene s = scene_of_both();
    const size_t share = row_of(&s, "g.shown");
    const size_t total = row_of(&s, "g.total");
    attain_print_options o = print_options(0);
    check_cell(s.card, share, ATTAIN_COL_VALUE, NULL, "0.75");
    check_cell(s.card, share, ATTAIN_COL_NUMERATOR, NULL, "45");
    check_cell(s.card, share, ATTAIN_COL_ATTAINMENT, NULL, "1.25");
    check_cell(s.card, share, ATTAIN_COL_PROGRESS, NULL, "1.75");
    check_cell(s.card, row_of(&s, "g.later"), ATTAIN_COL_LEVEL, &o, "0.666667");
    check_cell(s.card, row_of(&s, "g.later"), ATTAIN_COL_ATTAINMENT, &o, "1.125");
    check_cell(s.card, total, ATTAIN_COL_VALUE, &o, "-1.5");
    check_cell(s.card, total, ATTAIN_COL_LOW, &o, "");
    check_cell(s.card, total, ATTAIN_COL_DENOMINATOR, &o, "");
    check_cell(s.card, total, ATTAIN_COL_GAP, &o, "2.5");
    o.keep_zeros = 1;
    o.digits = 3;
    check_cell(s.card, share, ATTAIN_COL_VALUE, &o, "0.750");
    check_cell(s.card, share, ATTAIN_COL_NUMERATOR, &o, "45");
    o.shown = 1;
    check_cell(s.card, share, ATTAIN_COL_VALUE, &o, "75.000 %");
    check_cell(s.card, share, ATTAIN_COL_ATTAINMENT, &o, "125.000 %");
    o = print_options(0);
    o.shown = 1;
    check_cell(s.card, share, ATTAIN_COL_LEVEL, &o, "60 %");
    check_cell(s.card, share, ATTAIN_COL_CHANGE_RELATIVE, &o, "87.5 %");
    check_cell(s.card, row_of(&s, "g.mille"), ATTAIN_COL_VALUE, &o, "750 per 1000");
    check_cell(s.card, row_of(&s, "g.one_per"), ATTAIN_COL_VALUE, &o, "1 per 1.33");
    check_cell(s.card, row_of(&s, "g.one_per"), ATTAIN_COL_LOW, &o, "0");
    check_cell(s.card, row_of(&s, "g.two"), ATTAIN_COL_VALUE, &o, "0.75");
    check_cell(s.card, row_of(&s, "g.done"), ATTAIN_COL_VALUE, &o, "");
    o.numbers = ATTAIN_NUMBERS_VI;
    check_cell(s.card, row_of(&s, "g.mille"), ATTAIN_COL_LEVEL, &o, "500 per 1.000");
    check_cell(s.card, row_of(&s, "g.one_per"), ATTAIN_COL_VALUE, &o, "1 per 1,33");
    o = print_options(-1);
    o.exact = 1;
    check_cell(s.card, share, ATTAIN_COL_VALUE, &o, "3/4");
    check_cell(s.card, share, ATTAIN_COL_NUMERATOR, &o, "45");
    check_cell(s.card, total, ATTAIN_COL_VALUE, &o, "-3/2");
    o = print_options(1);
    check_cell(s.card, share, ATTAIN_COL_VALUE, &o, "0.8");
    o.rounding = ATTAIN_ROUND_FLOOR;
    check_cell(s.card, share, ATTAIN_COL_VALUE, &o, "0.7");
    o.rounding = ATTAIN_ROUND_CEIL;
    check_cell(s.card, total, ATTAIN_COL_ATTAINMENT, &o, "-1.5");
    o.digits = -1;
    check_cell(s.card, total, ATTAIN_COL_VALUE, &o, "-1");
    o.rounding = ATTAIN_ROUND_HALF_EVEN;
    check_cell(s.card, total, ATTAIN_COL_VALUE, &o, "-2");
    scene_end(&s);
}

static void test_print_words(void **state)
{
    (void)state;
    scene s = scene_of_both();
    const size_t later = row_of(&s, "g.later");
    check_cell(s.card, later, ATTAIN_COL_TARGET, NULL, "g.later");
    check_cell(s.card, later, ATTAIN_COL_UNIT, NULL, "P");
    check_cell(s.card, later, ATTAIN_COL_PERIOD, NULL, "2025");
    check_cell(s.card, later, ATTAIN_COL_DUE, NULL, "2030");
    check_cell(s.card, later, ATTAIN_COL_READING, NULL, "");
    check_cell(s.card, later, ATTAIN_COL_VERDICT, NULL, "undetermined");
    check_cell(s.card, later, ATTAIN_COL_REASON, NULL, "depends_on_missing");
    check_cell(s.card, later, ATTAIN_COL_FLAGS, NULL, "not_due;vision");
    check_cell(s.card, later, ATTAIN_COL_REPORTED, NULL, "2");
    check_cell(s.card, later, ATTAIN_COL_EXPECTED, NULL, "4");
    check_cell(s.card, later, ATTAIN_COL_MISSING, NULL, "2");
    check_cell(s.card, row_of(&s, "g.done"), ATTAIN_COL_REPORTED, NULL, "");
    check_cell(s.card, row_of(&s, "g.done"), ATTAIN_COL_PACE, NULL, "");
    attain_table_free(s.card);
    const attain_score_options readings = {.struct_size = sizeof readings, .readings = 1};
    s.card = card_of(&s, &readings);
    check_cell(s.card, row_of(&s, "g.two"), ATTAIN_COL_READING, NULL, "low");
    check_cell(s.card, row_of(&s, "g.two") + 1, ATTAIN_COL_READING, NULL, "high");
    const uint32_t staff = attain_plan_find(s.plan, ATTAIN_KIND_INDICATOR, "all_staff", 9);
    attain_error err;
    size_t row = 0;
    check_ok(attain_table_find(s.values, staff, build_unit(s.plan, "P"), build_period("2025"), &row, &err),
             &err);
    static const char *const groups[][3] = {{"female", "rural", "3"},
                                            {"female", "urban", "2"},
                                            {"male", "rural", "1"},
                                            {"male", "urban", ""}};
    for (size_t i = 0; i < N_OF(groups); i++) {
        check_cell(s.values, row + i, ATTAIN_COL_INDICATOR, NULL, "all_staff");
        check_cell(s.values, row + i, ATTAIN_COL_GROUP, NULL, groups[i][0]);
        check_cell(s.values, row + i, (attain_column)(ATTAIN_COL_GROUP + 1), NULL, groups[i][1]);
        check_cell(s.values, row + i, ATTAIN_COL_VALUE, NULL, groups[i][2]);
        check_cell(s.values, row + i, ATTAIN_COL_STATE, NULL, groups[i][2][0] == '\0' ? "no_data" : "ok");
    }
    scene_end(&s);
}

static void test_print_arguments(void **state)
{
    (void)state;
    scene s = scene_of_both();
    attain_error err;
    char buf[3] = "??";
    size_t len = 77;
    attain_print_options o = print_options(0);
    check_fails(attain_table_print(s.card, 0, ATTAIN_COL_VALUE, NULL, buf, sizeof buf, &len, &err),
                ATTAIN_E_CAPACITY, &err);
    assert_int_equal(len, 4);
    check_fails(attain_table_print(s.card, 0, ATTAIN_COL_VALUE, NULL, NULL, 0, &len, &err), ATTAIN_E_CAPACITY,
                &err);
    check_fails(attain_table_print(s.card, 0, ATTAIN_COL_VALUE, NULL, NULL, 9, NULL, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_fails(attain_table_print(s.card, 999, ATTAIN_COL_VALUE, NULL, buf, 3, NULL, &err),
                ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "row 999 of a table of 8 rows");
    assert_int_equal(err.index, 999);
    check_fails(attain_table_print(s.card, 0, ATTAIN_COL_STATE, NULL, buf, 3, NULL, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_contains(err.message, "no column 40");
    o.digits = 19;
    check_fails(attain_table_print(s.card, 0, ATTAIN_COL_VALUE, &o, buf, 3, NULL, &err), ATTAIN_E_ARGUMENT,
                &err);
    o = print_options(0);
    o.rounding = (attain_rounding)9;
    check_fails(attain_table_print(s.card, 0, ATTAIN_COL_VALUE, &o, buf, 3, NULL, &err), ATTAIN_E_ARGUMENT,
                &err);
    o = print_options(0);
    o.numbers.decimal = '7';
    check_fails(attain_table_print(s.card, 0, ATTAIN_COL_VALUE, &o, buf, 3, NULL, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_fails(attain_table_print(NULL, 0, ATTAIN_COL_VALUE, NULL, buf, 3, NULL, &err), ATTAIN_E_ARGUMENT,
                &err);
    scene_end(&s);
}

/* ---- windows ---- */

static void check_same_rows(const attain_table *whole, size_t first, const attain_table *part, size_t n)
{
    const attain_column *columns = NULL;
    const size_t n_columns = attain_table_columns(whole, &columns);
    assert_int_equal(attain_table_rows(part), n);
    for (size_t i = 0; i < n * n_columns; i++) {
        char wanted[160];
        attain_error err;
        check_ok(attain_table_print(whole, first + i / n_columns, columns[i % n_columns], NULL, wanted,
                                    sizeof wanted, NULL, &err),
                 &err);
        check_cell(part, i / n_columns, columns[i % n_columns], NULL, wanted);
    }
}

/* Every window of one to all rows, at every start, is that piece of the whole. */
static void test_windows(void **state)
{
    (void)state;
    scene s = scene_of(NULL);
    attain_score_options score = {.struct_size = sizeof score, .all_units = 1, .readings = 1};
    attain_compute_options compute = {.struct_size = sizeof compute, .all_units = 1};
    s.card = card_of(&s, &score);
    s.values = values_of(&s, &compute);
    const size_t n_card = attain_table_rows(s.card);
    const size_t n_values = attain_table_rows(s.values);
    assert_int_equal(n_card, 8 * 3 + 1); /* 7 targets, one with two readings, at 3 units, and a milestone */
    assert_int_equal(n_values, 6 * 3);
    for (size_t skip = 0; skip <= n_card + 1; skip++) {
        for (size_t limit = 1; limit <= 5; limit += 2) {
            const size_t in_card = skip >= n_card ? 0 : n_card - skip < limit ? n_card - skip : limit;
            const size_t in_values = skip >= n_values ? 0 : n_values - skip < limit ? n_values - skip : limit;
            score.skip_rows = compute.skip_rows = skip;
            score.limit_rows = compute.limit_rows = limit;
            attain_table *part = card_of(&s, &score);
            check_same_rows(s.card, skip, part, in_card);
            attain_table_free(part);
            part = values_of(&s, &compute);
            check_same_rows(s.values, skip, part, in_values);
            attain_table_free(part);
        }
    }
    uint64_t n_rows = 0;
    attain_error err;
    check_ok(attain_score_count(s.plan, s.facts, &score, &n_rows, &err), &err);
    assert_int_equal(n_rows, n_card);
    scene_end(&s);
}

/* ---- rows and summaries ---- */

static void test_score_row(void **state)
{
    (void)state;
    scene s = scene_of_both();
    attain_error err;
    attain_score_row row = {.struct_size = sizeof row};
    check_ok(attain_table_score_row(s.card, row_of(&s, "g.shown"), &row, &err), &err);
    assert_int_equal(row.struct_size, sizeof row);
    assert_int_equal(row.target, target_of(&s, "g.shown"));
    assert_int_equal(row.verdict, ATTAIN_UNDETERMINED);
    check_double(row.value, 0.75);
    check_double(row.baseline, 0.4);
    check_double(row.level, 0.6);
    check_double(row.attainment, 1.25);
    check_double(row.progress, 1.75);
    assert_true(row.has_value && row.has_low && row.has_high && row.has_gap);
    assert_int_equal(row.missing, 2);
    check_ok(attain_table_score_row(s.card, row_of(&s, "g.total"), &row, &err), &err);
    assert_false(row.has_low || row.has_high || row.has_baseline);
    check_double(row.low, 0.0);
    /* A caller of an older header: what lies behind its struct stays. */
    struct {
        attain_score_row row;
        char behind[8];
    } old;
    memset(&old, 0x5a, sizeof old);
    old.row.struct_size = offsetof(attain_score_row, verdict);
    check_ok(attain_table_score_row(s.card, row_of(&s, "g.later"), &old.row, &err), &err);
    assert_int_equal(old.row.struct_size, offsetof(attain_score_row, verdict));
    assert_true(atn_period_equal(old.row.due, build_period("2030")));
    for (size_t i = offsetof(attain_score_row, verdict); i < sizeof old; i++) {
        assert_int_equal(((const char *)&old)[i], 0x5a);
    }
    row.struct_size = 1;
    check_fails(attain_table_score_row(s.card, 0, &row, &err), ATTAIN_E_ARGUMENT, &err);
    row.struct_size = sizeof row;
    check_fails(attain_table_score_row(s.card, 999, &row, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "row 999 of a scorecard of 8 rows");
    check_fails(attain_table_score_row(s.values, 0, &row, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "a table of values");
    scene_end(&s);
}

static void test_summary(void **state)
{
    (void)state;
    scene s = scene_of_both();
    attain_error err;
    attain_summary *items = NULL;
    size_t n = 0;
    check_ok(attain_table_summary(s.card, &items, &n, &err), &err);
    assert_int_equal(n, 1);
    assert_int_equal(items[0].programme, 0);
    assert_int_equal(items[0].due[ATTAIN_MET], 1);          /* the milestone */
    assert_int_equal(items[0].due[ATTAIN_UNDETERMINED], 5); /* B is absent */
    assert_int_equal(items[0].due[ATTAIN_NOT_MET], 0);
    assert_int_equal(items[0].not_due[ATTAIN_UNDETERMINED], 1);
    assert_int_equal(items[0].vision[ATTAIN_UNDETERMINED], 1);
    attain_summary_free(s.card, items, n);
    attain_summary_free(s.card, NULL, 0);
    check_fails(attain_table_summary(s.values, &items, &n, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "a scorecard is required");
    check_fails(attain_table_summary(NULL, &items, &n, &err), ATTAIN_E_ARGUMENT, &err);
    scene_end(&s);
    /* Without programme; the worst row counts; rows outside the scope do not. */
    s = (scene){.plan = build_plan("unit P province\nunit A commune in P\nunit B commune in P\n"
                                   "measure n\n  stock persons\nindicator all = n\n"
                                   "target t\n  all at least 5 for every commune by 2025\n",
                                   NULL)};
    s.facts = build_facts(s.plan);
    build_add(s.facts, "unit,measure,period,value\nA,n,2025,9\nB,n,2025,1\n");
    const attain_score_options all = {.struct_size = sizeof all, .all_units = 1};
    s.card = card_of(&s, &all);
    assert_int_equal(attain_table_rows(s.card), 3);
    check_ok(attain_table_summary(s.card, &items, &n, &err), &err);
    assert_int_equal(n, 1);
    assert_true(items[0].programme == ATTAIN_NONE);
    assert_int_equal(items[0].due[ATTAIN_NOT_MET], 1);
    assert_int_equal(items[0].due[ATTAIN_MET], 0);
    attain_summary_free(s.card, items, n);
    scene_end(&s);
}

/* ---- memory ---- */

typedef attain_status (*table_call)(const scene *s, attain_error *err);

static attain_status call_score(const scene *s, attain_error *err)
{
    attain_table *table = NULL;
    const attain_status status = attain_score(s->plan, s->facts, NULL, &table, err);
    attain_table_free(table);
    return status;
}

static attain_status call_compute(const scene *s, attain_error *err)
{
    static const attain_str by[] = {{"sex", 3}};
    const attain_compute_options o = {.struct_size = sizeof o, .by = by, .n_by = 1};
    attain_table *table = NULL;
    const attain_status status = attain_compute(s->plan, s->facts, &o, &table, err);
    attain_table_free(table);
    return status;
}

static attain_status call_doubles(const scene *s, attain_error *err)
{
    const double *values = NULL;
    const uint8_t *valid = NULL;
    return attain_table_doubles(s->card, ATTAIN_COL_GAP, &values, &valid, err);
}

static attain_status call_integers(const scene *s, attain_error *err)
{
    const int64_t *values = NULL;
    return attain_table_integers(s->card, ATTAIN_COL_UNIT, &values, err);
}

static attain_status call_periods(const scene *s, attain_error *err)
{
    const attain_period *values = NULL;
    return attain_table_periods(s->card, ATTAIN_COL_DUE, &values, err);
}

static attain_status call_print(const scene *s, attain_error *err)
{
    char buf[32];
    return attain_table_print(s->card, 0, ATTAIN_COL_VALUE, NULL, buf, sizeof buf, NULL, err);
}

static attain_status call_summary(const scene *s, attain_error *err)
{
    attain_summary *items = NULL;
    size_t n = 0;
    const attain_status status = attain_table_summary(s->card, &items, &n, err);
    attain_summary_free(s->card, items, n);
    return status;
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    static const table_call calls[] = {call_score,   call_compute, call_doubles, call_integers,
                                       call_periods, call_print,   call_summary};
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    scene s = scene_of(&a);
    s.card = card_of(&s, NULL);
    for (size_t i = 0; i < N_OF(calls); i++) {
        attain_status status = ATTAIN_E_MEMORY;
        for (int64_t n = 0; status != ATTAIN_OK; n++) {
            attain_error err;
            const size_t before = f.bytes_outstanding;
            alloc_fault_fail_at(&f, n, false);
            status = calls[i](&s, &err);
            assert_true(f.failed || status == ATTAIN_OK);
            check_status_at(status, f.failed ? ATTAIN_E_MEMORY : ATTAIN_OK, &err, "call", __FILE__, __LINE__);
            assert_true(status == ATTAIN_OK || f.bytes_outstanding == before);
        }
    }
    alloc_fault_fail_at(&f, -1, false);
    scene_end(&s);
    alloc_fault_expect_empty(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_column_names),
        cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_integers_and_periods),
        cmocka_unit_test(test_print_numbers),
        cmocka_unit_test(test_print_words),
        cmocka_unit_test(test_print_arguments),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_score_row),
        cmocka_unit_test(test_summary),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
