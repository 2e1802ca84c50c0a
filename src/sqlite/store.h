/* The store on any connection: what attain_store_* (store_api.c) do on a connection of their own, with a transaction, and what the SQL
 * functions and tables (ext_*.c) do on a caller's connection, within whatever transaction he has. All of it works on the database
 * "main" of `db`, with bound parameters and constant SQL only.
 *
 * Functions that write put a savepoint around what they do: all of it is there afterwards, or nothing. Outside of a transaction that savepoint
 * is one of its own. */
#ifndef ATN_SQLITE_STORE_H
#define ATN_SQLITE_STORE_H

#include "sqlite/api.h"

#include <attain/sqlite.h>

#include <stdbool.h>

/* "ATN1" */
enum { ATN_STORE_APPLICATION_ID = 0x41544E31, ATN_STORE_VERSION = 1 };

typedef struct atn_store_watch {
    attain_progress_fn progress; /* NULL: none */
    void *progress_ctx;
} atn_store_watch;

/* Makes the tables of a store in an empty database. ATTAIN_E_VERSION where there are others. */
attain_status atn_store_create(sqlite3 *db, attain_error *err);
/* Is "main" a store of this version, its schema text for text? Cheap: to be asked before each use. */
attain_status atn_store_check(sqlite3 *db, attain_error *err);

/* The number of the last edition; 0: none. Edition 0 (ATTAIN_EDITION_LATEST) as an argument is the last one, everywhere below. */
attain_status atn_store_last_edition(sqlite3 *db, int64_t *number, attain_error *err);
/* See attain_store_edition_on. */
attain_status atn_store_find_edition(sqlite3 *db, const char *text, size_t len, int64_t *number,
                                     attain_error *err);
/* One edition; *found = false past the last. source and note point into `texts` (from alloc; freed by the caller with attain_text_free). */
attain_status atn_store_edition(sqlite3 *db, int64_t number, const attain_allocator *alloc,
                                attain_edition *out, attain_text *texts, bool *found, attain_error *err);

/* See attain_store_plan, attain_store_facts. *n_rows (may be NULL): rows of facts that were read. */
attain_status atn_store_plan(sqlite3 *db, int64_t edition, const attain_allocator *alloc, attain_plan **out,
                             attain_error *err);
attain_status atn_store_facts(sqlite3 *db, const attain_plan *plan, int64_t edition,
                              const attain_store_part *part, const atn_store_watch *watch, attain_facts **out,
                              uint64_t *n_rows, attain_error *err);

/* See attain_store_put_plan, _import, _correct. *number: the edition that was made (put_plan: or the one that says the same already). */
attain_status atn_store_put_plan(sqlite3 *db, const attain_plan *plan, const attain_edition_note *note,
                                 int64_t now_ms, const attain_allocator *alloc, int64_t *number,
                                 attain_error *err);
attain_status atn_store_import(sqlite3 *db, const attain_facts *facts, const attain_edition_note *note,
                               int64_t now_ms, const attain_allocator *alloc, const atn_store_watch *watch,
                               int64_t *number, attain_error *err);
attain_status atn_store_correct(sqlite3 *db, const attain_plan *plan, const attain_fact *facts,
                                const uint8_t *remove, size_t n, const attain_edition_note *note,
                                int64_t now_ms, const attain_allocator *alloc, int64_t *number,
                                attain_error *err);

/* Findings of all kinds, see attain_store_verify. */
attain_status atn_store_verify(sqlite3 *db, const attain_allocator *alloc, const atn_store_watch *watch,
                               attain_text *findings, attain_error *err);

/* See attain_store_restated. */
attain_status atn_store_restated(sqlite3 *db, int64_t a, int64_t b, const attain_restated_options *options,
                                 const attain_allocator *alloc, attain_restated *out, attain_error *err);

/* The clock of the machine: milliseconds since 1970-01-01T00:00Z. */
int64_t atn_store_clock(void);

/* ---- errors ---- */

/* What a result code of SQLite is to us: ATTAIN_E_CORRUPT, _BUSY, _MEMORY, _CANCELLED, else ATTAIN_E_STORE; the message says `doing` and
 * what SQLite says of db (NULL: of the code alone). */
attain_status atn_store_fail(attain_error *err, sqlite3 *db, int rc, const char *doing);
attain_status atn_store_error(attain_error *err, attain_status status, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;
/* As in base/error.h. */
#if defined(__clang_analyzer__) && !defined(ATN_DEFINES_ERRORS)
#define atn_store_error(err, status, ...) ((void)atn_store_error(err, status, __VA_ARGS__), (status))
#endif

#endif
