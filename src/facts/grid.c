/* The grid of regular facts: see grid.h for the layout. */
#include "facts/grid.h"

#include "base/bits.h"
#include <string.h>

/* ---- pages ---- */

#define FIRST_PAGE_BYTES ((size_t)64 << 10)
#define LAST_PAGE_BYTES ((size_t)4 << 20)
#define LINE_BYTES ((size_t)64)

void atn_pages_init(atn_pages *pages, const attain_allocator *a)
{
    memset(pages, 0, sizeof *pages);
    pages->a = a;
}

void atn_pages_free(atn_pages *pages)
{
    while (pages->last != NULL) {
        atn_page *page = pages->last;
        pages->last = page->before;
        (void)atn_alloc_resize(pages->a, page, page->n_bytes, 0);
    }
    pages->n_bytes = 0;
}

/* Bytes of the page that lie before the next aligned address behind `used`. */
static size_t aligned_start(const atn_page *page)
{
    const uintptr_t at = (uintptr_t)page + page->used;
    return page->used + (size_t)(-at & (LINE_BYTES - 1));
}

static bool add_page(atn_pages *pages, size_t n_bytes)
{
    size_t size = pages->last == NULL ? FIRST_PAGE_BYTES : pages->last->n_bytes * 2;
    size = size > LAST_PAGE_BYTES ? LAST_PAGE_BYTES : size;
    const size_t need = sizeof(atn_page) + LINE_BYTES + n_bytes;
    if (need < n_bytes) {
        return false;
    }
    size = size < need ? need : size;
    atn_page *page = atn_alloc_resize(pages->a, NULL, 0, size);
    if (page == NULL) {
        return false;
    }
    *page = (atn_page){pages->last, size, sizeof *page};
    pages->last = page;
    pages->n_bytes += size;
    return true;
}

void *atn_pages_take(atn_pages *pages, size_t n_bytes)
{
    atn_page *page = pages->last;
    if (page == NULL || aligned_start(page) > page->n_bytes ||
        page->n_bytes - aligned_start(page) < n_bytes) {
        if (!add_page(pages, n_bytes)) {
            return NULL;
        }
        page = pages->last;
    }
    const size_t at = aligned_start(page);
    page->used = at + n_bytes;
    return (char *)page + at;
}

/* The page that is still being filled stays the last one: the others go behind it. */
void atn_pages_join(atn_pages *to, atn_pages *from)
{
    if (from->last == NULL) {
        return;
    }
    atn_page *first = from->last;
    while (first->before != NULL) {
        first = first->before;
    }
    first->before = to->last;
    to->last = from->last;
    to->n_bytes += from->n_bytes;
    from->last = NULL;
    from->n_bytes = 0;
}

/* ---- where a fact stands ---- */

size_t atn_grid_chunks(const atn_model *model)
{
    return (size_t)model->n_units / ATN_CHUNK_UNITS + 1;
}

static uint8_t slots_per_year(attain_period_type type)
{
    switch (type) {
    case ATTAIN_PERIOD_MONTH: return 12;
    case ATTAIN_PERIOD_QUARTER: return 4;
    case ATTAIN_PERIOD_HALF_YEAR: return 2;
    case ATTAIN_PERIOD_YEAR: return 1;
    default: return 0;
    }
}

bool atn_grids_init(attain_facts *facts)
{
    const atn_model *model = &facts->plan->model;
    facts->grids = atn_alloc_array(&facts->alloc, model->n_measures, sizeof *facts->grids);
    facts->pages = atn_alloc_array(&facts->alloc, 1, sizeof *facts->pages);
    if (facts->grids == NULL || facts->pages == NULL) {
        atn_grids_free(facts);
        return false;
    }
    atn_pages_init(facts->pages, &facts->alloc);
    for (uint32_t m = 0; m < model->n_measures; m++) {
        const atn_measure *measure = &model->measures[m];
        atn_grid *grid = &facts->grids[m];
        grid->slots_per_year = slots_per_year(measure->reported);
        grid->n_cells = measure->n_cells;
        grid->is_last = measure->law_time == ATN_LAW_LAST;
        grid->takes = grid->slots_per_year != 0 && measure->n_cells <= ATN_GRID_MAX_CELLS &&
                      (facts->tuning & ATTAIN_TUNE_ROW_BY_ROW) == 0;
    }
    return true;
}

void atn_grids_free(attain_facts *facts)
{
    const atn_model *model = &facts->plan->model;
    if (facts->grids != NULL) {
        for (uint32_t m = 0; m < model->n_measures; m++) {
            if (facts->grids[m].chunks != NULL) {
                atn_alloc_free_array(&facts->alloc, facts->grids[m].chunks, atn_grid_chunks(model),
                                     sizeof *facts->grids[m].chunks);
            }
        }
        atn_alloc_free_array(&facts->alloc, facts->grids, model->n_measures, sizeof *facts->grids);
    }
    if (facts->pages != NULL) {
        atn_pages_free(facts->pages);
        atn_alloc_free_array(&facts->alloc, facts->pages, 1, sizeof *facts->pages);
    }
    facts->grids = NULL;
    facts->pages = NULL;
}

/* The code of a period holds its number among those of its type (attain_period_encode); years begin at slot 0 of the year 0. */
#define CODE_SHIFT 28

int64_t atn_grid_slot(const attain_facts *facts, uint32_t measure, attain_period period)
{
    const atn_grid *grid = &facts->grids[measure];
    int32_t code;
    if (!grid->takes || period.type != facts->plan->model.measures[measure].reported ||
        !atn_period_encode(period, &code)) {
        return -1;
    }
    const int32_t slot = code & ((1 << CODE_SHIFT) - 1);
    const int32_t year = slot / grid->slots_per_year;
    return year >= ATN_GRID_FIRST_YEAR && year < ATN_GRID_FIRST_YEAR + ATN_GRID_YEARS ? slot : -1;
}

attain_period atn_grid_period(const attain_facts *facts, uint32_t measure, int64_t slot)
{
    attain_period period = {.type = ATTAIN_PERIOD_NONE};
    (void)atn_period_decode((int32_t)facts->plan->model.measures[measure].reported << CODE_SHIFT |
                                (int32_t)slot,
                            &period);
    return period;
}

bool atn_grid_takes_row(const attain_facts *facts, const atn_row *row)
{
    return row->qualifier == ATTAIN_EXACT && row->value < ATN_GRID_MAX_VALUE &&
           row->value > -ATN_GRID_MAX_VALUE && atn_grid_slot(facts, row->measure, atn_row_period(row)) >= 0;
}

/* ---- chunks ---- */

size_t atn_scratch_items(const atn_grid *grid, uint32_t n_years)
{
    return (size_t)ATN_CHUNK_UNITS * grid->n_cells * n_years * grid->slots_per_year;
}

static size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

/*   struct | whole 8 | first 4 | mask 2 | values 4 or 8        sizes in bytes an item, each part aligned for its own   */
atn_chunk *atn_chunk_new(atn_pages *pages, const atn_grid *grid, uint32_t first_year, uint32_t n_years,
                         uint32_t n_values, bool wide)
{
    const size_t n_blocks = (size_t)ATN_CHUNK_UNITS * grid->n_cells * n_years;
    const size_t whole_at = round_up(sizeof(atn_chunk), LINE_BYTES);
    const size_t first_at = whole_at + n_blocks * sizeof(int64_t);
    const size_t mask_at = first_at + (ATN_CHUNK_UNITS + 1) * sizeof(uint32_t);
    const size_t values_at = round_up(mask_at + n_blocks * sizeof(uint16_t), LINE_BYTES);
    const size_t n_bytes = values_at + (size_t)n_values * (wide ? sizeof(int64_t) : sizeof(int32_t));
    char *at = atn_pages_take(pages, n_bytes);
    if (at == NULL) {
        return NULL;
    }
    memset(at, 0, values_at);
    atn_chunk *chunk = (atn_chunk *)(void *)at;
    *chunk = (atn_chunk){.first_year = (uint16_t)first_year,
                         .n_years = (uint16_t)n_years,
                         .wide = wide,
                         .n_bytes = n_bytes,
                         .whole = (int64_t *)(void *)(at + whole_at),
                         .mask = (uint16_t *)(void *)(at + mask_at),
                         .first = (uint32_t *)(void *)(at + first_at),
                         .values = at + values_at};
    return chunk;
}

atn_chunk *atn_chunk_move(const atn_chunk *chunk, void *to)
{
    const char *from = (const char *)chunk;
    char *at = to;
    memcpy(at, from, chunk->n_bytes);
    atn_chunk *moved = to;
    moved->whole = (int64_t *)(void *)(at + ((const char *)chunk->whole - from));
    moved->mask = (uint16_t *)(void *)(at + ((const char *)chunk->mask - from));
    moved->first = (uint32_t *)(void *)(at + ((const char *)chunk->first - from));
    moved->values = at + ((const char *)chunk->values - from);
    return moved;
}

/* The figures are in the order of masks, so that one index runs along. */
bool atn_chunk_unpack(const atn_grid *grid, const atn_chunk *chunk, uint32_t first_year, uint32_t n_years,
                      int64_t *scratch)
{
    const uint32_t n_slots = grid->slots_per_year;
    const uint32_t n_rows = ATN_CHUNK_UNITS * grid->n_cells;
    const uint32_t shift = chunk->first_year - first_year;
    const uint16_t *mask = chunk->mask;
    size_t next = 0;
    bool taken = false;
    for (uint32_t row = 0; row < n_rows; row++) {
        int64_t *to = scratch + ((size_t)row * n_years + shift) * n_slots;
        for (uint32_t y = 0; y < chunk->n_years; y++, to += n_slots) {
            for (uint32_t bits = *mask++; bits != 0; bits &= bits - 1) {
                const unsigned slot = atn_lowest_bit(bits);
                taken = taken || to[slot] != ATN_ABSENT;
                to[slot] = atn_chunk_value(chunk, next++);
            }
        }
    }
    return !taken;
}

/* The years in which there is any figure: [*first, *end). Only asked where the scratch has many more than a programme lasts. */
static void find_years(const atn_grid *grid, uint32_t n_years, const int64_t *scratch, uint32_t *first,
                       uint32_t *end)
{
    const uint32_t n_slots = grid->slots_per_year;
    const size_t n_rows = (size_t)ATN_CHUNK_UNITS * grid->n_cells;
    *first = n_years;
    *end = 0;
    for (size_t row = 0; row < n_rows; row++) {
        for (uint32_t y = 0; y < n_years; y++, scratch += n_slots) {
            bool any = false;
            for (uint32_t s = 0; s < n_slots; s++) {
                any = any || scratch[s] != ATN_ABSENT;
            }
            *first = any && y < *first ? y : *first;
            *end = any && y >= *end ? y + 1 : *end;
        }
    }
}

/* One year of one cell: its figures go behind the others. Returns how many. */
static uint32_t pack_block(const int64_t *from, uint32_t n_slots, bool is_last, atn_chunk *chunk,
                           size_t block, size_t next)
{
    uint32_t mask = 0;
    int64_t sum = 0;
    int64_t last = 0;
    const size_t start = next;
    for (uint32_t s = 0; s < n_slots; s++) {
        if (from[s] == ATN_ABSENT) {
            continue;
        }
        mask |= 1u << s;
        last = from[s];
        sum += last; /* at most twelve of less than 2^58 */
        if (chunk->wide) {
            ((int64_t *)chunk->values)[next++] = last;
        } else {
            ((int32_t *)chunk->values)[next++] = (int32_t)last;
        }
    }
    chunk->mask[block] = (uint16_t)mask;
    chunk->whole[block] = is_last ? last : sum;
    return (uint32_t)(next - start);
}

static uint64_t magnitude_of(int64_t whole)
{
    return (uint64_t)(whole < 0 ? -whole : whole);
}

#define FEW_YEARS 16u

uint32_t atn_chunk_pack_unit(const atn_grid *grid, const atn_run_kernels *kernels, atn_chunk *chunk,
                             uint32_t unit, const int64_t *items, uint32_t items_years, uint32_t next,
                             uint64_t *magnitude)
{
    const uint32_t n_slots = grid->slots_per_year;
    const uint32_t start = next;
    size_t block = (size_t)unit * grid->n_cells * chunk->n_years;
    for (uint32_t cell = 0; cell < grid->n_cells; cell++, items += (size_t)items_years * n_slots) {
        if (n_slots == 12 && !chunk->wide) {
            next +=
                (uint32_t)kernels->pack12(items, chunk->n_years, grid->is_last, chunk->mask + block,
                                          chunk->whole + block, (int32_t *)chunk->values + next, magnitude);
            block += chunk->n_years;
            continue;
        }
        for (uint32_t y = 0; y < chunk->n_years; y++, block++) {
            next += pack_block(items + (size_t)y * n_slots, n_slots, grid->is_last, chunk, block, next);
            *magnitude |= magnitude_of(chunk->whole[block]);
        }
    }
    return next - start;
}

bool atn_chunk_pack(atn_pages *pages, const atn_grid *grid, const atn_run_kernels *kernels,
                    uint32_t first_year, uint32_t n_years, const int64_t *scratch, uint32_t n_before,
                    uint64_t *magnitude, atn_chunk **out)
{
    uint64_t beyond;
    const uint32_t n = (uint32_t)kernels->survey(scratch, atn_scratch_items(grid, n_years), &beyond);
    uint32_t first = 0;
    uint32_t end = n_years;
    *out = NULL;
    if (n == n_before) {
        return true;
    }
    if (n_years > FEW_YEARS) {
        find_years(grid, n_years, scratch, &first, &end);
        end = end < first ? first : end;
    }
    atn_chunk *chunk =
        atn_chunk_new(pages, grid, first_year + first, end - first, n + ATN_PACK_SLACK, beyond != 0);
    if (chunk == NULL) {
        return false;
    }
    uint32_t next = 0;
    for (uint32_t u = 0; u < ATN_CHUNK_UNITS; u++) {
        chunk->first[u] = next;
        const int64_t *of_unit =
            scratch + ((size_t)u * grid->n_cells * n_years + first) * grid->slots_per_year;
        next += atn_chunk_pack_unit(grid, kernels, chunk, u, of_unit, n_years, next, magnitude);
    }
    chunk->first[ATN_CHUNK_UNITS] = next;
    chunk->n_facts = next;
    *out = chunk;
    return true;
}

/* ---- one figure ---- */

typedef struct place {
    atn_grid *grid;
    atn_chunk *chunk; /* NULL: none, or one that does not have the year */
    uint32_t year, slot;
    size_t block, value; /* where the figure stands or would stand */
    bool there;
} place;

/* Figures in blocks [from, to). */
static size_t count_figures(const atn_chunk *chunk, size_t from, size_t to)
{
    size_t n = 0;
    for (; from + 4 <= to; from += 4) {
        uint64_t bits;
        memcpy(&bits, chunk->mask + from, sizeof bits);
        n += atn_count_bits64(bits);
    }
    for (; from < to; from++) {
        n += atn_count_bits16(chunk->mask[from]);
    }
    return n;
}

static bool has_year(const atn_chunk *chunk, uint32_t year)
{
    return chunk != NULL && year >= chunk->first_year && year < (uint32_t)chunk->first_year + chunk->n_years;
}

static place find_place(const attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t cell,
                        int64_t slot)
{
    atn_grid *grid = &facts->grids[measure];
    place at = {.grid = grid,
                .year = (uint32_t)(slot / grid->slots_per_year),
                .slot = (uint32_t)(slot % grid->slots_per_year)};
    atn_chunk *chunk = grid->chunks != NULL ? grid->chunks[unit / ATN_CHUNK_UNITS] : NULL;
    if (!has_year(chunk, at.year)) {
        return at;
    }
    at.chunk = chunk;
    at.block = atn_chunk_block(grid, chunk, unit, cell, at.year);
    const size_t first_block = (size_t)(unit % ATN_CHUNK_UNITS) * grid->n_cells * chunk->n_years;
    at.value = chunk->first[unit % ATN_CHUNK_UNITS];
    at.value += count_figures(chunk, first_block, at.block);
    at.value += atn_count_bits16(chunk->mask[at.block] & ((1u << at.slot) - 1));
    at.there = (chunk->mask[at.block] >> at.slot & 1) != 0;
    return at;
}

bool atn_grid_get(const attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t cell, int64_t slot,
                  int64_t *value)
{
    const place at = find_place(facts, measure, unit, cell, slot);
    if (at.there) {
        *value = atn_chunk_value(at.chunk, at.value);
    }
    return at.there;
}

void atn_grid_compact(attain_facts *facts)
{
    if (facts->pages->n_bytes / 2 < facts->n_live_bytes + LAST_PAGE_BYTES) {
        return;
    }
    const size_t n_chunks = atn_grid_chunks(&facts->plan->model);
    const uint32_t n_measures = facts->plan->model.n_measures;
    atn_pages pages;
    atn_pages_init(&pages, &facts->alloc);
    /* First room for all, so that nothing can fail once a chunk has moved. */
    for (int pass = 0; pass < 2; pass++) {
        size_t n_bytes = 0;
        for (uint32_t m = 0; m < n_measures; m++) {
            for (size_t c = 0; facts->grids[m].chunks != NULL && c < n_chunks; c++) {
                atn_chunk *old = facts->grids[m].chunks[c];
                if (old == NULL) {
                    continue;
                }
                if (pass == 0) {
                    n_bytes += round_up(old->n_bytes, LINE_BYTES);
                } else {
                    char *at = atn_pages_take(&pages, old->n_bytes);
                    facts->grids[m].chunks[c] = atn_chunk_move(old, at);
                }
            }
        }
        if (pass == 0 && !add_page(&pages, n_bytes)) {
            return;
        }
    }
    atn_pages_free(facts->pages);
    *facts->pages = pages;
}

static void replace_chunk(attain_facts *facts, place *at, uint32_t unit, atn_chunk *chunk)
{
    atn_chunk **const home = &at->grid->chunks[unit / ATN_CHUNK_UNITS];
    if (*home != NULL) {
        facts->n_live_bytes -= (*home)->n_bytes;
        at->grid->n_facts -= (*home)->n_facts;
        facts->n_regular -= (*home)->n_facts;
    }
    *home = chunk;
    facts->n_live_bytes += chunk->n_bytes;
    at->grid->n_facts += chunk->n_facts;
    facts->n_regular += chunk->n_facts;
    atn_grid_compact(facts);
}

static bool need_chunks(attain_facts *facts, atn_grid *grid)
{
    if (grid->chunks == NULL) {
        grid->chunks =
            atn_alloc_array(&facts->alloc, atn_grid_chunks(&facts->plan->model), sizeof(atn_chunk *));
    }
    return grid->chunks != NULL;
}

/* The chunk made anew with one figure more or other. */
static attain_status rebuild(attain_facts *facts, place *at, uint32_t unit, uint32_t cell, int64_t value,
                             attain_error *err)
{
    atn_grid *grid = at->grid;
    const atn_chunk *old = grid->chunks != NULL ? grid->chunks[unit / ATN_CHUNK_UNITS] : NULL;
    uint32_t first_year = at->year;
    uint32_t end_year = at->year + 1;
    if (old != NULL) {
        first_year = old->first_year < first_year ? old->first_year : first_year;
        end_year = (uint32_t)old->first_year + old->n_years > end_year
                       ? (uint32_t)old->first_year + old->n_years
                       : end_year;
    }
    const uint32_t n_years = end_year - first_year;
    const size_t n_items = atn_scratch_items(grid, n_years);
    if (!need_chunks(facts, grid)) {
        return atn_error_memory(err, "setting a fact");
    }
    int64_t *scratch = atn_alloc_array(&facts->alloc, n_items, sizeof *scratch);
    if (scratch == NULL) {
        return atn_error_memory(err, "setting a fact");
    }
    for (size_t i = 0; i < n_items; i++) {
        scratch[i] = ATN_ABSENT;
    }
    if (old != NULL) {
        (void)atn_chunk_unpack(grid, old, first_year, n_years, scratch);
    }
    const size_t row = (size_t)(unit % ATN_CHUNK_UNITS) * grid->n_cells + cell;
    scratch[(row * n_years + (at->year - first_year)) * grid->slots_per_year + at->slot] = value;
    /* The number may be the same (a figure that needs more room): no number is UINT32_MAX. */
    atn_chunk *chunk;
    const bool packed = atn_chunk_pack(facts->pages, grid, atn_run_kernels_of(ATN_VECTOR_PORTABLE),
                                       first_year, n_years, scratch, UINT32_MAX, &grid->magnitude, &chunk);
    atn_alloc_free_array(&facts->alloc, scratch, n_items, sizeof *scratch);
    if (!packed || chunk == NULL) {
        return atn_error_memory(err, "setting a fact");
    }
    replace_chunk(facts, at, unit, chunk);
    return ATTAIN_OK;
}

/* A figure in the place of another of the same width: only the year's whole changes with it. */
static void overwrite(const place *at, int64_t value)
{
    atn_chunk *chunk = at->chunk;
    const int64_t old = atn_chunk_value(chunk, at->value);
    if (chunk->wide) {
        ((int64_t *)chunk->values)[at->value] = value;
    } else {
        ((int32_t *)chunk->values)[at->value] = (int32_t)value;
    }
    int64_t *whole = &chunk->whole[at->block];
    if (!at->grid->is_last) {
        *whole += value - old;
    } else if (chunk->mask[at->block] >> (at->slot + 1) == 0) {
        *whole = value;
    }
    at->grid->magnitude |= magnitude_of(*whole);
}

static bool is_wide_enough(const atn_chunk *chunk, int64_t value)
{
    return chunk->wide || (value >= INT32_MIN && value <= INT32_MAX);
}

void atn_grid_expect(const attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t cell, int64_t slot,
                     atn_grid_step step)
{
#if defined(__GNUC__)
    const atn_grid *grid = &facts->grids[measure];
    const atn_chunk *chunk = grid->chunks != NULL ? grid->chunks[unit / ATN_CHUNK_UNITS] : NULL;
    const uint32_t year = (uint32_t)(slot / grid->slots_per_year);
    if (step == ATN_GRID_CHUNK) {
        __builtin_prefetch(chunk);
    } else if (!has_year(chunk, year)) {
        return;
    } else if (step == ATN_GRID_BLOCK) {
        const size_t block = atn_chunk_block(grid, chunk, unit, cell, year);
        __builtin_prefetch(chunk->first + unit % ATN_CHUNK_UNITS);
        __builtin_prefetch(chunk->mask + block);
        __builtin_prefetch(chunk->whole + block, 1);
    } else {
        const place at = find_place(facts, measure, unit, cell, slot);
        const size_t size = chunk->wide ? sizeof(int64_t) : sizeof(int32_t);
        __builtin_prefetch((const char *)chunk->values + at.value * size, 1);
    }
#else
    (void)facts;
    (void)measure;
    (void)unit;
    (void)cell;
    (void)slot;
    (void)step;
#endif
}

bool atn_grid_swap(attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t cell, int64_t slot,
                   int64_t value, int64_t *old)
{
    const place at = find_place(facts, measure, unit, cell, slot);
    if (!at.there || !is_wide_enough(at.chunk, value)) {
        return false;
    }
    *old = atn_chunk_value(at.chunk, at.value);
    overwrite(&at, value);
    return true;
}

/* The year's whole after a figure of its block has come or gone; `first` is the block's first. */
static void make_whole(const place *at, size_t first)
{
    atn_chunk *chunk = at->chunk;
    const uint32_t n = atn_count_bits16(chunk->mask[at->block]);
    int64_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += atn_chunk_value(chunk, first + i);
    }
    chunk->whole[at->block] = at->grid->is_last && n > 0 ? atn_chunk_value(chunk, first + n - 1) : sum;
    at->grid->magnitude |= magnitude_of(chunk->whole[at->block]);
}

static size_t first_of_block(const place *at)
{
    return at->value - atn_count_bits16(at->chunk->mask[at->block] & ((1u << at->slot) - 1));
}

/* A figure between the others, where the chunk has its year and room for one more. A chunk from which one was taken away has. */
static bool open_up(attain_facts *facts, const place *at, uint32_t unit, int64_t value)
{
    atn_chunk *chunk = at->chunk;
    if (chunk == NULL || at->there || !is_wide_enough(chunk, value)) {
        return false;
    }
    const size_t size = chunk->wide ? sizeof(int64_t) : sizeof(int32_t);
    const size_t room = (chunk->n_bytes - (size_t)((char *)chunk->values - (char *)chunk)) / size;
    if (chunk->n_facts >= room) {
        return false;
    }
    const size_t first = first_of_block(at);
    char *here = (char *)chunk->values + at->value * size;
    memmove(here + size, here, (chunk->n_facts - at->value) * size);
    if (chunk->wide) {
        ((int64_t *)chunk->values)[at->value] = value;
    } else {
        ((int32_t *)chunk->values)[at->value] = (int32_t)value;
    }
    chunk->mask[at->block] = (uint16_t)(chunk->mask[at->block] | 1u << at->slot);
    for (uint32_t u = unit % ATN_CHUNK_UNITS + 1; u <= ATN_CHUNK_UNITS; u++) {
        chunk->first[u]++;
    }
    make_whole(at, first);
    chunk->n_facts++;
    at->grid->n_facts++;
    facts->n_regular++;
    return true;
}

attain_status atn_grid_put(attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t cell, int64_t slot,
                           int64_t value, attain_error *err)
{
    place at = find_place(facts, measure, unit, cell, slot);
    if (at.there && is_wide_enough(at.chunk, value)) {
        overwrite(&at, value);
        return ATTAIN_OK;
    }
    return open_up(facts, &at, unit, value) ? ATTAIN_OK : rebuild(facts, &at, unit, cell, value, err);
}

/* The figures behind close up, so that no memory is needed: a figure can be taken away when there is none left. */
static void close_up(attain_facts *facts, const place *at, uint32_t unit)
{
    atn_chunk *chunk = at->chunk;
    const size_t size = chunk->wide ? sizeof(int64_t) : sizeof(int32_t);
    const size_t first = first_of_block(at);
    char *here = (char *)chunk->values + at->value * size;
    memmove(here, here + size, (chunk->n_facts - at->value - 1) * size);
    chunk->mask[at->block] = (uint16_t)(chunk->mask[at->block] & ~(1u << at->slot));
    for (uint32_t u = unit % ATN_CHUNK_UNITS + 1; u <= ATN_CHUNK_UNITS; u++) {
        chunk->first[u]--;
    }
    make_whole(at, first);
    chunk->n_facts--;
    at->grid->n_facts--;
    facts->n_regular--;
}

void atn_grid_remove(attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t cell, int64_t slot)
{
    const place at = find_place(facts, measure, unit, cell, slot);
    if (at.there) {
        close_up(facts, &at, unit);
    }
}
