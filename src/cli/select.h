/* Selectors of the command line as ids and periods of the library. */
#ifndef CLI_SELECT_H
#define CLI_SELECT_H

#include "cli/options.h"

typedef struct cli_ids {
    uint32_t *items; /* ascending, each once; NULL: not selected */
    size_t n;
} cli_ids;

typedef struct cli_periods {
    attain_period *items;
    size_t n;
} cli_periods;

typedef struct cli_selection {
    cli_ids indicators, targets, units;
    cli_periods periods; /* --period and, for compute, --periods */
    cli_periods as_of;   /* --as-of and, for score and explain, --periods */
    attain_str *by;
    size_t n_by;
} cli_selection;

/** What needs no plan: periods. 0, or CLI_EXIT_USAGE with a message. */
int cli_select_periods(const cli_options *options, cli_selection *selection);
/** What needs a plan: names. 0, or CLI_EXIT_USAGE with a message that has a near name. */
int cli_select_names(const cli_options *options, const attain_plan *plan, cli_selection *selection);
/** One more period. */
int cli_select_period(cli_periods *list, attain_period period);
void cli_selection_free(cli_selection *selection);

#endif
