/* Rows for programs: csv or json, one row at a time. */
#ifndef CLI_SINK_H
#define CLI_SINK_H

#include "cli/options.h"
#include "cli/output.h"

/** What a field holds: decides quoting and guarding. */
typedef enum cli_kind {
    CLI_TEXT,   /* json string; guarded in spreadsheets */
    CLI_NUMBER, /* json number, as it stands */
    CLI_WORDS   /* words joined by ';': json array of strings */
} cli_kind;

typedef struct cli_field {
    const char *name;
    cli_kind kind;
} cli_field;

typedef struct cli_sink {
    cli_output *out;
    cli_format format; /* CLI_CSV or CLI_JSON */
    int spreadsheet;
    const cli_field *fields;
    size_t n_fields;
    uint64_t n_rows;
} cli_sink;

void cli_sink_begin(cli_sink *sink);
/** n_fields cells; len 0 is an empty field or null. */
void cli_sink_row(cli_sink *sink, const attain_str *cells);
void cli_sink_end(cli_sink *sink);

void cli_csv_begin(cli_sink *sink);
void cli_csv_row(cli_sink *sink, const attain_str *cells);
void cli_json_begin(cli_sink *sink);
void cli_json_row(cli_sink *sink, const attain_str *cells);
void cli_json_end(cli_sink *sink);

#endif
