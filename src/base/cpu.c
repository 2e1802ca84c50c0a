/* Cpu: see cpu.h. A level needs two yeses: the processor has the instructions (cpuid), and the system saves their registers when
 * it switches threads (xgetbv). The compiler's own __builtin_cpu_supports answers the same, but keeps its answer in a global. */
#include "base/cpu.h"

#include <attain/attain.h>

#include <stdbool.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>

/* Leaf 1, ecx. */
#define HAS_XGETBV (1U << 27)
#define HAS_AVX (1U << 28)
/* Leaf 7, ebx. The kernels for AVX-512 use its F, DQ, BW and VL; every server processor since 2017 with one has all four. */
#define HAS_AVX2 (1U << 5)
#define HAS_AVX512 (1U << 16 | 1U << 17 | 1U << 30 | 1U << 31)
/* Register 0 of xgetbv: xmm and ymm; and for AVX-512 the masks, the upper halves of zmm0-15, and zmm16-31. */
#define SAVES_YMM 0x06U
#define SAVES_ZMM 0xe6U

static unsigned saved_registers(void)
{
    unsigned low;
    unsigned high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    (void)high;
    return low;
}

static bool has_all(unsigned word, unsigned bits)
{
    return (word & bits) == bits;
}

static atn_vector_level best_level(bool avx512_allowed)
{
    unsigned eax;
    unsigned ebx;
    unsigned ecx;
    unsigned edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !has_all(ecx, HAS_XGETBV | HAS_AVX)) {
        return ATN_VECTOR_PORTABLE;
    }
    if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || !has_all(ebx, HAS_AVX2)) {
        return ATN_VECTOR_PORTABLE;
    }
    const unsigned saved = saved_registers();
    if (!has_all(saved, SAVES_YMM)) {
        return ATN_VECTOR_PORTABLE;
    }
    return avx512_allowed && has_all(ebx, HAS_AVX512) && has_all(saved, SAVES_ZMM) ? ATN_VECTOR_AVX512
                                                                                   : ATN_VECTOR_AVX2;
}
#else
static atn_vector_level best_level(bool avx512_allowed)
{
    (void)avx512_allowed;
    return ATN_VECTOR_PORTABLE;
}
#endif

atn_vector_level atn_cpu_level(uint32_t tuning)
{
    return tuning & ATTAIN_TUNE_PORTABLE ? ATN_VECTOR_PORTABLE : best_level(!(tuning & ATTAIN_TUNE_AVX2));
}
