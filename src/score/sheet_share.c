/* Shares as sheets. Where nothing is absent a share differs from another quotient in two things: a unit may have reported more in N than
 * in D (flag over_one, for it and for all above it), and a level above 1 is infeasible. With gaps its range is that of pairs of
 * figures (semantics section 3, rule 4), which a cube does not hold: then the target is left to the judge.
 *
 *   reporting unit, slot     n > d?  ──▶ mark it and its ancestors, column by column of the cube
 *
 * Both forms are reported by the same units, none of which stands under another, so that what a slab says at a unit is what the unit
 * reported. Of sums over time each slot is a pair; they are had from a cube of slots, which is dropped again. */
#include "score/sheet_parts.h"

#include <string.h>

/* Pairs are made on one scale; beyond this they are not (value.c), and over_one means something else. */
#define MOST_SHIFT 12

static const atn_measure *measure_of(const atn_book *book, uint32_t slot)
{
    return &book->plan->model.measures[book->slots[slot].measure];
}

static bool fits_scale(const atn_term *term)
{
    static const int64_t most = INT64_MAX / INT64_C(1000000000000);
    return term->coefficient <= most;
}

bool atn_share_takes(const atn_model *model, const atn_indicator *indicator)
{
    if (!indicator->has_denominator || indicator->numerator.n_terms != 1 ||
        indicator->denominator.n_terms != 1) {
        return false;
    }
    const atn_term *const n = &model->terms[indicator->numerator.first_term];
    const atn_term *const d = &model->terms[indicator->denominator.first_term];
    if (n->kind != ATN_TERM_MEASURE || d->kind != ATN_TERM_MEASURE) {
        return false;
    }
    const atn_measure *const n_measure = &model->measures[n->index];
    const atn_measure *const d_measure = &model->measures[d->index];
    return n_measure->reported_type == d_measure->reported_type &&
           n_measure->decimals + n->coefficient_decimals <= MOST_SHIFT &&
           d_measure->decimals + d->coefficient_decimals <= MOST_SHIFT && fits_scale(n) && fits_scale(d);
}

/* ---- who reports ---- */

static bool reports(const atn_model *model, const atn_measure *measure, uint32_t unit, int32_t day)
{
    return atn_unit_is_valid(model, unit, day) &&
           (measure->reported_type != ATN_NONE
                ? atn_type_includes(model, measure->reported_type, model->units[unit].type)
                : !atn_unit_has_children(model, unit, day));
}

static bool reports_below_another(const atn_model *model, const atn_measure *measure, uint32_t unit,
                                  int32_t day)
{
    for (uint32_t at = atn_unit_parent(model, unit, day); at != ATN_NONE;
         at = atn_unit_parent(model, at, day)) {
        if (reports(model, measure, at, day)) {
            return true;
        }
    }
    return false;
}

/* A bit for each reporting unit; false if one stands under another. */
static bool find_reporters(const atn_book *book, const atn_sheet *sheet, uint64_t *bits)
{
    const atn_model *const model = &book->plan->model;
    const atn_measure *const measure = measure_of(book, sheet->n_slot);
    for (uint32_t unit = 0; unit < model->n_units; unit++) {
        if (!reports(model, measure, unit, book->to_day)) {
            continue;
        }
        if (reports_below_another(model, measure, unit, book->to_day)) {
            return false;
        }
        atn_bit_set(bits, unit);
    }
    return true;
}

/* ---- marking ---- */

static bool exceeds(const atn_sheet *sheet, int64_t n, int64_t d)
{
    bool overflow = false;
    const attain_i128 left = atn_i128_mul_i64(atn_i128_from_i64(n), sheet->scale.num, &overflow);
    const attain_i128 right = atn_i128_mul_i64(atn_i128_from_i64(d), sheet->scale.den, &overflow);
    return atn_i128_compare(left, right) > 0;
}

/* Column `from` of the cube's slabs of N and D decides column `to` of the sheet's marks. */
static void mark_column(const atn_book *book, const atn_cube *cube, const uint32_t slots[2], uint32_t from,
                        const uint64_t *reporters, const atn_sheet *sheet, uint32_t to)
{
    const atn_model *const model = &book->plan->model;
    const uint32_t n_columns = book->cube.n_periods;
    for (uint32_t unit = 0; unit < model->n_units; unit++) {
        const size_t at = (size_t)unit * cube->n_periods + from;
        if (!atn_bit_get(reporters, unit) ||
            !exceeds(sheet, cube->slabs[slots[0]].value[at], cube->slabs[slots[1]].value[at])) {
            continue;
        }
        for (uint32_t up = unit; up != ATN_NONE && sheet->over_one[(size_t)up * n_columns + to] == 0;
             up = atn_unit_parent(model, up, book->to_day)) {
            sheet->over_one[(size_t)up * n_columns + to] = 1;
        }
    }
}

/* ---- slots ---- */

/* The slots of the sheet's columns: periods of a cube of their own, and for each the column that it belongs to. */
typedef struct slot_list {
    atn_cube_period *periods;
    uint32_t *column;
    size_t n, cap_periods, cap_columns;
} slot_list;

static bool add_slot(const atn_book *book, slot_list *list, attain_period slot, uint32_t column)
{
    void *periods = list->periods;
    void *columns = list->column;
    const bool grown_periods =
        atn_alloc_grow(&book->alloc, &periods, &list->cap_periods, list->n + 1, sizeof list->periods[0]);
    list->periods = periods;
    const bool grown_columns = grown_periods && atn_alloc_grow(&book->alloc, &columns, &list->cap_columns,
                                                               list->n + 1, sizeof list->column[0]);
    list->column = columns;
    if (grown_columns) {
        list->periods[list->n] = (atn_cube_period){slot, slot.end_day};
        list->column[list->n++] = column;
    }
    return grown_columns;
}

static bool add_slots(const atn_book *book, slot_list *list, attain_period_type type, uint32_t column)
{
    const attain_period days = book->periods[column].days;
    attain_period slot;
    const uint32_t n = atn_period_slots(type, 0, days.start_day, days.end_day, &slot);
    for (uint32_t i = 0; i < n; i++) {
        if ((i > 0 && !atn_period_step(slot, 1, &slot)) || !add_slot(book, list, slot, column)) {
            return false;
        }
    }
    return true;
}

static attain_status mark_slots(const atn_book *book, const attain_facts *facts, const uint64_t *reporters,
                                const atn_sheet *sheet, const slot_list *list, bool *plain, attain_error *err)
{
    const atn_cube_slot wanted[2] = {book->slots[sheet->n_slot], book->slots[sheet->d_slot]};
    const bool same = sheet->n_slot == sheet->d_slot;
    const uint32_t slots[2] = {0, same ? 0 : 1};
    atn_cube cube;
    memset(&cube, 0, sizeof cube);
    ATN_TRY(atn_cube_make(facts, wanted, same ? 1 : 2, list->periods, (uint32_t)list->n, &book->team,
                          &book->alloc, &cube, plain, err));
    if (*plain) {
        for (uint32_t i = 0; i < list->n; i++) {
            mark_column(book, &cube, slots, i, reporters, sheet, list->column[i]);
        }
        atn_cube_free(&cube);
    }
    return ATTAIN_OK;
}

/* Are the pairs of the sheet those of slots, and not of whole periods? */
static bool goes_by_slot(const atn_book *book, const atn_sheet *sheet)
{
    const atn_measure *const n = measure_of(book, sheet->n_slot);
    const atn_measure *const d = measure_of(book, sheet->d_slot);
    return n->reported == d->reported && n->law_time == ATN_LAW_SUM && d->law_time == ATN_LAW_SUM;
}

/* Columns of one slot are marked at once, the slots of others are listed. */
static attain_status mark_columns(const atn_book *book, const attain_facts *facts, const uint64_t *reporters,
                                  const atn_sheet *sheet, bool *plain, attain_error *err)
{
    const uint32_t slots[2] = {sheet->n_slot, sheet->d_slot};
    const attain_period_type type = measure_of(book, sheet->n_slot)->reported;
    slot_list list = {0};
    attain_status status = ATTAIN_OK;
    for (uint32_t d = 0; d < sheet->n_days && status == ATTAIN_OK; d++) {
        const uint32_t column = sheet->days[d].column;
        const attain_period days = book->periods[column].days;
        attain_period slot;
        if (!goes_by_slot(book, sheet) ||
            atn_period_slots(type, 0, days.start_day, days.end_day, &slot) <= 1) {
            mark_column(book, &book->cube, slots, column, reporters, sheet, column);
        } else if (!add_slots(book, &list, type, column)) {
            status = atn_error_memory(err, "looking at shares");
        }
    }
    if (status == ATTAIN_OK && list.n > 0) {
        status = mark_slots(book, facts, reporters, sheet, &list, plain, err);
    }
    (void)atn_alloc_resize(&book->alloc, list.periods, list.cap_periods * sizeof list.periods[0], 0);
    (void)atn_alloc_resize(&book->alloc, list.column, list.cap_columns * sizeof list.column[0], 0);
    return status;
}

/* Nothing is absent; but a unit below which nobody reports may stand there, of which neither N nor D is known. */
static bool has_no_gap(const atn_sheet *sheet, uint32_t unit, uint32_t column)
{
    const uint8_t *const gap = sheet->book->gap;
    const uint32_t n_units = sheet->cube->n_units;
    const uint32_t n_columns = sheet->cube->n_periods;
    const unsigned n = gap[((size_t)sheet->n_slot * n_units + unit) * n_columns + column];
    const unsigned d = gap[((size_t)sheet->d_slot * n_units + unit) * n_columns + column];
    return (n | d) == 0 || ((n & d & ATN_GAP_NO_FIGURE) != 0 && ((n | d) & ATN_GAP_OPEN) == 0);
}

static bool is_without_gaps(const atn_sheet *sheet)
{
    bool all = true;
    for (uint32_t p = 0; all && p < sheet->n_units; p++) {
        const uint32_t unit = atn_sheet_unit(sheet, p);
        const bool is_there = sheet->marks == NULL || (sheet->marks[p] & ATN_MARK_NOT_VALID) == 0;
        for (uint32_t d = 0; is_there && all && d < sheet->n_days; d++) {
            all = has_no_gap(sheet, unit, sheet->days[d].column);
        }
        all = all &&
              (!is_there || sheet->base != ATN_BASE_PERIOD || has_no_gap(sheet, unit, sheet->base_column));
    }
    return all;
}

attain_status atn_share_settle(const atn_book *book, const attain_facts *facts, atn_sheet *sheet,
                               attain_error *err)
{
    const size_t n_words = (size_t)book->cube.n_units / 64 + 1;
    bool plain = true;
    sheet->is_refused = true;
    if (!is_without_gaps(sheet)) {
        return ATTAIN_OK;
    }
    sheet->over_one = atn_alloc_array(&book->alloc, (size_t)book->cube.n_units * book->cube.n_periods, 1);
    uint64_t *const reporters = atn_alloc_array(&book->alloc, n_words, sizeof *reporters);
    if (sheet->over_one == NULL || reporters == NULL) {
        if (reporters != NULL) {
            atn_alloc_free_array(&book->alloc, reporters, n_words, sizeof *reporters);
        }
        return atn_error_memory(err, "looking at shares");
    }
    attain_status status = ATTAIN_OK;
    if (find_reporters(book, sheet, reporters)) {
        status = mark_columns(book, facts, reporters, sheet, &plain, err);
        sheet->is_refused = !plain;
    }
    atn_alloc_free_array(&book->alloc, reporters, n_words, sizeof *reporters);
    return status;
}
