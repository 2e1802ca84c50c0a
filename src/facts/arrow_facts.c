/* Facts as an Arrow stream: what attain_facts_add_arrow takes, in the order of the store.
 *
 *   unit, measure, period, a column per category, value, qualifier, reason
 *
 * Facts are walked twice: once for the words of all dictionaries, which all batches share, and once for the batches. A qualifier is written as
 * it is read: "=" is null, a figure that is missing has a null for its value, "missing" and a reason. */
#include "base/arrow_codes.h"
#include "facts/store.h"
#include "number/decimal.h"
#include "number/double.h"

#include <math.h>
#include <string.h>

#define DEFAULT_ROWS ((uint64_t)1 << 18)
#define DECIMAL_DIGITS 38

enum {
    UNIT,
    MEASURE,
    PERIOD,
    FIRST_CATEGORY
}; /* coded columns; behind the categories QUALIFIER and REASON */

typedef struct facts_stream {
    atn_arrow_stream stream;
    const attain_facts *facts;
    attain_allocator alloc;
    attain_arrow_numbers numbers;
    bool plain, is_ready;
    uint64_t batch_rows, n_left;
    uint32_t n_categories;
    unsigned decimals;      /* DECIMALS: of the column */
    atn_arrow_codes *codes; /* n_codes columns */
    size_t n_codes;
    uint32_t measure; /* of the cursor */
    atn_cursor cursor;
} facts_stream;

/* A batch while it is made. */
typedef struct facts_batch {
    int32_t **indices; /* n_codes columns of n_rows */
    size_t n_rows, row;
    uint8_t *valid;
    size_t n_nulls;
    double *doubles;
    attain_i128 *decimals;
    atn_arrow_text text;
    bool use_division;
} facts_batch;

static void free_stream(atn_arrow_stream *stream)
{
    facts_stream *self = (facts_stream *)(void *)stream;
    const attain_allocator a = self->alloc;
    for (size_t c = 0; self->codes != NULL && c < self->n_codes; c++) {
        atn_arrow_codes_free(&self->codes[c]);
    }
    if (self->codes != NULL) {
        atn_alloc_free_array(&a, self->codes, self->n_codes, sizeof *self->codes);
    }
    atn_alloc_free_array(&a, self, 1, sizeof *self);
}

/* ---- cells one after the other ---- */

static void start(facts_stream *self)
{
    self->measure = 0;
    if (self->facts->plan->model.n_measures > 0) {
        atn_facts_each(self->facts, 0, 0, UINT32_MAX, INT32_MIN, INT32_MAX, &self->cursor);
    }
}

static bool next_cell(facts_stream *self, atn_cell *cell)
{
    const uint32_t n_measures = self->facts->plan->model.n_measures;
    while (self->measure < n_measures) {
        if (atn_facts_next(&self->cursor, cell)) {
            return true;
        }
        if (++self->measure < n_measures) {
            atn_facts_each(self->facts, self->measure, 0, UINT32_MAX, INT32_MIN, INT32_MAX, &self->cursor);
        }
    }
    return false;
}

/* ---- words ---- */

static const char *qualifier_word(uint8_t qualifier)
{
    static const char *const words[] = {"=", ">", ">=", "<", "<=", "~", "missing"};
    return words[qualifier];
}

/* What the cell says in a coded column; false: nothing. */
static bool key_of(const facts_stream *self, const atn_cell *cell, size_t column, uint64_t *key)
{
    const atn_model *model = &self->facts->plan->model;
    const size_t category = column - FIRST_CATEGORY;
    if (column == UNIT || column == MEASURE) {
        *key = column == UNIT ? cell->unit : cell->measure;
        return true;
    }
    if (category >= self->n_categories) {
        const bool is_reason = category > self->n_categories;
        *key = is_reason ? cell->reason : cell->qualifier;
        return is_reason ? cell->qualifier == ATTAIN_MISSING : cell->qualifier != ATTAIN_EXACT;
    }
    const atn_measure *measure = &model->measures[cell->measure];
    for (uint32_t p = 0; p < measure->n_categories; p++) {
        if (measure->category[p] == category) {
            *key = atn_cell_member(model, measure, cell->cell, p);
            return true;
        }
    }
    return false;
}

static atn_str text_of(const char *word)
{
    return (atn_str){word, strlen(word)}; /* one of ours */
}

static atn_str word_of(const facts_stream *self, size_t column, uint64_t key)
{
    const atn_model *model = &self->facts->plan->model;
    const size_t category = column - FIRST_CATEGORY;
    if (column == UNIT) {
        return model->units[key].id;
    }
    if (column == MEASURE) {
        return model->measures[key].id;
    }
    if (category < self->n_categories) {
        return model->categories[category].member[key];
    }
    return text_of(category > self->n_categories ? attain_missing_reason_name((attain_missing_reason)key)
                                                 : qualifier_word((uint8_t)key));
}

static bool learn_period(facts_stream *self, attain_period period)
{
    const atn_arrow_key key = atn_arrow_key_of_period(period);
    if (atn_arrow_codes_find(&self->codes[PERIOD], key) >= 0) {
        return true;
    }
    atn_buf text;
    atn_buf_init(&text, &self->alloc);
    atn_period_print(&text, period);
    const bool good =
        !text.failed && atn_arrow_codes_add(&self->codes[PERIOD], key, (atn_str){text.data, text.len});
    atn_buf_free(&text);
    return good;
}

static bool learn_cell(facts_stream *self, const atn_cell *cell)
{
    for (size_t c = 0; c < self->n_codes; c++) {
        uint64_t key;
        if (c == PERIOD || !key_of(self, cell, c, &key)) {
            continue;
        }
        if (atn_arrow_codes_find(&self->codes[c], (atn_arrow_key){key, 0}) < 0 &&
            !atn_arrow_codes_add(&self->codes[c], (atn_arrow_key){key, 0}, word_of(self, c, key))) {
            return false;
        }
    }
    return learn_period(self, cell->period);
}

static attain_status get_ready(facts_stream *self, attain_error *err)
{
    atn_cell cell;
    if (self->is_ready) {
        return ATTAIN_OK;
    }
    start(self);
    while (next_cell(self, &cell)) {
        if (!learn_cell(self, &cell)) {
            return atn_error_memory(err, "writing facts as Arrow");
        }
    }
    start(self);
    self->n_left = atn_facts_count(self->facts);
    self->is_ready = true;
    return ATTAIN_OK;
}

/* ---- schema ---- */

static attain_status facts_schema(atn_arrow_stream *stream, struct ArrowSchema *out, attain_error *err)
{
    const facts_stream *self = (const facts_stream *)(const void *)stream;
    const atn_model *model = &self->facts->plan->model;
    static const char *const first[] = {"unit", "measure", "period"};
    static const char *const last[] = {"value", "qualifier", "reason"};
    atn_buf decimal;
    atn_buf_init(&decimal, &self->alloc);
    atn_buf_printf(&decimal, "d:%d,%u", DECIMAL_DIGITS, self->decimals);
    const char *value = self->numbers == ATTAIN_ARROW_DOUBLES    ? "g"
                        : self->numbers == ATTAIN_ARROW_DECIMALS ? decimal.data
                                                                 : "u";
    const size_t n_categories = self->n_categories;
    bool good = !decimal.failed && atn_arrow_schema_struct(out, stream->owner, n_categories + 6);
    for (size_t i = 0; good && i < n_categories + 6; i++) {
        const bool is_value = i == n_categories + 3;
        const atn_str name = i < 3                  ? text_of(first[i])
                             : i < n_categories + 3 ? model->categories[i - 3].id
                                                    : text_of(last[i - n_categories - 3]);
        good = atn_arrow_schema_column(out, stream->owner, i, name, is_value ? value : "u",
                                       !is_value && !self->plain);
    }
    atn_buf_free(&decimal);
    return good ? ATTAIN_OK : atn_error_memory(err, "writing facts as Arrow");
}

/* ---- batches ---- */

static int64_t power_of_ten(unsigned n)
{
    int64_t power = 1;
    for (; n > 0; n--) {
        power *= 10;
    }
    return power;
}

/* Without zeros behind the point. */
static void print_value(atn_buf *out, int64_t value, unsigned decimals)
{
    const attain_number_format plain = ATTAIN_NUMBERS_PLAIN;
    for (; decimals > 0 && value % 10 == 0; decimals--) {
        value /= 10;
    }
    const atn_wide wide = atn_wide_from_i64(value);
    atn_decimal_print(out, &wide, decimals, &plain);
}

static void put_value(const facts_stream *self, facts_batch *batch, const atn_cell *cell)
{
    const unsigned decimals = self->facts->plan->model.measures[cell->measure].decimals;
    const bool is_null = cell->qualifier == ATTAIN_MISSING;
    const attain_i128 value = atn_i128_from_i64(is_null ? 0 : cell->value);
    bool overflow = false; /* 63 bits and nine digits are less than 38 digits */
    if (self->numbers == ATTAIN_ARROW_DOUBLES) {
        const attain_i128 den = atn_i128_from_i64(power_of_ten(decimals));
        batch->doubles[batch->row] =
            is_null ? (double)NAN : atn_double_of_i128(value, den, batch->use_division);
    } else if (self->numbers == ATTAIN_ARROW_DECIMALS) {
        batch->decimals[batch->row] =
            atn_i128_mul_i64(value, power_of_ten(self->decimals - decimals), &overflow);
    } else {
        if (!is_null) {
            print_value(&batch->text.bytes, cell->value, decimals);
        }
        atn_arrow_text_next(&batch->text, is_null);
        return;
    }
    if (is_null) {
        batch->n_nulls++;
    } else {
        atn_arrow_bitmap_set(batch->valid, batch->row);
    }
}

static void put_cell(facts_stream *self, facts_batch *batch, const atn_cell *cell)
{
    for (size_t c = 0; c < self->n_codes; c++) {
        atn_arrow_key key = {0, 0};
        const bool has = c == PERIOD || key_of(self, cell, c, &key.a);
        key = c == PERIOD ? atn_arrow_key_of_period(cell->period) : key;
        batch->indices[c][batch->row] = has ? atn_arrow_codes_find(&self->codes[c], key) : -1;
    }
    put_value(self, batch, cell);
    batch->row++;
}

static bool begin_batch(const facts_stream *self, facts_batch *batch, size_t n_rows)
{
    const attain_allocator *a = &self->alloc;
    memset(batch, 0, sizeof *batch);
    batch->n_rows = n_rows;
    batch->use_division = atn_double_nearest_now();
    batch->indices = atn_alloc_array(a, self->n_codes, sizeof *batch->indices);
    bool good = batch->indices != NULL;
    for (size_t c = 0; good && c < self->n_codes; c++) {
        batch->indices[c] = atn_alloc_array(a, n_rows, sizeof **batch->indices);
        good = batch->indices[c] != NULL;
    }
    if (self->numbers == ATTAIN_ARROW_FRACTIONS) {
        atn_arrow_text_begin(&batch->text, a, n_rows);
        return good && !batch->text.failed;
    }
    batch->valid = atn_arrow_bitmap_new(a, n_rows);
    if (self->numbers == ATTAIN_ARROW_DOUBLES) {
        batch->doubles = atn_alloc_array(a, n_rows, sizeof *batch->doubles);
    } else {
        batch->decimals = atn_alloc_array(a, n_rows, sizeof *batch->decimals);
    }
    return good && batch->valid != NULL && (batch->doubles != NULL || batch->decimals != NULL);
}

static bool end_value(facts_stream *self, facts_batch *batch, struct ArrowArray *out)
{
    atn_arrow_owner *owner = self->stream.owner;
    if (self->numbers == ATTAIN_ARROW_FRACTIONS) {
        return atn_arrow_text_end(&batch->text, out, owner);
    }
    const bool is_double = batch->doubles != NULL;
    const size_t n = batch->n_rows == 0 ? 1 : batch->n_rows;
    const atn_arrow_bytes bytes[2] = {{.own = batch->valid, .n_bytes = atn_arrow_bitmap_bytes(batch->n_rows)},
                                      {.own = is_double ? (void *)batch->doubles : (void *)batch->decimals,
                                       .n_bytes = n * (is_double ? sizeof *batch->doubles
                                                                 : sizeof *batch->decimals)}};
    batch->valid = NULL;
    batch->doubles = NULL;
    batch->decimals = NULL;
    return atn_arrow_array_leaf(out, owner, batch->n_rows, batch->n_nulls, bytes, 2);
}

/* Columns into the struct; what they own goes with them. */
static bool end_batch(facts_stream *self, facts_batch *batch, struct ArrowArray *out)
{
    atn_arrow_owner *owner = self->stream.owner;
    if (!atn_arrow_array_struct(out, owner, self->n_codes + 1, batch->n_rows)) {
        return false;
    }
    const size_t value = FIRST_CATEGORY + self->n_categories;
    for (size_t c = 0; c < self->n_codes; c++) {
        struct ArrowArray *const column = out->children[c < value ? c : c + 1];
        atn_arrow_coded coded = {.indices = batch->indices[c]};
        if (!self->plain && !atn_arrow_code_nulls(&coded, &self->alloc, batch->n_rows)) {
            return false;
        }
        batch->indices[c] = NULL;
        if (!(self->plain
                  ? atn_arrow_array_spelled(column, owner, self->codes[c].words, coded.indices, batch->n_rows)
                  : atn_arrow_array_words(column, owner, self->codes[c].words, &coded, batch->n_rows))) {
            return false;
        }
    }
    return end_value(self, batch, out->children[value]);
}

static void free_batch(const facts_stream *self, facts_batch *batch)
{
    const attain_allocator *a = &self->alloc;
    for (size_t c = 0; batch->indices != NULL && c < self->n_codes; c++) {
        atn_alloc_free_array(a, batch->indices[c], batch->n_rows, sizeof **batch->indices);
    }
    atn_alloc_free_array(a, batch->indices, self->n_codes, sizeof *batch->indices);
    atn_alloc_free_array(a, batch->valid, atn_arrow_bitmap_bytes(batch->n_rows), 1);
    atn_alloc_free_array(a, batch->doubles, batch->n_rows, sizeof *batch->doubles);
    atn_alloc_free_array(a, batch->decimals, batch->n_rows, sizeof *batch->decimals);
    atn_arrow_text_free(&batch->text);
}

static attain_status facts_next(atn_arrow_stream *stream, struct ArrowArray *out, attain_error *err)
{
    facts_stream *self = (facts_stream *)(void *)stream;
    facts_batch batch;
    atn_cell cell;
    ATN_TRY(get_ready(self, err));
    if (self->n_left == 0) {
        return ATTAIN_OK;
    }
    const uint64_t n = self->n_left < self->batch_rows ? self->n_left : self->batch_rows;
    /* Where memory runs out the stream stands where it stood. */
    const uint32_t measure = self->measure;
    const atn_cursor cursor = self->cursor;
    bool good = begin_batch(self, &batch, (size_t)n);
    while (good && batch.row < batch.n_rows && next_cell(self, &cell)) {
        put_cell(self, &batch, &cell);
    }
    good = good && batch.row == batch.n_rows && end_batch(self, &batch, out);
    free_batch(self, &batch);
    if (!good) {
        self->measure = measure;
        self->cursor = cursor;
        return atn_error_memory(err, "writing facts as Arrow");
    }
    self->n_left -= n;
    return ATTAIN_OK;
}

/* ---- opening ---- */

static unsigned most_decimals(const atn_model *model)
{
    unsigned most = 0;
    for (uint32_t m = 0; m < model->n_measures; m++) {
        most = model->measures[m].decimals > most ? model->measures[m].decimals : most;
    }
    return most;
}

attain_status atn_facts_to_arrow(const attain_facts *facts, const attain_arrow_options *options,
                                 struct ArrowArrayStream *out, attain_error *err)
{
    const attain_allocator *a = &facts->outer;
    facts_stream *self = atn_alloc_array(a, 1, sizeof *self);
    if (self == NULL) {
        return atn_error_memory(err, "writing facts as Arrow");
    }
    self->facts = facts;
    self->alloc = *a;
    self->numbers = options->numbers;
    self->plain = options->plain_text != 0;
    self->batch_rows = options->batch_rows == 0 ? DEFAULT_ROWS : options->batch_rows;
    self->n_categories = facts->plan->model.n_categories;
    self->decimals = most_decimals(&facts->plan->model);
    self->n_codes = FIRST_CATEGORY + self->n_categories + 2;
    self->codes = atn_alloc_array(a, self->n_codes, sizeof *self->codes);
    bool good = self->codes != NULL;
    for (size_t c = 0; good && c < self->n_codes; c++) {
        good = atn_arrow_codes_init(&self->codes[c], a);
    }
    self->stream.owner = good ? atn_arrow_owner_new(a, options->owner, options->release) : NULL;
    if (self->stream.owner == NULL) {
        free_stream(&self->stream);
        return atn_error_memory(err, "writing facts as Arrow");
    }
    self->stream.get_schema = facts_schema;
    self->stream.get_next = facts_next;
    self->stream.free = free_stream;
    atn_arrow_stream_open(&self->stream, out);
    return ATTAIN_OK;
}
