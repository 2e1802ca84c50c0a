/* Grid: where regular facts are kept. A fact is regular when its measure is `reported` in months, quarters, half-years or years
 * and its figure is exact; all others are rows (store.h). A cell is in one of the two, never in both.
 *
 *   measure ── 64 neighbouring units ── chunk
 *
 *     mask    [unit][cell][year]   bit s: the figure of slot s of that year is there (12 months, 4 quarters, 2 halves, 1 year)
 *     whole   [unit][cell][year]   the law over time over these figures: their sum, or the last one
 *     first   [unit]               where the unit's figures begin in
 *     values  5 7 7 9 ...          the figures that are there, one after the other, in the order unit, cell, year, slot;
 *                                  32 bits each, or 64 where one of the chunk needs them
 *
 * A full month costs 4 bytes and 10/12 of one for mask and whole, an absent one a bit; the unit, measure and period of a figure are
 * where it stands. A year's sum is read without its months. Units stand in tree order, so that a district's communes are
 * neighbours and a chunk is a stretch of the map. Chunks exist only where there are facts, and a chunk has only the years it needs.
 *
 * A chunk is never changed but for a single figure, set in its place or taken away; anything else makes a new one beside it (the load that fails
 * leaves the old one), and what is left behind is reclaimed when it has become as much as what is in use. */
#ifndef ATN_FACTS_GRID_H
#define ATN_FACTS_GRID_H

#include "facts/kernel_runs.h"
#include "facts/store.h"

#define ATN_CHUNK_UNITS 64u
#define ATN_GRID_MAX_CELLS 64u
/* Figures beyond are rows: twelve of them cannot overflow a whole, and a chunk's wholes stay far from it. */
#define ATN_GRID_MAX_VALUE ((int64_t)1 << 58)
/* Years beyond are rows: two facts eight thousand years apart would otherwise make a chunk of as many years. */
#define ATN_GRID_FIRST_YEAR 1900
#define ATN_GRID_YEARS 256

typedef struct atn_chunk {
    uint32_t n_facts;
    uint16_t first_year, n_years;
    bool wide;       /* values are int64_t, else int32_t */
    size_t n_bytes;  /* of the block this struct stands at the beginning of */
    int64_t *whole;  /* ATN_CHUNK_UNITS * n_cells * n_years; 0 where the mask is 0 */
    uint16_t *mask;  /* likewise */
    uint32_t *first; /* ATN_CHUNK_UNITS + 1 */
    void *values;
} atn_chunk;

typedef struct atn_grid {
    bool takes;             /* the measure may have regular facts */
    bool is_last;           /* whole is the last figure of the year, not the sum */
    uint8_t slots_per_year; /* 12, 4, 2, 1 */
    uint32_t n_cells;
    uint64_t n_facts;
    uint64_t
        magnitude; /* at least |whole| of every chunk, or-ed: bits above its highest are 0 in all of them */
    atn_chunk *
        *chunks; /* of units [64 i, 64 i + 64); NULL: none. The array itself NULL before the first fact */
} atn_grid;

/* ---- memory: pages that are cut into chunks ---- */

typedef struct atn_page {
    struct atn_page *before;
    size_t n_bytes, used;
} atn_page;

/* Pages grow from 64 KiB to 4 MiB. Nothing is freed singly. */
typedef struct atn_pages {
    const attain_allocator *a;
    atn_page *last;
    size_t n_bytes; /* of all pages */
} atn_pages;

void atn_pages_init(atn_pages *pages, const attain_allocator *a);
void atn_pages_free(atn_pages *pages);
/* Aligned to 64; not zeroed. NULL: out of memory. */
void *atn_pages_take(atn_pages *pages, size_t n_bytes);
/* All pages of `from` now belong to `to`. */
void atn_pages_join(atn_pages *to, atn_pages *from);

/* ---- where a fact stands ---- */

/* How many chunks a grid has room for. */
size_t atn_grid_chunks(const atn_model *model);
/* Prepares one grid per measure of the plan; false: out of memory. */
bool atn_grids_init(attain_facts *facts);
void atn_grids_free(attain_facts *facts);
/* Number of a period among those of its type: year * slots_per_year + slot of the year. -1: no slot that the grid holds. */
int64_t atn_grid_slot(const attain_facts *facts, uint32_t measure, attain_period period);
attain_period atn_grid_period(const attain_facts *facts, uint32_t measure, int64_t slot);
/* Number of the slot that holds the day, whether or not a grid may hold it; the measure must have a grid. */
int64_t atn_grid_slot_of_day(const attain_facts *facts, uint32_t measure, int32_t day);
/* May the row's fact stand in the grid (its place was checked by atn_row_check)? */
bool atn_grid_takes_row(const attain_facts *facts, const atn_row *row);

static inline size_t atn_chunk_block(const atn_grid *grid, const atn_chunk *chunk, uint32_t unit,
                                     uint32_t cell, uint32_t year)
{
    return ((size_t)(unit % ATN_CHUNK_UNITS) * grid->n_cells + cell) * chunk->n_years +
           (year - chunk->first_year);
}

static inline int64_t atn_chunk_value(const atn_chunk *chunk, size_t i)
{
    return chunk->wide ? ((const int64_t *)chunk->values)[i] : ((const int32_t *)chunk->values)[i];
}

/* The figure of a cell; false: there is none in the grid. */
bool atn_grid_get(const attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t cell, int64_t slot,
                  int64_t *value);
/* Tells the processor what of a figure will be looked up: it is on its way while other things are done. Each step reads what the one before
 * has asked for. */
typedef enum atn_grid_step { ATN_GRID_CHUNK, ATN_GRID_BLOCK, ATN_GRID_FIGURE } atn_grid_step;
void atn_grid_expect(const attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t cell, int64_t slot,
                     atn_grid_step step);
/* Puts a figure in the place of another, if there is one and this one is no wider than its chunk, and tells the other; cannot fail. */
bool atn_grid_swap(attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t cell, int64_t slot,
                   int64_t value, int64_t *old);
/* Sets a figure, new or in the place of another; ATTAIN_E_MEMORY changes nothing. A figure that was taken away can be put back without
 * memory. |value| < ATN_GRID_MAX_VALUE. */
attain_status atn_grid_put(attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t cell, int64_t slot,
                           int64_t value, attain_error *err);
/* Takes a figure away, which needs no memory; nothing if it is not there. */
void atn_grid_remove(attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t cell, int64_t slot);
/* Copies the chunks in use to new pages when what others took the place of has become more than they are. Failing to is no harm: it is
 * tried again. */
void atn_grid_compact(attain_facts *facts);

/* ---- chunks from and to dense scratch: [unit][cell][year][slot], ATN_ABSENT where there is no figure ---- */

size_t atn_scratch_items(const atn_grid *grid, uint32_t n_years);
/* Puts the chunk's figures (of chunk->first_year and on) into scratch of years [first_year, first_year + n_years), which holds them.
 * false: a place was taken. */
bool atn_chunk_unpack(const atn_grid *grid, const atn_chunk *chunk, uint32_t first_year, uint32_t n_years,
                      int64_t *scratch);
/* A chunk of what the scratch holds, if that is another number of figures than `n_before`: else *out is NULL. *magnitude is or-ed.
 * false: out of memory. */
bool atn_chunk_pack(atn_pages *pages, const atn_grid *grid, const atn_run_kernels *kernels,
                    uint32_t first_year, uint32_t n_years, const int64_t *scratch, uint32_t n_before,
                    uint64_t *magnitude, atn_chunk **out);
/* One unit (of 64) of the scratch, [cell][items_years][slot] with the chunk's years at its beginning: masks and wholes into the chunk, its figures
 * behind the first `next` values; ATN_PACK_SLACK values behind them may be written too. Returns how many figures. */
uint32_t atn_chunk_pack_unit(const atn_grid *grid, const atn_run_kernels *kernels, atn_chunk *chunk,
                             uint32_t unit, const int64_t *items, uint32_t items_years, uint32_t next,
                             uint64_t *magnitude);
#define ATN_PACK_SLACK 16u
/* The chunk copied to other memory of n_bytes; its pointers follow. */
atn_chunk *atn_chunk_move(const atn_chunk *chunk, void *to);
/* Room for a chunk with its arrays, sized, masks and wholes zeroed; values not. */
atn_chunk *atn_chunk_new(atn_pages *pages, const atn_grid *grid, uint32_t first_year, uint32_t n_years,
                         uint32_t n_values, bool wide);

/* ---- reading all facts, regular ones and rows, in the order of the store ---- */

/* Facts of one measure in units [unit, unit_end), in the order (unit, cell, last day); atn_cursor stands in facts.h. */
void atn_cursor_init(atn_cursor *cursor, const attain_facts *facts, uint32_t measure, uint32_t unit,
                     uint32_t unit_end);
/* As above, only facts whose period ends in [from_day, to_day]. */
void atn_cursor_init_days(atn_cursor *cursor, const attain_facts *facts, uint32_t measure, uint32_t unit,
                          uint32_t unit_end, int32_t from_day, int32_t to_day);
bool atn_cursor_next(atn_cursor *cursor, atn_row *out);

#endif
