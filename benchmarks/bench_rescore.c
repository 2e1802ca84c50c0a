/* Question: the facts are loaded; how long does another scorecard over them take, with other targets and other years?
 *
 *     bench_rescore SET [--order sorted|shuffled] [--density 1000] [--threads 1] [--tuning default] [--repeat 5]
 *                       [--dump DIR] [--serve]
 *
 * The second plan pairs other measures, asks other levels against another baseline, for other years. It is parsed before the
 * clock starts, as the peers' tables of indicators and levels stand ready in theirs. The columns that were read are freed once
 * the facts are loaded. Orders as in bench_score, without `floor`. */
#include "support/job.h"
#include "support/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "bench_rescore SET [--order sorted|shuffled] [--density 1000] [--threads 1]\n"
    "       [--tuning default|portable|avx2|row-by-row] [--repeat 5] [--seed 1] [--dump DIR]\n"
    "       [--serve]";

typedef struct bench {
    job job;
    uint64_t n_rows;
} bench;

static void load(bench *b, const bench_options *o)
{
    national_columns columns;
    job_parts parts;
    national_make(&b->job.country, &columns);
    b->n_rows = columns.n;
    job_parts_start(&parts, o->tuning, o->n_threads);
    job_start_facts(&b->job, o->n_threads, parts.bits);
    job_add(&b->job, &columns);
    national_columns_free(&columns);
    job_plan(&b->job, NATIONAL_SECOND);
}

static void run(bench *b, uint32_t n_threads, const char *tuning, bool is_counted)
{
    job_columns results;
    job_parts parts;
    job_clear_table(&b->job);
    job_parts_start(&parts, tuning, n_threads);
    job_score(&b->job, NATIONAL_SECOND, n_threads, parts.bits, 0, 0);
    job_lap(&parts, &parts.score_s);
    job_columns_of(b->job.table, &results);
    job_lap(&parts, &parts.columns_s);
    if (is_counted) {
        job_say(&b->job, "rescore", b->n_rows, &parts);
    }
}

static void obey(void *ctx, size_t n_words, char **words)
{
    bench *const b = ctx;
    const uint32_t n_threads = n_words > 1 ? (uint32_t)strtoul(words[1], NULL, 10) : 1;
    if (strcmp(words[0], "run") == 0) {
        run(b, n_threads, n_words > 2 ? words[2] : "default", true);
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
    load(&b, &o);
    if (o.serve) {
        job_serve(obey, &b);
    } else {
        run(&b, o.n_threads, o.tuning, false);
        run(&b, o.n_threads, o.tuning, false);
        for (uint32_t i = 0; i < o.n_repeats; i++) {
            run(&b, o.n_threads, o.tuning, true);
        }
    }
    if (o.dump_dir != NULL) {
        job_dump(b.job.table, o.dump_dir);
    }
    job_close(&b.job);
    return 0;
}
