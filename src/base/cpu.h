/* Cpu: which vector instructions this processor has. Asked at run time, so that one library serves all; kernels exist once in
 * portable C and are compiled again for each level, so that they cannot differ in what they compute. */
#ifndef ATN_BASE_CPU_H
#define ATN_BASE_CPU_H

#include <stdint.h>

typedef enum atn_vector_level {
    ATN_VECTOR_PORTABLE = 0,
    ATN_VECTOR_AVX2 = 1,
    ATN_VECTOR_AVX512 = 2
} atn_vector_level;

/* The best level of processor and system that `tuning` (attain_tuning) allows. Costs some microseconds on a virtual machine
 * (the instruction that asks is trapped): ask once per object, and only for work that is worth it. */
atn_vector_level atn_cpu_level(uint32_t tuning);

#endif
