/* Memory: one allocator for everything.
 *
 * A caller gives {ctx, realloc(ctx, ptr, old_size, new_size)}; NULL means libc. Every object copies it. Two
 * shapes of memory are built on it, and nothing else in the library allocates:
 *
 *   array   atn_alloc_array / atn_alloc_grow: sizes are checked for overflow, the old size is always handed
 * back. arena   chunks that grow and are freed together: everything a plan owns. No single free, no
 * fragmentation, and a failed build is undone by dropping the arena.
 *
 *   arena:  [chunk 0 | ....] -> [chunk 1 | ......... used ^ free ]
 */
#ifndef ATN_BASE_ALLOC_H
#define ATN_BASE_ALLOC_H

#include <attain/attain.h>
#include <stdbool.h>
#include <stddef.h>

/* The libc allocator; also what a NULL attain_allocator means. */
attain_allocator atn_alloc_default(const attain_allocator *given);

/* new_size 0 frees and returns NULL. */
void *atn_alloc_resize(const attain_allocator *a, void *ptr, size_t old_size, size_t new_size);

/* n items of item_size bytes, zeroed; NULL on overflow or exhaustion. n = 0 gives a non-NULL 1-item block. */
void *atn_alloc_array(const attain_allocator *a, size_t n, size_t item_size);
void atn_alloc_free_array(const attain_allocator *a, void *ptr, size_t n, size_t item_size);

/* Grows *ptr (capacity *cap items) so that at least `need` items fit; doubles. false: nothing changed. */
bool atn_alloc_grow(const attain_allocator *a, void **ptr, size_t *cap, size_t need, size_t item_size);

typedef struct atn_arena_chunk atn_arena_chunk;
typedef struct atn_arena {
    attain_allocator alloc;
    atn_arena_chunk *last;
    size_t total_bytes;
    size_t limit_bytes; /* 0: none */
} atn_arena;

/* Where an arena stood: what was handed out since then can be given back together. */
typedef struct atn_arena_mark {
    atn_arena_chunk *last;
    size_t used, total_bytes;
} atn_arena_mark;

void atn_arena_init(atn_arena *arena, const attain_allocator *a, size_t limit_bytes);
void atn_arena_free(atn_arena *arena);
atn_arena_mark atn_arena_here(const atn_arena *arena);
/* Nothing that was handed out since the mark may be used any more. */
void atn_arena_back_to(atn_arena *arena, atn_arena_mark mark);
/* Zeroed, aligned for any type; NULL when exhausted or over the limit. */
void *atn_arena_array(atn_arena *arena, size_t n, size_t item_size);
/* Copies len bytes and adds a NUL behind them. */
char *atn_arena_copy(atn_arena *arena, const char *data, size_t len);

#endif
