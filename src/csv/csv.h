/* CSV: streaming RFC 4180 reader; knows no domain.
 *
 * Bytes are fed in pieces of any size; complete records come out as arrays of fields that borrow the reader's
 * buffer until the next call. CR, LF and CRLF end a record; a quoted field may hold any of them. A UTF-8 BOM
 * is skipped; `sep=;` in line 1 sets the separator. Strict: a quote inside an unquoted field and text after a
 * closing quote are errors; an unbalanced quote is reported at the line of the opening quote. Physical lines
 * are counted for messages.
 *
 * Between two records, lines may be read elsewhere by whoever knows a faster way for plain ones (marks.c finds their fields): the reader
 * is then told how many passed by. */
#ifndef ATN_CSV_H
#define ATN_CSV_H

#include "base/error.h"

typedef struct atn_csv_limits {
    size_t field_bytes; /* 1 MiB */
    size_t columns;     /* 4096 */
} atn_csv_limits;

typedef struct atn_csv atn_csv;

typedef struct atn_csv_record {
    const atn_str *field; /* unquoted, borrowed until the next call */
    const bool *quoted;   /* the field was quoted */
    size_t n_fields;
    int64_t line; /* physical line on which the record starts, 1-based */
    atn_str raw;  /* the record as written, without its line end */
} atn_csv_record;

attain_status atn_csv_new(const attain_allocator *a, char separator, atn_csv_limits limits, atn_csv **out,
                          attain_error *err);
void atn_csv_free(atn_csv *csv);
/* Hands over bytes; they are copied. `last`: nothing follows (an unfinished record is completed). */
attain_status atn_csv_feed(atn_csv *csv, const char *data, size_t len, bool last, attain_error *err);
/* *have = false: feed more (or the end). A blank line is no record. err->line, err->column of the fault on
 * failure. */
attain_status atn_csv_next(atn_csv *csv, atn_csv_record *record, bool *have, attain_error *err);

/* ---- beside the reader ---- */

/* Has the reader no byte in hand, and would the next one begin a record or end a line? */
bool atn_csv_is_between(const atn_csv *csv);
char atn_csv_separator(const atn_csv *csv); /* `sep=` may have set another than the one of atn_csv_new */
int64_t atn_csv_line(const atn_csv *csv);   /* on which the next record begins */
/* n_lines complete lines, a record each, were read elsewhere; atn_csv_is_between held and holds. */
void atn_csv_pass(atn_csv *csv, int64_t n_lines);

/* Appends to marks the places of all bytes in data[from, to) that are no plain text: separators, quotes, and control characters up to CR.
 * Room for to - from + 64 marks is required behind *n. Places are counted from data; to is below 2^32. *high: or-ed, whether a byte is
 * above 127. */
void atn_csv_marks(const char *data, size_t from, size_t to, char separator, uint32_t *marks, size_t *n,
                   bool *high);

#endif
