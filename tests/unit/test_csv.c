/* CSV: documents and what they say; the same however the bytes are cut; random records there and back; every refusal with
 * its place; memory that runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "csv/csv.h"

#include <stdlib.h>
#include <string.h>

static atn_str text(const char *s)
{
    return (atn_str){s, strlen(s)};
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 12;
}

/* ---- a document as one text: line: [field][field'] -> raw, ' marks quoted fields, then how it ended ---- */

static void describe_record(atn_buf *out, const atn_csv_record *r)
{
    atn_buf_printf(out, "%d:", (int)r->line);
    for (size_t i = 0; i < r->n_fields; i++) {
        atn_buf_char(out, '[');
        atn_buf_str(out, r->field[i]);
        atn_buf_text(out, r->quoted[i] ? "']" : "]");
    }
    atn_buf_text(out, " <");
    atn_buf_str(out, r->raw);
    atn_buf_text(out, ">\n");
}

/* Takes all records that are there; false after a failure. */
static bool take_records(atn_csv *csv, atn_buf *out)
{
    for (;;) {
        atn_csv_record record;
        bool have = false;
        attain_error err = {0};
        const attain_status status = atn_csv_next(csv, &record, &have, &err);
        if (status != ATTAIN_OK) {
            /* Failing is all it does from now on, in the same words. */
            attain_error again = {0};
            assert_int_equal(atn_csv_next(csv, &record, &have, &again), status);
            assert_string_equal(again.message, err.message);
            assert_int_equal(again.line, err.line);
            assert_int_equal(err.status, status);
            assert_int_equal(atn_csv_next(csv, &record, &have, NULL), status);
            atn_buf_printf(out, "%s %d:%d %s\n",
                           status == ATTAIN_E_CSV       ? "csv"
                           : status == ATTAIN_E_UTF8    ? "utf8"
                           : status == ATTAIN_E_CONTROL ? "control"
                           : status == ATTAIN_E_LIMIT   ? "limit"
                                                        : "other",
                           (int)err.line, (int)err.column, err.message);
            return false;
        }
        if (!have) {
            return true;
        }
        describe_record(out, &record);
    }
}

typedef struct cut {
    size_t first;    /* bytes in the first piece; 0: as all others */
    size_t piece;    /* bytes in the others */
    bool last_apart; /* the end is told by a piece of no bytes */
    atn_csv_limits limits;
} cut;

static void describe(atn_buf *out, atn_str document, cut c)
{
    out->len = 0;
    atn_buf_text(out, "");
    atn_csv *csv = NULL;
    assert_int_equal(atn_csv_new(NULL, ',', c.limits, &csv, NULL), ATTAIN_OK);
    size_t at = 0;
    bool good = true;
    bool last = false;
    while (good && !last) {
        const size_t wanted = at == 0 && c.first > 0 ? c.first : c.piece;
        const size_t n = wanted < document.len - at ? wanted : document.len - at;
        last = at == document.len || (!c.last_apart && at + n == document.len);
        /* A copy of just these bytes, so that a look beyond them is seen by the sanitizer. */
        char *const piece = malloc(n + 1);
        assert_non_null(piece);
        memcpy(piece, document.data + at, n);
        char *const exact = realloc(piece, n > 0 ? n : 1);
        assert_non_null(exact);
        assert_int_equal(atn_csv_feed(csv, exact, n, last, NULL), ATTAIN_OK);
        memset(exact, '#', n > 0 ? n : 1);
        free(exact);
        good = take_records(csv, out);
        at += n;
    }
    atn_csv_free(csv);
    assert_false(out->failed);
}

/* The same text for every size of pieces and every place of one cut. */
static void assert_says(atn_str document, atn_csv_limits limits, const char *expected)
{
    atn_buf out;
    atn_buf_init(&out, NULL);
    describe(&out, document, (cut){.piece = document.len + 1, .limits = limits});
    assert_string_equal(out.data, expected);
    for (size_t n = 1; n <= document.len + 1; n++) {
        describe(&out, document, (cut){.piece = n, .limits = limits});
        assert_string_equal(out.data, expected);
        describe(&out, document, (cut){.piece = n, .last_apart = true, .limits = limits});
        assert_string_equal(out.data, expected);
        describe(&out, document, (cut){.first = n, .piece = document.len + 1, .limits = limits});
        assert_string_equal(out.data, expected);
    }
    atn_buf_free(&out);
}

typedef struct document_case {
    const char *document;
    const char *says;
} document_case;

static void assert_all(const document_case *cases, size_t n, atn_csv_limits limits)
{
    for (size_t i = 0; i < n; i++) {
        assert_says(text(cases[i].document), limits, cases[i].says);
    }
}

#define ASSERT_ALL(cases, limits) assert_all((cases), sizeof(cases) / sizeof *(cases), (limits))
static const atn_csv_limits usual = {0, 0};

static void records_are_read(void **state)
{
    (void)state;
    static const document_case cases[] = {
        {"", ""},
        {"\n", ""},
        {"\r\n\r\r\n\n", ""},
        {"a", "1:[a] <a>\n"},
        {"a,b\n", "1:[a][b] <a,b>\n"},
        {"a,b", "1:[a][b] <a,b>\n"},
        {"a,b\r\nc,d\r\n", "1:[a][b] <a,b>\n2:[c][d] <c,d>\n"},
        {"a,b\rc,d\r", "1:[a][b] <a,b>\n2:[c][d] <c,d>\n"},
        {"a\n\r\nb\r\rc\r\n\nd", "1:[a] <a>\n3:[b] <b>\n5:[c] <c>\n7:[d] <d>\n"},
        {",", "1:[][] <,>\n"},
        {",,\n", "1:[][][] <,,>\n"},
        {"a,\n,b\n", "1:[a][] <a,>\n2:[][b] <,b>\n"},
        {"\"\"", "1:['] <\"\">\n"},
        {" a , b ", "1:[ a ][ b ] < a , b >\n"},
        {" \n", "1:[ ] < >\n"},
        {"a,b,c\nd\n", "1:[a][b][c] <a,b,c>\n2:[d] <d>\n"},
        {"'a','b'", "1:['a']['b'] <'a','b'>\n"},
        {"a;b\tc", "1:[a;b\tc] <a;b\tc>\n"},
        {"a\x1b[0m", "1:[a\x1b[0m] <a\x1b[0m>\n"},
        {"Thừa Thiên,Huế 🌾\n€", "1:[Thừa Thiên][Huế 🌾] <Thừa Thiên,Huế 🌾>\n2:[€] <€>\n"},
    };
    ASSERT_ALL(cases, usual);
}

static void quoted_fields_are_read(void **state)
{
    (void)state;
    static const document_case cases[] = {
        {"\"a\"", "1:[a'] <\"a\">\n"},
        {"\"a,b\",c", "1:[a,b'][c] <\"a,b\",c>\n"},
        {"a,\"\",c\n", "1:[a]['][c] <a,\"\",c>\n"},
        {"\"a \"\"b\"\" c\"\n", "1:[a \"b\" c'] <\"a \"\"b\"\" c\">\n"},
        {"\"\"\"\"", "1:[\"'] <\"\"\"\">\n"},
        {"\"\"\"\"\"\",\"x\"\"\"", "1:[\"\"'][x\"'] <\"\"\"\"\"\",\"x\"\"\">\n"},
        {"\"a\nb\",c\nd\n", "1:[a\nb'][c] <\"a\nb\",c>\n3:[d] <d>\n"},
        {"\"a\r\nb\r\r\n\nc\"\r\nd\r\n", "1:[a\r\nb\r\r\n\nc'] <\"a\r\nb\r\r\n\nc\">\n6:[d] <d>\n"},
        {"\"\r\"\r\"\n\"\n\"x\"", "1:[\r'] <\"\r\">\n3:[\n'] <\"\n\">\n5:[x'] <\"x\">\n"},
        {"\"Huế,\",\"Đà\"\"Nẵng\"", "1:[Huế,'][Đà\"Nẵng'] <\"Huế,\",\"Đà\"\"Nẵng\">\n"},
    };
    ASSERT_ALL(cases, usual);
}

static void the_first_line(void **state)
{
    (void)state;
    static const document_case cases[] = {
        {"\xef\xbb\xbf", ""},
        {"\xef\xbb\xbf"
         "a,b\n",
         "1:[a][b] <a,b>\n"},
        {"\xef\xbb\xbf\"a\"\n", "1:[a'] <\"a\">\n"},
        {"a\n\xef\xbb\xbf"
         "b",
         "1:[a] <a>\n2:[\xef\xbb\xbf"
         "b] <\xef\xbb\xbf"
         "b>\n"},
        {"\xef\xbb\xbf\xef\xbb\xbf"
         "a",
         "1:[\xef\xbb\xbf"
         "a] <\xef\xbb\xbf"
         "a>\n"},
        {"sep=;\na;b,c\n", "2:[a][b,c] <a;b,c>\n"},
        {"sep=;\r\na;b\r\n", "2:[a][b] <a;b>\n"},
        {"sep=;\ra;b", "2:[a][b] <a;b>\n"},
        {"sep=\t\n\na\tb", "3:[a][b] <a\tb>\n"},
        {"sep=|", ""},
        {"sep==\na=b", "2:[a][b] <a=b>\n"},
        {"sep=,\na,b", "2:[a][b] <a,b>\n"},
        {"\xef\xbb\xbfsep=;\na;b", "2:[a][b] <a;b>\n"},
        {"sep=", "1:[sep=] <sep=>\n"},
        {"sep=\na", "1:[sep=] <sep=>\n2:[a] <a>\n"},
        {"sep=\r\na", "1:[sep=] <sep=>\n2:[a] <a>\n"},
        {"sep=;;\na", "1:[sep=;;] <sep=;;>\n2:[a] <a>\n"},
        {"sep=;x,y", "1:[sep=;x][y] <sep=;x,y>\n"},
        {"sep=a\nb", "1:[sep=a] <sep=a>\n2:[b] <b>\n"},
        {"sep=9\nb", "1:[sep=9] <sep=9>\n2:[b] <b>\n"},
        {"sep=\x7f\nb", "1:[sep=\x7f] <sep=\x7f>\n2:[b] <b>\n"},
        {"se", "1:[se] <se>\n"},
        {"sex,y", "1:[sex][y] <sex,y>\n"},
        {"Sep=;\na;b", "1:[Sep=;] <Sep=;>\n2:[a;b] <a;b>\n"},
        {"\nsep=;\na;b", "2:[sep=;] <sep=;>\n3:[a;b] <a;b>\n"},
        {"\"sep=;\"\na;b", "1:[sep=;'] <\"sep=;\">\n2:[a;b] <a;b>\n"},
    };
    ASSERT_ALL(cases, usual);
}

#define BARE "a quote inside a field without quotes: quote the whole field and write the quote twice\n"
#define BEHIND                                                                                           \
    "text behind the closing quote of a field; a separator or the end of the line is required (a quote " \
    "inside a field is "                                                                                 \
    "written twice)\n"
#define OPEN "the quote that opens here is never closed\n"

static void what_is_no_csv_is_refused(void **state)
{
    (void)state;
    static const document_case cases[] = {
        {"a\"b", "csv 1:2 " BARE},
        {"a,b\nHuế\"x\",c", "1:[a][b] <a,b>\ncsv 2:4 " BARE},
        {" \"a\"", "csv 1:2 " BARE},
        {"\"a\"b", "csv 1:4 " BEHIND},
        {"\"a\" ,b", "csv 1:4 " BEHIND},
        {"\"\"\"a\"Huế", "csv 1:6 " BEHIND},
        {"\"a\nb\"c", "csv 2:3 " BEHIND},
        {"\"", "csv 1:1 " OPEN},
        {"\"\"\"", "csv 1:1 " OPEN},
        {"a,b\nc,\"d\ne,f\ng,h\n", "1:[a][b] <a,b>\ncsv 2:3 " OPEN},
        {"\"x\r\ny\",Huế,\"d\re,f", "csv 2:8 " OPEN},
        {"sep=;\n\"a", "csv 2:1 " OPEN},
        {"\xef\xbb\xbf\"a", "csv 1:1 " OPEN},
    };
    ASSERT_ALL(cases, usual);
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    (void)state;
#define CASE(document, says)                       \
    {                                              \
        {(document), sizeof(document) - 1}, (says) \
    }
    static const struct {
        atn_str document;
        const char *says;
    } cases[] = {
        CASE("a,b\0c,and so on and so on", "control 1:4 a NUL byte, where UTF-8 text is required\n"),
        CASE("a\nHu\xe1\xba\xbf\0", "1:[a] <a>\ncontrol 2:4 a NUL byte, where UTF-8 text is required\n"),
        CASE("\"a\nb\0\"", "control 2:2 a NUL byte, where UTF-8 text is required\n"),
        CASE("u\0n\0i\0t\0,\0m\0\n\0",
             "control 1:2 a NUL byte, where UTF-8 text is required; the text looks like UTF-16\n"),
        CASE("\xff\xfeu\0n\0", "utf8 1:1 the text is UTF-16, UTF-8 is required: save it as \"CSV UTF-8\"\n"),
        CASE("\xfe\xff\0u\0n", "utf8 1:1 the text is UTF-16, UTF-8 is required: save it as \"CSV UTF-8\"\n"),
        CASE("\xff", "utf8 1:1 byte 0xFF is not UTF-8, which is required; the text looks like Windows-1258 "
                     "or TCVN3\n"),
        CASE("\xef\xbb", "utf8 1:1 byte 0xEF is not UTF-8, which is required; the text looks like "
                         "Windows-1258 or TCVN3\n"),
        CASE("a,b\nTh\xf5\x61 Thi\xean,x\n", "1:[a][b] <a,b>\nutf8 2:3 byte 0xF5 is not UTF-8, which is "
                                             "required; the text looks like Windows-1258 or TCVN3\n"),
        CASE("\"Hu\xea\xb5,x\"", "utf8 1:4 byte 0xEA is not UTF-8, which is required; the text looks like "
                                 "Windows-1258 or TCVN3\n"),
        CASE("\x1b\xc0\x80", "utf8 1:2 byte 0xC0 is not UTF-8, which is required\n"),
        CASE("Hu\xe1\xba\xbf,\xed\xa0\x80\x01,b,c,d,e,f,g,h",
             "utf8 1:5 byte 0xED is not UTF-8, which is required\n"),
        CASE("a\n\xf0\x9f\x8c",
             "1:[a] <a>\nutf8 2:1 byte 0xF0 is not UTF-8, which is required; the text looks like "
             "Windows-1258 or TCVN3\n"),
    };
#undef CASE
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_says(cases[i].document, usual, cases[i].says);
    }
}

static void limits_hold(void **state)
{
    (void)state;
    static const document_case cases[] = {
        {"12345,a\n", "1:[12345][a] <12345,a>\n"},
        {"12345", "1:[12345] <12345>\n"},
        {"\"12345\"", "1:[12345'] <\"12345\">\n"},
        {"\"1\"\"3\"\"5\"", "1:[1\"3\"5'] <\"1\"\"3\"\"5\">\n"},
        {"a,123456\n", "limit 1:3 the field that begins here has more than the 5 bytes allowed\n"},
        {"a,123456", "limit 1:3 the field that begins here has more than the 5 bytes allowed\n"},
        {"Huế,b\n123456\"",
         "1:[Huế][b] <Huế,b>\nlimit 2:1 the field that begins here has more than the 5 bytes allowed\n"},
        {"1234ế,x", "limit 1:1 the field that begins here has more than the 5 bytes allowed\n"},
        {"1234ế\"", "limit 1:1 the field that begins here has more than the 5 bytes allowed\n"},
        {"1234ế", "limit 1:1 the field that begins here has more than the 5 bytes allowed\n"},
        {"12345\"", "csv 1:6 " BARE},
        {"a\nb,\"12\n3\n4\"\n", "1:[a] <a>\nlimit 2:3 the field that begins here has more than the 5 bytes "
                                "allowed; is its quote ever closed?\n"},
        {"\"1234\"\"\"\"", "limit 1:1 the field that begins here has more than the 5 bytes allowed; is its "
                           "quote ever closed?\n"},
        {"\"12345", "csv 1:1 " OPEN},
        {"a,b,c", "1:[a][b][c] <a,b,c>\n"},
        {"a,b,\n", "1:[a][b][] <a,b,>\n"},
        {"a,b,c,d", "limit 1:7 the record has more than the 3 columns allowed\n"},
        {"a,b,c,", "limit 1:7 the record has more than the 3 columns allowed\n"},
        {"a\nế,\"b\",\"c\",\"d\"", "1:[a] <a>\nlimit 2:11 the record has more than the 3 columns allowed\n"},
    };
    ASSERT_ALL(cases, ((atn_csv_limits){.field_bytes = 5, .columns = 3}));
}

static void usual_limits(void **state)
{
    (void)state;
    atn_csv *csv = NULL;
    atn_csv_record record;
    bool have = false;
    attain_error err;
    char *const big = malloc((1 << 20) + 1);
    assert_non_null(big);
    memset(big, 'x', (1 << 20) + 1);
    for (int extra = 0; extra <= 1; extra++) {
        assert_int_equal(atn_csv_new(NULL, 0, usual, &csv, &err), ATTAIN_OK);
        have = false;
        assert_int_equal(atn_csv_feed(csv, big, (1 << 20) + (size_t)extra, true, &err), ATTAIN_OK);
        assert_int_equal(atn_csv_next(csv, &record, &have, &err), extra ? ATTAIN_E_LIMIT : ATTAIN_OK);
        assert_int_equal(have, !extra);
        atn_csv_free(csv);
    }
    memset(big, ',', 4096);
    for (int extra = 0; extra <= 1; extra++) {
        assert_int_equal(atn_csv_new(NULL, ',', usual, &csv, &err), ATTAIN_OK);
        assert_int_equal(atn_csv_feed(csv, big, 4095 + (size_t)extra, true, &err), ATTAIN_OK);
        have = false;
        assert_int_equal(atn_csv_next(csv, &record, &have, &err), extra ? ATTAIN_E_LIMIT : ATTAIN_OK);
        assert_true(extra ? err.column == 4097 : have && record.n_fields == 4096);
        atn_csv_free(csv);
    }
    free(big);
}

static void separators(void **state)
{
    (void)state;
    static const char good[] = ",;\t| :^!'=";
    for (size_t i = 0; i < sizeof good - 1; i++) {
        atn_csv *csv = NULL;
        assert_int_equal(atn_csv_new(NULL, good[i], usual, &csv, NULL), ATTAIN_OK);
        const char line[] = {'a', good[i], 'b', '\n'};
        assert_int_equal(atn_csv_feed(csv, line, sizeof line, true, NULL), ATTAIN_OK);
        atn_csv_record record;
        bool have = false;
        assert_int_equal(atn_csv_next(csv, &record, &have, NULL), ATTAIN_OK);
        assert_true(have);
        assert_int_equal(record.n_fields, 2);
        atn_csv_free(csv);
    }
    static const char bad[] = "\"\r\na9Z\x01\x7f\x80\xff";
    for (size_t i = 0; i < sizeof bad - 1; i++) {
        atn_csv *csv = NULL;
        attain_error err = {0};
        assert_int_equal(atn_csv_new(NULL, bad[i], usual, &csv, &err), ATTAIN_E_ARGUMENT);
        assert_non_null(strstr(err.message, "cannot separate"));
        assert_null(csv);
    }
    atn_csv_free(NULL);
}

static void nothing_may_follow_the_last_piece(void **state)
{
    (void)state;
    atn_csv *csv = NULL;
    attain_error err = {0};
    atn_csv_record record;
    bool have = false;
    assert_int_equal(atn_csv_new(NULL, ',', usual, &csv, NULL), ATTAIN_OK);
    assert_int_equal(atn_csv_next(csv, &record, &have, NULL), ATTAIN_OK);
    assert_false(have);
    assert_int_equal(atn_csv_feed(csv, "a", 1, true, NULL), ATTAIN_OK);
    assert_int_equal(atn_csv_feed(csv, "b", 1, true, &err), ATTAIN_E_ARGUMENT);
    assert_non_null(strstr(err.message, "last"));
    assert_int_equal(atn_csv_next(csv, &record, &have, NULL), ATTAIN_OK);
    assert_true(have);
    assert_int_equal(record.raw.len, 1);
    assert_int_equal(atn_csv_next(csv, &record, &have, NULL), ATTAIN_OK);
    assert_false(have);
    atn_csv_free(csv);
}

/* ---- memory ---- */

/* Fails once, at allocation number fail_at; counts what is out. */
typedef struct meter {
    size_t n_calls;
    size_t fail_at;
    size_t bytes;
    size_t most_bytes;
} meter;

static void *metered(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    meter *const m = ctx;
    if (new_size > 0 && ++m->n_calls == m->fail_at) {
        return NULL;
    }
    m->bytes += new_size - old_size;
    m->most_bytes = m->bytes > m->most_bytes ? m->bytes : m->most_bytes;
    if (new_size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_size);
}

/* Reads the document piece by piece, trying again what failed for want of memory; the number of such failures. */
static size_t read_stubbornly(meter *m, atn_str document, atn_buf *out)
{
    const attain_allocator a = {m, metered};
    size_t n_failures = 0;
    atn_csv *csv = NULL;
    attain_error err = {0};
    out->len = 0;
    while (atn_csv_new(&a, ',', usual, &csv, &err) != ATTAIN_OK) {
        assert_int_equal(err.status, ATTAIN_E_MEMORY);
        n_failures++;
    }
    for (size_t at = 0; at <= document.len; at += 7) {
        const size_t n = document.len - at < 7 ? document.len - at : 7;
        while (atn_csv_feed(csv, document.data + at, n, at + 7 > document.len, &err) != ATTAIN_OK) {
            assert_int_equal(err.status, ATTAIN_E_MEMORY);
            n_failures++;
        }
        for (bool have = true; have;) {
            atn_csv_record record;
            have = false;
            while (atn_csv_next(csv, &record, &have, &err) != ATTAIN_OK) {
                assert_int_equal(err.status, ATTAIN_E_MEMORY);
                n_failures++;
            }
            if (have) {
                describe_record(out, &record);
            }
        }
    }
    atn_csv_free(csv);
    assert_int_equal(m->bytes, 0);
    return n_failures;
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    const atn_str document = text("a,b,\"c\"\"c\"\n1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,"
                                  "23,24,25,26,27,28,29,30,31,32,33\n"
                                  "\"a longer field, with \"\"quotes\"\" in it, more of them than before: "
                                  "\"\"\"\"\"\"\"\"\",x,\"\"\"\"\n,");
    atn_buf expected;
    atn_buf out;
    atn_buf_init(&expected, NULL);
    atn_buf_init(&out, NULL);
    meter m = {0};
    assert_int_equal(read_stubbornly(&m, document, &expected), 0);
    const size_t n_calls = m.n_calls;
    assert_true(n_calls > 8);
    for (size_t fail_at = 1; fail_at <= n_calls; fail_at++) {
        m = (meter){.fail_at = fail_at};
        assert_int_equal(read_stubbornly(&m, document, &out), 1);
        assert_int_equal(out.len, expected.len);
        assert_memory_equal(out.data, expected.data, out.len);
    }
    atn_buf_free(&expected);
    atn_buf_free(&out);
}

/* 200,000 records through a reader that never holds more than a few pieces, also when the pieces are cut badly. */
static void memory_does_not_grow_with_the_file(void **state)
{
    (void)state;
    static const char line[] = "VN.46,workers,\"2025-H1\",1874\n";
    enum { N_LINES = 200, N_ROUNDS = 1000 };
    static char piece[N_LINES * (sizeof line - 1)];
    for (size_t i = 0; i < N_LINES; i++) {
        memcpy(piece + i * (sizeof line - 1), line, sizeof line - 1);
    }
    meter m = {0};
    const attain_allocator a = {&m, metered};
    atn_csv *csv = NULL;
    assert_int_equal(atn_csv_new(&a, ',', usual, &csv, NULL), ATTAIN_OK);
    int64_t n_records = 0;
    for (int i = 0; i < N_ROUNDS; i++) {
        const size_t cut_at = (size_t)i % sizeof piece;
        for (int half = 0; half < 2; half++) {
            assert_int_equal(atn_csv_feed(csv, half ? piece + cut_at : piece,
                                          half ? sizeof piece - cut_at : cut_at, half && i == N_ROUNDS - 1,
                                          NULL),
                             ATTAIN_OK);
            atn_csv_record record;
            bool have = true;
            while (atn_csv_next(csv, &record, &have, NULL) == ATTAIN_OK && have) {
                assert_int_equal(record.n_fields, 4);
                assert_int_equal(record.line, ++n_records);
            }
        }
    }
    assert_int_equal(n_records, N_LINES * N_ROUNDS);
    assert_true(m.most_bytes < 4 * sizeof piece + 2048);
    atn_csv_free(csv);
    assert_int_equal(m.bytes, 0);
}

/* ---- random tables ---- */

/* Signs that make trouble, and some that should make none. */
static size_t random_field(uint32_t *seed, char *to)
{
    static const char *const signs[] = {"a", "b", "7", ",", "\"",           "\n",   "\r", " ",
                                        ";", "ế", "Đ", "🌾", "\xef\xbb\xbf", "sep=", "'",  "\t"};
    size_t len = 0;
    for (uint32_t n = next_random(seed) % 6; n > 0; n--) {
        const char *const sign = signs[next_random(seed) % (sizeof signs / sizeof *signs)];
        memcpy(to + len, sign, strlen(sign));
        len += strlen(sign);
    }
    return len;
}

enum { MOST_RECORDS = 6, MOST_FIELDS = 5, MOST_BYTES = 6 * 4 };

typedef struct table {
    size_t n_records;
    size_t n_fields[MOST_RECORDS];
    size_t len[MOST_RECORDS][MOST_FIELDS];
    char bytes[MOST_RECORDS][MOST_FIELDS][MOST_BYTES];
} table;

/* Quoted where a reader would take it for something else without: separators, quotes and line ends; and what stands first in a line and is
 * empty or begins with a mark or with `sep=`. */
static void write_field(atn_buf *out, atn_str field, bool first)
{
    bool quote = first && (field.len == 0 || atn_str_starts(field, ATN_STR("sep=")) ||
                           atn_str_starts(field, ATN_STR("\xef\xbb\xbf")));
    for (size_t i = 0; i < field.len; i++) {
        quote = quote || strchr(",\"\n\r", field.data[i]) != NULL;
    }
    atn_buf_text(out, first ? "" : ",");
    atn_buf_text(out, quote ? "\"" : "");
    for (size_t i = 0; i < field.len; i++) {
        atn_buf_add(out, field.data + i, 1);
        if (field.data[i] == '"') {
            atn_buf_char(out, '"');
        }
    }
    atn_buf_text(out, quote ? "\"" : "");
}

static void write_random(table *t, uint32_t *seed, atn_buf *document)
{
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    const char *const end = ends[next_random(seed) % 3];
    document->len = 0;
    t->n_records = 1 + next_random(seed) % MOST_RECORDS;
    for (size_t r = 0; r < t->n_records; r++) {
        t->n_fields[r] = 1 + next_random(seed) % MOST_FIELDS;
        for (size_t f = 0; f < t->n_fields[r]; f++) {
            t->len[r][f] = random_field(seed, t->bytes[r][f]);
            write_field(document, (atn_str){t->bytes[r][f], t->len[r][f]}, f == 0);
        }
        if (r + 1 < t->n_records || next_random(seed) % 2 == 0) {
            atn_buf_text(document, end);
        }
    }
    assert_false(document->failed);
}

static void assert_reads_back(const table *t, atn_str document, size_t piece)
{
    atn_csv *csv = NULL;
    assert_int_equal(atn_csv_new(NULL, ',', usual, &csv, NULL), ATTAIN_OK);
    size_t r = 0;
    for (size_t at = 0; at < document.len; at += piece) {
        const size_t n = document.len - at < piece ? document.len - at : piece;
        assert_int_equal(atn_csv_feed(csv, document.data + at, n, at + n == document.len, NULL), ATTAIN_OK);
        atn_csv_record record;
        for (bool have = true; atn_csv_next(csv, &record, &have, NULL) == ATTAIN_OK && have; r++) {
            assert_true(r < t->n_records);
            assert_int_equal(record.n_fields, t->n_fields[r]);
            for (size_t f = 0; f < record.n_fields; f++) {
                assert_int_equal(record.field[f].len, t->len[r][f]);
                assert_memory_equal(record.field[f].data, t->bytes[r][f], t->len[r][f]);
            }
        }
    }
    assert_int_equal(r, t->n_records);
    atn_csv_free(csv);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    atn_buf document;
    atn_buf_init(&document, NULL);
    static table t;
    uint32_t seed = 20250701;
    for (int round = 0; round < 400; round++) {
        write_random(&t, &seed, &document);
        for (size_t piece = 1; piece <= document.len; piece++) {
            assert_reads_back(&t, (atn_str){document.data, document.len}, piece);
        }
    }
    atn_buf_free(&document);
}

/* Bytes of any kind: whatever is said, it is said for every cut. */
static void any_bytes_say_the_same_in_pieces(void **state)
{
    (void)state;
    static const char bytes[] = "aab,,,\"\"\"\"\n\r\xc3\xa9\xe1\xba\xbf\xef\xbb\xbf\xff\0;=";
    atn_buf whole;
    atn_buf cut_up;
    atn_buf_init(&whole, NULL);
    atn_buf_init(&cut_up, NULL);
    uint32_t seed = 42;
    for (int round = 0; round < 3000; round++) {
        char document[40];
        const size_t start = next_random(&seed) % 4 == 0 ? 4 : 0;
        memcpy(document, "sep=", 4);
        const size_t len = start + next_random(&seed) % (sizeof document - 4);
        for (size_t i = start; i < len; i++) {
            document[i] = bytes[next_random(&seed) % (sizeof bytes - 1)];
        }
        const atn_csv_limits limits = {1 + next_random(&seed) % 12, 1 + next_random(&seed) % 6};
        describe(&whole, (atn_str){document, len}, (cut){.piece = len + 1, .limits = limits});
        for (size_t piece = 1; piece <= 20; piece += 1 + next_random(&seed) % 5) {
            describe(&cut_up, (atn_str){document, len},
                     (cut){.piece = piece, .last_apart = round % 2 == 0, .limits = limits});
            assert_int_equal(cut_up.len, whole.len);
            assert_memory_equal(cut_up.data, whole.data, whole.len);
        }
    }
    atn_buf_free(&whole);
    atn_buf_free(&cut_up);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_read),
        cmocka_unit_test(quoted_fields_are_read),
        cmocka_unit_test(the_first_line),
        cmocka_unit_test(what_is_no_csv_is_refused),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(usual_limits),
        cmocka_unit_test(separators),
        cmocka_unit_test(nothing_may_follow_the_last_piece),
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test(memory_does_not_grow_with_the_file),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(any_bytes_say_the_same_in_pieces),
    };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
