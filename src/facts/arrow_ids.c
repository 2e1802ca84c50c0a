/* Ids of a block's rows. See arrow_ids.h. */
#include "facts/arrow_ids.h"

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

/* ---- codes ---- */

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

uint32_t atn_arrow_id_codes(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                            size_t id, int64_t first, size_t n, uint32_t *out)
{
    const atn_arrow_ids *ids = &reader->ids[id];
    const atn_arrow_type *type = &ids->column->type;
    if (type->index_width != 0) {
        if (atn_arrow_is_aligned(ids->column->data.items, type->index_width)) {
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
        const bool has_nulls = !atn_arrow_all_valid(&ids->column->data, first, n);
        atn_arrow_spell_codes(block, reader, a, id, first, n, has_nulls, out);
    }
    return reader->kernels->any(out, n);
}

/* ---- units and measures ---- */

/* Units: true when all are ids. Where the dictionary is the plan's own the column is taken as it stands. */
bool atn_arrow_make_units(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                          int64_t first, size_t n)
{
    const atn_arrow_ids *ids = &reader->ids[ATN_ROLE_UNIT];
    const atn_arrow_column *column = ids->column;
    if (column->type.index_width == 4 && is_of_the_plan(ids) && column->data.n_nulls == 0 &&
        atn_arrow_is_aligned(column->data.items, 4)) {
        const uint32_t *units = (const uint32_t *)(const void *)column->data.items + first;
        if (reader->kernels->most(units, n) < ids->n_affine) {
            block->units = units;
            return true;
        }
    }
    block->units = block->unit;
    return !ATN_IS_SPECIAL(atn_arrow_id_codes(block, reader, a, ATN_ROLE_UNIT, first, n, block->unit));
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

bool atn_arrow_make_measures(atn_arrow_block *block, const atn_arrow_reader *reader,
                             const attain_allocator *a, int64_t first, size_t n)
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
    if (column->type.index_width != 0 && atn_arrow_all_valid(&column->data, first, n) &&
        atn_arrow_is_aligned(column->data.items, column->type.index_width)) {
        const atn_arrow_indices indices = indices_of(column, first);
        return measures_of_indices(block, reader, &indices, n);
    }
    const uint32_t all = atn_arrow_id_codes(block, reader, a, ATN_ROLE_MEASURE, first, n, block->scratch);
    reader->kernels->halves(block->scratch, n, block->measure); /* codes keep their distance from the end */
    return !ATN_IS_SPECIAL(all);
}

/* ---- members ---- */

/* What a member, by its code, adds to the cell of row i; stride: [measure]. false: it does not fit. */
static bool find_step(atn_arrow_block *block, const uint32_t *stride, size_t per_measure, size_t i,
                      uint32_t code, uint32_t *step)
{
    const uint16_t measure = block->measures[i];
    const uint32_t one = measure < (uint16_t)ATN_CODE_FIRST ? stride[measure * per_measure] : 0;
    *step = one != 0 ? one * code : 0;
    if (one != 0 ? code < ATN_CODE_FIRST : code == ATN_CODE_EMPTY) {
        return true;
    }
    block->other[i] |= code == ATN_CODE_BAD ? ATN_OTHER_BAD : ATN_OTHER_ODD;
    return false;
}

static bool add_member(atn_arrow_block *block, const atn_arrow_reader *reader, const uint32_t *stride,
                       size_t i)
{
    uint32_t step;
    const bool fits = find_step(block, stride, reader->heading->n_members, i, block->scratch[i], &step);
    block->cell[i] += fits ? step : 0;
    return fits;
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

/* The usual members: one column, whose dictionary has them near each other, and cells of a byte. */
static bool has_usual_members(const atn_arrow_reader *reader)
{
    const atn_arrow_ids *ids = &reader->ids[ATN_ROLE_MEMBER];
    if (reader->heading->n_members != 1 || !reader->has_cells || reader->is_wide_cell ||
        reader->any_lacks_column) {
        return false;
    }
    const unsigned width = ids->column->type.index_width;
    return (width == 1 || ((width == 2 || width == 4) && ids->n_near <= UINT8_MAX)) && ids->n_near > 0 &&
           atn_arrow_is_aligned(ids->column->data.items, width);
}

static uint32_t code_of_index(const atn_arrow_ids *ids, int64_t row)
{
    const atn_arrow_type *const type = &ids->column->type;
    const atn_arrow_data *const data = &ids->column->data;
    if (data->n_nulls != 0 && !atn_arrow_is_valid(data, row)) {
        return ATN_CODE_EMPTY;
    }
    const int64_t at = atn_arrow_whole(data->items, type->index_width, type->index_is_signed, row);
    return at >= 0 && at < ids->column->values.n ? ids->map[at] : ATN_CODE_BAD;
}

static atn_arrow_members members_of(const atn_arrow_reader *reader, int64_t first)
{
    const atn_arrow_ids *const ids = &reader->ids[ATN_ROLE_MEMBER];
    const atn_arrow_data *const data = &ids->column->data;
    const atn_arrow_indices indices = indices_of(ids->column, first);
    const uint64_t limit = atn_arrow_limit(&indices);
    const uint32_t n_left = limit > ids->first_near ? (uint32_t)(limit - ids->first_near) : 0;
    return (atn_arrow_members){.items = indices.items,
                               .width = indices.width,
                               .first = ids->first_near,
                               .n_codes = ids->n_affine < n_left ? ids->n_affine : n_left,
                               .n_items = ids->n_near < n_left ? ids->n_near : n_left,
                               .base = ids->is_affine ? ids->base : 0,
                               .member = ids->is_affine ? NULL : ids->near,
                               .bits = data->n_nulls != 0 ? data->validity : NULL,
                               .first_bit = (uint64_t)(data->first_bit + first),
                               .stride = reader->stride};
}

static uint32_t index_of(const void *items, unsigned width, size_t i)
{
    return width == 1   ? ((const uint8_t *)items)[i]
           : width == 2 ? ((const uint16_t *)items)[i]
                        : ((const uint32_t *)items)[i];
}

/* Rows [i, end) of a block that begins at row `first`, one by one. What does not fit is asked again, to the last item of the dictionary. All is at
 * hand in the loop: bytes that are written might be anything's. */
static bool put_members(atn_arrow_block *block, const atn_arrow_reader *reader, const atn_arrow_members *of,
                        int64_t first, size_t i, size_t end)
{
    const atn_arrow_ids *const ids = &reader->ids[ATN_ROLE_MEMBER];
    const atn_arrow_members m = *of;
    const uint16_t *const measures = block->measures;
    uint8_t *const cells = block->cell8;
    bool good = true;
    for (; i < end; i++) {
        const uint64_t bit = m.first_bit + i;
        const uint32_t one = measures[i] < (uint16_t)ATN_CODE_FIRST ? m.stride[measures[i]] : 0;
        const uint32_t distance = index_of(m.items, m.width, i) - m.first;
        const bool is_there = m.bits == NULL || ((unsigned)m.bits[bit >> 3] >> (bit & 7) & 1u) != 0;
        const unsigned code = !is_there              ? (unsigned)ATN_EMPTY_MEMBER
                              : distance < m.n_items ? ids->near[distance]
                                                     : (unsigned)ATN_NO_MEMBER;
        cells[i] = (uint8_t)(one * code);
        if (code <= ATN_EMPTY_MEMBER && (code < ATN_MEMBERS_LISTED) == (one != 0)) { /* one branch for all */
            continue;
        }
        uint32_t step;
        const bool fits =
            find_step(block, reader->stride, 1, i, code_of_index(ids, first + (int64_t)i), &step);
        cells[i] = fits ? (uint8_t)step : 0;
        good = good && fits;
    }
    return good;
}

static bool make_usual_cells(atn_arrow_block *block, const atn_arrow_reader *reader, int64_t first, size_t n)
{
    const atn_arrow_members all = members_of(reader, first);
    bool good = true;
    for (size_t i = 0; i < n;) {
        atn_arrow_members rest = all;
        rest.items = (const char *)all.items + i * all.width;
        rest.first_bit += i;
        i += reader->kernels->cells(block->measures + i, &rest, n - i, block->cell8 + i);
        const size_t end = n - i < ATN_ARROW_GROUP ? n : i + ATN_ARROW_GROUP;
        good = put_members(block, reader, &all, first, i, end) && good;
        i = end;
    }
    return good;
}

bool atn_arrow_make_cells(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                          int64_t first, size_t n)
{
    const size_t n_members = reader->heading->n_members;
    bool good = true;
    if (n_members == 0 && !reader->has_cells) {
        return true;
    }
    if (has_usual_members(reader)) {
        return make_usual_cells(block, reader, first, n);
    }
    memset(block->cell, 0, n * sizeof *block->cell);
    for (size_t c = 0; c < n_members; c++) {
        atn_arrow_id_codes(block, reader, a, ATN_ROLE_MEMBER + c, first, n, block->scratch);
        good = add_members(block, reader, c, n) && good;
    }
    for (size_t i = 0; reader->any_lacks_column && i < n; i++) {
        if (block->measures[i] < (uint16_t)ATN_CODE_FIRST && reader->lacks_column[block->measures[i]]) {
            block->other[i] |= ATN_OTHER_ODD;
            good = false;
        }
    }
    if (!reader->is_wide_cell) {
        reader->kernels->quarters(block->cell, n, block->cell8);
    }
    return good;
}
