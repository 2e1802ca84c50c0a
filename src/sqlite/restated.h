/* The rows of four scorecards side by side (restated_rows.c), and what restated.c made for them: two plans and the facts of four steps. */
#ifndef ATN_SQLITE_RESTATED_H
#define ATN_SQLITE_RESTATED_H

#include "sqlite/store.h"

enum { BEFORE = 0, WITH_LATE = 1, CORRECTED = 2, AFTER = 3, N_STEPS = 4, A = 0, B = 1 };

/* A plan and what of it is asked for. */
typedef struct side {
    attain_plan *plan;
    uint32_t *targets, *units; /* NULL: all; n entries have room for as many as were asked for */
    size_t n_targets, n_units;
    bool is_asked; /* some target and some unit that was asked for is in it */
} side;

typedef struct comparison {
    sqlite3 *db;
    attain_allocator alloc;
    const attain_restated_options *options;
    int64_t edition[2];
    side side[2];                 /* one plan twice where it did not change */
    attain_facts *facts[N_STEPS]; /* the same ones may stand several times */
    uint64_t n_strangers;
    attain_restated *out;
    attain_error *err;
} comparison;

static inline side *side_of(comparison *c, int step)
{
    return &c->side[step == AFTER ? B : A];
}

/* Compares the rows as of one period (NULL: there are no facts) and adds those that differ to c->out. */
attain_status atn_restated_compare(comparison *c, const attain_period *as_of);

/* Memory by the comparison's allocator; old_size and new_size in bytes, 0: none. */
void *atn_restated_memory(const attain_allocator *alloc, void *ptr, size_t old_size, size_t new_size);
attain_status atn_restated_no_memory(attain_error *err);
/* An empty result, to be freed by attain_restated_free. */
bool atn_restated_begin(const attain_allocator *alloc, attain_restated *out);

#endif
