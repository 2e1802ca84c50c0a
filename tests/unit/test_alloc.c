/* Memory: sizes are checked, the old size is handed back, failures change nothing, an arena gives everything back at once. */
#include "base/alloc.h"
#include "support/alloc_fault.h"
#include "support/check.h"

#include <stdalign.h>

static void libc_stands_for_no_allocator(void **state)
{
    (void)state;
    const attain_allocator empty = {NULL, NULL};
    const attain_allocator a = atn_alloc_default(NULL);
    assert_true(atn_alloc_default(&empty).realloc == a.realloc);
    char *block = atn_alloc_resize(&a, NULL, 0, 3);
    assert_non_null(block);
    memcpy(block, "abc", 3);
    block = atn_alloc_resize(&a, block, 3, 5000);
    assert_memory_equal(block, "abc", 3);
    assert_null(atn_alloc_resize(&a, block, 5000, 0));
    assert_null(atn_alloc_resize(&a, NULL, 0, 0));
}

static void given_allocator_is_kept(void **state)
{
    (void)state;
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator mine = alloc_fault_allocator(&f);
    const attain_allocator a = atn_alloc_default(&mine);
    assert_ptr_equal(a.ctx, &f);
    assert_true(a.realloc == mine.realloc);
}

static void array_is_zeroed_and_checked(void **state)
{
    (void)state;
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    int64_t *const items = atn_alloc_array(&a, 100, sizeof *items);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(items[i], 0);
    }
    assert_int_equal(f.bytes_outstanding, 800);
    atn_alloc_free_array(&a, items, 100, sizeof *items);

    void *const none = atn_alloc_array(&a, 0, 24);
    assert_non_null(none);
    assert_int_equal(f.bytes_outstanding, 24);
    atn_alloc_free_array(&a, none, 0, 24);
    atn_alloc_free_array(&a, NULL, 7, 24);

    assert_null(atn_alloc_array(&a, SIZE_MAX / 8 + 1, 8));
    assert_null(atn_alloc_array(&a, 3, SIZE_MAX / 2));
    alloc_fault_fail_at(&f, 0, false);
    assert_null(atn_alloc_array(&a, 1, 8));
    alloc_fault_expect_empty(&f);
}

static void growing_doubles_and_keeps_items(void **state)
{
    (void)state;
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    uint32_t *items = NULL;
    size_t cap = 0;
    for (uint32_t i = 0; i < 10000; i++) {
        assert_true(atn_alloc_grow(&a, (void **)&items, &cap, i + 1, sizeof *items));
        assert_true(cap > i);
        items[i] = i * 3;
    }
    assert_true(f.n_allocations < 15); /* 8, 16, ... 16384 */
    for (uint32_t i = 0; i < 10000; i++) {
        assert_int_equal(items[i], i * 3);
    }
    assert_int_equal(f.bytes_outstanding, cap * sizeof *items);
    atn_alloc_free_array(&a, items, cap, sizeof *items);
    alloc_fault_expect_empty(&f);
}

static void growing_that_fails_changes_nothing(void **state)
{
    (void)state;
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    char *items = NULL;
    size_t cap = 0;
    assert_true(atn_alloc_grow(&a, (void **)&items, &cap, 5, 1));
    memcpy(items, "abcde", 5);
    char *const before = items;
    const size_t cap_before = cap;
    alloc_fault_fail_at(&f, 0, true);
    assert_false(atn_alloc_grow(&a, (void **)&items, &cap, 100, 1));
    assert_false(atn_alloc_grow(&a, (void **)&items, &cap, SIZE_MAX / 4, 8)); /* bytes would not fit size_t */
    assert_false(atn_alloc_grow(&a, (void **)&items, &cap, SIZE_MAX, 1));
    assert_ptr_equal(items, before);
    assert_int_equal(cap, cap_before);
    assert_memory_equal(items, "abcde", 5);
    assert_true(atn_alloc_grow(&a, (void **)&items, &cap, cap, 1)); /* fits already: nothing is asked for */
    alloc_fault_fail_at(&f, -1, false);
    atn_alloc_free_array(&a, items, cap, 1);
    alloc_fault_expect_empty(&f);
}

static void arena_gives_zeroed_aligned_memory_that_does_not_overlap(void **state)
{
    (void)state;
    enum { N = 3000 };
    static unsigned char *blocks[N];
    static size_t sizes[N];
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    atn_arena arena;
    atn_arena_init(&arena, &a, 0);
    for (int i = 0; i < N; i++) {
        sizes[i] = i % 100 == 99 ? 20000 : (size_t)(i * 37 % 300);
        blocks[i] = atn_arena_array(&arena, sizes[i], 1);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
        for (size_t k = 0; k < sizes[i]; k++) {
            assert_int_equal(blocks[i][k], 0);
        }
        memset(blocks[i], i % 251 + 1, sizes[i]);
    }
    for (int i = 0; i < N; i++) {
        for (size_t k = 0; k < sizes[i]; k++) {
            assert_int_equal(blocks[i][k], i % 251 + 1);
        }
    }
    assert_int_equal(arena.total_bytes, f.bytes_outstanding);
    assert_true(f.blocks_outstanding < 40);
    atn_arena_free(&arena);
    alloc_fault_expect_empty(&f);
    assert_int_equal(arena.total_bytes, 0);
    assert_non_null(atn_arena_array(&arena, 1, 8)); /* may be used again */
    atn_arena_free(&arena);
    atn_arena_free(&arena);
    alloc_fault_expect_empty(&f);
}

static void arena_keeps_its_open_chunk_beside_a_big_request(void **state)
{
    (void)state;
    atn_arena arena;
    atn_arena_init(&arena, NULL, 0);
    char *const first = atn_arena_array(&arena, 16, 1);
    char *const big = atn_arena_array(&arena, 1000000, 1);
    char *const second = atn_arena_array(&arena, 16, 1);
    assert_non_null(big);
    assert_int_equal(second - first, 16);
    assert_in_range(arena.total_bytes, 1000000, 1010000);
    atn_arena_free(&arena);
}

static void arena_copies_text_with_nul(void **state)
{
    (void)state;
    atn_arena arena;
    atn_arena_init(&arena, NULL, 0);
    const char bytes[] = {'a', '\0', 'b'};
    char *const copy = atn_arena_copy(&arena, bytes, 3);
    assert_memory_equal(copy, "a\0b", 4);
    assert_string_equal(atn_arena_copy(&arena, NULL, 0), "");
    assert_null(atn_arena_copy(&arena, bytes, SIZE_MAX));
    atn_arena_free(&arena);
}

static void arena_stops_at_its_limit(void **state)
{
    (void)state;
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    atn_arena arena;
    atn_arena_init(&arena, &a, 100000);
    size_t n_blocks = 0;
    while (atn_arena_array(&arena, 1000, 1) != NULL) {
        n_blocks++;
        assert_true(arena.total_bytes <= 100000);
        assert_true(n_blocks <= 100);
    }
    assert_in_range(n_blocks, 95, 100); /* the limit is used, down to chunks of just one request */
    assert_null(atn_arena_array(&arena, 1000, 1));
    assert_true(f.bytes_peak <= 100000);
    atn_arena_free(&arena);
    alloc_fault_expect_empty(&f);
}

static void arena_refuses_sizes_that_wrap(void **state)
{
    (void)state;
    atn_arena arena;
    atn_arena_init(&arena, NULL, 0);
    assert_null(atn_arena_array(&arena, SIZE_MAX / 2 + 1, 2));
    assert_null(atn_arena_array(&arena, SIZE_MAX - 3, 1));
    assert_null(atn_arena_array(&arena, SIZE_MAX - 31, 1));
    assert_int_equal(arena.total_bytes, 0);
    atn_arena_free(&arena);
}

static void arena_that_is_refused_memory_stays_usable(void **state)
{
    (void)state;
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    atn_arena arena;
    atn_arena_init(&arena, &a, 0);
    char *const first = atn_arena_copy(&arena, "first", 5);
    const size_t total = arena.total_bytes;
    alloc_fault_fail_at(&f, 0, false);
    assert_null(atn_arena_array(&arena, 10000, 1));
    assert_int_equal(arena.total_bytes, total);
    assert_non_null(atn_arena_array(&arena, 10000, 1));
    assert_string_equal(first, "first");
    atn_arena_free(&arena);
    alloc_fault_expect_empty(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libc_stands_for_no_allocator),
        cmocka_unit_test(given_allocator_is_kept),
        cmocka_unit_test(array_is_zeroed_and_checked),
        cmocka_unit_test(growing_doubles_and_keeps_items),
        cmocka_unit_test(growing_that_fails_changes_nothing),
        cmocka_unit_test(arena_gives_zeroed_aligned_memory_that_does_not_overlap),
        cmocka_unit_test(arena_keeps_its_open_chunk_beside_a_big_request),
        cmocka_unit_test(arena_copies_text_with_nul),
        cmocka_unit_test(arena_stops_at_its_limit),
        cmocka_unit_test(arena_refuses_sizes_that_wrap),
        cmocka_unit_test(arena_that_is_refused_memory_stays_usable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
