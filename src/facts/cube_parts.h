/* Cube, the private side: how slots and periods become loops over chunks.
 *
 *   slots ──▶ jobs     one per slot: a measure's grid, the picked cells, where the lines go
 *         ──▶ shapes   what jobs have in common that are reported alike: which slots of the year a period has, who reports
 *
 *   periods   2017 2018 2019   2025-H1   2021..2025
 *   runs      [2017 .. 2019]                            whole years side by side: a chunk's wholes are their columns
 *   pieces                     2025: 111111000000       all other periods, year by year
 *                                        2021: 111111111111, 2022: ...
 *
 * Counts of what is absent are not made where it is absent. Every reporter is expected to report alike, so a line needs only how many
 * reporters stand below it, and what is open is what is wanted less what is there. */
#ifndef ATN_FACTS_CUBE_PARTS_H
#define ATN_FACTS_CUBE_PARTS_H

#include "facts/cube.h"
#include "facts/grid.h"
#include "facts/kernel_cube.h"

/* The slots of a period: [first_slot, first_slot + n_slots) in the numbers of atn_grid_slot. Due slots are the first ones. */
typedef struct atn_cube_window {
    int64_t first_slot;
    uint32_t n_slots, n_due;
    uint32_t n_wanted; /* slots [0, n_wanted) are open where they are absent */
    bool is_year;      /* all slots of one calendar year */
} atn_cube_window;

typedef struct atn_cube_run {
    uint32_t period, n_periods;
    uint32_t year;
} atn_cube_run;

/* Of one period, in one year. Bits are slots of the year. */
typedef struct atn_cube_piece {
    uint32_t period, year;
    uint16_t mask, due;
    uint16_t settles; /* a figure here or later settles `last` */
    bool is_whole;    /* the mask has all slots of the year */
} atn_cube_piece;

/* Pieces are worked off for so many periods at a time, so that what a cell has gathered fits on the stack. */
#define ATN_CUBE_BATCH 32u

typedef struct atn_cube_shape {
    /* what tells shapes apart */
    attain_period_type reported;
    uint32_t reported_type;
    atn_due due;
    bool is_flow;
    uint32_t n_picked;
    /* slots */
    uint32_t slots_per_year;
    atn_cube_window *windows; /* n_periods */
    atn_cube_run *runs;
    uint32_t n_runs;
    atn_cube_piece *
        pieces; /* [0, n_pieces) by batch of periods, year, period; behind them, to n_needs, those of whole years */
    size_t n_pieces, n_needs;
    uint32_t first_year, end_year; /* of all windows; 0, 0 without any slot */
    bool all_due;
    /* Of periods that are whole years, over and over again for each unit of a chunk: which slots are due, which settle `last`. */
    uint16_t *due_bits, *settles_bits;
    /* reporters */
    bool *reports;        /* by unit */
    uint32_t *n_below;    /* by unit: reporters at it and below it */
    uint8_t *n_reporters; /* by chunk */
    uint32_t *wants;      /* by period: 0 where no slot is wanted, else all bits */
    /* of all slots that are due, and of all, by unit and period; the same array if all are due. In the cube's shared block */
    uint32_t *n_expected, *n_all;
} atn_cube_shape;

typedef struct atn_cube_tree {
    uint32_t first_year, end_year; /* years in which the tree is the same from first to last day */
    uint32_t *parent;              /* by unit; ATN_NONE: root, or not valid */
    uint32_t *order;               /* children before parents; NULL: from the last unit to the first */
} atn_cube_tree;

/* Where a job writes. NULL: the slab has no such array of its own. */
typedef struct atn_cube_lines {
    int64_t *value, *sure;
    uint32_t *n_present, *n_reported, *n_not_last;
    uint32_t *
        n_open; /* for `last` at first the member combinations that are settled, turned round when rolled up */
} atn_cube_lines;

typedef struct atn_cube_job {
    const atn_grid *grid;
    atn_cube_shape *shape;
    uint32_t measure;
    bool is_last, is_complete;
    uint32_t n_picked;
    uint8_t picked[ATN_GRID_MAX_CELLS]; /* cells */
    atn_cube_lines lines;
} atn_cube_job;

typedef struct atn_cube_plan {
    const attain_facts *facts;
    const atn_model *model;
    const attain_allocator *a;
    const atn_cube_kernels *kernels;
    const atn_cube_period *periods;
    uint32_t n_periods;
    size_t n_items; /* n_units * n_periods */
    bool
        open_by_due; /* a slot that is not due is not open, as in a line; else all slots of the period are wanted */
    atn_cube_tree tree;
    atn_cube_shape *shapes; /* room for one per job */
    uint32_t n_shapes;
    atn_cube_job *jobs;
    uint32_t n_jobs;
} atn_cube_plan;

/* A slot as cells instead of a pick. */
typedef struct atn_cube_wish {
    uint32_t measure;
    uint64_t cells;
} atn_cube_wish;

/* Plans for slots that atn_cube_takes; *plain as in atn_cube_make. To be given atn_cube_plan_free in any case. */
attain_status atn_cube_plan_init(atn_cube_plan *plan, const atn_cube_wish *wishes, uint32_t n_wishes,
                                 bool *plain, attain_error *err);
void atn_cube_plan_free(atn_cube_plan *plan);
/* The slots that a period of a cube has of a measure. */
atn_cube_window atn_cube_window_of(const attain_facts *facts, uint32_t measure,
                                   const atn_cube_period *period);
/* Is every figure there that a period of the job's shape has room for, at every reporter? */
bool atn_cube_job_is_complete(const atn_cube_plan *plan, const atn_cube_job *job);
/* The two passes of a job: units' own lines, then adding them up along the tree. */
void atn_cube_fill(const atn_cube_plan *plan, const atn_cube_job *job);
void atn_cube_roll_up(const atn_cube_plan *plan, const atn_cube_job *job);

#endif
