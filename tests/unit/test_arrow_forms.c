/* The same rows in every form that Arrow has for them: types of texts and numbers, dictionaries, slices, bitmaps, structs with offsets, rows that are
 * null as a whole, batches of any size. Whatever the form, ids are found, nulls are empty and rows are counted as if they were texts. */
#include "arrow_twin.h"

#include <stdio.h>
#include <stdlib.h>

#define FACTS "unit,measure,period,value\n"

/* ---- every type against texts ---- */

static const char *const number_formats[] = {"c", "C", "s",      "S",        "i",        "I",     "l",
                                             "L", "g", "d:18,3", "d:9,2,32", "d:9,0,64", "d:38,5"};

static void every_text_type(void **state)
{
    (void)state;
    const frame f = {(const char **)twin_rows[0], COUNT(twin_rows)};
    for (size_t c = 0; c < N_COLUMNS; c++) {
        for (size_t t = 0; t < COUNT(twin_texts); t++) {
            for (size_t x = 0; x < COUNT(twin_indices); x++) {
                for (size_t h = 0; h < COUNT(twin_hows); h++) {
                    way w = twin_way(twin_plan);
                    w.columns[c] = (am_column){twin_names[c], twin_texts[t], twin_indices[x], twin_hows[h]};
                    assert_int_equal(twin_check(&f, &w), ATTAIN_OK);
                }
            }
        }
    }
}

static bool is_number(const char *text)
{
    return text == NULL || strspn(text, "0123456789") == strlen(text);
}

/* Numbers where ids and words are required: as their decimal text, which is mostly none of them, and refused as that text is. */
static void every_number_type(void **state)
{
    (void)state;
    const char *cell[COUNT(twin_rows) * N_COLUMNS];
    const frame f = {cell, COUNT(twin_rows)};
    for (size_t c = 0; c < N_COLUMNS; c++) {
        for (size_t t = 0; t < COUNT(number_formats); t++) {
            const bool is_whole = strchr("gd", number_formats[t][0]) == NULL;
            if (c != VALUE && (!is_whole || (c == PERIOD && strchr("cC", number_formats[t][0]) != NULL))) {
                continue;
            }
            for (size_t i = 0; i < COUNT(cell); i++) {
                cell[i] = i % N_COLUMNS != c || is_number(twin_rows[i / N_COLUMNS][i % N_COLUMNS])
                              ? twin_rows[i / N_COLUMNS][i % N_COLUMNS]
                              : "44";
            }
            for (size_t x = 0; x < COUNT(twin_indices); x++) {
                for (size_t h = 0; h < COUNT(twin_hows); h++) {
                    way w = twin_way(twin_plan);
                    w.columns[c] =
                        (am_column){twin_names[c], number_formats[t], twin_indices[x], twin_hows[h]};
                    const attain_status status = twin_check(&f, &w);
                    const bool is_id = c == UNIT || c == PERIOD || c == VALUE;
                    assert_true(is_id == (status == ATTAIN_OK));
                }
            }
        }
    }
}

/* Views hold twelve bytes themselves; a text of thirteen stands elsewhere. */
static void texts_at_the_edge_of_a_view(void **state)
{
    (void)state;
    static const char *const cells[][N_COLUMNS] = {
        {"1", "twelve_bytes", "2024", "1"},  {"1", "thirteen_byte", "2024", "2"},
        {"2", "thirteen_byte", "2024", "3"}, {"2", "twelve_bytes", "2024", "4"},
        {"3", "twelve_bytes", "2024", "5"},  {"3", "thirteen_byte", "2024", "6"},
    };
    static const uint32_t tunings[] = {0, ATTAIN_TUNE_ROW_BY_ROW};
    for (size_t n = 1; n <= COUNT(cells); n++) {
        const frame f = {(const char **)cells[0], n};
        for (size_t t = 0; t < COUNT(tunings); t++) {
            for (size_t h = 0; h < COUNT(twin_hows); h++) {
                way w = twin_way(twin_plan);
                w.tuning = tunings[t];
                w.columns[MEASURE] = (am_column){"measure", "vu", h % 2 == 0 ? 0 : 'c', twin_hows[h]};
                assert_int_equal(twin_check(&f, &w), ATTAIN_OK);
            }
        }
    }
}

/* More words than a signed index of the same width could name: 200 with bytes, 40000 with two; plain and row by row. */
static void indices_beyond_half_of_their_width(void **state)
{
    (void)state;
    enum { N = 40000 };
    static const struct {
        char index;
        size_t n;
    } sizes[] = {{'C', 200}, {'s', 200}, {'S', N}, {'i', N}, {'I', N}, {'l', N}, {'L', N}};
    attain_error err;
    const char **cells = calloc(N * N_COLUMNS, sizeof *cells);
    char(*days)[16] = malloc(N * sizeof *days);
    attain_period day = build_period("1900-01-01");
    for (size_t i = 0; i < N; i++) {
        check_ok(attain_period_print(day, days[i], sizeof days[i], NULL, &err), &err);
        check_ok(attain_period_step(day, 1, &day, &err), &err);
        cells[i * N_COLUMNS + UNIT] = "1";
        cells[i * N_COLUMNS + MEASURE] = "trained";
        cells[i * N_COLUMNS + PERIOD] = days[i];
        cells[i * N_COLUMNS + VALUE] = "7";
    }
    for (size_t i = 0; i < 2 * COUNT(sizes); i++) {
        const frame f = {cells, sizes[i / 2].n};
        way w = twin_way(twin_plan);
        w.tuning = i % 2 == 0 ? 0 : ATTAIN_TUNE_ROW_BY_ROW;
        w.columns[PERIOD] = (am_column){"period", "u", sizes[i / 2].index, AM_WORD_PER_ROW};
        assert_int_equal(twin_check(&f, &w), ATTAIN_OK);
    }
    free(days);
    free(cells);
}

static void columns_of_nulls(void **state)
{
    (void)state;
    const char *cell[COUNT(twin_rows) * N_COLUMNS];
    for (size_t c = 0; c < N_COLUMNS; c++) {
        for (size_t t = 0; t < 4; t++) {
            static const char *const formats[] = {"n", "u", "l", "vu"};
            const frame f = {cell, COUNT(twin_rows)};
            way w = twin_way(twin_plan);
            for (size_t i = 0; i < COUNT(cell); i++) {
                cell[i] = i % N_COLUMNS != c ? twin_rows[i / N_COLUMNS][i % N_COLUMNS] : NULL;
            }
            w.columns[c].format = formats[t];
            (void)twin_check(&f, &w);
            w.flags = ATTAIN_INTAKE_SKIP_BAD_ROWS;
            assert_int_equal(twin_check(&f, &w), ATTAIN_OK);
        }
    }
}

/* Rows of an offset into the struct, and rows that are null as a whole: they say nothing. */
static void structs_with_offset_and_nulls(void **state)
{
    (void)state;
    attain_error err;
    attain_report report;
    const frame f = {(const char **)twin_rows[0], COUNT(twin_rows)};
    for (size_t x = 0; x < COUNT(twin_indices); x++) {
        for (size_t h = 0; h < COUNT(twin_hows); h++) {
            way w = twin_way(twin_plan);
            w.struct_offset = 5;
            for (size_t c = 0; c < N_COLUMNS; c++) {
                w.columns[c].index = twin_indices[x];
                w.columns[c].how = twin_hows[h];
            }
            assert_int_equal(twin_check(&f, &w), ATTAIN_OK);
        }
    }
    static const bool null_row[] = {false, true, false, true, false, false, false, false};
    for (int k = 0; k < 4; k++) {
        way w = twin_way(twin_plan);
        w.tuning = k / 2 == 0 ? 0 : ATTAIN_TUNE_ROW_BY_ROW;
        attain_facts *facts = twin_facts(&w);
        am_stream *s = am_new(w.columns, N_COLUMNS);
        s->struct_offset = k % 2 == 0 ? 0 : 11;
        s->null_row = null_row;
        am_batch(s, twin_rows[0], 8);
        check_ok(attain_facts_add_arrow(facts, &s->stream, NULL, &report, &err), &err);
        am_free(s);
        assert_int_equal(report.n_read, 8);
        assert_int_equal(report.n_empty, 3);
        assert_int_equal(attain_facts_count(facts), 5);
        attain_report_free(&report);
        attain_facts_free(facts);
    }
}

static void batches_of_any_size(void **state)
{
    (void)state;
    static const size_t ones[] = {1, 1, 1, 1, 1, 1, 1, 1};
    static const size_t empty[] = {0, 0, 3, 0, 0, 4, 0, 1, 0, 0};
    const frame f = {(const char **)twin_rows[0], COUNT(twin_rows)};
    const frame none = {(const char **)twin_rows[0], 0};
    for (size_t t = 0; t < COUNT(twin_texts); t++) {
        for (size_t x = 0; x < COUNT(twin_indices); x++) {
            way w = twin_way(twin_plan);
            for (size_t c = 0; c < N_COLUMNS; c++) {
                w.columns[c].format = twin_texts[t];
                w.columns[c].index = twin_indices[x];
                w.columns[c].how = AM_BARE;
            }
            w.sizes = ones;
            w.n_sizes = COUNT(ones);
            assert_int_equal(twin_check(&f, &w), ATTAIN_OK);
            w.sizes = empty;
            w.n_sizes = COUNT(empty);
            assert_int_equal(twin_check(&f, &w), ATTAIN_OK);
            assert_int_equal(twin_check(&none, &w), ATTAIN_OK);
        }
    }
    /* A stream without a batch. */
    way w = twin_way(twin_plan);
    attain_error err;
    attain_report report;
    attain_facts *facts = twin_facts(&w);
    am_stream *s = am_new(w.columns, N_COLUMNS);
    check_ok(attain_facts_add_arrow(facts, &s->stream, NULL, &report, &err), &err);
    assert_int_equal(report.n_read, 0);
    attain_report_free(&report);
    am_free(s);
    attain_facts_free(facts);
}

/* ---- by hand ---- */

static void ids_as_text_of_every_kind(void **state)
{
    (void)state;
    static const char *const types[] = {"u",   "U",   "vu",  "c:u",  "C:U", "s:vu",
                                        "S:u", "i:u", "I:U", "l:vu", "L:u", "i?:u"};
    static const char *const cells[] = {"The province with number 12",
                                        "workers",
                                        "2024",
                                        "full_time",
                                        NULL,
                                        "1",
                                        "7",
                                        "workers",
                                        "2025",
                                        "part_time_in_the_evening",
                                        NULL,
                                        "2",
                                        "7",
                                        "people",
                                        "2025",
                                        NULL,
                                        "",
                                        "3",
                                        "7",
                                        "length",
                                        "2021-01-01..2025-06-30",
                                        NULL,
                                        NULL,
                                        "4"};
    for (size_t t = 0; t < COUNT(types); t++) {
        for (size_t pad = 0; pad < 10; pad += 5) {
            const unsigned how = pad > 0 ? AM_SLICED | AM_SLICED_DICTIONARY : 0;
            const am_column columns[] = {am_typed("unit", types[t], how),
                                         am_typed("measure", types[t], how),
                                         am_typed("period", types[t], how),
                                         am_typed("post", types[t], how),
                                         am_typed("sex", types[t], how),
                                         {"value", "i", 0, how}};
            am_stream *s = am_new(columns, 6);
            s->pad = pad;
            am_batch(s, cells, 4);
            twin_takes(s, NULL,
                       "unit,measure,period,post,value\n"
                       "12,workers,2024,full_time,1\n7,workers,2025,part_time_in_the_evening,2\n"
                       "7,people,2025,,3\n7,length,2021-01-01..2025-06-30,,4\n");
        }
    }
}

static void whole_numbers_as_ids_mean_their_text(void **state)
{
    (void)state;
    static const char *const types[] = {"s", "S", "i", "I", "l", "L", "c:i", "S:l"};
    static const char *const cells[] = {"7",    "people", "2025", "1",      "7",  "people",
                                        "2024", "2",      "7",    "people", NULL, NULL};
    for (size_t t = 0; t < COUNT(types); t++) {
        const am_column columns[] = {am_typed("unit", types[t], AM_SLICED | AM_WORD_PER_ROW),
                                     {"measure", "u", 0, AM_SLICED},
                                     am_typed("period", types[t], AM_SLICED | AM_WORD_PER_ROW),
                                     {"value", "i", 0, AM_SLICED}};
        twin_takes(twin_stream(columns, 4, cells, 3), NULL, FACTS "7,people,2025,1\n7,people,2024,2\n");
    }
    static const am_column columns[] = {{"unit", "l", 0, 0},
                                        {"measure", "u", 0, 0},
                                        {"period", "i", 0, 0},
                                        {"value", "i", 0, 0}};
    static const char *const six[] = {"123456", "people", "202506", "1"};
    twin_refuses(twin_stream(columns, 4, six, 1), NULL, ATTAIN_E_UNIT, 0,
                 "unknown unit '123456'; did you mean '0123456'?");
    static const char *const least[] = {"7",      "people", "2025", "1", "-9223372036854775808",
                                        "people", "2025",   "1"};
    twin_refuses(twin_stream(columns, 4, least, 2), NULL, ATTAIN_E_UNIT, 1,
                 "unknown unit '-9223372036854775808'");
}

static void nulls_are_empty_texts(void **state)
{
    (void)state;
    static const char *const types[] = {"u", "vu", "C:U", "i?:u"};
    static const struct {
        const char *second[4];
        attain_status status;
        const char *part;
    } bad[] = {{{NULL, "people", "2025", "2"}, ATTAIN_E_UNIT, "the unit is empty"},
               {{"1", NULL, "2025", "2"}, ATTAIN_E_MEASURE, "the measure is empty"},
               {{"1", "people", NULL, "2"}, ATTAIN_E_DATE, "period ''"}};
    for (size_t t = 0; t < COUNT(types); t++) {
        for (size_t i = 0; i < COUNT(bad); i++) {
            const unsigned how = AM_SLICED | AM_SLICED_DICTIONARY;
            const am_column columns[] = {am_typed("unit", types[t], how),
                                         am_typed("measure", types[t], how),
                                         am_typed("period", types[t], how),
                                         {"value", "i", 0, how}};
            const char *cells[8] = {"7", "people", "2025", "1"};
            memcpy(cells + 4, bad[i].second, sizeof bad[i].second);
            twin_refuses(twin_stream(columns, 4, cells, 2), NULL, bad[i].status, 1, bad[i].part);
        }
    }
    /* Where there is no value nothing else matters. */
    static const am_column columns[] = {{"unit", "u", 0, 0},      {"measure", "u", 0, 0},
                                        {"period", "u", 0, 0},    {"unit2", "u", 0, 0},
                                        {"value", "i", 0, 0},     {"value", "n", 0, 0},
                                        {"qualifier", "n", 0, 0}, {"post", "n", 0, 0}};
    static const char *const with_unit2[] = {"1", "people", "2025", NULL, "1",
                                             "7", "people", "2025", NULL, NULL};
    twin_takes(twin_stream(columns, 5, with_unit2, 2), NULL, FACTS "1,people,2025,1\n");
    am_column nulls[6];
    memcpy(nulls, columns, 3 * sizeof *columns);
    memcpy(nulls + 3, columns + 5, sizeof *columns);
    static const char *const without_value[] = {"1", "people", "2025", NULL, "7", "people", "2025", NULL};
    twin_takes(twin_stream(nulls, 4, without_value, 2), NULL, FACTS);
    memcpy(nulls + 3, columns + 4, sizeof *columns);
    memcpy(nulls + 4, columns + 6, 2 * sizeof *columns);
    static const char *const with_value[] = {"1", "people", "2025", "1", NULL, NULL,
                                             "7", "people", "2025", "2", NULL, NULL};
    twin_takes(twin_stream(nulls, 6, with_value, 2), NULL, FACTS "1,people,2025,1\n7,people,2025,2\n");
}

static void rows_may_be_null_as_a_whole(void **state)
{
    (void)state;
    static const am_column columns[] = {{"unit", "u", 'i', AM_SLICED | AM_SLICED_DICTIONARY},
                                        {"measure", "u", 0, AM_SLICED},
                                        {"period", "u", 0, AM_SLICED},
                                        {"qualifier", "u", 0, AM_SLICED},
                                        {"value", "l", 0, AM_SLICED}};
    static const char *const cells[] = {"1", "people", "2025", NULL,     "1",    "nowhere", "people", "x",
                                        ">", "2",      "7",    "people", "2025", ">",       "3"};
    static const bool null_row[] = {false, true, false};
    attain_error err;
    attain_report report;
    attain_facts *facts = build_facts(twin_plan);
    am_stream *s = am_new(columns, 5);
    s->null_row = null_row;
    am_batch(s, cells, 3);
    check_ok(attain_facts_add_arrow(facts, &s->stream, NULL, &report, &err), &err);
    assert_int_equal(report.n_read, 3);
    assert_int_equal(report.n_empty, 1);
    assert_int_equal(report.n_accepted, 2);
    attain_report_free(&report);
    attain_facts_free(facts);
    am_free(s);
}

/* Also of columns whose null_count, right for all of the column, is not that of the slice. */
static void a_batch_may_be_a_slice(void **state)
{
    (void)state;
    static const am_column columns[] = {{"unit", "u", 0, AM_SLICED},
                                        {"measure", "u", 0, AM_SLICED},
                                        {"period", "u", 0, AM_SLICED | AM_BITMAP},
                                        {"value", "l", 0, AM_SLICED | AM_BITMAP}};
    static const char *const lines[] = {"1,people,2025,1\n", "7,people,2025,2\n", "12,people,2025,3\n"};
    for (int64_t null_row = -1; null_row < 3; null_row++) {
        const char *cells[][4] = {{"1", "people", "2025", "1"},
                                  {"The province with number 7", "people", "2025", "2"},
                                  {"12", "people", "2025", "3"}};
        if (null_row >= 0) {
            cells[null_row][VALUE] = NULL;
        }
        for (int64_t first = 0; first < 3; first++) {
            for (int64_t n = 0; n + first <= 3; n++) {
                char csv[200] = FACTS;
                for (int64_t i = first; i < first + n; i++) {
                    strcat(csv, i != null_row ? lines[i] : "");
                }
                am_stream *s = twin_stream(columns, 4, cells[0], 3);
                s->batch[0].offset = first;
                s->batch[0].length = n;
                twin_takes(s, NULL, csv);
            }
        }
    }
}

/* Rows are counted through all batches, also in what is said of them. */
static void rows_are_numbered_through_batches(void **state)
{
    (void)state;
    static const am_column columns[] = {{"unit", "u", 0, AM_SLICED | AM_BITMAP},
                                        {"measure", "u", 'i', AM_SLICED | AM_SLICED_DICTIONARY},
                                        {"period", "u", 'i', AM_SLICED | AM_SLICED_DICTIONARY},
                                        {"value", "l", 0, AM_SLICED | AM_BITMAP}};
    static const char *const years[] = {"2020", "2021", "2022", "2023", "2024", "2025"};
    attain_error err;
    attain_report report;
    attain_facts *facts = build_facts(twin_plan);
    am_stream *s = am_new(columns, 4);
    for (size_t b = 0; b < 5; b++) {
        const char *cells[][4] = {{"7", "people", NULL, "1"},
                                  {"1", "people", NULL, "2"},
                                  {"x", "people", NULL, "3"},
                                  {"7", "people", NULL, "4"}};
        for (size_t i = 0; i < 4; i++) {
            cells[i][PERIOD] = years[(b + i) % 6];
        }
        s->pad = b;
        am_batch(s, cells[0], b % 3 == 0 ? 0 : b);
    }
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS,
                                           .source = "stream"};
    check_ok(attain_facts_add_arrow(facts, &s->stream, &options, &report, &err), &err);
    assert_int_equal(report.n_read, 7); /* 1 + 2 + 4 */
    assert_int_equal(report.n_issues, 3);
    assert_int_equal(report.issues[0].row, 1); /* 7 in 2021 comes again as the last row */
    assert_int_equal(report.issues[0].other_row, 7);
    assert_int_equal(report.issues[1].row, 6);
    assert_int_equal(report.issues[1].status, ATTAIN_E_UNIT);
    assert_int_equal(report.issues[2].row, 7);
    attain_report_free(&report);
    attain_facts_free(facts);
    am_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_type),
        cmocka_unit_test(every_number_type),
        cmocka_unit_test(texts_at_the_edge_of_a_view),
        cmocka_unit_test(indices_beyond_half_of_their_width),
        cmocka_unit_test(columns_of_nulls),
        cmocka_unit_test(structs_with_offset_and_nulls),
        cmocka_unit_test(batches_of_any_size),
        cmocka_unit_test(ids_as_text_of_every_kind),
        cmocka_unit_test(whole_numbers_as_ids_mean_their_text),
        cmocka_unit_test(nulls_are_empty_texts),
        cmocka_unit_test(rows_may_be_null_as_a_whole),
        cmocka_unit_test(a_batch_may_be_a_slice),
        cmocka_unit_test(rows_are_numbered_through_batches),
    };
    return cmocka_run_group_tests(tests, twin_set_up, twin_tear_down);
}
