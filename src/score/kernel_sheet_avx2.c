/* The loops of sheets for processors with AVX2. Compiled with -mavx2 and reached only through the choice in kernel_sheet.c. */
#include "score/kernel_sheet.h"

#if defined(__AVX2__)
#define ATN_SHEET_KERNELS atn_sheet_kernels_avx2
#include "score/kernel_sheet_body.h"
#endif
