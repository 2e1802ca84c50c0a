/* What a load has brought comes together: chunks built from runs, records, chunks that were there before.
 *
 *   one new chunk, nothing else there    it is taken as it is
 *   anything else                        all of it meets in dense scratch, one partition or one chunk at a time, and is packed again
 *
 * Scratch is where a place that is taken twice is seen. Everything is made before commit, which only hangs up pointers. */
#include "facts/load_parts.h"

#include <string.h>

/* ---- which chunks ---- */

static bool add_made(atn_load *load, uint32_t measure, uint32_t index, atn_chunk *chunk)
{
    void *made = load->made;
    if (!atn_alloc_grow(&load->alloc, &made, &load->cap_made, load->n_made + 1, sizeof *load->made)) {
        return false;
    }
    load->made = made;
    load->made[load->n_made++] = (atn_new_chunk){measure, index, chunk};
    return true;
}

static bool add_merge(atn_load *load, uint32_t measure, uint32_t first, uint32_t n, uint32_t partition)
{
    void *merges = load->merges;
    if (!atn_alloc_grow(&load->alloc, &merges, &load->cap_merges, load->n_merges + 1, sizeof *load->merges)) {
        return false;
    }
    load->merges = merges;
    load->merges[load->n_merges++] =
        (atn_merge){.measure = measure, .first = first, .n = n, .partition = partition};
    return true;
}

static uint64_t count_records(const atn_load *load, uint32_t partition)
{
    uint64_t n = 0;
    for (size_t t = 0; t < load->n_tasks; t++) {
        n += atn_split_count(&load->tasks[t], partition);
    }
    return n;
}

static atn_chunk *stored_chunk(const atn_load *load, uint32_t measure, size_t index)
{
    const atn_grid *grid = &load->facts->grids[measure];
    return grid->chunks != NULL ? grid->chunks[index] : NULL;
}

/* The task's chunk, complete; NULL: none. */
static atn_chunk *built_chunk(const atn_load_task *task, uint32_t measure, size_t index)
{
    const atn_builder *builders = task->builders[measure];
    atn_chunk *chunk = builders != NULL ? builders[index].chunk : NULL;
    if (chunk != NULL) {
        for (uint32_t u = builders[index].next_unit; u <= ATN_CHUNK_UNITS; u++) {
            chunk->first[u] = chunk->n_facts;
        }
    }
    return chunk;
}

/* Chunks of a partition without records: one that stands alone is taken as it is. */
static bool plan_chunk(atn_load *load, uint32_t measure, uint32_t index)
{
    atn_chunk *alone = NULL;
    size_t n = stored_chunk(load, measure, index) != NULL ? 1 : 0;
    for (size_t t = 0; t < load->n_tasks; t++) {
        atn_chunk *chunk = built_chunk(&load->tasks[t], measure, index);
        n += chunk != NULL ? 1 : 0;
        alone = chunk != NULL ? chunk : alone;
    }
    if (alone == NULL) {
        return true;
    }
    return n == 1 ? add_made(load, measure, index, alone) : add_merge(load, measure, index, 1, ATN_NONE);
}

/* Few records, in a load whose rows mostly came as runs: only the chunks that they touch are merged. */
#define FEW_RECORDS 8192u
#define MAX_PARTITION_CHUNKS (1u << (ATN_MAX_UNIT_SHIFT - 6u))

static bool plan_touched(atn_load *load, uint32_t measure, uint32_t partition, uint32_t index, uint32_t n)
{
    bool touched[MAX_PARTITION_CHUNKS] = {false};
    for (size_t t = 0; t < load->n_tasks; t++) {
        atn_split_touched(&load->tasks[t], partition, touched);
    }
    for (uint32_t c = 0; c < n; c++) {
        const bool good = touched[c] ? add_merge(load, measure, index + c, 1, partition)
                                     : plan_chunk(load, measure, index + c);
        if (!good) {
            return false;
        }
    }
    return true;
}

/* Chunks [index, index + n) of a partition. */
static bool plan_partition(atn_load *load, uint32_t measure, uint32_t partition, uint32_t index, uint32_t n,
                           bool any_built)
{
    const uint64_t n_records = count_records(load, partition);
    for (uint32_t c = index; any_built && c < index + n; c++) {
        for (size_t t = 0; t < load->n_tasks; t++) {
            (void)built_chunk(&load->tasks[t], measure, c); /* completes it */
        }
    }
    if (n_records > 0) {
        return n_records < FEW_RECORDS ? plan_touched(load, measure, partition, index, n)
                                       : add_merge(load, measure, index, n, partition);
    }
    for (uint32_t c = index; any_built && c < index + n; c++) {
        if (!plan_chunk(load, measure, c)) {
            return false;
        }
    }
    return true;
}

static bool plan_measure(atn_load *load, uint32_t measure)
{
    const atn_taken *taken = &load->taken[measure];
    const uint32_t per_partition = 1u << (taken->unit_shift - 6u);
    bool any_built = false;
    for (size_t t = 0; t < load->n_tasks; t++) {
        any_built = any_built || load->tasks[t].builders[measure] != NULL;
    }
    for (uint32_t index = 0; index < load->n_chunks; index += per_partition) {
        const uint32_t partition = taken->first_partition + index / per_partition;
        const uint32_t left = (uint32_t)load->n_chunks - index;
        if (!plan_partition(load, measure, partition, index, left < per_partition ? left : per_partition,
                            any_built)) {
            return false;
        }
    }
    return true;
}

/* ---- merging in scratch ---- */

typedef struct merger {
    atn_load *load;
    size_t index, n_mergers;
    atn_pages pages;
    int64_t *scratch;
    size_t cap_scratch;
    uint64_t *magnitude; /* per measure */
    atn_load_result result;
} merger;

typedef struct years {
    uint32_t first, end; /* first >= end: none */
} years;

static void add_years(years *all, const atn_chunk *chunk)
{
    if (chunk != NULL && chunk->n_years > 0) {
        const uint32_t end = (uint32_t)chunk->first_year + chunk->n_years;
        all->first = chunk->first_year < all->first ? chunk->first_year : all->first;
        all->end = end > all->end ? end : all->end;
    }
}

/* Years of everything that goes into the scratch. */
static years years_of(const atn_load *load, const atn_merge *merge)
{
    years all = {UINT32_MAX, 0};
    for (uint32_t c = merge->first; c < merge->first + merge->n; c++) {
        add_years(&all, stored_chunk(load, merge->measure, c));
        for (size_t t = 0; t < load->n_tasks; t++) {
            const atn_builder *builders = load->tasks[t].builders[merge->measure];
            add_years(&all, builders != NULL ? builders[c].chunk : NULL);
        }
    }
    for (size_t t = 0; merge->partition != ATN_NONE && t < load->n_tasks; t++) {
        const atn_load_task *task = &load->tasks[t];
        if (task->end_year > task->first_year) {
            const uint32_t first = ATN_GRID_FIRST_YEAR + task->first_year;
            const uint32_t end = ATN_GRID_FIRST_YEAR + task->end_year;
            all.first = first < all.first ? first : all.first;
            all.end = end > all.end ? end : all.end;
        }
    }
    return all;
}

static bool unpack_all(const atn_load *load, const atn_merge *merge, years all, int64_t *scratch)
{
    const atn_grid *grid = &load->facts->grids[merge->measure];
    const uint32_t n_years = all.end - all.first;
    const size_t per_chunk = atn_scratch_items(grid, n_years);
    bool good = true;
    for (uint32_t c = 0; c < merge->n; c++) {
        const atn_chunk *stored = stored_chunk(load, merge->measure, merge->first + c);
        if (stored != NULL) {
            good = atn_chunk_unpack(grid, stored, all.first, n_years, scratch + c * per_chunk) && good;
        }
        for (size_t t = 0; t < load->n_tasks; t++) {
            const atn_builder *builders = load->tasks[t].builders[merge->measure];
            const atn_chunk *built = builders != NULL ? builders[merge->first + c].chunk : NULL;
            if (built != NULL) {
                good = atn_chunk_unpack(grid, built, all.first, n_years, scratch + c * per_chunk) && good;
            }
        }
    }
    for (size_t t = 0; merge->partition != ATN_NONE && t < load->n_tasks; t++) {
        good = atn_split_apply(&load->tasks[t], merge->measure, merge->partition, merge->first, merge->n,
                               all.first, n_years, scratch) &&
               good;
    }
    return good;
}

/* n chunks; those that got nothing new stay as they are. */
static atn_load_result pack_all(merger *m, const atn_merge *merge, years all, atn_new_chunk *out)
{
    const atn_grid *grid = &m->load->facts->grids[merge->measure];
    const uint32_t n_years = all.end - all.first;
    const size_t per_chunk = atn_scratch_items(grid, n_years);
    for (uint32_t c = 0; c < merge->n; c++) {
        const int64_t *scratch = m->scratch + c * per_chunk;
        const atn_chunk *stored = stored_chunk(m->load, merge->measure, merge->first + c);
        const uint32_t n_before = stored != NULL ? stored->n_facts : 0;
        out[c] = (atn_new_chunk){merge->measure, merge->first + c, NULL};
        if (!atn_chunk_pack(&m->pages, grid, m->load->kernels, all.first, n_years, scratch, n_before,
                            &m->magnitude[merge->measure], &out[c].chunk)) {
            return ATN_LOAD_MEMORY;
        }
    }
    return ATN_LOAD_OK;
}

static atn_load_result do_merge(merger *m, const atn_merge *merge, atn_new_chunk *out)
{
    const atn_grid *grid = &m->load->facts->grids[merge->measure];
    const years all = years_of(m->load, merge);
    const size_t n_items = all.end > all.first ? atn_scratch_items(grid, all.end - all.first) * merge->n : 0;
    if (n_items > m->cap_scratch) {
        int64_t *scratch = atn_alloc_resize(&m->load->alloc, m->scratch, m->cap_scratch * sizeof *m->scratch,
                                            n_items * sizeof *m->scratch);
        if (scratch == NULL) {
            return ATN_LOAD_MEMORY;
        }
        m->scratch = scratch;
        m->cap_scratch = n_items;
    }
    m->load->kernels->fill64(m->scratch, n_items, ATN_ABSENT);
    if (n_items > 0 && !unpack_all(m->load, merge, all, m->scratch)) {
        return ATN_LOAD_ODD;
    }
    return n_items > 0 ? pack_all(m, merge, all, out) : ATN_LOAD_OK;
}

/* Merger i takes every n-th merge; each merge has its own place in `made`. */
static void run_merger(void *ctx, size_t i)
{
    merger *m = &((merger *)ctx)[i];
    for (size_t k = m->index; k < m->load->n_merges && m->result == ATN_LOAD_OK; k += m->n_mergers) {
        const atn_merge *merge = &m->load->merges[k];
        m->result = do_merge(m, merge, m->load->made + merge->made_first);
    }
}

/* Places for the chunks of all merges behind those that are made already. */
static bool place_merges(atn_load *load)
{
    size_t n = load->n_made;
    for (size_t k = 0; k < load->n_merges; k++) {
        load->merges[k].made_first = n;
        n += load->merges[k].n;
    }
    void *made = load->made;
    if (!atn_alloc_grow(&load->alloc, &made, &load->cap_made, n, sizeof *load->made)) {
        return false;
    }
    load->made = made;
    memset(load->made + load->n_made, 0, (n - load->n_made) * sizeof *load->made);
    load->n_made = n;
    return true;
}

static atn_load_result run_merges(atn_load *load)
{
    const size_t n = atn_load_tasks_for(load, atn_load_count(load));
    if (load->n_merges == 0) {
        return ATN_LOAD_OK;
    }
    merger *mergers = atn_alloc_array(&load->alloc, n, sizeof *mergers);
    if (mergers == NULL) {
        return ATN_LOAD_MEMORY;
    }
    atn_load_result result = ATN_LOAD_OK;
    for (size_t i = 0; i < n; i++) {
        mergers[i] = (merger){.load = load, .index = i, .n_mergers = n};
        atn_pages_init(&mergers[i].pages, &load->alloc);
        mergers[i].magnitude = load->tasks[i].magnitude;
    }
    if (place_merges(load)) {
        atn_team_run(&load->team, run_merger, mergers, n);
    } else {
        result = ATN_LOAD_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        result = result == ATN_LOAD_OK ? mergers[i].result : result;
        (void)atn_alloc_resize(&load->alloc, mergers[i].scratch,
                               mergers[i].cap_scratch * sizeof *mergers[i].scratch, 0);
        atn_pages_join(&load->pages, &mergers[i].pages);
    }
    atn_alloc_free_array(&load->alloc, mergers, n, sizeof *mergers);
    return result;
}

/* ---- rows beside ---- */

static bool collect_odd(atn_load *load)
{
    for (size_t t = 0; t < load->n_tasks; t++) {
        const atn_load_task *task = &load->tasks[t];
        void *odd = load->odd;
        if (!atn_alloc_grow(&load->alloc, &odd, &load->cap_odd, load->n_odd + task->n_odd,
                            sizeof *load->odd)) {
            return false;
        }
        load->odd = odd;
        if (task->n_odd > 0) {
            memcpy(load->odd + load->n_odd, task->odd, task->n_odd * sizeof *load->odd);
        }
        load->n_odd += task->n_odd;
    }
    return atn_rows_sort(&load->alloc, load->odd, load->n_odd);
}

/* Is a regular fact that is new in the place of this row? */
static bool meets_new(const atn_load *load, const atn_row *row)
{
    const int64_t slot = atn_grid_slot(load->facts, row->measure, atn_row_period(row));
    if (slot < 0) {
        return false;
    }
    const atn_grid *grid = &load->facts->grids[row->measure];
    const uint32_t year = (uint32_t)(slot / grid->slots_per_year);
    const atn_chunk *chunk = load->new_of_measure[row->measure] != NULL
                                 ? load->new_of_measure[row->measure][row->unit / ATN_CHUNK_UNITS]
                                 : NULL;
    if (chunk == NULL || year < chunk->first_year || year >= (uint32_t)chunk->first_year + chunk->n_years) {
        return false;
    }
    const size_t block = atn_chunk_block(grid, chunk, row->unit, row->cell, year);
    return (chunk->mask[block] >> (slot % grid->slots_per_year) & 1) != 0;
}

static bool odd_rows_agree(const atn_load *load)
{
    const atn_row *first = NULL; /* of the measure */
    for (size_t i = 0; i < load->n_odd; i++) {
        const atn_row *row = &load->odd[i];
        const atn_measure *measure = &load->model->measures[row->measure];
        atn_row other;
        if (first == NULL || first->measure != row->measure) {
            first = atn_store_first_of_measure(load->facts, row->measure);
            first = first != NULL ? first : row;
        }
        const bool free_flow = measure->is_flow && measure->reported == ATTAIN_PERIOD_NONE;
        const bool meets_before = i > 0 && atn_row_same_cell(&load->odd[i - 1], row) &&
                                  atn_row_low_day(load->model, row) <= load->odd[i - 1].end_day;
        if (meets_before || (free_flow && !atn_row_same_type(first, row)) ||
            atn_store_meeting(load->facts, row, &other) || meets_new(load, row)) {
            return false;
        }
    }
    return true;
}

/* Chunks that are new, by place: only for looking up what rows beside may collide with. */
static bool index_new(atn_load *load)
{
    const uint32_t n_measures = load->model->n_measures;
    load->new_of_measure = atn_alloc_array(&load->alloc, n_measures, sizeof(atn_chunk **));
    if (load->new_of_measure == NULL) {
        return false;
    }
    for (size_t i = 0; i < load->n_made; i++) {
        const atn_new_chunk *made = &load->made[i];
        atn_chunk ***of_measure = &load->new_of_measure[made->measure];
        if (made->chunk == NULL) {
            continue;
        }
        if (*of_measure == NULL) {
            *of_measure = atn_alloc_array(&load->alloc, load->n_chunks, sizeof(atn_chunk *));
            if (*of_measure == NULL) {
                return false;
            }
        }
        (*of_measure)[made->index] = made->chunk;
    }
    return true;
}

static void free_index(atn_load *load)
{
    for (uint32_t m = 0; load->new_of_measure != NULL && m < load->model->n_measures; m++) {
        if (load->new_of_measure[m] != NULL) {
            atn_alloc_free_array(&load->alloc, load->new_of_measure[m], load->n_chunks, sizeof(atn_chunk *));
        }
    }
    if (load->new_of_measure != NULL) {
        atn_alloc_free_array(&load->alloc, load->new_of_measure, load->model->n_measures,
                             sizeof(atn_chunk **));
        load->new_of_measure = NULL;
    }
}

static atn_load_result check_odd(atn_load *load)
{
    if (!collect_odd(load)) {
        return ATN_LOAD_MEMORY;
    }
    if (load->n_odd == 0) {
        return ATN_LOAD_OK;
    }
    atn_load_result result = ATN_LOAD_MEMORY;
    if (index_new(load)) {
        result = odd_rows_agree(load) ? ATN_LOAD_OK : ATN_LOAD_ODD;
    }
    free_index(load);
    return result == ATN_LOAD_OK && !atn_store_reserve(load->facts, load->n_odd) ? ATN_LOAD_MEMORY : result;
}

/* ---- prepare and commit ---- */

/* Arrays of chunks for measures that had none: all that commit will need. */
static bool ready_grids(atn_load *load)
{
    for (size_t i = 0; i < load->n_made; i++) {
        atn_grid *grid = &load->facts->grids[load->made[i].measure];
        if (load->made[i].chunk != NULL && grid->chunks == NULL) {
            grid->chunks = atn_alloc_array(&load->facts->alloc, load->n_chunks, sizeof(atn_chunk *));
            if (grid->chunks == NULL) {
                return false;
            }
        }
    }
    return true;
}

atn_load_result atn_load_prepare(atn_load *load)
{
    for (size_t t = 0; t < load->n_tasks; t++) {
        if (!atn_split_flush(&load->tasks[t])) {
            return ATN_LOAD_MEMORY;
        }
    }
    for (uint32_t m = 0; m < load->model->n_measures; m++) {
        if (load->taken[m].takes && !plan_measure(load, m)) {
            return ATN_LOAD_MEMORY;
        }
    }
    const atn_load_result merged = run_merges(load);
    if (merged != ATN_LOAD_OK) {
        return merged;
    }
    const atn_load_result checked = check_odd(load);
    if (checked != ATN_LOAD_OK) {
        return checked;
    }
    return ready_grids(load) ? ATN_LOAD_OK : ATN_LOAD_MEMORY;
}

static void note_last_periods(atn_load *load)
{
    for (size_t t = 0; t < load->n_tasks; t++) {
        for (size_t type = 0; type < sizeof load->tasks[t].last_code / sizeof load->tasks[t].last_code[0];
             type++) {
            attain_period period;
            if (load->tasks[t].last_code[type] != 0 &&
                atn_period_decode(load->tasks[t].last_code[type], &period)) {
                atn_store_note_period(load->facts, period);
            }
        }
    }
}

void atn_load_commit(atn_load *load)
{
    attain_facts *facts = load->facts;
    for (size_t i = 0; i < load->n_made; i++) {
        const atn_new_chunk *made = &load->made[i];
        atn_grid *grid = &facts->grids[made->measure];
        if (made->chunk == NULL) {
            continue;
        }
        const atn_chunk *old = grid->chunks[made->index];
        const uint64_t n_old = old != NULL ? old->n_facts : 0;
        facts->n_live_bytes += made->chunk->n_bytes - (old != NULL ? old->n_bytes : 0);
        grid->chunks[made->index] = made->chunk;
        grid->n_facts += made->chunk->n_facts - n_old;
        facts->n_regular += made->chunk->n_facts - n_old;
    }
    for (size_t t = 0; t < load->n_tasks; t++) {
        for (uint32_t m = 0; m < load->model->n_measures; m++) {
            facts->grids[m].magnitude |= load->tasks[t].magnitude[m];
        }
        atn_pages_join(facts->pages, &load->tasks[t].pages);
    }
    atn_pages_join(facts->pages, &load->pages);
    atn_store_merge(facts, load->odd, load->n_odd);
    load->n_odd = 0;
    note_last_periods(load);
    atn_grid_compact(facts);
}
