/* The loops of intake against their plain meaning, at every level that this processor has: what rows have in common, narrowing whole
 * years, wholes, and rows with gaps or in several cells. */
#include "facts/kernel_runs.h"
#include "support/check.h"
#include "support/rng.h"

#include <stdlib.h>
#include <string.h>

#define MAX_YEARS 18
#define MAX_ROWS (12 * MAX_YEARS)
#define MAX_CELLS 16
#define GUARD INT32_C(0x5a5a5a5a)
#define SLACK 16

typedef struct years {
    size_t n_years;
    bool is_last;
    int64_t value[MAX_ROWS];
} years;

static const atn_run_kernels *level(int i)
{
    static const atn_vector_level levels[] = {ATN_VECTOR_PORTABLE, ATN_VECTOR_AVX2, ATN_VECTOR_AVX512};
    return levels[i] <= atn_cpu_level(0) ? atn_run_kernels_of(levels[i]) : NULL;
}

static void make(rng *random, bool wide, years *out)
{
    out->n_years = 1 + (size_t)rng_below(random, MAX_YEARS);
    out->is_last = rng_below(random, 2) != 0;
    for (size_t i = 0; i < 12 * out->n_years; i++) {
        const int64_t size = (int64_t)rng_below(random, wide ? UINT64_C(1) << 58 : UINT64_C(1) << 31);
        out->value[i] = wide && rng_below(random, 2) != 0 ? -size : size;
    }
}

static uint64_t wholes_of(const years *of, int64_t *whole)
{
    uint64_t all = 0;
    for (size_t y = 0; y < of->n_years; y++) {
        whole[y] = 0;
        for (size_t s = 0; s < 12; s++) {
            const int64_t v = of->value[12 * y + s];
            whole[y] = of->is_last ? v : whole[y] + v;
            all |= (uint64_t)v;
        }
    }
    return all;
}

/* Where the figures go begins at a line of 64 bytes or anywhere: these are two ways. */
static void whole_years_are_narrowed_and_summed(void **state)
{
    (void)state;
    rng random = rng_new(11);
    static int32_t room[MAX_ROWS + 32 + SLACK];
    int32_t *const line = room + (64 - (uintptr_t)room % 64) % 64 / sizeof *room;
    for (int round = 0; round < 3000; round++) {
        years y;
        int64_t want[MAX_YEARS];
        make(&random, round % 3 == 0, &y);
        const uint64_t all = wholes_of(&y, want);
        for (int k = 0; k < 3 && level(k) != NULL; k++) {
            int32_t *const out = line + (round % 2 == 0 ? 0 : rng_below(&random, 16));
            int64_t whole[MAX_YEARS + 1];
            int64_t alone[MAX_YEARS + 1];
            whole[y.n_years] = alone[y.n_years] = GUARD;
            out[12 * y.n_years] = GUARD;
            assert_true(level(k)->narrow12(y.value, y.n_years, y.is_last, out, whole) == all);
            assert_true(level(k)->whole12(y.value, y.n_years, y.is_last, alone) == all);
            assert_memory_equal(whole, want, y.n_years * sizeof *want);
            assert_memory_equal(alone, want, y.n_years * sizeof *want);
            assert_true(whole[y.n_years] == GUARD && alone[y.n_years] == GUARD);
            assert_int_equal(out[12 * y.n_years], GUARD);
            for (size_t i = 0; i < 12 * y.n_years; i++) {
                assert_true((uint32_t)out[i] == (uint32_t)(uint64_t)y.value[i]);
            }
        }
    }
}

/* ---- rows with gaps, or in several cells ---- */

#define FIRST_YEAR 70u

typedef struct rows {
    int32_t period[MAX_ROWS];
    int64_t value[MAX_ROWS];
    uint8_t cell[MAX_ROWS];
    atn_run_walk walk;
} rows;

typedef struct blocks {
    uint16_t mask[MAX_CELLS * MAX_YEARS];
    int64_t whole[MAX_CELLS * MAX_YEARS];
    int32_t value[MAX_ROWS + SLACK];
} blocks;

static void put_row(rng *random, uint32_t slot, uint32_t cell, rows *out)
{
    const size_t i = out->walk.n++;
    out->period[i] = out->walk.code_base + (int32_t)(FIRST_YEAR * out->walk.per_year + slot);
    out->cell[i] = (uint8_t)cell;
    out->value[i] = (int64_t)rng_below(random, UINT64_C(1) << 31);
}

/* Each month of some years once. */
static void make_whole_years(rng *random, rows *out)
{
    atn_run_walk *const w = &out->walk;
    const uint32_t first = (uint32_t)rng_below(random, w->n_years);
    const uint32_t n_years = 1 + (uint32_t)rng_below(random, w->n_years - first);
    w->whole_years = true;
    for (uint32_t slot = first * 12; slot < (first + n_years) * 12; slot++) {
        put_row(random, slot, (uint32_t)rng_below(random, w->n_cells), out);
    }
}

/* Each slot of each cell stands with the same probability; many_cells: else all are of one. */
static void make_rows(rng *random, bool many_cells, rows *out)
{
    static const uint32_t per_year[] = {12, 4, 2, 1};
    atn_run_walk *const w = &out->walk;
    memset(out, 0, sizeof *out);
    w->period = out->period;
    w->value = out->value;
    w->cell = out->cell;
    w->is_last = rng_below(random, 2) != 0;
    w->code_base = (int32_t)rng_below(random, 1 << 28);
    w->per_year = per_year[rng_below(random, 2) * rng_below(random, 4)];
    w->year_factor = w->per_year == 12 ? 43691 : (1u << 19) / w->per_year;
    w->first_year = FIRST_YEAR;
    w->n_years = 1 + (uint32_t)rng_below(random, MAX_YEARS);
    w->n_cells = many_cells ? 1 + (uint32_t)rng_below(random, MAX_CELLS) : 1;
    if (many_cells && w->per_year == 12 && rng_below(random, 2) != 0) {
        make_whole_years(random, out);
        return;
    }
    const uint64_t percent = 1 + rng_below(random, 100);
    for (uint32_t slot = 0; slot < w->n_years * w->per_year; slot++) {
        for (uint32_t cell = 0; cell < w->n_cells && w->n < MAX_ROWS; cell++) {
            if (rng_below(random, 100) < percent) {
                put_row(random, slot, cell, out);
            }
        }
    }
    if (w->n == 0) {
        put_row(random, 0, 0, out);
    }
}

static uint64_t walk_plainly(const rows *r, blocks *out)
{
    const atn_run_walk *const w = &r->walk;
    uint64_t all = 0;
    size_t next = 0;
    for (uint32_t cell = 0; cell < w->n_cells; cell++) {
        for (size_t i = 0; i < w->n; i++) {
            if (r->cell[i] == cell) {
                const uint32_t slot = (uint32_t)(r->period[i] - w->code_base) - FIRST_YEAR * w->per_year;
                const size_t block = cell * w->n_years + slot / w->per_year;
                out->mask[block] = (uint16_t)(out->mask[block] | 1u << slot % w->per_year);
                out->whole[block] = w->is_last ? r->value[i] : out->whole[block] + r->value[i];
                out->value[next++] = (int32_t)r->value[i];
                all |= (uint64_t)r->value[i];
            }
        }
    }
    return all;
}

static uint64_t walk(const atn_run_kernels *kernels, rows *r, blocks *out, uint64_t *magnitude)
{
    memset(out, 0, sizeof *out);
    *magnitude = 0;
    r->walk.mask = out->mask;
    r->walk.whole = out->whole;
    r->walk.out = out->value;
    return r->walk.n_cells == 1 ? kernels->walk(&r->walk, magnitude)
                                : kernels->walk_cells(&r->walk, magnitude);
}

static void rows_are_put_in_their_blocks(void **state)
{
    (void)state;
    rng random = rng_new(13);
    for (int round = 0; round < 6000; round++) {
        static rows r;
        static blocks want;
        static blocks got;
        make_rows(&random, round % 2 == 0, &r);
        memset(&want, 0, sizeof want);
        const uint64_t all = walk_plainly(&r, &want);
        uint64_t or_of_wholes = 0;
        for (size_t i = 0; i < sizeof want.whole / sizeof *want.whole; i++) {
            or_of_wholes |= (uint64_t)want.whole[i];
        }
        for (int k = 0; k < 3 && level(k) != NULL; k++) {
            uint64_t magnitude;
            assert_true(walk(level(k), &r, &got, &magnitude) == all);
            assert_true(magnitude == or_of_wholes);
            assert_memory_equal(got.mask, want.mask, sizeof want.mask);
            assert_memory_equal(got.whole, want.whole, sizeof want.whole);
            assert_memory_equal(got.value, want.value, r.walk.n * sizeof *want.value);
        }
    }
}

/* The highest bit says that the walk was in vain: a place is taken twice, a figure is negative, a cell is beyond. */
static void rows_that_do_not_fit_are_told(void **state)
{
    (void)state;
    rng random = rng_new(14);
    for (int round = 0; round < 6000; round++) {
        static rows r;
        static blocks got;
        make_rows(&random, round % 2 == 0, &r);
        const size_t i = rng_below(&random, r.walk.n);
        const size_t n_twice = i > 0 ? i : r.walk.n - 1;
        switch (rng_below(&random, r.walk.n_cells > 1 ? 3 : 2)) {
        case 0:
            if (r.walk.n == 1) {
                continue;
            }
            r.period[n_twice] = r.period[n_twice - 1];
            r.cell[n_twice] = r.cell[n_twice - 1];
            r.walk.whole_years = false;
            break;
        case 1: r.value[i] = round % 4 == 0 ? INT64_MIN : -1 - r.value[i]; break;
        default: r.cell[i] = (uint8_t)(r.walk.n_cells + rng_below(&random, 200)); break;
        }
        for (int k = 0; k < 3 && level(k) != NULL; k++) {
            uint64_t magnitude;
            assert_true(walk(level(k), &r, &got, &magnitude) >> 63 != 0);
        }
    }
}

/* ---- what rows have in common ---- */

#define MAX_LOOK 200

typedef struct looked {
    int32_t period[MAX_LOOK];
    uint32_t cell[MAX_LOOK];
    uint8_t cell8[MAX_LOOK], qualifier[MAX_LOOK];
} looked;

static unsigned look_plainly(const atn_rows_view *view, size_t n)
{
    unsigned is = (unsigned)ATN_RUN_FOLLOWS | (unsigned)ATN_RUN_CELL | (unsigned)ATN_RUN_EXACT |
                  (unsigned)ATN_RUN_ASCENDS;
    for (size_t i = 0; i < n; i++) {
        const bool first = i == 0;
        is &= first || view->period[i] - view->period[i - 1] == 1 ? ~0u : ~(unsigned)ATN_RUN_FOLLOWS;
        is &= first || view->period[i] >= view->period[i - 1] ? ~0u : ~(unsigned)ATN_RUN_ASCENDS;
        is &= view->cell8 == NULL || view->cell8[i] == view->cell8[0] ? ~0u : ~(unsigned)ATN_RUN_CELL;
        is &= view->cell == NULL || view->cell[i] == view->cell[0] ? ~0u : ~(unsigned)ATN_RUN_CELL;
        is &= view->qualifier == NULL || view->qualifier[i] == 0 ? ~0u : ~(unsigned)ATN_RUN_EXACT;
    }
    return is;
}

/* Mostly all alike but for one row, which may be the last of a group or the first of the next. */
static void rows_are_looked_at(void **state)
{
    (void)state;
    rng random = rng_new(15);
    for (int round = 0; round < 12000; round++) {
        static looked r;
        const size_t n = 1 + (size_t)rng_below(&random, MAX_LOOK);
        const int32_t step = (int32_t)rng_below(&random, 3);
        const uint32_t cell = (uint32_t)rng_below(&random, 60);
        for (size_t i = 0; i < n; i++) {
            r.period[i] = 1000 + (int32_t)i * step;
            r.cell[i] = cell;
            r.cell8[i] = (uint8_t)cell;
            r.qualifier[i] = 0;
        }
        const size_t odd = rng_below(&random, n);
        const uint64_t which = rng_below(&random, 6);
        r.period[odd] += which == 0 ? 1 : which == 1 ? -1 : 0;
        r.cell[odd] += which == 2 ? 1u << rng_below(&random, 32) : 0;
        r.cell8[odd] = (uint8_t)(r.cell8[odd] ^ (which == 3 ? 1u << rng_below(&random, 8) : 0));
        r.qualifier[odd] = which == 4 ? (uint8_t)(1 + rng_below(&random, 255)) : 0;
        const bool has_cell = rng_below(&random, 2) != 0;
        const atn_rows_view view = {.period = r.period,
                                    .cell = has_cell ? r.cell : NULL,
                                    .cell8 = has_cell || rng_below(&random, 4) == 0 ? NULL : r.cell8,
                                    .qualifier = rng_below(&random, 2) != 0 ? r.qualifier : NULL};
        for (int k = 0; k < 3 && level(k) != NULL; k++) {
            assert_int_equal(level(k)->look(&view, n), look_plainly(&view, n));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_years_are_narrowed_and_summed),
        cmocka_unit_test(rows_are_put_in_their_blocks),
        cmocka_unit_test(rows_that_do_not_fit_are_told),
        cmocka_unit_test(rows_are_looked_at),
    };
    return cmocka_run_group_tests_name("kernel_runs", tests, NULL, NULL);
}
