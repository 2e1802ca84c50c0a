/* Ratios: exact fractions of wide integers, den > 0 always, and the ways out: double, decimal text, whole
 * numbers.
 *
 * A ratio is kept in lowest terms when ATN_RATIO_REDUCE_BITS would otherwise be passed or when the caller
 * asks; comparison never needs it. Division by zero is the caller's to exclude: states are decided before a
 * ratio is made. */
#ifndef ATN_NUMBER_RATIO_H
#define ATN_NUMBER_RATIO_H

#include "base/text.h"
#include "number/wide.h"

typedef struct atn_ratio {
    atn_wide num;
    atn_wide den; /* > 0 */
} atn_ratio;

atn_ratio atn_ratio_zero(void);
atn_ratio atn_ratio_from_i64(int64_t v);
/* mantissa * 10^-decimals. */
atn_ratio atn_ratio_from_decimal(attain_i128 mantissa, unsigned decimals);
/* num/den with den != 0 of any sign. */
atn_ratio atn_ratio_make(const atn_wide *num, const atn_wide *den);
void atn_ratio_reduce(atn_ratio *r);
bool atn_ratio_overflow(const atn_ratio *r);

void atn_ratio_add(atn_ratio *out, const atn_ratio *a, const atn_ratio *b); /* out may be a or b */
void atn_ratio_sub(atn_ratio *out, const atn_ratio *a, const atn_ratio *b);
void atn_ratio_mul(atn_ratio *out, const atn_ratio *a, const atn_ratio *b);
void atn_ratio_div(atn_ratio *out, const atn_ratio *a, const atn_ratio *b); /* b != 0 */
int atn_ratio_compare(const atn_ratio *a, const atn_ratio *b);
int atn_ratio_sign(const atn_ratio *a);

/* round(r * 10^digits) as a whole number. */
void atn_ratio_round(atn_wide *out, const atn_ratio *r, unsigned digits, attain_rounding mode);
/* The double nearest to r, ties to even, whatever the rounding mode of the processor is (arithmetic.md
 * section 5). */
double atn_ratio_double(const atn_ratio *r);
/* Nearest double of num/den, both below 2^127; the fast path of columns. den > 0. */
double atn_ratio_double_i128(attain_i128 num, attain_i128 den);

/* An end of a range: a ratio, or an infinity. */
typedef struct atn_bound {
    int infinite; /* -1, 0, +1 */
    atn_ratio r;  /* defined when infinite == 0 */
} atn_bound;

atn_bound atn_bound_of(const atn_ratio *r);
atn_bound atn_bound_infinite(int sign);
int atn_bound_compare(const atn_bound *a, const atn_bound *b);
int atn_bound_compare_ratio(const atn_bound *a, const atn_ratio *b);

#endif
