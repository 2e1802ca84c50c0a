/* The lanes of bulk.h for processors with AVX-512 F, DQ, BW and VL: eight doubles at a time, with fused multiply-add and an
 * instruction that converts 64-bit integers. Compiled with these options (src/CMakeLists.txt) and reached only through the choice
 * in bulk.c, so nothing here runs elsewhere. */
#include "number/bulk.h"

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define ATN_BULK_LANES atn_bulk_lanes_avx512
#include "number/bulk_body.h"
#endif
