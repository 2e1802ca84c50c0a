/* Cursor: the facts of one measure in the order of the store, wherever they stand. Rows and figures of the grid are both in that order,
 * so that reading them is a merge of two lists:
 *
 *   rows      A 2024-02 missing          A 2024-05 >3          C 2024-01 ~7
 *   masks     A 2024: 1_11_1111111       B 2024: 111111111111  (bit s: slot s)          next: the lowest bit of the block in hand
 *
 * A block is one year of one cell. Blocks follow each other in a chunk as units, cells and years do, and the values beside them in the same
 * order: to pass a block by is to add the number of its bits to the index of the next value. No period is made but for facts that
 * are handed out, and for those that stand at one cell with a row. */
#include "base/bits.h"
#include "facts/grid.h"

/* ---- rows ---- */

static void skip_rows(atn_cursor *c)
{
    const atn_row *rows = c->facts->rows;
    while (c->row < c->row_end && (rows[c->row].end_day < c->from_day || rows[c->row].end_day > c->to_day)) {
        c->row++;
    }
}

/* ---- blocks of the grid ---- */

/* The next chunk, if it has units and years that are asked for. */
static void open_chunk(atn_cursor *c, const atn_grid *grid)
{
    const uint32_t unit = c->next_unit;
    const uint32_t base = unit - unit % ATN_CHUNK_UNITS;
    const uint32_t n_units = c->unit_end - base < ATN_CHUNK_UNITS ? c->unit_end - base : ATN_CHUNK_UNITS;
    c->next_unit = base + n_units;
    const atn_chunk *chunk = grid->chunks[base / ATN_CHUNK_UNITS];
    if (chunk == NULL || chunk->n_facts == 0) {
        return;
    }
    const int64_t first_slot = (int64_t)chunk->first_year * grid->slots_per_year;
    const int64_t end_slot = first_slot + (int64_t)chunk->n_years * grid->slots_per_year;
    if (c->from_slot >= end_slot || c->to_slot < first_slot) {
        return;
    }
    const size_t per_unit = (size_t)grid->n_cells * chunk->n_years;
    c->chunk = chunk;
    c->base = base;
    c->year = 0;
    c->block = (unit - base) * per_unit;
    c->block_end = n_units * per_unit;
    c->value = chunk->first[unit - base];
}

/* The figures of a block, of those that are asked for. */
static uint32_t wanted(const atn_cursor *c, const atn_grid *grid, uint32_t mask)
{
    const int64_t n_slots = grid->slots_per_year;
    const int64_t first = ((int64_t)c->chunk->first_year + c->year) * n_slots;
    if (c->from_slot > first) {
        mask = c->from_slot - first < n_slots ? mask & UINT32_MAX << (c->from_slot - first) : 0;
    }
    if (c->to_slot < first + n_slots - 1) {
        mask = c->to_slot >= first ? mask & ((UINT32_C(2) << (c->to_slot - first)) - 1) : 0;
    }
    return mask;
}

static void leave_block(atn_cursor *c)
{
    /* A block in hand is a chunk's: NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
    c->value += atn_count_bits16(c->chunk->mask[c->block]);
    c->block++;
    c->year = c->year + 1 < c->chunk->n_years ? c->year + 1 : 0;
}

/* From the block in hand on, the first with a figure that is asked for. */
static bool find_in_chunk(atn_cursor *c, const atn_grid *grid)
{
    for (; c->block < c->block_end; leave_block(c)) {
        const uint32_t mask = c->chunk->mask[c->block];
        c->bits = mask != 0 ? wanted(c, grid, mask) : 0;
        if (c->bits != 0) {
            const size_t line = c->block / c->chunk->n_years;
            c->unit = c->base + (uint32_t)(line / grid->n_cells);
            c->cell = (uint32_t)(line % grid->n_cells);
            return true;
        }
    }
    return false;
}

/* bits stays 0 at the end. */
static void find_block(atn_cursor *c)
{
    const atn_grid *grid = &c->facts->grids[c->measure];
    c->bits = 0;
    while (c->chunk == NULL || !find_in_chunk(c, grid)) {
        c->chunk = NULL;
        if (c->next_unit >= c->unit_end) {
            return;
        }
        open_chunk(c, grid);
    }
}

/* ---- both ---- */

static attain_period figure_period(const atn_cursor *c)
{
    const int64_t n_slots = c->facts->grids[c->measure].slots_per_year;
    /* Bits in hand are a chunk's: NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
    const int64_t year = (int64_t)c->chunk->first_year + c->year;
    return atn_grid_period(c->facts, c->measure, year * n_slots + atn_lowest_bit(c->bits));
}

/* Does the figure in hand come before the row in hand? They never share a slot of a cell. */
static bool figure_is_next(const atn_cursor *c)
{
    if (c->bits == 0 || c->row == c->row_end) {
        return c->bits != 0;
    }
    const atn_row *row = &c->facts->rows[c->row];
    if (c->unit != row->unit) {
        return c->unit < row->unit;
    }
    return c->cell != row->cell ? c->cell < row->cell : figure_period(c).end_day < row->end_day;
}

static void take_figure(atn_cursor *c, atn_row *out)
{
    const uint32_t below = (c->bits & (0u - c->bits)) - 1;
    /* Bits in hand are a chunk's: NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
    const size_t value = c->value + atn_count_bits16(c->chunk->mask[c->block] & below);
    *out = (atn_row){.measure = c->measure,
                     .unit = c->unit,
                     .cell = c->cell,
                     .qualifier = ATTAIN_EXACT,
                     .reason = ATTAIN_REASON_NONE,
                     .value = atn_chunk_value(c->chunk, value)};
    atn_row_set_period(out, figure_period(c));
    c->bits &= c->bits - 1;
    if (c->bits == 0) {
        leave_block(c);
        find_block(c);
    }
}

bool atn_cursor_next(atn_cursor *cursor, atn_row *out)
{
    if (figure_is_next(cursor)) {
        take_figure(cursor, out);
        return true;
    }
    if (cursor->row == cursor->row_end) {
        return false;
    }
    *out = cursor->facts->rows[cursor->row++];
    skip_rows(cursor);
    return true;
}

void atn_cursor_init(atn_cursor *cursor, const attain_facts *facts, uint32_t measure, uint32_t unit,
                     uint32_t unit_end)
{
    atn_cursor_init_days(cursor, facts, measure, unit, unit_end, INT32_MIN, INT32_MAX);
}

int64_t atn_grid_slot_of_day(const attain_facts *facts, uint32_t measure, int32_t day)
{
    const int64_t n_slots = facts->grids[measure].slots_per_year;
    const atn_date date = atn_day_to_date(day);
    return date.year * n_slots + (date.month - 1) * n_slots / 12;
}

/* Slots whose last day lies in the days: from the one that holds from_day to the one before that of the day behind to_day. */
static void set_slots(atn_cursor *c)
{
    c->from_slot = 0;
    c->to_slot = INT64_MAX;
    if (c->from_day > ATN_DAY_MAX || c->to_day < ATN_DAY_MIN) {
        c->to_slot = -1;
        return;
    }
    if (c->from_day > ATN_DAY_MIN) {
        c->from_slot = atn_grid_slot_of_day(c->facts, c->measure, c->from_day);
    }
    if (c->to_day < ATN_DAY_MAX) {
        c->to_slot = atn_grid_slot_of_day(c->facts, c->measure, c->to_day + 1) - 1;
    }
}

void atn_cursor_init_days(atn_cursor *cursor, const attain_facts *facts, uint32_t measure, uint32_t unit,
                          uint32_t unit_end, int32_t from_day, int32_t to_day)
{
    const uint32_t n_units = facts->plan->model.n_units;
    const atn_grid *grid = &facts->grids[measure];
    *cursor = (atn_cursor){.facts = facts,
                           .measure = measure,
                           .from_day = from_day,
                           .to_day = to_day,
                           .unit_end = unit_end < n_units ? unit_end : n_units};
    if (unit >= cursor->unit_end) {
        return;
    }
    cursor->row = atn_store_lower(facts, measure, unit, 0);
    cursor->row_end = atn_store_lower(facts, measure, cursor->unit_end, 0);
    skip_rows(cursor);
    if (grid->n_facts > 0) {
        cursor->next_unit = unit;
        set_slots(cursor);
        find_block(cursor);
    }
}

/* Passes n facts by, block by block where no rows come in between. */
static void skip_facts(atn_cursor *c, uint64_t n)
{
    atn_row row;
    while (n > 0) {
        const uint32_t n_bits = atn_count_bits16(c->bits);
        if (c->row < c->row_end || n_bits == 0 || n < n_bits) {
            if (!atn_cursor_next(c, &row)) {
                return;
            }
            n--;
            continue;
        }
        n -= n_bits;
        leave_block(c);
        find_block(c);
    }
}

/* ---- cells for score ---- */

static atn_cell cell_of_row(const atn_row *row)
{
    return (atn_cell){.measure = row->measure,
                      .unit = row->unit,
                      .cell = row->cell,
                      .period = atn_row_period(row),
                      .value = row->value,
                      .qualifier = row->qualifier,
                      .reason = row->reason};
}

void atn_facts_each(const attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t unit_end,
                    int32_t from_day, int32_t to_day, atn_cursor *out)
{
    atn_cursor_init_days(out, facts, measure, unit, unit_end, from_day, to_day);
}

bool atn_facts_next(atn_cursor *cursor, atn_cell *out)
{
    atn_row row;
    if (!atn_cursor_next(cursor, &row)) {
        return false;
    }
    *out = cell_of_row(&row);
    return true;
}

/* ---- the fact with a number ---- */

/* Which unit of a chunk holds its i-th fact; *i becomes the number among those of the unit. What comes before a unit grows from unit to
 * unit, so that halving finds it. */
static uint32_t unit_in_chunk(const attain_facts *facts, uint32_t measure, uint32_t base,
                              const atn_chunk *chunk, uint64_t *i)
{
    const size_t first_row = atn_store_lower(facts, measure, base, 0);
    uint64_t n_before = 0;
    uint32_t low = 0;
    uint32_t high = ATN_CHUNK_UNITS;
    while (high - low > 1) {
        const uint32_t mid = low + (high - low) / 2;
        const uint64_t n = (chunk != NULL ? chunk->first[mid] : 0) +
                           (atn_store_lower(facts, measure, base + mid, 0) - first_row);
        if (n <= *i) {
            low = mid;
            n_before = n;
        } else {
            high = mid;
        }
    }
    *i -= n_before;
    return base + low;
}

/* A cursor over all of a measure, which has rows [row, row_end), that stands before its i-th fact: over its chunks, then its units. */
static void cursor_at(const attain_facts *facts, uint32_t measure, size_t row, size_t row_end, uint64_t i,
                      atn_cursor *out)
{
    const atn_grid *grid = &facts->grids[measure];
    if (grid->n_facts == 0) {
        atn_cursor_init(out, facts, measure, 0, UINT32_MAX);
        out->row += (size_t)i;
        return;
    }
    const size_t n_chunks = atn_grid_chunks(&facts->plan->model);
    for (size_t c = 0; c < n_chunks; c++) {
        const uint32_t base = (uint32_t)(c * ATN_CHUNK_UNITS);
        const atn_chunk *chunk = grid->chunks[c];
        const size_t next = row < row_end ? atn_store_lower(facts, measure, base + ATN_CHUNK_UNITS, 0) : row;
        const uint64_t n = (chunk != NULL ? chunk->n_facts : 0) + (next - row);
        if (i < n) {
            const uint32_t unit = unit_in_chunk(facts, measure, base, chunk, &i);
            atn_cursor_init(out, facts, measure, unit, UINT32_MAX);
            skip_facts(out, i);
            return;
        }
        i -= n;
        row = next;
    }
    *out = (atn_cursor){.facts = facts, .measure = measure};
}

/* Measures, chunks, units and blocks are passed by their counts: no fact before the first one asked for is looked at. */
size_t atn_facts_read(const attain_facts *facts, uint64_t first, attain_fact *out, size_t n)
{
    const uint32_t n_measures = facts->plan->model.n_measures;
    size_t row = 0;
    size_t n_read = 0;
    for (uint32_t m = 0; m < n_measures && n_read < n; m++) {
        const size_t row_end = atn_store_lower(facts, m + 1, 0, 0);
        const uint64_t here = facts->grids[m].n_facts + (row_end - row);
        if (first < here) {
            atn_cursor cursor;
            atn_row found;
            cursor_at(facts, m, row, row_end, first, &cursor);
            while (n_read < n && atn_cursor_next(&cursor, &found)) {
                out[n_read++] = (attain_fact){.unit = found.unit,
                                              .measure = found.measure,
                                              .cell = found.cell,
                                              .period = atn_row_period(&found),
                                              .value = found.value,
                                              .qualifier = found.qualifier,
                                              .reason = found.reason};
            }
        }
        first = first < here ? 0 : first - here;
        row = row_end;
    }
    return n_read;
}
