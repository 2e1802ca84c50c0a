/* Entry points: `.load attain` (sqlite3_attain_init) and attain_sqlite_register. Both give a connection the functions and tables, and an
 * atn_ext to keep plans and facts in; functions and tables hold it, and the last one that goes frees it. So it ends with the connection,
 * or when everything of ours was replaced. */
#include "sqlite/ext.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#ifdef ATN_SQLITE_EXTENSION
/* The one variable of the extension: the table of functions that SQLite's macros go through. */
const sqlite3_api_routines *sqlite3_api;
#endif

enum { OLDEST_SQLITE = 3040000, SMALL_BLOCK = 1 << 20 };

/* ---- memory ---- */

static bool is_small(size_t size)
{
    return size < SMALL_BLOCK;
}

static void free_block(void *ptr, size_t size)
{
    if (is_small(size)) {
        sqlite3_free(ptr);
    } else {
        free(ptr);
    }
}

/* The old size says who gave the block. */
static void *resize(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    (void)ctx;
    if (new_size == 0) {
        if (ptr != NULL) {
            free_block(ptr, old_size);
        }
        return NULL;
    }
    if (ptr != NULL && is_small(old_size) == is_small(new_size)) {
        return is_small(new_size) ? sqlite3_realloc64(ptr, new_size) : realloc(ptr, new_size);
    }
    void *const moved = is_small(new_size) ? sqlite3_malloc64(new_size) : malloc(new_size);
    if (moved != NULL && ptr != NULL) {
        memcpy(moved, ptr, old_size < new_size ? old_size : new_size);
        free_block(ptr, old_size);
    }
    return moved;
}

const attain_allocator atn_ext_memory = {NULL, resize};

void atn_ext_hold(atn_ext *ext)
{
    ext->refs++;
}

void atn_ext_drop(void *ext)
{
    atn_ext *const dropped = ext;
    if (--dropped->refs == 0) {
        atn_ext_forget(dropped);
        sqlite3_free(dropped);
    }
}

/* ---- errors ---- */

int atn_ext_code(attain_status status)
{
    switch (status) {
    case ATTAIN_OK: return SQLITE_OK;
    case ATTAIN_E_MEMORY: return SQLITE_NOMEM;
    case ATTAIN_E_BUSY: return SQLITE_BUSY;
    case ATTAIN_E_CORRUPT: return SQLITE_CORRUPT;
    case ATTAIN_E_CANCELLED: return SQLITE_INTERRUPT;
    default: return SQLITE_ERROR;
    }
}

void atn_ext_fail(sqlite3_context *context, const char *name, const attain_error *err)
{
    if (err->status == ATTAIN_E_MEMORY) {
        sqlite3_result_error_nomem(context);
        return;
    }
    char *const message = sqlite3_mprintf("%s: %s (%s)", name, err->message, attain_status_name(err->status));
    if (message == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }
    sqlite3_result_error(context, message, -1);
    sqlite3_result_error_code(context, atn_ext_code(err->status));
    sqlite3_free(message);
}

void atn_ext_refuse(sqlite3_context *context, const char *name, const char *format, ...)
{
    attain_error err = {.status = ATTAIN_E_ARGUMENT};
    va_list list;
    va_start(list, format);
    sqlite3_vsnprintf((int)sizeof err.message, err.message, format, list);
    va_end(list);
    atn_ext_fail(context, name, &err);
}

/* ---- registering ---- */

static int add_all(sqlite3 *db)
{
    atn_ext *const ext = sqlite3_malloc(sizeof *ext);
    if (ext == NULL) {
        return SQLITE_NOMEM;
    }
    *ext = (atn_ext){.db = db, .refs = 1};
    int rc = atn_ext_add_formulas(ext);
    if (rc == SQLITE_OK) {
        rc = atn_ext_add_aggregates(ext);
    }
    if (rc == SQLITE_OK) {
        rc = atn_ext_add_store(ext);
    }
    if (rc == SQLITE_OK) {
        rc = atn_ext_add_tables(ext);
    }
    atn_ext_drop(ext);
    return rc;
}

attain_status attain_sqlite_register(struct sqlite3 *db, attain_error *err)
{
    if (db == NULL) {
        return atn_store_error(err, ATTAIN_E_ARGUMENT, "db is NULL, it is required");
    }
    const int rc = add_all(db);
    return rc == SQLITE_OK ? ATTAIN_OK : atn_store_fail(err, db, rc, "registering attain's functions");
}

int sqlite3_attain_init(struct sqlite3 *db, char **message, const struct sqlite3_api_routines *api)
{
#ifdef ATN_SQLITE_EXTENSION
    /* Of two SQLites in one process the second would take the first one's connections for its own. */
    if (sqlite3_api != NULL && sqlite3_api != api) {
        if (message != NULL) {
            *message = api->mprintf(
                "attain was loaded by another SQLite of this process (%s) already; a copy of the "
                "file is required for this one (%s)",
                sqlite3_libversion(), api->libversion());
        }
        return SQLITE_ERROR;
    }
    sqlite3_api = api;
#else
    (void)api;
#endif
    if (sqlite3_libversion_number() < OLDEST_SQLITE) {
        if (message != NULL) {
            *message = sqlite3_mprintf("attain needs SQLite 3.40 or newer, this is %s", sqlite3_libversion());
        }
        return SQLITE_ERROR;
    }
    return add_all(db);
}
