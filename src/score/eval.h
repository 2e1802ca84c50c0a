/* What form.c and value.c share beyond value.h: the cache of share pairs. */
#ifndef ATN_SCORE_EVAL_H
#define ATN_SCORE_EVAL_H

#include "score/value.h"

#define ATN_EVAL_MAX_PICKS 16

/* The terms of numerator and denominator on one scale. */
typedef struct atn_pair_request {
    uint32_t indicator, within;
    const atn_pair_term *terms;
    uint32_t n_terms;
    bool by_slot;
} atn_pair_request;

/* Pairs of every unit: borrowed like lines. */
attain_status atn_eval_pairs(atn_eval *eval, const atn_pair_request *request, const attain_period *days,
                             int32_t as_of_day, const atn_group *group, const atn_pair **pairs,
                             attain_error *err);

#endif
