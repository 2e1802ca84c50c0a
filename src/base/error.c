/* Errors. A message is one UTF-8 sentence in a field of fixed size: what does not fit is cut at a code point, with "..."
 * behind it, so that no reader ever meets half a letter. */
#define ATN_DEFINES_ERRORS
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The largest length <= at at which text may be cut without splitting a code point. */
static size_t cut_before(const char *text, size_t at)
{
    while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80) {
        at--;
    }
    return at;
}

static void write_message(attain_error *err, const char *fmt, va_list args)
{
    const size_t cap = sizeof err->message;
    const int needed = vsnprintf(err->message, cap, fmt, args);
    if (needed < 0) {
        err->message[0] = '\0';
    } else if ((size_t)needed >= cap) {
        memcpy(err->message + cut_before(err->message, cap - sizeof "..."), "...", sizeof "...");
    }
}

static void write_source(attain_error *err, atn_str source)
{
    size_t len = source.len;
    if (len > sizeof err->source - 1) {
        len = cut_before(source.data, sizeof err->source - 1);
    }
    if (len != 0) {
        memcpy(err->source, source.data, len);
    }
    err->source[len] = '\0';
}

static void write_place(attain_error *err, attain_status status, int32_t line, int32_t column, int64_t index)
{
    err->status = status;
    err->line = line;
    err->column = column;
    err->index = index;
    err->source[0] = '\0';
}

attain_status atn_error_set(attain_error *err, attain_status status, const char *fmt, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, fmt);
        write_place(err, status, 0, 0, -1);
        write_message(err, fmt, args);
        va_end(args);
    }
    return status;
}

attain_status atn_error_at_index(attain_error *err, attain_status status, int64_t index, const char *fmt, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, fmt);
        write_place(err, status, 0, 0, index);
        write_message(err, fmt, args);
        va_end(args);
    }
    return status;
}

attain_status atn_error_at_text(attain_error *err, attain_status status, atn_str source, int32_t line,
                                int32_t column, const char *fmt, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, fmt);
        write_place(err, status, line, column, -1);
        write_source(err, source);
        write_message(err, fmt, args);
        va_end(args);
    }
    return status;
}

attain_status atn_error_memory(attain_error *err, const char *what)
{
    return atn_error_set(err, ATTAIN_E_MEMORY, "out of memory while %s", what);
}

void atn_error_clear(attain_error *err)
{
    if (err != NULL) {
        write_place(err, ATTAIN_OK, 0, 0, -1);
        err->message[0] = '\0';
    }
}
