/* Table: storage of results, columns on demand, look-up. See table.h for the layout.
 *
 * Columns are made once and published by a compare-and-swap of their pointer, so that any number of threads
 * may ask at the same time; a loser frees its copy. */
#include "score/table.h"

#include <stdatomic.h>
#include <string.h>

#define N_COLUMNS 48

typedef struct made_column {
    size_t n_bytes;
    void *data; /* doubles, integers or periods; doubles are followed by their valid bytes */
} made_column;

struct attain_table {
    const attain_plan *plan;
    attain_allocator alloc;
    bool is_scorecard;
    atn_table_by by[ATN_MAX_BY];
    uint32_t n_by;
    attain_column columns[N_COLUMNS];
    size_t n_columns;
    atn_row *rows;
    size_t n_rows, cap_rows;
    atn_limb *pool;
    size_t n_pool, cap_pool;
    uint32_t *groups; /* n_groups * n_by members */
    size_t n_groups, cap_groups;
    _Atomic(made_column *) made[N_COLUMNS];
};

static const attain_column score_columns[] = {
    ATTAIN_COL_TARGET,     ATTAIN_COL_UNIT,        ATTAIN_COL_PERIOD,  ATTAIN_COL_READING,
    ATTAIN_COL_NUMERATOR,  ATTAIN_COL_DENOMINATOR, ATTAIN_COL_VALUE,   ATTAIN_COL_LOW,
    ATTAIN_COL_HIGH,       ATTAIN_COL_BASELINE,    ATTAIN_COL_LEVEL,   ATTAIN_COL_LEVEL_HIGH,
    ATTAIN_COL_ATTAINMENT, ATTAIN_COL_PROGRESS,    ATTAIN_COL_CHANGE,  ATTAIN_COL_CHANGE_RELATIVE,
    ATTAIN_COL_GAP,        ATTAIN_COL_PATH,        ATTAIN_COL_VERDICT, ATTAIN_COL_REASON,
    ATTAIN_COL_FLAGS,      ATTAIN_COL_PACE,        ATTAIN_COL_DUE,     ATTAIN_COL_REPORTED,
    ATTAIN_COL_EXPECTED,   ATTAIN_COL_MISSING};

static const attain_column value_columns_before[] = {ATTAIN_COL_INDICATOR, ATTAIN_COL_UNIT,
                                                     ATTAIN_COL_PERIOD};
static const attain_column value_columns_after[] = {ATTAIN_COL_NUMERATOR, ATTAIN_COL_DENOMINATOR,
                                                    ATTAIN_COL_VALUE,     ATTAIN_COL_LOW,
                                                    ATTAIN_COL_HIGH,      ATTAIN_COL_STATE,
                                                    ATTAIN_COL_FLAGS,     ATTAIN_COL_REPORTED,
                                                    ATTAIN_COL_EXPECTED};

static void list_columns(attain_table *table)
{
    if (table->is_scorecard) {
        memcpy(table->columns, score_columns, sizeof score_columns);
        table->n_columns = sizeof score_columns / sizeof score_columns[0];
        return;
    }
    const size_t n_before = sizeof value_columns_before / sizeof value_columns_before[0];
    memcpy(table->columns, value_columns_before, sizeof value_columns_before);
    table->n_columns = n_before;
    for (uint32_t i = 0; i < table->n_by; i++) {
        table->columns[table->n_columns++] = (attain_column)(ATTAIN_COL_GROUP + (int)i);
    }
    memcpy(table->columns + table->n_columns, value_columns_after, sizeof value_columns_after);
    table->n_columns += sizeof value_columns_after / sizeof value_columns_after[0];
}

attain_status atn_table_new(const attain_plan *plan, bool is_scorecard, const atn_table_by *by, uint32_t n_by,
                            attain_table **out, attain_error *err)
{
    attain_table *const table = atn_alloc_array(&plan->alloc, 1, sizeof *table);
    if (table == NULL) {
        return atn_error_memory(err, "making a table");
    }
    table->plan = plan;
    table->alloc = plan->alloc;
    table->is_scorecard = is_scorecard;
    table->n_by = n_by;
    if (n_by > 0) {
        memcpy(table->by, by, n_by * sizeof by[0]);
    }
    for (size_t i = 0; i < N_COLUMNS; i++) {
        atomic_init(&table->made[i], NULL);
    }
    list_columns(table);
    *out = table;
    return ATTAIN_OK;
}

static void free_column(const attain_table *table, made_column *made)
{
    if (made != NULL) {
        const attain_allocator alloc = table->alloc;
        (void)atn_alloc_resize(&alloc, made->data, made->n_bytes, 0);
        atn_alloc_free_array(&alloc, made, 1, sizeof *made);
    }
}

void atn_table_free(attain_table *table)
{
    if (table == NULL) {
        return;
    }
    const attain_allocator alloc = table->alloc;
    for (size_t i = 0; i < N_COLUMNS; i++) {
        free_column(table, atomic_load(&table->made[i]));
    }
    (void)atn_alloc_resize(&alloc, table->rows, table->cap_rows * sizeof table->rows[0], 0);
    (void)atn_alloc_resize(&alloc, table->pool, table->cap_pool * sizeof table->pool[0], 0);
    (void)atn_alloc_resize(&alloc, table->groups, table->cap_groups * sizeof table->groups[0], 0);
    atn_alloc_free_array(&alloc, table, 1, sizeof *table);
}

/* ---- filling ---- */

static bool store_number(attain_table *table, atn_cell_kind kind, const atn_ratio *value, atn_number_ref *ref)
{
    memset(ref, 0, sizeof *ref);
    ref->kind = (uint8_t)kind;
    if (kind != ATN_CELL_NUMBER) {
        return true;
    }
    const size_t n_limbs = (size_t)value->num.n + value->den.n;
    if (table->n_pool + n_limbs > UINT32_MAX ||
        !atn_alloc_grow(&table->alloc, (void **)&table->pool, &table->cap_pool, table->n_pool + n_limbs,
                        sizeof table->pool[0])) {
        return false;
    }
    ref->offset = (uint32_t)table->n_pool;
    ref->n_num = (uint8_t)value->num.n;
    ref->n_den = (uint8_t)value->den.n;
    ref->negative = value->num.negative;
    memcpy(table->pool + table->n_pool, value->num.limb, value->num.n * sizeof table->pool[0]);
    memcpy(table->pool + table->n_pool + value->num.n, value->den.limb, value->den.n * sizeof table->pool[0]);
    table->n_pool += n_limbs;
    return true;
}

attain_status atn_table_add(attain_table *table, const atn_row *row, const atn_judgement *judged,
                            attain_error *err)
{
    if (!atn_alloc_grow(&table->alloc, (void **)&table->rows, &table->cap_rows, table->n_rows + 1,
                        sizeof table->rows[0])) {
        return atn_error_memory(err, "adding a row");
    }
    atn_row added = *row;
    for (size_t i = 0; i < ATN_NUM_COUNT; i++) {
        if (!store_number(table, judged->kind[i], &judged->number[i], &added.number[i])) {
            return atn_error_memory(err, "storing the numbers of a row");
        }
    }
    table->rows[table->n_rows++] = added;
    return ATTAIN_OK;
}

attain_status atn_table_add_group(attain_table *table, const uint32_t *members, uint32_t *group,
                                  attain_error *err)
{
    const size_t at = table->n_groups * table->n_by;
    if (!atn_alloc_grow(&table->alloc, (void **)&table->groups, &table->cap_groups, at + table->n_by + 1,
                        sizeof table->groups[0])) {
        return atn_error_memory(err, "adding a group");
    }
    if (table->n_by > 0) {
        memcpy(table->groups + at, members, table->n_by * sizeof members[0]);
    }
    *group = (uint32_t)table->n_groups++;
    return ATTAIN_OK;
}

/* ---- reading ---- */

const attain_plan *atn_table_plan(const attain_table *table)
{
    return table->plan;
}

bool atn_table_is_scorecard(const attain_table *table)
{
    return table->is_scorecard;
}

const atn_row *atn_table_row(const attain_table *table, size_t row)
{
    return &table->rows[row];
}

size_t atn_table_rows(const attain_table *table)
{
    return table->n_rows;
}

size_t atn_table_columns(const attain_table *table, const attain_column **columns)
{
    *columns = table->columns;
    return table->n_columns;
}

atn_str atn_table_group_text(const attain_table *table, const atn_row *row, uint32_t position)
{
    const atn_table_by by = table->by[position];
    const uint32_t member = table->groups[(size_t)row->group * table->n_by + position];
    const atn_member_set *const set =
        by.is_attribute ? &table->plan->model.attributes[by.index] : &table->plan->model.categories[by.index];
    return set->member[member];
}

const char *atn_table_column_name(const attain_table *table, attain_column column)
{
    static const char *const names[N_COLUMNS] = {[ATTAIN_COL_TARGET] = "target",
                                                 [ATTAIN_COL_INDICATOR] = "indicator",
                                                 [ATTAIN_COL_UNIT] = "unit",
                                                 [ATTAIN_COL_PERIOD] = "period",
                                                 [ATTAIN_COL_READING] = "reading",
                                                 [ATTAIN_COL_NUMERATOR] = "numerator",
                                                 [ATTAIN_COL_DENOMINATOR] = "denominator",
                                                 [ATTAIN_COL_VALUE] = "value",
                                                 [ATTAIN_COL_LOW] = "low",
                                                 [ATTAIN_COL_HIGH] = "high",
                                                 [ATTAIN_COL_BASELINE] = "baseline",
                                                 [ATTAIN_COL_LEVEL] = "level",
                                                 [ATTAIN_COL_LEVEL_HIGH] = "level_high",
                                                 [ATTAIN_COL_ATTAINMENT] = "attainment",
                                                 [ATTAIN_COL_PROGRESS] = "progress",
                                                 [ATTAIN_COL_CHANGE] = "change",
                                                 [ATTAIN_COL_CHANGE_RELATIVE] = "change_relative",
                                                 [ATTAIN_COL_GAP] = "gap",
                                                 [ATTAIN_COL_PATH] = "path",
                                                 [ATTAIN_COL_VERDICT] = "verdict",
                                                 [ATTAIN_COL_REASON] = "reason",
                                                 [ATTAIN_COL_FLAGS] = "flags",
                                                 [ATTAIN_COL_PACE] = "pace",
                                                 [ATTAIN_COL_DUE] = "due",
                                                 [ATTAIN_COL_REPORTED] = "reported",
                                                 [ATTAIN_COL_EXPECTED] = "expected",
                                                 [ATTAIN_COL_MISSING] = "missing",
                                                 [ATTAIN_COL_STATE] = "state"};
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i] != column) {
            continue;
        }
        if (column >= ATTAIN_COL_GROUP && column < ATTAIN_COL_NUMERATOR) {
            const atn_table_by by = table->by[column - ATTAIN_COL_GROUP];
            return by.is_attribute ? table->plan->model.attributes[by.index].id.data
                                   : table->plan->model.categories[by.index].id.data;
        }
        return names[column];
    }
    return "";
}

bool atn_table_number(const attain_table *table, const atn_row *row, atn_number_column column, atn_ratio *out)
{
    const atn_number_ref *const ref = &row->number[column];
    if (ref->kind != ATN_CELL_NUMBER) {
        return false;
    }
    *out = atn_ratio_zero();
    out->num.n = ref->n_num;
    out->num.negative = ref->negative != 0;
    out->den.n = ref->n_den;
    memcpy(out->num.limb, table->pool + ref->offset, ref->n_num * sizeof out->num.limb[0]);
    memcpy(out->den.limb, table->pool + ref->offset + ref->n_num, ref->n_den * sizeof out->den.limb[0]);
    return true;
}

/* ---- columns on demand ---- */

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

static void fill_doubles(const attain_table *table, attain_column column, made_column *made)
{
    double *const values = made->data;
    uint8_t *const valid = (uint8_t *)(values + table->n_rows);
    const atn_number_column at = (atn_number_column)(column - ATTAIN_COL_NUMERATOR);
    for (size_t i = 0; i < table->n_rows; i++) {
        const uint8_t kind = table->rows[i].number[at].kind;
        atn_ratio value;
        values[i] = 0.0;
        valid[i] = 0;
        if (atn_table_number(table, &table->rows[i], at, &value)) {
            values[i] = atn_ratio_double(&value);
            valid[i] = 1;
        } else if (kind != ATN_CELL_EMPTY) {
            values[i] = kind == ATN_CELL_PLUS_INFINITE ? 1.0 : -1.0;
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

static void fill_integers(const attain_table *table, attain_column column, made_column *made)
{
    int64_t *const values = made->data;
    for (size_t i = 0; i < table->n_rows; i++) {
        values[i] = integer_of(&table->rows[i], column);
    }
}

static void fill_periods(const attain_table *table, attain_column column, made_column *made)
{
    attain_period *const values = made->data;
    for (size_t i = 0; i < table->n_rows; i++) {
        values[i] = column == ATTAIN_COL_DUE ? table->rows[i].due : table->rows[i].period;
    }
}

/* The column, made and published if nobody has yet. NULL: out of memory. */
static const made_column *column_of(const attain_table *table, attain_column column, size_t item_bytes,
                                    void (*fill)(const attain_table *, attain_column, made_column *))
{
    /* Only `made` changes in a table that others may read; it is atomic. */
    _Atomic(made_column *) *const slot = &((attain_table *)(uintptr_t)table)->made[column];
    made_column *have = atomic_load(slot);
    if (have != NULL) {
        return have;
    }
    made_column *const made = atn_alloc_array(&table->alloc, 1, sizeof *made);
    const size_t n_bytes = (table->n_rows + 1) * item_bytes;
    void *const data = atn_alloc_resize(&table->alloc, NULL, 0, n_bytes);
    if (made == NULL || data == NULL) {
        (void)(data != NULL ? atn_alloc_resize(&table->alloc, data, n_bytes, 0) : NULL);
        atn_alloc_free_array(&table->alloc, made, 1, sizeof *made);
        return NULL;
    }
    made->n_bytes = n_bytes;
    made->data = data;
    fill(table, column, made);
    if (atomic_compare_exchange_strong(slot, &have, made)) {
        return made;
    }
    free_column(table, made);
    return have;
}

attain_status atn_table_doubles(const attain_table *table, attain_column column, const double **values,
                                const uint8_t **valid, attain_error *err)
{
    if (column < ATTAIN_COL_NUMERATOR || column > ATTAIN_COL_PATH || !has_column(table, column)) {
        return no_column(table, column, "number", err);
    }
    const made_column *const made = column_of(table, column, sizeof(double) + 1, fill_doubles);
    if (made == NULL) {
        return atn_error_memory(err, "making a column");
    }
    *values = made->data;
    *valid = (const uint8_t *)(*values + table->n_rows);
    return ATTAIN_OK;
}

attain_status atn_table_integers(const attain_table *table, attain_column column, const int64_t **values,
                                 attain_error *err)
{
    const bool is_integer =
        column == ATTAIN_COL_TARGET || column == ATTAIN_COL_INDICATOR || column == ATTAIN_COL_UNIT ||
        (column >= ATTAIN_COL_VERDICT && column <= ATTAIN_COL_STATE && column != ATTAIN_COL_DUE);
    if (!is_integer || !has_column(table, column)) {
        return no_column(table, column, "whole number", err);
    }
    const made_column *const made = column_of(table, column, sizeof(int64_t), fill_integers);
    if (made == NULL) {
        return atn_error_memory(err, "making a column");
    }
    *values = made->data;
    return ATTAIN_OK;
}

attain_status atn_table_periods(const attain_table *table, attain_column column, const attain_period **values,
                                attain_error *err)
{
    if ((column != ATTAIN_COL_PERIOD && column != ATTAIN_COL_DUE) || !has_column(table, column)) {
        return no_column(table, column, "period", err);
    }
    const made_column *const made = column_of(table, column, sizeof(attain_period), fill_periods);
    if (made == NULL) {
        return atn_error_memory(err, "making a column");
    }
    *values = made->data;
    return ATTAIN_OK;
}

/* Rows come sorted by (order of items, unit): a scan is honest and needs no index; look-ups in a loop want
 * their own map. */
attain_status atn_table_find(const attain_table *table, uint32_t item, uint32_t unit, attain_period period,
                             size_t *row, attain_error *err)
{
    for (size_t i = 0; i < table->n_rows; i++) {
        const atn_row *const at = &table->rows[i];
        if (at->item == item && at->unit == unit && atn_period_equal(at->period, period)) {
            *row = i;
            return ATTAIN_OK;
        }
    }
    return atn_error_set(err, ATTAIN_E_ARGUMENT, "the table has no row of item %u, unit %u and this period",
                         item, unit);
}
