/* Facts of Arrow streams: whatever the form in which rows come (types, slices, dictionaries, batches, threads), what is taken, what is
 * refused and what is said about it is what attain_facts_add_text does with the same rows as texts. Numbers that texts do not have (doubles,
 * decimals, days) have tables of their own. */
#include "support/arrow_make.h"
#include "support/build_plan.h"
#include "support/check.h"
#include "support/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char plan_text[] = "unit VN nation\n"
                                "category post: full_time, part_time_in_the_evening\n"
                                "category sex: f, m\n"
                                "measure people stock persons reported yearly by province\n"
                                "measure workers stock persons by post reported yearly by province\n"
                                "measure kids stock persons by sex reported yearly by province\n"
                                "measure money flow VND decimals 2 any sign\n"
                                "measure trained flow persons\n"
                                "measure length stock km decimals 1 any sign\n";

enum { N_UNITS = 40, N_COLUMNS = 8, UNIT = 0, MEASURE, PERIOD, VALUE, QUALIFIER, REASON, POST, SEX };

static const char *const column_names[N_COLUMNS] = {"unit",      "measure", "period", "value",
                                                    "qualifier", "reason",  "post",   "sex"};

static attain_plan *plan;

static int set_up(void **state)
{
    char text[8192];
    size_t len = (size_t)snprintf(text, sizeof text, "%s", plan_text);
    (void)state;
    for (int u = 1; u <= N_UNITS; u++) {
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "unit %d province in VN alias \"The province with number %d\"\n", u, u);
    }
    plan = build_plan(text, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    build_plan_free(plan);
    return 0;
}

/* ---- rows as texts, and the two ways to take them ---- */

typedef struct frame {
    const char **cell; /* row by row; NULL: null */
    size_t n;
} frame;

typedef struct way {
    am_column columns[N_COLUMNS];
    const size_t *sizes; /* of batches; NULL: one batch */
    size_t n_sizes;
    size_t struct_offset;
    uint32_t n_threads, tuning, flags, max_issues;
    attain_number_format numbers;
    const char *before; /* CSV of facts that are there already; NULL: none */
    bool other_words;   /* the value is printed otherwise, so messages may differ */
} way;

static way texts_way(void)
{
    way w = {.n_threads = 1};
    for (size_t c = 0; c < N_COLUMNS; c++) {
        w.columns[c] = (am_column){column_names[c], "u", 0, 0};
    }
    return w;
}

static attain_facts *facts_of(const way *w)
{
    attain_error err;
    attain_facts *facts;
    const attain_facts_options options = {.struct_size = sizeof options,
                                          .n_threads = w->n_threads,
                                          .tuning = w->tuning};
    check_ok(attain_facts_new(plan, &options, &facts, &err), &err);
    if (w->before != NULL) {
        build_add(facts, w->before);
    }
    return facts;
}

static attain_intake_options options_of(const way *w)
{
    return (attain_intake_options){.struct_size = sizeof(attain_intake_options),
                                   .flags = w->flags,
                                   .max_issues = w->max_issues,
                                   .numbers = w->numbers};
}

static attain_status take_texts(attain_facts *facts, const frame *f, const way *w, attain_report *report,
                                attain_error *err)
{
    static const attain_str members[] = {{"post", 4}, {"sex", 3}};
    const attain_intake_options options = options_of(w);
    attain_str *field = malloc((N_COLUMNS * f->n + 1) * sizeof *field);
    for (size_t i = 0; i < f->n; i++) {
        for (size_t c = 0; c < N_COLUMNS; c++) {
            const char *cell = f->cell[i * N_COLUMNS + c];
            const attain_str s = {cell != NULL ? cell : "", cell != NULL ? strlen(cell) : 0};
            field[c < POST ? c * f->n + i : POST * f->n + 2 * i + (c - POST)] = s;
        }
    }
    const attain_fact_text_columns columns = {.unit = field + UNIT * f->n,
                                              .measure = field + MEASURE * f->n,
                                              .period = field + PERIOD * f->n,
                                              .value = field + VALUE * f->n,
                                              .qualifier = field + QUALIFIER * f->n,
                                              .reason = field + REASON * f->n,
                                              .member = field + POST * f->n,
                                              .member_columns = members,
                                              .n_member_columns = 2};
    const attain_status status = attain_facts_add_text(facts, &columns, f->n, &options, report, err);
    free(field);
    return status;
}

static attain_status take_arrow(attain_facts *facts, const frame *f, const way *w, attain_report *report,
                                attain_error *err)
{
    const attain_intake_options options = options_of(w);
    am_stream *s = am_new(w->columns, N_COLUMNS);
    size_t done = 0;
    s->struct_offset = w->struct_offset;
    for (size_t b = 0; b < w->n_sizes; b++) {
        const size_t n = w->sizes[b] < f->n - done ? w->sizes[b] : f->n - done;
        am_batch(s, f->cell + done * N_COLUMNS, n);
        done += n;
    }
    if (done < f->n || w->n_sizes == 0) {
        am_batch(s, f->cell + done * N_COLUMNS, f->n - done);
    }
    const attain_status status = attain_facts_add_arrow(facts, &s->stream, &options, report, err);
    am_free(s);
    return status;
}

static void check_same_facts(const attain_facts *got, const attain_facts *wanted)
{
    attain_error err;
    attain_text a;
    attain_text b;
    check_ok(attain_facts_to_bytes(got, &a, &err), &err);
    check_ok(attain_facts_to_bytes(wanted, &b, &err), &err);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    attain_text_free(&a);
    attain_text_free(&b);
}

static void print_issues(const char *whose, const attain_report *report)
{
    for (size_t i = 0; i < report->n_issues; i++) {
        const attain_issue *issue = &report->issues[i];
        print_error("%s: %s row %" PRId64 ", %" PRId64 ": %s\n", whose, attain_status_name(issue->status),
                    issue->row, issue->other_row, issue->message);
    }
}

static bool is_same_issue(const attain_issue *a, const attain_issue *b, bool other_words)
{
    return a->row == b->row && a->status == b->status && a->other_row == b->other_row && a->line == 0 &&
           (other_words || strcmp(a->message, b->message) == 0);
}

static void check_same_reports(const attain_report *got, const attain_report *wanted, bool other_words)
{
    bool same = got->n_issues == wanted->n_issues;
    for (size_t i = 0; same && i < got->n_issues; i++) {
        same = is_same_issue(&got->issues[i], &wanted->issues[i], other_words);
    }
    if (!same) {
        print_issues("arrow", got);
        print_issues("text ", wanted);
        fail_msg("issues differ");
    }
    assert_int_equal(got->n_read, wanted->n_read);
    assert_int_equal(got->n_accepted, wanted->n_accepted);
    assert_int_equal(got->n_rejected, wanted->n_rejected);
    assert_int_equal(got->n_empty, wanted->n_empty);
    assert_int_equal(got->n_same, wanted->n_same);
    assert_int_equal(got->n_more_issues, wanted->n_more_issues);
    assert_int_equal(got->n_accepted + got->n_rejected + got->n_empty, got->n_read);
}

/* The status of both. */
static attain_status check_same(const frame *f, const way *w)
{
    attain_error text_err = {.status = ATTAIN_OK};
    attain_error err = {.status = ATTAIN_OK};
    attain_report text_report;
    attain_report report;
    attain_facts *wanted = facts_of(w);
    attain_facts *got = facts_of(w);
    const attain_status text_status = take_texts(wanted, f, w, &text_report, &text_err);
    const attain_status status = take_arrow(got, f, w, &report, &err);
    if (status != text_status) {
        print_error("arrow: %s %s\ntext:  %s %s\n", attain_status_name(status), err.message,
                    attain_status_name(text_status), text_err.message);
        fail();
    }
    if (status != ATTAIN_OK) {
        assert_int_equal(err.index, text_err.index);
        if (!w->other_words) {
            assert_string_equal(err.message, text_err.message);
        }
    }
    check_same_reports(&report, &text_report, w->other_words);
    check_same_facts(got, wanted);
    attain_report_free(&report);
    attain_report_free(&text_report);
    attain_facts_free(wanted);
    attain_facts_free(got);
    return status;
}

/* ---- every type ---- */

static const char *const few_rows[][N_COLUMNS] = {
    {"1", "people", "2024", "15"},
    {"2", "people", "2024", NULL, "missing", "confidential"},
    {"1", "workers", "2023", "7", "~", NULL, "part_time_in_the_evening"},
    {"1", "workers", "2023", "5", "=", NULL, "full_time"},
    {"12", "kids", "2022", "100", ">", NULL, NULL, "m"},
    {"7", "money", "2022", "9"},
    {"9", "trained", "2022"},
    {"12", "kids", "2022", "0", ">=", NULL, NULL, "f"},
};

static const char *const text_formats[] = {"u", "U", "vu"};
static const char *const number_formats[] = {"c", "C", "s",      "S",        "i",        "I",     "l",
                                             "L", "g", "d:18,3", "d:9,2,32", "d:9,0,64", "d:38,5"};
static const char indices[] = {0, 'c', 'C', 's', 'S', 'i', 'I', 'l', 'L'};
static const unsigned hows[] = {0,
                                AM_SLICED,
                                AM_NULL_IN_DICTIONARY,
                                AM_UNUSED | AM_SLICED_DICTIONARY,
                                AM_UNCOUNTED | AM_SLICED,
                                AM_SLICED | AM_NULL_IN_DICTIONARY | AM_UNUSED | AM_SLICED_DICTIONARY |
                                    AM_UNCOUNTED};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void every_text_type(void **state)
{
    (void)state;
    const frame f = {(const char **)few_rows[0], COUNT(few_rows)};
    for (size_t c = 0; c < N_COLUMNS; c++) {
        for (size_t t = 0; t < COUNT(text_formats); t++) {
            for (size_t x = 0; x < COUNT(indices); x++) {
                for (size_t h = 0; h < COUNT(hows); h++) {
                    way w = texts_way();
                    w.columns[c] = (am_column){column_names[c], text_formats[t], indices[x], hows[h]};
                    assert_int_equal(check_same(&f, &w), ATTAIN_OK);
                }
            }
        }
    }
}

static bool is_number(const char *text)
{
    return text == NULL || strspn(text, "0123456789") == strlen(text);
}

/* Numbers where ids and words are required: as their decimal text, which is mostly none of them, and refused as that text is. */
static void every_number_type(void **state)
{
    (void)state;
    const char *cell[COUNT(few_rows) * N_COLUMNS];
    const frame f = {cell, COUNT(few_rows)};
    for (size_t c = 0; c < N_COLUMNS; c++) {
        for (size_t t = 0; t < COUNT(number_formats); t++) {
            const bool is_whole = strchr("gd", number_formats[t][0]) == NULL;
            if (c != VALUE && (!is_whole || (c == PERIOD && strchr("cC", number_formats[t][0]) != NULL))) {
                continue;
            }
            for (size_t i = 0; i < COUNT(cell); i++) {
                cell[i] = i % N_COLUMNS != c || is_number(few_rows[i / N_COLUMNS][i % N_COLUMNS])
                              ? few_rows[i / N_COLUMNS][i % N_COLUMNS]
                              : "44";
            }
            for (size_t x = 0; x < COUNT(indices); x++) {
                for (size_t h = 0; h < COUNT(hows); h++) {
                    way w = texts_way();
                    w.columns[c] = (am_column){column_names[c], number_formats[t], indices[x], hows[h]};
                    const attain_status status = check_same(&f, &w);
                    const bool is_id = c == UNIT || c == PERIOD || c == VALUE;
                    assert_true(is_id == (status == ATTAIN_OK));
                }
            }
        }
    }
}

static void columns_of_nulls(void **state)
{
    (void)state;
    const char *cell[COUNT(few_rows) * N_COLUMNS];
    for (size_t c = 0; c < N_COLUMNS; c++) {
        for (size_t t = 0; t < 4; t++) {
            static const char *const formats[] = {"n", "u", "l", "vu"};
            const frame f = {cell, COUNT(few_rows)};
            way w = texts_way();
            for (size_t i = 0; i < COUNT(cell); i++) {
                cell[i] = i % N_COLUMNS != c ? few_rows[i / N_COLUMNS][i % N_COLUMNS] : NULL;
            }
            w.columns[c].format = formats[t];
            (void)check_same(&f, &w);
            w.flags = ATTAIN_INTAKE_SKIP_BAD_ROWS;
            assert_int_equal(check_same(&f, &w), ATTAIN_OK);
        }
    }
}

/* Rows of an offset into the struct, and rows that are null as a whole: they say nothing. */
static void structs_with_offset_and_nulls(void **state)
{
    (void)state;
    attain_error err;
    attain_report report;
    const frame f = {(const char **)few_rows[0], COUNT(few_rows)};
    for (size_t x = 0; x < COUNT(indices); x++) {
        for (size_t h = 0; h < COUNT(hows); h++) {
            way w = texts_way();
            w.struct_offset = 5;
            for (size_t c = 0; c < N_COLUMNS; c++) {
                w.columns[c].index = indices[x];
                w.columns[c].how = hows[h];
            }
            assert_int_equal(check_same(&f, &w), ATTAIN_OK);
        }
    }
    static const bool null_row[] = {false, true, false, true, false, false, false, false};
    for (size_t offset = 0; offset < 12; offset += 11) {
        way w = texts_way();
        attain_facts *facts = facts_of(&w);
        am_stream *s = am_new(w.columns, N_COLUMNS);
        s->struct_offset = offset;
        s->null_row = null_row;
        am_batch(s, few_rows[0], 8);
        check_ok(attain_facts_add_arrow(facts, &s->stream, NULL, &report, &err), &err);
        am_free(s);
        assert_int_equal(report.n_read, 8);
        assert_int_equal(report.n_empty, 3);
        assert_int_equal(attain_facts_count(facts), 5);
        attain_report_free(&report);
        attain_facts_free(facts);
    }
}

static void batches_of_any_size(void **state)
{
    (void)state;
    static const size_t ones[] = {1, 1, 1, 1, 1, 1, 1, 1};
    static const size_t empty[] = {0, 0, 3, 0, 0, 4, 0, 1, 0, 0};
    const frame f = {(const char **)few_rows[0], COUNT(few_rows)};
    const frame none = {(const char **)few_rows[0], 0};
    for (size_t t = 0; t < COUNT(text_formats); t++) {
        for (size_t x = 0; x < COUNT(indices); x++) {
            way w = texts_way();
            for (size_t c = 0; c < N_COLUMNS; c++) {
                w.columns[c].format = text_formats[t];
                w.columns[c].index = indices[x];
                w.columns[c].how = AM_BARE;
            }
            w.sizes = ones;
            w.n_sizes = COUNT(ones);
            assert_int_equal(check_same(&f, &w), ATTAIN_OK);
            w.sizes = empty;
            w.n_sizes = COUNT(empty);
            assert_int_equal(check_same(&f, &w), ATTAIN_OK);
            assert_int_equal(check_same(&none, &w), ATTAIN_OK);
        }
    }
    /* A stream without a batch. */
    way w = texts_way();
    attain_error err;
    attain_report report;
    attain_facts *facts = facts_of(&w);
    am_stream *s = am_new(w.columns, N_COLUMNS);
    check_ok(attain_facts_add_arrow(facts, &s->stream, NULL, &report, &err), &err);
    assert_int_equal(report.n_read, 0);
    attain_report_free(&report);
    am_free(s);
    attain_facts_free(facts);
}

/* ---- what is refused ---- */

static const struct {
    const char *row[N_COLUMNS];
    attain_status status;
} bad_rows[] = {
    {{"VN", "people", "2024", "1"}, ATTAIN_E_PLACE},
    {{"1", "people", "2024-01", "1"}, ATTAIN_E_PERIOD},
    {{"1", "people", "2024-Q1", "1"}, ATTAIN_E_PERIOD},
    {{"1", "workers", "2024-06-10", "1", NULL, NULL, "full_time"}, ATTAIN_E_PERIOD},
    {{"VN", "workers", "2024", "1", NULL, NULL, "full_time"}, ATTAIN_E_PLACE},
    {{"99", "people", "2024", "1"}, ATTAIN_E_UNIT},
    {{NULL, "people", "2024", "1"}, ATTAIN_E_UNIT},
    {{"1", "peple", "2024", "1"}, ATTAIN_E_MEASURE},
    {{"1", NULL, "2024", "1"}, ATTAIN_E_MEASURE},
    {{"1", "people", "2024-13", "1"}, ATTAIN_E_DATE},
    {{"1", "people", NULL, "1"}, ATTAIN_E_DATE},
    {{"1", "people", "2024", "1x"}, ATTAIN_E_NUMBER},
    {{"1", "people", "2024", "1.5"}, ATTAIN_E_DIGITS},
    {{"1", "people", "2024", "-1"}, ATTAIN_E_RANGE},
    {{"1", "people", "2024", "99999999999999999999"}, ATTAIN_E_RANGE},
    {{"1", "people", "2024", "1", "?"}, ATTAIN_E_QUALIFIER},
    {{"1", "people", "2024", "1", "missing"}, ATTAIN_E_QUALIFIER},
    {{"1", "people", "2024", NULL, "missing", "because"}, ATTAIN_E_QUALIFIER},
    {{"1", "people", "2024", "1", NULL, "M"}, ATTAIN_E_QUALIFIER},
    {{"1", "workers", "2024", "1"}, ATTAIN_E_CATEGORY},
    {{"1", "workers", "2024", "1", NULL, NULL, "fulltime"}, ATTAIN_E_CATEGORY},
    {{"1", "people", "2024", "1", NULL, NULL, "full_time"}, ATTAIN_E_CATEGORY},
    {{"1", "kids", "2024", "1", NULL, NULL, NULL, "3"}, ATTAIN_E_CATEGORY},
    {{"11", "people", "2020", "1"}, ATTAIN_E_DUPLICATE},
};

/* Each bad row alone between good ones, in plain columns, dictionaries and views, row by row and not. */
static void bad_rows_are_those_of_text(void **state)
{
    (void)state;
    static const uint32_t tunings[] = {0, ATTAIN_TUNE_ROW_BY_ROW, ATTAIN_TUNE_PORTABLE, ATTAIN_TUNE_RADIX};
    static const char *const good[] = {"3", "people", "2019", "5", NULL, NULL, NULL, NULL};
    for (size_t b = 0; b < COUNT(bad_rows); b++) {
        const char *cell[3 * N_COLUMNS];
        const frame f = {cell, 3};
        memcpy(cell, good, sizeof good);
        memcpy(cell + N_COLUMNS, bad_rows[b].row, sizeof bad_rows[b].row);
        memcpy(cell + 2 * N_COLUMNS, good, sizeof good);
        cell[2 * N_COLUMNS] = "4";
        for (size_t t = 0; t < COUNT(text_formats); t++) {
            for (size_t x = 0; x < COUNT(indices); x++) {
                way w = texts_way();
                w.tuning = tunings[(b + t + x) % COUNT(tunings)];
                w.n_threads = 1 + (uint32_t)(x % 3);
                w.before = "unit,measure,period,value\n11,people,2020,9\n";
                for (size_t c = 0; c < N_COLUMNS; c++) {
                    w.columns[c].format = text_formats[t];
                    w.columns[c].index = indices[x];
                }
                const attain_status status = check_same(&f, &w);
                if (status != bad_rows[b].status) {
                    fail_msg("row %zu is %s", b, attain_status_name(status));
                }
                w.flags = ATTAIN_INTAKE_SKIP_BAD_ROWS;
                assert_int_equal(check_same(&f, &w), ATTAIN_OK);
                w.max_issues = 1;
                assert_int_equal(check_same(&f, &w), ATTAIN_OK);
            }
        }
    }
}

static void cells_that_come_twice(void **state)
{
    (void)state;
    static const char *const twice[][N_COLUMNS] = {
        {"1", "people", "2024", "5"}, {"2", "people", "2024", "6"},      {"1", "people", "2024", "5"},
        {"2", "people", "2024", "7"}, {"2", "people", "2024", "8", "~"},
    };
    static const size_t one[] = {5};
    static const size_t two[] = {2, 3};
    static const size_t many[] = {1, 1, 1, 1, 1};
    static const struct {
        const size_t *sizes;
        size_t n;
    } splits[] = {{one, 1}, {two, 2}, {many, 5}};
    const uint32_t flags[] = {ATTAIN_INTAKE_STRICT,
                              ATTAIN_INTAKE_SAME_VALUE_IS_FINE,
                              ATTAIN_INTAKE_SUM,
                              ATTAIN_INTAKE_SKIP_BAD_ROWS,
                              ATTAIN_INTAKE_SKIP_BAD_ROWS | ATTAIN_INTAKE_SUM,
                              ATTAIN_INTAKE_SKIP_BAD_ROWS | ATTAIN_INTAKE_SAME_VALUE_IS_FINE};
    for (size_t n = 1; n <= 5; n++) {
        const frame f = {(const char **)twice[0], n};
        for (size_t s = 0; s < COUNT(splits); s++) {
            for (size_t g = 0; g < COUNT(flags); g++) {
                way w = texts_way();
                w.sizes = splits[s].sizes;
                w.n_sizes = splits[s].n;
                w.flags = flags[g];
                const attain_status status = check_same(&f, &w);
                if (n < 3 || flags[g] >= ATTAIN_INTAKE_SKIP_BAD_ROWS) {
                    assert_int_equal(status, ATTAIN_OK);
                } else if (n == 3) {
                    assert_int_equal(status,
                                     flags[g] == ATTAIN_INTAKE_STRICT ? ATTAIN_E_DUPLICATE : ATTAIN_OK);
                }
                w.before = "unit,measure,period,value\n1,people,2024,5\n";
                (void)check_same(&f, &w);
            }
        }
    }
}

static void options_that_are_none(void **state)
{
    (void)state;
    const way w = texts_way();
    attain_error err;
    static const uint32_t flags[] = {ATTAIN_INTAKE_SUM | ATTAIN_INTAKE_SAME_VALUE_IS_FINE, 16, 1u << 31};
    for (size_t i = 0; i < COUNT(flags); i++) {
        const attain_intake_options options = {.struct_size = sizeof options, .flags = flags[i]};
        attain_facts *facts = facts_of(&w);
        am_stream *s = am_new(w.columns, N_COLUMNS);
        am_batch(s, few_rows[0], 8);
        check_fails(attain_facts_add_arrow(facts, &s->stream, &options, NULL, &err), ATTAIN_E_ARGUMENT, &err);
        am_free(s); /* it was taken all the same */
        s = am_new(w.columns, N_COLUMNS);
        check_fails(attain_facts_add_arrow(NULL, &s->stream, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
        am_free(s);
        check_fails(attain_facts_add_arrow(facts, NULL, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
        attain_facts_free(facts);
    }
}

/* ---- numbers ---- */

/* One figure: takes it, gives the value of the cell. */
static attain_status take_one(const char *measure, const char *format, char index, const char *text,
                              uint32_t flags, int64_t *value, attain_error *err)
{
    const am_column columns[] = {{"unit", "u", 0, 0},
                                 {"measure", "u", 0, 0},
                                 {"period", "u", 0, 0},
                                 {"value", format, index, 0}};
    const char *const cells[] = {"1", measure, "2024", text};
    const attain_intake_options options = {.struct_size = sizeof options, .flags = flags};
    attain_facts *facts = build_facts(plan);
    am_stream *s = am_new(columns, 4);
    attain_fact fact;
    am_batch(s, cells, 1);
    const attain_status status = attain_facts_add_arrow(facts, &s->stream, &options, NULL, err);
    am_free(s);
    *value = INT64_MIN;
    if (status == ATTAIN_OK && attain_facts_count(facts) == 1) {
        check_ok(attain_facts_at(facts, 0, &fact, err), err);
        *value = fact.value;
    }
    attain_facts_free(facts);
    return status;
}

static void doubles_by_the_rule(void **state)
{
    (void)state;
    static const struct {
        const char *measure, *text;
        attain_status status;
        int64_t value;
    } cases[] = {
        {"length", "0.1", ATTAIN_OK, 1},
        {"length", "0.10000000000000002", ATTAIN_E_NUMBER, 0},
        {"length", "0.09999999999999999", ATTAIN_E_NUMBER, 0},
        {"length", "-12.5", ATTAIN_OK, -125},
        {"length", "0.25", ATTAIN_E_NUMBER, 0},
        {"length", "-0", ATTAIN_OK, 0},
        {"people", "-0", ATTAIN_OK, 0},
        {"people", "3", ATTAIN_OK, 3},
        {"people", "3.5", ATTAIN_E_NUMBER, 0},
        {"people", "1e15", ATTAIN_OK, 1000000000000000},
        {"people", "1000000000000001", ATTAIN_E_NUMBER, 0},
        {"people", "999999999999999", ATTAIN_OK, 999999999999999},
        {"people", "1e16", ATTAIN_E_NUMBER, 0},
        {"people", "1e300", ATTAIN_E_NUMBER, 0},
        {"people", "5e-324", ATTAIN_E_NUMBER, 0},
        {"money", "1e13", ATTAIN_OK, 1000000000000000},
        {"money", "-1e13", ATTAIN_OK, -1000000000000000},
        {"money", "10000000000000.01", ATTAIN_E_NUMBER, 0},
        {"money", "9999999999999.99", ATTAIN_OK, 999999999999999},
        {"money", "0.07", ATTAIN_OK, 7},
        {"money", "0.29", ATTAIN_OK, 29},
        {"money", "1.005", ATTAIN_E_NUMBER, 0},
        {"money", "1.15", ATTAIN_OK, 115},
        {"money", "inf", ATTAIN_E_NUMBER, 0},
        {"money", "-inf", ATTAIN_E_NUMBER, 0},
        {"money", "nan", ATTAIN_E_NUMBER, 0},
        {"people", "-3", ATTAIN_E_RANGE, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t x = 0; x < 2; x++) {
            attain_error err;
            int64_t value;
            const attain_status status =
                take_one(cases[i].measure, "g", x == 0 ? 0 : 'i', cases[i].text, 0, &value, &err);
            if (status != cases[i].status || (status == ATTAIN_OK && value != cases[i].value)) {
                fail_msg("%s %s: %s, %" PRId64, cases[i].measure, cases[i].text, attain_status_name(status),
                         value);
            }
        }
    }
}

/* Any decimal v * 10^-d comes back from the double nearest to it; from its neighbours it does not. */
static void doubles_and_their_neighbours(void **state)
{
    (void)state;
    static const char *const measures[] = {"trained", "length", "money"};
    rng r = rng_new(41);
    for (int i = 0; i < 600; i++) {
        const size_t d = rng_below(&r, 3);
        const uint64_t any = rng_any_size(&r) % 1000000000000001;
        char text[3][40];
        char digits[24];
        snprintf(digits, sizeof digits, "%03llu", (unsigned long long)any);
        const size_t whole = strlen(digits) - d;
        snprintf(text[0], sizeof text[0], "%.*s.%s", (int)whole, digits, digits + whole);
        const double x = strtod(text[0], NULL);
        snprintf(text[1], sizeof text[1], "%.17g", nextafter(x, HUGE_VAL));
        snprintf(text[2], sizeof text[2], "%.17g", nextafter(x, 0.0));
        for (size_t k = 0; k < (x > 0 ? 3u : 2u); k++) {
            attain_error err;
            int64_t value;
            const attain_status status = take_one(measures[d], "g", 0, text[k], 0, &value, &err);
            assert_int_equal(status, k == 0 ? ATTAIN_OK : ATTAIN_E_NUMBER);
            if (k == 0) {
                assert_int_equal(value, any);
            }
        }
    }
}

static void nan_is_empty_where_asked(void **state)
{
    (void)state;
    attain_error err;
    int64_t value;
    static const am_column columns[] = {{"unit", "u", 0, 0},
                                        {"measure", "u", 0, 0},
                                        {"period", "u", 0, 0},
                                        {"value", "g", 0, 0},
                                        {"qualifier", "u", 0, 0}};
    check_ok(take_one("people", "g", 0, "nan", ATTAIN_INTAKE_NAN_IS_EMPTY, &value, &err), &err);
    check_ok(take_one("people", "g", 'i', "nan", ATTAIN_INTAKE_NAN_IS_EMPTY, &value, &err), &err);
    check_fails(take_one("people", "g", 0, "inf", ATTAIN_INTAKE_NAN_IS_EMPTY, &value, &err), ATTAIN_E_NUMBER,
                &err);
    static const char *const cells[] = {"2",   "people",  "2024", "nan",    NULL,   "1", "people", "2024",
                                        "nan", "missing", "3",    "people", "2024", "4", NULL};
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .flags = ATTAIN_INTAKE_NAN_IS_EMPTY};
    for (int with_flag = 0; with_flag < 2; with_flag++) {
        attain_facts *facts = build_facts(plan);
        am_stream *s = am_new(columns, 5);
        attain_report report;
        am_batch(s, cells, 3);
        const attain_status status =
            attain_facts_add_arrow(facts, &s->stream, with_flag != 0 ? &options : NULL, &report, &err);
        assert_int_equal(status, with_flag != 0 ? ATTAIN_OK : ATTAIN_E_NUMBER);
        assert_int_equal(report.n_empty, with_flag);
        assert_int_equal(attain_facts_count(facts), 2 * with_flag);
        if (with_flag != 0) {
            attain_fact fact;
            check_ok(attain_facts_at(facts, 0, &fact, &err), &err);
            assert_int_equal(fact.qualifier, ATTAIN_MISSING);
        }
        attain_report_free(&report);
        attain_facts_free(facts);
        am_free(s);
    }
}

static void decimals_of_every_width(void **state)
{
    (void)state;
    static const struct {
        const char *measure, *format, *text;
        attain_status status;
        int64_t value;
    } cases[] = {
        {"money", "d:9,2,32", "-12.25", ATTAIN_OK, -1225},
        {"money", "d:9,0,32", "12", ATTAIN_OK, 1200},
        {"money", "d:9,4,32", "12.2500", ATTAIN_OK, 1225},
        {"money", "d:9,4,32", "12.2501", ATTAIN_E_DIGITS, 0},
        {"money", "d:18,2,64", "-12.25", ATTAIN_OK, -1225},
        {"money", "d:18,1,64", "12.5", ATTAIN_OK, 1250},
        {"money", "d:18,9,64", "12.250000000", ATTAIN_OK, 1225},
        {"money", "d:18,9,64", "12.250000001", ATTAIN_E_DIGITS, 0},
        {"money", "d:38,2", "-12.25", ATTAIN_OK, -1225},
        {"money", "d:38,2,128", "92233720368547758.07", ATTAIN_OK, INT64_MAX},
        {"money", "d:38,2", "92233720368547758.08", ATTAIN_E_RANGE, 0},
        {"money", "d:38,2", "-123456789012345678901234567890.12", ATTAIN_E_RANGE, 0},
        {"money", "d:38,20", "-1.25000000000000000000", ATTAIN_OK, -125},
        {"money", "d:38,20", "-1.25000000000000000001", ATTAIN_E_DIGITS, 0},
        {"money", "d:38,38", "0.01000000000000000000000000000000000000", ATTAIN_OK, 1},
        {"people", "d:38,3", "7.000", ATTAIN_OK, 7},
        {"people", "d:38,3", "7.100", ATTAIN_E_DIGITS, 0},
        {"people", "d:38,3", "-7.000", ATTAIN_E_RANGE, 0},
        {"people", "d:38,0", "9223372036854775807", ATTAIN_OK, INT64_MAX},
        {"people", "d:38,0", "9223372036854775808", ATTAIN_E_RANGE, 0},
        {"people", "L", "18446744073709551615", ATTAIN_E_RANGE, 0},
        {"people", "L", "9223372036854775807", ATTAIN_OK, INT64_MAX},
        {"people", "L", "9223372036854775808", ATTAIN_E_RANGE, 0},
        {"money", "l", "-92233720368547758", ATTAIN_OK, INT64_C(-9223372036854775800)},
        {"money", "l", "92233720368547759", ATTAIN_E_RANGE, 0},
        {"money", "l", "-9223372036854775807", ATTAIN_E_RANGE, 0},
        {"money", "c", "-128", ATTAIN_OK, -12800},
        {"people", "C", "255", ATTAIN_OK, 255},
        {"money", "s", "-32768", ATTAIN_OK, -3276800},
        {"people", "S", "65535", ATTAIN_OK, 65535},
        {"money", "i", "-2147483648", ATTAIN_OK, INT64_C(-214748364800)},
        {"people", "I", "4294967295", ATTAIN_OK, 4294967295},
        {"people", "c", "-1", ATTAIN_E_RANGE, 0},
        {"people", "i", "-1", ATTAIN_E_RANGE, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t x = 0; x < 2; x++) {
            attain_error err;
            int64_t value;
            const attain_status status =
                take_one(cases[i].measure, cases[i].format, x == 0 ? 0 : 's', cases[i].text, 0, &value, &err);
            if (status != cases[i].status || (status == ATTAIN_OK && value != cases[i].value)) {
                fail_msg("%s %s %s: %s, %" PRId64, cases[i].measure, cases[i].format, cases[i].text,
                         attain_status_name(status), value);
            }
        }
    }
}

static void numbers_of_text_in_their_format(void **state)
{
    (void)state;
    static const char *const cells[] = {"1", "money", "2024", "1.234,50", NULL, NULL, NULL, NULL,
                                        "2", "money", "2024", "7,5",      NULL, NULL, NULL, NULL};
    static const char *const wrong[] = {"1", "money", "2024", "1.5", NULL, NULL, NULL, NULL};
    const frame f = {(const char **)cells, 2};
    const frame g = {(const char **)wrong, 1};
    for (size_t t = 0; t < COUNT(text_formats); t++) {
        for (size_t x = 0; x < 2; x++) {
            way w = texts_way();
            w.numbers = ATTAIN_NUMBERS_VI;
            w.columns[VALUE].format = text_formats[t];
            w.columns[VALUE].index = x == 0 ? 0 : 'i';
            assert_int_equal(check_same(&f, &w), ATTAIN_OK);
            assert_int_equal(check_same(&g, &w), ATTAIN_E_NUMBER);
        }
    }
    /* Numbers that are no text have no format. */
    static const char *const plain[][N_COLUMNS] = {
        {"1", "money", "2024", "1234.50"},
    };
    attain_error err;
    way w = texts_way();
    attain_fact fact;
    for (size_t t = 0; t < 2; t++) {
        const frame p = {(const char **)plain[0], 1};
        attain_facts *facts = facts_of(&w);
        w.numbers = ATTAIN_NUMBERS_VI;
        w.columns[VALUE].format = t == 0 ? "g" : "d:10,2";
        check_ok(take_arrow(facts, &p, &w, NULL, &err), &err);
        check_ok(attain_facts_at(facts, 0, &fact, &err), &err);
        assert_int_equal(fact.value, 123450);
        attain_facts_free(facts);
    }
}

/* ---- periods ---- */

static void days_and_numbers_as_periods(void **state)
{
    (void)state;
    static const char *const days[][N_COLUMNS] = {
        {"1", "trained", "2025-06-10", "1"},
        {"1", "trained", "1969-12-31", "2"},
        {"1", "trained", "0001-01-01", "3"},
        {"1", "trained", "9999-12-31", "4"},
    };
    static const char *const bad_day[][N_COLUMNS] = {
        {"1", "people", "2025-06-10", "1"},
        {"1", "people", NULL, "1"},
    };
    static const char *const whole[][N_COLUMNS] = {
        {"1", "length", "2025", "1"},
        {"5", "length", "202506", "2"},
        {"2", "length", "1900", "3"},
    };
    static const char *const bad_whole[][N_COLUMNS] = {
        {"1", "length", "0", "1"},
        {"1", "length", "202513", "2"},
        {"2", "length", "12345", "3"},
    };
    const frame f[] = {{(const char **)days[0], 4},
                       {(const char **)bad_day[0], 2},
                       {(const char **)whole[0], 3},
                       {(const char **)bad_whole[0], 3}};
    for (size_t i = 0; i < 4; i++) {
        for (size_t x = 0; x < COUNT(indices); x++) {
            for (size_t h = 0; h < COUNT(hows); h++) {
                way w = texts_way();
                w.columns[PERIOD] = (am_column){"period", i < 2 ? "tdD" : "i", indices[x], hows[h]};
                const attain_status status = check_same(&f[i], &w);
                if ((i % 2 == 0) != (status == ATTAIN_OK))
                    fail_msg("%zu %s", i, attain_status_name(status));
                w.flags = ATTAIN_INTAKE_SKIP_BAD_ROWS;
                assert_int_equal(check_same(&f[i], &w), ATTAIN_OK);
            }
        }
    }
}

/* Days outside of the years 1 to 9999. */
static void days_beyond_the_calendar(void **state)
{
    (void)state;
    static const int32_t beyond[] = {INT32_MIN, INT32_MAX, ATTAIN_DAY_MIN - 1, ATTAIN_DAY_MAX + 1};
    static const char *const cells[] = {"1", "trained", "2025-06-10", "1", NULL, NULL, NULL, NULL};
    for (size_t i = 0; i < COUNT(beyond); i++) {
        for (size_t x = 0; x < 2; x++) {
            attain_error err;
            way w = texts_way();
            w.columns[PERIOD] = (am_column){"period", "tdD", x == 0 ? 0 : 'i', 0};
            attain_facts *facts = facts_of(&w);
            am_stream *s = am_new(w.columns, N_COLUMNS);
            am_batch(s, cells, 1);
            struct ArrowArray *const days =
                x == 0 ? s->batch[0].children[PERIOD] : s->batch[0].children[PERIOD]->dictionary;
            memcpy((void *)(uintptr_t)days->buffers[1], &beyond[i], sizeof beyond[i]);
            check_fails(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), ATTAIN_E_DATE, &err);
            am_free(s);
            attain_facts_free(facts);
        }
    }
}

/* ---- columns ---- */

/* A stream of any columns against CSV of the same rows. */
static void check_as_csv(const am_column *columns, size_t n_columns, const char *const *cells, size_t n,
                         const attain_intake_options *options, const char *csv, attain_status wanted)
{
    attain_error err;
    attain_error csv_err;
    attain_report report;
    attain_report csv_report;
    attain_facts *facts = build_facts(plan);
    attain_facts *other = build_facts(plan);
    am_stream *s = am_new(columns, n_columns);
    am_batch(s, cells, n / 2);
    am_batch(s, cells + n / 2 * n_columns, n - n / 2);
    check_fails(attain_facts_add_arrow(facts, &s->stream, options, &report, &err), wanted, &err);
    check_fails(build_csv(other, csv, options, &csv_report, &csv_err), wanted, &csv_err);
    am_free(s);
    assert_int_equal(report.n_read, csv_report.n_read);
    assert_int_equal(report.n_accepted, csv_report.n_accepted);
    assert_int_equal(report.n_empty, csv_report.n_empty);
    assert_int_equal(report.n_rejected, csv_report.n_rejected);
    assert_int_equal(report.n_issues, csv_report.n_issues);
    for (size_t i = 0; i < report.n_issues; i++) {
        assert_int_equal(report.issues[i].row, csv_report.issues[i].row);
        assert_int_equal(report.issues[i].status, csv_report.issues[i].status);
        assert_int_equal(report.issues[i].column, csv_report.issues[i].column);
        assert_string_equal(report.issues[i].message, csv_report.issues[i].message);
    }
    check_text(report.ignored_columns.data, report.ignored_columns.len,
               csv_report.ignored_columns.len > 0 ? csv_report.ignored_columns.data : "");
    check_same_facts(facts, other);
    attain_report_free(&report);
    attain_report_free(&csv_report);
    attain_facts_free(facts);
    attain_facts_free(other);
}

static void wide_form(void **state)
{
    (void)state;
    static const am_column columns[] = {{"period", "i", 0, 0},    {"people", "l", 0, 0},
                                        {"remark", "u", 0, 0},    {"unit", "u", 'i', AM_SLICED},
                                        {"money", "d:9,1", 0, 0}, {"trained", "g", 0, AM_SLICED}};
    static const char *const cells[] = {"2024", "5",  "a",    "1", "1.5",  NULL, "2023", "6",
                                        "b",    "1",  NULL,   "7", "2024", NULL, "c",    "2",
                                        NULL,   NULL, "2024", "8", "d",    "3",  "-1.0", "0"};
    check_as_csv(columns, 6, cells, 4, NULL,
                 "period,people,remark,unit,money,trained\n2024,5,a,1,1.5,\n2023,6,b,1,,7\n2024,,c,2,,\n"
                 "2024,8,d,3,-1.0,0\n",
                 ATTAIN_OK);
    static const char *const bad[] = {"2024", "5",  "a",    "1", "1.5",  NULL, "2024", "-6",
                                      "b",    "2",  NULL,   "7", "2024", "3",  "c",    "99",
                                      NULL,   NULL, "2024", "8", "d",    "1",  "2.0",  "0"};
    static const am_column whole[] = {{"period", "i", 0, 0}, {"people", "l", 0, 0},
                                      {"remark", "u", 0, 0}, {"unit", "u", 'i', AM_SLICED},
                                      {"money", "u", 0, 0},  {"trained", "l", 0, AM_SLICED}};
    check_as_csv(whole, 6, bad, 4, NULL,
                 "period,people,remark,unit,money,trained\n2024,5,a,1,1.5,\n2024,-6,b,2,,7\n2024,3,c,99,,\n"
                 "2024,8,d,1,2.0,0\n",
                 ATTAIN_E_RANGE);
}

static void renamed_and_ignored(void **state)
{
    (void)state;
    static const attain_str rename[] = {{"tinh", 4},   {"unit", 4}, {"nam", 3},
                                        {"period", 6}, {"so", 2},   {"value", 5}};
    const attain_intake_options options = {.struct_size = sizeof options, .rename = rename, .n_rename = 3};
    static const am_column columns[] = {{"nam", "s", 0, 0},         {"so", "C", 0, 0},
                                        {"tinh", "vu", 'c', 0},     {"measure", "u", 0, 0},
                                        {"note, long", "+l", 0, 0}, {"", "u", 0, 0}};
    static const char *const cells[] = {"2024", "5", "1", "people", NULL, "x",
                                        "2024", "6", "2", "people", NULL, "y"};
    am_column without[COUNT(columns)];
    memcpy(without, columns, sizeof columns);
    without[4].format = "n";
    check_as_csv(without, 6, cells, 2, &options,
                 "nam,so,tinh,measure,\"note, long\",\n2024,5,1,people,,x\n2024,6,2,people,,y\n", ATTAIN_OK);
    /* The type of an ignored column does not matter. */
    attain_error err;
    attain_facts *facts = build_facts(plan);
    am_stream *s = am_new(without, 6);
    am_batch(s, cells, 2);
    s->schema.children[4]->format = "+r";
    check_ok(attain_facts_add_arrow(facts, &s->stream, &options, NULL, &err), &err);
    assert_int_equal(attain_facts_count(facts), 2);
    am_free(s);
    attain_facts_free(facts);
}

static void columns_that_lack_or_come_twice(void **state)
{
    (void)state;
    static const am_column sets[][5] = {
        {{"measure", "u", 0, 0},
         {"period", "u", 0, 0},
         {"value", "u", 0, 0},
         {"a", "u", 0, 0},
         {"b", "u", 0, 0}},
        {{"unit", "u", 0, 0},
         {"measure", "u", 0, 0},
         {"value", "u", 0, 0},
         {"a", "u", 0, 0},
         {"b", "u", 0, 0}},
        {{"unit", "u", 0, 0},
         {"measure", "u", 0, 0},
         {"period", "u", 0, 0},
         {"a", "u", 0, 0},
         {"b", "u", 0, 0}},
        {{"unit", "u", 0, 0}, {"period", "u", 0, 0}, {"a", "u", 0, 0}, {"b", "u", 0, 0}, {"c", "u", 0, 0}},
        {{"unit", "u", 0, 0},
         {"measure", "u", 0, 0},
         {"period", "u", 0, 0},
         {"value", "u", 0, 0},
         {"unit", "u", 0, 0}},
    };
    for (size_t i = 0; i < COUNT(sets); i++) {
        attain_error err;
        attain_facts *facts = build_facts(plan);
        am_stream *s = am_new(sets[i], 5);
        am_batch(s, few_rows[0], 1);
        check_fails(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), ATTAIN_E_ARROW, &err);
        if (i == COUNT(sets) - 1) {
            assert_int_equal(err.index, 4);
            check_contains(err.message, "unit");
        }
        am_free(s);
        attain_facts_free(facts);
    }
}

/* ---- any rows ---- */

typedef struct maker {
    rng r;
    unsigned bad; /* of 1000 rows */
    unsigned twice;
    bool whole_units, whole_periods;
    int value; /* 0: any text; 1: whole and small; 2: two decimals */
    char *memory;
    size_t used;
} maker;

static const char *spell(maker *m, const char *format, unsigned n)
{
    char *text = m->memory + m->used;
    m->used += (size_t)snprintf(text, 40, format, n) + 1;
    return text;
}

static const char *pick(maker *m, const char *const *from, size_t n)
{
    return from[rng_below(&m->r, n)];
}

static void corrupt(maker *m, const char **row)
{
    static const char *const units[] = {"VN", "41", "Atlantis", "", NULL};
    static const char *const measures[] = {"peple", "", NULL, "money"};
    static const char *const periods[] = {"2024-01", "2025-Q2",    "2025-13",   "",
                                          NULL,      "2021..2025", "2025-06-10"};
    static const char *const values[] = {"-5", "1.5", "x", "", NULL, "1e3", "99999999999999999999999"};
    static const char *const qualifiers[] = {"?", "missing", "~", ">=", "", "="};
    static const char *const reasons[] = {"M", "because", "", NULL};
    static const char *const posts[] = {"fulltime", "full_time", "", NULL};
    static const char *const sexes[] = {"x", "m", NULL};
    switch (rng_below(&m->r, N_COLUMNS)) {
    case UNIT: row[UNIT] = m->whole_units ? "4711" : pick(m, units, COUNT(units)); break;
    case MEASURE: row[MEASURE] = pick(m, measures, COUNT(measures)); break;
    case PERIOD: row[PERIOD] = m->whole_periods ? "202401" : pick(m, periods, COUNT(periods)); break;
    case VALUE: row[VALUE] = m->value == 0 ? pick(m, values, COUNT(values)) : NULL; break;
    case QUALIFIER: row[QUALIFIER] = pick(m, qualifiers, COUNT(qualifiers)); break;
    case REASON: row[REASON] = pick(m, reasons, COUNT(reasons)); break;
    case POST: row[POST] = pick(m, posts, COUNT(posts)); break;
    default: row[SEX] = pick(m, sexes, COUNT(sexes)); break;
    }
}

/* Cell number i of all: units, seven cells of measures, years. */
static void good_row(maker *m, size_t i, const char **row)
{
    static const char *const measures[] = {"people", "workers", "workers", "kids",
                                           "kids",   "money",   "trained"};
    static const char *const posts[] = {NULL, "full_time", "part_time_in_the_evening", NULL, NULL,
                                        NULL, NULL};
    static const char *const sexes[] = {NULL, NULL, NULL, "f", "m", NULL, NULL};
    const unsigned cell = (unsigned)(i / N_UNITS % 7);
    const bool by_name = !m->whole_units && rng_below(&m->r, 8) == 0;
    memset(row, 0, N_COLUMNS * sizeof *row);
    row[UNIT] = spell(m, by_name ? "The province with number %u" : "%u", (unsigned)(i % N_UNITS) + 1);
    row[MEASURE] = measures[cell];
    row[PERIOD] = spell(m, "%u", 1600 + (unsigned)(i / N_UNITS / 7));
    row[POST] = posts[cell];
    row[SEX] = sexes[cell];
    const unsigned n = (unsigned)rng_below(&m->r, m->value == 1 ? 100 : 1000000);
    row[VALUE] = m->value != 1 && cell == 5 ? spell(m, "%u.25", n) : spell(m, "%u", n);
    if (rng_below(&m->r, 50) == 0) {
        row[QUALIFIER] = "~";
    } else if (rng_below(&m->r, 50) == 0) {
        row[QUALIFIER] = "missing";
        row[REASON] = rng_below(&m->r, 2) == 0 ? "holiday" : NULL;
        row[VALUE] = NULL;
    } else if (rng_below(&m->r, 50) == 0) {
        row[VALUE] = NULL;
    }
}

static frame make_frame(maker *m, size_t n, bool is_shuffled)
{
    frame f = {malloc((n + 1) * N_COLUMNS * sizeof *f.cell), n};
    size_t *order = malloc((n + 1) * sizeof *order);
    m->memory = malloc((n + 1) * 100);
    m->used = 0;
    for (size_t i = 0; i < n; i++) {
        order[i] = i;
        if (is_shuffled) {
            const size_t j = rng_below(&m->r, i + 1);
            order[i] = order[j];
            order[j] = i;
        }
    }
    for (size_t i = 0; i < n; i++) {
        const bool again = i > 0 && rng_below(&m->r, 1000) < m->twice;
        good_row(m, again ? order[rng_below(&m->r, i)] : order[i], f.cell + i * N_COLUMNS);
        if (rng_below(&m->r, 1000) < m->bad) {
            corrupt(m, f.cell + i * N_COLUMNS);
        }
    }
    free(order);
    return f;
}

static void free_frame(frame *f, maker *m)
{
    free(f->cell);
    free(m->memory);
}

static char any_index(maker *m, bool is_small)
{
    return is_small ? indices[rng_below(&m->r, COUNT(indices))] : "\0sSiIlL"[rng_below(&m->r, 7)];
}

static way any_way(maker *m, bool is_small)
{
    static const char *const whole_formats[] = {"i", "I", "l", "L", "s", "S"};
    static const char *const value_formats[][4] = {{"u", "U", "vu", "u"},
                                                   {"i", "l", "C", "c"},
                                                   {"g", "d:18,2,64", "d:38,2", "d:9,2,32"}};
    static const uint32_t tunings[] = {0,
                                       0,
                                       ATTAIN_TUNE_PORTABLE,
                                       ATTAIN_TUNE_AVX2,
                                       ATTAIN_TUNE_RUNS,
                                       ATTAIN_TUNE_RADIX,
                                       ATTAIN_TUNE_ROW_BY_ROW};
    static const uint32_t flags[] = {0, 0, ATTAIN_INTAKE_SAME_VALUE_IS_FINE, ATTAIN_INTAKE_SUM};
    way w = texts_way();
    for (size_t c = 0; c < N_COLUMNS; c++) {
        const bool is_whole = (c == UNIT && m->whole_units) || (c == PERIOD && m->whole_periods);
        w.columns[c].format = is_whole     ? whole_formats[rng_below(&m->r, c == UNIT ? 6 : 4)]
                              : c == VALUE ? value_formats[m->value][rng_below(&m->r, 4)]
                                           : text_formats[rng_below(&m->r, COUNT(text_formats))];
        w.columns[c].index = c == VALUE && !is_small ? '\0' : any_index(m, is_small);
        w.columns[c].how = hows[rng_below(&m->r, COUNT(hows))];
    }
    w.other_words = m->value == 2;
    w.struct_offset = rng_below(&m->r, 4) == 0 ? rng_below(&m->r, 20) : 0;
    w.n_threads = 1 + (uint32_t)rng_below(&m->r, 3);
    w.tuning = tunings[rng_below(&m->r, COUNT(tunings))];
    w.flags = flags[rng_below(&m->r, COUNT(flags))];
    w.flags |= rng_below(&m->r, 2) == 0 ? (uint32_t)ATTAIN_INTAKE_SKIP_BAD_ROWS : 0;
    w.max_issues = (uint32_t)rng_below(&m->r, 2) * 5;
    w.before = rng_below(&m->r, 4) == 0
                   ? "unit,measure,period,value\n3,people,1600,9\n5,trained,1601,\n8,money,1600,1.25\n"
                   : NULL;
    return w;
}

static maker any_maker(uint64_t seed)
{
    static const unsigned rates[] = {0, 0, 3, 100};
    maker m = {.r = rng_new(seed)};
    m.bad = rates[rng_below(&m.r, COUNT(rates))];
    m.twice = rates[rng_below(&m.r, COUNT(rates))];
    m.whole_units = rng_below(&m.r, 3) == 0;
    m.whole_periods = rng_below(&m.r, 2) == 0;
    m.value = (int)rng_below(&m.r, 3);
    return m;
}

static void any_rows_are_those_of_text(void **state)
{
    (void)state;
    size_t n_ok = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        maker m = any_maker(seed);
        size_t sizes[20];
        frame f = make_frame(&m, rng_below(&m.r, 120), rng_below(&m.r, 2) == 0);
        way w = any_way(&m, f.n < 120);
        w.sizes = sizes;
        w.n_sizes = rng_below(&m.r, 20);
        for (size_t i = 0; i < w.n_sizes; i++) {
            sizes[i] = rng_below(&m.r, 4) == 0 ? 0 : rng_below(&m.r, 40);
        }
        n_ok += check_same(&f, &w) == ATTAIN_OK;
        free_frame(&f, &m);
    }
    assert_true(n_ok > 100 && n_ok < 390);
}

/* Enough rows for every fast way: one large batch, large ones, small ones; ordered and shuffled; good, and with a few odd ones. */
static void many_rows_are_those_of_text(void **state)
{
    (void)state;
    static const size_t small[] = {4000, 4000, 0, 4000, 7, 4000};
    static const size_t large[] = {70000, 1, 65536};
    for (uint64_t round = 0; round < 12; round++) {
        maker m = any_maker(1000 + round);
        m.bad = round % 3 == 2 ? 1 : 0;
        m.twice = round % 4 == 3 ? 1 : 0;
        frame f = make_frame(&m, round < 3 ? 140000 : 30000, round % 2 == 1);
        way w = any_way(&m, false);
        w.n_threads = 1 + (uint32_t)(round % 3);
        w.flags = round % 3 == 2 ? ATTAIN_INTAKE_SKIP_BAD_ROWS : 0;
        w.before = round % 4 == 0 ? "unit,measure,period,value\n3,people,2150,9\n" : NULL;
        w.sizes = round % 3 == 0 ? NULL : round % 3 == 1 ? large : small;
        w.n_sizes = round % 3 == 0 ? 0 : round % 3 == 1 ? COUNT(large) : COUNT(small);
        const attain_status status = check_same(&f, &w);
        assert_true(m.twice > 0 || status == ATTAIN_OK);
        free_frame(&f, &m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_type),
        cmocka_unit_test(every_number_type),
        cmocka_unit_test(columns_of_nulls),
        cmocka_unit_test(structs_with_offset_and_nulls),
        cmocka_unit_test(batches_of_any_size),
        cmocka_unit_test(bad_rows_are_those_of_text),
        cmocka_unit_test(cells_that_come_twice),
        cmocka_unit_test(options_that_are_none),
        cmocka_unit_test(doubles_by_the_rule),
        cmocka_unit_test(doubles_and_their_neighbours),
        cmocka_unit_test(nan_is_empty_where_asked),
        cmocka_unit_test(decimals_of_every_width),
        cmocka_unit_test(numbers_of_text_in_their_format),
        cmocka_unit_test(days_and_numbers_as_periods),
        cmocka_unit_test(days_beyond_the_calendar),
        cmocka_unit_test(wide_form),
        cmocka_unit_test(renamed_and_ignored),
        cmocka_unit_test(columns_that_lack_or_come_twice),
        cmocka_unit_test(any_rows_are_those_of_text),
        cmocka_unit_test(many_rows_are_those_of_text),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
