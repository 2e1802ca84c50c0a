/* Memory that runs out at each allocation of the caller's allocator, once and for ever, in every scene: the call
 * says so, the store is as before, and everything is given back. SQLite's own memory runs out in
 * test_sqlite_oom.c. */
#include "fault/store/scenes.h"

#include "support/alloc_fault.h"
#include "support/check.h"

#include <stdio.h>

static uint64_t n_cases;

/* False when there was no nth allocation any more. */
static bool fail_at(walk *w, alloc_fault *memory, int64_t n, bool for_ever)
{
    attain_error err = {.message = ""};
    walk_again(w);
    alloc_fault_fail_at(memory, n, for_ever);
    const attain_status status = w->scene->call(&w->stand, &err);
    const bool failed = memory->failed;
    alloc_fault_fail_at(memory, -1, false);
    snprintf(w->place, sizeof w->place, "allocation %lld, %s", (long long)n, for_ever ? "for ever" : "once");
    walk_expect(w, status == (failed ? ATTAIN_E_MEMORY : ATTAIN_OK),
                failed ? "e_memory is required" : "nothing failed", status, &err);
    walk_expect(w, !failed || (err.status == ATTAIN_E_MEMORY && err.message[0] != '\0'),
                "a sentence is required", status, &err);
    if (failed) {
        n_cases++;
        attain_error repeated = {.message = ""};
        w->stand.clock = w->clock;
        const attain_status again = w->scene->call(&w->stand, &repeated);
        walk_expect(w, again == ATTAIN_OK, "made again, the call must come through", again, &repeated);
    }
    stand_close(&w->stand, NULL);
    alloc_fault_expect_empty(memory);
    walk_check_disk(w, false, ATTAIN_OK, &err);
    return failed;
}

static void each_allocation_of_the_caller_may_fail(void **state)
{
    (void)state;
    alloc_fault memory;
    alloc_fault_init(&memory);
    const attain_allocator alloc = alloc_fault_allocator(&memory);
    const int64_t stride = stand_is_long() ? 1 : 17;
    for (size_t i = 0; i < n_scenes; i++) {
        walk w;
        walk_begin(&w, &scenes[i], ATTAIN_JOURNAL_WAL, &alloc);
        for (int for_ever = 0; for_ever < 2; for_ever++) {
            for (int64_t n = 0; fail_at(&w, &memory, n, for_ever != 0);) {
                n += n < 40 ? 1 : stride;
            }
        }
        walk_end(&w);
        alloc_fault_expect_empty(&memory);
    }
    print_message("%llu allocations failed\n", (unsigned long long)n_cases);
    assert_true(n_cases > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_of_the_caller_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
