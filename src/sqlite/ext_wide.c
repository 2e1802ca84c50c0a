/* Whole numbers of 256 bits, by schoolbook methods: they work once a group of rows, not once a row. */
#include "sqlite/ext_wide.h"

#include <string.h>

enum { LIMBS = 4 };

ext_wide atn_ext_wide_of(uint64_t v)
{
    return (ext_wide){{v, 0, 0, 0}};
}

/* a * b + carry in two halves. */
static uint64_t multiply(uint64_t a, uint64_t b, uint64_t carry, uint64_t *high)
{
    const uint64_t a_low = (uint32_t)a;
    const uint64_t a_high = a >> 32;
    const uint64_t b_low = (uint32_t)b;
    const uint64_t b_high = b >> 32;
    const uint64_t low = a_low * b_low;
    const uint64_t middle = a_high * b_low + (low >> 32);
    const uint64_t other = a_low * b_high + (uint32_t)middle;
    const uint64_t product = other << 32 | (uint32_t)low;
    *high = a_high * b_high + (middle >> 32) + (other >> 32) + (product + carry < carry);
    return product + carry;
}

ext_wide atn_ext_wide_product(uint64_t a, uint64_t b)
{
    ext_wide out = {{0, 0, 0, 0}};
    out.limb[0] = multiply(a, b, 0, &out.limb[1]);
    return out;
}

ext_wide atn_ext_wide_add(const ext_wide *a, const ext_wide *b)
{
    ext_wide out;
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        const uint64_t sum = a->limb[i] + carry;
        carry = sum < carry;
        out.limb[i] = sum + b->limb[i];
        carry += out.limb[i] < sum;
    }
    return out;
}

ext_wide atn_ext_wide_subtract(const ext_wide *a, const ext_wide *b)
{
    ext_wide out;
    uint64_t borrow = 0;
    for (int i = 0; i < LIMBS; i++) {
        const uint64_t less = a->limb[i] - borrow;
        borrow = a->limb[i] < borrow;
        out.limb[i] = less - b->limb[i];
        borrow += less < b->limb[i];
    }
    return out;
}

ext_wide atn_ext_wide_times(const ext_wide *a, uint64_t b)
{
    ext_wide out;
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        out.limb[i] = multiply(a->limb[i], b, carry, &carry);
    }
    return out;
}

int atn_ext_wide_compare(const ext_wide *a, const ext_wide *b)
{
    for (int i = LIMBS - 1; i >= 0; i--) {
        if (a->limb[i] != b->limb[i]) {
            return a->limb[i] < b->limb[i] ? -1 : 1;
        }
    }
    return 0;
}

bool atn_ext_wide_is_zero(const ext_wide *a)
{
    return (a->limb[0] | a->limb[1] | a->limb[2] | a->limb[3]) == 0;
}

ext_wide atn_ext_wide_size(const ext_wide *a, bool *negative)
{
    const ext_wide zero = {{0, 0, 0, 0}};
    *negative = a->limb[LIMBS - 1] >> 63 != 0;
    return *negative ? atn_ext_wide_subtract(&zero, a) : *a;
}

/* How many bits a has without leading zeros. */
static unsigned n_bits(const ext_wide *a)
{
    for (int i = LIMBS - 1; i >= 0; i--) {
        for (unsigned bit = 64; bit > 0; bit--) {
            if (a->limb[i] >> (bit - 1) != 0) {
                return (unsigned)i * 64 + bit;
            }
        }
    }
    return 0;
}

static ext_wide shifted(const ext_wide *a, unsigned n)
{
    ext_wide out = {{0, 0, 0, 0}};
    for (unsigned i = n / 64; i < LIMBS; i++) {
        const unsigned from = i - n / 64;
        out.limb[i] = a->limb[from] << n % 64;
        if (n % 64 != 0 && from > 0) {
            out.limb[i] |= a->limb[from - 1] >> (64 - n % 64);
        }
    }
    return out;
}

static void halve(ext_wide *a)
{
    for (int i = 0; i < LIMBS; i++) {
        a->limb[i] = a->limb[i] >> 1 | (i + 1 < LIMBS ? a->limb[i + 1] << 63 : 0);
    }
}

ext_wide atn_ext_wide_divide(const ext_wide *a, const ext_wide *b, ext_wide *rest)
{
    ext_wide quotient = {{0, 0, 0, 0}};
    ext_wide left = *a;
    const unsigned longer = n_bits(a) > n_bits(b) ? n_bits(a) - n_bits(b) : 0;
    ext_wide step = shifted(b, longer);
    for (unsigned bit = longer + 1; bit-- > 0;) {
        if (atn_ext_wide_compare(&left, &step) >= 0) {
            left = atn_ext_wide_subtract(&left, &step);
            quotient.limb[bit / 64] |= UINT64_C(1) << bit % 64;
        }
        halve(&step);
    }
    *rest = left;
    return quotient;
}

ext_wide atn_ext_wide_gcd(ext_wide a, ext_wide b)
{
    while (!atn_ext_wide_is_zero(&b)) {
        ext_wide rest;
        (void)atn_ext_wide_divide(&a, &b, &rest);
        a = b;
        b = rest;
    }
    return a;
}

/* The quotient is taken with 55 or 56 bits, of which 53 are kept; the rest of the division says which side of a tie it is. The result is
 * never subnormal and never too large, so it is put together from its bits. */
double atn_ext_wide_double(const ext_wide *a, const ext_wide *b)
{
    if (atn_ext_wide_is_zero(a)) {
        return 0;
    }
    const int up = 55 + (int)n_bits(b) - (int)n_bits(a);
    const ext_wide num = shifted(a, up > 0 ? (unsigned)up : 0);
    const ext_wide den = shifted(b, up < 0 ? (unsigned)-up : 0);
    ext_wide rest;
    const ext_wide quotient = atn_ext_wide_divide(&num, &den, &rest);
    const unsigned extra = n_bits(&quotient) - 53;
    const uint64_t below = quotient.limb[0] & ((UINT64_C(1) << extra) - 1);
    const uint64_t tie = UINT64_C(1) << (extra - 1);
    uint64_t mantissa = quotient.limb[0] >> extra;
    int exponent = 52 + (int)extra - up;
    const bool more = !atn_ext_wide_is_zero(&rest);
    if (below > tie || (below == tie && (more || (mantissa & 1) != 0))) {
        mantissa++;
        if (mantissa >> 53 != 0) {
            mantissa >>= 1;
            exponent++;
        }
    }
    const uint64_t bits = (uint64_t)(exponent + 1023) << 52 | (mantissa & ((UINT64_C(1) << 52) - 1));
    double out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

/* a / 10^9 in place, and what is left. */
static uint32_t divide_by_billion(ext_wide *a)
{
    uint64_t rest = 0;
    for (int i = LIMBS - 1; i >= 0; i--) {
        const uint64_t high = rest << 32 | a->limb[i] >> 32;
        const uint64_t low = (high % 1000000000u) << 32 | (uint32_t)a->limb[i];
        a->limb[i] = (high / 1000000000u) << 32 | low / 1000000000u;
        rest = low % 1000000000u;
    }
    return (uint32_t)rest;
}

size_t atn_ext_wide_print(const ext_wide *a, char out[EXT_WIDE_DIGITS])
{
    char digits[EXT_WIDE_DIGITS + 9];
    size_t n = 0;
    ext_wide left = *a;
    do {
        uint32_t nine = divide_by_billion(&left);
        for (int i = 0; i < 9; i++, nine /= 10) {
            digits[n++] = (char)('0' + nine % 10);
        }
    } while (!atn_ext_wide_is_zero(&left));
    while (n > 1 && digits[n - 1] == '0') {
        n--;
    }
    for (size_t i = 0; i < n; i++) {
        out[i] = digits[n - 1 - i];
    }
    out[n] = '\0';
    return n;
}
