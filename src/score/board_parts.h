/* Board, the private side. */
#ifndef ATN_SCORE_BOARD_PARTS_H
#define ATN_SCORE_BOARD_PARTS_H

#include "score/board.h"
#include "score/table_parts.h"

#include "facts/cube_live.h"

/* Rows of some segments judged anew, before they take their places. */
typedef struct atn_board_batch {
    uint32_t *segments; /* ascending */
    uint32_t *targets;  /* of these */
    size_t *first_row;  /* in `judged`, and one behind the last */
    size_t n;
    attain_table *judged; /* NULL: none */
} atn_board_batch;

/* A column that has been made, and where it lies. */
typedef struct atn_cells {
    attain_column column;
    double *number;
    uint8_t *valid;
    int64_t *integer;
} atn_cells;

struct attain_board {
    const attain_plan *plan;
    attain_facts *facts;
    attain_allocator alloc;
    attain_score_options options; /* its arrays are the board's */
    attain_table *table;
    atn_live live;  /* of the table's cube; live.cube NULL: it has none */
    bool *has_left; /* by measure: it is not in the cube any more */
    uint32_t
        *first_user; /* by measure, and one behind the last: segments users[first_user[m] ...] depend on it */
    uint32_t *users;
    size_t n_users;
    bool *is_sorted; /* by segment: units ascend; not so where a target was asked for twice */
    uint32_t *above; /* the unit in hand and all that were above it on any day, ascending */
    uint32_t n_above;
    atn_cells cells[ATN_TABLE_COLUMNS]; /* columns that have been made and may change */
    size_t n_cells;
    unsigned n_made; /* columns of the table when they were listed */
    size_t *changed; /* rows, ascending */
    size_t n_changed, cap_changed;
    size_t most_users;       /* of one measure */
    atn_board_batch stored;  /* rows at `above` of targets that are stored rows */
    atn_board_batch leaving; /* all rows of sheets that become stored rows */
    /* room for both, until they are put in; NULL: what the table has is enough */
    atn_row *new_rows;
    size_t n_new_rows;
    atn_limb *new_pool;
    size_t n_new_pool;
};

/* Measures that the rows of the target depend on: used[m] = true. */
void atn_board_uses(const atn_model *model, uint32_t target, bool *used);

/* Judges what depends on the measure again and makes room for it; with `leaves` its sheets too. May fail, and then drops all. */
attain_status atn_board_judge(attain_board *board, uint32_t measure, bool leaves, attain_error *err);
/* Puts it in. */
void atn_board_put(attain_board *board);

/* Looks which columns have been made, which comes before atn_board_refresh. */
void atn_board_look(attain_board *board);
/* Tells the processor which cells the correction will change, so that they are on their way while the fact is looked up. */
void atn_board_expect(attain_board *board, const atn_live_cell *at);
/* How many rows of sheets one correction of the measure changes at most. */
size_t atn_board_most_cells(const attain_board *board, uint32_t measure);
/* Brings the rows of sheets up to date after the changes of the live cube. There is room in `changed`. */
void atn_board_refresh(attain_board *board, const atn_live_cell *at);

#endif
