/* Care for a store: copies, verification, compaction, versions; and what is damaged is refused, never evaluated. */
#include "store_world.h"

#include "sqlite/store_parts.h"
#include <dirent.h>
#include <sys/stat.h>

#define HEAD "unit,measure,period,value\n"
#define FIRST HEAD "C0,n,2024-H1,1\nC1,n,2024-H1,2\nC2,n,2024-H1,3\nC0,d,2024-H1,10\nC1,d,2023-H2,11\n"
#define SECOND                                                                                              \
    HEAD "C0,n,2024-H1,1\nC1,n,2024-H1,5\nC2,n,2024-H1,3\nC0,d,2024-H1,10\nC1,d,2023-H2,11\nC2,money,2024," \
         "1.25\n"

/* A plan and two imports. */
static void begin_full(store_world *w)
{
    store_begin(w);
    store_put(w);
    store_import(w, FIRST);
    store_import(w, HEAD "C1,n,2024-H1,5\nC2,money,2024,1.25\nC0,n,2024-H1,1\n");
}

static int count_names(const char *part)
{
    int n = 0;
    DIR *folder = opendir(".");
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        n += strstr(entry->d_name, part) != NULL ? 1 : 0;
    }
    closedir(folder);
    return n;
}

/* ---- backup ---- */

static void a_copy_is_a_store(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    char copy[64];
    begin_full(&w);
    store_fresh(copy);
    check_ok(attain_store_backup(w.store, copy, &err), &err);
    assert_int_equal(count_names(copy), 1);
    store_import(&w, HEAD "C0,n,2023-H1,8\n");
    struct stat info;
    assert_int_equal(stat(copy, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    const attain_store_options options = store_options(&w, ATTAIN_STORE_READ);
    attain_store_close(w.store);
    unlink(w.path);
    check_ok(attain_store_open(copy, &options, &w.store, &err), &err);
    assert_int_equal(count_names(copy), 1); /* nothing beside it is needed for reading */
    store_holds(&w, 2, FIRST);
    store_holds(&w, ATTAIN_EDITION_LATEST, SECOND);
    check_ok(attain_store_verify(w.store, NULL, &err), &err);
    memcpy(w.path, copy, sizeof copy);
    store_reopen(&w, ATTAIN_STORE_WRITE);
    store_import(&w, HEAD "C0,n,2023-H1,8\n");
    store_end(&w);
}

static void a_copy_replaces_nothing(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    char copy[64];
    begin_full(&w);
    store_fresh(copy);
    FILE *file = fopen(copy, "wb");
    assert_non_null(file);
    fputs("mine", file);
    fclose(file);
    check_fails(attain_store_backup(w.store, copy, &err), ATTAIN_E_STORE, &err);
    check_contains(err.message, "already");
    struct stat info;
    assert_int_equal(stat(copy, &info), 0);
    assert_int_equal(info.st_size, 4);
    unlink(copy);
    assert_int_equal(symlink("nowhere", copy), 0);
    check_fails(attain_store_backup(w.store, copy, &err), ATTAIN_E_STORE, &err);
    unlink(copy);
    check_fails(attain_store_backup(w.store, w.path, &err), ATTAIN_E_STORE, &err);
    check_fails(attain_store_backup(w.store, "no-such-folder/copy.db", &err), ATTAIN_E_STORE, &err);
    assert_int_equal(count_names(".part"), 0);
    store_holds(&w, ATTAIN_EDITION_LATEST, SECOND);
    store_end(&w);
}

static int stop(void *ctx, uint64_t done, uint64_t total)
{
    (void)ctx;
    assert_true(done <= total);
    return 1;
}

static void a_copy_may_be_cancelled(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    char copy[64];
    begin_full(&w);
    store_fresh(copy);
    attain_store_options options = store_options(&w, ATTAIN_STORE_READ);
    options.progress = stop;
    attain_store *store;
    check_ok(attain_store_open(w.path, &options, &store, &err), &err);
    check_fails(attain_store_backup(store, copy, &err), ATTAIN_E_CANCELLED, &err);
    assert_int_equal(count_names(copy), 0);
    attain_store_close(store);
    store_end(&w);
}

static void a_copy_while_somebody_writes(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    sqlite3 *other;
    char copy[64];
    begin_full(&w);
    store_fresh(copy);
    assert_int_equal(sqlite3_open(w.path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE; DELETE FROM attain_fact", NULL, NULL, NULL),
                     SQLITE_OK);
    check_ok(attain_store_backup(w.store, copy, &err), &err);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    assert_int_equal(store_ask(copy, "SELECT count(*) FROM attain_fact"), 7);
    unlink(copy);
    store_end(&w);
}

/* ---- compact ---- */

static void compacting(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    char name[80];
    struct stat info;
    begin_full(&w);
    check_ok(attain_store_compact(w.store, &err), &err);
    snprintf(name, sizeof name, "%s-wal", w.path);
    assert_int_equal(stat(name, &info), 0);
    assert_int_equal(info.st_size, 0);
    store_holds(&w, 2, FIRST);
    store_holds(&w, ATTAIN_EDITION_LATEST, SECOND);
    assert_int_equal(sqlite3_limit(attain_store_connection(w.store), SQLITE_LIMIT_ATTACHED, -1), 0);
    /* Unused pages go. */
    attain_store_close(w.store);
    w.store = NULL;
    store_tamper(w.path, "CREATE TABLE t(a); INSERT INTO t VALUES(zeroblob(500000)); DROP TABLE t");
    assert_true(store_ask(w.path, "PRAGMA freelist_count") > 100);
    store_reopen(&w, ATTAIN_STORE_WRITE);
    check_ok(attain_store_compact(w.store, &err), &err);
    store_holds(&w, ATTAIN_EDITION_LATEST, SECOND);
    assert_int_equal(store_ask(w.path, "PRAGMA freelist_count"), 0);
    check_ok(attain_store_verify(w.store, NULL, &err), &err);
    store_end(&w);
}

/* ---- verify ---- */

/* Each change by hand is found, and told; loading refuses it or does not see it. */
static void changes_by_hand(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE attain_fact SET value = value + 1 WHERE edition = 2 AND unit = 2",
        "UPDATE attain_fact SET value = 7 WHERE edition = 3 AND value = 5",
        "UPDATE attain_fact SET qualifier = 1 WHERE edition = 3 AND value = 5",
        "UPDATE attain_fact SET qualifier = -1, value = NULL WHERE edition = 3 AND value = 5",
        "UPDATE attain_fact SET reason = 1 WHERE edition = 3 AND value = 5",
        "UPDATE attain_fact SET edition = 2 WHERE edition = 3 AND measure = 3",
        "UPDATE attain_fact SET unit = 5 WHERE edition = 3 AND value = 125",
        "UPDATE attain_fact SET unit = 700 WHERE edition = 3 AND value = 125",
        "UPDATE attain_fact SET period = period + 1 WHERE edition = 3 AND value = 125",
        "UPDATE attain_fact SET measure = 99 WHERE edition = 3 AND value = 125",
        "UPDATE attain_fact SET cell = 1 WHERE edition = 3 AND value = 125",
        "UPDATE attain_fact SET edition = 4 WHERE edition = 3 AND value = 125",
        "DELETE FROM attain_fact WHERE edition = 3 AND value = 125",
        "DELETE FROM attain_fact",
        "INSERT INTO attain_fact SELECT measure, unit, cell, period, 1, value, 0, 0 FROM attain_fact WHERE "
        "value = 125",
        "UPDATE attain_seal SET n = n + 1 WHERE edition = 2 AND measure = 1",
        "UPDATE attain_seal SET sum = sum + 1 WHERE edition = 2 AND measure = 1",
        "UPDATE attain_seal SET block = 1 WHERE edition = 2 AND measure = 1",
        "DELETE FROM attain_seal WHERE edition = 2 AND measure = 1",
        "INSERT INTO attain_seal SELECT measure, block, period, 1, n, sum FROM attain_seal WHERE edition = 2 "
        "AND measure = 1",
        "DELETE FROM attain_seal; DELETE FROM attain_fact",
        "DELETE FROM attain_fact WHERE edition = 3; DELETE FROM attain_seal WHERE edition = 3",
        "UPDATE attain_edition SET time_ms = time_ms + 1 WHERE number = 2",
        "UPDATE attain_edition SET note = 'x' WHERE number = 3",
        "UPDATE attain_edition SET n_new = 8 WHERE number = 3",
        "UPDATE attain_edition SET last = NULL WHERE number = 3",
        "UPDATE attain_edition SET plan = 0 WHERE number = 3",
        "UPDATE attain_edition SET hash = hash + 1 WHERE number = 1",
        "DELETE FROM attain_edition WHERE number = 3",
        "DELETE FROM attain_edition WHERE number = 2",
        "INSERT INTO attain_edition SELECT number + 1, kind, time_ms, source, note, n_new, n_changed, "
        "n_withdrawn, n_same, last, plan,"
        " facts_sum, hash FROM attain_edition WHERE number = 3",
        "UPDATE attain_head SET edition = 2",
        "UPDATE attain_head SET hash = 0",
        "DELETE FROM attain_head",
        "UPDATE attain_plan SET text = replace(text, '0.5', '0.6')",
        "UPDATE attain_plan SET schema_0 = 1",
        "DELETE FROM attain_plan",
        "INSERT INTO attain_plan SELECT 2, text, schema_0, schema_1, hash FROM attain_plan",
        "UPDATE attain_unit SET code = 'C9' WHERE code = 'C1'",
        "UPDATE attain_unit SET id = 99 WHERE code = 'C1'",
        "DELETE FROM attain_unit WHERE code = 'C2'",
        "INSERT INTO attain_unit VALUES(99, 'X', 0)",
        "UPDATE attain_measure SET decimals = 1 WHERE code = 'money'",
        "UPDATE attain_measure SET code = 'nn' WHERE code = 'n'",
        "DELETE FROM attain_measure WHERE code = 'money'",
        "DELETE FROM attain_cell",
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        store_world w;
        attain_error err;
        attain_text findings;
        begin_full(&w);
        if (i == 0) {
            check_ok(attain_store_verify(w.store, &findings, &err), &err);
            assert_int_equal(findings.len, 0);
            attain_text_free(&findings);
        }
        store_tamper(w.path, changes[i]);
        const attain_status status = attain_store_verify(w.store, &findings, &err);
        if (status != ATTAIN_E_CORRUPT) {
            print_error("%s: %s\n", changes[i], attain_status_name(status));
            fail();
        }
        assert_true(findings.len > 0);
        assert_int_equal(findings.data[findings.len - 1], '\n');
        assert_memory_equal(findings.data, err.message, strlen(err.message));
        attain_text_free(&findings);
        check_fails(attain_store_verify(w.store, NULL, &err), ATTAIN_E_CORRUPT, &err);
        attain_facts *facts = NULL;
        if (attain_store_facts(w.store, w.plan, ATTAIN_EDITION_LATEST, NULL, &facts, &err) == ATTAIN_OK) {
            attain_facts_free(facts);
            if (strstr(changes[i], "DELETE FROM attain_fact WHERE edition = 3; ") == NULL &&
                strstr(changes[i], "DELETE FROM attain_seal; ") == NULL) {
                store_holds(&w, ATTAIN_EDITION_LATEST, SECOND);
            }
        }
        store_end(&w);
    }
}

/* ---- one bit ---- */

static char *read_all(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *len = (size_t)ftell(file);
    rewind(file);
    char *data = malloc(*len);
    assert_int_equal(fread(data, 1, *len, file), *len);
    fclose(file);
    return data;
}

static void write_all(const char *path, const char *data, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* Everything that a reader can be told, as one text; NULL: refused. */
static char *tell(const char *path, const attain_plan *schema)
{
    attain_store *store;
    attain_plan *plan = NULL;
    attain_facts *facts = NULL;
    const attain_edition *items;
    size_t n;
    char *told = NULL;
    const attain_store_options options = {.struct_size = sizeof options, .mode = ATTAIN_STORE_READ};
    if (attain_store_open(path, &options, &store, NULL) != ATTAIN_OK) {
        return NULL;
    }
    attain_text text = {.data = NULL};
    attain_text bytes[2] = {{.data = NULL}, {.data = NULL}};
    bool fine = attain_store_plan(store, 0, &plan, NULL) == ATTAIN_OK &&
                attain_plan_print(plan, &text, NULL) == ATTAIN_OK;
    for (int e = 2; e < 4 && fine; e++) {
        fine = attain_store_facts(store, schema, e, NULL, &facts, NULL) == ATTAIN_OK;
        fine = fine && attain_facts_to_bytes(facts, &bytes[e - 2], NULL) == ATTAIN_OK;
        attain_facts_free(facts);
        facts = NULL;
    }
    fine = fine && attain_store_editions(store, &items, &n, NULL) == ATTAIN_OK;
    if (fine) {
        told = malloc(text.len + bytes[0].len * 2 + bytes[1].len * 2 + n * 400 + 100);
        char *at = told + sprintf(told, "%s", text.data);
        for (int e = 0; e < 2; e++) {
            for (size_t i = 0; i < bytes[e].len; i++) {
                at += sprintf(at, "%02x", (unsigned char)bytes[e].data[i]);
            }
        }
        for (size_t i = 0; i < n; i++) {
            at += sprintf(at, "\n%lld %d %lld '%s' '%s' %llu %llu %llu %llu %d", (long long)items[i].number,
                          (int)items[i].kind, (long long)items[i].time_ms, items[i].source.data,
                          items[i].note.data, (unsigned long long)items[i].n_new,
                          (unsigned long long)items[i].n_changed, (unsigned long long)items[i].n_withdrawn,
                          (unsigned long long)items[i].n_same, items[i].last.end_day);
        }
    }
    attain_text_free(&text);
    attain_text_free(&bytes[0]);
    attain_text_free(&bytes[1]);
    attain_plan_free(plan);
    attain_store_close(store);
    return told;
}

static void a_bit_that_turned_over(void **state)
{
    (void)state;
    enum { FLIPS = 1500 };
    store_world w;
    size_t len;
    attain_error err;
    char copy[64];
    uint64_t seed = 7;
    int n_refused = 0;
    begin_full(&w);
    store_fresh(copy);
    check_ok(attain_store_backup(w.store, copy, &err), &err);
    char *data = read_all(copy, &len);
    char *whole = tell(copy, w.plan);
    assert_non_null(whole);
    for (int i = 0; i < FLIPS; i++) {
        /* Most of a small store is unused space: half of the flips go where something stands. */
        size_t byte;
        do {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            byte = (size_t)(seed >> 20) % len;
        } while (i % 2 == 0 && data[byte] == 0);
        const char before = data[byte];
        data[byte] = (char)(before ^ (1 << (seed >> 60 & 7)));
        write_all(copy, data, len);
        data[byte] = before;
        char *told = tell(copy, w.plan);
        n_refused += told == NULL ? 1 : 0;
        if (told != NULL && strcmp(told, whole) != 0) {
            size_t at = 0;
            while (told[at] == whole[at]) {
                at++;
            }
            print_error("byte %zu: another result: '%.60s', not '%.60s'\n", byte, told + at, whole + at);
            fail();
        }
        free(told);
    }
    assert_true(n_refused > FLIPS / 10);
    free(data);
    free(whole);
    unlink(copy);
    store_end(&w);
}

/* Types are asked for at each column, for STRICT binds only who writes by the rules. */
static void columns_of_another_type(void **state)
{
    (void)state;
    static const char *const columns[] = {"measure", "unit",  "cell",      "period",
                                          "edition", "value", "qualifier", "reason"};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        store_world w;
        attain_error err;
        attain_facts *facts = NULL;
        char sql[400];
        begin_full(&w);
        attain_store_close(w.store);
        w.store = NULL;
        /* The table is not STRICT for a moment. */
        snprintf(sql, sizeof sql,
                 "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'INTEGER', "
                 "'BLOB') WHERE name = 'attain_fact';"
                 "UPDATE sqlite_schema SET sql = replace(sql, 'STRICT, ', '') WHERE name = 'attain_fact'; "
                 "PRAGMA schema_version = 5001");
        store_tamper(w.path, sql);
        snprintf(sql, sizeof sql, "UPDATE attain_fact SET %s = CAST(%s AS TEXT) WHERE value = 125",
                 columns[i], columns[i]);
        store_tamper(w.path, sql);
        store_tamper(w.path, "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, "
                             "'BLOB', 'INTEGER') || ''"
                             " WHERE name = 'attain_fact'; UPDATE sqlite_schema SET sql = replace(sql, "
                             "'WITHOUT', 'STRICT, WITHOUT')"
                             " WHERE name = 'attain_fact'; PRAGMA schema_version = 5002");
        const attain_store_options options = store_options(&w, ATTAIN_STORE_READ);
        check_ok(attain_store_open(w.path, &options, &w.store, &err), &err);
        check_fails(attain_store_facts(w.store, w.plan, ATTAIN_EDITION_LATEST, NULL, &facts, &err),
                    ATTAIN_E_CORRUPT, &err);
        assert_null(facts);
        store_end(&w);
    }
}

/* ---- versions ---- */

static attain_status fails_late(sqlite3 *db, attain_error *err)
{
    (void)db;
    return atn_store_error(err, ATTAIN_E_STORE, "a step that fails");
}

static const char *const to_2[] = {"ALTER TABLE attain_unit ADD COLUMN more INTEGER",
                                   "PRAGMA main.user_version = 2", NULL};
static const char *const to_3[] = {"CREATE TABLE attain_more(a INTEGER) STRICT",
                                   "PRAGMA main.user_version = 3", NULL};

static void steps_in_order(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    sqlite3 *db;
    begin_full(&w);
    attain_store_close(w.store);
    w.store = NULL;
    const atn_store_version_step good[] = {{2, 3, to_3, NULL}, {1, 2, to_2, NULL}};
    const atn_store_version_step bad[] = {{1, 2, to_2, NULL}, {2, 3, to_3, fails_late}};
    assert_int_equal(sqlite3_open(w.path, &db), SQLITE_OK);
    check_fails(atn_store_upgrade(db, bad, 1, 3, &err), ATTAIN_E_VERSION, &err);
    assert_int_equal(store_ask(w.path, "PRAGMA user_version"), 2);
    check_fails(atn_store_upgrade(db, bad, 2, 3, &err), ATTAIN_E_STORE, &err);
    assert_int_equal(store_ask(w.path, "PRAGMA user_version"), 2);
    assert_int_equal(store_ask(w.path, "SELECT count(*) FROM sqlite_schema WHERE name = 'attain_more'"), 0);
    check_ok(atn_store_upgrade(db, good, 2, 3, &err), &err);
    assert_int_equal(store_ask(w.path, "PRAGMA user_version"), 3);
    assert_int_equal(store_ask(w.path, "SELECT count(*) FROM sqlite_schema WHERE name = 'attain_more'"), 1);
    check_ok(atn_store_upgrade(db, good, 2, 3, &err), &err);
    sqlite3_close(db);
    store_end(&w);
}

/* The hashes are part of the format: they never change. */
static void the_format_stays(void **state)
{
    (void)state;
    store_world w;
    begin_full(&w);
    assert_int_equal(store_ask(w.path, "SELECT units_sum FROM attain_head"), INT64_C(350934846780926105));
    assert_int_equal(store_ask(w.path, "SELECT cells_sum FROM attain_head"), INT64_C(4727993833653008152));
    assert_int_equal(store_ask(w.path, "SELECT facts_sum FROM attain_edition WHERE number = 2"),
                     INT64_C(-2771358031004057906));
    store_end(&w);
}

/* On a caller's connection: within his transaction, which he may take back. */
static void within_a_transaction(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    sqlite3 *db;
    int64_t number = 0;
    begin_full(&w);
    attain_facts *facts = build_facts(w.plan);
    build_add(facts, HEAD "C0,n,2023-H1,8\n");
    assert_int_equal(sqlite3_open(w.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
    check_ok(atn_store_import(db, facts, NULL, 5000, NULL, NULL, &number, &err), &err);
    assert_int_equal(number, 4);
    /* A change that fails takes back itself alone. */
    const attain_fact unknown = store_fact(&w, "C2", "d", "2021-H1", 0);
    static const uint8_t remove[] = {1};
    check_fails(atn_store_correct(db, w.plan, &unknown, remove, 1, NULL, 5000, NULL, &number, &err),
                ATTAIN_E_ARGUMENT, &err);
    check_ok(atn_store_last_edition(db, &number, &err), &err);
    assert_int_equal(number, 4);
    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    check_ok(atn_store_last_edition(db, &number, &err), &err);
    assert_int_equal(number, 3);
    sqlite3_close(db);
    attain_facts_free(facts);
    store_holds(&w, ATTAIN_EDITION_LATEST, SECOND);
    store_end(&w);
}

/* A table of the same name in front of ours changes nothing: all statements say main. */
static void names_in_front(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    sqlite3 *db;
    attain_facts *facts;
    begin_full(&w);
    assert_int_equal(sqlite3_open(w.path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "CREATE TEMP TABLE attain_fact(a); CREATE TEMP VIEW attain_head AS SELECT 1", NULL,
                     NULL, NULL),
        SQLITE_OK);
    check_ok(atn_store_facts(db, w.plan, 0, NULL, NULL, &facts, NULL, &err), &err);
    assert_int_equal(attain_facts_count(facts), 6);
    attain_facts_free(facts);
    sqlite3_close(db);
    store_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_is_a_store),
        cmocka_unit_test(a_copy_replaces_nothing),
        cmocka_unit_test(a_copy_may_be_cancelled),
        cmocka_unit_test(a_copy_while_somebody_writes),
        cmocka_unit_test(compacting),
        cmocka_unit_test(changes_by_hand),
        cmocka_unit_test(a_bit_that_turned_over),
        cmocka_unit_test(columns_of_another_type),
        cmocka_unit_test(steps_in_order),
        cmocka_unit_test(the_format_stays),
        cmocka_unit_test(within_a_transaction),
        cmocka_unit_test(names_in_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
