/* Care: copies that are whole or not there, a file without unused pages, and versions. */
#ifndef _XOPEN_SOURCE
/* Of POSIX, which C11 alone leaves out. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _XOPEN_SOURCE 700
#endif
#include "sqlite/store_handle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- backup ---- */

static attain_status failed(attain_error *err, const char *call, const char *path)
{
    return atn_store_error(err, ATTAIN_E_STORE, "backup: %s of %s: %s", call, path, strerror(errno));
}

/* An empty file that nobody else has, for the owner alone. */
static attain_status make_file(const char *path, attain_error *err)
{
    const int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) {
        return failed(err, "open", path);
    }
    return close(file) == 0 ? ATTAIN_OK : failed(err, "close", path);
}

static attain_status sync_path(const char *path, int flags, attain_error *err)
{
    const int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | flags);
    if (file < 0) {
        return failed(err, "open", path);
    }
    const int rc = fsync(file);
    const int number = errno;
    close(file);
    errno = number;
    return rc == 0 ? ATTAIN_OK : failed(err, "fsync", path);
}

static attain_status sync_directory(const char *path, attain_error *err)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash == NULL ? sqlite3_mprintf(".")
                                    : sqlite3_mprintf("%.*s", (int)(slash > path ? slash - path : 1), path);
    if (directory == NULL) {
        return atn_store_memory(err);
    }
    const attain_status status = sync_path(directory, O_DIRECTORY, err);
    sqlite3_free(directory);
    return status;
}

static attain_status copy_pages(const attain_store *store, sqlite3 *to, attain_error *err)
{
    enum { PAGES = 4096 };
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", store->db, "main");
    if (backup == NULL) {
        return atn_store_fail(err, to, sqlite3_errcode(to), "backup");
    }
    int rc = SQLITE_OK;
    bool is_cancelled = false;
    while (rc == SQLITE_OK && !is_cancelled) {
        rc = sqlite3_backup_step(backup, PAGES);
        const int total = sqlite3_backup_pagecount(backup);
        const int left = sqlite3_backup_remaining(backup);
        is_cancelled =
            store->watch.progress != NULL &&
            store->watch.progress(store->watch.progress_ctx, (uint64_t)(total - left), (uint64_t)total) != 0;
    }
    const int finished = sqlite3_backup_finish(backup);
    if (is_cancelled) {
        return atn_store_error(err, ATTAIN_E_CANCELLED, "backup: cancelled");
    }
    return rc == SQLITE_DONE ? ATTAIN_OK
                             : atn_store_fail(err, to, finished != SQLITE_OK ? finished : rc, "backup");
}

/* The copy stands for itself: no journal beside it, so that it can be read where nothing can be written. */
static attain_status copy_to(const attain_store *store, const char *path, attain_error *err)
{
    sqlite3 *to = NULL;
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    const int rc = sqlite3_open_v2(path, &to, flags, store->options.vfs);
    attain_status status =
        rc == SQLITE_OK ? ATTAIN_OK : atn_store_fail(err, to, rc, "backup: opening the copy");
    if (status == ATTAIN_OK) {
        sqlite3_extended_result_codes(to, 1);
        status = atn_store_exec(to, "PRAGMA synchronous = FULL", "backup", err);
    }
    if (status == ATTAIN_OK) {
        status = copy_pages(store, to, err);
    }
    if (status == ATTAIN_OK) {
        status = atn_store_exec(to, "PRAGMA main.journal_mode = DELETE", "backup", err);
    }
    if (status == ATTAIN_OK) {
        status = atn_store_check(to, err);
    }
    const int closed = sqlite3_close(to);
    return status == ATTAIN_OK && closed != SQLITE_OK
               ? atn_store_fail(err, NULL, closed, "backup: closing the copy")
               : status;
}

static attain_status is_taken(const char *path, attain_error *err)
{
    return atn_store_error(err, ATTAIN_E_STORE, "backup: %s is there already, a backup replaces nothing",
                           path);
}

/* link() refuses where the name is taken; a rename would replace. */
static attain_status give_name(const char *temporary, const char *path, attain_error *err)
{
    struct stat info;
    if (stat(temporary, &info) != 0) {
        return failed(err, "stat", temporary);
    }
    if (info.st_size == 0) {
        return atn_store_error(err, ATTAIN_E_STORE,
                               "backup: nothing was written to %s; a VFS over files is required", temporary);
    }
    if (link(temporary, path) == 0) {
        return unlink(temporary) == 0 ? ATTAIN_OK : failed(err, "unlink", temporary);
    }
    if (errno == EEXIST) {
        return is_taken(path, err);
    }
    /* A file system without links: the name is taken first, so that no file that comes in between is replaced. */
    const int name = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (name < 0) {
        return errno == EEXIST || errno == EISDIR ? is_taken(path, err) : failed(err, "open", path);
    }
    (void)close(name);
    if (rename(temporary, path) == 0) {
        return ATTAIN_OK;
    }
    const attain_status status = failed(err, "rename", path);
    (void)unlink(path);
    return status;
}

static attain_status backup_by(const attain_store *store, const char *temporary, const char *path,
                               attain_error *err)
{
    ATN_STORE_TRY(make_file(temporary, err));
    attain_status status = copy_to(store, temporary, err);
    if (status == ATTAIN_OK) {
        status = sync_path(temporary, 0, err);
    }
    if (status == ATTAIN_OK) {
        status = give_name(temporary, path, err);
    }
    if (status != ATTAIN_OK) {
        (void)unlink(temporary);
        return status;
    }
    return sync_directory(path, err);
}

/* The snapshot is held from before the first page to behind the last, so that writers do not make the copy begin anew. */
static attain_status backup_to(attain_store *store, const char *path, attain_error *err)
{
    struct stat info;
    atn_snapshot snapshot;
    uint64_t number = 0;
    if (lstat(path, &info) == 0) {
        return atn_store_error(err, ATTAIN_E_STORE, "backup: %s is there already, a backup replaces nothing",
                               path);
    }
    sqlite3_randomness(sizeof number, &number);
    char *temporary = sqlite3_mprintf("%s.%llx.part", path, (unsigned long long)number);
    if (temporary == NULL) {
        return atn_store_memory(err);
    }
    attain_status status = atn_snapshot_open(&snapshot, store->db, err);
    if (status == ATTAIN_OK) {
        status = backup_by(store, temporary, path, err);
        atn_snapshot_close(&snapshot);
    }
    sqlite3_free(temporary);
    return status;
}

attain_status attain_store_backup(attain_store *store, const char *path, attain_error *err)
{
    ATN_STORE_TRY(atn_handle_enter(store, err));
    if (path == NULL || path[0] == '\0') {
        return atn_store_error(err, ATTAIN_E_ARGUMENT, "path is %s, the name of a file is required",
                               path == NULL ? "NULL" : "empty");
    }
    char *real = atn_handle_path(path);
    if (real == NULL) {
        return atn_store_memory(err);
    }
    const attain_status status = backup_to(store, real, err);
    sqlite3_free(real);
    return status;
}

/* ---- compact ---- */

/* The journal's pages go to the file, and the journal becomes empty. The pragma's first column says that somebody was in the way. */
static attain_status empty_journal(sqlite3 *db, attain_error *err)
{
    sqlite3_stmt *stmt;
    bool row;
    ATN_STORE_TRY(atn_store_prepare(db, "PRAGMA main.wal_checkpoint(TRUNCATE)", &stmt, err));
    attain_status status = atn_store_step(stmt, &row, "emptying the journal", err);
    if (status == ATTAIN_OK && row && sqlite3_column_int(stmt, 0) != 0) {
        status =
            atn_store_error(err, ATTAIN_E_BUSY,
                            "the store is compact, but its journal cannot be emptied: somebody reads it");
    }
    sqlite3_finalize(stmt);
    return status;
}

attain_status attain_store_compact(attain_store *store, attain_error *err)
{
    ATN_STORE_TRY(atn_handle_enter_writer(store, err));
    /* VACUUM attaches the file that it writes. */
    const int attached = sqlite3_limit(store->db, SQLITE_LIMIT_ATTACHED, 1);
    attain_status status = atn_store_check(store->db, err);
    if (status == ATTAIN_OK) {
        status = atn_store_exec(store->db, "VACUUM main", "compacting the store", err);
    }
    if (status == ATTAIN_OK) {
        status = empty_journal(store->db, err);
    }
    sqlite3_limit(store->db, SQLITE_LIMIT_ATTACHED, attached);
    atn_handle_leave(store);
    return status;
}

/* ---- migrate ---- */

static attain_status migrate(attain_store *store, int32_t *from, attain_error *err)
{
    int32_t application;
    bool is_empty;
    size_t n_steps;
    const atn_store_version_step *steps = atn_store_steps(&n_steps);
    ATN_STORE_TRY(atn_store_version(store->db, &application, from, &is_empty, err));
    if (application != ATN_STORE_APPLICATION_ID) {
        return atn_store_error(err, ATTAIN_E_VERSION, "this database is not a store of attain");
    }
    if (*from < ATN_STORE_VERSION) {
        ATN_STORE_TRY(atn_store_upgrade(store->db, steps, n_steps, ATN_STORE_VERSION, err));
    }
    return atn_store_check(store->db, err);
}

attain_status attain_store_migrate(const char *path, const attain_store_options *options, int32_t *from,
                                   int32_t *to, attain_error *err)
{
    attain_store_options o;
    attain_store *store;
    int32_t found = 0;
    if (path == NULL || path[0] == '\0') {
        return atn_store_error(err, ATTAIN_E_ARGUMENT, "path is %s, the name of a file is required",
                               path == NULL ? "NULL" : "empty");
    }
    ATN_STORE_TRY(atn_handle_options(options, &o, err));
    o.mode = ATTAIN_STORE_WRITE;
    ATN_STORE_TRY(atn_handle_open(path, &o, &store, err));
    store->is_writing = true;
    const attain_status status = migrate(store, &found, err);
    atn_handle_free(store);
    ATN_STORE_TRY(status);
    if (from != NULL) {
        *from = found;
    }
    if (to != NULL) {
        *to = ATN_STORE_VERSION;
    }
    return ATTAIN_OK;
}
