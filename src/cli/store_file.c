/* Which file is a store, and which edition of it is meant. */
#include "cli/store.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int cli_store_is(const char *path)
{
    static const char magic[16] = "SQLite format 3"; /* with its NUL */
    char head[sizeof magic];
    struct stat info;
    if (strcmp(path, "-") == 0 || stat(path, &info) != 0 || !S_ISREG(info.st_mode)) {
        return 0;
    }
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return 0;
    }
    const ssize_t n = read(fd, head, sizeof head);
    (void)close(fd);
    return n == (ssize_t)sizeof head && memcmp(head, magic, sizeof head) == 0;
}

int cli_store_check_files(const cli_options *options)
{
    size_t n_stores = 0;
    for (size_t i = 0; i < options->files.n; i++) {
        n_stores += (size_t)cli_store_is(options->files.items[i]);
    }
    if (options->command == CLI_STORE_SCORE && n_stores == 0 && access(options->files.items[0], F_OK) == 0) {
        cli_say("%s: is not a store; 'attain score PLAN FACTS...' reads files of text",
                options->files.items[0]);
        return CLI_EXIT_USAGE;
    }
    if (options->editions.n && n_stores < options->editions.n && options->command < CLI_STORE) {
        cli_say("--edition is for stores; %s",
                n_stores ? "only one of the files is one" : "none of the files is one");
        return CLI_EXIT_USAGE;
    }
    return CLI_EXIT_FINE;
}

const char *cli_store_edition_word(const cli_options *options, size_t i)
{
    size_t n_before = 0;
    for (size_t k = 0; k < i && options->command == CLI_DIFF; k++) {
        n_before += (size_t)cli_store_is(options->files.items[k]);
    }
    if (options->command == CLI_STORE_LOAD || n_before >= options->editions.n) {
        return NULL;
    }
    return options->editions.items[n_before];
}
