/* Days: the proleptic Gregorian calendar as integers.
 *
 * A year is taken to begin on 1 March, so that the leap day is its last day and the months before it never move:
 *
 *     400 years = 146097 days = 4 centuries of 36524 days + 1
 *     100 years =  36524 days = 25 times four years of 1461 days - 1
 *       4 years =   1461 days = 4 years of 365 days + 1
 *     month m (0 = March) begins on day (153 m + 2) / 5 of such a year: 0 31 61 92 122 153 184 214 245 275 306 337
 *
 * Counted from 1 March of year 0 every day from 0001-01-01 on is at least 306, so that division never meets a negative
 * number and truncation is floor. */
#include "calendar/calendar.h"

enum {
    DAYS_4_YEARS = 1461,
    DAYS_100_YEARS = 36524,
    DAYS_400_YEARS = 146097,
    EPOCH = 719468 /* 1970-01-01, counted from 0000-03-01 */
};

static int32_t first_day_of_month(int32_t months_since_march)
{
    return (153 * months_since_march + 2) / 5;
}

int32_t atn_day_from_date(atn_date date)
{
    const bool before_march = date.month <= 2;
    const int32_t year = before_march ? date.year - 1 : date.year;
    const int32_t month = before_march ? date.month + 9 : date.month - 3;
    return 365 * year + year / 4 - year / 100 + year / 400 + first_day_of_month(month) + date.day - 1 - EPOCH;
}

atn_date atn_day_to_date(int32_t day)
{
    int32_t rest = day + EPOCH;
    const int32_t n_400 = rest / DAYS_400_YEARS;
    rest %= DAYS_400_YEARS;
    /* The last century of four and the last year of four hold the leap day more: it would count as a fifth. */
    const int32_t n_100 = rest / DAYS_100_YEARS < 3 ? rest / DAYS_100_YEARS : 3;
    rest -= n_100 * DAYS_100_YEARS;
    const int32_t n_4 = rest / DAYS_4_YEARS;
    rest -= n_4 * DAYS_4_YEARS;
    const int32_t n_1 = rest / 365 < 3 ? rest / 365 : 3;
    rest -= n_1 * 365;

    const int32_t year = 400 * n_400 + 100 * n_100 + 4 * n_4 + n_1;
    const int32_t month = (5 * rest + 2) / 153;
    const bool before_march = month >= 10;
    return (atn_date){before_march ? year + 1 : year, before_march ? month - 9 : month + 3,
                      rest - first_day_of_month(month) + 1};
}

int32_t atn_month_days(int32_t year, int32_t month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

bool atn_date_is_valid(atn_date date)
{
    return date.year >= 1 && date.year <= 9999 && date.month >= 1 && date.month <= 12 && date.day >= 1 &&
           date.day <= atn_month_days(date.year, date.month);
}

void atn_day_print(atn_buf *out, int32_t day)
{
    const atn_date date = atn_day_to_date(day);
    atn_buf_printf(out, "%04d-%02d-%02d", (int)date.year, (int)date.month, (int)date.day);
}
