/* The instance for AVX-512 of the loops of kernel_runs_body.h. */
#include "facts/kernel_runs.h"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#define NAME(x) x##_avx512
#define HAS_OWN_LENGTH
#define HAS_OWN_PACK12
#define HAS_OWN_NARROW12
#define HAS_OWN_CELLS12
#define OWN_CELLS12 cells12_avx512
#include <immintrin.h>

/* The first n of 16 lanes, all of them from 16 on. */
static __mmask16 NAME(first)(size_t n)
{
    return (__mmask16)(n < 16 ? (1u << n) - 1 : 0xffffu);
}

/* Where a run of ten ends is told by a mask, not by a branch that is guessed wrong each time. */
static size_t NAME(length)(const atn_rows_view *rows, size_t most)
{
    const __m512i unit = _mm512_set1_epi32((int)rows->unit[0]);
    const __m512i measure = _mm512_set1_epi32(rows->measure != NULL ? (int)rows->measure[0] : 0);
    const __m256i measure16 = _mm256_set1_epi16(rows->measure16 != NULL ? (short)rows->measure16[0] : 0);
    for (size_t n = 0; n < most; n += 16) {
        const __mmask16 here = NAME(first)(most - n);
        __mmask16 same =
            _mm512_mask_cmpeq_epi32_mask(here, _mm512_maskz_loadu_epi32(here, rows->unit + n), unit);
        if (rows->measure16 != NULL) {
            same = _mm256_mask_cmpeq_epi16_mask(same, _mm256_maskz_loadu_epi16(here, rows->measure16 + n),
                                                measure16);
        }
        if (rows->measure != NULL) {
            same = _mm512_mask_cmpeq_epi32_mask(same, _mm512_maskz_loadu_epi32(here, rows->measure + n),
                                                measure);
        }
        if (same != 0xffff) {
            return n + (unsigned)__builtin_ctz(~(unsigned)same);
        }
    }
    return most;
}

/* The sum of each twelve of 48 that stand in six vectors. */
static inline __m256i NAME(sums)(const __m512i v[6])
{
    __m256i four[4];
    for (int half = 0; half < 2; half++) {
        const __m512i *w = v + 3 * half;
        const __m256i low =
            _mm256_add_epi64(_mm512_castsi512_si256(w[0]), _mm512_extracti64x4_epi64(w[0], 1));
        const __m256i high =
            _mm256_add_epi64(_mm512_castsi512_si256(w[2]), _mm512_extracti64x4_epi64(w[2], 1));
        four[2 * half] = _mm256_add_epi64(low, _mm512_castsi512_si256(w[1]));
        four[2 * half + 1] = _mm256_add_epi64(high, _mm512_extracti64x4_epi64(w[1], 1));
    }
    const __m256i ab =
        _mm256_add_epi64(_mm256_unpacklo_epi64(four[0], four[1]), _mm256_unpackhi_epi64(four[0], four[1]));
    const __m256i cd =
        _mm256_add_epi64(_mm256_unpacklo_epi64(four[2], four[3]), _mm256_unpackhi_epi64(four[2], four[3]));
    return _mm256_add_epi64(_mm256_permute2x128_si256(ab, cd, 0x20), _mm256_permute2x128_si256(ab, cd, 0x31));
}

/* Four years at a time are 192 bytes: where they begin at a line they are written past the caches, in whole lines. Nobody reads them
 * before the load is over, and a line that is not read before it is written costs half. */
static uint64_t NAME(narrow12)(const int64_t *restrict values, size_t n_years, bool is_last,
                               int32_t *restrict out, int64_t *restrict whole)
{
    const bool in_lines = ((uintptr_t)out & 63) == 0;
    __m512i bits = _mm512_setzero_si512();
    size_t y = 0;
    for (; y + 4 <= n_years; y += 4) {
        __m512i v[6];
        for (int i = 0; i < 6; i++) {
            v[i] = _mm512_loadu_si512(values + 12 * y + 8 * (size_t)i);
            bits = _mm512_or_si512(bits, v[i]);
        }
        for (int i = 0; i < 3; i++) {
            const __m512i line = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(v[2 * i])),
                                                    _mm512_cvtepi64_epi32(v[2 * i + 1]), 1);
            int32_t *to = out + 12 * y + 16 * (size_t)i;
            if (in_lines) {
                _mm512_stream_si512((__m512i *)(void *)to, line);
            } else {
                _mm512_storeu_si512(to, line);
            }
        }
        _mm256_storeu_si256((__m256i *)(void *)(whole + y), NAME(sums)(v));
    }
    uint64_t all = (uint64_t)_mm512_reduce_or_epi64(bits);
    for (size_t i = 12 * y; i < 12 * n_years; i++) {
        all |= (uint64_t)values[i];
        out[i] = (int32_t)(uint32_t)(uint64_t)values[i];
    }
    for (; y < n_years; y++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < 12; i++) {
            sum += (uint64_t)values[12 * y + i];
        }
        whole[y] = (int64_t)sum;
    }
    for (y = 0; is_last && y < n_years; y++) {
        whole[y] = values[12 * y + 11];
    }
    return all;
}

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

/* Masks and wholes figure by figure: a month's block is hardly ever that of the month before, so that they do not wait for each other.
 * Figures cell by cell, sixteen at a time: which of them are the cell's, and these close together. */
static bool NAME(cells12)(const int64_t *restrict values, const uint8_t *restrict cells, size_t n_years,
                          uint32_t n_cells, bool is_last, size_t stride, int32_t *restrict out,
                          uint16_t *restrict mask, int64_t *restrict whole, uint64_t *all,
                          uint64_t *magnitude)
{
    const size_t n = 12 * n_years;
    __mmask16 beyond = 0;
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 here = NAME(first)(n - i);
        beyond |= _mm_mask_cmpge_epu8_mask(here, _mm_maskz_loadu_epi8(here, cells + i),
                                           _mm_set1_epi8((char)n_cells));
    }
    if (beyond != 0) {
        return false;
    }
    uint64_t bits = 0;
    for (size_t y = 0; y < n_years; y++) {
        for (size_t s = 0; s < 12; s++) {
            const int64_t v = values[12 * y + s];
            const size_t block = cells[12 * y + s] * stride + y;
            mask[block] = (uint16_t)(mask[block] | 1u << s);
            whole[block] = is_last ? v : (int64_t)((uint64_t)whole[block] + (uint64_t)v);
            bits |= (uint64_t)v;
        }
    }
    for (uint32_t cell = 0; cell < n_cells; cell++) {
        for (size_t i = 0; i < n; i += 16) {
            const __mmask16 here = NAME(first)(n - i);
            const __mmask16 of_cell = _mm_mask_cmpeq_epi8_mask(here, _mm_maskz_loadu_epi8(here, cells + i),
                                                               _mm_set1_epi8((char)cell));
            const __m512i low = _mm512_maskz_loadu_epi64((__mmask8)here, values + i);
            const __m512i high = _mm512_maskz_loadu_epi64((__mmask8)(here >> 8), values + i + 8);
            const __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(low)),
                                                    _mm512_cvtepi64_epi32(high), 1);
            _mm512_storeu_si512(out, _mm512_maskz_compress_epi32(of_cell, both));
            out += (unsigned)__builtin_popcount(of_cell);
        }
    }
    uint64_t most = 0;
    for (uint32_t cell = 0; cell < n_cells; cell++, whole += stride) {
        for (size_t y = 0; y < n_years; y++) {
            most |= (uint64_t)(whole[y] < 0 ? -whole[y] : whole[y]);
        }
    }
    *all = bits;
    *magnitude |= most;
    return true;
}

#include "facts/kernel_runs_body.h"
#else
typedef int atn_no_kernels_here; /* a file may not be empty */
#endif
