/* Facts that go out as Arrow: they come back as the same bytes, however figures are written, with and without dictionaries, in batches of any size and
 * with any number of threads; and each cell is what attain_facts_at gives, in the words that an intake reads. */
#include "arrow_scene.h"
#include "arrow_twin.h"
#include "support/rng.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- there and back ---- */

static void there_and_back(const attain_facts *from, const attain_plan *of, attain_arrow_numbers numbers,
                           int plain_text, uint64_t batch_rows, uint32_t n_threads)
{
    attain_error err;
    attain_report report;
    attain_facts *back;
    struct ArrowArrayStream stream;
    int n_released = 0;
    const attain_arrow_options options = {.struct_size = sizeof options,
                                          .numbers = numbers,
                                          .plain_text = plain_text,
                                          .batch_rows = batch_rows,
                                          .owner = &n_released,
                                          .release = scene_count_release};
    const attain_facts_options threads = {.struct_size = sizeof threads, .n_threads = n_threads};
    check_ok(attain_facts_new(of, &threads, &back, &err), &err);
    check_ok(attain_facts_to_arrow(from, &options, &stream, &err), &err);
    check_ok(attain_facts_add_arrow(back, &stream, NULL, &report, &err), &err);
    assert_null(stream.release);
    assert_int_equal(n_released, 1);
    assert_int_equal(report.n_accepted, attain_facts_count(from));
    assert_int_equal(report.ignored_columns.len, 0);
    attain_report_free(&report);
    twin_same_facts(back, from);
    attain_facts_free(back);
}

static void facts_come_back(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0, 1, 2, 3, 5, 6, 1000000};
    for (int k = 0; k < N_SCENES; k++) {
        const scene *s = &scenes[k];
        attain_facts *none = build_facts(s->plan);
        for (size_t i = 0; i < COUNT(sizes); i++) {
            for (int plain = 0; plain < 2; plain++) {
                /* Doubles hold up to 15 digits, which these facts keep to. */
                there_and_back(s->facts, s->plan, ATTAIN_ARROW_DOUBLES, plain, sizes[i], 1);
                there_and_back(s->facts, s->plan, ATTAIN_ARROW_DECIMALS, plain, sizes[i],
                               1 + (uint32_t)i % 3);
                there_and_back(s->facts, s->plan, ATTAIN_ARROW_FRACTIONS, plain, sizes[i], 1);
                there_and_back(none, s->plan, ATTAIN_ARROW_DECIMALS, plain, sizes[i], 1);
            }
        }
        attain_facts_free(none);
    }
}

static void many_facts_come_back(void **state)
{
    (void)state;
    const attain_plan *plan = scenes[SCENE_RHYTHMS].plan;
    attain_facts *many = build_facts(plan);
    attain_error err;
    rng r = rng_new(8);
    enum { N = 120000 };
    uint32_t *unit = malloc(N * sizeof *unit);
    uint32_t *measure = malloc(N * sizeof *measure);
    int32_t *period = malloc(N * sizeof *period);
    int64_t *value = malloc(N * sizeof *value);
    uint8_t *qualifier = malloc(N);
    const uint32_t kids = build_measure(plan, "kids");
    const uint32_t money = build_measure(plan, "money");
    size_t n = 0;
    attain_period day = build_period("1900-01-01");
    for (size_t i = 0; n < N; i++) {
        for (uint32_t u = 1; u <= 3; u++) {
            unit[n] = u;
            measure[n] = i % 2 == 0 ? kids : money;
            check_ok(attain_period_encode(day, &period[n], &err), &err);
            value[n] = rng_between(&r, i % 2 == 0 ? 0 : INT64_MIN / 2, INT64_MAX / 2);
            qualifier[n++] = rng_below(&r, 100) == 0 ? ATTAIN_ESTIMATED : ATTAIN_EXACT;
        }
        check_ok(attain_period_step(day, (int32_t)(i % 2), &day, &err), &err);
    }
    const attain_fact_columns columns = {
        .unit = unit, .measure = measure, .period = period, .value = value, .qualifier = qualifier};
    check_ok(attain_facts_add(many, &columns, N, NULL, NULL, &err), &err);
    for (uint32_t n_threads = 1; n_threads <= 3; n_threads++) {
        there_and_back(many, plan, ATTAIN_ARROW_DECIMALS, n_threads == 2, n_threads == 3 ? 5000 : 0,
                       n_threads);
    }
    free(unit);
    free(measure);
    free(period);
    free(value);
    free(qualifier);
    attain_facts_free(many);
}

/* ---- column by column ---- */

static void read_facts(const attain_facts *facts, attain_arrow_numbers numbers, int plain_text,
                       uint64_t batch_rows, am_grid *grid)
{
    attain_error err;
    struct ArrowArrayStream stream;
    const attain_arrow_options options = {.struct_size = sizeof options,
                                          .numbers = numbers,
                                          .plain_text = plain_text,
                                          .batch_rows = batch_rows};
    check_ok(attain_facts_to_arrow(facts, &options, &stream, &err), &err);
    am_read(&stream, grid);
    assert_null(grid->error);
    assert_int_equal(grid->n_rows, attain_facts_count(facts));
}

static void facts_cell_by_cell(void **state)
{
    (void)state;
    const attain_plan *plan = scenes[SCENE_RHYTHMS].plan;
    const attain_facts *facts = scenes[SCENE_RHYTHMS].facts;
    static const char *const names[] = {"unit", "measure", "period",    "post",
                                        "sex",  "value",   "qualifier", "reason"};
    static const char *const formats[] = {"g", "d:38,2", "u"};
    for (int numbers = 0; numbers < 3; numbers++) {
        for (int plain = 0; plain < 2; plain++) {
            am_grid grid;
            read_facts(facts, (attain_arrow_numbers)numbers, plain, 4, &grid);
            assert_int_equal(grid.n_columns, COUNT(names));
            assert_int_equal(grid.largest_batch, 4);
            for (size_t c = 0; c < COUNT(names); c++) {
                assert_string_equal(grid.name[c], names[c]);
                assert_string_equal(grid.format[c], c == 5 ? formats[numbers] : plain != 0 ? "u" : "i<u>");
            }
            for (size_t row = 0; row < grid.n_rows; row++) {
                attain_fact fact;
                attain_error err;
                char period[64];
                check_ok(attain_facts_at(facts, row, &fact, &err), &err);
                check_ok(attain_period_print(fact.period, period, sizeof period, NULL, &err), &err);
                scene_check_cell(am_cell(&grid, row, "unit"),
                                 attain_plan_id(plan, ATTAIN_KIND_UNIT, fact.unit).data);
                scene_check_cell(am_cell(&grid, row, "measure"),
                                 attain_plan_id(plan, ATTAIN_KIND_MEASURE, fact.measure).data);
                scene_check_cell(am_cell(&grid, row, "period"), period);
                scene_check_cell(am_cell(&grid, row, "reason"),
                                 fact.qualifier == ATTAIN_MISSING
                                     ? attain_missing_reason_name((attain_missing_reason)fact.reason)
                                     : NULL);
                assert_true((fact.qualifier == ATTAIN_EXACT) == (am_cell(&grid, row, "qualifier") == NULL));
                assert_true((fact.qualifier == ATTAIN_MISSING) == (am_cell(&grid, row, "value") == NULL));
            }
            am_grid_free(&grid);
        }
    }
}

/* The figures of known rows, in each of the three ways; of facts the exact text is a decimal, which is what an intake reads. */
static void figures_in_three_ways(void **state)
{
    (void)state;
    static const struct {
        const char *unit, *measure, *period, *value[3], *post, *sex;
    } wanted[] = {
        {"01", "money", "2023", {"-1000.5", "-1000.50", "-1000.5"}, NULL, NULL},
        {"02", "money", "2024", {"12.25", "12.25", "12.25"}, NULL, NULL},
        {"03", "rain", "2024-W07", {"0.10000000000000001", "0.10", "0.1"}, NULL, NULL},
        {"01", "people", "2024", {"1100", "1100.00", "1100"}, NULL, NULL},
        {"03", "people", "2024", {"0", "0.00", "0"}, NULL, NULL},
        {"01", "workers", "2024", {"5", "5.00", "5"}, "part_time", NULL},
        {"03", "kids", "2024-06-10", {"8", "8.00", "8"}, NULL, "m"},
        {"02", "helped", "2024", {NULL, NULL, NULL}, NULL, NULL},
    };
    const attain_facts *facts = scenes[SCENE_RHYTHMS].facts;
    for (int numbers = 0; numbers < 3; numbers++) {
        am_grid grid;
        size_t n_found = 0;
        read_facts(facts, (attain_arrow_numbers)numbers, 0, 0, &grid);
        for (size_t row = 0; row < grid.n_rows; row++) {
            for (size_t i = 0; i < COUNT(wanted); i++) {
                const char *const post = am_cell(&grid, row, "post");
                if (strcmp(am_cell(&grid, row, "unit"), wanted[i].unit) == 0 &&
                    strcmp(am_cell(&grid, row, "measure"), wanted[i].measure) == 0 &&
                    strcmp(am_cell(&grid, row, "period"), wanted[i].period) == 0 &&
                    (wanted[i].post == NULL) == (post == NULL) &&
                    (post == NULL || strcmp(post, wanted[i].post) == 0)) {
                    scene_check_cell(am_cell(&grid, row, "value"), wanted[i].value[numbers]);
                    scene_check_cell(am_cell(&grid, row, "sex"), wanted[i].sex);
                    n_found++;
                }
            }
        }
        assert_int_equal(n_found, COUNT(wanted));
        am_grid_free(&grid);
    }
}

/* In the order of attain_facts_at, with the words that are read. */
static void facts_line_by_line(void **state)
{
    (void)state;
    static const char *const names[] = {"unit", "measure", "period", "sex", "value", "qualifier", "reason"};
    static const char *const rows[] = {"A,helped,2024,,7,~,",    "A,helped,2025,,45,,",
                                       "A,need,2025,,60,,",      "A,net,2024,,0.01,<=,",
                                       "A,net,2025,,-1.5,,",     "A,staff,2025,female,3,,",
                                       "A,staff,2025,male,1,>,", "B,staff,2025,female,,missing,holiday",
                                       "P,cover,2025,,96.1,,",   "A,cover,2021..2025,,33.3,,"};
    am_grid grid;
    read_facts(scenes[SCENE_VERDICTS].facts, ATTAIN_ARROW_FRACTIONS, 0, 0, &grid);
    assert_int_equal(grid.n_columns, COUNT(names));
    assert_int_equal(grid.n_rows, COUNT(rows));
    assert_int_equal(grid.n_batches, 1);
    for (size_t c = 0; c < COUNT(names); c++) {
        assert_string_equal(grid.name[c], names[c]);
    }
    for (size_t row = 0; row < COUNT(rows); row++) {
        char line[256] = "";
        for (size_t c = 0; c < COUNT(names); c++) {
            const char *const cell = grid.cell[row * grid.n_columns + c];
            assert_true(cell == NULL || cell[0] != '\0');
            strcat(line, c > 0 ? "," : "");
            strcat(line, cell != NULL ? cell : "");
        }
        assert_string_equal(line, rows[row]);
    }
    am_grid_free(&grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_come_back),    cmocka_unit_test(many_facts_come_back),
        cmocka_unit_test(facts_cell_by_cell), cmocka_unit_test(figures_in_three_ways),
        cmocka_unit_test(facts_line_by_line),
    };
    return cmocka_run_group_tests(tests, scene_set_up, scene_tear_down);
}
