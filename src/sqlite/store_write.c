/* Writing facts: what comes is joined with what is known, and only what differs is written.
 *
 *   what comes    A 2024-01 5    A 2024-02 7    B 2024-01 -          in batches, sorted by the key
 *   what is known A 2024-01 5    A 2024-02 6                         a cursor that only goes forward, mostly
 *                 same           changed        new                 -> rows of this edition, and their seals
 *
 * A batch is joined first and written then, for a cursor that reads a table while it grows costs more than to look it up anew. */
#include "sqlite/store_parts.h"

#include <string.h>

enum { BATCH = 16384, MOST_STEPS = 64 };

/* A fact that comes, in the store's numbers. */
typedef struct coming {
    atn_fact_row row;
    uint32_t measure;
    uint64_t index; /* of attain_facts_read */
    bool is_same;
} coming;

typedef struct writer {
    sqlite3 *db;
    atn_head head;
    atn_roster names;
    atn_entry entry;
    int64_t edition;
    const attain_allocator *alloc;
    /* what is known */
    sqlite3_stmt *known;
    bool has_known;     /* a row is in hand */
    bool is_positioned; /* in known_measure, from known_from on */
    uint32_t known_measure;
    atn_fact_row known_from, known_row;
    /* what is written */
    sqlite3_stmt *insert, *seal, *seal_get, *seal_set;
    uint32_t bound_measure, bound_unit, bound_cell;
    int bound_qualifier, bound_reason;
    atn_seals made;
    uint32_t seal_measure;
    int64_t seal_block; /* -1: none */
    uint64_t facts_sum;
    /* the batch */
    coming *batch, *spare;
    size_t n_batch;
    uint64_t unknown;  /* the fact that is to be withdrawn, but is not known; UINT64_MAX: none */
    bool is_last_gone; /* a fact of what was the last period is withdrawn */
    /* codes of periods: the facts of a unit come with the same periods as those of the unit before */
    struct {
        attain_period period;
        int64_t code;
    } codes[512];
} writer;

/* ---- order ---- */

static int compare_rows(const atn_fact_row *a, const atn_fact_row *b)
{
    if (a->unit != b->unit) {
        return a->unit < b->unit ? -1 : 1;
    }
    if (a->cell != b->cell) {
        return a->cell < b->cell ? -1 : 1;
    }
    return (a->period > b->period) - (a->period < b->period);
}

static int compare_coming(const coming *a, const coming *b)
{
    if (a->measure != b->measure) {
        return a->measure < b->measure ? -1 : 1;
    }
    return compare_rows(&a->row, &b->row);
}

static bool is_sorted(const coming *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (compare_coming(&items[i - 1], &items[i]) > 0) {
            return false;
        }
    }
    return true;
}

/* Merge sort: stable, n log n whatever comes. */
static void sort_batch(coming *items, coming *spare, size_t n)
{
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t low = 0; low < n; low += 2 * width) {
            const size_t middle = low + width < n ? low + width : n;
            const size_t high = middle + width < n ? middle + width : n;
            size_t a = low;
            size_t b = middle;
            for (size_t i = low; i < high; i++) {
                const bool take_a = a < middle && (b >= high || compare_coming(&items[a], &items[b]) <= 0);
                spare[i] = take_a ? items[a++] : items[b++];
            }
        }
        memcpy(items, spare, n * sizeof *items);
    }
}

/* ---- what is known ---- */

static attain_status step_known(writer *w, attain_error *err)
{
    static const struct {
        int64_t low, high;
    } range[] = {{1, UINT32_MAX},
                 {0, UINT32_MAX},
                 {INT32_MIN, INT64_MAX},
                 {1, INT64_MAX},
                 {ATN_WITHDRAWN, ATTAIN_MISSING},
                 {0, ATTAIN_REASON_OTHER}};
    int64_t column[6];
    bool row;
    ATN_STORE_TRY(atn_store_step(w->known, &row, "reading what is known", err));
    w->has_known = row;
    if (!row) {
        return ATTAIN_OK;
    }
    for (int i = 0; i < 6; i++) {
        ATN_STORE_TRY(atn_store_integer(w->known, i, range[i].low, range[i].high, "a column of a fact",
                                        &column[i], err));
    }
    w->known_row = (atn_fact_row){.unit = (uint32_t)column[0],
                                  .cell = (uint32_t)column[1],
                                  .period = column[2],
                                  .edition = column[3],
                                  .value = sqlite3_column_int64(w->known, 6),
                                  .qualifier = (int8_t)column[4],
                                  .reason = (uint8_t)column[5]};
    return ATTAIN_OK;
}

static attain_status seek_known(writer *w, uint32_t measure, const atn_fact_row *from, attain_error *err)
{
    sqlite3_reset(w->known);
    sqlite3_bind_int64(w->known, 1, measure);
    sqlite3_bind_int64(w->known, 2, from->unit);
    sqlite3_bind_int64(w->known, 3, from->cell);
    sqlite3_bind_int64(w->known, 4, from->period);
    w->is_positioned = true;
    w->known_measure = measure;
    w->known_from = *from;
    return step_known(w, err);
}

/* What is known of a cell; *found = false: nothing. The cursor stands behind it then. */
static attain_status find_known(writer *w, uint32_t measure, const atn_fact_row *key, atn_fact_row *out,
                                bool *found, attain_error *err)
{
    if (!w->is_positioned || w->known_measure != measure || compare_rows(key, &w->known_from) < 0) {
        ATN_STORE_TRY(seek_known(w, measure, key, err));
    }
    for (int n = 0; w->has_known && compare_rows(&w->known_row, key) < 0; n++) {
        if (n == MOST_STEPS) {
            ATN_STORE_TRY(seek_known(w, measure, key, err));
            break;
        }
        ATN_STORE_TRY(step_known(w, err));
    }
    w->known_from = *key;
    *found = false;
    while (w->has_known && compare_rows(&w->known_row, key) == 0) {
        *out = w->known_row;
        *found = w->known_row.qualifier != ATN_WITHDRAWN;
        ATN_STORE_TRY(step_known(w, err));
    }
    return ATTAIN_OK;
}

static attain_status join_one(writer *w, coming *c, attain_error *err)
{
    atn_fact_row known;
    bool found;
    attain_edition *e = &w->entry.edition;
    ATN_STORE_TRY(find_known(w, c->measure, &c->row, &known, &found, err));
    if (c->row.qualifier == ATN_WITHDRAWN) {
        if (!found) {
            w->unknown = c->index;
            return atn_store_error(err, ATTAIN_E_ARGUMENT,
                                   "a fact is to be taken away, but nothing is known of that cell");
        }
        e->n_withdrawn++;
        w->is_last_gone = w->is_last_gone || c->row.period == w->entry.last_code;
        return ATTAIN_OK;
    }
    c->is_same = found && known.value == c->row.value && known.qualifier == c->row.qualifier &&
                 known.reason == c->row.reason;
    e->n_same += c->is_same ? 1 : 0;
    e->n_changed += found && !c->is_same ? 1 : 0;
    e->n_new += found ? 0 : 1;
    return ATTAIN_OK;
}

/* ---- seals ---- */

/* The seal is there already: units of a plan in another order come back to a block that was left. */
static attain_status add_to_seal(writer *w, const atn_seal *seal, attain_error *err)
{
    int64_t n;
    int64_t sum;
    bool row;
    sqlite3_bind_int64(w->seal_get, 1, w->seal_measure);
    sqlite3_bind_int64(w->seal_get, 2, w->seal_block);
    sqlite3_bind_int64(w->seal_get, 3, seal->period);
    sqlite3_bind_int64(w->seal_get, 4, seal->edition);
    attain_status status = atn_store_step(w->seal_get, &row, "reading a seal", err);
    if (status == ATTAIN_OK) {
        status = atn_store_integer(w->seal_get, 0, 0, INT64_MAX, "a seal", &n, err);
    }
    if (status == ATTAIN_OK) {
        status = atn_store_integer(w->seal_get, 1, INT64_MIN, INT64_MAX, "a seal", &sum, err);
    }
    sqlite3_reset(w->seal_get);
    ATN_STORE_TRY(status);
    sqlite3_bind_int64(w->seal_set, 1, w->seal_measure);
    sqlite3_bind_int64(w->seal_set, 2, w->seal_block);
    sqlite3_bind_int64(w->seal_set, 3, seal->period);
    sqlite3_bind_int64(w->seal_set, 4, seal->edition);
    sqlite3_bind_int64(w->seal_set, 5, atn_store_signed((uint64_t)n + seal->n));
    sqlite3_bind_int64(w->seal_set, 6, atn_store_signed((uint64_t)sum + seal->sum));
    return atn_store_done(w->seal_set, "writing a seal", err);
}

static attain_status write_seals(writer *w, attain_error *err)
{
    for (size_t i = 0; i < w->made.n; i++) {
        const atn_seal *seal = &w->made.items[i];
        sqlite3_bind_int64(w->seal, 1, w->seal_measure);
        sqlite3_bind_int64(w->seal, 2, w->seal_block);
        sqlite3_bind_int64(w->seal, 3, seal->period);
        sqlite3_bind_int64(w->seal, 4, seal->edition);
        sqlite3_bind_int64(w->seal, 5, atn_store_signed(seal->n));
        sqlite3_bind_int64(w->seal, 6, atn_store_signed(seal->sum));
        ATN_STORE_TRY(atn_store_done(w->seal, "writing a seal", err));
        if (sqlite3_changes(w->db) == 0) {
            ATN_STORE_TRY(add_to_seal(w, seal, err));
        }
    }
    w->seal_block = -1;
    return ATTAIN_OK;
}

/* ---- rows ---- */

/* Parameters that are as in the row before stay bound. */
static attain_status insert_row(writer *w, const coming *c, attain_error *err)
{
    sqlite3_stmt *s = w->insert;
    const atn_fact_row *row = &c->row;
    if (c->measure != w->bound_measure) {
        sqlite3_bind_int64(s, 1, c->measure);
        w->bound_measure = c->measure;
    }
    if (row->unit != w->bound_unit) {
        sqlite3_bind_int64(s, 2, row->unit);
        w->bound_unit = row->unit;
    }
    if (row->cell != w->bound_cell) {
        sqlite3_bind_int64(s, 3, row->cell);
        w->bound_cell = row->cell;
    }
    sqlite3_bind_int64(s, 4, row->period);
    if (row->qualifier == ATTAIN_MISSING || row->qualifier == ATN_WITHDRAWN) {
        sqlite3_bind_null(s, 6);
    } else {
        sqlite3_bind_int64(s, 6, row->value);
    }
    if (row->qualifier != w->bound_qualifier) {
        sqlite3_bind_int64(s, 7, row->qualifier);
        w->bound_qualifier = row->qualifier; /* a number: NOLINT(bugprone-signed-char-misuse,cert-str34-c) */
    }
    if (row->reason != w->bound_reason) {
        sqlite3_bind_int64(s, 8, row->reason);
        w->bound_reason = row->reason;
    }
    const int rc = sqlite3_step(s);
    sqlite3_reset(s);
    return rc == SQLITE_DONE ? ATTAIN_OK : atn_store_fail(err, w->db, rc, "writing facts");
}

static attain_status write_row(writer *w, coming *c, attain_error *err)
{
    const int64_t block = c->row.unit / ATN_BLOCK_UNITS;
    uint64_t hash;
    if (block != w->seal_block || c->measure != w->seal_measure) {
        ATN_STORE_TRY(w->seal_block >= 0 ? write_seals(w, err) : ATTAIN_OK);
        w->seal_block = block;
        w->seal_measure = c->measure;
        atn_seals_begin(&w->made, c->measure);
    }
    c->row.edition = w->edition;
    if (!atn_seals_add(&w->made, &c->row, &hash)) {
        return atn_store_memory(err);
    }
    w->facts_sum += hash;
    return insert_row(w, c, err);
}

static attain_status flush(writer *w, attain_error *err)
{
    if (!is_sorted(w->batch, w->n_batch)) {
        sort_batch(w->batch, w->spare, w->n_batch);
    }
    w->is_positioned = false;
    for (size_t i = 0; i < w->n_batch; i++) {
        ATN_STORE_TRY(join_one(w, &w->batch[i], err));
    }
    sqlite3_reset(w->known);
    for (size_t i = 0; i < w->n_batch; i++) {
        if (!w->batch[i].is_same) {
            ATN_STORE_TRY(write_row(w, &w->batch[i], err));
        }
    }
    w->n_batch = 0;
    return ATTAIN_OK;
}

/* ---- taking facts ---- */

static attain_status code_of(writer *w, attain_period period, int64_t *code, attain_error *err)
{
    const size_t at = ((uint32_t)period.end_day * UINT32_C(2654435761)) >> 23; /* of 512 */
    attain_period *known = &w->codes[at].period;
    if (known->end_day != period.end_day || known->start_day != period.start_day ||
        known->type != period.type || known->start_month != period.start_month ||
        known->end_type != period.end_type || known->end_month != period.end_month) {
        ATN_STORE_TRY(atn_store_period_code(period, &w->codes[at].code, err));
        *known = period;
    }
    *code = w->codes[at].code;
    return ATTAIN_OK;
}

/* A fact, in the plan's indices that are known to be such, into the batch. */
static attain_status take_fact(writer *w, const attain_fact *fact, bool remove, uint64_t index,
                               attain_error *err)
{
    if (w->names.cells_of != fact->measure || w->names.plan_measure[fact->measure] == 0) {
        ATN_STORE_TRY(atn_roster_add_measure(&w->names, &w->head, fact->measure, err));
    }
    coming *c = &w->batch[w->n_batch];
    const bool has_value = !remove && fact->qualifier != ATTAIN_MISSING;
    *c = (coming){.measure = w->names.plan_measure[fact->measure], .index = index};
    c->row = (atn_fact_row){.unit = w->names.plan_unit[fact->unit],
                            .cell = w->names.plan_cell[fact->cell],
                            .value = has_value ? fact->value : 0,
                            .qualifier = remove ? ATN_WITHDRAWN : (int8_t)fact->qualifier,
                            .reason = remove ? ATTAIN_REASON_NONE : fact->reason};
    ATN_STORE_TRY(code_of(w, fact->period, &c->row.period, err));
    w->n_batch++;
    return ATTAIN_OK;
}

/* ---- begin and end ---- */

static attain_status prepare_all(writer *w, attain_error *err)
{
    ATN_STORE_TRY(
        atn_store_prepare(w->db,
                          "SELECT unit, cell, period, edition, qualifier, reason, value FROM main.attain_fact"
                          " WHERE measure = ?1 AND (unit, cell, period) >= (?2, ?3, ?4)"
                          " ORDER BY unit, cell, period, edition",
                          &w->known, err));
    ATN_STORE_TRY(atn_store_prepare(
        w->db,
        "INSERT INTO main.attain_fact(measure, unit, cell, period, edition, value, qualifier,"
        " reason) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &w->insert, err));
    ATN_STORE_TRY(
        atn_store_prepare(w->db,
                          "INSERT OR IGNORE INTO main.attain_seal(measure, block, period, edition, n, sum)"
                          " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                          &w->seal, err));
    ATN_STORE_TRY(atn_store_prepare(
        w->db,
        "SELECT n, sum FROM main.attain_seal WHERE measure = ?1 AND block = ?2 AND period = ?3"
        " AND edition = ?4",
        &w->seal_get, err));
    return atn_store_prepare(w->db,
                             "UPDATE main.attain_seal SET n = ?5, sum = ?6 WHERE measure = ?1 AND block = ?2"
                             " AND period = ?3 AND edition = ?4",
                             &w->seal_set, err);
}

static attain_status read_last(writer *w, atn_entry *last, attain_error *err)
{
    atn_ledger ledger;
    int64_t latest = ATTAIN_EDITION_LATEST;
    ATN_STORE_TRY(atn_head_read(w->db, &w->head, err));
    ATN_STORE_TRY(atn_head_resolve(&w->head, &latest, err));
    ATN_STORE_TRY(atn_ledger_open(&ledger, w->db, &w->head, err));
    const attain_status status = atn_ledger_read(&ledger, latest, last, err);
    atn_ledger_close(&ledger);
    return status;
}

/* Within a change: the plan of the facts must have the schema of the store's. */
static attain_status begin(writer *w, const attain_plan *plan, attain_edition_kind kind, attain_error *err)
{
    atn_entry last;
    uint64_t mine[2];
    uint64_t theirs[2];
    ATN_STORE_TRY(atn_store_check(w->db, err));
    ATN_STORE_TRY(read_last(w, &last, err));
    ATN_STORE_TRY(atn_plan_schema(w->db, &w->head, &last, mine, err));
    attain_plan_schema(plan, theirs);
    if (mine[0] != theirs[0] || mine[1] != theirs[1]) {
        return atn_store_error(err, ATTAIN_E_SCHEMA,
                               "the facts are of a plan with other units, measures or categories than the "
                               "store's (edition %lld)",
                               (long long)last.plan);
    }
    w->entry = (atn_entry){.edition = {.kind = kind, .last = last.edition.last},
                           .plan = last.plan,
                           .last_code = last.last_code};
    w->edition = w->head.edition + 1;
    w->seal_block = -1;
    w->bound_measure = 0;
    w->bound_unit = 0;
    w->bound_cell = UINT32_MAX;
    w->bound_qualifier = w->bound_reason = INT32_MIN;
    ATN_STORE_TRY(atn_roster_read(&w->names, w->db, &w->head, plan, err));
    ATN_STORE_TRY(prepare_all(w, err));
    sqlite3_bind_int64(w->insert, 5, w->edition);
    w->batch = sqlite3_malloc64(BATCH * sizeof *w->batch);
    w->spare = sqlite3_malloc64(BATCH * sizeof *w->spare);
    return w->batch != NULL && w->spare != NULL ? ATTAIN_OK : atn_store_memory(err);
}

static void clean_up(writer *w)
{
    sqlite3_finalize(w->known);
    sqlite3_finalize(w->insert);
    sqlite3_finalize(w->seal);
    sqlite3_finalize(w->seal_get);
    sqlite3_finalize(w->seal_set);
    sqlite3_free(w->batch);
    sqlite3_free(w->spare);
    atn_seals_free(&w->made);
    atn_roster_free(&w->names);
}

/* ---- the last period, when a fact of it was withdrawn ---- */

typedef struct last_search {
    attain_period last;
    atn_fact_row held;
    bool is_held;
    attain_period bound; /* none can be later */
} last_search;

static bool is_same_period(attain_period a, attain_period b)
{
    return a.start_day == b.start_day && a.end_day == b.end_day && a.type == b.type;
}

static void count_held(last_search *s)
{
    attain_period period;
    if (s->is_held && s->held.qualifier != ATN_WITHDRAWN && atn_store_period_of(s->held.period, &period)) {
        s->last = atn_later_period(s->last, period);
    }
    s->is_held = false;
}

static attain_status look_at_row(void *ctx, const atn_fact_row *row, attain_error *err)
{
    last_search *s = ctx;
    (void)err;
    if (s->is_held && compare_rows(row, &s->held) != 0) {
        count_held(s);
    }
    s->held = *row;
    s->is_held = true;
    return ATTAIN_OK;
}

/* Measure by measure, until one has a fact as late as the one that is gone. */
static attain_status find_last(writer *w, attain_error *err)
{
    last_search search = {.bound = w->entry.edition.last};
    atn_walk walk;
    atn_head head = w->head;
    head.edition = w->edition;
    ATN_STORE_TRY(atn_walk_open(&walk, w->db, &head, NULL, err));
    attain_status status = ATTAIN_OK;
    for (uint32_t m = 0;
         m < w->names.n_measures && status == ATTAIN_OK && !is_same_period(search.last, search.bound); m++) {
        walk.measure_code = w->names.measures[m].code;
        status = atn_walk_blocks(&walk, w->names.measures[m].id, 0, UINT32_MAX / ATN_BLOCK_UNITS, look_at_row,
                                 &search, err);
        count_held(&search);
    }
    atn_walk_close(&walk);
    w->entry.edition.last = search.last;
    return status;
}

static attain_status finish(writer *w, const attain_edition_note *note, int64_t now_ms, int64_t *number,
                            attain_error *err)
{
    attain_period before = {.type = ATTAIN_PERIOD_NONE};
    ATN_STORE_TRY(w->seal_block >= 0 ? write_seals(w, err) : ATTAIN_OK);
    if (w->is_last_gone) {
        (void)atn_store_period_of(w->entry.last_code, &before);
    }
    if (w->is_last_gone && is_same_period(w->entry.edition.last, before)) {
        ATN_STORE_TRY(find_last(w, err));
    }
    w->entry.facts_sum = w->facts_sum;
    ATN_STORE_TRY(atn_ledger_append(w->db, &w->head, &w->entry, note, now_ms, err));
    *number = w->entry.edition.number;
    return ATTAIN_OK;
}

/* ---- the calls ---- */

enum { READ = 8192 };

static attain_status take_some(writer *w, const attain_fact *facts, size_t n, uint64_t first, bool remove,
                               attain_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (w->n_batch == BATCH) {
            ATN_STORE_TRY(flush(w, err));
        }
        ATN_STORE_TRY(take_fact(w, &facts[i], remove, first + i, err));
    }
    return ATTAIN_OK;
}

static attain_status take_all(writer *w, const attain_facts *facts, bool remove, const atn_store_watch *watch,
                              attain_error *err)
{
    const uint64_t total = attain_facts_count(facts);
    uint64_t done = 0;
    size_t n = 0;
    attain_fact *read = sqlite3_malloc64(READ * sizeof *read);
    attain_status status = read != NULL ? ATTAIN_OK : atn_store_memory(err);
    while (status == ATTAIN_OK && done < total) {
        status = attain_facts_read(facts, done, read, READ, &n, err);
        if (status == ATTAIN_OK) {
            status = take_some(w, read, n, done, remove, err);
            done += n;
        }
        if (status == ATTAIN_OK && watch != NULL && watch->progress != NULL &&
            watch->progress(watch->progress_ctx, done, total) != 0) {
            status = atn_store_error(err, ATTAIN_E_CANCELLED, "cancelled after %llu facts",
                                     (unsigned long long)done);
        }
    }
    sqlite3_free(read);
    return status == ATTAIN_OK ? flush(w, err) : status;
}

/* An edition of facts that are set and facts that are withdrawn. removes may be NULL. */
static attain_status write_edition(writer *w, attain_edition_kind kind, const attain_facts *sets,
                                   const attain_facts *removes, const attain_edition_note *note,
                                   int64_t now_ms, const atn_store_watch *watch, int64_t *number,
                                   attain_error *err)
{
    ATN_STORE_TRY(begin(w, attain_facts_plan(sets), kind, err));
    if (attain_facts_count(sets) > 0) {
        ATN_STORE_TRY(atn_roster_add_units(&w->names, &w->head, err));
    }
    ATN_STORE_TRY(take_all(w, sets, false, watch, err));
    w->entry.edition.last = atn_later_period(w->entry.edition.last, attain_facts_last_period(sets));
    if (removes != NULL) {
        ATN_STORE_TRY(take_all(w, removes, true, NULL, err));
    }
    return finish(w, note, now_ms, number, err);
}

attain_status atn_store_write(sqlite3 *db, attain_edition_kind kind, const attain_facts *sets,
                              const attain_facts *removes, const attain_edition_note *note, int64_t now_ms,
                              const atn_store_watch *watch, int64_t *number, uint64_t *unknown,
                              attain_error *err)
{
    atn_change change;
    writer *w = sqlite3_malloc64(sizeof *w);
    if (w == NULL) {
        return atn_store_memory(err);
    }
    memset(w, 0, sizeof *w);
    w->db = db;
    w->unknown = UINT64_MAX;
    attain_status status = atn_change_begin(&change, db, err);
    if (status == ATTAIN_OK) {
        status = write_edition(w, kind, sets, removes, note, now_ms, watch, number, err);
        *unknown = w->unknown;
        clean_up(w);
        status = atn_change_end(&change, status, err);
    }
    sqlite3_free(w);
    return status;
}

attain_status atn_store_import(sqlite3 *db, const attain_facts *facts, const attain_edition_note *note,
                               int64_t now_ms, const attain_allocator *alloc, const atn_store_watch *watch,
                               int64_t *number, attain_error *err)
{
    uint64_t unknown;
    (void)alloc;
    return atn_store_write(db, ATTAIN_EDITION_IMPORT, facts, NULL, note, now_ms, watch, number, &unknown,
                           err);
}
