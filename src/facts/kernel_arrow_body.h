/* The loops of kernel_arrow.h, compiled once per instance: kernel_arrow.c, kernel_arrow_avx2.c, kernel_arrow_avx512.c. NAME(x) is the name of x in
 * this instance.
 *
 * In a column that is sorted most groups of items hold one item, or two, the first and the last: they are looked up, and the others held against
 * them. In all other groups each is looked up. */
#include <string.h>

#define GROUP ATN_ARROW_GROUP
#define MOST_MISSED \
    8u /* groups that were tried in vain, one after the other: then the column is not sorted */

/* Types are no expressions, and stand in no parentheses. NOLINTBEGIN(bugprone-macro-parentheses) */
#define CODES_LOOP(index_type, code_type)                                                               \
    static uint32_t NAME(codes_##index_type##_##code_type)(const void *items, size_t n, uint64_t n_map, \
                                                           const code_type *map, code_type bad,         \
                                                           code_type *out)                              \
    {                                                                                                   \
        const index_type *at = items;                                                                   \
        code_type all = 0;                                                                              \
        unsigned n_missed = 0;                                                                          \
        size_t i = 0;                                                                                   \
        for (; i + GROUP <= n && n_missed < MOST_MISSED; i += GROUP) {                                  \
            const index_type first = at[i];                                                             \
            const index_type last = at[i + GROUP - 1];                                                  \
            const code_type first_code = (uint64_t)first < n_map ? map[first] : bad;                    \
            const code_type last_code = (uint64_t)last < n_map ? map[last] : bad;                       \
            code_type other = 0;                                                                        \
            for (size_t k = 0; k < GROUP; k++) {                                                        \
                const index_type x = at[i + k];                                                         \
                out[i + k] = x == first ? first_code : last_code;                                       \
                other = (code_type)(other | (x != first && x != last ? 1 : 0));                         \
            }                                                                                           \
            all = (code_type)(all | first_code | last_code);                                            \
            n_missed++;                                                                                 \
            if (other == 0) {                                                                           \
                n_missed = 0;                                                                           \
                continue;                                                                               \
            }                                                                                           \
            for (size_t k = 0; k < GROUP; k++) {                                                        \
                out[i + k] = (uint64_t)at[i + k] < n_map ? map[at[i + k]] : bad;                        \
                all = (code_type)(all | out[i + k]);                                                    \
            }                                                                                           \
        }                                                                                               \
        for (; i < n; i++) {                                                                            \
            out[i] = (uint64_t)at[i] < n_map ? map[at[i]] : bad;                                        \
            all = (code_type)(all | out[i]);                                                            \
        }                                                                                               \
        return all;                                                                                     \
    }

CODES_LOOP(uint8_t, uint32_t)
CODES_LOOP(uint16_t, uint32_t)
CODES_LOOP(uint32_t, uint32_t)
CODES_LOOP(uint64_t, uint32_t)
CODES_LOOP(uint8_t, uint16_t)
CODES_LOOP(uint16_t, uint16_t)
CODES_LOOP(uint32_t, uint16_t)
CODES_LOOP(uint64_t, uint16_t)

/* A dispatch over the widths of indices. Those below 0 are, without a sign, no less than the least power of two that they have the sign for. */
#define CODES_DISPATCH(name, code_type)                                                                   \
    static uint32_t NAME(name)(const atn_arrow_indices *x, size_t n, const code_type *map, code_type bad, \
                               code_type *out)                                                            \
    {                                                                                                     \
        const uint64_t n_map = atn_arrow_limit(x);                                                        \
        switch (x->width) {                                                                               \
        case 1: return NAME(codes_uint8_t_##code_type)(x->items, n, n_map, map, bad, out);                \
        case 2: return NAME(codes_uint16_t_##code_type)(x->items, n, n_map, map, bad, out);               \
        case 4: return NAME(codes_uint32_t_##code_type)(x->items, n, n_map, map, bad, out);               \
        default: return NAME(codes_uint64_t_##code_type)(x->items, n, n_map, map, bad, out);              \
        }                                                                                                 \
    }

CODES_DISPATCH(codes, uint32_t)
CODES_DISPATCH(codes16, uint16_t)

#define SHIFT_LOOP(index_type, code_type)                                                                 \
    static uint32_t NAME(shift_##index_type##_##code_type)(const void *items, size_t n, index_type first, \
                                                           code_type base, code_type *out)                \
    {                                                                                                     \
        const index_type *at = items;                                                                     \
        index_type most = 0;                                                                              \
        for (size_t i = 0; i < n; i++) {                                                                  \
            const index_type distance = (index_type)(at[i] - first);                                      \
            most = distance > most ? distance : most;                                                     \
            out[i] = (code_type)(at[i] + base);                                                           \
        }                                                                                                 \
        return most;                                                                                      \
    }

SHIFT_LOOP(uint8_t, uint32_t)
SHIFT_LOOP(uint16_t, uint32_t)
SHIFT_LOOP(uint32_t, uint32_t)
SHIFT_LOOP(uint8_t, uint16_t)
SHIFT_LOOP(uint16_t, uint16_t)
SHIFT_LOOP(uint32_t, uint16_t)

#define SHIFT_DISPATCH(name, code_type)                                                                    \
    static uint32_t NAME(name)(const atn_arrow_indices *x, size_t n, uint32_t first, code_type base,       \
                               code_type *out)                                                             \
    {                                                                                                      \
        return x->width == 1   ? NAME(shift_uint8_t_##code_type)(x->items, n, (uint8_t)first, base, out)   \
               : x->width == 2 ? NAME(shift_uint16_t_##code_type)(x->items, n, (uint16_t)first, base, out) \
                               : NAME(shift_uint32_t_##code_type)(x->items, n, first, base, out);          \
    }

SHIFT_DISPATCH(shift, uint32_t)
SHIFT_DISPATCH(shift16, uint16_t)
/* NOLINTEND(bugprone-macro-parentheses) */

static uint32_t NAME(any)(const uint32_t *items, size_t n)
{
    uint32_t all = 0;
    for (size_t i = 0; i < n; i++) {
        all |= items[i];
    }
    return all;
}

static uint32_t NAME(most)(const uint32_t *items, size_t n)
{
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++) {
        most = items[i] > most ? items[i] : most;
    }
    return most;
}

static uint32_t NAME(most16)(const uint16_t *items, size_t n)
{
    uint16_t most = 0;
    for (size_t i = 0; i < n; i++) {
        most = items[i] > most ? items[i] : most;
    }
    return most;
}

static void NAME(halves)(const uint32_t *items, size_t n, uint16_t *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint16_t)items[i];
    }
}

static void NAME(quarters)(const uint32_t *items, size_t n, uint8_t *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint8_t)items[i];
    }
}

/* Bits first .. first + GROUP - 1. */
static uint32_t NAME(group_of_bits)(const uint8_t *bits, uint64_t first)
{
    const uint8_t *const at = bits + (first >> 3);
    const unsigned shift = (unsigned)(first & 7);
    uint64_t all = 0;
    for (unsigned k = 0; k < GROUP / 8; k++) {
        all |= (uint64_t)at[k] << (8 * k);
    }
    all |= shift != 0 ? (uint64_t)at[GROUP / 8] << GROUP : 0u;
    return (uint32_t)(all >> shift);
}

static void NAME(put_nulls)(const uint8_t *bits, uint64_t first, size_t n, uint32_t null, uint32_t *items)
{
    size_t i = 0;
    for (; i + GROUP <= n; i += GROUP) {
        const uint32_t here = NAME(group_of_bits)(bits, first + i);
        for (uint32_t k = 0; here == 0 && k < GROUP; k++) {
            items[i + k] = null;
        }
        for (uint32_t k = 0; here != 0 && here != UINT32_MAX && k < GROUP; k++) {
            items[i + k] = (here >> k & 1u) != 0 ? items[i + k] : null;
        }
    }
    for (; i < n; i++) {
        items[i] = ((unsigned)bits[(first + i) >> 3] >> ((first + i) & 7) & 1u) != 0 ? items[i] : null;
    }
}

/* Do GROUP rows have one measure? One that is none is not. */
static bool NAME(one_measure)(const uint16_t *measure)
{
    uint64_t fours[GROUP / 4];
    const uint64_t four = measure[0] * UINT64_C(0x0001000100010001);
    uint64_t differ = measure[0] & 0x8000u;
    memcpy(fours, measure, sizeof fours);
    for (size_t k = 0; k < GROUP / 4; k++) {
        differ |= fours[k] ^ four;
    }
    return differ == 0;
}

static size_t NAME(members)(const uint16_t *measure, const uint32_t *codes, size_t n, const uint32_t *stride,
                            size_t per_measure, uint32_t empty, uint32_t *cell)
{
    size_t i = 0;
    for (; i + GROUP <= n && NAME(one_measure)(measure + i); i += GROUP) {
        const uint32_t step = stride[measure[i] * per_measure];
        uint32_t odd = 0;
        for (size_t k = 0; k < GROUP; k++) {
            odd |= step != 0 ? codes[i + k] & 0x80000000u : codes[i + k] ^ empty;
        }
        if (odd != 0) {
            break;
        }
        for (size_t k = 0; step != 0 && k < GROUP; k++) {
            cell[i + k] += step * codes[i + k];
        }
    }
    return i;
}

/* A whole group is read before it is written: cells may lie anywhere. */
static void NAME(put_cells)(const uint8_t *codes, uint32_t step, uint32_t base, uint8_t *cell)
{
    uint8_t group[GROUP];
    for (size_t k = 0; k < GROUP; k++) {
        group[k] = (uint8_t)(codes[k] * (uint8_t)step + (uint8_t)base);
    }
    memcpy(cell, group, GROUP);
}

/* Are GROUP codes from `first` to `last`? Flags are or-ed eight at a time: fewer steps than a least and a most. */
static bool NAME(all_between)(const uint8_t *codes, uint8_t first, uint8_t last)
{
    uint8_t outside[GROUP];
    uint64_t parts[GROUP / 8];
    uint64_t any = 0;
    for (size_t k = 0; k < GROUP; k++) {
        outside[k] = (uint8_t)((codes[k] < first) | (codes[k] > last));
    }
    memcpy(parts, outside, sizeof parts);
    for (size_t k = 0; k < GROUP / 8; k++) {
        any |= parts[k];
    }
    return any == 0;
}

#define DISTANCE_LOOP(items_type)                                                                  \
    static void NAME(distances_##items_type)(const items_type *items, uint32_t from, uint8_t *out) \
    {                                                                                              \
        for (size_t k = 0; k < GROUP; k++) {                                                       \
            const items_type d = (items_type)(items[k] - (items_type)from);                        \
            out[k] = d < UINT8_MAX ? (uint8_t)d : UINT8_MAX;                                       \
        }                                                                                          \
    }

DISTANCE_LOOP(uint8_t)
DISTANCE_LOOP(uint16_t)
DISTANCE_LOOP(uint32_t)

/* How far GROUP indices are behind the first, upwards; 255 for whatever is farther. */
static void NAME(distances)(const atn_arrow_members *m, size_t i, uint8_t *out)
{
    switch (m->width) {
    case 1: NAME(distances_uint8_t)((const uint8_t *)m->items + i, m->first, out); break;
    case 2: NAME(distances_uint16_t)((const uint16_t *)m->items + i, m->first, out); break;
    default: NAME(distances_uint32_t)((const uint32_t *)m->items + i, m->first, out); break;
    }
}

/* Distances into ids of members, or all are empty; false: it is not so. */
static bool NAME(look_up_members)(const uint8_t *member, bool is_empty, uint8_t *codes)
{
    unsigned differ = 0;
    for (size_t k = 0; k < GROUP; k++) {
        codes[k] = member[codes[k]];
        differ |= is_empty ? codes[k] ^ (unsigned)ATN_EMPTY_MEMBER : codes[k] & (unsigned)ATN_MEMBERS_LISTED;
    }
    return differ == 0;
}

/* GROUP rows of one measure, all of which have an index. */
static bool NAME(group_of_cells)(const atn_arrow_members *m, size_t i, uint32_t step, uint8_t *cell)
{
    uint8_t codes[GROUP];
    const uint32_t first = step == 0 && m->member == NULL ? m->n_codes : 0;
    const uint32_t end = step == 0 || m->member != NULL ? m->n_items : m->n_codes;
    NAME(distances)(m, i, codes);
    if (end <= first || !NAME(all_between)(codes, (uint8_t)first, (uint8_t)(end - 1)) ||
        (m->member != NULL && !NAME(look_up_members)(m->member, step == 0, codes))) {
        return false;
    }
    NAME(put_cells)(codes, step, step * m->base, cell + i);
    return true;
}

static size_t NAME(cells)(const uint16_t *measure, const atn_arrow_members *m, size_t n, uint8_t *cell)
{
    size_t i = 0;
    for (; i + GROUP <= n && NAME(one_measure)(measure + i); i += GROUP) {
        const uint32_t step = m->stride[measure[i]];
        const uint32_t there = m->bits == NULL ? UINT32_MAX : NAME(group_of_bits)(m->bits, m->first_bit + i);
        if (there == 0 && step == 0) {
            memset(cell + i, 0, GROUP);
        } else if (there != UINT32_MAX || !NAME(group_of_cells)(m, i, step, cell)) {
            break;
        }
    }
    return i;
}

#define WIDEN_LOOP(from_type)                                                      \
    static void NAME(widen_##from_type)(const void *items, size_t n, int64_t *out) \
    {                                                                              \
        const from_type *at = items;                                               \
        for (size_t i = 0; i < n; i++) {                                           \
            out[i] = at[i];                                                        \
        }                                                                          \
    }

WIDEN_LOOP(int8_t) /* a number, not a character: NOLINT(bugprone-signed-char-misuse,cert-str34-c) */
WIDEN_LOOP(uint8_t)
WIDEN_LOOP(int16_t)
WIDEN_LOOP(uint16_t)
WIDEN_LOOP(int32_t)
WIDEN_LOOP(uint32_t)

static void NAME(widen)(const void *items, unsigned width, bool is_signed, size_t n, int64_t *out)
{
    switch (width + (is_signed ? 16 : 0)) {
    case 17: NAME(widen_int8_t)(items, n, out); break;
    case 18: NAME(widen_int16_t)(items, n, out); break;
    case 20: NAME(widen_int32_t)(items, n, out); break;
    case 1: NAME(widen_uint8_t)(items, n, out); break;
    case 2: NAME(widen_uint16_t)(items, n, out); break;
    default: NAME(widen_uint32_t)(items, n, out); break;
    }
}

static bool NAME(wholes)(const double *items, size_t n, int64_t *out)
{
    unsigned n_bad = 0;
    for (size_t i = 0; i < n; i++) {
        const double x = items[i];
        const double here = x >= -1e15 && x <= 1e15 ? x : 0;
        const int64_t v = (int64_t)here;
        out[i] = v;
        n_bad |= (double)v != x;
    }
    return n_bad == 0;
}

static bool NAME(scale)(const int64_t *items, const uint16_t *measure, size_t n, const int64_t *powers,
                        int64_t *out)
{
    const int64_t limit = INT64_MAX / 1000000000;
    unsigned n_bad = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned bad = (items[i] > limit) | (items[i] < -limit) | (measure[i] >> 15);
        out[i] = bad ? 0 : items[i] * powers[measure[i]];
        n_bad |= bad;
    }
    return n_bad == 0;
}

#define OFFSETS_LOOPS(rise, even, offset_type, unsigned_type)                 \
    static bool NAME(rise)(const offset_type *offsets, size_t n, int64_t end) \
    {                                                                         \
        unsigned_type falls = 0;                                              \
        for (size_t i = 0; i < n; i++) {                                      \
            falls |= offsets[i + 1] < offsets[i] ? 1 : 0;                     \
        }                                                                     \
        return falls == 0 && offsets[0] >= 0 && offsets[n] <= end;            \
    }                                                                         \
                                                                              \
    static bool NAME(even)(const offset_type *offsets)                        \
    {                                                                         \
        const unsigned_type start = (unsigned_type)offsets[0];                \
        const unsigned_type len = (unsigned_type)offsets[1] - start;          \
        unsigned_type differ = 0;                                             \
        for (unsigned_type k = 0; k < GROUP; k++) {                           \
            differ |= (unsigned_type)offsets[k + 1] - start - (k + 1) * len;  \
        }                                                                     \
        return differ == 0;                                                   \
    }

OFFSETS_LOOPS(rise4, even4, int32_t, uint32_t)
OFFSETS_LOOPS(rise8, even8, int64_t, uint64_t)

static bool NAME(views)(const void *views)
{
    uint64_t v[2 * GROUP];
    uint64_t differ = 0;
    memcpy(v, views, sizeof v);
    for (size_t k = 0; k < GROUP; k++) {
        differ |= (v[2 * k] ^ v[0]) | (v[2 * k + 1] ^ v[1]);
    }
    return differ == 0;
}

#ifndef OWN_CODES
#define OWN_CODES NAME(codes)
#endif

const atn_arrow_kernels NAME(atn_arrow_kernels) = {
    OWN_CODES,    NAME(codes16),  NAME(shift),   NAME(shift16), NAME(any),       NAME(most),  NAME(most16),
    NAME(halves), NAME(quarters), NAME(members), NAME(cells),   NAME(put_nulls), NAME(widen), NAME(wholes),
    NAME(scale),  NAME(rise4),    NAME(rise8),   NAME(even4),   NAME(even8),     NAME(views)};
