/* Question: how long does it take from a CSV file to a scorecard with all ten columns, every check on, the facts kept?
 *
 *     bench_csv SET --file FACTS.csv [--threads 1] [--repeat 5] [--dump DIR] [--serve]
 *
 * The file is one that bench_data wrote for the same SET and options. It is read in pieces of 8 MiB, as from a stream; by the
 * second run at the latest it lies in the page cache, on the peers' side too. Orders as in bench_score, without `floor`. */
#include "support/job.h"
#include "support/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "bench_csv SET --file FACTS.csv [--order sorted|shuffled] [--density 1000] [--threads 1]\n"
    "       [--repeat 5] [--seed 1] [--dump DIR] [--serve]";

enum { PIECE_BYTES = 8 << 20 };

typedef struct bench {
    job job;
    const char *path;
    char *piece;
    uint64_t n_bytes; /* of the file, by the last run */
} bench;

static void take_in(bench *b)
{
    attain_error err = {0};
    attain_intake *intake = NULL;
    attain_report report;
    FILE *const file = fopen(b->path, "rb");
    if (file == NULL) {
        perror(b->path);
        exit(1);
    }
    setvbuf(file, NULL, _IONBF, 0); /* pieces are large; a second buffer would be one more copy */
    b->n_bytes = 0;
    job_check(attain_intake_new(b->job.facts, NULL, &intake, &err), &err, "an intake");
    for (;;) {
        const size_t n = fread(b->piece, 1, PIECE_BYTES, file);
        if (n == 0) {
            break;
        }
        b->n_bytes += n;
        job_check(attain_intake_feed(intake, b->piece, n, &err), &err, "reading the file");
    }
    job_check(attain_intake_finish(intake, &report, &err), &err, "the end of the file");
    if (report.n_accepted != report.n_read || report.n_rejected != 0) {
        fprintf(stderr, "%llu of %llu rows were accepted; all are required\n",
                (unsigned long long)report.n_accepted, (unsigned long long)report.n_read);
        exit(1);
    }
    attain_report_free(&report);
    attain_intake_free(intake);
    fclose(file);
}

static void run(bench *b, uint32_t n_threads, const char *tuning, bool is_counted)
{
    job_columns results;
    job_parts parts;
    job_clear(&b->job);
    job_parts_start(&parts, tuning, n_threads);
    job_start_facts(&b->job, n_threads, parts.bits);
    take_in(b);
    job_lap(&parts, &parts.add_s);
    job_score(&b->job, NATIONAL_FIRST, n_threads, parts.bits, 0, 0);
    job_lap(&parts, &parts.score_s);
    job_columns_of(b->job.table, &results);
    job_lap(&parts, &parts.columns_s);
    if (is_counted) {
        job_say(&b->job, "csv", attain_facts_count(b->job.facts), &parts);
    }
}

static void obey(void *ctx, size_t n_words, char **words)
{
    bench *const b = ctx;
    if (strcmp(words[0], "run") == 0) {
        run(b, n_words > 1 ? (uint32_t)strtoul(words[1], NULL, 10) : 1, n_words > 2 ? words[2] : "default",
            true);
    } else if (strcmp(words[0], "dump") == 0 && n_words > 1 && b->job.table != NULL) {
        job_dump(b->job.table, words[1]);
        printf("{\"what\": \"dump\", \"result_rows\": %zu, \"file_bytes\": %llu}\n",
               attain_table_rows(b->job.table), (unsigned long long)b->n_bytes);
    } else {
        printf("{\"error\": \"order not understood\"}\n");
    }
}

int main(int n_args, char **args)
{
    bench_options o;
    bench b;
    bench_options_read(n_args, args, usage, &o);
    if (o.path == NULL) {
        fprintf(stderr, "usage: %s\n", usage);
        return 2;
    }
    b.path = o.path;
    b.piece = bench_alloc(PIECE_BYTES);
    job_open(&o.shape, o.set, &b.job);
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
    free(b.piece);
    return 0;
}
