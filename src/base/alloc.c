/* Memory. Every byte that the library takes goes through resize() below; sizes are multiplied with a check first, and a
 * failure changes nothing. See alloc.h for the two shapes, array and arena.
 *
 * An arena chunk is one block: the header, then bytes handed out from the front. Chunks double from 4 KiB to 1 MiB, so a
 * plan of n bytes costs O(log n) allocations at first and at most 1 MiB of slack later. A request that would leave more
 * room in the present chunk than in its own new one gets a chunk *behind* the present one, which stays open:
 *
 *   last -> [ open chunk | used ^ free ] -> [ big request ] -> [ older, full ]  */
#include "base/alloc.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_MIN_BYTES ((size_t)4096)
#define CHUNK_MAX_BYTES ((size_t)1024 * 1024)
#define GROW_MIN_ITEMS ((size_t)8)

struct atn_arena_chunk {
    atn_arena_chunk *older;
    size_t size; /* of the whole block */
    size_t used; /* from the start of the block; a multiple of ALIGNMENT */
    size_t end;  /* total_bytes of the arena with this chunk: later chunks have more */
};

#define ALIGNMENT (alignof(max_align_t))
#define HEADER_BYTES ((sizeof(atn_arena_chunk) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

static void *libc_realloc(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    (void)ctx;
    (void)old_size;
    if (new_size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_size);
}

attain_allocator atn_alloc_default(const attain_allocator *given)
{
    if (given != NULL && given->realloc != NULL) {
        return *given;
    }
    return (attain_allocator){NULL, libc_realloc};
}

void *atn_alloc_resize(const attain_allocator *a, void *ptr, size_t old_size, size_t new_size)
{
    if (ptr == NULL && new_size == 0) {
        return NULL;
    }
    return a->realloc(a->ctx, ptr, ptr == NULL ? 0 : old_size, new_size);
}

static bool multiply(size_t n, size_t item_size, size_t *bytes)
{
    if (item_size != 0 && n > SIZE_MAX / item_size) {
        return false;
    }
    *bytes = n * item_size;
    return true;
}

void *atn_alloc_array(const attain_allocator *a, size_t n, size_t item_size)
{
    size_t bytes;
    if (!multiply(n == 0 ? 1 : n, item_size, &bytes)) {
        return NULL;
    }
    void *const block = atn_alloc_resize(a, NULL, 0, bytes);
    if (block != NULL) {
        memset(block, 0, bytes);
    }
    return block;
}

void atn_alloc_free_array(const attain_allocator *a, void *ptr, size_t n, size_t item_size)
{
    if (ptr != NULL) {
        atn_alloc_resize(a, ptr, (n == 0 ? 1 : n) * item_size, 0);
    }
}

/* *ptr is of the caller's type (T **), so it is read and written by memcpy: no object is reached through a foreign type. */
bool atn_alloc_grow(const attain_allocator *a, void **ptr, size_t *cap, size_t need, size_t item_size)
{
    if (need <= *cap) {
        return true;
    }
    size_t target = *cap < GROW_MIN_ITEMS ? GROW_MIN_ITEMS : *cap;
    while (target < need) {
        target = target > SIZE_MAX / 2 ? need : target * 2;
    }
    size_t new_bytes;
    if (!multiply(target, item_size, &new_bytes)) {
        return false;
    }
    void *old;
    memcpy(&old, ptr, sizeof old);
    void *const grown = atn_alloc_resize(a, old, *cap * item_size, new_bytes);
    if (grown == NULL) {
        return false;
    }
    memcpy(ptr, &grown, sizeof grown);
    *cap = target;
    return true;
}

void atn_arena_init(atn_arena *arena, const attain_allocator *a, size_t limit_bytes)
{
    *arena = (atn_arena){.alloc = atn_alloc_default(a), .limit_bytes = limit_bytes};
}

void atn_arena_free(atn_arena *arena)
{
    atn_arena_chunk *chunk = arena->last;
    while (chunk != NULL) {
        atn_arena_chunk *const older = chunk->older;
        atn_alloc_resize(&arena->alloc, chunk, chunk->size, 0);
        chunk = older;
    }
    arena->last = NULL;
    arena->total_bytes = 0;
}

/* Bytes for a new chunk that holds `need`: generous while the limit allows it, else just enough; 0 if not even that. */
static size_t chunk_size(const atn_arena *arena, size_t need)
{
    size_t room = SIZE_MAX;
    if (arena->limit_bytes != 0) {
        room = arena->limit_bytes > arena->total_bytes ? arena->limit_bytes - arena->total_bytes : 0;
    }
    if (need > room) {
        return 0;
    }
    size_t size = arena->total_bytes < CHUNK_MIN_BYTES ? CHUNK_MIN_BYTES : arena->total_bytes;
    size = size > CHUNK_MAX_BYTES ? CHUNK_MAX_BYTES : size;
    size = size < need ? need : size;
    return size > room ? need : size;
}

static atn_arena_chunk *add_chunk(atn_arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX - HEADER_BYTES) {
        return NULL;
    }
    const size_t size = chunk_size(arena, HEADER_BYTES + bytes);
    if (size == 0) {
        return NULL;
    }
    atn_arena_chunk *const chunk = atn_alloc_resize(&arena->alloc, NULL, 0, size);
    if (chunk == NULL) {
        return NULL;
    }
    chunk->size = size;
    chunk->used = HEADER_BYTES;
    arena->total_bytes += size;
    chunk->end = arena->total_bytes;
    atn_arena_chunk *const last = arena->last;
    if (last != NULL && last->size - last->used > size - HEADER_BYTES - bytes) {
        chunk->older = last->older;
        last->older = chunk;
    } else {
        chunk->older = last;
        arena->last = chunk;
    }
    return chunk;
}

atn_arena_mark atn_arena_here(const atn_arena *arena)
{
    return (atn_arena_mark){arena->last, arena->last == NULL ? 0 : arena->last->used, arena->total_bytes};
}

/* Younger chunks may stand on either side of the marked one. */
void atn_arena_back_to(atn_arena *arena, atn_arena_mark mark)
{
    atn_arena_chunk **link = &arena->last;
    while (*link != NULL) {
        atn_arena_chunk *const chunk = *link;
        if (chunk->end > mark.total_bytes) {
            *link = chunk->older;
            atn_alloc_resize(&arena->alloc, chunk, chunk->size, 0);
        } else {
            link = &chunk->older;
        }
    }
    if (mark.last != NULL) {
        mark.last->used = mark.used;
    }
    arena->total_bytes = mark.total_bytes;
}

void *atn_arena_array(atn_arena *arena, size_t n, size_t item_size)
{
    size_t bytes;
    if (!multiply(n, item_size, &bytes) || bytes > SIZE_MAX - ALIGNMENT) {
        return NULL;
    }
    bytes = bytes == 0 ? ALIGNMENT : (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    atn_arena_chunk *chunk = arena->last;
    if (chunk == NULL || chunk->size - chunk->used < bytes) {
        chunk = add_chunk(arena, bytes);
    }
    if (chunk == NULL) {
        return NULL;
    }
    char *const out = (char *)chunk + chunk->used;
    chunk->used += bytes;
    memset(out, 0, bytes);
    return out;
}

char *atn_arena_copy(atn_arena *arena, const char *data, size_t len)
{
    if (len == SIZE_MAX) {
        return NULL;
    }
    char *const copy = atn_arena_array(arena, len + 1, 1);
    if (copy != NULL && len != 0) {
        memcpy(copy, data, len);
    }
    return copy;
}
