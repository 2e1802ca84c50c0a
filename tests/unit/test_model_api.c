/* Public look-ups of a plan: what is listed, by index and by name; and what an index too far or an open plan gives. */
#include "support/build_plan.h"
#include "support/check.h"

static const char *const text =
    "unit VN \"Việt Nam\" nation\n"
    "unit VN.46 \"Huế\" province in VN until 2025-06-30  alias \"Thừa Thiên Huế\"  owner public\n"
    "type level: nation, province\n"
    "attribute owner: public, private\n"
    "category sex: female, male\n"
    "measure people \"Dân số\"\n  stock persons  by sex  reported yearly by province\n"
    "measure trained\n  flow trainings\n"
    "reference wage \"Lương\" VND\n  2020-01-01 5\n"
    "indicator all \"Everybody\" = people\n"
    "check \"same\": people = people\n"
    "programme p \"Plan\"\n  period 2021..2025  horizon 2030  unit VN.46\n"
    "  instrument \"1/2021\" 2021-05-18\n"
    "programme q\n  part of p\n"
    "target p.a \"A\"\n  reading one: all at least 5 by 2024\n  reading two: all at least 6 by 2024\n"
    "  source \"decree\" \"words\"  note \"a note\"\n"
    "target q.b\n  trained at least 10  vision\n"
    "milestone p.m \"M\" by 2023\n"
    "activity p.act \"Act\"\n"
    "report r\n  on request\n"
    "boundary 2020-01-01 rename VN.46 to HUE\n";

typedef struct named {
    attain_kind kind;
    size_t n;
    const char *id;
    uint32_t index;
    const char *title;
} named;

static void every_kind_is_counted_found_and_named(void **state)
{
    (void)state;
    const named kinds[] = {{ATTAIN_KIND_UNIT, 2, "VN.46", 1, "Huế"},
                           {ATTAIN_KIND_TYPE, 3, "level", 0, ""},
                           {ATTAIN_KIND_ATTRIBUTE, 1, "owner", 0, ""},
                           {ATTAIN_KIND_CATEGORY, 1, "sex", 0, ""},
                           {ATTAIN_KIND_MEASURE, 2, "trained", 1, ""},
                           {ATTAIN_KIND_REFERENCE, 1, "wage", 0, "Lương"},
                           {ATTAIN_KIND_INDICATOR, 2, "all", 0, "Everybody"},
                           {ATTAIN_KIND_PROGRAMME, 2, "p", 0, "Plan"},
                           {ATTAIN_KIND_TARGET, 3, "p.a", 0, "A"},
                           {ATTAIN_KIND_ACTIVITY, 1, "p.act", 0, "Act"},
                           {ATTAIN_KIND_REPORT, 1, "r", 0, ""}};
    attain_plan *const plan = build_plan(text, NULL);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const named *const k = &kinds[i];
        assert_int_equal(attain_plan_count(plan, k->kind), k->n);
        assert_int_equal(attain_plan_find(plan, k->kind, k->id, strlen(k->id)), k->index);
        check_str(attain_plan_id(plan, k->kind, k->index), k->id);
        check_str(attain_plan_title(plan, k->kind, k->index), k->title);
        assert_int_equal(attain_plan_find(plan, k->kind, "nothing", 7), ATTAIN_NONE);
        check_str(attain_plan_id(plan, k->kind, (uint32_t)k->n), "");
        check_str(attain_plan_title(plan, k->kind, (uint32_t)k->n), "");
    }
    assert_int_equal(attain_plan_count(plan, ATTAIN_KIND_CHECK), 1);
    check_str(attain_plan_title(plan, ATTAIN_KIND_CHECK, 0), "same");
    check_str(attain_plan_id(plan, ATTAIN_KIND_CHECK, 0), "");
    assert_int_equal(attain_plan_find(plan, ATTAIN_KIND_CHECK, "same", 4), ATTAIN_NONE);
    assert_int_equal(attain_plan_count(plan, ATTAIN_KIND_BOUNDARY), 1);
    check_str(attain_plan_title(plan, ATTAIN_KIND_BOUNDARY, 0), "");
    build_plan_free(plan);
}

static void a_thing_is_found_by_its_own_kind_only(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(text, NULL);
    assert_int_equal(attain_plan_find(plan, ATTAIN_KIND_REFERENCE, "people", 6), ATTAIN_NONE);
    assert_int_equal(attain_plan_find(plan, ATTAIN_KIND_MEASURE, "all", 3), ATTAIN_NONE);
    /* A measure that a target names is an indicator too; another is not. */
    const uint32_t trained = attain_plan_find(plan, ATTAIN_KIND_INDICATOR, "trained", 7);
    assert_int_equal(trained, 1);
    check_str(attain_plan_id(plan, ATTAIN_KIND_INDICATOR, trained), "trained");
    assert_int_equal(attain_plan_find(plan, ATTAIN_KIND_INDICATOR, "people", 6), ATTAIN_NONE);
    build_plan_free(plan);
}

static void a_unit_has_aliases_and_a_life(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(text, NULL);
    attain_unit_info unit;
    attain_error err = {.status = ATTAIN_OK};
    assert_int_equal(attain_plan_find(plan, ATTAIN_KIND_UNIT, "HUE", 3), 1);
    assert_int_equal(attain_plan_find(plan, ATTAIN_KIND_UNIT, "Thừa Thiên Huế", strlen("Thừa Thiên Huế")), 1);
    check_ok(attain_plan_unit(plan, 1, &unit, &err), &err);
    check_str(unit.id, "VN.46");
    check_str(attain_plan_id(plan, ATTAIN_KIND_TYPE, unit.type), "province");
    assert_int_equal(unit.parent, 0);
    assert_int_equal(unit.depth, 1);
    assert_int_equal(unit.from_day, ATTAIN_DAY_MIN);
    assert_int_equal(unit.until_day, 20269); /* 2025-06-30 */
    check_ok(attain_plan_unit(plan, 0, &unit, &err), &err);
    assert_int_equal(unit.parent, ATTAIN_NONE);
    assert_int_equal(unit.until_day, ATTAIN_DAY_MAX);
    check_fails(attain_plan_unit(plan, 2, &unit, &err), ATTAIN_E_ARGUMENT, &err);
    assert_int_equal(err.index, 2);
    check_fails(attain_plan_unit(plan, 0, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    build_plan_free(plan);
}

static void a_measure_tells_its_shape(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(text, NULL);
    attain_measure_info m;
    attain_error err = {.status = ATTAIN_OK};
    check_ok(attain_plan_measure(plan, 0, &m, &err), &err);
    check_str(m.title, "Dân số");
    check_str(m.unit_of_measure, "persons");
    assert_int_equal(m.is_flow, 0);
    assert_int_equal(m.reported_type, ATTAIN_PERIOD_YEAR);
    assert_int_equal(m.n_categories, 1);
    assert_int_equal(m.n_cells, 2);
    assert_int_equal(attain_plan_measure_category(plan, 0, 0), 0);
    assert_int_equal(attain_plan_measure_category(plan, 0, 1), ATTAIN_NONE);
    assert_int_equal(attain_plan_measure_category(plan, 9, 0), ATTAIN_NONE);
    assert_int_equal(attain_plan_member_count(plan, ATTAIN_KIND_CATEGORY, 0), 2);
    check_str(attain_plan_member(plan, ATTAIN_KIND_CATEGORY, 0, 1), "male");
    check_str(attain_plan_member(plan, ATTAIN_KIND_CATEGORY, 0, 2), "");
    check_str(attain_plan_member(plan, ATTAIN_KIND_ATTRIBUTE, 0, 0), "public");
    assert_int_equal(attain_plan_member_count(plan, ATTAIN_KIND_UNIT, 0), 0);
    check_fails(attain_plan_measure(plan, 2, &m, &err), ATTAIN_E_ARGUMENT, &err);
    build_plan_free(plan);
}

static void a_target_tells_its_words(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(text, NULL);
    attain_target_info t;
    attain_error err = {.status = ATTAIN_OK};
    check_ok(attain_plan_target(plan, 0, &t, &err), &err);
    assert_int_equal(t.n_readings, 2);
    assert_int_equal(t.due.end_day, 20088); /* 2024-12-31 */
    assert_int_equal(t.programme, 0);
    check_str(t.source_document, "decree");
    check_str(t.source_words, "words");
    check_str(t.note, "a note");
    check_str(attain_plan_reading_name(plan, 0, 1), "two");
    check_str(attain_plan_reading_phrase(plan, 0, 1), "all at least 6 by 2024");
    check_str(attain_plan_reading_name(plan, 0, 2), "");
    check_str(attain_plan_reading_phrase(plan, 9, 0), "");
    check_ok(attain_plan_target(plan, 1, &t, &err), &err);
    assert_int_equal(t.is_vision, 1);
    check_str(t.title, "");
    check_str(attain_plan_reading_name(plan, 1, 0), "");
    check_ok(attain_plan_target(plan, 2, &t, &err), &err);
    assert_int_equal(t.is_milestone, 1);
    assert_int_equal(t.n_readings, 0);
    check_fails(attain_plan_target(plan, 3, &t, &err), ATTAIN_E_ARGUMENT, &err);
    build_plan_free(plan);
}

static void a_programme_tells_its_instrument(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(text, NULL);
    attain_programme_info p;
    attain_error err = {.status = ATTAIN_OK};
    check_ok(attain_plan_programme(plan, 0, &p, &err), &err);
    check_str(p.instrument, "1/2021");
    assert_int_equal(p.instrument_day, 18765); /* 2021-05-18 */
    assert_int_equal(p.unit, 1);
    assert_int_equal(p.part_of, ATTAIN_NONE);
    check_ok(attain_plan_programme(plan, 1, &p, &err), &err);
    assert_int_equal(p.period.type, ATTAIN_PERIOD_NONE);
    assert_int_equal(p.part_of, 0);
    assert_int_equal(p.unit, ATTAIN_NONE);
    check_str(p.instrument, "");
    assert_int_equal(p.instrument_day, ATTAIN_DAY_MIN);
    check_fails(attain_plan_programme(plan, 2, &p, &err), ATTAIN_E_ARGUMENT, &err);
    build_plan_free(plan);
}

static void an_open_plan_lists_nothing(void **state)
{
    (void)state;
    attain_plan *plan = NULL;
    attain_error err = {.status = ATTAIN_OK};
    attain_unit_info unit;
    uint64_t digest[2] = {1, 1};
    check_ok(attain_plan_new(NULL, &plan, &err), &err);
    check_ok(attain_plan_add_text(plan, text, strlen(text), "t", &err), &err);
    assert_int_equal(attain_plan_count(plan, ATTAIN_KIND_UNIT), 0);
    assert_int_equal(attain_plan_count(NULL, ATTAIN_KIND_UNIT), 0);
    assert_int_equal(attain_plan_find(plan, ATTAIN_KIND_UNIT, "VN", 2), ATTAIN_NONE);
    check_fails(attain_plan_unit(plan, 0, &unit, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "not frozen");
    check_fails(attain_plan_unit(NULL, 0, &unit, &err), ATTAIN_E_ARGUMENT, &err);
    attain_plan_schema(plan, digest);
    assert_true(digest[0] == 0 && digest[1] == 0);
    attain_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_counted_found_and_named),
        cmocka_unit_test(a_thing_is_found_by_its_own_kind_only),
        cmocka_unit_test(a_unit_has_aliases_and_a_life),
        cmocka_unit_test(a_measure_tells_its_shape),
        cmocka_unit_test(a_target_tells_its_words),
        cmocka_unit_test(a_programme_tells_its_instrument),
        cmocka_unit_test(an_open_plan_lists_nothing),
    };
    return cmocka_run_group_tests_name("model_api", tests, NULL, NULL);
}
