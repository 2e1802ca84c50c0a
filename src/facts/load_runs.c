/* Ordered rows: a run is a stretch of rows of one unit and one measure. Its figures are copied, narrowed, behind those of the units before.
 *
 *   perfect run   one cell, each month follows the one before: checked and copied by loops without a branch
 *   ragged run    gaps, or several cells: placed figure by figure; cells in any order if each is in the order of its periods
 *   other         a unit comes again, or its periods are in disorder: its rows go the way of shuffled ones
 *
 * That a run is as long as the one before is tried first: most units report as many months as their neighbours. */
#include "facts/bits.h"
#include "facts/load_parts.h"

#include <string.h>

/* Scratch of ragged runs: places (cell << ATN_RECORD_SLOT_BITS | slot) and figures in the order in which they stand. */
typedef struct atn_run_scratch {
    uint32_t place[ATN_MAX_RUN];
    uint32_t sorted[ATN_MAX_RUN];
    int64_t value[ATN_MAX_RUN];
    uint32_t start[ATN_GRID_MAX_CELLS + 1];
    uint8_t cell[ATN_MAX_RUN];
} run_scratch;

typedef struct run {
    size_t row, n;
    uint32_t measure, unit;
    uint32_t first_slot, last_slot; /* least and most, from 1900 on */
    const atn_taken *taken;
    const int64_t *values;
    unsigned look;        /* atn_run_look */
    const uint8_t *cells; /* where they were asked for */
} run;

/* ---- builders ---- */

static uint32_t year_of(const atn_taken *taken, uint32_t slot)
{
    return slot * taken->year_factor >> 19;
}

/* Values in the widths of the chunk, from one chunk's array to another's. */
static void copy_values(const atn_chunk *from, atn_chunk *to)
{
    const size_t n = from->n_facts;
    if (from->wide == to->wide) {
        memcpy(to->values, from->values, n * (to->wide ? sizeof(int64_t) : sizeof(int32_t)));
        return;
    }
    for (size_t i = 0; i < n; i++) {
        ((int64_t *)to->values)[i] = ((const int32_t *)from->values)[i];
    }
}

/* The chunk again with other years, width or room. */
static bool remake(atn_load_task *task, const atn_grid *grid, atn_builder *builder, uint32_t first_year,
                   uint32_t n_years, uint32_t cap_values, bool wide)
{
    const atn_chunk *old = builder->chunk;
    atn_chunk *made = atn_chunk_new(&task->pages, grid, first_year, n_years, cap_values, wide);
    if (made == NULL) {
        return false;
    }
    if (old != NULL) {
        const size_t n_rows = (size_t)ATN_CHUNK_UNITS * grid->n_cells;
        const size_t shift = old->first_year - first_year;
        for (size_t row = 0; row < n_rows; row++) {
            memcpy(made->mask + row * n_years + shift, old->mask + row * old->n_years,
                   old->n_years * sizeof *made->mask);
            memcpy(made->whole + row * n_years + shift, old->whole + row * old->n_years,
                   old->n_years * sizeof *made->whole);
        }
        memcpy(made->first, old->first, (ATN_CHUNK_UNITS + 1) * sizeof *made->first);
        made->n_facts = old->n_facts;
        copy_values(old, made);
    }
    builder->chunk = made;
    builder->cap_values = cap_values;
    return true;
}

static atn_builder *builder_of(atn_load_task *task, const run *r)
{
    atn_builder **of_measure = &task->builders[r->measure];
    if (*of_measure == NULL) {
        *of_measure = atn_alloc_array(&task->load->alloc, task->load->n_chunks, sizeof **of_measure);
        if (*of_measure == NULL) {
            return NULL;
        }
    }
    return &(*of_measure)[r->unit / ATN_CHUNK_UNITS];
}

/* Room in the builder for the run: its years, its number, the width. */
static bool make_room(atn_load_task *task, const run *r, atn_builder *builder, bool wide)
{
    const atn_grid *grid = &task->load->facts->grids[r->measure];
    const atn_chunk *chunk = builder->chunk;
    const uint32_t need_first = ATN_GRID_FIRST_YEAR + year_of(r->taken, r->first_slot);
    const uint32_t need_end = ATN_GRID_FIRST_YEAR + year_of(r->taken, r->last_slot) + 1;
    if (chunk != NULL && need_first >= chunk->first_year &&
        need_end <= (uint32_t)chunk->first_year + chunk->n_years &&
        builder->cap_values - chunk->n_facts >= r->n && (chunk->wide || !wide)) {
        return true;
    }
    /* The years of all rows so far, so that the next unit's fit as well; but not for one stray year far away. */
    const bool stray = task->end_year - task->first_year > 2 * (need_end - need_first) + 16;
    uint32_t first = stray ? need_first : ATN_GRID_FIRST_YEAR + task->first_year;
    uint32_t end = stray ? need_end : ATN_GRID_FIRST_YEAR + task->end_year;
    const uint32_t n_here = chunk != NULL ? chunk->n_facts : 0;
    const uint32_t typical = task->mean_run > r->n ? task->mean_run : (uint32_t)r->n;
    uint32_t cap = chunk == NULL ? typical * ATN_CHUNK_UNITS : builder->cap_values;
    if (chunk != NULL) {
        first = chunk->first_year < first ? chunk->first_year : first;
        end = (uint32_t)chunk->first_year + chunk->n_years > end
                  ? (uint32_t)chunk->first_year + chunk->n_years
                  : end;
        if (cap - n_here < r->n) {
            cap += cap / 4 + typical * 4;
        }
    }
    cap = cap - n_here < r->n ? n_here + (uint32_t)r->n : cap;
    return remake(task, grid, builder, first, end - first, cap, wide || (chunk != NULL && chunk->wide));
}

/* The unit's figures begin here: those of the units between have none. */
static void open_unit(atn_builder *builder, uint32_t unit)
{
    for (uint32_t u = builder->next_unit; u <= unit; u++) {
        builder->chunk->first[u] = builder->chunk->n_facts;
    }
    builder->next_unit = unit + 1;
}

/* ---- figures ---- */

typedef enum width { WIDTH_32, WIDTH_64, WIDTH_BEYOND, WIDTH_NEGATIVE } width;

/* all: the values or-ed. */
static width width_of(const run *r, uint64_t all)
{
    if (all >> 31 == 0) {
        return WIDTH_32;
    }
    width found = WIDTH_32;
    for (size_t i = 0; i < r->n; i++) {
        const int64_t v = r->values[i];
        if (v < 0 && !r->taken->any_sign) {
            return WIDTH_NEGATIVE;
        }
        if (v >= ATN_GRID_MAX_VALUE || v <= -ATN_GRID_MAX_VALUE) {
            found = WIDTH_BEYOND;
        } else if ((v > INT32_MAX || v < INT32_MIN) && found == WIDTH_32) {
            found = WIDTH_64;
        }
    }
    return found;
}

static atn_load_result rows_one_by_one(atn_load_task *task, const run *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const atn_load_result result = atn_load_any_row(task, r->row + i);
        if (result != ATN_LOAD_OK) {
            return result;
        }
    }
    return ATN_LOAD_OK;
}

/* Behind the chunk's figures, in its width; not counted in yet. */
static width append_values(const atn_load_task *task, const run *r, const int64_t *values, atn_chunk *chunk)
{
    if (chunk->wide) {
        uint64_t all = 0;
        for (size_t i = 0; i < r->n; i++) {
            all |= (uint64_t)values[i];
        }
        memcpy((int64_t *)chunk->values + chunk->n_facts, values, r->n * sizeof *values);
        const width found = width_of(r, all);
        return found == WIDTH_64 ? WIDTH_32 : found; /* fits */
    }
    return width_of(r, task->load->kernels->narrow(values, r->n, (int32_t *)chunk->values + chunk->n_facts));
}

static uint64_t magnitude_of(int64_t whole)
{
    return (uint64_t)(whole < 0 ? -whole : whole);
}

/* Whole years of sums: figures, masks and wholes in one go. false: they do not fit 32 bits, or the run is not so. */
static bool take_years(atn_load_task *task, const run *r, const atn_grid *grid, atn_chunk *chunk,
                       uint32_t cell)
{
    const uint32_t year = year_of(r->taken, r->first_slot);
    const size_t n_years = r->n / 12;
    if (r->taken->slots_per_year != 12 || grid->is_last || chunk->wide || r->first_slot != year * 12 ||
        r->n % 12 != 0) {
        return false;
    }
    const size_t block = atn_chunk_block(grid, chunk, r->unit, cell, ATN_GRID_FIRST_YEAR + year);
    int64_t *whole = chunk->whole + block;
    if (task->load->kernels->narrow12(r->values, n_years, (int32_t *)chunk->values + chunk->n_facts, whole) >>
            31 !=
        0) {
        memset(whole, 0, n_years * sizeof *whole);
        return false;
    }
    uint64_t magnitude = 0;
    for (size_t y = 0; y < n_years; y++) {
        chunk->mask[block + y] = 0xfff;
        magnitude |= (uint64_t)whole[y];
    }
    task->magnitude[r->measure] |= magnitude;
    return true;
}

/* Masks and wholes of slots that follow each other. */
static void note_perfect(atn_load_task *task, const run *r, const atn_grid *grid, atn_chunk *chunk,
                         uint32_t cell)
{
    const uint32_t per_year = r->taken->slots_per_year;
    uint32_t year = year_of(r->taken, r->first_slot);
    uint32_t slot = r->first_slot - year * per_year;
    size_t block = atn_chunk_block(grid, chunk, r->unit, cell, ATN_GRID_FIRST_YEAR + year);
    uint64_t magnitude = 0;
    size_t i = 0;
    while (i < r->n) {
        const size_t left = r->n - i;
        const uint32_t n = left < per_year - slot ? (uint32_t)left : per_year - slot;
        int64_t whole = 0;
        for (uint32_t k = 0; k < n; k++) {
            whole = grid->is_last ? r->values[i + k] : whole + r->values[i + k];
        }
        chunk->whole[block] = whole;
        chunk->mask[block] = (uint16_t)(((1u << n) - 1) << slot);
        magnitude |= magnitude_of(whole);
        block++;
        slot = 0;
        i += n;
    }
    task->magnitude[r->measure] |= magnitude;
}

static void note_ragged(atn_load_task *task, const run *r, const atn_grid *grid, atn_chunk *chunk,
                        const uint32_t *places, const int64_t *values)
{
    const uint32_t per_year = r->taken->slots_per_year;
    const size_t base = atn_chunk_block(grid, chunk, r->unit, 0, chunk->first_year);
    uint64_t magnitude = 0;
    for (size_t i = 0; i < r->n; i++) {
        const uint32_t cell = places[i] >> ATN_RECORD_SLOT_BITS;
        const uint32_t slot = places[i] & ((1u << ATN_RECORD_SLOT_BITS) - 1);
        const uint32_t year = year_of(r->taken, slot);
        const size_t block =
            base + (size_t)cell * chunk->n_years + (ATN_GRID_FIRST_YEAR + year - chunk->first_year);
        chunk->mask[block] = (uint16_t)(chunk->mask[block] | 1u << (slot - year * per_year));
        chunk->whole[block] = grid->is_last ? values[i] : chunk->whole[block] + values[i];
    }
    for (size_t block = base; block < base + (size_t)grid->n_cells * chunk->n_years; block++) {
        magnitude |= magnitude_of(chunk->whole[block]);
    }
    task->magnitude[r->measure] |= magnitude;
}

/* ---- ragged runs: which order ---- */

typedef enum order { ORDER_BY_PLACE, ORDER_BY_SLOT, ORDER_NONE } order;

static order find_places(const atn_load_task *task, const run *r)
{
    uint32_t *place = task->scratch->place;
    bool by_place = true;
    bool by_slot = true;
    uint32_t beyond = 0;
    uint32_t last_slot = 0;
    for (size_t i = 0; i < r->n; i++) {
        const uint32_t cell = atn_columns_cell(task->columns, r->row + i);
        const uint32_t slot = (uint32_t)task->columns->period[r->row + i] - (uint32_t)r->taken->code_base;
        beyond |= cell >= r->taken->n_cells ? 1 : 0;
        place[i] = cell << ATN_RECORD_SLOT_BITS | slot;
        if (i > 0) {
            by_place = by_place && place[i] > place[i - 1];
            by_slot = by_slot && slot > last_slot;
        }
        last_slot = slot;
    }
    return beyond != 0 ? ORDER_NONE : by_place ? ORDER_BY_PLACE : by_slot ? ORDER_BY_SLOT : ORDER_NONE;
}

/* By cells, each cell's slots in their order. */
static void sort_by_cell(const run *r, run_scratch *scratch)
{
    uint32_t *start = scratch->start;
    memset(start, 0, (r->taken->n_cells + 1) * sizeof *start);
    for (size_t i = 0; i < r->n; i++) {
        start[(scratch->place[i] >> ATN_RECORD_SLOT_BITS) + 1]++;
    }
    for (uint32_t cell = 1; cell < r->taken->n_cells; cell++) {
        start[cell] += start[cell - 1];
    }
    for (size_t i = 0; i < r->n; i++) {
        const uint32_t to = start[scratch->place[i] >> ATN_RECORD_SLOT_BITS]++;
        scratch->sorted[to] = scratch->place[i];
        scratch->value[to] = r->values[i];
    }
}

/* Cells of a run as bytes: where they stand, or copied. NULL: one is beyond the measure's. */
static const uint8_t *cells_of(const atn_load_task *task, const run *r)
{
    const attain_fact_columns *c = task->columns;
    uint8_t *copy = task->scratch->cell;
    const uint8_t *cells = c->cell == NULL && c->cell8 != NULL ? c->cell8 + r->row : copy;
    uint32_t beyond = 0;
    for (size_t i = 0; i < r->n && cells == copy; i++) {
        const uint32_t cell = atn_columns_cell(c, r->row + i);
        beyond |= cell >= ATN_GRID_MAX_CELLS ? 1u : 0u;
        copy[i] = (uint8_t)cell;
    }
    for (size_t i = 0; i < r->n; i++) {
        beyond |= cells[i] >= r->taken->n_cells ? 1u : 0u;
    }
    return beyond == 0 ? cells : NULL;
}

/* Months follow each other, so that only the cells are to be looked at. */
static void sort_values_by_cell(const atn_load_task *task, const run *r, const uint8_t *cells)
{
    run_scratch *scratch = task->scratch;
    uint32_t *start = scratch->start;
    memset(start, 0, (r->taken->n_cells + 1) * sizeof *start);
    for (size_t i = 0; i < r->n; i++) {
        start[cells[i] + 1]++;
    }
    for (uint32_t cell = 1; cell < r->taken->n_cells; cell++) {
        start[cell] += start[cell - 1];
    }
    for (size_t i = 0; i < r->n; i++) {
        scratch->value[start[cells[i]]++] = r->values[i];
    }
}

/* Masks and wholes of months that follow each other, each of some cell. */
static void note_cells(atn_load_task *task, const run *r, const atn_grid *grid, atn_chunk *chunk)
{
    const uint8_t *cells = r->cells;
    const uint32_t per_year = r->taken->slots_per_year;
    const size_t base = atn_chunk_block(grid, chunk, r->unit, 0, chunk->first_year);
    uint32_t year = year_of(r->taken, r->first_slot);
    uint32_t slot = r->first_slot - year * per_year;
    uint64_t magnitude = 0;
    year = ATN_GRID_FIRST_YEAR + year - chunk->first_year;
    for (size_t i = 0; i < r->n; i++) {
        const size_t block = base + (size_t)cells[i] * chunk->n_years + year;
        const int64_t whole = grid->is_last ? r->values[i] : chunk->whole[block] + r->values[i];
        chunk->mask[block] = (uint16_t)(chunk->mask[block] | 1u << slot);
        chunk->whole[block] = whole;
        magnitude |= magnitude_of(whole);
        slot++;
        year += slot == per_year ? 1 : 0;
        slot = slot == per_year ? 0 : slot;
    }
    task->magnitude[r->measure] |= magnitude;
}

/* ---- runs ---- */

typedef enum shape {
    SHAPE_PERFECT,
    SHAPE_CELLS, /* months follow each other, each of some cell: values are sorted, places are not needed */
    SHAPE_RAGGED
} shape;

static atn_load_result take_ordered(atn_load_task *task, const run *r, shape of, const uint32_t *places,
                                    const int64_t *values)
{
    const atn_grid *grid = &task->load->facts->grids[r->measure];
    const uint32_t unit = r->unit % ATN_CHUNK_UNITS;
    atn_builder *builder = builder_of(task, r);
    if (builder == NULL) {
        return ATN_LOAD_MEMORY;
    }
    if (unit < builder->next_unit) {
        return rows_one_by_one(task, r); /* the unit again, or one before */
    }
    bool wide = false;
    for (;;) {
        if (!make_room(task, r, builder, wide)) {
            return ATN_LOAD_MEMORY;
        }
        if (of == SHAPE_PERFECT &&
            take_years(task, r, grid, builder->chunk, atn_columns_cell(task->columns, r->row))) {
            open_unit(builder, unit);
            builder->chunk->n_facts += (uint32_t)r->n;
            return ATN_LOAD_OK;
        }
        const width found = append_values(task, r, values, builder->chunk);
        if (found == WIDTH_NEGATIVE) {
            return ATN_LOAD_ODD;
        }
        if (found == WIDTH_BEYOND) {
            return rows_one_by_one(task, r);
        }
        if (found == WIDTH_32) {
            break;
        }
        wide = true;
    }
    open_unit(builder, unit);
    if (of == SHAPE_PERFECT) {
        note_perfect(task, r, grid, builder->chunk, atn_columns_cell(task->columns, r->row));
    } else if (of == SHAPE_CELLS) {
        note_cells(task, r, grid, builder->chunk);
    } else {
        note_ragged(task, r, grid, builder->chunk, places, values);
    }
    builder->chunk->n_facts += (uint32_t)r->n;
    return ATN_LOAD_OK;
}

/* May the unit report at each of these slots? Otherwise the rows are looked at one by one. */
static bool may_stand(const atn_load_task *task, const run *r)
{
    const uint8_t ok = r->taken->unit_ok[r->unit];
    if (ok != ATN_UNIT_ENDS) {
        return ok == ATN_UNIT_ALWAYS;
    }
    atn_row row = {.measure = r->measure, .unit = r->unit};
    const uint32_t ends[2] = {r->first_slot, r->last_slot};
    for (int i = 0; i < 2; i++) {
        attain_period period;
        if (!atn_period_decode(r->taken->code_base + (int32_t)ends[i], &period)) {
            return false;
        }
        atn_row_set_period(&row, period);
        if (atn_row_check(task->load->facts, &row, NULL) != ATTAIN_OK) {
            return false;
        }
    }
    return true;
}

static atn_load_result take_run(atn_load_task *task, run *r)
{
    const atn_load *load = task->load;
    const int32_t *period = task->columns->period + r->row;
    if (r->measure >= load->model->n_measures || r->unit >= load->model->n_units) {
        return ATN_LOAD_ODD;
    }
    r->taken = &load->taken[r->measure];
    if (!r->taken->takes || (r->look & ATN_RUN_EXACT) == 0) {
        return rows_one_by_one(task, r);
    }
    int32_t least = period[0];
    int32_t most = period[r->n - 1];
    if ((r->look & ATN_RUN_FOLLOWS) == 0) {
        load->kernels->range32(period, r->n, &least, &most);
    }
    r->first_slot = (uint32_t)least - (uint32_t)r->taken->code_base;
    r->last_slot = (uint32_t)most - (uint32_t)r->taken->code_base;
    if (r->first_slot >= r->taken->n_slots || r->last_slot >= r->taken->n_slots ||
        r->last_slot < r->first_slot || !may_stand(task, r)) {
        return rows_one_by_one(task, r);
    }
    atn_split_note_years(task, r->first_slot, r->last_slot, r->taken);
    if (r->look == ATN_RUN_PERFECT && atn_columns_cell(task->columns, r->row) < r->taken->n_cells) {
        return take_ordered(task, r, SHAPE_PERFECT, NULL, r->values);
    }
    r->cells = (r->look & ATN_RUN_FOLLOWS) != 0 ? cells_of(task, r) : NULL;
    if (r->cells != NULL) {
        sort_values_by_cell(task, r, r->cells);
        return take_ordered(task, r, SHAPE_CELLS, NULL, task->scratch->value);
    }
    switch (find_places(task, r)) {
    case ORDER_BY_PLACE: return take_ordered(task, r, SHAPE_RAGGED, task->scratch->place, r->values);
    case ORDER_BY_SLOT:
        sort_by_cell(r, task->scratch);
        return take_ordered(task, r, SHAPE_RAGGED, task->scratch->sorted, task->scratch->value);
    case ORDER_NONE: break;
    }
    return rows_one_by_one(task, r);
}

/* ---- where a run ends ---- */

static inline bool is_one(const attain_fact_columns *c, size_t a, size_t b)
{
    return c->unit[a] == c->unit[b] && atn_columns_measure(c, a) == atn_columns_measure(c, b);
}

static atn_rows_view rows_at(const attain_fact_columns *c, size_t row)
{
    return (atn_rows_view){.unit = c->unit + row,
                           .measure = c->measure != NULL ? c->measure + row : NULL,
                           .measure16 =
                               c->measure == NULL && c->measure16 != NULL ? c->measure16 + row : NULL,
                           .period = c->period + row,
                           .cell = c->cell != NULL ? c->cell + row : NULL,
                           .cell8 = c->cell == NULL && c->cell8 != NULL ? c->cell8 + row : NULL,
                           .qualifier = c->qualifier != NULL ? c->qualifier + row : NULL};
}

/* As long as the run before? Ends are looked at first. */
static void find_end(atn_load_task *task, size_t end, run *r)
{
    const attain_fact_columns *c = task->columns;
    const size_t row = r->row;
    const size_t most = end - row < ATN_MAX_RUN ? end - row : ATN_MAX_RUN;
    const size_t guess = task->guess;
    const atn_rows_view rows = rows_at(c, row);
    if (guess > 0 && guess <= most && is_one(c, row, row + guess - 1) &&
        (guess == most || !is_one(c, row, row + guess))) {
        r->n = guess;
        r->look = task->load->kernels->look(&rows, guess);
        if (r->look != 0) {
            return;
        }
    }
    size_t n = 1;
    while (n < most && is_one(c, row, row + n)) {
        n++;
    }
    task->guess = n;
    r->n = n;
    r->look = task->load->kernels->look(&rows, n);
}

/* The figures of the run that comes after the next one will go where nothing was written for long: asked for now, it is there then. */
static void prefetch(const atn_load_task *task, size_t row)
{
#if defined(__GNUC__)
    const attain_fact_columns *c = task->columns;
    if (row >= task->end_row) {
        return;
    }
    const uint32_t measure = atn_columns_measure(c, row);
    const uint32_t unit = c->unit[row];
    if (measure >= task->load->model->n_measures || unit >= task->load->model->n_units ||
        task->builders[measure] == NULL) {
        return;
    }
    const atn_chunk *chunk = task->builders[measure][unit / ATN_CHUNK_UNITS].chunk;
    if (chunk == NULL) {
        return;
    }
    const char *at = (const char *)chunk->values + (size_t)chunk->n_facts * (chunk->wide ? 8 : 4);
    const size_t n_bytes = task->guess * (chunk->wide ? 8 : 4);
    for (size_t i = 0; i < n_bytes && i < 1024; i += 64) {
        __builtin_prefetch(at + i, 1);
    }
    const size_t block =
        (size_t)(unit % ATN_CHUNK_UNITS) * task->load->taken[measure].n_cells * chunk->n_years;
    __builtin_prefetch(chunk->whole + block, 1);
    __builtin_prefetch(chunk->mask + block, 1);
#else
    (void)task;
    (void)row;
#endif
}

/* Runs that begin before `end`; the last may reach beyond, up to the task's end. */
atn_load_result atn_load_runs(atn_load_task *task, size_t first, size_t end, size_t *done)
{
    const attain_fact_columns *c = task->columns;
    if (task->scratch == NULL) {
        task->scratch = atn_alloc_array(&task->load->alloc, 1, sizeof *task->scratch);
        if (task->scratch == NULL) {
            return ATN_LOAD_MEMORY;
        }
    }
    size_t row = first;
    while (row < end) {
        run r = {.row = row,
                 .measure = atn_columns_measure(c, row),
                 .unit = c->unit[row],
                 .values = c->value + row};
        find_end(task, task->end_row, &r);
        prefetch(task, row + 2 * r.n);
        task->mean_run = (uint32_t)((task->mean_run * UINT64_C(7) + r.n * 9 / 8 + 7) / 8);
        const atn_load_result result = take_run(task, &r);
        if (result != ATN_LOAD_OK) {
            return result;
        }
        row += r.n;
    }
    *done = row;
    return ATN_LOAD_OK;
}

void atn_run_scratch_free(atn_load_task *task)
{
    if (task->scratch != NULL) {
        atn_alloc_free_array(&task->load->alloc, task->scratch, 1, sizeof *task->scratch);
    }
}
