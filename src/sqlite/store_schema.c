/* The schema: constant texts, the steps that lead from version to version, and the question that comes before every use: is this file a
 * store of this version, table for table and letter for letter? A file that holds anything else, a view in place of a table, a trigger, an
 * index, statistics, is refused before a statement of ours meets it. */
#include "sqlite/store_parts.h"

#include <string.h>

static const char create_head[] = "CREATE TABLE attain_head(\n"
                                  "  one INTEGER PRIMARY KEY, -- 1\n"
                                  "  edition INTEGER NOT NULL, chain INTEGER NOT NULL,\n"
                                  "  plans INTEGER NOT NULL, plans_sum INTEGER NOT NULL,\n"
                                  "  units INTEGER NOT NULL, units_sum INTEGER NOT NULL,\n"
                                  "  measures INTEGER NOT NULL, measures_sum INTEGER NOT NULL,\n"
                                  "  cells INTEGER NOT NULL, cells_sum INTEGER NOT NULL,\n"
                                  "  hash INTEGER NOT NULL\n"
                                  ") STRICT";
static const char create_edition[] =
    "CREATE TABLE attain_edition(\n"
    "  number INTEGER PRIMARY KEY,\n"
    "  kind INTEGER NOT NULL, -- 1 plan, 2 import, 3 correction\n"
    "  time_ms INTEGER NOT NULL, source TEXT NOT NULL, note TEXT NOT NULL,\n"
    "  n_new INTEGER NOT NULL, n_changed INTEGER NOT NULL, n_withdrawn INTEGER NOT NULL, n_same INTEGER NOT "
    "NULL,\n"
    "  last INTEGER, -- code of the period that ends last of all that is known\n"
    "  plan INTEGER NOT NULL, -- edition of the plan that holds\n"
    "  facts_sum INTEGER NOT NULL, hash INTEGER NOT NULL\n"
    ") STRICT";
static const char create_plan[] =
    "CREATE TABLE attain_plan(\n"
    "  edition INTEGER PRIMARY KEY, text TEXT NOT NULL,\n"
    "  schema_0 INTEGER NOT NULL, schema_1 INTEGER NOT NULL, hash INTEGER NOT NULL\n"
    ") STRICT";
static const char create_unit[] = "CREATE TABLE attain_unit(\n"
                                  "  id INTEGER PRIMARY KEY, code TEXT NOT NULL, hash INTEGER NOT NULL\n"
                                  ") STRICT";
static const char create_measure[] =
    "CREATE TABLE attain_measure(\n"
    "  id INTEGER PRIMARY KEY, code TEXT NOT NULL, decimals INTEGER NOT NULL, hash INTEGER NOT NULL\n"
    ") STRICT";
static const char create_cell[] = "CREATE TABLE attain_cell(\n"
                                  "  id INTEGER PRIMARY KEY, members TEXT NOT NULL, hash INTEGER NOT NULL\n"
                                  ") STRICT";
static const char create_fact[] =
    "CREATE TABLE attain_fact(\n"
    "  measure INTEGER NOT NULL, unit INTEGER NOT NULL, cell INTEGER NOT NULL,\n"
    "  period INTEGER NOT NULL, -- attain_period_encode; a range is more than 32 bits\n"
    "  edition INTEGER NOT NULL,\n"
    "  value INTEGER, -- as a whole number, with the decimals of the measure\n"
    "  qualifier INTEGER NOT NULL, -- -1: withdrawn\n"
    "  reason INTEGER NOT NULL,\n"
    "  PRIMARY KEY(measure, unit, cell, period, edition)\n"
    ") STRICT, WITHOUT ROWID";
static const char create_seal[] =
    "CREATE TABLE attain_seal(\n"
    "  measure INTEGER NOT NULL, block INTEGER NOT NULL, period INTEGER NOT NULL, edition INTEGER NOT NULL,\n"
    "  n INTEGER NOT NULL, sum INTEGER NOT NULL,\n"
    "  PRIMARY KEY(measure, block, period, edition)\n"
    ") STRICT, WITHOUT ROWID";

static const struct {
    const char *name;
    const char *sql;
} tables[] = {{"attain_head", create_head}, {"attain_edition", create_edition}, {"attain_plan", create_plan},
              {"attain_unit", create_unit}, {"attain_measure", create_measure}, {"attain_cell", create_cell},
              {"attain_fact", create_fact}, {"attain_seal", create_seal}};
enum { N_TABLES = sizeof tables / sizeof tables[0] };

/* ---- making ---- */

/* The cell of a measure without categories, and the head of a ledger without editions. */
static attain_status fill_new(sqlite3 *db, attain_error *err)
{
    sqlite3_stmt *stmt;
    const uint64_t hash = atn_roster_no_cell_hash();
    ATN_STORE_TRY(atn_store_prepare(db, "INSERT INTO main.attain_cell(id, members, hash) VALUES(0, '', ?1)",
                                    &stmt, err));
    sqlite3_bind_int64(stmt, 1, atn_store_signed(hash));
    attain_status status = atn_store_done(stmt, "making a store", err);
    sqlite3_finalize(stmt);
    const atn_head head = {.cells = {1, hash}};
    return status == ATTAIN_OK ? atn_head_write(db, &head, err) : status;
}

static const char *const to_1[] = {create_head,
                                   create_edition,
                                   create_plan,
                                   create_unit,
                                   create_measure,
                                   create_cell,
                                   create_fact,
                                   create_seal,
                                   "PRAGMA main.application_id = 1096044081",
                                   "PRAGMA main.user_version = 1",
                                   NULL};
static const atn_store_version_step steps_here[] = {{0, ATN_STORE_VERSION, to_1, fill_new}};

const atn_store_version_step *atn_store_steps(size_t *n)
{
    *n = sizeof steps_here / sizeof steps_here[0];
    return steps_here;
}

static attain_status run_step(sqlite3 *db, const atn_store_version_step *step, attain_error *err)
{
    for (const char *const *sql = step->sql; *sql != NULL; sql++) {
        ATN_STORE_TRY(atn_store_exec(db, *sql, "bringing a store to another version", err));
    }
    return step->run != NULL ? step->run(db, err) : ATTAIN_OK;
}

/* Within a transaction of its own, for another process may have been faster. *version: what it is then. */
static attain_status upgrade_once(sqlite3 *db, const atn_store_version_step *steps, size_t n_steps,
                                  int32_t to, int32_t *version, attain_error *err)
{
    int32_t application;
    bool is_empty;
    ATN_STORE_TRY(atn_store_version(db, &application, version, &is_empty, err));
    if (*version == to) {
        return ATTAIN_OK;
    }
    if (application != ATN_STORE_APPLICATION_ID && !is_empty) {
        return atn_store_error(err, ATTAIN_E_VERSION, "this is a database, but not a store of attain");
    }
    for (size_t i = 0; i < n_steps; i++) {
        if (steps[i].from == *version && steps[i].to <= to) {
            ATN_STORE_TRY(run_step(db, &steps[i], err));
            *version = steps[i].to;
            return ATTAIN_OK;
        }
    }
    return atn_store_error(err, ATTAIN_E_VERSION, "there is no way from a store of version %d to version %d",
                           (int)*version, (int)to);
}

attain_status atn_store_upgrade(sqlite3 *db, const atn_store_version_step *steps, size_t n_steps, int32_t to,
                                attain_error *err)
{
    int32_t version = -1;
    do {
        atn_change change;
        ATN_STORE_TRY(atn_change_begin(&change, db, err));
        const attain_status status = upgrade_once(db, steps, n_steps, to, &version, err);
        ATN_STORE_TRY(atn_change_end(&change, status, err));
    } while (version != to);
    return ATTAIN_OK;
}

/* Every statement of a store compares bytes of UTF-8. */
static attain_status check_encoding(sqlite3 *db, attain_error *err)
{
    sqlite3_stmt *stmt;
    bool row;
    ATN_STORE_TRY(atn_store_prepare(db, "PRAGMA encoding", &stmt, err));
    attain_status status = atn_store_step(stmt, &row, "asking for the encoding", err);
    const char *const name = status == ATTAIN_OK && row ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    if (status == ATTAIN_OK && (name == NULL || strcmp(name, "UTF-8") != 0)) {
        status = atn_store_error(err, ATTAIN_E_VERSION,
                                 "the encoding of the database is %s; a store is made in one of UTF-8",
                                 name != NULL ? name : "not known");
    }
    sqlite3_finalize(stmt);
    return status;
}

attain_status atn_store_create(sqlite3 *db, attain_error *err)
{
    atn_change change;
    ATN_STORE_TRY(atn_change_begin(&change, db, err));
    int32_t application = 0;
    int32_t version = 0;
    bool is_empty = false;
    attain_status status = atn_store_version(db, &application, &version, &is_empty, err);
    if (status == ATTAIN_OK && !is_empty) {
        status = atn_store_error(err, ATTAIN_E_VERSION,
                                 "the database is not empty; a store is made in an empty one");
    }
    if (status == ATTAIN_OK) {
        status = check_encoding(db, err);
    }
    if (status == ATTAIN_OK) {
        status = run_step(db, &steps_here[0], err);
    }
    return atn_change_end(&change, status, err);
}

/* ---- looking ---- */

static attain_status read_number(sqlite3 *db, const char *sql, int32_t *out, attain_error *err)
{
    sqlite3_stmt *stmt;
    bool row;
    ATN_STORE_TRY(atn_store_prepare(db, sql, &stmt, err));
    const attain_status status = atn_store_step(stmt, &row, "reading the store", err);
    *out = status == ATTAIN_OK && row ? sqlite3_column_int(stmt, 0) : 0;
    sqlite3_finalize(stmt);
    return status;
}

attain_status atn_store_version(sqlite3 *db, int32_t *application, int32_t *version, bool *is_empty,
                                attain_error *err)
{
    int32_t any;
    ATN_STORE_TRY(read_number(db, "PRAGMA main.application_id", application, err));
    ATN_STORE_TRY(read_number(db, "PRAGMA main.user_version", version, err));
    ATN_STORE_TRY(read_number(db, "SELECT 1 FROM main.sqlite_schema LIMIT 1", &any, err));
    *is_empty = *application == 0 && *version == 0 && any == 0;
    return ATTAIN_OK;
}

static bool is_text(sqlite3_stmt *stmt, int i, const char *text)
{
    if (sqlite3_column_type(stmt, i) != SQLITE_TEXT) {
        return false;
    }
    const void *found = sqlite3_column_blob(stmt, i);
    const size_t len = strlen(text);
    return found != NULL && (size_t)sqlite3_column_bytes(stmt, i) == len && memcmp(found, text, len) == 0;
}

/* The table of ours that a row of the schema is, text for text; N_TABLES: none. */
static size_t table_of(sqlite3_stmt *stmt)
{
    for (size_t t = 0; t < N_TABLES; t++) {
        if (is_text(stmt, 1, tables[t].name)) {
            const bool same = is_text(stmt, 0, "table") && is_text(stmt, 2, tables[t].name) &&
                              is_text(stmt, 3, tables[t].sql);
            return same ? t : N_TABLES;
        }
    }
    return N_TABLES;
}

static attain_status compare_schema(sqlite3_stmt *stmt, attain_error *err)
{
    bool seen[N_TABLES] = {false};
    bool row;
    for (;;) {
        ATN_STORE_TRY(atn_store_step(stmt, &row, "reading the schema", err));
        if (!row) {
            break;
        }
        const size_t t = table_of(stmt);
        if (t == N_TABLES || seen[t]) {
            const unsigned char *name = sqlite3_column_text(stmt, 1);
            return atn_store_error(err, ATTAIN_E_VERSION,
                                   "the schema is not that of a store: '%.64s' is not as attain makes it",
                                   name != NULL ? (const char *)name : "?");
        }
        seen[t] = true;
    }
    for (size_t t = 0; t < N_TABLES; t++) {
        if (!seen[t]) {
            return atn_store_error(err, ATTAIN_E_VERSION,
                                   "the schema is not that of a store: there is no table %s", tables[t].name);
        }
    }
    return ATTAIN_OK;
}

attain_status atn_store_check(sqlite3 *db, attain_error *err)
{
    int32_t application;
    int32_t version;
    sqlite3_stmt *stmt;
    ATN_STORE_TRY(read_number(db, "PRAGMA main.application_id", &application, err));
    if (application != ATN_STORE_APPLICATION_ID) {
        return atn_store_error(err, ATTAIN_E_VERSION, "this database is not a store of attain");
    }
    ATN_STORE_TRY(read_number(db, "PRAGMA main.user_version", &version, err));
    if (version != ATN_STORE_VERSION) {
        return atn_store_error(err, ATTAIN_E_VERSION, "the store has version %d, version %d is required%s",
                               (int)version, (int)ATN_STORE_VERSION,
                               version < ATN_STORE_VERSION ? ": attain_store_migrate brings it there"
                                                           : ": it was made by a newer attain");
    }
    ATN_STORE_TRY(
        atn_store_prepare(db, "SELECT type, name, tbl_name, sql FROM main.sqlite_schema", &stmt, err));
    const attain_status status = compare_schema(stmt, err);
    sqlite3_finalize(stmt);
    return status;
}
