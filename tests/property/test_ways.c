/* Many ways, one result: facts are taken in as runs or by partition, in one batch or many, by any number of threads, with any vector
 * instructions, and scored from sheets or row by row. Every way must give the same bytes of facts and the same bits in every column of
 * the scorecard. A national plan in small: reports by the month, half-year and year, stocks and flows, categories, gaps, money
 * that needs 64 bits, negative balances, and some figures that are not exact. */
#include "support/check.h"
#include "support/rng.h"

#include <attain/attain.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_PROVINCES 5
#define N_DISTRICTS 17
#define N_COMMUNES 170
#define N_MEASURES 12
#define FIRST_YEAR 2019
#define N_YEARS 5

typedef struct rows {
    size_t n, cap;
    uint32_t *unit, *cell;
    uint16_t *measure16;
    uint8_t *cell8, *qualifier;
    int32_t *period;
    int64_t *value;
} rows;

typedef struct nation {
    attain_plan *plan;
    rows sorted, shuffled;
    bool any_inexact;
    bool in_whole_runs; /* figures beyond what a grid holds: all of a unit's or none */
} nation;

static char *plan_text(void)
{
    char *const text = calloc(1, 200000);
    size_t at = 0;
    assert_non_null(text);
#define PUT(...) at += (size_t)snprintf(text + at, 200000 - at, __VA_ARGS__)
    PUT("unit N \"Nation\" nation\n");
    for (int p = 0; p < N_PROVINCES; p++) {
        PUT("unit P%d \"P\" province in N\n", p);
    }
    for (int d = 0; d < N_DISTRICTS; d++) {
        PUT("unit D%d \"D\" district in P%d\n", d, d * N_PROVINCES / N_DISTRICTS);
    }
    for (int c = 0; c < N_COMMUNES; c++) {
        PUT("unit C%d \"C\" commune in D%d%s\n", c, c * N_DISTRICTS / N_COMMUNES,
            c % 50 == 49 ? " from 2015-01-01" : "");
    }
    PUT("category kind: a, b, c, d\n");
    for (int m = 0; m < N_MEASURES; m++) {
        static const char *const every[] = {"monthly",     "monthly", "quarterly",
                                            "half-yearly", "yearly",  "monthly"};
        PUT("measure m%d \"M\"\n  %s things%s%s  reported %s by commune\n", m, m % 4 == 3 ? "stock" : "flow",
            m % 4 == 0 ? "  by kind" : "", m == 5 ? "  any sign" : "", every[m % 6]);
    }
    for (int k = 0; k < N_MEASURES / 2; k++) {
        PUT("indicator k%d \"K\" = m%d%s / m%d\n", k, 2 * k, k % 2 == 0 ? "[kind=a or b]" : "", 2 * k + 1);
    }
    PUT("indicator alone \"A\" = m1\n");
    PUT("programme p \"P\"\n  period 2019..2023\n");
    for (int k = 0; k < N_MEASURES / 2; k++) {
        PUT("target t%d \"T\"\n  k%d at %s 0.%d by 2023\n  baseline 2020\n", k, k,
            k % 3 == 2 ? "most" : "least", 5 + k);
        PUT("target u%d \"U\"\n  k%d up at least %d%% over 2020 by 2023\n", k, k, 3 + k);
    }
    PUT("target v \"V\"\n  alone more than 1000 by 2023\n");
#undef PUT
    return text;
}

static void add_row(rows *r, uint32_t unit, uint32_t measure, uint32_t cell, int32_t period, int64_t value,
                    uint8_t qualifier)
{
    if (r->n == r->cap) {
        r->cap = r->cap * 2 + 1024;
        r->unit = realloc(r->unit, r->cap * sizeof *r->unit);
        r->cell = realloc(r->cell, r->cap * sizeof *r->cell);
        r->measure16 = realloc(r->measure16, r->cap * sizeof *r->measure16);
        r->cell8 = realloc(r->cell8, r->cap);
        r->qualifier = realloc(r->qualifier, r->cap);
        r->period = realloc(r->period, r->cap * sizeof *r->period);
        r->value = realloc(r->value, r->cap * sizeof *r->value);
        assert_true(r->unit && r->cell && r->measure16 && r->cell8 && r->qualifier && r->period && r->value);
    }
    r->unit[r->n] = unit;
    r->cell[r->n] = cell;
    r->measure16[r->n] = (uint16_t)measure;
    r->cell8[r->n] = (uint8_t)cell;
    r->qualifier[r->n] = qualifier;
    r->period[r->n] = period;
    r->value[r->n++] = value;
}

static void free_rows(rows *r)
{
    free(r->unit);
    free(r->cell);
    free(r->measure16);
    free(r->cell8);
    free(r->qualifier);
    free(r->period);
    free(r->value);
}

/* Beyond what a grid holds. */
#define LARGE (INT64_MAX / 2)

static int64_t figure(const nation *n, rng *r, uint32_t unit, uint32_t measure)
{
    const int64_t small = (int64_t)rng_below(r, 1000000);
    switch (measure) {
    case 5: return small - 500000;
    case 6: return small * 1000000007; /* more than 35 bits */
    case 7: return (n->in_whole_runs ? unit % 8 == 3 : rng_below(r, 40) == 0) ? LARGE : small;
    default: return small;
    }
}

static void make_rows(nation *n, uint64_t seed)
{
    rng r = rng_new(seed);
    const uint32_t n_units = (uint32_t)attain_plan_count(n->plan, ATTAIN_KIND_UNIT);
    const uint32_t commune = attain_plan_find(n->plan, ATTAIN_KIND_TYPE, "commune", 7);
    for (uint32_t unit = 0; unit < n_units; unit++) {
        attain_unit_info info;
        assert_int_equal(attain_plan_unit(n->plan, unit, &info, NULL), ATTAIN_OK);
        for (uint32_t m = 0; info.type == commune && m < N_MEASURES; m++) {
            attain_measure_info measure;
            assert_int_equal(attain_plan_measure(n->plan, m, &measure, NULL), ATTAIN_OK);
            static const int per_year[] = {0, 0, 0, 12, 4, 2, 1};
            const int n_slots = per_year[measure.reported_type] * N_YEARS;
            attain_period slot;
            int32_t code;
            char first[24];
            (void)snprintf(first, sizeof first,
                           measure.reported_type == ATTAIN_PERIOD_MONTH       ? "%d-01"
                           : measure.reported_type == ATTAIN_PERIOD_QUARTER   ? "%d-Q1"
                           : measure.reported_type == ATTAIN_PERIOD_HALF_YEAR ? "%d-H1"
                                                                              : "%d",
                           FIRST_YEAR);
            assert_int_equal(attain_period_parse(first, strlen(first), &slot, NULL), ATTAIN_OK);
            assert_int_equal(attain_period_encode(slot, &code, NULL), ATTAIN_OK);
            const bool sparse = m >= 8;
            for (int s = 0; s < n_slots; s++) {
                for (uint32_t cell = 0; cell < measure.n_cells; cell++) {
                    if (rng_below(&r, 100) < (sparse ? 60u : 2u)) {
                        continue;
                    }
                    const uint8_t q =
                        n->any_inexact && m == 3 && rng_below(&r, 50) == 0 ? (uint8_t)ATTAIN_ESTIMATED : 0;
                    add_row(&n->sorted, unit, m, cell, code + s, figure(n, &r, unit, m), q);
                }
            }
        }
    }
    for (size_t i = 0; i < n->sorted.n; i++) {
        add_row(&n->shuffled, n->sorted.unit[i], n->sorted.measure16[i], n->sorted.cell[i],
                n->sorted.period[i], n->sorted.value[i], n->sorted.qualifier[i]);
    }
    rows *const s = &n->shuffled;
    for (size_t i = s->n; i > 1; i--) {
        const size_t j = (size_t)rng_below(&r, i);
#define SWAP(type, column)                  \
    do {                                    \
        const type swap = s->column[i - 1]; \
        s->column[i - 1] = s->column[j];    \
        s->column[j] = swap;                \
    } while (0)
        SWAP(uint32_t, unit);
        SWAP(uint32_t, cell);
        SWAP(uint16_t, measure16);
        SWAP(uint8_t, cell8);
        SWAP(uint8_t, qualifier);
        SWAP(int32_t, period);
        SWAP(int64_t, value);
#undef SWAP
    }
}

static nation nation_new(uint64_t seed, bool any_inexact, bool in_whole_runs)
{
    nation n = {.any_inexact = any_inexact, .in_whole_runs = in_whole_runs};
    char *const text = plan_text();
    attain_error err;
    attain_status status = attain_plan_new(NULL, &n.plan, &err);
    status = status == ATTAIN_OK ? attain_plan_add_text(n.plan, text, strlen(text), "nation", &err) : status;
    status = status == ATTAIN_OK ? attain_plan_freeze(n.plan, &err) : status;
    if (status != ATTAIN_OK) {
        fail_msg("line %d: %s", err.line, err.message);
    }
    free(text);
    make_rows(&n, seed);
    return n;
}

static void nation_free(nation *n)
{
    free_rows(&n->sorted);
    free_rows(&n->shuffled);
    attain_plan_free(n->plan);
}

/* ---- one way ---- */

typedef struct way {
    uint32_t tuning, n_threads;
    size_t n_batches;
    bool is_shuffled, narrow;
} way;

static attain_facts *take_in(const nation *n, const way *w)
{
    const rows *const r = w->is_shuffled ? &n->shuffled : &n->sorted;
    const attain_facts_options options = {.struct_size = sizeof options,
                                          .n_threads = w->n_threads,
                                          .tuning = w->tuning};
    attain_facts *facts = NULL;
    attain_error err;
    assert_int_equal(attain_facts_new(n->plan, &options, &facts, &err), ATTAIN_OK);
    uint32_t *const wide = calloc(r->n + 1, sizeof *wide);
    assert_non_null(wide);
    for (size_t i = 0; i < r->n; i++) {
        wide[i] = r->measure16[i];
    }
    for (size_t b = 0; b < w->n_batches; b++) {
        const size_t from = r->n * b / w->n_batches;
        const size_t to = r->n * (b + 1) / w->n_batches;
        attain_fact_columns c = {.unit = r->unit + from,
                                 .period = r->period + from,
                                 .value = r->value + from};
        if (w->narrow) {
            c.measure16 = r->measure16 + from;
            c.cell8 = r->cell8 + from;
        } else {
            c.measure = wide + from;
            c.cell = r->cell + from;
        }
        c.qualifier = n->any_inexact ? r->qualifier + from : NULL;
        attain_report report;
        if (attain_facts_add(facts, &c, to - from, NULL, &report, &err) != ATTAIN_OK) {
            fail_msg("%s", err.message);
        }
        assert_int_equal(report.n_read, to - from);
        assert_int_equal(report.n_accepted, to - from);
        attain_report_free(&report);
    }
    free(wide);
    return facts;
}

static uint64_t hash(uint64_t h, const void *data, size_t len)
{
    const unsigned char *const bytes = data;
    for (size_t i = 0; i < len; i++) {
        h = (h ^ bytes[i]) * 1099511628211u;
    }
    return h;
}

static uint64_t hash_table(const attain_table *table, bool together)
{
    const attain_column *columns;
    const size_t n_columns = attain_table_columns(table, &columns);
    const size_t n_rows = attain_table_rows(table);
    if (together) {
        assert_int_equal(attain_table_prepare(table, NULL, 0, NULL), ATTAIN_OK);
    }
    uint64_t h = 14695981039346656037u;
    for (size_t c = 0; c < n_columns; c++) {
        const double *doubles;
        const uint8_t *valid;
        const int64_t *integers;
        const attain_period *periods;
        if (attain_table_doubles(table, columns[c], &doubles, &valid, NULL) == ATTAIN_OK) {
            h = hash(hash(h, doubles, n_rows * sizeof *doubles), valid, n_rows);
        } else if (attain_table_integers(table, columns[c], &integers, NULL) == ATTAIN_OK) {
            h = hash(h, integers, n_rows * sizeof *integers);
        } else if (attain_table_periods(table, columns[c], &periods, NULL) == ATTAIN_OK) {
            h = hash(h, periods, n_rows * sizeof *periods);
        }
        for (size_t row = c; row < n_rows; row += 97) {
            char text[256];
            size_t len = 0;
            attain_print_options exact = {.struct_size = sizeof exact, .exact = 1};
            if (attain_table_print(table, row, columns[c], &exact, text, sizeof text, &len, NULL) ==
                ATTAIN_OK) {
                h = hash(h, text, len);
            }
        }
    }
    return h;
}

typedef struct outcome {
    uint64_t facts, scores;
    size_t n_rows;
} outcome;

static outcome outcome_of(const nation *n, const way *w, const attain_facts *facts)
{
    outcome out;
    attain_text bytes;
    assert_int_equal(attain_facts_to_bytes(facts, &bytes, NULL), ATTAIN_OK);
    out.facts = hash(0, bytes.data, bytes.len);
    attain_text_free(&bytes);
    attain_period as_of[N_YEARS];
    for (int y = 0; y < N_YEARS; y++) {
        char year[16];
        (void)snprintf(year, sizeof year, "%d", FIRST_YEAR + y);
        assert_int_equal(attain_period_parse(year, 4, &as_of[y], NULL), ATTAIN_OK);
    }
    const attain_score_options options = {.struct_size = sizeof options,
                                          .all_units = 1,
                                          .as_of = as_of,
                                          .n_as_of = N_YEARS,
                                          .n_threads = w->n_threads,
                                          .tuning = w->tuning};
    attain_table *table = NULL;
    attain_error err;
    if (attain_score(n->plan, facts, &options, &table, &err) != ATTAIN_OK) {
        fail_msg("%s", err.message);
    }
    out.n_rows = attain_table_rows(table);
    out.scores = hash_table(table, w->n_threads != 2);
    attain_table_free(table);
    return out;
}

static outcome go(const nation *n, const way *w)
{
    attain_facts *const facts = take_in(n, w);
    const outcome out = outcome_of(n, w, facts);
    attain_facts_free(facts);
    return out;
}

static void compare_ways(bool any_inexact, uint64_t seed)
{
    nation n = nation_new(seed, any_inexact, false);
    const way plain = {.tuning = ATTAIN_TUNE_ROW_BY_ROW, .n_threads = 1, .n_batches = 1};
    const outcome want = go(&n, &plain);
    static const uint32_t levels[] = {ATTAIN_TUNE_DEFAULT, ATTAIN_TUNE_PORTABLE, ATTAIN_TUNE_AVX2};
    static const uint32_t kernels[] = {ATTAIN_TUNE_DEFAULT, ATTAIN_TUNE_RUNS, ATTAIN_TUNE_RADIX};
    static const uint32_t threads[] = {1, 2, 3, 7, 16};
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    const size_t n_threads = 3; /* ten times as slow: the others run in the plain build */
#else
    const size_t n_threads = 5;
#endif
    uint32_t n_ways = 0;
    for (size_t l = 0; l < 3; l++) {
        for (size_t k = 0; k < 3; k++) {
            for (size_t t = 0; t < n_threads; t++) {
                const way w = {.tuning = levels[l] | kernels[k],
                               .n_threads = threads[t],
                               .n_batches = 1 + (l + k + t) % 4,
                               .is_shuffled = (l + k + t) % 2 == 1,
                               .narrow = t % 2 == 0};
                const outcome got = go(&n, &w);
                if (got.facts != want.facts || got.scores != want.scores || got.n_rows != want.n_rows) {
                    fail_msg("tuning %u, %u threads, %zu batches, %s: facts %s, scores %s", w.tuning,
                             w.n_threads, w.n_batches, w.is_shuffled ? "shuffled" : "sorted",
                             got.facts == want.facts ? "same" : "DIFFER",
                             got.scores == want.scores ? "same" : "DIFFER");
                }
                n_ways++;
            }
        }
    }
    print_message("%zu facts, %zu rows, digests %016llx and %016llx in %u ways\n", n.sorted.n, want.n_rows,
                  (unsigned long long)want.facts, (unsigned long long)want.scores, n_ways + 1);
    nation_free(&n);
}

static void every_way_gives_the_same(void **state)
{
    (void)state;
    compare_ways(false, 1);
}

static void every_way_gives_the_same_beside_inexact_figures(void **state)
{
    (void)state;
    compare_ways(true, 2);
}

static void take_away_large(const nation *n, attain_facts *facts)
{
    const rows *const r = &n->sorted;
    for (size_t i = 0; i < r->n; i++) {
        attain_error err;
        attain_fact fact = {.measure = r->measure16[i], .unit = r->unit[i], .cell = r->cell[i]};
        assert_int_equal(attain_period_decode(r->period[i], &fact.period, NULL), ATTAIN_OK);
        if (r->value[i] == LARGE && attain_facts_set(facts, &fact, 1, &err) != ATTAIN_OK) {
            fail_msg("%s", err.message);
        }
    }
}

/* Runs of figures that a grid does not hold are put into its chunk before that is seen, and no other row of the unit makes the chunk again: nothing
 * of them may be left there, neither while the figures stand beside it nor when they are taken away. */
static void runs_that_do_not_fit_leave_nothing_behind(void **state)
{
    (void)state;
    nation n = nation_new(4, false, true);
    static const uint32_t tunings[] = {ATTAIN_TUNE_ROW_BY_ROW, ATTAIN_TUNE_RUNS,
                                       ATTAIN_TUNE_RUNS | ATTAIN_TUNE_AVX2,
                                       ATTAIN_TUNE_RUNS | ATTAIN_TUNE_PORTABLE};
    outcome want[2];
    for (size_t k = 0; k < 4; k++) {
        const way w = {.tuning = tunings[k], .n_threads = 1, .n_batches = 1, .narrow = true};
        attain_facts *const facts = take_in(&n, &w);
        for (size_t i = 0; i < 2; i++) {
            if (i == 1) {
                take_away_large(&n, facts);
            }
            const outcome got = outcome_of(&n, &w, facts);
            want[i] = k == 0 ? got : want[i];
            assert_true(got.facts == want[i].facts && got.scores == want[i].scores);
        }
        attain_facts_free(facts);
    }
    nation_free(&n);
}

/* A cell that comes twice is refused in every way, with the same words, and nothing is added. */
static void twice_is_refused_in_every_way(void **state)
{
    (void)state;
    nation n = nation_new(3, false, false);
    rows *const lists[2] = {&n.sorted, &n.shuffled};
    char want[2][sizeof((attain_error *)0)->message];
    for (int s = 0; s < 2; s++) {
        rows *const r = lists[s];
        const size_t i = r->n / 3;
        add_row(r, r->unit[i], r->measure16[i], r->cell[i], r->period[i], r->value[i] + 1, 0);
    }
    static const uint32_t tunings[] = {ATTAIN_TUNE_ROW_BY_ROW, ATTAIN_TUNE_DEFAULT, ATTAIN_TUNE_RUNS,
                                       ATTAIN_TUNE_RADIX};
    for (size_t k = 0; k < 4; k++) {
        for (uint32_t t = 1; t <= 3; t++) {
            for (int s = 0; s < 2; s++) {
                const rows *const r = lists[s];
                const attain_facts_options options = {.struct_size = sizeof options,
                                                      .n_threads = t,
                                                      .tuning = tunings[k]};
                attain_facts *facts = NULL;
                attain_error err;
                assert_int_equal(attain_facts_new(n.plan, &options, &facts, &err), ATTAIN_OK);
                const attain_fact_columns c = {.unit = r->unit,
                                               .measure16 = r->measure16,
                                               .period = r->period,
                                               .cell8 = r->cell8,
                                               .value = r->value};
                assert_int_equal(attain_facts_add(facts, &c, r->n, NULL, NULL, &err), ATTAIN_E_DUPLICATE);
                assert_int_equal(attain_facts_count(facts), 0);
                if (k == 0 && t == 1) {
                    memcpy(want[s], err.message, sizeof want[s]);
                }
                assert_string_equal(err.message, want[s]);
                /* And against an earlier batch. */
                assert_int_equal(attain_facts_add(facts, &c, r->n - 1, NULL, NULL, &err), ATTAIN_OK);
                const attain_fact_columns one = {.unit = r->unit + r->n - 1,
                                                 .measure16 = r->measure16 + r->n - 1,
                                                 .period = r->period + r->n - 1,
                                                 .cell8 = r->cell8 + r->n - 1,
                                                 .value = r->value + r->n - 1};
                assert_int_equal(attain_facts_add(facts, &one, 1, NULL, NULL, &err), ATTAIN_E_DUPLICATE);
                assert_int_equal(attain_facts_count(facts), r->n - 1);
                attain_facts_free(facts);
            }
        }
    }
    nation_free(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_gives_the_same),
        cmocka_unit_test(every_way_gives_the_same_beside_inexact_figures),
        cmocka_unit_test(runs_that_do_not_fit_leave_nothing_behind),
        cmocka_unit_test(twice_is_refused_in_every_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
