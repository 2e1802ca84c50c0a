/* Periods: what is read prints, reads again as the same, has a code that gives it back, and steps there and back. */
#include "fuzz/fuzz.h"

static int is_same(attain_period a, attain_period b)
{
    return a.start_day == b.start_day && a.end_day == b.end_day && a.type == b.type &&
           a.start_month == b.start_month && a.end_type == b.end_type && a.end_month == b.end_month;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    attain_error err;
    attain_period p;
    attain_period q;
    int32_t code;
    char buf[64];
    size_t len;
    const attain_status status = attain_period_parse((const char *)data, size, &p, &err);
    if (status != ATTAIN_OK) {
        must_be_told(status, &err);
        must(status == ATTAIN_E_DATE);
        return 0;
    }
    must(p.start_day <= p.end_day && p.start_day >= ATTAIN_DAY_MIN && p.end_day <= ATTAIN_DAY_MAX);
    must(attain_period_print(p, buf, sizeof buf, &len, &err) == ATTAIN_OK);
    must(attain_period_parse(buf, len, &q, &err) == ATTAIN_OK && is_same(p, q));
    if (p.type == ATTAIN_PERIOD_RANGE) {
        must(attain_period_encode(p, &code, &err) == ATTAIN_E_ARGUMENT);
        return 0;
    }
    must(attain_period_encode(p, &code, &err) == ATTAIN_OK);
    must(attain_period_decode(code, &q, &err) == ATTAIN_OK && is_same(p, q));
    if (attain_period_step(p, 1, &q, &err) == ATTAIN_OK) {
        must(q.start_day == p.end_day + 1);
        must(attain_period_step(q, -1, &q, &err) == ATTAIN_OK && is_same(p, q));
    }
    return 0;
}
