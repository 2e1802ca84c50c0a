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

#include "base/cpu.h"
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
/* A part of rows of which more come. What is ordered is left to one thread: several would begin the same chunks, part by part, and all of them
 * would have to be merged. */
atn_load_result atn_load_part(atn_load *load, const attain_fact_columns *columns, size_t n);
/* Columns of which row after row will be read: asked for some rows before, they are there when they are wanted. */
#define ATN_COMING_COLUMNS 8
/* Rows from the one in hand to the one that is asked for: 384 are as good, 128 too few. */
#define ATN_AHEAD_ROWS ((size_t)1024)
typedef struct atn_coming {
    struct {
        uintptr_t at;     /* while row 0 is in hand */
        uint32_t n_bytes; /* a row */
    } column[ATN_COMING_COLUMNS];
    size_t n;
} atn_coming;
static inline void atn_coming_add(atn_coming *ahead, uintptr_t at, uint32_t n_bytes)
{
    if (ahead->n < ATN_COMING_COLUMNS) {
        ahead->column[ahead->n].at = at;
        ahead->column[ahead->n++].n_bytes = n_bytes;
    }
}
/* Rows that are made while they are loaded, block by block, by the task that loads them. */
typedef struct atn_made_rows {
    size_t n;         /* rows in the columns: some may have been left out */
    size_t n_done;    /* rows of the source that they stand for; 1 at least */
    atn_coming ahead; /* what the next block will be made of */
} atn_made_rows;
typedef struct atn_load_source {
    void *ctx;
    size_t block_rows;
    atn_vector_level level;
    /* Rows [first, first + n), n <= block_rows, in arrays that stay until the next call of this task. cut: where the last rows of the block may be the
     * beginning of a longer run, they are better left for the next. */
    atn_load_result (*make)(void *ctx, size_t task, size_t first, size_t n, bool cut,
                            attain_fact_columns *columns, atn_made_rows *made);
} atn_load_source;
/* Rows [first, end) of the source. more: others follow; then *done may be less than end, and the next call begins there. */
atn_load_result atn_load_from(atn_load *load, const atn_load_source *source, size_t first, size_t end,
                              bool more, size_t *done);
/* May the row, which is exact, stand where it stands? Collisions are not looked at. */
bool atn_load_may_stand(const atn_load *load, const attain_fact_columns *columns, size_t i);
/* For what the tasks of a source keep: may be used by all at the same time, while the load lives. */
const attain_allocator *atn_load_allocator(const atn_load *load);
size_t atn_load_tasks(const atn_load *load);
/* One checked row that atn_grid_takes_row. */
atn_load_result atn_load_row(atn_load *load, const atn_row *row);
/* Brings everything together; after ATN_LOAD_OK commit may follow. */
atn_load_result atn_load_prepare(atn_load *load);
void atn_load_commit(atn_load *load);
/* Rows that were not regular, checked by atn_row_check each: to be sorted and merged by the caller after prepare said that they collide
 * with nothing. */
uint64_t atn_load_count(const atn_load *load);

#endif
