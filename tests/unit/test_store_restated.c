/* What a restatement changed: each kind of change alone and together, rows that come and go with the plan, what is asked for; and random
 * histories, whose four scorecards are made again by a slow way that knows nothing of stores. */
#include "store_world.h"

#include "support/rng.h"

#define UNITS "unit N nation\nunit C0 commune in N\nunit C1 commune in N\nunit C2 commune in N\n"
#define MEASURES "measure n\n  flow cases  reported half-yearly by commune\nmeasure money\n  stock dong\n"
#define TOTAL "indicator total = n\nindicator all_money = money\n"
#define ALL "target all\n  total at least 10 by 2024\n"
#define EACH "target each\n  total at least 3 for every commune by 2024\n"
#define HEAD "unit,measure,period,value\n"

static const char plan_text[] = UNITS MEASURES TOTAL ALL EACH;

static void begin(store_world *w, const char *text)
{
    store_begin(w);
    build_plan_free(w->plan);
    w->plan = build_plan(text, NULL);
    store_put(w);
}

static void put(store_world *w, const char *text)
{
    build_plan_free(w->plan);
    w->plan = build_plan(text, NULL);
    store_put(w);
}

static void correct(store_world *w, const char *unit, const char *measure, const char *period, int64_t value,
                    int remove)
{
    attain_error err;
    const attain_fact fact = store_fact(w, unit, measure, period, value);
    const uint8_t removes = (uint8_t)remove;
    check_ok(attain_store_correct(w->store, w->plan, &fact, &removes, 1, NULL, NULL, &err), &err);
}

static attain_restated compare(store_world *w, int64_t a, int64_t b, const char *as_of)
{
    attain_error err;
    attain_restated out;
    attain_period period = {.type = ATTAIN_PERIOD_NONE};
    attain_restated_options options = {.struct_size = sizeof options};
    if (as_of != NULL) {
        period = build_period(as_of);
        options.as_of = &period;
        options.n_as_of = 1;
    }
    check_ok(attain_store_restated(w->store, a, b, &options, &out, &err), &err);
    return out;
}

/* "all N: 5 5 8 8 not_met met": numerators where there are any, '-' for no row; then the verdicts before and after. */
static void check_row(const attain_restated *r, size_t i, const char *wanted)
{
    assert_true(i < r->n_rows);
    const attain_restated_row *const row = &r->rows[i];
    char got[512];
    int len = snprintf(got, sizeof got, "%s %s:", row->target.data, row->unit.data);
    for (int s = 0; s < 4; s++) {
        len += snprintf(got + len, sizeof got - (size_t)len, " %s",
                        !row->has_row[s]            ? "-"
                        : row->numerator[s].len > 0 ? row->numerator[s].data
                                                    : "none");
        assert_true(row->has_row[s] || row->verdict[s] == ATTAIN_NOT_APPLICABLE);
        assert_true(row->has_value[s] || row->value[s] == 0);
    }
    snprintf(got + len, sizeof got - (size_t)len, " %s %s", attain_verdict_name(row->verdict[0]),
             attain_verdict_name(row->verdict[3]));
    assert_string_equal(got, wanted);
}

static void late_reports_alone(void **state)
{
    (void)state;
    store_world w;
    begin(&w, plan_text);
    store_import(&w, HEAD "C0,n,2024-H1,2\nC0,n,2024-H2,3\nC1,n,2024-H1,1\nC1,n,2024-H2,1\n");
    store_import(&w, HEAD "C2,n,2024-H1,4\nC2,n,2024-H2,5\nC0,n,2024-H1,2\n");
    attain_restated r = compare(&w, 2, 3, "2024");
    assert_int_equal(r.n_late, 2);
    assert_int_equal(r.n_corrected + r.n_withdrawn, 0);
    assert_int_equal(r.plan_changed, 0);
    assert_int_equal(r.n_compared, 4);
    assert_int_equal(r.n_rows, 2);
    check_row(&r, 0, "all N: 7 16 16 16 undetermined met");
    check_row(&r, 1, "each C2: none 9 9 9 undetermined met");
    check_double(r.rows[0].value[0], 7);
    check_double(r.rows[0].value[1], 16);
    check_str(r.rows[0].printed[1], "16");
    check_str(r.rows[0].denominator[1], "");
    attain_restated_free(&r);
    assert_null(r.rows);
    attain_restated_free(&r);
    attain_restated_free(NULL);
    store_end(&w);
}

static void corrections_alone(void **state)
{
    (void)state;
    store_world w;
    begin(&w, plan_text);
    store_import(
        &w, HEAD
        "C0,n,2024-H1,2\nC0,n,2024-H2,3\nC1,n,2024-H1,4\nC1,n,2024-H2,5\nC2,n,2024-H1,0\nC2,n,2024-H2,0\n");
    correct(&w, "C0", "n", "2024-H1", 6, 0); /* 3 */
    correct(&w, "C1", "n", "2024-H1", 0, 1); /* 4: taken back */
    correct(&w, "C2", "n", "2024-H1", 9, 0); /* 5 and 6: there and back again */
    correct(&w, "C2", "n", "2024-H1", 0, 0);
    attain_restated r = compare(&w, 2, ATTAIN_EDITION_LATEST, "2024");
    assert_int_equal(r.n_late, 0);
    assert_int_equal(r.n_corrected, 1);
    assert_int_equal(r.n_withdrawn, 1);
    /* 14 in all, before and after. */
    assert_int_equal(r.n_rows, 2);
    check_row(&r, 0, "each C0: 5 5 9 9 met met");
    check_row(&r, 1, "each C1: 9 9 5 5 met met");
    attain_restated_free(&r);
    r = compare(&w, 3, 4, "2024");
    assert_int_equal(r.n_corrected, 0);
    assert_int_equal(r.n_withdrawn, 1);
    check_row(&r, 0, "all N: 18 18 14 14 met met");
    attain_restated_free(&r);
    r = compare(&w, 4, 6, "2024");
    assert_int_equal(r.n_late + r.n_corrected + r.n_withdrawn, 0);
    assert_int_equal(r.n_rows, 0);
    assert_int_equal(r.n_compared, 4);
    attain_restated_free(&r);
    store_end(&w);
}

static void a_row_that_is_the_same_again_in_all_steps_is_left_out(void **state)
{
    (void)state;
    store_world w;
    begin(&w, plan_text);
    store_import(&w, HEAD "C0,n,2024-H1,2\nC1,n,2024-H1,4\n");
    store_import(&w, HEAD "C0,n,2024-H1,4\nC1,n,2024-H1,2\n");
    attain_restated r = compare(&w, 2, 3, "2024");
    assert_int_equal(r.n_rows, 2);
    check_row(&r, 0, "each C0: 2 2 4 4 undetermined met");
    check_row(&r, 1, "each C1: 4 4 2 2 met undetermined");
    attain_restated_free(&r);
    store_end(&w);
}

static void a_plan_alone(void **state)
{
    (void)state;
    store_world w;
    begin(&w, plan_text);
    store_import(
        &w, HEAD
        "C0,n,2024-H1,2\nC0,n,2024-H2,3\nC1,n,2024-H1,4\nC1,n,2024-H2,5\nC2,n,2024-H1,0\nC2,n,2024-H2,0\n");
    /* Another level; a unit more, that reports nothing; no target `each`, but one of its own. */
    put(&w,
        UNITS "unit C3 commune in N\n" MEASURES TOTAL "target own\n  total at least 3 for C3, C0 by 2024\n"
              "target all\n  total at least 20 by 2024\n");
    attain_restated r = compare(&w, 2, 3, "2024");
    assert_int_equal(r.plan_changed, 1);
    assert_int_equal(r.n_late + r.n_corrected + r.n_withdrawn, 0);
    assert_int_equal(r.n_compared, 6);
    assert_int_equal(r.n_rows, 6);
    check_row(&r, 0, "own C0: - - - 5 not_applicable met");
    check_row(&r, 1, "own C3: - - - none not_applicable undetermined");
    check_row(&r, 2, "all N: 14 14 14 14 met undetermined");
    check_row(&r, 3, "each C0: 5 5 5 - met not_applicable");
    check_row(&r, 4, "each C1: 9 9 9 - met not_applicable");
    check_row(&r, 5, "each C2: 0 0 0 - not_met not_applicable");
    attain_restated_free(&r);
    store_end(&w);
}

/* A late report for a unit that only the new plan has comes in with the plan. */
static void strangers_come_in_with_the_plan(void **state)
{
    (void)state;
    store_world w;
    begin(&w, plan_text);
    store_import(&w, HEAD "C0,n,2024-H1,2\nC1,n,2024-H1,1\nC2,n,2024-H1,1\n");
    put(&w, UNITS "unit C3 commune in N\n" MEASURES TOTAL ALL EACH);
    store_import(&w, HEAD "C3,n,2024-H1,30\nC0,n,2024-H2,4\n");
    correct(&w, "C1", "n", "2024-H1", 2, 0);
    attain_restated r = compare(&w, 2, 5, "2024");
    assert_int_equal(r.n_late, 2);
    assert_int_equal(r.n_corrected, 1);
    check_row(&r, 0, "all N: 4 8 9 39 undetermined met");
    check_row(&r, 1, "each C0: 2 6 6 6 undetermined met");
    check_row(&r, 2, "each C1: 1 1 2 2 undetermined undetermined");
    check_row(&r, 3, "each C3: - - - 30 not_applicable met");
    assert_int_equal(r.n_rows, 4);
    attain_restated_free(&r);
    store_end(&w);
}

/* December's figure was withdrawn, that of the year came: both end on the same day, and cannot be known at once. */
static void a_late_fact_in_the_way_of_a_withdrawn_one(void **state)
{
    (void)state;
    store_world w;
    begin(&w, UNITS MEASURES TOTAL "target rich\n  all_money at least 10 for C0 by 2024\n");
    store_import(&w, HEAD "C0,money,2024-12,7\n");
    correct(&w, "C0", "money", "2024-12", 0, 1);
    store_import(&w, HEAD "C0,money,2024,9\nC1,money,2024,1\n");
    attain_restated r = compare(&w, 2, 4, "2024");
    assert_int_equal(r.n_late, 2);
    assert_int_equal(r.n_withdrawn, 1);
    assert_int_equal(r.n_rows, 1);
    check_row(&r, 0, "rich C0: 7 7 9 9 not_met not_met");
    attain_restated_free(&r);
    store_end(&w);
}

static void as_of_is_the_last_period_known_at_b(void **state)
{
    (void)state;
    store_world w;
    begin(&w, plan_text);
    attain_restated r;
    put(&w, UNITS MEASURES TOTAL ALL EACH "milestone m by 2024\n  done 2023-05-05 \"minutes\"\n");
    r = compare(&w, 1, 2, NULL); /* no facts at all: a milestone needs none */
    assert_int_equal(r.n_compared, 5);
    assert_int_equal(r.n_rows, 1);
    assert_int_equal(r.rows[0].as_of.type, ATTAIN_PERIOD_NONE);
    check_row(&r, 0, "m N: - - - none not_applicable met");
    attain_restated_free(&r);
    store_import(&w, HEAD "C0,n,2023-H1,2\n");
    store_import(&w, HEAD "C0,n,2023-H2,2\n");
    r = compare(&w, 3, 4, NULL);
    assert_int_equal(r.rows[0].as_of.end_day, build_period("2023-H2").end_day);
    check_row(&r, 0, "all N: 2 4 4 4 undetermined undetermined");
    attain_restated_free(&r);
    correct(&w, "C0", "n", "2023-H1", 0, 1);
    correct(&w, "C0", "n", "2023-H2", 0, 1);
    r = compare(&w, 4, 6, NULL); /* nothing is left at b: as of a's last */
    assert_int_equal(r.rows[0].as_of.end_day, build_period("2023-H2").end_day);
    assert_int_equal(r.n_withdrawn, 2);
    attain_restated_free(&r);
    store_end(&w);
}

static void several_as_of_periods_stand_one_behind_the_other(void **state)
{
    (void)state;
    store_world w;
    begin(&w, plan_text);
    store_import(&w, HEAD "C0,n,2023-H1,2\nC0,n,2024-H1,3\n");
    store_import(&w, HEAD "C0,n,2023-H1,4\nC0,n,2024-H1,5\n");
    attain_error err;
    const attain_period as_of[] = {build_period("2024"), build_period("2023")};
    const attain_str targets[] = {{"each", 4}};
    const attain_str units[] = {{"C0", 2}, {"C2", 2}, {"C0", 2}};
    const attain_restated_options options = {.struct_size = sizeof options,
                                             .targets = targets,
                                             .n_targets = 1,
                                             .units = units,
                                             .n_units = 3,
                                             .as_of = as_of,
                                             .n_as_of = 2};
    attain_restated r;
    check_ok(attain_store_restated(w.store, 2, 3, &options, &r, &err), &err);
    assert_int_equal(r.n_compared, 4);
    assert_int_equal(r.n_rows, 2);
    check_row(&r, 0, "each C0: 3 3 5 5 met met");
    check_row(&r, 1, "each C0: 2 2 4 4 undetermined met");
    assert_int_equal(r.rows[0].as_of.start_day, as_of[0].start_day);
    assert_int_equal(r.rows[1].as_of.start_day, as_of[1].start_day);
    attain_restated_free(&r);
    store_end(&w);
}

static void a_unit_or_target_of_one_plan_alone_may_be_asked_for(void **state)
{
    (void)state;
    store_world w;
    begin(&w, plan_text);
    store_import(&w, HEAD "C0,n,2024-H1,5\n");
    put(&w, UNITS "unit C3 commune in N\n" MEASURES TOTAL ALL
                  "target other\n  total at least 3 for every commune by 2024\n");
    store_import(&w, HEAD "C3,n,2024-H1,5\n");
    attain_error err;
    attain_restated r;
    const attain_str only_b[] = {{"C3", 2}};
    const attain_str only_a[] = {{"each", 4}};
    const attain_period as_of = build_period("2024");
    attain_restated_options options = {
        .struct_size = sizeof options, .units = only_b, .n_units = 1, .as_of = &as_of, .n_as_of = 1};
    check_ok(attain_store_restated(w.store, 2, 4, &options, &r, &err), &err);
    assert_int_equal(r.n_late, 1);
    check_row(&r, 0, "all C3: - - - 5 not_applicable undetermined");
    check_row(&r, 1, "other C3: - - - 5 not_applicable met");
    assert_int_equal(r.n_rows, 2);
    attain_restated_free(&r);
    options = (attain_restated_options){
        .struct_size = sizeof options, .targets = only_a, .n_targets = 1, .as_of = &as_of, .n_as_of = 1};
    check_ok(attain_store_restated(w.store, 2, 4, &options, &r, &err), &err);
    assert_int_equal(r.n_rows, 3);
    check_row(&r, 0, "each C0: 5 5 5 - met not_applicable");
    attain_restated_free(&r);
    store_end(&w);
}

static void what_cannot_be_asked(void **state)
{
    (void)state;
    store_world w;
    begin(&w, plan_text);
    store_import(&w, HEAD "C0,n,2024-H1,5\n");
    attain_error err;
    attain_restated r = {.n_rows = 77};
    const attain_str none[] = {{"N", 1}, {"nowhere", 7}};
    attain_restated_options options = {.struct_size = sizeof options, .units = none, .n_units = 2};
    check_fails(attain_store_restated(w.store, 1, 2, &options, &r, &err), ATTAIN_E_UNIT, &err);
    assert_int_equal(err.index, 1);
    options = (attain_restated_options){.struct_size = sizeof options, .targets = none, .n_targets = 1};
    check_fails(attain_store_restated(w.store, 1, 2, &options, &r, &err), ATTAIN_E_NAME, &err);
    options = (attain_restated_options){.struct_size = 1};
    check_fails(attain_store_restated(w.store, 1, 2, &options, &r, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_restated(w.store, 2, 2, NULL, &r, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_restated(w.store, 2, 1, NULL, &r, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_restated(w.store, 1, 3, NULL, &r, &err), ATTAIN_E_EDITION, &err);
    check_fails(attain_store_restated(w.store, -1, 2, NULL, &r, &err), ATTAIN_E_EDITION, &err);
    check_fails(attain_store_restated(w.store, 1, 2, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_store_restated(NULL, 1, 2, NULL, &r, &err), ATTAIN_E_ARGUMENT, &err);
    assert_int_equal(r.n_rows, 77);
    store_end(&w);
}

/* ---- random histories ---- */

enum { N_UNITS = 4, N_SLOTS = 4, N_CELLS = 2 * N_UNITS * N_SLOTS, N_EDITIONS = 14, ABSENT = -1 };

/* Three plans: C3 is in two of them, and each judges by another level and another definition. */
static const char *const plans[] = {
    UNITS "measure n\n  flow cases  reported half-yearly by commune\nmeasure d\n  flow cases  reported "
          "half-yearly by commune\n"
          "indicator i = n / d\ntarget x\n  i at least 0.5 by 2024\ntarget y\n  i at least 0.5 for every "
          "commune by 2024\n",
    UNITS "unit C3 commune in N\nmeasure n\n  flow cases  reported half-yearly by commune\n"
          "measure d\n  flow cases  reported half-yearly by commune\nindicator i = n / d\n"
          "target z\n  n at least 9 for C3 by 2024\ntarget y\n  i at least 0.4 for every commune by 2024\n",
    UNITS "unit C3 commune in N\nmeasure d\n  flow cases  reported half-yearly by commune\n"
          "measure n\n  flow cases  reported half-yearly by commune\nindicator i = (n + d) / d\n"
          "target y\n  i at least 1.4 for every commune by 2024\ntarget x\n  i at least 1.5 by 2024\n"};

typedef struct history {
    int plan[N_EDITIONS + 1];
    int cell[N_EDITIONS + 1][N_CELLS];
    int n; /* editions */
} history;

static const char *const unit_names[N_UNITS] = {"C0", "C1", "C2", "C3"};
static const char *const slots[N_SLOTS] = {"2023-H1", "2023-H2", "2024-H1", "2024-H2"};

static attain_fact fact_of(const attain_plan *plan, int cell, int value)
{
    return (attain_fact){.unit = build_unit(plan, unit_names[cell / N_SLOTS % N_UNITS]),
                         .measure = build_measure(plan, cell < N_CELLS / 2 ? "n" : "d"),
                         .period = build_period(slots[cell % N_SLOTS]),
                         .value = value};
}

static bool has_place(int plan, int cell)
{
    return plan > 0 || cell / N_SLOTS % N_UNITS < N_UNITS - 1;
}

static attain_facts *facts_of(const attain_plan *plan, int which, const int *cells)
{
    attain_facts *const facts = build_facts(plan);
    for (int i = 0; i < N_CELLS; i++) {
        if (cells[i] != ABSENT && has_place(which, i)) {
            attain_error err;
            const attain_fact fact = fact_of(plan, i, cells[i]);
            check_ok(attain_facts_set(facts, &fact, 0, &err), &err);
        }
    }
    return facts;
}

/* An import of some cells, a correction, or a plan; refused plans leave everything as it was. */
static void step_history(store_world *w, history *h, rng *r)
{
    attain_error err;
    const int *const before = h->cell[h->n];
    int *const now = h->cell[h->n + 1];
    int plan = h->plan[h->n];
    memcpy(now, before, sizeof h->cell[0]);
    if (rng_below(r, 3) == 0) {
        plan = (plan + 1 + (int)rng_below(r, 2)) % 3;
        attain_plan *const next = build_plan(plans[plan], NULL);
        bool fits = true;
        for (int i = 0; i < N_CELLS; i++) {
            fits = fits && (before[i] == ABSENT || has_place(plan, i));
        }
        const attain_status status = attain_store_put_plan(w->store, next, NULL, NULL, &err);
        assert_int_equal(status == ATTAIN_OK, fits);
        if (!fits) {
            build_plan_free(next);
            return;
        }
        build_plan_free(w->plan);
        w->plan = next;
    } else {
        attain_fact facts[N_CELLS];
        uint8_t remove[N_CELLS];
        size_t n = 0;
        for (int i = 0; i < N_CELLS; i++) {
            if (!has_place(plan, i) || rng_below(r, 4) != 0) {
                continue;
            }
            const bool takes = before[i] != ABSENT && rng_below(r, 3) == 0;
            now[i] = takes ? ABSENT : (int)rng_below(r, 6);
            facts[n] = fact_of(w->plan, i, takes ? 0 : now[i]);
            remove[n++] = takes;
        }
        check_ok(attain_store_correct(w->store, w->plan, facts, remove, n, NULL, NULL, &err), &err);
    }
    h->n++;
    h->plan[h->n] = plan;
}

typedef struct cards {
    attain_plan *plan[4];
    attain_facts *facts[4];
    attain_table *table[4];
} cards;

static void print_into(const cards *c, int step, size_t row, attain_column column, char out[256])
{
    const attain_print_options exact = {.struct_size = sizeof exact, .exact = 1};
    out[0] = '\0';
    if (row != SIZE_MAX) {
        check_ok(attain_table_print(c->table[step], row, column, &exact, out, 256, NULL, NULL), NULL);
    }
}

static size_t find_row(const cards *c, int step, attain_str target, attain_str unit)
{
    char text[256];
    for (size_t i = 0; i < attain_table_rows(c->table[step]); i++) {
        print_into(c, step, i, ATTAIN_COL_TARGET, text);
        if (strlen(text) != target.len || memcmp(text, target.data, target.len) != 0) {
            continue;
        }
        print_into(c, step, i, ATTAIN_COL_UNIT, text);
        if (strlen(text) == unit.len && memcmp(text, unit.data, unit.len) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void check_against(const cards *c, const attain_restated_row *row)
{
    for (int s = 0; s < 4; s++) {
        char text[256];
        const size_t at = find_row(c, s, row->target, row->unit);
        assert_int_equal(row->has_row[s], at != SIZE_MAX);
        print_into(c, s, at, ATTAIN_COL_NUMERATOR, text);
        check_str(row->numerator[s], text);
        print_into(c, s, at, ATTAIN_COL_DENOMINATOR, text);
        check_str(row->denominator[s], text);
        print_into(c, s, at, ATTAIN_COL_VERDICT, text);
        assert_string_equal(attain_verdict_name(row->verdict[s]), at != SIZE_MAX ? text : "not_applicable");
        print_into(c, s, at, ATTAIN_COL_VALUE, text);
        assert_int_equal(row->has_value[s], text[0] != '\0');
        if (text[0] != '\0') {
            const double *values;
            const uint8_t *valid;
            check_ok(attain_table_doubles(c->table[s], ATTAIN_COL_VALUE, &values, &valid, NULL), NULL);
            check_double(row->value[s], values[at]);
        }
    }
}

/* Rows of the first and last scorecard that differ somewhere, counted without the result. */
static size_t count_differing(const cards *c, size_t *n_all)
{
    static const attain_column columns[] = {ATTAIN_COL_VALUE, ATTAIN_COL_NUMERATOR, ATTAIN_COL_DENOMINATOR,
                                            ATTAIN_COL_VERDICT};
    size_t n = 0;
    *n_all = 0;
    for (int from = 0; from <= 3; from += 3) {
        for (size_t i = 0; i < attain_table_rows(c->table[from]); i++) {
            char target[256];
            char unit[256];
            print_into(c, from, i, ATTAIN_COL_TARGET, target);
            print_into(c, from, i, ATTAIN_COL_UNIT, unit);
            const attain_str ids[] = {{target, strlen(target)}, {unit, strlen(unit)}};
            if (from == 3 && find_row(c, 0, ids[0], ids[1]) != SIZE_MAX) {
                continue;
            }
            bool differs = false;
            for (int s = 1; s < 4; s++) {
                const size_t rows[] = {find_row(c, s - 1, ids[0], ids[1]), find_row(c, s, ids[0], ids[1])};
                differs = differs || (rows[0] == SIZE_MAX) != (rows[1] == SIZE_MAX);
                for (size_t k = 0; k < 4; k++) {
                    char text[2][256];
                    print_into(c, s - 1, rows[0], columns[k], text[0]);
                    print_into(c, s, rows[1], columns[k], text[1]);
                    differs = differs || strcmp(text[0], text[1]) != 0;
                }
            }
            n += differs;
            ++*n_all;
        }
    }
    return n;
}

static void check_pair(store_world *w, const history *h, int a, int b)
{
    int cells[4][N_CELLS];
    uint64_t counts[3] = {0, 0, 0};
    for (int i = 0; i < N_CELLS; i++) {
        const int was = h->cell[a][i];
        const int is = h->cell[b][i];
        cells[0][i] = was;
        cells[1][i] = was == ABSENT ? is : was;
        cells[2][i] = is;
        cells[3][i] = is;
        counts[0] += was == ABSENT && is != ABSENT;
        counts[1] += was != ABSENT && is != ABSENT && was != is;
        counts[2] += was != ABSENT && is == ABSENT;
    }
    cards c;
    const attain_period as_of = build_period("2024");
    const attain_score_options options = {.struct_size = sizeof options, .as_of = &as_of, .n_as_of = 1};
    for (int s = 0; s < 4; s++) {
        const int plan = h->plan[s == 3 ? b : a];
        attain_error err;
        c.plan[s] = build_plan(plans[plan], NULL);
        c.facts[s] = facts_of(c.plan[s], plan, cells[s]);
        check_ok(attain_score(c.plan[s], c.facts[s], &options, &c.table[s], &err), &err);
    }
    attain_restated r = compare(w, a, b, "2024");
    size_t n_all = 0;
    assert_int_equal(r.n_rows, count_differing(&c, &n_all));
    assert_int_equal(r.n_compared, n_all);
    assert_int_equal(r.n_late, counts[0]);
    assert_int_equal(r.n_corrected, counts[1]);
    assert_int_equal(r.n_withdrawn, counts[2]);
    assert_int_equal(r.plan_changed, h->plan[a] != h->plan[b]);
    for (size_t i = 0; i < r.n_rows; i++) {
        check_against(&c, &r.rows[i]);
    }
    attain_restated_free(&r);
    for (int s = 0; s < 4; s++) {
        attain_table_free(c.table[s]);
        attain_facts_free(c.facts[s]);
        build_plan_free(c.plan[s]);
    }
}

static void random_histories_are_those_of_the_slow_way(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        rng r = rng_new(seed);
        store_world w;
        history h = {.n = 1};
        h.plan[1] = (int)rng_below(&r, 3);
        for (int i = 0; i < N_CELLS; i++) {
            h.cell[1][i] = ABSENT;
        }
        begin(&w, plans[h.plan[1]]);
        for (int tries = 0; h.n < N_EDITIONS && tries < 100; tries++) {
            step_history(&w, &h, &r);
        }
        for (int i = 0; i < 10; i++) {
            const int a = (int)rng_between(&r, 1, h.n - 1);
            const int b = (int)rng_between(&r, a + 1, h.n);
            check_pair(&w, &h, a, b);
        }
        store_end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_reports_alone),
        cmocka_unit_test(corrections_alone),
        cmocka_unit_test(a_row_that_is_the_same_again_in_all_steps_is_left_out),
        cmocka_unit_test(a_plan_alone),
        cmocka_unit_test(strangers_come_in_with_the_plan),
        cmocka_unit_test(a_late_fact_in_the_way_of_a_withdrawn_one),
        cmocka_unit_test(as_of_is_the_last_period_known_at_b),
        cmocka_unit_test(several_as_of_periods_stand_one_behind_the_other),
        cmocka_unit_test(a_unit_or_target_of_one_plan_alone_may_be_asked_for),
        cmocka_unit_test(what_cannot_be_asked),
        cmocka_unit_test(random_histories_are_those_of_the_slow_way),
    };
    return cmocka_run_group_tests_name("store_restated", tests, NULL, NULL);
}
