/* Copies of scorecards: the slabs of the cube, the sheets over them, stored rows and their numbers. Columns are not copied, they are made
 * when asked for. */
#include "score/table_parts.h"

#include "facts/cube_live.h"

#include <string.h>

/* n items in new memory; *to stays NULL without any. false: out of memory. */
static bool copy_items(const attain_allocator *alloc, const void *from, size_t n, size_t item_size, void **to)
{
    *to = NULL;
    if (from == NULL) {
        return true;
    }
    *to = atn_alloc_array(alloc, n, item_size);
    if (*to != NULL && n > 0) {
        memcpy(*to, from, n * item_size);
    }
    return *to != NULL;
}

/* ---- the book ---- */

static bool copy_sheet(const atn_sheet *from, const atn_book *book, atn_sheet *to)
{
    void *units = NULL;
    void *marks = NULL;
    void *days = NULL;
    const attain_allocator *const alloc = &book->alloc;
    const bool good = copy_items(alloc, from->units, from->n_units, sizeof from->units[0], &units) &&
                      copy_items(alloc, from->marks, from->n_units, sizeof from->marks[0], &marks) &&
                      copy_items(alloc, from->days, from->n_days, sizeof from->days[0], &days);
    *to = *from;
    to->units = units;
    to->marks = marks;
    to->days = days;
    to->book = book;
    to->cube = &book->cube;
    return good;
}

/* What atn_book_free frees is there or NULL at every step. */
static bool fill_book(const atn_book *from, atn_book *to)
{
    void *slots = NULL;
    void *periods = NULL;
    void *full = NULL;
    bool good = copy_items(&to->alloc, from->slots, from->n_slots, sizeof from->slots[0], &slots) &&
                copy_items(&to->alloc, from->periods, from->n_periods, sizeof from->periods[0], &periods) &&
                copy_items(&to->alloc, from->full, from->n_full, sizeof from->full[0], &full);
    to->slots = slots;
    to->n_slots = to->cap_slots = slots != NULL ? from->n_slots : 0;
    to->periods = periods;
    to->n_periods = to->cap_periods = periods != NULL ? from->n_periods : 0;
    to->full = full;
    to->gap = good ? atn_alloc_resize(&to->alloc, NULL, 0, from->n_gap + 1) : NULL;
    good = good && to->gap != NULL;
    if (good) {
        memcpy(to->gap, from->gap, from->n_gap);
    }
    to->sheets = good ? atn_alloc_array(&to->alloc, from->n_sheets, sizeof from->sheets[0]) : NULL;
    to->cap_sheets = to->sheets != NULL ? from->n_sheets : 0;
    good = good && to->sheets != NULL;
    while (good && to->n_sheets < from->n_sheets) {
        good = copy_sheet(&from->sheets[to->n_sheets], to, &to->sheets[to->n_sheets]);
        to->n_sheets += 1;
    }
    return good && atn_cube_copy(&from->cube, &to->cube);
}

static atn_book *copy_book(const atn_book *from)
{
    atn_book *const to = atn_alloc_array(&from->alloc, 1, sizeof *to);
    if (to == NULL) {
        return NULL;
    }
    *to = *from;
    to->slots = NULL;
    to->periods = NULL;
    to->sheets = NULL;
    to->full = NULL;
    to->gap = NULL;
    to->n_slots = to->cap_slots = to->n_periods = to->cap_periods = to->n_sheets = to->cap_sheets = 0;
    to->is_live = false;
    memset(&to->cube, 0, sizeof to->cube);
    if (!fill_book(from, to)) {
        atn_book_free(to);
        return NULL;
    }
    return to;
}

/* ---- the table ---- */

static bool copy_rows(const attain_table *from, attain_table *to)
{
    void *segments = NULL;
    void *rows = NULL;
    void *pool = NULL;
    const bool good =
        copy_items(&to->alloc, from->segments, from->n_segments, sizeof from->segments[0], &segments) &&
        copy_items(&to->alloc, from->rows, from->n_stored, sizeof from->rows[0], &rows) &&
        copy_items(&to->alloc, from->pool, from->n_pool, sizeof from->pool[0], &pool);
    to->segments = segments;
    to->n_segments = to->cap_segments = segments != NULL ? from->n_segments : 0;
    to->rows = rows;
    to->n_stored = to->cap_rows = rows != NULL ? from->n_stored : 0;
    to->pool = pool;
    to->n_pool = to->cap_pool = pool != NULL ? from->n_pool : 0;
    to->n_rows = from->n_rows;
    return good;
}

/* Equal columns are one: looked for again, for the rows may have become complete or stopped to be. */
static void find_equal_columns(attain_table *table)
{
    for (size_t i = 0; i < table->n_segments; i++) {
        const atn_segment *const at = &table->segments[i];
        const atn_sheet *const sheet = at->is_sheet ? &table->book->sheets[at->at] : NULL;
        table->low_is_value = table->low_is_value && sheet != NULL && atn_sheet_is_complete(sheet);
        table->expected_is_reported =
            table->expected_is_reported && sheet != NULL && atn_sheet_counts_are_complete(sheet);
    }
}

attain_status atn_table_copy(const attain_table *table, attain_table **out, attain_error *err)
{
    attain_table *copy = NULL;
    ATN_TRY(atn_table_new(table->plan, true, NULL, 0, &copy, err));
    bool good = copy_rows(table, copy);
    if (good && table->book != NULL) {
        copy->book = copy_book(table->book);
        good = copy->book != NULL;
    }
    if (!good) {
        atn_table_free(copy);
        return atn_error_memory(err, "copying a scorecard");
    }
    find_equal_columns(copy);
    *out = copy;
    return ATTAIN_OK;
}
