/* Days by counting: plain on purpose. See days.h. */
#include "days.h"

#include <stdio.h>

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return lengths[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days from 1970-01-01 to the first of January. */
static int days_before(int year)
{
    const int y = year - 1;
    return 365 * (year - 1970) + (y / 4 - y / 100 + y / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400);
}

int day_of(int year, int month, int day)
{
    int n = days_before(year) + day - 1;
    for (int m = 1; m < month; m++) {
        n += month_length(year, m);
    }
    return n;
}

void date_of(int day, int *year, int *month, int *dom)
{
    int y = 1970 + day / 366;
    while (days_before(y) > day) {
        y--;
    }
    while (days_before(y + 1) <= day) {
        y++;
    }
    day -= days_before(y);
    int m = 1;
    while (day >= month_length(y, m)) {
        day -= month_length(y, m);
        m++;
    }
    *year = y;
    *month = m;
    *dom = day + 1;
}

/* n_months from the first of a month on. */
static span months(span_type type, int year, int month, int n_months)
{
    int to_year = year;
    int to_month = month + n_months;
    while (to_month > 12) {
        to_month -= 12;
        to_year++;
    }
    return (span){type, day_of(year, month, 1), day_of(to_year, to_month, 1) - 1, 0, SPAN_NONE};
}

span span_holding(span_type type, int month, int day)
{
    int y;
    int m;
    int d;
    date_of(day, &y, &m, &d);
    span s = {SPAN_DAY, day, day, 0, SPAN_NONE};
    switch (type) {
    case SPAN_MONTH: s = months(type, y, m, 1); break;
    case SPAN_QUARTER: s = months(type, y, (m - 1) / 3 * 3 + 1, 3); break;
    case SPAN_HALF: s = months(type, y, m <= 6 ? 1 : 7, 6); break;
    case SPAN_YEAR: s = months(type, y, 1, 12); break;
    case SPAN_FY:
        s = months(type, m >= month ? y : y - 1, month, 12);
        s.month = month;
        break;
    default: break;
    }
    return s;
}

span span_next(span s)
{
    return span_holding(s.type, s.month, s.end + 1);
}

span span_before(span s)
{
    return span_holding(s.type, s.month, s.start - 1);
}

span span_range(span from, span to)
{
    return (span){SPAN_RANGE, from.start, to.end, 0, to.type};
}

span span_end(span s)
{
    return s.type == SPAN_RANGE ? span_holding(s.end_type, 1, s.end) : s;
}

bool span_inside(span inner, span outer)
{
    return inner.start >= outer.start && inner.end <= outer.end;
}

int span_steps(span from, span to)
{
    int n = 0;
    for (span s = from; s.end < to.end; s = span_next(s)) {
        n++;
    }
    for (span s = to; s.end < from.end; s = span_next(s)) {
        n--;
    }
    return n;
}

void day_print(int day, char *out, size_t cap)
{
    int y;
    int m;
    int d;
    date_of(day, &y, &m, &d);
    snprintf(out, cap, "%04d-%02d-%02d", y, m, d);
}

void span_print(span s, char *out, size_t cap)
{
    int y;
    int m;
    int d;
    date_of(s.start, &y, &m, &d);
    switch (s.type) {
    case SPAN_NONE: snprintf(out, cap, "%s", ""); break;
    case SPAN_DAY: snprintf(out, cap, "%04d-%02d-%02d", y, m, d); break;
    case SPAN_MONTH: snprintf(out, cap, "%04d-%02d", y, m); break;
    case SPAN_QUARTER: snprintf(out, cap, "%04d-Q%d", y, (m + 2) / 3); break;
    case SPAN_HALF: snprintf(out, cap, "%04d-H%d", y, m <= 6 ? 1 : 2); break;
    case SPAN_YEAR: snprintf(out, cap, "%04d", y); break;
    case SPAN_FY: snprintf(out, cap, "%04d-FY%02d", y, s.month); break;
    case SPAN_RANGE: {
        char from[24];
        char to[24];
        span_print(span_holding(s.end_type, 1, s.start), from, sizeof from);
        span_print(span_end(s), to, sizeof to);
        snprintf(out, cap, "%s..%s", from, to);
        break;
    }
    }
}
