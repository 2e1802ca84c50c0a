/* Number columns of sheets, as doubles. Every cell is one quotient of int64, num * p / (den * q), whose nearest double bulk.h finds;
 * what would not fit int64 goes to the judge. */
#include "score/sheet_block.h"

#include <string.h>

/* ---- rows that go to the judge ---- */

static void judge_cell(const sheet_block *block, size_t row, atn_number_column column, double *values,
                       uint8_t *valid)
{
    const uint32_t n_days = block->sheet->n_days;
    atn_judgement judged;
    atn_sheet_judge(block->sheet, block->first + (uint32_t)(row / n_days), (uint32_t)(row % n_days), &judged);
    values[row] = 0.0;
    valid[row] = 0;
    if (judged.kind[column] == ATN_CELL_NUMBER) {
        values[row] = atn_ratio_double(&judged.number[column]);
        valid[row] = 1;
    } else if (judged.kind[column] != ATN_CELL_EMPTY) {
        values[row] = judged.kind[column] == ATN_CELL_PLUS_INFINITE ? 1.0 : -1.0;
        valid[row] = 2;
    }
}

static void judge_cells(const sheet_block *block, atn_number_column column, double *values, uint8_t *valid)
{
    for (size_t i = 0; i < block->n; i++) {
        judge_cell(block, i, column, values, valid);
    }
}

/* ---- numbers ---- */

static void put_none(const sheet_block *block, double *values, uint8_t *valid)
{
    memset(values, 0, block->n * sizeof *values);
    memset(valid, 0, block->n);
}

/* num / den * by; by.num may be 0 or negative. */
static void put_ratio(const sheet_block *block, const int64_t *num, const int64_t *den, atn_fraction64 by,
                      double *values)
{
    const atn_vector_level level = block->sheet->book->level;
    if (by.num == 0) {
        memset(values, 0, block->n * sizeof *values);
    } else if (den == atn_sheet_ones && by.num == 1 && by.den == 1) {
        atn_bulk_double(level, block->n, num, values);
    } else {
        atn_bulk_ratio(level, block->n, num, den, by.num, by.den, values);
    }
}

static double nearest(atn_fraction64 f)
{
    return atn_ratio_double_i128(atn_i128_from_i64(f.num), atn_i128_from_i64(f.den));
}

static atn_fraction64 inverse(atn_fraction64 f)
{
    return f.num < 0 ? (atn_fraction64){-f.den, -f.num} : (atn_fraction64){f.den, f.num};
}

/* Empties the cells that are not valid. */
static void clear_others(const sheet_block *block, double *values, const uint8_t *valid)
{
    block->sheet->book->kernels->clear(block->n, valid, values);
}

/* ---- N, D, value ---- */

static void figures(sheet_block *block, uint32_t slot, atn_fraction64 scale, double *values, uint8_t *valid)
{
    put_ratio(block, atn_block_figures(block, slot), atn_sheet_ones, scale, values);
    if (block->complete) {
        memset(valid, 1, block->n);
        return;
    }
    atn_block_has_figures(block, slot, valid);
    clear_others(block, values, valid);
}

static void numerator(sheet_block *block, double *values, uint8_t *valid)
{
    figures(block, block->sheet->n_slot, block->sheet->n_scale, values, valid);
}

static void denominator(sheet_block *block, double *values, uint8_t *valid)
{
    if (block->sheet->d_slot == ATN_NONE) {
        put_none(block, values, valid);
    } else {
        figures(block, block->sheet->d_slot, block->sheet->d_scale, values, valid);
    }
}

static bool has_range(unsigned state)
{
    return state != ATTAIN_STATE_ZERO_DENOMINATOR && state != ATTAIN_STATE_OUT_OF_SCOPE;
}

/* Rows that have a value, or that at least may be compared. */
static void valid_where(const sheet_block *block, bool needs_value, uint8_t *valid)
{
    if (block->complete) {
        block->sheet->book->kernels->nonzero(block->n, block->p.d, valid);
        return;
    }
    if (needs_value) {
        block->sheet->book->kernels->equal8(block->n, block->p.state, ATTAIN_STATE_OK, valid);
        return;
    }
    for (size_t i = 0; i < block->n; i++) {
        valid[i] = has_range(block->p.state[i]);
    }
}

static void value(sheet_block *block, double *values, uint8_t *valid)
{
    atn_block_read(block);
    put_ratio(block, block->p.n, block->p.d, block->sheet->scale, values);
    valid_where(block, true, valid);
    if (!block->complete) { /* n / 0 is 0 already */
        clear_others(block, values, valid);
    }
}

static void low(sheet_block *block, double *values, uint8_t *valid)
{
    if (block->complete) {
        value(block, values, valid);
        return;
    }
    atn_block_read(block);
    put_ratio(block, block->p.n_sure, block->p.d, block->sheet->scale, values);
    block->sheet->book->kernels->finish_ends(block->n, block->p.state, block->p.gaps, GAP_D, false,
                                             block->p.d, values, valid);
}

static void high(sheet_block *block, double *values, uint8_t *valid)
{
    if (block->complete) {
        value(block, values, valid);
        return;
    }
    atn_block_read(block);
    put_ratio(block, block->p.n, block->p.d_sure, block->sheet->scale, values);
    block->sheet->book->kernels->finish_ends(block->n, block->p.state, block->p.gaps, GAP_N, true,
                                             block->p.d_sure, values, valid);
    for (size_t i = 0; block->sheet->is_share && i < block->n; i++) {
        valid[i] = valid[i] != 0; /* a share ends at 1, also where nothing is known of it */
    }
}

/* ---- the baseline beside the value ---- */

/* On days before its end a baseline period is none. */
static void clear_days_before_base(const sheet_block *block, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    for (uint32_t d = 0; sheet->base == ATN_BASE_PERIOD && d < sheet->n_days; d++) {
        for (size_t i = d; !sheet->days[d].baseline_is_over && i < block->n; i += sheet->n_days) {
            valid[i] = 0;
        }
    }
}

/* The same, and has a baseline, if needed above 0. */
static void valid_where_based(const sheet_block *block, bool needs_value, bool needs_positive, uint8_t *valid)
{
    const atn_kernels *const kernels = block->sheet->book->kernels;
    const sheet_side *const b = &block->b;
    valid_where(block, needs_value, valid);
    if (needs_positive) {
        kernels->and_nonzero(block->n, b->n, valid);
    }
    if (block->complete && block->sheet->base == ATN_BASE_PERIOD) {
        kernels->and_nonzero(block->n, b->d, valid);
    } else {
        kernels->and_equal8(block->n, b->state, ATTAIN_STATE_OK, valid);
    }
    clear_days_before_base(block, valid);
}

typedef struct quotients {
    int64_t num[SHEET_ROWS], den[SHEET_ROWS];
    bool too_wide[SHEET_ROWS]; /* num and den are 0 */
    bool any_too_wide;
} quotients;

typedef enum quotient_kind {
    V_LESS_B,        /* v - b, without its scale */
    V_LESS_B_OVER_B, /* (v - b) / b */
    V_OVER_B
} quotient_kind;

/* Both sides have been read. */
static void put_quotients(const sheet_block *block, quotient_kind kind, quotients *out)
{
    const sheet_side *const p = &block->p;
    const sheet_side *const b = &block->b;
    out->any_too_wide = false;
    if (atn_block_is_narrow(block) && atn_block_divides(block)) {
        const atn_kernels *const kernels = block->sheet->book->kernels;
        if (kind == V_OVER_B) {
            kernels->multiply(block->n, p->n, b->d, out->num);
        } else {
            kernels->cross(block->n, p->n, b->d, b->n, p->d, out->num);
        }
        kernels->multiply(block->n, p->d, kind == V_LESS_B ? b->d : b->n, out->den);
        return;
    }
    for (size_t i = 0; i < block->n; i++) {
        const int64_t below = kind == V_LESS_B ? b->d[i] : b->n[i];
        const bool divides = p->d[i] != 1 || b->d[i] != 1;
        const bool narrow = p->n[i] <= SHEET_NARROW && p->d[i] <= SHEET_NARROW && b->n[i] <= SHEET_NARROW &&
                            b->d[i] <= SHEET_NARROW;
        out->too_wide[i] = divides && !narrow;
        out->any_too_wide = out->any_too_wide || out->too_wide[i];
        if (out->too_wide[i]) {
            out->num[i] = out->den[i] = 0;
        } else {
            const int64_t left = divides ? p->n[i] * b->d[i] : p->n[i];
            const int64_t right = divides ? b->n[i] * p->d[i] : b->n[i];
            out->num[i] = kind == V_OVER_B ? left : left - right;
            out->den[i] = divides ? p->d[i] * below : below;
        }
    }
}

static void judge_wide(const sheet_block *block, atn_number_column column, const quotients *of,
                       double *values, uint8_t *valid)
{
    for (size_t i = 0; of->any_too_wide && i < block->n; i++) {
        if (of->too_wide[i]) {
            judge_cell(block, i, column, values, valid);
        }
    }
}

static void baseline(sheet_block *block, double *values, uint8_t *valid)
{
    if (block->sheet->base == ATN_BASE_NONE) {
        put_none(block, values, valid);
        return;
    }
    atn_block_read(block);
    atn_block_read_base(block);
    put_ratio(block, block->b.n, block->b.d, block->sheet->scale, values);
    valid_where_based(block, false, false, valid);
    clear_others(block, values, valid);
}

static void change(sheet_block *block, bool relative, double *values, uint8_t *valid)
{
    const atn_fraction64 one = {1, 1};
    quotients of;
    if (block->sheet->base == ATN_BASE_NONE) {
        put_none(block, values, valid);
        return;
    }
    atn_block_read(block);
    atn_block_read_base(block);
    put_quotients(block, relative ? V_LESS_B_OVER_B : V_LESS_B, &of);
    put_ratio(block, of.num, of.den, relative ? one : block->sheet->scale, values);
    valid_where_based(block, true, relative, valid);
    clear_others(block, values, valid);
    judge_wide(block, relative ? ATN_NUM_CHANGE_RELATIVE : ATN_NUM_CHANGE, &of, values, valid);
}

/* ---- the level ---- */

static void constant(const sheet_block *block, bool is_there, atn_fraction64 level, double *values,
                     uint8_t *valid)
{
    const double at = nearest(level);
    if (!is_there) {
        put_none(block, values, valid);
        return;
    }
    valid_where(block, false, valid);
    for (size_t i = 0; i < block->n; i++) {
        values[i] = at;
    }
    clear_others(block, values, valid);
}

static void level_column(sheet_block *block, double *values, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    if (!sheet->has_level) {
        put_none(block, values, valid);
    } else if (sheet->held == ATN_HELD_CONSTANT) {
        atn_block_read(block);
        constant(block, true, sheet->level, values, valid);
    } else if (sheet->base_level.den > 0) {
        atn_block_read(block);
        atn_block_read_base(block);
        put_ratio(block, block->b.n, block->b.d, sheet->base_level, values);
        valid_where_based(block, false, true, valid);
        clear_others(block, values, valid);
    } else {
        judge_cells(block, ATN_NUM_LEVEL, values, valid);
    }
}

static void level_high_column(sheet_block *block, double *values, uint8_t *valid)
{
    atn_block_read(block);
    constant(block, block->sheet->has_high, block->sheet->high, values, valid);
}

/* v / level upward, level / v downward. */
static void attainment_of_constant(const sheet_block *block, double *values, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    const sheet_side *const p = &block->p;
    if (sheet->is_up && sheet->from.num == 0) {
        put_none(block, values, valid);
        return;
    }
    valid_where(block, true, valid);
    if (sheet->is_up) {
        put_ratio(block, p->n, p->d, inverse(sheet->from), values);
    } else {
        put_ratio(block, p->d, p->n, sheet->from, values);
        sheet->book->kernels->and_nonzero(block->n, p->n, valid);
    }
    clear_others(block, values, valid);
}

static void attainment_of_factor(sheet_block *block, double *values, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    quotients of;
    atn_block_read_base(block);
    put_quotients(block, V_OVER_B, &of);
    valid_where_based(block, true, true, valid);
    if (sheet->is_up && sheet->factor.num == 0) {
        put_none(block, values, valid);
        return;
    }
    if (sheet->is_up) {
        put_ratio(block, of.num, of.den, inverse(sheet->factor), values);
    } else {
        put_ratio(block, of.den, of.num, sheet->factor, values);
        sheet->book->kernels->and_nonzero(block->n, block->p.n, valid);
    }
    clear_others(block, values, valid);
    judge_wide(block, ATN_NUM_ATTAINMENT, &of, values, valid);
}

static void attainment(sheet_block *block, double *values, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    if (!sheet->has_level || (!sheet->is_up && !sheet->is_down)) {
        put_none(block, values, valid);
        return;
    }
    if (sheet->held == ATN_HELD_PLUS_BASE) {
        judge_cells(block, ATN_NUM_ATTAINMENT, values, valid);
        return;
    }
    atn_block_read(block);
    if (sheet->held == ATN_HELD_CONSTANT) {
        attainment_of_constant(block, values, valid);
    } else {
        attainment_of_factor(block, values, valid);
    }
}

/* ---- the gap ---- */

/* Least whole number not below a * d / b, or the greatest not above it; strictly so where equality does not meet. */
static int64_t limit(const atn_sheet *sheet, int64_t d)
{
    const int64_t product = sheet->gap_needed.num * d;
    const int64_t b = sheet->gap_needed.den;
    const int64_t cut = product / b;
    const int64_t floor = product % b < 0 ? cut - 1 : cut;
    const int64_t ceil = product % b > 0 ? cut + 1 : cut;
    return sheet->is_up ? (sheet->is_strict ? floor + 1 : ceil) : (sheet->is_strict ? ceil - 1 : floor);
}

static void gap(sheet_block *block, double *values, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    const sheet_side *const p = &block->p;
    int64_t missing[SHEET_ROWS];
    if (!sheet->has_gap || sheet->gap_needed.num > SHEET_NARROW || sheet->gap_needed.num < -SHEET_NARROW) {
        judge_cells(block, ATN_NUM_GAP, values, valid);
        return;
    }
    atn_block_read(block);
    for (size_t i = 0; i < block->n; i++) {
        const bool narrow = p->d[i] <= SHEET_NARROW && p->n[i] <= SHEET_NARROW;
        const int64_t apart = narrow ? limit(sheet, p->d[i]) - p->n[i] * sheet->gap_units : 0;
        missing[i] = sheet->is_up ? (apart > 0 ? apart : 0) : (apart < 0 ? -apart : 0);
    }
    put_ratio(block, missing, atn_sheet_ones, sheet->gap_unit, values);
    valid_where(block, true, valid);
    clear_others(block, values, valid);
    for (size_t i = 0; i < block->n; i++) {
        if (valid[i] != 0 && (p->d[i] > SHEET_NARROW || p->n[i] > SHEET_NARROW)) {
            judge_cell(block, i, ATN_NUM_GAP, values, valid);
        }
    }
}

/* ---- all of them ---- */

/* Columns of the way from the baseline: none without one. */
static void way(sheet_block *block, atn_number_column column, double *values, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    if (sheet->base == ATN_BASE_NONE || !sheet->has_level || (!sheet->is_up && !sheet->is_down)) {
        put_none(block, values, valid);
    } else {
        judge_cells(block, column, values, valid);
    }
}

/* A dispatch over the columns. */
void atn_block_doubles(sheet_block *block, atn_number_column column, double *values, uint8_t *valid)
{
    switch ((int)column) {
    case ATN_NUM_NUMERATOR: numerator(block, values, valid); break;
    case ATN_NUM_DENOMINATOR: denominator(block, values, valid); break;
    case ATN_NUM_VALUE: value(block, values, valid); break;
    case ATN_NUM_LOW: low(block, values, valid); break;
    case ATN_NUM_HIGH: high(block, values, valid); break;
    case ATN_NUM_BASELINE: baseline(block, values, valid); break;
    case ATN_NUM_LEVEL: level_column(block, values, valid); break;
    case ATN_NUM_LEVEL_HIGH: level_high_column(block, values, valid); break;
    case ATN_NUM_ATTAINMENT: attainment(block, values, valid); break;
    case ATN_NUM_CHANGE: change(block, false, values, valid); break;
    case ATN_NUM_CHANGE_RELATIVE: change(block, true, values, valid); break;
    case ATN_NUM_GAP: gap(block, values, valid); break;
    default: way(block, column, values, valid); break;
    }
}
