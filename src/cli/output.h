/* Where results go: standard output, or a file that is replaced whole or not at all. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stddef.h>
#include <sys/types.h>

typedef struct cli_output {
    const char *path; /* NULL: standard output */
    int fd;
    int dir_fd;       /* folder of the file; -1 for standard output */
    const char *base; /* last part of path */
    char temp[48];    /* name of the unfinished file in that folder */
    mode_t mode;      /* rights that the finished file gets */
    int write_error;  /* errno of the first write that failed, else 0 */
    size_t used;
    char buffer[1 << 16];
} cli_output;

/** Prepares standard output (path NULL or "-") or the unfinished file beside `path`. Returns an exit code, 0
 * when fine. */
int cli_output_open(cli_output *out, const char *path);
void cli_output_write(cli_output *out, const char *data, size_t len);
void cli_output_text(cli_output *out, const char *text);
/** Writes what is left and puts the file in its place. Returns an exit code: 1, with a message, if anything
 * was not written. */
int cli_output_close(cli_output *out);
/** Takes the unfinished file away; the old one stays as it was. Does nothing to standard output but write
 * what is left. */
void cli_output_abandon(cli_output *out);

#endif
