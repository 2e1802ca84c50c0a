/* Live cubes: slabs that follow the correction of a figure, instead of being made anew.
 *
 *   fact of C1, July 2024: 5 -> 7        change of period 2024: value +2
 *
 *              2023  2024  2025
 *   VN           40    51    12        + 2
 *   VN.01        12    20     4        + 2         the same change at the unit and at all above it,
 *   VN.01.C1      5     5     1        + 2         in every slab of the measure whose pick takes the cell
 *
 * A figure that comes or goes changes counts in the same way. Of `last` the unit's own line is looked up before and after: what it had
 * been worth and what it is worth now is the change. All lines stay what atn_cube_make would make of the corrected facts.
 *
 * In order: atn_live_begin, atn_live_before, the correction, atn_live_after; then either atn_live_reserve (which may fail) and atn_live_apply
 * (which cannot), or nothing, and the correction is taken back. */
#ifndef ATN_FACTS_CUBE_LIVE_H
#define ATN_FACTS_CUBE_LIVE_H

#include "facts/cube.h"

/* What a correction changes at its unit and at all above it. */
typedef struct atn_live_change {
    uint32_t period;
    int32_t n_present, n_reported, n_open, n_not_last;
    int64_t value, sure;
} atn_live_change;

/* A member combination under `last` over a period's slots. */
typedef struct atn_live_last {
    int64_t slot; /* of its last figure; -1: it has none */
    int64_t value;
} atn_live_last;

/* One figure of the grid. */
typedef struct atn_live_cell {
    uint32_t measure, unit, cell;
    int64_t slot;
} atn_live_cell;

/* A period whose slot has been looked up. */
typedef struct atn_live_memo {
    attain_period period;
    int64_t slot;
} atn_live_memo;

#define ATN_LIVE_MEMOS 128u /* a power of two; periods of ten years of months */

typedef struct atn_live {
    attain_allocator alloc;
    const attain_facts *facts;
    atn_cube *cube;
    uint32_t *parent;     /* by unit, in the tree that stands still in all periods; ATN_NONE: root */
    uint32_t *first_slot; /* by measure, and one behind the last: its slots are slot_of[first_slot[m] ...] */
    uint32_t *slot_of;
    uint64_t *cells;                 /* by slot of the cube: bits of the cells that it picks */
    struct atn_cube_window *windows; /* [place in slot_of * n_periods + period] */
    atn_live_last *before;           /* by place in hits */
    /* the correction in hand */
    uint32_t *chain_room, cap_chain;
    uint32_t *chain; /* its unit and those above it, ascending */
    uint32_t n_chain;
    uint32_t *hits; /* periods that hold its slot, ascending */
    uint32_t n_hits;
    atn_live_change *changes; /* by ascending period */
    uint32_t n_changes;
    atn_live_memo memos[ATN_LIVE_MEMOS]; /* by the period's first day; type NONE: none yet */
} atn_live;

/* The fact's figure in the place of another, if there is one and the fact is an exact figure with room there: what atn_facts_set would do,
 * but it cannot fail. false: nothing is done. */
bool atn_live_swap(attain_facts *facts, const attain_fact *fact, const atn_live_cell *at, int64_t *old);
/* The stored fact that a correction to `fact` changes or takes away. */
bool atn_live_standing(const attain_facts *facts, const attain_fact *fact, attain_fact *out);

/* The same for a measure that the cube has, remembered: corrections come back to the same few periods. */
bool atn_live_recall(atn_live *live, const attain_fact *fact, atn_live_cell *out);
/* Follows the cube, which stays the caller's. false: out of memory; free in any case. */
bool atn_live_init(atn_live *live, const attain_facts *facts, atn_cube *cube);
void atn_live_free(atn_live *live);
/* Has the cube a slab of the measure? */
static inline bool atn_live_has(const atn_live *live, uint32_t measure)
{
    return live->first_slot[measure] < live->first_slot[measure + 1];
}

/* Finds chain and hits: the beginning of every correction of a measure that the cube has. */
void atn_live_begin(atn_live *live, const atn_live_cell *at);
/* Tells the processor which lines of slabs will be read and written. */
void atn_live_expect(const atn_live *live, const atn_live_cell *at);
/* What is to be known of the cell before its figure is corrected; only of measures that the cube has. */
void atn_live_before(atn_live *live, const atn_live_cell *at);
/* The changes, after the correction: there was and there is a figure or not. old and new are 0 where there is none. */
void atn_live_after(atn_live *live, const atn_live_cell *at, bool was_there, int64_t old, bool is_there,
                    int64_t new);
/* The changes of a figure put in the place of another; needs no atn_live_before. */
void atn_live_replaced(atn_live *live, const atn_live_cell *at, int64_t old, int64_t new);
/* Does a figure come or go? */
bool atn_live_counts_change(const atn_live *live);
/* Do all sums stay below 2^62? */
bool atn_live_fits(const atn_live *live, const atn_live_cell *at);
/* Makes counts that are about to change the slabs' own. false: out of memory; the slabs say what they said. */
bool atn_live_reserve(atn_live *live, const atn_live_cell *at);
void atn_live_apply(atn_live *live, const atn_live_cell *at);
/* Does the slot change? */
static inline bool atn_live_picks(const atn_live *live, uint32_t slot, const atn_live_cell *at)
{
    return live->cube->slots[slot].measure == at->measure && (live->cells[slot] >> at->cell & 1) != 0;
}

/* The counts of a complete slab become its own, so that they may change. false: out of memory, nothing changed. */
bool atn_cube_thaw(atn_cube *cube, uint32_t slot);
/* The cube with memory of its own. false: out of memory. */
bool atn_cube_copy(const atn_cube *cube, atn_cube *out);

#endif
