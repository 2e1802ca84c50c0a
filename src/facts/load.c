/* Load: life, which way rows go, and how everything comes together. See load.h for the picture. */
#include "facts/load_parts.h"

#include <string.h>

/* Rows are looked at in blocks: is this one ordered? */
#define BLOCK_ROWS 4096u
#define N_SAMPLES 32u
/* Of the neighbours looked at, so many in a hundred must be of one unit and measure: runs of about three rows. */
#define ORDERED_PERCENT 60u
#define LONG_RUN 8u
/* A boundary between tasks is looked for so far. */
#define FAR_ROWS ((size_t)16 * ATN_MAX_RUN)
/* Dense scratch of a partition: the second-level caches of today hold it. */
#define SCRATCH_ITEMS ((size_t)1 << 17)
#define TYPICAL_YEARS 8u
#define MAX_PARTITIONS 16384u

/* ---- what is known of each measure ---- */

/* In which days may the unit report: always, in one stretch, or is each row to be asked? */
static uint8_t unit_rule(const atn_model *model, const atn_measure *measure, const atn_unit *unit)
{
    const bool any_place = measure->law_units == ATN_LAW_NONE || measure->any_level != ATN_LEVEL_LEAVES;
    if (!any_place && measure->reported_type != ATN_NONE &&
        !atn_type_includes(model, measure->reported_type, unit->type)) {
        return ATN_UNIT_ASK; /* refused, with the reason */
    }
    if (!any_place && measure->reported_type == ATN_NONE && unit->has_children) {
        return ATN_UNIT_ASK;
    }
    if (unit->n_edges != 1) {
        return ATN_UNIT_ASK;
    }
    const atn_edge *edge = &model->edges[unit->first_edge];
    const bool always = edge->from_day <= ATN_DAY_MIN && edge->until_day >= ATN_DAY_MAX;
    return always ? ATN_UNIT_ALWAYS : ATN_UNIT_ENDS;
}

static bool same_rule(const atn_measure *a, const atn_measure *b)
{
    const bool any_a = a->law_units == ATN_LAW_NONE || a->any_level != ATN_LEVEL_LEAVES;
    const bool any_b = b->law_units == ATN_LAW_NONE || b->any_level != ATN_LEVEL_LEAVES;
    return any_a == any_b && (any_a || a->reported_type == b->reported_type);
}

/* Measures with the same rule share one array. */
static bool find_units(atn_load *load)
{
    const atn_model *model = load->model;
    for (uint32_t m = 0; m < model->n_measures; m++) {
        const atn_measure *measure = &model->measures[m];
        if (!load->taken[m].takes) {
            continue;
        }
        for (uint32_t k = 0; k < m && load->taken[m].unit_ok == NULL; k++) {
            if (load->taken[k].unit_ok != NULL && same_rule(measure, &model->measures[k])) {
                load->taken[m].unit_ok = load->taken[k].unit_ok;
            }
        }
        if (load->taken[m].unit_ok != NULL) {
            continue;
        }
        uint8_t *ok = atn_alloc_array(&load->alloc, model->n_units, sizeof *ok);
        if (ok == NULL) {
            return false;
        }
        load->taken[m].unit_ok = ok;
        load->taken[m].owns_units = true;
        for (uint32_t u = 0; u < model->n_units; u++) {
            ok[u] = unit_rule(model, measure, &model->units[u]);
        }
    }
    return true;
}

static uint32_t year_factor(uint32_t slots_per_year)
{
    return slots_per_year == 12 ? 43691u : (1u << 19) / slots_per_year; /* 43691 / 2^19 is 1/12 and 6.4e-7 */
}

/* Units of a partition: a power of two, whole chunks, and scratch within bounds. `more` doublings keep their number down. */
static uint8_t unit_shift(const atn_taken *taken, unsigned more)
{
    const size_t per_unit = (size_t)taken->n_cells * taken->slots_per_year * TYPICAL_YEARS;
    unsigned shift = 6;
    while (shift < ATN_MAX_UNIT_SHIFT && (per_unit << (shift + 1)) <= SCRATCH_ITEMS) {
        shift++;
    }
    shift += more;
    return (uint8_t)(shift > ATN_MAX_UNIT_SHIFT ? ATN_MAX_UNIT_SHIFT : shift);
}

static uint64_t number_partitions(atn_load *load, unsigned more)
{
    uint64_t n = 0;
    for (uint32_t m = 0; m < load->model->n_measures; m++) {
        atn_taken *taken = &load->taken[m];
        if (taken->takes) {
            taken->unit_shift = unit_shift(taken, more);
            taken->first_partition = (uint32_t)n;
            n += ((uint64_t)load->model->n_units >> taken->unit_shift) + 1;
        }
    }
    return n;
}

static void know_measures(atn_load *load)
{
    const atn_model *model = load->model;
    for (uint32_t m = 0; m < model->n_measures; m++) {
        const atn_grid *grid = &load->facts->grids[m];
        atn_taken *taken = &load->taken[m];
        taken->takes = grid->takes;
        taken->any_sign = model->measures[m].any_sign;
        taken->type = (uint8_t)model->measures[m].reported;
        taken->n_cells = grid->n_cells;
        taken->slots_per_year = grid->slots_per_year;
        taken->n_slots = grid->slots_per_year * (uint32_t)ATN_GRID_YEARS;
        if (taken->takes) {
            taken->year_factor = year_factor(grid->slots_per_year);
            taken->code_base =
                (int32_t)taken->type << 28 | (int32_t)(grid->slots_per_year * (uint32_t)ATN_GRID_FIRST_YEAR);
        }
    }
    uint64_t n = number_partitions(load, 0);
    for (unsigned more = 1; n > MAX_PARTITIONS && more <= 5; more++) {
        n = number_partitions(load, more);
    }
    load->n_partitions = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* ---- life ---- */

static bool make_tasks(atn_load *load)
{
    const uint32_t n = load->team.n_threads > 1 ? load->team.n_threads : 1;
    load->tasks = atn_alloc_array(&load->alloc, n, sizeof *load->tasks);
    if (load->tasks == NULL) {
        return false;
    }
    load->n_tasks = n;
    for (size_t t = 0; t < n; t++) {
        atn_load_task *task = &load->tasks[t];
        task->load = load;
        atn_pages_init(&task->pages, &load->alloc);
        atn_pages_init(&task->pages_of_records, &load->alloc);
        task->builders = atn_alloc_array(&load->alloc, load->model->n_measures, sizeof(atn_builder *));
        task->magnitude = atn_alloc_array(&load->alloc, load->model->n_measures, sizeof *task->magnitude);
        if (task->builders == NULL || task->magnitude == NULL) {
            return false;
        }
    }
    return true;
}

atn_load *atn_load_new(attain_facts *facts)
{
    const atn_model *model = &facts->plan->model;
    atn_load *load = atn_alloc_array(&facts->alloc, 1, sizeof *load);
    if (load == NULL) {
        return NULL;
    }
    load->facts = facts;
    load->model = model;
    load->alloc = atn_team_alloc_of(&load->shared_alloc, &facts->alloc);
    load->team = (atn_team){facts->n_threads, facts->executor, facts->executor_ctx};
    load->tuning = facts->tuning;
    load->kernels = atn_run_kernels_of(ATN_VECTOR_PORTABLE);
    load->n_chunks = atn_grid_chunks(model);
    atn_pages_init(&load->pages, &load->alloc);
    load->taken = atn_alloc_array(&load->alloc, model->n_measures, sizeof *load->taken);
    if (load->taken == NULL || !make_tasks(load)) {
        atn_load_free(load);
        return NULL;
    }
    know_measures(load);
    return load;
}

static void free_task(atn_load_task *task)
{
    const atn_load *load = task->load;
    if (load == NULL) {
        return;
    }
    const attain_allocator *a = &load->alloc;
    for (uint32_t m = 0; task->builders != NULL && m < load->model->n_measures; m++) {
        if (task->builders[m] != NULL) {
            atn_alloc_free_array(a, task->builders[m], load->n_chunks, sizeof *task->builders[m]);
        }
    }
    if (task->builders != NULL) {
        atn_alloc_free_array(a, task->builders, load->model->n_measures, sizeof(atn_builder *));
    }
    if (task->magnitude != NULL) {
        atn_alloc_free_array(a, task->magnitude, load->model->n_measures, sizeof *task->magnitude);
    }
    if (task->odd != NULL) {
        atn_alloc_free_array(a, task->odd, task->cap_odd, sizeof *task->odd);
    }
    atn_run_scratch_free(task);
    atn_split_free(task);
    atn_pages_free(&task->pages);
    atn_pages_free(&task->pages_of_records);
}

void atn_load_free(atn_load *load)
{
    if (load == NULL) {
        return;
    }
    const attain_allocator *a = &load->alloc;
    const uint32_t n_measures = load->model->n_measures;
    for (size_t t = 0; t < load->n_tasks; t++) {
        free_task(&load->tasks[t]);
    }
    if (load->tasks != NULL) {
        atn_alloc_free_array(a, load->tasks, load->n_tasks, sizeof *load->tasks);
    }
    for (uint32_t m = 0; load->taken != NULL && m < n_measures; m++) {
        if (load->taken[m].owns_units) {
            uint8_t *ok = (uint8_t *)(uintptr_t)load->taken[m].unit_ok;
            atn_alloc_free_array(a, ok, load->model->n_units, sizeof *ok);
        }
    }
    if (load->taken != NULL) {
        atn_alloc_free_array(a, load->taken, n_measures, sizeof *load->taken);
    }
    if (load->made != NULL) {
        atn_alloc_free_array(a, load->made, load->cap_made, sizeof *load->made);
    }
    if (load->merges != NULL) {
        atn_alloc_free_array(a, load->merges, load->cap_merges, sizeof *load->merges);
    }
    if (load->odd != NULL) {
        atn_alloc_free_array(a, load->odd, load->cap_odd, sizeof *load->odd);
    }
    atn_pages_free(&load->pages);
    attain_facts *facts = load->facts;
    atn_alloc_free_array(&facts->alloc, load, 1, sizeof *load);
}

/* ---- rows, one by one ---- */

attain_status atn_row_of_columns(const attain_facts *facts, const attain_fact_columns *columns, size_t i,
                                 atn_row *row, attain_error *err)
{
    attain_period period;
    memset(row, 0, sizeof *row);
    row->number = (uint32_t)(i + 1);
    row->measure = atn_columns_measure(columns, i);
    row->unit = columns->unit[i];
    row->cell = atn_columns_cell(columns, i);
    row->qualifier = columns->qualifier != NULL ? columns->qualifier[i] : (uint8_t)ATTAIN_EXACT;
    row->reason = columns->reason != NULL ? columns->reason[i] : (uint8_t)ATTAIN_REASON_NONE;
    if (row->qualifier != ATTAIN_MISSING) {
        row->value = columns->value[i];
    } else if (row->reason == ATTAIN_REASON_NONE) {
        row->reason = ATTAIN_REASON_NOT_REPORTED;
    }
    if (!atn_period_decode(columns->period[i], &period)) {
        return atn_error_set(err, ATTAIN_E_PERIOD, "period code %ld is none that attain_period_encode gives",
                             (long)columns->period[i]);
    }
    atn_row_set_period(row, period);
    return atn_row_check(facts, row, err);
}

static atn_load_result take_row(atn_load_task *task, const atn_row *row)
{
    const attain_facts *facts = task->load->facts;
    if (atn_grid_takes_row(facts, row)) {
        const int64_t base = (int64_t)task->load->taken[row->measure].slots_per_year * ATN_GRID_FIRST_YEAR;
        const int64_t slot = atn_grid_slot(facts, row->measure, atn_row_period(row)) - base;
        return atn_split_add(task, row->measure, row->unit, row->cell, (int32_t)slot, row->value)
                   ? ATN_LOAD_OK
                   : ATN_LOAD_MEMORY;
    }
    void *odd = task->odd;
    if (!atn_alloc_grow(&task->load->alloc, &odd, &task->cap_odd, task->n_odd + 1, sizeof *task->odd)) {
        return ATN_LOAD_MEMORY;
    }
    task->odd = odd;
    task->odd[task->n_odd] = *row;
    task->odd[task->n_odd].mark = 0;
    task->odd[task->n_odd++].number = 0;
    return ATN_LOAD_OK;
}

atn_load_result atn_load_any_row(atn_load_task *task, size_t i)
{
    atn_row row;
    if (atn_row_of_columns(task->load->facts, task->columns, i, &row, NULL) != ATTAIN_OK) {
        return ATN_LOAD_ODD;
    }
    return take_row(task, &row);
}

atn_load_result atn_load_row(atn_load *load, const atn_row *row)
{
    load->tasks[0].n_rows++;
    return take_row(&load->tasks[0], row);
}

/* ---- rows in columns ---- */

/* Do neighbours mostly belong together? Samples are spread over the block. */
static bool is_ordered(const attain_fact_columns *c, size_t first, size_t end)
{
    const size_t n = end - first;
    uint32_t n_same = 0;
    uint32_t n_seen = 0;
    const size_t step = n / N_SAMPLES > 0 ? n / N_SAMPLES : 1;
    for (size_t i = first; i + 1 < end; i += step) {
        n_same += c->unit[i] == c->unit[i + 1] && atn_columns_measure(c, i) == atn_columns_measure(c, i + 1)
                      ? 1
                      : 0;
        n_seen++;
    }
    return n_same * 100 >= n_seen * ORDERED_PERCENT;
}

atn_load_result atn_load_task_rows(atn_load_task *task, size_t first, size_t end)
{
    const uint32_t tuning = task->load->tuning;
    atn_load_result result = ATN_LOAD_OK;
    bool were_long = false; /* the runs of the block before: then this one is not asked */
    for (size_t row = first; row < end && result == ATN_LOAD_OK;) {
        const size_t block_end = end - row < BLOCK_ROWS ? end : row + BLOCK_ROWS;
        const bool runs =
            (tuning & ATTAIN_TUNE_RUNS) != 0 ||
            ((tuning & ATTAIN_TUNE_RADIX) == 0 && (were_long || is_ordered(task->columns, row, block_end)));
        were_long = false;
        if (runs) {
            const size_t from = row;
            size_t n_runs = 0;
            result = atn_load_runs(task, row, block_end, &row, &n_runs);
            were_long = row - from >= n_runs * LONG_RUN;
        } else {
            result = atn_load_split(task, row, block_end);
            row = block_end;
        }
    }
    return result;
}

static void run_task(void *ctx, size_t i)
{
    atn_load_task *task = &((atn_load *)ctx)->tasks[i];
    task->result = atn_load_task_rows(task, task->first_row, task->end_row);
    task->n_rows += task->end_row - task->first_row;
}

/* The first row from here on that is of another unit or measure than the one before it, so that no run is cut. */
static size_t next_boundary(const attain_fact_columns *c, size_t row, size_t end)
{
    const size_t last = end - row < FAR_ROWS ? end : row + FAR_ROWS;
    for (size_t i = row; i > 0 && i < last; i++) {
        if (c->unit[i] != c->unit[i - 1] || atn_columns_measure(c, i) != atn_columns_measure(c, i - 1)) {
            return i;
        }
    }
    return row;
}

/* Processors ask for what comes next by themselves, but too late where a row is in five places, and not from page to page. */
static atn_coming ahead_of(const attain_fact_columns *c)
{
    const struct {
        const void *at;
        uint32_t n_bytes;
    } columns[] = {{c->unit, sizeof *c->unit},           {c->measure, sizeof *c->measure},
                   {c->measure16, sizeof *c->measure16}, {c->period, sizeof *c->period},
                   {c->cell, sizeof *c->cell},           {c->cell8, sizeof *c->cell8},
                   {c->value, sizeof *c->value},         {c->qualifier, sizeof *c->qualifier}};
    atn_coming ahead = {.n = 0};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        if (columns[i].at != NULL) {
            atn_coming_add(&ahead, (uintptr_t)columns[i].at + ATN_AHEAD_ROWS * columns[i].n_bytes,
                           columns[i].n_bytes);
        }
    }
    return ahead;
}

static atn_load_result take_round(atn_load *load, const attain_fact_columns *columns, size_t n_tasks,
                                  size_t first, size_t end)
{
    const atn_coming ahead = ahead_of(columns);
    size_t from = first;
    for (size_t t = 0; t < n_tasks; t++) {
        size_t ignored;
        size_t to;
        atn_team_share(end - first, n_tasks, t, &ignored, &to);
        to = t + 1 == n_tasks ? end : next_boundary(columns, first + to, end);
        load->tasks[t].columns = columns;
        load->tasks[t].ahead = &ahead;
        load->tasks[t].first_row = from;
        load->tasks[t].end_row = to > from ? to : from;
        from = load->tasks[t].end_row;
    }
    atn_team_run(&load->team, run_task, load, n_tasks);
    for (size_t t = 0; t < n_tasks; t++) {
        load->tasks[t].ahead = NULL;
    }
    for (size_t t = 0; t < n_tasks; t++) {
        if (load->tasks[t].result != ATN_LOAD_OK) {
            return load->tasks[t].result;
        }
    }
    return ATN_LOAD_OK;
}

static bool begin(atn_load *load, size_t n)
{
    if (n >= 4096) {
        load->kernels = atn_run_kernels_of(atn_cpu_level(load->tuning));
    }
    return find_units(load);
}

atn_load_result atn_load_part(atn_load *load, const attain_fact_columns *columns, size_t n)
{
    if (!begin(load, n)) {
        return ATN_LOAD_MEMORY;
    }
    const size_t n_tasks = is_ordered(columns, 0, n) ? 1 : atn_load_tasks_for(load, n);
    return take_round(load, columns, n_tasks, 0, n);
}

/* The callback is the caller's, and is called on the caller's thread: between rounds. */
atn_load_result atn_load_columns(atn_load *load, const attain_fact_columns *columns, size_t n,
                                 attain_progress_fn progress, void *progress_ctx)
{
    const size_t per_round =
        progress == NULL ? n : (size_t)65536 * (load->n_tasks > 1 ? load->n_tasks * 16 : 1);
    if (!begin(load, n)) {
        return ATN_LOAD_MEMORY;
    }
    for (size_t row = 0; row < n;) {
        const size_t end = n - row < per_round ? n : row + per_round;
        const atn_load_result result =
            take_round(load, columns, atn_load_tasks_for(load, end - row), row, end);
        if (result != ATN_LOAD_OK) {
            return result;
        }
        if (progress != NULL && progress(progress_ctx, end, n) != 0) {
            return ATN_LOAD_CANCELLED;
        }
        row = end;
    }
    return ATN_LOAD_OK;
}

uint64_t atn_load_count(const atn_load *load)
{
    uint64_t n = 0;
    for (size_t t = 0; t < load->n_tasks; t++) {
        n += load->tasks[t].n_rows;
    }
    return n;
}
