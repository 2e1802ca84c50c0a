/* What tests assert, over cmocka: a failure prints what was got and what was wanted in the words of the domain. */
#ifndef TEST_CHECK_H
#define TEST_CHECK_H

/* cmocka.h wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include <attain/attain.h>
#include <inttypes.h>
#include <string.h>

/* expr is a call that was given &err (or NULL as err). */
#define check_ok(expr, err) check_status_at((expr), ATTAIN_OK, (err), #expr, __FILE__, __LINE__)
#define check_fails(expr, wanted, err) check_status_at((expr), (wanted), (err), #expr, __FILE__, __LINE__)

static inline void check_status_at(attain_status got, attain_status wanted, const attain_error *err,
                                   const char *expr, const char *file, int line)
{
    if (got != wanted) {
        print_error("%s: got %s, wanted %s: %s\n", expr, attain_status_name(got), attain_status_name(wanted),
                    got != ATTAIN_OK && err != NULL ? err->message : "");
        _fail(file, line);
    }
    /* Every failure says so in the error as well, in one sentence. */
    if (got != ATTAIN_OK && err != NULL && (err->status != got || err->message[0] == '\0')) {
        print_error("%s: returned %s, but the error holds %s '%s'\n", expr, attain_status_name(got),
                    attain_status_name(err->status), err->message);
        _fail(file, line);
    }
}

/* Bytes with a length against a literal. */
#define check_text(data, len, wanted) check_text_at((data), (len), (wanted), __FILE__, __LINE__)
#define check_str(s, wanted) check_text_at((s).data, (s).len, (wanted), __FILE__, __LINE__)

static inline void check_text_at(const char *data, size_t len, const char *wanted, const char *file, int line)
{
    if (len != strlen(wanted) || (len != 0 && memcmp(data, wanted, len) != 0)) {
        print_error("got    '%.*s'\nwanted '%s'\n", (int)len, data == NULL ? "" : data, wanted);
        _fail(file, line);
    }
}

/* A text that must hold a part, for messages whose exact words belong to golden files. */
#define check_contains(text, part) check_contains_at((text), (part), __FILE__, __LINE__)

static inline void check_contains_at(const char *text, const char *part, const char *file, int line)
{
    if (strstr(text, part) == NULL) {
        print_error("'%s'\ndoes not hold '%s'\n", text, part);
        _fail(file, line);
    }
}

/* Bit for bit: no tolerance, and 0 is not -0. */
#define check_double(got, wanted) check_double_at((got), (wanted), __FILE__, __LINE__)

static inline void check_double_at(double got, double wanted, const char *file, int line)
{
    uint64_t got_bits;
    uint64_t wanted_bits;
    memcpy(&got_bits, &got, sizeof got);
    memcpy(&wanted_bits, &wanted, sizeof wanted);
    if (got_bits != wanted_bits) {
        print_error("got %.17g (%016" PRIx64 "), wanted %.17g (%016" PRIx64 ")\n", got, got_bits, wanted,
                    wanted_bits);
        _fail(file, line);
    }
}

#define check_fraction(got, wanted_num, wanted_den) \
    check_fraction_at((got), (wanted_num), (wanted_den), __FILE__, __LINE__)

static inline void check_fraction_at(attain_fraction got, int64_t num, int64_t den, const char *file,
                                     int line)
{
    if (got.num != num || got.den != den) {
        print_error("got %" PRId64 "/%" PRId64 ", wanted %" PRId64 "/%" PRId64 "\n", got.num, got.den, num,
                    den);
        _fail(file, line);
    }
}

#endif
