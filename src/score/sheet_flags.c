/* Flags of sheets: what all rows of a day or unit have, what follows from states and baselines, and whether the printed value would be judged
 * otherwise than the exact one. */
#include "score/sheet_block.h"

#include "number/wide.h"

#include <string.h>

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

/* The value as a reader of the printed figure has it before him, in units of its last digit. false: it does not fit. */
static bool printed_of(const sheet_block *block, size_t i, int64_t *printed)
{
    const atn_sheet *const sheet = block->sheet;
    const double num = (double)sheet->scale.num * (double)sheet->printed_power;
    const double den = (double)sheet->scale.den * (double)block->p.d[i];
    int64_t rest = 0;
    if (num >= 0x1p62 || den >= 0x1p59) {
        return false;
    }
    const atn_fraction64 units = {sheet->scale.num * sheet->printed_power, sheet->scale.den * block->p.d[i]};
    if (!atn_block_floor(units, block->p.n[i], printed, &rest)) {
        return false;
    }
    bool is_up = false;
    switch (sheet->printed_rounding) {
    case ATTAIN_ROUND_HALF_UP: is_up = 2 * rest >= units.den; break;
    case ATTAIN_ROUND_HALF_EVEN:
        is_up = 2 * rest > units.den || (2 * rest == units.den && *printed % 2 != 0);
        break;
    case ATTAIN_ROUND_FLOOR: break;
    case ATTAIN_ROUND_CEIL: is_up = rest > 0; break;
    }
    *printed += is_up ? 1 : 0;
    return true;
}

/* The level that the row is held against. false: it does not fit. */
static bool level_of_row(const sheet_block *block, size_t i, atn_fraction64 *level)
{
    const atn_sheet *const sheet = block->sheet;
    const atn_sheet_line at = sheet->level_at;
    if (sheet->held == ATN_HELD_CONSTANT) {
        *level = sheet->level;
        return true;
    }
    const int64_t bn = block->b.n[i];
    const int64_t bd = block->b.d[i];
    const double y = (double)bn * (double)at.of_base + (double)bd * size_of((double)at.of_one);
    if (y * (double)sheet->scale.num >= 0x1p62 ||
        (double)bd * (double)at.den * (double)sheet->scale.den >= 0x1p62) {
        return false;
    }
    *level = (atn_fraction64){(bn * at.of_base + bd * at.of_one) * sheet->scale.num,
                              bd * at.den * sheet->scale.den};
    return true;
}

/* The sign of printed / power - level. */
static int compare_printed(int64_t printed, int64_t power, atn_fraction64 level)
{
    bool overflow = false; /* of two int64 none can */
    const attain_i128 left = atn_i128_mul_i64(atn_i128_from_i64(printed), level.den, &overflow);
    return atn_i128_compare(left, atn_i128_mul_i64(atn_i128_from_i64(level.num), power, &overflow));
}

/* Does the printed figure say something else than the verdict? The judge tells where this does not fit. */
static bool flips(const sheet_block *block, size_t i, unsigned verdict)
{
    const atn_sheet *const sheet = block->sheet;
    atn_fraction64 level;
    int64_t printed = 0;
    if (verdict > ATTAIN_NOT_MET || sheet->may_always_flip || !level_of_row(block, i, &level) ||
        !printed_of(block, i, &printed)) {
        const int64_t flags = atn_block_judge_integer(block, i, ATTAIN_COL_FLAGS);
        return (flags & (int64_t)ATTAIN_FLAG_ROUNDING_FLIPS) != 0;
    }
    const int at = compare_printed(printed, sheet->printed_power, level);
    const bool meets = sheet->is_up ? at > 0 || (at == 0 && !sheet->is_strict)
                       : sheet->is_down
                           ? at < 0 || (at == 0 && !sheet->is_strict)
                           : at >= 0 && compare_printed(printed, sheet->printed_power, sheet->high) <= 0;
    return meets != (verdict == ATTAIN_MET);
}

/* Of rows with a verdict and a value; 0 is printed as 0. Where no value of the block lies near its level nothing is asked. */
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
        /* All n are made by kernels, which are not seen: NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
        const bool is_far = !is_near(sheet, value[i], level[i]) && !is_near(sheet, value[i], high[i]);
        if (!sheet->may_always_flip && is_far) {
            continue;
        }
        const bool is_left = outcome[i] == OUTCOME_JUDGE;
        const unsigned verdict = is_left ? (unsigned)ATTAIN_UNDETERMINED : OUTCOME_VERDICT(outcome[i]);
        const bool is_settled =
            verdict <= ATTAIN_NOT_MET && atn_outcome_reasons(outcome[i]) == 0; /* and feasible */
        if (block->p.state[i] == ATTAIN_STATE_OK && block->p.n[i] != 0 && (is_left || is_settled) &&
            flips(block, i, verdict)) {
            values[i] |= (int64_t)ATTAIN_FLAG_ROUNDING_FLIPS;
        }
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

void atn_block_flags(sheet_block *block, int64_t *values)
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
