/* attain in SQLite: a store, one file that holds a plan, facts and every edition of both; and the functions and tables that answer with
 * verdicts in SQL. The only public header that names SQLite. Link attain::sqlite (attain-sqlite.pc).
 *
 *     attain_store *store;
 *     attain_error err;
 *     attain_store_options options = {.struct_size = sizeof options, .mode = ATTAIN_STORE_CREATE};
 *     if (attain_store_open("programme.db", &options, &store, &err) != ATTAIN_OK) ...
 *     attain_store_put_plan(store, plan, &(attain_edition_note){.source = "Decision 112"}, NULL, &err);
 *     attain_store_import(store, facts, &(attain_edition_note){.source = "q3.csv"}, NULL, &err);
 *     attain_store_facts(store, plan, ATTAIN_EDITION_LATEST, NULL, &facts, &err);
 *
 * An EDITION is one change: a plan that was put, an import, a correction. Editions are numbered 1, 2, 3 ... and carry a time, a source
 * and a note. Nothing is ever overwritten or taken out: what was known after edition 7 is known for ever.
 *
 *     edition   1: plan      2: import     3: import       4: correct       5: plan
 *                  |            |             |               |                |
 *     as known  ---+------------+-------------+---------------+----------------+-->   attain_store_edition_on(date)
 *
 * A change is on disk when its call returns ATTAIN_OK, and not there at all when it returns anything else: also after loss of power
 * (journal WAL, or TRUNCATE where memory cannot be shared; synchronous FULL). Only where the disk itself fails while a change is made
 * durable (ATTAIN_E_STORE), the change may be there all the same, as a whole. Every (measure, period, block of units) of an edition is
 * sealed with a checksum and a count, editions are chained by checksums: what was damaged on disk is refused, never evaluated.
 *
 * One thing SQLite does not let us see: a bit that turns in the journal of a store in WAL while it waits to be taken over takes back the
 * editions behind it, to a state that was there before. A store in TRUNCATE has no such journal.
 *
 * A file is data: nothing in it is executed. A file whose schema is not, text for text, that of a store is refused
 * (ATTAIN_E_VERSION). The directory of a store must be trusted, for SQLite reads the journal beside the file.
 *
 * Threads: a store is used by one thread at a time, in the process that opened it. Several processes and stores may have one file open:
 * readers see the last edition that was finished before their call, writers wait for one another (busy_ms). */
#ifndef ATTAIN_SQLITE_H
#define ATTAIN_SQLITE_H

#include "attain/attain.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqlite3;
struct sqlite3_api_routines;

/* ---------------------------------------------------------------- the store ---- */

typedef struct attain_store attain_store;

typedef enum attain_store_mode {
    ATTAIN_STORE_READ = 0, /**< nothing is written; also stores of older versions, never of newer ones */
    ATTAIN_STORE_WRITE =
        1, /**< the file is there; a store of an older version is ATTAIN_E_VERSION, see attain_store_migrate */
    ATTAIN_STORE_CREATE = 2 /**< made if it is not there (or empty), else as WRITE */
} attain_store_mode;

typedef enum attain_store_journal {
    ATTAIN_JOURNAL_AUTO = 0, /**< WAL, and TRUNCATE where memory cannot be shared */
    ATTAIN_JOURNAL_WAL = 1,  /**< not on network file systems */
    ATTAIN_JOURNAL_TRUNCATE =
        2 /**< no file stays beside the store; a reader waits while an edition is written */
} attain_store_journal;

typedef struct attain_store_options {
    size_t struct_size;
    attain_store_mode mode;
    attain_store_journal journal;
    uint32_t busy_ms;                  /**< how long to wait for another writer; 0: 5000 */
    const char *vfs;                   /**< name of an SQLite VFS; NULL: the default one */
    const attain_allocator *allocator; /**< for plans and facts that the store gives; NULL: libc */
    size_t max_bytes;                  /**< size of the file that is taken; 0: 1 TiB */
    /** The time of new editions, in milliseconds since 1970-01-01T00:00Z; NULL: the clock of the machine. An edition is never earlier
     * than the one before: then it has that one's time. */
    int64_t (*now)(void *ctx);
    void *now_ctx;
    attain_progress_fn progress; /**< of imports, loads, verify, backup: rows or pages; may cancel */
    void *progress_ctx;
} attain_store_options;

/** Opens or makes a store.
 * @param path  UTF-8, never a URI; its last part may not be a symbolic link.
 * @retval ATTAIN_E_STORE    the file cannot be opened, read or written: which call failed and why.
 * @retval ATTAIN_E_VERSION  not a store (nor any SQLite database, or one that holds anything else), or one of another version. Such a file
 *                           stays as it is.
 * @retval ATTAIN_E_LIMIT    more than max_bytes.
 * @retval ATTAIN_E_CORRUPT  a store that is damaged.
 * @retval ATTAIN_E_BUSY     another process was writing for all of busy_ms. */
ATTAIN_API attain_status attain_store_open(const char *path, const attain_store_options *options,
                                           attain_store **out, attain_error *err);
/** NULL is fine. Plans and facts that came from the store live on. In a process that did not open the store, its memory alone is freed. */
ATTAIN_API void attain_store_close(attain_store *store);
/** The connection that the store owns, for reading beside it (attain_sqlite_register has been called on it); valid until close. A statement
 * that would change something is refused when it is prepared; views, triggers, extensions and ATTACH are off. NULL in another process. */
ATTAIN_API struct sqlite3 *attain_store_connection(attain_store *store);

/* ---------------------------------------------------------------- editions ---- */

#define ATTAIN_EDITION_LATEST INT64_C(0)

typedef enum attain_edition_kind {
    ATTAIN_EDITION_PLAN = 1,
    ATTAIN_EDITION_IMPORT = 2,
    ATTAIN_EDITION_CORRECTION = 3
} attain_edition_kind;

/** What the caller says about a change; kept as it is. */
typedef struct attain_edition_note {
    const char *source; /**< file, person, system; NULL: "" */
    const char *note;   /**< NULL: "" */
} attain_edition_note;

typedef struct attain_edition {
    int64_t number; /**< from 1 */
    attain_edition_kind kind;
    int64_t
        time_ms; /**< when it was made: milliseconds since 1970-01-01T00:00Z, never less than that of the one before */
    attain_str source, note;
    uint64_t n_new;       /**< facts that were not known before */
    uint64_t n_changed;   /**< facts that were known and are other now */
    uint64_t n_withdrawn; /**< facts that are no longer known */
    uint64_t n_same;      /**< facts that came again as they were; nothing is written for them */
    attain_period
        last; /**< the fact period that ends last (attain_facts_last_period) of all that is known; type NONE: none */
} attain_edition;

/** All editions, by number. Borrowed until the next call with this store. */
ATTAIN_API attain_status attain_store_editions(attain_store *store, const attain_edition **items, size_t *n,
                                               attain_error *err);
/** What was known on a date: the last edition made before its end. Written "2026-10-01" (a day, UTC), "2026-10-01T08:30:00Z" (that
 * moment), a number ("7": that edition) or "latest".
 * @retval ATTAIN_E_EDITION  there was none yet.
 * @retval ATTAIN_E_DATE     the text is none of these. */
ATTAIN_API attain_status attain_store_edition_on(attain_store *store, const char *text, size_t len,
                                                 int64_t *number, attain_error *err);

/** Puts a plan: the first one, or another in place of the last. The text is kept in canonical form (attain_plan_print), so that files
 * it included are in it. What is known must fit it: units and measures may come and go, but a fact that the new plan has no place
 * for, or a measure with other decimals, is refused and nothing changes. A plan that says the same as the last makes no edition.
 * @param out  written on success, may be NULL; its texts are borrowed until the next call with this store. */
ATTAIN_API attain_status attain_store_put_plan(attain_store *store, const attain_plan *plan,
                                               const attain_edition_note *note, attain_edition *out,
                                               attain_error *err);
/** The plan as known at an edition; the caller frees it. ATTAIN_E_EDITION where there was none yet. */
ATTAIN_API attain_status attain_store_plan(attain_store *store, int64_t edition, attain_plan **out,
                                           attain_error *err);

/** Adds facts, in one edition: cells that are not known, and other figures for cells that are. What is known and not in the batch
 * stays. A batch that brings nothing new makes an edition that says so (n_same).
 *
 * A batch of any size is one transaction.
 * @param facts  of any plan with the schema of the store's last plan; the batch only. A file becomes facts by attain_intake_*, which
 *               tells of bad rows and of cells that come twice. */
ATTAIN_API attain_status attain_store_import(attain_store *store, const attain_facts *facts,
                                             const attain_edition_note *note, attain_edition *out,
                                             attain_error *err);
/** Sets n cells, or takes them away (remove[i] != 0), in one edition.
 * @param plan    whose indices the facts use: of the schema of the store's last plan.
 * @param remove  NULL: none is taken away. Of a cell that is not known: ATTAIN_E_ARGUMENT, err->index.
 * @retval ATTAIN_E_DUPLICATE  a cell twice. */
ATTAIN_API attain_status attain_store_correct(attain_store *store, const attain_plan *plan,
                                              const attain_fact *facts, const uint8_t *remove, size_t n,
                                              const attain_edition_note *note, attain_edition *out,
                                              attain_error *err);

/** Which facts are asked for. */
typedef struct attain_store_part {
    size_t struct_size;
    const uint32_t *units; /**< those that count at one of these units (attain_plan_feeders); NULL: all */
    size_t n_units;
    const uint32_t *measures; /**< NULL: all */
    size_t n_measures;
    int leave_out_strangers; /**< facts that the plan has no place for are left out; else they are ATTAIN_E_SCHEMA, the first is named */
    uint64_t *n_strangers; /**< how many were left out; may be NULL */
    uint32_t n_threads;    /**< of the facts, see attain_facts_options */
} attain_store_part;

/** The facts as known at an edition.
 *
 * Cost     of the rows asked for, not of those stored: one pass over them. Their seals are verified, block by block.
 * @param plan  of the store, at this or another edition; it must outlive the facts.
 * @param part  NULL: all of them, none may be a stranger.
 * @retval ATTAIN_E_CORRUPT  a seal is broken: measure, period and units are named. */
ATTAIN_API attain_status attain_store_facts(attain_store *store, const attain_plan *plan, int64_t edition,
                                            const attain_store_part *part, attain_facts **out,
                                            attain_error *err);

/* ---------------------------------------------------------------- what a restatement changed ---- */

/** One row of a scorecard as known at edition a and at edition b, and what made the difference, step by step:
 *
 *     a  --late reports-->  --corrections-->  --plan-->  b
 *
 * Late: facts that were not known at a. Corrections: facts known at a that are other at b, or withdrawn. Plan: another text. value[0] is
 * that of a, value[3] that of b; what a step did is value[s + 1] less value[s], and the steps add up. Facts that the plan of a has no place for
 * come in with the plan of b; a late one for whose sake another had to be withdrawn (a year in place of its quarters), with the corrections. */
typedef struct attain_restated_row {
    attain_str target, unit; /**< ids */
    attain_period as_of;
    attain_verdict verdict[4]; /**< NOT_APPLICABLE where there is no such row */
    uint8_t has_row[4];        /**< is there such a row? Targets and units may come and go with the plan */
    uint8_t has_value[4];      /**< 0: no value */
    double value[4];           /**< the nearest doubles of the exact values */
    attain_str printed[4];     /**< the values as the option `print` says; "" if empty */
    attain_str numerator[4], denominator[4]; /**< exact, as attain_print_options.exact; "" if empty */
} attain_restated_row;

typedef struct attain_restated {
    attain_restated_row *
        rows; /**< those whose verdict, value, numerator or denominator differ in some step; targets as written */
    size_t n_rows;
    size_t n_compared;                         /**< rows in all */
    uint64_t n_late, n_corrected, n_withdrawn; /**< facts, of those that count at the units asked for */
    int plan_changed;
    void *owner; /**< what attain_restated_free frees */
} attain_restated;

typedef struct attain_restated_options {
    size_t struct_size;
    const attain_str *targets; /**< ids; NULL: all */
    size_t n_targets;
    const attain_str *units; /**< ids; NULL: each target's scope */
    size_t n_units;
    const attain_period *as_of; /**< NULL: the last period of the facts at b (of none there, at a) */
    size_t n_as_of;
    const attain_print_options *print; /**< how values are written in `printed`; NULL: all defaults */
} attain_restated_options;

/** Compares what was known at edition a with edition b, a < b. */
ATTAIN_API attain_status attain_store_restated(attain_store *store, int64_t a, int64_t b,
                                               const attain_restated_options *options, attain_restated *out,
                                               attain_error *err);
ATTAIN_API void attain_restated_free(attain_restated *restated);

/* ---------------------------------------------------------------- care ---- */

/** Copies the store as it is at this moment, also while others write, to a new file: written beside it under another name, made durable,
 * then renamed. A file that is there is not replaced: ATTAIN_E_STORE. */
ATTAIN_API attain_status attain_store_backup(attain_store *store, const char *path, attain_error *err);

/** Reads everything: SQLite's integrity check, the schema, every seal, the chain of editions, every plan, and that the facts of every
 * plan's edition fit it. ATTAIN_OK: nothing is wrong. ATTAIN_E_CORRUPT, _VERSION or _SCHEMA: something is, and the
 * first fault is err. Otherwise the store could not be read to its end.
 * @param findings  all faults, one a line (new text; empty if nothing is wrong); not written where the store could not be read. May be NULL. */
ATTAIN_API attain_status attain_store_verify(attain_store *store, attain_text *findings, attain_error *err);

/** Writes the file anew without unused pages, and empties the journal. What is known does not change.
 * @retval ATTAIN_E_BUSY  somebody was reading or writing for all of busy_ms; the file may be compact and the journal not yet empty. */
ATTAIN_API attain_status attain_store_compact(attain_store *store, attain_error *err);

/** Brings a store of an older version to this one, in ordered steps, each one transaction. Of a store of this version it does nothing.
 * @param from, to  versions, may be NULL. */
ATTAIN_API attain_status attain_store_migrate(const char *path, const attain_store_options *options,
                                              int32_t *from, int32_t *to, attain_error *err);

/* ---------------------------------------------------------------- SQL ---- */

/** Gives a connection attain's SQL functions and tables, as `.load attain` does (bindings/sqlite/README.md lists them). Nothing else of the
 * connection changes. The tables answer from the store in its main database.
 * @param db  an sqlite3 of the SQLite library that this one is linked to. */
ATTAIN_API attain_status attain_sqlite_register(struct sqlite3 *db, attain_error *err);

/** Entry point of the loadable extension attain.so; also for sqlite3_auto_extension. */
ATTAIN_API int sqlite3_attain_init(struct sqlite3 *db, char **message,
                                   const struct sqlite3_api_routines *api);

#ifdef __cplusplus
}
#endif

#endif
