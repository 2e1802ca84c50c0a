/* Ordered rows: a run is a stretch of rows of one unit and one measure. Its figures go behind those of the units before, as narrow as the
 * chunk is.
 *
 *   whole years   one cell, each month follows the one before, from January to December: checked, copied and summed by loops without a
 *                 branch
 *   ascending     in time order, with gaps or in several cells: figures as they stand, or sorted by cell; months marked one by one
 *   other runs    every figure is put in its place of a dense scratch of the unit, and the scratch packed as a merge packs it; a place that
 *                 is taken twice, or a scratch much larger than the run, sends the rows one by one
 *   a unit that comes again: its rows go the way of shuffled ones */
#include "base/bits.h"
#include "facts/load_parts.h"

#include <string.h>

/* A place of the scratch costs a third of a nanosecond, a row by itself a hundred: this is where the two meet. */
#define ITEMS_PER_ROW 256u
#define MAX_ITEMS 16384u
#define MAX_EXPECTED 1024u /* bytes that are asked for beforehand */
/* Rows that are asked for at once. Runs that are shorter than the second wait for their own work and not for memory. */
#define ASKED_ROWS 128u
#define MEMORY_RUN 24u

typedef struct atn_run_scratch {
    int64_t item[MAX_ITEMS]; /* [cell][year of the chunk][slot] */
} run_scratch;

typedef struct run {
    size_t row, n;
    uint32_t measure, unit;
    uint32_t first_slot, last_slot; /* least and most, from 1900 on */
    const atn_taken *taken;
    const int64_t *values;
    unsigned look; /* atn_run_look */
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
        builder->cap_values - chunk->n_facts >= r->n + ATN_PACK_SLACK && (chunk->wide || !wide)) {
        return true;
    }
    /* The years of all rows so far, so that the next unit's fit as well; but not for one stray year far away. */
    const bool stray = task->end_year - task->first_year > 2 * (need_end - need_first) + 16;
    uint32_t first = stray ? need_first : ATN_GRID_FIRST_YEAR + task->first_year;
    uint32_t end = stray ? need_end : ATN_GRID_FIRST_YEAR + task->end_year;
    const uint32_t n_here = chunk != NULL ? chunk->n_facts : 0;
    const uint32_t typical = task->mean_run > r->n ? task->mean_run : (uint32_t)r->n;
    uint32_t cap = chunk == NULL ? typical * ATN_CHUNK_UNITS + ATN_PACK_SLACK : builder->cap_values;
    if (chunk != NULL) {
        first = chunk->first_year < first ? chunk->first_year : first;
        end = (uint32_t)chunk->first_year + chunk->n_years > end
                  ? (uint32_t)chunk->first_year + chunk->n_years
                  : end;
        if (cap - n_here < r->n + ATN_PACK_SLACK) {
            cap += cap / 4 + typical * 4;
        }
    }
    cap = cap - n_here < r->n + ATN_PACK_SLACK ? n_here + (uint32_t)r->n + ATN_PACK_SLACK : cap;
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

typedef enum fit {
    FIT_HERE,   /* in the chunk as it is */
    FIT_WIDE,   /* needs 64 bits */
    FIT_NOWHERE /* one is not for a grid, or is bad */
} fit;

/* all: the values or-ed. */
static fit fit_of(const run *r, uint64_t all, bool wide)
{
    if (all >> 31 == 0) {
        return FIT_HERE;
    }
    bool fits = true;
    for (size_t i = 0; i < r->n; i++) {
        const int64_t v = r->values[i];
        if ((v < 0 && !r->taken->any_sign) || v >= ATN_GRID_MAX_VALUE || v <= -ATN_GRID_MAX_VALUE) {
            return FIT_NOWHERE;
        }
        fits = fits && v <= INT32_MAX && v >= INT32_MIN;
    }
    return fits || wide ? FIT_HERE : FIT_WIDE;
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

/* As if nothing were known of their order: a run in which one row says something about its figure, or may not stand where it stands, has many
 * that are as they should be. */
static atn_load_result rows_apart(atn_load_task *task, const run *r)
{
    return atn_load_split(task, r->row, r->row + r->n);
}

/* Months that follow each other, from January to December. */
static bool is_whole_years(const run *r)
{
    return (r->look & ATN_RUN_FOLLOWS) != 0 && r->taken->slots_per_year == 12 && r->n % 12 == 0 &&
           r->first_slot == year_of(r->taken, r->first_slot) * 12;
}

/* Takes away what was put in vain: blocks of units that have not come are zero. */
static void clear_unit(const atn_grid *grid, const atn_chunk *chunk, const run *r)
{
    const size_t n_blocks = (size_t)grid->n_cells * chunk->n_years;
    const size_t block = r->unit % ATN_CHUNK_UNITS * n_blocks;
    memset(chunk->mask + block, 0, n_blocks * sizeof *chunk->mask);
    memset(chunk->whole + block, 0, n_blocks * sizeof *chunk->whole);
}

/* Figures, masks and wholes in one go. The figures stand where no others do until they are counted in. */
static fit put_years(atn_load_task *task, const run *r, const atn_grid *grid, atn_chunk *chunk)
{
    const atn_run_kernels *kernels = task->load->kernels;
    const size_t n_years = r->n / 12;
    const size_t block = atn_chunk_block(grid, chunk, r->unit, atn_columns_cell(task->columns, r->row),
                                         ATN_GRID_FIRST_YEAR + year_of(r->taken, r->first_slot));
    int64_t *whole = chunk->whole + block;
    uint64_t all;
    if (chunk->wide) {
        all = kernels->whole12(r->values, n_years, grid->is_last, whole);
        memcpy((int64_t *)chunk->values + chunk->n_facts, r->values, r->n * sizeof *r->values);
    } else {
        all = kernels->narrow12(r->values, n_years, grid->is_last, (int32_t *)chunk->values + chunk->n_facts,
                                whole);
    }
    const fit found = fit_of(r, all, chunk->wide);
    if (found != FIT_HERE) {
        clear_unit(grid, chunk, r);
        return found;
    }
    uint64_t magnitude = 0;
    for (size_t y = 0; y < n_years; y++) {
        chunk->mask[block + y] = 0xfff;
        magnitude |= (uint64_t)(whole[y] < 0 ? -whole[y] : whole[y]);
    }
    task->magnitude[r->measure] |= magnitude;
    return FIT_HERE;
}

/* In time order. */
static bool put_ascending(atn_load_task *task, const run *r, const atn_grid *grid, atn_chunk *chunk)
{
    const attain_fact_columns *c = task->columns;
    const bool one_cell = (r->look & ATN_RUN_CELL) != 0;
    if (chunk->wide || (r->look & ATN_RUN_ASCENDS) == 0 ||
        (!one_cell && (c->cell != NULL || c->cell8 == NULL))) {
        return false;
    }
    const uint32_t cell = one_cell ? atn_columns_cell(c, r->row) : 0;
    const size_t base = atn_chunk_block(grid, chunk, r->unit, cell, chunk->first_year);
    const atn_run_walk w = {.period = c->period + r->row,
                            .value = r->values,
                            .cell = one_cell ? NULL : c->cell8 + r->row,
                            .n = r->n,
                            .is_last = grid->is_last,
                            .whole_years = is_whole_years(r),
                            .code_base = r->taken->code_base,
                            .year_factor = r->taken->year_factor,
                            .per_year = r->taken->slots_per_year,
                            .first_year = chunk->first_year - (uint32_t)ATN_GRID_FIRST_YEAR,
                            .n_years = chunk->n_years,
                            .n_cells = grid->n_cells,
                            .mask = chunk->mask + base,
                            .whole = chunk->whole + base,
                            .out = (int32_t *)chunk->values + chunk->n_facts};
    const atn_run_kernels *kernels = task->load->kernels;
    uint64_t magnitude = 0;
    const uint64_t all = one_cell ? kernels->walk(&w, &magnitude) : kernels->walk_cells(&w, &magnitude);
    if (all >> 31 != 0) {
        clear_unit(grid, chunk, r);
        return false;
    }
    task->magnitude[r->measure] |= magnitude;
    return true;
}

/* Each figure in its place. *all: the values or-ed. false: two have the same place, or a cell is none of the measure's. */
static bool scatter(const atn_load_task *task, const run *r, uint32_t first_slot, uint32_t n_slots,
                    int64_t *items, uint64_t *all)
{
    const int32_t first_code = r->taken->code_base + (int32_t)first_slot;
    const attain_fact_columns *c = task->columns;
    const int32_t *period = c->period + r->row;
    const uint8_t *cell8 = c->cell == NULL && c->cell8 != NULL ? c->cell8 + r->row : NULL;
    uint32_t bad = 0;
    for (size_t i = 0; i < r->n; i++) {
        const uint32_t cell = cell8 != NULL ? cell8[i] : c->cell != NULL ? c->cell[r->row + i] : 0;
        if (cell >= r->taken->n_cells) {
            return false;
        }
        int64_t *item = &items[(size_t)cell * n_slots + (uint32_t)(period[i] - first_code)];
        bad |= *item != ATN_ABSENT ? 1u : 0u;
        *item = r->values[i];
        *all |= (uint64_t)r->values[i];
    }
    return bad == 0;
}

/* By way of the scratch, which is as large as the unit in the chunk. */
static fit put_dense(atn_load_task *task, const run *r, const atn_grid *grid, atn_chunk *chunk)
{
    const uint32_t per_year = r->taken->slots_per_year;
    const uint32_t n_slots = chunk->n_years * per_year;
    const size_t n_items = (size_t)n_slots * r->taken->n_cells;
    if (put_ascending(task, r, grid, chunk)) {
        return FIT_HERE;
    }
    if (n_items > MAX_ITEMS || n_items > r->n * ITEMS_PER_ROW) {
        return FIT_NOWHERE;
    }
    int64_t *items = task->scratch->item;
    task->load->kernels->fill64(items, n_items, ATN_ABSENT);
    uint64_t all = 0;
    if (!scatter(task, r, (chunk->first_year - (uint32_t)ATN_GRID_FIRST_YEAR) * per_year, n_slots, items,
                 &all)) {
        return FIT_NOWHERE;
    }
    const fit found = fit_of(r, all, chunk->wide);
    if (found == FIT_HERE) {
        atn_chunk_pack_unit(grid, task->load->kernels, chunk, r->unit % ATN_CHUNK_UNITS, items,
                            chunk->n_years, chunk->n_facts, &task->magnitude[r->measure]);
    }
    return found;
}

/* ---- runs ---- */

static atn_load_result take_ordered(atn_load_task *task, const run *r)
{
    const atn_grid *grid = &task->load->facts->grids[r->measure];
    const uint32_t unit = r->unit % ATN_CHUNK_UNITS;
    const bool whole_years = (r->look & ATN_RUN_CELL) != 0 && is_whole_years(r);
    atn_builder *builder = builder_of(task, r);
    if (builder == NULL) {
        return ATN_LOAD_MEMORY;
    }
    if (unit < builder->next_unit) {
        return rows_apart(task, r); /* the unit again, or one before */
    }
    bool wide = false;
    for (;;) {
        if (!make_room(task, r, builder, wide)) {
            return ATN_LOAD_MEMORY;
        }
        const fit found =
            whole_years ? put_years(task, r, grid, builder->chunk) : put_dense(task, r, grid, builder->chunk);
        if (found == FIT_NOWHERE) {
            return rows_one_by_one(task, r);
        }
        if (found == FIT_HERE) {
            break;
        }
        wide = true;
    }
    open_unit(builder, unit);
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
        return rows_apart(task, r);
    }
    int32_t least = period[0];
    int32_t most = period[r->n - 1];
    if ((r->look & ATN_RUN_ASCENDS) == 0) {
        load->kernels->range32(period, r->n, &least, &most);
    }
    r->first_slot = (uint32_t)least - (uint32_t)r->taken->code_base;
    r->last_slot = (uint32_t)most - (uint32_t)r->taken->code_base;
    if (r->first_slot >= r->taken->n_slots || r->last_slot >= r->taken->n_slots ||
        r->last_slot < r->first_slot || !may_stand(task, r)) {
        return rows_apart(task, r);
    }
    atn_split_note_years(task, r->first_slot, r->last_slot, r->taken);
    return (r->look & ATN_RUN_CELL) != 0 && atn_columns_cell(task->columns, r->row) >= r->taken->n_cells
               ? rows_apart(task, r)
               : take_ordered(task, r);
}

/* ---- where a run ends ---- */

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

static void find_end(const atn_load_task *task, size_t end, run *r)
{
    const atn_run_kernels *kernels = task->load->kernels;
    const atn_rows_view rows = rows_at(task->columns, r->row);
    const size_t most = end - r->row < ATN_MAX_RUN ? end - r->row : ATN_MAX_RUN;
    r->n = kernels->length(&rows, most);
    r->look = kernels->look(&rows, r->n);
}

#if defined(__GNUC__)
static inline void expect(const void *at, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes && i < MAX_EXPECTED; i += 64) {
        __builtin_prefetch((const char *)at + i, 1);
    }
}
#endif

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
    const size_t n_blocks = (size_t)task->load->taken[measure].n_cells * chunk->n_years;
    const size_t block = (unit % ATN_CHUNK_UNITS) * n_blocks;
    expect(chunk->whole + block, n_blocks * sizeof *chunk->whole);
    expect(chunk->mask + block, n_blocks * sizeof *chunk->mask);
    if (task->load->taken[measure].n_cells > 1) { /* figures of one cell go past the caches */
        const size_t size = chunk->wide ? sizeof(int64_t) : sizeof(int32_t);
        expect((const char *)chunk->values + chunk->n_facts * size, task->mean_run * size);
    }
#else
    (void)task;
    (void)row;
#endif
}

/* What comes while rows [row, row + n) are in hand. */
static inline void ask_ahead(const atn_coming *ahead, size_t row, size_t n)
{
#if defined(__GNUC__)
    for (size_t i = 0; i < ahead->n; i++) {
        const uintptr_t end = ahead->column[i].at + (row + n) * ahead->column[i].n_bytes;
        for (uintptr_t at = ahead->column[i].at + row * ahead->column[i].n_bytes; at < end; at += 64) {
            __builtin_prefetch((const void *)at, 0, 2);
        }
    }
#else
    (void)ahead;
    (void)row;
    (void)n;
#endif
}

/* Runs that begin before `end`; the last may reach beyond, up to the task's end. */
atn_load_result atn_load_runs(atn_load_task *task, size_t first, size_t end, size_t *done, size_t *n_runs)
{
    const attain_fact_columns *c = task->columns;
    if (task->scratch == NULL) {
        task->scratch = atn_alloc_array(&task->load->alloc, 1, sizeof *task->scratch);
        if (task->scratch == NULL) {
            return ATN_LOAD_MEMORY;
        }
    }
    size_t row = first;
    size_t asked = first; /* as if rows before this one were in hand */
    while (row < end) {
        run r = {.row = row,
                 .measure = atn_columns_measure(c, row),
                 .unit = c->unit[row],
                 .values = c->value + row};
        find_end(task, task->end_row, &r);
        prefetch(task, row + 2 * r.n);
        if (task->ahead != NULL && r.n >= MEMORY_RUN) {
            for (asked = asked > row ? asked : row; asked < row + r.n; asked += ASKED_ROWS) {
                ask_ahead(task->ahead, asked, ASKED_ROWS);
            }
        }
        task->mean_run = (uint32_t)((task->mean_run * UINT64_C(7) + r.n * 9 / 8 + 7) / 8);
        const atn_load_result result = take_run(task, &r);
        if (result != ATN_LOAD_OK) {
            return result;
        }
        row += r.n;
        (*n_runs)++;
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
