/* The command line.
 *
 *     attain COMMAND [OPTIONS] PLAN [FACTS...]
 *
 * One table says which options there are, what they take and which commands take them. getopt_long is fed
 * from it, the help is printed from it, and an option that a command has no use for is an error that names
 * the commands which do: a selector that is silently ignored would show rows nobody asked for. Options may
 * stand before, between and behind the files. */
#include "cli/options.h"

#include "cli/text.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHECK = CLI_BIT(CLI_CHECK),
    FMT = CLI_BIT(CLI_FMT),
    PRINT = CLI_BIT(CLI_PRINT),
    COMPUTE = CLI_BIT(CLI_COMPUTE),
    SCORE = CLI_BIT(CLI_SCORE) | CLI_BIT(CLI_STORE_SCORE),
    EXPLAIN = CLI_BIT(CLI_EXPLAIN),
    UNITS = CLI_BIT(CLI_UNITS),
    TARGETS = CLI_BIT(CLI_TARGETS),
    DIFF = CLI_BIT(CLI_DIFF),
    INIT = CLI_BIT(CLI_STORE_INIT),
    LOAD = CLI_BIT(CLI_STORE_LOAD),
    CORRECT = CLI_BIT(CLI_STORE_CORRECT),
    EDITIONS = CLI_BIT(CLI_STORE_EDITIONS),
    RESTATE = CLI_BIT(CLI_STORE_RESTATE),
    PUT = CLI_BIT(CLI_STORE_PLAN),
    RESULTS = COMPUTE | SCORE,
    WITH_FACTS = CHECK | COMPUTE | CLI_BIT(CLI_SCORE) | EXPLAIN | INIT | LOAD,
    LISTS = UNITS | TARGETS | DIFF | EDITIONS | RESTATE,
    ROWS = RESULTS | LISTS,
    OF_EDITION = CHECK | PRINT | RESULTS | EXPLAIN | UNITS | TARGETS | DIFF | PUT,
    WRITES = INIT | LOAD | CORRECT | PUT,
    OPENS_TO_WRITE = WRITES | CLI_BIT(CLI_STORE_COMPACT) | CLI_BIT(CLI_STORE_MIGRATE)
};

/* Positions in the table below: what getopt_long returns, behind the range of letters. */
enum {
    OPT_INDICATOR,
    OPT_TARGET,
    OPT_UNIT,
    OPT_TYPE,
    OPT_ALL_UNITS,
    OPT_UNDER,
    OPT_PERIOD,
    OPT_PERIODS,
    OPT_AS_OF,
    OPT_BY,
    OPT_READINGS,
    OPT_EDITION,
    OPT_MEASURE,
    OPT_MEMBER,
    OPT_VALUE,
    OPT_QUALIFIER,
    OPT_REASON,
    OPT_WITHDRAW,
    OPT_READ_NUMBERS,
    OPT_SEPARATOR,
    OPT_RENAME,
    OPT_SKIP_BAD_ROWS,
    OPT_SAME_VALUE,
    OPT_SUM,
    OPT_FORMAT,
    OPT_NUMBERS,
    OPT_DIGITS,
    OPT_ROUNDING,
    OPT_EXACT,
    OPT_SUMMARY,
    OPT_SPREADSHEET,
    OPT_SOURCE,
    OPT_NOTE,
    OPT_JOURNAL,
    OPT_OUTPUT,
    OPT_WRITE,
    OPT_CHECK,
    OPT_HELP,
    OPT_VERSION,
    N_OPTIONS,
    FIRST_OPTION = 256
};

const cli_option cli_option_table[N_OPTIONS] = {
    [OPT_INDICATOR] = {"indicator", "ID", COMPUTE | EXPLAIN, CLI_SELECT, 0,
                       "only this indicator; may be repeated"},
    [OPT_TARGET] = {"target", "ID", SCORE | EXPLAIN | TARGETS | RESTATE, CLI_SELECT, 0,
                    "only this target or milestone; may be repeated"},
    [OPT_UNIT] = {"unit", "ID", RESULTS | EXPLAIN | UNITS | RESTATE | CORRECT, CLI_SELECT, 0,
                  "this unit; may be repeated"},
    [OPT_TYPE] = {"type", "NAME", RESULTS | EXPLAIN | UNITS | RESTATE, CLI_SELECT, 0,
                  "all units of this type; may be repeated; with --under: those beneath it"},
    [OPT_ALL_UNITS] = {"all-units", NULL, RESULTS | EXPLAIN | RESTATE, CLI_SELECT, 0,
                       "every unit of the tree"},
    [OPT_UNDER] = {"under", "UNIT", RESULTS | EXPLAIN | UNITS | RESTATE, CLI_SELECT, 0,
                   "all units beneath this one (add --unit UNIT for itself)"},
    [OPT_PERIOD] = {"period", "P", COMPUTE | EXPLAIN | CORRECT, CLI_SELECT, 0,
                    "this period: 2025, 2025-H1, 2025-Q3, 2025-06, 2021..2025; may be repeated"},
    [OPT_PERIODS] = {"periods", "A..B:EVERY", RESULTS | EXPLAIN | RESTATE, CLI_SELECT, 0,
                     "each year, half-year, quarter, month, week or day of a span: 2021..2025:year"},
    [OPT_AS_OF] = {"as-of", "P", RESULTS | EXPLAIN | RESTATE, CLI_SELECT, 0,
                   "as of the end of this period (default: the last with facts); score: may be repeated"},
    [OPT_BY] = {"by", "NAME", COMPUTE, CLI_SELECT, 0,
                "a row for each member of a category or value of an attribute; may be repeated"},
    [OPT_READINGS] = {"readings", NULL, SCORE, CLI_SELECT, 0,
                      "a row for each reading of an ambiguous target"},
    [OPT_EDITION] = {"edition", "N|DATE", OF_EDITION, CLI_SELECT, 0,
                     "a store as it was known: after edition N, on a day (2026-10-01), at a moment "
                     "(2026-10-01T08:30:00Z) or latest (the default); diff: may be given for each store"},

    [OPT_MEASURE] = {"measure", "ID", CORRECT, CLI_CELL, 0, "the measure of the figure"},
    [OPT_MEMBER] = {"member", "CATEGORY=MEMBER", CORRECT, CLI_CELL, 0,
                    "its member of a category, for each category of the measure"},
    [OPT_VALUE] = {"value", "V", CORRECT, CLI_CELL, 0, "the figure, as --read-numbers says"},
    [OPT_QUALIFIER] = {"qualifier", "Q", CORRECT, CLI_CELL, 0,
                       "'>', '>=', '<', '<=', '~' (estimated) or missing"},
    [OPT_REASON] = {"reason", "WORD", CORRECT, CLI_CELL, 0,
                    "why it is missing: not_applicable, not_reported ..."},
    [OPT_WITHDRAW] = {"withdraw", NULL, CORRECT, CLI_CELL, 0,
                      "the figure is taken back: it is absent from now on"},

    [OPT_READ_NUMBERS] = {"read-numbers", "plain|vi", WITH_FACTS | CORRECT, CLI_READ, 0,
                          "how facts write numbers: 1234.5 (plain, the default) or 1.234,5 (vi)"},
    [OPT_SEPARATOR] = {"separator", "C", WITH_FACTS | CORRECT, CLI_READ, 0,
                       "what stands between the columns of facts: ',' (the default), ';' or tab"},
    [OPT_RENAME] = {"rename", "FROM=TO", WITH_FACTS | CORRECT, CLI_READ, 0,
                    "the column FROM of the facts is what attain calls TO; may be repeated"},
    [OPT_SKIP_BAD_ROWS] = {"skip-bad-rows", NULL, WITH_FACTS, CLI_READ, 0,
                           "report bad rows and go on without them, instead of refusing the file"},
    [OPT_SAME_VALUE] = {"same-value-is-fine", NULL, WITH_FACTS, CLI_READ, 0,
                        "the same figure twice with the same value is counted once"},
    [OPT_SUM] = {"sum-duplicates", NULL, WITH_FACTS, CLI_READ, 0,
                 "figures that come more than once are added"},

    [OPT_FORMAT] = {"format", "table|csv|json", ROWS, CLI_SHOW, 0,
                    "table for people (the default), csv, json"},
    [OPT_NUMBERS] = {"numbers", "plain|vi", RESULTS | EXPLAIN | RESTATE, CLI_SHOW, 0,
                     "how numbers are written: 1234.5 or 1.234,5"},
    [OPT_DIGITS] = {"digits", "N", RESULTS | EXPLAIN | RESTATE, CLI_SHOW, 0,
                    "0 to 18 decimals; default: 6 in csv and json; tables: 1 of a percentage, else 2"},
    [OPT_ROUNDING] = {"rounding", "MODE", RESULTS | RESTATE, CLI_SHOW, 0,
                      "half-up (the default), half-even, floor or ceil: for writing, never for judging"},
    [OPT_EXACT] = {"exact", NULL, RESULTS, CLI_SHOW, 0, "add value, low and high as exact fractions n/d"},
    [OPT_SUMMARY] = {"summary", NULL, SCORE, CLI_SHOW, 0,
                     "only the counts of verdicts, one line per programme"},
    [OPT_SPREADSHEET] = {"spreadsheet", NULL, ROWS, CLI_SHOW, 0,
                         "csv: texts that a spreadsheet would run as a formula get a leading '"},
    [OPT_SOURCE] = {"source", "TEXT", WRITES, CLI_KEEP, 0,
                    "who or what brought this; kept with the edition (default: the names of the files)"},
    [OPT_NOTE] = {"note", "TEXT", WRITES, CLI_KEEP, 0,
                  "what else should be known of it; kept with the edition"},
    [OPT_JOURNAL] =
        {"journal", "auto|wal|truncate", OPENS_TO_WRITE, CLI_KEEP, 0,
         "how SQLite makes changes safe: wal lets others read meanwhile, truncate leaves no file beside the "
         "store; auto (the default) takes wal where it works"},
    [OPT_OUTPUT] = {"output", "FILE", ROWS | EXPLAIN | FMT | PRINT | PUT, CLI_OTHER, 'o',
                    "write to FILE, whole or not at all, instead of standard output"},
    [OPT_WRITE] = {"write", NULL, FMT, CLI_OTHER, 0, "replace each FILE by its canonical form"},
    [OPT_CHECK] = {"check", NULL, FMT, CLI_OTHER, 0, "print nothing; exit 1 if a FILE is not canonical"},
    [OPT_HELP] = {"help", NULL, ~0u, CLI_OTHER, 'h', "this text; attain COMMAND --help for one command"},
    [OPT_VERSION] = {"version", NULL, ~0u, CLI_OTHER, 'V', "the version of the program"},
};
const size_t cli_n_options = N_OPTIONS;

static int refuse(const cli_options *options)
{
    if (options->command == CLI_NO_COMMAND) {
        cli_say("'attain --help' shows what it can do");
    } else {
        cli_say("'attain %s --help' shows what it takes", cli_commands[options->command].name);
    }
    return CLI_EXIT_USAGE;
}

static void add_word(cli_words *list, const char *word)
{
    list->items[list->n++] = word;
}

/* One word of a closed list; -1 with a message if it is none of them. */
static int choose(const char *option, const char *word, const char *const *words, int n)
{
    cli_buffer list = {0};
    for (int i = 0; i < n; i++) {
        if (strcmp(word, words[i]) == 0) {
            cli_buffer_free(&list);
            return i;
        }
        cli_buffer_text(&list, i == 0 ? "" : i + 1 < n ? ", " : " or ");
        cli_buffer_text(&list, words[i]);
    }
    const char *near = cli_text_near(word, words, (size_t)n);
    cli_say("--%s takes %s, not '%s'%s%s%s", option, list.data ? list.data : "", word,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    cli_buffer_free(&list);
    return -1;
}

static int choose_into(int *out, int which, const char *word, const char *const *words, int n)
{
    const int chosen = choose(cli_option_table[which].name, word, words, n);
    if (chosen >= 0) {
        *out = chosen;
    }
    return chosen < 0;
}

static int read_digits(const char *word, int *out)
{
    const size_t len = strlen(word);
    int value = 0;
    for (size_t i = 0; i < len && i < 3; i++) {
        value = word[i] >= '0' && word[i] <= '9' ? value * 10 + (word[i] - '0') : 1000;
    }
    if (len == 0 || len > 2 || value > 18) {
        cli_say("--digits takes a number from 0 to 18, not '%s'", word);
        return 1;
    }
    *out = value == 0 ? -1 : value; /* as the library counts: 0 is its default, -1 none */
    return 0;
}

/* Two words around a '='. */
static int read_pair(cli_words *list, int which, const char *word)
{
    const char *equals = strchr(word, '=');
    if (!equals || equals == word || equals[1] == '\0') {
        const cli_option *option = &cli_option_table[which];
        cli_say("--%s takes %s%s, not '%s'", option->name, option->argument,
                which == OPT_RENAME ? " (a column of the file, what attain calls it)" : "", word);
        return 1;
    }
    add_word(list, word);
    return 0;
}

static int read_separator(const char *word, char *out)
{
    const int is_tab = strcmp(word, "tab") == 0 || strcmp(word, "\t") == 0;
    if (!is_tab && (strlen(word) != 1 || !strchr(",;|", *word))) {
        cli_say("--separator is ',', ';', '|' or tab, not '%s'", word);
        return 1;
    }
    *out = is_tab ? '\t' : *word;
    return 0;
}

static int read_under(cli_options *options, const char *word)
{
    if (options->under) {
        cli_say("--under can stand once; '%s' and '%s' were given (use --unit for several units)",
                options->under, word);
        return 1;
    }
    options->under = word;
    return 0;
}

/* Dispatch over the options: what each one sets. Returns 0 or 1 (a message was printed). */
static int apply(cli_options *options, int which, const char *word)
{
    static const char *const formats[] = {"table", "csv", "json"};
    static const char *const number_formats[] = {"plain", "vi"};
    static const char *const roundings[] = {"half-up", "half-even", "floor", "ceil"};
    static const char *const journals[] = {"auto", "wal", "truncate"};
    int chosen = 0;
    int bad = 0;
    switch (which) {
    case OPT_INDICATOR: add_word(&options->indicators, word); break;
    case OPT_TARGET: add_word(&options->targets, word); break;
    case OPT_UNIT: add_word(&options->units, word); break;
    case OPT_TYPE: add_word(&options->types, word); break;
    case OPT_ALL_UNITS: options->all_units = 1; break;
    case OPT_UNDER: return read_under(options, word);
    case OPT_PERIOD: add_word(&options->periods, word); break;
    case OPT_PERIODS: add_word(&options->series, word); break;
    case OPT_AS_OF: add_word(&options->as_of, word); break;
    case OPT_BY: add_word(&options->by, word); break;
    case OPT_READINGS: options->readings = 1; break;
    case OPT_EDITION: add_word(&options->editions, word); break;
    case OPT_MEASURE: options->measure = word; break;
    case OPT_MEMBER: return read_pair(&options->members, which, word);
    case OPT_VALUE: options->value = word; break;
    case OPT_QUALIFIER: options->qualifier = word; break;
    case OPT_REASON: options->reason = word; break;
    case OPT_WITHDRAW: options->withdraw = 1; break;
    case OPT_SOURCE: options->source = word; break;
    case OPT_NOTE: options->note = word; break;
    case OPT_JOURNAL: return choose_into(&options->journal, which, word, journals, 3);
    case OPT_READ_NUMBERS: return choose_into(&options->read_vi, which, word, number_formats, 2);
    case OPT_SEPARATOR: return read_separator(word, &options->separator);
    case OPT_RENAME: return read_pair(&options->renames, which, word);
    case OPT_SKIP_BAD_ROWS: options->intake_flags |= ATTAIN_INTAKE_SKIP_BAD_ROWS; break;
    case OPT_SAME_VALUE: options->intake_flags |= ATTAIN_INTAKE_SAME_VALUE_IS_FINE; break;
    case OPT_SUM: options->intake_flags |= ATTAIN_INTAKE_SUM; break;
    case OPT_FORMAT:
        bad = choose_into(&chosen, which, word, formats, 3);
        options->format = (cli_format)chosen;
        return bad;
    case OPT_NUMBERS: return choose_into(&options->vi, which, word, number_formats, 2);
    case OPT_DIGITS: return read_digits(word, &options->digits);
    case OPT_ROUNDING:
        bad = choose_into(&chosen, which, word, roundings, 4);
        options->rounding = (attain_rounding)chosen;
        return bad;
    case OPT_EXACT: options->exact = 1; break;
    case OPT_SUMMARY: options->summary = 1; break;
    case OPT_SPREADSHEET: options->spreadsheet = 1; break;
    case OPT_OUTPUT: options->output = word; break;
    case OPT_WRITE: options->write = 1; break;
    case OPT_CHECK: options->check = 1; break;
    case OPT_HELP: options->help = 1; break;
    case OPT_VERSION: options->version = 1; break;
    default: break;
    }
    return 0;
}

/* The last word of a command's name: "load" of "store load". */
static const char *last_word(int command)
{
    const char *space = strchr(cli_commands[command].name, ' ');
    return space ? space + 1 : cli_commands[command].name;
}

/* One of the commands first ... end - 1, or (in front of all of them) help. */
static int read_command(cli_options *options, const char *word, int first, int end)
{
    const char *names[CLI_N_COMMANDS + 1];
    size_t n = 0;
    for (int i = first; i < end; i++) {
        names[n++] = last_word(i);
        if (strcmp(word, last_word(i)) == 0) {
            options->command = (cli_command)i;
            return 0;
        }
    }
    if (strcmp(word, "help") == 0) {
        options->help = 1;
        return 0;
    }
    names[n++] = "help";
    const char *near = cli_text_near(word, names, n);
    cli_say("unknown command '%s%s'%s%s%s", first == CLI_STORE + 1 ? "store " : "", word,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return refuse(options);
}

/* '?' and ':' of getopt_long. It has stepped over the word; `which` is 0 where it knew no option at all. */
static int explain_option_error(const cli_options *options, char **argv, int returned, int which)
{
    if (which >= FIRST_OPTION) {
        const cli_option *option = &cli_option_table[which - FIRST_OPTION];
        if (returned == ':') {
            cli_say("--%s needs a value: --%s %s", option->name, option->name, option->argument);
        } else {
            cli_say("--%s takes no value ('%s')", option->name, argv[optind - 1]);
        }
        return refuse(options);
    }
    if (which != 0) {
        if (returned == ':') {
            cli_say("-%c needs a value", which);
        } else {
            cli_say("unknown option '-%c'", which);
        }
        return refuse(options);
    }
    const char *word = argv[optind - 1];
    const char *names[N_OPTIONS];
    char bare[64] = {0};
    const size_t len = strcspn(word + 2, "=");
    memcpy(bare, word + 2, len < sizeof bare ? len : sizeof bare - 1);
    int n_matches = 0;
    for (int i = 0; i < N_OPTIONS; i++) {
        names[i] = cli_option_table[i].name;
        n_matches += strncmp(names[i], bare, strlen(bare)) == 0;
    }
    const char *near = cli_text_near(bare, names, N_OPTIONS);
    if (n_matches > 1) {
        cli_say("option '--%s' is short for several; write it in full", bare);
    } else {
        cli_say("unknown option '--%s'%s%s%s", bare, near ? "; did you mean '--" : "", near ? near : "",
                near ? "'?" : "");
    }
    return refuse(options);
}

/* Every option that was given must be one that the command takes. */
static int check_given(const cli_options *options, const char *given)
{
    for (int i = 0; i < N_OPTIONS; i++) {
        const unsigned takers = cli_option_table[i].commands;
        if (!given[i] || (takers & CLI_BIT(options->command))) {
            continue;
        }
        cli_buffer list = {0};
        const int only_stores = takers < CLI_BIT(CLI_STORE) << 1 ? 0 : !(takers & (CLI_BIT(CLI_STORE) - 1));
        for (unsigned c = 0; c < CLI_N_COMMANDS; c++) {
            if (!(takers & CLI_BIT(c)) || (c > CLI_STORE && !only_stores)) {
                continue;
            }
            cli_buffer_text(&list, list.len ? ", " : "");
            cli_buffer_text(&list, cli_commands[c].name);
        }
        cli_say("'%s' does not take --%s (%s)", cli_commands[options->command].name, cli_option_table[i].name,
                list.data ? list.data : "");
        cli_buffer_free(&list);
        return refuse(options);
    }
    return 0;
}

/* Dispatch over contradictions: one line each. */
static int check_together(const cli_options *options)
{
    const char *wrong = NULL;
    if (options->vi && options->format == CLI_JSON) {
        wrong = "--numbers vi is for tables and csv: numbers in json are written as json says";
    } else if (options->spreadsheet && options->format != CLI_CSV) {
        wrong = "--spreadsheet is for --format csv";
    } else if ((options->intake_flags & ATTAIN_INTAKE_SUM) &&
               (options->intake_flags & ATTAIN_INTAKE_SAME_VALUE_IS_FINE)) {
        wrong = "--sum-duplicates and --same-value-is-fine contradict each other";
    } else if (options->command == CLI_COMPUTE && options->as_of.n > 1) {
        wrong = "compute takes --as-of once; use --period for several periods";
    } else if (options->summary && options->readings) {
        wrong = "--summary counts targets, --readings shows rows: give one of them";
    } else if (options->write && (options->check || options->output)) {
        wrong = "--write replaces the file itself: it goes without --check and --output";
    } else if (options->editions.n > (options->command == CLI_DIFF ? 2u : 1u)) {
        wrong = options->command == CLI_DIFF ? "diff compares two plans: --edition can stand twice"
                                             : "--edition can stand once";
    } else if (options->command == CLI_STORE_PLAN && options->files.n > 1 &&
               (options->editions.n || options->output)) {
        wrong = "a plan is put as a new edition: --edition and --output are for printing one";
    } else if (options->command == CLI_STORE_PLAN && options->files.n == 1 &&
               (options->source || options->note)) {
        wrong = "--source and --note are for a plan that is put; none was given";
    } else if (options->check && options->output) {
        wrong = "fmt --check prints nothing: it goes without --output";
    }
    if (!wrong) {
        return 0;
    }
    cli_say("%s", wrong);
    return refuse(options);
}

/* What store correct takes: one cell by options, or files. */
static const char *check_cell(const cli_options *options)
{
    const int says_cell = options->measure || options->units.n || options->periods.n || options->members.n ||
                          options->value || options->qualifier || options->reason || options->withdraw;
    if (options->files.n > 1) {
        return says_cell ? "corrections come from files, or as one cell by options: give one of them" : NULL;
    }
    if (!options->measure || options->units.n != 1 || options->periods.n != 1) {
        return "a correction names its cell: --measure, --unit and --period once each (and --member for each "
               "category); or give a CSV file of corrections";
    }
    if (options->withdraw) {
        return options->value || options->qualifier || options->reason
                   ? "--withdraw takes the figure back: it goes without --value, --qualifier and --reason"
                   : NULL;
    }
    if (!options->value && !options->reason &&
        !(options->qualifier && strcmp(options->qualifier, "missing") == 0)) {
        return "a correction needs the figure: --value V; or --qualifier missing; or --withdraw";
    }
    return NULL;
}

static int too_many_files(const cli_options *options)
{
    const cli_command_info *info = &cli_commands[options->command];
    const char *extra = options->files.items[info->max_files];
    if (info->max_files == 1 && options->command < CLI_STORE) {
        cli_say("'%s' takes one plan; '%s' is one file too many (a plan includes its parts by itself)",
                info->name, extra);
    } else {
        cli_say("'%s' takes %s; '%s' is one too many", info->name, info->arguments, extra);
    }
    return refuse(options);
}

static int check_files(const cli_options *options)
{
    const cli_command_info *info = &cli_commands[options->command];
    const char *cell = options->command == CLI_STORE_CORRECT && options->files.n ? check_cell(options) : NULL;
    size_t n_stdin = 0;
    for (size_t i = 0; i < options->files.n; i++) {
        n_stdin += strcmp(options->files.items[i], "-") == 0;
        if (options->files.items[i][0] == '\0') {
            cli_say("the name of file %zu is empty", i + 1);
            return refuse(options);
        }
    }
    const int one_file = options->command == CLI_FMT && !options->write && !options->check;
    if (options->files.n < info->min_files) {
        cli_say("'%s' needs %s: attain %s %s", info->name, info->min_files == 1 ? "a file" : "more words",
                info->name, info->arguments);
    } else if (options->files.n > info->max_files) {
        return too_many_files(options);
    } else if (one_file && options->files.n > 1) {
        cli_say("fmt prints one file; use --write or --check for several");
    } else if (n_stdin > 1) {
        cli_say("'-' is standard input and can be read once");
    } else if (n_stdin && options->write) {
        cli_say("--write needs a file; '-' is standard input");
    } else if (options->command > CLI_STORE && strcmp(options->files.items[0], "-") == 0) {
        cli_say("a store is a file; '-' is standard input");
    } else if (cell) {
        cli_say("%s", cell);
    } else {
        return 0;
    }
    return refuse(options);
}

/* Lists can never be longer than the command line; one piece of memory holds them all. */
static int make_lists(cli_options *options, int argc)
{
    cli_words *lists[] = {&options->indicators, &options->targets, &options->units,    &options->types,
                          &options->periods,    &options->series,  &options->by,       &options->as_of,
                          &options->renames,    &options->files,   &options->editions, &options->members};
    const size_t n_lists = sizeof lists / sizeof lists[0];
    const char **memory = calloc(n_lists * (size_t)(argc + 1), sizeof *memory);
    if (!memory) {
        cli_say("no memory for the command line");
        return CLI_EXIT_ERRORS;
    }
    options->memory = memory;
    for (size_t i = 0; i < n_lists; i++) {
        lists[i]->items = memory + i * (size_t)(argc + 1);
    }
    return 0;
}

static int take_word(cli_options *options, const char *word, int *n_words)
{
    if (options->command == CLI_NO_COMMAND && (*n_words)++ < 2) {
        return read_command(options, word, 0, CLI_STORE + 1);
    }
    if (options->command == CLI_STORE) {
        return read_command(options, word, CLI_STORE + 1, CLI_N_COMMANDS);
    }
    add_word(&options->files, word);
    return 0;
}

static int read_words(cli_options *options, int argc, char **argv, char *given)
{
    struct option longs[N_OPTIONS + 1];
    memset(longs, 0, sizeof longs);
    for (int i = 0; i < N_OPTIONS; i++) {
        longs[i].name = cli_option_table[i].name;
        longs[i].has_arg = cli_option_table[i].argument ? required_argument : no_argument;
        longs[i].val = FIRST_OPTION + i;
    }
    int n_words = 0;
    opterr = 0;
    /* '-': words that are no options come in their place, whatever POSIXLY_CORRECT says. */
    for (int found = 0; (found = getopt_long(argc, argv, "-:ho:V", longs, NULL)) != -1;) {
        if (found == '?' || found == ':') {
            return explain_option_error(options, argv, found, optopt);
        }
        if (found == 1) {
            const int status = take_word(options, optarg, &n_words);
            if (status) {
                return status;
            }
            continue;
        }
        const int which = found == 'h'   ? OPT_HELP
                          : found == 'o' ? OPT_OUTPUT
                          : found == 'V' ? OPT_VERSION
                                         : found - FIRST_OPTION;
        given[which] = 1;
        if (apply(options, which, optarg)) {
            return refuse(options);
        }
    }
    for (int i = optind; i < argc; i++) {
        const int status = take_word(options, argv[i], &n_words);
        if (status) {
            return status;
        }
    }
    return 0;
}

int cli_options_parse(int argc, char **argv, cli_options *out)
{
    char given[N_OPTIONS] = {0};
    *out = (cli_options){.command = CLI_NO_COMMAND, .digits = 0};
    int status = make_lists(out, argc);
    if (!status) {
        status = read_words(out, argc, argv, given);
    }
    if (status || out->help || out->version) {
        return status;
    }
    if (out->command == CLI_NO_COMMAND) {
        cli_say(
            "a command is needed: check, fmt, print, compute, score, explain, units, targets, diff or store");
        return refuse(out);
    }
    if (out->command == CLI_STORE) {
        cli_say(
            "store needs a command: init, load, correct, editions, score, restate, verify, backup, compact, "
            "migrate or plan");
        return refuse(out);
    }
    status = check_given(out, given);
    if (!status) {
        status = check_together(out);
    }
    return status ? status : check_files(out);
}

void cli_options_free(cli_options *options)
{
    free(options->memory);
    options->memory = NULL;
}

attain_number_format cli_options_numbers(const cli_options *options)
{
    if (options->vi) {
        return ATTAIN_NUMBERS_VI;
    }
    if (options->format == CLI_TABLE) {
        return (attain_number_format){'.', ","};
    }
    return ATTAIN_NUMBERS_PLAIN;
}

attain_number_format cli_options_read_numbers(const cli_options *options)
{
    return options->read_vi ? ATTAIN_NUMBERS_VI : ATTAIN_NUMBERS_PLAIN;
}
