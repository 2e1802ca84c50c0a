/* The oracle's own calendar: days since 1970-01-01, and periods as spans of days with a name. It shares no code with the library
 * and knows only what the generator uses. Numbers of types are those of attain_period_type. */
#ifndef PROPERTY_DAYS_H
#define PROPERTY_DAYS_H

#include <stdbool.h>
#include <stddef.h>

#define DAY_FIRST (-719162)
#define DAY_LAST 2932896

typedef enum span_type {
    SPAN_NONE = 0,
    SPAN_DAY = 1,
    SPAN_MONTH = 3,
    SPAN_QUARTER = 4,
    SPAN_HALF = 5,
    SPAN_YEAR = 6,
    SPAN_FY = 7,
    SPAN_RANGE = 8
} span_type;

typedef struct span {
    span_type type;
    int start;
    int end;
    int month;          /* FY: the month it starts in */
    span_type end_type; /* RANGE: type of the span at its end */
} span;

int day_of(int year, int month, int day);
void date_of(int day, int *year, int *month, int *dom);
/** The span of the type (not RANGE) that holds the day. */
span span_holding(span_type type, int month, int day);
span span_next(span s);
span span_before(span s);
/** from..to; both of one type */
span span_range(span from, span to);
/** Of A..B the span B, of others themselves. */
span span_end(span s);
bool span_inside(span inner, span outer);
/** How many spans of the type of `to` lie between the two: 2020 to 2023 is 3. */
int span_steps(span from, span to);
void span_print(span s, char *out, size_t cap);
void day_print(int day, char *out, size_t cap);

#endif
