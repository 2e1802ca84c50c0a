/* Tables of the library as texts: cells for people, rows for programs. */
#ifndef CLI_RESULT_H
#define CLI_RESULT_H

#include "cli/commands.h"
#include "cli/sink.h"
#include "cli/text.h"

/** Rows of a result are fetched in windows of this many, so that memory does not grow with the result. */
enum { CLI_WINDOW_ROWS = 50000 };

/** The columns of a result as they are written to csv and json: those of the table, and with --exact three
 * more. */
typedef struct cli_result {
    cli_sink sink;
    cli_field *fields;
    attain_column *columns; /* of each field */
    unsigned char *exact;   /* field is the exact form of its column */
    attain_str *cells;
    size_t *ends;
    cli_buffer text;
    attain_print_options print;
    int began;
} cli_result;

/** Appends one cell. Returns 0, or CLI_EXIT_ERRORS with a message. */
int cli_result_cell(const attain_table *table, size_t row, attain_column column,
                    const attain_print_options *print, cli_buffer *out);

/** Writes all rows of one window; the first call writes the header. */
int cli_result_rows(cli_result *result, const cli_run *run, const attain_table *table);
/** Ends the text. */
void cli_result_end(cli_result *result);
void cli_result_free(cli_result *result);

/** Appends a value as a person reads it: 90.5 %, 1 per 5,010.52. */
int cli_result_shown(const cli_run *run, const attain_table *table, size_t row, attain_column column,
                     cli_buffer *out);
/** Appends "20 % – 40 %", ">= 20 %" or "<= 40 %" of two columns; nothing if both are the same or empty. */
int cli_result_range(const cli_run *run, const attain_table *table, size_t row, attain_column low,
                     attain_column high, cli_buffer *out);
/** Appends "VN.46 Thừa Thiên Huế". */
void cli_result_unit(const attain_plan *plan, int64_t unit, cli_buffer *out);

/** Cells of one row for a terminal table, built one after the other in one buffer. */
typedef struct cli_cells {
    cli_buffer text;
    size_t ends[32];
    size_t n;
} cli_cells;
void cli_cells_end(cli_cells *cells); /* what was appended since the last end is one cell */
/** The cells as texts; also empties them for the next row. */
void cli_cells_take(cli_cells *cells, attain_str *out);

#endif
