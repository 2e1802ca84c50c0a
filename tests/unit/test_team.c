/* Team: every task runs once, whoever runs it; shares cover all items; a thread that cannot be had is done without. */
#include "base/team.h"
#include "support/check.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define N_TASKS 1000

/* Sanitizers map memory of their own, which a limit of address space would refuse. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

typedef struct tally {
    unsigned n_runs
        [N_TASKS]; /* plain memory: two runs of one task would be a race, which ThreadSanitizer reports */
    pthread_t runner[N_TASKS];
    size_t n_tasks;
    atomic_size_t n_waiting;
    size_t n_meet; /* tasks below this wait for each other: so many threads must be at work at a time */
} tally;

static void count(void *ctx, size_t i)
{
    tally *const t = ctx;
    assert_true(i < t->n_tasks);
    t->n_runs[i]++;
    t->runner[i] = pthread_self();
    if (i < t->n_meet) {
        atomic_fetch_add(&t->n_waiting, 1);
        while (atomic_load(&t->n_waiting) < t->n_meet) {
            sched_yield();
        }
    }
}

/* Runs n_tasks of them; gives how many threads ran any. */
static size_t run_tally(const atn_team *team, size_t n_tasks, size_t n_meet)
{
    tally t = {.n_tasks = n_tasks, .n_meet = n_meet};
    atomic_init(&t.n_waiting, 0);
    atn_team_run(team, count, &t, n_tasks);
    size_t n_runners = 0;
    for (size_t i = 0; i < n_tasks; i++) {
        assert_int_equal(t.n_runs[i], 1);
        size_t k = 0;
        while (k < i && !pthread_equal(t.runner[k], t.runner[i])) {
            k++;
        }
        n_runners += k == i;
    }
    return n_runners;
}

/* First of all tests: afterwards the stacks of threads that ended are used again, limit or not. */
static void thread_that_cannot_start_is_done_without(void **state)
{
    (void)state;
    if (SANITIZED) {
        skip();
    }
    FILE *const f = fopen("/proc/self/statm", "r");
    if (f == NULL) {
        skip();
    }
    unsigned long pages = 0;
    assert_int_equal(fscanf(f, "%lu", &pages), 1);
    assert_int_equal(fclose(f), 0);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    struct rlimit tight = before;
    tight.rlim_cur = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + 512 * 1024;
    assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
    const size_t n_runners = run_tally(&(atn_team){.n_threads = 4}, N_TASKS, 0);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_int_equal(n_runners, 1);
}

static void every_task_runs_once(void **state)
{
    (void)state;
    static const uint32_t threads[] = {0, 1, 2, 3, 8, 64};
    static const size_t tasks[] = {0, 1, 2, 7, N_TASKS};
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        for (size_t k = 0; k < sizeof tasks / sizeof tasks[0]; k++) {
            const atn_team team = {.n_threads = threads[i]};
            const size_t n_runners = run_tally(&team, tasks[k], 0);
            assert_true(n_runners <= (threads[i] == 0 ? 1 : threads[i]));
            assert_true(n_runners <= tasks[k]);
        }
    }
}

static void all_threads_work_at_a_time(void **state)
{
    (void)state;
    assert_int_equal(run_tally(&(atn_team){.n_threads = 4}, 4, 4), 4);
    assert_true(run_tally(&(atn_team){.n_threads = 3}, N_TASKS, 3) == 3);
}

static void more_threads_than_any_machine(void **state)
{
    (void)state;
    run_tally(&(atn_team){.n_threads = UINT32_MAX}, 2, 2);
    assert_true(atn_team_tasks(&(atn_team){.n_threads = UINT32_MAX}, SIZE_MAX, 1) <= 4096);
}

/* Threads see what the caller wrote before, and the caller sees what they wrote: without atomics. */
static void square(void *ctx, size_t i)
{
    uint64_t *const items = ctx;
    items[i] *= items[i];
}

static void results_are_seen(void **state)
{
    (void)state;
    uint64_t items[N_TASKS];
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < N_TASKS; i++) {
            items[i] = i;
        }
        atn_team_run(&(atn_team){.n_threads = 4}, square, items, N_TASKS);
        for (size_t i = 0; i < N_TASKS; i++) {
            assert_int_equal(items[i], i * i);
        }
    }
}

static void run_inner(void *ctx, size_t i)
{
    atn_team_run(&(atn_team){.n_threads = 2}, square, (uint64_t *)ctx + i * 10, 10);
}

static void teams_nest(void **state)
{
    (void)state;
    uint64_t items[80];
    for (size_t i = 0; i < 80; i++) {
        items[i] = i;
    }
    atn_team_run(&(atn_team){.n_threads = 3}, run_inner, items, 8);
    for (size_t i = 0; i < 80; i++) {
        assert_int_equal(items[i], i * i);
    }
}

/* --- the caller's executor --- */

typedef struct calls {
    unsigned n;
    size_t n_tasks;
} calls;

static void backwards(void *ctx, void (*task)(void *task_ctx, size_t i), void *task_ctx, size_t n_tasks)
{
    calls *const c = ctx;
    c->n++;
    c->n_tasks = n_tasks;
    for (size_t i = n_tasks; i-- > 0;) {
        task(task_ctx, i);
    }
}

static void executor_is_used(void **state)
{
    (void)state;
    calls c = {0, 0};
    const atn_team team = {.n_threads = 4, .executor = backwards, .executor_ctx = &c};
    assert_int_equal(run_tally(&team, 100, 0), 1);
    assert_int_equal(c.n, 1);
    assert_int_equal(c.n_tasks, 100);
    /* Not for one task, and not when one thread is allowed. */
    run_tally(&team, 1, 0);
    run_tally(&team, 0, 0);
    run_tally(&(atn_team){.n_threads = 1, .executor = backwards, .executor_ctx = &c}, 100, 0);
    assert_int_equal(c.n, 1);
}

/* --- signals belong to the caller's threads --- */

static void read_mask(void *ctx, size_t i)
{
    tally *const t = ctx;
    sigset_t now;
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &now), 0);
    t->n_runs[i] = sigismember(&now, SIGTERM) == 1 && sigismember(&now, SIGSEGV) == 0;
    count(t, i);
}

static void threads_take_no_signals(void **state)
{
    (void)state;
    tally t = {.n_tasks = 3, .n_meet = 3};
    atomic_init(&t.n_waiting, 0);
    atn_team_run(&(atn_team){.n_threads = 3}, read_mask, &t, 3);
    unsigned n_blocked = 0;
    for (size_t i = 0; i < 3; i++) {
        const bool is_caller = pthread_equal(t.runner[i], pthread_self());
        assert_int_equal(t.n_runs[i], is_caller ? 1 : 2); /* count() adds one */
        n_blocked += !is_caller;
    }
    assert_int_equal(n_blocked, 2);
    sigset_t now;
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &now), 0);
    assert_int_equal(sigismember(&now, SIGTERM), 0);
}

/* --- shares --- */

static void tasks_are_neither_few_nor_tiny(void **state)
{
    (void)state;
    static const uint32_t threads[] = {0, 1, 2, 5};
    static const size_t items[] = {0, 1, 99, 100, 199, 200, 250, 799, 800, 100000, SIZE_MAX};
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        for (size_t k = 0; k < sizeof items / sizeof items[0]; k++) {
            const size_t n = atn_team_tasks(&(atn_team){.n_threads = threads[i]}, items[k], 100);
            assert_in_range(n, 1, threads[i] <= 1 ? 1 : 4 * threads[i]);
            assert_true(n == 1 || items[k] / n >= 100);
        }
    }
    assert_int_equal(atn_team_tasks(&(atn_team){.n_threads = 2}, 100000, 100), 8);
    assert_int_equal(atn_team_tasks(&(atn_team){.n_threads = 2}, 350, 100), 3);
    assert_int_equal(atn_team_tasks(&(atn_team){.n_threads = 2}, 3, 0), 3);
}

static void shares_cover_all_items(void **state)
{
    (void)state;
    static const size_t items[] = {0, 1, 5, 7, 8, 1000, SIZE_MAX};
    for (size_t k = 0; k < sizeof items / sizeof items[0]; k++) {
        for (size_t n_tasks = 1; n_tasks < 20; n_tasks++) {
            size_t at = 0;
            for (size_t i = 0; i < n_tasks; i++) {
                size_t first;
                size_t end;
                atn_team_share(items[k], n_tasks, i, &first, &end);
                assert_int_equal(first, at);
                assert_in_range(end - first, items[k] / n_tasks,
                                items[k] / n_tasks + (items[k] % n_tasks != 0));
                at = end;
            }
            assert_int_equal(at, items[k]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thread_that_cannot_start_is_done_without),
        cmocka_unit_test(every_task_runs_once),
        cmocka_unit_test(all_threads_work_at_a_time),
        cmocka_unit_test(more_threads_than_any_machine),
        cmocka_unit_test(results_are_seen),
        cmocka_unit_test(teams_nest),
        cmocka_unit_test(executor_is_used),
        cmocka_unit_test(threads_take_no_signals),
        cmocka_unit_test(tasks_are_neither_few_nor_tiny),
        cmocka_unit_test(shares_cover_all_items),
    };
    return cmocka_run_group_tests_name("team", tests, NULL, NULL);
}
