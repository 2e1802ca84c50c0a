/* Blocks: from buffers of Arrow to ids. See arrow_block.h.
 */
#include "facts/arrow_block.h"

#include "facts/load_parts.h"
#include "number/decimal.h"
#include "number/double.h"

/* ---- dictionaries ---- */

static bool is_aligned(const void *items, unsigned width)
{
    return ((uintptr_t)items & (width - 1u)) == 0;
}

static atn_arrow_indices indices_of(const atn_arrow_column *column, int64_t first)
{
    return (atn_arrow_indices){.items = column->data.items + first * column->type.index_width,
                               .width = column->type.index_width,
                               .is_signed = column->type.index_is_signed,
                               .n_map = (uint64_t)column->values.n};
}

/* At an odd address. */
static void map_codes_one_by_one(const atn_arrow_ids *ids, int64_t first, size_t n, uint32_t *out)
{
    const atn_arrow_type *type = &ids->column->type;
    const atn_arrow_data *data = &ids->column->data;
    for (size_t i = 0; i < n; i++) {
        const int64_t at =
            atn_arrow_whole(data->items, type->index_width, type->index_is_signed, first + (int64_t)i);
        out[i] = at >= 0 && at < ids->column->values.n ? ids->map[at] : ATN_CODE_BAD;
    }
}

/* ---- nulls ---- */

static bool all_valid(const atn_arrow_data *data, int64_t first, size_t n)
{
    if (data->n_nulls == 0 || data->validity == NULL) { /* a column of type null has no bitmap */
        return true;
    }
    for (size_t i = 0; i < n; i += 8) {
        const size_t m = n - i < 8 ? n - i : 8;
        if (atn_arrow_valid_bits(data, first + (int64_t)i, m) != 0xffu >> (8 - m)) {
            return false;
        }
    }
    return true;
}

/* ---- id columns ---- */

static void fill_codes(uint32_t *out, size_t n, uint32_t code)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = code;
    }
}

/* Indices of ids in a stretch of a dictionary that is in the order of the plan are less than this from its first. */
static uint64_t affine_limit(const atn_arrow_ids *ids, const atn_arrow_indices *indices)
{
    const uint64_t limit = atn_arrow_limit(indices);
    const uint64_t left = limit > ids->first_affine ? limit - ids->first_affine : 0;
    return ids->n_affine < left ? ids->n_affine : left;
}

/* Indices of such a dictionary: ids but for a constant. false: not all of them are, or it is none. */
static bool shift_indices(const atn_arrow_reader *reader, const atn_arrow_ids *ids,
                          const atn_arrow_indices *indices, size_t n, uint32_t *out)
{
    return ids->n_affine > 0 && indices->width <= 4 &&
           reader->kernels->shift(indices, n, ids->first_affine, ids->base, out) < affine_limit(ids, indices);
}

/* Indices are ids as they stand. */
static bool is_of_the_plan(const atn_arrow_ids *ids)
{
    return ids->n_affine > 0 && ids->first_affine == 0 && ids->base == 0;
}

/* Codes of an id column that is there. The highest bit of what it returns says that not all are ids. */
static uint32_t id_codes(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                         size_t id, int64_t first, size_t n, uint32_t *out)
{
    const atn_arrow_ids *ids = &reader->ids[id];
    const atn_arrow_type *type = &ids->column->type;
    if (type->index_width != 0) {
        if (is_aligned(ids->column->data.items, type->index_width)) {
            const atn_arrow_indices indices = indices_of(ids->column, first);
            const uint32_t all = shift_indices(reader, ids, &indices, n, out)
                                     ? 0
                                     : reader->kernels->codes(&indices, n, ids->map, ATN_CODE_BAD, out);
            if (ids->column->data.n_nulls == 0) {
                return all;
            }
        } else {
            map_codes_one_by_one(ids, first, n, out);
        }
        if (ids->column->data.n_nulls != 0 && ids->column->data.validity != NULL) {
            reader->kernels->put_nulls(ids->column->data.validity,
                                       (uint64_t)(ids->column->data.first_bit + first), n, ATN_CODE_EMPTY,
                                       out);
        }
    } else if (type->kind == ATN_ARROW_NULL) {
        fill_codes(out, n, ATN_CODE_EMPTY);
    } else {
        const bool has_nulls = !all_valid(&ids->column->data, first, n);
        atn_arrow_spell_codes(block, reader, a, id, first, n, has_nulls, out);
    }
    return reader->kernels->any(out, n);
}

/* ---- the parts of a block ---- */

#define IS_SPECIAL(codes) ((codes) >> 31 != 0)

/* Units: true when all are ids. Where the dictionary is the plan's own the column is taken as it stands. */
static bool make_units(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                       int64_t first, size_t n)
{
    const atn_arrow_ids *ids = &reader->ids[ATN_ROLE_UNIT];
    const atn_arrow_column *column = ids->column;
    if (column->type.index_width == 4 && is_of_the_plan(ids) && column->data.n_nulls == 0 &&
        is_aligned(column->data.items, 4)) {
        const uint32_t *units = (const uint32_t *)(const void *)column->data.items + first;
        if (reader->kernels->most(units, n) < ids->n_affine) {
            block->units = units;
            return true;
        }
    }
    block->units = block->unit;
    return !IS_SPECIAL(id_codes(block, reader, a, ATN_ROLE_UNIT, first, n, block->unit));
}

/* Measures from a dictionary, none of them null. false: not all are ids. Two bytes are taken as they stand where the dictionary is the
 * plan's own. */
static bool measures_of_indices(atn_arrow_block *block, const atn_arrow_reader *reader,
                                const atn_arrow_indices *indices, size_t n)
{
    const atn_arrow_kernels *kernels = reader->kernels;
    const atn_arrow_ids *ids = &reader->ids[ATN_ROLE_MEASURE];
    const uint64_t limit = affine_limit(ids, indices);
    if (indices->width == 2 && is_of_the_plan(ids) && kernels->most16(indices->items, n) < limit) {
        block->measures = indices->items;
        return true;
    }
    const bool has_stretch = ids->n_affine > 0 && indices->width <= 4;
    return (has_stretch &&
            kernels->shift16(indices, n, ids->first_affine, (uint16_t)ids->base, block->measure) < limit) ||
           kernels->codes16(indices, n, ids->map16, (uint16_t)ATN_CODE_BAD, block->measure) >> 15 == 0;
}

static bool make_measures(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                          int64_t first, size_t n)
{
    const atn_arrow_ids *ids = &reader->ids[ATN_ROLE_MEASURE];
    block->measures = block->measure;
    if (reader->one_measure != ATN_NONE) {
        for (size_t i = 0; i < n; i++) {
            block->measure[i] = (uint16_t)reader->one_measure;
        }
        return true;
    }
    const atn_arrow_column *column = ids->column;
    if (column->type.index_width != 0 && all_valid(&column->data, first, n) &&
        is_aligned(column->data.items, column->type.index_width)) {
        const atn_arrow_indices indices = indices_of(column, first);
        return measures_of_indices(block, reader, &indices, n);
    }
    const uint32_t all = id_codes(block, reader, a, ATN_ROLE_MEASURE, first, n, block->scratch);
    reader->kernels->halves(block->scratch, n, block->measure); /* codes keep their distance from the end */
    return !IS_SPECIAL(all);
}

/* Marks of rows in `other`: a member that does not fit, a qualifier or reason that says something, what cannot be read. */
enum { OTHER_ODD = 1, OTHER_BAD = 2, OTHER_WORDS = 4 };

/* What one member column adds to the cell of row i; false: its member does not fit. */
static bool add_member(atn_arrow_block *block, const atn_arrow_reader *reader, const uint32_t *stride,
                       size_t i)
{
    const uint32_t code = block->scratch[i];
    const uint32_t step = block->measures[i] < (uint16_t)ATN_CODE_FIRST
                              ? stride[block->measures[i] * reader->heading->n_members]
                              : 0;
    if (step != 0 ? code < ATN_CODE_FIRST : code == ATN_CODE_EMPTY) {
        block->cell[i] += step != 0 ? step * code : 0;
        return true;
    }
    block->other[i] |= code == ATN_CODE_BAD ? OTHER_BAD : OTHER_ODD;
    return false;
}

/* Groups of rows at a time, and those of a group that is mixed one by one. */
static bool add_members(atn_arrow_block *block, const atn_arrow_reader *reader, size_t c, size_t n)
{
    const uint32_t *const stride = reader->stride + c;
    bool good = true;
    for (size_t i = 0; i < n;) {
        i += reader->kernels->members(block->measures + i, block->scratch + i, n - i, stride,
                                      reader->heading->n_members, ATN_CODE_EMPTY, block->cell + i);
        for (const size_t end = n - i < ATN_ARROW_GROUP ? n : i + ATN_ARROW_GROUP; i < end; i++) {
            good = add_member(block, reader, stride, i) && good;
        }
    }
    return good;
}

/* The usual members: one column, a byte of index each, cells of a byte. */
static bool has_byte_members(const atn_arrow_reader *reader)
{
    const atn_arrow_ids *ids = &reader->ids[ATN_ROLE_MEMBER];
    return reader->heading->n_members == 1 && reader->has_cells && !reader->is_wide_cell &&
           !reader->any_lacks_column && ids->column->type.index_width == 1 && ids->is_affine;
}

/* As add_member, for these. */
static bool put_byte_member(atn_arrow_block *block, const atn_arrow_members *m, size_t i)
{
    const uint16_t measure = block->measures[i];
    const uint32_t step = measure < (uint16_t)ATN_CODE_FIRST ? m->stride[measure] : 0;
    const uint64_t bit = m->first + i;
    const bool is_empty = m->codes[i] >= m->n_codes && m->codes[i] < m->n_items;
    const bool is_there =
        !is_empty && (m->bits == NULL || ((unsigned)m->bits[bit >> 3] >> (bit & 7) & 1u) != 0);
    const bool is_member = is_there && m->codes[i] < m->n_codes;
    block->cell8[i] = 0;
    if (step != 0 ? is_member : !is_there) {
        block->cell8[i] = (uint8_t)(step != 0 ? step * (m->base + m->codes[i]) : 0);
        return true;
    }
    block->other[i] |= is_there && !is_member ? OTHER_BAD : OTHER_ODD;
    return false;
}

static bool make_byte_cells(atn_arrow_block *block, const atn_arrow_reader *reader, int64_t first, size_t n)
{
    const atn_arrow_ids *ids = &reader->ids[ATN_ROLE_MEMBER];
    const atn_arrow_data *data = &ids->column->data;
    const atn_arrow_indices indices = indices_of(ids->column, first);
    const uint64_t n_codes = affine_limit(ids, &indices);
    const uint64_t n_items = atn_arrow_limit(&indices);
    const atn_arrow_members all = {.codes = indices.items,
                                   .n_codes = n_codes < 256 ? (uint32_t)n_codes : 256,
                                   .n_items = n_items < 256 ? (uint32_t)n_items : 256,
                                   .base = ids->base,
                                   .bits = data->n_nulls != 0 ? data->validity : NULL,
                                   .first = (uint64_t)(data->first_bit + first),
                                   .stride = reader->stride};
    bool good = true;
    for (size_t i = 0; i < n;) {
        atn_arrow_members rest = all;
        rest.codes += i;
        rest.first += i;
        i += reader->kernels->cells(block->measures + i, &rest, n - i, block->cell8 + i);
        for (const size_t end = n - i < ATN_ARROW_GROUP ? n : i + ATN_ARROW_GROUP; i < end; i++) {
            good = put_byte_member(block, &all, i) && good;
        }
    }
    return good;
}

static bool make_cells(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                       int64_t first, size_t n)
{
    const size_t n_members = reader->heading->n_members;
    bool good = true;
    if (n_members == 0 && !reader->has_cells) {
        return true;
    }
    if (has_byte_members(reader)) {
        return make_byte_cells(block, reader, first, n);
    }
    memset(block->cell, 0, n * sizeof *block->cell);
    for (size_t c = 0; c < n_members; c++) {
        id_codes(block, reader, a, ATN_ROLE_MEMBER + c, first, n, block->scratch);
        good = add_members(block, reader, c, n) && good;
    }
    for (size_t i = 0; reader->any_lacks_column && i < n; i++) {
        if (block->measures[i] < (uint16_t)ATN_CODE_FIRST && reader->lacks_column[block->measures[i]]) {
            block->other[i] |= OTHER_ODD;
            good = false;
        }
    }
    if (!reader->is_wide_cell) {
        reader->kernels->quarters(block->cell, n, block->cell8);
    }
    return good;
}

/* Rows that say something about their figure: they are for the slow way. */
static bool look_at_words(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                          size_t id, int64_t first, size_t n)
{
    bool good = true;
    if (reader->ids[id].column == NULL) {
        return true;
    }
    id_codes(block, reader, a, id, first, n, block->scratch);
    for (size_t i = 0; i < n; i++) {
        const uint32_t code = block->scratch[i];
        if (code != 0 && code != ATN_CODE_EMPTY) {
            block->other[i] |= code == ATN_CODE_BAD ? OTHER_BAD : OTHER_WORDS;
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
    if (type->index_width != 0 || !all_valid(&column->data, first, n) || !is_aligned(items, type->width)) {
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
        if ((block->other[i] & OTHER_BAD) != 0) {
            return unreadable_other(block, reader, row);
        }
        const bool known =
            unit < ATN_CODE_FIRST && measure < (uint16_t)ATN_CODE_FIRST && period < ATN_CODE_FIRST;
        block->state[i] = value == VALUE_IS_EMPTY && (block->other[i] & OTHER_WORDS) == 0 ? ATN_ROW_IS_EMPTY
                          : known && value == VALUE_IS_THERE && block->other[i] == 0      ? ATN_ROW_IS_PLAIN
                                                                                          : ATN_ROW_IS_ODD;
    }
    return true;
}

bool atn_arrow_block_make(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                          int64_t first, size_t n)
{
    block->problem = NULL;
    memset(block->other, 0, n);
    bool plain = make_units(block, reader, a, first, n);
    plain = make_measures(block, reader, a, first, n) && plain;
    plain = !IS_SPECIAL(id_codes(block, reader, a, ATN_ROLE_PERIOD, first, n, (uint32_t *)block->period)) &&
            plain;
    plain = make_cells(block, reader, a, first, n) && plain;
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
