/* Tables of the library as texts. Every number is printed by the library, exactly and rounded once: the
 * program holds no number of a result as a double at any time. */
#include "cli/result.h"

#include <stdlib.h>
#include <string.h>

int cli_result_cell(const attain_table *table, size_t row, attain_column column,
                    const attain_print_options *print, cli_buffer *out)
{
    attain_error err = {0};
    size_t len = 0;
    if (cli_buffer_reserve(out, 64)) {
        cli_say("no memory for a cell");
        return CLI_EXIT_ERRORS;
    }
    attain_status status = attain_table_print(table, row, column, print, out->data + out->len,
                                              out->capacity - out->len, &len, &err);
    if (status == ATTAIN_E_CAPACITY && !cli_buffer_reserve(out, len)) {
        status = attain_table_print(table, row, column, print, out->data + out->len, out->capacity - out->len,
                                    &len, &err);
    }
    if (status != ATTAIN_OK) {
        out->data[out->len] = '\0';
        cli_say_error(&err);
        return CLI_EXIT_ERRORS;
    }
    out->len += len;
    return 0;
}

/* ---------------------------------------------------------------- csv and json ---- */

static cli_kind kind_of(attain_column column)
{
    if (column >= ATTAIN_COL_NUMERATOR && column <= ATTAIN_COL_PATH) {
        return CLI_NUMBER;
    }
    if (column >= ATTAIN_COL_REPORTED && column <= ATTAIN_COL_MISSING) {
        return CLI_NUMBER;
    }
    return column == ATTAIN_COL_REASON || column == ATTAIN_COL_FLAGS ? CLI_WORDS : CLI_TEXT;
}

static void add_field(cli_result *result, const char *name, attain_column column, int exact)
{
    const size_t i = result->sink.n_fields++;
    result->fields[i] = (cli_field){name, exact ? CLI_TEXT : kind_of(column)};
    result->columns[i] = column;
    result->exact[i] = (unsigned char)exact;
}

static int begin(cli_result *result, const cli_run *run, const attain_table *table)
{
    const attain_column *columns = NULL;
    const size_t n = attain_table_columns(table, &columns);
    const size_t most = n + 3;
    result->fields = calloc(most, sizeof *result->fields);
    result->columns = calloc(most, sizeof *result->columns);
    result->exact = calloc(most, sizeof *result->exact);
    result->cells = calloc(most, sizeof *result->cells);
    result->ends = calloc(most, sizeof *result->ends);
    if (!result->fields || !result->columns || !result->exact || !result->cells || !result->ends) {
        cli_say("no memory for a row of %zu columns", n);
        return CLI_EXIT_ERRORS;
    }
    result->sink = (cli_sink){.out = run->out,
                              .format = run->options->format,
                              .spreadsheet = run->options->spreadsheet,
                              .fields = result->fields};
    for (size_t i = 0; i < n; i++) {
        add_field(result, attain_table_column_name(table, columns[i]), columns[i], 0);
        if (columns[i] == ATTAIN_COL_HIGH && run->options->exact) {
            add_field(result, "value_exact", ATTAIN_COL_VALUE, 1);
            add_field(result, "low_exact", ATTAIN_COL_LOW, 1);
            add_field(result, "high_exact", ATTAIN_COL_HIGH, 1);
        }
    }
    result->print = (attain_print_options){.struct_size = sizeof result->print,
                                           .numbers = cli_options_numbers(run->options),
                                           .digits = run->options->digits,
                                           .rounding = run->options->rounding};
    cli_sink_begin(&result->sink);
    result->began = 1;
    return 0;
}

static int write_row(cli_result *result, const attain_table *table, size_t row)
{
    const size_t n = result->sink.n_fields;
    cli_buffer_clear(&result->text);
    attain_print_options exact = result->print;
    exact.exact = 1;
    for (size_t i = 0; i < n; i++) {
        if (cli_result_cell(table, row, result->columns[i], result->exact[i] ? &exact : &result->print,
                            &result->text)) {
            return CLI_EXIT_ERRORS;
        }
        result->ends[i] = result->text.len;
    }
    size_t start = 0;
    for (size_t i = 0; i < n; i++) {
        result->cells[i] = (attain_str){result->text.data + start, result->ends[i] - start};
        start = result->ends[i];
    }
    cli_sink_row(&result->sink, result->cells);
    return 0;
}

int cli_result_rows(cli_result *result, const cli_run *run, const attain_table *table)
{
    int status = result->began ? 0 : begin(result, run, table);
    const size_t n = attain_table_rows(table);
    for (size_t row = 0; row < n && !status; row++) {
        if (run->out->write_error) {
            break; /* reported once, when the output is closed */
        }
        status = write_row(result, table, row);
    }
    return status;
}

void cli_result_end(cli_result *result)
{
    if (result->began) {
        cli_sink_end(&result->sink);
    }
}

void cli_result_free(cli_result *result)
{
    free(result->fields);
    free(result->columns);
    free(result->exact);
    free(result->cells);
    free(result->ends);
    cli_buffer_free(&result->text);
    *result = (cli_result){0};
}

/* ---------------------------------------------------------------- for people ---- */

int cli_result_shown(const cli_run *run, const attain_table *table, size_t row, attain_column column,
                     cli_buffer *out)
{
    attain_print_options print = {.struct_size = sizeof print,
                                  .numbers = cli_options_numbers(run->options),
                                  .digits = run->options->digits,
                                  .rounding = run->options->rounding,
                                  .shown = 1};
    const size_t start = out->len;
    const int status = cli_result_cell(table, row, column, &print, out);
    const int is_value = column == ATTAIN_COL_VALUE || column == ATTAIN_COL_LOW || column == ATTAIN_COL_HIGH;
    if (status || !is_value || out->len == start || !memchr(out->data + start, '%', out->len - start)) {
        return status;
    }
    /* Percentages stand below each other: 91.0 % above 98.6 %. Levels stay as the text says them: 90 %. */
    out->len = start;
    print.keep_zeros = 1;
    return cli_result_cell(table, row, column, &print, out);
}

/* "0", "0 %", "0.0 %": at least nothing, which says nothing. */
static int is_zero(const cli_buffer *text)
{
    for (size_t i = 0; i < text->len; i++) {
        if (text->data[i] >= '1' && text->data[i] <= '9') {
            return 0;
        }
    }
    return 1;
}

int cli_result_range(const cli_run *run, const attain_table *table, size_t row, attain_column low,
                     attain_column high, cli_buffer *out)
{
    cli_buffer ends[2] = {{0}, {0}};
    int status = cli_result_shown(run, table, row, low, &ends[0]);
    if (!status) {
        status = cli_result_shown(run, table, row, high, &ends[1]);
    }
    const size_t n_low = ends[0].len;
    const size_t n_high = ends[1].len;
    const int nothing = n_high == 0 && is_zero(&ends[0]);
    const int same = n_low == n_high && (n_low == 0 || memcmp(ends[0].data, ends[1].data, n_low) == 0);
    if (!status && !same && !nothing) {
        cli_buffer_text(out, n_high == 0 ? "≥ " : n_low == 0 ? "≤ " : "");
        cli_buffer_add(out, ends[0].data ? ends[0].data : "", n_low);
        cli_buffer_text(out, n_low && n_high ? " – " : "");
        cli_buffer_add(out, ends[1].data ? ends[1].data : "", n_high);
    }
    cli_buffer_free(&ends[0]);
    cli_buffer_free(&ends[1]);
    return status;
}

void cli_result_unit(const attain_plan *plan, int64_t unit, cli_buffer *out)
{
    if (unit < 0 || unit >= (int64_t)ATTAIN_NONE) {
        return;
    }
    const attain_str id = attain_plan_id(plan, ATTAIN_KIND_UNIT, (uint32_t)unit);
    const attain_str title = attain_plan_title(plan, ATTAIN_KIND_UNIT, (uint32_t)unit);
    cli_buffer_add(out, id.data, id.len);
    if (title.len) {
        cli_buffer_text(out, " ");
        cli_buffer_add(out, title.data, title.len);
    }
}

void cli_cells_end(cli_cells *cells)
{
    if (cells->n < sizeof cells->ends / sizeof *cells->ends) {
        cells->ends[cells->n++] = cells->text.len;
    }
}

void cli_cells_take(cli_cells *cells, attain_str *out)
{
    size_t start = 0;
    for (size_t i = 0; i < cells->n; i++) {
        out[i] = (attain_str){cells->text.data ? cells->text.data + start : "", cells->ends[i] - start};
        start = cells->ends[i];
    }
    cells->text.len = 0;
    cells->n = 0;
}
