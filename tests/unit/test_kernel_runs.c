/* The loops of intake against their plain meaning, at every level that this processor has: narrowing whole years, wholes, and figures of
 * several cells. */
#include "facts/kernel_runs.h"
#include "support/check.h"
#include "support/rng.h"

#include <stdlib.h>
#include <string.h>

#define MAX_YEARS 12
#define MAX_ROWS (12 * MAX_YEARS)
#define MAX_CELLS 16
#define GUARD INT32_C(0x5a5a5a5a)
#define SLACK 16

typedef struct years {
    size_t n_years;
    bool is_last;
    int64_t value[MAX_ROWS];
    uint8_t cell[MAX_ROWS];
    uint32_t n_cells;
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
    out->n_cells = 1 + (uint32_t)rng_below(random, MAX_CELLS);
    for (size_t i = 0; i < 12 * out->n_years; i++) {
        const int64_t size = (int64_t)rng_below(random, wide ? UINT64_C(1) << 58 : UINT64_C(1) << 31);
        out->value[i] = wide && rng_below(random, 2) != 0 ? -size : size;
        out->cell[i] = (uint8_t)rng_below(random, out->n_cells);
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

typedef struct blocks {
    uint16_t mask[MAX_CELLS * (MAX_YEARS + 3)];
    int64_t whole[MAX_CELLS * (MAX_YEARS + 3)];
    int32_t value[MAX_ROWS + SLACK];
} blocks;

/* Cell after cell, each in the order of its months. */
static void sort_plainly(const years *of, size_t stride, blocks *out)
{
    size_t next = 0;
    for (uint32_t cell = 0; cell < of->n_cells; cell++) {
        for (size_t i = 0; i < 12 * of->n_years; i++) {
            if (of->cell[i] == cell) {
                const size_t block = cell * stride + i / 12;
                out->mask[block] = (uint16_t)(out->mask[block] | 1u << i % 12);
                out->whole[block] = of->is_last ? of->value[i] : out->whole[block] + of->value[i];
                out->value[next++] = (int32_t)of->value[i];
            }
        }
    }
}

static void figures_of_several_cells_are_sorted(void **state)
{
    (void)state;
    rng random = rng_new(12);
    for (int round = 0; round < 3000; round++) {
        years y;
        static blocks want;
        static blocks got;
        make(&random, false, &y);
        const size_t stride = y.n_years + rng_below(&random, 4);
        memset(&want, 0, sizeof want);
        sort_plainly(&y, stride, &want);
        for (int k = 0; k < 3 && level(k) != NULL; k++) {
            uint64_t all = 0;
            uint64_t magnitude = 0;
            uint64_t or_of_wholes = 0;
            memset(&got, 0, sizeof got);
            assert_true(level(k)->cells12(y.value, y.cell, y.n_years, y.n_cells, y.is_last, stride, got.value,
                                          got.mask, got.whole, &all, &magnitude));
            assert_memory_equal(got.mask, want.mask, sizeof want.mask);
            assert_memory_equal(got.whole, want.whole, sizeof want.whole);
            assert_memory_equal(got.value, want.value, 12 * y.n_years * sizeof *want.value);
            for (size_t i = 0; i < sizeof want.whole / sizeof *want.whole; i++) {
                or_of_wholes |= (uint64_t)want.whole[i];
            }
            assert_true(magnitude == or_of_wholes);
            uint8_t *const one = &y.cell[rng_below(&random, 12 * y.n_years)];
            const uint8_t kept = *one;
            *one = (uint8_t)(y.n_cells + rng_below(&random, 200));
            memset(&got, 0, sizeof got);
            assert_false(level(k)->cells12(y.value, y.cell, y.n_years, y.n_cells, y.is_last, stride,
                                           got.value, got.mask, got.whole, &all, &magnitude));
            *one = kept;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_years_are_narrowed_and_summed),
        cmocka_unit_test(figures_of_several_cells_are_sorted),
    };
    return cmocka_run_group_tests_name("kernel_runs", tests, NULL, NULL);
}
