/* Filling a slab: units' own lines from the chunks, then the roll-up.
 *
 *   chunk    whole  [unit][cell][2017 2018 2019 2020]      lines  [unit][2018 2019 2020 2025-H1]
 *            mask                                                        whole years      a piece
 *
 * Three ways, from fast to general: one cell whose periods are the chunk's years is loops over the whole chunk; other whole years go
 * column by column; pieces look at masks, and at the figures where a piece is not a whole year. The loops of the first two ways are
 * straight: no branch depends on a figure.
 *
 * A chunk without figures, and a unit without reports, has lines of 0 and no more: what is absent is counted from the other end. */
#include "facts/cube_parts.h"

#include "base/bits.h"
#include <string.h>

/* ---- a chunk that is laid out as the lines are: straight loops over all of it ---- */

static void set_alike(const atn_cube_plan *plan, const atn_cube_job *job, const atn_chunk *chunk, size_t n,
                      size_t line)
{
    const atn_cube_lines *to = &job->lines;
    const atn_cube_shape *shape = job->shape;
    memcpy(to->value + line, chunk->whole, n * sizeof *chunk->whole);
    if (job->is_complete) {
        return;
    }
    plan->kernels->counts(chunk->mask, chunk->mask, n, to->n_present + line);
    if (to->n_reported != NULL) {
        plan->kernels->counts(chunk->mask, shape->due_bits, n, to->n_reported + line);
    }
    if (job->is_last) {
        plan->kernels->settle(chunk->whole, chunk->mask, shape->settles_bits, n, to->sure + line,
                              to->n_open + line, to->n_not_last + line);
    }
}

/* ---- columns: one year of one cell, of all units of a chunk ---- */

typedef struct column {
    const int64_t *whole;
    const uint16_t *mask;
    size_t stride; /* from unit to unit in the chunk */
    size_t line, n_periods;
    unsigned settles;
    uint32_t n_units;
} column;

static void add_column_settled(const atn_cube_lines *to, const column *c)
{
    for (size_t u = 0; u < c->n_units; u++) {
        const unsigned mask = c->mask[u * c->stride];
        const size_t at = c->line + u * c->n_periods;
        const bool is_settled = (mask & c->settles) != 0;
        to->n_open[at] += is_settled;
        to->n_not_last[at] += mask != 0 && !is_settled;
        to->sure[at] += c->whole[u * c->stride] & -(int64_t)is_settled;
    }
}

/* Of `last` in several cells: each of them is settled by itself. */
static void add_settled(const atn_cube_job *job, const atn_chunk *chunk, const atn_cube_cells *cells,
                        uint32_t year, uint32_t period, size_t line)
{
    for (uint32_t c = 0; c < job->n_picked; c++) {
        for (uint32_t y = 0; y < cells->n; y++) {
            const size_t block = atn_chunk_block(job->grid, chunk, 0, job->picked[c], year + y);
            const column one = {.whole = chunk->whole + block,
                                .mask = chunk->mask + block,
                                .stride = cells->of_unit,
                                .line = line + period + y,
                                .n_periods = cells->of_line,
                                .settles = job->shape->settles_bits[period + y],
                                .n_units = cells->n_units};
            add_column_settled(&job->lines, &one);
        }
    }
}

static void add_run(const atn_cube_plan *plan, const atn_cube_job *job, const atn_chunk *chunk,
                    uint32_t n_units, uint32_t n_periods, const atn_cube_run *run, size_t line)
{
    const uint32_t first_year = chunk->first_year;
    const uint32_t end_year = first_year + chunk->n_years;
    const uint32_t from = run->year > first_year ? run->year : first_year;
    const uint32_t to = run->year + run->n_periods < end_year ? run->year + run->n_periods : end_year;
    if (from >= to) {
        return;
    }
    const uint32_t period = run->period + (from - run->year);
    const size_t block = atn_chunk_block(job->grid, chunk, 0, 0, from);
    const atn_cube_lines *lines = &job->lines;
    const atn_cube_cells cells = {.picked = job->picked,
                                  .n_picked = job->n_picked,
                                  .of_cell = chunk->n_years,
                                  .of_unit = (size_t)job->grid->n_cells * chunk->n_years,
                                  .of_line = n_periods,
                                  .n_units = n_units,
                                  .n = to - from};
    plan->kernels->add_wholes(&cells, chunk->whole + block, lines->value + line + period);
    if (job->is_complete) {
        return;
    }
    plan->kernels->add_counts(&cells, chunk->mask + block, NULL, lines->n_present + line + period);
    if (lines->n_reported != NULL) {
        plan->kernels->add_counts(&cells, chunk->mask + block, job->shape->due_bits + period,
                                  lines->n_reported + line + period);
    }
    if (job->is_last) {
        add_settled(job, chunk, &cells, from, period, line);
    }
}

/* ---- pieces ---- */

/* What one cell of a unit has gathered for one period. */
typedef struct gathered {
    int64_t value;
    uint32_t n_present, n_reported;
    bool is_settled;
} gathered;

/* Where figures stand is known by how many stand before them. Blocks are asked for in order, so each is counted at most once. */
typedef struct finger {
    size_t block, value; /* the block's first figure is values[value] */
} finger;

static size_t first_value(const atn_chunk *chunk, finger *at, size_t block)
{
    for (; at->block + 4 <= block; at->block += 4) {
        uint64_t bits;
        memcpy(&bits, chunk->mask + at->block, sizeof bits);
        at->value += atn_count_bits64(bits);
    }
    for (; at->block < block; at->block++) {
        at->value += atn_count_bits16(chunk->mask[at->block]);
    }
    return at->value;
}

/* The law over the figures that the piece takes of a year. */
static int64_t value_of(const atn_cube_job *job, const atn_chunk *chunk, finger *at, size_t block,
                        const atn_cube_piece *piece)
{
    const unsigned mask = chunk->mask[block];
    const unsigned taken = mask & piece->mask;
    if (taken == mask) {
        return chunk->whole[block];
    }
    const size_t from =
        first_value(chunk, at, block) + atn_count_bits16(mask & ((taken & (0u - taken)) - 1u));
    const size_t n = atn_count_bits16(taken);
    if (job->is_last) {
        return atn_chunk_value(chunk, from + n - 1);
    }
    int64_t sum = 0;
    for (size_t i = from; i < from + n; i++) {
        sum += atn_chunk_value(chunk, i);
    }
    return sum;
}

static void gather(const atn_cube_job *job, const atn_chunk *chunk, finger *at, size_t block,
                   const atn_cube_piece *piece, gathered *to)
{
    const unsigned taken = (unsigned)chunk->mask[block] & piece->mask;
    if (taken == 0) {
        return;
    }
    const int64_t value = value_of(job, chunk, at, block, piece);
    to->value = job->is_last ? value : to->value + value;
    to->n_present += atn_count_bits16(taken);
    to->n_reported += atn_count_bits16(taken & piece->due);
    to->is_settled =
        (taken & piece->settles) != 0; /* a later year's figure settles what an earlier one did */
}

static void add_gathered(const atn_cube_job *job, const gathered *from, size_t at)
{
    const atn_cube_lines *to = &job->lines;
    to->value[at] += from->value;
    if (job->is_complete) {
        return;
    }
    to->n_present[at] += from->n_present;
    if (to->n_reported != NULL) {
        to->n_reported[at] += from->n_reported;
    }
    if (job->is_last) {
        to->n_open[at] += from->is_settled;
        to->n_not_last[at] += from->n_present > 0 && !from->is_settled;
        to->sure[at] += from->is_settled ? from->value : 0;
    }
}

/* Pieces of one batch, in the order of years. */
typedef struct batch {
    const atn_cube_piece *pieces;
    size_t n_pieces;
    uint32_t first_period, n_periods;
} batch;

/* The next batch: its pieces are those from `from` on. */
static batch batch_from(const atn_cube_shape *shape, size_t from)
{
    batch b = {.pieces = shape->pieces + from};
    b.first_period = b.pieces[0].period / ATN_CUBE_BATCH * ATN_CUBE_BATCH;
    while (from + b.n_pieces < shape->n_pieces &&
           b.pieces[b.n_pieces].period - b.first_period < ATN_CUBE_BATCH) {
        const uint32_t n = b.pieces[b.n_pieces].period - b.first_period + 1;
        b.n_periods = n > b.n_periods ? n : b.n_periods;
        b.n_pieces++;
    }
    return b;
}

static void add_unit_pieces(const atn_cube_job *job, const atn_chunk *chunk, uint32_t u, const batch *b,
                            size_t line)
{
    const uint32_t first_year = chunk->first_year;
    finger at = {(size_t)u * job->grid->n_cells * chunk->n_years, chunk->first[u]};
    for (uint32_t c = 0; c < job->n_picked; c++) {
        gathered here[ATN_CUBE_BATCH];
        memset(here, 0, b->n_periods * sizeof here[0]);
        for (const atn_cube_piece *piece = b->pieces; piece < b->pieces + b->n_pieces; piece++) {
            if (piece->year >= first_year && piece->year < first_year + chunk->n_years) {
                const size_t block = atn_chunk_block(job->grid, chunk, u, job->picked[c], piece->year);
                gather(job, chunk, &at, block, piece, &here[piece->period - b->first_period]);
            }
        }
        for (uint32_t p = 0; p < b->n_periods; p++) {
            add_gathered(job, &here[p], line + b->first_period + p);
        }
    }
}

static void add_pieces(const atn_cube_job *job, const atn_chunk *chunk, uint32_t n_units, uint32_t n_periods,
                       size_t line)
{
    for (size_t from = 0; from < job->shape->n_pieces;) {
        const batch b = batch_from(job->shape, from);
        for (uint32_t u = 0; u < n_units; u++) {
            add_unit_pieces(job, chunk, u, &b, line + (size_t)u * n_periods);
        }
        from += b.n_pieces;
    }
}

/* ---- chunks ---- */

static void clear_lines(const atn_cube_lines *lines, size_t line, size_t n)
{
    uint32_t *const counts[] = {lines->n_present, lines->n_reported, lines->n_open, lines->n_not_last};
    memset(lines->value + line, 0, n * sizeof *lines->value);
    if (lines->sure != NULL) {
        memset(lines->sure + line, 0, n * sizeof *lines->sure);
    }
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        if (counts[i] != NULL) {
            memset(counts[i] + line, 0, n * sizeof *counts[i]);
        }
    }
}

/* Is the chunk laid out as the lines are: one cell, and its years are the periods? */
static bool is_laid_out_alike(const atn_cube_job *job, const atn_chunk *chunk, uint32_t n_periods)
{
    const atn_cube_shape *shape = job->shape;
    return job->grid->n_cells == 1 && job->n_picked == 1 && shape->n_runs == 1 &&
           shape->runs[0].n_periods == n_periods && shape->runs[0].year == chunk->first_year &&
           chunk->n_years == n_periods;
}

static void fill_chunk(const atn_cube_plan *plan, const atn_cube_job *job, const atn_chunk *chunk,
                       uint32_t n_units, size_t line)
{
    const uint32_t n_periods = plan->n_periods;
    const size_t n = (size_t)n_units * n_periods;
    if (chunk != NULL && is_laid_out_alike(job, chunk, n_periods)) {
        set_alike(plan, job, chunk, n, line);
        return;
    }
    clear_lines(&job->lines, line, n);
    if (chunk != NULL) {
        for (uint32_t r = 0; r < job->shape->n_runs; r++) {
            add_run(plan, job, chunk, n_units, n_periods, &job->shape->runs[r], line);
        }
        add_pieces(job, chunk, n_units, n_periods, line);
    }
}

/* Chunks lie apart, and the processor does not guess where the next one is: it is told while this one is worked on. */
static void fetch_chunk(const atn_cube_job *job, const atn_chunk *chunk)
{
#if defined(__GNUC__)
    if (chunk == NULL) {
        return;
    }
    const size_t n_blocks = (size_t)ATN_CHUNK_UNITS * job->grid->n_cells * chunk->n_years;
    for (size_t i = 0; i < n_blocks; i += 8) {
        __builtin_prefetch(chunk->whole + i);
    }
    for (size_t i = 0; !job->is_complete && i < n_blocks; i += 32) {
        __builtin_prefetch(chunk->mask + i);
    }
#else
    (void)job;
    (void)chunk;
#endif
}

void atn_cube_fill(const atn_cube_plan *plan, const atn_cube_job *job)
{
    const uint32_t n_units = plan->model->n_units;
    for (uint32_t unit = 0; unit < n_units; unit += ATN_CHUNK_UNITS) {
        const uint32_t n = n_units - unit < ATN_CHUNK_UNITS ? n_units - unit : ATN_CHUNK_UNITS;
        const atn_chunk *chunk = job->grid->chunks != NULL ? job->grid->chunks[unit / ATN_CHUNK_UNITS] : NULL;
        if (chunk != NULL && n_units - unit > ATN_CHUNK_UNITS) {
            fetch_chunk(job, job->grid->chunks[unit / ATN_CHUNK_UNITS + 1]);
        }
        fill_chunk(plan, job, chunk, n, (size_t)unit * plan->n_periods);
    }
}

/* ---- is everything there? ---- */

static bool unit_is_complete(const atn_cube_job *job, const atn_chunk *chunk, uint32_t u)
{
    const atn_cube_shape *shape = job->shape;
    for (uint32_t c = 0; c < job->n_picked; c++) {
        for (size_t i = 0; i < shape->n_needs; i++) {
            const atn_cube_piece *need = &shape->pieces[i];
            if ((chunk->mask[atn_chunk_block(job->grid, chunk, u, job->picked[c], need->year)] &
                 need->mask) != need->mask) {
                return false;
            }
        }
    }
    return true;
}

/* In years in which the tree is the same, facts stand at reporters alone; so if there are as many as there is room for, all are there,
 * and no mask need be read. */
static bool chunk_is_complete(const atn_cube_plan *plan, const atn_cube_job *job, uint32_t c)
{
    const atn_cube_shape *shape = job->shape;
    const atn_model *model = plan->model;
    const atn_chunk *chunk = job->grid->chunks[c];
    if (chunk == NULL || chunk->first_year > shape->first_year ||
        (uint32_t)chunk->first_year + chunk->n_years < shape->end_year) {
        return false;
    }
    const uint64_t room =
        (uint64_t)shape->n_reporters[c] * job->grid->n_cells * chunk->n_years * shape->slots_per_year;
    if (chunk->n_facts == room && chunk->first_year >= plan->tree.first_year &&
        (uint32_t)chunk->first_year + chunk->n_years <= plan->tree.end_year) {
        return true;
    }
    bool complete = true;
    for (uint32_t u = 0; complete && u < ATN_CHUNK_UNITS && c * ATN_CHUNK_UNITS + u < model->n_units; u++) {
        complete = !shape->reports[c * ATN_CHUNK_UNITS + u] || unit_is_complete(job, chunk, u);
    }
    return complete;
}

bool atn_cube_job_is_complete(const atn_cube_plan *plan, const atn_cube_job *job)
{
    const atn_cube_shape *shape = job->shape;
    const uint32_t n_chunks = (uint32_t)atn_grid_chunks(plan->model);
    bool complete = shape->n_needs > 0 && job->n_picked > 0 && job->grid->chunks != NULL;
    for (uint32_t c = 0; complete && c < n_chunks; c++) {
        complete = shape->n_reporters[c] == 0 || chunk_is_complete(plan, job, c);
    }
    return complete;
}

/* ---- along the tree ---- */

/* Where `last` is open: member combinations that are not settled, in periods that want any slot. */
static void count_open_cells(const atn_cube_plan *plan, const atn_cube_shape *shape, uint32_t *n_open)
{
    const uint32_t n = plan->n_periods;
    for (uint32_t unit = 0; unit < plan->model->n_units; unit++) {
        const uint32_t n_cells = shape->n_below[unit] * shape->n_picked;
        uint32_t *line = n_open + (size_t)unit * n;
        for (uint32_t p = 0; p < n; p++) {
            line[p] = (n_cells - line[p]) & shape->wants[p];
        }
    }
}

/* Of sums what is open is what is wanted less what is there. */
static void count_open(const atn_cube_plan *plan, const atn_cube_job *job)
{
    const atn_cube_shape *shape = job->shape;
    const atn_cube_lines *lines = &job->lines;
    if (job->is_last) {
        count_open_cells(plan, shape, lines->n_open);
    } else if (plan->open_by_due && lines->n_reported != NULL) {
        plan->kernels->open(shape->n_expected, lines->n_reported, plan->n_items, lines->n_open);
    } else {
        plan->kernels->open(shape->n_all, lines->n_present, plan->n_items, lines->n_open);
    }
}

void atn_cube_roll_up(const atn_cube_plan *plan, const atn_cube_job *job)
{
    const atn_cube_lines *lines = &job->lines;
    const atn_cube_tree *tree = &plan->tree;
    int64_t *const values[] = {lines->value, lines->sure};
    uint32_t *const counts[] = {lines->n_present, lines->n_reported, lines->n_not_last,
                                job->is_last ? lines->n_open : NULL};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (values[i] != NULL) {
            plan->kernels->roll_values(tree->parent, tree->order, plan->model->n_units, plan->n_periods,
                                       values[i]);
        }
    }
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        if (counts[i] != NULL) {
            plan->kernels->roll_counts(tree->parent, tree->order, plan->model->n_units, plan->n_periods,
                                       counts[i]);
        }
    }
    if (!job->is_complete) {
        count_open(plan, job);
    }
}
