/* Plans and facts of the store in "main", kept for the next question.
 *
 * Editions never change, so what was loaded as known at one of them stays true, as long as the file holds the same chain of editions.
 * What is kept is looked at again at each question: where the last edition or the hash of the chain is another than expected (a change
 * was rolled back, the file was replaced), or another connection has written (data_version), everything is loaded anew.
 *
 * Facts are kept whole or in parts: a question about one unit loads what counts there. Who asks for one unit after the other is given
 * all of them at once, as soon as that costs no more than what the parts have cost. */
#include "sqlite/ext.h"
#include "sqlite/store_parts.h"

#include <string.h>

/* ---- counting ---- */

void atn_ext_plan_release(atn_ext_plan *plan)
{
    if (plan != NULL && --plan->refs == 0) {
        attain_plan_free(plan->plan);
        sqlite3_free(plan);
    }
}

void atn_ext_facts_release(atn_ext_facts *facts)
{
    if (facts != NULL && --facts->refs == 0) {
        attain_facts_free(facts->facts);
        atn_ext_plan_release(facts->plan);
        sqlite3_free(facts);
    }
}

void atn_ext_forget(atn_ext *ext)
{
    atn_ext_rows_release(ext->rows);
    ext->rows = NULL;
    for (int i = 0; i < ATN_EXT_PARTS; i++) {
        atn_ext_facts_release(ext->parts[i]);
        ext->parts[i] = NULL;
    }
    for (int i = 0; i < ATN_EXT_PLANS; i++) {
        atn_ext_plan_release(ext->plans[i]);
        ext->plans[i] = NULL;
    }
    ext->part_rows = 0;
}

/* ---- which edition ---- */

static attain_status read_data_version(sqlite3 *db, int64_t *out, attain_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    attain_status status = atn_store_prepare(db, "PRAGMA main.data_version", &stmt, err);
    if (status == ATTAIN_OK) {
        status = atn_store_step(stmt, &row, "reading the store", err);
    }
    *out = row ? sqlite3_column_int64(stmt, 0) : 0;
    sqlite3_finalize(stmt);
    return status;
}

/* Forgets what is kept if the store is another than the one it came from: what was its last edition then must still be in the chain. */
static attain_status look_again(atn_ext *ext, const atn_head *head, atn_ledger *ledger, attain_error *err)
{
    int64_t version = 0;
    atn_entry entry = {.hash = head->chain};
    ATN_STORE_TRY(read_data_version(ext->db, &version, err));
    if (ext->last_edition > 0 && ext->last_edition < head->edition) {
        ATN_STORE_TRY(atn_ledger_read(ledger, ext->last_edition, &entry, err));
    }
    if (version != ext->data_version || head->edition < ext->last_edition || entry.hash != ext->last_hash) {
        atn_ext_forget(ext);
    }
    ext->data_version = version;
    ext->last_edition = head->edition;
    ext->last_hash = head->chain;
    return ATTAIN_OK;
}

static attain_status number_of(atn_ext *ext, sqlite3_value *named, int64_t *out, attain_error *err)
{
    char shown[ATN_EXT_SHOWN];
    *out = ATTAIN_EDITION_LATEST;
    const int type = named == NULL ? SQLITE_NULL : sqlite3_value_type(named);
    if (type == SQLITE_NULL) {
        return ATTAIN_OK;
    }
    if (type == SQLITE_INTEGER && sqlite3_value_int64(named) > 0) {
        *out = sqlite3_value_int64(named);
        return ATTAIN_OK;
    }
    const attain_str text = type == SQLITE_TEXT ? atn_ext_text(named) : (attain_str){NULL, 0};
    if (text.data == NULL) {
        return atn_store_error(
            err, ATTAIN_E_ARGUMENT,
            "the edition is %s; its number from 1, a date like '2026-10-01', a moment like "
            "'2026-10-01T08:30:00Z' or 'latest' is required",
            atn_ext_shown(named, shown));
    }
    return atn_store_find_edition(ext->db, text.data, text.len, out, err);
}

static attain_status read_moment(atn_ext *ext, sqlite3_value *named, const atn_head *head, atn_ledger *ledger,
                                 atn_ext_moment *out, attain_error *err)
{
    atn_entry entry;
    ATN_STORE_TRY(look_again(ext, head, ledger, err));
    ATN_STORE_TRY(number_of(ext, named, &out->edition, err));
    ATN_STORE_TRY(atn_head_resolve(head, &out->edition, err));
    ATN_STORE_TRY(atn_ledger_read(ledger, out->edition, &entry, err));
    out->plan_edition = entry.plan;
    out->last = entry.edition.last;
    return ATTAIN_OK;
}

attain_status atn_ext_find_moment(atn_ext *ext, sqlite3_value *named, atn_ext_moment *out, attain_error *err)
{
    atn_snapshot snapshot;
    atn_ledger ledger;
    atn_head head;
    ATN_STORE_TRY(atn_snapshot_open(&snapshot, ext->db, err));
    attain_status status = atn_head_read(ext->db, &head, err);
    if (status == ATTAIN_OK) {
        status = atn_ledger_open(&ledger, ext->db, &head, err);
    }
    if (status == ATTAIN_OK) {
        status = read_moment(ext, named, &head, &ledger, out, err);
        atn_ledger_close(&ledger);
    }
    atn_snapshot_close(&snapshot);
    return status;
}

/* ---- plans ---- */

/* Puts an item before the others; the last one gives way. */
static void *put_first(void **items, int n, void *item)
{
    void *const last = items[n - 1];
    memmove(items + 1, items, (size_t)(n - 1) * sizeof *items);
    items[0] = item;
    return last;
}

attain_status atn_ext_take_plan(atn_ext *ext, const atn_ext_moment *moment, atn_ext_plan **out,
                                attain_error *err)
{
    for (int i = 0; i < ATN_EXT_PLANS && ext->plans[i] != NULL; i++) {
        if (ext->plans[i]->edition == moment->plan_edition) {
            *out = ext->plans[i];
            (*out)->refs++;
            return ATTAIN_OK;
        }
    }
    attain_plan *plan = NULL;
    ATN_STORE_TRY(atn_store_plan(ext->db, moment->edition, &atn_ext_memory, &plan, err));
    atn_ext_plan *const made = sqlite3_malloc(sizeof *made);
    if (made == NULL) {
        attain_plan_free(plan);
        return atn_store_memory(err);
    }
    *made = (atn_ext_plan){.refs = 2, .edition = moment->plan_edition, .plan = plan};
    atn_ext_plan_release(put_first((void **)ext->plans, ATN_EXT_PLANS, made));
    *out = made;
    return ATTAIN_OK;
}

/* ---- facts ---- */

static atn_ext_facts *find_facts(atn_ext *ext, int64_t edition, const atn_ext_plan *plan, uint32_t at)
{
    for (int i = 0; i < ATN_EXT_PARTS && ext->parts[i] != NULL; i++) {
        atn_ext_facts *const part = ext->parts[i];
        if (part->edition == edition && part->plan == plan && (part->at == at || part->at == ATTAIN_NONE)) {
            memmove(ext->parts + 1, ext->parts, (size_t)i * sizeof(atn_ext_facts *));
            ext->parts[0] = part;
            part->refs++;
            return part;
        }
    }
    return NULL;
}

/* How many facts were known at an edition, as the ledger says: enough for a guess. */
static attain_status count_known(sqlite3 *db, int64_t edition, double *out, attain_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    ATN_STORE_TRY(
        atn_store_prepare(db, "SELECT total(n_new - n_withdrawn) FROM main.attain_edition WHERE number <= ?1",
                          &stmt, err));
    sqlite3_bind_int64(stmt, 1, edition);
    const attain_status status = atn_store_step(stmt, &row, "reading the ledger", err);
    *out = row ? sqlite3_column_double(stmt, 0) : 0;
    sqlite3_finalize(stmt);
    return status;
}

/* Which facts to load for a unit: all of them at once (ATTAIN_NONE) when the parts have cost as much. */
static attain_status choose_part(atn_ext *ext, int64_t edition, uint32_t *at, attain_error *err)
{
    double n_known = 0;
    if (ext->part_edition != edition) {
        ext->part_edition = edition;
        ext->part_rows = 0;
    }
    if (*at == ATTAIN_NONE || ext->part_rows == 0) {
        return ATTAIN_OK;
    }
    ATN_STORE_TRY(count_known(ext->db, edition, &n_known, err));
    *at = (double)ext->part_rows >= n_known ? ATTAIN_NONE : *at;
    return ATTAIN_OK;
}

attain_status atn_ext_take_facts(atn_ext *ext, const atn_ext_moment *moment, atn_ext_plan *plan, uint32_t at,
                                 atn_ext_facts **out, attain_error *err)
{
    *out = find_facts(ext, moment->edition, plan, at);
    if (*out != NULL) {
        return ATTAIN_OK;
    }
    uint32_t wanted = at;
    ATN_STORE_TRY(choose_part(ext, moment->edition, &wanted, err));
    const attain_store_part part = {.struct_size = sizeof part, .units = &wanted, .n_units = 1};
    attain_facts *facts = NULL;
    uint64_t n_rows = 0;
    ATN_STORE_TRY(atn_store_facts(ext->db, plan->plan, moment->edition, wanted == ATTAIN_NONE ? NULL : &part,
                                  NULL, &facts, &n_rows, err));
    ext->part_rows += wanted == ATTAIN_NONE ? 0 : n_rows;
    atn_ext_facts *const made = sqlite3_malloc(sizeof *made);
    if (made == NULL) {
        attain_facts_free(facts);
        return atn_store_memory(err);
    }
    *made =
        (atn_ext_facts){.refs = 2, .edition = moment->edition, .at = wanted, .plan = plan, .facts = facts};
    plan->refs++;
    atn_ext_facts_release(put_first((void **)ext->parts, ATN_EXT_PARTS, made));
    *out = made;
    return ATTAIN_OK;
}
