/* The way from the baseline to the level, in sheets: change, the level and the path that follow from the baseline, attainment, progress,
 * pace.
 *
 *      baseline b ────────── path ───── value v ───── level           v = n / d    b = bn / bd    in stored figures
 *
 *   x = n bd - bn d                   v - b, over d bd
 *   y = bn of_base + bd of_one        a line of b (the level, the path on a day, the level less b), over bd den
 *
 *   change  x / (d bd)     line  y / (bd den)     attainment  n bd den / (d y)     progress  x den / (d y)
 *   pace    the signs of v - path and v - b, end against end where something is absent
 *
 * Whole numbers all the way: of 64 bits where they fit, asked of a block and then of its rows, else of 128; what does not fit these either
 * goes to the judge. */
#include "score/sheet_block.h"

#include "number/double.h"

#include <string.h>

/* Below this a sum of products fits int64, however its bound was rounded. */
#define MOST 4e18

static double size_of(int64_t v)
{
    return v < 0 ? -(double)v : (double)v;
}

/* Figures of a row, or what those of a block do not exceed. All are 0 or more. */
typedef struct figures {
    int64_t n, d, bn, bd;
} figures;

static inline figures figures_of(const sheet_block *block, size_t i)
{
    return (figures){block->p.n[i], block->p.d[i], block->b.n[i], block->b.d[i]};
}

static figures bounds_of(const sheet_block *block)
{
    const atn_kernels *const kernels = block->sheet->book->kernels;
    const size_t n = block->n;
    return (figures){kernels->all_bits(n, block->p.n), kernels->all_bits(n, block->p.d),
                     kernels->all_bits(n, block->b.n), kernels->all_bits(n, block->b.d)};
}

/* ---- quotients ---- */

typedef enum quotient_kind {
    CHANGE,
    CHANGE_RELATIVE,
    LINE,
    ATTAINMENT_UP,
    ATTAINMENT_DOWN,
    PROGRESS
} quotient_kind;

/* A column of quotients. The cell is num * by.num / (den * by.den). */
typedef struct asked {
    quotient_kind kind;
    atn_number_column column;
    atn_fraction64 by;
    atn_sheet_line line; /* of all days; LINE has one for each, in days, instead where it follows a path */
    const atn_sheet_day *days;
    bool is_down;
} asked;

static inline atn_sheet_line line_on(const asked *a, uint32_t day)
{
    return a->days != NULL ? a->days[day].path_at : a->line;
}

/* What the lines of all days do not exceed. */
static atn_sheet_line widest_line(const asked *a, uint32_t n_days)
{
    atn_sheet_line widest = line_on(a, 0);
    for (uint32_t day = 0; day < n_days; day++) {
        const atn_sheet_line at = line_on(a, day);
        widest.of_base = size_of(at.of_base) > size_of(widest.of_base) ? at.of_base : widest.of_base;
        widest.of_one = size_of(at.of_one) > size_of(widest.of_one) ? at.of_one : widest.of_one;
        widest.den = at.den > widest.den ? at.den : widest.den;
    }
    return widest;
}

static bool fits(quotient_kind kind, const figures *f, const atn_sheet_line *line)
{
    const double n = (double)f->n;
    const double d = (double)f->d;
    const double bd = (double)f->bd;
    const double x = n * bd + (double)f->bn * d;
    const double y = (double)f->bn * size_of(line->of_base) + bd * size_of(line->of_one);
    switch (kind) {
    case CHANGE:
    case CHANGE_RELATIVE: return x + d * bd < MOST; /* d * bn is in x */
    case LINE: return y + bd * (double)line->den < MOST;
    default: return x + (d + 1) * y < MOST; /* d may be 0 */
    }
}

static inline int64_t change_of(const figures *f)
{
    return f->n * f->bd - f->bn * f->d;
}

static inline int64_t way_of(const figures *f, const atn_sheet_line *line)
{
    return f->bn * line->of_base + f->bd * line->of_one;
}

/* Numerator and denominator. Where there is no number the denominator is 0; otherwise above it. Each kind multiplies only what `fits` has
 * looked at. */
static inline atn_fraction64 quotient_of(quotient_kind kind, bool is_down, const figures *f,
                                         const atn_sheet_line *line)
{
    switch (kind) {
    case CHANGE: return (atn_fraction64){change_of(f), f->d * f->bd};
    case CHANGE_RELATIVE: return (atn_fraction64){change_of(f), f->d * f->bn};
    case LINE: return (atn_fraction64){way_of(f, line), f->bd * line->den};
    default: break;
    }
    const int64_t x = change_of(f);
    const int64_t y = way_of(f, line);
    const int64_t have = f->n * f->bd;
    const int64_t to_go = is_down ? -y : y;
    switch (kind) {
    case ATTAINMENT_UP: return (atn_fraction64){y < 0 ? -have : have, f->d * (y < 0 ? -y : y)};
    case ATTAINMENT_DOWN: return (atn_fraction64){f->d * y, have};
    default: return (atn_fraction64){is_down ? -x : x, f->d * (to_go < 0 ? 0 : to_go)};
    }
}

typedef struct quotients {
    int64_t num[SHEET_ROWS], den[SHEET_ROWS];
    bool too_wide[SHEET_ROWS]; /* where any is */
    bool any_too_wide;
} quotients;

/* All rows, of one kind that the compiler knows; all fit. */
static inline void put_rows(const sheet_block *block, const asked *a, quotient_kind kind, quotients *out)
{
    const uint32_t n_days = block->sheet->n_days;
    size_t i = 0;
    for (uint32_t u = 0; u < block->n_units; u++) {
        for (uint32_t day = 0; day < n_days; day++, i++) {
            const figures f = figures_of(block, i);
            const atn_sheet_line line = line_on(a, day);
            const atn_fraction64 q = quotient_of(kind, a->is_down, &f, &line);
            out->num[i] = q.num;
            out->den[i] = q.den;
        }
    }
}

/* Each row as it is. */
static void put_each_row(const sheet_block *block, const asked *a, quotients *out)
{
    for (size_t i = 0; i < block->n; i++) {
        const figures f = figures_of(block, i);
        const atn_sheet_line line = line_on(a, (uint32_t)(i % block->sheet->n_days));
        out->too_wide[i] = !fits(a->kind, &f, &line);
        const atn_fraction64 q =
            out->too_wide[i] ? (atn_fraction64){0, 1} : quotient_of(a->kind, a->is_down, &f, &line);
        out->num[i] = q.num;
        out->den[i] = q.den;
    }
}

/* A dispatch over the kinds. */
static void put_quotients(const sheet_block *block, const asked *a, quotients *out)
{
    const figures most = bounds_of(block);
    const atn_sheet_line widest = widest_line(a, block->sheet->n_days);
    out->any_too_wide = !fits(a->kind, &most, &widest);
    if (out->any_too_wide) {
        put_each_row(block, a, out);
        return;
    }
    switch (a->kind) {
    case CHANGE: put_rows(block, a, CHANGE, out); break;
    case CHANGE_RELATIVE: put_rows(block, a, CHANGE_RELATIVE, out); break;
    case LINE: put_rows(block, a, LINE, out); break;
    case ATTAINMENT_UP: put_rows(block, a, ATTAINMENT_UP, out); break;
    case ATTAINMENT_DOWN: put_rows(block, a, ATTAINMENT_DOWN, out); break;
    case PROGRESS: put_rows(block, a, PROGRESS, out); break;
    }
}

/* ---- quotients of wide figures ---- */

typedef struct wide_fraction {
    attain_i128 num, den;
} wide_fraction;

static attain_i128 product(int64_t a, int64_t b, bool *overflow)
{
    return atn_i128_mul_i64(atn_i128_from_i64(a), b, overflow);
}

/* quotient_of in 128 bits, but with a denominator of any sign. */
static wide_fraction wide_quotient(const asked *a, const figures *f, const atn_sheet_line *line,
                                   bool *overflow)
{
    const attain_i128 right = atn_i128_neg(product(f->bn, f->d, overflow), overflow);
    const attain_i128 x = atn_i128_add(product(f->n, f->bd, overflow), right, overflow);
    const attain_i128 y = atn_i128_add(product(f->bn, line->of_base, overflow),
                                       product(f->bd, line->of_one, overflow), overflow);
    switch (a->kind) {
    case CHANGE: return (wide_fraction){x, product(f->d, f->bd, overflow)};
    case CHANGE_RELATIVE: return (wide_fraction){x, product(f->d, f->bn, overflow)};
    case LINE: return (wide_fraction){y, product(f->bd, line->den, overflow)};
    case ATTAINMENT_UP:
        return (wide_fraction){product(f->n, f->bd, overflow), atn_i128_mul_i64(y, f->d, overflow)};
    case ATTAINMENT_DOWN:
        return (wide_fraction){atn_i128_mul_i64(y, f->d, overflow), product(f->n, f->bd, overflow)};
    case PROGRESS: break;
    }
    return (wide_fraction){x, atn_i128_mul_i64(y, f->d, overflow)};
}

/* The cell of a row whose states say that there is one, unless its denominator says that there is none. */
static void put_wide(const sheet_block *block, const asked *a, size_t i, bool divides, double *values,
                     uint8_t *valid)
{
    const figures f = figures_of(block, i);
    const atn_sheet_line line = line_on(a, (uint32_t)(i % block->sheet->n_days));
    bool overflow = false;
    wide_fraction q = wide_quotient(a, &f, &line, &overflow);
    q.num = atn_i128_mul_i64(q.num, a->by.num, &overflow);
    q.den = atn_i128_mul_i64(q.den, a->by.den, &overflow);
    const int sign = atn_i128_sign(q.den);
    if (sign < 0) {
        q.num = atn_i128_neg(q.num, &overflow);
        q.den = atn_i128_neg(q.den, &overflow);
    }
    if (overflow) {
        atn_block_judge_cell(block, i, a->column, values, valid);
        return;
    }
    valid[i] = sign != 0 && (a->kind != PROGRESS || a->is_down == (sign < 0));
    values[i] = valid[i] != 0 ? atn_double_of_i128(q.num, q.den, divides) : 0.0;
}

/* valid: by the states. */
static void put_cells(const sheet_block *block, const asked *a, double *values, uint8_t *valid)
{
    quotients q;
    put_quotients(block, a, &q);
    block->sheet->book->kernels->and_nonzero(block->n, q.den, valid);
    atn_block_put_ratio(block, q.num, q.den, a->by, values);
    atn_block_clear(block, values, valid);
    const bool divides = q.any_too_wide && atn_double_nearest_now();
    for (size_t i = 0; q.any_too_wide && i < block->n; i++) {
        if (q.too_wide[i] && valid[i] != 0) {
            put_wide(block, a, i, divides, values, valid);
        }
    }
}

/* ---- columns ---- */

void atn_block_valid_level(const sheet_block *block, bool needs_value, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    atn_block_valid_based(block, needs_value, valid);
    if (sheet->held == ATN_HELD_TIMES_BASE) {
        sheet->book->kernels->and_nonzero(block->n, block->b.n, valid);
    }
}

/* Days without a path have a line that leads nowhere. */
static void path(const sheet_block *block, double *values, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    const asked a = {LINE, ATN_NUM_PATH, sheet->scale, {0, 0, 0}, sheet->days, false};
    atn_block_valid_level(block, false, valid);
    put_cells(block, &a, values, valid);
    for (uint32_t d = 0; d < sheet->n_days; d++) {
        for (size_t i = d; sheet->days[d].way == ATN_WAY_TOO_WIDE && i < block->n; i += sheet->n_days) {
            atn_block_judge_cell(block, i, ATN_NUM_PATH, values, valid);
        }
    }
}

static void change(const sheet_block *block, bool relative, double *values, uint8_t *valid)
{
    const atn_fraction64 one = {1, 1};
    const asked a = {relative ? CHANGE_RELATIVE : CHANGE,
                     relative ? ATN_NUM_CHANGE_RELATIVE : ATN_NUM_CHANGE,
                     relative ? one : block->sheet->scale,
                     {0, 0, 1},
                     NULL,
                     false};
    atn_block_valid_based(block, true, valid);
    put_cells(block, &a, values, valid);
}

static void level(const sheet_block *block, double *values, uint8_t *valid)
{
    const asked a = {LINE, ATN_NUM_LEVEL, block->sheet->scale, block->sheet->level_at, NULL, false};
    atn_block_valid_level(block, false, valid);
    put_cells(block, &a, values, valid);
}

static void attainment(const sheet_block *block, double *values, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    const int64_t den = sheet->level_at.den;
    const asked a = {sheet->is_down ? ATTAINMENT_DOWN : ATTAINMENT_UP,
                     ATN_NUM_ATTAINMENT,
                     sheet->is_down ? (atn_fraction64){1, den} : (atn_fraction64){den, 1},
                     sheet->level_at,
                     NULL,
                     sheet->is_down};
    atn_block_valid_level(block, true, valid);
    put_cells(block, &a, values, valid);
}

/* Empty where the baseline meets the level: there is no way to go. */
static void progress(const sheet_block *block, double *values, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    const atn_sheet_line at = sheet->level_at;
    const asked a = {PROGRESS, ATN_NUM_PROGRESS, {at.den, 1}, {at.of_base - at.den, at.of_one, at.den},
                     NULL,     sheet->is_down};
    atn_block_valid_level(block, true, valid);
    put_cells(block, &a, values, valid);
}

/* A dispatch over the columns. */
void atn_block_from_base(sheet_block *block, atn_number_column column, double *values, uint8_t *valid)
{
    const atn_sheet *const sheet = block->sheet;
    const bool is_change = column == ATN_NUM_CHANGE || column == ATN_NUM_CHANGE_RELATIVE;
    const bool has_way = sheet->has_level && (sheet->is_up || sheet->is_down);
    if (sheet->base == ATN_BASE_NONE || (!is_change && !has_way)) {
        atn_block_put_none(block, values, valid);
        return;
    }
    atn_block_read(block);
    atn_block_read_base(block);
    switch ((int)column) {
    case ATN_NUM_LEVEL: level(block, values, valid); break;
    case ATN_NUM_ATTAINMENT: attainment(block, values, valid); break;
    case ATN_NUM_CHANGE: change(block, false, values, valid); break;
    case ATN_NUM_CHANGE_RELATIVE: change(block, true, values, valid); break;
    case ATN_NUM_PROGRESS: progress(block, values, valid); break;
    default: path(block, values, valid); break;
    }
}

/* ---- pace ---- */

/* An end of a range; the upper one may be infinite. */
typedef struct end {
    int64_t num, den; /* den > 0 */
    bool is_infinite;
} end;

/* v and b as they are least, or most, favourable. */
typedef struct ends {
    end v, b;
} ends;

static int sign_of(int64_t v)
{
    return (v > 0) - (v < 0);
}

/* How rows of a day are compared. */
typedef struct comparison {
    atn_sheet_line path;
    bool all_fit;  /* in every row of the block */
    bool overflow; /* some row did not fit after all */
} comparison;

static const atn_sheet_line the_base = {1, 0, 1};

static double compared_size(const ends *at, const atn_sheet_line *line)
{
    return (double)at->v.num * (double)at->b.den * (double)line->den +
           (double)at->v.den *
               ((double)at->b.num * size_of(line->of_base) + (double)at->b.den * size_of(line->of_one));
}

/* Doubles decide where the difference is not lost in their rounding. */
static int compare_wide(const ends *at, const atn_sheet_line *line, double size, bool *overflow)
{
    const double y = (double)at->b.num * (double)line->of_base + (double)at->b.den * (double)line->of_one;
    const double apart = (double)at->v.num * (double)at->b.den * (double)line->den - (double)at->v.den * y;
    if (apart > size * 0x1p-48 || apart < -size * 0x1p-48) {
        return apart > 0 ? 1 : -1;
    }
    const attain_i128 left = atn_i128_mul_i64(product(at->v.num, at->b.den, overflow), line->den, overflow);
    const attain_i128 right = atn_i128_add(product(at->b.num, line->of_base, overflow),
                                           product(at->b.den, line->of_one, overflow), overflow);
    return atn_i128_compare(left, atn_i128_mul_i64(right, at->v.den, overflow));
}

/* The sign of v less the line at b, both ends finite. */
static inline int compare(comparison *by, const ends *at, const atn_sheet_line *line)
{
    const double size = by->all_fit ? 0.0 : compared_size(at, line);
    if (size >= MOST) {
        return compare_wide(at, line, size, &by->overflow);
    }
    const int64_t y = at->b.num * line->of_base + at->b.den * line->of_one;
    return sign_of(at->v.num * at->b.den * line->den - at->v.den * y);
}

/* low = value = high. */
static attain_pace pace_of_value(const sheet_block *block, size_t i, comparison *by)
{
    const int up = block->sheet->is_up ? 1 : -1;
    const ends at = {{block->p.n[i], block->p.d[i], false}, {block->b.n[i], block->b.d[i], false}};
    return up * compare(by, &at, &by->path) >= 0  ? ATTAIN_PACE_ON_TRACK
           : up * compare(by, &at, &the_base) < 0 ? ATTAIN_PACE_WRONG_WAY
                                                  : ATTAIN_PACE_BEHIND;
}

/* An unknown D has no upper end, so that the quotient's lower one is 0. */
static end low_end(const sheet_side *side, size_t i)
{
    return (side->gaps[i] & GAP_D) != 0 ? (end){0, 1, false} : (end){side->n_sure[i], side->d[i], false};
}

static end high_end(const sheet_side *side, size_t i)
{
    return (end){side->n[i], side->d_sure[i], (side->gaps[i] & GAP_N) != 0};
}

/* D is above 0 in every world, of P and of the baseline. */
static attain_pace pace_of_range(const sheet_block *block, size_t i, comparison *by)
{
    const bool is_up = block->sheet->is_up;
    const int up = is_up ? 1 : -1;
    const ends low = {low_end(&block->p, i), high_end(&block->b, i)};  /* where v - b is least */
    const ends high = {high_end(&block->p, i), low_end(&block->b, i)}; /* and most */
    const ends *const worst = is_up ? &low : &high;
    const ends *const best = is_up ? &high : &low;
    const bool may_be_bad = worst->v.is_infinite || worst->b.is_infinite;
    const bool may_be_good = best->v.is_infinite || best->b.is_infinite;
    if (!may_be_bad && up * compare(by, worst, &by->path) >= 0) {
        return ATTAIN_PACE_ON_TRACK;
    }
    if (!may_be_good && up * compare(by, best, &the_base) < 0) {
        return ATTAIN_PACE_WRONG_WAY;
    }
    return !may_be_good && !may_be_bad && up * compare(by, best, &by->path) < 0 &&
                   up * compare(by, worst, &the_base) >= 0
               ? ATTAIN_PACE_BEHIND
               : ATTAIN_PACE_UNDETERMINED;
}

/* Is there a way to go, and a place on it? sign: of b - level, where the level is one for all. */
static bool is_on_way(const sheet_block *block, const atn_sheet_day *day, size_t i, int sign)
{
    const atn_sheet *const sheet = block->sheet;
    const bool has_base = sheet->base == ATN_BASE_STATED ||
                          (day->baseline_is_over && atn_block_state(block, &block->b, i) == ATTAIN_STATE_OK);
    return has_base && block->p.d_sure[i] != 0 && block->b.d_sure[i] != 0 &&
           (sheet->held != ATN_HELD_TIMES_BASE || block->b.n[i] != 0) &&
           !atn_block_base_meets(block, i, sign);
}

/* Before F, on a day with a path. */
static void put_paces(const sheet_block *block, uint32_t d, const uint8_t *outcome, const int8_t *sign,
                      bool all_fit, int64_t *values)
{
    const atn_sheet_day *const day = &block->sheet->days[d];
    comparison by = {day->path_at, all_fit, false};
    for (size_t i = d; i < block->n; i += block->sheet->n_days) {
        const unsigned verdict = OUTCOME_VERDICT(outcome[i]);
        if (verdict == ATTAIN_NOT_APPLICABLE || verdict == ATTAIN_MET || !is_on_way(block, day, i, sign[i])) {
            continue;
        }
        if (day->way != ATN_WAY_TOO_WIDE) {
            values[i] = (block->complete ? pace_of_value : pace_of_range)(block, i, &by);
        }
        if (day->way == ATN_WAY_TOO_WIDE || by.overflow) {
            values[i] = atn_block_judge_integer(block, i, ATTAIN_COL_PACE);
            by.overflow = false;
        }
    }
}

/* Do all products of comparisons fit, whatever ends are compared on whatever day? */
static bool all_compare(const sheet_block *block)
{
    const figures most = bounds_of(block);
    const asked path = {.kind = LINE, .days = block->sheet->days};
    const atn_sheet_line widest = widest_line(&path, block->sheet->n_days);
    const atn_sheet_line line = {size_of(widest.of_base) > 1 ? widest.of_base : 1, widest.of_one,
                                 widest.den > 1 ? widest.den : 1};
    const ends at = {{most.n, most.d | 1, false}, {most.bn, most.bd | 1, false}};
    return compared_size(&at, &line) < MOST;
}

/* After F there is no pace; before it, where nothing tells of a way, none can be said. */
void atn_block_paces(sheet_block *block, const uint8_t *outcome, int64_t *values)
{
    const atn_sheet *const sheet = block->sheet;
    const bool has_pace = sheet->plan->model.targets[sheet->target].path != ATN_PATH_STEPS;
    const bool has_way = sheet->base != ATN_BASE_NONE && sheet->has_level && (sheet->is_up || sheet->is_down);
    const int64_t paces[4] = {[ATTAIN_NOT_MET] = ATTAIN_PACE_UNDETERMINED,
                              [ATTAIN_UNDETERMINED] = ATTAIN_PACE_UNDETERMINED,
                              [ATTAIN_MET] = ATTAIN_PACE_MET_EARLY,
                              [ATTAIN_NOT_APPLICABLE] = ATTAIN_PACE_NONE};
    int8_t sign[SHEET_ROWS];
    if (has_way) {
        atn_block_read_base(block);
        atn_block_base_signs(block, sign);
    }
    const bool all_fit = has_way && all_compare(block);
    for (uint32_t d = 0; d < sheet->n_days; d++) {
        const atn_sheet_day *const day = &sheet->days[d];
        for (size_t i = d; i < block->n; i += sheet->n_days) {
            values[i] =
                has_pace && day->period.not_due ? paces[OUTCOME_VERDICT(outcome[i])] : ATTAIN_PACE_NONE;
        }
        if (has_pace && has_way && day->period.not_due && day->way != ATN_WAY_NONE) {
            put_paces(block, d, outcome, sign, all_fit, values);
        }
    }
}
