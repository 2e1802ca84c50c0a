/* Question: do a thousand million facts fit on one small machine, and how fast is another scorecard over them?
 *
 *     bench_billion SET [--order sorted] [--threads 2] [--window 50] [--repeat 3]
 *
 * Facts are made and added batch by batch, so that the columns never stand in memory together. The scorecard has a row for
 * each target, unit and year (45 million for 500 targets); it is asked for --window targets at a time, as one that does not fit
 * at once would be, and all ten columns of each are made. The peak is that of the whole process. */
#include "support/job.h"
#include "support/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "bench_billion SET [--order sorted|shuffled] [--threads 2] [--tuning default] [--window 50]\n"
    "       [--repeat 3]";

/* 1.1 GB of columns at a time. Facts are kept in chunks of 64 neighbouring units: a batch of few units leaves most of its chunks to be
 * made again by the next, and what they leave behind counts until it is as much as what is in use. */
enum { BATCH_CELLS = 61440000, MAX_RUNS = 32 };

/* A batch ends between two communes where rows are sorted. */
static uint64_t batch_cells(const national *country)
{
    const uint64_t of_commune = (uint64_t)country->shape.n_measures * country->n_months;
    return of_commune >= BATCH_CELLS ? of_commune : BATCH_CELLS / of_commune * of_commune;
}

static void load(job *j, const bench_options *o)
{
    const uint64_t batch = batch_cells(&j->country);
    national_columns columns;
    job_parts parts;
    double make_s = 0;
    double add_s = 0;
    national_columns_new(&columns, (size_t)batch);
    job_parts_start(&parts, o->tuning, o->n_threads);
    job_start_facts(j, o->n_threads, parts.bits);
    for (uint64_t first = 0; first < j->country.n_cells; first += batch) {
        const uint64_t left = j->country.n_cells - first;
        double part_s = 0;
        national_fill(&j->country, first, left < batch ? left : batch, &columns);
        job_lap(&parts, &part_s);
        make_s += part_s;
        job_add(j, &columns);
        job_lap(&parts, &part_s);
        add_s += part_s;
        if (first / batch % 10 == 0) {
            fprintf(stderr, "%llu of %llu cells\r", (unsigned long long)first,
                    (unsigned long long)j->country.n_cells);
        }
    }
    fprintf(stderr, "%-60s\n", "all cells are there");
    national_columns_free(&columns);
    printf("{\"what\": \"billion_load\", \"set\": \"%s\", \"threads\": %u, \"rows\": %llu, \"make\": %.3f, "
           "\"add\": %.3f, "
           "\"now_bytes\": %llu, \"peak_bytes\": %llu}\n",
           o->set, (unsigned)o->n_threads, (unsigned long long)attain_facts_count(j->facts), make_s, add_s,
           (unsigned long long)memory_now_bytes(), (unsigned long long)memory_peak_bytes());
    fflush(stdout);
}

/* Counts of verdicts, so that two runs, and two ways of windowing, can be compared. */
typedef struct counts {
    uint64_t verdict[4];
    uint64_t n_rows;
} counts;

static void count_verdicts(const job_columns *columns, counts *out)
{
    const int64_t *const verdicts = columns->integer[2];
    for (size_t i = 0; i < columns->n_rows; i++) {
        out->verdict[verdicts[i] & 3]++;
    }
    out->n_rows += columns->n_rows;
}

static double score_windows_s(job *j, const bench_options *o, uint32_t tuning, national_card card,
                              counts *out)
{
    const uint32_t window = o->window == 0 ? j->country.n_indicators : o->window;
    double seconds = 0;
    memset(out, 0, sizeof *out);
    for (uint32_t first = 0; first < j->country.n_indicators; first += window) {
        job_columns columns;
        job_clear_table(j);
        const stopwatch start = stopwatch_now();
        job_score(j, card, o->n_threads, tuning, first, window);
        job_columns_of(j->table, &columns);
        seconds += stopwatch_since(start).wall_s;
        count_verdicts(&columns, out);
    }
    job_clear_table(j);
    return seconds;
}

static void score(job *j, const bench_options *o, uint32_t tuning, national_card card, const char *what)
{
    double seconds[MAX_RUNS];
    counts got = {0};
    const uint32_t n_runs = o->n_repeats < MAX_RUNS ? o->n_repeats : MAX_RUNS;
    for (uint32_t run = 0; run < n_runs; run++) {
        seconds[run] = score_windows_s(j, o, tuning, card, &got);
    }
    const double first_s = seconds[0];
    printf(
        "{\"what\": \"%s\", \"set\": \"%s\", \"threads\": %u, \"window\": %u, \"result_rows\": %llu, "
        "\"first\": %.3f, "
        "\"wall\": %.3f, \"met\": %llu, \"not_met\": %llu, \"undetermined\": %llu, \"not_applicable\": %llu, "
        "\"peak_bytes\": %llu}\n",
        what, o->set, (unsigned)o->n_threads, (unsigned)o->window, (unsigned long long)got.n_rows, first_s,
        median(seconds, n_runs), (unsigned long long)got.verdict[0], (unsigned long long)got.verdict[1],
        (unsigned long long)got.verdict[2], (unsigned long long)got.verdict[3],
        (unsigned long long)memory_peak_bytes());
    fflush(stdout);
}

int main(int n_args, char **args)
{
    bench_options o;
    job j;
    uint32_t tuning = 0;
    bench_options_read(n_args, args, usage, &o);
    bench_tuning_named(o.tuning, &tuning);
    job_open(&o.shape, o.set, &j);
    load(&j, &o);
    score(&j, &o, tuning, NATIONAL_FIRST, "billion_score");
    score(&j, &o, tuning, NATIONAL_SECOND, "billion_rescore");
    job_close(&j);
    return 0;
}
