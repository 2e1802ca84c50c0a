/* The double nearest to an exact ratio, ties to even: one rounding, the same bits on every machine and in every rounding mode.
 *
 * Three ways, by size, with the same result:
 *
 *   both below 2^53      the processor divides, if a probe shows that it rounds to nearest in 53 bits: an IEEE division of two exact
 *                        doubles is correctly rounded, and no quotient of two 53-bit numbers is a tie
 *   both below 2^64      one 128 by 64 bit division
 *   longer               atn_wide_quotient64
 *
 * The last two give the quotient's first 63 or 64 bits q and whether anything follows. Then
 *
 *   q = [ 53 bits m | half | rest ]      m + 1 if half and (rest or inexact or m odd)
 *
 * is exact: half tells the side of the midpoint, rest and inexact whether q is the midpoint. Magnitudes lie between 2^-768 and 2^768,
 * so the result is always a normal double and there is no second rounding. It is put together from bits: no libm, no ldexp. */
#include "number/double.h"
#include "number/limb.h"

#include <float.h>
#include <string.h>

_Static_assert(sizeof(double) == 8 && FLT_RADIX == 2 && DBL_MANT_DIG == 53 && DBL_MAX_EXP == 1024,
               "a double must be IEEE 754 binary64");

/* x87 registers hold 64 bits (FLT_EVAL_METHOD 2): a division would round twice. -ffast-math may divide by a reciprocal. */
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD == 0 && !defined(__FAST_MATH__)
#define DIVISION_MAY_BE_EXACT 1
#else
#define DIVISION_MAY_BE_EXACT 0
#endif

static double from_bits(uint64_t bits)
{
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

static uint64_t to_bits(double d)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}

/* 1/3 is rounded down by nearest and up by "upward"; 1/5 is rounded up by nearest and down by "downward" and "toward zero".
 * volatile, so that the processor divides and not the compiler. */
bool atn_double_nearest_now(void)
{
    if (!DIVISION_MAY_BE_EXACT) {
        return false;
    }
    volatile double one = 1.0;
    volatile double three = 3.0;
    volatile double five = 5.0;
    volatile double third = one / three;
    volatile double fifth = one / five;
    return to_bits(third) == UINT64_C(0x3fd5555555555555) && to_bits(fifth) == UINT64_C(0x3fc999999999999a);
}

/* (q + something in [0, 1), > 0 if inexact) * 2^exponent, rounded; q has 63 or 64 bits. */
static double round_quotient(uint64_t q, int exponent, bool inexact, bool negative)
{
    const unsigned drop = q >> 63 != 0 ? 64 - 53 : 63 - 53;
    const uint64_t rest = q & ((UINT64_C(1) << drop) - 1);
    const uint64_t half = UINT64_C(1) << (drop - 1);
    uint64_t m = q >> drop;
    if (rest > half || (rest == half && (inexact || (m & 1) != 0))) {
        m++;
    }
    /* The leading bit of m adds 1 to the exponent field; an m of 2^53 adds 2 and leaves a mantissa of 0, as it should. */
    const uint64_t field = (uint64_t)(exponent + (int)drop + 52 + 1023 - 1);
    return from_bits(((field << 52) + m) | (negative ? UINT64_C(1) << 63 : 0));
}

/* n, d != 0. With n shifted to 127 bits and d to 64 the quotient has 63 or 64 bits. */
static double divide_u64(uint64_t n, uint64_t d, bool negative)
{
    const unsigned n_shift = 127 - atn_u64_bits(n); /* 63 ... 126 */
    const unsigned d_shift = 64 - atn_u64_bits(d);
    const uint64_t high = n_shift >= 64 ? n << (n_shift - 64) : n >> (64 - n_shift);
    const uint64_t low = n_shift >= 64 ? 0 : n << n_shift;
    uint64_t remainder;
    const uint64_t q = atn_u64_divide(high, low, d << d_shift, &remainder);
    return round_quotient(q, (int)d_shift - (int)n_shift, remainder != 0, negative);
}

/* d = 0 has no value, and no caller passes it; 0 stands for it as for an overflow. */
static double of_u64(uint64_t n, uint64_t d, bool negative, bool use_division)
{
    const uint64_t exact = UINT64_C(1) << 53;
    if (n == 0 || d == 0) {
        return 0.0;
    }
    if (use_division && n < exact && d < exact) {
        const double quotient = (double)n / (double)d;
        return negative ? -quotient : quotient;
    }
    return divide_u64(n, d, negative);
}

/* An overflowed ratio has no value; 0 stands for it, and the state beside it says so. */
double atn_double_of_ratio(const atn_ratio *r, bool use_division)
{
    if (atn_ratio_overflow(r) || r->num.n == 0) {
        return 0.0;
    }
    if (r->num.n <= ATN_LIMBS_OF_U64 && r->den.n <= ATN_LIMBS_OF_U64) {
        return of_u64(atn_wide_word(&r->num, 0), atn_wide_word(&r->den, 0), r->num.negative, use_division);
    }
    int exponent;
    bool inexact;
    const uint64_t q = atn_wide_quotient64(&r->num, &r->den, &exponent, &inexact);
    return round_quotient(q, exponent, inexact, r->num.negative);
}

double atn_ratio_double(const atn_ratio *r)
{
    return atn_double_of_ratio(r, atn_double_nearest_now());
}

double atn_double_of_i128(attain_i128 num, attain_i128 den, bool use_division)
{
    if (atn_i128_fits_i64(num) && atn_i128_fits_i64(den)) {
        const bool negative = num.hi < 0;
        return of_u64(negative ? 0 - num.lo : num.lo, den.lo, negative, use_division);
    }
    const atn_ratio r = {atn_wide_from_i128(num), atn_wide_from_i128(den)};
    return atn_double_of_ratio(&r, use_division);
}

double atn_ratio_double_i128(attain_i128 num, attain_i128 den)
{
    return atn_double_of_i128(num, den, atn_double_nearest_now());
}
