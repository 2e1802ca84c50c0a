/* Arrow streams in memory, made from texts and read back as texts: a test says what stands in a cell, and in which of Arrow's many forms.
 *
 *     static const am_column columns[] = {{"unit", "u", 'i', AM_SLICED}, {"value", "d:10,2", 0, 0}};
 *     am_stream *s = am_new(columns, 2);
 *     am_batch(s, (const char *const[]){"01", "12.50", "02", NULL}, 2);          row by row; NULL is null
 *     attain_facts_add_arrow(facts, &s->stream, ...);
 *     am_free(s);                                                                 fails unless all was released, each structure once
 *
 * Each buffer is a block of just its size, so that a read behind its end is seen; what stands under a null is rubbish. Before the stream is
 * used, s->schema and s->batch[i] may be changed to lie: release goes by what was made, not by what is said. */
#ifndef TEST_ARROW_MAKE_H
#define TEST_ARROW_MAKE_H

#include <attain/arrow.h>
#include <attain/attain.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum am_how {
    AM_SLICED = 1,             /* items before and behind that are not rows */
    AM_NULL_IN_DICTIONARY = 2, /* a null is the index of an item that is null */
    AM_UNUSED = 4,             /* the dictionary has items that nothing names, and one twice */
    AM_SLICED_DICTIONARY = 8,  /* its values have items before and behind */
    AM_UNCOUNTED = 16,         /* null_count is -1, and a bitmap is there though nothing is null */
    AM_BARE = 32               /* an array without items has no buffers */
} am_how;

typedef struct am_column {
    const char *name;
    const char *
        format; /* c C s S i I l L, f g, d:p,s[,bits], u U vu, tdD, n; of the values where there is a dictionary */
    char index; /* c C s S i I l L: a dictionary with such indices; 0: none */
    unsigned how;
} am_column;

#define AM_MOST_BATCHES 512

typedef struct am_stream {
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray batch[AM_MOST_BATCHES];
    const am_column *columns; /* borrowed */
    size_t n_columns;
    size_t n_batches, n_given;
    size_t struct_offset; /* of batches made from now on: rows of the columns that the struct does not have */
    const bool *null_row; /* of the next batch: rows that are null as a whole; NULL: none */
    bool fail_schema;
    size_t fail_at; /* get_next of this batch fails; SIZE_MAX: none */
    bool silent;    /* and does not say why */
    size_t n_made, n_released, n_streams_released;
} am_stream;

am_stream *am_new(const am_column *columns, size_t n_columns);
void am_batch(am_stream *s, const char *const *cells, size_t n_rows);
/* Fails the test unless the stream and everything that came from it were released once. */
void am_free(am_stream *s);

/* A stream read to its end and released, as texts: numbers exact (doubles with 17 digits), NULL where null. */
typedef struct am_grid {
    size_t n_columns, n_rows, n_batches, largest_batch;
    char **name;
    char **format; /* "i<u>" is a dictionary of texts with int32 indices */
    char **cell;   /* row by row */
    size_t cap_cells;
    char *error; /* of a stream that failed; NULL if it came to its end */
    int code;
} am_grid;

void am_read(struct ArrowArrayStream *stream, am_grid *grid);
/* Adds the rows of one batch, and leaves it to the caller; for tests of who releases what. */
void am_read_batch(am_grid *grid, const struct ArrowSchema *schema, const struct ArrowArray *array);
void am_grid_free(am_grid *grid);
const char *am_cell(const am_grid *grid, size_t row, const char *column);

#endif
