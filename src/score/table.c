/* Table: storage of results, look-up. See table.h for the layout.
 *
 * Segments hold the rows of one target (or indicator) each, one after the other: found by row with a binary search, by item with a
 * walk. Whole columns are made elsewhere (table_made.c). */
#include "score/table_parts.h"

#include <string.h>

#define N_COLUMNS ATN_TABLE_COLUMNS

typedef atn_made_column made_column;
typedef atn_segment segment;

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
    table->low_is_value = table->expected_is_reported = true;
    table->n_by = n_by;
    if (n_by > 0) {
        memcpy(table->by, by, n_by * sizeof by[0]);
    }
    for (size_t i = 0; i < N_COLUMNS; i++) {
        atomic_init(&table->made[i], NULL);
    }
    atomic_init(&table->n_made, 0u);
    list_columns(table);
    *out = table;
    return ATTAIN_OK;
}

void atn_made_free(const attain_table *table, made_column *made)
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
        atn_made_free(table, atomic_load(&table->made[i]));
    }
    atn_book_free(table->book);
    (void)atn_alloc_resize(&alloc, table->segments, table->cap_segments * sizeof table->segments[0], 0);
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

static bool add_segment(attain_table *table, const segment *added)
{
    const bool grown = atn_alloc_grow(&table->alloc, (void **)&table->segments, &table->cap_segments,
                                      table->n_segments + 1, sizeof table->segments[0]);
    if (grown) {
        table->segments[table->n_segments++] = *added;
    }
    return grown;
}

/* The segment that takes the row next: the last one, or a new one. */
static bool open_segment(attain_table *table, uint32_t item)
{
    const segment *const last = table->n_segments > 0 ? &table->segments[table->n_segments - 1] : NULL;
    if (last != NULL && !last->is_sheet && last->item == item) {
        return true;
    }
    const segment opened = {table->n_rows, item, false, table->n_stored};
    return add_segment(table, &opened);
}

attain_status atn_table_add(attain_table *table, const atn_row *row, const atn_judgement *judged,
                            attain_error *err)
{
    if (!atn_alloc_grow(&table->alloc, (void **)&table->rows, &table->cap_rows, table->n_stored + 1,
                        sizeof table->rows[0])) {
        return atn_error_memory(err, "adding a row");
    }
    atn_row added = *row;
    for (size_t i = 0; i < ATN_NUM_COUNT; i++) {
        if (!store_number(table, judged->kind[i], &judged->number[i], &added.number[i])) {
            return atn_error_memory(err, "storing the numbers of a row");
        }
    }
    if (!open_segment(table, row->item)) {
        return atn_error_memory(err, "adding a row");
    }
    table->rows[table->n_stored++] = added;
    table->n_rows += 1;
    table->low_is_value = table->expected_is_reported = false;
    return ATTAIN_OK;
}

void atn_table_take_book(attain_table *table, atn_book *book)
{
    table->book = book;
}

atn_book *atn_table_book(const attain_table *table)
{
    return table->book;
}

attain_status atn_table_add_sheet(attain_table *table, size_t sheet, attain_error *err)
{
    const atn_sheet *const at = &table->book->sheets[sheet];
    const segment added = {table->n_rows, at->target, true, sheet};
    if (atn_sheet_rows(at) == 0) {
        return ATTAIN_OK;
    }
    if (!add_segment(table, &added)) {
        return atn_error_memory(err, "adding a target");
    }
    table->n_rows += atn_sheet_rows(at);
    table->low_is_value = table->low_is_value && atn_sheet_is_complete(at);
    table->expected_is_reported = table->expected_is_reported && atn_sheet_counts_are_complete(at);
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

size_t atn_segment_end(const attain_table *table, size_t i)
{
    return i + 1 < table->n_segments ? table->segments[i + 1].first : table->n_rows;
}

/* The segment that holds the row. */
size_t atn_segment_find(const attain_table *table, size_t row)
{
    size_t low = 0;
    size_t high = table->n_segments;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (table->segments[middle].first <= row) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

const atn_sheet *atn_segment_sheet(const attain_table *table, const segment *at)
{
    return &table->book->sheets[at->at];
}

static void derive_row(const atn_sheet *sheet, size_t row, atn_row_view *view)
{
    const uint32_t position = (uint32_t)(row / sheet->n_days);
    const uint32_t day = (uint32_t)(row % sheet->n_days);
    atn_sheet_judge(sheet, position, day, &view->judged);
    view->is_derived = true;
    memset(&view->row, 0, sizeof view->row);
    view->row.item = sheet->target;
    view->row.unit = atn_sheet_unit(sheet, position);
    view->row.reading = sheet->row_reading;
    view->row.period = sheet->days[day].period.label;
    view->row.due = sheet->due;
    view->row.reported = view->judged.reported;
    view->row.expected = view->judged.expected;
    view->row.missing = view->judged.missing;
    view->row.reasons = view->judged.reasons;
    view->row.flags = view->judged.flags;
    view->row.verdict = (uint8_t)view->judged.verdict;
    view->row.pace = (uint8_t)view->judged.pace;
    view->row.state = (uint8_t)view->judged.value.state;
}

const atn_row *atn_table_row(const attain_table *table, size_t row, atn_row_view *view)
{
    const segment *const at = &table->segments[atn_segment_find(table, row)];
    if (at->is_sheet) {
        derive_row(atn_segment_sheet(table, at), row - at->first, view);
    } else {
        view->is_derived = false;
        view->row = table->rows[at->at + (row - at->first)];
    }
    return &view->row;
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

bool atn_table_stored_number(const attain_table *table, const atn_number_ref *ref, atn_ratio *out)
{
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

bool atn_table_number(const attain_table *table, const atn_row_view *view, atn_number_column column,
                      atn_ratio *out)
{
    if (!view->is_derived) {
        return atn_table_stored_number(table, &view->row.number[column], out);
    }
    if (view->judged.kind[column] == ATN_CELL_NUMBER) {
        *out = view->judged.number[column];
    }
    return view->judged.kind[column] == ATN_CELL_NUMBER;
}

/* ---- columns on demand ---- */

/* Units of a scorecard come in tree order within a target; of a table of values as they were asked for. */
static size_t first_of_unit(const attain_table *table, const atn_row *rows, size_t n, uint32_t unit)
{
    size_t low = 0;
    size_t high = table->is_scorecard ? n : 0;
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

static bool find_stored(const attain_table *table, size_t i, uint32_t unit, attain_period period, size_t *row)
{
    const segment *const at = &table->segments[i];
    const atn_row *const rows = table->rows + at->at;
    const size_t n = atn_segment_end(table, i) - at->first;
    for (size_t r = first_of_unit(table, rows, n, unit);
         r < n && (!table->is_scorecard || rows[r].unit == unit); r++) {
        if (rows[r].unit == unit && atn_period_equal(rows[r].period, period)) {
            *row = at->first + r;
            return true;
        }
    }
    return false;
}

static bool find_in_sheet(const segment *at, const atn_sheet *sheet, uint32_t unit, attain_period period,
                          size_t *row)
{
    const uint32_t position = atn_sheet_position(sheet, unit);
    for (uint32_t d = 0; position != ATN_NONE && d < sheet->n_days; d++) {
        if (atn_period_equal(sheet->days[d].period.label, period)) {
            *row = at->first + (size_t)position * sheet->n_days + d;
            return true;
        }
    }
    return false;
}

attain_status atn_table_find(const attain_table *table, uint32_t item, uint32_t unit, attain_period period,
                             size_t *row, attain_error *err)
{
    for (size_t i = 0; i < table->n_segments; i++) {
        const segment *const at = &table->segments[i];
        if (at->item != item) {
            continue;
        }
        if (at->is_sheet ? find_in_sheet(at, atn_segment_sheet(table, at), unit, period, row)
                         : find_stored(table, i, unit, period, row)) {
            return ATTAIN_OK;
        }
    }
    return atn_error_set(err, ATTAIN_E_ARGUMENT, "the table has no row of item %u, unit %u and this period",
                         item, unit);
}
