/* What is asked of stretches of Arrow columns when rows are taken in. Plain loops that compilers turn into vector code, compiled once for each
 * vector level from kernel_arrow_body.h. */
#ifndef ATN_FACTS_KERNEL_ARROW_H
#define ATN_FACTS_KERNEL_ARROW_H

#include "base/cpu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Indices of a dictionary: aligned, none of them null. */
typedef struct atn_arrow_indices {
    const void *items; /* the first of those that are asked for */
    uint8_t width;
    bool is_signed;
    uint64_t n_map; /* items of the map */
} atn_arrow_indices;

/* Indices that are less than this, read as if they had no sign, are in the map. */
static inline uint64_t atn_arrow_limit(const atn_arrow_indices *x)
{
    const uint64_t positive = x->is_signed ? UINT64_C(1) << (8 * x->width - 1) : UINT64_MAX;
    return x->n_map < positive ? x->n_map : positive;
}

/* Members of rows: an index each, of a dictionary whose item first + d is
 *   with a list      for d below n_items: member[d], an id or one of atn_no_member
 *   without one      for d below n_codes: id base + d; from there to n_items: empty
 * What is farther away is neither. Over two or four bytes n_items is less than 256. */
enum atn_no_member { ATN_MEMBERS_LISTED = 128, ATN_EMPTY_MEMBER = 128, ATN_NO_MEMBER = 129 };
typedef struct atn_arrow_members {
    const void *items; /* aligned */
    unsigned width;    /* 1, 2 or 4 bytes, read without a sign */
    uint32_t first, n_codes, n_items, base;
    const uint8_t *member; /* ids are less than ATN_MEMBERS_LISTED */
    const uint8_t *bits;   /* which of them are there, from bit `first_bit` on; NULL: all */
    uint64_t first_bit;
    const uint32_t *stride; /* [measure]: what a member adds to the cell; 0: not of the measure */
} atn_arrow_members;

/* Codes that are ids stay below the highest bit of their width; all others have it, so that the codes or-ed say whether one is among them. */
typedef struct atn_arrow_kernels {
    /* Codes of n indices; one that the map does not have, a negative one too, is `bad`. Returns all codes or-ed. ATN_ARROW_SMALL_MAP items
     * can be read of any map. */
    uint32_t (*codes)(const atn_arrow_indices *indices, size_t n, const uint32_t *map, uint32_t bad,
                      uint32_t *out);
    /* The same into half the width. */
    uint32_t (*codes16)(const atn_arrow_indices *indices, size_t n, const uint16_t *map, uint16_t bad,
                        uint16_t *out);
    /* Indices of 1, 2 or 4 bytes as if they had no sign, plus base. Returns the greatest distance from `first`, upwards: one below it is
     * farther than any that is not. */
    uint32_t (*shift)(const atn_arrow_indices *indices, size_t n, uint32_t first, uint32_t base,
                      uint32_t *out);
    /* The same into half the width. */
    uint32_t (*shift16)(const atn_arrow_indices *indices, size_t n, uint32_t first, uint16_t base,
                        uint16_t *out);
    /* n items: all or-ed; the greatest; the low halves. */
    uint32_t (*any)(const uint32_t *items, size_t n);
    uint32_t (*most)(const uint32_t *items, size_t n);
    uint32_t (*most16)(const uint16_t *items, size_t n);
    void (*halves)(const uint32_t *items, size_t n, uint16_t *out);
    /* The low quarters. */
    void (*quarters)(const uint32_t *items, size_t n, uint8_t *out);
    /* cell[i] += codes[i] * stride[measure[i] * per_measure], or nothing where that stride is 0 and the code `empty`: group by group, up to
     * the first group that has several measures, or a code that does not fit. Returns how many rows were done. */
    size_t (*members)(const uint16_t *measure, const uint32_t *codes, size_t n, const uint32_t *stride,
                      size_t per_measure, uint32_t empty, uint32_t *cell);
    /* cell[i] = member * stride of its measure, or 0 where there is none and the stride is 0: group by group, up to the first group that has
     * several measures, or a row that does not fit, or members that are none in both ways. Returns how many rows were done. Cells fit. What
     * stands where none is there is not read. */
    size_t (*cells)(const uint16_t *measure, const atn_arrow_members *members, size_t n, uint8_t *cell);
    /* items[i] = null where bit first + i is 0. No byte of `bits` is read that has none of these. */
    void (*put_nulls)(const uint8_t *bits, uint64_t first, size_t n, uint32_t null, uint32_t *items);
    /* Whole numbers as they are, of 1, 2 or 4 bytes. */
    void (*widen)(const void *items, unsigned width, bool is_signed, size_t n, int64_t *out);
    /* Doubles as whole numbers; false: one is none, or beyond 10^15. */
    bool (*wholes)(const double *items, size_t n, int64_t *out);
    /* Whole numbers times powers[measure]; false: one is too large to be multiplied by 10^9, or a measure is none. */
    bool (*scale)(const int64_t *items, const uint16_t *measure, size_t n, const int64_t *powers,
                  int64_t *out);
    /* Do n + 1 offsets begin at 0 or behind it, never fall, and end at `end` or before it? */
    bool (*rise4)(const int32_t *offsets, size_t n, int64_t end);
    bool (*rise8)(const int64_t *offsets, size_t n, int64_t end);
    /* Are 33 of them those of texts of one length: start, start + len ...? */
    bool (*even4)(const int32_t *offsets);
    bool (*even8)(const int64_t *offsets);
    /* Are 32 views the same? */
    bool (*views)(const void *views);
} atn_arrow_kernels;

#define ATN_ARROW_SMALL_MAP 128u

/* Items that are held against each other in one go. */
#define ATN_ARROW_GROUP 32u

extern const atn_arrow_kernels atn_arrow_kernels_portable, atn_arrow_kernels_avx2, atn_arrow_kernels_avx512;
const atn_arrow_kernels *atn_arrow_kernels_of(atn_vector_level level);

#endif
