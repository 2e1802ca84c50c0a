/* Memory that runs out at each allocation of SQLite, and of what the store takes from SQLite: once and for ever,
 * in every scene. A program of its own, for SQLite is told once, before its first use, where memory comes from.
 * The call says that memory is out or does without; the store is as before or after; nothing is leaked. */
#include "fault/store/scenes.h"

#include "support/check.h"

#include <stdio.h>

static sqlite3_mem_methods system_memory;
static int64_t fail_number = -1, n_allocations;
static bool fails_on, has_failed;

static bool fails_now(void)
{
    const int64_t number = n_allocations++;
    if (fail_number < 0 || (number != fail_number && !(fails_on && number > fail_number))) {
        return false;
    }
    has_failed = true;
    return true;
}

static void *take(int size)
{
    return fails_now() ? NULL : system_memory.xMalloc(size);
}

static void *resize(void *block, int size)
{
    return fails_now() ? NULL : system_memory.xRealloc(block, size);
}

static void fail_from(int64_t n, bool for_ever)
{
    fail_number = n;
    fails_on = for_ever;
    has_failed = false;
    n_allocations = 0;
}

static uint64_t n_cases, n_done_anyway, n_refused_but_done;

/* False when there was no nth allocation any more. */
static bool fail_at(walk *w, int64_t n, bool for_ever)
{
    attain_error err = {.message = ""};
    walk_again(w);
    fail_from(n, for_ever);
    const attain_status status = w->scene->call(&w->stand, &err);
    const bool failed = has_failed;
    fail_from(-1, false);
    snprintf(w->place, sizeof w->place, "allocation %lld of SQLite, %s", (long long)n,
             for_ever ? "for ever" : "once");
    if (!failed) {
        walk_expect(w, status == ATTAIN_OK, "nothing failed", status, &err);
        return false;
    }
    n_cases++;
    n_done_anyway += status == ATTAIN_OK;
    if (status != ATTAIN_OK) {
        walk_expect(w, status == ATTAIN_E_MEMORY, "e_memory is required", status, &err);
        walk_expect(w, err.status == status && err.message[0] != '\0', "a sentence is required", status,
                    &err);
    }
    disk_image now = {.n_files = 0};
    disk_save(w->d, &now);
    if (status != ATTAIN_OK) {
        attain_error repeated = {.message = ""};
        w->stand.clock = w->clock;
        const attain_status again = w->scene->call(&w->stand, &repeated);
        walk_expect(w, again == ATTAIN_OK, "made again, the call must come through", again, &repeated);
    }
    stand_close(&w->stand, NULL);
    if (status != ATTAIN_OK) {
        disk_load(w->d, &now);
    }
    disk_image_free(&now);
    n_refused_but_done += walk_check_disk(w, false, status, &err) == WALK_AFTER && status != ATTAIN_OK;
    return true;
}

static void walk_through(const scene *s, attain_store_journal journal)
{
    const int64_t stride = stand_is_long() ? 1 : 127;
    const sqlite3_int64 used = sqlite3_memory_used();
    walk w;
    walk_begin(&w, s, journal, NULL);
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        for (int64_t n = 0; fail_at(&w, n, for_ever != 0);) {
            n += n < 20 ? 1 : stride;
        }
    }
    walk_end(&w);
    assert_int_equal(sqlite3_memory_used(), used);
}

static void each_allocation_of_sqlite_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_scenes; i++) {
        if (stand_is_long() || i % 2 == 0) {
            walk_through(&scenes[i], ATTAIN_JOURNAL_WAL);
        }
        if (stand_is_long() || i % 2 == 1) {
            walk_through(&scenes[i], ATTAIN_JOURNAL_TRUNCATE);
        }
    }
    print_message("%llu allocations failed: %llu times the call did without, %llu times it was refused and "
                  "on disk all the same\n",
                  (unsigned long long)n_cases, (unsigned long long)n_done_anyway,
                  (unsigned long long)n_refused_but_done);
    assert_true(n_cases > 500);
}

int main(void)
{
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_memory) != SQLITE_OK) {
        return 1;
    }
    sqlite3_mem_methods failing = system_memory;
    failing.xMalloc = take;
    failing.xRealloc = resize;
    /* Lookaside would hide most small allocations. */
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 1) != SQLITE_OK) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_of_sqlite_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
