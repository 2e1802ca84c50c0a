/* The loops of kernel_cube.h, once per vector level: the file that includes this defines NAME(x). */

static void NAME(counts)(const uint16_t *restrict mask, const uint16_t *restrict due, size_t n,
                         uint32_t *restrict n_there)
{
    for (size_t i = 0; i < n; i++) {
        n_there[i] = atn_count_bits16((unsigned)mask[i] & due[i]);
    }
}

/* Each for any number of years and for 8, whose loops then have no loop control. */
static inline void NAME(add_wholes_of)(const atn_cube_cells *cells, uint32_t n, const int64_t *whole,
                                       int64_t *lines)
{
    const atn_cube_cells c = *cells;
    for (size_t u = 0; u < c.n_units; u++) {
        int64_t *restrict to = lines + u * c.of_line;
        for (size_t k = 0; k < c.n_picked; k++) {
            const int64_t *restrict from = whole + u * c.of_unit + c.picked[k] * c.of_cell;
            for (uint32_t y = 0; y < n; y++) {
                to[y] += from[y];
            }
        }
    }
}

static inline void NAME(add_counts_of)(const atn_cube_cells *cells, uint32_t n, const uint16_t *mask,
                                       const uint16_t *due, uint32_t *lines)
{
    const atn_cube_cells c = *cells;
    for (size_t u = 0; u < c.n_units; u++) {
        uint32_t *restrict to = lines + u * c.of_line;
        for (size_t k = 0; k < c.n_picked; k++) {
            const uint16_t *from = mask + u * c.of_unit + c.picked[k] * c.of_cell;
            const uint16_t *by = due != NULL ? due : from;
            for (uint32_t y = 0; y < n; y++) {
                to[y] += atn_count_bits16((unsigned)from[y] & by[y]);
            }
        }
    }
}

static void NAME(add_wholes)(const atn_cube_cells *cells, const int64_t *whole, int64_t *lines)
{
    if (cells->n == 8) {
        NAME(add_wholes_of)(cells, 8, whole, lines);
    } else {
        NAME(add_wholes_of)(cells, cells->n, whole, lines);
    }
}

static void NAME(add_counts)(const atn_cube_cells *cells, const uint16_t *mask, const uint16_t *due,
                             uint32_t *lines)
{
    if (cells->n == 8) {
        NAME(add_counts_of)(cells, 8, mask, due, lines);
    } else {
        NAME(add_counts_of)(cells, cells->n, mask, due, lines);
    }
}

/* Two loops: one of narrow items, one of wide ones. */
static void NAME(settle)(const int64_t *restrict whole, const uint16_t *restrict mask,
                         const uint16_t *restrict settles, size_t n, int64_t *restrict sure,
                         uint32_t *restrict n_settled, uint32_t *restrict n_not_last)
{
    for (size_t i = 0; i < n; i++) {
        const uint32_t is_settled = (mask[i] & settles[i]) != 0;
        const uint32_t is_there = mask[i] != 0;
        n_settled[i] = is_settled;
        n_not_last[i] = is_there & ~is_settled;
    }
    for (size_t i = 0; i < n; i++) {
        sure[i] = whole[i] & -(int64_t)n_settled[i];
    }
}

static void NAME(open)(const uint32_t *restrict n_wanted, const uint32_t *restrict n_there, size_t n,
                       uint32_t *restrict n_open)
{
    for (size_t i = 0; i < n; i++) {
        n_open[i] = n_wanted[i] - n_there[i];
    }
}

/* Written twice, since C has no generic functions; and each for lines of 1 and of 8, whose loops then have no loop control. */
static inline void NAME(roll_values_of)(const uint32_t *parent, const uint32_t *order, uint32_t n_units,
                                        uint32_t n, int64_t *lines)
{
    for (uint32_t i = 0; i < n_units; i++) {
        const uint32_t unit = order != NULL ? order[i] : n_units - 1 - i;
        if (parent[unit] == UINT32_MAX) {
            continue;
        }
        const int64_t *restrict from = lines + (size_t)unit * n;
        int64_t *restrict to = lines + (size_t)parent[unit] * n;
        for (uint32_t p = 0; p < n; p++) {
            to[p] += from[p];
        }
    }
}

static inline void NAME(roll_counts_of)(const uint32_t *parent, const uint32_t *order, uint32_t n_units,
                                        uint32_t n, uint32_t *lines)
{
    for (uint32_t i = 0; i < n_units; i++) {
        const uint32_t unit = order != NULL ? order[i] : n_units - 1 - i;
        if (parent[unit] == UINT32_MAX) {
            continue;
        }
        const uint32_t *restrict from = lines + (size_t)unit * n;
        uint32_t *restrict to = lines + (size_t)parent[unit] * n;
        for (uint32_t p = 0; p < n; p++) {
            to[p] += from[p];
        }
    }
}

static void NAME(roll_values)(const uint32_t *parent, const uint32_t *order, uint32_t n_units, uint32_t n,
                              int64_t *lines)
{
    switch (n) {
    case 1: NAME(roll_values_of)(parent, order, n_units, 1, lines); break;
    case 8: NAME(roll_values_of)(parent, order, n_units, 8, lines); break;
    default: NAME(roll_values_of)(parent, order, n_units, n, lines); break;
    }
}

static void NAME(roll_counts)(const uint32_t *parent, const uint32_t *order, uint32_t n_units, uint32_t n,
                              uint32_t *lines)
{
    switch (n) {
    case 1: NAME(roll_counts_of)(parent, order, n_units, 1, lines); break;
    case 8: NAME(roll_counts_of)(parent, order, n_units, 8, lines); break;
    default: NAME(roll_counts_of)(parent, order, n_units, n, lines); break;
    }
}

const atn_cube_kernels NAME(atn_cube_kernels) = {NAME(counts),     NAME(add_wholes), NAME(add_counts),
                                                 NAME(settle),     NAME(open),       NAME(roll_values),
                                                 NAME(roll_counts)};
