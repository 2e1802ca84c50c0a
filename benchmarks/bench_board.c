/* Question: a scorecard stands; a commune corrects one figure. How long until the scorecard is right again?
 *
 *     bench_board SET [--order ...] [--density 1000] [--threads 1] [--repeat 5] [--seed 1]
 *
 * Two laws are asked apart: sum (flows) and last (stocks), both in years that are not the baseline, so that a correction
 * touches one indicator of this plan (each measure feeds one) at four units: commune, district, province, nation. Per run some
 * thousand corrections at random cells, drawn before the clock starts; the time is that of one correction, facts and rows
 * together. At the end the live scorecard is compared, column by column, with one computed anew from the corrected facts. */
#include "support/job.h"
#include "support/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "bench_board SET [--order sorted|shuffled] [--density 1000] [--threads 1]\n"
                            "       [--tuning default|portable|avx2|row-by-row] [--repeat 5] [--seed 1]";

enum { N_CORRECTIONS = 20000, MAX_RUNS = 32 };

typedef struct bench {
    job job;
    attain_board *board;
    attain_fact *corrections;
    uint64_t state; /* of the generator of corrections */
} bench;

static uint32_t draw(bench *b, uint32_t below)
{
    b->state = b->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((b->state >> 33) % below);
}

/* A cell that the set may hold, of a measure under the law asked for, in a year that is no baseline. */
static attain_fact draw_correction(bench *b, bool is_stock)
{
    const national *const country = &b->job.country;
    attain_error err = {0};
    attain_fact fact = {.unit = country->commune_unit[draw(b, country->n_communes)],
                        .value = (int64_t)draw(b, 1000000)};
    const int32_t baseline =
        (int32_t)(national_targets_of(country, NATIONAL_FIRST).baseline_year - country->shape.first_year);
    int32_t month = 0;
    do {
        fact.measure = draw(b, country->shape.n_measures);
    } while ((fact.measure % 10 == 9) != is_stock || fact.measure % 10 == 0);
    do {
        month = (int32_t)draw(b, country->n_months);
    } while (month / 12 == baseline);
    job_check(attain_period_decode(country->first_period + month, &fact.period, &err), &err, "a month");
    return fact;
}

static double correct_all_s(bench *b)
{
    attain_error err = {0};
    const stopwatch start = stopwatch_now();
    for (size_t i = 0; i < N_CORRECTIONS; i++) {
        job_check(attain_board_set(b->board, &b->corrections[i], 0, &err), &err, "a correction");
    }
    return stopwatch_since(start).wall_s;
}

static void measure_law(bench *b, const bench_options *o, bool is_stock)
{
    double ns[MAX_RUNS];
    double rows = 0;
    const uint32_t n_runs = o->n_repeats < MAX_RUNS - 1 ? o->n_repeats : MAX_RUNS - 1;
    for (uint32_t run = 0; run <= n_runs; run++) {
        for (size_t i = 0; i < N_CORRECTIONS; i++) {
            b->corrections[i] = draw_correction(b, is_stock);
        }
        const double seconds = correct_all_s(b);
        const size_t *changed = NULL;
        rows += (double)attain_board_changed(b->board, &changed);
        if (run > 0) {
            ns[run - 1] = seconds * 1e9 / N_CORRECTIONS;
        }
    }
    printf("{\"what\": \"board\", \"law\": \"%s\", \"set\": \"%s\", \"ns_per_correction\": %.1f, "
           "\"indicators\": 1, "
           "\"depth\": %u, \"rows_changed\": %.1f}\n",
           is_stock ? "last" : "sum", o->set, median(ns, n_runs), (unsigned)b->job.country.shape.n_levels,
           rows / (n_runs + 1));
}

/* The live columns against a new scorecard over the same facts. */
static int check_equal(bench *b, const bench_options *o)
{
    const uint64_t live = job_digest(attain_board_table(b->board));
    job_score(&b->job, NATIONAL_FIRST, o->n_threads, 0, 0, 0);
    const uint64_t fresh = job_digest(b->job.table);
    printf("{\"what\": \"board_check\", \"equal\": %s, \"rows\": %zu}\n", live == fresh ? "true" : "false",
           attain_table_rows(b->job.table));
    return live == fresh ? 0 : 1;
}

static void open_board(bench *b, const bench_options *o, uint32_t tuning)
{
    attain_error err = {0};
    attain_period years[64];
    const national_targets t = national_targets_of(&b->job.country, NATIONAL_FIRST);
    const uint32_t n_years = job_years(&t, years, 64);
    const attain_score_options options = {.struct_size = sizeof options,
                                          .all_units = 1,
                                          .as_of = years,
                                          .n_as_of = n_years,
                                          .n_threads = o->n_threads,
                                          .tuning = tuning};
    job_columns live;
    job_parts parts;
    job_parts_start(&parts, o->tuning, o->n_threads);
    job_check(attain_board_new(b->job.plan[NATIONAL_FIRST], b->job.facts, &options, &b->board, &err), &err,
              "a board");
    job_columns_of(attain_board_table(b->board), &live); /* from here on they follow each correction */
    job_lap(&parts, &parts.score_s);
    printf("{\"what\": \"board_new\", \"set\": \"%s\", \"result_rows\": %zu, \"wall\": %.6f}\n", o->set,
           live.n_rows, parts.score_s);
}

int main(int n_args, char **args)
{
    bench_options o;
    bench b = {.state = 20240601};
    national_columns columns;
    uint32_t tuning = 0;
    bench_options_read(n_args, args, usage, &o);
    bench_tuning_named(o.tuning, &tuning);
    b.corrections = bench_alloc(N_CORRECTIONS * sizeof *b.corrections);
    job_open(&o.shape, o.set, &b.job);
    national_make(&b.job.country, &columns);
    job_start_facts(&b.job, o.n_threads, tuning);
    job_add(&b.job, &columns);
    national_columns_free(&columns);
    open_board(&b, &o, tuning);
    measure_law(&b, &o, false);
    measure_law(&b, &o, true);
    const int status = check_equal(&b, &o);
    attain_board_free(b.board);
    job_close(&b.job);
    free(b.corrections);
    return status;
}
