/* Columns that say one of a few things as codes of a dictionary: ids, periods, words. For tables that are written as Arrow.
 *
 * A sheet knows what its rows say without looking at each: one target, its units one after the other, the same periods for every unit. Units,
 * words and flags are looked up by their number, in an array while it is small and by a hash beyond. */
#ifndef ATN_SCORE_TABLE_CODES_H
#define ATN_SCORE_TABLE_CODES_H

#include "base/arrow_codes.h"
#include "score/table_parts.h"

typedef struct atn_table_codes {
    const attain_table *table;
    attain_column column;
    attain_allocator alloc;
    atn_arrow_codes codes;
    int32_t *small; /* code + 1 of a number, 0 while it is not known */
    size_t n_small;
    bool has_empty; /* some cell whose code was put is empty */
} atn_table_codes;

/* false: out of memory; to be freed in any case. */
bool atn_table_codes_init(atn_table_codes *self, const attain_table *table, attain_column column,
                          const attain_allocator *alloc);
void atn_table_codes_free(atn_table_codes *self);
/* Words grow with this allocator from now on: one that leads to the same memory. */
void atn_table_codes_use(atn_table_codes *self, const attain_allocator *alloc);
/* Codes of rows [first, end), -1 where they are empty; out may be NULL: then their words are learnt. */
attain_status atn_table_codes_put(atn_table_codes *self, size_t first, size_t end, int32_t *out,
                                  attain_error *err);
/* Is the column one of those that are made (table.h) before their codes can be told? */
bool atn_table_codes_need_column(attain_column column);

#endif
