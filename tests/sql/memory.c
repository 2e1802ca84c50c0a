/* Memory runs out in the middle of a statement: at the nth allocation of SQLite and of ours, once or from then on. The statement fails as
 * "out of memory" or gives what it always gives, the next one works, and after the connection is closed nothing is left.
 *
 * Our small blocks come from SQLite's allocator, so that one place sees them all. Run in a folder to write into; files are read beneath
 * ATTAIN_SOURCE_DIR. */
#include <attain/sqlite.h>

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char database[] = "memory.db";

/* Each on a connection of its own, which knows nothing yet. */
static const char *const statements[] = {
    "SELECT attain_ratio(1, '3/4', 'exact'), attain_gap(23, 115001, '1/5000'), attain_parse('1.234,5', 'vi', "
    "1), attain_format(5, 'vi', 1)",
    "SELECT attain_sum(column1, 'exact'), attain_ratio_of_sums(column1, column2, 'exact') FROM (VALUES (1, "
    "2), ('2.5', 9223372036854775807))",
    "SELECT attain_sum(column1) OVER (ORDER BY column1 ROWS 1 PRECEDING) FROM (VALUES (1), (2), (3))",
    "SELECT * FROM attain_scorecard('2024')",
    "SELECT * FROM attain_scorecard('2024', 'P.A', 2, 'exact')",
    "SELECT * FROM attain_values('2024', 'sex') WHERE unit = 'P.B'",
    "SELECT * FROM attain_explain('prog.coverage')",
    "SELECT measure, unit, members, value_exact, first_edition, last_edition FROM attain_facts WHERE unit = "
    "'P.B'",
    "SELECT * FROM attain_units",
    "SELECT * FROM attain_targets",
    "SELECT edition, kind, n_new FROM attain_editions",
    "SELECT target, verdict_b FROM attain_restated(2, 3)",
    "SELECT attain_store_plan(), hex(attain_store_facts(2))",
    "SELECT attain_store_verify()",
    "SELECT u.unit, s.target, s.value FROM attain_units u JOIN attain_scorecard s ON s.at = u.unit",
};

/* ---- an allocator that fails ---- */

static sqlite3_mem_methods real;
static long countdown = -1; /* allocations until one fails; < 0: none */
static bool fails_on, has_failed;

static bool fails(void)
{
    if (countdown < 0) {
        return false;
    }
    if (countdown > 0) {
        countdown--;
        return false;
    }
    has_failed = true;
    countdown = fails_on ? 0 : -1;
    return true;
}

static void *failing_malloc(int size)
{
    return fails() ? NULL : real.xMalloc(size);
}

static void *failing_realloc(void *ptr, int size)
{
    return fails() ? NULL : real.xRealloc(ptr, size);
}

static void fail_at(long n, bool on)
{
    countdown = n;
    fails_on = on;
    has_failed = false;
}

/* ---- statements ---- */

static void die(const char *what, const char *why)
{
    fprintf(stderr, "memory: %s: %s\n", what, why);
    exit(1);
}

static void run_readfile(sqlite3_context *context, int n, sqlite3_value **values)
{
    (void)n;
    static char data[1 << 16];
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", getenv("ATTAIN_SOURCE_DIR"),
             (const char *)sqlite3_value_text(values[0]));
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        die(path, "cannot be read");
    }
    const size_t len = fread(data, 1, sizeof data, file);
    fclose(file);
    sqlite3_result_blob(context, data, (int)len, SQLITE_TRANSIENT);
}

static sqlite3 *connect(void)
{
    sqlite3 *db = NULL;
    attain_error err;
    if (sqlite3_open(database, &db) != SQLITE_OK || attain_sqlite_register(db, &err) != ATTAIN_OK) {
        die("a connection", "cannot be opened");
    }
    return db;
}

static void hash_bytes(const void *data, size_t len, unsigned long long *hash)
{
    const unsigned char *const bytes = data;
    for (size_t i = 0; i < len; i++) {
        *hash = (*hash ^ bytes[i]) * 1099511628211u;
    }
}

/* As it is: a conversion would ask for memory. */
static void hash_value(sqlite3_stmt *stmt, int i, unsigned long long *hash)
{
    const int type = sqlite3_column_type(stmt, i);
    const sqlite3_int64 integer = type == SQLITE_INTEGER ? sqlite3_column_int64(stmt, i) : 0;
    const double number = type == SQLITE_FLOAT ? sqlite3_column_double(stmt, i) : 0;
    hash_bytes(&type, sizeof type, hash);
    hash_bytes(&integer, sizeof integer, hash);
    hash_bytes(&number, sizeof number, hash);
    if (type == SQLITE_TEXT) {
        const void *const text = sqlite3_column_text(stmt, i);
        hash_bytes(text, (size_t)sqlite3_column_bytes(stmt, i), hash);
    }
}

/* A hash of all rows in *hash; the code of SQLite. */
static int run(sqlite3 *db, const char *sql, unsigned long long *hash)
{
    sqlite3_stmt *stmt = NULL;
    *hash = 14695981039346656037u;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK) {
        while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
            for (int i = 0; i < sqlite3_column_count(stmt); i++) {
                hash_value(stmt, i, hash);
            }
        }
    }
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static void expect(const char *sql, int rc, unsigned long long hash, unsigned long long wanted, bool may_fail)
{
    if (rc == SQLITE_OK && hash != wanted) {
        die(sql, "other rows");
    }
    if (rc != SQLITE_OK && !(may_fail && (rc & 0xff) == SQLITE_NOMEM)) {
        die(sql, sqlite3_errstr(rc));
    }
}

/* One statement, one failing allocation; false: there are no allocations left to fail. */
static bool one_failure(const char *sql, unsigned long long wanted, long n, bool on)
{
    unsigned long long hash = 0;
    sqlite3 *db = connect();
    fail_at(n, on);
    int rc = run(db, sql, &hash);
    const bool failed = has_failed;
    expect(sql, rc, hash, wanted, failed);
    fail_at(-1, false);
    rc = run(db, sql, &hash);
    expect(sql, rc, hash, wanted, false);
    if (sqlite3_close(db) != SQLITE_OK || sqlite3_memory_used() != 0) {
        die(sql, "memory is left");
    }
    return failed;
}

static long each_failure(const char *sql)
{
    unsigned long long wanted = 0;
    long n_runs = 0;
    sqlite3 *db = connect();
    const int rc = run(db, sql, &wanted);
    if (rc != SQLITE_OK) {
        die(sql, sqlite3_errmsg(db));
    }
    sqlite3_close(db);
    /* All of the first ones, then fewer and fewer. */
    for (int on = 0; on <= 1; on++) {
        for (long n = 0; one_failure(sql, wanted, n, on != 0); n += 1 + n / 40) {
            n_runs++;
        }
    }
    return n_runs;
}

/* Registering fails as a whole or not at all, and leaves nothing. */
static long each_registration(void)
{
    for (long n = 0;; n++) {
        sqlite3 *db = NULL;
        attain_error err = {.status = ATTAIN_OK};
        if (sqlite3_open(database, &db) != SQLITE_OK) {
            die("a connection", "cannot be opened");
        }
        fail_at(n, false);
        const attain_status status = attain_sqlite_register(db, &err);
        const bool failed = has_failed;
        fail_at(-1, false);
        if (status != ATTAIN_OK && (status != ATTAIN_E_MEMORY || !failed)) {
            die("attain_sqlite_register", err.message);
        }
        sqlite3_close(db);
        if (sqlite3_memory_used() != 0) {
            die("attain_sqlite_register", "memory is left");
        }
        if (!failed) {
            return n;
        }
    }
}

static void make_store(void)
{
    static const char *const calls[] = {
        "SELECT attain_store_init()", "SELECT attain_store_put_plan(readfile('tests/sql/small.attain'))",
        "SELECT attain_store_import_csv(readfile('tests/sql/small.csv'))",
        "SELECT attain_store_correct('helped', 'P.B', '2024', 70, 'sex=female')"};
    unsigned long long hash = 0;
    (void)unlink(database);
    sqlite3 *db = connect();
    sqlite3_create_function(db, "readfile", 1, SQLITE_UTF8, NULL, run_readfile, NULL, NULL);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (run(db, calls[i], &hash) != SQLITE_OK) {
            die(calls[i], sqlite3_errmsg(db));
        }
    }
    sqlite3_close(db);
}

int main(void)
{
    long n_runs = 0;
    sqlite3_mem_methods failing;
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK) {
        die("SQLite", "gives no allocator");
    }
    failing = real;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
    make_store();
    const long n_registrations = each_registration();
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        n_runs += each_failure(statements[i]);
    }
    printf("memory: %ld registrations and %ld statements without memory\n", n_registrations, n_runs);
    return 0;
}
