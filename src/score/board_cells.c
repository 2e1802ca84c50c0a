/* Rows of sheets brought up to date, in the columns that have been made.
 *
 *   rows     the fact's unit and those above it, on the days that the changed periods reach: a handful
 *   batch    those of one sheet and one day, with N, D and the baseline
 *   cells    column by column: the usual ones by board_columns.c, the others by a sheet that has no rows but these */
#include "score/board_batch.h"
#include "score/sheet_block.h"

#include "number/double.h"

/* ---- columns ---- */

void atn_board_look(attain_board *board)
{
    attain_table *const table = board->table;
    const unsigned n_made = atomic_load(&table->n_made);
    if (n_made == board->n_made) {
        return;
    }
    board->n_made = n_made;
    board->n_cells = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        const attain_column column = table->columns[i];
        const atn_made_column *const made = atomic_load_explicit(&table->made[column], memory_order_acquire);
        if (made == NULL || column < ATTAIN_COL_NUMERATOR || column == ATTAIN_COL_DUE) {
            continue;
        }
        atn_cells *const to = &board->cells[board->n_cells++];
        *to = (atn_cells){.column = column};
        if (column <= ATTAIN_COL_PATH) {
            to->number = made->data;
            to->valid = (uint8_t *)(to->number + table->n_rows);
        } else {
            to->integer = made->data;
        }
    }
}

#if defined(__GNUC__)
enum { EXPECTED_UNITS = 4 }; /* from below */

/* A figure for a figure leaves counts, and mostly what is empty, as they were. */
static void expect_row(const attain_board *board, size_t row, attain_column stays)
{
    for (size_t c = 0; c < board->n_cells; c++) {
        const atn_cells *const to = &board->cells[c];
        if (to->number != NULL && to->column != stays) {
            __builtin_prefetch(to->number + row, 1);
        } else if (to->column < ATTAIN_COL_REPORTED && to->integer != NULL) {
            __builtin_prefetch(to->integer + row, 1);
        }
    }
}

static void expect_sheet(const attain_board *board, const atn_segment *segment, const atn_live_cell *at)
{
    const atn_live *const live = &board->live;
    const atn_sheet *const sheet = &board->table->book->sheets[segment->at];
    const bool of_n = atn_live_picks(live, sheet->n_slot, at);
    const uint32_t other = of_n ? sheet->d_slot : sheet->n_slot;
    const attain_column stays = of_n ? ATTAIN_COL_DENOMINATOR : ATTAIN_COL_NUMERATOR;
    for (uint32_t i = 0; i < live->n_chain && i < EXPECTED_UNITS; i++) {
        const uint32_t unit = live->chain[live->n_chain - 1 - i];
        const uint32_t position = atn_sheet_position(sheet, unit);
        if (other != ATN_NONE) {
            __builtin_prefetch(sheet->cube->slabs[other].value + (size_t)unit * sheet->cube->n_periods);
        }
        for (uint32_t d = 0; position != ATN_NONE && d < sheet->n_days; d++) {
            if (sheet->days[d].column == live->hits[0]) {
                expect_row(board, segment->first + (size_t)position * sheet->n_days + d, stays);
            }
        }
    }
}
#endif

void atn_board_expect(attain_board *board, const atn_live_cell *at)
{
    atn_board_look(board);
    /* Of `last` most figures of a year are not the one that counts; and of many periods too many lines would be asked for. */
    if (board->live.n_hits != 1 || board->plan->model.measures[at->measure].law_time == ATN_LAW_LAST) {
        return;
    }
    atn_live_expect(&board->live, at);
#if defined(__GNUC__)
    for (uint32_t i = board->first_user[at->measure]; i < board->first_user[at->measure + 1]; i++) {
        expect_sheet(board, &board->table->segments[board->users[i]], at);
    }
#endif
}

/* The batch as a sheet of its own, whose column is then put where the rows are. */
static void put_by_sheet(const atn_batch *b, const atn_cells *to)
{
    atn_sheet few = *b->sheet;
    double number[ATN_BATCH_ROWS];
    uint8_t valid[ATN_BATCH_ROWS];
    int64_t integer[ATN_BATCH_ROWS];
    few.units = (uint32_t *)(uintptr_t)b->unit; /* only read */
    few.marks = (uint8_t *)(uintptr_t)b->mark;
    few.n_units = (uint32_t)b->n;
    few.days += b->day;
    few.n_days = 1;
    few.is_whole = false;
    const atn_sheet_column column = {to->column, number, valid, to->integer != NULL ? integer : NULL};
    atn_sheet_columns(&few, 0, b->n, &column, 1, false);
    for (size_t i = 0; i < b->n; i++) {
        if (to->integer != NULL) {
            to->integer[b->row[i]] = integer[i];
        } else {
            to->number[b->row[i]] = number[i];
            to->valid[b->row[i]] = valid[i];
        }
    }
}

/* ---- batches ---- */

typedef struct refreshing {
    attain_board *board;
    bool divides; /* doubles are divided as they should be, just now */
    atn_batch batch;
} refreshing;

static void flush(refreshing *r)
{
    const attain_board *const board = r->board;
    for (size_t c = 0; c < board->n_cells && r->batch.n > 0; c++) {
        if (!r->divides || !atn_batch_put(&r->batch, &board->cells[c])) {
            put_by_sheet(&r->batch, &board->cells[c]);
        }
    }
    r->batch.n = 0;
    r->batch.any_gap = false;
    r->batch.has_quotients = false;
    r->batch.same_validity = r->batch.may_be_same;
}

/* As sheets say it: the first that holds of no_data, no_denominator, zero_denominator, range_only. */
static uint8_t state_of(unsigned n_gap, unsigned d_gap, int64_t d)
{
    return (n_gap & ATN_GAP_NO_FIGURE) != 0   ? ATTAIN_STATE_NO_DATA
           : (d_gap & ATN_GAP_NO_FIGURE) != 0 ? ATTAIN_STATE_NO_DENOMINATOR
           : d != 0                           ? ATTAIN_STATE_OK
           : (d_gap & ATN_GAP_NO_END) != 0    ? ATTAIN_STATE_RANGE_ONLY
                                              : ATTAIN_STATE_ZERO_DENOMINATOR;
}

/* The figures of a slot for one unit; without a slot all are 1. */
typedef struct line {
    const int64_t *value, *sure;
    const uint8_t *gap; /* NULL: there is none */
} line;

static line line_of(const atn_sheet *sheet, uint32_t slot, uint32_t unit)
{
    const atn_book *const book = sheet->book;
    if (slot == ATN_NONE) {
        return (line){NULL, NULL, NULL};
    }
    const atn_slab *const slab = &sheet->cube->slabs[slot];
    const size_t at = (size_t)slot * book->cube.n_units + unit;
    const size_t first = (size_t)unit * book->cube.n_periods;
    return (book->full[at] & ATN_FULL_FIGURES) != 0
               ? (line){slab->value + first, slab->value + first, NULL}
               : (line){slab->value + first, slab->sure + first, book->gap + at * book->cube.n_periods};
}

static int64_t value_at(const line *l, uint32_t column)
{
    return l->value != NULL ? l->value[column] : 1;
}

static int64_t sure_at(const line *l, uint32_t column)
{
    return l->sure != NULL ? l->sure[column] : 1;
}

static uint8_t gap_at(const line *l, uint32_t column)
{
    return l->gap != NULL ? l->gap[column] : 0;
}

static void read_base(atn_batch *b, size_t i, const line *n, const line *d)
{
    const atn_sheet *const sheet = b->sheet;
    if (sheet->base != ATN_BASE_PERIOD) {
        b->n_base[i] = sheet->stated.num;
        b->d_base[i] = sheet->stated.den;
        b->has_base[i] = sheet->base == ATN_BASE_STATED;
        return;
    }
    const uint32_t column = sheet->base_column;
    b->n_base[i] = value_at(n, column);
    b->d_base[i] = value_at(d, column);
    b->has_base[i] = sheet->days[b->day].baseline_is_over &&
                     state_of(gap_at(n, column), gap_at(d, column), b->d_base[i]) == ATTAIN_STATE_OK;
}

static void add_row(refreshing *r, uint32_t unit, uint8_t mark, size_t row)
{
    atn_batch *const b = &r->batch;
    const atn_sheet *const sheet = b->sheet;
    const uint32_t column = sheet->days[b->day].column;
    const line n = line_of(sheet, sheet->n_slot, unit);
    const line d = line_of(sheet, sheet->d_slot, unit);
    const size_t i = b->n++;
    b->row[i] = row;
    b->unit[i] = unit;
    b->mark[i] = mark;
    b->n_value[i] = value_at(&n, column);
    b->d_value[i] = value_at(&d, column);
    b->n_sure[i] = sure_at(&n, column);
    b->d_sure[i] = sure_at(&d, column);
    b->n_gap[i] = gap_at(&n, column);
    b->d_gap[i] = gap_at(&d, column);
    b->state[i] = state_of(b->n_gap[i], b->d_gap[i], b->d_value[i]);
    b->any_gap = b->any_gap || (b->n_gap[i] | b->d_gap[i]) != 0;
    /* What is empty depends on D = 0, on N = 0 where N divides, and on gaps. */
    b->same_validity = b->same_validity && b->d_gap[i] == 0 && b->d_value[i] != 0 &&
                       b->d_value[i] != b->d_by && b->n_value[i] != 0 && b->n_value[i] != b->n_by;
    read_base(b, i, &n, &d);
    if (b->n == ATN_BATCH_ROWS) {
        flush(r);
    }
}

/* ---- rows ---- */

/* Does a change reach the day: its own period's, or the baseline's, with which the columns of all days go? */
static bool day_changes(const atn_live *live, const atn_sheet *sheet, uint32_t day)
{
    bool any = false;
    for (uint32_t c = 0; c < live->n_changes; c++) {
        const uint32_t period = live->changes[c].period;
        any = any || sheet->days[day].column == period ||
              (sheet->base == ATN_BASE_PERIOD && sheet->base_column == period);
    }
    return any;
}

/* The unit's place in the list; ATN_NONE also where it is not there on the day, for then its rows say so and nothing else. */
static uint32_t find_position(const atn_sheet *sheet, uint32_t unit)
{
    const uint32_t position = atn_sheet_position(sheet, unit);
    const bool is_there =
        position != ATN_NONE && (sheet->marks == NULL || (sheet->marks[position] & ATN_MARK_NOT_VALID) == 0);
    return is_there ? position : ATN_NONE;
}

/* The change of a slot in a period. */
static int64_t change_of(const atn_live *live, const atn_live_cell *at, uint32_t slot, uint32_t period)
{
    int64_t by = 0;
    for (uint32_t c = 0; slot != ATN_NONE && atn_live_picks(live, slot, at) && c < live->n_changes; c++) {
        by = live->changes[c].period == period ? live->changes[c].value : by;
    }
    return by;
}

static void begin_day(refreshing *r, const atn_live_cell *at, uint32_t day)
{
    atn_batch *const b = &r->batch;
    const atn_live *const live = &r->board->live;
    const atn_sheet *const sheet = b->sheet;
    b->day = day;
    b->n_by = change_of(live, at, sheet->n_slot, sheet->days[day].column);
    b->d_by = change_of(live, at, sheet->d_slot, sheet->days[day].column);
    b->n_stays = b->only_values && b->n_by == 0;
    b->d_stays = b->only_values && b->d_by == 0;
    const bool base_stays =
        sheet->base != ATN_BASE_PERIOD || (change_of(live, at, sheet->n_slot, sheet->base_column) == 0 &&
                                           change_of(live, at, sheet->d_slot, sheet->base_column) == 0);
    b->may_be_same = b->same_validity = b->only_values && base_stays;
}

/* The short way, for one figure in one column of the sheet that is no baseline. */
static bool refresh_plain(refreshing *r, const atn_live_cell *at, const atn_segment *segment,
                          const atn_sheet *sheet)
{
    const atn_live *const live = &r->board->live;
    const uint32_t period = live->changes[0].period;
    uint32_t day = 0;
    uint32_t n_days = 0;
    if (!r->divides || live->n_changes != 1 ||
        (sheet->base == ATN_BASE_PERIOD && sheet->base_column == period)) {
        return false;
    }
    for (uint32_t d = 0; d < sheet->n_days; d++) {
        const bool is_it = sheet->days[d].column == period;
        day = is_it ? d : day;
        n_days += is_it;
    }
    if (n_days != 1) {
        return n_days == 0;
    }
    begin_day(r, at, day);
    return r->batch.may_be_same &&
           atn_board_put_plain(r->board, segment, sheet, day, r->batch.n_by, r->batch.d_by);
}

static void refresh_sheet(refreshing *r, const atn_live_cell *at, const atn_segment *segment,
                          const atn_sheet *sheet)
{
    attain_board *const board = r->board;
    const atn_live *const live = &board->live;
    const size_t first_changed = board->n_changed;
    uint32_t days[SHEET_DAYS];
    uint32_t n_days = 0;
    r->batch.sheet = sheet;
    if (refresh_plain(r, at, segment, sheet)) {
        return;
    }
    for (uint32_t d = 0; d < sheet->n_days; d++) {
        days[n_days] = d;
        n_days += day_changes(live, sheet, d);
    }
    for (uint32_t i = 0; i < n_days; i++) {
        begin_day(r, at, days[i]);
        size_t k = 0;
        for (uint32_t u = 0; u < live->n_chain; u++) {
            const uint32_t position = find_position(sheet, live->chain[u]);
            const size_t row = segment->first + (size_t)position * sheet->n_days + days[i];
            if (position != ATN_NONE) {
                board->changed[first_changed + k * n_days + i] = row; /* ascending: unit by unit */
                board->n_changed += 1;
                k += 1;
                add_row(r, live->chain[u], sheet->marks != NULL ? sheet->marks[position] : 0, row);
            }
        }
        flush(r);
    }
}

static bool sheet_changes(const atn_live *live, const atn_sheet *sheet, const atn_live_cell *at)
{
    return atn_live_picks(live, sheet->n_slot, at) ||
           (sheet->d_slot != ATN_NONE && atn_live_picks(live, sheet->d_slot, at));
}

size_t atn_board_most_cells(const attain_board *board, uint32_t measure)
{
    size_t n = 0;
    for (uint32_t i = board->first_user[measure]; i < board->first_user[measure + 1]; i++) {
        const atn_segment *const at = &board->table->segments[board->users[i]];
        if (at->is_sheet) {
            n += (size_t)board->live.cap_chain * board->table->book->sheets[at->at].n_days;
        }
    }
    return n;
}

void atn_board_refresh(attain_board *board, const atn_live_cell *at)
{
    const atn_live *const live = &board->live;
    refreshing r;
    if (live->n_changes == 0) {
        return;
    }
    r.board = board;
    r.divides = atn_double_nearest_now();
    r.batch.only_values = !atn_live_counts_change(live);
    r.batch.any_gap = r.batch.has_quotients = false;
    r.batch.n = 0;
    for (uint32_t i = board->first_user[at->measure]; i < board->first_user[at->measure + 1]; i++) {
        const atn_segment *const segment = &board->table->segments[board->users[i]];
        if (segment->is_sheet && sheet_changes(live, &board->table->book->sheets[segment->at], at)) {
            refresh_sheet(&r, at, segment, &board->table->book->sheets[segment->at]);
        }
    }
}
