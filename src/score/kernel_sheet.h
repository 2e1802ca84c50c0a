/* The innermost loops of sheets: gathering, widening, marking. Plain loops over arrays that the compiler turns into lanes, compiled
 * once for each level of vector instructions (kernel_sheet_body.h), so that levels differ in nothing but time. */
#ifndef ATN_SCORE_KERNEL_SHEET_H
#define ATN_SCORE_KERNEL_SHEET_H

#include "base/cpu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lines of a slab: those of units[0 .. n_units), or with units NULL of first_unit on. */
typedef struct atn_kernel_lines {
    const uint32_t *units;
    uint32_t first_unit, n_units;
    uint32_t stride;
} atn_kernel_lines;

/* What a level asks of N at D = d, in units of which N has `units`: the greatest whole number not above d * num / den, and on top of it
 * at_part where that leaves a part, at_whole where it does not. */
typedef struct atn_kernel_need {
    double num, den; /* whole, num 0 or more, den above 0 and d * num below 2^51 */
    int64_t units;
    int64_t at_part, at_whole;
    bool is_most; /* what is above it counts; else what is below */
} atn_kernel_need;

/* Outcomes of a complete row: by the sign of its comparison, and where D is 0. */
typedef struct atn_kernel_rule {
    uint8_t below, same, above, zero;
} atn_kernel_rule;

/* Both ends of ranges against a level: the signs of their comparisons, and what else decides on which side they lie. */
typedef struct atn_kernel_ends {
    const int8_t *low, *high;
    const int64_t *d, *d_sure; /* what the low and the high end are divided by */
    const uint8_t *gaps;       /* sheet_gap */
    const uint8_t *state;      /* below 8 */
    int8_t unknown;            /* side of a low end whose D is unknown */
} atn_kernel_ends;

/* All that ends and state of a row can be: low + 1 | (high + 1) * 3 | the D of the high end is 0 * 9 | something is absent * 18 | state * 36 */
#define ATN_KERNEL_ENDS 288

typedef struct atn_kernels {
    /* Columns column[0 .. n_columns) of each line, one line after the other. */
    void (*gather64)(const int64_t *from, const atn_kernel_lines *lines, const uint32_t *column,
                     uint32_t n_columns, int64_t *to);
    void (*gather32)(const uint32_t *from, const atn_kernel_lines *lines, const uint32_t *column,
                     uint32_t n_columns, uint32_t *to);
    /* One column of each line, n_columns times. */
    void (*spread64)(const int64_t *from, const atn_kernel_lines *lines, uint32_t column, uint32_t n_columns,
                     int64_t *to);
    void (*spread32)(const uint32_t *from, const atn_kernel_lines *lines, uint32_t column, uint32_t n_columns,
                     uint32_t *to);
    /* out[i] = v[i] != 0, or that as well. */
    void (*nonzero)(size_t n, const int64_t *v, uint8_t *out);
    void (*and_nonzero)(size_t n, const int64_t *v, uint8_t *out);
    void (*outcome)(size_t n, const int8_t *sign, const int64_t *d, const atn_kernel_rule *rule,
                    uint8_t *out);
    /* atn_gap of counts. */
    void (*gap_bits)(size_t n, const uint32_t *n_present, const uint32_t *n_open, uint8_t *out);
    /* atn_gap of N and of D (NULL: there is none) and D itself as sheet_gap and attain_state, out of scope apart. */
    void (*states)(size_t n, const uint8_t *n_gaps, const uint8_t *d_gaps, const int64_t *d, uint8_t *gaps,
                   uint8_t *state);
    /* The ends of ranges that have been divided: where the state has a range at all, `none` bits of the gaps make it 0 (or, with
     * to_infinity, infinite), and a divisor of 0 infinite. valid[i]: 0 none, 1, 2 infinite. */
    void (*finish_ends)(size_t n, const uint8_t *state, const uint8_t *gaps, uint8_t none, bool to_infinity,
                        const int64_t *divisor, double *values, uint8_t *valid);
    /* out[i] = of[what the row's ends and state are]. */
    void (*range_outcomes)(size_t n, const atn_kernel_ends *ends, const uint8_t *of, uint8_t *out);
    /* out[i] = (v[i] & bits) == 0. */
    void (*without)(size_t n, const uint8_t *v, uint8_t bits, uint8_t *out);
    /* out[i] = v[i] == wanted, or that as well. */
    void (*equal8)(size_t n, const uint8_t *v, uint8_t wanted, uint8_t *out);
    void (*and_equal8)(size_t n, const uint8_t *v, uint8_t wanted, uint8_t *out);
    /* out[i] = v[i] & mask. */
    void (*widen8)(size_t n, const uint8_t *v, uint8_t mask, int64_t *out);
    void (*widen32)(size_t n, const uint32_t *v, int64_t *out);
    /* out[i] = a[i] + b[i]. */
    void (*add32)(size_t n, const uint32_t *a, const uint32_t *b, int64_t *out);
    /* Of factors from 0 to 2^32 - 1: a[i] * b[i], and a[i] * b[i] - c[i] * d[i]. */
    void (*multiply)(size_t n, const int64_t *a, const int64_t *b, int64_t *out);
    void (*cross)(size_t n, const int64_t *a, const int64_t *b, const int64_t *c, const int64_t *d,
                  int64_t *out);
    void (*subtract)(size_t n, const int64_t *a, const int64_t *b, int64_t *out);
    /* What N lacks, or has too much of; of factors as in multiply. */
    void (*gaps)(size_t n, const int64_t *have, const int64_t *d, const atn_kernel_need *need, int64_t *out);
    /* values[i] = valid[i] != 0 ? values[i] : 0. */
    void (*clear)(size_t n, const uint8_t *valid, double *values);
    /* All bits of all elements: their maximum lies below the power of two above it. */
    int64_t (*all_bits)(size_t n, const int64_t *v);
    /* Does any value lie within `unit`, and 2^-49 of the sizes, of its level? */
    bool (*any_near)(size_t n, const double *value, const double *level, double unit);
} atn_kernels;

const atn_kernels *atn_kernels_of(atn_vector_level level);

#endif
