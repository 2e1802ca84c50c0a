/* store correct: figures that are set, or taken back.
 *
 *     unit,measure,period,value          a row with a value sets the figure; one without value, qualifier and reason takes it back
 *     VN.46,population,2024,1166500
 *     VN.79,population,2024,
 *
 * The intake of facts passes over rows without a value, so the rows are read here and given to it in two heaps: those to set as they are,
 * those to take back as if the figure were missing, which checks unit, measure, period, members and place with the same words. What
 * comes out are cells by index. All of it is one edition. */
#include "cli/store_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- rows of texts ---- */

/* Columns by what they are to us; a category is MEMBER + its number. */
enum { UNIT, MEASURE, PERIOD, VALUE, QUALIFIER, REASON, N_FIXED, MEMBER = N_FIXED };
static const char *const fixed_names[N_FIXED] = {"unit", "measure", "period", "value", "qualifier", "reason"};

/* A cell of text in the buffer of its file, and the line it stands on. */
typedef struct rows {
    const attain_plan *plan;
    size_t n_members, width; /* width: N_FIXED + n_members */
    attain_str *member_columns;
    attain_str *cells; /* n * width */
    int32_t *lines;    /* n */
    const char **names;
    size_t n, capacity;
} rows;

static int no_memory(void)
{
    cli_say("no memory for the corrections");
    return CLI_EXIT_ERRORS;
}

static int rows_begin(rows *r, const attain_plan *plan)
{
    r->plan = plan;
    r->n_members = attain_plan_count(plan, ATTAIN_KIND_CATEGORY);
    r->width = N_FIXED + r->n_members;
    r->member_columns = calloc(r->n_members + 1, sizeof *r->member_columns);
    for (uint32_t i = 0; r->member_columns && i < r->n_members; i++) {
        r->member_columns[i] = attain_plan_id(plan, ATTAIN_KIND_CATEGORY, i);
    }
    return r->member_columns ? CLI_EXIT_FINE : no_memory();
}

static void rows_free(rows *r)
{
    free(r->member_columns);
    free(r->cells);
    free(r->lines);
    free(r->names);
}

/* The cells of one more row, all empty; NULL without memory. */
static attain_str *rows_add(rows *r, const char *name, int32_t line)
{
    if (r->n == r->capacity) {
        const size_t capacity = r->capacity ? r->capacity * 2 : 64;
        attain_str *cells = realloc(r->cells, capacity * r->width * sizeof *cells);
        r->cells = cells ? cells : r->cells;
        int32_t *lines = realloc(r->lines, capacity * sizeof *lines);
        r->lines = lines ? lines : r->lines;
        const char **names = realloc(r->names, capacity * sizeof *names);
        r->names = names ? names : r->names;
        if (!cells || !lines || !names) {
            (void)no_memory();
            return NULL;
        }
        r->capacity = capacity;
    }
    attain_str *const row = r->cells + r->n * r->width;
    for (size_t i = 0; i < r->width; i++) {
        row[i] = (attain_str){"", 0};
    }
    r->lines[r->n] = line;
    r->names[r->n++] = name;
    return row;
}

/* ---------------------------------------------------------------- from a file ---- */

typedef struct reader {
    const cli_options *options;
    const char *name;
    char *at, *end;
    int32_t line;
    char separator;
    size_t *target; /* of each column: one of the above; SIZE_MAX: not used */
    size_t n_columns;
} reader;

/* "corrections.csv:3: error: ..." */
static void say_at(const char *name, int32_t line, const char *what)
{
    cli_buffer text = {0};
    char place[32];
    (void)snprintf(place, sizeof place, ":%d: error: ", (int)line);
    cli_buffer_text(&text, name);
    cli_buffer_text(&text, place);
    cli_buffer_text(&text, what);
    if (text.data) {
        cli_say_line(text.data, text.len);
    }
    cli_buffer_free(&text);
}

static int bad_file(const reader *in, int32_t line, const char *what)
{
    say_at(in->name, line, what);
    return CLI_EXIT_ERRORS;
}

/* A quoted field in place: doubled quotes become one. */
static int quoted_field(reader *in, attain_str *out)
{
    char *to = in->at;
    const int32_t line = in->line;
    *out = (attain_str){to, 0};
    for (char *from = in->at + 1; from < in->end; from++) {
        in->line += *from == '\n';
        if (*from == '"' && (from + 1 == in->end || from[1] != '"')) {
            out->len = (size_t)(to - out->data);
            in->at = from + 1;
            return CLI_EXIT_FINE;
        }
        from += *from == '"';
        *to++ = *from;
    }
    return bad_file(in, line, "a quote is not closed before the file ends");
}

/* One field; *is_last: it ends its line. */
static int next_field(reader *in, attain_str *out, int *is_last)
{
    if (in->at < in->end && *in->at == '"') {
        if (quoted_field(in, out)) {
            return CLI_EXIT_ERRORS;
        }
    } else {
        char *const start = in->at;
        while (in->at < in->end && *in->at != in->separator && *in->at != '\n' && *in->at != '\r') {
            in->at++;
        }
        *out = (attain_str){start, (size_t)(in->at - start)};
    }
    in->at += in->at < in->end && *in->at == '\r' && (in->at + 1 == in->end || in->at[1] == '\n');
    *is_last = in->at == in->end || *in->at == '\n';
    if (!*is_last && *in->at != in->separator) {
        return bad_file(in, in->line,
                        "text behind a closing quote; a separator or the end of the line is required");
    }
    in->at += in->at < in->end;
    return CLI_EXIT_FINE;
}

static int same(attain_str text, const char *word, size_t len)
{
    return text.len == len && memcmp(text.data, word, len) == 0;
}

/* What a column of the file is to us, after --rename. */
static size_t target_of(const reader *in, const rows *r, attain_str column)
{
    for (size_t i = 0; i < in->options->renames.n; i++) {
        const char *word = in->options->renames.items[i];
        const char *equals = strchr(word, '=');
        if (same(column, word, (size_t)(equals - word))) {
            column = cli_str(equals + 1);
            break;
        }
    }
    for (size_t i = 0; i < r->width; i++) {
        const attain_str name = i < N_FIXED ? cli_str(fixed_names[i]) : r->member_columns[i - N_FIXED];
        if (same(column, name.data, name.len)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static int read_header(reader *in, const rows *r)
{
    int is_last = 0;
    attain_str column;
    char what[160];
    while (!is_last) {
        if ((in->n_columns & (in->n_columns + 1)) == 0) {
            size_t *grown = realloc(in->target, (in->n_columns * 2 + 1) * sizeof *grown);
            if (!grown) {
                return no_memory();
            }
            in->target = grown;
        }
        if (next_field(in, &column, &is_last)) {
            return CLI_EXIT_ERRORS;
        }
        const size_t target = target_of(in, r, column);
        for (size_t i = 0; i < in->n_columns && target != SIZE_MAX; i++) {
            if (in->target[i] == target) {
                (void)snprintf(what, sizeof what, "two columns are '%.*s'",
                               (int)(column.len < 64 ? column.len : 64), column.data);
                return bad_file(in, in->line, what);
            }
        }
        in->target[in->n_columns++] = target;
    }
    for (size_t need = UNIT; need <= VALUE; need++) {
        size_t found = 0;
        for (size_t i = 0; i < in->n_columns; i++) {
            found += in->target[i] == need;
        }
        if (!found) {
            (void)snprintf(what, sizeof what,
                           "the header has no column '%s'; corrections need unit, measure, period and value",
                           fixed_names[need]);
            return bad_file(in, in->line, what);
        }
    }
    return CLI_EXIT_FINE;
}

static int read_rows(reader *in, rows *r)
{
    while (in->at < in->end) {
        in->line++;
        if (*in->at == '\n' || (*in->at == '\r' && in->at + 1 < in->end && in->at[1] == '\n')) {
            in->at += *in->at == '\r' ? 2 : 1;
            continue;
        }
        attain_str *const row = rows_add(r, in->name, in->line);
        int is_last = 0;
        size_t n = 0;
        for (; row && !is_last; n++) {
            attain_str field;
            if (next_field(in, &field, &is_last)) {
                return CLI_EXIT_ERRORS;
            }
            if (n < in->n_columns && in->target[n] != SIZE_MAX) {
                row[in->target[n]] = field;
            }
        }
        if (!row) {
            return CLI_EXIT_ERRORS;
        }
        if (n != in->n_columns) {
            char what[96];
            (void)snprintf(what, sizeof what, "the row has %zu fields, the header has %zu", n, in->n_columns);
            return bad_file(in, in->line, what);
        }
    }
    return CLI_EXIT_FINE;
}

static int read_file(const cli_options *options, const char *path, cli_buffer *bytes, rows *r)
{
    reader in = {.options = options,
                 .name = strcmp(path, "-") == 0 ? "<stdin>" : path,
                 .line = 1,
                 .separator = options->separator ? options->separator : ','};
    if (cli_store_is(path)) {
        cli_say("%s: is a store; corrections are rows of CSV", path);
        return CLI_EXIT_ERRORS;
    }
    int status = cli_load_file(path, bytes);
    if (status) {
        return status;
    }
    in.at = bytes->data;
    in.end = bytes->data + bytes->len;
    in.at += bytes->len >= 3 && memcmp(bytes->data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    if (memchr(bytes->data, '\0', bytes->len)) {
        status = bad_file(&in, 1, "holds a NUL; text is required");
    }
    if (!status) {
        status = read_header(&in, r);
    }
    if (!status) {
        status = read_rows(&in, r);
    }
    free(in.target);
    return status;
}

/* ---------------------------------------------------------------- from options ---- */

static int read_options(const cli_options *options, rows *r)
{
    attain_str *const row = rows_add(r, "the correction", 0);
    if (!row) {
        return CLI_EXIT_ERRORS;
    }
    row[UNIT] = cli_str(options->units.items[0]);
    row[MEASURE] = cli_str(options->measure);
    row[PERIOD] = cli_str(options->periods.items[0]);
    row[VALUE] = cli_str(options->value ? options->value : "");
    row[QUALIFIER] = cli_str(options->qualifier ? options->qualifier : "");
    row[REASON] = cli_str(options->reason ? options->reason : "");
    for (size_t i = 0; i < options->members.n; i++) {
        const char *word = options->members.items[i];
        const char *equals = strchr(word, '=');
        const size_t len = (size_t)(equals - word);
        const uint32_t category = attain_plan_find(r->plan, ATTAIN_KIND_CATEGORY, word, len);
        if (category == ATTAIN_NONE) {
            cli_say("--member %s: the plan has no category '%.*s'", word, (int)len, word);
            return CLI_EXIT_USAGE;
        }
        row[MEMBER + category] = cli_str(equals + 1);
    }
    return CLI_EXIT_FINE;
}

/* ---------------------------------------------------------------- into cells ---- */

static int takes_back(const attain_str *row)
{
    return row[VALUE].len == 0 && row[QUALIFIER].len == 0 && row[REASON].len == 0;
}

/* Rows [.] of one heap as columns. */
typedef struct heap {
    attain_str *columns[N_FIXED], *members;
    size_t *row; /* its number among all rows */
    size_t n;
} heap;

static void heap_free(heap *h)
{
    for (size_t i = 0; i < N_FIXED; i++) {
        free(h->columns[i]);
    }
    free(h->members);
    free(h->row);
}

static int heap_fill(heap *h, const rows *r, int to_take_back)
{
    int fits = 1;
    for (size_t i = 0; i < N_FIXED; i++) {
        h->columns[i] = calloc(r->n + 1, sizeof *h->columns[i]);
        fits = fits && h->columns[i];
    }
    h->members = calloc(r->n * r->n_members + 1, sizeof *h->members);
    h->row = calloc(r->n + 1, sizeof *h->row);
    if (!fits || !h->members || !h->row) {
        return no_memory();
    }
    for (size_t i = 0; i < r->n; i++) {
        const attain_str *const row = r->cells + i * r->width;
        if (takes_back(row) != to_take_back) {
            continue;
        }
        for (size_t c = 0; c < N_FIXED; c++) {
            h->columns[c][h->n] = row[c];
        }
        if (to_take_back) {
            h->columns[QUALIFIER][h->n] = cli_str("missing");
        }
        if (r->n_members) {
            memcpy(h->members + h->n * r->n_members, row + MEMBER, r->n_members * sizeof *row);
        }
        h->row[h->n++] = i;
    }
    return CLI_EXIT_FINE;
}

static void say_row(const rows *r, size_t row, const char *message)
{
    if (r->lines[row] > 0) {
        say_at(r->names[row], r->lines[row], message);
    } else {
        cli_say("%s", message);
    }
}

static int check_heap(const cli_options *options, const rows *r, const heap *h, attain_facts **out)
{
    const attain_fact_text_columns columns = {.unit = h->columns[UNIT],
                                              .measure = h->columns[MEASURE],
                                              .period = h->columns[PERIOD],
                                              .value = h->columns[VALUE],
                                              .qualifier = h->columns[QUALIFIER],
                                              .reason = h->columns[REASON],
                                              .member = h->members,
                                              .member_columns = r->member_columns,
                                              .n_member_columns = r->n_members};
    const attain_intake_options how = {.struct_size = sizeof how,
                                       .numbers = cli_options_read_numbers(options)};
    attain_report report = {0};
    attain_error err = {0};
    int status = CLI_EXIT_FINE;
    attain_status done = attain_facts_new(r->plan, NULL, out, &err);
    if (done == ATTAIN_OK) {
        done = attain_facts_add_text(*out, &columns, h->n, &how, &report, &err);
    }
    if (done != ATTAIN_OK) {
        for (size_t i = 0; i < report.n_issues; i++) {
            say_row(r, h->row[report.issues[i].row - 1], report.issues[i].message);
        }
        if (report.n_issues == 0) {
            cli_say_error(&err);
        } else if (report.n_more_issues) {
            cli_say("%" PRIu64 " more bad rows not shown", report.n_more_issues);
        }
        status = CLI_EXIT_ERRORS;
    }
    attain_report_free(&report);
    return status;
}

/* "VN.46, population, 2024" */
static void cell_name(const attain_plan *plan, const attain_fact *fact, char *out, size_t cap)
{
    char period[48] = "";
    (void)attain_period_print(fact->period, period, sizeof period, NULL, NULL);
    (void)snprintf(out, cap, "%s, %s, %s", attain_plan_id(plan, ATTAIN_KIND_UNIT, fact->unit).data,
                   attain_plan_id(plan, ATTAIN_KIND_MEASURE, fact->measure).data, period);
}

static int write_cells(cli_store *store, const attain_plan *plan, attain_facts *const *facts,
                       const attain_edition_note *note, cli_output *out)
{
    const uint64_t n[2] = {attain_facts_count(facts[0]), attain_facts_count(facts[1])};
    attain_fact *cells = calloc((size_t)(n[0] + n[1]) + 1, sizeof *cells);
    uint8_t *remove = calloc((size_t)(n[0] + n[1]) + 1, 1);
    attain_error err = {0};
    attain_edition edition = {0};
    size_t n_read = 0;
    int status = cells && remove ? CLI_EXIT_FINE : no_memory();
    for (size_t heap_at = 0; heap_at < 2 && !status; heap_at++) {
        const size_t from = heap_at ? (size_t)n[0] : 0;
        if (attain_facts_read(facts[heap_at], 0, cells + from, (size_t)n[heap_at], &n_read, &err) !=
            ATTAIN_OK) {
            status = cli_store_fail(store->path, &err);
        }
        memset(status ? remove : remove + from, (int)heap_at, status ? 0 : (size_t)n[heap_at]);
    }
    if (!status && attain_store_correct(store->store, plan, cells, remove, (size_t)(n[0] + n[1]), note,
                                        &edition, &err) != ATTAIN_OK) {
        char name[400] = "";
        if (err.index >= 0 && (uint64_t)err.index < n[0] + n[1]) {
            cell_name(plan, &cells[err.index], name, sizeof name);
        }
        cli_say("%s: error: %s%s%s", store->path, name, name[0] ? ": " : "",
                err.status == ATTAIN_E_DUPLICATE
                    ? "the figure is set and taken back at once; one of them is required"
                    : err.message);
        status = CLI_EXIT_ERRORS;
    }
    if (!status) {
        cli_store_say_edition(store, &edition, out);
    }
    free(cells);
    free(remove);
    return status;
}

static int correct_rows(const cli_options *options, cli_store *store, const rows *r, cli_output *out)
{
    heap heaps[2] = {{.n = 0}, {.n = 0}};
    attain_facts *facts[2] = {NULL, NULL};
    cli_buffer names = {0};
    attain_edition_note note = cli_store_note(options, 1, &names);
    int status = CLI_EXIT_FINE;
    for (int i = 0; i < 2 && !status; i++) {
        status = heap_fill(&heaps[i], r, i);
        status = status ? status : check_heap(options, r, &heaps[i], &facts[i]);
    }
    if (!status) {
        status = write_cells(store, r->plan, facts, &note, out);
    }
    for (int i = 0; i < 2; i++) {
        attain_facts_free(facts[i]);
        heap_free(&heaps[i]);
    }
    cli_buffer_free(&names);
    return status;
}

static int correct(const cli_options *options, cli_store *store, const attain_plan *plan, cli_output *out)
{
    rows r = {0};
    const size_t n_files = options->files.n - 1;
    cli_buffer *texts = calloc(n_files + 1, sizeof *texts);
    int status = texts ? rows_begin(&r, plan) : no_memory();
    if (!status && n_files == 0) {
        status = read_options(options, &r);
    }
    for (size_t i = 0; i < n_files && !status; i++) {
        status = read_file(options, options->files.items[i + 1], &texts[i], &r);
    }
    if (!status && r.n == 0) {
        cli_say("the file%s no rows; nothing was written", n_files == 1 ? " has" : "s have");
        status = CLI_EXIT_ERRORS;
    }
    if (!status) {
        status = correct_rows(options, store, &r, out);
    }
    for (size_t i = 0; texts && i < n_files; i++) {
        cli_buffer_free(&texts[i]);
    }
    free(texts);
    rows_free(&r);
    return status;
}

int cli_run_store_correct(const cli_options *options, cli_output *out)
{
    cli_store store;
    attain_plan *plan = NULL;
    int status = cli_store_open(options, options->files.items[0], ATTAIN_STORE_WRITE, &store);
    if (!status) {
        status = cli_store_plan_at(&store, ATTAIN_EDITION_LATEST, &plan);
    }
    if (!status) {
        status = correct(options, &store, plan, out);
    }
    attain_plan_free(plan);
    cli_store_close(&store);
    return status;
}
