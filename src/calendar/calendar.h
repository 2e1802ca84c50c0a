/* Calendar: days, periods, their spelling and arithmetic, and deadlines. Integer proleptic Gregorian
 * throughout; no time zone, no libc time. A day is days since 1970-01-01; years 1 to 9999.
 *
 *   2025          |------------------------ year ------------------------|
 *   2025-H1       |---------- half --------|
 *   2025-Q3                                |--- quarter ---|
 *   2025-FY04                  |------ April 2025 to March 2026 -----> ... */
#ifndef ATN_CALENDAR_H
#define ATN_CALENDAR_H

#include "base/text.h"
#include <stdint.h>

#define ATN_DAY_MIN ATTAIN_DAY_MIN /* 0001-01-01 */
#define ATN_DAY_MAX ATTAIN_DAY_MAX /* 9999-12-31 */

typedef struct atn_date {
    int32_t year;
    int32_t month; /* 1-12 */
    int32_t day;   /* 1-31 */
} atn_date;

int32_t atn_day_from_date(atn_date date);
atn_date atn_day_to_date(int32_t day);
bool atn_date_is_valid(atn_date date);
int32_t atn_month_days(int32_t year, int32_t month);

/* Why a text is not a date or period; NULL problem = fine. The sentence names what is required. */
const char *atn_date_parse(atn_str text, int32_t *day);
const char *atn_period_parse(atn_str text, attain_period *out);
/* "2025", "2025-H1", "2025-Q3", "2025-06", "2025-W07", "2025-06-10", "2025-FY04", "2021..2025", "..2030";
 * canonical. */
void atn_period_print(atn_buf *out, attain_period period);
void atn_day_print(atn_buf *out, int32_t day); /* 2025-06-10 */

/* The period of `type` (and start month, for financial years) that holds the day. type is not RANGE. */
attain_period atn_period_of_day(attain_period_type type, unsigned start_month, int32_t day);
/* n periods later (or earlier); false when out of the calendar or for a RANGE. */
bool atn_period_step(attain_period period, int32_t n, attain_period *out);
bool atn_period_equal(attain_period a, attain_period b);
/* As atn_period_parse would make it: of a type, its days those of the type, ends of a range in order. */
bool atn_period_is_valid(attain_period period);
/* The period that ends a range: of A..B, B. Others: themselves. */
attain_period atn_period_end(attain_period period);
/* How many periods of the type lie wholly in [start_day, end_day]; the first of them in *first. */
uint32_t atn_period_slots(attain_period_type type, unsigned start_month, int32_t start_day, int32_t end_day,
                          attain_period *first);
/* Whole months of a period if it starts on the first and ends on the last day of months, else 0. */
int32_t atn_period_months(attain_period period);
/* Ordinal code: order-preserving within a type, one int32 for facts. RANGE has none (returns false). */
bool atn_period_encode(attain_period period, int32_t *code);
bool atn_period_decode(int32_t code, attain_period *out);

/* A deadline of a reporting schedule: the last day on which a report of a slot is in time. */
typedef enum atn_due_kind { ATN_DUE_NONE, ATN_DUE_DATE, ATN_DUE_DAYS_AFTER } atn_due_kind;
typedef struct atn_due {
    atn_due_kind kind;
    uint8_t month; /* DATE: 10 June */
    uint8_t day;
    bool next_year;     /* DATE: of the year after the slot's; else of the slot's (last day's) year */
    bool strict;        /* the day before is the last */
    int32_t days_after; /* DAYS_AFTER the slot's end */
} atn_due;
/* NONE: the slot's end. DATE: that date in the slot's year (or the next); the slot's end if that lies before the
 * slot begins, as 10 June does for a second half. 29 February falls on the 28th in common years. */
int32_t atn_due_day(atn_due due, attain_period slot);

#endif
