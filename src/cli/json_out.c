/* Rows as JSON (RFC 8259): an array of objects, one a line, so that both a parser and a person with grep can
 * read it. Numbers stand as they were printed, exact to their digits; nothing goes through a double. Absent
 * values are null. */
#include "cli/sink.h"
#include "cli/text.h"

#include <stdio.h>
#include <string.h>

static void escape(cli_output *out, uint32_t code)
{
    static const char plain[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *at = code < 0x80 && code ? strchr(plain, (int)code) : NULL;
    char text[8];
    if (at) {
        (void)snprintf(text, sizeof text, "\\%c", letters[at - plain]);
    } else {
        (void)snprintf(text, sizeof text, "\\u%04x", (unsigned)code);
    }
    cli_output_text(out, text);
}

static void string(cli_output *out, const char *data, size_t len)
{
    cli_output_write(out, "\"", 1);
    for (size_t i = 0; i < len;) {
        uint32_t code = 0;
        const size_t n = cli_text_decode(data + i, len - i, &code);
        const int ill_formed = code == 0xFFFD && n == 1;
        /* U+2028 and U+2029 are legal here but end lines in older JavaScript. */
        if (code < 0x20 || code == '"' || code == '\\' || code == 0x7F || code == 0x2028 || code == 0x2029 ||
            ill_formed) {
            escape(out, code);
        } else {
            cli_output_write(out, data + i, n);
        }
        i += n;
    }
    cli_output_write(out, "\"", 1);
}

/* "a;b" as ["a","b"]; no words are an empty array, not null: the list is known, and it is empty. */
static void words(cli_output *out, attain_str cell)
{
    cli_output_write(out, "[", 1);
    for (size_t at = 0; at < cell.len;) {
        const char *end = memchr(cell.data + at, ';', cell.len - at);
        const size_t len = end ? (size_t)(end - cell.data) - at : cell.len - at;
        if (at > 0) {
            cli_output_write(out, ",", 1);
        }
        string(out, cell.data + at, len);
        at += len + 1;
    }
    cli_output_write(out, "]", 1);
}

void cli_json_begin(cli_sink *sink)
{
    cli_output_write(sink->out, "[", 1);
}

void cli_json_row(cli_sink *sink, const attain_str *cells)
{
    cli_output_text(sink->out, sink->n_rows ? ",\n{" : "\n{");
    for (size_t i = 0; i < sink->n_fields; i++) {
        if (i > 0) {
            cli_output_write(sink->out, ",", 1);
        }
        string(sink->out, sink->fields[i].name, strlen(sink->fields[i].name));
        cli_output_write(sink->out, ":", 1);
        if (sink->fields[i].kind == CLI_WORDS) {
            words(sink->out, cells[i]);
        } else if (cells[i].len == 0) {
            cli_output_text(sink->out, "null");
        } else if (sink->fields[i].kind == CLI_NUMBER) {
            cli_output_write(sink->out, cells[i].data, cells[i].len);
        } else {
            string(sink->out, cells[i].data, cells[i].len);
        }
    }
    cli_output_write(sink->out, "}", 1);
}

void cli_json_end(cli_sink *sink)
{
    cli_output_text(sink->out, sink->n_rows ? "\n]\n" : "]\n");
}
