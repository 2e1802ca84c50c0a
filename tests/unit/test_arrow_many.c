/* Arrow against its slow twin: random tables, right and wrong, as Arrow streams of random types, slices and batches must give the facts, the counts
 * and the issues that the same rows give as text; whatever way the batches go. */
#include "facts/facts.h"
#include "support/arrow_build.h"
#include "support/build_plan.h"
#include "support/check.h"
#include "support/rng.h"

#include <stdio.h>
#include <stdlib.h>

static const char plan_text[] =
    "unit VN \"VN\" nation\n"
    "unit P \"P\" province in VN\n"
    "unit P.1 \"A\" district in P\n"
    "unit P.2 \"B\" district in P until 2023-12-31\n"
    "unit P.3 \"C\" district in P\n"
    "unit 4711 \"D\" district in P\n"
    "unit a-district-with-a-name-of-some-length \"E\" district in P\n"
    "unit a-district-with-a-name-of-some-lengtH \"F\" district in P\n"
    "category post: full, part\n"
    "category sex: f, m, x\n"
    "measure people \"p\" stock persons reported yearly by district\n"
    "measure visits \"v\" flow visits by post, sex reported monthly by district\n"
    "measure births \"b\" flow births reported monthly by district\n"
    "measure money \"m\" flow VND decimals 2 any sign reported monthly by district\n"
    "measure other \"o\" flow things none over units\n";

static attain_plan *plan;

static int set_up(void **state)
{
    (void)state;
    plan = build_plan(plan_text, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    build_plan_free(plan);
    return 0;
}

/* ---- random tables ---- */

enum { N_COLUMNS = 8 };
static const char *const names[N_COLUMNS] = {"unit", "measure", "period",    "post",
                                             "sex",  "value",   "qualifier", "reason"};

typedef struct table {
    size_t n;
    const char **cells[N_COLUMNS]; /* by column; NULL: null */
    char (*values)[16];
} table;

/* One of the words; most of the time one of the first n_good. */
static const char *any(rng *r, const char *const *words, size_t n_good, size_t n, unsigned bad_in)
{
    return words[bad_in > 0 && rng_below(r, bad_in) == 0 ? rng_below(r, n) : rng_below(r, n_good)];
}

static const char *const units[] = {"P.1",
                                    "P.3",
                                    "4711",
                                    "a-district-with-a-name-of-some-length",
                                    "a-district-with-a-name-of-some-lengtH",
                                    "P.2",
                                    "P",
                                    "VN",
                                    "P.9",
                                    "",
                                    NULL,
                                    "p.1",
                                    "a-district-with-a-name-of-some-LENGTH"};
static const char *const measures[] = {"people", "births", "visits", "money", "other", "peoples", "", NULL};
static const char *const posts[] = {"full", "part", "", NULL, "none"};
static const char *const sexes[] = {"f", "m", "x", NULL, "", "male"};
static const char *const qualifiers[] = {NULL, "", "=", ">", "~", "missing", "?"};
static const char *const reasons[] = {NULL, "", "holiday", "M", "because"};

static const char *period_of(rng *r, const char *measure, unsigned bad_in)
{
    static const char *const years[] = {"2020", "2021", "2022", "2023", "2024", "2025"};
    static const char *const months[] = {"2021-01", "2021-02", "2021-03", "2021-04", "2021-05", "2021-06",
                                         "2021-07", "2021-08", "2021-09", "2021-10", "2021-11", "2021-12",
                                         "2022-01", "2022-02", "202203",  "2022-04", "2022-05", "2022-06"};
    static const char *const strange[] = {"2020-Q1",  "2021-01-01..2021-03-31",
                                          "20200101", "x",
                                          "",         NULL,
                                          "2020-W05", "1850"};
    if (bad_in > 0 && rng_below(r, bad_in) == 0) {
        return strange[rng_below(r, 8)];
    }
    return measure != NULL && strcmp(measure, "people") == 0 ? years[rng_below(r, 6)]
                                                             : months[rng_below(r, 18)];
}

/* bad_in: one in so many cells may be strange; 0: none is. */
static void fill_row(table *t, size_t i, rng *r, unsigned bad_in)
{
    const char *measure = any(r, measures, 4, 8, bad_in);
    const bool by = measure != NULL && strcmp(measure, "visits") == 0;
    t->cells[0][i] = any(r, units, 5, 13, bad_in);
    t->cells[1][i] = measure;
    t->cells[2][i] = period_of(r, measure, bad_in);
    t->cells[3][i] = any(r, by ? posts : posts + 2, 2, by ? 5 : 3, bad_in);
    t->cells[4][i] = any(r, by ? sexes : sexes + 3, by ? 3 : 2, by ? 6 : 3, bad_in);
    const int64_t value =
        (int64_t)rng_below(r, 1000000) - (bad_in > 0 && rng_below(r, bad_in) == 0 ? 500000 : 0);
    (void)snprintf(t->values[i], sizeof t->values[i], "%lld", (long long)value);
    t->cells[5][i] = bad_in > 0 && rng_below(r, bad_in) == 0 ? NULL : t->values[i];
    t->cells[6][i] = any(r, qualifiers, 3, 7, bad_in);
    t->cells[7][i] = any(r, reasons, 2, 5, bad_in);
}

static table make_table(rng *r, size_t n, unsigned bad_in)
{
    table t = {.n = n, .values = malloc((n + 1) * sizeof *t.values)};
    for (size_t c = 0; c < N_COLUMNS; c++) {
        t.cells[c] = malloc((n + 1) * sizeof **t.cells);
    }
    for (size_t i = 0; i < n; i++) {
        fill_row(&t, i, r, bad_in);
    }
    return t;
}

/* Sorted, each cell once: births and visits of five units, month by month from 1901 on. */
static table make_series(size_t n)
{
    static char months[2000][8];
    rng r = rng_new(1);
    table t = make_table(&r, n, 0);
    const size_t n_months = n / 20;
    for (size_t m = 0; m < n_months; m++) {
        (void)snprintf(months[m], sizeof months[m], "%04u-%02u", (unsigned)(1901 + m / 12) % 10000,
                       (unsigned)(m % 12 + 1));
    }
    for (size_t i = 0; i < n; i++) {
        const size_t series = i / n_months;
        const bool by = series % 4 != 0;
        t.cells[0][i] = units[series / 4];
        t.cells[1][i] = by ? "visits" : "births";
        t.cells[2][i] = months[i % n_months];
        t.cells[3][i] = by ? posts[0] : NULL;
        t.cells[4][i] = by ? sexes[series % 4 - 1] : NULL;
        t.cells[6][i] = t.cells[7][i] = NULL;
    }
    return t;
}

static void free_table(table *t)
{
    for (size_t c = 0; c < N_COLUMNS; c++) {
        free(t->cells[c]);
    }
    free(t->values);
}

/* ---- both ways ---- */

typedef struct outcome {
    attain_status status;
    attain_error err;
    attain_report report;
    attain_text bytes;
} outcome;

static void finish(outcome *o, attain_facts *facts)
{
    attain_error err;
    check_ok(attain_facts_to_bytes(facts, &o->bytes, &err), &err);
    attain_facts_free(facts);
}

static attain_facts *facts_with(uint32_t n_threads, uint32_t tuning)
{
    attain_error err;
    attain_facts *facts = NULL;
    const attain_facts_options options = {.struct_size = sizeof options,
                                          .n_threads = n_threads,
                                          .tuning = tuning};
    check_ok(attain_facts_new(plan, &options, &facts, &err), &err);
    return facts;
}

static outcome as_text(const table *t, uint32_t flags)
{
    outcome o;
    const attain_intake_options options = {.struct_size = sizeof options, .flags = flags, .max_issues = 50};
    attain_str *columns[N_COLUMNS];
    attain_str *members = malloc((2 * t->n + 1) * sizeof *members);
    static const attain_str member_columns[] = {{"post", 4}, {"sex", 3}};
    memset(&o, 0, sizeof o);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        columns[c] = malloc((t->n + 1) * sizeof **columns);
        for (size_t i = 0; i < t->n; i++) {
            const char *cell = t->cells[c][i];
            columns[c][i] = (attain_str){cell != NULL ? cell : "", cell != NULL ? strlen(cell) : 0};
            if (c == 3 || c == 4) {
                members[2 * i + (c - 3)] = columns[c][i];
            }
        }
    }
    const attain_fact_text_columns text = {.unit = columns[0],
                                           .measure = columns[1],
                                           .period = columns[2],
                                           .value = columns[5],
                                           .qualifier = columns[6],
                                           .reason = columns[7],
                                           .member = members,
                                           .member_columns = member_columns,
                                           .n_member_columns = 2};
    attain_facts *facts = facts_with(1, 0);
    o.status = attain_facts_add_text(facts, &text, t->n, &options, &o.report, &o.err);
    finish(&o, facts);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        free(columns[c]);
    }
    free(members);
    return o;
}

static const char *const text_formats[] = {"u", "U", "vu", "s:u", "S:vu", "i:U", "i:u?", "L:u"};
static const char *const value_formats[] = {"l", "i",  "g",   "d:30,3", "d:9,0,32",
                                            "u", "vu", "l:l", "i:g",    "I:u?"};

static void put_values(arrow_source *s, const char *format, const char *const *cells, size_t n)
{
    int64_t *ints = malloc((n + 1) * sizeof *ints);
    double *doubles = malloc((n + 1) * sizeof *doubles);
    char *valid = malloc(n + 1);
    const int64_t scale =
        strchr(format, ',') != NULL && strstr(format, ",3") != NULL && strstr(format, ",32") == NULL ? 1000
                                                                                                     : 1;
    for (size_t i = 0; i < n; i++) {
        ints[i] = cells[i] != NULL ? strtoll(cells[i], NULL, 10) * scale : 7;
        doubles[i] = (double)ints[i];
        valid[i] = cells[i] != NULL ? '1' : '0';
    }
    if (strchr(format, 'u') != NULL) {
        arrow_text(s, "value", format, cells);
    } else if (strchr(format, 'g') != NULL) {
        arrow_doubles(s, "value", format, doubles, valid);
    } else {
        arrow_ints(s, "value", format, ints, valid);
    }
    free(ints);
    free(doubles);
    free(valid);
}

/* In n_batches of any sizes. */
static outcome as_arrow(const table *t, uint32_t flags, size_t n_batches, rng *r, attain_facts *facts)
{
    outcome o;
    const attain_intake_options options = {.struct_size = sizeof options, .flags = flags, .max_issues = 50};
    const char *formats[N_COLUMNS];
    memset(&o, 0, sizeof o);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        formats[c] =
            c == 5 ? value_formats[rng_below(r, t->n > 4000 ? 9 : 10)] : text_formats[rng_below(r, 8)];
    }
    arrow_source *s = arrow_new();
    size_t first = 0;
    for (size_t b = 0; b < n_batches; b++) {
        const size_t n = b + 1 == n_batches ? t->n - first : rng_below(r, t->n - first + 1);
        arrow_batch(s, (int64_t)n, (int64_t)rng_below(r, 3) * 5);
        for (size_t c = 0; c < N_COLUMNS; c++) {
            if (c == 5) {
                put_values(s, formats[c], t->cells[c] + first, n);
            } else {
                arrow_text(s, names[c], formats[c], t->cells[c] + first);
            }
        }
        first += n;
    }
    o.status = attain_facts_add_arrow(facts, arrow_stream(s), &options, &o.report, &o.err);
    finish(&o, facts);
    arrow_free(s);
    return o;
}

static void free_outcome(outcome *o)
{
    attain_report_free(&o->report);
    attain_text_free(&o->bytes);
}

static void check_same(const outcome *got, const outcome *wanted)
{
    if (got->status != wanted->status) {
        print_error("got '%s', wanted '%s'\n", got->err.message, wanted->err.message);
    }
    assert_int_equal(got->status, wanted->status);
    if (wanted->status != ATTAIN_OK) {
        assert_string_equal(got->err.message, wanted->err.message);
        assert_int_equal(got->err.index, wanted->err.index);
    }
    assert_int_equal(got->report.n_read, wanted->report.n_read);
    assert_int_equal(got->report.n_accepted, wanted->report.n_accepted);
    assert_int_equal(got->report.n_rejected, wanted->report.n_rejected);
    assert_int_equal(got->report.n_empty, wanted->report.n_empty);
    assert_int_equal(got->report.n_same, wanted->report.n_same);
    assert_int_equal(got->report.n_more_issues, wanted->report.n_more_issues);
    assert_int_equal(got->report.n_issues, wanted->report.n_issues);
    for (size_t i = 0; i < wanted->report.n_issues; i++) {
        const attain_issue *a = &got->report.issues[i];
        const attain_issue *b = &wanted->report.issues[i];
        if (a->row != b->row || a->other_row != b->other_row) {
            print_error("issue %d of %d: row %d '%s', wanted row %d '%s'\n", (int)i,
                        (int)wanted->report.n_issues, (int)a->row, a->message, (int)b->row, b->message);
        }
        assert_int_equal(a->row, b->row);
        assert_int_equal(a->other_row, b->other_row);
        assert_int_equal(a->status, b->status);
        assert_string_equal(a->message, b->message);
    }
    assert_int_equal(got->bytes.len, wanted->bytes.len);
    assert_memory_equal(got->bytes.data, wanted->bytes.data, wanted->bytes.len);
}

static const uint32_t all_flags[] = {ATTAIN_INTAKE_STRICT, ATTAIN_INTAKE_SKIP_BAD_ROWS, ATTAIN_INTAKE_SUM,
                                     ATTAIN_INTAKE_SAME_VALUE_IS_FINE,
                                     ATTAIN_INTAKE_SUM | ATTAIN_INTAKE_SKIP_BAD_ROWS};
static const uint32_t tunings[] = {ATTAIN_TUNE_DEFAULT, ATTAIN_TUNE_ROW_BY_ROW, ATTAIN_TUNE_PORTABLE,
                                   ATTAIN_TUNE_AVX2,    ATTAIN_TUNE_RUNS,       ATTAIN_TUNE_RADIX};

static void small_tables(void **state)
{
    (void)state;
    rng r = rng_new(42);
    for (int round = 0; round < 600; round++) {
        static const unsigned bad_in[] = {0, 30, 6, 2};
        const size_t n = rng_below(&r, round % 10 == 0 ? 600 : 40);
        table t = make_table(&r, n, bad_in[round % 4]);
        const uint32_t flags = all_flags[rng_below(&r, 5)];
        outcome wanted = as_text(&t, flags);
        for (int way = 0; way < 3; way++) {
            outcome got = as_arrow(&t, flags, 1 + rng_below(&r, 4), &r,
                                   facts_with(way == 2 ? 3 : 1, tunings[rng_below(&r, 6)]));
            check_same(&got, &wanted);
            free_outcome(&got);
        }
        free_outcome(&wanted);
        free_table(&t);
    }
}

/* Large batches go into the load directly, and are looked at once more when something is odd. */
static void large_batches(void **state)
{
    (void)state;
    rng r = rng_new(43);
    for (int round = 0; round < 12; round++) {
        static const unsigned bad_in[] = {0, 20000, 500, 9};
        const size_t n = 17000 + rng_below(&r, 60000);
        table t = make_table(&r, n, bad_in[round % 4]);
        const uint32_t flags = all_flags[round % 5 == 0 ? 4 : round % 5];
        outcome wanted = as_text(&t, flags);
        outcome got = as_arrow(&t, flags, 1 + (size_t)round % 3, &r, facts_with(1 + (uint32_t)round % 3, 0));
        check_same(&got, &wanted);
        free_outcome(&got);
        free_outcome(&wanted);
        free_table(&t);
    }
}

/* What large batches are made for: sorted, nothing comes twice, and nearly everything is plain. */
static void series(void **state)
{
    (void)state;
    rng r = rng_new(44);
    for (int round = 0; round < 15; round++) {
        table t = make_series(20000);
        switch (round % 5) {
        case 1: t.cells[0][12345] = "P"; break;               /* may not report */
        case 2: t.cells[2][12345] = "2020"; break;            /* not its rhythm */
        case 3: t.cells[5][12345] = NULL; break;              /* empty */
        case 4: t.cells[2][12345] = t.cells[2][12344]; break; /* twice */
        default: break;
        }
        outcome wanted = as_text(&t, 0);
        outcome got = as_arrow(&t, 0, 1 + (size_t)round % 2, &r,
                               facts_with(1 + (uint32_t)round / 5, tunings[round % 6]));
        assert_int_equal(wanted.status, round % 5 == 1   ? ATTAIN_E_PLACE
                                        : round % 5 == 2 ? ATTAIN_E_PERIOD
                                        : round % 5 == 4 ? ATTAIN_E_DUPLICATE
                                                         : ATTAIN_OK);
        check_same(&got, &wanted);
        free_outcome(&got);
        free_outcome(&wanted);
        free_table(&t);
    }
}

/* ---- progress ---- */

typedef struct counter {
    int n, stop_at;
    uint64_t last;
} counter;

static int count_progress(void *ctx, uint64_t done, uint64_t total)
{
    counter *c = ctx;
    assert_int_equal(total, 0);
    assert_true(done >= c->last);
    c->last = done;
    return ++c->n == c->stop_at;
}

static void an_intake_can_be_stopped(void **state)
{
    (void)state;
    rng r = rng_new(45);
    table t = make_table(&r, 200000, 0);
    for (int stop_at = 0; stop_at < 4; stop_at++) {
        attain_error err;
        counter c = {0, stop_at, 0};
        attain_facts *facts = facts_with(1, 0);
        const attain_intake_options options = {.struct_size = sizeof options,
                                               .flags = ATTAIN_INTAKE_SUM,
                                               .progress = count_progress,
                                               .progress_ctx = &c};
        arrow_source *s = arrow_new();
        arrow_batch(s, (int64_t)t.n, 0);
        for (size_t k = 0; k < 5; k++) {
            arrow_text(s, names[k], "S:u", t.cells[k]);
        }
        put_values(s, "l", t.cells[5], t.n);
        const attain_status status = attain_facts_add_arrow(facts, arrow_stream(s), &options, NULL, &err);
        assert_int_equal(status, stop_at == 0 ? ATTAIN_OK : ATTAIN_E_CANCELLED);
        assert_true(stop_at != 0 || (c.n >= 4 && c.last == t.n));
        assert_int_equal(attain_facts_count(facts) == 0, stop_at != 0);
        attain_facts_free(facts);
        arrow_free(s);
    }
    free_table(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_tables),
        cmocka_unit_test(large_batches),
        cmocka_unit_test(series),
        cmocka_unit_test(an_intake_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
