/* Deadlines: the last day on which the report of a slot is in time.
 *
 *     slot 2025-H1   |--------------------|            its last day lies in 2025
 *     10 June strict                  9 |              before the slot's end: such a report covers a part
 *     31 January next year                |------ 31 |
 *
 * A report cannot be due before its slot begins: "half-yearly due 10 June" is the deadline of first halves, and a second
 * half, which begins after it, is due at its own end.
 *
 * Years are those of the slot's last day, so the financial year from April 2025 counts as 2026. Days that the calendar
 * does not hold become its last or first day. */
#include "calendar/calendar.h"

static int32_t clamp_day(int64_t day)
{
    return (int32_t)(day < ATN_DAY_MIN ? ATN_DAY_MIN : day > ATN_DAY_MAX ? ATN_DAY_MAX : day);
}

/* 29 February falls on the 28th in common years. */
static int64_t date_in_year(atn_due due, int32_t year)
{
    if (year > 9999) {
        return ATN_DAY_MAX;
    }
    const int32_t n_days = atn_month_days(year, due.month);
    return atn_day_from_date((atn_date){year, due.month, due.day < n_days ? due.day : n_days});
}

int32_t atn_due_day(atn_due due, attain_period slot)
{
    int64_t day = slot.end_day;
    switch (due.kind) {
    case ATN_DUE_NONE: return slot.end_day;
    case ATN_DUE_DATE: day = date_in_year(due, atn_day_to_date(slot.end_day).year + due.next_year); break;
    case ATN_DUE_DAYS_AFTER: day += due.days_after; break;
    }
    day = clamp_day(day - due.strict);
    return due.kind == ATN_DUE_DATE && day < slot.start_day ? slot.end_day : (int32_t)day;
}
