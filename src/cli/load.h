/* Plans and facts from files. */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "cli/options.h"
#include "cli/output.h"
#include "cli/text.h"

/** Reads a whole file ("-": standard input) into `out`. 0, or CLI_EXIT_ERRORS with a message. */
int cli_load_file(const char *path, cli_buffer *out);

/** Reads a plan with all it includes, checks and freezes it. Errors go to stderr; warnings too if asked for,
 * else a line with their number. 0, or CLI_EXIT_ERRORS. *n_warnings may be NULL. */
int cli_load_plan(const char *path, int show_warnings, attain_plan **out, size_t *n_warnings);

/** Reads files[1...] of the command line into one facts object. `counts` (may be NULL) gets a line per file. */
int cli_load_facts(const cli_options *options, const attain_plan *plan, cli_output *counts,
                   attain_facts **out);

/** Prints one finding to stderr. */
void cli_load_show(const attain_diagnostic *diagnostic);

#endif
