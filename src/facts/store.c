/* The store: its memory, and order, search and merge of rows. See store.h for the layout; single cells are set in correct.c.
 *
 * Two rules keep it small. Rows in the array never collide: whoever adds rows has checked that before. And nothing here looks at the plan but
 * to tell a stock from a flow and to find a row's slot in the grid. */
#include "facts/grid.h"
#include <string.h>

/* ---- memory ---- */

/* realloc of attain_facts.alloc: the outer allocator behind a limit. */
static void *counting_realloc(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    attain_facts *facts = ctx;
    if (new_size > old_size && facts->limit_bytes != 0) {
        const size_t more = new_size - old_size;
        if (facts->used_bytes > facts->limit_bytes || more > facts->limit_bytes - facts->used_bytes) {
            return NULL;
        }
    }
    void *out = facts->outer.realloc(facts->outer.ctx, ptr, old_size, new_size);
    if (out == NULL && new_size != 0) {
        return NULL;
    }
    facts->used_bytes = facts->used_bytes - old_size + new_size;
    return out;
}

attain_status atn_facts_new(const attain_plan *plan, const attain_facts_options *options, attain_facts **out,
                            attain_error *err)
{
    if (!plan->frozen) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "the plan is not frozen; facts need a frozen plan");
    }
    attain_facts *facts = atn_alloc_array(&plan->alloc, 1, sizeof *facts);
    if (facts == NULL) {
        return atn_error_memory(err, "making facts");
    }
    facts->plan = plan;
    facts->outer = plan->alloc;
    facts->alloc.ctx = facts;
    facts->alloc.realloc = counting_realloc;
    if (options != NULL) {
        facts->limit_bytes = options->max_bytes;
        facts->n_threads = options->n_threads;
        facts->executor = options->executor;
        facts->executor_ctx = options->executor_ctx;
        facts->tuning = options->tuning;
    }
    if (!atn_grids_init(facts)) {
        atn_facts_free(facts);
        return atn_error_memory(err, "making facts");
    }
    *out = facts;
    return ATTAIN_OK;
}

static void free_rows(attain_facts *facts)
{
    if (facts->rows != NULL) {
        atn_alloc_free_array(&facts->alloc, facts->rows, facts->cap_rows, sizeof *facts->rows);
    }
}

void atn_facts_free(attain_facts *facts)
{
    if (facts == NULL) {
        return;
    }
    const attain_allocator outer = facts->outer;
    free_rows(facts);
    atn_grids_free(facts);
    atn_alloc_free_array(&outer, facts, 1, sizeof *facts);
}

/* ---- rows ---- */

attain_period atn_row_period(const atn_row *row)
{
    return (attain_period){.start_day = row->start_day,
                           .end_day = row->end_day,
                           .type = row->type,
                           .start_month = row->start_month,
                           .end_type = row->end_type,
                           .end_month = row->end_month};
}

void atn_row_set_period(atn_row *row, attain_period period)
{
    row->start_day = period.start_day;
    row->end_day = period.end_day;
    row->type = period.type;
    row->start_month = period.start_month;
    row->end_type = period.end_type;
    row->end_month = period.end_month;
}

#define COMPARE_FIELD(field)                     \
    do {                                         \
        if (a->field != b->field) {              \
            return a->field < b->field ? -1 : 1; \
        }                                        \
    } while (0)

/* Of periods with the same last day the shorter comes first; the rest only makes the order total. */
int atn_row_compare(const atn_row *a, const atn_row *b)
{
    COMPARE_FIELD(measure);
    COMPARE_FIELD(unit);
    COMPARE_FIELD(cell);
    COMPARE_FIELD(end_day);
    if (a->start_day != b->start_day) {
        return a->start_day > b->start_day ? -1 : 1;
    }
    COMPARE_FIELD(type);
    COMPARE_FIELD(start_month);
    COMPARE_FIELD(end_type);
    COMPARE_FIELD(end_month);
    return 0;
}

bool atn_row_same_cell(const atn_row *a, const atn_row *b)
{
    return a->measure == b->measure && a->unit == b->unit && a->cell == b->cell;
}

/* 2025-01..2025-12 and 2025 are the same days, and so the same period of a cell. */
bool atn_row_same_period(const atn_row *a, const atn_row *b)
{
    return a->start_day == b->start_day && a->end_day == b->end_day;
}

bool atn_row_same_type(const atn_row *a, const atn_row *b)
{
    return a->type == b->type && a->start_month == b->start_month;
}

int32_t atn_row_low_day(const atn_model *model, const atn_row *row)
{
    return model->measures[row->measure].is_flow ? row->start_day : row->end_day;
}

/* Of equal rows that with the lesser number comes first, in whatever order they came. */
static int sort_compare(const atn_row *a, const atn_row *b)
{
    const int order = atn_row_compare(a, b);
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

static void insertion_sort(atn_row *rows, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const atn_row row = rows[i];
        size_t at = i;
        while (at > 0 && sort_compare(&rows[at - 1], &row) > 0) {
            rows[at] = rows[at - 1];
            at--;
        }
        rows[at] = row;
    }
}

/* Halves, then merges from the front with the left half put aside: half an array of scratch is enough. Depth is log2(n). */
static void merge_sort(atn_row *rows, size_t n, atn_row *scratch)
{
    if (n <= 12) {
        insertion_sort(rows, n);
        return;
    }
    const size_t half = n / 2;
    merge_sort(rows, half, scratch);
    merge_sort(rows + half, n - half, scratch);
    if (sort_compare(&rows[half - 1], &rows[half]) <= 0) {
        return;
    }
    memcpy(scratch, rows, half * sizeof *rows);
    size_t left = 0;
    size_t right = half;
    size_t out = 0;
    while (left < half && right < n) {
        rows[out++] = sort_compare(&scratch[left], &rows[right]) <= 0 ? scratch[left++] : rows[right++];
    }
    memcpy(rows + out, scratch + left, (half - left) * sizeof *rows);
}

bool atn_rows_sort(const attain_allocator *a, atn_row *rows, size_t n)
{
    size_t sorted = 1;
    while (sorted < n && sort_compare(&rows[sorted - 1], &rows[sorted]) <= 0) {
        sorted++;
    }
    if (sorted >= n) {
        return true;
    }
    atn_row *scratch = atn_alloc_array(a, n / 2, sizeof *rows);
    if (scratch == NULL) {
        return false;
    }
    merge_sort(rows, n, scratch);
    atn_alloc_free_array(a, scratch, n / 2, sizeof *rows);
    return true;
}

/* ---- search ---- */

size_t atn_store_lower(const attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t cell)
{
    size_t low = 0;
    size_t high = facts->n_rows;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const atn_row *row = &facts->rows[mid];
        const bool before = row->measure != measure ? row->measure < measure
                            : row->unit != unit     ? row->unit < unit
                                                    : row->cell < cell;
        if (before) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

/* Spans of one cell do not meet each other, so they are sorted by either end: the first that does not end too early decides. */
size_t atn_store_meeting_row(const attain_facts *facts, const atn_row *row)
{
    const atn_model *model = &facts->plan->model;
    const int32_t low_day = atn_row_low_day(model, row);
    size_t low = atn_store_lower(facts, row->measure, row->unit, row->cell);
    size_t high = facts->n_rows;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const bool before = atn_row_same_cell(&facts->rows[mid], row) && facts->rows[mid].end_day < low_day;
        if (before) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    if (low < facts->n_rows && atn_row_same_cell(&facts->rows[low], row) &&
        atn_row_low_day(model, &facts->rows[low]) <= row->end_day) {
        return low;
    }
    return facts->n_rows;
}

/* A period of the type that is reported is a slot as it is; another one (asked for, never stored) may be the days of a slot. */
bool atn_store_meeting_figure(const attain_facts *facts, const atn_row *row, atn_row *other)
{
    const atn_measure *measure = &facts->plan->model.measures[row->measure];
    if (facts->grids[row->measure].n_facts == 0) {
        return false;
    }
    attain_period slot = atn_row_period(row);
    if ((attain_period_type)row->type != measure->reported) {
        slot = atn_period_of_day(measure->reported, 0, row->end_day);
    }
    if (slot.end_day != row->end_day || (measure->is_flow && slot.start_day != row->start_day)) {
        return false;
    }
    const int64_t number = atn_grid_slot_of_day(facts, row->measure, row->end_day);
    int64_t value;
    if (!atn_grid_get(facts, row->measure, row->unit, row->cell, number, &value)) {
        return false;
    }
    *other = (atn_row){.measure = row->measure, .unit = row->unit, .cell = row->cell, .value = value};
    atn_row_set_period(other, slot);
    return true;
}

bool atn_store_meeting(const attain_facts *facts, const atn_row *row, atn_row *other)
{
    const size_t at = atn_store_meeting_row(facts, row);
    if (at < facts->n_rows) {
        *other = facts->rows[at];
        return true;
    }
    return atn_store_meeting_figure(facts, row, other);
}

const atn_row *atn_store_first_of_measure(const attain_facts *facts, uint32_t measure)
{
    const size_t at = atn_store_lower(facts, measure, 0, 0);
    return at < facts->n_rows && facts->rows[at].measure == measure ? &facts->rows[at] : NULL;
}

/* ---- change ---- */

static int32_t period_days(attain_period period)
{
    return period.end_day - period.start_day;
}

/* The period that ends last; of equal ones the longest. Of equal days the first type and so on, so that the order of rows does not matter. */
bool atn_period_is_later(attain_period a, attain_period b)
{
    if (b.type == ATTAIN_PERIOD_NONE || a.end_day != b.end_day) {
        return a.type != ATTAIN_PERIOD_NONE && (b.type == ATTAIN_PERIOD_NONE || a.end_day > b.end_day);
    }
    if (period_days(a) != period_days(b)) {
        return period_days(a) > period_days(b);
    }
    if (a.type != b.type) {
        return a.type < b.type;
    }
    return a.end_type != b.end_type ? a.end_type < b.end_type : a.end_month < b.end_month;
}

void atn_store_note_period(attain_facts *facts, attain_period period)
{
    if (atn_period_is_later(period, facts->last_period)) {
        facts->last_period = period;
    }
}

bool atn_store_reserve(attain_facts *facts, size_t n)
{
    if (n > SIZE_MAX - facts->n_rows) {
        return false;
    }
    void *rows = facts->rows;
    const bool grown =
        atn_alloc_grow(&facts->alloc, &rows, &facts->cap_rows, facts->n_rows + n, sizeof *facts->rows);
    facts->rows = rows;
    return grown;
}

/* From behind: each place is written once, and the rows that lie before the first new one are not touched. */
void atn_store_merge(attain_facts *facts, const atn_row *rows, size_t n)
{
    size_t old_left = facts->n_rows;
    size_t new_left = n;
    size_t out = facts->n_rows + n;
    while (new_left > 0) {
        if (old_left > 0 && atn_row_compare(&facts->rows[old_left - 1], &rows[new_left - 1]) > 0) {
            facts->rows[--out] = facts->rows[--old_left];
            continue;
        }
        facts->rows[--out] = rows[--new_left];
        facts->rows[out].mark = 0;
        facts->rows[out].number = 0;
        atn_store_note_period(facts, atn_row_period(&facts->rows[out]));
    }
    facts->n_rows += n;
}

void atn_store_count_in(attain_facts *facts, size_t n)
{
    facts->n_rows = n;
    for (size_t i = 0; i < n; i++) {
        atn_store_note_period(facts, atn_row_period(&facts->rows[i]));
    }
}

void atn_store_adopt(attain_facts *facts, atn_row *rows, size_t n, size_t cap)
{
    free_rows(facts);
    facts->rows = rows;
    facts->cap_rows = cap;
    for (size_t i = 0; i < n; i++) {
        rows[i].mark = 0;
        rows[i].number = 0;
    }
    atn_store_count_in(facts, n);
}

/* ---- reading ---- */

const attain_plan *atn_facts_plan(const attain_facts *facts)
{
    return facts->plan;
}

uint64_t atn_facts_count(const attain_facts *facts)
{
    return facts->n_rows + facts->n_regular;
}

attain_period atn_facts_last_period(const attain_facts *facts)
{
    return facts->last_period;
}
