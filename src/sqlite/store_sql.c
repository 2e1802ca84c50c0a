/* Statements: small words for what is done with SQLite again and again. Snapshots and changes are the two ways in which a function of
 * the store holds the file: reading, or writing all or nothing. */
#include "sqlite/store_parts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- memory, numbers ---- */

bool atn_store_grow(void **items, size_t *capacity, size_t n, size_t size)
{
    if (n <= *capacity) {
        return true;
    }
    size_t wanted = *capacity < 16 ? 16 : *capacity * 2;
    wanted = wanted < n ? n : wanted;
    if (wanted > SIZE_MAX / 2 / size) {
        return false;
    }
    void *grown = sqlite3_realloc64(*items, (sqlite3_uint64)wanted * size);
    if (grown == NULL) {
        return false;
    }
    *items = grown;
    *capacity = wanted;
    return true;
}

static void *libc_realloc(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    (void)ctx;
    (void)old_size;
    if (new_size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_size);
}

attain_status atn_text_of_size(const attain_allocator *alloc, size_t len, attain_text *out, attain_error *err)
{
    const attain_allocator a = alloc != NULL ? *alloc : (attain_allocator){NULL, libc_realloc};
    char *data = a.realloc(a.ctx, NULL, 0, len + 1);
    if (data == NULL) {
        return atn_store_memory(err);
    }
    data[len] = '\0';
    *out = (attain_text){.data = data, .len = len, .capacity = len + 1, .alloc = a};
    return ATTAIN_OK;
}

bool atn_text_add(attain_text *text, const char *data, size_t len)
{
    if (text->len + len + 1 > text->capacity) {
        const size_t capacity = (text->len + len + 1) * 2;
        char *grown = text->alloc.realloc(text->alloc.ctx, text->data, text->capacity, capacity);
        if (grown == NULL) {
            return false;
        }
        text->data = grown;
        text->capacity = capacity;
    }
    memcpy(text->data + text->len, data, len);
    text->len += len;
    text->data[text->len] = '\0';
    return true;
}

int64_t atn_store_signed(uint64_t bits)
{
    int64_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

int64_t atn_store_clock(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return 0;
    }
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- statements ---- */

attain_status atn_store_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out, attain_error *err)
{
    *out = NULL;
    const int rc = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    return rc == SQLITE_OK ? ATTAIN_OK : atn_store_fail(err, db, rc, "preparing a statement");
}

attain_status atn_store_step(sqlite3_stmt *stmt, bool *row, const char *doing, attain_error *err)
{
    const int rc = sqlite3_step(stmt);
    *row = rc == SQLITE_ROW;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? ATTAIN_OK
                                                 : atn_store_fail(err, sqlite3_db_handle(stmt), rc, doing);
}

attain_status atn_store_done(sqlite3_stmt *stmt, const char *doing, attain_error *err)
{
    const int rc = sqlite3_step(stmt);
    const attain_status status = rc == SQLITE_DONE || rc == SQLITE_ROW
                                     ? ATTAIN_OK
                                     : atn_store_fail(err, sqlite3_db_handle(stmt), rc, doing);
    sqlite3_reset(stmt);
    return status;
}

attain_status atn_store_exec(sqlite3 *db, const char *sql, const char *doing, attain_error *err)
{
    sqlite3_stmt *stmt;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(stmt);
    }
    const attain_status status = rc == SQLITE_DONE ? ATTAIN_OK : atn_store_fail(err, db, rc, doing);
    sqlite3_finalize(stmt);
    return status;
}

attain_status atn_store_integer(sqlite3_stmt *stmt, int i, int64_t low, int64_t high, const char *what,
                                int64_t *out, attain_error *err)
{
    if (sqlite3_column_type(stmt, i) != SQLITE_INTEGER) {
        return atn_store_error(err, ATTAIN_E_CORRUPT, "the store is damaged: %s is no integer", what);
    }
    *out = sqlite3_column_int64(stmt, i);
    if (*out < low || *out > high) {
        return atn_store_error(err, ATTAIN_E_CORRUPT,
                               "the store is damaged: %s is %lld, %lld to %lld is possible", what,
                               (long long)*out, (long long)low, (long long)high);
    }
    return ATTAIN_OK;
}

attain_status atn_store_text(sqlite3_stmt *stmt, int i, const char *what, attain_str *out, attain_error *err)
{
    if (sqlite3_column_type(stmt, i) != SQLITE_TEXT) {
        return atn_store_error(err, ATTAIN_E_CORRUPT, "the store is damaged: %s is no text", what);
    }
    const char *text = (const char *)sqlite3_column_text(stmt, i);
    if (text == NULL) {
        return atn_store_memory(err);
    }
    *out = (attain_str){text, (size_t)sqlite3_column_bytes(stmt, i)};
    return ATTAIN_OK;
}

int atn_store_bind(sqlite3_stmt *stmt, int i, attain_str text)
{
    return sqlite3_bind_text64(stmt, i, text.data != NULL ? text.data : "", text.len, SQLITE_STATIC,
                               SQLITE_UTF8);
}

/* ---- reading ---- */

attain_status atn_snapshot_open(atn_snapshot *s, sqlite3 *db, attain_error *err)
{
    bool row;
    *s = (atn_snapshot){NULL};
    attain_status status = atn_store_prepare(db, "SELECT 1 FROM main.sqlite_schema", &s->hold, err);
    if (status == ATTAIN_OK) {
        status = atn_store_step(s->hold, &row, "reading the store", err);
    }
    if (status == ATTAIN_OK) {
        status = atn_store_check(db, err);
    }
    if (status != ATTAIN_OK) {
        atn_snapshot_close(s);
    }
    return status;
}

void atn_snapshot_close(atn_snapshot *s)
{
    sqlite3_finalize(s->hold);
    s->hold = NULL;
}

/* ---- writing ---- */

static void drop_statements(atn_change *c)
{
    sqlite3_finalize(c->undo);
    sqlite3_finalize(c->forget);
    c->undo = c->forget = NULL;
}

attain_status atn_change_begin(atn_change *c, sqlite3 *db, attain_error *err)
{
    *c = (atn_change){.db = db, .is_own = sqlite3_get_autocommit(db) != 0};
    attain_status status =
        atn_store_prepare(db, c->is_own ? "ROLLBACK" : "ROLLBACK TO attain_store", &c->undo, err);
    if (status == ATTAIN_OK && !c->is_own) {
        status = atn_store_prepare(db, "RELEASE attain_store", &c->forget, err);
    }
    if (status == ATTAIN_OK) {
        status = atn_store_exec(db, c->is_own ? "BEGIN IMMEDIATE" : "SAVEPOINT attain_store",
                                "beginning to write", err);
    }
    if (status != ATTAIN_OK) {
        drop_statements(c);
    }
    return status;
}

/* After some errors there is nothing left to take back: SQLite has rolled back by itself. */
static void take_back(const atn_change *c)
{
    if (!sqlite3_get_autocommit(c->db)) {
        (void)sqlite3_step(c->undo);
        if (c->forget != NULL) {
            (void)sqlite3_step(c->forget);
        }
    }
}

attain_status atn_change_end(atn_change *c, attain_status status, attain_error *err)
{
    if (status == ATTAIN_OK) {
        status = atn_store_exec(c->db, c->is_own ? "COMMIT" : "RELEASE attain_store",
                                "making a change durable", err);
    }
    if (status != ATTAIN_OK) {
        take_back(c);
    }
    drop_statements(c);
    return status;
}
