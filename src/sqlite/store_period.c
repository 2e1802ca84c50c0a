/* Periods in the store: one integer each. What attain_period_encode encodes is stored as it encodes it; a range A..B, which has no such code, holds its
 * days and the period at its end in the bits above:
 *
 *     1 | type of the end: 4 | month of the end: 4 | first day: 22 | last day: 22        days from ATTAIN_DAY_MIN
 */
#include "sqlite/store_parts.h"

#include <stdio.h>

static const int64_t range_mark = INT64_C(1) << 52;
static const int64_t day_mask = (INT64_C(1) << 22) - 1;

attain_status atn_store_period_code(attain_period period, int64_t *code, attain_error *err)
{
    if (period.type != ATTAIN_PERIOD_RANGE) {
        int32_t small;
        ATN_STORE_TRY(attain_period_encode(period, &small, err));
        *code = small;
        return ATTAIN_OK;
    }
    *code = range_mark | (int64_t)period.end_type << 48 | (int64_t)period.end_month << 44 |
            (int64_t)(period.start_day - ATTAIN_DAY_MIN) << 22 | (int64_t)(period.end_day - ATTAIN_DAY_MIN);
    return ATTAIN_OK;
}

bool atn_store_period_of(int64_t code, attain_period *out)
{
    if (code >= INT32_MIN && code <= INT32_MAX) {
        return attain_period_decode((int32_t)code, out, NULL) == ATTAIN_OK;
    }
    const int64_t start = code >> 22 & day_mask;
    const int64_t end = code & day_mask;
    if ((code & ~(range_mark - 1)) != range_mark || start > end || end > ATTAIN_DAY_MAX - ATTAIN_DAY_MIN) {
        return false;
    }
    *out = (attain_period){.start_day = (int32_t)start + ATTAIN_DAY_MIN,
                           .end_day = (int32_t)end + ATTAIN_DAY_MIN,
                           .type = ATTAIN_PERIOD_RANGE,
                           .end_type = (uint8_t)(code >> 48 & 15),
                           .end_month = (uint8_t)(code >> 44 & 15)};
    return true;
}

void atn_store_period_text(int64_t code, char text[ATN_PERIOD_BYTES])
{
    attain_period period;
    if (!atn_store_period_of(code, &period) ||
        attain_period_print(period, text, ATN_PERIOD_BYTES, NULL, NULL) != ATTAIN_OK) {
        snprintf(text, ATN_PERIOD_BYTES, "?");
    }
}
