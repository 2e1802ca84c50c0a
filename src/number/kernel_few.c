/* The lanes of bulk.h for a few elements: a block of 256 is a long way for the four cells that one corrected fact changes. */
#define ATN_BULK_BLOCK 4
#define ATN_BULK_LANES atn_bulk_lanes_few
#include "number/bulk_body.h"
