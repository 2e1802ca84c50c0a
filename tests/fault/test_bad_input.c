/* Bad facts: what they look like and what they get. The rows of tests/bad-input.md about files of facts: the file, the status, the line and
 * column, and parts of the message: what was found, what is required. After every refusal the facts are byte for byte as before. What looks
 * bad and is fine is here too; size is in test_bad_size.c, the host in test_bad_host.c.
 *
 * And the table itself: each test that it names is there. */
#include "fault/bad_plan.h"
#include "support/build_plan.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char plan_text[] = "unit VN \"Việt Nam\" nation\n"
                                "unit 01 \"Hà Nội\" province in VN until 2025-06-30\n"
                                "unit 02 \"Huế\" province in VN\n"
                                "unit 03 \"Hòa Bình\" province in VN from 2025-07-01\n"
                                "unit Hòa.x province in VN\n"
                                "boundary 2025-07-01 merge 01 into 03\n" BAD_PLAN_MEASURES;

static attain_plan *plan;

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
    };
    build_plan_for_group(plan_text, &plan);
    return cmocka_run_group_tests(tests, build_set_up, build_tear_down);
}
