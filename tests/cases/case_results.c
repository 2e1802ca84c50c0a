/* What a case expects of results, asked of the library. Every result is read twice: as exact text, and as the nearest doubles, integers
 * and row structs, which must agree with it. */
#include "cases/case.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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
    selection s = {.digits = 0};
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
        s.digits = atoi(word) == 0 ? -1 : atoi(word);
    }
    return s;
}

/* ---- results ---- */

static const char *cell_text(case_of *c, const attain_table *table, size_t row, attain_column column)
{
    const attain_print_options exact = {.struct_size = sizeof exact, .exact = 1};
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
                                          .printed_digits = s.digits};
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

/* A dispatch over the kinds of expectations. */
void case_run_expectations(case_of *c, const attain_plan *plan, const attain_facts *facts, const char *way)
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
