/* Parts of an explanation: numbers, what went in, the arithmetic in one line, rules and what would settle.
 *
 * The sentences per flag and per reason are tables, so that a new one without a sentence is seen at once. */
#include "score/explain.h"

#include <string.h>

#define LABEL_WIDTH 12

void atn_explain_label(atn_explainer *x, const char *label)
{
    atn_buf_text(x->out, "  ");
    atn_buf_text(x->out, label);
    for (size_t n = strlen(label); n < LABEL_WIDTH; n++) {
        atn_buf_char(x->out, ' ');
    }
}

/* A number in full where it is a decimal, else with the explanation's digits. */
static void print_number(atn_explainer *x, const atn_ratio *value)
{
    atn_decimal_print_ratio(x->out, value, x->digits > 9 ? x->digits : 9, true, x->print.rounding,
                            &x->print.numbers);
}

void atn_explain_value(atn_explainer *x, atn_manner manner, const atn_ratio *value)
{
    atn_print_shown(x->out, manner, value, x->digits, &x->print);
}

/* ---- arithmetic ---- */

/* The unit of measure of a form of one measure; "" if it mixes several, "units" for a count. */
static atn_str form_unit(const atn_model *model, const atn_form *form)
{
    if (form->n_terms != 1) {
        return ATN_STR("");
    }
    const atn_term *const term = &model->terms[form->first_term];
    if (term->kind == ATN_TERM_MEASURE) {
        return model->measures[term->index].unit_of_measure;
    }
    return term->kind == ATN_TERM_COUNT ? ATN_STR("units") : ATN_STR("");
}

static void with_unit(atn_explainer *x, const atn_ratio *value, atn_str unit)
{
    const atn_ratio one = atn_ratio_from_i64(1);
    print_number(x, value);
    if (atn_str_is(unit, "units") && atn_ratio_compare(value, &one) == 0) {
        atn_buf_text(x->out, " unit"); /* the one word of our own */
    } else if (atn_str_is(unit, "percent")) {
        atn_buf_text(x->out, " %");
    } else if (unit.len > 0) {
        atn_buf_char(x->out, ' ');
        atn_buf_str(x->out, unit);
    }
}

static const char *level_words(const atn_reading *reading)
{
    const bool is_banded = reading->tolerance_kind != ATN_AMOUNT_NONE;
    switch (reading->op) {
    case ATN_OP_AT_LEAST: return reading->at_least_about && !is_banded ? "at least about" : "at least";
    case ATN_OP_UP: return "at least";
    case ATN_OP_AT_MOST:
    case ATN_OP_DOWN: return "at most";
    case ATN_OP_MORE_THAN: return "more than";
    case ATN_OP_LESS_THAN: return "less than";
    case ATN_OP_EXACTLY: return "exactly";
    case ATN_OP_BETWEEN: return "between";
    case ATN_OP_ABOUT: return is_banded ? "between" : "about";
    case ATN_OP_NOT_QUANTIFIED: return "";
    }
    return "";
}

static void explain_level(atn_explainer *x, const atn_reading *reading, atn_manner manner,
                          const atn_judgement *judged)
{
    atn_buf_text(x->out, "; ");
    atn_buf_text(x->out, level_words(reading));
    atn_buf_char(x->out, ' ');
    atn_explain_value(x, manner, &judged->number[ATN_NUM_LEVEL]);
    if (judged->kind[ATN_NUM_LEVEL_HIGH] == ATN_CELL_NUMBER) {
        atn_buf_text(x->out, " and ");
        atn_explain_value(x, manner, &judged->number[ATN_NUM_LEVEL_HIGH]);
    }
}

static bool is_too_many(const atn_reading *reading, const atn_judgement *judged)
{
    return reading->op == ATN_OP_AT_MOST || reading->op == ATN_OP_LESS_THAN || reading->op == ATN_OP_DOWN ||
           (judged->flags & ATTAIN_FLAG_ABOVE) != 0;
}

/* "at least 1 per 5,000 needs 1,878; 4 persons are missing". */
static void explain_gap(atn_explainer *x, const atn_reading *reading, atn_manner manner, atn_str unit,
                        const atn_judgement *judged)
{
    const bool has_gap = judged->kind[ATN_NUM_GAP] == ATN_CELL_NUMBER;
    const bool too_many = is_too_many(reading, judged);
    if (judged->kind[ATN_NUM_LEVEL] != ATN_CELL_NUMBER) {
        return;
    }
    explain_level(x, reading, manner, judged);
    if (!has_gap) {
        atn_buf_text(x->out, " is required");
        return;
    }
    atn_buf_text(x->out, too_many ? " allows " : " needs ");
    print_number(x, &judged->limit);
    atn_buf_text(x->out, "; ");
    const atn_ratio one = atn_ratio_from_i64(1);
    const atn_ratio *const gap = &judged->number[ATN_NUM_GAP];
    if (atn_ratio_sign(gap) == 0) {
        atn_buf_text(x->out, too_many ? "none too many" : "nothing is missing");
    } else if (atn_ratio_compare(gap, &one) == 0 && !atn_str_is(unit, "percent")) {
        atn_buf_text(x->out, too_many ? "1 is too many" : "1 is missing"); /* no plural of an unknown word */
    } else {
        with_unit(x, gap, unit);
        atn_buf_text(x->out, too_many ? " are too many" : " are missing");
    }
}

/* A bare "up" or "down" asks for no level: then the baseline is what the value is compared with. */
static void explain_baseline(atn_explainer *x, const atn_reading *reading, atn_manner manner,
                             const atn_judgement *judged)
{
    if (judged->kind[ATN_NUM_BASELINE] != ATN_CELL_NUMBER) {
        return;
    }
    atn_buf_text(x->out, "; the baseline is ");
    atn_explain_value(x, manner, &judged->number[ATN_NUM_BASELINE]);
    if (judged->kind[ATN_NUM_LEVEL] != ATN_CELL_NUMBER && reading->op == ATN_OP_UP) {
        atn_buf_text(x->out, "; more than the baseline is required");
    } else if (judged->kind[ATN_NUM_LEVEL] != ATN_CELL_NUMBER && reading->op == ATN_OP_DOWN) {
        atn_buf_text(x->out, "; less than the baseline is required");
    }
}

static void explain_side(atn_explainer *x, const atn_form *form, const atn_judgement *judged,
                         atn_number_column column, const char *absent)
{
    if (judged->kind[column] == ATN_CELL_NUMBER) {
        with_unit(x, &judged->number[column], form_unit(x->model, form));
    } else {
        atn_buf_text(x->out, absent);
    }
}

void atn_explain_arithmetic(atn_explainer *x, const atn_reading *reading, const atn_judgement *judged)
{
    const atn_indicator *const indicator = &x->model->indicators[reading->indicator];
    const atn_form *const denominator = reading->within != ATN_NONE
                                            ? &x->model->indicators[reading->within].numerator
                                            : &indicator->denominator;
    const atn_manner manner = atn_manner_of_reading(x->model, reading);
    const bool is_annual = judged->value.annual_num != judged->value.annual_den;
    const bool is_plain =
        manner.shown == ATN_SHOWN_PLAIN || atn_form_is_percent(x->model, &indicator->numerator);
    explain_side(x, &indicator->numerator, judged, ATN_NUM_NUMERATOR, "no numerator");
    if (denominator->n_terms > 0) {
        atn_buf_text(x->out, " / ");
        explain_side(x, denominator, judged, ATN_NUM_DENOMINATOR, "no denominator");
    }
    if (is_annual) {
        atn_buf_printf(x->out, " * %u / %u", judged->value.annual_num, judged->value.annual_den);
    }
    if (judged->kind[ATN_NUM_VALUE] == ATN_CELL_NUMBER &&
        (denominator->n_terms > 0 || is_annual || !is_plain)) {
        atn_buf_text(x->out, " = ");
        atn_explain_value(x, manner, &judged->number[ATN_NUM_VALUE]);
    }
    explain_baseline(x, reading, manner, judged);
    explain_gap(x, reading, manner, form_unit(x->model, &indicator->numerator), judged);
}

/* ---- what went in ---- */

static bool cell_is_picked(const atn_model *model, const atn_term *term, const atn_cell *cell)
{
    if (term->pick == ATN_NONE) {
        return true;
    }
    const atn_pick *const pick = &model->picks[term->pick];
    if (pick->cells != NULL && !atn_bit_get(pick->cells, cell->cell)) {
        return false;
    }
    for (uint32_t i = 0; i < pick->n_tests; i++) {
        const uint16_t member =
            model->unit_member[(size_t)cell->unit * model->n_attributes + pick->tests[i].attribute];
        if (member == UINT16_MAX || !atn_bit_get(pick->tests[i].members, member)) {
            return false;
        }
    }
    return true;
}

static void write_cell(atn_explainer *x, const atn_measure *measure, const atn_cell *cell)
{
    atn_buf_str(x->out, x->model->units[cell->unit].id);
    atn_buf_char(x->out, ' ');
    atn_period_print(x->out, cell->period);
    for (uint32_t i = 0; i < measure->n_categories; i++) {
        const atn_member_set *const category = &x->model->categories[measure->category[i]];
        atn_buf_char(x->out, ' ');
        atn_buf_str(x->out, category->member[atn_cell_member(x->model, measure, cell->cell, i)]);
    }
    atn_buf_text(x->out, ": ");
    if (cell->qualifier == ATTAIN_MISSING) {
        atn_buf_text(x->out, "missing, ");
        atn_buf_text(x->out, attain_missing_reason_name((attain_missing_reason)cell->reason));
        return;
    }
    static const char *const signs[] = {"", "> ", ">= ", "< ", "<= ", "about "};
    atn_buf_text(x->out, signs[cell->qualifier]);
    const atn_ratio value = atn_ratio_from_decimal(atn_i128_from_i64(cell->value), measure->decimals);
    print_number(x, &value);
}

/* Cells of the term at or under the unit whose period touches the days. */
static void write_cells(atn_explainer *x, const atn_term *term, uint32_t unit, const attain_period *days)
{
    const atn_measure *const measure = &x->model->measures[term->index];
    uint32_t n_written = 0;
    uint64_t n_more = 0;
    atn_cursor cursor;
    atn_cell cell;
    atn_facts_each(x->facts, term->index, 0, x->model->n_units, days->start_day, ATN_DAY_MAX, &cursor);
    while (atn_facts_next(&cursor, &cell)) {
        if (cell.period.start_day > days->end_day || !cell_is_picked(x->model, term, &cell)) {
            continue;
        }
        const int32_t day =
            atn_unit_last_valid(x->model, cell.unit, cell.period.start_day, cell.period.end_day);
        if (day == INT32_MIN || !atn_unit_is_under(x->model, cell.unit, unit, day)) {
            continue;
        }
        if (n_written == x->max_items) {
            n_more += 1;
            continue;
        }
        atn_buf_text(x->out, n_written == 0 ? " [" : ", ");
        write_cell(x, measure, &cell);
        n_written += 1;
    }
    if (n_more > 0) {
        atn_buf_printf(x->out, ", and %llu more", (unsigned long long)n_more);
    }
    atn_buf_text(x->out, n_written > 0 ? "]" : " [no figure]");
}

/* Picked cells that the unit has for the slot: present, or said to be not applicable. */
static uint32_t answers_of(const atn_explainer *x, const atn_term *term, uint32_t unit, attain_period slot)
{
    uint32_t n_answers = 0;
    atn_cursor cursor;
    atn_cell cell;
    atn_facts_each(x->facts, term->index, unit, unit + 1, slot.end_day, slot.end_day, &cursor);
    while (atn_facts_next(&cursor, &cell)) {
        if (atn_period_equal(cell.period, slot) && cell_is_picked(x->model, term, &cell) &&
            (cell.qualifier != ATTAIN_MISSING || cell.reason == ATTAIN_REASON_NOT_APPLICABLE)) {
            n_answers += 1;
        }
    }
    return n_answers;
}

static uint32_t picked_cells(const atn_model *model, const atn_term *term)
{
    const uint32_t n_cells = model->measures[term->index].n_cells;
    const uint64_t *const cells = term->pick == ATN_NONE ? NULL : model->picks[term->pick].cells;
    uint32_t n = 0;
    for (uint32_t cell = 0; cell < n_cells; cell++) {
        n += cells == NULL || atn_bit_get(cells, cell) ? 1u : 0u;
    }
    return n;
}

/* "A 2024-H1, A 2024-H2": the slots of the days that the unit should fill and has not. */
static uint32_t write_absent_slots(atn_explainer *x, const atn_term *term, uint32_t unit,
                                   const attain_period *days, uint32_t n_written, uint32_t *n_more)
{
    const attain_period_type every = x->model->measures[term->index].reported;
    attain_period slot;
    uint32_t n_slots = atn_period_slots(every, 0, days->start_day, days->end_day, &slot);
    if (n_slots == 0) { /* a longer slot serves the period */
        slot = atn_period_of_day(every, 0, days->end_day);
        n_slots = 1;
    }
    bool more = slot.type != ATTAIN_PERIOD_NONE;
    for (uint32_t i = 0; i < n_slots && more; i++) {
        if (atn_unit_is_valid(x->model, unit, slot.end_day) &&
            answers_of(x, term, unit, slot) < picked_cells(x->model, term)) {
            if (n_written == x->max_items) {
                *n_more += 1;
            } else {
                if (n_written == 0) {
                    atn_buf_char(x->out, '\n');
                    atn_explain_label(x, "absent");
                }
                atn_buf_text(x->out, n_written == 0 ? "" : ", ");
                atn_buf_str(x->out, x->model->units[unit].id);
                atn_buf_char(x->out, ' ');
                atn_period_print(x->out, slot);
                n_written += 1;
            }
        }
        more = atn_period_step(slot, 1, &slot);
    }
    return n_written;
}

/* Slots of the units below that are to be filled and are not, due or not. */
static void write_absent(atn_explainer *x, const atn_term *term, const atn_sum *line, uint32_t unit,
                         const attain_period *days)
{
    const atn_measure *const measure = &x->model->measures[term->index];
    uint32_t n_written = 0;
    uint32_t n_more = 0;
    for (uint32_t u = 0; u < x->model->n_units; u++) {
        const int32_t day = atn_unit_last_valid(x->model, u, days->start_day, days->end_day);
        if (day == INT32_MIN || line[u].n_expected <= line[u].n_reported) {
            continue;
        }
        const bool reports =
            measure->reported_type != ATN_NONE
                ? atn_type_includes(x->model, measure->reported_type, x->model->units[u].type)
                : !atn_unit_has_children(x->model, u, day);
        if (reports && atn_unit_is_under(x->model, u, unit, day)) {
            n_written = write_absent_slots(x, term, u, days, n_written, &n_more);
        }
    }
    if (n_more > 0) {
        atn_buf_printf(x->out, ", and %u more", n_more);
    }
}

static attain_status explain_count(atn_explainer *x, const atn_term *term, uint32_t unit,
                                   const attain_period *days, int32_t as_of_day, attain_error *err)
{
    const atn_tally *tallies = NULL;
    ATN_TRY(atn_eval_count(x->eval, term->index, days, as_of_day, NULL, &tallies, err));
    atn_buf_str(x->out, x->model->counts[term->index].text);
    atn_buf_printf(x->out, " [%u true, %u unknown, of %u]", tallies[unit].n_true, tallies[unit].n_unknown,
                   tallies[unit].n_units);
    return ATTAIN_OK;
}

static attain_status explain_measure(atn_explainer *x, const atn_term *term, uint32_t unit,
                                     const attain_period *days, int32_t as_of_day, attain_error *err)
{
    const atn_measure *const measure = &x->model->measures[term->index];
    const atn_sum *line = NULL;
    atn_buf_str(x->out, measure->id);
    if (term->pick != ATN_NONE) {
        atn_buf_str(x->out, x->model->picks[term->pick].text);
    }
    const uint32_t n_picks = term->pick == ATN_NONE ? 0 : 1;
    ATN_TRY(atn_eval_line(x->eval, term->index, &term->pick, n_picks, days, as_of_day, NULL, &line, err));
    const uint32_t n_due = line[unit].n_expected;
    const uint32_t n_reported = line[unit].n_reported;
    /* The range opens for reports that are not due yet as well. */
    ATN_TRY(atn_eval_line(x->eval, term->index, &term->pick, n_picks, days, ATN_DAY_MAX, NULL, &line, err));
    if (line[unit].has_value) {
        const atn_ratio value = atn_ratio_from_decimal(line[unit].value, measure->decimals);
        atn_buf_text(x->out, " = ");
        print_number(x, &value);
    }
    write_cells(x, term, unit, days);
    if (measure->reported != ATTAIN_PERIOD_NONE && line[unit].n_expected == 0) {
        atn_buf_text(x->out, "; no slot expected");
    } else if (measure->reported != ATTAIN_PERIOD_NONE) {
        atn_buf_printf(x->out, "; %u of %u slots reported", n_reported, n_due);
        if (line[unit].n_expected > n_due) {
            atn_buf_printf(x->out, ", %u not due yet", line[unit].n_expected - n_due);
        }
        write_absent(x, term, line, unit, days);
    }
    return ATTAIN_OK;
}

static void explain_reference(atn_explainer *x, const atn_term *term, const attain_period *days)
{
    const atn_reference *const reference = &x->model->references[term->index];
    atn_ratio value;
    bool has = false;
    atn_reference_value(reference, term->rule, 1, days, &value, &has);
    atn_buf_str(x->out, reference->id);
    if (has) {
        atn_buf_text(x->out, " = ");
        print_number(x, &value);
    } else {
        atn_buf_text(x->out, " [no step by then]");
    }
}

attain_status atn_explain_form(atn_explainer *x, const char *label, const atn_form *form, uint32_t unit,
                               const attain_period *days, int32_t as_of_day, attain_error *err)
{
    for (uint32_t i = 0; i < form->n_terms; i++) {
        const atn_term *const term = &x->model->terms[form->first_term + i];
        if (term->kind == ATN_TERM_NUMBER) {
            continue;
        }
        atn_explain_label(x, label);
        if (term->kind == ATN_TERM_MEASURE) {
            ATN_TRY(explain_measure(x, term, unit, days, as_of_day, err));
        } else if (term->kind == ATN_TERM_COUNT) {
            ATN_TRY(explain_count(x, term, unit, days, as_of_day, err));
        } else {
            explain_reference(x, term, days);
        }
        atn_buf_char(x->out, '\n');
    }
    return ATTAIN_OK;
}

/* ---- rules and remedies ---- */

typedef struct sentence {
    uint32_t bit;
    const char *text;
} sentence;

static const sentence flag_sentences[] = {
    {ATTAIN_FLAG_NOT_DUE, "not due yet: the verdict answers \"if it were due today\""},
    {ATTAIN_FLAG_PARTIAL_PERIOD, "the period is cut at the as-of day"},
    {ATTAIN_FLAG_VISION, "a vision: beyond the plan's own end, counted apart"},
    {ATTAIN_FLAG_OP_IMPLICIT, "the text names no operator; it is read as at least"},
    {ATTAIN_FLAG_DUE_INHERITED, "the text names no deadline; it is that of the phase or programme"},
    {ATTAIN_FLAG_ESTIMATED, "a figure was published as \"about\" and counts as it stands"},
    {ATTAIN_FLAG_CARRIED, "a figure was carried forward"},
    {ATTAIN_FLAG_NOT_LAST, "the last expected report is absent; the value is the last one present"},
    {ATTAIN_FLAG_OVER_ONE, "a part is larger than its whole somewhere, so the range is not cut at 100 %"},
    {ATTAIN_FLAG_ABOVE, "the value lies above the band"},
    {ATTAIN_FLAG_BASELINE_MEETS, "the baseline met the level already, so there is no progress to measure"},
    {ATTAIN_FLAG_OUTSIDE_SCOPE,
     "the unit is outside the target's scope: read as if the target applied there"},
    {ATTAIN_FLAG_GROUPS_INCOMPLETE, "some units lack the attribute and stand in no group"},
    {ATTAIN_FLAG_ROUNDING_FLIPS, "the printed, rounded value would be judged differently"},
};

void atn_explain_flags(atn_explainer *x, uint32_t flags)
{
    for (size_t i = 0; i < sizeof flag_sentences / sizeof flag_sentences[0]; i++) {
        if ((flags & flag_sentences[i].bit) != 0) {
            atn_explain_label(x, "rule");
            atn_buf_text(x->out, flag_sentences[i].text);
            atn_buf_char(x->out, '\n');
        }
    }
}

typedef struct why {
    uint32_t bit;
    const char *remedy; /* "settled by ...": what would close an open verdict */
    const char *cause;  /* "because ...": why a closed one is as it is */
} why;

static const why reason_sentences[] = {
    {ATTAIN_BECAUSE_NO_DATA, "a figure for the numerator in this period",
     "the numerator has no figure in this period"},
    {ATTAIN_BECAUSE_NO_DENOMINATOR,
     "a figure for the denominator in this period, or the register of the units it counts",
     "the denominator has no figure in this period, or the units it counts are not registered"},
    {ATTAIN_BECAUSE_ZERO_DENOMINATOR, "nothing: the denominator is 0, so there was nothing to reach",
     "the denominator is 0, so there was nothing to reach"},
    {ATTAIN_BECAUSE_NEGATIVE_DENOMINATOR, "a denominator that is not negative",
     "the denominator is negative"},
    {ATTAIN_BECAUSE_OUT_OF_SCOPE, "nothing: the unit did not exist at the end of the period",
     "the unit did not exist at the end of the period"},
    {ATTAIN_BECAUSE_OVERFLOW, "a larger unit of measure: the sum does not fit 128 bits",
     "the sum does not fit 128 bits"},
    {ATTAIN_BECAUSE_NOT_QUANTIFIED, "a number: the text gives none", "the text gives no number"},
    {ATTAIN_BECAUSE_UNDEFINED_TERM,
     "a definition of the term the text leaves open (defined \"...\" as \"...\")",
     "the text leaves a term open"},
    {ATTAIN_BECAUSE_NO_EVIDENCE, "evidence: done DATE \"...\" or not done DATE \"...\"",
     "there is no evidence"},
    {ATTAIN_BECAUSE_BOUNDARY_EVENT,
     "figures of the baseline on today's map: the unit was merged or split in between",
     "the unit was merged or split since the baseline"},
    {ATTAIN_BECAUSE_SERIES_BREAK, "a baseline by today's definition: the series breaks in between",
     "the series breaks between the baseline and the value"},
    {ATTAIN_BECAUSE_NO_BASELINE, "a figure for the baseline", "the baseline has no figure"},
    {ATTAIN_BECAUSE_BASELINE_NOT_POSITIVE, "a baseline above 0: a relative change needs one",
     "the baseline is not above 0, so there is no relative change"},
    {ATTAIN_BECAUSE_INFEASIBLE, "another level: a share cannot reach this one",
     "a share cannot reach this level"},
    {ATTAIN_BECAUSE_NO_TOLERANCE, "a tolerance: about N within M points", "the text gives no tolerance"},
    {ATTAIN_BECAUSE_BOUND, "an exact figure where only a bound (more than, less than) was published",
     "only a bound (more than, less than) was published"},
    {ATTAIN_BECAUSE_DEPENDS_ON_MISSING, "the absent reports", "reports are absent"},
    {ATTAIN_BECAUSE_DEPENDS_ON_READING, "a choice between the readings: choose NAME \"why\"",
     "the readings differ"},
    {ATTAIN_BECAUSE_NOT_EVALUATED, "a later version of attain: this one reads it but cannot compute it yet",
     "this version of attain cannot compute it yet"},
};

static void settle_undefined(atn_explainer *x, const atn_target *target)
{
    for (uint32_t i = 0; i < target->n_undefined; i++) {
        atn_buf_text(x->out, i == 0 ? ": \"" : ", \"");
        atn_buf_str(x->out, target->undefined[i]);
        atn_buf_char(x->out, '"');
    }
}

/* The state names the numerator first; a reader wants to know of both. */
static bool lacks_denominator(const atn_explainer *x, uint32_t target, const atn_judgement *judged)
{
    const atn_reading *const reading = &x->model->readings[x->model->targets[target].first_reading];
    const bool has_one =
        reading->indicator != ATN_NONE &&
        (reading->within != ATN_NONE || x->model->indicators[reading->indicator].has_denominator);
    return has_one && !judged->value.has_d;
}

void atn_explain_settle(atn_explainer *x, uint32_t target, const atn_judgement *judged)
{
    for (size_t i = 0; i < sizeof reason_sentences / sizeof reason_sentences[0]; i++) {
        if ((judged->reasons & reason_sentences[i].bit) == 0) {
            continue;
        }
        const bool is_open = judged->verdict == ATTAIN_UNDETERMINED;
        atn_explain_label(x, is_open ? "settled by" : "because");
        atn_buf_text(x->out, is_open ? reason_sentences[i].remedy : reason_sentences[i].cause);
        if (reason_sentences[i].bit == ATTAIN_BECAUSE_NO_DATA && is_open &&
            lacks_denominator(x, target, judged)) {
            atn_buf_text(x->out, ", and one for the denominator");
        }
        if (reason_sentences[i].bit == ATTAIN_BECAUSE_UNDEFINED_TERM) {
            settle_undefined(x, &x->model->targets[target]);
        }
        if (reason_sentences[i].bit == ATTAIN_BECAUSE_DEPENDS_ON_MISSING && judged->missing > 0) {
            atn_buf_printf(x->out, " (%lld)", (long long)judged->missing);
        }
        atn_buf_char(x->out, '\n');
    }
}
