/* From doubles and floats back to decimals: what stands for a decimal is found, in every rounding mode, and nothing else is. */
#include "number/double.h"
#include "support/check.h"
#include "support/rng.h"

#include <fenv.h>
#include <math.h>

static double nearest_of(int64_t v, unsigned decimals)
{
    int64_t power = 1;
    for (unsigned i = 0; i < decimals; i++) {
        power *= 10;
    }
    return atn_double_of_i128(atn_i128_from_i64(v), atn_i128_from_i64(power), false);
}

static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

static void doubles_give_their_decimals_back(void **state)
{
    (void)state;
    rng r = rng_new(7);
    for (int i = 0; i < 200000; i++) {
        const unsigned decimals = (unsigned)rng_below(&r, 10);
        const int64_t most = INT64_C(1000000000000000) >> rng_below(&r, 50);
        const int64_t v = (int64_t)rng_below(&r, (uint64_t)(2 * most + 1)) - most;
        const double x = nearest_of(v, decimals);
        for (size_t m = 0; m < 4; m++) {
            int64_t back = -1;
            assert_int_equal(fesetround(modes[m]), 0);
            const bool good = atn_double_to_decimal(x, decimals, atn_double_nearest_now(), &back);
            assert_int_equal(fesetround(FE_TONEAREST), 0);
            assert_true(good);
            assert_true(back == v);
        }
        /* The neighbours are no decimals of so many digits, unless the decimals are finer than doubles. */
        if (v > 100 && v < most && decimals > 0) {
            int64_t back;
            assert_false(atn_double_to_decimal(nextafter(x, INFINITY), decimals, true, &back) && back == v);
            assert_false(atn_double_to_decimal(nextafter(x, 0), decimals, true, &back) && back == v);
        }
    }
}

static void floats_give_their_decimals_back(void **state)
{
    (void)state;
    rng r = rng_new(9);
    for (int i = 0; i < 100000; i++) {
        const unsigned decimals = (unsigned)rng_below(&r, 10);
        const int64_t v = (int64_t)rng_below(&r, 2000001) - 1000000;
        /* Rounded once, from a quotient that is longer than two floats. */
        const float x = (float)((long double)v / powl(10.0L, decimals));
        for (size_t m = 0; m < 4; m++) {
            int64_t back = -1;
            assert_int_equal(fesetround(modes[m]), 0);
            const bool good = atn_float_to_decimal(x, decimals, atn_double_nearest_now(), &back);
            assert_int_equal(fesetround(FE_TONEAREST), 0);
            assert_true(good);
            assert_true(back == v);
        }
    }
}

static void bounds(void **state)
{
    (void)state;
    int64_t v = 77;
    assert_true(atn_double_to_decimal(1e15, 0, true, &v) && v == INT64_C(1000000000000000));
    assert_true(atn_double_to_decimal(-1e15, 0, false, &v) && v == -INT64_C(1000000000000000));
    assert_false(atn_double_to_decimal(1e15 + 1, 0, true, &v));
    assert_true(atn_double_to_decimal(-0.0, 3, true, &v) && v == 0);
    assert_false(atn_double_to_decimal(0.5, 0, true, &v));
    assert_false(atn_double_to_decimal(-0.5, 0, true, &v));
    assert_false(atn_double_to_decimal(1.5, 0, true, &v));
    assert_false(atn_double_to_decimal(1e-300, 9, true, &v));
    assert_false(atn_double_to_decimal(5e-324, 9, false, &v));
    assert_false(atn_double_to_decimal(INFINITY, 0, true, &v));
    assert_false(atn_double_to_decimal(-INFINITY, 2, true, &v));
    assert_false(atn_double_to_decimal(NAN, 2, true, &v));
    assert_false(atn_double_to_decimal(0.1 + 0.2, 1, true, &v));
    assert_false(atn_double_to_decimal(1.0, 19, true, &v));
    assert_true(atn_float_to_decimal(1e6f, 0, true, &v) && v == 1000000);
    assert_false(atn_float_to_decimal(1000001.0f, 0, true, &v));
    assert_false(atn_float_to_decimal(0.5f, 0, true, &v));
    assert_false(atn_float_to_decimal((float)NAN, 0, true, &v));
    assert_false(atn_float_to_decimal(1.0f, 10, true, &v));
}

static void printed(double x, const char *wanted)
{
    atn_buf text;
    atn_buf_init(&text, NULL);
    atn_double_print(&text, x);
    check_text(text.data, text.len, wanted);
    atn_buf_free(&text);
}

static void doubles_print_as_short_as_they_can(void **state)
{
    (void)state;
    printed(0.1, "0.1");
    printed(0.1 + 0.2, "0.30000000000000004");
    printed(-12.5, "-12.5");
    printed(0.0, "0");
    printed(-0.0, "0");
    printed(1.0, "1");
    printed(100.0, "100");
    printed(123456789012345680.0, "123456789012345680");
    printed(1e22, "10000000000000000000000");
    printed(9007199254740993.0, "9007199254740992");
    printed(1.0 / 3.0, "0.3333333333333333");
    printed(2.5e-7, "0.00000025");
    printed(5e-324, "less than 10^-307");
    printed(1e150, "about 10^149");
    printed(1e-150, "about 10^-151");
    printed(NAN, "NaN");
    printed(INFINITY, "infinity");
    printed(-INFINITY, "-infinity");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_give_their_decimals_back),
        cmocka_unit_test(floats_give_their_decimals_back),
        cmocka_unit_test(bounds),
        cmocka_unit_test(doubles_print_as_short_as_they_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
