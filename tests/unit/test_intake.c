/* Intake of columns and of text: each check, all or nothing, cells that come twice, the report, and that order does not matter. */
#include "facts/intake.h"
#include "support/alloc_fault.h"
#include "support/build_plan.h"
#include "support/check.h"
#include "support/rng.h"
#include <stdlib.h>

static const char plan_text[] = "unit VN \"VN\" nation\n"
                                "unit 01 \"A\" province in VN alias \"Ha Noi\"\n"
                                "unit 02 \"B\" province in VN\n"
                                "category post: full_time, part_time\n"
                                "category sex: m, f\n"
                                "measure workers \"w\" stock persons by post reported yearly by province\n"
                                "measure people \"p\" stock persons reported yearly by province\n"
                                "measure trained \"t\" flow persons\n"
                                "measure money \"m\" flow VND decimals 2\n"
                                "reference wage \"r\" VND\n  2020-01-01 5\n"
                                "indicator density \"d\" = workers / people\n";

static attain_plan *plan;

static int32_t code(const char *period)
{
    int32_t out = 0;
    assert_true(atn_period_encode(build_period(period), &out));
    return out;
}

static void check_sums(const attain_report *report)
{
    assert_int_equal(report->n_accepted + report->n_rejected + report->n_empty, report->n_read);
}

/* ---- columns ---- */

static void test_columns(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    const uint32_t unit[] = {build_unit(plan, "01"), build_unit(plan, "02"), build_unit(plan, "01")};
    const int32_t period[] = {code("2025"), code("2025"), code("2024")};
    const int64_t value[] = {5, 6, 7};
    const uint8_t qualifier[] = {ATTAIN_EXACT, ATTAIN_MISSING, ATTAIN_ESTIMATED};
    const attain_fact_columns columns = {.unit = unit,
                                         .one_measure = build_measure(plan, "people"),
                                         .period = period,
                                         .value = value,
                                         .qualifier = qualifier};
    attain_report report;
    check_ok(attain_facts_add(facts, &columns, 3, NULL, &report, &err), &err);
    assert_int_equal(report.n_read, 3);
    assert_int_equal(report.n_accepted, 3);
    check_sums(&report);
    attain_report_free(&report);
    attain_fact back;
    check_ok(attain_facts_at(facts, 0, &back, &err), &err);
    assert_int_equal(back.value, 7);
    check_ok(attain_facts_at(facts, 2, &back, &err), &err);
    assert_int_equal(back.qualifier, ATTAIN_MISSING);
    assert_int_equal(back.reason, ATTAIN_REASON_NOT_REPORTED);
    assert_int_equal(back.value, 0);
    check_ok(attain_facts_add(facts, &columns, 0, NULL, NULL, &err), &err);
    check_fails(attain_facts_add(facts, &columns, 3, NULL, &report, &err), ATTAIN_E_DUPLICATE, &err);
    assert_int_equal(err.index, 0);
    check_contains(err.message, "taken in before");
    check_contains(err.message, "2 more bad rows");
    assert_int_equal(report.n_issues, 3);
    assert_int_equal(report.n_accepted, 0);
    check_sums(&report);
    attain_report_free(&report);
    assert_int_equal(attain_facts_count(facts), 3);
    attain_facts_free(facts);
}

static void test_bad_columns(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    const uint32_t a = build_unit(plan, "01");
    const uint32_t w = build_measure(plan, "workers");
    const uint32_t unit[] = {a, 99, a, a, a, a, a, a, 0};
    const uint32_t measure[] = {w, w, 99, w, w, w, w, w, w};
    const uint32_t cell[] = {0, 0, 0, 0, 2, 0, 0, 0, 0};
    const int32_t period[] = {code("2025"), code("2025"), code("2025"),    INT32_MIN,   code("2025"),
                              code("2025"), code("2025"), code("2025-H1"), code("2025")};
    const int64_t value[] = {1, 1, 1, 1, 1, -1, 1, 1, 1};
    const uint8_t qualifier[] = {0, 0, 0, 0, 0, 0, 9, 0, 0};
    static const attain_status wanted[] = {ATTAIN_E_UNIT,     ATTAIN_E_MEASURE, ATTAIN_E_PERIOD,
                                           ATTAIN_E_CATEGORY, ATTAIN_E_RANGE,   ATTAIN_E_QUALIFIER,
                                           ATTAIN_E_PERIOD,   ATTAIN_E_PLACE};
    const attain_fact_columns columns = {.unit = unit,
                                         .measure = measure,
                                         .cell = cell,
                                         .period = period,
                                         .value = value,
                                         .qualifier = qualifier};
    attain_report report;
    check_fails(attain_facts_add(facts, &columns, 9, NULL, &report, &err), ATTAIN_E_UNIT, &err);
    assert_int_equal(err.index, 1);
    assert_int_equal(report.n_issues, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(report.issues[i].status, wanted[i]);
        assert_int_equal(report.issues[i].row, i + 2);
        assert_int_equal(report.issues[i].line, 0);
    }
    attain_report_free(&report);
    assert_int_equal(attain_facts_count(facts), 0);
    const attain_intake_options skip = {.struct_size = sizeof skip,
                                        .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS,
                                        .max_issues = 3};
    check_ok(attain_facts_add(facts, &columns, 9, &skip, &report, &err), &err);
    assert_int_equal(report.n_accepted, 1);
    assert_int_equal(report.n_rejected, 8);
    assert_int_equal(report.n_issues, 3);
    assert_int_equal(report.n_more_issues, 5);
    check_sums(&report);
    attain_report_free(&report);
    assert_int_equal(attain_facts_count(facts), 1);
    attain_facts_free(facts);
}

static void test_arguments(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    const attain_fact_columns none = {.unit = NULL};
    const attain_fact_text_columns no_text = {.unit = NULL};
    const attain_intake_options both = {.struct_size = sizeof both,
                                        .flags = ATTAIN_INTAKE_SUM | ATTAIN_INTAKE_SAME_VALUE_IS_FINE};
    const attain_intake_options unknown = {.struct_size = sizeof unknown, .flags = 64};
    const attain_intake_options no_size = {.struct_size = 0};
    check_fails(attain_facts_add(facts, &none, 1, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_add(NULL, &none, 0, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_add(facts, NULL, 0, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_add_text(facts, &no_text, 1, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_add(facts, &none, 0, &both, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_add(facts, &none, 0, &unknown, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_add(facts, &none, 0, &no_size, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_ok(attain_facts_add(facts, &none, 0, NULL, NULL, &err), &err);
    attain_report_free(NULL);
    attain_facts_free(facts);
}

/* ---- text ---- */

enum { MAX_ROWS = 16 };
typedef struct text_rows {
    attain_str field[6][MAX_ROWS]; /* unit, measure, period, value, qualifier, reason */
    attain_str post[MAX_ROWS];
    size_t n;
} text_rows;

static attain_str str(const char *text)
{
    return (attain_str){text, strlen(text)};
}

static void add_row(text_rows *rows, const char *unit, const char *measure, const char *period,
                    const char *post, const char *value, const char *qualifier, const char *reason)
{
    const char *const all[] = {unit, measure, period, value, qualifier, reason};
    for (size_t f = 0; f < 6; f++) {
        rows->field[f][rows->n] = str(all[f]);
    }
    rows->post[rows->n++] = str(post);
}

static attain_status take(attain_facts *facts, const text_rows *rows, const attain_intake_options *options,
                          attain_report *report, attain_error *err)
{
    const attain_str names[] = {str("post")};
    const attain_fact_text_columns columns = {.unit = rows->field[0],
                                              .measure = rows->field[1],
                                              .period = rows->field[2],
                                              .value = rows->field[3],
                                              .qualifier = rows->field[4],
                                              .reason = rows->field[5],
                                              .member = rows->post,
                                              .member_columns = names,
                                              .n_member_columns = 1};
    return attain_facts_add_text(facts, &columns, rows->n, options, report, err);
}

static void test_text(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    text_rows rows = {.n = 0};
    add_row(&rows, "01", "workers", "2025", "part_time", "12", "", "");
    add_row(&rows, "Ha Noi", "workers", "2025", "full_time", "20", "~", "");
    add_row(&rows, "02", "people", "2025", "", "", "missing", "M");
    add_row(&rows, "02", "people", "2024", "", "", "", "");
    add_row(&rows, "01", "money", "2021..2025", "", "12.50", ">=", "");
    add_row(&rows, "02", "people", "2023", "", "", "missing", "");
    add_row(&rows, "02", "people", "2022", "", "", "missing", "E");
    attain_report report;
    check_ok(take(facts, &rows, NULL, &report, &err), &err);
    assert_int_equal(report.n_read, 7);
    assert_int_equal(report.n_empty, 1);
    assert_int_equal(report.n_accepted, 6);
    attain_report_free(&report);
    attain_fact fact = {.unit = build_unit(plan, "01"),
                        .measure = build_measure(plan, "workers"),
                        .period = build_period("2025")};
    int found;
    check_ok(attain_facts_get(facts, &fact, &found, &err), &err);
    assert_int_equal(fact.value, 20);
    assert_int_equal(fact.qualifier, ATTAIN_ESTIMATED);
    fact.cell = 1;
    check_ok(attain_facts_get(facts, &fact, &found, &err), &err);
    assert_int_equal(fact.value, 12);
    fact = (attain_fact){.unit = build_unit(plan, "01"),
                         .measure = build_measure(plan, "money"),
                         .period = build_period("2021..2025")};
    check_ok(attain_facts_get(facts, &fact, &found, &err), &err);
    assert_int_equal(fact.value, 1250);
    fact = (attain_fact){.unit = build_unit(plan, "02"),
                         .measure = build_measure(plan, "people"),
                         .period = build_period("2025")};
    check_ok(attain_facts_get(facts, &fact, &found, &err), &err);
    assert_int_equal(fact.reason, ATTAIN_REASON_NOT_APPLICABLE);
    attain_facts_free(facts);
}

typedef struct bad_row {
    const char *unit, *measure, *period, *post, *value, *qualifier, *reason;
    attain_status status;
    const char *part;
} bad_row;

static const bad_row bad_rows[] = {
    {"1", "people", "2025", "", "1", "", "", ATTAIN_E_UNIT, "unknown unit '1'; did you mean '01'?"},
    {"", "people", "2025", "", "1", "", "", ATTAIN_E_UNIT, "the unit is empty"},
    {"01 ", "people", "2025", "", "1", "", "", ATTAIN_E_UNIT, "did you mean '01'?"},
    {"\x1b[31m", "people", "2025", "", "1", "", "", ATTAIN_E_UNIT, "\\x1B"},
    {"01", "peple", "2025", "", "1", "", "", ATTAIN_E_MEASURE, "did you mean 'people'?"},
    {"01", "", "2025", "", "1", "", "", ATTAIN_E_MEASURE, "the measure is empty"},
    {"01", "density", "2025", "", "1", "", "", ATTAIN_E_MEASURE, "an indicator"},
    {"01", "wage", "2025", "", "1", "", "", ATTAIN_E_MEASURE, "a reference"},
    {"01", "people", "2025-13", "", "1", "", "", ATTAIN_E_DATE, "period '2025-13'"},
    {"01", "people", "", "", "1", "", "", ATTAIN_E_DATE, "period ''"},
    {"01", "people", "2025-H1", "", "1", "", "", ATTAIN_E_PERIOD, "reported by years"},
    {"VN", "people", "2025", "", "1", "", "", ATTAIN_E_PLACE, "is a nation"},
    {"01", "workers", "2025", "", "1", "", "", ATTAIN_E_CATEGORY, "a member is required in every fact"},
    {"01", "workers", "2025", "ful_time", "1", "", "", ATTAIN_E_CATEGORY, "did you mean 'full_time'?"},
    {"01", "people", "2025", "full_time", "1", "", "", ATTAIN_E_CATEGORY, "is not by post"},
    {"01", "people", "2025", "", "90.000", "", "", ATTAIN_E_DIGITS,
     "90.000 in plain numbers and 90000 in vi numbers"},
    {"01", "people", "2025", "", "90,5", "", "", ATTAIN_E_NUMBER, "value '90,5'"},
    {"01", "people", "2025", "", "n/a", "", "", ATTAIN_E_NUMBER, "value 'n/a'"},
    {"01", "people", "2025", "", "1e5", "", "", ATTAIN_E_NUMBER, "value '1e5'"},
    {"01", "people", "2025", "", "9223372036854775808", "", "", ATTAIN_E_RANGE, "64 bits"},
    {"01", "people", "2025", "", "-1", "", "", ATTAIN_E_RANGE, "any sign"},
    {"01", "money", "2025", "", "1.234", "", "", ATTAIN_E_DIGITS, "(2)"},
    {"01", "people", "2025", "", "1", "ca", "", ATTAIN_E_QUALIFIER, "unknown qualifier 'ca'"},
    {"01", "people", "2025", "", "1", "missing", "", ATTAIN_E_QUALIFIER, "beside the value '1'"},
    {"01", "people", "2025", "", "", ">", "", ATTAIN_E_QUALIFIER, "no value"},
    {"01", "people", "2025", "", "", "missing", "lost", ATTAIN_E_QUALIFIER, "unknown reason 'lost'"},
    {"01", "people", "2025", "", "", "missing", "Z", ATTAIN_E_QUALIFIER, "unknown reason 'Z'"},
    {"01", "people", "2025", "", "1", "", "M", ATTAIN_E_QUALIFIER, "without the qualifier 'missing'"},
    {"01", "people", "2025", "", "", "", "M", ATTAIN_E_QUALIFIER, "without the qualifier 'missing'"}};

static void test_bad_text(void **state)
{
    (void)state;
    attain_facts *facts = build_facts(plan);
    for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
        const bad_row *bad = &bad_rows[i];
        attain_error err;
        text_rows rows = {.n = 0};
        add_row(&rows, "02", "people", "2025", "", "1", "", "");
        add_row(&rows, bad->unit, bad->measure, bad->period, bad->post, bad->value, bad->qualifier,
                bad->reason);
        check_fails(take(facts, &rows, NULL, NULL, &err), bad->status, &err);
        assert_int_equal(err.index, 1);
        check_contains(err.message, bad->part);
        assert_int_equal(attain_facts_count(facts), 0);
    }
    attain_facts_free(facts);
}

static void test_number_format(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    text_rows rows = {.n = 0};
    add_row(&rows, "02", "people", "2025", "", "90.000", "", "");
    add_row(&rows, "02", "money", "2025", "", "1.234,5", "", "");
    const attain_intake_options vi = {.struct_size = sizeof vi, .numbers = ATTAIN_NUMBERS_VI};
    check_ok(take(facts, &rows, &vi, NULL, &err), &err);
    attain_fact fact;
    check_ok(attain_facts_at(facts, 0, &fact, &err), &err);
    assert_int_equal(fact.value, 90000);
    check_ok(attain_facts_at(facts, 1, &fact, &err), &err);
    assert_int_equal(fact.value, 123450);
    attain_facts_free(facts);
}

static void test_member_columns(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    const attain_str unit[] = {str("01")};
    const attain_str measure[] = {str("workers")};
    const attain_str period[] = {str("2025")};
    const attain_str value[] = {str("3")};
    const attain_str member[] = {str(""), str("full_time"), str("")};
    attain_str names[] = {str("sex"), str("pots"), str("sex")};
    attain_fact_text_columns columns = {.unit = unit,
                                        .measure = measure,
                                        .period = period,
                                        .value = value,
                                        .member = member,
                                        .member_columns = names,
                                        .n_member_columns = 2};
    check_fails(attain_facts_add_text(facts, &columns, 1, NULL, NULL, &err), ATTAIN_E_CATEGORY, &err);
    check_contains(err.message, "did you mean 'post'?");
    names[1] = str("sex");
    check_fails(attain_facts_add_text(facts, &columns, 1, NULL, NULL, &err), ATTAIN_E_CATEGORY, &err);
    check_contains(err.message, "comes twice");
    columns.n_member_columns = 3;
    check_fails(attain_facts_add_text(facts, &columns, 1, NULL, NULL, &err), ATTAIN_E_CATEGORY, &err);
    columns.n_member_columns = 0;
    check_fails(attain_facts_add_text(facts, &columns, 1, NULL, NULL, &err), ATTAIN_E_CATEGORY, &err);
    check_contains(err.message, "no such column");
    names[1] = str("post");
    columns.n_member_columns = 2;
    check_ok(attain_facts_add_text(facts, &columns, 1, NULL, NULL, &err), &err);
    attain_facts_free(facts);
}

/* ---- cells that come twice ---- */

static void test_twice(void **state)
{
    (void)state;
    attain_error err;
    attain_report report;
    attain_facts *facts = build_facts(plan);
    text_rows rows = {.n = 0};
    add_row(&rows, "02", "people", "2025", "", "7", "", "");
    add_row(&rows, "01", "people", "2025", "", "5", "", "");
    add_row(&rows, "02", "people", "2025", "", "7", "", "");
    check_fails(take(facts, &rows, NULL, &report, &err), ATTAIN_E_DUPLICATE, &err);
    assert_int_equal(err.index, 2);
    assert_int_equal(report.n_issues, 1);
    assert_int_equal(report.issues[0].row, 3);
    assert_int_equal(report.issues[0].other_row, 1);
    check_contains(report.issues[0].message, "people at 02 in 2025 is the same cell as row 1");
    attain_report_free(&report);

    attain_intake_options options = {.struct_size = sizeof options,
                                     .flags = ATTAIN_INTAKE_SAME_VALUE_IS_FINE};
    check_ok(take(facts, &rows, &options, &report, &err), &err);
    assert_int_equal(report.n_accepted, 3);
    assert_int_equal(report.n_same, 1);
    attain_report_free(&report);
    assert_int_equal(attain_facts_count(facts), 2);
    attain_facts_free(facts);

    facts = build_facts(plan);
    options.flags = ATTAIN_INTAKE_SUM;
    check_ok(take(facts, &rows, &options, &report, &err), &err);
    assert_int_equal(report.n_same, 1);
    attain_report_free(&report);
    attain_fact fact;
    check_ok(attain_facts_at(facts, 1, &fact, &err), &err);
    assert_int_equal(fact.value, 14);
    attain_facts_free(facts);

    facts = build_facts(plan);
    options.flags = ATTAIN_INTAKE_SKIP_BAD_ROWS;
    check_ok(take(facts, &rows, &options, &report, &err), &err);
    assert_int_equal(report.n_accepted, 1);
    assert_int_equal(report.n_rejected, 2);
    assert_int_equal(report.n_issues, 2);
    assert_int_equal(report.issues[0].other_row, 3);
    attain_report_free(&report);
    assert_int_equal(attain_facts_count(facts), 1);
    attain_facts_free(facts);
}

static void test_twice_with_other_values(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    text_rows rows = {.n = 0};
    attain_intake_options options = {.struct_size = sizeof options,
                                     .flags = ATTAIN_INTAKE_SAME_VALUE_IS_FINE};
    add_row(&rows, "02", "people", "2025", "", "7", "", "");
    add_row(&rows, "02", "people", "2025", "", "7", "~", "");
    check_fails(take(facts, &rows, &options, NULL, &err), ATTAIN_E_DUPLICATE, &err);
    options.flags = ATTAIN_INTAKE_SUM;
    check_fails(take(facts, &rows, &options, NULL, &err), ATTAIN_E_DUPLICATE, &err);
    check_contains(err.message, "cannot be added");
    rows.n = 0;
    add_row(&rows, "02", "people", "2025", "", "9223372036854775807", "", "");
    add_row(&rows, "02", "people", "2025", "", "1", "", "");
    check_fails(take(facts, &rows, &options, NULL, &err), ATTAIN_E_DUPLICATE, &err);
    attain_facts_free(facts);
}

static void test_flow_types_and_overlaps(void **state)
{
    (void)state;
    attain_error err;
    attain_report report;
    attain_facts *facts = build_facts(plan);
    text_rows rows = {.n = 0};
    add_row(&rows, "02", "trained", "2025-02", "", "7", "", "");
    add_row(&rows, "01", "trained", "2025", "", "5", "", "");
    check_fails(take(facts, &rows, NULL, &report, &err), ATTAIN_E_PERIOD, &err);
    assert_int_equal(report.issues[0].row, 2);
    assert_int_equal(report.issues[0].other_row, 1);
    attain_report_free(&report);
    attain_intake_options skip = {.struct_size = sizeof skip, .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS};
    check_ok(take(facts, &rows, &skip, &report, &err), &err);
    assert_int_equal(report.n_rejected, 2);
    attain_report_free(&report);

    rows.n = 0;
    add_row(&rows, "01", "trained", "2020..2022", "", "1", "", "");
    add_row(&rows, "01", "trained", "2023..2024", "", "2", "", "");
    add_row(&rows, "01", "trained", "2024..2025", "", "3", "", "");
    check_fails(take(facts, &rows, NULL, NULL, &err), ATTAIN_E_DUPLICATE, &err);
    assert_int_equal(err.index, 2);
    check_contains(err.message, "shares days");
    check_ok(take(facts, &rows, &skip, &report, &err), &err);
    assert_int_equal(report.n_accepted, 1);
    attain_report_free(&report);
    assert_int_equal(attain_facts_count(facts), 1);
    rows.n = 0;
    add_row(&rows, "02", "trained", "2025-02", "", "7", "", "");
    check_fails(take(facts, &rows, NULL, NULL, &err), ATTAIN_E_PERIOD, &err);
    check_contains(err.message, "taken in before");
    attain_facts_free(facts);
}

/* ---- order ---- */

/* Rows in any order, in one intake or in several: the same facts, byte for byte, and the same rows refused. */
static void test_order_does_not_matter(void **state)
{
    (void)state;
    static const char *const units[] = {"01", "02"};
    static const char *const years[] = {"2019", "2020", "2021",       "2022",      "2023",
                                        "2024", "2025", "2019..2020", "2022..2024"};
    static const char *const measures[] = {"people", "trained", "money"};
    static const char *const values[] = {"1", "2", "3"};
    for (unsigned round = 0; round < 400; round++) {
        attain_error err;
        rng r = rng_new(round);
        text_rows rows = {.n = 0};
        const size_t n = 2 + (size_t)rng_below(&r, MAX_ROWS - 2);
        for (size_t i = 0; i < n; i++) {
            const char *measure = measures[rng_below(&r, 3)];
            add_row(&rows, units[rng_below(&r, 2)], measure, years[rng_below(&r, measure[0] == 'p' ? 7 : 9)],
                    "", values[rng_below(&r, 3)], rng_below(&r, 6) == 0 ? "~" : "", "");
        }
        static const uint32_t flags[] = {0, ATTAIN_INTAKE_SUM, ATTAIN_INTAKE_SAME_VALUE_IS_FINE};
        const attain_intake_options options = {.struct_size = sizeof options,
                                               .flags =
                                                   ATTAIN_INTAKE_SKIP_BAD_ROWS | flags[rng_below(&r, 3)]};
        attain_text bytes[2];
        uint64_t n_rejected[2];
        for (size_t turn = 0; turn < 2; turn++) {
            attain_facts *facts = build_facts(plan);
            attain_report report;
            check_ok(take(facts, &rows, &options, &report, &err), &err);
            check_sums(&report);
            n_rejected[turn] = report.n_rejected;
            attain_report_free(&report);
            check_ok(attain_facts_to_bytes(facts, &bytes[turn], &err), &err);
            attain_facts_free(facts);
            for (size_t i = n; i > 1; i--) {
                const size_t k = (size_t)rng_below(&r, i);
                for (size_t f = 0; f < 6; f++) {
                    const attain_str swap = rows.field[f][k];
                    rows.field[f][k] = rows.field[f][i - 1];
                    rows.field[f][i - 1] = swap;
                }
            }
        }
        assert_int_equal(n_rejected[0], n_rejected[1]);
        assert_int_equal(bytes[0].len, bytes[1].len);
        assert_memory_equal(bytes[0].data, bytes[1].data, bytes[0].len);
        attain_text_free(&bytes[0]);
        attain_text_free(&bytes[1]);
    }
}

static void test_issues_are_in_row_order(void **state)
{
    (void)state;
    enum { N = 3000 };
    attain_error err;
    attain_report report;
    attain_facts *facts = build_facts(plan);
    uint32_t *unit = calloc(N, sizeof *unit);
    int32_t *period = calloc(N, sizeof *period);
    int64_t *value = calloc(N, sizeof *value);
    rng r = rng_new(8);
    for (size_t i = 0; i < N; i++) {
        unit[i] = rng_below(&r, 4) == 0 ? 77 : build_unit(plan, rng_below(&r, 2) == 0 ? "01" : "02");
        period[i] = code(rng_below(&r, 2) == 0 ? "2024" : "2025");
    }
    const attain_fact_columns columns = {.unit = unit,
                                         .one_measure = build_measure(plan, "people"),
                                         .period = period,
                                         .value = value};
    const attain_intake_options options = {.struct_size = sizeof options, .max_issues = 40};
    const attain_status status = attain_facts_add(facts, &columns, N, &options, &report, &err);
    assert_int_equal(status, report.issues[0].status);
    assert_int_equal(err.index, report.issues[0].row - 1);
    assert_int_equal(report.n_issues, 40);
    assert_int_equal(report.n_issues + report.n_more_issues, N - 4);
    for (size_t i = 1; i < 40; i++) {
        assert_true(report.issues[i - 1].row < report.issues[i].row);
        assert_true(report.issues[i].row <= 44);
    }
    attain_report_free(&report);
    free(unit);
    free(period);
    free(value);
    attain_facts_free(facts);
}

/* ---- progress and memory ---- */

static int stop_at(void *ctx, uint64_t done, uint64_t total)
{
    uint64_t *calls = ctx;
    assert_true(done <= total);
    return ++*calls >= 2;
}

static void test_cancel(void **state)
{
    (void)state;
    enum { N = 200000 };
    attain_error err;
    attain_facts *facts = build_facts(plan);
    uint32_t *unit = calloc(N, sizeof *unit);
    int32_t *period = calloc(N, sizeof *period);
    int64_t *value = calloc(N, sizeof *value);
    uint64_t calls = 0;
    const attain_fact_columns columns = {.unit = unit, .period = period, .value = value};
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .progress = stop_at,
                                           .progress_ctx = &calls};
    check_fails(attain_facts_add(facts, &columns, N, &options, NULL, &err), ATTAIN_E_CANCELLED, &err);
    assert_int_equal(calls, 2);
    assert_int_equal(attain_facts_count(facts), 0);
    free(unit);
    free(period);
    free(value);
    attain_facts_free(facts);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_fault f;
    attain_error err;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    attain_plan *own = build_plan(plan_text, &a);
    text_rows rows = {.n = 0};
    add_row(&rows, "02", "people", "2025", "", "7", "", "");
    add_row(&rows, "01", "workers", "2025", "part_time", "12", "", "");
    add_row(&rows, "02", "people", "2024", "", "7", "", "");
    add_row(&rows, "02", "people", "2024", "", "7", "", "");
    add_row(&rows, "9", "people", "2024", "", "7", "", "");
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS};
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        alloc_fault_fail_at(&f, -1, false);
        attain_facts *facts = NULL;
        attain_report report;
        check_ok(attain_facts_new(own, NULL, &facts, &err), &err);
        alloc_fault_fail_at(&f, n, false);
        const attain_status status = take(facts, &rows, &options, &report, &err);
        /* An allocation that only served a message may fail without failing the call. */
        done = status == ATTAIN_OK && !f.failed;
        assert_true(status == ATTAIN_OK || status == ATTAIN_E_MEMORY);
        assert_int_equal(attain_facts_count(facts), status == ATTAIN_OK ? 2 : 0);
        if (status == ATTAIN_OK) {
            assert_int_equal(report.n_rejected, 3);
            attain_report_free(&report);
        }
        attain_facts_free(facts);
    }
    build_plan_free(own);
    alloc_fault_expect_empty(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_bad_columns),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_bad_text),
        cmocka_unit_test(test_number_format),
        cmocka_unit_test(test_member_columns),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_twice_with_other_values),
        cmocka_unit_test(test_flow_types_and_overlaps),
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_issues_are_in_row_order),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    build_plan_for_group(plan_text, &plan);
    return cmocka_run_group_tests(tests, build_set_up, build_tear_down);
}
