/* Judge: one reading of one target at one unit, from its value and baseline to a verdict, and the columns
 * that go with it. */
#ifndef ATN_SCORE_JUDGE_H
#define ATN_SCORE_JUDGE_H

#include "score/value.h"

/* The number columns of a scorecard, in the order of attain_column from ATTAIN_COL_NUMERATOR on. */
typedef enum atn_number_column {
    ATN_NUM_NUMERATOR,
    ATN_NUM_DENOMINATOR,
    ATN_NUM_VALUE,
    ATN_NUM_LOW,
    ATN_NUM_HIGH,
    ATN_NUM_BASELINE,
    ATN_NUM_LEVEL,
    ATN_NUM_LEVEL_HIGH,
    ATN_NUM_ATTAINMENT,
    ATN_NUM_PROGRESS,
    ATN_NUM_CHANGE,
    ATN_NUM_CHANGE_RELATIVE,
    ATN_NUM_GAP,
    ATN_NUM_PATH,
    ATN_NUM_COUNT
} atn_number_column;

typedef enum atn_cell_kind {
    ATN_CELL_EMPTY = 0,
    ATN_CELL_NUMBER = 1,
    ATN_CELL_PLUS_INFINITE = 2,
    ATN_CELL_MINUS_INFINITE = 3
} atn_cell_kind;

typedef struct atn_judgement {
    attain_verdict verdict;
    attain_pace pace;
    uint32_t reasons, flags;
    atn_value value;
    atn_value baseline;            /* where has_baseline */
    bool has_baseline;             /* a value b exists; `baseline.low/high` its range */
    bool baseline_asked;           /* the text names a baseline */
    attain_period baseline_period; /* type NONE for `since`: the eve */
    atn_cell_kind kind[ATN_NUM_COUNT];
    atn_ratio number[ATN_NUM_COUNT];
    atn_ratio limit; /* where the gap is a number: the N that the level needs or allows, in N's own units */
    int64_t reported, expected, missing; /* -1: empty */
} atn_judgement;

/* P from F and A (semantics.md section 4). as_of.type NONE: judged at F. */
atn_row_period atn_row_period_of(attain_period due, attain_period as_of);

typedef struct atn_judge_request {
    uint32_t target, reading; /* reading: index in model->readings */
    uint32_t unit;
    atn_row_period period;
    int32_t as_of_day;
    bool out_of_scope;  /* the unit is not valid on P's last day */
    int printed_digits; /* >= 0, or -1: atn_default_digits */
    bool printed_shown;
    attain_rounding printed_rounding;
} atn_judge_request;

attain_status atn_judge_reading(atn_eval *eval, const atn_judge_request *request, atn_judgement *out,
                                attain_error *err);
/* A milestone has no number. */
void atn_judge_milestone(const atn_model *model, uint32_t target, const atn_row_period *period,
                         atn_judgement *out);
/* One verdict from those of the readings; columns that differ are emptied. n >= 1; all[0] becomes the whole.
 */
void atn_judge_combine(atn_judgement *all, uint32_t n);

/* The level(s) that a reading asks for, worst and best over the baseline's range. */
typedef struct atn_level {
    bool has;                  /* there is a number to compare with */
    atn_bound lowest, highest; /* of the level over the worlds of the baseline */
    atn_ratio level;           /* at the baseline's value: the column */
    bool has_column;
    bool has_high;
    atn_ratio high; /* second end */
} atn_level;
void atn_level_of(const atn_reading *reading, const atn_judgement *judged, atn_level *out);
/* Verdict of one exact value v against the reading: 1 met, 0 not met, -1 no tolerance. */
int atn_level_meets(const atn_reading *reading, const atn_level *level, const atn_ratio *v,
                    const atn_ratio *baseline);
/* Fills change, attainment, progress, gap, path, pace, rounding_flips. */
void atn_judge_columns(const atn_model *model, const atn_judge_request *request, const atn_level *level,
                       atn_judgement *out);

/* Decimals of a value when none are asked for: 6, and as it is shown 1 for percentages and 2 for others. */
unsigned atn_default_digits(bool shown, bool in_percent);
/* Options say 0 for the default and -1 for none, so that a zeroed struct asks for the default; inside, -1 is the default and
 * 0 is none. */
int atn_digits_of_option(int digits);

/* Part of the time from baseline to F that has passed at P's end, done of all steps; false if it cannot be told. */
bool atn_judge_elapsed(const atn_row_period *period, attain_period due, attain_period base, int64_t *done,
                       int64_t *all);

void atn_judge_set(atn_judgement *judged, atn_number_column column, const atn_ratio *value);

#endif
