/* Whole-number columns of sheets: ids, verdicts, reasons, flags, counts. */
#include "score/sheet_block.h"

#include "score/table.h"

#include <string.h>

/* ---- what outcomes mean ---- */

static uint32_t reasons_of(unsigned outcome)
{
    static const uint32_t of_state[8] = {0,
                                         0,
                                         ATTAIN_BECAUSE_NO_DATA,
                                         ATTAIN_BECAUSE_NO_DENOMINATOR,
                                         ATTAIN_BECAUSE_ZERO_DENOMINATOR,
                                         0,
                                         ATTAIN_BECAUSE_OUT_OF_SCOPE,
                                         0};
    static const uint32_t of_why[4] = {0, ATTAIN_BECAUSE_NO_BASELINE, ATTAIN_BECAUSE_BASELINE_NOT_POSITIVE,
                                       ATTAIN_BECAUSE_DEPENDS_ON_MISSING};
    const unsigned verdict = OUTCOME_VERDICT(outcome);
    if (verdict == ATTAIN_NOT_MET && OUTCOME_WHY(outcome) == WHY_INFEASIBLE) {
        return ATTAIN_BECAUSE_INFEASIBLE;
    }
    return verdict == ATTAIN_MET || verdict == ATTAIN_NOT_MET
               ? 0
               : of_state[OUTCOME_STATE(outcome)] | of_why[OUTCOME_WHY(outcome)];
}

static bool is_missing_data(unsigned outcome)
{
    const uint32_t of_data =
        ATTAIN_BECAUSE_DEPENDS_ON_MISSING | ATTAIN_BECAUSE_NO_DATA | ATTAIN_BECAUSE_NO_DENOMINATOR;
    return OUTCOME_VERDICT(outcome) == ATTAIN_UNDETERMINED && (reasons_of(outcome) & of_data) != 0;
}

/* ---- rows that go to the judge ---- */

int64_t atn_block_judge_integer(const sheet_block *block, size_t row, attain_column column)
{
    const uint32_t n_days = block->sheet->n_days;
    atn_judgement judged;
    atn_sheet_judge(block->sheet, block->first + (uint32_t)(row / n_days), (uint32_t)(row % n_days), &judged);
    switch ((int)column) {
    case ATTAIN_COL_VERDICT: return judged.verdict;
    case ATTAIN_COL_REASON: return judged.reasons;
    case ATTAIN_COL_FLAGS: return judged.flags;
    case ATTAIN_COL_PACE: return judged.pace;
    case ATTAIN_COL_STATE: return judged.value.state;
    default: return judged.missing;
    }
}

/* ---- columns ---- */

static void fill_units(const sheet_block *block, int64_t *values)
{
    const uint32_t n_days = block->sheet->n_days;
    for (uint32_t u = 0; u < block->n_units; u++) {
        const int64_t unit = atn_sheet_unit(block->sheet, block->first + u);
        for (uint32_t d = 0; d < n_days; d++) {
            *values++ = unit;
        }
    }
}

/* A unit that is not there has no counts. */
static void clear_units(const sheet_block *block, int64_t *values)
{
    const atn_sheet *const sheet = block->sheet;
    for (uint32_t u = 0; sheet->marks != NULL && u < block->n_units; u++) {
        if ((sheet->marks[block->first + u] & ATN_MARK_NOT_VALID) != 0) {
            for (uint32_t d = 0; d < sheet->n_days; d++) {
                values[(size_t)u * sheet->n_days + d] = -1;
            }
        }
    }
}

static void fill_counts(const sheet_block *block, bool expected, int64_t *values)
{
    const atn_sheet *const sheet = block->sheet;
    const atn_kernels *const kernels = sheet->book->kernels;
    const uint32_t *counts[2] = {NULL, NULL};
    uint32_t room[2][SHEET_ROWS];
    for (uint32_t i = 0; i < sheet->n_count_slots; i++) {
        const atn_slab *const slab = &sheet->cube->slabs[sheet->count_slot[i]];
        counts[i] = atn_block_counts(block, expected ? slab->n_expected : slab->n_reported, room[i]);
    }
    if (sheet->n_count_slots == 1) {
        kernels->widen32(block->n, counts[0], values);
    } else {
        kernels->add32(block->n, counts[0], counts[1], values);
    }
    clear_units(block, values);
}

static void fill_missing(const sheet_block *block, const uint8_t *outcome, int64_t *values)
{
    int64_t reported[SHEET_ROWS];
    bool counts[128];
    bool any = false;
    for (unsigned i = 0; i < 128; i++) {
        counts[i] = is_missing_data(i);
    }
    for (size_t i = 0; i < block->n && !block->complete; i++) {
        any = any || counts[outcome[i] & 127u];
    }
    if (!any) {
        memset(values, 0, block->n * sizeof *values);
        clear_units(block, values);
        return;
    }
    fill_counts(block, true, values);
    fill_counts(block, false, reported);
    for (size_t i = 0; i < block->n; i++) {
        const int64_t missing = counts[outcome[i] & 127u] ? values[i] - reported[i] : 0;
        values[i] = values[i] < 0 ? -1 : missing;
    }
}

static void fill_reasons(const sheet_block *block, const uint8_t *outcome, int64_t *values)
{
    int64_t reasons[128];
    for (unsigned i = 0; i < 128; i++) {
        reasons[i] = reasons_of(i);
    }
    for (size_t i = 0; i < block->n; i++) {
        values[i] = reasons[outcome[i] & 127u];
    }
}

static void fill_states(const sheet_block *block, const uint8_t *outcome, int64_t *values)
{
    for (size_t i = 0; i < block->n; i++) {
        values[i] = OUTCOME_STATE(outcome[i]);
    }
}

/* ---- flags ---- */

static void add_not_last(const sheet_block *block, uint32_t slot, int64_t *values)
{
    uint32_t room[SHEET_ROWS];
    const uint32_t *const of_slot = slot != ATN_NONE ? block->sheet->cube->slabs[slot].n_not_last : NULL;
    if (of_slot == NULL || block->complete) {
        return;
    }
    const uint32_t *const n_not_last = atn_block_counts(block, of_slot, room);
    for (size_t i = 0; i < block->n; i++) {
        const bool is_there = block->p.state[i] != ATTAIN_STATE_OUT_OF_SCOPE;
        values[i] |= n_not_last[i] > 0 && is_there ? (int64_t)ATTAIN_FLAG_NOT_LAST : 0;
    }
}

static void add_over_one(const sheet_block *block, int64_t *values)
{
    const atn_sheet *const sheet = block->sheet;
    for (size_t i = 0; sheet->is_share && i < block->n; i++) {
        const uint32_t unit = atn_sheet_unit(sheet, block->first + (uint32_t)(i / sheet->n_days));
        const size_t at = (size_t)unit * sheet->cube->n_periods + sheet->days[i % sheet->n_days].column;
        const bool is_over = block->p.state[i] == ATTAIN_STATE_OK && sheet->over_one[at] != 0;
        values[i] |= is_over ? (int64_t)ATTAIN_FLAG_OVER_ONE : 0;
    }
}

void atn_block_base_signs(const sheet_block *block, int8_t *sign)
{
    const atn_sheet *const sheet = block->sheet;
    if (sheet->held == ATN_HELD_CONSTANT) {
        atn_bulk_compare(sheet->book->level, block->n, block->b.n, block->b.d, sheet->from.num,
                         sheet->from.den, sign);
    } else {
        memset(sign, 0, block->n);
    }
}

bool atn_block_base_meets(const sheet_block *block, size_t i, int sign)
{
    const atn_sheet *const sheet = block->sheet;
    if (sheet->asks_change || sheet->base == ATN_BASE_STATED) {
        return sheet->base_meets && !(sheet->is_relative && block->b.n[i] == 0);
    }
    return sign == 0 ? !sheet->is_strict : sheet->is_up ? sign > 0 : sign < 0;
}

/* Of rows with a value and a baseline. */
static void add_base_meets(const sheet_block *block, int64_t *values)
{
    const atn_sheet *const sheet = block->sheet;
    int8_t sign[SHEET_ROWS];
    uint8_t is_based[SHEET_ROWS];
    if (sheet->base == ATN_BASE_NONE || !sheet->has_level || (!sheet->is_up && !sheet->is_down)) {
        return;
    }
    atn_block_base_signs(block, sign);
    atn_block_valid_based(block, true, is_based);
    if (sheet->asks_change || sheet->base == ATN_BASE_STATED) {
        for (size_t i = 0; sheet->base_meets && i < block->n; i++) {
            const bool meets = is_based[i] != 0 && atn_block_base_meets(block, i, 0);
            values[i] |= meets ? (int64_t)ATTAIN_FLAG_BASELINE_MEETS : 0;
        }
        return;
    }
    const int up = sheet->is_up ? 1 : -1;
    const int least = sheet->is_strict ? 1 : 0;
    for (size_t i = 0; i < block->n; i++) {
        const int64_t meets = up * sign[i] >= least ? (int64_t)ATTAIN_FLAG_BASELINE_MEETS : 0;
        values[i] |= meets * is_based[i];
    }
}

static void add_above(const sheet_block *block, int64_t *values)
{
    const atn_sheet *const sheet = block->sheet;
    int8_t sign[SHEET_ROWS];
    if (sheet->is_up || sheet->is_down) {
        return;
    }
    atn_bulk_compare(sheet->book->level, block->n, block->p.n, block->p.d, sheet->to.num, sheet->to.den,
                     sign);
    for (size_t i = 0; i < block->n; i++) {
        const bool is_above = block->p.state[i] == ATTAIN_STATE_OK && sign[i] > 0;
        values[i] |= is_above ? (int64_t)ATTAIN_FLAG_ABOVE : 0;
    }
}

static double size_of(double v)
{
    return v < 0 ? -v : v;
}

/* Could printing have moved the value across the level? Doubles are off by less than 2^-50 of their sizes. */
static bool is_near(const atn_sheet *sheet, double value, double level)
{
    return size_of(value - level) <=
           sheet->printed_unit * 1.001 + (size_of(value) + size_of(level)) * 0x1p-49;
}

static bool is_equal(const sheet_block *block, size_t i, atn_fraction64 level)
{
    int8_t sign;
    atn_bulk_compare(ATN_VECTOR_PORTABLE, 1, &block->p.n[i], &block->p.d[i], level.num, level.den, &sign);
    return sign == 0;
}

/* Level of each row, as a double. */
static void find_levels(const sheet_block *block, double *level, double *high)
{
    const atn_sheet *const sheet = block->sheet;
    if (sheet->held == ATN_HELD_CONSTANT) {
        const double from = (double)sheet->level.num / (double)sheet->level.den;
        const double to = (double)sheet->high.num / (double)sheet->high.den;
        for (size_t i = 0; i < block->n; i++) {
            level[i] = from;
            high[i] = to;
        }
        return;
    }
    const double factor = (double)sheet->factor.num / (double)sheet->factor.den;
    atn_bulk_ratio(sheet->book->level, block->n, block->b.n, block->b.d, sheet->scale.num, sheet->scale.den,
                   level);
    for (size_t i = 0; i < block->n; i++) {
        level[i] = sheet->held == ATN_HELD_TIMES_BASE ? level[i] * factor : level[i] + factor;
        high[i] = level[i];
    }
}

/* Where some value lies near its level, verdicts are asked for, and the judge about the rows that have one. */
static void add_rounding_flips(sheet_block *block, int64_t *values)
{
    const atn_sheet *const sheet = block->sheet;
    const atn_kernels *const kernels = sheet->book->kernels;
    double value[SHEET_ROWS];
    double level[SHEET_ROWS];
    double high[SHEET_ROWS];
    uint8_t outcome[SHEET_ROWS];
    if (!sheet->may_always_flip && sheet->never_flips) {
        return;
    }
    atn_bulk_ratio(sheet->book->level, block->n, block->p.n, block->p.d, sheet->scale.num, sheet->scale.den,
                   value);
    find_levels(block, level, high);
    if (!sheet->may_always_flip && !kernels->any_near(block->n, value, level, sheet->printed_unit * 1.001) &&
        !kernels->any_near(block->n, value, high, sheet->printed_unit * 1.001)) {
        return;
    }
    atn_block_outcomes(block, outcome);
    for (size_t i = 0; i < block->n; i++) {
        const unsigned verdict = OUTCOME_VERDICT(outcome[i]);
        const bool is_judged = (verdict == ATTAIN_MET || verdict == ATTAIN_NOT_MET) &&
                               block->p.state[i] == ATTAIN_STATE_OK && block->p.n[i] != 0;
        if (outcome[i] != OUTCOME_JUDGE && (!is_judged || reasons_of(outcome[i]) != 0)) {
            continue; /* 0 is printed as 0 */
        }
        if (!sheet->may_always_flip) {
            if (!is_near(sheet, value[i], level[i]) && !is_near(sheet, value[i], high[i])) {
                continue;
            }
            if (sheet->level_is_printed &&
                (is_equal(block, i, sheet->from) || is_equal(block, i, sheet->to))) {
                continue;
            }
        }
        values[i] = atn_block_judge_integer(block, i, ATTAIN_COL_FLAGS);
    }
}

/* What all rows of a day have, and all rows of a unit. */
static void fill_day_flags(const sheet_block *block, int64_t *values)
{
    const atn_sheet *const sheet = block->sheet;
    for (uint32_t u = 0; u < block->n_units; u++) {
        const unsigned marks = sheet->marks != NULL ? sheet->marks[block->first + u] : 0;
        const uint32_t outside = (marks & ATN_MARK_OUTSIDE) != 0 ? (uint32_t)ATTAIN_FLAG_OUTSIDE_SCOPE : 0u;
        for (uint32_t d = 0; d < sheet->n_days; d++) {
            *values++ = sheet->days[d].flags | outside;
        }
    }
}

static void fill_flags(sheet_block *block, int64_t *values)
{
    const atn_sheet *const sheet = block->sheet;
    fill_day_flags(block, values);
    atn_block_read(block);
    if (sheet->base != ATN_BASE_NONE) {
        atn_block_read_base(block);
    }
    atn_block_set_states(block);
    add_not_last(block, sheet->n_slot, values);
    add_not_last(block, sheet->d_slot, values);
    add_over_one(block, values);
    add_base_meets(block, values);
    add_above(block, values);
    add_rounding_flips(block, values);
}

/* ---- all of them ---- */

/* A dispatch over the columns that follow from outcomes. */
static void fill_from_outcomes(sheet_block *block, attain_column column, int64_t *values)
{
    uint8_t outcome[SHEET_ROWS];
    atn_block_outcomes(block, outcome);
    switch ((int)column) {
    case ATTAIN_COL_VERDICT: block->sheet->book->kernels->widen8(block->n, outcome, 3, values); break;
    case ATTAIN_COL_STATE: fill_states(block, outcome, values); break;
    case ATTAIN_COL_REASON: fill_reasons(block, outcome, values); break;
    case ATTAIN_COL_PACE: atn_block_paces(block, outcome, values); break;
    default: fill_missing(block, outcome, values); break;
    }
    if (block->sheet->held == ATN_HELD_CONSTANT) {
        return;
    }
    for (size_t i = 0; i < block->n; i++) {
        if (outcome[i] == OUTCOME_JUDGE) {
            values[i] = atn_block_judge_integer(block, i, column);
        }
    }
}

void atn_block_integers(sheet_block *block, attain_column column, int64_t *values)
{
    switch ((int)column) {
    case ATTAIN_COL_TARGET:
        for (size_t i = 0; i < block->n; i++) {
            values[i] = block->sheet->target;
        }
        break;
    case ATTAIN_COL_UNIT: fill_units(block, values); break;
    case ATTAIN_COL_FLAGS: fill_flags(block, values); break;
    case ATTAIN_COL_REPORTED: fill_counts(block, false, values); break;
    case ATTAIN_COL_EXPECTED: fill_counts(block, true, values); break;
    default: fill_from_outcomes(block, column, values); break;
    }
}
