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

/* ---- feeders ---- */

/* Which units feed those named (ids joined by blanks), as "A B ..." in the order of units. */
static void check_feeders(const attain_plan *plan, const char *at, const char *wanted)
{
    uint32_t units[8];
    size_t n = 0;
    for (const char *id = at; *id != '\0'; id += id[0] == ' ') {
        const size_t len = strcspn(id, " ");
        units[n] = attain_plan_find(plan, ATTAIN_KIND_UNIT, id, len);
        assert_true(units[n++] != ATTAIN_NONE);
        id += len;
    }
    uint8_t feeds[32];
    char got[256] = "";
    attain_error err = {.status = ATTAIN_OK};
    memset(feeds, 7, sizeof feeds);
    check_ok(attain_plan_feeders(plan, units, n, feeds, &err), &err);
    const size_t n_units = attain_plan_count(plan, ATTAIN_KIND_UNIT);
    for (uint32_t u = 0; u < n_units; u++) {
        assert_true(feeds[u] <= 1);
        if (feeds[u] == 1) {
            strcat(got, got[0] == '\0' ? "" : " ");
            strcat(got, attain_plan_id(plan, ATTAIN_KIND_UNIT, u).data);
        }
    }
    assert_int_equal(feeds[n_units], 7);
    assert_string_equal(got, wanted);
}

static void whatever_ever_stood_beneath_feeds(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan("unit N nation\n"
                                         "unit P province in N\n"
                                         "unit Q province in N\n"
                                         "unit R region in N\n"
                                         "unit A district in P until 2019-12-31\n"
                                         "unit A district in R from 2020-01-01\n"
                                         "unit a1 commune in A until 2019-12-31\n"
                                         "unit a2 commune in A\n"
                                         "unit a3 commune in Q until 2019-12-31\n"
                                         "unit a3 commune in A from 2020-01-01 until 2022-12-31\n"
                                         "unit a3 commune in Q from 2023-01-01\n",
                                         NULL);
    check_feeders(plan, "", "");
    check_feeders(plan, "N", "N P Q a3 R A a1 a2");
    check_feeders(plan, "P", "P A a1 a2");
    check_feeders(plan, "R", "a3 R A a2"); /* a1 was gone when A came to R */
    check_feeders(plan, "Q", "Q a3");
    check_feeders(plan, "a3", "a3");
    check_feeders(plan, "a2 Q a2", "Q a3 a2");
    build_plan_free(plan);
}

static void what_stood_before_a_merge_or_split_feeds(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan("unit N nation\n"
                                         "unit A province in N until 2019-12-31\n"
                                         "unit B province in N until 2019-12-31\n"
                                         "unit C province in N from 2020-01-01 until 2021-12-31\n"
                                         "unit D province in N from 2022-01-01\n"
                                         "unit E province in N from 2022-01-01\n"
                                         "unit F province in N\n"
                                         "unit x commune in A until 2019-12-31\n"
                                         "unit x commune in F from 2020-01-01\n"
                                         "unit y commune in D from 2022-01-01\n"
                                         "boundary 2022-01-01 split C into D 60%, E 40%\n"
                                         "boundary 2020-01-01 merge A, B into C\n"
                                         "boundary 2015-01-01 rename F to G\n",
                                         NULL);
    check_feeders(plan, "A", "A x");
    check_feeders(plan, "C", "A B C x");
    check_feeders(plan, "D", "A B C D y x");
    check_feeders(plan, "y", "y");
    check_feeders(plan, "F", "F x");
    check_feeders(plan, "E F", "A B C E F x");
    build_plan_free(plan);
}

static void feeders_of_no_plan_and_no_unit_are_refused(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(text, NULL);
    attain_plan *open = NULL;
    attain_error err = {.status = ATTAIN_OK};
    const uint32_t units[] = {1, 2};
    uint8_t feeds[2] = {7, 7};
    check_fails(attain_plan_feeders(plan, units, 2, feeds, &err), ATTAIN_E_ARGUMENT, &err);
    assert_int_equal(err.index, 1);
    check_contains(err.message, "2 of them");
    check_fails(attain_plan_feeders(plan, NULL, 1, feeds, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_plan_feeders(plan, units, 1, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_plan_feeders(NULL, units, 1, feeds, &err), ATTAIN_E_ARGUMENT, &err);
    check_ok(attain_plan_new(NULL, &open, &err), &err);
    check_fails(attain_plan_feeders(open, units, 1, feeds, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "not frozen");
    attain_plan_free(open);
    assert_true(feeds[0] == 7 && feeds[1] == 7);
    check_ok(attain_plan_feeders(plan, NULL, 0, feeds, &err), &err);
    assert_true(feeds[0] == 0 && feeds[1] == 0);
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
        cmocka_unit_test(whatever_ever_stood_beneath_feeds),
        cmocka_unit_test(what_stood_before_a_merge_or_split_feeds),
        cmocka_unit_test(feeders_of_no_plan_and_no_unit_are_refused),
        cmocka_unit_test(an_open_plan_lists_nothing),
    };
    return cmocka_run_group_tests_name("model_api", tests, NULL, NULL);
}
