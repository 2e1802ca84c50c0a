/* Calls that break the contract: NULL where something is required, sizes that are none, objects in the wrong state, counts that do not fit,
 * limits, cancelling. Each is told by ATTAIN_E_ARGUMENT (or the status that the header names) and a sentence, and leaves everything as it was;
 * what the header allows is shown to be allowed. What is named by a wrong index, word, day or byte is in test_misuse_values.c. */
#include "fault/scenario.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* expr is a call that ends in &err. */
#define check_refused(expr) check_fails((expr), ATTAIN_E_ARGUMENT, &err)
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

static attain_period period_of(const char *text)
{
    attain_period p = {.type = ATTAIN_PERIOD_NONE};
    assert_int_equal(attain_period_parse(text, strlen(text), &p, NULL), ATTAIN_OK);
    return p;
}

/* --- NULL --- */

static void plans_without_pointers(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_plan *plan = NULL;
    attain_text text;
    const attain_unit_columns no_units = {0};
    const attain_target_columns no_targets = {0};
    const attain_allocator no_function = {NULL, NULL};
    const attain_resolver no_open = {NULL, NULL, NULL};
    attain_plan_options options = {.struct_size = sizeof options, .allocator = &no_function};
    check_refused(attain_plan_new(NULL, NULL, &err));
    check_refused(attain_plan_new(&options, &plan, &err));
    options = (attain_plan_options){.struct_size = sizeof options, .resolver = &no_open};
    check_refused(attain_plan_new(&options, &plan, &err));
    check_refused(attain_plan_add_text(NULL, "", 0, "x", &err));
    check_refused(attain_plan_freeze(NULL, &err));
    check_refused(attain_plan_add_units(NULL, &no_units, 0, &err));
    check_refused(attain_plan_add_targets(NULL, &no_targets, 0, &err));
    check_refused(attain_plan_print(NULL, &text, &err));
    check_refused(attain_plan_print(w->plan, NULL, &err));
    check_refused(attain_diagnostic_print(NULL, NULL, &text, &err));
    check_refused(attain_format(NULL, 3, "x", NULL, &text, &err));
    check_refused(attain_format("", 0, "x", NULL, NULL, &err));
    attain_plan_free(NULL);
    attain_text_free(NULL);

    check_ok(attain_plan_new(NULL, &plan, &err), &err);
    check_refused(attain_plan_add_text(plan, NULL, 3, "x", &err));
    check_ok(attain_plan_add_text(plan, NULL, 0, NULL, &err), &err);
    check_refused(attain_plan_add_units(plan, NULL, 0, &err));
    check_refused(attain_plan_add_units(plan, &no_units, 1, &err));
    check_ok(attain_plan_add_units(plan, &no_units, 0, &err), &err);
    check_refused(attain_plan_add_targets(plan, NULL, 0, &err));
    check_refused(attain_plan_add_targets(plan, &no_targets, 1, &err));
    check_ok(attain_plan_add_targets(plan, &no_targets, 0, &err), &err);
    check_refused(attain_plan_print(plan, &text, &err)); /* not frozen */
    attain_plan_free(plan);
    check_ok(attain_format(NULL, 0, NULL, NULL, &text, &err), &err);
    attain_text_free(&text);
}

/* Look-ups have no status: NULL lists nothing. */
static void lookups_without_pointers(void **state)
{
    world *const w = *state;
    const attain_diagnostic *items = NULL;
    size_t n_more = 9;
    uint64_t digest[2] = {1, 1};
    assert_int_equal(attain_plan_count(NULL, ATTAIN_KIND_UNIT), 0);
    assert_int_equal(attain_plan_find(NULL, ATTAIN_KIND_UNIT, "a", 1), ATTAIN_NONE);
    assert_int_equal(attain_plan_find(w->plan, ATTAIN_KIND_UNIT, NULL, 1), ATTAIN_NONE);
    assert_int_equal(attain_plan_find(w->plan, ATTAIN_KIND_UNIT, NULL, 0), ATTAIN_NONE);
    check_str(attain_plan_id(NULL, ATTAIN_KIND_UNIT, 0), "");
    check_str(attain_plan_title(NULL, ATTAIN_KIND_UNIT, 0), "");
    assert_int_equal(attain_plan_measure_category(NULL, 0, 0), ATTAIN_NONE);
    assert_int_equal(attain_plan_member_count(NULL, ATTAIN_KIND_CATEGORY, 0), 0);
    check_str(attain_plan_member(NULL, ATTAIN_KIND_CATEGORY, 0, 0), "");
    check_str(attain_plan_reading_name(NULL, 0, 0), "");
    check_str(attain_plan_reading_phrase(NULL, 0, 0), "");
    assert_int_equal(attain_plan_diagnostics(NULL, &items, &n_more), 0);
    assert_int_equal(n_more, 0);
    assert_int_equal(attain_plan_diagnostics(w->plan, NULL, NULL),
                     attain_plan_diagnostics(w->plan, &items, NULL));
    attain_plan_schema(NULL, digest);
    assert_true(digest[0] == 0 && digest[1] == 0);
    assert_int_equal(attain_facts_count(NULL), 0);
    assert_int_equal(attain_facts_last_period(NULL).type, ATTAIN_PERIOD_NONE);
    assert_int_equal(attain_table_rows(NULL), 0);
    assert_int_equal(attain_table_columns(NULL, NULL), 0);
    assert_int_equal(attain_table_columns(w->values, NULL), 0);
    assert_string_equal(attain_table_column_name(NULL, ATTAIN_COL_UNIT), "");
}

static void infos_without_pointers(void **state)
{
    world *const w = *state;
    const uint32_t first = 0;
    uint8_t feeds[4];
    attain_error err;
    attain_unit_info unit;
    attain_measure_info measure;
    attain_target_info target;
    attain_programme_info programme;
    check_refused(attain_plan_unit(NULL, 0, &unit, &err));
    check_refused(attain_plan_unit(w->plan, 0, NULL, &err));
    check_refused(attain_plan_measure(NULL, 0, &measure, &err));
    check_refused(attain_plan_measure(w->plan, 0, NULL, &err));
    check_refused(attain_plan_target(NULL, 0, &target, &err));
    check_refused(attain_plan_target(w->plan, 0, NULL, &err));
    check_refused(attain_plan_feeders(NULL, &first, 1, feeds, &err));
    check_refused(attain_plan_feeders(w->plan, NULL, 1, feeds, &err));
    check_refused(attain_plan_feeders(w->plan, &first, 1, NULL, &err));
    check_ok(attain_plan_feeders(w->plan, NULL, 0, feeds, &err), &err);
    check_refused(attain_plan_programme(NULL, 0, &programme, &err));
    check_refused(attain_plan_programme(w->plan, 0, NULL, &err));
}

static void facts_without_pointers(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_facts *facts = NULL;
    attain_intake *intake = NULL;
    attain_fact fact = {0};
    attain_text text;
    int found;
    const attain_fact_columns no_columns = {0};
    const attain_fact_text_columns no_text = {0};
    const attain_str one = {"x", 1};
    const attain_fact_text_columns no_members = {
        .unit = &one, .measure = &one, .period = &one, .value = &one, .n_member_columns = 1};
    const attain_intake_options no_rename = {.struct_size = sizeof no_rename, .n_rename = 1};
    check_refused(attain_facts_new(NULL, NULL, &facts, &err));
    check_refused(attain_facts_new(w->plan, NULL, NULL, &err));
    check_refused(attain_facts_add(NULL, &no_columns, 0, NULL, NULL, &err));
    check_refused(attain_facts_add(w->facts, NULL, 0, NULL, NULL, &err));
    check_refused(attain_facts_add(w->facts, &no_columns, 1, NULL, NULL, &err));
    check_ok(attain_facts_add(w->facts, &no_columns, 0, NULL, NULL, &err), &err);
    check_refused(attain_facts_add_text(NULL, &no_text, 0, NULL, NULL, &err));
    check_refused(attain_facts_add_text(w->facts, NULL, 0, NULL, NULL, &err));
    check_refused(attain_facts_add_text(w->facts, &no_text, 1, NULL, NULL, &err));
    check_refused(attain_facts_add_text(w->facts, &no_members, 1, NULL, NULL, &err));
    check_ok(attain_facts_add_text(w->facts, &no_text, 0, NULL, NULL, &err), &err);
    check_refused(attain_intake_new(NULL, NULL, &intake, &err));
    check_refused(attain_intake_new(w->facts, NULL, NULL, &err));
    check_refused(attain_intake_new(w->facts, &no_rename, &intake, &err));
    check_refused(attain_intake_feed(NULL, "", 0, &err));
    check_refused(attain_intake_finish(NULL, NULL, &err));
    check_refused(attain_facts_set(NULL, &fact, 0, &err));
    check_refused(attain_facts_set(w->facts, NULL, 0, &err));
    check_refused(attain_facts_get(NULL, &fact, &found, &err));
    check_refused(attain_facts_get(w->facts, NULL, &found, &err));
    check_refused(attain_facts_get(w->facts, &fact, NULL, &err));
    check_refused(attain_facts_at(NULL, 0, &fact, &err));
    size_t n_read = 0;
    check_refused(attain_facts_read(NULL, 0, &fact, 1, &n_read, &err));
    check_refused(attain_facts_read(w->facts, 0, NULL, 1, &n_read, &err));
    check_refused(attain_facts_read(w->facts, 0, &fact, 1, NULL, &err));
    check_ok(attain_facts_read(w->facts, UINT64_MAX, &fact, 1, &n_read, &err), &err);
    assert_int_equal(n_read, 0);
    assert_null(attain_facts_plan(NULL));
    check_refused(attain_facts_at(w->facts, 0, NULL, &err));
    check_refused(attain_facts_merge(NULL, w->facts, &err));
    check_refused(attain_facts_merge(w->facts, NULL, &err));
    check_refused(attain_facts_to_bytes(NULL, &text, &err));
    check_refused(attain_facts_to_bytes(w->facts, NULL, &err));
    check_refused(attain_facts_from_bytes(NULL, "", 0, NULL, &facts, &err));
    check_refused(attain_facts_from_bytes(w->plan, "", 0, NULL, NULL, &err));
    check_refused(attain_facts_from_bytes(w->plan, NULL, 40, NULL, &facts, &err));
    attain_facts_free(NULL);
    attain_intake_free(NULL);
    attain_report_free(NULL);
}

static void results_without_pointers(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_table *table;
    attain_text text;
    uint64_t n;
    const attain_explain_options explain = {.struct_size = sizeof explain, .kind = ATTAIN_KIND_TARGET};
    check_refused(attain_compute(NULL, w->facts, NULL, &table, &err));
    check_refused(attain_compute(w->plan, NULL, NULL, &table, &err));
    check_refused(attain_compute(w->plan, w->facts, NULL, NULL, &err));
    check_refused(attain_score(NULL, w->facts, NULL, &table, &err));
    check_refused(attain_score(w->plan, NULL, NULL, &table, &err));
    check_refused(attain_score(w->plan, w->facts, NULL, NULL, &err));
    check_refused(attain_score_count(NULL, w->facts, NULL, &n, &err));
    check_refused(attain_score_count(w->plan, NULL, NULL, &n, &err));
    check_refused(attain_score_count(w->plan, w->facts, NULL, NULL, &err));
    check_refused(attain_explain(NULL, w->facts, &explain, &text, &err));
    check_refused(attain_explain(w->plan, NULL, &explain, &text, &err));
    check_refused(attain_explain(w->plan, w->facts, NULL, &text, &err));
    check_refused(attain_explain(w->plan, w->facts, &explain, NULL, &err));
    check_refused(attain_check_identities(NULL, w->facts, NULL, &text, &err));
    check_refused(attain_check_identities(w->plan, NULL, NULL, &text, &err));
    check_refused(attain_check_identities(w->plan, w->facts, NULL, NULL, &err));
    check_ok(attain_check_identities(w->plan, w->facts, NULL, &text, &err), &err);
    attain_text_free(&text);
}

static void tables_without_pointers(void **state)
{
    world *const w = *state;
    attain_error err;
    const double *doubles;
    const uint8_t *valid;
    const int64_t *integers;
    const attain_period *periods;
    attain_summary *items;
    size_t n;
    char buf[64];
    attain_score_row row = {.struct_size = sizeof row};
    const attain_table *const t = w->scorecard;
    check_refused(attain_table_doubles(NULL, ATTAIN_COL_VALUE, &doubles, &valid, &err));
    check_refused(attain_table_doubles(t, ATTAIN_COL_VALUE, NULL, &valid, &err));
    check_refused(attain_table_doubles(t, ATTAIN_COL_VALUE, &doubles, NULL, &err));
    check_refused(attain_table_integers(NULL, ATTAIN_COL_UNIT, &integers, &err));
    check_refused(attain_table_integers(t, ATTAIN_COL_UNIT, NULL, &err));
    check_refused(attain_table_periods(NULL, ATTAIN_COL_DUE, &periods, &err));
    check_refused(attain_table_periods(t, ATTAIN_COL_DUE, NULL, &err));
    check_refused(attain_table_find(NULL, 0, 0, period_of("2024"), &n, &err));
    check_refused(attain_table_find(t, 0, 0, period_of("2024"), NULL, &err));
    check_refused(attain_table_print(NULL, 0, ATTAIN_COL_UNIT, NULL, buf, sizeof buf, &n, &err));
    check_refused(attain_table_print(t, 0, ATTAIN_COL_UNIT, NULL, NULL, 1, &n, &err));
    check_fails(attain_table_print(t, 0, ATTAIN_COL_UNIT, NULL, NULL, 0, &n, &err), ATTAIN_E_CAPACITY, &err);
    assert_int_equal(n, 3); /* FAB */
    check_ok(attain_table_print(t, 0, ATTAIN_COL_UNIT, NULL, buf, 4, NULL, &err), &err);
    check_refused(attain_table_summary(NULL, &items, &n, &err));
    check_refused(attain_table_summary(t, NULL, &n, &err));
    check_refused(attain_table_summary(t, &items, NULL, &err));
    check_refused(attain_table_summary(w->values, &items, &n, &err));
    check_refused(attain_table_score_row(NULL, 0, &row, &err));
    check_refused(attain_table_score_row(t, 0, NULL, &err));
    check_refused(attain_table_score_row(w->values, 0, &row, &err));
    attain_table_free(NULL);
    attain_summary_free(NULL, NULL, 0);
    attain_summary_free(t, NULL, 0);
}

/* err may be NULL everywhere. */
static void errors_need_no_place(void **state)
{
    world *const w = *state;
    attain_table *table;
    assert_int_equal(attain_plan_new(NULL, NULL, NULL), ATTAIN_E_ARGUMENT);
    assert_int_equal(attain_plan_add_text(w->plan, "x", 1, NULL, NULL), ATTAIN_E_ARGUMENT);
    assert_int_equal(attain_facts_from_bytes(w->plan, "x", 1, NULL, &w->out.facts, NULL), ATTAIN_E_FORMAT);
    assert_int_equal(attain_compute(w->plan, NULL, NULL, &table, NULL), ATTAIN_E_ARGUMENT);
    assert_int_equal(attain_table_score_row(w->scorecard, 0, NULL, NULL), ATTAIN_E_ARGUMENT);
}

/* --- sizes of structs --- */

/* 0 and less than the size itself are refused; a shorter struct is an older caller's, a longer one a newer caller's: both are fine, and what
 * lies beyond what is known is not read. */
static void struct_sizes(void **state)
{
    world *const w = *state;
    attain_error err;
    struct {
        attain_score_options known;
        unsigned char newer[64];
    } score;
    memset(&score, 0xff, sizeof score);
    memset(&score.known, 0, sizeof score.known);
    for (size_t size = 0; size < sizeof(size_t); size++) {
        attain_plan *plan;
        attain_facts *facts;
        attain_intake *intake;
        attain_table *table;
        attain_text text;
        char buf[8];
        const attain_plan_options plan_options = {.struct_size = size};
        const attain_facts_options facts_options = {.struct_size = size};
        const attain_intake_options intake_options = {.struct_size = size};
        const attain_compute_options compute_options = {.struct_size = size};
        const attain_explain_options explain_options = {.struct_size = size};
        const attain_print_options print_options = {.struct_size = size};
        attain_score_row row = {.struct_size = size};
        score.known.struct_size = size;
        check_refused(attain_plan_new(&plan_options, &plan, &err));
        check_refused(attain_facts_new(w->plan, &facts_options, &facts, &err));
        check_refused(
            attain_facts_from_bytes(w->plan, w->bytes.data, w->bytes.len, &facts_options, &facts, &err));
        check_refused(attain_intake_new(w->facts, &intake_options, &intake, &err));
        check_refused(attain_compute(w->plan, w->facts, &compute_options, &table, &err));
        check_refused(attain_score(w->plan, w->facts, &score.known, &table, &err));
        check_refused(attain_explain(w->plan, w->facts, &explain_options, &text, &err));
        check_refused(attain_table_print(w->scorecard, 0, ATTAIN_COL_UNIT, &print_options, buf, sizeof buf,
                                         NULL, &err));
        check_refused(attain_table_score_row(w->scorecard, 0, &row, &err));
    }
    const size_t sizes[] = {sizeof(size_t), offsetof(attain_score_options, all_units), sizeof score.known,
                            sizeof score};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        attain_table *table;
        score.known.struct_size = sizes[i];
        check_ok(attain_score(w->plan, w->facts, &score.known, &table, &err), &err);
        assert_int_equal(attain_table_rows(table), attain_table_rows(w->scorecard));
        attain_table_free(table);
    }
}

/* A row of an older caller ends where it said; a byte behind is not written. */
static void a_short_row_is_not_overrun(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_score_row row;
    memset(&row, 0x77, sizeof row);
    row.struct_size = offsetof(attain_score_row, period);
    check_ok(attain_table_score_row(w->scorecard, 0, &row, &err), &err);
    assert_int_equal(row.target, 0);
    const unsigned char *const bytes = (const unsigned char *)&row;
    for (size_t i = row.struct_size; i < sizeof row; i++) {
        assert_int_equal(bytes[i], 0x77);
    }
}

/* --- objects in another state --- */

static void a_plan_that_is_not_frozen(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_facts *facts;
    attain_table *table;
    attain_text text;
    world open;
    const attain_explain_options e = {.struct_size = sizeof e, .kind = ATTAIN_KIND_TARGET};
    world_make(&open, LEVEL_OPEN);
    assert_int_equal(attain_plan_count(open.plan, ATTAIN_KIND_UNIT), 0);
    assert_int_equal(attain_plan_find(open.plan, ATTAIN_KIND_UNIT, "FAB", 3), ATTAIN_NONE);
    check_refused(attain_plan_unit(open.plan, 0, &(attain_unit_info){.type = 0}, &err));
    check_contains(err.message, "not frozen");
    check_refused(attain_plan_print(open.plan, &text, &err));
    check_refused(attain_facts_new(open.plan, NULL, &facts, &err));
    check_refused(attain_facts_from_bytes(open.plan, w->bytes.data, w->bytes.len, NULL, &facts, &err));
    check_refused(attain_compute(open.plan, w->facts, NULL, &table, &err));
    check_refused(attain_score(open.plan, w->facts, NULL, &table, &err));
    check_refused(attain_explain(open.plan, w->facts, &e, &text, &err));
    check_refused(attain_check_identities(open.plan, w->facts, NULL, &text, &err));
    check_contains(err.message, "attain_plan_freeze");
    world_free(&open);
}

static void a_plan_that_is_frozen(void **state)
{
    world *const w = *state;
    attain_error err;
    const attain_unit_columns units = {0};
    const attain_target_columns targets = {0};
    check_refused(attain_plan_add_text(w->plan, "type x: y\n", 10, "x", &err));
    check_contains(err.message, "frozen");
    check_refused(attain_plan_add_units(w->plan, &units, 0, &err));
    check_refused(attain_plan_add_targets(w->plan, &targets, 0, &err));
    check_refused(attain_plan_freeze(w->plan, &err));
    check_contains(err.message, "frozen already");
}

static void make_plan(attain_plan **plan, const char *text)
{
    attain_error err;
    check_ok(attain_plan_new(NULL, plan, &err), &err);
    check_ok(attain_plan_add_text(*plan, text, strlen(text), "other", &err), &err);
    check_ok(attain_plan_freeze(*plan, &err), &err);
}

static void facts_of_another_schema(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_plan *plan;
    attain_facts *facts;
    attain_facts *made;
    attain_table *table;
    attain_text text;
    uint64_t n;
    const attain_explain_options e = {.struct_size = sizeof e,
                                      .kind = ATTAIN_KIND_TARGET,
                                      .unit = ATTAIN_NONE};
    make_plan(&plan, "unit X province\nmeasure people stock persons\ntarget x people at least 1 by 2025\n");
    check_ok(attain_facts_new(plan, NULL, &facts, &err), &err);
    check_fails(attain_compute(plan, w->facts, NULL, &table, &err), ATTAIN_E_SCHEMA, &err);
    check_fails(attain_score(plan, w->facts, NULL, &table, &err), ATTAIN_E_SCHEMA, &err);
    check_fails(attain_score_count(plan, w->facts, NULL, &n, &err), ATTAIN_E_SCHEMA, &err);
    check_fails(attain_explain(plan, w->facts, &e, &text, &err), ATTAIN_E_SCHEMA, &err);
    check_fails(attain_check_identities(plan, w->facts, NULL, &text, &err), ATTAIN_E_SCHEMA, &err);
    check_fails(attain_facts_merge(facts, w->facts, &err), ATTAIN_E_SCHEMA, &err);
    check_fails(attain_facts_merge(w->facts, facts, &err), ATTAIN_E_SCHEMA, &err);
    check_fails(attain_facts_from_bytes(plan, w->bytes.data, w->bytes.len, NULL, &made, &err),
                ATTAIN_E_SCHEMA, &err);
    check_contains(err.message, "units, measures or categories");
    attain_facts_free(facts);
    attain_plan_free(plan);
}

static void facts_merged_with_themselves(void **state)
{
    world *const w = *state;
    attain_error err;
    check_fails(attain_facts_merge(w->facts, w->facts, &err), ATTAIN_E_DUPLICATE, &err);
    check_contains(err.message, "people at FAB.A in 2023");
}

static void an_intake_that_is_finished(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_intake *intake;
    check_ok(attain_intake_new(w->facts, NULL, &intake, &err), &err);
    check_ok(attain_intake_feed(intake, "unit,measure,period,value\n", 26, &err), &err);
    check_ok(attain_intake_feed(intake, NULL, 0, &err), &err);
    check_refused(attain_intake_feed(intake, NULL, 5, &err));
    check_ok(attain_intake_finish(intake, NULL, &err), &err);
    check_refused(attain_intake_feed(intake, "x", 1, &err));
    check_refused(attain_intake_finish(intake, NULL, &err));
    check_contains(err.message, "a new one is required");
    attain_intake_free(intake);
}

/* --- counts and limits --- */

static void counts_that_do_not_fit(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_plan *plan;
    attain_facts *facts;
    const attain_str one[] = {{"x", 1}};
    const attain_unit_columns units = {
        .id = one, .type = one, .attribute = one, .attribute_names = one, .n_attributes = SIZE_MAX / 2};
    const uint32_t unit[] = {0};
    const int32_t period[] = {0};
    const int64_t value[] = {0};
    const attain_fact_columns columns = {.unit = unit, .period = period, .value = value};
    const attain_fact_text_columns text = {.unit = one, .measure = one, .period = one, .value = one};
    const attain_fact_text_columns members = {.unit = one,
                                              .measure = one,
                                              .period = one,
                                              .value = one,
                                              .member = one,
                                              .member_columns = one,
                                              .n_member_columns = SIZE_MAX};
    const attain_intake_options rename = {.struct_size = sizeof rename, .rename = one, .n_rename = SIZE_MAX};
    check_ok(attain_plan_new(NULL, &plan, &err), &err);
    check_refused(attain_plan_add_units(plan, &units, 100, &err));
    attain_plan_free(plan);
    check_fails(attain_facts_add(w->facts, &columns, SIZE_MAX, NULL, NULL, &err), ATTAIN_E_LIMIT, &err);
    check_fails(attain_facts_add_text(w->facts, &text, SIZE_MAX, NULL, NULL, &err), ATTAIN_E_LIMIT, &err);
    check_fails(attain_facts_add_text(w->facts, &members, 1, NULL, NULL, &err), ATTAIN_E_CATEGORY, &err);
    check_refused(attain_intake_new(w->facts, &rename, &w->intake, &err));
    check_ok(attain_facts_new(w->plan, NULL, &facts, &err), &err);
    attain_facts_free(facts);
}

/* The memory of a plan is bounded; what was there stays, and the message names the option. */
static void a_plan_has_a_limit(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *plan;
    char comment[64];
    const attain_plan_options options = {.struct_size = sizeof options, .max_bytes = 20000};
    check_ok(attain_plan_new(&options, &plan, &err), &err);
    attain_status status = ATTAIN_OK;
    int n = 0;
    for (; n < 1000 && status == ATTAIN_OK; n++) {
        snprintf(comment, sizeof comment, "type t%d: a%d, b%d, c%d\n", n, n, n, n);
        status = attain_plan_add_text(plan, comment, strlen(comment), "types", &err);
    }
    check_fails(status, ATTAIN_E_MEMORY, &err);
    check_contains(err.message, "max_bytes");
    assert_true(n > 5);
    check_fails(attain_plan_add_text(plan, comment, strlen(comment), "types", &err), ATTAIN_E_MEMORY, &err);
    attain_plan_free(plan);
}

static void facts_have_a_limit(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_facts *facts;
    const attain_facts_options options = {.struct_size = sizeof options, .max_bytes = 2000};
    check_ok(attain_facts_new(w->plan, &options, &facts, &err), &err);
    attain_fact fact = {.unit = attain_plan_find(w->plan, ATTAIN_KIND_UNIT, "FAB.A", 5)};
    attain_status status = ATTAIN_OK;
    uint64_t n = 0;
    for (; n < 1000 && status == ATTAIN_OK; n += status == ATTAIN_OK) {
        char year[24];
        snprintf(year, sizeof year, "%04d", (int)(1000 + n));
        fact.period = period_of(year);
        status = attain_facts_set(facts, &fact, 0, &err);
    }
    check_fails(status, ATTAIN_E_MEMORY, &err);
    assert_int_equal(attain_facts_count(facts), n);
    assert_true(n > 10);
    check_fails(attain_facts_merge(facts, w->facts, &err), ATTAIN_E_MEMORY, &err);
    assert_int_equal(attain_facts_count(facts), n);
    check_ok(attain_facts_set(facts, &(attain_fact){.unit = fact.unit, .period = period_of("1000")}, 1, &err),
             &err);
    assert_int_equal(attain_facts_count(facts), n - 1);
    attain_facts_free(facts);
}

/* --- cancelling --- */

typedef struct countdown {
    int n_left;
    uint64_t last_done;
} countdown;

static int count_down(void *ctx, uint64_t done, uint64_t total)
{
    countdown *const c = ctx;
    assert_true(done >= c->last_done);
    assert_true(total == 0 || done <= total);
    c->last_done = done;
    return c->n_left-- == 0;
}

static void results_can_be_cancelled(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_table *table;
    for (int n = 0; n < 4; n++) {
        countdown c = {.n_left = n};
        const attain_compute_options co = {.struct_size = sizeof co,
                                           .progress = count_down,
                                           .progress_ctx = &c};
        check_fails(attain_compute(w->plan, w->facts, &co, &table, &err), ATTAIN_E_CANCELLED, &err);
        c = (countdown){.n_left = n};
        const attain_score_options so = {.struct_size = sizeof so,
                                         .progress = count_down,
                                         .progress_ctx = &c};
        check_fails(attain_score(w->plan, w->facts, &so, &table, &err), ATTAIN_E_CANCELLED, &err);
        check_contains(err.message, "cancelled after");
    }
}

static void an_intake_can_be_cancelled(void **state)
{
    world *const w = *state;
    attain_error err;
    attain_intake *intake;
    countdown c = {.n_left = 1};
    const attain_intake_options o = {.struct_size = sizeof o, .progress = count_down, .progress_ctx = &c};
    check_ok(attain_intake_new(w->facts, &o, &intake, &err), &err);
    check_ok(attain_intake_feed(intake, "unit,measure,period,value\n", 26, &err), &err);
    check_fails(attain_intake_feed(intake, "FAB.A,people,2020,1\n", 20, &err), ATTAIN_E_CANCELLED, &err);
    check_contains(err.message, "nothing was added");
    check_fails(attain_intake_finish(intake, NULL, &err), ATTAIN_E_CANCELLED, &err);
    attain_intake_free(intake);
    c = (countdown){.n_left = 0};
    const attain_fact_columns columns = {.unit = (const uint32_t[]){1},
                                         .period = (const int32_t[]){0},
                                         .value = (const int64_t[]){1}};
    check_fails(attain_facts_add(w->facts, &columns, 1, &o, NULL, &err), ATTAIN_E_CANCELLED, &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(plans_without_pointers),       IN_WORLD(lookups_without_pointers),
        IN_WORLD(infos_without_pointers),       IN_WORLD(facts_without_pointers),
        IN_WORLD(results_without_pointers),     IN_WORLD(tables_without_pointers),
        IN_WORLD(errors_need_no_place),         IN_WORLD(struct_sizes),
        IN_WORLD(a_short_row_is_not_overrun),   IN_WORLD(a_plan_that_is_not_frozen),
        IN_WORLD(a_plan_that_is_frozen),        IN_WORLD(facts_of_another_schema),
        IN_WORLD(facts_merged_with_themselves), IN_WORLD(an_intake_that_is_finished),
        IN_WORLD(counts_that_do_not_fit),       cmocka_unit_test(a_plan_has_a_limit),
        IN_WORLD(facts_have_a_limit),           IN_WORLD(results_can_be_cancelled),
        IN_WORLD(an_intake_can_be_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
