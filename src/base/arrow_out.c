/* Arrow going out. See arrow_out.h. */
#include "base/arrow_out.h"

#include "base/bits.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

/* ---- owners ---- */

struct atn_arrow_owner {
    atomic_size_t n_holders;
    attain_allocator alloc;
    void *ctx;
    void (*release)(void *ctx);
};

atn_arrow_owner *atn_arrow_owner_new(const attain_allocator *a, void *ctx, void (*release)(void *ctx))
{
    atn_arrow_owner *owner = atn_alloc_array(a, 1, sizeof *owner);
    if (owner != NULL) {
        atomic_init(&owner->n_holders, 1);
        owner->alloc = *a;
        owner->ctx = ctx;
        owner->release = release;
    }
    return owner;
}

static void hold_owner(atn_arrow_owner *owner)
{
    atomic_fetch_add_explicit(&owner->n_holders, 1, memory_order_relaxed);
}

/* Release comes last: it may free what the allocator needs. */
static void drop_owner(atn_arrow_owner *owner)
{
    if (atomic_fetch_sub_explicit(&owner->n_holders, 1, memory_order_acq_rel) != 1) {
        return;
    }
    const attain_allocator a = owner->alloc;
    void *const ctx = owner->ctx;
    void (*const release)(void *) = owner->release;
    atn_alloc_free_array(&a, owner, 1, sizeof *owner);
    if (release != NULL) {
        release(ctx);
    }
}

static const attain_allocator *owner_allocator(const atn_arrow_owner *owner)
{
    return &owner->alloc;
}

/* ---- streams ---- */

static int code_of(attain_status status)
{
    return status == ATTAIN_OK ? 0 : status == ATTAIN_E_MEMORY ? ENOMEM : EINVAL;
}

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    atn_arrow_stream *self = stream->private_data;
    memset(out, 0, sizeof *out);
    const attain_status status = self->get_schema(self, out, &self->error);
    if (status != ATTAIN_OK && out->release != NULL) {
        out->release(out);
    }
    return code_of(status);
}

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    atn_arrow_stream *self = stream->private_data;
    memset(out, 0, sizeof *out);
    const attain_status status = self->get_next(self, out, &self->error);
    if (status != ATTAIN_OK && out->release != NULL) {
        out->release(out);
    }
    return code_of(status);
}

static const char *stream_last_error(struct ArrowArrayStream *stream)
{
    const atn_arrow_stream *self = stream->private_data;
    return self->error.message;
}

static void stream_release(struct ArrowArrayStream *stream)
{
    atn_arrow_stream *self = stream->private_data;
    atn_arrow_owner *owner = self->owner;
    self->free(self);
    stream->release = NULL;
    stream->private_data = NULL;
    drop_owner(owner);
}

void atn_arrow_stream_open(atn_arrow_stream *self, struct ArrowArrayStream *out)
{
    atn_error_clear(&self->error);
    *out = (struct ArrowArrayStream){.get_schema = stream_schema,
                                     .get_next = stream_next,
                                     .get_last_error = stream_last_error,
                                     .release = stream_release,
                                     .private_data = self};
}

/* ---- schemas ---- */

/* One block: this, then pointers to children, children, dictionary, name, format. */
typedef struct schema_block {
    atn_arrow_owner *owner;
    size_t n_bytes;
} schema_block;

static void release_schema(struct ArrowSchema *schema)
{
    schema_block *block = schema->private_data;
    atn_arrow_owner *owner = block->owner;
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release != NULL) {
            schema->children[i]->release(schema->children[i]);
        }
    }
    if (schema->dictionary != NULL && schema->dictionary->release != NULL) {
        schema->dictionary->release(schema->dictionary);
    }
    schema->release = NULL;
    (void)atn_alloc_resize(owner_allocator(owner), block, block->n_bytes, 0);
    drop_owner(owner);
}

static bool make_schema(struct ArrowSchema *out, atn_arrow_owner *owner, atn_str name, const char *format,
                        size_t n_children, bool has_dictionary)
{
    const size_t format_bytes = strlen(format) + 1; /* one of ours */
    const size_t n_schemas = n_children + (has_dictionary ? 1 : 0);
    const size_t n_bytes = sizeof(schema_block) + n_children * sizeof(struct ArrowSchema *) +
                           n_schemas * sizeof(struct ArrowSchema) + name.len + 1 + format_bytes;
    schema_block *block = atn_alloc_array(owner_allocator(owner), n_bytes, 1);
    if (block == NULL) {
        return false;
    }
    struct ArrowSchema **children = (struct ArrowSchema **)(void *)(block + 1);
    struct ArrowSchema *schemas = (struct ArrowSchema *)(void *)(children + n_children);
    char *text = (char *)(schemas + n_schemas);
    *block = (schema_block){owner, n_bytes};
    for (size_t i = 0; i < n_children; i++) {
        children[i] = &schemas[i];
    }
    if (name.len > 0) {
        memcpy(text, name.data, name.len);
    }
    memcpy(text + name.len + 1, format, format_bytes);
    *out = (struct ArrowSchema){.format = text + name.len + 1,
                                .name = text,
                                .flags = ARROW_FLAG_NULLABLE,
                                .n_children = (int64_t)n_children,
                                .children = n_children > 0 ? children : NULL,
                                .dictionary = has_dictionary ? &schemas[n_children] : NULL,
                                .release = release_schema,
                                .private_data = block};
    hold_owner(owner);
    return true;
}

bool atn_arrow_schema_struct(struct ArrowSchema *out, atn_arrow_owner *owner, size_t n)
{
    if (!make_schema(out, owner, ATN_STR(""), "+s", n, false)) {
        return false;
    }
    out->flags = 0;
    return true;
}

bool atn_arrow_schema_column(struct ArrowSchema *parent, atn_arrow_owner *owner, size_t i, atn_str name,
                             const char *format, bool is_dictionary)
{
    struct ArrowSchema *column = parent->children[i];
    return make_schema(column, owner, name, is_dictionary ? "i" : format, 0, is_dictionary) &&
           (!is_dictionary || make_schema(column->dictionary, owner, ATN_STR(""), format, 0, false));
}

/* ---- words ---- */

struct atn_arrow_words {
    atomic_size_t n_holders;
    attain_allocator alloc;
    atn_buf text;
    int32_t *offsets; /* n + 1 */
    size_t n, cap;
};

atn_arrow_words *atn_arrow_words_new(const attain_allocator *a)
{
    atn_arrow_words *words = atn_alloc_array(a, 1, sizeof *words);
    if (words == NULL) {
        return NULL;
    }
    atomic_init(&words->n_holders, 1);
    words->alloc = *a;
    atn_buf_init(&words->text, a);
    void *offsets = NULL;
    if (!atn_alloc_grow(a, &offsets, &words->cap, 8, sizeof *words->offsets)) {
        atn_arrow_words_drop(words);
        return NULL;
    }
    words->offsets = offsets;
    words->offsets[0] = 0;
    return words;
}

static void hold_words(atn_arrow_words *words)
{
    atomic_fetch_add_explicit(&words->n_holders, 1, memory_order_relaxed);
}

void atn_arrow_words_drop(atn_arrow_words *words)
{
    if (words == NULL || atomic_fetch_sub_explicit(&words->n_holders, 1, memory_order_acq_rel) != 1) {
        return;
    }
    const attain_allocator a = words->alloc;
    atn_buf_free(&words->text);
    if (words->offsets != NULL) {
        atn_alloc_free_array(&a, words->offsets, words->cap, sizeof *words->offsets);
    }
    atn_alloc_free_array(&a, words, 1, sizeof *words);
}

void atn_arrow_words_use(atn_arrow_words *words, const attain_allocator *a)
{
    words->alloc = *a;
    words->text.alloc = *a;
}

size_t atn_arrow_words_count(const atn_arrow_words *words)
{
    return words->n;
}

static atn_str word_at(const atn_arrow_words *words, size_t i)
{
    const int32_t start = words->offsets[i];
    const char *const text = words->text.data != NULL ? words->text.data : "";
    return (atn_str){text + start, (size_t)(words->offsets[i + 1] - start)};
}

bool atn_arrow_words_add(atn_arrow_words *words, atn_str word)
{
    void *offsets = words->offsets;
    if (word.len > INT32_MAX - words->text.len || words->n >= INT32_MAX - 1 ||
        !atn_alloc_grow(&words->alloc, &offsets, &words->cap, words->n + 2, sizeof *words->offsets)) {
        return false;
    }
    words->offsets = offsets;
    atn_buf_str(&words->text, word);
    if (words->text.failed) {
        return false;
    }
    words->offsets[++words->n] = (int32_t)words->text.len;
    return true;
}

/* ---- arrays ---- */

#define MAX_BUFFERS 3

/* One block: this, then pointers to children, children, dictionary. */
typedef struct array_block {
    atn_arrow_owner *owner;
    size_t n_bytes;
    atn_arrow_bytes bytes[MAX_BUFFERS];
    const void *buffers[MAX_BUFFERS];
    atn_arrow_words *words; /* held by a dictionary */
} array_block;

static void free_bytes(const atn_arrow_owner *owner, const atn_arrow_bytes *bytes)
{
    if (bytes->own != NULL) {
        (void)atn_alloc_resize(owner_allocator(owner), bytes->own, bytes->n_bytes, 0);
    }
}

static void release_array(struct ArrowArray *array)
{
    array_block *block = array->private_data;
    atn_arrow_owner *owner = block->owner;
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release != NULL) {
            array->children[i]->release(array->children[i]);
        }
    }
    if (array->dictionary != NULL && array->dictionary->release != NULL) {
        array->dictionary->release(array->dictionary);
    }
    array->release = NULL;
    for (size_t i = 0; i < MAX_BUFFERS; i++) {
        free_bytes(owner, &block->bytes[i]);
    }
    atn_arrow_words_drop(block->words);
    (void)atn_alloc_resize(owner_allocator(owner), block, block->n_bytes, 0);
    drop_owner(owner);
}

static bool make_array(struct ArrowArray *out, atn_arrow_owner *owner, size_t n_rows, size_t n_buffers,
                       size_t n_children, bool has_dictionary)
{
    const size_t n_arrays = n_children + (has_dictionary ? 1 : 0);
    const size_t n_bytes =
        sizeof(array_block) + n_children * sizeof(struct ArrowArray *) + n_arrays * sizeof(struct ArrowArray);
    array_block *block = atn_alloc_array(owner_allocator(owner), n_bytes, 1);
    if (block == NULL) {
        return false;
    }
    struct ArrowArray **children = (struct ArrowArray **)(void *)(block + 1);
    struct ArrowArray *arrays = (struct ArrowArray *)(void *)(children + n_children);
    block->owner = owner;
    block->n_bytes = n_bytes;
    for (size_t i = 0; i < n_children; i++) {
        children[i] = &arrays[i];
    }
    *out = (struct ArrowArray){.length = (int64_t)n_rows,
                               .n_buffers = (int64_t)n_buffers,
                               .n_children = (int64_t)n_children,
                               .buffers = block->buffers,
                               .children = n_children > 0 ? children : NULL,
                               .dictionary = has_dictionary ? &arrays[n_children] : NULL,
                               .release = release_array,
                               .private_data = block};
    hold_owner(owner);
    return true;
}

bool atn_arrow_array_struct(struct ArrowArray *out, atn_arrow_owner *owner, size_t n_children, size_t n_rows)
{
    return make_array(out, owner, n_rows, 1, n_children, false);
}

static bool fill_leaf(struct ArrowArray *out, atn_arrow_owner *owner, size_t n_rows, size_t n_nulls,
                      const atn_arrow_bytes *buffers, size_t n_buffers, bool has_dictionary)
{
    if (!make_array(out, owner, n_rows, n_buffers, 0, has_dictionary)) {
        for (size_t i = 0; i < n_buffers; i++) {
            free_bytes(owner, &buffers[i]);
        }
        return false;
    }
    array_block *block = out->private_data;
    out->null_count = (int64_t)n_nulls;
    for (size_t i = 0; i < n_buffers; i++) {
        block->bytes[i] = buffers[i];
        block->buffers[i] = buffers[i].own != NULL ? buffers[i].own : buffers[i].borrowed;
    }
    if (n_nulls == 0) {
        block->buffers[0] = NULL; /* its memory goes with the others */
    }
    return true;
}

bool atn_arrow_array_leaf(struct ArrowArray *out, atn_arrow_owner *owner, size_t n_rows, size_t n_nulls,
                          const atn_arrow_bytes *buffers, size_t n_buffers)
{
    return fill_leaf(out, owner, n_rows, n_nulls, buffers, n_buffers, false);
}

size_t atn_arrow_bitmap_bytes(size_t n)
{
    return n / 8 + 1;
}

uint8_t *atn_arrow_bitmap_new(const attain_allocator *a, size_t n)
{
    return atn_alloc_array(a, atn_arrow_bitmap_bytes(n), 1);
}

/* The lowest bits of eight bytes, as eight bits: the product brings the lowest bit of byte k to place 56 + k, and no others there. */
static unsigned pack_flags(const uint8_t *f)
{
    const uint64_t all = (uint64_t)f[0] | (uint64_t)f[1] << 8 | (uint64_t)f[2] << 16 | (uint64_t)f[3] << 24 |
                         (uint64_t)f[4] << 32 | (uint64_t)f[5] << 40 | (uint64_t)f[6] << 48 |
                         (uint64_t)f[7] << 56; /* compilers read it at once */
    return (unsigned)((all & UINT64_C(0x0101010101010101)) * UINT64_C(0x0102040810204080) >> 56);
}

/* How many of the first n bits are 1; those behind them in the last byte are 0. */
static size_t count_ones(const uint8_t *bits, size_t n)
{
    const size_t n_bytes = (n + 7) / 8;
    size_t count = 0;
    for (size_t i = 0; i < n_bytes; i += 8) {
        uint64_t all = 0;
        memcpy(&all, bits + i, n_bytes - i < 8 ? n_bytes - i : 8);
        count += atn_count_bits64(all);
    }
    return count;
}

size_t atn_arrow_bitmap_flags(uint8_t *bits, const uint8_t *flags, size_t n)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        bits[i >> 3] = (uint8_t)pack_flags(flags + i);
    }
    for (unsigned k = 0, last = 0; i + k < n; k++) {
        last |= (flags[i + k] & 1u) << k;
        bits[i >> 3] = (uint8_t)last;
    }
    return n - count_ones(bits, n);
}

/* Most columns have no nulls at all. */
static bool any_null(const int32_t *indices, size_t n)
{
    enum { AT_A_TIME = 64 };
    int32_t any = 0;
    size_t i = 0;
    for (; i + AT_A_TIME <= n && any >= 0; i += AT_A_TIME) {
        for (size_t k = 0; k < AT_A_TIME; k++) {
            any |= indices[i + k];
        }
    }
    for (; i < n; i++) {
        any |= indices[i];
    }
    return any < 0;
}

bool atn_arrow_code_nulls(atn_arrow_coded *coded, const attain_allocator *a, size_t n)
{
    if (!any_null(coded->indices, n)) {
        return true;
    }
    coded->valid = atn_arrow_bitmap_new(a, n);
    for (size_t i = 0; coded->valid != NULL && i < n; i++) {
        const bool is_null = coded->indices[i] < 0;
        coded->valid[i >> 3] = (uint8_t)(coded->valid[i >> 3] | (is_null ? 0u : 1u) << (i & 7));
        coded->indices[i] = is_null ? 0 : coded->indices[i];
        coded->n_nulls += is_null ? 1 : 0;
    }
    return coded->valid != NULL;
}

/* The dictionary of a leaf: its buffers are those of the words. */
static bool fill_dictionary(struct ArrowArray *out, atn_arrow_owner *owner, atn_arrow_words *words)
{
    const char *const text = words->text.data != NULL ? words->text.data : "";
    const atn_arrow_bytes buffers[3] = {{.own = NULL}, {.borrowed = words->offsets}, {.borrowed = text}};
    if (!fill_leaf(out, owner, words->n, 0, buffers, 3, false)) {
        return false;
    }
    ((array_block *)out->private_data)->words = words;
    hold_words(words);
    return true;
}

static atn_arrow_bytes bytes_of_indices(int32_t *indices, size_t n)
{
    return (atn_arrow_bytes){.own = indices, .n_bytes = (n == 0 ? 1 : n) * sizeof *indices};
}

bool atn_arrow_array_words(struct ArrowArray *out, atn_arrow_owner *owner, atn_arrow_words *words,
                           const atn_arrow_coded *coded, size_t n_rows)
{
    const atn_arrow_bytes buffers[2] = {{.own = coded->valid, .n_bytes = atn_arrow_bitmap_bytes(n_rows)},
                                        bytes_of_indices(coded->indices, n_rows)};
    return fill_leaf(out, owner, n_rows, coded->n_nulls, buffers, 2, true) &&
           fill_dictionary(out->dictionary, owner, words);
}

bool atn_arrow_array_spelled(struct ArrowArray *out, atn_arrow_owner *owner, const atn_arrow_words *words,
                             int32_t *indices, size_t n_rows)
{
    const atn_arrow_bytes taken = bytes_of_indices(indices, n_rows);
    atn_arrow_text text;
    atn_arrow_text_begin(&text, owner_allocator(owner), n_rows);
    for (size_t i = 0; i < n_rows; i++) {
        if (indices[i] >= 0) {
            atn_buf_str(&text.bytes, word_at(words, (size_t)indices[i]));
        }
        atn_arrow_text_next(&text, indices[i] < 0);
    }
    const bool good = atn_arrow_text_end(&text, out, owner);
    free_bytes(owner, &taken);
    return good;
}

/* ---- text ---- */

void atn_arrow_text_begin(atn_arrow_text *text, const attain_allocator *a, size_t n_rows)
{
    memset(text, 0, sizeof *text);
    atn_buf_init(&text->bytes, a);
    text->n_rows = n_rows;
    text->offsets = atn_alloc_array(a, n_rows + 1, sizeof *text->offsets);
    text->valid = atn_arrow_bitmap_new(a, n_rows);
    text->failed = text->offsets == NULL || text->valid == NULL;
}

void atn_arrow_text_next(atn_arrow_text *text, bool is_null)
{
    text->failed = text->failed || text->bytes.failed || text->bytes.len > INT32_MAX;
    if (text->failed || text->n == text->n_rows) {
        return;
    }
    if (is_null) {
        text->n_nulls++;
    } else {
        atn_arrow_bitmap_set(text->valid, text->n);
    }
    text->offsets[++text->n] = (int32_t)text->bytes.len;
}

void atn_arrow_text_free(atn_arrow_text *text)
{
    const attain_allocator *a = &text->bytes.alloc;
    if (text->offsets != NULL) {
        atn_alloc_free_array(a, text->offsets, text->n_rows + 1, sizeof *text->offsets);
    }
    if (text->valid != NULL) {
        atn_alloc_free_array(a, text->valid, atn_arrow_bitmap_bytes(text->n_rows), 1);
    }
    if (text->bytes.data != NULL) {
        atn_buf_free(&text->bytes);
    }
    memset(text, 0, sizeof *text);
}

bool atn_arrow_text_end(atn_arrow_text *text, struct ArrowArray *out, atn_arrow_owner *owner)
{
    if (text->failed || text->n != text->n_rows) {
        atn_arrow_text_free(text);
        return false;
    }
    const atn_arrow_bytes buffers[3] = {
        {.own = text->valid, .n_bytes = atn_arrow_bitmap_bytes(text->n_rows)},
        {.own = text->offsets, .n_bytes = (text->n_rows + 1) * sizeof *text->offsets},
        {.own = text->bytes.data, .n_bytes = text->bytes.cap, .borrowed = ""}};
    const bool good = fill_leaf(out, owner, text->n_rows, text->n_nulls, buffers, 3, false);
    memset(text, 0, sizeof *text);
    return good;
}
