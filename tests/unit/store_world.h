/* A store in a file of the test's own folder, a plan with one nation and four communes, and short words for what the tests of the store do. */
#ifndef TEST_UNIT_STORE_WORLD_H
#define TEST_UNIT_STORE_WORLD_H

#include "support/build_plan.h"
#include "support/check.h"

#include <attain/sqlite.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STORE_UNITS                \
    "unit N nation\n"              \
    "unit C0 commune in N\n"       \
    "unit C1 commune in N\n"       \
    "unit C2 commune in N\n"       \
    "category sex: female, male\n" \
    "category age: young, old\n"
#define STORE_MEASURES                                           \
    "measure n\n  flow cases  reported half-yearly by commune\n" \
    "measure d\n  flow cases  reported half-yearly by commune\n" \
    "measure money\n  stock dong  decimals 2\n"                  \
    "measure who\n  flow people by sex, age\n"
#define STORE_TARGETS "indicator i = n / d\ntarget t\n  i at least 0.5 by 2024\n"

static const char store_plan_text[] = STORE_UNITS STORE_MEASURES STORE_TARGETS;

typedef struct store_world {
    char path[64];
    int64_t now; /* what the store takes for the time */
    attain_store *store;
    attain_plan *plan;
} store_world;

/* Names of files are not used twice, so that nothing of an earlier run is met. */
static inline void store_fresh(char path[64])
{
    static int n;
    snprintf(path, 64, "s%ld-%d.db", (long)getpid(), n++);
    char beside[80];
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (int i = 0; i < 4; i++) {
        snprintf(beside, sizeof beside, "%s%s", path, ends[i]);
        unlink(beside);
    }
}

static inline int64_t store_now(void *ctx)
{
    return *(const int64_t *)ctx;
}

static inline attain_store_options store_options(store_world *w, attain_store_mode mode)
{
    return (attain_store_options){.struct_size = sizeof(attain_store_options),
                                  .mode = mode,
                                  .now = store_now,
                                  .now_ctx = &w->now};
}

/* An empty store and the plan, which is not put yet. */
static inline void store_begin(store_world *w)
{
    attain_error err;
    *w = (store_world){.now = 1000};
    store_fresh(w->path);
    const attain_store_options options = store_options(w, ATTAIN_STORE_CREATE);
    check_ok(attain_store_open(w->path, &options, &w->store, &err), &err);
    w->plan = build_plan(store_plan_text, NULL);
}

static inline void store_put(store_world *w)
{
    attain_error err;
    check_ok(attain_store_put_plan(w->store, w->plan, NULL, NULL, &err), &err);
}

static inline void store_end(store_world *w)
{
    attain_store_close(w->store);
    build_plan_free(w->plan);
    unlink(w->path);
}

static inline void store_reopen(store_world *w, attain_store_mode mode)
{
    attain_error err;
    const attain_store_options options = store_options(w, mode);
    attain_store_close(w->store);
    check_ok(attain_store_open(w->path, &options, &w->store, &err), &err);
}

/* Imports CSV. */
static inline attain_edition store_import(store_world *w, const char *csv)
{
    attain_error err;
    attain_edition edition;
    attain_facts *facts = build_facts(w->plan);
    build_add(facts, csv);
    check_ok(attain_store_import(w->store, facts, NULL, &edition, &err), &err);
    attain_facts_free(facts);
    return edition;
}

/* The facts as bytes: equal if and only if the facts are. */
static inline attain_text store_bytes(attain_store *store, const attain_plan *plan, int64_t edition,
                                      const attain_store_part *part)
{
    attain_error err;
    attain_facts *facts;
    attain_text bytes;
    check_ok(attain_store_facts(store, plan, edition, part, &facts, &err), &err);
    check_ok(attain_facts_to_bytes(facts, &bytes, &err), &err);
    attain_facts_free(facts);
    return bytes;
}

/* What is known at an edition must be what this CSV holds. */
#define store_holds(w, edition, csv) store_holds_at((w), (edition), (csv), __FILE__, __LINE__)

static inline void store_holds_at(store_world *w, int64_t edition, const char *csv, const char *file,
                                  int line)
{
    attain_error err;
    attain_text wanted;
    attain_facts *facts = build_facts(w->plan);
    build_add(facts, csv);
    check_ok(attain_facts_to_bytes(facts, &wanted, &err), &err);
    const uint64_t n = attain_facts_count(facts);
    attain_facts_free(facts);
    attain_text got = store_bytes(w->store, w->plan, edition, NULL);
    if (got.len != wanted.len || memcmp(got.data, wanted.data, got.len) != 0) {
        print_error("edition %lld holds other facts than the %llu expected\n", (long long)edition,
                    (unsigned long long)n);
        _fail(file, line);
    }
    attain_text_free(&got);
    attain_text_free(&wanted);
}

static inline attain_fact store_fact(const store_world *w, const char *unit, const char *measure,
                                     const char *period, int64_t value)
{
    return (attain_fact){.unit = build_unit(w->plan, unit),
                         .measure = build_measure(w->plan, measure),
                         .period = build_period(period),
                         .value = value};
}

/* Another connection that writes what it likes. */
static inline void store_tamper(const char *path, const char *sql)
{
    sqlite3 *db;
    char *why = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
        print_error("%s: %s\n", sql, why);
        fail();
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static inline int64_t store_ask(const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    const int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return value;
}

#endif
