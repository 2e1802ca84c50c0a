/* Runs the program attain as a user does: arguments, standard input, environment, a terminal or files. */
#ifndef TEST_PROGRAM_H
#define TEST_PROGRAM_H

#include <stddef.h>
#include <sys/types.h>

/** How a run differs from the plain one. Zero is plain: no input, files for both outputs. */
typedef struct program_how {
    const char *input;     /* text on standard input; NULL: empty */
    int keeps_input_open;  /* a pipe stays open: program_feed, program_finish close it */
    const char *variables; /* "NAME=value NAME=value" added to the environment */
    const char *output_to; /* file that standard output is opened on, instead of being caught */
    int output_closed;     /* standard output is a pipe that nobody reads */
    int on_terminal;       /* standard output and error are a terminal of 100 columns */
    long most_bytes;       /* no file may grow beyond this; 0: no limit */
    long most_memory;      /* of the program, in bytes; 0: no limit */
} program_how;

typedef struct program {
    int exit_code; /* -1: ended by a signal */
    int signal;
    char *out; /* what was written to standard output (and, on a terminal, to standard error) */
    char *err;
    /* while it runs */
    pid_t pid;
    int input_fd;
    int terminal_fd;
} program;

/** The folder of this test: every run happens in it, and file names are relative to it. */
const char *program_folder(void);
/** Empties the folder. */
void program_clean(void);
void program_write(const char *name, const char *text);
/** New text, or NULL if there is no such file. */
char *program_read(const char *name);
/** How many files of the folder have names that begin with the prefix. */
size_t program_count_files(const char *prefix);
/** Bytes of the largest of them; -1 if there is none. */
long program_largest_file(const char *prefix);

/** Starts `attain <arguments>`, split at blanks. */
void program_start(program *run, const program_how *how, const char *arguments);
void program_feed(program *run, const char *text);
void program_finish(program *run);
/** Start and finish; how may be NULL. */
void program_run(program *run, const program_how *how, const char *arguments);
void program_free(program *run);
/** Runs and compares exit code, output and messages, each whole; NULL: whatever it is. */
void program_expect(const program_how *how, const char *arguments, int exit_code, const char *out,
                    const char *err);
/** 0 if no terminal can be made on this machine. */
int program_has_terminal(void);
void program_sleep_ms(long milliseconds);

#endif
