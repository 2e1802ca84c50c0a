/* CSV reader: a machine over one buffer that may stop behind any byte and go on when more is fed.
 *
 *     buf   a,"b ""c""",Hu            NUL
 *           ^           ^  ^           a quote pair is noted, not undone, until the record is complete: so `raw` stays the
 *           record   field scan,len    record as written, and a record in one piece is never copied
 *
 *               separator                     separator
 *           +---------------+     +-------------------------------+
 *           v               |     v                               |
 *     AT_RECORD --> AT_FIELD --> IN_PLAIN      IN_QUOTES <--> AFTER_QUOTE        (AT_START: byte order mark, sep=)
 *           ^           |           |            ^   quote          |
 *           |           +-----------|-- quote ---+                  |
 *           +---- end of line ------+-------------------------------+
 *
 * Behind the last byte stands a NUL, so that the loop over plain bytes needs no bound: a NUL at len is the end of what was fed,
 * one before it is refused. State moves only when a step has succeeded: after a failure the next call fails in the same
 * way, at the same place.
 *
 * What is reported does not depend on how the bytes were cut into pieces. Two things take care of that: a field is measured against its
 * limit wherever the scan stops, before what stands there is judged; and bytes that are no text are judged when LOOK_AHEAD more are
 * known, or the end, which also is what the guess at their encoding sees.
 *
 * Memory. The buffer holds the records not yet taken and the unfinished one. Taken records are moved over when they are at least as long
 * as the rest, so that moving costs less than reading, and capacity stays below twice what is needed. */
#include "csv/csv.h"

#include <string.h>

enum { DEFAULT_FIELD_BYTES = 1 << 20, DEFAULT_COLUMNS = 4096, LOOK_AHEAD = 16 };

typedef enum place { AT_START, AT_RECORD, AT_FIELD, IN_PLAIN, IN_QUOTES, AFTER_QUOTE } place;

/* What a byte can mean; 0 is text. */
typedef enum meaning { TEXT, SEPARATOR, LINE_END, QUOTE, NUL_BYTE, HIGH_BYTE } meaning;

typedef struct span {
    size_t start;
    size_t len;     /* with quote pairs */
    size_t n_pairs; /* quotes written twice */
} span;

struct atn_csv {
    attain_allocator alloc;
    atn_csv_limits limits;
    uint8_t meaning[256];
    char separator;

    char *buf;
    size_t cap_buf;
    size_t len;
    size_t record; /* where the record begins */
    size_t field;  /* where the content of the field begins */
    size_t scan;   /* all before is scanned */
    size_t n_pairs;
    place place;
    bool is_last;    /* nothing follows what is in buf */
    bool waits;      /* the bytes at scan cannot be judged before more are fed */
    bool was_cr;     /* a LF that comes next belongs to the line end before it */
    bool has_breaks; /* line ends within the record */
    int64_t line;

    size_t n_fields;
    span *spans;
    atn_str *fields;
    bool *quoted;
    size_t cap_spans;
    size_t cap_fields;
    size_t cap_quoted;
    char *unquoted; /* fields with their quote pairs undone */
    size_t cap_unquoted;
};

/* A separator that could be part of a word would cut words. */
static bool can_separate(char c)
{
    const bool is_word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return c == '\t' || (c >= ' ' && c <= '~' && c != '"' && !is_word);
}

static void set_separator(atn_csv *csv, char separator)
{
    csv->separator = separator;
    memset(csv->meaning, TEXT, 128);
    memset(csv->meaning + 128, HIGH_BYTE, 128);
    csv->meaning[(unsigned char)separator] = SEPARATOR;
    csv->meaning['\r'] = csv->meaning['\n'] = LINE_END;
    csv->meaning['"'] = QUOTE;
    csv->meaning[0] = NUL_BYTE;
}

attain_status atn_csv_new(const attain_allocator *a, char separator, atn_csv_limits limits, atn_csv **out,
                          attain_error *err)
{
    const attain_allocator alloc = atn_alloc_default(a);
    if (separator != 0 && !can_separate(separator)) {
        return atn_error_set(
            err, ATTAIN_E_ARGUMENT,
            "byte 0x%02X cannot separate columns: a tab, a blank or an ASCII sign other than the quote "
            "is required",
            (unsigned)(unsigned char)separator);
    }
    atn_csv *const csv = atn_alloc_array(&alloc, 1, sizeof *csv);
    if (csv == NULL) {
        return atn_error_memory(err, "opening a CSV file");
    }
    csv->alloc = alloc;
    csv->limits.field_bytes = limits.field_bytes > 0 ? limits.field_bytes : DEFAULT_FIELD_BYTES;
    csv->limits.columns = limits.columns > 0 ? limits.columns : DEFAULT_COLUMNS;
    csv->line = 1;
    set_separator(csv, separator != 0 ? separator : ',');
    *out = csv;
    return ATTAIN_OK;
}

void atn_csv_free(atn_csv *csv)
{
    if (csv == NULL) {
        return;
    }
    const attain_allocator alloc = csv->alloc;
    atn_alloc_free_array(&alloc, csv->buf, csv->cap_buf, 1);
    atn_alloc_free_array(&alloc, csv->spans, csv->cap_spans, sizeof *csv->spans);
    atn_alloc_free_array(&alloc, csv->fields, csv->cap_fields, sizeof *csv->fields);
    atn_alloc_free_array(&alloc, csv->quoted, csv->cap_quoted, sizeof *csv->quoted);
    atn_alloc_free_array(&alloc, csv->unquoted, csv->cap_unquoted, 1);
    atn_alloc_free_array(&alloc, csv, 1, sizeof *csv);
}

/* Forgets the records that were taken, if that is cheap. */
static void drop_taken(atn_csv *csv)
{
    const size_t taken = csv->record;
    const size_t rest = csv->len - taken;
    if (taken == 0 || taken < rest) {
        return;
    }
    memmove(csv->buf, csv->buf + taken, rest);
    csv->record = 0;
    csv->field -= csv->field < taken ? csv->field : taken;
    csv->scan -= taken;
    csv->len = rest;
    for (size_t i = 0; i < csv->n_fields; i++) {
        csv->spans[i].start -= taken;
    }
}

attain_status atn_csv_feed(atn_csv *csv, const char *data, size_t len, bool last, attain_error *err)
{
    if (csv->is_last) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "bytes behind the piece that was said to be the last");
    }
    drop_taken(csv);
    if (len > SIZE_MAX - csv->len - 1 ||
        !atn_alloc_grow(&csv->alloc, (void **)&csv->buf, &csv->cap_buf, csv->len + len + 1, 1)) {
        return atn_error_memory(err, "reading CSV");
    }
    if (len > 0) {
        memcpy(csv->buf + csv->len, data, len);
    }
    csv->len += len;
    csv->buf[csv->len] = '\0';
    csv->is_last = last;
    csv->waits = false;
    return ATTAIN_OK;
}

static atn_str slice(const atn_csv *csv, size_t start, size_t end)
{
    return (atn_str){csv->buf + start, end - start};
}

/* CR, LF and CRLF in buf[start, end); *last is where the line begins on which end lies. */
static int64_t count_line_ends(const atn_csv *csv, size_t start, size_t end, size_t *last)
{
    int64_t n = 0;
    *last = start;
    for (size_t i = start; i < end; i++) {
        const char c = csv->buf[i];
        if (c == '\n' || (c == '\r' && csv->buf[i + 1] != '\n')) {
            n++;
            *last = i + 1;
        }
    }
    return n;
}

typedef struct spot {
    int32_t line;
    int32_t column;
} spot;

static int32_t to_int32(int64_t n)
{
    return n < INT32_MAX ? (int32_t)n : INT32_MAX;
}

static spot spot_of(const atn_csv *csv, size_t at)
{
    size_t line_start = 0;
    const int64_t line = csv->line + count_line_ends(csv, csv->record, at, &line_start);
    const size_t n_before = atn_utf8_count(slice(csv, line_start, at), at - line_start);
    return (spot){to_int32(line), to_int32((int64_t)n_before + 1)};
}

static attain_status fail(const atn_csv *csv, attain_status status, size_t at, const char *sentence,
                          attain_error *err)
{
    const spot s = spot_of(csv, at);
    return atn_error_at_text(err, status, ATN_STR(""), s.line, s.column, "%s", sentence);
}

/* Waits for the bytes that tell what the ill-formed ones at `at` are; refuses them when it has them. */
static attain_status judge_bytes(atn_csv *csv, size_t at, attain_error *err)
{
    size_t end = csv->len;
    if (end - at >= LOOK_AHEAD) {
        end = at + LOOK_AHEAD;
    } else if (!csv->is_last) {
        csv->waits = true;
        return ATTAIN_OK;
    }
    const spot s = spot_of(csv, at);
    const unsigned byte = (unsigned char)csv->buf[at];
    const atn_str seen = slice(csv, csv->record, end);
    /* A few bytes with a NUL among them do not make UTF-16. */
    const char *const guess = byte != 0 || seen.len >= 8 ? atn_utf8_guess(seen) : NULL;
    const char *const looks = guess != NULL ? "; the text looks like " : "";
    if (byte == 0) {
        return atn_error_at_text(err, ATTAIN_E_CONTROL, ATN_STR(""), s.line, s.column,
                                 "a NUL byte, where UTF-8 text is required%s%s", looks,
                                 guess != NULL ? guess : "");
    }
    return atn_error_at_text(err, ATTAIN_E_UTF8, ATN_STR(""), s.line, s.column,
                             "byte 0x%02X is not UTF-8, which is required%s%s", byte, looks,
                             guess != NULL ? guess : "");
}

static attain_status check_field_bytes(const atn_csv *csv, size_t end, attain_error *err)
{
    if (end - csv->field - csv->n_pairs <= csv->limits.field_bytes) {
        return ATTAIN_OK;
    }
    const bool in_quotes = csv->place == IN_QUOTES;
    const spot s = spot_of(csv, csv->field - in_quotes);
    return atn_error_at_text(err, ATTAIN_E_LIMIT, ATN_STR(""), s.line, s.column,
                             "the field that begins here has more than the %zu bytes allowed%s",
                             csv->limits.field_bytes, in_quotes ? "; is its quote ever closed?" : "");
}

static void add_field(atn_csv *csv, size_t end, bool quoted)
{
    csv->spans[csv->n_fields] = (span){csv->field, end - csv->field, csv->n_pairs};
    csv->quoted[csv->n_fields++] = quoted;
}

/* buf -> to, each pair of quotes becoming one; the length written. */
static size_t undo_pairs(const atn_csv *csv, span s, char *to)
{
    size_t n = 0;
    for (size_t i = s.start; i < s.start + s.len; i++) {
        to[n++] = csv->buf[i];
        i += csv->buf[i] == '"';
    }
    return n;
}

/* Spans -> fields. false: out of memory. */
static bool make_fields(atn_csv *csv, size_t record_len)
{
    size_t used = 0;
    for (size_t i = 0; i < csv->n_fields; i++) {
        const span s = csv->spans[i];
        csv->fields[i] = slice(csv, s.start, s.start + s.len);
        if (s.n_pairs > 0) {
            /* The record's length is room enough for all its fields, so that this grows once and what points here stays. */
            if (!atn_alloc_grow(&csv->alloc, (void **)&csv->unquoted, &csv->cap_unquoted, record_len, 1)) {
                return false;
            }
            csv->fields[i] = (atn_str){csv->unquoted + used, undo_pairs(csv, s, csv->unquoted + used)};
            used += csv->fields[i].len;
        }
    }
    return true;
}

/* The record whose last field ends at field_end and whose line ends at `end`, with a line end behind it or nothing. */
static attain_status end_record(atn_csv *csv, size_t field_end, size_t end, atn_csv_record *record,
                                bool *have, attain_error *err)
{
    add_field(csv, field_end, csv->place == AFTER_QUOTE);
    if (!make_fields(csv, end - csv->record)) {
        csv->n_fields--;
        return atn_error_memory(err, "reading a CSV record");
    }
    *record =
        (atn_csv_record){csv->fields, csv->quoted, csv->n_fields, csv->line, slice(csv, csv->record, end)};
    *have = true;
    size_t last = 0;
    csv->line += 1 + (csv->has_breaks ? count_line_ends(csv, csv->record, end, &last) : 0);
    csv->was_cr = csv->buf[end] == '\r';
    csv->scan = end < csv->len ? end + 1 : end;
    csv->record = csv->scan;
    csv->n_fields = 0;
    csv->place = AT_RECORD;
    return ATTAIN_OK;
}

/* A byte order mark, and the line sep=; that spreadsheets write to say what separates. */
static attain_status scan_start(atn_csv *csv, attain_error *err)
{
    const char *const buf = csv->buf;
    const size_t len = csv->len;
    if (memcmp(buf, "\xff\xfe", len < 2 ? len : 2) == 0 || memcmp(buf, "\xfe\xff", len < 2 ? len : 2) == 0) {
        csv->waits = len < 2 && !csv->is_last;
        if (len >= 2) {
            return fail(csv, ATTAIN_E_UTF8, 0,
                        "the text is UTF-16, UTF-8 is required: save it as \"CSV UTF-8\"", err);
        }
    }
    size_t at = 0;
    if (memcmp(buf, "\xef\xbb\xbf", len < 3 ? len : 3) == 0) {
        csv->waits = len < 3 && !csv->is_last;
        at = len < 3 ? 0 : 3;
    }
    const size_t rest = len - at;
    if (memcmp(buf + at, "sep=", rest < 4 ? rest : 4) == 0) {
        csv->waits = rest < 6 && !csv->is_last;
        const bool complete =
            rest >= 5 && (rest == 5 || csv->meaning[(unsigned char)buf[at + 5]] == LINE_END);
        if (!csv->waits && complete && can_separate(buf[at + 4])) {
            set_separator(csv, buf[at + 4]);
            csv->was_cr = rest > 5 && buf[at + 5] == '\r';
            csv->line = 2;
            at += rest > 5 ? 6 : 5;
        }
    }
    if (!csv->waits) {
        csv->record = csv->scan = at;
        csv->place = AT_RECORD;
    }
    return ATTAIN_OK;
}

/* Passes blank lines. */
static void begin_record(atn_csv *csv)
{
    const char c = csv->buf[csv->scan];
    const bool was_cr = csv->was_cr;
    csv->was_cr = false;
    if (c == '\n' || c == '\r') {
        csv->line += !(was_cr && c == '\n');
        csv->was_cr = c == '\r';
        csv->record = ++csv->scan;
        return;
    }
    csv->has_breaks = false;
    csv->place = AT_FIELD;
}

static attain_status begin_field(atn_csv *csv, attain_error *err)
{
    const size_t need = csv->n_fields + 1;
    if (need > csv->limits.columns) {
        const spot s = spot_of(csv, csv->scan);
        return atn_error_at_text(err, ATTAIN_E_LIMIT, ATN_STR(""), s.line, s.column,
                                 "the record has more than the %zu columns allowed", csv->limits.columns);
    }
    const attain_allocator *const a = &csv->alloc;
    if (need > csv->cap_spans || need > csv->cap_fields || need > csv->cap_quoted) {
        if (!atn_alloc_grow(a, (void **)&csv->spans, &csv->cap_spans, need, sizeof *csv->spans) ||
            !atn_alloc_grow(a, (void **)&csv->fields, &csv->cap_fields, need, sizeof *csv->fields) ||
            !atn_alloc_grow(a, (void **)&csv->quoted, &csv->cap_quoted, need, sizeof *csv->quoted)) {
            return atn_error_memory(err, "reading a CSV record");
        }
    }
    csv->n_pairs = 0;
    const bool opens = csv->scan < csv->len && csv->buf[csv->scan] == '"';
    csv->scan += opens;
    csv->field = csv->scan;
    csv->place = opens ? IN_QUOTES : IN_PLAIN;
    return ATTAIN_OK;
}

/* Most fields of most files go through here, one after the other: what they need is kept in locals. A parser. */
static attain_status scan_plain(atn_csv *csv, atn_csv_record *record, bool *have, attain_error *err)
{
    const unsigned char *const buf = (const unsigned char *)csv->buf;
    const uint8_t *const meanings = csv->meaning;
    const size_t room = csv->cap_quoted < csv->limits.columns ? csv->cap_quoted : csv->limits.columns;
    size_t at = csv->scan;
    for (;;) {
        while (meanings[buf[at]] == TEXT) {
            at++;
        }
        ATN_TRY(check_field_bytes(csv, at, err));
        csv->scan = at;
        switch ((meaning)meanings[buf[at]]) {
        case SEPARATOR:
            add_field(csv, at++, false);
            if (csv->n_fields == room || at == csv->len || buf[at] == '"') {
                csv->scan = at;
                csv->place = AT_FIELD;
                return ATTAIN_OK;
            }
            csv->field = csv->scan = at;
            break;
        case LINE_END: return end_record(csv, at, at, record, have, err);
        case QUOTE:
            return fail(
                csv, ATTAIN_E_CSV, at,
                "a quote inside a field without quotes: quote the whole field and write the quote twice",
                err);
        case HIGH_BYTE:
            if (atn_utf8_next(slice(csv, 0, csv->len), &at) < 0) {
                return judge_bytes(csv, at, err);
            }
            break;
        case TEXT:
        case NUL_BYTE: return at < csv->len ? judge_bytes(csv, at, err) : ATTAIN_OK;
        }
    }
}

static attain_status scan_quoted(atn_csv *csv, attain_error *err)
{
    const unsigned char *const buf = (const unsigned char *)csv->buf;
    size_t at = csv->scan;
    for (;;) {
        while (csv->meaning[buf[at]] <= SEPARATOR) {
            at++;
        }
        ATN_TRY(check_field_bytes(csv, at, err));
        csv->scan = at;
        switch ((meaning)csv->meaning[buf[at]]) {
        case QUOTE:
            csv->scan = at + 1;
            csv->place = AFTER_QUOTE;
            return ATTAIN_OK;
        case LINE_END:
            csv->has_breaks = true;
            at++;
            break;
        case HIGH_BYTE:
            if (atn_utf8_next(slice(csv, 0, csv->len), &at) < 0) {
                return judge_bytes(csv, at, err);
            }
            break;
        case TEXT:
        case SEPARATOR:
        case NUL_BYTE: return at < csv->len ? judge_bytes(csv, at, err) : ATTAIN_OK;
        }
    }
}

/* Behind a quote in a quoted field: was it the closing one? */
static attain_status scan_after_quote(atn_csv *csv, atn_csv_record *record, bool *have, attain_error *err)
{
    const size_t at = csv->scan;
    switch ((meaning)csv->meaning[(unsigned char)csv->buf[at]]) {
    case QUOTE:
        csv->n_pairs++;
        csv->scan++;
        csv->place = IN_QUOTES;
        return ATTAIN_OK;
    case SEPARATOR:
        add_field(csv, at - 1, true);
        csv->scan++;
        csv->place = AT_FIELD;
        return ATTAIN_OK;
    case LINE_END: return end_record(csv, at - 1, at, record, have, err);
    default:
        return fail(csv, ATTAIN_E_CSV, at,
                    "text behind the closing quote of a field; a separator or the end of the line is "
                    "required (a quote "
                    "inside a field is written twice)",
                    err);
    }
}

/* All bytes are scanned and no more will come. */
static attain_status scan_end(atn_csv *csv, atn_csv_record *record, bool *have, attain_error *err)
{
    if (csv->place == AT_FIELD) {
        ATN_TRY(begin_field(csv, err));
    }
    if (csv->place == IN_PLAIN || csv->place == IN_QUOTES) {
        ATN_TRY(check_field_bytes(csv, csv->len, err));
    }
    switch (csv->place) {
    case IN_PLAIN: return end_record(csv, csv->len, csv->len, record, have, err);
    case AFTER_QUOTE: return end_record(csv, csv->len - 1, csv->len, record, have, err);
    case IN_QUOTES:
        return fail(csv, ATTAIN_E_CSV, csv->field - 1, "the quote that opens here is never closed", err);
    default: return ATTAIN_OK;
    }
}

attain_status atn_csv_next(atn_csv *csv, atn_csv_record *record, bool *have, attain_error *err)
{
    bool found = false;
    while (!found && !csv->waits && csv->scan < csv->len) {
        switch (csv->place) {
        case AT_START: ATN_TRY(scan_start(csv, err)); break;
        case AT_RECORD: begin_record(csv); break;
        case AT_FIELD: ATN_TRY(begin_field(csv, err)); break;
        case IN_PLAIN: ATN_TRY(scan_plain(csv, record, &found, err)); break;
        case IN_QUOTES: ATN_TRY(scan_quoted(csv, err)); break;
        case AFTER_QUOTE: ATN_TRY(scan_after_quote(csv, record, &found, err)); break;
        }
    }
    if (!found && csv->is_last && csv->scan == csv->len) {
        ATN_TRY(scan_end(csv, record, &found, err));
    }
    *have = found;
    return ATTAIN_OK;
}

bool atn_csv_is_between(const atn_csv *csv)
{
    return csv->place == AT_RECORD && csv->scan == csv->len && !csv->waits && !csv->is_last;
}

char atn_csv_separator(const atn_csv *csv)
{
    return csv->separator;
}

int64_t atn_csv_line(const atn_csv *csv)
{
    return csv->line;
}

void atn_csv_pass(atn_csv *csv, int64_t n_lines)
{
    csv->line += n_lines;
    csv->was_cr = csv->was_cr && n_lines == 0;
}
