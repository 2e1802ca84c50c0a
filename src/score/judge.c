/* Judging: the rule "a verdict is given only if it holds in every world that the text and the data allow".
 *
 *          low ───────── value ───────── high          the value's range
 *                 ▲                                     level
 *   at least:  low >= level met · high < level not_met · else undetermined (bound, depends_on_missing)
 *
 * A level from a baseline has a range of its own; it is compared end against end, the outer bound of
 * semantics.md section 3.5. */
#include "score/judge.h"

#include <string.h>

/* ---- which period ---- */

static attain_period year_to_date(int32_t end_day)
{
    const attain_period year = atn_period_of_day(ATTAIN_PERIOD_YEAR, 0, end_day);
    if (year.end_day == end_day) {
        return year;
    }
    return (attain_period){.start_day = year.start_day,
                           .end_day = end_day,
                           .type = ATTAIN_PERIOD_RANGE,
                           .end_type = ATTAIN_PERIOD_DAY};
}

atn_row_period atn_row_period_of(attain_period due, attain_period as_of)
{
    atn_row_period out;
    memset(&out, 0, sizeof out);
    if (due.type == ATTAIN_PERIOD_NONE) {
        out.label = atn_period_end(as_of);
        out.days = out.label;
        out.is_valid = as_of.type != ATTAIN_PERIOD_NONE;
        return out;
    }
    const attain_period end = atn_period_end(due);
    const bool is_date = end.type == ATTAIN_PERIOD_DAY;
    out.is_valid = true;
    out.not_due = as_of.type != ATTAIN_PERIOD_NONE && as_of.end_day < end.end_day;
    if (!out.not_due) {
        out.label = is_date ? year_to_date(end.end_day) : end;
    } else if (is_date) {
        out.label = atn_period_of_day(ATTAIN_PERIOD_YEAR, 0, as_of.end_day);
    } else {
        out.label = atn_period_of_day((attain_period_type)end.type, end.start_month, as_of.end_day);
    }
    out.days = out.label;
    if (out.not_due && out.days.end_day > as_of.end_day) {
        out.days.end_day = as_of.end_day;
        out.partial = true;
    }
    return out;
}

/* ---- levels ---- */

/* An open end times 0 is 0: the figure is finite in every world. */
static void bound_multiply(atn_bound *bound, const atn_ratio *factor)
{
    const int sign = atn_ratio_sign(factor);
    if (bound->infinite == 0) {
        atn_ratio_mul(&bound->r, &bound->r, factor);
    } else if (sign == 0) {
        const atn_ratio zero = atn_ratio_zero();
        *bound = atn_bound_of(&zero);
    } else if (sign < 0) {
        bound->infinite = -bound->infinite;
    }
}

static void bound_shift(atn_bound *bound, const atn_ratio *by)
{
    if (bound->infinite == 0) {
        atn_ratio_add(&bound->r, &bound->r, by);
    }
}

/* Level of up/down by an amount: b * (1 ± p) or b ± points, on both ends of b's range. */
static void level_from_baseline(const atn_reading *reading, const atn_judgement *judged, atn_level *out)
{
    if (!judged->has_baseline || reading->change_kind == ATN_AMOUNT_NONE) {
        return;
    }
    if (reading->change_kind == ATN_AMOUNT_RELATIVE && atn_ratio_sign(&judged->baseline.value) <= 0) {
        return; /* 30 % more than 0 is no level; the baseline and the change in figures are known all the same */
    }
    const atn_ratio zero = atn_ratio_zero();
    atn_ratio amount = reading->change;
    if (reading->op == ATN_OP_DOWN) {
        atn_ratio_sub(&amount, &zero, &amount);
    }
    out->has = out->has_column = true;
    out->level = judged->baseline.value;
    out->lowest = judged->baseline.low;
    out->highest = judged->baseline.high;
    if (reading->change_kind == ATN_AMOUNT_RELATIVE) {
        const atn_ratio one = atn_ratio_from_i64(1);
        atn_ratio_add(&amount, &amount, &one);
        atn_ratio_mul(&out->level, &out->level, &amount);
        bound_multiply(&out->lowest, &amount);
        bound_multiply(&out->highest, &amount);
        if (atn_ratio_sign(&amount) < 0) {
            const atn_bound swap = out->lowest;
            out->lowest = out->highest;
            out->highest = swap;
        }
    } else {
        atn_ratio_add(&out->level, &out->level, &amount);
        bound_shift(&out->lowest, &amount);
        bound_shift(&out->highest, &amount);
    }
}

/* T - e and T + e; e is in points or relative to T. */
static void level_band(const atn_reading *reading, atn_level *out)
{
    atn_ratio margin = reading->tolerance;
    if (reading->tolerance_kind == ATN_AMOUNT_NONE) {
        margin = atn_ratio_zero();
    } else if (reading->tolerance_kind == ATN_AMOUNT_RELATIVE) {
        atn_ratio_mul(&margin, &margin, &reading->level);
    }
    atn_ratio_sub(&out->level, &reading->level, &margin);
    if (reading->op == ATN_OP_ABOUT) {
        atn_ratio_add(&out->high, &reading->level, &margin);
        out->has_high = reading->tolerance_kind != ATN_AMOUNT_NONE;
    }
}

void atn_level_of(const atn_reading *reading, const atn_judgement *judged, atn_level *out)
{
    memset(out, 0, sizeof *out);
    out->level = out->high = atn_ratio_zero();
    if (reading->op == ATN_OP_UP || reading->op == ATN_OP_DOWN) {
        level_from_baseline(reading, judged, out);
        return;
    }
    if (reading->op == ATN_OP_NOT_QUANTIFIED) {
        return;
    }
    out->has = out->has_column = true;
    out->level = reading->level;
    if (reading->op == ATN_OP_BETWEEN) {
        out->high = reading->level_high;
        out->has_high = true;
    } else if (reading->op == ATN_OP_ABOUT || reading->at_least_about) {
        level_band(reading, out);
    }
    out->lowest = out->highest = atn_bound_of(&out->level);
}

/* ---- the rule over a range ---- */

enum { RULE_NOT_MET = 0, RULE_MET = 1, RULE_OPEN = -1, RULE_NO_TOLERANCE = -2 };

/* Met at every value in [low, high] against every level in [lowest, highest]? strict: equality does not meet.
 */
static int rule_at_least(const atn_bound *low, const atn_bound *high, const atn_bound *lowest,
                         const atn_bound *highest, bool strict)
{
    const int worst = atn_bound_compare(low, highest);
    const int best = atn_bound_compare(high, lowest);
    if (worst > 0 || (worst == 0 && !strict)) {
        return RULE_MET;
    }
    return best < 0 || (best == 0 && strict) ? RULE_NOT_MET : RULE_OPEN;
}

static int rule_at_most(const atn_bound *low, const atn_bound *high, const atn_bound *lowest,
                        const atn_bound *highest, bool strict)
{
    const int worst = atn_bound_compare(high, lowest);
    const int best = atn_bound_compare(low, highest);
    if (worst < 0 || (worst == 0 && !strict)) {
        return RULE_MET;
    }
    return best > 0 || (best == 0 && strict) ? RULE_NOT_MET : RULE_OPEN;
}

static int rule_between(const atn_bound *low, const atn_bound *high, const atn_ratio *from,
                        const atn_ratio *to)
{
    if (atn_bound_compare_ratio(low, from) >= 0 && atn_bound_compare_ratio(high, to) <= 0) {
        return RULE_MET;
    }
    return atn_bound_compare_ratio(high, from) < 0 || atn_bound_compare_ratio(low, to) > 0 ? RULE_NOT_MET
                                                                                           : RULE_OPEN;
}

/* `about` without a tolerance: met only where every tolerance agrees. */
static int rule_without_tolerance(const atn_reading *reading, const atn_bound *low, const atn_bound *high)
{
    if (atn_bound_compare_ratio(low, &reading->level) >= 0 &&
        (reading->at_least_about || atn_bound_compare_ratio(high, &reading->level) <= 0)) {
        return RULE_MET;
    }
    return RULE_NO_TOLERANCE;
}

static int rule_over_range(const atn_reading *reading, const atn_level *level, const atn_bound *low,
                           const atn_bound *high)
{
    const bool lacks_tolerance = reading->tolerance_kind == ATN_AMOUNT_NONE;
    switch (reading->op) {
    case ATN_OP_AT_LEAST:
        if (reading->at_least_about && lacks_tolerance) {
            return rule_without_tolerance(reading, low, high);
        }
        return rule_at_least(low, high, &level->lowest, &level->highest, false);
    case ATN_OP_UP:
        return rule_at_least(low, high, &level->lowest, &level->highest,
                             reading->change_kind == ATN_AMOUNT_NONE);
    case ATN_OP_DOWN:
        return rule_at_most(low, high, &level->lowest, &level->highest,
                            reading->change_kind == ATN_AMOUNT_NONE);
    case ATN_OP_AT_MOST: return rule_at_most(low, high, &level->lowest, &level->highest, false);
    case ATN_OP_MORE_THAN: return rule_at_least(low, high, &level->lowest, &level->highest, true);
    case ATN_OP_LESS_THAN: return rule_at_most(low, high, &level->lowest, &level->highest, true);
    case ATN_OP_EXACTLY: return rule_between(low, high, &level->level, &level->level);
    case ATN_OP_BETWEEN: return rule_between(low, high, &level->level, &level->high);
    case ATN_OP_ABOUT:
        return lacks_tolerance ? rule_without_tolerance(reading, low, high)
                               : rule_between(low, high, &level->level, &level->high);
    case ATN_OP_NOT_QUANTIFIED: return RULE_OPEN;
    }
    return RULE_OPEN;
}

/* Direction only: the baseline itself is what must be passed. */
static void level_of_direction(const atn_reading *reading, const atn_judgement *judged, atn_level *level)
{
    const bool is_change = reading->op == ATN_OP_UP || reading->op == ATN_OP_DOWN;
    if (is_change && reading->change_kind == ATN_AMOUNT_NONE && judged->has_baseline) {
        level->has = true;
        level->lowest = judged->baseline.low;
        level->highest = judged->baseline.high;
    }
}

int atn_level_meets(const atn_reading *reading, const atn_level *level, const atn_ratio *v,
                    const atn_ratio *baseline)
{
    atn_level exact = *level;
    const bool is_change = reading->op == ATN_OP_UP || reading->op == ATN_OP_DOWN;
    exact.lowest = exact.highest =
        atn_bound_of(is_change && reading->change_kind == ATN_AMOUNT_NONE ? baseline : &level->level);
    const atn_bound at = atn_bound_of(v);
    const int rule = rule_over_range(reading, &exact, &at, &at);
    return rule == RULE_NO_TOLERANCE ? -1 : rule;
}

/* ---- baseline ---- */

static bool asks_change(const atn_reading *reading)
{
    return reading->op == ATN_OP_UP || reading->op == ATN_OP_DOWN;
}

static bool is_relative(const atn_reading *reading)
{
    return asks_change(reading) && reading->change_kind == ATN_AMOUNT_RELATIVE;
}

static void stated_baseline(const atn_base *base, atn_judgement *out)
{
    memset(&out->baseline, 0, sizeof out->baseline);
    out->baseline.has_value = true;
    out->baseline.value = base->stated;
    out->baseline.low = out->baseline.high = atn_bound_of(&base->stated);
    out->baseline.has_range = true;
    out->has_baseline = true;
}

/* b: of `over`, else `baseline`, else for `since` 0 on the eve. */
static attain_status find_baseline(atn_eval *eval, const atn_judge_request *request, atn_judgement *out,
                                   attain_error *err)
{
    const atn_model *const model = &atn_eval_plan(eval)->model;
    const atn_reading *const reading = &model->readings[request->reading];
    const atn_base *base = &reading->over;
    if (base->kind == ATN_BASE_NONE) {
        base = &model->targets[request->target].baseline;
    }
    out->baseline_asked = base->kind != ATN_BASE_NONE;
    out->baseline_period = base->period;
    if (base->kind == ATN_BASE_STATED) {
        stated_baseline(base, out);
    } else if (base->kind == ATN_BASE_PERIOD) {
        ATN_TRY(atn_eval_indicator(eval, reading->indicator, reading->within, request->unit, &base->period,
                                   request->as_of_day, NULL, &out->baseline, err));
        /* A baseline period that has not ended at A is only partly reported: a part of a year is no baseline. Neither is the
         * count of 0 of a unit that was not there yet. */
        out->has_baseline = out->baseline.has_value && base->period.end_day <= request->as_of_day &&
                            atn_unit_is_valid(model, request->unit, base->period.end_day);
    } else if (base->kind == ATN_BASE_NONE && reading->since.type != ATTAIN_PERIOD_NONE) {
        atn_base eve;
        memset(&eve, 0, sizeof eve);
        eve.stated = atn_ratio_zero();
        stated_baseline(&eve, out);
        out->baseline_period.end_day = reading->since.start_day - 1;
        out->baseline_period.start_day = out->baseline_period.end_day;
    }
    return ATTAIN_OK;
}

/* A merge or split of this unit between the baseline and P. */
static bool crosses_event(const atn_model *model, const atn_judge_request *request,
                          const atn_judgement *judged)
{
    if (!model->units[request->unit].in_event) {
        return false;
    }
    for (uint32_t i = 0; i < model->n_boundaries; i++) {
        const atn_boundary *const event = &model->boundaries[i];
        const bool is_between =
            event->day > judged->baseline_period.end_day && event->day <= request->period.days.end_day;
        bool is_named = false;
        for (uint32_t k = 0; k < event->n_from; k++) {
            is_named = is_named || event->from[k] == request->unit;
        }
        for (uint32_t k = 0; k < event->n_to; k++) {
            is_named = is_named || event->to[k] == request->unit;
        }
        if (event->kind != ATN_BOUNDARY_RENAME && is_between && is_named) {
            return true;
        }
    }
    return false;
}

static bool form_breaks(const atn_model *model, const atn_form *form, int32_t after_day, int32_t until_day)
{
    for (uint32_t i = 0; i < form->n_terms; i++) {
        const atn_term *const term = &model->terms[form->first_term + i];
        for (uint32_t k = 0; term->kind == ATN_TERM_MEASURE && k < model->measures[term->index].n_breaks;
             k++) {
            const int32_t day = model->measures[term->index].breaks[k].day;
            if (day > after_day && day <= until_day) {
                return true;
            }
        }
    }
    return false;
}

/* Why the change over the baseline cannot be given at all; 0 if it can. */
static uint32_t change_problem(const atn_model *model, const atn_judge_request *request,
                               const atn_judgement *judged)
{
    const atn_reading *const reading = &model->readings[request->reading];
    const atn_indicator *const indicator = &model->indicators[reading->indicator];
    const int32_t after = judged->baseline_period.end_day;
    const int32_t until = request->period.days.end_day;
    const atn_form *const denominator =
        reading->within != ATN_NONE ? &model->indicators[reading->within].numerator : &indicator->denominator;
    if (crosses_event(model, request, judged)) {
        return ATTAIN_BECAUSE_BOUNDARY_EVENT;
    }
    if (form_breaks(model, &indicator->numerator, after, until) ||
        form_breaks(model, denominator, after, until)) {
        return ATTAIN_BECAUSE_SERIES_BREAK;
    }
    if (!judged->has_baseline) {
        return ATTAIN_BECAUSE_NO_BASELINE;
    }
    return is_relative(reading) && atn_ratio_sign(&judged->baseline.value) <= 0
               ? (uint32_t)ATTAIN_BECAUSE_BASELINE_NOT_POSITIVE
               : 0u;
}

/* ---- verdicts ---- */

static uint32_t reason_of_state(attain_state state)
{
    static const uint32_t reasons[] = {0,
                                       0,
                                       ATTAIN_BECAUSE_NO_DATA,
                                       ATTAIN_BECAUSE_NO_DENOMINATOR,
                                       ATTAIN_BECAUSE_ZERO_DENOMINATOR,
                                       ATTAIN_BECAUSE_NEGATIVE_DENOMINATOR,
                                       ATTAIN_BECAUSE_OUT_OF_SCOPE,
                                       ATTAIN_BECAUSE_OVERFLOW,
                                       ATTAIN_BECAUSE_NOT_EVALUATED};
    return reasons[state];
}

static uint32_t reason_of_range(const atn_value *value)
{
    return ((value->line_flags & ATN_LINE_BOUND) != 0 ? (uint32_t)ATTAIN_BECAUSE_BOUND : 0u) |
           ((value->line_flags & ATN_LINE_OPEN) != 0 ? (uint32_t)ATTAIN_BECAUSE_DEPENDS_ON_MISSING : 0u);
}

static void settle(atn_judgement *out, attain_verdict verdict, uint32_t reasons)
{
    out->verdict = verdict;
    out->reasons = reasons;
}

/* A level that a share cannot reach, in every world of its baseline. */
static bool is_infeasible(const atn_indicator *indicator, const atn_reading *reading, const atn_level *level)
{
    if (!indicator->share || !level->has_column) {
        return false;
    }
    const atn_ratio zero = atn_ratio_zero();
    const atn_ratio one = atn_ratio_from_i64(1);
    const int low_one = atn_bound_compare_ratio(&level->lowest, &one);
    const int high_zero = atn_bound_compare_ratio(&level->highest, &zero);
    switch (reading->op) {
    case ATN_OP_AT_LEAST:
    case ATN_OP_UP:
    case ATN_OP_EXACTLY:
    case ATN_OP_BETWEEN: return low_one > 0;
    case ATN_OP_MORE_THAN: return low_one >= 0;
    case ATN_OP_AT_MOST:
    case ATN_OP_DOWN: return high_zero < 0;
    case ATN_OP_LESS_THAN: return high_zero <= 0;
    case ATN_OP_ABOUT:
    case ATN_OP_NOT_QUANTIFIED: return false;
    }
    return false;
}

static void judge_range(const atn_reading *reading, const atn_level *level, atn_judgement *out)
{
    const int rule = rule_over_range(reading, level, &out->value.low, &out->value.high);
    /* A baseline that only serves progress and path decides nothing. */
    const bool by_baseline = asks_change(reading) && out->has_baseline;
    const atn_ratio zero = atn_ratio_zero();
    /* In some world there is no value, or no baseline, or (30 % more than 0) no level. */
    const bool may_be_void =
        out->value.d_may_be_zero || (by_baseline && out->baseline.d_may_be_zero) ||
        (by_baseline && is_relative(reading) && atn_bound_compare_ratio(&out->baseline.low, &zero) <= 0);
    const uint32_t data = reason_of_range(&out->value) | (by_baseline ? reason_of_range(&out->baseline) : 0u);
    const uint32_t state = reason_of_state(out->value.state);
    if (rule == RULE_NO_TOLERANCE) {
        settle(out, ATTAIN_UNDETERMINED, ATTAIN_BECAUSE_NO_TOLERANCE | state | data);
    } else if (rule == RULE_OPEN || may_be_void) {
        settle(out, ATTAIN_UNDETERMINED, state | data);
    } else {
        settle(out, rule == RULE_MET ? ATTAIN_MET : ATTAIN_NOT_MET, 0);
    }
}

/* Verdict by state, then by baseline, then by the range. */
static void judge_value(const atn_model *model, const atn_judge_request *request, atn_level *level,
                        atn_judgement *out)
{
    const atn_reading *const reading = &model->readings[request->reading];
    const attain_state state = out->value.state;
    const bool has_gap_only = state == ATTAIN_STATE_NO_DATA || state == ATTAIN_STATE_NO_DENOMINATOR;
    if (state == ATTAIN_STATE_ZERO_DENOMINATOR || state == ATTAIN_STATE_OUT_OF_SCOPE) {
        settle(out, ATTAIN_NOT_APPLICABLE, reason_of_state(state));
        return;
    }
    if (state == ATTAIN_STATE_OVERFLOW || state == ATTAIN_STATE_NOT_EVALUATED ||
        state == ATTAIN_STATE_NEGATIVE_DENOMINATOR) {
        settle(out, ATTAIN_UNDETERMINED, reason_of_state(state));
        return;
    }
    const uint32_t problem = asks_change(reading) ? change_problem(model, request, out) : 0;
    if (problem != 0) {
        settle(out, ATTAIN_UNDETERMINED, problem | reason_of_state(state));
        return;
    }
    level_of_direction(reading, out, level);
    if (is_infeasible(&model->indicators[reading->indicator], reading, level)) {
        settle(out, ATTAIN_NOT_MET, ATTAIN_BECAUSE_INFEASIBLE);
        return;
    }
    if (has_gap_only && out->value.unseen) {
        settle(out, ATTAIN_UNDETERMINED, reason_of_state(state));
        return;
    }
    judge_range(reading, level, out);
}

static void apply_text(const atn_model *model, const atn_judge_request *request, atn_judgement *out)
{
    const atn_target *const target = &model->targets[request->target];
    const atn_reading *const reading = &model->readings[request->reading];
    out->flags |= target->vision ? (uint32_t)ATTAIN_FLAG_VISION : 0u;
    out->flags |= target->due_inherited ? (uint32_t)ATTAIN_FLAG_DUE_INHERITED : 0u;
    out->flags |= reading->op_implicit ? (uint32_t)ATTAIN_FLAG_OP_IMPLICIT : 0u;
    out->flags |= request->period.not_due ? (uint32_t)ATTAIN_FLAG_NOT_DUE : 0u;
    out->flags |= request->period.partial ? (uint32_t)ATTAIN_FLAG_PARTIAL_PERIOD : 0u;
}

/* Slots whose filling could change the verdict: the absent ones, where the verdict is open because of data.
 */
static int64_t missing_slots(const atn_judgement *judged)
{
    const uint32_t of_data =
        ATTAIN_BECAUSE_DEPENDS_ON_MISSING | ATTAIN_BECAUSE_NO_DATA | ATTAIN_BECAUSE_NO_DENOMINATOR;
    if (judged->expected < 0) {
        return -1;
    }
    if (judged->verdict != ATTAIN_UNDETERMINED || (judged->reasons & of_data) == 0) {
        return 0;
    }
    return judged->expected - judged->reported;
}

static bool needs_no_value(const atn_reading *reading)
{
    return reading->op == ATN_OP_NOT_QUANTIFIED && reading->indicator == ATN_NONE;
}

static attain_status evaluate(atn_eval *eval, const atn_judge_request *request, atn_judgement *out,
                              attain_error *err)
{
    const atn_model *const model = &atn_eval_plan(eval)->model;
    const atn_reading *const reading = &model->readings[request->reading];
    const bool accumulates = reading->since.type != ATTAIN_PERIOD_NONE;
    attain_period days = request->period.days;
    if (request->out_of_scope || reading->not_evaluated) {
        out->value.state = request->out_of_scope ? ATTAIN_STATE_OUT_OF_SCOPE : ATTAIN_STATE_NOT_EVALUATED;
        out->value.n_reported = out->value.n_expected = -1;
        return ATTAIN_OK;
    }
    if (accumulates && reading->since.start_day > days.end_day) {
        out->value.state = ATTAIN_STATE_NO_DATA; /* nothing has been counted before the count begins */
        out->value.unseen = true;
        out->value.n_reported = out->value.n_expected = -1;
        return ATTAIN_OK;
    }
    days.start_day = accumulates ? reading->since.start_day : days.start_day;
    ATN_TRY(atn_eval_indicator(eval, reading->indicator, reading->within, request->unit, &days,
                               request->as_of_day, NULL, &out->value, err));
    return find_baseline(eval, request, out, err);
}

static void clear_judgement(atn_judgement *out)
{
    memset(out, 0, sizeof *out);
    out->value.value = out->baseline.value = atn_ratio_zero();
    out->reported = out->expected = out->missing = -1;
}

attain_status atn_judge_reading(atn_eval *eval, const atn_judge_request *request, atn_judgement *out,
                                attain_error *err)
{
    const atn_model *const model = &atn_eval_plan(eval)->model;
    const atn_target *const target = &model->targets[request->target];
    const atn_reading *const reading = &model->readings[request->reading];
    clear_judgement(out);
    apply_text(model, request, out);
    if (needs_no_value(reading)) {
        settle(out, request->out_of_scope ? ATTAIN_NOT_APPLICABLE : ATTAIN_UNDETERMINED,
               request->out_of_scope ? ATTAIN_BECAUSE_OUT_OF_SCOPE : ATTAIN_BECAUSE_NOT_QUANTIFIED);
        return ATTAIN_OK;
    }
    ATN_TRY(evaluate(eval, request, out, err));
    out->flags |= out->value.flags;
    out->reported = out->value.n_reported;
    out->expected = out->value.n_expected;
    atn_level level;
    atn_level_of(reading, out, &level);
    if (reading->op == ATN_OP_NOT_QUANTIFIED) {
        settle(out, ATTAIN_UNDETERMINED, ATTAIN_BECAUSE_NOT_QUANTIFIED | reason_of_state(out->value.state));
    } else {
        judge_value(model, request, &level, out);
    }
    if (target->n_undefined > 0 && out->verdict != ATTAIN_NOT_APPLICABLE) {
        settle(out, ATTAIN_UNDETERMINED,
               out->verdict == ATTAIN_UNDETERMINED ? out->reasons | ATTAIN_BECAUSE_UNDEFINED_TERM
                                                   : (uint32_t)ATTAIN_BECAUSE_UNDEFINED_TERM);
    }
    out->missing = missing_slots(out);
    atn_judge_columns(model, request, &level, out);
    return ATTAIN_OK;
}

/* ---- milestones, and several readings ---- */

static attain_verdict milestone_verdict(const atn_model *model, const atn_target *milestone, uint32_t depth)
{
    if (milestone->n_parts > 0 && depth < 64) {
        attain_verdict worst = ATTAIN_MET;
        for (uint32_t i = 0; i < milestone->n_parts; i++) {
            const attain_verdict part =
                milestone_verdict(model, &model->targets[milestone->parts[i]], depth + 1);
            worst = part == ATTAIN_NOT_MET || worst == ATTAIN_NOT_MET ? ATTAIN_NOT_MET
                    : part == ATTAIN_MET                              ? worst
                                                                      : part;
        }
        return worst;
    }
    if (milestone->evidence == ATN_EVIDENCE_DONE) {
        return milestone->evidence_day <= milestone->due.end_day ? ATTAIN_MET : ATTAIN_NOT_MET;
    }
    return milestone->evidence == ATN_EVIDENCE_NOT_DONE ? ATTAIN_NOT_MET : ATTAIN_UNDETERMINED;
}

void atn_judge_milestone(const atn_model *model, uint32_t target, const atn_row_period *period,
                         atn_judgement *out)
{
    clear_judgement(out);
    out->verdict = milestone_verdict(model, &model->targets[target], 0);
    out->reasons = out->verdict == ATTAIN_UNDETERMINED ? (uint32_t)ATTAIN_BECAUSE_NO_EVIDENCE : 0u;
    out->flags |= period->not_due ? (uint32_t)ATTAIN_FLAG_NOT_DUE : 0u;
    out->flags |= model->targets[target].vision ? (uint32_t)ATTAIN_FLAG_VISION : 0u;
    out->flags |= model->targets[target].due_inherited ? (uint32_t)ATTAIN_FLAG_DUE_INHERITED : 0u;
    if (period->not_due) {
        out->pace = out->verdict == ATTAIN_MET ? ATTAIN_PACE_MET_EARLY : ATTAIN_PACE_UNDETERMINED;
    }
}

static void empty_what_differs(atn_judgement *whole, const atn_judgement *other)
{
    for (size_t i = 0; i < ATN_NUM_COUNT; i++) {
        if (whole->kind[i] != other->kind[i] ||
            (whole->kind[i] == ATN_CELL_NUMBER &&
             atn_ratio_compare(&whole->number[i], &other->number[i]) != 0)) {
            whole->kind[i] = ATN_CELL_EMPTY;
        }
    }
    whole->pace = whole->pace == other->pace ? whole->pace : ATTAIN_PACE_UNDETERMINED;
    whole->reported = whole->reported == other->reported ? whole->reported : -1;
    whole->expected = whole->expected == other->expected ? whole->expected : -1;
    whole->missing = whole->missing == other->missing ? whole->missing : -1;
}

void atn_judge_combine(atn_judgement *all, uint32_t n)
{
    bool disagree = false;
    bool any_open = false;
    attain_verdict settled = all[0].verdict;
    bool has_settled = all[0].verdict != ATTAIN_UNDETERMINED;
    uint32_t open_reasons = 0;
    uint32_t all_reasons = 0;
    for (uint32_t i = 0; i < n; i++) {
        all_reasons |= all[i].reasons;
        if (all[i].verdict == ATTAIN_UNDETERMINED) {
            any_open = true;
            open_reasons |= all[i].reasons;
        } else {
            disagree = disagree || (has_settled && all[i].verdict != settled);
            settled = all[i].verdict;
            has_settled = true;
        }
    }
    for (uint32_t i = 1; i < n; i++) {
        all[0].flags |= all[i].flags;
        empty_what_differs(&all[0], &all[i]);
    }
    if (disagree) {
        settle(&all[0], ATTAIN_UNDETERMINED, open_reasons | ATTAIN_BECAUSE_DEPENDS_ON_READING);
    } else if (any_open) {
        settle(&all[0], ATTAIN_UNDETERMINED, open_reasons);
    } else {
        settle(&all[0], settled, all_reasons);
    }
}
