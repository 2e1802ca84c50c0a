/* What form.c, value.c and sheets share beyond value.h: the evaluation itself, over facts or over a cube, and the cache of
 * share pairs. */
#ifndef ATN_SCORE_EVAL_H
#define ATN_SCORE_EVAL_H

#include "facts/cube.h"
#include "score/value.h"

#define ATN_EVAL_MAX_PICKS 16

/* Over facts: lines are made when first asked for and kept. Over a cube: sums are read off its slabs, nothing is allocated
 * and nothing can fail; only what stands in the cube may be asked for, and no counts or pairs. */
struct atn_eval {
    const attain_plan *plan;
    const attain_facts *facts; /* NULL over a cube */
    const atn_cube *cube;      /* NULL over facts */
    uint32_t cube_column;      /* of the row in hand */
    const uint8_t *over_one;   /* as in atn_sheet; NULL unless the row is of a share */
    attain_allocator alloc;
    struct atn_cached *lines;
    size_t n_bytes;
    uint32_t depth; /* of counts in evaluation: lines in use are never dropped below the top */
};

/* An evaluation over a cube for a row whose period is the column, in the caller's memory; it needs no atn_eval_free. */
atn_eval atn_eval_over_cube(const attain_plan *plan, const atn_cube *cube, uint32_t column);

/* The terms of numerator and denominator on one scale. */
typedef struct atn_pair_request {
    uint32_t indicator, within;
    const atn_pair_term *terms;
    uint32_t n_terms;
    bool by_slot;
} atn_pair_request;

/* The pairs at and under the unit. Over a cube, where nothing is absent, they say only whether one is over 1. */
attain_status atn_eval_pair(atn_eval *eval, const atn_pair_request *request, uint32_t unit,
                            const attain_period *days, int32_t as_of_day, const atn_group *group,
                            atn_pair *pair, attain_error *err);

#endif
