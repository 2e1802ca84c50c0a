/* Cells of a few rows: the rules of sheets (sheet_block.c, sheet_numbers.c, sheet_words.c) said for one row after the other, for the columns
 * that are quotients of N, D and the baseline, verdicts against a constant level, and counts. The sheets' own loops are made for
 * whole columns; for four cells they cost ten times as much.
 *
 * A quotient whose parts are exact doubles is one division, which IEEE arithmetic rounds correctly; every other is left to bulk.h. So
 * the bits are those of the sheet. */
#include "score/board_batch.h"

#include "number/bulk.h"

/* ---- numbers ---- */

double atn_batch_far_quotient(int64_t num, int64_t den, atn_fraction64 by)
{
    double out = 0.0;
    atn_bulk_ratio(ATN_VECTOR_PORTABLE, 1, &num, &den, by.num, by.den, &out);
    return out;
}

int atn_batch_far_compare(int64_t num, int64_t den, atn_fraction64 level)
{
    int8_t sign = 0;
    atn_bulk_compare(ATN_VECTOR_PORTABLE, 1, &num, &den, level.num, level.den, &sign);
    return sign;
}

/* Each byte that need not be touched is a line of memory that need not be fetched. */
static void put(const atn_batch *b, const atn_cells *to, size_t i, bool is_valid, double number)
{
    to->number[b->row[i]] = is_valid ? number : 0.0;
    if (!b->same_validity) {
        to->valid[b->row[i]] = is_valid;
    }
}

static void put_infinite(const atn_batch *b, const atn_cells *to, size_t i)
{
    to->number[b->row[i]] = 1.0;
    to->valid[b->row[i]] = 2;
}

static bool has_value(const atn_batch *b, size_t i)
{
    return b->state[i] == ATTAIN_STATE_OK;
}

static bool has_range(const atn_batch *b, size_t i)
{
    return b->state[i] != ATTAIN_STATE_ZERO_DENOMINATOR;
}

/* ---- N, D, value and its range ---- */

static void put_figures(const atn_batch *b, const atn_cells *to, const int64_t *figure, const uint8_t *gap,
                        atn_fraction64 scale)
{
    for (size_t i = 0; i < b->n; i++) {
        put(b, to, i, (gap[i] & ATN_GAP_NO_FIGURE) == 0, atn_batch_quotient(figure[i], 1, scale));
    }
}

/* Without gaps low and high are the value. */
static void put_values(atn_batch *b, const atn_cells *to)
{
    for (size_t i = 0; i < b->n && !b->has_quotients; i++) {
        b->quotient[i] = atn_batch_quotient(b->n_value[i], b->d_value[i], b->sheet->scale);
    }
    b->has_quotients = true;
    for (size_t i = 0; i < b->n; i++) {
        put(b, to, i, has_value(b, i), b->quotient[i]);
    }
}

/* 0 / unknown is 0; x / 0 and unknown / y have no end. */
static void put_lows(atn_batch *b, const atn_cells *to)
{
    for (size_t i = 0; i < b->n; i++) {
        const bool is_unknown = (b->d_gap[i] & ATN_GAP_NO_END) != 0;
        if (has_range(b, i) && !is_unknown && b->d_value[i] == 0) {
            put_infinite(b, to, i);
        } else {
            put(b, to, i, has_range(b, i),
                is_unknown ? 0.0 : atn_batch_quotient(b->n_sure[i], b->d_value[i], b->sheet->scale));
        }
    }
}

static void put_highs(atn_batch *b, const atn_cells *to)
{
    for (size_t i = 0; i < b->n; i++) {
        if (has_range(b, i) && ((b->n_gap[i] & ATN_GAP_NO_END) != 0 || b->d_sure[i] == 0)) {
            put_infinite(b, to, i);
        } else {
            put(b, to, i, has_range(b, i), atn_batch_quotient(b->n_value[i], b->d_sure[i], b->sheet->scale));
        }
    }
}

/* ---- the level and the baseline ---- */

static bool put_levels(const atn_batch *b, const atn_cells *to, bool has, atn_fraction64 level)
{
    const atn_fraction64 one = {1, 1};
    const double at = atn_batch_quotient(level.num, level.den, one);
    for (size_t i = 0; has && i < b->n; i++) {
        put(b, to, i, has_range(b, i), at);
    }
    return !has || b->sheet->held == ATN_HELD_CONSTANT;
}

static bool put_attainments(const atn_batch *b, const atn_cells *to)
{
    const atn_sheet *const sheet = b->sheet;
    const atn_fraction64 from = sheet->from;
    const atn_fraction64 upside_down =
        from.num < 0 ? (atn_fraction64){-from.den, -from.num} : (atn_fraction64){from.den, from.num};
    if (!sheet->has_level || (!sheet->is_up && !sheet->is_down) || (sheet->is_up && from.num == 0)) {
        return true; /* empty for ever */
    }
    for (size_t i = 0; i < b->n; i++) {
        const int64_t n = b->n_value[i];
        const int64_t d = b->d_value[i];
        put(b, to, i, has_value(b, i) && (sheet->is_up || n != 0),
            sheet->is_up ? atn_batch_quotient(n, d, upside_down) : atn_batch_quotient(d, n, from));
    }
    return sheet->held == ATN_HELD_CONSTANT;
}

static void put_bases(const atn_batch *b, const atn_cells *to)
{
    for (size_t i = 0; b->sheet->base != ATN_BASE_NONE && i < b->n; i++) {
        put(b, to, i, has_range(b, i) && b->has_base[i],
            atn_batch_quotient(b->n_base[i], b->d_base[i], b->sheet->scale));
    }
}

/* Where N, D and the baseline are too large for one quotient: differences of quotients, found together. */
typedef struct differences {
    size_t n;
    size_t i[ATN_BATCH_ROWS];
    int64_t n_value[ATN_BATCH_ROWS], d_value[ATN_BATCH_ROWS], n_base[ATN_BATCH_ROWS], d_base[ATN_BATCH_ROWS];
} differences;

static void add_difference(const atn_batch *b, size_t i, differences *to)
{
    const size_t k = to->n++;
    to->i[k] = i;
    to->n_value[k] = b->n_value[i];
    to->d_value[k] = b->d_value[i];
    to->n_base[k] = b->n_base[i];
    to->d_base[k] = b->d_base[i];
}

static void put_differences(const atn_batch *b, const atn_cells *to, const differences *large)
{
    double change[ATN_BATCH_ROWS];
    if (large->n > 0) {
        atn_bulk_difference(ATN_VECTOR_PORTABLE, large->n, large->n_value, large->d_value, large->n_base,
                            large->d_base, change);
    }
    for (size_t k = 0; k < large->n; k++) {
        put(b, to, large->i[k], true, change[k]);
    }
}

/* v - b: over one denominator where its parts stay small. */
static bool put_changes(const atn_batch *b, const atn_cells *to)
{
    const atn_fraction64 scale = b->sheet->scale;
    differences large; /* its arrays are filled as far as it has any */
    large.n = 0;
    for (size_t i = 0; b->sheet->base != ATN_BASE_NONE && i < b->n; i++) {
        const bool is_there = has_value(b, i) && b->has_base[i];
        const double left = (double)b->n_value[i] * (double)b->d_base[i];
        const double right = (double)b->n_base[i] * (double)b->d_value[i];
        const double below = (double)b->d_value[i] * (double)b->d_base[i];
        if (!is_there || (atn_batch_exact(left) && atn_batch_exact(right) && atn_batch_exact(below))) {
            put(b, to, i, is_there,
                is_there ? atn_batch_quotient((int64_t)left - (int64_t)right, (int64_t)below, scale) : 0.0);
        } else if (scale.num == scale.den) {
            add_difference(b, i, &large);
        } else {
            return false;
        }
    }
    put_differences(b, to, &large);
    return true;
}

/* ---- verdicts ---- */

typedef struct outcome {
    attain_verdict verdict;
    uint32_t reasons;
} outcome;

static int sign_of(int64_t v)
{
    return (v > 0) - (v < 0);
}

/* The ends of the range against a level: 1 above it, -1 below. */
static int low_end(const atn_batch *b, size_t i, atn_fraction64 level)
{
    return (b->d_gap[i] & ATN_GAP_NO_END) != 0 ? -sign_of(level.num)
           : b->d_value[i] == 0                ? 1
                                               : atn_batch_compare(b->n_sure[i], b->d_value[i], level);
}

static int high_end(const atn_batch *b, size_t i, atn_fraction64 level)
{
    return (b->n_gap[i] & ATN_GAP_NO_END) != 0 || b->d_sure[i] == 0
               ? 1
               : atn_batch_compare(b->n_value[i], b->d_sure[i], level);
}

/* met or not_met if every value of the range is. */
static attain_verdict rule(const atn_batch *b, size_t i)
{
    const atn_sheet *const sheet = b->sheet;
    const int low = low_end(b, i, sheet->from);
    const int high = high_end(b, i, sheet->from);
    bool met = false;
    bool missed = false;
    if (sheet->is_up) {
        met = low > 0 || (low == 0 && !sheet->is_strict);
        missed = high < 0 || (high == 0 && sheet->is_strict);
    } else if (sheet->is_down) {
        met = high < 0 || (high == 0 && !sheet->is_strict);
        missed = low > 0 || (low == 0 && sheet->is_strict);
    } else {
        met = low >= 0 && high_end(b, i, sheet->to) <= 0;
        missed = high < 0 || low_end(b, i, sheet->to) > 0;
    }
    return met ? ATTAIN_MET : missed ? ATTAIN_NOT_MET : ATTAIN_UNDETERMINED;
}

static uint32_t reason_of(unsigned state)
{
    return state == ATTAIN_STATE_NO_DATA            ? (uint32_t)ATTAIN_BECAUSE_NO_DATA
           : state == ATTAIN_STATE_NO_DENOMINATOR   ? (uint32_t)ATTAIN_BECAUSE_NO_DENOMINATOR
           : state == ATTAIN_STATE_ZERO_DENOMINATOR ? (uint32_t)ATTAIN_BECAUSE_ZERO_DENOMINATOR
                                                    : 0u;
}

/* One value: where it lies against the level says all. */
static attain_verdict verdict_of_value(const atn_batch *b, size_t i)
{
    const atn_sheet *const sheet = b->sheet;
    const int at = atn_batch_compare(b->n_value[i], b->d_value[i], sheet->from);
    const bool met = sheet->is_up ? at > 0 || (at == 0 && !sheet->is_strict)
                     : sheet->is_down
                         ? at < 0 || (at == 0 && !sheet->is_strict)
                         : at >= 0 && atn_batch_compare(b->n_value[i], b->d_value[i], sheet->to) <= 0;
    return met ? ATTAIN_MET : ATTAIN_NOT_MET;
}

static outcome outcome_of(const atn_batch *b, size_t i)
{
    if ((b->n_gap[i] | b->d_gap[i]) == 0 && b->d_value[i] != 0) {
        return (outcome){verdict_of_value(b, i), 0};
    }
    const bool is_open = ((b->n_gap[i] | b->d_gap[i]) & ATN_GAP_OPEN) != 0;
    const uint32_t of_state = reason_of(b->state[i]);
    if (!has_range(b, i)) {
        return (outcome){ATTAIN_NOT_APPLICABLE, of_state};
    }
    const attain_verdict verdict = b->d_sure[i] == 0 ? ATTAIN_UNDETERMINED : rule(b, i);
    const uint32_t open = is_open ? (uint32_t)ATTAIN_BECAUSE_DEPENDS_ON_MISSING : 0u;
    return (outcome){verdict, verdict == ATTAIN_UNDETERMINED ? of_state | open : 0u};
}

static bool put_outcomes(const atn_batch *b, const atn_cells *to)
{
    if (b->sheet->held != ATN_HELD_CONSTANT) {
        return false;
    }
    for (size_t i = 0; i < b->n; i++) {
        const outcome at = outcome_of(b, i);
        to->integer[b->row[i]] = to->column == ATTAIN_COL_VERDICT ? (int64_t)at.verdict : (int64_t)at.reasons;
    }
    return true;
}

/* ---- counts ---- */

static int64_t count_of(const atn_batch *b, size_t i, bool expected)
{
    const atn_sheet *const sheet = b->sheet;
    const size_t at = (size_t)b->unit[i] * sheet->cube->n_periods + sheet->days[b->day].column;
    int64_t n = 0;
    for (uint32_t k = 0; k < sheet->n_count_slots; k++) {
        const atn_slab *const slab = &sheet->cube->slabs[sheet->count_slot[k]];
        n += (expected ? slab->n_expected : slab->n_reported)[at];
    }
    return n;
}

static bool put_counts(const atn_batch *b, const atn_cells *to, bool expected)
{
    for (size_t i = 0; !b->only_values && i < b->n; i++) {
        to->integer[b->row[i]] = count_of(b, i, expected);
    }
    return true;
}

static bool put_missing(const atn_batch *b, const atn_cells *to)
{
    const uint32_t of_data =
        ATTAIN_BECAUSE_DEPENDS_ON_MISSING | ATTAIN_BECAUSE_NO_DATA | ATTAIN_BECAUSE_NO_DENOMINATOR;
    const bool stays = b->only_values && !b->any_gap; /* where nothing is absent nothing is missing */
    if (b->sheet->held != ATN_HELD_CONSTANT) {
        return false;
    }
    for (size_t i = 0; !stays && i < b->n; i++) {
        const outcome at = outcome_of(b, i);
        const bool is_missing = at.verdict == ATTAIN_UNDETERMINED && (at.reasons & of_data) != 0;
        to->integer[b->row[i]] = is_missing ? count_of(b, i, true) - count_of(b, i, false) : 0;
    }
    return true;
}

/* ---- all of them ---- */

/* A dispatch over the columns. */
bool atn_batch_put(atn_batch *b, const atn_cells *to)
{
    const atn_sheet *const sheet = b->sheet;
    switch ((int)to->column) {
    case ATTAIN_COL_NUMERATOR:
        if (!b->n_stays) {
            put_figures(b, to, b->n_value, b->n_gap, sheet->n_scale);
        }
        return true;
    case ATTAIN_COL_DENOMINATOR:
        if (sheet->d_slot != ATN_NONE && !b->d_stays) {
            put_figures(b, to, b->d_value, b->d_gap, sheet->d_scale);
        }
        return true;
    case ATTAIN_COL_VALUE: put_values(b, to); return true;
    case ATTAIN_COL_LOW: (b->any_gap ? put_lows : put_values)(b, to); return true;
    case ATTAIN_COL_HIGH: (b->any_gap ? put_highs : put_values)(b, to); return true;
    case ATTAIN_COL_BASELINE: put_bases(b, to); return true;
    case ATTAIN_COL_LEVEL: return put_levels(b, to, sheet->has_level, sheet->level);
    case ATTAIN_COL_LEVEL_HIGH: return put_levels(b, to, sheet->has_high, sheet->high);
    case ATTAIN_COL_ATTAINMENT: return put_attainments(b, to);
    case ATTAIN_COL_CHANGE: return put_changes(b, to);
    case ATTAIN_COL_VERDICT:
    case ATTAIN_COL_REASON: return put_outcomes(b, to);
    case ATTAIN_COL_REPORTED: return put_counts(b, to, false);
    case ATTAIN_COL_EXPECTED: return put_counts(b, to, true);
    case ATTAIN_COL_MISSING: return put_missing(b, to);
    default: return false;
    }
}
