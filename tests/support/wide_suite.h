/* The laws of wide integers and of what stands on them, against slow numbers. One suite for every limb width: test_wide.c runs it on
 * the library, test_wide_limb8.c and its kin on the same sources compiled with other limbs.
 *
 * Random numbers are made of 64-bit words, so that all widths see the same ones, and every result goes into a digest that is the same
 * constant for all of them. */
#ifndef TEST_WIDE_SUITE_H
#define TEST_WIDE_SUITE_H

#include "number/decimal.h"
#include "number/double.h"
#include "number/limb.h"
#include "support/check.h"
#include "support/rng.h"
#include "support/slow.h"

#define SUITE_WORDS (ATN_WIDE_BITS / 64)
#define SUITE_DIGEST UINT64_C(0x2fb3f955b6c38e78)

/* --- making numbers --- */

static atn_wide wide_of_words(const uint64_t words[SUITE_WORDS], bool negative)
{
    atn_wide a = atn_wide_zero();
    for (unsigned i = 0; i < ATN_WIDE_LIMBS; i++) {
        a.limb[i] = (atn_limb)(words[i / ATN_LIMBS_OF_U64] >> (i % ATN_LIMBS_OF_U64 * ATN_LIMB_BITS));
        if (a.limb[i] != 0) {
            a.n = (uint16_t)(i + 1);
        }
    }
    a.negative = negative && a.n != 0;
    return a;
}

/* At most max_bits bits. A third has long runs of ones and zeros: those lead division astray where it can be. */
static atn_wide any_wide(rng *r, unsigned max_bits)
{
    uint64_t words[SUITE_WORDS] = {0};
    const unsigned bits = (unsigned)rng_below(r, max_bits + 1);
    const bool runs = rng_below(r, 3) == 0;
    for (unsigned i = 0; i * 64 < bits; i++) {
        const uint64_t kind = rng_below(r, 4);
        const uint64_t word = rng_next(r);
        words[i] = !runs       ? word
                   : kind == 0 ? 0
                   : kind == 1 ? UINT64_MAX
                   : kind == 2 ? UINT64_MAX << (word % 64)
                               : word;
        if (bits - i * 64 < 64) {
            words[i] &= (UINT64_C(1) << (bits - i * 64)) - 1;
        }
    }
    return wide_of_words(words, rng_below(r, 2) == 0);
}

static atn_wide power_of_two(unsigned exponent)
{
    uint64_t words[SUITE_WORDS] = {0};
    words[exponent / 64] = UINT64_C(1) << (exponent % 64);
    return wide_of_words(words, false);
}

static atn_wide largest(void)
{
    uint64_t words[SUITE_WORDS];
    memset(words, 0xff, sizeof words);
    return wide_of_words(words, false);
}

static void check_well_formed(const atn_wide *a)
{
    assert_true(a->n <= ATN_WIDE_LIMBS);
    assert_true(a->n == 0 ? !a->negative : a->limb[a->n - 1] != 0);
}

static void check_same(const atn_wide *a, const atn_wide *b)
{
    check_well_formed(a);
    assert_int_equal(a->overflow, b->overflow);
    assert_int_equal(a->negative, b->negative);
    assert_int_equal(a->n, b->n);
    assert_memory_equal(a->limb, b->limb, a->n * sizeof *a->limb);
}

/* a is +-size. */
static void check_is(const atn_wide *a, bool negative, const slow *size)
{
    check_well_formed(a);
    assert_false(a->overflow);
    const slow got = slow_of_wide(a);
    assert_int_equal(slow_compare(&got, size), 0);
    assert_int_equal(a->negative, negative && size->n != 0);
}

/* --- the laws --- */

static void wide_sum_is_that_of_the_school_book(void **state)
{
    (void)state;
    rng r = rng_new(1);
    for (int i = 0; i < 3000; i++) {
        const atn_wide a = any_wide(&r, ATN_WIDE_BITS - 1);
        const atn_wide b = any_wide(&r, ATN_WIDE_BITS - 1);
        const slow x = slow_of_wide(&a);
        const slow y = slow_of_wide(&b);
        const int order = slow_compare(&x, &y);
        const slow size = a.negative == b.negative ? slow_add(&x, &y)
                          : order >= 0             ? slow_subtract(&x, &y)
                                                   : slow_subtract(&y, &x);
        atn_wide sum;
        atn_wide_add(&sum, &a, &b);
        check_is(&sum, order >= 0 ? a.negative : b.negative, &size);

        atn_wide minus_b;
        atn_wide_neg(&minus_b, &b);
        atn_wide difference;
        atn_wide_sub(&difference, &a, &minus_b);
        check_same(&difference, &sum);

        atn_wide in_place = a;
        atn_wide_add(&in_place, &in_place, &b);
        check_same(&in_place, &sum);
        in_place = b;
        atn_wide_add(&in_place, &a, &in_place);
        check_same(&in_place, &sum);
        in_place = a;
        atn_wide_sub(&in_place, &in_place, &in_place);
        assert_int_equal(atn_wide_sign(&in_place), 0);
        check_well_formed(&in_place);
    }
}

static void wide_product_is_that_of_the_school_book(void **state)
{
    (void)state;
    rng r = rng_new(2);
    const slow limit = slow_power(2, ATN_WIDE_BITS);
    int n_overflows = 0;
    for (int i = 0; i < 2000; i++) {
        const atn_wide a = any_wide(&r, ATN_WIDE_BITS);
        const atn_wide b = any_wide(&r, (unsigned)rng_below(&r, ATN_WIDE_BITS + 1));
        const slow x = slow_of_wide(&a);
        const slow y = slow_of_wide(&b);
        const slow size = slow_multiply(&x, &y);
        atn_wide product;
        atn_wide_mul(&product, &a, &b);
        if (slow_compare(&size, &limit) >= 0) {
            assert_true(product.overflow);
            n_overflows++;
        } else {
            check_is(&product, a.negative != b.negative, &size);
        }
        atn_wide in_place = b;
        atn_wide_mul(&in_place, &a, &in_place);
        check_same(&in_place, &product);
    }
    assert_true(n_overflows > 100);
}

static void wide_scaling_is_multiplication(void **state)
{
    (void)state;
    rng r = rng_new(3);
    for (int i = 0; i < 500; i++) {
        const atn_wide a = any_wide(&r, 300);
        const unsigned exponent = (unsigned)rng_below(&r, 100);
        const uint64_t factor = rng_any_size(&r);
        slow size = slow_of_wide(&a);
        const slow y = slow_of_u64(factor);
        const slow times = slow_multiply(&size, &y);
        atn_wide got;
        atn_wide_mul_u64(&got, &a, factor);
        check_is(&got, a.negative, &times);
        for (unsigned k = 0; k < exponent; k++) {
            slow_step(&size, 10, 0);
        }
        atn_wide_mul_pow10(&got, &a, exponent);
        check_is(&got, a.negative, &size);
    }
    const atn_wide one = atn_wide_from_u64(1);
    atn_wide got;
    atn_wide_mul_pow10(&got, &one, 231); /* 10^231 < 2^768 < 10^232 */
    assert_false(got.overflow);
    atn_wide_mul_pow10(&got, &one, 232);
    assert_true(got.overflow);
}

static void check_division(const atn_wide *a, const atn_wide *b)
{
    atn_wide q;
    atn_wide rest;
    atn_wide_divide(&q, &rest, a, b);
    check_well_formed(&q);
    check_well_formed(&rest);
    const slow x = slow_of_wide(a);
    const slow y = slow_of_wide(b);
    const slow quotient = slow_of_wide(&q);
    const slow remainder = slow_of_wide(&rest);
    slow back = slow_multiply(&quotient, &y);
    back = slow_add(&back, &remainder);
    assert_int_equal(slow_compare(&back, &x), 0);
    assert_true(slow_compare(&remainder, &y) < 0);
    assert_int_equal(q.negative, q.n != 0 && a->negative != b->negative);
    assert_int_equal(rest.negative, rest.n != 0 && a->negative);

    atn_wide other = *a;
    atn_wide_divide(&other, NULL, &other, b);
    check_same(&other, &q);
    other = *b;
    atn_wide_divide(NULL, &other, a, &other);
    check_same(&other, &rest);
}

static void wide_quotient_times_divisor_and_rest_is_the_dividend(void **state)
{
    (void)state;
    rng r = rng_new(4);
    for (int i = 0; i < 4000; i++) {
        const atn_wide a = any_wide(&r, ATN_WIDE_BITS);
        atn_wide b = any_wide(&r, (unsigned)rng_below(&r, ATN_WIDE_BITS + 1));
        if (b.n == 0) {
            b = atn_wide_from_u64(1);
        }
        check_division(&a, &b);
    }
    const atn_wide top = largest();
    for (unsigned k = 0; k < ATN_WIDE_BITS; k++) {
        const atn_wide power = power_of_two(k);
        atn_wide below;
        const atn_wide one = atn_wide_from_u64(1);
        atn_wide_sub(&below, &power, &one);
        check_division(&top, &power);
        check_division(&power, &top);
        if (below.n != 0) {
            check_division(&top, &below);
            check_division(&power, &below);
        }
    }
}

static void wide_gcd_is_known_for_built_numbers(void **state)
{
    (void)state;
    static const uint32_t primes[] = {2, 3, 5, 7, 4294967291U};
    rng r = rng_new(5);
    for (int i = 0; i < 300; i++) {
        atn_wide a = atn_wide_from_i64(-1);
        atn_wide b = atn_wide_from_u64(1);
        atn_wide common = b;
        const unsigned most = i % 3 == 0 ? 2 : 18;
        for (unsigned p = 0; p < sizeof primes / sizeof *primes; p++) {
            const unsigned in_a = (unsigned)rng_below(&r, most);
            const unsigned in_b = (unsigned)rng_below(&r, most);
            for (unsigned k = 0; k < most; k++) {
                atn_wide_mul_u64(&a, &a, k < in_a ? primes[p] : 1);
                atn_wide_mul_u64(&b, &b, k < in_b ? primes[p] : 1);
                atn_wide_mul_u64(&common, &common, k < in_a && k < in_b ? primes[p] : 1);
            }
        }
        assert_false(a.overflow || b.overflow);
        atn_wide got;
        atn_wide_gcd(&got, &a, &b);
        check_same(&got, &common);
        atn_wide_gcd(&b, &b, &a);
        check_same(&b, &common);
    }
    const atn_wide zero = atn_wide_zero();
    const atn_wide minus_six = atn_wide_from_i64(-6);
    const atn_wide six = atn_wide_from_u64(6);
    atn_wide got;
    atn_wide_gcd(&got, &zero, &minus_six);
    check_same(&got, &six);
    atn_wide_gcd(&got, &minus_six, &zero);
    check_same(&got, &six);
    atn_wide_gcd(&got, &zero, &zero);
    check_same(&got, &zero);
}

static int signed_order(int sign_a, const slow *a, int sign_b, const slow *b)
{
    if (sign_a != sign_b) {
        return sign_a < sign_b ? -1 : 1;
    }
    return sign_a * slow_compare(a, b);
}

static void wide_order_is_that_of_the_school_book(void **state)
{
    (void)state;
    rng r = rng_new(6);
    int n_equal = 0;
    for (int i = 0; i < 3000; i++) {
        static const unsigned sizes[] = {ATN_WIDE_BITS, 70,
                                         5}; /* 5: products of like length, in either order */
        const unsigned size = sizes[i % 3];
        atn_wide v[4];
        slow s[4];
        for (int k = 0; k < 4; k++) {
            v[k] = any_wide(&r, size);
            s[k] = slow_of_wide(&v[k]);
        }
        if (i % 5 == 0) { /* a * b against b * a: equal, or of opposite sign */
            v[2] = v[1];
            v[3] = v[0];
            s[2] = s[1];
            s[3] = s[0];
            v[3].negative = rng_below(&r, 4) == 0 && v[3].n != 0 ? !v[3].negative : v[3].negative;
        }
        assert_int_equal(atn_wide_compare(&v[0], &v[1]),
                         signed_order(atn_wide_sign(&v[0]), &s[0], atn_wide_sign(&v[1]), &s[1]));
        assert_int_equal(atn_wide_compare_magnitude(&v[0], &v[1]), slow_compare(&s[0], &s[1]));
        const slow left = slow_multiply(&s[0], &s[1]);
        const slow right = slow_multiply(&s[2], &s[3]);
        const int order = signed_order(atn_wide_sign(&v[0]) * atn_wide_sign(&v[1]), &left,
                                       atn_wide_sign(&v[2]) * atn_wide_sign(&v[3]), &right);
        assert_int_equal(atn_wide_compare_products(&v[0], &v[1], &v[2], &v[3]), order);
        n_equal += order == 0;
    }
    assert_true(n_equal > 100);
    /* Products that differ by one in the last place, at full length. */
    const atn_wide top = largest();
    const atn_wide one = atn_wide_from_u64(1);
    atn_wide less;
    atn_wide_sub(&less, &top, &one);
    assert_int_equal(atn_wide_compare_products(&top, &top, &top, &less), 1);
    assert_int_equal(atn_wide_compare_products(&less, &top, &top, &top), -1);
    assert_int_equal(atn_wide_compare_products(&top, &top, &top, &top), 0);
}

static void wide_bits_count_the_magnitude(void **state)
{
    (void)state;
    const atn_wide zero = atn_wide_zero();
    assert_int_equal(atn_wide_bits(&zero), 0);
    for (unsigned k = 0; k < ATN_WIDE_BITS; k++) {
        atn_wide power = power_of_two(k);
        assert_int_equal(atn_wide_bits(&power), k + 1);
        atn_wide_neg(&power, &power);
        assert_int_equal(atn_wide_bits(&power), k + 1);
        assert_int_equal(atn_wide_sign(&power), -1);
    }
}

static void wide_overflow_sticks(void **state)
{
    (void)state;
    const atn_wide top = largest();
    const atn_wide one = atn_wide_from_u64(1);
    const atn_wide zero = atn_wide_zero();
    atn_wide bad;
    atn_wide_add(&bad, &top, &one);
    assert_true(bad.overflow);
    atn_wide minus_top;
    atn_wide_neg(&minus_top, &top);
    atn_wide_sub(&bad, &minus_top, &one);
    assert_true(bad.overflow);
    atn_wide fine;
    atn_wide_sub(&fine, &top, &one);
    assert_false(fine.overflow);

    atn_wide out[9];
    atn_wide_add(&out[0], &bad, &one);
    atn_wide_sub(&out[1], &one, &bad);
    atn_wide_mul(&out[2], &bad, &zero);
    atn_wide_mul_u64(&out[3], &bad, 0);
    atn_wide_mul_pow10(&out[4], &bad, 1);
    atn_wide_neg(&out[5], &bad);
    atn_wide_divide(&out[6], &out[7], &bad, &one);
    atn_wide_gcd(&out[8], &one, &bad);
    for (int i = 0; i < 9; i++) {
        assert_true(out[i].overflow);
        assert_int_equal(out[i].n, 0);
        check_well_formed(&out[i]);
    }
    atn_wide_divide(&out[0], &out[1], &one, &bad);
    assert_true(out[0].overflow && out[1].overflow);
    /* No answer to a division by zero, rather than a crash. */
    atn_wide_divide(&out[0], &out[1], &one, &zero);
    assert_true(out[0].overflow && out[1].overflow);
    int64_t small;
    attain_i128 sum;
    assert_false(atn_wide_to_i64(&bad, &small));
    assert_false(atn_wide_to_i128(&bad, &sum));
}

/* --- between the shapes --- */

static void wide_and_i128_are_the_same_numbers(void **state)
{
    (void)state;
    static const attain_i128 edges[] = {{0, 0},
                                        {1, 0},
                                        {UINT64_MAX, 0},
                                        {0, 1},
                                        {UINT64_MAX, -1},
                                        {0, -1},
                                        {UINT64_MAX, INT64_MAX},
                                        {0, INT64_MIN},
                                        {1, INT64_MIN},
                                        {UINT64_C(1) << 63, 0},
                                        {UINT64_C(1) << 63, -1}};
    rng r = rng_new(7);
    for (unsigned i = 0; i < 2000; i++) {
        const attain_i128 v =
            i < sizeof edges / sizeof *edges
                ? edges[i]
                : (attain_i128){rng_any_size(&r), i % 2 == 0 ? rng_any_signed(&r) : (i % 4 == 1 ? -1 : 0)};
        const atn_wide w = atn_wide_from_i128(v);
        check_well_formed(&w);
        assert_int_equal(atn_wide_sign(&w), atn_i128_sign(v));
        attain_i128 back;
        assert_true(atn_wide_to_i128(&w, &back));
        assert_int_equal(back.lo, v.lo);
        assert_int_equal(back.hi, v.hi);
        int64_t small = 77;
        assert_int_equal(atn_wide_to_i64(&w, &small), atn_i128_fits_i64(v));
        assert_int_equal(small, atn_i128_fits_i64(v) ? (int64_t)v.lo : 77);
    }
    /* Just outside. */
    attain_i128 back;
    const atn_wide two_127 = power_of_two(127);
    assert_false(atn_wide_to_i128(&two_127, &back));
    const atn_wide one = atn_wide_from_u64(1);
    atn_wide below;
    atn_wide_neg(&below, &two_127);
    assert_true(atn_wide_to_i128(&below, &back)); /* -2^127 */
    atn_wide_sub(&below, &below, &one);
    assert_false(atn_wide_to_i128(&below, &back));
    const atn_wide two_128 = power_of_two(128);
    assert_false(atn_wide_to_i128(&two_128, &back));
    const atn_wide min = atn_wide_from_i64(INT64_MIN);
    int64_t small = 0;
    assert_true(atn_wide_to_i64(&min, &small));
    assert_true(small == INT64_MIN);
    assert_int_equal(atn_wide_bits(&min), 64);
    const atn_wide max = atn_wide_from_u64(UINT64_MAX);
    assert_false(atn_wide_to_i64(&max, &small));
    assert_int_equal(atn_wide_word(&max, 0), UINT64_MAX);
}

/* --- what stands on wide integers --- */

/* Whether d is the nearest double of num/den > 0, ties to even. With d = m * 2^e the test is
 *     2^(e-1) * (2m - 1)  <=  num/den  <=  2^(e-1) * (2m + 1), equal only if m is even
 * done in slow numbers. (Below a power of two the lower neighbour is nearer; then the lower end is stricter.) */
static void check_nearest(const slow *num, const slow *den, double d)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    const uint64_t m = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    const int e = (int)(bits >> 52) - 1075; /* d > 0 */
    const bool at_power = m == UINT64_C(1) << 52;
    /* Both ends in units of 2^(e-2). */
    const slow low = slow_of_u64(4 * m - (at_power ? 1 : 2));
    const slow high = slow_of_u64(4 * m + 2);
    slow value = *num;
    slow unit = *den;
    for (int k = 0; k < e - 2; k++) {
        slow_step(&unit, 2, 0);
    }
    for (int k = 0; k > e - 2; k--) {
        slow_step(&value, 2, 0);
    }
    const slow low_end = slow_multiply(&low, &unit);
    const slow high_end = slow_multiply(&high, &unit);
    const int over = slow_compare(&value, &low_end);
    const int under = slow_compare(&value, &high_end);
    assert_true(m % 2 == 0 ? over >= 0 && under <= 0 : over > 0 && under < 0);
}

static void ratio_double_is_the_nearest(void **state)
{
    (void)state;
    rng r = rng_new(8);
    for (int i = 0; i < 3000; i++) {
        static const unsigned sizes[] = {53, 64, 65, 130, 300, ATN_WIDE_BITS};
        atn_ratio q = {any_wide(&r, sizes[rng_below(&r, 6)]), any_wide(&r, sizes[rng_below(&r, 6)])};
        q.den.negative = false;
        if (q.num.n == 0 || q.den.n == 0) {
            continue;
        }
        const double d = atn_ratio_double(&q);
        check_double(atn_double_of_ratio(&q, false), d);
        assert_int_equal(d < 0, q.num.negative);
        const slow num = slow_of_wide(&q.num);
        const slow den = slow_of_wide(&q.den);
        check_nearest(&num, &den, d < 0 ? -d : d);
    }
    /* Exact ties and their neighbours: (2m + 1) * 2^k / 2^k', plus or minus almost nothing. */
    for (int i = 0; i < 1000; i++) {
        const uint64_t odd = (UINT64_C(1) << 53) | (rng_next(&r) & ((UINT64_C(1) << 53) - 1)) | 1;
        atn_ratio q = {atn_wide_from_u64(odd), power_of_two((unsigned)rng_below(&r, 600))};
        const atn_wide shift = power_of_two((unsigned)rng_below(&r, 600));
        atn_wide_mul(&q.num, &q.num, &shift);
        const atn_wide nudge = atn_wide_from_i64(rng_between(&r, -1, 1));
        atn_wide_add(&q.num, &q.num, &nudge);
        const slow num = slow_of_wide(&q.num);
        const slow den = slow_of_wide(&q.den);
        check_nearest(&num, &den, atn_ratio_double(&q));
    }
}

/* round() by its definition: the whole number w with w <= x < w + 1 and so on, in slow numbers of one sign. */
static void check_rounded(const atn_ratio *q, unsigned digits, attain_rounding mode, const atn_wide *got)
{
    const slow power = slow_power(10, digits);
    const slow num = slow_of_wide(&q->num);
    const slow den = slow_of_wide(&q->den);
    const slow size = slow_of_wide(got);
    const slow scaled = slow_multiply(&num, &power);
    const slow whole = slow_multiply(&size, &den);
    const bool up = slow_compare(&whole, &scaled) > 0; /* away from zero */
    const slow error = up ? slow_subtract(&whole, &scaled) : slow_subtract(&scaled, &whole);
    const slow twice = slow_add(&error, &error);
    assert_true(got->n == 0 || got->negative == q->num.negative);
    if (mode == ATTAIN_ROUND_FLOOR || mode == ATTAIN_ROUND_CEIL) {
        assert_true(slow_compare(&error, &den) < 0);
        assert_true(error.n == 0 || up == ((mode == ATTAIN_ROUND_CEIL) != q->num.negative));
        return;
    }
    const int half = slow_compare(&twice, &den);
    assert_true(half <= 0);
    if (half == 0) {
        assert_true(mode == ATTAIN_ROUND_HALF_UP ? up : (got->n == 0 || size.digit[0] % 2 == 0));
    }
}

static void ratio_round_follows_its_mode(void **state)
{
    (void)state;
    rng r = rng_new(9);
    for (int i = 0; i < 4000; i++) {
        const unsigned digits = (unsigned)rng_below(&r, 19);
        const bool tie = i % 4 == 0;
        atn_ratio q = {any_wide(&r, i % 2 == 0 ? 20 : 500), any_wide(&r, i % 2 == 0 ? 12 : 300)};
        q.den.negative = false;
        if (tie) {
            atn_wide_mul_u64(&q.num, &q.num, 2);
            const atn_wide one = atn_wide_from_u64(1);
            atn_wide_add(&q.num, &q.num, &one);
            q.den = atn_wide_from_u64(2);
            atn_wide_mul_pow10(&q.den, &q.den, digits);
        } else if (q.den.n == 0) {
            continue;
        }
        for (int mode = ATTAIN_ROUND_HALF_UP; mode <= ATTAIN_ROUND_CEIL; mode++) {
            atn_wide got;
            atn_ratio_round(&got, &q, digits, (attain_rounding)mode);
            assert_false(got.overflow);
            check_well_formed(&got);
            check_rounded(&q, digits, (attain_rounding)mode, &got);
        }
    }
}

static void wide_prints_the_digits_of_the_school_book(void **state)
{
    (void)state;
    rng r = rng_new(10);
    for (int i = 0; i < 1000; i++) {
        const atn_wide a = i == 0 ? largest() : any_wide(&r, ATN_WIDE_BITS);
        const slow size = slow_of_wide(&a);
        char wanted[9 * SLOW_CAP + 3];
        wanted[0] = '-';
        slow_text(&size, wanted + 1);
        atn_buf got;
        atn_buf_init(&got, NULL);
        atn_decimal_print_wide(&got, &a);
        check_text(got.data, got.len, a.negative ? wanted : wanted + 1);
        atn_buf_free(&got);
    }
}

/* --- one digest for all limb widths --- */

static void add_to_digest(uint64_t *digest, const atn_wide *a)
{
    for (unsigned i = 0; i < SUITE_WORDS; i++) {
        *digest = (*digest ^ atn_wide_word(a, i)) * UINT64_C(0x100000001b3);
    }
    *digest = (*digest ^ (uint64_t)(a->negative * 2 + a->overflow)) * UINT64_C(0x100000001b3);
}

static void all_limb_widths_give_one_digest(void **state)
{
    (void)state;
    rng r = rng_new(11);
    uint64_t digest = UINT64_C(0xcbf29ce484222325);
    for (int i = 0; i < 2000; i++) {
        const unsigned bits = (unsigned)rng_below(&r, ATN_WIDE_BITS + 1);
        const atn_wide a = any_wide(&r, bits);
        atn_wide b = any_wide(&r, ATN_WIDE_BITS - bits);
        b = b.n == 0 ? atn_wide_from_i64(-7) : b;
        atn_wide out[6];
        atn_wide_add(&out[0], &a, &b);
        atn_wide_sub(&out[1], &a, &b);
        atn_wide_mul(&out[2], &a, &b);
        atn_wide_divide(&out[3], &out[4], &a, &b);
        atn_wide_gcd(&out[5], &a, &b);
        for (int k = 0; k < 6; k++) {
            add_to_digest(&digest, &out[k]);
        }
        const atn_ratio q = atn_ratio_make(&a, &b);
        const double d = atn_ratio_double(&q);
        uint64_t d_bits;
        memcpy(&d_bits, &d, sizeof d);
        const atn_wide as_number = atn_wide_from_u64(d_bits);
        add_to_digest(&digest, &as_number);
        atn_wide_mul_u64(&out[0], &a, rng_any_size(&r));
        add_to_digest(&digest, &out[0]);
    }
    assert_int_equal(digest, SUITE_DIGEST);
}

#define WIDE_SUITE                                                                                           \
    cmocka_unit_test(wide_sum_is_that_of_the_school_book),                                                   \
        cmocka_unit_test(wide_product_is_that_of_the_school_book),                                           \
        cmocka_unit_test(wide_scaling_is_multiplication),                                                    \
        cmocka_unit_test(wide_quotient_times_divisor_and_rest_is_the_dividend),                              \
        cmocka_unit_test(wide_gcd_is_known_for_built_numbers),                                               \
        cmocka_unit_test(wide_order_is_that_of_the_school_book),                                             \
        cmocka_unit_test(wide_bits_count_the_magnitude), cmocka_unit_test(wide_overflow_sticks),             \
        cmocka_unit_test(wide_and_i128_are_the_same_numbers), cmocka_unit_test(ratio_double_is_the_nearest), \
        cmocka_unit_test(ratio_round_follows_its_mode),                                                      \
        cmocka_unit_test(wide_prints_the_digits_of_the_school_book),                                         \
        cmocka_unit_test(all_limb_widths_give_one_digest)

#endif
