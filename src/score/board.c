/* Boards: made, corrected, freed. See board.h. */
#include "score/board_parts.h"

#include <string.h>

/* ---- memory ---- */

static void free_array(const attain_board *board, const void *items, size_t n, size_t item_size)
{
    if (items != NULL) {
        atn_alloc_free_array(&board->alloc, (void *)(uintptr_t)items, n, item_size);
    }
}

static void free_batch(const attain_board *board, const atn_board_batch *batch)
{
    free_array(board, batch->segments, board->most_users, sizeof batch->segments[0]);
    free_array(board, batch->targets, board->most_users, sizeof batch->targets[0]);
    free_array(board, batch->first_row, board->most_users + 1, sizeof batch->first_row[0]);
}

void atn_board_free(attain_board *board)
{
    if (board == NULL) {
        return;
    }
    const attain_allocator alloc = board->alloc;
    const atn_model *const model = &board->plan->model;
    const size_t n_segments = board->table != NULL ? board->table->n_segments : 0;
    atn_live_free(&board->live);
    free_array(board, board->options.targets, board->options.n_targets, sizeof board->options.targets[0]);
    free_array(board, board->options.units, board->options.n_units, sizeof board->options.units[0]);
    free_array(board, board->options.as_of, board->options.n_as_of, sizeof board->options.as_of[0]);
    free_array(board, board->has_left, model->n_measures, sizeof board->has_left[0]);
    free_array(board, board->first_user, (size_t)model->n_measures + 1, sizeof board->first_user[0]);
    free_array(board, board->users, board->n_users, sizeof board->users[0]);
    free_array(board, board->is_sorted, n_segments, sizeof board->is_sorted[0]);
    free_array(board, board->above, model->n_units, sizeof board->above[0]);
    free_array(board, board->changed, board->cap_changed, sizeof board->changed[0]);
    free_batch(board, &board->stored);
    free_batch(board, &board->leaving);
    atn_table_free(board->table);
    atn_alloc_free_array(&alloc, board, 1, sizeof *board);
}

/* ---- making ---- */

/* The caller's array in memory of the board's own; NULL stays NULL. */
static bool keep_items(const attain_board *board, const void *from, size_t n, size_t item_size, void **to)
{
    *to = from != NULL ? atn_alloc_array(&board->alloc, n, item_size) : NULL;
    if (*to != NULL && n > 0) {
        memcpy(*to, from, n * item_size);
    }
    return from == NULL || *to != NULL;
}

/* The as-of period, if none is given, is that of today's facts for as long as the board lives. */
static bool keep_options(attain_board *board, const attain_score_options *options)
{
    const attain_period last = atn_facts_last_period(board->facts);
    attain_score_options *const kept = &board->options;
    void *targets = NULL;
    void *units = NULL;
    void *as_of = NULL;
    *kept = *options;
    kept->n_as_of = options->as_of != NULL ? options->n_as_of : 1;
    const bool good =
        keep_items(board, options->targets, options->n_targets, sizeof options->targets[0], &targets) &&
        keep_items(board, options->units, options->n_units, sizeof options->units[0], &units) &&
        keep_items(board, options->as_of != NULL ? options->as_of : &last, kept->n_as_of,
                   sizeof options->as_of[0], &as_of);
    kept->targets = targets;
    kept->units = units;
    kept->as_of = as_of;
    return good;
}

/* One pass counts the users of each measure, the other lists them. */
static void find_users(attain_board *board, bool *used, bool lists)
{
    const atn_model *const model = &board->plan->model;
    for (size_t s = 0; s < board->table->n_segments; s++) {
        memset(used, 0, model->n_measures * sizeof used[0]);
        atn_board_uses(model, board->table->segments[s].item, used);
        for (uint32_t m = 0; m < model->n_measures; m++) {
            if (used[m] && lists) {
                board->users[board->first_user[m]++] = (uint32_t)s;
            } else if (used[m]) {
                board->first_user[m + 1] += 1;
            }
        }
    }
}

static bool list_users(attain_board *board)
{
    const uint32_t n = board->plan->model.n_measures;
    bool *const used = atn_alloc_array(&board->alloc, n, sizeof used[0]);
    board->first_user = atn_alloc_array(&board->alloc, (size_t)n + 1, sizeof board->first_user[0]);
    const bool counts = used != NULL && board->first_user != NULL;
    if (counts) {
        find_users(board, used, false);
        for (uint32_t m = 0; m < n; m++) {
            const size_t n_here = board->first_user[m + 1];
            board->most_users = n_here > board->most_users ? n_here : board->most_users;
            board->first_user[m + 1] += board->first_user[m];
        }
        board->n_users = board->first_user[n];
        board->users = atn_alloc_array(&board->alloc, board->n_users, sizeof board->users[0]);
    }
    if (counts && board->users != NULL) {
        find_users(board, used, true);
        memmove(board->first_user + 1, board->first_user, n * sizeof board->first_user[0]);
        board->first_user[0] = 0;
    }
    free_array(board, used, n, sizeof used[0]);
    return board->users != NULL;
}

static bool units_ascend(const attain_table *table, size_t s)
{
    const atn_segment *const at = &table->segments[s];
    const size_t n = atn_segment_end(table, s) - at->first;
    bool ascend = true;
    for (size_t r = 1; !at->is_sheet && r < n; r++) {
        ascend = ascend && table->rows[at->at + r - 1].unit <= table->rows[at->at + r].unit;
    }
    return ascend;
}

static bool make_batch(attain_board *board, atn_board_batch *batch)
{
    const size_t n = board->most_users;
    batch->segments = atn_alloc_array(&board->alloc, n, sizeof batch->segments[0]);
    batch->targets = atn_alloc_array(&board->alloc, n, sizeof batch->targets[0]);
    batch->first_row = atn_alloc_array(&board->alloc, n + 1, sizeof batch->first_row[0]);
    return batch->segments != NULL && batch->targets != NULL && batch->first_row != NULL;
}

static bool follow_table(attain_board *board)
{
    attain_table *const table = board->table;
    const atn_model *const model = &board->plan->model;
    size_t most = 1;
    board->has_left = atn_alloc_array(&board->alloc, model->n_measures, sizeof board->has_left[0]);
    board->is_sorted = atn_alloc_array(&board->alloc, table->n_segments, sizeof board->is_sorted[0]);
    board->above = atn_alloc_array(&board->alloc, model->n_units, sizeof board->above[0]);
    if (board->has_left == NULL || board->is_sorted == NULL || board->above == NULL || !list_users(board) ||
        !make_batch(board, &board->stored) || !make_batch(board, &board->leaving)) {
        return false;
    }
    for (size_t s = 0; s < table->n_segments; s++) {
        board->is_sorted[s] = units_ascend(table, s);
    }
    table->is_live = true;
    if (table->book != NULL) {
        table->book->is_live = true;
        if (!atn_live_init(&board->live, board->facts, &table->book->cube)) {
            return false;
        }
    }
    for (uint32_t m = 0; m < model->n_measures; m++) {
        const size_t n = atn_board_most_cells(board, m);
        most = n > most ? n : most;
    }
    board->changed = atn_alloc_array(&board->alloc, most, sizeof board->changed[0]);
    board->cap_changed = board->changed != NULL ? most : 0;
    return board->changed != NULL;
}

attain_status atn_board_new(const attain_plan *plan, attain_facts *facts, const attain_score_options *options,
                            attain_board **out, attain_error *err)
{
    if (options->skip_rows != 0 || options->limit_rows != 0) {
        return atn_error_set(
            err, ATTAIN_E_ARGUMENT,
            "a board has all rows of its targets and units; skip_rows and limit_rows must be 0");
    }
    ATN_TRY(atn_score_schema(plan, facts, err));
    attain_board *const board = atn_alloc_array(&plan->alloc, 1, sizeof *board);
    if (board == NULL) {
        return atn_error_memory(err, "making a board");
    }
    board->plan = plan;
    board->facts = facts;
    board->alloc = plan->alloc;
    attain_status status = keep_options(board, options) ? ATTAIN_OK : atn_error_memory(err, "making a board");
    if (status == ATTAIN_OK) {
        status = atn_score(plan, facts, &board->options, &board->table, err);
    }
    if (status == ATTAIN_OK && !follow_table(board)) {
        status = atn_error_memory(err, "making a board");
    }
    if (status != ATTAIN_OK) {
        atn_board_free(board);
        return status;
    }
    board->options.progress = NULL;
    *out = board;
    return ATTAIN_OK;
}

/* ---- correcting ---- */

/* A correction on its way. */
typedef struct correction {
    const attain_fact *fact;
    bool removes;
    bool is_figure; /* `at` holds */
    atn_live_cell at;
    bool was_there;
    attain_fact old; /* if so */
} correction;

static bool follows(const attain_board *board, uint32_t measure)
{
    return board->live.cube != NULL && atn_live_has(&board->live, measure) && !board->has_left[measure];
}

/* All that depends on the measure are sheets over its slabs. */
static bool has_sheets_only(const attain_board *board, uint32_t measure)
{
    bool all = follows(board, measure);
    for (uint32_t i = board->first_user[measure]; all && i < board->first_user[measure + 1]; i++) {
        all = board->table->segments[board->users[i]].is_sheet;
    }
    return all;
}

/* By far the most corrections: a figure for a figure, of a measure that only sheets use. Nothing is allocated. */
static bool replace_figure(attain_board *board, const correction *c)
{
    attain_fact back = *c->fact;
    if (c->removes || !c->is_figure || !has_sheets_only(board, c->at.measure)) {
        return false;
    }
    atn_live_begin(&board->live, &c->at);
    atn_board_expect(board, &c->at);
    if (!atn_live_swap(board->facts, c->fact, &c->at, &back.value)) {
        return false;
    }
    atn_live_replaced(&board->live, &c->at, back.value, c->fact->value);
    if (!atn_live_fits(&board->live, &c->at)) {
        int64_t unwanted;
        (void)atn_live_swap(board->facts, &back, &c->at, &unwanted);
        return false;
    }
    board->n_changed = 0;
    atn_live_apply(&board->live, &c->at);
    atn_board_refresh(board, &c->at);
    return true;
}

static void sort_ascending(uint32_t *items, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        const uint32_t item = items[i];
        uint32_t at = i;
        for (; at > 0 && items[at - 1] > item; at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

/* The unit and all that are above it on any day: whatever the tree of a period, no other unit sums up its facts. */
static void find_above(attain_board *board, uint32_t unit)
{
    const atn_model *const model = &board->plan->model;
    board->above[0] = unit;
    board->n_above = 1;
    for (uint32_t i = 0; i < board->n_above; i++) {
        const atn_unit *const at = &model->units[board->above[i]];
        for (uint32_t e = 0; e < at->n_edges; e++) {
            const uint32_t parent = model->edges[at->first_edge + e].parent;
            bool is_new = parent != ATN_NONE;
            for (uint32_t k = 0; k < board->n_above; k++) {
                is_new = is_new && board->above[k] != parent;
            }
            if (is_new) {
                board->above[board->n_above++] = parent;
            }
        }
    }
    sort_ascending(board->above, board->n_above);
}

/* Rows come segment by segment, sheets behind stored ones: two runs, or more where a target was asked for twice. */
static void sort_changed(attain_board *board)
{
    size_t *const rows = board->changed;
    for (size_t gap = board->n_changed / 2; gap > 0; gap /= 2) {
        for (size_t i = gap; i < board->n_changed; i++) {
            const size_t row = rows[i];
            size_t at = i;
            for (; at >= gap && rows[at - gap] > row; at -= gap) {
                rows[at] = rows[at - gap];
            }
            rows[at] = row;
        }
    }
}

static void apply(attain_board *board, const atn_live_cell *at)
{
    atn_live *const live = &board->live;
    atn_board_look(board);
    atn_live_apply(live, at);
    for (uint32_t slot = 0; slot < live->cube->n_slots && live->n_changes > 0; slot++) {
        for (uint32_t u = 0; atn_live_picks(live, slot, at) && u < live->n_chain; u++) {
            atn_book_look(board->table->book, slot, live->chain[u], 1);
        }
    }
    atn_board_refresh(board, at);
}

/* The facts are corrected; now the board, or it fails and is as it was. */
static attain_status follow(attain_board *board, const correction *c, attain_error *err)
{
    const uint32_t measure = c->fact->measure;
    bool has_slab = follows(board, measure);
    bool leaves = has_slab && !atn_cube_facts_are_plain(board->facts, measure);
    if (has_slab && !leaves) {
        atn_live_after(&board->live, &c->at, c->was_there, c->was_there ? c->old.value : 0, !c->removes,
                       c->removes ? 0 : c->fact->value);
        leaves = !atn_live_fits(&board->live, &c->at);
    }
    has_slab = has_slab && !leaves;
    find_above(board, c->fact->unit);
    if (has_slab && !atn_live_reserve(&board->live, &c->at)) {
        return atn_error_memory(err, "correcting a scorecard");
    }
    ATN_TRY(atn_board_judge(board, measure, leaves, err));
    atn_board_put(board);
    if (has_slab) {
        apply(board, &c->at);
    }
    board->has_left[measure] = board->has_left[measure] || leaves;
    sort_changed(board);
    return ATTAIN_OK;
}

/* The old fact in its place again, for which it left room; or the new one taken away. */
static void take_back(attain_board *board, const correction *c)
{
    const attain_status status =
        atn_facts_set(board->facts, c->was_there ? &c->old : c->fact, !c->was_there, NULL);
    (void)status;
}

attain_status atn_board_set(attain_board *board, const attain_fact *fact, bool remove, attain_error *err)
{
    correction c = {.fact = fact, .removes = remove};
    c.is_figure = board->live.cube != NULL && atn_live_recall(&board->live, fact, &c.at);
    if (replace_figure(board, &c)) {
        return ATTAIN_OK;
    }
    c.was_there = atn_live_standing(board->facts, fact, &c.old);
    if (c.is_figure && follows(board, c.at.measure)) {
        atn_live_begin(&board->live, &c.at);
        atn_live_before(&board->live, &c.at);
    }
    ATN_TRY(atn_facts_set(board->facts, fact, remove, err));
    if (remove && !c.was_there) {
        board->n_changed = 0;
        return ATTAIN_OK;
    }
    const attain_status status = follow(board, &c, err);
    if (status != ATTAIN_OK) {
        take_back(board, &c);
    }
    return status;
}

/* ---- reading ---- */

size_t atn_board_changed(const attain_board *board, const size_t **rows)
{
    *rows = board->changed;
    return board->n_changed;
}

attain_table *atn_board_table(const attain_board *board)
{
    return board->table;
}

attain_status atn_board_snapshot(const attain_board *board, attain_table **out, attain_error *err)
{
    return atn_table_copy(board->table, out, err);
}
