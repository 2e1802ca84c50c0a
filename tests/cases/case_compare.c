/* Comparing what a way gave with what the case says.
 *
 * Expected numbers are written as an analyst has them (36/50, 0.72, 72 never as 72.0000001) and brought into the form in which the way
 * writes numbers: a reduced fraction, or a decimal rounded half away from zero. Then texts are compared, so there is no tolerance. This
 * is arithmetic of its own, on 64 bits and by long division: it shares nothing with the library. */
#include "cases/case.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- numbers ---- */

typedef struct fraction {
    bool negative;
    uint64_t num, den;
} fraction;

/* "12.5" as 125 and 10; *text behind it. False beyond 18 digits. */
static bool read_decimal(const char **text, uint64_t *mantissa, uint64_t *scale)
{
    unsigned n_digits = 0;
    bool in_decimals = false;
    *mantissa = 0;
    *scale = 1;
    for (; (**text >= '0' && **text <= '9') || (**text == '.' && !in_decimals && n_digits > 0); (*text)++) {
        if (**text == '.') {
            in_decimals = true;
            continue;
        }
        *mantissa = *mantissa * 10 + (uint64_t)(**text - '0');
        *scale *= in_decimals ? 10 : 1;
        n_digits++;
        if (n_digits > 18) {
            return false;
        }
    }
    return n_digits > 0;
}

static uint64_t divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* a / gcd * b / gcd ... : n/d of (a * b) / (c * d), reduced before it is multiplied. */
static void multiply_reduced(uint64_t a, uint64_t b, uint64_t c, uint64_t d, fraction *out)
{
    const uint64_t ac = divisor(a, c);
    const uint64_t bd = divisor(b, d);
    const uint64_t ad = divisor(a / ac, d / bd);
    const uint64_t bc = divisor(b / bd, c / ac);
    out->num = (a / ac / ad) * (b / bd / bc);
    out->den = (c / ac / bc) * (d / bd / ad);
}

static bool read_fraction(const char *text, fraction *out)
{
    uint64_t n;
    uint64_t n_scale;
    uint64_t d = 1;
    uint64_t d_scale = 1;
    out->negative = *text == '-';
    text += out->negative;
    if (!read_decimal(&text, &n, &n_scale)) {
        return false;
    }
    if (*text == '/') {
        text++;
        if (!read_decimal(&text, &d, &d_scale) || d == 0) {
            return false;
        }
    }
    if (*text != '\0') {
        return false;
    }
    multiply_reduced(n, d_scale, d, n_scale, out);
    return out->den <= UINT64_C(1000000000000000000);
}

/* A whole number of any length is its own text. */
static bool is_long_integer(const char *text)
{
    const char *const digits = text + (*text == '-');
    return *digits >= '1' && *digits <= '9' && digits[strspn(digits, "0123456789")] == '\0' &&
           strlen(text) < CASE_NUMBER_CAPACITY;
}

bool case_number_exact(const char *text, char *out)
{
    fraction f;
    if (is_long_integer(text)) {
        (void)snprintf(out, CASE_NUMBER_CAPACITY, "%s", text);
        return true;
    }
    if (!read_fraction(text, &f)) {
        return false;
    }
    const char *const sign = f.negative && f.num != 0 ? "-" : "";
    if (f.den == 1) {
        (void)snprintf(out, CASE_NUMBER_CAPACITY, "%s%" PRIu64, sign, f.num);
    } else {
        (void)snprintf(out, CASE_NUMBER_CAPACITY, "%s%" PRIu64 "/%" PRIu64, sign, f.num, f.den);
    }
    return true;
}

bool case_number_decimals(const char *text, unsigned digits, char *out)
{
    fraction f;
    char decimals[24] = "";
    if (is_long_integer(text)) {
        (void)snprintf(out, CASE_NUMBER_CAPACITY, "%s", text);
        return true;
    }
    if (!read_fraction(text, &f) || digits > 18) {
        return false;
    }
    uint64_t whole = f.num / f.den;
    uint64_t rest = f.num % f.den;
    for (unsigned i = 0; i < digits; i++) {
        rest *= 10; /* below 10^19 */
        decimals[i] = (char)('0' + rest / f.den);
        rest %= f.den;
    }
    bool carry = 2 * rest >= f.den;
    for (unsigned i = digits; i > 0 && carry; i--) {
        carry = decimals[i - 1] == '9';
        decimals[i - 1] = carry ? '0' : (char)(decimals[i - 1] + 1);
    }
    whole += carry;
    unsigned n = digits;
    while (n > 0 && decimals[n - 1] == '0') {
        n--;
    }
    decimals[n] = '\0';
    const char *const sign = f.negative && (whole != 0 || n > 0) ? "-" : "";
    (void)snprintf(out, CASE_NUMBER_CAPACITY, "%s%" PRIu64 "%s%s", sign, whole, n > 0 ? "." : "", decimals);
    return true;
}

bool case_number_double(const char *text, double *out)
{
    fraction f;
    const uint64_t limit = UINT64_C(1) << 53;
    if (!read_fraction(text, &f) || f.num >= limit || f.den >= limit) {
        return false;
    }
    *out = (double)f.num / (double)f.den;
    *out = f.negative && f.num != 0 ? -*out : *out;
    return true;
}

bool case_is_number_column(const char *name)
{
    static const char *const names[] = {"numerator",  "denominator", "value",  "low",
                                        "high",       "baseline",    "level",  "level_high",
                                        "attainment", "progress",    "change", "change_relative",
                                        "gap",        "path"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- reports ---- */

void case_bad(case_of *c, int line, const char *way, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fprintf(stderr, "%s:%d: %s: ", c->file, line, way);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    c->n_bad++;
}

static size_t find_column(const case_table *table, const char *name)
{
    for (size_t i = 0; i < table->header.n; i++) {
        if (strcmp(table->header.items[i], name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* ---- tables ---- */

static void compare_cell(case_of *c, int line, const char *column, const char *wanted, const char *got,
                         const case_way *way)
{
    char number[CASE_NUMBER_CAPACITY] = "";
    const char *text = strcmp(wanted, "-") == 0 ? "" : wanted;
    const bool infinite = strcmp(text, "inf") == 0 || strcmp(text, "-inf") == 0;
    if (infinite && way->numbers == CASE_DECIMALS) {
        text = "";
    } else if (case_is_number_column(column) && *text != '\0' && !infinite) {
        if (!(way->numbers == CASE_EXACT ? case_number_exact(text, number)
                                         : case_number_decimals(text, way->digits, number))) {
            case_bad(c, line, "case", "column %s: '%s' is no number", column, text);
            return;
        }
        text = number;
    }
    if (strcmp(text, got) != 0) {
        case_bad(c, line, way->name, "%s: got %s, wanted %s", column, *got == '\0' ? "-" : got,
                 *text == '\0' ? "-" : text);
    }
}

/* value, low and high stand in csv and json twice: as a decimal and exactly. */
static void compare_exact_cell(case_of *c, int line, const char *column, const char *wanted,
                               const case_table *got, size_t row, const case_way *way)
{
    const size_t at = find_column(got, case_print("%s_exact", column));
    const case_way exact = {way->name, CASE_EXACT, 0};
    if (at != SIZE_MAX && strcmp(wanted, "inf") != 0 && strcmp(wanted, "-inf") != 0) {
        compare_cell(c, line, column, wanted, got->rows[row].items[at], &exact);
    }
}

static void compare_row(case_of *c, const case_expectation *e, size_t row, const case_table *got,
                        const case_way *way)
{
    for (size_t i = 0; i < e->header.n; i++) {
        const char *const column = e->header.items[i];
        const char *const wanted = e->rows[row].items[i];
        const size_t at = find_column(got, column);
        if (at == SIZE_MAX) {
            case_bad(c, e->line, way->name, "the result has no column '%s'", column);
            return;
        }
        compare_cell(c, e->row_lines[row], column, wanted, got->rows[row].items[at], way);
        if (way->numbers == CASE_DECIMALS && case_is_number_column(column)) {
            compare_exact_cell(c, e->row_lines[row], column, wanted, got, row, way);
        }
    }
}

void case_compare(case_of *c, const case_expectation *e, const case_table *got, const case_way *way)
{
    if (got->n_rows != e->n_rows) {
        case_bad(c, e->line, way->name, "got %zu rows, wanted %zu", got->n_rows, e->n_rows);
    }
    for (size_t row = 0; row < e->n_rows && row < got->n_rows; row++) {
        compare_row(c, e, row, got, way);
    }
}

void case_compare_text(case_of *c, const case_expectation *e, const char *got, const char *way)
{
    for (size_t i = 0; i < e->contains.n; i++) {
        if (strstr(got, e->contains.items[i]) == NULL) {
            case_bad(c, e->line, way, "got '%s', which does not hold '%s'", got, e->contains.items[i]);
        }
    }
    for (size_t i = 0; i < e->lacks.n; i++) {
        if (strstr(got, e->lacks.items[i]) != NULL) {
            case_bad(c, e->line, way, "got '%s', which holds '%s'", got, e->lacks.items[i]);
        }
    }
}
