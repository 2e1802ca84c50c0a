/* A table as an Arrow stream: the columns of the table, named as they are, a struct a batch.
 *
 *   ids, periods, words    codes (table_codes.h) ──▶ dictionaries; the rows are looked through once before the first batch, so that all batches
 *                                                   share their words, and only those that occur
 *   doubles, counts        borrowed from the table's own columns, which are made when first asked for
 *   decimals, fractions    row by row from the exact numbers
 *
 * Each column of a batch is a task for the threads that the table was scored with; arrays are put together by whoever asks, for they give their
 * memory back without a lock.
 *
 * Of a board's table, whose columns change, a copy is written, which goes with the last array. */
#include "score/table_codes.h"

#include <string.h>

#define ROWS_OF_COLUMNS ((size_t)1 << 20) /* of a batch by default, where columns are borrowed */
#define ROWS_OF_NUMBERS ((size_t)1 << 16) /* where every number is made */
#define ROWS_WORTH_THREADS ((size_t)1 << 14)
#define DECIMAL_DIGITS 38
#define DEFAULT_DIGITS 6u

typedef enum column_kind { CODES, COUNTS, NUMBERS } column_kind;

typedef struct table_stream {
    atn_arrow_stream stream;
    const attain_table *table;
    attain_allocator alloc;
    attain_arrow_numbers numbers;
    bool plain, is_ready;
    unsigned digits, full_digits; /* DECIMALS: of ratios; of what is in its own units */
    size_t batch_rows, next_row;
    attain_column *columns;
    size_t n_columns;
    atn_table_codes *codes; /* by position; those of other columns are not used */
} table_stream;

static column_kind kind_of(attain_column column)
{
    if (column >= ATTAIN_COL_NUMERATOR && column <= ATTAIN_COL_PATH) {
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

/* Columns that the batches borrow, or that codes are told of, are made together, in one pass over the figures. */
static attain_status make_columns(const table_stream *self, attain_error *err)
{
    attain_column needed[ATN_TABLE_COLUMNS];
    size_t n = 0;
    for (size_t c = 0; c < self->n_columns && n < ATN_TABLE_COLUMNS; c++) {
        const column_kind kind = kind_of(self->columns[c]);
        const bool is_exact = kind == NUMBERS && self->numbers != ATTAIN_ARROW_DOUBLES;
        if (!is_exact && (kind != CODES || atn_table_codes_need_column(self->columns[c]))) {
            needed[n++] = self->columns[c];
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

static bool is_in_own_units(attain_column column)
{
    return column == ATTAIN_COL_NUMERATOR || column == ATTAIN_COL_DENOMINATOR || column == ATTAIN_COL_GAP;
}

static unsigned digits_of(const table_stream *self, attain_column column)
{
    return is_in_own_units(column) ? self->full_digits : self->digits;
}

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
        if (kind == NUMBERS && self->numbers == ATTAIN_ARROW_DECIMALS) {
            atn_buf_printf(&format, "d:%d,%u", DECIMAL_DIGITS, digits_of(self, column));
        } else {
            const bool is_double = kind == NUMBERS && self->numbers == ATTAIN_ARROW_DOUBLES;
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

/* Cells that are numbers have the valid byte 1, others 0 or 2. */
static attain_status make_doubles(const table_stream *self, const attain_allocator *a, attain_column column,
                                  rows r, part *out)
{
    const double *values;
    const uint8_t *valid;
    ATN_TRY(atn_table_doubles(self->table, column, &values, &valid, &out->err));
    out->items = values + r.first;
    if (all_numbers(valid + r.first, r.n)) {
        return ATTAIN_OK;
    }
    out->valid = atn_arrow_bitmap_new(a, r.n);
    if (out->valid == NULL) {
        return ATTAIN_E_MEMORY;
    }
    out->n_nulls = atn_arrow_bitmap_flags(out->valid, valid + r.first, r.n);
    return ATTAIN_OK;
}

static attain_status make_counts(const table_stream *self, const attain_allocator *a, attain_column column,
                                 rows r, part *out)
{
    const int64_t *values;
    ATN_TRY(atn_table_integers(self->table, column, &values, &out->err));
    values += r.first;
    out->items = values;
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

static bool array_of_part(const table_stream *self, size_t c, rows r, part *made, struct ArrowArray *out)
{
    atn_arrow_owner *const owner = self->stream.owner;
    atn_arrow_words *const words = self->codes[c].codes.words;
    const atn_arrow_coded coded = made->coded;
    const atn_arrow_bytes bytes[2] = {{.own = made->valid, .n_bytes = atn_arrow_bitmap_bytes(r.n)},
                                      {.borrowed = made->items}};
    made->coded = (atn_arrow_coded){.indices = NULL};
    made->valid = NULL;
    return coded.indices == NULL ? atn_arrow_array_leaf(out, owner, r.n, made->n_nulls, bytes, 2)
           : self->plain         ? atn_arrow_array_spelled(out, owner, words, coded.indices, r.n)
                                 : atn_arrow_array_words(out, owner, words, &coded, r.n);
}

static void free_part(const attain_allocator *a, part *made, size_t n_rows)
{
    atn_alloc_free_array(a, made->coded.indices, n_rows, sizeof *made->coded.indices);
    atn_alloc_free_array(a, made->coded.valid, atn_arrow_bitmap_bytes(n_rows), 1);
    atn_alloc_free_array(a, made->valid, atn_arrow_bitmap_bytes(n_rows), 1);
}

/* ---- exact numbers, row by row ---- */

/* A column of decimals or fractions while it is made; not in use for others. */
typedef struct exact_column {
    uint8_t *valid;
    attain_i128 *decimals;
    size_t n_nulls;
    atn_arrow_text text;
} exact_column;

static bool begin_exact(const table_stream *self, exact_column *exact, size_t n_rows)
{
    if (self->numbers == ATTAIN_ARROW_FRACTIONS) {
        atn_arrow_text_begin(&exact->text, &self->alloc, n_rows);
        return !exact->text.failed;
    }
    exact->valid = atn_arrow_bitmap_new(&self->alloc, n_rows);
    exact->decimals = atn_alloc_array(&self->alloc, n_rows, sizeof *exact->decimals);
    return exact->valid != NULL && exact->decimals != NULL;
}

/* At most 38 digits. */
static bool fits(attain_i128 v)
{
    const attain_i128 most = {UINT64_C(0x098a223fffffffff), INT64_C(0x4b3b4ca85a86c47a)}; /* 10^38 - 1 */
    bool overflow = false;
    const attain_i128 size = atn_i128_sign(v) < 0 ? atn_i128_neg(v, &overflow) : v;
    return !overflow && atn_i128_compare(size, most) <= 0;
}

static attain_status put_exact(const table_stream *self, const atn_row_view *view, size_t c, size_t row,
                               size_t i, exact_column *exact, attain_error *err)
{
    const attain_column column = self->columns[c];
    atn_ratio value;
    atn_wide rounded;
    const bool has =
        atn_table_number(self->table, view, (atn_number_column)(column - ATTAIN_COL_NUMERATOR), &value);
    if (self->numbers == ATTAIN_ARROW_FRACTIONS) {
        if (has) {
            atn_print_fraction(&exact->text.bytes, &value);
        }
        atn_arrow_text_next(&exact->text, !has);
        return ATTAIN_OK;
    }
    if (!has) {
        exact->n_nulls++;
        return ATTAIN_OK;
    }
    atn_ratio_round(&rounded, &value, digits_of(self, column), ATTAIN_ROUND_HALF_UP);
    if (!atn_wide_to_i128(&rounded, &exact->decimals[i]) || !fits(exact->decimals[i])) {
        return atn_error_at_index(
            err, ATTAIN_E_RANGE, (int64_t)row,
            "row %zu, column '%s': the number does not fit %d digits with %u of them behind the "
            "point; ask for fractions or doubles",
            row + 1, atn_table_column_name(self->table, column), DECIMAL_DIGITS, digits_of(self, column));
    }
    atn_arrow_bitmap_set(exact->valid, i);
    return ATTAIN_OK;
}

static bool end_exact(table_stream *self, exact_column *exact, size_t n_rows, struct ArrowArray *out)
{
    if (self->numbers == ATTAIN_ARROW_FRACTIONS) {
        return atn_arrow_text_end(&exact->text, out, self->stream.owner);
    }
    const size_t n = n_rows > 0 ? n_rows : 1;
    const atn_arrow_bytes bytes[2] = {{.own = exact->valid, .n_bytes = atn_arrow_bitmap_bytes(n_rows)},
                                      {.own = exact->decimals, .n_bytes = n * sizeof *exact->decimals}};
    exact->valid = NULL;
    exact->decimals = NULL;
    return atn_arrow_array_leaf(out, self->stream.owner, n_rows, exact->n_nulls, bytes, 2);
}

static void free_exact(const table_stream *self, exact_column *exact, size_t n_rows)
{
    const attain_allocator *a = &self->alloc;
    atn_alloc_free_array(a, exact->valid, atn_arrow_bitmap_bytes(n_rows), 1);
    atn_alloc_free_array(a, exact->decimals, n_rows, sizeof *exact->decimals);
    atn_arrow_text_free(&exact->text);
}

static attain_status fill_exact(const table_stream *self, rows r, exact_column *exact, attain_error *err)
{
    for (size_t i = 0; i < r.n; i++) {
        atn_row_view view;
        (void)atn_table_row(self->table, r.first + i, &view);
        for (size_t c = 0; c < self->n_columns; c++) {
            if (kind_of(self->columns[c]) == NUMBERS) {
                ATN_TRY(put_exact(self, &view, c, r.first + i, i, &exact[c], err));
            }
        }
    }
    return ATTAIN_OK;
}

/* All number columns together, because a row is derived once. */
static attain_status put_numbers(table_stream *self, rows r, struct ArrowArray *out, attain_error *err)
{
    exact_column *exact = atn_alloc_array(&self->alloc, self->n_columns, sizeof *exact);
    bool good = exact != NULL;
    for (size_t c = 0; good && c < self->n_columns; c++) {
        good = kind_of(self->columns[c]) != NUMBERS || begin_exact(self, &exact[c], r.n);
    }
    attain_status status = good ? fill_exact(self, r, exact, err) : ATTAIN_OK;
    for (size_t c = 0; good && status == ATTAIN_OK && c < self->n_columns; c++) {
        good = kind_of(self->columns[c]) != NUMBERS || end_exact(self, &exact[c], r.n, out->children[c]);
    }
    for (size_t c = 0; exact != NULL && c < self->n_columns; c++) {
        free_exact(self, &exact[c], r.n);
    }
    atn_alloc_free_array(&self->alloc, exact, self->n_columns, sizeof *exact);
    return status != ATTAIN_OK || good ? status : atn_error_memory(err, "writing a table as Arrow");
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
    } else if (self->numbers == ATTAIN_ARROW_DOUBLES) {
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
        if ((kind_of(self->columns[c]) != NUMBERS || self->numbers == ATTAIN_ARROW_DOUBLES) &&
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
    const attain_status status = put_parts(self, r, parts, out, err);
    for (size_t c = 0; c < self->n_columns; c++) {
        free_part(&self->alloc, &parts[c], r.n);
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
    if (self->numbers != ATTAIN_ARROW_DOUBLES) {
        ATN_TRY(put_numbers(self, r, out, err));
    }
    self->next_row += r.n;
    return ATTAIN_OK;
}

/* ---- opening ---- */

/* Decimals with which every linear form of the plan is whole; a law or a reference that makes fractions is rounded to them. */
static unsigned full_digits(const atn_model *model)
{
    unsigned most = 0;
    for (uint32_t m = 0; m < model->n_measures; m++) {
        const unsigned n = model->measures[m].decimals + (model->measures[m].is_percent ? 2u : 0u);
        most = n > most ? n : most;
    }
    for (uint32_t t = 0; t < model->n_terms; t++) {
        const atn_term *term = &model->terms[t];
        unsigned n = term->coefficient_decimals;
        if (term->kind == ATN_TERM_MEASURE) {
            n += model->measures[term->index].decimals + (model->measures[term->index].is_percent ? 2u : 0u);
        } else if (term->kind == ATN_TERM_REFERENCE) {
            n += model->references[term->index].decimals;
        }
        most = n > most ? n : most;
    }
    return most;
}

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
    self->numbers = options->numbers;
    self->plain = options->plain_text != 0;
    self->digits = options->digits == 0  ? DEFAULT_DIGITS
                   : options->digits < 0 ? 0
                                         : (unsigned)options->digits;
    self->full_digits = full_digits(&table->plan->model);
    self->batch_rows = options->batch_rows == 0         ? (borrows ? ROWS_OF_COLUMNS : ROWS_OF_NUMBERS)
                       : options->batch_rows < SIZE_MAX ? (size_t)options->batch_rows
                                                        : SIZE_MAX;
    const attain_status status = open_stream(self, options, err);
    if (status != ATTAIN_OK) {
        free_stream(&self->stream);
        return status;
    }
    self->stream.get_schema = table_schema;
    self->stream.get_next = table_next;
    self->stream.free = free_stream;
    atn_arrow_stream_open(&self->stream, out);
    return ATTAIN_OK;
}
