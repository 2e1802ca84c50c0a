/* Wide integers: the exactness of the whole library rests on these.
 *
 * Two shapes:
 *
 *   attain_i128   {uint64 lo; int64 hi}, two's complement: the type of sums, in memory, files and API. A sum
 * of fewer than 2^64 int64 cannot overflow it, so adding needs no check in a hot loop (arithmetic.md section
 * 2). atn_wide      sign and magnitude, up to ATN_WIDE_BITS: what a verdict is decided with. `n` limbs are in
 * use, so that small numbers cost little; `overflow` is sticky, so that a formula is written straight and
 * checked once.
 *
 * Bounds that make ATN_WIDE_BITS = 768 enough for every formula of score/ (value: 203 bits over 203; level:
 * 270 over 240; progress: 646 over 677) stand in score/measure.h beside the formulas; a number that would not
 * fit sets `overflow`, which becomes the state `overflow` of that one row.
 *
 * Limbs are ATN_LIMB_BITS wide (32 or 64; 8 and 16 for exhaustive tests); all widths give the same results.
 */
#ifndef ATN_NUMBER_WIDE_H
#define ATN_NUMBER_WIDE_H

#include <attain/attain.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef ATN_LIMB_BITS
#define ATN_LIMB_BITS 64
#endif
#define ATN_WIDE_BITS 768
#define ATN_WIDE_LIMBS (ATN_WIDE_BITS / ATN_LIMB_BITS)

#if ATN_LIMB_BITS == 64
typedef uint64_t atn_limb;
#elif ATN_LIMB_BITS == 32
typedef uint32_t atn_limb;
#elif ATN_LIMB_BITS == 16
typedef uint16_t atn_limb;
#else
typedef uint8_t atn_limb;
#endif

typedef struct atn_wide {
    atn_limb limb[ATN_WIDE_LIMBS]; /* least significant first; only [0, n) is defined */
    uint16_t n;                    /* limb[n-1] != 0; 0 means zero */
    bool negative;                 /* false for zero */
    bool overflow;                 /* sticky: result of anything with it has it too */
} atn_wide;

/* --- 128-bit sums --- */
attain_i128 atn_i128_from_i64(int64_t v);
attain_i128 atn_i128_add(attain_i128 a, attain_i128 b, bool *overflow); /* *overflow is set, never cleared */
attain_i128 atn_i128_neg(attain_i128 a, bool *overflow);
attain_i128 atn_i128_mul_i64(attain_i128 a, int64_t b, bool *overflow);
int atn_i128_compare(attain_i128 a, attain_i128 b); /* -1, 0, 1 */
int atn_i128_sign(attain_i128 a);
bool atn_i128_fits_i64(attain_i128 a);

/* --- wide --- */
atn_wide atn_wide_zero(void);
atn_wide atn_wide_from_u64(uint64_t v);
atn_wide atn_wide_from_i64(int64_t v);
atn_wide atn_wide_from_i128(attain_i128 v);
bool atn_wide_to_i128(const atn_wide *a, attain_i128 *out); /* false if it does not fit */
bool atn_wide_to_i64(const atn_wide *a, int64_t *out);
void atn_wide_add(atn_wide *out, const atn_wide *a,
                  const atn_wide *b); /* out may be a or b, here and below */
void atn_wide_sub(atn_wide *out, const atn_wide *a, const atn_wide *b);
void atn_wide_mul(atn_wide *out, const atn_wide *a, const atn_wide *b);
void atn_wide_mul_u64(atn_wide *out, const atn_wide *a, uint64_t b);
void atn_wide_mul_pow10(atn_wide *out, const atn_wide *a, unsigned exponent);
void atn_wide_neg(atn_wide *out, const atn_wide *a);
/* Truncated division: a = q*b + r, |r| < |b|, r has a's sign. b != 0. q or r may be NULL. */
void atn_wide_divide(atn_wide *q, atn_wide *r, const atn_wide *a, const atn_wide *b);
void atn_wide_gcd(atn_wide *out, const atn_wide *a, const atn_wide *b); /* non-negative; gcd(0, 0) = 0 */
int atn_wide_compare(const atn_wide *a, const atn_wide *b);
int atn_wide_compare_magnitude(const atn_wide *a, const atn_wide *b);
int atn_wide_sign(const atn_wide *a);
unsigned atn_wide_bits(const atn_wide *a); /* of the magnitude; 0 for zero */
/* Compares a*b with c*d exactly (products of up to 2 x ATN_WIDE_BITS, never overflowing). */
int atn_wide_compare_products(const atn_wide *a, const atn_wide *b, const atn_wide *c, const atn_wide *d);

#endif
