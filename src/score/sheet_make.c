/* Making sheets: which targets can be one, and what is the same for all of their rows.
 *
 *   offer target ──▶ constants, slots, columns ──▶ list units          for every target that is taken
 *                                     make ──▶ cube                    once (sheet_book.c)
 *
 * All numbers of a sheet are fractions of int64, so that a cell of it is one call of bulk.h over integers; a target with a number that
 * does not fit is not taken. */
#include "score/sheet_block.h"
#include "score/sheet_parts.h"
#include "score/table.h"

#include <string.h>

/* ---- numbers ---- */

static bool to_fraction(const atn_ratio *ratio, atn_fraction64 *out)
{
    atn_ratio reduced = *ratio;
    atn_ratio_reduce(&reduced);
    return !atn_ratio_overflow(&reduced) && atn_wide_to_i64(&reduced.num, &out->num) &&
           atn_wide_to_i64(&reduced.den, &out->den) && out->num != INT64_MIN;
}

static atn_ratio from_fraction(atn_fraction64 f)
{
    const atn_wide num = atn_wide_from_i64(f.num);
    const atn_wide den = atn_wide_from_i64(f.den);
    return atn_ratio_make(&num, &den);
}

/* level / scale: what stored N / stored D is held against. */
static bool for_stored(const atn_sheet *sheet, atn_fraction64 level, atn_fraction64 *out)
{
    const atn_ratio scale = from_fraction(sheet->scale);
    atn_ratio held = from_fraction(level);
    atn_ratio_div(&held, &held, &scale);
    return to_fraction(&held, out);
}

/* ---- N and D ---- */

static bool find_slot(atn_book *book, atn_cube_slot slot, uint32_t *out)
{
    for (size_t i = 0; i < book->n_slots; i++) {
        if (book->slots[i].measure == slot.measure && book->slots[i].pick == slot.pick) {
            *out = (uint32_t)i;
            return true;
        }
    }
    void *slots = book->slots;
    const bool grown = atn_alloc_grow(&book->alloc, &slots, &book->cap_slots, book->n_slots + 1, sizeof slot);
    book->slots = slots;
    if (grown) {
        book->slots[book->n_slots] = slot;
        *out = (uint32_t)book->n_slots++;
    }
    return grown;
}

/* A form of one measure with a positive factor. */
static bool takes_form(const atn_model *model, const attain_facts *facts, const atn_form *form,
                       atn_fraction64 *scale)
{
    const atn_term *const term = &model->terms[form->first_term];
    if (form->n_terms != 1 || term->kind != ATN_TERM_MEASURE || term->coefficient <= 0) {
        return false;
    }
    const atn_measure *const measure = &model->measures[term->index];
    const atn_cube_slot slot = {term->index, term->pick};
    const atn_ratio factor = atn_ratio_from_decimal(atn_i128_from_i64(term->coefficient),
                                                    (unsigned)term->coefficient_decimals + measure->decimals);
    return !measure->is_percent && measure->reported != ATTAIN_PERIOD_NONE && to_fraction(&factor, scale) &&
           atn_cube_takes(model, &slot) && atn_cube_facts_are_plain(facts, term->index);
}

/* Slots are counted once for a measure that N and D share: by the cells that either picks, which is one slot of the cube
 * only if one of the picks is the other or everything. */
static bool find_count_slots(const atn_book *book, atn_sheet *sheet)
{
    sheet->count_slot[0] = sheet->n_slot;
    sheet->n_count_slots = 1;
    if (sheet->d_slot == ATN_NONE || sheet->d_slot == sheet->n_slot) {
        return true;
    }
    const atn_cube_slot n = book->slots[sheet->n_slot];
    const atn_cube_slot d = book->slots[sheet->d_slot];
    if (n.measure != d.measure) {
        sheet->count_slot[1] = sheet->d_slot;
        sheet->n_count_slots = 2;
        return true;
    }
    sheet->count_slot[0] = d.pick == ATN_NONE ? sheet->d_slot : sheet->n_slot;
    return n.pick == ATN_NONE || d.pick == ATN_NONE;
}

static bool take_indicator(atn_book *book, const attain_facts *facts, const atn_indicator *indicator,
                           atn_sheet *sheet, bool *memory)
{
    const atn_model *const model = &book->plan->model;
    sheet->is_share = indicator->share;
    if (indicator->not_evaluated || indicator->annualised != ATN_ANNUALISED_NO ||
        indicator->mean_of != ATN_NONE ||
        (indicator->share && (!book->takes_shares || !atn_share_takes(model, indicator))) ||
        !takes_form(model, facts, &indicator->numerator, &sheet->n_scale)) {
        return false;
    }
    sheet->d_scale = (atn_fraction64){1, 1};
    if (indicator->has_denominator && !takes_form(model, facts, &indicator->denominator, &sheet->d_scale)) {
        return false;
    }
    const atn_ratio n_scale = from_fraction(sheet->n_scale);
    const atn_ratio d_scale = from_fraction(sheet->d_scale);
    atn_ratio scale;
    atn_ratio_div(&scale, &n_scale, &d_scale);
    if (!to_fraction(&scale, &sheet->scale)) {
        return false;
    }
    const atn_term *const n = &model->terms[indicator->numerator.first_term];
    const atn_term *const d = &model->terms[indicator->denominator.first_term];
    sheet->d_slot = ATN_NONE;
    *memory =
        find_slot(book, (atn_cube_slot){n->index, n->pick}, &sheet->n_slot) &&
        (!indicator->has_denominator || find_slot(book, (atn_cube_slot){d->index, d->pick}, &sheet->d_slot));
    return *memory && find_count_slots(book, sheet);
}

/* ---- the promise ---- */

/* b * (1 ± p), b ± points, or b itself. */
static bool take_change(const atn_reading *reading, atn_sheet *sheet)
{
    const atn_ratio zero = atn_ratio_zero();
    atn_ratio amount = reading->change;
    if (reading->op == ATN_OP_DOWN) {
        atn_ratio_sub(&amount, &zero, &amount);
    }
    sheet->has_level = reading->change_kind != ATN_AMOUNT_NONE;
    sheet->is_strict = !sheet->has_level;
    sheet->held = ATN_HELD_PLUS_BASE;
    if (!sheet->has_level) {
        amount = zero;
    }
    sheet->base_meets =
        sheet->has_level && (sheet->is_up ? atn_ratio_sign(&amount) <= 0 : atn_ratio_sign(&amount) >= 0);
    if (sheet->is_relative) {
        const atn_ratio one = atn_ratio_from_i64(1);
        sheet->held = ATN_HELD_TIMES_BASE;
        atn_ratio_add(&amount, &amount, &one);
        if (atn_ratio_sign(&amount) <= 0) {
            return false; /* down by all there was, or more: an open baseline is left to the judge */
        }
    }
    return to_fraction(&amount, &sheet->factor);
}

/* A change over a stated baseline is held against one level like any other. */
static bool change_to_constant(atn_sheet *sheet)
{
    const atn_ratio factor = from_fraction(sheet->factor);
    const atn_ratio scale = from_fraction(sheet->scale);
    atn_ratio level = from_fraction(sheet->stated);
    atn_ratio_mul(&level, &level, &scale);
    if (sheet->held == ATN_HELD_TIMES_BASE) {
        if (sheet->stated.num <= 0) {
            return false;
        }
        atn_ratio_mul(&level, &level, &factor);
    } else {
        atn_ratio_add(&level, &level, &factor);
    }
    sheet->held = ATN_HELD_CONSTANT;
    return to_fraction(&level, &sheet->level);
}

static bool take_level(const atn_reading *reading, atn_sheet *sheet)
{
    atn_judgement nothing;
    atn_level level;
    memset(&nothing, 0, sizeof nothing);
    atn_level_of(reading, &nothing, &level);
    sheet->held = ATN_HELD_CONSTANT;
    sheet->has_level = true;
    sheet->has_high = level.has_high;
    sheet->is_strict = reading->op == ATN_OP_MORE_THAN || reading->op == ATN_OP_LESS_THAN;
    return level.has_column && to_fraction(&level.level, &sheet->level) &&
           (!level.has_high || to_fraction(&level.high, &sheet->high));
}

/* A stated baseline is kept as if its figures were stored. */
static bool take_base(const atn_model *model, const atn_reading *reading, uint32_t target, atn_sheet *sheet)
{
    atn_fraction64 stated;
    const atn_base *const base =
        reading->over.kind != ATN_BASE_NONE ? &reading->over : &model->targets[target].baseline;
    sheet->base = base->kind;
    sheet->stated = (atn_fraction64){0, 1};
    return base->kind == ATN_BASE_NONE || base->kind == ATN_BASE_PERIOD ||
           (base->kind == ATN_BASE_STATED && to_fraction(&base->stated, &stated) && stated.num >= 0 &&
            for_stored(sheet, stated, &sheet->stated));
}

static bool take_promise(const atn_model *model, const atn_reading *reading, uint32_t target,
                         atn_sheet *sheet)
{
    const bool has_band = reading->op == ATN_OP_ABOUT || reading->at_least_about;
    sheet->op = reading->op;
    sheet->is_up =
        reading->op == ATN_OP_AT_LEAST || reading->op == ATN_OP_MORE_THAN || reading->op == ATN_OP_UP;
    sheet->is_down =
        reading->op == ATN_OP_AT_MOST || reading->op == ATN_OP_LESS_THAN || reading->op == ATN_OP_DOWN;
    sheet->asks_change = reading->op == ATN_OP_UP || reading->op == ATN_OP_DOWN;
    sheet->is_relative = sheet->asks_change && reading->change_kind == ATN_AMOUNT_RELATIVE;
    if (reading->op == ATN_OP_NOT_QUANTIFIED || (has_band && reading->tolerance_kind == ATN_AMOUNT_NONE) ||
        !take_base(model, reading, target, sheet) ||
        !(sheet->asks_change ? take_change(reading, sheet) : take_level(reading, sheet)) ||
        (sheet->asks_change && sheet->base == ATN_BASE_NONE)) {
        return false;
    }
    if (sheet->asks_change && sheet->base == ATN_BASE_STATED && !change_to_constant(sheet)) {
        return false;
    }
    if (!sheet->has_high) {
        sheet->high = sheet->level;
    }
    if (sheet->held == ATN_HELD_TIMES_BASE) {
        sheet->from = sheet->factor;
        sheet->level_at = (atn_sheet_line){sheet->from.num, 0, sheet->from.den};
        return true;
    }
    const bool shifts = sheet->held == ATN_HELD_PLUS_BASE;
    const bool fits = for_stored(sheet, shifts ? sheet->factor : sheet->level, &sheet->from) &&
                      (shifts || for_stored(sheet, sheet->high, &sheet->to));
    sheet->level_at = (atn_sheet_line){shifts ? sheet->from.den : 0, sheet->from.num, sheet->from.den};
    return fits;
}

/* A stated baseline meets a level in all rows or in none. */
static void find_base_meets(const atn_model *model, const atn_reading *reading, atn_sheet *sheet)
{
    if (sheet->asks_change || sheet->base != ATN_BASE_STATED || (!sheet->is_up && !sheet->is_down)) {
        return;
    }
    atn_level level;
    memset(&level, 0, sizeof level);
    level.level = from_fraction(sheet->level);
    const atn_base *const base =
        reading->over.kind != ATN_BASE_NONE ? &reading->over : &model->targets[sheet->target].baseline;
    const atn_ratio stated = base->stated;
    sheet->base_meets = atn_level_meets(reading, &level, &stated, &stated) == 1;
}

/* A share cannot be above 1 or below 0: an infeasible level is left to the judge; of a baseline that makes the level infeasible the
 * limit is found. */
static bool take_share(atn_sheet *sheet)
{
    const atn_fraction64 end = {sheet->is_down ? 0 : 1, 1};
    const atn_ratio bound = from_fraction(end);
    const atn_ratio level = from_fraction(sheet->level);
    const atn_ratio factor = from_fraction(sheet->factor);
    const atn_ratio scale = from_fraction(sheet->scale);
    if (!sheet->is_share || !sheet->has_level) {
        return true;
    }
    if (sheet->held == ATN_HELD_CONSTANT) {
        const int side = atn_ratio_compare(&level, &bound);
        return sheet->is_down ? side > 0 : side < 0;
    }
    sheet->has_limit = sheet->held == ATN_HELD_PLUS_BASE || (sheet->is_up && sheet->factor.num > 0);
    if (!sheet->has_limit) {
        return true;
    }
    atn_ratio limit = bound;
    if (sheet->held == ATN_HELD_PLUS_BASE) {
        atn_ratio_sub(&limit, &limit, &factor);
    } else {
        atn_ratio_div(&limit, &limit, &factor);
    }
    atn_ratio_div(&limit, &limit, &scale);
    return to_fraction(&limit, &sheet->limit);
}

/* Of D, for a level: N in units of its last decimal, level * D * 10^decimals. */
static bool needed_of(const atn_sheet *sheet, atn_fraction64 level, const atn_ratio *unit,
                      atn_fraction64 *out)
{
    const atn_ratio d_scale = from_fraction(sheet->d_scale);
    atn_ratio needed = from_fraction(level);
    atn_ratio_mul(&needed, &needed, &d_scale);
    atn_ratio_div(&needed, &needed, unit);
    return to_fraction(&needed, out);
}

static void take_gap(const atn_indicator *indicator, atn_sheet *sheet)
{
    const atn_ratio unit = atn_ratio_from_decimal(atn_i128_from_i64(1), indicator->decimals);
    const atn_ratio n_scale = from_fraction(sheet->n_scale);
    atn_ratio units;
    atn_fraction64 n_units;
    atn_ratio_div(&units, &n_scale, &unit);
    sheet->has_gap =
        to_fraction(&units, &n_units) && n_units.den == 1 && n_units.num <= INT32_MAX &&
        to_fraction(&unit, &sheet->gap_unit) &&
        (sheet->held != ATN_HELD_CONSTANT || (needed_of(sheet, sheet->level, &unit, &sheet->gap_needed) &&
                                              needed_of(sheet, sheet->high, &unit, &sheet->gap_most)));
    sheet->gap_units = sheet->has_gap ? n_units.num : 0;
}

/* ---- printing ---- */

static bool is_printed_whole(atn_fraction64 level, int64_t power)
{
    return power % level.den == 0;
}

/* Where printing rounds, it moves a value by at most one unit of the last digit, whichever way it rounds. */
static void take_printing(const atn_model *model, const atn_reading *reading,
                          const attain_score_options *options, atn_sheet *sheet)
{
    static const int64_t most = INT64_MAX / 10;
    const atn_manner manner = atn_manner_of_reading(model, reading);
    sheet->printed_digits = atn_digits_of_option(options->printed_digits);
    sheet->printed_shown = options->printed_shown != 0;
    sheet->printed_rounding = options->printed_rounding;
    const atn_shown shown = sheet->printed_shown ? manner.shown : ATN_SHOWN_PLAIN;
    const unsigned digits = sheet->printed_digits < 0
                                ? atn_default_digits(sheet->printed_shown, shown == ATN_SHOWN_PERCENT)
                                : (unsigned)sheet->printed_digits;
    int64_t power = 1;
    bool fits = true;
    for (unsigned i = 0; i < digits; i++) {
        fits = fits && power <= most;
        power = fits ? power * 10 : power;
    }
    const int64_t factor = shown == ATN_SHOWN_PERCENT ? 100
                           : shown == ATN_SHOWN_PER   ? (int64_t)manner.per
                                                      : 1;
    fits = fits && factor > 0 && power <= most / factor;
    sheet->may_always_flip = !fits || shown == ATN_SHOWN_ONE_PER;
    if (sheet->may_always_flip) {
        return;
    }
    power *= factor;
    sheet->printed_unit = 1.0 / (double)power;
    sheet->never_flips = sheet->d_slot == ATN_NONE && is_printed_whole(sheet->n_scale, power);
    sheet->printed_power = power;
}

/* ---- days ---- */

static bool tree_is_still(atn_book *book, const attain_period *days)
{
    const bool is_first = book->n_periods == 0;
    const int32_t from = is_first || days->start_day < book->from_day ? days->start_day : book->from_day;
    const int32_t to = is_first || days->end_day > book->to_day ? days->end_day : book->to_day;
    if (!is_first && from == book->from_day && to == book->to_day) {
        return true;
    }
    if (!atn_cube_tree_is_still(&book->plan->model, from, to)) {
        return false;
    }
    book->from_day = from;
    book->to_day = to;
    return true;
}

/* The day on which the last report of the days is due. */
static int32_t last_due_day(const atn_measure *measure, const attain_period *days)
{
    attain_period slot;
    const uint32_t n = atn_period_slots(measure->reported, 0, days->start_day, days->end_day, &slot);
    if (n == 0) {
        slot = atn_period_of_day(measure->reported, 0, days->end_day);
    } else if (!atn_period_step(slot, (int32_t)n - 1, &slot)) {
        return ATN_DAY_MAX;
    }
    return atn_due_day(measure->due, slot);
}

/* From when on the sheet's counts over the days stay as they are. */
static int32_t settled_day(const atn_book *book, const atn_sheet *sheet, const attain_period *days)
{
    const atn_measure *const measures = book->plan->model.measures;
    int32_t day = last_due_day(&measures[book->slots[sheet->n_slot].measure], days);
    if (sheet->d_slot != ATN_NONE) {
        const int32_t d_day = last_due_day(&measures[book->slots[sheet->d_slot].measure], days);
        day = d_day > day ? d_day : day;
    }
    return day;
}

/* The cube's column of the days as of the day (settled: one as of which is late enough), added if there is none. */
static bool find_column(atn_book *book, const attain_period *days, int32_t as_of_day, int32_t settled,
                        uint32_t *out, bool *memory)
{
    for (size_t i = 0; i < book->n_periods; i++) {
        const atn_cube_period *const at = &book->periods[i];
        const bool same_counts =
            at->as_of_day == as_of_day || (at->as_of_day >= settled && as_of_day >= settled);
        if (at->days.start_day == days->start_day && at->days.end_day == days->end_day && same_counts) {
            *out = (uint32_t)i;
            return true;
        }
    }
    void *periods = book->periods;
    if (!tree_is_still(book, days)) {
        return false;
    }
    *memory = atn_alloc_grow(&book->alloc, &periods, &book->cap_periods, book->n_periods + 1,
                             sizeof book->periods[0]);
    book->periods = periods;
    if (*memory) {
        book->periods[book->n_periods] = (atn_cube_period){*days, as_of_day};
        *out = (uint32_t)book->n_periods++;
    }
    return *memory;
}

/* Does something keep the change from being given: a break of a series, a merge or split? Such targets are left to the judge. */
static bool is_interrupted(const atn_book *book, const atn_sheet *sheet, int32_t after_day, int32_t until_day)
{
    const atn_model *const model = &book->plan->model;
    const uint32_t slots[2] = {sheet->n_slot, sheet->d_slot};
    for (size_t s = 0; s < 2 && slots[s] != ATN_NONE; s++) {
        const atn_measure *const measure = &model->measures[book->slots[slots[s]].measure];
        for (uint32_t k = 0; k < measure->n_breaks; k++) {
            if (measure->breaks[k].day > after_day && measure->breaks[k].day <= until_day) {
                return true;
            }
        }
    }
    for (uint32_t i = 0; i < model->n_boundaries; i++) {
        const atn_boundary *const event = &model->boundaries[i];
        if (event->kind != ATN_BOUNDARY_RENAME && event->day > after_day && event->day <= until_day) {
            return true;
        }
    }
    return false;
}

static uint32_t flags_of_day(const atn_target *target, const atn_reading *reading,
                             const atn_row_period *period)
{
    return (target->vision ? (uint32_t)ATTAIN_FLAG_VISION : 0u) |
           (target->due_inherited ? (uint32_t)ATTAIN_FLAG_DUE_INHERITED : 0u) |
           (reading->op_implicit ? (uint32_t)ATTAIN_FLAG_OP_IMPLICIT : 0u) |
           (period->not_due ? (uint32_t)ATTAIN_FLAG_NOT_DUE : 0u) |
           (period->partial ? (uint32_t)ATTAIN_FLAG_PARTIAL_PERIOD : 0u);
}

static int64_t greatest_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

/* b + (level - b) * t, t = done / all. */
static void take_path(const atn_model *model, const attain_period *base, const atn_sheet *sheet,
                      atn_sheet_day *day)
{
    const double most = 0x1p62; /* of a sum of two products */
    const atn_sheet_line level = sheet->level_at;
    int64_t done = 0;
    int64_t all = 1;
    day->way = ATN_WAY_NONE;
    if (sheet->base == ATN_BASE_NONE || !sheet->has_level || (!sheet->is_up && !sheet->is_down) ||
        model->targets[sheet->target].path != ATN_PATH_LINEAR || sheet->due.type == ATTAIN_PERIOD_NONE ||
        !atn_judge_elapsed(&day->period, sheet->due, *base, &done, &all)) {
        return;
    }
    const double steps = (double)done + (double)all;
    const double of_one = level.of_one < 0 ? -(double)level.of_one : (double)level.of_one;
    day->way = ATN_WAY_TOO_WIDE;
    if (steps * ((double)level.den + (double)level.of_base) < most && steps * of_one < most) {
        const atn_sheet_line at = {(all - done) * level.den + done * level.of_base, done * level.of_one,
                                   all * level.den};
        const int64_t common = greatest_divisor(greatest_divisor(at.den, at.of_base), at.of_one);
        day->way = ATN_WAY_KNOWN;
        day->path_at = (atn_sheet_line){at.of_base / common, at.of_one / common, at.den / common};
    }
}

static bool take_day(atn_book *book, attain_period as_of, const attain_period *base, atn_sheet *sheet,
                     atn_sheet_day *day, bool *memory)
{
    const atn_model *const model = &book->plan->model;
    day->period = atn_row_period_of(sheet->due, as_of);
    const attain_period *const days = &day->period.days;
    day->as_of_day = as_of.type == ATTAIN_PERIOD_NONE ? days->end_day : as_of.end_day;
    if (!day->period.is_valid || days->start_day > days->end_day || day->as_of_day >= ATN_DAY_MAX ||
        (sheet->asks_change && is_interrupted(book, sheet, base->end_day, days->end_day))) {
        return false;
    }
    day->baseline_is_over = sheet->base == ATN_BASE_PERIOD && base->end_day <= day->as_of_day;
    day->flags = flags_of_day(&model->targets[sheet->target], &model->readings[sheet->reading], &day->period);
    take_path(model, base, sheet, day);
    return find_column(book, days, day->as_of_day, settled_day(book, sheet, days), &day->column, memory);
}

static bool take_days(atn_book *book, const attain_period *as_of, size_t n, const attain_period *base,
                      atn_sheet *sheet, bool *memory)
{
    if (n == 0 || n > SHEET_DAYS) {
        return false;
    }
    sheet->days = atn_alloc_array(&book->alloc, n, sizeof sheet->days[0]);
    *memory = sheet->days != NULL;
    sheet->n_days = *memory ? (uint32_t)n : 0;
    bool taken = *memory;
    for (size_t i = 0; taken && i < n; i++) {
        taken = take_day(book, as_of[i], base, sheet, &sheet->days[i], memory);
    }
    if (taken && sheet->base == ATN_BASE_PERIOD) {
        taken = base->start_day <= base->end_day &&
                find_column(book, base, base->end_day, ATN_DAY_MIN, &sheet->base_column, memory);
    }
    return taken;
}

/* ---- targets ---- */

static bool take_target(atn_book *book, const attain_facts *facts, const attain_score_options *options,
                        const attain_period *as_of, size_t n_as_of, atn_sheet *sheet, bool *memory)
{
    const atn_model *const model = &book->plan->model;
    const atn_target *const target = &model->targets[sheet->target];
    if (target->is_milestone || target->n_undefined > 0 ||
        (target->chosen == ATN_NONE && target->n_readings != 1)) {
        return false;
    }
    sheet->reading = target->first_reading + (target->chosen != ATN_NONE ? target->chosen : 0);
    sheet->row_reading = options->readings || target->chosen != ATN_NONE ? sheet->reading : ATN_NONE;
    sheet->due = target->due;
    const atn_reading *const reading = &model->readings[sheet->reading];
    if (reading->not_evaluated || reading->indicator == ATN_NONE || reading->every_year ||
        reading->since.type != ATTAIN_PERIOD_NONE || reading->within != ATN_NONE ||
        !take_indicator(book, facts, &model->indicators[reading->indicator], sheet, memory) ||
        !take_promise(model, reading, sheet->target, sheet)) {
        return false;
    }
    if (!take_share(sheet)) {
        return false;
    }
    find_base_meets(model, reading, sheet);
    take_gap(&model->indicators[reading->indicator], sheet);
    take_printing(model, reading, options, sheet);
    const atn_base *const base = reading->over.kind != ATN_BASE_NONE ? &reading->over : &target->baseline;
    return take_days(book, as_of, n_as_of, &base->period, sheet, memory);
}

attain_status atn_book_offer(atn_book *book, const attain_facts *facts, const attain_score_options *options,
                             uint32_t target, const attain_period *as_of, size_t n_as_of, bool *taken,
                             attain_error *err)
{
    const atn_book before = *book;
    bool memory = true;
    atn_sheet sheet;
    memset(&sheet, 0, sizeof sheet);
    sheet.plan = book->plan;
    sheet.cube = &book->cube;
    sheet.book = book;
    sheet.target = target;
    *taken = take_target(book, facts, options, as_of, n_as_of, &sheet, &memory);
    void *sheets = book->sheets;
    if (*taken) {
        memory = atn_alloc_grow(&book->alloc, &sheets, &book->cap_sheets, book->n_sheets + 1, sizeof sheet);
        book->sheets = sheets;
    }
    if (*taken && memory) {
        book->sheets[book->n_sheets++] = sheet;
        return ATTAIN_OK;
    }
    atn_sheet_free_arrays(&book->alloc, &sheet);
    book->n_slots = before.n_slots;
    book->n_periods = before.n_periods;
    book->from_day = before.from_day;
    book->to_day = before.to_day;
    return memory ? ATTAIN_OK : atn_error_memory(err, "scoring");
}
