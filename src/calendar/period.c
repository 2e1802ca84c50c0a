/* Periods: their arithmetic.
 *
 * All periods of a type stand in one row and are numbered, and everything here is done on the numbers:
 *
 *     day        days since 1970-01-01
 *     week       Mondays since 1969-12-29, the Monday of the week of 1970-01-01
 *     month      12 * year + month - 1;  quarter, half-year, year: that number / 3, / 6, / 12
 *     financial  the year in which it starts; each start month has a row of its own
 *
 * A period outside the years 1 to 9999, also one that reaches out of them by a day, does not exist. That happens to the
 * week of 9999-12-31 and to the financial years at both edges: atn_period_of_day gives a period of type NONE there (and
 * for a day, type or start month that is none), the others answer false or leave it out.
 *
 * Codes. The number, counted from the first in the calendar, under a tag of the type; for financial years the number of the
 * month in which they start, which holds the start month and still orders all of them by time:
 *
 *     bit 31 = 0 | bits 30-28: type 1-7 | bits 27-0: number */
#include "calendar/calendar.h"

enum { CODE_SHIFT = 28, CODE_MASK = (1 << CODE_SHIFT) - 1 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Months in a period of the type; 0 for those that are not made of months. */
static int32_t months_of(attain_period_type type)
{
    switch (type) {
    case ATTAIN_PERIOD_MONTH: return 1;
    case ATTAIN_PERIOD_QUARTER: return 3;
    case ATTAIN_PERIOD_HALF_YEAR: return 6;
    case ATTAIN_PERIOD_YEAR:
    case ATTAIN_PERIOD_FINANCIAL_YEAR: return 12;
    default: return 0;
    }
}

static bool is_row(attain_period_type type, unsigned start_month)
{
    return type == ATTAIN_PERIOD_FINANCIAL_YEAR ? start_month >= 1 && start_month <= 12
                                                : type >= ATTAIN_PERIOD_DAY && type <= ATTAIN_PERIOD_YEAR;
}

/* By how many months the row of a type is shifted against the years. */
static int32_t shift_of(attain_period_type type, unsigned start_month)
{
    return type == ATTAIN_PERIOD_FINANCIAL_YEAR ? (int32_t)start_month - 1 : 0;
}

static int64_t number_of(attain_period_type type, unsigned start_month, int32_t day)
{
    if (type == ATTAIN_PERIOD_DAY) {
        return day;
    }
    if (type == ATTAIN_PERIOD_WEEK) {
        return floor_div((int64_t)day + 3, 7);
    }
    const atn_date date = atn_day_to_date(day);
    return floor_div(12 * date.year + date.month - 1 - shift_of(type, start_month), months_of(type));
}

/* First day of month `month` = 12 * year + month - 1, for the years 1 to 10000. */
static int32_t first_of_month(int64_t month)
{
    return atn_day_from_date((atn_date){(int32_t)(month / 12), (int32_t)(month % 12) + 1, 1});
}

/* The period with a number; false if the calendar does not hold it. */
static bool period_at(attain_period_type type, unsigned start_month, int64_t number, attain_period *out)
{
    const int64_t n_months = months_of(type);
    int64_t start = number;
    int64_t end = number;
    if (type == ATTAIN_PERIOD_WEEK) {
        start = 7 * number - 3;
        end = start + 6;
    } else if (n_months > 0) {
        const int64_t first = n_months * number + shift_of(type, start_month);
        if (first < 12 || first + n_months > 120000) {
            return false;
        }
        start = first_of_month(first);
        end = first_of_month(first + n_months) - 1;
    }
    if (start < ATN_DAY_MIN || end > ATN_DAY_MAX) {
        return false;
    }
    *out = (attain_period){.start_day = (int32_t)start,
                           .end_day = (int32_t)end,
                           .type = (uint8_t)type,
                           .start_month = type == ATTAIN_PERIOD_FINANCIAL_YEAR ? (uint8_t)start_month : 0};
    return true;
}

attain_period atn_period_of_day(attain_period_type type, unsigned start_month, int32_t day)
{
    attain_period period = {0};
    if (is_row(type, start_month) && day >= ATN_DAY_MIN && day <= ATN_DAY_MAX) {
        (void)period_at(type, start_month, number_of(type, start_month, day), &period);
    }
    return period;
}

/* A period as this file makes them: not NONE, not RANGE, and with the days that its type has. */
static bool is_regular(attain_period period)
{
    return period.type != ATTAIN_PERIOD_NONE &&
           atn_period_equal(period, atn_period_of_day((attain_period_type)period.type, period.start_month,
                                                      period.start_day));
}

bool atn_period_is_valid(attain_period period)
{
    if (period.type != ATTAIN_PERIOD_RANGE) {
        return is_regular(period);
    }
    const attain_period end = atn_period_end(period);
    return period.start_day >= ATN_DAY_MIN && period.start_day <= period.end_day && period.start_month == 0 &&
           end.type == period.end_type && end.start_month == period.end_month &&
           end.end_day == period.end_day && end.type != ATTAIN_PERIOD_NONE;
}

bool atn_period_step(attain_period period, int32_t n, attain_period *out)
{
    if (!is_regular(period)) {
        return false;
    }
    const attain_period_type type = (attain_period_type)period.type;
    return period_at(type, period.start_month, number_of(type, period.start_month, period.start_day) + n,
                     out);
}

bool atn_period_equal(attain_period a, attain_period b)
{
    return a.start_day == b.start_day && a.end_day == b.end_day && a.type == b.type &&
           a.start_month == b.start_month && a.end_type == b.end_type && a.end_month == b.end_month;
}

attain_period atn_period_end(attain_period period)
{
    return period.type == ATTAIN_PERIOD_RANGE
               ? atn_period_of_day((attain_period_type)period.end_type, period.end_month, period.end_day)
               : period;
}

uint32_t atn_period_slots(attain_period_type type, unsigned start_month, int32_t start_day, int32_t end_day,
                          attain_period *first)
{
    *first = (attain_period){0};
    const int32_t start = start_day > ATN_DAY_MIN ? start_day : ATN_DAY_MIN;
    const int32_t end = end_day < ATN_DAY_MAX ? end_day : ATN_DAY_MAX;
    if (!is_row(type, start_month) || start > end) {
        return 0;
    }
    /* Of the periods that hold the two edge days, those that stick out are left out; all between lie inside. */
    attain_period edge = {0};
    int64_t from = number_of(type, start_month, start);
    if (!period_at(type, start_month, from, &edge) || edge.start_day < start) {
        from++;
    }
    int64_t to = number_of(type, start_month, end);
    if (!period_at(type, start_month, to, &edge) || edge.end_day > end) {
        to--;
    }
    return from <= to && period_at(type, start_month, from, first) ? (uint32_t)(to - from + 1) : 0;
}

int32_t atn_period_months(attain_period period)
{
    const atn_date first = atn_day_to_date(period.start_day);
    const atn_date last = atn_day_to_date(period.end_day);
    if (first.day != 1 || last.day != atn_month_days(last.year, last.month)) {
        return 0;
    }
    return 12 * (last.year - first.year) + last.month - first.month + 1;
}

bool atn_period_encode(attain_period period, int32_t *code)
{
    if (!is_regular(period)) {
        return false;
    }
    const attain_period_type type = (attain_period_type)period.type;
    int64_t number = number_of(type, period.start_month, period.start_day);
    if (months_of(type) == 0) {
        number -= number_of(type, 0, ATN_DAY_MIN);
    } else if (type == ATTAIN_PERIOD_FINANCIAL_YEAR) {
        number = 12 * number + shift_of(type, period.start_month);
    }
    *code = (int32_t)(((int64_t)type << CODE_SHIFT) | number);
    return true;
}

bool atn_period_decode(int32_t code, attain_period *out)
{
    if (code < 1 << CODE_SHIFT) {
        return false;
    }
    const attain_period_type type = (attain_period_type)(code >> CODE_SHIFT);
    int64_t number = code & CODE_MASK;
    unsigned start_month = 0;
    if (type == ATTAIN_PERIOD_FINANCIAL_YEAR) {
        start_month = (unsigned)(number % 12) + 1;
        number /= 12;
    } else if (type == ATTAIN_PERIOD_DAY || type == ATTAIN_PERIOD_WEEK) {
        number += number_of(type, 0, ATN_DAY_MIN);
    }
    return period_at(type, start_month, number, out);
}
