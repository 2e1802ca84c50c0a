/* Whole numbers of 256 bits: what the sums of SQL aggregates need, and no more. Unsigned; a sum is kept in two's complement, which is the
 * same bits. No allocation, no state. */
#ifndef ATN_SQLITE_EXT_WIDE_H
#define ATN_SQLITE_EXT_WIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ext_wide {
    uint64_t limb[4]; /* the lowest first */
} ext_wide;

enum { EXT_WIDE_DIGITS = 80 }; /* of any of them, with a NUL */

ext_wide atn_ext_wide_of(uint64_t v);
/* a * b, which always fits. */
ext_wide atn_ext_wide_product(uint64_t a, uint64_t b);
ext_wide atn_ext_wide_add(const ext_wide *a, const ext_wide *b);
ext_wide atn_ext_wide_subtract(const ext_wide *a, const ext_wide *b);
/* a * b mod 2^256. */
ext_wide atn_ext_wide_times(const ext_wide *a, uint64_t b);
int atn_ext_wide_compare(const ext_wide *a, const ext_wide *b);
bool atn_ext_wide_is_zero(const ext_wide *a);
/* In two's complement: the size of a, and whether it is below 0. */
ext_wide atn_ext_wide_size(const ext_wide *a, bool *negative);
/* a / b and what is left; b != 0. */
ext_wide atn_ext_wide_divide(const ext_wide *a, const ext_wide *b, ext_wide *rest);
/* The greatest number that divides both; not both are 0. */
ext_wide atn_ext_wide_gcd(ext_wide a, ext_wide b);
/* The double nearest to a / b, ties to even; a < 2^200, 0 < b < 2^200. */
double atn_ext_wide_double(const ext_wide *a, const ext_wide *b);
/* In base 10 with a NUL; the length. */
size_t atn_ext_wide_print(const ext_wide *a, char out[EXT_WIDE_DIGITS]);

#endif
