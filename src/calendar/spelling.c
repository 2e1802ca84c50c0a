/* Spelling: text <-> dates and periods.
 *
 *     2025          year                 2025-W07   ISO week        (2025W07, 2025W7, 2025-W7)
 *     2025-H1       half-year            2025-06-10 day             (20250610)
 *       (2025-S1, 2025H1, 2025S1)        2025-FY04  financial year
 *     2025-Q3       quarter  (2025Q3)    A..B       range: first day of A to last day of B (A/B)
 *     2025-06       month    (202506)    ..B        the same, open at the start
 *
 * Left is what is printed. The first four characters are always the year, and nothing else has four digits there: so two-digit
 * years, days first, and a spreadsheet's serial days (45292) are told apart by the length of the leading digits alone.
 *
 * Ranges. A..A stays a range: what was written is what is printed, and a range has no code, so that nobody takes it for a
 * reported period. A range remembers its end B in full, of A only the first day; printing chooses the type of B if such a
 * period begins there, else the longest of half-year, quarter, month and day that does. Reading that gives the same period
 * again. `0001-01-01..B` and `..B` are the same. */
#include "calendar/calendar.h"

static const char say_period[] =
    "a period is written 2025, 2025-H1, 2025-Q3, 2025-06, 2025-W07, 2025-06-10, 2025-FY04 or "
    "2021..2025, without blanks";
static const char say_date[] = "a date is a day of the calendar, written 2025-06-10";
static const char say_year[] = "a year is 0001 to 9999";
static const char say_four[] = "a year has four digits and stands first: 2025-06-10, 2025-06 or 2025";
static const char say_serial[] =
    "a date is written 2025-06-10; five digits look like a spreadsheet's serial day, and years end "
    "at 9999";
static const char say_time[] = "a date has no time of day and no time zone: 2025-06-10";
static const char say_two[] = "month and day have two digits each: 2025-06 or 2025-06-10";
static const char say_month[] = "a month is 01 to 12";
static const char say_day[] = "the month has no such day";
static const char say_half[] = "a half-year is H1 or H2: 2025-H1";
static const char say_quarter[] = "a quarter is Q1 to Q4: 2025-Q3";
static const char say_week[] = "a week is W01 to W52, and W53 in years that have one: 2025-W07";
static const char say_edge[] = "the period must end by 9999-12-31";
static const char say_financial[] =
    "a financial year is FY and the two digits of its first month: 2025-FY04 is the year from "
    "April 2025";
static const char say_names[] =
    "months have no names here: April 2025 is 2025-04, the financial year from April 2025 is 2025-FY04";
static const char say_capital[] = "the letters are capitals: 2025-H1, 2025-Q3, 2025-W07, 2025-FY04";
static const char say_ends[] =
    "a range has two ends, A..B, or one and an open start, ..B: 2021..2025, ..2030";
static const char say_reversed[] = "a range must not end before it starts: 2021..2025";

/* Plain ASCII, whatever the locale. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static size_t count_digits(atn_str s)
{
    size_t n = 0;
    while (n < s.len && is_digit(s.data[n])) {
        n++;
    }
    return n;
}

static atn_str skip(atn_str s, size_t n)
{
    return (atn_str){s.data + n, s.len - n};
}

/* The number in s[from, from + n), which are digits. */
static int32_t digits(atn_str s, size_t from, size_t n)
{
    int32_t value = 0;
    for (size_t i = from; i < from + n; i++) {
        value = 10 * value + (s.data[i] - '0');
    }
    return value;
}

static const char *make_month(int32_t year, int32_t month, attain_period *out)
{
    if (month < 1 || month > 12) {
        return say_month;
    }
    *out = atn_period_of_day(ATTAIN_PERIOD_MONTH, 0, atn_day_from_date((atn_date){year, month, 1}));
    return NULL;
}

static const char *make_day(int32_t year, int32_t month, int32_t day, attain_period *out)
{
    if (month < 1 || month > 12) {
        return say_month;
    }
    if (!atn_date_is_valid((atn_date){year, month, day})) {
        return say_day;
    }
    *out = atn_period_of_day(ATTAIN_PERIOD_DAY, 0, atn_day_from_date((atn_date){year, month, day}));
    return NULL;
}

/* The n-th part of a year, of `of` parts. */
static const char *make_part(attain_period_type type, int32_t year, atn_str number, int32_t of,
                             const char *say, attain_period *out)
{
    const int32_t n = number.len == 1 && is_digit(number.data[0]) ? digits(number, 0, 1) : 0;
    if (n < 1 || n > of) {
        return say;
    }
    const int32_t month = (n - 1) * (12 / of) + 1;
    *out = atn_period_of_day(type, 0, atn_day_from_date((atn_date){year, month, 1}));
    return NULL;
}

/* Week 1 is the one that holds 4 January; a week belongs to the year of its Thursday. */
static const char *make_week(int32_t year, atn_str number, attain_period *out)
{
    if (number.len < 1 || number.len > 2 || count_digits(number) != number.len) {
        return say_week;
    }
    const int32_t n = digits(number, 0, number.len);
    const attain_period first =
        atn_period_of_day(ATTAIN_PERIOD_WEEK, 0, atn_day_from_date((atn_date){year, 1, 4}));
    const int32_t thursday = first.start_day + 7 * (n - 1) + 3;
    if (n < 1 || n > 53 || thursday > atn_day_from_date((atn_date){year, 12, 31})) {
        return say_week;
    }
    return atn_period_step(first, n - 1, out) ? NULL : say_edge;
}

static const char *make_financial(int32_t year, atn_str month, attain_period *out)
{
    const int32_t n = month.len == 2 && count_digits(month) == 2 ? digits(month, 0, 2) : 0;
    if (n < 1 || n > 12) {
        return say_financial;
    }
    const attain_period period = atn_period_of_day(ATTAIN_PERIOD_FINANCIAL_YEAR, (unsigned)n,
                                                   atn_day_from_date((atn_date){year, n, 1}));
    if (period.type == ATTAIN_PERIOD_NONE) {
        return say_edge;
    }
    *out = period;
    return NULL;
}

/* Behind a complete day. */
static const char *why_not_a_day(atn_str rest)
{
    const char c = rest.data[0];
    return c == 'T' || c == 't' || c == ' ' || c == 'Z' || c == 'z' || c == '+' || c == ':' ? say_time
                                                                                            : say_period;
}

/* "06" or "06-10" behind "2025-". */
static const char *parse_month_or_day(int32_t year, atn_str s, attain_period *out)
{
    if (count_digits(s) != 2) {
        return say_two;
    }
    const int32_t month = digits(s, 0, 2);
    if (s.len == 2) {
        return make_month(year, month, out);
    }
    if (s.data[2] != '-') {
        return say_period;
    }
    const atn_str day = skip(s, 3);
    if (count_digits(day) != 2) {
        return say_two;
    }
    return day.len > 2 ? why_not_a_day(skip(day, 2)) : make_day(year, month, digits(day, 0, 2), out);
}

/* A letter and a number behind the year. */
static const char *parse_lettered(int32_t year, atn_str s, bool hyphen, attain_period *out)
{
    const atn_str number = skip(s, 1);
    if (is_lower(s.data[0])) {
        return say_capital;
    }
    if (number.len > 0 && is_lower(number.data[0])) {
        return say_names;
    }
    switch (s.data[0]) {
    case 'H':
    case 'S': return make_part(ATTAIN_PERIOD_HALF_YEAR, year, number, 2, say_half, out);
    case 'Q': return make_part(ATTAIN_PERIOD_QUARTER, year, number, 4, say_quarter, out);
    case 'W': return make_week(year, number, out);
    case 'F':
        return hyphen && number.len > 0 && number.data[0] == 'Y' ? make_financial(year, skip(number, 1), out)
                                                                 : say_financial;
    default: return say_period;
    }
}

/* Anything but a range. */
static const char *parse_single(atn_str s, attain_period *out)
{
    const size_t n_digits = count_digits(s);
    if (n_digits >= 1 && n_digits <= 3) {
        return say_four;
    }
    if (n_digits == 5) {
        return say_serial;
    }
    if (n_digits != 4 && n_digits != 6 && n_digits != 8) {
        return say_period;
    }
    const int32_t year = digits(s, 0, 4);
    if (year == 0) {
        return say_year;
    }
    atn_str rest = skip(s, n_digits);
    if (n_digits == 6) {
        return rest.len > 0 ? say_period : make_month(year, digits(s, 4, 2), out);
    }
    if (n_digits == 8) {
        return rest.len > 0 ? why_not_a_day(rest) : make_day(year, digits(s, 4, 2), digits(s, 6, 2), out);
    }
    if (rest.len == 0) {
        *out = atn_period_of_day(ATTAIN_PERIOD_YEAR, 0, atn_day_from_date((atn_date){year, 1, 1}));
        return NULL;
    }
    const bool hyphen = rest.data[0] == '-';
    rest = skip(rest, hyphen);
    if (rest.len == 0) {
        return say_period;
    }
    if (is_lower(rest.data[0]) || is_upper(rest.data[0])) {
        return parse_lettered(year, rest, hyphen, out);
    }
    return hyphen ? parse_month_or_day(year, rest, out) : say_period;
}

static const char *parse_range(atn_str left, atn_str right, bool open, attain_period *out)
{
    attain_period from = {.start_day = ATN_DAY_MIN};
    attain_period to = {0};
    const char *problem = open ? NULL : parse_single(left, &from);
    problem = problem != NULL ? problem : parse_single(right, &to);
    if (problem == NULL && from.start_day > to.end_day) {
        problem = say_reversed;
    }
    if (problem == NULL) {
        *out = (attain_period){.start_day = from.start_day,
                               .end_day = to.end_day,
                               .type = ATTAIN_PERIOD_RANGE,
                               .end_type = to.type,
                               .end_month = to.start_month};
    }
    return problem;
}

/* Where the mark stands in s; s.len if it does not. */
static size_t find(atn_str s, atn_str mark)
{
    for (size_t i = 0; i + mark.len <= s.len; i++) {
        if (atn_str_starts(skip(s, i), mark)) {
            return i;
        }
    }
    return s.len;
}

const char *atn_period_parse(atn_str text, attain_period *out)
{
    const size_t dots = find(text, ATN_STR(".."));
    if (dots < text.len) {
        const atn_str right = skip(text, dots + 2);
        const bool one_more = find(right, ATN_STR("..")) < right.len || find(text, ATN_STR("/")) < text.len;
        return right.len == 0 || one_more ? say_ends
                                          : parse_range((atn_str){text.data, dots}, right, dots == 0, out);
    }
    const size_t slash = find(text, ATN_STR("/"));
    if (slash < text.len) {
        return slash == 0 || slash + 1 == text.len
                   ? say_ends
                   : parse_range((atn_str){text.data, slash}, skip(text, slash + 1), false, out);
    }
    return parse_single(text, out);
}

const char *atn_date_parse(atn_str text, int32_t *day)
{
    attain_period period = {0};
    const char *const problem = parse_single(text, &period);
    if (problem == say_period || (problem == NULL && period.type != ATTAIN_PERIOD_DAY)) {
        return say_date;
    }
    if (problem == NULL) {
        *day = period.start_day;
    }
    return problem;
}

static void print_single(atn_buf *out, attain_period period)
{
    const atn_date date = atn_day_to_date(period.start_day);
    const int year = (int)date.year;
    const int month = (int)date.month;
    switch ((attain_period_type)period.type) {
    case ATTAIN_PERIOD_DAY: atn_day_print(out, period.start_day); break;
    case ATTAIN_PERIOD_WEEK: {
        const int32_t thursday = period.start_day + 3;
        const int32_t week_year = atn_day_to_date(thursday).year;
        const int32_t new_year = atn_day_from_date((atn_date){week_year, 1, 1});
        atn_buf_printf(out, "%04d-W%02d", (int)week_year, (int)((thursday - new_year) / 7 + 1));
        break;
    }
    case ATTAIN_PERIOD_MONTH: atn_buf_printf(out, "%04d-%02d", year, month); break;
    case ATTAIN_PERIOD_QUARTER: atn_buf_printf(out, "%04d-Q%d", year, (month - 1) / 3 + 1); break;
    case ATTAIN_PERIOD_HALF_YEAR: atn_buf_printf(out, "%04d-H%d", year, (month - 1) / 6 + 1); break;
    case ATTAIN_PERIOD_YEAR: atn_buf_printf(out, "%04d", year); break;
    case ATTAIN_PERIOD_FINANCIAL_YEAR:
        atn_buf_printf(out, "%04d-FY%02d", year, (int)period.start_month);
        break;
    default: break; /* NONE and RANGE do not come here */
    }
}

/* How the start of a range is written: see the top. */
static attain_period start_of_range(attain_period range)
{
    const attain_period_type types[] = {(attain_period_type)range.end_type, ATTAIN_PERIOD_HALF_YEAR,
                                        ATTAIN_PERIOD_QUARTER, ATTAIN_PERIOD_MONTH, ATTAIN_PERIOD_DAY};
    size_t i = 0;
    attain_period period = atn_period_of_day(types[0], range.end_month, range.start_day);
    while (period.type == ATTAIN_PERIOD_NONE || period.start_day != range.start_day) {
        period = atn_period_of_day(types[++i], 0,
                                   range.start_day); /* the last is a day, which begins where it is */
    }
    return period;
}

/* Nothing for what is no period. */
void atn_period_print(atn_buf *out, attain_period period)
{
    if (!atn_period_is_valid(period)) {
        return;
    }
    if (period.type == ATTAIN_PERIOD_RANGE) {
        if (period.start_day != ATN_DAY_MIN) {
            print_single(out, start_of_range(period));
        }
        atn_buf_text(out, "..");
    }
    print_single(out, atn_period_end(period));
}
