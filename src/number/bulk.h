/* Bulk: whole columns of ratios at once. Exactly what the one-by-one functions give, bit for bit: atn_ratio_double of the exact
 * ratio, and comparison of exact ratios. The fast lanes decide most elements with floating point and a proven error bound; the
 * others are decided by integers, one by one.
 *
 * Plain C, compiled once per vector level (bulk_body.h); the level only says how many lanes go at a time. */
#ifndef ATN_NUMBER_BULK_H
#define ATN_NUMBER_BULK_H

#include "base/cpu.h"

#include <stddef.h>
#include <stdint.h>

/* out[i] = the double nearest to (num[i] * p) / (den[i] * q). den[i] = 0 gives 0.0. p != 0, q > 0. Any int64 num and den (den > 0 or 0). */
void atn_bulk_ratio(atn_vector_level level, size_t n, const int64_t *num, const int64_t *den, int64_t p,
                    int64_t q, double *out);
/* out[i] = the double nearest to (den[i] * p) / (num[i] * q), 0.0 where num[i] = 0: for attainment of "at most". It is
 * atn_bulk_ratio with num and den exchanged and is not a function of its own. */

/* out[i] = the double nearest to num1[i]/den1[i] - num0[i]/den0[i]; 0.0 where a den is 0. */
void atn_bulk_difference(atn_vector_level level, size_t n, const int64_t *num1, const int64_t *den1,
                         const int64_t *num0, const int64_t *den0, double *out);
/* out[i] = the sign of num[i]/den[i] - p/q, as -1, 0, 1; den[i] = 0 gives 0. q > 0. */
void atn_bulk_compare(atn_vector_level level, size_t n, const int64_t *num, const int64_t *den, int64_t p,
                      int64_t q, int8_t *out);
/* out[i] = (double)v[i], rounded to nearest even whatever the rounding mode. */
void atn_bulk_double(atn_vector_level level, size_t n, const int64_t *v, double *out);

#endif
