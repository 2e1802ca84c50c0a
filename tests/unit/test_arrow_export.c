/* Arrow going out: facts come back as the same bytes, cells of tables are those that attain_table_print gives, and whatever was given is released
 * once, in whatever order its parts go. */
#include "support/arrow_make.h"
#include "support/arrow_read.h"
#include "support/build_plan.h"
#include "support/check.h"
#include "support/rng.h"

#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char plan_text[] = "attribute terrain: hill, valley\n"
                                "category post: full_time, part_time\n"
                                "category sex: f, m\n"
                                "unit VN nation\n"
                                "unit 01 province in VN  terrain hill\n"
                                "unit 02 province in VN  terrain valley\n"
                                "unit 03 province in VN\n"
                                "measure people stock persons reported yearly by province\n"
                                "measure helped stock persons reported yearly by province\n"
                                "measure workers stock persons by post reported yearly by province\n"
                                "measure kids stock persons by sex\n"
                                "measure money flow VND decimals 2 any sign\n"
                                "measure rain stock mm decimals 1\n"
                                "indicator density = workers / people\n  shown as 1 per N\n"
                                "indicator share = helped / people\n  share\n"
                                "indicator spent = money\n"
                                "programme p \"Programme\"\n  period 2021..2025\n"
                                "target p.density density at least 1 per 100 by 2025\n"
                                "target p.share\n"
                                "  reading of_all: share at least 50% by 2025\n"
                                "  reading of_more: share up at least 10% over 2023 by 2025\n"
                                "  baseline 2023\n"
                                "target p.places share at least 40% by 2024 for every province\n"
                                "target p.spent spent at least 1000 by 2025\n"
                                "milestone p.office \"Office\" by 2023\n  done 2022-05-01 \"minutes\"\n";

static const char facts_csv[] = "unit,measure,period,value,qualifier,reason,post,sex\n"
                                "01,people,2023,1000,,,,\n"
                                "02,people,2023,500,~,,,\n"
                                "01,people,2024,1100,,,,\n"
                                "02,people,2024,700,,,,\n"
                                "03,people,2024,0,,,,\n"
                                "01,helped,2023,300,,,,\n"
                                "01,helped,2024,400,,,,\n"
                                "02,helped,2024,,missing,confidential,,\n"
                                "01,workers,2024,4,>,,full_time,\n"
                                "01,workers,2024,5,,,part_time,\n"
                                "02,workers,2024,3,<=,,full_time,\n"
                                "03,kids,2024-06,7,<,,,f\n"
                                "03,kids,2024-06-10,8,>=,,,m\n"
                                "01,money,2023,-1000.50,,,,\n"
                                "02,money,2024,12.25,,,,\n"
                                "02,money,2021..2025,99999999999999999.99,,,,\n"
                                "03,rain,2024-W07,0.1,,,,\n";

static attain_plan *plan;
static attain_facts *facts;
static attain_table *scorecard;
static attain_table *values;

static int set_up(void **state)
{
    (void)state;
    attain_error err;
    plan = build_plan(plan_text, NULL);
    facts = build_facts(plan);
    char text[4096];
    snprintf(text, sizeof text, "%s", facts_csv);
    char *ranged = strstr(text, "02,money,2021..2025"); /* a flow has periods of one type */
    char *rain = strstr(text, "03,rain");
    memmove(ranged, rain, strlen(rain) + 1);
    build_add(facts, text);
    const attain_period periods[] = {build_period("2023"), build_period("2024"), build_period("2025")};
    const attain_score_options score = {
        .struct_size = sizeof score, .all_units = 1, .as_of = periods, .n_as_of = 3, .readings = 1};
    const attain_str by[] = {{"terrain", 7}, {"post", 4}};
    const attain_compute_options compute = {.struct_size = sizeof compute,
                                            .all_units = 1,
                                            .periods = periods,
                                            .n_periods = 3,
                                            .by = by,
                                            .n_by = 2};
    check_ok(attain_score(plan, facts, &score, &scorecard, &err), &err);
    check_ok(attain_compute(plan, facts, &compute, &values, &err), &err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    attain_table_free(scorecard);
    attain_table_free(values);
    attain_facts_free(facts);
    build_plan_free(plan);
    return 0;
}

static void check_same_bytes(const attain_facts *a, const attain_facts *b)
{
    attain_error err;
    attain_text x;
    attain_text y;
    check_ok(attain_facts_to_bytes(a, &x, &err), &err);
    check_ok(attain_facts_to_bytes(b, &y, &err), &err);
    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.data, y.data, x.len);
    attain_text_free(&x);
    attain_text_free(&y);
}

/* ---- facts there and back ---- */

static void there_and_back(const attain_facts *from, const attain_plan *of, attain_arrow_numbers numbers,
                           int plain_text, uint64_t batch_rows, uint32_t n_threads)
{
    attain_error err;
    attain_report report;
    attain_facts *back;
    struct ArrowArrayStream stream;
    const attain_arrow_options options = {.struct_size = sizeof options,
                                          .numbers = numbers,
                                          .plain_text = plain_text,
                                          .batch_rows = batch_rows};
    const attain_facts_options threads = {.struct_size = sizeof threads, .n_threads = n_threads};
    check_ok(attain_facts_new(of, &threads, &back, &err), &err);
    check_ok(attain_facts_to_arrow(from, &options, &stream, &err), &err);
    check_ok(attain_facts_add_arrow(back, &stream, NULL, &report, &err), &err);
    assert_null(stream.release);
    assert_int_equal(report.n_accepted, attain_facts_count(from));
    assert_int_equal(report.ignored_columns.len, 0);
    attain_report_free(&report);
    check_same_bytes(back, from);
    attain_facts_free(back);
}

static void facts_come_back(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0, 1, 2, 5, 1000000};
    attain_facts *none = build_facts(plan);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        for (int plain = 0; plain < 2; plain++) {
            /* Doubles hold up to 15 digits, which these facts keep to. */
            there_and_back(facts, plan, ATTAIN_ARROW_DOUBLES, plain, sizes[i], 1);
            there_and_back(facts, plan, ATTAIN_ARROW_DECIMALS, plain, sizes[i], 1 + (uint32_t)i % 3);
            there_and_back(facts, plan, ATTAIN_ARROW_FRACTIONS, plain, sizes[i], 1);
            there_and_back(none, plan, ATTAIN_ARROW_DECIMALS, plain, sizes[i], 1);
        }
    }
    attain_facts_free(none);
}

static void many_facts_come_back(void **state)
{
    (void)state;
    attain_facts *many = build_facts(plan);
    attain_error err;
    rng r = rng_new(8);
    enum { N = 120000 };
    uint32_t *unit = malloc(N * sizeof *unit);
    uint32_t *measure = malloc(N * sizeof *measure);
    int32_t *period = malloc(N * sizeof *period);
    int64_t *value = malloc(N * sizeof *value);
    uint8_t *qualifier = malloc(N);
    const uint32_t kids = build_measure(plan, "kids");
    const uint32_t money = build_measure(plan, "money");
    size_t n = 0;
    attain_period day = build_period("1900-01-01");
    for (size_t i = 0; n < N; i++) {
        for (uint32_t u = 1; u <= 3; u++) {
            unit[n] = u;
            measure[n] = i % 2 == 0 ? kids : money;
            check_ok(attain_period_encode(day, &period[n], &err), &err);
            value[n] = rng_between(&r, i % 2 == 0 ? 0 : INT64_MIN / 2, INT64_MAX / 2);
            qualifier[n++] = rng_below(&r, 100) == 0 ? ATTAIN_ESTIMATED : ATTAIN_EXACT;
        }
        check_ok(attain_period_step(day, (int32_t)(i % 2), &day, &err), &err);
    }
    const attain_fact_columns columns = {
        .unit = unit, .measure = measure, .period = period, .value = value, .qualifier = qualifier};
    check_ok(attain_facts_add(many, &columns, N, NULL, NULL, &err), &err);
    for (uint32_t n_threads = 1; n_threads <= 3; n_threads++) {
        there_and_back(many, plan, ATTAIN_ARROW_DECIMALS, n_threads == 2, n_threads == 3 ? 5000 : 0,
                       n_threads);
    }
    free(unit);
    free(measure);
    free(period);
    free(value);
    free(qualifier);
    attain_facts_free(many);
}

/* ---- facts, column by column ---- */

static void read_facts(attain_arrow_numbers numbers, int plain_text, uint64_t batch_rows, am_grid *grid)
{
    attain_error err;
    struct ArrowArrayStream stream;
    const attain_arrow_options options = {.struct_size = sizeof options,
                                          .numbers = numbers,
                                          .plain_text = plain_text,
                                          .batch_rows = batch_rows};
    check_ok(attain_facts_to_arrow(facts, &options, &stream, &err), &err);
    am_read(&stream, grid);
    assert_null(grid->error);
    assert_int_equal(grid->n_rows, attain_facts_count(facts));
}

static void check_cell(const char *got, const char *wanted)
{
    if ((got == NULL) != (wanted == NULL) || (got != NULL && strcmp(got, wanted) != 0)) {
        fail_msg("got '%s', wanted '%s'", got != NULL ? got : "(null)", wanted != NULL ? wanted : "(null)");
    }
}

static void facts_cell_by_cell(void **state)
{
    (void)state;
    static const char *const names[] = {"unit", "measure", "period",    "post",
                                        "sex",  "value",   "qualifier", "reason"};
    static const char *const formats[] = {"g", "d:38,2", "u"};
    for (int numbers = 0; numbers < 3; numbers++) {
        for (int plain = 0; plain < 2; plain++) {
            am_grid grid;
            read_facts((attain_arrow_numbers)numbers, plain, 4, &grid);
            assert_int_equal(grid.n_columns, COUNT(names));
            assert_int_equal(grid.largest_batch, 4);
            for (size_t c = 0; c < COUNT(names); c++) {
                assert_string_equal(grid.name[c], names[c]);
                assert_string_equal(grid.format[c], c == 5 ? formats[numbers] : plain != 0 ? "u" : "i<u>");
            }
            for (size_t row = 0; row < grid.n_rows; row++) {
                attain_fact fact;
                attain_error err;
                char period[64];
                check_ok(attain_facts_at(facts, row, &fact, &err), &err);
                check_ok(attain_period_print(fact.period, period, sizeof period, NULL, &err), &err);
                check_cell(am_cell(&grid, row, "unit"),
                           attain_plan_id(plan, ATTAIN_KIND_UNIT, fact.unit).data);
                check_cell(am_cell(&grid, row, "measure"),
                           attain_plan_id(plan, ATTAIN_KIND_MEASURE, fact.measure).data);
                check_cell(am_cell(&grid, row, "period"), period);
                check_cell(am_cell(&grid, row, "reason"),
                           fact.qualifier == ATTAIN_MISSING
                               ? attain_missing_reason_name((attain_missing_reason)fact.reason)
                               : NULL);
                assert_true((fact.qualifier == ATTAIN_EXACT) == (am_cell(&grid, row, "qualifier") == NULL));
                assert_true((fact.qualifier == ATTAIN_MISSING) == (am_cell(&grid, row, "value") == NULL));
            }
            am_grid_free(&grid);
        }
    }
}

/* The figures of known rows, in each of the three ways; of facts the exact text is a decimal, which is what an intake reads. */
static void figures_in_three_ways(void **state)
{
    (void)state;
    static const struct {
        const char *unit, *measure, *period, *value[3], *post, *sex;
    } wanted[] = {
        {"01", "money", "2023", {"-1000.5", "-1000.50", "-1000.5"}, NULL, NULL},
        {"02", "money", "2024", {"12.25", "12.25", "12.25"}, NULL, NULL},
        {"03", "rain", "2024-W07", {"0.10000000000000001", "0.10", "0.1"}, NULL, NULL},
        {"01", "people", "2024", {"1100", "1100.00", "1100"}, NULL, NULL},
        {"03", "people", "2024", {"0", "0.00", "0"}, NULL, NULL},
        {"01", "workers", "2024", {"5", "5.00", "5"}, "part_time", NULL},
        {"03", "kids", "2024-06-10", {"8", "8.00", "8"}, NULL, "m"},
        {"02", "helped", "2024", {NULL, NULL, NULL}, NULL, NULL},
    };
    for (int numbers = 0; numbers < 3; numbers++) {
        am_grid grid;
        size_t n_found = 0;
        read_facts((attain_arrow_numbers)numbers, 0, 0, &grid);
        for (size_t row = 0; row < grid.n_rows; row++) {
            for (size_t i = 0; i < COUNT(wanted); i++) {
                const char *const post = am_cell(&grid, row, "post");
                if (strcmp(am_cell(&grid, row, "unit"), wanted[i].unit) == 0 &&
                    strcmp(am_cell(&grid, row, "measure"), wanted[i].measure) == 0 &&
                    strcmp(am_cell(&grid, row, "period"), wanted[i].period) == 0 &&
                    (wanted[i].post == NULL) == (post == NULL) &&
                    (post == NULL || strcmp(post, wanted[i].post) == 0)) {
                    check_cell(am_cell(&grid, row, "value"), wanted[i].value[numbers]);
                    check_cell(am_cell(&grid, row, "sex"), wanted[i].sex);
                    n_found++;
                }
            }
        }
        assert_int_equal(n_found, COUNT(wanted));
        am_grid_free(&grid);
    }
}

/* ---- tables ---- */

static void read_table(const attain_table *table, const attain_arrow_options *options, am_grid *grid)
{
    attain_error err;
    struct ArrowArrayStream stream;
    check_ok(attain_table_to_arrow(table, options, &stream, &err), &err);
    am_read(&stream, grid);
    assert_null(grid->error);
    assert_int_equal(grid->n_rows, attain_table_rows(table));
}

static bool is_number(attain_column column)
{
    return column >= ATTAIN_COL_NUMERATOR && column <= ATTAIN_COL_PATH;
}

static bool is_count(attain_column column)
{
    return column >= ATTAIN_COL_REPORTED && column <= ATTAIN_COL_MISSING;
}

/* In units of its own, so exact as a decimal. */
static bool is_full(attain_column column)
{
    return column == ATTAIN_COL_NUMERATOR || column == ATTAIN_COL_DENOMINATOR || column == ATTAIN_COL_GAP;
}

/* What attain_table_print says; NULL where it says nothing. */
static const char *printed(const attain_table *table, size_t row, attain_column column,
                           const attain_print_options *options, char buf[256])
{
    attain_error err;
    check_ok(attain_table_print(table, row, column, options, buf, 256, NULL, &err), &err);
    return buf[0] != '\0' ? buf : NULL;
}

static void check_doubles(const attain_table *table, const am_grid *grid, attain_column column,
                          const char *name)
{
    attain_error err;
    const double *numbers;
    const uint8_t *valid;
    check_ok(attain_table_doubles(table, column, &numbers, &valid, &err), &err);
    for (size_t row = 0; row < grid->n_rows; row++) {
        const char *const cell = am_cell(grid, row, name);
        assert_true((valid[row] == 1) == (cell != NULL));
        if (cell != NULL) {
            check_double(strtod(cell, NULL), numbers[row]);
        }
    }
}

/* "3" or "9/10" */
static void check_decimals(const attain_table *table, const am_grid *grid, attain_column column,
                           const char *name, int digits)
{
    const attain_print_options exact = {.struct_size = sizeof exact, .exact = 1};
    const attain_print_options rounded = {.struct_size = sizeof rounded, .digits = digits, .keep_zeros = 1};
    for (size_t row = 0; row < grid->n_rows; row++) {
        char buf[256];
        const char *const cell = am_cell(grid, row, name);
        const bool is_whole =
            strchr(printed(table, row, column, &exact, buf) != NULL ? buf : "", '/') == NULL;
        const char *const wanted = printed(table, row, column, &rounded, buf);
        if (wanted != NULL && cell != NULL && is_whole) {
            /* Whole numbers are printed without the zeros that the decimal keeps. */
            const size_t len = strcspn(buf, ".");
            assert_memory_equal(cell, buf, len);
            assert_true(cell[len] == '\0' || strspn(cell + len, ".0") == strlen(cell + len));
        } else if (!is_full(column)) {
            check_cell(cell, wanted);
        }
        assert_true((cell == NULL) == (wanted == NULL));
    }
}

static void check_texts(const attain_table *table, const am_grid *grid, attain_column column,
                        const char *name)
{
    const attain_print_options exact = {.struct_size = sizeof exact, .exact = 1};
    for (size_t row = 0; row < grid->n_rows; row++) {
        char buf[256];
        check_cell(am_cell(grid, row, name), printed(table, row, column, &exact, buf));
    }
}

static void check_table(const attain_table *table, const attain_arrow_options *options)
{
    am_grid grid;
    const attain_column *columns;
    const size_t n = attain_table_columns(table, &columns);
    const int digits = options->digits == 0 ? 6 : options->digits;
    char decimals[16];
    snprintf(decimals, sizeof decimals, "d:38,%d", digits < 0 ? 0 : digits);
    read_table(table, options, &grid);
    assert_int_equal(grid.n_columns, n);
    for (size_t c = 0; c < n; c++) {
        const char *const name = attain_table_column_name(table, columns[c]);
        assert_string_equal(grid.name[c], name);
        if (is_count(columns[c])) {
            assert_string_equal(grid.format[c], "l");
            check_texts(table, &grid, columns[c], name);
        } else if (!is_number(columns[c])) {
            assert_string_equal(grid.format[c], options->plain_text != 0 ? "u" : "i<u>");
            check_texts(table, &grid, columns[c], name);
        } else if (options->numbers == ATTAIN_ARROW_DOUBLES) {
            assert_string_equal(grid.format[c], "g");
            check_doubles(table, &grid, columns[c], name);
        } else if (options->numbers == ATTAIN_ARROW_FRACTIONS) {
            assert_string_equal(grid.format[c], "u");
            check_texts(table, &grid, columns[c], name);
        } else {
            assert_string_equal(grid.format[c], is_full(columns[c]) ? "d:38,2" : decimals);
            check_decimals(table, &grid, columns[c], name, options->digits);
        }
    }
    am_grid_free(&grid);
}

static void tables_cell_by_cell(void **state)
{
    (void)state;
    static const int digits[] = {0, 1, 3, 18, -1};
    static const uint64_t sizes[] = {0, 1, 7};
    for (int numbers = 0; numbers < 3; numbers++) {
        for (size_t d = 0; d < COUNT(digits); d++) {
            for (size_t b = 0; b < COUNT(sizes); b++) {
                const attain_arrow_options options = {.struct_size = sizeof options,
                                                      .numbers = (attain_arrow_numbers)numbers,
                                                      .digits = digits[d],
                                                      .plain_text = (int)b % 2,
                                                      .batch_rows = sizes[b]};
                check_table(scorecard, &options);
                check_table(values, &options);
            }
        }
    }
}

static void columns_in_their_order(void **state)
{
    (void)state;
    attain_error err;
    struct ArrowArrayStream stream;
    am_grid grid;
    static const attain_column some[] = {ATTAIN_COL_VERDICT, ATTAIN_COL_VALUE, ATTAIN_COL_TARGET,
                                         ATTAIN_COL_VALUE};
    static const attain_column foreign[] = {ATTAIN_COL_TARGET};
    static const attain_column unknown[] = {(attain_column)999};
    attain_arrow_options options = {.struct_size = sizeof options, .columns = some, .n_columns = 3};
    read_table(scorecard, &options, &grid);
    assert_int_equal(grid.n_columns, 3);
    assert_string_equal(grid.name[0], "verdict");
    assert_string_equal(grid.name[1], "value");
    assert_string_equal(grid.name[2], "target");
    check_texts(scorecard, &grid, ATTAIN_COL_VERDICT, "verdict");
    am_grid_free(&grid);
    options.columns = foreign;
    options.n_columns = 1;
    memset(&stream, 0x5a, sizeof stream);
    const struct ArrowArrayStream untouched = stream;
    check_fails(attain_table_to_arrow(values, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    options.columns = unknown;
    check_fails(attain_table_to_arrow(scorecard, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    options.columns = NULL;
    check_fails(attain_table_to_arrow(scorecard, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    assert_memory_equal(&stream, &untouched, sizeof stream);
}

static void batches_of_at_most_so_many_rows(void **state)
{
    (void)state;
    const size_t n = attain_table_rows(scorecard);
    for (uint64_t size = 1; size <= n + 1; size += 3) {
        am_grid grid;
        const attain_arrow_options options = {.struct_size = sizeof options, .batch_rows = size};
        read_table(scorecard, &options, &grid);
        assert_true(grid.largest_batch <= size);
        assert_true(grid.n_batches >= (n + size - 1) / size);
        am_grid_free(&grid);
    }
}

static void options_that_are_none(void **state)
{
    (void)state;
    attain_error err;
    struct ArrowArrayStream stream;
    memset(&stream, 0x5a, sizeof stream);
    const struct ArrowArrayStream untouched = stream;
    attain_arrow_options bad[4];
    memset(bad, 0, sizeof bad);
    bad[0].struct_size = bad[1].struct_size = bad[2].struct_size = sizeof bad[0];
    bad[0].numbers = (attain_arrow_numbers)3;
    bad[1].digits = 19;
    bad[2].digits = -2;
    for (size_t i = 0; i < COUNT(bad); i++) {
        check_fails(attain_table_to_arrow(scorecard, &bad[i], &stream, &err), ATTAIN_E_ARGUMENT, &err);
        check_fails(attain_facts_to_arrow(facts, &bad[i], &stream, &err), ATTAIN_E_ARGUMENT, &err);
    }
    check_fails(attain_table_to_arrow(NULL, NULL, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_table_to_arrow(scorecard, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_to_arrow(NULL, NULL, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_to_arrow(facts, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    assert_memory_equal(&stream, &untouched, sizeof stream);
}

/* Where 38 digits do not hold a number the stream fails and says where; as fractions it comes through. */
static void numbers_beyond_38_digits(void **state)
{
    (void)state;
    attain_error err;
    static const char text[] = "unit VN nation\n"
                               "measure a stock things\n"
                               "measure b stock things decimals 9\n"
                               "indicator i = a * 1000000000000000 / b\n";
    attain_plan *large = build_plan(text, NULL);
    attain_facts *f = build_facts(large);
    attain_table *table;
    build_add(f, "unit,measure,period,value\nVN,a,2024,9000000000000000000\nVN,b,2024,0.000000001\n");
    check_ok(attain_compute(large, f, NULL, &table, &err), &err);
    const attain_arrow_options options = {.struct_size = sizeof options,
                                          .numbers = ATTAIN_ARROW_DECIMALS,
                                          .digits = 18};
    struct ArrowArrayStream stream;
    am_grid grid;
    check_ok(attain_table_to_arrow(table, &options, &stream, &err), &err);
    am_read(&stream, &grid);
    assert_true(grid.code != 0);
    assert_non_null(grid.error);
    check_contains(grid.error, "row 1");
    check_contains(grid.error, "38 digits");
    am_grid_free(&grid);
    const attain_arrow_options exact = {.struct_size = sizeof exact, .numbers = ATTAIN_ARROW_FRACTIONS};
    check_ok(attain_table_to_arrow(table, &exact, &stream, &err), &err);
    am_read(&stream, &grid);
    assert_null(grid.error);
    check_cell(am_cell(&grid, 0, "value"), "9000000000000000000000000000000000000000000");
    am_grid_free(&grid);
    attain_table_free(table);
    attain_facts_free(f);
    build_plan_free(large);
}

/* ---- who releases what ---- */

static void count_release(void *owner)
{
    ++*(int *)owner;
}

typedef struct taken {
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray first, second;
    int n_released;
} taken;

static void take(taken *t, int of_facts, int plain)
{
    attain_error err;
    const attain_arrow_options options = {.struct_size = sizeof options,
                                          .plain_text = plain,
                                          .batch_rows = 5,
                                          .owner = &t->n_released,
                                          .release = count_release};
    memset(t, 0, sizeof *t);
    check_ok(of_facts != 0 ? attain_facts_to_arrow(facts, &options, &t->stream, &err)
                           : attain_table_to_arrow(scorecard, &options, &t->stream, &err),
             &err);
    assert_int_equal(t->stream.get_schema(&t->stream, &t->schema), 0);
    assert_int_equal(t->stream.get_next(&t->stream, &t->first), 0);
    assert_int_equal(t->stream.get_next(&t->stream, &t->second), 0);
    assert_non_null(t->first.release);
    assert_non_null(t->second.release);
}

static void drop(taken *t, int part)
{
    assert_int_equal(t->n_released, 0);
    switch (part) {
    case 0: t->stream.release(&t->stream); break;
    case 1: t->schema.release(&t->schema); break;
    case 2: t->first.release(&t->first); break;
    default: t->second.release(&t->second); break;
    }
}

/* All orders in which four parts can go. */
static void released_once_in_any_order(void **state)
{
    (void)state;
    for (int order = 0; order < 256; order++) {
        const int part[] = {order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6 & 3};
        if ((1 << part[0] | 1 << part[1] | 1 << part[2] | 1 << part[3]) != 15) {
            continue;
        }
        for (int k = 0; k < 4; k++) {
            taken t;
            take(&t, k & 1, k >> 1);
            for (int i = 0; i < 4; i++) {
                drop(&t, part[i]);
            }
            assert_int_equal(t.n_released, 1);
            assert_null(t.stream.release);
            assert_null(t.schema.release);
            assert_null(t.first.release);
            assert_null(t.second.release);
        }
    }
}

/* A child may be moved out and outlive its parent, the stream and its brothers; so may a column of the schema. */
static void children_that_are_moved_out(void **state)
{
    (void)state;
    for (int k = 0; k < 4; k++) {
        taken t;
        take(&t, k & 1, k >> 1);
        const size_t n = (size_t)t.first.n_children;
        for (size_t c = 0; c < n; c++) {
            taken again;
            am_grid grid;
            struct ArrowArray *children[1];
            struct ArrowSchema *columns[1];
            if (c == 0) {
                t.stream.release(&t.stream);
                t.schema.release(&t.schema);
                t.first.release(&t.first);
                t.second.release(&t.second);
                assert_int_equal(t.n_released, 1);
            }
            take(&again, k & 1, k >> 1);
            struct ArrowArray child = *again.first.children[c];
            struct ArrowSchema column = *again.schema.children[c];
            again.first.children[c]->release = NULL;
            again.schema.children[c]->release = NULL;
            again.stream.release(&again.stream);
            again.second.release(&again.second);
            again.first.release(&again.first);
            again.schema.release(&again.schema);
            assert_int_equal(again.n_released, 0);
            /* It is as readable as before. */
            children[0] = &child;
            columns[0] = &column;
            const struct ArrowArray array = {.length = child.length, .n_children = 1, .children = children};
            const struct ArrowSchema schema = {.format = "+s", .n_children = 1, .children = columns};
            memset(&grid, 0, sizeof grid);
            grid.n_columns = 1;
            grid.name = malloc(sizeof *grid.name);
            grid.format = malloc(sizeof *grid.format);
            grid.name[0] = strdup(column.name);
            grid.format[0] = strdup(column.format);
            am_read_batch(&grid, &schema, &array);
            assert_int_equal(grid.n_rows, 5);
            am_grid_free(&grid);
            column.release(&column);
            child.release(&child);
            assert_int_equal(again.n_released, 1);
        }
    }
}

/* A stream that nobody reads, and one that is asked on behind its end. */
static void streams_before_and_behind(void **state)
{
    (void)state;
    for (int of_facts = 0; of_facts < 2; of_facts++) {
        attain_error err;
        int n_released = 0;
        struct ArrowArrayStream stream;
        struct ArrowArray array;
        const attain_arrow_options options = {.struct_size = sizeof options,
                                              .owner = &n_released,
                                              .release = count_release};
        for (int reads = 0; reads < 2; reads++) {
            check_ok(of_facts != 0 ? attain_facts_to_arrow(facts, &options, &stream, &err)
                                   : attain_table_to_arrow(scorecard, &options, &stream, &err),
                     &err);
            for (int i = 0; reads != 0 && i < 4; i++) {
                memset(&array, 0x5a, sizeof array);
                assert_int_equal(stream.get_next(&stream, &array), 0);
                assert_true((array.release != NULL) == (i == 0));
                if (array.release != NULL) {
                    array.release(&array);
                }
            }
            stream.release(&stream);
            assert_null(stream.release);
            assert_int_equal(n_released, reads + 1);
        }
    }
}

/* On failure nothing is released: what the caller keeps alive is still the caller's. */
static void nothing_is_released_on_failure(void **state)
{
    (void)state;
    attain_error err;
    int n_released = 0;
    struct ArrowArrayStream stream;
    const attain_arrow_options options = {.struct_size = sizeof options,
                                          .digits = 77,
                                          .owner = &n_released,
                                          .release = count_release};
    check_fails(attain_table_to_arrow(scorecard, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_to_arrow(facts, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    assert_int_equal(n_released, 0);
}

/* Each call gives a stream of its own. */
static void two_streams_at_a_time(void **state)
{
    (void)state;
    attain_error err;
    struct ArrowArrayStream a;
    struct ArrowArrayStream b;
    am_grid of_a;
    am_grid of_b;
    check_ok(attain_table_to_arrow(scorecard, NULL, &a, &err), &err);
    check_ok(attain_table_to_arrow(scorecard, NULL, &b, &err), &err);
    am_read(&b, &of_b);
    am_read(&a, &of_a);
    assert_int_equal(of_a.n_rows, of_b.n_rows);
    for (size_t i = 0; i < of_a.n_rows * of_a.n_columns; i++) {
        check_cell(of_a.cell[i], of_b.cell[i]);
    }
    am_grid_free(&of_a);
    am_grid_free(&of_b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_come_back),
        cmocka_unit_test(many_facts_come_back),
        cmocka_unit_test(facts_cell_by_cell),
        cmocka_unit_test(figures_in_three_ways),
        cmocka_unit_test(tables_cell_by_cell),
        cmocka_unit_test(columns_in_their_order),
        cmocka_unit_test(batches_of_at_most_so_many_rows),
        cmocka_unit_test(options_that_are_none),
        cmocka_unit_test(numbers_beyond_38_digits),
        cmocka_unit_test(released_once_in_any_order),
        cmocka_unit_test(children_that_are_moved_out),
        cmocka_unit_test(streams_before_and_behind),
        cmocka_unit_test(nothing_is_released_on_failure),
        cmocka_unit_test(two_streams_at_a_time),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
