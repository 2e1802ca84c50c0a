/* The choice between csv and json, in one place. */
#include "cli/sink.h"

void cli_sink_begin(cli_sink *sink)
{
    sink->n_rows = 0;
    if (sink->format == CLI_CSV) {
        cli_csv_begin(sink);
    } else {
        cli_json_begin(sink);
    }
}

void cli_sink_row(cli_sink *sink, const attain_str *cells)
{
    if (sink->format == CLI_CSV) {
        cli_csv_row(sink, cells);
    } else {
        cli_json_row(sink, cells);
    }
    sink->n_rows++;
}

void cli_sink_end(cli_sink *sink)
{
    if (sink->format == CLI_JSON) {
        cli_json_end(sink);
    }
}
