/* Batches: bound, and taken in one of three ways. See arrow_in.h. */
#include "facts/arrow_in.h"
#include "facts/load_parts.h"

/* A batch with fewer rows is not worth a load of its own. */
#define DIRECT_ROWS 16384
/* What is kept of a stream at most, unless it comes as one batch. */
#define HELD_BYTES ((uint64_t)1 << 30)
/* Rows of a round: odd ones are kept until it ends, and the progress is told. */
#define ROUND_ROWS ((size_t)ATN_PROGRESS_ROWS)
/* With more than one thread, or with nobody who asks for the progress: each end of a round, and each border between threads in it, leaves chunks
 * that two threads have begun, which are merged. */
#define ROUNDS_AT_ONCE ((size_t)64)
/* Copied into a segment at a time. */
#define SEGMENT_ROWS ((size_t)256)

/* ---- tasks ---- */

static attain_status make_tasks(atn_arrow_in *in, attain_error *err)
{
    if (in->tasks != NULL) {
        return ATTAIN_OK;
    }
    const size_t n = in->facts->n_threads > 1 ? in->facts->n_threads : 1;
    in->task_alloc = &in->facts->alloc;
    in->tasks = atn_alloc_array(&in->facts->alloc, n, sizeof *in->tasks);
    if (in->tasks == NULL) {
        return atn_error_memory(err, "taking facts in");
    }
    in->n_tasks = n;
    for (size_t t = 0; t < n; t++) {
        if (!atn_arrow_block_init(&in->tasks[t].block, &in->reader)) {
            return atn_error_memory(err, "taking facts in");
        }
    }
    return ATTAIN_OK;
}

void atn_arrow_tasks_free(atn_arrow_in *in)
{
    const attain_allocator *a = &in->facts->alloc;
    for (size_t t = 0; t < in->n_tasks; t++) {
        atn_arrow_block_free(&in->tasks[t].block, &in->reader);
        atn_alloc_free_array(a, in->tasks[t].odd, in->tasks[t].cap_odd, sizeof *in->tasks[t].odd);
    }
    atn_alloc_free_array(a, in->tasks, in->n_tasks, sizeof *in->tasks);
    atn_alloc_free_array(a, in->odd, in->cap_odd, sizeof *in->odd);
    for (size_t h = 0; h < in->n_held; h++) {
        in->held[h].array.release(&in->held[h].array);
    }
    atn_alloc_free_array(a, in->held, in->cap_held, sizeof *in->held);
}

/* ---- binding ---- */

static attain_status bind_batch(atn_arrow_in *in, const struct ArrowArray *array, attain_error *err)
{
    ATN_TRY(atn_arrow_bind_struct(&in->rows, array, in->schema.n_children, err));
    if ((uint64_t)array->length > ATN_MAX_INTAKE_ROWS - in->n_before) {
        return atn_error_set(err, ATTAIN_E_LIMIT,
                             "more than %lu rows in one intake; a stream with fewer rows is required",
                             (unsigned long)ATN_MAX_INTAKE_ROWS);
    }
    for (size_t c = 0; c < in->cap_columns; c++) {
        if (in->columns[c].is_used) {
            ATN_TRY(atn_arrow_bind(&in->columns[c], array->children[c], array->offset, array->length, err));
        }
    }
    in->reader.rows = &in->rows;
    in->array = array;
    if (array->length >= DIRECT_ROWS && !in->knows_level) { /* asking costs as much as some hundred rows */
        in->reader.level = atn_cpu_level(in->facts->tuning);
        in->reader.kernels = atn_arrow_kernels_of(in->reader.level);
        in->knows_level = true;
    }
    ATN_TRY(make_tasks(in, err));
    return atn_arrow_know_batch(&in->reader, &in->tasks[0].block) ? ATTAIN_OK
                                                                  : atn_error_memory(err, "taking facts in");
}

static size_t n_passes(const atn_arrow_in *in)
{
    return in->heading.n_wide > 0 ? in->heading.n_wide : 1;
}

/* The pass over one value column. */
static void begin_pass(atn_arrow_in *in, size_t pass)
{
    const atn_heading *h = &in->heading;
    in->reader.value_column = h->n_wide > 0 ? h->wide_column[pass] : h->fixed[ATN_COLUMN_VALUE];
    in->reader.one_measure = h->n_wide > 0 ? h->wide_measure[pass] : ATN_NONE;
    for (size_t t = 0; t < in->n_tasks; t++) {
        in->tasks[t].n_odd = 0;
    }
}

/* ---- what is left for the slow way ---- */

/* The block's rows that are not plain: counted, or noted. false: out of memory. */
static bool note_rows(const atn_arrow_in *in, atn_arrow_task *task, size_t first, size_t n)
{
    if (task->block.all_plain) {
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        if (task->block.state[i] == ATN_ROW_IS_EMPTY) {
            task->n_empty++;
        } else if (task->block.state[i] == ATN_ROW_IS_ODD) {
            void *odd = task->odd;
            if (!atn_alloc_grow(in->task_alloc, &odd, &task->cap_odd, task->n_odd + 1, sizeof *task->odd)) {
                return false;
            }
            task->odd = odd;
            task->odd[task->n_odd++] = (uint32_t)(first + i);
        }
    }
    return true;
}

static attain_status collect_odd(atn_arrow_in *in, size_t pass, attain_error *err)
{
    for (size_t t = 0; t < in->n_tasks; t++) {
        const atn_arrow_task *task = &in->tasks[t];
        void *odd = in->odd;
        if (!atn_alloc_grow(&in->facts->alloc, &odd, &in->cap_odd, in->n_odd + task->n_odd,
                            sizeof *in->odd)) {
            return atn_error_memory(err, "taking facts in");
        }
        in->odd = odd;
        for (size_t i = 0; i < task->n_odd; i++) {
            in->odd[in->n_odd++] = (atn_arrow_figure){task->odd[i], (uint32_t)pass};
        }
    }
    return ATTAIN_OK;
}

static bool comes_before(atn_arrow_figure a, atn_arrow_figure b)
{
    return a.row != b.row ? a.row < b.row : a.wide < b.wide;
}

static void sift_down(atn_arrow_figure *items, size_t at, size_t n)
{
    for (size_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        child += child + 1 < n && comes_before(items[child], items[child + 1]) ? 1 : 0;
        if (!comes_before(items[at], items[child])) {
            return;
        }
        const atn_arrow_figure swap = items[at];
        items[at] = items[child];
        items[child] = swap;
        at = child;
    }
}

/* Passes come one after the other, issues row by row: a heap sort, in place. */
static void sort_odd(atn_arrow_in *in)
{
    for (size_t i = in->n_odd / 2; i-- > 0;) {
        sift_down(in->odd, i, in->n_odd);
    }
    for (size_t n = in->n_odd; n > 1; n--) {
        const atn_arrow_figure swap = in->odd[0];
        in->odd[0] = in->odd[n - 1];
        in->odd[n - 1] = swap;
        sift_down(in->odd, 0, n - 1);
    }
}

/* What was counted, and then the odd ones as text. Afterwards the batch may hold rows instead of columns. */
static attain_status end_round(atn_arrow_in *in, attain_error *err)
{
    for (size_t t = 0; t < in->n_tasks; t++) {
        atn_arrow_task *task = &in->tasks[t];
        in->batch.n_read += task->n_plain + task->n_empty;
        in->batch.n_empty += task->n_empty;
        task->n_plain = task->n_empty = 0;
    }
    if (in->heading.n_wide > 1) {
        sort_odd(in);
    }
    for (size_t i = 0; i < in->n_odd; i++) {
        ATN_TRY(atn_arrow_take_figure(in, in->odd[i].row, in->odd[i].wide, err));
    }
    in->n_odd = 0;
    return ATTAIN_OK;
}

/* Nothing of the round has happened. */
static void forget_round(atn_arrow_in *in)
{
    for (size_t t = 0; t < in->n_tasks; t++) {
        in->tasks[t].n_odd = 0;
        in->tasks[t].n_plain = in->tasks[t].n_empty = 0;
    }
    in->n_odd = 0;
}

/* Why a block could not be made: the first of the tasks that says so. */
static attain_status block_failed(const atn_arrow_in *in, attain_error *err)
{
    for (size_t t = 0; t < in->n_tasks; t++) {
        const atn_arrow_block *block = &in->tasks[t].block;
        if (block->problem != NULL) {
            return atn_arrow_bad_row(block->column, in->n_before + (uint64_t)block->row + 1, block->problem,
                                     err);
        }
    }
    return atn_error_memory(err, "taking facts in");
}

static attain_status tell_progress(const atn_arrow_in *in, size_t row, attain_error *err)
{
    return atn_batch_progress(&in->batch, in->n_before + row, 0, err);
}

/* ---- as rows ---- */

/* The plain figures of the block as rows; those that may not stand where they stand are odd. `again`: they were counted before. */
static attain_status push_block(atn_arrow_in *in, size_t first, size_t n, bool again, attain_error *err)
{
    atn_arrow_task *task = &in->tasks[0];
    const attain_fact_columns columns = atn_arrow_block_columns(&task->block, &in->reader);
    for (size_t i = 0; i < n; i++) {
        atn_row row;
        if (!task->block.all_plain && task->block.state[i] != ATN_ROW_IS_PLAIN) {
            continue;
        }
        if (atn_row_of_columns(in->facts, &columns, i, &row, NULL) != ATTAIN_OK) {
            atn_arrow_block_refuse(&task->block, i, n);
            continue;
        }
        row.number = (uint32_t)(in->n_before + first + i + 1);
        ATN_TRY(atn_batch_push(&in->batch, &row, err));
        task->n_plain += again ? 0 : 1;
    }
    return ATTAIN_OK;
}

/* Rows from `row` on; the batch has no columns, or is not to use them. */
static attain_status take_as_rows(atn_arrow_in *in, size_t row, attain_error *err)
{
    const size_t n_rows = (size_t)in->array->length;
    const bool slow = (in->facts->tuning & ATTAIN_TUNE_ROW_BY_ROW) != 0 ||
                      in->facts->plan->model.n_measures > ATN_ARROW_MAX_MEASURES;
    atn_arrow_task *task = &in->tasks[0];
    while (row < n_rows) {
        const size_t n = n_rows - row < ATN_ARROW_BLOCK_ROWS ? n_rows - row : ATN_ARROW_BLOCK_ROWS;
        for (size_t pass = 0; pass < n_passes(in); pass++) {
            begin_pass(in, pass);
            if (slow) {
                atn_arrow_block_all_odd(&task->block, n);
            } else if (!atn_arrow_block_make(&task->block, &in->reader, in->task_alloc, (int64_t)row, n)) {
                return block_failed(in, err);
            }
            ATN_TRY(push_block(in, row, n, false, err));
            if (!note_rows(in, task, row, n)) {
                return atn_error_memory(err, "taking facts in");
            }
            ATN_TRY(collect_odd(in, pass, err));
        }
        ATN_TRY(end_round(in, err));
        row += n;
        if (row % ROUND_ROWS == 0) {
            ATN_TRY(tell_progress(in, row, err));
        }
    }
    return ATTAIN_OK;
}

/* ---- into segments ---- */

/* n plain rows of the block from i on; the batch has columns. */
static attain_status copy_rows(atn_arrow_in *in, size_t first, size_t i, size_t n, attain_error *err)
{
    const atn_arrow_block *block = &in->tasks[0].block;
    bool good = atn_batch_number(&in->batch, (uint32_t)(in->n_before + first + i + 1), 1);
    for (size_t m; good && n > 0; i += m, n -= m) {
        m = n < SEGMENT_ROWS ? n : SEGMENT_ROWS;
        atn_segment *s = atn_batch_room(&in->batch, m);
        good = s != NULL;
        if (good) {
            memcpy(s->value + s->n, block->values + i, m * sizeof *s->value);
            memcpy(s->unit + s->n, block->units + i, m * sizeof *s->unit);
            memcpy(s->period + s->n, block->period + i, m * sizeof *s->period);
            memcpy(s->measure + s->n, block->measures + i, m * sizeof *s->measure);
            if (s->cell8 != NULL) {
                memcpy(s->cell8 + s->n, block->cell8 + i, m);
            } else {
                memcpy(s->cell + s->n, block->cell + i, m * sizeof *s->cell);
            }
            if (s->qualifier != NULL) {
                memset(s->qualifier + s->n, ATTAIN_EXACT, m);
                memset(s->reason + s->n, ATTAIN_REASON_NONE, m);
            }
            s->n += m;
            in->batch.columns.n += m;
            in->tasks[0].n_plain += m;
        }
    }
    return good ? ATTAIN_OK : atn_error_memory(err, "taking facts in");
}

/* What goes into segments must be right, but for collisions: rows that may not stand where they stand are odd. */
static attain_status check_block(atn_arrow_in *in, size_t n, attain_error *err)
{
    static const attain_fact_columns none = {.unit = NULL};
    atn_arrow_block *block = &in->tasks[0].block;
    const attain_fact_columns columns = atn_arrow_block_columns(block, &in->reader);
    atn_row row;
    atn_load *load = in->batch.columns.is_odd ? NULL : atn_batch_direct(&in->batch);
    if (!in->batch.columns.is_odd &&
        (load == NULL || atn_load_columns(load, &none, 0, NULL, NULL) != ATN_LOAD_OK)) {
        return atn_error_memory(err, "taking facts in");
    }
    for (size_t i = 0; i < n; i++) {
        if ((block->all_plain || block->state[i] == ATN_ROW_IS_PLAIN) &&
            !(load != NULL ? atn_load_may_stand(load, &columns, i)
                           : atn_row_of_columns(in->facts, &columns, i, &row, NULL) == ATTAIN_OK)) {
            atn_arrow_block_refuse(block, i, n);
        }
    }
    return ATTAIN_OK;
}

static attain_status copy_block(atn_arrow_in *in, size_t first, size_t n, attain_error *err)
{
    const atn_arrow_block *block = &in->tasks[0].block;
    ATN_TRY(check_block(in, n, err));
    if (block->all_plain) {
        return copy_rows(in, first, 0, n, err);
    }
    for (size_t i = 0; i < n;) {
        size_t end = i;
        while (end < n && block->state[end] == ATN_ROW_IS_PLAIN) {
            end++;
        }
        ATN_TRY(end > i ? copy_rows(in, first, i, end - i, err) : ATTAIN_OK);
        i = end + 1;
    }
    return ATTAIN_OK;
}

static attain_status take_as_segments(atn_arrow_in *in, attain_error *err)
{
    const size_t n_rows = (size_t)in->array->length;
    atn_arrow_task *task = &in->tasks[0];
    size_t row = 0;
    while (row < n_rows && in->batch.columns.in_use) {
        const size_t n = n_rows - row < ATN_ARROW_BLOCK_ROWS ? n_rows - row : ATN_ARROW_BLOCK_ROWS;
        for (size_t pass = 0; pass < n_passes(in); pass++) {
            begin_pass(in, pass);
            if (!atn_arrow_block_make(&task->block, &in->reader, in->task_alloc, (int64_t)row, n)) {
                return block_failed(in, err);
            }
            ATN_TRY(copy_block(in, row, n, err));
            if (!note_rows(in, task, row, n)) {
                return atn_error_memory(err, "taking facts in");
            }
            ATN_TRY(collect_odd(in, pass, err));
        }
        ATN_TRY(end_round(in, err));
        row += n;
        if (row % ROUND_ROWS == 0) {
            ATN_TRY(tell_progress(in, row, err));
        }
    }
    return take_as_rows(in, row, err);
}

/* ---- directly ---- */

static atn_load_result make_block(void *ctx, size_t t, size_t first, size_t n, bool cut,
                                  attain_fact_columns *columns, atn_made_rows *made)
{
    const atn_arrow_in *in = ctx;
    atn_arrow_task *task = &in->tasks[t];
    if (!atn_arrow_block_make(&task->block, &in->reader, in->task_alloc, (int64_t)first, n)) {
        return task->block.no_memory ? ATN_LOAD_MEMORY : ATN_LOAD_CANCELLED;
    }
    made->n_done = cut ? atn_arrow_block_cut(&task->block, n) : n;
    if (!note_rows(in, task, first, made->n_done)) {
        return ATN_LOAD_MEMORY;
    }
    made->n = atn_arrow_block_pack(&task->block, made->n_done);
    *columns = atn_arrow_block_columns(&task->block, &in->reader);
    atn_arrow_block_ahead(&task->block, &in->reader, (int64_t)first, (int64_t)made->n_done, made);
    task->n_plain += made->n;
    return ATN_LOAD_OK;
}

/* Rows [row, end) of the batch into the load, as far as they are plain; the last run may be left for the next round: *done. */
static atn_load_result load_round(atn_arrow_in *in, atn_load *load, size_t row, size_t end, size_t *done,
                                  attain_error *err)
{
    const atn_load_source source = {in, ATN_ARROW_BLOCK_ROWS, in->reader.level, make_block};
    const bool more =
        end < (size_t)in->array->length && n_passes(in) == 1; /* all passes have the same rows */
    atn_load_result result = ATN_LOAD_OK;
    *done = end;
    for (size_t pass = 0; pass < n_passes(in) && result == ATN_LOAD_OK; pass++) {
        begin_pass(in, pass);
        result = atn_load_from(load, &source, row, end, more, done);
        if (result == ATN_LOAD_OK && collect_odd(in, pass, err) != ATTAIN_OK) {
            result = ATN_LOAD_MEMORY;
        }
    }
    return result;
}

static attain_status take_directly(atn_arrow_in *in, attain_error *err)
{
    const size_t n_rows = (size_t)in->array->length;
    const size_t at_once = in->batch.progress == NULL || in->n_tasks > 1
                               ? ROUND_ROWS * ROUNDS_AT_ONCE * in->n_tasks
                               : ROUND_ROWS;
    size_t row = 0;
    while (row < n_rows && in->batch.columns.in_use) {
        const size_t end = n_rows - row < at_once ? n_rows : row + at_once;
        size_t done;
        atn_load *load = in->batch.columns.is_odd ? NULL : atn_batch_direct(&in->batch);
        if (load == NULL && !in->batch.columns.is_odd) {
            return atn_error_memory(err, "taking facts in");
        }
        in->task_alloc = load != NULL ? atn_load_allocator(load) : &in->facts->alloc;
        const atn_load_result result =
            load != NULL ? load_round(in, load, row, end, &done, err) : ATN_LOAD_ODD;
        in->task_alloc = &in->facts->alloc;
        if (result == ATN_LOAD_MEMORY || result == ATN_LOAD_CANCELLED) {
            return block_failed(in, err);
        }
        if (result == ATN_LOAD_ODD) {
            forget_round(in);
            ATN_TRY(atn_batch_to_rows(&in->batch, err));
            break;
        }
        row = done;
        in->n_direct = in->n_before + row;
        ATN_TRY(end_round(in, err));
        ATN_TRY(row < n_rows ? tell_progress(in, row, err) : ATTAIN_OK);
    }
    return take_as_rows(in, row, err);
}

/* ---- once more ---- */

static attain_status replay_batch(atn_arrow_in *in, size_t n_rows, attain_error *err)
{
    for (size_t row = 0; row < n_rows;) {
        const size_t n = n_rows - row < ATN_ARROW_BLOCK_ROWS ? n_rows - row : ATN_ARROW_BLOCK_ROWS;
        for (size_t pass = 0; pass < n_passes(in); pass++) {
            begin_pass(in, pass);
            if (!atn_arrow_block_make(&in->tasks[0].block, &in->reader, in->task_alloc, (int64_t)row, n)) {
                return block_failed(in, err);
            }
            ATN_TRY(push_block(in, row, n, true, err));
        }
        row += n;
    }
    return ATTAIN_OK;
}

/* The plain rows of held batches that are in the load, as rows; everything else about them has happened. */
static attain_status replay(void *ctx, attain_error *err)
{
    atn_arrow_in *in = ctx;
    const struct ArrowArray *array = in->array;
    const uint64_t n_before = in->n_before;
    attain_status status = ATTAIN_OK;
    for (size_t h = 0; h < in->n_held && status == ATTAIN_OK; h++) {
        const uint64_t end = in->held[h].n_before + (uint64_t)in->held[h].array.length;
        in->n_before = in->held[h].n_before;
        if (in->n_before < in->n_direct) {
            status = bind_batch(in, &in->held[h].array, err);
            if (status == ATTAIN_OK) {
                const uint64_t last = end < in->n_direct ? end : in->n_direct;
                status = replay_batch(in, (size_t)(last - in->n_before), err);
            }
        }
    }
    in->n_before = n_before;
    return status == ATTAIN_OK && array != NULL ? bind_batch(in, array, err) : status;
}

/* ---- batches ---- */

/* An estimate of what keeping the batch in hand costs. */
static uint64_t bytes_of(const atn_arrow_in *in)
{
    uint64_t n_bytes = 0;
    for (size_t c = 0; c < in->cap_columns; c++) {
        const atn_arrow_column *column = &in->columns[c];
        if (column->is_used) {
            const unsigned width =
                column->type.index_width != 0 ? column->type.index_width : column->type.width;
            n_bytes += (uint64_t)column->data.n * width + (uint64_t)column->data.end;
        }
    }
    return n_bytes;
}

/* Moves the batch to the held ones, where it stays. */
static attain_status hold(atn_arrow_in *in, struct ArrowArray *array, attain_error *err)
{
    void *held = in->held;
    if (!atn_alloc_grow(&in->facts->alloc, &held, &in->cap_held, in->n_held + 1, sizeof *in->held)) {
        return atn_error_memory(err, "taking facts in");
    }
    in->held = held;
    in->held[in->n_held] = (atn_arrow_held){*array, in->n_before};
    array->release = NULL;
    in->array = &in->held[in->n_held++].array;
    in->n_held_bytes += bytes_of(in);
    in->batch.columns.replay = replay;
    in->batch.columns.replay_ctx = in;
    return ATTAIN_OK;
}

static attain_status take_bound(atn_arrow_in *in, struct ArrowArray *array, attain_error *err)
{
    const bool direct =
        array->length >= DIRECT_ROWS && (in->n_held == 0 || in->n_held_bytes + bytes_of(in) <= HELD_BYTES);
    if (!in->batch.columns.in_use || in->facts->plan->model.n_measures > ATN_ARROW_MAX_MEASURES) {
        return take_as_rows(in, 0, err);
    }
    if (!direct) {
        return take_as_segments(in, err);
    }
    ATN_TRY(hold(in, array, err));
    return take_directly(in, err);
}

attain_status atn_arrow_take_batch(atn_arrow_in *in, struct ArrowArray *array, attain_error *err)
{
    const int64_t n_rows = array->length;
    attain_status status = bind_batch(in, array, err);
    if (status == ATTAIN_OK) {
        status = take_bound(in, array, err);
    }
    in->array = NULL;
    if (array->release != NULL) {
        array->release(array);
    }
    in->n_before += status == ATTAIN_OK ? (uint64_t)n_rows : 0;
    return status;
}
