/* Arrow streams by hand: columns written as literals, buffers of exactly the bytes that they must have, so that a sanitizer sees what is read
 * beyond them, and a count of what was released.
 *
 *     arrow_source *s = arrow_new();
 *     arrow_batch(s, 3, 2);                                     three rows, behind two of rubbish that a slice leaves out
 *     arrow_text(s, "unit", "i:u", (const char *const[]){"A", "B", NULL});      a dictionary of utf8 with int32 indices, and a null
 *     arrow_ints(s, "value", "l", (const int64_t[]){1, 2, 3}, "110");           the third is null
 *     attain_facts_add_arrow(facts, arrow_stream(s), ...);
 *     arrow_free(s);                                            fails the test unless everything was released exactly once
 */
#ifndef TEST_ARROW_BUILD_H
#define TEST_ARROW_BUILD_H

#include <attain/arrow.h>
#include <attain/attain.h>

#define ARROW_MAX_COLUMNS 16
#define ARROW_MAX_BATCHES 8

typedef struct arrow_source arrow_source;

arrow_source *arrow_new(void);
/* Frees it; what the stream gave must have been released once, and the stream as well if arrow_stream was called. */
void arrow_free(arrow_source *s);
/* A batch of n rows; each column that follows is built with `pad` rows more before and behind. */
void arrow_batch(arrow_source *s, int64_t n, int64_t pad);

/* Columns of the last batch. A format "i:u" is a dictionary of the second with indices of the first; "i:u?" one where a null is an item of the
 * dictionary. Which items are null: NULL texts, or '0' in `valid` (NULL: none). */
void arrow_text(arrow_source *s, const char *name, const char *format, const char *const *texts);
void arrow_ints(arrow_source *s, const char *name, const char *format, const int64_t *values,
                const char *valid);
void arrow_doubles(arrow_source *s, const char *name, const char *format, const double *values,
                   const char *valid);
/* Decimals of 128 bits with high halves. */
void arrow_wides(arrow_source *s, const char *name, const char *format, const attain_i128 *values,
                 const char *valid);
/* A column that is never looked into. */
void arrow_other(arrow_source *s, const char *name, const char *format);
/* Rows of the batch that are null as a whole. */
void arrow_null_rows(arrow_source *s, const char *valid);

/* The stream; once. */
struct ArrowArrayStream *arrow_stream(arrow_source *s);
/* What the stream will give, to be broken by a test: columns of the schema and of a batch; ARROW_MAX_COLUMNS: the struct. */
struct ArrowSchema *arrow_schema_of(arrow_source *s, size_t column);
struct ArrowArray *arrow_array_of(arrow_source *s, size_t batch, size_t column);
/* A buffer of it, to be written to. */
void *arrow_buffer_of(arrow_source *s, size_t batch, size_t column, size_t buffer);
/* get_next fails before this batch (from 0), or get_schema does, with these words (NULL: none). */
void arrow_fail_next(arrow_source *s, size_t batch, const char *why);
void arrow_fail_schema(arrow_source *s, const char *why);

#endif
