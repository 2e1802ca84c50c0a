/* Following corrections in a cube: see cube_live.h. Nothing here looks at more than the corrected cell, its unit's chain of ancestors and
 * the few periods that hold its slot. */
#include "facts/cube_live.h"

#include "base/bits.h"
#include "facts/cube_parts.h"
#include <string.h>

/* ---- facts ---- */

static bool has_ids(const attain_facts *facts, const attain_fact *fact)
{
    const atn_model *model = &facts->plan->model;
    return fact->measure < model->n_measures && fact->unit < model->n_units &&
           fact->cell < model->measures[fact->measure].n_cells;
}

/* Where the fact stands or would stand in the grid; false: nowhere, or an id or its period is none of the plan. */
static bool find_cell(const attain_facts *facts, const attain_fact *fact, atn_live_cell *out)
{
    if (!has_ids(facts, fact)) {
        return false;
    }
    const int64_t slot = atn_grid_slot(facts, fact->measure, fact->period);
    *out = (atn_live_cell){fact->measure, fact->unit, fact->cell, slot};
    return slot >= 0;
}

bool atn_live_recall(atn_live *live, const attain_fact *fact, atn_live_cell *out)
{
    atn_live_memo *const memo = &live->memos[((uint32_t)fact->period.start_day / 28u) % ATN_LIVE_MEMOS];
    const bool is_known = memo->period.type != ATTAIN_PERIOD_NONE &&
                          atn_period_equal(memo->period, fact->period) && has_ids(live->facts, fact) &&
                          live->facts->plan->model.measures[fact->measure].reported == memo->period.type;
    if (is_known) { /* the number of a slot depends on nothing else */
        *out = (atn_live_cell){fact->measure, fact->unit, fact->cell, memo->slot};
        atn_grid_expect(live->facts, out->measure, out->unit, out->cell, out->slot, ATN_GRID_CHUNK);
        return true;
    }
    if (!find_cell(live->facts, fact, out)) {
        return false;
    }
    *memo = (atn_live_memo){fact->period, out->slot};
    return true;
}

/* Where a figure stands, its place has been checked; only the new one is looked at. */
bool atn_live_swap(attain_facts *facts, const attain_fact *fact, const atn_live_cell *at, int64_t *old)
{
    const int64_t least = facts->plan->model.measures[fact->measure].any_sign ? 1 - ATN_GRID_MAX_VALUE : 0;
    return fact->qualifier == ATTAIN_EXACT && fact->reason == ATTAIN_REASON_NONE && fact->value >= least &&
           fact->value < ATN_GRID_MAX_VALUE &&
           atn_grid_swap(facts, at->measure, at->unit, at->cell, at->slot, fact->value, old);
}

bool atn_live_standing(const attain_facts *facts, const attain_fact *fact, attain_fact *out)
{
    if (!has_ids(facts, fact) || !atn_period_is_sound(fact->period)) {
        return false;
    }
    atn_row row = {.measure = fact->measure, .unit = fact->unit, .cell = fact->cell};
    atn_row there;
    atn_row_set_period(&row, fact->period);
    if (!atn_store_meeting(facts, &row, &there) ||
        (facts->plan->model.measures[row.measure].is_flow && !atn_row_same_period(&there, &row))) {
        return false;
    }
    *out = (attain_fact){.unit = there.unit,
                         .measure = there.measure,
                         .cell = there.cell,
                         .period = atn_row_period(&there),
                         .value = there.value,
                         .qualifier = there.qualifier,
                         .reason = there.reason};
    return true;
}

/* ---- making ---- */

static uint64_t cells_of(const atn_model *model, const atn_cube_slot *slot)
{
    const uint64_t all = UINT64_MAX >> (64 - model->measures[slot->measure].n_cells);
    return slot->pick == ATN_NONE || model->picks[slot->pick].cells == NULL
               ? all
               : model->picks[slot->pick].cells[0] & all;
}

/* Slots by measure: counted, then put in their places. */
static void sort_slots(atn_live *live, uint32_t n_measures)
{
    const atn_cube *cube = live->cube;
    for (uint32_t s = 0; s < cube->n_slots; s++) {
        live->first_slot[cube->slots[s].measure + 1]++;
    }
    for (uint32_t m = 0; m < n_measures; m++) {
        live->first_slot[m + 1] += live->first_slot[m];
    }
    for (uint32_t s = cube->n_slots; s-- > 0;) {
        const uint32_t measure = cube->slots[s].measure;
        live->slot_of[--live->first_slot[measure + 1]] = s;
    }
    /* Each end has become the beginning: they move up by one. */
    for (uint32_t m = 0; m < n_measures; m++) {
        live->first_slot[m] = live->first_slot[m + 1];
    }
    live->first_slot[n_measures] = cube->n_slots;
}

static uint32_t longest_chain(const atn_live *live)
{
    uint32_t longest = 0;
    for (uint32_t unit = 0; unit < live->cube->n_units; unit++) {
        uint32_t n = 0;
        for (uint32_t at = unit; at != ATN_NONE; at = live->parent[at]) {
            n++;
        }
        longest = n > longest ? n : longest;
    }
    return longest;
}

static void fill_windows(atn_live *live)
{
    const atn_cube *cube = live->cube;
    for (uint32_t i = 0; i < cube->n_slots; i++) {
        for (uint32_t p = 0; p < cube->n_periods; p++) {
            live->windows[(size_t)i * cube->n_periods + p] =
                atn_cube_window_of(live->facts, cube->slots[live->slot_of[i]].measure, &cube->periods[p]);
        }
    }
}

bool atn_live_init(atn_live *live, const attain_facts *facts, atn_cube *cube)
{
    const atn_model *model = &facts->plan->model;
    const attain_allocator *a = &cube->alloc;
    *live = (atn_live){.alloc = *a, .facts = facts, .cube = cube};
    live->parent = atn_alloc_array(a, cube->n_units, sizeof *live->parent);
    live->first_slot = atn_alloc_array(a, (size_t)model->n_measures + 1, sizeof *live->first_slot);
    live->slot_of = atn_alloc_array(a, cube->n_slots, sizeof *live->slot_of);
    live->cells = atn_alloc_array(a, cube->n_slots, sizeof *live->cells);
    live->windows = atn_alloc_array(a, (size_t)cube->n_slots * cube->n_periods, sizeof *live->windows);
    live->before = atn_alloc_array(a, cube->n_periods, sizeof *live->before);
    live->changes = atn_alloc_array(a, cube->n_periods, sizeof *live->changes);
    live->hits = atn_alloc_array(a, cube->n_periods, sizeof *live->hits);
    if (live->parent == NULL || live->first_slot == NULL || live->slot_of == NULL || live->cells == NULL ||
        live->windows == NULL || live->before == NULL || live->changes == NULL || live->hits == NULL) {
        return false;
    }
    for (uint32_t unit = 0; unit < cube->n_units; unit++) {
        live->parent[unit] = atn_unit_parent(model, unit, cube->periods[0].days.end_day);
    }
    sort_slots(live, model->n_measures);
    for (uint32_t s = 0; s < cube->n_slots; s++) {
        live->cells[s] = cells_of(model, &cube->slots[s]);
    }
    fill_windows(live);
    live->cap_chain = longest_chain(live);
    live->chain_room = atn_alloc_array(a, live->cap_chain, sizeof *live->chain_room);
    return live->chain_room != NULL;
}

static void free_array(const atn_live *live, void *items, size_t n, size_t item_size)
{
    if (items != NULL) {
        atn_alloc_free_array(&live->alloc, items, n, item_size);
    }
}

void atn_live_free(atn_live *live)
{
    if (live->cube == NULL) {
        return;
    }
    const atn_cube *cube = live->cube;
    free_array(live, live->parent, cube->n_units, sizeof *live->parent);
    free_array(live, live->first_slot, (size_t)live->facts->plan->model.n_measures + 1,
               sizeof *live->first_slot);
    free_array(live, live->slot_of, cube->n_slots, sizeof *live->slot_of);
    free_array(live, live->cells, cube->n_slots, sizeof *live->cells);
    free_array(live, live->windows, (size_t)cube->n_slots * cube->n_periods, sizeof *live->windows);
    free_array(live, live->before, cube->n_periods, sizeof *live->before);
    free_array(live, live->changes, cube->n_periods, sizeof *live->changes);
    free_array(live, live->hits, cube->n_periods, sizeof *live->hits);
    free_array(live, live->chain_room, live->cap_chain, sizeof *live->chain_room);
    live->cube = NULL;
}

/* ---- the unit's own line ---- */

/* The last figure of a cell among the slots of a window: masks are read from the last year back. */
static atn_live_last last_figure(const atn_live *live, const atn_live_cell *at, const atn_cube_window *window)
{
    const atn_grid *grid = &live->facts->grids[at->measure];
    const atn_chunk *chunk = grid->chunks != NULL ? grid->chunks[at->unit / ATN_CHUNK_UNITS] : NULL;
    atn_live_last none = {-1, 0};
    if (chunk == NULL || window->n_slots == 0) {
        return none;
    }
    const uint32_t per_year = grid->slots_per_year;
    const int64_t end = window->first_slot + window->n_slots;
    for (int64_t year = (end - 1) / per_year; year >= window->first_slot / per_year; year--) {
        if (year < chunk->first_year || year >= (int64_t)chunk->first_year + chunk->n_years) {
            continue;
        }
        const size_t block = atn_chunk_block(grid, chunk, at->unit, at->cell, (uint32_t)year);
        const int64_t low = window->first_slot - year * per_year;
        const int64_t high = end - year * per_year;
        const unsigned mask = chunk->mask[block];
        const unsigned above = low > 0 ? mask & ~((1u << low) - 1u) : mask;
        const unsigned bits = high < per_year ? above & ((1u << high) - 1u) : above;
        if (bits == 0) {
            continue;
        }
        atn_live_last last = {year * per_year + atn_highest_bit(bits), chunk->whole[block]};
        if (atn_highest_bit(bits) != atn_highest_bit(mask)) { /* the year's whole is of a later figure */
            (void)atn_grid_get(live->facts, at->measure, at->unit, at->cell, last.slot, &last.value);
        }
        return last;
    }
    return none;
}

static const atn_cube_window *windows_of(const atn_live *live, uint32_t measure)
{
    return live->windows + (size_t)live->first_slot[measure] * live->cube->n_periods;
}

static bool holds(const atn_cube_window *window, int64_t slot)
{
    return (uint64_t)(slot - window->first_slot) < window->n_slots;
}

static bool is_last(const atn_live *live, uint32_t measure)
{
    return live->cube->slabs[live->slot_of[live->first_slot[measure]]].is_last;
}

/* Ascending: mostly a unit stands behind its parent, so that the chain is written from behind. */
static void find_chain(atn_live *live, uint32_t unit)
{
    uint32_t *chain = live->chain_room + live->cap_chain;
    bool ascends = true;
    for (uint32_t at = unit; at != ATN_NONE; at = live->parent[at]) {
        *--chain = at;
        ascends = ascends && (at == unit || at < chain[1]);
    }
    live->chain = chain;
    live->n_chain = (uint32_t)(live->chain_room + live->cap_chain - chain);
    for (uint32_t i = 1; !ascends && i < live->n_chain; i++) {
        const uint32_t moved = chain[i];
        uint32_t place = i;
        for (; place > 0 && chain[place - 1] > moved; place--) {
            chain[place] = chain[place - 1];
        }
        chain[place] = moved;
    }
}

void atn_live_begin(atn_live *live, const atn_live_cell *at)
{
    const atn_cube_window *const windows = windows_of(live, at->measure);
    live->n_hits = 0;
    for (uint32_t p = 0; p < live->cube->n_periods; p++) {
        live->hits[live->n_hits] = p;
        live->n_hits += holds(&windows[p], at->slot);
    }
    find_chain(live, at->unit);
}

void atn_live_before(atn_live *live, const atn_live_cell *at)
{
    const atn_cube_window *const windows = windows_of(live, at->measure);
    for (uint32_t h = 0; is_last(live, at->measure) && h < live->n_hits; h++) {
        live->before[h] = last_figure(live, at, &windows[live->hits[h]]);
    }
}

/* ---- changes ---- */

static bool is_settled(const atn_cube_window *window, const atn_live_last *last)
{
    return last->slot >= 0 && last->slot == window->first_slot + window->n_slots - 1;
}

static void change_of_last(const atn_cube_window *window, const atn_live_last *before,
                           const atn_live_last *after, atn_live_change *out)
{
    const bool was_settled = is_settled(window, before);
    const bool settled = is_settled(window, after);
    out->value = after->value - before->value;
    out->sure = (settled ? after->value : 0) - (was_settled ? before->value : 0);
    out->n_open = (int32_t)was_settled - (int32_t)settled;
    out->n_not_last = (int32_t)(after->slot >= 0 && !settled) - (int32_t)(before->slot >= 0 && !was_settled);
}

static bool is_nothing(const atn_live_change *change)
{
    return change->value == 0 && change->sure == 0 && change->n_present == 0 && change->n_open == 0 &&
           change->n_not_last == 0;
}

void atn_live_after(atn_live *live, const atn_live_cell *at, bool was_there, int64_t old, bool is_there,
                    int64_t new)
{
    const atn_cube_window *const windows = windows_of(live, at->measure);
    const bool of_last = is_last(live, at->measure);
    live->n_changes = 0;
    for (uint32_t h = 0; h < live->n_hits; h++) {
        const atn_cube_window *const window = &windows[live->hits[h]];
        const bool is_due = at->slot - window->first_slot < window->n_due;
        atn_live_change change = {.period = live->hits[h],
                                  .n_present = (int32_t)is_there - (int32_t)was_there};
        change.n_reported = is_due ? change.n_present : 0;
        if (of_last) {
            const atn_live_last after = last_figure(live, at, window);
            change_of_last(window, &live->before[h], &after, &change);
        } else {
            change.value = change.sure = new - old;
            change.n_open = -change.n_present;
        }
        if (!is_nothing(&change)) {
            live->changes[live->n_changes++] = change;
        }
    }
}

void atn_live_replaced(atn_live *live, const atn_live_cell *at, int64_t old, int64_t new)
{
    const atn_cube_window *const windows = windows_of(live, at->measure);
    const bool of_last = is_last(live, at->measure);
    const int64_t by = new - old;
    live->n_changes = 0;
    for (uint32_t h = 0; by != 0 && h < live->n_hits; h++) {
        atn_live_change change = {.period = live->hits[h], .value = by, .sure = by};
        if (of_last) {
            const atn_cube_window *const window = &windows[live->hits[h]];
            const atn_live_last last = last_figure(live, at, window);
            if (last.slot != at->slot) {
                continue;
            }
            change.sure = is_settled(window, &last) ? by : 0;
        }
        live->changes[live->n_changes++] = change;
    }
}

/* ---- into the slabs ---- */

void atn_live_expect(const atn_live *live, const atn_live_cell *at)
{
#if defined(__GNUC__)
    atn_grid_expect(live->facts, at->measure, at->unit, at->cell, at->slot, ATN_GRID_BLOCK);
    for (uint32_t i = live->first_slot[at->measure]; i < live->first_slot[at->measure + 1]; i++) {
        const int64_t *const value = live->cube->slabs[live->slot_of[i]].value;
        for (uint32_t u = 0; u < live->n_chain; u++) {
            __builtin_prefetch(value + (size_t)live->chain[u] * live->cube->n_periods, 1);
        }
    }
    atn_grid_expect(live->facts, at->measure, at->unit, at->cell, at->slot, ATN_GRID_FIGURE);
#else
    (void)live;
    (void)at;
#endif
}

#define ATN_LIVE_LIMIT ((int64_t)1 << 62)

/* No figure is negative, so the largest sum stands at the top of the chain. */
bool atn_live_fits(const atn_live *live, const atn_live_cell *at)
{
    uint32_t top = at->unit;
    while (live->parent[top] != ATN_NONE) {
        top = live->parent[top];
    }
    for (uint32_t i = live->first_slot[at->measure]; i < live->first_slot[at->measure + 1]; i++) {
        const int64_t *const line =
            live->cube->slabs[live->slot_of[i]].value + (size_t)top * live->cube->n_periods;
        for (uint32_t c = 0; c < live->n_changes && atn_live_picks(live, live->slot_of[i], at); c++) {
            const atn_live_change *const change = &live->changes[c];
            if (change->value > 0 && line[change->period] >= ATN_LIVE_LIMIT - change->value) {
                return false;
            }
        }
    }
    return true;
}

/* Counts change with every figure that comes or goes; and those of `last` with nothing else. */
bool atn_live_counts_change(const atn_live *live)
{
    bool any = false;
    for (uint32_t c = 0; c < live->n_changes; c++) {
        any = any || live->changes[c].n_present != 0;
    }
    return any;
}

bool atn_live_reserve(atn_live *live, const atn_live_cell *at)
{
    bool good = true;
    for (uint32_t i = live->first_slot[at->measure];
         atn_live_counts_change(live) && good && i < live->first_slot[at->measure + 1]; i++) {
        good = !atn_live_picks(live, live->slot_of[i], at) || atn_cube_thaw(live->cube, live->slot_of[i]);
    }
    return good;
}

/* Slabs are written here alone, and only what is their own. */
static void add64(const int64_t *to, size_t at, int64_t by)
{
    ((int64_t *)(uintptr_t)to)[at] += by;
}

static void add32(const uint32_t *to, size_t at, int32_t by)
{
    ((uint32_t *)(uintptr_t)to)[at] += (uint32_t)by;
}

static void add_change(const atn_slab *slab, size_t at, const atn_live_change *change)
{
    add64(slab->value, at, change->value);
    if (slab->sure != slab->value) {
        add64(slab->sure, at, change->sure);
    }
    if (slab->is_complete) {
        return;
    }
    add32(slab->n_present, at, change->n_present);
    add32(slab->n_open, at, change->n_open);
    if (slab->n_reported != slab->n_present) {
        add32(slab->n_reported, at, change->n_reported);
    }
    if (slab->n_not_last != NULL) {
        add32(slab->n_not_last, at, change->n_not_last);
    }
}

void atn_live_apply(atn_live *live, const atn_live_cell *at)
{
    const uint32_t n_periods = live->cube->n_periods;
    for (uint32_t i = live->first_slot[at->measure]; i < live->first_slot[at->measure + 1]; i++) {
        const uint32_t slot = live->slot_of[i];
        for (uint32_t c = 0; c < live->n_changes && atn_live_picks(live, slot, at); c++) {
            for (uint32_t u = 0; u < live->n_chain; u++) {
                add_change(&live->cube->slabs[slot],
                           (size_t)live->chain[u] * n_periods + live->changes[c].period, &live->changes[c]);
            }
        }
    }
}

/* ---- memory of slabs ---- */

bool atn_cube_thaw(atn_cube *cube, uint32_t slot)
{
    atn_slab *const slab = &cube->slabs[slot];
    const size_t n = (size_t)cube->n_units * cube->n_periods;
    const bool same_counts = slab->n_reported == slab->n_present;
    const size_t n_wide = slab->is_last ? 2 : 1;
    const size_t n_narrow = (same_counts ? 2u : 3u) + (slab->is_last ? 1u : 0u);
    const size_t n_bytes = n * (n_wide * sizeof(int64_t) + n_narrow * sizeof(uint32_t));
    if (!slab->is_complete) {
        return true;
    }
    int64_t *const values = atn_alloc_resize(&cube->alloc, NULL, 0, n_bytes);
    if (values == NULL) {
        return false;
    }
    uint32_t *counts = (uint32_t *)(void *)(values + n * n_wide);
    memcpy(values, slab->value, n * sizeof *values);
    if (slab->is_last) {
        memcpy(values + n, slab->value, n * sizeof *values);
    }
    const uint32_t **const of_slab[] = {&slab->n_present, &slab->n_open, &slab->n_not_last,
                                        &slab->n_reported};
    for (size_t i = 0; i < 4; i++) {
        if ((i == 2 && !slab->is_last) || (i == 3 && same_counts)) {
            continue;
        }
        memcpy(counts, *of_slab[i], n * sizeof *counts);
        *of_slab[i] = counts;
        counts += n;
    }
    slab->n_reported = same_counts ? slab->n_present : slab->n_reported;
    (void)atn_alloc_resize(&cube->alloc, slab->own, slab->n_own_bytes, 0);
    slab->own = values;
    slab->n_own_bytes = n_bytes;
    slab->value = values;
    slab->sure = slab->is_last ? values + n : values;
    slab->is_complete = false;
    return true;
}

/* The same place in another block: pointers may go into the slab's own block or into the one that slabs share. */
typedef struct blocks {
    const char *own, *shared;
    size_t n_own_bytes, n_shared_bytes;
    char *new_own, *new_shared;
} blocks;

static const void *moved(const blocks *b, const void *from)
{
    const char *const at = from;
    if (at == NULL) {
        return NULL;
    }
    const uintptr_t in_own = (uintptr_t)at - (uintptr_t)b->own;
    return in_own < b->n_own_bytes ? b->new_own + in_own : b->new_shared + (at - b->shared);
}

static bool copy_slab(const atn_cube *cube, uint32_t s, atn_cube *out)
{
    const atn_slab *const from = &cube->slabs[s];
    char *const own = atn_alloc_resize(&out->alloc, NULL, 0, from->n_own_bytes);
    if (own == NULL) {
        return false;
    }
    memcpy(own, from->own, from->n_own_bytes);
    const blocks b = {from->own, cube->shared, from->n_own_bytes, cube->n_shared_bytes, own, out->shared};
    out->slabs[s] = *from;
    atn_slab *const to = &out->slabs[s];
    to->own = own;
    to->value = moved(&b, from->value);
    to->sure = moved(&b, from->sure);
    to->n_present = moved(&b, from->n_present);
    to->n_open = moved(&b, from->n_open);
    to->n_reported = moved(&b, from->n_reported);
    to->n_expected = moved(&b, from->n_expected);
    to->n_not_last = moved(&b, from->n_not_last);
    return true;
}

bool atn_cube_copy(const atn_cube *cube, atn_cube *out)
{
    const attain_allocator *const a = &cube->alloc;
    *out = (atn_cube){.alloc = *a,
                      .n_units = cube->n_units,
                      .n_periods = cube->n_periods,
                      .n_slots = cube->n_slots};
    out->slots = atn_alloc_array(a, cube->n_slots, sizeof *out->slots);
    out->periods = atn_alloc_array(a, cube->n_periods, sizeof *out->periods);
    out->slabs = atn_alloc_array(a, cube->n_slots, sizeof *out->slabs);
    out->shared = atn_alloc_resize(a, NULL, 0, cube->n_shared_bytes);
    out->n_shared_bytes = out->shared != NULL ? cube->n_shared_bytes : 0;
    bool good = out->slots != NULL && out->periods != NULL && out->slabs != NULL && out->shared != NULL;
    if (good) {
        memcpy(out->slots, cube->slots, cube->n_slots * sizeof *out->slots);
        memcpy(out->periods, cube->periods, cube->n_periods * sizeof *out->periods);
        memcpy(out->shared, cube->shared, cube->n_shared_bytes);
    }
    for (uint32_t s = 0; good && s < cube->n_slots; s++) {
        good = copy_slab(cube, s, out);
    }
    if (!good) {
        atn_cube_free(out);
    }
    return good;
}
