/* Heading: what each column of a table of facts is, by its name; the same for CSV and Arrow.
 *
 *   long   unit,measure,period,post,value,qualifier      wide   unit,period,workers,facilities
 *
 * After renaming, a name is one of the fixed ones, a category, or in the wide form, which has no `measure`, a measure; every other column is
 * ignored and told. A name that comes twice, a renaming that meets no column and a column that is missing are errors of the whole table. */
#ifndef ATN_FACTS_HEADING_H
#define ATN_FACTS_HEADING_H

#include "facts/store.h"

typedef enum atn_heading_column {
    ATN_COLUMN_UNIT,
    ATN_COLUMN_MEASURE,
    ATN_COLUMN_PERIOD,
    ATN_COLUMN_VALUE,
    ATN_COLUMN_QUALIFIER,
    ATN_COLUMN_REASON,
    ATN_N_FIXED_COLUMNS
} atn_heading_column;

typedef struct atn_heading {
    const attain_facts *facts;
    uint32_t n_columns;
    uint32_t fixed[ATN_N_FIXED_COLUMNS]; /* ATN_NONE: no such column */
    uint32_t *wide_column; /* by figure of a row of the wide form; n_wide is 0 in the long form */
    uint32_t *wide_measure;
    size_t n_wide, cap_wide_columns, cap_wide_measures;
    uint32_t *member_column; /* by member column */
    uint32_t *member_category;
    size_t n_members, cap_members, cap_categories;
    atn_buf ignored; /* names joined by ", ", of the memory of what leaves the facts */
} atn_heading;

void atn_heading_init(atn_heading *heading, const attain_facts *facts);
void atn_heading_free(atn_heading *heading);
/* rename: n_rename pairs (name there, name here). Failures are of status `wrong`, with a sentence that begins with "column", and the column at
 * fault, from 0; or ATTAIN_E_MEMORY. */
attain_status atn_heading_read(atn_heading *heading, const atn_str *names, size_t n_names,
                               const atn_str *rename, size_t n_rename, attain_status wrong, uint32_t *column,
                               attain_error *err);
/* The column, from 1, of a string at fault (atn_text_field); 0: the whole row. */
int32_t atn_heading_place(const atn_heading *heading, uint32_t field, uint32_t value_column);

#endif
