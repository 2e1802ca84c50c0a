/* The allocator of alloc_fault.h. A block:
 *
 *   [ header: size, mark | pad to 32 bytes ] [ the caller's bytes ] [ 16 guard bytes ]  */
#include "support/alloc_fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES ((size_t)32) /* keeps the caller's bytes aligned for any type */
#define GUARD_BYTES ((size_t)16)
#define LIVE UINT64_C(0x6c6976652e2e2e2e)
#define DEAD UINT64_C(0x646561642e2e2e2e)
#define GUARD_BYTE 0xa5
#define FRESH_BYTE 0xcd
#define OLD_BYTE 0xdd

typedef struct header {
    uint64_t mark;
    size_t size;
} header;

static void give_up(const char *what, size_t got, size_t wanted)
{
    fprintf(stderr, "alloc_fault: %s: %zu, wanted %zu\n", what, got, wanted);
    abort();
}

void alloc_fault_init(alloc_fault *f)
{
    *f = (alloc_fault){.fail_at = -1};
}

static void *take(alloc_fault *f, size_t size)
{
    if (size > SIZE_MAX - HEADER_BYTES - GUARD_BYTES) {
        return NULL;
    }
    unsigned char *const block = malloc(HEADER_BYTES + size + GUARD_BYTES);
    if (block == NULL) {
        return NULL;
    }
    const header h = {LIVE, size};
    memcpy(block, &h, sizeof h);
    memset(block + HEADER_BYTES, FRESH_BYTE, size);
    memset(block + HEADER_BYTES + size, GUARD_BYTE, GUARD_BYTES);
    f->bytes_outstanding += size;
    f->blocks_outstanding++;
    f->bytes_peak = f->bytes_outstanding > f->bytes_peak ? f->bytes_outstanding : f->bytes_peak;
    return block + HEADER_BYTES;
}

static void give_back(alloc_fault *f, void *ptr, size_t old_size)
{
    unsigned char *const block = (unsigned char *)ptr - HEADER_BYTES;
    header h;
    memcpy(&h, block, sizeof h);
    if (h.mark != LIVE) {
        give_up("a block that is not live is freed or resized", 0, 1);
    }
    if (h.size != old_size) {
        give_up("wrong old size", old_size, h.size);
    }
    for (size_t i = 0; i < GUARD_BYTES; i++) {
        if (block[HEADER_BYTES + h.size + i] != GUARD_BYTE) {
            give_up("a byte behind the block was written, block size", h.size, h.size);
        }
    }
    f->bytes_outstanding -= h.size;
    f->blocks_outstanding--;
    memset(block + HEADER_BYTES, OLD_BYTE, h.size);
    h.mark = DEAD;
    memcpy(block, &h, sizeof h);
    free(block);
}

static void *fault_realloc(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    alloc_fault *const f = ctx;
    if (new_size == 0) {
        if (ptr != NULL) {
            give_back(f, ptr, old_size);
        }
        return NULL;
    }
    const int64_t number = f->n_allocations++;
    if (f->fail_at >= 0 && (number == f->fail_at || (f->fail_on && number > f->fail_at))) {
        f->failed = true;
        return NULL;
    }
    void *const fresh = take(f, new_size);
    if (fresh != NULL && ptr != NULL) {
        memcpy(fresh, ptr, old_size < new_size ? old_size : new_size);
        give_back(f, ptr, old_size);
    }
    return fresh;
}

attain_allocator alloc_fault_allocator(alloc_fault *f)
{
    return (attain_allocator){f, fault_realloc};
}

void alloc_fault_fail_at(alloc_fault *f, int64_t n, bool fail_on)
{
    f->fail_at = n;
    f->fail_on = fail_on;
    f->failed = false;
    f->n_allocations = 0;
}

void alloc_fault_expect_empty(const alloc_fault *f)
{
    if (f->blocks_outstanding != 0 || f->bytes_outstanding != 0) {
        give_up("bytes were never given back", f->bytes_outstanding, 0);
    }
}
