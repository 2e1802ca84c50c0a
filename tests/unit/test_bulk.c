/* Bulk: every level that this processor has, in every rounding mode, against the exact ratios one by one.
 *
 * A set is a few thousand elements of one kind. The kinds are chosen by what decides them: ordinary figures and the limits of the
 * narrow lane, any integers for the wide one, and for the whole numbers ties, near-ties and equal fractions. The lanes are
 * compiled here once more, to see which of them decides which kind. */
#define ATN_BULK_LANES atn_bulk_lanes_of_test
#include "number/bulk_body.h"

#include "number/double.h"
#include "support/check.h"
#include "support/rng.h"

#include <fenv.h>

#define CAP 4096

/* The columns of two years. */
typedef struct figures {
    size_t n;
    int64_t num1[CAP];
    int64_t den1[CAP];
    int64_t num0[CAP];
    int64_t den0[CAP];
} figures;

static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

/* --- what is right --- */

static atn_ratio ratio_of(int64_t num, int64_t den)
{
    const atn_wide n = atn_wide_from_i64(num);
    const atn_wide d = atn_wide_from_i64(den);
    return atn_ratio_make(&n, &d);
}

static double right_ratio(int64_t num, int64_t den, int64_t p, int64_t q)
{
    if (den == 0) {
        return 0.0;
    }
    const atn_ratio a = ratio_of(num, den);
    const atn_ratio b = ratio_of(p, q);
    atn_ratio r;
    atn_ratio_mul(&r, &a, &b);
    return atn_double_of_ratio(&r, false);
}

static double right_difference(const figures *f, size_t i)
{
    if (f->den1[i] == 0 || f->den0[i] == 0) {
        return 0.0;
    }
    const atn_ratio a = ratio_of(f->num1[i], f->den1[i]);
    const atn_ratio b = ratio_of(f->num0[i], f->den0[i]);
    atn_ratio r;
    atn_ratio_sub(&r, &a, &b);
    return atn_double_of_ratio(&r, false);
}

static int right_order(int64_t num, int64_t den, int64_t p, int64_t q)
{
    if (den == 0) {
        return 0;
    }
    const atn_ratio a = ratio_of(num, den);
    const atn_ratio b = ratio_of(p, q);
    return atn_ratio_compare(&a, &b);
}

/* --- bulk against it --- */

/* One to six elements at a time: blocks of four, and of more, that are not whole. */
static void check_few(atn_vector_level level, const figures *f, int64_t p, int64_t q, const double *ratios,
                      const double *differences, const int8_t *orders)
{
    double ratio[6];
    double difference[6];
    int8_t order[6];
    size_t n = 1;
    for (size_t i = 0; i + n <= f->n; i += n, n = n % 6 + 1) {
        atn_bulk_ratio(level, n, f->num1 + i, f->den1 + i, p, q, ratio);
        atn_bulk_difference(level, n, f->num1 + i, f->den1 + i, f->num0 + i, f->den0 + i, difference);
        atn_bulk_compare(level, n, f->num1 + i, f->den1 + i, p, q, order);
        assert_memory_equal(ratio, ratios + i, n * sizeof ratio[0]);
        assert_memory_equal(difference, differences + i, n * sizeof difference[0]);
        assert_memory_equal(order, orders + i, n);
    }
}

/* The library runs in the strange mode, the checks do not. */
static void check_columns(atn_vector_level level, int mode, const figures *f, int64_t p, int64_t q)
{
    static double ratios[CAP];
    static double differences[CAP];
    static double doubles[CAP];
    static int8_t orders[CAP];
    assert_int_equal(fesetround(mode), 0);
    atn_bulk_ratio(level, f->n, f->num1, f->den1, p, q, ratios);
    atn_bulk_difference(level, f->n, f->num1, f->den1, f->num0, f->den0, differences);
    atn_bulk_compare(level, f->n, f->num1, f->den1, p, q, orders);
    atn_bulk_double(level, f->n, f->num1, doubles);
    assert_int_equal(fesetround(FE_TONEAREST), 0);
    check_few(level, f, p, q, ratios, differences, orders);
    for (size_t i = 0; i < f->n; i++) {
        check_double(ratios[i], right_ratio(f->num1[i], f->den1[i], p, q));
        check_double(differences[i], right_difference(f, i));
        assert_int_equal(orders[i], right_order(f->num1[i], f->den1[i], p, q));
        check_double(doubles[i], right_ratio(f->num1[i], 1, 1, 1));
    }
}

static void check_all_levels(const figures *f, int64_t p, int64_t q)
{
    const int best = (int)atn_cpu_level(0);
    for (int level = 0; level <= best; level++) {
        check_columns((atn_vector_level)level, FE_TONEAREST, f, p, q);
    }
    const size_t mode = 1 + f->n % 3;
    check_columns((atn_vector_level)best, modes[mode], f, p, q);
}

/* --- kinds of figures --- */

/* A sum of many reports of 0 ... 999,999 each. */
static int64_t any_sum(rng *r)
{
    const int64_t n_reports = rng_between(r, 1, 1500) * (int64_t)(rng_below(r, 2) == 0 ? 1 : 1000);
    return n_reports * rng_between(r, 400000, 600000) + rng_between(r, 0, 999999);
}

static void fill_sums(figures *f, rng *r)
{
    f->n = CAP - 7; /* the last block is not whole */
    for (size_t i = 0; i < f->n; i++) {
        f->den1[i] = any_sum(r);
        f->num1[i] = i % 9 == 0 ? f->den1[i] : any_sum(r);
        f->den0[i] = i % 5 == 0 ? f->den1[i] : any_sum(r);
        f->num0[i] = i % 10 == 0 ? f->num1[i] : any_sum(r);
        if (i % 11 == 0) {
            f->den1[i] = 0;
        }
        if (i % 13 == 0) {
            f->den0[i] = 0;
        }
    }
}

static int64_t of_bits(rng *r, unsigned most_bits)
{
    return (int64_t)(rng_any_size(r) >> (64 - most_bits));
}

static int64_t with_sign(rng *r, int64_t v)
{
    return rng_below(r, 2) == 0 ? v : -v;
}

/* All inside the narrow lane of the difference, up to its ends. */
static void fill_narrow(figures *f, rng *r)
{
    static const int64_t ends[] = {-(INT64_C(1) << 51),   1 - (INT64_C(1) << 51), -1, 0, 1,
                                   (INT64_C(1) << 51) - 1};
    f->n = CAP;
    for (size_t i = 0; i < f->n; i++) {
        f->num1[i] = i % 7 == 0 ? ends[rng_below(r, 6)] : with_sign(r, of_bits(r, 51));
        f->num0[i] = i % 8 == 0 ? ends[rng_below(r, 6)] : with_sign(r, of_bits(r, 51));
        f->den1[i] = i % 6 == 0 ? (INT64_C(1) << 52) - 1 - (int64_t)rng_below(r, 3) : of_bits(r, 52);
        f->den0[i] = i % 5 == 0 ? (INT64_C(1) << 52) - 1 - (int64_t)rng_below(r, 3) : of_bits(r, 52);
    }
}

/* The same with a few figures next outside of it. */
static void fill_outside(figures *f, rng *r)
{
    fill_narrow(f, r);
    for (size_t i = 0; i < f->n; i += 20) {
        const int64_t beyond = (int64_t)rng_below(r, 1000);
        int64_t *const column[] = {f->num1, f->den1, f->num0, f->den0};
        const size_t k = rng_below(r, 4);
        column[k][i] = (INT64_C(1) << (51 + k % 2)) + beyond;
        if (k % 2 == 0 && beyond % 2 == 0) {
            column[k][i] = -column[k][i] - 1;
        }
    }
}

static void fill_any(figures *f, rng *r)
{
    f->n = CAP;
    for (size_t i = 0; i < f->n; i++) {
        f->num1[i] = i % 50 == 0 ? INT64_MIN : rng_any_signed(r);
        f->num0[i] = i % 49 == 0 ? INT64_MIN : rng_any_signed(r);
        f->den1[i] = i % 48 == 0 ? INT64_MAX : of_bits(r, 63);
        f->den0[i] = i % 47 == 0 ? INT64_MAX : of_bits(r, 63);
    }
}

/* Negative denominators too: attainment of "at most" divides by a reported figure. */
static void fill_signed(figures *f, rng *r)
{
    f->n = CAP;
    for (size_t i = 0; i < f->n; i++) {
        f->num1[i] = rng_any_signed(r);
        f->num0[i] = rng_any_signed(r);
        f->den1[i] = i % 48 == 0 ? INT64_MIN : rng_any_signed(r);
        f->den0[i] = i % 47 == 0 ? INT64_MIN : rng_any_signed(r);
    }
}

/* Denominators that are powers of two: differences that are doubles, and that are half way between two. */
static void fill_ties(figures *f, rng *r, unsigned num_bits)
{
    f->n = CAP;
    for (size_t i = 0; i < f->n; i++) {
        f->den1[i] = INT64_C(1) << rng_below(r, num_bits);
        f->den0[i] = INT64_C(1) << rng_below(r, num_bits);
        f->num1[i] = with_sign(r, of_bits(r, num_bits) | 1);
        f->num0[i] = with_sign(r, of_bits(r, num_bits) | 1);
    }
}

/* The same fraction in two ways, and fractions next to it. */
static void fill_equal(figures *f, rng *r, unsigned bits)
{
    f->n = CAP;
    for (size_t i = 0; i < f->n; i++) {
        const int64_t a = with_sign(r, of_bits(r, bits / 2));
        const int64_t b = of_bits(r, bits / 2) | 1;
        const int64_t x = of_bits(r, bits - bits / 2) | 1;
        const int64_t y = of_bits(r, bits - bits / 2) | 1;
        f->num1[i] = a * x;
        f->den1[i] = b * x;
        f->num0[i] = a * y + (i % 4 == 0);
        f->den0[i] = b * y;
    }
}

/* Neighbours of the Stern-Brocot tree: num1 * den0 - num0 * den1 = 1, so that from 27 bits on the quotients are one double. All of one size,
 * because a block goes to the wide lane as a whole. */
static void fill_neighbours(figures *f, rng *r, unsigned bits)
{
    f->n = CAP;
    for (size_t i = 0; i < f->n; i++) {
        const int64_t most = INT64_C(1) << bits;
        int64_t a = 1;
        int64_t b = 0;
        int64_t c = 0;
        int64_t d = 1;
        while (b + d < most && a + c < most) {
            if (rng_below(r, 2) == 0) {
                a += c;
                b += d;
            } else {
                c += a;
                d += b;
            }
        }
        const int64_t sign = i % 2 == 0 ? 1 : -1;
        f->num1[i] = sign * a;
        f->den1[i] = b;
        f->num0[i] = sign * c;
        f->den0[i] = d;
    }
}

/* x in [0, d) with x * 2^j = e modulo d, d odd: x / d is within e / d of a multiple of 2^-j. */
static uint64_t near_multiple(uint64_t d, unsigned j, uint64_t e)
{
    uint64_t x = e % d;
    while (j-- > 0) {
        x = x % 2 == 0 ? x / 2 : x / 2 + d / 2 + 1;
    }
    return x;
}

/* Quotients as near to the midpoint of two doubles as their size allows. */
static void fill_near_ties(figures *f, rng *r, unsigned bits)
{
    f->n = CAP;
    for (size_t i = 0; i < f->n; i++) {
        const uint64_t d = (rng_next(r) >> (64 - bits)) | 1;
        const uint64_t e = rng_below(r, 2) == 0 ? 1 + rng_below(r, 3) : d - 1 - rng_below(r, 3) % d;
        f->den1[i] = (int64_t)d;
        f->num1[i] = with_sign(r, (int64_t)near_multiple(d, 53 + (unsigned)rng_below(r, 3), e));
        f->den0[i] = 1;
        f->num0[i] = 0;
    }
}

/* a * result = 1 modulo m (Euclid); 0 if there is none. */
static uint64_t inverse(uint64_t a, uint64_t m)
{
    int64_t old_r = (int64_t)(a % m);
    int64_t rest = (int64_t)m;
    int64_t old_s = 1;
    int64_t s = 0;
    while (rest != 0) {
        const int64_t q = old_r / rest;
        const int64_t next_r = old_r - q * rest;
        const int64_t next_s = old_s - q * s;
        old_r = rest;
        rest = next_r;
        old_s = s;
        s = next_s;
    }
    return old_r != 1 ? 0 : (uint64_t)(old_s < 0 ? old_s + (int64_t)m : old_s);
}

/* Differences near a midpoint: x / (d1 * d0) is near one, and n1 * d0 - n0 * d1 = x gives the two fractions. */
static void fill_near_tie_differences(figures *f, rng *r)
{
    f->n = CAP;
    for (size_t i = 0; i < f->n;) {
        const uint64_t d1 = (rng_next(r) >> 36) | 1;
        const uint64_t d0 = (rng_next(r) >> 36) | 1;
        const uint64_t d0_inverse = inverse(d0, d1);
        if (d0_inverse == 0 || d1 == 1) {
            continue;
        }
        const uint64_t x = near_multiple(d1 * d0, 53 + (unsigned)rng_below(r, 3), 1 + rng_below(r, 3));
        const uint64_t n1 = x % d1 * d0_inverse % d1;
        f->den1[i] = (int64_t)d1;
        f->den0[i] = (int64_t)d0;
        f->num1[i] = (int64_t)n1;
        f->num0[i] = ((int64_t)(n1 * d0) - (int64_t)x) / (int64_t)d1;
        assert_true(f->num1[i] * f->den0[i] - f->num0[i] * f->den1[i] == (int64_t)x);
        i++;
    }
}

/* --- tests --- */

static const int64_t edges[] = {0,
                                1,
                                -1,
                                2,
                                3,
                                -7,
                                10,
                                999999,
                                1000000000,
                                INT64_C(4294967295),
                                INT64_C(4294967296),
                                -INT64_C(4294967297),
                                (INT64_C(1) << 51) - 1,
                                INT64_C(1) << 51,
                                -(INT64_C(1) << 51),
                                -(INT64_C(1) << 51) - 1,
                                (INT64_C(1) << 52) - 1,
                                INT64_C(1) << 52,
                                (INT64_C(1) << 53) - 1,
                                INT64_C(1) << 53,
                                (INT64_C(1) << 53) + 1,
                                -(INT64_C(1) << 53) - 1,
                                (INT64_C(1) << 54) + 2,
                                (INT64_C(1) << 54) + 6,
                                INT64_C(1000000000000000000),
                                INT64_C(1) << 62,
                                INT64_MAX - 512,
                                INT64_MAX,
                                INT64_MIN,
                                INT64_MIN + 1};
#define N_EDGES (sizeof edges / sizeof edges[0])

static const int64_t factors[][2] = {{1, 1},
                                     {-1, 1},
                                     {9, 10},
                                     {1000, 1},
                                     {900000000, 1000000000},
                                     {(INT64_C(1) << 53) - 1, INT64_C(1) << 53},
                                     {(INT64_C(1) << 53) + 1, 3},
                                     {INT64_MIN, INT64_MAX},
                                     {INT64_MAX, 1},
                                     {1, INT64_MAX}};
#define N_FACTORS (sizeof factors / sizeof factors[0])

/* Each pair of edges, against another pair. */
static void edges_are_exact(void **state)
{
    (void)state;
    static figures f;
    f.n = N_EDGES * N_EDGES;
    for (size_t k = 0; k < N_FACTORS; k++) {
        for (size_t i = 0; i < f.n; i++) {
            f.num1[i] = edges[i / N_EDGES];
            f.den1[i] = edges[i % N_EDGES];
            f.num0[i] = edges[(i * 7 + k) % N_EDGES];
            f.den0[i] = edges[(i / 3 + 5 * k) % N_EDGES];
        }
        check_all_levels(&f, factors[k][0], factors[k][1]);
    }
}

static void sums_are_exact(void **state)
{
    (void)state;
    static figures f;
    rng r = rng_new(501);
    for (size_t k = 0; k < N_FACTORS; k++) {
        fill_sums(&f, &r);
        check_all_levels(&f, factors[k][0], factors[k][1]);
    }
}

static void random_figures_are_exact(void **state)
{
    (void)state;
    static figures f;
    rng r = rng_new(502);
    for (int k = 0; k < 10; k++) {
        const int64_t p = rng_any_signed(&r) | 1;
        const int64_t q = of_bits(&r, 63) | 1;
        fill_narrow(&f, &r);
        check_all_levels(&f, p, q);
        fill_outside(&f, &r);
        check_all_levels(&f, p, q);
        fill_any(&f, &r);
        check_all_levels(&f, p, q);
        fill_signed(&f, &r);
        check_all_levels(&f, p, q);
    }
}

static void ties_and_near_ties_are_exact(void **state)
{
    (void)state;
    static figures f;
    rng r = rng_new(503);
    for (unsigned k = 0; k < 4; k++) {
        fill_ties(&f, &r, k % 2 == 0 ? 51 : 62);
        check_all_levels(&f, 1, 1);
        fill_near_ties(&f, &r, k < 3 ? 40 + 6 * k : 62);
        check_all_levels(&f, 1, 1);
        check_all_levels(&f, 3, 4 + 2 * k);
        fill_near_tie_differences(&f, &r);
        check_all_levels(&f, 1, 3);
        fill_neighbours(&f, &r, 20 + 10 * k);
        check_all_levels(&f, 1, 3);
    }
}

static void equal_fractions_differ_by_zero(void **state)
{
    (void)state;
    static figures f;
    rng r = rng_new(504);
    for (unsigned k = 0; k < 4; k++) {
        fill_equal(&f, &r, k % 2 == 0 ? 50 : 62);
        check_all_levels(&f, 7, 9);
    }
}

/* num / den at p / q exactly, one above and one below, for products of every length. */
static void targets_met_exactly_compare_as_equal(void **state)
{
    (void)state;
    static figures f;
    rng r = rng_new(505);
    for (unsigned bits = 4; bits <= 62; bits++) {
        const int64_t p = with_sign(&r, of_bits(&r, bits / 2) | 1);
        const int64_t q = of_bits(&r, bits / 2) | 1;
        f.n = 600;
        for (size_t i = 0; i < f.n; i++) {
            const int64_t x = of_bits(&r, bits - bits / 2) | 1;
            const int64_t sign = i % 5 == 0 ? -1 : 1;
            f.num1[i] = sign * p * x + (int64_t)(i % 3) - 1;
            f.den1[i] = sign * q * x;
            f.num0[i] = f.num1[i];
            f.den0[i] = f.den1[i];
        }
        check_all_levels(&f, p, q);
        check_all_levels(&f, 0, q);
    }
}

static void all_rounding_modes_give_the_same_bits(void **state)
{
    (void)state;
    static figures f;
    rng r = rng_new(506);
    void (*const fills[])(figures *, rng *) = {fill_sums, fill_narrow, fill_any, fill_signed,
                                               fill_near_tie_differences};
    const int best = (int)atn_cpu_level(0);
    for (size_t k = 0; k < sizeof fills / sizeof fills[0]; k++) {
        fills[k](&f, &r);
        f.n = 1500;
        for (int level = 0; level <= best; level++) {
            for (size_t m = 0; m < 4; m++) {
                check_columns((atn_vector_level)level, modes[m], &f, 900, 1001);
            }
        }
    }
}

/* Every length up to three blocks; what stands behind the last element stays. */
static void nothing_is_written_behind_the_end(void **state)
{
    (void)state;
    static figures f;
    rng r = rng_new(507);
    fill_sums(&f, &r);
    const int best = (int)atn_cpu_level(0);
    for (size_t n = 0; n <= 3 * ATN_BULK_BLOCK; n += n < 20 ? 1 : 59) {
        for (int level = 0; level <= best; level++) {
            double ratios[3 * ATN_BULK_BLOCK + 1];
            double differences[3 * ATN_BULK_BLOCK + 1];
            double doubles[3 * ATN_BULK_BLOCK + 1];
            int8_t orders[3 * ATN_BULK_BLOCK + 1];
            ratios[n] = differences[n] = doubles[n] = -123.0;
            orders[n] = 99;
            const atn_vector_level at = (atn_vector_level)level;
            atn_bulk_ratio(at, n, f.num1, f.den1, 3, 7, ratios);
            atn_bulk_difference(at, n, f.num1, f.den1, f.num0, f.den0, differences);
            atn_bulk_compare(at, n, f.num1, f.den1, 3, 7, orders);
            atn_bulk_double(at, n, f.num1, doubles);
            check_double(ratios[n], -123.0);
            check_double(differences[n], -123.0);
            check_double(doubles[n], -123.0);
            assert_int_equal(orders[n], 99);
            if (n > 0) {
                check_double(ratios[n - 1], right_ratio(f.num1[n - 1], f.den1[n - 1], 3, 7));
                check_double(differences[n - 1], right_difference(&f, n - 1));
                check_double(doubles[n - 1], right_ratio(f.num1[n - 1], 1, 1, 1));
            }
        }
    }
}

static size_t count_unsure(const uint64_t *unsure)
{
    size_t n = 0;
    for (size_t i = 0; i < ATN_BULK_BLOCK; i++) {
        n += unsure[i] != 0;
    }
    return n;
}

/* Speed rests on this: ordinary figures, unchanged ones too, never leave the narrow lane, and of any others few leave the wide
 * one. And the near-ties above are really near: no lane dares. */
static void each_lane_decides_its_kind(void **state)
{
    (void)state;
    static figures f;
    rng r = rng_new(508);
    const atn_bulk_scale one = {1.0, 1.0, 0.0, 0.0, 0x1p53 - 1, 0x1p53 - 1};
    double out[ATN_BULK_BLOCK];
    uint64_t unsure[ATN_BULK_BLOCK];
    if (!atn_double_nearest_now()) {
        return;
    }
    for (int k = 0; k < 100; k++) {
        fill_sums(&f, &r);
        assert_true(ratio_narrow(f.num1, f.den1, &one, out));
        assert_true(RATIO_SMALL == NULL || ATN_BULK_LANES.ratio_small(f.num1, f.den1, &one, out));
        assert_true(difference_narrow(f.num1, f.den1, f.num0, f.den0, out));
        assert_true(difference_narrow(f.num1, f.den1, f.num1, f.den1, out));
        fill_any(&f, &r);
        assert_false(ratio_narrow(f.num1, f.den1, &one, out));
        assert_false(difference_narrow(f.num1, f.den1, f.num0, f.den0, out));
        (void)ratio_wide(f.num1, f.den1, &one, out, unsure);
        assert_true(count_unsure(unsure) < ATN_BULK_BLOCK / 50);
    }
    fill_near_ties(&f, &r, 62);
    assert_false(ratio_wide(f.num1, f.den1, &one, out, unsure));
    assert_true(count_unsure(unsure) > ATN_BULK_BLOCK / 8);
    fill_near_tie_differences(&f, &r);
    assert_false(difference_narrow(f.num1, f.den1, f.num0, f.den0, out));
    assert_false(difference_wide(f.num1, f.den1, f.num0, f.den0, out, unsure));
    assert_true(count_unsure(unsure) > ATN_BULK_BLOCK / 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_are_exact),
        cmocka_unit_test(sums_are_exact),
        cmocka_unit_test(random_figures_are_exact),
        cmocka_unit_test(ties_and_near_ties_are_exact),
        cmocka_unit_test(equal_fractions_differ_by_zero),
        cmocka_unit_test(targets_met_exactly_compare_as_equal),
        cmocka_unit_test(all_rounding_modes_give_the_same_bits),
        cmocka_unit_test(nothing_is_written_behind_the_end),
        cmocka_unit_test(each_lane_decides_its_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
