/* Plans: kept as canonical text, read back through the same door as any other text. */
#include "sqlite/store_parts.h"

#include <string.h>

static uint64_t hash_plan(int64_t edition, attain_str text, const uint64_t digest[2])
{
    uint64_t hash = atn_hash_integer(7, (uint64_t)edition);
    hash = atn_hash_text(hash, text);
    return atn_hash_integer(atn_hash_integer(hash, digest[0]), digest[1]);
}

/* ---- reading ---- */

/* The plan's row: text (borrowed until the statement goes on) and digest. */
static attain_status read_row(sqlite3_stmt *stmt, int64_t edition, attain_str *text, uint64_t digest[2],
                              uint64_t *hash, attain_error *err)
{
    int64_t number[3];
    bool row;
    sqlite3_bind_int64(stmt, 1, edition);
    ATN_STORE_TRY(atn_store_step(stmt, &row, "reading a plan", err));
    if (!row) {
        return atn_store_error(err, ATTAIN_E_CORRUPT,
                               "the store is damaged: the plan of edition %lld is not there",
                               (long long)edition);
    }
    ATN_STORE_TRY(atn_store_text(stmt, 0, "the text of a plan", text, err));
    for (int i = 0; i < 3; i++) {
        ATN_STORE_TRY(
            atn_store_integer(stmt, i + 1, INT64_MIN, INT64_MAX, "a number of a plan", &number[i], err));
    }
    digest[0] = (uint64_t)number[0];
    digest[1] = (uint64_t)number[1];
    *hash = (uint64_t)number[2];
    if (hash_plan(edition, *text, digest) != *hash) {
        return atn_store_error(err, ATTAIN_E_CORRUPT,
                               "the store is damaged: the plan of edition %lld does not fit its hash",
                               (long long)edition);
    }
    return ATTAIN_OK;
}

static attain_status open_row(sqlite3 *db, const atn_entry *entry, sqlite3_stmt **stmt, attain_error *err)
{
    if (entry->plan == 0) {
        return atn_store_error(err, ATTAIN_E_EDITION, "there is no plan at edition %lld",
                               (long long)entry->edition.number);
    }
    return atn_store_prepare(db,
                             "SELECT text, schema_0, schema_1, hash FROM main.attain_plan WHERE edition = ?1",
                             stmt, err);
}

attain_status atn_plan_schema(sqlite3 *db, const atn_head *head, const atn_entry *entry, uint64_t digest[2],
                              attain_error *err)
{
    sqlite3_stmt *stmt;
    attain_str text;
    uint64_t hash;
    (void)head;
    ATN_STORE_TRY(open_row(db, entry, &stmt, err));
    const attain_status status = read_row(stmt, entry->plan, &text, digest, &hash, err);
    sqlite3_finalize(stmt);
    return status;
}

/* Makes the plan of a text that is one of ours. */
static attain_status parse(attain_str text, const attain_allocator *alloc, attain_plan **out,
                           attain_error *err)
{
    const attain_plan_options options = {.struct_size = sizeof options, .allocator = alloc};
    attain_plan *plan;
    attain_error why;
    ATN_STORE_TRY(attain_plan_new(&options, &plan, err));
    attain_status status = attain_plan_add_text(plan, text.data, text.len, "store", &why);
    if (status == ATTAIN_OK) {
        status = attain_plan_freeze(plan, &why);
    }
    if (status != ATTAIN_OK) {
        attain_plan_free(plan);
        if (status == ATTAIN_E_MEMORY || status == ATTAIN_E_LIMIT) {
            return atn_store_error(err, status, "%s", why.message);
        }
        return atn_store_error(err, ATTAIN_E_CORRUPT, "the store is damaged: its plan is none: %s",
                               why.message);
    }
    *out = plan;
    return ATTAIN_OK;
}

attain_status atn_plan_read(sqlite3 *db, const atn_head *head, const atn_entry *entry,
                            const attain_allocator *alloc, attain_plan **out, attain_error *err)
{
    sqlite3_stmt *stmt;
    attain_str text;
    uint64_t digest[2];
    uint64_t found[2];
    uint64_t hash;
    attain_plan *plan = NULL;
    (void)head;
    ATN_STORE_TRY(open_row(db, entry, &stmt, err));
    attain_status status = read_row(stmt, entry->plan, &text, digest, &hash, err);
    if (status == ATTAIN_OK) {
        status = parse(text, alloc, &plan, err);
    }
    sqlite3_finalize(stmt);
    ATN_STORE_TRY(status);
    attain_plan_schema(plan, found);
    if (found[0] != digest[0] || found[1] != digest[1]) {
        attain_plan_free(plan);
        return atn_store_error(err, ATTAIN_E_CORRUPT,
                               "the store is damaged: the plan of edition %lld has another schema",
                               (long long)entry->plan);
    }
    *out = plan;
    return ATTAIN_OK;
}

static attain_status read_entry(sqlite3 *db, const atn_head *head, int64_t edition, atn_entry *entry,
                                attain_error *err)
{
    atn_ledger ledger;
    ATN_STORE_TRY(atn_ledger_open(&ledger, db, head, err));
    const attain_status status = atn_ledger_read(&ledger, edition, entry, err);
    atn_ledger_close(&ledger);
    entry->edition.source = (attain_str){"", 0};
    entry->edition.note = (attain_str){"", 0};
    return status;
}

static attain_status plan_at(sqlite3 *db, int64_t edition, const attain_allocator *alloc, attain_plan **out,
                             attain_error *err)
{
    atn_head head;
    atn_entry entry;
    ATN_STORE_TRY(atn_head_read(db, &head, err));
    ATN_STORE_TRY(atn_head_resolve(&head, &edition, err));
    ATN_STORE_TRY(read_entry(db, &head, edition, &entry, err));
    return atn_plan_read(db, &head, &entry, alloc, out, err);
}

attain_status atn_store_plan(sqlite3 *db, int64_t edition, const attain_allocator *alloc, attain_plan **out,
                             attain_error *err)
{
    atn_snapshot snapshot;
    ATN_STORE_TRY(atn_snapshot_open(&snapshot, db, err));
    const attain_status status = plan_at(db, edition, alloc, out, err);
    atn_snapshot_close(&snapshot);
    return status;
}

/* ---- putting ---- */

static attain_status insert_plan(sqlite3 *db, atn_head *head, int64_t edition, attain_str text,
                                 const uint64_t digest[2], attain_error *err)
{
    sqlite3_stmt *stmt;
    const uint64_t hash = hash_plan(edition, text, digest);
    ATN_STORE_TRY(atn_store_prepare(
        db,
        "INSERT INTO main.attain_plan(edition, text, schema_0, schema_1, hash) VALUES(?1, ?2, ?3, ?4, ?5)",
        &stmt, err));
    sqlite3_bind_int64(stmt, 1, edition);
    const int rc = atn_store_bind(stmt, 2, text);
    sqlite3_bind_int64(stmt, 3, atn_store_signed(digest[0]));
    sqlite3_bind_int64(stmt, 4, atn_store_signed(digest[1]));
    sqlite3_bind_int64(stmt, 5, atn_store_signed(hash));
    const attain_status status = rc == SQLITE_OK ? atn_store_done(stmt, "writing a plan", err)
                                                 : atn_store_fail(err, db, rc, "writing a plan");
    sqlite3_finalize(stmt);
    if (status == ATTAIN_OK) {
        head->plans.n++;
        head->plans.sum += hash;
    }
    return status;
}

/* What the store has last: the entry, and whether its plan is this very text. */
static attain_status compare_last(sqlite3 *db, const atn_head *head, attain_str text, atn_entry *last,
                                  uint64_t digest[2], bool *same, attain_error *err)
{
    sqlite3_stmt *stmt;
    attain_str known;
    uint64_t hash;
    ATN_STORE_TRY(read_entry(db, head, head->edition, last, err));
    ATN_STORE_TRY(open_row(db, last, &stmt, err));
    const attain_status status = read_row(stmt, last->plan, &known, digest, &hash, err);
    if (status == ATTAIN_OK) {
        *same = known.len == text.len && memcmp(known.data, text.data, text.len) == 0;
    }
    sqlite3_finalize(stmt);
    return status;
}

/* Everything that is known must find its place in the new plan: it is loaded there, and thrown away. */
static attain_status try_facts(sqlite3 *db, const attain_plan *plan, attain_error *err)
{
    attain_facts *facts;
    ATN_STORE_TRY(atn_store_facts(db, plan, ATTAIN_EDITION_LATEST, NULL, NULL, &facts, NULL, err));
    attain_facts_free(facts);
    return ATTAIN_OK;
}

static attain_status put_text(sqlite3 *db, const attain_plan *plan, attain_str text,
                              const attain_edition_note *note, int64_t now_ms, int64_t *number,
                              attain_error *err)
{
    atn_head head;
    atn_entry last = {.plan = 0};
    uint64_t digest[2];
    uint64_t before[2];
    bool same = false;
    ATN_STORE_TRY(atn_store_check(db, err));
    ATN_STORE_TRY(atn_head_read(db, &head, err));
    attain_plan_schema(plan, digest);
    if (head.edition > 0) {
        ATN_STORE_TRY(compare_last(db, &head, text, &last, before, &same, err));
    }
    if (same) {
        *number = last.plan;
        return ATTAIN_OK;
    }
    if (head.edition > 0 && (before[0] != digest[0] || before[1] != digest[1])) {
        ATN_STORE_TRY(try_facts(db, plan, err));
    }
    atn_entry entry = {.edition = {.kind = ATTAIN_EDITION_PLAN, .last = last.edition.last},
                       .plan = head.edition + 1};
    ATN_STORE_TRY(insert_plan(db, &head, head.edition + 1, text, digest, err));
    ATN_STORE_TRY(atn_ledger_append(db, &head, &entry, note, now_ms, err));
    *number = entry.edition.number;
    return ATTAIN_OK;
}

attain_status atn_store_put_plan(sqlite3 *db, const attain_plan *plan, const attain_edition_note *note,
                                 int64_t now_ms, const attain_allocator *alloc, int64_t *number,
                                 attain_error *err)
{
    attain_text text;
    atn_change change;
    (void)alloc;
    ATN_STORE_TRY(attain_plan_print(plan, &text, err));
    attain_status status = atn_change_begin(&change, db, err);
    if (status == ATTAIN_OK) {
        status = put_text(db, plan, (attain_str){text.data, text.len}, note, now_ms, number, err);
        status = atn_change_end(&change, status, err);
    }
    attain_text_free(&text);
    return status;
}
