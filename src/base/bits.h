/* Counting bits, and finding them in small masks, without the processor instructions that not every one has. */
#ifndef ATN_BASE_BITS_H
#define ATN_BASE_BITS_H

#include <stdint.h>

static inline unsigned atn_count_bits16(unsigned bits)
{
    bits = bits - (bits >> 1 & 0x5555u);
    bits = (bits & 0x3333u) + (bits >> 2 & 0x3333u);
    bits = (bits + (bits >> 4)) & 0x0f0fu;
    return (bits + (bits >> 8)) & 0x1fu;
}

static inline unsigned atn_count_bits64(uint64_t bits)
{
    bits = bits - (bits >> 1 & UINT64_C(0x5555555555555555));
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (unsigned)(bits * UINT64_C(0x0101010101010101) >> 56);
}

/* bits != 0, below 2^16. */
static inline unsigned atn_lowest_bit(unsigned bits)
{
    return atn_count_bits16(((bits & (0u - bits)) - 1u) & 0xffffu);
}

/* bits != 0, below 2^16. */
static inline unsigned atn_highest_bit(unsigned bits)
{
    bits |= bits >> 1;
    bits |= bits >> 2;
    bits |= bits >> 4;
    bits |= bits >> 8;
    return atn_count_bits16(bits) - 1;
}

#endif
