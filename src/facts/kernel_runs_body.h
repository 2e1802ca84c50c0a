/* The loops of kernel_runs.h, once per vector level: the file that includes this defines NAME(x). No early exits: a loop that always
 * runs to its end is vector code, and the stretches are short. */

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

static unsigned NAME(look)(const atn_rows_view *rows, size_t n)
{
    const bool follows = NAME(next32)(rows->period, n);
    const bool cell = (rows->cell8 == NULL || NAME(same8)(rows->cell8, n)) &&
                      (rows->cell == NULL || NAME(same32)(rows->cell, n));
    const bool exact =
        rows->qualifier == NULL || (rows->qualifier[0] == 0 && NAME(same8)(rows->qualifier, n));
    return (follows ? (unsigned)ATN_RUN_FOLLOWS : 0) | (cell ? (unsigned)ATN_RUN_CELL : 0) |
           (exact ? (unsigned)ATN_RUN_EXACT : 0);
}

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
static uint64_t NAME(narrow12)(const int64_t *restrict values, size_t n_years, bool is_last,
                               int32_t *restrict out, int64_t *restrict whole)
{
    for (size_t i = 0; i < 12 * n_years; i++) {
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

#ifndef HAS_OWN_CELLS12
#define OWN_CELLS12 NULL
#endif

const atn_run_kernels NAME(atn_run_kernels) = {NAME(length),   NAME(look),    NAME(range32),
                                               NAME(narrow12), NAME(whole12), OWN_CELLS12,
                                               NAME(fill64),   NAME(survey),  NAME(pack12)};
