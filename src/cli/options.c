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
    SCORE = CLI_BIT(CLI_SCORE),
    EXPLAIN = CLI_BIT(CLI_EXPLAIN),
    UNITS = CLI_BIT(CLI_UNITS),
    TARGETS = CLI_BIT(CLI_TARGETS),
    RESULTS = COMPUTE | SCORE,
    WITH_FACTS = CHECK | COMPUTE | SCORE | EXPLAIN,
    ROWS = RESULTS | UNITS | TARGETS
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
    [OPT_TARGET] = {"target", "ID", SCORE | EXPLAIN | TARGETS, CLI_SELECT, 0,
                    "only this target or milestone; may be repeated"},
    [OPT_UNIT] = {"unit", "ID", RESULTS | EXPLAIN | UNITS, CLI_SELECT, 0, "this unit; may be repeated"},
    [OPT_TYPE] = {"type", "NAME", RESULTS | EXPLAIN | UNITS, CLI_SELECT, 0,
                  "all units of this type; may be repeated; with --under: those beneath it"},
    [OPT_ALL_UNITS] = {"all-units", NULL, RESULTS | EXPLAIN, CLI_SELECT, 0, "every unit of the tree"},
    [OPT_UNDER] = {"under", "UNIT", RESULTS | EXPLAIN | UNITS, CLI_SELECT, 0,
                   "all units beneath this one (add --unit UNIT for itself)"},
    [OPT_PERIOD] = {"period", "P", COMPUTE | EXPLAIN, CLI_SELECT, 0,
                    "this period: 2025, 2025-H1, 2025-Q3, 2025-06, 2021..2025; may be repeated"},
    [OPT_PERIODS] = {"periods", "A..B:EVERY", RESULTS | EXPLAIN, CLI_SELECT, 0,
                     "each year, half-year, quarter, month, week or day of a span: 2021..2025:year"},
    [OPT_AS_OF] = {"as-of", "P", RESULTS | EXPLAIN, CLI_SELECT, 0,
                   "as of the end of this period (default: the last with facts); score: may be repeated"},
    [OPT_BY] = {"by", "NAME", COMPUTE, CLI_SELECT, 0,
                "a row for each member of a category or value of an attribute; may be repeated"},
    [OPT_READINGS] = {"readings", NULL, SCORE, CLI_SELECT, 0,
                      "a row for each reading of an ambiguous target"},

    [OPT_READ_NUMBERS] = {"read-numbers", "plain|vi", WITH_FACTS, CLI_READ, 0,
                          "how facts write numbers: 1234.5 (plain, the default) or 1.234,5 (vi)"},
    [OPT_SEPARATOR] = {"separator", "C", WITH_FACTS, CLI_READ, 0,
                       "what stands between the columns of facts: ',' (the default), ';' or tab"},
    [OPT_RENAME] = {"rename", "FROM=TO", WITH_FACTS, CLI_READ, 0,
                    "the column FROM of the facts is what attain calls TO; may be repeated"},
    [OPT_SKIP_BAD_ROWS] = {"skip-bad-rows", NULL, WITH_FACTS, CLI_READ, 0,
                           "report bad rows and go on without them, instead of refusing the file"},
    [OPT_SAME_VALUE] = {"same-value-is-fine", NULL, WITH_FACTS, CLI_READ, 0,
                        "the same figure twice with the same value is counted once"},
    [OPT_SUM] = {"sum-duplicates", NULL, WITH_FACTS, CLI_READ, 0,
                 "figures that come more than once are added"},

    [OPT_FORMAT] = {"format", "table|csv|json", ROWS, CLI_SHOW, 0,
                    "table for people (the default), csv, json"},
    [OPT_NUMBERS] = {"numbers", "plain|vi", RESULTS | EXPLAIN, CLI_SHOW, 0,
                     "how numbers are written: 1234.5 or 1.234,5"},
    [OPT_DIGITS] = {"digits", "N", RESULTS | EXPLAIN, CLI_SHOW, 0,
                    "0 to 18 decimals; default: 6 in csv and json; tables: 1 of a percentage, else 2"},
    [OPT_ROUNDING] = {"rounding", "MODE", RESULTS, CLI_SHOW, 0,
                      "half-up (the default), half-even, floor or ceil: for writing, never for judging"},
    [OPT_EXACT] = {"exact", NULL, RESULTS, CLI_SHOW, 0, "add value, low and high as exact fractions n/d"},
    [OPT_SUMMARY] = {"summary", NULL, SCORE, CLI_SHOW, 0,
                     "only the counts of verdicts, one line per programme"},
    [OPT_SPREADSHEET] = {"spreadsheet", NULL, ROWS, CLI_SHOW, 0,
                         "csv: texts that a spreadsheet would run as a formula get a leading '"},
    [OPT_OUTPUT] = {"output", "FILE", ROWS | EXPLAIN | FMT | PRINT, CLI_OTHER, 'o',
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

static int read_rename(cli_options *options, const char *word)
{
    const char *equals = strchr(word, '=');
    if (!equals || equals == word || equals[1] == '\0') {
        cli_say("--rename takes FROM=TO (a column of the file, what attain calls it), not '%s'", word);
        return 1;
    }
    add_word(&options->renames, word);
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
    case OPT_READ_NUMBERS: return choose_into(&options->read_vi, which, word, number_formats, 2);
    case OPT_SEPARATOR: return read_separator(word, &options->separator);
    case OPT_RENAME: return read_rename(options, word);
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

static int read_command(cli_options *options, const char *word)
{
    const char *names[CLI_N_COMMANDS + 1];
    for (int i = 0; i < CLI_N_COMMANDS; i++) {
        names[i] = cli_commands[i].name;
        if (strcmp(word, names[i]) == 0) {
            options->command = (cli_command)i;
            return 0;
        }
    }
    if (strcmp(word, "help") == 0) {
        options->help = 1;
        return 0;
    }
    names[CLI_N_COMMANDS] = "help";
    const char *near = cli_text_near(word, names, CLI_N_COMMANDS + 1);
    cli_say("unknown command '%s'%s%s%s", word, near ? "; did you mean '" : "", near ? near : "",
            near ? "'?" : "");
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
        for (unsigned c = 0; c < CLI_N_COMMANDS; c++) {
            if (!(takers & CLI_BIT(c))) {
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
    } else if (options->check && options->output) {
        wrong = "fmt --check prints nothing: it goes without --output";
    }
    if (!wrong) {
        return 0;
    }
    cli_say("%s", wrong);
    return refuse(options);
}

static int check_files(const cli_options *options)
{
    const cli_command_info *info = &cli_commands[options->command];
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
        cli_say("'%s' needs a file: attain %s %s", info->name, info->name, info->arguments);
    } else if (options->files.n > info->max_files) {
        cli_say("'%s' takes one plan; '%s' is one file too many (a plan includes its parts by itself)",
                info->name, options->files.items[info->max_files]);
    } else if (one_file && options->files.n > 1) {
        cli_say("fmt prints one file; use --write or --check for several");
    } else if (n_stdin > 1) {
        cli_say("'-' is standard input and can be read once");
    } else if (n_stdin && options->write) {
        cli_say("--write needs a file; '-' is standard input");
    } else {
        return 0;
    }
    return refuse(options);
}

/* Lists can never be longer than the command line; one piece of memory holds them all. */
static int make_lists(cli_options *options, int argc)
{
    cli_words *lists[] = {&options->indicators, &options->targets, &options->units, &options->types,
                          &options->periods,    &options->series,  &options->by,    &options->as_of,
                          &options->renames,    &options->files};
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
        return read_command(options, word);
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
        cli_say("a command is needed: check, fmt, print, compute, score, explain, units or targets");
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
