/* Days: against a calendar that only knows how to go to the next day, and the spelling of dates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calendar/calendar.h"

#include <string.h>

/* Written apart from the library: table of lengths, leap rule in words. */
static int days_in(int year, int month)
{
    if (month == 2) {
        if (year % 400 == 0) {
            return 29;
        }
        if (year % 100 == 0) {
            return 28;
        }
        return year % 4 == 0 ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static void next_day(atn_date *date)
{
    if (++date->day > days_in(date->year, date->month)) {
        date->day = 1;
        if (++date->month > 12) {
            date->month = 1;
            date->year++;
        }
    }
}

static void every_day_of_the_calendar(void **state)
{
    (void)state;
    atn_date date = {1, 1, 1};
    for (int32_t day = ATN_DAY_MIN; day <= ATN_DAY_MAX; day++) {
        const atn_date got = atn_day_to_date(day);
        if (got.year != date.year || got.month != date.month || got.day != date.day ||
            atn_day_from_date(date) != day || !atn_date_is_valid(date)) {
            fail_msg("day %d: %d-%d-%d, expected %d-%d-%d", (int)day, (int)got.year, (int)got.month,
                     (int)got.day, (int)date.year, (int)date.month, (int)date.day);
        }
        next_day(&date);
    }
    assert_int_equal(date.year, 10000);
    assert_int_equal(date.month, 1);
    assert_int_equal(date.day, 1);
}

static void known_days(void **state)
{
    (void)state;
    assert_int_equal(atn_day_from_date((atn_date){1970, 1, 1}), 0);
    assert_int_equal(atn_day_from_date((atn_date){1969, 12, 31}), -1);
    assert_int_equal(atn_day_from_date((atn_date){2000, 2, 29}), 11016);
    assert_int_equal(atn_day_from_date((atn_date){2025, 7, 1}), 20270);
    assert_int_equal(atn_day_from_date((atn_date){1, 1, 1}), ATN_DAY_MIN);
    assert_int_equal(atn_day_from_date((atn_date){9999, 12, 31}), ATN_DAY_MAX);
}

static void lengths_and_validity(void **state)
{
    (void)state;
    for (int year = 1583; year <= 2500; year++) {
        for (int month = 1; month <= 12; month++) {
            assert_int_equal(atn_month_days(year, month), days_in(year, month));
            assert_true(atn_date_is_valid((atn_date){year, month, days_in(year, month)}));
            assert_false(atn_date_is_valid((atn_date){year, month, days_in(year, month) + 1}));
            assert_false(atn_date_is_valid((atn_date){year, month, 0}));
        }
    }
    assert_false(atn_date_is_valid((atn_date){0, 1, 1}));
    assert_false(atn_date_is_valid((atn_date){10000, 1, 1}));
    assert_false(atn_date_is_valid((atn_date){2025, 0, 1}));
    assert_false(atn_date_is_valid((atn_date){2025, 13, 1}));
    assert_false(atn_date_is_valid((atn_date){2025, 1, -1}));
}

static atn_str text(const char *s)
{
    return (atn_str){s, strlen(s)};
}

static void printing_is_read_again(void **state)
{
    (void)state;
    atn_buf buf;
    atn_buf_init(&buf, NULL);
    for (int32_t day = ATN_DAY_MIN; day <= ATN_DAY_MAX; day += 997) {
        buf.len = 0;
        atn_day_print(&buf, day);
        int32_t got = 1;
        assert_null(atn_date_parse((atn_str){buf.data, buf.len}, &got));
        assert_int_equal(got, day);
        assert_int_equal(buf.len, 10);
    }
    buf.len = 0;
    atn_day_print(&buf, 20249);
    assert_string_equal(buf.data, "2025-06-10");
    buf.len = 0;
    atn_day_print(&buf, ATN_DAY_MIN);
    assert_string_equal(buf.data, "0001-01-01");
    atn_buf_free(&buf);
}

static void dates_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        atn_date date;
    } cases[] = {
        {"2025-06-10", {2025, 6, 10}}, {"20250610", {2025, 6, 10}},    {"2024-02-29", {2024, 2, 29}},
        {"0001-01-01", {1, 1, 1}},     {"9999-12-31", {9999, 12, 31}}, {"20001231", {2000, 12, 31}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t day = 0;
        assert_null(atn_date_parse(text(cases[i].text), &day));
        assert_int_equal(day, atn_day_from_date(cases[i].date));
    }
}

static void dates_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says; /* what the sentence holds */
    } cases[] = {
        {"", "2025-06-10"},
        {"2025", "a day of the calendar"},
        {"2025-06", "a day of the calendar"},
        {"2025-H1", "a day of the calendar"},
        {"2025-W07", "a day of the calendar"},
        {"2025-06-10..2025-06-11", "a day of the calendar"},
        {"2025-06-10 ", "no time of day"},
        {" 2025-06-10", "a day of the calendar"},
        {"2025-02-31", "no such day"},
        {"2025-02-29", "no such day"},
        {"1900-02-29", "no such day"},
        {"2025-06-00", "no such day"},
        {"20250631", "no such day"},
        {"2025-13-01", "01 to 12"},
        {"2025-00-01", "01 to 12"},
        {"20251301", "01 to 12"},
        {"31/02/2025", "four digits"},
        {"31/02", "four digits"},
        {"25-06-10", "four digits"},
        {"10/06/25", "four digits"},
        {"10.06.2025", "four digits"},
        {"2025-6-1", "two digits"},
        {"2025-06-1", "two digits"},
        {"2025-006-01", "two digits"},
        {"2025-06-100", "two digits"},
        {"45292", "serial day"},
        {"0000-01-01", "0001 to 9999"},
        {"2025-06-10Z", "no time zone"},
        {"2025-06-10T00:00:00", "no time of day"},
        {"2025-06-10t00", "no time of day"},
        {"2025-06-10 00:00", "no time of day"},
        {"2025-06-10+07:00", "no time zone"},
        {"20250610T120000Z", "no time of day"},
        {"2025-06-10x", "a day of the calendar"},
        {"20250610x", "a day of the calendar"},
        {"2025/06/10", "a day of the calendar"},
        {"2025-06.10", "a day of the calendar"},
        {"2025.06.10", "a day of the calendar"},
        {"2025\xe2\x80\x91"
         "06",
         "a day of the calendar"},
        {"\xef\xbc\x92\xef\xbc\x90", "a day of the calendar"},
        {"-2025-06-10", "a day of the calendar"},
        {"2025061", "a day of the calendar"},
        {"1234567890123456789", "a day of the calendar"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t day = 12345;
        const char *const problem = atn_date_parse(text(cases[i].text), &day);
        if (problem == NULL || strstr(problem, cases[i].says) == NULL) {
            fail_msg("'%s': '%s', expected '%s'", cases[i].text, problem != NULL ? problem : "read",
                     cases[i].says);
        }
        assert_int_equal(day, 12345);
    }
    int32_t day = 12345;
    assert_non_null(atn_date_parse((atn_str){"2025-06-10\0", 11}, &day));
    assert_non_null(atn_date_parse((atn_str){"2025-\0"
                                             "6-10",
                                             10},
                                   &day));
    assert_null(
        atn_date_parse((atn_str){"2025-06-10999", 10}, &day)); /* the length counts, not what follows */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_the_calendar),
        cmocka_unit_test(known_days),
        cmocka_unit_test(lengths_and_validity),
        cmocka_unit_test(printing_is_read_again),
        cmocka_unit_test(dates_read),
        cmocka_unit_test(dates_refused),
    };
    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
