/* Decimals: the rule in words, all short strings against a recogniser built another way, the edges of int64, and printing. */
#include "number/decimal.h"
#include "support/alloc_fault.h"
#include "support/check.h"
#include "support/rng.h"

#include <stdio.h>

static const attain_number_format plain = {'.', ""};
static const attain_number_format vi = {',', "."};
static const attain_number_format underscores = {'.', "_"};
static const attain_number_format no_break = {',', "\xc2\xa0"};
static const attain_number_format narrow = {',', "\xe2\x80\xaf"};
static const attain_number_format zero_means_plain = {'\0', ""};

typedef struct read_case {
    const char *text;
    const attain_number_format *format;
    unsigned decimals;
    atn_decimal_problem problem;
    int64_t value; /* or the offset of the fault */
} read_case;

static void check_case(const read_case *c)
{
    int64_t value = 77;
    size_t at = 777;
    const atn_str text = {c->text, strlen(c->text)};
    const atn_decimal_problem problem = atn_decimal_parse(text, c->format, c->decimals, &value, &at);
    if (problem != c->problem || (problem == ATN_DECIMAL_OK ? value : (int64_t)at) != c->value) {
        print_error("'%s': problem %d value %" PRId64 " at %zu, wanted problem %d, %" PRId64 "\n", c->text,
                    (int)problem, value, at, (int)c->problem, c->value);
        fail();
    }
    if (problem != ATN_DECIMAL_OK) {
        assert_int_equal(value, 77); /* written only on success */
    }
}

static void numbers_of_the_declared_format_are_read(void **state)
{
    (void)state;
    static const read_case cases[] = {
        {"90", &plain, 0, ATN_DECIMAL_OK, 90},
        {"90", NULL, 2, ATN_DECIMAL_OK, 9000},
        {"12.5", &plain, 3, ATN_DECIMAL_OK, 12500},
        {"12.5", &zero_means_plain, 1, ATN_DECIMAL_OK, 125},
        {"0.9", &plain, 9, ATN_DECIMAL_OK, 900000000},
        {"01", &plain, 0, ATN_DECIMAL_OK, 1},
        {"000000000000000000000000000000000007", &plain, 0, ATN_DECIMAL_OK, 7},
        {"-3", &plain, 1, ATN_DECIMAL_OK, -30},
        {"\xe2\x88\x92"
         "3.25",
         &plain, 2, ATN_DECIMAL_OK, -325},
        {"-0", &plain, 2, ATN_DECIMAL_OK, 0},
        {"-0.00", &plain, 2, ATN_DECIMAL_OK, 0},
        {"90.000", &vi, 0, ATN_DECIMAL_OK, 90000},
        {"1.234.567,8", &vi, 1, ATN_DECIMAL_OK, 12345678},
        {"12,5", &vi, 3, ATN_DECIMAL_OK, 12500},
        {"1234567", &vi, 0, ATN_DECIMAL_OK, 1234567}, /* grouping is allowed, not required */
        {"90_000.5", &underscores, 1, ATN_DECIMAL_OK, 900005},
        {"-1\xc2\xa0"
         "234\xc2\xa0"
         "567,25",
         &no_break, 2, ATN_DECIMAL_OK, -123456725},
        {"12\xe2\x80\xaf"
         "000",
         &narrow, 0, ATN_DECIMAL_OK, 12000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_case(&cases[i]);
    }
}

static void everything_else_is_refused_at_its_byte(void **state)
{
    (void)state;
    static const read_case cases[] = {
        {"", &plain, 0, ATN_DECIMAL_EMPTY, 0},
        {"abc", &plain, 0, ATN_DECIMAL_SYNTAX, 0},
        {" 5", &plain, 0, ATN_DECIMAL_SYNTAX, 0},
        {"5 ", &plain, 0, ATN_DECIMAL_SYNTAX, 1},
        {"5%", &plain, 0, ATN_DECIMAL_SYNTAX, 1},
        {"12,5", &plain, 3, ATN_DECIMAL_SYNTAX, 2},
        {".5", &plain, 1, ATN_DECIMAL_SYNTAX, 0},
        {"-.5", &plain, 1, ATN_DECIMAL_SYNTAX, 1},
        {"5.", &plain, 1, ATN_DECIMAL_SYNTAX, 1},
        {"5,", &vi, 1, ATN_DECIMAL_SYNTAX, 1},
        {"1.2.3", &plain, 9, ATN_DECIMAL_SYNTAX, 3},
        {"1,2,3", &vi, 9, ATN_DECIMAL_SYNTAX, 3},
        {"0x1F", &plain, 0, ATN_DECIMAL_SYNTAX, 1},
        {"e5", &plain, 0, ATN_DECIMAL_SYNTAX, 0},
        {"nan", &plain, 0, ATN_DECIMAL_SYNTAX, 0},
        {"\xd9\xa5", &plain, 0, ATN_DECIMAL_SYNTAX, 0}, /* an Arabic digit */
        {"5\xe2\x88\x92", &plain, 0, ATN_DECIMAL_SYNTAX, 1},
        {"1\xc2\xa0"
         "000",
         &plain, 0, ATN_DECIMAL_SYNTAX, 1},         /* a no-break space that was not declared */
        {"90.00", &vi, 0, ATN_DECIMAL_GROUPING, 2}, /* neither 90 nor 9000 */
        {"1234.567", &vi, 0, ATN_DECIMAL_GROUPING, 4},
        {"1..234", &vi, 0, ATN_DECIMAL_GROUPING, 1},
        {"1.234.", &vi, 0, ATN_DECIMAL_GROUPING, 5},
        {"1.2345", &vi, 0, ATN_DECIMAL_GROUPING, 1},
        {".234", &vi, 0, ATN_DECIMAL_GROUPING, 0},
        {"1,234.567", &vi, 9, ATN_DECIMAL_GROUPING, 5}, /* never behind the decimal sign */
        {"1.23,4", &vi, 9, ATN_DECIMAL_GROUPING, 1},
        {"12\xc2\xa0"
         "00",
         &no_break, 0, ATN_DECIMAL_GROUPING, 2},
        {"90.000", &plain, 0, ATN_DECIMAL_TOO_PRECISE, 3}, /* even zeros */
        {"1.234", &plain, 2, ATN_DECIMAL_TOO_PRECISE, 4},
        {"1.0", &plain, 0, ATN_DECIMAL_TOO_PRECISE, 2},
        {"1e5", &plain, 0, ATN_DECIMAL_EXPONENT, 1},
        {"1.2E+05", &plain, 9, ATN_DECIMAL_EXPONENT, 3},
        {"+5", &plain, 0, ATN_DECIMAL_SIGN, 0},
        {"-", &plain, 0, ATN_DECIMAL_SIGN, 0},
        {"\xe2\x88\x92", &plain, 0, ATN_DECIMAL_SIGN, 0},
        {"--5", &plain, 0, ATN_DECIMAL_SIGN, 1},
        {"-+5", &plain, 0, ATN_DECIMAL_SIGN, 1},
        {"-\xe2\x88\x92"
         "5",
         &plain, 0, ATN_DECIMAL_SIGN, 1},
        {"99999999999999999999x", &plain, 0, ATN_DECIMAL_SYNTAX, 20}, /* form before size */
        {"99999999999999999999.5", &plain, 0, ATN_DECIMAL_TOO_PRECISE, 21},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_case(&cases[i]);
    }
    /* A NUL byte ends nothing. */
    int64_t value;
    size_t at;
    assert_int_equal(atn_decimal_parse((atn_str){"1\0", 2}, &plain, 0, &value, &at), ATN_DECIMAL_SYNTAX);
    assert_int_equal(at, 1);
}

static void numbers_up_to_the_edge_of_int64(void **state)
{
    (void)state;
    static const read_case cases[] = {
        {"9223372036854775807", &plain, 0, ATN_DECIMAL_OK, INT64_MAX},
        {"9223372036854775808", &plain, 0, ATN_DECIMAL_RANGE, 18},
        {"-9223372036854775808", &plain, 0, ATN_DECIMAL_OK, INT64_MIN},
        {"-9223372036854775809", &plain, 0, ATN_DECIMAL_RANGE, 19},
        {"92233720368547758.07", &plain, 2, ATN_DECIMAL_OK, INT64_MAX},
        {"92233720368547758.08", &plain, 2, ATN_DECIMAL_RANGE, 19},
        {"92233720368547758", &plain, 2, ATN_DECIMAL_OK, INT64_MAX - 7},
        {"92233720368547759", &plain, 2, ATN_DECIMAL_RANGE, 0}, /* only with its two decimals */
        {"-9.223372036854775808", &plain, 18, ATN_DECIMAL_OK, INT64_MIN},
        {"10", &plain, 18, ATN_DECIMAL_RANGE, 0},
        {"9.223.372.036.854.775.808", &vi, 0, ATN_DECIMAL_RANGE, 24},
        {"123456789012345678901234567890", &plain, 0, ATN_DECIMAL_RANGE, 19},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_case(&cases[i]);
    }
}

static void any_number_of_decimals_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        atn_decimal_problem problem;
        int64_t value;
        unsigned decimals;
    } cases[] = {{"90", ATN_DECIMAL_OK, 90, 0},
                 {"0.9", ATN_DECIMAL_OK, 9, 1},
                 {"1.50", ATN_DECIMAL_OK, 150, 2},
                 {"0.123456789", ATN_DECIMAL_OK, 123456789, 9},
                 {"0.1234567890", ATN_DECIMAL_TOO_PRECISE, 11, 77},
                 {"9999999999999.999999999", ATN_DECIMAL_RANGE, 19, 77},
                 {"x", ATN_DECIMAL_SYNTAX, 0, 77}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t value = 0;
        unsigned decimals = 77;
        size_t at = 0;
        const atn_str text = {cases[i].text, strlen(cases[i].text)};
        assert_int_equal(atn_decimal_parse_any(text, &plain, &value, &decimals, &at), cases[i].problem);
        assert_int_equal(decimals, cases[i].decimals);
        assert_int_equal(cases[i].problem == ATN_DECIMAL_OK ? value : (int64_t)at, cases[i].value);
    }
}

/* --- all short strings --- */

/* Whether text is a number of the format, decided from its far end, by counting; *value in units of the last decimal. Takes formats
 * whose signs are single bytes. */
static bool recognise(const char *text, size_t len, const attain_number_format *format, size_t *n_decimals,
                      int64_t *value)
{
    const bool negative = len > 0 && text[0] == '-';
    const size_t start = negative;
    size_t n_digits = 0;
    size_t n_signs = 0;
    int64_t power = 1;
    *value = 0;
    *n_decimals = 0;
    size_t in_group = 0; /* digits since the last sign to the right */
    bool grouped = false;
    for (size_t i = len; i-- > start;) {
        const char c = text[i];
        if (c >= '0' && c <= '9') {
            *value += power * (c - '0');
            power *= 10;
            n_digits++;
            in_group++;
        } else if (c == format->decimal && n_signs++ == 0 && !grouped && in_group > 0) {
            *n_decimals = n_digits;
            in_group = 0;
        } else if (c == format->grouping[0] && c != '\0' && in_group == 3) {
            grouped = true;
            in_group = 0;
        } else {
            return false;
        }
    }
    *value = negative ? -*value : *value;
    return in_group > 0 && !(grouped && in_group > 3);
}

static void check_short_string(const char *text, size_t len, const attain_number_format *format)
{
    size_t n_decimals;
    int64_t wanted;
    const bool good = recognise(text, len, format, &n_decimals, &wanted);
    for (unsigned decimals = 0; decimals < 3; decimals++) {
        int64_t value = 0;
        size_t at = 0;
        const atn_decimal_problem problem =
            atn_decimal_parse((atn_str){text, len}, format, decimals, &value, &at);
        if (!good) {
            assert_true(problem != ATN_DECIMAL_OK && problem != ATN_DECIMAL_TOO_PRECISE &&
                        problem != ATN_DECIMAL_RANGE);
            assert_true(at <= len);
        } else if (n_decimals > decimals) {
            assert_int_equal(problem, ATN_DECIMAL_TOO_PRECISE);
        } else {
            int64_t scaled = wanted;
            for (size_t k = n_decimals; k < decimals; k++) {
                scaled *= 10;
            }
            assert_int_equal(problem, ATN_DECIMAL_OK);
            assert_int_equal(value, scaled);
        }
    }
}

static void all_short_strings_are_judged_as_by_the_recogniser(void **state)
{
    (void)state;
    static const char alphabet[8] = {'0', '7', '.', ',', '-', '+', 'e', ' '};
    static const attain_number_format spaced = {'.', " "};
    const attain_number_format *const formats[] = {&plain, &vi, &spaced};
    for (size_t len = 0; len <= 6; len++) {
        for (uint32_t number = 0; number < UINT32_C(1) << (3 * len); number++) {
            char text[6];
            for (size_t i = 0; i < len; i++) {
                text[i] = alphabet[(number >> (3 * i)) & 7];
            }
            for (int f = 0; f < 3; f++) {
                check_short_string(text, len, formats[f]);
            }
        }
    }
}

/* --- printing --- */

static void check_print(int64_t value, unsigned decimals, const attain_number_format *format,
                        const char *wanted)
{
    atn_buf buf;
    atn_buf_init(&buf, NULL);
    const atn_wide v = atn_wide_from_i64(value);
    atn_decimal_print(&buf, &v, decimals, format);
    check_text(buf.data, buf.len, wanted);
    atn_buf_free(&buf);
}

static void numbers_are_printed_with_their_decimals(void **state)
{
    (void)state;
    check_print(0, 0, &plain, "0");
    check_print(0, 2, &plain, "0.00");
    check_print(5, 3, NULL, "0.005");
    check_print(-5, 3, &vi, "-0,005");
    check_print(12345, 2, &plain, "123.45");
    check_print(-100, 2, &plain, "-1.00");
    check_print(1234567890, 0, &vi, "1.234.567.890");
    check_print(123456, 0, &vi, "123.456");
    check_print(123, 0, &vi, "123");
    check_print(1234, 0, &vi, "1.234");
    check_print(-12345678, 2, &vi, "-123.456,78");
    check_print(1234567, 0, &no_break,
                "1\xc2\xa0"
                "234\xc2\xa0"
                "567");
    check_print(INT64_MIN, 0, &plain, "-9223372036854775808");
    check_print(INT64_MAX, 18, &plain, "9.223372036854775807");
    check_print(7, 25, &plain, "0.0000000000000000000000007");
    check_print(INT64_C(1000000000000000000), 0, &plain,
                "1000000000000000000"); /* digits come in pieces of 18 */
}

static void long_numbers_are_printed_in_full(void **state)
{
    (void)state;
    atn_wide v = atn_wide_from_i64(-1);
    atn_wide_mul_pow10(&v, &v, 60);
    atn_buf buf;
    atn_buf_init(&buf, NULL);
    atn_decimal_print(&buf, &v, 58, &vi);
    check_text(buf.data, buf.len, "-100,0000000000000000000000000000000000000000000000000000000000");
    atn_buf_free(&buf);
    atn_decimal_print_wide(&buf, &v);
    check_text(buf.data, buf.len, "-1000000000000000000000000000000000000000000000000000000000000");
    atn_buf_free(&buf);
    atn_wide_mul_pow10(&v, &v, 300);
    atn_decimal_print_wide(&buf, &v);
    check_text(buf.data, buf.len, "overflow");
    atn_buf_free(&buf);
}

static void what_is_printed_is_read_back(void **state)
{
    (void)state;
    const attain_number_format *const formats[] = {&plain, &vi, &underscores, &no_break, &narrow};
    rng r = rng_new(60);
    for (int i = 0; i < 20000; i++) {
        const int64_t value = i == 0 ? INT64_MIN : rng_any_signed(&r);
        const unsigned decimals = (unsigned)rng_below(&r, 19);
        const attain_number_format *const format = formats[rng_below(&r, 5)];
        atn_buf buf;
        atn_buf_init(&buf, NULL);
        const atn_wide v = atn_wide_from_i64(value);
        atn_decimal_print(&buf, &v, decimals, format);
        int64_t back = 0;
        size_t at = 0;
        assert_int_equal(atn_decimal_parse((atn_str){buf.data, buf.len}, format, decimals, &back, &at),
                         ATN_DECIMAL_OK);
        assert_true(back == value);
        atn_buf_free(&buf);
    }
}

static void ratios_are_rounded_once_and_trimmed(void **state)
{
    (void)state;
    static const struct {
        int64_t num, den;
        unsigned digits;
        bool trim;
        attain_rounding mode;
        const char *wanted;
    } cases[] = {
        {8996, 10000, 3, false, ATTAIN_ROUND_HALF_UP, "0,900"},
        {8996, 10000, 3, true, ATTAIN_ROUND_HALF_UP, "0,9"},
        {1, 2, 0, false, ATTAIN_ROUND_HALF_UP, "1"},
        {1, 2, 0, false, ATTAIN_ROUND_HALF_EVEN, "0"},
        {-1, 2, 0, false, ATTAIN_ROUND_HALF_EVEN, "0"}, /* never -0 */
        {-1, 1000, 2, false, ATTAIN_ROUND_HALF_UP, "0,00"},
        {-1, 1000, 2, true, ATTAIN_ROUND_CEIL, "0"},
        {-1, 1000, 2, false, ATTAIN_ROUND_FLOOR, "-0,01"},
        {9999, 1000, 2, true, ATTAIN_ROUND_HALF_UP, "10"},
        {9999, 1000, 2, false, ATTAIN_ROUND_HALF_UP, "10,00"},
        {9999, 1000, 2, false, ATTAIN_ROUND_FLOOR, "9,99"},
        {1234567, 2, 1, false, ATTAIN_ROUND_HALF_UP, "617.283,5"},
        {100, 1, 0, true, ATTAIN_ROUND_HALF_UP, "100"}, /* zeros of the whole part stay */
        {1, 3, 18, true, ATTAIN_ROUND_HALF_UP, "0,333333333333333333"},
        {1, 8, 6, true, ATTAIN_ROUND_HALF_UP, "0,125"},
        {1, 100, 4, true, ATTAIN_ROUND_HALF_UP, "0,01"},
        {9389717, 1874, 2, false, ATTAIN_ROUND_HALF_UP, "5.010,52"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const atn_wide num = atn_wide_from_i64(cases[i].num);
        const atn_wide den = atn_wide_from_i64(cases[i].den);
        const atn_ratio r = atn_ratio_make(&num, &den);
        atn_buf buf;
        atn_buf_init(&buf, NULL);
        atn_decimal_print_ratio(&buf, &r, cases[i].digits, cases[i].trim, cases[i].mode, &vi);
        check_text(buf.data, buf.len, cases[i].wanted);
        atn_buf_free(&buf);
    }
}

static void a_grouping_sign_may_fill_its_field(void **state)
{
    (void)state;
    attain_number_format odd = {'.', ""};
    memcpy(odd.grouping, "abcde", 5); /* no NUL in the field: its end is the end */
    check_print(1234, 0, &odd, "1abcde234");
}

static void every_problem_has_its_sentence(void **state)
{
    (void)state;
    for (int p = ATN_DECIMAL_OK; p <= ATN_DECIMAL_SIGN; p++) {
        const char *const text = atn_decimal_problem_text((atn_decimal_problem)p);
        assert_true(strlen(text) > 10);
        for (int q = ATN_DECIMAL_OK; q < p; q++) {
            assert_string_not_equal(text, atn_decimal_problem_text((atn_decimal_problem)q));
        }
    }
    assert_string_equal(atn_decimal_problem_text((atn_decimal_problem)99), "it is no number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_the_declared_format_are_read),
        cmocka_unit_test(everything_else_is_refused_at_its_byte),
        cmocka_unit_test(numbers_up_to_the_edge_of_int64),
        cmocka_unit_test(any_number_of_decimals_is_told),
        cmocka_unit_test(all_short_strings_are_judged_as_by_the_recogniser),
        cmocka_unit_test(numbers_are_printed_with_their_decimals),
        cmocka_unit_test(long_numbers_are_printed_in_full),
        cmocka_unit_test(what_is_printed_is_read_back),
        cmocka_unit_test(ratios_are_rounded_once_and_trimmed),
        cmocka_unit_test(a_grouping_sign_may_fill_its_field),
        cmocka_unit_test(every_problem_has_its_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
