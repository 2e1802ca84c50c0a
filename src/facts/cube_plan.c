/* The plan of a cube: which slots each period has, who reports, how the tree stands, and whether sums stay far from overflow. All that
 * is the same for many slots is found once, in a shape.
 *
 *   tree           |------ A ------|---------- B ----------|          days on which an edge begins or ends
 *   periods                          2017 2018 2019                   with all their slots: within B, else not plain
 *   years of B                         first_year ... end_year        a chunk of these years alone is complete if it has as many
 *                                                                     figures as its reporters have slots */
#include "facts/cube_parts.h"

#include <string.h>

/* ---- windows ---- */

/* The slots of a period are those of a view (add_common_slots in view.c): those that lie in it, and of a stock, if none does, the one
 * that holds it. Widens the days [*from, *to] to hold them. */
static atn_cube_window window_of(const atn_cube_plan *plan, const atn_cube_shape *shape, uint32_t measure,
                                 const atn_cube_period *period, int32_t *from, int32_t *to)
{
    const attain_period wanted = period->days;
    attain_period slot;
    uint32_t n = atn_period_slots(shape->reported, 0, wanted.start_day, wanted.end_day, &slot);
    if (n == 0 && !shape->is_flow) {
        slot = atn_period_of_day(shape->reported, 0, wanted.end_day);
        n = slot.start_day <= wanted.start_day ? 1 : 0;
    }
    *from = wanted.start_day < *from ? wanted.start_day : *from;
    *to = wanted.end_day > *to ? wanted.end_day : *to;
    atn_cube_window window = {.first_slot = n > 0 ? atn_grid_slot(plan->facts, measure, slot) : 0};
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0 && !atn_period_step(slot, 1, &slot)) {
            break;
        }
        window.n_slots = i + 1;
        if (atn_due_day(shape->due, slot) <= period->as_of_day) {
            window.n_due = i + 1;
        }
        *from = slot.start_day < *from ? slot.start_day : *from;
        *to = slot.end_day > *to ? slot.end_day : *to;
    }
    window.n_wanted = plan->open_by_due ? window.n_due : window.n_slots;
    /* What is in a cube has slots: NOLINTNEXTLINE(clang-analyzer-core.DivideZero) */
    const bool begins_year = window.first_slot % shape->slots_per_year == 0;
    window.is_year = begins_year && window.n_slots == shape->slots_per_year;
    return window;
}

atn_cube_window atn_cube_window_of(const attain_facts *facts, uint32_t measure, const atn_cube_period *period)
{
    const atn_measure *m = &facts->plan->model.measures[measure];
    const atn_cube_plan plan = {.facts = facts};
    const atn_cube_shape shape = {.reported = m->reported,
                                  .due = m->due,
                                  .is_flow = m->is_flow,
                                  .slots_per_year = facts->grids[measure].slots_per_year};
    int32_t from = INT32_MAX;
    int32_t to = INT32_MIN;
    return window_of(&plan, &shape, measure, period, &from, &to);
}

static bool init_windows(const atn_cube_plan *plan, atn_cube_shape *shape, uint32_t measure, int32_t *from,
                         int32_t *to)
{
    shape->windows = atn_alloc_array(plan->a, plan->n_periods, sizeof *shape->windows);
    shape->wants = atn_alloc_array(plan->a, plan->n_periods, sizeof *shape->wants);
    if (shape->windows == NULL || shape->wants == NULL) {
        return false;
    }
    shape->all_due = true;
    for (uint32_t p = 0; p < plan->n_periods; p++) {
        const atn_cube_window window = window_of(plan, shape, measure, &plan->periods[p], from, to);
        shape->windows[p] = window;
        shape->wants[p] = window.n_wanted > 0 ? UINT32_MAX : 0;
        shape->all_due = shape->all_due && window.n_due == window.n_slots;
        if (window.n_slots > 0) {
            const uint32_t first = (uint32_t)(window.first_slot / shape->slots_per_year);
            const uint32_t end =
                (uint32_t)((window.first_slot + window.n_slots - 1) / shape->slots_per_year) + 1;
            shape->first_year = shape->end_year == 0 || first < shape->first_year ? first : shape->first_year;
            shape->end_year = end > shape->end_year ? end : shape->end_year;
        }
    }
    return true;
}

/* Bits of those slots of a year that lie in [from, to). */
static uint16_t slots_in_year(const atn_cube_shape *shape, uint32_t year, int64_t from, int64_t to)
{
    const int64_t begin = (int64_t)year * shape->slots_per_year;
    const int64_t low = from > begin ? from - begin : 0;
    const int64_t high = to - begin < shape->slots_per_year ? to - begin : shape->slots_per_year;
    return (uint16_t)(low < high ? ((1u << high) - 1u) & ~((1u << low) - 1u) : 0);
}

/* Which bits of the year settle `last`: the last wanted slot and those behind it. Where none is wanted, any. */
static uint16_t settling_bits(const atn_cube_shape *shape, const atn_cube_window *window, uint32_t year)
{
    const int64_t from =
        window->n_wanted > 0 ? window->first_slot + window->n_wanted - 1 : window->first_slot;
    return slots_in_year(shape, year, from, window->first_slot + window->n_slots);
}

static atn_cube_piece piece_of(const atn_cube_shape *shape, uint32_t period, uint32_t year)
{
    const atn_cube_window *window = &shape->windows[period];
    const int64_t first = window->first_slot;
    const uint16_t mask = slots_in_year(shape, year, first, first + window->n_slots);
    return (atn_cube_piece){.period = period,
                            .year = year,
                            .mask = mask,
                            .due = slots_in_year(shape, year, first, first + window->n_due),
                            .settles = settling_bits(shape, window, year),
                            .is_whole = mask == (1u << shape->slots_per_year) - 1u};
}

/* ---- runs and pieces ---- */

/* Lists the pieces of periods in the order in which they are worked off; with pieces NULL it counts. */
static size_t list_pieces(const atn_cube_plan *plan, const atn_cube_shape *shape, bool of_years,
                          atn_cube_piece *pieces)
{
    size_t n = 0;
    for (uint32_t batch = 0; batch < plan->n_periods; batch += ATN_CUBE_BATCH) {
        for (uint32_t year = shape->first_year; year < shape->end_year; year++) {
            for (uint32_t p = batch; p < plan->n_periods && p < batch + ATN_CUBE_BATCH; p++) {
                const atn_cube_piece piece = piece_of(shape, p, year);
                if (shape->windows[p].is_year != of_years || piece.mask == 0) {
                    continue;
                }
                if (pieces != NULL) {
                    pieces[n] = piece;
                }
                n++;
            }
        }
    }
    return n;
}

static bool init_pieces(const atn_cube_plan *plan, atn_cube_shape *shape)
{
    shape->n_pieces = list_pieces(plan, shape, false, NULL);
    shape->n_needs = shape->n_pieces + list_pieces(plan, shape, true, NULL);
    shape->pieces = atn_alloc_array(plan->a, shape->n_needs, sizeof *shape->pieces);
    if (shape->pieces == NULL) {
        return false;
    }
    (void)list_pieces(plan, shape, false, shape->pieces);
    (void)list_pieces(plan, shape, true, shape->pieces + shape->n_pieces);
    return true;
}

static bool init_runs(const atn_cube_plan *plan, atn_cube_shape *shape)
{
    shape->runs = atn_alloc_array(plan->a, plan->n_periods, sizeof *shape->runs);
    if (shape->runs == NULL) {
        return false;
    }
    for (uint32_t p = 0; p < plan->n_periods; p++) {
        if (!shape->windows[p].is_year) {
            continue;
        }
        const uint32_t year = (uint32_t)(shape->windows[p].first_slot / shape->slots_per_year);
        atn_cube_run *last = shape->n_runs > 0 ? &shape->runs[shape->n_runs - 1] : NULL;
        if (last != NULL && last->period + last->n_periods == p && last->year + last->n_periods == year) {
            last->n_periods++;
        } else {
            shape->runs[shape->n_runs++] = (atn_cube_run){p, 1, year};
        }
    }
    return true;
}

static bool init_bits(const atn_cube_plan *plan, atn_cube_shape *shape)
{
    const size_t n = plan->n_periods;
    shape->due_bits = atn_alloc_array(plan->a, n * ATN_CHUNK_UNITS, sizeof *shape->due_bits);
    shape->settles_bits = atn_alloc_array(plan->a, n * ATN_CHUNK_UNITS, sizeof *shape->settles_bits);
    if (shape->due_bits == NULL || shape->settles_bits == NULL) {
        return false;
    }
    for (uint32_t p = 0; p < n; p++) {
        const atn_cube_window *window = &shape->windows[p];
        if (!window->is_year) {
            continue;
        }
        const atn_cube_piece piece =
            piece_of(shape, p, (uint32_t)(window->first_slot / shape->slots_per_year));
        for (size_t u = 0; u < ATN_CHUNK_UNITS; u++) {
            shape->due_bits[u * n + p] = piece.due;
            shape->settles_bits[u * n + p] = piece.settles;
        }
    }
    return true;
}

/* ---- the tree ---- */

static void find_still_years(const atn_model *model, int32_t from, int32_t to, atn_cube_tree *tree)
{
    tree->first_year = 0;
    tree->end_year = UINT16_MAX;
    for (uint32_t i = 0; i < model->n_map_days; i++) {
        const int32_t day = model->map_days[i];
        const atn_date date = atn_day_to_date(day);
        if (day <= from) {
            tree->first_year = (uint32_t)date.year + (date.month == 1 && date.day == 1 ? 0 : 1);
        } else if (day > to) {
            tree->end_year = (uint32_t)date.year;
            return;
        }
    }
}

/* Units mostly stand behind their parents, by the tree of their last day; in an older tree they need not. Then they are put in order by
 * their depth, deepest first. Depths are at most 64, so a pass over the units for each is little. */
static bool order_tree(const atn_cube_plan *plan, atn_cube_tree *tree)
{
    const uint32_t n_units = plan->model->n_units;
    bool in_order = true;
    for (uint32_t unit = 0; unit < n_units; unit++) {
        in_order = in_order && (tree->parent[unit] == ATN_NONE || tree->parent[unit] < unit);
    }
    if (in_order) {
        return true;
    }
    uint32_t *depth = atn_alloc_array(plan->a, n_units, sizeof *depth);
    tree->order = atn_alloc_array(plan->a, n_units, sizeof *tree->order);
    if (depth != NULL && tree->order != NULL) {
        uint32_t deepest = 0;
        for (uint32_t unit = 0; unit < n_units; unit++) {
            for (uint32_t at = tree->parent[unit]; at != ATN_NONE; at = tree->parent[at]) {
                depth[unit]++;
            }
            deepest = depth[unit] > deepest ? depth[unit] : deepest;
        }
        uint32_t n = 0;
        for (uint32_t d = deepest + 1; d-- > 0;) {
            for (uint32_t unit = 0; unit < n_units; unit++) {
                if (depth[unit] == d) {
                    tree->order[n++] = unit;
                }
            }
        }
    }
    const bool good = depth != NULL && tree->order != NULL;
    if (depth != NULL) {
        atn_alloc_free_array(plan->a, depth, n_units, sizeof *depth);
    }
    return good;
}

static bool init_tree(atn_cube_plan *plan, int32_t from, int32_t to)
{
    const atn_model *model = plan->model;
    atn_cube_tree *tree = &plan->tree;
    tree->parent = atn_alloc_array(plan->a, model->n_units, sizeof *tree->parent);
    if (tree->parent == NULL) {
        return false;
    }
    for (uint32_t unit = 0; unit < model->n_units; unit++) {
        tree->parent[unit] = atn_unit_parent(model, unit, to);
    }
    find_still_years(model, from, to, tree);
    return order_tree(plan, tree);
}

static bool init_reporters(const atn_cube_plan *plan, atn_cube_shape *shape, int32_t day)
{
    const atn_model *model = plan->model;
    shape->n_below = atn_alloc_array(plan->a, model->n_units, sizeof *shape->n_below);
    shape->n_reporters = atn_alloc_array(plan->a, atn_grid_chunks(model), sizeof *shape->n_reporters);
    shape->reports = atn_alloc_array(plan->a, model->n_units, sizeof *shape->reports);
    if (shape->reports == NULL || shape->n_below == NULL || shape->n_reporters == NULL) {
        return false;
    }
    for (uint32_t unit = 0; unit < model->n_units; unit++) {
        const bool reports = shape->reported_type != ATN_NONE
                                 ? atn_type_includes(model, shape->reported_type, model->units[unit].type)
                                 : !atn_unit_has_children(model, unit, day);
        if (reports && atn_unit_is_valid(model, unit, day)) {
            shape->reports[unit] = true;
            shape->n_below[unit] = 1;
            shape->n_reporters[unit / ATN_CHUNK_UNITS]++;
        }
    }
    plan->kernels->roll_counts(plan->tree.parent, plan->tree.order, model->n_units, 1, shape->n_below);
    return true;
}

/* ---- bounds ---- */

static unsigned bit_length(uint64_t n)
{
    unsigned bits = 0;
    for (; n != 0; n >>= 1) {
        bits++;
    }
    return bits;
}

/* The last figure of a part of a year is not a whole, and may be larger than all of them. */
static uint64_t largest_figure_bits(const atn_cube_plan *plan, const atn_grid *grid)
{
    uint64_t all = grid->magnitude;
    for (size_t c = 0; grid->chunks != NULL && c < atn_grid_chunks(plan->model); c++) {
        const atn_chunk *chunk = grid->chunks[c];
        if (chunk != NULL && !chunk->wide) {
            all |= INT32_MAX;
        }
        for (uint32_t i = 0; chunk != NULL && chunk->wide && i < chunk->n_facts; i++) {
            all |= (uint64_t)atn_chunk_value(chunk, i);
        }
    }
    return all;
}

/* A figure below 2^m, n of them: below 2^(m + bits of n). Figures are not negative, so parts are no larger than their whole. */
static bool sums_fit(const atn_cube_plan *plan, const atn_cube_job *job)
{
    const atn_cube_shape *shape = job->shape;
    uint64_t n_years = 1;
    uint64_t n_slots = 1;
    bool any_part = false;
    for (uint32_t p = 0; p < plan->n_periods; p++) {
        const uint64_t n = shape->windows[p].n_slots;
        n_slots = n > n_slots ? n : n_slots;
        any_part = any_part || !shape->windows[p].is_year;
        n_years = n / shape->slots_per_year + 2 > n_years ? n / shape->slots_per_year + 2 : n_years;
    }
    n_years = job->is_last ? 1 : n_years;
    const uint64_t figures =
        job->is_last && any_part ? largest_figure_bits(plan, job->grid) : job->grid->magnitude;
    const uint64_t n_below = (uint64_t)plan->model->n_units * shape->n_picked;
    return bit_length(figures) + bit_length(n_below * n_years) < 62 && n_slots <= UINT32_MAX / (n_below + 1);
}

/* ---- jobs ---- */

/* The shape of a measure and so many picked cells: one that is there, or a new one. NULL: out of memory. */
static atn_cube_shape *need_shape(atn_cube_plan *plan, uint32_t measure, uint32_t n_picked, int32_t *from,
                                  int32_t *to)
{
    const atn_measure *m = &plan->model->measures[measure];
    for (uint32_t s = 0; s < plan->n_shapes; s++) {
        atn_cube_shape *shape = &plan->shapes[s];
        if (shape->reported == m->reported && shape->reported_type == m->reported_type &&
            shape->is_flow == m->is_flow && shape->n_picked == n_picked && shape->due.kind == m->due.kind &&
            shape->due.month == m->due.month && shape->due.day == m->due.day &&
            shape->due.next_year == m->due.next_year && shape->due.strict == m->due.strict &&
            shape->due.days_after == m->due.days_after) {
            return shape;
        }
    }
    atn_cube_shape *shape = &plan->shapes[plan->n_shapes++];
    shape->reported = m->reported;
    shape->reported_type = m->reported_type;
    shape->due = m->due;
    shape->is_flow = m->is_flow;
    shape->n_picked = n_picked;
    shape->slots_per_year = plan->facts->grids[measure].slots_per_year;
    return init_windows(plan, shape, measure, from, to) ? shape : NULL;
}

static bool init_jobs(atn_cube_plan *plan, const atn_cube_wish *wishes, int32_t *from, int32_t *to)
{
    for (uint32_t j = 0; j < plan->n_jobs; j++) {
        atn_cube_job *job = &plan->jobs[j];
        job->measure = wishes[j].measure;
        job->grid = &plan->facts->grids[job->measure];
        job->is_last = plan->model->measures[job->measure].law_time == ATN_LAW_LAST;
        for (uint32_t cell = 0; cell < ATN_GRID_MAX_CELLS; cell++) {
            if ((wishes[j].cells >> cell & 1) != 0) {
                job->picked[job->n_picked++] = (uint8_t)cell;
            }
        }
        job->shape = need_shape(plan, job->measure, job->n_picked, from, to);
        if (job->shape == NULL) {
            return false;
        }
    }
    return true;
}

static bool init_shapes(atn_cube_plan *plan, int32_t day)
{
    bool good = true;
    for (uint32_t s = 0; good && s < plan->n_shapes; s++) {
        atn_cube_shape *shape = &plan->shapes[s];
        good = init_runs(plan, shape) && init_pieces(plan, shape) && init_bits(plan, shape) &&
               init_reporters(plan, shape, day);
    }
    return good;
}

attain_status atn_cube_plan_init(atn_cube_plan *plan, const atn_cube_wish *wishes, uint32_t n_wishes,
                                 bool *plain, attain_error *err)
{
    int32_t from = INT32_MAX;
    int32_t to = INT32_MIN;
    const uint32_t n_units = plan->model->n_units;
    plan->n_jobs = n_wishes;
    plan->shapes = atn_alloc_array(plan->a, n_wishes, sizeof *plan->shapes);
    plan->jobs = atn_alloc_array(plan->a, n_wishes, sizeof *plan->jobs);
    /* An item takes at most 32 bytes of a slab, and a shape two items of 4. */
    const size_t most = SIZE_MAX / 64 / ((size_t)n_units + ATN_CHUNK_UNITS) / ((size_t)n_wishes + 1);
    if (plan->shapes == NULL || plan->jobs == NULL || plan->n_periods > most ||
        !init_jobs(plan, wishes, &from, &to)) {
        return atn_error_memory(err, "rolling facts up");
    }
    plan->n_items = (size_t)n_units * plan->n_periods;
    *plain = atn_cube_tree_is_still(plan->model, from, to);
    for (uint32_t j = 0; *plain && j < n_wishes; j++) {
        *plain = sums_fit(plan, &plan->jobs[j]);
    }
    if (*plain && (!init_tree(plan, from, to) || !init_shapes(plan, to))) {
        return atn_error_memory(err, "rolling facts up");
    }
    return ATTAIN_OK;
}

static void free_array(const atn_cube_plan *plan, void *items, size_t n, size_t item_size)
{
    if (items != NULL) {
        atn_alloc_free_array(plan->a, items, n, item_size);
    }
}

void atn_cube_plan_free(atn_cube_plan *plan)
{
    const size_t n_units = plan->model->n_units;
    const size_t n = plan->n_periods;
    for (uint32_t s = 0; s < plan->n_shapes; s++) {
        const atn_cube_shape *shape = &plan->shapes[s];
        free_array(plan, shape->windows, n, sizeof *shape->windows);
        free_array(plan, shape->wants, n, sizeof *shape->wants);
        free_array(plan, shape->runs, n, sizeof *shape->runs);
        free_array(plan, shape->pieces, shape->n_needs, sizeof *shape->pieces);
        free_array(plan, shape->due_bits, n * ATN_CHUNK_UNITS, sizeof *shape->due_bits);
        free_array(plan, shape->settles_bits, n * ATN_CHUNK_UNITS, sizeof *shape->settles_bits);
        free_array(plan, shape->reports, n_units, sizeof *shape->reports);
        free_array(plan, shape->n_below, n_units, sizeof *shape->n_below);
        free_array(plan, shape->n_reporters, atn_grid_chunks(plan->model), sizeof *shape->n_reporters);
    }
    free_array(plan, plan->shapes, plan->n_jobs, sizeof *plan->shapes);
    free_array(plan, plan->jobs, plan->n_jobs, sizeof *plan->jobs);
    free_array(plan, plan->tree.parent, n_units, sizeof *plan->tree.parent);
    free_array(plan, plan->tree.order, n_units, sizeof *plan->tree.order);
    plan->n_shapes = 0;
}
