/* Cubes: what may stand in one, and the making of it. Memory is made between the steps in which threads run, never in them:
 *
 *   plan      jobs and shapes (cube_plan.c), and one block for what slabs share
 *   survey    one task per shape: the counts that are the same for all; one per job: is it complete?
 *   memory    one block per slab, for what is its own
 *   fill      one task per job: units' own lines, and the roll-up (cube_fill.c)
 *
 * A complete job needs no counts: what is there is what is wanted, and nothing is open. It reads a chunk's wholes and writes values,
 * and that is all the memory it touches. */
#include "facts/cube.h"

#include "facts/cube_parts.h"
#include <string.h>

/* ---- what may stand in a cube ---- */

bool atn_cube_takes(const atn_model *model, const atn_cube_slot *slot)
{
    const atn_measure *measure = &model->measures[slot->measure];
    bool sums = measure->law_units == ATN_LAW_SUM && measure->any_level == ATN_LEVEL_LEAVES &&
                (measure->law_time == ATN_LAW_SUM || measure->law_time == ATN_LAW_LAST);
    for (uint32_t p = 0; p < measure->n_categories; p++) {
        sums = sums && measure->law_category[p] == ATN_LAW_SUM;
    }
    const bool in_years =
        measure->reported == ATTAIN_PERIOD_MONTH || measure->reported == ATTAIN_PERIOD_QUARTER ||
        measure->reported == ATTAIN_PERIOD_HALF_YEAR || measure->reported == ATTAIN_PERIOD_YEAR;
    const bool all_units = slot->pick == ATN_NONE || model->picks[slot->pick].n_tests == 0;
    return sums && in_years && all_units && !measure->any_sign && !measure->not_evaluated &&
           measure->n_cells <= ATN_GRID_MAX_CELLS;
}

bool atn_cube_tree_is_still(const atn_model *model, int32_t from_day, int32_t to_day)
{
    uint32_t low = 0;
    uint32_t high = model->n_map_days;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (model->map_days[middle] <= from_day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == model->n_map_days || model->map_days[low] > to_day;
}

bool atn_cube_facts_are_plain(const attain_facts *facts, uint32_t measure)
{
    return facts->grids[measure].takes &&
           atn_store_lower(facts, measure, 0, 0) == atn_store_lower(facts, measure + 1, 0, 0);
}

/* ---- memory ---- */

/* Cuts arrays of n items off a block: first with block NULL to learn its size, then to place them. Arrays of int64 come first. */
typedef struct cutter {
    char *block;
    size_t used;
    size_t n;
} cutter;

static void *cut(cutter *c, size_t item_size)
{
    void *at = c->block != NULL ? c->block + c->used : NULL;
    c->used += c->n * item_size;
    return at;
}

static void cut_lines(cutter *c, atn_cube_job *job)
{
    atn_cube_lines *lines = &job->lines;
    lines->value = cut(c, sizeof *lines->value);
    if (job->is_complete) {
        return;
    }
    if (job->is_last) {
        lines->sure = cut(c, sizeof *lines->sure);
        lines->n_not_last = cut(c, sizeof *lines->n_not_last);
    }
    lines->n_present = cut(c, sizeof *lines->n_present);
    lines->n_open = cut(c, sizeof *lines->n_open);
    if (!job->shape->all_due) {
        lines->n_reported = cut(c, sizeof *lines->n_reported);
    }
}

static bool make_own(const atn_cube_plan *plan, atn_cube_job *job, atn_slab *slab)
{
    cutter sizes = {NULL, 0, plan->n_items};
    cut_lines(&sizes, job);
    slab->own = atn_alloc_resize(plan->a, NULL, 0, sizes.used);
    if (slab->own == NULL) {
        return false;
    }
    slab->n_own_bytes = sizes.used;
    cutter places = {slab->own, 0, plan->n_items};
    cut_lines(&places, job);
    return true;
}

/* Returns the counts that are 0 everywhere. */
static uint32_t *cut_shared(cutter *c, const atn_cube_plan *plan)
{
    for (uint32_t s = 0; s < plan->n_shapes; s++) {
        atn_cube_shape *shape = &plan->shapes[s];
        shape->n_expected = cut(c, sizeof *shape->n_expected);
        shape->n_all = shape->all_due ? shape->n_expected : cut(c, sizeof *shape->n_all);
    }
    return cut(c, sizeof(uint32_t));
}

static uint32_t *make_shared(const atn_cube_plan *plan, atn_cube *cube)
{
    cutter sizes = {NULL, 0, plan->n_items};
    (void)cut_shared(&sizes, plan);
    const size_t n_bytes = sizes.used > 0 ? sizes.used : 1;
    cube->shared = atn_alloc_resize(&cube->alloc, NULL, 0, n_bytes);
    if (cube->shared == NULL) {
        return NULL;
    }
    cube->n_shared_bytes = n_bytes;
    cutter places = {cube->shared, 0, plan->n_items};
    uint32_t *zeros = cut_shared(&places, plan);
    memset(zeros, 0, plan->n_items * sizeof *zeros);
    return zeros;
}

static void point_slab(const atn_cube_job *job, const uint32_t *zeros, atn_slab *slab)
{
    const atn_cube_shape *shape = job->shape;
    const atn_cube_lines *lines = &job->lines;
    slab->is_last = job->is_last;
    slab->is_complete = job->is_complete;
    slab->value = lines->value;
    slab->sure = lines->sure != NULL ? lines->sure : lines->value;
    slab->n_expected = shape->n_expected;
    if (job->is_complete) {
        slab->n_present = shape->n_all;
        slab->n_reported = shape->n_expected;
        slab->n_open = zeros;
        slab->n_not_last = job->is_last ? zeros : NULL;
    } else {
        slab->n_present = lines->n_present;
        slab->n_reported = lines->n_reported != NULL ? lines->n_reported : lines->n_present;
        slab->n_open = lines->n_open;
        slab->n_not_last = lines->n_not_last;
    }
}

/* ---- tasks ---- */

static void fill_counts(const atn_cube_plan *plan, const atn_cube_shape *shape)
{
    const uint32_t n = plan->n_periods;
    for (uint32_t unit = 0; unit < plan->model->n_units; unit++) {
        const uint32_t n_figures = shape->n_below[unit] * shape->n_picked;
        const size_t line = (size_t)unit * n;
        for (uint32_t p = 0; p < n; p++) {
            shape->n_expected[line + p] = n_figures * shape->windows[p].n_due;
        }
        for (uint32_t p = 0; p < n && !shape->all_due; p++) {
            shape->n_all[line + p] = n_figures * shape->windows[p].n_slots;
        }
    }
}

static void survey_task(void *ctx, size_t i)
{
    const atn_cube_plan *plan = ctx;
    if (i < plan->n_shapes) {
        fill_counts(plan, &plan->shapes[i]);
    } else {
        atn_cube_job *job = &plan->jobs[i - plan->n_shapes];
        job->is_complete = atn_cube_job_is_complete(plan, job);
    }
}

static void fill_task(void *ctx, size_t i)
{
    const atn_cube_plan *plan = ctx;
    atn_cube_fill(plan, &plan->jobs[i]);
    atn_cube_roll_up(plan, &plan->jobs[i]);
}

/* ---- cubes ---- */

void atn_cube_free(atn_cube *cube)
{
    const attain_allocator a = cube->alloc;
    if (cube->slabs != NULL) {
        for (uint32_t s = 0; s < cube->n_slots; s++) {
            if (cube->slabs[s].own != NULL) {
                (void)atn_alloc_resize(&a, cube->slabs[s].own, cube->slabs[s].n_own_bytes, 0);
            }
        }
        atn_alloc_free_array(&a, cube->slabs, cube->n_slots, sizeof *cube->slabs);
    }
    if (cube->shared != NULL) {
        (void)atn_alloc_resize(&a, cube->shared, cube->n_shared_bytes, 0);
    }
    if (cube->slots != NULL) {
        atn_alloc_free_array(&a, cube->slots, cube->n_slots, sizeof *cube->slots);
    }
    if (cube->periods != NULL) {
        atn_alloc_free_array(&a, cube->periods, cube->n_periods, sizeof *cube->periods);
    }
    memset(cube, 0, sizeof *cube);
}

/* The cube of a plan whose wishes are its slots. */
static bool make_planned(atn_cube_plan *plan, const atn_team *team, atn_cube *cube)
{
    cube->alloc = *plan->a;
    cube->n_units = plan->model->n_units;
    cube->n_periods = plan->n_periods;
    cube->n_slots = plan->n_jobs;
    cube->slabs = atn_alloc_array(plan->a, plan->n_jobs, sizeof *cube->slabs);
    uint32_t *zeros = cube->slabs != NULL ? make_shared(plan, cube) : NULL;
    if (zeros == NULL) {
        return false;
    }
    atn_team_run(team, survey_task, plan, (size_t)plan->n_shapes + plan->n_jobs);
    for (uint32_t j = 0; j < plan->n_jobs; j++) {
        if (!make_own(plan, &plan->jobs[j], &cube->slabs[j])) {
            return false;
        }
        point_slab(&plan->jobs[j], zeros, &cube->slabs[j]);
    }
    atn_team_run(team, fill_task, plan, plan->n_jobs);
    return true;
}

static uint64_t all_cells(const atn_measure *measure)
{
    return UINT64_MAX >> (64 - measure->n_cells);
}

static uint64_t cells_of(const atn_model *model, uint32_t measure, uint32_t pick)
{
    const uint64_t all = all_cells(&model->measures[measure]);
    return pick == ATN_NONE || model->picks[pick].cells == NULL ? all : model->picks[pick].cells[0] & all;
}

static bool copy_request(atn_cube *cube, const atn_cube_slot *slots, const atn_cube_plan *plan)
{
    cube->slots = atn_alloc_array(plan->a, cube->n_slots, sizeof *cube->slots);
    cube->periods = atn_alloc_array(plan->a, cube->n_periods, sizeof *cube->periods);
    if (cube->slots == NULL || cube->periods == NULL) {
        return false;
    }
    for (uint32_t s = 0; s < cube->n_slots; s++) {
        cube->slots[s] = slots[s];
    }
    for (uint32_t p = 0; p < cube->n_periods; p++) {
        cube->periods[p] = plan->periods[p];
    }
    return true;
}

attain_status atn_cube_make(const attain_facts *facts, const atn_cube_slot *slots, uint32_t n_slots,
                            const atn_cube_period *periods, uint32_t n_periods, const atn_team *team,
                            const attain_allocator *a, atn_cube *out, bool *plain, attain_error *err)
{
    const atn_model *model = &facts->plan->model;
    *plain = true;
    for (uint32_t s = 0; *plain && s < n_slots; s++) {
        *plain = atn_cube_takes(model, &slots[s]) && atn_cube_facts_are_plain(facts, slots[s].measure);
    }
    if (!*plain) {
        return ATTAIN_OK;
    }
    atn_cube_wish *wishes = atn_alloc_array(a, n_slots, sizeof *wishes);
    if (wishes == NULL) {
        return atn_error_memory(err, "rolling facts up");
    }
    for (uint32_t s = 0; s < n_slots; s++) {
        wishes[s] = (atn_cube_wish){slots[s].measure, cells_of(model, slots[s].measure, slots[s].pick)};
    }
    atn_cube cube = {.alloc = *a};
    atn_cube_plan plan = {.facts = facts, .model = model, .a = a, .periods = periods, .n_periods = n_periods};
    plan.kernels = atn_cube_kernels_of(atn_cpu_level(facts->tuning));
    attain_status status = atn_cube_plan_init(&plan, wishes, n_slots, plain, err);
    if (status == ATTAIN_OK && *plain) {
        if (make_planned(&plan, team, &cube) && copy_request(&cube, slots, &plan)) {
            *out = cube;
        } else {
            atn_cube_free(&cube);
            status = atn_error_memory(err, "rolling facts up");
        }
    }
    atn_cube_plan_free(&plan);
    atn_alloc_free_array(a, wishes, n_slots, sizeof *wishes);
    return status;
}

/* ---- lines ---- */

/* The cells of all picks together, narrowed by the group; false: not plain. */
static bool wish_of(const attain_facts *facts, const atn_line_request *request, atn_cube_wish *wish)
{
    const atn_model *model = &facts->plan->model;
    const atn_pick *extra = request->extra;
    const atn_cube_slot all = {request->measure, ATN_NONE};
    if ((facts->tuning & ATTAIN_TUNE_ROW_BY_ROW) != 0 || !atn_cube_takes(model, &all) ||
        !atn_cube_facts_are_plain(facts, request->measure) || (extra != NULL && extra->n_tests > 0)) {
        return false;
    }
    *wish = (atn_cube_wish){request->measure, request->n_picks == 0 ? UINT64_MAX : 0};
    for (uint32_t p = 0; p < request->n_picks; p++) {
        if (model->picks[request->picks[p]].n_tests > 0) {
            return false;
        }
        wish->cells |= cells_of(model, request->measure, request->picks[p]);
    }
    wish->cells &= all_cells(&model->measures[request->measure]);
    wish->cells &= extra != NULL && extra->cells != NULL ? extra->cells[0] : UINT64_MAX;
    return true;
}

static atn_sum sum_at(const atn_slab *slab, size_t at)
{
    const bool is_open = slab->n_open[at] > 0;
    const bool is_not_last = slab->n_not_last != NULL && slab->n_not_last[at] > 0;
    const bool has_value = slab->n_present[at] > 0;
    return (atn_sum){.value = atn_i128_from_i64(slab->value[at]),
                     .low = atn_i128_from_i64(slab->sure[at]),
                     .high = atn_i128_from_i64(is_open ? 0 : slab->value[at]),
                     .has_value = has_value,
                     .has_cell = has_value,
                     .high_infinite = is_open ? 1 : 0,
                     .flags =
                         (uint8_t)((is_open ? ATN_LINE_OPEN : 0) | (is_not_last ? ATN_LINE_NOT_LAST : 0)),
                     .n_reported = slab->n_reported[at],
                     .n_expected = slab->n_expected[at]};
}

attain_status atn_cube_line(const attain_facts *facts, const atn_line_request *request,
                            const attain_allocator *a, atn_sum *result, bool *done, attain_error *err)
{
    static const atn_team alone = {.n_threads = 1};
    atn_cube_wish wish;
    *done = wish_of(facts, request, &wish);
    if (!*done) {
        return ATTAIN_OK;
    }
    const atn_cube_period period = {request->period, request->as_of_day};
    atn_cube cube = {.alloc = *a};
    atn_cube_plan plan = {.facts = facts,
                          .model = &facts->plan->model,
                          .a = a,
                          .kernels = &atn_cube_kernels_portable,
                          .periods = &period,
                          .n_periods = 1,
                          .open_by_due = true};
    attain_status status = atn_cube_plan_init(&plan, &wish, 1, done, err);
    if (status == ATTAIN_OK && *done) {
        if (make_planned(&plan, &alone, &cube)) {
            for (uint32_t unit = 0; unit < cube.n_units; unit++) {
                result[unit] = sum_at(&cube.slabs[0], unit);
            }
        } else {
            status = atn_error_memory(err, "rolling facts up");
        }
        atn_cube_free(&cube);
    }
    atn_cube_plan_free(&plan);
    return status;
}
