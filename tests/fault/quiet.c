/* The calls of quiet.h: each with good arguments and, where it can fail, with bad ones, for a message must not allocate either. */
#include "fault/quiet.h"

#include "support/check.h"

#include <stdlib.h>
#include <string.h>

static void numbers(world *w)
{
    char buf[64];
    size_t len;
    int64_t value;
    attain_error err;
    (void)w;
    check_ok(attain_decimal_parse("90.000,5", 8, &ATTAIN_NUMBERS_VI, 1, &value, &err), &err);
    assert_int_equal(value, 900005);
    check_fails(attain_decimal_parse("90.000.5", 8, NULL, 1, &value, &err), ATTAIN_E_NUMBER, &err);
    check_ok(attain_decimal_print(INT64_MIN, 9, &ATTAIN_NUMBERS_VI, buf, sizeof buf, &len, &err), &err);
    check_fails(attain_decimal_print(1, 0, NULL, buf, 1, &len, &err), ATTAIN_E_CAPACITY, &err);
}

static void periods(world *w)
{
    char buf[64];
    attain_period p;
    attain_period q;
    int32_t code;
    attain_error err;
    (void)w;
    check_ok(attain_period_parse("2025-Q3", 7, &p, &err), &err);
    check_fails(attain_period_parse("2025-Q5", 7, &q, &err), ATTAIN_E_DATE, &err);
    check_ok(attain_period_print(p, buf, sizeof buf, NULL, &err), &err);
    check_ok(attain_period_encode(p, &code, &err), &err);
    check_ok(attain_period_decode(code, &q, &err), &err);
    check_ok(attain_period_step(q, -3, &p, &err), &err);
    check_fails(attain_period_step(q, INT32_MAX, &p, &err), ATTAIN_E_ARGUMENT, &err);
}

static const attain_fraction half = {1, 2};
static const attain_fraction third = {1, 3};
static const attain_fraction huge = {INT64_MAX, INT64_MAX - 1};

static void formulas(world *w)
{
    attain_fraction out;
    int64_t gap;
    attain_error err;
    (void)w;
    check_ok(attain_attainment(half, third, ATTAIN_AT_LEAST, &out, &err), &err);
    check_fails(attain_attainment(huge, (attain_fraction){INT64_MAX - 2, INT64_MAX - 4}, ATTAIN_AT_LEAST,
                                  &out, &err),
                ATTAIN_E_RANGE, &err);
    check_ok(attain_progress(half, third, (attain_fraction){1, 1}, &out, &err), &err);
    check_ok(attain_change(half, third, 1, &out, &err), &err);
    check_ok(attain_per(23, 115001, 10000, &out, &err), &err);
    check_ok(attain_gap(23, 115001, (attain_fraction){1, 5000}, ATTAIN_AT_LEAST, &gap, &err), &err);
    assert_int_equal(gap, 1);
}

static void formula_arrays(world *w)
{
    static const int64_t num[] = {1, INT64_MAX, 3};
    static const int64_t den[] = {2, INT64_MAX - 1, 0};
    const attain_fraction_array a = {num, den, 1};
    const attain_fraction_array b = {num, NULL, 0};
    double out[3];
    int64_t gap[3];
    uint8_t valid[3];
    attain_error err;
    (void)w;
    check_ok(attain_attainment_array(a, b, ATTAIN_AT_MOST, 3, out, valid, &err), &err);
    assert_int_equal(valid[2], 0);
    check_ok(attain_progress_array(a, b, (attain_fraction_array){den, NULL, 1}, 3, out, valid, &err), &err);
    check_ok(attain_change_array(a, b, 1, 3, out, valid, &err), &err);
    check_ok(attain_per_array(num, den, 100, 3, out, valid, &err), &err);
    check_ok(attain_gap_array(num, den, b, ATTAIN_AT_LEAST, 3, gap, valid, &err), &err);
}

static void words(world *w)
{
    (void)w;
    assert_string_equal(attain_version(), "0.1.0");
    assert_true(attain_version_number() >= 1000);
    assert_string_equal(attain_status_name(ATTAIN_E_SYNTAX), "e_syntax");
    assert_string_equal(attain_status_name((attain_status)999), "unknown");
    assert_string_equal(attain_state_name(ATTAIN_STATE_NO_DATA), "no_data");
    assert_string_equal(attain_verdict_name(ATTAIN_MET), "met");
    assert_string_equal(attain_pace_name(ATTAIN_PACE_NONE), "");
    assert_string_equal(attain_reason_name(ATTAIN_BECAUSE_BOUND), "bound");
    assert_string_equal(attain_flag_name(ATTAIN_FLAG_VISION), "vision");
    assert_string_equal(attain_qualifier_name(ATTAIN_MISSING), "missing");
    assert_string_equal(attain_missing_reason_name(ATTAIN_REASON_OTHER), "other");
    assert_string_equal(attain_period_type_name(ATTAIN_PERIOD_WEEK), "week");
    assert_string_equal(attain_kind_name(ATTAIN_KIND_UNIT), "unit");
}

static void plan_lists(world *w)
{
    const attain_plan *const plan = w->plan;
    const attain_diagnostic *items;
    uint64_t digest[2];
    assert_int_equal(attain_plan_count(plan, ATTAIN_KIND_UNIT), 4);
    const uint32_t unit = attain_plan_find(plan, ATTAIN_KIND_UNIT, "Alder", 5);
    check_str(attain_plan_id(plan, ATTAIN_KIND_UNIT, unit), "FAB.A");
    check_str(attain_plan_title(plan, ATTAIN_KIND_UNIT, unit), "Aldertale");
    check_str(attain_plan_id(plan, ATTAIN_KIND_UNIT, 99), "");
    (void)attain_plan_diagnostics(plan, &items, NULL);
    attain_plan_schema(plan, digest);
    assert_true(digest[0] != 0 || digest[1] != 0);
    const uint32_t staff = attain_plan_find(plan, ATTAIN_KIND_MEASURE, "staff", 5);
    const uint32_t post = attain_plan_measure_category(plan, staff, 0);
    check_str(attain_plan_id(plan, ATTAIN_KIND_CATEGORY, post), "post");
    assert_int_equal(attain_plan_member_count(plan, ATTAIN_KIND_CATEGORY, post), 2);
    check_str(attain_plan_member(plan, ATTAIN_KIND_CATEGORY, post, 1), "part_time");
    const uint32_t helped = attain_plan_find(plan, ATTAIN_KIND_TARGET, "fab.helped", 10);
    check_str(attain_plan_reading_name(plan, helped, 0), "of_all");
    check_str(attain_plan_reading_phrase(plan, helped, 0), "share_helped at least 50% by 2025");
}

static void plan_infos(world *w)
{
    const uint32_t root = 0;
    uint8_t feeds[4];
    attain_error err;
    attain_unit_info unit;
    attain_measure_info measure;
    attain_target_info target;
    attain_programme_info programme;
    check_ok(attain_plan_unit(w->plan, 0, &unit, &err), &err);
    check_ok(attain_plan_measure(w->plan, 0, &measure, &err), &err);
    check_ok(attain_plan_target(w->plan, 0, &target, &err), &err);
    check_ok(attain_plan_feeders(w->plan, &root, 1, feeds, &err), &err);
    assert_true(feeds[0] == 1 && feeds[3] == 1);
    check_ok(attain_plan_programme(w->plan, 0, &programme, &err), &err);
    check_fails(attain_plan_unit(w->plan, 99, &unit, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_plan_measure(w->plan, 99, &measure, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_plan_target(w->plan, 99, &target, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_plan_programme(w->plan, 99, &programme, &err), ATTAIN_E_ARGUMENT, &err);
}

static void cells(world *w)
{
    attain_error err;
    attain_fact fact;
    int found = 0;
    assert_int_equal(attain_facts_count(w->facts), 16);
    check_ok(attain_facts_at(w->facts, 0, &fact, &err), &err);
    check_ok(attain_facts_get(w->facts, &fact, &found, &err), &err);
    assert_int_equal(found, 1);
    check_fails(attain_facts_at(w->facts, 16, &fact, &err), ATTAIN_E_ARGUMENT, &err);
    size_t n = 0;
    check_ok(attain_facts_read(w->facts, 15, &fact, 1, &n, &err), &err);
    assert_int_equal(n, 1);
    assert_ptr_equal(attain_facts_plan(w->facts), w->plan);
    assert_int_equal(attain_facts_last_period(w->facts).type, ATTAIN_PERIOD_YEAR);
}

static void rows(world *w)
{
    attain_error err;
    const attain_column *columns;
    attain_score_row row = {.struct_size = sizeof row};
    size_t at;
    assert_true(attain_table_rows(w->scorecard) > 5);
    assert_true(attain_table_columns(w->scorecard, &columns) > 10);
    assert_string_equal(attain_table_column_name(w->values, ATTAIN_COL_GROUP), "terrain");
    check_ok(attain_table_score_row(w->scorecard, 0, &row, &err), &err);
    check_ok(attain_table_find(w->scorecard, row.target, row.unit, row.period, &at, &err), &err);
    assert_int_equal(at, 0);
    check_fails(attain_table_find(w->scorecard, 99, 0, row.period, &at, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_table_score_row(w->scorecard, 9999, &row, &err), ATTAIN_E_ARGUMENT, &err);
}

static void counts(world *w)
{
    attain_error err;
    uint64_t n = 0;
    const uint32_t bad = 99;
    const attain_score_options every = {.struct_size = sizeof every, .all_units = 1, .readings = 1};
    const attain_score_options none = {.struct_size = sizeof none, .targets = &bad, .n_targets = 1};
    check_ok(attain_score_count(w->plan, w->facts, NULL, &n, &err), &err);
    assert_int_equal(n, attain_table_rows(w->scorecard));
    check_ok(attain_score_count(w->plan, w->facts, &every, &n, &err), &err);
    assert_true(n > attain_table_rows(w->scorecard));
    check_fails(attain_score_count(w->plan, w->facts, &none, &n, &err), ATTAIN_E_ARGUMENT, &err);
}

const quiet_call quiet_calls[] = {
    {"attain_decimal_parse", numbers},
    {"attain_decimal_print", numbers},
    {"attain_period_parse", periods},
    {"attain_period_print", periods},
    {"attain_period_encode", periods},
    {"attain_period_decode", periods},
    {"attain_period_step", periods},
    {"attain_attainment", formulas},
    {"attain_progress", formulas},
    {"attain_change", formulas},
    {"attain_per", formulas},
    {"attain_gap", formulas},
    {"attain_attainment_array", formula_arrays},
    {"attain_progress_array", formula_arrays},
    {"attain_change_array", formula_arrays},
    {"attain_per_array", formula_arrays},
    {"attain_gap_array", formula_arrays},
    {"attain_version", words},
    {"attain_version_number", words},
    {"attain_status_name", words},
    {"attain_state_name", words},
    {"attain_verdict_name", words},
    {"attain_pace_name", words},
    {"attain_reason_name", words},
    {"attain_flag_name", words},
    {"attain_qualifier_name", words},
    {"attain_missing_reason_name", words},
    {"attain_period_type_name", words},
    {"attain_kind_name", words},
    {"attain_plan_diagnostics", plan_lists},
    {"attain_plan_count", plan_lists},
    {"attain_plan_find", plan_lists},
    {"attain_plan_id", plan_lists},
    {"attain_plan_title", plan_lists},
    {"attain_plan_schema", plan_lists},
    {"attain_plan_measure_category", plan_lists},
    {"attain_plan_member_count", plan_lists},
    {"attain_plan_member", plan_lists},
    {"attain_plan_reading_name", plan_lists},
    {"attain_plan_reading_phrase", plan_lists},
    {"attain_plan_unit", plan_infos},
    {"attain_plan_measure", plan_infos},
    {"attain_plan_target", plan_infos},
    {"attain_plan_programme", plan_infos},
    {"attain_plan_feeders", plan_infos},
    {"attain_facts_get", cells},
    {"attain_facts_at", cells},
    {"attain_facts_read", cells},
    {"attain_facts_plan", cells},
    {"attain_facts_count", cells},
    {"attain_facts_last_period", cells},
    {"attain_score_count", counts},
    {"attain_table_rows", rows},
    {"attain_table_columns", rows},
    {"attain_table_column_name", rows},
    {"attain_table_find", rows},
    {"attain_table_score_row", rows},
};

const size_t n_quiet_calls = sizeof quiet_calls / sizeof quiet_calls[0];
