/* Facts of an Arrow stream: every type, slices, nulls, dictionaries, views, the wide form, renaming, what an intake may be asked, and what is told
 * of rows that are wrong. */
#include "facts/facts.h"
#include "support/arrow_build.h"
#include "support/build_plan.h"
#include "support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char plan_text[] = "unit VN \"VN\" nation\n"
                                "unit 01 \"A\" province in VN\n"
                                "unit 7 \"B\" province in VN\n"
                                "unit a-province-with-a-long-name \"C\" province in VN\n"
                                "category post: full_time, part_time\n"
                                "category sex: f, m\n"
                                "measure workers \"w\" stock persons by post reported yearly by province\n"
                                "measure people \"p\" stock persons reported yearly by province\n"
                                "measure visits \"v\" flow visits by post, sex reported monthly by province\n"
                                "measure balance \"b\" flow VND decimals 2 any sign none over units\n"
                                "measure sales \"s\" flow VND none over units\n";

static attain_plan *plan;

static int set_up(void **state)
{
    (void)state;
    plan = build_plan(plan_text, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    build_plan_free(plan);
    return 0;
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__})
#define INTS(...) ((const int64_t[]){__VA_ARGS__})
#define DOUBLES(...) ((const double[]){__VA_ARGS__})

/* Takes the stream into new facts, which must then be those of the CSV; frees the source. */
static void check_takes_with(arrow_source *s, const attain_intake_options *options, const char *csv)
{
    attain_error err;
    attain_text got;
    attain_text wanted;
    attain_facts *facts = build_facts(plan);
    attain_facts *by_csv = build_facts(plan);
    check_ok(attain_facts_add_arrow(facts, arrow_stream(s), options, NULL, &err), &err);
    build_add(by_csv, csv);
    check_ok(attain_facts_to_bytes(facts, &got, &err), &err);
    check_ok(attain_facts_to_bytes(by_csv, &wanted, &err), &err);
    assert_int_equal(attain_facts_count(facts), attain_facts_count(by_csv));
    assert_int_equal(got.len, wanted.len);
    assert_memory_equal(got.data, wanted.data, wanted.len);
    attain_text_free(&got);
    attain_text_free(&wanted);
    attain_facts_free(facts);
    attain_facts_free(by_csv);
    arrow_free(s);
}

static void check_takes(arrow_source *s, const char *csv)
{
    check_takes_with(s, NULL, csv);
}

/* The stream is refused, facts stay empty, and the message holds the part; index is where the error points. */
static void check_refuses_with(arrow_source *s, const attain_intake_options *options, attain_status status,
                               int64_t index, const char *part)
{
    attain_error err;
    attain_facts *facts = build_facts(plan);
    check_fails(attain_facts_add_arrow(facts, arrow_stream(s), options, NULL, &err), status, &err);
    check_contains(err.message, part);
    assert_int_equal(err.index, index);
    assert_int_equal(attain_facts_count(facts), 0);
    attain_facts_free(facts);
    arrow_free(s);
}

static void check_refuses(arrow_source *s, attain_status status, int64_t index, const char *part)
{
    check_refuses_with(s, NULL, status, index, part);
}

/* unit, measure and period of n rows that all say people in 2025 at units in turn; `value` follows. */
static arrow_source *people(int64_t n, int64_t pad)
{
    static const char *const unit[] = {"01", "7", "a-province-with-a-long-name"};
    static const char *const measure[] = {"people", "people", "people"};
    static const char *const period[] = {"2025", "2025", "2025"};
    arrow_source *s = arrow_new();
    arrow_batch(s, n, pad);
    arrow_text(s, "unit", "u", unit);
    arrow_text(s, "measure", "u", measure);
    arrow_text(s, "period", "u", period);
    return s;
}

/* The same of balance, which has two decimals and any sign. */
static arrow_source *balances(int64_t n)
{
    static const char *const unit[] = {"01", "7", "a-province-with-a-long-name"};
    static const char *const measure[] = {"balance", "balance", "balance"};
    static const char *const period[] = {"2025", "2025", "2025"};
    arrow_source *s = arrow_new();
    arrow_batch(s, n, 1);
    arrow_text(s, "unit", "u", unit);
    arrow_text(s, "measure", "u", measure);
    arrow_text(s, "period", "u", period);
    return s;
}

#define PEOPLE "unit,measure,period,value\n"

/* ---- values ---- */

static void whole_numbers_of_every_width(void **state)
{
    (void)state;
    static const char *const formats[] = {"c",   "C",   "s",   "S",        "i",         "I",
                                          "l",   "L",   "c:l", "C:i",      "s:c",       "S:L",
                                          "i:s", "I:C", "l:I", "d:9,0,32", "d:18,0,64", "d:38,0"};
    for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++) {
        for (int64_t pad = 0; pad < 10; pad += 3) {
            arrow_source *s = people(3, pad);
            arrow_ints(s, "value", formats[f], INTS(5, 0, 127), "101");
            check_takes(s, PEOPLE "01,people,2025,5\na-province-with-a-long-name,people,2025,127\n");
        }
    }
}

static void whole_numbers_have_no_decimals(void **state)
{
    (void)state;
    arrow_source *s = balances(3);
    arrow_ints(s, "value", "l", INTS(12, -3, INT64_MAX / 100), NULL);
    check_takes(s, PEOPLE "01,balance,2025,12.00\n7,balance,2025,-3\n"
                          "a-province-with-a-long-name,balance,2025,92233720368547758\n");
    s = balances(3);
    arrow_ints(s, "value", "l", INTS(12, -3, INT64_MAX / 100 + 1), NULL);
    check_refuses(s, ATTAIN_E_RANGE, 2, "value '92233720368547759' does not fit 64 bits with the 2 decimals");
    s = people(2, 0);
    arrow_ints(s, "value", "L", INTS(5, -1), NULL);
    check_refuses(s, ATTAIN_E_RANGE, 1, "18446744073709551615");
    s = people(2, 0);
    arrow_ints(s, "value", "c", INTS(5, -1), NULL);
    check_refuses(s, ATTAIN_E_RANGE, 1, "a negative figure, but measure 'people' does not say 'any sign'");
}

static void decimals_keep_their_digits(void **state)
{
    (void)state;
    static const char csv[] =
        PEOPLE "01,balance,2025,12.5\n7,balance,2025,-0.25\na-province-with-a-long-name,balance,2025,0\n";
    static const char *const formats[] = {"d:9,2,32", "d:18,2,64", "d:38,2", "d:20,2,128", "i:d:9,2"};
    for (size_t f = 0; f < 4; f++) {
        arrow_source *s = balances(3);
        arrow_ints(s, "value", formats[f], INTS(1250, -25, 0), NULL);
        check_takes(s, csv);
    }
    arrow_source *s = balances(3); /* zeros behind the decimals of the measure are nothing */
    arrow_ints(s, "value", "d:38,5", INTS(1250000, -25000, 0), NULL);
    check_takes(s, csv);
    s = balances(3);
    arrow_ints(s, "value", "d:9,1,32", INTS(125, -5, 0), NULL);
    check_takes(s, PEOPLE "01,balance,2025,12.5\n7,balance,2025,-0.5\n"
                          "a-province-with-a-long-name,balance,2025,0\n");
    s = balances(1);
    arrow_ints(s, "value", "d:38,3", INTS(12505), NULL);
    check_refuses(s, ATTAIN_E_DIGITS, 0,
                  "value '12.505' has more decimals than measure 'balance' declares (2)");
    s = balances(1);
    arrow_ints(s, "value", "d:9,3,32", INTS(-12505), NULL);
    check_refuses(s, ATTAIN_E_DIGITS, 0, "'-12.505'");
    /* 10^37 with 37 decimals is 1; 2^64 is too much. */
    const attain_i128 wides[] = {{0, 0}, {0, 1}};
    s = balances(2);
    arrow_wides(s, "value", "d:38,0", wides, NULL);
    check_refuses(s, ATTAIN_E_RANGE, 1, "18446744073709551616");
    const attain_i128 ten_37 = {UINT64_C(68739955140067328), INT64_C(542101086242752217)};
    s = balances(1);
    arrow_wides(s, "value", "d:38,37", &ten_37, NULL);
    check_takes(s, PEOPLE "01,balance,2025,1\n");
}

static void doubles_by_the_exact_rule(void **state)
{
    (void)state;
    arrow_source *s = people(3, 2);
    arrow_doubles(s, "value", "g", DOUBLES(5.0, -0.0, 1e15), NULL);
    check_takes(s, PEOPLE "01,people,2025,5\n7,people,2025,0\n"
                          "a-province-with-a-long-name,people,2025,1000000000000000\n");
    s = balances(3);
    arrow_doubles(s, "value", "i:g", DOUBLES(0.1, -12.34, 9999999999999.99), NULL);
    check_takes(s, PEOPLE "01,balance,2025,0.1\n7,balance,2025,-12.34\n"
                          "a-province-with-a-long-name,balance,2025,9999999999999.99\n");
    static const struct {
        double x;
        const char *text;
    } bad[] = {{0.1 + 0.2, "value 0.30000000000000004 is no number with the 2 decimals of measure 'balance'"},
               {0.125, "value 0.125 is"},
               {1e13 + 0.0625, "value 10000000000000.062 is"},
               {1e15, "value 1000000000000000 is no number with the 2 decimals"},
               {1e300, "value about 10^299 is"},
               {5e-324, "value less than 10^-307 is"},
               {INFINITY, "value infinity is"},
               {-INFINITY, "value -infinity is"},
               {NAN, "value NaN; a number is required"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        s = balances(1);
        arrow_doubles(s, "value", "g", &bad[i].x, NULL);
        check_refuses(s, ATTAIN_E_NUMBER, 0, bad[i].text);
    }
}

static void floats_have_six_digits(void **state)
{
    (void)state;
    arrow_source *s = balances(3);
    arrow_doubles(s, "value", "f", DOUBLES(0.1f, -12.34f, 9999.99f), NULL);
    check_takes(s, PEOPLE "01,balance,2025,0.1\n7,balance,2025,-12.34\n"
                          "a-province-with-a-long-name,balance,2025,9999.99\n");
    s = people(2, 3);
    arrow_doubles(s, "value", "c:f", DOUBLES(1000000.0, 0.0), "11");
    check_takes(s, PEOPLE "01,people,2025,1000000\n7,people,2025,0\n");
    static const double bad[] = {10000.01, 0.125, 1000001.0, INFINITY, NAN};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        s = balances(1);
        arrow_doubles(s, "value", "f", &bad[i], NULL);
        check_refuses(s, ATTAIN_E_NUMBER, 0, "value ");
    }
    const double too_long = 10000.01;
    s = balances(1);
    arrow_doubles(s, "value", "f", &too_long, NULL);
    check_refuses(s, ATTAIN_E_NUMBER, 0, "at most 6 digits, which is what a float32 holds exactly");
}

static void nan_is_empty_where_asked(void **state)
{
    (void)state;
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .flags = ATTAIN_INTAKE_NAN_IS_EMPTY};
    static const char *const formats[] = {"g", "f", "i:g", "C:f"};
    for (size_t f = 0; f < 4; f++) {
        attain_error err;
        attain_report report;
        attain_facts *facts = build_facts(plan);
        arrow_source *s = people(3, 1);
        arrow_doubles(s, "value", formats[f], DOUBLES(NAN, 3, NAN), "110");
        check_ok(attain_facts_add_arrow(facts, arrow_stream(s), &options, &report, &err), &err);
        assert_int_equal(report.n_read, 3);
        assert_int_equal(report.n_accepted, 1);
        assert_int_equal(report.n_empty, 2);
        attain_report_free(&report);
        attain_facts_free(facts);
        arrow_free(s);
    }
    const double infinite = INFINITY;
    arrow_source *s = people(1, 0);
    arrow_doubles(s, "value", "g", &infinite, NULL);
    check_refuses_with(s, &options, ATTAIN_E_NUMBER, 0, "infinity");
}

static void values_as_text(void **state)
{
    (void)state;
    const attain_intake_options vi = {.struct_size = sizeof vi, .numbers = ATTAIN_NUMBERS_VI};
    static const char *const formats[] = {"u", "U", "vu", "c:u", "I:vu", "s:U?"};
    for (size_t f = 0; f < 6; f++) {
        arrow_source *s = balances(3);
        arrow_text(s, "value", formats[f], TEXTS("-1.234.567.890,5", "", NULL));
        check_takes_with(s, &vi, PEOPLE "01,balance,2025,-1234567890.5\n");
    }
    arrow_source *s = balances(2);
    arrow_text(s, "value", "u", TEXTS("1", "1e3"));
    check_refuses(s, ATTAIN_E_NUMBER, 1, "value '1e3'");
    s = balances(2); /* numbers are numbers, whatever the text would be read as */
    arrow_ints(s, "value", "d:9,1,32", INTS(15, 20), NULL);
    check_takes_with(s, &vi, PEOPLE "01,balance,2025,1.5\n7,balance,2025,2\n");
}

/* ---- ids ---- */

static void ids_as_text_of_every_kind(void **state)
{
    (void)state;
    static const char *const formats[] = {"u",   "U",   "vu",  "c:u",  "C:U", "s:vu",
                                          "S:u", "i:u", "I:U", "l:vu", "L:u", "i:u?"};
    for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++) {
        for (int64_t pad = 0; pad < 10; pad += 5) {
            arrow_source *s = arrow_new();
            arrow_batch(s, 4, pad);
            arrow_text(s, "unit", formats[f], TEXTS("a-province-with-a-long-name", "01", "01", "01"));
            arrow_text(s, "measure", formats[f], TEXTS("workers", "workers", "people", "balance"));
            arrow_text(s, "period", formats[f], TEXTS("2024", "2025", "2025", "2021-01-01..2025-06-30"));
            arrow_text(s, "post", formats[f], TEXTS("full_time", "part_time", NULL, NULL));
            arrow_text(s, "sex", formats[f], TEXTS(NULL, NULL, "", NULL));
            arrow_ints(s, "value", "i", INTS(1, 2, 3, 4), NULL);
            check_takes(s, "unit,measure,period,post,value\n"
                           "a-province-with-a-long-name,workers,2024,full_time,1\n"
                           "01,workers,2025,part_time,2\n01,people,2025,,3\n"
                           "01,balance,2021-01-01..2025-06-30,,4\n");
        }
    }
}

static void whole_numbers_as_ids_mean_their_text(void **state)
{
    (void)state;
    static const char *const formats[] = {"s", "S", "i", "I", "l", "L", "c:i", "S:l"};
    for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++) {
        arrow_source *s = arrow_new();
        arrow_batch(s, 3, 1);
        arrow_ints(s, "unit", formats[f], INTS(7, 7, 7), NULL);
        arrow_text(s, "measure", "u", TEXTS("people", "people", "people"));
        arrow_ints(s, "period", formats[f], INTS(2025, 2024, 2025), "110");
        arrow_ints(s, "value", "i", INTS(1, 2, 3), "110");
        check_takes(s, PEOPLE "7,people,2025,1\n7,people,2024,2\n");
    }
    arrow_source *s = arrow_new();
    arrow_batch(s, 1, 0);
    arrow_ints(s, "unit", "i", INTS(1), NULL);
    arrow_text(s, "measure", "u", TEXTS("people"));
    arrow_ints(s, "period", "i", INTS(202506), NULL);
    arrow_ints(s, "value", "i", INTS(1), NULL);
    check_refuses(s, ATTAIN_E_UNIT, 0, "unknown unit '1'; did you mean '01'?");
    s = arrow_new();
    arrow_batch(s, 2, 0);
    arrow_ints(s, "unit", "l", INTS(7, INT64_MIN), NULL);
    arrow_text(s, "measure", "u", TEXTS("people", "people"));
    arrow_ints(s, "period", "i", INTS(2025, 2025), NULL);
    arrow_ints(s, "value", "i", INTS(1, 1), NULL);
    check_refuses(s, ATTAIN_E_UNIT, 1, "unknown unit '-9223372036854775808'");
}

static void dates_are_days(void **state)
{
    (void)state;
    static const char *const formats[] = {"tdD", "c:tdD"};
    for (size_t f = 0; f < 2; f++) {
        arrow_source *s = arrow_new();
        arrow_batch(s, 3, 2);
        arrow_text(s, "unit", "u", TEXTS("7", "7", "01"));
        arrow_text(s, "measure", "u", TEXTS("sales", "sales", "sales"));
        arrow_ints(s, "period", formats[f], INTS(0, 20249, -1), NULL);
        arrow_ints(s, "value", "i", INTS(1, 2, 3), NULL);
        check_takes(s, PEOPLE "7,sales,1970-01-01,1\n7,sales,2025-06-10,2\n01,sales,1969-12-31,3\n");
    }
    arrow_source *s = arrow_new();
    arrow_batch(s, 1, 0);
    arrow_text(s, "unit", "u", TEXTS("7"));
    arrow_text(s, "measure", "u", TEXTS("sales"));
    arrow_ints(s, "period", "tdD", INTS(INT32_MAX), NULL);
    arrow_ints(s, "value", "i", INTS(1), NULL);
    check_refuses(s, ATTAIN_E_DATE, 0, "period 'day 2147483647'");
}

/* ---- nulls ---- */

static void nulls_are_empty_texts(void **state)
{
    (void)state;
    static const char *const formats[] = {"u", "vu", "C:U", "i:u?"};
    for (size_t f = 0; f < 4; f++) {
        for (int what = 0; what < 3; what++) {
            arrow_source *s = arrow_new();
            arrow_batch(s, 2, 3);
            arrow_text(s, "unit", formats[f], TEXTS("7", what == 0 ? NULL : "01"));
            arrow_text(s, "measure", formats[f], TEXTS("people", what == 1 ? NULL : "people"));
            arrow_text(s, "period", formats[f], TEXTS("2025", what == 2 ? NULL : "2025"));
            arrow_ints(s, "value", "i", INTS(1, 2), NULL);
            check_refuses(s,
                          what == 0   ? ATTAIN_E_UNIT
                          : what == 1 ? ATTAIN_E_MEASURE
                                      : ATTAIN_E_DATE,
                          1,
                          what == 0   ? "the unit is empty"
                          : what == 1 ? "the measure is empty"
                                      : "period ''");
        }
    }
    arrow_source *s = people(2, 0); /* where there is no value nothing else matters */
    arrow_text(s, "unit2", "u", TEXTS(NULL, NULL));
    arrow_ints(s, "value", "i", INTS(1, 2), "10");
    check_takes(s, PEOPLE "01,people,2025,1\n");
    s = people(2, 0);
    arrow_other(s, "value", "n");
    check_takes(s, PEOPLE);
    s = people(2, 0);
    arrow_ints(s, "value", "i", INTS(1, 2), NULL);
    arrow_other(s, "qualifier", "n");
    arrow_other(s, "post", "n");
    check_takes(s, PEOPLE "01,people,2025,1\n7,people,2025,2\n");
}

static void rows_may_be_null_as_a_whole(void **state)
{
    (void)state;
    arrow_source *s = arrow_new();
    attain_error err;
    attain_report report;
    attain_facts *facts = build_facts(plan);
    arrow_batch(s, 3, 1);
    arrow_text(s, "unit", "i:u", TEXTS("01", "nowhere", "7"));
    arrow_text(s, "measure", "u", TEXTS("people", "people", "people"));
    arrow_text(s, "period", "u", TEXTS("2025", "x", "2025"));
    arrow_text(s, "qualifier", "u", TEXTS(NULL, ">", ">"));
    arrow_ints(s, "value", "l", INTS(1, 2, 3), NULL);
    arrow_null_rows(s, "101");
    check_ok(attain_facts_add_arrow(facts, arrow_stream(s), NULL, &report, &err), &err);
    assert_int_equal(report.n_read, 3);
    assert_int_equal(report.n_empty, 1);
    assert_int_equal(report.n_accepted, 2);
    attain_report_free(&report);
    attain_facts_free(facts);
    arrow_free(s);
}

static void a_batch_may_be_a_slice(void **state)
{
    (void)state;
    for (int64_t first = 0; first < 3; first++) {
        for (int64_t n = 0; n + first <= 3; n++) {
            char csv[200] = PEOPLE;
            static const char *const rows[] = {"01,people,2025,1\n", "7,people,2025,2\n",
                                               "a-province-with-a-long-name,people,2025,3\n"};
            for (int64_t i = first; i < first + n; i++) {
                strcat(csv, rows[i]);
            }
            arrow_source *s = people(3, 2);
            arrow_ints(s, "value", "l", INTS(1, 2, 3), NULL);
            arrow_array_of(s, 0, ARROW_MAX_COLUMNS)->offset = first;
            arrow_array_of(s, 0, ARROW_MAX_COLUMNS)->length = n;
            check_takes(s, csv);
        }
    }
}

/* ---- what stands beside a figure ---- */

static void qualifiers_and_reasons(void **state)
{
    (void)state;
    static const char *const formats[] = {"u", "vu", "c:u", "S:U?"};
    for (size_t f = 0; f < 4; f++) {
        arrow_source *s = arrow_new();
        arrow_batch(s, 6, 1);
        arrow_text(s, "unit", "u", TEXTS("7", "7", "7", "7", "7", "7"));
        arrow_text(s, "measure", "u", TEXTS("people", "people", "people", "people", "people", "people"));
        arrow_text(s, "period", "u", TEXTS("2020", "2021", "2022", "2023", "2024", "2025"));
        arrow_ints(s, "value", "i", INTS(1, 2, 3, 0, 0, 0), "111000");
        arrow_text(s, "qualifier", formats[f], TEXTS("=", ">", NULL, "missing", "missing", ""));
        arrow_text(s, "reason", formats[f], TEXTS("", NULL, NULL, "confidential", NULL, ""));
        check_takes(s, "unit,measure,period,value,qualifier,reason\n7,people,2020,1,=,\n7,people,2021,2,>,\n"
                       "7,people,2022,3,,\n7,people,2023,,missing,confidential\n7,people,2024,,missing,\n"
                       "7,people,2025,,,\n");
    }
    arrow_source *s = people(1, 0);
    arrow_ints(s, "value", "i", INTS(1), NULL);
    arrow_text(s, "qualifier", "u", TEXTS("about"));
    check_refuses(s, ATTAIN_E_QUALIFIER, 0, "unknown qualifier 'about'");
    s = people(1, 0);
    arrow_ints(s, "value", "i", INTS(1), NULL);
    arrow_text(s, "qualifier", "i:u", TEXTS("missing"));
    check_refuses(s, ATTAIN_E_QUALIFIER, 0, "'missing' stands beside the value '1'");
    s = people(1, 0);
    arrow_ints(s, "value", "i", INTS(1), "0");
    arrow_text(s, "reason", "i:u", TEXTS("holiday"));
    check_refuses(s, ATTAIN_E_QUALIFIER, 0, "a reason stands here without the qualifier 'missing'");
}

static void members_make_cells(void **state)
{
    (void)state;
    arrow_source *s = arrow_new();
    arrow_batch(s, 4, 1);
    arrow_text(s, "unit", "u", TEXTS("7", "7", "7", "7"));
    arrow_text(s, "measure", "u", TEXTS("visits", "visits", "visits", "visits"));
    arrow_text(s, "period", "u", TEXTS("2025-01", "2025-01", "2025-01", "2025-01"));
    arrow_text(s, "sex", "i:u", TEXTS("f", "m", "f", "m"));
    arrow_text(s, "post", "u", TEXTS("full_time", "full_time", "part_time", "part_time"));
    arrow_ints(s, "value", "i", INTS(1, 2, 3, 4), NULL);
    check_takes(
        s,
        "unit,measure,period,post,sex,value\n7,visits,2025-01,full_time,f,1\n"
        "7,visits,2025-01,full_time,m,2\n7,visits,2025-01,part_time,f,3\n7,visits,2025-01,part_time,m,4\n");
    static const struct {
        const char *measure, *post, *part;
    } bad[] = {{"workers", "x", "'x' is no member of post"},
               {"workers", NULL, "its column is empty here"},
               {"people", "full_time", "measure 'people' is not by post"}};
    for (size_t i = 0; i < 3; i++) {
        s = arrow_new();
        arrow_batch(s, 2, 0);
        arrow_text(s, "unit", "u", TEXTS("7", "7"));
        arrow_text(s, "measure", "u", TEXTS("workers", bad[i].measure));
        arrow_text(s, "period", "u", TEXTS("2024", "2025"));
        arrow_text(s, "post", "c:u", TEXTS("full_time", bad[i].post));
        arrow_ints(s, "value", "i", INTS(1, 2), NULL);
        check_refuses(s, ATTAIN_E_CATEGORY, 1, bad[i].part);
    }
    s = arrow_new();
    arrow_batch(s, 1, 0);
    arrow_text(s, "unit", "u", TEXTS("7"));
    arrow_text(s, "measure", "u", TEXTS("workers"));
    arrow_text(s, "period", "u", TEXTS("2024"));
    arrow_ints(s, "value", "i", INTS(1), NULL);
    check_refuses(s, ATTAIN_E_CATEGORY, 0, "there is no such column");
}

/* ---- columns ---- */

static void the_wide_form(void **state)
{
    (void)state;
    arrow_source *s = arrow_new();
    attain_error err;
    attain_report report;
    attain_facts *facts = build_facts(plan);
    arrow_batch(s, 3, 1);
    arrow_text(s, "period", "c:u", TEXTS("2025", "2025", "2025"));
    arrow_doubles(s, "balance", "g", DOUBLES(0.5, 1, 2.25), "101");
    arrow_text(s, "unit", "u", TEXTS("7", "01", "a-province-with-a-long-name"));
    arrow_other(s, "value", "+l");
    arrow_ints(s, "people", "l", INTS(1, 2, 3), "110");
    check_ok(attain_facts_add_arrow(facts, arrow_stream(s), NULL, &report, &err), &err);
    assert_int_equal(report.n_read, 6);
    assert_int_equal(report.n_accepted, 4);
    assert_int_equal(report.n_empty, 2);
    check_str(report.ignored_columns, "value");
    attain_report_free(&report);
    attain_facts_free(facts);
    arrow_free(s);
}

static void rows_of_the_wide_form_are_told_in_order(void **state)
{
    (void)state;
    arrow_source *s = arrow_new();
    attain_error err;
    attain_report report;
    attain_facts *facts = build_facts(plan);
    const attain_intake_options skip = {.struct_size = sizeof skip, .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS};
    arrow_batch(s, 3, 0);
    arrow_text(s, "unit", "u", TEXTS("x", "01", "7"));
    arrow_text(s, "period", "u", TEXTS("2025", "2025", "2025"));
    arrow_ints(s, "people", "l", INTS(1, -2, 3), NULL);
    arrow_doubles(s, "balance", "g", DOUBLES(0.5, 0.125, 2.25), NULL);
    check_ok(attain_facts_add_arrow(facts, arrow_stream(s), &skip, &report, &err), &err);
    assert_int_equal(report.n_read, 6);
    assert_int_equal(report.n_accepted, 2);
    assert_int_equal(report.n_issues, 4);
    static const struct {
        int64_t row;
        int32_t column;
        attain_status status;
    } wanted[] = {{1, 1, ATTAIN_E_UNIT},
                  {1, 1, ATTAIN_E_UNIT},
                  {2, 3, ATTAIN_E_RANGE},
                  {2, 4, ATTAIN_E_NUMBER}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(report.issues[i].row, wanted[i].row);
        assert_int_equal(report.issues[i].column, wanted[i].column);
        assert_int_equal(report.issues[i].status, wanted[i].status);
    }
    attain_report_free(&report);
    attain_facts_free(facts);
    arrow_free(s);
}

static void renaming(void **state)
{
    (void)state;
    const attain_str rename[] = {{"district", 8}, {"unit", 4}, {"unit", 4}, {"old", 3}};
    attain_intake_options options = {.struct_size = sizeof options, .rename = rename, .n_rename = 2};
    arrow_source *s = arrow_new();
    arrow_batch(s, 1, 0);
    arrow_text(s, "district", "u", TEXTS("7"));
    arrow_other(s, "unit", "b");
    arrow_text(s, "measure", "u", TEXTS("people"));
    arrow_text(s, "period", "u", TEXTS("2025"));
    arrow_ints(s, "value", "l", INTS(1), NULL);
    check_takes_with(s, &options, PEOPLE "7,people,2025,1\n");
    s = people(1, 0);
    arrow_ints(s, "value", "l", INTS(1), NULL);
    check_refuses_with(s, &options, ATTAIN_E_ARROW, -1,
                       "column 'district' is not there, but is to be renamed to unit");
    options.n_rename = 1;
    s = people(1, 0);
    arrow_text(s, "district", "u", TEXTS("7"));
    arrow_ints(s, "value", "l", INTS(1), NULL);
    check_refuses_with(s, &options, ATTAIN_E_ARROW, 3, "column 'unit' comes twice");
}

static void missing_columns(void **state)
{
    (void)state;
    static const char *const names[] = {"unit", "measure", "period", "value"};
    for (size_t left_out = 0; left_out < 4; left_out++) {
        char part[64];
        arrow_source *s = arrow_new();
        arrow_batch(s, 1, 0);
        for (size_t c = 0; c < 4; c++) {
            if (c != left_out) {
                arrow_text(s, names[c], "u", TEXTS("1"));
            }
        }
        (void)snprintf(part, sizeof part, "column '%s' is required", names[left_out]);
        check_refuses(s, ATTAIN_E_ARROW, -1, part);
    }
    arrow_source *s = people(1, 0);
    arrow_ints(s, "valeu", "l", INTS(1), NULL);
    check_refuses(s, ATTAIN_E_ARROW, -1, "is it 'valeu'?");
}

static void types_are_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *format, *part;
    } bad[] = {{"b", "column 'value' is of type boolean ('b')"},
               {"e", "float16"},
               {"d:38,2,256", "decimal ('d:38,2,256')"},
               {"d:9,-2", "decimal ('d:9,-2')"},
               {"d:39,2", "decimal"},
               {"d:9", "decimal"},
               {"d:9,2,32x", "decimal"},
               {"z", "binary"},
               {"vz", "binary view"},
               {"tdD", "date32"},
               {"tsn:UTC", "timestamp"},
               {"tDs", "duration"},
               {"+s", "struct"},
               {"+l", "list"},
               {"+r", "run-end encoded"},
               {"+ud:0,1", "union"},
               {"w:16", "fixed-size binary"},
               {"", "unknown"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        arrow_source *s = people(1, 0);
        arrow_other(s, "value", bad[i].format);
        check_refuses(s, ATTAIN_E_ARROW, 3, bad[i].part);
    }
    static const char *const ids[] = {"g", "d:9,2", "f", "tdD", "b", "+s", "tsm:"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        arrow_source *s = arrow_new();
        arrow_batch(s, 1, 0);
        arrow_text(s, "measure", "u", TEXTS("people"));
        arrow_other(s, "unit", ids[i]);
        arrow_text(s, "period", "u", TEXTS("2025"));
        arrow_ints(s, "value", "l", INTS(1), NULL);
        check_refuses(s, ATTAIN_E_ARROW, 1,
                      "utf8, large utf8, string view, integers, or dictionaries of these, are taken");
    }
    arrow_source *s = people(1, 0);
    arrow_text(s, "value", "i:u", TEXTS("1"));
    arrow_schema_of(s, 3)->format = "g";
    check_refuses(s, ATTAIN_E_ARROW, 3, "is a dictionary whose indices are no integers: float64");
    /* An extension over int64: what the number means only its maker knows. */
    static const char metadata[] = "\1\0\0\0\24\0\0\0ARROW:extension:name\15\0\0\0pandas.period";
    s = people(1, 0);
    arrow_ints(s, "value", "l", INTS(1), NULL);
    arrow_schema_of(s, 2)->metadata = metadata;
    check_refuses(s, ATTAIN_E_ARROW, 2, "column 'period' is of type extension of utf8");
    static const char harmless[] = "\1\0\0\0\3\0\0\0key\5\0\0\0value";
    s = people(1, 0);
    arrow_ints(s, "value", "l", INTS(1), NULL);
    arrow_schema_of(s, 2)->metadata = harmless;
    check_takes(s, PEOPLE "01,people,2025,1\n");
}

/* ---- what an intake may be asked ---- */

static arrow_source *twice(int64_t first, int64_t second)
{
    arrow_source *s = arrow_new();
    arrow_batch(s, 2, 0);
    arrow_text(s, "unit", "u", TEXTS("7", "01"));
    arrow_text(s, "measure", "u", TEXTS("people", "people"));
    arrow_text(s, "period", "u", TEXTS("2025", "2025"));
    arrow_ints(s, "value", "l", INTS(first, 1), NULL);
    arrow_batch(s, 1, 0);
    arrow_text(s, "unit", "u", TEXTS("7"));
    arrow_text(s, "measure", "u", TEXTS("people"));
    arrow_text(s, "period", "u", TEXTS("2025"));
    arrow_ints(s, "value", "l", INTS(second), NULL);
    return s;
}

static void cells_that_come_twice(void **state)
{
    (void)state;
    check_refuses(twice(5, 5), ATTAIN_E_DUPLICATE, 2, "row 3: people at 7 in 2025 is the same cell as row 1");
    const attain_intake_options same = {.struct_size = sizeof same,
                                        .flags = ATTAIN_INTAKE_SAME_VALUE_IS_FINE};
    check_takes_with(twice(5, 5), &same, PEOPLE "7,people,2025,5\n01,people,2025,1\n");
    check_refuses_with(twice(5, 6), &same, ATTAIN_E_DUPLICATE, 2, "same cell as row 1");
    const attain_intake_options sum = {.struct_size = sizeof sum, .flags = ATTAIN_INTAKE_SUM};
    check_takes_with(twice(5, 6), &sum, PEOPLE "7,people,2025,11\n01,people,2025,1\n");
    const attain_intake_options skip = {.struct_size = sizeof skip, .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS};
    check_takes_with(twice(5, 6), &skip, PEOPLE "01,people,2025,1\n");
}

static void facts_that_were_there_before_stay(void **state)
{
    (void)state;
    attain_error err;
    attain_text before;
    attain_text after;
    attain_facts *facts = build_facts(plan);
    build_add(facts, PEOPLE "7,people,2025,3\n");
    check_ok(attain_facts_to_bytes(facts, &before, &err), &err);
    arrow_source *s = twice(5, 6);
    check_fails(attain_facts_add_arrow(facts, arrow_stream(s), NULL, NULL, &err), ATTAIN_E_DUPLICATE, &err);
    arrow_free(s);
    s = people(2, 0);
    arrow_ints(s, "value", "l", INTS(1, 2), NULL);
    check_fails(attain_facts_add_arrow(facts, arrow_stream(s), NULL, NULL, &err), ATTAIN_E_DUPLICATE, &err);
    check_contains(err.message, "was taken in before");
    arrow_free(s);
    check_ok(attain_facts_to_bytes(facts, &after, &err), &err);
    assert_int_equal(after.len, before.len);
    assert_memory_equal(after.data, before.data, before.len);
    attain_text_free(&before);
    attain_text_free(&after);
    attain_facts_free(facts);
}

static void batches_of_any_size(void **state)
{
    (void)state;
    arrow_source *s = arrow_new();
    attain_error err;
    attain_report report;
    attain_facts *facts = build_facts(plan);
    arrow_batch(s, 0, 0);
    for (int64_t b = 0; b < 5; b++) {
        static const char *const unit[] = {"7", "01", "x", "7"};
        static const char *const measure[] = {"people", "people", "people", "people"};
        const char *period[] = {NULL, NULL, NULL, NULL};
        static const char *const years[] = {"2020", "2021", "2022", "2023", "2024", "2025"};
        if (b > 0) {
            arrow_batch(s, b % 3 == 0 ? 0 : b, b);
        }
        for (int64_t i = 0; i < 4; i++) {
            period[i] = years[(b + i) % 6];
        }
        arrow_text(s, "unit", "u", unit);
        arrow_text(s, "measure", "i:u", measure);
        arrow_text(s, "period", "i:u", period);
        arrow_ints(s, "value", "l", INTS(1, 2, 3, 4), NULL);
    }
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS,
                                           .source = "stream"};
    check_ok(attain_facts_add_arrow(facts, arrow_stream(s), &options, &report, &err), &err);
    assert_int_equal(report.n_read, 7); /* 1 + 2 + 4 */
    assert_int_equal(report.n_issues, 3);
    assert_int_equal(report.issues[0].row, 1); /* 7 in 2021 comes again as the last row */
    assert_int_equal(report.issues[0].other_row, 7);
    assert_int_equal(report.issues[1].row, 6);
    assert_int_equal(report.issues[1].status, ATTAIN_E_UNIT);
    assert_int_equal(report.issues[2].row, 7);
    attain_report_free(&report);
    attain_facts_free(facts);
    arrow_free(s);
    s = arrow_new();
    facts = build_facts(plan);
    struct ArrowArrayStream *stream = arrow_stream(s);
    arrow_schema_of(s, ARROW_MAX_COLUMNS)->n_children = 0;
    check_fails(attain_facts_add_arrow(facts, stream, NULL, NULL, &err), ATTAIN_E_ARROW, &err);
    arrow_free(s);
    attain_facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_of_every_width),
        cmocka_unit_test(whole_numbers_have_no_decimals),
        cmocka_unit_test(decimals_keep_their_digits),
        cmocka_unit_test(doubles_by_the_exact_rule),
        cmocka_unit_test(floats_have_six_digits),
        cmocka_unit_test(nan_is_empty_where_asked),
        cmocka_unit_test(values_as_text),
        cmocka_unit_test(ids_as_text_of_every_kind),
        cmocka_unit_test(whole_numbers_as_ids_mean_their_text),
        cmocka_unit_test(dates_are_days),
        cmocka_unit_test(nulls_are_empty_texts),
        cmocka_unit_test(rows_may_be_null_as_a_whole),
        cmocka_unit_test(a_batch_may_be_a_slice),
        cmocka_unit_test(qualifiers_and_reasons),
        cmocka_unit_test(members_make_cells),
        cmocka_unit_test(the_wide_form),
        cmocka_unit_test(rows_of_the_wide_form_are_told_in_order),
        cmocka_unit_test(renaming),
        cmocka_unit_test(missing_columns),
        cmocka_unit_test(types_are_refused_by_name),
        cmocka_unit_test(cells_that_come_twice),
        cmocka_unit_test(facts_that_were_there_before_stay),
        cmocka_unit_test(batches_of_any_size),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
