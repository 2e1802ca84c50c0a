/* The checker: what units, measures and forms of a plan that is sound become, its limits, its schema. Programmes and targets are in
 * test_check_targets.c; what a plan that is not sound gets is in tests/invalid/check-*. */
#include "unit/check_world.h"

#include "support/alloc_fault.h"

static const atn_indicator *indicator_of(const attain_plan *plan, const char *id)
{
    const uint32_t thing = atn_names_find(&plan->model.thing_names, (atn_str){id, strlen(id)});
    assert_int_equal(ATN_THING_KIND(thing), ATN_THING_INDICATOR);
    return &plan->model.indicators[ATN_THING_INDEX(thing)];
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
        cmocka_unit_test(the_schema_is_units_measures_and_categories),
        cmocka_unit_test(a_plan_that_did_not_freeze_can_be_completed),
        cmocka_unit_test(memory_may_fail_anywhere),
        cmocka_unit_test(the_limit_of_memory_holds_for_the_model_too),
    };
    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
