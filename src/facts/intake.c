/* The gate: rows come in one by one, and are applied together or not at all.
 *
 * Each row has been checked by itself when it comes here; what is left are collisions (collide.c). The report is complete before the first
 * row goes into the store, and going in cannot fail. */
#include "facts/intake.h"
#include "facts/load.h"
#include "facts/load_parts.h"
#include <string.h>

#define DEFAULT_MAX_ISSUES 100u

/* ---- one row at a time ---- */

attain_status atn_batch_init(atn_batch *batch, attain_facts *facts, const attain_intake_options *options,
                             attain_error *err)
{
    const uint32_t known = ATTAIN_INTAKE_SAME_VALUE_IS_FINE | ATTAIN_INTAKE_SUM |
                           ATTAIN_INTAKE_SKIP_BAD_ROWS | ATTAIN_INTAKE_NAN_IS_EMPTY;
    memset(batch, 0, sizeof *batch);
    batch->facts = facts;
    batch->max_issues = DEFAULT_MAX_ISSUES;
    batch->source = "";
    if (options == NULL) {
        return ATTAIN_OK;
    }
    if ((options->flags & ~known) != 0) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "flags %lx; attain_intake_flags has no such bit",
                             (unsigned long)options->flags);
    }
    if ((options->flags & ATTAIN_INTAKE_SUM) != 0 &&
        (options->flags & ATTAIN_INTAKE_SAME_VALUE_IS_FINE) != 0) {
        return atn_error_set(
            err, ATTAIN_E_ARGUMENT,
            "SAME_VALUE_IS_FINE and SUM exclude each other: a figure that comes twice is either the same "
            "or another part");
    }
    batch->flags = options->flags;
    if (options->max_issues != 0) {
        batch->max_issues = options->max_issues;
    }
    if (options->source != NULL) {
        batch->source = options->source;
    }
    batch->progress = options->progress;
    batch->progress_ctx = options->progress_ctx;
    return ATTAIN_OK;
}

void atn_batch_free(atn_batch *batch)
{
    const attain_allocator *a = &batch->facts->alloc;
    atn_batch_columns_free(batch);
    if (batch->rows != NULL) {
        atn_alloc_free_array(a, batch->rows, batch->cap_rows, sizeof *batch->rows);
    }
    if (batch->issues != NULL) {
        atn_alloc_free_array(a, batch->issues, batch->cap_issues, sizeof *batch->issues);
    }
    if (batch->marks != NULL) {
        atn_alloc_free_array(a, batch->marks, batch->cap_marks, sizeof *batch->marks);
    }
    batch->rows = NULL;
    batch->issues = NULL;
    batch->marks = NULL;
}

attain_error *atn_batch_issue(const atn_batch *batch, attain_error *err)
{
    return batch->n_issues < batch->max_issues ? err : NULL;
}

attain_status atn_batch_push(atn_batch *batch, const atn_row *row, attain_error *err)
{
    if (batch->n_rows == batch->cap_rows) {
        void *rows = batch->rows;
        if (!atn_alloc_grow(&batch->facts->alloc, &rows, &batch->cap_rows, batch->n_rows + 1,
                            sizeof *batch->rows)) {
            return atn_error_memory(err, "taking facts in");
        }
        batch->rows = rows;
    }
    batch->rows[batch->n_rows++] = *row;
    return ATTAIN_OK;
}

attain_status atn_batch_add(atn_batch *batch, const atn_row *row, attain_error *err)
{
    if (batch->columns.in_use) {
        bool taken = false;
        ATN_TRY(atn_batch_add_to_columns(batch, row, &taken, err));
        if (taken) {
            batch->n_read++;
            return ATTAIN_OK;
        }
    }
    ATN_TRY(atn_batch_push(batch, row, err));
    batch->n_read++;
    return ATTAIN_OK;
}

void atn_batch_empty(atn_batch *batch)
{
    batch->n_read++;
    batch->n_empty++;
}

bool atn_batch_line(atn_batch *batch, uint32_t number, int32_t line)
{
    batch->has_lines = true;
    if (batch->n_marks > 0) {
        const atn_line_mark *last = &batch->marks[batch->n_marks - 1];
        if ((int64_t)last->line + (number - last->row) == line) {
            return true;
        }
    }
    void *marks = batch->marks;
    if (!atn_alloc_grow(&batch->facts->alloc, &marks, &batch->cap_marks, batch->n_marks + 1,
                        sizeof *batch->marks)) {
        return false;
    }
    batch->marks = marks;
    batch->marks[batch->n_marks++] = (atn_line_mark){number, line};
    return true;
}

int32_t atn_batch_line_of(const atn_batch *batch, uint32_t number)
{
    if (!batch->has_lines || batch->n_marks == 0) {
        return 0;
    }
    size_t low = 0;
    size_t high = batch->n_marks;
    while (high - low > 1) {
        const size_t mid = low + (high - low) / 2;
        if (batch->marks[mid].row <= number) {
            low = mid;
        } else {
            high = mid;
        }
    }
    const int64_t line = (int64_t)batch->marks[low].line + (number - batch->marks[low].row);
    return line > INT32_MAX ? INT32_MAX : (int32_t)line;
}

/* A longer sentence is cut at a code point and ends in "...". */
void atn_issue_set_message(attain_issue *issue, const char *message)
{
    char *out = issue->message;
    const size_t cap = sizeof issue->message;
    size_t len = strlen(message); /* written by atn_error_set: ours, with a NUL */
    if (len < cap) {
        memcpy(out, message, len + 1);
        return;
    }
    len = cap - 4;
    while (len > 0 && ((unsigned char)message[len] & 0xc0u) == 0x80u) {
        len--;
    }
    memcpy(out, message, len);
    memcpy(out + len, "...", 4);
}

static attain_status keep_issue(atn_batch *batch, const attain_issue *issue, attain_error *err)
{
    void *issues = batch->issues;
    if (!atn_alloc_grow(&batch->facts->alloc, &issues, &batch->cap_issues, batch->n_issues + 1,
                        sizeof *issue)) {
        return atn_error_memory(err, "reporting bad rows");
    }
    batch->issues = issues;
    batch->issues[batch->n_issues++] = *issue;
    return ATTAIN_OK;
}

attain_status atn_batch_reject(atn_batch *batch, uint32_t number, uint64_t n_cells, int32_t column,
                               attain_status status, const attain_error *why, attain_error *err)
{
    if (batch->n_issues < batch->max_issues) {
        attain_issue issue = {.status = status,
                              .row = number,
                              .line = atn_batch_line_of(batch, number),
                              .column = column};
        atn_issue_set_message(&issue, why->message);
        ATN_TRY(keep_issue(batch, &issue, err));
    } else {
        batch->n_more_issues++;
    }
    batch->n_read += n_cells;
    batch->n_bad += n_cells;
    return ATTAIN_OK;
}

attain_status atn_batch_progress(const atn_batch *batch, uint64_t done, uint64_t total, attain_error *err)
{
    if (batch->progress != NULL && batch->progress(batch->progress_ctx, done, total) != 0) {
        return atn_error_set(err, ATTAIN_E_CANCELLED,
                             "the intake was stopped by its progress callback; nothing was added");
    }
    return ATTAIN_OK;
}

/* ---- report ---- */

/* Both lists are in row order; the first max_issues of the two go into the report. */
static bool merge_issues(const atn_batch *batch, const atn_collisions *found, attain_report *report)
{
    const uint64_t n_all = (uint64_t)batch->n_issues + found->n;
    const size_t n = n_all > batch->max_issues ? batch->max_issues : (size_t)n_all;
    report->n_more_issues = batch->n_more_issues + found->n_dropped + (n_all - n);
    report->n_issues = n;
    report->issues = n == 0 ? NULL : atn_alloc_array(&report->alloc, n, sizeof *report->issues);
    if (n > 0 && report->issues == NULL) {
        return false;
    }
    size_t left = 0;
    size_t right = 0;
    for (size_t i = 0; i < n; i++) {
        const bool from_left =
            left < batch->n_issues &&
            (right >= found->n || batch->issues[left].row <= (int64_t)found->items[right].self.number);
        report->issues[i] =
            from_left ? batch->issues[left++] : atn_collision_issue(batch, &found->items[right++]);
    }
    return true;
}

static attain_status refuse(const atn_batch *batch, const attain_report *report, attain_error *err)
{
    const attain_issue *first = &report->issues[0];
    const uint64_t n_more = report->n_more_issues + report->n_issues - 1;
    const atn_str source = {batch->source, strlen(batch->source)}; /* a C string of the caller by contract */
    if (n_more == 0) {
        (void)atn_error_at_text(err, first->status, source, first->line, first->column, "row %lld: %s",
                                (long long)first->row, first->message);
    } else {
        (void)atn_error_at_text(err, first->status, source, first->line, first->column,
                                "row %lld: %s (and %llu more bad rows)", (long long)first->row,
                                first->message, (unsigned long long)n_more);
    }
    if (err != NULL && !batch->has_lines) {
        err->index = first->row - 1;
    }
    return first->status;
}

/* Makes room for the rows that are not regular, which is where they will be merged, or their own array if there is none yet. */
static attain_status apply_rows(atn_batch *batch, size_t n, attain_error *err)
{
    attain_facts *facts = batch->facts;
    if (n > 0 && facts->n_rows == 0 && batch->cap_rows / 2 <= n) {
        atn_store_adopt(facts, batch->rows, n, batch->cap_rows);
        batch->rows = NULL;
        return ATTAIN_OK;
    }
    if (!atn_store_reserve(facts, n)) {
        return atn_error_memory(err, "adding facts");
    }
    atn_store_merge(facts, batch->rows, n);
    return ATTAIN_OK;
}

/* Nothing collides any more. Figures are prepared first, because that takes memory; then the rows, and then nothing can fail. */
static attain_status apply(atn_batch *batch, attain_error *err)
{
    atn_carry carry = {.facts = batch->facts};
    attain_status status = ATTAIN_OK;
    size_t n_rows = 0;
    for (size_t i = 0; i < batch->n_rows && status == ATTAIN_OK; i++) {
        bool taken = false;
        status = atn_carry_row(&carry, &batch->rows[i], &taken, err);
        if (!taken) {
            batch->rows[n_rows++] = batch->rows[i];
        }
    }
    if (status == ATTAIN_OK) {
        status = atn_carry_prepare(&carry, err);
    }
    if (status == ATTAIN_OK) {
        status = apply_rows(batch, n_rows, err);
    }
    if (status == ATTAIN_OK) {
        atn_carry_commit(&carry);
    }
    atn_carry_free(&carry);
    return status;
}

void atn_report_free(attain_report *report)
{
    if (report == NULL) {
        return;
    }
    if (report->issues != NULL) {
        atn_alloc_free_array(&report->alloc, report->issues, report->n_issues, sizeof *report->issues);
    }
    if (report->ignored_columns.data != NULL) {
        (void)atn_alloc_resize(&report->alloc, report->ignored_columns.data, report->ignored_columns.capacity,
                               0);
    }
    memset(report, 0, sizeof *report);
}

static void hand_over(attain_report *report, const atn_batch *batch, atn_buf *ignored, attain_report *out)
{
    if (out == NULL) {
        atn_report_free(report);
        return;
    }
    report->n_read = batch->n_read;
    report->n_empty = batch->n_empty;
    report->n_accepted = batch->n_read - batch->n_empty - report->n_rejected;
    report->ignored_columns.alloc = report->alloc;
    if (ignored != NULL && ignored->len > 0) {
        report->ignored_columns.data = ignored->data;
        report->ignored_columns.len = ignored->len;
        report->ignored_columns.capacity = ignored->cap;
        ignored->data = NULL;
        ignored->len = 0;
        ignored->cap = 0;
    }
    *out = *report;
}

/* Columns that could be loaded: nothing collides, and the grid is ready. *is_done: false where the batch has rows instead. The report comes first, so
 * that nothing can fail behind the room that the load makes. */
static attain_status finish_columns(atn_batch *batch, atn_buf *ignored, attain_report *report, bool *is_done,
                                    attain_error *err)
{
    const atn_collisions none = {.batch = NULL};
    attain_report made;
    atn_load *load = NULL;
    memset(&made, 0, sizeof made);
    made.alloc = batch->facts->outer;
    made.n_rejected = batch->n_bad;
    if (!merge_issues(batch, &none, &made)) {
        return atn_error_memory(err, "reporting bad rows");
    }
    const attain_status status = atn_batch_load(batch, &load, err);
    *is_done = load != NULL;
    if (load == NULL) {
        atn_report_free(&made);
        return status;
    }
    atn_load_commit(load);
    hand_over(&made, batch, ignored, report);
    atn_load_free(load);
    return ATTAIN_OK;
}

/* A refused intake has accepted nothing: its good rows count as rejected too, the issues tell which were bad. */
attain_status atn_batch_finish(atn_batch *batch, atn_buf *ignored, attain_report *report, attain_error *err)
{
    attain_report made;
    memset(&made, 0, sizeof made);
    made.alloc = batch->facts->outer;
    atn_collisions found = {.batch = batch};
    attain_status status;
    if (batch->columns.in_use) {
        bool is_done = false;
        ATN_TRY(finish_columns(batch, ignored, report, &is_done, err));
        if (is_done) {
            return ATTAIN_OK;
        }
    }
    if (!atn_collisions_find(&found, &made.n_same) || !merge_issues(batch, &found, &made)) {
        status = atn_error_memory(err, "checking facts for cells that come twice");
        goto out;
    }
    made.n_rejected = batch->n_bad;
    /* Where a row is bad there is an issue: max_issues is at least 1. */
    if (batch->n_bad > 0 && made.issues != NULL && (batch->flags & ATTAIN_INTAKE_SKIP_BAD_ROWS) == 0) {
        status = refuse(batch, &made, err);
        made.n_rejected = batch->n_read - batch->n_empty;
        made.n_same = 0;
        hand_over(&made, batch, ignored, report);
        goto out;
    }
    status = apply(batch, err);
    if (status != ATTAIN_OK) {
        atn_report_free(&made);
        goto out;
    }
    hand_over(&made, batch, ignored, report);
out:
    if (found.items != NULL) {
        atn_alloc_free_array(&batch->facts->alloc, found.items, found.cap, sizeof *found.items);
    }
    return status;
}

/* ---- facts by id ---- */

static attain_status add_columns(atn_batch *batch, const attain_fact_columns *columns, size_t n,
                                 attain_error *err)
{
    attain_error why;
    for (size_t i = 0; i < n; i++) {
        atn_row row;
        const attain_status status =
            atn_row_of_columns(batch->facts, columns, i, &row, atn_batch_issue(batch, &why));
        if (status == ATTAIN_OK) {
            ATN_TRY(atn_batch_add(batch, &row, err));
        } else {
            ATN_TRY(atn_batch_reject(batch, row.number, 1, 0, status, &why, err));
        }
        if ((i + 1) % ATN_PROGRESS_ROWS == 0 || i + 1 == n) {
            ATN_TRY(atn_batch_progress(batch, i + 1, n, err));
        }
    }
    return ATTAIN_OK;
}

/* All rows at once, as far as nothing is odd about them: *done. Otherwise nothing has happened, and the rows are taken one by one, which
 * tells what is odd. */
static attain_status try_load(attain_facts *facts, const attain_fact_columns *columns, size_t n,
                              const attain_intake_options *options, bool *done, attain_error *err)
{
    atn_load *load = atn_load_new(facts);
    *done = false;
    if (load == NULL) {
        return atn_error_memory(err, "taking facts in");
    }
    atn_load_result result = atn_load_columns(load, columns, n, options != NULL ? options->progress : NULL,
                                              options != NULL ? options->progress_ctx : NULL);
    if (result == ATN_LOAD_OK) {
        result = atn_load_prepare(load);
    }
    if (result == ATN_LOAD_OK) {
        atn_load_commit(load);
        *done = true;
    }
    atn_load_free(load);
    if (result == ATN_LOAD_MEMORY) {
        return atn_error_memory(err, "taking facts in");
    }
    if (result == ATN_LOAD_CANCELLED) {
        return atn_error_set(err, ATTAIN_E_CANCELLED,
                             "the intake was stopped by its progress callback; nothing was added");
    }
    return ATTAIN_OK;
}

attain_status atn_facts_add(attain_facts *facts, const attain_fact_columns *columns, size_t n,
                            const attain_intake_options *options, attain_report *report, attain_error *err)
{
    if (n > ATN_MAX_INTAKE_ROWS) {
        return atn_error_set(err, ATTAIN_E_LIMIT, "%llu rows in one call; at most %lu are taken at a time",
                             (unsigned long long)n, (unsigned long)ATN_MAX_INTAKE_ROWS);
    }
    atn_batch batch;
    bool done = false;
    ATN_TRY(atn_batch_init(&batch, facts, options, err));
    attain_status status = ATTAIN_OK;
    if ((facts->tuning & ATTAIN_TUNE_ROW_BY_ROW) == 0) {
        status = try_load(facts, columns, n, options, &done, err);
    }
    if (status == ATTAIN_OK && done && report != NULL) {
        *report = (attain_report){.n_read = n, .n_accepted = n, .alloc = facts->outer};
        report->ignored_columns.alloc = facts->outer;
    }
    if (status == ATTAIN_OK && !done) {
        status = add_columns(&batch, columns, n, err);
        if (status == ATTAIN_OK) {
            status = atn_batch_finish(&batch, NULL, report, err);
        }
    }
    atn_batch_free(&batch);
    return status;
}
