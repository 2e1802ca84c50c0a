/* Job: what is timed, written once for all programs. Columns of facts in the caller's memory become facts that are kept, and
 * these a scorecard with ten columns:
 *
 *     columns ──attain_facts_add──▶ facts ──attain_score──▶ table ──attain_table_doubles, _integers──▶ ten arrays
 *
 * The plan's allocator is a workspace, and facts and table are freed between repetitions: from the second on the memory is
 * warm, as it is in a service, and as it is on the peers' side after their first query. */
#ifndef BENCH_JOB_H
#define BENCH_JOB_H

#include "support/measure.h"
#include "support/national.h"

#include <attain/attain.h>

typedef struct job {
    national country;
    attain_workspace *workspace;
    attain_allocator allocator;
    attain_plan *plan[2]; /* by national_card; the second only when asked for */
    attain_facts *facts;
    attain_table *table;
    const char *set;
} job;

enum { JOB_DOUBLES = 7, JOB_INTEGERS = 3 };
extern const attain_column job_double_columns[JOB_DOUBLES];
extern const attain_column job_integer_columns[JOB_INTEGERS];

typedef struct job_columns {
    size_t n_rows;
    const double *number[JOB_DOUBLES];
    const uint8_t *valid[JOB_DOUBLES];
    const int64_t *integer[JOB_INTEGERS];
} job_columns;

/* Every failure is printed with its place and ends the program: a benchmark has nothing to save. */
void job_check(attain_status status, const attain_error *err, const char *doing);

void job_open(const national_shape *shape, const char *set, job *out);
void job_close(job *j);
const attain_plan *job_plan(job *j, national_card card);

/* Frees facts and table: their memory stays in the workspace. */
void job_clear(job *j);
void job_clear_table(job *j);
void job_start_facts(job *j, uint32_t n_threads, uint32_t tuning);
void job_add(job *j, const national_columns *columns);
/* The as-of years; returns how many. */
uint32_t job_years(const national_targets *targets, attain_period *out, uint32_t capacity);
/* The targets [first_target, first_target + n_targets) at all units; n_targets 0: all. */
void job_score(job *j, national_card card, uint32_t n_threads, uint32_t tuning, uint32_t first_target,
               uint32_t n_targets);
void job_columns_of(const attain_table *table, job_columns *out);

/* One run in its parts; the clock starts at once. */
typedef struct job_parts {
    const char *tuning;
    uint32_t bits, n_threads;
    stopwatch start, last;
    double add_s, score_s, columns_s;
} job_parts;
void job_parts_start(job_parts *parts, const char *tuning, uint32_t n_threads);
/* What passed since the last lap; the run is over with the last of them. */
void job_lap(job_parts *parts, double *part_s);
/* The run as one line of JSON. */
void job_say(const job *j, const char *what, uint64_t n_rows, const job_parts *parts);

/* Each column as a raw file (name.f64 with name.valid, or name.i64) for the comparison with the peers. */
void job_dump(const attain_table *table, const char *dir);
/* A number that is the same if and only if (but for chance) all ten columns are. */
uint64_t job_digest(const attain_table *table);

/* Reads orders, a line of words each, until `quit` or the end; `run` answers with one line of JSON. */
typedef void (*job_order_fn)(void *ctx, size_t n_words, char **words);
void job_serve(job_order_fn run, void *ctx);

#endif
