/* The instance for any processor, and the choice among the instances, of the loops of kernel_cube_body.h. */
#include "facts/kernel_cube.h"

#define NAME(x) x##_portable
#include "facts/kernel_cube_body.h"

const atn_cube_kernels *atn_cube_kernels_of(atn_vector_level level)
{
    switch (level) {
#ifdef ATTAIN_HAVE_AVX512
    case ATN_VECTOR_AVX512: return &atn_cube_kernels_avx512;
#endif
#ifdef ATTAIN_HAVE_AVX2
    case ATN_VECTOR_AVX2: return &atn_cube_kernels_avx2;
#endif
    default: return &atn_cube_kernels_portable;
    }
}
