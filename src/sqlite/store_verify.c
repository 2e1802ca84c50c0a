/* Verify: reads everything and says all that is wrong, one finding a line. What the calls check of the part that they touch is checked here
 * of all: SQLite's own structure, the schema, the chain of editions, names, seals, plans, and that what was known at each plan's edition fits
 * that plan. */
#include "sqlite/store_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct verify {
    sqlite3 *db;
    const atn_store_watch *watch;
    attain_text *findings; /* NULL: not asked for */
    attain_error *err;     /* the first finding */
    attain_status first;   /* OK: none yet */
    atn_head head;
} verify;

/* A finding; what is no finding (no memory, cancelled, the disk does not answer) ends the call. */
static attain_status find(verify *v, attain_status status, const attain_error *why)
{
    const bool is_finding = status == ATTAIN_E_CORRUPT || status == ATTAIN_E_VERSION ||
                            status == ATTAIN_E_SCHEMA || status == ATTAIN_E_EDITION;
    if (v->first == ATTAIN_OK || !is_finding) {
        v->first = status;
        if (v->err != NULL) {
            *v->err = *why;
        }
    }
    if (!is_finding) {
        return status;
    }
    if (v->findings != NULL && (!atn_text_add(v->findings, why->message, strlen(why->message)) ||
                                !atn_text_add(v->findings, "\n", 1))) {
        return atn_store_memory(v->err);
    }
    return ATTAIN_OK;
}

/* ---- SQLite's own check ---- */

/* A line of SQLite's check. That a page could not be read is said in the same way as that it is damaged, mostly with the code of the failure. */
static attain_status structure_finding(const char *text, attain_error *out)
{
    static const char unread[] = "unable to get the page. error code=";
    const char *at = strstr(text, unread);
    const int code = at != NULL ? (int)strtol(at + sizeof unread - 1, NULL, 10) : SQLITE_CORRUPT;
    if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_NOMEM) {
        return atn_store_fail(out, NULL, code, "checking the structure of the file");
    }
    if (strstr(text, "failed to get page") != NULL) {
        return atn_store_error(out, ATTAIN_E_STORE,
                               "checking the structure of the file: a page could not be read: %s", text);
    }
    return atn_store_error(out, ATTAIN_E_CORRUPT, "the structure of the file: %s", text);
}

static attain_status check_structure(verify *v)
{
    attain_error why;
    sqlite3_stmt *stmt;
    bool row = true;
    attain_status status = atn_store_prepare(v->db, "PRAGMA main.integrity_check", &stmt, &why);
    while (status == ATTAIN_OK && row) {
        status = atn_store_step(stmt, &row, "checking the structure of the file", &why);
        const char *text = status == ATTAIN_OK && row ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
        if (status == ATTAIN_OK && row && text == NULL) {
            status = atn_store_memory(&why);
        }
        if (text != NULL && strcmp(text, "ok") != 0) {
            attain_error finding;
            if (find(v, structure_finding(text, &finding), &finding) != ATTAIN_OK) {
                sqlite3_finalize(stmt);
                return v->first;
            }
        }
    }
    sqlite3_finalize(stmt);
    return status == ATTAIN_OK ? ATTAIN_OK : find(v, status, &why);
}

/* ---- the ledger, plans ---- */

static attain_status count_rows(verify *v, const char *sql, int64_t expected, const char *what)
{
    attain_error why;
    sqlite3_stmt *stmt;
    bool row;
    int64_t n = -1;
    attain_status status = atn_store_prepare(v->db, sql, &stmt, &why);
    if (status == ATTAIN_OK) {
        status = atn_store_step(stmt, &row, "counting rows", &why);
        n = status == ATTAIN_OK && row ? sqlite3_column_int64(stmt, 0) : -1;
    }
    sqlite3_finalize(stmt);
    if (status == ATTAIN_OK && n != expected) {
        status = atn_store_error(&why, ATTAIN_E_CORRUPT,
                                 "the store is damaged: it has %lld %s, its head says %lld", (long long)n,
                                 what, (long long)expected);
    }
    return status == ATTAIN_OK ? ATTAIN_OK : find(v, status, &why);
}

static attain_status check_facts_of_plan(verify *v, const attain_plan *plan, int64_t edition)
{
    attain_error why;
    attain_facts *facts;
    const attain_status status = atn_store_facts(v->db, plan, edition, NULL, v->watch, &facts, NULL, &why);
    if (status == ATTAIN_OK) {
        attain_facts_free(facts);
        return ATTAIN_OK;
    }
    return find(v, status, &why);
}

/* The last edition that a plan held for, the plan itself, and the facts as known then. */
static attain_status check_plan(verify *v, const atn_entry *entry)
{
    attain_error why;
    attain_plan *plan;
    const attain_status status = atn_plan_read(v->db, &v->head, entry, NULL, &plan, &why);
    if (status != ATTAIN_OK) {
        return find(v, status, &why);
    }
    const attain_status facts = check_facts_of_plan(v, plan, entry->edition.number);
    attain_plan_free(plan);
    return facts;
}

static attain_status check_entries(verify *v, atn_ledger *ledger, uint64_t *sums)
{
    attain_error why;
    atn_entry entry = {.plan = 0};
    for (int64_t number = 1; number <= v->head.edition; number++) {
        const atn_entry before = entry;
        const attain_status status = atn_ledger_read(ledger, number, &entry, &why);
        if (status != ATTAIN_OK) {
            ATN_STORE_TRY(find(v, status, &why));
            entry = before;
            continue;
        }
        sums[number] -= entry.facts_sum;
        if (before.plan != 0 && entry.plan != before.plan) {
            ATN_STORE_TRY(check_plan(v, &before));
        }
    }
    return entry.plan != 0 ? check_plan(v, &entry) : ATTAIN_OK;
}

/* ---- seals ---- */

static attain_status walk_measures(verify *v, atn_walk *walk)
{
    attain_error why;
    for (int64_t m = 1; m <= v->head.measures.n; m++) {
        char code[48];
        snprintf(code, sizeof code, "number %lld", (long long)m);
        walk->measure_code = code;
        const attain_status status =
            atn_walk_blocks(walk, (uint32_t)m, 0, UINT32_MAX / ATN_BLOCK_UNITS, NULL, NULL, &why);
        if (status != ATTAIN_OK) {
            ATN_STORE_TRY(find(v, status, &why));
        }
    }
    return ATTAIN_OK;
}

static attain_status check_seals(verify *v, uint64_t *sums)
{
    attain_error why;
    atn_walk walk;
    const attain_status status = atn_walk_open(&walk, v->db, &v->head, v->watch, &why);
    if (status != ATTAIN_OK) {
        return find(v, status, &why);
    }
    walk.edition_sum = sums;
    const attain_status walked = walk_measures(v, &walk);
    atn_walk_close(&walk);
    return walked;
}

/* ---- all ---- */

static attain_status check_tables(verify *v, uint64_t *sums)
{
    attain_error why;
    atn_ledger ledger;
    attain_status status = atn_roster_verify(v->db, &v->head, &why);
    if (status != ATTAIN_OK) {
        ATN_STORE_TRY(find(v, status, &why));
    }
    ATN_STORE_TRY(count_rows(v, "SELECT count(*) FROM main.attain_edition", v->head.edition, "editions"));
    ATN_STORE_TRY(count_rows(v, "SELECT count(*) FROM main.attain_plan", v->head.plans.n, "plans"));
    ATN_STORE_TRY(check_seals(v, sums));
    status = atn_ledger_open(&ledger, v->db, &v->head, &why);
    if (status != ATTAIN_OK) {
        return find(v, status, &why);
    }
    status = check_entries(v, &ledger, sums);
    atn_ledger_close(&ledger);
    for (int64_t number = 1; status == ATTAIN_OK && number <= v->head.edition; number++) {
        if (sums[number] != 0) {
            atn_store_error(&why, ATTAIN_E_CORRUPT,
                            "the store is damaged: the seals of edition %lld do not add up to its sum",
                            (long long)number);
            status = find(v, ATTAIN_E_CORRUPT, &why);
        }
    }
    return status;
}

static attain_status check_all(verify *v)
{
    attain_error why;
    atn_snapshot snapshot;
    ATN_STORE_TRY(check_structure(v));
    attain_status status = atn_snapshot_open(&snapshot, v->db, &why);
    if (status != ATTAIN_OK) {
        return find(v, status, &why);
    }
    status = atn_head_read(v->db, &v->head, &why);
    if (status != ATTAIN_OK) {
        status = find(v, status, &why);
    } else {
        const size_t n = (size_t)v->head.edition + 1;
        uint64_t *sums = sqlite3_malloc64((sqlite3_uint64)n * sizeof *sums);
        if (sums == NULL) {
            status = find(v, atn_store_memory(&why), &why);
        } else {
            memset(sums, 0, n * sizeof *sums);
            status = check_tables(v, sums);
        }
        sqlite3_free(sums);
    }
    atn_snapshot_close(&snapshot);
    return status;
}

attain_status atn_store_verify(sqlite3 *db, const attain_allocator *alloc, const atn_store_watch *watch,
                               attain_text *findings, attain_error *err)
{
    verify v = {.db = db, .watch = watch, .err = err};
    attain_text lines;
    ATN_STORE_TRY(atn_text_of_size(alloc, 0, &lines, err));
    v.findings = findings != NULL ? &lines : NULL;
    const attain_status status = check_all(&v);
    const bool is_complete = status == ATTAIN_OK;
    if (findings != NULL && is_complete) {
        *findings = lines;
    } else {
        attain_text_free(&lines);
    }
    return is_complete ? v.first : status;
}
