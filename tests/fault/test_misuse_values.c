/* Values that break the contract: indices, words, periods and formats that are none, facts that cannot be, damaged bytes, columns of a plan.
 * Each is told by the status that the header names, with the row where there is one, and leaves everything as it was. */
#include "fault/scenario.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* expr is a call that ends in &err. */
#define check_refused(expr) check_fails((expr), ATTAIN_E_ARGUMENT, &err)
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

static attain_period period_of(const char *text)
{
    attain_period p = {.type = ATTAIN_PERIOD_NONE};
    assert_int_equal(attain_period_parse(text, strlen(text), &p, NULL), ATTAIN_OK);
    return p;
}

/* Periods that no call gives: no type, days the wrong way round, days outside of the calendar, days that are not of the type. */
static const attain_period no_periods[] = {
    {0, 364, 99, 0, 0, 0},
    {100, 99, ATTAIN_PERIOD_RANGE, 0, ATTAIN_PERIOD_DAY, 0},
    {INT32_MIN, INT32_MAX, ATTAIN_PERIOD_YEAR, 0, 0, 0},
    {1, 364, ATTAIN_PERIOD_YEAR, 0, 0, 0},
    {0, 364, ATTAIN_PERIOD_FINANCIAL_YEAR, 13, 0, 0},
    {0, 364, ATTAIN_PERIOD_RANGE, 0, ATTAIN_PERIOD_RANGE, 0},
};
#define N_NO_PERIODS (sizeof no_periods / sizeof no_periods[0])
/* --- indices and words that are none --- */

static void kinds_and_indices(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_unit_info unit;
    attain_fact fact;
    const attain_plan *const plan = w->plan;
    for (int kind = -2; kind < 20; kind++) {
        const attain_kind k = (attain_kind)kind;
        const uint32_t n = (uint32_t)attain_plan_count(plan, k);
        check_str(attain_plan_id(plan, k, n), "");
        check_str(attain_plan_id(plan, k, ATTAIN_NONE), "");
        check_str(attain_plan_title(plan, k, n), "");
        assert_int_equal(attain_plan_member_count(plan, k, n), 0);
        check_str(attain_plan_member(plan, k, n, 0), "");
        check_str(attain_plan_member(plan, k, 0, ATTAIN_NONE), "");
        assert_int_equal(attain_plan_find(plan, k, "no such id", 10), ATTAIN_NONE);
    }
    check_refused(attain_plan_unit(plan, ATTAIN_NONE, &unit, &err));
    assert_int_equal(err.index, ATTAIN_NONE);
    check_contains(err.message, "4 of them");
    assert_int_equal(attain_plan_measure_category(plan, ATTAIN_NONE, 0), ATTAIN_NONE);
    assert_int_equal(attain_plan_measure_category(plan, 0, 9), ATTAIN_NONE);
    check_str(attain_plan_reading_name(plan, 0, 99), "");
    check_str(attain_plan_reading_phrase(plan, ATTAIN_NONE, 0), "");
    check_refused(attain_facts_at(w->facts, UINT64_MAX, &fact, &err));
    check_contains(err.message, "of 16");
}

static void columns_and_rows(void **state)
{
    world *const w = *state;
    attain_error err;
    char buf[64];
    const double *doubles;
    const uint8_t *valid;
    const int64_t *integers;
    const attain_period *periods;
    attain_score_row row = {.struct_size = sizeof row};
    const int no_columns[] = {-1, 6, 15, 30, 31, 41, 1000, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof no_columns / sizeof no_columns[0]; i++) {
        const attain_column column = (attain_column)no_columns[i];
        assert_string_equal(attain_table_column_name(w->scorecard, column), "");
        check_refused(attain_table_print(w->scorecard, 0, column, NULL, buf, sizeof buf, NULL, &err));
        check_refused(attain_table_doubles(w->scorecard, column, &doubles, &valid, &err));
        check_refused(attain_table_integers(w->scorecard, column, &integers, &err));
        check_refused(attain_table_periods(w->scorecard, column, &periods, &err));
    }
    check_refused(attain_table_doubles(w->scorecard, ATTAIN_COL_UNIT, &doubles, &valid, &err));
    check_refused(attain_table_doubles(w->values, ATTAIN_COL_GAP, &doubles, &valid, &err));
    check_refused(attain_table_integers(w->scorecard, ATTAIN_COL_VALUE, &integers, &err));
    check_refused(attain_table_integers(w->values, ATTAIN_COL_TARGET, &integers, &err));
    check_refused(attain_table_periods(w->values, ATTAIN_COL_DUE, &periods, &err));
    const size_t rows[] = {attain_table_rows(w->scorecard), SIZE_MAX};
    for (size_t i = 0; i < 2; i++) {
        check_refused(
            attain_table_print(w->scorecard, rows[i], ATTAIN_COL_UNIT, NULL, buf, sizeof buf, NULL, &err));
        check_refused(attain_table_score_row(w->scorecard, rows[i], &row, &err));
    }
    assert_int_equal(attain_table_find(w->scorecard, 0, ATTAIN_NONE, period_of("2024"), &(size_t){0}, NULL),
                     ATTAIN_E_ARGUMENT);
}

static void options_of_results(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_table *table;
    attain_text text;
    const uint32_t index[] = {0, 77};
    const attain_str by[] = {{"terain", 6}};
    attain_compute_options c = {.struct_size = sizeof c, .indicators = index, .n_indicators = 2};
    check_refused(attain_compute(w->plan, w->facts, &c, &table, &err));
    assert_int_equal(err.index, 1);
    check_contains(err.message, "77");
    c = (attain_compute_options){.struct_size = sizeof c, .units = index, .n_units = 2};
    check_refused(attain_compute(w->plan, w->facts, &c, &table, &err));
    c = (attain_compute_options){.struct_size = sizeof c, .by = by, .n_by = 1};
    check_fails(attain_compute(w->plan, w->facts, &c, &table, &err), ATTAIN_E_CATEGORY, &err);
    check_contains(err.message, "did you mean 'terrain'?");
    c = (attain_compute_options){.struct_size = sizeof c, .n_by = 1};
    check_refused(attain_compute(w->plan, w->facts, &c, &table, &err));
    c = (attain_compute_options){.struct_size = sizeof c, .by = by, .n_by = 9};
    check_fails(attain_compute(w->plan, w->facts, &c, &table, &err), ATTAIN_E_LIMIT, &err);
    attain_score_options s = {.struct_size = sizeof s, .targets = index, .n_targets = 2};
    check_refused(attain_score(w->plan, w->facts, &s, &table, &err));
    s = (attain_score_options){.struct_size = sizeof s, .units = index, .n_units = 2};
    check_refused(attain_score(w->plan, w->facts, &s, &table, &err));
    s = (attain_score_options){.struct_size = sizeof s, .printed_digits = 19};
    check_refused(attain_score(w->plan, w->facts, &s, &table, &err));
    s = (attain_score_options){.struct_size = sizeof s, .printed_rounding = (attain_rounding)9};
    check_refused(attain_score(w->plan, w->facts, &s, &table, &err));
    attain_explain_options e = {.struct_size = sizeof e, .kind = ATTAIN_KIND_UNIT};
    check_refused(attain_explain(w->plan, w->facts, &e, &text, &err));
    e = (attain_explain_options){.struct_size = sizeof e, .kind = ATTAIN_KIND_TARGET, .index = 77};
    check_refused(attain_explain(w->plan, w->facts, &e, &text, &err));
    e = (attain_explain_options){.struct_size = sizeof e, .kind = ATTAIN_KIND_TARGET, .unit = 77};
    check_refused(attain_explain(w->plan, w->facts, &e, &text, &err));
    e = (attain_explain_options){.struct_size = sizeof e, .kind = ATTAIN_KIND_TARGET, .digits = 19};
    check_refused(attain_explain(w->plan, w->facts, &e, &text, &err));
}

static void periods_that_are_none(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_table *table;
    attain_text text;
    for (size_t i = 0; i < N_NO_PERIODS; i++) {
        const attain_period *const p = &no_periods[i];
        attain_compute_options c = {.struct_size = sizeof c, .periods = p, .n_periods = 1};
        check_refused(attain_compute(w->plan, w->facts, &c, &table, &err));
        c = (attain_compute_options){.struct_size = sizeof c, .as_of = *p};
        check_refused(attain_compute(w->plan, w->facts, &c, &table, &err));
        const attain_score_options s = {.struct_size = sizeof s, .as_of = p, .n_as_of = 1};
        check_refused(attain_score(w->plan, w->facts, &s, &table, &err));
        const attain_explain_options e = {.struct_size = sizeof e,
                                          .kind = ATTAIN_KIND_TARGET,
                                          .unit = ATTAIN_NONE,
                                          .period = *p,
                                          .digits = 0};
        check_refused(attain_explain(w->plan, w->facts, &e, &text, &err));
        const attain_fact fact = {.unit = attain_plan_find(w->plan, ATTAIN_KIND_UNIT, "FAB.A", 5),
                                  .period = *p};
        check_fails(attain_facts_set(w->facts, &fact, 0, &err), ATTAIN_E_PERIOD, &err);
    }
}

static void number_formats_that_are_none(void **state)
{
    world *const w = *state;
    attain_error err;
    char buf[64];
    attain_text text;
    attain_intake *intake;
    const attain_number_format formats[] = {{'7', ""},
                                            {'-', ""},
                                            {'\n', ""},
                                            {(char)0xc3, ""},
                                            {',', ","},
                                            {'.', {'a', 'b', 0, 0, 0}},
                                            {'.', {' ', ' ', ' ', ' ', ' '}},
                                            {'.', {(char)0xff, 0, 0, 0, 0}},
                                            {'.', "5"}};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const attain_print_options p = {.struct_size = sizeof p, .numbers = formats[i], .digits = 2};
        check_refused(attain_table_print(w->scorecard, 0, ATTAIN_COL_VALUE, &p, buf, sizeof buf, NULL, &err));
        const attain_explain_options e = {.struct_size = sizeof e,
                                          .kind = ATTAIN_KIND_TARGET,
                                          .unit = ATTAIN_NONE,
                                          .numbers = formats[i],
                                          .digits = 0};
        check_refused(attain_explain(w->plan, w->facts, &e, &text, &err));
        const attain_intake_options o = {.struct_size = sizeof o, .numbers = formats[i]};
        check_refused(attain_intake_new(w->facts, &o, &intake, &err));
    }
    const attain_print_options digits = {.struct_size = sizeof digits, .digits = 19};
    check_refused(
        attain_table_print(w->scorecard, 0, ATTAIN_COL_VALUE, &digits, buf, sizeof buf, NULL, &err));
    const attain_print_options rounding = {.struct_size = sizeof rounding, .rounding = (attain_rounding)7};
    check_refused(
        attain_table_print(w->scorecard, 0, ATTAIN_COL_VALUE, &rounding, buf, sizeof buf, NULL, &err));
}

/* --- facts by index --- */

typedef struct bad_fact {
    attain_fact fact;
    attain_status status;
    const char *part; /* of the message */
} bad_fact;

static void facts_that_cannot_be(void **state)
{
    world *const w = *state;
    attain_error err;
    const uint32_t a = attain_plan_find(w->plan, ATTAIN_KIND_UNIT, "FAB.A", 5);
    const uint32_t root = attain_plan_find(w->plan, ATTAIN_KIND_UNIT, "FAB", 3);
    const uint32_t late = attain_plan_find(w->plan, ATTAIN_KIND_UNIT, "FAB.C", 5);
    const attain_period year = period_of("2024");
    const bad_fact cases[] = {
        {{.unit = 99, .period = year}, ATTAIN_E_UNIT, "unit index 99, but the plan has 4"},
        {{.unit = a, .measure = 99, .period = year},
         ATTAIN_E_MEASURE,
         "measure index 99, but the plan has 5"},
        {{.unit = a, .cell = 7, .period = year}, ATTAIN_E_CATEGORY, "cell 7"},
        {{.unit = a, .period = year, .qualifier = 9}, ATTAIN_E_QUALIFIER, "qualifier 9"},
        {{.unit = a, .period = year, .qualifier = ATTAIN_MISSING, .reason = 99},
         ATTAIN_E_QUALIFIER,
         "reason 99"},
        {{.unit = a, .period = year, .reason = 1}, ATTAIN_E_QUALIFIER, "only a missing one has a reason"},
        {{.unit = a, .period = year, .value = -1}, ATTAIN_E_RANGE, "does not say 'any sign'"},
        {{.unit = a, .period = year, .qualifier = ATTAIN_LESS_THAN}, ATTAIN_E_RANGE, "less than 0"},
        {{.unit = a, .period = period_of("2024-H1")}, ATTAIN_E_PERIOD, "2024-H1"},
        {{.unit = root, .period = year}, ATTAIN_E_PLACE, "'FAB' is a province"},
        {{.unit = late, .period = period_of("2020")}, ATTAIN_E_PLACE, "'FAB.B'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const attain_fact *const f = &cases[i].fact;
        check_fails(attain_facts_set(w->facts, f, 0, &err), cases[i].status, &err);
        check_contains(err.message, cases[i].part);
    }
}

/* The first bad row of an array is told by its index; the others are in the report. */
static void bad_rows_of_an_array(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_report report;
    int32_t code;
    check_ok(attain_period_encode(period_of("2020"), &code, &err), &err);
    const uint32_t unit[] = {1, 99, 1, 1};
    const int32_t period[] = {code, code, INT32_MIN, code + 1};
    const int64_t value[] = {1, 2, 3, -4};
    const attain_fact_columns columns = {.unit = unit, .period = period, .value = value};
    const attain_intake_options two = {.struct_size = sizeof two, .max_issues = 2};
    check_fails(attain_facts_add(w->facts, &columns, 4, &two, &report, &err), ATTAIN_E_UNIT, &err);
    assert_int_equal(err.index, 1);
    check_contains(err.message, "unit index 99");
    check_contains(err.message, "2 more");
    assert_true(report.n_read == 4 && report.n_rejected == 4 && report.n_accepted == 0);
    assert_true(report.n_issues == 2 && report.n_more_issues == 1);
    assert_int_equal(report.issues[1].status, ATTAIN_E_PERIOD);
    assert_int_equal(report.issues[1].row, 3);
    attain_report_free(&report);
}

static void intake_options_that_exclude_each_other(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_intake *intake;
    attain_intake_options o = {.struct_size = sizeof o,
                               .flags = ATTAIN_INTAKE_SUM | ATTAIN_INTAKE_SAME_VALUE_IS_FINE};
    check_refused(attain_intake_new(w->facts, &o, &intake, &err));
    o.flags = 16; /* no flag is 16 */
    check_refused(attain_intake_new(w->facts, &o, &intake, &err));
    const char separators[] = {'"', 'a', '5', '\n', (char)0xe9, '\x01'};
    o.flags = 0;
    for (size_t i = 0; i < sizeof separators; i++) {
        o.separator = separators[i];
        check_refused(attain_intake_new(w->facts, &o, &intake, &err));
    }
}

/* --- bytes --- */

/* Every cut and every flipped byte is noticed. */
static void damaged_bytes_are_refused(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_facts *facts = NULL;
    char *const bytes = malloc(w->bytes.len);
    assert_non_null(bytes);
    for (size_t len = 0; len < w->bytes.len; len++) {
        memcpy(bytes, w->bytes.data, w->bytes.len);
        check_fails(attain_facts_from_bytes(w->plan, bytes, len, NULL, &facts, &err), ATTAIN_E_FORMAT, &err);
        bytes[len] = (char)(bytes[len] ^ 0x10);
        check_fails(attain_facts_from_bytes(w->plan, bytes, w->bytes.len, NULL, &facts, &err),
                    ATTAIN_E_FORMAT, &err);
    }
    assert_null(facts);
    memcpy(bytes, w->bytes.data, w->bytes.len);
    bytes[8] = 2; /* the version */
    check_fails(attain_facts_from_bytes(w->plan, bytes, w->bytes.len, NULL, &facts, &err), ATTAIN_E_FORMAT,
                &err);
    check_contains(err.message, "format 2; this library reads format 1, a newer one is required");
    free(bytes);
}

/* --- the plan's input columns --- */

static void columns_of_units_and_targets(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *plan;
    const attain_str id[] = {{"A", 1}, {"B\0C", 3}};
    const attain_str type[] = {{"ward", 4}, {"ward", 4}};
    const attain_str title[] = {{"fine", 4}, {"\xff", 1}};
    const int32_t until[] = {0, ATTAIN_DAY_MAX + 1};
    const attain_str phrase[] = {{"x at least 1", 12}, {"x at least 1\n y", 15}};
    check_ok(attain_plan_new(NULL, &plan, &err), &err);
    const attain_unit_columns nul_in_id = {.id = id, .type = type};
    check_fails(attain_plan_add_units(plan, &nul_in_id, 2, &err), ATTAIN_E_SYNTAX, &err);
    assert_int_equal(err.index, 1);
    check_contains(err.message, "'B\\x00C'");
    const attain_unit_columns bad_title = {.id = type, .type = type, .title = title};
    check_fails(attain_plan_add_units(plan, &bad_title, 2, &err), ATTAIN_E_UTF8, &err);
    assert_int_equal(err.index, 1);
    const attain_unit_columns bad_day = {.id = type, .type = type, .until_day = until};
    check_fails(attain_plan_add_units(plan, &bad_day, 2, &err), ATTAIN_E_DATE, &err);
    assert_int_equal(err.index, 1);
    const attain_target_columns two_lines = {.id = type, .phrase = phrase};
    check_fails(attain_plan_add_targets(plan, &two_lines, 2, &err), ATTAIN_E_CONTROL, &err);
    assert_int_equal(err.index, 1);
    check_contains(err.message, "line end");
    attain_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(kinds_and_indices),
        IN_WORLD(columns_and_rows),
        IN_WORLD(options_of_results),
        IN_WORLD(periods_that_are_none),
        IN_WORLD(number_formats_that_are_none),
        IN_WORLD(facts_that_cannot_be),
        IN_WORLD(bad_rows_of_an_array),
        IN_WORLD(intake_options_that_exclude_each_other),
        IN_WORLD(damaged_bytes_are_refused),
        cmocka_unit_test(columns_of_units_and_targets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
