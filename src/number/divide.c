/* Division: Knuth's algorithm D (TAOCP 4.3.1), the greatest common divisor, and the head of a quotient for doubles.
 *
 * Both numbers are shifted left until the divisor's top bit is set; then a quotient limb guessed from two limbs of the dividend and
 * one of the divisor is at most 2 too large, a look at a third limb makes that at most 1, and an "add back" (about once in 2^BITS
 * guesses; every few numbers at 8-bit limbs, where tests meet it all the time) repairs the rest.
 *
 *   u:  [ u0 u1 ... u(nu-1) | extra ]     v:  [ v0 ... v(nv-1) ]     q = nu - nv + 1 limbs, the remainder stays in u  */
#include "number/limb.h"

#include <string.h>

/* Dividends reach ATN_WIDE_BITS + 64 + one limb of normalisation, and the algorithm wants one more. */
#define LONG_LIMBS (ATN_WIDE_LIMBS + ATN_LIMBS_OF_U64 + 2)

/* u -= digit * v over nv + 1 limbs; true if that went below zero. */
static bool subtract_multiple(atn_limb *u, const atn_limb *v, unsigned nv, atn_limb digit)
{
    atn_limb carry = 0;
    atn_limb borrow = 0;
    for (unsigned i = 0; i <= nv; i++) {
        const atn_limb part = atn_limb_mul_add(digit, i < nv ? v[i] : 0, carry, 0, &carry);
        const atn_limb difference = (atn_limb)(u[i] - part);
        const atn_limb under = (atn_limb)((u[i] < part) | (difference < borrow)); /* never both */
        u[i] = (atn_limb)(difference - borrow);
        borrow = under;
    }
    return borrow != 0;
}

static void add_back(atn_limb *u, const atn_limb *v, unsigned nv)
{
    atn_limb carry = 0;
    for (unsigned i = 0; i <= nv; i++) {
        const atn_limb x = (atn_limb)(u[i] + carry);
        const atn_limb sum = (atn_limb)(x + (i < nv ? v[i] : 0));
        carry = (atn_limb)((x < carry) | (sum < x)); /* never both */
        u[i] = sum;
    }
}

/* The quotient limb of u[0, nv] by v[0, nv), at most 1 too large; u[nv] <= v[nv-1]. */
static atn_limb guess_digit(const atn_limb *u, const atn_limb *v, unsigned nv)
{
    const atn_limb top = v[nv - 1];
    atn_limb digit = ATN_LIMB_MAX;
    atn_limb rest = (atn_limb)(u[nv - 1] + top);
    bool rest_is_limb = rest >= top;
    if (u[nv] < top) {
        digit = atn_limb_divide(u[nv], u[nv - 1], top, &rest);
        rest_is_limb = true;
    }
    while (nv > 1 && rest_is_limb) {
        atn_limb high;
        const atn_limb low = atn_limb_mul_add(digit, v[nv - 2], 0, 0, &high);
        if (high < rest || (high == rest && low <= u[nv - 2])) {
            break;
        }
        digit--;
        rest = (atn_limb)(rest + top);
        rest_is_limb = rest >= top;
    }
    return digit;
}

/* q[0, nq) = u / v, u = u mod v. u has nq + nv limbs, nq >= 1, nv >= 1, the top bit of v is set and u's top limb < v's or 0. */
static void divide_limbs(atn_limb *q, unsigned nq, atn_limb *u, const atn_limb *v, unsigned nv)
{
    for (unsigned j = nq; j-- > 0;) {
        atn_limb digit = guess_digit(u + j, v, nv);
        if (subtract_multiple(u + j, v, nv, digit)) {
            digit--;
            add_back(u + j, v, nv);
        }
        q[j] = digit;
    }
}

/* out[0, n_out) = in[0, n) * 2^shift; n_out is large enough. */
static void shift_left(atn_limb *out, unsigned n_out, const atn_limb *in, unsigned n, unsigned shift)
{
    const unsigned whole = shift / ATN_LIMB_BITS;
    const unsigned bits = shift % ATN_LIMB_BITS;
    memset(out, 0, n_out * sizeof *out);
    for (unsigned i = 0; i < n; i++) {
        out[i + whole] = (atn_limb)(out[i + whole] | (atn_limb)(in[i] << bits));
        if (bits != 0 && in[i] >> (ATN_LIMB_BITS - bits) != 0) {
            out[i + whole + 1] = (atn_limb)(in[i] >> (ATN_LIMB_BITS - bits));
        }
    }
}

static void shift_right(atn_limb *limb, unsigned n, unsigned bits)
{
    for (unsigned i = 0; bits != 0 && i < n; i++) {
        const atn_limb above = i + 1 < n ? limb[i + 1] : 0;
        limb[i] = (atn_limb)((atn_limb)(limb[i] >> bits) | (atn_limb)(above << (ATN_LIMB_BITS - bits)));
    }
}

/* Bits by which the top limb must be shifted to fill it. */
static unsigned gap_above(const atn_wide *b)
{
    return b->n * ATN_LIMB_BITS - atn_wide_bits(b);
}

static void store(atn_wide *out, const atn_limb *limb, unsigned n, bool negative)
{
    if (out == NULL) {
        return;
    }
    while (n > 0 && limb[n - 1] == 0) {
        n--;
    }
    memcpy(out->limb, limb, n * sizeof *limb);
    out->n = (uint16_t)n;
    out->negative = negative && n > 0;
    out->overflow = false;
}

static void store_overflow(atn_wide *out)
{
    if (out != NULL) {
        *out = (atn_wide){.overflow = true};
    }
}

void atn_wide_divide(atn_wide *q, atn_wide *r, const atn_wide *a, const atn_wide *b)
{
    if (a->overflow || b->overflow || b->n == 0) {
        store_overflow(q);
        store_overflow(r);
        return;
    }
    const unsigned na = a->n;
    const unsigned nb = b->n;
    const bool a_negative = a->negative;
    const bool q_negative = a->negative != b->negative;
    atn_limb u[LONG_LIMBS];
    atn_limb v[LONG_LIMBS];
    atn_limb quotient[LONG_LIMBS];
    if (na < nb) {
        memcpy(u, a->limb, na * sizeof *u);
        store(q, u, 0, false);
        store(r, u, na, a_negative);
        return;
    }
    const unsigned shift = gap_above(b);
    shift_left(u, na + 1, a->limb, na, shift);
    shift_left(v, nb, b->limb, nb, shift);
    divide_limbs(quotient, na - nb + 1, u, v, nb);
    shift_right(u, nb, shift);
    store(q, quotient, na - nb + 1, q_negative);
    store(r, u, nb, a_negative);
}

static uint64_t gcd_u64(uint64_t a, uint64_t b)
{
    while (b != 0) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Euclid with whole divisions until both numbers fit a word. Ratios are reduced rarely (for printing, or when they grow long), so
 * Lehmer's method would save time nobody waits for. */
void atn_wide_gcd(atn_wide *out, const atn_wide *a, const atn_wide *b)
{
    if (a->overflow || b->overflow) {
        store_overflow(out);
        return;
    }
    atn_wide x = *a;
    atn_wide y = *b;
    while (y.n != 0 && (x.n > ATN_LIMBS_OF_U64 || y.n > ATN_LIMBS_OF_U64)) {
        atn_wide rest;
        atn_wide_divide(NULL, &rest, &x, &y);
        x = y;
        y = rest;
    }
    if (y.n != 0) {
        x = atn_wide_from_u64(gcd_u64(atn_wide_word(&x, 0), atn_wide_word(&y, 0)));
    }
    x.negative = false;
    *out = x;
}

/* With bits(a) + k - bits(b) = 63 the quotient a * 2^k / b lies in (2^62, 2^64). A shift of a to the right is one of b to the left:
 * bits(b) - k = bits(a) - 63 <= ATN_WIDE_BITS, so b stays within its limbs. With b filling its limbs a is 63 bits longer, which is
 * one word: the quotient is u's limbs above v's, and one more that is 0. */
uint64_t atn_wide_quotient64(const atn_wide *a, const atn_wide *b, int *exponent, bool *inexact)
{
    const int k = 63 - ((int)atn_wide_bits(a) - (int)atn_wide_bits(b));
    const unsigned a_shift = k > 0 ? (unsigned)k : 0;
    const unsigned b_shift = k < 0 ? (unsigned)-k : 0;
    const unsigned b_bits = atn_wide_bits(b) + b_shift;
    const unsigned nv = (b_bits + ATN_LIMB_BITS - 1) / ATN_LIMB_BITS;
    const unsigned shift = nv * ATN_LIMB_BITS - b_bits;
    atn_limb u[LONG_LIMBS];
    atn_limb v[LONG_LIMBS];
    atn_limb quotient[LONG_LIMBS];
    shift_left(u, nv + ATN_LIMBS_OF_U64 + 1, a->limb, a->n, shift + a_shift);
    shift_left(v, nv, b->limb, b->n, shift + b_shift);
    divide_limbs(quotient, ATN_LIMBS_OF_U64 + 1, u, v, nv);
    uint64_t q = 0;
    for (unsigned i = 0; i < ATN_LIMBS_OF_U64; i++) {
        q |= (uint64_t)quotient[i] << (i * ATN_LIMB_BITS);
    }
    *inexact = false;
    for (unsigned i = 0; i < nv; i++) {
        *inexact = *inexact || u[i] != 0;
    }
    *exponent = -k;
    return q;
}
