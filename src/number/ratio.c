/* Ratios. Arithmetic is the school's: cross products, no reduction on the way, because comparing and rounding do not need lowest
 * terms and a greatest common divisor costs a hundred times an addition. Only a result longer than REDUCE_BITS is computed again from
 * reduced operands; ordinary figures have 30 to 130 bits and never come there. */
#include "number/ratio.h"

/* Half of ATN_WIDE_BITS: as long as both operands are shorter, no product of two of them overflows. */
#define REDUCE_BITS (ATN_WIDE_BITS / 2)

atn_ratio atn_ratio_zero(void)
{
    return atn_ratio_from_i64(0);
}

atn_ratio atn_ratio_from_i64(int64_t v)
{
    return (atn_ratio){atn_wide_from_i64(v), atn_wide_from_u64(1)};
}

atn_ratio atn_ratio_from_decimal(attain_i128 mantissa, unsigned decimals)
{
    atn_ratio r = {atn_wide_from_i128(mantissa), atn_wide_from_u64(1)};
    atn_wide_mul_pow10(&r.den, &r.den, decimals);
    return r;
}

static void make_den_positive(atn_ratio *r)
{
    if (r->den.negative) {
        atn_wide_neg(&r->num, &r->num);
        atn_wide_neg(&r->den, &r->den);
    }
}

atn_ratio atn_ratio_make(const atn_wide *num, const atn_wide *den)
{
    atn_ratio r = {*num, *den};
    make_den_positive(&r);
    return r;
}

void atn_ratio_reduce(atn_ratio *r)
{
    if (atn_ratio_overflow(r)) {
        return;
    }
    atn_wide divisor;
    atn_wide_gcd(&divisor, &r->num, &r->den);
    if (atn_wide_bits(&divisor) > 1) {
        atn_wide_divide(&r->num, NULL, &r->num, &divisor);
        atn_wide_divide(&r->den, NULL, &r->den, &divisor);
    }
}

bool atn_ratio_overflow(const atn_ratio *r)
{
    return r->num.overflow || r->den.overflow;
}

/* --- the four operations --- */

typedef void operation(atn_ratio *out, const atn_ratio *a, const atn_ratio *b); /* out is neither a nor b */

static void add_or_sub(atn_ratio *out, const atn_ratio *a, const atn_ratio *b,
                       void (*op)(atn_wide *, const atn_wide *, const atn_wide *))
{
    if (atn_wide_compare(&a->den, &b->den) == 0) {
        op(&out->num, &a->num, &b->num);
        out->den = a->den;
        out->den.overflow = a->den.overflow || b->den.overflow;
        return;
    }
    atn_wide other;
    atn_wide_mul(&out->num, &a->num, &b->den);
    atn_wide_mul(&other, &b->num, &a->den);
    op(&out->num, &out->num, &other);
    atn_wide_mul(&out->den, &a->den, &b->den);
}

static void add(atn_ratio *out, const atn_ratio *a, const atn_ratio *b)
{
    add_or_sub(out, a, b, atn_wide_add);
}

static void sub(atn_ratio *out, const atn_ratio *a, const atn_ratio *b)
{
    add_or_sub(out, a, b, atn_wide_sub);
}

static void mul(atn_ratio *out, const atn_ratio *a, const atn_ratio *b)
{
    atn_wide_mul(&out->num, &a->num, &b->num);
    atn_wide_mul(&out->den, &a->den, &b->den);
}

static void div_by(atn_ratio *out, const atn_ratio *a, const atn_ratio *b)
{
    atn_wide_mul(&out->num, &a->num, &b->den);
    atn_wide_mul(&out->den, &a->den, &b->num);
    make_den_positive(out);
}

static bool is_long(const atn_ratio *r)
{
    return atn_ratio_overflow(r) || atn_wide_bits(&r->num) > REDUCE_BITS ||
           atn_wide_bits(&r->den) > REDUCE_BITS;
}

static void apply(operation *op, atn_ratio *out, const atn_ratio *a, const atn_ratio *b)
{
    atn_ratio result;
    op(&result, a, b);
    if (is_long(&result)) {
        atn_ratio x = *a;
        atn_ratio y = *b;
        atn_ratio_reduce(&x);
        atn_ratio_reduce(&y);
        op(&result, &x, &y);
        atn_ratio_reduce(&result);
    }
    *out = result;
}

void atn_ratio_add(atn_ratio *out, const atn_ratio *a, const atn_ratio *b)
{
    apply(add, out, a, b);
}

void atn_ratio_sub(atn_ratio *out, const atn_ratio *a, const atn_ratio *b)
{
    apply(sub, out, a, b);
}

void atn_ratio_mul(atn_ratio *out, const atn_ratio *a, const atn_ratio *b)
{
    apply(mul, out, a, b);
}

void atn_ratio_div(atn_ratio *out, const atn_ratio *a, const atn_ratio *b)
{
    apply(div_by, out, a, b);
}

/* --- comparing --- */

/* num_a / den_a < num_b / den_b if and only if num_a * den_b < num_b * den_a: both dens are positive. */
int atn_ratio_compare(const atn_ratio *a, const atn_ratio *b)
{
    return atn_wide_compare_products(&a->num, &b->den, &b->num, &a->den);
}

int atn_ratio_sign(const atn_ratio *a)
{
    return atn_wide_sign(&a->num);
}

atn_bound atn_bound_of(const atn_ratio *r)
{
    return (atn_bound){0, *r};
}

atn_bound atn_bound_infinite(int sign)
{
    return (atn_bound){sign, atn_ratio_zero()};
}

int atn_bound_compare(const atn_bound *a, const atn_bound *b)
{
    if (a->infinite != 0 || b->infinite != 0) {
        return (a->infinite > b->infinite) - (a->infinite < b->infinite);
    }
    return atn_ratio_compare(&a->r, &b->r);
}

int atn_bound_compare_ratio(const atn_bound *a, const atn_ratio *b)
{
    return a->infinite != 0 ? a->infinite : atn_ratio_compare(&a->r, b);
}

/* --- rounding --- */

/* Whether the quotient cut towards zero moves one away from zero. The half is found by comparing r with d - r: no doubling, so no
 * overflow. */
static bool moves_away(const atn_wide *q, const atn_wide *r, const atn_wide *d, attain_rounding mode)
{
    if (r->n == 0) {
        return false;
    }
    if (mode == ATTAIN_ROUND_FLOOR) {
        return r->negative;
    }
    if (mode == ATTAIN_ROUND_CEIL) {
        return !r->negative;
    }
    atn_wide size = *r;
    size.negative = false;
    atn_wide rest;
    atn_wide_sub(&rest, d, &size);
    const int order = atn_wide_compare_magnitude(&size, &rest);
    if (order != 0 || mode != ATTAIN_ROUND_HALF_EVEN) {
        return order >= 0;
    }
    return q->n != 0 && (q->limb[0] & 1) != 0;
}

void atn_ratio_round(atn_wide *out, const atn_ratio *r, unsigned digits, attain_rounding mode)
{
    atn_wide scaled;
    atn_wide q;
    atn_wide rest;
    atn_wide_mul_pow10(&scaled, &r->num, digits);
    atn_wide_divide(&q, &rest, &scaled, &r->den);
    if (!q.overflow && moves_away(&q, &rest, &r->den, mode)) {
        const atn_wide step = atn_wide_from_i64(rest.negative ? -1 : 1);
        atn_wide_add(&q, &q, &step);
    }
    *out = q;
}
