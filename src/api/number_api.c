/* Numbers and periods by text: arguments are checked here, faults get their place and sentence, the work is done in number/ and
 * calendar/.
 *
 * Printing goes to a buffer of the caller. The rooms below print into an atn_buf; here it stands on a block of the stack, through an
 * allocator that knows only that block. So nothing is allocated. */
#include "base/error.h"
#include "calendar/calendar.h"
#include "number/decimal.h"

#include <string.h>

#define MOST_DECIMALS 18
/* 19 digits, a sign, six grouping signs of 4 bytes, a decimal sign and the NUL; a range of two days is shorter. */
#define PRINT_BYTES 128

typedef struct stack_block {
    char bytes[PRINT_BYTES];
} stack_block;

static void *stack_realloc(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    (void)ptr;
    (void)old_size;
    return new_size == 0 || new_size > PRINT_BYTES ? NULL : ((stack_block *)ctx)->bytes;
}

static atn_buf buf_on(stack_block *block)
{
    const attain_allocator a = {block, stack_realloc};
    atn_buf buf;
    atn_buf_init(&buf, &a);
    return buf;
}

/* Copies what was printed; `what` names it in messages. */
static attain_status deliver(const atn_buf *printed, const char *what, char *buf, size_t cap, size_t *len,
                             attain_error *err)
{
    if (printed->failed) {
        return atn_error_memory(err, "printing");
    }
    if (buf == NULL || cap < printed->len + 1) {
        return atn_error_set(err, ATTAIN_E_CAPACITY,
                             "%s '%.*s' needs %zu bytes with its NUL, the buffer has %zu", what,
                             (int)printed->len, printed->data, printed->len + 1, buf == NULL ? 0 : cap);
    }
    memcpy(buf, printed->data, printed->len + 1);
    if (len != NULL) {
        *len = printed->len;
    }
    return ATTAIN_OK;
}

/* --- decimals --- */

static attain_status check_format(const attain_number_format *format, unsigned decimals, attain_error *err)
{
    if (decimals > MOST_DECIMALS) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "decimals is %u, at most %d are possible", decimals,
                             MOST_DECIMALS);
    }
    return atn_decimal_check_format(format, err);
}

static attain_status status_of(atn_decimal_problem problem)
{
    switch (problem) {
    case ATN_DECIMAL_OK: return ATTAIN_OK;
    case ATN_DECIMAL_TOO_PRECISE: return ATTAIN_E_DIGITS;
    case ATN_DECIMAL_RANGE: return ATTAIN_E_RANGE;
    case ATN_DECIMAL_EMPTY:
    case ATN_DECIMAL_SYNTAX:
    case ATN_DECIMAL_GROUPING:
    case ATN_DECIMAL_EXPONENT:
    case ATN_DECIMAL_SIGN: return ATTAIN_E_NUMBER;
    }
    return ATTAIN_E_NUMBER;
}

/* Text as it may stand in a message, at most 60 bytes of it. */
static const char *shown(atn_str text, stack_block *block)
{
    atn_buf buf = buf_on(block);
    atn_buf_escaped(&buf, text, 60);
    return buf.data == NULL ? "" : buf.data;
}

attain_status attain_decimal_parse(const char *text, size_t len, const attain_number_format *format,
                                   unsigned decimals, int64_t *out, attain_error *err)
{
    if ((text == NULL && len != 0) || out == NULL) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "%s is NULL, it is required",
                             out == NULL ? "out" : "text");
    }
    ATN_TRY(check_format(format, decimals, err));
    const atn_str s = {text, len};
    size_t at = 0;
    int64_t value = 0;
    const atn_decimal_problem problem = atn_decimal_parse(s, format, decimals, &value, &at);
    if (problem == ATN_DECIMAL_OK) {
        *out = value;
        return ATTAIN_OK;
    }
    stack_block block;
    const int32_t column = at < INT32_MAX ? (int32_t)at + 1 : INT32_MAX;
    return atn_error_at_text(err, status_of(problem), (atn_str){NULL, 0}, 0, column,
                             "'%s' is not a number with at most %u decimals, at byte %d: %s",
                             shown(s, &block), decimals, (int)column, atn_decimal_problem_text(problem));
}

attain_status attain_decimal_print(int64_t value, unsigned decimals, const attain_number_format *format,
                                   char *buf, size_t cap, size_t *len, attain_error *err)
{
    ATN_TRY(check_format(format, decimals, err));
    stack_block block;
    atn_buf printed = buf_on(&block);
    const atn_wide v = atn_wide_from_i64(value);
    atn_decimal_print(&printed, &v, decimals, format);
    return deliver(&printed, "number", buf, cap, len, err);
}

/* --- periods: a caller may have put one together, so each is checked before it is used --- */

static attain_status refuse_period(attain_period p, const char *required, attain_error *err)
{
    return atn_error_set(err, ATTAIN_E_ARGUMENT,
                         "type %u from day %d to day %d is not a period that can be %s", (unsigned)p.type,
                         (int)p.start_day, (int)p.end_day, required);
}

attain_status attain_period_parse(const char *text, size_t len, attain_period *out, attain_error *err)
{
    if ((text == NULL && len != 0) || out == NULL) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "%s is NULL, it is required",
                             out == NULL ? "out" : "text");
    }
    const atn_str s = {text, len};
    attain_period period;
    const char *const problem = atn_period_parse(s, &period);
    if (problem != NULL) {
        stack_block block;
        return atn_error_set(err, ATTAIN_E_DATE, "'%s' is not a period: %s", shown(s, &block), problem);
    }
    *out = period;
    return ATTAIN_OK;
}

attain_status attain_period_print(attain_period period, char *buf, size_t cap, size_t *len, attain_error *err)
{
    if (!atn_period_is_valid(period)) {
        return refuse_period(period, "printed", err);
    }
    stack_block block;
    atn_buf printed = buf_on(&block);
    atn_period_print(&printed, period);
    return deliver(&printed, "period", buf, cap, len, err);
}

attain_status attain_period_encode(attain_period period, int32_t *code, attain_error *err)
{
    int32_t found;
    if (code == NULL) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "code is NULL, it is required");
    }
    if (!atn_period_is_valid(period) || !atn_period_encode(period, &found)) {
        return refuse_period(period, "encoded", err);
    }
    *code = found;
    return ATTAIN_OK;
}

attain_status attain_period_decode(int32_t code, attain_period *out, attain_error *err)
{
    attain_period found;
    if (out == NULL) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "out is NULL, it is required");
    }
    if (!atn_period_decode(code, &found)) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT,
                             "%d is not the code of a period; codes come from attain_period_encode",
                             (int)code);
    }
    *out = found;
    return ATTAIN_OK;
}

attain_status attain_period_step(attain_period period, int32_t n, attain_period *out, attain_error *err)
{
    attain_period found;
    if (out == NULL) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "out is NULL, it is required");
    }
    if (!atn_period_is_valid(period) || period.type == ATTAIN_PERIOD_RANGE) {
        return refuse_period(period, "stepped", err);
    }
    if (!atn_period_step(period, n, &found)) {
        return atn_error_set(
            err, ATTAIN_E_ARGUMENT,
            "%d steps from day %d lead out of the calendar, the years 1 to 9999 are required", (int)n,
            (int)period.start_day);
    }
    *out = found;
    return ATTAIN_OK;
}
