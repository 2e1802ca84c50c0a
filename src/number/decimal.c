/* Decimals in and out. A format is declared, never guessed: "90.000" is ninety thousand under vi and too precise for a count under
 * plain, and never ninety.
 *
 *   number  = [ "-" | U+2212 ] whole [ decimal-sign digits ]
 *   whole   = digits  |  1-3 digits, then (grouping-sign, exactly 3 digits) once or more
 *
 * Reading is two passes over a few bytes: the first finds the parts and every fault of form, the second forms the number. So a fault
 * of form is reported before "too precise", and that before "too large": the first is a slip of the pen, the others need the plan. */
#include "number/decimal.h"
#include "number/limb.h"

#include <string.h>

/* --- formats --- */

static bool is_number_byte(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+';
}

/* A decimal sign of one ASCII character and a grouping sign of one code point, different, neither of them part of a number. */
attain_status atn_decimal_check_format(const attain_number_format *format, attain_error *err)
{
    if (format == NULL) {
        return ATTAIN_OK;
    }
    const char decimal = format->decimal == '\0' ? '.' : format->decimal;
    if ((unsigned char)decimal < 0x20 || (unsigned char)decimal > 0x7e || is_number_byte(decimal)) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT,
                             "the decimal sign is byte %u, one visible ASCII character other than digits and "
                             "signs is required",
                             (unsigned)(unsigned char)decimal);
    }
    const char *const end = memchr(format->grouping, '\0', sizeof format->grouping);
    const atn_str grouping = {format->grouping,
                              end == NULL ? sizeof format->grouping : (size_t)(end - format->grouping)};
    size_t at = 0;
    if (grouping.len != 0 &&
        (atn_utf8_next(grouping, &at) < 0x20 || at != grouping.len || is_number_byte(grouping.data[0]))) {
        return atn_error_set(
            err, ATTAIN_E_ARGUMENT,
            "the grouping sign has %zu bytes that are not one code point other than digits and signs",
            grouping.len);
    }
    if (grouping.len == 1 && grouping.data[0] == decimal) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT,
                             "decimal and grouping sign are both '%c', they must differ", decimal);
    }
    return ATTAIN_OK;
}

/* --- reading --- */

typedef struct signs {
    char decimal;
    const char *grouping;
    size_t grouping_len; /* 0: none */
} signs;

static signs signs_of(const attain_number_format *format)
{
    signs s = {'.', "", 0};
    if (format != NULL) {
        s.decimal = format->decimal == '\0' ? '.' : format->decimal;
        s.grouping = format->grouping;
        while (s.grouping_len < sizeof format->grouping && format->grouping[s.grouping_len] != '\0') {
            s.grouping_len++;
        }
    }
    return s;
}

typedef struct parts {
    bool negative;
    size_t whole;     /* offset of the first digit */
    size_t whole_end; /* offset behind the whole part */
    size_t decimals;  /* offset of the first decimal; text.len if there is none */
} parts;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool stands_at(atn_str text, size_t at, const char *what, size_t len)
{
    return len != 0 && text.len - at >= len && memcmp(text.data + at, what, len) == 0;
}

static size_t skip_digits(atn_str text, size_t at)
{
    while (at < text.len && is_digit(text.data[at])) {
        at++;
    }
    return at;
}

/* What a byte that stands where a number should go on or end means. */
static atn_decimal_problem problem_of(atn_str text, size_t at, const signs *s)
{
    if (text.data[at] == 'e' || text.data[at] == 'E') {
        return ATN_DECIMAL_EXPONENT;
    }
    return stands_at(text, at, s->grouping, s->grouping_len) ? ATN_DECIMAL_GROUPING : ATN_DECIMAL_SYNTAX;
}

static atn_decimal_problem find_sign(atn_str text, parts *p, size_t *at)
{
    const size_t len = stands_at(text, 0, "-", 1) ? 1 : stands_at(text, 0, "\xe2\x88\x92", 3) ? 3 : 0;
    p->negative = len != 0;
    *at = 0;
    if (text.data[0] == '+' || len == text.len) {
        return ATN_DECIMAL_SIGN;
    }
    *at = len;
    const bool again =
        text.data[len] == '-' || text.data[len] == '+' || stands_at(text, len, "\xe2\x88\x92", 3);
    return len != 0 && again ? ATN_DECIMAL_SIGN : ATN_DECIMAL_OK;
}

/* *at goes from the first digit to behind the whole part, or to the grouping sign (or other byte) at fault. */
static atn_decimal_problem find_whole(atn_str text, const signs *s, size_t *at)
{
    const size_t start = *at;
    size_t end = skip_digits(text, start);
    if (end == start) {
        const atn_decimal_problem problem = problem_of(text, start, s);
        return problem == ATN_DECIMAL_EXPONENT ? ATN_DECIMAL_SYNTAX : problem;
    }
    size_t group_len = end - start;
    while (stands_at(text, end, s->grouping, s->grouping_len)) {
        *at = end;
        if (group_len > 3) {
            return ATN_DECIMAL_GROUPING;
        }
        const size_t group = end + s->grouping_len;
        end = skip_digits(text, group);
        if (end - group != 3) {
            return ATN_DECIMAL_GROUPING;
        }
        group_len = 3;
    }
    *at = end;
    return ATN_DECIMAL_OK;
}

static atn_decimal_problem find_parts(atn_str text, const signs *s, parts *p, size_t *at)
{
    *at = 0;
    if (text.len == 0) {
        return ATN_DECIMAL_EMPTY;
    }
    atn_decimal_problem problem = find_sign(text, p, at);
    p->whole = *at;
    if (problem == ATN_DECIMAL_OK) {
        problem = find_whole(text, s, at);
    }
    if (problem != ATN_DECIMAL_OK) {
        return problem;
    }
    p->whole_end = *at;
    p->decimals = text.len;
    if (*at < text.len && text.data[*at] == s->decimal) {
        p->decimals = *at + 1;
        const size_t end = skip_digits(text, p->decimals);
        if (end == p->decimals) {
            return ATN_DECIMAL_SYNTAX;
        }
        *at = end;
    }
    return *at == text.len ? ATN_DECIMAL_OK : problem_of(text, *at, s);
}

/* size = size * 10 + digit while it stays <= limit. */
static bool push_digit(uint64_t *size, unsigned digit, uint64_t limit)
{
    if (*size > (limit - digit) / 10) {
        return false;
    }
    *size = *size * 10 + digit;
    return true;
}

/* The parts as a whole number of 10^-decimals; *at is the digit that goes too far. */
static atn_decimal_problem form_number(atn_str text, const parts *p, unsigned decimals, int64_t *out,
                                       size_t *at)
{
    const uint64_t limit = p->negative ? UINT64_C(1) << 63 : INT64_MAX;
    uint64_t size = 0;
    for (size_t i = p->whole; i < text.len; i++) {
        if ((i < p->whole_end || i >= p->decimals) && is_digit(text.data[i]) &&
            !push_digit(&size, (unsigned)(text.data[i] - '0'), limit)) {
            *at = i;
            return ATN_DECIMAL_RANGE;
        }
    }
    for (size_t i = text.len - p->decimals; i < decimals; i++) {
        if (!push_digit(&size, 0, limit)) {
            *at = p->whole;
            return ATN_DECIMAL_RANGE;
        }
    }
    *out = p->negative ? (int64_t)(0 - size) : (int64_t)size;
    return ATN_DECIMAL_OK;
}

atn_decimal_problem atn_decimal_parse(atn_str text, const attain_number_format *format, unsigned decimals,
                                      int64_t *out, size_t *at)
{
    const signs s = signs_of(format);
    parts p;
    const atn_decimal_problem problem = find_parts(text, &s, &p, at);
    if (problem != ATN_DECIMAL_OK) {
        return problem;
    }
    if (text.len - p.decimals > decimals) {
        *at = p.decimals + decimals;
        return ATN_DECIMAL_TOO_PRECISE;
    }
    return form_number(text, &p, decimals, out, at);
}

#define ANY_MOST 9

atn_decimal_problem atn_decimal_parse_any(atn_str text, const attain_number_format *format, int64_t *out,
                                          unsigned *decimals, size_t *at)
{
    const signs s = signs_of(format);
    parts p;
    const atn_decimal_problem problem = find_parts(text, &s, &p, at);
    if (problem != ATN_DECIMAL_OK) {
        return problem;
    }
    const size_t n_decimals = text.len - p.decimals;
    if (n_decimals > ANY_MOST) {
        *at = p.decimals + ANY_MOST;
        return ATN_DECIMAL_TOO_PRECISE;
    }
    const atn_decimal_problem range = form_number(text, &p, (unsigned)n_decimals, out, at);
    if (range == ATN_DECIMAL_OK) {
        *decimals = (unsigned)n_decimals;
    }
    return range;
}

const char *atn_decimal_problem_text(atn_decimal_problem problem)
{
    switch (problem) {
    case ATN_DECIMAL_OK: return "it is a number";
    case ATN_DECIMAL_EMPTY: return "it is empty; a number has at least one digit";
    case ATN_DECIMAL_SYNTAX:
        return "a number is digits, with digits on both sides of a decimal sign, and nothing else";
    case ATN_DECIMAL_GROUPING:
        return "grouped digits are 1 to 3 and then exactly 3 behind each grouping sign, before the decimal "
               "sign only";
    case ATN_DECIMAL_TOO_PRECISE: return "it has more decimals than declared; zeros count as well";
    case ATN_DECIMAL_RANGE: return "it is too large: with its declared decimals it must fit 64 bits";
    case ATN_DECIMAL_EXPONENT: return "it has an exponent; numbers are written out in full";
    case ATN_DECIMAL_SIGN: return "a sign is one '-' with digits behind it, and never '+'";
    }
    return "it is no number";
}

/* --- printing --- */

/* 768 bits are 232 digits. */
#define DIGITS_CAP ((size_t)(ATN_WIDE_BITS / 3))
#define CHUNK_DIGITS 18

/* Writes the digits of |v| at the end of the field; returns the offset of the first. At least one digit. */
static size_t to_digits(const atn_wide *v, char digits[DIGITS_CAP])
{
    const atn_wide chunk = atn_wide_from_u64(atn_pow10_u64(CHUNK_DIGITS));
    size_t at = DIGITS_CAP;
    atn_wide rest = *v;
    rest.negative = false;
    do {
        atn_wide part;
        int64_t number = 0;
        atn_wide_divide(&rest, &part, &rest, &chunk);
        atn_wide_to_i64(&part, &number);
        for (unsigned i = 0; number != 0 || (i < CHUNK_DIGITS && rest.n != 0); i++) {
            digits[--at] = (char)('0' + number % 10);
            number /= 10;
        }
    } while (rest.n != 0);
    if (at == DIGITS_CAP) {
        digits[--at] = '0';
    }
    return at;
}

static void add_whole(atn_buf *out, const char *digits, size_t n, const signs *s)
{
    size_t at = (n + 2) % 3 + 1; /* 1-3 digits in front */
    if (s->grouping_len == 0 || n <= 3) {
        at = n;
    }
    atn_buf_add(out, digits, at);
    for (; at < n; at += 3) {
        atn_buf_add(out, s->grouping, s->grouping_len);
        atn_buf_add(out, digits + at, 3);
    }
}

/* Digits digits[0, n) with `decimals` decimals; zeros are put in front where there are too few. */
static void add_number(atn_buf *out, const char *digits, size_t n, unsigned decimals, bool trim,
                       const signs *s)
{
    const size_t n_whole = n > decimals ? n - decimals : 0;
    size_t n_zeros = n_whole == 0 ? decimals - n : 0;
    const char *rest = digits + n_whole;
    size_t n_rest = n - n_whole;
    while (trim && n_rest > 0 && rest[n_rest - 1] == '0') {
        n_rest--;
    }
    if (n_whole == 0) {
        atn_buf_char(out, '0');
    } else {
        add_whole(out, digits, n_whole, s);
    }
    if (n_rest == 0) {
        return;
    }
    atn_buf_char(out, s->decimal);
    for (; n_zeros > 0; n_zeros--) {
        atn_buf_char(out, '0');
    }
    atn_buf_add(out, rest, n_rest);
}

static void print(atn_buf *out, const atn_wide *v, unsigned decimals, bool trim, const signs *s)
{
    if (v->overflow) {
        atn_buf_text(out, "overflow");
        return;
    }
    char digits[DIGITS_CAP];
    const size_t at = to_digits(v, digits);
    if (v->negative) {
        atn_buf_char(out, '-');
    }
    add_number(out, digits + at, DIGITS_CAP - at, decimals, trim, s);
}

void atn_decimal_print(atn_buf *out, const atn_wide *v, unsigned decimals, const attain_number_format *format)
{
    const signs s = signs_of(format);
    print(out, v, decimals, false, &s);
}

void atn_decimal_print_ratio(atn_buf *out, const atn_ratio *r, unsigned digits, bool trim,
                             attain_rounding mode, const attain_number_format *format)
{
    const signs s = signs_of(format);
    atn_wide rounded;
    atn_ratio_round(&rounded, r, digits, mode);
    print(out, &rounded, digits, trim, &s);
}

void atn_decimal_print_wide(atn_buf *out, const atn_wide *v)
{
    const signs plain = signs_of(NULL);
    print(out, v, 0, false, &plain);
}
