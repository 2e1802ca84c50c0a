/* Rows of a batch as columns. See batch_columns.h. */
#include "facts/batch_columns.h"

#include "facts/intake.h"
#include <string.h>

#define FIRST_ROWS ((size_t)256)
#define MOST_ROWS ((size_t)1 << 18)
#define FEW_ROWS 64u /* too few to say what most are */
#define HEAD_BYTES ((sizeof(atn_segment) + 63u) / 64u * 64u)

/* ---- segments ---- */

void atn_batch_use_columns(atn_batch *batch)
{
    const attain_facts *facts = batch->facts;
    const atn_model *model = &facts->plan->model;
    bool is_wide_cell = false;
    for (uint32_t m = 0; m < model->n_measures; m++) {
        is_wide_cell = is_wide_cell || model->measures[m].n_cells > 256;
    }
    batch->columns.is_wide_cell = is_wide_cell;
    batch->columns.in_use = (facts->tuning & ATTAIN_TUNE_ROW_BY_ROW) == 0 && model->n_measures <= 65536;
}

/* Columns of one block, the widest first: each is aligned because cap is a multiple of 8. */
atn_segment *atn_segment_new(const attain_allocator *a, size_t cap, bool is_wide_cell)
{
    const size_t n_bytes = HEAD_BYTES + cap * (is_wide_cell ? 22u : 19u);
    atn_segment *s = atn_alloc_resize(a, NULL, 0, n_bytes);
    if (s == NULL) {
        return NULL;
    }
    char *at = (char *)s + HEAD_BYTES;
    memset(s, 0, sizeof *s);
    s->cap = cap;
    s->n_bytes = n_bytes;
    s->value = (int64_t *)(void *)at;
    s->unit = (uint32_t *)(void *)(at + 8 * cap);
    s->period = (int32_t *)(void *)(at + 12 * cap);
    if (is_wide_cell) {
        s->cell = (uint32_t *)(void *)(at + 16 * cap);
        s->measure = (uint16_t *)(void *)(at + 20 * cap);
    } else {
        s->measure = (uint16_t *)(void *)(at + 16 * cap);
        s->cell8 = (uint8_t *)at + 18 * cap;
    }
    return s;
}

void atn_segment_free(const attain_allocator *a, atn_segment *s)
{
    if (s->qualifier != NULL) {
        atn_alloc_free_array(a, s->qualifier, s->cap, 2);
    }
    (void)atn_alloc_resize(a, s, s->n_bytes, 0);
}

static void drop_load(atn_batch_columns *c)
{
    atn_load_free(c->load);
    c->load = NULL;
}

void atn_batch_columns_free(atn_batch *batch)
{
    atn_batch_columns *c = &batch->columns;
    while (c->first != NULL) {
        atn_segment *next = c->first->next;
        atn_segment_free(&batch->facts->alloc, c->first);
        c->first = next;
    }
    if (c->runs != NULL) {
        atn_alloc_free_array(&batch->facts->alloc, c->runs, c->cap_runs, sizeof *c->runs);
    }
    drop_load(c);
    memset(c, 0, sizeof *c);
}

static attain_fact_columns columns_of(const atn_segment *s)
{
    return (attain_fact_columns){.unit = s->unit,
                                 .measure16 = s->measure,
                                 .period = s->period,
                                 .cell = s->cell,
                                 .cell8 = s->cell8,
                                 .value = s->value,
                                 .qualifier = s->qualifier,
                                 .reason = s->reason};
}

/* A batch with a bad row, and bad rows are not to be skipped. */
static bool is_refused(const atn_batch *batch)
{
    return batch->n_bad > 0 && (batch->flags & ATTAIN_INTAKE_SKIP_BAD_ROWS) == 0;
}

atn_load *atn_batch_direct(atn_batch *batch)
{
    if (batch->columns.load == NULL) {
        batch->columns.load = atn_load_new(batch->facts);
    }
    return batch->columns.load;
}

/* What is refused anyway is not loaded. false: out of memory. */
static bool load_segment(atn_batch *batch, const atn_segment *s)
{
    atn_batch_columns *c = &batch->columns;
    if (c->is_odd || is_refused(batch)) {
        return true;
    }
    if (atn_batch_direct(batch) == NULL) {
        return false;
    }
    const attain_fact_columns columns = columns_of(s);
    const atn_load_result result = s->n == 0 ? ATN_LOAD_OK : atn_load_part(c->load, &columns, s->n);
    if (result == ATN_LOAD_ODD) {
        c->is_odd = true;
        drop_load(c);
    }
    return result != ATN_LOAD_MEMORY;
}

atn_segment *atn_batch_room(atn_batch *batch, size_t n)
{
    atn_batch_columns *c = &batch->columns;
    atn_segment *last = c->last;
    if (last != NULL && last->cap - last->n >= n) {
        return last;
    }
    size_t cap = FIRST_ROWS;
    if (last != NULL) {
        cap = last->cap >= MOST_ROWS ? MOST_ROWS : last->cap * 2;
        if (!load_segment(batch, last)) {
            return NULL;
        }
    }
    atn_segment *s = atn_segment_new(&batch->facts->alloc, cap, c->is_wide_cell);
    if (s == NULL) {
        return NULL;
    }
    *(last != NULL ? &last->next : &c->first) = s;
    c->last = s;
    return s;
}

bool atn_batch_number(atn_batch *batch, uint32_t number, uint32_t per_row)
{
    atn_batch_columns *c = &batch->columns;
    const uint32_t fact = (uint32_t)c->n;
    if (c->n_runs > 0) {
        const atn_number_run *last = &c->runs[c->n_runs - 1];
        const uint32_t n = fact - last->fact;
        if (last->per_row == per_row && n % per_row == 0 && last->number + n / per_row == number) {
            return true;
        }
    }
    void *runs = c->runs;
    if (!atn_alloc_grow(&batch->facts->alloc, &runs, &c->cap_runs, c->n_runs + 1, sizeof *c->runs)) {
        return false;
    }
    c->runs = runs;
    c->runs[c->n_runs++] = (atn_number_run){fact, number, per_row};
    return true;
}

bool atn_batch_count(atn_batch *batch, const atn_lines *stretch, uint32_t n_figures, uint32_t number)
{
    if (stretch->n_facts > 0 && !atn_batch_number(batch, number, stretch->per_line)) {
        return false;
    }
    batch->columns.n += stretch->n_facts;
    batch->n_read += stretch->n_lines * n_figures;
    batch->n_empty += stretch->n_lines * n_figures - stretch->n_facts;
    return true;
}

static void copy_facts(atn_segment *to, const atn_segment *from, size_t first, size_t n)
{
    memcpy(to->value + to->n, from->value + first, n * sizeof *to->value);
    memcpy(to->unit + to->n, from->unit + first, n * sizeof *to->unit);
    memcpy(to->period + to->n, from->period + first, n * sizeof *to->period);
    memcpy(to->measure + to->n, from->measure + first, n * sizeof *to->measure);
    if (to->cell8 != NULL) {
        memcpy(to->cell8 + to->n, from->cell8 + first, n);
    } else {
        memcpy(to->cell + to->n, from->cell + first, n * sizeof *to->cell);
    }
    if (to->qualifier != NULL) {
        memset(to->qualifier + to->n, ATTAIN_EXACT, n);
        memset(to->reason + to->n, ATTAIN_REASON_NONE, n);
    }
    to->n += n;
}

bool atn_batch_copy(atn_batch *batch, const atn_segment *from, size_t first, size_t n)
{
    while (n > 0) {
        atn_segment *to = atn_batch_room(batch, 1);
        if (to == NULL) {
            return false;
        }
        const size_t room = to->cap - to->n;
        const size_t part = n < room ? n : room;
        copy_facts(to, from, first, part);
        first += part;
        n -= part;
    }
    return true;
}

/* ---- rows ---- */

static bool has_code(const atn_row *row, int32_t *code)
{
    const attain_period period = atn_row_period(row);
    attain_period again;
    return atn_period_encode(period, code) && atn_period_decode(*code, &again) &&
           atn_period_equal(period, again);
}

static bool set_qualifier(const atn_batch *batch, atn_segment *s, const atn_row *row)
{
    if (s->qualifier == NULL) {
        if (row->qualifier == ATTAIN_EXACT) {
            return true;
        }
        s->qualifier = atn_alloc_array(&batch->facts->alloc, s->cap, 2);
        if (s->qualifier == NULL) {
            return false;
        }
        s->reason = s->qualifier + s->cap;
    }
    s->qualifier[s->n] = row->qualifier;
    s->reason[s->n] = row->reason;
    return true;
}

attain_status atn_batch_add_to_columns(atn_batch *batch, const atn_row *row, bool *taken, attain_error *err)
{
    int32_t code;
    batch->columns.n_irregular += atn_grid_takes_row(batch->facts, row) ? 0 : 1;
    *taken = has_code(row, &code) && batch->columns.n_irregular <= batch->columns.n / 2 + FEW_ROWS;
    if (!*taken) {
        return atn_batch_to_rows(batch, err);
    }
    atn_segment *s = atn_batch_room(batch, 1);
    if (s == NULL || !set_qualifier(batch, s, row) || !atn_batch_number(batch, row->number, 1)) {
        return atn_error_memory(err, "taking facts in");
    }
    s->unit[s->n] = row->unit;
    s->measure[s->n] = (uint16_t)row->measure;
    s->period[s->n] = code;
    s->value[s->n] = row->value;
    if (s->cell8 != NULL) {
        s->cell8[s->n] = (uint8_t)row->cell;
    } else {
        s->cell[s->n] = row->cell;
    }
    s->n++;
    batch->columns.n++;
    return ATTAIN_OK;
}

static atn_row row_of(const atn_segment *s, size_t i, uint32_t number)
{
    attain_period period;
    atn_row row;
    memset(&row, 0, sizeof row);
    memset(&period, 0, sizeof period);
    (void)atn_period_decode(s->period[i], &period); /* a code of ours */
    atn_row_set_period(&row, period);
    row.unit = s->unit[i];
    row.measure = s->measure[i];
    row.cell = s->cell8 != NULL ? s->cell8[i] : s->cell[i];
    row.value = s->value[i];
    row.number = number;
    if (s->qualifier != NULL) {
        row.qualifier = s->qualifier[i];
        row.reason = s->reason[i];
    }
    return row;
}

/* Segments go as their rows come, so that there is never much more than either. */
attain_status atn_batch_to_rows(atn_batch *batch, attain_error *err)
{
    atn_batch_columns *c = &batch->columns;
    size_t run = 0;
    uint32_t fact = 0;
    c->in_use = false;
    drop_load(c);
    if (c->replay != NULL) {
        ATN_TRY(c->replay(c->replay_ctx, err));
    }
    for (atn_segment *s = c->first; s != NULL; s = c->first) {
        void *rows = batch->rows;
        if (!atn_alloc_grow(&batch->facts->alloc, &rows, &batch->cap_rows, batch->n_rows + s->n,
                            sizeof *batch->rows)) {
            return atn_error_memory(err, "taking facts in");
        }
        batch->rows = rows;
        for (size_t i = 0; i < s->n; i++, fact++) {
            run += run + 1 < c->n_runs && c->runs[run + 1].fact == fact ? 1 : 0;
            const uint32_t number = c->runs[run].number + (fact - c->runs[run].fact) / c->runs[run].per_row;
            batch->rows[batch->n_rows++] = row_of(s, i, number);
        }
        c->first = s->next;
        atn_segment_free(&batch->facts->alloc, s);
    }
    c->last = NULL;
    return ATTAIN_OK;
}

attain_status atn_batch_load(atn_batch *batch, atn_load **load, attain_error *err)
{
    atn_batch_columns *c = &batch->columns;
    *load = NULL;
    if (c->last != NULL && !load_segment(batch, c->last)) {
        return atn_error_memory(err, "taking facts in");
    }
    if (c->load == NULL || is_refused(batch)) {
        return atn_batch_to_rows(batch, err);
    }
    const atn_load_result result = atn_load_prepare(c->load);
    if (result == ATN_LOAD_MEMORY) {
        return atn_error_memory(err, "adding facts");
    }
    if (result != ATN_LOAD_OK) {
        return atn_batch_to_rows(batch, err);
    }
    *load = c->load;
    c->load = NULL;
    return ATTAIN_OK;
}
