/* Question: how long does it take from columns of facts in memory to a scorecard with all ten columns, the facts kept?
 *
 *     bench_score SET [--order sorted|shuffled] [--density 1000] [--threads 1] [--tuning default] [--repeat 5]
 *                     [--dump DIR] [--serve]
 *
 * One line of JSON per run, after two that are not counted (they touch the memory), and one with the read floor of the same
 * columns. With --serve it takes orders instead, so that runs of ours and of a peer can alternate:
 *
 *     run THREADS TUNING      one run
 *     floor THREADS           the read floor
 *     dump DIR                the columns of the last run, as files */
#include "support/job.h"
#include "support/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "bench_score SET [--order sorted|shuffled] [--density 1000] [--threads 1]\n"
    "       [--tuning default|portable|avx2|runs|radix|row-by-row] [--repeat 5] [--seed 1]\n"
    "       [--dump DIR] [--serve]";

typedef struct bench {
    job job;
    national_columns columns;
} bench;

/* columns -> facts -> scorecard -> ten columns. What the run before left is freed before the clock starts. */
static void run(bench *b, uint32_t n_threads, const char *tuning, bool is_counted)
{
    job_columns results;
    job_parts parts;
    job_clear(&b->job);
    job_parts_start(&parts, tuning, n_threads);
    job_start_facts(&b->job, n_threads, parts.bits);
    job_add(&b->job, &b->columns);
    job_lap(&parts, &parts.add_s);
    job_score(&b->job, NATIONAL_FIRST, n_threads, parts.bits, 0, 0);
    job_lap(&parts, &parts.score_s);
    job_columns_of(b->job.table, &results);
    job_lap(&parts, &parts.columns_s);
    if (is_counted) {
        job_say(&b->job, "score", b->columns.n, &parts);
    }
}

static void say_floor(const bench *b, uint32_t n_threads)
{
    const national_columns *const c = &b->columns;
    const byte_range ranges[] = {{c->unit, c->n * sizeof *c->unit},
                                 {c->measure, c->n * sizeof *c->measure},
                                 {c->period, c->n * sizeof *c->period},
                                 {c->category, c->n * sizeof *c->category},
                                 {c->value, c->n * sizeof *c->value}};
    uint64_t sum = 0;
    const double seconds = read_floor_s(ranges, sizeof ranges / sizeof *ranges, n_threads, 5, &sum);
    printf("{\"what\": \"floor\", \"threads\": %u, \"rows\": %zu, \"wall\": %.6f}\n", (unsigned)n_threads,
           c->n, seconds);
}

/* A dispatch over the orders. */
static void obey(void *ctx, size_t n_words, char **words)
{
    bench *const b = ctx;
    const uint32_t n_threads = n_words > 1 ? (uint32_t)strtoul(words[1], NULL, 10) : 1;
    if (strcmp(words[0], "run") == 0) {
        run(b, n_threads, n_words > 2 ? words[2] : "default", true);
    } else if (strcmp(words[0], "floor") == 0) {
        say_floor(b, n_threads);
    } else if (strcmp(words[0], "dump") == 0 && n_words > 1 && b->job.table != NULL) {
        job_dump(b->job.table, words[1]);
        printf("{\"what\": \"dump\", \"result_rows\": %zu}\n", attain_table_rows(b->job.table));
    } else {
        printf("{\"error\": \"order not understood\"}\n");
    }
}

int main(int n_args, char **args)
{
    bench_options o;
    bench b;
    bench_options_read(n_args, args, usage, &o);
    job_open(&o.shape, o.set, &b.job);
    national_make(&b.job.country, &b.columns);
    if (o.serve) {
        job_serve(obey, &b);
    } else {
        run(&b, o.n_threads, o.tuning, false);
        run(&b, o.n_threads, o.tuning, false);
        for (uint32_t i = 0; i < o.n_repeats; i++) {
            run(&b, o.n_threads, o.tuning, true);
        }
        say_floor(&b, o.n_threads);
    }
    if (o.dump_dir != NULL) {
        job_dump(b.job.table, o.dump_dir);
    }
    job_close(&b.job);
    national_columns_free(&b.columns);
    return 0;
}
