/* Question: what does a store cost beside SQLite alone?
 *
 *     bench_store SET [--order sorted|shuffled] [--density 1000] [--threads 1] [--repeat 3] [--file bench_store.db]
 *
 *   import     facts in memory -> a new store, durable           beside: the same rows, INSERT prepared once, one transaction,
 *                                                                  into the same table (`keyed`), and into one without a key (`bare`)
 *   load       a store -> facts in memory, every seal verified    beside: sqlite3_step over the same table, all columns read
 *   province   the facts that count at one province -> a scorecard   beside: the same of the nation
 *
 * Both sides have the same connection settings, journal and synchronous, and take turns; a line of JSON for each question. The files lie
 * where --file says, and are gone at the end. */
#include "support/job.h"
#include "support/options.h"

#include <attain/sqlite.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "bench_store SET [--order sorted|shuffled] [--density 1000] [--seed 1] [--threads 1] [--repeat 3]\n"
    "       [--file bench_store.db]";

enum { MOST_REPEATS = 100 };

typedef struct bench {
    job job;
    const char *path;
    uint32_t n_threads, n_repeats;
    uint64_t n_rows, sum;
    attain_store *store;
} bench;

static void remove_files(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char name[1024];
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

static void check_sqlite(sqlite3 *db, int rc, const char *doing)
{
    if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW) {
        fprintf(stderr, "%s: %s\n", doing, sqlite3_errmsg(db));
        exit(1);
    }
}

static void run_sql(sqlite3 *db, const char *sql)
{
    check_sqlite(db, sqlite3_exec(db, sql, NULL, NULL, NULL), sql);
}

/* ---- the other side: SQLite alone ---- */

static const char keyed[] =
    "CREATE TABLE fact(measure INTEGER NOT NULL, unit INTEGER NOT NULL, cell INTEGER NOT NULL, period "
    "INTEGER NOT NULL,"
    " edition INTEGER NOT NULL, value INTEGER, qualifier INTEGER NOT NULL, reason INTEGER NOT NULL,"
    " PRIMARY KEY(measure, unit, cell, period, edition)) STRICT, WITHOUT ROWID";
static const char bare[] =
    "CREATE TABLE fact(measure INTEGER NOT NULL, unit INTEGER NOT NULL, cell INTEGER NOT NULL, period "
    "INTEGER NOT NULL,"
    " edition INTEGER NOT NULL, value INTEGER, qualifier INTEGER NOT NULL, reason INTEGER NOT NULL) STRICT";

/* The rows as whole numbers, in the order of attain_facts_read: taken out of the facts before the clock runs. */
typedef struct row {
    uint32_t measure, unit, cell;
    int32_t period;
    int64_t value;
} row;

static row *take_rows(const bench *b)
{
    enum { STEP = 8192 };
    row *const rows = bench_alloc(b->n_rows * sizeof *rows);
    attain_fact *const some = bench_alloc(STEP * sizeof *some);
    attain_error err;
    for (uint64_t first = 0; first < b->n_rows;) {
        size_t n;
        job_check(attain_facts_read(b->job.facts, first, some, STEP, &n, &err), &err, "reading facts");
        for (size_t i = 0; i < n; i++, first++) {
            rows[first] = (row){some[i].measure, some[i].unit, some[i].cell, 0, some[i].value};
            job_check(attain_period_encode(some[i].period, &rows[first].period, &err), &err, "a period");
        }
    }
    free(some);
    return rows;
}

static double insert_plainly(const bench *b, const row *rows, const char *table)
{
    char path[1024];
    sqlite3 *db;
    sqlite3_stmt *stmt;
    snprintf(path, sizeof path, "%s.plain", b->path);
    remove_files(path);
    const stopwatch start = stopwatch_now();
    check_sqlite(NULL,
                 sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                 NULL),
                 "opening a file");
    run_sql(db, "PRAGMA journal_mode = WAL");
    run_sql(db, "PRAGMA synchronous = FULL");
    run_sql(db, table);
    run_sql(db, "BEGIN IMMEDIATE");
    check_sqlite(db,
                 sqlite3_prepare_v2(db, "INSERT INTO fact VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", -1, &stmt,
                                    NULL),
                 "preparing");
    for (uint64_t i = 0; i < b->n_rows; i++) {
        sqlite3_bind_int64(stmt, 1, rows[i].measure);
        sqlite3_bind_int64(stmt, 2, rows[i].unit);
        sqlite3_bind_int64(stmt, 3, rows[i].cell);
        sqlite3_bind_int64(stmt, 4, rows[i].period);
        sqlite3_bind_int64(stmt, 5, 2);
        sqlite3_bind_int64(stmt, 6, rows[i].value);
        sqlite3_bind_int64(stmt, 7, 0);
        sqlite3_bind_int64(stmt, 8, 0);
        check_sqlite(db, sqlite3_step(stmt), "inserting");
        sqlite3_reset(stmt);
    }
    run_sql(db, "COMMIT");
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    const double wall_s = stopwatch_since(start).wall_s;
    remove_files(path);
    return wall_s;
}

/* The store's own connection, so that nothing but the work differs. */
static double scan(bench *b)
{
    sqlite3 *const db = attain_store_connection(b->store);
    sqlite3_stmt *stmt;
    uint64_t n = 0;
    uint64_t sum = 0;
    const stopwatch start = stopwatch_now();
    check_sqlite(db,
                 sqlite3_prepare_v2(
                     db,
                     "SELECT measure, unit, cell, period, edition, value, qualifier, reason FROM attain_fact",
                     -1, &stmt, NULL),
                 "preparing");
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        for (int i = 0; i < 8; i++) {
            sum += (uint64_t)sqlite3_column_int64(stmt, i);
        }
        n++;
    }
    check_sqlite(db, sqlite3_finalize(stmt), "scanning");
    const double wall_s = stopwatch_since(start).wall_s;
    b->sum += sum;
    if (n != b->n_rows) {
        fprintf(stderr, "%llu rows were scanned, %llu were stored\n", (unsigned long long)n,
                (unsigned long long)b->n_rows);
        exit(1);
    }
    return wall_s;
}

/* ---- ours ---- */

static void open_store(bench *b, attain_store_mode mode)
{
    attain_error err;
    const attain_store_options options = {.struct_size = sizeof options,
                                          .mode = mode,
                                          .allocator = &b->job.allocator};
    job_check(attain_store_open(b->path, &options, &b->store, &err), &err, "opening the store");
}

static double import_facts(bench *b)
{
    attain_error err;
    attain_store_close(b->store);
    remove_files(b->path);
    const stopwatch start = stopwatch_now();
    open_store(b, ATTAIN_STORE_CREATE);
    job_check(attain_store_put_plan(b->store, b->job.plan[0], NULL, NULL, &err), &err, "putting the plan");
    job_check(attain_store_import(b->store, b->job.facts, NULL, NULL, &err), &err, "the import");
    attain_store_close(b->store);
    b->store = NULL;
    return stopwatch_since(start).wall_s;
}

static double load(bench *b, const attain_store_part *part, uint64_t *n_facts)
{
    attain_error err;
    attain_facts *facts;
    const stopwatch start = stopwatch_now();
    job_check(attain_store_facts(b->store, b->job.plan[0], ATTAIN_EDITION_LATEST, part, &facts, &err), &err,
              "the load");
    const double wall_s = stopwatch_since(start).wall_s;
    *n_facts = attain_facts_count(facts);
    attain_facts_free(facts);
    return wall_s;
}

/* Facts and a scorecard of one unit. */
static double score_unit(bench *b, uint32_t unit, uint64_t *n_facts)
{
    attain_error err;
    attain_facts *facts;
    attain_table *table;
    const attain_store_part part = {.struct_size = sizeof part,
                                    .units = &unit,
                                    .n_units = 1,
                                    .n_threads = b->n_threads};
    const attain_score_options options = {.struct_size = sizeof options, .units = &unit, .n_units = 1};
    const stopwatch start = stopwatch_now();
    job_check(attain_store_facts(b->store, b->job.plan[0], ATTAIN_EDITION_LATEST, &part, &facts, &err), &err,
              "the load");
    job_check(attain_score(b->job.plan[0], facts, &options, &table, &err), &err, "a scorecard");
    const double wall_s = stopwatch_since(start).wall_s;
    *n_facts = attain_facts_count(facts);
    attain_table_free(table);
    attain_facts_free(facts);
    return wall_s;
}

/* ---- the questions ---- */

static void ask_import(bench *b)
{
    double ours[MOST_REPEATS];
    double same[MOST_REPEATS];
    double plain[MOST_REPEATS];
    row *const rows = take_rows(b);
    for (uint32_t i = 0; i < b->n_repeats; i++) {
        ours[i] = import_facts(b);
        same[i] = insert_plainly(b, rows, keyed);
        plain[i] = insert_plainly(b, rows, bare);
    }
    free(rows);
    const double ours_s = median(ours, b->n_repeats);
    const double same_s = median(same, b->n_repeats);
    const double plain_s = median(plain, b->n_repeats);
    printf("{\"what\": \"store_import\", \"set\": \"%s\", \"rows\": %llu, \"wall\": %.3f, \"insert_keyed\": "
           "%.3f, "
           "\"insert_bare\": %.3f, \"speed_vs_keyed\": %.3f, \"speed_vs_bare\": %.3f}\n",
           b->job.set, (unsigned long long)b->n_rows, ours_s, same_s, plain_s, same_s / ours_s,
           plain_s / ours_s);
    fflush(stdout);
}

static void ask_load(bench *b)
{
    double ours[MOST_REPEATS];
    double scans[MOST_REPEATS];
    uint64_t n = 0;
    const attain_store_part part = {.struct_size = sizeof part, .n_threads = b->n_threads};
    (void)scan(b);
    (void)load(b, &part, &n);
    for (uint32_t i = 0; i < b->n_repeats; i++) {
        scans[i] = scan(b);
        ours[i] = load(b, &part, &n);
    }
    if (n != b->n_rows) {
        fprintf(stderr, "%llu facts were loaded, %llu were stored\n", (unsigned long long)n,
                (unsigned long long)b->n_rows);
        exit(1);
    }
    const double ours_s = median(ours, b->n_repeats);
    const double scan_s = median(scans, b->n_repeats);
    printf("{\"what\": \"store_load\", \"set\": \"%s\", \"rows\": %llu, \"wall\": %.3f, \"scan\": %.3f, "
           "\"speed_vs_scan\": %.3f}\n",
           b->job.set, (unsigned long long)b->n_rows, ours_s, scan_s, scan_s / ours_s);
    fflush(stdout);
}

static void ask_province(bench *b)
{
    double province[MOST_REPEATS];
    double nation[MOST_REPEATS];
    uint64_t n_province = 0;
    uint64_t n_nation = 0;
    uint32_t unit = 1; /* in tree order the first unit below the root */
    for (uint32_t i = 0; i < b->n_repeats; i++) {
        nation[i] = score_unit(b, 0, &n_nation);
        province[i] = score_unit(b, unit, &n_province);
    }
    const double nation_s = median(nation, b->n_repeats);
    const double province_s = median(province, b->n_repeats);
    const double share = (double)n_province / (double)n_nation;
    printf("{\"what\": \"store_province\", \"set\": \"%s\", \"rows\": %llu, \"wall\": %.4f, \"nation_rows\": "
           "%llu, \"nation\": %.3f, "
           "\"share_of_rows\": %.5f, \"share_of_time\": %.5f, \"time_per_share\": %.3f}\n",
           b->job.set, (unsigned long long)n_province, province_s, (unsigned long long)n_nation, nation_s,
           share, province_s / nation_s, province_s / nation_s / share);
    fflush(stdout);
}

int main(int n_args, char **args)
{
    bench_options o;
    bench b = {.store = NULL};
    national_columns columns;
    bench_options_read(n_args, args, usage, &o);
    b.path = o.path != NULL ? o.path : "bench_store.db";
    b.n_threads = o.n_threads;
    b.n_repeats = o.n_repeats < MOST_REPEATS ? o.n_repeats : MOST_REPEATS;
    job_open(&o.shape, o.set, &b.job);
    national_make(&b.job.country, &columns);
    job_start_facts(&b.job, o.n_threads, 0);
    job_add(&b.job, &columns);
    national_columns_free(&columns);
    b.n_rows = attain_facts_count(b.job.facts);
    ask_import(&b);
    job_clear(&b.job);
    open_store(&b, ATTAIN_STORE_READ);
    ask_load(&b);
    ask_province(&b);
    attain_store_close(b.store);
    remove_files(b.path);
    job_close(&b.job);
    return b.sum == 0;
}
