/* attain: the program.
 *
 *     command line -> options -> selection (periods) -> output opened -> plan -> selection (names) -> facts -> command -> output closed
 *
 * Everything that can be refused without reading a file is refused before one is read. The program sees only
 * the public header: what it can do, any program can. Exit status: 0 fine (also with warnings, gaps and any
 * verdict), 1 errors in plan or facts or while writing, 2 usage. */
#include "cli/commands.h"
#include "cli/load.h"
#include "cli/store.h"
#include "cli/text.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>

/* Dispatch of the commands that work on a loaded plan. */
static int run_command(const cli_run *run)
{
    switch (run->options->command) {
    case CLI_PRINT: return cli_run_print(run);
    case CLI_COMPUTE: return cli_run_compute(run);
    case CLI_SCORE:
    case CLI_STORE_SCORE: return cli_run_score(run);
    case CLI_EXPLAIN: return cli_run_explain(run);
    case CLI_UNITS: return cli_run_units(run);
    case CLI_TARGETS: return cli_run_targets(run);
    default: return CLI_EXIT_USAGE;
    }
}

static int needs_facts(cli_command command)
{
    return command == CLI_COMPUTE || command == CLI_SCORE || command == CLI_STORE_SCORE ||
           command == CLI_EXPLAIN;
}

/* Facts that are a part of what is known are judged as of the last period that is known. */
static int take_default_period(cli_run *run, const cli_facts *facts)
{
    cli_selection *selection = &run->selection;
    if (!facts->is_part || facts->last.type == ATTAIN_PERIOD_NONE) {
        return 0;
    }
    run->as_of_is_default = selection->as_of.n == 0;
    int status = selection->as_of.n ? 0 : cli_select_period(&selection->as_of, facts->last);
    if (!status && run->options->command == CLI_COMPUTE && selection->periods.n == 0) {
        status = cli_select_period(&selection->periods, facts->last);
    }
    return status;
}

/* Plan, names, facts, command. */
static int load_and_run(const cli_options *options, cli_run *run)
{
    attain_plan *plan = NULL;
    cli_facts facts = {0};
    int status = cli_load_any_plan(options, 0, 0, &plan, NULL);
    if (!status) {
        run->plan = plan;
        status = cli_select_names(options, plan, &run->selection);
    }
    if (!status && needs_facts(options->command)) {
        status =
            cli_load_facts(options, cli_load_first_facts(options), plan, &run->selection.units, NULL, &facts);
    }
    if (!status) {
        status = take_default_period(run, &facts);
    }
    if (!status) {
        run->facts = facts.facts;
        status = run_command(run);
    }
    attain_facts_free(facts.facts);
    attain_plan_free(plan);
    return status;
}

/* An output that is one of the inputs would replace what was just read. */
static int check_output(const cli_options *options)
{
    struct stat target;
    if (!options->output || strcmp(options->output, "-") == 0 || stat(options->output, &target) != 0) {
        return CLI_EXIT_FINE;
    }
    for (size_t i = 0; i < options->files.n; i++) {
        struct stat source;
        if (stat(options->files.items[i], &source) == 0 && source.st_dev == target.st_dev &&
            source.st_ino == target.st_ino) {
            cli_say("--output %s: would replace the input '%s'", options->output, options->files.items[i]);
            return CLI_EXIT_USAGE;
        }
    }
    return CLI_EXIT_FINE;
}

/* Dispatch of the commands that read files themselves. */
static int run_into(const cli_options *options, cli_run *run, int *differs)
{
    switch (options->command) {
    case CLI_CHECK: return cli_run_check(options, run->out);
    case CLI_FMT: return cli_run_fmt(options, run->out);
    case CLI_DIFF: return cli_run_diff(options, run->out, differs);
    default: break;
    }
    return options->command > CLI_STORE && options->command != CLI_STORE_SCORE
               ? cli_run_store(options, &run->selection, run->out)
               : load_and_run(options, run);
}

static int run_with_output(const cli_options *options, cli_output *out)
{
    cli_run run = {.options = options, .out = out};
    int differs = 0;
    int status = cli_select_periods(options, &run.selection);
    if (!status) {
        status = check_output(options);
    }
    if (!status) {
        status = cli_store_check_files(options);
    }
    if (!status) {
        status = cli_output_open(out, options->output);
        if (!status) {
            status = run_into(options, &run, &differs);
            if (status) {
                cli_output_abandon(out);
            } else {
                status = cli_output_close(out);
            }
        }
    }
    cli_selection_free(&run.selection);
    if (options->command == CLI_DIFF) {
        return status ? CLI_EXIT_TROUBLE : differs ? CLI_EXIT_DIFFERS : CLI_EXIT_FINE;
    }
    return status;
}

static int print_help(const cli_options *options, cli_output *out)
{
    if (cli_output_open(out, NULL)) {
        return CLI_EXIT_ERRORS;
    }
    if (options->help) {
        cli_help_print(out, options->command);
    } else {
        cli_output_text(out, "attain ");
        cli_output_text(out, attain_version());
        cli_output_text(out, "\n");
    }
    return cli_output_close(out);
}

int main(int argc, char **argv)
{
    /* A reader that went away and a file that may not grow come back as errors of write, and get a message. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    static cli_output out; /* its buffer is large for a stack */
    cli_options options;
    int status = cli_options_parse(argc, argv, &options);
    if (!status) {
        status =
            options.help || options.version ? print_help(&options, &out) : run_with_output(&options, &out);
    }
    cli_options_free(&options);
    return status;
}
