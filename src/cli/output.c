/* Where results go.
 *
 *     open    folder of the target, opened once; everything below goes through that descriptor
 *             what stands there now must be a regular file or nothing
 *             .attain-<random>.tmp  created with O_EXCL, O_NOFOLLOW, 0600
 *     write   into the unfinished file
 *     close   fsync(file), rename over the target, fsync(folder)
 *
 * A reader, a full disk, a kill or a power cut at any point therefore meets the old file or the new one,
 * never a part. The unfinished file is removed on failure and on the signals that ask a program to stop;
 * after a kill that cannot be caught it stays behind under its own name and does no harm.
 *
 * Writes that fail are remembered and reported once, at close: SIGPIPE and SIGXFSZ are ignored by main so
 * that they come back as errors. */
#include "cli/output.h"

#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What the signal handler needs to take the unfinished file away. A handler has no argument of ours, so this
 * is the one piece of state of the program that is not on the stack. */
static volatile sig_atomic_t unfinished_dir_fd = -1;
static char unfinished_name[48];

static void on_stop(int number)
{
    if (unfinished_dir_fd >= 0) {
        (void)unlinkat((int)unfinished_dir_fd, unfinished_name, 0);
    }
    /* SA_RESETHAND: the second time the signal ends the program as it would have without us. */
    (void)raise(number);
}

static const int stops[] = {SIGINT, SIGTERM, SIGHUP};

static void hold_signals(sigset_t *before)
{
    sigset_t held;
    (void)sigemptyset(&held);
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        (void)sigaddset(&held, stops[i]);
    }
    (void)sigprocmask(SIG_BLOCK, &held, before);
}

static void watch_signals(void)
{
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        struct sigaction old;
        if (sigaction(stops[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN) {
            continue; /* nohup stays nohup */
        }
        struct sigaction action = {0};
        action.sa_handler = on_stop;
        action.sa_flags = (int)SA_RESETHAND;
        (void)sigemptyset(&action.sa_mask);
        (void)sigaction(stops[i], &action, NULL);
    }
}

static int refuse(const cli_output *out, const char *step, int error)
{
    cli_say("%s: %s: %s", out->path ? out->path : "standard output", step, strerror(error));
    return 1;
}

/* Only a regular file is replaced: a link would be cut, a pipe or device would silently become a file. */
static int check_target(const cli_output *out, struct stat *old)
{
    if (out->base[0] == '\0' || strcmp(out->base, ".") == 0 || strcmp(out->base, "..") == 0) {
        cli_say("%s: names a folder; --output needs the name of a file", out->path);
        return 1;
    }
    if (fstatat(out->dir_fd, out->base, old, AT_SYMLINK_NOFOLLOW) != 0) {
        old->st_mode = 0;
        return errno == ENOENT ? 0 : refuse(out, "cannot be looked at", errno);
    }
    if (S_ISREG(old->st_mode)) {
        return 0;
    }
    const char *what = S_ISLNK(old->st_mode)    ? "a symbolic link"
                       : S_ISDIR(old->st_mode)  ? "a folder"
                       : S_ISFIFO(old->st_mode) ? "a named pipe"
                                                : "not a regular file";
    cli_say("%s: is %s; only a regular file is replaced (use standard output and > instead)", out->path,
            what);
    return 1;
}

static uint64_t random_bits(unsigned attempt)
{
    uint64_t bits = 0;
    const int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        if (read(fd, &bits, sizeof bits) != (ssize_t)sizeof bits) {
            bits = 0;
        }
        (void)close(fd);
    }
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return bits ^ ((uint64_t)now.tv_nsec << 32) ^ ((uint64_t)getpid() << 8) ^ attempt;
}

static int create_unfinished(cli_output *out)
{
    for (unsigned attempt = 0; attempt < 100; attempt++) {
        (void)snprintf(out->temp, sizeof out->temp, ".attain-%016llx.tmp",
                       (unsigned long long)random_bits(attempt));
        out->fd = openat(out->dir_fd, out->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (out->fd >= 0) {
            return 0;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    return refuse(out, "no file can be created in this folder", errno);
}

/* The folder part of the path, opened; base is what follows it. */
static int open_folder(cli_output *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    out->base = slash ? slash + 1 : path;
    char *folder = NULL;
    if (slash) {
        const size_t len = slash == path ? 1 : (size_t)(slash - path);
        folder = malloc(len + 1);
        if (!folder) {
            return refuse(out, "no memory", ENOMEM);
        }
        memcpy(folder, path, len);
        folder[len] = '\0';
    }
    out->dir_fd = open(folder ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int error = errno;
    free(folder);
    return out->dir_fd >= 0 ? 0 : refuse(out, "its folder cannot be opened", error);
}

/* The new file gets the rights of the old one, or those that any new file would get. */
static mode_t finished_mode(const struct stat *old)
{
    if (old->st_mode != 0) {
        return old->st_mode & 0777;
    }
    const mode_t mask = umask(0);
    (void)umask(mask);
    return 0666 & ~mask;
}

int cli_output_open(cli_output *out, const char *path)
{
    out->path = path && strcmp(path, "-") == 0 ? NULL : path;
    out->fd = STDOUT_FILENO;
    out->dir_fd = -1;
    out->base = NULL;
    out->temp[0] = '\0';
    out->mode = 0;
    out->write_error = 0;
    out->used = 0;
    if (!out->path) {
        return 0;
    }
    struct stat old = {0};
    if (open_folder(out, out->path)) {
        return 1;
    }
    /* A signal between the making of the file and the note of its name would leave it: signals wait that long. */
    sigset_t before;
    hold_signals(&before);
    const bool made = !check_target(out, &old) && !create_unfinished(out);
    if (made) {
        memcpy(unfinished_name, out->temp, sizeof unfinished_name);
        unfinished_dir_fd = out->dir_fd;
        watch_signals();
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (!made) {
        (void)close(out->dir_fd);
        out->dir_fd = -1;
        return 1;
    }
    out->mode = finished_mode(&old);
    return 0;
}

static void flush(cli_output *out)
{
    size_t done = 0;
    while (done < out->used && !out->write_error) {
        const ssize_t n = write(out->fd, out->buffer + done, out->used - done);
        if (n > 0) {
            done += (size_t)n;
        } else if (n == 0 || errno != EINTR) {
            out->write_error = n == 0 ? EIO : errno;
        }
    }
    out->used = 0;
}

void cli_output_write(cli_output *out, const char *data, size_t len)
{
    while (len > 0 && !out->write_error) {
        if (out->used == sizeof out->buffer) {
            flush(out);
        }
        const size_t room = sizeof out->buffer - out->used;
        const size_t n = len < room ? len : room;
        memcpy(out->buffer + out->used, data, n);
        out->used += n;
        data += n;
        len -= n;
    }
}

void cli_output_text(cli_output *out, const char *text)
{
    cli_output_write(out, text, strlen(text));
}

/* After the unfinished file is gone or renamed. */
static void forget(cli_output *out)
{
    unfinished_dir_fd = -1;
    (void)close(out->dir_fd);
    out->dir_fd = -1;
}

void cli_output_abandon(cli_output *out)
{
    if (out->dir_fd < 0) {
        flush(out);
        return;
    }
    (void)close(out->fd);
    (void)unlinkat(out->dir_fd, out->temp, 0);
    forget(out);
}

int cli_output_close(cli_output *out)
{
    flush(out);
    if (out->dir_fd < 0) {
        return out->write_error ? refuse(out, "cannot be written", out->write_error) : 0;
    }
    const char *step = "cannot be written; the old file is as it was";
    if (out->write_error || fchmod(out->fd, out->mode) != 0 || fsync(out->fd) != 0) {
        const int error = out->write_error ? out->write_error : errno;
        cli_output_abandon(out);
        return refuse(out, step, error);
    }
    struct stat now;
    if (check_target(out, &now)) {
        cli_output_abandon(out);
        return 1;
    }
    if (close(out->fd) != 0 || renameat(out->dir_fd, out->temp, out->dir_fd, out->base) != 0) {
        const int error = errno;
        (void)unlinkat(out->dir_fd, out->temp, 0);
        forget(out);
        return refuse(out, step, error);
    }
    unfinished_dir_fd = -1;
    /* Some file systems cannot sync a folder (EINVAL); the file is in its place all the same. */
    const int synced = fsync(out->dir_fd) == 0 || errno == EINVAL ? 0 : errno;
    forget(out);
    return synced ? refuse(out, "was written, but its folder could not be synced", synced) : 0;
}
