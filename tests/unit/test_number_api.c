/* The public calls for numbers and periods: arguments are checked, faults have their byte, buffers their size. */
#include "support/check.h"

static void decimals_are_read_and_faults_have_their_byte(void **state)
{
    (void)state;
    const struct {
        const char *text;
        attain_number_format format;
        unsigned decimals;
        attain_status status;
        int64_t value;
        int32_t column;
    } cases[] = {
        {"12.5", ATTAIN_NUMBERS_PLAIN, 3, ATTAIN_OK, 12500, 0},
        {"90.000", ATTAIN_NUMBERS_VI, 0, ATTAIN_OK, 90000, 0},
        {"12,5", ATTAIN_NUMBERS_VI, 3, ATTAIN_OK, 12500, 0},
        {"90.00", ATTAIN_NUMBERS_VI, 0, ATTAIN_E_NUMBER, 0, 3},
        {"90.000", ATTAIN_NUMBERS_PLAIN, 0, ATTAIN_E_DIGITS, 0, 4},
        {"", ATTAIN_NUMBERS_PLAIN, 0, ATTAIN_E_NUMBER, 0, 1},
        {"1x", ATTAIN_NUMBERS_PLAIN, 0, ATTAIN_E_NUMBER, 0, 2},
        {"1e5", ATTAIN_NUMBERS_PLAIN, 0, ATTAIN_E_NUMBER, 0, 2},
        {"+1", ATTAIN_NUMBERS_PLAIN, 0, ATTAIN_E_NUMBER, 0, 1},
        {"9223372036854775808", ATTAIN_NUMBERS_PLAIN, 0, ATTAIN_E_RANGE, 0, 19},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        attain_error err;
        int64_t value = 77;
        check_fails(attain_decimal_parse(cases[i].text, strlen(cases[i].text), &cases[i].format,
                                         cases[i].decimals, &value, &err),
                    cases[i].status, &err);
        if (cases[i].status == ATTAIN_OK) {
            assert_int_equal(value, cases[i].value);
        } else {
            assert_int_equal(value, 77);
            assert_int_equal(err.column, cases[i].column);
        }
    }
}

static void message_shows_the_text_without_its_tricks(void **state)
{
    (void)state;
    attain_error err;
    int64_t value;
    check_fails(attain_decimal_parse("5\xe2\x80\xae"
                                     "1",
                                     5, NULL, 0, &value, &err),
                ATTAIN_E_NUMBER, &err);
    check_contains(err.message, "'5\\u{202E}1'");
    check_contains(err.message, "byte 2");
    char longer[500];
    memset(longer, '\x01', sizeof longer);
    check_fails(attain_decimal_parse(longer, sizeof longer, NULL, 0, &value, &err), ATTAIN_E_NUMBER, &err);
    check_contains(err.message, "\\x01...'");
    memset(longer, 'a', sizeof longer);
    check_fails(attain_decimal_parse(longer, sizeof longer, NULL, 0, &value, &err), ATTAIN_E_NUMBER, &err);
    check_contains(err.message, "aaa...'");
}

static void formats_that_would_be_ambiguous_are_refused(void **state)
{
    (void)state;
    static const attain_number_format bad[] = {{'.', "."},    {',', ","},
                                               {'5', ""},     {'-', ""},
                                               {'\n', ""},    {'.', "5"},
                                               {'.', "-"},    {'.', "ab"},
                                               {'.', "\xff"}, {'.', "\xe1\xbb"},
                                               {'\xc3', ""},  {'\0', "."},
                                               {'.', "\t"},   {'.', {'a', 'b', 'c', 'd', 'e'}}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        attain_error err;
        int64_t value;
        char buf[64];
        check_fails(attain_decimal_parse("1", 1, &bad[i], 0, &value, &err), ATTAIN_E_ARGUMENT, &err);
        check_fails(attain_decimal_print(1, 0, &bad[i], buf, sizeof buf, NULL, &err), ATTAIN_E_ARGUMENT,
                    &err);
    }
    static const attain_number_format good[] = {
        {'\0', ""}, {',', " "}, {'.', "'"}, {',', "\xe2\x80\xaf"}, {'/', "\xf0\x9f\x98\x80"}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        attain_error err;
        int64_t value = 0;
        char buf[64];
        size_t len;
        check_ok(attain_decimal_print(INT64_MIN, 1, &good[i], buf, sizeof buf, &len, &err), &err);
        check_ok(attain_decimal_parse(buf, len, &good[i], 1, &value, &err), &err);
        assert_true(value == INT64_MIN);
    }
}

static void arguments_that_are_missing_are_named(void **state)
{
    (void)state;
    attain_error err;
    int64_t value;
    int32_t code;
    attain_period p;
    char buf[64];
    check_fails(attain_decimal_parse(NULL, 1, NULL, 0, &value, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "text");
    check_fails(attain_decimal_parse("1", 1, NULL, 0, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "out");
    check_fails(attain_decimal_parse("1", 1, NULL, 19, &value, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_decimal_print(1, 19, NULL, buf, sizeof buf, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_decimal_parse(NULL, 0, NULL, 0, &value, &err), ATTAIN_E_NUMBER,
                &err); /* empty, not missing */
    check_fails(attain_period_parse(NULL, 1, &p, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_period_parse("2025", 4, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_ok(attain_period_parse("2025", 4, &p, &err), &err);
    check_fails(attain_period_encode(p, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_period_decode(0, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_period_step(p, 1, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    assert_int_equal(attain_period_encode(p, &code, NULL), ATTAIN_OK);
    assert_int_equal(attain_decimal_parse("x", 1, NULL, 0, &value, NULL), ATTAIN_E_NUMBER);
}

static void printing_needs_room_for_the_nul(void **state)
{
    (void)state;
    attain_error err;
    char buf[8] = "#######";
    size_t len = 77;
    check_ok(attain_decimal_print(-1234, 2, NULL, buf, 7, &len, &err), &err);
    assert_string_equal(buf, "-12.34");
    assert_int_equal(len, 6);
    memcpy(buf, "#######", 8);
    len = 77;
    check_fails(attain_decimal_print(-1234, 2, NULL, buf, 6, &len, &err), ATTAIN_E_CAPACITY, &err);
    check_contains(err.message, "7 bytes");
    assert_string_equal(buf, "#######");
    assert_int_equal(len, 77);
    check_fails(attain_decimal_print(1, 0, NULL, NULL, 0, NULL, &err), ATTAIN_E_CAPACITY, &err);
    check_fails(attain_decimal_print(1, 0, NULL, NULL, 10, NULL, &err), ATTAIN_E_CAPACITY, &err);
    check_ok(attain_decimal_print(7, 0, NULL, buf, 2, NULL, &err), &err);
    assert_string_equal(buf, "7");
}

static attain_period period_of(const char *text)
{
    attain_error err;
    attain_period p = {0};
    check_ok(attain_period_parse(text, strlen(text), &p, &err), &err);
    return p;
}

static void periods_go_there_and_back(void **state)
{
    (void)state;
    static const char *const texts[] = {"2025",     "2025-H1",    "2025-Q3",  "2025-06",
                                        "2025-W07", "2025-06-10", "2025-FY04"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        attain_error err;
        const attain_period p = period_of(texts[i]);
        char buf[64];
        size_t len;
        check_ok(attain_period_print(p, buf, sizeof buf, &len, &err), &err);
        check_text(buf, len, texts[i]);
        int32_t code;
        attain_period back;
        check_ok(attain_period_encode(p, &code, &err), &err);
        check_ok(attain_period_decode(code, &back, &err), &err);
        assert_memory_equal(&back, &p, sizeof p);
        attain_period next;
        int32_t next_code;
        check_ok(attain_period_step(p, 1, &next, &err), &err);
        assert_int_equal(next.start_day, p.end_day + 1);
        check_ok(attain_period_encode(next, &next_code, &err), &err);
        assert_true(next_code > code);
        check_ok(attain_period_step(next, -1, &back, &err), &err);
        assert_memory_equal(&back, &p, sizeof p);
    }
}

static void ranges_are_printed_but_neither_encoded_nor_stepped(void **state)
{
    (void)state;
    static const char *const texts[] = {"2021..2025", "..2030"};
    for (size_t i = 0; i < 2; i++) {
        attain_error err;
        const attain_period p = period_of(texts[i]);
        char buf[64];
        check_ok(attain_period_print(p, buf, sizeof buf, NULL, &err), &err);
        assert_string_equal(buf, texts[i]);
        int32_t code = 77;
        attain_period next;
        check_fails(attain_period_encode(p, &code, &err), ATTAIN_E_ARGUMENT, &err);
        assert_int_equal(code, 77);
        check_fails(attain_period_step(p, 1, &next, &err), ATTAIN_E_ARGUMENT, &err);
    }
}

static void what_is_no_period_is_refused(void **state)
{
    (void)state;
    attain_error err;
    attain_period p;
    char buf[64];
    int32_t code;
    check_fails(attain_period_parse("2025-13", 7, &p, &err), ATTAIN_E_DATE, &err);
    check_contains(err.message, "'2025-13'");
    check_fails(attain_period_parse("", 0, &p, &err), ATTAIN_E_DATE, &err);
    check_fails(attain_period_parse("10/06/2025", 10, &p, &err), ATTAIN_E_DATE, &err);

    attain_period made[] = {period_of("2025"), period_of("2025"), period_of("2025"), {0}};
    made[0].end_day--;
    made[1].type = 99;
    made[2].start_day = INT32_MIN;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        check_fails(attain_period_print(made[i], buf, sizeof buf, NULL, &err), ATTAIN_E_ARGUMENT, &err);
        check_fails(attain_period_encode(made[i], &code, &err), ATTAIN_E_ARGUMENT, &err);
        check_fails(attain_period_step(made[i], 1, &p, &err), ATTAIN_E_ARGUMENT, &err);
    }
    check_fails(attain_period_decode(-1, &p, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_period_step(period_of("9999"), 1, &p, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_period_step(period_of("2025"), INT32_MIN, &p, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_period_print(period_of("2025-06-10"), buf, 10, NULL, &err), ATTAIN_E_CAPACITY, &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_are_read_and_faults_have_their_byte),
        cmocka_unit_test(message_shows_the_text_without_its_tricks),
        cmocka_unit_test(formats_that_would_be_ambiguous_are_refused),
        cmocka_unit_test(arguments_that_are_missing_are_named),
        cmocka_unit_test(printing_needs_room_for_the_nul),
        cmocka_unit_test(periods_go_there_and_back),
        cmocka_unit_test(ranges_are_printed_but_neither_encoded_nor_stepped),
        cmocka_unit_test(what_is_no_period_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
