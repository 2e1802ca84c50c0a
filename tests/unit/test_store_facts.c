/* Facts in a store: what is imported comes back, at every edition as it was known then; corrections; parts; strangers. */
#include "store_world.h"

#define HEAD "unit,measure,period,value\n"
#define WIDE "unit,measure,period,sex,age,value,qualifier,reason\n"

static void what_is_imported_comes_back(void **state)
{
    (void)state;
    store_world w;
    store_begin(&w);
    store_put(&w);
    static const char csv[] = WIDE "C0,n,2024-H1,,,1,,\n"
                                   "C0,n,2024-H2,,,2,>,\n"
                                   "C1,d,2024-H1,,,,missing,confidential\n"
                                   "C2,d,2023-H1,,,7,~,\n"
                                   "C1,money,2023,,,0,,\n"
                                   "C1,money,2024,,,92233720368547758.07,,\n"
                                   "C0,money,2021..2023,,,5,~,\n"
                                   "C0,money,..2020,,,6,,\n"
                                   "C0,money,2021..2023-06,,,7,,\n"
                                   "C0,money,2025-02,,,8,,\n"
                                   "C0,who,2024,female,old,3,,\n"
                                   "C0,who,2024,male,young,4,,\n";
    const attain_edition e = store_import(&w, csv);
    assert_int_equal(e.number, 2);
    assert_int_equal(e.kind, ATTAIN_EDITION_IMPORT);
    assert_int_equal(e.n_new, 12);
    assert_int_equal(e.n_changed + e.n_withdrawn + e.n_same, 0);
    store_holds(&w, ATTAIN_EDITION_LATEST, csv);
    store_holds(&w, 1, HEAD);
    store_reopen(&w, ATTAIN_STORE_READ);
    store_holds(&w, 2, csv);
    store_reopen(&w, ATTAIN_STORE_WRITE);
    assert_int_equal(store_import(&w, csv).n_same, 12);
    store_end(&w);
}

/* Every edition is known for ever. */
static void editions_stay(void **state)
{
    (void)state;
    store_world w;
    store_begin(&w);
    store_put(&w);
    store_import(&w, HEAD "C0,n,2024-H1,1\nC1,n,2024-H1,2\n");
    const attain_edition e = store_import(&w, HEAD "C0,n,2024-H1,1\nC1,n,2024-H1,3\nC2,n,2024-H1,4\n");
    assert_int_equal(e.n_new, 1);
    assert_int_equal(e.n_changed, 1);
    assert_int_equal(e.n_same, 1);
    const attain_edition again = store_import(&w, HEAD "C2,n,2024-H1,4\n");
    assert_int_equal(again.number, 4);
    assert_int_equal(again.n_same, 1);
    assert_int_equal(again.n_new + again.n_changed, 0);
    store_import(&w, HEAD "C1,n,2024-H1,2\n");
    store_holds(&w, 1, HEAD);
    store_holds(&w, 2, HEAD "C0,n,2024-H1,1\nC1,n,2024-H1,2\n");
    store_holds(&w, 3, HEAD "C0,n,2024-H1,1\nC1,n,2024-H1,3\nC2,n,2024-H1,4\n");
    store_holds(&w, 4, HEAD "C0,n,2024-H1,1\nC1,n,2024-H1,3\nC2,n,2024-H1,4\n");
    store_holds(&w, 5, HEAD "C0,n,2024-H1,1\nC1,n,2024-H1,2\nC2,n,2024-H1,4\n");
    assert_int_equal(store_ask(w.path, "SELECT count(*) FROM attain_fact"), 5);
    store_end(&w);
}

/* A qualifier or a reason alone makes a difference too. */
static void what_is_the_same(void **state)
{
    (void)state;
    store_world w;
    store_begin(&w);
    store_put(&w);
    store_import(&w, WIDE "C0,n,2024-H1,,,1,,\nC1,n,2024-H1,,,,missing,holiday\nC2,n,2024-H1,,,0,,\n");
    attain_edition e = store_import(&w, WIDE "C0,n,2024-H1,,,1,>=,\nC1,n,2024-H1,,,,missing,other\n"
                                             "C2,n,2024-H1,,,,missing,not_reported\n");
    assert_int_equal(e.n_changed, 3);
    e = store_import(&w, WIDE "C0,n,2024-H1,,,1,>=,\nC1,n,2024-H1,,,,missing,other\n"
                              "C2,n,2024-H1,,,,missing,not_reported\n");
    assert_int_equal(e.n_same, 3);
    store_end(&w);
}

static void nothing_to_import_is_an_edition(void **state)
{
    (void)state;
    store_world w;
    store_begin(&w);
    store_put(&w);
    const attain_edition e = store_import(&w, HEAD);
    assert_int_equal(e.number, 2);
    assert_int_equal(e.n_new + e.n_changed + e.n_withdrawn + e.n_same, 0);
    assert_int_equal(e.last.type, ATTAIN_PERIOD_NONE);
    store_end(&w);
}

static void corrections(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    attain_edition e;
    store_begin(&w);
    store_put(&w);
    store_import(&w, HEAD "C0,n,2024-H1,1\nC1,n,2024-H1,2\nC1,d,2023-H2,9\n");
    const attain_fact facts[] = {store_fact(&w, "C1", "d", "2023-H2", 0),
                                 store_fact(&w, "C0", "n", "2024-H1", 5),
                                 store_fact(&w, "C2", "n", "2023-H1", 6),
                                 store_fact(&w, "C1", "n", "2024-H1", 2)};
    static const uint8_t remove[] = {1, 0, 0, 0};
    check_ok(attain_store_correct(w.store, w.plan, facts, remove, 4, &(attain_edition_note){"Ms A", "typing"},
                                  &e, &err),
             &err);
    assert_int_equal(e.kind, ATTAIN_EDITION_CORRECTION);
    assert_int_equal(e.n_withdrawn, 1);
    assert_int_equal(e.n_changed, 1);
    assert_int_equal(e.n_new, 1);
    assert_int_equal(e.n_same, 1);
    check_str(e.source, "Ms A");
    check_str(e.note, "typing");
    store_holds(&w, 3, HEAD "C0,n,2024-H1,5\nC1,n,2024-H1,2\nC2,n,2023-H1,6\n");
    store_holds(&w, 2, HEAD "C0,n,2024-H1,1\nC1,n,2024-H1,2\nC1,d,2023-H2,9\n");
    /* What was withdrawn may come again, and is new then. */
    e = store_import(&w, HEAD "C1,d,2023-H2,9\n");
    assert_int_equal(e.n_new, 1);
    store_holds(&w, 4, HEAD "C0,n,2024-H1,5\nC1,n,2024-H1,2\nC2,n,2023-H1,6\nC1,d,2023-H2,9\n");
    store_end(&w);
}

/* All or nothing, and the fact at fault is named by its number. */
static void corrections_that_are_refused(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    attain_edition e = {.number = -7};
    store_begin(&w);
    store_put(&w);
    store_import(&w, HEAD "C0,n,2024-H1,1\nC1,n,2024-H1,2\n");
    attain_fact facts[] = {store_fact(&w, "C0", "n", "2024-H1", 5), store_fact(&w, "C2", "n", "2024-H1", 6)};
    static const uint8_t second[] = {0, 1};
    check_fails(attain_store_correct(w.store, w.plan, facts, second, 2, NULL, &e, &err), ATTAIN_E_ARGUMENT,
                &err);
    assert_int_equal(err.index, 1);
    facts[1] = facts[0];
    facts[1].value = 8;
    check_fails(attain_store_correct(w.store, w.plan, facts, NULL, 2, NULL, &e, &err), ATTAIN_E_DUPLICATE,
                &err);
    assert_int_equal(err.index, 1);
    check_fails(attain_store_correct(w.store, w.plan, facts, second, 2, NULL, &e, &err), ATTAIN_E_DUPLICATE,
                &err);
    facts[1] = store_fact(&w, "C1", "n", "2024-H1", 3);
    facts[1].unit = 99;
    check_fails(attain_store_correct(w.store, w.plan, facts, NULL, 2, NULL, &e, &err), ATTAIN_E_UNIT, &err);
    assert_int_equal(err.index, 1);
    facts[1] = store_fact(&w, "C1", "n", "2024", 3);
    check_fails(attain_store_correct(w.store, w.plan, facts, NULL, 2, NULL, &e, &err), ATTAIN_E_PERIOD, &err);
    facts[1] = store_fact(&w, "C1", "n", "2024-H1", -3);
    assert_int_not_equal(attain_store_correct(w.store, w.plan, facts, NULL, 2, NULL, &e, &err), ATTAIN_OK);
    assert_int_equal(err.index, 1);
    assert_int_equal(e.number, -7);
    store_holds(&w, ATTAIN_EDITION_LATEST, HEAD "C0,n,2024-H1,1\nC1,n,2024-H1,2\n");
    assert_int_equal(store_ask(w.path, "SELECT count(*) FROM attain_edition"), 2);
    store_end(&w);
}

/* The last period follows imports, corrections and withdrawals. */
static void the_last_period(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    attain_edition e;
    static const uint8_t remove[] = {1};
    store_begin(&w);
    store_put(&w);
    e = store_import(&w, HEAD "C0,n,2023-H1,1\nC1,n,2023-H1,2\nC1,d,2022-H2,9\n");
    assert_int_equal(e.last.end_day, build_period("2023-H1").end_day);
    e = store_import(&w, HEAD "C1,money,2024,1\nC0,n,2024-H2,1\n");
    assert_int_equal(e.last.type, ATTAIN_PERIOD_YEAR); /* ends with 2024-H2, and is longer */
    attain_fact gone = store_fact(&w, "C1", "money", "2024", 0);
    check_ok(attain_store_correct(w.store, w.plan, &gone, remove, 1, NULL, &e, &err), &err);
    assert_int_equal(e.last.type, ATTAIN_PERIOD_HALF_YEAR);
    assert_int_equal(e.last.end_day, build_period("2024-H2").end_day);
    gone = store_fact(&w, "C0", "n", "2024-H2", 0);
    check_ok(attain_store_correct(w.store, w.plan, &gone, remove, 1, NULL, &e, &err), &err);
    assert_int_equal(e.last.end_day, build_period("2023-H1").end_day);
    e = store_import(&w, HEAD "C1,money,2020..2025,1\n");
    assert_int_equal(e.last.type, ATTAIN_PERIOD_RANGE);
    assert_int_equal(e.last.end_day, build_period("2025").end_day);
    gone = store_fact(&w, "C1", "money", "2020..2025", 0);
    check_ok(attain_store_correct(w.store, w.plan, &gone, remove, 1, NULL, &e, &err), &err);
    assert_int_equal(e.last.end_day, build_period("2023-H1").end_day);
    gone = store_fact(&w, "C0", "n", "2023-H1", 0);
    check_ok(attain_store_correct(w.store, w.plan, &gone, remove, 1, NULL, &e, &err), &err);
    assert_int_equal(e.last.end_day, build_period("2023-H1").end_day);
    store_end(&w);
}

/* ---- parts ---- */

/* Facts of 200 communes in three provinces. */
static attain_plan *build_wide(void)
{
    char *text = malloc(40000);
    char *at = text;
    at += sprintf(at, "unit N nation\n");
    for (int p = 0; p < 3; p++) {
        at += sprintf(at, "unit P%d province in N\n", p);
        for (int c = 0; c < 70; c++) {
            at += sprintf(at, "unit P%dC%d commune in P%d\n", p, c, p);
        }
    }
    strcpy(at, "measure n\n  flow cases  reported yearly by commune\nmeasure d\n  flow cases  reported "
               "yearly by commune\n");
    attain_plan *plan = build_plan(text, NULL);
    free(text);
    return plan;
}

static attain_facts *fill_wide(const attain_plan *plan, int only_province, bool with_d)
{
    attain_error err;
    attain_facts *facts = build_facts(plan);
    for (int p = 0; p < 3; p++) {
        for (int c = 0; c < 70 && (only_province < 0 || p == only_province); c++) {
            for (int y = 2020; y < 2024; y++) {
                char id[32];
                char year[16];
                snprintf(id, sizeof id, "P%dC%d", p, c);
                snprintf(year, sizeof year, "%d", y);
                attain_fact f = {.unit = build_unit(plan, id),
                                 .measure = build_measure(plan, "n"),
                                 .period = build_period(year)};
                f.value = p * 1000 + c * 10 + y;
                check_ok(attain_facts_set(facts, &f, 0, &err), &err);
                f.measure = build_measure(plan, "d");
                if (with_d) {
                    check_ok(attain_facts_set(facts, &f, 0, &err), &err);
                }
            }
        }
    }
    return facts;
}

static void check_same(attain_text got, const attain_facts *wanted)
{
    attain_error err;
    attain_text bytes;
    check_ok(attain_facts_to_bytes(wanted, &bytes, &err), &err);
    assert_int_equal(got.len, bytes.len);
    assert_memory_equal(got.data, bytes.data, got.len);
    attain_text_free(&got);
    attain_text_free(&bytes);
}

static void parts(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    store_begin(&w);
    build_plan_free(w.plan);
    w.plan = build_wide();
    store_put(&w);
    attain_facts *all = fill_wide(w.plan, -1, true);
    check_ok(attain_store_import(w.store, all, NULL, NULL, &err), &err);
    check_same(store_bytes(w.store, w.plan, 2, NULL), all);
    attain_facts_free(all);
    for (int p = 0; p < 3; p++) {
        char id[16];
        snprintf(id, sizeof id, "P%d", p);
        const uint32_t at = build_unit(w.plan, id);
        const uint32_t n = build_measure(w.plan, "n");
        attain_store_part part = {.struct_size = sizeof part, .units = &at, .n_units = 1};
        attain_facts *wanted = fill_wide(w.plan, p, true);
        check_same(store_bytes(w.store, w.plan, 2, &part), wanted);
        attain_facts_free(wanted);
        part.measures = &n;
        part.n_measures = 1;
        wanted = fill_wide(w.plan, p, false);
        check_same(store_bytes(w.store, w.plan, 2, &part), wanted);
        attain_facts_free(wanted);
    }
    const uint32_t root = build_unit(w.plan, "N");
    attain_store_part part = {.struct_size = sizeof part, .units = &root, .n_units = 1};
    all = fill_wide(w.plan, -1, true);
    check_same(store_bytes(w.store, w.plan, 2, &part), all);
    attain_facts_free(all);
    /* None is asked for: none comes. */
    attain_facts *none = build_facts(w.plan);
    part.n_units = 0;
    check_same(store_bytes(w.store, w.plan, 2, &part), none);
    part = (attain_store_part){.struct_size = sizeof part, .measures = &root, .n_measures = 0};
    check_same(store_bytes(w.store, w.plan, 2, &part), none);
    attain_facts_free(none);
    const uint32_t beyond = 5000;
    attain_facts *facts = NULL;
    part = (attain_store_part){.struct_size = sizeof part, .units = &beyond, .n_units = 1};
    assert_int_not_equal(attain_store_facts(w.store, w.plan, 2, &part, &facts, &err), ATTAIN_OK);
    part = (attain_store_part){.struct_size = sizeof part, .measures = &beyond, .n_measures = 1};
    check_fails(attain_store_facts(w.store, w.plan, 2, &part, &facts, &err), ATTAIN_E_MEASURE, &err);
    assert_null(facts);
    store_end(&w);
}

/* ---- plans and facts ---- */

static void facts_of_another_plan(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    store_begin(&w);
    attain_facts *facts = build_facts(w.plan);
    build_add(facts, HEAD "C0,n,2024-H1,1\n");
    check_fails(attain_store_import(w.store, facts, NULL, NULL, &err), ATTAIN_E_EDITION, &err);
    store_put(&w);
    check_ok(attain_store_import(w.store, facts, NULL, NULL, &err), &err);
    attain_plan *same = build_plan(store_plan_text, NULL);
    attain_plan *other = build_plan("unit N nation\nmeasure n\n  flow cases\n", NULL);
    attain_facts *of_same = build_facts(same);
    attain_facts *of_other = build_facts(other);
    build_add(of_same, HEAD "C0,n,2024-H1,2\n");
    check_ok(attain_store_import(w.store, of_same, NULL, NULL, &err), &err);
    check_fails(attain_store_import(w.store, of_other, NULL, NULL, &err), ATTAIN_E_SCHEMA, &err);
    const attain_fact fact = {.period = build_period("2024")};
    check_fails(attain_store_correct(w.store, other, &fact, NULL, 1, NULL, NULL, &err), ATTAIN_E_SCHEMA,
                &err);
    attain_facts_free(facts);
    attain_facts_free(of_same);
    attain_facts_free(of_other);
    build_plan_free(same);
    build_plan_free(other);
    store_end(&w);
}

/* The order of units, categories and members of a plan is of no matter: facts find their cells by name. */
static void plans_in_another_order(void **state)
{
    (void)state;
    static const char turned[] =
        "category age: old, young\n"
        "category sex: male, female\n"
        "unit N nation\nunit C2 commune in N\nunit CX commune in N\nunit C1 commune in N\n"
        "unit C0 commune in N\n"
        "measure who\n  flow people by age, sex\n"
        "measure money\n  stock dong  decimals 2\n"
        "measure d\n  flow cases  reported half-yearly by commune\n"
        "measure n\n  flow cases  reported half-yearly by commune\n";
    store_world w;
    store_begin(&w);
    store_put(&w);
    static const char csv[] =
        WIDE "C0,n,2024-H1,,,1,,\nC1,n,2024-H1,,,2,,\nC2,d,2024-H2,,,3,,\n"
             "C0,who,2024,female,old,3,,\nC0,who,2024,male,young,4,,\nC2,who,2024,male,old,5,,\n";
    store_import(&w, csv);
    build_plan_free(w.plan);
    w.plan = build_plan(turned, NULL);
    store_put(&w);
    store_holds(&w, ATTAIN_EDITION_LATEST, csv);
    static const char more[] =
        WIDE "CX,who,2024,female,young,6,,\nC0,who,2024,female,old,33,,\nC1,who,2023,male,old,8,,\n"
             "C2,n,2024-H1,,,9,,\nCX,n,2024-H1,,,10,,\n";
    const attain_edition e = store_import(&w, more);
    assert_int_equal(e.n_new, 4);
    assert_int_equal(e.n_changed, 1);
    store_holds(&w, ATTAIN_EDITION_LATEST,
                WIDE
                "C0,n,2024-H1,,,1,,\nC1,n,2024-H1,,,2,,\nC2,d,2024-H2,,,3,,\nC0,who,2024,male,young,4,,\n"
                "C2,who,2024,male,old,5,,\nCX,who,2024,female,young,6,,\nC0,who,2024,female,old,33,,\n"
                "C1,who,2023,male,old,8,,\nC2,n,2024-H1,,,9,,\nCX,n,2024-H1,,,10,,\n");
    attain_text findings;
    attain_error err;
    check_ok(attain_store_verify(w.store, &findings, &err), &err);
    assert_int_equal(findings.len, 0);
    attain_text_free(&findings);
    store_end(&w);
}

/* Old facts in an older plan and the other way round: what has no place is named, or left out and counted. */
static void strangers(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    attain_facts *facts = NULL;
    store_begin(&w);
    attain_plan *small = build_plan(
        "unit N nation\nunit C0 commune in N\nmeasure n\n  flow cases  reported half-yearly by commune\n",
        NULL);
    store_put(&w);
    store_import(&w, HEAD "C0,n,2024-H1,1\nC1,n,2024-H1,2\nC0,d,2024-H1,3\n");
    check_fails(attain_store_facts(w.store, small, 2, NULL, &facts, &err), ATTAIN_E_SCHEMA, &err);
    check_contains(err.message, "C1");
    assert_null(facts);
    uint64_t n = 99;
    const attain_store_part part = {.struct_size = sizeof part, .leave_out_strangers = 1, .n_strangers = &n};
    check_ok(attain_store_facts(w.store, small, 2, &part, &facts, &err), &err);
    assert_int_equal(attain_facts_count(facts), 1);
    assert_int_equal(n, 2);
    attain_facts_free(facts);
    /* A plan that has the names, but reports at other times. */
    attain_plan *yearly = build_plan(STORE_UNITS "measure n\n  flow cases  reported yearly by commune\n"
                                                 "measure d\n  flow cases  reported half-yearly by commune\n",
                                     NULL);
    check_fails(attain_store_facts(w.store, yearly, 2, NULL, &facts, &err), ATTAIN_E_SCHEMA, &err);
    check_contains(err.message, "2024-H1");
    check_ok(attain_store_facts(w.store, yearly, 2, &part, &facts, &err), &err);
    assert_int_equal(attain_facts_count(facts), 1);
    assert_int_equal(n, 2);
    attain_facts_free(facts);
    /* A range, for which there are no columns. */
    store_import(&w, HEAD "C0,money,2021..2023,1\n");
    attain_plan *flow =
        build_plan(STORE_UNITS "measure n\n  flow cases  reported half-yearly by commune\n"
                               "measure d\n  flow cases  reported half-yearly by commune\n"
                               "measure money\n  stock dong  decimals 2  reported yearly by commune\n",
                   NULL);
    check_fails(attain_store_facts(w.store, flow, 3, NULL, &facts, &err), ATTAIN_E_SCHEMA, &err);
    check_contains(err.message, "2021..2023");
    check_ok(attain_store_facts(w.store, flow, 3, &part, &facts, &err), &err);
    assert_int_equal(n, 1);
    attain_facts_free(facts);
    build_plan_free(flow);
    build_plan_free(small);
    build_plan_free(yearly);
    store_end(&w);
}

/* Units of a plan in an order of their own, many facts, three editions: against facts that never saw a store. */
static void many_facts(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    uint64_t seed = 12345;
    store_begin(&w);
    build_plan_free(w.plan);
    w.plan = build_wide();
    store_put(&w);
    attain_facts *known = build_facts(w.plan);
    attain_text at[4];
    const uint32_t n_units = (uint32_t)attain_plan_count(w.plan, ATTAIN_KIND_UNIT);
    for (int round = 0; round < 4; round++) {
        attain_facts *batch = build_facts(w.plan);
        for (int i = 0; i < 3000; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            attain_period period = build_period("2000");
            check_ok(attain_period_step(period, (int32_t)(seed >> 40 & 31), &period, &err), &err);
            attain_unit_info info;
            const uint32_t unit = (uint32_t)(seed >> 33) % n_units;
            check_ok(attain_plan_unit(w.plan, unit, &info, &err), &err);
            attain_fact f = {.unit = unit,
                             .measure = seed >> 62 & 1,
                             .period = period,
                             .value = (int64_t)(seed >> 50 & 7)};
            if (info.depth == 2) {
                check_ok(attain_facts_set(batch, &f, 0, &err), &err);
                check_ok(attain_facts_set(known, &f, 0, &err), &err);
            }
        }
        attain_edition e;
        check_ok(attain_store_import(w.store, batch, NULL, &e, &err), &err);
        assert_int_equal(e.n_new + e.n_changed + e.n_same, attain_facts_count(batch));
        check_ok(attain_facts_to_bytes(known, &at[round], &err), &err);
        attain_facts_free(batch);
    }
    for (int round = 0; round < 4; round++) {
        attain_text got = store_bytes(w.store, w.plan, round + 2, NULL);
        assert_int_equal(got.len, at[round].len);
        assert_memory_equal(got.data, at[round].data, got.len);
        attain_text_free(&got);
        attain_text_free(&at[round]);
    }
    attain_facts_free(known);
    check_ok(attain_store_verify(w.store, NULL, &err), &err);
    store_end(&w);
}

static int stop_at_once(void *ctx, uint64_t done, uint64_t total)
{
    (void)done;
    (void)total;
    ++*(int *)ctx;
    return 1;
}

static void progress_may_cancel(void **state)
{
    (void)state;
    store_world w;
    attain_error err;
    int calls = 0;
    store_begin(&w);
    store_put(&w);
    attain_store_options options = store_options(&w, ATTAIN_STORE_WRITE);
    options.progress = stop_at_once;
    options.progress_ctx = &calls;
    attain_store_close(w.store);
    check_ok(attain_store_open(w.path, &options, &w.store, &err), &err);
    attain_facts *facts = build_facts(w.plan);
    build_add(facts, HEAD "C0,n,2024-H1,1\n");
    check_fails(attain_store_import(w.store, facts, NULL, NULL, &err), ATTAIN_E_CANCELLED, &err);
    assert_int_equal(calls, 1);
    assert_int_equal(store_ask(w.path, "SELECT count(*) FROM attain_edition"), 1);
    assert_int_equal(store_ask(w.path, "SELECT count(*) FROM attain_fact"), 0);
    attain_facts_free(facts);
    store_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_imported_comes_back),
        cmocka_unit_test(editions_stay),
        cmocka_unit_test(what_is_the_same),
        cmocka_unit_test(nothing_to_import_is_an_edition),
        cmocka_unit_test(corrections),
        cmocka_unit_test(corrections_that_are_refused),
        cmocka_unit_test(the_last_period),
        cmocka_unit_test(parts),
        cmocka_unit_test(facts_of_another_plan),
        cmocka_unit_test(plans_in_another_order),
        cmocka_unit_test(strangers),
        cmocka_unit_test(many_facts),
        cmocka_unit_test(progress_may_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
