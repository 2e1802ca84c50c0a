/* --help that teaches: what the program is for, how it is called, examples to type, and what the words mean.
 * Everything that can go stale (commands, options) is printed from the tables that the parser reads. */
#include "cli/options.h"
#include "cli/output.h"
#include "cli/text.h"

#include <string.h>

const cli_command_info cli_commands[CLI_N_COMMANDS] = {
    [CLI_CHECK] =
        {"check", "PLAN [FACTS...]", 1, SIZE_MAX, "find errors in a plan, and in facts if they are given",
         "Reads the plan with everything it includes and reports all errors and warnings with their place.\n"
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
    [CLI_DIFF] = {"diff", "PLAN_A PLAN_B", 2, 2, "what two plans promise differently",
                  "Targets, indicators, measures, units and whatever else was added, removed or changed, "
                  "part by part; and the\n"
                  "targets whose words are the same, but stand on a definition that is not. Order and layout "
                  "do not matter.\n"
                  "Exit status: 0 they say the same, 1 they differ, 2 trouble.\n",
                  "attain diff plan-2021.attain plan-2025.attain"},
    [CLI_STORE] =
        {"store", "COMMAND FILE ...", 0, SIZE_MAX,
         "keep plan and facts, and all that was ever known, in a file",
         "A store is one file (SQLite) that holds a plan, facts and every edition of both: an edition is "
         "one\n"
         "change, with its time, source and note. Nothing is overwritten: what was known on a day can be\n"
         "asked for for ever. Where a command takes FACTS or a PLAN, it takes a store too.\n",
         "attain store init programme.db plan.attain facts/*.csv"},
    [CLI_STORE_INIT] =
        {"store init", "FILE PLAN [FACTS...]", 2, SIZE_MAX, "make a store of a plan, and of facts",
         "The plan is edition 1, the facts (all of them together) edition 2. A file that is there is not "
         "touched.\n",
         "attain store init programme.db plan.attain facts/*.csv --source \"Decision 112\""},
    [CLI_STORE_LOAD] = {"store load", "FILE FACTS...", 2, SIZE_MAX, "add facts: one edition",
                        "All files are one edition: all of it is there afterwards, or nothing. A figure for "
                        "a cell that is known\n"
                        "replaces it (the old one stays known in the editions before); figures that are as "
                        "they were are counted.\n",
                        "attain store load programme.db q3.csv --note \"third quarter\""},
    [CLI_STORE_CORRECT] =
        {"store correct", "FILE [CSV...]", 1, SIZE_MAX, "set figures, or take them back: one edition",
         "One cell by options, or files with the columns unit, measure, period and value (and the "
         "categories,\n"
         "qualifier, reason): a row with a value sets it; one without a value takes the figure back, so that "
         "it\n"
         "is absent as if it had never been reported. In `load` such rows are passed over.\n",
         "attain store correct programme.db --unit VN.46 --measure population --period 2024 --value 1166500"},
    [CLI_STORE_EDITIONS] =
        {"store editions", "FILE", 1, 1, "list what changed, when, and who brought it",
         "Number, time (UTC), kind, source and note of each edition; how many facts were new, other,\n"
         "withdrawn, or the same as before.\n",
         "attain store editions programme.db"},
    [CLI_STORE_SCORE] = {"store score", "FILE", 1, 1, "verdicts, as known now or at any edition",
                         "As `attain score`, with plan and facts of the store.\n",
                         "attain store score programme.db --edition 2026-06-30 --as-of 2025"},
    [CLI_STORE_RESTATE] = {"store restate", "FILE A B", 3, 3, "what changed from edition A to B, and why",
                           "For each target and unit whose verdict or value differs: what it was at A; what "
                           "late reports made of it\n"
                           "(figures that were not known at A), then corrections (figures that are other "
                           "now, or withdrawn), then\n"
                           "another text of the plan; and what it is at B. A and B are written as for "
                           "--edition: 3, 2026-06-30, latest.\n",
                           "attain store restate programme.db 2026-03-31 latest"},
    [CLI_STORE_VERIFY] =
        {"store verify", "FILE", 1, 1, "read everything and say whether it is sound",
         "SQLite's own check, the schema, every checksum, every plan, and that facts fit their plans.\n"
         "Exit status 1 if anything is wrong.\n",
         "attain store verify programme.db"},
    [CLI_STORE_BACKUP] = {"store backup", "FILE TO", 2, 2, "copy the store, also while others write",
                          "The copy is whole or not there; a file that is there is not replaced.\n",
                          "attain store backup programme.db backup/programme-2026-07-01.db"},
    [CLI_STORE_COMPACT] = {"store compact", "FILE", 1, 1, "write the file anew without unused pages",
                           "What is known does not change; no edition goes.\n",
                           "attain store compact programme.db"},
    [CLI_STORE_MIGRATE] = {"store migrate", "FILE", 1, 1, "bring a store of an older version to this one",
                           "Step by step, each of them whole or not at all. Make a backup before.\n",
                           "attain store migrate programme.db"},
    [CLI_STORE_PLAN] = {"store plan", "FILE [PLAN]", 1, 2,
                        "print the plan of a store, or put another in its place",
                        "With PLAN: one edition. Facts that are known must fit it: units and measures may "
                        "come and go, but a plan\n"
                        "that has no place for a fact is refused.\n",
                        "attain store plan programme.db plan-2026.attain --source \"Decision 87\""},
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
    "  Plan and facts in one file that forgets nothing; what changed since March, and why?\n"
    "    attain store init programme.db plan.attain facts/*.csv\n"
    "    attain store restate programme.db 2026-03-31 latest\n"
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
    "usage;\n"
    "diff: 0 the same, 1 different, 2 trouble\n"
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
    static const char *const headings[CLI_N_GROUPS] = {"which rows",
                                                       "which figure",
                                                       "how facts are read",
                                                       "how results are written",
                                                       "how a store is written",
                                                       "other"};
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

static void print_commands(cli_output *out, int first, int end)
{
    size_t widest[2] = {0, 0};
    for (int i = first; i < end; i++) {
        const size_t name = strlen(cli_commands[i].name);
        const size_t arguments = strlen(cli_commands[i].arguments);
        widest[0] = name > widest[0] ? name : widest[0];
        widest[1] = arguments > widest[1] ? arguments : widest[1];
    }
    cli_output_text(out, "commands\n");
    for (int i = first; i < end; i++) {
        const cli_command_info *info = &cli_commands[i];
        cli_output_text(out, "  ");
        cli_output_text(out, info->name);
        pad(out, strlen(info->name), widest[0] + 2);
        cli_output_text(out, info->arguments);
        pad(out, strlen(info->arguments), widest[1] + 2);
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
    if (command == CLI_STORE) {
        print_commands(out, CLI_STORE + 1, CLI_N_COMMANDS);
        cli_output_text(out, "'attain store COMMAND --help' says what each one takes.\n");
        return;
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
    print_commands(out, 0, CLI_STORE + 1);
    cli_output_text(out, examples);
    print_options(out, ~0u);
    cli_output_text(out, words);
}
