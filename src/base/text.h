/* Text: byte spans with a length, a growable buffer, UTF-8, widths and near words.
 *
 * Input text is never NUL-terminated for us: an atn_str carries its length. Literals are made by ATN_STR. */
#ifndef ATN_BASE_TEXT_H
#define ATN_BASE_TEXT_H

#include "base/alloc.h"
#include <stdint.h>

typedef struct atn_str {
    const char *data;
    size_t len;
} atn_str;

#define ATN_STR(literal) ((atn_str){(literal), sizeof(literal) - 1})
#define ATN_STR_ARG(s) (int)(s).len, (s).data /* for %.*s */

bool atn_str_equal(atn_str a, atn_str b);
int atn_str_compare(atn_str a, atn_str b); /* by bytes */
bool atn_str_starts(atn_str s, atn_str prefix);
bool atn_str_is(atn_str s, const char *literal);

/* A growable byte buffer. After a failed append `failed` stays set and later appends do nothing,
 * so that a writer checks once at its end. data is NUL-terminated whenever it is not NULL. */
typedef struct atn_buf {
    attain_allocator alloc;
    char *data;
    size_t len;
    size_t cap;
    bool failed;
} atn_buf;

void atn_buf_init(atn_buf *buf, const attain_allocator *a);
void atn_buf_free(atn_buf *buf);
void atn_buf_add(atn_buf *buf, const char *data, size_t len);
void atn_buf_str(atn_buf *buf, atn_str s);
void atn_buf_text(atn_buf *buf, const char *nul_terminated);
void atn_buf_char(atn_buf *buf, char c);
void atn_buf_int(atn_buf *buf, int64_t v);
/* snprintf semantics, any length; integers and strings only (no floating point: it follows the locale). */
void atn_buf_printf(atn_buf *buf, const char *fmt, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
/* Bytes as they may be shown in a message: control characters, bidi and zero-width code points escaped as
 * \xNN or \u{NNNN}; cut at max_bytes with "..." (never inside a code point). max_bytes 0: no cut. */
void atn_buf_escaped(atn_buf *buf, atn_str s, size_t max_bytes);

/* Next code point of s at *at (advances); -1 if the bytes there are not well-formed UTF-8 (overlong,
 * surrogate, truncated). */
int32_t atn_utf8_next(atn_str s, size_t *at);
/* Offset of the first ill-formed byte, or s.len when all is well. */
size_t atn_utf8_check(atn_str s);
/* Code points in s[0, n_bytes). */
size_t atn_utf8_count(atn_str s, size_t n_bytes);
/* Columns a terminal uses: combining marks and zero-width 0, East Asian wide 2, else 1. */
size_t atn_utf8_width(atn_str s);
/* A guess at what non-UTF-8 bytes are: "UTF-16", "Windows-1258 or TCVN3", or NULL. */
const char *atn_utf8_guess(atn_str s);
/* Bidi controls, zero-width, U+FEFF, C0/C1 controls: never allowed in ids. */
bool atn_utf8_is_hidden(int32_t code_point);

/* Damerau-Levenshtein distance on bytes, stopping at `most` + 1. */
size_t atn_str_distance(atn_str a, atn_str b, size_t most);

#endif
