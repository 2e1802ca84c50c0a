/* What is asked of stretches of columns when rows are taken in. Plain loops that compilers turn into vector code, compiled once for
 * each vector level from kernel_runs_body.h. */
#ifndef ATN_FACTS_KERNEL_RUNS_H
#define ATN_FACTS_KERNEL_RUNS_H

#include "base/cpu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ATN_ABSENT INT64_MIN /* in dense scratch: no figure */

/* Stretches of the columns of n rows; those that the columns do not have are NULL. */
typedef struct atn_rows_view {
    const uint32_t *unit;
    const uint32_t *measure;
    const uint16_t *measure16;
    const int32_t *period;
    const uint32_t *cell;
    const uint8_t *cell8, *qualifier;
} atn_rows_view;

typedef enum atn_run_look {
    ATN_RUN_FOLLOWS = 1, /* each period is the one after the one before */
    ATN_RUN_CELL = 2,    /* one cell */
    ATN_RUN_EXACT = 4,   /* all exact */
    ATN_RUN_ASCENDS = 8  /* no period is before the one before */
} atn_run_look;

/* Rows that ascend, and where their masks, wholes and figures go. */
typedef struct atn_run_walk {
    const int32_t *period;
    const int64_t *value;
    const uint8_t *cell; /* of walk_cells */
    size_t n;
    bool is_last;
    bool
        whole_years; /* the months of some years, one row each, from the first January to the last December */
    int32_t code_base;    /* slot = period - code_base; none is below */
    uint32_t year_factor; /* year = slot * year_factor >> 19; all of them are among the blocks */
    uint32_t per_year, first_year, n_years;
    uint32_t n_cells;
    uint16_t *mask; /* blocks [cell][n_years] that were zero */
    int64_t *whole;
    int32_t *out; /* room for sixteen items more than there are rows */
} atn_run_walk;

typedef struct atn_run_kernels {
    /* How many of `most` >= 1 rows, from the first on, have its unit and measure. */
    size_t (*length)(const atn_rows_view *rows, size_t most);
    /* What all n >= 1 rows have in common: atn_run_look. */
    unsigned (*look)(const atn_rows_view *rows, size_t n);
    /* Least and most of n >= 1 items. */
    void (*range32)(const int32_t *items, size_t n, int32_t *least, int32_t *most);
    /* n_years times twelve values: their low halves copied, and the whole of each twelve: sum, or the last. Returns all values or-ed: below 2^31
     * nothing was lost and nothing is negative. Sums wrap where |value| >= 2^58. */
    uint64_t (*narrow12)(const int64_t *values, size_t n_years, bool is_last, int32_t *out, int64_t *whole);
    /* The same without the copy. */
    uint64_t (*whole12)(const int64_t *values, size_t n_years, bool is_last, int64_t *whole);
    /* Rows of one cell. Returns all values or-ed: below 2^31 none is negative and nothing was lost, and *magnitude is that of the wholes, or-ed to
     * it; bit 63 is set if a place is taken twice. */
    uint64_t (*walk)(const atn_run_walk *w, uint64_t *magnitude);
    /* Rows of several cells: figures sorted by cell. Bit 63 is set too if a cell is beyond. */
    uint64_t (*walk_cells)(const atn_run_walk *w, uint64_t *magnitude);
    void (*fill64)(int64_t *items, size_t n, int64_t value);
    /* How many items of scratch are figures, and the bits that those have which do not fit 32 bits (or-ed, shifted down). */
    size_t (*survey)(const int64_t *items, size_t n, uint64_t *beyond);
    /* Blocks of twelve slots of scratch: masks, wholes (sum, or the last), and the figures that are there one after the other as int32_t.
     * Returns how many. `magnitude`: of the wholes, or-ed to it. `out` has room for eight items more than there are figures. */
    size_t (*pack12)(const int64_t *items, size_t n_blocks, bool is_last, uint16_t *mask, int64_t *whole,
                     int32_t *out, uint64_t *magnitude);
} atn_run_kernels;

extern const atn_run_kernels atn_run_kernels_portable, atn_run_kernels_avx2, atn_run_kernels_avx512;
const atn_run_kernels *atn_run_kernels_of(atn_vector_level level);

#endif
