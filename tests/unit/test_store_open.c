/* Opening a store: what is made, what is refused, and what a connection of a store lets through. */
#define _XOPEN_SOURCE 700
#include "store_world.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static attain_status try_open(const char *path, attain_store_mode mode, attain_error *err)
{
    attain_store *store = NULL;
    const attain_store_options options = {.struct_size = sizeof options, .mode = mode, .busy_ms = 1};
    const attain_status status = attain_store_open(path, &options, &store, err);
    assert_true((status == ATTAIN_OK) == (store != NULL));
    attain_store_close(store);
    return status;
}

static void write_file(const char *path, const void *data, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void modes(void **state)
{
    (void)state;
    char path[64];
    attain_error err;
    store_fresh(path);
    check_fails(try_open(path, ATTAIN_STORE_READ, &err), ATTAIN_E_STORE, &err);
    check_contains(err.message, path);
    check_fails(try_open(path, ATTAIN_STORE_WRITE, &err), ATTAIN_E_STORE, &err);
    assert_int_not_equal(access(path, F_OK), 0);
    check_ok(try_open(path, ATTAIN_STORE_CREATE, &err), &err);
    check_ok(try_open(path, ATTAIN_STORE_CREATE, &err), &err);
    check_ok(try_open(path, ATTAIN_STORE_WRITE, &err), &err);
    check_ok(try_open(path, ATTAIN_STORE_READ, &err), &err);
    assert_int_equal(store_ask(path, "PRAGMA application_id"), 0x41544E31);
    assert_int_equal(store_ask(path, "PRAGMA user_version"), 1);
    unlink(path);
    /* An empty file is as good as none, but only where one may be made. */
    write_file(path, "", 0);
    check_fails(try_open(path, ATTAIN_STORE_READ, &err), ATTAIN_E_VERSION, &err);
    check_fails(try_open(path, ATTAIN_STORE_WRITE, &err), ATTAIN_E_VERSION, &err);
    check_ok(try_open(path, ATTAIN_STORE_CREATE, &err), &err);
    unlink(path);
    /* So is one that was left with a journal mode and nothing else. */
    store_tamper(path, "PRAGMA journal_mode = WAL; CREATE TABLE t(a); DROP TABLE t");
    check_ok(try_open(path, ATTAIN_STORE_CREATE, &err), &err);
    unlink(path);
}

static void reading_writes_nothing(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    store_begin(&w);
    store_put(&w);
    store_reopen(&w, ATTAIN_STORE_READ);
    const attain_fact fact = store_fact(&w, "C0", "n", "2024-H1", 1);
    check_fails(attain_store_put_plan(w.store, w.plan, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_correct(w.store, w.plan, &fact, NULL, 1, NULL, NULL, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_fails(attain_store_compact(w.store, &err), ATTAIN_E_ARGUMENT, &err);
    store_end(&w);
}

static void what_is_no_store(void **state)
{
    (void)state;
    char path[64];
    attain_error err;
    store_fresh(path);
    static const char csv[] =
        "unit,measure,period,value\nC0,n,2024,1\nC0,n,2023,1\nC0,n,2022,1\nC0,n,2021,1\nC0,n,2020,1\n";
    write_file(path, csv, sizeof csv - 1);
    check_fails(try_open(path, ATTAIN_STORE_CREATE, &err), ATTAIN_E_VERSION, &err);
    unlink(path);
    store_tamper(path, "CREATE TABLE t(a)");
    check_fails(try_open(path, ATTAIN_STORE_CREATE, &err), ATTAIN_E_VERSION, &err);
    assert_int_equal(store_ask(path, "SELECT count(*) FROM sqlite_schema"), 1);
    assert_int_equal(store_ask(path,
                               "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'delete'"),
                     1);
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    check_fails(try_open(path, ATTAIN_STORE_CREATE, &err), ATTAIN_E_STORE, &err);
    check_contains(err.message, "directory");
    rmdir(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    check_fails(try_open(path, ATTAIN_STORE_CREATE, &err), ATTAIN_E_STORE, &err);
    check_contains(err.message, "regular");
    unlink(path);
    check_fails(try_open("no-such-folder/a.db", ATTAIN_STORE_CREATE, &err), ATTAIN_E_STORE, &err);
}

static void links_are_not_followed(void **state)
{
    (void)state;
    char path[64];
    char other[80];
    attain_error err;
    store_fresh(path);
    check_ok(try_open(path, ATTAIN_STORE_CREATE, &err), &err);
    snprintf(other, sizeof other, "%s.link", path);
    unlink(other);
    assert_int_equal(symlink(path, other), 0);
    check_fails(try_open(other, ATTAIN_STORE_READ, &err), ATTAIN_E_STORE, &err);
    check_contains(err.message, "link");
    unlink(other);
    /* A directory on the way may be one. */
    snprintf(other, sizeof other, "%s.dir", path);
    unlink(other);
    assert_int_equal(symlink(".", other), 0);
    char through[160];
    snprintf(through, sizeof through, "%s/%s", other, path);
    check_ok(try_open(through, ATTAIN_STORE_READ, &err), &err);
    unlink(other);
    unlink(path);
}

/* A name is a name. */
static void names_are_no_uris(void **state)
{
    (void)state;
    attain_error err;
    static const char *const names[] = {"file:odd.db?mode=memory", ":memory:", "file:odd2.db", "%2e%2e",
                                        "a b'; DROP TABLE x"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unlink(names[i]);
        check_ok(try_open(names[i], ATTAIN_STORE_CREATE, &err), &err);
        assert_int_equal(access(names[i], F_OK), 0);
        unlink(names[i]);
    }
    check_fails(try_open("", ATTAIN_STORE_CREATE, &err), ATTAIN_E_ARGUMENT, &err);
}

static void versions(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    int32_t from = -1;
    int32_t to = -1;
    store_begin(&w);
    attain_store_close(w.store);
    w.store = NULL;
    check_ok(attain_store_migrate(w.path, NULL, &from, &to, &err), &err);
    assert_int_equal(from, 1);
    assert_int_equal(to, 1);
    store_tamper(w.path, "PRAGMA user_version = 2");
    check_fails(try_open(w.path, ATTAIN_STORE_READ, &err), ATTAIN_E_VERSION, &err);
    check_contains(err.message, "newer");
    check_fails(try_open(w.path, ATTAIN_STORE_CREATE, &err), ATTAIN_E_VERSION, &err);
    check_fails(attain_store_migrate(w.path, NULL, NULL, NULL, &err), ATTAIN_E_VERSION, &err);
    store_tamper(w.path, "PRAGMA user_version = 1; PRAGMA application_id = 5");
    check_fails(try_open(w.path, ATTAIN_STORE_WRITE, &err), ATTAIN_E_VERSION, &err);
    check_fails(attain_store_migrate(w.path, NULL, NULL, NULL, &err), ATTAIN_E_VERSION, &err);
    store_end(&w);
}

/* Whatever is in the file beside the store, or instead of it, is refused before it is met. */
static void another_schema(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "CREATE TABLE more(a)",
        "CREATE INDEX i ON attain_fact(value)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TRIGGER t AFTER INSERT ON attain_fact BEGIN SELECT 1; END",
        "ANALYZE",
        "DROP TABLE attain_seal",
        ("DROP TABLE attain_cell; CREATE VIEW attain_cell AS WITH RECURSIVE r(id, members, hash) AS (SELECT "
         "0, '', 0 UNION ALL"
         " SELECT id + 1, '', 0 FROM r) SELECT * FROM r"),
        "ALTER TABLE attain_unit ADD COLUMN more INTEGER",
        "ALTER TABLE attain_unit RENAME COLUMN code TO kode",
        ("DROP TABLE attain_plan; CREATE TABLE attain_plan(edition INTEGER PRIMARY KEY, text TEXT NOT NULL,"
         " schema_0 INTEGER NOT NULL, schema_1 INTEGER NOT NULL, hash INTEGER NOT NULL)"),
        "CREATE TABLE \"\x1b[31m\"(a)"};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        store_world w;
        attain_error err;
        store_begin(&w);
        store_put(&w);
        attain_plan *plan = NULL;
        store_tamper(w.path, changes[i]);
        check_fails(attain_store_plan(w.store, 0, &plan, &err), ATTAIN_E_VERSION, &err);
        assert_null(strchr(err.message, '\x1b'));
        check_fails(attain_store_put_plan(w.store, w.plan, NULL, NULL, &err), ATTAIN_E_VERSION, &err);
        attain_store_close(w.store);
        w.store = NULL;
        check_fails(try_open(w.path, ATTAIN_STORE_READ, &err), ATTAIN_E_VERSION, &err);
        store_end(&w);
    }
}

static int run(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(stmt);
    }
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* The same, which must go. */
static void goes(sqlite3 *db, const char *sql)
{
    if (run(db, sql) != SQLITE_OK) {
        print_error("%s: %s\n", sql, sqlite3_errmsg(db));
        fail();
    }
}

static void the_connection_reads(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "CREATE TABLE t(a)",
        "CREATE TEMP TABLE t(a)",
        "DELETE FROM attain_fact",
        "INSERT INTO attain_cell VALUES(9, 'x', 0)",
        "UPDATE attain_head SET edition = 0",
        "DROP TABLE attain_fact",
        "ATTACH ':memory:' AS other",
        "PRAGMA writable_schema = ON",
        "PRAGMA journal_mode = OFF",
        "PRAGMA synchronous = OFF",
        "PRAGMA user_version = 7",
        "PRAGMA trusted_schema = ON",
        "SELECT load_extension('x')",
        "VACUUM",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TEMP TRIGGER t AFTER INSERT ON attain_fact BEGIN SELECT 1; END",
        "SELECT writefile('x', 'y')",
        "PRAGMA mmap_size = 1000000",
        "UPDATE sqlite_master SET sql = ''",
        "REINDEX",
        "ANALYZE",
        "PRAGMA wal_checkpoint",
        "VACUUM INTO 'copy.db'"};
    store_world w;
    store_begin(&w);
    store_put(&w);
    sqlite3 *db = attain_store_connection(w.store);
    assert_non_null(db);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (run(db, refused[i]) == SQLITE_OK) {
            print_error("%s went through\n", refused[i]);
            fail();
        }
    }
    goes(db, "SELECT code, count(*) FROM attain_unit GROUP BY code ORDER BY upper(code)");
    goes(db, "SELECT name FROM sqlite_schema");
    goes(db, "PRAGMA table_info(attain_fact)");
    goes(db,
         "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT sum(i) FROM n");
    goes(db, "SELECT * FROM attain_units");
    assert_int_equal(sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, -1), 0);
    int on = -1;
    assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, -1, &on), SQLITE_OK);
    assert_int_equal(on, 1);
    assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, -1, &on), SQLITE_OK);
    assert_int_equal(on, 0);
    store_end(&w);
}

/* What the store says is durable must not hang on somebody's COMMIT. */
static void an_open_transaction(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    store_begin(&w);
    sqlite3 *db = attain_store_connection(w.store);
    assert_int_equal(run(db, "BEGIN"), SQLITE_OK);
    check_fails(attain_store_put_plan(w.store, w.plan, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    assert_int_equal(run(db, "ROLLBACK"), SQLITE_OK);
    store_put(&w);
    store_end(&w);
}

static void journals(void **state)
{
    (void)state;
    static const struct {
        attain_store_journal asked;
        const char *mode;
    } cases[] = {{ATTAIN_JOURNAL_AUTO, "wal"},
                 {ATTAIN_JOURNAL_WAL, "wal"},
                 {ATTAIN_JOURNAL_TRUNCATE, "truncate"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[64];
        attain_error err;
        attain_store *store;
        store_fresh(path);
        attain_store_options options = {.struct_size = sizeof options,
                                        .mode = ATTAIN_STORE_CREATE,
                                        .journal = cases[i].asked};
        check_ok(attain_store_open(path, &options, &store, &err), &err);
        sqlite3_stmt *stmt;
        sqlite3 *db = attain_store_connection(store);
        assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA journal_mode", -1, &stmt, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
        assert_string_equal((const char *)sqlite3_column_text(stmt, 0), cases[i].mode);
        sqlite3_finalize(stmt);
        assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA synchronous", -1, &stmt, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int(stmt, 0), 2);
        sqlite3_finalize(stmt);
        attain_store_close(store);
        unlink(path);
    }
}

static void another_writer(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    store_begin(&w);
    attain_store_options options = store_options(&w, ATTAIN_STORE_WRITE);
    options.busy_ms = 20;
    attain_store_close(w.store);
    check_ok(attain_store_open(w.path, &options, &w.store, &err), &err);
    sqlite3 *other;
    assert_int_equal(sqlite3_open(w.path, &other), SQLITE_OK);
    assert_int_equal(run(other, "BEGIN IMMEDIATE"), SQLITE_OK);
    check_fails(attain_store_put_plan(w.store, w.plan, NULL, NULL, &err), ATTAIN_E_BUSY, &err);
    assert_int_equal(run(other, "ROLLBACK"), SQLITE_OK);
    check_ok(attain_store_put_plan(w.store, w.plan, NULL, NULL, &err), &err);
    sqlite3_close(other);
    store_end(&w);
}

static void two_stores_of_one_file(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    attain_store *other;
    int64_t last = 0;
    store_begin(&w);
    const attain_store_options options = store_options(&w, ATTAIN_STORE_WRITE);
    check_ok(attain_store_open(w.path, &options, &other, &err), &err);
    store_put(&w);
    check_ok(attain_store_edition_on(other, "latest", 6, &last, &err), &err);
    assert_int_equal(last, 1);
    attain_store_close(other);
    store_end(&w);
}

static void another_process(void **state)
{
    (void)state;
    store_world w;
    store_begin(&w);
    store_put(&w);
    const pid_t child = fork();
    if (child == 0) {
        attain_plan *plan = NULL;
        attain_error err;
        const bool refused = attain_store_plan(w.store, 0, &plan, &err) == ATTAIN_E_ARGUMENT &&
                             strstr(err.message, "process") != NULL &&
                             attain_store_connection(w.store) == NULL;
        _exit(refused ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    store_holds(&w, 1, "unit,measure,period,value\n");
    store_end(&w);
}

static void arguments(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    attain_store *store = NULL;
    attain_plan *plan = NULL;
    attain_facts *facts = NULL;
    const attain_edition *items = NULL;
    size_t n = 0;
    int64_t number = 0;
    store_begin(&w);
    attain_store_options options = {.struct_size = sizeof options, .mode = (attain_store_mode)7};
    check_fails(attain_store_open(NULL, NULL, &store, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_open("x", NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_open("x", &options, &store, &err), ATTAIN_E_ARGUMENT, &err);
    options = (attain_store_options){.struct_size = sizeof options, .journal = (attain_store_journal)7};
    check_fails(attain_store_open("x", &options, &store, &err), ATTAIN_E_ARGUMENT, &err);
    options = (attain_store_options){.struct_size = 1};
    check_fails(attain_store_open("x", &options, &store, &err), ATTAIN_E_ARGUMENT, &err);
    options = (attain_store_options){.struct_size = sizeof options, .vfs = "no-such-vfs"};
    check_fails(attain_store_open("x", &options, &store, &err), ATTAIN_E_STORE, &err);
    options = (attain_store_options){.struct_size = sizeof options, .max_bytes = 4096};
    check_fails(attain_store_open(w.path, &options, &store, &err), ATTAIN_E_LIMIT, &err);
    check_fails(attain_store_plan(NULL, 0, &plan, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_plan(w.store, 0, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_put_plan(NULL, w.plan, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_put_plan(w.store, NULL, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_import(w.store, NULL, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_correct(w.store, NULL, NULL, NULL, 0, NULL, NULL, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_fails(attain_store_correct(w.store, w.plan, NULL, NULL, 1, NULL, NULL, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_fails(attain_store_facts(w.store, NULL, 0, NULL, &facts, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_facts(w.store, w.plan, 0, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    const attain_store_part part = {.struct_size = 1};
    check_fails(attain_store_facts(w.store, w.plan, 0, &part, &facts, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_editions(w.store, NULL, &n, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_editions(w.store, &items, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_edition_on(w.store, NULL, 0, &number, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_edition_on(w.store, "1", 1, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_backup(w.store, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_backup(NULL, "x", &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_verify(NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_compact(NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_migrate(NULL, NULL, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    assert_null(attain_store_connection(NULL));
    attain_store_close(NULL);
    assert_null(store);
    store_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes),
        cmocka_unit_test(reading_writes_nothing),
        cmocka_unit_test(what_is_no_store),
        cmocka_unit_test(links_are_not_followed),
        cmocka_unit_test(names_are_no_uris),
        cmocka_unit_test(versions),
        cmocka_unit_test(another_schema),
        cmocka_unit_test(the_connection_reads),
        cmocka_unit_test(an_open_transaction),
        cmocka_unit_test(journals),
        cmocka_unit_test(another_writer),
        cmocka_unit_test(two_stores_of_one_file),
        cmocka_unit_test(another_process),
        cmocka_unit_test(arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
