/* The plain formulas: the fixtures of their documentation, and random rows against formulas written out in wide integers. */
#include "number/double.h"
#include "support/check.h"
#include "support/rng.h"

static attain_fraction f(int64_t num, int64_t den)
{
    return (attain_fraction){num, den};
}

/* --- fixtures --- */

static void attainment_is_value_over_level(void **state)
{
    (void)state;
    attain_error err;
    attain_fraction out;
    check_ok(attain_attainment(f(45, 1), f(60, 1), ATTAIN_AT_LEAST, &out, &err), &err);
    check_fraction(out, 3, 4);
    check_ok(attain_attainment(f(45, 1), f(60, 1), ATTAIN_AT_MOST, &out, &err), &err);
    check_fraction(out, 4, 3);
    check_ok(attain_attainment(f(9, 10), f(90, 100), ATTAIN_AT_LEAST, &out, &err), &err);
    check_fraction(out, 1, 1);
    check_ok(attain_attainment(f(1874, 9389717), f(1, 5000), ATTAIN_AT_LEAST, &out, &err), &err);
    check_fraction(out, 9370000, 9389717);
    check_ok(attain_attainment(f(0, -7), f(-60, 1), ATTAIN_AT_LEAST, &out, &err), &err);
    check_fraction(out, 0, 1);
    check_ok(attain_attainment(f(3, -4), f(1, 2), ATTAIN_AT_LEAST, &out, &err), &err);
    check_fraction(out, -3, 2);
}

static void progress_is_the_part_of_the_way(void **state)
{
    (void)state;
    attain_error err;
    attain_fraction out;
    check_ok(attain_progress(f(30, 1), f(40, 1), f(20, 1), &out, &err), &err);
    check_fraction(out, 1, 2);
    check_ok(attain_progress(f(45, 1), f(40, 1), f(20, 1), &out, &err), &err); /* the wrong way */
    check_fraction(out, -1, 4);
    check_ok(attain_progress(f(66, 100), f(52, 100), f(13, 20), &out, &err), &err); /* past the level */
    check_fraction(out, 14, 13);
    check_ok(attain_progress(f(0, 1), f(0, 5), f(1, 3), &out, &err), &err);
    check_fraction(out, 0, 1);
}

static void change_is_absolute_or_relative(void **state)
{
    (void)state;
    attain_error err;
    attain_fraction out;
    check_ok(attain_change(f(66, 100), f(52, 100), 0, &out, &err), &err);
    check_fraction(out, 7, 50);
    check_ok(attain_change(f(66, 100), f(52, 100), 1, &out, &err), &err);
    check_fraction(out, 7, 26);
    check_ok(attain_change(f(130, 1), f(100, 1), 5, &out, &err), &err); /* exactly 30 % */
    check_fraction(out, 3, 10);
    check_ok(attain_change(f(0, 1), f(-5, 1), 0, &out, &err), &err);
    check_fraction(out, 5, 1);
    check_ok(attain_change(f(1, 1), f(-1, -2), 1, &out, &err), &err); /* -1/-2 is above 0 */
    check_fraction(out, 1, 1);
}

static void per_scales_a_ratio(void **state)
{
    (void)state;
    attain_error err;
    attain_fraction out;
    check_ok(attain_per(23, 115001, 10000, &out, &err), &err);
    check_fraction(out, 230000, 115001);
    check_ok(attain_per(-6, -4, 2, &out, &err), &err);
    check_fraction(out, 3, 1);
    check_ok(attain_per(INT64_MIN, INT64_MIN, INT64_MAX, &out, &err), &err);
    check_fraction(out, INT64_MAX, 1);
}

static void gap_is_in_whole_units(void **state)
{
    (void)state;
    static const struct {
        int64_t numerator, denominator, level_num, level_den;
        attain_direction direction;
        int64_t gap;
    } cases[] = {{23, 115001, 1, 5000, ATTAIN_AT_LEAST, 1}, /* 24 are needed */
                 {1874, 9389717, 1, 5000, ATTAIN_AT_LEAST, 4},
                 {23, 115000, 1, 5000, ATTAIN_AT_LEAST, 0},
                 {30, 115000, 1, 5000, ATTAIN_AT_LEAST, 0},
                 {30, 115001, 1, 5000, ATTAIN_AT_MOST, 7}, /* 23 are allowed */
                 {23, 115001, 1, 5000, ATTAIN_AT_MOST, 0},
                 {8, 10, 9, 10, ATTAIN_AT_LEAST, 1},
                 {9, 10, -9, -10, ATTAIN_AT_LEAST, 0},
                 {5, 0, 1, 5000, ATTAIN_AT_MOST, 5},
                 {5, 0, 1, 5000, ATTAIN_AT_LEAST, 0},
                 {-3, 10, 1, 3, ATTAIN_AT_LEAST, 7},
                 {0, 10, -1, 3, ATTAIN_AT_LEAST, 0},
                 {0, 10, -1, 3, ATTAIN_AT_MOST, 4}, /* floor(-10/3) = -4 */
                 {0, INT64_MAX, 1, 1, ATTAIN_AT_LEAST, INT64_MAX},
                 {INT64_MIN, INT64_MAX, INT64_MIN, 1, ATTAIN_AT_LEAST, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        attain_error err;
        int64_t gap = -1;
        const attain_fraction level = f(cases[i].level_num, cases[i].level_den);
        check_ok(attain_gap(cases[i].numerator, cases[i].denominator, level, cases[i].direction, &gap, &err),
                 &err);
        assert_true(gap == cases[i].gap);
    }
}

static void what_has_no_result_is_an_argument_error(void **state)
{
    (void)state;
    attain_error err;
    attain_fraction out = {77, 77};
    int64_t gap = 77;
    const attain_fraction bad = f(1, 0);
    const attain_fraction ok = f(1, 1);
    check_fails(attain_attainment(ok, f(0, 5), ATTAIN_AT_LEAST, &out, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_attainment(f(0, 5), ok, ATTAIN_AT_MOST, &out, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_attainment(bad, ok, ATTAIN_AT_LEAST, &out, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_attainment(ok, bad, ATTAIN_AT_MOST, &out, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_attainment(ok, ok, (attain_direction)2, &out, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "direction is 2");
    check_fails(attain_attainment(ok, ok, ATTAIN_AT_LEAST, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_progress(ok, f(2, 4), f(-3, -6), &out, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_progress(ok, bad, ok, &out, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_change(ok, f(0, 1), 1, &out, &err), ATTAIN_E_ARGUMENT,
                &err); /* 0 * 1.3 = 0 is never "met" */
    check_fails(attain_change(ok, f(-1, 1), 1, &out, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_change(ok, f(1, -1), 1, &out, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_change(ok, bad, 0, &out, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_per(1, 0, 1, &out, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_per(1, 1, 1, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fraction(out, 77, 77);
    check_fails(attain_gap(1, 1, bad, ATTAIN_AT_LEAST, &gap, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_gap(1, -1, ok, ATTAIN_AT_LEAST, &gap, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_gap(1, 1, ok, (attain_direction)-1, &gap, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_gap(1, 1, ok, ATTAIN_AT_LEAST, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    assert_int_equal(gap, 77);
}

static void what_does_not_fit_is_a_range_error(void **state)
{
    (void)state;
    attain_error err;
    attain_fraction out = {77, 77};
    int64_t gap = 77;
    check_fails(attain_attainment(f(INT64_MAX, 1), f(1, 2), ATTAIN_AT_LEAST, &out, &err), ATTAIN_E_RANGE,
                &err);
    check_fails(attain_attainment(f(1, INT64_MAX), f(2, 3), ATTAIN_AT_LEAST, &out, &err), ATTAIN_E_RANGE,
                &err);
    check_fails(attain_change(f(INT64_MAX, 1), f(-1, 1), 0, &out, &err), ATTAIN_E_RANGE, &err);
    check_fails(attain_per(INT64_MIN, 1, -1, &out, &err), ATTAIN_E_RANGE, &err);
    check_fails(attain_gap(-1, INT64_MAX, f(1, 1), ATTAIN_AT_LEAST, &gap, &err), ATTAIN_E_RANGE, &err);
    check_fails(attain_gap(0, INT64_MAX, f(INT64_MAX, 1), ATTAIN_AT_LEAST, &gap, &err), ATTAIN_E_RANGE, &err);
    check_fraction(out, 77, 77);
    assert_int_equal(gap, 77);
    check_ok(attain_change(f(INT64_MIN, 1), f(0, 1), 0, &out, &err), &err);
    check_fraction(out, INT64_MIN, 1);
}

/* --- array forms against the definitions, in wide integers --- */

enum { N = 300 }; /* more than are rounded together */

typedef struct rows {
    int64_t num[3][N];
    int64_t den[3][N];
} rows;

static void fill(rows *t, rng *r, int round)
{
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < N; i++) {
            const bool small = round % 2 == 0;
            t->num[k][i] = small ? rng_between(r, -50, 50) : rng_any_signed(r);
            t->den[k][i] = round % 4 == 0 ? 100 : small ? rng_between(r, -4, 4) : rng_any_signed(r);
        }
    }
}

static attain_fraction_array column(const rows *t, int k)
{
    return (attain_fraction_array){t->num[k], t->den[k], 1};
}

static attain_fraction row(const rows *t, int k, int i)
{
    return f(t->num[k][i], t->den[k][i]);
}

/* a.num * b.den * c - b.num * a.den * c, as the definitions have it. */
static atn_wide cross(attain_fraction a, attain_fraction b, int64_t c)
{
    const atn_wide an = atn_wide_from_i64(a.num);
    const atn_wide ad = atn_wide_from_i64(a.den);
    const atn_wide bn = atn_wide_from_i64(b.num);
    const atn_wide bd = atn_wide_from_i64(b.den);
    const atn_wide factor = atn_wide_from_i64(c);
    atn_wide left;
    atn_wide right;
    atn_wide_mul(&left, &an, &bd);
    atn_wide_mul(&right, &bn, &ad);
    atn_wide_sub(&left, &left, &right);
    atn_wide_mul(&left, &left, &factor);
    return left;
}

static atn_wide times(int64_t a, int64_t b)
{
    const atn_wide x = atn_wide_from_i64(a);
    const atn_wide y = atn_wide_from_i64(b);
    atn_wide out;
    atn_wide_mul(&out, &x, &y);
    return out;
}

/* The row of an array form: valid if and only if the scalar form is not an argument error; its double that of num/den; and the scalar
 * fraction, where it fits, is the same number. */
static void check_row(double got, uint8_t valid, attain_status scalar, attain_fraction fraction,
                      const atn_wide *num, const atn_wide *den)
{
    assert_int_equal(valid, scalar != ATTAIN_E_ARGUMENT);
    if (!valid) {
        check_double(got, 0.0);
        return;
    }
    const atn_ratio wanted = atn_ratio_make(num, den);
    check_double(got, atn_double_of_ratio(&wanted, false));
    if (scalar == ATTAIN_OK) {
        const atn_wide n = atn_wide_from_i64(fraction.num);
        const atn_wide d = atn_wide_from_i64(fraction.den);
        const atn_ratio same = atn_ratio_make(&n, &d);
        assert_true(fraction.den > 0);
        assert_int_equal(atn_ratio_compare(&wanted, &same), 0);
        atn_wide common;
        atn_wide_gcd(&common, &n, &d);
        assert_int_equal(atn_wide_bits(&common), 1);
    }
}

static void check_attainment(const rows *t)
{
    for (int direction = ATTAIN_AT_LEAST; direction <= ATTAIN_AT_MOST; direction++) {
        double out[N];
        uint8_t valid[N];
        attain_error err;
        check_ok(attain_attainment_array(column(t, 0), column(t, 1), (attain_direction)direction, N, out,
                                         valid, &err),
                 &err);
        for (int i = 0; i < N; i++) {
            attain_fraction one_row = {0, 1};
            const attain_fraction v = direction == ATTAIN_AT_LEAST ? row(t, 0, i) : row(t, 1, i);
            const attain_fraction l = direction == ATTAIN_AT_LEAST ? row(t, 1, i) : row(t, 0, i);
            const attain_status s =
                attain_attainment(row(t, 0, i), row(t, 1, i), (attain_direction)direction, &one_row, NULL);
            const atn_wide num = times(v.num, l.den);
            const atn_wide den = times(v.den, l.num);
            check_row(out[i], valid[i], s, one_row, &num, &den);
        }
    }
}

static void check_progress(const rows *t)
{
    double out[N];
    uint8_t valid[N];
    attain_error err;
    check_ok(attain_progress_array(column(t, 0), column(t, 1), column(t, 2), N, out, valid, &err), &err);
    for (int i = 0; i < N; i++) {
        attain_fraction one_row = {0, 1};
        const attain_fraction v = row(t, 0, i);
        const attain_fraction b = row(t, 1, i);
        const attain_fraction l = row(t, 2, i);
        const attain_status s = attain_progress(v, b, l, &one_row, NULL);
        const atn_wide num = cross(v, b, l.den);
        const atn_wide den = cross(l, b, v.den);
        check_row(out[i], valid[i], s, one_row, &num, &den);
    }
}

static void check_change(const rows *t)
{
    for (int relative = 0; relative < 2; relative++) {
        double out[N];
        uint8_t valid[N];
        attain_error err;
        check_ok(attain_change_array(column(t, 0), column(t, 1), relative, N, out, valid, &err), &err);
        for (int i = 0; i < N; i++) {
            attain_fraction one_row = {0, 1};
            const attain_fraction v = row(t, 0, i);
            const attain_fraction b = row(t, 1, i);
            const attain_status s = attain_change(v, b, relative, &one_row, NULL);
            const atn_wide num = cross(v, b, 1);
            const atn_wide den = relative ? times(b.num, v.den) : times(b.den, v.den);
            check_row(out[i], valid[i], s, one_row, &num, &den);
        }
    }
}

static void check_per(const rows *t)
{
    double out[N];
    uint8_t valid[N];
    attain_error err;
    const int64_t per = t->num[2][0];
    check_ok(attain_per_array(t->num[0], t->num[1], per, N, out, valid, &err), &err);
    for (int i = 0; i < N; i++) {
        attain_fraction one_row = {0, 1};
        const attain_status s = attain_per(t->num[0][i], t->num[1][i], per, &one_row, NULL);
        const atn_wide num = times(t->num[0][i], per);
        const atn_wide den = atn_wide_from_i64(t->num[1][i]);
        check_row(out[i], valid[i], s, one_row, &num, &den);
    }
}

/* The gap g of "at least" is the smallest g >= 0 with num + g >= level * den, of "at most" with num - g <= level * den. */
static bool gap_suffices(int64_t num, int64_t den, attain_fraction level, attain_direction direction,
                         const atn_wide *gap)
{
    const atn_wide have = atn_wide_from_i64(num);
    atn_wide moved;
    if (direction == ATTAIN_AT_LEAST) {
        atn_wide_add(&moved, &have, gap);
    } else {
        atn_wide_sub(&moved, &have, gap);
    }
    atn_wide left;
    const atn_wide level_den = atn_wide_from_i64(level.den);
    atn_wide_mul(&left, &moved, &level_den);
    atn_wide right = times(level.num, den);
    if (level.den < 0) {
        atn_wide_neg(&left, &left);
        atn_wide_neg(&right, &right);
    }
    const int order = atn_wide_compare(&left, &right);
    return direction == ATTAIN_AT_LEAST ? order >= 0 : order <= 0;
}

static void check_gap(const rows *t)
{
    for (int d = ATTAIN_AT_LEAST; d <= ATTAIN_AT_MOST; d++) {
        const attain_direction direction = (attain_direction)d;
        int64_t out[N];
        uint8_t valid[N];
        attain_error err;
        check_ok(attain_gap_array(t->num[0], t->num[1], column(t, 2), direction, N, out, valid, &err), &err);
        for (int i = 0; i < N; i++) {
            const attain_fraction level = row(t, 2, i);
            int64_t gap = 0;
            const attain_status s = attain_gap(t->num[0][i], t->num[1][i], level, direction, &gap, NULL);
            assert_int_equal(valid[i], s == ATTAIN_OK);
            assert_true(out[i] == gap);
            assert_int_equal(s == ATTAIN_E_ARGUMENT, t->num[1][i] < 0 || level.den == 0);
            if (s == ATTAIN_E_ARGUMENT) {
                continue;
            }
            /* A gap that does not fit: not even the largest number suffices. */
            const atn_wide found = atn_wide_from_i64(s == ATTAIN_OK ? gap : INT64_MAX);
            assert_int_equal(gap_suffices(t->num[0][i], t->num[1][i], level, direction, &found),
                             s == ATTAIN_OK);
            if (gap > 0) {
                const atn_wide less = atn_wide_from_i64(gap - 1);
                assert_false(gap_suffices(t->num[0][i], t->num[1][i], level, direction, &less));
            }
        }
    }
}

static void array_forms_are_the_definitions_row_by_row(void **state)
{
    (void)state;
    rng r = rng_new(70);
    for (int round = 0; round < 300; round++) {
        rows t;
        fill(&t, &r, round);
        check_attainment(&t);
        check_progress(&t);
        check_change(&t);
        check_per(&t);
        check_gap(&t);
    }
}

static void strides_and_missing_dens_mean_one_for_all(void **state)
{
    (void)state;
    const int64_t values[] = {30, 45, 60, 0};
    const int64_t sixty = 60;
    const int64_t two = 2;
    const attain_fraction_array value = {values, NULL, 1};
    const attain_fraction_array level = {&sixty, NULL, 0};
    const attain_fraction_array half = {&sixty, &two, 0};
    double out[4];
    uint8_t valid[4];
    attain_error err;
    check_ok(attain_attainment_array(value, level, ATTAIN_AT_LEAST, 4, out, valid, &err), &err);
    check_double(out[0], 0.5);
    check_double(out[1], 0.75);
    check_double(out[3], 0.0);
    assert_int_equal(valid[3], 1);
    check_ok(attain_attainment_array(value, half, ATTAIN_AT_MOST, 4, out, valid, &err), &err);
    check_double(out[2], 0.5);
    assert_int_equal(valid[3], 0);
    check_ok(attain_change_array(value, half, 1, 4, out, valid, &err), &err);
    check_double(out[1], 0.5);
    check_double(out[3], -1.0);
    int64_t gaps[4];
    check_ok(attain_gap_array(values, values, level, ATTAIN_AT_LEAST, 4, gaps, valid, &err), &err);
    assert_int_equal(gaps[0], 59 * 30);
}

static void array_arguments_are_checked(void **state)
{
    (void)state;
    attain_error err;
    const int64_t num = 1;
    double out;
    int64_t gap;
    uint8_t valid;
    const attain_fraction_array good = {&num, NULL, 1};
    const attain_fraction_array wide = {&num, NULL, 2};
    const attain_fraction_array none = {NULL, NULL, 1};
    check_fails(attain_attainment_array(wide, good, ATTAIN_AT_LEAST, 1, &out, &valid, &err),
                ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "stride of value is 2");
    check_fails(attain_attainment_array(good, none, ATTAIN_AT_LEAST, 1, &out, &valid, &err),
                ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "level");
    check_fails(attain_attainment_array(good, good, (attain_direction)7, 1, &out, &valid, &err),
                ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_progress_array(good, none, good, 1, &out, &valid, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_change_array(good, good, 0, 1, NULL, &valid, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_change_array(good, good, 0, 1, &out, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_per_array(NULL, &num, 1, 1, &out, &valid, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_per_array(&num, NULL, 1, 1, &out, &valid, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_per_array(&num, &num, 1, 1, &out, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_gap_array(NULL, &num, good, ATTAIN_AT_LEAST, 1, &gap, &valid, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_fails(attain_gap_array(&num, NULL, good, ATTAIN_AT_LEAST, 1, &gap, &valid, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_fails(attain_gap_array(&num, &num, wide, ATTAIN_AT_LEAST, 1, &gap, &valid, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_fails(attain_gap_array(&num, &num, good, (attain_direction)7, 1, &gap, &valid, &err),
                ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_gap_array(&num, &num, good, ATTAIN_AT_LEAST, 1, NULL, &valid, &err), ATTAIN_E_ARGUMENT,
                &err);
    /* No rows need no memory. */
    check_ok(attain_attainment_array(none, none, ATTAIN_AT_LEAST, 0, NULL, NULL, &err), &err);
    check_ok(attain_per_array(NULL, NULL, 1, 0, NULL, NULL, &err), &err);
    check_ok(attain_gap_array(NULL, NULL, none, ATTAIN_AT_LEAST, 0, NULL, NULL, &err), &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attainment_is_value_over_level),
        cmocka_unit_test(progress_is_the_part_of_the_way),
        cmocka_unit_test(change_is_absolute_or_relative),
        cmocka_unit_test(per_scales_a_ratio),
        cmocka_unit_test(gap_is_in_whole_units),
        cmocka_unit_test(what_has_no_result_is_an_argument_error),
        cmocka_unit_test(what_does_not_fit_is_a_range_error),
        cmocka_unit_test(array_forms_are_the_definitions_row_by_row),
        cmocka_unit_test(strides_and_missing_dens_mean_one_for_all),
        cmocka_unit_test(array_arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
