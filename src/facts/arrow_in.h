/* What the parts of Arrow intake share: arrow_in.c (the stream and its columns), arrow_row.c (rows one by one, as text), arrow_take.c (batches).
 *
 * A batch goes one of three ways, and each gives the same facts and the same report:
 *
 *   direct     large batches: blocks (arrow_block.h) are loaded as they are made, by as many tasks as there are threads; the batch is kept until the
 *              end, for its rows may have to be looked at once more
 *   segments   small ones, and those that would be too much to keep: blocks are copied into columns of the batch (batch_columns.h), and the
 *              Arrow batch is released at once
 *   rows       when the load has found something odd, or was not to be used: plain rows of blocks become rows
 *
 * Rows that are not plain go as text, figure by figure, after the others of their block or round; issues stay in row order. */
#ifndef ATN_FACTS_ARROW_IN_H
#define ATN_FACTS_ARROW_IN_H

#include "facts/arrow_block.h"
#include "facts/heading.h"
#include "facts/intake.h"

#define ATN_ARROW_MAX_COLUMNS 4096

/* A figure that is not plain: row of the batch, and which of the wide columns. */
typedef struct atn_arrow_figure {
    uint32_t row, wide;
} atn_arrow_figure;

/* One task of a direct load; the first one also for blocks otherwise. */
typedef struct atn_arrow_task {
    atn_arrow_block block;
    uint32_t *odd; /* rows of the pass */
    size_t n_odd, cap_odd;
    uint64_t n_plain, n_empty; /* figures */
} atn_arrow_task;

typedef struct atn_arrow_held {
    struct ArrowArray array;
    uint64_t n_before;
} atn_arrow_held;

typedef struct atn_arrow_in {
    attain_facts *facts;
    struct ArrowArrayStream *stream;
    struct ArrowSchema schema;
    atn_batch batch;
    atn_heading heading;
    atn_resolver resolver;
    atn_arrow_column *columns; /* all of the stream; only those in use are declared */
    atn_buf *scratch;          /* of each: texts that are printed */
    atn_str *names, *members;
    size_t cap_columns;
    atn_str *rename;
    size_t cap_rename;
    /* blocks */
    atn_arrow_reader reader;
    atn_arrow_task *tasks; /* NULL before the first batch */
    size_t n_tasks;
    bool knows_level;                   /* of vectors */
    const attain_allocator *task_alloc; /* for the words of tasks */
    atn_arrow_figure *odd;              /* of all tasks and passes */
    size_t n_odd, cap_odd;
    atn_arrow_held *held; /* taken directly */
    size_t n_held, cap_held;
    uint64_t n_held_bytes;
    uint64_t n_direct; /* rows of held batches before this one are in the load, as far as they are plain */
    /* the batch in hand */
    const struct ArrowArray *array; /* NULL: none */
    atn_arrow_data rows;            /* its struct: which rows are null */
    uint64_t n_before;              /* rows of the batches before */
} atn_arrow_in;

/* Figure `wide` (long form: 0) of row i of the batch in hand, as text. */
attain_status atn_arrow_take_figure(atn_arrow_in *in, int64_t i, size_t wide, attain_error *err);
/* A batch that in->n_before rows come before. It is released, or moved to the held ones. */
attain_status atn_arrow_take_batch(atn_arrow_in *in, struct ArrowArray *array, attain_error *err);
void atn_arrow_tasks_free(atn_arrow_in *in);

#endif
