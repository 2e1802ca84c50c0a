/* CSV writer: one field at a time into a buffer, so that a caller streams rows of any width. The caller ends the line.
 *
 * A field is quoted only when a reader would take it for something else without: when it holds a comma, a quote or a line
 * end, and, as the first of a line, when it is empty (alone it would be a blank line, which is no record), begins with a
 * byte order mark or with `sep=` (in the first line those are for the reader, not data).
 *
 * The guard keeps spreadsheets from running texts as formulas; it is an apostrophe, which they show as no more than text. */
#include "csv/csv.h"

#include <string.h>

static bool holds_special(atn_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.data[i];
        if (c == ',' || c == '"' || c == '\n' || c == '\r') {
            return true;
        }
    }
    return false;
}

static bool must_quote(atn_str field, bool first)
{
    return holds_special(field) || (first && (field.len == 0 || atn_str_starts(field, ATN_STR("sep=")) ||
                                              atn_str_starts(field, ATN_STR("\xef\xbb\xbf"))));
}

/* = + - @ and their full-width twins U+FF1D, U+FF0B, U+FF0D, U+FF20; TAB and CR, behind which a spreadsheet looks on. */
static bool must_guard(atn_str field)
{
    static const atn_str starts[] = {{"=", 1},
                                     {"+", 1},
                                     {"-", 1},
                                     {"@", 1},
                                     {"\t", 1},
                                     {"\r", 1},
                                     {"\xef\xbc\x9d", 3},
                                     {"\xef\xbc\x8b", 3},
                                     {"\xef\xbc\x8d", 3},
                                     {"\xef\xbc\xa0", 3}};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (atn_str_starts(field, starts[i])) {
            return true;
        }
    }
    return false;
}

static void write_pairs(atn_buf *out, atn_str field)
{
    while (field.len > 0) {
        const char *const quote = memchr(field.data, '"', field.len);
        const size_t n = quote != NULL ? (size_t)(quote - field.data) + 1 : field.len;
        atn_buf_add(out, field.data, n);
        if (quote != NULL) {
            atn_buf_char(out, '"');
        }
        field = (atn_str){field.data + n, field.len - n};
    }
}

void atn_csv_write(atn_buf *out, atn_str field, bool first, bool guard)
{
    const bool quote = must_quote(field, first);
    if (!first) {
        atn_buf_char(out, ',');
    }
    if (quote) {
        atn_buf_char(out, '"');
    }
    if (guard && must_guard(field)) {
        atn_buf_char(out, '\'');
    }
    if (quote) {
        write_pairs(out, field);
        atn_buf_char(out, '"');
    } else {
        atn_buf_str(out, field);
    }
}
