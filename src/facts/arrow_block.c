/* Blocks: values, and what each row is. See arrow_block.h. */
#include "facts/arrow_ids.h"

#include "facts/load_parts.h"
#include "number/decimal.h"
#include "number/double.h"

/* ---- words ---- */

/* Rows that say something about their figure: they are for the slow way. */
static bool look_at_words(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                          size_t id, int64_t first, size_t n)
{
    bool good = true;
    if (reader->ids[id].column == NULL) {
        return true;
    }
    atn_arrow_id_codes(block, reader, a, id, first, n, block->scratch);
    for (size_t i = 0; i < n; i++) {
        const uint32_t code = block->scratch[i];
        if (code != 0 && code != ATN_CODE_EMPTY) {
            block->other[i] |= code == ATN_CODE_BAD ? ATN_OTHER_BAD : ATN_OTHER_WORDS;
            good = false;
        }
    }
    return good;
}

/* ---- values ---- */

typedef enum value_state { VALUE_IS_THERE, VALUE_IS_EMPTY, VALUE_IS_ODD, VALUE_IS_BAD } value_state;

/* v * 10^decimals. */
static inline value_state scale_up(int64_t v, int64_t power, int64_t *out)
{
    if (v > INT64_MAX / power || v < INT64_MIN / power) {
        return VALUE_IS_ODD;
    }
    *out = v * power;
    return VALUE_IS_THERE;
}

/* v * 10^-scale as a whole number of 10^-decimals. Zeros behind the point are nothing. */
static value_state rescale(attain_i128 v, unsigned scale, int64_t power, int64_t *out)
{
    if (!atn_i128_fits_i64(v) || scale > 18) {
        return VALUE_IS_ODD; /* the slow way has all the digits it needs */
    }
    int64_t narrow = (int64_t)v.lo;
    for (; scale > 0 && power > 1; scale--) {
        power /= 10;
    }
    for (; scale > 0; scale--) {
        if (narrow % 10 != 0) {
            return VALUE_IS_ODD;
        }
        narrow /= 10;
    }
    return scale_up(narrow, power, out);
}

static unsigned decimals_of(int64_t power)
{
    unsigned n = 0;
    for (; power > 1; power /= 10) {
        n++;
    }
    return n;
}

/* An item that is there. A dispatch over its types. */
static value_state read_item(const atn_arrow_reader *reader, const atn_arrow_type *type,
                             const atn_arrow_data *data, int64_t at, int64_t power, int64_t *out)
{
    size_t fault;
    atn_str text;
    switch ((atn_arrow_kind)type->kind) {
    case ATN_ARROW_INT: {
        const int64_t v = atn_arrow_whole(data->items, type->width, type->is_signed, at);
        return type->width == 8 && !type->is_signed && v < 0 ? VALUE_IS_ODD : scale_up(v, power, out);
    }
    case ATN_ARROW_DECIMAL:
        return rescale(atn_arrow_wide(data->items, type->width, at), type->scale, power, out);
    case ATN_ARROW_FLOAT: {
        const double x = atn_arrow_float(data->items, type->width, at);
        if (x != x) {
            return reader->nan_is_empty ? VALUE_IS_EMPTY : VALUE_IS_ODD;
        }
        const bool good = type->width == 8
                              ? atn_double_to_decimal(x, decimals_of(power), reader->use_division, out)
                              : atn_float_to_decimal((float)x, decimals_of(power), reader->use_division, out);
        return good ? VALUE_IS_THERE : VALUE_IS_ODD;
    }
    case ATN_ARROW_TEXT:
    case ATN_ARROW_VIEW:
        if (!atn_arrow_text(type, data, at, &text)) {
            return VALUE_IS_BAD;
        }
        return text.len == 0 ? VALUE_IS_EMPTY
               : atn_decimal_parse(text, &reader->numbers, decimals_of(power), out, &fault) == ATN_DECIMAL_OK
                   ? VALUE_IS_THERE
                   : VALUE_IS_ODD;
    case ATN_ARROW_NULL:
    case ATN_ARROW_DATE: break;
    }
    return VALUE_IS_EMPTY;
}

static bool read_values_one_by_one(atn_arrow_block *block, const atn_arrow_reader *reader,
                                   const atn_arrow_column *column, int64_t first, size_t n)
{
    unsigned worst = 0;
    for (size_t i = 0; i < n; i++) {
        const uint16_t measure = block->measures[i];
        const int64_t power = measure < (uint16_t)ATN_CODE_FIRST ? reader->power[measure] : 1;
        const char *problem = NULL;
        const atn_arrow_data *data;
        int64_t at;
        value_state state = VALUE_IS_EMPTY;
        block->value[i] = 0;
        if (atn_arrow_find(column, first + (int64_t)i, &data, &at, &problem)) {
            state = read_item(reader, &column->type, data, at, power, &block->value[i]);
        } else if (problem != NULL) {
            state = VALUE_IS_BAD;
        }
        block->value_state[i] = (uint8_t)state;
        worst |= (unsigned)state;
    }
    return worst == 0;
}

/* The usual columns, without nulls and without a row that is special: false, and nothing has happened, for all others. */
static bool read_usual_values(atn_arrow_block *block, const atn_arrow_reader *reader,
                              const atn_arrow_column *column, int64_t first, size_t n)
{
    const atn_arrow_type *type = &column->type;
    const char *items = column->data.items;
    if (type->index_width != 0 || !atn_arrow_all_valid(&column->data, first, n) ||
        !atn_arrow_is_aligned(items, type->width)) {
        return false;
    }
    if (type->kind == ATN_ARROW_FLOAT && type->width == 8 && !reader->has_decimals) {
        return reader->kernels->wholes((const double *)(const void *)items + first, n, block->value);
    }
    if (type->kind != ATN_ARROW_INT || (type->width == 8 && !type->is_signed)) {
        return false;
    }
    if (type->width < 8) {
        reader->kernels->widen(items + first * type->width, type->width, type->is_signed, n, block->value);
    } else {
        block->values = (const int64_t *)(const void *)items + first;
    }
    if (!reader->has_decimals) {
        return true;
    }
    const int64_t *from = block->values;
    block->values = block->value;
    return reader->kernels->scale(from, block->measures, n, reader->power, block->value);
}

static bool make_values(atn_arrow_block *block, const atn_arrow_reader *reader, int64_t first, size_t n)
{
    const atn_arrow_column *column = &reader->columns[reader->value_column];
    block->values = block->value;
    if (read_usual_values(block, reader, column, first, n)) {
        return true;
    }
    block->values = block->value;
    return read_values_one_by_one(block, reader, column, first, n);
}

/* ---- rows together ---- */

static bool unreadable(atn_arrow_block *block, const atn_arrow_reader *reader, size_t id, int64_t row)
{
    block->problem = "an index that its dictionary does not have, or a text outside of its buffer";
    block->column = id == ATN_NONE ? &reader->columns[reader->value_column] : reader->ids[id].column;
    block->row = row;
    return false;
}

/* Which of the id columns cannot be read: those that left no trace are asked again. */
static bool unreadable_other(atn_arrow_block *block, const atn_arrow_reader *reader, int64_t row)
{
    for (size_t id = ATN_ROLE_QUALIFIER; id < reader->n_ids; id++) {
        const atn_arrow_column *column = reader->ids[id].column;
        const atn_arrow_data *data;
        const char *problem = NULL;
        int64_t at;
        atn_str text;
        if (column == NULL) {
            continue;
        }
        const bool is_text = column->type.kind == ATN_ARROW_TEXT || column->type.kind == ATN_ARROW_VIEW;
        if (atn_arrow_find(column, row, &data, &at, &problem)
                ? is_text && !atn_arrow_text(&column->type, data, at, &text)
                : problem != NULL) {
            return unreadable(block, reader, id, row);
        }
    }
    return unreadable(block, reader, ATN_ROLE_QUALIFIER, row);
}

/* What each row is; false: one cannot be read. */
static bool judge_rows(atn_arrow_block *block, const atn_arrow_reader *reader, int64_t first, size_t n,
                       bool all_values)
{
    for (size_t i = 0; i < n; i++) {
        const uint32_t unit = block->units[i];
        const uint32_t period = (uint32_t)block->period[i];
        const uint16_t measure = block->measures[i];
        const unsigned value = all_values ? (unsigned)VALUE_IS_THERE : block->value_state[i];
        const int64_t row = first + (int64_t)i;
        if (!atn_arrow_is_valid(reader->rows, row)) {
            block->state[i] = ATN_ROW_IS_EMPTY;
            continue;
        }
        if (unit == ATN_CODE_BAD || measure == (uint16_t)ATN_CODE_BAD || period == ATN_CODE_BAD) {
            return unreadable(block, reader,
                              unit == ATN_CODE_BAD                ? ATN_ROLE_UNIT
                              : measure == (uint16_t)ATN_CODE_BAD ? ATN_ROLE_MEASURE
                                                                  : ATN_ROLE_PERIOD,
                              row);
        }
        if (value == VALUE_IS_BAD) {
            return unreadable(block, reader, ATN_NONE, row);
        }
        if ((block->other[i] & ATN_OTHER_BAD) != 0) {
            return unreadable_other(block, reader, row);
        }
        const bool known =
            unit < ATN_CODE_FIRST && measure < (uint16_t)ATN_CODE_FIRST && period < ATN_CODE_FIRST;
        block->state[i] = value == VALUE_IS_EMPTY && (block->other[i] & ATN_OTHER_WORDS) == 0
                              ? ATN_ROW_IS_EMPTY
                          : known && value == VALUE_IS_THERE && block->other[i] == 0 ? ATN_ROW_IS_PLAIN
                                                                                     : ATN_ROW_IS_ODD;
    }
    return true;
}

bool atn_arrow_block_make(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                          int64_t first, size_t n)
{
    block->problem = NULL;
    memset(block->other, 0, n);
    bool plain = atn_arrow_make_units(block, reader, a, first, n);
    plain = atn_arrow_make_measures(block, reader, a, first, n) && plain;
    plain = !ATN_IS_SPECIAL(
                atn_arrow_id_codes(block, reader, a, ATN_ROLE_PERIOD, first, n, (uint32_t *)block->period)) &&
            plain;
    plain = atn_arrow_make_cells(block, reader, a, first, n) && plain;
    plain = look_at_words(block, reader, a, ATN_ROLE_QUALIFIER, first, n) && plain;
    plain = look_at_words(block, reader, a, ATN_ROLE_REASON, first, n) && plain;
    const bool all_values = make_values(block, reader, first, n);
    block->all_plain = plain && all_values && reader->rows->n_nulls == 0;
    if (block->no_memory) {
        return false;
    }
    return block->all_plain || judge_rows(block, reader, first, n, all_values);
}

void atn_arrow_block_refuse(atn_arrow_block *block, size_t i, size_t n)
{
    if (block->all_plain) {
        memset(block->state, ATN_ROW_IS_PLAIN, n);
        block->all_plain = false;
    }
    block->state[i] = ATN_ROW_IS_ODD;
}

void atn_arrow_block_all_odd(atn_arrow_block *block, size_t n)
{
    memset(block->state, ATN_ROW_IS_ODD, n);
    block->all_plain = false;
}

size_t atn_arrow_block_cut(const atn_arrow_block *block, size_t n)
{
    for (size_t i = n; i-- > n / 2 + 1;) {
        if (block->units[i] != block->units[i - 1] || block->measures[i] != block->measures[i - 1]) {
            return i;
        }
    }
    return n;
}

static void ask_for(atn_made_rows *made, const char *at, int64_t n_bytes)
{
    if (n_bytes > 0 && n_bytes <= 64) {
        atn_coming_add(&made->ahead, (uintptr_t)at, (uint32_t)n_bytes);
    }
}

/* Indices and offsets; texts as long as they were so far. */
static void ask_for_ids(const atn_arrow_column *column, int64_t first, int64_t n, atn_made_rows *made)
{
    const int64_t end = first + n;
    if (column == NULL || end >= column->data.n || column->data.items == NULL) {
        return;
    }
    const unsigned width = column->type.index_width != 0 ? column->type.index_width : column->type.width;
    ask_for(made, column->data.items + end * width, width);
    if (column->type.kind == ATN_ARROW_TEXT && column->type.index_width == 0) {
        const int64_t from = atn_arrow_whole(column->data.items, width, true, first);
        const int64_t to = atn_arrow_whole(column->data.items, width, true, end);
        ask_for(made, column->data.text + to, to > from ? (to - from + n - 1) / n : 0);
    }
}

/* Values that are loaded from where they stand were not read when the block was made: they are wanted with the rows in hand. */
static void ask_for_values(const atn_arrow_block *block, const atn_arrow_reader *reader, int64_t first,
                           int64_t n, atn_made_rows *made)
{
    const atn_arrow_column *column = &reader->columns[reader->value_column];
    const int64_t from = first + (block->values == block->value ? n : (int64_t)ATN_AHEAD_ROWS);
    if (column->type.index_width == 0 && column->data.items != NULL && from < column->data.n) {
        ask_for(made, column->data.items + from * column->type.width, column->type.width);
    }
}

void atn_arrow_block_ahead(const atn_arrow_block *block, const atn_arrow_reader *reader, int64_t first,
                           int64_t n, atn_made_rows *made)
{
    made->ahead.n = 0;
    for (size_t id = 0; id < reader->n_ids; id++) {
        ask_for_ids(reader->ids[id].column, first, n, made);
    }
    ask_for_values(block, reader, first, n, made);
}

size_t atn_arrow_block_pack(atn_arrow_block *block, size_t n)
{
    size_t kept = 0;
    if (block->all_plain) {
        return n;
    }
    for (size_t i = 0; i < n; i++) {
        if (block->state[i] == ATN_ROW_IS_PLAIN) {
            block->unit[kept] = block->units[i];
            block->measure[kept] = block->measures[i];
            block->period[kept] = block->period[i];
            block->cell[kept] = block->cell[i];
            block->cell8[kept] = block->cell8[i];
            block->value[kept] = block->values[i];
            kept++;
        }
    }
    block->units = block->unit;
    block->measures = block->measure;
    block->values = block->value;
    return kept;
}

attain_fact_columns atn_arrow_block_columns(const atn_arrow_block *block, const atn_arrow_reader *reader)
{
    return (attain_fact_columns){.unit = block->units,
                                 .measure16 = block->measures,
                                 .period = block->period,
                                 .cell = reader->is_wide_cell ? block->cell : NULL,
                                 .cell8 = reader->is_wide_cell || !reader->has_cells ? NULL : block->cell8,
                                 .value = block->values};
}

/* ---- life ---- */

/* One block of memory for all arrays, the widest first. */
bool atn_arrow_block_init(atn_arrow_block *block, const atn_arrow_reader *reader)
{
    const attain_allocator *a = &reader->facts->alloc;
    const size_t n = ATN_ARROW_BLOCK_ROWS;
    memset(block, 0, sizeof *block);
    block->n_ids = reader->n_ids;
    block->spellings = atn_alloc_array(a, block->n_ids, sizeof *block->spellings);
    block->n_bytes = n * (8 + 4 * 4 + 2 + 4);
    block->memory = atn_alloc_array(a, block->n_bytes, 1);
    if (block->spellings == NULL || block->memory == NULL) {
        return false;
    }
    char *at = block->memory;
    block->value = (int64_t *)(void *)at;
    block->unit = (uint32_t *)(void *)(at + 8 * n);
    block->cell = block->unit + n;
    block->scratch = block->cell + n;
    block->period = (int32_t *)(void *)(block->scratch + n);
    block->measure = (uint16_t *)(void *)(block->period + n);
    block->cell8 = (uint8_t *)(void *)(block->measure + n);
    block->state = block->cell8 + n;
    block->value_state = block->state + n;
    block->other = block->value_state + n;
    return true;
}

void atn_arrow_block_free(atn_arrow_block *block, const atn_arrow_reader *reader)
{
    const attain_allocator *a = &reader->facts->alloc;
    for (size_t id = 0; block->spellings != NULL && id < block->n_ids; id++) {
        atn_arrow_spellings_free(&block->spellings[id], a);
    }
    atn_alloc_free_array(a, block->spellings, block->n_ids, sizeof *block->spellings);
    atn_alloc_free_array(a, block->memory, block->n_bytes, 1);
    memset(block, 0, sizeof *block);
}
