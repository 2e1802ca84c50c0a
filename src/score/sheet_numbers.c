/* Number columns of sheets, as doubles. Every cell is one quotient of int64, num * p / (den * q), whose nearest double bulk.h finds;
 * what would not fit int64 goes to the judge. */
#include "score/sheet_block.h"

#include <string.h>

/* ---- rows that go to the judge ---- */

/* Of columns that are never infinite. */
void atn_block_judge_cell(const sheet_block *block, size_t row, atn_number_column column, double *values,
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
    }
}

static void judge_cells(const sheet_block *block, atn_number_column column, double *values, uint8_t *valid)
{
    for (size_t i = 0; i < block->n; i++) {
        atn_block_judge_cell(block, i, column, values, valid);
    }
}

/* ---- numbers ---- */

void atn_block_put_none(const sheet_block *block, double *values, uint8_t *valid)
{
    memset(values, 0, block->n * sizeof *values);
    memset(valid, 0, block->n);
}

void atn_block_put_ratio(const sheet_block *block, const int64_t *num, const int64_t *den, atn_fraction64 by,
                         double *values)
{
    const atn_vector_level level = block->sheet->book->level;
    if (by.num == 0) {
        memset(values, 0, block->n * sizeof *values);
    } else if (den == block->sheet->book->ones && by.num == 1 && by.den == 1) {
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

void atn_block_clear(const sheet_block *block, double *values, const uint8_t *valid)
{
    block->sheet->book->kernels->clear(block->n, valid, values);
}

/* ---- N, D, value ---- */

static void figures(sheet_block *block, uint32_t slot, atn_fraction64 scale, double *values, uint8_t *valid)
{
    atn_block_put_ratio(block, atn_block_figures(block, slot), block->sheet->book->ones, scale, values);
    if (block->complete) {
        memset(valid, 1, block->n);
        return;
    }
    atn_block_has_figures(block, slot, valid);
    atn_block_clear(block, values, valid);
}

static void numerator(sheet_block *block, double *values, uint8_t *valid)
{
    figures(block, block->sheet->n_slot, block->sheet->n_scale, values, valid);
}

static void denominator(sheet_block *block, double *values, uint8_t *valid)
{
    if (block->sheet->d_slot == ATN_NONE) {
        atn_block_put_none(block, values, valid);
    } else {
        figures(block, block->sheet->d_slot, block->sheet->d_scale, values, valid);
    }
}

static bool has_range(unsigned state)
{
    return state != ATTAIN_STATE_ZERO_DENOMINATOR && state != ATTAIN_STATE_OUT_OF_SCOPE;
}

/* Rows that have a value, or that at least may be compared. */
static void put_valid(const sheet_block *block, bool needs_value, uint8_t *valid)
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
    atn_block_put_ratio(block, block->p.n, block->p.d, block->sheet->scale, values);
    put_valid(block, true, valid);
    if (!block->complete) { /* n / 0 is 0 already */
        atn_block_clear(block, values, valid);
    }
}

static void low(sheet_block *block, double *values, uint8_t *valid)
{
    if (block->complete) {
        value(block, values, valid);
        return;
    }
    atn_block_read(block);
    atn_block_put_ratio(block, block->p.n_sure, block->p.d, block->sheet->scale, values);
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
    atn_block_put_ratio(block, block->p.n, block->p.d_sure, block->sheet->scale, values);
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

void atn_block_valid_based(const sheet_block *block, bool needs_value, uint8_t *valid)
{
    const atn_kernels *const kernels = block->sheet->book->kernels;
    put_valid(block, needs_value, valid);
    if (block->complete && block->sheet->base == ATN_BASE_PERIOD) {
        kernels->and_nonzero(block->n, block->b.d, valid);
    } else {
        kernels->and_equal8(block->n, block->b.state, ATTAIN_STATE_OK, valid);
    }
    clear_days_before_base(block, valid);
}

static void baseline(sheet_block *block, double *values, uint8_t *valid)
{
    if (block->sheet->base == ATN_BASE_NONE) {
        atn_block_put_none(block, values, valid);
        return;
    }
    atn_block_read(block);
    atn_block_read_base(block);
    atn_block_put_ratio(block, block->b.n, block->b.d, block->sheet->scale, values);
    atn_block_valid_based(block, false, valid);
    atn_block_clear(block, values, valid);
}

/* ---- the level ---- */

static void constant(const sheet_block *block, bool is_there, atn_fraction64 level, double *values,
                     uint8_t *valid)
{
    const double at = nearest(level);
    if (!is_there) {
        atn_block_put_none(block, values, valid);
        return;
    }
    put_valid(block, false, valid);
    for (size_t i = 0; i < block->n; i++) {
        values[i] = at;
    }
    atn_block_clear(block, values, valid);
}

static void level_column(sheet_block *block, double *values, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    if (sheet->held == ATN_HELD_CONSTANT) {
        atn_block_read(block);
        constant(block, sheet->has_level, sheet->level, values, valid);
    } else {
        atn_block_from_base(block, ATN_NUM_LEVEL, values, valid);
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
        atn_block_put_none(block, values, valid);
        return;
    }
    put_valid(block, true, valid);
    if (sheet->is_up) {
        atn_block_put_ratio(block, p->n, p->d, inverse(sheet->from), values);
    } else {
        atn_block_put_ratio(block, p->d, p->n, sheet->from, values);
        sheet->book->kernels->and_nonzero(block->n, p->n, valid);
    }
    atn_block_clear(block, values, valid);
}

static void attainment(sheet_block *block, double *values, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    if (!sheet->has_level || (!sheet->is_up && !sheet->is_down)) {
        atn_block_put_none(block, values, valid);
    } else if (sheet->held == ATN_HELD_CONSTANT) {
        atn_block_read(block);
        attainment_of_constant(block, values, valid);
    } else {
        atn_block_from_base(block, ATN_NUM_ATTAINMENT, values, valid);
    }
}

/* ---- the gap ---- */

/* What the level asks of N and what it allows, in units of its last decimal: num / den * D. */
typedef struct needs {
    atn_fraction64 least, most;
} needs;

/* Where the level is the baseline's the fraction is of the row; num is 0 or more only if the level is. false: it does not fit. */
static bool needs_of_row(const sheet_block *block, size_t i, needs *out)
{
    const atn_sheet *const sheet = block->sheet;
    const atn_sheet_line at = sheet->level_at;
    if (sheet->held == ATN_HELD_CONSTANT) {
        *out = (needs){sheet->gap_needed, sheet->gap_most};
        return true;
    }
    const double base = (double)block->b.n[i] * (double)at.of_base;
    const double one = (double)block->b.d[i] * (double)at.of_one;
    if (((base < 0 ? -base : base) + (one < 0 ? -one : one)) * (double)sheet->gap_units >= 0x1p62 ||
        (double)block->b.d[i] * (double)at.den >= 0x1p62) {
        return false;
    }
    const int64_t y = block->b.n[i] * at.of_base + block->b.d[i] * at.of_one;
    out->least = out->most = (atn_fraction64){y * sheet->gap_units, block->b.d[i] * at.den};
    return true;
}

/* Estimated in doubles, at most two off; what that leaves of the product is then below 2^62 and is right in arithmetic modulo 2^64,
 * wherever the product itself lies. */
bool atn_block_floor(atn_fraction64 of, int64_t times, int64_t *floor, int64_t *rest)
{
    const double estimate = (double)of.num * (double)times / (double)of.den;
    if (!(estimate < 0x1p50) || !(estimate > -0x1p50) || of.den >= INT64_C(1) << 60) {
        return false;
    }
    *floor = (int64_t)estimate;
    *rest = (int64_t)((uint64_t)of.num * (uint64_t)times - (uint64_t)*floor * (uint64_t)of.den);
    while (*rest < 0) {
        *rest += of.den;
        *floor -= 1;
    }
    while (*rest >= of.den) {
        *rest -= of.den;
        *floor += 1;
    }
    return true;
}

/* Units of N that are missing, or too many where the level is a ceiling. */
static bool gap_of_row(const sheet_block *block, size_t i, int64_t *out)
{
    const atn_sheet *const sheet = block->sheet;
    const bool is_two_sided = !sheet->is_up && !sheet->is_down;
    const int64_t d = block->p.d[i];
    int64_t floor = 0;
    int64_t rest = 0;
    needs row;
    if ((double)block->p.n[i] * (double)sheet->gap_units >= 0x1p62 || !needs_of_row(block, i, &row) ||
        !atn_block_floor(sheet->is_up ? row.least : row.most, d, &floor, &rest)) {
        return false;
    }
    const int64_t have = block->p.n[i] * sheet->gap_units;
    if (sheet->is_down) {
        floor -= sheet->is_strict && rest == 0 ? 1 : 0;
    }
    if (!sheet->is_up && have > floor) {
        *out = have - floor;
        return true;
    }
    if (is_two_sided && !atn_block_floor(row.least, d, &floor, &rest)) {
        return false;
    }
    const int64_t least = floor + (rest != 0 || sheet->is_strict ? 1 : 0);
    *out = !sheet->is_down && have < least ? least - have : 0;
    return true;
}

/* A constant level that is one end only, and small figures: all rows at once. */
static bool put_small_gaps(const sheet_block *block, int64_t *missing)
{
    const atn_sheet *const sheet = block->sheet;
    const atn_kernels *const kernels = sheet->book->kernels;
    const double num = (double)sheet->gap_needed.num;
    const double den = (double)sheet->gap_needed.den;
    const int64_t most_n = kernels->all_bits(block->n, block->p.n);
    const double most_d = (double)kernels->all_bits(block->n, block->p.d);
    if (sheet->held != ATN_HELD_CONSTANT || (!sheet->is_up && !sheet->is_down) || most_n > SHEET_NARROW ||
        den >= 0x1p51 || num < 0 || num * most_d >= 0x1p51) {
        return false;
    }
    const atn_kernel_need need = {num,
                                  den,
                                  sheet->gap_units,
                                  sheet->is_up ? 1 : 0,
                                  !sheet->is_strict ? 0 : sheet->is_up ? 1 : -1,
                                  sheet->is_down};
    kernels->gaps(block->n, block->p.n, block->p.d, &need, missing);
    return true;
}

static void gap(sheet_block *block, double *values, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    int64_t missing[SHEET_ROWS];
    uint8_t fits[SHEET_ROWS];
    if (!sheet->has_level) {
        atn_block_put_none(block, values, valid);
        return;
    }
    if (!sheet->has_gap) {
        judge_cells(block, ATN_NUM_GAP, values, valid);
        return;
    }
    atn_block_read(block);
    if (sheet->held == ATN_HELD_CONSTANT) {
        put_valid(block, true, valid);
    } else {
        atn_block_read_base(block);
        atn_block_valid_level(block, true, valid);
    }
    const bool all_fit = put_small_gaps(block, missing);
    for (size_t i = 0; !all_fit && i < block->n; i++) {
        missing[i] = 0;
        fits[i] = valid[i] == 0 || gap_of_row(block, i, &missing[i]);
    }
    atn_block_put_ratio(block, missing, sheet->book->ones, sheet->gap_unit, values);
    atn_block_clear(block, values, valid);
    for (size_t i = 0; !all_fit && i < block->n; i++) {
        if (fits[i] == 0) {
            atn_block_judge_cell(block, i, ATN_NUM_GAP, values, valid);
        }
    }
}

/* ---- all of them ---- */

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
    case ATN_NUM_GAP: gap(block, values, valid); break;
    default: atn_block_from_base(block, column, values, valid); break;
    }
}
