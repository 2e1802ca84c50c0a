/* Collisions: rows of one intake, or a row and the store, that claim the same cell. What is found must not depend on the order of rows.
 *
 *   sorted rows of one cell    |--Jan--|  |--Feb--|  |--Feb--|        spans that meet form a group
 *                                          \_____ group ____/
 *
 * A group of equal periods may be folded into one row (the same value, or the sum, if asked for). Any other group is an error; with
 * `skip bad rows` all of its rows are left out, because to keep the first would make the result depend on the order. For the same reason a
 * flow that comes with two period types loses all its rows, unless the store already says which type is right. */
#include "facts/intake.h"
#include <string.h>

/* ---- the first ones ---- */

static bool is_before(const atn_collision *a, const atn_collision *b)
{
    if (a->self.number != b->self.number) {
        return a->self.number < b->self.number;
    }
    return atn_row_compare(&a->self, &b->self) < 0;
}

static void sift_down(atn_collision *items, size_t at, size_t n)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= n) {
            return;
        }
        if (child + 1 < n && is_before(&items[child], &items[child + 1])) {
            child++;
        }
        if (!is_before(&items[at], &items[child])) {
            return;
        }
        const atn_collision swap = items[at];
        items[at] = items[child];
        items[child] = swap;
        at = child;
    }
}

/* Heap sort: in place, and never slow. */
static void sort_collisions(atn_collisions *found)
{
    for (size_t i = found->n / 2; i-- > 0;) {
        sift_down(found->items, i, found->n);
    }
    for (size_t n = found->n; n > 1; n--) {
        const atn_collision swap = found->items[0];
        found->items[0] = found->items[n - 1];
        found->items[n - 1] = swap;
        sift_down(found->items, 0, n - 1);
    }
}

static void keep_first(atn_collisions *found)
{
    sort_collisions(found);
    if (found->n > found->batch->max_issues) {
        found->n_dropped += found->n - found->batch->max_issues;
        found->n = found->batch->max_issues;
    }
}

static void add_collision(atn_collisions *found, atn_collision_kind kind, size_t self, const atn_row *other)
{
    atn_row *row = &found->batch->rows[self];
    const uint64_t most = 2 * (uint64_t)found->batch->max_issues + 64;
    if (found->n >= most) {
        keep_first(found);
    }
    void *items = found->items;
    if (!atn_alloc_grow(&found->batch->facts->alloc, &items, &found->cap, found->n + 1,
                        sizeof *found->items)) {
        found->failed = true;
        return;
    }
    found->items = items;
    found->items[found->n++] = (atn_collision){kind, *row, *other};
    row->mark |= ATN_ROW_BAD;
}

/* ---- groups ---- */

static bool same_value(const atn_row *a, const atn_row *b)
{
    return a->value == b->value && a->qualifier == b->qualifier && a->reason == b->reason;
}

/* The row of [from, to) that came first, but for `without`, which may be none of them. */
static size_t earliest(const atn_batch *batch, size_t from, size_t to, size_t without)
{
    size_t best = from != without ? from : from + 1;
    for (size_t i = best + 1; i < to; i++) {
        if (i != without && batch->rows[i].number < batch->rows[best].number) {
            best = i;
        }
    }
    return best;
}

/* Tries to make one row of a group of equal periods. */
static bool fold_same(atn_batch *batch, size_t from, size_t to)
{
    for (size_t i = from + 1; i < to; i++) {
        if (!same_value(&batch->rows[from], &batch->rows[i]) ||
            !atn_row_same_period(&batch->rows[from], &batch->rows[i])) {
            return false;
        }
    }
    for (size_t i = from + 1; i < to; i++) {
        batch->rows[i].mark |= ATN_ROW_FOLD;
    }
    return true;
}

/* The sum is kept in 128 bits until it is complete, so that the order of the summands does not matter. */
static bool fold_sum(atn_batch *batch, size_t from, size_t to)
{
    attain_i128 sum = {0, 0};
    bool overflow = false;
    for (size_t i = from; i < to; i++) {
        const atn_row *row = &batch->rows[i];
        if (row->qualifier != ATTAIN_EXACT || !atn_row_same_period(&batch->rows[from], row)) {
            return false;
        }
        sum = atn_i128_add(sum, atn_i128_from_i64(row->value), &overflow);
    }
    if (overflow || !atn_i128_fits_i64(sum)) {
        return false;
    }
    batch->rows[from].value = (int64_t)sum.lo;
    for (size_t i = from + 1; i < to; i++) {
        batch->rows[i].mark |= ATN_ROW_FOLD;
    }
    return true;
}

static void judge_group(atn_collisions *found, size_t from, size_t to)
{
    atn_batch *batch = found->batch;
    const bool skip = (batch->flags & ATTAIN_INTAKE_SKIP_BAD_ROWS) != 0;
    const bool same = (batch->flags & ATTAIN_INTAKE_SAME_VALUE_IS_FINE) != 0;
    const bool sum = (batch->flags & ATTAIN_INTAKE_SUM) != 0;
    if ((same && fold_same(batch, from, to)) || (sum && fold_sum(batch, from, to))) {
        return;
    }
    const size_t first = earliest(batch, from, to, to);
    const atn_collision_kind kind = sum ? ATN_COLLISION_SUM : ATN_COLLISION_CELL;
    for (size_t i = from; i < to; i++) {
        if (i != first) {
            add_collision(found, kind, i, &batch->rows[first]);
        } else if (skip) {
            add_collision(found, kind, i, &batch->rows[earliest(batch, from, to, first)]);
        }
    }
}

/* Backwards through the rows of one cell: a row whose span reaches the earliest day of the group belongs to it. Rows that are bad
 * already take no part. */
static void find_groups(atn_collisions *found, size_t from, size_t to)
{
    const atn_model *model = &found->batch->facts->plan->model;
    const atn_row *rows = found->batch->rows;
    size_t end = to;
    while (end > from) {
        size_t start = end - 1;
        int32_t low_day = atn_row_low_day(model, &rows[start]);
        while (start > from && rows[start - 1].end_day >= low_day) {
            start--;
            const int32_t day = atn_row_low_day(model, &rows[start]);
            low_day = day < low_day ? day : low_day;
        }
        if (end - start > 1) {
            judge_group(found, start, end);
        }
        end = start;
    }
}

static void find_cell_collisions(atn_collisions *found)
{
    const atn_row *rows = found->batch->rows;
    const size_t n = found->batch->n_rows;
    size_t from = 0;
    while (from < n) {
        size_t to = from + 1;
        while (to < n && atn_row_same_cell(&rows[from], &rows[to])) {
            to++;
        }
        if (to - from > 1) {
            find_groups(found, from, to);
        }
        from = to;
    }
}

/* A flow without `reported`: one period type for all its facts. */
static void find_type_collisions(atn_collisions *found, size_t from, size_t to)
{
    atn_batch *batch = found->batch;
    const attain_facts *facts = batch->facts;
    const atn_measure *measure = &facts->plan->model.measures[batch->rows[from].measure];
    if (!measure->is_flow || measure->reported != ATTAIN_PERIOD_NONE) {
        return;
    }
    const atn_row *stored = atn_store_first_of_measure(facts, batch->rows[from].measure);
    const size_t first = earliest(batch, from, to, to);
    const atn_row right = stored != NULL ? *stored : batch->rows[first];
    size_t n_bad = 0;
    size_t a_bad_one = from;
    for (size_t i = from; i < to; i++) {
        if (!atn_row_same_type(&batch->rows[i], &right)) {
            a_bad_one = n_bad++ == 0 || batch->rows[i].number < batch->rows[a_bad_one].number ? i : a_bad_one;
        }
    }
    if (n_bad == 0) {
        return;
    }
    const bool all = stored == NULL && (batch->flags & ATTAIN_INTAKE_SKIP_BAD_ROWS) != 0;
    for (size_t i = from; i < to; i++) {
        const bool differs = !atn_row_same_type(&batch->rows[i], &right);
        if (differs && stored != NULL) {
            add_collision(found, ATN_COLLISION_STORED_TYPE, i, stored);
        } else if (differs || all) {
            add_collision(found, ATN_COLLISION_TYPE, i, &batch->rows[differs ? first : a_bad_one]);
        }
    }
}

static void find_measure_collisions(atn_collisions *found)
{
    const atn_row *rows = found->batch->rows;
    const size_t n = found->batch->n_rows;
    size_t from = 0;
    while (from < n) {
        size_t to = from + 1;
        while (to < n && rows[to].measure == rows[from].measure) {
            to++;
        }
        find_type_collisions(found, from, to);
        from = to;
    }
}

static void find_stored_collisions(atn_collisions *found)
{
    atn_batch *batch = found->batch;
    if (atn_facts_count(batch->facts) == 0) {
        return;
    }
    for (size_t i = 0; i < batch->n_rows; i++) {
        atn_row other;
        if ((batch->rows[i].mark & ATN_ROW_BAD) == 0 &&
            atn_store_meeting(batch->facts, &batch->rows[i], &other)) {
            add_collision(found, ATN_COLLISION_STORED, i, &other);
        }
    }
}

/* Leaves the rows that stay: neither bad nor folded into another. */
static void compact(atn_batch *batch, uint64_t *n_same)
{
    size_t kept = 0;
    for (size_t i = 0; i < batch->n_rows; i++) {
        const atn_row *row = &batch->rows[i];
        if ((row->mark & ATN_ROW_BAD) != 0) {
            batch->n_bad++;
        } else if ((row->mark & ATN_ROW_FOLD) != 0) {
            (*n_same)++;
        } else {
            batch->rows[kept++] = *row;
        }
    }
    batch->n_rows = kept;
}

/* Rows of the wrong period type are taken out first: they must not pull others into a group. */
bool atn_collisions_find(atn_collisions *found, uint64_t *n_same)
{
    atn_batch *batch = found->batch;
    *n_same = 0;
    if (!atn_rows_sort(&batch->facts->alloc, batch->rows, batch->n_rows)) {
        return false;
    }
    find_measure_collisions(found);
    compact(batch, n_same);
    find_cell_collisions(found);
    find_stored_collisions(found);
    compact(batch, n_same);
    sort_collisions(found);
    return !found->failed;
}

/* ---- messages ---- */

static void describe(const atn_batch *batch, const atn_collision *item, attain_error *out)
{
    const attain_facts *facts = batch->facts;
    const atn_note cell = atn_show_cell(facts, &item->self);
    const atn_note period = atn_show_period(atn_row_period(&item->self));
    const atn_note other = atn_show_period(atn_row_period(&item->other));
    const unsigned long row = item->other.number;
    switch (item->kind) {
    case ATN_COLLISION_CELL:
        if (atn_row_same_period(&item->self, &item->other)) {
            atn_error_set(out, ATTAIN_E_DUPLICATE,
                          "%s is the same cell as row %lu; a cell is reported once%s", cell.text, row,
                          same_value(&item->self, &item->other) ? " (the value is the same)" : "");
        } else {
            atn_error_set(out, ATTAIN_E_DUPLICATE,
                          "%s is the same cell as row %lu: period %s shares %s with it", cell.text, row,
                          other.text,
                          facts->plan->model.measures[item->self.measure].is_flow ? "days" : "its last day");
        }
        break;
    case ATN_COLLISION_SUM:
        atn_error_set(out, ATTAIN_E_DUPLICATE,
                      "%s is the same cell as row %lu and cannot be added to it: only exact figures of one "
                      "period whose sum "
                      "fits 64 bits are added",
                      cell.text, row);
        break;
    case ATN_COLLISION_STORED:
        atn_error_set(
            out, ATTAIN_E_DUPLICATE,
            "%s was taken in before (%s); an intake only adds, single cells are corrected by setting them",
            cell.text, other.text);
        break;
    case ATN_COLLISION_TYPE:
        atn_error_set(out, ATTAIN_E_PERIOD,
                      "%s: period %s is of another type than %s in row %lu; the facts of a flow must have "
                      "one period type",
                      cell.text, period.text, other.text, row);
        break;
    case ATN_COLLISION_STORED_TYPE:
        atn_error_set(out, ATTAIN_E_PERIOD,
                      "%s: period %s is of another type than %s, which was taken in before; the facts of a "
                      "flow must have "
                      "one period type",
                      cell.text, period.text, other.text);
        break;
    }
}

attain_issue atn_collision_issue(const atn_batch *batch, const atn_collision *item)
{
    attain_error text;
    atn_error_clear(&text);
    describe(batch, item, &text);
    const bool stored = item->kind == ATN_COLLISION_STORED || item->kind == ATN_COLLISION_STORED_TYPE;
    attain_issue issue = {.status = text.status,
                          .row = item->self.number,
                          .other_row = stored ? 0 : item->other.number,
                          .line = atn_batch_line_of(batch, item->self.number)};
    atn_issue_set_message(&issue, text.message);
    return issue;
}
