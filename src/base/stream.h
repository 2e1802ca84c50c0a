/* Stream: writing past the caches. What is written and not read again soon would only push out what is; and a line that is written whole
 * need not be read first, which saves half of the traffic. Processors without such stores copy. Who has streamed calls
 * atn_stream_end before other threads may read. */
#ifndef ATN_BASE_STREAM_H
#define ATN_BASE_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define ATN_LINE_BYTES 64u

/* 64 bytes; both begin at a multiple of 16. */
static inline void atn_stream_line(void *to, const void *line)
{
#if defined(__SSE2__)
    for (int i = 0; i < 4; i++) {
        _mm_stream_si128((__m128i *)to + i, _mm_load_si128((const __m128i *)line + i));
    }
#else
    memcpy(to, line, ATN_LINE_BYTES);
#endif
}

static inline void atn_stream_end(void)
{
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

/* Any bytes, anywhere: whole lines past the caches, what stands before the first and behind the last as usual. */
static inline void atn_stream_copy(void *to, const void *from, size_t n_bytes)
{
    char *out = to;
    const char *in = from;
    const size_t before = (ATN_LINE_BYTES - (uintptr_t)out % ATN_LINE_BYTES) % ATN_LINE_BYTES;
    const size_t head = before < n_bytes ? before : n_bytes;
    memcpy(out, in, head);
    size_t at = head;
#if defined(__SSE2__)
    for (; at + ATN_LINE_BYTES <= n_bytes; at += ATN_LINE_BYTES) {
        for (size_t i = 0; i < ATN_LINE_BYTES; i += 16) {
            _mm_stream_si128((__m128i *)(void *)(out + at + i),
                             _mm_loadu_si128((const __m128i *)(const void *)(in + at + i)));
        }
    }
#endif
    memcpy(out + at, in + at, n_bytes - at);
}

#endif
