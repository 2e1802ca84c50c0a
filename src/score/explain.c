/* Explaining: a verdict or a value as text that a person can check with a calculator.
 *
 *   hue-141.density · VN.46 Thừa Thiên Huế · 2020 · not_met
 *     words       141/KH-UBND "cứ 5.000 người dân có một nhân viên"
 *     promise     density at least 1 per 5000 by 2030
 *     numerator   workers = 1,874 [VN.46 2020: 1,874]
 *     sum         1,874 persons / 9,389,717 persons = 1 per 5,010.52; at least 1 per 5,000 is required, which
 * needs 1,878 persons; ... because / settled by ...
 *
 * The same judgement as in the scorecard is made again and written out; nothing is computed here. */
#include "score/explain.h"

#include <string.h>

static void heading(atn_explainer *x, atn_str id, uint32_t unit, attain_period period, const char *verdict)
{
    const atn_unit *const at = &x->model->units[unit];
    atn_buf_str(x->out, id);
    atn_buf_text(x->out, " · ");
    atn_buf_str(x->out, at->id);
    if (at->title.len > 0) {
        atn_buf_char(x->out, ' ');
        atn_buf_str(x->out, at->title);
    }
    if (period.type != ATTAIN_PERIOD_NONE) {
        atn_buf_text(x->out, " · ");
        atn_period_print(x->out, period);
    }
    atn_buf_text(x->out, " · ");
    atn_buf_text(x->out, verdict);
    atn_buf_char(x->out, '\n');
}

static void line_of(atn_explainer *x, const char *label, atn_str text)
{
    if (text.len > 0) {
        atn_explain_label(x, label);
        atn_buf_str(x->out, text);
        atn_buf_char(x->out, '\n');
    }
}

static void source_line(atn_explainer *x, atn_str document, atn_str words)
{
    if (document.len == 0 && words.len == 0) {
        return;
    }
    atn_explain_label(x, "words");
    atn_buf_str(x->out, document);
    if (words.len > 0) {
        atn_buf_text(x->out, document.len > 0 ? " \"" : "\"");
        atn_buf_str(x->out, words);
        atn_buf_char(x->out, '"');
    }
    atn_buf_char(x->out, '\n');
}

/* Where the truth may lie, if that is not one number. */
static void range_line(atn_explainer *x, atn_manner manner, const atn_value *value)
{
    const bool has_low = value->low.infinite == 0;
    const bool has_high = value->high.infinite == 0;
    if (!value->has_range || value->unseen ||
        (has_low && has_high && atn_ratio_compare(&value->low.r, &value->high.r) == 0)) {
        return;
    }
    atn_explain_label(x, "range");
    if (has_low) {
        atn_buf_text(x->out, "from ");
        atn_explain_value(x, manner, &value->low.r);
    }
    if (has_high) {
        atn_buf_text(x->out, has_low ? " to " : "up to ");
        atn_explain_value(x, manner, &value->high.r);
    } else {
        atn_buf_text(x->out, has_low ? " without upper end" : "without lower and upper end");
    }
    atn_buf_text(x->out, ", whatever the open figures are\n");
}

/* ---- targets ---- */

typedef struct target_case {
    uint32_t target, unit;
    atn_row_period period;
    attain_period as_of;
    uint32_t row_flags; /* of the scorecard's row, which knows the scope */
} target_case;

static atn_judge_request request_of(const atn_explainer *x, const target_case *at, uint32_t reading)
{
    atn_judge_request request;
    memset(&request, 0, sizeof request);
    request.target = at->target;
    request.reading = reading;
    request.unit = at->unit;
    request.period = at->period;
    request.as_of_day = at->as_of.type == ATTAIN_PERIOD_NONE ? at->period.days.end_day : at->as_of.end_day;
    request.out_of_scope =
        at->period.is_valid && !atn_unit_is_valid(x->model, at->unit, at->period.days.end_day);
    request.printed_digits = (int)x->digits;
    request.printed_shown = true;
    request.printed_rounding = x->print.rounding;
    return request;
}

/* What went in, and the arithmetic, of one reading. */
static attain_status explain_reading(atn_explainer *x, const target_case *at, uint32_t index,
                                     const atn_judgement *judged, attain_error *err)
{
    const atn_reading *const reading = &x->model->readings[index];
    const atn_judge_request request = request_of(x, at, index);
    if (reading->indicator == ATN_NONE) {
        return ATTAIN_OK;
    }
    const atn_indicator *const indicator = &x->model->indicators[reading->indicator];
    const atn_form *const denominator = reading->within != ATN_NONE
                                            ? &x->model->indicators[reading->within].numerator
                                            : &indicator->denominator;
    attain_period days = request.period.days;
    if (reading->since.type != ATTAIN_PERIOD_NONE && reading->since.start_day < days.end_day) {
        days.start_day = reading->since.start_day;
    }
    line_of(x, "indicator", indicator->title);
    if (judged->value.state != ATTAIN_STATE_NOT_EVALUATED &&
        judged->value.state != ATTAIN_STATE_OUT_OF_SCOPE) {
        ATN_TRY(
            atn_explain_form(x, "numerator", &indicator->numerator, at->unit, &days, request.as_of_day, err));
        ATN_TRY(atn_explain_form(x, "denominator", denominator, at->unit, &days, request.as_of_day, err));
    }
    atn_explain_label(x, "sum");
    atn_explain_arithmetic(x, reading, judged);
    atn_buf_char(x->out, '\n');
    range_line(x, atn_manner_of_reading(x->model, reading), &judged->value);
    return ATTAIN_OK;
}

static void reading_line(atn_explainer *x, const atn_reading *reading, const atn_judgement *judged)
{
    atn_explain_label(x, reading->name.len > 0 ? "reading" : "promise");
    if (reading->name.len > 0) {
        atn_buf_str(x->out, reading->name);
        atn_buf_text(x->out, ": ");
    }
    atn_buf_str(x->out, reading->phrase);
    if (reading->name.len > 0) {
        atn_buf_text(x->out, " -> ");
        atn_buf_text(x->out, attain_verdict_name(judged->verdict));
    }
    atn_buf_char(x->out, '\n');
}

/* Figures and days are those of the reading before: only the level differs. */
static bool same_parts(const atn_reading *a, const atn_reading *b)
{
    return a->indicator == b->indicator && a->within == b->within && atn_period_equal(a->since, b->since);
}

static attain_status explain_readings(atn_explainer *x, const target_case *at, atn_judgement *judged,
                                      attain_error *err)
{
    const atn_target *const target = &x->model->targets[at->target];
    const bool is_settled = target->chosen != ATN_NONE;
    const uint32_t first = is_settled ? target->first_reading + target->chosen : target->first_reading;
    const uint32_t n = is_settled ? 1 : target->n_readings;
    for (uint32_t i = 0; i < n; i++) {
        const atn_judge_request request = request_of(x, at, first + i);
        ATN_TRY(atn_judge_reading(x->eval, &request, &judged[i], err));
    }
    /* The second half of the room holds copies: combining overwrites the first of them. */
    atn_judgement *const whole = &judged[n];
    memcpy(whole, judged, n * sizeof *judged);
    atn_judge_combine(whole, n);
    heading(x, target->id, at->unit, at->period.label, attain_verdict_name(whole->verdict));
    line_of(x, "title", target->title);
    source_line(x, target->source_document, target->source_words);
    if (is_settled) {
        line_of(x, "chosen", target->chosen_why);
    }
    for (uint32_t i = 0; i < n; i++) {
        const atn_reading *const reading = &x->model->readings[first + i];
        reading_line(x, reading, &judged[i]);
        if (i == 0 || !same_parts(reading, &x->model->readings[first + i - 1])) {
            ATN_TRY(explain_reading(x, at, first + i, &judged[i], err));
        } else if (reading->indicator != ATN_NONE) {
            atn_explain_label(x, "sum");
            atn_explain_arithmetic(x, reading, &judged[i]);
            atn_buf_char(x->out, '\n');
        }
    }
    atn_explain_flags(x, whole->flags | at->row_flags);
    atn_explain_settle(x, at->target, whole);
    line_of(x, "note", target->note);
    return ATTAIN_OK;
}

static void all_of(atn_explainer *x, const target_case *at)
{
    const atn_target *const target = &x->model->targets[at->target];
    for (uint32_t i = 0; i < target->n_parts; i++) {
        atn_judgement part;
        atn_judge_milestone(x->model, target->parts[i], &at->period, &part);
        atn_buf_text(x->out, i == 0 ? "all of " : ", ");
        atn_buf_str(x->out, x->model->targets[target->parts[i]].id);
        atn_buf_printf(x->out, " (%s)", attain_verdict_name(part.verdict));
    }
}

static void explain_milestone(atn_explainer *x, const target_case *at)
{
    const atn_target *const target = &x->model->targets[at->target];
    atn_judgement judged;
    atn_judge_milestone(x->model, at->target, &at->period, &judged);
    heading(x, target->id, at->unit, at->period.label, attain_verdict_name(judged.verdict));
    line_of(x, "title", target->title);
    source_line(x, target->source_document, target->source_words);
    atn_explain_label(x, "sum");
    if (target->n_parts > 0) {
        all_of(x, at);
    } else if (target->evidence == ATN_EVIDENCE_NONE) {
        atn_buf_text(x->out, "no evidence");
    } else {
        atn_buf_text(x->out, target->evidence == ATN_EVIDENCE_DONE ? "done on " : "not done on ");
        atn_day_print(x->out, target->evidence_day);
    }
    atn_buf_text(x->out, ", due ");
    atn_period_print(x->out, target->due);
    atn_buf_char(x->out, '\n');
    line_of(x, "evidence", target->evidence_text);
    atn_explain_flags(x, judged.flags);
    atn_explain_settle(x, at->target, &judged);
}

static attain_status explain_target_at(atn_explainer *x, const target_case *at, attain_error *err)
{
    const atn_target *const target = &x->model->targets[at->target];
    if (x->out->len > 0) {
        atn_buf_char(x->out, '\n');
    }
    if (target->is_milestone) {
        explain_milestone(x, at);
        return ATTAIN_OK;
    }
    const size_t n_room = (size_t)target->n_readings * 2 + 2;
    atn_judgement *const judged = atn_alloc_array(&x->plan->alloc, n_room, sizeof *judged);
    if (judged == NULL) {
        return atn_error_memory(err, "explaining a target");
    }
    const attain_status status = explain_readings(x, at, judged, err);
    atn_alloc_free_array(&x->plan->alloc, judged, n_room, sizeof *judged);
    return status;
}

static void no_unit(atn_explainer *x, uint32_t target)
{
    atn_buf_str(x->out, x->model->targets[target].id);
    atn_buf_text(x->out, " · no unit stands in its scope in this period\n");
}

/* Each unit of the scope, or the one asked for, as in the scorecard. A milestone asked for at a unit outside its
 * scope has no row there and is explained all the same: its verdict depends on no unit. */
static attain_status explain_target(atn_explainer *x, uint32_t target, uint32_t unit, attain_period as_of,
                                    attain_error *err)
{
    target_case at = {target, unit, atn_row_period_of(x->model->targets[target].due, as_of), as_of, 0};
    if (unit != ATN_NONE && x->model->targets[target].is_milestone) {
        return explain_target_at(x, &at, err);
    }
    attain_score_options options;
    memset(&options, 0, sizeof options);
    options.targets = &target;
    options.n_targets = 1;
    options.units = unit == ATN_NONE ? NULL : &unit;
    options.n_units = 1;
    options.as_of = as_of.type == ATTAIN_PERIOD_NONE ? NULL : &as_of;
    options.n_as_of = 1;
    options.tuning = ATTAIN_TUNE_ROW_BY_ROW; /* few rows: a cube over all units would not pay */
    attain_table *card = NULL;
    ATN_TRY(atn_score(x->plan, x->facts, &options, &card, err));
    attain_status status = ATTAIN_OK;
    for (size_t i = 0; i < atn_table_rows(card) && status == ATTAIN_OK; i++) {
        atn_row_view view;
        const atn_row *const row = atn_table_row(card, i, &view);
        at.unit = row->unit;
        at.row_flags = row->flags & (uint32_t)ATTAIN_FLAG_OUTSIDE_SCOPE;
        status = explain_target_at(x, &at, err);
    }
    if (atn_table_rows(card) == 0) {
        no_unit(x, target);
    }
    atn_table_free(card);
    return status;
}

/* ---- values ---- */

static attain_status explain_indicator(atn_explainer *x, uint32_t index, uint32_t unit, attain_period period,
                                       attain_period as_of, attain_error *err)
{
    const atn_indicator *const indicator = &x->model->indicators[index];
    atn_value value;
    const int32_t as_of_day = as_of.type == ATTAIN_PERIOD_NONE ? period.end_day : as_of.end_day;
    ATN_TRY(atn_eval_indicator(x->eval, index, ATN_NONE, unit, &period, as_of_day, NULL, &value, err));
    heading(x, indicator->id, unit, period, attain_state_name(value.state));
    line_of(x, "title", indicator->title);
    line_of(x, "formula", indicator->expression);
    if (value.state != ATTAIN_STATE_NOT_EVALUATED) {
        ATN_TRY(atn_explain_form(x, "numerator", &indicator->numerator, unit, &period, as_of_day, err));
        ATN_TRY(atn_explain_form(x, "denominator", &indicator->denominator, unit, &period, as_of_day, err));
    }
    if (value.has_value) {
        atn_explain_label(x, "value");
        atn_explain_value(x, atn_manner_of_indicator(indicator), &value.value);
        atn_buf_char(x->out, '\n');
    }
    range_line(x, atn_manner_of_indicator(indicator), &value);
    atn_explain_flags(x, value.flags);
    return ATTAIN_OK;
}

/* ---- entry ---- */

static attain_status check_options(const atn_model *model, const attain_explain_options *o, attain_error *err)
{
    const bool is_target = o->kind == ATTAIN_KIND_TARGET;
    if (!is_target && o->kind != ATTAIN_KIND_INDICATOR) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT,
                             "kind %d cannot be explained; a target or an indicator can", (int)o->kind);
    }
    const uint32_t n = is_target ? model->n_targets : model->n_indicators;
    if (o->index >= n) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "%s %u; the plan has %u of them, counted from 0",
                             is_target ? "target" : "indicator", o->index, n);
    }
    if (o->unit != ATN_NONE && o->unit >= model->n_units) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "unit %u; the plan has %u of them, counted from 0",
                             o->unit, model->n_units);
    }
    if (o->digits > 18) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "%d digits; 1 to 18 (0 for 2, -1 for none) are possible",
                             o->digits);
    }
    return ATTAIN_OK;
}

static attain_status take_text(atn_buf *buf, attain_text *out, attain_error *err)
{
    if (buf->failed) {
        atn_buf_free(buf);
        return atn_error_memory(err, "writing an explanation");
    }
    out->data = buf->data;
    out->len = buf->len;
    out->capacity = buf->cap;
    out->alloc = buf->alloc;
    return ATTAIN_OK;
}

attain_status atn_explain(const attain_plan *plan, const attain_facts *facts, const attain_explain_options *o,
                          attain_text *out, attain_error *err)
{
    ATN_TRY(check_options(&plan->model, o, err));
    ATN_TRY(atn_score_schema(plan, facts, err));
    atn_buf buf;
    atn_buf_init(&buf, &plan->alloc);
    atn_explainer x = {.plan = plan,
                       .facts = facts,
                       .model = &plan->model,
                       .out = &buf,
                       .max_items = o->max_items == 0 ? 10 : o->max_items};
    x.digits = o->digits < 0 ? 2u : (unsigned)o->digits;
    x.print.numbers = o->numbers;
    if (x.print.numbers.decimal == '\0') {
        x.print.numbers = (attain_number_format){'.', ","};
    }
    attain_status status = atn_eval_new(plan, facts, &x.eval, err);
    const attain_period last = atn_facts_last_period(facts);
    const attain_period period = o->period.type == ATTAIN_PERIOD_NONE ? last : o->period;
    if (status == ATTAIN_OK && o->kind == ATTAIN_KIND_TARGET) {
        status = explain_target(&x, o->index, o->unit, period, err);
    } else if (status == ATTAIN_OK) {
        const uint32_t unit = o->unit == ATN_NONE ? plan->model.root : o->unit;
        status = unit == ATN_NONE || period.type == ATTAIN_PERIOD_NONE
                     ? atn_error_set(err, ATTAIN_E_ARGUMENT,
                                     "there is no unit or no period to explain a value for; name both")
                     : explain_indicator(&x, o->index, unit, period, last, err);
    }
    atn_eval_free(x.eval);
    if (status == ATTAIN_OK) {
        return take_text(&buf, out, err);
    }
    atn_buf_free(&buf);
    return status;
}
