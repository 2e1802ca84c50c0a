/* Block: up to SHEET_ROWS rows of a sheet side by side, as the loops over columns take them.
 *
 *   rows      unit 0: day 0 1 2 | unit 1: day 0 1 2 | ...        as in the slabs, if the sheet is whole
 *   n[]  d[]  state[]  gaps[]   b_n[]  b_d[]                     read or gathered when asked for
 *
 * Most blocks are complete: nothing is absent and every unit belongs there. Then low = value = high, and whether D is 0 is all there is
 * to ask. The others go row by row through the same rules as a range. */
#ifndef ATN_SCORE_SHEET_BLOCK_H
#define ATN_SCORE_SHEET_BLOCK_H

#include "number/bulk.h"
#include "score/kernel_sheet.h"
#include "score/sheet.h"

#define SHEET_ROWS ATN_SHEET_ROWS
#define SHEET_DAYS 256 /* of a sheet, at most */

typedef enum sheet_gap {
    GAP_N = 1,    /* N has no upper end */
    GAP_D = 2,    /* D has none */
    GAP_OPEN = 4, /* something expected is absent: not only unknown */
    GAP_NO_N = 8, /* no figure */
    GAP_NO_D = 16
} sheet_gap;

/* N and D of rows, of P or of the baseline. Where the sheet has no denominator D is 1. States and gaps are of incomplete blocks only:
 * in a complete one the state follows from whether D is 0. */
typedef struct sheet_side {
    const int64_t *n, *d;           /* figures */
    const int64_t *n_sure, *d_sure; /* low ends */
    uint8_t state[SHEET_ROWS];      /* attain_state */
    uint8_t gaps[SHEET_ROWS];       /* sheet_gap */
    int64_t room[4][SHEET_ROWS];
} sheet_side;

typedef struct sheet_block {
    const atn_sheet *sheet;
    uint32_t first, n_units; /* positions */
    size_t n;                /* rows */
    bool complete;           /* P, and the baseline where there is one */
    bool has_p, has_b;       /* read */
    sheet_side p, b;
    uint32_t column[SHEET_DAYS];
} sheet_block;

/* The next block of rows [row, end): of whole units, into which rows are filled as they are, or of one unit that the range cuts. */
typedef struct sheet_piece {
    uint32_t first, n_units; /* positions of the block */
    size_t skip, n;          /* rows of it that are wanted */
    bool is_cut;
} sheet_piece;
sheet_piece atn_block_next(const atn_sheet *sheet, size_t row, size_t end);
/* Sets the block to positions [first, first + n_units). Nothing is read yet; what is read once stays. */
void atn_block_set(sheet_block *block, const atn_sheet *sheet, uint32_t first, uint32_t n_units);
/* Reads N and D, and of incomplete blocks states and gaps. */
void atn_block_read(sheet_block *block);
/* Reads those of the baseline. */
void atn_block_read_base(sheet_block *block);
/* N or D of P alone; and where there is a figure and the unit is there. */
const int64_t *atn_block_figures(sheet_block *block, uint32_t slot);
void atn_block_has_figures(const sheet_block *block, uint32_t slot, uint8_t *has);
/* One of the cube's counts for every row: from its slab, gathered into room unless it lies there as it is. */
const uint32_t *atn_block_counts(const sheet_block *block, const uint32_t *from, uint32_t *room);

static inline unsigned atn_block_state(const sheet_block *block, const sheet_side *side, size_t row)
{
    const bool is_zero = side->d[row] == 0;
    return !block->complete ? side->state[row]
           : is_zero        ? (unsigned)ATTAIN_STATE_ZERO_DENOMINATOR
                            : (unsigned)ATTAIN_STATE_OK;
}

/* Does the row have a baseline? */
static inline bool atn_block_has_base(const sheet_block *block, size_t row)
{
    const atn_sheet *const sheet = block->sheet;
    return sheet->base == ATN_BASE_STATED ||
           (sheet->base == ATN_BASE_PERIOD && atn_block_state(block, &block->b, row) == ATTAIN_STATE_OK &&
            sheet->days[row % sheet->n_days].baseline_is_over);
}

/* Two fractions side by side are products of int64. Up to this a product of two is below 2^62, and a difference of two such
 * products fits. */
#define SHEET_NARROW ((INT64_C(1) << 31) - 1)
/* Fills the states of P in a complete block, for those who want them one by one. */
void atn_block_set_states(sheet_block *block);

/* ---- outcomes: what a row comes to, in a byte ---- */

/* verdict | state << 2 | why << 5, or OUTCOME_JUDGE */
enum {
    WHY_NOTHING,
    WHY_NO_BASELINE,
    WHY_NOT_POSITIVE,
    WHY_MISSING,
    WHY_INFEASIBLE = WHY_NO_BASELINE /* not met */
};
#define OUTCOME(verdict, state, why) \
    ((uint8_t)((unsigned)(verdict) | (unsigned)(state) << 2 | (unsigned)(why) << 5))
#define OUTCOME_JUDGE ((uint8_t)0x80)
#define OUTCOME_VERDICT(outcome) ((outcome)&3u)
#define OUTCOME_STATE(outcome) ((outcome) >> 2 & 7u)
#define OUTCOME_WHY(outcome) ((outcome) >> 5 & 3u)

/* attain_reason of an outcome, but for those that are left to the judge. */
uint32_t atn_outcome_reasons(unsigned outcome);
/* Reads what it needs. */
void atn_block_outcomes(sheet_block *block, uint8_t *outcome);

/* ---- cells, for the files that fill columns ---- */

/* The judge's word on one row. */
void atn_block_judge_cell(const sheet_block *block, size_t row, atn_number_column column, double *values,
                          uint8_t *valid);
int64_t atn_block_judge_integer(const sheet_block *block, size_t row, attain_column column);
void atn_block_put_none(const sheet_block *block, double *values, uint8_t *valid);
/* num / den * by; by.num may be 0 or negative. */
void atn_block_put_ratio(const sheet_block *block, const int64_t *num, const int64_t *den, atn_fraction64 by,
                         double *values);
/* Rows that have a value, or that at least may be compared, and a baseline; and one from which the level follows. */
void atn_block_valid_based(const sheet_block *block, bool needs_value, uint8_t *valid);
void atn_block_valid_level(const sheet_block *block, bool needs_value, uint8_t *valid);
/* Empties the cells that are not valid. */
void atn_block_clear(const sheet_block *block, double *values, const uint8_t *valid);
/* The greatest whole number that is not above of * times, and what is left: a part of of.den. false: it is too large to be told. */
bool atn_block_floor(atn_fraction64 of, int64_t times, int64_t *floor, int64_t *rest);
/* Signs of b - level where the level is a constant, else 0; and whether b meets the level, by its sign. */
void atn_block_base_signs(const sheet_block *block, int8_t *sign);
bool atn_block_base_meets(const sheet_block *block, size_t i, int sign);

/* ---- columns of the block's rows (sheet_numbers.c, sheet_way.c, sheet_words.c) ---- */

void atn_block_doubles(sheet_block *block, atn_number_column column, double *values, uint8_t *valid);
void atn_block_integers(sheet_block *block, attain_column column, int64_t *values);
/* Those that follow from the baseline, or are empty without one: change, progress, path; level and attainment of changes. */
void atn_block_from_base(sheet_block *block, atn_number_column column, double *values, uint8_t *valid);
void atn_block_paces(sheet_block *block, const uint8_t *outcome, int64_t *values);
void atn_block_flags(sheet_block *block, int64_t *values);

#endif
