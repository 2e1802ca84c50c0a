/* Plans and facts from files. */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "cli/options.h"
#include "cli/output.h"
#include "cli/select.h"
#include "cli/text.h"

/** Reads a whole file ("-": standard input) into `out`. 0, or CLI_EXIT_ERRORS with a message. */
int cli_load_file(const char *path, cli_buffer *out);

/** Reads a plan with all it includes, checks and freezes it. Errors go to stderr; warnings too if asked for,
 * else a line with their number. 0, or CLI_EXIT_ERRORS. *n_warnings may be NULL. */
int cli_load_plan(const char *path, int show_warnings, attain_plan **out, size_t *n_warnings);

/** The same for files[i] of the command line, which may also be a store: then its plan, of --edition. */
int cli_load_any_plan(const cli_options *options, size_t i, int show_warnings, attain_plan **out,
                      size_t *n_warnings);

/** Facts, and what they are a part of. */
typedef struct cli_facts {
    attain_facts *facts;
    int is_part; /* only those that count at the units asked for: then `last` is not that of the facts */
    attain_period last; /* the last period that has any */
} cli_facts;

/** Reads files[first...] of the command line, CSV files and stores, into one facts object; from a store alone only those that count at
 * `units` (NULL: all). `counts` (may be NULL) gets a line per file. */
int cli_load_facts(const cli_options *options, size_t first, const attain_plan *plan, const cli_ids *units,
                   cli_output *counts, cli_facts *out);
/** The first of the files that hold facts: a store in the place of the plan holds both. */
size_t cli_load_first_facts(const cli_options *options);

/** Prints the findings about a plan that was read, or a line with their number; returns the number of errors. err: why reading failed,
 * NULL if it did not. */
size_t cli_load_findings(const attain_plan *plan, int show_warnings, const char *path,
                         const attain_error *err, size_t *n_warnings);

/** Prints one finding to stderr. */
void cli_load_show(const attain_diagnostic *diagnostic);

#endif
