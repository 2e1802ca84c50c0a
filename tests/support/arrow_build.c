/* Arrow streams by hand. See arrow_build.h. */
#include "support/arrow_build.h"

#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_BUFFERS 5
#define MAX_WORDS 4096

typedef struct made_array made_array;
struct made_array {
    struct ArrowArray array;
    struct ArrowArray dictionary;
    void *buffers[MAX_BUFFERS];
    const void *pointers[MAX_BUFFERS];
    made_array *words; /* of the dictionary */
    arrow_source *source;
    int n_released;
};

typedef struct made_schema {
    struct ArrowSchema schema, dictionary;
    char name[64], format[24], values[24];
    arrow_source *source;
    int n_released;
} made_schema;

typedef struct made_batch {
    int64_t n, pad;
    size_t n_columns;
    made_array whole;
    made_array *columns[ARROW_MAX_COLUMNS];
    struct ArrowArray *children[ARROW_MAX_COLUMNS];
    bool is_given;
} made_batch;

struct arrow_source {
    struct ArrowArrayStream stream;
    made_schema whole;
    made_schema columns[ARROW_MAX_COLUMNS];
    struct ArrowSchema *children[ARROW_MAX_COLUMNS];
    size_t n_columns;
    made_batch batches[ARROW_MAX_BATCHES];
    size_t n_batches, next;
    size_t fail_at;
    bool fails_schema, is_taken, schema_given;
    const char *why;
    int n_released;
};

static void *get(size_t n_bytes)
{
    void *p = malloc(n_bytes > 0 ? n_bytes : 1);
    assert_non_null(p);
    return p;
}

/* ---- releases ---- */

/* The structures may have been moved: what is counted is found by private_data. */
static void release_array(struct ArrowArray *array)
{
    made_array *made = array->private_data;
    made->n_released++;
    array->release = NULL;
}

/* A column goes with its batch unless it was moved out of it. */
static void release_batch(struct ArrowArray *array)
{
    made_batch *batch = array->private_data;
    batch->whole.n_released++;
    for (size_t c = 0; c < batch->n_columns; c++) {
        if (batch->children[c] != NULL && batch->children[c]->release != NULL) {
            batch->children[c]->release(batch->children[c]);
        }
    }
    array->release = NULL;
}

static void release_schema(struct ArrowSchema *schema)
{
    made_schema *made = schema->private_data;
    made->n_released++;
    schema->release = NULL;
}

static void release_whole_schema(struct ArrowSchema *schema)
{
    made_schema *made = schema->private_data;
    made->n_released++;
    for (size_t c = 0; c < made->source->n_columns; c++) {
        if (made->source->children[c] != NULL && made->source->children[c]->release != NULL) {
            made->source->children[c]->release(made->source->children[c]);
        }
    }
    schema->release = NULL;
}

static void release_stream(struct ArrowArrayStream *stream)
{
    arrow_source *s = stream->private_data;
    s->n_released++;
    stream->release = NULL;
}

/* ---- the stream ---- */

static int give_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    arrow_source *s = stream->private_data;
    if (s->fails_schema) {
        return 5;
    }
    *out = s->whole.schema;
    s->schema_given = true;
    return 0;
}

static int give_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    arrow_source *s = stream->private_data;
    if (s->next == s->fail_at) {
        return 5;
    }
    memset(out, 0, sizeof *out);
    if (s->next < s->n_batches) {
        *out = s->batches[s->next].whole.array;
        s->batches[s->next++].is_given = true;
    }
    return 0;
}

static const char *give_error(struct ArrowArrayStream *stream)
{
    const arrow_source *s = stream->private_data;
    return s->why;
}

arrow_source *arrow_new(void)
{
    arrow_source *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->fail_at = SIZE_MAX;
    s->whole.source = s;
    s->whole.schema = (struct ArrowSchema){.format = "+s",
                                           .name = "",
                                           .children = s->children,
                                           .release = release_whole_schema,
                                           .private_data = &s->whole};
    return s;
}

struct ArrowArrayStream *arrow_stream(arrow_source *s)
{
    s->stream = (struct ArrowArrayStream){.get_schema = give_schema,
                                          .get_next = give_next,
                                          .get_last_error = give_error,
                                          .release = release_stream,
                                          .private_data = s};
    s->is_taken = true;
    return &s->stream;
}

void arrow_fail_next(arrow_source *s, size_t batch, const char *why)
{
    s->fail_at = batch;
    s->why = why;
}

void arrow_fail_schema(arrow_source *s, const char *why)
{
    s->fails_schema = true;
    s->why = why;
}

static void free_array(made_array *made)
{
    for (size_t b = 0; b < MAX_BUFFERS; b++) {
        free(made->buffers[b]);
    }
    if (made->words != NULL) {
        free_array(made->words);
    }
    free(made);
}

void arrow_free(arrow_source *s)
{
    if (s->is_taken) {
        assert_int_equal(s->n_released, 1);
        assert_int_equal(s->whole.n_released, s->schema_given ? 1 : 0);
    }
    for (size_t b = 0; b < s->n_batches; b++) {
        made_batch *batch = &s->batches[b];
        assert_int_equal(batch->whole.n_released, batch->is_given ? 1 : 0);
        for (size_t c = 0; c < batch->n_columns; c++) {
            assert_true(batch->columns[c]->n_released <= 1);
            free_array(batch->columns[c]);
        }
        free(batch->whole.buffers[0]);
    }
    free(s);
}

struct ArrowSchema *arrow_schema_of(arrow_source *s, size_t column)
{
    return column == ARROW_MAX_COLUMNS ? &s->whole.schema : &s->columns[column].schema;
}

struct ArrowArray *arrow_array_of(arrow_source *s, size_t batch, size_t column)
{
    made_batch *b = &s->batches[batch];
    return column == ARROW_MAX_COLUMNS ? &b->whole.array : &b->columns[column]->array;
}

void *arrow_buffer_of(arrow_source *s, size_t batch, size_t column, size_t buffer)
{
    return s->batches[batch].columns[column]->buffers[buffer];
}

/* ---- batches ---- */

void arrow_batch(arrow_source *s, int64_t n, int64_t pad)
{
    assert_true(s->n_batches < ARROW_MAX_BATCHES);
    made_batch *b = &s->batches[s->n_batches++];
    b->n = n;
    b->pad = pad;
    b->whole.array = (struct ArrowArray){.length = n,
                                         .n_buffers = 1,
                                         .buffers = b->whole.pointers,
                                         .children = b->children,
                                         .release = release_batch,
                                         .private_data = b};
}

static made_batch *last(arrow_source *s)
{
    assert_true(s->n_batches > 0);
    return &s->batches[s->n_batches - 1];
}

static void declare(arrow_source *s, size_t column, const char *name, const char *format)
{
    made_schema *made = &s->columns[column];
    const char *colon = strchr(format, ':');
    const bool is_dictionary =
        colon != NULL && format[0] != 'd' && format[0] != 't' && format[0] != 'w' && format[0] != '+';
    if (s->n_batches > 1) {
        assert_string_equal(made->name, name);
        return;
    }
    made->source = s;
    (void)snprintf(made->name, sizeof made->name, "%s", name);
    (void)snprintf(made->format, sizeof made->format, "%.*s",
                   is_dictionary ? (int)(colon - format) : (int)strlen(format), format);
    made->schema = (struct ArrowSchema){.format = made->format,
                                        .name = made->name,
                                        .flags = ARROW_FLAG_NULLABLE,
                                        .release = release_schema,
                                        .private_data = made};
    if (is_dictionary) {
        (void)snprintf(made->values, sizeof made->values, "%s", colon + 1);
        made->values[strcspn(made->values, "?")] = '\0';
        made->dictionary = (struct ArrowSchema){.format = made->values,
                                                .name = "",
                                                .release = release_schema,
                                                .private_data = made};
        made->schema.dictionary = &made->dictionary;
    }
    s->children[column] = &made->schema;
    s->n_columns = column + 1;
    s->whole.schema.n_children = (int64_t)s->n_columns;
}

static void add_column(arrow_source *s, const char *name, const char *format, made_array *made)
{
    made_batch *b = last(s);
    const size_t column = b->n_columns++;
    assert_true(column < ARROW_MAX_COLUMNS);
    declare(s, column, name, format);
    b->columns[column] = made;
    b->children[column] = &made->array;
    b->whole.array.n_children = (int64_t)b->n_columns;
}

static made_array *new_array(int64_t n, int64_t pad, int64_t n_buffers)
{
    made_array *made = calloc(1, sizeof *made);
    assert_non_null(made);
    made->array = (struct ArrowArray){.length = n,
                                      .offset = pad,
                                      .n_buffers = n_buffers,
                                      .buffers = made->pointers,
                                      .release = release_array,
                                      .private_data = made};
    return made;
}

static void set_buffer(made_array *made, size_t i, void *data)
{
    made->buffers[i] = data;
    made->pointers[i] = data;
}

/* is_valid[0 .. n): those of the slice; outside of it every second is null. */
static void set_validity(made_array *made, int64_t n, int64_t pad, const bool *is_valid)
{
    const int64_t n_all = n + 2 * pad;
    uint8_t *bits = get((size_t)((n_all + 7) / 8));
    int64_t n_nulls = 0;
    memset(bits, 0, (size_t)((n_all + 7) / 8));
    for (int64_t i = 0; i < n_all; i++) {
        const bool inside = i >= pad && i < pad + n;
        const bool valid = inside ? is_valid[i - pad] : i % 2 == 0;
        n_nulls += inside && !valid ? 1 : 0;
        bits[i / 8] = (uint8_t)(bits[i / 8] | (valid ? 1u << (i % 8) : 0));
    }
    made->array.null_count = n_nulls;
    if (n_nulls == 0 && pad == 0) {
        free(bits);
        return;
    }
    set_buffer(made, 0, bits);
}

static void valid_of(const char *valid, int64_t n, bool *out)
{
    for (int64_t i = 0; i < n; i++) {
        out[i] = valid == NULL || valid[i] != '0';
    }
}

/* ---- numbers ---- */

static unsigned width_of(const char *format)
{
    if (format[0] == 'd') {
        const char *bits = strrchr(format, ',');
        return bits == strchr(format, ',') || strcmp(bits, ",128") == 0 ? 16
               : strcmp(bits, ",64") == 0                               ? 8
                                                                        : 4;
    }
    switch (format[0]) {
    case 'c':
    case 'C': return 1;
    case 's':
    case 'S': return 2;
    case 'l':
    case 'L':
    case 'g': return 8;
    default: return 4;
    }
}

static void put_int(char *to, unsigned width, int64_t v)
{
    const int8_t v8 = (int8_t)v;
    const int16_t v16 = (int16_t)v;
    const int32_t v32 = (int32_t)v;
    const attain_i128 wide = {(uint64_t)v, v < 0 ? -1 : 0};
    memcpy(to,
           width == 1   ? (const void *)&v8
           : width == 2 ? (const void *)&v16
           : width == 4 ? (const void *)&v32
           : width == 8 ? (const void *)&v
                        : (const void *)&wide,
           width);
}

/* n items of `width` bytes with rubbish around and under nulls. */
static made_array *number_array(int64_t n, int64_t pad, unsigned width, const void *items,
                                const bool *is_valid)
{
    made_array *made = new_array(n, pad, 2);
    char *data = get((size_t)(n + 2 * pad) * width);
    memset(data, 0x7e, (size_t)(n + 2 * pad) * width);
    for (int64_t i = 0; i < n; i++) {
        if (is_valid[i]) {
            memcpy(data + (pad + i) * width, (const char *)items + i * width, width);
        }
    }
    set_validity(made, n, pad, is_valid);
    set_buffer(made, 1, data);
    return made;
}

static void set_words(made_array *indices, made_array *words)
{
    indices->words = words;
    indices->dictionary = words->array;
    indices->array.dictionary = &indices->dictionary;
}

/* A dictionary with one item per row: rows are its indices, from behind. */
static void number_column(arrow_source *s, const char *name, const char *format, unsigned width,
                          const void *items, const char *valid)
{
    made_batch *b = last(s);
    const int64_t n = b->n;
    bool *is_valid = get((size_t)n + 1);
    valid_of(valid, n, is_valid);
    const char *colon = format[0] != 'd' && format[0] != 't' ? strchr(format, ':') : NULL;
    if (colon == NULL) {
        add_column(s, name, format, number_array(n, b->pad, width, items, is_valid));
        free(is_valid);
        return;
    }
    char *reversed = get((size_t)n * width);
    const unsigned index_width = width_of(format);
    char *indices = get((size_t)n * index_width);
    for (int64_t i = 0; i < n; i++) {
        memcpy(reversed + (n - 1 - i) * width, (const char *)items + i * width, width);
        put_int(indices + i * index_width, index_width, n - 1 - i);
    }
    made_array *made = number_array(n, b->pad, index_width, indices, is_valid);
    memset(is_valid, 1, (size_t)n);
    set_words(made, number_array(n, b->pad, width, reversed, is_valid));
    add_column(s, name, format, made);
    free(indices);
    free(reversed);
    free(is_valid);
}

static const char *values_of(const char *format)
{
    const char *colon = format[0] != 'd' && format[0] != 't' ? strchr(format, ':') : NULL;
    return colon != NULL ? colon + 1 : format;
}

void arrow_ints(arrow_source *s, const char *name, const char *format, const int64_t *values,
                const char *valid)
{
    const unsigned width = width_of(values_of(format));
    const int64_t n = last(s)->n;
    char *items = get((size_t)n * width);
    for (int64_t i = 0; i < n; i++) {
        put_int(items + i * width, width, values[i]);
    }
    number_column(s, name, format, width, items, valid);
    free(items);
}

void arrow_doubles(arrow_source *s, const char *name, const char *format, const double *values,
                   const char *valid)
{
    const unsigned width = width_of(values_of(format));
    const int64_t n = last(s)->n;
    char *items = get((size_t)n * width);
    for (int64_t i = 0; i < n; i++) {
        const float narrow = (float)values[i];
        memcpy(items + i * width, width == 8 ? (const void *)&values[i] : (const void *)&narrow, width);
    }
    number_column(s, name, format, width, items, valid);
    free(items);
}

void arrow_wides(arrow_source *s, const char *name, const char *format, const attain_i128 *values,
                 const char *valid)
{
    number_column(s, name, format, 16, values, valid);
}

void arrow_other(arrow_source *s, const char *name, const char *format)
{
    made_array *made = new_array(last(s)->n, 0, 0);
    made->array.buffers = NULL;
    made->array.null_count = last(s)->n;
    add_column(s, name, format, made);
}

void arrow_null_rows(arrow_source *s, const char *valid)
{
    made_batch *b = last(s);
    bool *is_valid = get((size_t)b->n + 1);
    valid_of(valid, b->n, is_valid);
    set_validity(&b->whole, b->n, 0, is_valid);
    free(is_valid);
}

/* ---- text ---- */

static void put_offset(char *offsets, unsigned width, int64_t i, size_t v)
{
    put_int(offsets + i * width, width, (int64_t)v);
}

/* Texts around the slice are "rubbish". */
static const char *text_or_rubbish(const char *const *texts, int64_t n, int64_t i)
{
    return i < 0 || i >= n ? "rubbish" : texts[i] != NULL ? texts[i] : "";
}

static made_array *offset_array(int64_t n, int64_t pad, unsigned width, const char *const *texts,
                                const bool *is_valid)
{
    made_array *made = new_array(n, pad, 3);
    const int64_t n_all = n + 2 * pad;
    size_t n_bytes = 0;
    char *offsets = get((size_t)(n_all + 1) * width);
    for (int64_t i = 0; i < n_all; i++) {
        put_offset(offsets, width, i, n_bytes);
        n_bytes += strlen(text_or_rubbish(texts, n, i - pad));
    }
    put_offset(offsets, width, n_all, n_bytes);
    char *bytes = get(n_bytes);
    size_t at = 0;
    for (int64_t i = 0; i < n_all; i++) {
        const char *text = text_or_rubbish(texts, n, i - pad);
        memcpy(bytes + at, text, strlen(text));
        at += strlen(text);
    }
    set_validity(made, n, pad, is_valid);
    set_buffer(made, 1, offsets);
    set_buffer(made, 2, bytes);
    return made;
}

/* Long texts stand in two buffers, in turn. */
static made_array *view_array(int64_t n, int64_t pad, const char *const *texts, const bool *is_valid)
{
    made_array *made = new_array(n, pad, 5);
    const int64_t n_all = n + 2 * pad;
    char *views = get((size_t)n_all * 16);
    char *bytes[2] = {NULL, NULL};
    int64_t sizes[2] = {0, 0};
    memset(views, 0, (size_t)n_all * 16);
    for (int64_t i = 0; i < n_all; i++) {
        const char *text = text_or_rubbish(texts, n, i - pad);
        const int32_t len = (int32_t)strlen(text);
        memcpy(views + 16 * i, &len, 4);
        if (len <= 12) {
            memcpy(views + 16 * i + 4, text, (size_t)len);
            continue;
        }
        const int32_t b = (int32_t)(i % 2);
        const int32_t at = (int32_t)sizes[b];
        bytes[b] = realloc(bytes[b], (size_t)(sizes[b] + len));
        memcpy(bytes[b] + at, text, (size_t)len);
        sizes[b] += len;
        memcpy(views + 16 * i + 4, text, 4);
        memcpy(views + 16 * i + 8, &b, 4);
        memcpy(views + 16 * i + 12, &at, 4);
    }
    int64_t *all_sizes = get(sizeof sizes);
    memcpy(all_sizes, sizes, sizeof sizes);
    set_validity(made, n, pad, is_valid);
    set_buffer(made, 1, views);
    set_buffer(made, 2, bytes[0]);
    set_buffer(made, 3, bytes[1]);
    set_buffer(made, 4, all_sizes);
    return made;
}

static made_array *text_array(const char *format, int64_t n, int64_t pad, const char *const *texts,
                              const bool *is_valid)
{
    return format[0] == 'v'   ? view_array(n, pad, texts, is_valid)
           : format[0] == 'U' ? offset_array(n, pad, 8, texts, is_valid)
                              : offset_array(n, pad, 4, texts, is_valid);
}

/* Words in the order in which they come first; with '?' a null is one of them, else an index is null. */
static void word_column(arrow_source *s, const char *name, const char *format, const char *const *texts)
{
    made_batch *b = last(s);
    const bool null_is_word = strchr(format, '?') != NULL;
    const unsigned width = width_of(format);
    const char *words[MAX_WORDS];
    bool word_is_valid[MAX_WORDS];
    int64_t n_words = 0;
    char *indices = get((size_t)b->n * width);
    bool *is_valid = get((size_t)b->n + 1);
    for (int64_t i = 0; i < b->n; i++) {
        int64_t w = 0;
        is_valid[i] = texts[i] != NULL || null_is_word;
        while (w < n_words &&
               !(texts[i] == NULL ? words[w] == NULL : words[w] != NULL && strcmp(words[w], texts[i]) == 0)) {
            w++;
        }
        if (w == n_words && is_valid[i]) {
            assert_true(n_words < MAX_WORDS);
            word_is_valid[n_words] = texts[i] != NULL;
            words[n_words++] = texts[i];
        }
        put_int(indices + i * width, width, is_valid[i] ? w : 0);
    }
    made_array *made = number_array(b->n, b->pad, width, indices, is_valid);
    set_words(made, text_array(values_of(format), n_words, b->pad, words, word_is_valid));
    add_column(s, name, format, made);
    free(indices);
    free(is_valid);
}

void arrow_text(arrow_source *s, const char *name, const char *format, const char *const *texts)
{
    made_batch *b = last(s);
    if (strchr(format, ':') != NULL) {
        word_column(s, name, format, texts);
        return;
    }
    bool *is_valid = get((size_t)b->n + 1);
    for (int64_t i = 0; i < b->n; i++) {
        is_valid[i] = texts[i] != NULL;
    }
    add_column(s, name, format, text_array(format, b->n, b->pad, texts, is_valid));
    free(is_valid);
}
