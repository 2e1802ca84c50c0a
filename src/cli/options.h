/* The command line: one table of options that the parser, the checks and the help all read. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <attain/attain.h>

enum { CLI_EXIT_FINE = 0, CLI_EXIT_ERRORS = 1, CLI_EXIT_USAGE = 2 };
/* Of diff, as of diff everywhere. */
enum { CLI_EXIT_DIFFERS = 1, CLI_EXIT_TROUBLE = 2 };

typedef enum cli_command {
    CLI_CHECK,
    CLI_FMT,
    CLI_PRINT,
    CLI_COMPUTE,
    CLI_SCORE,
    CLI_EXPLAIN,
    CLI_UNITS,
    CLI_TARGETS,
    CLI_DIFF,
    CLI_STORE, /* the word alone; one of those below follows */
    CLI_STORE_INIT,
    CLI_STORE_LOAD,
    CLI_STORE_CORRECT,
    CLI_STORE_EDITIONS,
    CLI_STORE_SCORE,
    CLI_STORE_RESTATE,
    CLI_STORE_VERIFY,
    CLI_STORE_BACKUP,
    CLI_STORE_COMPACT,
    CLI_STORE_MIGRATE,
    CLI_STORE_PLAN,
    CLI_N_COMMANDS,
    CLI_NO_COMMAND = CLI_N_COMMANDS
} cli_command;

#define CLI_BIT(command) (1u << (command))

typedef enum cli_format { CLI_TABLE, CLI_CSV, CLI_JSON } cli_format;

typedef struct cli_words {
    const char **items;
    size_t n;
} cli_words;

typedef struct cli_options {
    cli_command command;
    int help, version;
    /* which rows */
    cli_words indicators, targets, units, types, periods, series, by, as_of;
    const char *under;
    int all_units, readings;
    /* how facts are read */
    int read_vi;
    char separator; /* 0: not given */
    cli_words renames;
    uint32_t intake_flags;
    /* how results are written */
    cli_format format;
    int vi, digits; /* digits 0: not given, -1: none */
    int exact, spreadsheet, summary;
    attain_rounding rounding;
    const char *output;
    /* fmt */
    int write, check;
    /* stores */
    cli_words editions;
    const char *source, *note;
    int journal; /* attain_store_journal */
    /* the cell of store correct; its unit and period stand above */
    const char *measure, *value, *qualifier, *reason;
    cli_words members; /* CATEGORY=MEMBER */
    int withdraw;
    /* PLAN, FACTS or FILE */
    cli_words files;
    void *memory; /* behind all lists */
} cli_options;

/** What one command is: for the parser and the help. */
typedef struct cli_command_info {
    const char *name;
    const char *arguments;
    size_t min_files, max_files;
    const char *about; /* one line */
    const char *text;  /* what it does, some lines */
    const char *example;
} cli_command_info;
extern const cli_command_info cli_commands[CLI_N_COMMANDS];

/** One option. Groups stand in the help in this order. */
typedef enum cli_group {
    CLI_SELECT,
    CLI_CELL,
    CLI_READ,
    CLI_SHOW,
    CLI_KEEP,
    CLI_OTHER,
    CLI_N_GROUPS
} cli_group;
typedef struct cli_option {
    const char *name;
    const char *argument; /* NULL: takes none */
    unsigned commands;    /* CLI_BIT of each command that takes it */
    cli_group group;
    char letter; /* short form, 0: none */
    const char *about;
} cli_option;
extern const cli_option cli_option_table[];
extern const size_t cli_n_options;

/** Reads the command line. 0, or CLI_EXIT_USAGE with a message on stderr. Free in both cases. */
int cli_options_parse(int argc, char **argv, cli_options *out);
void cli_options_free(cli_options *options);

/** Formats of numbers as chosen: with grouping for people, without for csv. */
attain_number_format cli_options_numbers(const cli_options *options);
attain_number_format cli_options_read_numbers(const cli_options *options);

/** The help of a command, or of the whole program for CLI_NO_COMMAND, as text for standard output. */
struct cli_output;
void cli_help_print(struct cli_output *out, cli_command command);

#endif
