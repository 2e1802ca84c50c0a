/* Question: how do time and memory grow with rows, units, measures, periods and the depth of the tree?
 *
 *     bench_growth SET [--threads 1] [--repeat 3]        (SET is the base from which one thing at a time is changed)
 *
 * One line of JSON per point: what was changed, the counts that stand in the cost formula, median seconds of the parts, and the
 * bytes that facts and scorecard keep (the workspace's own account). run.py puts the formula beside it:
 *
 *     seconds = R * a  +  S * N * Y * b  +  I * N * Y * c          R rows, S slots, N units, Y years, I indicators
 *     bytes   = R * a' +  S * N * Y * b' +  I * N * Y * c' */
#include "support/job.h"
#include "support/options.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "bench_growth SET [--order sorted|shuffled] [--threads 1] [--tuning default] [--repeat 3]";

enum { MAX_RUNS = 32 };

typedef struct point {
    const char *along;
    national_shape shape;
} point;

static size_t bytes_in_use(const job *j)
{
    size_t in_use = 0;
    attain_workspace_bytes(j->workspace, &in_use, NULL);
    return in_use;
}

static void measure_point(const point *at, const bench_options *o)
{
    double add_s[MAX_RUNS], score_s[MAX_RUNS], columns_s[MAX_RUNS];
    size_t of_plan = 0, of_facts = 0, of_all = 0;
    job j;
    national_columns columns;
    job_open(&at->shape, o->set, &j);
    national_make(&j.country, &columns);
    const uint32_t n_runs = o->n_repeats < MAX_RUNS - 1 ? o->n_repeats : MAX_RUNS - 1;
    for (uint32_t run = 0; run <= n_runs; run++) {
        job_columns results;
        job_parts parts;
        job_clear(&j);
        of_plan = bytes_in_use(&j);
        job_parts_start(&parts, o->tuning, o->n_threads);
        job_start_facts(&j, o->n_threads, parts.bits);
        job_add(&j, &columns);
        job_lap(&parts, run > 0 ? &add_s[run - 1] : &parts.add_s);
        of_facts = bytes_in_use(&j);
        job_score(&j, NATIONAL_FIRST, o->n_threads, parts.bits, 0, 0);
        job_lap(&parts, run > 0 ? &score_s[run - 1] : &parts.score_s);
        job_columns_of(j.table, &results);
        job_lap(&parts, run > 0 ? &columns_s[run - 1] : &parts.columns_s);
        of_all = bytes_in_use(&j);
    }
    printf("{\"what\": \"growth\", \"along\": \"%s\", \"rows\": %zu, \"units\": %u, \"measures\": %u, "
           "\"years\": %u, "
           "\"depth\": %u, \"indicators\": %u, \"threads\": %u, \"add\": %.6f, \"score\": %.6f, \"columns\": "
           "%.6f, "
           "\"facts_bytes\": %zu, \"table_bytes\": %zu}\n",
           at->along, columns.n, (unsigned)j.country.n_units, (unsigned)at->shape.n_measures,
           (unsigned)at->shape.n_years, (unsigned)at->shape.n_levels, (unsigned)j.country.n_indicators,
           (unsigned)o->n_threads, median(add_s, n_runs), median(score_s, n_runs), median(columns_s, n_runs),
           of_facts - of_plan, of_all - of_facts);
    fflush(stdout);
    national_columns_free(&columns);
    job_close(&j);
}

/* The largest number of children per unit with which n_levels still fit above so many communes. */
static uint32_t widest_fan(uint32_t n_levels, uint32_t n_communes)
{
    for (uint32_t fan = 1;; fan++) {
        uint64_t top = 1;
        for (uint32_t level = 1; level < n_levels; level++) {
            top *= fan + 1;
        }
        if (top > n_communes) {
            return fan;
        }
    }
}

/* The same communes under more or fewer levels. */
static void set_depth(national_shape *shape, uint32_t n_levels)
{
    const uint32_t n_communes = shape->level[shape->n_levels - 1];
    const uint32_t fan = widest_fan(n_levels, n_communes);
    shape->n_levels = n_levels;
    shape->level[0] = 1;
    for (uint32_t level = 1; level + 1 < n_levels; level++) {
        shape->level[level] = shape->level[level - 1] * fan;
    }
    shape->level[n_levels - 1] = n_communes;
}

/* A fraction of the units of every level below the root, in quarters. */
static void set_units(national_shape *shape, uint32_t quarters)
{
    for (uint32_t level = 1; level < shape->n_levels; level++) {
        const uint32_t n = shape->level[level] * quarters / 4;
        shape->level[level] = n == 0 ? 1 : n;
    }
}

static void measure_along(const bench_options *o, const char *along, const uint32_t *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        point at = {along, o->shape};
        if (strcmp(along, "rows") == 0) {
            at.shape.density = values[i];
        } else if (strcmp(along, "measures") == 0) {
            at.shape.n_measures = values[i];
        } else if (strcmp(along, "years") == 0) {
            at.shape.n_years = values[i];
        } else if (strcmp(along, "depth") == 0) {
            set_depth(&at.shape, values[i]);
        } else {
            set_units(&at.shape, values[i]);
        }
        measure_point(&at, o);
    }
}

int main(int n_args, char **args)
{
    static const uint32_t densities[] = {100, 250, 500, 1000};
    static const uint32_t quarters[] = {1, 2, 4, 8};
    static const uint32_t measures[] = {10, 20, 40};
    static const uint32_t years[] = {2, 4, 8, 16};
    static const uint32_t depths[] = {2, 4, 6, 8};
    bench_options o;
    bench_options_read(n_args, args, usage, &o);
    measure_along(&o, "rows", densities, sizeof densities / sizeof *densities);
    measure_along(&o, "units", quarters, sizeof quarters / sizeof *quarters);
    measure_along(&o, "measures", measures, sizeof measures / sizeof *measures);
    measure_along(&o, "years", years, sizeof years / sizeof *years);
    measure_along(&o, "depth", depths, sizeof depths / sizeof *depths);
    return 0;
}
