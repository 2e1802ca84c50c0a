/* Tables for a terminal. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli/output.h"
#include "cli/text.h"

typedef struct cli_column {
    const char *name;
    unsigned char right;    /* numbers: right-aligned, never shortened */
    unsigned char coloured; /* verdicts and paces */
    unsigned char
        drop; /* when room is short: the highest goes first; 0 stays; all but 0 go when wholly empty */
    unsigned char lines; /* most lines of a cell when it is wrapped; 0: as many as it takes */
    unsigned char gives; /* among those that may shrink: the highest gives its room first */
    unsigned narrowest;  /* columns it may shrink to by wrapping; 0: never narrower than its widest cell */
} cli_column;

typedef struct cli_line {
    size_t first; /* a row: index of its first cell; a heading: its text is that one cell */
    int is_heading;
} cli_line;

typedef struct cli_table {
    const cli_column *columns;
    size_t n_columns;
    unsigned width; /* of the terminal */
    int colour;
    unsigned *widths; /* of each column; 0: dropped. NULL until the first print */
    cli_buffer text;  /* all cells, one after the other */
    size_t *ends;     /* where each cell ends in text */
    size_t n_cells, cells_capacity;
    cli_line *lines;
    size_t n_lines, lines_capacity;
    uint64_t n_printed;
    int failed; /* no memory */
} cli_table;

void cli_table_init(cli_table *table, const cli_column *columns, size_t n_columns, const cli_output *out);
void cli_table_row(cli_table *table, const attain_str *cells);
void cli_table_heading(cli_table *table, attain_str text);
/** Prints what was added since the last time; the first print sets the widths. Returns 0, or CLI_EXIT_ERRORS
 * without memory. */
int cli_table_print(cli_table *table, cli_output *out);
void cli_table_free(cli_table *table);

/** Whether `out` goes to a terminal that wants colour. */
int cli_table_wants_colour(const cli_output *out);
/** Terminal columns to fill: COLUMNS, else the terminal's width, else 120. */
unsigned cli_table_room(const cli_output *out);

#endif
