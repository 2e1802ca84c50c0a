/* Roll-up: the rules one by one on small plans. Random trees, laws, picks and gaps against a naive re-computation are in
 * property/test_rollup.c. */
#include "facts/facts.h"
#include "support/alloc_fault.h"
#include "support/build_plan.h"
#include "support/check.h"
#include <stdio.h>
#include <stdlib.h>

#define TREE                        \
    "unit VN \"VN\" nation\n"       \
    "unit P \"P\" province in VN\n" \
    "unit Q \"Q\" province in VN\n" \
    "unit A \"A\" commune in P\n"   \
    "unit B \"B\" commune in P\n"   \
    "unit C \"C\" commune in Q\n"

/* ---- one line of one small plan ---- */

typedef struct scene {
    attain_plan *plan;
    attain_facts *facts;
    atn_sum *line;
} scene;

static scene scene_of(const char *plan_text, const char *csv)
{
    scene s = {.plan = build_plan(plan_text, NULL)};
    s.facts = build_facts(s.plan);
    build_add(s.facts, csv);
    s.line = calloc(s.plan->model.n_units, sizeof *s.line);
    return s;
}

static void scene_end(scene *s)
{
    free(s->line);
    attain_facts_free(s->facts);
    build_plan_free(s->plan);
}

static int32_t end_of(const char *period)
{
    return build_period(period).end_day;
}

static void roll(scene *s, const char *measure, const char *period, const char *as_of, const atn_pick *extra)
{
    attain_error err;
    const atn_line_request request = {.measure = build_measure(s->plan, measure),
                                      .period = build_period(period),
                                      .as_of_day = end_of(as_of),
                                      .extra = extra};
    const attain_allocator a = atn_alloc_default(NULL);
    check_ok(atn_facts_line(s->facts, &request, &a, s->line, &err), &err);
}

/* "12 [10, inf) 1/2 open not_last": what a line says at a unit, for comparing with a literal. */
static void print_end(char *out, size_t cap, attain_i128 v, int infinite)
{
    if (infinite != 0) {
        (void)snprintf(out, cap, "%sinf", infinite < 0 ? "-" : "");
    } else {
        (void)snprintf(out, cap, "%lld", (long long)v.lo);
    }
}

static const char *say(const scene *s, const char *unit)
{
    static char text[256];
    static const char *const flag[] = {"estimated", "not_last", "bound", "open", "groups", "overflow"};
    const atn_sum *sum = &s->line[build_unit(s->plan, unit)];
    char value[48] = "-";
    char low[48];
    char high[48];
    if (sum->has_value) {
        print_end(value, sizeof value, sum->value, 0);
    }
    print_end(low, sizeof low, sum->low, sum->low_infinite);
    print_end(high, sizeof high, sum->high, sum->high_infinite);
    int at = snprintf(text, sizeof text, "%s [%s, %s] %u/%u%s", value, low, high, (unsigned)sum->n_reported,
                      (unsigned)sum->n_expected, sum->has_cell ? "" : " no_cell");
    for (unsigned f = 0; f < 6; f++) {
        if ((sum->flags >> f & 1u) != 0) {
            at += snprintf(text + at, sizeof text - (size_t)at, " %s", flag[f]);
        }
    }
    return text;
}

#define check_line(s, unit, wanted) \
    check_text_at(say((s), (unit)), strlen(say((s), (unit))), (wanted), __FILE__, __LINE__)

static void test_sum_and_gap(void **state)
{
    (void)state;
    scene s = scene_of(TREE "measure w \"w\" stock persons reported yearly by commune\n",
                       "unit,measure,period,value\nA,w,2024,4\nA,w,2025,5\nB,w,2024,7\nC,w,2025,0\n");
    roll(&s, "w", "2025", "2025", NULL);
    check_line(&s, "A", "5 [5, 5] 1/1");
    check_line(&s, "B", "- [0, inf] 0/1 no_cell open");
    check_line(&s, "P", "5 [5, inf] 1/2 open");
    check_line(&s, "Q", "0 [0, 0] 1/1");
    check_line(&s, "VN", "5 [5, inf] 2/3 open");
    roll(&s, "w", "2024..2025", "2025", NULL);
    check_line(&s, "A", "5 [5, 5] 2/2");
    check_line(&s, "B", "7 [0, inf] 1/2 not_last open");
    check_line(&s, "VN", "12 [5, inf] 4/6 not_last open");
    roll(&s, "w", "2025", "2025-H1", NULL);
    check_line(&s, "B", "- [0, 0] 0/0 no_cell");
    check_line(&s, "VN", "5 [5, 5] 0/0");
    scene_end(&s);
}

static void test_missing_and_bounds(void **state)
{
    (void)state;
    scene s = scene_of(TREE "measure w \"w\" flow persons reported half-yearly by commune\n"
                            "measure z \"z\" flow persons any sign\n",
                       "unit,measure,period,value,qualifier,reason\n"
                       "A,w,2025-H1,5,>,\nA,w,2025-H2,,missing,not_applicable\n"
                       "B,w,2025-H1,3,<,\nB,w,2025-H2,,missing,Q\n"
                       "C,w,2025-H1,4,<=,\nC,w,2025-H2,6,~,\n"
                       "A,z,2025,-4,<=,\nB,z,2025,2,>=,\nC,z,2025,,missing,M\n");
    roll(&s, "w", "2025", "2025", NULL);
    check_line(&s, "A", "5 [6, inf] 1/1 bound");
    check_line(&s, "B", "3 [0, inf] 1/2 bound open");
    check_line(&s, "C", "10 [6, 10] 2/2 estimated bound");
    check_line(&s, "VN", "18 [12, inf] 4/5 estimated bound open");
    roll(&s, "w", "2025-H2", "2025", NULL);
    check_line(&s, "A", "- [0, 0] 0/0 no_cell");
    check_line(&s, "B", "- [0, inf] 0/1 open");
    roll(&s, "z", "2025", "2025", NULL);
    check_line(&s, "A", "-4 [-inf, -4] 0/0 bound");
    check_line(&s, "P", "-2 [-inf, inf] 0/0 bound");
    check_line(&s, "C", "- [0, 0] 0/0 no_cell");
    scene_end(&s);
}

/* The last slot that is expected may lie before slots that say "not applicable"; a later figure that nobody expects settles it. */
static void test_last_expected_slot(void **state)
{
    (void)state;
    scene s = scene_of(TREE "measure w \"w\" stock persons reported quarterly by commune\n",
                       "unit,measure,period,value,qualifier,reason\n"
                       "A,w,2025-Q1,5,,\nA,w,2025-Q3,,missing,M\nA,w,2025-Q4,,missing,not_applicable\n"
                       "B,w,2025-Q2,6,,\nB,w,2025-Q3,,missing,M\nB,w,2025-Q4,,missing,not_applicable\n"
                       "C,w,2025-Q1,7,,\nC,w,2025-Q2,,missing,Q\nC,w,2025-Q4,8,,\n");
    roll(&s, "w", "2025", "2025", NULL);
    check_line(&s, "A", "5 [0, inf] 1/2 not_last open");
    check_line(&s, "B", "6 [6, 6] 1/2");
    check_line(&s, "C", "8 [8, 8] 2/4");
    roll(&s, "w", "2025", "2025-06-30", NULL);
    check_line(&s, "C", "8 [8, 8] 1/2");
    roll(&s, "w", "2025-H1", "2025-Q1", NULL);
    check_line(&s, "B", "6 [6, 6] 0/1");
    check_line(&s, "C", "7 [0, inf] 1/1 not_last open");
    scene_end(&s);
}

static void test_longer_and_free_slots(void **state)
{
    (void)state;
    scene s =
        scene_of(TREE "measure pop \"p\" stock persons reported yearly by province\n"
                      "measure free \"f\" stock persons\n"
                      "measure once \"o\" flow persons none over time\n",
                 "unit,measure,period,value\nP,pop,2025,100\nQ,pop,2024,90\n"
                 "A,free,2025-06,10\nA,free,2025-11,11\nB,free,2025,20\nB,free,2021..2026,9\nC,free,2024,30\n"
                 "A,once,2025-H1,1\nA,once,2025-H2,2\nB,once,2025-H1,4\n");
    roll(&s, "pop", "2025-H1", "2025", NULL);
    check_line(&s, "VN", "100 [100, inf] 1/2 open");
    roll(&s, "free", "2025-H2", "2025", NULL);
    check_line(&s, "A", "11 [11, 11] 0/0");
    check_line(&s, "P", "31 [31, 31] 0/0");
    check_line(&s, "C", "- [0, 0] 0/0 no_cell");
    roll(&s, "free", "2025", "2025", NULL);
    check_line(&s, "A", "11 [11, 11] 0/0");
    roll(&s, "free", "2024..2025", "2025", NULL);
    check_line(&s, "VN", "61 [61, 61] 0/0");
    roll(&s, "once", "2025", "2025", NULL);
    check_line(&s, "A", "- [0, inf] 0/0 no_cell open");
    check_line(&s, "B", "4 [4, 4] 0/0");
    check_line(&s, "P", "4 [4, inf] 0/0 open");
    roll(&s, "once", "2025-H2", "2025", NULL);
    check_line(&s, "P", "2 [2, 2] 0/0");
    scene_end(&s);
}

#define MOVING                                       \
    "unit VN \"VN\" nation\n"                        \
    "unit P \"P\" province in VN until 2025-06-30\n" \
    "unit Q \"Q\" province in VN\n"                  \
    "unit A \"A\" commune in P until 2025-06-30\n"   \
    "unit A \"A\" commune in Q from 2025-07-01\n"    \
    "unit B \"B\" commune in P until 2025-05-15\n"   \
    "unit C \"C\" commune in Q from 2025-05-16\n"

static void test_units_that_move(void **state)
{
    (void)state;
    scene s = scene_of(MOVING "measure f \"f\" flow persons reported half-yearly by commune\n"
                              "measure s \"s\" stock persons reported half-yearly by commune\n"
                              "measure m \"m\" flow persons min over time reported half-yearly by commune\n",
                       "unit,measure,period,value\n"
                       "A,f,2025-H1,1\nA,f,2025-H2,2\nB,f,2025-H1,4\nC,f,2025-H1,8\nC,f,2025-H2,16\n"
                       "A,s,2025-H1,1\nB,s,2025-H1,4\nC,s,2025-H1,8\nC,s,2025-H2,16\n"
                       "A,m,2025-H1,7\nA,m,2025-H2,5\n");
    roll(&s, "f", "2025", "2025", NULL);
    check_line(&s, "A", "3 [3, 3] 2/2");
    check_line(&s, "P", "5 [5, 5] 1/1");
    check_line(&s, "Q", "26 [26, 26] 3/3");
    check_line(&s, "VN", "31 [31, 31] 4/4");
    roll(&s, "s", "2025", "2025", NULL);
    check_line(&s, "B", "4 [4, 4] 0/0");
    check_line(&s, "P", "- [0, 0] 0/0 no_cell");
    check_line(&s, "Q", "17 [16, inf] 3/4 not_last open");
    roll(&s, "s", "2025-H1", "2025", NULL);
    check_line(&s, "P", "1 [1, 1] 1/1");
    roll(&s, "m", "2025", "2025", NULL);
    check_line(&s, "A", "5 [5, 5] 2/2");
    check_line(&s, "P", "7 [7, 7] 1/1");
    check_line(&s, "VN", "5 [5, inf] 2/4 open");
    scene_end(&s);
}

static void test_any_level(void **state)
{
    (void)state;
    scene s =
        scene_of(TREE "measure f \"f\" flow persons at any level replaces reported half-yearly by commune\n"
                      "measure s \"s\" stock persons at any level replaces reported half-yearly by commune\n"
                      "measure d \"d\" flow persons at any level adds reported half-yearly by commune\n"
                      "measure n \"n\" stock persons none over units reported yearly by commune\n",
                 "unit,measure,period,value\n"
                 "A,f,2025-H1,1\nA,f,2025-H2,2\nB,f,2025-H2,4\nC,f,2025-H1,8\nP,f,2025-H1,100\n"
                 "A,s,2025-H1,1\nA,s,2025-H2,2\nC,s,2025-H1,8\nP,s,2025-H1,100\n"
                 "A,d,2025-H1,1\nP,d,2025-H1,100\nA,n,2025,1\nVN,n,2025,7\n");
    roll(&s, "f", "2025", "2025", NULL);
    check_line(&s, "P", "106 [106, 106] 2/2");
    check_line(&s, "VN", "114 [114, inf] 3/4 open");
    roll(&s, "s", "2025", "2025", NULL);
    check_line(&s, "P", "100 [100, 100] 0/0");
    check_line(&s, "VN", "108 [100, inf] 1/2 not_last open");
    roll(&s, "d", "2025-H1", "2025", NULL);
    check_line(&s, "P", "101 [101, inf] 1/2 open");
    roll(&s, "n", "2025", "2025", NULL);
    check_line(&s, "A", "1 [1, 1] 1/1");
    check_line(&s, "P", "- [0, 0] 0/0 no_cell");
    check_line(&s, "VN", "7 [7, 7] 0/0");
    scene_end(&s);
}

static void test_categories_and_laws(void **state)
{
    (void)state;
    scene s =
        scene_of(TREE "category sex: m, f\ncategory age: young, old\n"
                      "measure w \"w\" stock persons by sex, age max over age reported yearly by commune\n"
                      "measure x \"x\" stock persons by sex none over sex\n"
                      "measure y \"y\" stock VND min over units reported yearly by commune\n",
                 "unit,measure,period,sex,age,value\n"
                 "A,w,2025,m,young,1\nA,w,2025,m,old,5\nA,w,2025,f,young,2\nA,w,2025,f,old,1\n"
                 "B,w,2025,m,young,3\nA,x,2025,m,,9\nA,y,2025,,,50\nC,y,2025,,,70\n");
    roll(&s, "w", "2025", "2025", NULL);
    check_line(&s, "A", "7 [7, 7] 4/4");
    check_line(&s, "B", "3 [3, inf] 1/4 open");
    check_line(&s, "P", "10 [10, inf] 5/8 open");
    roll(&s, "x", "2025", "2025", NULL);
    check_line(&s, "A", "- [0, inf] 0/0 no_cell open");
    uint64_t male = 1;
    const atn_pick pick = {.measure = build_measure(s.plan, "x"), .cells = &male};
    roll(&s, "x", "2025", "2025", &pick);
    check_line(&s, "VN", "9 [9, 9] 0/0");
    roll(&s, "y", "2025", "2025", NULL);
    check_line(&s, "P", "50 [0, 50] 1/2 open");
    check_line(&s, "VN", "50 [0, 50] 2/3 open");
    scene_end(&s);
}

static void test_groups(void **state)
{
    (void)state;
    scene s = scene_of("attribute owner: public, private\n"
                       "unit VN \"VN\" nation\nunit P \"P\" province in VN\n"
                       "unit A \"A\" commune in P owner public\nunit B \"B\" commune in P owner private\n"
                       "unit C \"C\" commune in P\nunit D \"D\" commune in VN\n"
                       "measure w \"w\" stock persons reported yearly by commune\n",
                       "unit,measure,period,value\nA,w,2025,1\nB,w,2025,2\nC,w,2025,4\n");
    uint64_t is_public = 1;
    atn_attribute_test test = {.attribute = 0, .members = &is_public};
    const atn_pick pick = {.measure = 0, .tests = &test, .n_tests = 1};
    roll(&s, "w", "2025", "2025", &pick);
    check_line(&s, "A", "1 [1, 1] 1/1");
    check_line(&s, "B", "- [0, 0] 0/0 no_cell");
    check_line(&s, "C", "- [0, 0] 0/0 no_cell groups");
    check_line(&s, "P", "1 [1, 1] 1/1 groups");
    check_line(&s, "D", "- [0, 0] 0/0 no_cell groups");
    check_line(&s, "VN", "1 [1, 1] 1/1 groups");
    scene_end(&s);
}

static void test_large_sums(void **state)
{
    (void)state;
    scene s = scene_of(TREE "measure w \"w\" flow VND\n",
                       "unit,measure,period,value\nA,w,2025,9223372036854775807\n"
                       "B,w,2025,9223372036854775807\n");
    roll(&s, "w", "2025", "2025", NULL);
    const atn_sum *sum = &s.line[build_unit(s.plan, "VN")];
    assert_int_equal(sum->value.hi, 0);
    assert_true(sum->value.lo == UINT64_MAX - 1);
    assert_int_equal(sum->flags, 0);
    scene_end(&s);
}

/* ---- pairs ---- */

static void test_pair_fixture(void **state)
{
    (void)state;
    scene s = scene_of("unit P \"P\" province\nunit A \"A\" commune in P\nunit B \"B\" commune in P\n"
                       "unit C \"C\" commune in P\nunit D \"D\" commune in P\nunit E \"E\" commune in P\n"
                       "measure n \"n\" flow persons reported yearly by commune\n"
                       "measure d \"d\" flow persons reported yearly by commune\n",
                       "unit,period,n,d\nA,2025,9,10\nB,2025,9,10\nC,2025,9,10\nD,2025,9,10\nE,2025,,10\n");
    const atn_pair_term terms[] = {{.measure = build_measure(s.plan, "n"), .coefficient = 1},
                                   {.measure = build_measure(s.plan, "d"),
                                    .coefficient = 1,
                                    .in_denominator = true}};
    const attain_allocator a = atn_alloc_default(NULL);
    attain_error err;
    atn_pair pairs[6];
    for (int by_slot = 0; by_slot < 2; by_slot++) {
        check_ok(atn_facts_pairs(s.facts, terms, 2, build_period("2025"), end_of("2025"), by_slot != 0, NULL,
                                 &a, pairs, &err),
                 &err);
        const atn_pair *p = &pairs[build_unit(s.plan, "P")];
        assert_int_equal(p->sum_n.lo, 36);
        assert_int_equal(p->sum_d.lo, 50);
        assert_int_equal(p->b_d.lo, 10);
        assert_int_equal(p->c_n.lo, 0);
        assert_false(p->any_c || p->any_e || p->over_one || p->overflow);
        const atn_pair *e = &pairs[build_unit(s.plan, "E")];
        assert_int_equal(e->sum_n.lo, 0);
        assert_int_equal(e->b_d.lo, 10);
    }
    build_add(s.facts, "unit,period,n\nE,2025,11\n");
    check_ok(atn_facts_pairs(s.facts, terms, 2, build_period("2025"), end_of("2025"), true, NULL, &a, pairs,
                             &err),
             &err);
    assert_true(pairs[build_unit(s.plan, "P")].over_one);
    assert_false(pairs[build_unit(s.plan, "A")].over_one);
    scene_end(&s);
}

/* ---- memory ---- */

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_fault f;
    attain_error err;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    scene s = scene_of(MOVING "category sex: m, f\nmeasure f \"f\" flow persons by sex max over sex reported "
                              "half-yearly by commune\n"
                              "measure g \"g\" flow persons\n",
                       "unit,measure,period,sex,value\nA,f,2025-H1,m,1\nA,f,2025-H2,m,2\nB,f,2025-H1,f,4\nA,"
                       "g,2025-H1,,3\nC,g,2025-H2,,3\n");
    const atn_pair_term terms[] = {{.measure = 0, .coefficient = 1},
                                   {.measure = 1, .coefficient = 1, .in_denominator = true}};
    atn_pair *pairs = calloc(s.plan->model.n_units, sizeof *pairs);
    for (uint32_t m = 0; m < 3; m++) {
        const atn_line_request request = {.measure = m,
                                          .period = build_period("2025"),
                                          .as_of_day = end_of("2025")};
        attain_status status = ATTAIN_E_MEMORY;
        for (int64_t n = 0; status != ATTAIN_OK; n++) {
            alloc_fault_fail_at(&f, n, false);
            status = m < 2 ? atn_facts_line(s.facts, &request, &a, s.line, &err)
                           : atn_facts_pairs(s.facts, terms, 2, request.period, request.as_of_day, true, NULL,
                                             &a, pairs, &err);
            assert_true(status == ATTAIN_OK || status == ATTAIN_E_MEMORY);
            alloc_fault_expect_empty(&f);
        }
    }
    free(pairs);
    scene_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum_and_gap),
        cmocka_unit_test(test_missing_and_bounds),
        cmocka_unit_test(test_last_expected_slot),
        cmocka_unit_test(test_longer_and_free_slots),
        cmocka_unit_test(test_units_that_move),
        cmocka_unit_test(test_any_level),
        cmocka_unit_test(test_categories_and_laws),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_large_sums),
        cmocka_unit_test(test_pair_fixture),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
