/* The commands. Each is called with what it needs already read, writes to `out`, and returns an exit code. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/options.h"
#include "cli/output.h"
#include "cli/select.h"

typedef struct cli_run {
    const cli_options *options;
    const attain_plan *plan;
    const attain_facts *facts; /* NULL for commands without facts */
    cli_selection selection;
    int as_of_is_default; /* the one in the selection was not asked for */
    cli_output *out;
} cli_run;

int cli_run_check(const cli_options *options, cli_output *out);
int cli_run_fmt(const cli_options *options, cli_output *out);
int cli_run_print(const cli_run *run);
int cli_run_compute(const cli_run *run);
int cli_run_score(const cli_run *run);
int cli_run_explain(const cli_run *run);
int cli_run_units(const cli_run *run);
int cli_run_targets(const cli_run *run);
/** *differs: the plans do not say the same. */
int cli_run_diff(const cli_options *options, cli_output *out, int *differs);
/** All that begin with `store`, but score. */
int cli_run_store(const cli_options *options, const cli_selection *selection, cli_output *out);

/** Counts of verdicts of one scorecard, added to those of the programmes seen before. */
typedef struct cli_counts {
    attain_summary *items;
    size_t n;
} cli_counts;
int cli_counts_add(cli_counts *counts, const attain_table *scorecard);
void cli_counts_print(const cli_run *run, const cli_counts *counts);
void cli_counts_free(cli_counts *counts);

#endif
