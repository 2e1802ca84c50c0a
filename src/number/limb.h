/* Limbs: the machine's share of wide arithmetic, two primitives on which everything else is schoolbook.
 *
 *   multiply-add   a * b + c + d, the double-length result. It always fits: (B-1)^2 + 2(B-1) = B^2 - 1.
 *   divide         high:low / d with high < d and the top bit of d set (so the estimate below is off by at
 * most 2)
 *
 * 8, 16 and 32-bit limbs use the next larger integer. 64-bit words have two forms with the same results: by
 * 32-bit halves in plain C, and by the compiler's 128-bit integer where it has one. Both are always here, so
 * that a test compares them. */
#ifndef ATN_NUMBER_LIMB_H
#define ATN_NUMBER_LIMB_H

#include "number/wide.h"

static inline unsigned atn_u64_bits(uint64_t x)
{
#if defined(__GNUC__)
    return x == 0 ? 0 : 64 - (unsigned)__builtin_clzll(x);
#else
    unsigned bits = 0;
    for (unsigned step = 32; step != 0; step /= 2) {
        if (x >> step != 0) {
            x >>= step;
            bits += step;
        }
    }
    return bits + (x != 0);
#endif
}

static inline uint64_t atn_u64_mul_add_halves(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t *high)
{
    const uint64_t half = UINT64_C(0xffffffff);
    const uint64_t ll = (a & half) * (b & half);
    const uint64_t lh = (a & half) * (b >> 32);
    const uint64_t hl = (a >> 32) * (b & half);
    const uint64_t hh = (a >> 32) * (b >> 32);
    const uint64_t middle = (ll >> 32) + (lh & half) + (hl & half); /* < 3 * 2^32 */
    uint64_t low = (middle << 32) | (ll & half);
    uint64_t up = hh + (lh >> 32) + (hl >> 32) + (middle >> 32);
    low += c;
    up += low < c;
    low += d;
    up += low < d;
    *high = up;
    return low;
}

/* One 32-bit digit of the quotient of rest * 2^32 + next by d; rest < d, so it fits. Knuth's estimate from
 * the top half of d. */
static inline uint64_t atn_u64_divide_step(uint64_t rest, uint64_t next, uint64_t d, uint64_t *remainder)
{
    const uint64_t half = UINT64_C(0xffffffff);
    uint64_t digit = rest / (d >> 32);
    uint64_t over = rest % (d >> 32);
    while (digit > half || digit * (d & half) > ((over << 32) | next)) {
        digit--;
        over += d >> 32;
        if (over > half) {
            break;
        }
    }
    *remainder = ((rest << 32) | next) - digit * d; /* modulo 2^64; the true value is in [0, d) */
    return digit;
}

static inline uint64_t atn_u64_divide_halves(uint64_t high, uint64_t low, uint64_t d, uint64_t *remainder)
{
    uint64_t rest;
    const uint64_t upper = atn_u64_divide_step(high, low >> 32, d, &rest);
    const uint64_t lower = atn_u64_divide_step(rest, low & UINT64_C(0xffffffff), d, remainder);
    return (upper << 32) | lower;
}

#if defined(__SIZEOF_INT128__) && !defined(ATN_NO_INT128)
#define ATN_HAS_INT128 1
__extension__ typedef unsigned __int128 atn_u128;
#else
#define ATN_HAS_INT128 0
#endif

static inline uint64_t atn_u64_mul_add(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t *high)
{
#if ATN_HAS_INT128
    const atn_u128 product = (atn_u128)a * b + c + d;
    *high = (uint64_t)(product >> 64);
    return (uint64_t)product;
#else
    return atn_u64_mul_add_halves(a, b, c, d, high);
#endif
}

static inline uint64_t atn_u64_divide(uint64_t high, uint64_t low, uint64_t d, uint64_t *remainder)
{
#if ATN_HAS_INT128
    const uint64_t quotient = (uint64_t)(((atn_u128)high << 64 | low) / d);
    *remainder = low - quotient * d;
    return quotient;
#else
    return atn_u64_divide_halves(high, low, d, remainder);
#endif
}

/* Limbs of 64 bits are words; narrower ones are at most 32 bits wide, and a word holds two. */
static inline atn_limb atn_limb_mul_add(atn_limb a, atn_limb b, atn_limb c, atn_limb d, atn_limb *high)
{
#if ATN_LIMB_BITS == 64
    return atn_u64_mul_add(a, b, c, d, high);
#else
    const uint64_t product = (uint64_t)a * b + c + d;
    *high = (atn_limb)(product >> ATN_LIMB_BITS);
    return (atn_limb)product;
#endif
}

static inline atn_limb atn_limb_divide(atn_limb high, atn_limb low, atn_limb d, atn_limb *remainder)
{
#if ATN_LIMB_BITS == 64
    return atn_u64_divide(high, low, d, remainder);
#else
    const uint64_t number = (uint64_t)high << ATN_LIMB_BITS | low;
    *remainder = (atn_limb)(number % d);
    return (atn_limb)(number / d);
#endif
}

#define ATN_LIMB_MAX ((atn_limb) ~(atn_limb)0)
#define ATN_LIMBS_OF_U64 (64 / ATN_LIMB_BITS)

/* Bits [64 * word, 64 * word + 64) of the magnitude. */
static inline uint64_t atn_wide_word(const atn_wide *a, unsigned word)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < ATN_LIMBS_OF_U64; i++) {
        const unsigned at = word * ATN_LIMBS_OF_U64 + i;
        v |= at < a->n ? (uint64_t)a->limb[at] << (i * ATN_LIMB_BITS) : 0;
    }
    return v;
}

/* out[0, na + nb) = a * b, schoolbook; out overlaps neither. na, nb >= 1. */
void atn_limbs_multiply(atn_limb *out, const atn_limb *a, unsigned na, const atn_limb *b, unsigned nb);
/* For positive a and b: floor(a * 2^-e / b) with e chosen so that the quotient has 63 or 64 bits; *exponent =
 * e, *inexact tells whether there is a remainder. The head of a correctly rounded quotient, whatever its
 * size. */
uint64_t atn_wide_quotient64(const atn_wide *a, const atn_wide *b, int *exponent, bool *inexact);
/* 10^exponent, exponent <= 19. */
uint64_t atn_pow10_u64(unsigned exponent);

#endif
