/* The walk over facts: a measure's rows in the order of the key, and beside them its seals.
 *
 *   attain_fact   unit 1 .. 63 | 64 ........ 127 | 128 ...        rows of a block are added up by (period, edition)
 *   attain_seal   block 0      | block 1         | block 2        ... and compared when the block ends
 *
 * A block is read whole, whoever asks for one of its units. Rows without a seal, seals without rows and sums that differ are the same
 * finding: the file is damaged. Rows are handed out before their block is compared, so that nothing that was made of them may be used if the
 * walk fails.
 *
 * The order is that of the table's key, in which SQLite reads a range of it. Were it another one, seals would not fit: an error, not a wrong
 * result. */
#include "sqlite/store_parts.h"

#include <stdio.h>
#include <string.h>

typedef struct seal_row {
    int64_t block, period, edition;
    uint64_t n, sum;
} seal_row;

static attain_status next_seal(atn_walk *w, seal_row *seal, bool *there, attain_error *err)
{
    int64_t column[5];
    ATN_STORE_TRY(atn_store_step(w->seals, there, "reading seals", err));
    if (!*there) {
        return ATTAIN_OK;
    }
    for (int i = 0; i < 5; i++) {
        ATN_STORE_TRY(
            atn_store_integer(w->seals, i, INT64_MIN, INT64_MAX, "a number of a seal", &column[i], err));
    }
    *seal = (seal_row){.block = column[0],
                       .period = column[1],
                       .edition = column[2],
                       .n = (uint64_t)column[3],
                       .sum = (uint64_t)column[4]};
    return ATTAIN_OK;
}

/* ---- what is told of a broken seal ---- */

static attain_status broken(const atn_walk *w, int64_t block, int64_t period, int64_t edition,
                            const char *what, attain_error *err)
{
    char code[2][64];
    char text[ATN_PERIOD_BYTES];
    const int64_t first = block * ATN_BLOCK_UNITS;
    const int64_t last = first + ATN_BLOCK_UNITS - 1;
    atn_store_period_text(period, text);
    atn_roster_unit_code(w->db, first < 1 ? 1 : (uint32_t)first, code[0]);
    atn_roster_unit_code(w->db, last > w->n_units ? w->n_units : (uint32_t)last, code[1]);
    return atn_store_error(
        err, ATTAIN_E_CORRUPT,
        "the store is damaged: facts of measure %s, period %s, units %s to %s, edition %lld: %s",
        w->measure_code, text, code[0], code[1], (long long)edition, what);
}

/* ---- blocks ---- */

typedef struct walk_run {
    seal_row seal; /* the next one */
    bool has_seal;
    int64_t block; /* whose rows are going by; -1: none yet */
    uint32_t measure;
} walk_run;

static attain_status compare_seal(atn_walk *w, const seal_row *row, attain_error *err)
{
    atn_seal *made = atn_seals_find(&w->made, row->period, row->edition);
    if (made == NULL || made->is_met) {
        return broken(w, row->block, row->period, row->edition, "a seal without facts", err);
    }
    if (made->n != row->n || made->sum != row->sum) {
        return broken(w, row->block, row->period, row->edition, "they do not fit their seal", err);
    }
    made->is_met = true;
    if (w->edition_sum != NULL) {
        w->edition_sum[row->edition] += row->sum;
    }
    return ATTAIN_OK;
}

/* The rows of the block have all gone by. */
static attain_status close_block(atn_walk *w, walk_run *run, attain_error *err)
{
    size_t n_met = 0;
    while (run->has_seal && run->seal.block <= run->block) {
        if (run->seal.block < run->block) {
            return broken(w, run->seal.block, run->seal.period, run->seal.edition, "a seal without facts",
                          err);
        }
        ATN_STORE_TRY(compare_seal(w, &run->seal, err));
        n_met++;
        ATN_STORE_TRY(next_seal(w, &run->seal, &run->has_seal, err));
    }
    for (size_t i = 0; n_met < w->made.n && i < w->made.n; i++) {
        if (!w->made.items[i].is_met) {
            return broken(w, run->block, w->made.items[i].period, w->made.items[i].edition,
                          "they have no seal", err);
        }
    }
    return ATTAIN_OK;
}

static attain_status open_block(atn_walk *w, walk_run *run, int64_t block, attain_error *err)
{
    if (run->block >= 0) {
        ATN_STORE_TRY(close_block(w, run, err));
        if (block < run->block) {
            return atn_store_error(err, ATTAIN_E_CORRUPT,
                                   "the store is damaged: facts of measure %s are out of order",
                                   w->measure_code);
        }
    }
    run->block = block;
    atn_seals_begin(&w->made, run->measure);
    return ATTAIN_OK;
}

/* ---- rows ---- */

/* Rows are not fetched one by one: the statement calls an aggregate function of ours with each, which is spared the way out of SQLite and back
 * for every row and every column. What the function needs comes as a pointer, which no SQL text can make: called by somebody else it
 * does nothing. */
typedef struct walk_call {
    atn_walk *walk;
    walk_run *run;
    atn_walk_fn take;
    void *ctx;
    attain_error *err;
    attain_status status;
} walk_call;
static const char call_type[] = "attain_walk_call";

static inline int64_t integer_of(sqlite3_value *value, int64_t low, int64_t high, bool *fine)
{
    const int64_t number = sqlite3_value_int64(value);
    *fine = *fine && sqlite3_value_type(value) == SQLITE_INTEGER && number >= low && number <= high;
    return number;
}

/* false: a column that no row of ours has. */
static bool read_row(const atn_walk *w, sqlite3_value **column, atn_fact_row *out)
{
    bool fine = true;
    out->unit = (uint32_t)integer_of(column[0], 1, w->n_units, &fine);
    out->cell = (uint32_t)integer_of(column[1], 0, (int64_t)w->n_cells - 1, &fine);
    out->period = integer_of(column[2], INT32_MIN, INT64_MAX, &fine);
    out->edition = integer_of(column[3], 1, w->last_edition, &fine);
    out->qualifier = (int8_t)integer_of(column[5], ATN_WITHDRAWN, ATTAIN_MISSING, &fine);
    out->reason = (uint8_t)integer_of(column[6], 0, ATTAIN_REASON_OTHER, &fine);
    if (fine && out->qualifier != ATN_WITHDRAWN && out->qualifier != ATTAIN_MISSING) {
        out->value = integer_of(column[4], INT64_MIN, INT64_MAX, &fine);
        return fine;
    }
    out->value = 0;
    return fine && sqlite3_value_type(column[4]) == SQLITE_NULL;
}

static attain_status report_progress(const atn_walk *w, attain_error *err)
{
    if (w->watch != NULL && w->watch->progress != NULL &&
        w->watch->progress(w->watch->progress_ctx, w->n_rows, w->n_total) != 0) {
        return atn_store_error(err, ATTAIN_E_CANCELLED, "cancelled after %llu facts",
                               (unsigned long long)w->n_rows);
    }
    return ATTAIN_OK;
}

static attain_status take_row(atn_walk *w, walk_run *run, sqlite3_value **column, atn_walk_fn take, void *ctx,
                              attain_error *err)
{
    atn_fact_row row;
    if (!read_row(w, column, &row)) {
        return atn_store_error(err, ATTAIN_E_CORRUPT,
                               "the store is damaged: a fact of measure %s has a column that no fact has",
                               w->measure_code);
    }
    const int64_t block = row.unit / ATN_BLOCK_UNITS;
    if (block != run->block) {
        ATN_STORE_TRY(open_block(w, run, block, err));
    }
    if (!atn_seals_add(&w->made, &row, NULL)) {
        return atn_store_memory(err);
    }
    if (++w->n_rows % 65536 == 0) {
        ATN_STORE_TRY(report_progress(w, err));
    }
    return take != NULL ? take(ctx, &row, err) : ATTAIN_OK;
}

/* The function: (call, unit, cell, period, edition, value, qualifier, reason). */
static void step(sqlite3_context *context, int n, sqlite3_value **values)
{
    walk_call *call = n == 8 ? sqlite3_value_pointer(values[0], call_type) : NULL;
    if (call != NULL && call->status == ATTAIN_OK) {
        call->status = take_row(call->walk, call->run, values + 1, call->take, call->ctx, call->err);
        if (call->status != ATTAIN_OK) {
            sqlite3_result_error_code(context, SQLITE_ABORT);
        }
    }
}

static void finish(sqlite3_context *context)
{
    (void)context;
}

/* The statement over the facts. Only a connection that has not walked yet is given the function: to do so again would disturb the statements
 * that it is running. */
static attain_status prepare_facts(sqlite3 *db, sqlite3_stmt **out, attain_error *err)
{
    static const char sql[] = "SELECT attain_walk(?4, unit, cell, period, edition, value, qualifier, reason)"
                              " FROM main.attain_fact WHERE measure = ?1 AND unit BETWEEN ?2 AND ?3";
    attain_error why;
    const attain_status status = atn_store_prepare(db, sql, out, &why);
    if (status != ATTAIN_E_STORE) {
        return status == ATTAIN_OK ? status : atn_store_error(err, status, "%s", why.message);
    }
    const int rc = sqlite3_create_function_v2(db, "attain_walk", 8, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL,
                                              NULL, step, finish, NULL);
    return rc == SQLITE_OK ? atn_store_prepare(db, sql, out, err)
                           : atn_store_fail(err, db, rc, "preparing a statement");
}

static attain_status walk_rows(atn_walk *w, walk_run *run, atn_walk_fn take, void *ctx, attain_error *err)
{
    walk_call call = {w, run, take, ctx, err, ATTAIN_OK};
    ATN_STORE_TRY(next_seal(w, &run->seal, &run->has_seal, err));
    int rc = sqlite3_bind_pointer(w->facts, 4, &call, call_type, NULL);
    rc = rc == SQLITE_OK ? sqlite3_step(w->facts) : rc;
    ATN_STORE_TRY(call.status);
    if (rc != SQLITE_ROW) {
        return atn_store_fail(err, w->db, rc, "reading facts");
    }
    if (run->block >= 0) {
        ATN_STORE_TRY(close_block(w, run, err));
    }
    return run->has_seal
               ? broken(w, run->seal.block, run->seal.period, run->seal.edition, "a seal without facts", err)
               : ATTAIN_OK;
}

attain_status atn_walk_blocks(atn_walk *w, uint32_t measure, uint32_t first, uint32_t last, atn_walk_fn take,
                              void *ctx, attain_error *err)
{
    walk_run run = {.block = -1, .measure = measure};
    atn_seals_begin(&w->made, measure);
    sqlite3_bind_int64(w->facts, 1, measure);
    sqlite3_bind_int64(w->facts, 2, (int64_t)first * ATN_BLOCK_UNITS);
    sqlite3_bind_int64(w->facts, 3, (int64_t)last * ATN_BLOCK_UNITS + ATN_BLOCK_UNITS - 1);
    sqlite3_bind_int64(w->seals, 1, measure);
    sqlite3_bind_int64(w->seals, 2, first);
    sqlite3_bind_int64(w->seals, 3, last);
    const attain_status status = walk_rows(w, &run, take, ctx, err);
    sqlite3_reset(w->facts);
    sqlite3_reset(w->seals);
    return status;
}

attain_status atn_walk_open(atn_walk *w, sqlite3 *db, const atn_head *head, const atn_store_watch *watch,
                            attain_error *err)
{
    *w = (atn_walk){.db = db, .last_edition = head->edition, .watch = watch, .measure_code = "?"};
    w->n_units = (uint32_t)head->units.n;
    w->n_cells = (uint32_t)head->cells.n;
    ATN_STORE_TRY(prepare_facts(db, &w->facts, err));
    const attain_status status =
        atn_store_prepare(db,
                          "SELECT block, period, edition, n, sum FROM main.attain_seal"
                          " WHERE measure = ?1 AND block BETWEEN ?2 AND ?3 ORDER BY block",
                          &w->seals, err);
    if (status != ATTAIN_OK) {
        atn_walk_close(w);
    }
    return status;
}

void atn_walk_close(atn_walk *w)
{
    sqlite3_finalize(w->facts);
    sqlite3_finalize(w->seals);
    atn_seals_free(&w->made);
    w->facts = NULL;
    w->seals = NULL;
}
