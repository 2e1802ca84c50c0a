/* The instance for AVX2 of the loops of kernel_arrow_body.h. */
#include "facts/kernel_arrow.h"

#if defined(__AVX2__)
#define NAME(x) x##_avx2
#include "facts/kernel_arrow_body.h"
#else
typedef int atn_no_kernels_here; /* a file may not be empty */
#endif
