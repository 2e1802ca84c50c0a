/* Deadlines of reporting schedules, as the plans word them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calendar/calendar.h"

#include <string.h>

typedef struct due_case {
    const char *says;
    atn_due due;
    const char *slot;
    const char *last_day;
} due_case;

static const due_case cases[] = {
    {"none: the slot's end", {.kind = ATN_DUE_NONE}, "2025-H1", "2025-06-30"},
    {"none does not know strict", {.kind = ATN_DUE_NONE, .strict = true}, "2025-H1", "2025-06-30"},
    {"10 June", {.kind = ATN_DUE_DATE, .month = 6, .day = 10}, "2025-H1", "2025-06-10"},
    {"10 June strict",
     {.kind = ATN_DUE_DATE, .month = 6, .day = 10, .strict = true},
     "2025-H1",
     "2025-06-09"},
    {"10 June lies before a second half, which is due at its end",
     {.kind = ATN_DUE_DATE, .month = 6, .day = 10},
     "2025-H2",
     "2025-12-31"},
    {"10 December strict",
     {.kind = ATN_DUE_DATE, .month = 12, .day = 10, .strict = true},
     "2025",
     "2025-12-09"},
    {"1 March strict, leap",
     {.kind = ATN_DUE_DATE, .month = 3, .day = 1, .strict = true},
     "2024",
     "2024-02-29"},
    {"1 January strict", {.kind = ATN_DUE_DATE, .month = 1, .day = 1, .strict = true}, "2025", "2025-12-31"},
    {"31 January next year",
     {.kind = ATN_DUE_DATE, .month = 1, .day = 31, .next_year = true},
     "2025",
     "2026-01-31"},
    {"29 February, common year", {.kind = ATN_DUE_DATE, .month = 2, .day = 29}, "2025", "2025-02-28"},
    {"29 February, leap year", {.kind = ATN_DUE_DATE, .month = 2, .day = 29}, "2024", "2024-02-29"},
    {"29 February strict",
     {.kind = ATN_DUE_DATE, .month = 2, .day = 29, .strict = true},
     "2025",
     "2025-02-27"},
    {"29 February next year",
     {.kind = ATN_DUE_DATE, .month = 2, .day = 29, .next_year = true},
     "2023",
     "2024-02-29"},
    {"the year is the last day's", {.kind = ATN_DUE_DATE, .month = 6, .day = 10}, "2025-FY04", "2026-06-10"},
    {"a week over new year", {.kind = ATN_DUE_DATE, .month = 6, .day = 10}, "2025-W01", "2025-06-10"},
    {"15 days after", {.kind = ATN_DUE_DAYS_AFTER, .days_after = 15}, "2025-H1", "2025-07-15"},
    {"0 days after", {.kind = ATN_DUE_DAYS_AFTER}, "2025-06", "2025-06-30"},
    {"15 days after, strict",
     {.kind = ATN_DUE_DAYS_AFTER, .days_after = 15, .strict = true},
     "2025-Q4",
     "2026-01-14"},
    {"over the leap day", {.kind = ATN_DUE_DAYS_AFTER, .days_after = 60}, "2023", "2024-02-29"},
    {"a range's end", {.kind = ATN_DUE_DAYS_AFTER, .days_after = 1}, "2021..2025", "2026-01-01"},
    {"past the calendar", {.kind = ATN_DUE_DAYS_AFTER, .days_after = INT32_MAX}, "2025", "9999-12-31"},
    {"past the calendar by a year",
     {.kind = ATN_DUE_DATE, .month = 1, .day = 31, .next_year = true},
     "9999",
     "9999-12-31"},
    {"before the calendar",
     {.kind = ATN_DUE_DATE, .month = 1, .day = 1, .strict = true},
     "0001",
     "0001-01-01"},
};

static void deadlines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        attain_period slot = {0};
        int32_t expected = 0;
        assert_null(atn_period_parse((atn_str){cases[i].slot, strlen(cases[i].slot)}, &slot));
        assert_null(atn_date_parse((atn_str){cases[i].last_day, strlen(cases[i].last_day)}, &expected));
        const int32_t got = atn_due_day(cases[i].due, slot);
        if (got != expected) {
            fail_msg("%s, slot %s: day %d, expected %s", cases[i].says, cases[i].slot, (int)got,
                     cases[i].last_day);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(deadlines)};
    return cmocka_run_group_tests_name("due", tests, NULL, NULL);
}
