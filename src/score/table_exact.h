/* Number columns of a table as Arrow wants them exactly: decimal128 with so many decimals, rounded half up, or fractions as text. Each row is
 * derived once, for all of its columns. */
#ifndef ATN_SCORE_TABLE_EXACT_H
#define ATN_SCORE_TABLE_EXACT_H

#include "base/arrow_out.h"
#include "score/table_parts.h"

#define ATN_DECIMAL_DIGITS 38

typedef struct atn_table_exact {
    attain_arrow_numbers numbers;
    unsigned digits, full_digits; /* DECIMALS: of ratios; of what is in its own units */
    const attain_table *table;
    attain_allocator alloc;
    const attain_column *columns; /* of a batch; those that are no numbers are passed over */
    size_t n_columns;
    atn_arrow_owner *owner; /* of the arrays */
} atn_table_exact;

/* How numbers are written; digits as in attain_arrow_options. */
void atn_table_exact_init(atn_table_exact *self, const atn_model *model, attain_arrow_numbers numbers,
                          int digits);
/* Of what; all of it must live as long. */
void atn_table_exact_of(atn_table_exact *self, const attain_table *table, const attain_column *columns,
                        size_t n_columns, atn_arrow_owner *owner);
/* Decimals of a column. */
unsigned atn_table_exact_digits(const atn_table_exact *self, attain_column column);
/* Number columns of rows [first, first + n_rows) into the children of a struct. */
attain_status atn_table_exact_put(const atn_table_exact *self, size_t first, size_t n_rows,
                                  struct ArrowArray *out, attain_error *err);

#endif
