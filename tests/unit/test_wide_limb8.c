/* The same sources with 8-bit limbs: every branch of the division is met all the time, and small sizes can be tried out completely. */
#define ATN_LIMB_BITS 8
#include "number/decimal.c"
#include "number/divide.c"
#include "number/double.c"
#include "number/ratio.c"
#include "number/wide.c"

#include "support/wide_suite.h"

static void every_two_limb_number_divided_by_every_limb(void **state)
{
    (void)state;
    for (uint32_t b = 1; b < 256; b++) {
        const atn_wide divisor = atn_wide_from_u64(b);
        for (uint32_t a = 0; a < 65536; a += b % 5 == 0 ? 1 : 7) {
            const atn_wide dividend = atn_wide_from_u64(a);
            atn_wide q;
            atn_wide rest;
            atn_wide_divide(&q, &rest, &dividend, &divisor);
            assert_true(atn_wide_word(&q, 0) == a / b && atn_wide_word(&rest, 0) == a % b);
        }
    }
}

/* Three limbs by two: where the guess of a quotient limb can be too large by two, and where "add back" happens. */
static void three_limbs_divided_by_two(void **state)
{
    (void)state;
    rng r = rng_new(30);
    for (int i = 0; i < 1000000; i++) {
        const uint64_t word = rng_next(&r);
        uint64_t a = word & 0xffffff;
        uint64_t b = (word >> 24) & 0xffff;
        if (word >> 62 == 0) { /* near the edge: a just below a multiple of b */
            b |= 0x8000;
            a = b * ((word >> 40) & 0xff);
            a = a == 0 ? 0 : a - 1;
        }
        if (b == 0) {
            continue;
        }
        const atn_wide dividend = atn_wide_from_u64(a);
        const atn_wide divisor = atn_wide_from_u64(b);
        atn_wide q;
        atn_wide rest;
        atn_wide_divide(&q, &rest, &dividend, &divisor);
        assert_true(atn_wide_word(&q, 0) == a / b && atn_wide_word(&rest, 0) == a % b);
    }
}

static void every_product_and_sum_of_a_limb_and_a_half(void **state)
{
    (void)state;
    for (int64_t a = -4095; a < 4096; a += 13) {
        const atn_wide x = atn_wide_from_i64(a);
        for (int64_t b = -4095; b < 4096; b += 11) {
            const atn_wide y = atn_wide_from_i64(b);
            int64_t got[3] = {0};
            atn_wide out;
            atn_wide_add(&out, &x, &y);
            assert_true(atn_wide_to_i64(&out, &got[0]));
            atn_wide_sub(&out, &x, &y);
            assert_true(atn_wide_to_i64(&out, &got[1]));
            atn_wide_mul(&out, &x, &y);
            assert_true(atn_wide_to_i64(&out, &got[2]));
            assert_true(got[0] == a + b && got[1] == a - b && got[2] == a * b);
            assert_int_equal(atn_wide_compare(&x, &y), (a > b) - (a < b));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WIDE_SUITE,
        cmocka_unit_test(every_two_limb_number_divided_by_every_limb),
        cmocka_unit_test(three_limbs_divided_by_two),
        cmocka_unit_test(every_product_and_sum_of_a_limb_and_a_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
