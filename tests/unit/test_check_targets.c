/* The checker on programmes and targets: what a promise that is sound becomes. Units, measures and forms are in test_check.c; what a plan that is
 * not sound gets is in tests/invalid/check-*. */
#include "unit/check_world.h"

static const atn_target *target_of(const attain_plan *plan, const char *id)
{
    const uint32_t target = atn_names_find(&plan->model.target_names, (atn_str){id, strlen(id)});
    assert_int_not_equal(target, ATN_NONE);
    return &plan->model.targets[target];
}

static const atn_reading *reading_of(const attain_plan *plan, const char *target, uint32_t reading)
{
    const atn_target *const t = target_of(plan, target);
    assert_true(reading < t->n_readings);
    return &plan->model.readings[t->first_reading + reading];
}

static void check_ratio(const atn_ratio *r, int64_t num, int64_t den)
{
    const atn_wide n = atn_wide_from_i64(num);
    const atn_wide d = atn_wide_from_i64(den);
    const atn_ratio wanted = atn_ratio_make(&n, &d);
    assert_int_equal(atn_ratio_compare(r, &wanted), 0);
}

static void check_period(attain_period period, const char *wanted)
{
    atn_buf text;
    atn_buf_init(&text, NULL);
    atn_period_print(&text, period);
    check_text(text.data, text.len, wanted);
    atn_buf_free(&text);
}

static void a_target_belongs_to_the_longest_prefix(void **state)
{
    (void)state;
    attain_plan *const plan =
        build_plan(UNITS PEOPLE
                   "programme p\n  period 2021..2025\nprogramme p.one\n  part of p  period 2021..2023\n"
                   "target p.one.two.x\n  helped at least 1\n"
                   "target p.y\n  helped at least 2\n"
                   "target other.z\n  helped at least 3\n"
                   "milestone part-of-target by 2024\n  part of p.y\n"
                   "activity p.act\nactivity loose\n",
                   NULL);
    assert_int_equal(target_of(plan, "p.one.two.x")->programme, 1);
    assert_int_equal(target_of(plan, "p.y")->programme, 0);
    assert_int_equal(target_of(plan, "other.z")->programme, 1); /* nearest above */
    assert_int_equal(target_of(plan, "part-of-target")->part_of, 0);
    assert_int_equal(plan->model.activities[0].programme, 0);
    assert_int_equal(plan->model.activities[1].programme, 1);
    build_plan_free(plan);
}

typedef struct due_case {
    const char *target, *due;
    bool inherited;
} due_case;

static void deadlines_are_found(void **state)
{
    (void)state;
    attain_plan *const plan =
        build_plan(UNITS PEOPLE "programme p\n  period 2021..2025  horizon 2030  unit VN.46\n  phase one "
                                "..2022\n  phase two 2023..2025\n"
                                "programme p.part\n  part of p\n"
                                "target p.said\n  helped at least 1 by 2024-06-30\n"
                                "target p.end\n  helped at least 2\n"
                                "target p.phased\n  helped at least 3\n  phase one\n"
                                "target p.vision\n  helped at least 4\n  vision\n"
                                "target p.vision-said\n  helped at least 5 by 2028\n  vision\n"
                                "target p.part.end\n  helped at least 6\n"
                                "target p.part.phased\n  helped at least 7\n  phase two\n"
                                "milestone p.m by 2023..2024\n",
                   NULL);
    const due_case cases[] = {{"p.said", "2024-06-30", false},  {"p.end", "2025", true},
                              {"p.phased", "2022", true},       {"p.vision", "2030", true},
                              {"p.vision-said", "2028", false}, {"p.part.end", "2025", true},
                              {"p.part.phased", "2025", true},  {"p.m", "2024", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const atn_target *const t = target_of(plan, cases[i].target);
        check_period(t->due, cases[i].due);
        assert_int_equal(t->due_inherited, cases[i].inherited);
        assert_int_equal(t->scope, ATN_SCOPE_PROGRAMME);
        assert_int_equal(t->scope_unit, build_unit(plan, "VN.46"));
    }
    assert_true(target_of(plan, "p.vision")->vision);
    build_plan_free(plan);
}

static void scopes_are_found(void **state)
{
    (void)state;
    attain_plan *const plan =
        build_plan(UNITS PEOPLE "target a\n  helped at least 1 by 2025 for every commune\n"
                                "target b\n  helped at least 1 by 2025 for VN.46.B, VN\n"
                                "target c\n  helped at least 1 by 2025\n"
                                "target d\n  not quantified\n",
                   NULL);
    assert_int_equal(target_of(plan, "a")->scope, ATN_SCOPE_EVERY);
    check_str(plan->model.types[target_of(plan, "a")->scope_type].id, "commune");
    assert_int_equal(target_of(plan, "a")->scope_unit, plan->model.root);
    assert_int_equal(target_of(plan, "b")->scope, ATN_SCOPE_UNITS);
    assert_int_equal(target_of(plan, "b")->n_scope_units, 2);
    assert_int_equal(target_of(plan, "b")->scope_units[0], 3);
    assert_int_equal(target_of(plan, "c")->scope_unit, plan->model.root);
    assert_int_equal(target_of(plan, "c")->programme, ATN_NONE);
    assert_int_equal(target_of(plan, "d")->due.type, ATTAIN_PERIOD_NONE);
    assert_int_equal(reading_of(plan, "d", 0)->op, ATN_OP_NOT_QUANTIFIED);
    assert_int_equal(reading_of(plan, "d", 0)->indicator, ATN_NONE);
    build_plan_free(plan);
}

static void levels_are_exact(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(
        UNITS PEOPLE
        "target a\n  share_helped at least 90% by 2025\ntarget b\n  share_helped at most 1 per 5000 by 2026\n"
        "target c\n  share_helped more than 9/10 by 2024\ntarget d\n  share_helped reaches 0.9 by 2023\n"
        "target e\n  helped between 90_000 and 100000 by 2025\n"
        "target f\n  share_helped about 80.5% within 5 points by 2022\n"
        "target g\n  share_helped at least about 80% within 10% by 2021\n",
        NULL);
    check_ratio(&reading_of(plan, "a", 0)->level, 9, 10);
    check_ratio(&reading_of(plan, "b", 0)->level, 1, 5000);
    assert_int_equal(reading_of(plan, "b", 0)->op, ATN_OP_AT_MOST);
    check_ratio(&reading_of(plan, "c", 0)->level, 9, 10);
    assert_int_equal(reading_of(plan, "c", 0)->op, ATN_OP_MORE_THAN);
    check_ratio(&reading_of(plan, "d", 0)->level, 9, 10);
    assert_true(reading_of(plan, "d", 0)->op_implicit);
    assert_false(reading_of(plan, "a", 0)->op_implicit);
    check_ratio(&reading_of(plan, "e", 0)->level, 90000, 1);
    check_ratio(&reading_of(plan, "e", 0)->level_high, 100000, 1);
    check_ratio(&reading_of(plan, "f", 0)->level, 161, 200);
    assert_int_equal(reading_of(plan, "f", 0)->tolerance_kind, ATN_AMOUNT_POINTS);
    check_ratio(&reading_of(plan, "f", 0)->tolerance, 1, 20);
    assert_true(reading_of(plan, "g", 0)->at_least_about);
    assert_int_equal(reading_of(plan, "g", 0)->op, ATN_OP_AT_LEAST);
    assert_int_equal(reading_of(plan, "g", 0)->tolerance_kind, ATN_AMOUNT_RELATIVE);
    check_ratio(&reading_of(plan, "g", 0)->tolerance, 1, 10);
    check_str(reading_of(plan, "a", 0)->name, "");
    check_str(reading_of(plan, "a", 0)->phrase, "share_helped at least 90% by 2025");
    build_plan_free(plan);
}

static void changes_have_a_base(void **state)
{
    (void)state;
    attain_plan *const plan =
        build_plan(UNITS PEOPLE
                   "target a\n  share_helped up at least 30% over 2020 by 2025\n"
                   "target b\n  share_helped down 12.5 points over 41.2% stated for 2020 by 2025\n"
                   "target c\n  helped up by 2025\n  baseline 2020\n"
                   "target d\n  helped up 5% over previous by 2025\ntarget e\n  helped up 5% over a year "
                   "before by 2024\n"
                   "target f\n  helped at least 5 every year by 2025\n",
                   NULL);
    const atn_reading *const a = reading_of(plan, "a", 0);
    assert_int_equal(a->op, ATN_OP_UP);
    assert_int_equal(a->change_kind, ATN_AMOUNT_RELATIVE);
    check_ratio(&a->change, 3, 10);
    assert_int_equal(a->over.kind, ATN_BASE_PERIOD);
    check_period(a->over.period, "2020");
    assert_false(a->op_implicit);
    const atn_reading *const b = reading_of(plan, "b", 0);
    assert_true(b->op_implicit);
    assert_int_equal(b->change_kind, ATN_AMOUNT_POINTS);
    check_ratio(&b->change, 1, 8);
    check_ratio(&b->over.stated, 412, 1000);
    assert_int_equal(reading_of(plan, "c", 0)->change_kind, ATN_AMOUNT_NONE);
    assert_int_equal(target_of(plan, "c")->baseline.kind, ATN_BASE_PERIOD);
    assert_int_equal(reading_of(plan, "c", 0)->over.kind, ATN_BASE_NONE);
    assert_false(reading_of(plan, "c", 0)->not_evaluated);
    assert_true(reading_of(plan, "d", 0)->not_evaluated);
    assert_true(reading_of(plan, "e", 0)->not_evaluated);
    assert_true(reading_of(plan, "f", 0)->not_evaluated && reading_of(plan, "f", 0)->every_year);
    build_plan_free(plan);
}

static void a_text_that_does_not_say_becomes_two_readings(void **state)
{
    (void)state;
    attain_plan *const plan =
        build_plan(UNITS PEOPLE
                   "target a\n  share_helped up 30% over 2020 by 2025\n  reads as relative or points\n"
                   "target b\n  share_helped up 20% over 2020 by 2024\n  reads as relative or points\n"
                   "  choose points \"circular 1\"\n"
                   "target c\n  reading x: share_helped up 10% over 2020 by 2023\n"
                   "  reading y: share_helped at least 50% by 2023\n  reads as relative or points\n"
                   "  choose y\n",
                   NULL);
    assert_int_equal(target_of(plan, "a")->n_readings, 2);
    assert_true(target_of(plan, "a")->reads_both);
    assert_int_equal(target_of(plan, "a")->chosen, ATN_NONE);
    check_str(reading_of(plan, "a", 0)->name, "relative");
    check_str(reading_of(plan, "a", 1)->name, "points");
    assert_int_equal(reading_of(plan, "a", 1)->change_kind, ATN_AMOUNT_POINTS);
    check_ratio(&reading_of(plan, "a", 1)->change, 3, 10);
    check_str(reading_of(plan, "a", 1)->phrase, "share_helped up 30 points over 2020 by 2025");
    assert_int_equal(target_of(plan, "b")->chosen, 1);
    check_str(target_of(plan, "b")->chosen_why, "circular 1");
    assert_int_equal(target_of(plan, "c")->n_readings, 3);
    check_str(reading_of(plan, "c", 0)->name, "x:relative");
    check_str(reading_of(plan, "c", 1)->name, "x:points");
    check_str(reading_of(plan, "c", 2)->name, "y");
    assert_int_equal(target_of(plan, "c")->chosen, 2);
    build_plan_free(plan);
}

static void a_measure_in_a_phrase_is_an_indicator(void **state)
{
    (void)state;
    attain_plan *const plan =
        build_plan(UNITS PEOPLE "measure rate\n  stock percent  decimals 1  reported yearly by commune\n"
                                "target a\n  helped at least 50% within people by 2025\n"
                                "target b\n  rate up 5 points over 2020 by 2025\n",
                   NULL);
    const atn_model *const m = &plan->model;
    assert_int_equal(m->n_indicators,
                     4); /* share_helped, and people, helped, rate in the order of measures */
    const atn_reading *const a = reading_of(plan, "a", 0);
    check_str(m->indicators[a->indicator].id, "helped");
    check_str(m->indicators[a->within].id, "people");
    check_form(plan, &m->indicators[a->indicator].numerator, "1m1");
    assert_int_equal(m->indicator_of_measure[1], a->indicator);
    assert_true(m->indicators[m->indicator_of_measure[2]].is_percent);
    check_str(m->indicators[a->indicator].expression, "helped");
    build_plan_free(plan);
}

static void words_about_a_target_are_kept(void **state)
{
    (void)state;
    attain_plan *const plan =
        build_plan(UNITS PEOPLE
                   "programme p\n  period 2021..2025\n  lead \"L\"  with \"W\"\n"
                   "target p.a\n  helped at least 1\n  undefined \"suitable\"  undefined \"timely\"\n"
                   "  defined \"helped\" as \"given help\"  weight 2.50  path steps  note \"N\"\n"
                   "milestone p.m by 2024\n  done 2023-05-06 \"minutes\"\n"
                   "milestone p.n by 2024\n  all of p.m, p.a\n"
                   "milestone p.o by 2024\n  not done 2024-01-01 \"report\"\n",
                   NULL);
    const atn_target *const t = target_of(plan, "p.a");
    assert_int_equal(t->n_undefined, 2);
    check_str(t->undefined[1], "timely");
    assert_int_equal(t->n_defined, 1);
    check_str(t->defined[1], "given help");
    check_str(t->weight_text, "2.50");
    assert_int_equal(t->path, ATN_PATH_STEPS);
    assert_int_equal(target_of(plan, "p.m")->evidence, ATN_EVIDENCE_DONE);
    assert_int_equal(target_of(plan, "p.m")->evidence_day, day_of("2023-05-06"));
    check_str(target_of(plan, "p.m")->evidence_text, "minutes");
    assert_int_equal(target_of(plan, "p.o")->evidence, ATN_EVIDENCE_NOT_DONE);
    assert_int_equal(target_of(plan, "p.n")->n_parts, 2);
    assert_int_equal(target_of(plan, "p.n")->parts[1], 0);
    assert_int_equal(target_of(plan, "p.n")->n_readings, 0);
    build_plan_free(plan);
}

static void programmes_speak_for_their_unit_alone(void **state)
{
    (void)state;
    /* Two programmes of one unit may promise the same: each answers for its own. */
    attain_plan *const plan =
        build_plan(UNITS PEOPLE "programme p\n  period 2021..2025\nprogramme q\n  period 2021..2025\n"
                                "target p.a\n  helped at least 1\ntarget q.a\n  helped at least 1\n",
                   NULL);
    const attain_diagnostic *items;
    assert_int_equal(attain_plan_diagnostics(plan, &items, NULL), 0);
    build_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_belongs_to_the_longest_prefix),
        cmocka_unit_test(deadlines_are_found),
        cmocka_unit_test(scopes_are_found),
        cmocka_unit_test(levels_are_exact),
        cmocka_unit_test(changes_have_a_base),
        cmocka_unit_test(a_text_that_does_not_say_becomes_two_readings),
        cmocka_unit_test(a_measure_in_a_phrase_is_an_indicator),
        cmocka_unit_test(words_about_a_target_are_kept),
        cmocka_unit_test(programmes_speak_for_their_unit_alone),
    };
    return cmocka_run_group_tests_name("check_targets", tests, NULL, NULL);
}
