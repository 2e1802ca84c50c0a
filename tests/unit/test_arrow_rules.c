/* The rules of intake, which hold for Arrow as for any other rows: what is refused and in which words, cells that come twice, what stands beside a
 * figure, options, progress, and that facts which were there before stay as they were. */
#include "arrow_twin.h"

#include <stdio.h>
#include <stdlib.h>

#define FACTS "unit,measure,period,value\n"

/* ---- against texts ---- */

static const struct {
    const char *row[N_COLUMNS];
    attain_status status;
} bad_rows[] = {
    {{"VN", "people", "2024", "1"}, ATTAIN_E_PLACE},
    {{"1", "people", "2024-01", "1"}, ATTAIN_E_PERIOD},
    {{"1", "people", "2024-Q1", "1"}, ATTAIN_E_PERIOD},
    {{"1", "workers", "2024-06-10", "1", NULL, NULL, "full_time"}, ATTAIN_E_PERIOD},
    {{"VN", "workers", "2024", "1", NULL, NULL, "full_time"}, ATTAIN_E_PLACE},
    {{"99", "people", "2024", "1"}, ATTAIN_E_UNIT},
    {{NULL, "people", "2024", "1"}, ATTAIN_E_UNIT},
    {{"1", "peple", "2024", "1"}, ATTAIN_E_MEASURE},
    {{"1", NULL, "2024", "1"}, ATTAIN_E_MEASURE},
    {{"1", "people", "2024-13", "1"}, ATTAIN_E_DATE},
    {{"1", "people", NULL, "1"}, ATTAIN_E_DATE},
    {{"1", "people", "2024", "1x"}, ATTAIN_E_NUMBER},
    {{"1", "people", "2024", "1.5"}, ATTAIN_E_DIGITS},
    {{"1", "people", "2024", "-1"}, ATTAIN_E_RANGE},
    {{"1", "people", "2024", "99999999999999999999"}, ATTAIN_E_RANGE},
    {{"1", "people", "2024", "1", "?"}, ATTAIN_E_QUALIFIER},
    {{"1", "people", "2024", "1", "missing"}, ATTAIN_E_QUALIFIER},
    {{"1", "people", "2024", NULL, "missing", "because"}, ATTAIN_E_QUALIFIER},
    {{"1", "people", "2024", "1", NULL, "M"}, ATTAIN_E_QUALIFIER},
    {{"1", "workers", "2024", "1"}, ATTAIN_E_CATEGORY},
    {{"1", "workers", "2024", "1", NULL, NULL, "fulltime"}, ATTAIN_E_CATEGORY},
    {{"1", "people", "2024", "1", NULL, NULL, "full_time"}, ATTAIN_E_CATEGORY},
    {{"1", "kids", "2024", "1", NULL, NULL, NULL, "3"}, ATTAIN_E_CATEGORY},
    {{"11", "people", "2020", "1"}, ATTAIN_E_DUPLICATE},
};

/* Each bad row alone between good ones, in plain columns, dictionaries and views, row by row and not. */
static void bad_rows_are_those_of_text(void **state)
{
    (void)state;
    static const uint32_t tunings[] = {0, ATTAIN_TUNE_ROW_BY_ROW, ATTAIN_TUNE_PORTABLE, ATTAIN_TUNE_RADIX};
    static const char *const good[] = {"3", "people", "2019", "5", NULL, NULL, NULL, NULL};
    for (size_t b = 0; b < COUNT(bad_rows); b++) {
        const char *cell[3 * N_COLUMNS];
        const frame f = {cell, 3};
        memcpy(cell, good, sizeof good);
        memcpy(cell + N_COLUMNS, bad_rows[b].row, sizeof bad_rows[b].row);
        memcpy(cell + 2 * N_COLUMNS, good, sizeof good);
        cell[2 * N_COLUMNS] = "4";
        for (size_t t = 0; t < COUNT(twin_texts); t++) {
            for (size_t x = 0; x < COUNT(twin_indices); x++) {
                way w = twin_way(twin_plan);
                w.tuning = tunings[(b + t + x) % COUNT(tunings)];
                w.n_threads = 1 + (uint32_t)(x % 3);
                w.before = "unit,measure,period,value\n11,people,2020,9\n";
                for (size_t c = 0; c < N_COLUMNS; c++) {
                    w.columns[c].format = twin_texts[t];
                    w.columns[c].index = twin_indices[x];
                }
                const attain_status status = twin_check(&f, &w);
                if (status != bad_rows[b].status) {
                    fail_msg("row %zu is %s", b, attain_status_name(status));
                }
                w.flags = ATTAIN_INTAKE_SKIP_BAD_ROWS;
                assert_int_equal(twin_check(&f, &w), ATTAIN_OK);
                w.max_issues = 1;
                assert_int_equal(twin_check(&f, &w), ATTAIN_OK);
            }
        }
    }
}

static void cells_that_come_twice(void **state)
{
    (void)state;
    static const char *const twice[][N_COLUMNS] = {
        {"1", "people", "2024", "5"}, {"2", "people", "2024", "6"},      {"1", "people", "2024", "5"},
        {"2", "people", "2024", "7"}, {"2", "people", "2024", "8", "~"},
    };
    static const size_t one[] = {5};
    static const size_t two[] = {2, 3};
    static const size_t many[] = {1, 1, 1, 1, 1};
    static const struct {
        const size_t *sizes;
        size_t n;
    } splits[] = {{one, 1}, {two, 2}, {many, 5}};
    const uint32_t flags[] = {ATTAIN_INTAKE_STRICT,
                              ATTAIN_INTAKE_SAME_VALUE_IS_FINE,
                              ATTAIN_INTAKE_SUM,
                              ATTAIN_INTAKE_SKIP_BAD_ROWS,
                              ATTAIN_INTAKE_SKIP_BAD_ROWS | ATTAIN_INTAKE_SUM,
                              ATTAIN_INTAKE_SKIP_BAD_ROWS | ATTAIN_INTAKE_SAME_VALUE_IS_FINE};
    for (size_t n = 1; n <= 5; n++) {
        const frame f = {(const char **)twice[0], n};
        for (size_t s = 0; s < COUNT(splits); s++) {
            for (size_t g = 0; g < COUNT(flags); g++) {
                way w = twin_way(twin_plan);
                w.sizes = splits[s].sizes;
                w.n_sizes = splits[s].n;
                w.flags = flags[g];
                const attain_status status = twin_check(&f, &w);
                if (n < 3 || flags[g] >= ATTAIN_INTAKE_SKIP_BAD_ROWS) {
                    assert_int_equal(status, ATTAIN_OK);
                } else if (n == 3) {
                    assert_int_equal(status,
                                     flags[g] == ATTAIN_INTAKE_STRICT ? ATTAIN_E_DUPLICATE : ATTAIN_OK);
                }
                w.before = "unit,measure,period,value\n1,people,2024,5\n";
                (void)twin_check(&f, &w);
            }
        }
    }
}

/* ---- by hand ---- */

/* Two batches; the third row is the cell of the first. */
static am_stream *twice(const char *first, const char *second)
{
    static const am_column columns[] = {{"unit", "u", 0, 0},
                                        {"measure", "u", 0, 0},
                                        {"period", "u", 0, 0},
                                        {"value", "l", 0, 0}};
    am_stream *s = am_new(columns, 4);
    am_batch(s, TEXTS("7", "people", "2025", first, "1", "people", "2025", "1"), 2);
    am_batch(s, TEXTS("7", "people", "2025", second), 1);
    return s;
}

static void cells_that_come_twice_by_hand(void **state)
{
    (void)state;
    twin_refuses(twice("5", "5"), NULL, ATTAIN_E_DUPLICATE, 2,
                 "row 3: people at 7 in 2025 is the same cell as row 1");
    const attain_intake_options same = {.struct_size = sizeof same,
                                        .flags = ATTAIN_INTAKE_SAME_VALUE_IS_FINE};
    twin_takes(twice("5", "5"), &same, FACTS "7,people,2025,5\n1,people,2025,1\n");
    twin_refuses(twice("5", "6"), &same, ATTAIN_E_DUPLICATE, 2, "same cell as row 1");
    const attain_intake_options sum = {.struct_size = sizeof sum, .flags = ATTAIN_INTAKE_SUM};
    twin_takes(twice("5", "6"), &sum, FACTS "7,people,2025,11\n1,people,2025,1\n");
    const attain_intake_options skip = {.struct_size = sizeof skip, .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS};
    twin_takes(twice("5", "6"), &skip, FACTS "1,people,2025,1\n");
}

static void facts_that_were_there_before_stay(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(twin_plan);
    attain_facts *before = build_facts(twin_plan);
    build_add(facts, FACTS "7,people,2025,3\n");
    build_add(before, FACTS "7,people,2025,3\n");
    am_stream *s = twice("5", "6");
    check_fails(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), ATTAIN_E_DUPLICATE, &err);
    am_free(s);
    twin_same_facts(facts, before);
    static const am_column columns[] = {{"unit", "u", 0, 0},
                                        {"measure", "u", 0, 0},
                                        {"period", "u", 0, 0},
                                        {"value", "l", 0, 0}};
    s = twin_stream(columns, 4, TEXTS("1", "people", "2025", "1", "7", "people", "2025", "2"), 2);
    check_fails(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), ATTAIN_E_DUPLICATE, &err);
    check_contains(err.message, "was taken in before");
    am_free(s);
    twin_same_facts(facts, before);
    attain_facts_free(before);
    attain_facts_free(facts);
}

/* One row of people at 7 in 2025 with a qualifier or a reason. */
static am_stream *beside(const char *value, const char *name, const char *type, const char *word)
{
    const am_column columns[] = {{"unit", "u", 0, 0},
                                 {"measure", "u", 0, 0},
                                 {"period", "u", 0, 0},
                                 {"value", "i", 0, 0},
                                 am_typed(name, type, 0)};
    return twin_stream(columns, 5, TEXTS("7", "people", "2025", value, word), 1);
}

static void qualifiers_and_reasons(void **state)
{
    (void)state;
    static const char *const types[] = {"u", "vu", "c:u", "S?:U"};
    static const char *const cells[] = {"7", "people", "2020", "1",  "=",       "",
                                        "7", "people", "2021", "2",  ">",       NULL,
                                        "7", "people", "2022", "3",  NULL,      NULL,
                                        "7", "people", "2023", NULL, "missing", "confidential",
                                        "7", "people", "2024", NULL, "missing", NULL,
                                        "7", "people", "2025", NULL, "",        ""};
    for (size_t t = 0; t < COUNT(types); t++) {
        const unsigned how = AM_SLICED | AM_SLICED_DICTIONARY;
        const am_column columns[] = {{"unit", "u", 0, how},
                                     {"measure", "u", 0, how},
                                     {"period", "u", 0, how},
                                     {"value", "i", 0, how},
                                     am_typed("qualifier", types[t], how),
                                     am_typed("reason", types[t], how)};
        twin_takes(twin_stream(columns, 6, cells, 6), NULL,
                   "unit,measure,period,value,qualifier,reason\n7,people,2020,1,=,\n7,people,2021,2,>,\n"
                   "7,people,2022,3,,\n7,people,2023,,missing,confidential\n7,people,2024,,missing,\n"
                   "7,people,2025,,,\n");
    }
    twin_refuses(beside("1", "qualifier", "u", "about"), NULL, ATTAIN_E_QUALIFIER, 0,
                 "unknown qualifier 'about'");
    twin_refuses(beside("1", "qualifier", "i:u", "missing"), NULL, ATTAIN_E_QUALIFIER, 0,
                 "'missing' stands beside the value '1'");
    twin_refuses(beside(NULL, "reason", "i:u", "holiday"), NULL, ATTAIN_E_QUALIFIER, 0,
                 "a reason stands here without the qualifier 'missing'");
}

static void members_make_cells(void **state)
{
    (void)state;
    static const am_column columns[] = {{"unit", "u", 0, AM_SLICED},
                                        {"measure", "u", 0, AM_SLICED},
                                        {"period", "u", 0, AM_SLICED},
                                        {"sex", "u", 'i', AM_SLICED | AM_SLICED_DICTIONARY},
                                        {"post", "u", 0, AM_SLICED},
                                        {"value", "i", 0, AM_SLICED}};
    static const char *const cells[] = {"7",
                                        "visits",
                                        "2025-01",
                                        "f",
                                        "full_time",
                                        "1",
                                        "7",
                                        "visits",
                                        "2025-01",
                                        "m",
                                        "full_time",
                                        "2",
                                        "7",
                                        "visits",
                                        "2025-01",
                                        "f",
                                        "part_time_in_the_evening",
                                        "3",
                                        "7",
                                        "visits",
                                        "2025-01",
                                        "m",
                                        "part_time_in_the_evening",
                                        "4"};
    twin_takes(twin_stream(columns, 6, cells, 4), NULL,
               "unit,measure,period,post,sex,value\n7,visits,2025-01,full_time,f,1\n"
               "7,visits,2025-01,full_time,m,2\n7,visits,2025-01,part_time_in_the_evening,f,3\n"
               "7,visits,2025-01,part_time_in_the_evening,m,4\n");
    static const am_column by_post[] = {{"unit", "u", 0, 0},
                                        {"measure", "u", 0, 0},
                                        {"period", "u", 0, 0},
                                        {"value", "i", 0, 0},
                                        {"post", "u", 'c', 0}};
    static const struct {
        const char *measure, *post, *part;
    } bad[] = {{"workers", "x", "'x' is no member of post"},
               {"workers", NULL, "its column is empty here"},
               {"people", "full_time", "measure 'people' is not by post"}};
    for (size_t i = 0; i < COUNT(bad); i++) {
        twin_refuses(twin_stream(by_post, 5,
                                 TEXTS("7", "workers", "2024", "1", "full_time", "7", bad[i].measure, "2025",
                                       "2", bad[i].post),
                                 2),
                     NULL, ATTAIN_E_CATEGORY, 1, bad[i].part);
    }
    twin_refuses(twin_stream(by_post, 4, TEXTS("7", "workers", "2024", "1"), 1), NULL, ATTAIN_E_CATEGORY, 0,
                 "there is no such column");
}

/* ---- options ---- */

static void options_that_are_none(void **state)
{
    (void)state;
    const way w = twin_way(twin_plan);
    attain_error err;
    static const uint32_t flags[] = {ATTAIN_INTAKE_SUM | ATTAIN_INTAKE_SAME_VALUE_IS_FINE, 16, 1u << 31};
    for (size_t i = 0; i < COUNT(flags); i++) {
        const attain_intake_options options = {.struct_size = sizeof options, .flags = flags[i]};
        attain_facts *facts = twin_facts(&w);
        am_stream *s = am_new(w.columns, N_COLUMNS);
        am_batch(s, twin_rows[0], 8);
        check_fails(attain_facts_add_arrow(facts, &s->stream, &options, NULL, &err), ATTAIN_E_ARGUMENT, &err);
        am_free(s); /* it was taken all the same */
        s = am_new(w.columns, N_COLUMNS);
        check_fails(attain_facts_add_arrow(NULL, &s->stream, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
        am_free(s);
        check_fails(attain_facts_add_arrow(facts, NULL, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
        attain_facts_free(facts);
    }
}

/* What is said of an argument that is none; a stream is taken also where nothing of it is read. */
static void arguments_that_are_wrong(void **state)
{
    (void)state;
    attain_error err;
    const way w = twin_way(twin_plan);
    attain_facts *facts = build_facts(twin_plan);
    const attain_intake_options bad[] = {{.struct_size = sizeof bad[0], .flags = 64},
                                         {.struct_size = sizeof bad[0], .n_rename = 1}};
    static const char *const words[] = {"attain_intake_flags has no such bit", "rename is NULL"};
    am_stream *s = twin_stream(w.columns, N_COLUMNS, twin_rows[0], 8);
    check_fails(attain_facts_add_arrow(NULL, &s->stream, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "facts is NULL");
    am_free(s);
    for (size_t i = 0; i < COUNT(bad); i++) {
        s = twin_stream(w.columns, N_COLUMNS, twin_rows[0], 8);
        check_fails(attain_facts_add_arrow(facts, &s->stream, &bad[i], NULL, &err), ATTAIN_E_ARGUMENT, &err);
        check_contains(err.message, words[i]);
        am_free(s);
    }
    check_fails(attain_facts_add_arrow(facts, NULL, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "stream is NULL");
    attain_facts_free(facts);
}

/* ---- progress ---- */

typedef struct counter {
    int n, stop_at;
    uint64_t last;
} counter;

static int count_progress(void *ctx, uint64_t done, uint64_t total)
{
    counter *c = ctx;
    assert_int_equal(total, 0);
    assert_true(done >= c->last);
    c->last = done;
    return ++c->n == c->stop_at;
}

/* Where an intake is stopped nothing is added, and all is released. */
static void an_intake_can_be_stopped(void **state)
{
    (void)state;
    enum { N = 200000 };
    static const am_column columns[] = {{"unit", "u", 'S', 0},
                                        {"measure", "u", 'S', 0},
                                        {"period", "u", 'S', 0},
                                        {"value", "l", 0, 0}};
    const char **cells = malloc(N * 4 * sizeof *cells);
    for (size_t i = 0; i < N; i++) {
        static const char *const units[] = {"1", "2", "3", "4", "5", "6", "7"};
        static const char *const values[] = {"0", "1", "12", "345", "6789"};
        cells[4 * i] = units[i % 7];
        cells[4 * i + 1] = i % 3 == 0 ? "trained" : "people";
        cells[4 * i + 2] = i % 2 == 0 ? "2024" : "2025";
        cells[4 * i + 3] = values[i % 5];
    }
    for (int stop_at = 0; stop_at < 4; stop_at++) {
        attain_error err;
        counter c = {0, stop_at, 0};
        attain_facts *facts = build_facts(twin_plan);
        const attain_intake_options options = {.struct_size = sizeof options,
                                               .flags = ATTAIN_INTAKE_SUM,
                                               .progress = count_progress,
                                               .progress_ctx = &c};
        am_stream *s = twin_stream(columns, 4, cells, N);
        check_fails(attain_facts_add_arrow(facts, &s->stream, &options, NULL, &err),
                    stop_at == 0 ? ATTAIN_OK : ATTAIN_E_CANCELLED, &err);
        assert_true(stop_at != 0 || (c.n >= 4 && c.last == N));
        assert_int_equal(attain_facts_count(facts) == 0, stop_at != 0);
        attain_facts_free(facts);
        am_free(s);
    }
    free(cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_rows_are_those_of_text),    cmocka_unit_test(cells_that_come_twice),
        cmocka_unit_test(cells_that_come_twice_by_hand), cmocka_unit_test(facts_that_were_there_before_stay),
        cmocka_unit_test(qualifiers_and_reasons),        cmocka_unit_test(members_make_cells),
        cmocka_unit_test(options_that_are_none),         cmocka_unit_test(arguments_that_are_wrong),
        cmocka_unit_test(an_intake_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, twin_set_up, twin_tear_down);
}
