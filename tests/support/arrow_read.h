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
/* One column that was moved out of its batch; it stays the caller's. */
void am_read_column(const struct ArrowSchema *schema, const struct ArrowArray *array, am_grid *grid);
void am_grid_free(am_grid *grid);
/* The first column of the name. */
const char *am_cell(const am_grid *grid, size_t row, const char *column);

#endif
