/* Random plans and facts through the public API, every cell against the oracle: words, exact fractions, and each double the nearest of
 * its fraction.
 *
 * ATTAIN_PROPERTY_WORLDS   how many worlds (default N_WORLDS)
 * ATTAIN_PROPERTY_SEED     the first seed (default 1); a failure names the seed, so that it can be had again alone
 *
 * A world that differs is made smaller (targets and facts are left out as long as it differs), then printed: seed, plan, facts, and of each
 * cell that differs the row, what was got and what was wanted. */
#include "library.h"
#include "oracle.h"
#include "support/check.h"
#include "support/rng.h"

#include <math.h>
#include <stdlib.h>

enum { N_AS_OF = 3, N_WORLDS = 400 };

/* While a world is made smaller nothing is told. */
static bool is_quiet;

static const shape small = {.first_year = 2020, .last_year = 2024};

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *const text = getenv(variable);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

/* ---- telling ---- */

static void tell_plan(const world *w)
{
    char *const plan = world_plan_text(w);
    char *const facts = world_facts_text(w);
    /* Not print_error: cmocka cuts long messages. */
    fprintf(stderr, "seed %llu\n---- plan\n%s---- facts\n%s----\n", (unsigned long long)w->seed,
            plan == NULL ? "" : plan, facts == NULL ? "" : facts);
    free(plan);
    free(facts);
}

typedef struct seen {
    const world *w;
    const attain_table *table;
    size_t row;
    const char *what; /* "g0.t3 at C1" */
    int n_bad;
} seen;

static void print_cell(const seen *s, attain_column column, char *out, size_t cap)
{
    const attain_print_options options = {.struct_size = sizeof options, .exact = 1};
    attain_error err;
    check_ok(attain_table_print(s->table, s->row, column, &options, out, cap, NULL, &err), &err);
}

static void tell_cell(seen *s, const char *column, const char *got, const char *wanted)
{
    if (!is_quiet) {
        print_error("%s: %s: got '%s', wanted '%s'\n", s->what, column, got, wanted);
    }
    s->n_bad++;
}

static void compare_text(seen *s, attain_column column, const char *wanted)
{
    char got[512];
    print_cell(s, column, got, sizeof got);
    if (strcmp(got, wanted) != 0) {
        tell_cell(s, attain_table_column_name(s->table, column), got, wanted);
    }
}

static void compare_number(seen *s, attain_column column, bool is_there, frac wanted)
{
    char text[128] = "";
    if (is_there) {
        frac_print(wanted, text, sizeof text);
    }
    compare_text(s, column, text);
    const double *values = NULL;
    const uint8_t *valid = NULL;
    attain_error err;
    check_ok(attain_table_doubles(s->table, column, &values, &valid, &err), &err);
    const double nearest = is_there ? frac_to_double(wanted) : valid[s->row] == 2 ? 1 : 0;
    const bool same = is_there ? valid[s->row] == 1 && values[s->row] == nearest
                               : valid[s->row] != 1 && fabs(values[s->row]) == nearest;
    if (!same) {
        char got[64];
        snprintf(got, sizeof got, "%.17g (%d)", values[s->row], valid[s->row]);
        snprintf(text, sizeof text, "%.17g", nearest);
        tell_cell(s, "double", got, text);
    }
}

static void compare_count(seen *s, attain_column column, int wanted)
{
    char text[16] = "";
    if (wanted >= 0) {
        snprintf(text, sizeof text, "%d", wanted);
    }
    compare_text(s, column, text);
}

static void compare_words(seen *s, attain_column column, unsigned bits, const char *(*word)(unsigned bit))
{
    char text[512] = "";
    for (unsigned bit = 1; bit != 0 && bit <= bits; bit <<= 1) {
        if ((bits & bit) != 0) {
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", text[0] == '\0' ? "" : ";",
                     word(bit));
        }
    }
    compare_text(s, column, text);
}

static const char *reason_word(unsigned bit)
{
    return attain_reason_name((attain_reason)bit);
}

static const char *flag_word(unsigned bit)
{
    return attain_flag_name((attain_flag)bit);
}

/* ---- scorecards ---- */

static void compare_row(seen *s, const row *r)
{
    const world *const w = s->w;
    char text[64];
    compare_text(s, ATTAIN_COL_TARGET, w->targets[r->target].id);
    compare_text(s, ATTAIN_COL_UNIT, w->units[r->unit].id);
    span_print(r->due, text, sizeof text);
    compare_text(s, ATTAIN_COL_DUE, text);
    compare_text(s, ATTAIN_COL_READING, r->reading);
    for (int i = 0; i < N_NUMBER_COLUMNS; i++) {
        compare_number(s, (attain_column)(ATTAIN_COL_NUMERATOR + i), r->number[i].is_there, r->number[i].at);
    }
    compare_text(s, ATTAIN_COL_VERDICT, attain_verdict_name(r->verdict));
    compare_words(s, ATTAIN_COL_REASON, r->reasons, reason_word);
    compare_words(s, ATTAIN_COL_FLAGS, r->flags, flag_word);
    compare_text(s, ATTAIN_COL_PACE, attain_pace_name(r->pace));
    compare_count(s, ATTAIN_COL_REPORTED, r->reported);
    compare_count(s, ATTAIN_COL_EXPECTED, r->expected);
    compare_count(s, ATTAIN_COL_MISSING, r->missing);
    const attain_period *periods = NULL;
    attain_error err;
    check_ok(attain_table_periods(s->table, ATTAIN_COL_PERIOD, &periods, &err), &err);
    if (periods[s->row].start_day != r->period.start || periods[s->row].end_day != r->period.end) {
        char got[64];
        print_cell(s, ATTAIN_COL_PERIOD, got, sizeof got);
        span_print(r->period, text, sizeof text);
        tell_cell(s, "period", got, text);
    }
}

static int compare_scores(const world *w, const attain_plan *plan, const attain_facts *facts, const ask *q)
{
    attain_period as_of[N_AS_OF];
    attain_score_options options = {.struct_size = sizeof options};
    for (int i = 0; i < q->n_as_of && q->as_of != NULL; i++) {
        as_of[i] = library_period(q->as_of[i]);
    }
    options.as_of = q->as_of == NULL ? NULL : as_of;
    options.n_as_of = q->as_of == NULL ? 0 : (size_t)q->n_as_of;
    options.all_units = q->all_units;
    options.readings = q->readings;
    options.printed_digits = q->printed_digits;
    attain_table *table = NULL;
    attain_error err;
    check_ok(attain_score(plan, facts, &options, &table, &err), &err);
    int n_rows = 0;
    row *const rows = oracle_score(w, q, &n_rows);
    assert_non_null(rows);
    int n_bad = 0;
    if (attain_table_rows(table) != (size_t)n_rows) {
        seen s = {w, table, 0, "the scorecard", 0};
        char got[32];
        char wanted[32];
        snprintf(got, sizeof got, "%zu", attain_table_rows(table));
        snprintf(wanted, sizeof wanted, "%d", n_rows);
        tell_cell(&s, "rows", got, wanted);
        n_bad++;
    }
    for (int i = 0; i < n_rows && (size_t)i < attain_table_rows(table); i++) {
        char what[192];
        char period[48];
        char day[48];
        span_print(rows[i].period, period, sizeof period);
        span_print(rows[i].as_of, day, sizeof day);
        snprintf(what, sizeof what, "%s at %s in %s/%s %s", w->targets[rows[i].target].id,
                 w->units[rows[i].unit].id, period, day, rows[i].reading);
        seen s = {w, table, (size_t)i, what, 0};
        compare_row(&s, &rows[i]);
        n_bad += s.n_bad;
    }
    free(rows);
    attain_table_free(table);
    return n_bad;
}

/* ---- values ---- */

static void compare_value(seen *s, const value *v, const indicator *i, span p, int unit_index)
{
    char text[64];
    const bool is_percent =
        i->n.terms[0].kind == TERM_MEASURE && s->w->measures[i->n.terms[0].index].is_percent;
    compare_text(s, ATTAIN_COL_INDICATOR, i->id);
    compare_text(s, ATTAIN_COL_UNIT, s->w->units[unit_index].id);
    span_print(p, text, sizeof text);
    compare_text(s, ATTAIN_COL_PERIOD, text);
    compare_number(s, ATTAIN_COL_NUMERATOR, v->has_n, is_percent ? frac_mul(v->n, frac_of(100, 1)) : v->n);
    compare_number(s, ATTAIN_COL_DENOMINATOR, v->has_d, v->d);
    compare_number(s, ATTAIN_COL_VALUE, v->has_v, v->v);
    compare_number(s, ATTAIN_COL_LOW, v->has_range && v->r.low.infinite == 0, v->r.low.at);
    compare_number(s, ATTAIN_COL_HIGH, v->has_range && v->r.high.infinite == 0, v->r.high.at);
    compare_text(s, ATTAIN_COL_STATE, attain_state_name(v->state));
    compare_words(s, ATTAIN_COL_FLAGS, v->flags, flag_word);
    compare_count(s, ATTAIN_COL_REPORTED, v->declares ? v->reported : -1);
    compare_count(s, ATTAIN_COL_EXPECTED, v->declares ? v->expected : -1);
}

/* The value wanted in one row: P is cut at the as-of day. */
static int compare_value_row(seen *s, span p, int unit_index, span as_of)
{
    const world *const w = s->w;
    const attain_column *columns = NULL;
    char id[64];
    assert_true(attain_table_columns(s->table, &columns) > 0);
    print_cell(s, ATTAIN_COL_INDICATOR, id, sizeof id);
    span cut = p;
    cut.end = cut.end > as_of.end ? as_of.end : cut.end;
    for (int i = 0; i < w->n_indicators; i++) {
        if (strcmp(w->indicators[i].id, id) == 0) {
            value v = oracle_value(w, &w->indicators[i], NULL, unit_index, cut, as_of.end);
            char what[160];
            char day[48];
            span_print(as_of, day, sizeof day);
            snprintf(what, sizeof what, "%s at %s as of %s", id, w->units[unit_index].id, day);
            s->what = what;
            v.flags |= cut.end < p.end ? ATTAIN_FLAG_PARTIAL_PERIOD : 0u;
            compare_value(s, &v, &w->indicators[i], p, unit_index);
        }
    }
    return s->n_bad;
}

/* Every indicator at every unit, by the rows' nesting: indicator, unit, period. */
static int compare_values(const world *w, const attain_plan *plan, const attain_facts *facts,
                          const span *periods, span as_of)
{
    attain_period asked[N_AS_OF];
    for (int i = 0; i < N_AS_OF; i++) {
        asked[i] = library_period(periods[i]);
    }
    const attain_compute_options options = {.struct_size = sizeof options,
                                            .all_units = 1,
                                            .periods = asked,
                                            .n_periods = N_AS_OF,
                                            .as_of = library_period(as_of)};
    attain_table *table = NULL;
    attain_error err;
    check_ok(attain_compute(plan, facts, &options, &table, &err), &err);
    const size_t n_rows = attain_table_rows(table);
    assert_int_equal(n_rows, attain_plan_count(plan, ATTAIN_KIND_INDICATOR) * (size_t)w->n_units * N_AS_OF);
    int n_bad = 0;
    for (size_t i = 0; i < n_rows; i++) {
        seen s = {w, table, i, "", 0};
        n_bad += compare_value_row(&s, periods[i % N_AS_OF], (int)(i / N_AS_OF % (size_t)w->n_units), as_of);
    }
    attain_table_free(table);
    return n_bad;
}

/* ---- one world ---- */

static int compare_all(const world *w, const attain_plan *plan, const attain_facts *facts)
{
    rng r = rng_new(w->seed + 1);
    static const span_type types[] = {SPAN_YEAR, SPAN_HALF, SPAN_MONTH, SPAN_DAY};
    span as_of[N_AS_OF];
    for (int i = 0; i < N_AS_OF; i++) {
        const int year = (int)rng_between(&r, small.first_year + 1, small.last_year + 2);
        as_of[i] = span_holding(types[rng_below(&r, 4)], 1,
                                day_of(year, (int)rng_between(&r, 1, 12), (int)rng_between(&r, 1, 28)));
    }
    const span year = span_holding(SPAN_YEAR, 1, as_of[0].end);
    const span periods[N_AS_OF] = {as_of[1].start <= as_of[0].end ? as_of[1] : as_of[0], year,
                                   span_range(span_holding(SPAN_YEAR, 1, day_of(small.first_year, 1, 1)),
                                              year)};
    const ask plain = {.printed_digits = (int)rng_between(&r, 1, 3)};
    const ask several = {.as_of = as_of, .n_as_of = N_AS_OF, .readings = true, .printed_digits = -1};
    const ask all = {.as_of = as_of, .n_as_of = 1, .all_units = true, .printed_digits = 1};
    return compare_scores(w, plan, facts, &plain) + compare_scores(w, plan, facts, &several) +
           compare_scores(w, plan, facts, &all) + compare_values(w, plan, facts, periods, as_of[0]);
}

static int compare_world(const world *w)
{
    char *const text = world_plan_text(w);
    assert_non_null(text);
    attain_plan *const plan = library_plan(text);
    attain_facts *const facts = plan == NULL ? NULL : library_facts(w, plan, NULL, 0, w->n_facts);
    const int n_bad = facts == NULL ? 1 : compare_all(w, plan, facts);
    attain_facts_free(facts);
    attain_plan_free(plan);
    free(text);
    return n_bad;
}

static bool differs_without_facts(world *w, int first, int n)
{
    fact *const kept = calloc((size_t)w->n_facts + 1, sizeof *kept);
    assert_non_null(kept);
    const int before = w->n_facts;
    memcpy(kept, w->facts, (size_t)before * sizeof *kept);
    memmove(w->facts + first, w->facts + first + n, (size_t)(before - first - n) * sizeof *kept);
    w->n_facts -= n;
    assert_true(world_index(w));
    const bool differs = compare_world(w) > 0;
    if (!differs) {
        memcpy(w->facts, kept, (size_t)before * sizeof *kept);
        w->n_facts = before;
        assert_true(world_index(w));
    }
    free(kept);
    return differs;
}

static void make_smaller(world *w)
{
    is_quiet = true;
    for (int i = w->n_targets - 1; i >= 0; i--) {
        const target out = w->targets[i];
        memmove(&w->targets[i], &w->targets[i + 1], (size_t)(w->n_targets - i - 1) * sizeof out);
        w->n_targets--;
        if (compare_world(w) == 0) {
            memmove(&w->targets[i + 1], &w->targets[i], (size_t)(w->n_targets - i) * sizeof out);
            w->targets[i] = out;
            w->n_targets++;
        }
    }
    for (int n = w->n_facts / 2; n >= 1; n /= 2) {
        for (int first = w->n_facts - n; first >= 0; first -= n) {
            differs_without_facts(w, first, n);
        }
    }
    is_quiet = false;
}

static void check_world(uint64_t seed)
{
    world *const w = world_new(seed, &small);
    assert_non_null(w);
    is_quiet = true;
    const bool differs = compare_world(w) > 0;
    is_quiet = false;
    if (differs) {
        make_smaller(w);
        tell_plan(w);
        compare_world(w);
    }
    world_free(w);
    assert_false(differs);
}

static void every_cell_is_what_the_oracle_says(void **state)
{
    (void)state;
    const uint64_t first = number_from("ATTAIN_PROPERTY_SEED", 1);
    const uint64_t n = number_from("ATTAIN_PROPERTY_WORLDS", N_WORLDS);
    for (uint64_t seed = first; seed < first + n; seed++) {
        check_world(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_is_what_the_oracle_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
