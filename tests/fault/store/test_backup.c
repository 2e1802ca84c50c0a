/* Backups: the new file is a whole store, or it is not there. Each call of the system that makes it a file fails
 * in turn, writing finds the disk full, the process is killed; names that are taken are left alone; and while
 * somebody writes editions, each copy is that of one edition.
 *
 * The calls that the store makes itself (open, fsync, link, rename, unlink) come here first: the linker leads them
 * (--wrap). Those of SQLite are replaced in its table of system calls. */
#include "fault/store/stand.h"

#include "support/build_plan.h"
#include "support/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FOLDER ATTAIN_SCRATCH_DIR "/backup"
#define STORE FOLDER "/store.db"
#define COPY FOLDER "/copy.db"

/* ---- calls that fail ---- */

static int fail_number = -1, n_calls, fail_with;
static const char *failed_call;

static bool fails(const char *call)
{
    if (fail_number < 0 || n_calls++ != fail_number) {
        return false;
    }
    failed_call = call;
    errno = fail_with;
    return true;
}

static void fail_from(int n, int with)
{
    fail_number = n;
    fail_with = with;
    n_calls = 0;
    failed_call = NULL;
}

int __real_open(const char *path, int flags, ...);
int __real_fsync(int file);
int __real_link(const char *from, const char *to);
int __real_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_open(const char *path, int flags, ...);
int __wrap_fsync(int file);
int __wrap_link(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_unlink(const char *path);

int __wrap_open(const char *path, int flags, ...)
{
    return fails("open") ? -1 : __real_open(path, flags, 0600);
}

int __wrap_fsync(int file)
{
    return fails("fsync") ? -1 : __real_fsync(file);
}

int __wrap_link(const char *from, const char *to)
{
    return fails("link") ? -1 : __real_link(from, to);
}

/* A rename replaces what is there: the name must have been taken before, by the store itself. */
static unsigned n_untaken;

int __wrap_rename(const char *from, const char *to)
{
    n_untaken += access(to, F_OK) != 0 ? 1 : 0;
    return fails("rename") ? -1 : __real_rename(from, to);
}

int __wrap_unlink(const char *path)
{
    return fails("unlink") ? -1 : __real_unlink(path);
}

static ssize_t full_pwrite(int file, const void *data, size_t len, off_t at)
{
    if (fails("write")) {
        errno = ENOSPC;
        return -1;
    }
    return pwrite(file, data, len, at);
}

/* ---- a store and its copies ---- */

static void empty_folder(void)
{
    mkdir(FOLDER, 0700);
    DIR *const folder = opendir(FOLDER);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[600];
        snprintf(path, sizeof path, FOLDER "/%.255s", entry->d_name);
        if (entry->d_name[0] != '.' && __real_unlink(path) != 0) {
            assert_int_equal(rmdir(path), 0);
        }
    }
    closedir(folder);
}

/* Files in the folder beside the store, its journal and `kept`. */
static unsigned n_strangers(const char *kept)
{
    unsigned n = 0;
    DIR *const folder = opendir(FOLDER);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        n += entry->d_name[0] != '.' && strncmp(entry->d_name, "store.db", 8) != 0 &&
             strcmp(entry->d_name, kept) != 0;
    }
    closedir(folder);
    return n;
}

static void make(stand *s, atn_buf *wanted)
{
    static const stand_call calls[] = {stand_create, stand_put_a, stand_import_0, stand_correct};
    attain_error err;
    empty_folder();
    stand_init(s, NULL, STORE, ATTAIN_JOURNAL_WAL);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        check_ok(calls[i](s, &err), &err);
    }
    atn_buf_init(wanted, NULL);
    check_ok(stand_describe_store(s->store, wanted, &err), &err);
}

static void check_copy(const stand *s, const char *path, const atn_buf *wanted)
{
    attain_error err;
    atn_buf found;
    stand copy = *s;
    copy.path = path;
    atn_buf_init(&found, NULL);
    check_ok(stand_describe(&copy, ATTAIN_STORE_READ, true, &found, &err), &err);
    assert_true(stand_same(&found, wanted));
    atn_buf_free(&found);
}

/* ---- tests ---- */

/* True if something failed. A backup that was refused has left no file, unless what failed came after the name was
 * given. */
static bool fail_at(stand *s, const atn_buf *wanted, int n, int with)
{
    attain_error err = {.message = ""};
    fail_from(n, with);
    const attain_status status = attain_store_backup(s->store, COPY, &err);
    const char *const failed = failed_call;
    fail_from(-1, 0);
    const bool is_there = access(COPY, F_OK) == 0;
    if (is_there) {
        check_copy(s, COPY, wanted);
    }
    if (failed == NULL) {
        check_ok(status, &err);
        assert_true(is_there);
        return false;
    }
    const bool is_unlink = strcmp(failed, "unlink") == 0;
    if (status == ATTAIN_OK) {
        /* Where link() cannot, a rename does; SQLite can do without some of its own calls. */
        assert_true(is_there && n_strangers("copy.db") == is_unlink);
    } else {
        check_fails(status, ATTAIN_E_STORE, &err);
        if (strcmp(failed, "write") == 0) {
            assert_true(strstr(err.message, "full") != NULL || strstr(err.message, strerror(ENOSPC)) != NULL);
        } else {
            check_contains(err.message, failed);
            check_contains(err.message, strerror(with));
        }
        assert_true(n_strangers("copy.db") <= (unsigned)is_unlink);
    }
    __real_unlink(COPY);
    check_ok(attain_store_backup(s->store, COPY, &err), &err);
    check_copy(s, COPY, wanted);
    return true;
}

static void each_call_may_fail(void **state)
{
    static const int reasons[] = {EIO, ENOSPC, EPERM};
    (void)state;
    stand s;
    atn_buf wanted;
    unsigned n_cases = 0;
    make(&s, &wanted);
    sqlite3_vfs *const vfs = sqlite3_vfs_find(NULL);
    assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)full_pwrite), SQLITE_OK);
    assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)full_pwrite), SQLITE_OK);
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        for (int n = 0;; n++) {
            __real_unlink(COPY);
            if (!fail_at(&s, &wanted, n, reasons[i])) {
                break;
            }
            n_cases++;
        }
    }
    assert_int_equal(vfs->xSetSystemCall(vfs, NULL, NULL), SQLITE_OK);
    print_message("%u calls failed\n", n_cases);
    assert_true(n_cases > 30);
    assert_int_equal(n_untaken, 0);
    stand_end(&s);
    atn_buf_free(&wanted);
    empty_folder();
}

static void names_that_are_taken_are_left_alone(void **state)
{
    (void)state;
    stand s;
    atn_buf wanted;
    attain_error err;
    struct stat info;
    make(&s, &wanted);
    for (int kind = 0; kind < 5; kind++) {
        switch (kind) {
        case 0: assert_int_equal(fclose(fopen(COPY, "wb")), 0); break;
        case 1: assert_int_equal(mkdir(COPY, 0700), 0); break;
        case 2: assert_int_equal(symlink(FOLDER "/nowhere", COPY), 0); break;
        case 3: assert_int_equal(mkfifo(COPY, 0600), 0); break;
        default: break;
        }
        const char *const path = kind == 4 ? STORE : COPY;
        check_fails(attain_store_backup(s.store, path, &err), ATTAIN_E_STORE, &err);
        check_contains(err.message, "there already");
        assert_int_equal(lstat(path, &info), 0);
        assert_true(kind == 4 || info.st_size == 0 || !S_ISREG(info.st_mode));
        assert_int_equal(access(FOLDER "/nowhere", F_OK), -1);
        assert_int_equal(n_strangers("copy.db"), 0);
        if (kind < 4 && __real_unlink(COPY) != 0) {
            assert_int_equal(rmdir(COPY), 0);
        }
    }
    check_fails(attain_store_backup(s.store, FOLDER "/no/such/copy.db", &err), ATTAIN_E_STORE, &err);
    stand_end(&s);
    atn_buf_free(&wanted);
    empty_folder();
}

/* Makes copy after copy until it is killed. */
static void copy_for_ever(stand *s)
{
    attain_error err;
    for (unsigned i = 0;; i++) {
        char path[600];
        snprintf(path, sizeof path, FOLDER "/%ld.%u.copy", (long)getpid(), i);
        if (stand_open(s, &err) != ATTAIN_OK || attain_store_backup(s->store, path, &err) != ATTAIN_OK) {
            fprintf(stderr, "backup: %s\n", err.message);
            _exit(2);
        }
        attain_store_close(s->store);
        s->store = NULL;
    }
}

static void whoever_is_killed_leaves_whole_copies(void **state)
{
    (void)state;
    stand s;
    atn_buf wanted;
    rng r = rng_new(4);
    unsigned n_copies = 0;
    const unsigned n_kills = stand_is_long() ? 100 : 8;
    make(&s, &wanted);
    stand_close(&s, NULL);
    for (unsigned i = 0; i < n_kills; i++) {
        const pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            copy_for_ever(&s);
        }
        const struct timespec time = {0, (long)rng_below(&r, 60000000)};
        int status;
        nanosleep(&time, NULL);
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
    }
    DIR *const folder = opendir(FOLDER);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[600];
        const size_t len = strlen(entry->d_name);
        if (len > 5 && strcmp(entry->d_name + len - 5, ".copy") == 0) {
            snprintf(path, sizeof path, FOLDER "/%.255s", entry->d_name);
            check_copy(&s, path, &wanted);
            n_copies++;
        }
    }
    closedir(folder);
    print_message("%u killed, %u copies\n", n_kills, n_copies);
    assert_true(n_copies > 0);
    stand_end(&s);
    atn_buf_free(&wanted);
    empty_folder();
}

static void write_for_ever(stand *s)
{
    attain_error err;
    if (stand_open(s, &err) != ATTAIN_OK) {
        _exit(2);
    }
    for (unsigned batch = STAND_NARROW;; batch++) {
        if (stand_import_batch(s, batch, NULL, &err) != ATTAIN_OK) {
            fprintf(stderr, "writer: %s\n", err.message);
            _exit(3);
        }
    }
}

/* Copies made while another process makes editions: each is a store as it was after one of them. */
static void copies_are_of_one_moment(void **state)
{
    (void)state;
    stand s;
    atn_buf wanted;
    attain_error err;
    int64_t newest = 0;
    make(&s, &wanted);
    stand_close(&s, NULL);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        write_for_ever(&s);
    }
    check_ok(stand_open(&s, &err), &err);
    for (int i = 0; i < (stand_is_long() ? 60 : 10); i++) {
        const attain_edition *items;
        size_t n;
        attain_store *copy;
        attain_store_options options = s.options;
        options.mode = ATTAIN_STORE_READ;
        __real_unlink(COPY);
        check_ok(attain_store_backup(s.store, COPY, &err), &err);
        check_ok(attain_store_open(COPY, &options, &copy, &err), &err);
        check_ok(attain_store_verify(copy, NULL, &err), &err);
        check_ok(attain_store_editions(copy, &items, &n, &err), &err);
        assert_true((int64_t)n >= newest);
        newest = (int64_t)n;
        attain_store_close(copy);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(newest > 3);
    stand_end(&s);
    atn_buf_free(&wanted);
    empty_folder();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_may_fail),
        cmocka_unit_test(names_that_are_taken_are_left_alone),
        cmocka_unit_test(whoever_is_killed_leaves_whole_copies),
        cmocka_unit_test(copies_are_of_one_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
