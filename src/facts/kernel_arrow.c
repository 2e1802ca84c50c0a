/* The instance for any processor, and the choice among the instances, of the loops of kernel_arrow_body.h. */
#include "facts/kernel_arrow.h"

#define NAME(x) x##_portable
#include "facts/kernel_arrow_body.h"

const atn_arrow_kernels *atn_arrow_kernels_of(atn_vector_level level)
{
    switch (level) {
#ifdef ATTAIN_HAVE_AVX512
    case ATN_VECTOR_AVX512: return &atn_arrow_kernels_avx512;
#endif
#ifdef ATTAIN_HAVE_AVX2
    case ATN_VECTOR_AVX2: return &atn_arrow_kernels_avx2;
#endif
    default: return &atn_arrow_kernels_portable;
    }
}
