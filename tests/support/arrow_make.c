/* Arrow streams from texts; see arrow_make.h. */
#include "support/arrow_make.h"

#include "support/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

__extension__ typedef unsigned __int128 am_u128;

#define INDEX_BYTES 24 /* of an index as text */

/* What was made, whatever the structure says by now. */
typedef struct am_private {
    am_stream *owner;
    void *block[8];
    size_t n_blocks;
    void **children; /* structures, each a block of its own */
    size_t n_children;
    void *dictionary;
} am_private;

static void *block_of(size_t n)
{
    void *p = malloc(n > 0 ? n : 1);
    assert_non_null(p);
    return p;
}

static am_private *private_of(am_stream *s)
{
    am_private *p = block_of(sizeof *p);
    memset(p, 0, sizeof *p);
    p->owner = s;
    s->n_made++;
    return p;
}

static void *keep(am_private *p, void *block)
{
    assert_true(p->n_blocks < sizeof p->block / sizeof p->block[0]);
    p->block[p->n_blocks++] = block;
    return block;
}

static void free_private(am_private *p)
{
    p->owner->n_released++;
    for (size_t i = 0; i < p->n_blocks; i++) {
        free(p->block[i]);
    }
    free(p->children);
    free(p);
}

static void release_array(struct ArrowArray *array)
{
    am_private *p = array->private_data;
    for (size_t i = 0; i < p->n_children + 1; i++) {
        struct ArrowArray *child = i < p->n_children ? p->children[i] : p->dictionary;
        if (child != NULL && child->release != NULL) {
            child->release(child);
        }
        free(child);
    }
    free_private(p);
    memset(array, 0x5a, sizeof *array);
    array->release = NULL;
}

static void release_schema(struct ArrowSchema *schema)
{
    am_private *p = schema->private_data;
    for (size_t i = 0; i < p->n_children + 1; i++) {
        struct ArrowSchema *child = i < p->n_children ? p->children[i] : p->dictionary;
        if (child != NULL && child->release != NULL) {
            child->release(child);
        }
        free(child);
    }
    free_private(p);
    memset(schema, 0x5a, sizeof *schema);
    schema->release = NULL;
}

/* ---- schemas ---- */

static char *copy_of(am_private *p, const char *text)
{
    return strcpy(keep(p, block_of(strlen(text) + 1)), text);
}

static void make_schema(am_stream *s, struct ArrowSchema *out, const char *name, const char *format,
                        size_t n_children)
{
    am_private *p = private_of(s);
    memset(out, 0, sizeof *out);
    out->format = copy_of(p, format);
    out->name = copy_of(p, name);
    out->flags = ARROW_FLAG_NULLABLE;
    out->release = release_schema;
    out->private_data = p;
    p->n_children = n_children;
    p->children = block_of(n_children * sizeof *p->children);
    out->n_children = (int64_t)n_children;
    out->children = (struct ArrowSchema **)p->children;
}

static void make_schemas(am_stream *s)
{
    make_schema(s, &s->schema, "", "+s", s->n_columns);
    for (size_t c = 0; c < s->n_columns; c++) {
        const am_column *column = &s->columns[c];
        const char index[] = {column->index, '\0'};
        struct ArrowSchema *child = block_of(sizeof *child);
        make_schema(s, child, column->name, column->index != 0 ? index : column->format, 0);
        s->schema.children[c] = child;
        if (column->index != 0) {
            child->dictionary = block_of(sizeof *child);
            make_schema(s, child->dictionary, "", column->format, 0);
            ((am_private *)child->private_data)->dictionary = child->dictionary;
        }
    }
}

/* ---- items ---- */

static bool is_text(const char *format)
{
    return strcmp(format, "u") == 0 || strcmp(format, "U") == 0 || strcmp(format, "vu") == 0;
}

static size_t width_of(const char *format)
{
    unsigned precision;
    unsigned scale;
    unsigned bits = 128;
    if (sscanf(format, "d:%u,%u,%u", &precision, &scale, &bits) >= 2) {
        return bits / 8;
    }
    switch (format[0]) {
    case 'c':
    case 'C': return 1;
    case 's':
    case 'S': return 2;
    case 'i':
    case 'I':
    case 'f':
    case 't': return 4;
    case 'l':
    case 'L':
    case 'g': return 8;
    default: fail_msg("no width of '%s'", format);
    }
    return 0;
}

/* text * 10^scale as a whole number in two's complement. */
static am_u128 scaled(const char *text, unsigned scale)
{
    const bool is_negative = text[0] == '-';
    unsigned n_behind = 0;
    bool behind = false;
    am_u128 value = 0;
    for (const char *c = text + is_negative; *c != '\0'; c++) {
        if (*c == '.') {
            behind = true;
            continue;
        }
        assert_true(*c >= '0' && *c <= '9');
        value = value * 10 + (unsigned)(*c - '0');
        n_behind += behind;
    }
    assert_true(n_behind <= scale);
    for (; n_behind < scale; n_behind++) {
        value *= 10;
    }
    return is_negative ? ~value + 1 : value;
}

/* A text that its type cannot hold is a mistake of the test. */
static bool fits(const char *format, const char *text, am_u128 value)
{
    const unsigned bits = 8 * (unsigned)width_of(format);
    const bool is_signed = strchr("csild", format[0]) != NULL;
    const am_u128 magnitude = text[0] == '-' ? ~value + 1 : value;
    const am_u128 limit = (am_u128)1 << (is_signed ? bits - 1 : bits);
    return magnitude < limit || (text[0] == '-' && is_signed && magnitude == limit);
}

static void put_fixed(const char *format, const char *text, unsigned char *to)
{
    unsigned precision;
    unsigned scale = 0;
    if (format[0] == 'g') {
        const double number = strtod(text, NULL);
        memcpy(to, &number, sizeof number);
    } else if (format[0] == 'f') {
        const float number = strtof(text, NULL);
        memcpy(to, &number, sizeof number);
    } else if (format[0] == 't') {
        attain_period day;
        check_ok(attain_period_parse(text, strlen(text), &day, NULL), NULL);
        memcpy(to, &day.start_day, sizeof day.start_day);
    } else {
        (void)sscanf(format, "d:%u,%u", &precision, &scale);
        const am_u128 value = scaled(text, scale);
        assert_true(fits(format, text, value));
        memcpy(to, &value, width_of(format)); /* tests run where numbers have their low byte first */
    }
}

/* ---- arrays ---- */

static struct ArrowArray *make_array(am_stream *s, struct ArrowArray *out, size_t n_buffers,
                                     size_t n_children)
{
    am_private *p = private_of(s);
    memset(out, 0, sizeof *out);
    out->release = release_array;
    out->private_data = p;
    out->n_buffers = (int64_t)n_buffers;
    out->buffers = keep(p, block_of(n_buffers * sizeof *out->buffers));
    memset(out->buffers, 0, n_buffers * sizeof *out->buffers);
    p->n_children = n_children;
    p->children = block_of(n_children * sizeof *p->children);
    out->n_children = (int64_t)n_children;
    out->children = (struct ArrowArray **)p->children;
    return out;
}

static void set_buffer(struct ArrowArray *array, size_t i, void *data)
{
    array->buffers[i] = keep(array->private_data, data);
}

/* The bitmap of n items behind `before` that are not rows; every second of these is null. */
static void put_validity(struct ArrowArray *array, const bool *is_null, size_t n, size_t total, size_t before,
                         unsigned how)
{
    size_t n_null = 0;
    for (size_t i = 0; i < n; i++) {
        n_null += is_null[i];
    }
    array->null_count = (how & AM_UNCOUNTED) != 0 ? -1 : (int64_t)n_null;
    if (n_null == 0 && (how & (AM_UNCOUNTED | AM_BITMAP)) == 0) {
        return;
    }
    unsigned char *bits = block_of((total + 7) / 8);
    memset(bits, 0, (total + 7) / 8);
    for (size_t i = 0; i < total; i++) {
        const bool is_row = i >= before && i - before < n;
        if (is_row ? !is_null[i - before] : i % 2 == 0) {
            bits[i / 8] |= (unsigned char)(1u << (i % 8));
        }
    }
    set_buffer(array, 0, bits);
}

static void put_texts(struct ArrowArray *array, const char *const *item, size_t total, bool is_large)
{
    const size_t width = is_large ? 8 : 4;
    size_t n_bytes = 0;
    for (size_t i = 0; i < total; i++) {
        n_bytes += strlen(item[i]);
    }
    unsigned char *offsets = block_of((total + 1) * width);
    char *bytes = block_of(n_bytes);
    int64_t at = 0;
    for (size_t i = 0; i <= total; i++) {
        memcpy(offsets + i * width, &at, width);
        if (i < total) {
            memcpy(bytes + at, item[i], strlen(item[i]));
            at += (int64_t)strlen(item[i]);
        }
    }
    set_buffer(array, 1, offsets);
    set_buffer(array, 2, bytes);
}

/* Texts beyond 12 bytes go to two data buffers in turn. */
static void put_views(struct ArrowArray *array, const char *const *item, size_t total)
{
    int64_t sizes[2] = {0, 0};
    unsigned char *views = block_of(total * 16);
    for (size_t i = 0; i < total; i++) {
        sizes[i % 2] += strlen(item[i]) > 12 ? (int64_t)strlen(item[i]) : 0;
    }
    char *data[2] = {block_of((size_t)sizes[0]), block_of((size_t)sizes[1])};
    int32_t at[2] = {0, 0};
    memset(views, 0, total * 16);
    for (size_t i = 0; i < total; i++) {
        const int32_t len = (int32_t)strlen(item[i]);
        const int32_t buffer = (int32_t)(i % 2);
        memcpy(views + i * 16, &len, 4);
        if (len <= 12) {
            memcpy(views + i * 16 + 4, item[i], (size_t)len);
            continue;
        }
        memcpy(views + i * 16 + 4, item[i], 4);
        memcpy(views + i * 16 + 8, &buffer, 4);
        memcpy(views + i * 16 + 12, &at[buffer], 4);
        memcpy(data[buffer] + at[buffer], item[i], (size_t)len);
        at[buffer] += len;
    }
    set_buffer(array, 1, views);
    set_buffer(array, 2, data[0]);
    set_buffer(array, 3, data[1]);
    int64_t *lengths = block_of(sizeof sizes);
    memcpy(lengths, sizes, sizeof sizes);
    set_buffer(array, 4, lengths);
}

static void put_items(struct ArrowArray *array, const char *format, const char *const *item,
                      const bool *is_null, size_t n, size_t total, size_t before)
{
    if (strcmp(format, "vu") == 0) {
        put_views(array, item, total);
    } else if (is_text(format)) {
        put_texts(array, item, total, format[0] == 'U');
    } else {
        const size_t width = width_of(format);
        unsigned char *items = block_of(total * width);
        memset(items, 0x7b, total * width);
        for (size_t i = 0; i < n; i++) {
            if (!is_null[i]) {
                put_fixed(format, item[before + i], items + (before + i) * width);
            }
        }
        set_buffer(array, 1, items);
    }
}

/* n cells, NULL where null, behind `before` items and before `behind` ones that are none. */
static struct ArrowArray *values_of(am_stream *s, const char *format, const char *const *cell, size_t n,
                                    size_t before, size_t behind, unsigned how)
{
    const size_t total = before + n + behind;
    const bool is_view = strcmp(format, "vu") == 0;
    struct ArrowArray *array = block_of(sizeof *array);
    make_array(s, array, format[0] == 'n' ? 0 : is_view ? 5 : is_text(format) ? 3 : 2, 0);
    array->length = (int64_t)n;
    array->offset = (int64_t)before;
    if (format[0] == 'n') {
        array->null_count = (int64_t)n;
        array->buffers = NULL;
        return array;
    }
    if ((how & AM_BARE) != 0 && total == 0) {
        array->n_buffers = is_view ? 3 : array->n_buffers;
        return array;
    }
    bool *is_null = block_of(n * sizeof *is_null);
    const char **item = block_of(total * sizeof *item);
    static const char rubbish[] = "\xffrubbish behind a null";
    for (size_t i = 0; i < total; i++) {
        const bool is_row = i >= before && i - before < n;
        if (is_row) {
            is_null[i - before] = cell[i - before] == NULL;
        }
        const bool is_last = is_row && i > before && (how & AM_LAST_UNDER_NULL) != 0;
        item[i] = is_row && cell[i - before] != NULL ? cell[i - before] : is_last ? item[i - 1] : rubbish;
    }
    put_validity(array, is_null, n, total, before, how);
    for (size_t i = 0; i < n; i++) {
        is_null[i] = item[before + i] == rubbish; /* from here on: has no item */
    }
    put_items(array, format, item, is_null, n, total, before);
    free(item);
    free(is_null);
    return array;
}

enum { N_NULLS_BEHIND = 3, N_OTHERS_BEFORE = 4, N_OTHERS_BEHIND = 5, N_MANY = 125 };

typedef struct am_words {
    const char **word; /* NULL: null */
    size_t n;
} am_words;

static size_t index_of(am_words *words, const char *word, size_t from)
{
    for (size_t i = from; i < words->n; i++) {
        if (word == words->word[i] ||
            (word != NULL && words->word[i] != NULL && strcmp(word, words->word[i]) == 0)) {
            return i;
        }
    }
    words->word[words->n] = word;
    return words->n++;
}

static void put_nulls_behind(const am_column *column, const char *const *cell, size_t n, am_words *words,
                             const char **index, char *spelled)
{
    if ((column->how & AM_NULLS_BEHIND) == 0) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (cell[i] == NULL && i % 100 < 96) {
            snprintf(spelled + i * INDEX_BYTES, INDEX_BYTES, "%zu", words->n + i % N_NULLS_BEHIND);
            index[i] = spelled + i * INDEX_BYTES;
        }
    }
    for (size_t k = 0; k < N_NULLS_BEHIND; k++) {
        words->word[words->n++] = NULL;
    }
}

static void put_others(size_t n, am_words *words)
{
    static const char *const other[] = {"w0", "w1", "w2", "w3", "w4"};
    for (size_t i = 0; i < n; i++) {
        words->word[words->n++] = other[i % N_OTHERS_BEHIND];
    }
}

/* The words of a dictionary, in the order in which they come first, and the index of each cell in them as text. */
static void words_in_turn(const am_column *column, const char *const *cell, size_t n, am_words *words,
                          const char **index, char *spelled)
{
    const size_t n_unused = (column->how & AM_UNUSED) != 0 ? 2 : 0;
    put_others((column->how & AM_MANY_BEFORE) != 0    ? N_MANY
               : (column->how & AM_WORDS_BEFORE) != 0 ? N_OTHERS_BEFORE
                                                      : 0,
               words);
    for (size_t i = 0; i < n_unused; i++) {
        words->word[words->n++] = n > 0 && i > 0 && cell[0] != NULL ? cell[0]
                                  : is_text(column->format)         ? "an item that nothing names"
                                  : column->format[0] == 't'        ? "2000-01-01"
                                                                    : "7";
    }
    const size_t n_first = words->n;
    for (size_t i = 0; i < n; i++) {
        index[i] = NULL;
        if (cell[i] != NULL || (column->how & AM_NULL_IN_DICTIONARY) != 0) {
            snprintf(spelled + i * INDEX_BYTES, INDEX_BYTES, "%zu", index_of(words, cell[i], n_first));
            index[i] = spelled + i * INDEX_BYTES;
        }
    }
    put_others((column->how & AM_WORDS_BEHIND) != 0 ? N_OTHERS_BEHIND : 0, words);
    put_nulls_behind(column, cell, n, words, index, spelled);
}

/* One word for each cell, the last one first. */
static void words_of_rows(const am_column *column, const char *const *cell, size_t n, am_words *words,
                          const char **index, char *spelled)
{
    for (size_t i = 0; i < n; i++) {
        const bool is_item = cell[i] != NULL || (column->how & AM_NULL_IN_DICTIONARY) != 0;
        words->word[words->n++] = cell[n - 1 - i];
        snprintf(spelled + i * INDEX_BYTES, INDEX_BYTES, "%zu", n - 1 - i);
        index[i] = is_item ? spelled + i * INDEX_BYTES : NULL;
    }
}

static struct ArrowArray *dictionary_of(am_stream *s, const am_column *column, const char *const *cell,
                                        size_t n, size_t before, size_t behind)
{
    am_words words = {block_of((n + 4 + N_MANY + N_OTHERS_BEHIND + N_NULLS_BEHIND) * sizeof *words.word), 0};
    const char **index = block_of(n * sizeof *index);
    char *spelled = block_of(n * INDEX_BYTES);
    if ((column->how & AM_WORD_PER_ROW) != 0) {
        words_of_rows(column, cell, n, &words, index, spelled);
    } else {
        words_in_turn(column, cell, n, &words, index, spelled);
    }
    const char format[] = {column->index, '\0'};
    const size_t pad = (column->how & AM_SLICED_DICTIONARY) != 0 ? s->pad : 0;
    struct ArrowArray *array = values_of(s, format, index, n, before, behind, column->how);
    array->dictionary = values_of(s, column->format, words.word, words.n, pad, pad, column->how);
    ((am_private *)array->private_data)->dictionary = array->dictionary;
    free(words.word);
    free(index);
    free(spelled);
    return array;
}

void am_batch(am_stream *s, const char *const *cells, size_t n_rows)
{
    const char **cell = block_of(n_rows * sizeof *cell);
    assert_true(s->n_batches < AM_MOST_BATCHES);
    struct ArrowArray *batch = make_array(s, &s->batch[s->n_batches++], 1, s->n_columns);
    batch->length = (int64_t)n_rows;
    batch->offset = (int64_t)s->struct_offset;
    if (s->null_row != NULL) {
        put_validity(batch, s->null_row, n_rows, s->struct_offset + n_rows, s->struct_offset, 0);
        s->null_row = NULL;
    }
    for (size_t c = 0; c < s->n_columns; c++) {
        const am_column *column = &s->columns[c];
        const size_t pad = (column->how & AM_SLICED) != 0 ? s->pad : 0;
        const size_t before = s->struct_offset + pad;
        for (size_t i = 0; i < n_rows; i++) {
            cell[i] = cells[i * s->n_columns + c];
        }
        batch->children[c] = column->index != 0
                                 ? dictionary_of(s, column, cell, n_rows, before, pad)
                                 : values_of(s, column->format, cell, n_rows, before, pad, column->how);
        /* The struct's rows begin at its own offset behind that of the column. */
        batch->children[c]->offset -= (int64_t)s->struct_offset;
        batch->children[c]->length += (int64_t)s->struct_offset;
        batch->children[c]->null_count = s->struct_offset > 0 ? -1 : batch->children[c]->null_count;
    }
    free(cell);
}

am_column am_typed(const char *name, const char *type, unsigned how)
{
    const char *colon = strchr(type, ':');
    am_column column = {name, type, '\0', how};
    if (colon != NULL && (colon == type + 1 || type[1] == '?') && type[0] != 'd') {
        column.format = colon + 1;
        column.index = type[0];
        column.how |= type[1] == '?' ? AM_NULL_IN_DICTIONARY : 0;
    }
    return column;
}

/* ---- streams ---- */

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    am_stream *s = stream->private_data;
    if (s->fail_schema) {
        return EIO;
    }
    *out = s->schema;
    s->schema.release = NULL;
    return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    am_stream *s = stream->private_data;
    if (s->n_given == s->fail_at) {
        return EIO;
    }
    if (s->n_given == s->n_batches) {
        memset(out, 0, sizeof *out);
        return 0;
    }
    *out = s->batch[s->n_given];
    s->batch[s->n_given++].release = NULL;
    return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream)
{
    const am_stream *s = stream->private_data;
    return s->why;
}

static void release_stream(struct ArrowArrayStream *stream)
{
    am_stream *s = stream->private_data;
    s->n_streams_released++;
    if (s->schema.release != NULL) {
        s->schema.release(&s->schema);
    }
    for (size_t i = 0; i < s->n_batches; i++) {
        if (s->batch[i].release != NULL) {
            s->batch[i].release(&s->batch[i]);
        }
    }
    memset(stream, 0x5a, sizeof *stream);
    stream->release = NULL;
}

am_stream *am_new(const am_column *columns, size_t n_columns)
{
    am_stream *s = block_of(sizeof *s);
    memset(s, 0, sizeof *s);
    s->stream = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, s};
    s->columns = columns;
    s->n_columns = n_columns;
    s->pad = 3;
    s->fail_at = SIZE_MAX;
    s->why = "the disk of the test broke";
    make_schemas(s);
    return s;
}

void am_free(am_stream *s)
{
    assert_int_equal(s->n_streams_released, 1);
    assert_null(s->stream.release);
    assert_int_equal(s->n_released, s->n_made);
    free(s);
}
