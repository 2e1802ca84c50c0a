/* The store: order, search, merge and correction of cells. See store.h for the layout.
 *
 * Two rules keep it small. Rows in the array never collide: whoever adds rows has checked that before. And nothing here looks at the plan but
 * for the one bit that says whether a measure is a stock or a flow. */
#include "facts/store.h"
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
    facts->limit_bytes = options != NULL ? options->max_bytes : 0;
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

static void insertion_sort(atn_row *rows, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const atn_row row = rows[i];
        size_t at = i;
        while (at > 0 && atn_row_compare(&rows[at - 1], &row) > 0) {
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
    if (atn_row_compare(&rows[half - 1], &rows[half]) <= 0) {
        return;
    }
    memcpy(scratch, rows, half * sizeof *rows);
    size_t left = 0;
    size_t right = half;
    size_t out = 0;
    while (left < half && right < n) {
        rows[out++] = atn_row_compare(&scratch[left], &rows[right]) <= 0 ? scratch[left++] : rows[right++];
    }
    memcpy(rows + out, scratch + left, (half - left) * sizeof *rows);
}

bool atn_rows_sort(const attain_allocator *a, atn_row *rows, size_t n)
{
    size_t sorted = 1;
    while (sorted < n && atn_row_compare(&rows[sorted - 1], &rows[sorted]) <= 0) {
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
size_t atn_store_meeting(const attain_facts *facts, const atn_row *row)
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

const atn_row *atn_store_first_of_measure(const attain_facts *facts, uint32_t measure)
{
    const size_t at = atn_store_lower(facts, measure, 0, 0);
    return at < facts->n_rows && facts->rows[at].measure == measure ? &facts->rows[at] : NULL;
}

uint64_t atn_facts_of_measure(const attain_facts *facts, uint32_t measure, uint64_t *first)
{
    const size_t from = atn_store_lower(facts, measure, 0, 0);
    const size_t to = measure == UINT32_MAX ? facts->n_rows : atn_store_lower(facts, measure + 1, 0, 0);
    *first = from;
    return to - from;
}

uint64_t atn_facts_of_unit(const attain_facts *facts, uint32_t measure, uint32_t unit, uint64_t *first)
{
    const size_t from = atn_store_lower(facts, measure, unit, 0);
    size_t to = from;
    if (unit != UINT32_MAX) {
        to = atn_store_lower(facts, measure, unit + 1, 0);
    }
    *first = from;
    return to - from;
}

/* ---- change ---- */

static int32_t period_days(attain_period period)
{
    return period.end_day - period.start_day;
}

/* The period that ends last; of equal ones the longest. Of equal days the first type, so that the order of rows does not matter. */
static bool is_later(attain_period a, attain_period b)
{
    if (b.type == ATTAIN_PERIOD_NONE || a.end_day != b.end_day) {
        return b.type == ATTAIN_PERIOD_NONE || a.end_day > b.end_day;
    }
    return period_days(a) != period_days(b) ? period_days(a) > period_days(b) : a.type < b.type;
}

static void note_period(attain_facts *facts, const atn_row *row)
{
    const attain_period period = atn_row_period(row);
    if (is_later(period, facts->last_period)) {
        facts->last_period = period;
    }
}

static void find_last_period(attain_facts *facts)
{
    facts->last_period = (attain_period){.type = ATTAIN_PERIOD_NONE};
    for (size_t i = 0; i < facts->n_rows; i++) {
        note_period(facts, &facts->rows[i]);
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
        note_period(facts, &facts->rows[out]);
    }
    facts->n_rows += n;
}

void atn_store_count_in(attain_facts *facts, size_t n)
{
    facts->n_rows = n;
    find_last_period(facts);
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

static void remove_row(attain_facts *facts, size_t at)
{
    const attain_period gone = atn_row_period(&facts->rows[at]);
    memmove(facts->rows + at, facts->rows + at + 1, (facts->n_rows - at - 1) * sizeof *facts->rows);
    facts->n_rows--;
    if (gone.end_day == facts->last_period.end_day) {
        find_last_period(facts);
    }
}

static attain_status insert_row(attain_facts *facts, const atn_row *row, attain_error *err)
{
    if (!atn_store_reserve(facts, 1)) {
        return atn_error_memory(err, "setting a fact");
    }
    atn_store_merge(facts, row, 1);
    return ATTAIN_OK;
}

/* One period type for the facts of a flow without `reported`. The cell at `at` (n_rows: none) is about to be replaced. */
static attain_status check_free_type(const attain_facts *facts, const atn_row *row, size_t at,
                                     attain_error *err)
{
    const atn_measure *measure = &facts->plan->model.measures[row->measure];
    if (!measure->is_flow || measure->reported != ATTAIN_PERIOD_NONE) {
        return ATTAIN_OK;
    }
    const atn_row *first = atn_store_first_of_measure(facts, row->measure);
    if (first == NULL || atn_row_same_type(first, row)) {
        return ATTAIN_OK;
    }
    uint64_t from;
    if (at < facts->n_rows && atn_facts_of_measure(facts, row->measure, &from) == 1) {
        return ATTAIN_OK;
    }
    const atn_note here = atn_show_period(atn_row_period(row));
    const atn_note there = atn_show_period(atn_row_period(first));
    return atn_error_set(
        err, ATTAIN_E_PERIOD,
        "period %s is of another type than %s, which flow '%.*s' has already; the facts of a flow "
        "must have one period type",
        here.text, there.text, ATN_STR_ARG(measure->id));
}

static attain_status row_from_fact(const attain_facts *facts, const attain_fact *fact, atn_row *row,
                                   attain_error *err)
{
    *row = (atn_row){.measure = fact->measure,
                     .unit = fact->unit,
                     .cell = fact->cell,
                     .qualifier = fact->qualifier,
                     .reason = fact->reason,
                     .value = fact->qualifier == ATTAIN_MISSING ? 0 : fact->value};
    atn_row_set_period(row, fact->period);
    if (row->qualifier == ATTAIN_MISSING && row->reason == ATTAIN_REASON_NONE) {
        row->reason = ATTAIN_REASON_NOT_REPORTED;
    }
    return atn_row_check(facts, row, err);
}

attain_status atn_facts_set(attain_facts *facts, const attain_fact *fact, bool remove, attain_error *err)
{
    attain_fact wanted = *fact;
    if (remove) {
        wanted.value = 0;
        wanted.qualifier = ATTAIN_EXACT;
        wanted.reason = ATTAIN_REASON_NONE;
    }
    atn_row row;
    ATN_TRY(row_from_fact(facts, &wanted, &row, err));
    const size_t at = atn_store_meeting(facts, &row);
    const bool there = at < facts->n_rows;
    const bool same = there && (atn_row_same_period(&facts->rows[at], &row) ||
                                !facts->plan->model.measures[row.measure].is_flow);
    if (remove) {
        if (same) {
            remove_row(facts, at);
        }
        return ATTAIN_OK;
    }
    ATN_TRY(check_free_type(facts, &row, at, err));
    if (there && !same) {
        const atn_note other = atn_show_cell(facts, &facts->rows[at]);
        const atn_note period = atn_show_period(fact->period);
        return atn_error_set(err, ATTAIN_E_DUPLICATE,
                             "period %s overlaps the stored fact %s; remove that one first", period.text,
                             other.text);
    }
    if (!there) {
        return insert_row(facts, &row, err);
    }
    const bool same_type = atn_row_same_period(&facts->rows[at], &row) && facts->rows[at].type == row.type;
    facts->rows[at] = row;
    if (!same_type) {
        find_last_period(facts);
    }
    return ATTAIN_OK;
}

attain_status atn_facts_get(const attain_facts *facts, attain_fact *fact, bool *found, attain_error *err)
{
    const atn_model *model = &facts->plan->model;
    if (fact->measure >= model->n_measures) {
        return atn_error_set(err, ATTAIN_E_MEASURE, "measure index %lu, but the plan has %lu measures",
                             (unsigned long)fact->measure, (unsigned long)model->n_measures);
    }
    atn_row row = {.measure = fact->measure, .unit = fact->unit, .cell = fact->cell};
    atn_row_set_period(&row, fact->period);
    const size_t at = atn_store_meeting(facts, &row);
    *found = at < facts->n_rows &&
             (!model->measures[row.measure].is_flow || atn_row_same_period(&facts->rows[at], &row));
    if (*found) {
        fact->value = facts->rows[at].value;
        fact->qualifier = facts->rows[at].qualifier;
        fact->reason = facts->rows[at].reason;
    }
    return ATTAIN_OK;
}

/* ---- merge of two facts ---- */

/* Both sides are sorted and free of collisions: one walk over the shorter, a search in the longer for each. */
static attain_status check_merge(const attain_facts *facts, const attain_facts *from, attain_error *err)
{
    const atn_model *model = &facts->plan->model;
    for (uint32_t m = 0; m < model->n_measures; m++) {
        const atn_row *first = atn_store_first_of_measure(from, m);
        if (first != NULL) {
            ATN_TRY(check_free_type(facts, first, facts->n_rows, err));
        }
    }
    const bool swap = from->n_rows > facts->n_rows;
    const attain_facts *few = swap ? facts : from;
    const attain_facts *many = swap ? from : facts;
    for (size_t i = 0; i < few->n_rows; i++) {
        if (atn_store_meeting(many, &few->rows[i]) < many->n_rows) {
            const atn_note cell = atn_show_cell(facts, &few->rows[i]);
            return atn_error_set(err, ATTAIN_E_DUPLICATE,
                                 "both facts hold %s; merging needs facts without a common cell", cell.text);
        }
    }
    return ATTAIN_OK;
}

attain_status atn_facts_merge(attain_facts *facts, const attain_facts *from, attain_error *err)
{
    const uint64_t *ours = facts->plan->model.schema;
    const uint64_t *theirs = from->plan->model.schema;
    if (ours[0] != theirs[0] || ours[1] != theirs[1]) {
        return atn_error_set(err, ATTAIN_E_SCHEMA,
                             "the two facts belong to plans with different units, measures or categories");
    }
    ATN_TRY(check_merge(facts, from, err));
    if (from->n_rows == 0) {
        return ATTAIN_OK;
    }
    if (!atn_store_reserve(facts, from->n_rows)) {
        return atn_error_memory(err, "merging facts");
    }
    atn_store_merge(facts, from->rows, from->n_rows);
    return ATTAIN_OK;
}

/* ---- reading ---- */

const attain_plan *atn_facts_plan(const attain_facts *facts)
{
    return facts->plan;
}

uint64_t atn_facts_count(const attain_facts *facts)
{
    return facts->n_rows;
}

bool atn_facts_at(const attain_facts *facts, uint64_t i, atn_cell *out)
{
    if (i >= facts->n_rows) {
        return false;
    }
    const atn_row *row = &facts->rows[i];
    *out = (atn_cell){.measure = row->measure,
                      .unit = row->unit,
                      .cell = row->cell,
                      .period = atn_row_period(row),
                      .value = row->value,
                      .qualifier = row->qualifier,
                      .reason = row->reason};
    return true;
}

attain_period atn_facts_last_period(const attain_facts *facts)
{
    return facts->last_period;
}
