/* Periods: spellings, and arithmetic against walking the days one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calendar/calendar.h"

#include <string.h>

static atn_str text(const char *s)
{
    return (atn_str){s, strlen(s)};
}

static int32_t day_of(int year, int month, int day)
{
    return atn_day_from_date((atn_date){year, month, day});
}

static attain_period parse(const char *s)
{
    attain_period period = {0};
    const char *const problem = atn_period_parse(text(s), &period);
    if (problem != NULL) {
        fail_msg("'%s' is refused: %s", s, problem);
    }
    return period;
}

static void assert_prints(attain_period period, const char *expected)
{
    atn_buf buf;
    atn_buf_init(&buf, NULL);
    atn_buf_text(&buf, "");
    atn_period_print(&buf, period);
    atn_buf_char(&buf, '\n');
    char with_end[64];
    assert_true(strlen(expected) + 2 <= sizeof with_end);
    strcpy(with_end, expected);
    strcat(with_end, "\n");
    assert_string_equal(buf.data, with_end);
    atn_buf_free(&buf);
}

static void assert_same(attain_period a, attain_period b)
{
    assert_int_equal(a.start_day, b.start_day);
    assert_int_equal(a.end_day, b.end_day);
    assert_int_equal(a.type, b.type);
    assert_int_equal(a.start_month, b.start_month);
    assert_int_equal(a.end_type, b.end_type);
    assert_int_equal(a.end_month, b.end_month);
    assert_true(atn_period_equal(a, b));
}

/* ---- spelling ---- */

typedef struct spelling {
    const char *text;
    const char *prints;
    attain_period_type type;
    atn_date first, last;
} spelling;

static const spelling spellings[] = {
    {"2025", "2025", ATTAIN_PERIOD_YEAR, {2025, 1, 1}, {2025, 12, 31}},
    {"0001", "0001", ATTAIN_PERIOD_YEAR, {1, 1, 1}, {1, 12, 31}},
    {"9999", "9999", ATTAIN_PERIOD_YEAR, {9999, 1, 1}, {9999, 12, 31}},
    {"2025-H1", "2025-H1", ATTAIN_PERIOD_HALF_YEAR, {2025, 1, 1}, {2025, 6, 30}},
    {"2025-S1", "2025-H1", ATTAIN_PERIOD_HALF_YEAR, {2025, 1, 1}, {2025, 6, 30}},
    {"2025H2", "2025-H2", ATTAIN_PERIOD_HALF_YEAR, {2025, 7, 1}, {2025, 12, 31}},
    {"2025S2", "2025-H2", ATTAIN_PERIOD_HALF_YEAR, {2025, 7, 1}, {2025, 12, 31}},
    {"2025-Q1", "2025-Q1", ATTAIN_PERIOD_QUARTER, {2025, 1, 1}, {2025, 3, 31}},
    {"2025-Q3", "2025-Q3", ATTAIN_PERIOD_QUARTER, {2025, 7, 1}, {2025, 9, 30}},
    {"2025Q4", "2025-Q4", ATTAIN_PERIOD_QUARTER, {2025, 10, 1}, {2025, 12, 31}},
    {"2024-02", "2024-02", ATTAIN_PERIOD_MONTH, {2024, 2, 1}, {2024, 2, 29}},
    {"202506", "2025-06", ATTAIN_PERIOD_MONTH, {2025, 6, 1}, {2025, 6, 30}},
    {"9999-12", "9999-12", ATTAIN_PERIOD_MONTH, {9999, 12, 1}, {9999, 12, 31}},
    {"2025-W07", "2025-W07", ATTAIN_PERIOD_WEEK, {2025, 2, 10}, {2025, 2, 16}},
    {"2025W07", "2025-W07", ATTAIN_PERIOD_WEEK, {2025, 2, 10}, {2025, 2, 16}},
    {"2025W7", "2025-W07", ATTAIN_PERIOD_WEEK, {2025, 2, 10}, {2025, 2, 16}},
    {"2025-W7", "2025-W07", ATTAIN_PERIOD_WEEK, {2025, 2, 10}, {2025, 2, 16}},
    {"2025-W01", "2025-W01", ATTAIN_PERIOD_WEEK, {2024, 12, 30}, {2025, 1, 5}},
    {"2020-W53", "2020-W53", ATTAIN_PERIOD_WEEK, {2020, 12, 28}, {2021, 1, 3}},
    {"0001-W01", "0001-W01", ATTAIN_PERIOD_WEEK, {1, 1, 1}, {1, 1, 7}},
    {"9999-W51", "9999-W51", ATTAIN_PERIOD_WEEK, {9999, 12, 20}, {9999, 12, 26}},
    {"2025-06-10", "2025-06-10", ATTAIN_PERIOD_DAY, {2025, 6, 10}, {2025, 6, 10}},
    {"20250610", "2025-06-10", ATTAIN_PERIOD_DAY, {2025, 6, 10}, {2025, 6, 10}},
    {"2025-FY04", "2025-FY04", ATTAIN_PERIOD_FINANCIAL_YEAR, {2025, 4, 1}, {2026, 3, 31}},
    {"2025-FY01", "2025-FY01", ATTAIN_PERIOD_FINANCIAL_YEAR, {2025, 1, 1}, {2025, 12, 31}},
    {"2023-FY12", "2023-FY12", ATTAIN_PERIOD_FINANCIAL_YEAR, {2023, 12, 1}, {2024, 11, 30}},
    {"2021..2025", "2021..2025", ATTAIN_PERIOD_RANGE, {2021, 1, 1}, {2025, 12, 31}},
    {"2017/2020", "2017..2020", ATTAIN_PERIOD_RANGE, {2017, 1, 1}, {2020, 12, 31}},
    {"2025..2025", "2025..2025", ATTAIN_PERIOD_RANGE, {2025, 1, 1}, {2025, 12, 31}},
    {"..2030", "..2030", ATTAIN_PERIOD_RANGE, {1, 1, 1}, {2030, 12, 31}},
    {"..2025-06-30", "..2025-06-30", ATTAIN_PERIOD_RANGE, {1, 1, 1}, {2025, 6, 30}},
    {"0001-01-01..2030", "..2030", ATTAIN_PERIOD_RANGE, {1, 1, 1}, {2030, 12, 31}},
    {"2025-01-01..2025-06-30", "2025-01-01..2025-06-30", ATTAIN_PERIOD_RANGE, {2025, 1, 1}, {2025, 6, 30}},
    {"2025-01-01/20250630", "2025-01-01..2025-06-30", ATTAIN_PERIOD_RANGE, {2025, 1, 1}, {2025, 6, 30}},
    {"2024-H2..2025-H1", "2024-H2..2025-H1", ATTAIN_PERIOD_RANGE, {2024, 7, 1}, {2025, 6, 30}},
    {"2024-H2..2025", "2024-H2..2025", ATTAIN_PERIOD_RANGE, {2024, 7, 1}, {2025, 12, 31}},
    {"2024-Q3..2025", "2024-H2..2025", ATTAIN_PERIOD_RANGE, {2024, 7, 1}, {2025, 12, 31}},
    {"2024-Q2..2025", "2024-Q2..2025", ATTAIN_PERIOD_RANGE, {2024, 4, 1}, {2025, 12, 31}},
    {"2024-05..2025", "2024-05..2025", ATTAIN_PERIOD_RANGE, {2024, 5, 1}, {2025, 12, 31}},
    {"2024-05-02..2025", "2024-05-02..2025", ATTAIN_PERIOD_RANGE, {2024, 5, 2}, {2025, 12, 31}},
    {"2017..2025-06-30", "2017-01-01..2025-06-30", ATTAIN_PERIOD_RANGE, {2017, 1, 1}, {2025, 6, 30}},
    {"2025-W07..2025-W10", "2025-W07..2025-W10", ATTAIN_PERIOD_RANGE, {2025, 2, 10}, {2025, 3, 9}},
    {"2025-W07..2025", "2025-02-10..2025", ATTAIN_PERIOD_RANGE, {2025, 2, 10}, {2025, 12, 31}},
    {"2020-FY04..2025-FY04", "2020-FY04..2025-FY04", ATTAIN_PERIOD_RANGE, {2020, 4, 1}, {2026, 3, 31}},
    {"2020-FY04..2025", "2020-Q2..2025", ATTAIN_PERIOD_RANGE, {2020, 4, 1}, {2025, 12, 31}},
    {"0001-01-02..2025-FY04", "0001-01-02..2025-FY04", ATTAIN_PERIOD_RANGE, {1, 1, 2}, {2026, 3, 31}},
};

static void spellings_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        const spelling *const s = &spellings[i];
        const attain_period period = parse(s->text);
        assert_int_equal(period.type, s->type);
        assert_int_equal(period.start_day, atn_day_from_date(s->first));
        assert_int_equal(period.end_day, atn_day_from_date(s->last));
        assert_true(atn_period_is_valid(period));
        assert_prints(period, s->prints);
        assert_same(parse(s->prints), period);
    }
}

static void spellings_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"", "a period is written"},
        {" 2025", "without blanks"},
        {"2025 ", "without blanks"},
        {"2025-", "a period is written"},
        {"25", "four digits"},
        {"025", "four digits"},
        {"25-06", "four digits"},
        {"06/2025", "four digits"},
        {"2025/06", "four digits"},
        {"2025/06/10", "four digits"},
        {"31/02", "four digits"},
        {"45292", "serial day"},
        {"12025", "9999"},
        {"0000", "0001 to 9999"},
        {"0000-06", "0001 to 9999"},
        {"2025-13", "01 to 12"},
        {"202513", "01 to 12"},
        {"2025-00", "01 to 12"},
        {"2025-6", "two digits"},
        {"2025-006", "two digits"},
        {"2025-02-30", "no such day"},
        {"2025-06x", "a period is written"},
        {"202506-10", "a period is written"},
        {"202506x", "a period is written"},
        {"2025-06-10T00:00Z", "no time zone"},
        {"2025x", "capitals"},
        {"2025-h1", "capitals"},
        {"2025q3", "capitals"},
        {"2025-H", "H1 or H2"},
        {"2025-H0", "H1 or H2"},
        {"2025-H3", "H1 or H2"},
        {"2025-H01", "H1 or H2"},
        {"2025-HX", "H1 or H2"},
        {"2025-Q0", "Q1 to Q4"},
        {"2025-Q5", "Q1 to Q4"},
        {"2025-Q12", "Q1 to Q4"},
        {"2025-W", "W01 to W52"},
        {"2025-W00", "W01 to W52"},
        {"2025-W53", "W53 in years"},
        {"2021-W53", "W53 in years"},
        {"2020-W54", "W53 in years"},
        {"2020-W99", "W53 in years"},
        {"2025-W007", "W01 to W52"},
        {"2025-W07-1", "W01 to W52"},
        {"2025-W-1", "W01 to W52"},
        {"9999-W52", "by 9999-12-31"},
        {"2025-FY", "2025-FY04"},
        {"2025-FY4", "2025-FY04"},
        {"2025-FY00", "2025-FY04"},
        {"2025-FY13", "2025-FY04"},
        {"2025FY04", "2025-FY04"},
        {"2025-F04", "2025-FY04"},
        {"2025-F", "2025-FY04"},
        {"9999-FY02", "by 9999-12-31"},
        {"2025April", "months have no names"},
        {"2025-Apr", "months have no names"},
        {"2025-B1", "a period is written"},
        {"2025+07", "a period is written"},
        {"\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa5", "a period is written"},
        {"NaN", "a period is written"},
        {"..", "two ends"},
        {"2021..", "two ends"},
        {"/2030", "two ends"},
        {"2021/", "two ends"},
        {"2021..2022..2023", "two ends"},
        {"....2023", "two ends"},
        {"..2021/2023", "two ends"},
        {"2021...2025", "a period is written"},
        {"2021..25", "four digits"},
        {"2021..2025-13", "01 to 12"},
        {"21..2025", "four digits"},
        {"2025..2021", "must not end before"},
        {"2025-06..2025-05", "must not end before"},
        {"2025-06-10..2025-06-09", "must not end before"},
        {"2025/2024-12-31", "must not end before"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        attain_period period = {.start_day = 7};
        const char *const problem = atn_period_parse(text(cases[i].text), &period);
        if (problem == NULL || strstr(problem, cases[i].says) == NULL) {
            fail_msg("'%s': '%s', expected '%s'", cases[i].text, problem != NULL ? problem : "read",
                     cases[i].says);
        }
        assert_int_equal(period.start_day, 7);
        assert_int_equal(period.type, ATTAIN_PERIOD_NONE);
    }
    attain_period period;
    assert_non_null(atn_period_parse((atn_str){"2025\0", 5}, &period));
    assert_non_null(atn_period_parse((atn_str){NULL, 0}, &period));
}

/* Nothing a fuzzer could write is read as one thing and printed as another. */
static void whatever_is_read_prints_and_is_read_again(void **state)
{
    (void)state;
    static const char signs[] = "00112223459-H.QWFY/";
    uint32_t seed = 1;
    uint32_t n_read = 0;
    atn_buf buf;
    atn_buf_init(&buf, NULL);
    for (int round = 0; round < 2000000; round++) {
        char s[12];
        seed = seed * 1664525U + 1013904223U;
        const size_t len = 4 + (seed >> 16) % 7;
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525U + 1013904223U;
            s[i] = signs[(seed >> 16) % (sizeof signs - 1)];
        }
        attain_period period;
        if (atn_period_parse((atn_str){s, len}, &period) != NULL) {
            continue;
        }
        n_read++;
        assert_true(atn_period_is_valid(period));
        buf.len = 0;
        atn_period_print(&buf, period);
        attain_period again;
        assert_null(atn_period_parse((atn_str){buf.data, buf.len}, &again));
        assert_true(atn_period_equal(period, again));
    }
    atn_buf_free(&buf);
    assert_true(n_read > 1000);
}

/* ---- arithmetic ---- */

typedef struct row {
    attain_period_type type;
    unsigned start_month;
} row;

static const row rows[] = {
    {ATTAIN_PERIOD_DAY, 0},
    {ATTAIN_PERIOD_WEEK, 0},
    {ATTAIN_PERIOD_MONTH, 0},
    {ATTAIN_PERIOD_QUARTER, 0},
    {ATTAIN_PERIOD_HALF_YEAR, 0},
    {ATTAIN_PERIOD_YEAR, 0},
    {ATTAIN_PERIOD_FINANCIAL_YEAR, 1},
    {ATTAIN_PERIOD_FINANCIAL_YEAR, 2},
    {ATTAIN_PERIOD_FINANCIAL_YEAR, 4},
    {ATTAIN_PERIOD_FINANCIAL_YEAR, 7},
    {ATTAIN_PERIOD_FINANCIAL_YEAR, 12},
};
enum { N_ROWS = sizeof rows / sizeof *rows };

/* Does a period of the row begin on this day? Told from the date and the weekday alone; weekday 0 is Monday. */
static bool begins(row r, atn_date date, int weekday)
{
    switch (r.type) {
    case ATTAIN_PERIOD_DAY: return true;
    case ATTAIN_PERIOD_WEEK: return weekday == 0;
    case ATTAIN_PERIOD_MONTH: return date.day == 1;
    case ATTAIN_PERIOD_QUARTER:
        return date.day == 1 && (date.month == 1 || date.month == 4 || date.month == 7 || date.month == 10);
    case ATTAIN_PERIOD_HALF_YEAR: return date.day == 1 && (date.month == 1 || date.month == 7);
    case ATTAIN_PERIOD_YEAR: return date.day == 1 && date.month == 1;
    default: return date.day == 1 && (unsigned)date.month == r.start_month;
    }
}

/* 1583 to 2500, day by day: the periods cut the days without gap or overlap, exactly where `begins` says; stepping goes from one to the
 * next; codes grow with them and give them back; what is printed is read again. */
static void every_day_lies_in_one_period(void **state)
{
    (void)state;
    atn_buf buf;
    atn_buf_init(&buf, NULL);
    for (size_t k = 0; k < N_ROWS; k++) {
        attain_period current = {0};
        int32_t code = INT32_MIN;
        int weekday = 5; /* 1 January 1583 was a Saturday */
        for (int32_t day = day_of(1583, 1, 1); day <= day_of(2500, 12, 31);
             day++, weekday = (weekday + 1) % 7) {
            const attain_period period = atn_period_of_day(rows[k].type, rows[k].start_month, day);
            if (begins(rows[k], atn_day_to_date(day), weekday)) {
                attain_period next = {0};
                assert_int_equal(period.start_day, day);
                if (current.type != ATTAIN_PERIOD_NONE) {
                    assert_int_equal(current.end_day, day - 1);
                    assert_true(atn_period_step(current, 1, &next));
                    assert_true(atn_period_equal(next, period));
                    assert_true(atn_period_step(period, -1, &next));
                    assert_true(atn_period_equal(next, current));
                }
                int32_t new_code = 0;
                attain_period decoded = {0};
                assert_true(atn_period_encode(period, &new_code));
                assert_true(new_code > code);
                code = new_code;
                assert_true(atn_period_decode(code, &decoded));
                assert_true(atn_period_equal(decoded, period));
                if (day % 5 == 0) {
                    buf.len = 0;
                    atn_period_print(&buf, period);
                    assert_null(atn_period_parse((atn_str){buf.data, buf.len}, &decoded));
                    assert_true(atn_period_equal(decoded, period));
                }
                current = period;
            } else if (current.type != ATTAIN_PERIOD_NONE) {
                assert_true(atn_period_equal(period, current));
            }
        }
    }
    atn_buf_free(&buf);
}

/* The number of a week, by its definition: week 1 holds the year's first Thursday. */
static void weeks_have_their_numbers(void **state)
{
    (void)state;
    int week_year = 1583;
    int number = 0;
    int n_long_years = 0;
    atn_buf buf;
    atn_buf_init(&buf, NULL);
    for (int32_t monday = day_of(1583, 1, 3); monday <= day_of(2500, 12, 31); monday += 7) {
        const int year = (int)atn_day_to_date(monday + 3).year;
        number = year == week_year ? number + 1 : 1;
        n_long_years += number == 53;
        week_year = year;
        attain_period period = {0};
        char s[16];
        s[0] = (char)('0' + year / 1000);
        s[1] = (char)('0' + year / 100 % 10);
        s[2] = (char)('0' + year / 10 % 10);
        s[3] = (char)('0' + year % 10);
        s[4] = '-';
        s[5] = 'W';
        s[6] = (char)('0' + number / 10);
        s[7] = (char)('0' + number % 10);
        assert_null(atn_period_parse((atn_str){s, 8}, &period));
        assert_int_equal(period.start_day, monday);
        buf.len = 0;
        atn_period_print(&buf, period);
        assert_int_equal(buf.len, 8);
        assert_memory_equal(buf.data, s, 8);
    }
    /* 71 of 400 years have 53 weeks; 917 and some are walked here: the rule is checked over two whole cycles below. */
    assert_true(n_long_years > 2 * 71);
    int n = 0;
    for (int year = 1601; year <= 2400; year++) {
        attain_period period;
        buf.len = 0;
        atn_buf_printf(&buf, "%04d-W53", year);
        n += atn_period_parse((atn_str){buf.data, buf.len}, &period) == NULL;
    }
    assert_int_equal(n, 2 * 71);
    atn_buf_free(&buf);
}

static void steps_far(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int32_t n;
        const char *to; /* NULL: out of the calendar */
    } cases[] = {
        {"2025-H1", -1, "2024-H2"},
        {"2025-Q1", -3, "2024-Q2"},
        {"2025-06", 8, "2026-02"},
        {"2025-W01", -1, "2024-W52"},
        {"2021-W01", -1, "2020-W53"},
        {"2025", -4, "2021"},
        {"2025-FY04", 5, "2030-FY04"},
        {"2025-02-28", 1, "2025-03-01"},
        {"2025", 0, "2025"},
        {"2025", 7974, "9999"},
        {"2025", 7975, NULL},
        {"0001", -1, NULL},
        {"9999-W51", 1, NULL},
        {"9998-FY02", 1, NULL},
        {"0001-FY02", -1, NULL},
        {"0001-01", -1, NULL},
        {"9999-12", 1, NULL},
        {"2025", INT32_MAX, NULL},
        {"2025", INT32_MIN, NULL},
        {"9999-12-31", INT32_MAX, NULL},
        {"0001-01-01", INT32_MIN, NULL},
        {"2025-W07", INT32_MAX, NULL},
        {"2021..2025", 1, NULL},
        {"2021..2025", 0, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        attain_period to = {.start_day = 3};
        const bool ok = atn_period_step(parse(cases[i].from), cases[i].n, &to);
        assert_int_equal(ok, cases[i].to != NULL);
        if (ok) {
            assert_same(to, parse(cases[i].to));
        } else {
            assert_int_equal(to.start_day, 3);
        }
    }
    attain_period to;
    assert_false(atn_period_step((attain_period){0}, 1, &to));
}

static void edges_of_the_calendar(void **state)
{
    (void)state;
    assert_int_equal(atn_period_of_day(ATTAIN_PERIOD_WEEK, 0, ATN_DAY_MAX).type, ATTAIN_PERIOD_NONE);
    assert_int_equal(atn_period_of_day(ATTAIN_PERIOD_WEEK, 0, ATN_DAY_MIN).start_day, ATN_DAY_MIN);
    assert_int_equal(atn_period_of_day(ATTAIN_PERIOD_FINANCIAL_YEAR, 4, ATN_DAY_MAX).type,
                     ATTAIN_PERIOD_NONE);
    assert_int_equal(atn_period_of_day(ATTAIN_PERIOD_FINANCIAL_YEAR, 4, ATN_DAY_MIN).type,
                     ATTAIN_PERIOD_NONE);
    assert_int_equal(atn_period_of_day(ATTAIN_PERIOD_FINANCIAL_YEAR, 0, 0).type, ATTAIN_PERIOD_NONE);
    assert_int_equal(atn_period_of_day(ATTAIN_PERIOD_FINANCIAL_YEAR, 13, 0).type, ATTAIN_PERIOD_NONE);
    assert_int_equal(atn_period_of_day(ATTAIN_PERIOD_NONE, 0, 0).type, ATTAIN_PERIOD_NONE);
    assert_int_equal(atn_period_of_day(ATTAIN_PERIOD_RANGE, 0, 0).type, ATTAIN_PERIOD_NONE);
    assert_int_equal(atn_period_of_day(ATTAIN_PERIOD_DAY, 0, ATN_DAY_MAX + 1).type, ATTAIN_PERIOD_NONE);
    assert_int_equal(atn_period_of_day(ATTAIN_PERIOD_DAY, 0, ATN_DAY_MIN - 1).type, ATTAIN_PERIOD_NONE);
    assert_int_equal(atn_period_of_day(ATTAIN_PERIOD_YEAR, 0, INT32_MAX).type, ATTAIN_PERIOD_NONE);
    assert_int_equal(atn_period_of_day(ATTAIN_PERIOD_YEAR, 9, 0).start_month, 0);
}

static void what_is_no_period(void **state)
{
    (void)state;
    const attain_period year = parse("2025");
    const attain_period range = parse("2021..2025");
    const attain_period financial = parse("2025-FY04");
    attain_period broken[16];
    size_t n = 0;
    broken[n++] = (attain_period){0};
    broken[n++] = year, broken[n - 1].end_day--;
    broken[n++] = year, broken[n - 1].start_day = INT32_MIN;
    broken[n++] = year, broken[n - 1].start_month = 4;
    broken[n++] = year, broken[n - 1].end_type = ATTAIN_PERIOD_YEAR;
    broken[n++] = year, broken[n - 1].type = 9;
    broken[n++] = financial, broken[n - 1].start_month = 5;
    broken[n++] = financial, broken[n - 1].start_month = 0;
    broken[n++] = range, broken[n - 1].start_day = range.end_day + 1;
    broken[n++] = range, broken[n - 1].start_day = ATN_DAY_MIN - 1;
    broken[n++] = range, broken[n - 1].end_day--;
    broken[n++] = range, broken[n - 1].end_type = ATTAIN_PERIOD_NONE;
    broken[n++] = range, broken[n - 1].end_type = ATTAIN_PERIOD_RANGE;
    broken[n++] = range, broken[n - 1].end_month = 4;
    broken[n++] = range, broken[n - 1].start_month = 4;
    for (size_t i = 0; i < n; i++) {
        attain_period to;
        int32_t code = 0;
        assert_false(atn_period_is_valid(broken[i]));
        assert_false(atn_period_step(broken[i], 0, &to));
        assert_false(atn_period_encode(broken[i], &code));
        assert_prints(broken[i], "");
    }
}

static bool contains(attain_period outer, attain_period inner)
{
    return outer.start_day <= inner.start_day && inner.end_day <= outer.end_day;
}

static void contains_and_equal(void **state)
{
    (void)state;
    assert_true(contains(parse("2025"), parse("2025-H1")));
    assert_true(contains(parse("2025"), parse("2025")));
    assert_true(contains(parse("..2030"), parse("2025-06-10")));
    assert_false(contains(parse("2025"), parse("2025-W01"))); /* begins in 2024 */
    assert_false(contains(parse("2025"), parse("2025-FY04")));
    assert_false(contains(parse("2025-H1"), parse("2025")));
    assert_true(atn_period_equal(parse("2025Q3"), parse("2025-Q3")));
    assert_false(atn_period_equal(parse("2025"), parse("2025-FY01")));
    assert_false(atn_period_equal(parse("2025"), parse("2025..2025")));
    assert_false(atn_period_equal(parse("2021..2025"), parse("2021..2025-12")));
    assert_false(atn_period_equal(parse("2021..2025"), parse("2022..2025")));
    assert_false(atn_period_equal(parse("2021..2025"), parse("2021..2024")));
}

static void ends_of_ranges(void **state)
{
    (void)state;
    assert_same(atn_period_end(parse("2021..2025")), parse("2025"));
    assert_same(atn_period_end(parse("..2030")), parse("2030"));
    assert_same(atn_period_end(parse("2021..2025-H1")), parse("2025-H1"));
    assert_same(atn_period_end(parse("2021..2025-W07")), parse("2025-W07"));
    assert_same(atn_period_end(parse("2021..2025-FY04")), parse("2025-FY04"));
    assert_same(atn_period_end(parse("2021..2025-06-30")), parse("2025-06-30"));
    assert_same(atn_period_end(parse("2025-Q3")), parse("2025-Q3"));
}

static void days_and_months(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t days, months;
    } cases[] = {
        {"2025", 365, 12},
        {"2024", 366, 12},
        {"2025-H1", 181, 6},
        {"2025-Q3", 92, 3},
        {"2024-02", 29, 1},
        {"2025-W07", 7, 0},
        {"2025-06-10", 1, 0},
        {"2025-FY04", 365, 12},
        {"2021..2025", 1826, 60},
        {"2024-H2..2025-H1", 365, 12},
        {"2025-01-01..2025-06-30", 181, 6},
        {"2025-01-02..2025-06-30", 180, 0},
        {"2025-01-01..2025-06-29", 180, 0},
        {"..0001", 365, 12},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const attain_period p = parse(cases[i].text);
        assert_int_equal(p.end_day - p.start_day + 1, cases[i].days);
        assert_int_equal(atn_period_months(parse(cases[i].text)), cases[i].months);
    }
}

/* Counted by stepping through all periods that touch the span. */
static uint32_t count_slots(row r, int32_t start, int32_t end, attain_period *first)
{
    uint32_t n = 0;
    *first = (attain_period){0};
    int32_t day = start;
    while (day <= end) {
        const attain_period p = atn_period_of_day(r.type, r.start_month, day);
        if (p.type == ATTAIN_PERIOD_NONE) {
            day++;
            continue;
        }
        if (p.start_day >= start && p.end_day <= end && n++ == 0) {
            *first = p;
        }
        day = p.end_day + 1;
    }
    return n;
}

static void slots_are_counted(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (size_t k = 0; k < N_ROWS; k++) {
        for (int i = 0; i < 3000; i++) {
            seed = seed * 1664525U + 1013904223U;
            const int32_t start = (i % 3 == 0   ? ATN_DAY_MIN
                                   : i % 3 == 1 ? 19000
                                                : ATN_DAY_MAX - 1500) +
                                  (int32_t)((seed >> 12) % 800);
            seed = seed * 1664525U + 1013904223U;
            const int32_t end = start + (int32_t)((seed >> 12) % 900) - 5;
            attain_period first;
            attain_period expected_first;
            const uint32_t n = atn_period_slots(rows[k].type, rows[k].start_month, start, end, &first);
            const uint32_t expected =
                count_slots(rows[k], start, end < ATN_DAY_MAX ? end : ATN_DAY_MAX, &expected_first);
            assert_int_equal(n, expected);
            assert_true(atn_period_equal(first, expected_first));
        }
    }
}

static void slots_by_hand(void **state)
{
    (void)state;
    attain_period first;
    const attain_period p = parse("2021..2025");
    assert_int_equal(atn_period_slots(ATTAIN_PERIOD_YEAR, 0, p.start_day, p.end_day, &first), 5);
    assert_same(first, parse("2021"));
    assert_int_equal(atn_period_slots(ATTAIN_PERIOD_HALF_YEAR, 0, p.start_day, p.end_day - 1, &first), 9);
    assert_int_equal(atn_period_slots(ATTAIN_PERIOD_FINANCIAL_YEAR, 4, p.start_day, p.end_day, &first), 4);
    assert_same(first, parse("2021-FY04"));
    assert_int_equal(atn_period_slots(ATTAIN_PERIOD_YEAR, 0, ATN_DAY_MIN, ATN_DAY_MAX, &first), 9999);
    assert_int_equal(atn_period_slots(ATTAIN_PERIOD_YEAR, 0, INT32_MIN, INT32_MAX, &first), 9999);
    assert_same(first, parse("0001"));
    assert_int_equal(atn_period_slots(ATTAIN_PERIOD_DAY, 0, INT32_MIN, INT32_MAX, &first), 3652059);
    assert_int_equal(atn_period_slots(ATTAIN_PERIOD_WEEK, 0, INT32_MIN, INT32_MAX, &first), 521722);
    assert_int_equal(atn_period_slots(ATTAIN_PERIOD_YEAR, 0, 10, 9, &first), 0);
    assert_int_equal(first.type, ATTAIN_PERIOD_NONE);
    assert_int_equal(atn_period_slots(ATTAIN_PERIOD_YEAR, 0, 1, 364, &first), 0);
    assert_int_equal(first.type, ATTAIN_PERIOD_NONE);
    assert_int_equal(atn_period_slots(ATTAIN_PERIOD_RANGE, 0, 0, 1000, &first), 0);
    assert_int_equal(atn_period_slots(ATTAIN_PERIOD_NONE, 0, 0, 1000, &first), 0);
    assert_int_equal(atn_period_slots(ATTAIN_PERIOD_FINANCIAL_YEAR, 0, 0, 1000, &first), 0);
    assert_int_equal(atn_period_slots(ATTAIN_PERIOD_DAY, 0, INT32_MAX - 1, INT32_MAX, &first), 0);
    assert_int_equal(atn_period_slots(ATTAIN_PERIOD_DAY, 0, INT32_MIN, INT32_MIN + 1, &first), 0);
}

static void codes_are_tagged_and_checked(void **state)
{
    (void)state;
    static const char *const rising[] = {"0001-01-01", "9999-12-31", "0001-W01",  "9999-W51",  "0001-01",
                                         "9999-12",    "0001-Q1",    "9999-Q4",   "0001-H1",   "9999-H2",
                                         "0001",       "9999",       "0001-FY01", "0001-FY02", "2020-FY07",
                                         "2025-FY04",  "9999-FY01"};
    int32_t last = 0;
    for (size_t i = 0; i < sizeof rising / sizeof *rising; i++) {
        int32_t code = 0;
        attain_period period = {0};
        assert_true(atn_period_encode(parse(rising[i]), &code));
        assert_true(code > last);
        last = code;
        assert_true(atn_period_decode(code, &period));
        assert_same(period, parse(rising[i]));
    }
    int32_t code = 11;
    assert_false(atn_period_encode(parse("2021..2025"), &code));
    assert_false(atn_period_encode(parse("..2025"), &code));
    assert_false(atn_period_encode(parse("2025..2025"), &code));
    assert_int_equal(code, 11);
    /* The first and the last number of each type stand; their neighbours outside do not. */
    for (int32_t type = 1; type <= 7; type++) {
        attain_period period = {.start_day = 3};
        int32_t low = type * (1 << 28);
        while (!atn_period_decode(low, &period)) {
            assert_true(low++ < type * (1 << 28) + 24);
        }
        assert_int_equal(period.type, type);
        assert_int_equal(period.start_day, ATN_DAY_MIN);
        assert_false(atn_period_decode((int32_t)((int64_t)type * (1 << 28) + (1 << 28) - 1), &period));
    }
    attain_period period = {.start_day = 3};
    assert_false(atn_period_decode(0, &period));
    assert_false(atn_period_decode(1, &period));
    assert_false(atn_period_decode((1 << 28) - 1, &period));
    assert_false(atn_period_decode(-1, &period));
    assert_false(atn_period_decode(INT32_MIN, &period));
    assert_false(atn_period_decode(INT32_MAX, &period));
    assert_int_equal(period.start_day, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_are_read),
        cmocka_unit_test(spellings_are_refused),
        cmocka_unit_test(whatever_is_read_prints_and_is_read_again),
        cmocka_unit_test(every_day_lies_in_one_period),
        cmocka_unit_test(weeks_have_their_numbers),
        cmocka_unit_test(steps_far),
        cmocka_unit_test(edges_of_the_calendar),
        cmocka_unit_test(what_is_no_period),
        cmocka_unit_test(contains_and_equal),
        cmocka_unit_test(ends_of_ranges),
        cmocka_unit_test(days_and_months),
        cmocka_unit_test(slots_are_counted),
        cmocka_unit_test(slots_by_hand),
        cmocka_unit_test(codes_are_tagged_and_checked),
    };
    return cmocka_run_group_tests_name("period", tests, NULL, NULL);
}
