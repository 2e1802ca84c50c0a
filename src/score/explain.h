/* What explain.c and explain_parts.c share: a writer of explanations with the caller's number format. */
#ifndef ATN_SCORE_EXPLAIN_H
#define ATN_SCORE_EXPLAIN_H

#include "number/decimal.h"
#include "score/table.h"

typedef struct atn_explainer {
    const attain_plan *plan;
    const attain_facts *facts;
    const atn_model *model;
    atn_eval *eval;
    atn_buf *out;
    attain_print_options print;
    unsigned digits;
    uint32_t max_items;
} atn_explainer;

/* "  label     " of a line. */
void atn_explain_label(atn_explainer *x, const char *label);
void atn_explain_value(atn_explainer *x, atn_manner manner, const atn_ratio *value);
/* The line of plain arithmetic: "1,874 persons / 9,389,717 persons = 1 per 5,010.52; ...". */
void atn_explain_arithmetic(atn_explainer *x, const atn_reading *reading, const atn_judgement *judged);
/* What went into a form at the unit, and what is absent, line by line. */
attain_status atn_explain_form(atn_explainer *x, const char *label, const atn_form *form, uint32_t unit,
                               const attain_period *days, int32_t as_of_day, attain_error *err);
/* Rules that applied: one line per flag. */
void atn_explain_flags(atn_explainer *x, uint32_t flags);
/* What would settle an open verdict: one line per reason. */
void atn_explain_settle(atn_explainer *x, uint32_t target, const atn_judgement *judged);

#endif
