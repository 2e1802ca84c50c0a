/* Random numbers for properties: xoshiro256** seeded by splitmix64. The seed is part of the test, so a failure comes again. */
#ifndef TEST_RNG_H
#define TEST_RNG_H

#include <stdint.h>

typedef struct rng {
    uint64_t s[4];
} rng;

static inline uint64_t rng_splitmix(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline rng rng_new(uint64_t seed)
{
    rng r;
    for (int i = 0; i < 4; i++) {
        r.s[i] = rng_splitmix(&seed);
    }
    return r;
}

static inline uint64_t rng_rotate(uint64_t x, unsigned n)
{
    return (x << n) | (x >> (64 - n));
}

static inline uint64_t rng_next(rng *r)
{
    const uint64_t result = rng_rotate(r->s[1] * 5, 7) * 9;
    const uint64_t t = r->s[1] << 17;
    r->s[2] ^= r->s[0];
    r->s[3] ^= r->s[1];
    r->s[1] ^= r->s[2];
    r->s[0] ^= r->s[3];
    r->s[2] ^= t;
    r->s[3] = rng_rotate(r->s[3], 45);
    return result;
}

/* 0 ... n - 1; n > 0. */
static inline uint64_t rng_below(rng *r, uint64_t n)
{
    return rng_next(r) % n;
}

/* low ... high, both included. */
static inline int64_t rng_between(rng *r, int64_t low, int64_t high)
{
    const uint64_t n_values = (uint64_t)high - (uint64_t)low + 1;
    const uint64_t step = n_values == 0 ? rng_next(r) : rng_below(r, n_values);
    return (int64_t)((uint64_t)low + step);
}

/* A number of random length (0 to 64 bits), so that small ones and edges come as often as large ones; now and then 2^k or 2^k - 1. */
static inline uint64_t rng_any_size(rng *r)
{
    const unsigned bits = (unsigned)rng_below(r, 65);
    const unsigned kind = (unsigned)rng_below(r, 8);
    if (bits == 0) {
        return 0;
    }
    const uint64_t all = UINT64_MAX >> (64 - bits);
    if (kind == 0) {
        return all;
    }
    return kind == 1 ? UINT64_C(1) << (bits - 1) : rng_next(r) & all;
}

/* The same with a sign; INT64_MIN and INT64_MAX among them. */
static inline int64_t rng_any_signed(rng *r)
{
    return (int64_t)rng_any_size(r);
}

#endif
