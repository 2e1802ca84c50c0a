/* Loss of power at every write, sync, truncate, make and delete of a store's life.
 *
 *     run a script once ──▶ operations, each with the number of the call that made it; what the store held after each call
 *     for each operation, for each kind of damage: what survived ──▶ opened anew ──▶ described, verified
 *
 * What is found must be what the store held before the call that was cut, or after it: anything else is torn. What
 * the last call that had returned left must be there: else it was acknowledged and lost. And opening, reading and
 * verifying must succeed: else the file is corrupt. Now and then the power fails a second time, while the store is
 * opened.
 *
 * A disk that does not sync when it is told to, and a store that does not ask for it, must give torn, corrupt and
 * lost ones: that proves that this program can see them. */
#include "fault/store/stand.h"

#include "sqlite/store_parts.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

#define PATH "/store.db"

enum { CALLS_MOST = 12 };

typedef attain_status (*describe_call)(const stand *s, attain_store_mode mode, bool verify, atn_buf *out,
                                       attain_error *err);

typedef struct script {
    const char *name;
    stand_call before[CALLS_MOST]; /* what is there when it begins, durable */
    stand_call calls[CALLS_MOST];
    bool is_new; /* the file may not be there after a cut: it is opened with CREATE then */
    describe_call describe;
} script;

static attain_status without_sync(stand *s, attain_error *err);
static attain_status small_cache(stand *s, attain_error *err);
static attain_status raw_open(stand *s, attain_error *err);
static attain_status raw_to_2(stand *s, attain_error *err);
static attain_status raw_to_3(stand *s, attain_error *err);
static attain_status raw_close(stand *s, attain_error *err);
static attain_status raw_describe(const stand *s, attain_store_mode mode, bool verify, atn_buf *out,
                                  attain_error *err);

static const script scripts[] = {
    {"create", {NULL}, {stand_create, stand_put_a, stand_import_0, stand_close}, true, stand_describe},
    {"import",
     {stand_create, stand_put_a, stand_close},
     {stand_open, stand_import_0, stand_import_1, stand_close},
     false,
     stand_describe},
    {"correct",
     {stand_create, stand_put_a, stand_import_0, stand_close},
     {stand_open, stand_correct, stand_import_1, stand_close},
     false,
     stand_describe},
    {"plan",
     {stand_create, stand_put_a, stand_import_0, stand_import_1, stand_close},
     {stand_open, stand_put_b, stand_import_2, stand_close},
     false,
     stand_describe},
    {"compact",
     {stand_create, stand_put_a, stand_import_0, stand_import_1, stand_correct, stand_close},
     {stand_open, stand_compact, stand_import_3, stand_compact, stand_close},
     false,
     stand_describe},
    {"spill",
     {stand_create, stand_put_a, stand_import_0, stand_close},
     {stand_open, small_cache, stand_import_1, stand_import_3, stand_close},
     false,
     stand_describe},
    {"migrate",
     {stand_create, stand_put_a, stand_import_0, stand_correct, stand_close},
     {raw_open, raw_to_2, raw_to_3, raw_close},
     false,
     raw_describe},
};
static const size_t n_scripts = sizeof scripts / sizeof scripts[0];

static const script careless = {"careless",
                                {stand_create, stand_put_a, stand_import_0, stand_close},
                                {stand_open, without_sync, stand_import_1, stand_import_3, stand_close},
                                false,
                                stand_describe};

typedef struct setting {
    attain_store_journal journal;
    bool powersafe;
    bool deaf; /* the disk's own fault */
    unsigned n_repeats;
} setting;

typedef struct outcome {
    uint64_t n_cases, n_torn, n_corrupt, n_lost, n_points, n_second;
} outcome;

typedef struct run {
    const script *script;
    setting setting;
    bool is_quiet; /* damage is what is looked for */
    disk *d;       /* the one that the script ran on, then the one on which survivors are opened */
    stand stand;
    rng r;
    disk_image start, image, second;
    size_t n_calls;
    atn_buf states[CALLS_MOST + 1]; /* after call i; [0]: before all */
    size_t ends[CALLS_MOST + 1];    /* operations done when call i had returned */
    outcome *outcome;
} run;

static void pragma(stand *s, const char *sql, int wanted)
{
    sqlite3_stmt *statement = NULL;
    sqlite3 *const db = attain_store_connection(s->store);
    sqlite3_set_authorizer(db, NULL, NULL); /* which would not let it pass */
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(sql, "="), sql);
    assert_int_equal(sqlite3_prepare_v2(db, name, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), wanted);
    sqlite3_finalize(statement);
}

static attain_status without_sync(stand *s, attain_error *err)
{
    (void)err;
    pragma(s, "PRAGMA synchronous=0", 0);
    return ATTAIN_OK;
}

/* Pages go to disk before the edition is finished. */
static attain_status small_cache(stand *s, attain_error *err)
{
    (void)err;
    pragma(s, "PRAGMA cache_size=4", 4);
    return ATTAIN_OK;
}

/* ---- migration ---- */

/* Versions that are only known here, by the steps that a library of a later version will have. Each writes every
 * fact anew. */
static const char *const to_2[] = {
    "CREATE TABLE later(measure INTEGER NOT NULL, n INTEGER NOT NULL) STRICT",
    "INSERT INTO later SELECT measure, count(*) FROM attain_fact GROUP BY measure",
    "UPDATE attain_fact SET value = value * 10", "PRAGMA main.user_version = 2", NULL};
static const char *const to_3[] = {"DROP TABLE later", "ALTER TABLE attain_fact ADD COLUMN remark TEXT",
                                   "UPDATE attain_fact SET remark = 'of ' || unit",
                                   "PRAGMA main.user_version = 3", NULL};
static const atn_store_version_step steps[] = {{1, 2, to_2, NULL}, {2, 3, to_3, NULL}};

static attain_status raw_open(stand *s, attain_error *err)
{
    (void)err;
    assert_int_equal(sqlite3_open_v2(s->path, &s->raw, SQLITE_OPEN_READWRITE, s->options.vfs), SQLITE_OK);
    assert_int_equal(sqlite3_exec(s->raw,
                                  s->options.journal == ATTAIN_JOURNAL_WAL
                                      ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
                                      : "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    return ATTAIN_OK;
}

static attain_status raw_close(stand *s, attain_error *err)
{
    (void)err;
    assert_int_equal(sqlite3_close(s->raw), SQLITE_OK);
    s->raw = NULL;
    return ATTAIN_OK;
}

static attain_status raw_to_2(stand *s, attain_error *err)
{
    return atn_store_upgrade(s->raw, steps, 2, 2, err);
}

static attain_status raw_to_3(stand *s, attain_error *err)
{
    return atn_store_upgrade(s->raw, steps, 2, 3, err);
}

static bool add_rows(sqlite3 *db, const char *sql, atn_buf *out)
{
    sqlite3_stmt *statement;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const char *const text = (const char *)sqlite3_column_text(statement, i);
            atn_buf_printf(out, "%d:%s\n", sqlite3_column_type(statement, i), text == NULL ? "" : text);
        }
        rc = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return rc == SQLITE_DONE;
}

/* Every row of every table of any version. */
static attain_status raw_describe(const stand *s, attain_store_mode mode, bool verify, atn_buf *out,
                                  attain_error *err)
{
    static const char *const tables[] = {"attain_head",    "attain_edition", "attain_plan", "attain_unit",
                                         "attain_measure", "attain_cell",    "attain_fact", "attain_seal"};
    sqlite3 *db = NULL;
    char sql[64];
    (void)mode;
    bool fine = sqlite3_open_v2(s->path, &db, SQLITE_OPEN_READWRITE, s->options.vfs) == SQLITE_OK &&
                add_rows(db, "PRAGMA user_version", out) &&
                add_rows(db, "SELECT * FROM sqlite_schema ORDER BY name", out);
    for (size_t i = 0; fine && i < sizeof tables / sizeof tables[0]; i++) {
        snprintf(sql, sizeof sql, "SELECT * FROM %s", tables[i]);
        fine = add_rows(db, sql, out);
    }
    atn_buf check;
    atn_buf_init(&check, NULL);
    fine = fine &&
           (!verify || (add_rows(db, "PRAGMA integrity_check", &check) && strcmp(check.data, "3:ok\n") == 0));
    atn_buf_free(&check);
    *err = (attain_error){.status = ATTAIN_E_CORRUPT};
    snprintf(err->message, sizeof err->message, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    return fine ? ATTAIN_OK : ATTAIN_E_CORRUPT;
}

/* ---- the script ---- */

static void call_all(stand *s, const stand_call *calls)
{
    attain_error err;
    for (size_t i = 0; i < CALLS_MOST && calls[i] != NULL; i++) {
        check_ok(calls[i](s, &err), &err);
    }
}

/* What a copy of the disk as it is now holds; through another disk, so that the run does not notice. */
static void describe_now(run *r, disk *other, atn_buf *out)
{
    attain_error err;
    stand beside = r->stand;
    disk_image now = {.n_files = 0};
    disk_save(r->d, &now);
    disk_load(other, &now);
    beside.options.vfs = "disk-other";
    atn_buf_init(out, NULL);
    if (r->script->is_new) {
        check_ok(r->script->describe(&beside, ATTAIN_STORE_CREATE, true, out, &err), &err);
    } else {
        check_ok(r->script->describe(&beside, ATTAIN_STORE_READ, true, out, &err), &err);
    }
    disk_load(other, NULL);
    disk_image_free(&now);
}

static void record(run *r)
{
    attain_error err;
    disk *const other =
        disk_new("disk-other", r->setting.powersafe, r->setting.journal == ATTAIN_JOURNAL_WAL);
    call_all(&r->stand, r->script->before);
    disk_save(r->d, &r->start);
    disk_load(r->d, &r->start);
    describe_now(r, other, &r->states[0]);
    for (r->n_calls = 0; r->n_calls < CALLS_MOST && r->script->calls[r->n_calls] != NULL; r->n_calls++) {
        disk_record(r->d, true, (uint32_t)r->n_calls);
        check_ok(r->script->calls[r->n_calls](&r->stand, &err), &err);
        r->ends[r->n_calls + 1] = disk_operations(r->d)->n;
        describe_now(r, other, &r->states[r->n_calls + 1]);
    }
    disk_record(r->d, false, 0);
    assert_int_equal(disk_n_open(r->d), 0);
    disk_free(other);
}

/* ---- one survivor ---- */

static void complain(const run *r, const char *what, size_t at, unsigned damage, const char *why)
{
    if (!r->is_quiet) {
        print_error("%s, journal %d, %s: operation %zu, damage %u: %s: %s\n", r->script->name,
                    (int)r->setting.journal, r->setting.powersafe ? "powersafe" : "whole sectors", at, damage,
                    what, why);
    }
}

static attain_store_mode mode_of(const run *r, size_t at, unsigned damage)
{
    return r->script->is_new        ? ATTAIN_STORE_CREATE
           : (at + damage) % 2 == 0 ? ATTAIN_STORE_WRITE
                                    : ATTAIN_STORE_READ;
}

/* `done` calls had returned; the call after it was under way, or, where is_between, none. */
static void judge(run *r, const disk_image *image, size_t done, bool is_between, size_t at, unsigned damage)
{
    attain_error err = {.message = ""};
    atn_buf found;
    atn_buf_init(&found, NULL);
    disk_load(r->d, image);
    r->outcome->n_cases++;
    const attain_status status = r->script->describe(&r->stand, mode_of(r, at, damage), true, &found, &err);
    if (status != ATTAIN_OK) {
        r->outcome->n_corrupt++;
        complain(r, "corrupt", at, damage, err.message);
    } else if (!stand_same(&found, &r->states[done]) &&
               (is_between || !stand_same(&found, &r->states[done + 1]))) {
        size_t older = 0;
        while (older < done && !stand_same(&found, &r->states[older])) {
            older++;
        }
        r->outcome->n_lost += older < done;
        r->outcome->n_torn += older == done;
        complain(r, older < done ? "acknowledged and lost" : "torn", at, damage, "");
    }
    atn_buf_free(&found);
}

/* Power fails a second time, at any operation of opening and reading what survived the first. */
static void judge_second(run *r, size_t done, bool is_between, size_t at, unsigned damage)
{
    attain_error err;
    atn_buf ignored;
    atn_buf_init(&ignored, NULL);
    disk_load(r->d, &r->image);
    disk_record(r->d, true, 0);
    r->script->describe(&r->stand, mode_of(r, at, damage), false, &ignored, &err);
    disk_record(r->d, false, 0);
    atn_buf_free(&ignored);
    const size_t n = disk_operations(r->d)->n;
    if (n == 0) {
        return;
    }
    survivor *const s = survivor_new(&r->image, disk_operations(r->d), r->setting.powersafe, r->setting.deaf);
    for (size_t i = rng_below(&r->r, n); i > 0; i--) {
        survivor_step(s);
    }
    survivor_image(s, true, damage, &r->r, &r->second);
    survivor_free(s);
    r->outcome->n_second++;
    judge(r, &r->second, done, is_between, at, damage);
}

/* Each point in n_repeats ways; if these are few, the ways go round from point to point. */
static void cut_here(run *r, const survivor *s, size_t at, size_t done, bool is_between)
{
    for (unsigned i = 0; i < r->setting.n_repeats; i++) {
        const unsigned damage = r->setting.n_repeats < 4 ? (unsigned)(at % 4) + i : i;
        survivor_image(s, !is_between, damage, &r->r, &r->image);
        judge(r, &r->image, done, is_between, at, damage);
        if (damage % 4 == 2 || damage % 8 == 7) {
            judge_second(r, done, is_between, at, damage);
        }
    }
    r->outcome->n_points++;
}

/* ---- a run ---- */

/* The operations are copied: opening what survived uses the same disk. */
static void cut_everywhere(run *r)
{
    disk_journal journal = *disk_operations(r->d);
    journal.items = malloc((journal.n + 1) * sizeof *journal.items);
    journal.bytes.data = malloc(journal.bytes.len + 1);
    assert_non_null(journal.items);
    assert_non_null(journal.bytes.data);
    memcpy(journal.items, disk_operations(r->d)->items, journal.n * sizeof *journal.items);
    memcpy(journal.bytes.data, disk_operations(r->d)->bytes.data, journal.bytes.len);
    survivor *const s = survivor_new(&r->start, &journal, r->setting.powersafe, r->setting.deaf);
    size_t done = 0;
    for (size_t at = 0; at <= journal.n; at++) {
        while (done < r->n_calls && r->ends[done + 1] == at) {
            done++;
            cut_here(r, s, at, done, true);
        }
        if (at < journal.n) {
            assert_int_equal(journal.items[at].mark, done);
            cut_here(r, s, at, done, false);
            survivor_step(s);
        }
    }
    assert_int_equal(done, r->n_calls);
    survivor_free(s);
    free(journal.items);
    free(journal.bytes.data);
}

static void run_script(const script *what, setting how, bool is_quiet, outcome *o)
{
    run r = {.script = what, .setting = how, .is_quiet = is_quiet, .outcome = o, .r = rng_new(20261122)};
    r.d = disk_new("disk", how.powersafe, how.journal == ATTAIN_JOURNAL_WAL);
    stand_init(&r.stand, "disk", PATH, how.journal);
    record(&r);
    assert_true(disk_operations(r.d)->n > 0);
    cut_everywhere(&r);
    for (size_t i = 0; i <= r.n_calls; i++) {
        atn_buf_free(&r.states[i]);
    }
    stand_end(&r.stand);
    disk_image_free(&r.start);
    disk_image_free(&r.image);
    disk_image_free(&r.second);
    disk_free(r.d);
}

static void report(const char *what, const outcome *o)
{
    print_message("%s: %llu cases at %llu points (%llu with a second cut): %llu torn, %llu corrupt, %llu "
                  "acknowledged and lost\n",
                  what, (unsigned long long)o->n_cases, (unsigned long long)o->n_points,
                  (unsigned long long)o->n_second, (unsigned long long)o->n_torn,
                  (unsigned long long)o->n_corrupt, (unsigned long long)o->n_lost);
}

/* ATTAIN_CRASH_REPEATS: kinds of damage at each point. */
static void no_cut_tears_loses_or_corrupts(void **state)
{
    (void)state;
    outcome all = {.n_cases = 0};
    const unsigned n_repeats = stand_number("ATTAIN_CRASH_REPEATS", stand_is_long() ? 24 : 1);
    for (size_t i = 0; i < n_scripts; i++) {
        for (int way = 0; way < 4; way++) {
            outcome o = {.n_cases = 0};
            const setting how = {way % 2 == 0 ? ATTAIN_JOURNAL_WAL : ATTAIN_JOURNAL_TRUNCATE, way < 2, false,
                                 n_repeats};
            run_script(&scripts[i], how, false, &o);
            char what[64];
            snprintf(what, sizeof what, "%s, %s, %s", scripts[i].name, way % 2 == 0 ? "WAL" : "TRUNCATE",
                     way < 2 ? "powersafe" : "whole sectors");
            report(what, &o);
            all.n_cases += o.n_cases;
            all.n_points += o.n_points;
            all.n_second += o.n_second;
            all.n_torn += o.n_torn;
            all.n_corrupt += o.n_corrupt;
            all.n_lost += o.n_lost;
        }
    }
    report("all", &all);
    assert_int_equal(all.n_torn, 0);
    assert_int_equal(all.n_corrupt, 0);
    assert_int_equal(all.n_lost, 0);
    assert_true(all.n_cases >= (stand_is_long() ? 50000 : 2000));
}

static void damage_is_seen_where_nothing_is_synced(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) {
        outcome o = {.n_cases = 0};
        const bool deaf = way >= 2;
        const setting how = {way % 2 == 0 ? ATTAIN_JOURNAL_WAL : ATTAIN_JOURNAL_TRUNCATE, true, deaf,
                             stand_is_long() ? 20 : 2};
        run_script(deaf ? &scripts[1] : &careless, how, true, &o);
        report(deaf ? "a disk that does not sync" : "synchronous=OFF", &o);
        assert_true(o.n_torn + o.n_corrupt + o.n_lost > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damage_is_seen_where_nothing_is_synced),
        cmocka_unit_test(no_cut_tears_loses_or_corrupts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
