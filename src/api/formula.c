/* The plain formulas, for callers with their own loop: attainment, progress, change, per, gap.
 *
 * Each formula is written once, as (numerator, denominator), in three widths:
 *
 *   narrow  int64, where all products fit: nearly every row of nearly every table, in blocks whose quotients are rounded together
 *   quick   products of int64 in 128 bits, with an overflow mark
 *   exact   atn_ratio, for the rest
 *
 * The scalar form reduces the result to a fraction of int64; the array form rounds it to the nearest double. Both are exact up to that
 * one step, so they agree. */
#include "base/error.h"
#include "number/bulk.h"
#include "number/double.h"

#include <attain/attain.h>

#include <string.h>

/* What the fraction formulas take; those that they do not need are 1. */
typedef struct operands {
    attain_fraction value;
    attain_fraction baseline;
    attain_fraction level;
} operands;

/* A result without lowest terms; den > 0. */
typedef struct quotient {
    attain_i128 num;
    attain_i128 den;
} quotient;

/* Why there is no result, as a sentence; NULL: there is one. */
typedef const char *problem;

/* --- the narrow width --- */

/* Below this a sum of two products fits int64, however its bound was rounded. */
#define MOST 4e18

static double size_of(int64_t v)
{
    return v < 0 ? -(double)v : (double)v;
}

/* num / den with den > 0, or with den = 0 where there is no result. */
typedef struct narrow_quotient {
    int64_t num;
    int64_t den;
} narrow_quotient;

static narrow_quotient narrow_of(int64_t num, int64_t den)
{
    return den < 0 ? (narrow_quotient){-num, -den} : (narrow_quotient){num, den};
}

/* a / b. */
static bool narrow_ratio(attain_fraction a, attain_fraction b, narrow_quotient *out)
{
    if (!(size_of(a.num) * size_of(b.den) < MOST && size_of(a.den) * size_of(b.num) < MOST)) {
        return false;
    }
    *out = narrow_of(a.num * b.den, a.den * b.num);
    return true;
}

/* a - b over a.den * b.den. */
static bool narrow_difference(attain_fraction a, attain_fraction b, int64_t *num)
{
    const bool fits = size_of(a.num) * size_of(b.den) + size_of(b.num) * size_of(a.den) < MOST;
    *num = fits ? a.num * b.den - b.num * a.den : 0;
    return fits;
}

static bool narrow_progress(const operands *o, narrow_quotient *out)
{
    int64_t gone = 0;
    int64_t way = 0;
    if (!narrow_difference(o->value, o->baseline, &gone) || !narrow_difference(o->level, o->baseline, &way) ||
        !(size_of(gone) * size_of(o->level.den) < MOST && size_of(way) * size_of(o->value.den) < MOST)) {
        return false;
    }
    *out = narrow_of(gone * o->level.den, way * o->value.den);
    return true;
}

static bool narrow_change(const operands *o, bool relative, narrow_quotient *out)
{
    const attain_fraction b = o->baseline;
    const int64_t by = relative ? b.num : b.den;
    int64_t gone = 0;
    if (!narrow_difference(o->value, b, &gone) || !(size_of(by) * size_of(o->value.den) < MOST)) {
        return false;
    }
    *out = narrow_of(gone, relative && (b.num < 0) != (b.den < 0) ? 0 : by * o->value.den);
    return true;
}

/* --- the quick width --- */

static attain_i128 product(int64_t a, int64_t b, bool *overflow)
{
    return atn_i128_mul_i64(atn_i128_from_i64(a), b, overflow);
}

static void make_den_positive(quotient *q, bool *overflow)
{
    if (q->den.hi < 0) {
        q->num = atn_i128_neg(q->num, overflow);
        q->den = atn_i128_neg(q->den, overflow);
    }
}

/* a / b; b.num != 0. */
static quotient quick_ratio(attain_fraction a, attain_fraction b, bool *overflow)
{
    if (a.den == b.den) {
        quotient same = {atn_i128_from_i64(a.num), atn_i128_from_i64(b.num)};
        make_den_positive(&same, overflow);
        return same;
    }
    quotient q = {product(a.num, b.den, overflow), product(a.den, b.num, overflow)};
    make_den_positive(&q, overflow);
    return q;
}

/* The numerator of a - b over a.den * b.den; over their one den if they share it (shared). */
static attain_i128 quick_difference(attain_fraction a, attain_fraction b, bool shared, bool *overflow)
{
    const attain_i128 left = shared ? atn_i128_from_i64(a.num) : product(a.num, b.den, overflow);
    const attain_i128 right = shared ? atn_i128_from_i64(b.num) : product(b.num, a.den, overflow);
    return atn_i128_add(left, atn_i128_neg(right, overflow), overflow);
}

/* (v - b) / (l - b) = (vn bd - bn vd) ld / ((ln bd - bn ld) vd): the dens of the baseline cancel. */
static quotient quick_progress(const operands *o, bool *overflow)
{
    const attain_fraction v = o->value;
    const attain_fraction b = o->baseline;
    const attain_fraction l = o->level;
    const bool shared = v.den == b.den && l.den == b.den;
    quotient q = {quick_difference(v, b, shared, overflow), quick_difference(l, b, shared, overflow)};
    if (!shared) {
        q.num = atn_i128_mul_i64(q.num, l.den, overflow);
        q.den = atn_i128_mul_i64(q.den, v.den, overflow);
    }
    make_den_positive(&q, overflow);
    return q;
}

/* v - b, or (v - b) / b = (vn bd - bn vd) / (bn vd). */
static quotient quick_change(const operands *o, bool relative, bool *overflow)
{
    const attain_fraction v = o->value;
    const attain_fraction b = o->baseline;
    const bool shared = v.den == b.den;
    quotient q = {quick_difference(v, b, shared, overflow), {0, 0}};
    if (relative) {
        q.den = shared ? atn_i128_from_i64(b.num) : product(b.num, v.den, overflow);
    } else {
        q.den = shared ? atn_i128_from_i64(v.den) : product(v.den, b.den, overflow);
    }
    make_den_positive(&q, overflow);
    return q;
}

/* --- the exact width --- */

static atn_ratio ratio_of(attain_fraction f)
{
    const atn_wide num = atn_wide_from_i64(f.num);
    const atn_wide den = atn_wide_from_i64(f.den);
    return atn_ratio_make(&num, &den);
}

static atn_ratio ratio_of_quotient(quotient q)
{
    return (atn_ratio){atn_wide_from_i128(q.num), atn_wide_from_i128(q.den)};
}

static atn_ratio exact_ratio(attain_fraction a, attain_fraction b)
{
    const atn_ratio x = ratio_of(a);
    const atn_ratio y = ratio_of(b);
    atn_ratio out;
    atn_ratio_div(&out, &x, &y);
    return out;
}

static atn_ratio exact_difference(attain_fraction a, attain_fraction b)
{
    const atn_ratio x = ratio_of(a);
    const atn_ratio y = ratio_of(b);
    atn_ratio out;
    atn_ratio_sub(&out, &x, &y);
    return out;
}

static atn_ratio exact_progress(const operands *o)
{
    const atn_ratio way = exact_difference(o->level, o->baseline);
    atn_ratio out = exact_difference(o->value, o->baseline);
    atn_ratio_div(&out, &out, &way);
    return out;
}

static atn_ratio exact_change(const operands *o, bool relative)
{
    atn_ratio out = exact_difference(o->value, o->baseline);
    if (relative) {
        const atn_ratio base = ratio_of(o->baseline);
        atn_ratio_div(&out, &out, &base);
    }
    return out;
}

/* --- the formulas: a dispatch on what is asked, in all widths --- */

typedef enum formula { ATTAINMENT_AT_LEAST, ATTAINMENT_AT_MOST, PROGRESS, CHANGE, CHANGE_RELATIVE } formula;

static bool equal(attain_fraction a, attain_fraction b)
{
    if (a.den == b.den) {
        return a.num == b.num;
    }
    bool overflow = false; /* 2^63 * 2^63 fits: it cannot happen */
    const attain_i128 left = product(a.num, b.den, &overflow);
    return atn_i128_compare(left, product(b.num, a.den, &overflow)) == 0;
}

static int sign_of(attain_fraction f)
{
    return f.num == 0 ? 0 : (f.num < 0) == (f.den < 0) ? 1 : -1;
}

static problem check(formula which, const operands *o)
{
    if (o->value.den == 0 || o->baseline.den == 0 || o->level.den == 0) {
        return "a den is 0; every den must be another number";
    }
    if (which == ATTAINMENT_AT_LEAST && o->level.num == 0) {
        return "the level is 0; attainment divides by it";
    }
    if (which == ATTAINMENT_AT_MOST && o->value.num == 0) {
        return "the value is 0; attainment of an 'at most' divides by it";
    }
    if (which == PROGRESS && equal(o->level, o->baseline)) {
        return "level and baseline are equal; progress divides by their difference";
    }
    if (which == CHANGE_RELATIVE && sign_of(o->baseline) <= 0) {
        return "the baseline is not above 0; relative change needs one that is";
    }
    return NULL;
}

/* All dens that are given are some number but 0. */
static bool narrow(formula which, const operands *o, narrow_quotient *out)
{
    switch (which) {
    case ATTAINMENT_AT_LEAST: return narrow_ratio(o->value, o->level, out);
    case ATTAINMENT_AT_MOST: return narrow_ratio(o->level, o->value, out);
    case PROGRESS: return narrow_progress(o, out);
    case CHANGE:
    case CHANGE_RELATIVE: break;
    }
    return narrow_change(o, which == CHANGE_RELATIVE, out);
}

static quotient quick(formula which, const operands *o, bool *overflow)
{
    switch (which) {
    case ATTAINMENT_AT_LEAST: return quick_ratio(o->value, o->level, overflow);
    case ATTAINMENT_AT_MOST: return quick_ratio(o->level, o->value, overflow);
    case PROGRESS: return quick_progress(o, overflow);
    case CHANGE:
    case CHANGE_RELATIVE: break;
    }
    return quick_change(o, which == CHANGE_RELATIVE, overflow);
}

static atn_ratio exact(formula which, const operands *o)
{
    switch (which) {
    case ATTAINMENT_AT_LEAST: return exact_ratio(o->value, o->level);
    case ATTAINMENT_AT_MOST: return exact_ratio(o->level, o->value);
    case PROGRESS: return exact_progress(o);
    case CHANGE:
    case CHANGE_RELATIVE: break;
    }
    return exact_change(o, which == CHANGE_RELATIVE);
}

/* --- scalar forms --- */

static attain_status deliver(atn_ratio r, attain_fraction *out, attain_error *err)
{
    attain_fraction f;
    atn_ratio_reduce(&r);
    if (!atn_wide_to_i64(&r.num, &f.num) || !atn_wide_to_i64(&r.den, &f.den)) {
        return atn_error_set(
            err, ATTAIN_E_RANGE,
            "the result has %u bits over %u bits in lowest terms, at most 63 over 63 are possible",
            atn_wide_bits(&r.num), atn_wide_bits(&r.den));
    }
    *out = f;
    return ATTAIN_OK;
}

static attain_status compute(formula which, const operands *o, attain_fraction *out, attain_error *err)
{
    if (out == NULL) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "out is NULL, it is required");
    }
    const problem why = check(which, o);
    if (why != NULL) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "%s", why);
    }
    return deliver(exact(which, o), out, err);
}

static const attain_fraction one = {1, 1};

static attain_status check_direction(attain_direction direction, attain_error *err)
{
    if (direction != ATTAIN_AT_LEAST && direction != ATTAIN_AT_MOST) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT,
                             "direction is %d, ATTAIN_AT_LEAST or ATTAIN_AT_MOST is required",
                             (int)direction);
    }
    return ATTAIN_OK;
}

static formula attainment_of(attain_direction direction)
{
    return direction == ATTAIN_AT_MOST ? ATTAINMENT_AT_MOST : ATTAINMENT_AT_LEAST;
}

attain_status attain_attainment(attain_fraction value, attain_fraction level, attain_direction direction,
                                attain_fraction *out, attain_error *err)
{
    const operands o = {value, one, level};
    ATN_TRY(check_direction(direction, err));
    return compute(attainment_of(direction), &o, out, err);
}

attain_status attain_progress(attain_fraction value, attain_fraction baseline, attain_fraction level,
                              attain_fraction *out, attain_error *err)
{
    const operands o = {value, baseline, level};
    return compute(PROGRESS, &o, out, err);
}

attain_status attain_change(attain_fraction value, attain_fraction baseline, int relative,
                            attain_fraction *out, attain_error *err)
{
    const operands o = {value, baseline, one};
    return compute(relative != 0 ? CHANGE_RELATIVE : CHANGE, &o, out, err);
}

/* numerator * per / denominator as a quotient; its products fit 127 bits. */
static quotient per_of(int64_t numerator, int64_t denominator, int64_t per)
{
    bool overflow = false; /* cannot happen: |numerator * per| <= 2^126 */
    quotient q = {product(numerator, per, &overflow), atn_i128_from_i64(denominator)};
    make_den_positive(&q, &overflow);
    return q;
}

attain_status attain_per(int64_t numerator, int64_t denominator, int64_t per, attain_fraction *out,
                         attain_error *err)
{
    if (out == NULL || denominator == 0) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "%s",
                             out == NULL ? "out is NULL, it is required"
                                         : "the denominator is 0; it must be another number");
    }
    return deliver(ratio_of_quotient(per_of(numerator, denominator, per)), out, err);
}

/* Whole units missing. level * denominator is at most 2^126 over 2^63, so nothing overflows but the way back to int64.
 * A denominator counts people or places; a negative one would turn "at least" round, so it is refused. */
static problem gap_of(int64_t numerator, int64_t denominator, attain_fraction level,
                      attain_direction direction, atn_wide *gap)
{
    if (level.den == 0) {
        return "the den of the level is 0; it must be another number";
    }
    if (denominator < 0) {
        return "the denominator is negative; it must be 0 or more";
    }
    const atn_wide have = atn_wide_from_i64(numerator);
    atn_ratio needed = ratio_of(level);
    const atn_ratio people = atn_ratio_from_i64(denominator);
    atn_wide whole;
    atn_ratio_mul(&needed, &needed, &people);
    atn_ratio_round(&whole, &needed, 0,
                    direction == ATTAIN_AT_LEAST ? ATTAIN_ROUND_CEIL : ATTAIN_ROUND_FLOOR);
    if (direction == ATTAIN_AT_LEAST) {
        atn_wide_sub(gap, &whole, &have);
    } else {
        atn_wide_sub(gap, &have, &whole);
    }
    if (atn_wide_sign(gap) < 0) {
        *gap = atn_wide_zero();
    }
    return NULL;
}

attain_status attain_gap(int64_t numerator, int64_t denominator, attain_fraction level,
                         attain_direction direction, int64_t *out, attain_error *err)
{
    if (out == NULL) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "out is NULL, it is required");
    }
    ATN_TRY(check_direction(direction, err));
    atn_wide gap;
    const problem why = gap_of(numerator, denominator, level, direction, &gap);
    if (why != NULL) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "%s", why);
    }
    if (!atn_wide_to_i64(&gap, out)) {
        return atn_error_set(err, ATTAIN_E_RANGE, "the gap has %u bits, at most 63 are possible",
                             atn_wide_bits(&gap));
    }
    return ATTAIN_OK;
}

/* --- array forms --- */

static attain_fraction at(const attain_fraction_array *a, size_t i)
{
    const size_t k = i * a->stride;
    return (attain_fraction){a->num[k], a->den == NULL ? 1 : a->den[k]};
}

static attain_status check_array(const attain_fraction_array *a, const char *name, size_t n,
                                 attain_error *err)
{
    if (a->stride > 1) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "the stride of %s is %zu, 0 or 1 is required", name,
                             a->stride);
    }
    if (a->num == NULL && n != 0) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "num of %s is NULL, %zu items are required", name, n);
    }
    return ATTAIN_OK;
}

static attain_status check_results(const void *out, const uint8_t *valid, size_t n, attain_error *err)
{
    if (n != 0 && (out == NULL || valid == NULL)) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "%s is NULL, room for %zu items is required",
                             out == NULL ? "out" : "valid", n);
    }
    return ATTAIN_OK;
}

static double nearest(formula which, const operands *o, bool use_division)
{
    bool overflow = false;
    const quotient q = quick(which, o, &overflow);
    if (!overflow) {
        return atn_double_of_i128(q.num, q.den, use_division);
    }
    const atn_ratio r = exact(which, o);
    return atn_double_of_ratio(&r, use_division);
}

typedef struct columns {
    attain_fraction_array value;
    attain_fraction_array baseline;
    attain_fraction_array level;
} columns;

static const int64_t one_number = 1;
static const attain_fraction_array all_one = {&one_number, NULL, 0};

/* Rows whose quotients are rounded together; and so many rows are worth asking the processor what it can do. */
enum { BLOCK = 256, MANY_ROWS = 8192 };

static atn_vector_level level_for(size_t n)
{
    return n >= MANY_ROWS ? atn_cpu_level(ATTAIN_TUNE_DEFAULT) : ATN_VECTOR_PORTABLE;
}

static operands operands_at(const columns *c, size_t i)
{
    return (operands){at(&c->value, i), at(&c->baseline, i), at(&c->level, i)};
}

/* Rows [first, first + n), n up to BLOCK. */
static void compute_block(formula which, const columns *c, atn_vector_level level, size_t first, size_t n,
                          double *out, uint8_t *valid)
{
    narrow_quotient q = {0, 0};
    int64_t num[BLOCK] = {0};
    int64_t den[BLOCK] = {0};
    bool wide[BLOCK];
    bool any_wide = false;
    for (size_t i = 0; i < n; i++) {
        const operands o = operands_at(c, first + i);
        const bool divides = o.value.den != 0 && o.baseline.den != 0 && o.level.den != 0;
        wide[i] = divides && !narrow(which, &o, &q);
        any_wide = any_wide || wide[i];
        num[i] = q.num;
        den[i] = divides && !wide[i] ? q.den : 0;
        valid[i] = den[i] != 0;
    }
    atn_bulk_ratio(level, n, num, den, 1, 1, out);
    const bool use_division = any_wide && atn_double_nearest_now();
    for (size_t i = 0; any_wide && i < n; i++) {
        const operands o = operands_at(c, first + i);
        if (wide[i] && check(which, &o) == NULL) {
            valid[i] = 1;
            out[i] = nearest(which, &o, use_division);
        }
    }
}

static attain_status compute_array(formula which, const columns *c, size_t n, double *out, uint8_t *valid,
                                   attain_error *err)
{
    ATN_TRY(check_array(&c->value, "value", n, err));
    ATN_TRY(check_array(&c->baseline, "baseline", n, err));
    ATN_TRY(check_array(&c->level, "level", n, err));
    ATN_TRY(check_results(out, valid, n, err));
    const atn_vector_level level = level_for(n);
    for (size_t i = 0; i < n; i += BLOCK) {
        compute_block(which, c, level, i, n - i < BLOCK ? n - i : BLOCK, out + i, valid + i);
    }
    return ATTAIN_OK;
}

attain_status attain_attainment_array(attain_fraction_array value, attain_fraction_array level,
                                      attain_direction direction, size_t n, double *out, uint8_t *valid,
                                      attain_error *err)
{
    const columns c = {value, all_one, level};
    ATN_TRY(check_direction(direction, err));
    return compute_array(attainment_of(direction), &c, n, out, valid, err);
}

attain_status attain_progress_array(attain_fraction_array value, attain_fraction_array baseline,
                                    attain_fraction_array level, size_t n, double *out, uint8_t *valid,
                                    attain_error *err)
{
    const columns c = {value, baseline, level};
    return compute_array(PROGRESS, &c, n, out, valid, err);
}

attain_status attain_change_array(attain_fraction_array value, attain_fraction_array baseline, int relative,
                                  size_t n, double *out, uint8_t *valid, attain_error *err)
{
    const columns c = {value, baseline, all_one};
    return compute_array(relative != 0 ? CHANGE_RELATIVE : CHANGE, &c, n, out, valid, err);
}

attain_status attain_per_array(const int64_t *numerator, const int64_t *denominator, int64_t per, size_t n,
                               double *out, uint8_t *valid, attain_error *err)
{
    if (n != 0 && (numerator == NULL || denominator == NULL)) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "%s is NULL, %zu items are required",
                             numerator == NULL ? "numerator" : "denominator", n);
    }
    ATN_TRY(check_results(out, valid, n, err));
    int64_t least = per != 0 ? 0 : -1;
    for (size_t i = 0; i < n; i++) {
        valid[i] = denominator[i] != 0;
        least = denominator[i] < least ? denominator[i] : least;
    }
    if (least >= 0) {
        atn_bulk_ratio(level_for(n), n, numerator, denominator, per, 1, out);
        return ATTAIN_OK;
    }
    const bool use_division = atn_double_nearest_now();
    for (size_t i = 0; i < n; i++) {
        out[i] = 0.0;
        if (valid[i] != 0) {
            const quotient q = per_of(numerator[i], denominator[i], per);
            out[i] = atn_double_of_i128(q.num, q.den, use_division);
        }
    }
    return ATTAIN_OK;
}

/* gap_of in int64; false: something does not fit, or there is no gap to tell of. */
static bool narrow_gap(int64_t numerator, int64_t denominator, attain_fraction level,
                       attain_direction direction, int64_t *gap)
{
    const double needed = size_of(level.num) * (double)(denominator > 1 ? denominator : 1);
    if (denominator < 0 || level.den == 0 ||
        !(needed < MOST && size_of(level.den) < MOST && size_of(numerator) < MOST)) {
        return false;
    }
    const int64_t den = level.den < 0 ? -level.den : level.den;
    const int64_t product = (level.den < 0 ? -level.num : level.num) * denominator;
    const int64_t cut = product / den;
    const int64_t rest = product % den;
    const int64_t apart = direction == ATTAIN_AT_LEAST ? cut + (rest > 0 ? 1 : 0) - numerator
                                                       : numerator - (cut - (rest < 0 ? 1 : 0));
    *gap = apart > 0 ? apart : 0;
    return true;
}

attain_status attain_gap_array(const int64_t *numerator, const int64_t *denominator,
                               attain_fraction_array level, attain_direction direction, size_t n,
                               int64_t *out, uint8_t *valid, attain_error *err)
{
    if (n != 0 && (numerator == NULL || denominator == NULL)) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "%s is NULL, %zu items are required",
                             numerator == NULL ? "numerator" : "denominator", n);
    }
    ATN_TRY(check_direction(direction, err));
    ATN_TRY(check_array(&level, "level", n, err));
    ATN_TRY(check_results(out, valid, n, err));
    for (size_t i = 0; i < n; i++) {
        atn_wide gap;
        int64_t whole = 0;
        const attain_fraction asked = at(&level, i);
        valid[i] = narrow_gap(numerator[i], denominator[i], asked, direction, &whole) ||
                   (gap_of(numerator[i], denominator[i], asked, direction, &gap) == NULL &&
                    atn_wide_to_i64(&gap, &whole));
        out[i] = whole;
    }
    return ATTAIN_OK;
}
