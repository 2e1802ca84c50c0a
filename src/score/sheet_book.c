/* The book: from the first offer to the cube, and what is known of its slabs beforehand.
 *
 * A column is fast where nothing is absent, so every slab is looked over once: a byte for each figure says what is wrong with it, a byte
 * for each unit that nothing is. Slabs whose counts are the same memory, as those of complete measures are, are looked over together. */
#include "score/kernel_sheet.h"
#include "score/score.h"
#include "score/sheet_parts.h"

#include <string.h>

/* ---- life ---- */

attain_status atn_book_new(const attain_plan *plan, const attain_score_options *options, atn_book **out,
                           attain_error *err)
{
    atn_book *const book = atn_alloc_array(&plan->alloc, 1, sizeof *book);
    if (book == NULL) {
        return atn_error_memory(err, "scoring");
    }
    book->alloc = plan->alloc;
    book->plan = plan;
    book->team = (atn_team){options->n_threads, options->executor, options->executor_ctx};
    book->takes_shares = (options->tuning & ATN_TUNE_SHARES) != 0;
    book->level = atn_cpu_level(options->tuning);
    book->kernels = atn_kernels_of(book->level);
    for (size_t i = 0; i < ATN_SHEET_ROWS; i++) {
        book->ones[i] = 1;
    }
    *out = book;
    return ATTAIN_OK;
}

void atn_sheet_free_arrays(const attain_allocator *alloc, const atn_sheet *sheet)
{
    if (sheet->days != NULL) {
        atn_alloc_free_array(alloc, sheet->days, sheet->n_days, sizeof sheet->days[0]);
    }
    if (sheet->units != NULL) {
        atn_alloc_free_array(alloc, sheet->units, sheet->n_units, sizeof sheet->units[0]);
    }
    if (sheet->marks != NULL) {
        atn_alloc_free_array(alloc, sheet->marks, sheet->n_units, sizeof sheet->marks[0]);
    }
    if (sheet->over_one != NULL) {
        atn_alloc_free_array(alloc, sheet->over_one, (size_t)sheet->cube->n_units * sheet->cube->n_periods,
                             1);
    }
}

void atn_book_free(atn_book *book)
{
    if (book == NULL) {
        return;
    }
    const attain_allocator alloc = book->alloc;
    for (size_t i = 0; i < book->n_sheets; i++) {
        atn_sheet_free_arrays(&alloc, &book->sheets[i]);
    }
    (void)atn_alloc_resize(&alloc, book->sheets, book->cap_sheets * sizeof book->sheets[0], 0);
    (void)atn_alloc_resize(&alloc, book->slots, book->cap_slots * sizeof book->slots[0], 0);
    (void)atn_alloc_resize(&alloc, book->periods, book->cap_periods * sizeof book->periods[0], 0);
    if (book->full != NULL) {
        atn_alloc_free_array(&alloc, book->full, book->n_full, sizeof book->full[0]);
    }
    if (book->gap != NULL) {
        (void)atn_alloc_resize(&alloc, book->gap, book->n_gap + 1, 0);
    }
    if (book->cube.n_slots > 0) {
        atn_cube_free(&book->cube);
    }
    atn_alloc_free_array(&alloc, book, 1, sizeof *book);
}

attain_status atn_book_list(atn_book *book, const uint32_t *units, const uint8_t *marks, uint32_t n_units,
                            attain_error *err)
{
    atn_sheet *const sheet = &book->sheets[book->n_sheets - 1];
    sheet->n_units = n_units;
    if (units != NULL) {
        sheet->units = atn_alloc_array(&book->alloc, n_units, sizeof sheet->units[0]);
        if (sheet->units == NULL) {
            return atn_error_memory(err, "listing units");
        }
        memcpy(sheet->units, units, n_units * sizeof units[0]);
    }
    if (marks != NULL) {
        sheet->marks = atn_alloc_array(&book->alloc, n_units, sizeof sheet->marks[0]);
        if (sheet->marks == NULL) {
            return atn_error_memory(err, "listing units");
        }
        memcpy(sheet->marks, marks, n_units * sizeof marks[0]);
    }
    return ATTAIN_OK;
}

/* ---- what may be taken for granted ---- */

void atn_book_look(atn_book *book, uint32_t slot, uint32_t first_unit, uint32_t n_units)
{
    const atn_slab *const slab = &book->cube.slabs[slot];
    const uint32_t n_periods = book->cube.n_periods;
    uint8_t *const gap = book->gap + (size_t)slot * book->cube.n_units * n_periods;
    const size_t first_item = (size_t)first_unit * n_periods;
    book->kernels->gap_bits((size_t)n_units * n_periods, slab->n_present + first_item,
                            slab->n_open + first_item, gap + first_item);
    for (uint32_t unit = first_unit; unit < first_unit + n_units; unit++) {
        const size_t first = (size_t)unit * n_periods;
        uint32_t any_gap = 0;
        uint32_t n_uneven = 0;
        for (size_t i = first; i < first + n_periods; i++) {
            any_gap |= gap[i];
            n_uneven |= slab->n_reported[i] ^ slab->n_expected[i];
        }
        book->full[(size_t)slot * book->cube.n_units + unit] =
            (uint8_t)((any_gap == 0 ? ATN_FULL_FIGURES : 0) | (n_uneven == 0 ? ATN_FULL_COUNTS : 0));
    }
}

/* The slot before this one whose counts are the same memory; itself if there is none. Where every figure is there they often are. */
static uint32_t twin_of(const atn_cube *cube, uint32_t slot)
{
    const atn_slab *const a = &cube->slabs[slot];
    uint32_t i = 0;
    while (i < slot &&
           (cube->slabs[i].n_open != a->n_open || cube->slabs[i].n_present != a->n_present ||
            cube->slabs[i].n_reported != a->n_reported || cube->slabs[i].n_expected != a->n_expected)) {
        i++;
    }
    return i;
}

static void look_at_slot(void *ctx, size_t slot)
{
    atn_book *const book = ctx;
    if (twin_of(&book->cube, (uint32_t)slot) == slot) {
        atn_book_look(book, (uint32_t)slot, 0, book->cube.n_units);
    }
}

static void look_at_all(atn_book *book)
{
    const size_t n_units = book->cube.n_units;
    const size_t n_items = n_units * book->cube.n_periods;
    atn_team_run(&book->team, look_at_slot, book, book->cube.n_slots);
    for (uint32_t slot = 0; slot < book->cube.n_slots; slot++) {
        const uint32_t twin = twin_of(&book->cube, slot);
        if (twin != slot) {
            memcpy(book->full + slot * n_units, book->full + twin * n_units, n_units);
            memcpy(book->gap + slot * n_items, book->gap + twin * n_items, n_items);
        }
    }
}

static void settle_sheets(atn_book *book)
{
    for (size_t i = 0; i < book->n_sheets; i++) {
        atn_sheet *const sheet = &book->sheets[i];
        sheet->is_whole = sheet->units == NULL && sheet->n_days == book->cube.n_periods;
        for (uint32_t d = 0; d < sheet->n_days; d++) {
            sheet->is_whole = sheet->is_whole && sheet->days[d].column == d;
        }
    }
}

attain_status atn_book_make(atn_book *book, const attain_facts *facts, bool *plain, attain_error *err)
{
    atn_cube cube;
    memset(&cube, 0, sizeof cube);
    ATN_TRY(atn_cube_make(facts, book->slots, (uint32_t)book->n_slots, book->periods,
                          (uint32_t)book->n_periods, &book->team, &book->alloc, &cube, plain, err));
    if (!*plain) {
        return ATTAIN_OK;
    }
    book->cube = cube;
    book->n_full = (size_t)cube.n_slots * cube.n_units;
    book->full = atn_alloc_array(&book->alloc, book->n_full, sizeof book->full[0]);
    book->n_gap = book->n_full * cube.n_periods;
    book->gap = atn_alloc_resize(&book->alloc, NULL, 0, book->n_gap + 1);
    if (book->full == NULL || book->gap == NULL) {
        return atn_error_memory(err, "scoring");
    }
    look_at_all(book);
    settle_sheets(book);
    for (size_t i = 0; i < book->n_sheets; i++) {
        if (book->sheets[i].is_share) {
            ATN_TRY(atn_share_settle(book, facts, &book->sheets[i], err));
        }
    }
    return ATTAIN_OK;
}
