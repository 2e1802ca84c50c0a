/* Tables that go out as Arrow: each cell is what attain_table_print and attain_table_doubles say, in each way to write a figure, with and without
 * dictionaries, in batches of any size and columns of any order. A number that does not fit is an error with its row; arguments that are
 * none leave everything as it was. */
#include "arrow_scene.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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

static void check_doubles(const attain_table *table, const am_grid *grid, size_t c, attain_column column)
{
    attain_error err;
    const double *numbers;
    const uint8_t *valid;
    check_ok(attain_table_doubles(table, column, &numbers, &valid, &err), &err);
    for (size_t row = 0; row < grid->n_rows; row++) {
        const char *const cell = grid->cell[row * grid->n_columns + c];
        assert_true((valid[row] == 1) == (cell != NULL));
        if (cell != NULL) {
            check_double(strtod(cell, NULL), numbers[row]);
        }
    }
}

/* As a text that is printed with these options. A decimal keeps the zeros that a print leaves out. */
static void check_texts(const attain_table *table, const am_grid *grid, size_t c, attain_column column,
                        const attain_print_options *options, bool is_decimal)
{
    for (size_t row = 0; row < grid->n_rows; row++) {
        char buf[256];
        char cell[256];
        const char *got = grid->cell[row * grid->n_columns + c];
        if (got != NULL && is_decimal && strchr(got, '.') != NULL) {
            size_t len = strlen(got);
            while (got[len - 1] == '0') {
                len--;
            }
            len -= got[len - 1] == '.';
            snprintf(cell, sizeof cell, "%.*s", (int)len, got);
            got = cell;
        }
        scene_check_cell(got, printed(table, row, column, options, buf));
    }
}

static void check_column(const scene *s, const attain_table *table, const am_grid *grid, size_t c,
                         attain_column column, const attain_arrow_options *options)
{
    const attain_print_options exact = {.struct_size = sizeof exact, .exact = 1};
    const attain_print_options rounded = {.struct_size = sizeof rounded,
                                          .digits = is_full(column) ? 18 : options->digits};
    const int digits = options->digits == 0 ? 6 : options->digits;
    char decimals[16];
    snprintf(decimals, sizeof decimals, "d:38,%d", digits < 0 ? 0 : digits);
    assert_string_equal(grid->name[c], attain_table_column_name(table, column));
    if (is_count(column)) {
        assert_string_equal(grid->format[c], "l");
        check_texts(table, grid, c, column, &exact, false);
    } else if (!is_number(column)) {
        assert_string_equal(grid->format[c], options->plain_text != 0 ? "u" : "i<u>");
        check_texts(table, grid, c, column, &exact, false);
    } else if (options->numbers == ATTAIN_ARROW_DOUBLES) {
        assert_string_equal(grid->format[c], "g");
        check_doubles(table, grid, c, column);
    } else if (options->numbers == ATTAIN_ARROW_FRACTIONS) {
        assert_string_equal(grid->format[c], "u");
        check_texts(table, grid, c, column, &exact, false);
    } else {
        assert_string_equal(grid->format[c], is_full(column) ? s->full_format : decimals);
        check_texts(table, grid, c, column, &rounded, true);
    }
}

static void read_table(const attain_table *table, const attain_arrow_options *options, am_grid *grid)
{
    attain_error err;
    struct ArrowArrayStream stream;
    check_ok(attain_table_to_arrow(table, options, &stream, &err), &err);
    am_read(&stream, grid);
    assert_null(grid->error);
    assert_int_equal(grid->n_rows, attain_table_rows(table));
    assert_true(options->batch_rows == 0 || grid->largest_batch <= options->batch_rows);
}

static void check_table(const scene *s, const attain_table *table, const attain_arrow_options *asked)
{
    am_grid grid;
    int n_released = 0;
    const attain_column *columns;
    attain_arrow_options options = *asked;
    size_t n = attain_table_columns(table, &columns);
    if (options.columns != NULL) {
        columns = options.columns;
        n = options.n_columns;
    }
    options.owner = &n_released;
    options.release = scene_count_release;
    read_table(table, &options, &grid);
    assert_int_equal(n_released, 1);
    assert_int_equal(grid.n_columns, n);
    for (size_t c = 0; c < n; c++) {
        check_column(s, table, &grid, c, columns[c], &options);
    }
    am_grid_free(&grid);
}

static void tables_cell_by_cell(void **state)
{
    (void)state;
    static const int digits[] = {0, 1, 3, 18, -1};
    static const uint64_t sizes[] = {0, 1, 3, 7};
    for (int i = 0; i < N_SCENES * SCENE_TABLES * 3 * 2 * 2; i++) {
        const scene *s = &scenes[i % N_SCENES];
        const attain_table *table = scene_table(s, (size_t)(i / N_SCENES % SCENE_TABLES));
        const int rest = i / N_SCENES / SCENE_TABLES % 6;
        for (size_t d = 0; d < COUNT(digits); d++) {
            for (size_t b = 0; b < COUNT(sizes); b++) {
                const attain_arrow_options options = {.struct_size = sizeof options,
                                                      .numbers = (attain_arrow_numbers)(rest % 3),
                                                      .digits = digits[d],
                                                      .plain_text = rest / 3,
                                                      .batch_rows = sizes[b],
                                                      .own = i / N_SCENES / SCENE_TABLES / 6};
                check_table(s, table, &options);
            }
        }
    }
}

static void columns_that_are_asked_for(void **state)
{
    (void)state;
    const scene *s = &scenes[SCENE_VERDICTS];
    static const attain_column columns[] = {ATTAIN_COL_VERDICT, ATTAIN_COL_UNIT, ATTAIN_COL_VALUE,
                                            ATTAIN_COL_UNIT};
    static const attain_column groups[] = {(attain_column)(ATTAIN_COL_GROUP + 1), ATTAIN_COL_GROUP,
                                           ATTAIN_COL_STATE};
    attain_arrow_options options = {.struct_size = sizeof options, .columns = columns, .n_columns = 4};
    check_table(s, s->card, &options);
    options.n_columns = 0;
    check_table(s, s->card, &options);
    options = (attain_arrow_options){.struct_size = sizeof options,
                                     .numbers = ATTAIN_ARROW_FRACTIONS,
                                     .plain_text = 1,
                                     .batch_rows = 5,
                                     .columns = groups,
                                     .n_columns = 3};
    check_table(s, s->values, &options);
    am_grid grid;
    options = (attain_arrow_options){.struct_size = sizeof options, .columns = columns, .n_columns = 3};
    read_table(s->card, &options, &grid);
    assert_int_equal(grid.n_columns, 3);
    assert_string_equal(grid.name[0], "verdict");
    assert_string_equal(grid.name[1], "unit");
    assert_string_equal(grid.name[2], "value");
    am_grid_free(&grid);
}

/* Rows of a batch from `first` on, of all columns; then ones all over them. */
static void overwrite(const attain_table *table, struct ArrowArray *batch, size_t first)
{
    const attain_column *columns;
    attain_error err;
    assert_int_equal(batch->n_children, attain_table_columns(table, &columns));
    for (int64_t c = 0; c < batch->n_children; c++) {
        const struct ArrowArray *const array = batch->children[c];
        const double *numbers;
        const uint8_t *valid;
        double *const items = (double *)(uintptr_t)array->buffers[1];
        if (is_number(columns[c])) {
            check_ok(attain_table_doubles(table, columns[c], &numbers, &valid, &err), &err);
            for (int64_t i = 0; i < array->length; i++) {
                assert_true(isnan(items[i]) == (valid[first + (size_t)i] != 1));
            }
        }
        const size_t item_bytes = is_number(columns[c]) || is_count(columns[c]) ? 8 : sizeof(int32_t);
        memset(items, 0xff, (size_t)array->length * item_bytes);
    }
}

/* The receiver overwrites all that an array gives away, and the table shows what it showed, to the receiver of another array as well; columns
 * that are equal are each their own. What is no number says so itself. */
static void arrays_that_are_owned_are_nobody_else_s(void **state)
{
    (void)state;
    for (size_t i = 0; i < (size_t)N_SCENES * SCENE_TABLES; i++) {
        const scene *s = &scenes[i % N_SCENES];
        const attain_table *table = scene_table(s, i / N_SCENES);
        const attain_arrow_options options = {.struct_size = sizeof options, .batch_rows = 5, .own = 1};
        attain_error err;
        struct ArrowArrayStream stream;
        check_ok(attain_table_to_arrow(table, &options, &stream, &err), &err);
        for (size_t first = 0;; first += 5) {
            struct ArrowArray batch;
            assert_int_equal(stream.get_next(&stream, &batch), 0);
            if (batch.release == NULL) {
                break;
            }
            overwrite(table, &batch, first);
            batch.release(&batch);
        }
        stream.release(&stream);
        check_table(s, table, &options);
    }
}

/* Each goes when it is given back, in any order, after the stream and its siblings; and then whoever keeps their memory is told. */
static void columns_that_are_owned_go_one_by_one(void **state)
{
    (void)state;
    attain_error err;
    struct ArrowArrayStream stream;
    struct ArrowArray batch;
    struct ArrowArray column[8];
    int n_released = 0;
    attain_table *table;
    const scene *s = &scenes[SCENE_VERDICTS];
    const attain_arrow_options options = {.struct_size = sizeof options,
                                          .owner = &n_released,
                                          .release = scene_count_release,
                                          .own = 1};
    check_ok(attain_score(s->plan, s->facts, NULL, &table, &err), &err);
    const size_t n_rows = attain_table_rows(table);
    check_ok(attain_table_to_arrow(table, &options, &stream, &err), &err);
    assert_int_equal(stream.get_next(&stream, &batch), 0);
    for (size_t c = 0; c < COUNT(column); c++) {
        column[c] = *batch.children[c + 5];
        batch.children[c + 5]->release = NULL;
    }
    stream.release(&stream);
    batch.release(&batch);
    attain_table_free(table);
    for (size_t c = 0; c < COUNT(column); c++) {
        struct ArrowArray *const one = &column[c * 5 % COUNT(column)];
        assert_int_equal(n_released, 0);
        assert_int_equal(one->length, n_rows);
        one->release(one);
    }
    assert_int_equal(n_released, 1);
}

/* More than a table has columns. */
static void columns_that_are_asked_for_often(void **state)
{
    (void)state;
    static const attain_column often[] = {ATTAIN_COL_VALUE, ATTAIN_COL_LOW, ATTAIN_COL_REPORTED};
    attain_column columns[150];
    for (size_t c = 0; c < COUNT(columns); c++) {
        columns[c] = often[c % COUNT(often)];
    }
    for (int own = 0; own < 2; own++) {
        const attain_arrow_options options = {.struct_size = sizeof options,
                                              .columns = columns,
                                              .n_columns = COUNT(columns),
                                              .own = own};
        check_table(&scenes[SCENE_VERDICTS], scenes[SCENE_VERDICTS].card, &options);
    }
}

static void decimals_are_rounded_half_up(void **state)
{
    (void)state;
    const scene *s = &scenes[SCENE_VERDICTS];
    attain_error err;
    size_t row;
    static const attain_column columns[] = {ATTAIN_COL_VALUE, ATTAIN_COL_NUMERATOR};
    static const struct {
        int digits;
        const char *format, *value; /* 3/4 */
    } wanted[] = {{0, "d:38,6", "0.750000"},
                  {1, "d:38,1", "0.8"},
                  {2, "d:38,2", "0.75"},
                  {18, "d:38,18", "0.750000000000000000"},
                  {-1, "d:38,0", "1"}};
    check_ok(attain_table_find(s->card, attain_plan_find(s->plan, ATTAIN_KIND_TARGET, "g.two", 5),
                               build_unit(s->plan, "A"), build_period("2025"), &row, &err),
             &err);
    for (size_t d = 0; d < COUNT(wanted); d++) {
        am_grid grid;
        const attain_arrow_options options = {.struct_size = sizeof options,
                                              .numbers = ATTAIN_ARROW_DECIMALS,
                                              .digits = wanted[d].digits,
                                              .columns = columns,
                                              .n_columns = 2};
        read_table(s->card, &options, &grid);
        assert_string_equal(grid.format[0], wanted[d].format);
        assert_string_equal(grid.format[1], "d:38,3");
        scene_check_cell(am_cell(&grid, row, "value"), wanted[d].value);
        am_grid_free(&grid);
    }
}

static void batches_of_at_most_so_many_rows(void **state)
{
    (void)state;
    const attain_table *card = scenes[SCENE_RHYTHMS].card;
    const size_t n = attain_table_rows(card);
    for (uint64_t size = 1; size <= n + 1; size += 3) {
        am_grid grid;
        const attain_arrow_options options = {.struct_size = sizeof options, .batch_rows = size};
        read_table(card, &options, &grid);
        assert_true(grid.n_batches >= (n + size - 1) / size);
        am_grid_free(&grid);
    }
}

static void a_table_without_rows_is_an_empty_stream(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *plan = build_plan("unit P province\nmeasure m\n  stock things\n", NULL);
    attain_facts *facts = build_facts(plan);
    attain_table *card;
    struct ArrowArrayStream stream;
    struct ArrowArray batch;
    const attain_arrow_options options = {.struct_size = sizeof options};
    check_ok(attain_score(plan, facts, NULL, &card, &err), &err);
    assert_int_equal(attain_table_rows(card), 0);
    check_table(&scenes[SCENE_VERDICTS], card, &options);
    check_ok(attain_facts_to_arrow(facts, NULL, &stream, &err), &err);
    assert_int_equal(stream.get_next(&stream, &batch), 0);
    assert_null(batch.release);
    stream.release(&stream);
    attain_table_free(card);
    attain_facts_free(facts);
    build_plan_free(plan);
}

/* What is sent out is the board as it was when it was asked for. */
static void a_live_table_is_copied(void **state)
{
    (void)state;
    const scene *s = &scenes[SCENE_VERDICTS];
    attain_error err;
    attain_board *board;
    struct ArrowArrayStream stream;
    attain_table *before;
    am_grid grid;
    int n_released = 0;
    check_ok(attain_board_new(s->plan, s->facts, NULL, &board, &err), &err);
    check_ok(attain_board_snapshot(board, &before, &err), &err);
    const attain_arrow_options options = {.struct_size = sizeof options,
                                          .batch_rows = 1,
                                          .owner = &n_released,
                                          .release = scene_count_release};
    check_ok(attain_table_to_arrow(attain_board_table(board), &options, &stream, &err), &err);
    const attain_fact fact = {.unit = build_unit(s->plan, "A"),
                              .measure = build_measure(s->plan, "helped"),
                              .period = build_period("2025"),
                              .value = 59};
    check_ok(attain_board_set(board, &fact, 0, &err), &err);
    am_read(&stream, &grid);
    assert_null(grid.error);
    assert_int_equal(n_released, 1);
    const attain_column *columns;
    const size_t n_columns = attain_table_columns(before, &columns);
    assert_int_equal(grid.n_columns, n_columns);
    assert_int_equal(grid.n_rows, attain_table_rows(before));
    assert_int_equal(grid.n_batches, grid.n_rows);
    for (size_t c = 0; c < n_columns; c++) {
        check_column(s, before, &grid, c, columns[c], &options);
    }
    am_grid_free(&grid);
    attain_table_free(before);
    attain_board_free(board);
}

/* ---- what fails ---- */

/* Where 38 digits do not hold a number the stream fails, as often as it is asked, and says where; as fractions it comes through. */
static void numbers_beyond_38_digits(void **state)
{
    (void)state;
    static const struct {
        const char *indicator, *part, *value;
    } numbers[] = {{"a * 1000000000000000 / b",
                    "row 1, column 'numerator': the number does not fit 38 digits",
                    "9000000000000000000000000000000000000000000"},
                   {"1000000000 * a / b", "row 1, column 'value': the number does not fit 38 digits",
                    "9000000000000000000000000000000000000"},
                   {"13 * a", "row 1, column 'value': the number does not fit 38 digits",
                    "117000000000000000000"}};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        attain_error err;
        attain_table *table;
        struct ArrowArrayStream stream;
        struct ArrowArray batch;
        am_grid grid;
        int n_released = 0;
        char text[256];
        snprintf(text, sizeof text,
                 "unit VN nation\nmeasure a stock things\n"
                 "measure b stock things decimals 9\nindicator i = %s\n",
                 numbers[i].indicator);
        attain_plan *large = build_plan(text, NULL);
        attain_facts *f = build_facts(large);
        build_add(f, "unit,measure,period,value\nVN,a,2024,9000000000000000000\nVN,b,2024,0.000000001\n");
        check_ok(attain_compute(large, f, NULL, &table, &err), &err);
        attain_arrow_options options = {.struct_size = sizeof options,
                                        .numbers = ATTAIN_ARROW_DECIMALS,
                                        .digits = 18,
                                        .owner = &n_released,
                                        .release = scene_count_release};
        check_ok(attain_table_to_arrow(table, &options, &stream, &err), &err);
        for (int again = 0; again < 2; again++) {
            assert_true(stream.get_next(&stream, &batch) != 0);
            assert_null(batch.release);
            check_contains(stream.get_last_error(&stream), numbers[i].part);
        }
        am_read(&stream, &grid); /* which releases it */
        assert_true(grid.code != 0);
        check_contains(grid.error, numbers[i].part);
        am_grid_free(&grid);
        assert_int_equal(n_released, 1);
        options.numbers = ATTAIN_ARROW_FRACTIONS;
        check_ok(attain_table_to_arrow(table, &options, &stream, &err), &err);
        am_read(&stream, &grid);
        assert_null(grid.error);
        scene_check_cell(am_cell(&grid, 0, "value"), numbers[i].value);
        am_grid_free(&grid);
        attain_table_free(table);
        attain_facts_free(f);
        build_plan_free(large);
    }
}

/* A call that fails says why, releases nothing, and leaves the stream as it was. */
static void arguments_that_are_wrong(void **state)
{
    (void)state;
    static const attain_column foreign[] = {ATTAIN_COL_VERDICT, ATTAIN_COL_STATE};
    static const attain_column of_cards[] = {ATTAIN_COL_TARGET};
    static const attain_column unknown[] = {(attain_column)999};
    const size_t size = sizeof(attain_arrow_options);
    int n_released = 0;
    const struct {
        attain_arrow_options options;
        bool of_values, of_facts; /* refused there too */
        const char *part;
    } bad[] = {
        {{.struct_size = size, .numbers = (attain_arrow_numbers)3},
         true,
         true,
         "numbers 3 is none of attain_arrow_numbers"},
        {{.struct_size = size, .digits = 19}, true, true, "19 digits asked for"},
        {{.struct_size = size, .digits = -2}, true, true, "digits asked for"},
        {{.struct_size = size, .digits = 77}, true, true, "77 digits asked for"},
        {{.struct_size = 0}, true, true, "struct_size"},
        {{.struct_size = 3}, true, true, "struct_size"},
        {{.struct_size = size, .n_columns = 2}, true, false, "columns is NULL, but n_columns is 2"},
        {{.struct_size = size, .columns = foreign, .n_columns = 2},
         false,
         false,
         "columns: the table has no column 40"},
        {{.struct_size = size, .columns = unknown, .n_columns = 1},
         true,
         false,
         "columns: the table has no column 999"},
    };
    const scene *s = &scenes[SCENE_VERDICTS];
    attain_error err;
    struct ArrowArrayStream stream;
    memset(&stream, 0x5a, sizeof stream);
    const struct ArrowArrayStream untouched = stream;
    for (size_t i = 0; i < COUNT(bad); i++) {
        attain_arrow_options options = bad[i].options;
        options.owner = &n_released;
        options.release = scene_count_release;
        check_fails(attain_table_to_arrow(s->card, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
        check_contains(err.message, bad[i].part);
        assert_true(options.columns != foreign || err.index == 1);
        if (bad[i].of_values) {
            check_fails(attain_table_to_arrow(s->values, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
            check_contains(err.message, bad[i].part);
        }
        if (bad[i].of_facts) {
            check_fails(attain_facts_to_arrow(s->facts, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
            check_contains(err.message, bad[i].part);
        }
    }
    const attain_arrow_options card_only = {.struct_size = sizeof card_only,
                                            .columns = of_cards,
                                            .n_columns = 1};
    check_fails(attain_table_to_arrow(s->values, &card_only, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_table_to_arrow(NULL, NULL, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_table_to_arrow(s->card, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_to_arrow(NULL, NULL, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_to_arrow(s->facts, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    assert_memory_equal(&stream, &untouched, sizeof stream);
    assert_int_equal(n_released, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_cell_by_cell),
        cmocka_unit_test(columns_that_are_asked_for),
        cmocka_unit_test(arrays_that_are_owned_are_nobody_else_s),
        cmocka_unit_test(columns_that_are_owned_go_one_by_one),
        cmocka_unit_test(columns_that_are_asked_for_often),
        cmocka_unit_test(decimals_are_rounded_half_up),
        cmocka_unit_test(batches_of_at_most_so_many_rows),
        cmocka_unit_test(a_table_without_rows_is_an_empty_stream),
        cmocka_unit_test(a_live_table_is_copied),
        cmocka_unit_test(numbers_beyond_38_digits),
        cmocka_unit_test(arguments_that_are_wrong),
    };
    return cmocka_run_group_tests(tests, scene_set_up, scene_tear_down);
}
