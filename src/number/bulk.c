/* Bulk: columns cut into blocks for the lanes (bulk_body.h), the lanes chosen by level, and the whole-number way for what they leave.
 *
 * The rounding mode is looked at once a call. If it is not 53 bits to nearest (somebody's fesetround, x87), every element goes the
 * whole-number way: slow, and the same bits.
 *
 * The last block is padded with zeros: an element whose denominator is 0 is decided at once. */
#define ATN_BULK_LANES atn_bulk_lanes_portable
#include "number/bulk_body.h"

#include "number/double.h"
#include "number/limb.h"

/* The levels that this build has beside the portable one (src/CMakeLists.txt). */
#if defined(ATTAIN_HAVE_AVX2)
extern const atn_bulk_lanes atn_bulk_lanes_avx2;
#endif
#if defined(ATTAIN_HAVE_AVX512)
extern const atn_bulk_lanes atn_bulk_lanes_avx512;
#endif

/* Blocks of four, for less than a block. */
#define FEW 4
extern const atn_bulk_lanes atn_bulk_lanes_few;

/* Lanes and how many elements their blocks have. */
typedef struct way {
    const atn_bulk_lanes *lanes;
    size_t n_block;
} way;

/* The best level that was asked for and built. */
static const atn_bulk_lanes *lanes_of(atn_vector_level level)
{
#if defined(ATTAIN_HAVE_AVX512)
    if (level >= ATN_VECTOR_AVX512) {
        return &atn_bulk_lanes_avx512;
    }
#endif
#if defined(ATTAIN_HAVE_AVX2)
    if (level >= ATN_VECTOR_AVX2) {
        return &atn_bulk_lanes_avx2;
    }
#endif
    (void)level;
    return &atn_bulk_lanes_portable;
}

/* --- one element in whole numbers --- */

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

static int sign_of(int64_t v)
{
    return (v > 0) - (v < 0);
}

/* The products are at most 2^126, so nothing overflows. den != 0. */
static double exact_ratio(int64_t num, int64_t den, int64_t p, int64_t q, bool use_division)
{
    bool overflow = false;
    attain_i128 n = atn_i128_mul_i64(atn_i128_from_i64(num), p, &overflow);
    attain_i128 d = atn_i128_mul_i64(atn_i128_from_i64(den), q, &overflow);
    if (d.hi < 0) {
        n = atn_i128_neg(n, &overflow);
        d = atn_i128_neg(d, &overflow);
    }
    return atn_double_of_i128(n, d, use_division);
}

/* The sign of num / den - p / q. |num| * |q| against |p| * |den| when the signs agree. */
static int8_t exact_compare(int64_t num, int64_t den, int64_t p, int64_t q)
{
    const int left_sign = sign_of(num) * sign_of(den);
    const int right_sign = sign_of(p) * sign_of(q);
    if (left_sign != right_sign) {
        return left_sign < right_sign ? -1 : 1;
    }
    uint64_t left_high;
    uint64_t right_high;
    const uint64_t left = atn_u64_mul_add(magnitude(num), magnitude(q), 0, 0, &left_high);
    const uint64_t right = atn_u64_mul_add(magnitude(p), magnitude(den), 0, 0, &right_high);
    const int order =
        left_high != right_high ? (left_high < right_high ? -1 : 1) : (left > right) - (left < right);
    return (int8_t)(left_sign * order);
}

static atn_ratio ratio_of(int64_t num, int64_t den)
{
    const atn_wide n = atn_wide_from_i64(num);
    const atn_wide d = atn_wide_from_i64(den);
    return atn_ratio_make(&n, &d);
}

/* Figures that stayed as they were are common, and are found without wide integers. */
static double exact_difference(int64_t num1, int64_t den1, int64_t num0, int64_t den0, bool use_division)
{
    if (exact_compare(num1, den1, num0, den0) == 0) {
        return 0.0;
    }
    const atn_ratio now = ratio_of(num1, den1);
    const atn_ratio before = ratio_of(num0, den0);
    atn_ratio change;
    atn_ratio_sub(&change, &now, &before);
    return atn_double_of_ratio(&change, use_division);
}

/* --- blocks --- */

/* The way of the last n elements, which are less than a block. */
static way way_of_rest(const atn_bulk_lanes *lanes, size_t n)
{
    return n <= FEW ? (way){&atn_bulk_lanes_few, FEW} : (way){lanes, ATN_BULK_BLOCK};
}

/* A block of which only the first n elements are there. */
static const int64_t *padded(int64_t *room, const int64_t *v, size_t n, size_t n_block)
{
    memcpy(room, v, n * sizeof *v);
    memset(room + n, 0, (n_block - n) * sizeof *v);
    return room;
}

/* The most |v| for which |v * factor| < 2^53; any, for a factor of 0. */
static double most_exact(int64_t factor)
{
    const uint64_t most = (UINT64_C(1) << 53) - 1;
    const uint64_t whole = factor == 0 ? 0 : most / magnitude(factor);
    return factor == 0 ? 0x1p64 : (double)whole;
}

static atn_bulk_scale scale_of(int64_t p, int64_t q, int64_t factor_of_num, int64_t factor_of_den)
{
    const pair p_pair = pair_of(p);
    const pair q_pair = pair_of(q);
    return (atn_bulk_scale){.p = p_pair.hi,
                            .q = q_pair.hi,
                            .p_rest = p_pair.lo,
                            .q_rest = q_pair.lo,
                            .most_num = most_exact(factor_of_num),
                            .most_den = most_exact(factor_of_den)};
}

static void ratio_block(way by_way, const int64_t *num, const int64_t *den, int64_t p, int64_t q,
                        const atn_bulk_scale *by, double *out)
{
    uint64_t unsure[ATN_BULK_BLOCK];
    const atn_bulk_lanes *const lanes = by_way.lanes;
    if ((lanes->ratio_small != NULL && lanes->ratio_small(num, den, by, out)) ||
        lanes->ratio_narrow(num, den, by, out) || lanes->ratio_wide(num, den, by, out, unsure)) {
        return;
    }
    for (size_t i = 0; i < by_way.n_block; i++) {
        if (unsure[i] != 0) {
            out[i] = exact_ratio(num[i], den[i], p, q, true);
        }
    }
}

void atn_bulk_ratio(atn_vector_level level, size_t n, const int64_t *num, const int64_t *den, int64_t p,
                    int64_t q, double *out)
{
    size_t i = 0;
    if (!atn_double_nearest_now()) {
        for (; i < n; i++) {
            out[i] = den[i] == 0 ? 0.0 : exact_ratio(num[i], den[i], p, q, false);
        }
        return;
    }
    const way whole = {lanes_of(level), ATN_BULK_BLOCK};
    const atn_bulk_scale by = scale_of(p, q, p, q);
    for (; n - i >= ATN_BULK_BLOCK; i += ATN_BULK_BLOCK) {
        ratio_block(whole, num + i, den + i, p, q, &by, out + i);
    }
    if (i < n) {
        int64_t room[2][ATN_BULK_BLOCK];
        double last[ATN_BULK_BLOCK];
        const way rest = way_of_rest(whole.lanes, n - i);
        ratio_block(rest, padded(room[0], num + i, n - i, rest.n_block),
                    padded(room[1], den + i, n - i, rest.n_block), p, q, &by, last);
        memcpy(out + i, last, (n - i) * sizeof *out);
    }
}

static void difference_block(way by_way, const int64_t *num1, const int64_t *den1, const int64_t *num0,
                             const int64_t *den0, double *out)
{
    uint64_t unsure[ATN_BULK_BLOCK];
    const atn_bulk_lanes *const lanes = by_way.lanes;
    if (lanes->difference_narrow(num1, den1, num0, den0, out) ||
        lanes->difference_wide(num1, den1, num0, den0, out, unsure)) {
        return;
    }
    for (size_t i = 0; i < by_way.n_block; i++) {
        if (unsure[i] != 0) {
            out[i] = exact_difference(num1[i], den1[i], num0[i], den0[i], true);
        }
    }
}

void atn_bulk_difference(atn_vector_level level, size_t n, const int64_t *num1, const int64_t *den1,
                         const int64_t *num0, const int64_t *den0, double *out)
{
    size_t i = 0;
    if (!atn_double_nearest_now()) {
        for (; i < n; i++) {
            const bool empty = den1[i] == 0 || den0[i] == 0;
            out[i] = empty ? 0.0 : exact_difference(num1[i], den1[i], num0[i], den0[i], false);
        }
        return;
    }
    const way whole = {lanes_of(level), ATN_BULK_BLOCK};
    for (; n - i >= ATN_BULK_BLOCK; i += ATN_BULK_BLOCK) {
        difference_block(whole, num1 + i, den1 + i, num0 + i, den0 + i, out + i);
    }
    if (i < n) {
        int64_t room[4][ATN_BULK_BLOCK];
        double last[ATN_BULK_BLOCK];
        const way rest = way_of_rest(whole.lanes, n - i);
        difference_block(rest, padded(room[0], num1 + i, n - i, rest.n_block),
                         padded(room[1], den1 + i, n - i, rest.n_block),
                         padded(room[2], num0 + i, n - i, rest.n_block),
                         padded(room[3], den0 + i, n - i, rest.n_block), last);
        memcpy(out + i, last, (n - i) * sizeof *out);
    }
}

static void compare_block(way by_way, const int64_t *num, const int64_t *den, int64_t p, int64_t q,
                          const atn_bulk_scale *with, int8_t *restrict out)
{
    int64_t order[ATN_BULK_BLOCK];
    if (!by_way.lanes->compare(num, den, with, order)) {
        for (size_t i = 0; i < by_way.n_block; i++) {
            order[i] = order[i] < ATN_BULK_UNSURE ? order[i] : exact_compare(num[i], den[i], p, q);
        }
    }
    for (size_t i = 0; i < by_way.n_block; i++) {
        out[i] = (int8_t)order[i];
    }
}

void atn_bulk_compare(atn_vector_level level, size_t n, const int64_t *num, const int64_t *den, int64_t p,
                      int64_t q, int8_t *out)
{
    size_t i = 0;
    if (!atn_double_nearest_now()) {
        for (; i < n; i++) {
            out[i] = den[i] == 0 ? 0 : exact_compare(num[i], den[i], p, q);
        }
        return;
    }
    const way whole = {lanes_of(level), ATN_BULK_BLOCK};
    const atn_bulk_scale with = scale_of(p, q, q, p); /* num goes with q, den with p */
    for (; n - i >= ATN_BULK_BLOCK; i += ATN_BULK_BLOCK) {
        compare_block(whole, num + i, den + i, p, q, &with, out + i);
    }
    if (i < n) {
        int64_t room[2][ATN_BULK_BLOCK];
        int8_t last[ATN_BULK_BLOCK];
        const way rest = way_of_rest(whole.lanes, n - i);
        compare_block(rest, padded(room[0], num + i, n - i, rest.n_block),
                      padded(room[1], den + i, n - i, rest.n_block), p, q, &with, last);
        memcpy(out + i, last, n - i);
    }
}

void atn_bulk_double(atn_vector_level level, size_t n, const int64_t *v, double *out)
{
    size_t i = 0;
    if (!atn_double_nearest_now()) {
        for (; i < n; i++) {
            out[i] = exact_ratio(v[i], 1, 1, 1, false);
        }
        return;
    }
    const atn_bulk_lanes *const lanes = lanes_of(level);
    for (; n - i >= ATN_BULK_BLOCK; i += ATN_BULK_BLOCK) {
        lanes->to_double(v + i, out + i);
    }
    for (; i < n; i++) {
        out[i] = nearest(v[i]);
    }
}
