/* The lanes of bulk.h, in plain C without a word about vectors: bulk.c, bulk_avx2.c and bulk_avx512.c compile this text for three
 * instruction sets, so the levels cannot differ in what they compute, only in how many elements go at a time.
 *
 *   256 elements ──▶ narrow lane ──▶ all sure: done
 *                        │
 *                        └─▶ wide lane ──▶ the elements marked "unsure", one by one in whole numbers (bulk.c)
 *
 * What compilers need to make vectors of it, also of SSE2 and also without -ffast-math: blocks of a constant length, which bulk.c
 * pads; no branch; and no comparison of doubles, because a comparison may trap and so may not be made a choice. Signs do
 * it: x > m is the sign bit of m - x, and choices are made with masks of bits. Ranges are tested on doubles, after rounding: it is
 * monotone, so |v| <= m says the same before and after for every m < 2^53.
 *
 * Everything here runs only while atn_double_nearest_now() holds.
 *
 * Bounds are in u = 2^-53: an operation's result is off by at most u times itself. Higher powers of u are covered where a bound
 * is rounded up to a power of two. A value known as hi + lo, hi = RN(hi + lo), within E, is decided when hi + (lo - E) and
 * hi + (lo + E) round to the same number (Ziv's test): rounding is monotone, so hi and the value itself round to it too.
 * A tie never passes; it is left to the whole numbers. */
#ifndef ATN_NUMBER_BULK_BODY_H
#define ATN_NUMBER_BULK_BODY_H

#ifndef ATN_BULK_LANES
#error "bulk_body.h: ATN_BULK_LANES must be the name of this level's table"
#endif

#include "number/bulk.h"

#include <stdbool.h>
#include <string.h>

/* Elements of a block; kernel_few.c has blocks of its own. */
#ifndef ATN_BULK_BLOCK
#define ATN_BULK_BLOCK 256
#endif

/* num * p / (den * q), or num / den against p / q: what is the same for all elements of a call. */
typedef struct atn_bulk_scale {
    double p; /* nearest to p */
    double q;
    double p_rest; /* what p misses, exactly */
    double q_rest;
    double most_num; /* up to this |num|, its product with its factor is below 2^53 */
    double most_den;
} atn_bulk_scale;

/* One block of each column. Lanes that return bool say whether every element is sure. */
typedef struct atn_bulk_lanes {
    bool (*ratio_small)(const int64_t *num, const int64_t *den, const atn_bulk_scale *by,
                        double *out); /* NULL: it would not be quicker */
    bool (*ratio_narrow)(const int64_t *num, const int64_t *den, const atn_bulk_scale *by, double *out);
    bool (*ratio_wide)(const int64_t *num, const int64_t *den, const atn_bulk_scale *by, double *out,
                       uint64_t *unsure);
    bool (*difference_narrow)(const int64_t *num1, const int64_t *den1, const int64_t *num0,
                              const int64_t *den0, double *out);
    bool (*difference_wide)(const int64_t *num1, const int64_t *den1, const int64_t *num0,
                            const int64_t *den0, double *out, uint64_t *unsure);
    /* -1, 0, 1, or ATN_BULK_UNSURE and more */
    bool (*compare)(const int64_t *num, const int64_t *den, const atn_bulk_scale *with, int64_t *order);
    void (*to_double)(const int64_t *v, double *out);
} atn_bulk_lanes;

#define ATN_BULK_UNSURE 3

extern const atn_bulk_lanes ATN_BULK_LANES;

/* --- bits of doubles --- */

#define SIGN_BIT (UINT64_C(1) << 63)

static inline double from_bits(uint64_t bits)
{
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

static inline uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double size_of(double x)
{
    return from_bits(bits_of(x) & ~SIGN_BIT);
}

/* 1 if x < y, otherwise 0. x - x is +0 in rounding to nearest; x must not be -0. */
static inline uint64_t is_less(double x, double y)
{
    return bits_of(x - y) >> 63;
}

/* All ones if the whole number d is not 0, otherwise 0. */
static inline uint64_t mask_of(double d)
{
    return is_less(size_of(d), 0.5) - 1;
}

static inline double keep(double x, uint64_t mask)
{
    return from_bits(bits_of(x) & mask);
}

/* d, or 1 where the mask is 0 and so d is +0. */
static inline double or_one(double d, uint64_t mask)
{
    return from_bits(bits_of(d) | (bits_of(1.0) & ~mask));
}

/* --- integers to doubles --- */

/* v - less for v < 2^52, exactly: v is written into the last places of 2^52, which are worth 1 each. */
static inline double whole(uint64_t v, double less)
{
    return from_bits(bits_of(0x1p52) | v) - (0x1p52 + less);
}

#define HALF_OF_52 (UINT64_C(1) << 51)

/* v = upper + lower, both exact: the upper 32 bits times 2^32, with the sign, and the lower 32 bits. The last place of 2^84 is
 * 2^32; there, v's upper half stands as upper + 2^31. */
static inline double upper_half(int64_t v)
{
    const uint64_t upper = ((uint64_t)v >> 32) ^ (SIGN_BIT >> 32);
    return from_bits(bits_of(0x1p84) | upper) - (0x1p84 + 0x1p63);
}

static inline double lower_half(int64_t v)
{
    return whole((uint64_t)v & UINT32_MAX, 0.0);
}

#if defined(__x86_64__) && !defined(__AVX512DQ__)
#define CONVERTS_IN_VECTORS 0
#else
#define CONVERTS_IN_VECTORS 1
#endif

/* The nearest to v: the exact halves' sum, rounded once. Processors that convert 64-bit integers in vectors do so. */
static inline double nearest(int64_t v)
{
#if CONVERTS_IN_VECTORS
    return (double)v;
#else
    return upper_half(v) + lower_half(v);
#endif
}

/* --- unevaluated sums --- */

#if defined(__FMA__) || defined(__AVX512F__) || defined(__aarch64__)
#define HAS_FMA 1
#else
#define HAS_FMA 0
#endif

/* hi + lo, where |lo| is of the size of an error of hi. */
typedef struct pair {
    double hi;
    double lo;
} pair;

/* The first 26 of the 53 bits; the others, 27, are exact in x - top_of(x). Cutting costs two operations where Veltkamp's
 * rounding costs four and leaves 26. So the product of two lower parts can have 54 bits, and is then rounded: by 1, in units of
 * the product of the last places, which is at most 4 u^2 of the whole product. The three other products are exact, and so is each
 * step made of them below: a multiple of 2^51 units below 2^82, then of 2^27 below 2^80, then a number of 53 bits. */
static inline double top_of(double x)
{
    return from_bits(bits_of(x) & ~((UINT64_C(1) << 27) - 1));
}

/* a * b - product within 4 u^2 |a * b|, product = a * b rounded. Nothing overflows, |a|, |b| being below 2^128, and nothing
 * underflows: a last place is worth more than 2^-200. */
static inline double product_error(double a, double b, double product)
{
#if HAS_FMA
    return __builtin_fma(a, b, -product);
#else
    const double a_top = top_of(a);
    const double b_top = top_of(b);
    const double a_rest = a - a_top;
    const double b_rest = b - b_top;
    return ((a_top * b_top - product) + a_top * b_rest + a_rest * b_top) + a_rest * b_rest;
#endif
}

/* n - q * d within 4 u^2 |n|, q = n / d rounded; exactly if d is a whole number below 2^52, as its 53rd bit is 0. The value has
 * 53 bits: it is a multiple of ulp(q) * ulp(d) and at most half of ulp(q) * |d|. */
static inline double remainder_of(double n, double q, double d)
{
#if HAS_FMA
    return __builtin_fma(-q, d, n);
#else
    const double q_top = top_of(q);
    const double d_top = top_of(d);
    const double q_rest = q - q_top;
    const double d_rest = d - d_top;
    return ((n - q_top * d_top) - q_top * d_rest - q_rest * d_top) - q_rest * d_rest;
#endif
}

/* x - y - difference exactly, difference = x - y rounded, for any sizes (Knuth). */
static inline double difference_error(double x, double y, double difference)
{
    const double y_part = difference - x;
    return (x - (difference - y_part)) - (y + y_part);
}

/* x + y - sum exactly, sum = x + y rounded, if x is 0 or y's leading bit is worth no more than that of x (Dekker). */
static inline double sum_error(double x, double y, double sum)
{
    return y - (sum - x);
}

/* 0 if the value at hi + lo, within bound, is sure to round to hi; otherwise above 0. */
static inline double doubt(double hi, double lo, double bound)
{
    return (hi + (lo + bound)) - (hi + (lo - bound));
}

/* v exactly: the upper half is 0 or larger than the lower. */
static inline pair pair_of(int64_t v)
{
    const double upper = upper_half(v);
    const double lower = lower_half(v);
    const double hi = upper + lower;
    return (pair){hi, sum_error(upper, lower, hi)};
}

/* v * factor within 12.1 u^2 of itself; the rest of both is at most 1 u of them. Left out is the product of the rests: 1 u^2. Off are
 * the error of the product: 4 u^2, the two mixed products: 1 u^2 each, their sum (2 u): 2 u^2, all (3 u): 3 u^2. |lo| <= 3.1 u |hi|. */
static inline pair product_of(int64_t v, double factor, double factor_rest)
{
    const pair x = pair_of(v);
    const double hi = x.hi * factor;
    return (pair){hi, product_error(x.hi, factor, hi) + (x.hi * factor_rest + x.lo * factor)};
}

/* n / d within 75 u^2 of itself, n and d as from product_of. In units of |n|:
 *
 *   n / d = hi + R / d,  R = n - hi * d = (n.hi - hi * d.hi, at most 1 u) + (n.lo - hi * d.lo, at most 6.2 u)
 *
 * Off are the remainder: 4 u^2, hi * d.lo: 3.1 u^2, the second difference: 6.2 u^2, R: 7.3 u^2, the division: 7.3 u^2; taking
 * d.hi for d moves 7.3 u by 3.1 u: 22.7 u^2; n and d themselves: 24.2 u^2. Together 74.8 u^2. |lo| <= 7.4 u |hi|. */
static inline pair quotient_of(pair n, pair d)
{
    const double hi = n.hi / d.hi;
    return (pair){hi, (remainder_of(n.hi, hi, d.hi) + (n.lo - hi * d.lo)) / d.hi};
}

/* --- ratio --- */

/* 1 if d is 0; any value if it is below. */
static inline uint64_t is_zero(int64_t d)
{
    return ((uint64_t)d - 1) >> 63;
}

#if CONVERTS_IN_VECTORS
#define RATIO_SMALL NULL
#else
#define RATIO_SMALL ratio_small

/* As ratio_narrow, for -2^51 <= num < 2^51 and 0 <= den < 2^52: they are converted, and zeros found, in fewer steps. It does not take the
 * place of ratio_narrow, because changes of large figures are often products between 2^51 and 2^53, and ratio_wide costs more than both. */
static bool ratio_small(const int64_t *restrict num, const int64_t *restrict den, const atn_bulk_scale *by,
                        double *restrict out)
{
    const atn_bulk_scale s = *by;
    uint64_t outside = 0;
    uint64_t all = 0;
    for (size_t i = 0; i < ATN_BULK_BLOCK; i++) {
        const uint64_t num_up = (uint64_t)num[i] + HALF_OF_52;
        const uint64_t empty = is_zero(den[i]);
        const double n = whole(num_up, 0x1p51);
        const double d = whole((uint64_t)den[i] + empty, 0.0);
        out[i] = keep(n * s.p / (d * s.q) + 0.0, empty - 1);
        outside |= bits_of(s.most_num - size_of(n)) | bits_of(s.most_den - d);
        all |= num_up | (uint64_t)den[i];
    }
    return (outside >> 63 | all >> 52) == 0;
}
#endif

/* Both products below 2^53: they are exact, and one division is correctly rounded. + 0.0 makes 0 of -0, which num = 0 gives. */
static bool ratio_narrow(const int64_t *restrict num, const int64_t *restrict den, const atn_bulk_scale *by,
                         double *restrict out)
{
    const atn_bulk_scale s = *by;
    uint64_t outside = 0;
    for (size_t i = 0; i < ATN_BULK_BLOCK; i++) {
        const double n = nearest(num[i]);
        const double d = nearest(den[i]);
        const uint64_t mask = mask_of(d);
        out[i] = keep(n * s.p / or_one(d * s.q, mask) + 0.0, mask);
        outside |= is_less(s.most_num, size_of(n)) | is_less(s.most_den, size_of(d));
    }
    return outside == 0;
}

/* Any int64 and any factors. 75 u^2 of the quotient and 2 u^2 of the test itself are less than 256 u^2 = 2^-98. */
static bool ratio_wide(const int64_t *restrict num, const int64_t *restrict den, const atn_bulk_scale *by,
                       double *restrict out, uint64_t *restrict unsure)
{
    const atn_bulk_scale s = *by;
    uint64_t any = 0;
    for (size_t i = 0; i < ATN_BULK_BLOCK; i++) {
        const pair n = product_of(num[i], s.p, s.p_rest);
        const pair d = product_of(den[i], s.q, s.q_rest);
        const uint64_t mask = mask_of(d.hi);
        const pair q = quotient_of(n, (pair){or_one(d.hi, mask), d.lo});
        const double hi = q.hi + q.lo;
        out[i] = keep(hi + 0.0, mask);
        unsure[i] = bits_of(doubt(hi, sum_error(q.hi, q.lo, hi), size_of(hi) * 0x1p-98)) & mask;
        any |= unsure[i];
    }
    return any == 0;
}

/* --- difference --- */

/* -2^51 <= num < 2^51 and 0 <= den < 2^52: every conversion is exact. With S = |q1| + |q0|:
 *
 *   n1 / d1 = q1 + r1 / d1, r1 exact, at most half a last place of q1 times d1, so |r1| <= u |q1| d1;  the same with 0
 *   value   = s + t0 + W,   s + t0 = q1 - q0 exactly,     W = (r1 * d0 - r0 * d1) / (d1 * d0), |W| <= u S
 *
 * Rounded are the two products and their difference, 2 u of |r1 * d0| + |r0 * d1| <= u S d1 d0, then d1 * d0 and the division, 2 u
 * more: 4 u^2 S. t = t0 + W, |t0| <= u S: 2 u^2 S. The test itself: 1 u^2 S. Together less than 16 u^2 S = 2^-102 S.
 *
 * hi + lo = s + t exactly, as sum_error may be used: unless q1 and q0 are within a factor of 2 of each other, |s| >= S / 3. If
 * they are, t0 = 0, s is a multiple of g, the smaller last place of the two, and |W| is at most half of g and half of 2 g: s is 0, or
 * g and |t| < 2 g, or at least 2 g.
 *
 * A difference of 0 never passes the test, and is common: figures that stayed as they were. It is known by s = 0 and
 * r1 * d0 = r0 * d1 after rounding. Then n1 * d0 - n0 * d1 = r1 * d0 - r0 * d1 is a whole number, and 0, because each product is at
 * most 2^-53 * 2^103 = 2^50, so rounding moves it by at most 1/8. (Equal fractions are always found so: their q are equal, so
 * are the exact products, so are the rounded ones.) The doubt, 0 or above 2^-210, is multiplied by a number that is 0 then and
 * above 2^-110 otherwise: no product vanishes by itself. */
static bool difference_narrow(const int64_t *restrict num1, const int64_t *restrict den1,
                              const int64_t *restrict num0, const int64_t *restrict den0,
                              double *restrict out)
{
    uint64_t all = 0;
    uint64_t any = 0;
    for (size_t i = 0; i < ATN_BULK_BLOCK; i++) {
        const uint64_t num1_up = (uint64_t)num1[i] + HALF_OF_52;
        const uint64_t num0_up = (uint64_t)num0[i] + HALF_OF_52;
        const uint64_t empty1 = is_zero(den1[i]);
        const uint64_t empty0 = is_zero(den0[i]);
        const uint64_t den1_or_1 = (uint64_t)den1[i] + empty1;
        const uint64_t den0_or_1 = (uint64_t)den0[i] + empty0;
        const uint64_t mask = (empty1 | empty0) - 1;
        const double n1 = whole(num1_up, 0x1p51);
        const double n0 = whole(num0_up, 0x1p51);
        const double d1 = whole(den1_or_1, 0.0);
        const double d0 = whole(den0_or_1, 0.0);
        const double q1 = n1 / d1;
        const double q0 = n0 / d0;
        const double s = q1 - q0;
        const double cross = remainder_of(n1, q1, d1) * d0 - remainder_of(n0, q0, d0) * d1;
        const double t = difference_error(q1, q0, s) + cross / (d1 * d0);
        const double hi = s + t;
        const double bound = (size_of(q1) + size_of(q0)) * 0x1p-102;
        const double unsure = doubt(hi, sum_error(s, t, hi), bound) * (size_of(s) + size_of(cross));
        out[i] = keep(hi, mask);
        any |= bits_of(unsure) & mask;
        all |= num1_up | num0_up | (uint64_t)den1[i] | (uint64_t)den0[i];
    }
    return (any | (all >> 52)) == 0;
}

/* Any int64. Each quotient is within 51 u^2 (its parts are exact), the difference of their rests is rounded by 14.8 u^2, t by
 * 8.4 u^2, all of S; with the test's own 1 u^2 S less than 256 u^2 S = 2^-98 S. t can be larger than s here, so lo is Knuth's
 * error. A difference of 0 is left to the whole numbers. */
static bool difference_wide(const int64_t *restrict num1, const int64_t *restrict den1,
                            const int64_t *restrict num0, const int64_t *restrict den0, double *restrict out,
                            uint64_t *restrict unsure)
{
    uint64_t any = 0;
    for (size_t i = 0; i < ATN_BULK_BLOCK; i++) {
        const pair d1 = pair_of(den1[i]);
        const pair d0 = pair_of(den0[i]);
        const uint64_t mask1 = mask_of(d1.hi);
        const uint64_t mask0 = mask_of(d0.hi);
        const pair q1 = quotient_of(pair_of(num1[i]), (pair){or_one(d1.hi, mask1), d1.lo});
        const pair q0 = quotient_of(pair_of(num0[i]), (pair){or_one(d0.hi, mask0), d0.lo});
        const double s = q1.hi - q0.hi;
        const double t = difference_error(q1.hi, q0.hi, s) + (q1.lo - q0.lo);
        const double hi = s + t;
        const double lo = difference_error(s, -t, hi);
        const double bound = (size_of(q1.hi) + size_of(q0.hi)) * 0x1p-98;
        out[i] = keep(hi + 0.0, mask1 & mask0);
        unsure[i] = bits_of(doubt(hi, lo, bound)) & mask1 & mask0;
        any |= unsure[i];
    }
    return any == 0;
}

/* --- compare --- */

/* x = num * q against y = den * p, both with den's sign. Products below 2^53 are exact. Others are rounded three times, 3.1 u,
 * and their difference once more: if it is above 8 u (|x| + |y|) = 2^-50 (|x| + |y|), its sign is right. */
static bool compare_lane(const int64_t *restrict num, const int64_t *restrict den, const atn_bulk_scale *with,
                         int64_t *restrict order)
{
    const atn_bulk_scale s = *with;
    uint64_t any = 0;
    for (size_t i = 0; i < ATN_BULK_BLOCK; i++) {
        const double n = nearest(num[i]);
        const double d = nearest(den[i]);
        const double x = from_bits(bits_of(n * s.q) ^ (bits_of(d) & SIGN_BIT)) + 0.0; /* no -0 */
        const double y = size_of(d) * s.p;
        const uint64_t mask = mask_of(d);
        const uint64_t outside = is_less(s.most_num, size_of(n)) | is_less(s.most_den, size_of(d));
        const uint64_t far = is_less((size_of(x) + size_of(y)) * 0x1p-50, size_of(x - y));
        const uint64_t unsure = outside & (far ^ 1) & mask;
        order[i] = (int64_t)(((is_less(y, x) - is_less(x, y)) & mask) + (ATN_BULK_UNSURE + 1) * unsure);
        any |= unsure;
    }
    return any == 0;
}

static void double_lane(const int64_t *restrict v, double *restrict out)
{
    for (size_t i = 0; i < ATN_BULK_BLOCK; i++) {
        out[i] = nearest(v[i]);
    }
}

const atn_bulk_lanes ATN_BULK_LANES = {RATIO_SMALL,     ratio_narrow, ratio_wide, difference_narrow,
                                       difference_wide, compare_lane, double_lane};

#endif
