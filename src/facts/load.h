/* Load: many regular facts into the grid at once. Nothing of the facts changes before commit, and commit cannot fail.
 *
 *   rows ──runs──▶ a chunk being built, per (measure, 64 units)       ordered rows: a unit's months come one after the other
 *        └─split─▶ records, per (measure, stretch of units)            all other rows: 8 bytes each, sorted by where they go
 *                     │
 *   prepare: where there is only one new chunk and no old one it is taken as it is; else old, new and records meet in dense
 *            scratch, where a place that is taken twice is seen
 *   commit:  the chunks take their places
 *
 * Which way a row goes is chosen by looking at the rows, block by block; both are right for any order. Tasks share nothing but what
 * they only read: each has its own chunks and records. */
#ifndef ATN_FACTS_LOAD_H
#define ATN_FACTS_LOAD_H

#include "base/team.h"
#include "facts/grid.h"

typedef enum atn_load_result {
    ATN_LOAD_OK,
    ATN_LOAD_ODD, /* a row is bad, or a cell comes twice: who takes rows one by one says which */
    ATN_LOAD_MEMORY,
    ATN_LOAD_CANCELLED
} atn_load_result;

typedef struct atn_load atn_load;

/* NULL: out of memory. */
atn_load *atn_load_new(attain_facts *facts);
void atn_load_free(atn_load *load);
/* Rows as columns. Facts that are not regular are kept as rows beside. */
atn_load_result atn_load_columns(atn_load *load, const attain_fact_columns *columns, size_t n,
                                 attain_progress_fn progress, void *progress_ctx);
/* One checked row that atn_grid_takes_row. */
atn_load_result atn_load_row(atn_load *load, const atn_row *row);
/* Brings everything together; after ATN_LOAD_OK commit may follow. */
atn_load_result atn_load_prepare(atn_load *load);
void atn_load_commit(atn_load *load);
/* Rows that were not regular, checked by atn_row_check each: to be sorted and merged by the caller after prepare said that they collide
 * with nothing. */
uint64_t atn_load_count(const atn_load *load);

#endif
