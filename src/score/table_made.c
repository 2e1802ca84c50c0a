/* Columns of tables: made when first asked for, once, and published by a compare-and-swap of their pointer, so that any number of threads
 * may ask at the same time; a loser frees its copy.
 *
 *   asked: value, low, verdict      rows ──▶ tasks ──▶ segments ──▶ blocks ──▶ each column of the block
 *
 * Filled range by range, so that threads can share the work where the caller allowed any; several columns block by block, so that the
 * figures behind them come from memory once; and large ones past the caches, which nobody would find them in. */
#include "base/stream.h"
#include "score/table_parts.h"

#define N_COLUMNS ATN_TABLE_COLUMNS

typedef atn_made_column made_column;
typedef atn_segment segment;

static bool has_column(const attain_table *table, attain_column column)
{
    return atn_table_column_name(table, column)[0] != '\0';
}

static attain_status no_column(const attain_table *table, attain_column column, const char *kind,
                               attain_error *err)
{
    return atn_error_set(err, ATTAIN_E_ARGUMENT, "column %d is not a %s column of a %s", (int)column, kind,
                         table->is_scorecard ? "scorecard" : "table of values");
}

/* Rows [first, first + n) of a segment of stored rows. */
static void stored_doubles(const attain_table *table, const atn_row *rows, size_t n, atn_number_column column,
                           double *values, uint8_t *valid)
{
    for (size_t i = 0; i < n; i++) {
        const atn_number_ref *const ref = &rows[i].number[column];
        atn_ratio value;
        values[i] = 0.0; /* there where integers are not: NOLINT(clang-analyzer-core.NullDereference) */
        valid[i] = 0;
        if (atn_table_stored_number(table, ref, &value)) {
            values[i] = atn_ratio_double(&value);
            valid[i] = 1;
        } else if (ref->kind != ATN_CELL_EMPTY) {
            values[i] = ref->kind == ATN_CELL_PLUS_INFINITE ? 1.0 : -1.0;
            valid[i] = 2;
        }
    }
}

static int64_t id_or_none(uint32_t index)
{
    return index == ATN_NONE ? -1 : (int64_t)index;
}

static int64_t integer_of(const atn_row *row, attain_column column)
{
    switch ((int)column) {
    case ATTAIN_COL_TARGET:
    case ATTAIN_COL_INDICATOR: return id_or_none(row->item);
    case ATTAIN_COL_UNIT: return id_or_none(row->unit);
    case ATTAIN_COL_VERDICT: return row->verdict;
    case ATTAIN_COL_REASON: return row->reasons;
    case ATTAIN_COL_FLAGS: return row->flags;
    case ATTAIN_COL_PACE: return row->pace;
    case ATTAIN_COL_STATE: return row->state;
    case ATTAIN_COL_REPORTED: return row->reported;
    case ATTAIN_COL_EXPECTED: return row->expected;
    default: return row->missing;
    }
}

typedef struct period_column {
    attain_column column;
    attain_period *periods;
} period_column;

/* Columns that are filled together, of n_rows from row `first` on; those of periods, behind which there are no figures, apart. */
typedef struct targets {
    size_t first, n_rows;
    atn_sheet_column column[N_COLUMNS];
    size_t n_columns;
    period_column period[2];
    size_t n_periods;
    bool past_caches;
} targets;

static void fill_stored(const attain_table *table, const segment *at, size_t first, size_t end,
                        const targets *to)
{
    const atn_row *const rows = table->rows + at->at + (first - at->first);
    const size_t n = end - first;
    const size_t to_row = first - to->first;
    for (size_t k = 0; k < to->n_columns; k++) {
        const atn_sheet_column *const of = &to->column[k];
        if (of->integers == NULL) {
            stored_doubles(table, rows, n, (atn_number_column)(of->column - ATTAIN_COL_NUMERATOR),
                           of->doubles + to_row, of->valid + to_row);
        }
        for (size_t i = 0; of->integers != NULL && i < n; i++) {
            of->integers[to_row + i] = integer_of(&rows[i], of->column);
        }
    }
    for (size_t k = 0; k < to->n_periods; k++) {
        attain_period *const periods = to->period[k].periods + to_row;
        for (size_t i = 0; i < n; i++) {
            periods[i] = to->period[k].column == ATTAIN_COL_DUE ? rows[i].due : rows[i].period;
        }
    }
}

static void fill_sheet(const attain_table *table, const segment *at, size_t first, size_t end,
                       const targets *to)
{
    const atn_sheet *const sheet = atn_segment_sheet(table, at);
    const size_t row = first - at->first;
    const size_t to_row = first - to->first;
    atn_sheet_column column[N_COLUMNS];
    for (size_t k = 0; k < to->n_columns; k++) {
        const atn_sheet_column *const of = &to->column[k];
        column[k] = *of;
        if (of->integers != NULL) {
            column[k].integers += to_row;
        } else {
            column[k].doubles += to_row;
            column[k].valid += to_row;
        }
    }
    atn_sheet_columns(sheet, row, end - first, column, to->n_columns, to->past_caches);
    for (size_t k = 0; k < to->n_periods; k++) {
        atn_sheet_periods(sheet, to->period[k].column, row, end - first, to->period[k].periods + to_row);
    }
}

static void fill_rows(const attain_table *table, size_t first, size_t end, const targets *to)
{
    for (size_t i = first < end ? atn_segment_find(table, first) : 0; first < end; i++) {
        const segment *const at = &table->segments[i];
        const size_t stop = atn_segment_end(table, i) < end ? atn_segment_end(table, i) : end;
        if (at->is_sheet) {
            fill_sheet(table, at, first, stop, to);
        } else {
            fill_stored(table, at, first, stop, to);
        }
        first = stop;
    }
}

void atn_table_integers_of(const attain_table *table, attain_column column, size_t first, size_t end,
                           int64_t *values) /* written: NOLINT(readability-non-const-parameter) */
{
    const targets to = {.first = first,
                        .n_rows = end - first,
                        .column = {{.column = column, .integers = values}},
                        .n_columns = 1};
    fill_rows(table, first, end, &to);
}

/* Threads are started only for a column of this many rows for each. */
#define GRAIN 65536
/* Columns of so many rows do not stay in the caches anyway. */
#define LARGE_ROWS 16384

typedef struct filling {
    const attain_table *table;
    const targets *to;
    size_t n_tasks;
} filling;

static void fill_task(void *ctx, size_t task)
{
    const filling *const f = ctx;
    size_t first = 0;
    size_t end = 0;
    atn_team_share(f->to->n_rows, f->n_tasks, task, &first, &end);
    fill_rows(f->table, f->to->first + first, f->to->first + end, f->to);
    atn_stream_end();
}

static void fill_all(const attain_table *table, const targets *to)
{
    const atn_team alone = {0};
    const atn_team *const team = table->book != NULL ? &table->book->team : &alone;
    filling f = {table, to, atn_team_tasks(team, to->n_rows, GRAIN)};
    atn_team_run(team, fill_task, &f, f.n_tasks);
}

bool atn_table_is_number(attain_column column)
{
    return column >= ATTAIN_COL_NUMERATOR && column <= ATTAIN_COL_PATH;
}

typedef enum column_kind { DOUBLES, INTEGERS, PERIODS } column_kind;

static column_kind kind_of(attain_column column)
{
    return atn_table_is_number(column)                               ? DOUBLES
           : column == ATTAIN_COL_PERIOD || column == ATTAIN_COL_DUE ? PERIODS
                                                                     : INTEGERS;
}

static void add_target(attain_column column, void *data, targets *to)
{
    const column_kind kind = kind_of(column);
    double *const doubles = data;
    if (kind == PERIODS) {
        to->period[to->n_periods++] = (period_column){column, data};
    } else {
        to->column[to->n_columns++] =
            kind == DOUBLES ? (atn_sheet_column){column, doubles, (uint8_t *)(doubles + to->n_rows), NULL}
                            : (atn_sheet_column){column, NULL, NULL, data};
    }
}

size_t atn_table_column_bytes(attain_column column, size_t n_rows)
{
    static const size_t item_bytes[] = {sizeof(double) + 1, sizeof(int64_t), sizeof(attain_period)};
    return (n_rows + 1) * item_bytes[kind_of(column)];
}

static made_column *new_column(const attain_table *table, attain_column column)
{
    made_column *const made = atn_alloc_array(&table->alloc, 1, sizeof *made);
    const size_t n_bytes = atn_table_column_bytes(column, table->n_rows);
    void *const data = atn_alloc_resize(&table->alloc, NULL, 0, n_bytes);
    if (made == NULL || data == NULL) {
        (void)(data != NULL ? atn_alloc_resize(&table->alloc, data, n_bytes, 0) : NULL);
        atn_alloc_free_array(&table->alloc, made, 1, sizeof *made);
        return NULL;
    }
    made->n_bytes = n_bytes;
    made->data = data;
    return made;
}

/* Only `made` changes in a table that others may read; it is atomic. */
static _Atomic(made_column *) *slot_of(const attain_table *table, attain_column column)
{
    return &((attain_table *)(uintptr_t)table)->made[column];
}

/* Publishes the column, or drops it when somebody else was first. */
static void publish(const attain_table *table, attain_column column, made_column *made)
{
    made_column *have = NULL;
    if (atomic_compare_exchange_strong(slot_of(table, column), &have, made)) {
        atomic_fetch_add(&((attain_table *)(uintptr_t)table)->n_made, 1u);
    } else {
        atn_made_free(table, made);
    }
}

/* Makes those of the columns that nobody has made yet: all, or none. */
static attain_status make_columns(const attain_table *table, const attain_column *columns, size_t n,
                                  attain_error *err)
{
    made_column *made[N_COLUMNS] = {NULL};
    targets to = {.first = 0, .n_rows = table->n_rows, .past_caches = table->n_rows >= LARGE_ROWS};
    attain_status status = ATTAIN_OK;
    bool any = false;
    for (size_t i = 0; i < n && status == ATTAIN_OK; i++) {
        if (made[columns[i]] != NULL || atomic_load(slot_of(table, columns[i])) != NULL) {
            continue;
        }
        any = true;
        made[columns[i]] = new_column(table, columns[i]);
        if (made[columns[i]] == NULL) {
            status = atn_error_memory(err, "making a column");
        } else {
            add_target(columns[i], made[columns[i]]->data, &to);
        }
    }
    if (any && status == ATTAIN_OK) {
        fill_all(table, &to);
    }
    for (size_t column = 0; column < N_COLUMNS; column++) {
        if (made[column] != NULL && status == ATTAIN_OK) {
            publish(table, (attain_column)column, made[column]);
        } else {
            atn_made_free(table, made[column]);
        }
    }
    return status;
}

static bool is_fixed(attain_column column)
{
    return column == ATTAIN_COL_TARGET || column == ATTAIN_COL_UNIT || column == ATTAIN_COL_PERIOD ||
           column == ATTAIN_COL_DUE;
}

void atn_table_refill(attain_table *table, size_t row)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        const attain_column column = table->columns[i];
        const made_column *const made = atomic_load(&table->made[column]);
        if (made != NULL && !is_fixed(column)) {
            targets to = {.first = 0, .n_rows = table->n_rows};
            add_target(column, made->data, &to);
            fill_rows(table, row, row + 1, &to);
        }
    }
}

/* Equal columns are one: where nothing is absent the range is the value, and everything expected is reported. */
static attain_column same_column(const attain_table *table, attain_column column)
{
    const bool is_live = table->book != NULL && table->book->is_live;
    if (!is_live && table->low_is_value && (column == ATTAIN_COL_LOW || column == ATTAIN_COL_HIGH)) {
        return ATTAIN_COL_VALUE;
    }
    return !is_live && table->expected_is_reported && column == ATTAIN_COL_EXPECTED ? ATTAIN_COL_REPORTED
                                                                                    : column;
}

/* The column as it is kept, made if it is not there. */
static attain_status column_of(const attain_table *table, attain_column column, const made_column **out,
                               attain_error *err)
{
    const attain_column kept = same_column(table, column);
    ATN_TRY(make_columns(table, &kept, 1, err));
    *out = atomic_load(slot_of(table, kept));
    return ATTAIN_OK;
}

void atn_table_fill(const attain_table *table, const attain_column *columns, void *const *data, size_t n,
                    size_t first, size_t n_rows)
{
    targets to = {.first = first, .n_rows = n_rows, .past_caches = n_rows >= LARGE_ROWS};
    for (size_t i = 0; i < n; i++) {
        add_target(same_column(table, columns[i]), data[i], &to);
    }
    fill_all(table, &to);
}

static bool is_text(attain_column column)
{
    return column >= ATTAIN_COL_READING && column < ATTAIN_COL_NUMERATOR;
}

attain_status atn_table_prepare(const attain_table *table, const attain_column *columns, size_t n,
                                attain_error *err)
{
    attain_column kept[N_COLUMNS];
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!has_column(table, columns[i])) {
            return no_column(table, columns[i], "made", err);
        }
    }
    for (size_t i = 0; i < n && n_kept < N_COLUMNS; i++) {
        const attain_column column = same_column(table, columns[i]);
        if (!is_text(column)) {
            kept[n_kept++] = column;
        }
    }
    return make_columns(table, kept, n_kept, err);
}

attain_status atn_table_doubles(const attain_table *table, attain_column column, const double **values,
                                const uint8_t **valid, attain_error *err)
{
    if (kind_of(column) != DOUBLES || !has_column(table, column)) {
        return no_column(table, column, "number", err);
    }
    const made_column *made = NULL;
    ATN_TRY(column_of(table, column, &made, err));
    *values = made->data;
    *valid = (const uint8_t *)(*values + table->n_rows);
    return ATTAIN_OK;
}

attain_status atn_table_integers(const attain_table *table, attain_column column, const int64_t **values,
                                 attain_error *err)
{
    if (kind_of(column) != INTEGERS || is_text(column) || !has_column(table, column)) {
        return no_column(table, column, "whole number", err);
    }
    const made_column *made = NULL;
    ATN_TRY(column_of(table, column, &made, err));
    *values = made->data;
    return ATTAIN_OK;
}

attain_status atn_table_periods(const attain_table *table, attain_column column, const attain_period **values,
                                attain_error *err)
{
    if (kind_of(column) != PERIODS || !has_column(table, column)) {
        return no_column(table, column, "period", err);
    }
    const made_column *made = NULL;
    ATN_TRY(column_of(table, column, &made, err));
    *values = made->data;
    return ATTAIN_OK;
}
