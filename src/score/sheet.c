/* Rows of sheets one by one. See sheet.h. */
#include "score/sheet.h"

#include "score/eval.h"

#include <string.h>

size_t atn_sheet_rows(const atn_sheet *sheet)
{
    return (size_t)sheet->n_units * sheet->n_days;
}

uint32_t atn_sheet_unit(const atn_sheet *sheet, uint32_t position)
{
    return sheet->units != NULL ? sheet->units[position] : position;
}

uint32_t atn_sheet_position(const atn_sheet *sheet, uint32_t unit)
{
    if (sheet->units == NULL) {
        return unit < sheet->n_units ? unit : ATN_NONE;
    }
    uint32_t low = 0;
    uint32_t high = sheet->n_units;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (sheet->units[middle] < unit) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < sheet->n_units && sheet->units[low] == unit ? low : ATN_NONE;
}

void atn_sheet_judge(const atn_sheet *sheet, uint32_t position, uint32_t day, atn_judgement *out)
{
    const atn_sheet_day *const at = &sheet->days[day];
    const unsigned marks = sheet->marks != NULL ? sheet->marks[position] : 0;
    atn_eval eval = atn_eval_over_cube(sheet->plan, sheet->cube, at->column);
    eval.over_one = sheet->over_one;
    atn_judge_request request;
    memset(&request, 0, sizeof request);
    request.target = sheet->target;
    request.reading = sheet->reading;
    request.unit = atn_sheet_unit(sheet, position);
    request.period = at->period;
    request.as_of_day = at->as_of_day;
    request.out_of_scope = (marks & ATN_MARK_NOT_VALID) != 0;
    request.printed_digits = sheet->printed_digits;
    request.printed_shown = sheet->printed_shown;
    request.printed_rounding = sheet->printed_rounding;
    (void)atn_judge_reading(&eval, &request, out, NULL); /* over a cube nothing can fail */
    out->flags |= (marks & ATN_MARK_OUTSIDE) != 0 ? (uint32_t)ATTAIN_FLAG_OUTSIDE_SCOPE : 0u;
}

bool atn_sheet_is_full(const atn_sheet *sheet, uint32_t slot, uint32_t unit)
{
    const atn_book *const book = sheet->book;
    const size_t line = (size_t)slot * sheet->cube->n_units + unit;
    const uint8_t *const gap = book->gap + line * sheet->cube->n_periods;
    unsigned any = 0;
    if ((book->full[line] & ATN_FULL_FIGURES) != 0) {
        return true;
    }
    for (uint32_t d = 0; d < sheet->n_days; d++) {
        any |= gap[sheet->days[d].column];
    }
    return any == 0 && (sheet->base != ATN_BASE_PERIOD || gap[sheet->base_column] == 0);
}

static bool is_there(const atn_sheet *sheet, uint32_t position)
{
    return sheet->marks == NULL || (sheet->marks[position] & ATN_MARK_NOT_VALID) == 0;
}

static bool all_are_full(const atn_sheet *sheet, uint32_t slot)
{
    bool all = true;
    for (uint32_t p = 0; all && p < sheet->n_units; p++) {
        all = !is_there(sheet, p) || atn_sheet_is_full(sheet, slot, atn_sheet_unit(sheet, p));
    }
    return all;
}

static bool all_are_even(const atn_sheet *sheet, uint32_t slot)
{
    const uint8_t *const of_slot = sheet->book->full + (size_t)slot * sheet->cube->n_units;
    bool all = true;
    for (uint32_t p = 0; all && p < sheet->n_units; p++) {
        all = !is_there(sheet, p) || (of_slot[atn_sheet_unit(sheet, p)] & ATN_FULL_COUNTS) != 0;
    }
    return all;
}

bool atn_sheet_is_complete(const atn_sheet *sheet)
{
    return all_are_full(sheet, sheet->n_slot) &&
           (sheet->d_slot == ATN_NONE || all_are_full(sheet, sheet->d_slot));
}

bool atn_sheet_counts_are_complete(const atn_sheet *sheet)
{
    bool all = true;
    for (uint32_t i = 0; i < sheet->n_count_slots; i++) {
        all = all && all_are_even(sheet, sheet->count_slot[i]);
    }
    return all;
}

void atn_sheet_periods(const atn_sheet *sheet, attain_column column, size_t first, size_t n,
                       attain_period *values)
{
    size_t day = first % sheet->n_days;
    for (size_t i = 0; i < n; i++) {
        values[i] = column == ATTAIN_COL_DUE ? sheet->due : sheet->days[day].period.label;
        day = day + 1 == sheet->n_days ? 0 : day + 1;
    }
}
