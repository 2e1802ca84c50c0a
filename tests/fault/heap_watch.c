/* Counts calls of malloc, calloc and realloc; see heap_watch.h. One thread only. */
#include "fault/heap_watch.h"

#include <stddef.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define HAS_HOOKS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_HOOKS 1
#endif

static uint64_t n_calls;

#if defined(HAS_HOOKS)

/* <sanitizer/allocator_interface.h> is not there with every compiler; the function is. */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));

static void count_malloc(const volatile void *block, size_t size)
{
    (void)block;
    (void)size;
    n_calls++;
}

static void count_free(const volatile void *block)
{
    (void)block;
}

bool heap_watch_works(void)
{
    static int state; /* 0: not tried, 1: no, 2: yes */
    if (state == 0) {
        state = __sanitizer_install_malloc_and_free_hooks(count_malloc, count_free) > 0 ? 2 : 1;
    }
    return state == 2;
}

#elif defined(__GLIBC__)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

void *malloc(size_t size)
{
    n_calls++;
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    n_calls++;
    return __libc_calloc(n, size);
}

void *realloc(void *block, size_t size)
{
    n_calls++;
    return __libc_realloc(block, size);
}

void free(void *block)
{
    __libc_free(block);
}

/* Asked of a block, so that a linker that left these functions out is noticed. */
bool heap_watch_works(void)
{
    const uint64_t before = n_calls;
    void *volatile block = malloc(1);
    free(block);
    return n_calls > before;
}

#else

bool heap_watch_works(void)
{
    return false;
}

#endif

uint64_t heap_watch_count(void)
{
    return n_calls;
}
