/* Figures in Arrow's own types: whole numbers of every width, decimals, doubles, floats and texts, plain and behind dictionaries, and days and
 * numbers as periods. A figure is taken exactly or refused: a double only as the decimal that it is nearest to, with the digits of the
 * measure; a decimal only without digits that the measure has not. */
#include "arrow_twin.h"
#include "support/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define FACTS "unit,measure,period,value\n"

/* n <= 3 figures of a measure in 2025, behind and before so many items that are none, with rubbish under nulls; in dictionaries no index is its row. */
static am_stream *figures_padded(const char *measure, const char *type, const char *const *values, size_t n,
                                 size_t pad)
{
    static const char *const units[] = {"1", "7", "12"};
    const unsigned how = pad > 0 ? AM_SLICED | AM_SLICED_DICTIONARY | AM_BITMAP : 0;
    const am_column columns[] = {{"unit", "u", 0, how},
                                 {"measure", "u", 0, how},
                                 {"period", "u", 0, how},
                                 am_typed("value", type, how | AM_WORD_PER_ROW)};
    const char *cells[3][4];
    for (size_t i = 0; i < n; i++) {
        cells[i][0] = units[i];
        cells[i][1] = measure;
        cells[i][2] = "2025";
        cells[i][3] = values[i];
    }
    am_stream *s = am_new(columns, 4);
    s->pad = pad;
    am_batch(s, cells[0], n);
    return s;
}

static am_stream *figures(const char *measure, const char *type, const char *const *values, size_t n)
{
    return figures_padded(measure, type, values, n, 1);
}

/* ---- whole numbers and decimals ---- */

static void whole_numbers_of_every_width(void **state)
{
    (void)state;
    static const char *const types[] = {"c",   "C",   "s",   "S",        "i",         "I",
                                        "l",   "L",   "c:l", "C:i",      "s:c",       "S:L",
                                        "i:s", "I:C", "l:I", "d:9,0,32", "d:18,0,64", "d:38,0"};
    for (size_t t = 0; t < COUNT(types); t++) {
        for (size_t pad = 0; pad < 10; pad += 3) {
            twin_takes(figures_padded("people", types[t], TEXTS("5", NULL, "127"), 3, pad), NULL,
                       FACTS "1,people,2025,5\n12,people,2025,127\n");
        }
    }
}

static void whole_numbers_have_no_decimals(void **state)
{
    (void)state;
    twin_takes(figures("money", "l", TEXTS("12", "-3", "92233720368547758"), 3), NULL,
               FACTS "1,money,2025,12.00\n7,money,2025,-3\n12,money,2025,92233720368547758\n");
    twin_refuses(figures("money", "l", TEXTS("12", "-3", "92233720368547759"), 3), NULL, ATTAIN_E_RANGE, 2,
                 "value '92233720368547759' does not fit 64 bits with the 2 decimals");
    twin_refuses(figures("people", "L", TEXTS("5", "18446744073709551615"), 2), NULL, ATTAIN_E_RANGE, 1,
                 "18446744073709551615");
    twin_refuses(figures("people", "c", TEXTS("5", "-1"), 2), NULL, ATTAIN_E_RANGE, 1,
                 "a negative figure, but measure 'people' does not say 'any sign'");
}

static void decimals_keep_their_digits(void **state)
{
    (void)state;
    static const char csv[] = FACTS "1,money,2025,12.5\n7,money,2025,-0.25\n12,money,2025,0\n";
    static const char *const types[] = {"d:9,2,32",   "d:18,2,64", "d:38,2",
                                        "d:20,2,128", "i:d:9,2",   "d:38,5"}; /* zeros behind are nothing */
    for (size_t t = 0; t < COUNT(types); t++) {
        twin_takes(figures("money", types[t], TEXTS("12.50", "-0.25", "0"), 3), NULL, csv);
    }
    twin_takes(figures("money", "d:9,1,32", TEXTS("12.5", "-0.5", "0"), 3), NULL,
               FACTS "1,money,2025,12.5\n7,money,2025,-0.5\n12,money,2025,0\n");
    twin_refuses(figures("money", "d:38,3", TEXTS("12.505"), 1), NULL, ATTAIN_E_DIGITS, 0,
                 "value '12.505' has more decimals than measure 'money' declares (2)");
    twin_refuses(figures("money", "d:9,3,32", TEXTS("-12.505"), 1), NULL, ATTAIN_E_DIGITS, 0, "'-12.505'");
    twin_refuses(figures("money", "d:38,0", TEXTS("0", "18446744073709551616"), 2), NULL, ATTAIN_E_RANGE, 1,
                 "18446744073709551616");
    twin_takes(figures("money", "d:38,37", TEXTS("1"), 1), NULL, FACTS "1,money,2025,1\n");
}

/* ---- doubles and floats ---- */

static void doubles_by_the_exact_rule(void **state)
{
    (void)state;
    twin_takes(figures("people", "g", TEXTS("5.0", "-0.0", "1e15"), 3), NULL,
               FACTS "1,people,2025,5\n7,people,2025,0\n12,people,2025,1000000000000000\n");
    twin_takes(figures("money", "i:g", TEXTS("0.1", "-12.34", "9999999999999.99"), 3), NULL,
               FACTS "1,money,2025,0.1\n7,money,2025,-12.34\n12,money,2025,9999999999999.99\n");
    static const struct {
        const char *x, *part;
    } bad[] = {{"0.30000000000000004", /* 0.1 + 0.2 */
                "value 0.30000000000000004 is no number with the 2 decimals of measure 'money'"},
               {"0.125", "value 0.125 is"},
               {"10000000000000.0625", "value 10000000000000.062 is"},
               {"1e15", "value 1000000000000000 is no number with the 2 decimals"},
               {"1e300", "value about 10^299 is"},
               {"5e-324", "value less than 10^-307 is"},
               {"inf", "value infinity is"},
               {"-inf", "value -infinity is"},
               {"nan", "value NaN; a number is required"}};
    for (size_t i = 0; i < COUNT(bad); i++) {
        twin_refuses(figures("money", "g", &bad[i].x, 1), NULL, ATTAIN_E_NUMBER, 0, bad[i].part);
    }
}

static void floats_have_six_digits(void **state)
{
    (void)state;
    twin_takes(figures("money", "f", TEXTS("0.1", "-12.34", "9999.99"), 3), NULL,
               FACTS "1,money,2025,0.1\n7,money,2025,-12.34\n12,money,2025,9999.99\n");
    twin_takes(figures_padded("people", "c:f", TEXTS("1000000", "0"), 2, 3), NULL,
               FACTS "1,people,2025,1000000\n7,people,2025,0\n");
    static const char *const bad[] = {"10000.01", "0.125", "1000001", "inf", "nan"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        twin_refuses(figures("money", "f", &bad[i], 1), NULL, ATTAIN_E_NUMBER, 0, "value ");
    }
    twin_refuses(figures("money", "f", TEXTS("10000.01"), 1), NULL, ATTAIN_E_NUMBER, 0,
                 "at most 6 digits, which is what a float32 holds exactly");
}

static void nan_of_every_type_is_empty_where_asked(void **state)
{
    (void)state;
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .flags = ATTAIN_INTAKE_NAN_IS_EMPTY};
    static const char *const types[] = {"g", "f", "i:g", "C:f"};
    for (size_t t = 0; t < COUNT(types); t++) {
        attain_error err;
        attain_report report;
        attain_facts *facts = build_facts(twin_plan);
        am_stream *s = figures("people", types[t], TEXTS("nan", "3", NULL), 3);
        check_ok(attain_facts_add_arrow(facts, &s->stream, &options, &report, &err), &err);
        assert_int_equal(report.n_read, 3);
        assert_int_equal(report.n_accepted, 1);
        assert_int_equal(report.n_empty, 2);
        attain_report_free(&report);
        attain_facts_free(facts);
        am_free(s);
    }
    twin_refuses(figures_padded("people", "g", TEXTS("inf"), 1, 0), &options, ATTAIN_E_NUMBER, 0, "infinity");
}

static void values_as_text(void **state)
{
    (void)state;
    const attain_intake_options vi = {.struct_size = sizeof vi, .numbers = ATTAIN_NUMBERS_VI};
    static const char *const types[] = {"u", "U", "vu", "c:u", "I:vu", "s?:U"};
    for (size_t t = 0; t < COUNT(types); t++) {
        twin_takes(figures("money", types[t], TEXTS("-1.234.567.890,5", "", NULL), 3), &vi,
                   FACTS "1,money,2025,-1234567890.5\n");
    }
    twin_refuses(figures("money", "u", TEXTS("1", "1e3"), 2), NULL, ATTAIN_E_NUMBER, 1, "value '1e3'");
    /* Numbers are numbers, whatever the text would be read as. */
    twin_takes(figures("money", "d:9,1,32", TEXTS("1.5", "2.0"), 2), &vi,
               FACTS "1,money,2025,1.5\n7,money,2025,2\n");
}

/* ---- one figure, by tables ---- */

/* One figure: takes it, gives the value of the cell. */
static attain_status take_one(const char *measure, const char *format, char index, const char *text,
                              uint32_t flags, int64_t *value, attain_error *err)
{
    const am_column columns[] = {{"unit", "u", 0, 0},
                                 {"measure", "u", 0, 0},
                                 {"period", "u", 0, 0},
                                 {"value", format, index, 0}};
    const char *const cells[] = {"1", measure, "2024", text};
    const attain_intake_options options = {.struct_size = sizeof options, .flags = flags};
    attain_facts *facts = build_facts(twin_plan);
    am_stream *s = am_new(columns, 4);
    attain_fact fact;
    am_batch(s, cells, 1);
    const attain_status status = attain_facts_add_arrow(facts, &s->stream, &options, NULL, err);
    am_free(s);
    *value = INT64_MIN;
    if (status == ATTAIN_OK && attain_facts_count(facts) == 1) {
        check_ok(attain_facts_at(facts, 0, &fact, err), err);
        *value = fact.value;
    }
    attain_facts_free(facts);
    return status;
}

static void doubles_by_the_rule(void **state)
{
    (void)state;
    static const struct {
        const char *measure, *text;
        attain_status status;
        int64_t value;
    } cases[] = {
        {"length", "0.1", ATTAIN_OK, 1},
        {"length", "0.10000000000000002", ATTAIN_E_NUMBER, 0},
        {"length", "0.09999999999999999", ATTAIN_E_NUMBER, 0},
        {"length", "-12.5", ATTAIN_OK, -125},
        {"length", "0.25", ATTAIN_E_NUMBER, 0},
        {"length", "-0", ATTAIN_OK, 0},
        {"people", "-0", ATTAIN_OK, 0},
        {"people", "3", ATTAIN_OK, 3},
        {"people", "3.5", ATTAIN_E_NUMBER, 0},
        {"people", "1e15", ATTAIN_OK, 1000000000000000},
        {"people", "1000000000000001", ATTAIN_E_NUMBER, 0},
        {"people", "999999999999999", ATTAIN_OK, 999999999999999},
        {"people", "1e16", ATTAIN_E_NUMBER, 0},
        {"people", "1e300", ATTAIN_E_NUMBER, 0},
        {"people", "5e-324", ATTAIN_E_NUMBER, 0},
        {"money", "1e13", ATTAIN_OK, 1000000000000000},
        {"money", "-1e13", ATTAIN_OK, -1000000000000000},
        {"money", "10000000000000.01", ATTAIN_E_NUMBER, 0},
        {"money", "9999999999999.99", ATTAIN_OK, 999999999999999},
        {"money", "0.07", ATTAIN_OK, 7},
        {"money", "0.29", ATTAIN_OK, 29},
        {"money", "1.005", ATTAIN_E_NUMBER, 0},
        {"money", "1.15", ATTAIN_OK, 115},
        {"money", "inf", ATTAIN_E_NUMBER, 0},
        {"money", "-inf", ATTAIN_E_NUMBER, 0},
        {"money", "nan", ATTAIN_E_NUMBER, 0},
        {"people", "-3", ATTAIN_E_RANGE, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t x = 0; x < 2; x++) {
            attain_error err;
            int64_t value;
            const attain_status status =
                take_one(cases[i].measure, "g", x == 0 ? 0 : 'i', cases[i].text, 0, &value, &err);
            if (status != cases[i].status || (status == ATTAIN_OK && value != cases[i].value)) {
                fail_msg("%s %s: %s, %" PRId64, cases[i].measure, cases[i].text, attain_status_name(status),
                         value);
            }
        }
    }
}

/* Where no measure has decimals doubles are read many at a time, by the same rule. */
static void doubles_of_whole_measures(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        attain_status status;
        int64_t value;
    } cases[] = {
        {"1e15", ATTAIN_OK, INT64_C(1000000000000000)},
        {"-1e15", ATTAIN_OK, INT64_C(-1000000000000000)},
        {"999999999999999", ATTAIN_OK, INT64_C(999999999999999)},
        {"-0", ATTAIN_OK, 0},
        {"1000000000000001", ATTAIN_E_NUMBER, 0},
        {"-1000000000000001", ATTAIN_E_NUMBER, 0},
        {"1e16", ATTAIN_E_NUMBER, 0},
        {"9223372036854775808", ATTAIN_E_NUMBER, 0},
        {"1e300", ATTAIN_E_NUMBER, 0},
        {"0.5", ATTAIN_E_NUMBER, 0},
        {"inf", ATTAIN_E_NUMBER, 0},
        {"-inf", ATTAIN_E_NUMBER, 0},
        {"nan", ATTAIN_E_NUMBER, 0},
    };
    static const am_column columns[] = {{"unit", "u", 0, 0},
                                        {"measure", "u", 0, 0},
                                        {"period", "u", 0, 0},
                                        {"value", "g", 0, 0}};
    attain_plan *whole = build_plan("unit A nation\nmeasure change stock persons any sign\n", NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        attain_error err;
        attain_fact fact;
        attain_facts *facts = build_facts(whole);
        am_stream *s =
            twin_stream(columns, 4, TEXTS("A", "change", "2024", "7", "A", "change", "2025", cases[i].text),
                        2);
        check_fails(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), cases[i].status, &err);
        am_free(s);
        assert_int_equal(attain_facts_count(facts), cases[i].status == ATTAIN_OK ? 2 : 0);
        if (cases[i].status == ATTAIN_OK) {
            check_ok(attain_facts_at(facts, 1, &fact, &err), &err);
            assert_int_equal(fact.value, cases[i].value);
        } else {
            assert_int_equal(err.index, 1);
        }
        attain_facts_free(facts);
    }
    build_plan_free(whole);
}

/* Any decimal v * 10^-d comes back from the double nearest to it; from its neighbours it does not. */
static void doubles_and_their_neighbours(void **state)
{
    (void)state;
    static const char *const measures[] = {"trained", "length", "money"};
    rng r = rng_new(41);
    for (int i = 0; i < 600; i++) {
        const size_t d = rng_below(&r, 3);
        const uint64_t any = rng_any_size(&r) % 1000000000000001;
        char text[3][40];
        char digits[24];
        snprintf(digits, sizeof digits, "%03llu", (unsigned long long)any);
        const size_t whole = strlen(digits) - d;
        snprintf(text[0], sizeof text[0], "%.*s.%s", (int)whole, digits, digits + whole);
        const double x = strtod(text[0], NULL);
        snprintf(text[1], sizeof text[1], "%.17g", nextafter(x, HUGE_VAL));
        snprintf(text[2], sizeof text[2], "%.17g", nextafter(x, 0.0));
        for (size_t k = 0; k < (x > 0 ? 3u : 2u); k++) {
            attain_error err;
            int64_t value;
            const attain_status status = take_one(measures[d], "g", 0, text[k], 0, &value, &err);
            assert_int_equal(status, k == 0 ? ATTAIN_OK : ATTAIN_E_NUMBER);
            if (k == 0) {
                assert_int_equal(value, any);
            }
        }
    }
}

static void nan_is_empty_where_asked(void **state)
{
    (void)state;
    attain_error err;
    int64_t value;
    static const am_column columns[] = {{"unit", "u", 0, 0},
                                        {"measure", "u", 0, 0},
                                        {"period", "u", 0, 0},
                                        {"value", "g", 0, 0},
                                        {"qualifier", "u", 0, 0}};
    check_ok(take_one("people", "g", 0, "nan", ATTAIN_INTAKE_NAN_IS_EMPTY, &value, &err), &err);
    check_ok(take_one("people", "g", 'i', "nan", ATTAIN_INTAKE_NAN_IS_EMPTY, &value, &err), &err);
    check_fails(take_one("people", "g", 0, "inf", ATTAIN_INTAKE_NAN_IS_EMPTY, &value, &err), ATTAIN_E_NUMBER,
                &err);
    static const char *const cells[] = {"2",   "people",  "2024", "nan",    NULL,   "1", "people", "2024",
                                        "nan", "missing", "3",    "people", "2024", "4", NULL};
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .flags = ATTAIN_INTAKE_NAN_IS_EMPTY};
    for (int with_flag = 0; with_flag < 2; with_flag++) {
        attain_facts *facts = build_facts(twin_plan);
        am_stream *s = am_new(columns, 5);
        attain_report report;
        am_batch(s, cells, 3);
        const attain_status status =
            attain_facts_add_arrow(facts, &s->stream, with_flag != 0 ? &options : NULL, &report, &err);
        assert_int_equal(status, with_flag != 0 ? ATTAIN_OK : ATTAIN_E_NUMBER);
        assert_int_equal(report.n_empty, with_flag);
        assert_int_equal(attain_facts_count(facts), 2 * with_flag);
        if (with_flag != 0) {
            attain_fact fact;
            check_ok(attain_facts_at(facts, 0, &fact, &err), &err);
            assert_int_equal(fact.qualifier, ATTAIN_MISSING);
        }
        attain_report_free(&report);
        attain_facts_free(facts);
        am_free(s);
    }
}

static void decimals_of_every_width(void **state)
{
    (void)state;
    static const struct {
        const char *measure, *format, *text;
        attain_status status;
        int64_t value;
    } cases[] = {
        {"money", "d:9,2,32", "-12.25", ATTAIN_OK, -1225},
        {"money", "d:9,0,32", "12", ATTAIN_OK, 1200},
        {"money", "d:9,4,32", "12.2500", ATTAIN_OK, 1225},
        {"money", "d:9,4,32", "12.2501", ATTAIN_E_DIGITS, 0},
        {"money", "d:18,2,64", "-12.25", ATTAIN_OK, -1225},
        {"money", "d:18,1,64", "12.5", ATTAIN_OK, 1250},
        {"money", "d:18,9,64", "12.250000000", ATTAIN_OK, 1225},
        {"money", "d:18,9,64", "12.250000001", ATTAIN_E_DIGITS, 0},
        {"money", "d:38,2", "-12.25", ATTAIN_OK, -1225},
        {"money", "d:38,2,128", "92233720368547758.07", ATTAIN_OK, INT64_MAX},
        {"money", "d:38,2", "92233720368547758.08", ATTAIN_E_RANGE, 0},
        {"money", "d:38,2", "-123456789012345678901234567890.12", ATTAIN_E_RANGE, 0},
        {"money", "d:38,20", "-1.25000000000000000000", ATTAIN_OK, -125},
        {"money", "d:38,20", "-1.25000000000000000001", ATTAIN_E_DIGITS, 0},
        {"money", "d:38,38", "0.01000000000000000000000000000000000000", ATTAIN_OK, 1},
        {"people", "d:38,3", "7.000", ATTAIN_OK, 7},
        {"people", "d:38,3", "7.100", ATTAIN_E_DIGITS, 0},
        {"people", "d:38,3", "-7.000", ATTAIN_E_RANGE, 0},
        {"people", "d:38,0", "9223372036854775807", ATTAIN_OK, INT64_MAX},
        {"people", "d:38,0", "9223372036854775808", ATTAIN_E_RANGE, 0},
        {"people", "L", "18446744073709551615", ATTAIN_E_RANGE, 0},
        {"money", "L", "18446744073709551615", ATTAIN_E_RANGE, 0},
        {"money", "L", "18446744073709551516", ATTAIN_E_RANGE, 0},
        {"people", "L", "9223372036854775807", ATTAIN_OK, INT64_MAX},
        {"people", "L", "9223372036854775808", ATTAIN_E_RANGE, 0},
        {"money", "l", "-92233720368547758", ATTAIN_OK, INT64_C(-9223372036854775800)},
        {"money", "l", "92233720368547759", ATTAIN_E_RANGE, 0},
        {"money", "l", "-9223372036854775807", ATTAIN_E_RANGE, 0},
        {"money", "c", "-128", ATTAIN_OK, -12800},
        {"people", "C", "255", ATTAIN_OK, 255},
        {"money", "s", "-32768", ATTAIN_OK, -3276800},
        {"people", "S", "65535", ATTAIN_OK, 65535},
        {"money", "i", "-2147483648", ATTAIN_OK, INT64_C(-214748364800)},
        {"people", "I", "4294967295", ATTAIN_OK, 4294967295},
        {"people", "c", "-1", ATTAIN_E_RANGE, 0},
        {"people", "i", "-1", ATTAIN_E_RANGE, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t x = 0; x < 2; x++) {
            attain_error err;
            int64_t value;
            const attain_status status =
                take_one(cases[i].measure, cases[i].format, x == 0 ? 0 : 's', cases[i].text, 0, &value, &err);
            if (status != cases[i].status || (status == ATTAIN_OK && value != cases[i].value)) {
                fail_msg("%s %s %s: %s, %" PRId64, cases[i].measure, cases[i].format, cases[i].text,
                         attain_status_name(status), value);
            }
        }
    }
}

static void numbers_of_text_in_their_format(void **state)
{
    (void)state;
    static const char *const cells[] = {"1", "money", "2024", "1.234,50", NULL, NULL, NULL, NULL,
                                        "2", "money", "2024", "7,5",      NULL, NULL, NULL, NULL};
    static const char *const wrong[] = {"1", "money", "2024", "1.5", NULL, NULL, NULL, NULL};
    const frame f = {(const char **)cells, 2};
    const frame g = {(const char **)wrong, 1};
    for (size_t t = 0; t < COUNT(twin_texts); t++) {
        for (size_t x = 0; x < 2; x++) {
            way w = twin_way(twin_plan);
            w.numbers = ATTAIN_NUMBERS_VI;
            w.columns[VALUE].format = twin_texts[t];
            w.columns[VALUE].index = x == 0 ? 0 : 'i';
            assert_int_equal(twin_check(&f, &w), ATTAIN_OK);
            assert_int_equal(twin_check(&g, &w), ATTAIN_E_NUMBER);
        }
    }
    /* Numbers that are no text have no format. */
    static const char *const plain[][N_COLUMNS] = {
        {"1", "money", "2024", "1234.50"},
    };
    attain_error err;
    way w = twin_way(twin_plan);
    attain_fact fact;
    for (size_t t = 0; t < 2; t++) {
        const frame p = {(const char **)plain[0], 1};
        attain_facts *facts = twin_facts(&w);
        w.numbers = ATTAIN_NUMBERS_VI;
        w.columns[VALUE].format = t == 0 ? "g" : "d:10,2";
        check_ok(twin_take(facts, &p, &w, NULL, &err), &err);
        check_ok(attain_facts_at(facts, 0, &fact, &err), &err);
        assert_int_equal(fact.value, 123450);
        attain_facts_free(facts);
    }
}

/* ---- periods ---- */

static void days_and_numbers_as_periods(void **state)
{
    (void)state;
    static const char *const days[][N_COLUMNS] = {
        {"1", "trained", "2025-06-10", "1"},
        {"1", "trained", "1969-12-31", "2"},
        {"1", "trained", "0001-01-01", "3"},
        {"1", "trained", "9999-12-31", "4"},
    };
    static const char *const bad_day[][N_COLUMNS] = {
        {"1", "people", "2025-06-10", "1"},
        {"1", "people", NULL, "1"},
    };
    static const char *const whole[][N_COLUMNS] = {
        {"1", "length", "2025", "1"},
        {"5", "length", "202506", "2"},
        {"2", "length", "1900", "3"},
    };
    static const char *const bad_whole[][N_COLUMNS] = {
        {"1", "length", "0", "1"},
        {"1", "length", "202513", "2"},
        {"2", "length", "12345", "3"},
    };
    const frame f[] = {{(const char **)days[0], 4},
                       {(const char **)bad_day[0], 2},
                       {(const char **)whole[0], 3},
                       {(const char **)bad_whole[0], 3}};
    for (size_t i = 0; i < 4; i++) {
        for (size_t x = 0; x < COUNT(twin_indices); x++) {
            for (size_t h = 0; h < COUNT(twin_hows); h++) {
                way w = twin_way(twin_plan);
                w.columns[PERIOD] = (am_column){"period", i < 2 ? "tdD" : "i", twin_indices[x], twin_hows[h]};
                const attain_status status = twin_check(&f[i], &w);
                if ((i % 2 == 0) != (status == ATTAIN_OK))
                    fail_msg("%zu %s", i, attain_status_name(status));
                w.flags = ATTAIN_INTAKE_SKIP_BAD_ROWS;
                assert_int_equal(twin_check(&f[i], &w), ATTAIN_OK);
            }
        }
    }
}

/* Days outside of the years 1 to 9999. */
static void days_beyond_the_calendar(void **state)
{
    (void)state;
    static const int32_t beyond[] = {INT32_MIN, INT32_MAX, ATTAIN_DAY_MIN - 1, ATTAIN_DAY_MAX + 1};
    static const char *const cells[] = {"1", "trained", "2025-06-10", "1", NULL, NULL, NULL, NULL};
    for (size_t i = 0; i < COUNT(beyond); i++) {
        for (size_t x = 0; x < 2; x++) {
            attain_error err;
            way w = twin_way(twin_plan);
            w.columns[PERIOD] = (am_column){"period", "tdD", x == 0 ? 0 : 'i', 0};
            attain_facts *facts = twin_facts(&w);
            am_stream *s = am_new(w.columns, N_COLUMNS);
            am_batch(s, cells, 1);
            struct ArrowArray *const days =
                x == 0 ? s->batch[0].children[PERIOD] : s->batch[0].children[PERIOD]->dictionary;
            memcpy((void *)(uintptr_t)days->buffers[1], &beyond[i], sizeof beyond[i]);
            check_fails(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), ATTAIN_E_DATE, &err);
            if (beyond[i] == INT32_MAX) {
                assert_int_equal(err.index, 0);
                check_contains(err.message, "period 'day 2147483647'");
            }
            am_free(s);
            attain_facts_free(facts);
        }
    }
}

static void dates_are_days(void **state)
{
    (void)state;
    static const char *const cells[] = {"7", "trained", "1970-01-01", "1", "7", "trained", "2025-06-10", "2",
                                        "1", "trained", "1969-12-31", "3"};
    static const char *const types[] = {"tdD", "c:tdD"};
    for (size_t t = 0; t < 2; t++) {
        const am_column columns[] = {{"unit", "u", 0, AM_SLICED},
                                     {"measure", "u", 0, AM_SLICED},
                                     am_typed("period", types[t],
                                              AM_SLICED | AM_WORD_PER_ROW | AM_SLICED_DICTIONARY),
                                     {"value", "i", 0, AM_SLICED}};
        twin_takes(twin_stream(columns, 4, cells, 3), NULL,
                   FACTS "7,trained,1970-01-01,1\n7,trained,2025-06-10,2\n1,trained,1969-12-31,3\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_of_every_width),
        cmocka_unit_test(whole_numbers_have_no_decimals),
        cmocka_unit_test(decimals_keep_their_digits),
        cmocka_unit_test(doubles_by_the_exact_rule),
        cmocka_unit_test(floats_have_six_digits),
        cmocka_unit_test(nan_of_every_type_is_empty_where_asked),
        cmocka_unit_test(values_as_text),
        cmocka_unit_test(doubles_by_the_rule),
        cmocka_unit_test(doubles_of_whole_measures),
        cmocka_unit_test(doubles_and_their_neighbours),
        cmocka_unit_test(nan_is_empty_where_asked),
        cmocka_unit_test(decimals_of_every_width),
        cmocka_unit_test(numbers_of_text_in_their_format),
        cmocka_unit_test(days_and_numbers_as_periods),
        cmocka_unit_test(days_beyond_the_calendar),
        cmocka_unit_test(dates_are_days),
    };
    return cmocka_run_group_tests(tests, twin_set_up, twin_tear_down);
}
