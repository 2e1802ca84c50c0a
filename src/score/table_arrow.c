/* A table as an Arrow stream: the columns of the table, named as they are, a struct a batch.
 *
 *   ids, periods, words    codes (arrow_codes.h) ──▶ dictionaries; the rows are looked through once before the first batch, so that all batches
 *                                                   share their words, and only those that occur
 *   doubles, counts        borrowed from the table's own columns, which are made when first asked for
 *   decimals, fractions    row by row from the exact numbers
 *
 * Of a board's table nothing is borrowed, because its columns change. */
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

/* Readings and groups of rows [first, end), segment by segment. */
static void text_keys(const attain_table *table, attain_column column, size_t first, size_t end,
                      atn_arrow_key *keys)
{
    for (size_t s = 0; s < table->n_segments; s++) {
        const atn_segment *at = &table->segments[s];
        const size_t stop = atn_segment_end(table, s) < end ? atn_segment_end(table, s) : end;
        for (size_t row = at->first > first ? at->first : first; row < stop; row++) {
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

/* Keys of rows [first, end), at most AT_A_TIME of them. */
static void find_keys(const attain_table *table, attain_column column, size_t first, size_t end,
                      atn_arrow_key *keys)
{
    if (is_period(column)) {
        attain_period periods[AT_A_TIME];
        atn_table_periods_of(table, column, first, end, periods);
        for (size_t i = 0; i < end - first; i++) {
            keys[i] = atn_arrow_key_of_period(periods[i]);
            keys[i].b = periods[i].type == ATTAIN_PERIOD_NONE ? NO_KEY : keys[i].b;
        }
    } else if (is_group(column) || column == ATTAIN_COL_READING) {
        text_keys(table, column, first, end, keys);
    } else {
        int64_t values[AT_A_TIME];
        atn_table_integers_of(table, column, first, end, values);
        for (size_t i = 0; i < end - first; i++) {
            keys[i] = (atn_arrow_key){(uint64_t)values[i], is_empty(column, values[i]) ? NO_KEY : 0};
        }
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

static bool learn(table_stream *self, size_t c, atn_arrow_key key)
{
    if (key.b == NO_KEY || atn_arrow_codes_find(&self->codes[c], key) >= 0) {
        return true;
    }
    atn_buf text;
    atn_buf_init(&text, &self->alloc);
    print_key(self->table, self->columns[c], key, &text);
    const bool good =
        !text.failed && atn_arrow_codes_add(&self->codes[c], key, (atn_str){text.data, text.len});
    atn_buf_free(&text);
    return good;
}

static bool learn_column(table_stream *self, size_t c)
{
    atn_arrow_key keys[AT_A_TIME];
    const size_t n_rows = self->table->n_rows;
    for (size_t first = 0; first < n_rows; first += AT_A_TIME) {
        const size_t end = n_rows - first < AT_A_TIME ? n_rows : first + AT_A_TIME;
        find_keys(self->table, self->columns[c], first, end, keys);
        for (size_t i = 0; i < end - first; i++) {
            if (!learn(self, c, keys[i])) {
                return false;
            }
        }
    }
    return true;
}

static attain_status get_ready(table_stream *self, attain_error *err)
{
    for (size_t c = 0; c < self->n_columns && !self->is_ready; c++) {
        if (kind_of(self->columns[c]) == CODES && !learn_column(self, c)) {
            return atn_error_memory(err, "writing a table as Arrow");
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

static bool put_codes(table_stream *self, size_t c, rows r, struct ArrowArray *out)
{
    atn_arrow_key keys[AT_A_TIME];
    int32_t *indices = atn_alloc_array(&self->alloc, r.n, sizeof *indices);
    if (indices == NULL) {
        return false;
    }
    for (size_t at = 0; at < r.n; at += AT_A_TIME) {
        const size_t n = r.n - at < AT_A_TIME ? r.n - at : AT_A_TIME;
        find_keys(self->table, self->columns[c], r.first + at, r.first + at + n, keys);
        for (size_t i = 0; i < n; i++) {
            indices[at + i] = keys[i].b == NO_KEY ? -1 : atn_arrow_codes_find(&self->codes[c], keys[i]);
        }
    }
    return atn_arrow_array_words(out, self->stream.owner, self->codes[c].words, indices, r.n, self->plain);
}

/* Items of eight bytes that the table keeps, or a copy of them where it is live. */
static bool put_column(table_stream *self, const void *items, uint8_t *valid, size_t n_nulls, rows r,
                       struct ArrowArray *out)
{
    const bool is_live = self->table->book != NULL && self->table->book->is_live;
    const char *from = (const char *)items + 8 * r.first;
    atn_arrow_bytes bytes[2] = {{.own = valid, .n_bytes = atn_arrow_bitmap_bytes(r.n)}, {.borrowed = from}};
    if (is_live) {
        bytes[1] = (atn_arrow_bytes){.own = atn_alloc_array(&self->alloc, r.n, 8),
                                     .n_bytes = 8 * (r.n > 0 ? r.n : 1)};
        if (bytes[1].own == NULL) {
            (void)atn_alloc_resize(&self->alloc, valid, bytes[0].n_bytes, 0);
            return false;
        }
        memcpy(bytes[1].own, from, 8 * r.n);
    }
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
        case CODES:
            if (!put_codes(self, c, r, out->children[c])) {
                return atn_error_memory(err, "writing a table as Arrow");
            }
            break;
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
    attain_status status = take_columns(self, options, err);
    if (status == ATTAIN_OK) {
        self->stream.owner = atn_arrow_owner_new(&self->alloc, options->owner, options->release);
        status = self->stream.owner != NULL ? ATTAIN_OK : atn_error_memory(err, "writing a table as Arrow");
    }
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
