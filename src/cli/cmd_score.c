/* score: verdicts.
 *
 * The table for people has what a person asks first (how much, how much was promised, what is missing, the
 * verdict, why), with a heading per programme and the counts below. csv and json have every column. Rows come
 * in windows; the counts need all rows of a target at once, so where a result is longer than a window they
 * are made a second time, by targets. */
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/result.h"
#include "cli/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const cli_column columns[] = {{.name = "target", .narrowest = 16},
                                     {.name = "reading", .drop = 2, .narrowest = 8},
                                     {.name = "unit", .narrowest = 11, .lines = 1, .drop = 1, .gives = 2},
                                     {.name = "period", .drop = 4},
                                     {.name = "value", .right = 1},
                                     {.name = "exact", .right = 1, .drop = 1},
                                     {.name = "range", .right = 1, .drop = 8},
                                     {.name = "level", .right = 1, .drop = 3},
                                     {.name = "gap", .right = 1, .drop = 5},
                                     {.name = "verdict", .coloured = 1},
                                     {.name = "reason", .narrowest = 15, .gives = 1},
                                     {.name = "pace", .coloured = 1, .drop = 6},
                                     {.name = "due", .drop = 7},
                                     {.name = "promise", .drop = 9, .narrowest = 28, .lines = 2, .gives = 3}};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

typedef struct view {
    cli_table table;
    cli_cells cells;
    int began;
    int64_t programme; /* of the last heading; -2: none yet */
} view;

static void add_str(cli_buffer *out, attain_str text)
{
    cli_buffer_add(out, text.data ? text.data : "", text.len);
}

static void add_period(cli_buffer *out, attain_period period)
{
    char text[64];
    size_t len = 0;
    if (period.type != ATTAIN_PERIOD_NONE &&
        attain_period_print(period, text, sizeof text, &len, NULL) == ATTAIN_OK) {
        cli_buffer_add(out, text, len);
    }
}

/* "Kế hoạch công tác xã hội · hue-141 · 141/KH-UBND · 2017..2025" */
static void add_heading(view *shown, const attain_plan *plan, uint32_t programme)
{
    attain_programme_info info;
    cli_buffer text = {0};
    if (programme == ATTAIN_NONE) {
        cli_buffer_text(&text, "(no programme)");
    } else if (attain_plan_programme(plan, programme, &info, NULL) == ATTAIN_OK) {
        if (info.title.len) {
            add_str(&text, info.title);
            cli_buffer_text(&text, " · ");
        }
        add_str(&text, info.id);
        if (info.instrument.len && !(info.title.data && strstr(info.title.data, info.instrument.data))) {
            cli_buffer_text(&text, " · ");
            add_str(&text, info.instrument);
        }
        if (info.period.type != ATTAIN_PERIOD_NONE) {
            cli_buffer_text(&text, " · ");
            add_period(&text, info.period);
        }
    }
    cli_table_heading(&shown->table, (attain_str){text.data ? text.data : "", text.len});
    cli_buffer_free(&text);
}

/* What was promised, in the words of the plan: the title, else the phrase. */
static void promise_cell(const attain_plan *plan, const attain_target_info *target, uint32_t index,
                         cli_buffer *out)
{
    if (target->title.len || target->n_readings == 0) {
        add_str(out, target->title);
    } else {
        add_str(out, attain_plan_reading_phrase(plan, index, 0));
    }
}

/* The value as shown; where there is none, the range it lies in. */
static int value_cells(const cli_run *run, const attain_table *table, size_t row, cli_cells *cells)
{
    const attain_print_options exact = {.struct_size = sizeof exact,
                                        .numbers = cli_options_numbers(run->options),
                                        .exact = 1};
    cli_buffer range = {0};
    const size_t start = cells->text.len;
    int bad = cli_result_range(run, table, row, ATTAIN_COL_LOW, ATTAIN_COL_HIGH, &range);
    bad |= cli_result_shown(run, table, row, ATTAIN_COL_VALUE, &cells->text);
    const int has_value = cells->text.len > start;
    if (!has_value && range.data) {
        cli_buffer_add(&cells->text, range.data, range.len);
    }
    cli_cells_end(cells);
    if (run->options->exact) {
        bad |= cli_result_cell(table, row, ATTAIN_COL_VALUE, &exact, &cells->text);
    }
    cli_cells_end(cells);
    if (has_value && range.data) {
        cli_buffer_add(&cells->text, range.data, range.len);
    }
    cli_cells_end(cells);
    cli_buffer_free(&range);
    return bad;
}

static int level_cell(const cli_run *run, const attain_table *table, size_t row, cli_cells *cells)
{
    cli_buffer high = {0};
    int bad = cli_result_shown(run, table, row, ATTAIN_COL_LEVEL, &cells->text);
    bad |= cli_result_shown(run, table, row, ATTAIN_COL_LEVEL_HIGH, &high);
    if (high.len) {
        cli_buffer_text(&cells->text, " – ");
        cli_buffer_add(&cells->text, high.data, high.len);
    }
    cli_buffer_free(&high);
    cli_cells_end(cells);
    return bad;
}

static int plain_cell(const cli_run *run, const attain_table *table, size_t row, attain_column column,
                      cli_cells *cells)
{
    const attain_print_options print = {.struct_size = sizeof print,
                                        .numbers = cli_options_numbers(run->options),
                                        .digits = run->options->digits ? run->options->digits : 2,
                                        .rounding = run->options->rounding};
    const int bad = cli_result_cell(table, row, column, &print, &cells->text);
    cli_cells_end(cells);
    return bad;
}

/* The reason; and behind it the flags without which a reader would take the row for a mistake ("90.0 %" against 90 %, not met). */
static int reason_cell(const attain_table *table, size_t row, cli_cells *cells)
{
    static const attain_flag telling[] = {ATTAIN_FLAG_NOT_LAST, ATTAIN_FLAG_OVER_ONE,
                                          ATTAIN_FLAG_OUTSIDE_SCOPE, ATTAIN_FLAG_ROUNDING_FLIPS};
    const attain_print_options print = {.struct_size = sizeof print};
    const int64_t *flags = NULL;
    const size_t start = cells->text.len;
    const int bad = cli_result_cell(table, row, ATTAIN_COL_REASON, &print, &cells->text);
    if (attain_table_integers(table, ATTAIN_COL_FLAGS, &flags, NULL) != ATTAIN_OK) {
        cli_say("no memory for the flags");
        return CLI_EXIT_ERRORS;
    }
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++) {
        if (flags[row] & telling[i]) {
            cli_buffer_text(&cells->text, cells->text.len > start ? ";" : "");
            cli_buffer_text(&cells->text, attain_flag_name(telling[i]));
        }
    }
    cli_cells_end(cells);
    return bad;
}

static int fill_row(const cli_run *run, const attain_table *table, size_t row, uint32_t target,
                    const attain_target_info *info, int64_t unit, cli_cells *cells)
{
    int bad = plain_cell(run, table, row, ATTAIN_COL_TARGET, cells);
    bad |= plain_cell(run, table, row, ATTAIN_COL_READING, cells);
    cli_result_unit(run->plan, unit, &cells->text);
    cli_cells_end(cells);
    bad |= plain_cell(run, table, row, ATTAIN_COL_PERIOD, cells);
    bad |= value_cells(run, table, row, cells);
    bad |= level_cell(run, table, row, cells);
    bad |= plain_cell(run, table, row, ATTAIN_COL_GAP, cells);
    bad |= plain_cell(run, table, row, ATTAIN_COL_VERDICT, cells);
    bad |= reason_cell(table, row, cells);
    bad |= plain_cell(run, table, row, ATTAIN_COL_PACE, cells);
    bad |= plain_cell(run, table, row, ATTAIN_COL_DUE, cells);
    promise_cell(run->plan, info, target, &cells->text);
    cli_cells_end(cells);
    return bad;
}

static int show_window(view *shown, const cli_run *run, const attain_table *table)
{
    if (!shown->began) {
        cli_table_init(&shown->table, columns, N_COLUMNS, run->out);
        shown->began = 1;
        shown->programme = -2;
    }
    const int64_t *targets = NULL;
    const int64_t *units = NULL;
    attain_error err = {0};
    attain_status done = attain_table_integers(table, ATTAIN_COL_TARGET, &targets, &err);
    if (done == ATTAIN_OK) {
        done = attain_table_integers(table, ATTAIN_COL_UNIT, &units, &err);
    }
    attain_str cells[N_COLUMNS];
    for (size_t row = 0; done == ATTAIN_OK && row < attain_table_rows(table); row++) {
        attain_target_info info;
        done = attain_plan_target(run->plan, (uint32_t)targets[row], &info, &err);
        if (done != ATTAIN_OK) {
            break;
        }
        const int64_t programme = info.programme == ATTAIN_NONE ? -1 : (int64_t)info.programme;
        if (programme != shown->programme && !(programme == -1 && shown->programme == -2)) {
            add_heading(shown, run->plan, info.programme);
        }
        shown->programme = programme;
        if (fill_row(run, table, row, (uint32_t)targets[row], &info, units[row], &shown->cells)) {
            return CLI_EXIT_ERRORS;
        }
        cli_cells_take(&shown->cells, cells);
        cli_table_row(&shown->table, cells);
    }
    if (done == ATTAIN_OK) {
        return cli_table_print(&shown->table, run->out);
    }
    cli_say_error(&err);
    return CLI_EXIT_ERRORS;
}

/* ---------------------------------------------------------------- scoring ---- */

static void fill_options(const cli_run *run, cli_progress *progress, attain_score_options *options)
{
    const cli_selection *selection = &run->selection;
    *options = (attain_score_options){.struct_size = sizeof *options,
                                      .targets = selection->targets.items,
                                      .n_targets = selection->targets.n,
                                      .units = selection->units.items,
                                      .n_units = selection->units.n,
                                      .all_units = run->options->all_units,
                                      .as_of = selection->as_of.items,
                                      .n_as_of = selection->as_of.n,
                                      .readings = run->options->readings,
                                      .printed_digits = run->options->digits,
                                      .printed_shown = run->options->format == CLI_TABLE,
                                      .printed_rounding = run->options->rounding,
                                      .progress = cli_progress_update,
                                      .progress_ctx = progress};
}

static attain_table *score(const cli_run *run, attain_score_options *options, cli_progress *progress)
{
    attain_table *table = NULL;
    attain_error err = {0};
    cli_progress_start(progress, "scoring");
    const attain_status done = attain_score(run->plan, run->facts, options, &table, &err);
    cli_progress_end(progress);
    if (done == ATTAIN_OK) {
        return table;
    }
    cli_say_error(&err);
    return NULL;
}

/* Counts where all rows do not fit into one window: whole targets at a time, as many as make about a window.
 */
static int count_in_slices(const cli_run *run, cli_counts *counts)
{
    cli_progress progress;
    attain_score_options options;
    attain_error err = {0};
    uint64_t n_rows = 0;
    fill_options(run, &progress, &options);
    const size_t n_all =
        options.targets ? options.n_targets : attain_plan_count(run->plan, ATTAIN_KIND_TARGET);
    uint32_t *all = malloc((n_all + 1) * sizeof *all);
    int status = CLI_EXIT_ERRORS;
    if (!all) {
        cli_say("no memory for %zu targets", n_all);
    } else if (attain_score_count(run->plan, run->facts, &options, &n_rows, &err) != ATTAIN_OK) {
        cli_say_error(&err);
    } else {
        status = CLI_EXIT_FINE;
        for (size_t i = 0; i < n_all; i++) {
            all[i] = options.targets ? options.targets[i] : (uint32_t)i;
        }
    }
    const uint64_t fitting = n_rows > CLI_WINDOW_ROWS ? (uint64_t)n_all * CLI_WINDOW_ROWS / n_rows : n_all;
    const size_t slice = fitting ? (size_t)fitting : 1;
    for (size_t i = 0; i < n_all && !status; i += slice) {
        options.targets = all + i;
        options.n_targets = n_all - i < slice ? n_all - i : slice;
        attain_table *table = score(run, &options, &progress);
        status = table ? cli_counts_add(counts, table) : CLI_EXIT_ERRORS;
        attain_table_free(table);
    }
    free(all);
    return status;
}

static int score_rows(const cli_run *run, cli_counts *counts, uint64_t *n_rows)
{
    cli_progress progress;
    attain_score_options options;
    cli_result result = {0};
    view shown = {0};
    int status = CLI_EXIT_FINE;
    *n_rows = 0;
    fill_options(run, &progress, &options);
    options.limit_rows = CLI_WINDOW_ROWS;
    for (size_t n = CLI_WINDOW_ROWS; n == CLI_WINDOW_ROWS && !status; options.skip_rows += n) {
        attain_table *table = score(run, &options, &progress);
        if (!table) {
            status = CLI_EXIT_ERRORS;
            break;
        }
        n = attain_table_rows(table);
        *n_rows += n;
        if (run->options->format == CLI_TABLE) {
            status = show_window(&shown, run, table);
        } else {
            status = cli_result_rows(&result, run, table);
        }
        if (!status && options.skip_rows == 0 && n < CLI_WINDOW_ROWS && run->options->format == CLI_TABLE) {
            status = cli_counts_add(counts, table);
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

/* "as of 2025, the last period with facts" */
static void print_as_of(const cli_run *run)
{
    cli_buffer text = {0};
    if (run->selection.as_of.n == 0 || run->as_of_is_default) {
        add_period(&text, run->as_of_is_default ? run->selection.as_of.items[0]
                                                : attain_facts_last_period(run->facts));
        if (text.len) {
            cli_output_text(run->out, "\nas of ");
            cli_output_write(run->out, text.data, text.len);
            cli_output_text(run->out, ", the last period with facts\n");
        }
    }
    cli_buffer_free(&text);
}

int cli_run_score(const cli_run *run)
{
    cli_counts counts = {0};
    uint64_t n_rows = 0;
    const int is_table = run->options->format == CLI_TABLE;
    int status = CLI_EXIT_FINE;
    if (run->options->summary) {
        status = count_in_slices(run, &counts);
        if (!status) {
            cli_counts_print(run, &counts);
        }
    } else {
        status = score_rows(run, &counts, &n_rows);
        if (!status && is_table && n_rows >= CLI_WINDOW_ROWS) {
            status = count_in_slices(run, &counts);
        }
        if (!status && is_table && n_rows && !run->options->readings) {
            cli_output_text(run->out, "\n");
            cli_counts_print(run, &counts);
        }
        if (!status && is_table) {
            print_as_of(run);
        }
    }
    cli_counts_free(&counts);
    return status;
}
