/* Wide integers: sums of 128 bits, and sign and magnitude up to ATN_WIDE_BITS. Division stands in divide.c.
 *
 * Schoolbook throughout: at 12 limbs nothing cleverer pays. A number says how many limbs it uses, so the ordinary ones (one or two
 * limbs) cost a few instructions. Functions work on copies or from the low limb up, so that `out` may be an operand. */
#include "number/limb.h"

#include <string.h>

/* --- 128-bit sums --- */

/* Two's complement reinterpreted; every compiler that matters does what C23 requires. */
static int64_t as_signed(uint64_t x)
{
    return (int64_t)x;
}

attain_i128 atn_i128_from_i64(int64_t v)
{
    return (attain_i128){(uint64_t)v, v < 0 ? -1 : 0};
}

attain_i128 atn_i128_add(attain_i128 a, attain_i128 b, bool *overflow)
{
    const uint64_t lo = a.lo + b.lo;
    const int64_t hi = as_signed((uint64_t)a.hi + (uint64_t)b.hi + (lo < a.lo));
    if ((a.hi < 0) == (b.hi < 0) && (hi < 0) != (a.hi < 0)) {
        *overflow = true;
    }
    return (attain_i128){lo, hi};
}

static attain_i128 negate(attain_i128 a)
{
    return (attain_i128){0 - a.lo, as_signed(~(uint64_t)a.hi + (a.lo == 0))};
}

attain_i128 atn_i128_neg(attain_i128 a, bool *overflow)
{
    if (a.lo == 0 && a.hi == INT64_MIN) {
        *overflow = true;
    }
    return negate(a);
}

attain_i128 atn_i128_mul_i64(attain_i128 a, int64_t b, bool *overflow)
{
    const bool negative = (a.hi < 0) != (b < 0);
    const attain_i128 size = a.hi < 0 ? negate(a) : a; /* 2^127 reads as unsigned below */
    const uint64_t factor = b < 0 ? 0 - (uint64_t)b : (uint64_t)b;
    uint64_t carry;
    uint64_t top;
    const uint64_t lo = atn_u64_mul_add(size.lo, factor, 0, 0, &carry);
    const uint64_t hi = atn_u64_mul_add((uint64_t)size.hi, factor, carry, 0, &top);
    const uint64_t limit = UINT64_C(1) << 63;
    if (top != 0 || hi > limit || (hi == limit && (lo != 0 || !negative))) {
        *overflow = true;
    }
    const attain_i128 product = {lo, as_signed(hi)};
    return negative ? negate(product) : product;
}

int atn_i128_compare(attain_i128 a, attain_i128 b)
{
    if (a.hi != b.hi) {
        return a.hi < b.hi ? -1 : 1;
    }
    return (a.lo > b.lo) - (a.lo < b.lo);
}

int atn_i128_sign(attain_i128 a)
{
    return a.hi < 0 ? -1 : (a.hi != 0 || a.lo != 0);
}

bool atn_i128_fits_i64(attain_i128 a)
{
    return a.hi == (as_signed(a.lo) < 0 ? -1 : 0);
}

/* --- making and reading --- */

/* Counts the limbs in use among limb[0, n) and sets the rest of the number. */
static void finish(atn_wide *out, unsigned n, bool negative)
{
    while (n > 0 && out->limb[n - 1] == 0) {
        n--;
    }
    out->n = (uint16_t)n;
    out->negative = negative && n > 0;
    out->overflow = false;
}

static void set_overflow(atn_wide *out)
{
    out->n = 0;
    out->negative = false;
    out->overflow = true;
}

static void put_u64(atn_limb *limb, uint64_t v)
{
    for (unsigned i = 0; i < ATN_LIMBS_OF_U64; i++) {
        limb[i] = (atn_limb)(v >> (i * ATN_LIMB_BITS));
    }
}

atn_wide atn_wide_zero(void)
{
    return (atn_wide){.n = 0};
}

static atn_wide from_magnitude(uint64_t lo, uint64_t hi, bool negative)
{
    atn_wide out;
    put_u64(out.limb, lo);
    put_u64(out.limb + ATN_LIMBS_OF_U64, hi);
    finish(&out, 2 * ATN_LIMBS_OF_U64, negative);
    return out;
}

atn_wide atn_wide_from_u64(uint64_t v)
{
    return from_magnitude(v, 0, false);
}

atn_wide atn_wide_from_i64(int64_t v)
{
    return from_magnitude(v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 0, v < 0);
}

atn_wide atn_wide_from_i128(attain_i128 v)
{
    const attain_i128 size = v.hi < 0 ? negate(v) : v;
    return from_magnitude(size.lo, (uint64_t)size.hi, v.hi < 0);
}

bool atn_wide_to_i128(const atn_wide *a, attain_i128 *out)
{
    if (a->overflow || atn_wide_bits(a) > 128) {
        return false;
    }
    const uint64_t lo = atn_wide_word(a, 0);
    const uint64_t hi = atn_wide_word(a, 1);
    const uint64_t limit = UINT64_C(1) << 63;
    if (hi > limit || (hi == limit && (lo != 0 || !a->negative))) {
        return false;
    }
    const attain_i128 size = {lo, as_signed(hi)};
    *out = a->negative ? negate(size) : size;
    return true;
}

bool atn_wide_to_i64(const atn_wide *a, int64_t *out)
{
    attain_i128 v;
    if (!atn_wide_to_i128(a, &v) || !atn_i128_fits_i64(v)) {
        return false;
    }
    *out = as_signed(v.lo);
    return true;
}

/* --- comparing --- */

static unsigned limbs_bits(const atn_limb *limb, unsigned n)
{
    return n == 0 ? 0 : (n - 1) * ATN_LIMB_BITS + atn_u64_bits(limb[n - 1]);
}

static int limbs_compare(const atn_limb *a, unsigned na, const atn_limb *b, unsigned nb)
{
    if (na != nb) {
        return na < nb ? -1 : 1;
    }
    for (unsigned i = na; i-- > 0;) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}

int atn_wide_sign(const atn_wide *a)
{
    return a->negative ? -1 : a->n != 0;
}

unsigned atn_wide_bits(const atn_wide *a)
{
    return limbs_bits(a->limb, a->n);
}

int atn_wide_compare_magnitude(const atn_wide *a, const atn_wide *b)
{
    return limbs_compare(a->limb, a->n, b->limb, b->n);
}

int atn_wide_compare(const atn_wide *a, const atn_wide *b)
{
    if (a->negative != b->negative) {
        return a->negative ? -1 : 1;
    }
    const int order = atn_wide_compare_magnitude(a, b);
    return a->negative ? -order : order;
}

static unsigned multiply(atn_limb *out, const atn_wide *a, const atn_wide *b)
{
    if (a->n == 0 || b->n == 0) {
        return 0;
    }
    atn_limbs_multiply(out, a->limb, a->n, b->limb, b->n);
    const unsigned n = (unsigned)a->n + b->n;
    return out[n - 1] == 0 ? n - 1 : n;
}

/* A product of x and y bits has x + y - 1 or x + y bits: lengths decide most comparisons, without a multiplication. */
static int compare_product_magnitudes(const atn_wide *a, const atn_wide *b, const atn_wide *c,
                                      const atn_wide *d)
{
    const unsigned left_bits = atn_wide_bits(a) + atn_wide_bits(b);
    const unsigned right_bits = atn_wide_bits(c) + atn_wide_bits(d);
    if (left_bits > right_bits + 1) {
        return 1;
    }
    if (right_bits > left_bits + 1) {
        return -1;
    }
    atn_limb left[2 * ATN_WIDE_LIMBS];
    atn_limb right[2 * ATN_WIDE_LIMBS];
    const unsigned n_left = multiply(left, a, b);
    const unsigned n_right = multiply(right, c, d);
    return limbs_compare(left, n_left, right, n_right);
}

int atn_wide_compare_products(const atn_wide *a, const atn_wide *b, const atn_wide *c, const atn_wide *d)
{
    const int left = atn_wide_sign(a) * atn_wide_sign(b);
    const int right = atn_wide_sign(c) * atn_wide_sign(d);
    if (left != right) {
        return left < right ? -1 : 1;
    }
    return left == 0 ? 0 : left * compare_product_magnitudes(a, b, c, d);
}

/* --- adding --- */

/* |a| + |b|, na >= nb. */
static void add_magnitudes(atn_wide *out, const atn_wide *a, const atn_wide *b, bool negative)
{
    const unsigned na = a->n;
    const unsigned nb = b->n;
    atn_limb carry = 0;
    for (unsigned i = 0; i < na; i++) {
        const atn_limb x = (atn_limb)(a->limb[i] + carry);
        const atn_limb sum = (atn_limb)(x + (i < nb ? b->limb[i] : 0));
        carry = (atn_limb)((x < carry) | (sum < x)); /* never both */
        out->limb[i] = sum;
    }
    if (carry != 0 && na == ATN_WIDE_LIMBS) {
        set_overflow(out);
        return;
    }
    if (carry != 0) {
        out->limb[na] = carry;
    }
    finish(out, na + (carry != 0), negative);
}

/* |a| - |b|, |a| >= |b|. */
static void subtract_magnitudes(atn_wide *out, const atn_wide *a, const atn_wide *b, bool negative)
{
    const unsigned na = a->n;
    const unsigned nb = b->n;
    atn_limb borrow = 0;
    for (unsigned i = 0; i < na; i++) {
        const atn_limb x = a->limb[i];
        const atn_limb y = i < nb ? b->limb[i] : 0;
        const atn_limb difference = (atn_limb)(x - y);
        out->limb[i] = (atn_limb)(difference - borrow);
        borrow = (atn_limb)((x < y) | (difference < borrow)); /* never both */
    }
    finish(out, na, negative);
}

static void add_signed(atn_wide *out, const atn_wide *a, const atn_wide *b, bool b_negative)
{
    if (a->overflow || b->overflow) {
        set_overflow(out);
    } else if (a->negative == b_negative) {
        const bool a_longer = a->n >= b->n;
        add_magnitudes(out, a_longer ? a : b, a_longer ? b : a, a->negative);
    } else if (atn_wide_compare_magnitude(a, b) >= 0) {
        subtract_magnitudes(out, a, b, a->negative);
    } else {
        subtract_magnitudes(out, b, a, b_negative);
    }
}

void atn_wide_add(atn_wide *out, const atn_wide *a, const atn_wide *b)
{
    add_signed(out, a, b, b->negative);
}

void atn_wide_sub(atn_wide *out, const atn_wide *a, const atn_wide *b)
{
    add_signed(out, a, b, !b->negative);
}

void atn_wide_neg(atn_wide *out, const atn_wide *a)
{
    *out = *a;
    out->negative = a->n != 0 && !a->negative;
}

/* --- multiplying --- */

void atn_limbs_multiply(atn_limb *out, const atn_limb *a, unsigned na, const atn_limb *b, unsigned nb)
{
    memset(out, 0, nb * sizeof *out);
    for (unsigned i = 0; i < na; i++) {
        atn_limb carry = 0;
        for (unsigned j = 0; j < nb; j++) {
            out[i + j] = atn_limb_mul_add(a[i], b[j], out[i + j], carry, &carry);
        }
        out[i + nb] = carry;
    }
}

void atn_wide_mul(atn_wide *out, const atn_wide *a, const atn_wide *b)
{
    if (a->overflow || b->overflow) {
        set_overflow(out);
        return;
    }
    atn_limb product[2 * ATN_WIDE_LIMBS];
    const bool negative = a->negative != b->negative;
    const unsigned n = multiply(product, a, b);
    if (n > ATN_WIDE_LIMBS) {
        set_overflow(out);
        return;
    }
    memcpy(out->limb, product, n * sizeof *product);
    finish(out, n, negative);
}

void atn_wide_mul_u64(atn_wide *out, const atn_wide *a, uint64_t b)
{
    const atn_wide factor = atn_wide_from_u64(b);
    atn_wide_mul(out, a, &factor);
}

#define POW10_MOST 19

uint64_t atn_pow10_u64(unsigned exponent)
{
    static const uint64_t powers[POW10_MOST + 1] = {
        UINT64_C(1),
        UINT64_C(10),
        UINT64_C(100),
        UINT64_C(1000),
        UINT64_C(10000),
        UINT64_C(100000),
        UINT64_C(1000000),
        UINT64_C(10000000),
        UINT64_C(100000000),
        UINT64_C(1000000000),
        UINT64_C(10000000000),
        UINT64_C(100000000000),
        UINT64_C(1000000000000),
        UINT64_C(10000000000000),
        UINT64_C(100000000000000),
        UINT64_C(1000000000000000),
        UINT64_C(10000000000000000),
        UINT64_C(100000000000000000),
        UINT64_C(1000000000000000000),
        UINT64_C(10000000000000000000),
    };
    return powers[exponent];
}

void atn_wide_mul_pow10(atn_wide *out, const atn_wide *a, unsigned exponent)
{
    *out = *a;
    while (exponent > 0 && out->n > 0) {
        const unsigned step = exponent < POW10_MOST ? exponent : POW10_MOST;
        atn_wide_mul_u64(out, out, atn_pow10_u64(step));
        exponent -= step;
    }
}
