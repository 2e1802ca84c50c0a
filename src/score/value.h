/* Value: what an indicator is worth at a unit over a period, and the range of it in every world that the data
 * allow.
 *
 * A quantity is a linear form evaluated at one unit. Bounds, for ATN_WIDE_BITS: a measure's sum is below
 * 2^127; scales below 10^20 (67 bits); so N and D stay below 2^203 over 10^20, v below 203 over 203 bits, a
 * level from a baseline below 270 over 240, progress below 646 over 677. */
#ifndef ATN_SCORE_VALUE_H
#define ATN_SCORE_VALUE_H

#include "facts/facts.h"
#include "model/model.h"

/* The period of a row: `label` is printed; days are cut at the as-of day and extended by `since`. */
typedef struct atn_row_period {
    attain_period label;
    attain_period days; /* start_day and end_day count */
    bool partial;       /* cut at A */
    bool not_due;
    bool is_valid; /* false: no period can be given (no due, no facts) */
} atn_row_period;

typedef struct atn_quantity {
    atn_ratio value;
    atn_bound low, high;
    bool has_value;  /* every term has a figure */
    uint8_t flags;   /* atn_line_flag, of all terms */
    bool unseen;     /* a term has no figure and no report of it was declared: its gap cannot be seen */
    bool unexpected; /* a term has no figure and none is expected: it may be anything */
    bool no_units;   /* a count over a type of which the plan has no unit */
    bool is_exact;   /* low = high */
} atn_quantity;

typedef struct atn_value {
    attain_state state;
    bool has_n, has_d, has_value;
    atn_ratio n, d, value; /* n, d in plain units (percent / 100); value annualised */
    atn_bound low, high;
    bool has_range; /* low and high mean something */
    bool d_may_be_zero;
    bool unseen;                     /* N or D is: without a value nothing can be said */
    uint8_t line_flags;              /* atn_line_flag */
    uint32_t flags;                  /* attain_flag: estimated, not_last, over_one, groups_incomplete */
    int64_t n_reported, n_expected;  /* -1: nothing declares `reported` */
    uint32_t annual_num, annual_den; /* value = n / d * annual_num / annual_den */
} atn_value;

/* A group of `--by`: members of categories and attributes that must hold as well. A measure without the
 * category is not narrowed by it (the population under full-time workers is the whole population). */
#define ATN_MAX_BY 8
typedef struct atn_group {
    uint32_t category[ATN_MAX_BY], category_member[ATN_MAX_BY];
    uint32_t n_categories;
    uint32_t attribute[ATN_MAX_BY], attribute_member[ATN_MAX_BY];
    uint32_t n_attributes;
} atn_group;

/* Caches the lines of one evaluation run. A line is known by its group's address: groups must outlive the
 * run. */
typedef struct atn_eval atn_eval;

attain_status atn_eval_new(const attain_plan *plan, const attain_facts *facts, atn_eval **out,
                           attain_error *err);
void atn_eval_free(atn_eval *eval);
const attain_plan *atn_eval_plan(const atn_eval *eval);

/* The indicator at the unit; within != ATN_NONE: its denominator is the numerator of that indicator. group:
 * NULL for the whole. */
attain_status atn_eval_indicator(atn_eval *eval, uint32_t indicator, uint32_t within, uint32_t unit,
                                 const attain_period *days, int32_t as_of_day, const atn_group *group,
                                 atn_value *out, attain_error *err);
/* A linear form at the unit. */
attain_status atn_eval_form(atn_eval *eval, const atn_form *form, uint32_t unit, const attain_period *days,
                            int32_t as_of_day, const atn_group *group, atn_quantity *out, attain_error *err);
/* The line of one measure term (borrowed until the next call on eval). Over facts only. */
attain_status atn_eval_line(atn_eval *eval, uint32_t measure, const uint32_t *picks, uint32_t n_picks,
                            const attain_period *days, int32_t as_of_day, const atn_group *group,
                            const atn_sum **line, attain_error *err);
/* What one measure term is worth at the unit. */
attain_status atn_eval_sum(atn_eval *eval, uint32_t measure, const uint32_t *picks, uint32_t n_picks,
                           uint32_t unit, const attain_period *days, int32_t as_of_day,
                           const atn_group *group, atn_sum *sum, attain_error *err);

/* Units of a count at and under every unit: borrowed like lines. */
typedef struct atn_tally {
    uint32_t n_true, n_unknown, n_units;
} atn_tally;
attain_status atn_eval_count(atn_eval *eval, uint32_t count, const attain_period *days, int32_t as_of_day,
                             const atn_group *group, const atn_tally **tallies, attain_error *err);
/* Truth of a predicate at one unit: 0 false, 1 true, 2 unknown. */
attain_status atn_eval_predicate(atn_eval *eval, uint32_t index, uint32_t unit, const attain_period *days,
                                 int32_t as_of_day, int *truth, attain_error *err);
/* Value of a reference by rule over the days; *has false before its first step. `hardest`: for WORST, +1
 * takes the largest step, -1 the smallest. */
void atn_reference_value(const atn_reference *reference, atn_reference_rule rule, int hardest,
                         const attain_period *days, atn_ratio *out, bool *has);
/* All measure terms are percent measures: the form is shown in percent. */
bool atn_form_is_percent(const atn_model *model, const atn_form *form);

#endif
