/* --help that teaches: what the program is for, how it is called, examples to type, and what the words mean.
 * Everything that can go stale (commands, options) is printed from the tables that the parser reads. */
#include "cli/options.h"
#include "cli/output.h"
#include "cli/text.h"

#include <string.h>

const cli_command_info cli_commands[CLI_N_COMMANDS] = {
    [CLI_CHECK] =
        {"check", "PLAN [FACTS...]", 1, SIZE_MAX, "find errors in a plan, and in facts if they are given",
         "Reads the plan with everything it includes and reports errors and warnings with their place.\n"
         "With facts it also counts what was read and compares the identities (`check` lines) of the plan.\n",
         "attain check plan.attain facts/*.csv"},
    [CLI_FMT] = {"fmt", "FILE...", 1, SIZE_MAX, "print one plan file in canonical form",
                 "Rewrites the text of a plan file in one canonical layout; comments stay. Includes are not "
                 "followed.\n",
                 "attain fmt --write plan.attain"},
    [CLI_PRINT] = {"print", "PLAN", 1, 1, "print the whole plan, with all it includes, as one text",
                   "One self-contained text: reading it again gives the same plan.\n",
                   "attain print plan.attain --output whole.attain"},
    [CLI_COMPUTE] =
        {"compute", "PLAN FACTS...", 1, SIZE_MAX, "values: each indicator, unit and period",
         "Sums come before division: a ratio of a province is the sum over its communes divided by the sum\n"
         "over its communes, never the mean of ratios. Without selectors: all indicators, the topmost "
         "units,\n"
         "the last period with facts.\n",
         "attain compute plan.attain facts.csv --type province --periods 2021..2025:year --format csv"},
    [CLI_SCORE] =
        {"score", "PLAN FACTS...", 1, SIZE_MAX, "verdicts: is each target met?",
         "A row for each target and unit: what was reported, what was promised, the verdict and its reason.\n"
         "Without selectors: all targets, the units they are promised for, as of the last period with "
         "facts.\n",
         "attain score plan.attain facts/*.csv --as-of 2025 --format csv --output scores.csv"},
    [CLI_EXPLAIN] =
        {"explain", "PLAN FACTS...", 1, SIZE_MAX, "why a verdict or a value is what it is",
         "For each target (or indicator): the deciding words and their source, what went in, what is "
         "absent,\n"
         "the rules that were applied, the arithmetic in one line, and what would settle an open verdict.\n",
         "attain explain plan.attain facts/*.csv --target hue-141.density"},
    [CLI_UNITS] = {"units", "PLAN", 1, 1, "list the units of a plan",
                   "Id, title, type, parent and validity of each unit, in tree order.\n",
                   "attain units plan.attain --type commune --under VN.46"},
    [CLI_TARGETS] =
        {"targets", "PLAN", 1, 1, "list the targets and milestones of a plan",
         "What was promised, by which document, until when: the phrases as the plan reads them.\n",
         "attain targets plan.attain --format csv"},
};

static const char what[] = "attain: does a programme keep its promises?\n"
                           "\n"
                           "A plan (plain text) says what was promised: programmes, indicators, targets. "
                           "Facts (CSV files) say what was\n"
                           "reported. attain computes the values exactly and tells of each target whether it "
                           "is met, how far it is, and\n"
                           "what is missing. It gives a verdict only if it holds in every way the text and "
                           "the data can be understood.\n"
                           "\n"
                           "usage: attain COMMAND [OPTIONS] PLAN [FACTS...]        ('-' is standard input)\n"
                           "\n";

static const char examples[] =
    "examples\n"
    "  Is the plan sound, and do the figures fit it?\n"
    "    attain check plan.attain facts/*.csv\n"
    "  The scorecard as of 2025, in the terminal; then the same for a spreadsheet that writes 12,5:\n"
    "    attain score plan.attain facts/*.csv --as-of 2025\n"
    "    attain score plan.attain facts/*.csv --as-of 2025 --format csv --spreadsheet --numbers vi -o "
    "scores.csv\n"
    "  Why is one target not met, and what would settle it?\n"
    "    attain explain plan.attain facts/*.csv --target hue-141.density\n"
    "\n";

static const char words[] =
    "what the words mean\n"
    "  met, not_met    it holds, or fails, in every reading of the text and for every value the figures "
    "allow\n"
    "  undetermined    readings or figures that are still open decide; the reason says which\n"
    "  not_applicable  there is nothing to judge: no denominator (0), or the unit does not exist in the "
    "period\n"
    "  not due         the deadline has not passed: the verdict is that of today; pace says whether it is on "
    "track\n"
    "  gap             what is missing, in whole persons, places or cases\n"
    "  low, high       the truth lies between them: reports that are absent are never counted as zero\n"
    "\n"
    "exit status: 0 fine (also with warnings, gaps and any verdict), 1 errors in plan, facts or writing, 2 "
    "usage\n"
    "Colour is used on a terminal unless NO_COLOR is set; tables fit the terminal (COLUMNS overrides its "
    "width).\n";

static void pad(cli_output *out, size_t from, size_t to)
{
    for (; from < to; from++) {
        cli_output_text(out, " ");
    }
}

/* Text in lines of at most 110 columns, all but the first indented. */
static void wrapped(cli_output *out, const char *text, size_t indent)
{
    size_t column = indent;
    while (*text) {
        const size_t len = strcspn(text, " ");
        if (column > indent && column + 1 + len > 110) {
            cli_output_text(out, "\n");
            pad(out, 0, indent);
            column = indent;
        } else if (column > indent) {
            cli_output_text(out, " ");
            column++;
        }
        cli_output_write(out, text, len);
        column += len;
        text += len;
        text += strspn(text, " ");
    }
    cli_output_text(out, "\n");
}

static void print_option(cli_output *out, const cli_option *option)
{
    enum { INDENT = 28 };
    char letter[] = {'-', option->letter, ',', ' ', '\0'};
    size_t width = 4 + strlen(option->name);
    cli_output_text(out, "  ");
    if (option->letter) {
        cli_output_text(out, letter);
        width += 4;
    }
    cli_output_text(out, "--");
    cli_output_text(out, option->name);
    if (option->argument) {
        cli_output_text(out, " ");
        cli_output_text(out, option->argument);
        width += 1 + strlen(option->argument);
    }
    if (width + 1 > INDENT) {
        cli_output_text(out, "\n");
        width = 0;
    }
    pad(out, width, INDENT);
    wrapped(out, option->about, INDENT);
}

static void print_options(cli_output *out, unsigned commands)
{
    static const char *const headings[CLI_N_GROUPS] = {"which rows", "how facts are read",
                                                       "how results are written", "other"};
    for (int group = 0; group < CLI_N_GROUPS; group++) {
        int n_printed = 0;
        for (size_t i = 0; i < cli_n_options; i++) {
            const cli_option *option = &cli_option_table[i];
            if ((int)option->group != group || !(option->commands & commands)) {
                continue;
            }
            if (n_printed++ == 0) {
                cli_output_text(out, headings[group]);
                cli_output_text(out, "\n");
            }
            print_option(out, option);
        }
        if (n_printed) {
            cli_output_text(out, "\n");
        }
    }
}

static void print_commands(cli_output *out)
{
    cli_output_text(out, "commands\n");
    for (int i = 0; i < CLI_N_COMMANDS; i++) {
        const cli_command_info *info = &cli_commands[i];
        cli_output_text(out, "  ");
        cli_output_text(out, info->name);
        pad(out, strlen(info->name), 9);
        cli_output_text(out, info->arguments);
        pad(out, strlen(info->arguments), 17);
        cli_output_text(out, info->about);
        cli_output_text(out, "\n");
    }
    cli_output_text(out, "\n");
}

static void print_command(cli_output *out, cli_command command)
{
    const cli_command_info *info = &cli_commands[command];
    const char *const parts[] = {
        "attain ",       info->name, ": ",       info->about, "\n\nusage: attain ", info->name, " [OPTIONS] ",
        info->arguments, "\n\n",     info->text, "\n  ",      info->example,        "\n\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        cli_output_text(out, parts[i]);
    }
    print_options(out, CLI_BIT(command));
    cli_output_text(out, "'attain --help' says what the words mean.\n");
}

void cli_help_print(cli_output *out, cli_command command)
{
    if (command != CLI_NO_COMMAND) {
        print_command(out, command);
        return;
    }
    cli_output_text(out, what);
    print_commands(out);
    cli_output_text(out, examples);
    print_options(out, ~0u);
    cli_output_text(out, words);
}
