/* Merge: all facts of one object added to another, or none. Both sides are sorted and free of collisions in themselves.
 *
 *   from \ into    rows                               grid
 *   rows           the fewer are looked up in the     looked up one by one
 *                  more, one by one
 *   grid           looked up one by one               chunk by chunk: a place that is taken twice is seen without a search
 *
 * Only when something collides is the first such cell searched for, to be named. Nothing is added before all is known to fit. */
#include "facts/grid.h"

static attain_status check_types(const attain_facts *facts, const attain_facts *from, attain_error *err)
{
    const atn_model *model = &facts->plan->model;
    for (uint32_t m = 0; m < model->n_measures; m++) {
        const atn_measure *measure = &model->measures[m];
        const atn_row *ours = atn_store_first_of_measure(facts, m);
        const atn_row *theirs = atn_store_first_of_measure(from, m);
        if (!measure->is_flow || measure->reported != ATTAIN_PERIOD_NONE || ours == NULL || theirs == NULL ||
            atn_row_same_type(ours, theirs)) {
            continue;
        }
        const atn_note their_period = atn_show_period(atn_row_period(theirs));
        const atn_note our_period = atn_show_period(atn_row_period(ours));
        return atn_error_set(
            err, ATTAIN_E_PERIOD,
            "period %s is of another type than %s, which flow '%.*s' has already; the facts of a flow "
            "must have one period type",
            their_period.text, our_period.text, ATN_STR_ARG(measure->id));
    }
    return ATTAIN_OK;
}

static bool rows_meet_rows(const attain_facts *few, const attain_facts *many)
{
    for (size_t i = 0; i < few->n_rows; i++) {
        if (atn_store_meeting_row(many, &few->rows[i]) < many->n_rows) {
            return true;
        }
    }
    return false;
}

static bool rows_meet_figures(const attain_facts *rows, const attain_facts *figures)
{
    atn_row other;
    for (size_t i = 0; i < rows->n_rows && figures->n_regular > 0; i++) {
        if (atn_store_meeting_figure(figures, &rows->rows[i], &other)) {
            return true;
        }
    }
    return false;
}

/* The first cell that both have, in the order of the store; false: there is none. */
static bool find_common(const attain_facts *few, const attain_facts *many, atn_row *row)
{
    const atn_model *model = &few->plan->model;
    atn_row other;
    for (uint32_t m = 0; m < model->n_measures; m++) {
        atn_cursor cursor;
        atn_cursor_init(&cursor, few, m, 0, model->n_units);
        while (atn_cursor_next(&cursor, row)) {
            if (atn_store_meeting(many, row, &other)) {
                return true;
            }
        }
    }
    return false;
}

static attain_status tell_common(const attain_facts *facts, const attain_facts *from, attain_error *err)
{
    const bool swap = atn_facts_count(from) > atn_facts_count(facts);
    atn_row row;
    if (!find_common(swap ? facts : from, swap ? from : facts, &row)) {
        return atn_error_set(err, ATTAIN_E_DUPLICATE,
                             "both facts hold the same cell; merging needs facts without a common cell");
    }
    const atn_note cell = atn_show_cell(facts, &row);
    return atn_error_set(err, ATTAIN_E_DUPLICATE,
                         "both facts hold %s; merging needs facts without a common cell", cell.text);
}

/* ---- chunks ---- */

typedef struct new_chunk {
    uint32_t measure;
    size_t index;
    atn_chunk *chunk;
} new_chunk;

/* What takes the place of chunks at the end. */
typedef struct joining {
    attain_facts *facts;
    atn_pages pages;
    new_chunk *made;
    size_t n_made, cap_made;
    int64_t *scratch;
    size_t cap_scratch;
} joining;

static bool need_scratch(joining *j, size_t n_items)
{
    if (n_items > j->cap_scratch) {
        int64_t *scratch = atn_alloc_resize(&j->facts->alloc, j->scratch, j->cap_scratch * sizeof *scratch,
                                            n_items * sizeof *scratch);
        if (scratch == NULL) {
            return false;
        }
        j->scratch = scratch;
        j->cap_scratch = n_items;
    }
    for (size_t i = 0; i < n_items; i++) {
        j->scratch[i] = ATN_ABSENT;
    }
    return true;
}

/* One chunk of two. ATTAIN_E_DUPLICATE, without a message: they have a cell in common. */
static attain_status join_chunks(joining *j, atn_grid *grid, const atn_chunk *ours, const atn_chunk *theirs,
                                 atn_chunk **out)
{
    if (ours == NULL || ours->n_facts == 0) {
        void *to = atn_pages_take(&j->pages, theirs->n_bytes);
        *out = to != NULL ? atn_chunk_move(theirs, to) : NULL;
        return to != NULL ? ATTAIN_OK : ATTAIN_E_MEMORY;
    }
    const uint32_t our_end = (uint32_t)ours->first_year + ours->n_years;
    const uint32_t their_end = (uint32_t)theirs->first_year + theirs->n_years;
    const uint32_t first = ours->first_year < theirs->first_year ? ours->first_year : theirs->first_year;
    const uint32_t n_years = (our_end > their_end ? our_end : their_end) - first;
    if (!need_scratch(j, atn_scratch_items(grid, n_years))) {
        return ATTAIN_E_MEMORY;
    }
    (void)atn_chunk_unpack(grid, ours, first, n_years, j->scratch);
    if (!atn_chunk_unpack(grid, theirs, first, n_years, j->scratch)) {
        return ATTAIN_E_DUPLICATE;
    }
    const atn_run_kernels *kernels = atn_run_kernels_of(ATN_VECTOR_PORTABLE);
    const uint32_t n_before = ours->n_facts;
    const bool packed =
        atn_chunk_pack(&j->pages, grid, kernels, first, n_years, j->scratch, n_before, &grid->magnitude, out);
    return packed ? ATTAIN_OK : ATTAIN_E_MEMORY;
}

static attain_status join_grids(joining *j, uint32_t measure, const atn_grid *from)
{
    const attain_allocator *a = &j->facts->alloc;
    atn_grid *grid = &j->facts->grids[measure];
    const size_t n_chunks = from->n_facts > 0 ? atn_grid_chunks(&j->facts->plan->model) : 0;
    if (n_chunks > 0 && grid->chunks == NULL) {
        grid->chunks = atn_alloc_array(a, n_chunks, sizeof(atn_chunk *));
        if (grid->chunks == NULL) {
            return ATTAIN_E_MEMORY;
        }
    }
    for (size_t c = 0; c < n_chunks; c++) {
        void *made = j->made;
        if (from->chunks[c] == NULL || from->chunks[c]->n_facts == 0) {
            continue;
        }
        if (!atn_alloc_grow(a, &made, &j->cap_made, j->n_made + 1, sizeof *j->made)) {
            return ATTAIN_E_MEMORY;
        }
        j->made = made;
        new_chunk *next = &j->made[j->n_made];
        *next = (new_chunk){.measure = measure, .index = c};
        ATN_TRY(join_chunks(j, grid, grid->chunks[c], from->chunks[c], &next->chunk));
        j->n_made++;
    }
    return ATTAIN_OK;
}

static void commit_chunks(joining *j, const attain_facts *from)
{
    attain_facts *facts = j->facts;
    for (size_t i = 0; i < j->n_made; i++) {
        atn_chunk *chunk = j->made[i].chunk;
        atn_grid *grid = &facts->grids[j->made[i].measure];
        const atn_chunk *old = grid->chunks[j->made[i].index];
        const uint64_t n_more = chunk->n_facts - (old != NULL ? old->n_facts : 0);
        facts->n_live_bytes += chunk->n_bytes - (old != NULL ? old->n_bytes : 0);
        facts->n_regular += n_more;
        grid->n_facts += n_more;
        grid->magnitude |= from->grids[j->made[i].measure].magnitude;
        grid->chunks[j->made[i].index] = chunk;
    }
    atn_pages_join(facts->pages, &j->pages);
    atn_grid_compact(facts);
}

static void free_joining(joining *j)
{
    const attain_allocator *a = &j->facts->alloc;
    if (j->made != NULL) {
        atn_alloc_free_array(a, j->made, j->cap_made, sizeof *j->made);
    }
    (void)atn_alloc_resize(a, j->scratch, j->cap_scratch * sizeof *j->scratch, 0);
    atn_pages_free(&j->pages);
}

/* Both objects hold the same facts in their grids: the schema is the same, and so is the tuning. */
static attain_status merge_alike(attain_facts *facts, const attain_facts *from)
{
    joining j = {.facts = facts};
    attain_status status = ATTAIN_OK;
    atn_pages_init(&j.pages, &facts->alloc);
    for (uint32_t m = 0; m < facts->plan->model.n_measures && status == ATTAIN_OK; m++) {
        status = join_grids(&j, m, &from->grids[m]);
    }
    if (status == ATTAIN_OK && !atn_store_reserve(facts, from->n_rows)) {
        status = ATTAIN_E_MEMORY;
    }
    if (status == ATTAIN_OK) {
        atn_store_merge(facts, from->rows, from->n_rows);
        commit_chunks(&j, from);
        atn_store_note_period(facts, from->last_period);
    }
    free_joining(&j);
    return status;
}

/* ---- fact by fact ---- */

/* Where the two are tuned differently: figures in the carry, the others here, in the order of the store. */
typedef struct parcel {
    atn_carry carry;
    atn_row *rows;
    size_t n_rows, cap_rows;
} parcel;

static attain_status add_to_parcel(parcel *p, const atn_row *row)
{
    bool taken;
    ATN_TRY(atn_carry_row(&p->carry, row, &taken, NULL));
    if (taken) {
        return ATTAIN_OK;
    }
    void *rows = p->rows;
    if (!atn_alloc_grow(&p->carry.facts->alloc, &rows, &p->cap_rows, p->n_rows + 1, sizeof *p->rows)) {
        return ATTAIN_E_MEMORY;
    }
    p->rows = rows;
    p->rows[p->n_rows++] = *row;
    return ATTAIN_OK;
}

static attain_status fill_parcel(parcel *p, const attain_facts *from)
{
    const atn_model *model = &from->plan->model;
    for (uint32_t m = 0; m < model->n_measures; m++) {
        atn_cursor cursor;
        atn_row row;
        atn_cursor_init(&cursor, from, m, 0, model->n_units);
        while (atn_cursor_next(&cursor, &row)) {
            ATN_TRY(add_to_parcel(p, &row));
        }
    }
    return atn_carry_prepare(&p->carry, NULL);
}

static attain_status merge_unlike(attain_facts *facts, const attain_facts *from)
{
    parcel p = {.carry = {.facts = facts}};
    attain_status status = fill_parcel(&p, from);
    if (status == ATTAIN_OK && !atn_store_reserve(facts, p.n_rows)) {
        status = ATTAIN_E_MEMORY;
    }
    if (status == ATTAIN_OK) {
        atn_store_merge(facts, p.rows, p.n_rows);
        atn_carry_commit(&p.carry);
    }
    if (p.rows != NULL) {
        atn_alloc_free_array(&facts->alloc, p.rows, p.cap_rows, sizeof *p.rows);
    }
    atn_carry_free(&p.carry);
    return status;
}

static bool are_alike(const attain_facts *a, const attain_facts *b)
{
    bool alike = true;
    for (uint32_t m = 0; m < a->plan->model.n_measures; m++) {
        alike = alike && a->grids[m].takes == b->grids[m].takes;
    }
    return alike;
}

attain_status atn_facts_merge(attain_facts *facts, const attain_facts *from, attain_error *err)
{
    const uint64_t *ours = facts->plan->model.schema;
    const uint64_t *theirs = from->plan->model.schema;
    if (ours[0] != theirs[0] || ours[1] != theirs[1]) {
        return atn_error_set(err, ATTAIN_E_SCHEMA,
                             "the two facts belong to plans with different units, measures or categories");
    }
    ATN_TRY(check_types(facts, from, err));
    const bool swap = from->n_rows > facts->n_rows;
    if (rows_meet_rows(swap ? facts : from, swap ? from : facts) || rows_meet_figures(from, facts) ||
        rows_meet_figures(facts, from)) {
        return tell_common(facts, from, err);
    }
    const attain_status status =
        are_alike(facts, from) ? merge_alike(facts, from) : merge_unlike(facts, from);
    if (status == ATTAIN_E_DUPLICATE) {
        return tell_common(facts, from, err);
    }
    return status == ATTAIN_OK ? ATTAIN_OK : atn_error_memory(err, "merging facts");
}
