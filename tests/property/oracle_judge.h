/* Between the two halves of the oracle's scorecard: oracle_judge.c judges one reading, oracle_rows.c says which rows there are. */
#ifndef PROPERTY_ORACLE_JUDGE_H
#define PROPERTY_ORACLE_JUDGE_H

#include "oracle.h"

/* The period that a row is about. */
typedef struct when {
    span due;   /* F */
    span p;     /* what is looked at */
    span whole; /* what the row is called: P before it is cut, without `since` */
    bool is_cut, not_due;
    bool inherited;
    bool not_begun; /* `since` begins after P's last day */
} when;

/* One reading at one unit, judged. */
typedef struct judgement {
    cell_out number[N_NUMBER_COLUMNS];
    attain_verdict verdict;
    unsigned reasons, flags;
    attain_pace pace;
    int reported, expected, missing;
    attain_state state;
} judgement;

judgement oracle_judge(const world *w, const target *t, const reading *rd, int unit_index, const when *at,
                       int as_of, int digits);

#endif
