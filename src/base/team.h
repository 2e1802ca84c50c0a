/* Team: work shared out to threads, only when the caller allowed any. No thread outlives the call, nothing is global.
 *
 *   tasks 0 1 2 3 4 5 ...   each is run once, by whichever thread is free; what a task writes is its own
 *
 * Results must not depend on who runs what: tasks write to places of their own, and whoever adds results up does so in
 * the order of tasks. */
#ifndef ATN_BASE_TEAM_H
#define ATN_BASE_TEAM_H

#include <attain/attain.h>
#include <stdatomic.h>

typedef struct atn_team {
    uint32_t n_threads;          /* 0, 1: the calling thread alone */
    attain_executor_fn executor; /* NULL: own threads */
    void *executor_ctx;
} atn_team;

/* Runs task(ctx, i) for i < n_tasks and returns when all are done. A thread that cannot be started is done without. */
void atn_team_run(const atn_team *team, void (*task)(void *ctx, size_t i), void *ctx, size_t n_tasks);
/* How many tasks are worth making for n items of work, each task at least `grain` items: 1 .. 4 * n_threads. */
size_t atn_team_tasks(const atn_team *team, size_t n, size_t grain);
/* Items [*first, *end) of task i of n_tasks over n items. */
void atn_team_share(size_t n, size_t n_tasks, size_t i, size_t *first, size_t *end);

/* The caller's allocator for tasks: one at a time, as attain.h promises. It stays where it is while it is used. */
typedef struct atn_team_alloc {
    attain_allocator inner;
    atomic_flag lock;
} atn_team_alloc;
attain_allocator atn_team_alloc_of(atn_team_alloc *shared, const attain_allocator *inner);

#endif
