/* How often the heap of libc was asked, by anybody: the library must ask only its attain_allocator, and most of its functions not even that.
 *
 * With a sanitizer its hooks count; without one, on glibc, the functions of this program stand before those of libc. Elsewhere nothing is
 * counted, and heap_watch_works says so. */
#ifndef TEST_HEAP_WATCH_H
#define TEST_HEAP_WATCH_H

#include <stdbool.h>
#include <stdint.h>

bool heap_watch_works(void);
/* Blocks taken or resized since the program began; what is freed does not count. */
uint64_t heap_watch_count(void);

#endif
