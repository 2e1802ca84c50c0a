/* Opening: a connection that does what it is asked and nothing that a file asks. Names are no URIs, links are not followed, nothing of a
 * schema is run, the file is never mapped, and what a caller says over this connection can read but not write. */
#ifndef _XOPEN_SOURCE
/* Of POSIX, which C11 alone leaves out. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _XOPEN_SOURCE 700
#endif
#include "sqlite/store_handle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC UINT64_C(0x61747461696e5354)

/* ---- names of files ---- */

char *atn_handle_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    /* Behind "/" or "./" neither ":memory:" nor "file:" means anything but itself, also where SQLite was built to take URIs. */
    char *directory = slash == NULL ? sqlite3_mprintf(".")
                                    : sqlite3_mprintf("%.*s", (int)(slash > path ? slash - path : 1), path);
    if (directory == NULL) {
        return NULL;
    }
    char *real = realpath(directory, NULL);
    const char *there = real != NULL ? real : directory;
    const bool is_root = strcmp(there, "/") == 0;
    char *out = sqlite3_mprintf("%s%s%s%s", there[0] == '/' ? "" : "./", there, is_root ? "" : "/", name);
    free(real);
    sqlite3_free(directory);
    return out;
}

/* Only a regular file, or none, may be opened: a FIFO would wait for ever. Files of another VFS are not the system's. */
static attain_status check_file(const char *path, const attain_store_options *options, attain_error *err)
{
    struct stat info;
    if (lstat(path, &info) != 0) {
        if (errno == ENOENT && options->mode == ATTAIN_STORE_CREATE) {
            return ATTAIN_OK;
        }
        return atn_store_error(err, ATTAIN_E_STORE, "opening %s: %s", path, strerror(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return atn_store_error(err, ATTAIN_E_STORE, "opening %s: it is %s, a regular file is required", path,
                               S_ISLNK(info.st_mode)   ? "a symbolic link"
                               : S_ISDIR(info.st_mode) ? "a directory"
                                                       : "a device, pipe or socket");
    }
    return ATTAIN_OK;
}

/* ---- options ---- */

attain_status atn_handle_options(const attain_store_options *options, attain_store_options *out,
                                 attain_error *err)
{
    *out = (attain_store_options){.struct_size = sizeof *out};
    if (options != NULL) {
        if (options->struct_size < sizeof(size_t) || options->struct_size > sizeof *out) {
            return atn_store_error(err, ATTAIN_E_ARGUMENT,
                                   "options->struct_size is %zu, %zu at most is known here",
                                   options->struct_size, sizeof *out);
        }
        memcpy(out, options, options->struct_size);
    }
    if (out->mode < ATTAIN_STORE_READ || out->mode > ATTAIN_STORE_CREATE) {
        return atn_store_error(err, ATTAIN_E_ARGUMENT, "options->mode is %d, which is none", (int)out->mode);
    }
    if (out->journal < ATTAIN_JOURNAL_AUTO || out->journal > ATTAIN_JOURNAL_TRUNCATE) {
        return atn_store_error(err, ATTAIN_E_ARGUMENT, "options->journal is %d, which is none",
                               (int)out->journal);
    }
    if (out->allocator != NULL && out->allocator->realloc == NULL) {
        return atn_store_error(err, ATTAIN_E_ARGUMENT, "options->allocator has no realloc");
    }
    out->busy_ms = out->busy_ms == 0 ? 5000 : out->busy_ms;
    out->max_bytes = out->max_bytes == 0 ? (size_t)(UINT64_C(1) << 40 & SIZE_MAX) : out->max_bytes;
    return ATTAIN_OK;
}

/* ---- precautions ---- */

static bool is_one_of(const char *text, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (sqlite3_stricmp(text, *list) == 0) {
            return true;
        }
    }
    return false;
}

/* What may be prepared on the connection: a dispatch over SQLite's codes. Reading, and while the store itself is writing, everything. */
static int authorize(void *ctx, int code, const char *a, const char *b, const char *database,
                     const char *trigger)
{
    static const char *const pragmas[] = {"table_info",  "table_xinfo",   "table_list",      "index_list",
                                          "index_info",  "database_list", "function_list",   "collation_list",
                                          "module_list", "pragma_list",   "compile_options", NULL};
    static const char *const asked[] = {"application_id",  "user_version", "data_version",   "journal_mode",
                                        "page_count",      "page_size",    "freelist_count", "encoding",
                                        "synchronous",     "query_only",   "trusted_schema", "mmap_size",
                                        "cell_size_check", "busy_timeout", "schema_version", NULL};
    static const char *const functions[] = {"load_extension", "fts3_tokenizer", "writefile", "edit", NULL};
    const attain_store *store = ctx;
    (void)database;
    (void)trigger;
    if (store->is_writing) {
        return SQLITE_OK;
    }
    switch (code) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT: return SQLITE_OK;
    case SQLITE_FUNCTION: return b != NULL && is_one_of(b, functions) ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA:
        return a != NULL && (is_one_of(a, pragmas) || (b == NULL && is_one_of(a, asked))) ? SQLITE_OK
                                                                                          : SQLITE_DENY;
    /* What a virtual table asks for when it says its columns. By hand it is refused all the same: DEFENSIVE is on. */
    case SQLITE_UPDATE: return a != NULL && strcmp(a, "sqlite_master") == 0 ? SQLITE_OK : SQLITE_DENY;
    default: return SQLITE_DENY;
    }
}

static void set_limits(sqlite3 *db)
{
    static const struct {
        int id, value;
    } limits[] = {{SQLITE_LIMIT_LENGTH, 1 << 30},
                  {SQLITE_LIMIT_SQL_LENGTH, 100000},
                  {SQLITE_LIMIT_COLUMN, 200},
                  {SQLITE_LIMIT_EXPR_DEPTH, 100},
                  {SQLITE_LIMIT_COMPOUND_SELECT, 50},
                  {SQLITE_LIMIT_VDBE_OP, 250000},
                  {SQLITE_LIMIT_FUNCTION_ARG, 100},
                  {SQLITE_LIMIT_ATTACHED, 0},
                  {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
                  {SQLITE_LIMIT_VARIABLE_NUMBER, 1000},
                  {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
                  {SQLITE_LIMIT_WORKER_THREADS, 0}};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        sqlite3_limit(db, limits[i].id, limits[i].value);
    }
}

static attain_status set_switches(sqlite3 *db, attain_error *err)
{
    static const struct {
        int id, on;
    } switches[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},
                    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                    {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
                    {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
                    {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
                    {SQLITE_DBCONFIG_DQS_DML, 0},
                    {SQLITE_DBCONFIG_DQS_DDL, 0}};
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        int now = -1;
        const int rc = sqlite3_db_config(db, switches[i].id, switches[i].on, &now);
        if (rc != SQLITE_OK || now != switches[i].on) {
            return atn_store_error(err, ATTAIN_E_STORE,
                                   "this SQLite (%s) cannot be made safe: switch %d cannot be set",
                                   sqlite3_libversion(), switches[i].id);
        }
    }
    return ATTAIN_OK;
}

static attain_status set_pragmas(sqlite3 *db, attain_error *err)
{
    static const char *const pragmas[] = {"PRAGMA cell_size_check = ON",      "PRAGMA mmap_size = 0",
                                          "PRAGMA synchronous = FULL",        "PRAGMA fullfsync = ON",
                                          "PRAGMA checkpoint_fullfsync = ON", "PRAGMA locking_mode = NORMAL",
                                          "PRAGMA secure_delete = OFF"};
    for (size_t i = 0; i < sizeof pragmas / sizeof pragmas[0]; i++) {
        ATN_STORE_TRY(atn_store_exec(db, pragmas[i], "setting up the connection", err));
    }
    return ATTAIN_OK;
}

/* Of its own a reader changes nothing, and leaves the journal as it is. */
static attain_status set_reader(sqlite3 *db, attain_error *err)
{
    const int rc = sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return rc == SQLITE_OK ? atn_store_exec(db, "PRAGMA query_only = ON", "setting up the connection", err)
                           : atn_store_fail(err, db, rc, "setting up the connection");
}

static attain_status set_precautions(attain_store *store, attain_error *err)
{
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db,
                         store->options.busy_ms < INT32_MAX ? (int)store->options.busy_ms : INT32_MAX);
    set_limits(store->db);
    ATN_STORE_TRY(set_switches(store->db, err));
    store->is_writing = true;
    attain_status status = set_pragmas(store->db, err);
    if (status == ATTAIN_OK && store->options.mode == ATTAIN_STORE_READ) {
        status = set_reader(store->db, err);
    }
    store->is_writing = false;
    sqlite3_set_authorizer(store->db, authorize, store);
    return status;
}

/* ---- opening ---- */

static attain_status connect(attain_store *store, const char *path, attain_error *err)
{
    const attain_store_options *o = &store->options;
    /* A reader opens the file for writing too, if it may: what a writer that died has left half done must be taken back before anybody can
     * read. SQLITE_OPEN_READWRITE gives a connection that reads alone where the file may not be written to. */
    const int mode =
        o->mode == ATTAIN_STORE_CREATE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
    const int flags = mode | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    const bool is_special = path[0] == ':' || sqlite3_strnicmp(path, "file:", 5) == 0;
    char *real =
        o->vfs == NULL ? atn_handle_path(path) : sqlite3_mprintf("%s%s", is_special ? "./" : "", path);
    if (real == NULL) {
        return atn_store_memory(err);
    }
    attain_status status = o->vfs == NULL ? check_file(real, o, err) : ATTAIN_OK;
    if (status == ATTAIN_OK) {
        const int rc = sqlite3_open_v2(real, &store->db, flags, o->vfs);
        char doing[200];
        snprintf(doing, sizeof doing, "opening %s", path);
        status = rc == SQLITE_OK ? ATTAIN_OK : atn_store_fail(err, store->db, rc, doing);
    }
    sqlite3_free(real);
    if (status == ATTAIN_OK && o->mode != ATTAIN_STORE_READ && sqlite3_db_readonly(store->db, "main") == 1) {
        status = atn_store_error(err, ATTAIN_E_STORE, "opening %s: it may not be written to", path);
    }
    return status;
}

attain_status atn_handle_open(const char *path, const attain_store_options *options, attain_store **out,
                              attain_error *err)
{
    attain_store *store = sqlite3_malloc64(sizeof *store);
    if (store == NULL) {
        return atn_store_memory(err);
    }
    memset(store, 0, sizeof *store);
    store->magic = MAGIC;
    store->process = getpid();
    store->options = *options;
    if (options->allocator != NULL) {
        store->allocator = *options->allocator;
        store->options.allocator = &store->allocator;
    }
    store->watch = (atn_store_watch){options->progress, options->progress_ctx};
    attain_status status = ATTAIN_OK;
    if (options->vfs != NULL) {
        store->vfs = sqlite3_mprintf("%s", options->vfs);
        store->options.vfs = store->vfs;
        status = store->vfs != NULL ? ATTAIN_OK : atn_store_memory(err);
    }
    if (status == ATTAIN_OK) {
        status = connect(store, path, err);
    }
    if (status == ATTAIN_OK) {
        status = set_precautions(store, err);
    }
    if (status != ATTAIN_OK) {
        atn_handle_free(store);
        return status;
    }
    *out = store;
    return ATTAIN_OK;
}

static void take_back(attain_store *store)
{
    for (size_t i = 0; i < store->n_editions; i++) {
        attain_text_free(&store->texts[i]);
    }
    store->n_editions = 0;
}

/* A child process has the parent's connection in its memory, but the locks are the parent's: closing it there would let go of them. */
void atn_handle_free(attain_store *store)
{
    if (store == NULL) {
        return;
    }
    take_back(store);
    if (store->process == getpid()) {
        sqlite3_close_v2(store->db);
    }
    sqlite3_free(store->editions);
    sqlite3_free(store->texts);
    sqlite3_free(store->vfs);
    store->magic = 0;
    sqlite3_free(store);
}

/* ---- calls ---- */

attain_status atn_handle_enter(attain_store *store, attain_error *err)
{
    if (store == NULL || store->magic != MAGIC) {
        return atn_store_error(err, ATTAIN_E_ARGUMENT, "store is %s",
                               store == NULL ? "NULL, it is required" : "no store");
    }
    if (store->process != getpid()) {
        return atn_store_error(err, ATTAIN_E_ARGUMENT,
                               "the store was opened by process %ld, this is %ld; each process opens its own",
                               (long)store->process, (long)getpid());
    }
    take_back(store);
    return ATTAIN_OK;
}

attain_status atn_handle_enter_writer(attain_store *store, attain_error *err)
{
    ATN_STORE_TRY(atn_handle_enter(store, err));
    if (store->options.mode == ATTAIN_STORE_READ) {
        return atn_store_error(err, ATTAIN_E_ARGUMENT, "the store was opened for reading");
    }
    if (!sqlite3_get_autocommit(store->db)) {
        return atn_store_error(
            err, ATTAIN_E_ARGUMENT,
            "a transaction is open on the store's connection; end it before the store is written");
    }
    store->is_writing = true;
    return ATTAIN_OK;
}

void atn_handle_leave(attain_store *store)
{
    store->is_writing = false;
}
