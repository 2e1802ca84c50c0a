/* The scenarios: a call per public function that allocates, more where it has several ways to fail. See scenario.h.
 *
 * A scenario ends in `finish`, which uses what came out: an object that was made under failures must be as good as any. */
#include "fault/scenario.h"

#include "support/check.h"

#include <stdio.h>
#include <string.h>

static attain_str str(const char *literal)
{
    return (attain_str){literal, strlen(literal)};
}

static void finish_text(world *w)
{
    assert_non_null(w->out.text.data);
    assert_int_equal(w->out.text.data[w->out.text.len], 0);
    attain_text_free(&w->out.text);
}

static void finish_report(world *w)
{
    const attain_report *const r = &w->out.report;
    assert_true(r->n_accepted + r->n_rejected + r->n_empty == r->n_read);
    attain_report_free(&w->out.report);
}

static void finish_table(world *w)
{
    assert_true(attain_table_rows(w->out.table) > 0);
    attain_table_free(w->out.table);
}

/* --- plans --- */

static attain_status call_plan_new(world *w, attain_error *err)
{
    const attain_plan_options options = {.struct_size = sizeof options,
                                         .allocator = &w->alloc,
                                         .resolver = &w->resolver};
    return attain_plan_new(&options, &w->out.plan, err);
}

static void finish_plan_new(world *w)
{
    attain_error err;
    check_ok(attain_plan_add_text(w->out.plan, world_plan_text, strlen(world_plan_text), "again", &err),
             &err);
    check_ok(attain_plan_freeze(w->out.plan, &err), &err);
    attain_plan_free(w->out.plan);
}

static attain_status add_text(world *w, const char *text, attain_error *err)
{
    return attain_plan_add_text(w->plan, text, strlen(text), "more of it", err);
}

static attain_status call_add_text(world *w, attain_error *err)
{
    return add_text(w,
                    "numbers vi\n"
                    "measure extra \"Ex\\\"tra\" stock things decimals 2\n"
                    "indicator more = 1,5 * extra + people\n"
                    "target fab.extra more at least 1.000,5 by 2025\n"
                    "target fab.two\n"
                    "  reading a: more between 1 and 2 within share_helped by 2025\n"
                    "  reading b: more about 10 within 5% by 2025\n"
                    "  choose a \"circular\"  defined \"more\" as \"a lot\"\n",
                    err);
}

/* Freezing tells whether what was added is all there. */
static void finish_by_freezing(world *w)
{
    attain_error err;
    check_ok(attain_plan_freeze(w->plan, &err), &err);
}

static attain_status call_include(world *w, attain_error *err)
{
    return add_text(w, "include \"more.attain\"\n", err);
}

/* Five findings: more than fit into the first list of any size, with near words. */
static attain_status call_add_bad_text(world *w, attain_error *err)
{
    return add_text(w,
                    "traget fab.x\n"
                    "measure m stok things\n"
                    "indicator i = a / b * 1000\n"
                    "indicator j = ((a + b)\n"
                    "unit \"no id\" ward\n"
                    "include \"nowhere.attain\"\n",
                    err);
}

static void finish_bad_text(world *w)
{
    const attain_diagnostic *items;
    size_t n_more;
    assert_int_equal(attain_plan_diagnostics(w->plan, &items, &n_more), 6);
    check_fails(attain_plan_freeze(w->plan, NULL), ATTAIN_E_SYNTAX, NULL);
}

static attain_status call_add_units(world *w, attain_error *err)
{
    const attain_str id[] = {str("FAB.G"), str("FAB.H"), str("FAB.I")};
    const attain_str title[] = {str("Glen"), str("Hazel \"H\""), str("")};
    const attain_str type[] = {str("ward"), str("ward"), str("commune")};
    const attain_str parent[] = {str("FAB"), str("FAB"), str("FAB")};
    const int32_t from_day[] = {ATTAIN_DAY_MIN, 18000, ATTAIN_DAY_MIN};
    const int32_t until_day[] = {ATTAIN_DAY_MAX, ATTAIN_DAY_MAX, 20000};
    const attain_str names[] = {str("terrain")};
    const attain_str terrain[] = {str("hill"), str(""), str("valley")};
    const attain_unit_columns columns = {id, title, type, parent, from_day, until_day, terrain, names, 1};
    return attain_plan_add_units(w->plan, &columns, 3, err);
}

static attain_status call_add_bad_units(world *w, attain_error *err)
{
    const attain_str id[] = {str("FAB.G"), str("FAB H")};
    const attain_str type[] = {str("ward"), str("ward")};
    const attain_unit_columns columns = {.id = id, .type = type};
    return attain_plan_add_units(w->plan, &columns, 2, err);
}

static attain_status call_add_targets(world *w, attain_error *err)
{
    const attain_str id[] = {str("fab.t1"), str("fab.t2")};
    const attain_str phrase[] = {str("share_helped at least 90% by 2025"),
                                 str("density more than 1 per 5000")};
    const attain_str title[] = {str("First"), str("")};
    const attain_str source[] = {str("2/2022"), str("")};
    const attain_target_columns columns = {id, phrase, title, source};
    return attain_plan_add_targets(w->plan, &columns, 2, err);
}

static attain_status call_add_bad_targets(world *w, attain_error *err)
{
    const attain_str id[] = {str("fab.t1"), str("fab.t2")};
    const attain_str phrase[] = {str("share_helped at least 90% by 2025"), str("density at leest 1")};
    const attain_target_columns columns = {.id = id, .phrase = phrase};
    return attain_plan_add_targets(w->plan, &columns, 2, err);
}

static void prepare_bad_names(world *w)
{
    attain_error err;
    check_ok(add_text(w,
                      "indicator i = people / persons\n"
                      "target fab.i i at least 1 per 2 by 2025\n"
                      "target fab.j share_helped up at least 500% over 2021 by 2025 for every plaze\n"
                      "unit FAB.X ward in FAB.Y\n"
                      "unit FAB.Y ward in FAB.X\n",
                      &err),
             &err);
}

static attain_status call_freeze(world *w, attain_error *err)
{
    return attain_plan_freeze(w->plan, err);
}

static void finish_freeze(world *w)
{
    assert_true(attain_plan_count(w->plan, ATTAIN_KIND_TARGET) > 5);
}

static void finish_bad_freeze(world *w)
{
    const attain_diagnostic *items;
    size_t n_more;
    assert_true(attain_plan_diagnostics(w->plan, &items, &n_more) >= 3);
}

static const attain_diagnostic a_finding = {
    .severity = ATTAIN_ERROR,
    .status = ATTAIN_E_NAME,
    .source = {"fab.attain", 10},
    .line = 41,
    .column = 3,
    .n_columns = 5,
    .message = {"unknown indicator 'helpd'", 25},
    .line_text = {"  helpd up at least 30% over 2025 by 2030", 41},
    .hint = {"did you mean 'helped'?", 22},
};

static attain_status call_diagnostic_print(world *w, attain_error *err)
{
    return attain_diagnostic_print(&a_finding, &w->alloc, &w->out.text, err);
}

static attain_status call_plan_print(world *w, attain_error *err)
{
    return attain_plan_print(w->plan, &w->out.text, err);
}

static attain_status call_format(world *w, attain_error *err)
{
    return attain_format(world_plan_text, strlen(world_plan_text), "fab", &w->alloc, &w->out.text, err);
}

static attain_status call_format_bad(world *w, attain_error *err)
{
    static const char text[] = "# a comment\nmeasure m stock persons\nindicator i = (m\n";
    return attain_format(text, sizeof text - 1, "fab", &w->alloc, &w->out.text, err);
}

/* --- facts --- */

static attain_status call_facts_new(world *w, attain_error *err)
{
    const attain_facts_options options = {.struct_size = sizeof options, .max_bytes = 100000};
    return attain_facts_new(w->plan, &options, &w->out.facts, err);
}

static void finish_facts(world *w)
{
    attain_error err;
    attain_text bytes;
    check_ok(attain_facts_to_bytes(w->out.facts, &bytes, &err), &err);
    attain_text_free(&bytes);
    attain_facts_free(w->out.facts);
}

/* Rows enough that buffers grow several times, backwards so that they must be sorted. */
#define N_ROWS 40

static attain_status add_facts(world *w, int32_t first_year, uint32_t flags, attain_error *err)
{
    uint32_t unit[N_ROWS];
    int32_t period[N_ROWS];
    int64_t value[N_ROWS];
    uint8_t qualifier[N_ROWS];
    for (int32_t i = 0; i < N_ROWS; i++) {
        const attain_period year = {.type = ATTAIN_PERIOD_YEAR};
        char text[8];
        attain_period p = year;
        snprintf(text, sizeof text, "%04d", (int)(first_year - i));
        assert_int_equal(attain_period_parse(text, strlen(text), &p, NULL), ATTAIN_OK);
        assert_int_equal(attain_period_encode(p, &period[i], NULL), ATTAIN_OK);
        unit[i] = attain_plan_find(w->plan, ATTAIN_KIND_UNIT, "FAB.A", 5);
        value[i] = i;
        qualifier[i] = (uint8_t)(i % 7);
    }
    const attain_fact_columns columns = {.unit = unit,
                                         .one_measure =
                                             attain_plan_find(w->plan, ATTAIN_KIND_MEASURE, "helped", 6),
                                         .period = period,
                                         .value = value,
                                         .qualifier = qualifier};
    const attain_intake_options options = {.struct_size = sizeof options, .flags = flags};
    return attain_facts_add(w->facts, &columns, N_ROWS, &options, &w->out.report, err);
}

static attain_status call_facts_add(world *w, attain_error *err)
{
    return add_facts(w, 2010, ATTAIN_INTAKE_STRICT, err);
}

/* 2024 and 2023 are there already. */
static attain_status call_facts_add_twice(world *w, attain_error *err)
{
    return add_facts(w, 2024, ATTAIN_INTAKE_STRICT, err);
}

static attain_status call_facts_add_skip(world *w, attain_error *err)
{
    return add_facts(w, 2024, ATTAIN_INTAKE_SKIP_BAD_ROWS, err);
}

static attain_status add_text_facts(world *w, const char *unit_of_last, attain_error *err)
{
    const attain_str unit[] = {str("FAB.A"), str("Alder"), str(unit_of_last)};
    const attain_str measure[] = {str("staff"), str("staff"), str("people")};
    const attain_str period[] = {str("2023"), str("2022"), str("2025")};
    const attain_str value[] = {str("7"), str(""), str("90.000")};
    const attain_str qualifier[] = {str("<="), str("missing"), str("")};
    const attain_str reason[] = {str(""), str("Q"), str("")};
    const attain_str member[] = {str("full_time"), str("part_time"), str("")};
    const attain_str member_columns[] = {str("post")};
    const attain_fact_text_columns columns = {unit,   measure, period,         value, qualifier,
                                              reason, member,  member_columns, 1};
    const attain_intake_options options = {.struct_size = sizeof options, .numbers = ATTAIN_NUMBERS_VI};
    return attain_facts_add_text(w->facts, &columns, 3, &options, &w->out.report, err);
}

static attain_status call_facts_add_text(world *w, attain_error *err)
{
    return add_text_facts(w, "FAB.B", err);
}

static attain_status call_facts_add_text_bad(world *w, attain_error *err)
{
    return add_text_facts(w, "FAB.Z", err);
}

static attain_status call_intake_new(world *w, attain_error *err)
{
    const attain_str rename[] = {str("don_vi"), str("unit")};
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .rename = rename,
                                           .n_rename = 1,
                                           .source = "facts.csv",
                                           .separator = ';'};
    return attain_intake_new(w->facts, &options, &w->out.intake, err);
}

static void finish_intake_new(world *w)
{
    attain_error err;
    static const char csv[] = "don_vi;measure;period;value\nFAB.A;people;2020;1\n";
    check_ok(attain_intake_feed(w->out.intake, csv, sizeof csv - 1, &err), &err);
    check_ok(attain_intake_finish(w->out.intake, NULL, &err), &err);
    attain_intake_free(w->out.intake);
}

/* Quotes, members, bad rows in every column, and cells that collide. */
static const char mixed_csv[] = "sep=,\r\n"
                                "unit,measure,period,value,qualifier,post,\"a \"\"note\"\"\",qualifer\r\n"
                                "FAB.A,people,2020,10,,,,\r\n"
                                "\"FAB.B\",\"helped\",2020,\"2\",\"=\",,\"two\r\nlines\",\r\n"
                                "FAB.B,staff,2020,2,,full_time,,\r\n"
                                "FAB.Q,staff,2020,2,,full_time,,\r\n"
                                "FAB.B,stuff,2020,2,,full_time,,\r\n"
                                "FAB.B,staff,2020-13,2,,full_time,,\r\n"
                                "FAB.B,staff,2020,2x,,full_time,,\r\n"
                                "FAB.B,staff,2020,2,??,full_time,,\r\n"
                                "FAB.B,staff,2020,2,,fulltime,,\r\n"
                                "FAB.A,people,2020,11,,,,\r\n"
                                "FAB.A,people,2024,11,,,,\r\n"
                                "FAB.A,helped,2019,,,,,\r\n";

static void prepare_intake(world *w)
{
    w->intake = world_new_intake(w, ATTAIN_INTAKE_STRICT);
}

static void prepare_skipping_intake(world *w)
{
    w->intake = world_new_intake(w, ATTAIN_INTAKE_SKIP_BAD_ROWS);
}

static attain_status call_intake_feed(world *w, attain_error *err)
{
    return attain_intake_feed(w->intake, mixed_csv, sizeof mixed_csv - 1, err);
}

static void finish_intake_feed(world *w)
{
    attain_error err;
    attain_report report;
    check_ok(attain_intake_finish(w->intake, &report, &err), &err);
    assert_true(report.n_read == 12 && report.n_empty == 1 && report.n_accepted == 2 &&
                report.n_rejected == 9);
    check_str(report.ignored_columns, "a \"note\", qualifer");
    attain_report_free(&report);
}

static void prepare_fed_intake(world *w)
{
    attain_error err;
    prepare_intake(w);
    check_ok(attain_intake_feed(w->intake, mixed_csv, sizeof mixed_csv - 1, &err), &err);
}

static void prepare_fed_skipping_intake(world *w)
{
    attain_error err;
    prepare_skipping_intake(w);
    check_ok(attain_intake_feed(w->intake, mixed_csv, sizeof mixed_csv - 1, &err), &err);
}

static attain_status call_intake_finish(world *w, attain_error *err)
{
    return attain_intake_finish(w->intake, &w->out.report, err);
}

static attain_fact a_fact(const world *w, const char *year)
{
    attain_fact fact = {.unit = attain_plan_find(w->plan, ATTAIN_KIND_UNIT, "FAB.A", 5),
                        .measure = attain_plan_find(w->plan, ATTAIN_KIND_MEASURE, "people", 6),
                        .value = 77};
    assert_int_equal(attain_period_parse(year, strlen(year), &fact.period, NULL), ATTAIN_OK);
    return fact;
}

/* Fills the store up to its capacity, so that one more cell makes it grow. */
static void prepare_full_store(world *w)
{
    attain_error err;
    for (int year = 1900; year < 2000; year++) {
        char text[8];
        snprintf(text, sizeof text, "%04d", year % 10000);
        const attain_fact fact = a_fact(w, text);
        alloc_fault_fail_at(&w->memory, 0, true);
        const attain_status status = attain_facts_set(w->facts, &fact, 0, &err);
        alloc_fault_fail_at(&w->memory, -1, false);
        if (status == ATTAIN_E_MEMORY) {
            return;
        }
        check_ok(status, &err);
    }
    fail_msg("100 cells were set without memory");
}

static attain_status call_facts_set(world *w, attain_error *err)
{
    const attain_fact fact = a_fact(w, "2005");
    return attain_facts_set(w->facts, &fact, 0, err);
}

static attain_status call_facts_merge(world *w, attain_error *err)
{
    return attain_facts_merge(w->facts, w->other, err);
}

/* One cell of both. */
static void prepare_collision(world *w)
{
    attain_error err;
    const attain_fact fact = a_fact(w, "2024");
    check_ok(attain_facts_set(w->other, &fact, 0, &err), &err);
}

static attain_status call_to_bytes(world *w, attain_error *err)
{
    return attain_facts_to_bytes(w->facts, &w->out.text, err);
}

static attain_status call_from_bytes(world *w, attain_error *err)
{
    return attain_facts_from_bytes(w->plan, w->bytes.data, w->bytes.len, NULL, &w->out.facts, err);
}

/* --- values and verdicts --- */

static attain_status call_compute(world *w, attain_error *err)
{
    const attain_str by[] = {str("terrain"), str("post")};
    attain_period periods[2];
    assert_int_equal(attain_period_parse("2023", 4, &periods[0], NULL), ATTAIN_OK);
    assert_int_equal(attain_period_parse("2023..2024", 10, &periods[1], NULL), ATTAIN_OK);
    const attain_compute_options options = {.struct_size = sizeof options,
                                            .all_units = 1,
                                            .periods = periods,
                                            .n_periods = 2,
                                            .by = by,
                                            .n_by = 2};
    return attain_compute(w->plan, w->facts, &options, &w->out.table, err);
}

static attain_status call_score(world *w, attain_error *err)
{
    const attain_score_options options = {.struct_size = sizeof options, .readings = 1, .all_units = 1};
    return attain_score(w->plan, w->facts, &options, &w->out.table, err);
}

static attain_status call_explain_target(world *w, attain_error *err)
{
    const attain_explain_options options = {.struct_size = sizeof options,
                                            .kind = ATTAIN_KIND_TARGET,
                                            .index = attain_plan_find(w->plan, ATTAIN_KIND_TARGET,
                                                                      "fab.helped", 10),
                                            .unit = ATTAIN_NONE,
                                            .digits = 0};
    return attain_explain(w->plan, w->facts, &options, &w->out.text, err);
}

static attain_status call_explain_indicator(world *w, attain_error *err)
{
    const attain_explain_options options = {.struct_size = sizeof options,
                                            .kind = ATTAIN_KIND_INDICATOR,
                                            .index =
                                                attain_plan_find(w->plan, ATTAIN_KIND_INDICATOR, "paid", 4),
                                            .unit = ATTAIN_NONE,
                                            .digits = 0};
    return attain_explain(w->plan, w->facts, &options, &w->out.text, err);
}

static attain_status call_identities(world *w, attain_error *err)
{
    return attain_check_identities(w->plan, w->facts, w->out.identities.items, &w->out.identities.text, err);
}

static void finish_identities(world *w)
{
    assert_true(w->out.identities.items[0].check == 0);
    attain_text_free(&w->out.identities.text);
}

static attain_status call_summary(world *w, attain_error *err)
{
    return attain_table_summary(w->scorecard, &w->out.summary.items, &w->out.summary.n, err);
}

static void finish_summary(world *w)
{
    assert_true(w->out.summary.n >= 1);
    attain_summary_free(w->scorecard, w->out.summary.items, w->out.summary.n);
}

static attain_status call_doubles(world *w, attain_error *err)
{
    return attain_table_doubles(w->scorecard, ATTAIN_COL_VALUE, &w->out.doubles.values, &w->out.doubles.valid,
                                err);
}

static attain_status call_prepare_columns(world *w, attain_error *err)
{
    const attain_column columns[] = {ATTAIN_COL_VALUE, ATTAIN_COL_VERDICT, ATTAIN_COL_DUE, ATTAIN_COL_VALUE};
    return attain_table_prepare(w->scorecard, columns, 4, err);
}

static attain_status call_integers(world *w, attain_error *err)
{
    return attain_table_integers(w->scorecard, ATTAIN_COL_VERDICT, &w->out.integers, err);
}

static attain_status call_periods(world *w, attain_error *err)
{
    return attain_table_periods(w->scorecard, ATTAIN_COL_DUE, &w->out.periods, err);
}

static void finish_column(world *w)
{
    assert_non_null(w->out.integers);
}

static attain_status call_table_print(world *w, attain_error *err)
{
    const attain_print_options options = {.struct_size = sizeof options, .exact = 1};
    return attain_table_print(w->scorecard, 0, ATTAIN_COL_VALUE, &options, w->out.cell.bytes,
                              sizeof w->out.cell.bytes, &w->out.cell.len, err);
}

static void finish_cell(world *w)
{
    assert_int_equal(strlen(w->out.cell.bytes), w->out.cell.len);
}

/* --- what gives back --- */

static attain_status free_text(world *w, attain_error *err)
{
    (void)err;
    attain_text_free(NULL);
    attain_text_free(&w->bytes);
    return ATTAIN_OK;
}

static attain_status free_plan(world *w, attain_error *err)
{
    (void)err;
    attain_plan_free(NULL);
    attain_plan_free(w->plan);
    w->plan = NULL;
    return ATTAIN_OK;
}

static attain_status free_facts(world *w, attain_error *err)
{
    (void)err;
    attain_facts_free(NULL);
    attain_facts_free(w->facts);
    attain_facts_free(w->other);
    w->facts = w->other = NULL;
    return ATTAIN_OK;
}

static attain_status free_intake(world *w, attain_error *err)
{
    (void)err;
    attain_intake_free(NULL);
    attain_intake_free(w->intake);
    w->intake = NULL;
    return ATTAIN_OK;
}

static void prepare_report(world *w)
{
    prepare_fed_intake(w);
    assert_int_equal(attain_intake_finish(w->intake, &w->out.report, NULL), ATTAIN_E_UNIT);
}

static attain_status free_report(world *w, attain_error *err)
{
    (void)err;
    attain_report_free(NULL);
    attain_report_free(&w->out.report);
    attain_report_free(&w->out.report);
    return ATTAIN_OK;
}

static attain_status free_table(world *w, attain_error *err)
{
    (void)err;
    attain_table_free(NULL);
    attain_table_free(w->scorecard);
    attain_table_free(w->values);
    w->scorecard = w->values = NULL;
    return ATTAIN_OK;
}

static void prepare_summary(world *w)
{
    assert_int_equal(call_summary(w, NULL), ATTAIN_OK);
}

static attain_status free_summary(world *w, attain_error *err)
{
    (void)err;
    attain_summary_free(w->scorecard, NULL, 0);
    attain_summary_free(w->scorecard, w->out.summary.items, w->out.summary.n);
    return ATTAIN_OK;
}

const scenario scenarios[] = {
    {"attain_plan_new", "", LEVEL_NOTHING, ATTAIN_OK, NULL, call_plan_new, finish_plan_new, false, false},
    {"attain_plan_add_text", "", LEVEL_OPEN, ATTAIN_OK, NULL, call_add_text, finish_by_freezing, false,
     false},
    {"attain_plan_add_text", "with includes", LEVEL_OPEN, ATTAIN_OK, NULL, call_include, finish_by_freezing,
     false, false},
    {"attain_plan_add_text", "with errors", LEVEL_OPEN, ATTAIN_E_SYNTAX, NULL, call_add_bad_text,
     finish_bad_text, false, false},
    {"attain_plan_add_units", "", LEVEL_OPEN, ATTAIN_OK, NULL, call_add_units, finish_by_freezing, false,
     false},
    {"attain_plan_add_units", "refused", LEVEL_OPEN, ATTAIN_E_SYNTAX, NULL, call_add_bad_units,
     finish_by_freezing, false, false},
    {"attain_plan_add_targets", "", LEVEL_OPEN, ATTAIN_OK, NULL, call_add_targets, finish_by_freezing, false,
     false},
    {"attain_plan_add_targets", "refused", LEVEL_OPEN, ATTAIN_E_SYNTAX, NULL, call_add_bad_targets,
     finish_by_freezing, false, false},
    {"attain_plan_freeze", "", LEVEL_OPEN, ATTAIN_OK, NULL, call_freeze, finish_freeze, false, false},
    {"attain_plan_freeze", "with errors", LEVEL_OPEN, ATTAIN_E_PLAN, prepare_bad_names, call_freeze,
     finish_bad_freeze, false, false},
    {"attain_diagnostic_print", "", LEVEL_NOTHING, ATTAIN_OK, NULL, call_diagnostic_print, finish_text, false,
     false},
    {"attain_plan_print", "", LEVEL_FROZEN, ATTAIN_OK, NULL, call_plan_print, finish_text, false, false},
    {"attain_format", "", LEVEL_NOTHING, ATTAIN_OK, NULL, call_format, finish_text, false, false},
    {"attain_format", "refused", LEVEL_NOTHING, ATTAIN_E_SYNTAX, NULL, call_format_bad, NULL, false, false},
    {"attain_facts_new", "", LEVEL_FROZEN, ATTAIN_OK, NULL, call_facts_new, finish_facts, false, false},
    {"attain_facts_add", "", LEVEL_FACTS, ATTAIN_OK, NULL, call_facts_add, finish_report, false, false},
    {"attain_facts_add", "refused", LEVEL_FACTS, ATTAIN_E_DUPLICATE, NULL, call_facts_add_twice,
     finish_report, false, false},
    {"attain_facts_add", "without bad rows", LEVEL_FACTS, ATTAIN_OK, NULL, call_facts_add_skip, finish_report,
     false, false},
    {"attain_facts_add_text", "", LEVEL_FACTS, ATTAIN_OK, NULL, call_facts_add_text, finish_report, false,
     false},
    {"attain_facts_add_text", "refused", LEVEL_FACTS, ATTAIN_E_UNIT, NULL, call_facts_add_text_bad,
     finish_report, false, false},
    {"attain_intake_new", "", LEVEL_FACTS, ATTAIN_OK, NULL, call_intake_new, finish_intake_new, false, false},
    {"attain_intake_feed", "", LEVEL_FACTS, ATTAIN_OK, prepare_skipping_intake, call_intake_feed,
     finish_intake_feed, true, false},
    {"attain_intake_finish", "refused", LEVEL_FACTS, ATTAIN_E_UNIT, prepare_fed_intake, call_intake_finish,
     finish_report, true, false},
    {"attain_intake_finish", "without bad rows", LEVEL_FACTS, ATTAIN_OK, prepare_fed_skipping_intake,
     call_intake_finish, finish_report, true, false},
    {"attain_facts_set", "", LEVEL_FACTS, ATTAIN_OK, prepare_full_store, call_facts_set, NULL, false, false},
    {"attain_facts_merge", "", LEVEL_FACTS, ATTAIN_OK, NULL, call_facts_merge, NULL, false, false},
    {"attain_facts_merge", "refused", LEVEL_FACTS, ATTAIN_E_DUPLICATE, prepare_collision, call_facts_merge,
     NULL, false, false},
    {"attain_facts_to_bytes", "", LEVEL_FACTS, ATTAIN_OK, NULL, call_to_bytes, finish_text, false, false},
    {"attain_facts_from_bytes", "", LEVEL_FACTS, ATTAIN_OK, NULL, call_from_bytes, finish_facts, false,
     false},
    {"attain_compute", "", LEVEL_FACTS, ATTAIN_OK, NULL, call_compute, finish_table, false, false},
    {"attain_score", "", LEVEL_FACTS, ATTAIN_OK, NULL, call_score, finish_table, false, false},
    {"attain_explain", "a target", LEVEL_FACTS, ATTAIN_OK, NULL, call_explain_target, finish_text, false,
     false},
    {"attain_explain", "an indicator", LEVEL_FACTS, ATTAIN_OK, NULL, call_explain_indicator, finish_text,
     false, false},
    {"attain_check_identities", "", LEVEL_FACTS, ATTAIN_OK, NULL, call_identities, finish_identities, false,
     false},
    {"attain_table_summary", "", LEVEL_TABLE, ATTAIN_OK, NULL, call_summary, finish_summary, false, false},
    {"attain_table_prepare", "", LEVEL_TABLE, ATTAIN_OK, NULL, call_prepare_columns, NULL, false, false},
    {"attain_table_doubles", "", LEVEL_TABLE, ATTAIN_OK, NULL, call_doubles, finish_column, false, false},
    {"attain_table_integers", "", LEVEL_TABLE, ATTAIN_OK, NULL, call_integers, finish_column, false, false},
    {"attain_table_periods", "", LEVEL_TABLE, ATTAIN_OK, NULL, call_periods, finish_column, false, false},
    {"attain_table_print", "", LEVEL_TABLE, ATTAIN_OK, NULL, call_table_print, finish_cell, false, false},
    {"attain_facts_add_arrow", "", LEVEL_FACTS, ATTAIN_OK, NULL, call_add_arrow, finish_report, false, false},
    {"attain_facts_add_arrow", "refused", LEVEL_FACTS, ATTAIN_E_UNIT, NULL, call_add_arrow_bad, finish_report,
     false, false},
    {"attain_facts_add_arrow", "without bad rows", LEVEL_FACTS, ATTAIN_OK, NULL, call_add_arrow_skip,
     finish_report, false, false},
    {"attain_facts_add_arrow", "many rows", LEVEL_FACTS, ATTAIN_OK, NULL, call_add_arrow_days, finish_report,
     false, false},
    {"attain_facts_to_arrow", "", LEVEL_FACTS, ATTAIN_OK, NULL, call_facts_to_arrow, NULL, false, false},
    {"attain_facts_to_arrow", "as plain text", LEVEL_FACTS, ATTAIN_OK, NULL, call_facts_to_arrow_plain, NULL,
     false, false},
    {"attain_table_to_arrow", "", LEVEL_TABLE, ATTAIN_OK, prepare_tables, call_table_to_arrow, NULL, false,
     false},
    {"attain_table_to_arrow", "to own", LEVEL_TABLE, ATTAIN_OK, prepare_tables, call_table_to_arrow_own, NULL,
     false, false},
    {"attain_table_to_arrow", "decimals", LEVEL_TABLE, ATTAIN_OK, prepare_tables,
     call_table_to_arrow_decimals, NULL, false, false},
    {"attain_table_to_arrow", "fractions", LEVEL_TABLE, ATTAIN_OK, prepare_tables,
     call_table_to_arrow_fractions, NULL, false, false},
    {"attain_text_free", "", LEVEL_FACTS, ATTAIN_OK, NULL, free_text, NULL, false, true},
    {"attain_plan_free", "", LEVEL_FROZEN, ATTAIN_OK, NULL, free_plan, NULL, false, true},
    {"attain_facts_free", "", LEVEL_FACTS, ATTAIN_OK, NULL, free_facts, NULL, false, true},
    {"attain_intake_free", "", LEVEL_FACTS, ATTAIN_OK, prepare_fed_intake, free_intake, NULL, false, true},
    {"attain_report_free", "", LEVEL_FACTS, ATTAIN_OK, prepare_report, free_report, NULL, false, true},
    {"attain_table_free", "", LEVEL_TABLE, ATTAIN_OK, NULL, free_table, NULL, false, true},
    {"attain_summary_free", "", LEVEL_TABLE, ATTAIN_OK, prepare_summary, free_summary, NULL, false, true},
};

const size_t n_scenarios = sizeof scenarios / sizeof scenarios[0];
