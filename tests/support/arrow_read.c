/* Arrow streams read as texts; see arrow_read.h. */
#include "support/arrow_read.h"

#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

__extension__ typedef unsigned __int128 ar_u128;

static void *block_of(size_t n)
{
    void *p = malloc(n > 0 ? n : 1);
    assert_non_null(p);
    return p;
}

static char *text_copy(const char *data, size_t len)
{
    char *copy = block_of(len + 1);
    memcpy(copy, data, len);
    copy[len] = '\0';
    return copy;
}

static int64_t whole_at(char format, const void *items, int64_t i)
{
    switch (format) {
    case 'c': return ((const int8_t *)items)[i];
    case 'C': return ((const uint8_t *)items)[i];
    case 's': return ((const int16_t *)items)[i];
    case 'S': return ((const uint16_t *)items)[i];
    case 'i': return ((const int32_t *)items)[i];
    case 'I': return ((const uint32_t *)items)[i];
    case 'l': return ((const int64_t *)items)[i];
    default: fail_msg("no whole number is '%c'", format);
    }
    return 0;
}

static char *decimal_text(const unsigned char *at, unsigned scale)
{
    char digits[64];
    size_t n = sizeof digits;
    ar_u128 value;
    memcpy(&value, at, sizeof value);
    const bool is_negative = (value >> 127) != 0;
    value = is_negative ? ~value + 1 : value;
    for (unsigned i = 0; i <= scale || value > 0; i++) {
        if (i == scale && scale > 0) {
            digits[--n] = '.';
        }
        digits[--n] = (char)('0' + (int)(value % 10));
        value /= 10;
    }
    if (is_negative) {
        digits[--n] = '-';
    }
    return text_copy(digits + n, sizeof digits - n);
}

static char *cell_of(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t i)
{
    const int64_t at = array->offset + i;
    const unsigned char *bits = array->n_buffers > 0 ? array->buffers[0] : NULL;
    char text[64];
    unsigned precision;
    unsigned scale;
    assert_true(i >= 0 && i < array->length); /* of a dictionary: its index */
    assert_true(bits != NULL || array->null_count == 0 || schema->format[0] == 'n');
    if (schema->format[0] == 'n' || (bits != NULL && (bits[at / 8] >> (at % 8) & 1) == 0)) {
        return NULL;
    }
    if (schema->dictionary != NULL) {
        return cell_of(schema->dictionary, array->dictionary,
                       whole_at(schema->format[0], array->buffers[1], at));
    }
    if (strcmp(schema->format, "u") == 0) {
        const int32_t *offsets = array->buffers[1];
        return text_copy((const char *)array->buffers[2] + offsets[at],
                         (size_t)(offsets[at + 1] - offsets[at]));
    }
    if (strcmp(schema->format, "U") == 0) {
        const int64_t *offsets = array->buffers[1];
        return text_copy((const char *)array->buffers[2] + offsets[at],
                         (size_t)(offsets[at + 1] - offsets[at]));
    }
    if (strcmp(schema->format, "g") == 0) {
        snprintf(text, sizeof text, "%.17g", ((const double *)array->buffers[1])[at]);
    } else if (sscanf(schema->format, "d:%u,%u", &precision, &scale) == 2) {
        return decimal_text((const unsigned char *)array->buffers[1] + at * 16, scale);
    } else {
        snprintf(text, sizeof text, "%lld", (long long)whole_at(schema->format[0], array->buffers[1], at));
    }
    return text_copy(text, strlen(text));
}

static void read_schema(am_grid *grid, const struct ArrowSchema *schema)
{
    assert_string_equal(schema->format, "+s");
    grid->n_columns = (size_t)schema->n_children;
    grid->name = block_of(grid->n_columns * sizeof *grid->name);
    grid->format = block_of(grid->n_columns * sizeof *grid->format);
    for (size_t c = 0; c < grid->n_columns; c++) {
        const struct ArrowSchema *child = schema->children[c];
        char format[64];
        assert_int_equal(child->flags, ARROW_FLAG_NULLABLE);
        snprintf(format, sizeof format, child->dictionary != NULL ? "%s<%s>" : "%s%s", child->format,
                 child->dictionary != NULL ? child->dictionary->format : "");
        grid->name[c] = text_copy(child->name, strlen(child->name));
        grid->format[c] = text_copy(format, strlen(format));
    }
}

static int64_t nulls_among(am_grid *grid, size_t column, size_t from)
{
    int64_t n = 0;
    for (size_t row = from; row < grid->n_rows; row++) {
        n += grid->cell[row * grid->n_columns + column] == NULL;
    }
    return n;
}

static void read_batch(am_grid *grid, const struct ArrowSchema *schema, const struct ArrowArray *array)
{
    const size_t n = (size_t)array->length;
    const size_t first = grid->n_rows;
    assert_true(array->length > 0 && array->offset == 0);
    assert_int_equal(array->n_children, grid->n_columns);
    grid->n_rows += n;
    grid->n_batches++;
    grid->largest_batch = n > grid->largest_batch ? n : grid->largest_batch;
    if (grid->n_rows * grid->n_columns > grid->cap_cells) {
        grid->cap_cells = 2 * grid->n_rows * grid->n_columns;
        grid->cell = realloc(grid->cell, grid->cap_cells * sizeof *grid->cell);
        assert_non_null(grid->cell);
    }
    for (size_t c = 0; c < grid->n_columns; c++) {
        const struct ArrowArray *child = array->children[c];
        assert_true(child->length >= array->length && child->offset == 0);
        for (size_t i = 0; i < n; i++) {
            grid->cell[(first + i) * grid->n_columns + c] = cell_of(schema->children[c], child, (int64_t)i);
        }
        assert_true(child->null_count == -1 || child->null_count == nulls_among(grid, c, first));
    }
}

void am_read(struct ArrowArrayStream *stream, am_grid *grid)
{
    struct ArrowSchema schema;
    memset(grid, 0, sizeof *grid);
    assert_int_equal(stream->get_schema(stream, &schema), 0);
    assert_non_null(schema.release);
    read_schema(grid, &schema);
    for (;;) {
        struct ArrowArray array;
        grid->code = stream->get_next(stream, &array);
        if (grid->code != 0) {
            const char *why = stream->get_last_error(stream);
            grid->error = text_copy(why != NULL ? why : "", why != NULL ? strlen(why) : 0);
            break;
        }
        if (array.release == NULL) {
            break;
        }
        read_batch(grid, &schema, &array);
        array.release(&array);
        assert_null(array.release);
    }
    schema.release(&schema);
    assert_null(schema.release);
    stream->release(stream);
    assert_null(stream->release);
}

void am_read_column(const struct ArrowSchema *schema, const struct ArrowArray *array, am_grid *grid)
{
    struct ArrowSchema type = *schema;
    struct ArrowArray items = *array;
    struct ArrowSchema *types[] = {&type};
    struct ArrowArray *columns[] = {&items};
    const struct ArrowSchema row = {.format = "+s", .n_children = 1, .children = types};
    const struct ArrowArray batch = {.length = array->length, .n_children = 1, .children = columns};
    memset(grid, 0, sizeof *grid);
    read_schema(grid, &row);
    read_batch(grid, &row, &batch);
}

void am_grid_free(am_grid *grid)
{
    for (size_t i = 0; i < grid->n_rows * grid->n_columns; i++) {
        free(grid->cell[i]);
    }
    for (size_t c = 0; c < grid->n_columns; c++) {
        free(grid->name[c]);
        free(grid->format[c]);
    }
    free(grid->cell);
    free(grid->name);
    free(grid->format);
    free(grid->error);
    memset(grid, 0, sizeof *grid);
}

const char *am_cell(const am_grid *grid, size_t row, const char *column)
{
    assert_true(row < grid->n_rows);
    for (size_t c = 0; c < grid->n_columns; c++) {
        if (strcmp(grid->name[c], column) == 0) {
            return grid->cell[row * grid->n_columns + c];
        }
    }
    fail_msg("no column '%s'", column);
    return NULL;
}
