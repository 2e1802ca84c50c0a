/* Batch: rows of one sheet and one day that a correction has changed, with what their cells follow from. */
#ifndef ATN_SCORE_BOARD_BATCH_H
#define ATN_SCORE_BOARD_BATCH_H

#include "score/board_parts.h"

enum { ATN_BATCH_ROWS = 64 };

/* ---- numbers: exact doubles where the parts are small, else bulk.h. Only while doubles are divided to nearest. ---- */

double atn_batch_far_quotient(int64_t num, int64_t den, atn_fraction64 by);
int atn_batch_far_compare(int64_t num, int64_t den, atn_fraction64 level);

/* A product of whole numbers that is rounded to less than 2^53 was not rounded. */
static inline bool atn_batch_exact(double product)
{
    return product < 0x1p53 && product > -0x1p53;
}

/* The double nearest to num * by.num / (den * by.den); 0 for a den of 0. IEEE arithmetic rounds one division correctly. */
static inline double atn_batch_quotient(int64_t num, int64_t den, atn_fraction64 by)
{
    const double above = (double)num * (double)by.num;
    const double below = (double)den * (double)by.den;
    if (den == 0 || by.num == 0) {
        return 0.0;
    }
    return atn_batch_exact(above) && atn_batch_exact(below) ? above / below + 0.0 /* no -0 */
                                                            : atn_batch_far_quotient(num, den, by);
}

/* The sign of num / den - level; 0 for a den of 0. */
static inline int atn_batch_compare(int64_t num, int64_t den, atn_fraction64 level)
{
    const double left = (double)num * (double)level.den;
    const double right = (double)den * (double)level.num;
    if (den == 0) {
        return 0;
    }
    return atn_batch_exact(left) && atn_batch_exact(right) ? (left > right) - (left < right)
                                                           : atn_batch_far_compare(num, den, level);
}

/* ---- batches ---- */

typedef struct atn_batch {
    const atn_sheet *sheet;
    uint32_t day;
    bool only_values; /* no count has changed */
    bool any_gap;     /* in some row something is absent, of P */
    bool n_stays;     /* N is in all rows what it was; likewise D */
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

/* The same for the rows of a sheet on one day in which one figure has changed, nothing is absent and nothing divides by 0, before and
 * after: then only a few columns change, and in no cell whether it is empty. false: some row or column is not so; nothing is lost. */
bool atn_board_put_plain(attain_board *board, const atn_segment *segment, const atn_sheet *sheet,
                         uint32_t day, int64_t n_by, int64_t d_by);

#endif
