/* Rows of a batch as columns: 19 bytes each, as attain_fact_columns wants them, so that the load takes them as they are.
 *
 *   segment 256 rows ─▶ 512 ─▶ ... ─▶ 262,144 ─▶ 262,144 ─▶ ...        each goes into the load when it is full, while the caches hold it;
 *                                                                      none is ever moved
 *   numbers   of the file's rows: (fact 0, row 1, 1 fact a row), (fact 7, row 12, 1 fact a row) ...   a run for each place where
 *             they do not simply count on: rows that are empty or were refused, and the wide form
 *
 * The columns stay until the end, because the load only says that something is odd: then rows are made of them, with their numbers, and
 * rows are what can say which two collide and what is to be added up. The same happens when a row has no place in columns, because its period
 * is a range, and when most of the rows are not regular, because the load keeps those as rows beside the columns.
 *
 * Rows that somebody else keeps until the end, as those of large Arrow batches, need no segments: they go into the load directly, and who
 * keeps them makes rows of them if it comes to that. */
#ifndef ATN_FACTS_BATCH_COLUMNS_H
#define ATN_FACTS_BATCH_COLUMNS_H

#include "facts/load.h"

typedef struct atn_segment {
    struct atn_segment *next;
    size_t n, cap, n_bytes;
    int64_t *value;
    uint32_t *unit;
    int32_t *period;
    uint16_t *measure;
    uint8_t *cell8; /* NULL: cell, because some measure has more than 256 */
    uint32_t *cell;
    uint8_t *qualifier; /* NULL: all exact */
    uint8_t *reason;    /* behind it */
} atn_segment;

typedef struct atn_number_run {
    uint32_t fact; /* that begins the run */
    uint32_t number;
    uint32_t per_row; /* facts of each row */
} atn_number_run;

typedef struct atn_batch_columns {
    bool in_use; /* rows go here */
    bool is_wide_cell;
    atn_segment *first, *last;
    uint64_t n;           /* facts in all segments */
    uint64_t n_irregular; /* that no grid will take */
    atn_number_run *runs;
    size_t n_runs, cap_runs;
    atn_load *load; /* NULL before the first full segment */
    bool is_odd;    /* the load gave up */
    /* Rows that went into the load from where they stand, without segments: whoever put them there brings them again as rows, by
     * atn_batch_push, when rows are needed. NULL: there are none. */
    attain_status (*replay)(void *ctx, attain_error *err);
    void *replay_ctx;
} atn_batch_columns;

/* Lines of a file one after the other, each with equally many facts. */
typedef struct atn_lines {
    uint64_t n_lines;
    uint32_t n_facts;
    uint32_t per_line;
} atn_lines;

struct atn_batch;

/* Rows of this batch are kept as columns if the plan and the tuning of its facts allow it. */
void atn_batch_use_columns(struct atn_batch *batch);
void atn_batch_columns_free(struct atn_batch *batch);
/* A segment with room for n facts more, n at most 256. NULL: out of memory. */
atn_segment *atn_batch_room(struct atn_batch *batch, size_t n);
/* The next fact to be added is the first of those of row `number`, of which there are per_row, and likewise for the rows that follow.
 * false: out of memory. */
bool atn_batch_number(struct atn_batch *batch, uint32_t number, uint32_t per_row);
/* Counts lines, the first being row `number`, whose facts stand in the last segment already. A line has n_figures, given or empty. false: out of
 * memory. */
bool atn_batch_count(struct atn_batch *batch, const atn_lines *stretch, uint32_t n_figures, uint32_t number);
/* A segment of the batch's columns, of the memory of `a`; NULL: none left. */
atn_segment *atn_segment_new(const attain_allocator *a, size_t cap, bool is_wide_cell);
void atn_segment_free(const attain_allocator *a, atn_segment *s);
/* Copies n facts of `from`, all exact, from `first` on, behind those of the batch, uncounted. false: out of memory. */
bool atn_batch_copy(struct atn_batch *batch, const atn_segment *from, size_t first, size_t n);
/* One row; *taken is false when it has no place in columns: then all are rows from now on. */
attain_status atn_batch_add_to_columns(struct atn_batch *batch, const atn_row *row, bool *taken,
                                       attain_error *err);
/* The load for rows that go into it from where they stand; `replay` must be set. NULL: out of memory. */
atn_load *atn_batch_direct(struct atn_batch *batch);
/* All rows as rows. */
attain_status atn_batch_to_rows(struct atn_batch *batch, attain_error *err);
/* The columns in the grid, but for commit: *load is what to commit and to free; NULL: something was odd, the batch has rows now. */
attain_status atn_batch_load(struct atn_batch *batch, atn_load **load, attain_error *err);

#endif
