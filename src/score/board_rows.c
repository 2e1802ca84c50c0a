/* Stored rows of boards: judged again, then put in the place of the old ones.
 *
 *   judged   [ target 4: VN, VN.01, C1 ][ target 9: VN ]        the units at and above the fact's alone; of a target that ceases to be
 *               │     │                    │                    a sheet, all its units
 *   table    [ target 4: VN .. VN.01 .. C1 .. ] ... [ target 9: VN ]
 *
 * The judge is asked for rows by target and unit, and gives as many for a unit as the table has, in the same order: so they are put in
 * place one for one. A number takes the place of the old one in the pool where it fits; the rest of the pool is gone over when it
 * would have to grow. */
#include "score/board_parts.h"

#include <string.h>

/* ---- judging ---- */

static attain_status judge_batch(const attain_board *board, atn_board_batch *batch, const uint32_t *units,
                                 size_t n_units, attain_error *err)
{
    const atn_score_part part = {batch->targets, batch->n, units, n_units};
    return batch->n == 0 ? ATTAIN_OK
                         : atn_score_rows(board->plan, board->facts, &board->options, &part, batch->first_row,
                                          &batch->judged, err);
}

static void sort_users(attain_board *board, uint32_t measure, bool leaves)
{
    board->stored.n = board->leaving.n = 0;
    for (uint32_t i = board->first_user[measure]; i < board->first_user[measure + 1]; i++) {
        const atn_segment *const at = &board->table->segments[board->users[i]];
        if (at->is_sheet && !leaves) {
            continue;
        }
        atn_board_batch *const batch = at->is_sheet ? &board->leaving : &board->stored;
        batch->segments[batch->n] = board->users[i];
        batch->targets[batch->n++] = at->item;
    }
}

/* Gives up what was judged. */
static void drop_batches(attain_board *board)
{
    atn_table_free(board->stored.judged);
    atn_table_free(board->leaving.judged);
    board->stored.judged = board->leaving.judged = NULL;
    if (board->new_rows != NULL) {
        atn_alloc_free_array(&board->alloc, board->new_rows, board->n_new_rows, sizeof board->new_rows[0]);
    }
    if (board->new_pool != NULL) {
        atn_alloc_free_array(&board->alloc, board->new_pool, board->n_new_pool, sizeof board->new_pool[0]);
    }
    board->new_rows = NULL;
    board->new_pool = NULL;
}

/* ---- which row goes where ---- */

/* The first of n rows, whose units ascend, that is not before the unit. */
static size_t lower_row(const atn_row *rows, size_t n, uint32_t unit)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (rows[middle].unit < unit) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Rows of one unit in one segment, and those judged for it. */
typedef struct pairing {
    const atn_segment *segment;
    const atn_row *judged; /* of the unit */
    size_t n_judged;
    uint32_t unit;
    size_t row, end; /* of the segment, where the unit's rows may lie */
} pairing;

static pairing pair_unit(const attain_board *board, const atn_board_batch *batch, size_t i, uint32_t unit)
{
    const uint32_t s = batch->segments[i];
    const atn_segment *const segment = &board->table->segments[s];
    const atn_row *const rows = board->table->rows + segment->at;
    const atn_row *const judged = batch->judged->rows + batch->first_row[i];
    const size_t n_judged = batch->first_row[i + 1] - batch->first_row[i];
    const size_t from = lower_row(judged, n_judged, unit);
    const size_t n = atn_segment_end(board->table, s) - segment->first;
    pairing p = {.segment = segment, .judged = judged + from, .unit = unit, .end = n};
    p.n_judged = lower_row(judged, n_judged, unit + 1) - from;
    if (board->is_sorted[s]) {
        p.row = lower_row(rows, n, unit);
        p.end = lower_row(rows, n, unit + 1);
    }
    p.end = p.n_judged == 0 ? p.row : p.end;
    return p;
}

/* ---- numbers ---- */

static size_t limbs_of(const atn_row *row)
{
    size_t n = 0;
    for (size_t i = 0; i < ATN_NUM_COUNT; i++) {
        const atn_number_ref *const ref = &row->number[i];
        n += ref->kind == ATN_CELL_NUMBER ? (size_t)ref->n_num + ref->n_den : 0;
    }
    return n;
}

/* Copies the numbers of a row from a pool to the end of another. */
static void move_numbers(atn_row *row, const atn_limb *from, atn_limb *to, size_t *n_to)
{
    for (size_t i = 0; i < ATN_NUM_COUNT; i++) {
        atn_number_ref *const ref = &row->number[i];
        const size_t n = (size_t)ref->n_num + ref->n_den;
        if (ref->kind == ATN_CELL_NUMBER) {
            memcpy(to + *n_to, from + ref->offset, n * sizeof to[0]);
            ref->offset = (uint32_t)*n_to;
            *n_to += n;
        }
    }
}

/* The row with its numbers over an old one: each number where the old one was, if it fits. */
static void replace_row(attain_table *table, size_t stored, const atn_row *row, const atn_limb *pool)
{
    const atn_row old = table->rows[stored];
    atn_row *const to = &table->rows[stored];
    *to = *row;
    for (size_t i = 0; i < ATN_NUM_COUNT; i++) {
        const atn_number_ref *const before = &old.number[i];
        atn_number_ref *const ref = &to->number[i];
        const size_t n = (size_t)ref->n_num + ref->n_den;
        if (ref->kind != ATN_CELL_NUMBER) {
            continue;
        }
        const bool fits = before->kind == ATN_CELL_NUMBER && n <= (size_t)before->n_num + before->n_den;
        const uint32_t from = ref->offset;
        ref->offset = fits ? before->offset : (uint32_t)table->n_pool;
        table->n_pool += fits ? 0 : n;
        memcpy(table->pool + ref->offset, pool + from, n * sizeof pool[0]);
    }
}

/* ---- room ---- */

/* Rows and limbs that the batch of stored rows will take at most. */
static void count_stored(const attain_board *board, size_t *n_rows, size_t *n_limbs)
{
    for (size_t i = 0; i < board->stored.n; i++) {
        for (uint32_t u = 0; u < board->n_above; u++) {
            const pairing p = pair_unit(board, &board->stored, i, board->above[u]);
            *n_rows += p.end - p.row;
            for (size_t r = p.row; r < p.end; r++) {
                *n_limbs += limbs_of(&p.judged[(r - p.row) % p.n_judged]);
            }
        }
    }
}

static bool need_pool(attain_board *board, size_t n_more)
{
    const attain_table *const table = board->table;
    size_t n_live = 0;
    if (n_more <= table->cap_pool - table->n_pool && table->cap_pool <= UINT32_MAX) {
        return true;
    }
    for (size_t i = 0; i < table->n_stored; i++) {
        n_live += limbs_of(&table->rows[i]);
    }
    board->n_new_pool = 2 * (n_live + n_more);
    if (n_live + n_more > UINT32_MAX / 2) {
        return false;
    }
    board->new_pool = atn_alloc_array(&board->alloc, board->n_new_pool, sizeof board->new_pool[0]);
    return board->new_pool != NULL;
}

static bool need_rows(attain_board *board, size_t n_more)
{
    const attain_table *const table = board->table;
    if (n_more <= table->cap_rows - table->n_stored) {
        return true;
    }
    board->n_new_rows = table->n_stored + n_more;
    board->new_rows = atn_alloc_array(&board->alloc, board->n_new_rows, sizeof board->new_rows[0]);
    return board->new_rows != NULL;
}

static bool need_changed(attain_board *board, size_t n)
{
    void *changed = board->changed;
    const bool grown =
        atn_alloc_grow(&board->alloc, &changed, &board->cap_changed, n, sizeof board->changed[0]);
    board->changed = changed;
    return grown;
}

/* Last of all the list of changed rows, which keeps its room. */
static bool make_room(attain_board *board, uint32_t measure)
{
    const attain_table *const leaving = board->leaving.judged;
    const size_t n_leaving = leaving != NULL ? leaving->n_stored : 0;
    size_t n_limbs = leaving != NULL ? leaving->n_pool : 0;
    size_t n_rows = 0;
    count_stored(board, &n_rows, &n_limbs);
    return need_pool(board, n_limbs) && need_rows(board, n_leaving) &&
           need_changed(board, n_rows + n_leaving + atn_board_most_cells(board, measure));
}

attain_status atn_board_judge(attain_board *board, uint32_t measure, bool leaves, attain_error *err)
{
    const size_t n_units = board->plan->model.n_units;
    sort_users(board, measure, leaves);
    attain_status status = judge_batch(board, &board->stored, board->above, board->n_above, err);
    if (status == ATTAIN_OK) {
        status = judge_batch(board, &board->leaving, NULL, n_units, err);
    }
    if (status == ATTAIN_OK && !make_room(board, measure)) {
        status = atn_error_memory(err, "correcting a scorecard");
    }
    if (status != ATTAIN_OK) {
        drop_batches(board);
    }
    return status;
}

/* ---- putting in ---- */

static void take_pool(attain_board *board)
{
    attain_table *const table = board->table;
    size_t n = 0;
    if (board->new_pool == NULL) {
        return;
    }
    for (size_t i = 0; i < table->n_stored; i++) {
        move_numbers(&table->rows[i], table->pool, board->new_pool, &n);
    }
    (void)atn_alloc_resize(&table->alloc, table->pool, table->cap_pool * sizeof table->pool[0], 0);
    table->pool = board->new_pool;
    table->n_pool = n;
    table->cap_pool = board->n_new_pool;
    board->new_pool = NULL;
}

static void take_rows(attain_board *board)
{
    attain_table *const table = board->table;
    if (board->new_rows == NULL) {
        return;
    }
    if (table->n_stored > 0) {
        memcpy(board->new_rows, table->rows, table->n_stored * sizeof table->rows[0]);
    }
    (void)atn_alloc_resize(&table->alloc, table->rows, table->cap_rows * sizeof table->rows[0], 0);
    table->rows = board->new_rows;
    table->cap_rows = board->n_new_rows;
    board->new_rows = NULL;
}

static void put_stored(attain_board *board)
{
    attain_table *const table = board->table;
    for (size_t i = 0; i < board->stored.n; i++) {
        for (uint32_t u = 0; u < board->n_above; u++) {
            const pairing p = pair_unit(board, &board->stored, i, board->above[u]);
            size_t k = 0;
            for (size_t r = p.row; r < p.end; r++) {
                if (table->rows[p.segment->at + r].unit == p.unit) {
                    replace_row(table, p.segment->at + r, &p.judged[k++ % p.n_judged],
                                board->stored.judged->pool);
                    board->changed[board->n_changed++] = p.segment->first + r;
                }
            }
        }
    }
}

static bool is_above(const attain_board *board, uint32_t unit)
{
    bool found = false;
    for (uint32_t i = 0; i < board->n_above; i++) {
        found = found || board->above[i] == unit;
    }
    return found;
}

/* What was a sheet: its rows are put behind the stored ones. Only those at the fact's unit and above it have changed; the others
 * say what the sheet said. */
static void put_leaving(attain_board *board)
{
    attain_table *const table = board->table;
    for (size_t i = 0; i < board->leaving.n; i++) {
        const attain_table *const judged = board->leaving.judged;
        atn_segment *const segment = &table->segments[board->leaving.segments[i]];
        segment->is_sheet = false;
        segment->at = table->n_stored;
        for (size_t r = board->leaving.first_row[i]; r < board->leaving.first_row[i + 1]; r++) {
            atn_row *const row = &table->rows[table->n_stored];
            *row = judged->rows[r];
            move_numbers(row, judged->pool, table->pool, &table->n_pool);
            if (is_above(board, row->unit)) {
                board->changed[board->n_changed++] = segment->first + (table->n_stored - segment->at);
            }
            table->n_stored += 1;
        }
    }
}

void atn_board_put(attain_board *board)
{
    board->n_changed = 0;
    take_pool(board);
    take_rows(board);
    put_stored(board);
    put_leaving(board);
    for (size_t i = 0; i < board->n_changed; i++) {
        atn_table_refill(board->table, board->changed[i]);
    }
    drop_batches(board);
}
