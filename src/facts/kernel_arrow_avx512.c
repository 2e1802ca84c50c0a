/* The instance for AVX-512 of the loops of kernel_arrow_body.h, and a way of its own for small dictionaries: a year's months, a plan's measures. */
#include "facts/kernel_arrow.h"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#define NAME(x) x##_avx512
#define OWN_CODES small_or_any_codes
#include <immintrin.h>

static uint32_t small_or_any_codes(const atn_arrow_indices *x, size_t n, const uint32_t *map, uint32_t bad,
                                   uint32_t *out);

#include "facts/kernel_arrow_body.h"

/* A map of up to 128 codes in eight registers. */
typedef struct small_map {
    __m512i part[8];
    __m512i n_map, bad;
} small_map;

static inline __m512i look_up(const small_map *map, __m512i at)
{
    const __mmask16 in_32 = _mm512_test_epi32_mask(at, _mm512_set1_epi32(32));
    const __mmask16 in_64 = _mm512_test_epi32_mask(at, _mm512_set1_epi32(64));
    const __m512i a = _mm512_permutex2var_epi32(map->part[0], at, map->part[1]);
    const __m512i b = _mm512_permutex2var_epi32(map->part[2], at, map->part[3]);
    const __m512i c = _mm512_permutex2var_epi32(map->part[4], at, map->part[5]);
    const __m512i d = _mm512_permutex2var_epi32(map->part[6], at, map->part[7]);
    const __m512i low = _mm512_mask_blend_epi32(in_32, a, b);
    const __m512i high = _mm512_mask_blend_epi32(in_32, c, d);
    return _mm512_mask_blend_epi32(_mm512_cmplt_epu32_mask(at, map->n_map), map->bad,
                                   _mm512_mask_blend_epi32(in_64, low, high));
}

/* Sixteen indices; negative ones are large. */
static inline __m512i indices_at(const void *items, unsigned width, size_t i)
{
    const char *at = (const char *)items + i * width;
    switch (width) {
    case 1: return _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)at));
    case 2: return _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(const void *)at));
    default: return _mm512_loadu_si512(at);
    }
}

static inline uint32_t small_codes(const void *items, unsigned width, size_t n, const small_map *map,
                                   uint32_t *out)
{
    __m512i all = _mm512_setzero_si512();
    for (size_t i = 0; i + 16 <= n; i += 16) {
        const __m512i codes = look_up(map, indices_at(items, width, i));
        _mm512_storeu_si512(out + i, codes);
        all = _mm512_or_si512(all, codes);
    }
    return (uint32_t)_mm512_reduce_or_epi32(all);
}

static uint32_t small_or_any_codes(const atn_arrow_indices *x, size_t n, const uint32_t *map, uint32_t bad,
                                   uint32_t *out)
{
    small_map small;
    uint32_t all = 0;
    const size_t n_here = n / 16 * 16;
    if (x->n_map > ATN_ARROW_SMALL_MAP || x->width == 8) {
        return NAME(codes)(x, n, map, bad, out);
    }
    for (size_t i = 0; i < 8; i++) {
        small.part[i] = _mm512_loadu_si512(map + 16 * i);
    }
    small.n_map = _mm512_set1_epi32((int)atn_arrow_limit(x));
    small.bad = _mm512_set1_epi32((int)bad);
    switch (x->width) { /* a loop for each */
    case 1: all = small_codes(x->items, 1, n_here, &small, out); break;
    case 2: all = small_codes(x->items, 2, n_here, &small, out); break;
    default: all = small_codes(x->items, 4, n_here, &small, out); break;
    }
    const atn_arrow_indices rest = {(const char *)x->items + n_here * x->width, x->width, x->is_signed,
                                    x->n_map};
    return all | NAME(codes)(&rest, n - n_here, map, bad, out + n_here);
}
#else
typedef int atn_no_kernels_here; /* a file may not be empty */
#endif
