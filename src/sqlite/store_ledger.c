/* The ledger: editions, each of which covers the one before by its hash, and the head, which says what the last one is. An entry is believed when its
 * hash fits it and its neighbour, and the last one when the head says so too. */
#include "sqlite/store_parts.h"

#include <string.h>

/* ---- the head ---- */

static uint64_t hash_tally(uint64_t hash, const atn_tally *tally)
{
    return atn_hash_integer(atn_hash_integer(hash, (uint64_t)tally->n), tally->sum);
}

static uint64_t hash_head(const atn_head *head)
{
    uint64_t hash = atn_hash_integer(3, (uint64_t)head->edition);
    hash = atn_hash_integer(hash, head->chain);
    hash = hash_tally(hash, &head->plans);
    hash = hash_tally(hash, &head->units);
    hash = hash_tally(hash, &head->measures);
    return hash_tally(hash, &head->cells);
}

static attain_status read_head(sqlite3_stmt *stmt, atn_head *out, attain_error *err)
{
    int64_t column[11];
    bool row;
    ATN_STORE_TRY(atn_store_step(stmt, &row, "reading the head of the store", err));
    if (!row) {
        return atn_store_error(err, ATTAIN_E_CORRUPT, "the store is damaged: it has no head");
    }
    for (int i = 0; i < 11; i++) {
        ATN_STORE_TRY(
            atn_store_integer(stmt, i, INT64_MIN, INT64_MAX, "a number of the head", &column[i], err));
    }
    *out = (atn_head){.edition = column[0],
                      .chain = (uint64_t)column[1],
                      .plans = {column[2], (uint64_t)column[3]},
                      .units = {column[4], (uint64_t)column[5]},
                      .measures = {column[6], (uint64_t)column[7]},
                      .cells = {column[8], (uint64_t)column[9]}};
    if (hash_head(out) != (uint64_t)column[10] || out->edition < 0) {
        return atn_store_error(err, ATTAIN_E_CORRUPT, "the store is damaged: its head does not fit its hash");
    }
    return ATTAIN_OK;
}

attain_status atn_head_read(sqlite3 *db, atn_head *out, attain_error *err)
{
    sqlite3_stmt *stmt;
    ATN_STORE_TRY(
        atn_store_prepare(db,
                          "SELECT edition, chain, plans, plans_sum, units, units_sum, measures, measures_sum,"
                          " cells, cells_sum, hash FROM main.attain_head WHERE one = 1",
                          &stmt, err));
    const attain_status status = read_head(stmt, out, err);
    sqlite3_finalize(stmt);
    return status;
}

attain_status atn_head_write(sqlite3 *db, const atn_head *head, attain_error *err)
{
    sqlite3_stmt *stmt;
    ATN_STORE_TRY(atn_store_prepare(
        db,
        "INSERT OR REPLACE INTO main.attain_head(one, edition, chain, plans, plans_sum, units,"
        " units_sum, measures, measures_sum, cells, cells_sum, hash)"
        " VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        &stmt, err));
    const uint64_t column[11] = {(uint64_t)head->edition,
                                 head->chain,
                                 (uint64_t)head->plans.n,
                                 head->plans.sum,
                                 (uint64_t)head->units.n,
                                 head->units.sum,
                                 (uint64_t)head->measures.n,
                                 head->measures.sum,
                                 (uint64_t)head->cells.n,
                                 head->cells.sum,
                                 hash_head(head)};
    for (int i = 0; i < 11; i++) {
        sqlite3_bind_int64(stmt, i + 1, atn_store_signed(column[i]));
    }
    const attain_status status = atn_store_done(stmt, "writing the head of the store", err);
    sqlite3_finalize(stmt);
    return status;
}

static attain_status need_edition(const atn_head *head, int64_t edition, attain_error *err)
{
    if (head->edition == 0) {
        return atn_store_error(err, ATTAIN_E_EDITION, "the store has no edition yet; put a plan first");
    }
    if (edition < 1 || edition > head->edition) {
        return atn_store_error(err, ATTAIN_E_EDITION, "there is no edition %lld; the store has 1 to %lld",
                               (long long)edition, (long long)head->edition);
    }
    return ATTAIN_OK;
}

attain_status atn_head_resolve(const atn_head *head, int64_t *edition, attain_error *err)
{
    const int64_t wanted = *edition == ATTAIN_EDITION_LATEST && head->edition > 0 ? head->edition : *edition;
    ATN_STORE_TRY(need_edition(head, wanted, err));
    *edition = wanted;
    return ATTAIN_OK;
}

/* ---- entries ---- */

attain_period atn_later_period(attain_period a, attain_period b)
{
    if (a.type == ATTAIN_PERIOD_NONE || b.type == ATTAIN_PERIOD_NONE) {
        return a.type == ATTAIN_PERIOD_NONE ? b : a;
    }
    if (a.end_day != b.end_day) {
        return a.end_day > b.end_day ? a : b;
    }
    return b.start_day < a.start_day ? b : a;
}

static uint64_t hash_entry(uint64_t before, const atn_entry *e)
{
    uint64_t hash = atn_hash_integer(before, (uint64_t)e->edition.number);
    hash = atn_hash_integer(hash, (uint64_t)e->edition.kind);
    hash = atn_hash_integer(hash, (uint64_t)e->edition.time_ms);
    hash = atn_hash_text(hash, e->edition.source);
    hash = atn_hash_text(hash, e->edition.note);
    hash = atn_hash_integer(hash, e->edition.n_new);
    hash = atn_hash_integer(hash, e->edition.n_changed);
    hash = atn_hash_integer(hash, e->edition.n_withdrawn);
    hash = atn_hash_integer(hash, e->edition.n_same);
    hash = atn_hash_integer(hash, e->edition.last.type == ATTAIN_PERIOD_NONE ? 0 : 1);
    hash = atn_hash_integer(hash, (uint64_t)e->last_code);
    hash = atn_hash_integer(hash, (uint64_t)e->plan);
    return atn_hash_integer(hash, e->facts_sum);
}

attain_status atn_ledger_open(atn_ledger *l, sqlite3 *db, const atn_head *head, attain_error *err)
{
    *l = (atn_ledger){.db = db, .last = head->edition, .chain = head->chain};
    return atn_store_prepare(
        db,
        "SELECT e.number, e.kind, e.time_ms, e.source, e.note, e.n_new, e.n_changed, e.n_withdrawn,"
        " e.n_same, e.last, e.plan, e.facts_sum, e.hash,"
        " (SELECT b.hash FROM main.attain_edition b WHERE b.number = ?1 - 1)"
        " FROM main.attain_edition e WHERE e.number = ?1",
        &l->stmt, err);
}

void atn_ledger_close(atn_ledger *l)
{
    sqlite3_finalize(l->stmt);
    l->stmt = NULL;
}

static attain_status read_last(sqlite3_stmt *stmt, atn_entry *out, attain_error *err)
{
    if (sqlite3_column_type(stmt, 9) == SQLITE_NULL) {
        return ATTAIN_OK;
    }
    ATN_STORE_TRY(atn_store_integer(stmt, 9, INT32_MIN, INT64_MAX, "the last period of an edition",
                                    &out->last_code, err));
    if (!atn_store_period_of(out->last_code, &out->edition.last)) {
        return atn_store_error(err, ATTAIN_E_CORRUPT,
                               "the store is damaged: the last period of an edition is none");
    }
    return ATTAIN_OK;
}

static attain_status read_entry(sqlite3_stmt *stmt, int64_t last, atn_entry *out, attain_error *err)
{
    enum { N = 9 };
    static const struct {
        int column;
        int64_t low, high;
        const char *what;
    } read[N] = {
        {0, 1, INT64_MAX, "the number of an edition"},       {1, 1, 3, "the kind of an edition"},
        {2, INT64_MIN, INT64_MAX, "the time of an edition"}, {5, 0, INT64_MAX, "a count of an edition"},
        {6, 0, INT64_MAX, "a count of an edition"},          {7, 0, INT64_MAX, "a count of an edition"},
        {8, 0, INT64_MAX, "a count of an edition"},          {10, 0, INT64_MAX, "the plan of an edition"},
        {11, INT64_MIN, INT64_MAX, "the sum of an edition"}};
    int64_t value[N];
    for (int i = 0; i < N; i++) {
        ATN_STORE_TRY(
            atn_store_integer(stmt, read[i].column, read[i].low, read[i].high, read[i].what, &value[i], err));
    }
    *out = (atn_entry){.edition = {.number = value[0],
                                   .kind = (attain_edition_kind)value[1],
                                   .time_ms = value[2],
                                   .n_new = (uint64_t)value[3],
                                   .n_changed = (uint64_t)value[4],
                                   .n_withdrawn = (uint64_t)value[5],
                                   .n_same = (uint64_t)value[6]},
                       .plan = value[7],
                       .facts_sum = (uint64_t)value[8]};
    ATN_STORE_TRY(read_last(stmt, out, err));
    ATN_STORE_TRY(atn_store_text(stmt, 3, "the source of an edition", &out->edition.source, err));
    ATN_STORE_TRY(atn_store_text(stmt, 4, "the note of an edition", &out->edition.note, err));
    if (out->plan > out->edition.number || out->edition.number > last) {
        return atn_store_error(err, ATTAIN_E_CORRUPT,
                               "the store is damaged: edition %lld does not fit the ledger",
                               (long long)out->edition.number);
    }
    return ATTAIN_OK;
}

attain_status atn_ledger_read(atn_ledger *l, int64_t number, atn_entry *out, attain_error *err)
{
    bool row;
    int64_t hash;
    int64_t before = 0;
    sqlite3_reset(l->stmt);
    sqlite3_bind_int64(l->stmt, 1, number);
    ATN_STORE_TRY(atn_store_step(l->stmt, &row, "reading the ledger", err));
    if (!row) {
        return atn_store_error(err, ATTAIN_E_CORRUPT,
                               "the store is damaged: edition %lld is not in the ledger", (long long)number);
    }
    ATN_STORE_TRY(read_entry(l->stmt, l->last, out, err));
    ATN_STORE_TRY(atn_store_integer(l->stmt, 12, INT64_MIN, INT64_MAX, "the hash of an edition", &hash, err));
    if (number > 1) {
        ATN_STORE_TRY(
            atn_store_integer(l->stmt, 13, INT64_MIN, INT64_MAX, "the hash of an edition", &before, err));
    }
    out->hash = (uint64_t)hash;
    if (out->edition.number != number || hash_entry((uint64_t)before, out) != out->hash ||
        (number == l->last && out->hash != l->chain)) {
        return atn_store_error(err, ATTAIN_E_CORRUPT,
                               "the store is damaged: edition %lld does not fit its hash", (long long)number);
    }
    return ATTAIN_OK;
}

/* ---- adding one ---- */

static attain_str text_of(const char *text)
{
    return text != NULL ? (attain_str){text, strlen(text)} : (attain_str){"", 0};
}

static attain_status insert_entry(sqlite3 *db, const atn_entry *e, attain_error *err)
{
    sqlite3_stmt *stmt;
    ATN_STORE_TRY(atn_store_prepare(
        db,
        "INSERT INTO main.attain_edition(number, kind, time_ms, source, note, n_new, n_changed,"
        " n_withdrawn, n_same, last, plan, facts_sum, hash)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        &stmt, err));
    sqlite3_bind_int64(stmt, 1, e->edition.number);
    sqlite3_bind_int64(stmt, 2, e->edition.kind);
    sqlite3_bind_int64(stmt, 3, e->edition.time_ms);
    int rc = atn_store_bind(stmt, 4, e->edition.source);
    rc = rc == SQLITE_OK ? atn_store_bind(stmt, 5, e->edition.note) : rc;
    sqlite3_bind_int64(stmt, 6, atn_store_signed(e->edition.n_new));
    sqlite3_bind_int64(stmt, 7, atn_store_signed(e->edition.n_changed));
    sqlite3_bind_int64(stmt, 8, atn_store_signed(e->edition.n_withdrawn));
    sqlite3_bind_int64(stmt, 9, atn_store_signed(e->edition.n_same));
    if (e->edition.last.type != ATTAIN_PERIOD_NONE) {
        sqlite3_bind_int64(stmt, 10, e->last_code);
    }
    sqlite3_bind_int64(stmt, 11, e->plan);
    sqlite3_bind_int64(stmt, 12, atn_store_signed(e->facts_sum));
    sqlite3_bind_int64(stmt, 13, atn_store_signed(e->hash));
    const attain_status status = rc == SQLITE_OK ? atn_store_done(stmt, "writing the ledger", err)
                                                 : atn_store_fail(err, db, rc, "writing the ledger");
    sqlite3_finalize(stmt);
    return status;
}

/* The time of the entry before. */
static attain_status time_before(sqlite3 *db, const atn_head *head, int64_t *time_ms, attain_error *err)
{
    atn_ledger ledger;
    atn_entry before;
    *time_ms = INT64_MIN;
    if (head->edition == 0) {
        return ATTAIN_OK;
    }
    ATN_STORE_TRY(atn_ledger_open(&ledger, db, head, err));
    const attain_status status = atn_ledger_read(&ledger, head->edition, &before, err);
    if (status == ATTAIN_OK) {
        *time_ms = before.edition.time_ms;
    }
    atn_ledger_close(&ledger);
    return status;
}

attain_status atn_ledger_append(sqlite3 *db, atn_head *head, atn_entry *entry,
                                const attain_edition_note *note, int64_t now_ms, attain_error *err)
{
    int64_t before;
    ATN_STORE_TRY(time_before(db, head, &before, err));
    entry->edition.number = head->edition + 1;
    entry->edition.time_ms = now_ms > before ? now_ms : before;
    entry->edition.source = text_of(note != NULL ? note->source : NULL);
    entry->edition.note = text_of(note != NULL ? note->note : NULL);
    entry->last_code = 0;
    if (entry->edition.last.type != ATTAIN_PERIOD_NONE) {
        ATN_STORE_TRY(atn_store_period_code(entry->edition.last, &entry->last_code, err));
    }
    entry->hash = hash_entry(head->edition == 0 ? 0 : head->chain, entry);
    ATN_STORE_TRY(insert_entry(db, entry, err));
    head->edition = entry->edition.number;
    head->chain = entry->hash;
    return atn_head_write(db, head, err);
}

/* ---- asking ---- */

attain_status atn_store_last_edition(sqlite3 *db, int64_t *number, attain_error *err)
{
    atn_snapshot snapshot;
    atn_head head;
    ATN_STORE_TRY(atn_snapshot_open(&snapshot, db, err));
    const attain_status status = atn_head_read(db, &head, err);
    atn_snapshot_close(&snapshot);
    if (status == ATTAIN_OK) {
        *number = head.edition;
    }
    return status;
}

/* Both texts, each with a NUL behind it, in memory of the caller: that of the second is the one that every text has. */
static attain_status keep_texts(const attain_allocator *alloc, attain_edition *edition, attain_text *texts,
                                attain_error *err)
{
    const size_t size = edition->source.len + 1 + edition->note.len;
    attain_text kept;
    ATN_STORE_TRY(atn_text_of_size(alloc, size, &kept, err));
    memcpy(kept.data, edition->source.data, edition->source.len);
    kept.data[edition->source.len] = '\0';
    memcpy(kept.data + edition->source.len + 1, edition->note.data, edition->note.len);
    edition->source.data = kept.data;
    edition->note.data = kept.data + edition->source.len + 1;
    *texts = kept;
    return ATTAIN_OK;
}

static attain_status read_edition(sqlite3 *db, int64_t number, const attain_allocator *alloc,
                                  attain_edition *out, attain_text *texts, bool *found, attain_error *err)
{
    atn_head head;
    atn_ledger ledger;
    atn_entry entry;
    ATN_STORE_TRY(atn_head_read(db, &head, err));
    if (number == ATTAIN_EDITION_LATEST) {
        number = head.edition;
    }
    if (number < 1 || number > head.edition) {
        *found = false;
        return ATTAIN_OK;
    }
    ATN_STORE_TRY(atn_ledger_open(&ledger, db, &head, err));
    attain_status status = atn_ledger_read(&ledger, number, &entry, err);
    if (status == ATTAIN_OK) {
        status = keep_texts(alloc, &entry.edition, texts, err);
    }
    atn_ledger_close(&ledger);
    if (status == ATTAIN_OK) {
        *out = entry.edition;
        *found = true;
    }
    return status;
}

attain_status atn_store_edition(sqlite3 *db, int64_t number, const attain_allocator *alloc,
                                attain_edition *out, attain_text *texts, bool *found, attain_error *err)
{
    atn_snapshot snapshot;
    ATN_STORE_TRY(atn_snapshot_open(&snapshot, db, err));
    const attain_status status = read_edition(db, number, alloc, out, texts, found, err);
    atn_snapshot_close(&snapshot);
    return status;
}

/* ---- as known on ---- */

static bool digits(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
    }
    return n > 0;
}

static int two(const char *text)
{
    return (text[0] - '0') * 10 + (text[1] - '0');
}

/* "T08:30:00Z" or, as editions are listed, "T08:30:00.125Z" to milliseconds of the day; -1: it is none. */
static int32_t parse_clock(const char *t, size_t len)
{
    const bool has_ms = len == 14 && t[9] == '.' && digits(t + 10, 3);
    if ((len != 10 && !has_ms) || t[0] != 'T' || t[3] != ':' || t[6] != ':' || t[len - 1] != 'Z' ||
        !digits(t + 1, 2) || !digits(t + 4, 2) || !digits(t + 7, 2) || two(t + 1) > 23 || two(t + 4) > 59 ||
        two(t + 7) > 59) {
        return -1;
    }
    const int32_t ms = has_ms ? (t[10] - '0') * 100 + two(t + 11) : 0;
    return (two(t + 1) * 3600 + two(t + 4) * 60 + two(t + 7)) * 1000 + ms;
}

/* The last millisecond that counts as "on" the text. */
static attain_status parse_moment(const char *text, size_t len, int64_t *last_ms, attain_error *err)
{
    const int64_t day_ms = INT64_C(86400000);
    attain_period day;
    const bool is_day =
        len >= 10 && attain_period_parse(text, 10, &day, NULL) == ATTAIN_OK && day.type == ATTAIN_PERIOD_DAY;
    const int32_t ms = is_day && len > 10 ? parse_clock(text + 10, len - 10) : -1;
    if (!is_day || (len > 10 && ms < 0)) {
        return atn_store_error(
            err, ATTAIN_E_DATE,
            "'%.*s' is no edition; a day 2026-10-01, a moment 2026-10-01T08:30:00Z, a number or 'latest' is",
            (int)(len < 64 ? len : 64), text);
    }
    *last_ms = len > 10 ? day.start_day * day_ms + ms : (day.start_day + INT64_C(1)) * day_ms - 1;
    return ATTAIN_OK;
}

/* Times never go back, so that halving finds the last entry that is not later. */
static attain_status find_moment(sqlite3 *db, const atn_head *head, int64_t last_ms, int64_t *number,
                                 attain_error *err)
{
    atn_ledger ledger;
    atn_entry entry;
    int64_t low = 0;
    int64_t high = head->edition + 1;
    ATN_STORE_TRY(atn_ledger_open(&ledger, db, head, err));
    attain_status status = ATTAIN_OK;
    while (status == ATTAIN_OK && high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        status = atn_ledger_read(&ledger, middle, &entry, err);
        if (status == ATTAIN_OK && entry.edition.time_ms <= last_ms) {
            low = middle;
        } else {
            high = middle;
        }
    }
    atn_ledger_close(&ledger);
    *number = low;
    return status;
}

static attain_status find_edition(sqlite3 *db, const char *text, size_t len, int64_t *number,
                                  attain_error *err)
{
    atn_head head;
    int64_t last_ms = 0;
    int64_t found = 0;
    ATN_STORE_TRY(atn_head_read(db, &head, err));
    if (len == 6 && memcmp(text, "latest", 6) == 0) {
        ATN_STORE_TRY(atn_head_resolve(&head, &found, err));
    } else if (len <= 18 && digits(text, len)) {
        for (size_t i = 0; i < len; i++) {
            found = found * 10 + (text[i] - '0');
        }
        ATN_STORE_TRY(need_edition(&head, found, err)); /* "0" is a number here, not the latest */
    } else {
        ATN_STORE_TRY(parse_moment(text, len, &last_ms, err));
        ATN_STORE_TRY(find_moment(db, &head, last_ms, &found, err));
        if (found == 0) {
            return atn_store_error(err, ATTAIN_E_EDITION,
                                   "nothing was known on %.*s: the first edition is later", (int)len, text);
        }
    }
    *number = found;
    return ATTAIN_OK;
}

attain_status atn_store_find_edition(sqlite3 *db, const char *text, size_t len, int64_t *number,
                                     attain_error *err)
{
    atn_snapshot snapshot;
    ATN_STORE_TRY(atn_snapshot_open(&snapshot, db, err));
    const attain_status status = find_edition(db, text, len, number, err);
    atn_snapshot_close(&snapshot);
    return status;
}
