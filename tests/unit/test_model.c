/* Look-ups of the model, day by day: edges, validity, children; types, references and cells. */
#include "support/build_plan.h"
#include "support/check.h"

static int32_t day_of(const char *text)
{
    int32_t day = 0;
    assert_null(atn_date_parse((atn_str){text, strlen(text)}, &day));
    return day;
}

/* A is in N until 2019, in S from 2021; nowhere in 2020. B came in 2022 and went in 2023. */
static const char *const moving = "unit VN nation\n"
                                  "unit N region in VN\n"
                                  "unit S region in VN\n"
                                  "unit A commune in N until 2019-12-31\n"
                                  "unit A commune in S from 2021-01-01\n"
                                  "unit B commune in S from 2022-01-01 until 2023-12-31\n";

static void an_edge_holds_from_its_first_to_its_last_day(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(moving, NULL);
    const atn_model *const m = &plan->model;
    const uint32_t a = build_unit(plan, "A");
    assert_int_equal(atn_unit_parent(m, a, day_of("2019-12-31")), build_unit(plan, "N"));
    assert_int_equal(atn_unit_parent(m, a, day_of("2020-01-01")), ATN_NONE);
    assert_null(atn_unit_edge(m, a, day_of("2020-12-31")));
    assert_int_equal(atn_unit_parent(m, a, day_of("2021-01-01")), build_unit(plan, "S"));
    assert_int_equal(atn_unit_parent(m, a, ATN_DAY_MAX), build_unit(plan, "S"));
    assert_int_equal(atn_unit_parent(m, a, ATN_DAY_MIN), build_unit(plan, "N"));
    assert_int_equal(atn_unit_parent(m, build_unit(plan, "VN"), 0), ATN_NONE);
    assert_true(atn_unit_is_valid(m, build_unit(plan, "VN"), 0));
    assert_false(atn_unit_is_valid(m, build_unit(plan, "B"), day_of("2021-12-31")));
    build_plan_free(plan);
}

static void the_last_valid_day_of_a_span_is_found(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(moving, NULL);
    const atn_model *const m = &plan->model;
    const uint32_t a = build_unit(plan, "A");
    assert_int_equal(atn_unit_last_valid(m, a, day_of("2019-01-01"), day_of("2019-06-30")),
                     day_of("2019-06-30"));
    assert_int_equal(atn_unit_last_valid(m, a, day_of("2019-01-01"), day_of("2020-06-30")),
                     day_of("2019-12-31"));
    assert_int_equal(atn_unit_last_valid(m, a, day_of("2020-01-01"), day_of("2020-12-31")), INT32_MIN);
    assert_int_equal(atn_unit_last_valid(m, a, day_of("2020-01-01"), day_of("2021-01-01")),
                     day_of("2021-01-01"));
    assert_int_equal(atn_unit_last_valid(m, build_unit(plan, "B"), day_of("2020-01-01"),
                                         day_of("2021-12-31")),
                     INT32_MIN);
    build_plan_free(plan);
}

static void under_is_asked_of_a_day(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(moving, NULL);
    const atn_model *const m = &plan->model;
    const uint32_t a = build_unit(plan, "A");
    const uint32_t n = build_unit(plan, "N");
    assert_true(atn_unit_is_under(m, a, n, day_of("2019-01-01")));
    assert_false(atn_unit_is_under(m, a, n, day_of("2021-01-01")));
    assert_true(atn_unit_is_under(m, a, build_unit(plan, "VN"), day_of("2021-01-01")));
    assert_false(atn_unit_is_under(m, a, build_unit(plan, "VN"), day_of("2020-06-01")));
    assert_true(atn_unit_is_under(m, a, a, day_of("2020-06-01")));
    assert_false(atn_unit_is_under(m, n, a, day_of("2019-01-01")));
    build_plan_free(plan);
}

static void children_are_asked_of_a_day(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(moving, NULL);
    const atn_model *const m = &plan->model;
    const uint32_t s = build_unit(plan, "S");
    assert_false(atn_unit_has_children(m, s, day_of("2020-12-31")));
    assert_true(atn_unit_has_children(m, s, day_of("2021-01-01")));
    assert_true(atn_unit_has_children(m, s, ATN_DAY_MAX));
    assert_true(atn_unit_has_children(m, build_unit(plan, "N"), day_of("2019-12-31")));
    assert_false(atn_unit_has_children(m, build_unit(plan, "N"), day_of("2020-01-01")));
    assert_false(atn_unit_has_children(m, build_unit(plan, "A"), 0));
    assert_true(m->units[s].has_children);
    assert_false(m->units[build_unit(plan, "A")].has_children);
    /* Stretches that touch are one: A from 2021 on covers B. */
    assert_int_equal(m->first_child_days[s + 1] - m->first_child_days[s], 1);
    build_plan_free(plan);
}

static void a_gap_between_children_is_a_gap(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan("unit VN nation\n"
                                         "unit A commune in VN until 2010-12-31\n"
                                         "unit B commune in VN from 2012-01-01\n"
                                         "unit C commune in VN from 2011-01-01 until 2011-06-30\n",
                                         NULL);
    const atn_model *const m = &plan->model;
    assert_int_equal(m->first_child_days[1], 2);
    assert_true(atn_unit_has_children(m, 0, day_of("2011-06-30")));
    assert_false(atn_unit_has_children(m, 0, day_of("2011-07-01")));
    assert_false(atn_unit_has_children(m, 0, day_of("2011-12-31")));
    assert_true(atn_unit_has_children(m, 0, day_of("2012-01-01")));
    build_plan_free(plan);
}

static void groups_hold_groups(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan("type body: facility, agency\n"
                                         "type facility: school, hospital\n"
                                         "unit VN nation\n"
                                         "unit S school in VN\n",
                                         NULL);
    const atn_model *const m = &plan->model;
    const uint32_t body = atn_names_find(&m->type_names, ATN_STR("body"));
    const uint32_t facility = atn_names_find(&m->type_names, ATN_STR("facility"));
    const uint32_t school = atn_names_find(&m->type_names, ATN_STR("school"));
    const uint32_t agency = atn_names_find(&m->type_names, ATN_STR("agency"));
    assert_true(atn_type_includes(m, body, school));
    assert_true(atn_type_includes(m, facility, school));
    assert_true(atn_type_includes(m, body, agency));
    assert_false(atn_type_includes(m, facility, agency));
    assert_true(atn_type_includes(m, school, school));
    assert_false(atn_type_includes(m, school, agency));
    assert_false(atn_type_includes(m, body, m->units[0].type));
    assert_int_equal(m->units[1].type, school);
    build_plan_free(plan);
}

static void a_step_holds_until_the_next(void **state)
{
    (void)state;
    attain_plan *const plan =
        build_plan("reference wage VND\n  2019-07-01 1490000\n  2023-07-01 1800000\n", NULL);
    const atn_reference *const wage = &plan->model.references[0];
    assert_int_equal(atn_reference_step(wage, day_of("2019-06-30")), ATN_NONE);
    assert_int_equal(atn_reference_step(wage, day_of("2019-07-01")), 0);
    assert_int_equal(atn_reference_step(wage, day_of("2023-06-30")), 0);
    assert_int_equal(atn_reference_step(wage, day_of("2023-07-01")), 1);
    assert_int_equal(atn_reference_step(wage, ATN_DAY_MAX), 1);
    assert_int_equal(wage->steps[1].value, 1800000);
    build_plan_free(plan);
}

static void the_first_category_runs_slowest(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan("category sex: female, male\n"
                                         "category post: full, part, helper\n"
                                         "measure m\n  stock persons  by sex, post\n",
                                         NULL);
    const atn_model *const m = &plan->model;
    const atn_measure *const measure = &m->measures[0];
    assert_int_equal(measure->n_cells, 6);
    for (uint32_t cell = 0; cell < 6; cell++) {
        assert_int_equal(atn_cell_member(m, measure, cell, 0), cell / 3);
        assert_int_equal(atn_cell_member(m, measure, cell, 1), cell % 3);
    }
    build_plan_free(plan);
}

static void bits_cross_words(void **state)
{
    (void)state;
    uint64_t bits[3] = {0, 0, 0};
    atn_bit_set(bits, 0);
    atn_bit_set(bits, 63);
    atn_bit_set(bits, 64);
    atn_bit_set(bits, 191);
    for (uint32_t i = 0; i < 192; i++) {
        assert_int_equal(atn_bit_get(bits, i), i == 0 || i == 63 || i == 64 || i == 191);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edge_holds_from_its_first_to_its_last_day),
        cmocka_unit_test(the_last_valid_day_of_a_span_is_found),
        cmocka_unit_test(under_is_asked_of_a_day),
        cmocka_unit_test(children_are_asked_of_a_day),
        cmocka_unit_test(a_gap_between_children_is_a_gap),
        cmocka_unit_test(groups_hold_groups),
        cmocka_unit_test(a_step_holds_until_the_next),
        cmocka_unit_test(the_first_category_runs_slowest),
        cmocka_unit_test(bits_cross_words),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
