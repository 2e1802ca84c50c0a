/* Editions and plans: numbers, times, sources; what was known on a day; plans that may and may not be put. */
#include "store_world.h"

#define HEAD "unit,measure,period,value\n"

static const int64_t day_ms = INT64_C(86400000);

static int64_t on(store_world *w, const char *text)
{
    attain_error err;
    int64_t number = -1;
    check_ok(attain_store_edition_on(w->store, text, strlen(text), &number, &err), &err);
    return number;
}

static void not_on(store_world *w, const char *text, attain_status wanted)
{
    attain_error err;
    int64_t number = -1;
    check_fails(attain_store_edition_on(w->store, text, strlen(text), &number, &err), wanted, &err);
    assert_int_equal(number, -1);
}

static void what_was_known_on_a_day(void **state)
{
    (void)state;
    store_world w;
    store_begin(&w);
    not_on(&w, "latest", ATTAIN_E_EDITION);
    not_on(&w, "2026-10-01", ATTAIN_E_EDITION);
    w.now = 20000 * day_ms; /* 2024-10-04 */
    store_put(&w);
    w.now = 20000 * day_ms + 30600500; /* 08:30:00.5 */
    store_import(&w, HEAD "C0,n,2024-H1,1\n");
    w.now = 20002 * day_ms - 1; /* the last moment of 2024-10-05 */
    store_import(&w, HEAD "C0,n,2024-H1,2\n");
    w.now = 20002 * day_ms;
    store_import(&w, HEAD "C0,n,2024-H1,3\n");
    assert_int_equal(on(&w, "latest"), 4);
    assert_int_equal(on(&w, "2"), 2);
    assert_int_equal(on(&w, "04"), 4);
    assert_int_equal(on(&w, "2024-10-04"), 2);
    assert_int_equal(on(&w, "2024-10-05"), 3);
    assert_int_equal(on(&w, "2024-10-06"), 4);
    assert_int_equal(on(&w, "9999-12-31"), 4);
    assert_int_equal(on(&w, "2024-10-04T00:00:00Z"), 1);
    assert_int_equal(on(&w, "2024-10-04T08:30:00Z"), 1);
    assert_int_equal(on(&w, "2024-10-04T08:30:01Z"), 2);
    not_on(&w, "2024-10-03", ATTAIN_E_EDITION);
    not_on(&w, "2024-10-03T23:59:59Z", ATTAIN_E_EDITION);
    not_on(&w, "0", ATTAIN_E_EDITION);
    not_on(&w, "5", ATTAIN_E_EDITION);
    not_on(&w, "999999999999999999", ATTAIN_E_EDITION);
    static const char *const none[] = {"",
                                       "2024-10",
                                       "2024-02-30",
                                       "Latest",
                                       "-1",
                                       "2024-10-04T08:30:00",
                                       "2024-10-04T24:00:00Z",
                                       "2024-10-04 08:30:00Z",
                                       "2024-10-04T08:60:00Z",
                                       "9999999999999999999",
                                       "1.0",
                                       "2024-10-04x"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        not_on(&w, none[i], ATTAIN_E_DATE);
    }
    store_end(&w);
}

static void editions_are_listed(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    attain_edition made;
    const attain_edition *items;
    size_t n = 9;
    store_begin(&w);
    check_ok(attain_store_editions(w.store, &items, &n, &err), &err);
    assert_int_equal(n, 0);
    check_ok(attain_store_put_plan(w.store, w.plan, &(attain_edition_note){"Quyết định 112", "lần đầu"},
                                   &made, &err),
             &err);
    assert_int_equal(made.number, 1);
    assert_int_equal(made.time_ms, 1000);
    w.now = 500; /* the clock went back */
    store_import(&w, HEAD "C0,n,2024-H1,1\n");
    w.now = 2000;
    store_import(&w, HEAD "C0,n,2023-H1,1\nC0,n,2024-H1,2\n");
    check_ok(attain_store_editions(w.store, &items, &n, &err), &err);
    assert_int_equal(n, 3);
    assert_int_equal(items[0].kind, ATTAIN_EDITION_PLAN);
    check_str(items[0].source, "Quyết định 112");
    check_str(items[0].note, "lần đầu");
    assert_int_equal(items[0].source.data[items[0].source.len], 0);
    assert_int_equal(items[0].note.data[items[0].note.len], 0);
    assert_int_equal(items[0].last.type, ATTAIN_PERIOD_NONE);
    assert_int_equal(items[1].time_ms, 1000);
    check_str(items[1].source, "");
    assert_int_equal(items[1].last.end_day, build_period("2024-H1").end_day);
    assert_int_equal(items[2].number, 3);
    assert_int_equal(items[2].time_ms, 2000);
    assert_int_equal(items[2].n_new, 1);
    assert_int_equal(items[2].n_changed, 1);
    store_end(&w);
}

static void plans_come_back(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    attain_text wanted;
    attain_text got;
    attain_plan *plan = NULL;
    store_begin(&w);
    check_fails(attain_store_plan(w.store, ATTAIN_EDITION_LATEST, &plan, &err), ATTAIN_E_EDITION, &err);
    store_put(&w);
    check_ok(attain_store_plan(w.store, ATTAIN_EDITION_LATEST, &plan, &err), &err);
    check_ok(attain_plan_print(w.plan, &wanted, &err), &err);
    check_ok(attain_plan_print(plan, &got, &err), &err);
    check_text(got.data, got.len, wanted.data);
    attain_text_free(&wanted);
    attain_text_free(&got);
    attain_plan_free(plan);
    plan = NULL;
    check_fails(attain_store_plan(w.store, 2, &plan, &err), ATTAIN_E_EDITION, &err);
    check_fails(attain_store_plan(w.store, -1, &plan, &err), ATTAIN_E_EDITION, &err);
    assert_null(plan);
    store_end(&w);
}

/* Another text, another edition; what it says only otherwise is the same plan. */
static void plans_follow_each_other(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    attain_edition e;
    attain_plan *plan;
    store_begin(&w);
    store_put(&w);
    store_import(&w, HEAD "C0,n,2024-H1,1\n");
    attain_plan *same = build_plan("# a comment\n" STORE_UNITS STORE_MEASURES STORE_TARGETS, NULL);
    check_ok(attain_store_put_plan(w.store, same, NULL, &e, &err), &err);
    assert_int_equal(e.number, 1);
    assert_int_equal(store_ask(w.path, "SELECT count(*) FROM attain_edition"), 2);
    attain_plan *harder =
        build_plan(STORE_UNITS STORE_MEASURES "indicator i = n / d\ntarget t\n  i at least 0.6 by 2024\n",
                   NULL);
    check_ok(attain_store_put_plan(w.store, harder, NULL, &e, &err), &err);
    assert_int_equal(e.number, 3);
    assert_int_equal(e.kind, ATTAIN_EDITION_PLAN);
    assert_int_equal(e.last.end_day, build_period("2024-H1").end_day);
    check_ok(attain_store_plan(w.store, 2, &plan, &err), &err);
    check_str(attain_plan_reading_phrase(plan, 0, 0), "i at least 0.5 by 2024");
    attain_plan_free(plan);
    check_ok(attain_store_plan(w.store, 3, &plan, &err), &err);
    check_str(attain_plan_reading_phrase(plan, 0, 0), "i at least 0.6 by 2024");
    attain_plan_free(plan);
    /* The first one again is not what the last one says. */
    check_ok(attain_store_put_plan(w.store, w.plan, NULL, &e, &err), &err);
    assert_int_equal(e.number, 4);
    build_plan_free(same);
    build_plan_free(harder);
    store_end(&w);
}

static void put_another(store_world *w, const char *text, attain_status wanted, const char *said)
{
    attain_error err;
    attain_plan *plan = build_plan(text, NULL);
    const int64_t before = store_ask(w->path, "SELECT count(*) FROM attain_edition");
    const attain_status got = attain_store_put_plan(w->store, plan, NULL, NULL, &err);
    if (got != ATTAIN_OK) {
        check_contains(err.message, said);
    }
    check_status_at(got, wanted, &err, text, __FILE__, __LINE__);
    assert_int_equal(store_ask(w->path, "SELECT count(*) FROM attain_edition"),
                     before + (wanted == ATTAIN_OK ? 1 : 0));
    build_plan_free(plan);
}

/* Units and measures may come and go, but not from under a fact. */
static void plans_and_facts(void **state)
{
    (void)state;
    store_world w;
    char text[2000];
    store_begin(&w);
    store_put(&w);
    store_import(&w, HEAD "C0,n,2024-H1,1\nC1,money,2024,10.25\n");
    put_another(
        &w,
        "unit N nation\nunit C0 commune in N\nmeasure n\n  flow cases  reported half-yearly by commune\n"
        "measure money\n  stock dong  decimals 2\n",
        ATTAIN_E_SCHEMA, "C1");
    put_another(&w, STORE_UNITS "measure n\n  flow cases  reported half-yearly by commune\n", ATTAIN_E_SCHEMA,
                "money");
    put_another(
        &w,
        STORE_UNITS
        "measure n\n  flow cases  reported half-yearly by commune\nmeasure money\n  stock dong  decimals 3\n",
        ATTAIN_E_SCHEMA, "decimals");
    put_another(
        &w,
        STORE_UNITS
        "measure n\n  flow cases  reported yearly by commune\nmeasure money\n  stock dong  decimals 2\n",
        ATTAIN_E_SCHEMA, "2024-H1");
    put_another(&w, STORE_UNITS "measure n\n  flow cases by sex\nmeasure money\n  stock dong  decimals 2\n",
                ATTAIN_E_SCHEMA, "measure n");
    snprintf(
        text, sizeof text,
        "unit N nation\nunit C1 commune in N\nunit C0 commune in N\nunit C9 commune in N\n"
        "measure n\n  flow cases  reported half-yearly by commune\nmeasure money\n  stock dong  decimals 2\n"
        "measure fresh\n  flow cases\n");
    put_another(&w, text, ATTAIN_OK, "");
    build_plan_free(w.plan);
    w.plan = build_plan(text, NULL);
    store_holds(&w, 2, HEAD "C0,n,2024-H1,1\nC1,money,2024,10.25\n");
    store_import(&w, HEAD "C9,fresh,2024,5\nC1,money,2024,10.25\n");
    store_holds(&w, ATTAIN_EDITION_LATEST, HEAD "C0,n,2024-H1,1\nC1,money,2024,10.25\nC9,fresh,2024,5\n");
    store_end(&w);
}

/* A measure without facts is free to change its decimals. */
static void decimals_before_facts(void **state)
{
    (void)state;
    store_world w;
    store_begin(&w);
    store_put(&w);
    store_import(&w, HEAD "C0,n,2024-H1,1\n");
    put_another(
        &w,
        STORE_UNITS
        "measure n\n  flow cases  reported half-yearly by commune\nmeasure money\n  stock dong  decimals 3\n",
        ATTAIN_OK, "");
    store_end(&w);
}

/* A unit that got another name and kept the old one as an alias keeps its facts. */
static void renamed_units(void **state)
{
    (void)state;
    static const char renamed[] =
        "unit N nation\nunit X0 commune in N\n  alias \"C0\"\nunit C1 commune in N\n"
        "measure n\n  flow cases  reported half-yearly by commune\n";
    store_world w;
    store_begin(&w);
    store_put(&w);
    store_import(&w, HEAD "C0,n,2024-H1,1\nC1,n,2024-H1,2\n");
    put_another(&w, renamed, ATTAIN_OK, "");
    build_plan_free(w.plan);
    w.plan = build_plan(renamed, NULL);
    store_holds(&w, ATTAIN_EDITION_LATEST, HEAD "X0,n,2024-H1,1\nC1,n,2024-H1,2\n");
    const attain_edition e = store_import(&w, HEAD "X0,n,2024-H1,5\n");
    assert_int_equal(e.n_changed, 1);
    store_holds(&w, ATTAIN_EDITION_LATEST, HEAD "X0,n,2024-H1,5\nC1,n,2024-H1,2\n");
    /* Two units with facts become one: their facts cannot. */
    put_another(&w,
                "unit N nation\nunit X0 commune in N\n  alias \"C0\"  alias \"C1\"\nmeasure n\n  flow cases  "
                "reported half-yearly by commune\n",
                ATTAIN_E_SCHEMA, "one unit");
    /* One without facts is no hindrance. */
    put_another(&w,
                "unit N nation\nunit X0 commune in N\n  alias \"C0\"  alias \"C2\"\nunit C1 commune in N\n"
                "measure n\n  flow cases  reported half-yearly by commune\n",
                ATTAIN_OK, "");
    store_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_known_on_a_day), cmocka_unit_test(editions_are_listed),
        cmocka_unit_test(plans_come_back),         cmocka_unit_test(plans_follow_each_other),
        cmocka_unit_test(plans_and_facts),         cmocka_unit_test(decimals_before_facts),
        cmocka_unit_test(renamed_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
