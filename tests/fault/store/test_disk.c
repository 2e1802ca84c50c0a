/* The disk itself, with what is known of SQLite: a table in which each transaction sets every row to its own
 * number, under settings of which some are safe and some are not. A harness that does not lose a transaction where
 * SQLite says that one may be lost would prove nothing of a store. */
#include "fault/store/disk.h"

#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

enum { TRANSACTIONS = 4 };

typedef struct setting {
    const char *pragmas;
    bool powersafe, deaf;
    bool may_lose, may_tear; /* what must come to light; else it must not */
} setting;

static const setting settings[] = {
    {"PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL", true, false, false, false},
    {"PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL", false, false, false, false},
    {"PRAGMA journal_mode=PERSIST; PRAGMA synchronous=FULL", true, false, false, false},
    {"PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA", true, false, false, false},
    {"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", true, false, false, false},
    {"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", false, false, false, false},
    {"PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL", true, false, true,
     false}, /* the journal may be there again */
    {"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL", true, false, true, false},
    {"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF", true, false, true, true},
    {"PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=OFF", true, false, true, true},
    {"PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL", true, true, true, true},
};

static void run(sqlite3 *db, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", sql, message);
    }
}

/* The number of the transaction that all rows are of; -1: damaged or a mix. */
static int found_on(disk *d, const disk_image *image)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    int number = -1;
    disk_load(d, image);
    const int opened = sqlite3_open_v2("/t.db", &db, SQLITE_OPEN_READWRITE, "disk");
    if (opened == SQLITE_OK &&
        sqlite3_prepare_v2(
            db,
            "SELECT min(v), max(v), count(*) FROM t UNION ALL SELECT (SELECT integrity_check = 'ok' FROM "
            "pragma_integrity_check), 0, 0",
            -1, &statement, NULL) == SQLITE_OK) {
        const bool is_row = sqlite3_step(statement) == SQLITE_ROW;
        const int low = sqlite3_column_int(statement, 0);
        const bool is_whole =
            is_row && low == sqlite3_column_int(statement, 1) && sqlite3_column_int(statement, 2) == 300;
        const bool is_fine =
            is_whole && sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int(statement, 0) == 1;
        number = is_fine ? low : -1;
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

static void make(disk *d, disk_image *start, const char *pragmas)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open_v2("/t.db", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "disk"),
                     SQLITE_OK);
    run(db, "CREATE TABLE t(k INTEGER PRIMARY KEY, v, x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
            "i + 1 FROM n WHERE i < 300) "
            "INSERT INTO t SELECT i, 0, printf('%0100d', i) FROM n");
    run(db, pragmas);
    sqlite3_close(db);
    disk_save(d, start);
    disk_load(d, start);
    disk_record(d, true, 0);
    assert_int_equal(sqlite3_open_v2("/t.db", &db, SQLITE_OPEN_READWRITE, "disk"), SQLITE_OK);
    run(db, pragmas);
    for (int i = 1; i <= TRANSACTIONS; i++) {
        char sql[64];
        disk_record(d, true, (uint32_t)i);
        snprintf(sql, sizeof sql, "UPDATE t SET v = %d, x = x || '%d'", i, i);
        run(db, sql);
        disk_record(d, true, (uint32_t)i + TRANSACTIONS + 1); /* between two */
    }
    sqlite3_close(db);
    disk_record(d, false, 0);
}

typedef struct damage {
    unsigned n, n_torn, n_lost;
} damage;

/* The transaction under way and the one that was finished last, from the mark of an operation. */
static void judge(damage *seen, int found, uint32_t mark)
{
    const bool is_between = mark > TRANSACTIONS;
    const int at = is_between ? (int)mark - TRANSACTIONS - 1 : (int)mark;
    const int least = is_between || at == 0 ? at : at - 1;
    seen->n++;
    seen->n_torn += found < 0;
    seen->n_lost += found >= 0 && found < least;
    assert_true(found <= at);
}

static damage cut_everywhere(const setting *how)
{
    damage seen = {0, 0, 0};
    disk_image start = {.n_files = 0};
    disk_image image = {.n_files = 0};
    rng r = rng_new(1);
    disk *const recorded = disk_new("disk", how->powersafe, true);
    make(recorded, &start, how->pragmas);
    const disk_journal journal = *disk_operations(recorded);
    sqlite3_vfs_unregister(sqlite3_vfs_find("disk"));
    disk *const d = disk_new("disk", how->powersafe, true);
    survivor *const s = survivor_new(&start, &journal, how->powersafe, how->deaf);
    for (size_t i = 0; i < journal.n; i++) {
        for (unsigned k = 0; k < 6; k++) {
            survivor_image(s, true, k, &r, &image);
            judge(&seen, found_on(d, &image), journal.items[i].mark);
        }
        survivor_step(s);
    }
    survivor_free(s);
    disk_image_free(&start);
    disk_image_free(&image);
    disk_free(d);
    disk_free(recorded);
    return seen;
}

static void what_is_known_of_sqlite_comes_to_light(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        const setting *const how = &settings[i];
        const damage seen = cut_everywhere(how);
        print_message("%s%s%s: %u cases, %u torn or corrupt, %u acknowledged and lost\n", how->pragmas,
                      how->powersafe ? "" : ", whole sectors", how->deaf ? ", a disk that does not sync" : "",
                      seen.n, seen.n_torn, seen.n_lost);
        assert_true(seen.n > 100);
        assert_int_equal(seen.n_torn > 0, how->may_tear);
        assert_int_equal(seen.n_lost > 0, how->may_lose);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_known_of_sqlite_comes_to_light),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
