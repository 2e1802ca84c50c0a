/* A case through the C API, four times:
 *
 *   text ──▶ plan ──────────────┬─ facts as written           "library"
 *              │                ├─ rows shuffled, in halves   "shuffled facts"
 *              │                └─ each half apart, merged    "merged facts"
 *              └─ print ▶ plan ──  facts as written           "printed plan"
 *
 * Every result is read twice: as exact text, and as the nearest doubles and integers of the columns. */
#include "cases/case.h"

#include "support/rng.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum way_kind { AS_WRITTEN, PRINTED, SHUFFLED, MERGED } way_kind;

static const char *const way_names[] = {"library", "printed plan", "shuffled facts", "merged facts"};

/* What stopped a plan or facts, with every message that was given. */
typedef struct outcome {
    attain_status status;
    char *messages;
} outcome;

static void add_message(outcome *out, attain_status status, const char *message, size_t len)
{
    if (out->status == ATTAIN_OK) {
        out->status = status;
    }
    out->messages = case_print("%s%.*s\n", out->messages == NULL ? "" : out->messages, (int)len, message);
}

/* ---- the plan ---- */

static int open_file(void *ctx, attain_str from, attain_str path, const char **data, size_t *len, char *name,
                     char *why)
{
    const case_of *const c = ctx;
    (void)from;
    for (size_t i = 0; i < c->n_files; i++) {
        if (strlen(c->files[i].name) == path.len && memcmp(c->files[i].name, path.data, path.len) == 0) {
            *data = c->files[i].text;
            *len = strlen(c->files[i].text);
            (void)snprintf(name, 128, "%s", c->files[i].name);
            return 0;
        }
    }
    (void)snprintf(why, 256, "the case has no file of that name");
    return 1;
}

static void release_file(void *ctx, const char *data, size_t len)
{
    (void)ctx;
    (void)data;
    (void)len;
}

static void add_diagnostics(const attain_plan *plan, attain_severity severity, outcome *out)
{
    const attain_diagnostic *items = NULL;
    const size_t n = attain_plan_diagnostics(plan, &items, NULL);
    for (size_t i = 0; i < n; i++) {
        if (items[i].severity == severity) {
            add_message(out, items[i].status, items[i].message.data, items[i].message.len);
        }
    }
}

/* New frozen plan, or NULL with the outcome. */
static attain_plan *make_plan(case_of *c, const char *text, size_t len, outcome *out, outcome *warnings)
{
    const attain_resolver resolver = {c, open_file, release_file};
    const attain_plan_options options = {.struct_size = sizeof options, .resolver = &resolver};
    attain_plan *plan = NULL;
    attain_error err = {0};
    attain_status status = attain_plan_new(&options, &plan, &err);
    if (status == ATTAIN_OK) {
        status = attain_plan_add_text(plan, text, len, "plan.attain", &err);
    }
    if (status == ATTAIN_OK) {
        status = attain_plan_freeze(plan, &err);
    }
    if (status == ATTAIN_OK) {
        add_diagnostics(plan, ATTAIN_WARNING, warnings);
        return plan;
    }
    /* The finding's own status says more than that of the refused call. */
    if (plan != NULL) {
        add_diagnostics(plan, ATTAIN_ERROR, out);
    }
    add_message(out, status, err.message, strlen(err.message));
    attain_plan_free(plan);
    return NULL;
}

/* The plan again from its own print; what it prints then is the same text. */
static attain_plan *reprint_plan(case_of *c, const attain_plan *plan)
{
    attain_text first = {0};
    attain_text second = {0};
    attain_error err = {0};
    outcome out = {ATTAIN_OK, NULL};
    outcome warnings = {ATTAIN_OK, NULL};
    attain_plan *again = NULL;
    if (attain_plan_print(plan, &first, &err) != ATTAIN_OK) {
        case_bad(c, c->line, "printed plan", "print: %s", err.message);
        return NULL;
    }
    again = make_plan(c, first.data, first.len, &out, &warnings);
    if (again == NULL) {
        case_bad(c, c->line, "printed plan", "the print does not parse: %s\n%s", out.messages, first.data);
    } else if (attain_plan_print(again, &second, &err) != ATTAIN_OK || second.len != first.len ||
               memcmp(first.data, second.data, first.len) != 0) {
        case_bad(c, c->line, "printed plan", "the print of the print differs:\n%s----\n%s", first.data,
                 second.data == NULL ? "" : second.data);
    } else {
        uint64_t a[2];
        uint64_t b[2];
        attain_plan_schema(plan, a);
        attain_plan_schema(again, b);
        if (a[0] != b[0] || a[1] != b[1]) {
            case_bad(c, c->line, "printed plan", "its schema differs");
        }
    }
    attain_text_free(&first);
    attain_text_free(&second);
    return again;
}

/* ---- the facts ---- */

/* Pairs FROM=TO of --rename. */
static size_t renames(const case_words *options, attain_str *out, size_t most)
{
    size_t n = 0;
    const char *pair;
    for (size_t i = 0; n + 2 <= most && case_option(options, "--rename", i, &pair); i++) {
        const size_t len = strcspn(pair, "=");
        out[n++] = (attain_str){pair, len};
        out[n++] = (attain_str){pair + len + 1, strlen(pair) - len - 1};
    }
    return n;
}

static attain_status add_facts(attain_facts *facts, const case_text *from, const char *text, outcome *out)
{
    attain_str rename[16];
    const char *numbers = "plain";
    attain_intake_options options = {.struct_size = sizeof options, .rename = rename, .source = from->name};
    attain_report report = {0};
    attain_error err = {0};
    attain_intake *intake = NULL;
    options.n_rename = renames(&from->options, rename, sizeof rename / sizeof *rename) / 2;
    (void)case_option(&from->options, "--read-numbers", 0, &numbers);
    options.numbers = strcmp(numbers, "vi") == 0 ? ATTAIN_NUMBERS_VI : ATTAIN_NUMBERS_PLAIN;
    options.flags =
        (case_option(&from->options, "--sum-duplicates", 0, NULL) ? ATTAIN_INTAKE_SUM : 0u) |
        (case_option(&from->options, "--same-value-is-fine", 0, NULL) ? ATTAIN_INTAKE_SAME_VALUE_IS_FINE
                                                                      : 0u) |
        (case_option(&from->options, "--skip-bad-rows", 0, NULL) ? ATTAIN_INTAKE_SKIP_BAD_ROWS : 0u);
    attain_status status = attain_intake_new(facts, &options, &intake, &err);
    if (status == ATTAIN_OK) {
        status = attain_intake_feed(intake, text, strlen(text), &err);
    }
    if (status == ATTAIN_OK) {
        status = attain_intake_finish(intake, &report, &err);
    }
    if (status != ATTAIN_OK) {
        add_message(out, status, err.message, strlen(err.message));
    }
    for (size_t i = 0; i < report.n_issues; i++) {
        add_message(out, report.issues[i].status, report.issues[i].message, strlen(report.issues[i].message));
    }
    if (report.n_accepted + report.n_rejected + report.n_empty != report.n_read) {
        out->status = ATTAIN_E_ARGUMENT;
        out->messages = case_print("accepted, rejected and empty do not add up to read");
    }
    attain_report_free(&report);
    attain_intake_free(intake);
    return status;
}

/* The header and every second row of the shuffled rows. */
static char *half_of(const char *text, uint64_t seed, unsigned half, unsigned n_halves)
{
    case_words rows = {NULL, 0};
    const size_t header = strcspn(text, "\n");
    for (const char *at = text + header + (text[header] == '\n'); *at != '\0';) {
        const size_t len = strcspn(at, "\n");
        case_add_word(&rows, at, len);
        at += len + (at[len] == '\n');
    }
    rng random = rng_new(seed);
    for (size_t i = rows.n; i > 1; i--) {
        const size_t other = (size_t)rng_below(&random, i);
        char *const row = rows.items[i - 1];
        rows.items[i - 1] = rows.items[other];
        rows.items[other] = row;
    }
    char *const out = case_keep(strlen(text) + 2);
    size_t len = header;
    memcpy(out, text, header);
    out[len++] = '\n';
    for (size_t i = half; i < rows.n; i += n_halves) {
        memcpy(out + len, rows.items[i], strlen(rows.items[i]));
        len += strlen(rows.items[i]);
        out[len++] = '\n';
    }
    out[len] = '\0';
    return out;
}

static bool may_be_halved(const case_text *text)
{
    return !case_option(&text->options, "--sum-duplicates", 0, NULL) &&
           !case_option(&text->options, "--same-value-is-fine", 0, NULL);
}

static attain_facts *new_facts(const attain_plan *plan, outcome *out)
{
    attain_facts *facts = NULL;
    attain_error err = {0};
    const attain_status status = attain_facts_new(plan, NULL, &facts, &err);
    if (status != ATTAIN_OK) {
        add_message(out, status, err.message, strlen(err.message));
    }
    return facts;
}

static attain_status add_apart(const attain_plan *plan, attain_facts *facts, const case_text *from,
                               const char *text, outcome *out)
{
    attain_error err = {0};
    attain_facts *const apart = new_facts(plan, out);
    if (apart == NULL) {
        return out->status;
    }
    attain_status status = add_facts(apart, from, text, out);
    if (status == ATTAIN_OK) {
        status = attain_facts_merge(facts, apart, &err);
        if (status != ATTAIN_OK) {
            add_message(out, status, err.message, strlen(err.message));
        }
    }
    attain_facts_free(apart);
    return status;
}

/* New facts, or NULL with the outcome. Shuffled ones come in from behind. */
static attain_facts *make_facts(const case_of *c, const attain_plan *plan, way_kind way, outcome *out)
{
    attain_facts *const facts = new_facts(plan, out);
    attain_status status = facts == NULL ? out->status : ATTAIN_OK;
    for (size_t i = 0; i < c->n_facts && status == ATTAIN_OK; i++) {
        if (way == AS_WRITTEN || way == PRINTED) {
            status = add_facts(facts, &c->facts[i], c->facts[i].text, out);
            continue;
        }
        const case_text *const from = &c->facts[c->n_facts - 1 - i];
        const unsigned n_halves = may_be_halved(from) ? 2 : 1;
        for (unsigned half = 0; half < n_halves && status == ATTAIN_OK; half++) {
            const char *const text = half_of(from->text, (uint64_t)c->line * 2 + way, half, n_halves);
            status =
                way == MERGED ? add_apart(plan, facts, from, text, out) : add_facts(facts, from, text, out);
        }
    }
    if (status == ATTAIN_OK) {
        return facts;
    }
    attain_facts_free(facts);
    return NULL;
}

/* ---- options of an expectation ---- */

enum { MOST_OPTIONS = 32 };

typedef struct selection {
    uint32_t items[MOST_OPTIONS], units[MOST_OPTIONS];
    attain_period periods[MOST_OPTIONS], as_of[MOST_OPTIONS];
    attain_str by[MOST_OPTIONS];
    size_t n_items, n_units, n_periods, n_as_of, n_by;
    int digits;
    bool bad;
} selection;

static size_t find_ids(case_of *c, const case_expectation *e, const attain_plan *plan, attain_kind kind,
                       const char *option, selection *s, uint32_t *out)
{
    size_t n = 0;
    const char *id;
    while (n < MOST_OPTIONS && case_option(&e->options, option, n, &id)) {
        out[n] = attain_plan_find(plan, kind, id, strlen(id));
        if (out[n] == ATTAIN_NONE) {
            case_bad(c, e->line, "case", "%s %s is not in the plan", option, id);
            s->bad = true;
        }
        n++;
    }
    return n;
}

static size_t find_periods(case_of *c, const case_expectation *e, const char *option, selection *s,
                           attain_period *out)
{
    size_t n = 0;
    const char *word;
    attain_error err = {0};
    while (n < MOST_OPTIONS && case_option(&e->options, option, n, &word)) {
        if (attain_period_parse(word, strlen(word), &out[n], &err) != ATTAIN_OK) {
            case_bad(c, e->line, "case", "%s %s: %s", option, word, err.message);
            s->bad = true;
        }
        n++;
    }
    return n;
}

static selection select_for(case_of *c, const case_expectation *e, const attain_plan *plan)
{
    static const char *const known[] = {"--target", "--indicator", "--unit",     "--period",   "--as-of",
                                        "--by",     "--digits",    "--readings", "--all-units"};
    selection s = {.digits = -1};
    const char *word;
    for (size_t i = 0; i < e->options.n; i++) {
        bool is_known = strncmp(e->options.items[i], "--", 2) != 0;
        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            is_known = is_known || strcmp(known[k], e->options.items[i]) == 0;
        }
        if (!is_known) {
            case_bad(c, e->line, "case", "cases have no option %s", e->options.items[i]);
            s.bad = true;
        }
    }
    const bool has_indicator = case_option(&e->options, "--indicator", 0, NULL);
    s.n_items = has_indicator ? find_ids(c, e, plan, ATTAIN_KIND_INDICATOR, "--indicator", &s, s.items)
                              : find_ids(c, e, plan, ATTAIN_KIND_TARGET, "--target", &s, s.items);
    s.n_units = find_ids(c, e, plan, ATTAIN_KIND_UNIT, "--unit", &s, s.units);
    s.n_periods = find_periods(c, e, "--period", &s, s.periods);
    s.n_as_of = find_periods(c, e, "--as-of", &s, s.as_of);
    for (; s.n_by < MOST_OPTIONS && case_option(&e->options, "--by", s.n_by, &word); s.n_by++) {
        s.by[s.n_by] = (attain_str){word, strlen(word)};
    }
    if (case_option(&e->options, "--digits", 0, &word)) {
        s.digits = atoi(word);
    }
    return s;
}

/* ---- results ---- */

static const char *cell_text(case_of *c, const attain_table *table, size_t row, attain_column column)
{
    const attain_print_options exact = {.struct_size = sizeof exact, .digits = -1, .exact = 1};
    char text[512];
    size_t len = 0;
    attain_error err = {0};
    const double *values = NULL;
    const uint8_t *valid = NULL;
    const char *const name = attain_table_column_name(table, column);
    if (attain_table_print(table, row, column, &exact, text, sizeof text, &len, &err) != ATTAIN_OK) {
        case_bad(c, c->line, "library", "print of %s: %s", name, err.message);
        return "";
    }
    if (!case_is_number_column(name)) {
        return case_copy(text, len);
    }
    if (attain_table_doubles(table, column, &values, &valid, &err) != ATTAIN_OK) {
        case_bad(c, c->line, "library", "doubles of %s: %s", name, err.message);
        return "";
    }
    double nearest;
    if (valid[row] == 2) {
        return values[row] > 0 ? "inf" : "-inf";
    }
    if ((valid[row] == 1) != (len > 0) ||
        (case_number_double(text, &nearest) && memcmp(&nearest, &values[row], sizeof nearest) != 0)) {
        case_bad(c, c->line, "library", "%s is %s as text and %.17g (%d) as a double", name, text,
                 values[row], (int)valid[row]);
    }
    return case_copy(text, len);
}

static case_table read_table(case_of *c, const attain_table *table)
{
    const attain_column *columns = NULL;
    const size_t n = attain_table_columns(table, &columns);
    case_table out = {.n_rows = attain_table_rows(table)};
    for (size_t i = 0; i < n; i++) {
        const char *const name = attain_table_column_name(table, columns[i]);
        case_add_word(&out.header, name, strlen(name));
    }
    out.rows = case_keep((out.n_rows + 1) * sizeof *out.rows);
    for (size_t row = 0; row < out.n_rows; row++) {
        for (size_t i = 0; i < n; i++) {
            const char *const text = cell_text(c, table, row, columns[i]);
            case_add_word(&out.rows[row], text, strlen(text));
        }
    }
    return out;
}

/* The row struct and the look-up agree with the columns. */
static void check_rows(case_of *c, const case_expectation *e, const attain_table *table, bool is_score)
{
    const int64_t *items = NULL;
    const int64_t *units = NULL;
    const int64_t *verdicts = NULL;
    const attain_period *periods = NULL;
    const attain_column item = is_score ? ATTAIN_COL_TARGET : ATTAIN_COL_INDICATOR;
    if (attain_table_integers(table, item, &items, NULL) != ATTAIN_OK ||
        attain_table_integers(table, ATTAIN_COL_UNIT, &units, NULL) != ATTAIN_OK ||
        (is_score && attain_table_integers(table, ATTAIN_COL_VERDICT, &verdicts, NULL) != ATTAIN_OK) ||
        attain_table_periods(table, ATTAIN_COL_PERIOD, &periods, NULL) != ATTAIN_OK) {
        case_bad(c, e->line, "library", "a column of the result cannot be read");
        return;
    }
    for (size_t row = 0; row < attain_table_rows(table); row++) {
        size_t found = SIZE_MAX;
        attain_score_row whole = {.struct_size = sizeof whole};
        if (units[row] >= 0 && attain_table_find(table, (uint32_t)items[row], (uint32_t)units[row],
                                                 periods[row], &found, NULL) != ATTAIN_OK) {
            case_bad(c, e->line, "library", "row %zu is not found by its item, unit and period", row + 1);
        } else if (units[row] >= 0 &&
                   (found > row || items[found] != items[row] || units[found] != units[row])) {
            case_bad(c, e->line, "library", "row %zu is found as row %zu", row + 1, found + 1);
        }
        if (is_score && (attain_table_score_row(table, row, &whole, NULL) != ATTAIN_OK ||
                         (int64_t)whole.verdict != verdicts[row] || (int64_t)whole.target != items[row])) {
            case_bad(c, e->line, "library", "row %zu as a struct differs from its columns", row + 1);
        }
    }
}

static void fail_run(case_of *c, const case_expectation *e, const char *way, const attain_error *err)
{
    case_bad(c, e->line, way, "%s: %s", attain_status_name(err->status), err->message);
}

static case_table read_summary(case_of *c, const case_expectation *e, const attain_plan *plan,
                               const attain_table *table)
{
    static const char *const names[] = {"programme", "when",         "met",
                                        "not_met",   "undetermined", "not_applicable"};
    static const char *const classes[] = {"due", "not_due", "vision"};
    case_table out = {.n_rows = 0};
    attain_summary *items = NULL;
    size_t n = 0;
    if (attain_table_summary(table, &items, &n, NULL) != ATTAIN_OK) {
        case_bad(c, e->line, "library", "no summary");
        return out;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        case_add_word(&out.header, names[i], strlen(names[i]));
    }
    for (size_t i = 0; i < 3 * n; i++) {
        const attain_summary *const item = &items[i / 3];
        const uint32_t *const of = i % 3 == 0 ? item->due : i % 3 == 1 ? item->not_due : item->vision;
        const attain_str id = item->programme == ATTAIN_NONE
                                  ? (attain_str){"", 0}
                                  : attain_plan_id(plan, ATTAIN_KIND_PROGRAMME, item->programme);
        if (of[0] + of[1] + of[2] + of[3] == 0) {
            continue;
        }
        out.rows = case_grow(out.rows, out.n_rows, sizeof *out.rows);
        case_words *const row = &out.rows[out.n_rows++];
        *row = (case_words){NULL, 0};
        case_add_word(row, id.data, id.len);
        case_add_word(row, classes[i % 3], strlen(classes[i % 3]));
        for (int v = 0; v < 4; v++) {
            const char *const count = case_print("%" PRIu32, of[v]);
            case_add_word(row, count, strlen(count));
        }
    }
    attain_summary_free(table, items, n);
    return out;
}

static void run_score(case_of *c, const case_expectation *e, const attain_plan *plan,
                      const attain_facts *facts, const char *way)
{
    const selection s = select_for(c, e, plan);
    const attain_score_options options = {.struct_size = sizeof options,
                                          .targets = s.n_items > 0 ? s.items : NULL,
                                          .n_targets = s.n_items,
                                          .units = s.n_units > 0 ? s.units : NULL,
                                          .n_units = s.n_units,
                                          .all_units = case_option(&e->options, "--all-units", 0, NULL),
                                          .as_of = s.n_as_of > 0 ? s.as_of : NULL,
                                          .n_as_of = s.n_as_of,
                                          .readings = case_option(&e->options, "--readings", 0, NULL),
                                          .printed_digits = s.digits < 0    ? 0
                                                            : s.digits == 0 ? -1
                                                                            : s.digits};
    const case_way exact = {way, CASE_EXACT, 0};
    attain_table *table = NULL;
    attain_error err = {0};
    uint64_t n_rows = 0;
    if (s.bad) {
        return;
    }
    if (attain_score(plan, facts, &options, &table, &err) != ATTAIN_OK ||
        attain_score_count(plan, facts, &options, &n_rows, &err) != ATTAIN_OK) {
        fail_run(c, e, way, &err);
        attain_table_free(table);
        return;
    }
    if (n_rows != attain_table_rows(table)) {
        case_bad(c, e->line, way, "attain_score_count says %" PRIu64 " rows", n_rows);
    }
    check_rows(c, e, table, true);
    const case_table got = e->kind == CASE_SUMMARY ? read_summary(c, e, plan, table) : read_table(c, table);
    case_compare(c, e, &got, &exact);
    attain_table_free(table);
}

static void run_compute(case_of *c, const case_expectation *e, const attain_plan *plan,
                        const attain_facts *facts, const char *way)
{
    const selection s = select_for(c, e, plan);
    attain_compute_options options = {.struct_size = sizeof options,
                                      .indicators = s.n_items > 0 ? s.items : NULL,
                                      .n_indicators = s.n_items,
                                      .units = s.n_units > 0 ? s.units : NULL,
                                      .n_units = s.n_units,
                                      .all_units = case_option(&e->options, "--all-units", 0, NULL),
                                      .periods = s.n_periods > 0 ? s.periods : NULL,
                                      .n_periods = s.n_periods,
                                      .by = s.n_by > 0 ? s.by : NULL,
                                      .n_by = s.n_by};
    const case_way exact = {way, CASE_EXACT, 0};
    attain_table *table = NULL;
    attain_error err = {0};
    if (s.n_as_of > 0) {
        options.as_of = s.as_of[0];
    }
    if (s.bad) {
        return;
    }
    if (attain_compute(plan, facts, &options, &table, &err) != ATTAIN_OK) {
        fail_run(c, e, way, &err);
        return;
    }
    if (s.n_by == 0) {
        check_rows(c, e, table, false);
    }
    const case_table got = read_table(c, table);
    case_compare(c, e, &got, &exact);
    attain_table_free(table);
}

static void run_explain(case_of *c, const case_expectation *e, const attain_plan *plan,
                        const attain_facts *facts, const char *way)
{
    const selection s = select_for(c, e, plan);
    const bool is_indicator = case_option(&e->options, "--indicator", 0, NULL);
    attain_explain_options options = {.struct_size = sizeof options,
                                      .kind = is_indicator ? ATTAIN_KIND_INDICATOR : ATTAIN_KIND_TARGET,
                                      .unit = s.n_units > 0 ? s.units[0] : ATTAIN_NONE,
                                      .numbers = {'.', ","},
                                      .digits = s.digits};
    attain_text text = {0};
    attain_error err = {0};
    if (s.bad || s.n_items != 1) {
        case_bad(c, e->line, "case", "explain needs one --target or --indicator");
        return;
    }
    options.index = s.items[0];
    if (s.n_periods > 0 || s.n_as_of > 0) {
        options.period = s.n_periods > 0 ? s.periods[0] : s.as_of[0];
    }
    if (attain_explain(plan, facts, &options, &text, &err) != ATTAIN_OK) {
        fail_run(c, e, way, &err);
        return;
    }
    case_compare_text(c, e, text.data, way);
    attain_text_free(&text);
}

static void run_check(case_of *c, const case_expectation *e, const attain_plan *plan,
                      const attain_facts *facts, const char *way)
{
    const size_t n = attain_plan_count(plan, ATTAIN_KIND_CHECK);
    attain_identity *const items = case_keep((n + 1) * sizeof *items);
    const case_way exact = {way, CASE_EXACT, 0};
    attain_text text = {0};
    attain_error err = {0};
    if (attain_check_identities(plan, facts, items, &text, &err) != ATTAIN_OK) {
        fail_run(c, e, way, &err);
        return;
    }
    case_compare_text(c, e, text.data, way);
    attain_text_free(&text);
    if (e->header.n == 0) {
        return;
    }
    case_table got = {.rows = case_keep((n + 1) * sizeof *got.rows), .n_rows = n};
    case_add_word(&got.header, "compared", 8);
    case_add_word(&got.header, "incomplete", 10);
    case_add_word(&got.header, "different", 9);
    for (size_t i = 0; i < n; i++) {
        const uint64_t counts[] = {items[i].n_compared, items[i].n_incomplete, items[i].n_different};
        for (size_t k = 0; k < 3; k++) {
            const char *const count = case_print("%" PRIu64, counts[k]);
            case_add_word(&got.rows[i], count, strlen(count));
        }
    }
    case_compare(c, e, &got, &exact);
}

/* ---- the ways ---- */

/* A dispatch over the kinds of expectations. */
static void run_expectations(case_of *c, const attain_plan *plan, const attain_facts *facts, const char *way)
{
    for (size_t i = 0; i < c->n_expectations; i++) {
        const case_expectation *const e = &c->expectations[i];
        switch (e->kind) {
        case CASE_SCORE:
        case CASE_SUMMARY: run_score(c, e, plan, facts, way); break;
        case CASE_COMPUTE: run_compute(c, e, plan, facts, way); break;
        case CASE_EXPLAIN: run_explain(c, e, plan, facts, way); break;
        case CASE_CHECK: run_check(c, e, plan, facts, way); break;
        case CASE_WARNING:
        case CASE_ERROR:
        case CASE_N_KINDS: break;
        }
    }
}

static const case_expectation *expected_error(const case_of *c)
{
    for (size_t i = 0; i < c->n_expectations; i++) {
        if (c->expectations[i].kind == CASE_ERROR) {
            return &c->expectations[i];
        }
    }
    return NULL;
}

static void compare_outcome(case_of *c, const outcome *out, const char *way)
{
    const case_expectation *const e = expected_error(c);
    if (e == NULL) {
        case_bad(c, c->line, way, "refused: %s: %s", attain_status_name(out->status), out->messages);
        return;
    }
    const char *const wanted = e->options.n > 0 ? e->options.items[0] : "";
    if (strcmp(attain_status_name(out->status), wanted) != 0) {
        case_bad(c, e->line, way, "got %s, wanted %s: %s", attain_status_name(out->status), wanted,
                 out->messages);
    }
    case_compare_text(c, e, out->messages, way);
}

/* False: there is nothing to be learnt from another way. */
static bool run_way(case_of *c, const attain_plan *plan, way_kind way)
{
    outcome out = {ATTAIN_OK, NULL};
    attain_facts *const facts = make_facts(c, plan, way, &out);
    const bool taken = facts != NULL;
    const bool refusal_expected = expected_error(c) != NULL;
    if (!taken) {
        compare_outcome(c, &out, way_names[way]);
    } else if (refusal_expected) {
        case_bad(c, c->line, way_names[way], "plan and facts were taken; an error was expected");
    } else {
        run_expectations(c, plan, facts, way_names[way]);
    }
    attain_facts_free(facts);
    return taken && !refusal_expected;
}

void case_run_library(case_of *c)
{
    outcome out = {ATTAIN_OK, NULL};
    outcome warnings = {ATTAIN_OK, NULL};
    attain_plan *const plan = make_plan(c, c->plan, strlen(c->plan), &out, &warnings);
    if (plan == NULL) {
        compare_outcome(c, &out, way_names[AS_WRITTEN]);
        return;
    }
    for (size_t i = 0; i < c->n_expectations; i++) {
        if (c->expectations[i].kind == CASE_WARNING) {
            case_compare_text(c, &c->expectations[i], warnings.messages == NULL ? "" : warnings.messages,
                              way_names[AS_WRITTEN]);
        }
    }
    bool goes_on = true;
    for (int way = AS_WRITTEN; way <= MERGED && goes_on; way++) {
        attain_plan *const again = way == PRINTED ? reprint_plan(c, plan) : NULL;
        goes_on =
            way == PRINTED && again == NULL ? true : run_way(c, way == PRINTED ? again : plan, (way_kind)way);
        attain_plan_free(again);
    }
    attain_plan_free(plan);
}
