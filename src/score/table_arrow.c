/* A table as an Arrow stream: the columns of the table, named as they are, a struct a batch.
 *
 *   ids, periods, words    codes (table_codes.h) ──▶ dictionaries; the rows are looked through once before the first batch, so that all batches
 *                                                   share their words, and only those that occur
 *   doubles, counts        borrowed from the table's own columns, which are made when first asked for; or, where the receiver wants to own
 *                          them, made for it alone
 *   decimals, fractions    row by row from the exact numbers (table_exact.h)
 *
 * Each column of a batch is a task for the threads that the table was scored with; arrays are put together by whoever asks, for they give their
 * memory back without a lock.
 *
 * Of a board's table, whose columns change, a copy is written, which goes with the last array. */
#include "score/table_codes.h"
#include "score/table_exact.h"

#include <math.h>
#include <string.h>

#define ROWS_OF_COLUMNS ((size_t)1 << 20) /* of a batch by default, where columns are borrowed */
#define ROWS_OF_NUMBERS ((size_t)1 << 16) /* where every number is made */
#define ROWS_WORTH_THREADS ((size_t)1 << 14)

typedef enum column_kind { CODES, COUNTS, NUMBERS } column_kind;

typedef struct table_stream {
    atn_arrow_stream stream;
    const attain_table *table;
    attain_allocator alloc;
    bool plain, owned, is_ready;
    atn_table_exact exact; /* which numbers are written, and how */
    size_t batch_rows, next_row;
    attain_column *columns;
    size_t n_columns;
    atn_table_codes *codes; /* by position; those of other columns are not used */
} table_stream;

static column_kind kind_of(attain_column column)
{
    if (atn_table_is_number(column)) {
        return NUMBERS;
    }
    return column == ATTAIN_COL_REPORTED || column == ATTAIN_COL_EXPECTED || column == ATTAIN_COL_MISSING
               ? COUNTS
               : CODES;
}

static void free_stream(atn_arrow_stream *stream)
{
    table_stream *self = (table_stream *)(void *)stream;
    const attain_allocator a = self->alloc;
    for (size_t c = 0; self->codes != NULL && c < self->n_columns; c++) {
        atn_table_codes_free(&self->codes[c]);
    }
    if (self->codes != NULL) {
        atn_alloc_free_array(&a, self->codes, self->n_columns, sizeof *self->codes);
    }
    if (self->columns != NULL) {
        atn_alloc_free_array(&a, self->columns, self->n_columns, sizeof *self->columns);
    }
    atn_alloc_free_array(&a, self, 1, sizeof *self);
}

/* Whether a column stands in arrays as it is made: eight bytes an item. */
static bool is_plain_items(const table_stream *self, attain_column column)
{
    const column_kind kind = kind_of(column);
    return kind == COUNTS || (kind == NUMBERS && self->exact.numbers == ATTAIN_ARROW_DOUBLES);
}

/* Columns that the batches borrow, or that codes are told of, are made together, in one pass over the figures. */
static attain_status make_columns(const table_stream *self, attain_error *err)
{
    attain_column needed[ATN_TABLE_COLUMNS];
    size_t n = 0;
    for (size_t c = 0; c < self->n_columns && n < ATN_TABLE_COLUMNS; c++) {
        const attain_column column = self->columns[c];
        const bool is_borrowed = !self->owned && is_plain_items(self, column);
        if (is_borrowed || (kind_of(column) == CODES && atn_table_codes_need_column(column))) {
            needed[n++] = column;
        }
    }
    return n > 0 ? atn_table_prepare(self->table, needed, n, err) : ATTAIN_OK;
}

/* Several batches share their words: all rows are looked through before the first. */
static attain_status get_ready(table_stream *self, attain_error *err)
{
    const bool is_one = self->table->n_rows <= self->batch_rows;
    if (self->is_ready) {
        return ATTAIN_OK;
    }
    ATN_TRY(make_columns(self, err));
    for (size_t c = 0; c < self->n_columns && !is_one; c++) {
        if (kind_of(self->columns[c]) == CODES) {
            ATN_TRY(atn_table_codes_put(&self->codes[c], 0, self->table->n_rows, NULL, err));
        }
    }
    self->is_ready = true;
    return ATTAIN_OK;
}

/* ---- schema ---- */

static attain_status table_schema(atn_arrow_stream *stream, struct ArrowSchema *out, attain_error *err)
{
    const table_stream *self = (const table_stream *)(const void *)stream;
    bool good = atn_arrow_schema_struct(out, stream->owner, self->n_columns);
    for (size_t c = 0; good && c < self->n_columns; c++) {
        const attain_column column = self->columns[c];
        const column_kind kind = kind_of(column);
        const char *const name = atn_table_column_name(self->table, column);
        atn_buf format;
        atn_buf_init(&format, &self->alloc);
        if (kind == NUMBERS && self->exact.numbers == ATTAIN_ARROW_DECIMALS) {
            atn_buf_printf(&format, "d:%d,%u", ATN_DECIMAL_DIGITS,
                           atn_table_exact_digits(&self->exact, column));
        } else {
            const bool is_double = kind == NUMBERS && self->exact.numbers == ATTAIN_ARROW_DOUBLES;
            atn_buf_text(&format, is_double ? "g" : kind == COUNTS ? "l" : "u");
        }
        good = !format.failed && atn_arrow_schema_column(out, stream->owner, c, (atn_str){name, strlen(name)},
                                                         format.data, kind == CODES && !self->plain);
        atn_buf_free(&format);
    }
    return good ? ATTAIN_OK : atn_error_memory(err, "writing a table as Arrow");
}

/* ---- columns of a batch ---- */

typedef struct rows {
    size_t first, n;
} rows;

/* A column before it is an array: tasks make it, each its own. */
typedef struct part {
    atn_arrow_coded coded; /* CODES */
    const void *items;     /* of the others: eight bytes each, which the table keeps */
    void *own;             /* instead of items: the array's own, doubles and their valid bytes, or counts */
    uint8_t *valid;        /* NULL: all are there */
    size_t n_nulls;
    attain_status status;
    attain_error err;
} part;

static attain_status make_codes(table_stream *self, const attain_allocator *a, size_t c, rows r, part *out)
{
    const size_t n_bytes =
        (r.n == 0 ? 1 : r.n) * sizeof(int32_t); /* all are written: they need not be zero */
    out->coded.indices = atn_alloc_resize(a, NULL, 0, n_bytes);
    if (out->coded.indices == NULL) {
        return ATTAIN_E_MEMORY;
    }
    ATN_TRY(atn_table_codes_put(&self->codes[c], r.first, r.first + r.n, out->coded.indices, &out->err));
    const bool no_nulls = self->plain || !self->codes[c].has_empty;
    return no_nulls || atn_arrow_code_nulls(&out->coded, a, r.n) ? ATTAIN_OK : ATTAIN_E_MEMORY;
}

/* All cells are numbers, as in most columns: no bitmap is needed. */
static bool all_numbers(const uint8_t *valid, size_t n)
{
    enum { AT_A_TIME = 64 };
    unsigned differ = 0;
    size_t i = 0;
    for (; i + AT_A_TIME <= n && differ == 0; i += AT_A_TIME) {
        for (size_t k = 0; k < AT_A_TIME; k++) {
            differ |= valid[i + k] ^ 1u;
        }
    }
    for (; i < n; i++) {
        differ |= valid[i] ^ 1u;
    }
    return differ == 0;
}

static void put_nans(double *values, const uint8_t *valid, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        values[i] = valid[i] == 1 ? values[i] : (double)NAN;
    }
}

/* Cells that are numbers have the valid byte 1, others 0 or 2. */
static attain_status make_doubles(const table_stream *self, const attain_allocator *a, attain_column column,
                                  rows r, part *out)
{
    const double *values;
    const uint8_t *valid;
    if (self->owned) {
        values = out->own;
        valid = (const uint8_t *)(values + r.n);
    } else {
        ATN_TRY(atn_table_doubles(self->table, column, &values, &valid, &out->err));
        out->items = values + r.first;
        valid += r.first;
    }
    if (all_numbers(valid, r.n)) {
        return ATTAIN_OK;
    }
    out->valid = atn_arrow_bitmap_new(a, r.n);
    if (out->valid == NULL) {
        return ATTAIN_E_MEMORY;
    }
    out->n_nulls = atn_arrow_bitmap_flags(out->valid, valid, r.n);
    if (self->owned) {
        put_nans(out->own, valid, r.n);
    }
    return ATTAIN_OK;
}

static attain_status make_counts(const table_stream *self, const attain_allocator *a, attain_column column,
                                 rows r, part *out)
{
    const int64_t *values = out->own;
    if (!self->owned) {
        ATN_TRY(atn_table_integers(self->table, column, &values, &out->err));
        values += r.first;
        out->items = values;
    }
    int64_t any = 0;
    for (size_t i = 0; i < r.n; i++) {
        any |= values[i];
    }
    out->valid = any >= 0 ? NULL : atn_arrow_bitmap_new(a, r.n);
    for (size_t i = 0; out->valid != NULL && i < r.n; i++) {
        const unsigned is_valid = values[i] >= 0;
        out->valid[i >> 3] = (uint8_t)(out->valid[i >> 3] | is_valid << (i & 7));
        out->n_nulls += 1 - is_valid;
    }
    return any >= 0 || out->valid != NULL ? ATTAIN_OK : ATTAIN_E_MEMORY;
}

static size_t own_bytes(const table_stream *self, size_t c, rows r)
{
    return atn_table_column_bytes(self->columns[c], r.n);
}

/* Columns that the arrays are to own, made together. */
static attain_status make_own(const table_stream *self, rows r, part *parts)
{
    attain_column columns[ATN_TABLE_COLUMNS];
    void *data[ATN_TABLE_COLUMNS];
    size_t n = 0;
    for (size_t c = 0; c < self->n_columns; c++) {
        if (is_plain_items(self, self->columns[c])) {
            parts[c].own = atn_alloc_resize(&self->alloc, NULL, 0, own_bytes(self, c, r));
            if (parts[c].own == NULL) {
                return ATTAIN_E_MEMORY;
            }
            columns[n] = self->columns[c];
            data[n++] = parts[c].own;
        }
        if (n == ATN_TABLE_COLUMNS || c + 1 == self->n_columns) { /* a caller may want one twice */
            atn_table_fill(self->table, columns, data, n, r.first, r.n);
            n = 0;
        }
    }
    return ATTAIN_OK;
}

static bool array_of_part(const table_stream *self, size_t c, rows r, part *made, struct ArrowArray *out)
{
    atn_arrow_owner *const owner = self->stream.owner;
    atn_arrow_words *const words = self->codes[c].codes.words;
    const atn_arrow_coded coded = made->coded;
    const atn_arrow_bytes bytes[2] = {{.own = made->valid, .n_bytes = atn_arrow_bitmap_bytes(r.n)},
                                      {.own = made->own,
                                       .n_bytes = own_bytes(self, c, r),
                                       .borrowed = made->items}};
    made->coded = (atn_arrow_coded){.indices = NULL};
    made->valid = NULL;
    made->own = NULL;
    return coded.indices == NULL ? atn_arrow_array_leaf(out, owner, r.n, made->n_nulls, bytes, 2)
           : self->plain         ? atn_arrow_array_spelled(out, owner, words, coded.indices, r.n)
                                 : atn_arrow_array_words(out, owner, words, &coded, r.n);
}

static void free_part(const table_stream *self, size_t c, rows r, part *made)
{
    const attain_allocator *const a = &self->alloc;
    const size_t n_rows = r.n;
    if (made->own != NULL) {
        (void)atn_alloc_resize(a, made->own, own_bytes(self, c, r), 0);
    }
    atn_alloc_free_array(a, made->coded.indices, n_rows, sizeof *made->coded.indices);
    atn_alloc_free_array(a, made->coded.valid, atn_arrow_bitmap_bytes(n_rows), 1);
    atn_alloc_free_array(a, made->valid, atn_arrow_bitmap_bytes(n_rows), 1);
}

/* ---- batches ---- */

/* Columns of a batch, each of them a task. */
typedef struct batch {
    table_stream *self;
    rows r;
    part *parts;
    attain_allocator alloc;
} batch;

static void make_part(void *ctx, size_t c)
{
    const batch *const b = ctx;
    table_stream *const self = b->self;
    const attain_column column = self->columns[c];
    const column_kind kind = kind_of(column);
    part *const out = &b->parts[c];
    if (kind == CODES) {
        atn_table_codes_use(&self->codes[c], &b->alloc);
        out->status = make_codes(self, &b->alloc, c, b->r, out);
        atn_table_codes_use(&self->codes[c], &self->alloc);
    } else if (kind == COUNTS) {
        out->status = make_counts(self, &b->alloc, column, b->r, out);
    } else if (is_plain_items(self, column)) {
        out->status = make_doubles(self, &b->alloc, column, b->r, out);
    }
}

static attain_status put_parts(table_stream *self, rows r, part *parts, struct ArrowArray *out,
                               attain_error *err)
{
    const atn_team alone = {0};
    const atn_team *const team = self->table->book != NULL ? &self->table->book->team : &alone;
    const bool is_shared = atn_team_tasks(team, r.n, ROWS_WORTH_THREADS) > 1;
    atn_team_alloc shared;
    batch b = {self, r, parts, is_shared ? atn_team_alloc_of(&shared, &self->alloc) : self->alloc};
    atn_team_run(is_shared ? team : &alone, make_part, &b, self->n_columns);
    for (size_t c = 0; c < self->n_columns; c++) {
        if (parts[c].status != ATTAIN_OK) {
            *err = parts[c].err;
            return parts[c].status == ATTAIN_E_MEMORY ? atn_error_memory(err, "writing a table as Arrow")
                                                      : parts[c].status;
        }
        if ((kind_of(self->columns[c]) == CODES || is_plain_items(self, self->columns[c])) &&
            !array_of_part(self, c, r, &parts[c], out->children[c])) {
            return atn_error_memory(err, "writing a table as Arrow");
        }
    }
    return ATTAIN_OK;
}

static attain_status put_other_columns(table_stream *self, rows r, struct ArrowArray *out, attain_error *err)
{
    part *const parts = atn_alloc_array(&self->alloc, self->n_columns, sizeof *parts);
    if (parts == NULL) {
        return atn_error_memory(err, "writing a table as Arrow");
    }
    attain_status status = self->owned ? make_own(self, r, parts) : ATTAIN_OK;
    status = status == ATTAIN_OK ? put_parts(self, r, parts, out, err)
                                 : atn_error_memory(err, "writing a table as Arrow");
    for (size_t c = 0; c < self->n_columns; c++) {
        free_part(self, c, r, &parts[c]);
    }
    atn_alloc_free_array(&self->alloc, parts, self->n_columns, sizeof *parts);
    return status;
}

static attain_status table_next(atn_arrow_stream *stream, struct ArrowArray *out, attain_error *err)
{
    table_stream *self = (table_stream *)(void *)stream;
    const size_t left = self->table->n_rows - self->next_row;
    const rows r = {self->next_row, left < self->batch_rows ? left : self->batch_rows};
    if (left == 0) {
        return ATTAIN_OK;
    }
    ATN_TRY(get_ready(self, err));
    if (!atn_arrow_array_struct(out, stream->owner, self->n_columns, r.n)) {
        return atn_error_memory(err, "writing a table as Arrow");
    }
    ATN_TRY(put_other_columns(self, r, out, err));
    if (self->exact.numbers != ATTAIN_ARROW_DOUBLES) {
        ATN_TRY(atn_table_exact_put(&self->exact, r.first, r.n, out, err));
    }
    self->next_row += r.n;
    return ATTAIN_OK;
}

/* ---- opening ---- */

static attain_status take_columns(table_stream *self, const attain_arrow_options *options, attain_error *err)
{
    const attain_column *columns = options->columns;
    const attain_column *all;
    const size_t n_all = atn_table_columns(self->table, &all);
    self->n_columns = columns == NULL ? n_all : options->n_columns;
    columns = columns == NULL ? all : columns;
    for (size_t c = 0; c < self->n_columns; c++) {
        if (atn_table_column_name(self->table, columns[c])[0] == '\0') {
            return atn_error_at_index(err, ATTAIN_E_ARGUMENT, (int64_t)c,
                                      "columns: the table has no column %d", (int)columns[c]);
        }
    }
    self->columns = atn_alloc_array(&self->alloc, self->n_columns, sizeof *self->columns);
    self->codes = atn_alloc_array(&self->alloc, self->n_columns, sizeof *self->codes);
    if (self->columns == NULL || self->codes == NULL) {
        return atn_error_memory(err, "writing a table as Arrow");
    }
    if (self->n_columns > 0) {
        memcpy(self->columns, columns, self->n_columns * sizeof *columns);
    }
    for (size_t c = 0; c < self->n_columns; c++) {
        if (kind_of(columns[c]) == CODES &&
            !atn_table_codes_init(&self->codes[c], self->table, columns[c], &self->alloc)) {
            return atn_error_memory(err, "writing a table as Arrow");
        }
    }
    return ATTAIN_OK;
}

/* A copy of a live table, kept for the arrays that borrow its columns; and what the caller keeps. */
typedef struct kept {
    attain_table *copy;
    attain_allocator alloc;
    void *owner;
    void (*release)(void *owner);
} kept;

static void release_kept(void *ctx)
{
    const kept all = *(kept *)ctx;
    atn_table_free(all.copy);
    atn_alloc_free_array(&all.alloc, ctx, 1, sizeof(kept));
    if (all.release != NULL) {
        all.release(all.owner);
    }
}

static attain_status take_copy(table_stream *self, const attain_arrow_options *options, attain_error *err)
{
    kept *all = atn_alloc_array(&self->alloc, 1, sizeof *all);
    attain_status status = all != NULL ? atn_table_copy(self->table, &all->copy, err) : ATTAIN_E_MEMORY;
    if (status == ATTAIN_OK) {
        self->table = all->copy;
        for (size_t c = 0; c < self->n_columns; c++) {
            self->codes[c].table = all->copy;
        }
        all->alloc = self->alloc;
        all->owner = options->owner;
        all->release = options->release;
        self->stream.owner = atn_arrow_owner_new(&self->alloc, all, release_kept);
        status = self->stream.owner != NULL ? ATTAIN_OK : ATTAIN_E_MEMORY;
    }
    if (status != ATTAIN_OK && all != NULL) {
        atn_table_free(all->copy);
        atn_alloc_free_array(&self->alloc, all, 1, sizeof *all);
    }
    return status == ATTAIN_E_MEMORY ? atn_error_memory(err, "writing a table as Arrow") : status;
}

static attain_status open_stream(table_stream *self, const attain_arrow_options *options, attain_error *err)
{
    ATN_TRY(take_columns(self, options, err));
    if (self->table->is_live) {
        return take_copy(self, options, err);
    }
    self->stream.owner = atn_arrow_owner_new(&self->alloc, options->owner, options->release);
    return self->stream.owner != NULL ? ATTAIN_OK : atn_error_memory(err, "writing a table as Arrow");
}

attain_status atn_table_to_arrow(const attain_table *table, const attain_arrow_options *options,
                                 struct ArrowArrayStream *out, attain_error *err)
{
    table_stream *self = atn_alloc_array(&table->alloc, 1, sizeof *self);
    if (self == NULL) {
        return atn_error_memory(err, "writing a table as Arrow");
    }
    const bool borrows = options->numbers == ATTAIN_ARROW_DOUBLES && options->plain_text == 0;
    self->table = table;
    self->alloc = table->alloc;
    atn_table_exact_init(&self->exact, &table->plan->model, options->numbers, options->digits);
    self->plain = options->plain_text != 0;
    self->owned = options->own != 0;
    self->batch_rows = options->batch_rows == 0         ? (borrows ? ROWS_OF_COLUMNS : ROWS_OF_NUMBERS)
                       : options->batch_rows < SIZE_MAX ? (size_t)options->batch_rows
                                                        : SIZE_MAX;
    const attain_status status = open_stream(self, options, err);
    if (status != ATTAIN_OK) {
        free_stream(&self->stream);
        return status;
    }
    atn_table_exact_of(&self->exact, self->table, self->columns, self->n_columns, self->stream.owner);
    self->stream.get_schema = table_schema;
    self->stream.get_next = table_next;
    self->stream.free = free_stream;
    atn_arrow_stream_open(&self->stream, out);
    return ATTAIN_OK;
}
