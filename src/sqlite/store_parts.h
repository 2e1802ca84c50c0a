/* What the parts of the store share: statements, snapshots and transactions (store_sql.c), hashes and seals (store_seal.c), the head of
 * the ledger and its editions (store_ledger.c), units, measures and cells (store_roster.c), the walk over facts (store_walk.c).
 *
 *   attain_head      one row: the last edition, and count and hash of each small table
 *   attain_edition   the ledger; each row's hash covers the row and the hash before it
 *   attain_plan      text of the plans that were put
 *   attain_unit, attain_measure, attain_cell      code <-> number; numbers are given once and stay
 *   attain_fact      what was said of a cell in an edition: only what changed
 *   attain_seal      count and sum of the hashes of the facts of (measure, block of 64 units, period, edition)
 *
 * Nothing on a page is believed that a second page does not confirm: facts by their seals, seals by the facts, editions and names by
 * hashes of their own and by the head, so that a bit that turned over is found, wherever it stands.
 *
 * What is only used within a call is taken from SQLite's allocator. */
#ifndef ATN_SQLITE_STORE_PARTS_H
#define ATN_SQLITE_STORE_PARTS_H

#include "sqlite/store.h"

#include <stdint.h>

#define ATN_STORE_TRY(expr)                       \
    do {                                          \
        const attain_status try_status_ = (expr); \
        if (try_status_ != ATTAIN_OK) {           \
            return try_status_;                   \
        }                                         \
    } while (0)

enum { ATN_BLOCK_UNITS = 64 };
/* In the column qualifier: the fact is no longer known. Never a number of attain_qualifier. */
enum { ATN_WITHDRAWN = -1 };

/* ---- store_sql.c: statements ---- */

/* Makes room for n items of `size` bytes in a growing array of SQLite's allocator; false: no memory. */
bool atn_store_grow(void **items, size_t *capacity, size_t n, size_t size);
static inline attain_status atn_store_memory(attain_error *err)
{
    return atn_store_error(err, ATTAIN_E_MEMORY, "out of memory in the store");
}
attain_status atn_store_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out, attain_error *err);
/* Steps once. *row: there is one. */
attain_status atn_store_step(sqlite3_stmt *stmt, bool *row, const char *doing, attain_error *err);
/* Steps a statement that gives no rows, and resets it. */
attain_status atn_store_done(sqlite3_stmt *stmt, const char *doing, attain_error *err);
/* Runs a constant statement that gives no rows that matter. */
attain_status atn_store_exec(sqlite3 *db, const char *sql, const char *doing, attain_error *err);
/* The integer in column i. Else, and where it is not in [low, high]: ATTAIN_E_CORRUPT, which says `what`. */
attain_status atn_store_integer(sqlite3_stmt *stmt, int i, int64_t low, int64_t high, const char *what,
                                int64_t *out, attain_error *err);
/* The text in column i; borrowed until the next step. */
attain_status atn_store_text(sqlite3_stmt *stmt, int i, const char *what, attain_str *out, attain_error *err);
/* Binds a text without copying it. */
int atn_store_bind(sqlite3_stmt *stmt, int i, attain_str text);
/* Bits as SQLite keeps them. */
int64_t atn_store_signed(uint64_t bits);
/* A new text of len bytes, to be filled, with a NUL behind them. */
attain_status atn_text_of_size(const attain_allocator *alloc, size_t len, attain_text *out,
                               attain_error *err);
/* Adds to a text that was made so; false: no memory. */
bool atn_text_add(attain_text *text, const char *data, size_t len);

/* One state of the file for several statements, as long as it is open: a statement that has a row in hand keeps the reader's snapshot, within a caller's
 * transaction as well as outside. */
typedef struct atn_snapshot {
    sqlite3_stmt *hold;
} atn_snapshot;
/* Checks the schema as atn_store_check does. */
attain_status atn_snapshot_open(atn_snapshot *s, sqlite3 *db, attain_error *err);
void atn_snapshot_close(atn_snapshot *s);

/* A change: a transaction of its own (IMMEDIATE), or a savepoint within the caller's. */
typedef struct atn_change {
    sqlite3 *db;
    bool is_own;
    sqlite3_stmt *undo, *forget; /* made beforehand: what takes a change back may need no memory */
} atn_change;
attain_status atn_change_begin(atn_change *c, sqlite3 *db, attain_error *err);
/* Keeps the change if status is OK, else takes it back and returns status. */
attain_status atn_change_end(atn_change *c, attain_status status, attain_error *err);

/* ---- store_period.c ---- */

enum { ATN_PERIOD_BYTES = 64 };
/* One integer for any period of a fact, also for a range, for which attain_period_encode has none. */
attain_status atn_store_period_code(attain_period period, int64_t *code, attain_error *err);
/* false: it is the code of none. */
bool atn_store_period_of(int64_t code, attain_period *out);
/* "2024-H1"; "?" for the code of none. For messages. */
void atn_store_period_text(int64_t code, char text[ATN_PERIOD_BYTES]);

/* ---- store_seal.c: hashes and seals ---- */

uint64_t atn_hash_integer(uint64_t hash, uint64_t value);
uint64_t atn_hash_text(uint64_t hash, attain_str text);

/* A row of attain_fact, without its measure. */
typedef struct atn_fact_row {
    uint32_t unit, cell;
    int64_t period, edition;
    int64_t value; /* 0 where there is none */
    int8_t qualifier;
    uint8_t reason;
} atn_fact_row;

/* (period, edition) of a block: how many rows, and the sum of their hashes. */
typedef struct atn_seal {
    int64_t period, edition;
    bool is_met; /* found in the file */
    uint64_t n, sum, salt;
} atn_seal;

/* The seals of one (measure, block) while its rows go by: in the order unit, cell, period they come in the same order again and again, so
 * that the next seal is mostly the one behind the last. */
typedef struct atn_seals {
    atn_seal *items;
    size_t n, capacity, guess;
    uint32_t *index; /* open addressing: position + 1 */
    size_t n_index;
    uint64_t measure_salt;
    uint32_t line_unit, line_cell;
    uint64_t line_salt;
} atn_seals;
void atn_seals_begin(atn_seals *s, uint32_t measure);
/* *hash (may be NULL): of the row. false: no memory. */
bool atn_seals_add(atn_seals *s, const atn_fact_row *row, uint64_t *hash);
/* NULL: there is none. */
atn_seal *atn_seals_find(atn_seals *s, int64_t period, int64_t edition);
void atn_seals_free(atn_seals *s);

/* ---- store_ledger.c ---- */

/* A small table: rows, and the sum of their hashes. */
typedef struct atn_tally {
    int64_t n;
    uint64_t sum;
} atn_tally;
typedef struct atn_head {
    int64_t edition; /* the last */
    uint64_t chain;  /* its hash */
    atn_tally plans, units, measures, cells;
} atn_head;
attain_status atn_head_read(sqlite3 *db, atn_head *out, attain_error *err);
attain_status atn_head_write(sqlite3 *db, const atn_head *head, attain_error *err);

/* A row of the ledger. */
typedef struct atn_entry {
    attain_edition edition; /* texts: borrowed from whoever made the entry */
    int64_t plan;           /* the edition whose plan holds; 0: none */
    int64_t last_code;      /* edition.last encoded; only where it has a type */
    uint64_t facts_sum;     /* of the hashes of the facts of this edition */
    uint64_t hash;
} atn_entry;
typedef struct atn_ledger {
    sqlite3 *db;
    sqlite3_stmt *stmt;
    int64_t last;
    uint64_t chain;
} atn_ledger;
attain_status atn_ledger_open(atn_ledger *l, sqlite3 *db, const atn_head *head, attain_error *err);
/* Entry `number` in 1 .. last, checked against its neighbour before. Texts: borrowed until the next call. */
attain_status atn_ledger_read(atn_ledger *l, int64_t number, atn_entry *out, attain_error *err);
void atn_ledger_close(atn_ledger *l);
/* Adds an entry behind the last one and writes the head; number, time and hash are filled in. */
attain_status atn_ledger_append(sqlite3 *db, atn_head *head, atn_entry *entry,
                                const attain_edition_note *note, int64_t now_ms, attain_error *err);
/* The edition asked for: LATEST becomes the last. ATTAIN_E_EDITION if there is none. */
attain_status atn_head_resolve(const atn_head *head, int64_t *edition, attain_error *err);
/* The later of two periods: the one that ends later, of equal ones the longer. NONE is the earliest. */
attain_period atn_later_period(attain_period a, attain_period b);

/* ---- store_plan.c ---- */

/* The schema digest of the plan that holds at an entry. */
attain_status atn_plan_schema(sqlite3 *db, const atn_head *head, const atn_entry *entry, uint64_t digest[2],
                              attain_error *err);
/* The plan of entry->plan, made anew. */
attain_status atn_plan_read(sqlite3 *db, const atn_head *head, const atn_entry *entry,
                            const attain_allocator *alloc, attain_plan **out, attain_error *err);

/* ---- store_roster.c ---- */

/* A measure of the store and where the plan has it. */
typedef struct atn_store_measure {
    uint32_t id;
    uint32_t plan; /* ATTAIN_NONE: not there */
    char *code;
} atn_store_measure;
/* Numbers of the store <-> indices of a plan. */
typedef struct atn_roster {
    sqlite3 *db;
    const attain_plan *plan;
    size_t n_plan_units, n_plan_measures;
    uint32_t n_units;    /* numbers 1 .. n_units */
    uint32_t *unit_plan; /* [number]: index in the plan or ATTAIN_NONE */
    uint32_t *plan_unit; /* [index]: number or 0 */
    uint32_t n_measures; /* numbers 1 .. n_measures are measures[0 ..] */
    atn_store_measure *measures;
    uint32_t *plan_measure; /* [index]: number or 0 */
    uint32_t n_cells;       /* numbers 0 .. n_cells - 1 */
    char **cells;           /* [number]: members */
    uint32_t *sorted;       /* cell numbers by text; n_sorted of them */
    uint32_t n_sorted;
    size_t units_capacity, measures_capacity, cells_capacity, sorted_capacity;
    /* of one measure, see atn_roster_cells */
    uint32_t cells_of;   /* plan index of that measure; ATTAIN_NONE: none yet */
    uint32_t *cell_plan; /* [number]: cell of the plan's measure or ATTAIN_NONE */
    uint32_t *plan_cell; /* [cell]: number or ATTAIN_NONE */
    size_t cell_plan_capacity, plan_cell_capacity;
} atn_roster;
/* Reads the three tables, checked against the head. */
attain_status atn_roster_read(atn_roster *names, sqlite3 *db, const atn_head *head, const attain_plan *plan,
                              attain_error *err);
/* Fills cell_plan and plan_cell for a measure of the plan. */
attain_status atn_roster_cells(atn_roster *names, uint32_t plan_measure, attain_error *err);
/* Gives numbers to all units of the plan, to a measure of the plan, and to all of its cells; the head is brought up to date. */
attain_status atn_roster_add_units(atn_roster *names, atn_head *head, attain_error *err);
attain_status atn_roster_add_measure(atn_roster *names, atn_head *head, uint32_t plan_measure,
                                     attain_error *err);
/* The tables alone, for verify: each row's hash, count and sum. */
attain_status atn_roster_verify(sqlite3 *db, const atn_head *head, attain_error *err);
void atn_roster_free(atn_roster *names);
/* The code of a unit; "?" if it cannot be read. For messages. */
void atn_roster_unit_code(sqlite3 *db, uint32_t unit, char code[64]);
/* The row of attain_cell that every store has: number 0, "". */
uint64_t atn_roster_no_cell_hash(void);

/* ---- store_walk.c: facts, block by block, against their seals ---- */

/* Called for each row in the order unit, cell, period, edition. */
typedef attain_status (*atn_walk_fn)(void *ctx, const atn_fact_row *row, attain_error *err);
typedef struct atn_walk {
    sqlite3 *db;
    sqlite3_stmt *facts, *seals;
    atn_seals made;
    int64_t last_edition;
    uint32_t n_units, n_cells;
    const char *measure_code; /* for messages */
    const atn_store_watch *watch;
    uint64_t n_rows, n_total; /* so far, in all walks; for progress */
    uint64_t *edition_sum;    /* [edition]: sums of the seals; NULL: not asked for */
} atn_walk;
attain_status atn_walk_open(atn_walk *w, sqlite3 *db, const atn_head *head, const atn_store_watch *watch,
                            attain_error *err);
/* Rows of a measure at the units of blocks first .. last. */
attain_status atn_walk_blocks(atn_walk *w, uint32_t measure, uint32_t first, uint32_t last, atn_walk_fn take,
                              void *ctx, attain_error *err);
void atn_walk_close(atn_walk *w);

/* ---- store_write.c ---- */

/* An edition of facts that are set and facts that are withdrawn (NULL: none), in a change of its own. *unknown: if a fact is to be withdrawn
 * that is not known (ATTAIN_E_ARGUMENT), its number in `removes`; else UINT64_MAX. */
attain_status atn_store_write(sqlite3 *db, attain_edition_kind kind, const attain_facts *sets,
                              const attain_facts *removes, const attain_edition_note *note, int64_t now_ms,
                              const atn_store_watch *watch, int64_t *number, uint64_t *unknown,
                              attain_error *err);

/* ---- store_schema.c ---- */

/* A step from one version to the next: constant SQL, then a function (may be NULL). */
typedef struct atn_store_version_step {
    int32_t from, to;
    const char *const *sql; /* ends with NULL; the last one sets user_version */
    attain_status (*run)(sqlite3 *db, attain_error *err);
} atn_store_version_step;
/* Application id and user_version of "main"; *is_empty: nothing is in it. */
attain_status atn_store_version(sqlite3 *db, int32_t *application, int32_t *version, bool *is_empty,
                                attain_error *err);
/* Brings "main" from its version to `to` by steps, each one transaction; versions without a step are ATTAIN_E_VERSION. */
attain_status atn_store_upgrade(sqlite3 *db, const atn_store_version_step *steps, size_t n_steps, int32_t to,
                                attain_error *err);
/* The steps of this library. */
const atn_store_version_step *atn_store_steps(size_t *n);

#endif
