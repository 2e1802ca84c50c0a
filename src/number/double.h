/* Doubles for columns: the probe of the rounding mode made once, not for each number. ratio.h has the single
 * conversions. */
#ifndef ATN_NUMBER_DOUBLE_H
#define ATN_NUMBER_DOUBLE_H

#include "number/ratio.h"

/* Whether the processor's division is the correctly rounded one just now: 53-bit arithmetic, to nearest. */
bool atn_double_nearest_now(void);
/* atn_ratio_double_i128 and atn_ratio_double; use_division is what atn_double_nearest_now said, or false.
 * Same bits either way. */
double atn_double_of_i128(attain_i128 num, attain_i128 den, bool use_division);
double atn_double_of_ratio(const atn_ratio *r, bool use_division);

#endif
