/* Cases that an analyst can read: what a .case file holds, and the tables that expectations are compared with.
 *
 *   .case file ──case_file──▶ cases ─┬─ case_library ─ case_results ──▶ tables ─┐
 *                                    └─ case_program ─────────────────▶ tables ─┴─ case_compare ──▶ "file:line: got, wanted"
 *
 * Texts live as long as the program runs: they are kept in one list and freed at its end. */
#ifndef TEST_CASE_H
#define TEST_CASE_H

#include <attain/attain.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- what a case says ---- */

typedef struct case_words {
    char **items;
    size_t n;
} case_words;

typedef enum case_kind {
    CASE_SCORE,
    CASE_COMPUTE,
    CASE_SUMMARY,
    CASE_EXPLAIN,
    CASE_CHECK,
    CASE_WARNING,
    CASE_ERROR,
    CASE_N_KINDS
} case_kind;

/* One expectation. Rows of cells for tables, parts of a text for the others. */
typedef struct case_expectation {
    case_kind kind;
    int line;
    case_words options; /* ERROR: the status word */
    case_words header;
    case_words *rows;
    int *row_lines;
    size_t n_rows;
    case_words contains;
    case_words lacks;
} case_expectation;

/* A named text: facts (the name is made up) or a file beside the plan. */
typedef struct case_text {
    char *name;
    char *text;
    case_words options;
} case_text;

typedef struct case_of {
    const char *file; /* without folders */
    int line;
    char *name;
    char *source;
    char *plan;
    case_text *facts;
    size_t n_facts;
    case_text *files;
    size_t n_files;
    case_expectation *expectations;
    size_t n_expectations;
    int n_bad; /* mismatches so far */
} case_of;

typedef struct case_list {
    case_of *items;
    size_t n;
    int n_bad; /* faults of the files themselves */
} case_list;

/** Reads every *.case of a folder, in the order of their names. */
void case_read_folder(const char *folder, case_list *out);
/** Is the word one of the options; *value (may be NULL): the word behind the i-th. */
bool case_option(const case_words *options, const char *name, size_t i, const char **value);

/* ---- memory and words ---- */

void *case_keep(size_t size);
char *case_copy(const char *text, size_t len);
/** Behaves like sprintf into kept memory. */
char *case_print(const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 1, 2)))
#endif
    ;
void *case_grow(void *items, size_t n, size_t size);
void case_add_word(case_words *words, const char *text, size_t len);
void case_free_all(void);

/* ---- results and comparison ---- */

/** What one way gave: numbers as that way writes them, empty cells "". */
typedef struct case_table {
    case_words header;
    case_words *rows;
    size_t n_rows;
} case_table;

/** How a way writes numbers. */
typedef enum case_numbers {
    CASE_EXACT,   /* reduced fractions n/d; inf, -inf */
    CASE_DECIMALS /* rounded half-up; value, low, high also as value_exact ...; infinite is empty */
} case_numbers;

typedef struct case_way {
    const char *name;
    case_numbers numbers;
    unsigned digits;
} case_way;

enum { CASE_NUMBER_CAPACITY = 96 };

/** A number as people write it (0.8996, 36/50, 90_000 is not one) as reduced n/d; false if it is none. */
bool case_number_exact(const char *text, char *out);
/** The same, rounded half away from zero to so many decimals, without zeros at the end. */
bool case_number_decimals(const char *text, unsigned digits, char *out);
/** n and d when both are below 2^53, for comparisons with doubles. */
bool case_number_double(const char *text, double *out);
bool case_is_number_column(const char *name);
/** Compares and reports; counts mismatches in the case. */
void case_compare(case_of *c, const case_expectation *e, const case_table *got, const case_way *way);
/** Reports `got`, which lacks or holds a part that it should not. */
void case_compare_text(case_of *c, const case_expectation *e, const char *got, const char *way);
void case_bad(case_of *c, int line, const char *way, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 4, 5)))
#endif
    ;

/* ---- the ways ---- */

/** The library: as it stands, after parse -> print -> parse, with shuffled facts in two intakes, and merged. */
void case_run_library(case_of *c);
/** What the case expects of results, of one plan and one set of facts; `way` names them in reports. */
void case_run_expectations(case_of *c, const attain_plan *plan, const attain_facts *facts, const char *way);
/** The program: csv, json and table. */
void case_run_program(case_of *c);

/* ---- what all cases together must show ---- */

/** Number of words of the closed lists and of the language that no case has. */
int case_check_lists(const case_list *list);

#endif
