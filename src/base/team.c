/* Team: see team.h. Tasks are claimed one by one from a counter, so that a slow task holds up nobody but whoever runs it:
 *
 *   next -> 0 1 2 [3] 4 5 ...      caller: 0, 3, ...    thread: 1, 2, 4, ...
 *
 * n_threads - 1 threads are started and joined again in each call. A pool that waits between calls would save some 10 us a thread
 * and call, but would be the hidden thread that the library promises not to have. The counter is all that is shared: starting
 * and joining a thread order every other access, so the counter itself needs no ordering.
 *
 * Where there is no <pthread.h>, the calling thread does all; results are the same by contract. */
#ifndef _XOPEN_SOURCE
/* pthread_sigmask and the signals that it is given. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _XOPEN_SOURCE 700
#endif
#include "base/team.h"

#if defined(__has_include) && !defined(__STDC_NO_ATOMICS__)
#if __has_include(<pthread.h>)
#define HAVE_THREADS
#endif
#endif

/* Tasks of one call for each thread: enough for the last ones to end together, few enough for a claim to cost nothing. */
#define TASKS_PER_THREAD 4
/* More threads than this are not started: their handles stand on the stack, and no machine of the next years gains by it. */
#define MOST_THREADS 256

static size_t threads_of(const atn_team *team)
{
    const size_t n = team->n_threads == 0 ? 1 : team->n_threads;
    return n < MOST_THREADS ? n : MOST_THREADS;
}

static void run_alone(void (*task)(void *ctx, size_t i), void *ctx, size_t n_tasks)
{
    for (size_t i = 0; i < n_tasks; i++) {
        task(ctx, i);
    }
}

#ifdef HAVE_THREADS
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

/* A thread gets the system's stack, but not less than this (some systems give 128 KiB). */
#define LEAST_STACK_BYTES ((size_t)1024 * 1024)

typedef struct work {
    void (*task)(void *ctx, size_t i);
    void *ctx;
    size_t n_tasks;
    atomic_size_t next; /* ends at most MOST_THREADS above n_tasks: each thread claims one too many */
} work;

static void run_claimed(work *w)
{
    for (;;) {
        const size_t i = atomic_fetch_add_explicit(&w->next, 1, memory_order_relaxed);
        if (i >= w->n_tasks) {
            return;
        }
        w->task(w->ctx, i);
    }
}

static void *thread_main(void *arg)
{
    run_claimed(arg);
    return NULL;
}

/* Signals sent to the process are for the caller's own threads; those that a fault raises, and a profiler's, are for whoever
 * runs. */
static void block_signals(sigset_t *before)
{
    static const int own[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGPROF, SIGSEGV, SIGSYS, SIGTRAP};
    sigset_t blocked;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        sigdelset(&blocked, own[i]);
    }
    pthread_sigmask(SIG_BLOCK, &blocked, before);
}

/* How many of n threads could be started. A new thread has the signal mask of the one that starts it. */
static size_t start_threads(pthread_t *threads, size_t n, work *w)
{
    pthread_attr_t attr;
    if (pthread_attr_init(&attr) != 0) {
        return 0;
    }
    size_t stack_bytes = 0;
    if (pthread_attr_getstacksize(&attr, &stack_bytes) == 0 && stack_bytes < LEAST_STACK_BYTES) {
        (void)pthread_attr_setstacksize(&attr, LEAST_STACK_BYTES);
    }
    sigset_t before;
    sigemptyset(&before);
    block_signals(&before);
    size_t n_started = 0;
    while (n_started < n && pthread_create(&threads[n_started], &attr, thread_main, w) == 0) {
        n_started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return n_started;
}

static void run_together(size_t n_threads, void (*task)(void *ctx, size_t i), void *ctx, size_t n_tasks)
{
    work w = {.task = task, .ctx = ctx, .n_tasks = n_tasks};
    atomic_init(&w.next, 0);
    pthread_t threads[MOST_THREADS];
    const size_t n_started = start_threads(threads, (n_threads < n_tasks ? n_threads : n_tasks) - 1, &w);
    run_claimed(&w);
    for (size_t i = 0; i < n_started; i++) {
        pthread_join(threads[i], NULL);
    }
}
#else
static void run_together(size_t n_threads, void (*task)(void *ctx, size_t i), void *ctx, size_t n_tasks)
{
    (void)n_threads;
    run_alone(task, ctx, n_tasks);
}
#endif

void atn_team_run(const atn_team *team, void (*task)(void *ctx, size_t i), void *ctx, size_t n_tasks)
{
    const size_t n_threads = threads_of(team);
    if (n_threads == 1 || n_tasks <= 1) {
        run_alone(task, ctx, n_tasks);
    } else if (team->executor != NULL) {
        team->executor(team->executor_ctx, task, ctx, n_tasks);
    } else {
        run_together(n_threads, task, ctx, n_tasks);
    }
}

size_t atn_team_tasks(const atn_team *team, size_t n, size_t grain)
{
    const size_t n_threads = threads_of(team);
    const size_t n_grains = n / (grain == 0 ? 1 : grain);
    if (n_threads == 1 || n_grains <= 1) {
        return 1;
    }
    return n_grains < n_threads * TASKS_PER_THREAD ? n_grains : n_threads * TASKS_PER_THREAD;
}

void atn_team_share(size_t n, size_t n_tasks, size_t i, size_t *first, size_t *end)
{
    const size_t each = n / n_tasks;
    const size_t n_larger = n % n_tasks; /* the first ones take one item more */
    *first = i * each + (i < n_larger ? i : n_larger);
    *end = *first + each + (i < n_larger);
}

/* Waiting costs less than a mutex would: few ask, and none for long. */
static void *locked_realloc(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    atn_team_alloc *shared = ctx;
    while (atomic_flag_test_and_set_explicit(&shared->lock, memory_order_acquire)) {
    }
    void *out = shared->inner.realloc(shared->inner.ctx, ptr, old_size, new_size);
    atomic_flag_clear_explicit(&shared->lock, memory_order_release);
    return out;
}

attain_allocator atn_team_alloc_of(atn_team_alloc *shared, const attain_allocator *inner)
{
    shared->inner = *inner;
    atomic_flag_clear(&shared->lock);
    return (attain_allocator){shared, locked_realloc};
}
