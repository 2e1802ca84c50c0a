/* Identities of a plan on the facts: what holds, what differs and by how much, what cannot be compared. */
#include "support/alloc_fault.h"
#include "support/build_plan.h"
#include "support/check.h"

#define MEASURES                                                                \
    "category owner: public, non_public\nattribute kind: rural, urban\n"        \
    "unit P province\nunit A commune in P\n  kind rural\nunit B commune in P\n" \
    "measure all\n  stock beds\nmeasure by_owner\n  stock beds  by owner\n"     \
    "measure used\n  stock beds\nmeasure free\n  stock beds\n"                  \
    "measure rate\n  stock percent\n  decimals 1\n  none over units\n"          \
    "measure rest\n  stock percent\n  decimals 1\n  none over units\n"          \
    "reference norm \"N\" beds\n  2025-01-01 4\n"                               \
    "indicator beds = all\n"

typedef struct scene {
    attain_plan *plan;
    attain_facts *facts;
    attain_text text;
    attain_identity items[4];
} scene;

static scene scene_of(const char *plan_text, const char *csv)
{
    scene s = {.plan = build_plan(plan_text, NULL)};
    attain_error err;
    s.facts = build_facts(s.plan);
    build_add(s.facts, csv);
    check_ok(attain_check_identities(s.plan, s.facts, s.items, &s.text, &err), &err);
    assert_int_equal(strlen(s.text.data), s.text.len);
    return s;
}

static void scene_end(scene *s)
{
    attain_text_free(&s->text);
    attain_facts_free(s->facts);
    build_plan_free(s->plan);
}

static void check_counts(const attain_identity *item, uint64_t compared, uint64_t incomplete,
                         uint64_t different)
{
    assert_int_equal(item->n_compared, compared);
    assert_int_equal(item->n_incomplete, incomplete);
    assert_int_equal(item->n_different, different);
}

static void test_holds_differs_incomplete(void **state)
{
    (void)state;
    scene s = scene_of(MEASURES
                       "check \"places\": all = used + free\n"
                       "check \"92 = 28 + 64\": all = by_owner[owner=public] + by_owner[owner=non_public]\n",
                       "unit,measure,period,owner,value,qualifier\n"
                       "B,all,2025,,10,\nB,used,2025,,7,\n"                   /* free is absent */
                       "A,all,2025,,10,\nA,used,2025,,7,\nA,free,2025,,4,\n"  /* one too many */
                       "A,all,2024,,10,\nA,used,2024,,6,~\nA,free,2024,,4,\n" /* holds */
                       "B,all,2024,,10,\nB,used,2024,,6,>\nB,free,2024,,4,\n" /* only a bound */
                       "A,by_owner,2024,public,3,\nA,by_owner,2024,non_public,8,\n"
                       "A,by_owner,2025,public,3,\nA,by_owner,2025,non_public,7,\n");
    assert_int_equal(s.items[0].check, 0);
    assert_int_equal(s.items[1].check, 1);
    check_counts(&s.items[0], 2, 2, 1);
    check_counts(&s.items[1], 2, 2, 1);
    check_text(s.text.data, s.text.len,
               "\"places\" does not hold at A in 2025: 10 on the left, 11 on the right, difference -1\n"
               "\"places\": 2 compared, 1 different, 2 incomplete\n"
               "\"92 = 28 + 64\" does not hold at A in 2024: 10 on the left, 11 on the right, difference -1\n"
               "\"92 = 28 + 64\": 2 compared, 1 different, 2 incomplete\n");
    scene_end(&s);
}

/* Differences come by unit, then by period, whatever the order of the rows and sides. */
static void test_order(void **state)
{
    (void)state;
    scene s =
        scene_of(MEASURES "check \"c\": used = free\n", "unit,measure,period,value\n"
                                                        "B,free,2025,1\nB,used,2025,2\nA,used,2025-H1,1\n"
                                                        "A,free,2025-H1,2\nA,free,2023,5\nA,used,2023,6\n"
                                                        "B,used,2021,3\nB,free,2021,1\nB,all,2021,1\n"
                                                        "A,used,2022,1\nA,free,2022,1\n");
    check_text(s.text.data, s.text.len,
               "\"c\" does not hold at A in 2023: 6 on the left, 5 on the right, difference 1\n"
               "\"c\" does not hold at A in 2025-H1: 1 on the left, 2 on the right, difference -1\n"
               "\"c\" does not hold at B in 2021: 3 on the left, 1 on the right, difference 2\n"
               "\"c\" does not hold at B in 2025: 2 on the left, 1 on the right, difference 1\n"
               "\"c\": 5 compared, 4 different, 0 incomplete\n");
    scene_end(&s);
}

static void test_percent_and_factors(void **state)
{
    (void)state;
    scene s = scene_of(MEASURES "check \"whole\": rate + rest = 1\n"
                                "check \"twice\": used = 2.5 * free\n",
                       "unit,measure,period,value\nA,rate,2025,96.1\nA,rest,2025,3.9\nB,rate,2025,96.1\n"
                       "B,rest,2025,4.0\nA,used,2025,5\nA,free,2025,2\n");
    check_text(s.text.data, s.text.len,
               "\"whole\" does not hold at B in 2025: 1.001 on the left, 1 on the right, difference 0.001\n"
               "\"whole\": 2 compared, 1 different, 0 incomplete\n"
               "\"twice\": 1 compared, 0 different, 0 incomplete\n");
    scene_end(&s);
}

/* A reference holds as of the period; before its first step there is nothing to compare with. */
static void test_references_and_attributes(void **state)
{
    (void)state;
    scene s = scene_of(MEASURES "check \"norm\": used = norm\n"
                                "check \"rural\": used[kind=rural] = free\n",
                       "unit,measure,period,value\nA,used,2025,4\nA,used,2024,4\nB,used,2025,5\n"
                       "A,free,2025,4\nB,free,2025,5\n");
    check_counts(&s.items[0], 2, 1, 1);
    check_counts(&s.items[1], 1, 2, 0); /* B has no kind */
    check_contains(s.text.data,
                   "\"norm\" does not hold at B in 2025: 5 on the left, 4 on the right, difference 1\n");
    scene_end(&s);
}

/* Two spans that end on one day are two places. A cell that was taken away is absent again. */
static void test_spans_and_removed_cells(void **state)
{
    (void)state;
    scene s = scene_of("unit A commune\nmeasure x\n  flow beds\nmeasure y\n  flow beds\nindicator all = x\n"
                       "check \"c\": x = y\n",
                       "unit,measure,period,value\nA,x,2025,4\nA,y,2025-H2,4\nA,x,2024,5\n");
    check_counts(&s.items[0], 0, 3, 0);
    const attain_fact fact = {.unit = 0,
                              .measure = build_measure(s.plan, "x"),
                              .period = build_period("2025"),
                              .value = 0};
    attain_error err;
    check_ok(attain_facts_set(s.facts, &fact, 1, &err), &err);
    attain_text_free(&s.text);
    check_ok(attain_check_identities(s.plan, s.facts, NULL, &s.text, &err), &err);
    check_text(s.text.data, s.text.len, "\"c\": 0 compared, 0 different, 2 incomplete\n");
    scene_end(&s);
}

static void test_no_checks_and_bad_arguments(void **state)
{
    (void)state;
    scene s = scene_of(MEASURES, "unit,measure,period,value\nA,used,2025,4\n");
    assert_int_equal(s.text.len, 0);
    attain_error err;
    attain_text text = {.data = NULL};
    check_fails(attain_check_identities(NULL, s.facts, NULL, &text, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_check_identities(s.plan, NULL, NULL, &text, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_check_identities(s.plan, s.facts, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    scene other =
        scene_of("unit Q province\nmeasure n\n  stock persons\n", "unit,measure,period,value\nQ,n,2025,1\n");
    check_fails(attain_check_identities(s.plan, other.facts, NULL, &text, &err), ATTAIN_E_SCHEMA, &err);
    assert_null(text.data);
    scene_end(&other);
    scene_end(&s);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    scene s = {.plan = build_plan(MEASURES "check \"c\": used = free\n", &a)};
    s.facts = build_facts(s.plan);
    build_add(s.facts, "unit,measure,period,value\nA,used,2025,4\nA,free,2025,3\n");
    attain_status status = ATTAIN_E_MEMORY;
    for (int64_t n = 0; status != ATTAIN_OK; n++) {
        attain_error err;
        attain_text text = {.data = NULL};
        attain_identity item = {.check = 77};
        const size_t before = f.bytes_outstanding;
        alloc_fault_fail_at(&f, n, false);
        status = attain_check_identities(s.plan, s.facts, &item, &text, &err);
        check_status_at(status, f.failed ? ATTAIN_E_MEMORY : ATTAIN_OK, &err, "identities", __FILE__,
                        __LINE__);
        assert_int_equal(item.check, status == ATTAIN_OK ? 0 : 77);
        attain_text_free(&text);
        assert_int_equal(f.bytes_outstanding, before);
    }
    alloc_fault_fail_at(&f, -1, false);
    scene_end(&s);
    alloc_fault_expect_empty(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holds_differs_incomplete),  cmocka_unit_test(test_order),
        cmocka_unit_test(test_percent_and_factors),       cmocka_unit_test(test_spans_and_removed_cells),
        cmocka_unit_test(test_references_and_attributes), cmocka_unit_test(test_no_checks_and_bad_arguments),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
