/* Kernels of cubes: loops over masks and lines, once for any processor and once for each vector level. All whole numbers: the levels
 * cannot differ in what they compute. */
#ifndef ATN_FACTS_KERNEL_CUBE_H
#define ATN_FACTS_KERNEL_CUBE_H

#include "base/bits.h"
#include "base/cpu.h"

#include <stddef.h>
#include <stdint.h>

/* Blocks [unit][cell][year] of which some cells are wanted, and n years in a row; and lines that have an item for each of these years. */
typedef struct atn_cube_cells {
    const uint8_t *picked; /* cells */
    size_t n_picked;
    size_t of_cell, of_unit, of_line; /* items from one to the next */
    uint32_t n_units, n;
} atn_cube_cells;

typedef struct atn_cube_kernels {
    /* How many figures are there, of those in `due`. */
    void (*counts)(const uint16_t *mask, const uint16_t *due, size_t n, uint32_t *n_there);
    /* Adds what the picked cells have to each unit's line: wholes, or how many figures of those in `due` (NULL: of all)
     * are there. */
    void (*add_wholes)(const atn_cube_cells *cells, const int64_t *whole, int64_t *lines);
    void (*add_counts)(const atn_cube_cells *cells, const uint16_t *mask, const uint16_t *due,
                       uint32_t *lines);
    /* Of `last`, as 0 or 1: is there a figure that settles it; is there only an earlier one? And the figure if it settles. */
    void (*settle)(const int64_t *whole, const uint16_t *mask, const uint16_t *settles, size_t n,
                   int64_t *sure, uint32_t *n_settled, uint32_t *n_not_last);
    /* n_open = n_wanted - n_there. */
    void (*open)(const uint32_t *n_wanted, const uint32_t *n_there, size_t n, uint32_t *n_open);
    /* Adds each unit's line of n items to its parent's (UINT32_MAX: it has none). order: children before parents; NULL: from the last
     * unit to the first. */
    void (*roll_values)(const uint32_t *parent, const uint32_t *order, uint32_t n_units, uint32_t n,
                        int64_t *lines);
    void (*roll_counts)(const uint32_t *parent, const uint32_t *order, uint32_t n_units, uint32_t n,
                        uint32_t *lines);
} atn_cube_kernels;

extern const atn_cube_kernels atn_cube_kernels_portable, atn_cube_kernels_avx2, atn_cube_kernels_avx512;
const atn_cube_kernels *atn_cube_kernels_of(atn_vector_level level);

#endif
