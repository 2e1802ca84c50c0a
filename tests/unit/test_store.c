/* The store: order, search, correction of single cells, merge, limits; and that a failure changes nothing. */
#include "facts/store.h"
#include "support/alloc_fault.h"
#include "support/build_plan.h"
#include "support/check.h"
#include "support/rng.h"
#include <stdio.h>
#include <stdlib.h>

static const char plan_text[] =
    "unit VN \"Viet Nam\" nation\n"
    "unit A \"A\" province in VN\n"
    "unit B \"B\" province in VN until 2025-06-30\n"
    "unit C \"C\" province in VN from 2025-07-01\n"
    "boundary 2025-07-01 merge B into C\n"
    "category post: full_time, part_time\n"
    "measure workers \"w\" stock persons by post reported half-yearly by province\n"
    "measure assets \"a\" stock VND any sign\n"
    "measure trained \"t\" flow persons\n"
    "measure level \"l\" stock VND none over units\n";

static attain_plan *plan;

static attain_fact fact_of(const char *measure, const char *unit, uint32_t cell, const char *period,
                           int64_t value)
{
    return (attain_fact){.unit = build_unit(plan, unit),
                         .measure = build_measure(plan, measure),
                         .cell = cell,
                         .period = build_period(period),
                         .value = value};
}

static attain_status set(attain_facts *facts, attain_fact fact, attain_error *err)
{
    return attain_facts_set(facts, &fact, 0, err);
}

/* ---- single cells ---- */

static void test_set_get_remove(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    attain_fact fact = fact_of("workers", "A", 1, "2025-H1", 12);
    int found = 7;
    check_ok(attain_facts_get(facts, &fact, &found, &err), &err);
    assert_int_equal(found, 0);
    check_ok(set(facts, fact, &err), &err);
    fact.value = 0;
    check_ok(attain_facts_get(facts, &fact, &found, &err), &err);
    assert_int_equal(found, 1);
    assert_int_equal(fact.value, 12);
    fact.value = 13;
    fact.qualifier = ATTAIN_ESTIMATED;
    check_ok(set(facts, fact, &err), &err);
    assert_int_equal(attain_facts_count(facts), 1);
    attain_fact back;
    check_ok(attain_facts_at(facts, 0, &back, &err), &err);
    assert_int_equal(back.value, 13);
    assert_int_equal(back.qualifier, ATTAIN_ESTIMATED);
    check_fails(attain_facts_at(facts, 1, &back, &err), ATTAIN_E_ARGUMENT, &err);
    check_ok(attain_facts_set(facts, &fact, 1, &err), &err);
    check_ok(attain_facts_set(facts, &fact, 1, &err), &err);
    assert_int_equal(attain_facts_count(facts), 0);
    assert_int_equal(attain_facts_last_period(facts).type, ATTAIN_PERIOD_NONE);
    attain_facts_free(facts);
}

static void test_missing_has_a_reason(void **state)
{
    (void)state;
    attain_error err;
    int found;
    attain_facts *facts = build_facts(plan);
    attain_fact fact = fact_of("workers", "A", 0, "2025-H1", 99);
    fact.qualifier = ATTAIN_MISSING;
    check_ok(set(facts, fact, &err), &err);
    check_ok(attain_facts_get(facts, &fact, &found, &err), &err);
    assert_int_equal(fact.value, 0);
    assert_int_equal(fact.reason, ATTAIN_REASON_NOT_REPORTED);
    fact.qualifier = ATTAIN_EXACT;
    check_fails(set(facts, fact, &err), ATTAIN_E_QUALIFIER, &err);
    attain_facts_free(facts);
}

/* The day of a free stock is its period's last day. */
static void test_stock_day_is_the_cell(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    check_ok(set(facts, fact_of("assets", "A", 0, "2025", -5), &err), &err);
    check_ok(set(facts, fact_of("assets", "A", 0, "2025-12", -6), &err), &err);
    check_ok(set(facts, fact_of("assets", "A", 0, "2025-11", -7), &err), &err);
    assert_int_equal(attain_facts_count(facts), 2);
    attain_fact fact = fact_of("assets", "A", 0, "2025-12-31", 0);
    int found;
    check_ok(attain_facts_get(facts, &fact, &found, &err), &err);
    assert_int_equal(found, 1);
    assert_int_equal(fact.value, -6);
    attain_facts_free(facts);
}

static void test_flow_has_one_period_type(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    check_ok(set(facts, fact_of("trained", "A", 0, "2024", 5), &err), &err);
    check_fails(set(facts, fact_of("trained", "A", 0, "2025-01", 5), &err), ATTAIN_E_PERIOD, &err);
    check_contains(err.message, "one period type");
    attain_fact gone = fact_of("trained", "A", 0, "2024", 0);
    check_ok(attain_facts_set(facts, &gone, 1, &err), &err);
    check_ok(set(facts, fact_of("trained", "A", 0, "2021..2023", 5), &err), &err);
    check_fails(set(facts, fact_of("trained", "A", 0, "2023..2024", 5), &err), ATTAIN_E_DUPLICATE, &err);
    check_contains(err.message, "2021..2023");
    check_ok(set(facts, fact_of("trained", "A", 0, "2024..2025", 5), &err), &err);
    assert_int_equal(attain_facts_count(facts), 2);
    attain_facts_free(facts);
}

static void test_set_checks_the_place(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    check_fails(set(facts, fact_of("workers", "VN", 0, "2025-H1", 1), &err), ATTAIN_E_PLACE, &err);
    check_contains(err.message, "nation");
    check_fails(set(facts, fact_of("assets", "VN", 0, "2025", 1), &err), ATTAIN_E_PLACE, &err);
    check_contains(err.message, "units below");
    check_ok(set(facts, fact_of("level", "VN", 0, "2025", 1), &err), &err);
    check_fails(set(facts, fact_of("workers", "A", 0, "2025", 1), &err), ATTAIN_E_PERIOD, &err);
    check_contains(err.message, "half-years");
    check_fails(set(facts, fact_of("workers", "A", 2, "2025-H1", 1), &err), ATTAIN_E_CATEGORY, &err);
    check_fails(set(facts, fact_of("workers", "A", 0, "2025-H1", -1), &err), ATTAIN_E_RANGE, &err);
    check_fails(set(facts, fact_of("workers", "B", 0, "2025-H2", 1), &err), ATTAIN_E_PLACE, &err);
    check_contains(err.message, "valid until 2025-06-30");
    check_contains(err.message, "successor is 'C'");
    check_fails(set(facts, fact_of("workers", "C", 0, "2025-H1", 1), &err), ATTAIN_E_PLACE, &err);
    check_contains(err.message, "before it there was 'B'");
    check_ok(set(facts, fact_of("assets", "B", 0, "2025", 1), &err), &err);
    attain_fact fact = fact_of("workers", "A", 0, "2025-H1", 0);
    fact.qualifier = ATTAIN_LESS_THAN;
    check_fails(set(facts, fact, &err), ATTAIN_E_RANGE, &err);
    fact.qualifier = 7;
    check_fails(set(facts, fact, &err), ATTAIN_E_QUALIFIER, &err);
    fact.qualifier = ATTAIN_EXACT;
    fact.unit = 99;
    check_fails(set(facts, fact, &err), ATTAIN_E_UNIT, &err);
    fact.measure = 99;
    check_fails(set(facts, fact, &err), ATTAIN_E_MEASURE, &err);
    int found;
    check_fails(attain_facts_get(facts, &fact, &found, &err), ATTAIN_E_MEASURE, &err);
    assert_int_equal(attain_facts_count(facts), 2);
    attain_facts_free(facts);
}

static void test_unsound_periods(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    attain_fact fact = fact_of("assets", "A", 0, "2025", 1);
    const attain_period good = fact.period;
    fact.period.end_day++;
    check_fails(set(facts, fact, &err), ATTAIN_E_PERIOD, &err);
    fact.period = good;
    fact.period.type = 9;
    check_fails(set(facts, fact, &err), ATTAIN_E_PERIOD, &err);
    fact.period = good;
    fact.period.start_month = 4;
    check_fails(set(facts, fact, &err), ATTAIN_E_PERIOD, &err);
    fact.period = build_period("2021..2025");
    fact.period.end_type = ATTAIN_PERIOD_RANGE;
    check_fails(set(facts, fact, &err), ATTAIN_E_PERIOD, &err);
    fact.period = (attain_period){.start_day = 5, .end_day = 4, .type = ATTAIN_PERIOD_DAY};
    check_fails(set(facts, fact, &err), ATTAIN_E_PERIOD, &err);
    fact.period = (attain_period){.start_day = INT32_MIN, .end_day = INT32_MIN, .type = ATTAIN_PERIOD_DAY};
    check_fails(set(facts, fact, &err), ATTAIN_E_PERIOD, &err);
    attain_facts_free(facts);
}

/* ---- order ---- */

static void test_last_period(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    check_ok(set(facts, fact_of("workers", "A", 0, "2025-H2", 1), &err), &err);
    assert_true(atn_period_equal(attain_facts_last_period(facts), build_period("2025-H2")));
    check_ok(set(facts, fact_of("assets", "A", 0, "2025", 1), &err), &err);
    assert_true(atn_period_equal(attain_facts_last_period(facts), build_period("2025")));
    check_ok(set(facts, fact_of("workers", "A", 0, "2026-H1", 1), &err), &err);
    assert_true(atn_period_equal(attain_facts_last_period(facts), build_period("2026-H1")));
    attain_fact gone = fact_of("workers", "A", 0, "2026-H1", 1);
    check_ok(attain_facts_set(facts, &gone, 1, &err), &err);
    assert_true(atn_period_equal(attain_facts_last_period(facts), build_period("2025")));
    attain_facts_free(facts);
}

static void test_sort_is_stable(void **state)
{
    (void)state;
    enum { N = 5000 };
    atn_row *rows = calloc(N, sizeof *rows);
    const attain_allocator a = atn_alloc_default(NULL);
    rng r = rng_new(3);
    for (unsigned shape = 0; shape < 4; shape++) {
        for (uint32_t i = 0; i < N; i++) {
            rows[i] = (atn_row){.measure = (uint32_t)rng_below(&r, shape < 2 ? 4 : 1),
                                .unit = shape == 3 ? i : (uint32_t)rng_below(&r, 40),
                                .end_day = (int32_t)rng_between(&r, -3, 3),
                                .number = i};
            rows[i].start_day = rows[i].end_day - (int32_t)rng_below(&r, 2);
        }
        assert_true(atn_rows_sort(&a, rows, N));
        for (size_t i = 1; i < N; i++) {
            const int order = atn_row_compare(&rows[i - 1], &rows[i]);
            assert_true(order < 0 || (order == 0 && rows[i - 1].number < rows[i].number));
        }
    }
    free(rows);
}

/* The store against a plain list: any order of setting and removing gives the same cells, in order. */
static void test_random_against_list(void **state)
{
    (void)state;
    enum { N_KEYS = 2 * 2 * 6 };
    attain_error err;
    rng r = rng_new(5);
    static const char *const period[] = {"2022-H1", "2022-H2", "2023-H1", "2023-H2", "2024-H1", "2024-H2"};
    int64_t want[N_KEYS];
    for (size_t i = 0; i < N_KEYS; i++) {
        want[i] = -1;
    }
    attain_facts *facts = build_facts(plan);
    for (int step = 0; step < 3000; step++) {
        const size_t key = (size_t)rng_below(&r, N_KEYS);
        attain_fact fact =
            fact_of("workers", key / 12 == 0 ? "A" : "B", (uint32_t)(key / 6 % 2), period[key % 6], step);
        const bool remove = rng_below(&r, 3) == 0;
        check_ok(attain_facts_set(facts, &fact, remove, &err), &err);
        want[key] = remove ? -1 : step;
        size_t n = 0;
        for (size_t i = 0; i < N_KEYS; i++) {
            if (want[i] >= 0) {
                attain_fact back;
                check_ok(attain_facts_at(facts, n++, &back, &err), &err);
                assert_int_equal(back.value, want[i]);
                assert_true(atn_period_equal(back.period, build_period(period[i % 6])));
            }
        }
        assert_int_equal(attain_facts_count(facts), n);
        /* Many at a time, from anywhere: what one at a time gives. */
        attain_fact some[N_KEYS];
        size_t n_some = 0;
        const size_t first = (size_t)rng_below(&r, n + 2);
        const size_t most = (size_t)rng_below(&r, N_KEYS + 1);
        check_ok(attain_facts_read(facts, first, some, most, &n_some, &err), &err);
        assert_int_equal(n_some, first > n ? 0 : n - first < most ? n - first : most);
        for (size_t i = 0; i < n_some; i++) {
            attain_fact one;
            check_ok(attain_facts_at(facts, first + i, &one, &err), &err);
            assert_true(one.unit == some[i].unit && one.cell == some[i].cell && one.value == some[i].value);
            assert_true(atn_period_equal(one.period, some[i].period));
        }
    }
    const uint32_t workers = build_measure(plan, "workers");
    const uint32_t unit = build_unit(plan, "A");
    size_t n_a = 0;
    atn_cursor cursor;
    atn_cell cell;
    atn_facts_each(facts, workers, unit, unit + 1, ATN_DAY_MIN, ATN_DAY_MAX, &cursor);
    for (size_t i = 0; i < 12; i++) {
        if (want[i] >= 0) {
            assert_true(atn_facts_next(&cursor, &cell));
            assert_int_equal(cell.value, want[i]);
            assert_int_equal(cell.unit, unit);
            n_a++;
        }
    }
    assert_true(n_a > 0);
    assert_false(atn_facts_next(&cursor, &cell));
    attain_facts_free(facts);
}

/* ---- merge ---- */

static void test_merge(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *a = build_facts(plan);
    attain_facts *b = build_facts(plan);
    check_ok(set(a, fact_of("workers", "A", 0, "2025-H1", 1), &err), &err);
    check_ok(set(a, fact_of("trained", "A", 0, "2025", 3), &err), &err);
    check_ok(set(b, fact_of("workers", "A", 1, "2025-H1", 2), &err), &err);
    check_ok(set(b, fact_of("assets", "A", 0, "2026", 2), &err), &err);
    check_ok(attain_facts_merge(a, b, &err), &err);
    assert_int_equal(attain_facts_count(a), 4);
    assert_true(atn_period_equal(attain_facts_last_period(a), build_period("2026")));
    check_fails(attain_facts_merge(a, b, &err), ATTAIN_E_DUPLICATE, &err);
    check_contains(err.message, "workers at A in 2025-H1 (part_time)");
    check_fails(attain_facts_merge(b, a, &err), ATTAIN_E_DUPLICATE, &err);
    check_fails(attain_facts_merge(a, a, &err), ATTAIN_E_DUPLICATE, &err);
    assert_int_equal(attain_facts_count(a), 4);
    attain_facts *c = build_facts(plan);
    check_ok(set(c, fact_of("trained", "A", 0, "2024-01", 3), &err), &err);
    check_fails(attain_facts_merge(a, c, &err), ATTAIN_E_PERIOD, &err);
    attain_plan *other = build_plan("unit X \"X\" nation\nmeasure m \"m\" flow persons\n", NULL);
    attain_facts *foreign = build_facts(other);
    check_fails(attain_facts_merge(a, foreign, &err), ATTAIN_E_SCHEMA, &err);
    attain_facts_free(foreign);
    build_plan_free(other);
    attain_facts_free(a);
    attain_facts_free(b);
    attain_facts_free(c);
}

/* ---- memory ---- */

static void test_limit(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = NULL;
    const attain_facts_options options = {.struct_size = sizeof options, .max_bytes = 1000};
    check_ok(attain_facts_new(plan, &options, &facts, &err), &err);
    attain_status status = ATTAIN_OK;
    uint64_t n = 0;
    for (int year = 2000; status == ATTAIN_OK && year < 2100; year++) {
        char text[16];
        (void)snprintf(text, sizeof text, "%d", year);
        status = set(facts, fact_of("assets", "A", 0, text, year), &err);
        n += status == ATTAIN_OK ? 1 : 0;
    }
    assert_int_equal(status, ATTAIN_E_MEMORY);
    assert_true(n > 4 && n <= 25);
    assert_int_equal(attain_facts_count(facts), n);
    attain_facts_free(facts);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_fault f;
    attain_error err;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    attain_plan *own = build_plan(plan_text, &a);
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        alloc_fault_fail_at(&f, n, false);
        attain_facts *facts = NULL;
        attain_facts *more = NULL;
        attain_status status = attain_facts_new(own, NULL, &facts, &err);
        if (status == ATTAIN_OK) {
            status = attain_facts_new(own, NULL, &more, &err);
        }
        uint64_t n_facts = 0;
        for (int i = 0; status == ATTAIN_OK && i < 20; i++) {
            const attain_fact one = fact_of("workers", "A", (uint32_t)(i % 2), "2025-H1", i);
            const attain_fact two = fact_of("level", i % 2 == 0 ? "VN" : "A", 0, "2025-H1", i);
            status = set(facts, one, &err);
            if (status == ATTAIN_OK) {
                status = set(more, two, &err);
            }
        }
        if (status == ATTAIN_OK) {
            n_facts = attain_facts_count(facts);
            status = attain_facts_merge(facts, more, &err);
            assert_int_equal(attain_facts_count(facts), status == ATTAIN_OK ? n_facts + 2 : n_facts);
        }
        assert_true(status == ATTAIN_OK || status == ATTAIN_E_MEMORY);
        done = status == ATTAIN_OK;
        attain_facts_free(facts);
        attain_facts_free(more);
    }
    alloc_fault_fail_at(&f, -1, false);
    build_plan_free(own);
    alloc_fault_expect_empty(&f);
}

static void test_arguments(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    attain_facts *out = NULL;
    attain_fact fact = fact_of("workers", "A", 0, "2025-H1", 1);
    int found;
    const attain_facts_options options = {.struct_size = 0};
    check_fails(attain_facts_new(NULL, NULL, &out, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_new(plan, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_new(plan, &options, &out, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_set(NULL, &fact, 0, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_set(facts, NULL, 0, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_get(facts, &fact, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_get(facts, NULL, &found, NULL), ATTAIN_E_ARGUMENT, NULL);
    check_fails(attain_facts_merge(facts, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    assert_int_equal(attain_facts_count(NULL), 0);
    assert_int_equal(attain_facts_last_period(NULL).type, ATTAIN_PERIOD_NONE);
    attain_facts_free(NULL);
    attain_facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_get_remove),
        cmocka_unit_test(test_missing_has_a_reason),
        cmocka_unit_test(test_stock_day_is_the_cell),
        cmocka_unit_test(test_flow_has_one_period_type),
        cmocka_unit_test(test_set_checks_the_place),
        cmocka_unit_test(test_unsound_periods),
        cmocka_unit_test(test_last_period),
        cmocka_unit_test(test_sort_is_stable),
        cmocka_unit_test(test_random_against_list),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_arguments),
    };
    build_plan_for_group(plan_text, &plan);
    return cmocka_run_group_tests(tests, build_set_up, build_tear_down);
}
