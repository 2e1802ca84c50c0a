/* Slow numbers: whole numbers >= 0 in base 10^9, by the methods of a school book. The oracle of the wide integers: another base,
 * other loops, no shared code. 128 digits are 1152 decimal ones, 3800 bits: more than any product in the tests. */
#ifndef TEST_SLOW_H
#define TEST_SLOW_H

#include "number/wide.h"
#include <stdio.h>
#include <stdlib.h>

#define SLOW_BASE UINT32_C(1000000000)
#define SLOW_CAP 128

typedef struct slow {
    unsigned n;
    uint32_t digit[SLOW_CAP]; /* least significant first */
} slow;

/* x = x * factor + addend; both below 2^32. */
static inline void slow_step(slow *x, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;
    for (unsigned i = 0; i < x->n; i++) {
        carry += (uint64_t)x->digit[i] * factor;
        x->digit[i] = (uint32_t)(carry % SLOW_BASE);
        carry /= SLOW_BASE;
    }
    while (carry != 0) {
        if (x->n == SLOW_CAP) {
            abort();
        }
        x->digit[x->n++] = (uint32_t)(carry % SLOW_BASE);
        carry /= SLOW_BASE;
    }
}

static inline slow slow_of_u64(uint64_t v)
{
    slow x = {0};
    slow_step(&x, 1, (uint32_t)(v >> 32));
    slow_step(&x, UINT32_C(1) << 31, 0);
    slow_step(&x, 2, 0);
    slow_step(&x, 1, (uint32_t)v);
    return x;
}

/* The magnitude, limb by limb in pieces of at most 16 bits. */
static inline slow slow_of_wide(const atn_wide *a)
{
    slow x = {0};
    for (unsigned i = a->n; i-- > 0;) {
        const uint64_t limb = a->limb[i];
        for (unsigned bits = ATN_LIMB_BITS; bits > 0;) {
            const unsigned piece = bits < 16 ? bits : 16;
            bits -= piece;
            slow_step(&x, UINT32_C(1) << piece, (uint32_t)(limb >> bits) & ((UINT32_C(1) << piece) - 1));
        }
    }
    return x;
}

static inline int slow_compare(const slow *a, const slow *b)
{
    if (a->n != b->n) {
        return a->n < b->n ? -1 : 1;
    }
    for (unsigned i = a->n; i-- > 0;) {
        if (a->digit[i] != b->digit[i]) {
            return a->digit[i] < b->digit[i] ? -1 : 1;
        }
    }
    return 0;
}

static inline slow slow_add(const slow *a, const slow *b)
{
    slow x = {0};
    uint32_t carry = 0;
    for (unsigned i = 0; i < a->n || i < b->n || carry != 0; i++) {
        if (i == SLOW_CAP) {
            abort();
        }
        const uint32_t sum = (i < a->n ? a->digit[i] : 0) + (i < b->n ? b->digit[i] : 0) + carry;
        x.digit[x.n++] = sum % SLOW_BASE;
        carry = sum / SLOW_BASE;
    }
    return x;
}

/* a - b, a >= b. */
static inline slow slow_subtract(const slow *a, const slow *b)
{
    slow x = *a;
    uint32_t borrow = 0;
    for (unsigned i = 0; i < a->n; i++) {
        const uint32_t take = (i < b->n ? b->digit[i] : 0) + borrow;
        borrow = a->digit[i] < take;
        x.digit[i] = a->digit[i] + (borrow ? SLOW_BASE : 0) - take;
    }
    while (x.n > 0 && x.digit[x.n - 1] == 0) {
        x.n--;
    }
    return x;
}

static inline slow slow_multiply(const slow *a, const slow *b)
{
    slow x = {0};
    if (a->n + b->n > SLOW_CAP) {
        abort();
    }
    for (unsigned i = 0; i < a->n; i++) {
        uint64_t carry = 0;
        for (unsigned j = 0; j < b->n || carry != 0; j++) {
            carry += x.digit[i + j] + (uint64_t)a->digit[i] * (j < b->n ? b->digit[j] : 0);
            x.digit[i + j] = (uint32_t)(carry % SLOW_BASE);
            carry /= SLOW_BASE;
        }
    }
    x.n = a->n + b->n;
    while (x.n > 0 && x.digit[x.n - 1] == 0) {
        x.n--;
    }
    return x;
}

static inline slow slow_power(uint32_t base, unsigned exponent)
{
    slow x = slow_of_u64(1);
    while (exponent-- > 0) {
        slow_step(&x, base, 0);
    }
    return x;
}

/* Base 10 text, with NUL. */
static inline void slow_text(const slow *a, char text[9 * SLOW_CAP + 2])
{
    int at = snprintf(text, 16, "%lu", a->n == 0 ? 0UL : (unsigned long)a->digit[a->n - 1]);
    for (unsigned i = a->n; i > 1; i--) {
        at += snprintf(text + at, 16, "%09lu", (unsigned long)a->digit[i - 2]);
    }
}

#endif
