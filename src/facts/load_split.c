/* Rows in any order: each becomes a record of eight bytes in the partition where it belongs, so that later one partition after the other is
 * placed in scratch that the second-level cache holds. Placing 100 million rows one by one in the whole grid would miss every cache;
 * splitting costs one pass of writing and one of reading. */
#include "base/stream.h"
#include "facts/load_parts.h"
#include "number/decimal.h"

#include <string.h>

#define VALUE_MASK (((uint64_t)1 << ATN_RECORD_VALUE_BITS) - 1)

/* ---- lines and blocks ---- */

static uint64_t *records_of(atn_record_block *block)
{
    return (uint64_t *)(void *)((char *)block + ATN_RECORD_BLOCK_HEAD);
}

/* A new block for the partition; the one before is full. */
static bool add_block(atn_load_task *task, uint32_t partition)
{
    atn_split *split = &task->split;
    atn_record_block *block =
        atn_pages_take(&task->pages_of_records, ATN_RECORD_BLOCK_HEAD + ATN_BLOCK_RECORDS * sizeof(uint64_t));
    if (block == NULL) {
        return false;
    }
    block->next = split->blocks[partition];
    block->n_before = block->next != NULL ? block->next->n_before + ATN_BLOCK_RECORDS : 0;
    block->n = ATN_BLOCK_RECORDS;
    split->blocks[partition] = block;
    split->at[partition] = (atn_split_at){records_of(block), records_of(block) + ATN_BLOCK_RECORDS};
    return true;
}

static inline bool line_out(atn_load_task *task, uint32_t partition)
{
    atn_split *split = &task->split;
    if (split->at[partition].next == split->at[partition].end && !add_block(task, partition)) {
        return false;
    }
    atn_stream_line(split->at[partition].next, split->lines[partition]);
    split->at[partition].next += 8;
    return true;
}

static bool ready(atn_load_task *task)
{
    atn_split *split = &task->split;
    const attain_allocator *a = &task->load->alloc;
    const size_t n = task->load->n_partitions;
    if (split->lines != NULL) {
        return true;
    }
    /* One line more, so that they can begin at a multiple of their size. */
    split->lines_memory = atn_alloc_array(a, n + 1, sizeof *split->lines);
    split->n_line = atn_alloc_array(a, n, sizeof *split->n_line);
    split->blocks = atn_alloc_array(a, n, sizeof(atn_record_block *));
    split->at = atn_alloc_array(a, n, sizeof *split->at);
    split->has_long = atn_alloc_array(a, n, sizeof *split->has_long);
    if (split->lines_memory == NULL || split->n_line == NULL || split->blocks == NULL || split->at == NULL ||
        split->has_long == NULL) {
        return false;
    }
    const uintptr_t at = (uintptr_t)split->lines_memory;
    split->lines = (uint64_t(*)[8])(void *)((char *)split->lines_memory + (-at & 63u));
    return true;
}

void atn_split_free(atn_load_task *task)
{
    atn_split *split = &task->split;
    const attain_allocator *a = &task->load->alloc;
    const size_t n = task->load->n_partitions;
    if (split->lines_memory != NULL) {
        atn_alloc_free_array(a, split->lines_memory, n + 1, sizeof *split->lines);
    }
    if (split->n_line != NULL) {
        atn_alloc_free_array(a, split->n_line, n, sizeof *split->n_line);
    }
    if (split->blocks != NULL) {
        atn_alloc_free_array(a, split->blocks, n, sizeof(atn_record_block *));
    }
    if (split->at != NULL) {
        atn_alloc_free_array(a, split->at, n, sizeof *split->at);
    }
    if (split->has_long != NULL) {
        atn_alloc_free_array(a, split->has_long, n, sizeof *split->has_long);
    }
    if (split->long_records != NULL) {
        atn_alloc_free_array(a, split->long_records, split->cap_long, sizeof *split->long_records);
    }
    memset(split, 0, sizeof *split);
}

/* ---- records ---- */

static inline uint32_t place_of(const atn_taken *taken, uint32_t unit, uint32_t cell, uint32_t slot)
{
    const uint32_t unit_here = unit & ((1u << taken->unit_shift) - 1);
    return (unit_here << ATN_RECORD_CELL_BITS | cell) << ATN_RECORD_SLOT_BITS | slot;
}

void atn_split_note_years(atn_load_task *task, uint32_t first_slot, uint32_t last_slot,
                          const atn_taken *taken)
{
    const uint32_t first = first_slot * taken->year_factor >> 19;
    const uint32_t end = (last_slot * taken->year_factor >> 19) + 1;
    const int32_t code = taken->code_base + (int32_t)last_slot;
    if (task->end_year == 0) {
        task->first_year = first;
    }
    task->first_year = first < task->first_year ? first : task->first_year;
    task->end_year = end > task->end_year ? end : task->end_year;
    task->last_code[taken->type] = code > task->last_code[taken->type] ? code : task->last_code[taken->type];
}

static bool add_long(atn_load_task *task, uint32_t partition, uint32_t place, int64_t value)
{
    atn_split *split = &task->split;
    void *items = split->long_records;
    if (!atn_alloc_grow(&task->load->alloc, &items, &split->cap_long, split->n_long + 1,
                        sizeof *split->long_records)) {
        return false;
    }
    split->long_records = items;
    split->long_records[split->n_long++] = (atn_long_record){partition, place, value};
    split->has_long[partition] = true;
    return true;
}

static inline bool add_record(atn_load_task *task, uint32_t partition, uint32_t place, int64_t value)
{
    atn_split *split = &task->split;
    if ((uint64_t)value > VALUE_MASK) {
        return add_long(task, partition, place, value);
    }
    const uint32_t n = split->n_line[partition];
    split->lines[partition][n] = (uint64_t)place << ATN_RECORD_VALUE_BITS | (uint64_t)value;
    split->n_line[partition] = (uint8_t)((n + 1) & 7);
    return n < 7 || line_out(task, partition);
}

bool atn_split_add(atn_load_task *task, uint32_t measure, uint32_t unit, uint32_t cell, int32_t slot,
                   int64_t value)
{
    const atn_taken *taken = &task->load->taken[measure];
    if (!ready(task)) {
        return false;
    }
    atn_split_note_years(task, (uint32_t)slot, (uint32_t)slot, taken);
    return add_record(task, taken->first_partition + (unit >> taken->unit_shift),
                      place_of(taken, unit, cell, (uint32_t)slot), value);
}

/* One row. Which columns there are is the same for all rows of a call, so that the compiler makes a loop of its own for the usual ones. */
static inline bool row_goes_straight(const atn_load *load, const attain_fact_columns *c, bool narrow,
                                     size_t i, uint32_t *partition, uint32_t *place)
{
    const uint32_t measure = narrow ? c->measure16[i] : atn_columns_measure(c, i);
    const uint32_t cell = narrow ? c->cell8[i] : atn_columns_cell(c, i);
    const uint32_t unit = c->unit[i];
    if (measure >= load->model->n_measures || unit >= load->model->n_units) {
        return false;
    }
    const atn_taken *taken = &load->taken[measure];
    const uint32_t slot = (uint32_t)c->period[i] - (uint32_t)taken->code_base;
    const bool exact = narrow || c->qualifier == NULL || c->qualifier[i] == ATTAIN_EXACT;
    if (!exact || !taken->takes || slot >= taken->n_slots || cell >= taken->n_cells ||
        taken->unit_ok[unit] != ATN_UNIT_ALWAYS || (uint64_t)c->value[i] > VALUE_MASK) {
        return false;
    }
    *partition = taken->first_partition + (unit >> taken->unit_shift);
    *place = place_of(taken, unit, cell, slot);
    return true;
}

static inline atn_load_result split_rows(atn_load_task *task, size_t first, size_t end, bool narrow,
                                         bool note_each)
{
    const attain_fact_columns *c = task->columns;
    const atn_load *load = task->load;
    for (size_t i = first; i < end; i++) {
        uint32_t partition;
        uint32_t place;
        if (!row_goes_straight(load, c, narrow, i, &partition, &place)) {
            const atn_load_result result = atn_load_any_row(task, i);
            if (result != ATN_LOAD_OK) {
                return result;
            }
            continue;
        }
        if (note_each) {
            const atn_taken *taken = &load->taken[atn_columns_measure(c, i)];
            const uint32_t slot = (uint32_t)c->period[i] - (uint32_t)taken->code_base;
            atn_split_note_years(task, slot, slot, taken);
        }
        if (!add_record(task, partition, place, c->value[i])) {
            return ATN_LOAD_MEMORY;
        }
    }
    return ATN_LOAD_OK;
}

/* The measure of which all periods of the block could be: then years are noted once for all. NULL: there is none. */
static const atn_taken *one_for_all(const atn_load_task *task, size_t first, size_t end, uint32_t *first_slot,
                                    uint32_t *last_slot)
{
    int32_t least;
    int32_t most;
    task->load->kernels->range32(task->columns->period + first, end - first, &least, &most);
    for (uint32_t m = 0; m < task->load->model->n_measures; m++) {
        const atn_taken *taken = &task->load->taken[m];
        *first_slot = (uint32_t)least - (uint32_t)taken->code_base;
        *last_slot = (uint32_t)most - (uint32_t)taken->code_base;
        if (taken->takes && *first_slot < taken->n_slots && *last_slot < taken->n_slots) {
            return taken;
        }
    }
    return NULL;
}

/* Rows that are as they should be go straight through, all others by atn_load_any_row. */
atn_load_result atn_load_split(atn_load_task *task, size_t first, size_t end)
{
    const attain_fact_columns *c = task->columns;
    const bool narrow = c->measure == NULL && c->measure16 != NULL && c->cell == NULL && c->cell8 != NULL &&
                        c->qualifier == NULL;
    uint32_t first_slot;
    uint32_t last_slot;
    if (!ready(task)) {
        return ATN_LOAD_MEMORY;
    }
    const atn_taken *taken = one_for_all(task, first, end, &first_slot, &last_slot);
    if (taken == NULL) {
        return split_rows(task, first, end, false, true);
    }
    /* A period of a row that turns out to be bad may be noted: then nothing is committed anyway. */
    atn_split_note_years(task, first_slot, last_slot, taken);
    return narrow ? split_rows(task, first, end, true, false) : split_rows(task, first, end, false, false);
}

/* ---- at the end ---- */

/* By partition, stable; a counting sort would need as many counters as partitions for a handful of records. */
static void sort_long(atn_long_record *items, size_t n, atn_long_record *scratch)
{
    if (n < 2) {
        return;
    }
    const size_t half = n / 2;
    sort_long(items, half, scratch);
    sort_long(items + half, n - half, scratch);
    if (items[half - 1].partition <= items[half].partition) {
        return;
    }
    memcpy(scratch, items, half * sizeof *items);
    size_t left = 0;
    size_t right = half;
    size_t out = 0;
    while (left < half && right < n) {
        items[out++] = scratch[left].partition <= items[right].partition ? scratch[left++] : items[right++];
    }
    memcpy(items + out, scratch + left, (half - left) * sizeof *items);
}

bool atn_split_flush(atn_load_task *task)
{
    atn_split *split = &task->split;
    if (split->lines == NULL) {
        return true;
    }
    for (uint32_t p = 0; p < task->load->n_partitions; p++) {
        const uint32_t n = split->n_line[p];
        if (n > 0 && split->at[p].next == split->at[p].end && !add_block(task, p)) {
            return false;
        }
        if (n > 0) {
            memcpy(split->at[p].next, split->lines[p], n * sizeof(uint64_t));
            split->at[p].next += n;
            split->n_line[p] = 0;
        }
        if (split->blocks[p] != NULL) {
            split->blocks[p]->n = (uint32_t)(split->at[p].next - records_of(split->blocks[p]));
        }
    }
    if (split->n_long > 1) {
        const size_t n_scratch = split->n_long / 2;
        atn_long_record *scratch = atn_alloc_array(&task->load->alloc, n_scratch, sizeof *scratch);
        if (scratch == NULL) {
            return false;
        }
        sort_long(split->long_records, split->n_long, scratch);
        atn_alloc_free_array(&task->load->alloc, scratch, n_scratch, sizeof *scratch);
    }
    atn_stream_end();
    return true;
}

#define UNIT_SHIFT (ATN_RECORD_SLOT_BITS + ATN_RECORD_CELL_BITS)
#define CHUNK_SHIFT (UNIT_SHIFT + 6)

/* The partition's first long record; those of a partition stand together. */
static size_t first_long(const atn_split *split, uint32_t partition)
{
    size_t low = 0;
    size_t high = split->n_long;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (split->long_records[mid].partition < partition) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

uint64_t atn_split_count(const atn_load_task *task, uint32_t partition)
{
    const atn_split *split = &task->split;
    if (split->lines == NULL) {
        return 0;
    }
    const atn_record_block *newest = split->blocks[partition];
    const uint64_t n = newest != NULL ? newest->n_before + newest->n : 0;
    return n + (split->has_long[partition] ? 1 : 0);
}

void atn_split_touched(const atn_load_task *task, uint32_t partition, bool *touched)
{
    const atn_split *split = &task->split;
    if (split->lines == NULL) {
        return;
    }
    for (atn_record_block *block = split->blocks[partition]; block != NULL; block = block->next) {
        for (uint32_t i = 0; i < block->n; i++) {
            touched[records_of(block)[i] >> (ATN_RECORD_VALUE_BITS + CHUNK_SHIFT)] = true;
        }
    }
    for (size_t i = split->has_long[partition] ? first_long(split, partition) : split->n_long;
         i < split->n_long && split->long_records[i].partition == partition; i++) {
        touched[split->long_records[i].place >> CHUNK_SHIFT] = true;
    }
}

/* Where in scratch of these years and chunks a place is. */
typedef struct layout {
    size_t per_unit, per_cell, first_slot;
    uint32_t first_unit, n_units; /* of the partition */
} layout;

static inline uint32_t unit_of(const layout *at, uint32_t place)
{
    return (place >> UNIT_SHIFT) - at->first_unit;
}

static inline size_t item_of(const layout *at, uint32_t place)
{
    const uint32_t slot = place & ((1u << ATN_RECORD_SLOT_BITS) - 1);
    const uint32_t cell = place >> ATN_RECORD_SLOT_BITS & ((1u << ATN_RECORD_CELL_BITS) - 1);
    return unit_of(at, place) * at->per_unit + cell * at->per_cell + (slot - at->first_slot);
}

static bool apply_long(const atn_split *split, uint32_t partition, const layout *at, int64_t *scratch)
{
    bool taken = false;
    for (size_t i = first_long(split, partition);
         i < split->n_long && split->long_records[i].partition == partition; i++) {
        const atn_long_record *record = &split->long_records[i];
        if (unit_of(at, record->place) >= at->n_units) {
            continue;
        }
        const size_t item = item_of(at, record->place);
        taken = taken || scratch[item] != ATN_ABSENT;
        scratch[item] = record->value;
    }
    return !taken;
}

bool atn_split_apply(const atn_load_task *task, uint32_t measure, uint32_t partition, uint32_t first,
                     uint32_t n, uint32_t first_year, uint32_t n_years, int64_t *scratch)
{
    const atn_taken *taken = &task->load->taken[measure];
    const atn_split *split = &task->split;
    const uint32_t first_chunk = (partition - taken->first_partition) << (taken->unit_shift - 6u);
    const layout at = {.per_unit = (size_t)taken->n_cells * n_years * taken->slots_per_year,
                       .per_cell = (size_t)n_years * taken->slots_per_year,
                       .first_slot = (size_t)(first_year - ATN_GRID_FIRST_YEAR) * taken->slots_per_year,
                       .first_unit = (first - first_chunk) * ATN_CHUNK_UNITS,
                       .n_units = n * ATN_CHUNK_UNITS};
    unsigned twice = 0;
    if (split->lines == NULL) {
        return true;
    }
    for (atn_record_block *block = split->blocks[partition]; block != NULL; block = block->next) {
        const uint64_t *records = records_of(block);
        for (uint32_t i = 0; i < block->n; i++) {
            const uint32_t place = (uint32_t)(records[i] >> ATN_RECORD_VALUE_BITS);
            if (unit_of(&at, place) < at.n_units) {
                const size_t item = item_of(&at, place);
                twice |= scratch[item] != ATN_ABSENT ? 1u : 0u;
                scratch[item] = (int64_t)(records[i] & VALUE_MASK);
            }
        }
    }
    return (!split->has_long[partition] || apply_long(split, partition, &at, scratch)) && twice == 0;
}
