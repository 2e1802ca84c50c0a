/* Loading from a source: rows are made block by block by the task that loads them, so that they are still in its caches. See load.h. */
#include "facts/load_parts.h"

typedef struct source_round {
    atn_load *load;
    const atn_load_source *source;
    size_t first, end;
    bool more; /* rows follow: the last run is left for the next round */
    size_t n_tasks, done;
} source_round;

static void take_share(void *ctx, size_t t)
{
    source_round *round = ctx;
    const size_t n_tasks = round->n_tasks;
    atn_load_task *task = &round->load->tasks[t];
    size_t row;
    size_t end;
    atn_team_share(round->end - round->first, n_tasks, t, &row, &end);
    row += round->first;
    end += round->first;
    task->result = ATN_LOAD_OK;
    bool is_last = false;
    while (row < end && !is_last && task->result == ATN_LOAD_OK) {
        attain_fact_columns columns;
        atn_made_rows made = {.n_done = 0};
        const size_t n = end - row < round->source->block_rows ? end - row : round->source->block_rows;
        /* Of the last rows of a round the next one takes what may be the beginning of a longer run. */
        is_last = row + n == end && round->more && n_tasks == 1;
        task->result =
            round->source->make(round->source->ctx, t, row, n, row + n < end || is_last, &columns, &made);
        if (task->result == ATN_LOAD_OK && made.n > 0) {
            task->columns = &columns;
            task->ahead = &made.ahead;
            task->first_row = 0;
            task->end_row = made.n;
            task->result = atn_load_task_rows(task, 0, made.n);
            task->n_rows += made.n;
        }
        row += made.n_done;
        task->ahead = NULL;
    }
    if (n_tasks == 1) {
        round->done = row;
    }
}

atn_load_result atn_load_from(atn_load *load, const atn_load_source *source, size_t first, size_t end,
                              bool more, size_t *done)
{
    const attain_fact_columns none = {.unit = NULL};
    source_round round = {load, source, first, end, more, atn_load_tasks_for(load, end - first), end};
    const atn_load_result ready = atn_load_columns(load, &none, 0, NULL, NULL);
    if (ready != ATN_LOAD_OK) {
        return ready;
    }
    load->kernels = atn_run_kernels_of(source->level);
    atn_team_run(&load->team, take_share, &round, round.n_tasks);
    for (size_t t = 0; t < round.n_tasks; t++) {
        if (load->tasks[t].result != ATN_LOAD_OK) {
            return load->tasks[t].result;
        }
    }
    *done = round.done;
    return ATN_LOAD_OK;
}

bool atn_load_may_stand(const atn_load *load, const attain_fact_columns *columns, size_t i)
{
    const uint32_t measure = atn_columns_measure(columns, i);
    const uint32_t unit = columns->unit[i];
    if (measure < load->model->n_measures && unit < load->model->n_units) {
        const atn_taken *taken = &load->taken[measure];
        const uint32_t slot = (uint32_t)columns->period[i] - (uint32_t)taken->code_base;
        if (taken->takes && slot < taken->n_slots && atn_columns_cell(columns, i) < taken->n_cells &&
            taken->unit_ok != NULL && taken->unit_ok[unit] == ATN_UNIT_ALWAYS &&
            (columns->value[i] >= 0 || taken->any_sign)) {
            return true;
        }
    }
    atn_row row;
    return atn_row_of_columns(load->facts, columns, i, &row, NULL) == ATTAIN_OK;
}

const attain_allocator *atn_load_allocator(const atn_load *load)
{
    return &load->alloc;
}

size_t atn_load_tasks(const atn_load *load)
{
    return load->n_tasks;
}
