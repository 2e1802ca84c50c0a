/* Ratios: order by an independent method, arithmetic by its laws, rounding fixtures, doubles under every rounding mode of the
 * processor. The laws of rounding and of the nearest double over all sizes stand in support/wide_suite.h. */
#include "number/double.h"
#include "support/check.h"
#include "support/rng.h"

#include <fenv.h>

static atn_ratio ratio(int64_t num, int64_t den)
{
    const atn_wide n = atn_wide_from_i64(num);
    const atn_wide d = atn_wide_from_i64(den);
    return atn_ratio_make(&n, &d);
}

static atn_ratio any_ratio(rng *r)
{
    const int64_t den = rng_any_signed(r);
    return ratio(rng_any_signed(r), den == 0 ? 1 : den);
}

static void check_equal(const atn_ratio *a, const atn_ratio *b)
{
    assert_int_equal(atn_ratio_compare(a, b), 0);
}

static void denominators_are_positive(void **state)
{
    (void)state;
    const atn_ratio r = ratio(3, -4);
    assert_int_equal(atn_wide_sign(&r.den), 1);
    assert_int_equal(atn_ratio_sign(&r), -1);
    const atn_ratio s = ratio(INT64_MIN, INT64_MIN);
    const atn_ratio one = ratio(1, 1);
    check_equal(&s, &one);
    const atn_ratio zero = atn_ratio_zero();
    assert_int_equal(atn_ratio_sign(&zero), 0);
    assert_int_equal(atn_wide_sign(&zero.den), 1);
    const atn_ratio a = ratio(3, 4);
    const atn_ratio minus_half = ratio(-1, 2);
    atn_ratio q;
    atn_ratio_div(&q, &a, &minus_half);
    assert_int_equal(atn_wide_sign(&q.den), 1);
    const atn_ratio wanted = ratio(-3, 2);
    check_equal(&q, &wanted);
}

static void decimals_are_ratios(void **state)
{
    (void)state;
    const atn_ratio nine_tenths = atn_ratio_from_decimal(atn_i128_from_i64(90), 2);
    const atn_ratio r = ratio(9, 10);
    check_equal(&nine_tenths, &r);
    const atn_ratio whole = atn_ratio_from_decimal((attain_i128){0, 1}, 0); /* 2^64 */
    assert_int_equal(atn_wide_bits(&whole.num), 65);
    check_double(atn_ratio_double(&whole), 18446744073709551616.0);
}

/* The order of two positive fractions by their continued fractions: no product, so nothing in common with the library. */
static int order_by_continued_fractions(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    for (int side = 1;; side = -side) {
        const uint64_t p = a / b;
        const uint64_t q = c / d;
        if (p != q) {
            return p < q ? -side : side;
        }
        const uint64_t rest_a = a % b;
        const uint64_t rest_c = c % d;
        if (rest_a == 0 || rest_c == 0) {
            return rest_a == rest_c ? 0 : rest_a == 0 ? -side : side;
        }
        a = b;
        b = rest_a;
        c = d;
        d = rest_c;
    }
}

static void order_is_that_of_continued_fractions(void **state)
{
    (void)state;
    rng r = rng_new(50);
    int n_equal = 0;
    for (int i = 0; i < 100000; i++) {
        const uint64_t top = (uint64_t)INT64_MAX;
        uint64_t v[4];
        for (int k = 0; k < 4; k++) {
            v[k] = i % 2 == 0 ? rng_below(&r, 40) + 1 : (rng_any_size(&r) & top) | 1;
        }
        if (i % 5 == 0) { /* neighbours: a/b against (a + 1)/b or a/(b + 1) */
            v[2] = v[0] + (v[0] < top && rng_below(&r, 2));
            v[3] = v[1] + (v[1] < top && rng_below(&r, 2));
        }
        const atn_ratio x = ratio((int64_t)v[0], (int64_t)v[1]);
        const atn_ratio y = ratio((int64_t)v[2], (int64_t)v[3]);
        const int order = order_by_continued_fractions(v[0], v[1], v[2], v[3]);
        assert_int_equal(atn_ratio_compare(&x, &y), order);
        const atn_ratio minus_x = ratio(-(int64_t)v[0], (int64_t)v[1]);
        const atn_ratio minus_y = ratio((int64_t)v[2], -(int64_t)v[3]);
        assert_int_equal(atn_ratio_compare(&minus_x, &minus_y), -order);
        assert_int_equal(atn_ratio_compare(&minus_x, &y), -1);
        n_equal += order == 0;
    }
    assert_true(n_equal > 1000);
}

static void arithmetic_keeps_its_laws(void **state)
{
    (void)state;
    rng r = rng_new(51);
    for (int i = 0; i < 20000; i++) {
        const atn_ratio a = any_ratio(&r);
        const atn_ratio b =
            i % 3 == 0 ? ratio(rng_any_signed(&r), (int64_t)(rng_next(&r) >> 60) + 1) : any_ratio(&r);
        const atn_ratio c = any_ratio(&r);
        atn_ratio left;
        atn_ratio right;
        /* a + b - b = a; in place */
        atn_ratio_add(&left, &a, &b);
        atn_ratio_sub(&left, &left, &b);
        check_equal(&left, &a);
        /* (a + b) * c = a * c + b * c */
        atn_ratio_add(&left, &a, &b);
        atn_ratio_mul(&left, &left, &c);
        atn_ratio ac;
        atn_ratio_mul(&ac, &a, &c);
        atn_ratio_mul(&right, &b, &c);
        atn_ratio_add(&right, &ac, &right);
        check_equal(&left, &right);
        /* a / c * c = a */
        if (atn_ratio_sign(&c) != 0) {
            atn_ratio_div(&left, &a, &c);
            atn_ratio_mul(&left, &left, &c);
            check_equal(&left, &a);
            left = c;
            atn_ratio_div(&left, &left, &left);
            const atn_ratio one = atn_ratio_from_i64(1);
            check_equal(&left, &one);
        }
    }
}

static void equal_denominators_stay(void **state)
{
    (void)state;
    const atn_ratio a = ratio(1, 100);
    const atn_ratio b = ratio(3, 100);
    atn_ratio sum;
    atn_ratio_add(&sum, &a, &b);
    int64_t den = 0;
    assert_true(atn_wide_to_i64(&sum.den, &den));
    assert_int_equal(den, 100);
}

static void reducing_gives_lowest_terms(void **state)
{
    (void)state;
    static const int64_t cases[][4] = {
        {6, 4, 3, 2}, {-6, 4, -3, 2}, {0, 7, 0, 1}, {5, 1, 5, 1}, {45, 60, 3, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        atn_ratio r = ratio(cases[i][0], cases[i][1]);
        atn_ratio_reduce(&r);
        int64_t num = 77;
        int64_t den = 77;
        assert_true(atn_wide_to_i64(&r.num, &num) && atn_wide_to_i64(&r.den, &den));
        check_fraction(((attain_fraction){num, den}), cases[i][2], cases[i][3]);
    }
}

/* A product of many ratios whose numbers would pass any width, but whose lowest terms are short. */
static void long_chains_are_reduced_on_the_way(void **state)
{
    (void)state;
    atn_ratio r = atn_ratio_from_i64(1);
    for (int i = 0; i < 200; i++) {
        const atn_ratio step = ratio(INT64_MAX - i, 1000000007);
        atn_ratio_mul(&r, &r, &step);
        atn_ratio_div(&r, &r, &step);
    }
    assert_false(atn_ratio_overflow(&r));
    const atn_ratio one = atn_ratio_from_i64(1);
    check_equal(&r, &one);

    atn_ratio sum = atn_ratio_zero();
    for (int i = 0; i < 400;
         i++) { /* 1/6 - 1/10 + 1/6 - ...: the cross products alone would be 6^200 * 10^200 */
        const atn_ratio sixth = ratio(1, 6);
        const atn_ratio tenth = ratio(1, 10);
        atn_ratio_add(&sum, &sum, &sixth);
        atn_ratio_sub(&sum, &sum, &tenth);
    }
    const atn_ratio wanted = ratio(400, 15);
    assert_false(atn_ratio_overflow(&sum));
    check_equal(&sum, &wanted);
}

static void overflow_is_told_and_sticks(void **state)
{
    (void)state;
    atn_ratio r = atn_ratio_from_i64(3);
    for (int i = 0; i < 10 && !atn_ratio_overflow(&r); i++) {
        atn_ratio_mul(&r, &r, &r); /* 3^1024 has 1624 bits */
    }
    assert_true(atn_ratio_overflow(&r));
    atn_ratio_reduce(&r);
    assert_true(atn_ratio_overflow(&r));
    const atn_ratio one = atn_ratio_from_i64(1);
    atn_ratio out;
    atn_ratio_add(&out, &one, &r);
    assert_true(atn_ratio_overflow(&out));
    atn_ratio_sub(&out, &r, &r);
    assert_true(atn_ratio_overflow(&out));
    atn_ratio_div(&out, &one, &r);
    assert_true(atn_ratio_overflow(&out));
    check_double(atn_ratio_double(&r), 0.0);
    atn_wide rounded;
    atn_ratio_round(&rounded, &r, 2, ATTAIN_ROUND_HALF_UP);
    assert_true(rounded.overflow);
    /* A denominator that overflowed beside an equal one is not lost. */
    atn_ratio bad = one;
    bad.den.overflow = true;
    atn_ratio_add(&out, &one, &bad);
    assert_true(atn_ratio_overflow(&out));
}

static void rounding_fixtures(void **state)
{
    (void)state;
    /* num/den, digits, then half-up, half-even, floor, ceil. */
    static const int64_t cases[][7] = {{5, 2, 0, 3, 2, 2, 3},
                                       {-5, 2, 0, -3, -2, -3, -2},
                                       {7, 2, 0, 4, 4, 3, 4},
                                       {-1, 2, 0, -1, 0, -1, 0},
                                       {1, 3, 2, 33, 33, 33, 34},
                                       {-1, 3, 2, -33, -33, -34, -33},
                                       {2, 3, 0, 1, 1, 0, 1},
                                       {-2, 3, 0, -1, -1, -1, 0},
                                       {2675, 1000, 2, 268, 268, 267, 268},
                                       {2665, 1000, 2, 267, 266, 266, 267},
                                       {8996, 10000, 3, 900, 900, 899, 900},
                                       {0, 5, 3, 0, 0, 0, 0},
                                       {7, 1, 1, 70, 70, 70, 70},
                                       {1, 1000, 2, 0, 0, 0, 1},
                                       {-1, 1000, 2, 0, 0, -1, 0},
                                       {1, 18, 18, 55555555555555556, 55555555555555556, 55555555555555555,
                                        55555555555555556}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const atn_ratio r = ratio(cases[i][0], cases[i][1]);
        for (int mode = 0; mode < 4; mode++) {
            atn_wide out;
            int64_t got = 0;
            atn_ratio_round(&out, &r, (unsigned)cases[i][2], (attain_rounding)mode);
            assert_true(atn_wide_to_i64(&out, &got));
            assert_true(got == cases[i][3 + mode]);
        }
    }
}

static void bounds_are_ordered(void **state)
{
    (void)state;
    const atn_ratio one = atn_ratio_from_i64(1);
    const atn_ratio two = atn_ratio_from_i64(2);
    const atn_bound ends[] = {atn_bound_infinite(-1), atn_bound_of(&one), atn_bound_of(&two),
                              atn_bound_infinite(1)};
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            assert_int_equal(atn_bound_compare(&ends[i], &ends[j]), (i > j) - (i < j));
        }
        assert_int_equal(atn_bound_compare_ratio(&ends[i], &one), (i > 1) - (i < 1));
    }
}

/* --- doubles --- */

static void doubles_of_known_ratios(void **state)
{
    (void)state;
    static const struct {
        int64_t num;
        int64_t den;
        double wanted;
    } cases[] = {{0, 5, 0.0},
                 {9, 10, 0.9},
                 {1, 3, 0x1.5555555555555p-2},
                 {-2, 3, -0x1.5555555555555p-1},
                 {1, 5, 0x1.999999999999ap-3},
                 {INT64_MAX, 1, 0x1p63},
                 {INT64_MIN, 1, -0x1p63},
                 {1, INT64_MAX, 0x1p-63},
                 {9007199254740993, 1, 0x1p53},               /* 2^53 + 1: a tie, to even */
                 {9007199254740995, 1, 0x1.0000000000002p53}, /* 2^53 + 3: a tie, to even */
                 {9007199254740993, 2, 0x1p52},               /* the same tie, half */
                 {INT64_MAX, INT64_MAX - 1, 1.0},
                 {INT64_C(0x7ffffffffffffe00), 1, 0x1p63}, /* 53 ones and a half: m becomes 2^53 */
                 {INT64_C(0x7ffffffffffffdff), 1, 0x1.fffffffffffffp62},
                 {123456789, 1000, 123456.789}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const atn_ratio r = ratio(cases[i].num, cases[i].den);
        check_double(atn_ratio_double(&r), cases[i].wanted);
        check_double(atn_double_of_ratio(&r, false), cases[i].wanted);
        check_double(atn_ratio_double_i128(atn_i128_from_i64(cases[i].num), atn_i128_from_i64(cases[i].den)),
                     cases[i].wanted);
    }
}

/* One number in all the ways in which the library makes a double of it. */
static void check_all_ways(attain_i128 num, attain_i128 den, double wanted)
{
    const atn_ratio r = {atn_wide_from_i128(num), atn_wide_from_i128(den)};
    check_double(atn_ratio_double(&r), wanted);
    check_double(atn_ratio_double_i128(num, den), wanted);
    check_double(atn_double_of_i128(num, den, false), wanted);
    /* The long division on short numbers as well. */
    atn_ratio longer = r;
    for (int i = 0; i < 3; i++) {
        atn_wide_mul_u64(&longer.num, &longer.num, UINT64_MAX);
        atn_wide_mul_u64(&longer.den, &longer.den, UINT64_MAX);
    }
    check_double(atn_ratio_double(&longer), wanted);
}

static void all_ways_give_the_same_bits_in_every_rounding_mode(void **state)
{
    (void)state;
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    rng r = rng_new(52);
    for (int i = 0; i < 20000; i++) {
        static const unsigned drop[] = {0, 0, 11, 30, 50};
        attain_i128 num = atn_i128_from_i64(rng_any_signed(&r) >> drop[rng_below(&r, 5)]);
        attain_i128 den = atn_i128_from_i64((int64_t)(rng_any_size(&r) >> (1 + drop[rng_below(&r, 5)]) | 1));
        bool overflow = false;
        if (i % 4 == 0) {
            num = atn_i128_mul_i64(num, rng_any_signed(&r), &overflow);
        }
        if (i % 8 < 2) {
            den = atn_i128_mul_i64(den, (int64_t)(rng_any_size(&r) >> 1 | 1), &overflow);
        }
        if (overflow || atn_i128_sign(den) <= 0) {
            continue;
        }
        const double wanted = atn_double_of_i128(num, den, false);
        for (int m = 0; m < 4; m++) {
            fesetround(modes[m]);
            /* The library itself runs in the strange mode; the assertions do no arithmetic. */
            check_all_ways(num, den, wanted);
        }
        fesetround(FE_TONEAREST);
    }
}

static void the_probe_tells_the_rounding_mode(void **state)
{
    (void)state;
    fesetround(FE_UPWARD);
    const bool up = atn_double_nearest_now();
    fesetround(FE_DOWNWARD);
    const bool down = atn_double_nearest_now();
    fesetround(FE_TOWARDZERO);
    const bool zero = atn_double_nearest_now();
    fesetround(FE_TONEAREST);
    assert_false(up || down || zero);
#if defined(__x86_64__) || defined(__aarch64__)
    assert_true(atn_double_nearest_now()); /* the quick way is really taken where it may be */
#endif
}

/* The processor's division, where it is exact, against the whole-number way: random and near-tie quotients. */
static void division_and_whole_numbers_agree(void **state)
{
    (void)state;
    rng r = rng_new(53);
    for (int i = 0; i < 300000; i++) {
        const uint64_t top = UINT64_C(1) << 53;
        const uint64_t n = rng_any_size(&r) % top;
        const uint64_t d = i % 2 == 0 ? rng_any_size(&r) % (top - 1) + 1 : top - 1 - rng_below(&r, 1000);
        const attain_i128 num = {n, 0};
        const attain_i128 den = {d, 0};
        check_double(atn_double_of_i128(num, den, false), (double)n / (double)d);
        check_double(atn_double_of_i128(num, den, true), (double)n / (double)d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(denominators_are_positive),
        cmocka_unit_test(decimals_are_ratios),
        cmocka_unit_test(order_is_that_of_continued_fractions),
        cmocka_unit_test(arithmetic_keeps_its_laws),
        cmocka_unit_test(equal_denominators_stay),
        cmocka_unit_test(reducing_gives_lowest_terms),
        cmocka_unit_test(long_chains_are_reduced_on_the_way),
        cmocka_unit_test(overflow_is_told_and_sticks),
        cmocka_unit_test(rounding_fixtures),
        cmocka_unit_test(bounds_are_ordered),
        cmocka_unit_test(doubles_of_known_ratios),
        cmocka_unit_test(all_ways_give_the_same_bits_in_every_rounding_mode),
        cmocka_unit_test(the_probe_tells_the_rounding_mode),
        cmocka_unit_test(division_and_whole_numbers_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
