/* A case through the program, as a person would type it: csv and json with all numbers, the table with its words. */
#include "cases/case.h"
#include "cases/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Numbers of csv and json are asked for with so many decimals, unless the case asks for others. */
#define MANY_DIGITS 18

static const char *const commands[CASE_N_KINDS] = {
    [CASE_SCORE] = "score", [CASE_COMPUTE] = "compute", [CASE_SUMMARY] = "score", [CASE_EXPLAIN] = "explain",
    [CASE_CHECK] = "check", [CASE_WARNING] = "check",   [CASE_ERROR] = "check"};

/* ---- command lines ---- */

/* "score plan.attain facts1.csv --as-of 2025 ..." */
static char *command_line(const case_of *c, const case_expectation *e, const char *more)
{
    char *line = case_print("%s plan.attain", commands[e->kind]);
    for (size_t i = 0; i < c->n_facts; i++) {
        line = case_print("%s %s", line, c->facts[i].name);
        for (size_t k = 0; k < c->facts[i].options.n; k++) {
            line = case_print("%s %s", line, c->facts[i].options.items[k]);
        }
    }
    for (size_t i = 0; i < e->options.n && e->kind != CASE_ERROR && e->kind != CASE_WARNING; i++) {
        line = case_print("%s %s", line, e->options.items[i]);
    }
    return case_print("%s%s", line, more);
}

static char *run_program(case_of *c, const case_expectation *e, const char *more, const char *way)
{
    static const program_how wide = {.variables = "COLUMNS=4000 NO_COLOR=1"};
    program run;
    program_run(&run, &wide, command_line(c, e, more));
    if (run.exit_code != 0) {
        case_bad(c, e->line, way, "exit %d, signal %d: %s", run.exit_code, run.signal,
                 run.err == NULL ? "" : run.err);
    }
    char *const out = run.out == NULL ? case_copy("", 0) : case_copy(run.out, strlen(run.out));
    program_free(&run);
    return out;
}

/* ---- csv ---- */

/* One field, unquoted; *at behind its separator. *ends: it was the last of its row. */
static char *read_field(const char **at, bool *ends)
{
    char *const out = case_keep(strlen(*at) + 1);
    size_t len = 0;
    const bool quoted = **at == '"';
    *at += quoted;
    while (**at != '\0' && (quoted || (**at != ',' && **at != '\n'))) {
        if (quoted && **at == '"') {
            if ((*at)[1] != '"') {
                (*at)++;
                break;
            }
            (*at)++;
        }
        out[len++] = *(*at)++;
    }
    out[len] = '\0';
    *ends = **at != ',';
    *at += **at != '\0';
    return out;
}

static case_table read_csv(const char *text)
{
    case_table out = {.n_rows = 0};
    bool is_header = true;
    while (*text != '\0') {
        case_words row = {NULL, 0};
        for (bool ends = false; !ends;) {
            const char *const field = read_field(&text, &ends);
            case_add_word(&row, field, strlen(field));
        }
        if (is_header) {
            out.header = row;
            is_header = false;
            continue;
        }
        out.rows = case_grow(out.rows, out.n_rows, sizeof *out.rows);
        out.rows[out.n_rows++] = row;
    }
    return out;
}

/* ---- json: an array of flat objects ---- */

static void skip_blanks(const char **at)
{
    *at += strspn(*at, " \n\r\t");
}

/* False, and nothing moves, if the next sign is another. */
static bool take(const char **at, char sign)
{
    skip_blanks(at);
    if (**at != sign) {
        return false;
    }
    (*at)++;
    return true;
}

/* A string without the escapes that no id, word or period has. */
static char *read_string(const char **at)
{
    if (!take(at, '"')) {
        return NULL;
    }
    const size_t len = strcspn(*at, "\"\\");
    char *const out = (*at)[len] == '"' ? case_copy(*at, len) : NULL;
    *at += len + ((*at)[len] != '\0');
    return out;
}

static char *read_words(const char **at)
{
    char *out = case_copy("", 0);
    if (take(at, ']')) {
        return out;
    }
    do {
        const char *const word = read_string(at);
        if (word == NULL) {
            return NULL;
        }
        out = case_print("%s%s%s", out, *out == '\0' ? "" : ";", word);
    } while (take(at, ','));
    return take(at, ']') ? out : NULL;
}

/* null is "", a list of words is joined by ';'. NULL: this is no json of the program. */
static char *read_value(const char **at)
{
    skip_blanks(at);
    if (**at == '"') {
        return read_string(at);
    }
    if (take(at, '[')) {
        return read_words(at);
    }
    const size_t len = strcspn(*at, ",}\n ");
    char *const word = case_copy(*at, len);
    *at += len;
    if (strcmp(word, "null") == 0) {
        word[0] = '\0';
        return word;
    }
    return len > 0 && strspn(word, "-0123456789.") == len ? word : NULL;
}

static bool read_object(const char **at, case_words *names, case_words *values)
{
    if (!take(at, '{')) {
        return false;
    }
    do {
        const char *const name = read_string(at);
        const char *const value = name != NULL && take(at, ':') ? read_value(at) : NULL;
        if (value == NULL) {
            return false;
        }
        case_add_word(names, name, strlen(name));
        case_add_word(values, value, strlen(value));
    } while (take(at, ','));
    return take(at, '}');
}

static bool read_json(const char *text, case_table *out)
{
    *out = (case_table){.n_rows = 0};
    if (!take(&text, '[')) {
        return false;
    }
    if (take(&text, ']')) {
        return true;
    }
    do {
        case_words names = {NULL, 0};
        case_words values = {NULL, 0};
        if (!read_object(&text, &names, &values)) {
            return false;
        }
        out->header = names;
        out->rows = case_grow(out->rows, out->n_rows, sizeof *out->rows);
        out->rows[out->n_rows++] = values;
    } while (take(&text, ','));
    const bool closed = take(&text, ']');
    skip_blanks(&text);
    return closed && *text == '\0';
}

/* ---- the table for people ---- */

static bool is_word_of(case_kind kind, const char *word)
{
    for (int i = 0; kind == CASE_SCORE && i <= ATTAIN_NOT_APPLICABLE; i++) {
        if (strcmp(attain_verdict_name((attain_verdict)i), word) == 0) {
            return true;
        }
    }
    for (int i = 0; kind == CASE_COMPUTE && i <= ATTAIN_STATE_NOT_EVALUATED; i++) {
        if (strcmp(attain_state_name((attain_state)i), word) == 0) {
            return true;
        }
    }
    return false;
}

/* The first verdict (or state) of each line that has one, as one column. */
static case_table read_people_table(const char *text, case_kind kind)
{
    case_table out = {.n_rows = 0};
    const char *const column = kind == CASE_SCORE ? "verdict" : "state";
    case_add_word(&out.header, column, strlen(column));
    while (*text != '\0') {
        const size_t line = strcspn(text, "\n");
        bool found = false;
        for (size_t at = 0; at < line && !found;) {
            const size_t len = strcspn(text + at, " \n");
            const char *const word = case_copy(text + at, len);
            found = is_word_of(kind, word);
            if (found) {
                out.rows = case_grow(out.rows, out.n_rows, sizeof *out.rows);
                out.rows[out.n_rows] = (case_words){NULL, 0};
                case_add_word(&out.rows[out.n_rows++], word, len);
            }
            at += len + strspn(text + at + len, " ");
        }
        text += line + (text[line] == '\n');
    }
    return out;
}

static void compare_words(case_of *c, const case_expectation *e, const case_table *got)
{
    const char *const column = got->header.items[0];
    for (size_t i = 0; i < e->header.n; i++) {
        if (strcmp(e->header.items[i], column) != 0) {
            continue;
        }
        for (size_t row = 0; row < e->n_rows; row++) {
            const char *const wanted = e->rows[row].items[i];
            const char *const word = row < got->n_rows ? got->rows[row].items[0] : "nothing";
            if (strcmp(wanted, word) != 0) {
                case_bad(c, e->row_lines[row], "program, table", "%s: got %s, wanted %s", column, word,
                         wanted);
            }
        }
    }
}

/* ---- expectations ---- */

static void run_table(case_of *c, const case_expectation *e)
{
    const char *word = NULL;
    const bool has_digits = case_option(&e->options, "--digits", 0, &word);
    const unsigned digits = has_digits ? (unsigned)atoi(word) : MANY_DIGITS;
    const char *const more = e->kind == CASE_SUMMARY ? " --summary"
                             : has_digits            ? " --exact"
                                                     : " --exact --digits 18";
    const case_way csv = {"program, csv", CASE_DECIMALS, digits};
    const case_way json = {"program, json", CASE_DECIMALS, digits};
    const case_table from_csv = read_csv(run_program(c, e, case_print("%s --format csv", more), csv.name));
    case_compare(c, e, &from_csv, &csv);
    case_table from_json;
    const char *const text = run_program(c, e, case_print("%s --format json", more), json.name);
    if (read_json(text, &from_json)) {
        case_compare(c, e, &from_json, &json);
    } else {
        case_bad(c, e->line, json.name, "this is not an array of flat objects: %s", text);
    }
    if (e->kind != CASE_SUMMARY) {
        const case_table table = read_people_table(run_program(c, e, "", "program, table"), e->kind);
        compare_words(c, e, &table);
    }
}

static void run_error(case_of *c, const case_expectation *e)
{
    program run;
    program_run(&run, NULL, command_line(c, e, ""));
    const char *const said = run.err == NULL ? "" : run.err;
    if (run.exit_code != 1) {
        case_bad(c, e->line, "program", "exit %d, wanted 1: %s", run.exit_code, said);
    }
    case_compare_text(c, e, said, "program");
    program_free(&run);
}

/* What `check` says on both of its outputs, exit 0. */
static void run_check(case_of *c, const case_expectation *e)
{
    program run;
    program_run(&run, NULL, command_line(c, e, ""));
    const char *const said =
        case_print("%s%s", run.out == NULL ? "" : run.out, run.err == NULL ? "" : run.err);
    if (run.exit_code != 0) {
        case_bad(c, e->line, "program", "exit %d, wanted 0: %s", run.exit_code, said);
    }
    case_compare_text(c, e, said, "program");
    program_free(&run);
}

/* A dispatch over the kinds of expectations. */
void case_run_program(case_of *c)
{
    program_clean();
    program_write("plan.attain", c->plan);
    for (size_t i = 0; i < c->n_facts; i++) {
        program_write(c->facts[i].name, c->facts[i].text);
    }
    for (size_t i = 0; i < c->n_files; i++) {
        program_write(c->files[i].name, c->files[i].text);
    }
    for (size_t i = 0; i < c->n_expectations; i++) {
        const case_expectation *const e = &c->expectations[i];
        switch (e->kind) {
        case CASE_SCORE:
        case CASE_SUMMARY:
        case CASE_COMPUTE: run_table(c, e); break;
        case CASE_EXPLAIN: case_compare_text(c, e, run_program(c, e, "", "program"), "program"); break;
        case CASE_CHECK:
        case CASE_WARNING: run_check(c, e); break;
        case CASE_ERROR: run_error(c, e); break;
        case CASE_N_KINDS: break;
        }
    }
}
