/* Rows as CSV: RFC 4180, a header, lines ended by LF, fields quoted only where they must be. An absent value
 * is an empty field.
 *
 * With --spreadsheet a text that a spreadsheet would take for a formula gets a leading apostrophe: those that
 * begin with = + - @, a tab or CR, or the full-width twins of the signs. Numbers are ours and are left alone,
 * so that -5 stays a number. */
#include "cli/sink.h"
#include "cli/text.h"

#include <string.h>

static int starts_formula(attain_str cell)
{
    uint32_t code = 0;
    (void)cli_text_decode(cell.data, cell.len, &code);
    switch (code) {
    case '=':
    case '+':
    case '-':
    case '@':
    case '\t':
    case '\r':
    case 0xFF1D:
    case 0xFF0B:
    case 0xFF0D:
    case 0xFF20: return 1;
    default: return 0;
    }
}

static int needs_quotes(attain_str cell)
{
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.data[i] == ',' || cell.data[i] == '"' || cell.data[i] == '\n' || cell.data[i] == '\r') {
            return 1;
        }
    }
    /* Blanks at the ends are cut by some readers unless they stand in quotes. */
    return cell.len > 0 && (cell.data[0] == ' ' || cell.data[cell.len - 1] == ' ');
}

static void quoted(cli_output *out, attain_str cell)
{
    size_t from = 0;
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.data[i] != '"') {
            continue;
        }
        cli_output_write(out, cell.data + from, i + 1 - from);
        cli_output_write(out, "\"", 1);
        from = i + 1;
    }
    cli_output_write(out, cell.data + from, cell.len - from);
}

static void field(cli_sink *sink, attain_str cell, cli_kind kind)
{
    if (cell.len == 0) {
        return;
    }
    const int guard = sink->spreadsheet && kind != CLI_NUMBER && starts_formula(cell);
    const int quotes = needs_quotes(cell);
    if (quotes) {
        cli_output_write(sink->out, "\"", 1);
    }
    if (guard) {
        cli_output_write(sink->out, "'", 1);
    }
    if (quotes) {
        quoted(sink->out, cell);
    } else {
        cli_output_write(sink->out, cell.data, cell.len);
    }
    if (quotes) {
        cli_output_write(sink->out, "\"", 1);
    }
}

void cli_csv_begin(cli_sink *sink)
{
    for (size_t i = 0; i < sink->n_fields; i++) {
        if (i > 0) {
            cli_output_write(sink->out, ",", 1);
        }
        field(sink, cli_str(sink->fields[i].name), CLI_TEXT);
    }
    cli_output_write(sink->out, "\n", 1);
}

void cli_csv_row(cli_sink *sink, const attain_str *cells)
{
    for (size_t i = 0; i < sink->n_fields; i++) {
        if (i > 0) {
            cli_output_write(sink->out, ",", 1);
        }
        field(sink, cells[i], sink->fields[i].kind);
    }
    cli_output_write(sink->out, "\n", 1);
}
