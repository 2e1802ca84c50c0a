/* The loops of sheets for processors with AVX-512. Reached only through the choice in kernel_sheet.c. */
#include "score/kernel_sheet.h"

#if defined(__AVX512F__)
#define ATN_SHEET_KERNELS atn_sheet_kernels_avx512
#include "score/kernel_sheet_body.h"
#endif
