/* Reading blocks, and what their rows come to. See sheet_block.h. */
#include "score/sheet_block.h"

#include <string.h>

sheet_piece atn_block_next(const atn_sheet *sheet, size_t row, size_t end)
{
    const size_t n_days = sheet->n_days;
    const size_t skip = row % n_days;
    const size_t n_left = end - row;
    const uint32_t first = (uint32_t)(row / n_days);
    if (skip != 0 || n_left < n_days) {
        const size_t to_end = n_days - skip;
        return (sheet_piece){first, 1, skip, n_left < to_end ? n_left : to_end, true};
    }
    const size_t most = SHEET_ROWS / n_days;
    const size_t n_units = n_left / n_days < most ? n_left / n_days : most;
    return (sheet_piece){first, (uint32_t)n_units, 0, n_units * n_days, false};
}

static bool all_full(const atn_sheet *sheet, uint32_t slot, uint32_t first, uint32_t n_units)
{
    bool all = true;
    if (sheet->units == NULL) { /* mostly all of them are, in all periods: asked of many at once */
        const uint8_t *const full = sheet->book->full + (size_t)slot * sheet->cube->n_units + first;
        unsigned common = ATN_FULL_FIGURES;
        for (uint32_t u = 0; u < n_units; u++) {
            common &= full[u];
        }
        if (common != 0) {
            return true;
        }
    }
    for (uint32_t p = first; all && p < first + n_units; p++) {
        all = atn_sheet_is_full(sheet, slot, atn_sheet_unit(sheet, p));
    }
    return all;
}

static bool any_mark(const atn_sheet *sheet, uint32_t first, uint32_t n_units)
{
    unsigned any = 0;
    for (uint32_t u = first; sheet->marks != NULL && u < first + n_units; u++) {
        any |= sheet->marks[u] & (unsigned)ATN_MARK_NOT_VALID;
    }
    return any != 0;
}

void atn_block_set(sheet_block *block, const atn_sheet *sheet, uint32_t first, uint32_t n_units)
{
    block->sheet = sheet;
    block->first = first;
    block->n_units = n_units;
    block->n = (size_t)n_units * sheet->n_days;
    block->has_p = false;
    block->has_b = false;
    block->complete = all_full(sheet, sheet->n_slot, first, n_units) &&
                      (sheet->d_slot == ATN_NONE || all_full(sheet, sheet->d_slot, first, n_units)) &&
                      !any_mark(sheet, first, n_units);
    for (uint32_t d = 0; d < sheet->n_days; d++) {
        block->column[d] = sheet->days[d].column;
    }
}

/* ---- reading ---- */

static atn_kernel_lines lines_of(const sheet_block *block)
{
    const atn_sheet *const sheet = block->sheet;
    return (atn_kernel_lines){sheet->units != NULL ? sheet->units + block->first : NULL, block->first,
                              block->n_units, sheet->cube->n_periods};
}

static const int64_t *read64(const sheet_block *block, const int64_t *from, bool of_base, int64_t *room)
{
    const atn_sheet *const sheet = block->sheet;
    const atn_kernels *const kernels = sheet->book->kernels;
    const atn_kernel_lines lines = lines_of(block);
    if (of_base) {
        kernels->spread64(from, &lines, sheet->base_column, sheet->n_days, room);
        return room;
    }
    if (sheet->is_whole) {
        return from + (size_t)block->first * lines.stride;
    }
    kernels->gather64(from, &lines, block->column, sheet->n_days, room);
    return room;
}

static const uint32_t *read32(const sheet_block *block, const uint32_t *from, bool of_base, uint32_t *room)
{
    const atn_sheet *const sheet = block->sheet;
    const atn_kernels *const kernels = sheet->book->kernels;
    const atn_kernel_lines lines = lines_of(block);
    if (of_base) {
        kernels->spread32(from, &lines, sheet->base_column, sheet->n_days, room);
        return room;
    }
    if (sheet->is_whole) {
        return from + (size_t)block->first * lines.stride;
    }
    kernels->gather32(from, &lines, block->column, sheet->n_days, room);
    return room;
}

const int64_t *atn_block_figures(sheet_block *block, uint32_t slot)
{
    const bool is_n = slot == block->sheet->n_slot; /* into the room where it would stand if all were read */
    return block->has_p
               ? (is_n ? block->p.n : block->p.d)
               : read64(block, block->sheet->cube->slabs[slot].value, false, block->p.room[is_n ? 0 : 2]);
}

const uint32_t *atn_block_counts(const sheet_block *block, const uint32_t *from, uint32_t *room)
{
    return read32(block, from, false, room);
}

static void read_figures(const sheet_block *block, bool of_base, sheet_side *side)
{
    const atn_sheet *const sheet = block->sheet;
    const atn_slab *const n = &sheet->cube->slabs[sheet->n_slot];
    side->n = read64(block, n->value, of_base, side->room[0]);
    side->n_sure =
        block->complete || n->sure == n->value ? side->n : read64(block, n->sure, of_base, side->room[1]);
    side->d = side->d_sure = sheet->book->ones;
    if (sheet->d_slot != ATN_NONE) {
        const atn_slab *const d = &sheet->cube->slabs[sheet->d_slot];
        side->d = read64(block, d->value, of_base, side->room[2]);
        side->d_sure =
            block->complete || d->sure == d->value ? side->d : read64(block, d->sure, of_base, side->room[3]);
    }
}

/* Gaps of a slot for every row. */
static const uint8_t *gaps_of(const sheet_block *block, uint32_t slot, bool of_base, uint8_t *room)
{
    const atn_sheet *const sheet = block->sheet;
    const uint32_t n_periods = sheet->cube->n_periods;
    const uint8_t *const from = sheet->book->gap + (size_t)slot * sheet->cube->n_units * n_periods;
    if (sheet->is_whole && !of_base) {
        return from + (size_t)block->first * n_periods;
    }
    uint8_t *to = room;
    for (uint32_t u = 0; u < block->n_units; u++) {
        const uint8_t *const line = from + (size_t)atn_sheet_unit(sheet, block->first + u) * n_periods;
        for (uint32_t d = 0; d < sheet->n_days; d++) {
            *to++ = line[of_base ? sheet->base_column : block->column[d]];
        }
    }
    return room;
}

static void read_states(const sheet_block *block, bool of_base, sheet_side *side)
{
    const atn_sheet *const sheet = block->sheet;
    uint8_t room[2][SHEET_ROWS];
    if (block->complete) {
        return;
    }
    const uint8_t *const n_gaps = gaps_of(block, sheet->n_slot, of_base, room[0]);
    const uint8_t *const d_gaps =
        sheet->d_slot != ATN_NONE ? gaps_of(block, sheet->d_slot, of_base, room[1]) : NULL;
    sheet->book->kernels->states(block->n, n_gaps, d_gaps, side->d, side->gaps, side->state);
    for (uint32_t u = 0; sheet->marks != NULL && u < block->n_units; u++) {
        if ((sheet->marks[block->first + u] & ATN_MARK_NOT_VALID) != 0) {
            memset(side->state + (size_t)u * sheet->n_days, ATTAIN_STATE_OUT_OF_SCOPE, sheet->n_days);
        }
    }
}

void atn_block_has_figures(const sheet_block *block, uint32_t slot, uint8_t *has)
{
    const atn_sheet *const sheet = block->sheet;
    uint8_t room[SHEET_ROWS];
    const uint8_t *const gaps = gaps_of(block, slot, false, room);
    sheet->book->kernels->without(block->n, gaps, ATN_GAP_NO_FIGURE, has);
    for (uint32_t u = 0; sheet->marks != NULL && u < block->n_units; u++) {
        if ((sheet->marks[block->first + u] & ATN_MARK_NOT_VALID) != 0) {
            memset(has + (size_t)u * sheet->n_days, 0, sheet->n_days);
        }
    }
}

void atn_block_read(sheet_block *block)
{
    if (block->has_p) {
        return;
    }
    block->has_p = true;
    read_figures(block, false, &block->p);
    read_states(block, false, &block->p);
}

void atn_block_read_base(sheet_block *block)
{
    sheet_side *const b = &block->b;
    if (block->has_b) {
        return;
    }
    block->has_b = true;
    if (block->sheet->base == ATN_BASE_PERIOD) {
        read_figures(block, true, b);
        read_states(block, true, b);
        return;
    }
    for (size_t i = 0; i < block->n; i++) {
        b->room[0][i] = block->sheet->stated.num;
        b->room[2][i] = block->sheet->stated.den;
    }
    b->n = b->n_sure = b->room[0];
    b->d = b->d_sure = b->room[2];
    memset(b->state, ATTAIN_STATE_OK, block->n);
    memset(b->gaps, 0, block->n);
}

void atn_block_set_states(sheet_block *block)
{
    for (size_t i = 0; block->complete && i < block->n; i++) {
        block->p.state[i] = (uint8_t)atn_block_state(block, &block->p, i);
    }
}

/* On every day the baseline period has ended. */
static bool all_baselines_over(const sheet_block *block)
{
    bool all = true;
    for (uint32_t d = 0; d < block->sheet->n_days; d++) {
        all = all && (block->sheet->base != ATN_BASE_PERIOD || block->sheet->days[d].baseline_is_over);
    }
    return all;
}

/* Some D, of P or of the baseline, is not 1. */
static bool divides(const sheet_block *block)
{
    const atn_sheet *const sheet = block->sheet;
    return sheet->d_slot != ATN_NONE || (sheet->base == ATN_BASE_STATED && sheet->stated.den != 1);
}

/* All products that a comparison of both sides, which have been read, needs fit. */
static bool products_fit(const sheet_block *block)
{
    const atn_kernels *const kernels = block->sheet->book->kernels;
    const size_t n = block->n;
    return !divides(block) ||
           (kernels->all_bits(n, block->p.n) | kernels->all_bits(n, block->p.d) |
            kernels->all_bits(n, block->b.n) | kernels->all_bits(n, block->b.d)) <= SHEET_NARROW;
}

/* ---- outcomes ---- */

/* Where an end of the range lies: -1, 0, 1 against the first level and the second. */
typedef struct ends {
    int low, high;       /* against `from` */
    int low_to, high_to; /* against `to` */
} ends;

enum { OPEN = ATTAIN_UNDETERMINED };

static int rule(const atn_sheet *sheet, const ends *at)
{
    const bool strict = sheet->is_strict;
    if (sheet->is_up) {
        return at->low > 0 || (at->low == 0 && !strict)    ? ATTAIN_MET
               : at->high < 0 || (at->high == 0 && strict) ? ATTAIN_NOT_MET
                                                           : OPEN;
    }
    if (sheet->is_down) {
        return at->high < 0 || (at->high == 0 && !strict) ? ATTAIN_MET
               : at->low > 0 || (at->low == 0 && strict)  ? ATTAIN_NOT_MET
                                                          : OPEN;
    }
    return at->low >= 0 && at->high_to <= 0 ? ATTAIN_MET
           : at->high < 0 || at->low_to > 0 ? ATTAIN_NOT_MET
                                            : OPEN;
}

static bool is_not_applicable(unsigned state)
{
    return state == ATTAIN_STATE_ZERO_DENOMINATOR || state == ATTAIN_STATE_OUT_OF_SCOPE;
}

static uint8_t outcome_of_rule(int verdict, unsigned state, bool is_void, bool is_open)
{
    return is_void || verdict == OPEN
               ? OUTCOME(ATTAIN_UNDETERMINED, state, is_open ? WHY_MISSING : WHY_NOTHING)
               : OUTCOME(verdict, state, WHY_NOTHING);
}

static int sign_of(int64_t v)
{
    return (v > 0) - (v < 0);
}

/* The end against a level, from the comparison of the figures: 0 / unknown is 0, x / 0 and unknown / y have no end. */
static int low_end(const sheet_side *side, size_t i, int sign, atn_fraction64 level)
{
    return (side->gaps[i] & GAP_D) != 0 ? -sign_of(level.num) : side->d[i] == 0 ? 1 : sign;
}

static int high_end(const sheet_side *side, size_t i, int sign)
{
    return (side->gaps[i] & GAP_N) != 0 || side->d_sure[i] == 0 ? 1 : sign;
}

static void compare_ends(const sheet_block *block, atn_fraction64 level, int8_t *low, int8_t *high)
{
    const sheet_side *const p = &block->p;
    const atn_vector_level vectors = block->sheet->book->level;
    atn_bulk_compare(vectors, block->n, p->n_sure, p->d, level.num, level.den, low);
    if (p->n_sure == p->n && p->d_sure == p->d) {
        memcpy(high, low, block->n);
    } else {
        atn_bulk_compare(vectors, block->n, p->n, p->d_sure, level.num, level.den, high);
    }
}

/* What the ends of a range and the state of a row come to, for all that they can be (ATN_KERNEL_ENDS). */
static void one_sided_outcomes(const atn_sheet *sheet, uint8_t *of)
{
    for (unsigned i = 0; i < ATN_KERNEL_ENDS; i++) {
        const ends at = {(int)(i % 3) - 1, (int)(i / 3 % 3) - 1, 0, 0};
        const unsigned state = i / 36;
        of[i] = is_not_applicable(state)
                    ? OUTCOME(ATTAIN_NOT_APPLICABLE, state, WHY_NOTHING)
                    : outcome_of_rule(rule(sheet, &at), state, i / 9 % 2 != 0, i / 18 % 2 != 0);
    }
}

static void one_sided_ranges(const sheet_block *block, uint8_t *outcome)
{
    const atn_sheet *const sheet = block->sheet;
    const sheet_side *const p = &block->p;
    int8_t low[SHEET_ROWS];
    int8_t high[SHEET_ROWS];
    uint8_t of[ATN_KERNEL_ENDS];
    const atn_kernel_ends both = {.low = low,
                                  .high = high,
                                  .d = p->d,
                                  .d_sure = p->d_sure,
                                  .gaps = p->gaps,
                                  .state = p->state,
                                  .unknown = (int8_t)-sign_of(sheet->from.num)};
    one_sided_outcomes(sheet, of);
    compare_ends(block, sheet->from, low, high);
    sheet->book->kernels->range_outcomes(block->n, &both, of, outcome);
}

static void ranges_against_constants(const sheet_block *block, uint8_t *outcome)
{
    const atn_sheet *const sheet = block->sheet;
    const sheet_side *const p = &block->p;
    int8_t sign[4][SHEET_ROWS] = {{0}};
    if (sheet->is_up || sheet->is_down) {
        one_sided_ranges(block, outcome);
        return;
    }
    compare_ends(block, sheet->from, sign[0], sign[1]);
    compare_ends(block, sheet->to, sign[2], sign[3]);
    for (size_t i = 0; i < block->n; i++) {
        const unsigned state = p->state[i];
        if (is_not_applicable(state)) {
            outcome[i] = OUTCOME(ATTAIN_NOT_APPLICABLE, state, WHY_NOTHING);
            continue;
        }
        const ends at = {low_end(p, i, sign[0][i], sheet->from), high_end(p, i, sign[1][i]),
                         low_end(p, i, sign[2][i], sheet->to), high_end(p, i, sign[3][i])};
        outcome[i] =
            outcome_of_rule(rule(sheet, &at), state, p->d_sure[i] == 0, (p->gaps[i] & GAP_OPEN) != 0);
    }
}

/* low = value = high. */
static uint8_t outcome_of_sign(const atn_sheet *sheet, int sign)
{
    const ends at = {sign, sign, sign, sign};
    return OUTCOME(rule(sheet, &at), ATTAIN_STATE_OK, WHY_NOTHING);
}

static void values_against_constants(const sheet_block *block, uint8_t *outcome)
{
    const atn_sheet *const sheet = block->sheet;
    const sheet_side *const p = &block->p;
    const atn_vector_level vectors = sheet->book->level;
    const uint8_t zero = OUTCOME(ATTAIN_NOT_APPLICABLE, ATTAIN_STATE_ZERO_DENOMINATOR, WHY_NOTHING);
    int8_t sign[SHEET_ROWS];
    atn_bulk_compare(vectors, block->n, p->n, p->d, sheet->from.num, sheet->from.den, sign);
    if (sheet->is_up || sheet->is_down) {
        const atn_kernel_rule by_sign = {outcome_of_sign(sheet, -1), outcome_of_sign(sheet, 0),
                                         outcome_of_sign(sheet, 1), zero};
        sheet->book->kernels->outcome(block->n, sign, p->d, &by_sign, outcome);
        return;
    }
    int8_t sign_to[SHEET_ROWS];
    atn_bulk_compare(vectors, block->n, p->n, p->d, sheet->to.num, sheet->to.den, sign_to);
    for (size_t i = 0; i < block->n; i++) {
        const bool met = sign[i] >= 0 && sign_to[i] <= 0;
        outcome[i] =
            p->d[i] == 0 ? zero : OUTCOME(met ? ATTAIN_MET : ATTAIN_NOT_MET, ATTAIN_STATE_OK, WHY_NOTHING);
    }
}

/* ---- changes over a period ---- */

typedef struct fractions {
    int64_t num[SHEET_ROWS], den[SHEET_ROWS];
} fractions;

static bool is_narrow(int64_t v)
{
    return v <= SHEET_NARROW;
}

/* a/b over c/d, or less c/d; false if a product might not fit. Where nothing has a denominator nothing is multiplied. */
static bool put_apart(const atn_sheet *sheet, int64_t a, int64_t b, int64_t c, int64_t d, int64_t *num,
                      int64_t *den)
{
    const bool times = sheet->held == ATN_HELD_TIMES_BASE;
    *num = 0;
    *den = 0;
    if (b == 1 && d == 1) {
        *num = times ? a : a - c;
        *den = times ? c : 1;
        return true;
    }
    if (!is_narrow(a) || !is_narrow(b) || !is_narrow(c) || !is_narrow(d)) {
        return false;
    }
    *num = times ? a * d : a * d - c * b;
    *den = times ? b * c : b * d;
    return true;
}

/* Baselines of a share that make its level infeasible: not met, whatever the value is. */
static void put_infeasible(const sheet_block *block, uint8_t *outcome)
{
    const atn_sheet *const sheet = block->sheet;
    int8_t sign[SHEET_ROWS];
    if (!sheet->has_limit) {
        return;
    }
    atn_bulk_compare(sheet->book->level, block->n, block->b.n, block->b.d, sheet->limit.num, sheet->limit.den,
                     sign);
    for (size_t i = 0; i < block->n; i++) {
        const bool is_beyond = sheet->is_up ? sign[i] > 0 : sign[i] < 0;
        if (is_beyond && outcome[i] != OUTCOME_JUDGE &&
            OUTCOME_VERDICT(outcome[i]) != ATTAIN_NOT_APPLICABLE &&
            (OUTCOME_VERDICT(outcome[i]) != ATTAIN_UNDETERMINED || OUTCOME_WHY(outcome[i]) == WHY_NOTHING ||
             OUTCOME_WHY(outcome[i]) == WHY_MISSING)) {
            outcome[i] = OUTCOME(ATTAIN_NOT_MET, OUTCOME_STATE(outcome[i]), WHY_INFEASIBLE);
        }
    }
}

static uint8_t problem_of_row(const sheet_block *block, size_t i)
{
    const unsigned state = atn_block_state(block, &block->p, i);
    if (is_not_applicable(state)) {
        return OUTCOME(ATTAIN_NOT_APPLICABLE, state, WHY_NOTHING);
    }
    if (!atn_block_has_base(block, i)) {
        return OUTCOME(ATTAIN_UNDETERMINED, state, WHY_NO_BASELINE);
    }
    if (block->sheet->is_relative && block->b.n[i] == 0) {
        return OUTCOME(ATTAIN_UNDETERMINED, state, WHY_NOT_POSITIVE);
    }
    return 0;
}

/* The low end of v against the high one of b, and the other way round. An end that is 0 because D is unknown is 0/1. */
static bool put_ends(const sheet_block *block, size_t i, fractions *low, fractions *high)
{
    const sheet_side *const p = &block->p;
    const sheet_side *const b = &block->b;
    const bool p_unknown = (p->gaps[i] & GAP_D) != 0;
    const bool b_unknown = (b->gaps[i] & GAP_D) != 0;
    const int64_t p_low_den = p_unknown || p->d[i] == 0 ? 1 : p->d[i];
    const bool fits_low = put_apart(block->sheet, p_unknown ? 0 : p->n_sure[i], p_low_den, b->n[i],
                                    b->d_sure[i], &low->num[i], &low->den[i]);
    const bool fits_high = put_apart(block->sheet, p->n[i], p->d_sure[i], b_unknown ? 0 : b->n_sure[i],
                                     b_unknown ? 1 : b->d[i], &high->num[i], &high->den[i]);
    return fits_low && fits_high;
}

static void ranges_against_base(const sheet_block *block, uint8_t *outcome)
{
    const atn_sheet *const sheet = block->sheet;
    const sheet_side *const p = &block->p;
    const sheet_side *const b = &block->b;
    fractions low;
    fractions high;
    int8_t low_sign[SHEET_ROWS];
    int8_t high_sign[SHEET_ROWS];
    for (size_t i = 0; i < block->n; i++) {
        outcome[i] = put_ends(block, i, &low, &high) ? 0 : OUTCOME_JUDGE;
    }
    atn_bulk_compare(sheet->book->level, block->n, low.num, low.den, sheet->from.num, sheet->from.den,
                     low_sign);
    atn_bulk_compare(sheet->book->level, block->n, high.num, high.den, sheet->from.num, sheet->from.den,
                     high_sign);
    for (size_t i = 0; i < block->n; i++) {
        const uint8_t problem = problem_of_row(block, i);
        if (outcome[i] == OUTCOME_JUDGE || problem != 0) {
            outcome[i] = problem != 0 ? problem : outcome[i];
            continue;
        }
        const bool b_has_no_end = (b->gaps[i] & GAP_N) != 0 || b->d_sure[i] == 0;
        const bool b_may_be_zero = sheet->is_relative && (b->n_sure[i] == 0 || (b->gaps[i] & GAP_D) != 0);
        const ends at = {b_has_no_end ? -1 : low_sign[i], high_end(p, i, high_sign[i]), 0, 0};
        outcome[i] = outcome_of_rule(rule(sheet, &at), p->state[i],
                                     p->d_sure[i] == 0 || b->d_sure[i] == 0 || b_may_be_zero,
                                     ((p->gaps[i] | b->gaps[i]) & GAP_OPEN) != 0);
    }
}

/* Compares v with the level of the row's baseline; everything fits. */
static void compare_with_base(const sheet_block *block, int8_t *sign)
{
    const atn_sheet *const sheet = block->sheet;
    const atn_kernels *const kernels = sheet->book->kernels;
    const sheet_side *const p = &block->p;
    const sheet_side *const b = &block->b;
    const size_t n = block->n;
    const bool times = sheet->held == ATN_HELD_TIMES_BASE;
    fractions at;
    const int64_t *num = at.num;
    const int64_t *den = at.den;
    if (sheet->d_slot == ATN_NONE) {
        num = times ? p->n : at.num;
        den = times ? b->n : sheet->book->ones;
        kernels->subtract(times ? 0 : n, p->n, b->n, at.num);
    } else if (times) {
        kernels->multiply(n, p->n, b->d, at.num);
        kernels->multiply(n, p->d, b->n, at.den);
    } else {
        kernels->cross(n, p->n, b->d, b->n, p->d, at.num);
        kernels->multiply(n, p->d, b->d, at.den);
    }
    atn_bulk_compare(sheet->book->level, n, num, den, sheet->from.num, sheet->from.den, sign);
}

/* In a complete block nearly all rows have a baseline above 0 and a D. */
static void values_against_base(const sheet_block *block, uint8_t *outcome)
{
    const atn_sheet *const sheet = block->sheet;
    const atn_kernels *const kernels = sheet->book->kernels;
    const atn_kernel_rule by_sign = {outcome_of_sign(sheet, -1), outcome_of_sign(sheet, 0),
                                     outcome_of_sign(sheet, 1), 0};
    int8_t sign[SHEET_ROWS];
    uint8_t is_plain[SHEET_ROWS];
    compare_with_base(block, sign);
    kernels->outcome(block->n, sign, block->p.d, &by_sign, outcome);
    kernels->nonzero(block->n, block->p.d, is_plain);
    kernels->and_nonzero(block->n, block->b.d, is_plain);
    kernels->and_nonzero(block->n, sheet->is_relative ? block->b.n : sheet->book->ones, is_plain);
    const bool all_over = all_baselines_over(block);
    for (size_t i = 0; i < block->n; i++) {
        if (is_plain[i] == 0 || (!all_over && !sheet->days[i % sheet->n_days].baseline_is_over)) {
            outcome[i] = problem_of_row(block, i);
        }
    }
}

void atn_block_outcomes(sheet_block *block, uint8_t *outcome)
{
    const bool constant = block->sheet->held == ATN_HELD_CONSTANT;
    atn_block_read(block);
    if (constant) {
        (block->complete ? values_against_constants : ranges_against_constants)(block, outcome);
        return;
    }
    atn_block_read_base(block);
    if (block->complete && products_fit(block)) {
        values_against_base(block, outcome);
        put_infeasible(block, outcome);
        return;
    }
    if (block->complete) {
        memset(block->p.gaps, 0, block->n);
        memset(block->b.gaps, 0, block->n);
        atn_block_set_states(block);
    }
    ranges_against_base(block, outcome);
    put_infeasible(block, outcome);
}
