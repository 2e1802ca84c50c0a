/* Boards through the public API: what is refused, what is told, and what stays. That a board is equal to a new scorecard is for
 * property/test_board.c. */
#include "support/build_plan.h"
#include "support/check.h"

static const char plan_text[] = "unit N nation\n"
                                "unit C0 commune in N\n"
                                "unit C1 commune in N\n"
                                "measure n\n"
                                "  flow cases  reported half-yearly by commune\n"
                                "measure d\n"
                                "  flow cases  reported half-yearly by commune\n"
                                "measure odd\n"
                                "  stock cases\n"
                                "indicator i = n / d\n"
                                "target t\n"
                                "  i at least 0.5 by 2024\n"
                                "target words\n"
                                "  not quantified\n";

typedef struct world {
    attain_plan *plan;
    attain_facts *facts;
    attain_board *board;
} world;

static void open_board(world *w, const attain_score_options *options)
{
    attain_error err;
    w->plan = build_plan(plan_text, NULL);
    w->facts = build_facts(w->plan);
    build_add(w->facts, "unit,measure,period,value\n"
                        "C0,n,2024-H1,1\nC0,n,2024-H2,2\nC0,d,2024-H1,5\nC0,d,2024-H2,5\n"
                        "C1,n,2024-H1,3\nC1,n,2024-H2,4\nC1,d,2024-H1,5\nC1,d,2024-H2,5\n");
    check_ok(attain_board_new(w->plan, w->facts, options, &w->board, &err), &err);
}

static void close_board(world *w)
{
    attain_board_free(w->board);
    attain_facts_free(w->facts);
    build_plan_free(w->plan);
}

static const attain_score_options all_units = {.struct_size = sizeof all_units, .all_units = 1};

static attain_fact figure(const world *w, const char *unit, const char *measure, const char *period,
                          int64_t value)
{
    return (attain_fact){.unit = build_unit(w->plan, unit),
                         .measure = build_measure(w->plan, measure),
                         .period = build_period(period),
                         .value = value};
}

static void null_arguments_are_refused(void **state)
{
    (void)state;
    world w;
    attain_error err;
    attain_board *board = NULL;
    attain_table *table = NULL;
    const size_t *rows = NULL;
    open_board(&w, &all_units);
    const attain_fact f = figure(&w, "C0", "n", "2024-H1", 7);
    check_fails(attain_board_new(NULL, w.facts, NULL, &board, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_board_new(w.plan, NULL, NULL, &board, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_board_new(w.plan, w.facts, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_board_set(NULL, &f, 0, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_board_set(w.board, NULL, 0, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_board_snapshot(NULL, &table, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_board_snapshot(w.board, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    assert_int_equal(attain_board_changed(NULL, &rows), 0);
    assert_int_equal(attain_board_changed(w.board, NULL), 0);
    assert_null(attain_board_table(NULL));
    attain_board_free(NULL);
    assert_null(board);
    assert_null(table);
    close_board(&w);
}

static void a_window_is_refused(void **state)
{
    (void)state;
    world w;
    attain_error err;
    attain_board *board = NULL;
    attain_score_options options = all_units;
    open_board(&w, &all_units);
    options.limit_rows = 5;
    check_fails(attain_board_new(w.plan, w.facts, &options, &board, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "limit_rows must be 0");
    options.limit_rows = 0;
    options.skip_rows = 1;
    check_fails(attain_board_new(w.plan, w.facts, &options, &board, &err), ATTAIN_E_ARGUMENT, &err);
    options.skip_rows = 0;
    options.struct_size = 3;
    check_fails(attain_board_new(w.plan, w.facts, &options, &board, &err), ATTAIN_E_ARGUMENT, &err);
    close_board(&w);
}

static void facts_of_another_schema_are_refused(void **state)
{
    (void)state;
    world w;
    attain_error err;
    attain_board *board = NULL;
    open_board(&w, &all_units);
    attain_plan *const other = build_plan("unit X nation\nmeasure m\n  stock things\n", NULL);
    check_fails(attain_board_new(other, w.facts, NULL, &board, &err), ATTAIN_E_SCHEMA, &err);
    build_plan_free(other);
    close_board(&w);
}

/* What attain_facts_set refuses is refused in the same words, and the rows told are still those of the last correction. */
static void refusals_are_those_of_facts(void **state)
{
    (void)state;
    world w;
    attain_error err;
    attain_error same;
    const size_t *rows = NULL;
    open_board(&w, &all_units);
    const attain_fact good = figure(&w, "C0", "n", "2024-H1", 7);
    check_ok(attain_board_set(w.board, &good, 0, &err), &err);
    attain_fact bad[] = {figure(&w, "N", "n", "2024-H1", 7),
                         figure(&w, "C0", "n", "2024", 7),
                         figure(&w, "C0", "n", "2024-H1", -1),
                         good,
                         good,
                         good};
    bad[3].unit = 99;
    bad[4].measure = 99;
    bad[5].cell = 1;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const attain_status status = attain_facts_set(w.facts, &bad[i], 0, &same);
        assert_int_not_equal(status, ATTAIN_OK);
        check_fails(attain_board_set(w.board, &bad[i], 0, &err), status, &err);
        assert_string_equal(err.message, same.message);
        assert_int_equal(attain_board_changed(w.board, &rows), 2);
    }
    close_board(&w);
}

static double value_of(const attain_table *table, size_t row)
{
    const double *values = NULL;
    const uint8_t *valid = NULL;
    attain_error err;
    check_ok(attain_table_doubles(table, ATTAIN_COL_VALUE, &values, &valid, &err), &err);
    assert_int_equal(valid[row], 1);
    return values[row];
}

/* Rows: t at N, C0, C1; then words. */
static void borrowed_columns_show_corrections(void **state)
{
    (void)state;
    world w;
    attain_error err;
    const double *values = NULL;
    const uint8_t *valid = NULL;
    const size_t *rows = NULL;
    open_board(&w, &all_units);
    const attain_table *const table = attain_board_table(w.board);
    check_ok(attain_table_doubles(table, ATTAIN_COL_VALUE, &values, &valid, &err), &err);
    check_double(values[0], 0.5);
    check_double(values[1], 0.3);
    check_double(values[2], 0.7);
    const attain_fact f = figure(&w, "C0", "n", "2024-H1", 7);
    check_ok(attain_board_set(w.board, &f, 0, &err), &err);
    check_double(values[0], 0.8);
    check_double(values[1], 0.9);
    check_double(values[2], 0.7);
    assert_int_equal(attain_board_changed(w.board, &rows), 2);
    assert_int_equal(rows[0], 0);
    assert_int_equal(rows[1], 1);
    assert_ptr_equal(attain_board_table(w.board), table);
    close_board(&w);
}

static void what_nothing_depends_on_changes_no_row(void **state)
{
    (void)state;
    world w;
    attain_error err;
    const size_t *rows = NULL;
    open_board(&w, &all_units);
    const attain_fact nothing[] = {figure(&w, "C0", "odd", "2024", 1), figure(&w, "C0", "n", "2012-H1", 1)};
    for (size_t i = 0; i < 2; i++) {
        check_ok(attain_board_set(w.board, &nothing[i], 0, &err), &err);
        assert_int_equal(attain_board_changed(w.board, &rows), 0);
        check_ok(attain_board_set(w.board, &nothing[i], 1, &err), &err);
        check_ok(attain_board_set(w.board, &nothing[i], 1, &err), &err); /* absent already */
        assert_int_equal(attain_board_changed(w.board, &rows), 0);
    }
    assert_int_equal(attain_facts_count(w.facts), 8);
    close_board(&w);
}

static void snapshots_stay(void **state)
{
    (void)state;
    world w;
    attain_error err;
    attain_table *snapshot = NULL;
    open_board(&w, &all_units);
    check_ok(attain_board_snapshot(w.board, &snapshot, &err), &err);
    attain_fact f = figure(&w, "C0", "n", "2024-H1", 7);
    check_ok(attain_board_set(w.board, &f, 0, &err), &err);
    f.qualifier = ATTAIN_ESTIMATED;
    check_ok(attain_board_set(w.board, &f, 0, &err), &err);
    check_double(value_of(snapshot, 1), 0.3);
    check_double(value_of(attain_board_table(w.board), 1), 0.9);
    attain_board_free(w.board);
    w.board = NULL;
    check_double(value_of(snapshot, 0), 0.5);
    attain_table_free(snapshot);
    close_board(&w);
}

/* Without as_of: the last period of the facts when the board was made, also when later ones come. */
static void the_as_of_period_stays(void **state)
{
    (void)state;
    world w;
    attain_error err;
    const attain_period *before = NULL;
    open_board(&w, &all_units);
    check_ok(attain_table_periods(attain_board_table(w.board), ATTAIN_COL_PERIOD, &before, &err), &err);
    const attain_period period = before[0];
    const attain_fact later = figure(&w, "C0", "odd", "2031", 7);
    check_ok(attain_board_set(w.board, &later, 0, &err), &err);
    const attain_fact f = figure(&w, "C1", "n", "2024-H1", 0);
    check_ok(attain_board_set(w.board, &f, 0, &err), &err);
    check_double(value_of(attain_board_table(w.board), 0), 0.35);
    assert_memory_equal(&before[0], &period, sizeof period);
    assert_true(attain_facts_last_period(w.facts).end_day > period.end_day);
    close_board(&w);
}

/* Facts that have none yet give no as-of period; the board follows all the same. */
static void an_empty_board_fills(void **state)
{
    (void)state;
    world w = {.plan = build_plan(plan_text, NULL)};
    attain_error err;
    w.facts = build_facts(w.plan);
    check_ok(attain_board_new(w.plan, w.facts, NULL, &w.board, &err), &err);
    const attain_table *const table = attain_board_table(w.board);
    const size_t n_rows = attain_table_rows(table);
    const attain_fact facts[] = {figure(&w, "C0", "n", "2024-H1", 1), figure(&w, "C0", "d", "2024-H1", 2),
                                 figure(&w, "C1", "n", "2024-H2", 1), figure(&w, "C1", "d", "2024-H2", 6)};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        check_ok(attain_board_set(w.board, &facts[i], 0, &err), &err);
    }
    assert_int_equal(attain_table_rows(table), n_rows);
    check_double(value_of(table, 0), 0.25);
    close_board(&w);
}

static int stop_at_once(void *ctx, uint64_t done, uint64_t total)
{
    *(uint64_t *)ctx += done + total > 0;
    return 1;
}

/* Progress is told while the board is made, and a board that was stopped is none. */
static void making_can_be_stopped(void **state)
{
    (void)state;
    world w;
    attain_error err;
    attain_board *board = NULL;
    uint64_t n_calls = 0;
    attain_score_options options = all_units;
    options.progress = stop_at_once;
    options.progress_ctx = &n_calls;
    open_board(&w, &all_units);
    check_fails(attain_board_new(w.plan, w.facts, &options, &board, &err), ATTAIN_E_CANCELLED, &err);
    assert_null(board);
    assert_int_equal(n_calls, 1);
    close_board(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_arguments_are_refused),
        cmocka_unit_test(a_window_is_refused),
        cmocka_unit_test(facts_of_another_schema_are_refused),
        cmocka_unit_test(refusals_are_those_of_facts),
        cmocka_unit_test(borrowed_columns_show_corrections),
        cmocka_unit_test(what_nothing_depends_on_changes_no_row),
        cmocka_unit_test(snapshots_stay),
        cmocka_unit_test(the_as_of_period_stays),
        cmocka_unit_test(an_empty_board_fills),
        cmocka_unit_test(making_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
