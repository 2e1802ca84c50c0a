/* Runs the program attain as a user does. Outputs go to files in the folder of the test, so that nothing can
 * block however much is written; a terminal is a pseudo-terminal that is read until the program has ended. */
#define _XOPEN_SOURCE 700 /* posix_openpt and its kin */

#include "cases/program.h"

#include "support/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUT_FILE ".stdout"
#define ERR_FILE ".stderr"
#define IN_FILE ".stdin"

enum { MOST_ARGUMENTS = 64 };

const char *program_folder(void)
{
    const char *folder = getenv("ATTAIN_SCRATCH_DIR");
    assert_non_null(folder);
    return folder;
}

static int open_here(const char *name, int flags)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", program_folder(), name);
    return open(path, flags, 0666);
}

void program_clean(void)
{
    char path[2048];
    DIR *folder = opendir(program_folder());
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        (void)snprintf(path, sizeof path, "%s/%s", program_folder(), entry->d_name);
        if (unlink(path) != 0) {
            (void)rmdir(path);
        }
    }
    (void)closedir(folder);
}

void program_write(const char *name, const char *text)
{
    const int fd = open_here(name, O_WRONLY | O_CREAT | O_TRUNC);
    assert_true(fd >= 0);
    const size_t len = strlen(text);
    for (size_t done = 0; done < len;) {
        const ssize_t n = write(fd, text + done, len - done);
        assert_true(n > 0);
        done += (size_t)n;
    }
    assert_int_equal(close(fd), 0);
}

static char *read_fd(int fd)
{
    size_t len = 0;
    size_t capacity = 4096;
    char *text = malloc(capacity);
    assert_non_null(text);
    for (;;) {
        if (len + 1 == capacity) {
            capacity *= 2;
            char *more = realloc(text, capacity);
            assert_non_null(more);
            text = more;
        }
        const ssize_t n = read(fd, text + len, capacity - len - 1);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) { /* EIO: the other side of a terminal is closed */
            break;
        }
        len += (size_t)n;
    }
    text[len] = '\0';
    return text;
}

char *program_read(const char *name)
{
    const int fd = open_here(name, O_RDONLY);
    if (fd < 0) {
        return NULL;
    }
    char *text = read_fd(fd);
    (void)close(fd);
    return text;
}

size_t program_count_files(const char *prefix)
{
    size_t n = 0;
    DIR *folder = opendir(program_folder());
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        n += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
    }
    (void)closedir(folder);
    return n;
}

long program_largest_file(const char *prefix)
{
    long largest = -1;
    char path[2048];
    struct stat info;
    DIR *folder = opendir(program_folder());
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        (void)snprintf(path, sizeof path, "%s/%s", program_folder(), entry->d_name);
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && stat(path, &info) == 0 &&
            info.st_size > largest) {
            largest = (long)info.st_size;
        }
    }
    (void)closedir(folder);
    return largest;
}

/* Splits at blanks, in place. */
static size_t split(char *text, char **words, size_t most)
{
    size_t n = 0;
    for (char *at = text; *at && n < most;) {
        words[n++] = at;
        at += strcspn(at, " ");
        if (*at) {
            *at++ = '\0';
        }
    }
    return n;
}

static void set_variables(const char *variables)
{
    (void)unsetenv("COLUMNS");
    (void)unsetenv("NO_COLOR");
    (void)setenv("TERM", "xterm", 1);
    if (!variables) {
        return;
    }
    char copy[256];
    char *words[8];
    (void)snprintf(copy, sizeof copy, "%s", variables);
    const size_t n = split(copy, words, 8);
    for (size_t i = 0; i < n; i++) {
        char *equals = strchr(words[i], '=');
        *equals = '\0';
        (void)setenv(words[i], equals + 1, 1);
    }
}

/* In the child: never returns. */
static void become_program(const program_how *how, int in_fd, int out_fd, int err_fd, const char *arguments)
{
    char copy[2048];
    char *words[MOST_ARGUMENTS + 2];
    (void)snprintf(copy, sizeof copy, "%s", arguments);
    words[0] = (char *)(uintptr_t) "attain";
    const size_t n = split(copy, words + 1, MOST_ARGUMENTS);
    words[n + 1] = NULL;
    if (chdir(program_folder()) != 0 || dup2(in_fd, 0) < 0 || dup2(out_fd, 1) < 0 || dup2(err_fd, 2) < 0) {
        _exit(120);
    }
    if (how->most_bytes) {
        const struct rlimit limit = {(rlim_t)how->most_bytes, (rlim_t)how->most_bytes};
        (void)setrlimit(RLIMIT_FSIZE, &limit);
    }
    if (how->most_memory) {
        const struct rlimit limit = {(rlim_t)how->most_memory, (rlim_t)how->most_memory};
        (void)setrlimit(RLIMIT_AS, &limit);
    }
    set_variables(how->variables);
    const char *path = getenv("ATTAIN_CLI");
    if (path) {
        (void)execv(path, words);
    }
    _exit(121);
}

static int open_terminal(int *other)
{
    const int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    if (grantpt(fd) == 0 && unlockpt(fd) == 0) {
        const char *name = ptsname(fd);
        *other = name ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
        const struct winsize size = {.ws_row = 40, .ws_col = 100};
        if (*other >= 0 && ioctl(*other, TIOCSWINSZ, &size) == 0) {
            return fd;
        }
    }
    (void)close(fd);
    return -1;
}

int program_has_terminal(void)
{
    int other = -1;
    const int fd = open_terminal(&other);
    if (fd < 0) {
        return 0;
    }
    (void)close(other);
    (void)close(fd);
    return 1;
}

static void close_all(const int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int seen = fds[i] < 0;
        for (size_t j = 0; j < i; j++) {
            seen |= fds[j] == fds[i];
        }
        if (!seen) {
            (void)close(fds[i]);
        }
    }
}

void program_start(program *run, const program_how *how, const char *arguments)
{
    *run = (program){.input_fd = -1, .terminal_fd = -1};
    int ends[2] = {-1, -1};
    int in_fd = -1;
    if (how->keeps_input_open) {
        assert_int_equal(pipe(ends), 0);
        in_fd = ends[0];
        run->input_fd = ends[1];
        (void)fcntl(run->input_fd, F_SETFD, FD_CLOEXEC);
    } else {
        program_write(IN_FILE, how->input ? how->input : "");
        in_fd = open_here(IN_FILE, O_RDONLY);
    }
    int out_fd = -1;
    int err_fd = -1;
    if (how->on_terminal) {
        run->terminal_fd = open_terminal(&out_fd);
        err_fd = out_fd;
    } else {
        err_fd = open_here(ERR_FILE, O_WRONLY | O_CREAT | O_TRUNC);
        if (how->output_closed) {
            assert_int_equal(pipe(ends), 0);
            (void)close(ends[0]);
            out_fd = ends[1];
        } else {
            out_fd = how->output_to ? open(how->output_to, O_WRONLY)
                                    : open_here(OUT_FILE, O_WRONLY | O_CREAT | O_TRUNC);
        }
    }
    assert_true(in_fd >= 0 && out_fd >= 0 && err_fd >= 0);
    run->pid = fork();
    assert_true(run->pid >= 0);
    if (run->pid == 0) {
        become_program(how, in_fd, out_fd, err_fd, arguments);
    }
    const int fds[] = {in_fd, out_fd, err_fd};
    close_all(fds, 3);
}

void program_feed(program *run, const char *text)
{
    const size_t len = strlen(text);
    for (size_t done = 0; done < len;) {
        const ssize_t n = write(run->input_fd, text + done, len - done);
        assert_true(n > 0);
        done += (size_t)n;
    }
}

void program_finish(program *run)
{
    int status = 0;
    if (run->input_fd >= 0) {
        (void)close(run->input_fd);
    }
    if (run->terminal_fd >= 0) {
        run->out = read_fd(run->terminal_fd);
        (void)close(run->terminal_fd);
    }
    assert_int_equal(waitpid(run->pid, &status, 0), run->pid);
    run->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    run->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (!run->out) {
        run->out = program_read(OUT_FILE);
    }
    if (run->terminal_fd < 0) {
        run->err = program_read(ERR_FILE);
    }
}

void program_run(program *run, const program_how *how, const char *arguments)
{
    static const program_how plain;
    program_start(run, how ? how : &plain, arguments);
    program_finish(run);
}

void program_free(program *run)
{
    free(run->out);
    free(run->err);
    run->out = NULL;
    run->err = NULL;
}

void program_sleep_ms(long milliseconds)
{
    const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    (void)nanosleep(&time, NULL);
}

void program_expect(const program_how *how, const char *arguments, int exit_code, const char *out,
                    const char *err)
{
    program run;
    program_run(&run, how, arguments);
    if (out) {
        check_text(run.out, strlen(run.out), out);
    }
    if (err) {
        check_text(run.err, strlen(run.err), err);
    }
    assert_int_equal(run.exit_code, exit_code);
    program_free(&run);
}
