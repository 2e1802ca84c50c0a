/* Columns: the numbers beside a verdict (semantics.md section 6), all exact.
 *
 *   baseline b ────────── path at P ───── value v ───── level
 *      progress = (v - b) / (level - b)      gap = what N lacks in its last decimal      attainment = v /
 * level */
#include "score/table.h"

#include <string.h>

void atn_judge_set(atn_judgement *judged, atn_number_column column, const atn_ratio *value)
{
    judged->kind[column] = ATN_CELL_NUMBER;
    judged->number[column] = *value;
    atn_ratio_reduce(&judged->number[column]);
    if (atn_ratio_overflow(&judged->number[column])) {
        judged->kind[column] =
            ATN_CELL_EMPTY; /* beyond the proven bounds: an empty cell, never a wrong one */
    }
}

static void set_bound(atn_judgement *judged, atn_number_column column, const atn_bound *bound)
{
    if (bound->infinite == 0) {
        atn_judge_set(judged, column, &bound->r);
    } else {
        judged->kind[column] = bound->infinite > 0 ? ATN_CELL_PLUS_INFINITE : ATN_CELL_MINUS_INFINITE;
    }
}

/* A percent measure is worth a hundredth in an indicator and is written in percent in N and D. */
static void set_in_own_units(const atn_model *model, const atn_form *form, atn_judgement *judged,
                             atn_number_column column, const atn_ratio *value)
{
    atn_ratio own = *value;
    if (form != NULL && atn_form_is_percent(model, form)) {
        const atn_ratio hundred = atn_ratio_from_i64(100);
        atn_ratio_mul(&own, &own, &hundred);
    }
    atn_judge_set(judged, column, &own);
}

static const atn_form *denominator_form(const atn_model *model, const atn_reading *reading)
{
    const atn_indicator *const indicator = &model->indicators[reading->indicator];
    if (reading->within != ATN_NONE) {
        return &model->indicators[reading->within].numerator;
    }
    return indicator->has_denominator ? &indicator->denominator : NULL;
}

static void value_columns(const atn_model *model, const atn_reading *reading, atn_judgement *out)
{
    const atn_value *const value = &out->value;
    if (value->has_n) {
        set_in_own_units(model, &model->indicators[reading->indicator].numerator, out, ATN_NUM_NUMERATOR,
                         &value->n);
    }
    if (value->has_d) {
        set_in_own_units(model, denominator_form(model, reading), out, ATN_NUM_DENOMINATOR, &value->d);
    }
    if (value->has_value) {
        atn_judge_set(out, ATN_NUM_VALUE, &value->value);
    }
    if (value->has_range && !value->unseen) {
        set_bound(out, ATN_NUM_LOW, &value->low);
        set_bound(out, ATN_NUM_HIGH, &value->high);
    }
}

static bool is_upward(const atn_reading *reading)
{
    return reading->op == ATN_OP_AT_LEAST || reading->op == ATN_OP_MORE_THAN || reading->op == ATN_OP_UP;
}

static bool is_downward(const atn_reading *reading)
{
    return reading->op == ATN_OP_AT_MOST || reading->op == ATN_OP_LESS_THAN || reading->op == ATN_OP_DOWN;
}

static void attainment_column(const atn_reading *reading, const atn_level *level, atn_judgement *out)
{
    if (!level->has_column || !out->value.has_value || (!is_upward(reading) && !is_downward(reading))) {
        return;
    }
    const atn_ratio *const over = is_upward(reading) ? &out->value.value : &level->level;
    const atn_ratio *const under = is_upward(reading) ? &level->level : &out->value.value;
    if (atn_ratio_sign(under) != 0) {
        atn_ratio attainment;
        atn_ratio_div(&attainment, over, under);
        atn_judge_set(out, ATN_NUM_ATTAINMENT, &attainment);
    }
}

static void change_columns(const atn_reading *reading, const atn_level *level, atn_judgement *out)
{
    const atn_ratio *const b = &out->baseline.value;
    if (out->baseline_asked) {
        atn_judge_set(out, ATN_NUM_BASELINE, b);
    }
    if (!out->value.has_value) {
        return;
    }
    atn_ratio change;
    atn_ratio_sub(&change, &out->value.value, b);
    if (out->baseline_asked) {
        atn_judge_set(out, ATN_NUM_CHANGE, &change);
        if (atn_ratio_sign(b) > 0) {
            atn_ratio relative;
            atn_ratio_div(&relative, &change, b);
            atn_judge_set(out, ATN_NUM_CHANGE_RELATIVE, &relative);
        }
    }
    if (!level->has_column || (!is_upward(reading) && !is_downward(reading))) {
        return;
    }
    if (atn_level_meets(reading, level, b, b) == 1) {
        out->flags |= ATTAIN_FLAG_BASELINE_MEETS;
        return;
    }
    atn_ratio way;
    atn_ratio_sub(&way, &level->level, b);
    if (atn_ratio_sign(&way) != 0) {
        atn_ratio_div(&change, &change, &way);
        atn_judge_set(out, ATN_NUM_PROGRESS, &change);
    }
}

/* ---- gap ---- */

/* r rounded to a multiple of the unit 10^-decimals. */
static atn_ratio round_to_unit(const atn_ratio *r, unsigned decimals, attain_rounding mode)
{
    atn_wide scaled;
    atn_wide power = atn_wide_from_u64(1);
    atn_wide_mul_pow10(&power, &power, decimals);
    atn_ratio_round(&scaled, r, decimals, mode);
    return atn_ratio_make(&scaled, &power);
}

/* N that the level asks for at this D, before annualising. */
static atn_ratio needed(const atn_value *value, const atn_ratio *level)
{
    atn_ratio out = *level;
    if (value->has_d) {
        atn_ratio_mul(&out, &out, &value->d);
    }
    if (value->annual_num != value->annual_den) {
        const atn_ratio num = atn_ratio_from_i64((int64_t)value->annual_num);
        const atn_ratio den = atn_ratio_from_i64((int64_t)value->annual_den);
        atn_ratio_mul(&out, &out, &den);
        atn_ratio_div(&out, &out, &num);
    }
    return out;
}

/* The least N (upward) or the most N (downward) that meets the level. */
static atn_ratio limit_of(const atn_reading *reading, const atn_ratio *need, unsigned decimals)
{
    const bool strict = reading->op == ATN_OP_MORE_THAN || reading->op == ATN_OP_LESS_THAN;
    const atn_ratio unit = atn_ratio_from_decimal(atn_i128_from_i64(1), decimals);
    atn_ratio out;
    if (is_upward(reading)) {
        out = round_to_unit(need, decimals, strict ? ATTAIN_ROUND_FLOOR : ATTAIN_ROUND_CEIL);
        if (strict) {
            atn_ratio_add(&out, &out, &unit);
        }
    } else {
        out = round_to_unit(need, decimals, strict ? ATTAIN_ROUND_CEIL : ATTAIN_ROUND_FLOOR);
        if (strict) {
            atn_ratio_sub(&out, &out, &unit);
        }
    }
    return out;
}

static void gap_column(const atn_model *model, const atn_reading *reading, const atn_level *level,
                       atn_judgement *out)
{
    if (!level->has_column || !out->value.has_value) {
        return;
    }
    const atn_indicator *const indicator = &model->indicators[reading->indicator];
    const atn_ratio *const n = &out->value.n;
    const atn_ratio low_need = needed(&out->value, &level->level);
    const atn_ratio high_need = needed(&out->value, level->has_high ? &level->high : &level->level);
    atn_ratio gap = atn_ratio_zero();
    atn_ratio limit;
    bool above = false;
    if (is_upward(reading) || is_downward(reading)) {
        limit = limit_of(reading, &low_need, indicator->decimals);
        above = is_downward(reading);
    } else {
        above = atn_ratio_compare(n, &high_need) > 0;
        limit = above ? round_to_unit(&high_need, indicator->decimals, ATTAIN_ROUND_FLOOR)
                      : round_to_unit(&low_need, indicator->decimals, ATTAIN_ROUND_CEIL);
    }
    const int side = atn_ratio_compare(n, &limit);
    if (above && side > 0) {
        atn_ratio_sub(&gap, n, &limit);
    } else if (!above && side < 0) {
        atn_ratio_sub(&gap, &limit, n);
    }
    const bool is_two_sided = !is_upward(reading) && !is_downward(reading);
    out->flags |= is_two_sided && above ? (uint32_t)ATTAIN_FLAG_ABOVE : 0u;
    set_in_own_units(model, &indicator->numerator, out, ATN_NUM_GAP, &limit);
    out->limit = out->number[ATN_NUM_GAP];
    set_in_own_units(model, &indicator->numerator, out, ATN_NUM_GAP, &gap);
}

/* ---- path and pace ---- */

/* Steps from a to b of their common type. */
static int64_t steps_between(attain_period a, attain_period b)
{
    static const int32_t months[] = {0, 0, 0, 1, 3, 6, 12, 12, 0};
    const int32_t per_step = months[a.type];
    if (per_step == 0) {
        const int32_t days = a.type == ATTAIN_PERIOD_WEEK ? 7 : 1;
        return ((int64_t)b.end_day - a.end_day) / days;
    }
    const atn_date from = atn_day_to_date(a.start_day);
    const atn_date to = atn_day_to_date(b.start_day);
    return ((int64_t)(to.year - from.year) * 12 + (to.month - from.month)) / per_step;
}

bool atn_judge_elapsed(const atn_row_period *period, attain_period due, attain_period base, int64_t *done,
                       int64_t *all)
{
    const attain_period end = atn_period_end(due);
    const attain_period label = period->label;
    const bool same_type = base.type == end.type && label.type == end.type && !period->partial &&
                           base.start_month == end.start_month && end.type != ATTAIN_PERIOD_RANGE;
    *all = same_type ? steps_between(base, end) : (int64_t)end.end_day - base.end_day;
    *done = same_type ? steps_between(base, label) : (int64_t)period->days.end_day - base.end_day;
    return *all > 0 && *done >= 0; /* otherwise the way has not begun */
}

/* b + (level - b) * t. */
static atn_ratio point_on_path(const atn_ratio *b, const atn_ratio *level, const atn_ratio *t)
{
    atn_ratio out;
    atn_ratio_sub(&out, level, b);
    atn_ratio_mul(&out, &out, t);
    atn_ratio_add(&out, &out, b);
    return out;
}

/* An end of the path over the worlds of the baseline. P lies before F, so t < 1. */
static atn_bound end_on_path(const atn_bound *b, const atn_bound *level, const atn_ratio *t)
{
    if (b->infinite != 0 || level->infinite != 0) {
        return atn_bound_infinite(b->infinite != 0 ? b->infinite : level->infinite);
    }
    const atn_ratio at = point_on_path(&b->r, &level->r, t);
    return atn_bound_of(&at);
}

static attain_pace pace_on_path(const atn_reading *reading, const atn_judgement *judged,
                                const atn_bound *path_low, const atn_bound *path_high)
{
    const atn_value *const v = &judged->value;
    const atn_value *const b = &judged->baseline;
    const bool up = is_upward(reading);
    const int against_path_worst =
        up ? atn_bound_compare(&v->low, path_high) : atn_bound_compare(path_low, &v->high);
    const int against_path_best =
        up ? atn_bound_compare(&v->high, path_low) : atn_bound_compare(path_high, &v->low);
    const int against_b_worst =
        up ? atn_bound_compare(&v->low, &b->high) : atn_bound_compare(&b->low, &v->high);
    const int against_b_best =
        up ? atn_bound_compare(&v->high, &b->low) : atn_bound_compare(&b->high, &v->low);
    if (against_path_worst >= 0) {
        return ATTAIN_PACE_ON_TRACK;
    }
    if (against_b_best < 0) {
        return ATTAIN_PACE_WRONG_WAY;
    }
    return against_path_best < 0 && against_b_worst >= 0 ? ATTAIN_PACE_BEHIND : ATTAIN_PACE_UNDETERMINED;
}

static attain_pace pace_of(const atn_model *model, const atn_judge_request *request, const atn_level *level,
                           const atn_ratio *t, const atn_judgement *judged)
{
    const atn_reading *const reading = &model->readings[request->reading];
    if (!request->period.not_due || judged->verdict == ATTAIN_NOT_APPLICABLE ||
        model->targets[request->target].path == ATN_PATH_STEPS) {
        return ATTAIN_PACE_NONE;
    }
    if (judged->verdict == ATTAIN_MET) {
        return ATTAIN_PACE_MET_EARLY;
    }
    /* Where the baseline meets the level there is no way to go; where N or D is not seen, or D may be 0, there is no place on it. */
    const atn_ratio *const b = &judged->baseline.value;
    const bool is_open = judged->value.unseen || judged->value.d_may_be_zero ||
                         judged->baseline.d_may_be_zero ||
                         (t != NULL && atn_level_meets(reading, level, b, b) == 1);
    if (t == NULL || is_open || !judged->value.has_range) {
        return ATTAIN_PACE_UNDETERMINED;
    }
    const atn_bound path_low = end_on_path(&judged->baseline.low, &level->lowest, t);
    const atn_bound path_high = end_on_path(&judged->baseline.high, &level->highest, t);
    return pace_on_path(reading, judged, &path_low, &path_high);
}

static void path_columns(const atn_model *model, const atn_judge_request *request, const atn_level *level,
                         bool may_compare, atn_judgement *out)
{
    const atn_target *const target = &model->targets[request->target];
    const atn_reading *const reading = &model->readings[request->reading];
    int64_t done = 0;
    int64_t all = 1;
    const bool has_path = target->path == ATN_PATH_LINEAR && level->has_column && out->has_baseline &&
                          target->due.type != ATTAIN_PERIOD_NONE &&
                          (is_upward(reading) || is_downward(reading)) && may_compare &&
                          atn_judge_elapsed(&request->period, target->due, out->baseline_period, &done, &all);
    const atn_ratio total = atn_ratio_from_i64(all);
    atn_ratio t = atn_ratio_from_i64(done);
    if (has_path) {
        atn_ratio_div(&t, &t, &total);
        const atn_ratio path = point_on_path(&out->baseline.value, &level->level, &t);
        atn_judge_set(out, ATN_NUM_PATH, &path);
    }
    out->pace = pace_of(model, request, level, has_path ? &t : NULL, out);
}

/* ---- rounding ---- */

/* The number a reader of the printed figure has before him. */
static bool as_printed(atn_manner manner, const atn_judge_request *request, const atn_ratio *value,
                       atn_ratio *out)
{
    const atn_shown shown = request->printed_shown ? manner.shown : ATN_SHOWN_PLAIN;
    const unsigned digits = request->printed_digits < 0
                                ? atn_default_digits(request->printed_shown, shown == ATN_SHOWN_PERCENT)
                                : (unsigned)request->printed_digits;
    atn_ratio factor = atn_ratio_from_i64(shown == ATN_SHOWN_PERCENT ? 100
                                          : shown == ATN_SHOWN_PER   ? (int64_t)manner.per
                                                                     : 1);
    if (shown == ATN_SHOWN_ONE_PER) {
        const atn_ratio one = atn_ratio_from_i64(1);
        if (atn_ratio_sign(value) <= 0) {
            return false;
        }
        atn_ratio_div(out, &one, value);
        *out = round_to_unit(out, digits, request->printed_rounding);
        if (atn_ratio_sign(out) == 0) {
            return false;
        }
        atn_ratio_div(out, &one, out);
        return true;
    }
    atn_ratio_mul(out, value, &factor);
    *out = round_to_unit(out, digits, request->printed_rounding);
    atn_ratio_div(out, out, &factor);
    return true;
}

static void rounding_flag(const atn_model *model, const atn_judge_request *request, const atn_level *level,
                          atn_judgement *out)
{
    const atn_reading *const reading = &model->readings[request->reading];
    const bool is_judged = out->verdict == ATTAIN_MET || out->verdict == ATTAIN_NOT_MET;
    atn_ratio printed;
    if (!is_judged || !level->has || !out->value.has_value ||
        (out->reasons & ATTAIN_BECAUSE_INFEASIBLE) != 0 ||
        !as_printed(atn_manner_of_reading(model, reading), request, &out->value.value, &printed)) {
        return;
    }
    const int exact = atn_level_meets(reading, level, &out->value.value, &out->baseline.value);
    const int shown = atn_level_meets(reading, level, &printed, &out->baseline.value);
    out->flags |= exact != shown ? (uint32_t)ATTAIN_FLAG_ROUNDING_FLIPS : 0u;
}

void atn_judge_columns(const atn_model *model, const atn_judge_request *request, const atn_level *level,
                       atn_judgement *out)
{
    const atn_reading *const reading = &model->readings[request->reading];
    const uint32_t no_change = ATTAIN_BECAUSE_BOUNDARY_EVENT | ATTAIN_BECAUSE_SERIES_BREAK;
    value_columns(model, reading, out);
    const bool may_compare = (out->reasons & no_change) == 0 && out->verdict != ATTAIN_NOT_APPLICABLE;
    if (level->has_column && may_compare) {
        atn_judge_set(out, ATN_NUM_LEVEL, &level->level);
        if (level->has_high) {
            atn_judge_set(out, ATN_NUM_LEVEL_HIGH, &level->high);
        }
    }
    if (may_compare) {
        attainment_column(reading, level, out);
        if (out->has_baseline) {
            change_columns(reading, level, out);
        }
        gap_column(model, reading, level, out);
    }
    path_columns(model, request, level, may_compare, out);
    rounding_flag(model, request, level, out);
}
