/* The functions of attain/sqlite.h on a store's own connection: arguments are checked here, the work is done on the connection (store.h). */
#include "sqlite/store_handle.h"

#include <string.h>

static attain_status need(const void *pointer, const char *what, attain_error *err)
{
    return pointer != NULL ? ATTAIN_OK
                           : atn_store_error(err, ATTAIN_E_ARGUMENT, "%s is NULL, it is required", what);
}

static int64_t now_of(const attain_store *store)
{
    return store->options.now != NULL ? store->options.now(store->options.now_ctx) : atn_store_clock();
}

/* ---- open, close ---- */

/* The text that a pragma answers with: is it this one? */
static bool answers(sqlite3_stmt *stmt, const char *expected)
{
    const unsigned char *text = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_text(stmt, 0) : NULL;
    return text != NULL && strcmp((const char *)text, expected) == 0;
}

static attain_status ask_journal(sqlite3 *db, const char *sql, const char *expected, bool *is_set,
                                 attain_error *err)
{
    sqlite3_stmt *stmt;
    ATN_STORE_TRY(atn_store_prepare(db, sql, &stmt, err));
    *is_set = answers(stmt, expected);
    const int rc = sqlite3_finalize(stmt);
    return rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED
               ? ATTAIN_OK
               : atn_store_fail(err, db, rc, "setting the journal");
}

/* WAL; where memory cannot be shared, or somebody reads the file the other way, TRUNCATE, which is as safe. Then WAL once more: a process that
 * makes the same file may have been faster. */
static attain_status set_journal(attain_store *store, attain_error *err)
{
    bool is_set = false;
    const attain_store_journal wanted = store->options.journal;
    for (int attempt = 0; attempt < 3 && !is_set; attempt++) {
        const bool is_wal = attempt != 1;
        if (wanted != (is_wal ? ATTAIN_JOURNAL_TRUNCATE : ATTAIN_JOURNAL_WAL)) {
            ATN_STORE_TRY(
                ask_journal(store->db,
                            is_wal ? "PRAGMA main.journal_mode = WAL" : "PRAGMA main.journal_mode = TRUNCATE",
                            is_wal ? "wal" : "truncate", &is_set, err));
        }
    }
    if (!is_set) {
        return atn_store_error(
            err, ATTAIN_E_BUSY,
            "the journal cannot be %s: the file is in use another way, or memory cannot be shared there",
            wanted == ATTAIN_JOURNAL_TRUNCATE ? "TRUNCATE" : "WAL");
    }
    return atn_store_exec(store->db, "PRAGMA main.journal_size_limit = 67108864", "setting the journal", err);
}

static attain_status check_size(attain_store *store, attain_error *err)
{
    sqlite3_stmt *stmt;
    int64_t number[2] = {0, 0};
    static const char *const sql[2] = {"PRAGMA main.page_count", "PRAGMA main.page_size"};
    for (int i = 0; i < 2; i++) {
        bool row;
        ATN_STORE_TRY(atn_store_prepare(store->db, sql[i], &stmt, err));
        const attain_status status = atn_store_step(stmt, &row, "opening the store", err);
        number[i] = status == ATTAIN_OK && row ? sqlite3_column_int64(stmt, 0) : 0;
        sqlite3_finalize(stmt);
        ATN_STORE_TRY(status);
    }
    const uint64_t bytes = (uint64_t)number[0] * (uint64_t)number[1];
    return bytes <= store->options.max_bytes
               ? ATTAIN_OK
               : atn_store_error(err, ATTAIN_E_LIMIT, "the store has %llu bytes, %llu are allowed",
                                 (unsigned long long)bytes, (unsigned long long)store->options.max_bytes);
}

/* A new file, or one that was left before its tables were made, becomes a store. The file is looked at before its journal is changed, so that
 * what is no store stays as it is. */
static attain_status settle(attain_store *store, attain_error *err)
{
    int32_t application;
    int32_t version;
    bool is_empty;
    ATN_STORE_TRY(check_size(store, err));
    ATN_STORE_TRY(atn_store_version(store->db, &application, &version, &is_empty, err));
    const bool is_made = is_empty && store->options.mode == ATTAIN_STORE_CREATE;
    if (!is_made) {
        ATN_STORE_TRY(atn_store_check(store->db, err));
    }
    if (store->options.mode != ATTAIN_STORE_READ) {
        ATN_STORE_TRY(set_journal(store, err));
    }
    if (is_made) {
        size_t n_steps;
        const atn_store_version_step *steps = atn_store_steps(&n_steps);
        ATN_STORE_TRY(atn_store_upgrade(store->db, steps, n_steps, ATN_STORE_VERSION, err));
    }
    return atn_store_check(store->db, err);
}

attain_status attain_store_open(const char *path, const attain_store_options *options, attain_store **out,
                                attain_error *err)
{
    attain_store_options o;
    attain_store *store;
    ATN_STORE_TRY(need(path, "path", err));
    ATN_STORE_TRY(need(out, "out", err));
    if (path[0] == '\0') {
        return atn_store_error(err, ATTAIN_E_ARGUMENT, "path is empty, the name of a file is required");
    }
    ATN_STORE_TRY(atn_handle_options(options, &o, err));
    ATN_STORE_TRY(atn_handle_open(path, &o, &store, err));
    store->is_writing = true;
    attain_status status = settle(store, err);
    store->is_writing = false;
    if (status == ATTAIN_OK) {
        status = attain_sqlite_register(store->db, err);
    }
    if (status != ATTAIN_OK) {
        atn_handle_free(store);
        return status;
    }
    *out = store;
    return ATTAIN_OK;
}

void attain_store_close(attain_store *store)
{
    atn_handle_free(store);
}

struct sqlite3 *attain_store_connection(attain_store *store)
{
    return atn_handle_enter(store, NULL) == ATTAIN_OK ? store->db : NULL;
}

/* ---- editions ---- */

static attain_status lend(attain_store *store, int64_t number, bool *found, attain_error *err)
{
    const size_t n = store->n_editions;
    if (!atn_store_grow((void **)&store->editions, &store->editions_capacity, n + 1,
                        sizeof *store->editions) ||
        !atn_store_grow((void **)&store->texts, &store->texts_capacity, n + 1, sizeof *store->texts)) {
        return atn_store_memory(err);
    }
    ATN_STORE_TRY(atn_store_edition(store->db, number, store->options.allocator, &store->editions[n],
                                    &store->texts[n], found, err));
    store->n_editions += *found ? 1 : 0;
    return ATTAIN_OK;
}

attain_status attain_store_editions(attain_store *store, const attain_edition **items, size_t *n,
                                    attain_error *err)
{
    atn_snapshot snapshot;
    ATN_STORE_TRY(need(items, "items", err));
    ATN_STORE_TRY(need(n, "n", err));
    ATN_STORE_TRY(atn_handle_enter(store, err));
    ATN_STORE_TRY(atn_snapshot_open(&snapshot, store->db, err));
    bool found = true;
    attain_status status = ATTAIN_OK;
    for (int64_t number = 1; found && status == ATTAIN_OK; number++) {
        status = lend(store, number, &found, err);
    }
    atn_snapshot_close(&snapshot);
    ATN_STORE_TRY(status);
    *items = store->editions;
    *n = store->n_editions;
    return ATTAIN_OK;
}

attain_status attain_store_edition_on(attain_store *store, const char *text, size_t len, int64_t *number,
                                      attain_error *err)
{
    ATN_STORE_TRY(need(text, "text", err));
    ATN_STORE_TRY(need(number, "number", err));
    ATN_STORE_TRY(atn_handle_enter(store, err));
    return atn_store_find_edition(store->db, text, len, number, err);
}

/* What a writing call gives back. The edition is durable by now: that it cannot be told must not look as if it were not there. */
static void give(attain_store *store, int64_t number, attain_edition *out)
{
    bool found = false;
    if (out == NULL) {
        return;
    }
    if (lend(store, number, &found, NULL) == ATTAIN_OK && found) {
        *out = store->editions[store->n_editions - 1];
        return;
    }
    *out = (attain_edition){.number = number, .source = {"", 0}, .note = {"", 0}};
}

/* ---- plans ---- */

attain_status attain_store_put_plan(attain_store *store, const attain_plan *plan,
                                    const attain_edition_note *note, attain_edition *out, attain_error *err)
{
    int64_t number;
    ATN_STORE_TRY(need(plan, "plan", err));
    ATN_STORE_TRY(atn_handle_enter_writer(store, err));
    const attain_status status =
        atn_store_put_plan(store->db, plan, note, now_of(store), store->options.allocator, &number, err);
    atn_handle_leave(store);
    ATN_STORE_TRY(status);
    give(store, number, out);
    return ATTAIN_OK;
}

attain_status attain_store_plan(attain_store *store, int64_t edition, attain_plan **out, attain_error *err)
{
    ATN_STORE_TRY(need(out, "out", err));
    ATN_STORE_TRY(atn_handle_enter(store, err));
    return atn_store_plan(store->db, edition, store->options.allocator, out, err);
}

/* ---- facts ---- */

attain_status attain_store_import(attain_store *store, const attain_facts *facts,
                                  const attain_edition_note *note, attain_edition *out, attain_error *err)
{
    int64_t number;
    ATN_STORE_TRY(need(facts, "facts", err));
    ATN_STORE_TRY(atn_handle_enter_writer(store, err));
    const attain_status status = atn_store_import(store->db, facts, note, now_of(store),
                                                  store->options.allocator, &store->watch, &number, err);
    atn_handle_leave(store);
    ATN_STORE_TRY(status);
    give(store, number, out);
    return ATTAIN_OK;
}

attain_status attain_store_correct(attain_store *store, const attain_plan *plan, const attain_fact *facts,
                                   const uint8_t *remove, size_t n, const attain_edition_note *note,
                                   attain_edition *out, attain_error *err)
{
    int64_t number;
    ATN_STORE_TRY(need(plan, "plan", err));
    ATN_STORE_TRY(n > 0 ? need(facts, "facts", err) : ATTAIN_OK);
    ATN_STORE_TRY(atn_handle_enter_writer(store, err));
    const attain_status status = atn_store_correct(store->db, plan, facts, remove, n, note, now_of(store),
                                                   store->options.allocator, &number, err);
    atn_handle_leave(store);
    ATN_STORE_TRY(status);
    give(store, number, out);
    return ATTAIN_OK;
}

attain_status attain_store_facts(attain_store *store, const attain_plan *plan, int64_t edition,
                                 const attain_store_part *part, attain_facts **out, attain_error *err)
{
    ATN_STORE_TRY(need(plan, "plan", err));
    ATN_STORE_TRY(need(out, "out", err));
    ATN_STORE_TRY(atn_handle_enter(store, err));
    return atn_store_facts(store->db, plan, edition, part, &store->watch, out, NULL, err);
}

/* ---- verify ---- */

attain_status attain_store_verify(attain_store *store, attain_text *findings, attain_error *err)
{
    ATN_STORE_TRY(atn_handle_enter(store, err));
    store->is_writing = true; /* for the pragma alone: nothing is written */
    const attain_status status =
        atn_store_verify(store->db, store->options.allocator, &store->watch, findings, err);
    atn_handle_leave(store);
    return status;
}
