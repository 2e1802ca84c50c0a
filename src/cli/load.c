/* Plans from files.
 *
 *     attain score plans/hue.attain
 *                  └─ root ─┘            the folder of the plan that was named; nothing outside it is ever opened
 *
 *     include "../shared/x.attain"       refused: leaves the root
 *     include "parts/x.attain"           opened component by component from the root's descriptor, no link followed
 *
 * A plan may come from a stranger, and its includes are bytes of that stranger. Paths are first reduced as
 * text (`..` takes away the component before it, and may never take away the root), then walked with openat
 * and O_NOFOLLOW, so that no link inside the folder, put there before or during the walk, leads out of it.
 * Only regular files are read, at most 1 GiB each.
 *
 * The library knows a file by its name, at most 127 bytes. Diagnostics should be clickable, so the name is
 * the path as the user would type it if it fits, else the path beneath the root. A table remembers which name
 * lies in which folder. */
#include "cli/load.h"

#include "cli/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MOST_BYTES ((size_t)1 << 30)

enum { NAME_CAPACITY = 128, WHY_CAPACITY = 256, MOST_COMPONENTS = 256 };

/* Errors and warnings are each cut at 20, so that a crowd of warnings never hides an error. */
enum { MOST_SHOWN = 20, MOST_KEPT = 1000 };

/* A file that was read: its name towards the library, and its path beneath the root. */
typedef struct known_file {
    char name[NAME_CAPACITY];
    char *path;
} known_file;

typedef struct folder {
    int fd;             /* the root */
    const char *prefix; /* what stands before the path beneath the root on the command line, with its slash */
    size_t prefix_len;
    known_file *files;
    size_t n_files;
    size_t capacity;
} folder;

/* Reads to the end, whatever the size was when it began. Returns an errno, EFBIG beyond the limit. */
static int read_all(int fd, cli_buffer *out)
{
    for (;;) {
        if (cli_buffer_reserve(out, (size_t)1 << 16)) {
            return ENOMEM;
        }
        const size_t room = out->capacity - out->len - 1;
        const ssize_t n = read(fd, out->data + out->len, room);
        if (n == 0) {
            break;
        }
        if (n < 0 && errno != EINTR) {
            return errno;
        }
        out->len += n > 0 ? (size_t)n : 0;
        if (out->len > MOST_BYTES) {
            return EFBIG;
        }
    }
    out->data[out->len] = '\0';
    return 0;
}

int cli_load_file(const char *path, cli_buffer *out)
{
    const int is_stdin = strcmp(path, "-") == 0;
    const int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    int error = fd < 0 ? errno : 0;
    if (!error) {
        error = read_all(fd, out);
    }
    if (fd >= 0 && !is_stdin) {
        (void)close(fd);
    }
    if (!error) {
        return CLI_EXIT_FINE;
    }
    if (error == EFBIG) {
        cli_say("%s: is larger than 1 GiB, the most that is read", path);
    } else {
        cli_say("%s: cannot be read: %s", path, strerror(error));
    }
    return CLI_EXIT_ERRORS;
}

/* ---------------------------------------------------------------- paths beneath the root ---- */

/* One component onto the path; 0 if it may stand. `starts` holds where each component begins. */
static int push_component(char *path, size_t *len, size_t *starts, size_t *n, const char *data,
                          size_t data_len, size_t capacity)
{
    if (data_len == 0 || (data_len == 1 && data[0] == '.')) {
        return 0;
    }
    if (data_len == 2 && data[0] == '.' && data[1] == '.') {
        if (*n == 0) {
            return -1;
        }
        *len = starts[--*n];
        return 0;
    }
    if (*n == MOST_COMPONENTS || *len + 1 + data_len + 1 > capacity) {
        return -1;
    }
    starts[(*n)++] = *len;
    if (*len > 0) {
        path[(*len)++] = '/';
    }
    memcpy(path + *len, data, data_len);
    *len += data_len;
    return 0;
}

/* The path beneath the root that `written` means in the file `from`; new, or NULL if it leaves the root. */
static char *reduce(const char *from, attain_str written)
{
    const char *slash = strrchr(from, '/');
    const size_t folder_len = slash ? (size_t)(slash - from) : 0;
    const size_t capacity = folder_len + written.len + 2;
    size_t starts[MOST_COMPONENTS];
    size_t n = 0;
    size_t len = 0;
    char *path = malloc(capacity);
    if (!path) {
        return NULL;
    }
    const attain_str parts[] = {{from, folder_len}, written};
    for (size_t part = 0; part < 2; part++) {
        for (size_t at = 0; at <= parts[part].len;) {
            const char *data = parts[part].data + at;
            const size_t left = parts[part].len - at;
            const char *end = left ? memchr(data, '/', left) : NULL;
            const size_t data_len = end ? (size_t)(end - data) : left;
            if (push_component(path, &len, starts, &n, data, data_len, capacity)) {
                free(path);
                return NULL;
            }
            at += data_len + 1;
        }
    }
    path[len] = '\0';
    return path;
}

/* Opens a reduced path, each folder in turn. Returns a descriptor or -1 with errno. */
static int open_beneath(int root_fd, char *path)
{
    int fd = root_fd;
    for (char *part = path;;) {
        char *slash = strchr(part, '/');
        if (slash) {
            *slash = '\0';
        }
        const int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (slash ? O_DIRECTORY : O_NONBLOCK | O_NOCTTY);
        const int next = openat(fd, part, flags);
        const int error = errno;
        if (slash) {
            *slash = '/';
        }
        if (fd != root_fd) {
            (void)close(fd);
        }
        if (next < 0 || !slash) {
            errno = error;
            return next;
        }
        fd = next;
        part = slash + 1;
    }
}

/* ---------------------------------------------------------------- the resolver ---- */

static const char *known_path(const folder *root, attain_str name)
{
    for (size_t i = 0; i < root->n_files; i++) {
        const size_t len = strlen(root->files[i].name);
        if (len == name.len && memcmp(root->files[i].name, name.data, len) == 0) {
            return root->files[i].path;
        }
    }
    return "";
}

/* The name of the path towards the library; takes `path` over. 0 on success. */
static int remember(folder *root, char *path, char *name)
{
    const size_t len = strlen(path);
    const size_t prefix_len = root->prefix_len + len < NAME_CAPACITY ? root->prefix_len : 0;
    if (prefix_len + len >= NAME_CAPACITY) {
        return -1;
    }
    memcpy(name, root->prefix, prefix_len);
    memcpy(name + prefix_len, path, len + 1);
    if (root->n_files == root->capacity) {
        const size_t capacity = root->capacity ? root->capacity * 2 : 16;
        known_file *files = realloc(root->files, capacity * sizeof *files);
        if (!files) {
            return -1;
        }
        root->files = files;
        root->capacity = capacity;
    }
    known_file *file = &root->files[root->n_files++];
    memcpy(file->name, name, prefix_len + len + 1);
    file->path = path;
    return 0;
}

static int say_why(char *why, const char *reason)
{
    (void)snprintf(why, WHY_CAPACITY, "%s", reason);
    return -1;
}

/* Reads an opened file if it is a regular one of at most 1 GiB. */
static int read_regular(int fd, cli_buffer *bytes, char *why)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return say_why(why, strerror(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return say_why(why, S_ISDIR(info.st_mode) ? "it is a folder, a regular file is required"
                                                  : "it is not a regular file");
    }
    if (info.st_size > (off_t)MOST_BYTES) {
        return say_why(why, "it is larger than 1 GiB");
    }
    const int error = read_all(fd, bytes);
    if (error == EFBIG) {
        return say_why(why, "it is larger than 1 GiB");
    }
    return error ? say_why(why, strerror(error)) : 0;
}

static int resolver_open(void *ctx, attain_str from, attain_str written, const char **data, size_t *len,
                         char *name, char *why)
{
    folder *root = ctx;
    if (written.len == 0) {
        return say_why(why, "the path is empty");
    }
    if (memchr(written.data, '\0', written.len)) {
        return say_why(why, "the path holds a NUL");
    }
    if (written.data[0] == '/') {
        return say_why(why,
                       "absolute paths are refused: a plan reads files in and beneath its own folder only");
    }
    char *path = reduce(known_path(root, from), written);
    if (!path) {
        return say_why(why, "it leaves the folder of the plan: only files in and beneath it are read");
    }
    if (path[0] == '\0') {
        free(path);
        return say_why(why, "it is a folder, a regular file is required");
    }
    const int fd = open_beneath(root->fd, path);
    const int error = errno;
    if (fd < 0) {
        free(path);
        if (error == ELOOP || error == EMLINK) {
            return say_why(why, "it is a symbolic link; links are not followed");
        }
        return say_why(why,
                       error == ENOTDIR ? "a part of the path is a link or not a folder" : strerror(error));
    }
    cli_buffer bytes = {0};
    const int bad = read_regular(fd, &bytes, why);
    (void)close(fd);
    if (bad || remember(root, path, name)) {
        free(path);
        cli_buffer_free(&bytes);
        return bad ? bad : say_why(why, "its path is longer than 127 bytes");
    }
    *data = bytes.data;
    *len = bytes.len;
    return 0;
}

static void resolver_release(void *ctx, const char *data, size_t len)
{
    (void)ctx;
    (void)len;
    char *bytes = NULL; /* as resolver_open made them, before they were lent as const */
    memcpy(&bytes, &data, sizeof bytes);
    free(bytes);
}

/* ---------------------------------------------------------------- the plan ---- */

/* Guards the name table of a plan against chosen collisions; results never depend on it. */
static uint64_t any_number(void)
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
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return bits ^ (uint64_t)now.tv_nsec ^ ((uint64_t)getpid() << 32);
}

void cli_load_show(const attain_diagnostic *diagnostic)
{
    attain_text text = {0};
    attain_error err;
    if (attain_diagnostic_print(diagnostic, NULL, &text, &err) != ATTAIN_OK) {
        cli_say_error(&err);
        return;
    }
    (void)fwrite(text.data, 1, text.len, stderr);
    if (text.len == 0 || text.data[text.len - 1] != '\n') {
        (void)fputc('\n', stderr);
    }
    attain_text_free(&text);
}

/* Who asks for warnings asks for all findings; else the first errors are enough. Without any error among the findings, and with a failure,
 * `err` is printed. */
size_t cli_load_findings(const attain_plan *plan, int show_warnings, const char *path,
                         const attain_error *err, size_t *n_warnings)
{
    const attain_diagnostic *items = NULL;
    size_t n_more = 0;
    const size_t n = attain_plan_diagnostics(plan, &items, &n_more);
    size_t n_errors = 0;
    size_t n_hidden = n_more;
    *n_warnings = 0;
    for (size_t i = 0; i < n; i++) {
        const int is_error = items[i].severity == ATTAIN_ERROR;
        size_t *counter = is_error ? &n_errors : n_warnings;
        if ((*counter)++ >= MOST_SHOWN && !show_warnings) {
            n_hidden++;
        } else if (is_error || show_warnings) {
            cli_load_show(&items[i]);
        }
    }
    if (err && n_errors == 0) {
        cli_say_error(err);
        n_errors = 1;
    }
    if (n_hidden && (err || show_warnings)) {
        cli_say("%s: %zu more not shown", path, n_hidden);
    } else if (*n_warnings && !show_warnings && !err) {
        cli_say("%s: %zu warning%s; 'attain check %s' shows %s", path, *n_warnings + n_more,
                *n_warnings + n_more == 1 ? "" : "s", path, *n_warnings + n_more == 1 ? "it" : "them");
    }
    *n_warnings += err ? 0 : n_more;
    return n_errors;
}

/* The folder of the plan, opened; its prefix is the part of `path` up to the last slash. */
static int open_root(folder *root, const char *path)
{
    const char *slash = strrchr(path, '/');
    *root = (folder){.fd = -1, .prefix = path, .prefix_len = slash ? (size_t)(slash - path) + 1 : 0};
    char *name = calloc(1, root->prefix_len + 2);
    if (!name) {
        cli_say("%s: no memory to open its folder", path);
        return CLI_EXIT_ERRORS;
    }
    memcpy(name, root->prefix_len ? path : ".", root->prefix_len ? root->prefix_len : 1);
    root->fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int error = errno;
    free(name);
    if (root->fd >= 0) {
        return CLI_EXIT_FINE;
    }
    cli_say("%s: its folder cannot be opened: %s", path, strerror(error));
    return CLI_EXIT_ERRORS;
}

static void close_root(folder *root)
{
    for (size_t i = 0; i < root->n_files; i++) {
        free(root->files[i].path);
    }
    free(root->files);
    if (root->fd >= 0) {
        (void)close(root->fd);
    }
}

/* Name of the top text, known in the root like every included file, so that an include of it is a second
 * reading. */
static int name_top(folder *root, const char *path, char *name)
{
    const int is_stdin = strcmp(path, "-") == 0;
    const char *base = is_stdin ? "<stdin>" : path + root->prefix_len;
    char *copy = malloc(strlen(base) + 1);
    if (copy) {
        memcpy(copy, base, strlen(base) + 1);
        if (remember(root, copy, name) == 0) {
            return CLI_EXIT_FINE;
        }
    }
    free(copy);
    cli_say("%s: the name of the file is longer than 127 bytes", path);
    return CLI_EXIT_ERRORS;
}

int cli_load_plan(const char *path, int show_warnings, attain_plan **out, size_t *n_warnings)
{
    folder root;
    attain_plan *plan = NULL;
    cli_buffer text = {0};
    char name[NAME_CAPACITY];
    attain_error err = {0};
    size_t n = 0;
    int status = open_root(&root, path);
    if (!status) {
        status = name_top(&root, path, name);
    }
    if (!status) {
        status = cli_load_file(path, &text);
    }
    if (status) {
        goto out;
    }
    const attain_resolver resolver = {&root, resolver_open, resolver_release};
    const attain_plan_options options = {.struct_size = sizeof options,
                                         .resolver = &resolver,
                                         .max_diagnostics = MOST_KEPT,
                                         .hash_seed = any_number()};
    attain_status done = attain_plan_new(&options, &plan, &err);
    if (done != ATTAIN_OK) {
        cli_say_error(&err);
        status = CLI_EXIT_ERRORS;
        goto out;
    }
    done = attain_plan_add_text(plan, text.data, text.len, name, &err);
    if (done == ATTAIN_OK) {
        done = attain_plan_freeze(plan, &err);
    }
    const size_t n_errors = cli_load_findings(plan, show_warnings, path, done == ATTAIN_OK ? NULL : &err, &n);
    if (done != ATTAIN_OK) {
        cli_say("%s: %zu error%s", path, n_errors, n_errors == 1 ? "" : "s");
        status = CLI_EXIT_ERRORS;
        goto out;
    }
    if (n_warnings) {
        *n_warnings = n;
    }
    *out = plan;
    plan = NULL;
out:
    attain_plan_free(plan);
    cli_buffer_free(&text);
    close_root(&root);
    return status;
}

int cli_load_any_plan(const cli_options *options, size_t i, int show_warnings, attain_plan **out,
                      size_t *n_warnings)
{
    const char *path = options->files.items[i];
    if (!cli_store_is(path)) {
        return cli_load_plan(path, show_warnings, out, n_warnings);
    }
    size_t n = 0;
    const int status = cli_store_load_plan(path, cli_store_edition_word(options, i), out);
    if (!status && show_warnings) {
        (void)cli_load_findings(*out, show_warnings, path, NULL, &n);
    }
    if (n_warnings) {
        *n_warnings = n;
    }
    return status;
}
