/* The checker: what a plan that is sound becomes. What a plan that is not gets is in tests/invalid/check-*. */
#include "support/alloc_fault.h"
#include "support/build_plan.h"
#include "support/check.h"

#include "language/language.h"
#include "number/decimal.h"

#define UNITS                                                                                            \
    "unit VN nation\nunit VN.46 province in VN\nunit VN.46.A commune in VN.46\nunit VN.46.B commune in " \
    "VN.46\n"
#define PEOPLE                                                      \
    "measure people\n  stock persons  reported yearly by commune\n" \
    "measure helped\n  stock persons  reported yearly by commune\n" \
    "indicator share_helped = helped / people\n  share\n"

static int32_t day_of(const char *text)
{
    int32_t day = 0;
    assert_null(atn_date_parse((atn_str){text, strlen(text)}, &day));
    return day;
}

static const atn_indicator *indicator_of(const attain_plan *plan, const char *id)
{
    const uint32_t thing = atn_names_find(&plan->model.thing_names, (atn_str){id, strlen(id)});
    assert_int_equal(ATN_THING_KIND(thing), ATN_THING_INDICATOR);
    return &plan->model.indicators[ATN_THING_INDEX(thing)];
}

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

/* Terms of a form as text: "2*m0[pick] -0.5*m1 +3 count0 r0". */
static void check_form(const attain_plan *plan, const atn_form *form, const char *wanted)
{
    static const char kinds[] = {'#', 'm', 'c', 'r'};
    const attain_number_format plain = ATTAIN_NUMBERS_PLAIN;
    atn_buf text;
    atn_buf_init(&text, NULL);
    for (uint32_t i = 0; i < form->n_terms; i++) {
        const atn_term *const term = &plan->model.terms[form->first_term + i];
        const atn_wide coefficient = atn_wide_from_i64(term->coefficient);
        atn_buf_text(&text, i == 0 ? "" : " ");
        atn_decimal_print(&text, &coefficient, term->coefficient_decimals, &plain);
        atn_buf_char(&text, kinds[term->kind]);
        if (term->kind != ATN_TERM_NUMBER) {
            atn_buf_int(&text, term->index);
        }
        if (term->pick != ATN_NONE) {
            atn_buf_str(&text, plan->model.picks[term->pick].text);
        }
    }
    check_text(text.data, text.len, wanted);
    atn_buf_free(&text);
}

/* ---- units ---- */

static void units_stand_depth_first_as_written(void **state)
{
    (void)state;
    static const char *const order[] = {"VN", "VN.46", "A", "B", "VN.79", "C"};
    attain_plan *const plan = build_plan(
        "unit B0 \"no one\" commune in VN.46  alias \"B\"\nunit A0 commune in VN.46\n"
        "unit VN.79 province in VN\nunit VN nation\nunit C commune in VN.79\nunit VN.46 province in VN\n",
        NULL);
    build_plan_free(plan);
    attain_plan *const sorted =
        build_plan("unit VN nation\nunit A commune in VN.46\nunit VN.46 province in VN\n"
                   "unit VN.79 province in VN\nunit B commune in VN.46\nunit C commune in VN.79\n",
                   NULL);
    const atn_model *const m = &sorted->model;
    assert_int_equal(m->n_units, 6);
    for (uint32_t u = 0; u < 6; u++) {
        check_str(m->units[u].id, order[u]);
    }
    assert_int_equal(m->root, 0);
    assert_int_equal(m->units[0].subtree_end, 6);
    assert_int_equal(m->units[1].subtree_end, 4);
    assert_int_equal(m->units[3].subtree_end, 4);
    assert_int_equal(m->units[4].subtree_end, 6);
    assert_int_equal(m->units[5].depth, 2);
    assert_int_equal(m->n_map_days, 0);
    build_plan_free(sorted);
}

static void a_unit_that_moved_stands_where_it_is_last(void **state)
{
    (void)state;
    attain_plan *const plan =
        build_plan("unit VN nation\nunit N region in VN\nunit S region in VN\n"
                   "unit A commune in S from 2020-01-01\nunit A commune in N until 2019-12-31\n",
                   NULL);
    const atn_model *const m = &plan->model;
    const uint32_t a = build_unit(plan, "A");
    assert_int_equal(a, 3);
    assert_int_equal(m->units[a].n_edges, 2);
    assert_int_equal(m->edges[m->units[a].first_edge].parent, 1); /* sorted by day, not as written */
    assert_int_equal(m->units[1].subtree_end, 2);
    assert_int_equal(m->units[2].subtree_end, 4);
    assert_int_equal(m->n_map_days, 1); /* one ends the day before the other begins */
    assert_int_equal(m->map_days[0], day_of("2020-01-01"));
    build_plan_free(plan);
}

static void a_renamed_unit_is_one_unit(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan("unit VN nation\n"
                                         "unit A commune in VN\n"
                                         "unit NEW.B commune in VN\n"
                                         "unit C commune in VN until 2019-12-31\n"
                                         "unit NEW.C commune in VN from 2020-01-01\n"
                                         "boundary 2020-01-01 rename A to NEW.A\n"
                                         "boundary 2021-01-01 rename NEW.A to NEWEST.A\n"
                                         "boundary 2020-01-01 rename B to NEW.B\n"
                                         "boundary 2020-01-01 rename C to NEW.C\n",
                                         NULL);
    const atn_model *const m = &plan->model;
    assert_int_equal(m->n_units, 4);
    assert_int_equal(build_unit(plan, "A"), 1);
    assert_int_equal(build_unit(plan, "NEW.A"), 1);
    assert_int_equal(build_unit(plan, "NEWEST.A"), 1);
    check_str(m->units[1].id, "A"); /* only A has a line */
    assert_int_equal(build_unit(plan, "B"), build_unit(plan, "NEW.B"));
    assert_int_equal(build_unit(plan, "C"), build_unit(plan, "NEW.C"));
    check_str(m->units[3].id, "NEW.C"); /* both have one: the later name */
    assert_int_equal(m->units[3].n_edges, 2);
    assert_false(m->units[1].in_event);
    assert_int_equal(m->boundaries[3].from[0], m->boundaries[3].to[0]);
    build_plan_free(plan);
}

static void merge_and_split_mark_their_units(void **state)
{
    (void)state;
    attain_plan *const plan =
        build_plan("unit VN nation\n"
                   "unit A commune in VN until 2019-12-31\nunit B commune in VN until 2019-12-31\n"
                   "unit C commune in VN from 2020-01-01\nunit D commune in VN\n"
                   "boundary 2020-01-01 merge A, B into C\n"
                   "boundary 2010-01-01 split A into D 60%, A 40%\n",
                   NULL);
    const atn_model *const m = &plan->model;
    assert_int_equal(m->boundaries[0].n_from, 2);
    assert_int_equal(m->boundaries[0].n_to, 1);
    assert_int_equal(m->boundaries[1].kind, ATN_BOUNDARY_SPLIT);
    for (uint32_t u = 1; u < 5; u++) {
        assert_true(m->units[u].in_event);
    }
    assert_false(m->units[0].in_event);
    build_plan_free(plan);
}

static void attributes_are_kept_by_unit(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(
        "attribute owner: public, private\nattribute area: hill, plain\n"
        "unit VN nation\nunit B commune in VN  area plain  owner private\nunit A commune in VN  area hill\n",
        NULL);
    const atn_model *const m = &plan->model;
    assert_int_equal(m->n_attributes, 2);
    const uint16_t wanted[] = {UINT16_MAX, UINT16_MAX, 1, 1, UINT16_MAX, 0};
    assert_memory_equal(m->unit_member, wanted, sizeof wanted);
    build_plan_free(plan);
}

/* ---- measures ---- */

static void check_laws(const attain_plan *plan, const char *id, atn_law units, atn_law time, atn_law category,
                       bool not_evaluated)
{
    const atn_measure *const m = &plan->model.measures[build_measure(plan, id)];
    assert_int_equal(m->law_units, units);
    assert_int_equal(m->law_time, time);
    if (m->n_categories > 0) {
        assert_int_equal(m->law_category[0], category);
    }
    assert_int_equal(m->not_evaluated, not_evaluated);
}

static void laws_follow_from_the_kind(void **state)
{
    (void)state;
    attain_plan *const plan =
        build_plan("category sex: female, male\ncategory group: poor, orphan  overlapping\n"
                   "measure s\n  stock persons  by sex\n"
                   "measure f\n  flow persons  by sex\n"
                   "measure p\n  stock percent  by sex\n"
                   "measure q\n  flow percent\n"
                   "measure o\n  stock persons  by group\n"
                   "measure n\n  stock persons  none over units\n"
                   "measure l\n  flow persons  mean over time\n"
                   "measure k\n  stock persons  carry 2 years\n",
                   NULL);
    check_laws(plan, "s", ATN_LAW_SUM, ATN_LAW_LAST, ATN_LAW_SUM, false);
    check_laws(plan, "f", ATN_LAW_SUM, ATN_LAW_SUM, ATN_LAW_SUM, false);
    check_laws(plan, "p", ATN_LAW_NONE, ATN_LAW_LAST, ATN_LAW_NONE, false);
    check_laws(plan, "q", ATN_LAW_NONE, ATN_LAW_LAST, ATN_LAW_NONE, false);
    check_laws(plan, "o", ATN_LAW_SUM, ATN_LAW_LAST, ATN_LAW_UNION, true);
    check_laws(plan, "n", ATN_LAW_NONE, ATN_LAW_LAST, ATN_LAW_SUM, false);
    check_laws(plan, "l", ATN_LAW_SUM, ATN_LAW_MEAN, ATN_LAW_SUM, true);
    check_laws(plan, "k", ATN_LAW_SUM, ATN_LAW_LAST, ATN_LAW_SUM, true);
    build_plan_free(plan);
}

static void what_a_measure_says_is_kept(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(
        UNITS "measure m \"M\"\n  flow \"VND a day\"  decimals 2  any sign  reported half-yearly by commune\n"
              "  at any level adds  break 2022-01-01 \"b\"  break 2021-01-01 \"a\"\n"
              "report r\n  yearly due 31 January next year  half-yearly due 10 June strict  of m\n"
              "measure y\n  stock persons  reported quarterly\nreport s\n  due 5 days after  of y\n",
        NULL);
    const atn_measure *const m = &plan->model.measures[0];
    check_str(m->unit_of_measure, "VND a day");
    assert_true(m->is_flow && m->any_sign && !m->is_percent);
    assert_int_equal(m->decimals, 2);
    assert_int_equal(m->reported, ATTAIN_PERIOD_HALF_YEAR);
    check_str(plan->model.types[m->reported_type].id, "commune");
    assert_int_equal(m->any_level, ATN_LEVEL_ADDS);
    assert_int_equal(m->n_breaks, 2);
    check_str(m->breaks[0].why, "a");
    assert_int_equal(m->due.kind, ATN_DUE_DATE); /* of the schedule with its rhythm */
    assert_int_equal(m->due.month, 6);
    assert_true(m->due.strict);
    assert_int_equal(plan->model.measures[1].due.kind,
                     ATN_DUE_DAYS_AFTER); /* a schedule without a rhythm serves any */
    assert_int_equal(plan->model.measures[1].reported_type, ATN_NONE);
    build_plan_free(plan);
}

/* ---- expressions ---- */

static void sums_become_terms(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan("measure a\n  stock persons\nmeasure b\n  stock persons\n"
                                         "indicator late = 2 * mid - (a - mid) + 7\n"
                                         "indicator mid = a - 2 * b\n"
                                         "indicator ratio = 0.5 * a / (b + 10)\n",
                                         NULL);
    check_form(plan, &indicator_of(plan, "mid")->numerator, "1m0 -2m1");
    check_form(plan, &indicator_of(plan, "late")->numerator, "2m0 -4m1 -1m0 1m0 -2m1 7#");
    check_form(plan, &indicator_of(plan, "ratio")->numerator, "0.5m0");
    check_form(plan, &indicator_of(plan, "ratio")->denominator, "1m1 10#");
    assert_true(indicator_of(plan, "ratio")->has_denominator);
    assert_false(indicator_of(plan, "mid")->has_denominator);
    check_str(indicator_of(plan, "mid")->expression, "a - 2 * b");
    build_plan_free(plan);
}

static void an_indicator_knows_its_decimals_and_how_it_is_shown(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(
        "measure a\n  stock persons\nmeasure h\n  stock hours  decimals 1\n"
        "measure p\n  stock percent  decimals 1\nreference w percent\n  decimals 2\n  2020-01-01 1.25\n"
        "indicator plain = a\nindicator half = 0.25 * h\nindicator rate = p\n"
        "indicator part = a / h\n  share\nindicator odd = p + a\nindicator with_ref = a + w\n"
        "indicator per = a / h\n  shown as per 1000\nindicator plain_rate = p\n  shown as plain\n",
        NULL);
    assert_int_equal(indicator_of(plan, "plain")->decimals, 0);
    assert_int_equal(indicator_of(plan, "half")->decimals, 3);
    assert_int_equal(indicator_of(plan, "rate")->decimals, 3);
    assert_int_equal(indicator_of(plan, "with_ref")->decimals,
                     4); /* percent of a reference: its coefficient is 0.01 */
    assert_true(indicator_of(plan, "rate")->is_percent);
    assert_false(indicator_of(plan, "odd")->is_percent);
    assert_false(indicator_of(plan, "part")->is_percent);
    assert_int_equal(indicator_of(plan, "plain")->shown, ATN_SHOWN_PLAIN);
    assert_int_equal(indicator_of(plan, "rate")->shown, ATN_SHOWN_PERCENT);
    assert_int_equal(indicator_of(plan, "part")->shown, ATN_SHOWN_PERCENT);
    assert_int_equal(indicator_of(plan, "plain_rate")->shown, ATN_SHOWN_PLAIN);
    assert_int_equal(indicator_of(plan, "per")->shown_per, 1000);
    check_form(plan, &indicator_of(plan, "with_ref")->numerator, "1m0 0.01r0");
    build_plan_free(plan);
}

static void picks_are_kept_once_in_canonical_order(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(
        "category sex: female, male\ncategory post: full, part, helper\nattribute owner: public, private\n"
        "measure m\n  stock persons  by sex, post\n"
        "indicator a = m[owner=private, post=helper or full, sex=male]\n"
        "indicator b = m[sex=male, post=full or helper, owner=private]\n"
        "indicator c = m[owner=public]\n",
        NULL);
    const atn_model *const m = &plan->model;
    assert_int_equal(m->n_picks, 2);
    check_str(m->picks[0].text, "[sex=male, post=full or helper, owner=private]");
    for (uint32_t cell = 0; cell < 6; cell++) {
        assert_int_equal(atn_bit_get(m->picks[0].cells, cell), cell == 3 || cell == 5);
    }
    assert_int_equal(m->picks[0].n_tests, 1);
    assert_false(atn_bit_get(m->picks[0].tests[0].members, 0));
    assert_true(atn_bit_get(m->picks[0].tests[0].members, 1));
    assert_null(m->picks[1].cells);
    assert_int_equal(m->terms[indicator_of(plan, "a")->numerator.first_term].pick,
                     m->terms[indicator_of(plan, "b")->numerator.first_term].pick);
    build_plan_free(plan);
}

static void one_member_of_an_overlapping_category_can_be_evaluated(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(
        "category group: poor, orphan  overlapping\nmeasure m\n  stock persons  by group\n"
        "indicator all = m\nindicator one = m[group=poor]\nindicator two = m[group=poor or orphan]\n",
        NULL);
    assert_true(indicator_of(plan, "all")->not_evaluated);
    assert_false(indicator_of(plan, "one")->not_evaluated);
    assert_true(indicator_of(plan, "two")->not_evaluated);
    build_plan_free(plan);
}

/* ---- predicates ---- */

/* A predicate as text; measures and references by number. */
static void write_node(const attain_plan *plan, uint32_t index, atn_buf *out)
{
    const atn_node *const n = &plan->model.nodes[index];
    if (n->kind == ATN_NODE_AND || n->kind == ATN_NODE_OR) {
        assert_true(n->left < index && n->right < index);
        atn_buf_char(out, '(');
        write_node(plan, n->left, out);
        atn_buf_text(out, n->kind == ATN_NODE_AND ? " & " : " | ");
        write_node(plan, n->right, out);
        atn_buf_char(out, ')');
    } else if (n->kind == ATN_NODE_NOT) {
        assert_true(n->left < index);
        atn_buf_char(out, '!');
        write_node(plan, n->left, out);
    } else if (n->kind == ATN_NODE_ATTRIBUTE) {
        atn_buf_printf(out, "a%u", (unsigned)n->test.attribute);
    } else {
        const atn_term *const left = &plan->model.terms[n->lhs.first_term];
        const atn_term *const right = &plan->model.terms[n->rhs.first_term];
        atn_buf_printf(out, "m%u?%d:%d:%d", (unsigned)left->index, (int)n->relation, (int)right->kind,
                       (int)right->rule);
    }
}

static void check_count(const attain_plan *plan, const char *indicator, const char *wanted)
{
    const atn_term *const term = &plan->model.terms[indicator_of(plan, indicator)->numerator.first_term];
    assert_int_equal(term->kind, ATN_TERM_COUNT);
    atn_buf text;
    atn_buf_init(&text, NULL);
    write_node(plan, plan->model.counts[term->index].predicate, &text);
    check_text(text.data, text.len, wanted);
    atn_buf_free(&text);
}

static void predicates_become_nodes(void **state)
{
    (void)state;
    attain_plan *const plan =
        build_plan(UNITS
                   "attribute owner: public, private\nmeasure a\n  stock persons\nmeasure b\n  stock VND\n"
                   "reference wage VND\n  2020-01-01 5\n"
                   "indicator x = count(commune where not a = 1 and (b >= worst wage or owner = public))\n"
                   "indicator y = count(commune where a < 1 and a > 2 and a <= 3 and a >= 4 and b = 5)\n"
                   "indicator z = count(commune) + count(commune where a = 1)\n"
                   "indicator again = count(commune  where a=1)\n",
                   NULL);
    check_count(plan, "x", "(!m0?0:0:0 & (m1?1:3:2 | a0))");
    check_count(plan, "y", "((m0?3:0:0 & m0?4:0:0) & (m0?2:0:0 & (m0?1:0:0 & m1?0:0:0)))");
    assert_int_equal(plan->model.n_counts, 4);
    check_form(plan, &indicator_of(plan, "z")->numerator, "1c2 1c3");
    check_form(plan, &indicator_of(plan, "again")->numerator, "1c3"); /* the same count */
    check_str(plan->model.counts[3].text, "count(commune where a = 1)");
    assert_int_equal(plan->model.counts[2].predicate, ATN_NONE);
    build_plan_free(plan);
}

static uint32_t depth_of(const attain_plan *plan, uint32_t index)
{
    const atn_node *const n = &plan->model.nodes[index];
    if (n->kind != ATN_NODE_AND) {
        return 1;
    }
    const uint32_t left = depth_of(plan, n->left);
    const uint32_t right = depth_of(plan, n->right);
    return 1 + (left > right ? left : right);
}

static void a_long_chain_is_no_deep_tree(void **state)
{
    (void)state;
    atn_buf text;
    atn_buf_init(&text, NULL);
    atn_buf_text(&text,
                 "unit VN nation\nmeasure a\n  stock persons\nindicator x = count(nation where a >= 0");
    for (int i = 1; i < 1000; i++) {
        atn_buf_printf(&text, " and a >= %d", i);
    }
    atn_buf_text(&text, ")\n");
    attain_plan *const plan = build_plan(text.data, NULL);
    assert_int_equal(plan->model.n_nodes, 1999);
    assert_int_equal(depth_of(plan, plan->model.counts[0].predicate), 11); /* 2^10 >= 1000 */
    build_plan_free(plan);
    atn_buf_free(&text);
}

static void an_attribute_and_a_measure_may_share_an_id(void **state)
{
    (void)state;
    attain_plan *const plan = build_plan(UNITS "attribute level: low, high\nmeasure level\n  stock points\n"
                                               "indicator x = count(commune where level = high)\n"
                                               "indicator y = count(commune where not (level = 2))\n",
                                         NULL);
    check_count(plan, "x", "a0");
    check_count(plan, "y", "!m0?0:0:0");
    build_plan_free(plan);
}

/* ---- limits ---- */

static void freeze_fails_with(const atn_buf *text, const char *part)
{
    attain_plan *plan = NULL;
    attain_error err = {.status = ATTAIN_OK};
    assert_false(text->failed);
    check_ok(attain_plan_new(NULL, &plan, &err), &err);
    check_ok(attain_plan_add_text(plan, text->data, text->len, "limits", &err), &err);
    check_fails(attain_plan_freeze(plan, &err), ATTAIN_E_PLAN, &err);
    check_contains(err.message, part);
    attain_plan_free(plan);
}

static void limits_are_told(void **state)
{
    (void)state;
    atn_buf text;
    atn_buf_init(&text, NULL);
    for (int i = 0; i <= 4096; i++) {
        atn_buf_printf(&text, "type g%d: plain\n", i);
    }
    freeze_fails_with(&text, "4098 types; at most 4096");
    text.len = 0;
    atn_buf_text(&text, "category c: m0");
    for (int i = 1; i <= 65535; i++) {
        atn_buf_printf(&text, ", m%d", i);
    }
    atn_buf_char(&text, '\n');
    freeze_fails_with(&text, "'c' has 65536 members; 1 to 65535");
    atn_buf_free(&text);
}

/* ---- programmes and targets ---- */

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

/* ---- the schema ---- */

static void digest_of(const char *text, uint64_t seed, uint64_t digest[2])
{
    attain_plan *plan = NULL;
    attain_error err = {.status = ATTAIN_OK};
    const attain_plan_options options = {.struct_size = sizeof options, .hash_seed = seed};
    check_ok(attain_plan_new(&options, &plan, &err), &err);
    check_ok(attain_plan_add_text(plan, text, strlen(text), "s", &err), &err);
    check_ok(attain_plan_freeze(plan, &err), &err);
    attain_plan_schema(plan, digest);
    attain_plan_free(plan);
}

#define SCHEMA                                                                                             \
    "attribute owner: public, private\ncategory sex: female, male\nunit VN nation\nunit A commune in VN  " \
    "owner public\n"                                                                                       \
    "type body: commune, school\nmeasure m\n  stock persons  by sex  reported yearly by body\n"

static void the_schema_is_units_measures_and_categories(void **state)
{
    (void)state;
    static const char *const same[] = {
        SCHEMA "target t \"T\"\n  m at least 5 by 2025\nprogramme p\n  period 2021..2025\n",
        "# another layout\nmeasure   m \"a title\"\n  reported yearly by body\n  by sex\n  stock persons\n"
        "unit VN \"Việt Nam\" nation\nunit A \"A\" commune in VN owner public alias \"a\"\n\n"
        "type body: school, commune\ncategory sex: female, male\nattribute owner: public, private\n"};
    static const char *const other[] = {
        "attribute owner: public, private\ncategory sex: male, female\nunit VN nation\nunit A commune in VN  "
        "owner public\n"
        "type body: commune, school\nmeasure m\n  stock persons  by sex  reported yearly by body\n",
        SCHEMA "measure n\n  stock persons\n",
        SCHEMA "unit B commune in VN\n",
        "attribute owner: public, private\ncategory sex: female, male\nunit VN nation\nunit A commune in VN  "
        "owner private\n"
        "type body: commune, school\nmeasure m\n  stock persons  by sex  reported yearly by body\n",
        "attribute owner: public, private\ncategory sex: female, male\nunit VN nation\nunit A commune in VN "
        "until 2030-12-31  owner public\n"
        "type body: commune, school\nmeasure m\n  stock persons  by sex  reported yearly by body\n",
        "attribute owner: public, private\ncategory sex: female, male\nunit VN nation\nunit A commune in VN  "
        "owner public\n"
        "type body: commune, hospital\nmeasure m\n  stock persons  by sex  reported yearly by body\n",
        "attribute owner: public, private\ncategory sex: female, male\nunit VN nation\nunit A commune in VN  "
        "owner public\n"
        "type body: commune, school\nmeasure m\n  stock persons  decimals 1  by sex  reported yearly by "
        "body\n",
        "attribute owner: public, private\ncategory sex: female, male\nunit VN nation\nunit A commune in VN  "
        "owner public\n"
        "type body: commune, school\nmeasure m\n  stock persons  by sex  max over sex  reported yearly by "
        "body\n"};
    uint64_t wanted[2];
    digest_of(SCHEMA, 0, wanted);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        for (uint64_t seed = 0; seed < 5; seed++) {
            uint64_t got[2];
            digest_of(same[i], seed * 77, got);
            assert_true(got[0] == wanted[0] && got[1] == wanted[1]);
        }
    }
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        uint64_t got[2];
        digest_of(other[i], 0, got);
        assert_true(got[0] != wanted[0] && got[1] != wanted[1]);
    }
    /* The same digest on every machine, for facts that travel as bytes. */
    assert_int_equal(wanted[0], UINT64_C(0x77b531761bb7c01b));
    assert_int_equal(wanted[1], UINT64_C(0x8139cd3af0559dbb));
}

/* ---- freezing again, and memory ---- */

static void a_plan_that_did_not_freeze_can_be_completed(void **state)
{
    (void)state;
    attain_plan *plan = NULL;
    attain_error err = {.status = ATTAIN_OK};
    const char *const first = UNITS "target t\n  helped at least 5 by 2025\n";
    const char *const rest = PEOPLE;
    check_ok(attain_plan_new(NULL, &plan, &err), &err);
    check_ok(attain_plan_add_text(plan, first, strlen(first), "first", &err), &err);
    check_fails(attain_plan_freeze(plan, &err), ATTAIN_E_PLAN, &err);
    check_text(err.source, strlen(err.source), "first");
    assert_int_equal(err.line, 6);
    assert_int_equal(err.column, 3);
    check_contains(err.message, "unknown indicator 'helped'");
    assert_int_equal(plan->model.n_units, 0);
    check_ok(attain_plan_add_text(plan, rest, strlen(rest), "rest", &err), &err);
    check_ok(attain_plan_freeze(plan, &err), &err);
    assert_int_equal(attain_plan_count(plan, ATTAIN_KIND_TARGET), 1);
    attain_plan_free(plan);
}

static const char *const everything = UNITS PEOPLE
    "unit VN.46.C commune in VN.46 until 2020-12-31\nunit VN.46.C commune in VN from 2021-01-01  owner "
    "public  alias \"Cc\"\n"
    "attribute owner: public, private\ntype body: commune, school\ntype place: body, hospital\n"
    "category sex: female, male\ncategory group: poor, orphan  overlapping\n"
    "measure staff\n  stock persons  by sex, group  union over group  break 2020-01-01 \"new\"\n"
    "reference wage VND\n  2019-01-01 5\n  2020-01-01 6\n"
    "indicator base = 2 * helped - people\nindicator more = base + 1\n"
    "indicator counted = count(body where staff[sex=male, group=poor] >= 1 and (owner = public or helped >= "
    "wage)) / count(body)\n"
    "  share\n"
    "check \"c\": helped = people - helped\n  source \"s\" \"w\"\n"
    "programme p\n  period 2021..2025  horizon 2030\n  phase one 2021..2022\n  phase two 2023..2025\n"
    "  instrument \"1\" 2021-01-01 by VN\n"
    "programme p.q\n  part of p  implements p\n"
    "target p.a\n  share_helped up 30% over 2020\n  reads as relative or points\n  undefined \"u\"  weight "
    "2\n"
    "target p.b\n  helped at least 50% within people for VN.46.A, VN.46.B\n"
    "target p.q.c\n  reading x: counted at least 5%\n  reading y: counted at most 6%\n  choose x \"w\"\n  "
    "phase two\n"
    "target p.d\n  counted at most 4%\n"
    "milestone p.m by 2024\n  all of p.a\n"
    "activity p.act\nreport r\n  yearly due 31 January next year  of people, helped\n  by commune to "
    "province\n"
    "boundary 2021-01-01 rename VN.46.A to NEW.A\nboundary 2021-01-01 split VN.46.B into VN.46.B 60%, "
    "VN.46.C 40%\n";

static void memory_may_fail_anywhere(void **state)
{
    (void)state;
    alloc_fault memory;
    alloc_fault_init(&memory);
    const attain_allocator alloc = alloc_fault_allocator(&memory);
    attain_plan *plan = NULL;
    attain_error err = {.status = ATTAIN_OK};
    const attain_plan_options options = {.struct_size = sizeof options, .allocator = &alloc};
    check_ok(attain_plan_new(&options, &plan, &err), &err);
    check_ok(attain_plan_add_text(plan, everything, strlen(everything), "e", &err), &err);
    int64_t n = 0;
    for (;; n++) {
        alloc_fault_fail_at(&memory, n, n % 2 == 1);
        const attain_status status = attain_plan_freeze(plan, &err);
        alloc_fault_fail_at(&memory, -1, false);
        if (status == ATTAIN_OK) {
            break;
        }
        assert_int_equal(status, ATTAIN_E_MEMORY);
        assert_int_equal(attain_plan_count(plan, ATTAIN_KIND_UNIT), 0);
        assert_int_equal(attain_plan_diagnostics(plan, NULL, NULL), 0);
    }
    assert_true(n > 100);
    assert_int_equal(attain_plan_count(plan, ATTAIN_KIND_TARGET), 5);
    attain_plan_free(plan);
    alloc_fault_expect_empty(&memory);
}

static attain_status freeze_within(size_t max_bytes, bool *was_added)
{
    attain_plan *plan = NULL;
    attain_error err = {.status = ATTAIN_OK};
    const attain_plan_options options = {.struct_size = sizeof options, .max_bytes = max_bytes};
    check_ok(attain_plan_new(&options, &plan, &err), &err);
    attain_status status = attain_plan_add_text(plan, everything, strlen(everything), "e", &err);
    *was_added = status == ATTAIN_OK;
    if (status == ATTAIN_OK) {
        status = attain_plan_freeze(plan, &err);
    }
    attain_plan_free(plan);
    return status;
}

static void the_limit_of_memory_holds_for_the_model_too(void **state)
{
    (void)state;
    int n_refused_by_freeze = 0;
    for (size_t max_bytes = 8192;; max_bytes += 4096) {
        bool was_added = false;
        const attain_status status = freeze_within(max_bytes, &was_added);
        if (status == ATTAIN_OK) {
            break;
        }
        assert_int_equal(status, ATTAIN_E_MEMORY);
        n_refused_by_freeze += was_added;
    }
    assert_true(n_refused_by_freeze > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_stand_depth_first_as_written),
        cmocka_unit_test(a_unit_that_moved_stands_where_it_is_last),
        cmocka_unit_test(a_renamed_unit_is_one_unit),
        cmocka_unit_test(merge_and_split_mark_their_units),
        cmocka_unit_test(attributes_are_kept_by_unit),
        cmocka_unit_test(laws_follow_from_the_kind),
        cmocka_unit_test(what_a_measure_says_is_kept),
        cmocka_unit_test(sums_become_terms),
        cmocka_unit_test(an_indicator_knows_its_decimals_and_how_it_is_shown),
        cmocka_unit_test(picks_are_kept_once_in_canonical_order),
        cmocka_unit_test(one_member_of_an_overlapping_category_can_be_evaluated),
        cmocka_unit_test(predicates_become_nodes),
        cmocka_unit_test(a_long_chain_is_no_deep_tree),
        cmocka_unit_test(an_attribute_and_a_measure_may_share_an_id),
        cmocka_unit_test(limits_are_told),
        cmocka_unit_test(a_target_belongs_to_the_longest_prefix),
        cmocka_unit_test(deadlines_are_found),
        cmocka_unit_test(scopes_are_found),
        cmocka_unit_test(levels_are_exact),
        cmocka_unit_test(changes_have_a_base),
        cmocka_unit_test(a_text_that_does_not_say_becomes_two_readings),
        cmocka_unit_test(a_measure_in_a_phrase_is_an_indicator),
        cmocka_unit_test(words_about_a_target_are_kept),
        cmocka_unit_test(programmes_speak_for_their_unit_alone),
        cmocka_unit_test(the_schema_is_units_measures_and_categories),
        cmocka_unit_test(a_plan_that_did_not_freeze_can_be_completed),
        cmocka_unit_test(memory_may_fail_anywhere),
        cmocka_unit_test(the_limit_of_memory_holds_for_the_model_too),
    };
    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
