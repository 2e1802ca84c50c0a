/* The instance for AVX-512 of the loops of kernel_cube_body.h. */
#include "facts/kernel_cube.h"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#define NAME(x) x##_avx512
#include "facts/kernel_cube_body.h"
#else
typedef int atn_no_kernels_here; /* a file may not be empty */
#endif
