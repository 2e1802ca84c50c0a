/* Wide integers of the library as it is built, 128-bit sums, and the two forms of each 64-bit primitive. */
#include "support/wide_suite.h"

/* --- 128-bit sums against wide integers, which have room --- */

static attain_i128 any_i128(rng *r)
{
    static const attain_i128 edges[] = {
        {0, 0}, {UINT64_MAX, INT64_MAX}, {0, INT64_MIN}, {1, INT64_MIN}, {UINT64_MAX, -1}};
    if (rng_below(r, 8) == 0) {
        return edges[rng_below(r, 5)];
    }
    const int64_t hi = rng_any_signed(r);
    return (attain_i128){rng_any_size(r), rng_below(r, 2) == 0 ? hi : hi >> 63};
}

/* got is what a 128-bit operation gave, exact the true result. */
static void check_i128(attain_i128 got, bool overflow, const atn_wide *exact)
{
    attain_i128 wanted = {0, 0};
    assert_int_equal(overflow, !atn_wide_to_i128(exact, &wanted));
    if (!overflow) {
        assert_int_equal(got.lo, wanted.lo);
        assert_int_equal(got.hi, wanted.hi);
    }
}

static void i128_operations_agree_with_wide_ones(void **state)
{
    (void)state;
    rng r = rng_new(20);
    int n_overflows = 0;
    for (int i = 0; i < 200000; i++) {
        const attain_i128 a = any_i128(&r);
        const attain_i128 b = any_i128(&r);
        const int64_t c = i % 7 == 0 ? INT64_MIN : rng_any_signed(&r);
        const atn_wide x = atn_wide_from_i128(a);
        const atn_wide y = atn_wide_from_i128(b);
        const atn_wide z = atn_wide_from_i64(c);
        atn_wide exact;
        bool overflow = false;

        attain_i128 got = atn_i128_add(a, b, &overflow);
        atn_wide_add(&exact, &x, &y);
        check_i128(got, overflow, &exact);

        overflow = false;
        got = atn_i128_neg(a, &overflow);
        atn_wide_neg(&exact, &x);
        check_i128(got, overflow, &exact);

        overflow = false;
        got = atn_i128_mul_i64(a, c, &overflow);
        atn_wide_mul(&exact, &x, &z);
        check_i128(got, overflow, &exact);
        n_overflows += overflow;

        assert_int_equal(atn_i128_compare(a, b), atn_wide_compare(&x, &y));
    }
    assert_in_range(n_overflows, 1000, 150000);
}

static void i128_overflow_is_never_cleared(void **state)
{
    (void)state;
    bool overflow = true;
    const attain_i128 one = atn_i128_from_i64(1);
    atn_i128_add(one, one, &overflow);
    assert_true(overflow);
    atn_i128_neg(one, &overflow);
    assert_true(overflow);
    atn_i128_mul_i64(one, 1, &overflow);
    assert_true(overflow);
}

static void i128_products_at_the_edge(void **state)
{
    (void)state;
    const attain_i128 min = {0, INT64_MIN};
    const attain_i128 two_126 = {0, INT64_C(1) << 62};
    bool overflow = false;
    attain_i128 got = atn_i128_mul_i64(two_126, -2, &overflow); /* -2^127 fits */
    assert_false(overflow);
    assert_int_equal(atn_i128_compare(got, min), 0);
    got = atn_i128_mul_i64(min, 1, &overflow);
    assert_false(overflow);
    assert_int_equal(atn_i128_compare(got, min), 0);
    atn_i128_mul_i64(two_126, 2, &overflow); /* 2^127 does not */
    assert_true(overflow);
    overflow = false;
    atn_i128_mul_i64(min, -1, &overflow);
    assert_true(overflow);
    overflow = false;
    assert_int_equal(atn_i128_sign(atn_i128_mul_i64(min, 0, &overflow)), 0);
    assert_false(overflow);
}

static void i128_of_int64_keeps_its_sign(void **state)
{
    (void)state;
    static const int64_t values[] = {0, 1, -1, INT64_MAX, INT64_MIN};
    for (int i = 0; i < 5; i++) {
        const attain_i128 v = atn_i128_from_i64(values[i]);
        assert_true(atn_i128_fits_i64(v));
        assert_int_equal(atn_i128_sign(v), (values[i] > 0) - (values[i] < 0));
        assert_true((int64_t)v.lo == values[i]);
    }
    assert_false(atn_i128_fits_i64((attain_i128){UINT64_C(1) << 63, 0}));
    assert_false(atn_i128_fits_i64((attain_i128){(UINT64_C(1) << 63) - 1, -1}));
    assert_int_equal(atn_i128_sign((attain_i128){0, 1}), 1);
}

/* --- primitives --- */

/* a * b + c + d by 16-bit columns. */
static void multiply_by_columns(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t out[2])
{
    uint32_t column[8] = {0};
    const uint64_t addends[2] = {c, d};
    for (int i = 0; i < 4; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < 4 || carry != 0; j++) {
            carry += column[i + j] + (j < 4 ? ((a >> (16 * i)) & 0xffff) * ((b >> (16 * j)) & 0xffff) : 0);
            column[i + j] = (uint32_t)(carry & 0xffff);
            carry >>= 16;
        }
    }
    for (int k = 0; k < 2; k++) {
        uint32_t carry = 0;
        for (int i = 0; i < 8; i++) {
            const uint32_t sum =
                column[i] + carry + (i < 4 ? (uint32_t)(addends[k] >> (16 * i)) & 0xffff : 0);
            column[i] = sum & 0xffff;
            carry = sum >> 16;
        }
    }
    out[0] = out[1] = 0;
    for (int i = 0; i < 8; i++) {
        out[i / 4] |= (uint64_t)column[i] << (16 * (i % 4));
    }
}

static void both_forms_of_multiply_add_agree(void **state)
{
    (void)state;
    rng r = rng_new(21);
    for (int i = 0; i < 100000; i++) {
        const uint64_t a = i == 0 ? UINT64_MAX : rng_any_size(&r);
        const uint64_t b = i == 0 ? UINT64_MAX : rng_any_size(&r);
        const uint64_t c = i == 0 ? UINT64_MAX : rng_any_size(&r);
        const uint64_t d = i == 0 ? UINT64_MAX : rng_any_size(&r);
        uint64_t wanted[2];
        multiply_by_columns(a, b, c, d, wanted);
        uint64_t high;
        assert_true(atn_u64_mul_add_halves(a, b, c, d, &high) == wanted[0] && high == wanted[1]);
        assert_true(atn_u64_mul_add(a, b, c, d, &high) == wanted[0] && high == wanted[1]);
    }
}

static void both_forms_of_division_agree(void **state)
{
    (void)state;
    rng r = rng_new(22);
    for (int i = 0; i < 200000; i++) {
        const uint64_t d = rng_any_size(&r) | UINT64_C(1) << 63;
        const uint64_t high = i % 3 == 0 ? d - 1 - rng_below(&r, 3) : rng_any_size(&r) % d;
        const uint64_t low = rng_any_size(&r);
        uint64_t rest[2];
        const uint64_t by_halves = atn_u64_divide_halves(high, low, d, &rest[0]);
        const uint64_t quotient = atn_u64_divide(high, low, d, &rest[1]);
        assert_true(by_halves == quotient && rest[0] == rest[1]);
        /* And back: quotient * d + rest = high:low, rest < d. */
        uint64_t back[2];
        multiply_by_columns(quotient, d, rest[0], 0, back);
        assert_true(rest[0] < d && back[0] == low && back[1] == high);
    }
}

static void bits_of_a_word(void **state)
{
    (void)state;
    assert_int_equal(atn_u64_bits(0), 0);
    for (unsigned k = 0; k < 64; k++) {
        assert_int_equal(atn_u64_bits(UINT64_C(1) << k), k + 1);
        assert_int_equal(atn_u64_bits(UINT64_MAX >> k), 64 - k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WIDE_SUITE,
        cmocka_unit_test(i128_operations_agree_with_wide_ones),
        cmocka_unit_test(i128_overflow_is_never_cleared),
        cmocka_unit_test(i128_products_at_the_edge),
        cmocka_unit_test(i128_of_int64_keeps_its_sign),
        cmocka_unit_test(both_forms_of_multiply_add_agree),
        cmocka_unit_test(both_forms_of_division_agree),
        cmocka_unit_test(bits_of_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
