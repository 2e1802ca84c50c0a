/* Errors: the only place that writes an attain_error. Text is built where the fact is known. */
#ifndef ATN_BASE_ERROR_H
#define ATN_BASE_ERROR_H

#include "base/text.h"

/* Fills err (if not NULL) and returns status. line, column 0 and index -1 when they do not apply. A message
 * longer than the field is cut at a code point and ends in "...". */
attain_status atn_error_set(attain_error *err, attain_status status, const char *fmt, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;
attain_status atn_error_at_index(attain_error *err, attain_status status, int64_t index, const char *fmt, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 4, 5)))
#endif
    ;
attain_status atn_error_at_text(attain_error *err, attain_status status, atn_str source, int32_t line,
                                int32_t column, const char *fmt, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 6, 7)))
#endif
    ;
/* "out of memory while <what>". */
attain_status atn_error_memory(attain_error *err, const char *what);
void atn_error_clear(attain_error *err);

/* clang-tidy reads one file at a time: it is told that these return what they were given, and that this is not OK. */
#if defined(__clang_analyzer__) && !defined(ATN_DEFINES_ERRORS)
#define atn_error_set(err, status, ...) ((void)atn_error_set(err, status, __VA_ARGS__), (status))
#define atn_error_at_index(err, status, ...) ((void)atn_error_at_index(err, status, __VA_ARGS__), (status))
#define atn_error_at_text(err, status, ...) ((void)atn_error_at_text(err, status, __VA_ARGS__), (status))
#define atn_error_memory(err, what) ((void)atn_error_memory(err, what), ATTAIN_E_MEMORY)
#endif

#define ATN_TRY(expr)                             \
    do {                                          \
        const attain_status try_status_ = (expr); \
        if (try_status_ != ATTAIN_OK) {           \
            return try_status_;                   \
        }                                         \
    } while (0)

#endif
