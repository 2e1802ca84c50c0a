/* Arrow against its slow twins: rows are taken as an Arrow stream and as texts or CSV, and the facts, the counts, the issues and the words must be the
 * same. Which Arrow, in which batches and with which options, is what a `way` says; what is expected is what the twin says.
 *
 *     const frame f = {(const char **)rows[0], n};
 *     way w = twin_way(twin_plan);
 *     w.columns[UNIT] = am_typed("unit", "i:vu", AM_SLICED);
 *     assert_int_equal(twin_check(&f, &w), ATTAIN_OK);
 */
#ifndef TEST_ARROW_TWIN_H
#define TEST_ARROW_TWIN_H

#include "support/arrow_make.h"
#include "support/build_plan.h"
#include "support/check.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define TEXTS(...) ((const char *const[]){__VA_ARGS__})

/* Forty provinces "1" to "40" with long aliases, and measures of each kind; made and freed by these two. */
enum { TWIN_UNITS = 40 };
extern attain_plan *twin_plan;
int twin_set_up(void **state);
int twin_tear_down(void **state);

/* ---- rows as texts ---- */

enum { UNIT, MEASURE, PERIOD, VALUE, QUALIFIER, REASON, POST, SEX, N_COLUMNS };
extern const char *const twin_names[N_COLUMNS];

typedef struct frame {
    const char **cell; /* row by row; NULL: null */
    size_t n;
} frame;

typedef struct way {
    const attain_plan *plan;
    am_column columns[N_COLUMNS];
    const size_t *sizes; /* of batches; NULL: one batch */
    const size_t *pads;  /* of the same; NULL: those of the builder */
    size_t n_sizes;
    size_t struct_offset;
    uint32_t n_threads, tuning, flags, max_issues;
    attain_number_format numbers;
    const char *before; /* CSV of facts that are there already; NULL: none */
    bool other_words;   /* the value is printed otherwise, so messages may differ */
} way;

/* Eight rows that are all taken. */
extern const char *const twin_rows[8][N_COLUMNS];

/* All columns utf8, one batch, one thread. */
way twin_way(const attain_plan *plan);
attain_facts *twin_facts(const way *w);
attain_status twin_take(attain_facts *facts, const frame *f, const way *w, attain_report *report,
                        attain_error *err);
/* Takes the rows both ways; the status of both. */
attain_status twin_check(const frame *f, const way *w);

/* ---- streams of any columns ---- */

/* A stream of one batch. */
am_stream *twin_stream(const am_column *columns, size_t n_columns, const char *const *cells, size_t n_rows);
/* Takes the stream into new facts, which must then be those of the CSV; frees it. options may be NULL. */
void twin_takes(am_stream *s, const attain_intake_options *options, const char *csv);
/* The stream is refused, facts stay as they were, the message holds the part, and index is where the error points; frees it. */
void twin_refuses(am_stream *s, const attain_intake_options *options, attain_status status, int64_t index,
                  const char *part);
/* The same with options of the facts, and the name of what is refused for when it is not. */
void twin_refuses_by(am_stream *s, const attain_facts_options *how, const attain_intake_options *options,
                     attain_status status, int64_t index, const char *part, const char *what);
void twin_same_facts(const attain_facts *got, const attain_facts *wanted);

/* Any form of texts and of indices, for tests that walk through all of them. */
extern const char *const twin_texts[3];
extern const char twin_indices[9]; /* the first is 0: no dictionary */
extern const unsigned twin_hows[9];

#endif
