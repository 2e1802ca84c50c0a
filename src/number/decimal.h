/* Decimals: text <-> scaled integer, by a declared format, never by guess (arithmetic.md section 7). */
#ifndef ATN_NUMBER_DECIMAL_H
#define ATN_NUMBER_DECIMAL_H

#include "base/error.h"
#include "base/text.h"
#include "number/ratio.h"

/* Why a text is not a number of the format: each has one sentence (atn_decimal_problem_text). */
typedef enum atn_decimal_problem {
    ATN_DECIMAL_OK,
    ATN_DECIMAL_EMPTY,
    ATN_DECIMAL_SYNTAX,      /* a character that is none of the format's */
    ATN_DECIMAL_GROUPING,    /* groups are not 1-3 digits then exact threes */
    ATN_DECIMAL_TOO_PRECISE, /* more decimals than allowed, even zeros */
    ATN_DECIMAL_RANGE,       /* does not fit int64 at these decimals */
    ATN_DECIMAL_EXPONENT,    /* 1e5: not allowed unless declared */
    ATN_DECIMAL_SIGN         /* a leading + , or a sign without digits */
} atn_decimal_problem;

/* ATTAIN_E_ARGUMENT for signs that no number can be written with; NULL is fine: plain. */
attain_status atn_decimal_check_format(const attain_number_format *format, attain_error *err);

/* Exactly `decimals` decimals: value = *out * 10^-decimals. *at is the offset of the offending byte on
 * failure. Leading zeros are fine ("01"), U+2212 counts as minus, "5,"/".5" are refused, "+5" is refused. A
 * trailing '%' is refused here. */
atn_decimal_problem atn_decimal_parse(atn_str text, const attain_number_format *format, unsigned decimals,
                                      int64_t *out, size_t *at);
/* Any number of decimals 0-9: *decimals tells how many were written. */
atn_decimal_problem atn_decimal_parse_any(atn_str text, const attain_number_format *format, int64_t *out,
                                          unsigned *decimals, size_t *at);
const char *atn_decimal_problem_text(atn_decimal_problem problem);

/* Appends v * 10^-decimals with exactly `decimals` decimals, grouped when the format has a grouping sign. */
void atn_decimal_print(atn_buf *out, const atn_wide *v, unsigned decimals,
                       const attain_number_format *format);
/* Appends r rounded once to `digits` decimals; trailing zeros kept unless `trim`. "-0" never appears. */
void atn_decimal_print_ratio(atn_buf *out, const atn_ratio *r, unsigned digits, bool trim,
                             attain_rounding mode, const attain_number_format *format);
/* Appends the whole wide number in base 10, plain. */
void atn_decimal_print_wide(atn_buf *out, const atn_wide *v);

#endif
