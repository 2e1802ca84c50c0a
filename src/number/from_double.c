/* From a double back to the decimal that it stands for (arithmetic.md section 7), and to text.
 *
 * Let x be the double nearest to v * 10^-d with |v| <= 10^15. Then x * 10^d, computed in doubles and in any rounding mode, is nearer than 1/3 to
 * v, so v is the whole number next to it; and the double nearest to v * 10^-d is x or it is not. Decimals of 15 digits lie further apart
 * than doubles, so v is the only one. The same holds for floats and six digits; the float nearest to a quotient of two numbers that
 * floats hold is found by way of its double, which is long enough for that (53 >= 2 * 24 + 2). */
#include "number/double.h"

#include "number/decimal.h"
#include <string.h>

#define MOST_OF_DOUBLE INT64_C(1000000000000000)
#define MOST_OF_FLOAT INT64_C(1000000)
#define MOST_DECIMALS 18u
#define MOST_FLOAT_DECIMALS 9u
#define MOST_DIGITS 17 /* after so many a decimal gives its double back */
#define MOST_POWER 100 /* of ten, of what is printed in full */

static const double powers[MOST_DECIMALS + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                                 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* The whole number next to x * 10^decimals; false: it is beyond `most`, or x is no number. */
static bool next_whole(double x, unsigned decimals, int64_t most, int64_t *v)
{
    const double y = x * powers[decimals];
    const double limit = (double)most + 1;
    if (!(y > -limit && y < limit)) {
        return false;
    }
    const int64_t whole = (int64_t)y;
    const double rest = y - (double)whole;
    *v = whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0);
    return *v <= most && *v >= -most;
}

static double nearest(int64_t v, unsigned decimals, bool use_division)
{
    int64_t power = 1;
    for (unsigned i = 0; i < decimals; i++) {
        power *= 10;
    }
    return atn_double_of_i128(atn_i128_from_i64(v), atn_i128_from_i64(power), use_division);
}

bool atn_double_to_decimal(double x, unsigned decimals, bool use_division, int64_t *v)
{
    int64_t found;
    if (decimals > MOST_DECIMALS || !next_whole(x, decimals, MOST_OF_DOUBLE, &found)) {
        return false;
    }
    *v = found;
    return (use_division ? (double)found / powers[decimals] : nearest(found, decimals, false)) == x;
}

bool atn_float_to_decimal(float x, unsigned decimals, bool use_division, int64_t *v)
{
    const double wide = (double)x;
    int64_t found;
    if (decimals > MOST_FLOAT_DECIMALS || !next_whole(wide, decimals, MOST_OF_FLOAT, &found)) {
        return false;
    }
    /* To 24 bits, ties to even. */
    const uint64_t bits = bits_of(nearest(found, decimals, use_division));
    const uint64_t rounded = (bits + UINT64_C(0x0fffffff) + (bits >> 29 & 1)) & ~UINT64_C(0x1fffffff);
    *v = found;
    return found == 0 ? wide == 0 : rounded == bits_of(wide);
}

/* ---- text ---- */

/* 2^n times a. */
static void shift_up(atn_wide *a, unsigned n)
{
    for (; n > 0; n -= n < 63 ? n : 63) {
        atn_wide_mul_u64(a, a, UINT64_C(1) << (n < 63 ? n : 63));
    }
}

/* round(x * 10^places), for places of any sign. */
static atn_wide round_at(const atn_ratio *x, int places)
{
    atn_ratio scaled = *x;
    atn_wide out;
    if (places < 0) {
        atn_wide_mul_pow10(&scaled.den, &scaled.den, (unsigned)-places);
    } else {
        atn_wide_mul_pow10(&scaled.num, &scaled.num, (unsigned)places);
    }
    atn_ratio_round(&out, &scaled, 0, ATTAIN_ROUND_HALF_EVEN);
    return out;
}

static bool gives_back(const atn_wide *v, int places, double x)
{
    atn_ratio r = {*v, atn_wide_from_u64(1)};
    atn_wide_mul_pow10(places < 0 ? &r.num : &r.den, places < 0 ? &r.num : &r.den,
                       (unsigned)(places < 0 ? -places : places));
    return atn_ratio_double(&r) == x;
}

static void print_positive(atn_buf *out, double x, int power)
{
    const attain_number_format plain = ATTAIN_NUMBERS_PLAIN;
    const uint64_t bits = bits_of(x);
    const int exponent = (int)(bits >> 52) - 1023 - 52;
    atn_ratio exact = {atn_wide_from_u64((bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52),
                       atn_wide_from_u64(1)};
    shift_up(exponent < 0 ? &exact.den : &exact.num, (unsigned)(exponent < 0 ? -exponent : exponent));
    int places = -power - 1;
    atn_wide v = round_at(&exact, places);
    while (!gives_back(&v, places, x) && places < MOST_DIGITS + 1 - power) {
        v = round_at(&exact, ++places);
    }
    if (places < 0) {
        atn_wide_mul_pow10(&v, &v, (unsigned)-places);
    }
    atn_decimal_print(out, &v, places < 0 ? 0 : (unsigned)places, &plain);
}

void atn_double_print(atn_buf *out, double x)
{
    const uint64_t bits = bits_of(x);
    const int binary = (int)(bits >> 52 & 0x7ff) - 1023;
    const int power = (binary * 1233 - (binary < 0 ? 4095 : 0)) / 4096; /* of ten, one less at most */
    if (x != x) {
        atn_buf_text(out, "NaN");
        return;
    }
    if (bits >> 63 != 0 && x != 0) {
        atn_buf_char(out, '-');
    }
    if (binary == 1024) {
        atn_buf_text(out, "infinity");
    } else if (x == 0) {
        atn_buf_char(out, '0');
    } else if (binary == -1023) {
        atn_buf_text(out, "less than 10^-307");
    } else if (power > MOST_POWER || power < -MOST_POWER) {
        atn_buf_printf(out, "about 10^%d", power);
    } else {
        print_positive(out, x < 0 ? -x : x, power);
    }
}
