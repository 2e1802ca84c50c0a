/* Arrow going out: streams, schemas and arrays that free themselves, whoever holds them and in whatever order they go.
 *
 *   stream ──┐
 *   schema ──┼──▶ owner (counted) ──▶ release of the caller, when the last is gone
 *   array  ──┘      ▲
 *     └─ children, dictionary: each an array of its own, for a child may be moved out of its parent and outlive it
 *
 * An array's buffers are its own, or borrowed from what the owner keeps alive, or those of a dictionary, which all batches of a stream share.
 * Memory is the caller's allocator, which must still work when the last array goes. */
#ifndef ATN_BASE_ARROW_OUT_H
#define ATN_BASE_ARROW_OUT_H

#include "base/error.h"

#include <attain/arrow.h>

typedef struct atn_arrow_owner atn_arrow_owner;

/* Held once by who makes it; NULL: out of memory, and nothing is released. */
atn_arrow_owner *atn_arrow_owner_new(const attain_allocator *a, void *ctx, void (*release)(void *ctx));

/* ---- streams ---- */

/* What a stream is made of: embedded at the beginning of whatever makes its batches. */
typedef struct atn_arrow_stream {
    atn_arrow_owner *owner; /* taken */
    attain_status (*get_schema)(struct atn_arrow_stream *self, struct ArrowSchema *out, attain_error *err);
    /* Leaves *out zeroed at the end of the stream. */
    attain_status (*get_next)(struct atn_arrow_stream *self, struct ArrowArray *out, attain_error *err);
    void (*free)(struct atn_arrow_stream *self); /* of itself; the owner is dropped after it */
    attain_error error;                          /* the last one */
} atn_arrow_stream;

/* From now on *out owns self. */
void atn_arrow_stream_open(atn_arrow_stream *self, struct ArrowArrayStream *out);

/* ---- schemas ---- */

/* A struct of n columns, which are to be declared one by one; false: out of memory. */
bool atn_arrow_schema_struct(struct ArrowSchema *out, atn_arrow_owner *owner, size_t n);
/* Column i of it; of a dictionary (values of format `format`, int32 indices) if is_dictionary. */
bool atn_arrow_schema_column(struct ArrowSchema *parent, atn_arrow_owner *owner, size_t i, atn_str name,
                             const char *format, bool is_dictionary);

/* ---- arrays ---- */

/* Memory of n_bytes that goes with an array; `borrowed`, which somebody else owns, instead. Both NULL: no buffer. */
typedef struct atn_arrow_bytes {
    void *own;
    size_t n_bytes;
    const void *borrowed;
} atn_arrow_bytes;

/* The words of a dictionary, shared by batches: filled first, then only read. */
typedef struct atn_arrow_words atn_arrow_words;
atn_arrow_words *atn_arrow_words_new(const attain_allocator *a);
void atn_arrow_words_drop(atn_arrow_words *words);
size_t atn_arrow_words_count(const atn_arrow_words *words);
/* One word more; false: out of memory, or more than 2 GiB of them. */
bool atn_arrow_words_add(atn_arrow_words *words, atn_str word);
/* They grow with this allocator from now on: one that leads to the same memory. */
void atn_arrow_words_use(atn_arrow_words *words, const attain_allocator *a);

/* A struct array of n_rows; its children are to be filled in one by one. false: out of memory. */
bool atn_arrow_array_struct(struct ArrowArray *out, atn_arrow_owner *owner, size_t n_children, size_t n_rows);
/* Leaves. What they own is taken in any case, also where they fail for lack of memory. The validity bitmap comes first; without nulls it is
 * left out. */
bool atn_arrow_array_leaf(struct ArrowArray *out, atn_arrow_owner *owner, size_t n_rows, size_t n_nulls,
                          const atn_arrow_bytes *buffers, size_t n_buffers);
/* Indices of words, and which of them are there; own memory, as atn_alloc_array makes it. */
typedef struct atn_arrow_coded {
    int32_t *indices;
    uint8_t *valid; /* NULL: all */
    size_t n_nulls;
} atn_arrow_coded;
/* Makes `valid` of n indices, of which those below 0 are nulls and become 0. false: out of memory. */
bool atn_arrow_code_nulls(atn_arrow_coded *coded, const attain_allocator *a, size_t n);
bool atn_arrow_array_words(struct ArrowArray *out, atn_arrow_owner *owner, atn_arrow_words *words,
                           const atn_arrow_coded *coded, size_t n_rows);
/* The same as text of their own; `indices` below 0 are nulls. */
bool atn_arrow_array_spelled(struct ArrowArray *out, atn_arrow_owner *owner, const atn_arrow_words *words,
                             int32_t *indices, size_t n_rows);
/* A bitmap of n bits, all 0; NULL: out of memory. Its size is atn_arrow_bitmap_bytes(n). */
uint8_t *atn_arrow_bitmap_new(const attain_allocator *a, size_t n);
size_t atn_arrow_bitmap_bytes(size_t n);
/* Bit i of n says whether flags[i] is odd; what stood there is lost. Returns how many are 0. */
size_t atn_arrow_bitmap_flags(uint8_t *bits, const uint8_t *flags, size_t n);
static inline void atn_arrow_bitmap_set(uint8_t *bits, size_t i)
{
    bits[i >> 3] = (uint8_t)(bits[i >> 3] | 1u << (i & 7));
}

/* Text of one column while it is built: 2 GiB at most. */
typedef struct atn_arrow_text {
    atn_buf bytes;
    int32_t *offsets; /* n_rows + 1 */
    uint8_t *valid;
    size_t n_rows, n, n_nulls;
    bool failed;
} atn_arrow_text;
void atn_arrow_text_begin(atn_arrow_text *text, const attain_allocator *a, size_t n_rows);
/* The text that was appended to `bytes` since the last call is the next item; or a null. */
void atn_arrow_text_next(atn_arrow_text *text, bool is_null);
/* Taken in any case, also when it has failed. */
bool atn_arrow_text_end(atn_arrow_text *text, struct ArrowArray *out, atn_arrow_owner *owner);
/* Of one that was begun and not ended, or is all zero. */
void atn_arrow_text_free(atn_arrow_text *text);

#endif
