/* The lanes of bulk.h for processors with AVX2: four doubles at a time. Compiled with -mavx2 (src/CMakeLists.txt) and reached only
 * through the choice in bulk.c, so nothing here runs elsewhere. */
#include "number/bulk.h"

#if defined(__AVX2__)
#define ATN_BULK_LANES atn_bulk_lanes_avx2
#include "number/bulk_body.h"
#endif
