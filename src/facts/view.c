/* A view: slots, picks, entries and groups of one request. Reads the measure's facts once, from front to back: those of a reported measure
 * through a cursor, rows and grid alike; those of a measure without slots of its own are all rows of the array.
 *
 * Which slots belong to the period P (semantics section 2):
 *
 *   reported EVERY      the slots of EVERY that lie in P; of a stock, if none does, the one that holds P
 *   stock, no EVERY     the unit's cells whose period lies in P; if there is none, of those whose period holds P the shortest
 *   flow, no EVERY      the unit's cells whose period lies in P */
#include "facts/grid.h"
#include "facts/rollup.h"
#include <string.h>

/* ---- slots ---- */

static bool add_slot(atn_view *view, size_t at, int32_t start_day, int32_t end_day)
{
    void *starts = view->slot_start;
    void *ends = view->slot_end;
    const bool grown_starts =
        atn_alloc_grow(view->a, &starts, &view->cap_slots, view->n_slots + 1, sizeof *view->slot_start);
    view->slot_start = starts;
    const bool grown_ends = grown_starts && atn_alloc_grow(view->a, &ends, &view->cap_ends, view->n_slots + 1,
                                                           sizeof *view->slot_end);
    view->slot_end = ends;
    if (!grown_ends) {
        return false;
    }
    const size_t n_behind = view->n_slots - at;
    memmove(view->slot_start + at + 1, view->slot_start + at, n_behind * sizeof *view->slot_start);
    memmove(view->slot_end + at + 1, view->slot_end + at, n_behind * sizeof *view->slot_end);
    view->slot_start[at] = start_day;
    view->slot_end[at] = end_day;
    view->n_slots++;
    return true;
}

/* Financial years begin in a month that only the stored cells tell. */
static unsigned start_month(const atn_view *view)
{
    if (view->measure->reported != ATTAIN_PERIOD_FINANCIAL_YEAR) {
        return 0;
    }
    const atn_row *row = atn_store_first_of_measure(view->facts, view->request.measure);
    return row != NULL ? row->start_month : 1;
}

/* Due days never go back from slot to slot, so that the slots that are due are the first ones. */
static bool add_common_slots(atn_view *view)
{
    const attain_period wanted = view->request.period;
    const attain_period_type type = view->measure->reported;
    attain_period slot;
    uint32_t n = atn_period_slots(type, start_month(view), wanted.start_day, wanted.end_day, &slot);
    if (n == 0 && !view->measure->is_flow) {
        slot = atn_period_of_day(type, start_month(view), wanted.end_day);
        n = slot.start_day <= wanted.start_day ? 1 : 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0 && !atn_period_step(slot, 1, &slot)) {
            break;
        }
        if (!add_slot(view, view->n_slots, slot.start_day, slot.end_day)) {
            return false;
        }
        if (atn_due_day(view->measure->due, slot) <= view->request.as_of_day) {
            view->n_due = i + 1;
        }
    }
    return true;
}

/* Two slots are in one run if no edge of any unit begins or ends between their last days. */
static bool add_runs(atn_view *view)
{
    const atn_model *model = view->model;
    uint32_t map = 0;
    for (uint32_t i = 0; i < view->n_slots; i++) {
        if (i + 1 < view->n_slots) {
            while (map < model->n_map_days && model->map_days[map] <= view->slot_end[i]) {
                map++;
            }
            if (map >= model->n_map_days || model->map_days[map] > view->slot_end[i + 1]) {
                continue;
            }
        }
        void *runs = view->run_end;
        if (!atn_alloc_grow(view->a, &runs, &view->cap_runs, view->n_runs + 1, sizeof *view->run_end)) {
            return false;
        }
        view->run_end = runs;
        view->run_end[view->n_runs++] = i + 1;
    }
    return true;
}

atn_slots atn_view_slots(const atn_view *view, uint32_t unit)
{
    const size_t first = view->slot_first != NULL ? view->slot_first[unit] : 0;
    const size_t end = view->slot_first != NULL ? view->slot_first[unit + 1] : view->n_slots;
    return (atn_slots){.start_day = view->slot_start != NULL ? view->slot_start + first : NULL,
                       .end_day = view->slot_end != NULL ? view->slot_end + first : NULL,
                       .n = (uint32_t)(end - first)};
}

/* First slot of [from, to) that ends on the day or later. */
static size_t slot_lower(const atn_view *view, size_t from, size_t to, int32_t end_day)
{
    while (from < to) {
        const size_t mid = from + (to - from) / 2;
        if (view->slot_end[mid] < end_day) {
            from = mid + 1;
        } else {
            to = mid;
        }
    }
    return from;
}

/* ---- picks ---- */

typedef enum truth { NO, MAYBE, YES } truth;

static truth test_unit(const atn_model *model, const atn_pick *pick, uint32_t unit)
{
    truth all = YES;
    for (uint32_t i = 0; i < pick->n_tests; i++) {
        const atn_attribute_test *test = &pick->tests[i];
        const uint16_t member = model->unit_member[(size_t)unit * model->n_attributes + test->attribute];
        if (member == UINT16_MAX) {
            all = MAYBE;
        } else if (!atn_bit_get(test->members, member)) {
            return NO;
        }
    }
    return all;
}

static void fill_bits(uint64_t *bits, uint32_t n)
{
    for (uint32_t i = 0; i < n / 64; i++) {
        bits[i] = UINT64_MAX;
    }
    if (n % 64 != 0) {
        bits[n / 64] = (UINT64_C(1) << (n % 64)) - 1;
    }
}

static void or_cells(const atn_view *view, uint64_t *bits, const atn_pick *pick)
{
    if (pick->cells == NULL) {
        fill_bits(bits, view->measure->n_cells);
        return;
    }
    for (size_t w = 0; w < view->n_words; w++) {
        bits[w] |= pick->cells[w];
    }
}

static uint32_t count_bits(uint64_t word)
{
    uint32_t n = 0;
    for (; word != 0; word &= word - 1) {
        n++;
    }
    return n;
}

static void pick_cells(atn_view *view, uint32_t unit)
{
    const size_t n_bytes = view->n_words * sizeof *view->picked;
    memset(view->picked, 0, n_bytes);
    memset(view->maybe, 0, n_bytes);
    if (view->request.n_picks == 0) {
        fill_bits(view->picked, view->measure->n_cells);
    }
    for (uint32_t p = 0; p < view->request.n_picks; p++) {
        const atn_pick *pick = &view->model->picks[view->request.picks[p]];
        const truth holds = test_unit(view->model, pick, unit);
        if (holds != NO) {
            or_cells(view, holds == YES ? view->picked : view->maybe, pick);
        }
    }
    const atn_pick *extra = view->request.extra;
    const truth holds = extra != NULL ? test_unit(view->model, extra, unit) : YES;
    for (size_t w = 0; w < view->n_words; w++) {
        const uint64_t cells = holds == NO                             ? 0
                               : extra != NULL && extra->cells != NULL ? extra->cells[w]
                                                                       : UINT64_MAX;
        const uint64_t both = (view->picked[w] | view->maybe[w]) & cells;
        view->picked[w] = holds == YES ? view->picked[w] & cells : 0;
        view->maybe[w] = both & ~view->picked[w];
    }
}

static void count_picked(atn_view *view)
{
    view->n_picked = 0;
    view->some_maybe = false;
    for (size_t w = 0; w < view->n_words; w++) {
        view->n_picked += count_bits(view->picked[w]);
        view->some_maybe = view->some_maybe || view->maybe[w] != 0;
    }
}

void atn_view_pick(atn_view *view, uint32_t unit)
{
    if (!view->same_picks) {
        pick_cells(view, unit);
        count_picked(view);
    }
}

static bool picks_test_attributes(const atn_view *view)
{
    bool any = view->request.extra != NULL && view->request.extra->n_tests > 0;
    for (uint32_t p = 0; p < view->request.n_picks; p++) {
        any = any || view->model->picks[view->request.picks[p]].n_tests > 0;
    }
    return any;
}

static bool init_picks(atn_view *view)
{
    view->n_words = ((size_t)view->measure->n_cells + 63) / 64;
    view->picked = atn_alloc_array(view->a, view->n_words, sizeof *view->picked);
    view->maybe = atn_alloc_array(view->a, view->n_words, sizeof *view->maybe);
    if (view->picked == NULL || view->maybe == NULL) {
        return false;
    }
    if (!picks_test_attributes(view)) {
        pick_cells(view, 0);
        count_picked(view);
        view->same_picks = true;
    }
    return true;
}

/* ---- entries ---- */

bool atn_entry_is_missing(const atn_entry *entry)
{
    return entry->qualifier == ATTAIN_MISSING;
}

bool atn_entry_is_not_applicable(const atn_entry *entry)
{
    return entry->qualifier == ATTAIN_MISSING && entry->reason == ATTAIN_REASON_NOT_APPLICABLE;
}

static bool add_entry(atn_view *view, const atn_row *row, uint32_t slot)
{
    const bool maybe = atn_bit_get(view->maybe, row->cell);
    if (!maybe && !atn_bit_get(view->picked, row->cell)) {
        return true;
    }
    void *entries = view->entries;
    if (!atn_alloc_grow(view->a, &entries, &view->cap_entries, view->n_entries + 1, sizeof *view->entries)) {
        return false;
    }
    view->entries = entries;
    view->entries[view->n_entries++] = (atn_entry){.value = row->value,
                                                   .start_day = row->start_day,
                                                   .end_day = row->end_day,
                                                   .cell = row->cell,
                                                   .slot = slot,
                                                   .qualifier = row->qualifier,
                                                   .reason = row->reason,
                                                   .maybe = maybe};
    return true;
}

/* Entries of the common slots, in which every unit's facts are looked for. */
static bool add_common_entries(atn_view *view)
{
    const uint32_t n_units = view->model->n_units;
    uint32_t n_begun = 0; /* units whose entry_first is known */
    atn_cursor cursor;
    atn_row row;
    if (view->n_slots > 0) {
        atn_cursor_init_days(&cursor, view->facts, view->request.measure, 0, n_units, view->slot_end[0],
                             view->slot_end[view->n_slots - 1]);
    }
    while (view->n_slots > 0 && atn_cursor_next(&cursor, &row)) {
        if (row.unit >= n_begun) {
            atn_view_pick(view, row.unit);
        }
        for (; n_begun <= row.unit; n_begun++) {
            view->entry_first[n_begun] = view->n_entries;
        }
        const size_t slot = slot_lower(view, 0, view->n_slots, row.end_day);
        if (slot < view->n_slots && view->slot_end[slot] == row.end_day &&
            !add_entry(view, &row, (uint32_t)slot)) {
            return false;
        }
    }
    for (; n_begun <= n_units; n_begun++) {
        view->entry_first[n_begun] = view->n_entries;
    }
    return true;
}

static bool lies_in(const atn_row *row, attain_period period)
{
    return row->start_day >= period.start_day && row->end_day <= period.end_day;
}

static bool holds(const atn_row *row, attain_period period)
{
    return row->start_day <= period.start_day && row->end_day >= period.end_day;
}

/* Is the row's period shorter than the best's, or as long and ends later? */
static bool is_closer(const atn_row *row, const atn_row *best)
{
    const int64_t days = (int64_t)row->end_day - row->start_day;
    const int64_t best_days = (int64_t)best->end_day - best->start_day;
    return days < best_days || (days == best_days && row->end_day > best->end_day);
}

/* Of the present cells that hold the period the shortest, then the one that ends last; NULL if none. */
static const atn_row *find_holder(const atn_row *rows, size_t n, attain_period period)
{
    const atn_row *best = NULL;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].qualifier == ATTAIN_MISSING || !holds(&rows[i], period)) {
            continue;
        }
        if (best == NULL || is_closer(&rows[i], best)) {
            best = &rows[i];
        }
    }
    return best;
}

/* The slot of a free period: a stock's by its last day, a flow's by both (its periods do not overlap at one cell, but may differ between
 * the cells of a unit). */
static size_t own_slot(const atn_view *view, size_t from, const atn_row *row, bool *there)
{
    size_t at = slot_lower(view, from, view->n_slots, row->end_day);
    while (view->measure->is_flow && at < view->n_slots && view->slot_end[at] == row->end_day &&
           view->slot_start[at] < row->start_day) {
        at++;
    }
    *there = at < view->n_slots && view->slot_end[at] == row->end_day &&
             (!view->measure->is_flow || view->slot_start[at] == row->start_day);
    return at;
}

static bool counts(const atn_row *row, attain_period period, const atn_row *holder)
{
    return holder != NULL ? atn_row_same_period(row, holder) : lies_in(row, period);
}

/* First the unit's distinct slots, then its entries: a slot's number is known when all are there. */
static bool add_own_entries(atn_view *view, uint32_t unit, const atn_row *rows, size_t n)
{
    const attain_period period = view->request.period;
    bool any = view->measure->is_flow;
    for (size_t i = 0; i < n && !any; i++) {
        any = lies_in(&rows[i], period);
    }
    const atn_row *holder = any ? NULL : find_holder(rows, n, period);
    const size_t from = view->n_slots;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < n; i++) {
            if (!counts(&rows[i], period, holder)) {
                continue;
            }
            bool there;
            const size_t at = own_slot(view, from, &rows[i], &there);
            const bool good = pass == 1 ? add_entry(view, &rows[i], (uint32_t)(at - from))
                                        : there || add_slot(view, at, rows[i].start_day, rows[i].end_day);
            if (!good) {
                return false;
            }
        }
    }
    view->slot_first[unit + 1] = view->n_slots;
    return true;
}

/* Entries of a measure without `reported`, whose facts all stand in the row array. */
static bool add_free_entries(atn_view *view)
{
    const uint32_t n_units = view->model->n_units;
    const uint32_t measure = view->request.measure;
    size_t at = atn_store_lower(view->facts, measure, 0, 0);
    const size_t n = atn_store_lower(view->facts, measure, n_units, 0);
    const atn_row *rows = view->facts->rows;
    for (uint32_t unit = 0; unit < n_units; unit++) {
        size_t end = at;
        while (end < n && rows[end].unit == unit) {
            end++;
        }
        view->entry_first[unit] = view->n_entries;
        view->slot_first[unit + 1] = view->slot_first[unit];
        if (end > at) {
            atn_view_pick(view, unit);
            if (!add_own_entries(view, unit, rows + at, end - at)) {
                return false;
            }
        }
        at = end;
    }
    view->entry_first[n_units] = view->n_entries;
    return true;
}

/* ---- life ---- */

bool atn_view_sums_over_categories(const atn_measure *measure)
{
    bool all = true;
    for (uint32_t p = 0; p < measure->n_categories; p++) {
        all = all && measure->law_category[p] == ATN_LAW_SUM;
    }
    return all;
}

static bool init_cell_sums(atn_view *view)
{
    if (atn_view_sums_over_categories(view->measure)) {
        return true;
    }
    view->cell_sums = atn_alloc_array(view->a, view->measure->n_cells, sizeof *view->cell_sums);
    view->cell_state = atn_alloc_array(view->a, view->measure->n_cells, sizeof *view->cell_state);
    return view->cell_sums != NULL && view->cell_state != NULL;
}

static bool init_all(atn_view *view)
{
    const size_t n_units = view->model->n_units;
    view->entry_first = atn_alloc_array(view->a, n_units + 1, sizeof *view->entry_first);
    if (view->entry_first == NULL || !init_picks(view) || !init_cell_sums(view)) {
        return false;
    }
    if (view->measure->reported == ATTAIN_PERIOD_NONE) {
        view->slot_first = atn_alloc_array(view->a, n_units + 1, sizeof *view->slot_first);
        return view->slot_first != NULL && add_free_entries(view);
    }
    return add_common_slots(view) && add_runs(view) && add_common_entries(view);
}

attain_status atn_view_init(atn_view *view, const attain_facts *facts, const atn_line_request *request,
                            const attain_allocator *a, attain_error *err)
{
    memset(view, 0, sizeof *view);
    view->facts = facts;
    view->model = &facts->plan->model;
    view->measure = &view->model->measures[request->measure];
    view->request = *request;
    view->a = a;
    if (init_all(view)) {
        return ATTAIN_OK;
    }
    atn_view_free(view);
    return atn_error_memory(err, "rolling facts up");
}

static void free_array(const atn_view *view, void *items, size_t n, size_t item_size)
{
    if (items != NULL) {
        atn_alloc_free_array(view->a, items, n, item_size);
    }
}

void atn_view_free(atn_view *view)
{
    const size_t n_units = view->model->n_units;
    free_array(view, view->slot_start, view->cap_slots, sizeof *view->slot_start);
    free_array(view, view->slot_end, view->cap_ends, sizeof *view->slot_end);
    free_array(view, view->slot_first, n_units + 1, sizeof *view->slot_first);
    free_array(view, view->run_end, view->cap_runs, sizeof *view->run_end);
    free_array(view, view->picked, view->n_words, sizeof *view->picked);
    free_array(view, view->maybe, view->n_words, sizeof *view->maybe);
    free_array(view, view->entries, view->cap_entries, sizeof *view->entries);
    free_array(view, view->entry_first, n_units + 1, sizeof *view->entry_first);
    free_array(view, view->groups, view->cap_groups, sizeof *view->groups);
    free_array(view, view->chain_in, view->cap_chain_in, sizeof *view->chain_in);
    free_array(view, view->reach, view->cap_reach, sizeof *view->reach);
    free_array(view, view->cell_sums, view->measure->n_cells, sizeof *view->cell_sums);
    free_array(view, view->cell_state, view->measure->n_cells, sizeof *view->cell_state);
    memset(view, 0, sizeof *view);
}
