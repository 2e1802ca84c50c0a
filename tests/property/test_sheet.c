/* Sheets against the judge: random plans, scored as the library likes and row by row, give the same cells: every column bit for bit,
 * every word, every printed number, every look-up and summary. The plans are made of what sheets are for and of a little of what they
 * are not for; that most rows did come from sheets is counted.
 *
 * ATTAIN_PROPERTY_WORLDS, ATTAIN_PROPERTY_SEED: as in test_oracle.c. */
#include "score/table.h"
#include "support/build_plan.h"
#include "support/check.h"
#include "support/rng.h"

#include <stdio.h>
#include <stdlib.h>

enum { N_WORLDS = 120, TEXT_BYTES = 1 << 20, N_COMMUNES = 14, FIRST_YEAR = 2017, LAST_YEAR = 2022 };

static uint64_t n_rows_seen, n_rows_of_sheets, n_rows_of_shares;

typedef struct writer {
    char *data;
    size_t len;
} writer;

__attribute__((format(printf, 2, 3))) static void say(writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(w->data + w->len, TEXT_BYTES - w->len, format, args);
    va_end(args);
    assert_true(n >= 0 && w->len + (size_t)n < TEXT_BYTES);
    w->len += (size_t)n;
}

#define PICK(r, list) ((list)[rng_below((r), sizeof(list) / sizeof((list)[0]))])

/* ---- plans ---- */

static void say_units(writer *w, rng *r)
{
    const bool moves = rng_below(r, 3) == 0;
    say(w, "type body: school, clinic\ncategory sex: f, m\nunit N nation\nunit P0 province in N\n"
           "unit P1 province in N\nunit S0 school in P1\n");
    for (int c = 0; c < N_COMMUNES; c++) {
        const char *const when[] = {" from 2019-07-01", " until 2020-12-31", " from 2023-01-01",
                                    " until 2016-12-31"};
        say(w, "unit C%d commune in P%d%s\n", c, c % 2, moves && rng_below(r, 8) == 0 ? PICK(r, when) : "");
        if (rng_below(r, 4) == 0) {
            say(w, "unit C%d.S school in C%d\n", c, c);
        }
    }
}

/* m0 to m6 are flows or stocks; m7 has parts. */
static void say_measures(writer *w, rng *r)
{
    static const char *const every[] = {"yearly", "half-yearly", "quarterly", "monthly", "yearly"};
    static const char *const by[] = {" by commune", " by commune", " by commune", " by body", ""};
    static const char *const dues[] = {"", "", "", "  decimals 1", "  decimals 3"};
    for (int m = 0; m < 8; m++) {
        const char *const who = PICK(r, by);
        say(w, "measure m%d\n  %s things%s%s  reported %s%s\n", m, rng_below(r, 2) == 0 ? "flow" : "stock",
            m >= 6 ? "  by sex" : "", PICK(r, dues), PICK(r, every), who);
        if (rng_below(r, 20) == 0) {
            say(w, "  break 2020-01-01 \"new form\"\n");
        }
    }
}

enum { N_INDICATORS = 16 };
typedef struct shares {
    bool is[N_INDICATORS];
    bool in_percent[N_INDICATORS]; /* shown so, and no share: points may be asked of it */
} shares;

static shares say_indicators(writer *w, rng *r)
{
    shares share = {{false}, {false}};
    static const char *const forms[] = {"m%d",
                                        "m%d / m%d",
                                        "m%d / m%d",
                                        "m%d / m%d",
                                        "3 * m%d / m%d",
                                        "m%d / (0.5 * m%d)",
                                        "0.987654321 * m%d / (0.123456789 * m%d)",
                                        "m6[sex=f] / m6",
                                        "m6[sex=f] / m6[sex=m]",
                                        "m7[sex=f] / m%d",
                                        "m%d / m7",
                                        "m7",
                                        "2.5 * m%d",
                                        "m%d + m%d"};
    static const char *const shown[] = {
        "", "", "", "  shown as percent\n", "  shown as per 1000\n", "  shown as 1 per N\n"};
    for (int i = 0; i < N_INDICATORS; i++) {
        say(w, "indicator i%d = ", i);
        const int a = (int)rng_below(r, 6);
        const char *const form = PICK(r, forms);
        for (const char *at = form; *at != '\0'; at++) {
            if (at[0] == '%') {
                say(w, "%d", at == form || strchr(form, '%') == at ? a : (a + 1 + (int)rng_below(r, 4)) % 6);
                at++;
            } else {
                say(w, "%c", *at);
            }
        }
        const char *const shown_as = strchr(form, '/') != NULL ? PICK(r, shown) : "";
        say(w, "\n%s", shown_as);
        share.in_percent[i] = strstr(shown_as, "percent") != NULL;
        if (strchr(form, '/') != NULL && rng_below(r, 3) == 0) {
            say(w, "  share\n");
            share.is[i] = true;
            share.in_percent[i] = false;
        } else if (rng_below(r, 14) == 0) {
            say(w, "  annualised\n");
        }
    }
    return share;
}

static void say_number(writer *w, rng *r, bool of_share)
{
    static const char *const parts[] = {"0.5", "40%",        "0.333",     "100%",
                                        "90%", "33.333333%", "1 per 700", "12.5%"};
    static const char *const numbers[] = {"0",
                                          "0.5",
                                          "1",
                                          "2",
                                          "3",
                                          "0.25",
                                          "1 per 3",
                                          "40%",
                                          "0.333",
                                          "10",
                                          "120",
                                          "0.0001",
                                          "7.125",
                                          "1 per 700",
                                          "100%",
                                          "250 per 1000",
                                          "33.333333%",
                                          "0.712345679",
                                          "987654321.123456789"};
    say(w, "%s", of_share ? PICK(r, parts) : PICK(r, numbers));
}

static void say_base(writer *w, rng *r, bool of_share)
{
    static const char *const periods[] = {"2017", "2018", "2019", "2018", "2019-H1", "2018-Q2"};
    if (rng_below(r, 4) == 0) {
        say_number(w, r, of_share);
        say(w, " stated for 2016");
    } else {
        say(w, "%s", PICK(r, periods));
    }
}

static void say_phrase(writer *w, rng *r, bool of_share, bool in_percent)
{
    static const char *const points[] = {"10%", "30%", "5 points", "20 points", "0.5 points"};
    static const char *const ops[] = {"at least", "at most", "more than", "less than", "reaches", "exactly"};
    static const char *const amounts[] = {"10%", "30%", "100%", "45%", "0.5%", "12.5%"};
    const uint64_t how = rng_below(r, 12);
    if (how < 6) {
        say(w, "%s ", PICK(r, ops));
        say_number(w, r, of_share);
    } else if (how == 6) {
        say(w, "between 0.25 and %d", of_share ? 1 : 1 + (int)rng_below(r, 3));
    } else if (how == 7) {
        say(w, "%s 0.5%s", rng_below(r, 2) == 0 ? "about" : "at least about",
            rng_below(r, 4) == 0   ? ""
            : rng_below(r, 2) == 0 ? " within 10%"
                                   : " within 0.5%");
    } else {
        const bool direction = rng_below(r, 3) == 0;
        say(w, "%s%s%s over ", rng_below(r, 2) == 0 ? "up" : "down", direction ? "" : " ",
            direction                                          ? ""
            : of_share || (in_percent && rng_below(r, 2) == 0) ? PICK(r, points)
                                                               : PICK(r, amounts));
        say_base(w, r, of_share);
    }
}

static void say_target(writer *w, rng *r, const shares *share, int t)
{
    static const char *const scopes[] = {"",
                                         " for every commune",
                                         " for every commune",
                                         " for every commune",
                                         " for P0, C1, C4",
                                         " for every province",
                                         " for every body"};
    static const char *const dues[] = {"2020", "2022", "2025", "2030", "2021-H1", "2023-06-30", "2020-Q4"};
    const int i = (int)rng_below(r, N_INDICATORS);
    say(w, "target t%d\n  i%d ", t, i);
    const size_t from = w->len;
    say_phrase(w, r, share->is[i], share->in_percent[i]);
    const bool is_change = strstr(w->data + from, " over ") != NULL;
    say(w, " by %s%s\n", PICK(r, dues), PICK(r, scopes));
    if (!is_change && rng_below(r, 2) == 0) {
        say(w, "  baseline ");
        say_base(w, r, share->is[i]);
        say(w, "\n");
    }
    say(w, "%s",
        rng_below(r, 12) == 0   ? "  undefined \"things\"\n"
        : rng_below(r, 12) == 0 ? "  vision\n"
        : rng_below(r, 12) == 0 ? "  path steps\n"
                                : "");
}

/* ---- facts ---- */

static void say_fact(writer *w, rng *r, const char *unit, int m, const char *period, int64_t most, int odd)
{
    static const char *const qualifiers[] = {">", "<=", "~"};
    const int64_t value = rng_below(r, 6) == 0 ? 0 : (int64_t)rng_below(r, (uint64_t)most);
    for (int sex = 0; sex < (m >= 6 ? 2 : 1); sex++) {
        say(w, "%s,m%d,%s,%lld,%s,%s\n", unit, m, period, (long long)value + sex * (long long)rng_below(r, 3),
            odd > 0 && rng_below(r, (uint64_t)odd) == 0 ? PICK(r, qualifiers) : "",
            m < 6      ? ""
            : sex == 0 ? "f"
                       : "m");
    }
}

typedef struct measure_facts {
    attain_period_type every;
    bool by_body, by_all;
    uint64_t n_absent; /* of a hundred */
    int64_t most;
    int odd;
} measure_facts;

static void say_period(char *out, size_t cap, attain_period_type every, int year, int k)
{
    k &= 31; /* so that the compiler sees how long it gets */
    switch ((int)every) {
    case ATTAIN_PERIOD_YEAR: snprintf(out, cap, "%d", year); break;
    case ATTAIN_PERIOD_HALF_YEAR: snprintf(out, cap, "%d-H%d", year, k + 1); break;
    case ATTAIN_PERIOD_QUARTER: snprintf(out, cap, "%d-Q%d", year, k + 1); break;
    default: snprintf(out, cap, "%d-%02d", year, k + 1); break;
    }
}

static void say_facts_of(writer *w, rng *r, const atn_model *model, int m, uint32_t body)
{
    static const uint64_t absences[] = {0, 0, 0, 1, 5, 60};
    static const int64_t sizes[] = {4, 30, 30, 5000, INT64_C(3000000000), INT64_C(900000000000)};
    static const int slots[] = {0, 0, 0, 12, 4, 2, 1};
    char id[16];
    snprintf(id, sizeof id, "m%d", m);
    const uint32_t index = ATN_THING_INDEX(atn_names_find(&model->thing_names, (atn_str){id, strlen(id)}));
    const atn_measure *const measure = &model->measures[index];
    const uint64_t n_absent = PICK(r, absences);
    const int64_t most = PICK(r, sizes);
    const int odd = rng_below(r, 10) == 0 ? 30 : 0;
    for (uint32_t u = 0; u < model->n_units; u++) {
        const bool reports = measure->reported_type == ATN_NONE
                                 ? !model->units[u].has_children
                                 : atn_type_includes(model, measure->reported_type, model->units[u].type);
        for (int year = FIRST_YEAR; reports && year <= LAST_YEAR; year++) {
            for (int k = 0; k < slots[measure->reported]; k++) {
                char period[16];
                say_period(period, sizeof period, measure->reported, year, k);
                const attain_period at = build_period(period);
                if (atn_unit_is_valid(model, u, at.end_day) && rng_below(r, 100) >= n_absent &&
                    !(year == LAST_YEAR && k > 6)) {
                    say_fact(w, r, model->units[u].id.data, m, period, most, odd);
                }
            }
        }
    }
    (void)body;
}

static attain_facts *make_facts(const attain_plan *plan, uint64_t seed, uint32_t tuning)
{
    rng r = rng_new(seed);
    writer w = {calloc(1, TEXT_BYTES), 0};
    assert_non_null(w.data);
    say(&w, "unit,measure,period,value,qualifier,sex\n");
    for (int m = 0; m < 8; m++) {
        say_facts_of(&w, &r, &plan->model, m, 0);
    }
    const attain_facts_options options = {.struct_size = sizeof options, .tuning = tuning};
    attain_facts *facts = NULL;
    attain_error err;
    check_ok(attain_facts_new(plan, &options, &facts, &err), &err);
    build_add(facts, w.data);
    free(w.data);
    return facts;
}

/* ---- comparing ---- */

static void compare_columns(const attain_table *a, const attain_table *b)
{
    const attain_column *columns = NULL;
    const size_t n_columns = attain_table_columns(a, &columns);
    const size_t n = attain_table_rows(a);
    attain_error err;
    for (size_t c = 0; c < n_columns; c++) {
        const attain_column column = columns[c];
        size_t bad = n;
        if (column >= ATTAIN_COL_NUMERATOR && column <= ATTAIN_COL_PATH) {
            const double *x = NULL;
            const double *y = NULL;
            const uint8_t *x_valid = NULL;
            const uint8_t *y_valid = NULL;
            check_ok(attain_table_doubles(a, column, &x, &x_valid, &err), &err);
            check_ok(attain_table_doubles(b, column, &y, &y_valid, &err), &err);
            for (size_t i = 0; i < n && bad == n; i++) {
                bad = memcmp(&x[i], &y[i], sizeof x[i]) != 0 || x_valid[i] != y_valid[i] ? i : n;
            }
        } else if (column == ATTAIN_COL_PERIOD || column == ATTAIN_COL_DUE) {
            const attain_period *x = NULL;
            const attain_period *y = NULL;
            check_ok(attain_table_periods(a, column, &x, &err), &err);
            check_ok(attain_table_periods(b, column, &y, &err), &err);
            for (size_t i = 0; i < n && bad == n; i++) {
                bad = memcmp(&x[i], &y[i], sizeof x[i]) != 0 ? i : n;
            }
        } else if (column != ATTAIN_COL_READING) {
            const int64_t *x = NULL;
            const int64_t *y = NULL;
            check_ok(attain_table_integers(a, column, &x, &err), &err);
            check_ok(attain_table_integers(b, column, &y, &err), &err);
            for (size_t i = 0; i < n && bad == n; i++) {
                bad = x[i] != y[i] ? i : n;
            }
        }
        if (bad != n) {
            print_error("column %s differs at row %zu\n", attain_table_column_name(a, column), bad);
            fail();
        }
    }
}

static void compare_printed(const attain_table *a, const attain_table *b, size_t row,
                            const attain_print_options *options)
{
    const attain_column *columns = NULL;
    const size_t n_columns = attain_table_columns(a, &columns);
    char x[512];
    char y[512];
    attain_error err;
    for (size_t c = 0; c < n_columns; c++) {
        check_ok(attain_table_print(a, row, columns[c], options, x, sizeof x, NULL, &err), &err);
        check_ok(attain_table_print(b, row, columns[c], options, y, sizeof y, NULL, &err), &err);
        if (strcmp(x, y) != 0) {
            print_error("row %zu, column %s: '%s', row by row '%s'\n", row,
                        attain_table_column_name(a, columns[c]), x, y);
            fail();
        }
    }
}

static void compare_row(const attain_table *a, const attain_table *b, size_t row)
{
    static const attain_print_options ways[] = {{.struct_size = sizeof ways[0], .exact = 1},
                                                {.struct_size = sizeof ways[0], .shown = 1, .digits = 3},
                                                {.struct_size = sizeof ways[0]}};
    attain_score_row x = {.struct_size = sizeof x};
    attain_score_row y = {.struct_size = sizeof y};
    size_t found_x = 0;
    size_t found_y = 0;
    attain_error err;
    compare_printed(a, b, row, &ways[row % 3]);
    check_ok(attain_table_score_row(a, row, &x, &err), &err);
    check_ok(attain_table_score_row(b, row, &y, &err), &err);
    assert_memory_equal(&x, &y, sizeof x);
    check_ok(attain_table_find(a, x.target, x.unit, x.period, &found_x, &err), &err);
    check_ok(attain_table_find(b, x.target, x.unit, x.period, &found_y, &err), &err);
    assert_int_equal(found_x, found_y);
}

static void compare_summaries(const attain_table *a, const attain_table *b)
{
    attain_summary *x = NULL;
    attain_summary *y = NULL;
    size_t n_x = 0;
    size_t n_y = 0;
    attain_error err;
    check_ok(attain_table_summary(a, &x, &n_x, &err), &err);
    check_ok(attain_table_summary(b, &y, &n_y, &err), &err);
    assert_int_equal(n_x, n_y);
    assert_memory_equal(x, y, n_x * sizeof *x);
    attain_summary_free(a, x, n_x);
    attain_summary_free(b, y, n_y);
}

static void count_rows(const attain_table *table)
{
    const atn_book *const book = atn_table_book(table);
    for (size_t i = 0; book != NULL && i < book->n_sheets; i++) {
        const atn_sheet *const sheet = &book->sheets[i];
        n_rows_of_sheets += sheet->is_refused ? 0 : atn_sheet_rows(sheet);
        n_rows_of_shares += sheet->is_refused || !sheet->is_share ? 0 : atn_sheet_rows(sheet);
    }
    n_rows_seen += attain_table_rows(table);
}

static void compare_scores(const attain_plan *plan, const attain_facts *facts, const attain_facts *slow_facts,
                           attain_score_options options)
{
    attain_table *a = NULL;
    attain_table *b = NULL;
    attain_error err;
    check_ok(attain_score(plan, facts, &options, &a, &err), &err);
    options.tuning = ATTAIN_TUNE_ROW_BY_ROW;
    options.n_threads = 1;
    check_ok(attain_score(plan, slow_facts, &options, &b, &err), &err);
    assert_null(atn_table_book(b));
    assert_int_equal(attain_table_rows(a), attain_table_rows(b));
    count_rows(a);
    compare_columns(a, b);
    compare_summaries(a, b);
    for (size_t row = 0; row < attain_table_rows(a); row += 1 + attain_table_rows(a) / 300) {
        compare_row(a, b, row);
    }
    size_t row = 0;
    assert_int_equal(attain_table_find(a, 0, ATTAIN_NONE, build_period("1999"), &row, NULL),
                     ATTAIN_E_ARGUMENT);
    attain_table_free(a);
    attain_table_free(b);
}

/* ---- one world ---- */

/* A random plan may contradict itself: then another one is made. */
static attain_plan *make_plan(rng *r)
{
    writer w = {calloc(1, TEXT_BYTES), 0};
    attain_plan *plan = NULL;
    assert_non_null(w.data);
    for (int attempt = 0; attempt < 100; attempt++) {
        w.len = 0;
        say_units(&w, r);
        say_measures(&w, r);
        const shares share = say_indicators(&w, r);
        for (int t = 0; t < 24; t++) {
            say_target(&w, r, &share, t);
        }
        assert_int_equal(attain_plan_new(NULL, &plan, NULL), ATTAIN_OK);
        if (attain_plan_add_text(plan, w.data, w.len, "test", NULL) == ATTAIN_OK &&
            attain_plan_freeze(plan, NULL) == ATTAIN_OK) {
            break;
        }
        attain_plan_free(plan);
        plan = NULL;
    }
    if (plan == NULL) {
        fprintf(stderr, "%s", w.data);
        build_plan_free(build_plan(w.data, NULL));
    }
    assert_non_null(plan);
    if (getenv("ATTAIN_SHOW_PLAN") != NULL) {
        fprintf(stderr, "%s", w.data);
    }
    free(w.data);
    return plan;
}

static void compare_world(uint64_t seed)
{
    static const char *const days[] = {"2017",    "2018",    "2019",    "2020",       "2021", "2022",
                                       "2021-H1", "2019-Q3", "2020-05", "2022-02-11", "2023"};
    rng r = rng_new(seed);
    attain_plan *const plan = make_plan(&r);
    attain_facts *const facts = make_facts(plan, seed, 0);
    attain_facts *const slow_facts = make_facts(plan, seed, ATTAIN_TUNE_ROW_BY_ROW);
    attain_period as_of[11];
    for (size_t i = 0; i < 11; i++) {
        as_of[i] = build_period(days[i]);
    }
    const uint32_t units[] = {build_unit(plan, "C3"), build_unit(plan, "N"), build_unit(plan, "C7"),
                              build_unit(plan, "S0")};
    const attain_score_options years = {
        .struct_size = sizeof years, .as_of = as_of, .n_as_of = 6, .all_units = 1, .n_threads = 3};
    attain_score_options several = years;
    several.all_units = 0;
    several.as_of = as_of + rng_below(&r, 8);
    several.n_as_of = 3;
    several.readings = 1;
    several.printed_digits = (int)rng_between(&r, -1, 3);
    several.printed_shown = (int)rng_below(&r, 2);
    several.printed_rounding = (attain_rounding)rng_below(&r, 4);
    attain_score_options few = several;
    few.units = units;
    few.n_units = 4;
    few.readings = 0;
    few.as_of = NULL;
    few.tuning = ATTAIN_TUNE_PORTABLE;
    compare_scores(plan, facts, slow_facts, years);
    compare_scores(plan, facts, slow_facts, several);
    compare_scores(plan, facts, slow_facts, few);
    attain_facts_free(facts);
    attain_facts_free(slow_facts);
    attain_plan_free(plan);
}

/* Facts of one text, as the library likes and row by row. */
static void compare_text(const attain_plan *plan, const char *text, const attain_score_options *options,
                         size_t n_options)
{
    attain_facts *facts[2];
    attain_error err;
    for (int i = 0; i < 2; i++) {
        const attain_facts_options of = {.struct_size = sizeof of,
                                         .tuning = i == 0 ? ATTAIN_TUNE_DEFAULT : ATTAIN_TUNE_ROW_BY_ROW};
        check_ok(attain_facts_new(plan, &of, &facts[i], &err), &err);
        build_add(facts[i], text);
    }
    for (size_t i = 0; i < n_options; i++) {
        compare_scores(plan, facts[0], facts[1], options[i]);
    }
    attain_facts_free(facts[0]);
    attain_facts_free(facts[1]);
}

/* Ends that meet exactly, which random figures seldom do: of the baseline's range, 0 to 1/2, the path leads to 1 and 5/4 at half time. */
static void ends_may_meet(void **state)
{
    (void)state;
    writer w = {calloc(1, TEXT_BYTES), 0};
    assert_non_null(w.data);
    say(&w, "unit N nation\n");
    for (int c = 0; c < 8; c++) {
        say(&w, "unit C%d commune in N\n", c);
    }
    say(&w, "measure a\n  flow things  reported yearly by commune\n"
            "measure b\n  flow things  reported half-yearly by commune\n"
            "indicator i = a / b\nindicator j = b / a\n"
            "target up\n  i at least 2 by 2022 for every commune\n  baseline 2018\n"
            "target down\n  j at most 0.25 by 2022 for every commune\n  baseline 2018\n");
    attain_plan *const plan = build_plan(w.data, NULL);
    w.len = 0;
    say(&w, "unit,measure,period,value\n");
    for (int c = 0; c < 8; c++) {
        say(&w, "C%d,a,2018,1\nC%d,b,2018-H1,2\nC%d,a,2020,%d\nC%d,b,2020-H1,4\nC%d,b,2020-H2,0\n", c, c, c,
            c, c, c);
    }
    const attain_period as_of = build_period("2020");
    const attain_score_options options = {.struct_size = sizeof options,
                                          .as_of = &as_of,
                                          .n_as_of = 1,
                                          .all_units = 1};
    n_rows_of_sheets = 0;
    compare_text(plan, w.data, &options, 1);
    assert_int_equal(n_rows_of_sheets, 18); /* the nation is out of scope, and listed */
    attain_plan_free(plan);
    free(w.data);
}

/* Eighths about whole levels, printed with few digits: ties of every rounding; levels that printing moves values across; and numbers of
 * which nothing fits 64 bits. */
static void printed_figures_flip(void **state)
{
    (void)state;
    static const char *const phrases[] = {
        "i at least 2",          "more more than 2",        "less at most 1",     "least less than 1",
        "same exactly 2",        "i between 1.5 and 2",     "i up 50% over 2018", "less down 25% over 2018",
        "i up over 2018",        "s up 5 points over 2018", "s at least 0.5",     "wide up over 2018",
        "wide up 25% over 2018", "big up 25% over 2018",    "big at least 7.5"};
    enum { N_PHRASES = sizeof phrases / sizeof phrases[0], N_UNITS = 32, N_OPTIONS = 32 };
    static const int digits[] = {-1, 1, 2, 12};
    writer w = {calloc(1, TEXT_BYTES), 0};
    assert_non_null(w.data);
    say(&w, "unit N nation\n");
    for (int c = 0; c < N_UNITS; c++) {
        say(&w, "unit C%d commune in N\n", c);
    }
    say(&w, "measure a\n  flow things  reported yearly by commune\n"
            "measure b\n  flow things  reported yearly by commune\n"
            "measure large\n  flow things  reported yearly by commune\n"
            "indicator i = a / b\nindicator more = a / b\nindicator less = a / b\nindicator least = a / b\n"
            "indicator same = a / b\nindicator s = a / b\n  share\n"
            "indicator wide = 0.987654321 * a / (0.123456789 * b)\n"
            "indicator big = 0.987654321 * large / (0.123456789 * b)\n");
    for (int t = 0; t < N_PHRASES; t++) {
        say(&w, "target t%d\n  %s by 2022 for every commune\n", t, phrases[t]);
    }
    attain_plan *const plan = build_plan(w.data, NULL);
    w.len = 0;
    say(&w, "unit,measure,period,value\n");
    for (int c = 0; c < N_UNITS; c++) {
        const int before = c < 16 ? 8 : 1 + c % 5;
        say(&w, "C%d,a,2018,%d\nC%d,b,2018,8\nC%d,large,2018,%d00000000000\n", c, before, c, c, before);
        say(&w, "C%d,a,2020,%d\nC%d,b,2020,8\nC%d,large,2020,%d00000000000\n", c, c, c, c, c);
    }
    const attain_period as_of[] = {build_period("2018"), build_period("2020")};
    attain_score_options options[N_OPTIONS];
    for (int i = 0; i < N_OPTIONS; i++) {
        options[i] = (attain_score_options){.struct_size = sizeof options[i],
                                            .as_of = as_of,
                                            .n_as_of = 2,
                                            .printed_digits = digits[i % 4],
                                            .printed_shown = i / 4 % 2,
                                            .printed_rounding = (attain_rounding)(i / 8)};
    }
    n_rows_of_sheets = 0;
    compare_text(plan, w.data, options, N_OPTIONS);
    assert_true(n_rows_of_sheets >= (uint64_t)N_PHRASES * N_UNITS * 2 * N_OPTIONS * 3 / 4);
    attain_plan_free(plan);
    free(w.data);
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *const text = getenv(variable);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static void sheets_say_what_the_judge_says(void **state)
{
    (void)state;
    const uint64_t first = number_from("ATTAIN_PROPERTY_SEED", 1);
    const uint64_t n = number_from("ATTAIN_PROPERTY_WORLDS", N_WORLDS);
    for (uint64_t seed = first; seed < first + n; seed++) {
        compare_world(seed);
    }
    print_message("%llu of %llu rows from sheets, %llu of shares\n", (unsigned long long)n_rows_of_sheets,
                  (unsigned long long)n_rows_seen, (unsigned long long)n_rows_of_shares);
    assert_true(n < 10 || (n_rows_of_sheets > n_rows_seen / 3 && n_rows_of_shares > 20 * n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheets_say_what_the_judge_says),
        cmocka_unit_test(ends_may_meet),
        cmocka_unit_test(printed_figures_flip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
