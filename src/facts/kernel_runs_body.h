/* The loops of kernel_runs.h, once per vector level: the file that includes this defines NAME(x). No early exits: a loop that always
 * runs to its end is vector code, and the stretches are short. */

#include "base/stream.h"

static inline bool NAME(same32)(const uint32_t *items, size_t n)
{
    const uint32_t first = items[0];
    uint32_t differs = 0;
    for (size_t i = 0; i < n; i++) {
        differs |= items[i] ^ first;
    }
    return differs == 0;
}

static inline bool NAME(same8)(const uint8_t *items, size_t n)
{
    const uint8_t first = items[0];
    uint8_t differs = 0;
    for (size_t i = 0; i < n; i++) {
        differs = (uint8_t)(differs | (items[i] ^ first));
    }
    return differs == 0;
}

static inline bool NAME(next32)(const int32_t *items, size_t n)
{
    const uint32_t first = (uint32_t)items[0];
    uint32_t differs = 0;
    for (size_t i = 0; i < n; i++) {
        differs |= (uint32_t)items[i] ^ (first + (uint32_t)i);
    }
    return differs == 0;
}

#ifndef HAS_OWN_LENGTH
/* Sixteen at a time while all are the same. */
static size_t NAME(length)(const atn_rows_view *rows, size_t most)
{
    const uint32_t unit = rows->unit[0];
    const uint32_t measure = rows->measure != NULL ? rows->measure[0] : 0;
    const uint16_t measure16 = rows->measure16 != NULL ? rows->measure16[0] : 0;
    size_t n = 0;
    for (; n + 16 <= most; n += 16) {
        uint32_t differs = 0;
        for (size_t i = 0; i < 16; i++) {
            differs |= rows->unit[n + i] ^ unit;
        }
        for (size_t i = 0; rows->measure != NULL && i < 16; i++) {
            differs |= rows->measure[n + i] ^ measure;
        }
        for (size_t i = 0; rows->measure16 != NULL && i < 16; i++) {
            differs |= (uint32_t)(rows->measure16[n + i] ^ measure16);
        }
        if (differs != 0) {
            break;
        }
    }
    while (n < most && rows->unit[n] == unit && (rows->measure == NULL || rows->measure[n] == measure) &&
           (rows->measure16 == NULL || rows->measure16[n] == measure16)) {
        n++;
    }
    return n;
}
#endif

#ifndef HAS_OWN_LOOK
static inline bool NAME(rises32)(const int32_t *items, size_t n)
{
    uint32_t falls = 0;
    for (size_t i = 1; i < n; i++) {
        falls |= items[i] < items[i - 1] ? 1u : 0u;
    }
    return falls == 0;
}

static unsigned NAME(look)(const atn_rows_view *rows, size_t n)
{
    const bool follows = NAME(next32)(rows->period, n);
    const bool ascends = follows || NAME(rises32)(rows->period, n);
    const bool cell = (rows->cell8 == NULL || NAME(same8)(rows->cell8, n)) &&
                      (rows->cell == NULL || NAME(same32)(rows->cell, n));
    const bool exact =
        rows->qualifier == NULL || (rows->qualifier[0] == 0 && NAME(same8)(rows->qualifier, n));
    return (follows ? (unsigned)ATN_RUN_FOLLOWS : 0) | (cell ? (unsigned)ATN_RUN_CELL : 0) |
           (exact ? (unsigned)ATN_RUN_EXACT : 0) | (ascends ? (unsigned)ATN_RUN_ASCENDS : 0);
}
#endif

static uint64_t NAME(whole12)(const int64_t *restrict values, size_t n_years, bool is_last,
                              int64_t *restrict whole)
{
    uint64_t all = 0;
    for (size_t y = 0; y < n_years; y++) {
        const int64_t *v = values + 12 * y;
        uint64_t sum = 0;
        for (size_t i = 0; i < 12; i++) {
            all |= (uint64_t)v[i];
            sum += (uint64_t)v[i];
        }
        whole[y] = is_last ? v[11] : (int64_t)sum;
    }
    return all;
}

#ifndef HAS_OWN_NARROW12
/* Four years at a time are three lines: where they begin at one they are written past the caches. Nobody reads them before the load is
 * over, and a line that is not read before it is written costs half. */
static uint64_t NAME(narrow12)(const int64_t *restrict values, size_t n_years, bool is_last,
                               int32_t *restrict out, int64_t *restrict whole)
{
    const size_t n = 12 * n_years;
    size_t i = 0;
    for (; ((uintptr_t)out & (ATN_LINE_BYTES - 1)) == 0 && i + 48 <= n; i += 48) {
        _Alignas(ATN_LINE_BYTES) int32_t lines[48];
        for (size_t k = 0; k < 48; k++) {
            lines[k] = (int32_t)(uint32_t)(uint64_t)values[i + k];
        }
        for (size_t k = 0; k < 48; k += 16) {
            atn_stream_line(out + i + k, lines + k);
        }
    }
    for (; i < n; i++) {
        out[i] = (int32_t)(uint32_t)(uint64_t)values[i];
    }
    return NAME(whole12)(values, n_years, is_last, whole);
}
#endif

static void NAME(range32)(const int32_t *items, size_t n, int32_t *least, int32_t *most)
{
    int32_t low = items[0];
    int32_t high = items[0];
    for (size_t i = 0; i < n; i++) {
        low = items[i] < low ? items[i] : low;
        high = items[i] > high ? items[i] : high;
    }
    *least = low;
    *most = high;
}

static void NAME(fill64)(int64_t *items, size_t n, int64_t value)
{
    for (size_t i = 0; i < n; i++) {
        items[i] = value;
    }
}

static size_t NAME(survey)(const int64_t *items, size_t n, uint64_t *beyond)
{
    uint64_t n_there = 0;
    uint64_t all = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t there = items[i] != ATN_ABSENT ? UINT64_MAX : 0;
        const uint64_t high = ((uint64_t)items[i] + UINT64_C(0x80000000)) >> 32;
        n_there -= there;
        all |= high & there;
    }
    *beyond = all;
    return (size_t)n_there;
}

#ifndef HAS_OWN_PACK12
/* Twelve that are all there are the rule where reports come every month; others go without a branch per figure. */
static size_t NAME(pack12)(const int64_t *restrict items, size_t n_blocks, bool is_last,
                           uint16_t *restrict mask, int64_t *restrict whole, int32_t *restrict out,
                           uint64_t *magnitude)
{
    size_t next = 0;
    uint64_t all = 0;
    for (size_t b = 0; b < n_blocks; b++, items += 12) {
        uint32_t bits = 0;
        for (uint32_t s = 0; s < 12; s++) {
            bits |= (uint32_t)(items[s] != ATN_ABSENT) << s;
        }
        int64_t sum = 0;
        int64_t last = 0;
        if (bits == 0xfff) {
            for (size_t s = 0; s < 12; s++) {
                out[next + s] = (int32_t)(uint32_t)(uint64_t)items[s];
                sum += items[s];
            }
            last = items[11];
            next += 12;
        } else if (bits != 0) {
            for (size_t s = 0; s < 12; s++) {
                const bool there = (bits >> s & 1) != 0;
                const int64_t v = there ? items[s] : 0;
                out[next] = (int32_t)(uint32_t)(uint64_t)v;
                next += there ? 1 : 0;
                sum += v;
                last = there ? v : last;
            }
        }
        mask[b] = (uint16_t)bits;
        whole[b] = is_last ? last : sum;
        all |= (uint64_t)(whole[b] < 0 ? -whole[b] : whole[b]);
    }
    *magnitude |= all;
    return next;
}
#endif

/* In numbers that no store can change, so that they stay in registers. */
static inline uint64_t NAME(walk_rows)(const atn_run_walk *walk, bool is_last)
{
    const atn_run_walk w = *walk;
    uint64_t all = 0;
    uint32_t taken = 0;
    for (size_t i = 0; i < w.n; i++) {
        const uint32_t slot = (uint32_t)(w.period[i] - w.code_base);
        const uint32_t year = slot * w.year_factor >> 19;
        const uint32_t block = year - w.first_year;
        const uint32_t bit = 1u << (slot - year * w.per_year);
        const int64_t v = w.value[i];
        taken |= w.mask[block] & bit;
        w.mask[block] = (uint16_t)(w.mask[block] | bit);
        w.whole[block] = is_last ? v : (int64_t)((uint64_t)w.whole[block] + (uint64_t)v);
        w.out[i] = (int32_t)(uint32_t)(uint64_t)v;
        all |= (uint64_t)v;
    }
    return taken != 0 ? all | UINT64_C(1) << 63 : all;
}

/* Of wholes that are 0 or more; of others the walk was in vain. */
static inline uint64_t NAME(magnitude_of)(const int64_t *whole, size_t n_blocks)
{
    uint64_t most = 0;
    for (size_t b = 0; b < n_blocks; b++) {
        most |= (uint64_t)whole[b];
    }
    return most;
}

static uint64_t NAME(walk_any)(const atn_run_walk *w, uint64_t *magnitude)
{
    const uint64_t all = w->is_last ? NAME(walk_rows)(w, true) : NAME(walk_rows)(w, false);
    *magnitude |= NAME(magnitude_of)(w->whole, w->n_years);
    return all;
}
#ifndef OWN_WALK
#define OWN_WALK NAME(walk_any)
#endif

/* How many figures each cell has says where its first one goes; then each goes to the next place of its cell. false: a cell is beyond. */
static inline bool NAME(places)(const uint8_t *cells, size_t n, uint32_t n_cells, uint32_t *next)
{
    uint32_t most_cell = 0;
    for (size_t i = 0; i < n; i++) {
        most_cell = cells[i] > most_cell ? cells[i] : most_cell;
    }
    if (most_cell >= n_cells) {
        return false;
    }
    memset(next, 0, n_cells * sizeof *next);
    for (size_t i = 0; i < n; i++) {
        next[cells[i]]++;
    }
    for (uint32_t cell = 0, before = 0; cell < n_cells; cell++) {
        const uint32_t n_here = next[cell];
        next[cell] = before;
        before += n_here;
    }
    return true;
}

static uint64_t NAME(walk_cells_any)(const atn_run_walk *walk, uint64_t *magnitude)
{
    const atn_run_walk w = *walk;
    const bool is_last = w.is_last;
    const size_t n_blocks = (size_t)w.n_cells * w.n_years;
    uint32_t next[UINT8_MAX + 1];
    uint32_t taken = 0;
    uint64_t all = 0;
    if (!NAME(places)(w.cell, w.n, w.n_cells, next)) {
        return UINT64_C(1) << 63;
    }
    for (size_t i = 0; i < w.n; i++) {
        const uint32_t slot = (uint32_t)(w.period[i] - w.code_base);
        const uint32_t year = slot * w.year_factor >> 19;
        const uint32_t bit = 1u << (slot - year * w.per_year);
        const size_t block = (size_t)w.cell[i] * w.n_years + (year - w.first_year);
        const int64_t v = w.value[i];
        taken |= w.mask[block] & bit;
        w.mask[block] = (uint16_t)(w.mask[block] | bit);
        w.whole[block] = is_last ? v : (int64_t)((uint64_t)w.whole[block] + (uint64_t)v);
        w.out[next[w.cell[i]]++] = (int32_t)(uint32_t)(uint64_t)v;
        all |= (uint64_t)v;
    }
    *magnitude |= NAME(magnitude_of)(w.whole, n_blocks);
    return taken != 0 ? all | UINT64_C(1) << 63 : all;
}

#ifndef OWN_WALK_CELLS
#define OWN_WALK_CELLS NAME(walk_cells_any)
#endif

const atn_run_kernels NAME(atn_run_kernels) = {NAME(length),  NAME(look),  NAME(range32),  NAME(narrow12),
                                               NAME(whole12), OWN_WALK,    OWN_WALK_CELLS, NAME(fill64),
                                               NAME(survey),  NAME(pack12)};
