/* The loops of kernel_sheet.h. Whoever includes this names the table to be made: ATN_SHEET_KERNELS. */
#ifndef ATN_SCORE_KERNEL_SHEET_BODY_H
#define ATN_SCORE_KERNEL_SHEET_BODY_H

#ifndef ATN_SHEET_KERNELS
#error "kernel_sheet_body.h: ATN_SHEET_KERNELS must be the name of this level's table"
#endif

#include "score/kernel_sheet.h"

static inline size_t line_of(const atn_kernel_lines *lines, uint32_t i)
{
    return (size_t)(lines->units != NULL ? lines->units[i] : lines->first_unit + i) * lines->stride;
}

static void gather64(const int64_t *from, const atn_kernel_lines *lines, const uint32_t *column,
                     uint32_t n_columns, int64_t *restrict to)
{
    for (uint32_t u = 0; u < lines->n_units; u++) {
        const int64_t *const line = from + line_of(lines, u);
        for (uint32_t d = 0; d < n_columns; d++) {
            *to++ = line[column[d]];
        }
    }
}

static void gather32(const uint32_t *from, const atn_kernel_lines *lines, const uint32_t *column,
                     uint32_t n_columns, uint32_t *restrict to)
{
    for (uint32_t u = 0; u < lines->n_units; u++) {
        const uint32_t *const line = from + line_of(lines, u);
        for (uint32_t d = 0; d < n_columns; d++) {
            *to++ = line[column[d]];
        }
    }
}

/* Eight at once, so that the few days of a unit do not each cost a step of a loop. */
static void spread64(const int64_t *from, const atn_kernel_lines *lines, uint32_t column, uint32_t n_columns,
                     int64_t *restrict to)
{
    for (uint32_t u = 0; u < lines->n_units; u++) {
        const int64_t v = from[line_of(lines, u) + column];
        uint32_t d = 0;
        for (; d + 8 <= n_columns; d += 8) {
            for (uint32_t k = 0; k < 8; k++) {
                to[d + k] = v;
            }
        }
        for (; d < n_columns; d++) {
            to[d] = v;
        }
        to += n_columns;
    }
}

static void spread32(const uint32_t *from, const atn_kernel_lines *lines, uint32_t column, uint32_t n_columns,
                     uint32_t *restrict to)
{
    for (uint32_t u = 0; u < lines->n_units; u++) {
        const uint32_t v = from[line_of(lines, u) + column];
        for (uint32_t d = 0; d < n_columns; d++) {
            *to++ = v;
        }
    }
}

static void nonzero(size_t n, const int64_t *v, uint8_t *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = v[i] != 0;
    }
}

static void and_nonzero(size_t n, const int64_t *v, uint8_t *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint8_t)(out[i] & (v[i] != 0));
    }
}

/* Marks as wide as signs: choosing among bytes by 64-bit comparisons would make lanes of eight times the width. */
static void outcome(size_t n, const int8_t *sign, const int64_t *d, const atn_kernel_rule *rule,
                    uint8_t *restrict out)
{
    const uint8_t below = rule->below;
    const uint8_t same = rule->same;
    const uint8_t above = rule->above;
    const uint8_t zero = rule->zero;
    nonzero(n, d, out);
    for (size_t i = 0; i < n; i++) {
        const uint8_t not_above = sign[i] < 0 ? below : same;
        const uint8_t by_sign = sign[i] > 0 ? above : not_above;
        out[i] = out[i] != 0 ? by_sign : zero;
    }
}

static void gap_bits(size_t n, const uint32_t *n_present, const uint32_t *n_open, uint8_t *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        const uint32_t open = n_open[i] != 0 ? 5u : 0u;     /* ATN_GAP_NO_END | ATN_GAP_OPEN */
        const uint32_t empty = n_present[i] == 0 ? 9u : 0u; /* ATN_GAP_NO_END | ATN_GAP_NO_FIGURE */
        out[i] = (uint8_t)(open | empty);
    }
}

/* The first that holds of no_data, no_denominator, zero_denominator, range_only: D = 0 is sure only where nothing is absent. */
static void states(size_t n, const uint8_t *n_gaps, const uint8_t *d_gaps, const int64_t *d,
                   uint8_t *restrict gaps, uint8_t *restrict state)
{
    nonzero(n, d, state);
    for (size_t i = 0; i < n; i++) {
        const uint8_t of_d = d_gaps != NULL ? d_gaps[i] : 0;
        gaps[i] = (uint8_t)(n_gaps[i] | (of_d & 1) << 1 | (of_d & 4) | (of_d & 8) << 1);
    }
    for (size_t i = 0; i < n; i++) {
        const uint8_t at_zero = (gaps[i] & 2) != 0 ? 1 : 4; /* range_only, zero_denominator */
        const uint8_t by_d = state[i] != 0 ? 0 : at_zero;
        const uint8_t by_no_d = (gaps[i] & 16) != 0 ? 3 : by_d; /* no_denominator */
        state[i] = (gaps[i] & 8) != 0 ? 2 : by_no_d;            /* no_data */
    }
}

static void finish_ends(size_t n, const uint8_t *state, const uint8_t *gaps, uint8_t none, bool to_infinity,
                        const int64_t *divisor, double *restrict values, uint8_t *restrict valid)
{
    const uint8_t at_none = to_infinity ? 2 : 3; /* 3: there, and 0 */
    nonzero(n, divisor, valid);
    for (size_t i = 0; i < n; i++) {
        const uint8_t by_divisor = valid[i] != 0 ? 1 : 2;
        const uint8_t by_gap = (gaps[i] & none) != 0 ? at_none : by_divisor;
        valid[i] = state[i] == 4 || state[i] == 6 ? 0 : by_gap; /* zero_denominator, out_of_scope */
    }
    for (size_t i = 0; i < n; i++) {
        const double infinite = valid[i] == 2 ? 1.0 : 0.0;
        values[i] = valid[i] == 1 ? values[i] : infinite;
    }
    for (size_t i = 0; i < n; i++) {
        valid[i] = valid[i] == 3 ? 1 : valid[i];
    }
}

/* The lowest bits are ATN_GAP_NO_END of N and of D, then ATN_GAP_OPEN of either. */
static void range_outcomes(size_t n, const atn_kernel_ends *ends, const uint8_t *of, uint8_t *restrict out)
{
    uint8_t has_d[256];
    uint8_t has_sure[256];
    for (size_t first = 0; first < n; first += 256) {
        const size_t n_here = n - first < 256 ? n - first : 256;
        const int8_t *const low = ends->low + first;
        const int8_t *const high = ends->high + first;
        const uint8_t *const gaps = ends->gaps + first;
        const uint8_t *const state = ends->state + first;
        const int8_t unknown = ends->unknown;
        nonzero(n_here, ends->d + first, has_d);
        nonzero(n_here, ends->d_sure + first, has_sure);
        for (size_t i = 0; i < n_here; i++) {
            const int8_t by_d = has_d[i] != 0 ? low[i] : 1;
            const int8_t least = (gaps[i] & 2) != 0 ? unknown : by_d;
            const int8_t by_sure = has_sure[i] != 0 ? high[i] : 1;
            const int8_t most = (gaps[i] & 1) != 0 ? 1 : by_sure;
            const uint8_t open = (gaps[i] & 4) != 0 ? 18 : 0;
            const uint8_t is_zero = has_sure[i] != 0 ? 0 : 9;
            out[first + i] = (uint8_t)(least + 1 + (most + 1) * 3 + open + is_zero);
        }
        for (size_t i = 0; i < n_here; i++) {
            out[first + i] = of[out[first + i] + state[i] * 36u];
        }
    }
}

static void without(size_t n, const uint8_t *v, uint8_t bits, uint8_t *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (v[i] & bits) == 0;
    }
}

static void equal8(size_t n, const uint8_t *v, uint8_t wanted, uint8_t *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = v[i] == wanted;
    }
}

static void and_equal8(size_t n, const uint8_t *v, uint8_t wanted, uint8_t *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint8_t)(out[i] & (v[i] == wanted));
    }
}

static void widen8(size_t n, const uint8_t *v, uint8_t mask, int64_t *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (int64_t)(v[i] & mask);
    }
}

static void widen32(size_t n, const uint32_t *v, int64_t *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (int64_t)v[i];
    }
}

static void add32(size_t n, const uint32_t *a, const uint32_t *b, int64_t *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (int64_t)a[i] + (int64_t)b[i];
    }
}

/* 32 by 32 bits: every level has that for lanes; 64 by 64 only the highest. */
static inline int64_t product(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)(uint32_t)a * (uint64_t)(uint32_t)b);
}

static void multiply(size_t n, const int64_t *a, const int64_t *b, int64_t *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = product(a[i], b[i]);
    }
}

static void cross(size_t n, const int64_t *a, const int64_t *b, const int64_t *c, const int64_t *d,
                  int64_t *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = product(a[i], b[i]) - product(c[i], d[i]);
    }
}

static void subtract(size_t n, const int64_t *a, const int64_t *b, int64_t *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = a[i] - b[i];
    }
}

/* Products are exact doubles. One below 2^51, divided by den, lies at least 1 / den from every whole number that it does not hit, which is
 * more than the quotient's rounding: cut, it is the greatest whole number below. */
static void gaps(size_t n, const int64_t *have, const int64_t *d, const atn_kernel_need *need,
                 int64_t *restrict out)
{
    const atn_kernel_need by = *need;
    const int64_t sign = by.is_most ? -1 : 1;
    for (size_t i = 0; i < n; i++) {
        const double asked = (double)d[i] * by.num;
        const int64_t whole = (int64_t)(asked / by.den);
        const int64_t limit = whole + ((double)whole * by.den < asked ? by.at_part : by.at_whole);
        const int64_t apart = (limit - product(have[i], by.units)) * sign;
        out[i] = apart > 0 ? apart : 0;
    }
}

static void clear(size_t n, const uint8_t *valid, double *restrict values)
{
    for (size_t i = 0; i < n; i++) {
        values[i] = valid[i] != 0 ? values[i] : 0.0;
    }
}

static int64_t all_bits(size_t n, const int64_t *v)
{
    int64_t all = 0;
    for (size_t i = 0; i < n; i++) {
        all |= v[i];
    }
    return all;
}

static bool any_near(size_t n, const double *value, const double *level, double unit)
{
    uint64_t any = 0;
    for (size_t i = 0; i < n; i++) {
        const double apart = value[i] - level[i];
        const double size = (value[i] < 0 ? -value[i] : value[i]) + (level[i] < 0 ? -level[i] : level[i]);
        any |= (apart < 0 ? -apart : apart) <= unit + size * 0x1p-49;
    }
    return any != 0;
}

extern const atn_kernels ATN_SHEET_KERNELS;
const atn_kernels ATN_SHEET_KERNELS = {.gather64 = gather64,
                                       .gather32 = gather32,
                                       .spread64 = spread64,
                                       .spread32 = spread32,
                                       .nonzero = nonzero,
                                       .and_nonzero = and_nonzero,
                                       .outcome = outcome,
                                       .gap_bits = gap_bits,
                                       .states = states,
                                       .finish_ends = finish_ends,
                                       .range_outcomes = range_outcomes,
                                       .without = without,
                                       .equal8 = equal8,
                                       .and_equal8 = and_equal8,
                                       .widen8 = widen8,
                                       .widen32 = widen32,
                                       .add32 = add32,
                                       .multiply = multiply,
                                       .cross = cross,
                                       .subtract = subtract,
                                       .gaps = gaps,
                                       .clear = clear,
                                       .all_bits = all_bits,
                                       .any_near = any_near};

#endif
