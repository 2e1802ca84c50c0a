/* The portable loops of sheets, and the choice among levels. */
#define ATN_SHEET_KERNELS atn_sheet_kernels_portable
#include "score/kernel_sheet_body.h"

/* The levels that this build has beside the portable one (src/CMakeLists.txt). */
#if defined(ATTAIN_HAVE_AVX2)
extern const atn_kernels atn_sheet_kernels_avx2;
#endif
#if defined(ATTAIN_HAVE_AVX512)
extern const atn_kernels atn_sheet_kernels_avx512;
#endif

const atn_kernels *atn_kernels_of(atn_vector_level level)
{
#if defined(ATTAIN_HAVE_AVX512)
    if (level >= ATN_VECTOR_AVX512) {
        return &atn_sheet_kernels_avx512;
    }
#endif
#if defined(ATTAIN_HAVE_AVX2)
    if (level >= ATN_VECTOR_AVX2) {
        return &atn_sheet_kernels_avx2;
    }
#endif
    (void)level;
    return &atn_sheet_kernels_portable;
}
