/* Fractions by the book: cross multiplication and Euclid. See frac.h. */
#include "frac.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static wide_int magnitude(wide_int a)
{
    return a < 0 ? -a : a;
}

static int bits(wide_int a)
{
    int n = 0;
    for (a = magnitude(a); a != 0; a >>= 1) {
        n++;
    }
    return n;
}

static void too_large(void)
{
    fprintf(stderr, "oracle: a fraction outgrew 128 bits; the generator must keep its numbers smaller\n");
    abort();
}

static wide_int times(wide_int a, wide_int b)
{
    if (bits(a) + bits(b) > 126) {
        too_large();
    }
    return a * b;
}

static frac reduced(wide_int n, wide_int d)
{
    if (d == 0) {
        fprintf(stderr, "oracle: division by zero\n");
        abort();
    }
    wide_int a = magnitude(n);
    wide_int b = magnitude(d);
    while (b != 0) {
        const wide_int rest = a % b;
        a = b;
        b = rest;
    }
    if (d < 0) {
        a = -a;
    }
    return (frac){n / a, d / a};
}

frac frac_of(int64_t n, int64_t d)
{
    return reduced(n, d);
}

frac frac_decimal(int64_t value, int decimals)
{
    wide_int d = 1;
    for (int i = 0; i < decimals; i++) {
        d *= 10;
    }
    return reduced(value, d);
}

frac frac_add(frac a, frac b)
{
    const wide_int x = times(a.n, b.d);
    const wide_int y = times(b.n, a.d);
    return reduced(x + y, times(a.d, b.d));
}

frac frac_sub(frac a, frac b)
{
    return frac_add(a, (frac){-b.n, b.d});
}

frac frac_mul(frac a, frac b)
{
    return reduced(times(a.n, b.n), times(a.d, b.d));
}

frac frac_div(frac a, frac b)
{
    return reduced(times(a.n, b.d), times(a.d, b.n));
}

int frac_sign(frac a)
{
    return (a.n > 0) - (a.n < 0);
}

int frac_compare(frac a, frac b)
{
    const wide_int x = times(a.n, b.d);
    const wide_int y = times(b.n, a.d);
    return (x > y) - (x < y);
}

frac frac_floor(frac a)
{
    wide_int q = a.n / a.d;
    if (a.n % a.d < 0) {
        q--;
    }
    return (frac){q, 1};
}

frac frac_ceil(frac a)
{
    const frac down = frac_floor((frac){-a.n, a.d});
    return (frac){-down.n, 1};
}

frac frac_round(frac a, int decimals)
{
    const frac unit = frac_decimal(1, decimals);
    const frac half = frac_of(1, 2);
    const frac size = frac_div((frac){magnitude(a.n), a.d}, unit);
    const frac whole = frac_floor(frac_add(size, half));
    const frac back = frac_mul(whole, unit);
    return a.n < 0 ? (frac){-back.n, back.d} : back;
}

static char *digits(wide_int a, char *at)
{
    *--at = '\0';
    do {
        *--at = (char)('0' + (int)(a % 10));
        a /= 10;
    } while (a != 0);
    return at;
}

void frac_print(frac a, char *out, size_t cap)
{
    char up[48];
    char down[48];
    const char *const n = digits(magnitude(a.n), up + sizeof up);
    const char *const d = digits(a.d, down + sizeof down);
    if (a.d == 1) {
        snprintf(out, cap, "%s%s", a.n < 0 ? "-" : "", n);
    } else {
        snprintf(out, cap, "%s%s/%s", a.n < 0 ? "-" : "", n, d);
    }
}

/* q = floor(|n| * 2^shift / d) is brought to exactly 54 bits by choosing shift; bit 0 of q is then the half, the rest is sticky. */
double frac_to_double(frac a)
{
    if (a.n == 0) {
        return 0;
    }
    wide_int n = magnitude(a.n);
    wide_int d = a.d;
    int shift = 54 - (bits(n) - bits(d));
    if (bits(n) + (shift > 0 ? shift : 0) > 126 || bits(d) + (shift < 0 ? -shift : 0) > 126) {
        too_large();
    }
    n = shift > 0 ? n << shift : n;
    d = shift < 0 ? d << -shift : d;
    wide_int q = n / d;
    bool sticky = n % d != 0;
    while (bits(q) > 54) {
        sticky = sticky || (q & 1) != 0;
        q >>= 1;
        shift--;
    }
    wide_int m = q >> 1;
    if ((q & 1) != 0 && (sticky || (m & 1) != 0)) {
        m++;
    }
    const double size = ldexp((double)(int64_t)m, 1 - shift);
    return a.n < 0 ? -size : size;
}

end end_at(frac a)
{
    return (end){0, a};
}

end end_infinite(int sign)
{
    return (end){sign, {0, 1}};
}

int end_compare(end a, end b)
{
    if (a.infinite != 0 || b.infinite != 0) {
        return (a.infinite > b.infinite) - (a.infinite < b.infinite);
    }
    return frac_compare(a.at, b.at);
}

end end_add(end a, end b)
{
    if (a.infinite != 0 || b.infinite != 0) {
        return end_infinite(a.infinite != 0 ? a.infinite : b.infinite);
    }
    return end_at(frac_add(a.at, b.at));
}

end end_scale(end a, frac factor)
{
    return a.infinite != 0 ? end_infinite(a.infinite * frac_sign(factor)) : end_at(frac_mul(a.at, factor));
}

range range_point(frac a)
{
    return (range){end_at(a), end_at(a)};
}

range range_all(bool any_sign)
{
    return (range){any_sign ? end_infinite(-1) : end_at(frac_of(0, 1)), end_infinite(1)};
}

range range_add(range a, range b)
{
    return (range){end_add(a.low, b.low), end_add(a.high, b.high)};
}

range range_scale(range a, frac factor)
{
    if (frac_sign(factor) == 0) {
        return range_point(factor);
    }
    const end x = end_scale(a.low, factor);
    const end y = end_scale(a.high, factor);
    return frac_sign(factor) > 0 ? (range){x, y} : (range){y, x};
}

static end smaller(end a, end b)
{
    return end_compare(a, b) <= 0 ? a : b;
}

static end larger(end a, end b)
{
    return end_compare(a, b) >= 0 ? a : b;
}

range range_min(range a, range b)
{
    return (range){smaller(a.low, b.low), smaller(a.high, b.high)};
}

range range_max(range a, range b)
{
    return (range){larger(a.low, b.low), larger(a.high, b.high)};
}

bool range_is_point(range a)
{
    return a.low.infinite == 0 && a.high.infinite == 0 && frac_compare(a.low.at, a.high.at) == 0;
}
