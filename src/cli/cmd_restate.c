/* store restate: what changed between two editions, and what made the change.
 *
 *     target      unit    edition 3  late reports  corrections  plan    edition 7  verdict
 *     p.density   VN.46      61.3 %          62 %       61.9 %             61.9 %  not_met
 *     p.helped    VN.46      no row                               88 %       88 %  (none) → met
 *
 * A step shows the value that it made of the one before, and nothing where it changed none. csv and json have value, numerator,
 * denominator and verdict after each step, so that the steps can be added up. */
#include "cli/result.h"
#include "cli/store_parts.h"
#include "cli/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_STEPS = 4, N_FIELDS = 3 + 4 * N_STEPS, N_COLUMNS = 9 };

typedef struct restate {
    const cli_options *options;
    const cli_selection *selection; /* of which periods are chosen */
    cli_store store;
    int64_t edition[2];
    attain_plan *plan; /* of the second edition: ids are borrowed from it */
    attain_str *units;
    size_t n_units;
    cli_output *out;
} restate;

/* ---------------------------------------------------------------- asking ---- */

/* Units of --unit as they were written, for they may be of the first plan alone; those of --type, --under and --all-units by the second. */
static int choose_units(restate *r)
{
    const cli_options *const o = r->options;
    const int by_rule = o->types.n || o->under;
    cli_selection chosen = {0};
    cli_options rule = *o;
    rule.units.n = 0;
    rule.targets.n = 0;
    const int status = by_rule ? cli_select_names(&rule, r->plan, &chosen) : CLI_EXIT_FINE;
    const size_t n = o->all_units ? attain_plan_count(r->plan, ATTAIN_KIND_UNIT)
                     : by_rule    ? chosen.units.n
                                  : 0;
    r->units = status ? NULL : calloc(n + o->units.n + 1, sizeof *r->units);
    for (size_t i = 0; r->units && i < n; i++) {
        const uint32_t unit = o->all_units ? (uint32_t)i : chosen.units.items[i];
        r->units[r->n_units++] = attain_plan_id(r->plan, ATTAIN_KIND_UNIT, unit);
    }
    for (size_t i = 0; r->units && i < o->units.n; i++) {
        r->units[r->n_units++] = cli_str(o->units.items[i]);
    }
    cli_selection_free(&chosen);
    if (!status && !r->units) {
        cli_say("no memory for the selection");
        return CLI_EXIT_ERRORS;
    }
    return status;
}

static int ask(restate *r, attain_restated *out)
{
    const cli_options *const o = r->options;
    const attain_print_options print = {.struct_size = sizeof print,
                                        .numbers = cli_options_numbers(o),
                                        .digits = o->digits,
                                        .rounding = o->rounding,
                                        .shown = o->format == CLI_TABLE};
    attain_str *targets = calloc(o->targets.n + 1, sizeof *targets);
    attain_error err = {0};
    if (!targets) {
        cli_say("no memory for the selection");
        return CLI_EXIT_ERRORS;
    }
    for (size_t i = 0; i < o->targets.n; i++) {
        targets[i] = cli_str(o->targets.items[i]);
    }
    const attain_restated_options how = {.struct_size = sizeof how,
                                         .targets = o->targets.n ? targets : NULL,
                                         .n_targets = o->targets.n,
                                         .units = r->n_units ? r->units : NULL,
                                         .n_units = r->n_units,
                                         .as_of = r->selection->as_of.items,
                                         .n_as_of = r->selection->as_of.n,
                                         .print = &print};
    const attain_status done =
        attain_store_restated(r->store.store, r->edition[0], r->edition[1], &how, out, &err);
    cli_progress_end(&r->store.progress);
    free(targets);
    if (done == ATTAIN_E_NAME || done == ATTAIN_E_UNIT || done == ATTAIN_E_ARGUMENT) {
        cli_say("%s", err.message);
        return CLI_EXIT_USAGE;
    }
    return done == ATTAIN_OK ? CLI_EXIT_FINE : cli_store_fail(r->store.path, &err);
}

/* ---------------------------------------------------------------- for programs ---- */

static void period_text(attain_period period, char out[64])
{
    out[0] = '\0';
    if (period.type != ATTAIN_PERIOD_NONE) {
        (void)attain_period_print(period, out, 64, NULL, NULL);
    }
}

static void print_rows(const restate *r, const attain_restated *made)
{
    static const cli_field fields[N_FIELDS] = {{"target", CLI_TEXT},
                                               {"unit", CLI_TEXT},
                                               {"as_of", CLI_TEXT},
                                               {"value_a", CLI_NUMBER},
                                               {"value_late", CLI_NUMBER},
                                               {"value_corrected", CLI_NUMBER},
                                               {"value_b", CLI_NUMBER},
                                               {"numerator_a", CLI_TEXT},
                                               {"numerator_late", CLI_TEXT},
                                               {"numerator_corrected", CLI_TEXT},
                                               {"numerator_b", CLI_TEXT},
                                               {"denominator_a", CLI_TEXT},
                                               {"denominator_late", CLI_TEXT},
                                               {"denominator_corrected", CLI_TEXT},
                                               {"denominator_b", CLI_TEXT},
                                               {"verdict_a", CLI_TEXT},
                                               {"verdict_late", CLI_TEXT},
                                               {"verdict_corrected", CLI_TEXT},
                                               {"verdict_b", CLI_TEXT}};
    cli_sink sink = {.out = r->out,
                     .format = r->options->format,
                     .spreadsheet = r->options->spreadsheet,
                     .fields = fields,
                     .n_fields = N_FIELDS};
    cli_sink_begin(&sink);
    for (size_t i = 0; i < made->n_rows; i++) {
        const attain_restated_row *const row = &made->rows[i];
        char as_of[64];
        period_text(row->as_of, as_of);
        attain_str cells[N_FIELDS] = {row->target, row->unit, cli_str(as_of)};
        for (size_t s = 0; s < N_STEPS; s++) {
            cells[3 + s] = row->printed[s];
            cells[3 + N_STEPS + s] = row->numerator[s];
            cells[3 + 2 * N_STEPS + s] = row->denominator[s];
            cells[3 + 3 * N_STEPS + s] = cli_str(row->has_row[s] ? attain_verdict_name(row->verdict[s]) : "");
        }
        cli_sink_row(&sink, cells);
    }
    cli_sink_end(&sink);
}

/* ---------------------------------------------------------------- for people ---- */

static int same(attain_str a, attain_str b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static int step_changed(const attain_restated_row *row, int step)
{
    return row->has_row[step] != row->has_row[step - 1] ||
           !same(row->printed[step], row->printed[step - 1]) ||
           !same(row->numerator[step], row->numerator[step - 1]) ||
           !same(row->denominator[step], row->denominator[step - 1]) ||
           row->verdict[step] != row->verdict[step - 1];
}

/* The value; where there is none, why not. */
static void value_cell(const attain_restated_row *row, int step, cli_cells *cells)
{
    if (row->printed[step].len) {
        cli_buffer_add(&cells->text, row->printed[step].data, row->printed[step].len);
    } else {
        cli_buffer_text(&cells->text, row->has_row[step] ? "no value" : "no row");
    }
}

static const char *verdict_word(const attain_restated_row *row, int step)
{
    return row->has_row[step] ? attain_verdict_name(row->verdict[step]) : "(none)";
}

static void fill_line(const restate *r, const attain_restated_row *row, cli_cells *cells)
{
    char as_of[64];
    period_text(row->as_of, as_of);
    cli_buffer_add(&cells->text, row->target.data, row->target.len);
    cli_cells_end(cells);
    const uint32_t unit = attain_plan_find(r->plan, ATTAIN_KIND_UNIT, row->unit.data, row->unit.len);
    if (unit == ATTAIN_NONE) {
        cli_buffer_add(&cells->text, row->unit.data, row->unit.len);
    } else {
        cli_result_unit(r->plan, unit, &cells->text);
    }
    cli_cells_end(cells);
    cli_buffer_text(&cells->text, as_of);
    cli_cells_end(cells);
    for (int step = 0; step < N_STEPS; step++) {
        if (step == 0 || step_changed(row, step)) {
            value_cell(row, step, cells);
        }
        cli_cells_end(cells);
    }
    value_cell(row, N_STEPS - 1, cells);
    cli_cells_end(cells);
    for (int step = 0; step < N_STEPS; step++) {
        if (step == 0 || strcmp(verdict_word(row, step), verdict_word(row, step - 1)) != 0) {
            cli_buffer_text(&cells->text, step ? " → " : "");
            cli_buffer_text(&cells->text, verdict_word(row, step));
        }
    }
    cli_cells_end(cells);
}

static int print_table(const restate *r, const attain_restated *made)
{
    char names[2][40];
    cli_table table;
    cli_cells cells = {0};
    for (int i = 0; i < 2; i++) {
        (void)snprintf(names[i], sizeof names[i], "edition %" PRId64, r->edition[i]);
    }
    const cli_column columns[N_COLUMNS] = {{.name = "target", .narrowest = 16},
                                           {.name = "unit", .narrowest = 11, .lines = 1, .gives = 2},
                                           {.name = "as of", .drop = 1},
                                           {.name = names[0], .right = 1},
                                           {.name = "late reports", .right = 1, .drop = 1},
                                           {.name = "corrections", .right = 1, .drop = 1},
                                           {.name = "plan", .right = 1, .drop = 1},
                                           {.name = names[1], .right = 1},
                                           {.name = "verdict", .coloured = 1, .narrowest = 12, .gives = 1}};
    attain_str line[N_COLUMNS];
    cli_table_init(&table, columns, N_COLUMNS, r->out);
    for (size_t i = 0; i < made->n_rows; i++) {
        fill_line(r, &made->rows[i], &cells);
        cli_cells_take(&cells, line);
        cli_table_row(&table, line);
    }
    const int status = cli_table_print(&table, r->out);
    cli_table_free(&table);
    cli_buffer_free(&cells.text);
    return status;
}

/* "edition 3 of 2026-03-31T08:00:00Z" and what is known since. */
static int print_sum(restate *r, const attain_restated *made)
{
    attain_edition edition;
    char times[2][32];
    char text[400];
    for (int i = 0; i < 2; i++) {
        if (cli_store_edition(&r->store, r->edition[i], &edition)) {
            return CLI_EXIT_ERRORS;
        }
        cli_edition_time(edition.time_ms, 0, times[i]);
    }
    (void)snprintf(text, sizeof text,
                   "%s%zu of %zu rows differ between edition %" PRId64 " (%s) and edition %" PRId64 " (%s)\n"
                   "%" PRIu64 " late fact%s, %" PRIu64 " corrected, %" PRIu64 " withdrawn; %s\n",
                   made->n_rows ? "\n" : "", made->n_rows, made->n_compared, r->edition[0], times[0],
                   r->edition[1], times[1], made->n_late, made->n_late == 1 ? "" : "s", made->n_corrected,
                   made->n_withdrawn, made->plan_changed ? "another plan" : "the same plan");
    cli_output_text(r->out, text);
    return CLI_EXIT_FINE;
}

/* ---------------------------------------------------------------- the whole ---- */

static int compare(restate *r)
{
    attain_restated made = {0};
    int status = ask(r, &made);
    if (!status && r->options->format != CLI_TABLE) {
        print_rows(r, &made);
    } else if (!status) {
        status = print_table(r, &made);
        status = status ? status : print_sum(r, &made);
    }
    attain_restated_free(&made);
    return status;
}

int cli_run_store_restate(const cli_options *options, const cli_selection *selection, cli_output *out)
{
    restate r = {.options = options, .selection = selection, .out = out};
    int status = cli_store_open(options, options->files.items[0], ATTAIN_STORE_READ, &r.store);
    for (size_t i = 0; i < 2 && !status; i++) {
        status = cli_store_find(&r.store, options->files.items[1 + i], "restate", &r.edition[i]);
    }
    if (!status) {
        status = cli_store_plan_at(&r.store, r.edition[1], &r.plan);
    }
    if (!status) {
        status = choose_units(&r);
    }
    if (!status) {
        status = compare(&r);
    }
    free(r.units);
    attain_plan_free(r.plan);
    cli_store_close(&r.store);
    return status;
}
