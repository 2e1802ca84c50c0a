/* Correction: one cell looked up, set or taken away. A cell may change its home by that: an exact figure of a reported measure stands in the
 * grid, the same cell with a qualifier in the row array.
 *
 *               was in the grid             was a row                  was not there
 *   regular     figure over figure          put figure, drop row       put figure
 *   other       room, drop figure, insert   row over row               room, insert
 *
 * In every case what can fail is done first, and what is undone by nothing comes after it. */
#include "base/bits.h"
#include "facts/grid.h"
#include <string.h>

/* ---- the last period ---- */

/* Bits of a year that some cell of the chunk has. */
static uint32_t slots_of_year(const atn_grid *grid, const atn_chunk *chunk, uint32_t year)
{
    const size_t n_lines = (size_t)ATN_CHUNK_UNITS * grid->n_cells;
    uint32_t bits = 0;
    for (size_t line = 0; line < n_lines; line++) {
        bits |= chunk->mask[line * chunk->n_years + year];
    }
    return bits;
}

/* The last slot of the grid in which there is a figure; -1: none. There is none behind `most`, so that the search ends there: mostly in
 * the first chunk. */
static int64_t last_slot(const attain_facts *facts, const atn_grid *grid, int64_t most)
{
    const size_t n_chunks = grid->n_facts > 0 ? atn_grid_chunks(&facts->plan->model) : 0;
    int64_t last = -1;
    for (size_t c = 0; c < n_chunks && last < most; c++) {
        const atn_chunk *chunk = grid->chunks[c];
        uint32_t bits = 0;
        for (uint32_t year = chunk != NULL ? chunk->n_years : 0; year-- > 0 && bits == 0;) {
            const int64_t first = ((int64_t)chunk->first_year + year) * grid->slots_per_year;
            if (first + grid->slots_per_year - 1 <= last) {
                break;
            }
            bits = slots_of_year(grid, chunk, year);
            const int64_t slot = bits != 0 ? first + atn_highest_bit(bits) : -1;
            last = slot > last ? slot : last;
        }
    }
    return last;
}

static attain_period last_period_of_grid(const attain_facts *facts, uint32_t measure, attain_period bound)
{
    const attain_period none = {.type = ATTAIN_PERIOD_NONE};
    if (facts->grids[measure].n_facts == 0) {
        return none;
    }
    const int64_t most = atn_grid_slot_of_day(facts, measure, bound.end_day);
    const int64_t last = last_slot(facts, &facts->grids[measure], most);
    return last >= 0 ? atn_grid_period(facts, measure, last) : none;
}

/* A fact is gone, or has another period. No fact is later than last_period says: one that is as late ends the search. */
static void find_last_period(attain_facts *facts)
{
    const attain_period bound = facts->last_period;
    const uint32_t n_measures = facts->plan->model.n_measures;
    attain_period last = {.type = ATTAIN_PERIOD_NONE};
    for (uint32_t m = 0; m < n_measures && atn_period_is_later(bound, last); m++) {
        const attain_period here = last_period_of_grid(facts, m, bound);
        last = atn_period_is_later(here, last) ? here : last;
    }
    for (size_t i = 0; i < facts->n_rows && atn_period_is_later(bound, last); i++) {
        const attain_period here = atn_row_period(&facts->rows[i]);
        last = atn_period_is_later(here, last) ? here : last;
    }
    facts->last_period = last;
}

/* The measure's own grid is asked first: other figures of the same slot are there more often than not. */
static void forget_period(attain_facts *facts, uint32_t measure, attain_period gone)
{
    if (gone.end_day != facts->last_period.end_day) {
        return;
    }
    const attain_period here = last_period_of_grid(facts, measure, facts->last_period);
    if (here.type == ATTAIN_PERIOD_NONE || atn_period_is_later(facts->last_period, here)) {
        find_last_period(facts);
    }
}

/* ---- one cell ---- */

/* Where a cell stands now. */
typedef struct standing {
    bool there, in_grid;
    size_t row;     /* index of the row, if there and not in the grid */
    atn_row as_row; /* if there: a copy */
} standing;

static standing find_standing(const attain_facts *facts, const atn_row *row)
{
    standing found = {.row = atn_store_meeting_row(facts, row)};
    if (found.row < facts->n_rows) {
        found.there = true;
        found.as_row = facts->rows[found.row];
    } else {
        found.in_grid = atn_store_meeting_figure(facts, row, &found.as_row);
        found.there = found.in_grid;
    }
    return found;
}

static bool is_same(const attain_facts *facts, const standing *now, const atn_row *row)
{
    return now->there &&
           (!facts->plan->model.measures[row->measure].is_flow || atn_row_same_period(&now->as_row, row));
}

/* Of a row that is in the grid or that the grid takes: its period is a slot. */
static int64_t slot_of(const attain_facts *facts, const atn_row *row)
{
    return atn_grid_slot_of_day(facts, row->measure, row->end_day);
}

static void drop_row(attain_facts *facts, size_t at)
{
    memmove(facts->rows + at, facts->rows + at + 1, (facts->n_rows - at - 1) * sizeof *facts->rows);
    facts->n_rows--;
}

static void drop_figure(attain_facts *facts, const atn_row *row)
{
    atn_grid_remove(facts, row->measure, row->unit, row->cell, slot_of(facts, row));
}

static void remove_cell(attain_facts *facts, const standing *now)
{
    if (now->in_grid) {
        drop_figure(facts, &now->as_row);
    } else {
        drop_row(facts, now->row);
    }
    forget_period(facts, now->as_row.measure, atn_row_period(&now->as_row));
}

static attain_status set_figure(attain_facts *facts, const standing *now, const atn_row *row,
                                attain_error *err)
{
    ATN_TRY(atn_grid_put(facts, row->measure, row->unit, row->cell, slot_of(facts, row), row->value, err));
    if (now->there && !now->in_grid) {
        drop_row(facts, now->row);
    }
    atn_store_note_period(facts, atn_row_period(row));
    return ATTAIN_OK;
}

static attain_status set_row(attain_facts *facts, const standing *now, const atn_row *row, attain_error *err)
{
    if (now->there && !now->in_grid) {
        facts->rows[now->row] = *row;
        const attain_period old = atn_row_period(&now->as_row);
        const attain_period new = atn_row_period(row);
        if (!atn_period_equal(old, new)) {
            atn_store_note_period(facts, new);
            forget_period(facts, row->measure, old);
        }
        return ATTAIN_OK;
    }
    if (!atn_store_reserve(facts, 1)) {
        return atn_error_memory(err, "setting a fact");
    }
    if (now->in_grid) {
        drop_figure(facts, &now->as_row);
    }
    atn_store_merge(facts, row, 1);
    return ATTAIN_OK;
}

/* One period type for the facts of a flow without `reported`; those are never in the grid. */
static attain_status check_free_type(const attain_facts *facts, const atn_row *row, bool replaces,
                                     attain_error *err)
{
    const atn_measure *measure = &facts->plan->model.measures[row->measure];
    const atn_row *first = atn_store_first_of_measure(facts, row->measure);
    if (!measure->is_flow || measure->reported != ATTAIN_PERIOD_NONE || first == NULL ||
        atn_row_same_type(first, row)) {
        return ATTAIN_OK;
    }
    const bool is_only = first + 1 == facts->rows + facts->n_rows || first[1].measure != row->measure;
    if (replaces && is_only) {
        return ATTAIN_OK;
    }
    const atn_note here = atn_show_period(atn_row_period(row));
    const atn_note there = atn_show_period(atn_row_period(first));
    return atn_error_set(
        err, ATTAIN_E_PERIOD,
        "period %s is of another type than %s, which flow '%.*s' has already; the facts of a flow "
        "must have one period type",
        here.text, there.text, ATN_STR_ARG(measure->id));
}

static attain_status row_from_fact(const attain_facts *facts, const attain_fact *fact, atn_row *row,
                                   attain_error *err)
{
    *row = (atn_row){.measure = fact->measure,
                     .unit = fact->unit,
                     .cell = fact->cell,
                     .qualifier = fact->qualifier,
                     .reason = fact->reason,
                     .value = fact->qualifier == ATTAIN_MISSING ? 0 : fact->value};
    atn_row_set_period(row, fact->period);
    if (row->qualifier == ATTAIN_MISSING && row->reason == ATTAIN_REASON_NONE) {
        row->reason = ATTAIN_REASON_NOT_REPORTED;
    }
    return atn_row_check(facts, row, err);
}

attain_status atn_facts_set(attain_facts *facts, const attain_fact *fact, bool remove, attain_error *err)
{
    attain_fact wanted = *fact;
    if (remove) {
        wanted.value = 0;
        wanted.qualifier = ATTAIN_EXACT;
        wanted.reason = ATTAIN_REASON_NONE;
    }
    atn_row row;
    ATN_TRY(row_from_fact(facts, &wanted, &row, err));
    const standing now = find_standing(facts, &row);
    const bool same = is_same(facts, &now, &row);
    if (remove) {
        if (same) {
            remove_cell(facts, &now);
        }
        return ATTAIN_OK;
    }
    ATN_TRY(check_free_type(facts, &row, now.there, err));
    if (now.there && !same) {
        const atn_note other = atn_show_cell(facts, &now.as_row);
        const atn_note period = atn_show_period(fact->period);
        return atn_error_set(err, ATTAIN_E_DUPLICATE,
                             "period %s overlaps the stored fact %s; remove that one first", period.text,
                             other.text);
    }
    return atn_grid_takes_row(facts, &row) ? set_figure(facts, &now, &row, err)
                                           : set_row(facts, &now, &row, err);
}

attain_status atn_facts_get(const attain_facts *facts, attain_fact *fact, bool *found, attain_error *err)
{
    const atn_model *model = &facts->plan->model;
    *found = false;
    if (fact->measure >= model->n_measures) {
        return atn_error_set(err, ATTAIN_E_MEASURE, "measure index %lu, but the plan has %lu measures",
                             (unsigned long)fact->measure, (unsigned long)model->n_measures);
    }
    if (fact->unit >= model->n_units || fact->cell >= model->measures[fact->measure].n_cells) {
        return ATTAIN_OK;
    }
    atn_row row = {.measure = fact->measure, .unit = fact->unit, .cell = fact->cell};
    atn_row_set_period(&row, fact->period);
    const standing now = find_standing(facts, &row);
    *found = is_same(facts, &now, &row);
    if (*found) {
        fact->value = now.as_row.value;
        fact->qualifier = now.as_row.qualifier;
        fact->reason = now.as_row.reason;
    }
    return ATTAIN_OK;
}
