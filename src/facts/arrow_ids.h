/* Ids: the unit, measure, period and cell of each row of a block, from id columns and members.
 *
 *   dictionary in the plan's order    as it stands, or indices but for a constant
 *   any other dictionary              its map
 *   members                           a byte each, however wide their indices are
 *   text, numbers, dates              arrow_spell.c */
#ifndef ATN_FACTS_ARROW_IDS_H
#define ATN_FACTS_ARROW_IDS_H

#include "facts/arrow_block.h"

/* Marks of rows in `other`: a member that does not fit, a qualifier or reason that says something, what cannot be read. */
enum atn_arrow_other { ATN_OTHER_ODD = 1, ATN_OTHER_BAD = 2, ATN_OTHER_WORDS = 4 };

/* Codes or-ed: not all of them are ids. */
#define ATN_IS_SPECIAL(codes) ((codes) >> 31 != 0)

static inline bool atn_arrow_is_aligned(const void *items, unsigned width)
{
    return ((uintptr_t)items & (width - 1u)) == 0;
}

static inline bool atn_arrow_all_valid(const atn_arrow_data *data, int64_t first, size_t n)
{
    if (data->n_nulls == 0 || data->validity == NULL) { /* a column of type null has no bitmap */
        return true;
    }
    for (size_t i = 0; i < n; i += 8) {
        const size_t m = n - i < 8 ? n - i : 8;
        if (atn_arrow_valid_bits(data, first + (int64_t)i, m) != 0xffu >> (8 - m)) {
            return false;
        }
    }
    return true;
}

/* Codes of rows [first, first + n) of an id column that is there, or-ed. Memory that words need is a's here and below. */
uint32_t atn_arrow_id_codes(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                            size_t id, int64_t first, size_t n, uint32_t *out);
/* The block's units, measures and cells, these by the measures; false: not all are there. */
bool atn_arrow_make_units(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                          int64_t first, size_t n);
bool atn_arrow_make_measures(atn_arrow_block *block, const atn_arrow_reader *reader,
                             const attain_allocator *a, int64_t first, size_t n);
bool atn_arrow_make_cells(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                          int64_t first, size_t n);

#endif
