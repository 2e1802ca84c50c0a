/* A table as an Arrow stream: the columns of the table, named as they are, a struct a batch.
 *
 *   ids, periods, words    codes (arrow_codes.h) ──▶ dictionaries; the rows are looked through once before the first batch, so that all batches
 *                                                   share their words, and only those that occur
 *   doubles, counts        borrowed from the table's own columns, which are made when first asked for
 *   decimals, fractions    row by row from the exact numbers
 *
 * Of a board's table, whose columns change, a copy is written, which goes with the last array. */
#include "base/arrow_codes.h"
#include "calendar/calendar.h"
#include "score/table_parts.h"

#include <string.h>

#define ROWS_OF_COLUMNS ((size_t)1 << 20) /* of a batch by default, where columns are borrowed */
#define ROWS_OF_NUMBERS ((size_t)1 << 16) /* where every number is made */
#define DECIMAL_DIGITS 38
#define DEFAULT_DIGITS 6u
#define AT_A_TIME ((size_t)1024)

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
    atn_arrow_codes *codes; /* by position; those of other columns are not used */
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

static bool is_group(attain_column column)
{
    return column >= ATTAIN_COL_GROUP && column < ATTAIN_COL_NUMERATOR;
}

static void free_stream(atn_arrow_stream *stream)
{
    table_stream *self = (table_stream *)(void *)stream;
    const attain_allocator a = self->alloc;
    for (size_t c = 0; self->codes != NULL && c < self->n_columns; c++) {
        atn_arrow_codes_free(&self->codes[c]);
    }
    if (self->codes != NULL) {
        atn_alloc_free_array(&a, self->codes, self->n_columns, sizeof *self->codes);
    }
    if (self->columns != NULL) {
        atn_alloc_free_array(&a, self->columns, self->n_columns, sizeof *self->columns);
    }
    atn_alloc_free_array(&a, self, 1, sizeof *self);
}

/* ---- keys: what a row says in a coded column ---- */

#define NO_KEY UINT64_MAX /* in `b`: the cell is empty */

static bool is_period(attain_column column)
{
    return column == ATTAIN_COL_PERIOD || column == ATTAIN_COL_DUE;
}

/* An integer of this column that is printed as nothing. */
static bool is_empty(attain_column column, int64_t value)
{
    const bool no_bits =
        column == ATTAIN_COL_REASON || column == ATTAIN_COL_FLAGS || column == ATTAIN_COL_PACE;
    return value < 0 || (no_bits && value == 0);
}

/* The segment that holds the row. */
static size_t segment_of(const attain_table *table, size_t row)
{
    size_t low = 0;
    size_t high = table->n_segments;
    while (high - low > 1) {
        const size_t mid = low + (high - low) / 2;
        if (table->segments[mid].first <= row) {
            low = mid;
        } else {
            high = mid;
        }
    }
    return low;
}

/* Readings and groups of rows [first, end), segment by segment. */
static void text_keys(const attain_table *table, attain_column column, size_t first, size_t end,
                      atn_arrow_key *keys)
{
    size_t row = first;
    for (size_t s = segment_of(table, first); row < end; s++) {
        const atn_segment *at = &table->segments[s];
        const size_t stop = atn_segment_end(table, s) < end ? atn_segment_end(table, s) : end;
        for (; row < stop; row++) {
            const atn_row *stored = at->is_sheet ? NULL : &table->rows[at->at + (row - at->first)];
            uint32_t key;
            if (is_group(column)) {
                key =
                    table->groups[(size_t)stored->group * table->n_by + (size_t)(column - ATTAIN_COL_GROUP)];
            } else {
                key = at->is_sheet ? table->book->sheets[at->at].row_reading : stored->reading;
                key = key != ATN_NONE && table->plan->model.readings[key].name.len == 0 ? ATN_NONE : key;
            }
            keys[row - first] = (atn_arrow_key){key, key == ATN_NONE ? NO_KEY : 0};
        }
    }
}

/* Where the keys of a column are read: one of these, or from the segments. */
typedef struct key_source {
    attain_column column;
    const int64_t *integers;
    const attain_period *periods;
} key_source;

static attain_status open_keys(const attain_table *table, attain_column column, key_source *out,
                               attain_error *err)
{
    *out = (key_source){.column = column};
    if (is_period(column)) {
        return atn_table_periods(table, column, &out->periods, err);
    }
    return is_group(column) || column == ATTAIN_COL_READING
               ? ATTAIN_OK
               : atn_table_integers(table, column, &out->integers, err);
}

/* Keys of rows [first, end), at most AT_A_TIME of them. */
static void find_keys(const attain_table *table, const key_source *from, size_t first, size_t end,
                      atn_arrow_key *keys)
{
    if (from->periods != NULL) {
        for (size_t i = first; i < end; i++) {
            keys[i - first] = atn_arrow_key_of_period(from->periods[i]);
            keys[i - first].b = from->periods[i].type == ATTAIN_PERIOD_NONE ? NO_KEY : keys[i - first].b;
        }
    } else if (from->integers != NULL) {
        for (size_t i = first; i < end; i++) {
            const int64_t value = from->integers[i];
            keys[i - first] = (atn_arrow_key){(uint64_t)value, is_empty(from->column, value) ? NO_KEY : 0};
        }
    } else {
        text_keys(table, from->column, first, end, keys);
    }
}

/* ---- words ---- */

static void print_bits(atn_buf *out, attain_column column, uint64_t bits)
{
    bool first = true;
    for (uint32_t bit = 0; bit < 32; bit++) {
        if ((bits >> bit & 1) != 0) {
            const int one = (int)(1u << bit);
            atn_buf_text(out, first ? "" : ";");
            atn_buf_text(out, column == ATTAIN_COL_REASON ? attain_reason_name((attain_reason)one)
                                                          : attain_flag_name((attain_flag)one));
            first = false;
        }
    }
}

/* A dispatch over the columns. */
static void print_key(const attain_table *table, attain_column column, atn_arrow_key key, atn_buf *out)
{
    const atn_model *model = &table->plan->model;
    switch ((int)column) {
    case ATTAIN_COL_TARGET: atn_buf_str(out, model->targets[key.a].id); break;
    case ATTAIN_COL_INDICATOR: atn_buf_str(out, model->indicators[key.a].id); break;
    case ATTAIN_COL_UNIT: atn_buf_str(out, model->units[key.a].id); break;
    case ATTAIN_COL_PERIOD:
    case ATTAIN_COL_DUE: atn_period_print(out, atn_arrow_period_of_key(key)); break;
    case ATTAIN_COL_READING: atn_buf_str(out, model->readings[key.a].name); break;
    case ATTAIN_COL_VERDICT: atn_buf_text(out, attain_verdict_name((attain_verdict)key.a)); break;
    case ATTAIN_COL_PACE: atn_buf_text(out, attain_pace_name((attain_pace)key.a)); break;
    case ATTAIN_COL_STATE: atn_buf_text(out, attain_state_name((attain_state)key.a)); break;
    case ATTAIN_COL_REASON:
    case ATTAIN_COL_FLAGS: print_bits(out, column, key.a); break;
    default: {
        const atn_table_by by = table->by[column - ATTAIN_COL_GROUP];
        atn_buf_str(out, (by.is_attribute ? model->attributes : model->categories)[by.index].member[key.a]);
        break;
    }
    }
}

/* The code of a key that is not known yet: its word is written. -1: out of memory. */
static int32_t learn(table_stream *self, size_t c, atn_arrow_key key)
{
    atn_buf text;
    atn_buf_init(&text, &self->alloc);
    print_key(self->table, self->columns[c], key, &text);
    const bool good =
        !text.failed && atn_arrow_codes_add(&self->codes[c], key, (atn_str){text.data, text.len});
    atn_buf_free(&text);
    return good ? atn_arrow_codes_find(&self->codes[c], key) : -1;
}

/* Codes of rows [first, end), -1 where they are empty; out may be NULL, then their words are learnt. false: out of memory. */
static bool encode(table_stream *self, size_t c, const key_source *from, size_t first, size_t end,
                   int32_t *out)
{
    atn_arrow_key keys[AT_A_TIME];
    atn_arrow_key last = {0, NO_KEY};
    int32_t code = -1;
    for (size_t row = first; row < end; row += AT_A_TIME) {
        const size_t n = end - row < AT_A_TIME ? end - row : AT_A_TIME;
        find_keys(self->table, from, row, row + n, keys);
        for (size_t i = 0; i < n; i++) {
            if (keys[i].a != last.a || keys[i].b != last.b) {
                last = keys[i];
                code = last.b == NO_KEY ? -1 : atn_arrow_codes_find(&self->codes[c], last);
                if (code < 0 && last.b != NO_KEY) {
                    code = learn(self, c, last);
                    if (code < 0) {
                        return false;
                    }
                }
            }
            if (out != NULL) {
                out[row - first + i] = code;
            }
        }
    }
    return true;
}

/* Several batches share their words: all rows are looked through before the first. */
static attain_status get_ready(table_stream *self, attain_error *err)
{
    const bool is_one = self->table->n_rows <= self->batch_rows;
    for (size_t c = 0; c < self->n_columns && !self->is_ready && !is_one; c++) {
        if (kind_of(self->columns[c]) == CODES) {
            key_source from;
            ATN_TRY(open_keys(self->table, self->columns[c], &from, err));
            if (!encode(self, c, &from, 0, self->table->n_rows, NULL)) {
                return atn_error_memory(err, "writing a table as Arrow");
            }
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

static attain_status put_codes(table_stream *self, size_t c, rows r, struct ArrowArray *out,
                               attain_error *err)
{
    key_source from;
    ATN_TRY(open_keys(self->table, self->columns[c], &from, err));
    int32_t *indices = atn_alloc_array(&self->alloc, r.n, sizeof *indices);
    bool good = indices != NULL;
    if (good && !encode(self, c, &from, r.first, r.first + r.n, indices)) {
        atn_alloc_free_array(&self->alloc, indices, r.n, sizeof *indices);
        good = false;
    }
    return good && atn_arrow_array_words(out, self->stream.owner, self->codes[c].words, indices, r.n,
                                         self->plain)
               ? ATTAIN_OK
               : atn_error_memory(err, "writing a table as Arrow");
}

/* Items of eight bytes that the table keeps. */
static bool put_column(table_stream *self, const void *items, uint8_t *valid, size_t n_nulls, rows r,
                       struct ArrowArray *out)
{
    const atn_arrow_bytes bytes[2] = {{.own = valid, .n_bytes = atn_arrow_bitmap_bytes(r.n)},
                                      {.borrowed = (const char *)items + 8 * r.first}};
    return atn_arrow_array_leaf(out, self->stream.owner, r.n, n_nulls, bytes, 2);
}

static attain_status put_doubles(table_stream *self, attain_column column, rows r, struct ArrowArray *out,
                                 attain_error *err)
{
    const double *values;
    const uint8_t *valid;
    size_t n_nulls = 0;
    ATN_TRY(atn_table_doubles(self->table, column, &values, &valid, err));
    uint8_t *bits = atn_arrow_bitmap_new(&self->alloc, r.n);
    for (size_t i = 0; bits != NULL && i < r.n; i++) {
        const unsigned is_valid = valid[r.first + i] == 1;
        bits[i >> 3] = (uint8_t)(bits[i >> 3] | is_valid << (i & 7));
        n_nulls += 1 - is_valid;
    }
    return bits != NULL && put_column(self, values, bits, n_nulls, r, out)
               ? ATTAIN_OK
               : atn_error_memory(err, "writing a table as Arrow");
}

static attain_status put_counts(table_stream *self, attain_column column, rows r, struct ArrowArray *out,
                                attain_error *err)
{
    const int64_t *values;
    size_t n_nulls = 0;
    ATN_TRY(atn_table_integers(self->table, column, &values, err));
    uint8_t *bits = atn_arrow_bitmap_new(&self->alloc, r.n);
    for (size_t i = 0; bits != NULL && i < r.n; i++) {
        const unsigned is_valid = values[r.first + i] >= 0;
        bits[i >> 3] = (uint8_t)(bits[i >> 3] | is_valid << (i & 7));
        n_nulls += 1 - is_valid;
    }
    return bits != NULL && put_column(self, values, bits, n_nulls, r, out)
               ? ATTAIN_OK
               : atn_error_memory(err, "writing a table as Arrow");
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

static attain_status put_other_columns(table_stream *self, rows r, struct ArrowArray *out, attain_error *err)
{
    for (size_t c = 0; c < self->n_columns; c++) {
        const attain_column column = self->columns[c];
        switch (kind_of(column)) {
        case CODES: ATN_TRY(put_codes(self, c, r, out->children[c], err)); break;
        case COUNTS: ATN_TRY(put_counts(self, column, r, out->children[c], err)); break;
        case NUMBERS:
            if (self->numbers == ATTAIN_ARROW_DOUBLES) {
                ATN_TRY(put_doubles(self, column, r, out->children[c], err));
            }
            break;
        }
    }
    return ATTAIN_OK;
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
        if (!atn_arrow_codes_init(&self->codes[c], &self->alloc)) {
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
