/* Files that somebody made to do harm, or that a program wrote into which it should not have: a store is refused
 * with a reason, or gives what it always gave; and nothing that stands in it is executed.
 *
 * Every connection of this program has a function spring() that a schema may call where SQLite calls functions: in
 * a view, a trigger, a CHECK, a default, a generated column, an index. It is as trusted as a function can be. It
 * must never be called by a store.
 *
 * What is done to a store is SQL of a table or goes through all columns and rows of all its tables; it is written
 * by a connection that lets everything pass. */
#include "fault/store/stand.h"

#include "support/check.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned n_sprung;

static void spring(sqlite3_context *context, int n, sqlite3_value **values)
{
    (void)n;
    (void)values;
    n_sprung++;
    sqlite3_result_int(context, 1);
}

static int give_spring(sqlite3 *db, char **message, const struct sqlite3_api_routines *api)
{
    (void)message;
    (void)api;
    return sqlite3_create_function(db, "spring", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                   NULL, spring, NULL, NULL);
}

/* ---- a store, and what is done to it ---- */

typedef struct hostile {
    stand stand;
    char path[512];
    disk_bytes good; /* the bytes of the file as it should be */
    atn_buf wanted;
    uint64_t n_refused, n_harmless;
} hostile;

static void write_file(const char *path, const void *data, size_t len)
{
    FILE *const file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void read_file(const char *path, disk_bytes *out)
{
    FILE *const file = fopen(path, "rb");
    assert_non_null(file);
    out->data = malloc(1 << 22);
    assert_non_null(out->data);
    out->len = fread(out->data, 1, 1 << 22, file);
    assert_true(out->len > 0 && out->len < 1 << 22);
    fclose(file);
}

static void remove_beside(const char *path)
{
    static const char *const ends[] = {"-wal", "-shm", "-journal"};
    char name[560];
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        remove(name);
    }
}

static void as_it_should_be(hostile *h)
{
    remove_beside(h->path);
    write_file(h->path, h->good.data, h->good.len);
}

static void make(hostile *h)
{
    static const stand_call calls[] = {stand_create, stand_put_a,    stand_import_0, stand_correct,
                                       stand_put_b,  stand_import_2, stand_close};
    attain_error err;
    *h = (hostile){.n_refused = 0};
    snprintf(h->path, sizeof h->path, "%s/hostile.db", ATTAIN_SCRATCH_DIR);
    remove(h->path);
    remove_beside(h->path);
    stand_init(&h->stand, NULL, h->path, ATTAIN_JOURNAL_TRUNCATE);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        check_ok(calls[i](&h->stand, &err), &err);
    }
    read_file(h->path, &h->good);
    atn_buf_init(&h->wanted, NULL);
    check_ok(stand_describe(&h->stand, ATTAIN_STORE_READ, true, &h->wanted, &err), &err);
    n_sprung = 0;
}

static void end(hostile *h)
{
    print_message("%llu refused, %llu harmless\n", (unsigned long long)h->n_refused,
                  (unsigned long long)h->n_harmless);
    remove(h->path);
    remove_beside(h->path);
    stand_end(&h->stand);
    free(h->good.data);
    atn_buf_free(&h->wanted);
}

/* A connection that lets everything pass. */
static sqlite3 *open_raw(const hostile *h)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(h->path, &db), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, NULL);
    assert_int_equal(sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL), SQLITE_OK);
    return db;
}

static void run_raw(sqlite3 *db, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", sql, message);
    }
}

/* Opened for reading and for writing, described and verified: an error with a sentence, or what it was before; and
 * if `status` is one, that error with `part` in it. Not a call of spring(). */
static void check_file(hostile *h, const char *what, attain_status wanted, const char *part)
{
    disk_bytes here;
    read_file(h->path, &here);
    for (int mode = ATTAIN_STORE_READ; mode <= ATTAIN_STORE_CREATE; mode++) {
        attain_error err = {.message = ""};
        atn_buf found;
        atn_buf_init(&found, NULL);
        n_sprung = 0;
        alarm(60);
        const attain_status status = stand_describe(&h->stand, (attain_store_mode)mode, false, &found, &err);
        alarm(0);
        if (status != ATTAIN_OK && (err.status != status || err.message[0] == '\0')) {
            fail_msg("%s: refused with %s without a sentence", what, attain_status_name(status));
        }
        if (wanted != ATTAIN_OK && (status != wanted || strstr(err.message, part) == NULL)) {
            fail_msg("%s, mode %d: %s: %s; wanted %s: ...%s...", what, mode, attain_status_name(status),
                     err.message, attain_status_name(wanted), part);
        }
        if (status == ATTAIN_OK && !stand_same(&found, &h->wanted)) {
            fail_msg("%s, mode %d: another result without a word", what, mode);
        }
        if (n_sprung != 0) {
            fail_msg("%s, mode %d: %u calls of what stands in the file", what, mode, n_sprung);
        }
        h->n_refused += status != ATTAIN_OK;
        h->n_harmless += status == ATTAIN_OK;
        atn_buf_free(&found);
        write_file(h->path, here.data, here.len);
        remove_beside(h->path);
    }
    free(here.data);
}

/* ---- schemas ---- */

typedef struct harm {
    const char *what;
    const char *sql; /* %s is a table of the store, %c its first column */
    attain_status status;
    const char *part;
} harm;

static const harm schemas[] = {
    {"a view without end in place of a table",
     "DROP TABLE %s; CREATE VIEW %s AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
     "SELECT i AS %c FROM n WHERE spring()",
     ATTAIN_E_VERSION, "schema"},
    {"a table renamed, a view with its name",
     "ALTER TABLE %s RENAME TO other; CREATE VIEW %s AS SELECT * FROM other WHERE spring()", ATTAIN_E_VERSION,
     "schema"},
    {"a trigger on insert",
     "CREATE TRIGGER t AFTER INSERT ON %s BEGIN SELECT spring(); DELETE FROM attain_seal; END",
     ATTAIN_E_VERSION, "'t'"},
    {"a trigger before update", "CREATE TRIGGER t BEFORE UPDATE ON %s BEGIN SELECT spring(); END",
     ATTAIN_E_VERSION, "'t'"},
    {"a generated column", "ALTER TABLE %s ADD COLUMN g INTEGER GENERATED ALWAYS AS (spring()) VIRTUAL",
     ATTAIN_E_VERSION, "'%s'"},
    {"a column more, with a default", "ALTER TABLE %s ADD COLUMN d INTEGER DEFAULT 1", ATTAIN_E_VERSION,
     "'%s'"},
    {"a column renamed", "ALTER TABLE %s RENAME COLUMN %c TO other", ATTAIN_E_VERSION, "'%s'"},
    {"a CHECK that calls",
     "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ', CHECK (spring())) STRICT') WHERE name = "
     "'%s'",
     ATTAIN_E_VERSION, "'%s'"},
    {"a default that calls",
     "UPDATE sqlite_schema SET sql = replace(sql, '(' || char(10), '(x INTEGER DEFAULT (spring()),') WHERE "
     "name = '%s'",
     ATTAIN_E_VERSION, "'%s'"},
    {"not STRICT",
     "UPDATE sqlite_schema SET sql = replace(sql, ' STRICT', '') WHERE name = '%s' AND sql NOT LIKE "
     "'%%ROWID'",
     ATTAIN_OK, ""},
    {"a comment more", "UPDATE sqlite_schema SET sql = sql || ' -- ' WHERE name = '%s'", ATTAIN_E_VERSION,
     "'%s'"},
    {"a blank more", "UPDATE sqlite_schema SET sql = replace(sql, '(', ' (') WHERE name = '%s'",
     ATTAIN_E_VERSION, "'%s'"},
    {"a NUL and more behind the text",
     "UPDATE sqlite_schema SET sql = CAST(sql || x'00' || 'x' AS TEXT) WHERE name = '%s'", ATTAIN_E_VERSION,
     ""},
    {"a text that is no SQL", "UPDATE sqlite_schema SET sql = 'CREATE TABLE' WHERE name = '%s'",
     ATTAIN_E_CORRUPT, ""},
    {"no text", "UPDATE sqlite_schema SET sql = NULL WHERE name = '%s'", ATTAIN_OK, ""},
    {"the table twice", "INSERT INTO sqlite_schema SELECT * FROM sqlite_schema WHERE name = '%s'", ATTAIN_OK,
     ""},
    {"a table without a row in the schema", "DELETE FROM sqlite_schema WHERE name = '%s'", ATTAIN_E_VERSION,
     "%s"},
    {"a table that is gone", "DROP TABLE %s", ATTAIN_E_VERSION, "%s"},
    {"an index", "CREATE INDEX i ON %s(%c)", ATTAIN_E_VERSION, "'i'"},
    {"an index on an expression that calls", "CREATE INDEX i ON %s(spring(%c))", ATTAIN_E_VERSION, "'i'"},
    {"a partial index that calls", "CREATE INDEX i ON %s(%c) WHERE spring(%c)", ATTAIN_E_VERSION, "'i'"},
    {"a page that is no table's", "UPDATE sqlite_schema SET rootpage = 9999 WHERE name = '%s'", ATTAIN_OK,
     ""},
    {"the root of the schema", "UPDATE sqlite_schema SET rootpage = 1 WHERE name = '%s'", ATTAIN_OK, ""},
    {"a root of nothing", "UPDATE sqlite_schema SET rootpage = 0 WHERE name = '%s'", ATTAIN_OK, ""},
    {"the root of the facts",
     "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'attain_fact') "
     "WHERE name = '%s'",
     ATTAIN_OK, ""},
    {"the root of the units",
     "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'attain_unit') "
     "WHERE name = '%s'",
     ATTAIN_OK, ""},
    {"the root of the next table",
     "UPDATE sqlite_schema SET rootpage = (SELECT min(s.rootpage) FROM sqlite_schema s, sqlite_schema t "
     "WHERE t.name = '%s' AND s.rootpage > t.rootpage) WHERE name = '%s' "
     "AND rootpage < (SELECT max(rootpage) FROM sqlite_schema)",
     ATTAIN_OK, ""},
};

static const harm files[] = {
    {"another table", "CREATE TABLE extra(x)", ATTAIN_E_VERSION, "'extra'"},
    {"a table without columns of note", "CREATE TABLE \"a'; DROP TABLE attain_fact; --\"(x)",
     ATTAIN_E_VERSION, "schema"},
    {"a view", "CREATE VIEW v AS SELECT spring()", ATTAIN_E_VERSION, "'v'"},
    {"a virtual table of full text", "CREATE VIRTUAL TABLE f USING fts5(x)", ATTAIN_E_VERSION, "schema"},
    {"a virtual table without its module",
     "INSERT INTO sqlite_schema VALUES('table', 'm', 'm', 0, 'CREATE VIRTUAL TABLE m USING "
     "absent(spring())')",
     ATTAIN_E_VERSION, "'m'"},
    {"statistics", "ANALYZE", ATTAIN_E_VERSION, "sqlite_stat1"},
    {"statistics that lie",
     "ANALYZE; DELETE FROM sqlite_stat1; INSERT INTO sqlite_stat1 VALUES('attain_fact', 'attain_fact', '1 1 "
     "1 1 1 1 unordered sz=1 noskipscan'), "
     "('attain_seal', NULL, '99999999999999999999 -1'), ('attain_fact', 'sqlite_autoindex_attain_fact_1', "
     "zeroblob(70000))",
     ATTAIN_E_VERSION, "sqlite_stat1"},
    {"a sequence", "CREATE TABLE s(x INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE s", ATTAIN_E_VERSION,
     "sqlite_sequence"},
    {"another application", "PRAGMA application_id = 1", ATTAIN_E_VERSION, "not a store"},
    {"no application", "PRAGMA application_id = 0", ATTAIN_E_VERSION, ""},
    {"a newer version", "PRAGMA user_version = 2", ATTAIN_E_VERSION, "newer"},
    {"a much newer version", "PRAGMA user_version = 2147483647", ATTAIN_E_VERSION, "newer"},
    {"version 0", "PRAGMA user_version = 0", ATTAIN_E_VERSION, "version 0"},
    {"a version below 0", "PRAGMA user_version = -1", ATTAIN_E_VERSION, "version -1"},
    {"pages of 512 bytes", "PRAGMA page_size = 512; VACUUM", ATTAIN_OK, ""},
    {"pages of 65536 bytes", "PRAGMA page_size = 65536; VACUUM", ATTAIN_OK, ""},
    {"automatic vacuum", "PRAGMA auto_vacuum = 1; VACUUM", ATTAIN_OK, ""},
    {"a journal that is deleted", "PRAGMA journal_mode = DELETE", ATTAIN_OK, ""},
    {"a WAL that is left empty", "PRAGMA journal_mode = WAL", ATTAIN_OK, ""},
};

/* %s and %c filled in. */
static void fill(char *out, size_t cap, const char *text, const char *table, const char *column)
{
    size_t n = 0;
    for (; *text != '\0' && n + 40 < cap; text++) {
        if (text[0] == '%' && (text[1] == 's' || text[1] == 'c' || text[1] == '%')) {
            n += (size_t)snprintf(out + n, cap - n, "%s",
                                  text[1] == 's'   ? table
                                  : text[1] == 'c' ? column
                                                   : "%");
            text++;
        } else {
            out[n++] = *text;
        }
    }
    out[n] = '\0';
}

static void do_harm(hostile *h, const harm *of, const char *table, const char *first)
{
    char sql[1024];
    char part[128];
    char what[256];
    fill(sql, sizeof sql, of->sql, table, first);
    fill(part, sizeof part, of->part, table, first);
    snprintf(what, sizeof what, "%s: %s", table, of->what);
    as_it_should_be(h);
    sqlite3 *const db = open_raw(h);
    run_raw(db, sql);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    check_file(h, what, of->status, part);
}

/* ---- tables and columns of a store ---- */

typedef struct column {
    char table[32], name[32];
    bool is_first, is_rowid, is_key;
} column;

static size_t all_columns(const hostile *h, column *columns, size_t most)
{
    sqlite3 *const db = open_raw(h);
    sqlite3_stmt *statement;
    size_t n = 0;
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "SELECT l.name, c.name, c.cid = 0, c.pk = 1 AND NOT l.wr, c.pk > 0 FROM "
                           "pragma_table_list l JOIN pragma_table_info(l.name) c "
                           "WHERE l.schema = 'main' AND l.name LIKE 'attain%' ORDER BY l.name, c.cid",
                           -1, &statement, NULL),
        SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        assert_true(n < most);
        snprintf(columns[n].table, sizeof columns[n].table, "%s",
                 (const char *)sqlite3_column_text(statement, 0));
        snprintf(columns[n].name, sizeof columns[n].name, "%s",
                 (const char *)sqlite3_column_text(statement, 1));
        columns[n].is_first = sqlite3_column_int(statement, 2) != 0;
        columns[n].is_rowid = sqlite3_column_int(statement, 3) != 0;
        columns[n].is_key = sqlite3_column_int(statement, 4) != 0;
        n++;
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    assert_true(n > 30);
    return n;
}

static void schemas_of_others_are_refused(void **state)
{
    (void)state;
    hostile h;
    column columns[96];
    make(&h);
    const size_t n = all_columns(&h, columns, 96);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; columns[i].is_first && k < sizeof schemas / sizeof schemas[0]; k++) {
            do_harm(&h, &schemas[k], columns[i].table, columns[i].name);
        }
    }
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++) {
        do_harm(&h, &files[k], "a file", "");
    }
    assert_true(h.n_refused > 300);
    end(&h);
}

/* ---- values ---- */

/* Behind the schema's back: the tables lose STRICT and NOT NULL, are written to, and get their text back. */
static void write_unchecked(hostile *h, const char *sql)
{
    as_it_should_be(h);
    sqlite3 *db = open_raw(h);
    run_raw(db, "PRAGMA writable_schema = 1; CREATE TABLE kept(name, sql); INSERT INTO kept SELECT name, sql "
                "FROM sqlite_schema WHERE name <> 'kept'; "
                "UPDATE sqlite_schema SET sql = replace(replace(replace(sql, 'STRICT, ', ''), ' STRICT', "
                "''), ' NOT NULL', '') WHERE name LIKE 'attain%'");
    sqlite3_close(db);
    db = open_raw(h);
    run_raw(db, sql);
    run_raw(db, "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = (SELECT k.sql FROM kept k WHERE "
                "k.name = sqlite_master.name) WHERE name LIKE 'attain%'; "
                "DROP TABLE kept");
    sqlite3_close(db);
}

/* Rows are told by the first or the last value of the column, so that tables without rowid are served too. */
static void write_value(hostile *h, const column *c, const char *value, bool is_last)
{
    char filled[96];
    char sql[512];
    char what[256];
    fill(filled, sizeof filled, value, c->table, c->name);
    snprintf(sql, sizeof sql,
             "UPDATE OR REPLACE %.31s SET %.31s = %.95s WHERE %.31s IS (SELECT %.31s FROM %.31s ORDER BY 1 "
             "%s LIMIT 1)",
             c->table, c->name, filled, c->name, c->name, c->table, is_last ? "DESC" : "ASC");
    snprintf(what, sizeof what, "%.31s.%.31s := %.95s in the %s", c->table, c->name, filled,
             is_last ? "last" : "first");
    write_unchecked(h, sql);
    check_file(h, what, ATTAIN_OK, "");
}

/* Every column of every table, in its first and its last row: another type, another value. A rowid is an integer
 * whatever one does, and a key is not NULL. */
static void values_that_do_not_belong_are_found(void **state)
{
    static const struct {
        const char *value;
        bool is_integer;
    } values[] = {{"NULL", false},
                  {"'text'", false},
                  {"1.5", false},
                  {"x'00ff'", false},
                  {"%c + 1", true},
                  {"-1", true},
                  {"9223372036854775807", true},
                  {"-9223372036854775807 - 1", true},
                  {"''", false},
                  {"CAST(x'ff' AS TEXT)", false},
                  {"'a' || char(0) || 'b'", false},
                  {"%c || ' '", false}};
    (void)state;
    hostile h;
    column columns[96];
    make(&h);
    const size_t n = all_columns(&h, columns, 96);
    uint64_t n_written = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
            const bool is_left_out = !stand_is_long() && (i + k) % 3 != 0;
            const bool is_possible =
                values[k].is_integer || !(columns[i].is_rowid || (columns[i].is_key && k == 0));
            if (!is_left_out && is_possible) {
                write_value(&h, &columns[i], values[k].value, (i + k) % 2 == 0);
                n_written++;
            }
        }
    }
    print_message("%llu values written: ", (unsigned long long)n_written);
    assert_true(h.n_refused > n_written); /* each is opened in three ways */
    end(&h);
}

/* Rows that are missing, that come twice with another key, or that change places. */
static void rows_that_do_not_belong_are_found(void **state)
{
    static const harm rows[] = {
        {"the first row is gone", "DELETE FROM %s WHERE %c = (SELECT min(%c) FROM %s)", ATTAIN_OK, ""},
        {"the last row is gone", "DELETE FROM %s WHERE %c = (SELECT max(%c) FROM %s)", ATTAIN_OK, ""},
        {"all rows are gone", "DELETE FROM %s", ATTAIN_OK, ""},
    };
    static const harm others[] = {
        {"a fact is gone", "DELETE FROM attain_fact WHERE unit = 70 AND edition = 2", ATTAIN_E_CORRUPT, ""},
        {"a fact more",
         "INSERT INTO attain_fact SELECT measure, unit, cell, period, 5, value, qualifier, reason FROM "
         "attain_fact WHERE edition = 2 LIMIT 1",
         ATTAIN_E_CORRUPT, ""},
        {"two figures change places",
         "UPDATE attain_fact SET value = CASE unit WHEN 20 THEN (SELECT value FROM attain_fact f WHERE "
         "f.unit = 21 AND f.edition = 2 AND f.measure = "
         "attain_fact.measure AND f.period = attain_fact.period AND f.cell = attain_fact.cell) ELSE (SELECT "
         "value FROM attain_fact f WHERE f.unit = 20 AND "
         "f.edition = 2 AND f.measure = attain_fact.measure AND f.period = attain_fact.period AND f.cell = "
         "attain_fact.cell) END "
         "WHERE measure = 1 AND unit IN (20, 21) AND edition = 2",
         ATTAIN_E_CORRUPT, ""},
        {"the last edition is gone, with its facts and seals",
         "DELETE FROM attain_edition WHERE number = 5; DELETE FROM attain_fact WHERE edition = 5; DELETE "
         "FROM attain_seal WHERE edition = 5",
         ATTAIN_E_CORRUPT, ""},
        {"facts of an edition that is not there yet",
         "UPDATE attain_fact SET edition = 9 WHERE edition = 5; UPDATE attain_seal SET edition = 9 WHERE "
         "edition = 5",
         ATTAIN_E_CORRUPT, ""},
        {"two units change places",
         "UPDATE attain_unit SET code = CASE id WHEN 20 THEN (SELECT code FROM attain_unit WHERE id = 21) "
         "ELSE (SELECT code FROM attain_unit WHERE id = 20) END "
         "WHERE id IN (20, 21)",
         ATTAIN_E_CORRUPT, ""},
        {"two editions change places",
         "UPDATE attain_edition SET number = -2 WHERE number = 2; UPDATE attain_edition SET number = 2 WHERE "
         "number = 3; UPDATE attain_edition SET number = 3 WHERE "
         "number = -2",
         ATTAIN_E_CORRUPT, ""},
    };
    (void)state;
    hostile h;
    column columns[96];
    make(&h);
    const size_t n = all_columns(&h, columns, 96);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; columns[i].is_first && k < sizeof rows / sizeof rows[0]; k++) {
            do_harm(&h, &rows[k], columns[i].table, columns[i].name);
        }
    }
    for (size_t k = 0; k < sizeof others / sizeof others[0]; k++) {
        do_harm(&h, &others[k], "rows", "");
    }
    end(&h);
}

/* Facts and the seal that speaks for them, both gone: what is read fits together, and only who reads everything
 * can know. */
static void what_fits_together_is_found_by_verify(void **state)
{
    (void)state;
    attain_error err;
    attain_store *store;
    attain_text findings = {.data = NULL};
    hostile h;
    make(&h);
    as_it_should_be(&h);
    sqlite3 *const db = open_raw(&h);
    run_raw(db, "DELETE FROM attain_fact WHERE edition = 2 AND unit < 64; DELETE FROM attain_seal WHERE "
                "edition = 2 AND block = 0");
    sqlite3_close(db);
    attain_store_options options = h.stand.options;
    options.mode = ATTAIN_STORE_READ;
    check_ok(attain_store_open(h.path, &options, &store, &err), &err);
    check_fails(attain_store_verify(store, &findings, &err), ATTAIN_E_CORRUPT, &err);
    check_contains(err.message, "edition 2");
    check_contains(findings.data, err.message);
    attain_text_free(&findings);
    attain_store_close(store);
    end(&h);
}

/* ---- what lies beside, and what the name says ---- */

static void journals_of_others_do_no_harm(void **state)
{
    (void)state;
    hostile h;
    char name[560];
    make(&h);
    rng r = rng_new(7);
    for (unsigned i = 0; i < 24; i++) {
        uint8_t bytes[9000];
        for (size_t k = 0; k < sizeof bytes; k++) {
            bytes[k] = i % 4 == 0 ? 0 : (uint8_t)rng_next(&r);
        }
        static const uint8_t journal_magic[] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
        static const uint8_t wal_magic[] = {0x37, 0x7f, 0x06, 0x82, 0x00, 0x2d, 0xe2, 0x18};
        const bool is_wal = i % 2 == 0;
        if (i % 3 == 0) {
            memcpy(bytes, is_wal ? wal_magic : journal_magic, 8);
        }
        as_it_should_be(&h);
        snprintf(name, sizeof name, "%s%s", h.path, is_wal ? "-wal" : "-journal");
        write_file(name, bytes, i % 5 == 0 ? 30 : sizeof bytes);
        attain_error err = {.message = ""};
        atn_buf found;
        atn_buf_init(&found, NULL);
        const attain_status status =
            stand_describe(&h.stand, i % 2 == 0 ? ATTAIN_STORE_READ : ATTAIN_STORE_WRITE, true, &found, &err);
        if (status == ATTAIN_OK && !stand_same(&found, &h.wanted)) {
            fail_msg("journal %u: another result without a word", i);
        }
        h.n_refused += status != ATTAIN_OK;
        h.n_harmless += status == ATTAIN_OK;
        atn_buf_free(&found);
    }
    end(&h);
}

/* The journal of another store, whole and in order, is taken for this one's by SQLite. What comes of it is one of
 * the two stores, or is refused; never some of both. */
static void a_journal_of_another_store_makes_no_mix(void **state)
{
    static const stand_call mine[] = {stand_create, stand_put_a, stand_import_3, stand_correct, stand_close};
    static const stand_call theirs[] = {stand_create, stand_put_a,    stand_import_0, stand_close,
                                        stand_open,   stand_import_1, stand_correct};
    (void)state;
    attain_error err;
    disk_image images[2] = {{.n_files = 0}, {.n_files = 0}};
    atn_buf whole[2];
    stand s;
    disk *const d = disk_new("disk", true, true);
    for (size_t which = 0; which < 2; which++) {
        const size_t n = which == 0 ? sizeof mine / sizeof mine[0] : sizeof theirs / sizeof theirs[0];
        disk_load(d, NULL);
        stand_init(&s, "disk", "/store.db", ATTAIN_JOURNAL_WAL);
        for (size_t i = 0; i < n; i++) {
            check_ok((which == 0 ? mine : theirs)[i](&s, &err), &err);
        }
        disk_save(d, &images[which]);
        stand_close(&s, NULL);
        atn_buf_init(&whole[which], NULL);
        check_ok(stand_describe(&s, ATTAIN_STORE_READ, true, &whole[which], &err), &err);
        stand_end(&s);
    }
    const disk_bytes *const wal = disk_image_file(&images[1], "/store.db-wal");
    assert_non_null(wal);
    disk_image_add(&images[0], "/store.db-wal", wal->data, wal->len);
    stand_init(&s, "disk", "/store.db", ATTAIN_JOURNAL_WAL);
    for (int mode = ATTAIN_STORE_READ; mode <= ATTAIN_STORE_CREATE; mode++) {
        atn_buf found;
        atn_buf_init(&found, NULL);
        disk_load(d, &images[0]);
        const attain_status status = stand_describe(&s, (attain_store_mode)mode, false, &found, &err);
        assert_true(
            status == ATTAIN_E_CORRUPT || status == ATTAIN_E_VERSION ||
            (status == ATTAIN_OK && (stand_same(&found, &whole[0]) || stand_same(&found, &whole[1]))));
        atn_buf_free(&found);
    }
    stand_end(&s);
    for (size_t which = 0; which < 2; which++) {
        disk_image_free(&images[which]);
        atn_buf_free(&whole[which]);
    }
    disk_free(d);
}

static void refuses(const stand *s, const char *path, attain_store_mode mode, attain_status wanted,
                    const char *part)
{
    attain_error err = {.message = ""};
    attain_store *store = NULL;
    attain_store_options options = s->options;
    options.mode = mode;
    alarm(20);
    const attain_status status = attain_store_open(path, &options, &store, &err);
    alarm(0);
    if (status != wanted || strstr(err.message, part) == NULL || store != NULL) {
        fail_msg("'%s', mode %d: %s: %s; wanted %s: ...%s...", path, (int)mode, attain_status_name(status),
                 err.message, attain_status_name(wanted), part);
    }
}

static void paths_are_files_and_nothing_else(void **state)
{
    (void)state;
    hostile h;
    char link_path[560];
    char text_path[560];
    make(&h);
    snprintf(link_path, sizeof link_path, "%s/link.db", ATTAIN_SCRATCH_DIR);
    snprintf(text_path, sizeof text_path, "%s/text.db", ATTAIN_SCRATCH_DIR);
    remove(link_path);
    assert_int_equal(symlink(h.path, link_path), 0);
    for (int mode = ATTAIN_STORE_READ; mode <= ATTAIN_STORE_CREATE; mode++) {
        refuses(&h.stand, link_path, (attain_store_mode)mode, ATTAIN_E_STORE, "symbolic link");
        refuses(&h.stand, ATTAIN_SCRATCH_DIR, (attain_store_mode)mode, ATTAIN_E_STORE, "");
        refuses(&h.stand, ATTAIN_SCRATCH_DIR "/no/such/folder.db", (attain_store_mode)mode, ATTAIN_E_STORE,
                "");
    }
    remove(link_path);
    assert_int_equal(symlink(ATTAIN_SCRATCH_DIR "/nowhere.db", link_path), 0);
    refuses(&h.stand, link_path, ATTAIN_STORE_CREATE, ATTAIN_E_STORE, "symbolic link");
    assert_int_equal(access(ATTAIN_SCRATCH_DIR "/nowhere.db", F_OK), -1);
    remove(link_path);
    assert_int_equal(mkfifo(link_path, 0600), 0);
    refuses(&h.stand, link_path, ATTAIN_STORE_READ, ATTAIN_E_STORE, "");
    refuses(&h.stand, link_path, ATTAIN_STORE_CREATE, ATTAIN_E_STORE, "");
    remove(link_path);
    refuses(&h.stand, ATTAIN_SCRATCH_DIR "/missing.db", ATTAIN_STORE_READ, ATTAIN_E_STORE, "");
    refuses(&h.stand, ATTAIN_SCRATCH_DIR "/missing.db", ATTAIN_STORE_WRITE, ATTAIN_E_STORE, "");
    assert_int_equal(access(ATTAIN_SCRATCH_DIR "/missing.db", F_OK), -1);
    write_file(text_path, "unit,measure,period,value\nP.C001,people,2024,5\n", 46);
    for (int mode = ATTAIN_STORE_READ; mode <= ATTAIN_STORE_CREATE; mode++) {
        refuses(&h.stand, text_path, (attain_store_mode)mode, ATTAIN_E_VERSION, "");
    }
    disk_bytes text;
    read_file(text_path, &text);
    assert_int_equal(text.len, 46);
    free(text.data);
    remove(text_path);
    end(&h);
}

/* SQLite would take these for more than names: here they are names. */
static void names_are_not_uris(void **state)
{
    static const char *const names[] = {"file:uri.db?mode=memory",        "file:///uri.db", ":memory:",
                                        "a?vfs=unix-none&immutable=1.db", "quote'\";--.db", ""};
    (void)state;
    attain_error err;
    hostile h;
    make(&h);
    assert_int_equal(chdir(ATTAIN_SCRATCH_DIR), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        remove(names[i]);
        attain_store *store = NULL;
        attain_store_options options = h.stand.options;
        options.mode = ATTAIN_STORE_CREATE;
        const attain_status status = attain_store_open(names[i], &options, &store, &err);
        if (status == ATTAIN_OK) {
            check_ok(attain_store_put_plan(store, h.stand.a, NULL, NULL, &err), &err);
            attain_store_close(store);
            struct stat info;
            if (stat(names[i], &info) != 0 || info.st_size < 4096) {
                fail_msg("'%s' was opened, and no file of this name holds the store", names[i]);
            }
        } else {
            assert_true(err.message[0] != '\0');
            assert_int_equal(access(names[i], F_OK), -1);
        }
        remove(names[i]);
        remove_beside(names[i]);
    }
    end(&h);
}

/* No extension, no other file, no function of the file: on the connection that a store lends too. */
static void the_connection_is_closed_to_harm(void **state)
{
    static const char trigger[] =
        "CREATE TRIGGER t AFTER INSERT ON attain_edition BEGIN SELECT spring(); END; "
        "INSERT INTO attain_edition SELECT number + 100, kind, time_ms, source, note, n_new, n_changed, "
        "n_withdrawn, n_same, last, "
        "plan, facts_sum, hash FROM attain_edition";
    static const char *const harms[] = {"ATTACH 'other.db' AS other", "SELECT load_extension('libm.so.6')",
                                        "PRAGMA writable_schema = 1; DELETE FROM sqlite_schema", trigger};
    (void)state;
    attain_error err;
    hostile h;
    atn_buf found;
    make(&h);
    for (int mode = ATTAIN_STORE_READ; mode <= ATTAIN_STORE_WRITE; mode++) {
        as_it_should_be(&h);
        attain_store *store = NULL;
        attain_store_options options = h.stand.options;
        options.mode = (attain_store_mode)mode;
        check_ok(attain_store_open(h.path, &options, &store, &err), &err);
        n_sprung = 0;
        for (size_t i = 0; i < sizeof harms / sizeof harms[0]; i++) {
            const int rc = sqlite3_exec(attain_store_connection(store), harms[i], NULL, NULL, NULL);
            if (rc == SQLITE_OK) {
                fail_msg("mode %d: '%s' was let pass", mode, harms[i]);
            }
        }
        assert_int_equal(n_sprung, 0);
        attain_store_close(store);
    }
    atn_buf_init(&found, NULL);
    check_ok(stand_describe(&h.stand, ATTAIN_STORE_READ, true, &found, &err), &err);
    assert_true(stand_same(&found, &h.wanted));
    atn_buf_free(&found);
    end(&h);
}

int main(void)
{
    if (sqlite3_auto_extension((void (*)(void))give_spring) != SQLITE_OK) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schemas_of_others_are_refused),
        cmocka_unit_test(values_that_do_not_belong_are_found),
        cmocka_unit_test(rows_that_do_not_belong_are_found),
        cmocka_unit_test(what_fits_together_is_found_by_verify),
        cmocka_unit_test(journals_of_others_do_no_harm),
        cmocka_unit_test(a_journal_of_another_store_makes_no_mix),
        cmocka_unit_test(paths_are_files_and_nothing_else),
        cmocka_unit_test(names_are_not_uris),
        cmocka_unit_test(the_connection_is_closed_to_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
