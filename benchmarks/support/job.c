/* The job. What is inside a stopwatch is decided by the programs; nothing here measures. */
#include "support/job.h"
#include "support/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const attain_column job_double_columns[JOB_DOUBLES] = {ATTAIN_COL_NUMERATOR, ATTAIN_COL_DENOMINATOR,
                                                       ATTAIN_COL_VALUE,     ATTAIN_COL_LOW,
                                                       ATTAIN_COL_HIGH,      ATTAIN_COL_ATTAINMENT,
                                                       ATTAIN_COL_CHANGE};
const attain_column job_integer_columns[JOB_INTEGERS] = {ATTAIN_COL_REPORTED, ATTAIN_COL_EXPECTED,
                                                         ATTAIN_COL_VERDICT};

void job_check(attain_status status, const attain_error *err, const char *doing)
{
    if (status != ATTAIN_OK) {
        fprintf(stderr, "%s: %s: %s (%s, line %d, element %lld)\n", doing, attain_status_name(status),
                err->message, err->source, (int)err->line, (long long)err->index);
        exit(1);
    }
}

/* ---- plans ---- */

static attain_plan *make_plan(const job *j, national_card card)
{
    attain_error err = {0};
    attain_plan *plan = NULL;
    size_t len_bytes = 0;
    char *const text = national_plan_text(&j->country, card, &len_bytes);
    const attain_plan_options options = {.struct_size = sizeof options, .allocator = &j->allocator};
    job_check(attain_plan_new(&options, &plan, &err), &err, "a new plan");
    job_check(attain_plan_add_text(plan, text, len_bytes, "national.attain", &err), &err, "the plan's text");
    job_check(attain_plan_freeze(plan, &err), &err, "the plan's check");
    free(text);
    return plan;
}

void job_open(const national_shape *shape, const char *set, job *out)
{
    attain_error err = {0};
    memset(out, 0, sizeof *out);
    out->set = set;
    national_new(shape, &out->country);
    job_check(attain_workspace_new(0, &out->workspace, &err), &err, "a workspace");
    out->allocator = attain_workspace_allocator(out->workspace);
    out->plan[NATIONAL_FIRST] = make_plan(out, NATIONAL_FIRST);
}

const attain_plan *job_plan(job *j, national_card card)
{
    if (j->plan[card] == NULL) {
        j->plan[card] = make_plan(j, card);
    }
    return j->plan[card];
}

void job_close(job *j)
{
    job_clear(j);
    attain_plan_free(j->plan[NATIONAL_FIRST]);
    attain_plan_free(j->plan[NATIONAL_SECOND]);
    attain_workspace_free(j->workspace);
    national_free(&j->country);
}

/* ---- facts and scorecards ---- */

void job_clear_table(job *j)
{
    attain_table_free(j->table);
    j->table = NULL;
}

void job_clear(job *j)
{
    job_clear_table(j);
    attain_facts_free(j->facts);
    j->facts = NULL;
}

void job_start_facts(job *j, uint32_t n_threads, uint32_t tuning)
{
    attain_error err = {0};
    const attain_facts_options options = {.struct_size = sizeof options,
                                          .n_threads = n_threads,
                                          .tuning = tuning};
    job_check(attain_facts_new(j->plan[NATIONAL_FIRST], &options, &j->facts, &err), &err, "new facts");
}

void job_add(job *j, const national_columns *columns)
{
    attain_error err = {0};
    const attain_fact_columns facts = {.unit = columns->unit,
                                       .measure16 = columns->measure,
                                       .period = columns->period,
                                       .cell8 = columns->category,
                                       .value = columns->value};
    job_check(attain_facts_add(j->facts, &facts, columns->n, NULL, NULL, &err), &err, "adding facts");
}

static attain_period year_of(uint32_t year)
{
    attain_error err = {0};
    attain_period period = {0};
    char text[16];
    snprintf(text, sizeof text, "%u", (unsigned)(year % 10000u));
    job_check(attain_period_parse(text, strlen(text), &period, &err), &err, "an as-of year");
    return period;
}

uint32_t job_years(const national_targets *targets, attain_period *out, uint32_t capacity)
{
    const uint32_t n = targets->n_years < capacity ? targets->n_years : capacity;
    for (uint32_t i = 0; i < n; i++) {
        out[i] = year_of(targets->first_year + i);
    }
    return n;
}

enum { MAX_YEARS = 64, MAX_TARGETS = 4096 };

void job_score(job *j, national_card card, uint32_t n_threads, uint32_t tuning, uint32_t first_target,
               uint32_t n_targets)
{
    attain_error err = {0};
    attain_period years[MAX_YEARS];
    uint32_t chosen[MAX_TARGETS];
    const national_targets targets = national_targets_of(&j->country, card);
    const uint32_t n_years = job_years(&targets, years, MAX_YEARS);
    const uint32_t n_left = j->country.n_indicators - first_target;
    const uint32_t n = n_targets < n_left ? n_targets : n_left;
    if (n > MAX_TARGETS) {
        fprintf(stderr, "%u targets at a time; at most %d are possible\n", (unsigned)n, MAX_TARGETS);
        exit(2);
    }
    for (uint32_t i = 0; i < n; i++) {
        chosen[i] = first_target + i;
    }
    const attain_score_options options = {.struct_size = sizeof options,
                                          .targets = n_targets == 0 ? NULL : chosen,
                                          .n_targets = n_targets == 0 ? 0 : n,
                                          .all_units = 1,
                                          .as_of = years,
                                          .n_as_of = n_years,
                                          .n_threads = n_threads,
                                          .tuning = tuning};
    job_check(attain_score(job_plan(j, card), j->facts, &options, &j->table, &err), &err, "scoring");
}

void job_columns_of(const attain_table *table, job_columns *out)
{
    attain_error err = {0};
    attain_column all[JOB_DOUBLES + JOB_INTEGERS];
    memcpy(all, job_double_columns, sizeof job_double_columns);
    memcpy(all + JOB_DOUBLES, job_integer_columns, sizeof job_integer_columns);
    out->n_rows = attain_table_rows(table);
    job_check(attain_table_prepare(table, all, JOB_DOUBLES + JOB_INTEGERS, &err), &err, "columns");
    for (size_t i = 0; i < JOB_DOUBLES; i++) {
        job_check(attain_table_doubles(table, job_double_columns[i], &out->number[i], &out->valid[i], &err),
                  &err, "a column of numbers");
    }
    for (size_t i = 0; i < JOB_INTEGERS; i++) {
        job_check(attain_table_integers(table, job_integer_columns[i], &out->integer[i], &err), &err,
                  "a column of whole numbers");
    }
}

void job_parts_start(job_parts *parts, const char *tuning, uint32_t n_threads)
{
    memset(parts, 0, sizeof *parts);
    parts->tuning = tuning;
    parts->n_threads = n_threads;
    if (!bench_tuning_named(tuning, &parts->bits)) {
        fprintf(stderr, "unknown tuning '%s'\n", tuning);
        exit(2);
    }
    parts->start = parts->last = stopwatch_now();
}

void job_lap(job_parts *parts, double *part_s)
{
    *part_s = stopwatch_since(parts->last).wall_s;
    parts->last = stopwatch_now();
}

void job_say(const job *j, const char *what, uint64_t n_rows, const job_parts *parts)
{
    const national_shape *const shape = &j->country.shape;
    const double wall_s = parts->last.wall_s - parts->start.wall_s;
    const double cpu_s = parts->last.cpu_s - parts->start.cpu_s;
    printf("{\"what\": \"%s\", \"set\": \"%s\", \"order\": \"%s\", \"density\": %u, \"threads\": %u, "
           "\"tuning\": \"%s\", \"rows\": %llu, \"result_rows\": %zu, \"wall\": %.6f, \"cpu\": %.6f, "
           "\"add\": %.6f, \"score\": %.6f, \"columns\": %.6f, \"peak_bytes\": %llu}\n",
           what, j->set, shape->shuffled ? "shuffled" : "sorted", (unsigned)shape->density,
           (unsigned)parts->n_threads, parts->tuning, (unsigned long long)n_rows,
           j->table == NULL ? 0 : attain_table_rows(j->table), wall_s, cpu_s, parts->add_s, parts->score_s,
           parts->columns_s, (unsigned long long)memory_peak_bytes());
    fflush(stdout);
}

/* ---- results as files and as one number ---- */

static void write_file(const char *dir, const char *name, const char *suffix, const void *data,
                       size_t n_bytes)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.%s", dir, name, suffix);
    FILE *const file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, n_bytes, file) != n_bytes || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

void job_dump(const attain_table *table, const char *dir)
{
    job_columns columns;
    job_columns_of(table, &columns);
    for (size_t i = 0; i < JOB_DOUBLES; i++) {
        const char *const name = attain_table_column_name(table, job_double_columns[i]);
        write_file(dir, name, "f64", columns.number[i], columns.n_rows * sizeof(double));
        write_file(dir, name, "valid", columns.valid[i], columns.n_rows);
    }
    for (size_t i = 0; i < JOB_INTEGERS; i++) {
        write_file(dir, attain_table_column_name(table, job_integer_columns[i]), "i64", columns.integer[i],
                   columns.n_rows * sizeof(int64_t));
    }
}

static uint64_t digest_bytes(uint64_t digest, const void *data, size_t n_bytes)
{
    const unsigned char *const bytes = data;
    for (size_t i = 0; i < n_bytes; i++) {
        digest = (digest ^ bytes[i]) * UINT64_C(0x100000001B3);
    }
    return digest;
}

uint64_t job_digest(const attain_table *table)
{
    uint64_t digest = UINT64_C(0xCBF29CE484222325);
    job_columns columns;
    job_columns_of(table, &columns);
    for (size_t i = 0; i < JOB_DOUBLES; i++) {
        digest = digest_bytes(digest, columns.number[i], columns.n_rows * sizeof(double));
        digest = digest_bytes(digest, columns.valid[i], columns.n_rows);
    }
    for (size_t i = 0; i < JOB_INTEGERS; i++) {
        digest = digest_bytes(digest, columns.integer[i], columns.n_rows * sizeof(int64_t));
    }
    return digest;
}

/* ---- orders ---- */

enum { MAX_WORDS = 8, MAX_LINE = 2048 };

void job_serve(job_order_fn run, void *ctx)
{
    char line[MAX_LINE];
    printf("{\"ready\": true}\n");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *words[MAX_WORDS];
        size_t n_words = 0;
        for (char *word = strtok(line, " \n"); word != NULL && n_words < MAX_WORDS;
             word = strtok(NULL, " \n")) {
            words[n_words++] = word;
        }
        if (n_words > 0 && strcmp(words[0], "quit") == 0) {
            return;
        }
        if (n_words > 0) {
            run(ctx, n_words, words);
            fflush(stdout);
        }
    }
}
