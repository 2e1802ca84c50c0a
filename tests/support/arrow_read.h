/* What the library exports, read as texts: a stream to its end, or a batch that was moved out of it. Reading is strict, for these are arrays that
 * were made here: lengths, counts of nulls, bitmaps, indices and flags must be what the Arrow C data interface says, no batch is empty or
 * begins within its buffers, and each structure is released before the next is asked for. */
#ifndef TEST_ARROW_READ_H
#define TEST_ARROW_READ_H

#include <attain/arrow.h>
#include <stdbool.h>
#include <stddef.h>

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
