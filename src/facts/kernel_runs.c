/* The instance for any processor, and the choice among the instances, of the loops of kernel_runs_body.h. */
#include "facts/kernel_runs.h"

#define NAME(x) x##_portable
#include "facts/kernel_runs_body.h"

const atn_run_kernels *atn_run_kernels_of(atn_vector_level level)
{
    switch (level) {
#ifdef ATTAIN_HAVE_AVX512
    case ATN_VECTOR_AVX512: return &atn_run_kernels_avx512;
#endif
#ifdef ATTAIN_HAVE_AVX2
    case ATN_VECTOR_AVX2: return &atn_run_kernels_avx2;
#endif
    default: return &atn_run_kernels_portable;
    }
}
