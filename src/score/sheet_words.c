/* Whole-number columns of sheets: ids, verdicts, reasons, counts. */
#include "score/sheet_block.h"

#include "score/table.h"

#include <string.h>

/* ---- what outcomes mean ---- */

uint32_t atn_outcome_reasons(unsigned outcome)
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
    return OUTCOME_VERDICT(outcome) == ATTAIN_UNDETERMINED && (atn_outcome_reasons(outcome) & of_data) != 0;
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
        reasons[i] = atn_outcome_reasons(i);
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
    case ATTAIN_COL_FLAGS: atn_block_flags(block, values); break;
    case ATTAIN_COL_REPORTED: fill_counts(block, false, values); break;
    case ATTAIN_COL_EXPECTED: fill_counts(block, true, values); break;
    default: fill_from_outcomes(block, column, values); break;
    }
}
