/* CSV of facts: header, renaming, wide form, rows that are wrong, pieces of any size, and a million rows. */
#include "facts/intake.h"
#include "support/alloc_fault.h"
#include "support/build_plan.h"
#include "support/check.h"
#include <stdio.h>
#include <stdlib.h>

static const char plan_text[] = "unit VN \"VN\" nation\n"
                                "unit 01 \"A\" province in VN\n"
                                "unit 02 \"B\" province in VN\n"
                                "category post: full_time, part_time\n"
                                "measure workers \"w\" stock persons by post reported yearly by province\n"
                                "measure people \"p\" stock persons reported yearly by province\n"
                                "measure homes \"h\" stock places\n";

static attain_plan *plan;

/* ---- headers ---- */

typedef struct bad_file {
    const char *csv;
    attain_status status;
    int32_t line, column;
    const char *part;
} bad_file;

static const bad_file bad_files[] = {
    {"", ATTAIN_E_CSV, 1, 0, "the file is empty; a header with unit, period"},
    {"unit,measure,period\n", ATTAIN_E_CSV, 1, 0, "column 'value' is required"},
    {"unit,measure,period,valeu\n", ATTAIN_E_CSV, 1, 0, "is it 'valeu'?"},
    {"measure,period,value\n", ATTAIN_E_CSV, 1, 0, "column 'unit' is required"},
    {"unit,measure,value\n", ATTAIN_E_CSV, 1, 0, "column 'period' is required"},
    {"unit,period,value\n", ATTAIN_E_CSV, 1, 0, "column 'measure' is required"},
    {"unit,measure,period,value,unit\n", ATTAIN_E_CSV, 1, 5, "column 'unit' comes twice"},
    {"unit,measure,period,value\n01,people,2025\n", ATTAIN_E_CSV, 2, 0,
     "the row has 3 fields, the header has 4 columns"},
    {"unit,measure,period,value\n\n01,people,2025,1\n1,people,2025,1\n", ATTAIN_E_UNIT, 4, 1,
     "did you mean '01'?"},
    {"unit,measure,period,value\n01,people,2025,90.000\n", ATTAIN_E_DIGITS, 2, 4, "90000 in vi numbers"},
    {"unit,measure,period,post,value\n01,workers,2025,x,9\n", ATTAIN_E_CATEGORY, 2, 4,
     "'x' is no member of post"},
    {"unit,measure,period,value\n01,workers,2025,9\n", ATTAIN_E_CATEGORY, 2, 0, "there is no such column"},
    {"unit,measure,period,value\n01,people,2025,\"1\n", ATTAIN_E_CSV, 2, 16, ""},
    {"unit,measure,period,value\n01,people,2025,\xff\n", ATTAIN_E_UTF8, 2, 16, "UTF-8"},
    {"\xff\xfeu", ATTAIN_E_UTF8, 1, 1, "UTF-16"},
    {"unit,measure,period,value\n\"0\n1\",people,2025,1\n01,people,2025,2\n01,people,2025,2\n", ATTAIN_E_UNIT,
     2, 1, "1 more bad row"},
    {"unit,period,people,homes\n01,2025,1,x\n", ATTAIN_E_NUMBER, 2, 4, "value 'x'"}};

static void test_bad_files(void **state)
{
    (void)state;
    const attain_intake_options options = {.struct_size = sizeof options, .source = "facts.csv"};
    attain_facts *facts = build_facts(plan);
    for (size_t i = 0; i < sizeof bad_files / sizeof bad_files[0]; i++) {
        const bad_file *bad = &bad_files[i];
        attain_error err;
        check_fails(build_csv(facts, bad->csv, &options, NULL, &err), bad->status, &err);
        check_contains(err.message, bad->part);
        check_text(err.source, strlen(err.source), "facts.csv");
        assert_int_equal(err.line, bad->line);
        assert_int_equal(err.column, bad->column);
        assert_int_equal(attain_facts_count(facts), 0);
    }
    attain_facts_free(facts);
}

static void test_good_file(void **state)
{
    (void)state;
    attain_error err;
    attain_report report;
    attain_facts *facts = build_facts(plan);
    check_ok(build_csv(facts,
                       "\xef\xbb\xbfperiod,note,unit,measure,post,value,qualifier,reason,\"who, when\",\r\n"
                       "2025,x,01,workers,full_time,5,>,,,\r\n"
                       "2025,x,01,workers,part_time,,missing,H,,\r\n"
                       "2025,x,02,workers,part_time,,,,,\r\n"
                       "2025,x,02,people,,7,,,,\r\n",
                       NULL, &report, &err),
             &err);
    assert_int_equal(report.n_read, 4);
    assert_int_equal(report.n_accepted, 3);
    assert_int_equal(report.n_empty, 1);
    check_str(report.ignored_columns, "note, who, when");
    attain_report_free(&report);
    assert_int_equal(attain_facts_count(facts), 3);
    attain_fact fact;
    check_ok(attain_facts_at(facts, 1, &fact, &err), &err);
    assert_int_equal(fact.qualifier, ATTAIN_MISSING);
    assert_int_equal(fact.reason, ATTAIN_REASON_HOLIDAY);
    check_ok(build_csv(facts, "unit,measure,period,value\n", NULL, &report, &err), &err);
    assert_int_equal(report.n_read, 0);
    attain_report_free(&report);
    attain_facts_free(facts);
}

static void test_rename_and_separator(void **state)
{
    (void)state;
    attain_error err;
    attain_report report;
    attain_facts *facts = build_facts(plan);
    const attain_str rename[] = {{"Don vi", 6}, {"unit", 4}, {"Nam", 3},
                                 {"period", 6}, {"unit", 4}, {"old", 3}};
    attain_intake_options options = {.struct_size = sizeof options,
                                     .rename = rename,
                                     .n_rename = 3,
                                     .separator = ';',
                                     .numbers = ATTAIN_NUMBERS_VI};
    check_ok(build_csv(facts, "Don vi;unit;Nam;people\n01;?;2025;1.234\n", &options, &report, &err), &err);
    check_str(report.ignored_columns, "old");
    attain_report_free(&report);
    attain_fact fact;
    check_ok(attain_facts_at(facts, 0, &fact, &err), &err);
    assert_int_equal(fact.value, 1234);
    check_fails(build_csv(facts, "Don vi;unit;year;people\n", &options, NULL, &err), ATTAIN_E_CSV, &err);
    check_contains(err.message, "'Nam' is not there, but is to be renamed to period");
    options.n_rename = 1;
    check_fails(build_csv(facts, "Don vi;unit;period;people\n", &options, NULL, &err), ATTAIN_E_CSV, &err);
    check_contains(err.message, "comes twice");
    options.separator = 'a';
    check_fails(build_csv(facts, "unit\n", &options, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    options.rename = NULL;
    check_fails(build_csv(facts, "unit\n", &options, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    attain_facts_free(facts);
}

static void test_wide(void **state)
{
    (void)state;
    attain_error err;
    attain_report report;
    attain_facts *facts = build_facts(plan);
    const attain_intake_options skip = {.struct_size = sizeof skip, .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS};
    check_ok(build_csv(facts,
                       "unit,period,people,homes,value\n01,2025,1,2,9\n02,2025,,3,9\n07,2025,4,5,9\n02,2024,"
                       "6\n01,2025,1,,9\n",
                       &skip, &report, &err),
             &err);
    assert_int_equal(report.n_read, 10);
    assert_int_equal(report.n_empty, 2);
    assert_int_equal(report.n_accepted, 2);
    assert_int_equal(report.n_rejected, 6);
    check_str(report.ignored_columns, "value");
    assert_int_equal(report.n_issues, 5);
    assert_int_equal(report.issues[0].row, 1);
    assert_int_equal(report.issues[0].other_row, 5);
    assert_int_equal(report.issues[0].line, 2);
    assert_int_equal(report.issues[1].row, 3);
    assert_int_equal(report.issues[1].column, 1);
    assert_int_equal(report.issues[2].row, 3);
    assert_int_equal(report.issues[3].status, ATTAIN_E_CSV);
    assert_int_equal(report.issues[4].line, 6);
    attain_report_free(&report);
    assert_int_equal(attain_facts_count(facts), 2);
    attain_facts_free(facts);
}

static void test_name_of_two_things(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *own =
        build_plan("unit VN \"VN\" nation\ncategory post: a, b\nmeasure post \"p\" stock x\n", NULL);
    attain_facts *facts = build_facts(own);
    check_fails(build_csv(facts, "unit,period,post\n", NULL, NULL, &err), ATTAIN_E_CSV, &err);
    check_contains(err.message, "names a category and a measure");
    check_ok(build_csv(facts, "unit,measure,period,value\nVN,post,2025,1\n", NULL, NULL, &err), &err);
    attain_facts_free(facts);
    build_plan_free(own);
}

/* ---- pieces ---- */

static void test_pieces_of_any_size(void **state)
{
    (void)state;
    static const char csv[] = "unit,measure,period,post,value\n01,workers,2025,full_time,5\n\n\"02\",people,"
                              "2025,,\"7\"\r\n01,homes,2025-06-30,,3";
    attain_error err;
    for (size_t step = 1; step <= sizeof csv; step++) {
        attain_facts *facts = build_facts(plan);
        attain_intake *intake = NULL;
        check_ok(attain_intake_new(facts, NULL, &intake, &err), &err);
        for (size_t at = 0; at < sizeof csv - 1; at += step) {
            const size_t left = sizeof csv - 1 - at;
            check_ok(attain_intake_feed(intake, csv + at, left < step ? left : step, &err), &err);
            assert_int_equal(attain_facts_count(facts), 0);
        }
        check_ok(attain_intake_finish(intake, NULL, &err), &err);
        assert_int_equal(attain_facts_count(facts), 3);
        check_fails(attain_intake_feed(intake, "", 0, &err), ATTAIN_E_ARGUMENT, &err);
        check_fails(attain_intake_finish(intake, NULL, &err), ATTAIN_E_ARGUMENT, &err);
        attain_intake_free(intake);
        attain_facts_free(facts);
    }
}

static void test_failure_stays(void **state)
{
    (void)state;
    attain_error err;
    attain_error again;
    attain_facts *facts = build_facts(plan);
    attain_intake *intake = NULL;
    check_ok(attain_intake_new(facts, NULL, &intake, &err), &err);
    check_fails(attain_intake_feed(intake, "unit,unit\n", 10, &err), ATTAIN_E_CSV, &err);
    check_fails(attain_intake_feed(intake, "unit,measure,period,value\n", 26, &again), ATTAIN_E_CSV, &again);
    check_text(again.message, strlen(again.message), err.message);
    check_fails(attain_intake_finish(intake, NULL, &err), ATTAIN_E_CSV, &err);
    attain_intake_free(intake);
    check_fails(attain_intake_new(NULL, NULL, &intake, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_intake_feed(NULL, "", 0, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_intake_finish(NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    attain_intake_free(NULL);
    attain_facts_free(facts);
}

static int stop_late(void *ctx, uint64_t done, uint64_t total)
{
    uint64_t *calls = ctx;
    assert_int_equal(total, 1000);
    assert_true(done > 0);
    return ++*calls == 3;
}

static void test_progress_and_cancel(void **state)
{
    (void)state;
    attain_error err;
    uint64_t calls = 0;
    attain_facts *facts = build_facts(plan);
    attain_intake *intake = NULL;
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .progress = stop_late,
                                           .progress_ctx = &calls,
                                           .total_bytes = 1000};
    check_ok(attain_intake_new(facts, &options, &intake, &err), &err);
    check_ok(attain_intake_feed(intake, "unit,measure,period,value\n", 26, &err), &err);
    check_ok(attain_intake_feed(intake, "01,people,2025,3\n", 17, &err), &err);
    check_fails(attain_intake_feed(intake, "02,people,2025,3\n", 17, &err), ATTAIN_E_CANCELLED, &err);
    check_fails(attain_intake_finish(intake, NULL, &err), ATTAIN_E_CANCELLED, &err);
    assert_int_equal(attain_facts_count(facts), 0);
    attain_intake_free(intake);
    attain_facts_free(facts);
}

/* Options are copied: the caller's strings may go when the intake has begun. */
static void test_options_are_copied(void **state)
{
    (void)state;
    attain_error err;
    char from[] = "Ort";
    char to[] = "unit";
    char source[] = "a.csv";
    attain_str rename[] = {{from, 3}, {to, 4}};
    attain_facts *facts = build_facts(plan);
    attain_intake *intake = NULL;
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .rename = rename,
                                           .n_rename = 1,
                                           .source = source};
    check_ok(attain_intake_new(facts, &options, &intake, &err), &err);
    memset(from, 'x', 3);
    memset(to, 'x', 4);
    memset(source, 'x', 5);
    memset(rename, 0, sizeof rename);
    check_ok(attain_intake_feed(intake, "Ort,period,people\n01,2025,1\n01,2025,1\n", 38, &err), &err);
    check_fails(attain_intake_finish(intake, NULL, &err), ATTAIN_E_DUPLICATE, &err);
    check_text(err.source, strlen(err.source), "a.csv");
    attain_intake_free(intake);
    attain_facts_free(facts);
}

/* ---- size ---- */

/* Memory follows the cells, not the bytes of the file; a second file of the same size is merged into place. */
static void test_many_rows(void **state)
{
    (void)state;
    enum { N = 100000 };
    alloc_fault f;
    attain_error err;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    attain_plan *own = build_plan(plan_text, &a);
    attain_facts *facts = NULL;
    const size_t before = f.bytes_outstanding;
    check_ok(attain_facts_new(own, NULL, &facts, &err), &err);
    for (int file = 0; file < 2; file++) {
        attain_intake *intake = NULL;
        check_ok(attain_intake_new(facts, NULL, &intake, &err), &err);
        check_ok(attain_intake_feed(intake, "measure,unit,period,value\n", 26, &err), &err);
        f.bytes_peak = 0;
        for (int i = 0; i < N; i++) {
            char row[64];
            const int day = (int)((unsigned)i * 7919u % N);
            const atn_date date = atn_day_to_date(day - 200000 + file * 200000);
            const int len = snprintf(row, sizeof row, "homes,01,%04d-%02d-%02d,%d\n", (int)date.year,
                                     (int)date.month, (int)date.day, i);
            check_ok(attain_intake_feed(intake, row, (size_t)len, &err), &err);
        }
        check_ok(attain_intake_finish(intake, NULL, &err), &err);
        attain_intake_free(intake);
        assert_int_equal(attain_facts_count(facts), (file + 1) * N);
        assert_true(f.bytes_peak - before < (size_t)(file + 1) * N * 200);
    }
    attain_facts_free(facts);
    build_plan_free(own);
    alloc_fault_expect_empty(&f);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_fault f;
    attain_error err;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    attain_plan *own = build_plan(plan_text, &a);
    const attain_str rename[] = {{"Ort", 3}, {"unit", 4}};
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .rename = rename,
                                           .n_rename = 1,
                                           .source = "x"};
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        attain_facts *facts = NULL;
        attain_report report;
        alloc_fault_fail_at(&f, -1, false);
        check_ok(attain_facts_new(own, NULL, &facts, &err), &err);
        alloc_fault_fail_at(&f, n, false);
        const attain_status status = build_csv(facts,
                                               "Ort,period,post,workers,extra\n01,2025,full_time,1,\n02,2025,"
                                               "\"full_time\",1,\n01,2024,part_time,1,\n",
                                               &options, &report, &err);
        done = status == ATTAIN_OK && !f.failed;
        assert_true(status == ATTAIN_OK || status == ATTAIN_E_MEMORY);
        assert_int_equal(attain_facts_count(facts), status == ATTAIN_OK ? 3 : 0);
        if (status == ATTAIN_OK) {
            attain_report_free(&report);
        }
        attain_facts_free(facts);
    }
    build_plan_free(own);
    alloc_fault_expect_empty(&f);
}

/* ---- looking ahead ---- */

/* The caller's threads: none, so that allocations come in an order. */
static void run_alone(void *ctx, void (*task)(void *task_ctx, size_t i), void *task_ctx, size_t n_tasks)
{
    (void)ctx;
    for (size_t i = 0; i < n_tasks; i++) {
        task(task_ctx, i);
    }
}

static attain_status feed_ahead(attain_facts *facts, const atn_buf *csv, uint64_t *n_ahead, attain_error *err)
{
    attain_intake *intake = NULL;
    attain_status status = attain_intake_new(facts, NULL, &intake, err);
    if (status != ATTAIN_OK) {
        return status;
    }
    atn_intake_set_slice(intake, 200);
    status = attain_intake_feed(intake, csv->data, csv->len, err);
    if (status == ATTAIN_OK) {
        status = attain_intake_finish(intake, NULL, err);
    }
    *n_ahead = atn_intake_ahead_rows(intake);
    attain_intake_free(intake);
    return status;
}

/* A thread that finds no memory is done without: the rows come in all the same, or none does and it is said why. */
static void test_looking_ahead_without_memory(void **state)
{
    (void)state;
    enum { N_ROWS = 100, FIRST_YEAR = 1950 };
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    attain_plan *own = build_plan(plan_text, &a);
    const attain_facts_options options = {.struct_size = sizeof options,
                                          .n_threads = 3,
                                          .executor = run_alone};
    atn_buf csv;
    atn_buf_init(&csv, NULL);
    atn_buf_text(&csv, "unit,measure,period,value\n");
    for (int i = 0; i < N_ROWS; i++) {
        atn_buf_printf(&csv, "%02d,people,%d,%d\n", i % 2 + 1, FIRST_YEAR + i / 2, i);
    }
    uint64_t n_ahead = 0;
    bool done = false;
    int n_without = 0;
    for (int64_t n = 0; !done; n++) {
        attain_error err;
        attain_facts *facts = NULL;
        check_ok(attain_facts_new(own, &options, &facts, &err), &err);
        alloc_fault_fail_at(&f, n, false);
        const attain_status status = feed_ahead(facts, &csv, &n_ahead, &err);
        done = !f.failed;
        n_without += f.failed && status == ATTAIN_OK ? 1 : 0;
        assert_true(status == ATTAIN_OK || status == ATTAIN_E_MEMORY);
        assert_int_equal(attain_facts_count(facts), status == ATTAIN_OK ? N_ROWS : 0);
        alloc_fault_fail_at(&f, -1, false);
        attain_facts_free(facts);
    }
    assert_true(n_ahead > N_ROWS / 2);
    assert_true(n_without > 3);
    atn_buf_free(&csv);
    build_plan_free(own);
    alloc_fault_expect_empty(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_good_file),
        cmocka_unit_test(test_rename_and_separator),
        cmocka_unit_test(test_wide),
        cmocka_unit_test(test_name_of_two_things),
        cmocka_unit_test(test_pieces_of_any_size),
        cmocka_unit_test(test_failure_stays),
        cmocka_unit_test(test_progress_and_cancel),
        cmocka_unit_test(test_options_are_copied),
        cmocka_unit_test(test_many_rows),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_looking_ahead_without_memory),
    };
    build_plan_for_group(plan_text, &plan);
    return cmocka_run_group_tests(tests, build_set_up, build_tear_down);
}
