/* Arrow against texts and CSV; see arrow_twin.h. */
#include "arrow_twin.h"

#include <stdio.h>
#include <stdlib.h>

static const char plan_text[] = "unit VN nation\n"
                                "unit 0123456 province in VN\n"
                                "category post: full_time, part_time_in_the_evening\n"
                                "category sex: f, m\n"
                                "measure people stock persons reported yearly by province\n"
                                "measure workers stock persons by post reported yearly by province\n"
                                "measure kids stock persons by sex reported yearly by province\n"
                                "measure visits flow visits by post, sex reported monthly by province\n"
                                "measure money flow VND decimals 2 any sign\n"
                                "measure trained flow persons\n"
                                "measure twelve_bytes stock things\n"
                                "measure thirteen_byte stock things\n"
                                "measure length stock km decimals 1 any sign\n";

attain_plan *twin_plan;

int twin_set_up(void **state)
{
    char text[8192];
    size_t len = (size_t)snprintf(text, sizeof text, "%s", plan_text);
    (void)state;
    for (int u = 1; u <= TWIN_UNITS; u++) {
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "unit %d province in VN alias \"The province with number %d\"\n", u, u);
    }
    twin_plan = build_plan(text, NULL);
    return 0;
}

int twin_tear_down(void **state)
{
    (void)state;
    build_plan_free(twin_plan);
    return 0;
}

const char *const twin_names[N_COLUMNS] = {"unit",      "measure", "period", "value",
                                           "qualifier", "reason",  "post",   "sex"};

const char *const twin_rows[8][N_COLUMNS] = {
    {"1", "people", "2024", "15"},
    {"2", "people", "2024", NULL, "missing", "confidential"},
    {"1", "workers", "2023", "7", "~", NULL, "part_time_in_the_evening"},
    {"1", "workers", "2023", "5", "=", NULL, "full_time"},
    {"12", "kids", "2022", "100", ">", NULL, NULL, "m"},
    {"7", "money", "2022", "9"},
    {"9", "trained", "2022"},
    {"12", "kids", "2022", "0", ">=", NULL, NULL, "f"},
};

const char *const twin_texts[3] = {"u", "U", "vu"};
const char twin_indices[9] = {0, 'c', 'C', 's', 'S', 'i', 'I', 'l', 'L'};
const unsigned twin_hows[9] = {0,
                               AM_SLICED,
                               AM_NULL_IN_DICTIONARY,
                               AM_UNUSED | AM_SLICED_DICTIONARY,
                               AM_UNCOUNTED | AM_SLICED,
                               AM_SLICED | AM_BITMAP | AM_SLICED_DICTIONARY,
                               AM_WORD_PER_ROW | AM_SLICED,
                               AM_SLICED | AM_LAST_UNDER_NULL,
                               AM_SLICED | AM_NULL_IN_DICTIONARY | AM_UNUSED | AM_SLICED_DICTIONARY |
                                   AM_UNCOUNTED};

/* ---- the two ways to take rows ---- */

way twin_way(const attain_plan *plan)
{
    way w = {.plan = plan, .n_threads = 1};
    for (size_t c = 0; c < N_COLUMNS; c++) {
        w.columns[c] = (am_column){twin_names[c], "u", 0, 0};
    }
    return w;
}

attain_facts *twin_facts(const way *w)
{
    attain_error err;
    attain_facts *facts;
    const attain_facts_options options = {.struct_size = sizeof options,
                                          .n_threads = w->n_threads,
                                          .tuning = w->tuning};
    check_ok(attain_facts_new(w->plan, &options, &facts, &err), &err);
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

attain_status twin_take(attain_facts *facts, const frame *f, const way *w, attain_report *report,
                        attain_error *err)
{
    const attain_intake_options options = options_of(w);
    am_stream *s = am_new(w->columns, N_COLUMNS);
    size_t done = 0;
    s->struct_offset = w->struct_offset;
    for (size_t b = 0; b < w->n_sizes; b++) {
        const size_t n = w->sizes[b] < f->n - done ? w->sizes[b] : f->n - done;
        s->pad = w->pads != NULL ? w->pads[b] : s->pad;
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

void twin_same_facts(const attain_facts *got, const attain_facts *wanted)
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

attain_status twin_check(const frame *f, const way *w)
{
    attain_error text_err = {.status = ATTAIN_OK};
    attain_error err = {.status = ATTAIN_OK};
    attain_report text_report;
    attain_report report;
    way plain = *w; /* texts go the plainest way */
    plain.n_threads = 1;
    plain.tuning = 0;
    attain_facts *wanted = twin_facts(&plain);
    attain_facts *got = twin_facts(w);
    const attain_status text_status = take_texts(wanted, f, w, &text_report, &text_err);
    const attain_status status = twin_take(got, f, w, &report, &err);
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
    twin_same_facts(got, wanted);
    attain_report_free(&report);
    attain_report_free(&text_report);
    attain_facts_free(wanted);
    attain_facts_free(got);
    return status;
}

/* ---- streams of any columns ---- */

am_stream *twin_stream(const am_column *columns, size_t n_columns, const char *const *cells, size_t n_rows)
{
    am_stream *s = am_new(columns, n_columns);
    am_batch(s, cells, n_rows);
    return s;
}

void twin_takes(am_stream *s, const attain_intake_options *options, const char *csv)
{
    attain_error err;
    attain_facts *facts = build_facts(twin_plan);
    attain_facts *by_csv = build_facts(twin_plan);
    check_ok(attain_facts_add_arrow(facts, &s->stream, options, NULL, &err), &err);
    build_add(by_csv, csv);
    assert_int_equal(attain_facts_count(facts), attain_facts_count(by_csv));
    twin_same_facts(facts, by_csv);
    attain_facts_free(facts);
    attain_facts_free(by_csv);
    am_free(s);
}

void twin_refuses_by(am_stream *s, const attain_facts_options *how, const attain_intake_options *options,
                     attain_status status, int64_t index, const char *part, const char *what)
{
    static const char there[] = "unit,measure,period,value\n1,people,1990,7\n2,money,1990,7.25\n";
    attain_error err = {.status = ATTAIN_OK};
    attain_facts *facts;
    attain_facts *before = build_facts(twin_plan);
    check_ok(attain_facts_new(twin_plan, how, &facts, &err), &err);
    build_add(facts, there);
    build_add(before, there);
    const attain_status got = attain_facts_add_arrow(facts, &s->stream, options, NULL, &err);
    if (got != status || err.status != status || err.index != index || strstr(err.message, part) == NULL) {
        fail_msg("%s: %s at %" PRId64 ", wanted %s at %" PRId64 " with '%s': %s", what,
                 attain_status_name(got), err.index, attain_status_name(status), index, part, err.message);
    }
    twin_same_facts(facts, before);
    attain_facts_free(before);
    attain_facts_free(facts);
    am_free(s);
}

void twin_refuses(am_stream *s, const attain_intake_options *options, attain_status status, int64_t index,
                  const char *part)
{
    twin_refuses_by(s, NULL, options, status, index, part, "a stream");
}
