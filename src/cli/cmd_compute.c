/* compute: values of indicators. Rows come from the library in windows, so that a result of any length needs
 * the memory of one. */
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/result.h"
#include "cli/table.h"

#include <stdlib.h>

enum { MOST_GROUPS = 8, N_FIXED = 13 };

static const cli_column col_exact = {.name = "exact", .right = 1, .drop = 2};

/* The columns of the terminal table: fixed ones, with those of --by behind the period. Returns how many. */
static size_t name_columns(const attain_table *table, size_t n_by, int exact, cli_column *columns)
{
    static const cli_column head[] = {{.name = "indicator", .narrowest = 14},
                                      {.name = "unit", .narrowest = 12, .lines = 1, .gives = 1},
                                      {.name = "period"}};
    static const cli_column tail[] = {{.name = "value", .right = 1},
                                      {.name = "range", .right = 1, .drop = 3},
                                      {.name = "numerator", .right = 1, .drop = 5},
                                      {.name = "denominator", .right = 1, .drop = 6},
                                      {.name = "state"},
                                      {.name = "reported", .right = 1, .drop = 7},
                                      {.name = "flags", .drop = 8, .narrowest = 12}};
    size_t n = 0;
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) {
        columns[n++] = head[i];
    }
    for (size_t i = 0; i < n_by; i++) {
        columns[n++] =
            (cli_column){.name = attain_table_column_name(table, (attain_column)(ATTAIN_COL_GROUP + i)),
                         .narrowest = 8};
    }
    columns[n++] = tail[0];
    if (exact) {
        columns[n++] = col_exact;
    }
    for (size_t i = 1; i < sizeof tail / sizeof *tail; i++) {
        columns[n++] = tail[i];
    }
    return n;
}

/* "11 of 12" */
static int reported_cell(const attain_table *table, size_t row, cli_buffer *out)
{
    int status = cli_result_cell(table, row, ATTAIN_COL_REPORTED, NULL, out);
    if (status || out->len == 0) {
        return status;
    }
    const size_t before = out->len;
    cli_buffer_text(out, " of ");
    const size_t behind = out->len;
    status = cli_result_cell(table, row, ATTAIN_COL_EXPECTED, NULL, out);
    if (out->len == behind) {
        out->len = before;
    }
    return status;
}

static int fill_row(const cli_run *run, const attain_table *table, size_t row, int64_t unit, cli_cells *cells)
{
    const attain_print_options whole = {.struct_size = sizeof whole,
                                        .numbers = cli_options_numbers(run->options),
                                        .digits = run->options->digits ? run->options->digits : 2,
                                        .rounding = run->options->rounding};
    attain_print_options exact = whole;
    exact.exact = 1;
    cli_buffer *text = &cells->text;
    int bad = cli_result_cell(table, row, ATTAIN_COL_INDICATOR, NULL, text);
    cli_cells_end(cells);
    cli_result_unit(run->plan, unit, text);
    cli_cells_end(cells);
    bad |= cli_result_cell(table, row, ATTAIN_COL_PERIOD, NULL, text);
    cli_cells_end(cells);
    for (size_t i = 0; i < run->selection.n_by; i++) {
        bad |= cli_result_cell(table, row, (attain_column)(ATTAIN_COL_GROUP + i), NULL, text);
        cli_cells_end(cells);
    }
    bad |= cli_result_shown(run, table, row, ATTAIN_COL_VALUE, text);
    cli_cells_end(cells);
    if (run->options->exact) {
        bad |= cli_result_cell(table, row, ATTAIN_COL_VALUE, &exact, text);
        cli_cells_end(cells);
    }
    bad |= cli_result_range(run, table, row, ATTAIN_COL_LOW, ATTAIN_COL_HIGH, text);
    cli_cells_end(cells);
    bad |= cli_result_cell(table, row, ATTAIN_COL_NUMERATOR, &whole, text);
    cli_cells_end(cells);
    bad |= cli_result_cell(table, row, ATTAIN_COL_DENOMINATOR, &whole, text);
    cli_cells_end(cells);
    bad |= cli_result_cell(table, row, ATTAIN_COL_STATE, NULL, text);
    cli_cells_end(cells);
    cli_buffer count = {0};
    bad |= reported_cell(table, row, &count);
    cli_buffer_add(text, count.data ? count.data : "", count.len);
    cli_buffer_free(&count);
    cli_cells_end(cells);
    bad |= cli_result_cell(table, row, ATTAIN_COL_FLAGS, NULL, text);
    cli_cells_end(cells);
    return bad;
}

typedef struct view {
    cli_table table;
    cli_column columns[N_FIXED + MOST_GROUPS];
    cli_cells cells;
    int began;
} view;

static int show_window(view *shown, const cli_run *run, const attain_table *table)
{
    if (!shown->began) {
        const size_t n = name_columns(table, run->selection.n_by, run->options->exact, shown->columns);
        cli_table_init(&shown->table, shown->columns, n, run->out);
        shown->began = 1;
    }
    const int64_t *units = NULL;
    attain_error err = {0};
    if (attain_table_integers(table, ATTAIN_COL_UNIT, &units, &err) != ATTAIN_OK) {
        cli_say_error(&err);
        return CLI_EXIT_ERRORS;
    }
    attain_str cells[N_FIXED + MOST_GROUPS];
    for (size_t row = 0; row < attain_table_rows(table); row++) {
        if (fill_row(run, table, row, units[row], &shown->cells)) {
            return CLI_EXIT_ERRORS;
        }
        cli_cells_take(&shown->cells, cells);
        cli_table_row(&shown->table, cells);
    }
    return cli_table_print(&shown->table, run->out);
}

static void fill_options(const cli_run *run, cli_progress *progress, attain_compute_options *options)
{
    const cli_selection *selection = &run->selection;
    *options = (attain_compute_options){.struct_size = sizeof *options,
                                        .indicators = selection->indicators.items,
                                        .n_indicators = selection->indicators.n,
                                        .units = selection->units.items,
                                        .n_units = selection->units.n,
                                        .all_units = run->options->all_units,
                                        .periods = selection->periods.items,
                                        .n_periods = selection->periods.n,
                                        .by = selection->n_by ? selection->by : NULL,
                                        .n_by = selection->n_by,
                                        .limit_rows = CLI_WINDOW_ROWS,
                                        .progress = cli_progress_update,
                                        .progress_ctx = progress};
    if (selection->as_of.n) {
        options->as_of = selection->as_of.items[0];
    }
}

int cli_run_compute(const cli_run *run)
{
    if (run->selection.n_by > MOST_GROUPS) {
        cli_say("--by can stand at most %d times", (int)MOST_GROUPS);
        return CLI_EXIT_USAGE;
    }
    cli_progress progress;
    attain_compute_options options;
    fill_options(run, &progress, &options);
    cli_result result = {0};
    view shown = {0};
    int status = CLI_EXIT_FINE;
    for (size_t n = CLI_WINDOW_ROWS; n == CLI_WINDOW_ROWS && !status; options.skip_rows += n) {
        attain_table *table = NULL;
        attain_error err = {0};
        cli_progress_start(&progress, "computing");
        const attain_status done = attain_compute(run->plan, run->facts, &options, &table, &err);
        cli_progress_end(&progress);
        if (done != ATTAIN_OK) {
            cli_say_error(&err);
            status = CLI_EXIT_ERRORS;
            break;
        }
        n = attain_table_rows(table);
        if (run->options->format == CLI_TABLE) {
            status = show_window(&shown, run, table);
        } else {
            status = cli_result_rows(&result, run, table);
        }
        attain_table_free(table);
    }
    if (!status) {
        cli_result_end(&result);
    }
    cli_result_free(&result);
    cli_table_free(&shown.table);
    cli_buffer_free(&shown.cells.text);
    return status;
}
