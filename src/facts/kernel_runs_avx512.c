/* The instance for AVX-512 of the loops of kernel_runs_body.h. */
#include "facts/kernel_runs.h"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#define NAME(x) x##_avx512
#define HAS_OWN_PACK12
#include <immintrin.h>

/* Compilers do not find the instruction that drops what a mask leaves out. */
static size_t NAME(pack12)(const int64_t *restrict items, size_t n_blocks, bool is_last,
                           uint16_t *restrict mask, int64_t *restrict whole, int32_t *restrict out,
                           uint64_t *magnitude)
{
    const __m512i absent = _mm512_set1_epi64(ATN_ABSENT);
    size_t next = 0;
    uint64_t all = 0;
    for (size_t b = 0; b < n_blocks; b++, items += 12) {
        const __m512i low = _mm512_loadu_si512(items);
        const __m512i high = _mm512_maskz_loadu_epi64(0xf, items + 8);
        const __mmask8 in_low = _mm512_cmpneq_epi64_mask(low, absent);
        const __mmask8 in_high = _mm512_mask_cmpneq_epi64_mask(0xf, high, absent);
        const unsigned bits = (unsigned)in_low | (unsigned)in_high << 8;
        _mm256_storeu_si256((__m256i *)(void *)(out + next),
                            _mm512_cvtepi64_epi32(_mm512_maskz_compress_epi64(in_low, low)));
        next += (unsigned)__builtin_popcount(in_low);
        _mm256_storeu_si256((__m256i *)(void *)(out + next),
                            _mm512_cvtepi64_epi32(_mm512_maskz_compress_epi64(in_high, high)));
        next += (unsigned)__builtin_popcount(in_high);
        mask[b] = (uint16_t)bits;
        if (is_last) {
            whole[b] = bits != 0 ? items[31 - __builtin_clz(bits)] : 0;
        } else {
            whole[b] = _mm512_reduce_add_epi64(
                _mm512_add_epi64(_mm512_maskz_mov_epi64(in_low, low), _mm512_maskz_mov_epi64(in_high, high)));
        }
        all |= (uint64_t)(whole[b] < 0 ? -whole[b] : whole[b]);
    }
    *magnitude |= all;
    return next;
}

#include "facts/kernel_runs_body.h"
#else
typedef int atn_no_kernels_here; /* a file may not be empty */
#endif
