/* The instance for AVX-512 of the loops of kernel_runs_body.h. */
#include "facts/kernel_runs.h"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#define NAME(x) x##_avx512
#define HAS_OWN_LENGTH
#define HAS_OWN_PACK12
#define HAS_OWN_NARROW12
#define HAS_OWN_LOOK
#define OWN_WALK_CELLS NAME(walk_cells)
#define OWN_WALK NAME(walk)
#include <immintrin.h>
#include <string.h>

/* The first n of 16 lanes, all of them from 16 on. */
static __mmask16 NAME(first)(size_t n)
{
    return (__mmask16)(n < 16 ? (1u << n) - 1 : 0xffffu);
}

/* The same of 64. */
static __mmask64 NAME(first64)(size_t n)
{
    return n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
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

static inline bool NAME(all8)(const uint8_t *items, size_t n, uint8_t item)
{
    uint64_t differs = 0;
    for (size_t i = 0; i < n; i += 64) {
        const __mmask64 here = NAME(first64)(n - i);
        differs |= _mm512_mask_cmpneq_epi8_mask(here, _mm512_maskz_loadu_epi8(here, items + i),
                                                _mm512_set1_epi8((char)item));
    }
    return differs == 0;
}

static inline bool NAME(all32)(const uint32_t *items, size_t n, uint32_t item)
{
    unsigned differs = 0;
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 here = NAME(first)(n - i);
        differs |= _mm512_mask_cmpneq_epi32_mask(here, _mm512_maskz_loadu_epi32(here, items + i),
                                                 _mm512_set1_epi32((int)item));
    }
    return differs == 0;
}

/* Each period beside the one after it. */
static unsigned NAME(look)(const atn_rows_view *rows, size_t n)
{
    const int32_t *period = rows->period;
    unsigned jumps = 0;
    unsigned falls = 0;
    for (size_t i = 0; i + 1 < n; i += 16) {
        const __mmask16 here = NAME(first)(n - 1 - i);
        const __m512i now = _mm512_maskz_loadu_epi32(here, period + i);
        const __m512i then = _mm512_maskz_loadu_epi32(here, period + i + 1);
        jumps |= _mm512_mask_cmpneq_epi32_mask(here, _mm512_sub_epi32(then, now), _mm512_set1_epi32(1));
        falls |= _mm512_mask_cmplt_epi32_mask(here, then, now);
    }
    const bool cell = (rows->cell8 == NULL || NAME(all8)(rows->cell8, n, rows->cell8[0])) &&
                      (rows->cell == NULL || NAME(all32)(rows->cell, n, rows->cell[0]));
    const bool exact = rows->qualifier == NULL || NAME(all8)(rows->qualifier, n, 0);
    return (jumps == 0 ? (unsigned)ATN_RUN_FOLLOWS : 0) | (cell ? (unsigned)ATN_RUN_CELL : 0) |
           (exact ? (unsigned)ATN_RUN_EXACT : 0) | (falls == 0 ? (unsigned)ATN_RUN_ASCENDS : 0);
}

/* The sum of each twelve of 48 that stand in six vectors. */
static inline __m256i NAME(sums)(const __m512i v[6])
{
    __m256i four[4];
    for (size_t half = 0; half < 2; half++) {
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
        for (size_t i = 0; i < 3; i++) {
            const __m512i line = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(v[2 * i])),
                                                    _mm512_cvtepi64_epi32(v[2 * i + 1]), 1);
            int32_t *to = out + 12 * y + 16 * i;
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

/* ---- walk_cells, of whole years: up to eight cells and sixteen years, eight years at a time ----
 *
 *   cells of 96 rows ──= cell?──▶ 96 bits a cell ──twelve by twelve──▶ masks
 *                                               └──sixteen by sixteen──▶ which figures close together, cell by cell
 *   cell of a row    ──1 << cell──▶ the lane that its value is added to, in one vector a year: [year][cell], turned round
 *
 * Figure by figure each reads and writes what the one before may have written, and waits for it. */
#define MOST_CELLS 8u
#define MOST_YEARS 16u
#define PIECE_YEARS 8u

/* The cells of up to 96 rows; where there is no row, no cell. */
typedef struct NAME(cells) {
    __m512i low;
    __m256i high;
} NAME(cells);

static inline NAME(cells) NAME(load_cells)(const uint8_t *cells, size_t n)
{
    const __mmask64 low = NAME(first64)(n);
    const __mmask32 high = (__mmask32)NAME(first64)(n < 64 ? 0 : n - 64);
    return (NAME(cells)){_mm512_mask_loadu_epi8(_mm512_set1_epi8(-1), low, cells),
                         _mm256_mask_loadu_epi8(_mm256_set1_epi8(-1), high, cells + (n < 64 ? 0 : 64))};
}

/* Is a row of a cell from n_cells on? All beyond the rows are. */
static inline bool NAME(any_beyond)(const uint8_t *cells, size_t n, uint32_t n_cells)
{
    uint64_t beyond = 0;
    for (size_t i = 0; i < n; i += 64) {
        const __mmask64 here = NAME(first64)(n - i);
        beyond |= _mm512_mask_cmpge_epu8_mask(here, _mm512_maskz_loadu_epi8(here, cells + i),
                                              _mm512_set1_epi8((char)n_cells));
    }
    return beyond != 0;
}

/* Masks of eight years from the 96 bits of a cell. */
static inline __m128i NAME(masks)(uint64_t low, uint64_t high)
{
    const __m512i bits = _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_set1_epi64x((long long)low)),
                                            _mm256_set1_epi64x((long long)(low >> 48 | high << 16)), 1);
    const __m512i shifted = _mm512_srlv_epi64(bits, _mm512_set_epi64(36, 24, 12, 0, 36, 24, 12, 0));
    return _mm512_cvtepi64_epi16(_mm512_and_si512(shifted, _mm512_set1_epi64(0xfff)));
}

/* Eight lines of eight turned round. */
static inline void NAME(transpose)(__m512i v[8])
{
    __m512i t[8];
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm512_unpacklo_epi64(v[i], v[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi64(v[i], v[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        for (int k = 0; k < 2; k++) {
            v[i + k] = _mm512_shuffle_i64x2(t[i + k], t[i + k + 2], 0x88);
            v[i + k + 2] = _mm512_shuffle_i64x2(t[i + k], t[i + k + 2], 0xdd);
        }
    }
    for (int k = 0; k < 4; k++) {
        t[k] = _mm512_shuffle_i64x2(v[k], v[k + 4], 0x88);
        t[k + 4] = _mm512_shuffle_i64x2(v[k], v[k + 4], 0xdd);
    }
    memcpy(v, t, sizeof t);
}

/* Wholes of n_years <= 8, a line a cell. */
static inline void NAME(wholes)(const int64_t *values, const NAME(cells) * cells, size_t n_years,
                                bool is_last, __m512i of_cell[8])
{
    const __m128i bit = _mm_set1_epi64x((long long)UINT64_C(0x8040201008040201)); /* 1, 2, 4 ... 128 */
    uint8_t lane[128];
    _mm512_storeu_si512(lane, _mm512_shuffle_epi8(_mm512_broadcast_i32x4(bit), cells->low));
    _mm256_storeu_si256((__m256i *)(void *)(lane + 64),
                        _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(bit), cells->high));
    for (size_t y = 0; y < PIECE_YEARS; y++) {
        of_cell[y] = _mm512_setzero_si512();
    }
    for (size_t y = 0; y < n_years; y++) {
        const int64_t *v = values + 12 * y;
        const uint8_t *at = lane + 12 * y;
        __m512i sum = _mm512_setzero_si512();
        if (is_last) {
#pragma GCC unroll 12
            for (int i = 0; i < 12; i++) {
                sum = _mm512_mask_mov_epi64(sum, at[i], _mm512_set1_epi64(v[i]));
            }
        } else {
#pragma GCC unroll 12
            for (int i = 0; i < 12; i++) {
                sum = _mm512_mask_add_epi64(sum, at[i], sum, _mm512_set1_epi64(v[i]));
            }
        }
        of_cell[y] = sum;
    }
    NAME(transpose)(of_cell);
}

/* The low halves of n values, and what they are or-ed. */
static inline uint64_t NAME(halves)(const int64_t *values, size_t n, int32_t *out)
{
    __m512i bits = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += 8) {
        const __m512i v = _mm512_maskz_loadu_epi64((__mmask8)NAME(first)(n - i), values + i);
        bits = _mm512_or_si512(bits, v);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm512_cvtepi64_epi32(v));
    }
    return (uint64_t)_mm512_reduce_or_epi64(bits);
}

static uint64_t NAME(walk_cells_any)(const atn_run_walk *w, uint64_t *magnitude);

static uint64_t NAME(walk_cells)(const atn_run_walk *w, uint64_t *magnitude)
{
    const size_t n_years = w->n / 12;
    uint16_t same[MOST_CELLS][MOST_YEARS * 12 / 16] = {{0}};
    int32_t half[MOST_YEARS * 12 + 16];
    __m512i most = _mm512_setzero_si512();
    if (!w->whole_years || w->n_cells > MOST_CELLS || n_years > MOST_YEARS) {
        return NAME(walk_cells_any)(w, magnitude);
    }
    if (NAME(any_beyond)(w->cell, w->n, w->n_cells)) {
        return UINT64_C(1) << 63;
    }
    const size_t first = (uint32_t)(w->period[0] - w->code_base) / 12 - w->first_year;
    const uint64_t all = NAME(halves)(w->value, w->n, half);
    for (size_t y = 0; y < n_years; y += PIECE_YEARS) {
        const size_t n_here = n_years - y < PIECE_YEARS ? n_years - y : PIECE_YEARS;
        const __mmask8 years = (__mmask8)((1u << n_here) - 1);
        const NAME(cells) c = NAME(load_cells)(w->cell + 12 * y, 12 * n_here);
        __m512i of_cell[MOST_CELLS];
        NAME(wholes)(w->value + 12 * y, &c, n_here, w->is_last, of_cell);
        for (uint32_t cell = 0; cell < w->n_cells; cell++) {
            const uint64_t low = _mm512_cmpeq_epi8_mask(c.low, _mm512_set1_epi8((char)cell));
            const uint32_t high = _mm256_cmpeq_epi8_mask(c.high, _mm256_set1_epi8((char)cell));
            const size_t block = (size_t)cell * w->n_years + first + y;
            memcpy(&same[cell][y * 12 / 16], &low, sizeof low);
            memcpy(&same[cell][y * 12 / 16 + 4], &high, sizeof high);
            _mm_mask_storeu_epi16(w->mask + block, years, NAME(masks)(low, high));
            _mm512_mask_storeu_epi64(w->whole + block, years, of_cell[cell]);
            most = _mm512_or_si512(most, of_cell[cell]);
        }
    }
    int32_t *out = w->out;
    for (uint32_t cell = 0; cell < w->n_cells; cell++) {
        for (size_t i = 0; i < w->n; i += 16) {
            const __mmask16 here = same[cell][i / 16];
            _mm512_storeu_si512(out, _mm512_maskz_compress_epi32(here, _mm512_loadu_si512(half + i)));
            out += (unsigned)__builtin_popcount(here);
        }
    }
    *magnitude |= (uint64_t)_mm512_reduce_or_epi64(most);
    return all;
}

/* ---- walk: up to sixteen rows and eight years, without a loop, which would end elsewhere each time ----
 *
 *   months of rows ──16 bits a year──▶ masks ──bits before the end of each year──▶ how many rows end there
 *   values         ──summed from the first on──▶ sum up to there, less the sum up to the year before */
#define WALK_ROWS 16u
#define WALK_YEARS 8u

/* Sixteen bits a year, eight years: the bits at places below 128. */
static inline __m128i NAME(bits_at)(__m512i place)
{
    const __m512i one = _mm512_set1_epi64(1);
    const __m512i a = _mm512_cvtepu32_epi64(_mm512_castsi512_si256(place));
    const __m512i b = _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(place, 1));
    const __m512i half = _mm512_set1_epi64(64);
    const __m512i low = _mm512_or_si512(_mm512_sllv_epi64(one, a), _mm512_sllv_epi64(one, b));
    const __m512i high = _mm512_or_si512(_mm512_sllv_epi64(one, _mm512_sub_epi64(a, half)),
                                         _mm512_sllv_epi64(one, _mm512_sub_epi64(b, half)));
    const __m512i both = _mm512_or_si512(_mm512_unpacklo_epi64(low, high), _mm512_unpackhi_epi64(low, high));
    const __m256i four = _mm256_or_si256(_mm512_castsi512_si256(both), _mm512_extracti64x4_epi64(both, 1));
    return _mm_or_si128(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
}

/* How many bits are set up to the end of each sixteen. */
static inline __m512i NAME(n_until)(__m128i bits)
{
    const __m128i of_nibble = _mm_set_epi8(4, 3, 3, 2, 3, 2, 2, 1, 3, 2, 2, 1, 2, 1, 1, 0);
    const __m128i nibble = _mm_set1_epi8(0xf);
    const __m128i low = _mm_shuffle_epi8(of_nibble, _mm_and_si128(bits, nibble));
    const __m128i high = _mm_shuffle_epi8(of_nibble, _mm_and_si128(_mm_srli_epi16(bits, 4), nibble));
    __m128i n = _mm_maddubs_epi16(_mm_add_epi8(low, high), _mm_set1_epi8(1));
    n = _mm_add_epi16(n, _mm_slli_si128(n, 2));
    n = _mm_add_epi16(n, _mm_slli_si128(n, 4));
    n = _mm_add_epi16(n, _mm_slli_si128(n, 8));
    return _mm512_cvtepu16_epi64(n);
}

/* Each with all before it. */
static inline __m512i NAME(sums_until)(__m512i v)
{
    const __m512i none = _mm512_setzero_si512();
    v = _mm512_add_epi64(v, _mm512_alignr_epi64(v, none, 7));
    v = _mm512_add_epi64(v, _mm512_alignr_epi64(v, none, 6));
    return _mm512_add_epi64(v, _mm512_alignr_epi64(v, none, 4));
}

static uint64_t NAME(walk_any)(const atn_run_walk *w, uint64_t *magnitude);

static uint64_t NAME(walk)(const atn_run_walk *w, uint64_t *magnitude)
{
    if (w->n > WALK_ROWS || w->n_years > WALK_YEARS) {
        return NAME(walk_any)(w, magnitude);
    }
    const __mmask16 here = NAME(first)(w->n);
    const __mmask8 years = (__mmask8)((1u << w->n_years) - 1);
    const __m512i none = _mm512_setzero_si512();
    const __m512i slot =
        _mm512_sub_epi32(_mm512_maskz_loadu_epi32(here, w->period), _mm512_set1_epi32(w->code_base));
    const __m512i year =
        _mm512_srli_epi32(_mm512_mullo_epi32(slot, _mm512_set1_epi32((int)w->year_factor)), 19);
    const __m512i in_year =
        _mm512_sub_epi32(slot, _mm512_mullo_epi32(year, _mm512_set1_epi32((int)w->per_year)));
    const __m512i block = _mm512_sub_epi32(year, _mm512_set1_epi32((int)w->first_year));
    const __m512i place =
        _mm512_mask_add_epi32(_mm512_set1_epi32(255), here, _mm512_slli_epi32(block, 4), in_year);
    const __m128i mask = NAME(bits_at)(place);
    const __m512i n_until = NAME(n_until)(mask);
    const __m512i a = _mm512_maskz_loadu_epi64((__mmask8)here, w->value);
    const __m512i b = _mm512_maskz_loadu_epi64((__mmask8)(here >> 8), w->value + 8);
    const __m512i last = _mm512_sub_epi64(n_until, _mm512_set1_epi64(1)); /* row of the year's end */
    __m512i whole;
    if (w->is_last) {
        const __mmask8 any = _mm512_cmpgt_epi64_mask(n_until, _mm512_alignr_epi64(n_until, none, 7));
        whole = _mm512_maskz_permutex2var_epi64(any, a, last, b);
    } else {
        const __m512i sum_a = NAME(sums_until)(a);
        const __m512i sum_b =
            _mm512_add_epi64(NAME(sums_until)(b), _mm512_permutexvar_epi64(_mm512_set1_epi64(7), sum_a));
        const __mmask8 any = _mm512_test_epi64_mask(n_until, n_until);
        const __m512i until = _mm512_maskz_permutex2var_epi64(any, sum_a, last, sum_b);
        whole = _mm512_sub_epi64(until, _mm512_alignr_epi64(until, none, 7));
    }
    _mm_mask_storeu_epi16(w->mask, years, mask);
    _mm512_mask_storeu_epi64(w->whole, years, whole);
    _mm256_storeu_si256((__m256i *)(void *)w->out, _mm512_cvtepi64_epi32(a));
    _mm256_storeu_si256((__m256i *)(void *)(w->out + 8), _mm512_cvtepi64_epi32(b));
    *magnitude |= (uint64_t)_mm512_reduce_or_epi64(whole);
    const uint64_t all = (uint64_t)_mm512_reduce_or_epi64(_mm512_or_si512(a, b));
    const bool twice = (unsigned)_mm_extract_epi16(_mm512_cvtepi64_epi16(n_until), 7) != w->n;
    return twice ? all | UINT64_C(1) << 63 : all;
}

#include "facts/kernel_runs_body.h"
#else
typedef int atn_no_kernels_here; /* a file may not be empty */
#endif
