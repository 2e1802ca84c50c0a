/* Bad input: what it looks like and what it gets. The rows of tests/bad-input.md that are not a golden file of tests/invalid.
 *
 *   facts     each row: the file, the status, the line and column, and parts of the message: what was found, what is required
 *   size      what grows without bound is refused at its limit, with the limit in the message, and without recursion
 *   host      locale and rounding mode of the process change nothing
 *
 * After every refusal the facts are byte for byte as before. */
#include "support/build_plan.h"
#include "support/check.h"

#include <fenv.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char plan_text[] = "unit VN \"Việt Nam\" nation\n"
                                "unit 01 \"Hà Nội\" province in VN until 2025-06-30\n"
                                "unit 02 \"Huế\" province in VN\n"
                                "unit 03 \"Hòa Bình\" province in VN from 2025-07-01\n"
                                "unit Hòa.x province in VN\n"
                                "boundary 2025-07-01 merge 01 into 03\n"
                                "category post: full_time, part_time\n"
                                "measure people \"People\"\n"
                                "  stock persons  reported yearly by province\n"
                                "measure workers \"Workers\"\n"
                                "  stock persons  by post  reported yearly by province\n"
                                "measure rate \"Rate\"\n"
                                "  stock percent  decimals 1  none over units\n"
                                "measure money \"Money\"\n"
                                "  flow VND  decimals 2  any sign  none over units\n"
                                "indicator density = workers / people\n"
                                "target p.density density at least 1 per 100 by 2025\n"
                                "target p.rate rate at least 90% by 2025\n"
                                "target p.money money at least 12.5 by 2025\n";

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

/* --- facts --- */

typedef struct bad_file {
    const char *csv;
    size_t len; /* 0: up to its NUL */
    attain_status status;
    int32_t line, column;
    const char *found, *required;
} bad_file;

#define BYTES(literal) (literal), sizeof(literal) - 1
#define HEADER "unit,measure,period,value\n"
#define HEADER_Q "unit,measure,period,value,qualifier,reason\n"

static const bad_file encodings[] = {
    {BYTES("\xff\xfeu\0n\0i\0t\0"), ATTAIN_E_UTF8, 1, 1, "UTF-16", "save it as \"CSV UTF-8\""},
    {BYTES("\xfe\xff\0u\0n\0i\0t"), ATTAIN_E_UTF8, 1, 1, "UTF-16", "UTF-8 is required"},
    {BYTES("u\0n\0i\0t\0,\0m\0e\0a\0s\0"), ATTAIN_E_CONTROL, 1, 2, "NUL", "looks like UTF-16"},
    {BYTES(HEADER "02,people,2025,1\0"
                  "2\n"),
     ATTAIN_E_CONTROL, 2, 17, "a NUL byte", "UTF-8 text is required"},
    {BYTES(HEADER "02,\"peo\0ple\",2025,1\n"), ATTAIN_E_CONTROL, 2, 8, "a NUL byte",
     "UTF-8 text is required"},
    {BYTES(HEADER "02,people,2025,\xe1\xba"), ATTAIN_E_UTF8, 2, 16, "byte 0xE1",
     "not UTF-8, which is required"},
    {BYTES(HEADER "\xc0\xb1,people,2025,1\n"), ATTAIN_E_UTF8, 2, 1, "byte 0xC0", "not UTF-8"},
    {BYTES(HEADER "\xed\xa0\x80,people,2025,1\n"), ATTAIN_E_UTF8, 2, 1, "byte 0xED", "not UTF-8"},
    {BYTES(HEADER "02,people,2025,1,Hu\xea\n"), ATTAIN_E_UTF8, 2, 20, "byte 0xEA", "Windows-1258 or TCVN3"},
};

static const bad_file names[] = {
    {BYTES(HEADER "1,people,2024,5\n"), ATTAIN_E_UNIT, 2, 1, "unknown unit '1'", "did you mean '01'?"},
    {BYTES(HEADER "vn,people,2024,5\n"), ATTAIN_E_UNIT, 2, 1, "unknown unit 'vn'", "did you mean 'VN'?"},
    {BYTES(HEADER "02 ,people,2024,5\n"), ATTAIN_E_UNIT, 2, 1, "unknown unit '02 '", "did you mean '02'?"},
    {BYTES(HEADER ",people,2024,5\n"), ATTAIN_E_UNIT, 2, 1, "the unit is empty",
     "the id of a unit of the plan is required"},
    {BYTES(HEADER "Ho\xcc\x80\x61.x,people,2024,5\n"), ATTAIN_E_UNIT, 2, 1, "it holds a combining mark",
     "write the letter composed, NFC"},
    {BYTES(HEADER "0\xe2\x80\xae"
                  "2,people,2024,5\n"),
     ATTAIN_E_UNIT, 2, 1, "'0\\u{202E}2'", "a control or hidden character: remove it"},
    {BYTES(HEADER "0\xe2\x80\x8b"
                  "2,people,2024,5\n"),
     ATTAIN_E_UNIT, 2, 1, "'0\\u{200B}2'", "a control or hidden character: remove it"},
    {BYTES(HEADER "\x1b[31m02,people,2024,5\n"), ATTAIN_E_UNIT, 2, 1, "'\\x1B[31m02'",
     "a control or hidden character: remove it"},
    {BYTES(HEADER "\"0\n2\",people,2024,5\n"), ATTAIN_E_UNIT, 2, 1, "'0\\x0A2'",
     "a control or hidden character: remove it"},
    {BYTES(HEADER "'); DROP TABLE facts;--,people,2024,5\n"), ATTAIN_E_UNIT, 2, 1, "'); DROP TABLE facts;--'",
     "unknown unit"},
    {BYTES(HEADER "02,peple,2024,5\n"), ATTAIN_E_MEASURE, 2, 2, "unknown measure 'peple'",
     "did you mean 'people'?"},
    {BYTES(HEADER "02,density,2024,5\n"), ATTAIN_E_MEASURE, 2, 2, "'density' is an indicator",
     "the id of a measure is required"},
    {BYTES("unit,measure,period,value,post\n02,workers,2024,5,fulltime\n"), ATTAIN_E_CATEGORY, 2, 5,
     "'fulltime' is no member of post", "did you mean 'full_time'?"},
    {BYTES("unit,measure,period,value,post\n02,workers,2024,5,\n"), ATTAIN_E_CATEGORY, 2, 5,
     "its column is empty here", "a member is required in every fact"},
    {BYTES("unit,measure,period,value,post\n02,people,2024,5,full_time\n"), ATTAIN_E_CATEGORY, 2, 5,
     "'full_time' stands here", "'people' is not by post"},
    {BYTES(HEADER_Q "02,people,2024,5,≥,\n"), ATTAIN_E_QUALIFIER, 2, 5, "unknown qualifier '≥'",
     "= > >= < <= ~ missing"},
    {BYTES(HEADER_Q "02,people,2024,,missing,forgotten\n"), ATTAIN_E_QUALIFIER, 2, 6,
     "unknown reason 'forgotten'", "not_reported"},
    {BYTES(HEADER_Q "02,people,2024,5,missing,\n"), ATTAIN_E_QUALIFIER, 2, 4, "stands beside the value '5'",
     "one of the two is required"},
    {BYTES(HEADER_Q "02,people,2024,,,Q\n"), ATTAIN_E_QUALIFIER, 2, 6, "without the qualifier 'missing'",
     "only a missing figure"},
};

#define NUMBER(value, status, found, required)                                          \
    {                                                                                   \
        BYTES(HEADER "02,people,2024," value "\n"), (status), 2, 4, (found), (required) \
    }
#define DIGITS_100 \
    "1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
#define DIGITS_1000                                                                                    \
    DIGITS_100 DIGITS_100 DIGITS_100 DIGITS_100 DIGITS_100 DIGITS_100 DIGITS_100 DIGITS_100 DIGITS_100 \
        DIGITS_100

static const bad_file numbers[] = {
    NUMBER("1e400", ATTAIN_E_NUMBER, "'1e400'", "it has an exponent; numbers are written out in full"),
    NUMBER("1e5", ATTAIN_E_NUMBER, "'1e5'", "written out in full"),
    NUMBER(DIGITS_1000, ATTAIN_E_RANGE, "'100000", "does not fit 64 bits"),
    NUMBER("9223372036854775808", ATTAIN_E_RANGE, "'9223372036854775808'",
           "a larger unit of measure or fewer decimals"),
    NUMBER("+5", ATTAIN_E_NUMBER, "'+5'", "never '+'"),
    NUMBER(".5", ATTAIN_E_NUMBER, "'.5'", "digits on both sides of a decimal sign"),
    NUMBER("5.", ATTAIN_E_NUMBER, "'5.'", "digits on both sides of a decimal sign"),
    NUMBER("\"5,\"", ATTAIN_E_NUMBER, "'5,'", "digits on both sides of a decimal sign"),
    NUMBER("--5", ATTAIN_E_NUMBER, "'--5'", "a sign is one '-'"),
    NUMBER("-", ATTAIN_E_NUMBER, "'-'", "a sign is one '-' with digits behind it"),
    NUMBER("n/a", ATTAIN_E_NUMBER, "'n/a'", "a number is digits"),
    NUMBER("NaN", ATTAIN_E_NUMBER, "'NaN'", "a number is digits"),
    NUMBER("inf", ATTAIN_E_NUMBER, "'inf'", "a number is digits"),
    NUMBER("0x10", ATTAIN_E_NUMBER, "'0x10'", "a number is digits"),
    NUMBER("\xd9\xa1\xd9\xa2", ATTAIN_E_NUMBER, "'\xd9\xa1\xd9\xa2'", "a number is digits"),
    NUMBER("\xef\xbc\x91\xef\xbc\x92", ATTAIN_E_NUMBER, "'\xef\xbc\x91\xef\xbc\x92'", "a number is digits"),
    NUMBER(" 5", ATTAIN_E_NUMBER, "' 5'", "and nothing else"),
    NUMBER("1 000", ATTAIN_E_NUMBER, "'1 000'", "and nothing else"),
    NUMBER("12%", ATTAIN_E_NUMBER, "'12%'", "and nothing else"),
    NUMBER("90.000", ATTAIN_E_DIGITS, "'90.000'", "it reads 90.000 in plain numbers and 90000 in vi numbers"),
    NUMBER("12.5", ATTAIN_E_DIGITS, "'12.5'", "more decimals than measure 'people' declares (0)"),
    NUMBER("5.0", ATTAIN_E_DIGITS, "'5.0'", "more decimals"),
    NUMBER("\"1,234\"", ATTAIN_E_NUMBER, "'1,234'", "a number is digits"),
    NUMBER("-5", ATTAIN_E_RANGE, "a negative figure", "'any sign'"),
    {BYTES(HEADER "VN,money,2024,92233720368547758.08\n"), ATTAIN_E_RANGE, 2, 4, "'92233720368547758.08'",
     "2 decimals of measure 'money'"},
    {BYTES(HEADER "VN,rate,2024,12.34\n"), ATTAIN_E_DIGITS, 2, 4, "'12.34'", "'rate' declares (1)"},
};

#define PERIOD(period, status, found, required)                                       \
    {                                                                                 \
        BYTES(HEADER "02,people," period ",5\n"), (status), 2, 3, (found), (required) \
    }
static const bad_file dates[] = {
    PERIOD("2025-02-31", ATTAIN_E_DATE, "'2025-02-31'", "the month has no such day"),
    PERIOD("31/02/2025", ATTAIN_E_DATE, "'31/02/2025'", "a year has four digits and stands first"),
    PERIOD("2025-13", ATTAIN_E_DATE, "'2025-13'", "a month is 01 to 12"),
    PERIOD("25", ATTAIN_E_DATE, "'25'", "a year has four digits"),
    PERIOD("10/06/25", ATTAIN_E_DATE, "'10/06/25'", "a year has four digits"),
    PERIOD("45292", ATTAIN_E_DATE, "'45292'", "a spreadsheet's serial day"),
    PERIOD("2025-06-10T00:00:00Z", ATTAIN_E_DATE, "'2025-06-10T00:00:00Z'",
           "no time of day and no time zone"),
    PERIOD("2025-06-10+07:00", ATTAIN_E_DATE, "'2025-06-10+07:00'", "no time zone"),
    PERIOD("Apr 2025", ATTAIN_E_DATE, "'Apr 2025'", "2025"),
    PERIOD("2025..2021", ATTAIN_E_DATE, "'2025..2021'", "must not end before it starts"),
    PERIOD("", ATTAIN_E_DATE, "''", "a period is written 2025"),
    PERIOD("2025-H1", ATTAIN_E_PERIOD, "period 2025-H1", "years are required here"),
    PERIOD("2024..2025", ATTAIN_E_PERIOD, "period 2024..2025", "years are required here"),
    PERIOD("0000", ATTAIN_E_DATE, "'0000'", "a year is 0001 to 9999"),
};

static const bad_file places[] = {
    {BYTES(HEADER "01,people,2026,5\n"), ATTAIN_E_PLACE, 2, 1,
     "unit '01' is not valid on any day of 2026: it was valid until 2025-06-30",
     "its successor is '03' (boundary of 2025-07-01)"},
    {BYTES(HEADER "03,people,2024,5\n"), ATTAIN_E_PLACE, 2, 1,
     "unit '03' is not valid on any day of 2024: it is valid from 2025-07-01", "before it there was '01'"},
    {BYTES(HEADER "VN,people,2024,5\n"), ATTAIN_E_PLACE, 2, 1, "unit 'VN' is a nation",
     "'people' is reported by province"},
    {BYTES(HEADER "02,people,2024,5\n02,people,2024,5\n"), ATTAIN_E_DUPLICATE, 3, 0,
     "row 2: people at 02 in 2024 is the same cell as row 1",
     "a cell is reported once (the value is the same)"},
    {BYTES(HEADER "02,people,2024,5\n01,people,2024,5\n02,people,2024,6\n"), ATTAIN_E_DUPLICATE, 4, 0,
     "is the same cell as row 1", "a cell is reported once"},
    {BYTES(HEADER "VN,rate,2024,5.0\nVN,rate,2024-12,5.0\n"), ATTAIN_E_DUPLICATE, 3, 0,
     "rate at VN in 2024-12 is the same cell as row 1", "period 2024 shares its last day with it"},
    {BYTES(HEADER "VN,money,2024,5.00\nVN,money,2023-12,5.00\n"), ATTAIN_E_PERIOD, 3, 0,
     "period 2023-12 is of another type than 2024 in row 1", "must have one period type"},
};

static const bad_file shapes[] = {
    {"", 0, ATTAIN_E_CSV, 1, 0, "the file is empty",
     "a header with unit, period and either measure and value"},
    {BYTES("\n\r\n\n"), ATTAIN_E_CSV, 1, 0, "the file is empty", "a header"},
    {BYTES("02,people,2024,5\n"), ATTAIN_E_CSV, 1, 0, "column 'unit' is required", "facts need unit, period"},
    {BYTES("unit,measure,period,valeu\n"), ATTAIN_E_CSV, 1, 0, "column 'value' is required",
     "is it 'valeu'?"},
    {BYTES("unit,measure,period,value,period\n"), ATTAIN_E_CSV, 1, 5, "column 'period' comes twice",
     "rename one of them"},
    {BYTES("unit;measure;period;value\n02;people;2024;5\n"), ATTAIN_E_CSV, 1, 0, "column 'unit' is required",
     "is required"},
    {BYTES(HEADER "02,people,2024\n"), ATTAIN_E_CSV, 2, 0, "the row has 3 fields",
     "the header has 4 columns"},
    {BYTES(HEADER "02,people,2024,5,6\n"), ATTAIN_E_CSV, 2, 0, "the row has 5 fields",
     "the header has 4 columns"},
    {BYTES(HEADER "02,people,2024,\"5\n01,people,2024,6\n"), ATTAIN_E_CSV, 2, 16, "the quote that opens here",
     "never closed"},
    {BYTES(HEADER "02,pe\"ople,2024,5\n"), ATTAIN_E_CSV, 2, 6, "a quote inside a field without quotes",
     "quote the whole field"},
    {BYTES(HEADER "02,\"people\"x,2024,5\n"), ATTAIN_E_CSV, 2, 12, "text behind the closing quote",
     "a separator or the end of the line is required"},
    {BYTES("unit,measure,period,value\r02,people,2024,x\r"), ATTAIN_E_NUMBER, 2, 4, "'x'",
     "a number is digits"},
    {BYTES("unit,measure,period,value\r\n\n02,people,2023,1\n\"02\",\"people\",\"2022\",\"1\"\r\r02,people,"
           "2024,x\n"),
     ATTAIN_E_NUMBER, 6, 4, "row 3: value 'x'", "a number is digits"},
    {BYTES("unit,measure,period,value,note\n02,people,2023,1,\"a\nb\r\nc\"\n02,people,2024,x,\n"),
     ATTAIN_E_NUMBER, 5, 4, "row 2: value 'x'", "a number is digits"},
    {BYTES("unit,measure,period,value\nsep=;\n"), ATTAIN_E_CSV, 2, 0, "the row has 1 field",
     "the header has 4 columns"},
};

static void check_file(attain_facts *facts, const bad_file *file)
{
    attain_error err;
    attain_report report;
    attain_intake *intake = NULL;
    const attain_intake_options options = {.struct_size = sizeof options, .source = "bad.csv"};
    const size_t len = file->len == 0 ? strlen(file->csv) : file->len;
    check_ok(attain_intake_new(facts, &options, &intake, &err), &err);
    attain_status status = attain_intake_feed(intake, file->csv, len, &err);
    const bool in_finish = status == ATTAIN_OK;
    memset(&report, 0, sizeof report);
    status = in_finish ? attain_intake_finish(intake, &report, &err) : status;
    if (status != file->status || err.line != file->line || err.column != file->column ||
        strstr(err.message, file->found) == NULL || strstr(err.message, file->required) == NULL) {
        print_error("%.*s\ngave %s at %d:%d: %s\nwanted %s at %d:%d with \"%s\" and \"%s\"\n", (int)len,
                    file->csv, attain_status_name(status), (int)err.line, (int)err.column, err.message,
                    attain_status_name(file->status), (int)file->line, (int)file->column, file->found,
                    file->required);
        fail();
    }
    assert_string_equal(err.source, "bad.csv");
    assert_int_equal(report.n_accepted, 0);
    attain_report_free(&report);
    attain_intake_free(intake);
}

/* All files of a list, against facts that hold something already. */
static void check_files(const bad_file *files, size_t n)
{
    attain_error err;
    attain_text before;
    attain_text after;
    attain_facts *const facts = build_facts(plan);
    build_add(facts, HEADER "02,people,2020,900\nVN,rate,2020,0.5\n");
    check_ok(attain_facts_to_bytes(facts, &before, &err), &err);
    for (size_t i = 0; i < n; i++) {
        check_file(facts, &files[i]);
        check_ok(attain_facts_to_bytes(facts, &after, &err), &err);
        assert_int_equal(before.len, after.len);
        assert_memory_equal(before.data, after.data, after.len);
        attain_text_free(&after);
    }
    attain_text_free(&before);
    attain_facts_free(facts);
}

#define CHECK_FILES(list) check_files((list), sizeof(list) / sizeof(list)[0])

static void encodings_of_facts(void **state)
{
    (void)state;
    CHECK_FILES(encodings);
}

static void names_in_facts(void **state)
{
    (void)state;
    CHECK_FILES(names);
}

static void numbers_in_facts(void **state)
{
    (void)state;
    CHECK_FILES(numbers);
}

static void dates_in_facts(void **state)
{
    (void)state;
    CHECK_FILES(dates);
}

static void places_of_facts(void **state)
{
    (void)state;
    CHECK_FILES(places);
}

static void shapes_of_csv(void **state)
{
    (void)state;
    CHECK_FILES(shapes);
}

/* --- what looks bad and is fine --- */

static void byte_order_mark_sep_and_line_ends_are_read(void **state)
{
    (void)state;
    static const char *const files[] = {
        "\xef\xbb\xbfunit,measure,period,value\n02,people,2024,5\n01,people,2024,6",
        "sep=;\r\nunit;measure;period;value\r\n02;people;2024;5\r\n01;people;2024;6\r\n",
        "\xef\xbb\xbfsep=\t\nunit\tmeasure\tperiod\tvalue\n02\tpeople\t2024\t5\n01\tpeople\t2024\t6\n",
        "unit,measure,period,value\r02,people,2024,5\r\n\r\n\"01\",\"people\",\"2024\",\"6\"\n\n",
        "unit,measure,period,value,\"no\"\"te\"\n02,people,2024,5,\"a\r\nb\"\n01,people,2024,6,\n",
        "value,unit,unused,period,measure\n5,02,x,2024,people\n6,01,,2024,people\n",
        "unit,period,people\n02,2024,5\n01,2024,6\n",
    };
    attain_error err;
    attain_text wanted;
    attain_facts *const facts = build_facts(plan);
    build_add(facts, HEADER "01,people,2024,6\n02,people,2024,5\n");
    check_ok(attain_facts_to_bytes(facts, &wanted, &err), &err);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        attain_text got;
        attain_facts *const other = build_facts(plan);
        build_add(other, files[i]);
        check_ok(attain_facts_to_bytes(other, &got, &err), &err);
        assert_int_equal(got.len, wanted.len);
        assert_memory_equal(got.data, wanted.data, wanted.len);
        attain_text_free(&got);
        attain_facts_free(other);
    }
    attain_text_free(&wanted);
    attain_facts_free(facts);
}

static void minus_zero_is_zero_and_empty_files_are_legal(void **state)
{
    (void)state;
    attain_error err;
    attain_report report;
    attain_fact fact;
    attain_facts *const facts = build_facts(plan);
    check_ok(build_csv(facts, HEADER, NULL, &report, &err), &err);
    assert_int_equal(report.n_read, 0);
    attain_report_free(&report);
    build_add(facts, HEADER "VN,money,2024,-0.00\n");
    check_ok(attain_facts_at(facts, 0, &fact, &err), &err);
    assert_int_equal(fact.value, 0);
    attain_facts_free(facts);
}

/* A file may end anywhere: what was read is whole rows, or nothing with a finding. */
static void a_file_may_be_cut_anywhere(void **state)
{
    (void)state;
    static const char csv[] = HEADER "02,people,2024,5\n\"01\",people,2024,\"6\"\nVN,money,2023,-1.25\n";
    for (size_t len = 0; len < sizeof csv - 1; len++) {
        attain_error err;
        attain_report report = {.n_read = 0};
        attain_intake *intake = NULL;
        attain_facts *const facts = build_facts(plan);
        check_ok(attain_intake_new(facts, NULL, &intake, &err), &err);
        check_ok(attain_intake_feed(intake, csv, len, &err), &err);
        const attain_status status = attain_intake_finish(intake, &report, &err);
        if (status == ATTAIN_OK) {
            assert_int_equal(attain_facts_count(facts), report.n_accepted);
            assert_int_equal(report.n_read, report.n_accepted + report.n_empty);
        } else {
            assert_true(err.line >= 1);
            assert_int_equal(attain_facts_count(facts), 0);
        }
        attain_report_free(&report);
        attain_intake_free(intake);
        attain_facts_free(facts);
    }
}

/* Bad rows may be left out: accepted + rejected + empty = read, and each bad row is told with its line. */
static void rows_left_out_are_reported(void **state)
{
    (void)state;
    attain_error err;
    attain_report report;
    attain_facts *const facts = build_facts(plan);
    const attain_intake_options skip = {.struct_size = sizeof skip,
                                        .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS,
                                        .max_issues = 3};
    check_ok(build_csv(facts,
                       HEADER
                       "02,people,2024,5\n9,people,2024,5\n02,people,2023,x\n02,people\n02,people,2022,\n"
                       "01,people,2021,1\n01,people,2021,2\n02,people,2021,7\n",
                       &skip, &report, &err),
             &err);
    assert_int_equal(report.n_read, 8);
    assert_int_equal(report.n_accepted, 2);
    assert_int_equal(report.n_empty, 1);
    assert_int_equal(report.n_rejected, 5);
    assert_int_equal(report.n_issues, 3);
    assert_int_equal(report.n_more_issues, 2);
    assert_int_equal(report.issues[0].line, 3);
    assert_int_equal(report.issues[1].column, 4);
    assert_int_equal(report.issues[2].status, ATTAIN_E_CSV);
    assert_int_equal(attain_facts_count(facts), 2);
    attain_report_free(&report);
    attain_facts_free(facts);
}

/* --- size: facts --- */

/* n times the text, between a head and a tail; free it. */
static char *repeated(const char *head, const char *text, size_t n, const char *tail, size_t *len)
{
    const size_t head_len = strlen(head);
    const size_t text_len = strlen(text);
    *len = head_len + n * text_len + strlen(tail);
    char *const all = malloc(*len + 1);
    assert_non_null(all);
    memcpy(all, head, head_len);
    for (size_t i = 0; i < n; i++) {
        memcpy(all + head_len + i * text_len, text, text_len);
    }
    memcpy(all + head_len + n * text_len, tail, strlen(tail) + 1);
    return all;
}

static void check_big_file(const char *head, const char *text, size_t n, const char *tail,
                           attain_status status, int32_t line, int32_t column, const char *found)
{
    size_t len;
    char *const csv = repeated(head, text, n, tail, &len);
    attain_error err;
    attain_intake *intake = NULL;
    attain_facts *const facts = build_facts(plan);
    check_ok(attain_intake_new(facts, NULL, &intake, &err), &err);
    attain_status got = attain_intake_feed(intake, csv, len, &err);
    got = got == ATTAIN_OK ? attain_intake_finish(intake, NULL, &err) : got;
    check_fails(got, status, &err);
    check_contains(err.message, found);
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
    assert_int_equal(attain_facts_count(facts), 0);
    attain_intake_free(intake);
    attain_facts_free(facts);
    free(csv);
}

static void limits_of_csv(void **state)
{
    (void)state;
    check_big_file("unit,measure,period,value", ",x", 4093, "\n", ATTAIN_E_LIMIT, 1, 8211,
                   "more than the 4096 columns allowed");
    check_big_file(HEADER "02,people,2024,", "9", (size_t)10 << 20, "\n", ATTAIN_E_LIMIT, 2, 16,
                   "more than the 1048576 bytes allowed");
    check_big_file(HEADER "02,people,2024,5\n02,people,2023,\"", "01,people,2024,6\n", 100000, "",
                   ATTAIN_E_LIMIT, 3, 16, "is its quote ever closed?");
}

/* --- size: plans --- */

/* What the text gives on its way to a frozen plan: the first finding. */
static void check_plan(const char *text, size_t len, attain_status status, int32_t line, int32_t column,
                       const char *found)
{
    attain_error err;
    attain_plan *made = NULL;
    const attain_diagnostic *items;
    check_ok(attain_plan_new(NULL, &made, &err), &err);
    attain_status got = attain_plan_add_text(made, text, len, "big.attain", &err);
    got = got == ATTAIN_OK ? attain_plan_freeze(made, &err) : got;
    assert_int_not_equal(got, ATTAIN_OK);
    assert_true(attain_plan_diagnostics(made, &items, NULL) >= 1);
    if (items[0].status != status || items[0].line != line || items[0].column != column ||
        strstr(err.message, found) == NULL) {
        print_error("got %s at %d:%d: %s\n", attain_status_name(items[0].status), (int)items[0].line,
                    (int)items[0].column, err.message);
        fail();
    }
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
    assert_string_equal(err.source, "big.attain");
    attain_plan_free(made);
}

static void check_big_plan(const char *head, const char *text, size_t n, const char *tail,
                           attain_status status, int32_t line, int32_t column, const char *found)
{
    size_t len;
    char *const all = repeated(head, text, n, tail, &len);
    check_plan(all, len, status, line, column, found);
    free(all);
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    check_big_plan("measure a stock x\nindicator i = ", "(", 100000, "a\n", ATTAIN_E_LIMIT, 2, 79,
                   "nested more than 64 deep");
    check_big_plan("unit A t\nmeasure a stock x\nindicator i = count(t where ", "(", 100000, "a > 1)\n",
                   ATTAIN_E_LIMIT, 3, 92, "nested more than 64 deep");
    check_big_plan("unit A t\nmeasure a stock x\nindicator i = count(t where ", "not ", 100000, "a > 1)\n",
                   ATTAIN_E_LIMIT, 3, 281, "nested more than 64 deep");
    check_big_plan("measure a stock x\nindicator i = a", " + a", 5000, "\n", ATTAIN_E_LIMIT, 2, 8207,
                   "more than 4,096 terms");
}

static void lines_and_strings_are_bounded(void **state)
{
    (void)state;
    check_big_plan("unit A t\n  alias \"b\" ", "x", (size_t)1 << 20, "\n", ATTAIN_E_LIMIT, 2, 3,
                   "a line of more than 1 MiB");
    check_big_plan("unit A \"", "x", ((size_t)1 << 16) + 1, "\" t\n", ATTAIN_E_LIMIT, 1, 8,
                   "longer than 64 KiB");
    check_big_plan("unit A ", "\"", 1001, " t\n", ATTAIN_E_SYNTAX, 1, 1008, "is not closed");
    check_big_plan("# ", "x", (size_t)3 << 20, "\nunit A\n", ATTAIN_E_LIMIT, 1, 1,
                   "a line of more than 1 MiB");
    attain_error err;
    attain_plan *made = NULL;
    check_ok(attain_plan_new(NULL, &made, &err), &err);
    /* The length is refused before a byte is read. */
    check_fails(attain_plan_add_text(made, "x", ((size_t)1 << 30) + 1, "x", &err), ATTAIN_E_LIMIT, &err);
    check_contains(err.message, "at most 1 GiB, this one has 1073741825 bytes");
    attain_plan_free(made);
}

/* A million findings are counted; only the first are kept. */
static void findings_are_bounded(void **state)
{
    (void)state;
    size_t len;
    size_t n_more;
    attain_error err;
    attain_plan *made = NULL;
    const attain_diagnostic *items;
    char *const text = repeated("", "traget x\n", 100000, "", &len);
    check_ok(attain_plan_new(NULL, &made, &err), &err);
    check_fails(attain_plan_add_text(made, text, len, "x", &err), ATTAIN_E_SYNTAX, &err);
    check_contains(err.message, "did you mean 'target'?");
    assert_int_equal(attain_plan_diagnostics(made, &items, &n_more), 20);
    assert_int_equal(n_more, 100000 - 20);
    assert_int_equal(items[19].line, 20);
    attain_plan_free(made);
    free(text);
}

/* --- size: trees --- */

/* A million; fewer where each byte of memory costs two. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(IS_SANITIZED)
#define CHAIN_UNITS ((size_t)200000)
#else
#define CHAIN_UNITS ((size_t)1000000)
#endif

typedef struct chain {
    size_t n;
    char (*ids)[12];
    attain_str *id, *type, *parent;
} chain;

/* u0 in nothing, u1 in u0, u2 in u1 ... */
static chain make_chain(size_t n)
{
    chain c = {n, calloc(n, sizeof *c.ids), calloc(n, sizeof *c.id), calloc(n, sizeof *c.type),
               calloc(n, sizeof *c.parent)};
    assert_true(c.ids != NULL && c.id != NULL && c.type != NULL && c.parent != NULL);
    for (size_t i = 0; i < n; i++) {
        const int len = snprintf(c.ids[i], sizeof c.ids[i], "u%07lu", (unsigned long)i % 10000000);
        c.id[i] = (attain_str){c.ids[i], (size_t)len};
        c.type[i] = (attain_str){"t", 1};
        c.parent[i] = i == 0 ? (attain_str){"", 0} : c.id[i - 1];
    }
    return c;
}

static void free_chain(chain *c)
{
    free(c->ids);
    free(c->id);
    free(c->type);
    free(c->parent);
}

static attain_status freeze_chain(const chain *c, attain_plan **out, attain_error *err)
{
    const attain_unit_columns columns = {.id = c->id, .type = c->type, .parent = c->parent};
    check_ok(attain_plan_new(NULL, out, err), err);
    check_ok(attain_plan_add_units(*out, &columns, c->n, err), err);
    return attain_plan_freeze(*out, err);
}

static void a_long_chain_of_units_is_too_deep(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *made;
    chain c = make_chain(CHAIN_UNITS);
    check_fails(freeze_chain(&c, &made, &err), ATTAIN_E_PLAN, &err);
    check_contains(err.message, "65 levels below the root; at most 64 are allowed");
    assert_string_equal(err.source, "<units>");
    assert_int_equal(err.line, 66);
    attain_plan_free(made);
    free_chain(&c);
}

static void a_ring_of_many_units_is_told_with_its_path(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *made;
    chain c = make_chain(100000);
    c.parent[0] = c.id[c.n - 1];
    check_fails(freeze_chain(&c, &made, &err), ATTAIN_E_PLAN, &err);
    check_contains(err.message, "units stand in each other: '");
    check_contains(err.message, "' in 'u");
    attain_plan_free(made);
    free_chain(&c);
    c = make_chain(1);
    c.parent[0] = c.id[0];
    check_fails(freeze_chain(&c, &made, &err), ATTAIN_E_PLAN, &err);
    check_contains(err.message, "'u0000000' in 'u0000000'");
    attain_plan_free(made);
    free_chain(&c);
}

/* A hundred thousand ids that differ in little: all are found, and none that is not there. The table is keyed, so no ids are known to
 * collide; results do not depend on the key. */
static void many_similar_ids(void **state)
{
    (void)state;
    enum { N = 100000 };
    chain c = make_chain(N);
    for (size_t i = 1; i < N; i++) {
        c.parent[i] = c.id[0];
    }
    for (uint64_t seed = 0; seed < 2; seed++) {
        attain_error err;
        attain_plan *made;
        const attain_unit_columns columns = {.id = c.id, .type = c.type, .parent = c.parent};
        const attain_plan_options options = {.struct_size = sizeof options,
                                             .hash_seed = seed * UINT64_C(0x9e3779b97f4a7c15)};
        check_ok(attain_plan_new(&options, &made, &err), &err);
        check_ok(attain_plan_add_units(made, &columns, N, &err), &err);
        check_ok(attain_plan_freeze(made, &err), &err);
        for (uint32_t i = 0; i < N; i++) {
            assert_int_equal(attain_plan_find(made, ATTAIN_KIND_UNIT, c.ids[i], 8), i);
        }
        assert_int_equal(attain_plan_find(made, ATTAIN_KIND_UNIT, "u0100000", 8), ATTAIN_NONE);
        attain_plan_free(made);
    }
    free_chain(&c);
}

/* --- includes --- */

/* A file n.attain includes (n + 1).attain, without end. */
static int open_next(void *ctx, attain_str from, attain_str path, const char **data, size_t *len, char *name,
                     char *why)
{
    char(*const text)[64] = ctx;
    (void)from;
    (void)why;
    const long n = strtol(path.data, NULL, 10);
    snprintf(*text, sizeof *text, "include \"%ld.attain\"\n", n + 1);
    snprintf(name, 128, "%ld.attain", n);
    *data = *text;
    *len = strlen(*text);
    return 0;
}

static void includes_without_end(void **state)
{
    (void)state;
    char text[64];
    attain_error err;
    attain_plan *made = NULL;
    const attain_resolver resolver = {text, open_next, NULL};
    const attain_plan_options options = {.struct_size = sizeof options, .resolver = &resolver};
    check_ok(attain_plan_new(&options, &made, &err), &err);
    check_fails(attain_plan_add_text(made, "include \"1.attain\"\n", 19, "0.attain", &err), ATTAIN_E_LIMIT,
                &err);
    check_contains(err.message, "'65.attain' cannot be read: includes are nested more than 64 deep");
    assert_string_equal(err.source, "64.attain");
    assert_int_equal(err.line, 1);
    assert_int_equal(err.column, 9);
    attain_plan_free(made);
}

/* a includes b includes a: a file is read once, so this ends and is fine. */
static int open_each_other(void *ctx, attain_str from, attain_str path, const char **data, size_t *len,
                           char *name, char *why)
{
    int *const n_open = ctx;
    (void)from;
    (void)why;
    *n_open += 1;
    *data =
        path.data[0] == 'a' ? "include \"b\"\nunit VN nation\n" : "include \"a\"\nunit 01 province in VN\n";
    *len = strlen(*data);
    snprintf(name, 128, "%c", path.data[0]);
    return 0;
}

static void includes_in_a_ring(void **state)
{
    (void)state;
    int n_open = 0;
    attain_error err;
    attain_plan *made = NULL;
    const attain_resolver resolver = {&n_open, open_each_other, NULL};
    const attain_plan_options options = {.struct_size = sizeof options, .resolver = &resolver};
    check_ok(attain_plan_new(&options, &made, &err), &err);
    check_ok(attain_plan_add_text(made, "include \"a\"\n", 12, "top", &err), &err);
    check_ok(attain_plan_freeze(made, &err), &err);
    assert_int_equal(attain_plan_count(made, ATTAIN_KIND_UNIT), 2);
    assert_true(n_open >= 2 && n_open <= 3);
    attain_plan_free(made);
}

/* --- the program --- */

/* Runs `attain check top.attain` in the test's folder; what it said on standard error. */
static int check_top(const char *include, char *said, size_t cap)
{
    FILE *const top = fopen("top.attain", "wb");
    assert_non_null(top);
    fprintf(top, "include \"%s\"\n", include);
    fclose(top);
    const int status = system(ATTAIN_CLI " check top.attain >out.txt 2>said.txt");
    FILE *const file = fopen("said.txt", "rb");
    assert_non_null(file);
    const size_t n = fread(said, 1, cap - 1, file);
    said[n] = '\0';
    fclose(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Nothing but a regular file in or beneath the plan's folder is read: not a device, a pipe, a folder, a link, what lies above. */
static void only_regular_files_are_included(void **state)
{
    (void)state;
    char said[4096];
    assert_int_equal(chdir(ATTAIN_SCRATCH_DIR), 0);
    (void)unlink("null.attain");
    (void)unlink("pipe.attain");
    (void)unlink("link.attain");
    assert_int_equal(mkfifo("pipe.attain", 0600), 0);
    assert_int_equal(symlink("/dev/null", "null.attain"), 0);
    assert_int_equal(symlink("top.attain", "link.attain"), 0);
    const char *const cases[][2] = {
        {"pipe.attain", "it is not a regular file"},
        {"null.attain", "it is a symbolic link"},
        {"link.attain", "it is a symbolic link"},
        {"/dev/null", "absolute paths are refused"},
        {"../../../../../../../../etc/passwd", "it leaves the folder of the plan"},
        {"x/../../y", "it leaves the folder of the plan"},
        {".", "it is a folder"},
        {"none.attain", "No such file"},
        {"a\\nb", "No such file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(check_top(cases[i][0], said, sizeof said), 1);
        check_contains(said, "top.attain:1:9: error: '");
        check_contains(said, cases[i][1]);
    }
    (void)unlink("pipe.attain");
    (void)unlink("null.attain");
    (void)unlink("link.attain");
}

/* --- the host --- */

/* Numbers read, values, verdicts and an explanation, as text. */
static char *all_results(void)
{
    attain_error err;
    attain_text explained;
    attain_table *table = NULL;
    attain_facts *const facts = build_facts(plan);
    const attain_intake_options vi = {.struct_size = sizeof vi,
                                      .numbers = ATTAIN_NUMBERS_VI,
                                      .separator = ';'};
    const attain_explain_options explain = {.struct_size = sizeof explain,
                                            .kind = ATTAIN_KIND_TARGET,
                                            .unit = ATTAIN_NONE,
                                            .digits = 7};
    const attain_print_options print = {.struct_size = sizeof print,
                                        .numbers = ATTAIN_NUMBERS_VI,
                                        .digits = 9};
    static char out[1 << 15];
    size_t len = 0;
    check_ok(
        build_csv(
            facts,
            "unit;measure;period;value;post\n02;people;2025;1.234.567;\n02;workers;2025;12.345;full_time\n"
            "02;workers;2025;3;part_time\nVN;rate;2025;89,9;\nVN;money;2025;12,5;\n",
            &vi, NULL, &err),
        &err);
    check_ok(attain_score(plan, facts, NULL, &table, &err), &err);
    const attain_column *columns;
    const size_t n_columns = attain_table_columns(table, &columns);
    for (size_t row = 0; row < attain_table_rows(table); row++) {
        for (size_t i = 0; i < n_columns; i++) {
            char cell[512];
            check_ok(attain_table_print(table, row, columns[i], &print, cell, sizeof cell, NULL, &err), &err);
            len += (size_t)snprintf(out + len, sizeof out - len, "%s|", cell);
        }
        attain_score_row numbers_of_row = {.struct_size = sizeof numbers_of_row};
        uint64_t bits;
        check_ok(attain_table_score_row(table, row, &numbers_of_row, &err), &err);
        memcpy(&bits, &numbers_of_row.value, sizeof bits);
        len += (size_t)snprintf(out + len, sizeof out - len, "%016llx\n", (unsigned long long)bits);
    }
    check_ok(attain_explain(plan, facts, &explain, &explained, &err), &err);
    len += (size_t)snprintf(out + len, sizeof out - len, "%s", explained.data);
    assert_true(len < sizeof out);
    attain_text_free(&explained);
    attain_table_free(table);
    attain_facts_free(facts);
    char *const copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy, out, len + 1);
    return copy;
}

static void locale_and_rounding_mode_change_nothing(void **state)
{
    (void)state;
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    static const char *const locales[] = {"C", "vi_VN.UTF-8", "de_DE.UTF-8"};
    char *const wanted = all_results();
    size_t n_locales = 0;
    check_contains(wanted, "12,5");
    for (size_t l = 0; l < sizeof locales / sizeof locales[0]; l++) {
        if (setlocale(LC_ALL, locales[l]) == NULL) {
            print_message("locale %s is not there\n", locales[l]);
            continue;
        }
        n_locales++;
        for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++) {
            assert_int_equal(fesetround(modes[m]), 0);
            char *const got = all_results();
            assert_int_equal(fegetround(), modes[m]);
            assert_int_equal(fesetround(FE_TONEAREST), 0);
            assert_string_equal(got, wanted);
            free(got);
        }
    }
    assert_non_null(setlocale(LC_ALL, "C"));
    assert_true(n_locales >= 1);
    free(wanted);
}

/* A plan that was added under another locale prints the same text. */
static void plans_do_not_follow_the_locale(void **state)
{
    (void)state;
    attain_error err;
    attain_text here;
    attain_text there;
    check_ok(attain_plan_print(plan, &here, &err), &err);
    if (setlocale(LC_ALL, "vi_VN.UTF-8") == NULL) {
        print_message("locale vi_VN.UTF-8 is not there\n");
    }
    attain_plan *const other = build_plan(plan_text, NULL);
    check_ok(attain_plan_print(other, &there, &err), &err);
    assert_non_null(setlocale(LC_ALL, "C"));
    check_contains(here.data, "money at least 12.5 by 2025");
    assert_string_equal(here.data, there.data);
    attain_text_free(&here);
    attain_text_free(&there);
    build_plan_free(other);
}

/* --- the table of rows --- */

static char *read_file(const char *path)
{
    FILE *const file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const long len = ftell(file);
    rewind(file);
    char *const text = len < 0 ? NULL : malloc((size_t)len + 1);
    assert_non_null(text);
    text[fread(text, 1, (size_t)len, file)] = '\0';
    fclose(file);
    return text;
}

/* `path` or `path: case` beneath tests/: is there such a file (or golden folder), and does it hold the case? */
static bool is_there(const char *reference, size_t len)
{
    char path[512];
    const char *const colon = memchr(reference, ':', len);
    const size_t path_len = colon == NULL ? len : (size_t)(colon - reference);
    struct stat info;
    snprintf(path, sizeof path, "%s/tests/%.*s", ATTAIN_SOURCE_DIR, (int)path_len, reference);
    if (stat(path, &info) != 0 || colon == NULL) {
        return stat(path, &info) == 0;
    }
    char name[256];
    char *const text = read_file(path);
    snprintf(name, sizeof name, "%.*s", (int)(len - path_len - 2), colon + 2);
    const bool found = text != NULL && strstr(text, name) != NULL;
    free(text);
    return found;
}

/* Code spans that begin with a folder of tests/ are references; what is not there any more is told. */
static void rows_of_the_table_name_tests_that_are_there(void **state)
{
    (void)state;
    static const char *const folders[] = {"fault/", "invalid/", "cases/", "unit/", "property/", "fuzz/"};
    char *const text = read_file(ATTAIN_SOURCE_DIR "/tests/bad-input.md");
    size_t n_references = 0;
    size_t n_missing = 0;
    assert_non_null(text);
    for (const char *at = text; (at = strchr(at, '`')) != NULL;) {
        const char *const end = strchr(at + 1, '`');
        assert_non_null(end);
        for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
            if (strncmp(at + 1, folders[i], strlen(folders[i])) == 0) {
                n_references++;
                if (!is_there(at + 1, (size_t)(end - at - 1))) {
                    print_error("tests/bad-input.md names %.*s, which is not there\n", (int)(end - at - 1),
                                at + 1);
                    n_missing++;
                }
            }
        }
        at = end + 1;
    }
    free(text);
    assert_int_equal(n_missing, 0);
    assert_true(n_references > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_the_table_name_tests_that_are_there),
        cmocka_unit_test(encodings_of_facts),
        cmocka_unit_test(names_in_facts),
        cmocka_unit_test(numbers_in_facts),
        cmocka_unit_test(dates_in_facts),
        cmocka_unit_test(places_of_facts),
        cmocka_unit_test(shapes_of_csv),
        cmocka_unit_test(byte_order_mark_sep_and_line_ends_are_read),
        cmocka_unit_test(minus_zero_is_zero_and_empty_files_are_legal),
        cmocka_unit_test(a_file_may_be_cut_anywhere),
        cmocka_unit_test(rows_left_out_are_reported),
        cmocka_unit_test(limits_of_csv),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(lines_and_strings_are_bounded),
        cmocka_unit_test(findings_are_bounded),
        cmocka_unit_test(a_long_chain_of_units_is_too_deep),
        cmocka_unit_test(a_ring_of_many_units_is_told_with_its_path),
        cmocka_unit_test(many_similar_ids),
        cmocka_unit_test(includes_without_end),
        cmocka_unit_test(includes_in_a_ring),
        cmocka_unit_test(only_regular_files_are_included),
        cmocka_unit_test(locale_and_rounding_mode_change_nothing),
        cmocka_unit_test(plans_do_not_follow_the_locale),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
