/* Workspace: memory asked for once and used again.
 *
 * The system gives regions; a region is cut into blocks, and every byte of it belongs to one. A block begins with a head of 64
 * bytes; the head at the end has no bytes and stands for "no further".
 *
 *   region: begins at a multiple of 2 MiB (huge pages) or, after a trim, of the page
 *   +------+----------------+------+------------+------+--------------------+-----+
 *   | head |  in use        | head |  free      | head |  in use            | end |
 *   +------+----------------+------+------------+------+--------------------+-----+
 *   |<------- bytes ------->|<----- bytes ----->|
 *   before_bytes = 0         before_bytes of each = bytes of the block before it
 *
 *   kept[16] kept[17] ...     lists of the free blocks of 2^16 .. 2^17 - 1 bytes and so on
 *
 * take     the smallest free block that fits, of its class or the next one that has any; what is left over is split off if it can serve
 *          a request of its own (64 KiB), else it stays with the block.
 * free     joins with free neighbours: no two free blocks touch.
 * trim     unmaps the whole pages of each free block; a hole in the middle makes two regions of one. Regions are written down nowhere
 *          but in the heads.
 *
 * Weighed and left out: classes of fixed sizes (what one year's load frees would not serve the next year's, a little larger one);
 * heads apart from the blocks (a tree to search in at each free); mremap for blocks that grow (it moves huge pages to places where
 * they cannot be huge; growing into the free neighbour, and copying, which costs less than touching new memory, do as well).
 *
 * Small blocks are libc's; they are counted, because the limit is for all. One lock guards all fields; copying and touching are done
 * without it. */
#ifndef _DEFAULT_SOURCE
/* MAP_ANONYMOUS, madvise. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _DEFAULT_SOURCE
#endif
#include "base/workspace.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_include)
#if __has_include(<pthread.h>)
#define HAVE_THREADS
#include <pthread.h>
#endif
#endif
#if defined(__linux__)
#define HAVE_PAGES
#include <sys/mman.h>
#include <unistd.h>
#endif

#define HEAD_BYTES ((size_t)64)
#define TOUCH_BYTES ((size_t)4096)
#define HUGE_BYTES ((size_t)2 * 1024 * 1024)
#define REGION_MOST_EXTRA_BYTES ((size_t)64 * 1024 * 1024)
#define N_CLASSES (sizeof(size_t) * 8)
/* Requests beyond this are refused before anything is added to them. */
#define LARGEST_BYTES (SIZE_MAX / 4)

typedef struct block block;
struct block {
    size_t bytes;        /* with the head, a multiple of HEAD_BYTES; 0: end of the region */
    size_t before_bytes; /* of the block before; 0: first of the region */
    block *next, *prev;  /* in its list, while free */
    bool is_free;
};
static_assert(sizeof(block) <= HEAD_BYTES, "a head must hold a block's fields");

struct attain_workspace {
#ifdef HAVE_THREADS
    pthread_mutex_t mutex;
#endif
    size_t max_bytes;    /* SIZE_MAX: no limit. small_bytes + mapped_bytes <= max_bytes, always */
    size_t page_bytes;   /* of the system: what a region is a multiple of */
    size_t small_bytes;  /* blocks that are libc's */
    size_t mapped_bytes; /* all regions */
    size_t used_bytes;   /* blocks in use in regions, heads included */
    block *kept[N_CLASSES];
};

static size_t round_up(size_t n, size_t step)
{
    return (n + step - 1) / step * step;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void lock(attain_workspace *ws)
{
#ifdef HAVE_THREADS
    pthread_mutex_lock(&ws->mutex);
#else
    (void)ws;
#endif
}

static void unlock(attain_workspace *ws)
{
#ifdef HAVE_THREADS
    pthread_mutex_unlock(&ws->mutex);
#else
    (void)ws;
#endif
}

/* --- what the system gives --- */

#ifdef HAVE_PAGES
static size_t system_page_bytes(void)
{
    const long bytes = sysconf(_SC_PAGESIZE);
    return bytes > 0 ? (size_t)bytes : TOUCH_BYTES;
}

/* Begins at a multiple of HUGE_BYTES: that much more is mapped, and what stands out at both ends given back. Without the advice
 * huge pages are not used in most systems' default setting; where there are none, it fails and does no harm. */
static void *system_take(size_t bytes)
{
    char *const mapped =
        mmap(NULL, bytes + HUGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) {
        return NULL;
    }
    const size_t skipped = round_up((uintptr_t)mapped, HUGE_BYTES) - (uintptr_t)mapped;
    char *const start = mapped + skipped;
    if (skipped != 0) {
        munmap(mapped, skipped);
    }
    munmap(start + bytes, HUGE_BYTES - skipped);
#ifdef MADV_HUGEPAGE
    madvise(start, bytes, MADV_HUGEPAGE);
#endif
    return start;
}

/* Any whole pages of a region. Cutting a mapping in two needs some memory of the system's own and can fail. */
static bool system_give_back(void *start, size_t bytes)
{
    return munmap(start, bytes) == 0;
}
#else
static size_t system_page_bytes(void)
{
    return TOUCH_BYTES;
}

static void *system_take(size_t bytes)
{
    return malloc(bytes);
}

static bool system_give_back(void *start, size_t bytes)
{
    (void)bytes;
    free(start);
    return true;
}
#endif

/* --- blocks --- */

static block *block_at(const block *b, size_t offset)
{
    return (block *)((uintptr_t)b + offset);
}

static block *after(const block *b)
{
    return block_at(b, b->bytes);
}

static void set_bytes(block *b, size_t bytes)
{
    b->bytes = bytes;
    after(b)->before_bytes = bytes;
}

static block **class_of(attain_workspace *ws, size_t bytes)
{
    unsigned log2 = 0;
    while (bytes >>= 1) {
        log2++;
    }
    return &ws->kept[log2];
}

static void keep(attain_workspace *ws, block *b)
{
    block **const list = class_of(ws, b->bytes);
    b->is_free = true;
    b->prev = NULL;
    b->next = *list;
    if (b->next != NULL) {
        b->next->prev = b;
    }
    *list = b;
}

static void unkeep(attain_workspace *ws, block *b)
{
    if (b->prev != NULL) {
        b->prev->next = b->next;
    } else {
        *class_of(ws, b->bytes) = b->next;
    }
    if (b->next != NULL) {
        b->next->prev = b->prev;
    }
    b->is_free = false;
}

/* Among equals the lowest: where blocks lie does not depend on the order in which they were freed. */
static bool is_better(const block *b, const block *than)
{
    return than == NULL || b->bytes < than->bytes ||
           (b->bytes == than->bytes && (uintptr_t)b < (uintptr_t)than);
}

static block *smallest_that_fits(block *list, size_t need)
{
    block *best = NULL;
    for (block *b = list; b != NULL; b = b->next) {
        if (b->bytes >= need && is_better(b, best)) {
            best = b;
        }
    }
    return best;
}

static block *find_kept(attain_workspace *ws, size_t need)
{
    block *best = NULL;
    for (block **list = class_of(ws, need); best == NULL && list < ws->kept + N_CLASSES; list++) {
        best = smallest_that_fits(*list, need);
    }
    return best;
}

static void put_back(attain_workspace *ws, block *b)
{
    ws->used_bytes -= b->bytes;
    if (after(b)->is_free) {
        unkeep(ws, after(b));
        set_bytes(b, b->bytes + after(b)->bytes);
    }
    if (b->before_bytes != 0) {
        block *const before = (block *)((uintptr_t)b - b->before_bytes);
        if (before->is_free) {
            unkeep(ws, before);
            set_bytes(before, before->bytes + b->bytes);
            b = before;
        }
    }
    keep(ws, b);
}

/* b is in use and has at least need bytes: the rest becomes a free block if it can serve a request. */
static void cut(attain_workspace *ws, block *b, size_t need)
{
    const size_t rest_bytes = b->bytes - need;
    if (rest_bytes < ATN_WORKSPACE_KEPT_BYTES + HEAD_BYTES) {
        return;
    }
    set_bytes(b, need);
    block *const rest = after(b);
    rest->is_free = false;
    set_bytes(rest, rest_bytes);
    put_back(ws, rest);
}

static void use(attain_workspace *ws, block *b, size_t need)
{
    unkeep(ws, b);
    ws->used_bytes += b->bytes;
    cut(ws, b, need);
}

/* --- regions and the limit --- */

static size_t room(const attain_workspace *ws)
{
    return ws->max_bytes - ws->small_bytes - ws->mapped_bytes;
}

/* Gives whole pages of the free block b back:
 *
 *        b                                  after(b)               b                            after(b)
 *   ... | head        free                  | head ...        ... | head  | end | (unmapped) | head | head ...
 *                   ^ lo              ^ hi                                      ^ lo         ^ hi
 *
 * With b first in its region nothing stays on the left, with b last nothing on the right. Sizes are multiples of HEAD_BYTES, so what
 * stays on a side is nothing or has room for a head. */
static void give_back_block(attain_workspace *ws, block *b)
{
    const bool is_first = b->before_bytes == 0;
    const bool is_last = after(b)->bytes == 0;
    const uintptr_t start = (uintptr_t)b;
    const uintptr_t end = start + b->bytes;
    const uintptr_t lo = is_first ? start : round_up(start + HEAD_BYTES, ws->page_bytes);
    const uintptr_t hi = is_last ? end + HEAD_BYTES : end / ws->page_bytes * ws->page_bytes;
#ifndef HAVE_PAGES
    if (!is_first || !is_last) {
        return;
    }
#endif
    if (lo >= hi) {
        return;
    }
    unkeep(ws, b);
    if (!system_give_back((void *)lo, hi - lo)) {
        keep(ws, b);
        return;
    }
    ws->mapped_bytes -= hi - lo;
    if (!is_first) {
        const size_t left_bytes = lo - HEAD_BYTES - start;
        block *const left_end = block_at(b, left_bytes);
        left_end->bytes = 0;
        left_end->is_free = false;
        if (left_bytes != 0) {
            set_bytes(b, left_bytes);
            keep(ws, b);
        }
    }
    if (!is_last) {
        block *const right = (block *)hi;
        right->before_bytes = 0;
        if (hi < end) {
            set_bytes(right, end - hi);
            keep(ws, right);
        }
    }
}

static void give_back_kept(attain_workspace *ws)
{
    for (size_t i = 0; i < N_CLASSES; i++) {
        block *next;
        for (block *b = ws->kept[i]; b != NULL; b = next) {
            next = b->next;
            give_back_block(ws, b);
        }
    }
}

/* A region of `bytes` as one free block. */
static block *map_region(attain_workspace *ws, size_t bytes)
{
    block *const b = bytes <= room(ws) ? system_take(bytes) : NULL;
    if (b == NULL) {
        return NULL;
    }
    ws->mapped_bytes += bytes;
    *b = (block){.before_bytes = 0};
    set_bytes(b, bytes - HEAD_BYTES);
    after(b)->bytes = 0;
    after(b)->is_free = false;
    keep(ws, b);
    return b;
}

/* A region of wanted_bytes, or of what the limit leaves of them; else of least_bytes, for which kept blocks are given back if that
 * is what it takes. */
static block *add_region(attain_workspace *ws, size_t wanted_bytes, size_t least_bytes)
{
    const size_t room_bytes = room(ws) / ws->page_bytes * ws->page_bytes;
    block *b = map_region(ws, larger(wanted_bytes < room_bytes ? wanted_bytes : room_bytes, least_bytes));
    if (b == NULL) {
        b = map_region(ws, least_bytes);
    }
    if (b == NULL) {
        give_back_kept(ws);
        b = map_region(ws, least_bytes);
    }
    return b;
}

/* Few regions instead of one for each block: a new one is as large as a quarter of all, from 2 to 64 MiB. What nobody writes to
 * is address space only. */
static block *add_region_for(attain_workspace *ws, size_t need)
{
    const size_t least_bytes = round_up(need + HEAD_BYTES, ws->page_bytes);
    const size_t quarter = round_up(larger(ws->mapped_bytes / 4, 1), HUGE_BYTES);
    return add_region(ws,
                      larger(least_bytes,
                             quarter < REGION_MOST_EXTRA_BYTES ? quarter : REGION_MOST_EXTRA_BYTES),
                      least_bytes);
}

/* --- the allocator --- */

static block *block_of(void *ptr)
{
    return (block *)((uintptr_t)ptr - HEAD_BYTES);
}

static size_t block_bytes(size_t n)
{
    return round_up(n + HEAD_BYTES, HEAD_BYTES);
}

static void *take_large(attain_workspace *ws, size_t n)
{
    if (n > LARGEST_BYTES) {
        return NULL;
    }
    const size_t need = block_bytes(n);
    lock(ws);
    block *b = find_kept(ws, need);
    if (b == NULL) {
        b = add_region_for(ws, need);
    }
    if (b != NULL) {
        use(ws, b, need);
    }
    unlock(ws);
    return b == NULL ? NULL : (char *)b + HEAD_BYTES;
}

/* Shrinking always stays in place; growing does if there is room behind. */
static bool resize_large_in_place(attain_workspace *ws, void *ptr, size_t n)
{
    if (n > LARGEST_BYTES) {
        return false;
    }
    const size_t need = block_bytes(n);
    block *const b = block_of(ptr);
    lock(ws);
    block *const behind = after(b);
    if (b->bytes < need && behind->is_free && b->bytes + behind->bytes >= need) {
        unkeep(ws, behind);
        ws->used_bytes += behind->bytes;
        set_bytes(b, b->bytes + behind->bytes);
    }
    const bool fits = b->bytes >= need;
    if (fits) {
        cut(ws, b, need);
    }
    unlock(ws);
    return fits;
}

static void free_large(attain_workspace *ws, void *ptr)
{
    lock(ws);
    put_back(ws, block_of(ptr));
    unlock(ws);
}

/* Counts n more bytes of libc's, before they are asked for; kept blocks make room. */
static bool reserve_small(attain_workspace *ws, size_t n)
{
    lock(ws);
    if (n > room(ws)) {
        give_back_kept(ws);
    }
    const bool fits = n <= room(ws);
    ws->small_bytes += fits ? n : 0;
    unlock(ws);
    return fits;
}

static void unreserve_small(attain_workspace *ws, size_t n)
{
    lock(ws);
    ws->small_bytes -= n;
    unlock(ws);
}

static void *resize_small(attain_workspace *ws, void *ptr, size_t old_size, size_t new_size)
{
    if (new_size > old_size && !reserve_small(ws, new_size - old_size)) {
        return NULL;
    }
    void *resized = NULL;
    if (new_size == 0) {
        free(ptr);
    } else {
        resized = realloc(ptr, new_size);
    }
    const bool resized_or_freed = resized != NULL || new_size == 0;
    if (new_size > old_size && !resized_or_freed) {
        unreserve_small(ws, new_size - old_size);
    } else if (new_size < old_size && resized_or_freed) {
        unreserve_small(ws, old_size - new_size);
    }
    return resized;
}

static void *workspace_realloc(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    attain_workspace *const ws = ctx;
    const bool was_large = ptr != NULL && old_size >= ATN_WORKSPACE_KEPT_BYTES;
    const bool is_large = new_size >= ATN_WORKSPACE_KEPT_BYTES;
    if (!was_large && !is_large) {
        return resize_small(ws, ptr, ptr == NULL ? 0 : old_size, new_size);
    }
    if (was_large && is_large && resize_large_in_place(ws, ptr, new_size)) {
        return ptr;
    }
    void *moved = NULL;
    if (new_size != 0) {
        moved = is_large ? take_large(ws, new_size) : resize_small(ws, NULL, 0, new_size);
        if (moved == NULL) {
            return NULL;
        }
    }
    if (ptr != NULL) {
        if (moved != NULL) {
            memcpy(moved, ptr, old_size < new_size ? old_size : new_size);
        }
        if (was_large) {
            free_large(ws, ptr);
        } else {
            (void)resize_small(ws, ptr, old_size, 0);
        }
    }
    return moved;
}

/* --- the object --- */

attain_workspace *atn_workspace_new(size_t max_bytes)
{
    attain_workspace *const ws = calloc(1, sizeof *ws);
    if (ws == NULL) {
        return NULL;
    }
#ifdef HAVE_THREADS
    if (pthread_mutex_init(&ws->mutex, NULL) != 0) {
        free(ws);
        return NULL;
    }
#endif
    ws->max_bytes = max_bytes == 0 ? SIZE_MAX : max_bytes;
    ws->page_bytes = system_page_bytes();
    return ws;
}

/* With no block in use each region is one free block, and goes as a whole. */
void atn_workspace_free(attain_workspace *ws)
{
    give_back_kept(ws);
#ifdef HAVE_THREADS
    pthread_mutex_destroy(&ws->mutex);
#endif
    free(ws);
}

attain_allocator atn_workspace_allocator(attain_workspace *ws)
{
    return (attain_allocator){ws, workspace_realloc};
}

static void touch(block *b)
{
    volatile char *const bytes = (volatile char *)b;
    for (size_t at = HEAD_BYTES; at < b->bytes; at += TOUCH_BYTES) {
        bytes[at] = 0;
    }
}

/* Heads cost a request of 64 KiB or more at most 127 of its bytes, so 1/512 on top leaves room for blocks of n_bytes in all. Under a
 * limit that is too tight for this, n_bytes down to the page are enough. While it is touched the region counts as in use, so that
 * nobody takes blocks out of it or gives it back. */
bool atn_workspace_prepare(attain_workspace *ws, size_t n_bytes)
{
    if (n_bytes == 0) {
        return true;
    }
    if (n_bytes > LARGEST_BYTES) {
        return false;
    }
    const size_t wanted_bytes = round_up(n_bytes + n_bytes / 512 + 2 * HEAD_BYTES, HUGE_BYTES);
    const size_t smallest = round_up(ATN_WORKSPACE_KEPT_BYTES + 2 * HEAD_BYTES, ws->page_bytes);
    lock(ws);
    block *const b =
        add_region(ws, wanted_bytes, larger(n_bytes / ws->page_bytes * ws->page_bytes, smallest));
    if (b != NULL) {
        use(ws, b, b->bytes);
    }
    unlock(ws);
    if (b == NULL) {
        return false;
    }
    touch(b);
    free_large(ws, (char *)b + HEAD_BYTES);
    return true;
}

void atn_workspace_trim(attain_workspace *ws)
{
    lock(ws);
    give_back_kept(ws);
    unlock(ws);
}

void atn_workspace_bytes(attain_workspace *ws, size_t *in_use, size_t *kept)
{
    lock(ws);
    *in_use = ws->small_bytes + ws->used_bytes;
    *kept = ws->mapped_bytes - ws->used_bytes;
    unlock(ws);
}
