/* Batch: rows of one sheet and one day that a correction has changed, with what their cells follow from. */
#ifndef ATN_SCORE_BOARD_BATCH_H
#define ATN_SCORE_BOARD_BATCH_H

#include "score/board_parts.h"

enum { ATN_BATCH_ROWS = 64 };

typedef struct atn_batch {
    const atn_sheet *sheet;
    uint32_t day;
    bool only_values;   /* no count has changed */
    bool any_gap;       /* in some row something is absent, of P */
    bool n_stays;       /* N is in all rows what it was; likewise D */
    bool d_stays;
    bool may_be_same;   /* as far as the day is concerned: */
    bool same_validity; /* cells that were empty or infinite are so again, and no others */
    int64_t n_by, d_by; /* the change of both */
    bool has_quotients; /* quotient holds N/D: value, and without gaps low and high too */
    double quotient[ATN_BATCH_ROWS];
    size_t n;
    size_t row[ATN_BATCH_ROWS]; /* of the table */
    uint32_t unit[ATN_BATCH_ROWS];
    uint8_t mark[ATN_BATCH_ROWS];
    /* N and D of P, figures and low ends; D is 1 where there is none */
    int64_t n_value[ATN_BATCH_ROWS], d_value[ATN_BATCH_ROWS];
    int64_t n_sure[ATN_BATCH_ROWS], d_sure[ATN_BATCH_ROWS];
    uint8_t n_gap[ATN_BATCH_ROWS], d_gap[ATN_BATCH_ROWS]; /* atn_gap */
    uint8_t state[ATN_BATCH_ROWS];                        /* attain_state */
    /* of the baseline */
    int64_t n_base[ATN_BATCH_ROWS], d_base[ATN_BATCH_ROWS];
    bool has_base[ATN_BATCH_ROWS];
} atn_batch;

/* Fills the cells of the rows. false: the column is not among those that are filled here, or some cell is not; nothing is lost by
 * having begun. Only while doubles are divided to nearest. */
bool atn_batch_put(atn_batch *b, const atn_cells *to);

#endif
