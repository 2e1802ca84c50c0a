/* Workspaces: what is freed is had again, the limit holds to the byte, contents survive every resize, and all goes back in the end. */
#include "base/team.h"
#include "base/workspace.h"
#include "support/build_plan.h"
#include "support/check.h"
#include "support/rng.h"

#define KIB ((size_t)1024)
#define MIB ((size_t)1024 * 1024)

static attain_workspace *new_workspace(size_t max_bytes)
{
    attain_error err;
    attain_workspace *ws = NULL;
    check_ok(attain_workspace_new(max_bytes, &ws, &err), &err);
    return ws;
}

/* Everything is free, so a trim leaves nothing. */
static void free_workspace(attain_workspace *ws)
{
    size_t in_use;
    size_t kept;
    attain_workspace_trim(ws);
    attain_workspace_bytes(ws, &in_use, &kept);
    assert_int_equal(in_use, 0);
    assert_int_equal(kept, 0);
    attain_workspace_free(ws);
}

static size_t in_use_of(const attain_workspace *ws)
{
    size_t in_use;
    attain_workspace_bytes(ws, &in_use, NULL);
    return in_use;
}

static size_t kept_of(const attain_workspace *ws)
{
    size_t kept;
    attain_workspace_bytes(ws, NULL, &kept);
    return kept;
}

static size_t total_of(const attain_workspace *ws)
{
    size_t in_use;
    size_t kept;
    attain_workspace_bytes(ws, &in_use, &kept);
    return in_use + kept;
}

static void *resize(attain_workspace *ws, void *ptr, size_t old_size, size_t new_size)
{
    const attain_allocator a = attain_workspace_allocator(ws);
    return a.realloc(a.ctx, ptr, old_size, new_size);
}

static void *take(attain_workspace *ws, size_t n)
{
    return resize(ws, NULL, 0, n);
}

static void drop(attain_workspace *ws, void *ptr, size_t n)
{
    assert_null(resize(ws, ptr, n, 0));
}

/* Bytes that tell block and place: byte i of a block with a seed. A few thousand places over the block, both ends among them. */
static unsigned char mark_at(uint32_t seed, size_t i)
{
    return (unsigned char)(seed * 31 + i / 509 + i);
}

static size_t mark_step(size_t n)
{
    return n / 2048 + 1;
}

static void mark(void *ptr, size_t n, uint32_t seed)
{
    unsigned char *const bytes = ptr;
    for (size_t i = 0; i < n; i += mark_step(n)) {
        bytes[i] = mark_at(seed, i);
    }
    bytes[n - 1] = mark_at(seed, n - 1);
}

/* The first n_kept bytes of a block that was marked with n. */
static void expect_marks(const void *ptr, size_t n, size_t n_kept, uint32_t seed)
{
    const unsigned char *const bytes = ptr;
    for (size_t i = 0; i < n_kept; i += mark_step(n)) {
        assert_int_equal(bytes[i], mark_at(seed, i));
    }
    if (n_kept >= n) {
        assert_int_equal(bytes[n - 1], mark_at(seed, n - 1));
    }
}

/* --- the calls --- */

static void arguments_are_checked(void **state)
{
    (void)state;
    attain_error err;
    size_t in_use = 7;
    size_t kept = 7;
    check_fails(attain_workspace_new(0, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_workspace_prepare(NULL, 1, &err), ATTAIN_E_ARGUMENT, &err);
    attain_workspace_free(NULL);
    attain_workspace_trim(NULL);
    attain_workspace_bytes(NULL, &in_use, &kept);
    assert_int_equal(in_use + kept, 0);
    assert_null(attain_workspace_allocator(NULL).realloc); /* means libc */

    attain_workspace *const ws = new_workspace(0);
    attain_workspace_bytes(ws, NULL, NULL);
    assert_int_equal(total_of(ws), 0);
    check_ok(attain_workspace_prepare(ws, 0, &err), &err);
    assert_int_equal(total_of(ws), 0);
    assert_null(resize(ws, NULL, 0, 0));
    free_workspace(ws);
}

/* --- used again --- */

static void freed_block_is_had_again(void **state)
{
    (void)state;
    attain_workspace *const ws = new_workspace(0);
    static const size_t sizes[] = {64 * KIB, 64 * KIB + 1, 1 * MIB, 4 * MIB, 33 * MIB};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        void *const first = take(ws, sizes[i]);
        assert_non_null(first);
        assert_int_equal((uintptr_t)first % 64, 0);
        const size_t total = total_of(ws);
        assert_true(in_use_of(ws) >= sizes[i]);
        drop(ws, first, sizes[i]);
        assert_int_equal(in_use_of(ws), 0);
        assert_int_equal(kept_of(ws), total);
        void *const again = take(ws, sizes[i]);
        assert_ptr_equal(again, first);
        assert_int_equal(total_of(ws), total);
        drop(ws, again, sizes[i]);
    }
    free_workspace(ws);
}

/* The year's load, and the next year's: the same requests find room, and from then on the same places, in whatever order all was
 * freed in between. */
static void next_rounds_map_nothing(void **state)
{
    (void)state;
    enum { N = 200, N_ROUNDS = 4 };
    static void *block[N_ROUNDS][N];
    static const size_t step[N_ROUNDS] = {1, 3, 7, 9}; /* of the order of freeing; prime to N */
    size_t total[N_ROUNDS];
    attain_workspace *const ws = new_workspace(0);
    for (size_t round = 0; round < N_ROUNDS; round++) {
        size_t bytes[N];
        rng r = rng_new(5);
        for (size_t i = 0; i < N; i++) {
            bytes[i] = 64 * KIB + rng_below(&r, i % 10 == 0 ? 8 * MIB : 512 * KIB);
            block[round][i] = take(ws, bytes[i]);
            assert_non_null(block[round][i]);
            assert_true(round < 2 || block[round][i] == block[1][i]);
        }
        total[round] = total_of(ws);
        assert_int_equal(total[round], total[0]);
        for (size_t i = 0; i < N; i++) {
            const size_t k = (i * step[round]) % N;
            drop(ws, block[round][k], bytes[k]);
        }
        assert_int_equal(in_use_of(ws), 0);
    }
    free_workspace(ws);
}

static void small_blocks_are_counted_not_kept(void **state)
{
    (void)state;
    attain_workspace *const ws = new_workspace(0);
    char *small = take(ws, 1000);
    mark(small, 1000, 1);
    assert_int_equal(in_use_of(ws), 1000);
    small = resize(ws, small, 1000, 3000);
    expect_marks(small, 1000, 1000, 1);
    assert_int_equal(in_use_of(ws), 3000);
    small = resize(ws, small, 3000, 500);
    expect_marks(small, 1000, 500, 1);
    assert_int_equal(in_use_of(ws), 500);
    drop(ws, small, 500);
    assert_int_equal(total_of(ws), 0);
    free_workspace(ws);
}

/* --- growing and shrinking --- */

static void block_grows_into_free_room(void **state)
{
    (void)state;
    attain_error err;
    attain_workspace *const ws = new_workspace(0);
    check_ok(attain_workspace_prepare(ws, 16 * MIB, &err), &err);
    char *const block = take(ws, 100 * KIB);
    mark(block, 100 * KIB, 2);
    size_t n = 100 * KIB;
    for (; n < 8 * MIB; n *= 2) {
        assert_ptr_equal(resize(ws, block, n, n * 2), block);
    }
    expect_marks(block, 100 * KIB, 100 * KIB, 2);
    const size_t in_use = in_use_of(ws);
    assert_ptr_equal(resize(ws, block, n, 70 * KIB), block);
    assert_true(in_use_of(ws) < in_use && in_use_of(ws) >= 70 * KIB);
    expect_marks(block, 100 * KIB, 70 * KIB, 2);
    drop(ws, block, 70 * KIB);
    free_workspace(ws);
}

static void contents_survive_every_resize(void **state)
{
    (void)state;
    static const size_t sizes[] = {10,       5 * KIB, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1,
                                   90 * KIB, 2 * MIB, 5 * MIB,      40 * MIB};
    const size_t n_sizes = sizeof sizes / sizeof sizes[0];
    attain_workspace *const ws = new_workspace(0);
    for (size_t i = 0; i < n_sizes; i++) {
        for (size_t k = 0; k < n_sizes; k++) {
            for (unsigned walled = 0; walled < 2; walled++) {
                void *const block = take(ws, sizes[i]);
                void *const wall = walled ? take(ws, 64 * KIB) : NULL; /* may stand right behind it */
                mark(block, sizes[i], (uint32_t)i);
                void *const resized = resize(ws, block, sizes[i], sizes[k]);
                assert_non_null(resized);
                expect_marks(resized, sizes[i], sizes[i] < sizes[k] ? sizes[i] : sizes[k], (uint32_t)i);
                mark(resized, sizes[k], 77);
                drop(ws, resized, sizes[k]);
                if (walled) {
                    drop(ws, wall, 64 * KIB);
                }
                assert_int_equal(in_use_of(ws), 0);
            }
        }
    }
    free_workspace(ws);
}

/* --- limits --- */

static void limit_holds(void **state)
{
    (void)state;
    const size_t max_bytes = 10 * MIB;
    attain_workspace *const ws = new_workspace(max_bytes);
    void *block[200];
    size_t n = 0;
    while ((block[n] = take(ws, 100 * KIB)) != NULL) {
        assert_true(total_of(ws) <= max_bytes);
        mark(block[n], 100 * KIB, (uint32_t)n);
        n++;
        assert_true(n < 200);
    }
    assert_true(n * 100 * KIB > max_bytes - 300 * KIB); /* nearly all of it can be used */
    const size_t total = total_of(ws);
    assert_null(take(ws, 100 * KIB));
    assert_null(resize(ws, block[0], 100 * KIB, 5 * MIB));
    assert_int_equal(total_of(ws), total);
    expect_marks(block[0], 100 * KIB, 100 * KIB, 0);
    drop(ws, block[n - 1], 100 * KIB);
    block[n - 1] = take(ws, 100 * KIB);
    assert_non_null(block[n - 1]);
    for (size_t i = 0; i < n; i++) {
        drop(ws, block[i], 100 * KIB);
    }
    free_workspace(ws);
}

/* Every other block is freed: half of the memory is kept, nowhere in one piece. It is given back for a request that needs it. */
static void kept_is_given_back_before_a_refusal(void **state)
{
    (void)state;
#if !defined(__linux__)
    skip(); /* elsewhere a region goes back as a whole only */
#endif
    const size_t max_bytes = 16 * MIB;
    attain_workspace *const ws = new_workspace(max_bytes);
    char *block[15];
    for (size_t i = 0; i < 15; i++) {
        block[i] = take(ws, 1 * MIB);
        assert_non_null(block[i]);
        mark(block[i], 1 * MIB, (uint32_t)i);
    }
    for (size_t i = 0; i < 15; i += 2) {
        drop(ws, block[i], 1 * MIB);
    }
    char *const large = take(ws, 8 * MIB);
    assert_non_null(large);
    assert_true(total_of(ws) <= max_bytes);
    mark(large, 8 * MIB, 99);
    for (size_t i = 1; i < 15; i += 2) {
        expect_marks(block[i], 1 * MIB, 1 * MIB, (uint32_t)i);
        drop(ws, block[i], 1 * MIB);
    }
    expect_marks(large, 8 * MIB, 8 * MIB, 99);
    drop(ws, large, 8 * MIB);
    free_workspace(ws);
}

static void small_blocks_have_the_same_limit(void **state)
{
    (void)state;
    attain_workspace *const ws = new_workspace(100000);
    void *first = take(ws, 60000);
    assert_non_null(first);
    assert_null(take(ws, 40001));
    assert_null(resize(ws, first, 60000, 65000 + 40000));
    assert_int_equal(in_use_of(ws), 60000);
    void *const second = take(ws, 40000);
    assert_non_null(second);
    assert_null(take(ws, 1));
    drop(ws, first, 60000);
    first = take(ws, 60000);
    assert_non_null(first);
    drop(ws, first, 60000);
    drop(ws, second, 40000);
    /* What is kept makes room for small ones too. */
    void *const large = take(ws, 64 * KIB);
    assert_non_null(large);
    drop(ws, large, 64 * KIB);
    assert_true(kept_of(ws) > 64 * KIB);
    first = take(ws, 65000);
    assert_non_null(first);
    assert_int_equal(total_of(ws), 65000);
    drop(ws, first, 65000);
    free_workspace(ws);
}

static void what_no_machine_has_is_refused(void **state)
{
    (void)state;
    attain_error err;
    attain_workspace *const ws = new_workspace(0);
    void *const block = take(ws, 64 * KIB);
    const size_t total = total_of(ws);
    static const size_t sizes[] = {SIZE_MAX,         SIZE_MAX - 63, SIZE_MAX / 2,
                                   SIZE_MAX / 4 + 1, SIZE_MAX / 4,  SIZE_MAX / 8};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_null(take(ws, sizes[i]));
        assert_null(resize(ws, block, 64 * KIB, sizes[i]));
        check_fails(attain_workspace_prepare(ws, sizes[i], &err), ATTAIN_E_MEMORY, &err);
    }
    assert_true(in_use_of(ws) <= total && total_of(ws) <= total);
    drop(ws, block, 64 * KIB);
    free_workspace(ws);
}

/* --- prepared, trimmed --- */

static void prepared_memory_serves_what_comes(void **state)
{
    (void)state;
    attain_error err;
    attain_workspace *const ws = new_workspace(0);
    check_ok(attain_workspace_prepare(ws, 32 * MIB, &err), &err);
    const size_t total = total_of(ws);
    assert_int_equal(in_use_of(ws), 0);
    assert_in_range(total, 32 * MIB, 36 * MIB);
    /* The most blocks that 32 MiB can be asked for as, then few and uneven ones, then one. */
    static void *block[512];
    for (size_t i = 0; i < 512; i++) {
        block[i] = take(ws, 64 * KIB);
        mark(block[i], 64 * KIB, (uint32_t)i);
    }
    assert_int_equal(total_of(ws), total);
    for (size_t i = 0; i < 512; i++) {
        expect_marks(block[i], 64 * KIB, 64 * KIB, (uint32_t)i);
        drop(ws, block[(i * 7) % 512], 64 * KIB);
        mark(block[(i * 7) % 512] = take(ws, 64 * KIB), 64 * KIB, (uint32_t)((i * 7) % 512));
    }
    for (size_t i = 0; i < 512; i++) {
        drop(ws, block[i], 64 * KIB);
    }
    void *const a = take(ws, 20 * MIB + 1);
    void *const b = take(ws, 3 * MIB);
    void *const c = take(ws, 9 * MIB - 1);
    drop(ws, b, 3 * MIB);
    drop(ws, a, 20 * MIB + 1);
    drop(ws, c, 9 * MIB - 1);
    void *const all = take(ws, 32 * MIB);
    drop(ws, all, 32 * MIB);
    assert_int_equal(total_of(ws), total);
    check_ok(attain_workspace_prepare(ws, 1, &err), &err);
    assert_in_range(kept_of(ws), total + 64 * KIB, total + 2 * MIB);
    free_workspace(ws);
}

static void prepare_keeps_to_the_limit(void **state)
{
    (void)state;
    attain_error err;
    attain_workspace *const ws = new_workspace(8 * MIB + 5);
    check_fails(attain_workspace_prepare(ws, 9 * MIB, &err), ATTAIN_E_MEMORY, &err);
    check_contains(err.message, "9437184");
    assert_int_equal(total_of(ws), 0);
    for (int i = 0; i < 3; i++) {
        check_ok(attain_workspace_prepare(ws, 8 * MIB + 5, &err), &err);
        assert_int_equal(total_of(ws), 8 * MIB);
    }
    void *const block = take(ws, 7 * MIB);
    assert_non_null(block);
    check_fails(attain_workspace_prepare(ws, 2 * MIB, &err), ATTAIN_E_MEMORY, &err);
    assert_int_equal(in_use_of(ws) / MIB, 7);
    drop(ws, block, 7 * MIB);
    free_workspace(ws);
}

static void trim_leaves_what_is_in_use(void **state)
{
    (void)state;
    attain_workspace *const ws = new_workspace(0);
    char *block[40];
    for (size_t i = 0; i < 40; i++) {
        block[i] = take(ws, 1 * MIB);
        mark(block[i], 1 * MIB, (uint32_t)i);
    }
    for (size_t i = 0; i < 40; i++) {
        if (i % 3 != 1) {
            drop(ws, block[i], 1 * MIB);
        }
    }
    const size_t in_use = in_use_of(ws);
    attain_workspace_trim(ws);
    assert_int_equal(in_use_of(ws), in_use);
#if defined(__linux__)
    assert_true(kept_of(ws) <
                13 * 2 * 64 * KIB); /* less than a page (of any system) at each end of a block */
#endif
    attain_workspace_trim(ws); /* nothing more to give */
    assert_int_equal(in_use_of(ws), in_use);
    for (size_t i = 1; i < 40; i += 3) {
        expect_marks(block[i], 1 * MIB, 1 * MIB, (uint32_t)i);
        block[i] = resize(ws, block[i], 1 * MIB, 2 * MIB);
        expect_marks(block[i], 1 * MIB, 1 * MIB, (uint32_t)i);
    }
    for (size_t i = 1; i < 40; i += 3) {
        drop(ws, block[i], 2 * MIB);
    }
    assert_int_equal(in_use_of(ws), 0);
    free_workspace(ws);
}

/* --- many at a time --- */

enum { N_HELD = 24 };

typedef struct held {
    void *ptr;
    size_t n;
    uint32_t seed;
} held;

static size_t any_size(rng *r)
{
    switch (rng_below(r, 4)) {
    case 0: return 1 + rng_below(r, 64 * KIB);
    case 1: return 60 * KIB + rng_below(r, 8 * KIB);
    case 2: return 64 * KIB + rng_below(r, 512 * KIB);
    default: return 64 * KIB + rng_below(r, 6 * MIB);
    }
}

/* Takes, resizes, drops and trims at random; a block that somebody else wrote into is noticed. */
static void hammer(attain_workspace *ws, uint64_t seed, size_t n_steps)
{
    rng r = rng_new(seed);
    held all[N_HELD] = {{NULL, 0, 0}};
    for (size_t step = 0; step < n_steps; step++) {
        held *const h = &all[rng_below(&r, N_HELD)];
        const size_t n = any_size(&r);
        if (h->ptr != NULL && rng_below(&r, 3) == 0) {
            void *const resized = resize(ws, h->ptr, h->n, n);
            if (resized != NULL) {
                expect_marks(resized, h->n, n < h->n ? n : h->n, h->seed);
                *h = (held){resized, n, (uint32_t)rng_next(&r)};
                mark(h->ptr, h->n, h->seed);
            }
        } else if (h->ptr != NULL) {
            expect_marks(h->ptr, h->n, h->n, h->seed);
            drop(ws, h->ptr, h->n);
            h->ptr = NULL;
        } else if ((h->ptr = take(ws, n)) != NULL) {
            h->n = n;
            h->seed = (uint32_t)rng_next(&r);
            mark(h->ptr, h->n, h->seed);
        }
        if (rng_below(&r, 200) == 0) {
            attain_workspace_trim(ws);
        }
    }
    for (size_t i = 0; i < N_HELD; i++) {
        if (all[i].ptr != NULL) {
            expect_marks(all[i].ptr, all[i].n, all[i].n, all[i].seed);
            drop(ws, all[i].ptr, all[i].n);
        }
    }
}

static void one_thread_hammers(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 4; seed++) {
        const size_t max_bytes = seed % 2 == 0 ? 0 : 24 * MIB;
        attain_workspace *const ws = new_workspace(max_bytes);
        hammer(ws, seed, 2000);
        assert_true(max_bytes == 0 || total_of(ws) <= max_bytes);
        free_workspace(ws);
    }
}

static void hammer_task(void *ctx, size_t i)
{
    attain_workspace *const ws = ctx;
    attain_error err;
    hammer(ws, 100 + i, 500);
    assert_true(total_of(ws) <= 64 * MIB);
    const attain_status status = attain_workspace_prepare(ws, 1 * MIB, &err);
    assert_true(status == ATTAIN_OK || status == ATTAIN_E_MEMORY);
}

static void threads_hammer(void **state)
{
    (void)state;
    attain_workspace *const ws = new_workspace(64 * MIB);
    atn_team_run(&(atn_team){.n_threads = 4}, hammer_task, ws, 8);
    free_workspace(ws);
}

/* --- with the library on top --- */

static const char plan_text[] = "unit VN \"Viet Nam\" nation\n"
                                "measure trained \"t\" flow persons\n";

static void plan_lives_in_a_workspace(void **state)
{
    (void)state;
    attain_workspace *const ws = new_workspace(0);
    const attain_allocator a = attain_workspace_allocator(ws);
    attain_plan *const plan = build_plan(plan_text, &a);
    assert_true(in_use_of(ws) > 0);
    attain_facts *const facts = build_facts(plan);
    build_add(facts, "unit,period,measure,value\nVN,2024,trained,12\n");
    attain_facts_free(facts);
    build_plan_free(plan);
    assert_int_equal(in_use_of(ws), 0);
    free_workspace(ws);
}

/* Under every limit up to the one that suffices the call says that memory is short, and leaves none behind. */
static void plan_under_a_limit(void **state)
{
    (void)state;
    attain_error err;
    attain_status status = ATTAIN_E_MEMORY;
    unsigned n_refused = 0;
    for (size_t max_bytes = 100; status != ATTAIN_OK; max_bytes += max_bytes / 4) {
        attain_workspace *const ws = new_workspace(max_bytes);
        const attain_allocator a = attain_workspace_allocator(ws);
        const attain_plan_options options = {.struct_size = sizeof options, .allocator = &a};
        attain_plan *plan = NULL;
        status = attain_plan_new(&options, &plan, &err);
        if (status == ATTAIN_OK) {
            status = attain_plan_add_text(plan, plan_text, strlen(plan_text), "test.attain", &err);
        }
        if (status == ATTAIN_OK) {
            status = attain_plan_freeze(plan, &err);
        }
        n_refused += status == ATTAIN_E_MEMORY;
        assert_true(status == ATTAIN_OK || status == ATTAIN_E_MEMORY);
        assert_true(total_of(ws) <= max_bytes);
        attain_plan_free(plan);
        free_workspace(ws);
    }
    assert_true(n_refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(freed_block_is_had_again),
        cmocka_unit_test(next_rounds_map_nothing),
        cmocka_unit_test(small_blocks_are_counted_not_kept),
        cmocka_unit_test(block_grows_into_free_room),
        cmocka_unit_test(contents_survive_every_resize),
        cmocka_unit_test(limit_holds),
        cmocka_unit_test(kept_is_given_back_before_a_refusal),
        cmocka_unit_test(small_blocks_have_the_same_limit),
        cmocka_unit_test(what_no_machine_has_is_refused),
        cmocka_unit_test(prepared_memory_serves_what_comes),
        cmocka_unit_test(prepare_keeps_to_the_limit),
        cmocka_unit_test(trim_leaves_what_is_in_use),
        cmocka_unit_test(one_thread_hammers),
        cmocka_unit_test(threads_hammer),
        cmocka_unit_test(plan_lives_in_a_workspace),
        cmocka_unit_test(plan_under_a_limit),
    };
    return cmocka_run_group_tests_name("workspace", tests, NULL, NULL);
}
