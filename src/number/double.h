/* Doubles for columns: the probe of the rounding mode made once, not for each number. ratio.h has the single
 * conversions. And the way back: which decimal a double stands for. */
#ifndef ATN_NUMBER_DOUBLE_H
#define ATN_NUMBER_DOUBLE_H

#include "number/ratio.h"

/* Whether the processor's division is the correctly rounded one just now: 53-bit arithmetic, to nearest. */
bool atn_double_nearest_now(void);
/* atn_ratio_double_i128 and atn_ratio_double; use_division is what atn_double_nearest_now said, or false.
 * Same bits either way. */
double atn_double_of_i128(attain_i128 num, attain_i128 den, bool use_division);
double atn_double_of_ratio(const atn_ratio *r, bool use_division);

/* The decimal v * 10^-decimals that x stands for: x is the double nearest to it, and |v| <= 10^15, which no second v can be. false: there
 * is none. At most 18 decimals. */
bool atn_double_to_decimal(double x, unsigned decimals, bool use_division, int64_t *v);
/* The same for x that was a float: the float nearest to it, and |v| <= 10^6. */
bool atn_float_to_decimal(float x, unsigned decimals, bool use_division, int64_t *v);
/* Appends the shortest decimal to which x is the nearest double, for messages: "0.1", "NaN", "-infinity", "about 10^120". */
void atn_double_print(atn_buf *out, double x);

#endif
