/* Arrow streams in memory, made from texts: a test says what stands in a cell, and in which of Arrow's many forms.
 *
 *     static const am_column columns[] = {{"unit", "u", 'i', AM_SLICED}, {"value", "d:10,2", 0, 0}};
 *     am_stream *s = am_new(columns, 2);
 *     am_batch(s, (const char *const[]){"01", "12.50", "02", NULL}, 2);          row by row; NULL is null
 *     attain_facts_add_arrow(facts, &s->stream, ...);
 *     am_free(s);                                                                 fails unless all was released, each structure once
 *
 * Each buffer is a block of just its size and each structure one of its own, so that a sanitizer sees what is read behind an end or after a
 * release; what stands under a null or outside of a slice is rubbish. Before the stream is used, s->schema and s->batch[i] may be changed to
 * lie: release goes by what was made, not by what is said. What goes out is read by arrow_read.h. */
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
    AM_BARE = 32,              /* an array without items has no buffers */
    AM_BITMAP = 64,            /* a bitmap is there though nothing is null, which null_count says */
    AM_LAST_UNDER_NULL = 256,  /* under a null stands what stood in the row before it, not rubbish */
    AM_NULLS_BEHIND = 512,  /* nulls name one of three behind the words; 4 of 100 rows are null themselves */
    AM_WORDS_BEFORE = 1024, /* texts: words of other columns stand before */
    AM_WORDS_BEHIND = 2048, /* and behind */
    AM_MANY_BEFORE = 4096,  /* so many before that the first has the index 125 */
    AM_WORD_PER_ROW = 128   /* the dictionary has an item for each row, the last one first */
} am_how;

typedef struct am_column {
    const char *name;
    const char *
        format; /* c C s S i I l L, f g, d:p,s[,bits], u U vu, tdD, n; of the values where there is a dictionary */
    char index; /* c C s S i I l L: a dictionary with such indices; 0: none */
    unsigned how;
} am_column;

/* A column by its type in one word: "u"; "i:u", a dictionary of texts with int32 indices; "i?:u", the same with AM_NULL_IN_DICTIONARY. */
am_column am_typed(const char *name, const char *type, unsigned how);

#define AM_MOST_BATCHES 512

typedef struct am_stream {
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray batch[AM_MOST_BATCHES];
    const am_column *columns; /* borrowed */
    size_t n_columns;
    size_t n_batches, n_given;
    size_t pad; /* items before and behind what is sliced, of batches made from now on; 3 unless told */
    size_t struct_offset; /* of batches made from now on: rows of the columns that the struct does not have */
    const bool *null_row; /* of the next batch: rows that are null as a whole; NULL: none */
    bool fail_schema;
    size_t fail_at;  /* get_next of this batch fails; SIZE_MAX: none */
    const char *why; /* what it says then; NULL: nothing */
    size_t n_made, n_released, n_streams_released;
} am_stream;

am_stream *am_new(const am_column *columns, size_t n_columns);
void am_batch(am_stream *s, const char *const *cells, size_t n_rows);
/* Fails the test unless the stream and everything that came from it were released once. */
void am_free(am_stream *s);

#endif
