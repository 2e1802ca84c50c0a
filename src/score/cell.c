/* Cells as text and rows as structs: the one place where results are rounded, once, from the exact number. */
#include "number/decimal.h"
#include "score/table.h"

#include <string.h>

#define MAX_FULL_DIGITS 40

/* ---- numbers ---- */

/* Decimals needed to write the number in full: the least k with 10^k divisible by den; UINT32_MAX if there is
 * none up to 40. */
static unsigned full_digits(const atn_ratio *value)
{
    atn_wide power = atn_wide_from_u64(1);
    for (unsigned k = 0; k <= MAX_FULL_DIGITS; k++) {
        atn_wide rest;
        atn_wide_divide(NULL, &rest, &power, &value->den);
        if (atn_wide_sign(&rest) == 0) {
            return k;
        }
        atn_wide_mul_pow10(&power, &power, 1);
    }
    return UINT32_MAX;
}

static bool is_in_own_units(attain_column column)
{
    return column == ATTAIN_COL_NUMERATOR || column == ATTAIN_COL_DENOMINATOR || column == ATTAIN_COL_GAP;
}

/* Columns that are values of the indicator and so are shown in its way. */
static bool is_shown_column(attain_column column)
{
    return column == ATTAIN_COL_VALUE || column == ATTAIN_COL_LOW || column == ATTAIN_COL_HIGH ||
           column == ATTAIN_COL_BASELINE || column == ATTAIN_COL_LEVEL || column == ATTAIN_COL_LEVEL_HIGH ||
           column == ATTAIN_COL_PATH;
}

void atn_print_fraction(atn_buf *out, const atn_ratio *value)
{
    atn_ratio reduced = *value;
    atn_ratio_reduce(&reduced);
    atn_decimal_print_wide(out, &reduced.num);
    const atn_wide one = atn_wide_from_u64(1);
    if (atn_wide_compare(&reduced.den, &one) != 0) {
        atn_buf_char(out, '/');
        atn_decimal_print_wide(out, &reduced.den);
    }
}

static void print_scaled(atn_buf *out, const atn_ratio *value, int64_t factor, unsigned digits,
                         const attain_print_options *o)
{
    const atn_ratio by = atn_ratio_from_i64(factor);
    atn_ratio scaled;
    atn_ratio_mul(&scaled, value, &by);
    atn_decimal_print_ratio(out, &scaled, digits, !o->keep_zeros, o->rounding, &o->numbers);
}

int atn_digits_of_option(int digits)
{
    return digits == 0 ? -1 : digits < 0 ? 0 : digits;
}

unsigned atn_default_digits(bool shown, bool in_percent)
{
    return !shown ? 6u : in_percent ? 1u : 2u;
}

atn_manner atn_manner_of_indicator(const atn_indicator *indicator)
{
    return (atn_manner){indicator->shown, indicator->shown_per};
}

atn_manner atn_manner_of_reading(const atn_model *model, const atn_reading *reading)
{
    if (reading->within != ATN_NONE) {
        return (atn_manner){ATN_SHOWN_PERCENT, 1};
    }
    return atn_manner_of_indicator(&model->indicators[reading->indicator]);
}

void atn_print_shown(atn_buf *out, atn_manner manner, const atn_ratio *value, unsigned digits,
                     const attain_print_options *o)
{
    if (manner.shown == ATN_SHOWN_PERCENT) {
        print_scaled(out, value, 100, digits, o);
        atn_buf_text(out, " %");
    } else if (manner.shown == ATN_SHOWN_PER) {
        const atn_ratio per = atn_ratio_from_i64((int64_t)manner.per);
        print_scaled(out, value, (int64_t)manner.per, digits, o);
        atn_buf_text(out, " per ");
        atn_decimal_print_ratio(out, &per, 0, true, o->rounding, &o->numbers);
    } else if (manner.shown == ATN_SHOWN_ONE_PER && atn_ratio_sign(value) > 0) {
        const atn_ratio one = atn_ratio_from_i64(1);
        atn_ratio inverse;
        atn_ratio_div(&inverse, &one, value);
        atn_buf_text(out, "1 per ");
        atn_decimal_print_ratio(out, &inverse, digits, !o->keep_zeros, o->rounding, &o->numbers);
    } else {
        atn_decimal_print_ratio(out, value, digits, !o->keep_zeros, o->rounding, &o->numbers);
    }
}

/* Rows that stand for several readings are shown as the first of them; milestones have no number to show. */
static atn_manner manner_of_row(const attain_table *table, const atn_row *row)
{
    const atn_model *const model = &atn_table_plan(table)->model;
    const atn_manner plain = {ATN_SHOWN_PLAIN, 1};
    if (!atn_table_is_scorecard(table)) {
        return atn_manner_of_indicator(&model->indicators[row->item]);
    }
    const atn_target *const target = &model->targets[row->item];
    const uint32_t reading = row->reading != ATN_NONE ? row->reading : target->first_reading;
    if (target->n_readings == 0 || model->readings[reading].indicator == ATN_NONE) {
        return plain;
    }
    return atn_manner_of_reading(model, &model->readings[reading]);
}

static void print_number(const attain_table *table, const atn_row_view *view, attain_column column,
                         const attain_print_options *o, atn_buf *out)
{
    atn_ratio value;
    if (!atn_table_number(table, view, (atn_number_column)(column - ATTAIN_COL_NUMERATOR), &value)) {
        return;
    }
    if (o->exact) {
        atn_print_fraction(out, &value);
        return;
    }
    const unsigned full = is_in_own_units(column) ? full_digits(&value) : UINT32_MAX;
    const atn_manner manner = manner_of_row(table, &view->row);
    const bool in_percent = is_shown_column(column) ? manner.shown == ATN_SHOWN_PERCENT : true;
    const unsigned asked =
        o->digits < 0 ? atn_default_digits(o->shown != 0, in_percent) : (unsigned)o->digits;
    const unsigned digits = full != UINT32_MAX ? full : asked;
    if (o->shown && is_shown_column(column)) {
        atn_print_shown(out, manner, &value, digits, o);
    } else if (o->shown && (column == ATTAIN_COL_ATTAINMENT || column == ATTAIN_COL_PROGRESS ||
                            column == ATTAIN_COL_CHANGE_RELATIVE)) {
        print_scaled(out, &value, 100, digits, o);
        atn_buf_text(out, " %");
    } else {
        attain_print_options whole = *o;
        whole.keep_zeros = o->keep_zeros && !is_in_own_units(column);
        atn_decimal_print_ratio(out, &value, digits, !whole.keep_zeros, o->rounding, &o->numbers);
    }
}

/* ---- words ---- */

static void print_bits(atn_buf *out, uint32_t bits, const char *(*name)(uint32_t bit))
{
    bool first = true;
    for (uint32_t bit = 0; bit < 32; bit++) {
        if ((bits & (1u << bit)) != 0) {
            atn_buf_text(out, first ? "" : ";");
            atn_buf_text(out, name(1u << bit));
            first = false;
        }
    }
}

static const char *reason_word(uint32_t bit)
{
    return attain_reason_name((attain_reason)bit);
}

static const char *flag_word(uint32_t bit)
{
    return attain_flag_name((attain_flag)bit);
}

static void print_count(atn_buf *out, int64_t n, const attain_print_options *o)
{
    if (n >= 0) {
        const atn_ratio value = atn_ratio_from_i64(n);
        atn_decimal_print_ratio(out, &value, 0, true, ATTAIN_ROUND_HALF_UP, &o->numbers);
    }
}

static void print_period(atn_buf *out, attain_period period)
{
    if (period.type != ATTAIN_PERIOD_NONE) {
        atn_period_print(out, period);
    }
}

/* A dispatch over the columns. */
static void print_cell(const attain_table *table, const atn_row_view *view, attain_column column,
                       const attain_print_options *o, atn_buf *out)
{
    const atn_row *const row = &view->row;
    const atn_model *const model = &atn_table_plan(table)->model;
    switch ((int)column) {
    case ATTAIN_COL_TARGET: atn_buf_str(out, model->targets[row->item].id); break;
    case ATTAIN_COL_INDICATOR: atn_buf_str(out, model->indicators[row->item].id); break;
    case ATTAIN_COL_UNIT:
        if (row->unit != ATN_NONE) {
            atn_buf_str(out, model->units[row->unit].id);
        }
        break;
    case ATTAIN_COL_PERIOD: print_period(out, row->period); break;
    case ATTAIN_COL_DUE: print_period(out, row->due); break;
    case ATTAIN_COL_READING:
        if (row->reading != ATN_NONE) {
            atn_buf_str(out, model->readings[row->reading].name);
        }
        break;
    case ATTAIN_COL_VERDICT: atn_buf_text(out, attain_verdict_name((attain_verdict)row->verdict)); break;
    case ATTAIN_COL_REASON: print_bits(out, row->reasons, reason_word); break;
    case ATTAIN_COL_FLAGS: print_bits(out, row->flags, flag_word); break;
    case ATTAIN_COL_PACE: atn_buf_text(out, attain_pace_name((attain_pace)row->pace)); break;
    case ATTAIN_COL_STATE: atn_buf_text(out, attain_state_name((attain_state)row->state)); break;
    case ATTAIN_COL_REPORTED: print_count(out, row->reported, o); break;
    case ATTAIN_COL_EXPECTED: print_count(out, row->expected, o); break;
    case ATTAIN_COL_MISSING: print_count(out, row->missing, o); break;
    default:
        if (column >= ATTAIN_COL_NUMERATOR) {
            print_number(table, view, column, o, out);
        } else {
            atn_buf_str(out, atn_table_group_text(table, row, (uint32_t)(column - ATTAIN_COL_GROUP)));
        }
        break;
    }
}

attain_status atn_table_print(const attain_table *table, size_t row, attain_column column,
                              const attain_print_options *options, atn_buf *out, attain_error *err)
{
    if (row >= atn_table_rows(table)) {
        return atn_error_at_index(err, ATTAIN_E_ARGUMENT, (int64_t)row, "row %zu of a table of %zu rows", row,
                                  atn_table_rows(table));
    }
    if (atn_table_column_name(table, column)[0] == '\0') {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "the table has no column %d", (int)column);
    }
    if (options->digits > 18) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT,
                             "%d digits asked for; 1 to 18 (0 for the default, -1 for none) are possible",
                             options->digits);
    }
    atn_row_view view;
    (void)atn_table_row(table, row, &view);
    print_cell(table, &view, column, options, out);
    return out->failed ? atn_error_memory(err, "printing a cell") : ATTAIN_OK;
}

/* ---- rows and summaries ---- */

static void row_number(const attain_table *table, const atn_row_view *view, atn_number_column column,
                       double *value, uint8_t *has)
{
    atn_ratio number;
    *has = atn_table_number(table, view, column, &number) ? 1 : 0;
    *value = *has ? atn_ratio_double(&number) : 0.0;
}

attain_status atn_table_score_row(const attain_table *table, size_t row, attain_score_row *out,
                                  attain_error *err)
{
    if (!atn_table_is_scorecard(table) || row >= atn_table_rows(table)) {
        return atn_error_at_index(err, ATTAIN_E_ARGUMENT, (int64_t)row,
                                  "row %zu of a %s of %zu rows; a row of a scorecard is required", row,
                                  atn_table_is_scorecard(table) ? "scorecard" : "table of values",
                                  atn_table_rows(table));
    }
    atn_row_view view;
    const atn_row *const at = atn_table_row(table, row, &view);
    memset(out, 0, sizeof *out);
    out->target = at->item;
    out->unit = at->unit;
    out->period = at->period;
    out->due = at->due;
    out->verdict = (attain_verdict)at->verdict;
    out->reasons = at->reasons;
    out->flags = at->flags;
    out->pace = (attain_pace)at->pace;
    out->reported = at->reported;
    out->expected = at->expected;
    out->missing = at->missing;
    row_number(table, &view, ATN_NUM_VALUE, &out->value, &out->has_value);
    row_number(table, &view, ATN_NUM_LOW, &out->low, &out->has_low);
    row_number(table, &view, ATN_NUM_HIGH, &out->high, &out->has_high);
    row_number(table, &view, ATN_NUM_BASELINE, &out->baseline, &out->has_baseline);
    row_number(table, &view, ATN_NUM_LEVEL, &out->level, &out->has_level);
    row_number(table, &view, ATN_NUM_ATTAINMENT, &out->attainment, &out->has_attainment);
    row_number(table, &view, ATN_NUM_PROGRESS, &out->progress, &out->has_progress);
    row_number(table, &view, ATN_NUM_GAP, &out->gap, &out->has_gap);
    return ATTAIN_OK;
}

/* Worst first: not_met, undetermined, met, not_applicable. */
static unsigned badness(attain_verdict verdict)
{
    static const unsigned rank[] = {1, 3, 2, 0};
    return rank[verdict];
}

typedef struct worst_of_target {
    bool seen;
    attain_verdict verdict;
    uint32_t flags;
} worst_of_target;

static void see_row(worst_of_target *at, attain_verdict verdict, uint32_t flags)
{
    if ((flags & ATTAIN_FLAG_OUTSIDE_SCOPE) != 0) {
        return;
    }
    if (!at->seen || badness(verdict) > badness(at->verdict)) {
        at->verdict = verdict;
        at->flags = flags;
    }
    at->seen = true;
}

/* Column by column for some rows at a time: nothing is derived row by row. */
static void find_worst(const attain_table *table, worst_of_target *worst)
{
    enum { AT_A_TIME = 1024 };
    int64_t item[AT_A_TIME];
    int64_t verdict[AT_A_TIME];
    int64_t flags[AT_A_TIME];
    const size_t n_rows = atn_table_rows(table);
    for (size_t first = 0; first < n_rows; first += AT_A_TIME) {
        const size_t end = n_rows - first < AT_A_TIME ? n_rows : first + AT_A_TIME;
        atn_table_integers_of(table, ATTAIN_COL_TARGET, first, end, item);
        atn_table_integers_of(table, ATTAIN_COL_VERDICT, first, end, verdict);
        atn_table_integers_of(table, ATTAIN_COL_FLAGS, first, end, flags);
        for (size_t i = 0; i < end - first; i++) {
            see_row(&worst[item[i]], (attain_verdict)verdict[i], (uint32_t)flags[i]);
        }
    }
}

attain_status atn_table_summary(const attain_table *table, attain_summary **items, size_t *n,
                                attain_error *err)
{
    const attain_plan *const plan = atn_table_plan(table);
    const atn_model *const model = &plan->model;
    const size_t n_slots = (size_t)model->n_programmes + 1;
    worst_of_target *const worst = atn_alloc_array(&plan->alloc, model->n_targets, sizeof *worst);
    attain_summary *const all = atn_alloc_array(&plan->alloc, n_slots, sizeof *all);
    size_t n_used = 0;
    attain_status status = ATTAIN_OK;
    if (!atn_table_is_scorecard(table)) {
        status = atn_error_set(err, ATTAIN_E_ARGUMENT,
                               "a table of values has no verdicts to count; a scorecard is required");
        goto out;
    }
    if (worst == NULL || all == NULL) {
        status = atn_error_memory(err, "counting verdicts");
        goto out;
    }
    find_worst(table, worst);
    for (uint32_t t = 0; t < model->n_targets; t++) {
        const uint32_t programme = model->targets[t].programme;
        attain_summary *const sum = &all[programme == ATN_NONE ? model->n_programmes : programme];
        if (worst[t].seen) {
            uint32_t *const counts = (worst[t].flags & ATTAIN_FLAG_VISION) != 0    ? sum->vision
                                     : (worst[t].flags & ATTAIN_FLAG_NOT_DUE) != 0 ? sum->not_due
                                                                                   : sum->due;
            counts[worst[t].verdict] += 1;
            sum->programme = 1; /* in use; replaced below */
        }
    }
    for (size_t i = 0; i < n_slots; i++) {
        if (all[i].programme == 1) {
            all[n_used] = all[i];
            all[n_used++].programme = i == model->n_programmes ? ATN_NONE : (uint32_t)i;
        }
    }
    *items = all;
    *n = n_used;
out:
    if (worst != NULL) {
        atn_alloc_free_array(&plan->alloc, worst, model->n_targets, sizeof *worst);
    }
    if (status != ATTAIN_OK && all != NULL) {
        atn_alloc_free_array(&plan->alloc, all, n_slots, sizeof *all);
    }
    return status;
}

void atn_table_summary_free(const attain_table *table, attain_summary *items, size_t n)
{
    (void)n;
    const attain_plan *const plan = atn_table_plan(table);
    atn_alloc_free_array(&plan->alloc, items, (size_t)plan->model.n_programmes + 1, sizeof *items);
}
